//! Confident learning (Northcutt, Jiang, Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels") as cleanlab
//! 2.9.0 computes it, its counts and sets bit for bit: sums are added up in the order of its arrays. Knows labels and rows of
//! probabilities.

use crate::model::{Cancelled, Progress};

/// Probabilities this close count as equal.
const CLOSE: f64 = 1e-6;
/// The least threshold of a class.
const LEAST: f64 = 2.0 * CLOSE;
/// The threshold of a class without items: no probability reaches it.
const NEVER: f64 = 2.0;
/// Items between two looks at the cancel flag.
const RUN: usize = 8192;

/// Which items are suspects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pruning {
    /// Of each pair of classes as many items as are estimated to be labelled wrongly, those with the largest margin
    /// (`prune_by_noise_rate`).
    #[default]
    NoiseRate,
    /// The items that are counted off the diagonal of the confident joint (`confident_learning`).
    Counted,
}

/// Items with one label each, and what a model says of all classes.
pub trait Table {
    /// Number of items.
    fn items(&self) -> usize;
    /// Number of classes.
    fn classes(&self) -> usize;
    /// The label of an item.
    fn label(&self, item: usize) -> usize;
    /// The probability of a class.
    fn probability(&self, item: usize, class: usize) -> f64;
}

/// What is found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Confident {
    /// Per class the mean probability of its own items.
    pub thresholds: Vec<f64>,
    /// Row: label, column: the class that the model is confident of; how many items, at least 1 on the diagonal.
    pub joint: Vec<Vec<u64>>,
    /// The same brought to the number of items of each label.
    pub calibrated: Vec<Vec<u64>>,
    /// The items counted off the diagonal, but those whose label is as probable as any, ascending.
    pub counted: Vec<u32>,
    /// The items that [`Pruning::NoiseRate`] means, ascending.
    pub by_noise_rate: Vec<u32>,
}

impl Confident {
    /// Counts and chooses.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn of(table: &impl Table, progress: &dyn Progress) -> Result<Self, Cancelled> {
        let by_label = by_label(table);
        let thresholds: Vec<f64> =
            by_label.iter().enumerate().map(|(class, own)| threshold(table, class, own)).collect();
        let (mut joint, counted) = count(table, &thresholds, progress)?;
        for (class, row) in joint.iter_mut().enumerate() {
            if let Some(diagonal) = row.get_mut(class) {
                *diagonal = (*diagonal).max(1);
            }
        }
        let sizes: Vec<usize> = by_label.iter().map(Vec::len).collect();
        let calibrated = calibrate(&joint, &sizes);
        let mut by_noise_rate = Vec::new();
        for (label, own) in by_label.iter().enumerate() {
            progress.check()?;
            if let Some(row) = calibrated.get(label).filter(|_| own.len() > 1) {
                by_noise_rate.extend(prune(table, label, own, &kept(row, label)));
            }
        }
        by_noise_rate.sort_unstable();
        by_noise_rate.dedup();
        by_noise_rate.retain(|item| !is_as_probable(table, *item as usize));
        Ok(Self { thresholds, joint, calibrated, counted, by_noise_rate })
    }

    /// The suspects.
    #[must_use]
    pub fn suspects(&self, pruning: Pruning) -> &[u32] {
        match pruning {
            Pruning::NoiseRate => &self.by_noise_rate,
            Pruning::Counted => &self.counted,
        }
    }
}

/// How good a label is, 0 to 1: (its probability − the largest other one + 1) / 2.
#[must_use]
pub fn normalized_margin(table: &impl Table, item: usize) -> f64 {
    let label = table.label(item);
    let others = (0..table.classes()).filter(|class| *class != label).map(|class| table.probability(item, class));
    (table.probability(item, label) - others.fold(f64::NEG_INFINITY, f64::max) + 1.0) / 2.0
}

/// The items of each label.
fn by_label(table: &impl Table) -> Vec<Vec<u32>> {
    let mut by_label = vec![Vec::new(); table.classes()];
    for item in 0..table.items() {
        if let Some(own) = by_label.get_mut(table.label(item)) {
            own.push(u32::try_from(item).unwrap_or(u32::MAX));
        }
    }
    by_label
}

fn threshold(table: &impl Table, class: usize, own: &[u32]) -> f64 {
    if own.is_empty() {
        return NEVER;
    }
    let values: Vec<f64> = own.iter().map(|item| table.probability(*item as usize, class)).collect();
    (sum(&values) / values.len() as f64).max(LEAST)
}

/// The most probable class, the first of equal ones.
fn best(classes: usize, of: impl Fn(usize) -> f64) -> usize {
    (1..classes).fold(0, |best, class| if of(class) > of(best) { class } else { best })
}

/// True where no class is clearly more probable than the label.
fn is_as_probable(table: &impl Table, item: usize) -> bool {
    let label = table.label(item);
    let nudged = |class: usize| table.probability(item, class) + if class == label { CLOSE } else { 0.0 };
    best(table.classes(), nudged) == label
}

