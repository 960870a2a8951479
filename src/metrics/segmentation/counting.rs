//! How many pixels of a picture are of which true and which predicted class, at which level of confidence.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::in_size_of;
use crate::model::index_mask::NO_CLASS;
use crate::model::{Confidence, IndexMask, Indices, Levels};

/// Pixels of a picture that agree in their true class, their predicted class and their confidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PixelCell {
    /// The true class.
    pub truth: u16,
    /// The predicted class; `u16::MAX` where the prediction is none of the classes.
    pub predicted: u16,
    /// The level of confidence; 0 where no confidences are given.
    pub level: u16,
    /// How many pixels. Masks of more than 2³² pixels are not read.
    pub pixels: u32,
}

/// The pixels of one picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageCells {
    /// Cells with at least one pixel, by true class, predicted class and level.
    pub cells: Vec<PixelCell>,
    /// Pixels whose truth is the index to be ignored; in no cell.
    pub ignored: u64,
    /// Pixels whose truth is neither a class nor the index to be ignored; in no cell.
    pub truth_out_of_range: u64,
    /// Pixels of [`Self::cells`] whose prediction is no class: wrong for their true class.
    pub predicted_out_of_range: u64,
}

impl ImageCells {
    /// Joins levels of confidence so that 256 remain, each at the lowest level of its step; `highest` is the level of full
    /// confidence.
    pub fn join_levels(&mut self, highest: u16) {
        let step = (u32::from(highest) + 1).div_ceil(256).max(1);
        for cell in &mut self.cells {
            let joined = u32::from(cell.level) / step * step;
            // Full confidence stays what it is.
            cell.level = if cell.level == highest { highest } else { u16::try_from(joined).unwrap_or(highest) };
        }
        self.cells.dedup_by(|next, kept| {
            let same = (next.truth, next.predicted, next.level) == (kept.truth, kept.predicted, kept.level);
            if same {
                kept.pixels += next.pixels;
            }
            same
        });
    }
}

/// Counts the pixels of a picture. Classes are the indices below `classes`; pixels whose truth is `ignore` count nowhere,
/// also where that is such an index. A prediction or a map of confidences of another size is resized to the nearest pixel.
#[must_use]
pub fn count_image(
    truth: &IndexMask,
    predicted: &IndexMask,
    classes: usize,
    ignore: Option<u16>,
    confidence: Option<&Confidence>,
) -> ImageCells {
    let predicted = in_size_of(truth, predicted);
    let mut tally =
        Tally { rules: Rules { classes, ignore }, pairs: FxHashMap::default(), left_out: ImageCells::default() };
    match (&truth.values, &predicted.values) {
        (Indices::Small(t), Indices::Small(p)) => tally.bytes(t, p),
        (Indices::Small(t), Indices::Large(p)) => tally.runs(t, p),
        (Indices::Large(t), Indices::Small(p)) => tally.runs(t, p),
        (Indices::Large(t), Indices::Large(p)) => tally.runs(t, p),
    }
    let Some(confidence) = confidence else { return tally.finish() };
    let confidence = if (truth.width, truth.height) == (confidence.width, confidence.height) {
        Cow::Borrowed(confidence)
    } else {
        Cow::Owned(confidence.resized_nearest(truth.width, truth.height))
    };
    match &confidence.levels {
        Levels::Byte(levels) => tally.finish_with(truth, &predicted, levels),
        Levels::Word(levels) => tally.finish_with(truth, &predicted, levels),
    }
}

/// Which indices count as what.
#[derive(Clone, Copy)]
struct Rules {
    classes: usize,
    ignore: Option<u16>,
}

impl Rules {
    fn is_class(self, index: u16) -> bool {
        usize::from(index) < self.classes && index != NO_CLASS
    }

    /// The cell of a pixel; `None` where its truth leaves it out.
    fn cell(self, truth: u16, predicted: u16) -> Option<(u16, u16)> {
        let counts = self.is_class(truth) && Some(truth) != self.ignore;
        counts.then(|| (truth, if self.is_class(predicted) { predicted } else { NO_CLASS }))
    }
}

/// Pairs of true and predicted class, counted.
struct Tally {
    rules: Rules,
    pairs: FxHashMap<(u16, u16), u32>,
    /// Has no cells yet.
    left_out: ImageCells,
}

impl Tally {
    fn add(&mut self, truth: u16, predicted: u16, pixels: u32) {
        match self.rules.cell(truth, predicted) {
            Some(cell) => {
                *self.pairs.entry(cell).or_default() += pixels;
                self.left_out.predicted_out_of_range += if cell.1 == NO_CLASS { u64::from(pixels) } else { 0 };
            }
            None if Some(truth) == self.rules.ignore => self.left_out.ignored += u64::from(pixels),
            None => self.left_out.truth_out_of_range += u64::from(pixels),
        }
    }

