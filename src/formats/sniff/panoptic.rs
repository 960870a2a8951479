//! Finds COCO panoptic files: which JSON describes the segments of the truth or of a model, and where their PNGs lie.
//!
//! Knows beginnings and folders. Does not read segments.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::path::Path;

use memchr::memmem;

use super::inventory::Inventory;
use super::models::Found;
use super::naming;
use super::peek::Json;
use super::truth::{self, Candidate, Split};
use super::{Alternative, Reason, dataset_name};
use crate::formats::json::{Broken, Scalar, Scanner};
use crate::formats::masks::key;
use crate::formats::panoptic::{FORMAT, folder_of};
use crate::formats::{listing, source};
use crate::model::Task;
use crate::model::fmt::counted;
use crate::model::project::{DatasetEntry, SplitEntry};

/// File names kept of a panoptic file.
const NAMES: usize = 8;
/// Bytes looked at in one go, and at most, for the first record.
const PART: usize = 1 << 20;
const LIMIT: u64 = 256 << 20;
/// Keys of records of annotations: which comes first tells what they are.
const SEGMENTS: &[u8] = b"\"segments_info\"";
const OTHERS: [&[u8]; 4] = [b"\"bbox\"", b"\"segmentation\"", b"\"keypoints\"", b"\"caption\""];

/// What was seen of a panoptic file.
#[derive(Clone, Debug, Default)]
pub struct Panoptic {
    /// The first pictures' file names.
    pictures: Vec<String>,
    /// The first PNGs' file names.
    files: Vec<String>,
    /// Number of annotations.
    count: usize,
    /// What only outputs have, or lack: scores, categories.
    is_output: bool,
}

/// Looks into a JSON file whose top is that of COCO truth; `None` where its annotations are no segments.
pub(super) fn look(path: &Path) -> Option<Panoptic> {
    if !begins_with_segments(path).unwrap_or(false) {
        return None;
    }
    let bytes = source::read_bytes(path).ok()?;
    let mut seen = Panoptic::default();
    let (mut things, mut scores) = (false, false);
    let end = Scanner::new(source::without_mark(&bytes), 0).object(|s, name| match (name, s.peek()) {
        ("images", Some(b'[')) => s.list(|s, _| record(s, |name, _| keep(&mut seen.pictures, name), &mut |_| {})),
        ("annotations", Some(b'[')) => s.list(|s, _| {
            let files = &mut seen.files;
            let count = &mut seen.count;
            let of = |name, segments| {
                if segments {
                    *count += 1;
                    keep(files, name);
                }
            };
            record(s, of, &mut |key| scores |= key == "score")
        }),
        ("categories", Some(b'[')) => {
            s.list(|s, _| record(s, |_, _| {}, &mut |key| things |= key == "isthing" || key == "id"))
        }
        _ => s.skip(),
    });
    // Where the file breaks off, its categories may have come after.
    seen.is_output = scores || (end.is_ok() && !things);
    (seen.count > 0).then_some(seen)
}

fn keep(names: &mut Vec<String>, name: String) {
    if names.len() < NAMES {
        names.push(name);
    }
}

/// Reads one record: its file name and whether it has segments, and the other keys of the record and of its segments.
fn record(s: &mut Scanner<'_>, of: impl FnOnce(String, bool), keys: &mut dyn FnMut(&str)) -> Result<(), Broken> {
    if s.peek() != Some(b'{') {
        return s.skip();
    }
    let (mut name, mut segments) = (None, false);
    s.object(|s, key| {
        keys(key);
        match (key, s.peek()) {
            ("file_name", Some(b'"')) => {
                if let Scalar::Text(text) = s.scalar()? {
                    name = Some(text.into_owned());
                }
                Ok(())
            }
            ("segments_info", Some(b'[')) => {
                segments = true;
                s.list(|s, position| {
                    if position > 0 || s.peek() != Some(b'{') {
                        return s.skip();
                    }
                    s.object(|s, key| {
                        keys(key);
                        s.skip()
                    })
                })
            }
            _ => s.skip(),
        }
    })?;
    if let Some(name) = name {
        of(name, segments);
    }
    Ok(())
}

