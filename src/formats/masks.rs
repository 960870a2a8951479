//! Sets of masks: which mask belongs to which picture and which output, and what their indices and colours mean.
//!
//! Knows folders and names. Pixels are read by [`super::mask_png`].

use std::collections::HashMap;
use std::path::Path;

use super::error::{FormatError, LoadError};
use super::listing::{self, Listed, has_ending};
use super::mask_png::{self, MaskClasses, Palette, Unknown};
use super::panoptic;
use super::picture::is_picture;
use super::source;
use crate::model::{
    ClassTable, Confidence, DatasetBuilder, Findings, Image, IndexMask, MaskFiles, MaskReading, Severity,
};

/// What exporters put behind the name of a picture to name its mask, in lower case, the longest first.
const SUFFIXES: [&str; 28] = [
    "_gtfine_labeltrainids",
    "_gtcoarse_labelids",
    "_gtfine_labelids",
    "_gtfine_panoptic",
    "_leftimg8bit",
    "_segmentation",
    "_prediction",
    "_confidence",
    "_train_id",
    "_labelids",
    "_panoptic",
    "_labels",
    "_masks",
    "_label",
    "_probs",
    "_prob",
    "_conf",
    "_mask",
    "_pred",
    "-mask",
    "-label",
    "_seg",
    "_gt",
    "_l",
    "-pred",
    "-seg",
    "-gt",
    ".mask",
];

/// Files whose names say what classes the masks have, the preferred first.
pub const CLASS_FILES: [&str; 9] = [
    "classes.json",
    "labels.json",
    "class_dict.csv",
    "classes.csv",
    "label_colors.txt",
    "labelmap.txt",
    "label_map.txt",
    "classes.txt",
    "labels.txt",
];

/// True for a file that can hold a mask.
#[must_use]
pub fn is_mask(path: &Path) -> bool {
    ["png", "tif", "tiff", "bmp", "webp"].iter().any(|ending| has_ending(path, ending))
}

/// True for a file that can hold the confidence of every pixel.
#[must_use]
pub fn is_confidence(path: &Path) -> bool {
    has_ending(path, "png") || has_ending(path, "npy")
}

/// The name that a picture, its mask and its output have in common: without folders' endings and what exporters append.
#[must_use]
pub fn key(name: &str) -> String {
    let stem = listing::stem(name);
    let lower = stem.to_lowercase();
    let suffix = SUFFIXES.iter().find(|suffix| lower.len() > suffix.len() && lower.ends_with(**suffix));
    let end = stem.len() - suffix.map_or(0, |suffix| suffix.len());
    stem.get(..end).unwrap_or(stem).to_owned()
}

/// Files of a folder by what they have in common with those of others; of several with one name the first.
fn by_key(folder: &Path, wanted: fn(&Path) -> bool) -> Result<Vec<(String, Listed)>, FormatError> {
    let mut seen = std::collections::HashSet::new();
    let files = listing::files(folder, wanted)?.into_iter().map(|file| (key(&file.name), file));
    Ok(files.filter(|(key, _)| seen.insert(key.clone())).collect())
}

/// The pictures of a folder by their [`key`].
///
/// # Errors
/// Where the folder cannot be listed.
pub fn pictures(folder: &Path) -> Result<HashMap<String, Listed>, FormatError> {
    Ok(by_key(folder, is_picture)?.into_iter().collect())
}

/// The masks of one split.
#[derive(Clone, Copy, Debug)]
pub struct Split<'a> {
    /// The folder of the true masks.
    pub truth: &'a Path,
    /// The folder of the pictures, where there is one.
    pub images: Option<&'a Path>,
}

/// The classes of a set of masks: from a file, or as many as the project names. An index to be ignored that is given wins over
/// that of the file.
///
/// # Errors
/// Where the file cannot be read, or nothing names the classes.
pub fn classes(
    place: &Path,
    file: Option<&Path>,
    names: &[String],
    ignore: Option<u16>,
) -> Result<MaskClasses, FormatError> {
    let mut found = match file {
        Some(file) => mask_png::read_classes(file)?,
        None => MaskClasses::default(),
    };
    if !names.is_empty() {
        found.names = names.to_vec();
    }
    if found.names.is_empty() {
        return Err(FormatError::new(
            place,
            "is a folder of masks, and nothing says what classes their indices are",
            "put a classes.json with the names in order beside it, or name them under `classes` in evalens.json",
        ));
    }
    found.ignore = ignore.or(found.ignore);
    Ok(found)
}

