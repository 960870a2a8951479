//! Finds ground truth in an inventory: which files and folders, in which format, of which dataset and split.
//!
//! Knows the folder shapes of exporters. Does not read annotations.

use std::collections::BTreeMap;
use std::path::Path;

use super::inventory::{Inventory, joined};
use super::naming::{self, is_container, split_of_part, words};
use super::peek::{self, Json, Text, Xml};
use super::{Alternative, Reason};
use crate::formats::listing;
use crate::formats::yolo::{data_yaml, pairing};
use crate::model::Findings;
use crate::model::fmt::counted;
use crate::model::project::SplitEntry;

/// The split of truth that no name assigns to one.
pub const ONLY_SPLIT: &str = "all";

/// One split of a candidate.
#[derive(Clone, Debug)]
pub struct Split {
    /// Name.
    pub name: String,
    /// Paths.
    pub entry: SplitEntry,
    /// Why.
    pub reason: Reason,
}

/// Truth of one format below one folder.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// `coco`, `voc` or `yolo`.
    pub format: &'static str,
    /// The folder that the dataset lies in, relative.
    pub base: String,
    /// Splits by name.
    pub splits: Vec<Split>,
    /// A file that names the classes.
    pub class_file: Option<String>,
}

/// Where in a path truth begins and ends: the folder before the first container, and the path up to the last.
pub(super) struct Place<'a> {
    pub(super) base: String,
    pub(super) inside: Vec<&'a str>,
    until: String,
}

pub(super) fn place(folder: &str) -> Place<'_> {
    let parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    let first = parts.iter().position(|p| is_container(p));
    let last = parts.iter().rposition(|p| is_container(p));
    match (first, last) {
        (Some(first), Some(last)) => Place {
            base: parts.iter().take(first).copied().collect::<Vec<_>>().join("/"),
            until: parts.iter().take(last + 1).copied().collect::<Vec<_>>().join("/"),
            inside: parts.into_iter().skip(first).collect(),
        },
        _ => Place { base: folder.to_owned(), inside: Vec::new(), until: folder.to_owned() },
    }
}

/// The split named nearest to the file: by its own name, else by the folders above it.
pub(super) fn split_of(inside: &[&str]) -> Option<String> {
    inside.iter().rev().find_map(|part| split_of_part(part))
}

/// The split that the name of a JSON file says, else the folders above it.
pub(super) fn split_of_file(stem: &str, place: &Place<'_>) -> String {
    let named = split_of_part(stem).or_else(|| words(stem).into_iter().find(|w| naming::kind_of_word(w).is_some()));
    named
        .or_else(|| split_of(&place.inside))
        .or_else(|| (stem.ends_with("_default")).then(|| "default".to_owned()))
        .unwrap_or_else(|| ONLY_SPLIT.to_owned())
}

/// All candidates, by folder, the preferred format first.
pub fn find(
    inventory: &Inventory,
    jsons: &BTreeMap<String, Json>,
    alternatives: &mut Vec<Alternative>,
    findings: &mut Findings,
) -> Vec<Candidate> {
    let mut all = coco(inventory, jsons, alternatives);
    all.extend(voc(inventory, alternatives));
    all.extend(yolo(inventory, alternatives, findings));
    let rank = |c: &Candidate| crate::formats::load::TRUTH_FORMATS.iter().position(|f| *f == c.format);
    all.sort_by(|a, b| a.base.cmp(&b.base).then(rank(a).cmp(&rank(b))));
    for candidate in &mut all {
        if candidate.class_file.is_none() {
            candidate.class_file = class_file(inventory, candidate);
        }
    }
    all
}

/// Adds a split to the candidate of its folder; false where that has a split of this name already.
pub(super) fn add(all: &mut Vec<Candidate>, format: &'static str, base: &str, split: Split) -> bool {
    let known = all.iter_mut().find(|c| c.format == format && c.base == base);
    let Some(candidate) = known else {
        all.push(Candidate { format, base: base.to_owned(), splits: vec![split], class_file: None });
        return true;
    };
    if candidate.splits.iter().any(|s| s.name == split.name) {
        return false;
    }
    candidate.splits.push(split);
    true
}