fn count(
    table: &impl Table,
    thresholds: &[f64],
    progress: &dyn Progress,
) -> Result<(Vec<Vec<u64>>, Vec<u32>), Cancelled> {
    let mut joint = vec![vec![0_u64; table.classes()]; table.classes()];
    let mut counted = Vec::new();
    for item in 0..table.items() {
        if item % RUN == 0 {
            progress.check()?;
        }
        let mut confident = (0..)
            .zip(thresholds)
            .filter(|(class, t)| table.probability(item, *class) >= **t - CLOSE)
            .map(|(class, _)| class);
        let (first, second) = (confident.next(), confident.next());
        let Some(only) = first else { continue };
        let guess = if second.is_none() { only } else { best(table.classes(), |class| table.probability(item, class)) };
        let label = table.label(item);
        if let Some(n) = joint.get_mut(label).and_then(|row| row.get_mut(guess)) {
            *n += 1;
        }
        if guess != label && !is_as_probable(table, item) {
            counted.push(u32::try_from(item).unwrap_or(u32::MAX));
        }
    }
    Ok((joint, counted))
}

/// Brings the rows to the numbers of items, in whole numbers.
fn calibrate(joint: &[Vec<u64>], sizes: &[usize]) -> Vec<Vec<u64>> {
    let classes = joint.len();
    let items: usize = sizes.iter().sum();
    let scaled: Vec<Vec<f64>> = joint
        .iter()
        .zip(sizes)
        .map(|(row, size)| {
            let all = row.iter().sum::<u64>() as f64;
            row.iter().map(|n| *n as f64 / all * *size as f64).collect()
        })
        .collect();
    // Column by column, as it lies in cleanlab's memory.
    let columns = (0..classes).flat_map(|column| scaled.iter().filter_map(move |row| row.get(column).copied()));
    let all = sum(&columns.collect::<Vec<f64>>()).max(f64::MIN_POSITIVE);
    scaled.iter().map(|row| rounded(&row.iter().map(|n| n / all * items as f64).collect::<Vec<f64>>())).collect()
}

/// Whole numbers with the sum of the row: those that were changed most by rounding give way, the last of equal ones first where
/// something is added and the first where it is taken away.
fn rounded(row: &[f64]) -> Vec<u64> {
    let mut whole: Vec<f64> = row.iter().map(|n| n.round_ties_even()).collect();
    let wanted = sum(row).round_ties_even();
    loop {
        let missing = wanted - whole.iter().sum::<f64>();
        if missing.abs() < 0.5 || row.is_empty() {
            break;
        }
        let mut order: Vec<usize> = (0..row.len()).collect();
        let off = |at: &usize| row[*at] - whole[*at];
        order.sort_by(|a, b| off(a).total_cmp(&off(b)));
        if missing > 0.0 {
            order.reverse();
        }
        for at in order.into_iter().take(missing.abs() as usize) {
            whole[at] += missing.signum();
        }
    }
    whole.into_iter().map(|n| n.max(0.0) as u64).collect()
}

/// A row of the calibrated joint that leaves at least one item its label; what that one lacked is taken from the others evenly.
fn kept(row: &[u64], label: usize) -> Vec<u64> {
    let own = row.get(label).copied().unwrap_or(0);
    let lack = own.max(1) - own;
    let others = (row.iter().filter(|n| **n > 0).count() as f64 - 1.0).max(1.0);
    row.iter().map(|n| (*n as f64 - lack as f64 / others).max(0.0) as u64).collect()
}

/// Of the items of a label, for each other class as many as are to go: those that the class beats most.
fn prune(table: &impl Table, label: usize, own: &[u32], wanted: &[u64]) -> Vec<u32> {
    let mut pruned = Vec::new();
    for (class, n) in wanted.iter().enumerate().filter(|(class, n)| *class != label && **n > 0) {
        let margin = |item: &u32| table.probability(*item as usize, class) - table.probability(*item as usize, label);
        let mut order: Vec<(f64, u32)> = own.iter().map(|item| (margin(item), *item)).collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        pruned.extend(order.into_iter().take(usize::try_from(*n).unwrap_or(usize::MAX)).map(|(_, item)| item));
    }
    pruned
}

/// NumPy's sum: by halves, and of at most 128 numbers in eight that are added up side by side.
fn sum(values: &[f64]) -> f64 {
    if values.len() < 8 {
        return values.iter().sum();
    }
    if values.len() <= 128 {
        let (whole, rest) = values.split_at(values.len() / 8 * 8);
        let mut sums = [0.0; 8];
        for eight in whole.chunks_exact(8) {
            sums.iter_mut().zip(eight).for_each(|(sum, value)| *sum += value);
        }
        let [a, b, c, d, e, f, g, h] = sums;
        return rest.iter().fold(((a + b) + (c + d)) + ((e + f) + (g + h)), |sum, value| sum + value);
    }
    let half = values.len() / 2;
    let (left, right) = values.split_at(half - half % 8);
    sum(left) + sum(right)
}
