//! Largest eigenvalues of a symmetric positive semidefinite operator, by block Krylov spaces that begin anew from the best
//! vectors found (Musco, Musco 2015; thick restarts). Knows vectors and products; does not know what the operator is of.

use crate::model::Cancelled;
use crate::model::rng::Rng;

/// Vectors beyond those asked for in a block, so that close or equal eigenvalues are told apart.
const SPARE: usize = 8;
/// Blocks in a space, and the least vectors of a space.
const BLOCKS: usize = 4;
const AT_LEAST: usize = 80;
/// Spaces at most. Ordinary data needs two to ten.
const RESTARTS: usize = 300;

/// Orthonormal vectors with their eigenvalues, largest first.
pub(super) struct Pairs {
    pub(super) values: Vec<f64>,
    pub(super) vectors: Vec<Vec<f64>>,
}

/// The `count` largest (or all, where there are fewer). `apply` makes the products of the operator with some vectors. Ends
/// once no residual exceeds `tolerance` times the largest eigenvalue.
pub(super) fn largest(
    dimensions: usize,
    count: usize,
    tolerance: f64,
    mut apply: impl FnMut(&[Vec<f64>]) -> Result<Vec<Vec<f64>>, Cancelled>,
) -> Result<Pairs, Cancelled> {
    let count = count.min(dimensions);
    let block = (count + SPARE).min(dimensions);
    let room = (BLOCKS * block).max(AT_LEAST).min(dimensions);
    let mut rng = Rng::new(0);
    let mut uniform = move || rng.below(1 << 32) as f64 / f64::from(1_u32 << 31) - 1.0;
    let mut start: Vec<Vec<f64>> = (0..block).map(|_| (0..dimensions).map(|_| uniform()).collect()).collect();
    for last in (0..RESTARTS).map(|restart| restart + 1 == RESTARTS) {
        let (mut basis, mut images) = (Vec::new(), Vec::new());
        loop {
            let from = basis.len();
            for vector in start {
                add_orthonormal(&mut basis, vector, room);
            }
            if basis.len() == from {
                break;
            }
            images.extend(apply(basis.get(from..).unwrap_or(&[]))?);
            start = images.get(from..).unwrap_or(&[]).to_vec();
        }
        let (found, residual) = ritz(&basis, &images, block, count);
        let scale = found.values.first().copied().unwrap_or(0.0);
        if last || residual <= tolerance * scale || basis.len() == dimensions {
            let Pairs { mut values, mut vectors } = found;
            values.truncate(count);
            vectors.truncate(count);
            return Ok(Pairs { values, vectors });
        }
        start = found.vectors;
    }
    Ok(Pairs { values: Vec::new(), vectors: Vec::new() })
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], factor: f64, other: &[f64]) {
    to.iter_mut().zip(other).for_each(|(t, o)| *t += factor * o);
}

/// Adds what of a vector is new in the basis, unless it is rounding or the basis is full.
fn add_orthonormal(basis: &mut Vec<Vec<f64>>, mut vector: Vec<f64>, room: usize) {
    let before = dot(&vector, &vector).sqrt();
    if basis.len() >= room || before == 0.0 {
        return;
    }
    for _ in 0..2 {
        for known in basis.iter() {
            let share = dot(known, &vector);
            add(&mut vector, -share, known);
        }
    }
    let length = dot(&vector, &vector).sqrt();
    if length > 1e-10 * before {
        vector.iter_mut().for_each(|v| *v /= length);
        basis.push(vector);
    }
}

/// The best `keep` approximations in a space, and the largest residual of the first `judged`.
fn ritz(basis: &[Vec<f64>], images: &[Vec<f64>], keep: usize, judged: usize) -> (Pairs, f64) {
    let table = basis.iter().map(|q| images.iter().map(|image| dot(q, image)).collect()).collect();
    let (values, weights) = jacobi(table);
    let mut order: Vec<usize> = (0..values.len()).collect();
    let value = |at: usize| values.get(at).copied().unwrap_or(0.0);
    order.sort_by(|&a, &b| value(b).total_cmp(&value(a)));
    order.truncate(keep);
    let combine = |of: &[Vec<f64>], at: usize| {
        let mut sum = vec![0.0; of.first().map_or(0, Vec::len)];
        for (vector, row) in of.iter().zip(&weights) {
            add(&mut sum, row.get(at).copied().unwrap_or(0.0), vector);
        }
        sum
    };
    let vectors: Vec<Vec<f64>> = order.iter().map(|&at| combine(basis, at)).collect();
    let residual = order.iter().zip(&vectors).take(judged).map(|(&at, vector)| {
        let mut rest = combine(images, at);
        add(&mut rest, -value(at), vector);
        dot(&rest, &rest).sqrt()
    });
    let residual = residual.fold(0.0, f64::max);
    (Pairs { values: order.into_iter().map(value).collect(), vectors }, residual)
}

