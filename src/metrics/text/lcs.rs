//! Longest common subsequences by whole machine words: a column of the table of lengths is kept as one bit a row, clear where the
//! length grows from the row above (Crochemore, Iliopoulos, Pinzon, Reid, "A fast and practical bit-vector algorithm for the
//! longest common subsequence problem", 2001).

use crate::model::{Cancelled, Progress};

/// Machine words between two asks whether to stop.
const PATIENCE: usize = 1 << 22;
/// Columns that are kept before any of them is computed twice.
const BLOCK: usize = 512;

/// One sequence, the rows of the table, with the positions of every symbol.
#[derive(Debug)]
pub(super) struct Rows {
    symbols: Vec<u32>,
    /// Symbols with their rows, sorted.
    places: Vec<(u32, u32)>,
    /// Columns of bits, one after the other, for the symbols that are on more rows than a column has words.
    masks: Vec<u64>,
    of_symbol: Vec<Place>,
}

/// On which rows a symbol is.
#[derive(Clone, Copy, Debug, Default)]
enum Place {
    #[default]
    Nowhere,
    /// From one to another of `places`.
    Few(usize, usize),
    /// From where on its bits lie in `masks`.
    Many(usize),
}

impl Rows {
    /// No rows yet; symbols are below `bound`.
    pub(super) fn new(bound: usize) -> Self {
        let of_symbol = vec![Place::Nowhere; bound];
        Self { symbols: Vec::new(), places: Vec::new(), masks: Vec::new(), of_symbol }
    }

    /// Takes a sequence in the place of the one before.
    pub(super) fn set(&mut self, symbols: &[u32]) {
        for old in self.symbols.drain(..) {
            set_at(&mut self.of_symbol, old as usize, Place::Nowhere);
        }
        self.symbols.extend_from_slice(symbols);
        self.places.clear();
        self.places.extend(symbols.iter().copied().zip(0..));
        self.places.sort_unstable();
        self.masks.clear();
        let (words, mut start) = (self.words(), 0);
        for group in self.places.chunk_by(|a, b| a.0 == b.0) {
            let Some((symbol, _)) = group.first() else { continue };
            let end = start + group.len();
            let place = if group.len() > words {
                let at = self.masks.len();
                self.masks.resize(at + words, 0);
                mark(self.masks.get_mut(at..).unwrap_or_default(), group);
                Place::Many(at)
            } else {
                Place::Few(start, end)
            };
            set_at(&mut self.of_symbol, *symbol as usize, place);
            start = end;
        }
    }

    /// Machine words of a column.
    fn words(&self) -> usize {
        self.symbols.len().div_ceil(64)
    }

    /// Length of a longest common subsequence.
    pub(super) fn common(&self, columns: &[u32], progress: &dyn Progress) -> Result<usize, Cancelled> {
        let mut table = Table::new(self, progress);
        for symbol in columns {
            table.step(*symbol)?;
        }
        let clear: usize = table.column.iter().map(|word| word.count_zeros() as usize).sum();
        // rows beyond the last are never matched; additions may have cleared their bits
        let beyond = table.column.len() * 64 - self.symbols.len();
        let last = table.column.last().copied().unwrap_or(0);
        let not_rows = if beyond == 0 { 0 } else { (!last >> (64 - beyond)).count_ones() as usize };
        Ok(clear - not_rows)
    }

    /// Reports the pairs (row, column) of one longest common subsequence, from the last to the first: the one that is found
    /// from the end of the table by taking equal symbols at once, and else by going to the column before exactly where the
    /// length is greater there than in the row above. Memory grows with rows · √columns.
    pub(super) fn align(
        &self,
        columns: &[u32],
        progress: &dyn Progress,
        mut pair: impl FnMut(usize, usize),
    ) -> Result<(), Cancelled> {
        let size = BLOCK.max(columns.len().isqrt());
        let mut table = Table::new(self, progress);
        let mut starts = Vec::new();
        for block in columns.chunks(size) {
            starts.push(table.column.clone());
            if starts.len() * size < columns.len() {
                for symbol in block {
                    table.step(*symbol)?;
                }
            }
        }
        let mut row = self.symbols.len();
        for (at, block) in columns.chunks(size).enumerate().rev() {
            table.column = starts.pop().unwrap_or_default();
            let mut kept = Vec::with_capacity(block.len());
            for symbol in block {
                table.step(*symbol)?;
                kept.push(table.column.clone());
            }
            for (offset, (symbol, column)) in block.iter().zip(&kept).enumerate().rev() {
                while let Some(above) = row.checked_sub(1) {
                    if self.symbols.get(above) == Some(symbol) {
                        pair(above, at * size + offset);
                        row = above;
                        break;
                    }
                    if column.get(above / 64).is_some_and(|word| word >> (above % 64) & 1 == 0) {
                        break;
                    }
                    row = above;
                }
            }
        }
        Ok(())
    }
}

