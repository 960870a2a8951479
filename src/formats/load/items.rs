//! The items of a split alone, whether or not any model has outputs for it.

use std::collections::HashMap;
use std::path::Path;

use super::{MASKS, builder_of, dataset_of, load_dataset, split_of, split_paths};
use crate::formats::error::LoadError;
use crate::formats::{answers, masks, panoptic};
use crate::model::project::{Choice, Project};
use crate::model::{Dataset, DatasetBuilder, Findings, Image, Progress, Task};

/// Reads the items of one split of a dataset: names, pictures or texts, and labels or objects. Of masks of pixels no truth is
/// read, and a mask without a picture has no path.
///
/// # Errors
/// Where a file cannot be read or used, there is no such split, or the work is cancelled.
pub fn load_items(
    root: &Path,
    project: &Project,
    dataset: usize,
    split: &str,
    progress: &dyn Progress,
) -> Result<Dataset, LoadError> {
    let choice = Choice { model: usize::MAX, dataset, splits: vec![split.to_owned()] };
    let entry = dataset_of(root, project, &choice)?;
    let home = entry.root(root);
    let mut builder = builder_of(project, entry, &choice);
    let mut findings = Findings::default();
    match (entry.task, entry.format.as_str()) {
        (Task::TextGeneration, _) => {
            let rows = &split_of(home, entry, split)?.rows;
            for (truth, _) in split_paths(home, entry, &choice)? {
                answers::read_items((entry, home), (&truth, rows), split, &mut builder, &mut findings, progress)?;
            }
        }
        (_, MASKS) => {
            for (truth, images) in split_paths(home, entry, &choice)? {
                let of = masks::Split { truth: &truth, images: images.as_deref() };
                let mut files = Vec::new();
                masks::read_split(of, 0, &mut builder, &mut files, &mut findings)?;
                for (image, files) in builder.images.iter_mut().zip(&files) {
                    image.path = image.path.take().filter(|path| *path != files.truth);
                }
            }
        }
        (_, panoptic::FORMAT) => {
            for (truth, images) in split_paths(home, entry, &choice)? {
                add_panoptic(&truth, images.as_deref(), &mut builder, &mut findings)?;
            }
        }
        _ => return Ok(load_dataset(root, project, &choice, progress)?.0),
    }
    Ok(builder.build())
}

fn add_panoptic(
    truth: &Path,
    images: Option<&Path>,
    builder: &mut DatasetBuilder,
    findings: &mut Findings,
) -> Result<(), LoadError> {
    let pictures = images.map_or_else(|| Ok(HashMap::new()), masks::pictures)?;
    for (rank, map) in (0_i64..).zip(panoptic::read(truth, None, findings)?.1) {
        let path = pictures.get(&masks::key(&map.name)).map(|picture| picture.path.clone());
        builder.images.push(Image { source_id: rank, name: map.name, path, ..Image::default() });
    }
    Ok(())
}
