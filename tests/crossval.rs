//! Cross-validation of linear heads: folds, the objective and its minimum, recorded accuracies, threads, cancel.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use evalens::formats::embeddings;
use evalens::model::rng::Rng;
use evalens::model::{Cancelled, ClassId, ClassTable, ImageId, NoProgress, Progress};
use evalens::vectors::folds::{check, share_of, stratified};
use evalens::vectors::head::{Head, HeadError, Training};
use evalens::vectors::kfold::{CrossError, Labelled, SHARES, cross_validate, learning_curve, train_head};
use evalens::vectors::logistic::{FitError, Objective, Standard, outputs};
use evalens::vectors::params::{KFoldParams, Strength};
use evalens::vectors::{Rows, RowsError};
use proptest::prelude::*;

/// Rows around a centre per class, with their labels: `spread` is how far they scatter.
struct Blobs {
    dimensions: usize,
    values: Vec<f32>,
    labels: Vec<ClassId>,
    classes: ClassTable,
}

impl Blobs {
    fn new(classes: usize, per_class: usize, dimensions: usize, spread: f64, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        // The sum of four uniform numbers is near enough to normal.
        let mut normal = move || (0..4).map(|_| rng.below(1 << 30) as f64 / (1_u64 << 30) as f64 - 0.5).sum::<f64>();
        let centres: Vec<f64> = (0..classes * dimensions).map(|_| normal()).collect();
        let mut values = Vec::new();
        let mut labels = Vec::new();
        for item in 0..classes * per_class {
            let class = item % classes;
            labels.push(ClassId::from_index(class));
            let centre = &centres[class * dimensions..(class + 1) * dimensions];
            values.extend(centre.iter().map(|c| (c + spread * normal()) as f32));
        }
        let classes = ClassTable::from_names((0..classes).map(|c| format!("class {c}")));
        Self { dimensions, values, labels, classes }
    }

    fn labelled(&self) -> Labelled<'_> {
        let rows = Rows::new(self.dimensions, &self.values).unwrap();
        Labelled { rows, labels: &self.labels, classes: &self.classes, groups: None }
    }

    fn training(&self) -> Training<'_> {
        let Labelled { rows, labels, classes, .. } = self.labelled();
        Training { rows, labels, classes, tolerance: 1e-9, iterations: 5000 }
    }
}

fn ids(labels: &[u32]) -> Vec<ClassId> {
    labels.iter().map(|&l| ClassId(l)).collect()
}

// ---- folds

proptest! {
    /// Every item in one fold; of every class, and of all items, each fold has the same number within one.
    #[test]
    fn folds_are_even(labels in prop::collection::vec(0_u32..6, 2..300), folds in 2_usize..8, seed: u64) {
        let labels = ids(&labels);
        let fold_of = stratified(&labels, None, folds, seed);
        prop_assert_eq!(&fold_of, &stratified(&labels, None, folds, seed));
        prop_assert_eq!(fold_of.len(), labels.len());
        prop_assert!(fold_of.iter().all(|f| (*f as usize) < folds));
        let spread = |wanted: &dyn Fn(ClassId) -> bool| {
            let mut sizes = vec![0_usize; folds];
            fold_of.iter().zip(&labels).filter(|(_, l)| wanted(**l)).for_each(|(f, _)| sizes[*f as usize] += 1);
            sizes.iter().max().unwrap() - sizes.iter().min().unwrap()
        };
        prop_assert!(spread(&|_| true) <= 1);
        for class in 0..6 {
            prop_assert!(spread(&|l| l.0 == class) <= 1);
        }
    }

    /// Groups stay whole, and every item has a fold.
    #[test]
    fn groups_stay_whole(items in prop::collection::vec((0_u32..4, 0_u32..40), 40..300), folds in 2_usize..6, seed: u64) {
        let (labels, groups): (Vec<u32>, Vec<u32>) = items.into_iter().unzip();
        let labels = ids(&labels);
        let fold_of = stratified(&labels, Some(&groups), folds, seed);
        prop_assert_eq!(&fold_of, &stratified(&labels, Some(&groups), folds, seed));
        let mut seen = std::collections::HashMap::new();
        for (group, fold) in groups.iter().zip(&fold_of) {
            prop_assert!((*fold as usize) < folds);
            prop_assert_eq!(seen.entry(group).or_insert(fold), &fold);
        }
    }

    /// A share of every class, rounded up; a smaller share is a part of a larger.
    #[test]
    fn shares_are_nested(labels in prop::collection::vec(0_u32..5, 1..200), seed: u64) {
        let labels = ids(&labels);
        let items: Vec<u32> = (0..labels.len() as u32).collect();
        let mut smaller: Vec<u32> = Vec::new();
        for share in SHARES {
            let kept = share_of(&items, &labels, share, seed);
            prop_assert!(smaller.iter().all(|item| kept.contains(item)));
            for class in 0..5 {
                let of = |set: &[u32]| set.iter().filter(|&&i| labels[i as usize].0 == class).count();
                prop_assert_eq!(of(&kept), (of(&items) as f64 * share).ceil() as usize);
            }
            smaller = kept;
        }
        prop_assert_eq!(smaller, items);
    }
}