/// True where the first annotations have segments. Large files hold their images before: they are read up to the first record.
fn begins_with_segments(path: &Path) -> Option<bool> {
    let mut file = source::open(path).ok()?.take(LIMIT);
    let mut part: Vec<u8> = Vec::with_capacity(PART + SEGMENTS.len());
    loop {
        let kept = part.len();
        file.by_ref().take(PART as u64).read_to_end(&mut part).ok()?;
        let other = OTHERS.iter().filter_map(|key| memmem::find(&part, key)).min();
        match (memmem::find(&part, SEGMENTS), other) {
            (Some(at), other) => return Some(other.is_none_or(|other| at < other)),
            (None, Some(_)) => return Some(false),
            (None, None) if part.len() == kept => return Some(false),
            // A key may lie across two parts.
            (None, None) => _ = part.drain(..part.len().saturating_sub(SEGMENTS.len())),
        }
    }
}

/// The pictures that all annotations of a file belong to, by the name that they share with their PNGs.
fn keys_of(path: &Path) -> HashSet<String> {
    let mut keys = HashSet::new();
    let Ok(bytes) = source::read_bytes(path) else { return keys };
    let _ = Scanner::new(source::without_mark(&bytes), 0).object(|s, name| {
        if name != "annotations" || s.peek() != Some(b'[') {
            return s.skip();
        }
        s.list(|s, _| record(s, |name, _| _ = keys.insert(key(&name)), &mut |_| {}))
    });
    keys
}

/// True where outputs name pictures of this truth.
pub(super) fn holds(inventory: &Inventory, truth: &str, found: &Found) -> bool {
    let keys = keys_of(&inventory.root.join(truth));
    !found.stems.is_empty() && found.stems.iter().all(|stem| keys.contains(stem))
}

/// All panoptic files: path, what was seen, and the folder of their PNGs where it is there.
fn files<'a>(
    inventory: &'a Inventory,
    jsons: &'a BTreeMap<String, Json>,
    outputs: bool,
) -> impl Iterator<Item = (&'a String, &'a Panoptic, Option<String>)> {
    jsons.iter().filter_map(move |(path, json)| {
        let Json::Panoptic(seen) = json else { return None };
        let is_output = seen.is_output || path.split('/').any(naming::is_for_predictions);
        if is_output != outputs {
            return None;
        }
        let folder = folder_of(&inventory.root.join(path), seen.files.iter().map(String::as_str));
        let there = seen.files.iter().any(|name| folder.join(name).is_file());
        Some((path, seen, there.then(|| truth::dotted(listing::relative(&inventory.root, &folder)))))
    })
}

fn without_pngs(path: &str, what: &str, seen: &Panoptic) -> Alternative {
    let stem = listing::stem(path.rsplit('/').next().unwrap_or(path));
    let name = seen.files.first().map_or("", String::as_str);
    Alternative {
        path: path.to_owned(),
        what: what.to_owned(),
        why: format!("its PNGs, such as {name}, are not there; put them into a folder {stem} beside it"),
        usable: None,
    }
}

/// The panoptic truth of a folder, by dataset.
pub(super) fn find(
    inventory: &Inventory,
    jsons: &BTreeMap<String, Json>,
    alternatives: &mut Vec<Alternative>,
) -> Vec<Candidate> {
    let mut all: Vec<Candidate> = Vec::new();
    for (path, seen, pngs) in files(inventory, jsons, false) {
        let Some(pngs) = pngs else {
            alternatives.push(without_pngs(path, "COCO panoptic truth", seen));
            continue;
        };
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let place = truth::place(folder);
        let name = truth::split_of_file(listing::stem(file), &place);
        let photographs: Vec<String> = match seen.pictures.as_slice() {
            [] => seen
                .files
                .iter()
                .take(1)
                .flat_map(|name| ["jpg", "jpeg"].map(|e| format!("{}.{e}", key(name))))
                .collect(),
            names => names.to_vec(),
        };
        let images = truth::coco_images(inventory, folder, &place.base, &name, &photographs).filter(|f| *f != pngs);
        let pictures = images.as_ref().map_or_else(String::new, |folder| format!("; pictures in {folder}"));
        let count = counted(seen.count as u64, "image", "images");
        let what = format!("COCO panoptic truth of split {name}");
        let split = Split {
            name: name.clone(),
            entry: SplitEntry { truth: path.clone(), images, ..SplitEntry::default() },
            reason: Reason {
                path: path.clone(),
                what: what.clone(),
                why: format!("annotations with segments_info, categories; {count}, PNGs in {pngs}{pictures}"),
            },
        };
        if !truth::add(&mut all, FORMAT, &place.base, split) {
            let why = "another file of this split comes first; name this one in evalens.json to use it".to_owned();
            alternatives.push(Alternative { path: path.clone(), what, why, usable: None });
        }
    }
    all
}

