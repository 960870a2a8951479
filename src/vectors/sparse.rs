//! Edges between rows, by row. Knows numbers of rows and weights; does not know what a weight says.

use rayon::prelude::*;

/// The other row with the weight of the edge.
pub(super) type Edge = (u32, f32);

/// The same edges in both directions, sorted by the other row: `combine` gets the weights of both directions, 0 for one that
/// is missing, and does not mind their order.
pub(super) fn symmetric(mut edges: Vec<Vec<Edge>>, combine: impl Fn(f32, f32) -> f32 + Sync) -> Vec<Vec<Edge>> {
    let incoming = transposed(&edges);
    edges.par_iter_mut().zip(incoming).for_each(|(edges, incoming)| {
        let own = edges.len();
        edges.extend(incoming);
        let mut order: Vec<(Edge, bool)> = edges.drain(..).enumerate().map(|(at, e)| (e, at >= own)).collect();
        order.sort_unstable_by_key(|((other, _), back)| (*other, *back));
        edges.extend(order.chunk_by(|a, b| a.0.0 == b.0.0).filter_map(|same| {
            let ((other, first), _) = *same.first()?;
            Some((other, combine(first, same.get(1).map_or(0.0, |second| second.0.1))))
        }));
    });
    edges
}

/// The same edges the other way round, sorted by the other row.
pub(super) fn transposed<T: Copy>(edges: &[Vec<(u32, T)>]) -> Vec<Vec<(u32, T)>> {
    let mut incoming = vec![Vec::new(); edges.len()];
    for (row, edges) in (0..).zip(edges) {
        for &(other, weight) in edges {
            if let Some(list) = incoming.get_mut(other as usize) {
                list.push((row, weight));
            }
        }
    }
    incoming
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_are_there_once() {
        let edges = vec![vec![(2, 0.5), (1, 1.0)], vec![(0, 0.25)], vec![]];
        let found = symmetric(edges, |a, b| a + b);
        assert_eq!(found, [vec![(1, 1.25), (2, 0.5)], vec![(0, 1.25)], vec![(0, 0.5)]]);
    }
}