/// Adds the pictures of a split to the builder, with the place of the true mask of each. A picture without a mask is left out
/// and counted; a mask without a picture stands for itself.
///
/// # Errors
/// Where a folder cannot be listed or holds no mask.
pub fn read_split(
    split: Split<'_>,
    number: u16,
    into: &mut DatasetBuilder,
    files: &mut Vec<MaskFiles>,
    findings: &mut Findings,
) -> Result<(), LoadError> {
    let masks = by_key(split.truth, is_mask)?;
    if masks.is_empty() {
        return Err(FormatError::new(split.truth, "holds no mask", "name a folder of PNG masks").into());
    }
    let pictures = split.images.map_or_else(|| Ok(HashMap::new()), pictures)?;
    for (rank, (key, mask)) in (0_i64..).zip(&masks) {
        let picture = pictures.get(key);
        if picture.is_none() && split.images.is_some() {
            findings.add(
                Severity::Warning,
                "mask-without-picture",
                "Masks have no picture of their name; they are counted, and cannot be shown over a picture.",
                || mask.name.clone(),
            );
        }
        into.images.push(Image {
            source_id: rank,
            name: picture.map_or_else(|| mask.name.clone(), |picture| picture.name.clone()),
            path: Some(picture.map_or_else(|| mask.path.clone(), |picture| picture.path.clone())),
            split: number,
            ..Image::default()
        });
        files.push(MaskFiles { truth: mask.path.clone(), ..MaskFiles::default() });
    }
    let known: std::collections::HashSet<&String> = masks.iter().map(|(key, _)| key).collect();
    let mut unmasked: Vec<&Listed> =
        pictures.iter().filter(|(key, _)| !known.contains(key)).map(|(_, picture)| picture).collect();
    unmasked.sort_by(|a, b| listing::natural(&a.name, &b.name));
    for picture in unmasked {
        findings.add(
            Severity::Warning,
            "picture-without-mask",
            "Pictures have no true mask and are left out; add the masks, or take the pictures out of the folder.",
            || picture.name.clone(),
        );
    }
    Ok(())
}

/// Finds the model's mask for each image of a split, and its confidence where there is a folder of those. `names` are the masks'
/// places in `files` that belong to the split.
///
/// # Errors
/// Where a folder cannot be listed, or no mask in it belongs to the split.
pub fn pair_outputs(
    folder: &Path,
    confidence: Option<&Path>,
    files: &mut [MaskFiles],
    truth: &Path,
    findings: &mut Findings,
) -> Result<(), FormatError> {
    let outputs: HashMap<String, Listed> = by_key(folder, is_mask)?.into_iter().collect();
    let sure: HashMap<String, Listed> = match confidence {
        Some(folder) => by_key(folder, is_confidence)?.into_iter().collect(),
        None => HashMap::new(),
    };
    let mut found = 0;
    for file in files {
        let key = key(&listing::relative(truth, &file.truth));
        file.predicted = outputs.get(&key).map(|output| output.path.clone());
        file.confidence = sure.get(&key).map(|output| output.path.clone());
        found += usize::from(file.predicted.is_some());
        if file.predicted.is_none() {
            findings.add(
                Severity::Warning,
                "missing-prediction",
                "Images have no mask of the model; all their pixels count as missed. Run the model on them, or take them out.",
                || key.clone(),
            );
        } else if confidence.is_some() && file.confidence.is_none() {
            findings.add(
                Severity::Warning,
                "missing-confidence",
                "Images have no confidence map; their pixels count as certain.",
                || key.clone(),
            );
        }
    }
    if found == 0 {
        return Err(FormatError::new(
            folder,
            "holds no mask that is called like a true one",
            "give the model's masks the names of the true masks, as in `0001.png` or `0001_pred.png`",
        ));
    }
    Ok(())
}

/// What was read of an image.
#[derive(Debug)]
pub struct ReadMasks {
    /// Ground truth.
    pub truth: IndexMask,
    /// The model's classes; `None` where it says nothing.
    pub predicted: Option<IndexMask>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// The segment ids of truth and model, where the maps are panoptic; of one size.
    pub ids: Option<(Vec<u32>, Vec<u32>)>,
}

