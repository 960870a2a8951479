//! All thresholds at once: which outcome is in force at which confidence, and the counts at any of them by lookup.
//!
//! A matching is turned into *intervals* once: this truth and this detection belong together from this score down to that
//! one. Everything that depends on the confidence slider reads intervals; nothing here matches anything.

use std::ops::Range;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::model::{ClassId, Dataset, ImageId, PredId, Predictions, TruthId};

use super::counts::{Cell, ClassCounts, Counts, OutcomeKind};

/// No truth, or no detection.
const NONE: u32 = u32::MAX;

/// How many distinct scores are kept: 0 keeps nothing, [`Timeline::scores`]`.len()` keeps all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cut(pub u32);

/// Where the counts can change, and which side of a threshold is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Thresholds {
    /// The distinct scores, descending.
    pub scores: Vec<f64>,
    /// A detection is kept only if its score lies *above* the threshold, both rounded to `f32` (Ultralytics); else also
    /// if it equals it, in `f64`.
    pub strict: bool,
}

impl Thresholds {
    fn cut(&self, threshold: f64) -> Cut {
        let kept = if self.strict {
            self.scores.partition_point(|&s| s as f32 > threshold as f32)
        } else {
            self.scores.partition_point(|&s| s >= threshold)
        };
        Cut(u32::try_from(kept).unwrap_or(u32::MAX))
    }

    fn highest(&self, cut: Cut) -> Option<f64> {
        let index = if self.strict { cut.0 as usize } else { (cut.0 as usize).checked_sub(1)? };
        self.scores.get(index).copied()
    }
}

/// A truth and a detection that belong together, or one of them alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Outcome {
    truth: u32,
    pred: u32,
}

impl Outcome {
    /// A truth found by a detection.
    #[must_use]
    pub const fn pair(truth: TruthId, pred: PredId) -> Self {
        Self { truth: truth.0, pred: pred.0 }
    }

    /// A truth found by nothing.
    #[must_use]
    pub const fn missed(truth: TruthId) -> Self {
        Self { truth: truth.0, pred: NONE }
    }

    /// A detection that found nothing.
    #[must_use]
    pub const fn false_positive(pred: PredId) -> Self {
        Self { truth: NONE, pred: pred.0 }
    }

    /// The truth, if there is one.
    #[must_use]
    pub fn truth(self) -> Option<TruthId> {
        (self.truth != NONE).then_some(TruthId(self.truth))
    }

    /// The detection, if there is one.
    #[must_use]
    pub fn pred(self) -> Option<PredId> {
        (self.pred != NONE).then_some(PredId(self.pred))
    }
}

/// An outcome in force for the cuts `from <= cut < until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// What is in force.
    pub outcome: Outcome,
    /// First cut.
    pub from: u32,
    /// First cut at which it is no longer in force; [`Interval::FOREVER`] where it stays.
    pub until: u32,
}

impl Interval {
    /// Stays in force down to the lowest score.
    pub const FOREVER: u32 = u32::MAX;

    /// True where the outcome is in force at this cut.
    #[must_use]
    pub const fn holds(self, cut: Cut) -> bool {
        self.from <= cut.0 && cut.0 < self.until
    }
}

/// One cell's count goes up or down when the cut reaches `cut`.
#[derive(Clone, Copy, Debug)]
struct Event {
    cut: u32,
    /// Cell index, the highest bit set where the count goes down.
    cell: u32,
}

const DOWN: u32 = 1 << 31;

/// The changes of all counts over all thresholds. Immutable; made once per matching.
#[derive(Debug)]
pub struct Timeline {
    thresholds: Thresholds,
    class_count: usize,
    support: Vec<u32>,
    intervals: Vec<Interval>,
    interval_cell: Vec<u32>,
    image_starts: Vec<u32>,
    cells: Vec<Cell>,
    events: Vec<Event>,
    index: OnceLock<Index>,
}

/// What only the window needs: built on first use.
#[derive(Debug)]
struct Index {
    cell_starts: Vec<u32>,
    by_cell: Vec<u32>,
    step: usize,
    checkpoints: Vec<Vec<u32>>,
}

