//! Nearest rows in few dimensions, exactly, by a tree of boxes (Friedman, Bentley, Finkel 1977).
//!
//! Knows rows as doubles; does not know what they are for. Of use up to some fifteen dimensions: beyond, every box is near.

use std::collections::BinaryHeap;

use super::Rows;

/// Rows in a leaf at most.
const LEAF: usize = 12;

/// A part of the tree: a run of rows and the box around them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// First row of the run, in the tree's order.
    pub start: u32,
    /// End of the run.
    pub end: u32,
    /// The second child; the first stands right behind this node. 0 in a leaf.
    second: u32,
}

/// The tree. Its order of rows is its own; `original` leads back.
#[derive(Clone, Debug)]
pub(crate) struct KdTree {
    dimensions: usize,
    /// Coordinates in the tree's order.
    points: Vec<f64>,
    /// The row that stands at each place.
    original: Vec<u32>,
    nodes: Vec<Node>,
    /// Smallest, then largest coordinates of each node's rows.
    boxes: Vec<f64>,
}

/// A squared distance and a place, ordered by the distance, then by the place.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Near(f64, u32);

impl Eq for Near {}

impl Ord for Near {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0).then(self.1.cmp(&other.1))
    }
}

impl PartialOrd for Near {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The sum of the squares of the differences, in order, as scikit-learn adds it up.
pub(crate) fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

impl KdTree {
    /// A tree of these rows.
    pub fn of(rows: Rows<'_>) -> Self {
        let dimensions = rows.dimensions();
        let count = rows.len();
        let mut original: Vec<u32> = (0..count as u32).collect();
        let mut tree =
            Self { dimensions, points: Vec::new(), original: Vec::new(), nodes: Vec::new(), boxes: Vec::new() };
        if count > 0 {
            tree.grow(rows, &mut original, 0);
        }
        tree.points = original.iter().flat_map(|&row| rows.row(row)).map(|&v| f64::from(v)).collect();
        tree.original = original;
        tree
    }

    /// Adds the node of these rows, which start at `start`, and what is below it; gives its place.
    fn grow(&mut self, rows: Rows<'_>, order: &mut [u32], start: u32) -> u32 {
        let at = self.nodes.len() as u32;
        self.nodes.push(Node { start, end: start + order.len() as u32, second: 0 });
        let axis = self.push_box(rows, order);
        let Some(axis) = axis.filter(|_| order.len() > LEAF) else { return at };
        let middle = order.len() / 2;
        let value = |row: u32| rows.row(row)[axis];
        order.select_nth_unstable_by(middle, |&a, &b| value(a).total_cmp(&value(b)).then(a.cmp(&b)));
        let (left, right) = order.split_at_mut(middle);
        self.grow(rows, left, start);
        let second = self.grow(rows, right, start + middle as u32);
        self.nodes[at as usize].second = second;
        at
    }

    /// Adds the box of these rows; gives its widest axis, or `None` where all rows are equal.
    fn push_box(&mut self, rows: Rows<'_>, order: &[u32]) -> Option<usize> {
        let mut low = vec![f64::INFINITY; self.dimensions];
        let mut high = vec![f64::NEG_INFINITY; self.dimensions];
        for &row in order {
            for ((low, high), &value) in low.iter_mut().zip(&mut high).zip(rows.row(row)) {
                *low = low.min(f64::from(value));
                *high = high.max(f64::from(value));
            }
        }
        let width = |axis: usize| high[axis] - low[axis];
        let widest = (0..self.dimensions).max_by(|&a, &b| width(a).total_cmp(&width(b)).then(b.cmp(&a)));
        let widest = widest.filter(|&axis| width(axis) > 0.0);
        self.boxes.append(&mut low);
        self.boxes.append(&mut high);
        widest
    }

    /// Number of rows.
    pub const fn len(&self) -> usize {
        self.original.len()
    }

    /// The row at a place.
    pub fn row_at(&self, place: u32) -> u32 {
        self.original[place as usize]
    }

    /// Coordinates of the row at a place.
    pub fn point(&self, place: u32) -> &[f64] {
        let start = place as usize * self.dimensions;
        &self.points[start..start + self.dimensions]
    }

