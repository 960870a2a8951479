//! The masks of a file in columns.

use super::{BBox, Bounds, RleRef, overlap_of_areas, runs};

/// Many masks in one allocation, in the order in which they were pushed; each with its area and its box, computed once.
/// A place may be without a mask: its area is 0, its box empty, and it overlaps nothing.
#[derive(Clone, Debug, Default)]
pub struct Masks {
    runs: Vec<u32>,
    /// Where the runs of each mask end.
    ends: Vec<usize>,
    /// Height and width of each mask.
    sizes: Vec<Option<[u32; 2]>>,
    areas: Vec<u64>,
    bounds: Vec<Bounds>,
}

impl Masks {
    /// Adds a mask.
    pub fn push(&mut self, mask: RleRef<'_>) {
        self.add(Some(mask), mask.area(), mask.bounds());
    }

    /// Adds a place without a mask.
    pub fn push_none(&mut self) {
        self.add(None, 0, Bounds::default());
    }

    fn add(&mut self, mask: Option<RleRef<'_>>, area: u64, bounds: Bounds) {
        self.runs.extend_from_slice(mask.map_or(&[], |mask| mask.runs));
        self.ends.push(self.runs.len());
        self.sizes.push(mask.map(|mask| [mask.height, mask.width]));
        self.areas.push(area);
        self.bounds.push(bounds);
    }

    /// Number of places, with a mask or without.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True where there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The mask of a place; `None` where there is none, and for unknown places.
    #[must_use]
    pub fn get(&self, i: usize) -> Option<RleRef<'_>> {
        let [height, width] = (*self.sizes.get(i)?)?;
        Some(RleRef { height, width, runs: self.runs.get(self.start(i)..*self.ends.get(i)?)? })
    }

    /// Pixels inside the mask of a place; 0 without one.
    #[must_use]
    pub fn area(&self, i: usize) -> u64 {
        self.areas.get(i).copied().unwrap_or(0)
    }

    /// The smallest box around the pixels inside; 0, 0, 0, 0 around nothing.
    #[must_use]
    pub fn bbox(&self, i: usize) -> BBox {
        self.bounds.get(i).copied().unwrap_or_default().bbox()
    }

    /// Overlap of a detection with a truth, as [`RleRef::overlap`]; 0 where one has no mask. Masks whose boxes do not touch
    /// are not looked at, of others only the columns that both boxes have in common.
    #[must_use]
    pub fn overlap(&self, i: usize, truth_masks: &Self, j: usize, ignored: bool) -> f64 {
        let (Some(mine), Some(its)) = (self.bounds.get(i), truth_masks.bounds.get(j)) else { return 0.0 };
        let (left, right) = (mine.left.max(its.left), mine.right.min(its.right));
        if left >= right || mine.top.max(its.top) >= mine.bottom.min(its.bottom) {
            return 0.0;
        }
        let (Some(a), Some(b)) = (self.get(i), truth_masks.get(j)) else { return 0.0 };
        if !a.fits(b) {
            return 0.0;
        }
        let (from, to) = (left.saturating_mul(a.height), right.saturating_mul(a.height));
        overlap_of_areas(runs::shared(a.runs, b.runs, from, to), self.area(i), truth_masks.area(j), ignored)
    }

    /// The masks of these places, in this order; an unknown place becomes one without a mask.
    #[must_use]
    pub fn reordered(&self, order: &[u32]) -> Self {
        let places = || order.iter().map(|&i| i as usize);
        let mut out = Self::with_capacity(order.len(), places().filter_map(|i| Some(self.get(i)?.runs.len())).sum());
        for i in places() {
            let bounds = self.bounds.get(i).copied().unwrap_or_default();
            out.add(self.get(i), self.area(i), bounds);
        }
        out
    }

    fn with_capacity(masks: usize, runs: usize) -> Self {
        Self {
            runs: Vec::with_capacity(runs),
            ends: Vec::with_capacity(masks),
            sizes: Vec::with_capacity(masks),
            areas: Vec::with_capacity(masks),
            bounds: Vec::with_capacity(masks),
        }
    }

    /// Appends what was collected from a later part of the same file. The other is empty afterwards and keeps its memory.
    pub fn append(&mut self, later: &mut Self) {
        let before = self.runs.len();
        self.runs.append(&mut later.runs);
        self.ends.extend(later.ends.drain(..).map(|end| before + end));
        self.sizes.append(&mut later.sizes);
        self.areas.append(&mut later.areas);
        self.bounds.append(&mut later.bounds);
    }

    /// Forgets all places but the first `n`.
    pub fn truncate(&mut self, n: usize) {
        self.ends.truncate(n);
        self.sizes.truncate(n);
        self.areas.truncate(n);
        self.bounds.truncate(n);
        self.runs.truncate(self.start(self.ends.len()));
    }

    /// Where the runs of a place start: where those of the place before end.
    fn start(&self, i: usize) -> usize {
        i.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0)
    }
}