fn set_at<T>(values: &mut [T], at: usize, value: T) {
    if let Some(place) = values.get_mut(at) {
        *place = value;
    }
}

/// Sets the bits of some rows.
fn mark(mask: &mut [u64], places: &[(u32, u32)]) {
    for (_, row) in places {
        if let Some(word) = mask.get_mut(*row as usize / 64) {
            *word |= 1 << (row % 64);
        }
    }
}

/// The table at one column.
struct Table<'a> {
    rows: &'a Rows,
    /// Bit r clear: the length at row r is one more than at the row above.
    column: Vec<u64>,
    mask: Vec<u64>,
    progress: &'a dyn Progress,
    work: usize,
}

impl<'a> Table<'a> {
    /// Before the first column.
    fn new(rows: &'a Rows, progress: &'a dyn Progress) -> Self {
        Self { rows, column: vec![u64::MAX; rows.words()], mask: vec![0; rows.words()], progress, work: 0 }
    }

    /// Goes on to the next column.
    fn step(&mut self, symbol: u32) -> Result<(), Cancelled> {
        self.work += self.column.len();
        if self.work > PATIENCE {
            self.work = 0;
            self.progress.check()?;
        }
        match self.rows.of_symbol.get(symbol as usize).copied().unwrap_or_default() {
            Place::Nowhere => {}
            Place::Many(at) => advance(&mut self.column, self.rows.masks.get(at..).unwrap_or(&[])),
            Place::Few(start, end) => {
                let places = self.rows.places.get(start..end).unwrap_or(&[]);
                mark(&mut self.mask, places);
                advance(&mut self.column, &self.mask);
                for (_, row) in places {
                    set_at(&mut self.mask, *row as usize / 64, 0);
                }
            }
        }
        Ok(())
    }
}

/// The next column of a symbol that is on the rows of the mask.
fn advance(column: &mut [u64], mask: &[u64]) {
    let mut carry = false;
    for (word, matches) in column.iter_mut().zip(mask) {
        let (sum, over) = word.overflowing_add(*word & matches);
        let (sum, over_again) = sum.overflowing_add(u64::from(carry));
        carry = over || over_again;
        *word = sum | (*word & !matches);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::NoProgress;

    /// The table cell by cell, and the walk back through it.
    fn plain(rows: &[u32], columns: &[u32]) -> Vec<(usize, usize)> {
        let mut table = vec![vec![0_usize; columns.len() + 1]; rows.len() + 1];
        for (i, row) in rows.iter().enumerate() {
            for (j, column) in columns.iter().enumerate() {
                table[i + 1][j + 1] =
                    if row == column { table[i][j] + 1 } else { table[i][j + 1].max(table[i + 1][j]) };
            }
        }
        let (mut i, mut j, mut pairs) = (rows.len(), columns.len(), Vec::new());
        while i > 0 && j > 0 {
            if rows[i - 1] == columns[j - 1] {
                (i, j) = (i - 1, j - 1);
                pairs.push((i, j));
            } else if table[i][j - 1] > table[i - 1][j] {
                j -= 1;
            } else {
                i -= 1;
            }
        }
        pairs
    }

    fn agree(rows: &[u32], columns: &[u32]) {
        let mut of = Rows::new(10);
        of.set(&[9, 1, 1, 0]);
        of.set(rows);
        let mut pairs = Vec::new();
        of.align(columns, &NoProgress, |row, column| pairs.push((row, column))).unwrap();
        assert_eq!(pairs, plain(rows, columns));
        assert_eq!(of.common(columns, &NoProgress).unwrap(), pairs.len());
    }

    proptest! {
        #[test]
        fn equal_to_the_table(rows in prop::collection::vec(0..6_u32, 0..200), columns in prop::collection::vec(0..6_u32, 0..200)) {
            agree(&rows, &columns);
        }
    }

    #[test]
    fn many_blocks() {
        let mut rng = crate::model::rng::Rng::new(4);
        let columns: Vec<u32> = (0..2_000).map(|_| rng.below(10) as u32).collect();
        let rows: Vec<u32> = (0..320).map(|_| rng.below(7) as u32).collect();
        agree(&rows, &columns);
    }

    #[test]
    fn stops_when_asked() {
        struct Stop;
        impl Progress for Stop {
            fn check(&self) -> Result<(), Cancelled> {
                Err(Cancelled)
            }
            fn progress(&self, _done: usize, _total: usize) {}
            fn stage(&self, _name: &str) {}
        }
        let mut rows = Rows::new(1);
        rows.set(&vec![0; 64 * 3_000]);
        assert!(rows.common(&vec![0; 3_000], &Stop).is_err());
    }
}