    fn bytes(&mut self, truth: &[u8], predicted: &[u8]) {
        let joint = joint(truth, predicted);
        for (cell, &pixels) in joint.iter().enumerate().filter(|(_, pixels)| **pixels > 0) {
            self.add((cell >> 8) as u16, (cell & 0xFF) as u16, pixels);
        }
    }

    /// Neighbours mostly agree, so whole runs are counted.
    fn runs<T: Copy + Into<u16>, P: Copy + Into<u16>>(&mut self, truth: &[T], predicted: &[P]) {
        let mut run = (0, 0);
        let mut length = 0;
        for (&t, &p) in truth.iter().zip(predicted) {
            let pair = (t.into(), p.into());
            if pair != run && length > 0 {
                self.add(run.0, run.1, length);
                length = 0;
            }
            run = pair;
            length += 1;
        }
        if length > 0 {
            self.add(run.0, run.1, length);
        }
    }

    fn sorted(&self) -> Vec<PixelCell> {
        let cell = |(&(truth, predicted), &pixels)| PixelCell { truth, predicted, level: 0, pixels };
        let mut cells: Vec<PixelCell> = self.pairs.iter().map(cell).collect();
        cells.sort_unstable();
        cells
    }

    fn finish(self) -> ImageCells {
        ImageCells { cells: self.sorted(), ..self.left_out }
    }

    /// Divides every pair by level: the levels are first laid out by pair, whose numbers of pixels are known, then counted
    /// pair by pair. So a picture takes memory by its pixels, not by pairs times levels.
    fn finish_with<L: Copy + Into<u16>>(self, truth: &IndexMask, predicted: &IndexMask, levels: &[L]) -> ImageCells {
        let pairs = self.sorted();
        let mut layout = Layout::new(&pairs);
        match (&truth.values, &predicted.values) {
            (Indices::Small(t), Indices::Small(p)) => {
                let slots = slots_of_bytes(&pairs, self.rules.classes);
                let slot = |t: u8, p: u8| {
                    slots.get(usize::from(t) << 8 | usize::from(p)).map_or(NO_SLOT, |&slot| slot as usize)
                };
                layout.fill(t, p, levels, slot);
            }
            (Indices::Small(t), Indices::Large(p)) => layout.fill(t, p, levels, slots(&pairs, self.rules)),
            (Indices::Large(t), Indices::Small(p)) => layout.fill(t, p, levels, slots(&pairs, self.rules)),
            (Indices::Large(t), Indices::Large(p)) => layout.fill(t, p, levels, slots(&pairs, self.rules)),
        }
        ImageCells { cells: layout.count(&pairs), ..self.left_out }
    }
}

/// Tables counted into in turn: one counter cannot be raised twice in a row at full speed, and neighbours mostly agree.
const TABLES: usize = 4;
/// Pixels looked at together.
const STEP: usize = 8;

/// Pixels by `truth << 8 | predicted`, up to the largest true index.
fn joint(truth: &[u8], predicted: &[u8]) -> Vec<u32> {
    let size = (usize::from(truth.iter().copied().max().unwrap_or(0)) + 1) << 8;
    let mut tables: [Vec<u32>; TABLES] = std::array::from_fn(|_| vec![0; size]);
    let pixels = truth.len().min(predicted.len());
    let (truth_steps, truth_rest) = truth.get(..pixels).unwrap_or_default().as_chunks::<STEP>();
    let (predicted_steps, predicted_rest) = predicted.get(..pixels).unwrap_or_default().as_chunks::<STEP>();
    let [a, b, c, d] = &mut tables;
    for (&t, &p) in truth_steps.iter().zip(predicted_steps) {
        let ([t0, t1, t2, t3, t4, t5, t6, t7], [p0, p1, p2, p3, p4, p5, p6, p7]) = (t, p);
        if all_are(t, t0) && all_are(p, p0) {
            raise(a, t0, p0, STEP as u32);
            continue;
        }
        raise(a, t0, p0, 1);
        raise(b, t1, p1, 1);
        raise(c, t2, p2, 1);
        raise(d, t3, p3, 1);
        raise(a, t4, p4, 1);
        raise(b, t5, p5, 1);
        raise(c, t6, p6, 1);
        raise(d, t7, p7, 1);
    }
    for (&t, &p) in truth_rest.iter().zip(predicted_rest) {
        raise(a, t, p, 1);
    }
    for ((a, b), (c, d)) in a.iter_mut().zip(b.iter()).zip(c.iter().zip(d.iter())) {
        *a += b + c + d;
    }
    std::mem::take(a)
}

