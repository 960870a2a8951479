//! False positives of a large table of scores that are no intervals: what is said of an item is wrong where it is none of the
//! labels, and whether it is said is read off the table. Knows scores, not which labels an item has.

use std::sync::Arc;

use crate::metrics::classification::columns::Columns;
use crate::metrics::own::OwnThresholds;
use crate::model::{ClassId, ClassScores, ImageId, PredId, ScoreTable};

use super::outcome::Cut;

/// Every class of every item that is not a label of it.
#[derive(Clone, Debug)]
pub(in crate::metrics) struct Extras {
    scores: Arc<ClassScores>,
    columns: Arc<Columns>,
    /// Of the classes with a threshold of their own its level.
    own: Vec<Option<u64>>,
    any_own: bool,
    /// The classes that are said wrongly at some threshold, ascending.
    classes: Vec<ClassId>,
}

impl Extras {
    /// Those of a table and its columns, with thresholds of their own for some classes.
    pub fn new(scores: Arc<ClassScores>, columns: Arc<Columns>, own: &OwnThresholds) -> Self {
        let level = |class: usize| own.get(ClassId::from_index(class)).map(|t| columns.level(t));
        let own: Vec<Option<u64>> = (0..columns.classes()).map(level).collect();
        let ever = |class: &usize| match own.get(*class).copied().flatten() {
            Some(level) => columns.others(*class, level) > 0,
            None => columns.has_others(*class),
        };
        let classes = (0..columns.classes()).filter(ever).map(ClassId::from_index).collect();
        Self { scores, columns, any_own: own.iter().any(Option::is_some), own, classes }
    }

    /// The sorted columns.
    pub fn columns(&self) -> &Arc<Columns> {
        &self.columns
    }

    /// The table.
    pub fn scores(&self) -> &Arc<ClassScores> {
        &self.scores
    }

    /// The classes that are said wrongly at some threshold, ascending.
    pub fn classes(&self) -> &[ClassId] {
        &self.classes
    }

    /// Of each class with a threshold of its own the level, `None` of the others.
    pub fn own(&self) -> &[Option<u64>] {
        &self.own
    }

    /// True where the class has no threshold of its own.
    pub fn follows(&self, class: usize) -> bool {
        self.own.get(class).copied().flatten().is_none()
    }

    fn level(&self, class: usize, cut: Cut) -> u64 {
        self.own.get(class).copied().flatten().unwrap_or(cut.level())
    }

    /// How often a class is said wrongly.
    pub fn count(&self, class: ClassId, cut: Cut) -> u32 {
        self.columns.others(class.index(), self.level(class.index(), cut))
    }

    /// How many classes of an item are said, right or wrong.
    pub fn said(&self, item: ImageId, cut: Cut) -> u64 {
        let mut said = 0;
        self.each_said(item, cut, |_, _| said += 1);
        said
    }

    /// The classes of an item that are said, right or wrong, best first (equal scores: lowest class).
    pub fn said_of(&self, item: ImageId, cut: Cut) -> Vec<(PredId, ClassId)> {
        let mut said: Vec<(f64, ClassId)> = Vec::new();
        self.each_said(item, cut, |class, score| said.push((score + 0.0, class)));
        said.sort_unstable_by(|(a, c), (b, d)| b.total_cmp(a).then(c.cmp(d)));
        said.into_iter().map(|(_, class)| (self.pred(item, class), class)).collect()
    }

    /// The id of a cell of the table.
    fn pred(&self, item: ImageId, class: ClassId) -> PredId {
        PredId::from_index(item.index() * self.scores.classes() + class.index())
    }

    fn each_said(&self, item: ImageId, cut: Cut, each: impl FnMut(ClassId, f64)) {
        if self.scores.is_absent(item) {
            return;
        }
        let range = item.index() * self.scores.classes()..(item.index() + 1) * self.scores.classes();
        match self.scores.table() {
            Some(ScoreTable::Single(rows)) => self.each_of_row(rows.get(range).unwrap_or(&[]), cut, each),
            Some(ScoreTable::Double(rows)) => self.each_of_row(rows.get(range).unwrap_or(&[]), cut, each),
            None => {}
        }
    }

    fn each_of_row<T: Copy + Into<f64>>(&self, row: &[T], cut: Cut, mut each: impl FnMut(ClassId, f64)) {
        let common = self.columns.threshold(cut.level()).unwrap_or(f64::INFINITY);
        for (class, &score) in row.iter().enumerate() {
            let score: f64 = score.into();
            let threshold = if self.any_own { self.own_threshold(class).unwrap_or(common) } else { common };
            if score >= threshold {
                each(ClassId::from_index(class), score);
            }
        }
    }

    /// Where a class with a threshold of its own keeps nothing: above every score.
    fn own_threshold(&self, class: usize) -> Option<f64> {
        let level = self.own.get(class).copied().flatten()?;
        Some(self.columns.threshold(level).unwrap_or(f64::INFINITY))
    }

    /// The items of which a class is said, right or wrong, in their order.
    pub fn items_of(&self, class: ClassId, cut: Cut) -> impl Iterator<Item = (ImageId, PredId)> + '_ {
        let threshold = self.columns.threshold(self.level(class.index(), cut));
        let said = move |item: &ImageId| {
            threshold.zip(self.scores.score(*item, class)).is_some_and(|(threshold, score)| score >= threshold)
        };
        let items = (0..self.scores.items()).map(ImageId::from_index).filter(said);
        items.map(move |item| (item, self.pred(item, class)))
    }

    /// True where something is said of an item at one of two cuts only.
    pub fn differs(&self, item: ImageId, a: Cut, b: Cut) -> bool {
        let (low, high) = if a.level() <= b.level() { (a, b) } else { (b, a) };
        self.said(item, low) != self.said(item, high)
    }
}
