//! What a classifier says: a score for every class of every item, or the best few of each. Does not know where it came from.

use super::ids::{ClassId, ImageId};
use super::predictions::ModelIdentity;

/// Scores as they were read.
#[derive(Clone, Debug, PartialEq)]
enum Values {
    /// Row by row, from a source of single precision.
    Single(Vec<f32>),
    /// Row by row.
    Double(Vec<f64>),
    /// Of each item a few classes with their scores, best first; item `i` has `starts[i]..starts[i + 1]`.
    Best { starts: Vec<u32>, class: Vec<ClassId>, score: Vec<f64> },
}

/// A whole table as it lies in memory: a row of one score a class for every item, absent ones included.
#[derive(Clone, Copy, Debug)]
pub enum ScoreTable<'a> {
    /// In single precision.
    Single(&'a [f32]),
    /// In double precision.
    Double(&'a [f64]),
}

/// The scores of a classifier for the items of a dataset, in the dataset's order. Every number is finite.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassScores {
    /// What the model is called.
    pub identity: ModelIdentity,
    /// False where the source names a class only, without a score: the scores here are then all 1 and say nothing.
    pub has_confidence: bool,
    classes: usize,
    items: usize,
    values: Values,
    /// Items that the source says nothing about; empty where there are none.
    absent: Vec<bool>,
}

impl ClassScores {
    /// A table with a row of `classes` scores an item. A last row that is not whole is cut off. Items in `absent` (empty,
    /// or one flag an item) have a row of any numbers that is not looked at.
    #[must_use]
    pub fn of_rows(classes: usize, values: Vec<f64>, absent: Vec<bool>) -> Self {
        let items = values.len() / classes.max(1);
        Self::new(classes, items, Values::Double(values), absent)
    }

    /// As [`Self::of_rows`], in single precision.
    #[must_use]
    pub fn of_single_rows(classes: usize, values: Vec<f32>, absent: Vec<bool>) -> Self {
        let items = values.len() / classes.max(1);
        Self::new(classes, items, Values::Single(values), absent)
    }

    /// Lists of an item's best classes; sorted here by descending score (ties: lowest class). An item with an empty list
    /// is absent.
    #[must_use]
    pub fn of_lists(classes: usize, lists: Vec<Vec<(ClassId, f64)>>) -> Self {
        let items = lists.len();
        let total = lists.iter().map(Vec::len).sum();
        let (mut starts, mut class, mut score) =
            (Vec::with_capacity(items + 1), Vec::with_capacity(total), Vec::with_capacity(total));
        starts.push(0);
        let absent: Vec<bool> = lists.iter().map(Vec::is_empty).collect();
        for mut list in lists {
            list.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            class.extend(list.iter().map(|(class, _)| *class));
            score.extend(list.iter().map(|(_, score)| *score));
            starts.push(u32::try_from(class.len()).unwrap_or(u32::MAX));
        }
        Self::new(classes, items, Values::Best { starts, class, score }, absent)
    }

    fn new(classes: usize, items: usize, values: Values, absent: Vec<bool>) -> Self {
        let absent = if absent.iter().any(|a| *a) { absent } else { Vec::new() };
        Self { identity: ModelIdentity::default(), has_confidence: true, classes, items, values, absent }
    }

    /// The same scores, with further items that nothing is said about.
    #[must_use]
    pub fn without(&self, items: impl Fn(ImageId) -> bool) -> Self {
        let absent = (0..self.items).map(ImageId::from_index).map(|item| self.is_absent(item) || items(item));
        Self { absent: absent.collect(), ..self.clone() }
    }

    /// Number of classes.
    #[must_use]
    pub const fn classes(&self) -> usize {
        self.classes
    }

    /// Number of items of the dataset, absent ones included.
    #[must_use]
    pub const fn items(&self) -> usize {
        self.items
    }