/// Equal groups of two classes are dealt evenly: 20 groups of 6 items (3 + 3) in 5 folds are 4 groups each.
#[test]
fn even_groups_make_even_folds() {
    let groups: Vec<u32> = (0..120).map(|i| i / 6).collect();
    let labels = ids(&(0..120).map(|i| i % 2).collect::<Vec<u32>>());
    let fold_of = stratified(&labels, Some(&groups), 5, 1);
    assert!((0..5).all(|f| fold_of.iter().filter(|&&g| g == f).count() == 24), "{fold_of:?}");
    let one_class_each: Vec<ClassId> = groups.iter().map(|g| ClassId(g % 2)).collect();
    let fold_of = stratified(&one_class_each, Some(&groups), 5, 1);
    for class in 0..2 {
        for fold in 0..5 {
            let of = fold_of.iter().zip(&one_class_each).filter(|(f, l)| **f == fold && l.0 == class).count();
            assert_eq!(of, 12);
        }
    }
}

#[test]
fn other_seeds_make_other_folds() {
    let labels = ids(&(0..100).map(|i| i % 3).collect::<Vec<u32>>());
    assert_ne!(stratified(&labels, None, 5, 1), stratified(&labels, None, 5, 2));
}

#[test]
fn requirements_are_named() {
    let classes = ClassTable::from_names(["many", "some", "few", "none"]);
    let of = |counts: [usize; 4]| -> Vec<ClassId> {
        (0..).zip(counts).flat_map(|(class, n)| std::iter::repeat_n(ClassId(class), n)).collect()
    };
    let found = check(&of([50, 20, 9, 0]), &classes, None, 5);
    assert_eq!(found.errors, ["1 class has fewer than 10 items: few (9). Add items, or leave these classes out."]);
    assert_eq!(found.warnings.len(), 2);
    assert!(found.warnings[0].starts_with("1 class has fewer than 50 items: some (20)."), "{found:?}");
    assert!(found.warnings[1].contains("never be predicted: none"), "{found:?}");
    let single = check(&of([50, 0, 0, 0]), &classes, None, 5);
    assert!(single.errors[0].contains("at least two classes; all items are of the class “many”"), "{single:?}");
    assert!(check(&[], &classes, None, 5).errors[0].contains("no item has a label"));
    let enough = check(&of([50, 50, 50, 50]), &classes, None, 5);
    assert!(enough.are_met() && enough.warnings.is_empty());
    let many_folds = check(&of([60, 12, 60, 60]), &classes, None, 15);
    assert!(
        many_folds.warnings.iter().any(|w| w.contains("fewer items than the 15 folds: some (12)")),
        "{many_folds:?}"
    );
    let labels = of([50, 50, 0, 0]);
    let groups: Vec<u32> = (0..100).map(|i| i / 50).collect();
    let grouped = check(&labels, &classes, Some(&groups), 3);
    assert!(grouped.errors[0].contains("2 groups for 3 folds"), "{grouped:?}");
    assert!(grouped.warnings.iter().any(|w| w.contains("in one group only")), "{grouped:?}");
}

// ---- the objective and its minimum

