//! Thresholds made for what errors cost, for F-beta, or for a recall or precision that has to be reached; one for all classes
//! or one a class. What they give is counted by matching with them, and judged once more on items they were not chosen on.

mod gain;
mod held_out;
mod solve;
pub mod surface;

use std::collections::BTreeMap;

use crate::metrics::detection::Matched;
use crate::metrics::sweep::PartSweeps;
use crate::metrics::{
    ClassCounts, Counts, Cut, DetectionSettings, ErrorCosts, Evaluation, OwnThresholds, Prices, rates,
};
use crate::model::{Cancelled, ClassId, ImageId, Progress, Task};

pub use gain::{Difference, Measure};
pub use held_out::{HeldOut, folds};
pub use solve::Chosen;
pub use surface::Surface;

use gain::Resampler;

/// What a threshold is chosen for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// The least total cost.
    Cost(ErrorCosts),
    /// The highest F, recall weighed β times as much as precision.
    FBeta(f64),
    /// The best precision among recalls of at least this.
    Recall(f64),
    /// The best recall among precisions of at least this.
    Precision(f64),
}

impl Goal {
    /// What is optimised, in words.
    #[must_use]
    pub fn sentence(&self, task: Task) -> String {
        match self {
            Self::Cost(costs) => {
                let [fp, miss, other] = [costs.false_positive, costs.miss, costs.misclassified].map(number);
                let mut parts = vec![format!("{miss} a miss")];
                if !task.is_one_class_each() {
                    parts.insert(0, format!("{fp} a false positive"));
                }
                if !task.is_multilabel() {
                    parts.push(format!("{other} a misclassification"));
                }
                format!("the least total cost at {}", parts.join(", "))
            }
            Self::FBeta(beta) => format!("the highest F{}", number(*beta)),
            Self::Recall(target) => format!("the best precision with a recall of at least {}", number(*target)),
            Self::Precision(target) => format!("the best recall with a precision of at least {}", number(*target)),
        }
    }
}

/// A number as short as it can be written.
fn number(value: f64) -> String {
    format!("{value}")
}

/// How thresholds are chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What for.
    pub goal: Goal,
    /// One threshold a class, beside the one for all.
    pub per_class: bool,
    /// A class with fewer truths than this follows the threshold for all.
    pub least_truths: u64,
    /// What single classes are chosen for instead; of the same kind as [`Self::goal`], and only with [`Self::per_class`].
    pub own: BTreeMap<ClassId, Goal>,
    /// Parts into which the items are divided for the estimate on items that thresholds were not chosen on; none below 2.
    pub folds: usize,
    /// Resamples of the items for intervals.
    pub resamples: usize,
    /// Another seed divides and draws otherwise.
    pub seed: u64,
}

impl Plan {
    /// For a goal, with everything else as by default.
    #[must_use]
    pub fn of(goal: Goal) -> Self {
        let own = BTreeMap::new();
        Self { goal, per_class: false, least_truths: 10, own, folds: 5, resamples: 1000, seed: 0 }
    }

    /// What a class is chosen for.
    #[must_use]
    pub fn goal_of(&self, class: ClassId) -> Goal {
        self.own.get(&class).copied().filter(|_| self.per_class).unwrap_or(self.goal)
    }

    /// What errors cost; every error 1 where costs are not what is optimised.
    #[must_use]
    pub fn prices(&self) -> Prices {
        let Goal::Cost(common) = self.goal else {
            return Prices { common: ErrorCosts::of(1.0, 1.0), ..Prices::default() };
        };
        let own = self.own.iter().filter(|_| self.per_class);
        let own = own.filter_map(|(&class, goal)| match goal {
            Goal::Cost(costs) => Some((class, *costs)),
            _ => None,
        });
        Prices { common, own: own.collect() }
    }

    /// What is done, in words.
    #[must_use]
    pub fn sentence(&self, task: Task) -> String {
        let goal = self.goal.sentence(task);
        if !self.per_class {
            return format!("Of every score that occurs, the threshold for all classes with {goal}");
        }
        format!(
            "For each class with at least {}, of every score that occurs the one with {goal}, counted from its own predictions \
             while all classes have one threshold; the others follow the one that is best for all",
            crate::model::fmt::counted(self.least_truths, "truth", "truths")
        )
    }
}

/// Counts of everything and what the errors cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    /// Right.
    pub correct: u64,
    /// Predictions that count.
    pub kept: u64,
    /// Truths that count.
    pub truths: u64,
    /// What the errors cost.
    pub cost: f64,
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.correct += other.correct;
        self.kept += other.kept;
        self.truths += other.truths;
        self.cost += other.cost;
    }

    /// correct / kept.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        rates::ratio(self.correct, self.kept)
    }

    /// correct / truths.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        rates::ratio(self.correct, self.truths)
    }

    /// 2·correct / (kept + truths).
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        rates::f1(self.correct, self.kept, self.truths)
    }
}

/// One class, now and as proposed.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassDesign {
    /// The class.
    pub class: ClassId,
    /// Its threshold now, and the proposed one.
    pub thresholds: (f64, f64),
    /// What was chosen for it alone; `None` where it follows the threshold for all.
    pub chosen: Option<Chosen>,
    /// Counts now, and as proposed.
    pub counts: (ClassCounts, ClassCounts),
    /// Costs now, and as proposed.
    pub costs: (f64, f64),
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Design {
    /// How thresholds were chosen.
    pub plan: Plan,
    /// How objects were paired.
    pub settings: DetectionSettings,
    /// What the window had: the threshold for all, and those of single classes.
    pub now: (f64, OwnThresholds),
    /// The proposed threshold for all.
    pub threshold: Chosen,
    /// The proposed thresholds of single classes.
    pub own: OwnThresholds,
    /// Every class, in declaration order.
    pub classes: Vec<ClassDesign>,
    /// Counts of everything, now and as proposed.
    pub counts: (Counts, Counts),
    /// Costs of everything, now and as proposed.
    pub sums: (Sums, Sums),
    /// What it gives on the items it was chosen on.
    pub gains: Vec<Difference>,
    /// What it gives on others; `None` where there are too few items.
    pub held_out: Option<HeldOut>,
}

