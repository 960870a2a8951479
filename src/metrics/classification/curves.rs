//! Curves for drawing: ROC, precision against recall, reliability, histograms of scores. Thinned; the numbers beside them
//! come from the exact lists.

use rayon::prelude::*;
use serde::Serialize;

use crate::metrics::histogram::histogram;
use crate::model::{Cancelled, ClassId, ClassScores, Dataset, ImageId, Progress, ScoreTable};

use super::column::{self, Score, Step};
use super::columns::Columns;
use super::labels::{self, Exclusive, LabelSets, Labels, NONE, Sets};
use super::rows::{self, Look, bin_of};

/// No curve has more points.
const POINTS: usize = 1000;
/// Parts of the axis of a mean curve.
const PARTS: usize = 500;

/// Share of the other items kept against share of the items of the class kept, from (0, 0) to (1, 1), of the class against
/// the rest: at most 1,000 points, those left out no further from the line than a thousandth of its length. Empty where
/// ROC AUC is undefined.
#[must_use]
pub fn roc_curve(dataset: &Dataset, scores: &ClassScores, class: ClassId, multilabel: bool) -> Vec<(f64, f64)> {
    thin(roc_points(&steps_in(dataset, scores, class, multilabel)), POINTS)
}

/// (recall, precision) from the highest score down, thinned as [`roc_curve`]; begins at recall 0 with the precision of the
/// highest score. Empty where average precision is undefined.
#[must_use]
pub fn pr_curve(dataset: &Dataset, scores: &ClassScores, class: ClassId, multilabel: bool) -> Vec<(f64, f64)> {
    thin(pr_points(&steps_in(dataset, scores, class, multilabel)), POINTS)
}

fn pr_points(steps: &[Step]) -> Vec<(f64, f64)> {
    let all: u64 = steps.iter().map(|s| s.positives).sum();
    if all == 0 {
        return Vec::new();
    }
    let (mut positives, mut kept) = (0, 0);
    let mut points: Vec<(f64, f64)> = Vec::with_capacity(steps.len() + 1);
    for step in steps {
        positives += step.positives;
        kept += step.positives + step.negatives;
        let point = (positives as f64 / all as f64, positives as f64 / kept as f64);
        if points.is_empty() && point.0 > 0.0 {
            points.push((0.0, point.1));
        }
        points.push(point);
    }
    points
}

/// The curves of every class, and the mean of the ROC curves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassCurves {
    /// See [`roc_curve`].
    pub roc: Vec<Vec<(f64, f64)>>,
    /// See [`macro_roc_curve`].
    pub macro_roc: Vec<(f64, f64)>,
    /// See [`pr_curve`].
    pub pr: Vec<Vec<(f64, f64)>>,
}

impl ClassCurves {
    /// All curves, each class sorted once, or read off columns that are sorted already.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub(in crate::metrics) fn of(
        dataset: &Dataset,
        scores: &ClassScores,
        multilabel: bool,
        columns: Option<&Columns>,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        progress.stage("Drawing curves");
        let (sets, truth);
        let steps: &(dyn Fn(usize) -> Vec<Step> + Sync) = match columns.filter(|_| column::rankable(scores).is_some()) {
            Some(columns) => &|class| columns.steps(class),
            None if multilabel => {
                sets = LabelSets::of(dataset, scores);
                &|class| steps_of(scores, &Sets(&sets), class)
            }
            None => {
                truth = labels::single(dataset, scores);
                &|class| steps_of(scores, &Exclusive(&truth), class)
            }
        };
        let of_class = |class: usize| {
            progress.check()?;
            let steps = steps(class);
            let roc = roc_points(&steps);
            Ok((resampled(&roc), thin(roc, POINTS), thin(pr_points(&steps), POINTS)))
        };
        let classes = dataset.classes.len();
        let curves: Vec<_> =
            (0..classes).into_par_iter().with_max_len(1).map(of_class).collect::<Result<_, Cancelled>>()?;
        let (mut heights, mut found) = (Vec::with_capacity(classes), Self::default());
        for (height, roc, pr) in curves {
            heights.push(height);
            found.roc.push(roc);
            found.pr.push(pr);
        }
        found.macro_roc = mean_of(&heights);
        Ok(found)
    }
}

/// The mean of the ROC curves of the classes that have one, at 501 equal steps of the false-positive rate; each curve is
/// read as straight between its points, at its highest where it rises upright. Begins with (0, 0). Empty where no class has
/// a curve.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn macro_roc_curve(
    dataset: &Dataset,
    scores: &ClassScores,
    multilabel: bool,
    progress: &dyn Progress,
) -> Result<Vec<(f64, f64)>, Cancelled> {
    Ok(ClassCurves::of(dataset, scores, multilabel, None, progress)?.macro_roc)
}

