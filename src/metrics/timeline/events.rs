//! Intervals turned into changes of numbered cells, in the order of the thresholds.

use rustc_hash::FxHashMap;

use crate::metrics::counts::Cell;
use crate::model::ClassId;

use super::outcome::Interval;

/// One cell's count goes up or down when the cut reaches `cut`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub cut: u32,
    /// Cell index, the highest bit set where the count goes down.
    cell: u32,
}

const DOWN: u32 = 1 << 31;

impl Event {
    /// The number of the cell.
    pub const fn cell(self) -> u32 {
        self.cell & !DOWN
    }

    /// True where the count goes up as the threshold sinks.
    pub const fn is_up(self) -> bool {
        self.cell & DOWN == 0
    }
}

/// Gives every cell that occurs a number, in ascending order of cells; returns the cells and the number of each item. `first`
/// are cells that stand before all others.
pub(super) fn number_cells(
    classes: usize,
    first: Vec<Cell>,
    of_items: impl Iterator<Item = Cell>,
) -> (Vec<Cell>, Vec<u32>) {
    let side = classes as u64 + 1;
    let code = |class: Option<ClassId>| class.map_or(0, |c| u64::from(c.0) + 1);
    let mut seen: FxHashMap<u64, u32> = FxHashMap::default();
    let mut last = (u64::MAX, 0);
    let mut numbers: Vec<u32> = of_items
        .map(|cell| {
            let key = code(cell.truth) * side + code(cell.predicted);
            if key != last.0 {
                let fresh = u32::try_from(seen.len()).unwrap_or(u32::MAX);
                last = (key, *seen.entry(key).or_insert(fresh));
            }
            last.1
        })
        .collect();
    let mut keys: Vec<(u64, u32)> = seen.into_iter().collect();
    keys.sort_unstable();
    let mut rank = vec![0_u32; keys.len()];
    let from = u32::try_from(first.len()).unwrap_or(u32::MAX);
    for (new, (_, old)) in (from..).zip(&keys) {
        rank[*old as usize] = new;
    }
    for number in &mut numbers {
        *number = rank[*number as usize];
    }
    let class = |code: u64| (code > 0).then(|| ClassId(u32::try_from(code - 1).unwrap_or(u32::MAX)));
    let mut cells = first;
    cells.extend(keys.iter().map(|(key, _)| Cell::new(class(key / side), class(key % side))));
    (cells, numbers)
}

/// All ups and downs in ascending order of cut (a counting sort; inside a cut by image), and by how much, where intervals weigh
/// something else than 1.
pub(super) fn sort_events(
    intervals: &[Interval],
    cells: &[u32],
    weights: Option<&[u32]>,
    scores: usize,
) -> (Vec<Event>, Option<Vec<u32>>) {
    let last = scores as u32;
    let mut starts = vec![0_u32; scores + 2];
    let ends = |i: &Interval| (i.until <= last).then_some(i.until);
    for interval in intervals {
        starts[interval.from as usize + 1] += 1;
        if let Some(end) = ends(interval) {
            starts[end as usize + 1] += 1;
        }
    }
    for i in 1..starts.len() {
        starts[i] += starts[i - 1];
    }
    let total = starts.last().copied().unwrap_or(0) as usize;
    let mut events = vec![Event { cut: 0, cell: 0 }; total];
    let mut of_events = weights.map(|_| vec![0; total]);
    let mut put = |cut: u32, cell: u32, at: usize| {
        let place = &mut starts[cut as usize];
        events[*place as usize] = Event { cut, cell };
        if let (Some(of_events), Some(weights)) = (&mut of_events, weights) {
            of_events[*place as usize] = weights[at];
        }
        *place += 1;
    };
    for (at, (interval, &cell)) in intervals.iter().zip(cells).enumerate() {
        put(interval.from, cell, at);
        if let Some(end) = ends(interval) {
            put(end, cell | DOWN, at);
        }
    }
    (events, of_events)
}
