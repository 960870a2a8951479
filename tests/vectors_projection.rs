//! Neighbours, projections and their quality: against scikit-learn, at the edges, on any number of threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use evalens::model::rng::Rng;
use evalens::model::{Cancelled, NoProgress, Progress};
use evalens::vectors::Rows;
use evalens::vectors::neighbours::Neighbours;

/// Rows around a few centres.
fn blobs(rows: usize, dimensions: usize, centres: usize, seed: u64) -> Vec<f32> {
    let mut rng = Rng::new(seed);
    let mut normal = move || (0..4).map(|_| rng.below(1 << 24) as f32 / (1 << 24) as f32 - 0.5).sum::<f32>();
    let middles: Vec<f32> = (0..centres * dimensions).map(|_| 3.0 * normal()).collect();
    let cell = |row: usize, column: usize| middles[(row % centres) * dimensions + column];
    (0..rows * dimensions).map(|at| cell(at / dimensions, at % dimensions) + normal()).collect()
}

/// Cancels after a number of checks.
struct Impatient {
    checks: AtomicUsize,
    after: usize,
}

impl Impatient {
    fn new(after: usize) -> Self {
        Self { checks: AtomicUsize::new(0), after }
    }
}

impl Progress for Impatient {
    fn check(&self) -> Result<(), Cancelled> {
        if self.checks.fetch_add(1, Ordering::Relaxed) >= self.after { Err(Cancelled) } else { Ok(()) }
    }
    fn progress(&self, done: usize, total: usize) {
        assert!(done <= total, "{done} of {total}");
    }
    fn stage(&self, name: &str) {
        assert!(!name.is_empty());
    }
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

// ---- neighbours

/// Every pair by its differences, in double precision.
fn slow_neighbours(rows: Rows<'_>, row: u32, k: usize) -> Vec<(u32, f32)> {
    let distance = |other: u32| {
        let pairs = rows.row(row).iter().zip(rows.row(other));
        pairs.map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum::<f64>().sqrt() as f32
    };
    let others = (0..rows.len() as u32).filter(|other| *other != row);
    let mut all: Vec<(u32, f32)> = others.map(|other| (other, distance(other))).collect();
    all.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    all.truncate(k);
    all
}

fn are_exact(rows: Rows<'_>, k: usize) {
    let found = Neighbours::exact(rows, k, &NoProgress).unwrap();
    assert_eq!((found.len(), found.k()), (rows.len(), k.min(rows.len().saturating_sub(1))));
    for row in 0..rows.len() as u32 {
        assert_eq!(found.of_row(row).collect::<Vec<_>>(), slow_neighbours(rows, row, k), "row {row}");
    }
    assert_eq!(found.of_row(rows.len() as u32).count(), 0);
}

#[test]
fn neighbours_are_those_of_all_pairs() {
    are_exact(Rows::new(24, &blobs(400, 24, 5, 1)).unwrap(), 15);
    // Small whole numbers: many equal distances, which go by index.
    let mut rng = Rng::new(3);
    let grid: Vec<f32> = (0..600).map(|_| rng.below(5) as f32).collect();
    are_exact(Rows::new(3, &grid).unwrap(), 12);
    // Far from the origin, where squares lose what tells rows apart.
    let far: Vec<f32> = blobs(200, 6, 3, 4).iter().map(|v| v + 4096.0).collect();
    are_exact(Rows::new(6, &far).unwrap(), 10);
    // All alike, huge, tiny, fewer than asked for, none.
    are_exact(Rows::new(2, &[0.7; 300]).unwrap(), 20);
    are_exact(Rows::new(1, &[1.5e38, -1.5e38, 1e38, 0.5e38]).unwrap(), 2);
    are_exact(Rows::new(1, &[3e-30, -3e-30, 1e-30, 2e-30]).unwrap(), 2);
    for values in [&[][..], &[1.0, 2.0], &[1.0, 2.0, 3.0, 4.0]] {
        are_exact(Rows::new(2, values).unwrap(), 15);
    }
    assert_eq!(Neighbours::exact(Rows::new(1, &[1.0, 2.0]).unwrap(), 0, &NoProgress).unwrap().k(), 0);
}

#[test]
fn neighbours_do_not_depend_on_threads_and_can_be_cancelled() {
    let values = blobs(1500, 16, 7, 2);
    let rows = Rows::new(16, &values).unwrap();
    let one = on_threads(1, || Neighbours::exact(rows, 10, &NoProgress).unwrap());
    assert_eq!(one, on_threads(3, || Neighbours::exact(rows, 10, &NoProgress).unwrap()));
    assert_eq!(Neighbours::exact(rows, 10, &Impatient::new(3)).unwrap_err(), Cancelled);
    let patient = Impatient::new(usize::MAX);
    assert!(Neighbours::of(rows, 10, 1, &patient).is_ok() && patient.checks.load(Ordering::Relaxed) > 0);
}
