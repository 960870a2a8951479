//! Neighbours, projections and their quality: against scikit-learn, at the edges, on any number of threads.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use evalens::formats::embeddings;
use evalens::model::rng::Rng;
use evalens::model::{Cancelled, NoProgress, Progress};
use evalens::vectors::Rows;
use evalens::vectors::layout::Layout;
use evalens::vectors::neighbours::Neighbours;
use evalens::vectors::pca::Pca;
use evalens::vectors::quality::trustworthiness;
use evalens::vectors::scaling::Metric;
use evalens::vectors::tsne::{TsneParams, tsne};
use evalens::vectors::umap::{UmapParams, umap};
use serde_json::Value;

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
        pairs.map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum::<f64>().sqrt()
    };
    let others = (0..rows.len() as u32).filter(|other| *other != row);
    let mut all: Vec<(u32, f64)> = others.map(|other| (other, distance(other))).collect();
    all.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    all.truncate(k);
    all.into_iter().map(|(other, distance)| (other, distance as f32)).collect()
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

/// Nearly all of the true neighbours, with their true distances, whatever the number of threads.
#[test]
fn approximate_neighbours_are_nearly_all_true() {
    let values = blobs(3000, 40, 9, 6);
    let rows = Rows::new(40, &values).unwrap();
    let exact = Neighbours::exact(rows, 10, &NoProgress).unwrap();
    let found = on_threads(1, || Neighbours::approximate(rows, 10, 5, &NoProgress).unwrap());
    assert_eq!(found, on_threads(3, || Neighbours::approximate(rows, 10, 5, &NoProgress).unwrap()));
    let mut hits = 0;
    for row in 0..3000 {
        let true_ones: Vec<(u32, f32)> = exact.of_row(row).collect();
        let near: Vec<(u32, f32)> = found.of_row(row).collect();
        assert!(near.is_sorted_by(|a, b| (a.1, a.0) < (b.1, b.0)) && near.iter().all(|n| n.0 != row));
        hits += near.iter().filter(|n| true_ones.contains(n)).count();
    }
    assert!(hits >= 28_500, "{hits} of 30000");
    assert_eq!(Neighbours::approximate(rows, 10, 5, &Impatient::new(4)).unwrap_err(), Cancelled);
    // All alike: distances of 0, ten different rows each, never the row itself.
    let alike = Neighbours::approximate(Rows::new(1, &[0.3; 1500]).unwrap(), 10, 5, &NoProgress).unwrap();
    for row in 0..1500 {
        let mut near: Vec<u32> = alike.indices(row).to_vec();
        near.sort_unstable();
        near.dedup();
        assert!(near.len() == 10 && !near.contains(&row) && alike.distances(row) == [0.0; 10]);
    }
}

// ---- values of scikit-learn

/// Numbers of a list, of a list of lists one after the other.
fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().map_or_else(|| vec![value.as_f64().unwrap()], |list| list.iter().flat_map(numbers).collect())
}

fn are_near(found: &[f64], expected: &Value, within: f64) {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(&expected) {
        assert!((f - e).abs() <= within * e.abs().max(1.0), "{f} instead of {e}");
    }
}

/// tests/data/vectors/small.json: scikit-learn 1.9.1, `PCA(3, svd_solver="full")` and `trustworthiness` of the first two
/// components as the map, of 60 × 7 and of 9 × 20 normal numbers.
#[test]
fn components_and_trustworthiness_are_scikit_learns() {
    let small: Value = serde_json::from_str(include_str!("data/vectors/small.json")).unwrap();
    for case in small["cases"].as_array().unwrap() {
        let dimensions = case["dimensions"].as_u64().unwrap() as usize;
        let values: Vec<f32> = numbers(&case["values"]).iter().map(|v| *v as f32).collect();
        let rows = Rows::new(dimensions, &values).unwrap();
        let pca = Pca::of(rows, 3, &NoProgress).unwrap();
        are_near(&pca.ratios().unwrap(), &case["ratios"], 1e-10);
        are_near(pca.variances(), &case["variances"], 1e-10);
        are_near(&pca.components().concat(), &case["components"], 1e-8);
        are_near(&pca.scores(rows), &case["scores"], 1e-8);
        let layout = pca.layout(rows);
        for (k, expected) in case["trustworthiness"].as_object().unwrap() {
            let found = trustworthiness(rows, &layout, k.parse().unwrap(), &NoProgress).unwrap();
            are_near(&[found.unwrap()], expected, 1e-12);
        }
    }
}