/// The mean of the curves that are not empty, each given by its height at equal steps.
fn mean_of(curves: &[Vec<f64>]) -> Vec<(f64, f64)> {
    let defined = curves.iter().filter(|curve| !curve.is_empty()).count();
    if defined == 0 {
        return Vec::new();
    }
    let at = |i: usize| curves.iter().filter_map(|curve| curve.get(i)).sum::<f64>() / defined as f64;
    let mean = (0..=PARTS).map(|i| (i as f64 / PARTS as f64, at(i)));
    std::iter::once((0.0, 0.0)).chain(mean).collect()
}

/// As [`steps_of`] for the labels of a dataset.
fn steps_in(dataset: &Dataset, scores: &ClassScores, class: ClassId, multilabel: bool) -> Vec<Step> {
    if multilabel {
        steps_of(scores, &Sets(&LabelSets::of(dataset, scores)), class.index())
    } else {
        steps_of(scores, &Exclusive(&labels::single(dataset, scores)), class.index())
    }
}

/// The numbers of items of a class and of others at each distinct score, highest first.
fn steps_of(scores: &ClassScores, labels: &impl Labels, class: usize) -> Vec<Step> {
    match column::rankable(scores) {
        Some(ScoreTable::Single(rows)) => steps_of_rows(rows, scores.classes(), labels, class),
        Some(ScoreTable::Double(rows)) => steps_of_rows(rows, scores.classes(), labels, class),
        None => Vec::new(),
    }
}

fn steps_of_rows<T: Score>(rows: &[T], classes: usize, labels: &impl Labels, class: usize) -> Vec<Step> {
    let columns = column::sorted(rows, classes, class..class + 1, |item, class| labels.label(item, class));
    columns.first().map(|column| column::steps(column, labels.positive(class)).collect()).unwrap_or_default()
}

fn roc_points(steps: &[Step]) -> Vec<(f64, f64)> {
    let positives: u64 = steps.iter().map(|s| s.positives).sum();
    let negatives: u64 = steps.iter().map(|s| s.negatives).sum();
    if positives == 0 || negatives == 0 {
        return Vec::new();
    }
    let (mut hits, mut alarms) = (0, 0);
    let point = |hits: u64, alarms: u64| (alarms as f64 / negatives as f64, hits as f64 / positives as f64);
    let along = steps.iter().map(|step| {
        hits += step.positives;
        alarms += step.negatives;
        point(hits, alarms)
    });
    std::iter::once((0.0, 0.0)).chain(along).collect()
}

/// The height of a curve at equal steps of 0…1.
fn resampled(points: &[(f64, f64)]) -> Vec<f64> {
    let mut next = 0;
    let height = |i: usize| {
        let x = i as f64 / PARTS as f64;
        while points.get(next + 1).is_some_and(|p| p.0 <= x) {
            next += 1;
        }
        let &(x0, y0) = points.get(next)?;
        Some(points.get(next + 1).map_or(y0, |&(x1, y1)| y0 + (y1 - y0) * (x - x0) / (x1 - x0)))
    };
    (0..=PARTS).map_while(height).collect()
}

/// Leaves out points so that no more than `limit` remain, both ends among them, at about equal distances along the curve.
fn thin(points: Vec<(f64, f64)>, limit: usize) -> Vec<(f64, f64)> {
    if points.len() <= limit {
        return points;
    }
    let distance = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).abs() + (a.1 - b.1).abs();
    let length: f64 = points.windows(2).map(|pair| distance(pair[0], pair[1])).sum();
    let step = length / (limit / 2).saturating_sub(1).max(1) as f64;
    let last = points.len() - 1;
    let (mut kept, mut since) = (Vec::with_capacity(limit), 0.0);
    for (i, &point) in points.iter().enumerate() {
        let ahead = points.get(i + 1).map_or(0.0, |&next| distance(point, next));
        // A point goes where the way from the kept one to the next is still short.
        if i == 0 || i == last || since + ahead > step {
            kept.push(point);
            since = 0.0;
        }
        since += ahead;
    }
    kept
}

/// Items whose highest probability lies in (low, high], the first bin closed below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// Lower edge.
    pub low: f64,
    /// Upper edge.
    pub high: f64,
    /// Number of items.
    pub count: u64,
    /// Mean of their highest probabilities; `None` in an empty bin.
    pub mean_confidence: Option<f64>,
    /// Share of them whose best class is true; `None` in an empty bin.
    pub accuracy: Option<f64>,
}