/// Reads the masks of an image. What was remarkable is added to the findings.
///
/// # Errors
/// Where one cannot be read.
pub fn read(files: &MaskFiles, reading: &MaskReading, findings: &mut Findings) -> Result<ReadMasks, FormatError> {
    if reading.panoptic {
        return read_panoptic(files);
    }
    let palette = reading.colours.clone().map(Palette::from_colours);
    let mut mask = |path: &Path| {
        let (mask, unknown) = mask_png::read(path, palette.as_ref())?;
        report_unknown(path, &unknown, findings);
        Ok::<_, FormatError>(mask)
    };
    let truth = mask(&files.truth)?;
    let predicted = files.predicted.as_deref().map(&mut mask).transpose()?;
    let confidence = files.confidence.as_deref().map(mask_png::read_confidence).transpose()?;
    let size = |width: u32, height: u32| (width, height) != (truth.width, truth.height);
    if let Some(predicted) = predicted.as_ref().filter(|mask| size(mask.width, mask.height)) {
        findings.add(
            Severity::Warning,
            "mask-resized",
            "Masks of the model are of another size than the true ones and are resized by the nearest pixel; let the model \
             write masks in the size of its pictures.",
            || {
                let (name, wanted) = (source::short_name(&files.truth), (truth.width, truth.height));
                format!("{name}: {} × {} instead of {} × {}", predicted.width, predicted.height, wanted.0, wanted.1)
            },
        );
    }
    if let Some(map) = confidence.as_ref().filter(|map| map.not_finite > 0) {
        findings.add(
            Severity::Warning,
            "non-finite-confidence",
            "Confidence maps have values that are not finite; they count as 0.",
            || format!("{}: {} pixels", source::short_name(&files.truth), map.not_finite),
        );
    }
    Ok(ReadMasks { truth, predicted, confidence, ids: None })
}

/// Ids of segments, and the classes that follow from them.
fn read_panoptic(files: &MaskFiles) -> Result<ReadMasks, FormatError> {
    let (width, height, of_truth) = panoptic::read_ids(&files.truth)?;
    let truth = panoptic::classes_of(width, height, &of_truth, &files.segments.0);
    let Some(path) = &files.predicted else {
        let ids = Some((of_truth, vec![0; width as usize * height as usize]));
        return Ok(ReadMasks { truth, predicted: None, confidence: None, ids });
    };
    let (w, h, said) = panoptic::read_ids(path)?;
    if (w, h) != (width, height) {
        return Err(FormatError::new(
            path,
            format!("has {w} × {h} pixels, the truth {width} × {height}"),
            "let the model write its segments in the size of the truth",
        ));
    }
    let predicted = panoptic::classes_of(w, h, &said, &files.segments.1);
    Ok(ReadMasks { truth, predicted: Some(predicted), confidence: None, ids: Some((of_truth, said)) })
}

fn report_unknown(path: &Path, unknown: &Unknown, findings: &mut Findings) {
    for ([r, g, b], pixels) in &unknown.colours {
        findings.add(
            Severity::Warning,
            "unknown-colour",
            "Masks have colours that stand for no class; their pixels are left out of the truth, and wrong in outputs. Add the \
             colours to the classes.",
            || format!("{}: #{r:02x}{g:02x}{b:02x}, {pixels} pixels", source::short_name(path)),
        );
    }
}

/// Reports pixels whose index is that of no class.
pub fn report_indices(file: &MaskFiles, truth: u64, predicted: u64, findings: &mut Findings) {
    if truth > 0 {
        findings.add(
            Severity::Warning,
            "unknown-index",
            "True masks have indices beyond the classes; their pixels are left out. Name the classes, or say which index is to \
             be ignored.",
            || format!("{}: {truth} pixels", source::short_name(&file.truth)),
        );
    }
    if predicted > 0 {
        findings.add(
            Severity::Warning,
            "unknown-predicted-index",
            "Masks of the model have indices beyond the classes; their pixels count as missed.",
            || format!("{}: {predicted} pixels", source::short_name(file.predicted.as_deref().unwrap_or(&file.truth))),
        );
    }
}

/// The class table of a set of masks: the evaluated classes, by index.
#[must_use]
pub fn table(classes: &MaskClasses) -> ClassTable {
    let names = classes.names.iter().take(classes.evaluated()).enumerate();
    ClassTable::from_names(names.map(|(index, name)| if name.is_empty() { index.to_string() } else { name.clone() }))
}