fn coco(inventory: &Inventory, jsons: &BTreeMap<String, Json>, alternatives: &mut Vec<Alternative>) -> Vec<Candidate> {
    let mut truths: Vec<(&String, &peek::Truth)> = jsons
        .iter()
        .filter_map(|(path, json)| if let Json::Truth(truth) = json { Some((path, truth)) } else { None })
        .collect();
    // Where a split has several files, the boxes are in `instances_…`, not in captions or key points.
    truths.sort_by_key(|(path, _)| {
        let words = words(listing::base_name(path));
        let other = ["captions", "keypoints", "stuff"].iter().any(|w| words.iter().any(|v| v == w));
        (other, !words.iter().any(|w| w == "instances"), path.len(), path.as_str())
    });
    let mut all: Vec<Candidate> = Vec::new();
    for (path, truth) in truths {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let place = place(folder);
        let stem = file.split('.').next().unwrap_or(file);
        let name = split_of_file(stem, &place);
        let images = coco_images(inventory, folder, &place.base, &name, &truth.names);
        let count = truth.images.map_or_else(String::new, |n| format!("; {}", counted(n as u64, "image", "images")));
        let pictures = images.as_ref().map_or_else(
            || "; no folder has its pictures".to_owned(),
            |folder| format!("; its pictures are in {}", if folder == "." { "the same folder" } else { folder }),
        );
        let reason = Reason {
            path: path.clone(),
            what: format!("COCO truth of split {name}"),
            why: format!("object with images, annotations and categories{count}{pictures}"),
        };
        let split = Split {
            name: name.clone(),
            entry: SplitEntry { truth: path.clone(), images, ..SplitEntry::default() },
            reason,
        };
        if !add(&mut all, "coco", &place.base, split.clone()) {
            // Several files of one folder without a split in their names are splits of their own.
            let own = Split { name: stem.to_owned(), ..split };
            if name != ONLY_SPLIT || !add(&mut all, "coco", &place.base, own) {
                alternatives.push(Alternative {
                    path: path.clone(),
                    what: format!("COCO truth of split {name}"),
                    why: "another file of this split comes first; name this one in evalens.json to use it".to_owned(),
                    usable: None,
                });
            }
        }
    }
    all
}

/// The folder that has the first pictures of a COCO file, else the one whose name fits best.
pub(super) fn coco_images(
    inventory: &Inventory,
    folder: &str,
    base: &str,
    split: &str,
    names: &[String],
) -> Option<String> {
    let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
    let mut candidates = vec![
        joined(&[base, "images", split]),
        joined(&[base, split, "images"]),
        folder.to_owned(),
        joined(&[base, split]),
        joined(&[base, "images"]),
        joined(&[folder, "images"]),
        above.to_owned(),
        joined(&[base, "JPEGImages"]),
        joined(&[base, "data"]),
        base.to_owned(),
    ];
    let named = candidates.len();
    candidates.extend(inventory.folders.iter().filter(|(_, f)| f.pictures.count > 0).map(|(path, _)| path.clone()));
    let is_there = |folder: &String| {
        names.iter().take(3).any(|name| {
            let name = name.replace('\\', "/");
            !Path::new(&name).is_absolute() && inventory.root.join(folder).join(&name).is_file()
        })
    };
    // Names with folders of another machine in front are sought by their last part.
    let has_base = |folder: &String| {
        inventory.has_pictures(folder)
            && names
                .iter()
                .take(3)
                .filter_map(|name| name.rsplit(['/', '\\']).next())
                .any(|name| inventory.root.join(folder).join(name).is_file())
    };
    let found = candidates
        .iter()
        .filter(|folder| inventory.folders.contains_key(*folder))
        .find(|folder| is_there(folder))
        .or_else(|| candidates.iter().find(|folder| has_base(folder)))
        .or_else(|| {
            let fitting = |folder: &&String| names.is_empty() && inventory.has_pictures(folder);
            candidates.iter().take(named).find(fitting)
        });
    found.map(|folder| if folder.is_empty() { ".".to_owned() } else { folder.clone() })
}

fn voc(inventory: &Inventory, alternatives: &mut Vec<Alternative>) -> Vec<Candidate> {
    let mut all: Vec<Candidate> = Vec::new();
    for (path, folder) in &inventory.folders {
        let Some(first) = folder.xmls.first.first() else { continue };
        let kinds = folder.xmls.first.iter().take(3).map(|name| peek::xml(&inventory.root.join(path).join(name)));
        let kinds: Vec<Xml> = kinds.collect();
        if kinds.contains(&Xml::Cvat) {
            alternatives.push(Alternative {
                path: joined(&[path, first]),
                what: "CVAT's own XML".to_owned(),
                why: "it is not read; export the task as COCO, YOLO or Pascal VOC".to_owned(),
                usable: None,
            });
        }
        if !kinds.contains(&Xml::Voc) {
            continue;
        }
        let place = place(path);
        let lists = image_sets(inventory, &place.base);
        if listing::base_name(path).eq_ignore_ascii_case("annotations") && !lists.is_empty() {
            for (name, list) in lists {
                let images = voc_images(inventory, path, &place, &name);
                let reason = Reason {
                    path: list.clone(),
                    what: format!("VOC truth of split {name}"),
                    why: format!("list of images; their XML annotations are in {path}"),
                };
                add(
                    &mut all,
                    "voc",
                    &place.base,
                    Split { name, entry: SplitEntry { truth: list, images, ..SplitEntry::default() }, reason },
                );
            }
            continue;
        }
        let name = split_of(&place.inside).unwrap_or_else(|| ONLY_SPLIT.to_owned());
        let truth = if place.until.is_empty() { ".".to_owned() } else { place.until.clone() };
        let images = voc_images(inventory, path, &place, &name);
        let reason = Reason {
            path: truth.clone(),
            what: format!("VOC truth of split {name}"),
            why: format!("{} with <annotation>", counted(folder.xmls.count as u64, "XML file", "XML files")),
        };
        add(
            &mut all,
            "voc",
            &place.base,
            Split { name, entry: SplitEntry { truth, images, ..SplitEntry::default() }, reason },
        );
    }
    all
}