/// Reliability of the highest probability of a single-label classifier in equal bins over 0…1, rows divided by their sum.
/// Empty where not every class has a score or a score is negative, and for no bins.
#[must_use]
pub fn reliability(dataset: &Dataset, scores: &ClassScores, bins: usize) -> Vec<ReliabilityBin> {
    if column::rankable(scores).is_none() {
        return Vec::new();
    }
    let truth = labels::single(dataset, scores);
    let mut row = Vec::new();
    let mut sums = vec![(0_u64, 0_u64, 0.0); bins];
    for (item, &truth) in truth.iter().enumerate().filter(|(_, t)| **t != NONE) {
        if !scores.copy_row(ImageId::from_index(item), &mut row) {
            return Vec::new();
        }
        let look = Look::at(&row);
        if look.low < 0.0 {
            return Vec::new();
        }
        let confidence = look.shares(row.len()).of(look.high);
        if let Some((count, correct, sum)) = sums.get_mut(bin_of(confidence, bins)) {
            *count += 1;
            *correct += u64::from(look.best == truth);
            *sum += confidence;
        }
    }
    let edge = |i: usize| i as f64 / bins as f64;
    let bin = |(i, (count, correct, sum)): (usize, (u64, u64, f64))| ReliabilityBin {
        low: edge(i),
        high: edge(i + 1),
        count,
        mean_confidence: (count > 0).then(|| sum / count as f64),
        accuracy: crate::metrics::rates::ratio(correct, count),
    };
    sums.into_iter().enumerate().map(bin).collect()
}

/// How the scores of the answers are spread.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ScoreHistograms {
    /// The lowest and highest score of an answer, widened to 0…1 where they lie within.
    pub range: (f64, f64),
    /// Items whose best class is true, per equal part of the range.
    pub right: Vec<u32>,
    /// The others.
    pub wrong: Vec<u32>,
}

/// Histograms of the best score of the items that are right and of those that are wrong (single-label). `None` where no
/// item counts.
#[must_use]
pub fn score_histograms(dataset: &Dataset, scores: &ClassScores, bins: usize) -> Option<ScoreHistograms> {
    let truth = labels::single(dataset, scores);
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for (item, (class, score)) in rows::best(dataset, scores) {
        match truth.get(item.index()) {
            Some(&NONE) | None => {}
            Some(&t) if t == class.0 => right.push(score),
            Some(_) => wrong.push(score),
        }
    }
    let all = || right.iter().chain(&wrong).copied();
    let (low, high) = (all().reduce(f64::min)?, all().reduce(f64::max)?);
    let range = if low >= 0.0 && high <= 1.0 { (0.0, 1.0) } else { (low, high) };
    Some(ScoreHistograms { range, right: histogram(right, range, bins), wrong: histogram(wrong, range, bins) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A circle's quarter of 10,001 points: both ends stay, no point left out is far from what remains.
    #[test]
    fn thinning_keeps_the_shape() {
        let point = |i: usize| {
            let angle = i as f64 / 10_000.0 * std::f64::consts::FRAC_PI_2;
            (1.0 - angle.cos(), angle.sin())
        };
        let points: Vec<(f64, f64)> = (0..=10_000).map(point).collect();
        let kept = thin(points.clone(), 1000);
        assert!(kept.len() <= 1000 && kept.len() > 400, "{}", kept.len());
        assert_eq!((kept[0], kept[kept.len() - 1]), (points[0], points[10_000]));
        let near = |p: &(f64, f64)| kept.iter().any(|k| (k.0 - p.0).abs() + (k.1 - p.1).abs() < 0.005);
        assert!(points.iter().all(near));
        assert_eq!(thin(points[..1000].to_vec(), 1000).len(), 1000);
    }

    /// Long jumps: every point matters, as every other one is far away; never more than the limit.
    #[test]
    fn thinning_of_a_saw() {
        let saw: Vec<(f64, f64)> = (0..5000).map(|i| (f64::from(i) / 5000.0, f64::from(i % 2))).collect();
        assert!(thin(saw, 1000).len() <= 1000);
        let jump: Vec<(f64, f64)> = (0..2000).map(|i| if i < 1000 { (0.0, 0.0) } else { (1.0, 1.0) }).collect();
        let kept = thin(jump, 1000);
        assert!(kept.len() <= 4 && kept.contains(&(0.0, 0.0)) && kept.contains(&(1.0, 1.0)));
    }

    /// (0,0) → (0, ½) → (1, ½) → (1, 1): ½ from the start, 1 at the end.
    #[test]
    fn upright_rises_count_at_their_height() {
        let heights = resampled(&[(0.0, 0.0), (0.0, 0.5), (1.0, 0.5), (1.0, 1.0)]);
        assert_eq!((heights.len(), heights[0], heights[250], heights[500]), (PARTS + 1, 0.5, 0.5, 1.0));
        assert_eq!(resampled(&[(0.0, 0.0), (1.0, 1.0)])[250], 0.5);
        assert!(resampled(&[]).is_empty());
    }
}
