//! What only the window needs, for repeated moves and lists of members. Built on first use.

use crate::metrics::counts::Cell;

use super::counter::Counter;
use super::events::Event;

/// Events between two checkpoints, if memory allows.
const STEP: usize = 1 << 13;
/// All checkpoints together hold at most this many numbers of 4 bytes.
const BUDGET: usize = 8 << 20;

/// The intervals of each cell, and counters that stand at regular distances.
#[derive(Debug)]
pub(super) struct Index {
    cell_starts: Vec<u32>,
    by_cell: Vec<u32>,
    step: usize,
    checkpoints: Vec<Counter>,
}

impl Index {
    pub fn new(
        cells: &[Cell],
        interval_cell: &[u32],
        (events, weights): (&[Event], Option<&[u32]>),
        class_count: usize,
    ) -> Self {
        let mut cell_starts = vec![0_u32; cells.len() + 1];
        for &cell in interval_cell {
            cell_starts[cell as usize + 1] += 1;
        }
        for i in 1..cell_starts.len() {
            cell_starts[i] += cell_starts[i - 1];
        }
        let mut next = cell_starts.clone();
        let mut by_cell = vec![0_u32; interval_cell.len()];
        for (row, &cell) in (0_u32..).zip(interval_cell) {
            by_cell[next[cell as usize] as usize] = row;
            next[cell as usize] += 1;
        }
        let affordable = BUDGET / (2 * cells.len() + Counter::NUMBERS_PER_CLASS * class_count).max(1);
        let step = (events.len() / affordable.max(1)).max(STEP);
        Self { cell_starts, by_cell, step, checkpoints: checkpoints(cells, (events, weights), class_count, step) }
    }

    /// The intervals of a cell, in image order.
    pub fn of_cell(&self, cell: usize) -> &[u32] {
        let range = match (self.cell_starts.get(cell), self.cell_starts.get(cell + 1)) {
            (Some(&a), Some(&b)) => a as usize..b as usize,
            _ => 0..0,
        };
        self.by_cell.get(range).unwrap_or(&[])
    }

    /// Events between two checkpoints.
    pub fn step(&self) -> usize {
        self.step
    }

    /// The checkpoint nearest to a number of events.
    pub fn nearest(&self, position: usize) -> Option<&Counter> {
        let number = (position + self.step / 2) / self.step;
        self.checkpoints.get(number).or(self.checkpoints.last())
    }
}

fn checkpoints(
    cells: &[Cell],
    (events, weights): (&[Event], Option<&[u32]>),
    class_count: usize,
    step: usize,
) -> Vec<Counter> {
    let mut counts = vec![0_u64; cells.len()];
    let mut checkpoints = Vec::with_capacity(events.len() / step + 1);
    for (number, run) in events.chunks(step).enumerate() {
        let mut checkpoint = Counter::of_cells(cells, counts.clone(), class_count);
        checkpoint.position = number * step;
        checkpoints.push(checkpoint);
        for (at, event) in (number * step..).zip(run) {
            let weight = weights.map_or(1, |weights| u64::from(weights[at]));
            let n = &mut counts[event.cell() as usize];
            *n = if event.is_up() { *n + weight } else { *n - weight };
        }
    }
    checkpoints
}
