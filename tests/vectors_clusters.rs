//! Clusters of rows against scikit-learn, what is said about them, and the odd cases: no rows, one, equal ones.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use evalens::analysis::clusters::{ClusterRow, Items, Tally, table};
use evalens::model::rng::Rng;
use evalens::model::{Cancelled, NoProgress, Progress};
use evalens::vectors::Rows;
use evalens::vectors::clusters::{ClusterError, Clustering, Method, suggested_eps};
use evalens::vectors::descriptors::{self, PictureError};
use evalens::vectors::hdbscan::{self, Choice, HdbscanError, Settings};
use evalens::vectors::neighbourhood::{Disagreement, Duplicates, Outliers, Weight, disagreements};
use evalens::vectors::neighbours::Neighbours;
use evalens::vectors::silhouette::{self, SilhouetteError};
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

// ---- clusters by any method

fn clustered(rows: Rows<'_>, method: &Method) -> Result<Clustering, ClusterError> {
    Clustering::of(rows, method, &NoProgress)
}

#[test]
fn clusters_are_numbered_by_size() {
    let of = |labels: &[i64]| labels.iter().map(|l| u32::try_from(*l).ok()).collect::<Vec<_>>();
    let found = Clustering::numbered(of(&[7, -1, 2, 2, 9, 9, 9, 7, 4]));
    assert_eq!(found.labels, of(&[1, -1, 2, 2, 0, 0, 0, 1, 3]));
    assert_eq!((found.count, found.sizes(), found.noise_share()), (4, vec![3, 2, 2, 1], Some(1.0 / 9.0)));
    let none = Clustering::numbered(Vec::new());
    assert_eq!((none.count, none.noise_share()), (0, None));
    // Centres of rows 0, 2 | 5 | noise 9.
    let three = Clustering::numbered(of(&[0, 0, 1, -1]));
    let distances = three.centre_distances(Rows::new(1, &[0.0, 2.0, 5.0, 9.0]).unwrap());
    assert_eq!(distances, [Some(1.0), Some(1.0), Some(0.0), None]);
    assert_eq!(three.centre_distances(Rows::new(1, &[0.0]).unwrap()), [None; 4]);
}

#[test]
fn dbscan_is_that_of_scikit_learn() {
    for set in Set::all() {
        for run in set.expected["dbscan"].as_array().unwrap() {
            let (eps, min_points) = (run["eps"].as_f64().unwrap(), run["min_points"].as_u64().unwrap() as usize);
            let found = clustered(set.rows(), &Method::Dbscan { eps, min_points }).unwrap();
            let expected = Clustering::numbered(labels(&run["labels"]));
            assert_eq!(found, expected, "{}, {eps}, {min_points}", set.name);
        }
    }
}

/// scikit-learn counts rows at exactly eps as within reach.
#[test]
fn rows_at_the_edge_are_within_reach() {
    for dimensions in [1, 20] {
        let mut values = vec![0.0; 4 * dimensions];
        for (row, value) in [0.0, 0.5, 1.0, 1.75].into_iter().enumerate() {
            values[row * dimensions] = value;
        }
        let rows = Rows::new(dimensions, &values).unwrap();
        let found = clustered(rows, &Method::Dbscan { eps: 0.5, min_points: 3 }).unwrap();
        assert_eq!(found.labels, [Some(0), Some(0), Some(0), None]);
    }
}

#[test]
fn k_means_is_as_good_as_that_of_scikit_learn() {
    for set in Set::all() {
        for run in set.expected["k-means"].as_array().unwrap() {
            let clusters = run["clusters"].as_u64().unwrap() as usize;
            let method = Method::KMeans { clusters, seed: 3 };
            let found = in_a_pool(1, || clustered(set.rows(), &method).unwrap());
            assert_eq!(found, in_a_pool(3, || clustered(set.rows(), &method).unwrap()));
            assert_eq!((found.count as usize, found.noise_share()), (clusters, Some(0.0)));
            // The sum of squares about the means; scikit-learn's is the best of ten beginnings.
            let inertia: f64 = found.centre_distances(set.rows()).iter().flatten().map(|d| d * d).sum();
            let expected = run["inertia"].as_f64().unwrap();
            assert!(inertia >= expected * 0.9 && inertia <= expected * 1.05, "{}: {inertia} {expected}", set.name);
        }
    }
}

