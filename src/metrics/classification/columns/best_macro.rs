//! The cut with the best mean F1 of the classes, without looking at every cut: between two cuts no class can be better than
//! with what is right at the lower and what is wrong at the upper one.

use rayon::prelude::*;

use super::{Column, Key, Sorted, reached};

/// Cuts between two that are looked at first.
const STRIDE: usize = 64;
/// Runs of cuts that one task looks at.
const RUNS: usize = 128;

impl<K: Key> Sorted<K> {
    /// See [`super::Columns::best_macro_f1`]. Sums are made in the order of the classes at each cut, so that they do not depend
    /// on how the cuts were found.
    pub(super) fn best_macro_f1(&self, support: &[u64], levels: &[Option<u64>]) -> Option<K> {
        let classes: Vec<Class<K>> =
            self.columns.iter().enumerate().map(|(i, c)| Class::of(i, c, support, levels)).collect();
        let starts: Vec<usize> = (0..self.cuts.len()).step_by(STRIDE).collect();
        // At the first cut of each run the sum, and of the whole run a bound.
        let looked: Vec<Vec<(f64, f64)>> = starts.par_chunks(RUNS).map(|runs| self.look(&classes, runs)).collect();
        let looked: Vec<(f64, f64)> = looked.into_iter().flatten().collect();
        let best = looked.iter().map(|(sum, _)| *sum).fold(f64::NEG_INFINITY, f64::max);
        // Every sum is rounded in the same order as its bound, so that no bound is below what it bounds.
        let near: Vec<usize> =
            starts.into_iter().zip(&looked).filter(|(_, (_, bound))| *bound >= best).map(|(start, _)| start).collect();
        let found = near.into_par_iter().filter_map(|start| self.best_of_run(&classes, start));
        let found = found.reduce_with(|a, b| if b.0 > a.0 || (b.0 == a.0 && b.1 < a.1) { b } else { a });
        found.and_then(|(_, cut)| self.cuts.get(cut)).map(|cut| cut.key)
    }

    fn look(&self, classes: &[Class<K>], starts: &[usize]) -> Vec<(f64, f64)> {
        let mut looked = vec![(0.0, 0.0); starts.len()];
        for class in classes {
            let mut walk = Walk::default();
            for (&start, (sum, bound)) in starts.iter().zip(&mut looked) {
                let first = self.cuts.get(start).map(|cut| class.at(&mut walk, cut.key)).unwrap_or_default();
                let end = self.cuts.get((start + STRIDE).min(self.cuts.len()) - 1);
                let last = end.map(|cut| class.at(&mut walk, cut.key)).unwrap_or_default();
                *sum += class.f1(first.0, first.1);
                *bound += class.f1(last.0, first.1);
            }
        }
        looked
    }

    /// The largest sum of a run, and its first cut that has it.
    fn best_of_run(&self, classes: &[Class<K>], start: usize) -> Option<(f64, usize)> {
        let cuts = self.cuts.get(start..(start + STRIDE).min(self.cuts.len()))?;
        let mut sums = [0.0; STRIDE];
        for class in classes {
            let mut walk = Walk::default();
            for (cut, sum) in cuts.iter().zip(&mut sums) {
                let (correct, others) = class.at(&mut walk, cut.key);
                *sum += class.f1(correct, others);
            }
        }
        let best = sums.into_iter().take(cuts.len()).zip(start..);
        best.reduce(|best, next| if next.0 > best.0 { next } else { best })
    }
}

/// A class with the number of its truths and its own threshold.
struct Class<'a, K> {
    column: &'a Column<K>,
    support: usize,
    own: Option<K>,
}

/// How far a class was read: cuts that are looked at one after the other are near each other.
#[derive(Default)]
struct Walk {
    correct: usize,
    others: usize,
}

impl<'a, K: Key> Class<'a, K> {
    fn of(class: usize, column: &'a Column<K>, support: &[u64], levels: &[Option<u64>]) -> Self {
        let own = levels.get(class).copied().flatten().map(K::narrowed);
        Self { column, support: support.get(class).map_or(0, |&n| n as usize), own }
    }

    /// Items of the class and others that a cut not above the last one keeps.
    fn at(&self, walk: &mut Walk, cut: K) -> (usize, usize) {
        let key = self.own.unwrap_or(cut);
        walk.correct = reached_from(&self.column.labelled, walk.correct, key);
        walk.others = reached_from(&self.column.others, walk.others, key);
        (walk.correct, walk.others)
    }

    fn f1(&self, correct: usize, others: usize) -> f64 {
        let whole = correct + others + self.support;
        if whole == 0 { 0.0 } else { (2 * correct) as f64 / whole as f64 }
    }
}

/// How many keys a key reaches where it reaches the first `from`.
fn reached_from<K: Key>(keys: &[K], from: usize, key: K) -> usize {
    let (mut from, mut step) = (from, 8);
    while keys.get(from + step).is_some_and(|&k| k <= key) {
        from += step;
        step *= 2;
    }
    from + reached(keys.get(from..(from + step).min(keys.len())).unwrap_or(&[]), key)
}