/// The lists `ImageSets/Main/train.txt` and the like; those of single classes (`cat_train.txt`) are passed over, and
/// `trainval` where its parts are there.
fn image_sets(inventory: &Inventory, base: &str) -> Vec<(String, String)> {
    let folder = joined(&[base, "ImageSets", "Main"]);
    if !inventory.folders.contains_key(&folder) {
        return Vec::new();
    }
    let files = listing::files(&inventory.root.join(&folder), |path| listing::has_ending(path, "txt"));
    let mut lists: Vec<(String, String)> = files
        .unwrap_or_default()
        .iter()
        .map(|file| (file.stem().to_owned(), joined(&[&folder, &file.name])))
        .filter(|(name, _)| split_of_part(name).is_some() || name == "default" || name == "trainval")
        .collect();
    if lists.len() > 1 {
        lists.retain(|(name, _)| name != "trainval");
    }
    lists
}

fn voc_images(inventory: &Inventory, folder: &str, place: &Place<'_>, split: &str) -> Option<String> {
    let base = &place.base;
    let candidates = [
        joined(&[base, "images", split]),
        joined(&[base, "JPEGImages", split]),
        joined(&[base, split, "images"]),
        joined(&[base, "JPEGImages"]),
        joined(&[base, "images"]),
        joined(&[base, "imgs"]),
        joined(&[base, split]),
        folder.to_owned(),
        base.clone(),
    ];
    let found = candidates.into_iter().find(|candidate| inventory.has_pictures(candidate));
    found.map(|folder| if folder.is_empty() { ".".to_owned() } else { folder })
}

fn yolo(inventory: &Inventory, alternatives: &mut Vec<Alternative>, findings: &mut Findings) -> Vec<Candidate> {
    let mut all = Vec::new();
    let mut covered: Vec<String> = Vec::new();
    for path in inventory.yamls.iter().take(50) {
        let mut own = Findings::default();
        let Ok(yaml) = data_yaml::read(&inventory.root.join(path), &mut own) else { continue };
        if let Some(candidate) = of_yaml(inventory, path, &yaml, &mut covered) {
            findings.merge(own);
            all.push(candidate);
        }
    }
    let mut loose = Vec::new();
    for (path, folder) in &inventory.folders {
        if folder.texts.count == 0 || covered.iter().any(|c| path == c || path.starts_with(&format!("{c}/"))) {
            continue;
        }
        if texts(inventory, path) != Text::Truth {
            continue;
        }
        if path.split('/').any(naming::is_for_predictions) {
            alternatives.push(Alternative {
                path: path.clone(),
                what: "YOLO boxes without confidence".to_owned(),
                why: "predictions need a confidence in the last column (save_conf=True)".to_owned(),
                usable: None,
            });
            continue;
        }
        let place = place(path);
        let name = split_of(&place.inside).unwrap_or_else(|| ONLY_SPLIT.to_owned());
        let truth = if place.until.is_empty() { ".".to_owned() } else { place.until.clone() };
        let reason = Reason {
            path: truth.clone(),
            what: format!("YOLO truth of split {name}"),
            why: format!(
                "{} with a class and a box a line",
                counted(folder.texts.count as u64, "text file", "text files")
            ),
        };
        let images = relative_images(inventory, &truth);
        add(
            &mut loose,
            "yolo",
            &place.base,
            Split { name, entry: SplitEntry { truth, images, ..SplitEntry::default() }, reason },
        );
    }
    for candidate in loose {
        if !all.iter().any(|known: &Candidate| known.base == candidate.base) {
            all.push(candidate);
        }
    }
    all
}