impl Timeline {
    /// Takes the intervals of every image in image order, and per class the number of truths that count.
    #[must_use]
    pub fn new(
        dataset: &Dataset,
        predictions: &Predictions,
        thresholds: Thresholds,
        support: Vec<u32>,
        per_image: Vec<Vec<Interval>>,
    ) -> Self {
        let mut image_starts = Vec::with_capacity(per_image.len() + 1);
        let mut intervals = Vec::with_capacity(per_image.iter().map(Vec::len).sum());
        image_starts.push(0);
        for mut of_image in per_image {
            intervals.append(&mut of_image);
            image_starts.push(u32::try_from(intervals.len()).unwrap_or(u32::MAX));
        }
        let class_count = dataset.classes.len();
        let cell_of = |outcome: Outcome| Cell {
            truth: outcome.truth().and_then(|t| dataset.truths.class.get(t.index()).copied()),
            predicted: outcome.pred().and_then(|p| predictions.class.get(p.index()).copied()),
        };
        let (cells, interval_cell) = number_cells(class_count, intervals.iter().map(|i| cell_of(i.outcome)));
        let events = sort_events(&intervals, &interval_cell, thresholds.scores.len());
        Self {
            support,
            thresholds,
            class_count,
            intervals,
            interval_cell,
            image_starts,
            cells,
            events,
            index: OnceLock::new(),
        }
    }

    /// The distinct scores, highest first.
    #[must_use]
    pub fn scores(&self) -> &[f64] {
        &self.thresholds.scores
    }

    /// True where a detection must score above the threshold to be kept: see [`Thresholds::strict`].
    #[must_use]
    pub fn strict(&self) -> bool {
        self.thresholds.strict
    }

    /// The highest distinct score that gives this cut as a threshold. `None` where none does: nothing kept, or in a
    /// strict matching everything.
    #[must_use]
    pub fn confidence(&self, cut: Cut) -> Option<f64> {
        self.thresholds.highest(cut)
    }

    /// Number of declared classes.
    #[must_use]
    pub fn class_count(&self) -> usize {
        self.class_count
    }

    /// Truths that count, per class.
    #[must_use]
    pub fn support(&self) -> &[u32] {
        &self.support
    }

    /// The cut of a threshold: scores >= t are kept (> t in a strict matching).
    #[must_use]
    pub fn cut(&self, threshold: f64) -> Cut {
        self.thresholds.cut(threshold)
    }

