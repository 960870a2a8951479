//! Scores of rows that are written in one cell each: maps and lists of labels with scores, or plain lists of numbers.

use super::cells::Cell;
use super::labels::Names;
use super::sheet::Scores;

/// Collects such cells, a row each.
#[derive(Debug, Default)]
pub(super) struct Gather {
    names: Names,
    lists: Vec<Vec<(u32, f64)>>,
    /// Numbers in a plain list, once one was met.
    width: Option<usize>,
}

impl Gather {
    /// Adds a row. False, and an empty list, where the cell holds no scores, not as many as the rows before, or one that is
    /// not finite.
    pub(super) fn add(&mut self, cell: &Cell) -> bool {
        let mut list = Vec::new();
        let good = match cell {
            Cell::Scored(pairs) => {
                list.reserve(pairs.len());
                for (name, score) in pairs {
                    let number = self.names.number(name);
                    if !list.iter().any(|(known, _)| *known == number) {
                        list.push((number, *score));
                    }
                }
                !pairs.is_empty()
            }
            Cell::Numbers(numbers) => {
                let width = *self.width.get_or_insert(numbers.len());
                list.extend((0_u32..).zip(numbers.iter().copied()));
                width == numbers.len() && self.names.all().is_empty()
            }
            _ => false,
        };
        let good = good && list.iter().all(|(_, score)| score.is_finite());
        if !good {
            list.clear();
        }
        self.lists.push(list);
        good
    }

    /// A table where every usable row has a score of every class, else lists.
    pub(super) fn finish(self) -> Scores {
        let positional = self.names.all().is_empty();
        let width = if positional { self.width.unwrap_or(0) } else { self.names.all().len() };
        let classes: Vec<String> =
            if positional { (0..width).map(|class| class.to_string()).collect() } else { self.names.into_all() };
        let whole = width > 0 && self.lists.iter().all(|list| list.is_empty() || list.len() == width);
        if !whole {
            return Scores::Lists { names: classes, lists: self.lists };
        }
        let mut values = vec![f64::NAN; width * self.lists.len()];
        for (row, list) in values.chunks_exact_mut(width).zip(&self.lists) {
            for (class, score) in list {
                if let Some(slot) = row.get_mut(*class as usize) {
                    *slot = *score;
                }
            }
        }
        Scores::Table { classes, positional, values }
    }
}
