//! From the ids a file uses to positions. Does not know what the ids name.

use rustc_hash::FxHashMap;

const NONE: u32 = u32::MAX;

/// A table from source ids to positions: an array where the ids are dense enough, else a hash map.
#[derive(Clone, Debug)]
pub struct IdTable {
    first: i64,
    dense: Vec<u32>,
    hashed: FxHashMap<i64, u32>,
}

impl IdTable {
    /// The table of these ids and positions; where an id repeats, the first position stays.
    #[must_use]
    pub fn new(ids: impl Iterator<Item = (i64, u32)> + Clone) -> Self {
        let mut table = Self { first: 0, dense: Vec::new(), hashed: FxHashMap::default() };
        let (mut low, mut high, mut count) = (i64::MAX, i64::MIN, 0_usize);
        for (id, _) in ids.clone() {
            low = low.min(id);
            high = high.max(id);
            count += 1;
        }
        let span = usize::try_from(i128::from(high) - i128::from(low) + 1).unwrap_or(usize::MAX);
        // An array of at most eight entries an id: never more memory than the hash map would take.
        if count > 0 && span <= 8 * count {
            table.first = low;
            table.dense = vec![NONE; span];
        }
        for (id, position) in ids {
            match table.slot(id) {
                Some(slot) if *slot == NONE => *slot = position,
                Some(_) => {}
                None => drop(table.hashed.entry(id).or_insert(position)),
            }
        }
        table
    }

    fn slot(&mut self, id: i64) -> Option<&mut u32> {
        self.dense.get_mut(usize::try_from(id.checked_sub(self.first)?).ok()?)
    }

    /// The position of an id.
    #[must_use]
    #[inline]
    pub fn get(&self, id: i64) -> Option<u32> {
        if self.dense.is_empty() {
            return self.hashed.get(&id).copied();
        }
        let slot = usize::try_from(id.checked_sub(self.first)?).ok()?;
        self.dense.get(slot).copied().filter(|&p| p != NONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dense_sparse_and_extreme_ids() {
        for ids in [vec![3, 5, 4, 9], vec![10, 1_000_000, -5, 7], vec![i64::MIN, i64::MAX, 0], vec![]] {
            let table = IdTable::new(ids.iter().copied().zip(0..));
            for (&id, position) in ids.iter().zip(0..) {
                assert_eq!(table.get(id), Some(position));
            }
            for id in [6, 2, -1, 11, i64::MAX - 1] {
                assert_eq!(table.get(id), None, "{id} in {ids:?}");
            }
        }
    }

    #[test]
    fn the_first_of_equal_ids_stays() {
        let table = IdTable::new([(7, 0), (8, 1), (7, 2)].into_iter());
        assert_eq!((table.get(7), table.get(8)), (Some(0), Some(1)));
        let table = IdTable::new([(7, 0), (-80_000, 1), (7, 2)].into_iter());
        assert_eq!((table.get(7), table.get(-80_000)), (Some(0), Some(1)));
    }
}