/// Why no threshold can be chosen, as a title and a sentence; `None` where one can.
#[must_use]
pub fn obstacle(evaluation: &Evaluation) -> Option<(&'static str, &'static str)> {
    if evaluation.texts().is_some() {
        return Some(("No thresholds to design", "What an answer has to reach to pass is chosen in the bar above"));
    }
    let unsure = evaluation.labels().is_some_and(|labels| !labels.scores.has_confidence);
    if evaluation.is_without_confidence() || unsure {
        return Some(("No confidence", "The model does not say how sure it is, so that there is nothing to choose"));
    }
    let matched = evaluation.matched.as_ref();
    if matched.is_none_or(|matched| matched.sweep.is_empty()) {
        return Some(("No predictions", "Without predictions there is no threshold to choose"));
    }
    let truths = matched.is_some_and(|matched| matched.sweep.truths > 0);
    (!truths).then_some(("No ground truth", "Without truths nothing tells a good threshold from a bad one"))
}

/// Chooses thresholds, counts with them, and judges them. `matched` and `threshold` are what is on screen, with thresholds of
/// their own for some classes or without.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn design(
    evaluation: &Evaluation,
    matched: &Matched,
    threshold: f64,
    plan: Plan,
    progress: &dyn Progress,
) -> Result<Option<Design>, Cancelled> {
    let Some(base) = evaluation.matched.as_ref().filter(|_| obstacle(evaluation).is_none()) else { return Ok(None) };
    progress.stage("Choosing thresholds");
    let prices = plan.prices();
    let sweeps = PartSweeps::of(&evaluation.dataset, &base.timeline, |_| true, &prices, progress)?;
    let wanted: Vec<bool> =
        base.timeline.support().iter().map(|&n| plan.per_class && n >= plan.least_truths.max(1)).collect();
    let Some(choice) = solve::choose(&plan, &sweeps, &wanted, base) else { return Ok(None) };
    progress.progress(1, plan.folds + 2);

    progress.stage("Counting with these thresholds");
    let now = View { matched, cut: matched.timeline.cut(threshold) };
    let with_own = evaluation.with_own(&choice.own, progress)?;
    let proposed = with_own.as_ref().unwrap_or(base);
    let proposed = View { matched: proposed, cut: proposed.timeline.cut(choice.threshold.threshold) };
    let items = [now, proposed].map(|view| view.items(evaluation, &prices));
    let sums = [0, 1].map(|side: usize| items.get(side).map(|items| total(items)).unwrap_or_default());
    progress.progress(2, plan.folds + 2);

    let resampler = Resampler { resamples: plan.resamples, seed: plan.seed };
    let [items_now, items_proposed] = &items;
    let held_out = held_out::judge(evaluation, &plan, &prices, &wanted, items_now, progress)?;
    progress.stage("Resampling items");
    let gains = resampler.differences(&plan.goal, items_now, items_proposed, progress)?;
    let counters = [now, proposed].map(|view| view.matched.timeline.counter_of(view.cut));
    let classes = evaluation.dataset.classes.ids().map(|class| {
        let counts =
            counters.each_ref().map(|counter| counter.classes().get(class.index()).copied().unwrap_or_default());
        let chosen = choice.classes.get(class.index()).copied().flatten();
        let before = matched.own.get(class).unwrap_or(threshold);
        ClassDesign {
            class,
            thresholds: (before, chosen.map_or(choice.threshold.threshold, |chosen| chosen.threshold)),
            chosen,
            costs: (prices.of_class(class, &counts[0]), prices.of_class(class, &counts[1])),
            counts: (counts[0], counts[1]),
        }
    });
    Ok(Some(Design {
        settings: matched.settings,
        now: (threshold, matched.own.clone()),
        threshold: choice.threshold,
        classes: classes.collect(),
        counts: (counters[0].totals(), counters[1].totals()),
        sums: (sums[0], sums[1]),
        own: choice.own,
        gains,
        held_out,
        plan,
    }))
}

/// Counts at one cut.
#[derive(Clone, Copy)]
struct View<'a> {
    matched: &'a Matched,
    cut: Cut,
}

impl View<'_> {
    /// The counts of every item.
    fn items(self, evaluation: &Evaluation, prices: &Prices) -> Vec<Sums> {
        use rayon::prelude::*;
        let images: Vec<ImageId> = evaluation.dataset.image_ids().collect();
        images.into_par_iter().map(|image| self.item(image, prices)).collect()
    }

    fn item(self, image: ImageId, prices: &Prices) -> Sums {
        let mut sums = Sums::default();
        for (cell, n) in self.matched.timeline.cells_of(image, self.cut) {
            sums.correct += if cell.truth == cell.predicted { n } else { 0 };
            sums.kept += if cell.predicted.is_some() { n } else { 0 };
            sums.truths += if cell.truth.is_some() { n } else { 0 };
            sums.cost += prices.of_cell(cell) * n as f64;
        }
        sums
    }
}

fn total(items: &[Sums]) -> Sums {
    let mut sum = Sums::default();
    items.iter().for_each(|item| sum.add(item));
    sum
}