/// The gradient equals the slope between two near points, for two classes and for more.
#[test]
fn the_gradient_is_the_slope() {
    for classes in [2, 3, 5] {
        let blobs = Blobs::new(classes, 300, 4, 1.0, 11);
        let items: Vec<u32> = (0..blobs.labels.len() as u32).collect();
        let targets: Vec<u32> = blobs.labels.iter().map(|l| l.0).collect();
        let rows = blobs.labelled().rows;
        let standard = Standard::of(rows, &items);
        let objective = Objective::new(rows, &items, targets, classes, &standard, 3.0);
        assert_eq!(objective.len(), 5 * outputs(classes));
        let mut rng = Rng::new(2);
        let point: Vec<f64> = (0..objective.len()).map(|_| rng.below(2001) as f64 / 1000.0 - 1.0).collect();
        let mut gradient = vec![0.0; point.len()];
        objective.evaluate(&point, &mut gradient);
        let mut unused = vec![0.0; point.len()];
        for at in 0..point.len() {
            let mut value = |by: f64| {
                let mut near = point.clone();
                near[at] += by;
                objective.evaluate(&near, &mut unused)
            };
            let slope = (value(1e-5) - value(-1e-5)) / 2e-5;
            assert!((slope - gradient[at]).abs() < 1e-8, "{classes} classes, {at}: {slope} {}", gradient[at]);
        }
    }
}