    /// All nodes, parents before children.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The children of a node, or `None` of a leaf.
    pub fn children(&self, node: u32) -> Option<(u32, u32)> {
        let second = self.nodes[node as usize].second;
        (second > 0).then_some((node + 1, second))
    }

    /// Squared distance of a point from the box of a node; 0 inside.
    pub fn distance_to_box(&self, point: &[f64], node: u32) -> f64 {
        let start = node as usize * 2 * self.dimensions;
        let (low, high) = self.boxes[start..start + 2 * self.dimensions].split_at(self.dimensions);
        let outside = |((&v, &low), &high): ((&f64, &f64), &f64)| (low - v).max(v - high).max(0.0);
        point.iter().zip(low).zip(high).map(outside).map(|d| d * d).sum()
    }

    /// The rows up to a squared distance from a point, in no particular order.
    pub fn within(&self, point: &[f64], limit: f64) -> Vec<u32> {
        let mut found = Vec::new();
        let mut stack = if self.nodes.is_empty() { Vec::new() } else { vec![0] };
        while let Some(node) = stack.pop() {
            if self.distance_to_box(point, node) > limit {
                continue;
            }
            if let Some((first, second)) = self.children(node) {
                stack.extend([second, first]);
                continue;
            }
            let Node { start, end, .. } = self.nodes[node as usize];
            let near = (start..end).filter(|&place| squared(point, self.point(place)) <= limit);
            found.extend(near.map(|place| self.row_at(place)));
        }
        found
    }

    /// The squared distance of the `k`-th nearest row of a point, the point itself counted where it is one of the rows;
    /// infinite where there are fewer rows.
    pub fn kth_squared(&self, point: &[f64], k: usize) -> f64 {
        let mut nearest = BinaryHeap::with_capacity(k + 1);
        let mut stack = vec![(0.0, 0)];
        while let Some((bound, node)) = stack.pop() {
            let furthest = if nearest.len() < k { f64::INFINITY } else { nearest.peek().map_or(0.0, |n: &Near| n.0) };
            if bound > furthest || self.nodes.is_empty() {
                continue;
            }
            if let Some((first, second)) = self.children(node) {
                let (a, b) = (self.distance_to_box(point, first), self.distance_to_box(point, second));
                let (near, far) = if a <= b { ((a, first), (b, second)) } else { ((b, second), (a, first)) };
                stack.push(far);
                stack.push(near);
                continue;
            }
            let Node { start, end, .. } = self.nodes[node as usize];
            for place in start..end {
                nearest.push(Near(squared(point, self.point(place)), place));
                if nearest.len() > k {
                    nearest.pop();
                }
            }
        }
        if nearest.len() < k { f64::INFINITY } else { nearest.peek().map_or(0.0, |n| n.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rng::Rng;

    #[test]
    fn the_kth_nearest_is_that_of_a_search_through_all() {
        let mut rng = Rng::new(4);
        for (count, dimensions, steps) in [(1, 2, 9), (13, 1, 3), (500, 2, 40), (300, 5, 1_000_000), (200, 3, 1)] {
            let values: Vec<f32> = (0..count * dimensions).map(|_| rng.below(steps) as f32).collect();
            let rows = Rows::new(dimensions, &values).unwrap();
            let tree = KdTree::of(rows);
            for place in 0..count as u32 {
                let mut all: Vec<f64> = (0..count as u32).map(|q| squared(tree.point(place), tree.point(q))).collect();
                all.sort_by(f64::total_cmp);
                for k in [1, 2, 5, 13] {
                    let expected = all.get(k - 1).copied().unwrap_or(f64::INFINITY);
                    assert_eq!(tree.kth_squared(tree.point(place), k), expected);
                }
            }
            let mut rows: Vec<u32> = (0..count as u32).map(|p| tree.row_at(p)).collect();
            rows.sort_unstable();
            assert_eq!(rows, (0..count as u32).collect::<Vec<_>>());
        }
        assert_eq!(KdTree::of(Rows::new(2, &[]).unwrap()).kth_squared(&[0.0, 0.0], 1), f64::INFINITY);
    }
}
