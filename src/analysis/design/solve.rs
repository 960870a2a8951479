//! The best threshold for a goal, over every score that occurs. Knows sweeps; does not know items.

use crate::metrics::OwnThresholds;
use crate::metrics::detection::Matched;
use crate::metrics::sweep::{PartSweeps, Priced};
use crate::model::ClassId;

use super::{Goal, Plan};

/// A threshold that was chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chosen {
    /// Scores of at least this are kept.
    pub threshold: f64,
    /// False where the target is out of reach; then this is the threshold that comes nearest to it.
    pub reached: bool,
}

/// The threshold for all, and of every class its own.
pub(super) struct Choice {
    pub threshold: Chosen,
    pub classes: Vec<Option<Chosen>>,
    pub own: OwnThresholds,
}

/// Chooses for all and for the classes that are `wanted`; `None` where there is nothing to choose by.
pub(super) fn choose(plan: &Plan, sweeps: &PartSweeps, wanted: &[bool], base: &Matched) -> Option<Choice> {
    let nothing = keeps_nothing(base);
    let threshold = best(&plan.goal, &sweeps.pooled, nothing)?;
    let of = |(at, priced): (usize, &Priced)| {
        let class = ClassId::from_index(at);
        best(&plan.goal_of(class), priced, nothing).filter(|_| wanted.get(at) == Some(&true))
    };
    let classes: Vec<Option<Chosen>> = sweeps.classes.iter().enumerate().map(of).collect();
    let own = classes.iter().enumerate();
    let own = own.filter_map(|(at, chosen)| Some((ClassId::from_index(at), (*chosen)?.threshold))).collect();
    Some(Choice { threshold, classes, own })
}

/// The lowest threshold above every score, and above 1.
fn keeps_nothing(base: &Matched) -> f64 {
    base.timeline.scores().first().copied().unwrap_or(1.0).max(1.0).next_up()
}

/// The highest threshold that is best for a goal; `None` without truths or predictions.
fn best(goal: &Goal, priced: &Priced, nothing: f64) -> Option<Chosen> {
    let sweep = &priced.sweep;
    if sweep.truths == 0 || sweep.is_empty() {
        return None;
    }
    let at =
        |position: usize, reached: bool| sweep.confidence.get(position).map(|&threshold| Chosen { threshold, reached });
    match *goal {
        Goal::Cost(_) => match priced.cheapest() {
            Some(position) => at(position, true),
            None => Some(Chosen { threshold: nothing, reached: true }),
        },
        Goal::FBeta(beta) => at(if beta == 1.0 { sweep.best_f1() } else { sweep.best_f_beta(beta) }?, true),
        Goal::Recall(target) => match sweep.best_precision_at_recall(target) {
            Some(position) => at(position, true),
            None => at(nearest(priced, |i| (sweep.recall(i), sweep.precision(i)))?, false),
        },
        Goal::Precision(target) => match sweep.best_recall_at_precision(target) {
            Some(position) => at(position, true),
            None => at(nearest(priced, |i| (sweep.precision(i), sweep.recall(i)))?, false),
        },
    }
}

/// The first position where the first rate is highest, and there the second.
fn nearest(priced: &Priced, rates: impl Fn(usize) -> (Option<f64>, Option<f64>)) -> Option<usize> {
    (0..priced.sweep.len()).reduce(|best, i| if rates(i) > rates(best) { i } else { best })
}
