//! The items of each class in the order of their scores: ROC AUC and average precision of any resample of the items are
//! read off them without sorting again. Knows nothing of how items are drawn.

use crate::metrics::lanes::{self, LANES, Values, Weights};
use crate::model::{Cancelled, ClassScores, Dataset, Progress, ScoreTable};

use super::column::{self, Entry, Score};
use super::labels::{self, Exclusive, LabelSets, Labels, Sets};

/// Above this many pairs of item and class the order is not kept: it would take more than 8 MB.
pub(in crate::metrics) const MOST_CELLS: usize = 1 << 21;

/// The item of an entry.
const ITEM: u32 = (1 << 30) - 1;
/// Set where the item has the class.
const POSITIVE: u32 = 1 << 31;
/// Set where the score is that of the entry before.
const TIED: u32 = 1 << 30;

/// The item that an entry is about.
pub(in crate::metrics) const fn item_of(entry: u32) -> usize {
    (entry & ITEM) as usize
}

/// Per class, the items that count by descending score. `None` where not every class has a score that means something, or
/// where there are more than [`MOST_CELLS`].
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub(in crate::metrics) fn order(
    dataset: &Dataset,
    scores: &ClassScores,
    several: bool,
    progress: &dyn Progress,
) -> Result<Option<Vec<Vec<u32>>>, Cancelled> {
    if dataset.images.len().saturating_mul(dataset.classes.len()) > MOST_CELLS {
        return Ok(None);
    }
    let Some(table) = column::rankable(scores) else { return Ok(None) };
    if several {
        let sets = LabelSets::of(dataset, scores);
        order_by(table, dataset.classes.len(), &Sets(&sets), progress).map(Some)
    } else {
        let truth = labels::single(dataset, scores);
        order_by(table, dataset.classes.len(), &Exclusive(&truth), progress).map(Some)
    }
}

fn order_by(
    table: ScoreTable<'_>,
    classes: usize,
    labels: &impl Labels,
    progress: &dyn Progress,
) -> Result<Vec<Vec<u32>>, Cancelled> {
    match table {
        ScoreTable::Single(rows) => order_rows(rows, classes, labels, progress),
        ScoreTable::Double(rows) => order_rows(rows, classes, labels, progress),
    }
}

fn order_rows<T: Score>(
    rows: &[T],
    classes: usize,
    labels: &impl Labels,
    progress: &dyn Progress,
) -> Result<Vec<Vec<u32>>, Cancelled> {
    let mut ordered = Vec::with_capacity(classes);
    for group in column::groups(classes) {
        progress.check()?;
        let counted = |item: usize, class: usize| labels.label(item, class).and_then(|_| u32::try_from(item).ok());
        let columns = column::sorted(rows, classes, group.clone(), counted);
        for (class, column) in group.zip(&columns) {
            let positive = labels.positive(class);
            let mut before = None;
            let entry = |entry: &T::Entry| {
                let tied = before.replace(entry.key()) == Some(entry.key());
                let has = labels.label(entry.label() as usize, class) == Some(positive);
                (entry.label() & ITEM) | if has { POSITIVE } else { 0 } | if tied { TIED } else { 0 }
            };
            ordered.push(column.iter().map(entry).collect());
        }
    }
    Ok(ordered)
}

/// Sums of one class over its items so far.
#[derive(Default)]
struct Walk {
    above: [u32; LANES],
    below: [u32; LANES],
    /// Items of the score at hand: those without the class, and those with it.
    beside: [[u32; LANES]; 2],
    /// True where [`Self::beside`] holds an item with the class.
    hit: bool,
    twice_won: [u64; LANES],
    area: [f64; LANES],
}

impl Walk {
    fn add(&mut self, weights: &Weights, positive: bool) {
        lanes::add(&mut self.beside[usize::from(positive)], weights);
        self.hit |= positive;
    }

    /// The items of one score are complete.
    fn close(&mut self) {
        let [negatives, positives] = std::mem::take(&mut self.beside);
        for lane in 0..LANES {
            let won = 2 * u64::from(self.above[lane]) + u64::from(positives[lane]);
            self.twice_won[lane] += u64::from(negatives[lane]) * won;
            self.above[lane] += positives[lane];
            self.below[lane] += negatives[lane];
        }
        if std::mem::take(&mut self.hit) {
            for lane in (0..LANES).filter(|&lane| positives[lane] > 0) {
                let (above, all) = (f64::from(self.above[lane]), self.above[lane] + self.below[lane]);
                self.area[lane] += f64::from(positives[lane]) * (above / f64::from(all));
            }
        }
    }
}

/// Mean over classes of ROC AUC and of average precision, of resamples whose weights are given per item: an item drawn
/// twice counts twice. The means are over the classes for which the resample defines them.
pub(in crate::metrics) fn resampled(ordered: &[Vec<u32>], weights: &[Weights]) -> (Values, Values) {
    let (mut aucs, mut aps) = ([(0.0, 0_u32); LANES], [(0.0, 0_u32); LANES]);
    for column in ordered {
        let mut walk = Walk::default();
        for &entry in column {
            if entry & TIED == 0 {
                walk.close();
            }
            if let Some(weights) = weights.get(item_of(entry)) {
                walk.add(weights, entry & POSITIVE != 0);
            }
        }
        walk.close();
        for lane in 0..LANES {
            let positives = walk.above[lane];
            let pairs = u64::from(positives) * u64::from(walk.below[lane]);
            if pairs > 0 {
                aucs[lane].0 += walk.twice_won[lane] as f64 / (2.0 * pairs as f64);
                aucs[lane].1 += 1;
            }
            if positives > 0 {
                aps[lane].0 += walk.area[lane] / f64::from(positives);
                aps[lane].1 += 1;
            }
        }
    }
    let mean = |(sum, n): (f64, u32)| (n > 0).then(|| sum / f64::from(n));
    (aucs.map(mean), aps.map(mean))
}
