//! The numbers of an evaluation on resamples of its items, several resamples at once. Knows what was drawn how often, not how.

use crate::metrics::classification::{Averages, Tally, averages, ordered};
use crate::metrics::coco::ranked;
use crate::metrics::counts::Counts;
use crate::metrics::lanes::{self, LANES, Values, Weights};
use crate::metrics::rates;
use crate::model::{ClassId, ImageId};

use super::{LabelPart, MatchTable, Metric, NO_ANSWER, Part};

/// Nothing is defined.
const NOTHING: Values = [None; LANES];

impl MatchTable {
    /// Why resamples say nothing about a number; `None` where they do.
    #[must_use]
    pub fn not_resampled(&self, metric: Metric) -> Option<&'static str> {
        let Part::Labels(part) = &self.part else { return None };
        let ranked = matches!(metric, Metric::RocAucMacro | Metric::AveragePrecisionMacro);
        (ranked && part.order.is_none() && self.value(metric).is_some())
            .then_some("too many items and classes to rank again in every resample")
    }

    /// Numbers of resamples in which item i was drawn `weights[i]` times, in the order of `wanted`. An item drawn twice
    /// counts twice. Undefined in a resample is `None`.
    #[must_use]
    pub fn resampled(&self, weights: &[Weights], wanted: &[Metric]) -> Vec<Values> {
        let known = match &self.part {
            Part::Statistics(statistics) => statistics.resampled(weights),
            Part::Objects { .. } | Part::Labels(_) => self.known(weights, wanted),
        };
        let value = |metric: &Metric| known.iter().find(|(m, _)| m == metric).map_or(NOTHING, |(_, values)| *values);
        wanted.iter().map(value).collect()
    }

    /// What outcomes give, as far as it is wanted.
    fn known(&self, weights: &[Weights], wanted: &[Metric]) -> Vec<(Metric, Values)> {
        let wants = |metrics: &[Metric]| wanted.iter().any(|metric| metrics.contains(metric));
        let mut known: Vec<(Metric, Values)> = Vec::new();
        if wants(&[Metric::Precision, Metric::Recall, Metric::F1]) {
            known.extend(self.pooled(weights));
        }
        match &self.part {
            Part::Objects { ranked, .. } => {
                let every = wanted.iter().any(|metric| metric.is_costly());
                if every || wants(&[Metric::Ap50]) {
                    let ap = ranked::resampled(ranked, weights, every);
                    known.extend([(Metric::Ap50, ap.ap50), (Metric::Ap75, ap.ap75), (Metric::Ap, ap.ap)]);
                }
            }
            Part::Labels(part) => {
                if let Some(order) = &part.order
                    && wants(&[Metric::RocAucMacro, Metric::AveragePrecisionMacro])
                {
                    let (auc, ap) = ordered::resampled(order, weights);
                    known.extend([(Metric::RocAucMacro, auc), (Metric::AveragePrecisionMacro, ap)]);
                }
                if self.task.is_multilabel() {
                    known.extend(self.sets(weights));
                } else {
                    known.extend(self.answers(part, weights));
                }
            }
            // It has no outcomes.
            Part::Statistics(_) => {}
        }
        known
    }

    /// The counts of every item, with its weights.
    fn weighed<'a>(&'a self, weights: &'a [Weights]) -> impl Iterator<Item = (Counts, &'a Weights)> + 'a {
        weights
            .iter()
            .enumerate()
            .take(self.names.len())
            .map(|(item, weights)| (self.counts_of(ImageId::from_index(item)), weights))
    }

    fn pooled(&self, weights: &[Weights]) -> [(Metric, Values); 3] {
        let (mut correct, mut kept, mut truths) = ([0; LANES], [0; LANES], [0; LANES]);
        for (counts, weights) in self.weighed(weights) {
            lanes::add_times(&mut correct, weights, counts.correct);
            lanes::add_times(&mut kept, weights, counts.kept());
            lanes::add_times(&mut truths, weights, counts.truths());
        }
        let of = |value: &dyn Fn(usize) -> Option<f64>| std::array::from_fn(value);
        [
            (Metric::Precision, of(&|lane| rates::ratio(correct[lane], kept[lane]))),
            (Metric::Recall, of(&|lane| rates::ratio(correct[lane], truths[lane]))),
            (Metric::F1, of(&|lane| rates::f1(correct[lane], kept[lane], truths[lane]))),
        ]
    }

    /// What is read off whole items that have several labels.
    fn sets(&self, weights: &[Weights]) -> Vec<(Metric, Values)> {
        let mut tallies = Tallies::new(self.classes.len());
        for (item, cell) in self.cells() {
            if let Some(weights) = weights.get(item) {
                tallies.add(cell.truth.map(ClassId::index), cell.predicted.map(ClassId::index), weights);
            }
        }
        let (mut items, mut exact, mut wrong, mut f1) = ([0; LANES], [0; LANES], [0; LANES], [0.0; LANES]);
        for (counts, weights) in self.weighed(weights) {
            lanes::add_times(&mut items, weights, 1);
            lanes::add_times(&mut exact, weights, u64::from(counts.correct == counts.kept() + counts.missed));
            lanes::add_times(&mut wrong, weights, counts.missed + counts.false_positives);
            lanes::add_scaled(&mut f1, weights, counts.f1().unwrap_or(0.0));
        }
        let classes = self.classes.len() as u64;
        let judged = |lane: usize| if classes == 0 { 0 } else { items[lane] };
        let of = |value: &dyn Fn(usize) -> Option<f64>| std::array::from_fn(value);
        vec![
            (Metric::MacroF1, tallies.each(|classes| Averages::of(classes).macro_.f1)),
            (Metric::SamplesF1, of(&|lane| (judged(lane) > 0).then(|| f1[lane] / judged(lane) as f64))),
            (Metric::SubsetAccuracy, of(&|lane| rates::ratio(exact[lane], judged(lane)))),
            (Metric::HammingLoss, of(&|lane| rates::ratio(wrong[lane], items[lane] * classes))),
        ]
    }

    /// What is read off the best class of each item.
    fn answers(&self, part: &LabelPart, weights: &[Weights]) -> Vec<(Metric, Values)> {
        let mut tallies = Tallies::new(self.classes.len());
        let (mut losses, mut counted) = ([0.0; LANES], [0; LANES]);
        for (item, (&answer, weights)) in part.answers.iter().zip(weights).enumerate() {
            if answer == NO_ANSWER {
                continue;
            }
            let truth = self.truth_classes.get(super::range(&self.truth_starts, item).start);
            tallies.add(truth.map(|&class| class as usize), Some(answer as usize - 1), weights);
            if let Some(&loss) = part.losses.get(item).filter(|loss| **loss >= 0.0) {
                lanes::add_scaled(&mut losses, weights, loss);
                lanes::add_times(&mut counted, weights, 1);
            }
        }
        let accuracy = |classes: &[Tally]| {
            rates::ratio(classes.iter().map(|t| t.correct).sum(), classes.iter().map(|t| t.support).sum())
        };
        let loss = |lane: usize| (counted[lane] > 0).then(|| losses[lane] / counted[lane] as f64);
        vec![
            (Metric::Accuracy, tallies.each(accuracy)),
            (Metric::BalancedAccuracy, tallies.each(averages::balanced_accuracy)),
            (Metric::MacroF1, tallies.each(|classes| Averages::of(classes).macro_.f1)),
            (Metric::LogLoss, std::array::from_fn(loss)),
        ]
    }
}

/// How often each class is true, said, and both, in each resample.
struct Tallies(Vec<[[u64; LANES]; 3]>);

impl Tallies {
    fn new(classes: usize) -> Self {
        Self(vec![[[0; LANES]; 3]; classes])
    }

    fn add(&mut self, truth: Option<usize>, said: Option<usize>, weights: &Weights) {
        if let Some([correct, _, support]) = truth.and_then(|class| self.0.get_mut(class)) {
            lanes::add_times(support, weights, 1);
            if truth == said {
                lanes::add_times(correct, weights, 1);
            }
        }
        if let Some([_, predicted, _]) = said.and_then(|class| self.0.get_mut(class)) {
            lanes::add_times(predicted, weights, 1);
        }
    }

    fn each(&self, value: impl Fn(&[Tally]) -> Option<f64>) -> Values {
        let mut classes = Vec::with_capacity(self.0.len());
        std::array::from_fn(|lane| {
            classes.clear();
            classes.extend(self.0.iter().map(|[correct, predicted, support]| Tally {
                correct: correct[lane],
                predicted: predicted[lane],
                support: support[lane],
            }));
            value(&classes)
        })
    }
}