    /// Every cell that is non-empty at some threshold, ascending by truth then prediction (background first).
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// All intervals with their cell, image after image.
    pub fn intervals(&self) -> impl Iterator<Item = (Interval, Cell)> + '_ {
        self.intervals.iter().zip(&self.interval_cell).map(|(&i, &c)| (i, self.cell(c)))
    }

    /// (cut, cell, up) in ascending order of cut: all changes of all counts.
    pub(super) fn changes(&self) -> impl Iterator<Item = (u32, Cell, bool)> + '_ {
        self.events.iter().map(|e| (e.cut, self.cell(e.cell & !DOWN), e.cell & DOWN == 0))
    }

    fn cell(&self, index: u32) -> Cell {
        self.cells.get(index as usize).copied().unwrap_or(Cell::new(None, None))
    }

    /// The outcomes of one image at a cut. An ignored detection, an ignored truth and a detection below the threshold
    /// have none.
    pub fn outcomes_of(&self, image: ImageId, cut: Cut) -> impl Iterator<Item = Outcome> + '_ {
        let held = self.intervals.get(self.range_of(image)).unwrap_or(&[]);
        held.iter().filter(move |i| i.holds(cut)).map(|i| i.outcome)
    }

    /// The counts of one image at a cut.
    #[must_use]
    pub fn counts_of(&self, image: ImageId, cut: Cut) -> Counts {
        let mut counts = Counts::default();
        for i in self.range_of(image) {
            if self.intervals.get(i).is_some_and(|interval| interval.holds(cut)) {
                let cell = self.interval_cell.get(i).map_or(Cell::new(None, None), |&c| self.cell(c));
                add(&mut counts, &mut [], cell, 1, true);
            }
        }
        counts
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
        for (number, _) in self.cells.iter().enumerate().filter(|(_, c)| wanted(**c)) {
            let held = index.by_cell.get(index.of_cell(number)).unwrap_or(&[]);
            let intervals = held.iter().filter_map(|&i| self.intervals.get(i as usize));
            members.extend(intervals.filter(|i| i.holds(cut)).map(|i| i.outcome));
        }
        members
    }

    /// A counter that stands at "nothing kept".
    #[must_use]
    pub fn counter(&self) -> Counter {
        let mut counter = Counter {
            cut: Cut(0),
            position: 0,
            cells: vec![0; self.cells.len()],
            totals: Counts::default(),
            classes: vec![ClassCounts::default(); self.class_count],
        };
        self.advance(&mut counter, self.position_of(Cut(0)));
        counter
    }

    /// A counter at one threshold, without the index that repeated moves need: one pass over the intervals.
    #[must_use]
    pub fn counter_at(&self, threshold: f64) -> Counter {
        let cut = self.cut(threshold);
        let mut cells = vec![0_u32; self.cells.len()];
        for (interval, &cell) in self.intervals.iter().zip(&self.interval_cell) {
            if interval.holds(cut)
                && let Some(n) = cells.get_mut(cell as usize)
            {
                *n += 1;
            }
        }
        self.counter_from(cells, cut, self.position_of(cut))
    }

    /// Moves a counter to a threshold. Costs the distance moved or one checkpoint, never the data.
    pub fn move_to(&self, counter: &mut Counter, threshold: f64) {
        let cut = self.cut(threshold);
        if cut == counter.cut {
            return;
        }
        let target = self.position_of(cut);
        let index = self.index();
        if target.abs_diff(counter.position) > index.step {
            let nearest = (target + index.step / 2) / index.step;
            let nearest = nearest.min(index.checkpoints.len().saturating_sub(1));
            if let Some(cells) = index.checkpoints.get(nearest) {
                *counter = self.counter_from(cells.clone(), cut, nearest * index.step);
            }
        }
        self.advance(counter, target);
        counter.cut = cut;
    }

    /// Builds what [`Self::move_to`] and [`Self::members`] look up, so that the first use does not pay for it.
    pub fn prepare(&self) {
        self.index();
    }

    fn position_of(&self, cut: Cut) -> usize {
        self.events.partition_point(|e| e.cut <= cut.0)
    }

    fn advance(&self, counter: &mut Counter, target: usize) {
        let forward = target >= counter.position;
        let range = if forward { counter.position..target } else { target..counter.position };
        for event in self.events.get(range).unwrap_or(&[]) {
            let up = (event.cell & DOWN == 0) == forward;
            counter.apply(event.cell & !DOWN, self.cell(event.cell & !DOWN), up);
        }
        counter.position = target;
    }

    fn counter_from(&self, cells: Vec<u32>, cut: Cut, position: usize) -> Counter {
        let mut counter = Counter { cut, position, cells, totals: Counts::default(), classes: Vec::new() };
        counter.classes = vec![ClassCounts::default(); self.class_count];
        for (cell, &n) in self.cells.iter().zip(&counter.cells) {
            if n > 0 {
                add(&mut counter.totals, &mut counter.classes, *cell, n, true);
            }
        }
        counter
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let mut cell_starts = vec![0_u32; self.cells.len() + 1];
            for &cell in &self.interval_cell {
                cell_starts[cell as usize + 1] += 1;
            }
            for i in 1..cell_starts.len() {
                cell_starts[i] += cell_starts[i - 1];
            }
            let mut next = cell_starts.clone();
            let mut by_cell = vec![0_u32; self.interval_cell.len()];
            for (row, &cell) in (0_u32..).zip(&self.interval_cell) {
                by_cell[next[cell as usize] as usize] = row;
                next[cell as usize] += 1;
            }
            // Checkpoints cost one row of cells each: all of them together stay below 32 MB.
            let budget = (8 << 20) / self.cells.len().max(1);
            let step = (self.events.len() / budget.max(1)).max(1 << 14);
            Index { cell_starts, by_cell, step, checkpoints: self.checkpoints(step) }
        })
    }

    fn checkpoints(&self, step: usize) -> Vec<Vec<u32>> {
        let mut cells = vec![0_u32; self.cells.len()];
        let mut checkpoints = Vec::with_capacity(self.events.len() / step + 1);
        for (position, event) in self.events.iter().enumerate() {
            if position % step == 0 {
                checkpoints.push(cells.clone());
            }
            let cell = &mut cells[(event.cell & !DOWN) as usize];
            *cell = if event.cell & DOWN == 0 { *cell + 1 } else { *cell - 1 };
        }
        if checkpoints.is_empty() {
            checkpoints.push(cells);
        }
        checkpoints
    }
}

impl Index {
    fn of_cell(&self, cell: usize) -> Range<usize> {
        match (self.cell_starts.get(cell), self.cell_starts.get(cell + 1)) {
            (Some(&a), Some(&b)) => a as usize..b as usize,
            _ => 0..0,
        }
    }
}

/// Gives every cell that occurs a number, in ascending order of cells; returns the cells and the number of each item.
fn number_cells(classes: usize, of_items: impl Iterator<Item = Cell>) -> (Vec<Cell>, Vec<u32>) {
    let side = classes as u64 + 1;
    let code = |class: Option<ClassId>| class.map_or(0, |c| u64::from(c.0) + 1);
    let mut seen: FxHashMap<u64, u32> = FxHashMap::default();
    let mut last = (u64::MAX, 0);
    let mut numbers: Vec<u32> = of_items
        .map(|cell| {
            let key = code(cell.truth) * side + code(cell.predicted);
            if key != last.0 {
                let fresh = u32::try_from(seen.len()).unwrap_or(u32::MAX);
                last = (key, *seen.entry(key).or_insert(fresh));
            }
            last.1
        })
        .collect();
    let mut keys: Vec<(u64, u32)> = seen.into_iter().collect();
    keys.sort_unstable();
    let mut rank = vec![0_u32; keys.len()];
    for (new, (_, old)) in (0_u32..).zip(&keys) {
        rank[*old as usize] = new;
    }
    for number in &mut numbers {
        *number = rank[*number as usize];
    }
    let class = |code: u64| (code > 0).then(|| ClassId(u32::try_from(code - 1).unwrap_or(u32::MAX)));
    let cells = keys.iter().map(|(key, _)| Cell::new(class(key / side), class(key % side))).collect();
    (cells, numbers)
}

