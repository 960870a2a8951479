//! Points pulled together along edges and pushed apart at random. Knows graph and points; does not know rows.
//!
//! umap-learn moves both ends of an edge at once, one edge after the other. Here every row moves itself alone, by all its
//! edges of an epoch, past the others as they stood before the epoch: what comes out does not depend on who moves first, so
//! that rows can be moved side by side. Every edge is in the graph in both directions, hence each end is pulled twice.

use rayon::prelude::*;

use crate::model::rng::Rng;
use crate::model::{Cancelled, Progress};
use crate::vectors::layout::Observer;

use super::Curve;
use super::graph::Graph;

/// Random rows that push for each pull, the longest step in a coordinate, and what keeps a push finite.
const PUSHES: usize = 5;
const LONGEST: f32 = 4.0;
const NEAR: f64 = 1e-3;
/// Rows that one task moves.
const BLOCK: usize = 128;
/// Times that the observer is called.
const LOOKS: usize = 50;

/// How points are moved.
pub(super) struct Schedule {
    pub(super) curve: Curve,
    pub(super) epochs: usize,
    pub(super) seed: u64,
}

/// The points after all epochs.
pub(super) fn improve(
    graph: &Graph,
    mut points: Vec<[f32; 2]>,
    schedule: &Schedule,
    progress: &dyn Progress,
    observe: Observer<'_>,
) -> Result<Vec<[f32; 2]>, Cancelled> {
    if points.len() < 2 {
        return Ok(points);
    }
    let forces = Forces::of(schedule.curve);
    let mut before = points.clone();
    for epoch in 0..schedule.epochs {
        progress.check()?;
        before.copy_from_slice(&points);
        let step = 1.0 - epoch as f32 / schedule.epochs as f32;
        points.par_chunks_mut(BLOCK).enumerate().for_each(|(block, points)| {
            let part = epoch as u64 * u64::from(u32::MAX) + block as u64;
            let mut rng = Rng::of_part(schedule.seed ^ 0x55, part);
            let mut due = Vec::new();
            for (row, point) in (block * BLOCK..).zip(points) {
                graph.due(row, epoch, &mut due);
                forces.move_row(point, &due, &before, step, &mut rng);
            }
        });
        progress.progress(epoch + 1, schedule.epochs);
        if epoch % schedule.epochs.div_ceil(LOOKS) == 0 {
            observe(&points);
        }
    }
    Ok(points)
}

/// Moves rows by their edges.
struct Forces {
    pulls: Table,
    pushes: Table,
}

impl Forces {
    /// The gradients of the cross entropy of the graph and the curve.
    fn of(Curve { a, b }: Curve) -> Self {
        let pull = move |square: f64| -2.0 * a * b * square.powf(b - 1.0) / (1.0 + a * square.powf(b));
        let push = move |square: f64| 2.0 * b / ((NEAR + square) * (1.0 + a * square.powf(b)));
        Self { pulls: Table::of(pull), pushes: Table::of(push) }
    }

    /// Moves a row by edges to these others.
    fn move_row(&self, point: &mut [f32; 2], due: &[u32], before: &[[f32; 2]], step: f32, rng: &mut Rng) {
        for &other in due {
            let Some(other) = before.get(other as usize) else { continue };
            for _ in 0..2 {
                let [x, y] = self.pulls.force(point, other);
                *point = [point[0] + step * x, point[1] + step * y];
            }
            let mut sum = [0.0; 2];
            let mut draw = 0;
            for push in 0..PUSHES {
                draw = if push % 2 == 0 { rng.next_u64() } else { draw << 32 };
                let random = (((draw >> 32) * before.len() as u64) >> 32) as usize;
                // Itself may be drawn too: from where it began it pushes like any other.
                if let Some(other) = before.get(random) {
                    let [x, y] = self.pushes.force(point, other);
                    sum = [sum[0] + x, sum[1] + y];
                }
            }
            *point = [point[0] + step * sum[0], point[1] + step * sum[1]];
        }
    }
}

/// Steps of a table between two powers of two, and the squares it begins and ends with (2 to these powers).
const STEPS: u32 = 64;
const FIRST: i32 = -24;
const LAST: i32 = 20;
/// Bits of a number below those that choose the step.
const REST: u32 = 23 - STEPS.ilog2();

/// A function of the squared distance, straight between steps that are equal parts of its octave: near to 1e-4 of its value.
/// Quicker than powers, and the same on every machine.
struct Table {
    first: u32,
    values: Vec<[f32; 2]>,
}

impl Table {
    fn of(function: impl Fn(f64) -> f64) -> Self {
        let first = (2.0_f32).powi(FIRST).to_bits() >> REST;
        let last = (2.0_f32).powi(LAST).to_bits() >> REST;
        let at = |step: u32| function(f64::from(f32::from_bits(step << REST)));
        let values = (first..=last).map(|step| [at(step) as f32, (at(step + 1) - at(step)) as f32]).collect();
        Self { first, values }
    }

    /// The value of a squared distance; outside of the table that of its nearer end.
    fn value(&self, square: f32) -> f32 {
        let bits = square.to_bits();
        let step = (bits >> REST).saturating_sub(self.first) as usize;
        let [value, slope] = self.values.get(step).or(self.values.last()).copied().unwrap_or([0.0; 2]);
        value + slope * ((bits & ((1 << REST) - 1)) as f32 / (1 << REST) as f32)
    }

    /// What acts on a point from another, in each coordinate.
    fn force(&self, point: &[f32; 2], other: &[f32; 2]) -> [f32; 2] {
        let (x, y) = (point[0] - other[0], point[1] - other[1]);
        let value = self.value(x * x + y * y);
        [(value * x).clamp(-LONGEST, LONGEST), (value * y).clamp(-LONGEST, LONGEST)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_near_their_functions() {
        let function = |square: f64| square.powf(0.895) / (0.001 + square);
        let table = Table::of(function);
        for at in -1600..1300 {
            let square = (f64::from(at) * 0.01).exp();
            let (found, expected) = (f64::from(table.value(square as f32)), function(square));
            assert!((found - expected).abs() <= 1e-4 * expected, "{square}: {found} {expected}");
        }
        assert!(table.value(0.0) > 0.0 && table.value(f32::MAX).is_finite());
    }
}
