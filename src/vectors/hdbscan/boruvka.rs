//! Minimum spanning tree of the mutual reachability in few dimensions: Borůvka's algorithm, each component's nearest
//! neighbour sought in a tree of boxes (the idea of March, Ram, Gray 2010).

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::spanning::Edge;
use crate::model::union_find::UnionFind;
use crate::model::{Cancelled, Progress};
use crate::vectors::kd_tree::{KdTree, squared};

/// Rows that one thread handles in a row; near each other in space, they share what they find.
const BLOCK: usize = 256;
/// The mark of a box with rows of several components.
const MIXED: u32 = u32::MAX;

/// What is known of the way out of a component from one of its rows.
#[derive(Clone, Copy, Debug)]
struct WayOut {
    /// The nearest row of another component, when it was sought; itself where none was found.
    to: u32,
    /// Its reachability, squared; without one a lower bound.
    reach: f64,
}

/// One round's view: who belongs to which component.
struct Round<'a> {
    tree: &'a KdTree,
    cores: &'a [f64],
    /// Smallest core distance in each box.
    least: &'a [f64],
    /// Component of each place.
    component: Vec<u32>,
    /// Component of each box, or [`MIXED`].
    of_box: Vec<u32>,
}

/// The edges of a minimum spanning tree, with squared distances, between rows.
pub(super) fn tree(
    rows: crate::vectors::Rows<'_>,
    samples: usize,
    progress: &dyn Progress,
) -> Result<Vec<Edge>, Cancelled> {
    progress.stage("Distances to the nearest");
    let tree = KdTree::of(rows);
    let count = tree.len();
    let cores = (0..count as u32)
        .into_par_iter()
        .with_min_len(BLOCK)
        .map(|place| {
            if place.is_multiple_of(BLOCK as u32) {
                progress.check()?;
            }
            Ok(tree.kth_squared(tree.point(place), samples))
        })
        .collect::<Result<Vec<f64>, Cancelled>>()?;
    let least = upwards(&tree, |place| cores[place as usize], f64::min);
    progress.stage("Spanning tree");
    let mut joined = UnionFind::new(count);
    let mut ways: Vec<WayOut> = (0..count as u32).map(|to| WayOut { to, reach: 0.0 }).collect();
    let mut edges = Vec::with_capacity(count.saturating_sub(1));
    while edges.len() + 1 < count {
        progress.check()?;
        progress.progress(edges.len(), count);
        let component: Vec<u32> = (0..count as u32).map(|place| joined.find(place)).collect();
        let of_box = upwards(&tree, |place| component[place as usize], |a, b| if a == b { a } else { MIXED });
        let round = Round { tree: &tree, cores: &cores, least: &least, component, of_box };
        round.seek(&mut ways, progress)?;
        for (from, way) in round.shortest(&ways) {
            if joined.union(from, way.to) {
                edges.push(Edge { from: tree.row_at(from), to: tree.row_at(way.to), distance: way.reach });
            }
        }
    }
    Ok(edges)
}

/// A value of each box from those of its places.
fn upwards<T: Copy>(tree: &KdTree, value: impl Fn(u32) -> T, join: impl Fn(T, T) -> T) -> Vec<T> {
    let nodes = tree.nodes();
    let mut values: Vec<T> = nodes.iter().map(|node| value(node.start)).collect();
    for (at, node) in nodes.iter().enumerate().rev() {
        values[at] = match tree.children(at as u32) {
            Some((first, second)) => join(values[first as usize], values[second as usize]),
            None => (node.start..node.end).map(&value).reduce(&join).unwrap_or(values[at]),
        };
    }
    values
}

impl Round<'_> {
    fn is_open(&self, place: u32, way: WayOut) -> bool {
        self.component[place as usize] != self.component[way.to as usize]
    }

    /// The shortest known way out of each component, of equal ones that between the first rows.
    fn shortest(&self, ways: &[WayOut]) -> Vec<(u32, WayOut)> {
        let mut best: Vec<Option<(u32, WayOut)>> = vec![None; ways.len()];
        for (place, &way) in (0_u32..).zip(ways) {
            let best = &mut best[self.component[place as usize] as usize];
            let is_shorter = |(from, b): (u32, WayOut)| {
                let rows = |from, to| (self.tree.row_at(from), self.tree.row_at(to));
                way.reach.total_cmp(&b.reach).then(rows(place, way.to).cmp(&rows(from, b.to))).is_lt()
            };
            if self.is_open(place, way) && best.is_none_or(is_shorter) {
                *best = Some((place, way));
            }
        }
        best.into_iter().flatten().collect()
    }

    /// Seeks the ways out that may be the shortest of their components and are not known.
    fn seek(&self, ways: &mut [WayOut], progress: &dyn Progress) -> Result<(), Cancelled> {
        let mut known = vec![f64::INFINITY; ways.len()];
        for (place, way) in self.shortest(ways) {
            known[self.component[place as usize] as usize] = way.reach;
        }
        ways.par_chunks_mut(BLOCK).enumerate().try_for_each(|(block, ways)| {
            progress.check()?;
            let mut shortest = FxHashMap::default();
            for (place, way) in (block as u32 * BLOCK as u32..).zip(ways) {
                let component = self.component[place as usize];
                let limit = shortest.entry(component).or_insert(known[component as usize]);
                if !self.is_open(place, *way) && way.reach <= *limit {
                    *way = self.nearest(place, *limit);
                    *limit = limit.min(way.reach);
                }
            }
            Ok(())
        })
    }

    /// The most easily reached row of another component, of equal ones the first, if it is within the limit. Prim's algorithm
    /// looks at equal ones in this order, on which the joining of equally far groups depends.
    fn nearest(&self, place: u32, limit: f64) -> WayOut {
        let (tree, mine) = (self.tree, self.component[place as usize]);
        let (point, core) = (tree.point(place), self.cores[place as usize]);
        let mut best = WayOut { to: place, reach: limit };
        let bound = |node: u32| tree.distance_to_box(point, node).max(self.least[node as usize]).max(core);
        let mut stack = vec![(core, 0)];
        while let Some((least, node)) = stack.pop() {
            if least > best.reach || self.of_box[node as usize] == mine {
                continue;
            }
            if let Some((first, second)) = tree.children(node) {
                let (near, far) = ((bound(first), first), (bound(second), second));
                let (near, far) = if near.0 <= far.0 { (near, far) } else { (far, near) };
                stack.push(far);
                stack.push(near);
                continue;
            }
            let leaf = tree.nodes()[node as usize];
            for other in leaf.start..leaf.end {
                if self.component[other as usize] != mine {
                    let least = core.max(self.cores[other as usize]);
                    let reach = squared(point, tree.point(other)).max(least);
                    let is_first = || best.to == place || tree.row_at(other) < tree.row_at(best.to);
                    if reach < best.reach || (reach == best.reach && is_first()) {
                        best = WayOut { to: other, reach };
                    }
                }
            }
        }
        best
    }
}
