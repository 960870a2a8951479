//! What errors cost. Knows kinds of errors and classes; does not know thresholds.

use std::collections::BTreeMap;

use crate::model::ClassId;

use super::counts::{Cell, ClassCounts, OutcomeKind};

/// What one error of each kind costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErrorCosts {
    /// A prediction of nothing.
    pub false_positive: f64,
    /// A truth that nothing found.
    pub miss: f64,
    /// A truth that was taken for another class.
    pub misclassified: f64,
}

impl ErrorCosts {
    /// A truth taken for another class is missed, and what it is taken for is wrong: it costs both.
    #[must_use]
    pub const fn of(false_positive: f64, miss: f64) -> Self {
        Self { false_positive, miss, misclassified: false_positive + miss }
    }
}

impl Default for ErrorCosts {
    fn default() -> Self {
        Self::of(1.0, 1.0)
    }
}

/// What errors cost, by class: a false positive that of the class it was taken for, a missed or misclassified truth that of
/// its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prices {
    /// Of every class that has no costs of its own.
    pub common: ErrorCosts,
    /// Of single classes.
    pub own: BTreeMap<ClassId, ErrorCosts>,
}

impl Prices {
    /// The costs of a class.
    #[must_use]
    pub fn of(&self, class: ClassId) -> ErrorCosts {
        self.own.get(&class).copied().unwrap_or(self.common)
    }

    /// What one outcome of a cell costs; 0 where it is right.
    #[must_use]
    pub fn of_cell(&self, cell: Cell) -> f64 {
        let of = |class: Option<ClassId>| class.map_or(self.common, |class| self.of(class));
        match cell.kind() {
            Some(OutcomeKind::FalsePositive) => of(cell.predicted).false_positive,
            Some(OutcomeKind::Missed) => of(cell.truth).miss,
            Some(OutcomeKind::Misclassified) => of(cell.truth).misclassified,
            Some(OutcomeKind::Correct) | None => 0.0,
        }
    }

    /// What the errors of a class cost: its missed and misclassified truths, and what was wrongly taken for it where there is
    /// nothing. The sum over classes is the cost of all errors.
    #[must_use]
    pub fn of_class(&self, class: ClassId, counts: &ClassCounts) -> f64 {
        let costs = self.of(class);
        costs.false_positive * counts.false_positives as f64
            + costs.miss * counts.missed as f64
            + costs.misclassified * counts.misclassified as f64
    }

    /// By how much the cost of everything changes where an outcome of a cell takes the place of a miss, or of nothing.
    #[must_use]
    pub(super) fn change(&self, cell: Cell) -> f64 {
        let missed = Cell::new(cell.truth, None);
        self.of_cell(cell) - self.of_cell(missed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Option<ClassId> = Some(ClassId(0));
    const B: Option<ClassId> = Some(ClassId(1));

    /// Of class 1 a miss costs 10 and a misclassification 11: as much whoever it was taken for.
    #[test]
    fn a_truth_costs_as_its_class_and_a_false_positive_as_its_own() {
        let own = BTreeMap::from([(ClassId(1), ErrorCosts::of(1.0, 10.0))]);
        let prices = Prices { common: ErrorCosts::of(2.0, 3.0), own };
        let cells = [(A, A), (A, None), (B, None), (A, B), (B, A), (None, A), (None, B)];
        let costs = cells.map(|(truth, predicted)| prices.of_cell(Cell::new(truth, predicted)));
        assert_eq!(costs, [0.0, 3.0, 10.0, 5.0, 11.0, 2.0, 1.0]);
        // Found, nothing is missed any more; taken for another, 1 more than missed.
        assert_eq!(prices.change(Cell::new(B, B)), -10.0);
        assert_eq!(prices.change(Cell::new(B, A)), 1.0);
        assert_eq!(prices.change(Cell::new(None, A)), 2.0);
        let counts = ClassCounts { missed: 2, misclassified: 1, misclassified_as: 7, false_positives: 3, correct: 9 };
        assert_eq!(prices.of_class(ClassId(1), &counts), 2.0 * 10.0 + 11.0 + 3.0);
    }
}