/// The kind that the first text files with anything in them have.
pub fn texts(inventory: &Inventory, folder: &str) -> Text {
    let Some(found) = inventory.folders.get(folder) else { return Text::Other };
    let kinds = found.texts.first.iter().map(|name| peek::text(&inventory.root.join(folder).join(name)));
    kinds.take(24).find(|kind| *kind != Text::Empty).unwrap_or(Text::Empty)
}

/// True where the first objects of a folder's text files are polygons.
pub fn polygons(inventory: &Inventory, folder: &str) -> bool {
    let Some(found) = inventory.folders.get(folder) else { return false };
    let mut files = found.texts.first.iter().map(|name| inventory.root.join(folder).join(name));
    files.any(|file| peek::is_of_polygons(&file))
}

fn relative_images(inventory: &Inventory, labels: &str) -> Option<String> {
    let found = pairing::images_beside(&inventory.root.join(labels))?;
    Some(dotted(listing::relative(&inventory.root, &found)))
}

pub(super) fn dotted(path: String) -> String {
    let path = path.trim_end_matches("/.").to_owned();
    if path.is_empty() { ".".to_owned() } else { path }
}

/// A class list: in the folder of the truth or one above. COCO declares its classes itself, but outputs as YOLO text count
/// the list.
pub(super) fn class_file(inventory: &Inventory, candidate: &Candidate) -> Option<String> {
    let mut folders: Vec<String> = Vec::new();
    for split in &candidate.splits {
        let truth = Path::new(&split.entry.truth);
        folders.extend(truth.ancestors().map(|a| dotted(a.to_string_lossy().into_owned())));
    }
    folders.push(dotted(candidate.base.clone()));
    let folder_of = |file: &str| dotted(file.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned());
    let files = || inventory.class_lists.iter().chain(&inventory.yamls);
    let named = |file: &&String| inventory.class_lists.contains(file) || is_names_yaml(inventory, file);
    folders.iter().find_map(|folder| files().filter(|file| folder_of(file) == *folder).find(named).cloned())
}

fn is_names_yaml(inventory: &Inventory, file: &str) -> bool {
    data_yaml::read(&inventory.root.join(file), &mut Findings::default()).is_ok()
}

fn of_yaml(
    inventory: &Inventory,
    path: &str,
    yaml: &data_yaml::DataYaml,
    covered: &mut Vec<String>,
) -> Option<Candidate> {
    let base = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let mut splits: Vec<Split> = Vec::new();
    for (key, written) in &yaml.splits {
        let places = yaml.places(key);
        let inside = |p: &Path| {
            p.canonicalize().ok().zip(inventory.root.canonicalize().ok()).is_some_and(|(p, r)| p.starts_with(r))
        };
        let [first, more @ ..] = places.as_slice() else { continue };
        let (name, entry) = if more.is_empty() && first.is_dir() && inside(first) {
            let images = if first.join("images").is_dir() { first.join("images") } else { first.clone() };
            let Some(labels) = pairing::labels_of(&images) else { continue };
            let relative = |p: &Path| dotted(listing::relative(&inventory.root, &plain(p)));
            let truth = relative(&labels);
            covered.push(truth.clone());
            let named =
                split_of(&truth.split('/').collect::<Vec<_>>()).filter(|n| naming::kind_of(n) == naming::kind_of(key));
            (
                named.unwrap_or_else(|| key.clone()),
                SplitEntry { truth, images: Some(relative(&images)), ..SplitEntry::default() },
            )
        } else {
            for place in &places {
                let images = if place.join("images").is_dir() { place.join("images") } else { place.clone() };
                let labels = pairing::labels_of(&images).unwrap_or(images);
                covered.push(dotted(listing::relative(&inventory.root, &plain(&labels))));
            }
            (key.clone(), SplitEntry { truth: path.to_owned(), ..SplitEntry::default() })
        };
        let name = if splits.iter().any(|s| s.name == name) { key.clone() } else { name };
        let count = inventory
            .folders
            .get(&entry.truth)
            .map_or_else(String::new, |f| format!("; {}", counted(f.texts.count as u64, "label file", "label files")));
        let reason = Reason {
            path: entry.truth.clone(),
            what: format!("YOLO truth of split {name}"),
            why: format!("{path} says `{key}: {}`{count}", written.join(", ")),
        };
        splits.push(Split { name, entry, reason });
    }
    (!splits.is_empty()).then(|| Candidate { format: "yolo", base, splits, class_file: Some(path.to_owned()) })
}

/// Without `.` parts, and with `..` taken back.
fn plain(path: &Path) -> std::path::PathBuf {
    let mut out = std::path::PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if out.file_name().is_some() => _ = out.pop(),
            other => out.push(other),
        }
    }
    out
}
