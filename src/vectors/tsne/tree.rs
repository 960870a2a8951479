//! What all points push on each, far ones taken together (Barnes, Hut 1986). Knows points; does not know affinities.

use std::ops::Range;

use rayon::prelude::*;

/// Levels of the tree: places are told apart by as many bits in each coordinate.
const LEVELS: u32 = 16;
/// Points that are not divided further.
const BUCKET: usize = 4;
/// Points that one task looks after.
const BLOCK: usize = 64;

/// A square of the plane with points in it.
struct Cell {
    middle: [f32; 2],
    count: f32,
    /// Square of its side.
    side: f32,
    /// The cell that follows when what is in this one is done with.
    after: u32,
    /// The points of a cell that is not divided; empty for others.
    points: Range<u32>,
}

/// Points along a curve that fills the plane, and the cells that hold stretches of it, each before its parts.
pub(super) struct Tree {
    order: Vec<u32>,
    codes: Vec<u32>,
    points: Vec<[f32; 2]>,
    cells: Vec<Cell>,
}

impl Tree {
    pub(super) fn of(points: &[[f32; 2]]) -> Self {
        let (mut low, mut high) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
        for point in points {
            low = [low[0].min(point[0]), low[1].min(point[1])];
            high = [high[0].max(point[0]), high[1].max(point[1])];
        }
        let side = (high[0] - low[0]).max(high[1] - low[1]).max(f32::MIN_POSITIVE);
        let steps = ((1 << LEVELS) - 1) as f32;
        let place = |v: f32, low: f32| spread(((v - low) / side * steps) as u32);
        let code = |p: &[f32; 2]| place(p[0], low[0]) | (place(p[1], low[1]) << 1);
        let mut keys: Vec<u64> = (0..).zip(points).map(|(row, p)| u64::from(code(p)) << 32 | row).collect();
        keys.par_sort_unstable();
        let order: Vec<u32> = keys.iter().map(|key| *key as u32).collect();
        let sorted = order.iter().filter_map(|&row| points.get(row as usize).copied()).collect();
        let codes = keys.iter().map(|key| (key >> 32) as u32).collect();
        let mut tree = Self { order, codes, points: sorted, cells: Vec::with_capacity(points.len()) };
        tree.divide(0..points.len(), side, LEVELS);
        tree
    }

    /// Adds the cell of a stretch of points, which differ in the last `levels` pairs of bits of their codes, and its parts.
    fn divide(&mut self, stretch: Range<usize>, side: f32, levels: u32) {
        let points = self.points.get(stretch.clone()).unwrap_or(&[]);
        if points.is_empty() {
            return;
        }
        let mut sum = [0.0_f64; 2];
        for point in points {
            sum = [sum[0] + f64::from(point[0]), sum[1] + f64::from(point[1])];
        }
        let count = points.len() as f32;
        let whole = points.len() <= BUCKET || levels == 0;
        let own = self.cells.len();
        self.cells.push(Cell {
            middle: sum.map(|s| (s / points.len() as f64) as f32),
            count,
            side: side * side,
            after: 0,
            points: if whole { stretch.start as u32..stretch.end as u32 } else { 0..0 },
        });
        if !whole {
            let shift = 2 * (levels - 1);
            let mut start = stretch.start;
            for quarter in 0..4 {
                let rest = self.codes.get(start..stretch.end).unwrap_or(&[]);
                let end = start + rest.partition_point(|code| (code >> shift) & 3 <= quarter);
                self.divide(start..end, 0.5 * side, levels - 1);
                start = end;
            }
        }
        let after = self.cells.len() as u32;
        if let Some(cell) = self.cells.get_mut(own) {
            cell.after = after;
        }
    }

