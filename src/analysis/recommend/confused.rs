//! `confused_classes`: pairs of classes that are taken for each other, or one for the other.

use crate::metrics::{Cell, Counts, OutcomeKind};
use crate::model::{ClassId, fmt};

use super::case::{Case, number};
use super::{Recommendation, Rules};
use crate::analysis::Filter;

/// Objects of `truth` taken for `predicted`.
#[derive(Clone, Copy)]
struct Direction {
    truth: ClassId,
    predicted: ClassId,
    count: u64,
    support: u64,
}

impl Direction {
    fn of(case: &Case, truth: ClassId, predicted: ClassId) -> Self {
        let cell = Cell::new(Some(truth), Some(predicted));
        let count = case.counter.count(&case.matched.timeline, cell);
        Self { truth, predicted, count, support: case.support(truth) }
    }

    fn fires(self, rules: &Rules) -> bool {
        self.count >= rules.confused_count && self.count as f64 >= rules.confused_share * self.support as f64
    }

    fn cell(self) -> Cell {
        Cell::new(Some(self.truth), Some(self.predicted))
    }

    fn share(self) -> f64 {
        self.count as f64 / self.support.max(1) as f64
    }

    /// `12 of 69 Platelets (17 %) are taken for RBC`.
    fn words(self, case: &Case) -> String {
        let (count, support) = (fmt::count(self.count), fmt::count(self.support));
        let are = if self.count == 1 { "is" } else { "are" };
        let (truth, predicted) = (case.name(self.truth), case.name(self.predicted));
        format!("{count} of {support} {truth} ({}) {are} taken for {predicted}", fmt::percent(Some(self.share())))
    }
}

/// One card for each of the pairs confused most.
pub(super) fn find(case: &Case) -> Vec<Recommendation> {
    let timeline = &case.matched.timeline;
    let counted = timeline.cells().iter().zip(case.counter.cells());
    let off = counted.filter(|(cell, n)| **n >= case.rules.confused_count && is_confusion(**cell));
    let mut pairs: Vec<(Direction, Option<Direction>)> = Vec::new();
    for (cell, _) in off {
        let (Some(truth), Some(predicted)) = (cell.truth, cell.predicted) else { continue };
        let one = Direction::of(case, truth, predicted);
        if !one.fires(case.rules) {
            continue;
        }
        let other = Some(Direction::of(case, predicted, truth)).filter(|d| d.fires(case.rules));
        // A pair confused both ways is met twice; the cell of the earlier class speaks for both.
        if other.is_none() || truth < predicted {
            pairs.push((one, other));
        }
    }
    let size = |pair: &(Direction, Option<Direction>)| pair.0.count + pair.1.map_or(0, |d| d.count);
    pairs.sort_by_key(|pair| std::cmp::Reverse(size(pair)));
    pairs.truncate(case.rules.cards_per_rule);
    pairs.into_iter().map(|(one, other)| card(case, one, other)).collect()
}

fn is_confusion(cell: Cell) -> bool {
    cell.kind() == Some(OutcomeKind::Misclassified)
}

fn card(case: &Case, one: Direction, other: Option<Direction>) -> Recommendation {
    let (a, b) = (case.name(one.truth), case.name(one.predicted));
    let back = Direction::of(case, one.predicted, one.truth);
    let wrong = one.count + other.map_or(0, |d| d.count);
    let totals = case.counter.totals();
    let repaired = Counts { correct: totals.correct + wrong, misclassified: totals.misclassified - wrong, ..totals };
    let gain = case.gain(repaired);
    let (title, sentence, filter) = match other {
        Some(other) => {
            let title = format!("{a} and {b} are confused with each other");
            let advice = "both ways points to unclear labels or classes that look alike";
            let sentence = format!("{}, {}: {advice}", one.words(case), other.words(case));
            let cells = vec![one.cell(), other.cell()];
            (title.clone(), sentence, Filter::Cells { title, cells })
        }
        None => {
            let title = format!("{a} taken for {b}");
            let reverse = match back.count {
                0 => "never the other way round".to_owned(),
                n => format!(
                    "{} of {} {b} ({}) the other way round",
                    fmt::count(n),
                    fmt::count(back.support),
                    fmt::percent(Some(back.share()))
                ),
            };
            let sentence = format!("{}, {reverse}: one way only points to missing examples of {a}", one.words(case));
            (title, sentence, Filter::Cell(one.cell()))
        }
    };
    Recommendation {
        kind: "confused_classes",
        subject: String::new(),
        importance: case.importance(gain),
        title,
        sentence,
        rule: rule(case),
        classes: vec![one.truth, one.predicted],
        evidence: vec![
            ("count", number(one.count)),
            ("share", one.share()),
            ("support", number(one.support)),
            ("reverse_count", number(back.count)),
            ("reverse_share", back.share()),
            ("reverse_support", number(back.support)),
        ],
        gain,
        surer: None,
        filter,
        threshold: None,
    }
}

fn rule(case: &Case) -> String {
    let (rules, many) = (case.rules, case.many());
    format!(
        "Pairs of classes with at least {} {many} of one taken for the other, and at least {} of its {many}; the {} \
         largest. Gain: F1 if these {many} were given their right class",
        rules.confused_count,
        fmt::percent(Some(rules.confused_share)),
        rules.cards_per_rule,
    )
}
