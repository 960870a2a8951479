//! How many images each split of a dataset has, those that are not evaluated included.
//!
//! Counts list entries and files; reads no annotation and no picture. What cannot be counted quickly stays unknown.

use std::path::Path;

use super::json::Scanner;
use super::listing::has_ending;
use super::{labels, listing, picture, source};
use crate::model::project::{DatasetEntry, SplitEntry};

/// A COCO file above this many bytes is not read only to count its images.
const LARGEST: u64 = 64 << 20;

/// Images of every split, in the order of the project file; empty where one of them is not known or there is only one.
#[must_use]
pub fn split_sizes(root: &Path, entry: &DatasetEntry) -> Vec<(String, usize)> {
    if entry.splits.len() < 2 {
        return Vec::new();
    }
    let size = |(name, split): (&String, &SplitEntry)| Some((name.clone(), size(root, entry, split)?));
    entry.splits.iter().map(size).collect::<Option<_>>().unwrap_or_default()
}

fn size(root: &Path, entry: &DatasetEntry, split: &SplitEntry) -> Option<usize> {
    let truth = root.join(&split.truth);
    let shared =
        entry.splits.values().filter(|other| (&other.truth, &other.rows) == (&split.truth, &split.rows)).count() > 1;
    if shared {
        return None;
    }
    match entry.format.as_str() {
        "coco" => listed(&truth).or_else(|| pictures(root, entry, split)),
        "yolo" => pictures(root, entry, split).or_else(|| files(&truth, "txt")),
        "voc" => files(&truth, "xml"),
        "image-folder" => listing::files(&truth, picture::is_picture).ok().map(|files| files.len()),
        "csv" | "jsonl" => labels::count(&truth, &split.rows, LARGEST),
        _ => None,
    }
}

/// Entries of the list `images` of a COCO file.
fn listed(truth: &Path) -> Option<usize> {
    if std::fs::metadata(truth).ok()?.len() > LARGEST {
        return None;
    }
    let bytes = source::read_bytes(truth).ok()?;
    let start = bytes.len() - source::without_mark(&bytes).len();
    let mut images = None;
    let read = Scanner::new(&bytes, start).object(|scanner, key| {
        if key != "images" {
            return scanner.skip();
        }
        let mut count = 0;
        scanner.list(|scanner, _| {
            count += 1;
            scanner.skip()
        })?;
        images = Some(count);
        Ok(())
    });
    read.ok().and(images)
}

/// Pictures in the split's own folder; `None` where it has none or shares it.
fn pictures(root: &Path, entry: &DatasetEntry, split: &SplitEntry) -> Option<usize> {
    let folder = split.images.as_ref()?;
    let sharers = entry.splits.values().filter(|other| other.images.as_ref() == Some(folder)).count();
    let found = listing::files(&root.join(folder), picture::is_picture).ok()?.len();
    (sharers == 1 && found > 0).then_some(found)
}

/// Files with this ending in a folder; `None` where there is none.
fn files(folder: &Path, ending: &str) -> Option<usize> {
    let found = listing::files(folder, |path| has_ending(path, ending)).ok()?.len();
    (found > 0).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(format: &str, splits: &[(&str, &str, Option<&str>)]) -> DatasetEntry {
        let split = |(name, truth, images): &(&str, &str, Option<&str>)| {
            (
                (*name).to_owned(),
                SplitEntry { truth: (*truth).to_owned(), images: images.map(str::to_owned), ..SplitEntry::default() },
            )
        };
        DatasetEntry {
            format: format.to_owned(),
            splits: splits.iter().map(split).collect(),
            ..DatasetEntry::default()
        }
    }

    fn write(root: &Path, file: &str, text: &str) {
        let path = root.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn coco_lists_its_images() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "test.json", r#"{"annotations":[{"images":[1,2,3]}],"images":[{"id":1},{"id":2}]}"#);
        write(dir.path(), "train.json", r#"{"images":[{"id":1},{"id":2},{"id":3}],"annotations":[]}"#);
        let both = entry("coco", &[("test", "test.json", None), ("train", "train.json", None)]);
        assert_eq!(split_sizes(dir.path(), &both), [("test".to_owned(), 2), ("train".to_owned(), 3)]);
        write(dir.path(), "train.json", r#"{"images":[{"id":1},{"id":2},"#);
        assert!(split_sizes(dir.path(), &both).is_empty(), "a broken file leaves all unknown");
        let alone = entry("coco", &[("test", "test.json", None)]);
        assert!(split_sizes(dir.path(), &alone).is_empty());
    }

    #[test]
    fn yolo_and_voc_count_files() {
        let dir = tempfile::tempdir().unwrap();
        for file in ["images/test/a.jpg", "images/test/b.png", "images/train/c.jpg", "labels/test/a.txt", "xml/t/a.xml"]
        {
            write(dir.path(), file, "");
        }
        write(dir.path(), "xml/u/b.xml", "");
        let yolo = entry(
            "yolo",
            &[("test", "labels/test", Some("images/test")), ("train", "labels/train", Some("images/train"))],
        );
        assert_eq!(split_sizes(dir.path(), &yolo), [("test".to_owned(), 2), ("train".to_owned(), 1)]);
        let voc = entry("voc", &[("test", "xml/t", None), ("train", "xml/u", None)]);
        assert_eq!(split_sizes(dir.path(), &voc), [("test".to_owned(), 1), ("train".to_owned(), 1)]);
        let shared = entry("voc", &[("test", "xml/t", None), ("train", "xml/t", None)]);
        assert!(split_sizes(dir.path(), &shared).is_empty());
    }
}