    /// For every point the sum over all others of q² · (own − other), divided by the sum of q over all pairs, q being
    /// 1 / (1 + distance²). Cells whose side is less than `theta` times their distance count as one place.
    pub(super) fn pushes(&self, theta: f32) -> Vec<[f32; 2]> {
        let mut sorted = vec![[0.0; 2]; self.points.len()];
        let totals: Vec<f64> = sorted
            .par_chunks_mut(BLOCK)
            .zip(self.points.par_chunks(BLOCK))
            .map(|(to, points)| {
                let mut total = 0.0;
                for (to, point) in to.iter_mut().zip(points) {
                    let (push, near) = self.push(*point, theta * theta);
                    *to = push;
                    total += f64::from(near);
                }
                total
            })
            .collect();
        let total = totals.iter().sum::<f64>().max(f64::MIN_POSITIVE) as f32;
        let mut pushes = vec![[0.0; 2]; self.points.len()];
        for (row, push) in self.order.iter().zip(sorted) {
            if let Some(to) = pushes.get_mut(*row as usize) {
                *to = [push[0] / total, push[1] / total];
            }
        }
        pushes
    }

    /// The push on a point, and its sum of q.
    fn push(&self, own: [f32; 2], theta: f32) -> ([f32; 2], f32) {
        let mut sum = [0.0; 2];
        // The point finds itself in its cell, at no distance.
        let mut near = -1.0;
        let mut add = |x: f32, y: f32, square: f32, count: f32| {
            let q = 1.0 / (1.0 + square);
            let weight = count * q;
            near += weight;
            sum = [sum[0] + weight * q * x, sum[1] + weight * q * y];
        };
        let mut at = 0;
        while let Some(cell) = self.cells.get(at) {
            let (x, y) = (own[0] - cell.middle[0], own[1] - cell.middle[1]);
            let square = x * x + y * y;
            if cell.side < theta * square {
                add(x, y, square, cell.count);
                at = cell.after as usize;
            } else if cell.points.is_empty() {
                at += 1;
            } else {
                let bucket = self.points.get(cell.points.start as usize..cell.points.end as usize);
                for other in bucket.unwrap_or(&[]) {
                    let (x, y) = (own[0] - other[0], own[1] - other[1]);
                    add(x, y, x * x + y * y, 1.0);
                }
                at = cell.after as usize;
            }
        }
        (sum, near.max(0.0))
    }
}

/// The low 16 bits of a number, each followed by a zero.
const fn spread(number: u32) -> u32 {
    let mut v = number & 0xffff;
    v = (v | (v << 8)) & 0x00ff_00ff;
    v = (v | (v << 4)) & 0x0f0f_0f0f;
    v = (v | (v << 2)) & 0x3333_3333;
    (v | (v << 1)) & 0x5555_5555
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rng::Rng;

    fn slow(points: &[[f32; 2]]) -> Vec<[f64; 2]> {
        let mut total = 0.0;
        let mut pushes = vec![[0.0; 2]; points.len()];
        for (i, a) in points.iter().enumerate() {
            for (j, b) in points.iter().enumerate() {
                let (x, y) = (f64::from(a[0]) - f64::from(b[0]), f64::from(a[1]) - f64::from(b[1]));
                let q = 1.0 / (1.0 + x * x + y * y);
                if i != j {
                    total += q;
                    pushes[i][0] += q * q * x;
                    pushes[i][1] += q * q * y;
                }
            }
        }
        pushes.into_iter().map(|p| [p[0] / total, p[1] / total]).collect()
    }

    #[test]
    fn pushes_are_near_those_of_all_pairs() {
        let mut rng = Rng::new(1);
        let mut points: Vec<[f32; 2]> = (0..500).map(|_| [0; 2].map(|_| rng.below(1000) as f32 * 0.03)).collect();
        points.extend([[1.0; 2]; 20]);
        for (theta, within) in [(0.1, 0.002), (0.5, 0.03)] {
            let (found, expected) = (Tree::of(&points).pushes(theta), slow(&points));
            let norm = |v: &[f64; 2]| v[0].hypot(v[1]);
            let largest = expected.iter().map(norm).fold(0.0, f64::max);
            for (f, e) in found.iter().zip(&expected) {
                assert!(norm(&[f64::from(f[0]) - e[0], f64::from(f[1]) - e[1]]) <= within * largest, "{f:?} {e:?}");
            }
        }
        assert_eq!(Tree::of(&[[2.0; 2]; 9]).pushes(0.5), [[0.0; 2]; 9]);
    }
}