#[test]
fn clusters_of_odd_rows() {
    let reach = Method::Dbscan { eps: 0.1, min_points: 2 };
    let means = |clusters| Method::KMeans { clusters, seed: 0 };
    for dimensions in [2, 20] {
        let of = |count: usize, method: &Method| {
            let values = vec![2.0; count * dimensions];
            clustered(Rows::new(dimensions, &values).unwrap(), method)
        };
        assert_eq!(of(0, &reach).unwrap(), Clustering::numbered(Vec::new()));
        assert_eq!(of(1, &reach).unwrap().labels, [None]);
        assert_eq!(of(2, &reach).unwrap().labels, [Some(0); 2]);
        assert_eq!(of(600, &reach).unwrap().labels, [Some(0); 600]);
        assert_eq!(of(0, &means(1)), Err(ClusterError::Clusters { clusters: 1, rows: 0 }));
        assert_eq!(of(1, &means(1)).unwrap().labels, [Some(0)]);
        assert_eq!(of(2, &means(2)).unwrap().count, 1);
        assert_eq!(of(50, &means(3)).unwrap().labels, [Some(0); 50]);
        assert_eq!(of(3, &Method::Hdbscan(Settings::default())).unwrap().probabilities, Some(vec![0.0; 3]));
    }
}

#[test]
fn methods_that_make_no_sense_are_refused() {
    let rows = Rows::new(1, &[1.0, 2.0, 3.0]).unwrap();
    let refused = |method: &Method| clustered(rows, method).unwrap_err().to_string();
    assert_eq!(
        refused(&Method::KMeans { clusters: 4, seed: 0 }),
        "4 clusters were asked for; choose 1 to 3 for 3 rows."
    );
    assert!(refused(&Method::KMeans { clusters: 0, seed: 0 }).contains("choose 1 to 3"));
    for eps in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(refused(&Method::Dbscan { eps, min_points: 3 }).contains("above 0"));
    }
    assert!(refused(&Method::Dbscan { eps: 1.0, min_points: 1 }).contains("choose 2 or more"));
    assert!(refused(&Method::Hdbscan(Settings { min_cluster_size: 0, ..Settings::default() })).contains("2 or more"));
    let many = vec![0.0; (hdbscan::MOST_ROWS + 1) * 13];
    let error = clustered(Rows::new(13, &many).unwrap(), &Method::Dbscan { eps: 1.0, min_points: 2 }).unwrap_err();
    assert!(error.to_string().contains("layout in two dimensions"), "{error}");
    let method = Method::Hdbscan(Settings::default());
    assert_eq!(serde_json::from_str::<Method>(&serde_json::to_string(&method).unwrap()).unwrap(), method);
    let stopped = Clustering::of(rows, &Method::KMeans { clusters: 3, seed: 0 }, &Stops(AtomicUsize::new(0)));
    assert_eq!(stopped, Err(ClusterError::Cancelled(Cancelled)));
}

#[test]
fn k_means_of_many_rows_looks_at_some() {
    // Two groups of 26,000 rows.
    let mut values = drawn(52_000, 1, 100, 8);
    values.iter_mut().step_by(2).for_each(|value| *value += 1000.0);
    let found = clustered(Rows::new(1, &values).unwrap(), &Method::KMeans { clusters: 2, seed: 1 }).unwrap();
    assert_eq!((found.fitted_rows, found.sizes()), (Some(50_000), vec![26_000; 2]));
    assert!(found.labels.chunks(2).all(|pair| pair == [Some(0), Some(1)]));
}

fn neighbours(values: &[f32], dimensions: usize, k: usize) -> Neighbours {
    Neighbours::exact(Rows::new(dimensions, values).unwrap(), k, &NoProgress).unwrap()
}

#[test]
fn a_reach_suggests_itself() {
    // Twenty rows one apart and two far away: distances to the nearest are 1 twenty times, then 50 and 100; the line from
    // the first to the last is furthest above the curve at the last 1.
    let mut values: Vec<f32> = (0..20).map(|v| v as f32).collect();
    values.extend([69.0, 169.0]);
    assert_eq!(suggested_eps(&neighbours(&values, 1, 5), 2), Some(1.0));
    assert_eq!(suggested_eps(&neighbours(&[], 1, 5), 2), None);
    assert_eq!(suggested_eps(&neighbours(&[3.0], 1, 5), 2), None);
    assert_eq!(suggested_eps(&neighbours(&[3.0; 9], 1, 5), 4), None);
    assert_eq!(suggested_eps(&neighbours(&[3.0, 5.0], 1, 5), 40), Some(2.0));
}