/// Eigenvalues of a symmetric table and its eigenvectors as columns, by cyclic rotations (Jacobi 1846; Golub, Van Loan 8.5).
fn jacobi(mut table: Vec<Vec<f64>>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let n = table.len();
    // Columns of the eigenvectors are kept as rows: each rotation then touches two rows in a stretch.
    let mut columns: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(i == j)).collect()).collect();
    for _ in 0..60 {
        let mut off = 0.0;
        let mut all = 0.0;
        for (i, row) in table.iter().enumerate() {
            for (j, v) in row.iter().enumerate() {
                all += v * v;
                off += if i == j { 0.0 } else { v * v };
            }
        }
        if off <= 1e-30 * all {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut table, &mut columns, p, q);
            }
        }
    }
    let values = table.iter().enumerate().map(|(i, row)| row.get(i).copied().unwrap_or(0.0)).collect();
    let vectors = (0..n).map(|i| columns.iter().map(|c| c.get(i).copied().unwrap_or(0.0)).collect()).collect();
    (values, vectors)
}

/// Makes the entry at (p, q) zero, p < q.
fn rotate(table: &mut [Vec<f64>], columns: &mut [Vec<f64>], p: usize, q: usize) {
    let entry = |i: usize, j: usize| table.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0.0);
    let (pp, qq, pq) = (entry(p, p), entry(q, q), entry(p, q));
    if pq.abs() <= f64::MIN_POSITIVE {
        return;
    }
    let slope = (qq - pp) / (2.0 * pq);
    let tangent = slope.signum() / (slope.abs() + slope.hypot(1.0));
    let cosine = tangent.hypot(1.0).recip();
    let sine = tangent * cosine;
    for row in table.iter_mut() {
        if let Ok([a, b]) = row.get_disjoint_mut([p, q]) {
            (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
        }
    }
    for rows in [table, columns] {
        if let Ok([a, b]) = rows.get_disjoint_mut([p, q]) {
            for (a, b) in a.iter_mut().zip(b.iter_mut()) {
                (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_table(table: &[Vec<f64>], count: usize) -> Pairs {
        let product = |v: &Vec<f64>| table.iter().map(|row| dot(row, v)).collect();
        largest(table.len(), count, 1e-12, |vectors| Ok(vectors.iter().map(product).collect())).unwrap()
    }

    /// The second difference of n points has the eigenvalues 2 − 2 cos(πj / (n + 1)).
    #[test]
    fn eigenvalues_of_the_second_difference() {
        for n in [1_usize, 2, 7, 90, 200] {
            let entry = |i: usize, j: usize| match i.abs_diff(j) {
                0 => 2.0,
                1 => -1.0,
                _ => 0.0,
            };
            let table: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect();
            let found = of_table(&table, 5);
            for (value, j) in found.values.iter().zip((1..=n).rev()) {
                let expected = 2.0 - 2.0 * (std::f64::consts::PI * j as f64 / (n as f64 + 1.0)).cos();
                assert!((value - expected).abs() < 1e-10, "{n}: {value} {expected}");
            }
            for (i, a) in found.vectors.iter().enumerate() {
                for (j, b) in found.vectors.iter().enumerate() {
                    assert!((dot(a, b) - f64::from(i == j)).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn equal_eigenvalues_and_none() {
        let identity: Vec<Vec<f64>> = (0..100).map(|i| (0..100).map(|j| f64::from(i == j)).collect()).collect();
        assert!(of_table(&identity, 3).values.iter().all(|v| (v - 1.0).abs() < 1e-12));
        let zero = vec![vec![0.0; 120]; 120];
        let found = of_table(&zero, 2);
        assert_eq!(found.values, [0.0, 0.0]);
        assert_eq!(found.vectors.len(), 2);
    }
}
