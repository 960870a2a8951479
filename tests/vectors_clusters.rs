//! Clusters of rows against scikit-learn, what is said about them, and the odd cases: no rows, one, equal ones.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use evalens::model::rng::Rng;
use evalens::model::{Cancelled, NoProgress, Progress};
use evalens::vectors::Rows;
use evalens::vectors::hdbscan::{self, Choice, HdbscanError, Settings};
use serde_json::Value;

/// A set of `tests/data/clusters/small.json`.
struct Set {
    name: String,
    dimensions: usize,
    values: Vec<f32>,
    expected: Value,
}

impl Set {
    fn all() -> Vec<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/clusters/small.json");
        let document: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let sets = document["sets"].as_object().unwrap().iter();
        sets.map(|(name, set)| Self {
            name: name.clone(),
            dimensions: set["dimensions"].as_u64().unwrap() as usize,
            values: numbers(&set["values"]).iter().map(|v| *v as f32).collect(),
            expected: set.clone(),
        })
        .collect()
    }

    fn rows(&self) -> Rows<'_> {
        Rows::new(self.dimensions, &self.values).unwrap()
    }
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// Labels of scikit-learn, −1 as `None`.
fn labels(list: &Value) -> Vec<Option<u32>> {
    list.as_array().unwrap().iter().map(|v| u32::try_from(v.as_i64().unwrap()).ok()).collect()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs().max(1.0)
}

// ---- HDBSCAN

fn settings(wanted: &Value) -> Settings {
    let number = |name: &str| wanted[name].as_u64().map(|n| n as usize);
    Settings {
        min_cluster_size: number("min_cluster_size").unwrap(),
        min_samples: number("min_samples"),
        epsilon: wanted["cluster_selection_epsilon"].as_f64().unwrap_or(0.0),
        max_cluster_size: number("max_cluster_size"),
        allow_single_cluster: wanted["allow_single_cluster"].as_bool().unwrap_or(false),
        choice: if wanted["cluster_selection_method"] == "leaf" { Choice::Leaf } else { Choice::ExcessOfMass },
    }
}

#[test]
fn hdbscan_is_that_of_scikit_learn() {
    for set in Set::all() {
        for run in set.expected["hdbscan"].as_array().unwrap() {
            let found = hdbscan::cluster(set.rows(), &settings(&run["settings"]), &NoProgress).unwrap();
            let what = format!("{}, {}", set.name, run["settings"]);
            assert_eq!(found.labels, labels(&run["labels"]), "{what}");
            assert_eq!(found.count, found.labels.iter().flatten().max().map_or(0, |l| l + 1), "{what}");
            if !run["probabilities"].is_null() {
                let expected = numbers(&run["probabilities"]);
                assert!(found.probabilities.iter().zip(expected).all(|(a, b)| close(*a, b)), "{what}");
            }
        }
    }
}

/// Rows of whole numbers below `steps`: with few steps many are alike and many equally far.
fn drawn(count: usize, dimensions: usize, steps: u64, seed: u64) -> Vec<f32> {
    let mut rng = Rng::new(seed);
    (0..count * dimensions).map(|_| rng.below(steps) as f32).collect()
}

fn in_a_pool<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn hdbscan_is_the_same_on_any_number_of_threads() {
    for (dimensions, steps) in [(2, 1 << 20), (2, 30), (40, 1 << 20)] {
        let values = drawn(1200, dimensions, steps, 5);
        let rows = Rows::new(dimensions, &values).unwrap();
        let settings = Settings { min_cluster_size: 4, ..Settings::default() };
        let run = |threads| in_a_pool(threads, || hdbscan::cluster(rows, &settings, &NoProgress).unwrap());
        assert_eq!(run(1), run(3));
    }
}

#[test]
fn hdbscan_of_odd_rows() {
    let of = |dimensions, values: &[f32], settings: &Settings| {
        hdbscan::cluster(Rows::new(dimensions, values).unwrap(), settings, &NoProgress).unwrap()
    };
    let small = Settings { min_cluster_size: 2, ..Settings::default() };
    for dimensions in [2, 20] {
        for count in 0..2 {
            let none = of(dimensions, &vec![1.0; count * dimensions], &small);
            assert_eq!((none.labels, none.probabilities, none.count), (vec![None; count], vec![0.0; count], 0));
        }
        // scikit-learn 1.9.1: two rows, and rows on one spot, are one group, which is a cluster where that is allowed.
        for count in [2, 50] {
            let alike = vec![3.0; count * dimensions];
            assert_eq!(of(dimensions, &alike, &small).labels, vec![None; count]);
            let single = of(dimensions, &alike, &Settings { allow_single_cluster: true, ..small.clone() });
            assert_eq!((single.labels, single.probabilities), (vec![Some(0); count], vec![1.0; count]));
        }
        // Fewer rows than make one dense.
        assert_eq!(of(dimensions, &vec![0.5; 9 * dimensions], &Settings::default()).labels, vec![None; 9]);
    }
}

#[test]
fn settings_of_hdbscan_that_make_no_sense_are_refused() {
    let usual = Settings::default;
    let refused = |settings: Settings| settings.check().unwrap_err().to_string();
    assert!(usual().check().is_ok());
    assert!(refused(Settings { min_cluster_size: 1, ..usual() }).contains("at least 1 rows; choose 2 or more"));
    assert!(refused(Settings { min_samples: Some(0), ..usual() }).contains("choose 1 or more"));
    assert!(refused(Settings { epsilon: -0.5, ..usual() }).contains("-0.5"));
    assert!(refused(Settings { epsilon: f64::NAN, ..usual() }).contains("must be a number"));
    assert!(refused(Settings { max_cluster_size: Some(0), ..usual() }).contains("no limit"));
    let many = vec![0.0; (hdbscan::MOST_ROWS + 1) * 13];
    let error = hdbscan::cluster(Rows::new(13, &many).unwrap(), &usual(), &NoProgress).unwrap_err();
    assert!(error.to_string().contains("layout in two dimensions"), "{error}");
    let text = serde_json::to_string(&usual()).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), usual());
}

/// Stops when asked for the third time.
struct Stops(AtomicUsize);

impl Progress for Stops {
    fn check(&self) -> Result<(), Cancelled> {
        if self.0.fetch_add(1, Ordering::Relaxed) < 2 { Ok(()) } else { Err(Cancelled) }
    }
    fn progress(&self, _done: usize, _total: usize) {}
    fn stage(&self, _name: &str) {}
}

#[test]
fn hdbscan_stops() {
    for dimensions in [2, 20] {
        let values = drawn(2000, dimensions, 1 << 20, 1);
        let rows = Rows::new(dimensions, &values).unwrap();
        let stopped = hdbscan::cluster(rows, &Settings::default(), &Stops(AtomicUsize::new(0)));
        assert_eq!(stopped, Err(HdbscanError::Cancelled(Cancelled)));
    }
}