// ---- silhouettes

#[test]
fn silhouettes_are_those_of_scikit_learn() {
    let mut compared = 0;
    for set in Set::all() {
        for run in set.expected["dbscan"].as_array().unwrap().iter().filter(|run| !run["silhouette"].is_null()) {
            let found = silhouette::silhouette(set.rows(), &labels(&run["labels"]), &NoProgress).unwrap();
            let expected = &run["silhouette"];
            assert!(close(found.mean, expected["mean"].as_f64().unwrap()), "{}", set.name);
            let clusters = numbers(&expected["clusters"]);
            assert_eq!(found.clusters.len(), clusters.len());
            assert!(found.clusters.iter().zip(clusters).all(|(a, b)| close(a.unwrap(), b)), "{}", set.name);
            assert_eq!(found.rows, found.of);
            compared += 1;
        }
    }
    assert!(compared > 8);
}

#[test]
fn silhouettes_of_odd_rows() {
    let of = |values: &[f32], labels: &[Option<u32>]| {
        silhouette::silhouette(Rows::new(1, values).unwrap(), labels, &NoProgress)
    };
    assert_eq!(of(&[], &[]), Err(SilhouetteError::FewClusters { clusters: 0 }));
    assert_eq!(of(&[1.0, 2.0], &[Some(0), None]), Err(SilhouetteError::FewClusters { clusters: 1 }));
    assert_eq!(of(&[1.0, 2.0], &[Some(0), Some(1)]), Err(SilhouetteError::SingleRows));
    assert_eq!(of(&[1.0], &[]), Err(SilhouetteError::Labels { labels: 0, rows: 1 }));
    // All on one spot: 0 by scikit-learn's rule for 0/0. A single row counts as 0; a label without rows has no silhouette.
    let alike = of(&[4.0; 4], &[Some(0), Some(0), Some(2), None]).unwrap();
    assert_eq!((alike.mean, alike.clusters, alike.of), (0.0, vec![Some(0.0), None, Some(0.0)], 3));
    // Two spots far apart, more rows than are looked at.
    let values: Vec<f32> = (0..11_000).map(|row| (row % 2) as f32 * 7.0).collect();
    let labels: Vec<Option<u32>> = (0..11_000).map(|row| Some(row % 2)).collect();
    let many = of(&values, &labels).unwrap();
    assert_eq!((many.mean, many.rows, many.of), (1.0, silhouette::MOST_ROWS, 11_000));
}

// ---- neighbourhoods

#[test]
fn outliers_lie_far_from_their_nearest() {
    // Mean distances to the two nearest of 0 | 1 | 2 | 10: 1.5, 1, 1.5, 8.5; their median is 1.5.
    let found = Outliers::of(&neighbours(&[0.0, 1.0, 2.0, 10.0], 1, 3), 2);
    assert_eq!(found.distances, [Some(1.5), Some(1.0), Some(1.5), Some(8.5)]);
    assert_eq!((found.median, found.order.as_slice()), (Some(1.5), &[3, 0, 2, 1][..]));
    assert_eq!((found.ratio(3), found.ratio(9)), (Some(8.5 / 1.5), None));
    let alone = Outliers::of(&neighbours(&[5.0], 1, 3), 2);
    assert_eq!((alone.distances.as_slice(), alone.median, alone.ratio(0)), (&[None][..], None, None));
    let alike = Outliers::of(&neighbours(&[5.0; 6], 1, 3), 2);
    assert_eq!((alike.median, alike.ratio(0)), (Some(0.0), None));
}

#[test]
fn labels_that_neighbours_do_not_share() {
    // Rows 0, 1, 3 | 7 of labels a, b, b, none.
    let near = neighbours(&[0.0, 1.0, 3.0, 7.0], 1, 3);
    let labels = [Some(0), Some(1), Some(1), None];
    let equal = disagreements(&near, &labels, 3, Weight::Equal);
    let of = |share, most| Some(Disagreement { share, most });
    assert_eq!(equal, [of(1.0, 1), of(0.5, 0), of(0.5, 0), None]);
    // Of row 1: weights 1/1 for a and 1/2 for b; of row 2: 1/2 for b and 1/3 for a.
    let by_distance = disagreements(&near, &labels, 3, Weight::Distance);
    assert_eq!(by_distance, [of(1.0, 1), of(1.0 / 1.5, 0), of((1.0 / 3.0) / (1.0 / 2.0 + 1.0 / 3.0), 1), None]);
    // A row on the same spot decides alone.
    let alike = neighbours(&[0.0, 0.0, 1.0], 1, 2);
    let weighted = disagreements(&alike, &[Some(0), Some(1), Some(0)], 2, Weight::Distance);
    assert_eq!(weighted, [of(1.0, 1), of(1.0, 0), of(0.5, 0)]);
    assert_eq!(disagreements(&neighbours(&[1.0], 1, 2), &[Some(0)], 2, Weight::Equal), [None]);
    assert_eq!(disagreements(&near, &[], 3, Weight::Equal), [None; 4]);
}