#[derive(serde::Deserialize)]
struct Recorded {
    dimensions: usize,
    rows: Vec<f32>,
    labels: Vec<u32>,
    fits: Vec<RecordedFit>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
struct RecordedFit {
    #[serde(rename = "C")]
    c: f64,
    classes: Vec<u32>,
    mean: Vec<f64>,
    scale: Vec<f64>,
    coefficients: Vec<Vec<f64>>,
    intercepts: Vec<f64>,
    probabilities: Vec<Vec<f64>>,
}

fn recorded() -> Recorded {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/crossval/logistic.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn near(ours: &[f64], theirs: &[f64], within: f64, what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (a, b) in ours.iter().zip(theirs) {
        assert!((a - b).abs() <= within, "{what}: {a} and {b}");
    }
}

/// Weights, intercepts and probabilities of scikit-learn 1.9.1 (see tests/data/crossval/make.py).
#[test]
fn the_minimum_is_that_of_scikit_learn() {
    let recorded = recorded();
    let rows = Rows::new(recorded.dimensions, &recorded.rows).unwrap();
    let (labels, classes) = (ids(&recorded.labels), ClassTable::from_names(["a", "b", "c", "d"]));
    for fit in &recorded.fits {
        let items: Vec<u32> =
            (0..rows.len() as u32).filter(|&i| fit.classes.contains(&recorded.labels[i as usize])).collect();
        let training = Training { rows, labels: &labels, classes: &classes, tolerance: 1e-9, iterations: 1000 };
        let head = training.head(&items, 1.0 / fit.c, None, |_| Ok(())).unwrap();
        near(head.mean(), &fit.mean, 1e-9, "mean");
        near(head.scale(), &fit.scale, 1e-9, "scale");
        let (k, d) = (fit.coefficients.len(), recorded.dimensions);
        let theirs: Vec<f64> = (0..d * k).map(|at| fit.coefficients[at % k][at / k]).collect();
        near(head.weights(), &theirs, 1e-6, "weights");
        // Intercepts are not penalised: for more than two classes only their differences mean something.
        let centred =
            |v: &[f64]| v.iter().map(|b| b - if k > 1 { v.iter().sum::<f64>() / k as f64 } else { 0.0 }).collect();
        let (ours, theirs): (Vec<f64>, Vec<f64>) = (centred(head.intercept()), centred(&fit.intercepts));
        near(&ours, &theirs, 1e-6, "intercepts");
        let scores = head.predict(rows, &NoProgress).unwrap();
        for (item, theirs) in items.iter().zip(&fit.probabilities) {
            let ours: Vec<f64> =
                fit.classes.iter().map(|&c| scores.score(ImageId(*item), ClassId(c)).unwrap()).collect();
            near(&ours, theirs, 1e-7, "probabilities");
        }
        let elsewhere = (0..4).filter(|c| !fit.classes.contains(c));
        assert!(elsewhere.into_iter().all(|c| scores.score(ImageId(0), ClassId(c)) == Some(0.0)));
    }
}

/// The minimum does not depend on the way to it: linfa-logistic 0.8.1 minimises the same objective by another program.
#[test]
fn the_minimum_is_that_of_linfa() {
    use linfa::traits::Fit as _;
    let blobs = Blobs::new(3, 40, 5, 1.5, 3);
    let rows = blobs.labelled().rows;
    let items: Vec<u32> = (0..120).collect();
    let alpha = 2.0;
    let head = blobs.training().head(&items, alpha, None, |_| Ok(())).unwrap();
    let standard = Standard::of(rows, &items);
    let x = ndarray::Array2::from_shape_fn((120, 5), |(i, j)| {
        (f64::from(rows.row(i as u32)[j]) - standard.mean[j]) / standard.scale[j]
    });
    let y = ndarray::Array1::from_iter(blobs.labels.iter().map(|l| l.index()));
    let model = linfa_logistic::MultiLogisticRegression::default()
        .alpha(alpha)
        .max_iterations(2000)
        .gradient_tolerance(1e-7)
        .fit(&linfa::Dataset::new(x, y))
        .unwrap();
    let theirs: Vec<f64> = model.params().iter().copied().collect();
    near(head.weights(), &theirs, 1e-4, "weights");
}

#[test]
fn a_fit_may_begin_elsewhere() {
    let blobs = Blobs::new(4, 30, 6, 1.0, 5);
    let items: Vec<u32> = (0..120).collect();
    let training = blobs.training();
    let strong = training.head(&items, 10.0, None, |_| Ok(())).unwrap();
    let cold = training.head(&items, 1.0, None, |_| Ok(())).unwrap();
    let warm = training.head(&items, 1.0, Some(&strong), |_| Ok(())).unwrap();
    near(warm.weights(), cold.weights(), 1e-6, "weights");
}

// ---- fits that fail

/// Two steps are not enough for α = 1, but for 10, 100 or 1000: the penalty that was needed is said.
#[test]
fn a_fit_that_fails_is_tried_with_a_stronger_penalty() {
    let blobs = Blobs::new(3, 40, 5, 1.5, 3);
    let items: Vec<u32> = (0..120).collect();
    let short = Training { iterations: 8, tolerance: 1e-4, ..blobs.training() };
    let head = short.head(&items, 1.0, None, |_| Ok(())).unwrap();
    assert!(head.alpha() > head.asked_alpha() && head.asked_alpha() == 1.0, "{} steps", head.iterations());
    let hopeless = Training { iterations: 1, tolerance: 1e-12, ..blobs.training() };
    match hopeless.head(&items, 1.0, None, |_| Ok(())).unwrap_err() {
        error @ FitError::NoConvergence { alpha: 1000.0, iterations: 1, .. } => {
            assert!(error.to_string().contains("did not arrive within the steps allowed (1;"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_fit_of_one_class_or_of_nothing_says_so() {
    let blobs = Blobs::new(3, 10, 2, 1.0, 3);
    let only: Vec<u32> = (0..30).filter(|i| i % 3 == 1).collect();
    let error = blobs.training().head(&only, 1.0, None, |_| Ok(())).unwrap_err();
    assert_eq!(error, FitError::OneClass { class: "class 1".to_owned() });
    assert_eq!(blobs.training().head(&[], 1.0, None, |_| Ok(())).unwrap_err(), FitError::NoItems);
}

/// Two groups of one class each, two folds: each fold learns from one class only, and says so; there are no predictions.
#[test]
fn a_fold_that_cannot_be_fitted_says_why() {
    let blobs = Blobs::new(2, 20, 3, 1.0, 3);
    let groups: Vec<u32> = blobs.labels.iter().map(|l| l.0).collect();
    let data = Labelled { groups: Some(&groups), ..blobs.labelled() };
    let params = KFoldParams { folds: 2, ..KFoldParams::default() }.check(40).unwrap();
    let found = cross_validate(&data, &params, &NoProgress).unwrap();
    assert!(
        found.troubles()[0].starts_with("Fold 1 could not be fitted: all its training items are of the class “class ")
    );
    assert_eq!((found.troubles().len(), found.accuracy()), (2, None));
    assert!((0..40).all(|i| found.scores.is_absent(ImageId(i))));
}

#[test]
fn data_that_does_not_fit_is_refused() {
    let blobs = Blobs::new(3, 12, 2, 1.0, 3);
    let params = KFoldParams::default().check(36).unwrap();
    let of = |data: Labelled<'_>| cross_validate(&data, &params, &NoProgress).unwrap_err();
    let short = Labelled { labels: &blobs.labels[1..], ..blobs.labelled() };
    assert_eq!(of(short), CrossError::Mismatch { items: 36, labels: 35, groups: 36 });
    let two = ClassTable::from_names(["class 0", "class 1"]);
    assert!(matches!(of(Labelled { classes: &two, ..blobs.labelled() }), CrossError::Mismatch { labels: 24, .. }));
    let few = Blobs::new(3, 9, 2, 1.0, 3);
    let error = of(few.labelled());
    assert!(error.to_string().contains("fewer than 10 items: class 0 (9), class 1 (9), class 2 (9)"), "{error}");
    assert!(matches!(Rows::new(1, &[f32::INFINITY]), Err(RowsError::NotFinite { .. })));
}

// ---- cross-validation

#[test]
fn every_item_is_predicted_by_a_head_that_never_saw_it() {
    let blobs = Blobs::new(3, 30, 4, 1.0, 8);
    let params = KFoldParams { folds: 3, seed: 4, ..KFoldParams::default() }.check(90).unwrap();
    let found = cross_validate(&blobs.labelled(), &params, &NoProgress).unwrap();
    assert_eq!(found.fold_of, stratified(&blobs.labels, None, 3, 4));
    assert_eq!(found.folds.iter().map(|f| (f.items, f.trained_on)).collect::<Vec<_>>(), [(30, 60); 3]);
    for fold in 0..3_u32 {
        let rest: Vec<u32> = (0..90).filter(|i| found.fold_of[*i as usize] != fold).collect();
        let training = Training { tolerance: 1e-4, iterations: 2000, ..blobs.training() };
        let scores =
            training.head(&rest, 1.0, None, |_| Ok(())).unwrap().predict(blobs.labelled().rows, &NoProgress).unwrap();
        let mut right = 0;
        for item in (0..90).filter(|i| !rest.contains(i)) {
            let row = |s: &evalens::model::ClassScores| s.scored(ImageId(item)).map(|(_, p)| p).collect::<Vec<f64>>();
            near(&row(&found.scores), &row(&scores), 1e-12, "probabilities");
            assert!((row(&found.scores).iter().sum::<f64>() - 1.0).abs() < 1e-12);
            right += usize::from(scores.best(ImageId(item)).unwrap().0 == blobs.labels[item as usize]);
        }
        let fit = found.folds[fold as usize].outcome.as_ref().unwrap();
        assert_eq!(fit.accuracy, Some(right as f64 / 30.0));
        assert!(fit.iterations > 0 && fit.alpha == 1.0);
    }
    assert!(found.accuracy().unwrap().0 > 0.5);
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let blobs = Blobs::new(5, 300, 16, 1.5, 8);
    for strength in [Strength::Fixed(1.0), Strength::Chosen { alphas: vec![1.0, 100.0], folds: 2 }] {
        let params = KFoldParams { strength, ..KFoldParams::default() }.check(1500).unwrap();
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let found = cross_validate(&blobs.labelled(), &params, &NoProgress).unwrap();
                let head = train_head(&blobs.labelled(), &params, &NoProgress).unwrap();
                (found, serde_json::to_string(&head).unwrap())
            })
        };
        let one = on(1);
        assert!(one == on(2) && one == on(3));
    }
}

/// Of strengths between no penalty to speak of and one that leaves nothing, noisy data takes one in between.
#[test]
fn the_strength_is_chosen_inside_the_training_part() {
    let blobs = Blobs::new(2, 30, 40, 6.0, 9);
    let strength = Strength::Chosen { alphas: vec![1e-3, 30.0, 1e7], folds: 3 };
    let params = KFoldParams { strength, ..KFoldParams::default() }.check(60).unwrap();
    let found = cross_validate(&blobs.labelled(), &params, &NoProgress).unwrap();
    let chosen: Vec<f64> = found.folds.iter().map(|f| f.outcome.as_ref().unwrap().alpha).collect();
    assert!(chosen.iter().all(|a| *a > 1e-3), "{chosen:?}");
}

#[test]
fn a_learning_curve_rises() {
    let blobs = Blobs::new(4, 100, 20, 2.5, 9);
    let params = KFoldParams::default().check(400).unwrap();
    let curve = learning_curve(&blobs.labelled(), &params, &NoProgress).unwrap();
    let trained: Vec<f64> = curve.iter().map(|p| p.trained_on).collect();
    assert_eq!(trained, [32.0, 80.0, 160.0, 320.0]);
    let means: Vec<f64> = curve.iter().map(|p| p.accuracy().unwrap().0).collect();
    assert!(means[0] < means[3], "{means:?}");
    let whole = cross_validate(&blobs.labelled(), &params, &NoProgress).unwrap();
    assert_eq!(whole.accuracy(), curve[3].accuracy());
}

#[test]
fn a_head_classifies_other_embeddings_and_survives_being_written_down() {
    let blobs = Blobs::new(3, 30, 4, 1.0, 8);
    let params = KFoldParams::default().check(90).unwrap();
    let head = train_head(&blobs.labelled(), &params, &NoProgress).unwrap();
    let text = serde_json::to_string(&head).unwrap();
    let read: Head = serde_json::from_str(&text).unwrap();
    assert_eq!(read, head);
    let other: Vec<f32> = blobs.values[..20].to_vec();
    let scores = read.predict(Rows::new(4, &other).unwrap(), &NoProgress).unwrap();
    assert_eq!((scores.items(), scores.classes(), head.trained_on()), (5, 3, 90));
    let wrong = head.predict(Rows::new(5, &other).unwrap(), &NoProgress).unwrap_err();
    assert_eq!(wrong, HeadError::Dimensions { head: 4, rows: 5 });
    for (from, to) in [("\"learnt\":[0,1,2]", "\"learnt\":[0,1]"), ("\"learnt\":[0,1,2]", "\"learnt\":[0,1,7]")] {
        assert!(text.contains(from));
        let damaged = serde_json::from_str::<Head>(&text.replace(from, to)).unwrap_err();
        assert!(damaged.to_string().contains("The head is damaged"), "{damaged}");
    }
}

/// Says stop after a number of questions, and remembers what it was told.
struct Listener {
    asked: AtomicUsize,
    stop_after: usize,
    last: AtomicUsize,
    total: AtomicUsize,
    over: AtomicBool,
}

impl Listener {
    fn new(stop_after: usize) -> Self {
        let zero = || AtomicUsize::new(0);
        Self { asked: zero(), stop_after, last: zero(), total: zero(), over: AtomicBool::new(false) }
    }
}

impl Progress for Listener {
    fn check(&self) -> Result<(), Cancelled> {
        if self.asked.fetch_add(1, Ordering::Relaxed) < self.stop_after { Ok(()) } else { Err(Cancelled) }
    }
    fn progress(&self, done: usize, total: usize) {
        self.last.fetch_max(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        self.over.fetch_or(done > total, Ordering::Relaxed);
    }
    fn stage(&self, _name: &str) {}
}

#[test]
fn a_run_can_be_cancelled_inside_a_fit_and_tells_how_far_it_is() {
    let blobs = Blobs::new(5, 60, 16, 1.5, 8);
    let params = KFoldParams::default().check(300).unwrap();
    for stop_after in [0, 1, 7, 40] {
        let listener = Listener::new(stop_after);
        assert_eq!(cross_validate(&blobs.labelled(), &params, &listener), Err(CrossError::Cancelled(Cancelled)));
        assert!(listener.last.into_inner() < listener.total.into_inner());
        assert!(listener.asked.into_inner() < stop_after + 20, "it went on after it was told to stop");
    }
    assert!(matches!(learning_curve(&blobs.labelled(), &params, &Listener::new(9)), Err(CrossError::Cancelled(_))));
    assert!(matches!(train_head(&blobs.labelled(), &params, &Listener::new(9)), Err(CrossError::Cancelled(_))));
    let chosen = KFoldParams { strength: Strength::chosen(), ..KFoldParams::default() }.check(300).unwrap();
    for params in [params, chosen] {
        let listener = Listener::new(usize::MAX);
        cross_validate(&blobs.labelled(), &params, &listener).unwrap();
        assert_eq!((listener.last.into_inner(), listener.total.into_inner()), (5000, 5000));
        assert!(!listener.over.into_inner());
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

/// Accuracies recorded with scikit-learn 1.9.1 (five stratified folds, standardised, lbfgs): mean and deviation.
fn accuracy_is_near(vectors: &Path, ids: &Path, class: impl Fn(&str) -> String, c: f64, mean: f64, deviation: f64) {
    let (embedding, _) = embeddings::read(vectors, Some(ids), &NoProgress).unwrap();
    let names: Vec<String> = embedding.ids.iter().map(|id| class(id)).collect();
    let mut all = names.clone();
    all.sort();
    all.dedup();
    let labels: Vec<ClassId> = names.iter().map(|n| ClassId::from_index(all.binary_search(n).unwrap())).collect();
    let classes = ClassTable::from_names(all);
    let rows = Rows::of(&embedding).unwrap();
    let params = KFoldParams { strength: Strength::Fixed(1.0 / c), ..KFoldParams::default() };
    let data = Labelled { rows, labels: &labels, classes: &classes, groups: None };
    let start = std::time::Instant::now();
    let found = cross_validate(&data, &params.check(labels.len()).unwrap(), &NoProgress).unwrap();
    let (ours, ours_deviation) = found.accuracy().unwrap();
    let steps: Vec<usize> = found.folds.iter().map(|f| f.outcome.as_ref().unwrap().iterations).collect();
    eprintln!(
        "{} C={c}: {ours:.4} ± {ours_deviation:.4}, recorded {mean:.4} ± {deviation:.4}; steps {steps:?}; {:.2} s",
        vectors.file_name().unwrap().to_string_lossy(),
        start.elapsed().as_secs_f64()
    );
    assert!((ours - mean).abs() <= deviation, "{ours} against {mean} ± {deviation}");
    assert_eq!(found.troubles(), Vec::<String>::new());
}

#[test]
fn banking77_has_the_recorded_accuracy() {
    let Some(folder) = shared("banking77") else { return };
    let mut table = csv::Reader::from_path(folder.join("test.csv")).unwrap();
    let category: std::collections::HashMap<String, String> = table
        .records()
        .map(|record| record.unwrap())
        .map(|record| (record[0].to_owned(), record[2].to_owned()))
        .collect();
    let (vectors, ids) = (folder.join("embeddings/test.minilm-l6.npy"), folder.join("embeddings/test.ids.txt"));
    let class = |id: &str| category[id].clone();
    accuracy_is_near(&vectors, &ids, class, 1.0, 0.895_779_220_779_220_7, 0.007_360_898_732_957_568);
    accuracy_is_near(&vectors, &ids, class, 0.01, 0.894_480_519_480_519_5, 0.004_591_602_475_237_315);
}

#[test]
fn cifar10_has_the_recorded_accuracy() {
    let Some(folder) = shared("cifar10-sample/embeddings") else { return };
    let class = |id: &str| id.split('/').next().unwrap().to_owned();
    for (file, c, mean, deviation) in [
        ("efflite0-pca64.f32.npy", 1.0, 0.643, 0.037_894_590_642_992_866),
        ("efflite0-pca64.f32.npy", 0.01, 0.688, 0.031_559_467_676_118_99),
        ("efflite0-1280.f16.npy", 1.0, 0.685, 0.033_015_148_038_438_34),
        ("efflite0-1280.f16.npy", 0.01, 0.704, 0.040_298_883_359_219_76),
    ] {
        accuracy_is_near(&folder.join(file), &folder.join("ids.txt"), class, c, mean, deviation);
    }
}
