//! What stands in a matrix: cells by truth, then prediction, with a number each. Knows no order of classes and no pixels.

use std::ops::Range;

use crate::metrics::evaluation::Labels;
use crate::metrics::{Cell, Counter, Timeline};
use crate::model::ClassId;

use super::Scale;

/// Where the cells of each truth begin in a list that is sorted by truth: the outside first, then the classes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows(Vec<u32>);

impl Rows {
    /// Of a sorted list over so many classes.
    #[must_use]
    pub fn of(cells: &[Cell], classes: usize) -> Self {
        let mut starts = vec![0_u32; classes + 2];
        for cell in cells {
            if let Some(next) = starts.get_mut(cell.truth.map_or(0, |c| c.index() + 1) + 1) {
                *next += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self(starts)
    }

    /// The cells of a truth class, or of the outside.
    #[must_use]
    pub fn cells_of(&self, truth: Option<ClassId>) -> Range<usize> {
        let row = truth.map_or(0, |c| c.index() + 1);
        match (self.0.get(row), self.0.get(row + 1)) {
            (Some(&a), Some(&b)) => a as usize..b as usize,
            _ => 0..0,
        }
    }
}

/// Numbers that do not depend on the threshold: mean scores, or labels that occur together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Cells that hold something, by truth, then prediction.
    cells: Vec<Cell>,
    values: Vec<f64>,
    rows: Rows,
    /// Items of each class.
    support: Vec<u64>,
    largest: f64,
}

impl Table {
    /// The table of a scale; `None` where the scale shows counts at the threshold, or the task has no such table.
    #[must_use]
    pub fn of(labels: &Labels, scale: Scale, support: &[u64]) -> Option<Self> {
        let mut table = Self { support: support.to_vec(), ..Self::default() };
        match scale {
            Scale::MeanProbability => {
                for (truth, row) in labels.mean_probabilities.iter().enumerate() {
                    table.put(truth, row.iter().flatten().copied());
                }
            }
            Scale::Together => {
                for (truth, row) in labels.cooccurrence.as_ref()?.iter().enumerate() {
                    table.put(truth, row.iter().map(|&n| f64::from(n)));
                }
            }
            Scale::Count | Scale::Row | Scale::Column | Scale::EveryPair => return None,
        }
        table.rows = Rows::of(&table.cells, support.len());
        table.largest = table.values.iter().copied().fold(0.0, f64::max);
        Some(table)
    }

    fn put(&mut self, truth: usize, row: impl Iterator<Item = f64>) {
        for (said, value) in row.enumerate().filter(|(_, value)| *value != 0.0) {
            self.cells.push(Cell::new(Some(ClassId::from_index(truth)), Some(ClassId::from_index(said))));
            self.values.push(value);
        }
    }
}

/// The numbers of a matrix as they stand now.
#[derive(Clone, Copy, Debug)]
pub enum Sheet<'a> {
    /// Counts at the threshold.
    Counts {
        /// The counts at all thresholds.
        timeline: &'a Timeline,
        /// Those at this one.
        counter: &'a Counter,
        /// Where rows begin.
        rows: &'a Rows,
        /// The largest count.
        largest: u64,
    },
    /// The same at every threshold.
    Table(&'a Table),
}

impl<'a> Sheet<'a> {
    /// The cells of a truth class (or of the outside) with their numbers, those of 0 left out, by prediction.
    pub fn row(self, truth: Option<ClassId>) -> impl Iterator<Item = (Cell, f64)> + 'a {
        let (cells, counts, values) = match self {
            Self::Counts { timeline, counter, rows, .. } => {
                let range = rows.cells_of(truth);
                (timeline.cells().get(range.clone()), counter.cells().get(range).unwrap_or(&[]), &[][..])
            }
            Self::Table(table) => {
                let range = table.rows.cells_of(truth);
                (table.cells.get(range.clone()), &[][..], table.values.get(range).unwrap_or(&[]))
            }
        };
        let numbers = counts.iter().map(|&n| n as f64).chain(values.iter().copied());
        cells.unwrap_or(&[]).iter().copied().zip(numbers).filter(|(_, n)| *n != 0.0)
    }

    /// The number of one cell, 0 where it holds nothing.
    #[must_use]
    pub fn value(self, cell: Cell) -> f64 {
        match self {
            Self::Counts { timeline, counter, .. } => counter.count(timeline, cell) as f64,
            Self::Table(table) => {
                let at = table.cells.binary_search(&cell).ok();
                at.and_then(|at| table.values.get(at).copied()).unwrap_or(0.0)
            }
        }
    }

    /// The largest number of any cell.
    #[must_use]
    pub fn largest(self) -> f64 {
        match self {
            Self::Counts { largest, .. } => largest as f64,
            Self::Table(table) => table.largest,
        }
    }

    /// What stands at the end of a row (or column): the sum of the counts, or in a table how many items have the label.
    #[must_use]
    pub fn total(self, class: Option<ClassId>, of_truth: bool) -> u64 {
        match self {
            Self::Counts { counter, .. } if of_truth => super::truth_total(counter, class),
            Self::Counts { counter, .. } => super::predicted_total(counter, class),
            Self::Table(table) => class.and_then(|c| table.support.get(c.index()).copied()).unwrap_or(0),
        }
    }
}
