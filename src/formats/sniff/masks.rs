//! Finds masks of pixels in an inventory: folders of true masks with their pictures and classes, and those of models.
//!
//! Knows the folder shapes that people keep masks in. Is asked only where there is no truth of objects.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::inventory::{Inventory, joined};
use super::models::{self, Found};
use super::naming::{self, split_of_part, words};
use super::truth::ONLY_SPLIT;
use super::{Alternative, Reason, Recognised, Usable, dataset_name};
use crate::formats::load::MASKS;
use crate::formats::masks::{self, CLASS_FILES, key};
use crate::formats::{mask_png, picture};
use crate::model::fmt::counted;
use crate::model::project::{DatasetEntry, SplitEntry};
use crate::model::{Indices, Task};

/// Words of folders that hold true masks.
const WORDS: [&str; 14] = [
    "masks",
    "mask",
    "labels",
    "label",
    "annotations",
    "annotation",
    "annot",
    "gt",
    "groundtruth",
    "segmentation",
    "segmentations",
    "segmentationclass",
    "gtfine",
    "gtcoarse",
];

/// Words of folders that hold how sure a model is.
const SURE: [&str; 5] = ["confidence", "confidences", "conf", "certainty", "probability"];

/// A mask has few different values, a photograph many.
const VALUES: usize = 64;

/// A folder of true masks.
struct Masks {
    folder: String,
    /// The folder above that of the masks.
    base: String,
    /// What the masks are kept under: `masks`, `masks-rgb`.
    container: String,
    split: String,
    colours: bool,
}

/// Recognises a folder of masks. False where it holds none.
pub(super) fn recognise(inventory: &Inventory, out: &mut Recognised) -> bool {
    let mut groups: BTreeMap<(String, String), Vec<Masks>> = BTreeMap::new();
    for found in inventory.folders.keys().filter_map(|folder| true_masks(inventory, folder)) {
        groups.entry((found.base.clone(), found.container.clone())).or_default().push(found);
    }
    let mut sets: Vec<Vec<Masks>> = groups.into_values().collect();
    // The set with most splits, then indices before colours, then the plainest name.
    sets.sort_by_key(|set| {
        let first = set.first();
        let colours = first.is_some_and(|masks| masks.colours);
        (first.map(|m| m.base.clone()), std::cmp::Reverse(set.len()), colours, first.map_or(0, |m| m.container.len()))
    });
    let mut bases: Vec<String> = Vec::new();
    for set in sets {
        let Some(first) = set.first() else { continue };
        let (base, container) = (first.base.clone(), first.container.clone());
        let known = bases.iter().position(|known| *known == base);
        let entry = entry(inventory, &set, out);
        match known {
            Some(at) => out.alternatives.push(Alternative {
                path: joined(&[&base, &container]),
                what: format!("masks of {}", counted(set.len() as u64, "split", "splits")),
                why: "the same pictures as another folder of masks, which is used".to_owned(),
                usable: Some(Usable::Truth { dataset: at, entry: Box::new(entry) }),
            }),
            None => {
                out.reasons.extend(set.iter().map(|masks| reason(inventory, masks, &entry)));
                out.project.datasets.push(entry);
                bases.push(base);
            }
        }
    }
    if bases.is_empty() {
        return false;
    }
    let models = models::place(inventory, outputs(inventory), &out.project.datasets, &bases);
    let remedy =
        "There are true masks but none of a model; add them, best as predictions/MODEL/VERSION/SPLIT/NAME.png.";
    out.take(models, remedy);
    true
}

fn true_masks(inventory: &Inventory, folder: &str) -> Option<Masks> {
    let parts: Vec<&str> = folder.split('/').collect();
    if parts.iter().any(|part| naming::is_for_predictions(part) || is_sure(part)) {
        return None;
    }
    let is_word = |part: &&str| {
        let words = words(part);
        words.iter().any(|word| WORDS.contains(&word.as_str())) || part.to_lowercase().ends_with("annot")
    };
    let at = parts.iter().position(is_word)?;
    let colours = looks_like_mask(inventory, folder)?;
    let annot = parts.get(at)?.to_lowercase();
    // CamVid keeps `trainannot`, `valannot`, `testannot` side by side.
    let own = annot.strip_suffix("annot").filter(|rest| !rest.is_empty()).map(str::to_owned);
    let named = |part: &&str| {
        split_of_part(part).or_else(|| words(part).into_iter().find(|w| naming::kind_of_word(w).is_some()))
    };
    let split = own.clone().or_else(|| parts.iter().rev().find_map(named));
    let above = parts.get(..at).unwrap_or_default();
    let base: Vec<&str> = above.iter().copied().filter(|part| split_of_part(part).is_none()).collect();
    Some(Masks {
        folder: folder.to_owned(),
        base: base.join("/"),
        container: if own.is_some() { "annot".to_owned() } else { (*parts.get(at)?).to_owned() },
        split: split.unwrap_or_else(|| ONLY_SPLIT.to_owned()),
        colours,
    })
}

fn is_sure(part: &str) -> bool {
    words(part).iter().any(|word| SURE.contains(&word.as_str()))
}

