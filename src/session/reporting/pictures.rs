//! Pictures of items for reports: read small, several at a time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::formats::picture;
use crate::jobs::JobError;
use crate::model::{ClassId, ImageId, Progress};
use crate::report::content::Pictures;
use crate::report::encoded::{Encoded, Kind};
use crate::report::figures::items::masks::{self, Pixels};
use crate::report::palette::Palette;
use crate::session::load;

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
        Ok(picture.map(|picture| (*item, (picture, over(subject, *item, palette)))))
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
fn over(subject: &Subject<'_>, item: ImageId, palette: &Palette) -> Option<Arc<Encoded>> {
    let Subject { evaluation, matched, counter, .. } = *subject;
    let Some(pixels) = evaluation.pixels() else {
        return masks::of_objects((evaluation, matched, counter.cut()), item, SIDE, palette);
    };
    let reading = &*pixels.reading;
    let shown = load::masks::show(reading.files.get(item.index())?, reading).ok()?;
    let threshold = |class: u16| matched.own.get(ClassId(class.into())).unwrap_or(subject.confidence);
    let sure = |class: u16, x: u32, y: u32| shown.confidence_at(x, y).is_none_or(|sure| sure >= threshold(class));
    let (truth, predicted) = (&shown.truth, shown.predicted.as_ref());
    let classes = evaluation.dataset.classes.len();
    masks::of_pixels(
        Pixels { truth, predicted, ignore: reading.ignore, classes, right: false, sure: &sure },
        SIDE,
        palette,
    )
}
