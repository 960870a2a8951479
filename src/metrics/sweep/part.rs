//! Sweeps over all images or over some of them, pooled and of every class, with what the errors cost at each threshold.
//!
//! What is counted of a class are its own predictions: a right one saves the cost of a miss, a wrong one adds its own, and a
//! truth of another class that it takes is no miss any more but a misclassification. So the costs of the classes add up to the
//! cost of everything, and that of one class changes with its own predictions alone.

use rayon::prelude::*;

use crate::metrics::classification::columns::Columns;
use crate::metrics::classification::labels::LabelSets;
use crate::metrics::cost::Prices;
use crate::metrics::timeline::{Change, Cut, Extras, Interval, Timeline};
use crate::model::{Cancelled, ClassId, Dataset, ImageId, Progress};

use super::{Sweep, Walk};

/// A sweep, and what the errors cost at each of its thresholds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Priced {
    /// Counts at every threshold.
    pub sweep: Sweep,
    /// The cost at each threshold of the sweep.
    pub costs: Vec<f64>,
    /// The cost where nothing is kept.
    pub nothing: f64,
}

impl Priced {
    /// The position of the highest threshold with the lowest cost; `None` where keeping nothing costs no more.
    #[must_use]
    pub fn cheapest(&self) -> Option<usize> {
        let mut best = (None, self.nothing);
        for (at, &cost) in self.costs.iter().enumerate() {
            if cost < best.1 {
                best = (Some(at), cost);
            }
        }
        best.0
    }
}

/// The sweeps of a set, or of a part of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartSweeps {
    /// Of all classes with one threshold, at the costs that are common to all.
    pub pooled: Priced,
    /// Of each class, in declaration order, at its own costs.
    pub classes: Vec<Priced>,
}

impl PartSweeps {
    /// Of the images that `wanted` accepts; of a timeline whose classes all follow one threshold.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn of(
        dataset: &Dataset,
        timeline: &Timeline,
        wanted: impl Fn(ImageId) -> bool + Sync,
        prices: &Prices,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        let images: Vec<ImageId> = dataset.image_ids().filter(|image| wanted(*image)).collect();
        let support = support(timeline, &images);
        progress.check()?;
        if images.len() == dataset.images.len() {
            let part = Self::of_changes(timeline, || timeline.changes(), &support, prices);
            return Ok(match timeline.extras() {
                Some(extras) => Self::of_columns(part.pooled.sweep, extras, extras.columns(), &support, prices),
                None => part,
            });
        }
        let ends = |(interval, cell, weight): (Interval, _, u64)| {
            let by = weight as i64;
            let end = (interval.until != Interval::FOREVER).then_some(Change { cut: interval.until, cell, by: -by });
            std::iter::once(Change { cut: interval.from, cell, by }).chain(end)
        };
        let mut changes: Vec<Change> =
            images.iter().flat_map(|&image| timeline.weighted_of(image)).flat_map(ends).collect();
        changes.sort_unstable_by_key(|change| change.cut);
        progress.check()?;
        let part = Self::of_changes(timeline, || changes.iter().copied(), &support, prices);
        let Some(extras) = timeline.extras() else { return Ok(part) };
        let sets = LabelSets::of(dataset, extras.scores());
        let inside = |item: usize| wanted(ImageId::from_index(item));
        let Some(columns) = Columns::of(extras.scores(), &sets, inside, progress)? else { return Ok(part) };
        Ok(Self::of_columns(part.pooled.sweep, extras, &columns, &support, prices))
    }

    /// Of outcomes that all are intervals.
    fn of_changes<I: Iterator<Item = Change>>(
        timeline: &Timeline,
        changes: impl Fn() -> I + Sync,
        support: &[u64],
        prices: &Prices,
    ) -> Self {
        let (pooled, classes) = rayon::join(
            || pooled(timeline, &changes, support, prices),
            || {
                let mut walks: Vec<(Walk, Costs)> = (0..timeline.class_count())
                    .map(|class| (Walk::default(), Costs::of_class(ClassId::from_index(class), support, prices)))
                    .collect();
                for Change { cut, cell, by } in changes() {
                    let Some(predicted) = cell.predicted else { continue };
                    let Some((walk, costs)) = walks.get_mut(predicted.index()) else { continue };
                    walk.step(cut, cell.truth == Some(predicted), by);
                    costs.add(prices.change(cell), by);
                    costs.stand(walk.cuts.len());
                }
                let sweep = |((walk, costs), &n): ((Walk, Costs), &u64)| costs.beside(walk.sweep(timeline, n));
                walks.into_iter().zip(support).map(sweep).collect()
            },
        );
        Self { pooled, classes }
    }

    /// Of a large table with several labels an item: nothing is taken for something else there.
    fn of_columns(labels: Sweep, extras: &Extras, columns: &Columns, support: &[u64], prices: &Prices) -> Self {
        let wrong = columns.others_at_cuts_of(extras.columns(), |_| true);
        let price = |sweep: Sweep, class: Option<ClassId>| {
            let costs = class.map_or(prices.common, |class| prices.of(class));
            let missed = |correct: u64| costs.miss * sweep.truths.saturating_sub(correct) as f64;
            let counts = sweep.correct.iter().zip(&sweep.kept);
            let at = |(&correct, &kept): (&u64, &u64)| missed(correct) + costs.false_positive * (kept - correct) as f64;
            Priced { costs: counts.map(at).collect(), nothing: missed(0), sweep }
        };
        let classes = support
            .par_iter()
            .enumerate()
            .map(|(class, &n)| price(Sweep::of_columns(columns, class, n), Some(ClassId::from_index(class))));
        Self { classes: classes.collect(), pooled: price(labels.with_wrong(wrong, 0), None) }
    }
}