/// Whether the first picture of a folder is a mask, and whether of colours; `None` where it is none.
fn looks_like_mask(inventory: &Inventory, folder: &str) -> Option<bool> {
    let first = inventory.folders.get(folder)?.pictures.first.first()?;
    let path = inventory.root.join(folder).join(first);
    if !masks::is_mask(&path) {
        return None;
    }
    match mask_png::read(&path, None) {
        Ok((mask, _)) => {
            let values: BTreeSet<u16> = match &mask.values {
                Indices::Small(values) => values.iter().map(|value| u16::from(*value)).collect(),
                Indices::Large(values) => values.iter().copied().collect(),
            };
            (values.len() <= VALUES).then_some(false)
        }
        // Colours: few of them are classes, many a photograph.
        Err(_) => {
            let picture = picture::decode(&path, None).ok()?;
            let mut colours: BTreeSet<&[u8]> = BTreeSet::new();
            for pixel in picture.rgba.chunks_exact(4) {
                colours.insert(pixel);
                if colours.len() > VALUES {
                    return None;
                }
            }
            Some(true)
        }
    }
}

fn entry(inventory: &Inventory, set: &[Masks], out: &Recognised) -> DatasetEntry {
    let base = set.first().map_or("", |masks| masks.base.as_str());
    let (id, version) = dataset_name(base, &inventory.root, &out.project.datasets);
    let split = |masks: &Masks| {
        let entry =
            SplitEntry { truth: masks.folder.clone(), images: pictures(inventory, masks), ..SplitEntry::default() };
        (masks.split.clone(), entry)
    };
    DatasetEntry {
        id,
        version,
        task: Task::SemanticSegmentation,
        format: MASKS.to_owned(),
        splits: set.iter().map(split).collect(),
        class_file: set.first().and_then(|masks| class_file(inventory, &masks.folder)),
        ..DatasetEntry::default()
    }
}

/// The folder whose pictures are called like the masks.
fn pictures(inventory: &Inventory, masks: &Masks) -> Option<String> {
    let keys = |folder: &str| -> BTreeSet<String> {
        let first = inventory.folders.get(folder).map(|found| found.pictures.first.as_slice()).unwrap_or_default();
        first.iter().map(|name| key(name)).collect()
    };
    let wanted = keys(&masks.folder);
    let mut fitting: Vec<&String> = inventory
        .folders
        .keys()
        .filter(|folder| **folder != masks.folder)
        .filter(|folder| !folder.split('/').any(|part| naming::is_for_predictions(part) || is_sure(part)))
        .filter(|folder| !keys(folder).is_disjoint(&wanted) && looks_like_mask(inventory, folder).is_none())
        .collect();
    fitting.sort_by_key(|folder| {
        let of_split = words(folder).contains(&masks.split);
        (!of_split, folder.len(), folder.as_str())
    });
    fitting.first().map(|folder| (*folder).clone())
}

/// The file that names the classes, in the folder of the masks or above it.
fn class_file(inventory: &Inventory, folder: &str) -> Option<String> {
    let folders = Path::new(folder).ancestors().map(|folder| folder.to_string_lossy().into_owned());
    folders.into_iter().find_map(|folder| {
        let there = |name: &&&str| {
            let path = inventory.root.join(&folder).join(name);
            path.is_file() && mask_png::read_classes(&path).is_ok()
        };
        CLASS_FILES.iter().find(there).map(|name| joined(&[&folder, name]))
    })
}

fn reason(inventory: &Inventory, masks: &Masks, entry: &DatasetEntry) -> Reason {
    let count = inventory.folders.get(&masks.folder).map_or(0, |folder| folder.pictures.count);
    let pictures = entry.splits.get(&masks.split).and_then(|split| split.images.as_ref());
    let pictures =
        pictures.map_or_else(|| "; no folder has their pictures".to_owned(), |f| format!("; pictures in {f}"));
    let classes = entry.class_file.as_ref().map_or_else(String::new, |file| format!("; classes in {file}"));
    let kind = if masks.colours { "of colours" } else { "of indices" };
    Reason {
        path: masks.folder.clone(),
        what: format!("masks of split {}", masks.split),
        why: format!("{} {kind}{pictures}{classes}", counted(count as u64, "mask", "masks")),
    }
}

/// The folders of models' masks.
fn outputs(inventory: &Inventory) -> Vec<Found> {
    let of = |(folder, found): (&String, &super::inventory::Folder)| {
        let parts: Vec<String> = folder.split('/').map(str::to_owned).collect();
        let is_output = parts.iter().any(|part| naming::is_for_predictions(part)) && !parts.iter().any(|p| is_sure(p));
        if !is_output || found.pictures.count == 0 {
            return None;
        }
        looks_like_mask(inventory, folder)?;
        Some(Found {
            path: folder.clone(),
            format: MASKS,
            folders: parts,
            seen: counted(found.pictures.count as u64, "mask", "masks"),
            stems: found.pictures.first.iter().map(|name| key(name)).collect(),
            confidence: sure(inventory, folder),
            ..Found::default()
        })
    };
    inventory.folders.iter().filter_map(of).collect()
}

/// The folder with the confidence of a model's masks: beside theirs, with a word for it in its name or above.
fn sure(inventory: &Inventory, folder: &str) -> Option<String> {
    let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
    let mut candidates: Vec<String> = Vec::new();
    for word in SURE {
        candidates.push(joined(&[folder, word]));
        candidates.push(format!("{folder}-{word}"));
        candidates.push(format!("{folder}_{word}"));
        candidates.push(joined(&[above, word, name]));
        candidates.push(joined(&[&format!("{above}-{word}"), name]));
        candidates.push(joined(&[&format!("{above}_{word}"), name]));
    }
    candidates.into_iter().find(|candidate| inventory.folders.contains_key(candidate))
}
