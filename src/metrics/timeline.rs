//! All thresholds at once: which outcome is in force at which confidence, and the counts at any of them by lookup.
//!
//! A matching is turned into *intervals* once: this truth and this detection belong together from this score down to that
//! one. Everything that depends on the confidence slider reads intervals; nothing here matches anything. The false positives
//! of a large table of scores alone are no intervals: there are as many as cells, and the table says what is in force.

mod counter;
mod events;
mod extras;
mod index;
mod outcome;

use std::ops::Range;
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::model::{ClassId, Dataset, ImageId, PredId, Predictions};

use self::counter::add;
use self::events::{Event, number_cells, sort_events};
use self::index::Index;
use super::counts::{Cell, ClassCounts, Counts};

pub use self::counter::Counter;
pub(super) use self::extras::Extras;
pub use self::outcome::{Cut, Interval, Outcome, Thresholds};

/// The intervals of all images, one after the other.
pub(super) struct Intervals {
    image_starts: Vec<u32>,
    intervals: Vec<Interval>,
    /// How much each counts; empty where each counts 1.
    weights: Vec<u32>,
}

impl Intervals {
    /// None yet, with room for those of so many images.
    pub(super) fn with_capacity(images: usize, intervals: usize) -> Self {
        let mut image_starts = Vec::with_capacity(images + 1);
        image_starts.push(0);
        Self { image_starts, intervals: Vec::with_capacity(intervals), weights: Vec::new() }
    }

    /// Adds those of the next image.
    pub(super) fn push_image(&mut self, of_image: impl IntoIterator<Item = Interval>) {
        self.intervals.extend(of_image);
        self.image_starts.push(u32::try_from(self.intervals.len()).unwrap_or(u32::MAX));
    }

    /// Adds those of the next image with how much each counts. Either all images have weights or none.
    pub(super) fn push_weighted(&mut self, of_image: impl IntoIterator<Item = (Interval, u32)>) {
        for (interval, weight) in of_image {
            self.intervals.push(interval);
            self.weights.push(weight);
        }
        self.image_starts.push(u32::try_from(self.intervals.len()).unwrap_or(u32::MAX));
    }
}

/// A change of a count when the cut reaches `cut`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    /// Number of kept scores.
    pub cut: u32,
    /// Whose count.
    pub cell: Cell,
    /// By how much.
    pub by: i64,
}

/// Counts one outcome of a cell.
pub(super) fn count_cell(totals: &mut Counts, classes: &mut [ClassCounts], cell: Cell) {
    add(totals, classes, cell, 1, true);
}

/// The changes of all counts over all thresholds. Immutable; made once per matching.
#[derive(Debug)]
pub struct Timeline {
    thresholds: Thresholds,
    class_count: usize,
    support: Vec<u64>,
    intervals: Vec<Interval>,
    /// How much each interval counts, where that is not 1: a region counts its pixels.
    weights: Option<Vec<u32>>,
    interval_cell: Vec<u32>,
    image_starts: Vec<u32>,
    cells: Vec<Cell>,
    events: Vec<Event>,
    /// How much each event counts, where that is not 1.
    event_weights: Option<Vec<u32>>,
    /// False positives that are no intervals.
    extras: Option<Extras>,
    index: OnceLock<Index>,
}

impl Timeline {
    /// Takes the intervals of every image in image order, and per class the number of truths that count.
    #[must_use]
    pub fn new(
        dataset: &Dataset,
        predictions: &Predictions,
        thresholds: Thresholds,
        support: Vec<u64>,
        per_image: Vec<Vec<Interval>>,
    ) -> Self {
        let mut all = Intervals::with_capacity(per_image.len(), per_image.iter().map(Vec::len).sum());
        per_image.into_iter().for_each(|of_image| all.push_image(of_image));
        Self::of_intervals(dataset, predictions, thresholds, support, all, None)
    }

    /// As [`Self::new`], of intervals that lie in one list already, and with false positives that are no intervals.
    pub(super) fn of_intervals(
        dataset: &Dataset,
        predictions: &Predictions,
        thresholds: Thresholds,
        support: Vec<u64>,
        all: Intervals,
        extras: Option<Extras>,
    ) -> Self {
        let Intervals { image_starts, intervals, weights } = all;
        let weights = (!weights.is_empty()).then_some(weights);
        let class_count = dataset.classes.len();
        let cell_of = |outcome: Outcome| Cell {
            truth: outcome.truth().and_then(|t| dataset.truths.class.get(t.index()).copied()),
            predicted: outcome.pred().and_then(|p| predictions.class_of(p)),
        };
        let wrong = extras.iter().flat_map(Extras::classes).map(|&class| Cell::new(None, Some(class))).collect();
        let (cells, interval_cell) = number_cells(class_count, wrong, intervals.iter().map(|i| cell_of(i.outcome)));
        let (events, event_weights) =
            sort_events(&intervals, &interval_cell, weights.as_deref(), thresholds.scores.len());
        Self {
            support,
            thresholds,
            class_count,
            intervals,
            weights,
            event_weights,
            interval_cell,
            image_starts,
            cells,
            events,
            extras,
            index: OnceLock::new(),
        }
    }