#[test]
fn near_duplicates_are_grouped() {
    // Nearest distances: 0 | 0 | 1 | 1 | 1 | 0.1 | 0.1 | 1; their median is 0.55, the threshold 0.0715. With the row at 20.05
    // instead, the pair 20 | 20.05 is near.
    let values = [0.0, 0.0, 10.0, 11.0, 12.0, 20.0, 20.05, 13.0];
    let found = Duplicates::among(&neighbours(&values, 1, 10), Some(&[0, 1, 0, 0, 0, 0, 0, 0]));
    let median = (f64::from(20.05_f32 - 20.0) + 1.0) / 2.0;
    assert!(close(found.threshold.unwrap(), 0.13 * median));
    let rows: Vec<&[u32]> = found.groups.iter().map(|group| group.rows.as_slice()).collect();
    assert_eq!((found.pairs, rows), (2, vec![&[0, 1][..], &[5, 6]]));
    assert_eq!(found.groups.iter().map(|g| (g.exact, g.across)).collect::<Vec<_>>(), [(true, true), (false, false)]);
    // Rows that are all alike have a threshold of 0 and are found all the same.
    let alike = Duplicates::among(&neighbours(&[1.0; 40], 1, 10), None);
    assert_eq!((alike.threshold, alike.groups.len(), alike.groups[0].rows.len()), (Some(0.0), 1, 40));
    assert!(alike.groups[0].exact && !alike.groups[0].across);
    let none = Duplicates::among(&neighbours(&[], 1, 10), None);
    assert_eq!((none.threshold, none.pairs, none.groups.len()), (None, 0, 0));
    assert_eq!(Duplicates::among(&neighbours(&[1.0, 2.0], 1, 10), None).groups, []);
}

// ---- descriptors

#[test]
fn pictures_are_described_by_what_they_look_like() {
    let red = [255_u8, 0, 0];
    let one = descriptors::picture(1, 1, &red).unwrap();
    assert_eq!(one.len(), descriptors::PICTURE);
    // Level 3 of red, 0 of the others: bin 3·16; no gradient; the thumbnail is red.
    let (colours, rest) = one.split_at(64);
    let (gradients, thumbnail) = rest.split_at(128);
    assert!(colours.iter().enumerate().all(|(bin, share)| *share == if bin == 48 { 1.0 } else { 0.0 }));
    assert!(gradients.iter().all(|share| *share == 0.0));
    assert!(thumbnail.chunks(3).all(|pixel| pixel == [1.0, 0.0, 0.0]));
    assert_eq!(descriptors::picture(100, 37, &red.repeat(3700)).unwrap(), one);

    // Left half black, right half white: half of the pixels each; gradients across (direction 0) in the two middle columns
    // of cells, where the edge runs; thumbnail 0 and 1.
    let halves: Vec<u8> = (0..128 * 96).flat_map(|at| if at % 128 < 64 { [0; 3] } else { [255; 3] }).collect();
    let described = descriptors::picture(128, 96, &halves).unwrap();
    assert_eq!((described[0], described[63]), (0.5, 0.5));
    for (at, share) in described[64..192].iter().enumerate() {
        let (cell, direction) = (at / 8, at % 8);
        assert_eq!(*share > 0.0, direction == 0 && matches!(cell % 4, 1 | 2), "{cell} {direction}");
    }
    assert!((described[64..192].iter().sum::<f32>() - 1.0).abs() < 1e-6);
    assert!(described[192..].chunks(24).all(|line| line[..12] == [0.0; 12] && line[12..] == [1.0; 12]));
}

#[test]
fn pictures_that_are_none_are_refused() {
    assert_eq!(descriptors::picture(0, 5, &[]), Err(PictureError::Empty { width: 0, height: 5 }));
    assert_eq!(descriptors::picture(2, 1, &[0; 5]), Err(PictureError::Bytes { width: 2, height: 1, bytes: 5 }));
    assert!(descriptors::picture(usize::MAX, 9, &[0; 5]).unwrap_err().to_string().contains("three bytes a pixel"));
}

