//! Pictures of items for reports: read small, several at a time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::formats::picture;
use crate::jobs::JobError;
use crate::model::{ImageId, Progress};
use crate::report::content::Pictures;
use crate::report::encoded::{Encoded, Kind};
use crate::report::palette::Palette;

use super::Subject;

/// Longest side of a picture in pixels: twice what it is drawn at.
const SIDE: u32 = 480;

/// Reads the pictures of items; those that are not there, or cannot be read, are left out.
pub(super) fn read(
    subject: &Subject<'_>,
    items: &BTreeSet<ImageId>,
    palette: &Palette,
    progress: &dyn Progress,
) -> Result<Pictures, JobError> {
    progress.stage("Reading pictures");
    let done = AtomicUsize::new(0);
    let items: Vec<ImageId> = items.iter().copied().collect();
    let one = |item: &ImageId| {
        progress.check()?;
        let picture = of_file(subject, *item);
        progress.progress(done.fetch_add(1, Ordering::Relaxed) + 1, items.len());
        Ok(picture.map(|picture| (*item, (picture, masks(subject, *item, palette)))))
    };
    let all: Vec<Option<_>> = items.par_iter().with_max_len(1).map(one).collect::<Result<_, JobError>>()?;
    Ok(all.into_iter().flatten().collect())
}

fn of_file(subject: &Subject<'_>, item: ImageId) -> Option<Arc<Encoded>> {
    let path = subject.evaluation.dataset.images.get(item.index())?.path.as_ref()?;
    let read = picture::decode(path, Some(SIDE)).ok()?;
    Encoded::of_rgba(Kind::Jpeg, read.width, read.height, &read.rgba).ok()
}

/// What lies over the picture: masks of objects, or what is right and wrong of its pixels.
fn masks(subject: &Subject<'_>, item: ImageId, palette: &Palette) -> Option<Arc<Encoded>> {
    let _ = (subject, item, palette);
    None
}