    /// The distinct scores, highest first; of a large table with several labels an item those of labels only, beside the
    /// highest of each class and the lowest of all. Counts are exact at any threshold, whether it is one of these or not.
    #[must_use]
    pub fn scores(&self) -> &[f64] {
        &self.thresholds.scores
    }

    /// True where a detection must score above the threshold to be kept: see [`Thresholds::strict`].
    #[must_use]
    pub fn strict(&self) -> bool {
        self.thresholds.strict
    }

    /// The highest distinct score that keeps so many as a threshold. `None` where none does: nothing kept, or in a strict
    /// matching everything.
    pub(super) fn confidence(&self, kept: u32) -> Option<f64> {
        self.thresholds.highest(kept)
    }

    /// False positives that are no intervals.
    pub(super) fn extras(&self) -> Option<&Extras> {
        self.extras.as_ref()
    }

    /// The lowest score that a cut keeps, or a threshold that keeps the same; `None` where it keeps nothing.
    pub(super) fn lowest_kept(&self, cut: Cut) -> Option<f64> {
        match &self.extras {
            Some(extras) => extras.columns().threshold(cut.level()),
            None => self.scores().get(..cut.kept() as usize)?.last().copied(),
        }
    }

    /// Number of declared classes.
    #[must_use]
    pub fn class_count(&self) -> usize {
        self.class_count
    }

    /// Truths that count, per class.
    #[must_use]
    pub fn support(&self) -> &[u64] {
        &self.support
    }

    /// The cut of a threshold: scores >= t are kept (> t in a strict matching).
    #[must_use]
    pub fn cut(&self, threshold: f64) -> Cut {
        let level = self.extras.as_ref().map_or(0, |extras| extras.columns().level(threshold));
        Cut::new(self.thresholds.kept(threshold), level)
    }