fn described(texts: &[&str]) -> Vec<Vec<f32>> {
    let all = descriptors::texts(texts, &NoProgress).unwrap();
    all.chunks(descriptors::TEXT).map(<[f32]>::to_vec).collect()
}

#[test]
fn texts_are_described_by_their_words() {
    let found = described(&["The card was lost.", "the CARD was lost!", "", "?!", "Exchange rates today", "lost card"]);
    assert_eq!(found.len(), 6);
    assert_eq!(found[0], found[1]);
    assert!(found[2..4].iter().flatten().all(|v| *v == 0.0));
    let product = |a: usize, b: usize| found[a].iter().zip(&found[b]).map(|(a, b)| a * b).sum::<f32>();
    for text in [0, 4, 5] {
        assert!((product(text, text) - 1.0).abs() < 1e-6);
    }
    assert!(product(0, 5) > 0.2 && product(0, 4).abs() < 0.2);
    assert_eq!(described(&[]), Vec::<Vec<f32>>::new());
}

/// One word `n` times, another once, in two texts: (1 + ln n)·idf with idf = ln(3/3) + 1 and ln(3/2) + 1.
#[test]
fn words_count_by_tf_idf() {
    let found = described(&["a", "b"]);
    let single: Vec<usize> = found.iter().map(|text| text.iter().position(|v| *v != 0.0).unwrap()).collect();
    assert!(found.iter().all(|text| text.iter().filter(|v| **v != 0.0).count() == 1));
    // "a-a": the pair a a is a term of its own.
    let found = described(&["a a a b", "a"]);
    let (a, b) = (found[0][single[0]].abs(), found[0][single[1]].abs());
    let expected = (1.0 + 3.0_f32.ln()) / (1.0 + 1.5_f32.ln());
    assert!((a / b - expected).abs() < 1e-5, "{a} {b}");
}

#[test]
fn long_texts_are_described() {
    let long = "words upon words, ".repeat(300_000);
    let found = described(&[&long, "short"]);
    assert!((found[0].iter().map(|v| v * v).sum::<f32>() - 1.0).abs() < 1e-5);
    let one = in_a_pool(1, || described(&[&long[..90_000], "b"]));
    assert_eq!(one, in_a_pool(3, || described(&[&long[..90_000], "b"])));
}

// ---- the table of clusters

fn tally(correct: u32, kept: u32, truths: u32) -> Tally {
    Tally { correct, kept, truths }
}

#[test]
fn the_table_sums_up_each_cluster() {
    // F1: 1, 0, none | 2/3 | noise 2·1/(1 + 3).
    let tallies = [tally(2, 2, 2), tally(0, 1, 0), tally(0, 0, 0), tally(1, 2, 1), tally(1, 1, 3)];
    let labels = [Some(0), Some(0), Some(0), Some(1), None];
    let distances = [Some(3.0), Some(1.0), None, Some(0.0), None];
    let items = Items { labels: &labels, tallies: &tallies, splits: &[0, 0, 1, 1, 0], centre_distances: &distances };
    let rows = table(&items);
    assert_eq!(rows.iter().map(|row| row.cluster).collect::<Vec<_>>(), [Some(0), Some(1), None]);
    let first = &rows[0];
    let f1 = first.f1.unwrap();
    assert_eq!((f1.items, f1.mean, f1.std, f1.min, f1.max), (2, 0.5, 0.5, 0.0, 1.0));
    assert_eq!((first.size, first.share), (3, 0.6));
    assert_eq!((first.precision, first.recall), (Some(2.0 / 3.0), Some(1.0)));
    assert_eq!((first.splits.as_slice(), first.samples.as_slice()), (&[2, 1][..], &[1, 0, 2][..]));
    assert_eq!(rows[2].f1.unwrap().mean, 0.5);
    let nothing = Items { labels: &[Some(4)], tallies: &[], splits: &[], centre_distances: &[] };
    let rows = table(&nothing);
    let only = &rows[0];
    assert_eq!((rows.len(), only.cluster, only.size), (1, Some(4), 1));
    assert_eq!((only.f1, only.precision, only.recall, only.weak), (None, None, None, None));
    assert_eq!(table(&Items { labels: &[], ..nothing }), []);
}