fn all_are(bytes: [u8; STEP], first: u8) -> bool {
    u64::from_ne_bytes(bytes) == u64::from_ne_bytes([first; STEP])
}

#[inline]
fn raise(table: &mut [u32], truth: u8, predicted: u8, by: u32) {
    if let Some(count) = table.get_mut(usize::from(truth) << 8 | usize::from(predicted)) {
        *count += by;
    }
}

/// The slot of pixels that are left out.
const NO_SLOT: usize = u32::MAX as usize;

/// The position among the pairs by `truth << 8 | predicted`.
fn slots_of_bytes(pairs: &[PixelCell], classes: usize) -> Vec<u32> {
    let mut slots = vec![u32::MAX; 1 << 16];
    for (pair, slot) in pairs.iter().zip(0_u32..) {
        let row = slots.get_mut(usize::from(pair.truth) << 8..).unwrap_or_default();
        let columns = match pair.predicted {
            NO_CLASS => classes.min(256)..256,
            predicted => usize::from(predicted)..usize::from(predicted) + 1,
        };
        row.get_mut(columns).unwrap_or_default().fill(slot);
    }
    slots
}

/// The position among the pairs, for indices of any size.
fn slots<T: Into<u16>, P: Into<u16>>(pairs: &[PixelCell], rules: Rules) -> impl FnMut(T, P) -> usize {
    let places: FxHashMap<(u16, u16), usize> =
        pairs.iter().enumerate().map(|(slot, pair)| ((pair.truth, pair.predicted), slot)).collect();
    let mut last = ((NO_CLASS, NO_CLASS), NO_SLOT);
    move |t, p| {
        let pair = (t.into(), p.into());
        if pair != last.0 {
            let slot = rules.cell(pair.0, pair.1).and_then(|cell| places.get(&cell)).copied();
            last = (pair, slot.unwrap_or(NO_SLOT));
        }
        last.1
    }
}

/// Levels, those of a pair side by side.
struct Layout {
    levels: Vec<u16>,
    /// Where the next level of each pair goes.
    next: Vec<usize>,
}

impl Layout {
    fn new(pairs: &[PixelCell]) -> Self {
        let mut sum = 0;
        let mut start = |pair: &PixelCell| {
            sum += pair.pixels as usize;
            sum - pair.pixels as usize
        };
        let next = pairs.iter().map(&mut start).collect();
        Self { next, levels: vec![0; sum] }
    }

    fn fill<T: Copy, P: Copy, L: Copy + Into<u16>>(
        &mut self,
        truth: &[T],
        predicted: &[P],
        levels: &[L],
        mut slot: impl FnMut(T, P) -> usize,
    ) {
        for ((&t, &p), &level) in truth.iter().zip(predicted).zip(levels) {
            if let Some(next) = self.next.get_mut(slot(t, p)) {
                if let Some(place) = self.levels.get_mut(*next) {
                    *place = level.into();
                }
                *next += 1;
            }
        }
    }

    fn count(mut self, pairs: &[PixelCell]) -> Vec<PixelCell> {
        let mut cells = Vec::new();
        let mut table = Vec::new();
        let mut rest = self.levels.as_mut_slice();
        for pair in pairs {
            let (own, others) = rest.split_at_mut(rest.len().min(pair.pixels as usize));
            rest = others;
            each_level(own, &mut table, |level, pixels| cells.push(PixelCell { level, pixels, ..*pair }));
        }
        cells
    }
}

/// Below so many pixels sorting them is quicker than going through a table of all levels.
const FEW: usize = 2048;

/// Calls `found` with every level that is there, ascending, and how often it is. `table` is a scratch that stays zeroed.
fn each_level(levels: &mut [u16], table: &mut Vec<u32>, mut found: impl FnMut(u16, u32)) {
    let highest = levels.iter().copied().max().unwrap_or(0);
    if levels.len() < FEW && highest > u16::from(u8::MAX) {
        levels.sort_unstable();
        levels.chunk_by(|a, b| a == b).for_each(|run| found(run.first().copied().unwrap_or(0), run.len() as u32));
        return;
    }
    table.resize(table.len().max(usize::from(highest) + 1), 0);
    for &level in levels.iter() {
        if let Some(count) = table.get_mut(usize::from(level)) {
            *count += 1;
        }
    }
    for (count, level) in table.iter_mut().zip(0..=highest).filter(|(count, _)| **count > 0) {
        found(level, std::mem::take(count));
    }
}

#[cfg(test)]
mod tests;