    /// Every cell that is non-empty at some threshold, ascending by truth then prediction (background first).
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// All intervals with their cell, image after image. False positives of a large table of scores are none: see
    /// [`Self::outcomes_of`] and [`Self::members`].
    pub fn intervals(&self) -> impl Iterator<Item = (Interval, Cell)> + '_ {
        self.intervals.iter().zip(&self.interval_cell).map(|(&i, &c)| (i, self.cell(c)))
    }

    /// All changes of all counts in ascending order of cut.
    pub(super) fn changes(&self) -> impl Iterator<Item = Change> + '_ {
        let weights = self.event_weights.as_deref();
        let weight =
            move |at: usize| weights.and_then(|weights| weights.get(at)).map_or(1, |&weight| i64::from(weight));
        let change = move |(at, e): (usize, &Event)| {
            let by = if e.is_up() { weight(at) } else { -weight(at) };
            Change { cut: e.cut, cell: self.cell(e.cell()), by }
        };
        self.events.iter().enumerate().map(change)
    }

    /// How much an interval counts.
    fn weight(&self, interval: usize) -> u64 {
        self.weights.as_ref().and_then(|weights| weights.get(interval)).map_or(1, |&weight| u64::from(weight))
    }

    /// True where intervals count something else than 1: regions count their pixels.
    #[must_use]
    pub fn is_weighted(&self) -> bool {
        self.weights.is_some()
    }

    fn cell(&self, index: u32) -> Cell {
        self.cells.get(index as usize).copied().unwrap_or(Cell::new(None, None))
    }

    /// The outcomes of one image at a cut. An ignored detection, an ignored truth and a detection below the threshold
    /// have none.
    pub fn outcomes_of(&self, image: ImageId, cut: Cut) -> impl Iterator<Item = Outcome> + '_ {
        let held = self.intervals.get(self.range_of(image)).unwrap_or(&[]);
        let extras = self.extras_of(image, cut).into_iter().map(|(pred, _)| Outcome::false_positive(pred));
        held.iter().filter(move |i| i.holds(cut)).map(|i| i.outcome).chain(extras)
    }

    /// The false positives of an image that are no intervals, best first.
    fn extras_of(&self, image: ImageId, cut: Cut) -> Vec<(PredId, ClassId)> {
        let Some(extras) = &self.extras else { return Vec::new() };
        let mut said = extras.said_of(image, cut);
        said.retain(|(_, class)| !self.is_label(image, *class));
        said
    }

    /// The cells of these.
    fn extra_cells_of(&self, image: ImageId, cut: Cut) -> impl Iterator<Item = (Cell, u64)> + use<> {
        self.extras_of(image, cut).into_iter().map(|(_, class)| (Cell::new(None, Some(class)), 1))
    }

    /// True where an image has a truth of the class.
    fn is_label(&self, image: ImageId, class: ClassId) -> bool {
        self.intervals_of(image).any(|(_, cell)| cell.truth == Some(class))
    }

    /// The counts of one image at a cut.
    #[must_use]
    pub fn counts_of(&self, image: ImageId, cut: Cut) -> Counts {
        let mut counts = Counts::default();
        for i in self.range_of(image) {
            if self.intervals.get(i).is_some_and(|interval| interval.holds(cut)) {
                let cell = self.interval_cell.get(i).map_or(Cell::new(None, None), |&c| self.cell(c));
                add(&mut counts, &mut [], cell, self.weight(i), true);
            }
        }
        if let Some(extras) = &self.extras {
            counts.false_positives = extras.said(image, cut).saturating_sub(counts.correct);
        }
        counts
    }

    /// Every cell that outcomes of one image at a cut fall into, with how much each of them counts.
    pub fn cells_of(&self, image: ImageId, cut: Cut) -> impl Iterator<Item = (Cell, u64)> + '_ {
        let held = self.weighted_of(image).filter(move |(interval, ..)| interval.holds(cut));
        held.map(|(_, cell, weight)| (cell, weight)).chain(self.extra_cells_of(image, cut))
    }

    /// The counts of one image at a cut as a matrix: truth in rows, prediction in columns, what stands outside last in both.
    #[must_use]
    pub fn matrix_of(&self, image: ImageId, cut: Cut) -> Vec<Vec<u64>> {
        let side = self.class_count + 1;
        let mut rows = vec![vec![0_u64; side]; side];
        let place = |class: Option<ClassId>| class.map_or(side - 1, ClassId::index);
        for (cell, weight) in self.cells_of(image, cut) {
            if let Some(n) = rows.get_mut(place(cell.truth)).and_then(|row| row.get_mut(place(cell.predicted))) {
                *n += weight;
            }
        }
        rows
    }

    /// How much the outcomes of one image count at a cut in all cells that `wanted` accepts.
    #[must_use]
    pub fn count_in(&self, image: ImageId, cut: Cut, wanted: impl Fn(Cell) -> bool) -> u64 {
        self.cells_of(image, cut).filter(|(cell, _)| wanted(*cell)).map(|(_, weight)| weight).sum()
    }

    /// The truths of one image that count.
    pub(super) fn truths_of(&self, image: ImageId) -> u64 {
        self.counts_of(image, Cut::default()).truths()
    }

    /// The images with an outcome that is in force at one of two cuts only, in their order.
    #[must_use]
    pub fn changed_images(&self, a: Cut, b: Cut) -> Vec<ImageId> {
        let differs = |image: &ImageId| {
            let held = self.intervals.get(self.range_of(*image)).unwrap_or(&[]);
            held.iter().any(|i| i.holds(a) != i.holds(b))
                || self.extras.as_ref().is_some_and(|extras| extras.differs(*image, a, b))
        };
        let images: Vec<ImageId> = (0..self.image_starts.len().saturating_sub(1)).map(ImageId::from_index).collect();
        images.into_par_iter().filter(differs).collect()
    }

    /// The intervals of one image, each with its cell.
    pub(super) fn intervals_of(&self, image: ImageId) -> impl Iterator<Item = (Interval, Cell)> + '_ {
        let held = self.range_of(image);
        let of = |i: usize| Some((*self.intervals.get(i)?, self.cell(*self.interval_cell.get(i)?)));
        held.filter_map(of)
    }

    /// The intervals of one image, each with its cell and how much it counts.
    pub(super) fn weighted_of(&self, image: ImageId) -> impl Iterator<Item = (Interval, Cell, u64)> + '_ {
        let of = |i: usize| Some((*self.intervals.get(i)?, self.cell(*self.interval_cell.get(i)?), self.weight(i)));
        self.range_of(image).filter_map(of)
    }

    fn range_of(&self, image: ImageId) -> Range<usize> {
        match (self.image_starts.get(image.index()), self.image_starts.get(image.index() + 1)) {
            (Some(&a), Some(&b)) => a as usize..b as usize,
            _ => 0..0,
        }
    }

    /// The outcomes in all cells that `wanted` accepts, at a cut: cell by cell, inside a cell in image order.
    pub fn members(&self, cut: Cut, wanted: impl Fn(Cell) -> bool) -> Vec<Outcome> {
        let index = self.index();
        let mut members = Vec::new();
        if let Some(extras) = &self.extras {
            let classes = extras.classes().iter().filter(|class| wanted(Cell::new(None, Some(**class))));
            let of = |class: &ClassId| -> Vec<Outcome> {
                let said = extras.items_of(*class, cut).filter(|(image, _)| !self.is_label(*image, *class));
                said.map(|(_, pred)| Outcome::false_positive(pred)).collect()
            };
            let classes: Vec<ClassId> = classes.copied().collect();
            let of_classes: Vec<Vec<Outcome>> = classes.par_iter().with_max_len(1).map(of).collect();
            members.extend(of_classes.into_iter().flatten());
        }
        for (number, _) in self.cells.iter().enumerate().filter(|(_, c)| wanted(**c)) {
            let intervals = index.of_cell(number).iter().filter_map(|&i| self.intervals.get(i as usize));
            members.extend(intervals.filter(|i| i.holds(cut)).map(|i| i.outcome));
        }
        members
    }

    /// A counter that stands at "nothing kept".
    #[must_use]
    pub fn counter(&self) -> Counter {
        let mut counter = Counter::at_start(self.cells.len(), self.class_count);
        self.advance(&mut counter, self.position_of(Cut::default()));
        self.count_extras(&mut counter);
        counter
    }

    /// A counter at one threshold, without the index that repeated moves need: one pass over the intervals.
    #[must_use]
    pub fn counter_at(&self, threshold: f64) -> Counter {
        self.counter_of(self.cut(threshold))
    }

    /// As [`Self::counter_at`], of a cut.
    #[must_use]
    pub fn counter_of(&self, cut: Cut) -> Counter {
        let mut cells = vec![0_u64; self.cells.len()];
        for (at, (interval, &cell)) in self.intervals.iter().zip(&self.interval_cell).enumerate() {
            if interval.holds(cut)
                && let Some(n) = cells.get_mut(cell as usize)
            {
                *n += self.weight(at);
            }
        }
        let mut counter = Counter::of_cells(&self.cells, cells, self.class_count);
        (counter.cut, counter.position) = (cut, self.position_of(cut));
        self.count_extras(&mut counter);
        counter
    }

    /// Moves a counter of this timeline to a threshold. Costs the distance moved or one checkpoint, and of a large table of
    /// scores a search in each class; never the data.
    pub fn move_to(&self, counter: &mut Counter, threshold: f64) {
        let cut = self.cut(threshold);
        if cut == counter.cut {
            return;
        }
        let target = self.position_of(cut);
        let index = self.index();
        if target.abs_diff(counter.position) > index.step()
            && let Some(checkpoint) = index.nearest(target)
        {
            counter.stand_as(checkpoint);
        }
        self.advance(counter, target);
        counter.cut = cut;
        self.count_extras(counter);
    }

    fn count_extras(&self, counter: &mut Counter) {
        if let Some(extras) = &self.extras {
            counter.set_extras(extras);
        }
    }

    /// Builds what [`Self::move_to`] and [`Self::members`] look up, so that the first use does not pay for it.
    pub fn prepare(&self) {
        self.index();
    }

    /// The number of events up to a cut.
    fn position_of(&self, cut: Cut) -> usize {
        self.events.partition_point(|e| e.cut <= cut.kept())
    }

    fn advance(&self, counter: &mut Counter, target: usize) {
        let forward = target >= counter.position;
        let range = if forward { counter.position..target } else { target..counter.position };
        for (at, event) in (range.start..).zip(self.events.get(range).unwrap_or(&[])) {
            let weight = self.event_weights.as_ref().and_then(|weights| weights.get(at)).map_or(1, |&w| u64::from(w));
            counter.apply(event.cell(), self.cell(event.cell()), weight, event.is_up() == forward);
        }
        counter.position = target;
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let events = (self.events.as_slice(), self.event_weights.as_deref());
            Index::new(&self.cells, &self.interval_cell, events, self.class_count)
        })
    }
}