fn weak_of(groups: &[(usize, &[Tally])]) -> Vec<ClusterRow> {
    let tallies: Vec<Tally> = groups.iter().flat_map(|(n, kinds)| (0..*n).map(|at| kinds[at % kinds.len()])).collect();
    let labels: Vec<Option<u32>> =
        (0..).zip(groups).flat_map(|(label, (n, _))| std::iter::repeat_n(Some(label), *n)).collect();
    table(&Items { labels: &labels, tallies: &tallies, splits: &[], centre_distances: &[] })
}

#[test]
fn weak_clusters_are_found() {
    let (right, wrong) = (tally(1, 1, 1), tally(0, 1, 1));
    let half = [right, wrong];
    let nearly = [right, right, right, right, right, wrong];
    // 40 items all right, 30 half right, 30 five in six right, 6 all wrong: too few.
    let rows = weak_of(&[(40, &[right]), (30, &half), (30, &nearly), (6, &[wrong])]);
    assert_eq!(rows.iter().map(|row| row.weak.is_some()).collect::<Vec<_>>(), [false, true, false, false]);
    let weak = rows[1].weak.unwrap();
    assert!(close(weak.others, 65.0 / 76.0) && weak.p < 0.001, "{weak:?}");
    assert_eq!(rows[1].samples, [40, 41, 42, 43, 44, 45, 46, 47]);
    // One cluster alone, and clusters that are all the same.
    assert!(weak_of(&[(50, &[wrong])])[0].weak.is_none());
    assert!(weak_of(&[(50, &half), (50, &half)]).iter().all(|row| row.weak.is_none()));
}

/// The recorded labels of the shared embeddings: HDBSCAN with clusters of at least 10 on the exact principal components in
/// two dimensions (scikit-learn 1.9.1), adjusted Rand index at least 0.99. Edges of equal length have no order of their own.
#[test]
fn shared_embeddings_fall_into_the_recorded_clusters() {
    let sets = [
        ("banking77 minilm", "banking77/embeddings/test.minilm-l6.npy"),
        ("cifar10 pca64", "cifar10-sample/embeddings/efflite0-pca64.f32.npy"),
        ("cifar10 1280", "cifar10-sample/embeddings/efflite0-1280.f16.npy"),
    ];
    let data = std::env::var_os("EVALENS_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), std::path::PathBuf::from);
    let reference = data.join("../reference/vectors.json");
    let Ok(text) = std::fs::read_to_string(&reference) else {
        eprintln!("skipped: {} is not there", reference.display());
        return;
    };
    let recorded: Vec<Value> = serde_json::from_str(&text).unwrap();
    for (name, file) in sets {
        let set = recorded.iter().find(|set| set["name"] == name).unwrap();
        let (embedding, _) = evalens::formats::embeddings::read(&data.join(file), None, &NoProgress).unwrap();
        let rows = Rows::of(&embedding).unwrap();
        let layout = evalens::vectors::pca::Pca::of(rows, 2, &NoProgress).unwrap().layout(rows);
        let flat: Vec<f32> = layout.points.into_iter().flatten().collect();
        let settings = Settings { min_cluster_size: 10, ..Settings::default() };
        let found = hdbscan::cluster(Rows::new(2, &flat).unwrap(), &settings, &NoProgress).unwrap();
        let expected: Vec<i64> =
            serde_json::from_value(set["hdbscan_on_pca2_min_cluster_10"]["labels"].clone()).unwrap();
        let ours: Vec<i64> = found.labels.iter().map(|label| label.map_or(-1, i64::from)).collect();
        let index = adjusted_rand(&ours, &expected);
        assert!(index >= 0.99, "{name}: {index}, {} clusters", found.count);
    }
}

/// Hubert and Arabie 1985, from the counts of pairs.
fn adjusted_rand(a: &[i64], b: &[i64]) -> f64 {
    let pairs = |n: f64| n * (n - 1.0) / 2.0;
    let counts = |keys: Vec<(i64, i64)>| {
        let mut counts = std::collections::HashMap::<(i64, i64), f64>::new();
        keys.into_iter().for_each(|key| *counts.entry(key).or_default() += 1.0);
        counts.into_values().map(pairs).sum::<f64>()
    };
    let both = counts(a.iter().copied().zip(b.iter().copied()).collect());
    let (of_a, of_b) = (counts(a.iter().map(|x| (*x, 0)).collect()), counts(b.iter().map(|x| (*x, 0)).collect()));
    let expected = of_a * of_b / pairs(a.len() as f64);
    (both - expected) / ((of_a + of_b) / 2.0 - expected)
}