/// Truths of each class that count, in some of the images.
fn support(timeline: &Timeline, images: &[ImageId]) -> Vec<u64> {
    let mut support = vec![0; timeline.class_count()];
    let missed = images.iter().flat_map(|&image| timeline.cells_of(image, Cut::default()));
    for (cell, weight) in missed {
        if let Some(n) = cell.truth.and_then(|class| support.get_mut(class.index())) {
            *n += weight;
        }
    }
    support
}

fn pooled<I: Iterator<Item = Change>>(
    timeline: &Timeline,
    changes: &impl Fn() -> I,
    support: &[u64],
    prices: &Prices,
) -> Priced {
    let sweep = Sweep::of_changes(timeline, changes(), support.iter().sum());
    let common = Prices { common: prices.common, ..Prices::default() };
    let mut costs = Costs::new(common.common.miss * sweep.truths as f64);
    let mut waiting = changes().peekable();
    let first = usize::from(!timeline.strict());
    for at in 0..sweep.len() {
        while let Some(change) = waiting.next_if(|change| change.cut as usize <= at + first) {
            costs.add(common.change(change.cell), change.by);
        }
        costs.stand(at + 1);
    }
    costs.beside(sweep)
}

/// The cost of what is kept. Outcomes are counted by what they cost, so that no rounding adds up on the way.
#[derive(Clone, Debug, Default)]
struct Costs {
    nothing: f64,
    counts: Vec<(f64, i64)>,
    at: Vec<f64>,
}

impl Costs {
    fn new(nothing: f64) -> Self {
        Self { nothing, ..Self::default() }
    }

    fn of_class(class: ClassId, support: &[u64], prices: &Prices) -> Self {
        let truths = support.get(class.index()).copied().unwrap_or(0);
        Self::new(prices.of(class).miss * truths as f64)
    }

    fn add(&mut self, cost: f64, by: i64) {
        match self.counts.iter_mut().find(|(known, _)| *known == cost) {
            Some((_, n)) => *n += by,
            None => self.counts.push((cost, by)),
        }
    }

    /// What is counted now is the cost at the last of so many thresholds.
    fn stand(&mut self, thresholds: usize) {
        let cost = self.nothing + self.counts.iter().map(|(cost, n)| cost * *n as f64).sum::<f64>();
        if self.at.len() < thresholds {
            self.at.push(cost);
        } else if let Some(last) = self.at.last_mut() {
            *last = cost;
        }
    }

    fn beside(mut self, sweep: Sweep) -> Priced {
        self.at.truncate(sweep.len());
        Priced { sweep, costs: self.at, nothing: self.nothing }
    }
}