#[test]
fn rows_that_do_not_vary_or_are_few_have_components_too() {
    let pca = |dimensions: usize, values: &[f32]| {
        let rows = Rows::new(dimensions, values).unwrap();
        let found = Pca::of(rows, 2, &NoProgress).unwrap();
        assert!(found.layout(rows).points.iter().flatten().all(|v| v.is_finite()));
        assert_eq!(found.layout(rows).points.len(), rows.len());
        found
    };
    assert_eq!(pca(3, &[]).components().len(), 0);
    assert_eq!(pca(3, &[1.0, 2.0, 3.0]).ratios(), None);
    assert_eq!(pca(3, &[0.1; 300]).ratios(), None);
    assert_eq!(pca(1, &[1.0, 2.0, 3.0]).ratios().unwrap(), [1.0]);
    // Along (3, 4): its length, 1 minus the mean of 0, 5 and 10, and the sign of the larger loading.
    let line = pca(2, &[0.0, 0.0, -3.0, -4.0, -6.0, -8.0]);
    are_near(&line.components()[0], &serde_json::json!([0.6, 0.8]), 1e-12);
    are_near(&line.ratios().unwrap(), &serde_json::json!([1.0, 0.0]), 1e-12);
    are_near(line.variances(), &serde_json::json!([25.0, 0.0]), 1e-12);
    // The second column is constant.
    are_near(&pca(2, &[1.0, 7.0, 2.0, 7.0, 4.0, 7.0]).components()[0], &serde_json::json!([1.0, 0.0]), 1e-12);
    pca(2, &[3e38, -3e38, -3e38, 3e38, 1e38, 2e38]);
}

#[test]
fn components_do_not_depend_on_threads_and_can_be_cancelled() {
    let values = blobs(2500, 90, 7, 2);
    let rows = Rows::new(90, &values).unwrap();
    let one = on_threads(1, || Pca::of(rows, 5, &NoProgress).unwrap());
    assert_eq!(one, on_threads(3, || Pca::of(rows, 5, &NoProgress).unwrap()));
    assert_eq!(Pca::of(rows, 5, &Impatient::new(1)).unwrap_err(), Cancelled);
    let layout = one.layout(rows);
    let trust = |threads| on_threads(threads, || trustworthiness(rows, &layout, 15, &NoProgress).unwrap());
    assert_eq!(trust(1), trust(3));
    assert_eq!(trustworthiness(rows, &layout, 15, &Impatient::new(3)).unwrap_err(), Cancelled);
}

#[test]
fn trustworthiness_is_undefined_for_many_neighbours_or_other_rows() {
    let values = blobs(30, 4, 2, 1);
    let rows = Rows::new(4, &values).unwrap();
    let trust = |points: usize, k: usize| {
        let layout = Layout { points: (0..points).map(|at| [at as f32, 0.0]).collect() };
        trustworthiness(rows, &layout, k, &NoProgress).unwrap()
    };
    assert!(trust(30, 14).is_some_and(|t| (0.0..=1.0).contains(&t)));
    assert_eq!((trust(30, 15), trust(30, 0), trust(29, 3), trust(0, 3)), (None, None, None, None));
    // A map of the rows themselves.
    let plane = blobs(40, 2, 3, 1);
    let points = plane.chunks_exact(2).map(|p| [p[0], p[1]]).collect();
    let found = trustworthiness(Rows::new(2, &plane).unwrap(), &Layout { points }, 5, &NoProgress).unwrap();
    assert_eq!(found, Some(1.0));
}

// ---- maps

/// Both maps with few steps.
fn maps(rows: Rows<'_>, metric: Metric, progress: &dyn Progress) -> Result<[Layout; 2], Cancelled> {
    let umap_params = UmapParams { metric, epochs: Some(40), seed: 3, ..UmapParams::default() };
    let tsne_params = TsneParams { metric, early: 30, steps: 30, seed: 3, ..TsneParams::default() };
    Ok([
        umap(rows, &umap_params.check().unwrap(), progress, &mut |_| {})?,
        tsne(rows, &tsne_params.check().unwrap(), progress, &mut |_| {})?,
    ])
}