/// All ups and downs in ascending order of cut (a counting sort; inside a cut by image).
fn sort_events(intervals: &[Interval], cells: &[u32], scores: usize) -> Vec<Event> {
    let last = scores as u32;
    let mut starts = vec![0_u32; scores + 2];
    let ends = |i: &Interval| (i.until <= last).then_some(i.until);
    for interval in intervals {
        starts[interval.from as usize + 1] += 1;
        if let Some(end) = ends(interval) {
            starts[end as usize + 1] += 1;
        }
    }
    for i in 1..starts.len() {
        starts[i] += starts[i - 1];
    }
    let total = starts.last().copied().unwrap_or(0) as usize;
    let mut events = vec![Event { cut: 0, cell: 0 }; total];
    let mut put = |cut: u32, cell: u32| {
        let place = &mut starts[cut as usize];
        events[*place as usize] = Event { cut, cell };
        *place += 1;
    };
    for (interval, &cell) in intervals.iter().zip(cells) {
        put(interval.from, cell);
        if let Some(end) = ends(interval) {
            put(end, cell | DOWN);
        }
    }
    events
}

fn add(totals: &mut Counts, classes: &mut [ClassCounts], cell: Cell, n: u32, up: bool) {
    let step = |value: &mut u32| *value = if up { value.wrapping_add(n) } else { value.wrapping_sub(n) };
    let wide = |value: &mut u64| {
        *value = if up { value.wrapping_add(u64::from(n)) } else { value.wrapping_sub(u64::from(n)) };
    };
    let truth = cell.truth.map(ClassId::index);
    let predicted = cell.predicted.map(ClassId::index);
    match cell.kind() {
        Some(OutcomeKind::Correct) => {
            wide(&mut totals.correct);
            if let Some(c) = truth.and_then(|c| classes.get_mut(c)) {
                step(&mut c.correct);
            }
        }
        Some(OutcomeKind::Misclassified) => {
            wide(&mut totals.misclassified);
            if let Some(c) = truth.and_then(|c| classes.get_mut(c)) {
                step(&mut c.misclassified);
            }
            if let Some(c) = predicted.and_then(|c| classes.get_mut(c)) {
                step(&mut c.misclassified_as);
            }
        }
        Some(OutcomeKind::Missed) => {
            wide(&mut totals.missed);
            if let Some(c) = truth.and_then(|c| classes.get_mut(c)) {
                step(&mut c.missed);
            }
        }
        Some(OutcomeKind::FalsePositive) => {
            wide(&mut totals.false_positives);
            if let Some(c) = predicted.and_then(|c| classes.get_mut(c)) {
                step(&mut c.false_positives);
            }
        }
        None => {}
    }
}

/// The counts at one threshold; moved by [`Timeline::move_to`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    cut: Cut,
    position: usize,
    cells: Vec<u32>,
    totals: Counts,
    classes: Vec<ClassCounts>,
}

impl Counter {
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
    pub fn cells(&self) -> &[u32] {
        &self.cells
    }

    /// The count of one cell; 0 for one that is empty at every threshold.
    #[must_use]
    pub fn count(&self, timeline: &Timeline, cell: Cell) -> u32 {
        timeline.cells.binary_search(&cell).ok().and_then(|i| self.cells.get(i).copied()).unwrap_or(0)
    }

    /// The matrix with truth in rows and predictions in columns, background last in both, in declaration order.
    #[must_use]
    pub fn matrix(&self, timeline: &Timeline) -> Vec<Vec<u32>> {
        let side = timeline.class_count + 1;
        let mut rows = vec![vec![0; side]; side];
        let at = |class: Option<ClassId>| class.map_or(side - 1, ClassId::index);
        for (cell, &n) in timeline.cells.iter().zip(&self.cells) {
            if let Some(value) = rows.get_mut(at(cell.truth)).and_then(|r| r.get_mut(at(cell.predicted))) {
                *value = n;
            }
        }
        rows
    }

    fn apply(&mut self, number: u32, cell: Cell, up: bool) {
        if let Some(n) = self.cells.get_mut(number as usize) {
            *n = if up { n.wrapping_add(1) } else { n.wrapping_sub(1) };
        }
        add(&mut self.totals, &mut self.classes, cell, 1, up);
    }
}
