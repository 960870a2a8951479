//! Edit distance near the diagonal, as sacrebleu's TER has it.

use super::Alignment;
use crate::model::{Cancelled, Progress};

/// Cells on each side of the diagonal.
const WIDTH: usize = 25;
/// The distance in a cell that no path within the beam reaches.
const UNREACHED: u32 = u32::MAX / 2;
/// Cells between two asks whether to stop.
const PATIENCE: usize = 1 << 22;

/// The table of distances between the beginnings of a prediction (rows) and of its reference (columns).
pub(super) struct Beam<'a> {
    words: Vec<u32>,
    reference: &'a [u32],
    rows: Vec<Row>,
    /// For a row that is tried, and the one before it.
    spare: [Row; 2],
}

/// The cells of a row that lie in the beam.
#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    first: usize,
    cells: Vec<u32>,
}

impl Row {
    fn at(&self, column: usize) -> u32 {
        column.checked_sub(self.first).and_then(|at| self.cells.get(at)).copied().unwrap_or(UNREACHED)
    }

    /// The row below `above`, for a word. Columns count from before the first word of the reference.
    fn fill(&mut self, (first, end): (usize, usize), above: &Self, word: u32, reference: &[u32]) {
        self.first = first;
        self.cells.clear();
        let mut left = UNREACHED;
        if first == 0 {
            left = above.at(0) + 1;
            self.cells.push(left);
        }
        let start = first.max(1);
        let mut diagonal = above.at(start - 1);
        for (column, other) in (start..end).zip(reference.iter().skip(start - 1)) {
            let over = above.at(column);
            let replaced = diagonal + u32::from(*other != word);
            left = replaced.min(over + 1).min(left + 1).min(UNREACHED);
            self.cells.push(left);
            diagonal = over;
        }
    }
}

impl<'a> Beam<'a> {
    /// Compares a prediction with its reference.
    pub(super) fn new(words: &[u32], reference: &'a [u32], progress: &dyn Progress) -> Result<Self, Cancelled> {
        let mut beam = Self { words: words.to_vec(), reference, rows: Vec::new(), spare: Default::default() };
        let mut above = Row { first: 0, cells: (0..).take(reference.len() + 1).collect() };
        let mut work = 0;
        for (number, word) in (1..).zip(words) {
            let mut row = Row::default();
            row.fill(beam.columns(number), &above, *word, reference);
            pause(&mut work, row.cells.len(), progress)?;
            beam.rows.push(std::mem::replace(&mut above, row));
        }
        beam.rows.push(above);
        Ok(beam)
    }

    pub(super) fn words(&self) -> &[u32] {
        &self.words
    }

    pub(super) fn reference(&self) -> &'a [u32] {
        self.reference
    }

    /// How many words are equal from two places on, up to a limit.
    pub(super) fn common_run(&self, start: usize, in_reference: usize, limit: usize) -> usize {
        let pairs = self.words.iter().skip(start).zip(self.reference.iter().skip(in_reference));
        pairs.take(limit).take_while(|(word, other)| word == other).count()
    }

    /// The columns of a row that are looked at: about the diagonal of the table, which need not be square; to the end in the
    /// last row. Floating point as in the reference implementation.
    fn columns(&self, row: usize) -> (usize, usize) {
        let (rows, columns) = (self.words.len(), self.reference.len());
        let ratio = columns as f64 / rows.max(1) as f64;
        let width = match WIDTH as f64 {
            width if width < ratio / 2.0 => (ratio / 2.0 + width).ceil() as usize,
            _ => WIDTH,
        };
        let diagonal = (row as f64 * ratio).floor() as usize;
        let end = if row == rows { columns + 1 } else { (diagonal + width).min(columns + 1) };
        (diagonal.saturating_sub(width), end)
    }

    /// Edits without shifts.
    pub(super) fn distance(&self) -> u32 {
        self.rows.last().map_or(UNREACHED, |row| row.at(self.reference.len()))
    }

    /// Edits for the same number of words in another order. Only rows from the first changed word on are computed, and only
    /// until a row behind the last changed one is as it was.
    pub(super) fn distance_of(&mut self, words: &[u32], progress: &dyn Progress) -> Result<u32, Cancelled> {
        let changed = |(a, b): (&u32, &u32)| a != b;
        let Some(first) = self.words.iter().zip(words).position(changed) else { return Ok(self.distance()) };
        let last = self.words.iter().zip(words).rposition(changed).unwrap_or(first);
        let [mut above, mut row] = std::mem::take(&mut self.spare);
        let mut work = 0;
        if let Some(known) = self.rows.get(first) {
            above.clone_from(known);
        }
        for (index, word) in words.iter().enumerate().skip(first) {
            row.fill(self.columns(index + 1), &above, *word, self.reference);
            pause(&mut work, row.cells.len(), progress)?;
            std::mem::swap(&mut above, &mut row);
            if index >= last && self.rows.get(index + 1) == Some(&above) {
                self.spare = [above, row];
                return Ok(self.distance());
            }
        }
        let distance = above.at(self.reference.len());
        self.spare = [above, row];
        Ok(distance)
    }

    /// Reads the alignment off the table from its end: replacing before leaving out a word of the prediction before
    /// taking in one of the reference.
    pub(super) fn alignment(&self) -> Alignment {
        let (mut row, mut column) = (self.words.len(), self.reference.len());
        let mut alignment = Alignment::default();
        let at = |row: usize, column: usize| self.rows.get(row).map_or(UNREACHED, |cells| cells.at(column));
        while row > 0 || column > 0 {
            let same = row > 0 && column > 0 && self.words.get(row - 1) == self.reference.get(column - 1);
            let here = at(row, column);
            let diagonal = row > 0 && column > 0 && at(row - 1, column - 1) + u32::from(!same) == here;
            if diagonal || column == 0 || row > 0 && at(row - 1, column) + 1 == here {
                row -= 1;
                alignment.wrong_in_prediction.push(!(diagonal && same));
                if !diagonal {
                    continue;
                }
                alignment.up_to.push(row + 1);
            } else {
                alignment.up_to.push(row);
            }
            column -= 1;
            alignment.wrong_in_reference.push(!(diagonal && same));
        }
        alignment.up_to.reverse();
        alignment.wrong_in_reference.reverse();
        alignment.wrong_in_prediction.reverse();
        alignment
    }
}

fn pause(work: &mut usize, more: usize, progress: &dyn Progress) -> Result<(), Cancelled> {
    *work += more;
    if *work > PATIENCE {
        *work = 0;
        progress.check()?;
    }
    Ok(())
}