#[test]
fn maps_have_a_finite_point_for_every_row() {
    let nearly: Vec<f32> = (0..600).map(|at| if at == 7 { 1.0 } else { 0.5 }).collect();
    let few = blobs(40, 3, 2, 1);
    let column: Vec<f32> = (0..300).map(|at| if at % 3 == 1 { 7.0 } else { (at * at % 17) as f32 }).collect();
    let wide = [3e38, -3e38, -3e38, 3e38, 1e38, 2e38, 0.0, 1.0];
    let cases: [(usize, &[f32]); 11] = [
        (3, &[]),
        (2, &[1.0, 2.0]),
        (2, &[1.0, 2.0, 1.0, 2.0]),
        (2, &[1.0, 2.0, 3.0, 2.0]),
        (1, &[1.0, 2.0, 4.0]),
        (2, &[0.0; 100]),
        (3, &[0.7; 600]),
        (3, &nearly),
        (3, &few),
        (3, &column),
        (2, &wide),
    ];
    for (dimensions, values) in cases {
        let rows = Rows::new(dimensions, values).unwrap();
        for metric in [Metric::Euclidean, Metric::Cosine] {
            for map in maps(rows, metric, &NoProgress).unwrap() {
                assert_eq!(map.points.len(), rows.len());
                assert!(map.points.iter().flatten().all(|v| v.is_finite()), "{values:?}");
            }
        }
    }
}

#[test]
fn maps_depend_on_the_seed_and_not_on_threads() {
    let values = blobs(600, 12, 4, 5);
    let rows = Rows::new(12, &values).unwrap();
    let one = on_threads(1, || maps(rows, Metric::Euclidean, &NoProgress).unwrap());
    assert_eq!(one, on_threads(3, || maps(rows, Metric::Euclidean, &NoProgress).unwrap()));
    let params = UmapParams { epochs: Some(40), seed: 4, ..UmapParams::default() }.check().unwrap();
    assert_ne!(one[0], umap(rows, &params, &NoProgress, &mut |_| {}).unwrap());
}

#[test]
fn maps_show_how_far_they_are_and_can_be_cancelled() {
    let values = blobs(200, 6, 3, 5);
    let rows = Rows::new(6, &values).unwrap();
    let mut shown = Vec::new();
    let params = UmapParams { epochs: Some(100), ..UmapParams::default() }.check().unwrap();
    let last = umap(rows, &params, &Impatient::new(usize::MAX), &mut |points| shown.push(points.to_vec())).unwrap();
    assert_eq!((shown.len(), shown[0].len()), (50, 200));
    assert!(shown.iter().zip(&shown[1..]).all(|(a, b)| a != b) && shown[49] != last.points);
    let mut looks = 0;
    let params = TsneParams { early: 50, steps: 50, ..TsneParams::default() }.check().unwrap();
    tsne(rows, &params, &Impatient::new(usize::MAX), &mut |points| looks += points.len() / 200).unwrap();
    assert_eq!(looks, 50);
    for after in [0, 3, 25] {
        assert_eq!(maps(rows, Metric::Euclidean, &Impatient::new(after)).unwrap_err(), Cancelled);
        let params = TsneParams::default().check().unwrap();
        assert_eq!(tsne(rows, &params, &Impatient::new(after), &mut |_| {}).unwrap_err(), Cancelled);
    }
}

/// Rows of a cluster lie together: the nearest point of nearly every point is of its own cluster.
#[test]
fn maps_keep_clusters_together() {
    let values = blobs(300, 10, 5, 9);
    let rows = Rows::new(10, &values).unwrap();
    for metric in [Metric::Euclidean, Metric::Cosine] {
        let maps = [
            umap(rows, &UmapParams { metric, ..UmapParams::default() }.check().unwrap(), &NoProgress, &mut |_| {}),
            tsne(rows, &TsneParams { metric, ..TsneParams::default() }.check().unwrap(), &NoProgress, &mut |_| {}),
        ];
        for map in maps {
            let points = map.unwrap().points;
            let near = Neighbours::exact(Rows::new(2, points.as_flattened()).unwrap(), 1, &NoProgress).unwrap();
            let own = (0..300).filter(|&row| near.indices(row)[0] % 5 == row % 5).count();
            assert!(own >= 285, "{own} of 300");
        }
    }
}