    /// True where every class has a score, false where only the best few do.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        !matches!(self.values, Values::Best { .. })
    }

    /// The longest list, where only the best few classes have a score.
    #[must_use]
    pub fn longest_list(&self) -> Option<usize> {
        match &self.values {
            Values::Best { starts, .. } => starts.windows(2).map(|w| (w[1] - w[0]) as usize).max(),
            _ => None,
        }
    }

    /// All scores as they lie in memory; `None` where only the best few classes have one.
    #[must_use]
    pub fn table(&self) -> Option<ScoreTable<'_>> {
        match &self.values {
            Values::Single(values) => Some(ScoreTable::Single(values)),
            Values::Double(values) => Some(ScoreTable::Double(values)),
            Values::Best { .. } => None,
        }
    }

    /// True where the source says nothing about the item.
    #[must_use]
    pub fn is_absent(&self, item: ImageId) -> bool {
        self.absent.get(item.index()).copied().unwrap_or(item.index() >= self.items)
    }

    /// The score of a class; `None` where the item is absent or the class is not among its best few.
    #[must_use]
    pub fn score(&self, item: ImageId, class: ClassId) -> Option<f64> {
        if self.is_absent(item) || class.index() >= self.classes {
            return None;
        }
        let at = item.index() * self.classes + class.index();
        match &self.values {
            Values::Single(values) => values.get(at).map(|&v| f64::from(v)),
            Values::Double(values) => values.get(at).copied(),
            Values::Best { .. } => self.listed(item).find(|(c, _)| *c == class).map(|(_, score)| score),
        }
    }

    /// Writes an item's scores, one a class, into `row`; false (and nothing written) where the item is absent or not every
    /// class has a score.
    pub fn copy_row(&self, item: ImageId, row: &mut Vec<f64>) -> bool {
        let range = item.index() * self.classes..(item.index() + 1) * self.classes;
        if self.is_absent(item) {
            return false;
        }
        row.clear();
        match &self.values {
            Values::Single(values) => row.extend(values.get(range).unwrap_or(&[]).iter().map(|&v| f64::from(v))),
            Values::Double(values) => row.extend_from_slice(values.get(range).unwrap_or(&[])),
            Values::Best { .. } => return false,
        }
        row.len() == self.classes
    }

    /// The classes that have a score: all in their order, or the best few, best first. Nothing where the item is absent.
    pub fn scored(&self, item: ImageId) -> impl Iterator<Item = (ClassId, f64)> + '_ {
        let dense = match &self.values {
            Values::Best { .. } => 0,
            _ if self.is_absent(item) => 0,
            _ => self.classes,
        };
        let all = (0..dense).filter_map(move |c| {
            let class = ClassId::from_index(c);
            self.score(item, class).map(|score| (class, score))
        });
        all.chain(self.listed(item))
    }

    /// The best class and its score (ties: lowest class); `None` where the item is absent.
    #[must_use]
    pub fn best(&self, item: ImageId) -> Option<(ClassId, f64)> {
        self.scored(item).reduce(|best, next| if next.1 > best.1 { next } else { best })
    }

    fn listed(&self, item: ImageId) -> impl Iterator<Item = (ClassId, f64)> + '_ {
        let (range, class, score): (_, &[ClassId], &[f64]) = match &self.values {
            Values::Best { starts, class, score } if !self.is_absent(item) => {
                let range = match (starts.get(item.index()), starts.get(item.index() + 1)) {
                    (Some(&a), Some(&b)) => a as usize..b as usize,
                    _ => 0..0,
                };
                (range, class, score)
            }
            _ => (0..0, &[], &[]),
        };
        range.filter_map(move |i| Some((*class.get(i)?, *score.get(i)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_their_best() {
        let scores = ClassScores::of_rows(3, vec![0.2, 0.5, 0.5, 0.0, 0.0, 0.0], vec![false, true]);
        assert_eq!((scores.items(), scores.classes(), scores.is_complete()), (2, 3, true));
        assert_eq!(scores.best(ImageId(0)), Some((ClassId(1), 0.5)));
        assert_eq!(scores.best(ImageId(1)), None);
        assert_eq!(scores.score(ImageId(0), ClassId(2)), Some(0.5));
        let mut row = Vec::new();
        assert!(scores.copy_row(ImageId(0), &mut row) && row == [0.2, 0.5, 0.5]);
        assert!(!scores.copy_row(ImageId(1), &mut row));
    }

    #[test]
    fn lists_have_no_score_for_the_rest() {
        let list = vec![(ClassId(2), 0.1), (ClassId(4), 0.7), (ClassId(1), 0.1)];
        let scores = ClassScores::of_lists(5, vec![list, Vec::new()]);
        assert_eq!(scores.best(ImageId(0)), Some((ClassId(4), 0.7)));
        assert_eq!(scores.scored(ImageId(0)).map(|(c, _)| c.0).collect::<Vec<_>>(), [4, 1, 2]);
        assert_eq!((scores.score(ImageId(0), ClassId(0)), scores.score(ImageId(0), ClassId(2))), (None, Some(0.1)));
        assert!(scores.is_absent(ImageId(1)) && scores.is_absent(ImageId(2)));
        assert_eq!(scores.longest_list(), Some(3));
    }
}
