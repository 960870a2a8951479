//! The counts at one threshold, kept up with the changes.

use crate::metrics::counts::{Cell, ClassCounts, Counts, OutcomeKind};
use crate::model::ClassId;

use super::Timeline;
use super::extras::Extras;
use super::outcome::Cut;

/// The counts at one threshold; moved by [`Timeline::move_to`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    pub(super) cut: Cut,
    /// How many events have been applied.
    pub(super) position: usize,
    cells: Vec<u64>,
    totals: Counts,
    classes: Vec<ClassCounts>,
}

impl Counter {
    /// How many 4-byte numbers a class takes.
    pub(super) const NUMBERS_PER_CLASS: usize = size_of::<ClassCounts>() / 4;

    /// Before any event.
    pub(super) fn at_start(cells: usize, classes: usize) -> Self {
        Self {
            cut: Cut::default(),
            position: 0,
            cells: vec![0; cells],
            totals: Counts::default(),
            classes: vec![ClassCounts::default(); classes],
        }
    }

    /// With these counts in these cells; where it stands is for the caller to say.
    pub(super) fn of_cells(cells: &[Cell], counts: Vec<u64>, classes: usize) -> Self {
        let mut counter = Self { cells: counts, ..Self::at_start(0, classes) };
        for (&cell, &n) in cells.iter().zip(&counter.cells) {
            if n > 0 {
                add(&mut counter.totals, &mut counter.classes, cell, n, true);
            }
        }
        counter
    }

    /// Takes over all that another counter holds, in the memory it has.
    pub(super) fn stand_as(&mut self, other: &Self) {
        (self.cut, self.position, self.totals) = (other.cut, other.position, other.totals);
        self.cells.clone_from(&other.cells);
        self.classes.clone_from(&other.classes);
    }

    /// Where it stands.
    #[must_use]
    pub fn cut(&self) -> Cut {
        self.cut
    }

    /// Counts over all classes.
    #[must_use]
    pub fn totals(&self) -> Counts {
        self.totals
    }

    /// Counts per class, in declaration order.
    #[must_use]
    pub fn classes(&self) -> &[ClassCounts] {
        &self.classes
    }

    /// The counts of the cells of [`Timeline::cells`], in its order.
    #[must_use]
    pub fn cells(&self) -> &[u64] {
        &self.cells
    }

    /// The count of one cell; 0 for one that is empty at every threshold.
    #[must_use]
    pub fn count(&self, timeline: &Timeline, cell: Cell) -> u64 {
        timeline.cells().binary_search(&cell).ok().and_then(|i| self.cells.get(i).copied()).unwrap_or(0)
    }

    /// The matrix with truth in rows and predictions in columns, background last in both, in declaration order.
    #[must_use]
    pub fn matrix(&self, timeline: &Timeline) -> Vec<Vec<u64>> {
        let side = timeline.class_count() + 1;
        let mut rows = vec![vec![0; side]; side];
        let at = |class: Option<ClassId>| class.map_or(side - 1, ClassId::index);
        for (cell, &n) in timeline.cells().iter().zip(&self.cells) {
            if let Some(value) = rows.get_mut(at(cell.truth)).and_then(|r| r.get_mut(at(cell.predicted))) {
                *value = n;
            }
        }
        rows
    }

    /// One event: the cell of this number goes up or down by a weight.
    pub(super) fn apply(&mut self, number: u32, cell: Cell, weight: u64, up: bool) {
        if let Some(n) = self.cells.get_mut(number as usize) {
            *n = if up { n.wrapping_add(weight) } else { n.wrapping_sub(weight) };
        }
        add(&mut self.totals, &mut self.classes, cell, weight, up);
    }
}

impl Counter {
    /// Sets the counts of false positives that are no intervals; their cells stand first. Counts them anew, whatever was there.
    pub(super) fn set_extras(&mut self, extras: &Extras) {
        let mut sum = 0;
        for (number, &class) in extras.classes().iter().enumerate() {
            let n = u64::from(extras.count(class, self.cut));
            sum += n;
            if let Some(cell) = self.cells.get_mut(number) {
                *cell = n;
            }
            if let Some(counts) = self.classes.get_mut(class.index()) {
                counts.false_positives = n;
            }
        }
        self.totals.false_positives = sum;
    }
}

/// Adds `n` to a cell's share of the totals and class counts, or takes it away.
pub(super) fn add(totals: &mut Counts, classes: &mut [ClassCounts], cell: Cell, n: u64, up: bool) {
    let step = |value: &mut u64| *value = if up { value.wrapping_add(n) } else { value.wrapping_sub(n) };
    let truth = cell.truth.map(ClassId::index);
    let predicted = cell.predicted.map(ClassId::index);
    match cell.kind() {
        Some(OutcomeKind::Correct) => {
            step(&mut totals.correct);
            if let Some(c) = truth.and_then(|c| classes.get_mut(c)) {
                step(&mut c.correct);
            }
        }
        Some(OutcomeKind::Misclassified) => {
            step(&mut totals.misclassified);
            if let Some(c) = truth.and_then(|c| classes.get_mut(c)) {
                step(&mut c.misclassified);
            }
            if let Some(c) = predicted.and_then(|c| classes.get_mut(c)) {
                step(&mut c.misclassified_as);
            }
        }
        Some(OutcomeKind::Missed) => {
            step(&mut totals.missed);
            if let Some(c) = truth.and_then(|c| classes.get_mut(c)) {
                step(&mut c.missed);
            }
        }
        Some(OutcomeKind::FalsePositive) => {
            step(&mut totals.false_positives);
            if let Some(c) = predicted.and_then(|c| classes.get_mut(c)) {
                step(&mut c.false_positives);
            }
        }
        None => {}
    }
}