// ---- real embeddings

/// The folder of real data, if it is there.
fn shared(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("EVALENS_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let found = root.join(folder);
    if found.is_dir() {
        return Some(found);
    }
    eprintln!("skipped: {} is not there", found.display());
    None
}

/// Numbers of a NumPy array of version 1 in single precision, and its columns.
fn array(path: &Path) -> (usize, Vec<f32>) {
    let bytes = std::fs::read(path).unwrap();
    let start = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = String::from_utf8_lossy(&bytes[10..start]);
    assert!(header.contains("'<f4'"), "{header}");
    let shape = header.split("'shape': (").nth(1).unwrap().split(')').next().unwrap();
    let columns = shape.split(',').nth(1).unwrap().trim().parse().unwrap();
    (columns, bytes[start..].chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
}

/// Shares of variance and trustworthiness (k = 15) by scikit-learn 1.9.1, of the numbers as they are.
#[test]
fn components_of_real_embeddings_are_scikit_learns() {
    let sets = [
        (
            "banking77",
            "test.minilm-l6.npy",
            [0.090_126_759_922_957_18, 0.064_695_709_931_178_22],
            0.795_751_805_167_899_3,
        ),
        (
            "cifar10-sample",
            "efflite0-pca64.f32.npy",
            [0.092_853_093_616_841_26, 0.062_312_247_474_379_29],
            0.733_104_605_936_540_5,
        ),
    ];
    for (set, file, ratios, trust) in sets {
        let Some(folder) = shared(set) else { continue };
        let (dimensions, values) = array(&folder.join("embeddings").join(file));
        let rows = Rows::new(dimensions, &values).unwrap();
        let pca = Pca::of(rows, 2, &NoProgress).unwrap();
        are_near(&pca.ratios().unwrap(), &serde_json::json!(ratios), 1e-9);
        let found = trustworthiness(rows, &pca.layout(rows), 15, &NoProgress).unwrap().unwrap();
        // Two questions of banking77 are alike: 30 of the ranks are shared by both, and scikit-learn puts such in any order. One
        // rank is 7e-9.
        assert!(
            (found - trust).abs() < if set == "banking77" { 3e-8 } else { 1e-9 },
            "{set}: {found} instead of {trust}"
        );
    }
}

/// Trustworthiness (k = 15) by umap-learn 0.5.12 and openTSNE 1.0.4 of the same rows, of which a map may lack 0.01.
#[test]
fn maps_of_real_embeddings_are_as_trustworthy_as_those_of_others() {
    let sets = [
        ("banking77", "test.minilm-l6.npy", 0.989_454_732, 0.990_228_218),
        ("cifar10-sample", "efflite0-pca64.f32.npy", 0.872_762_470, 0.892_460_798),
        ("cifar10-sample", "efflite0-1280.f16.npy", 0.783_228_523, 0.814_344_933),
    ];
    for (set, file, by_umap, by_tsne) in sets {
        let Some(folder) = shared(set) else { continue };
        let (embedding, _) = embeddings::read(&folder.join("embeddings").join(file), None, &NoProgress).unwrap();
        let rows = Rows::of(&embedding).unwrap();
        let judged = |map: &Layout| trustworthiness(rows, map, 15, &NoProgress).unwrap().unwrap();
        let trust = judged(&umap(rows, &UmapParams::default().check().unwrap(), &NoProgress, &mut |_| {}).unwrap());
        assert!(trust >= by_umap - 0.01, "{set}, {file}, UMAP: {trust}");
        let trust = judged(&tsne(rows, &TsneParams::default().check().unwrap(), &NoProgress, &mut |_| {}).unwrap());
        assert!(trust >= by_tsne - 0.01, "{set}, {file}, t-SNE: {trust}");
    }
}