/// The dataset of panoptic truth, beside those that were found in its folder. `bases` are the folders of `others`.
pub(super) fn dataset(candidate: &Candidate, root: &Path, others: &[DatasetEntry], bases: &[String]) -> DatasetEntry {
    let beside = bases.iter().position(|base| *base == candidate.base).and_then(|at| others.get(at));
    let (id, version) = beside.map_or_else(
        || dataset_name(&candidate.base, root, others),
        |other| (format!("{}-panoptic", other.id), other.version.clone()),
    );
    DatasetEntry {
        id,
        version,
        task: Task::SemanticSegmentation,
        format: FORMAT.to_owned(),
        splits: candidate.splits.iter().map(|split| (split.name.clone(), split.entry.clone())).collect(),
        ..DatasetEntry::default()
    }
}

/// The panoptic outputs of models.
pub(super) fn outputs(
    inventory: &Inventory,
    jsons: &BTreeMap<String, Json>,
    alternatives: &mut Vec<Alternative>,
) -> Vec<Found> {
    let mut all = Vec::new();
    for (path, seen, pngs) in files(inventory, jsons, true) {
        let Some(pngs) = pngs else {
            alternatives.push(without_pngs(path, "COCO panoptic predictions", seen));
            continue;
        };
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let count = counted(seen.count as u64, "image", "images");
        all.push(Found {
            path: path.clone(),
            format: FORMAT,
            folders: folder.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
            stem: listing::stem(file).to_owned(),
            seen: format!("annotations with segments_info; {count}, PNGs in {pngs}"),
            stems: seen.files.iter().map(|name| key(name)).collect(),
            ..Found::default()
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::sniff::peek;

    fn looked(text: &str) -> Option<Panoptic> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        std::fs::write(&path, text).unwrap();
        match peek::json(&path) {
            Json::Panoptic(seen) => Some(seen),
            _ => None,
        }
    }

    const RECORD: &str =
        r#"{"segments_info": [{"id": 7, "category_id": 1, "bbox": [0, 0, 1, 1]}], "file_name": "a.png"}"#;

    #[test]
    fn what_counts_is_the_content() {
        let truth = format!(
            r#"{{"images": [{{"id": 1, "file_name": "a.jpg"}}], "annotations": [{RECORD}],
            "categories": [{{"id": 1, "name": "sky", "isthing": 0}}]}}"#
        );
        let seen = looked(&truth).unwrap();
        assert_eq!((seen.count, seen.is_output), (1, false));
        assert_eq!((seen.pictures, seen.files), (vec!["a.jpg".to_owned()], vec!["a.png".to_owned()]));
        // Outputs have no categories, or scores.
        assert!(looked(&format!(r#"{{"annotations": [{RECORD}]}}"#)).unwrap().is_output);
        assert!(looked(&truth.replace("\"id\": 7", "\"id\": 7, \"score\": 0.5")).unwrap().is_output);
        // Cut off before its categories, it may be either; where there is nothing of segments, it is not panoptic.
        let cut = truth.find("\"categories\"").unwrap();
        assert!(!looked(&truth[..cut]).unwrap().is_output);
        let boxes = r#"{"images": [], "annotations": [{"bbox": [1, 2, 3, 4], "segments_info": []}]}"#;
        assert!(looked(boxes).is_none());
        assert!(looked(r#"{"images": [{"file_name": "segments_info"}], "annotations": []}"#).is_none());
    }

    #[test]
    fn images_before_the_first_record_may_be_many() {
        let image = r#"{"id": 1, "file_name": "000000000001.jpg", "width": 640, "height": 480},"#;
        let images = image.repeat(3 * PART / image.len());
        let text = format!(
            r#"{{"images": [{}], "annotations": [{RECORD}], "categories": [{{"id": 1}}]}}"#,
            images.trim_end_matches(',')
        );
        let seen = looked(&text).unwrap();
        assert_eq!((seen.count, seen.pictures.len(), seen.is_output), (1, NAMES, false));
    }
}
