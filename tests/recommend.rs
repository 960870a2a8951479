//! Recommendations: each rule fires on a built case with numbers computed by hand and stays silent on a clean one; the
//! stated gain is what a second evaluation of repaired data gives.

use std::sync::Arc;

use evalens::analysis::recommend::{Beside, Importance, recommend};
use evalens::analysis::{Filter, Gain, Recommendation, Rules};
use evalens::metrics::{Cell, Counts, DetectionSettings, Evaluation, Outcome, OutcomeKind, Sections};
use evalens::model::dataset::{DatasetBuilder, NewTruth};
use evalens::model::predictions::PredictionsBuilder;
use evalens::model::{BBox, ClassId, ClassTable, Dataset, Image, ImageId, NoProgress};

/// A detection on its way.
#[derive(Clone, Copy)]
struct Found {
    image: usize,
    class: u32,
    bbox: BBox,
    score: f64,
}

/// A set built object by object. Every object has a place of its own, far from all others, 40 × 40 pixels (medium).
#[derive(Clone)]
struct World {
    builder: DatasetBuilder,
    found: Vec<Found>,
    places: usize,
    split_sizes: Vec<(String, usize)>,
}

const IMAGES: usize = 60;
const SIDE: f64 = 2000.0;

impl World {
    fn new(classes: &[&str]) -> Self {
        Self::of_images(classes, IMAGES)
    }

    fn of_images(classes: &[&str], images: usize) -> Self {
        let image = |i: usize| Image {
            source_id: i as i64,
            name: format!("{i}.jpg"),
            width: SIDE as u32,
            height: SIDE as u32,
            ..Image::default()
        };
        let builder = DatasetBuilder {
            classes: ClassTable::from_names(classes.iter().copied()),
            splits: vec!["test".to_owned()],
            images: (0..images).map(image).collect(),
            ..DatasetBuilder::default()
        };
        Self { builder, found: Vec::new(), places: 0, split_sizes: Vec::new() }
    }

    /// A free place: image and box.
    fn place(&mut self) -> (usize, BBox) {
        let images = self.builder.images.len();
        let (image, slot) = (self.places % images, self.places / images);
        self.places += 1;
        let (column, row) = (slot % 15, slot / 15);
        (image, BBox::new(100.0 + column as f64 * 120.0, 100.0 + row as f64 * 120.0, 40.0, 40.0))
    }

    fn truth_at(&mut self, image: usize, class: u32, bbox: BBox) {
        self.builder.truths.push(NewTruth { image, class: ClassId(class), bbox, area: bbox.area(), ignored: false });
    }

    fn see(&mut self, image: usize, class: u32, bbox: BBox, score: f64) {
        self.found.push(Found { image, class, bbox, score });
    }

    /// `n` objects of `truth`, each detected as `predicted` with `score`.
    fn objects(&mut self, n: usize, truth: u32, predicted: u32, score: f64) {
        for _ in 0..n {
            let (image, bbox) = self.place();
            self.truth_at(image, truth, bbox);
            self.see(image, predicted, bbox, score);
        }
    }

    /// `n` objects without a detection.
    fn missed(&mut self, n: usize, class: u32) {
        for _ in 0..n {
            let (image, bbox) = self.place();
            self.truth_at(image, class, bbox);
        }
    }

    /// `n` detections of nothing.
    fn ghosts(&mut self, n: usize, class: u32, score: f64) {
        for _ in 0..n {
            let (image, bbox) = self.place();
            self.see(image, class, bbox, score);
        }
    }

    fn evaluate(&self) -> Evaluation {
        let mut dataset: Dataset = self.builder.clone().build();
        dataset.split_sizes.clone_from(&self.split_sizes);
        let mut predictions = PredictionsBuilder::default();
        for f in &self.found {
            predictions.push(ImageId::from_index(f.image), ClassId(f.class), f.bbox, f.score);
        }
        let predictions =
            predictions.build(evalens::model::predictions::ModelIdentity::default(), dataset.images.len());
        let sections = Sections { coco: false, tide: false, timeline: true };
        Evaluation::of_objects(
            Arc::new(dataset),
            Arc::new(predictions),
            DetectionSettings::default(),
            sections,
            &NoProgress,
        )
        .unwrap()
    }

    fn all(&self, threshold: f64, rules: &Rules) -> Vec<Recommendation> {
        at(&self.evaluate(), threshold, rules)
    }

    fn only(&self, threshold: f64, kind: &str) -> Vec<Recommendation> {
        self.all(threshold, &Rules::default()).into_iter().filter(|r| r.kind == kind).collect()
    }
}

fn at(evaluation: &Evaluation, threshold: f64, rules: &Rules) -> Vec<Recommendation> {
    let matched = evaluation.matched.as_ref().unwrap();
    recommend(evaluation, matched, &matched.timeline.counter_at(threshold), threshold, rules, &Beside::default())
}

fn counts(evaluation: &Evaluation, threshold: f64) -> Counts {
    evaluation.matched.as_ref().unwrap().timeline.counter_at(threshold).totals()
}

fn one(mut cards: Vec<Recommendation>) -> Recommendation {
    assert_eq!(cards.len(), 1, "{cards:#?}");
    cards.remove(0)
}

fn evidence(card: &Recommendation, name: &str) -> f64 {
    card.evidence.iter().find(|(n, _)| *n == name).unwrap_or_else(|| panic!("no {name} in {card:#?}")).1
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-12, "{a} is not {b}");
}

/// Outcomes that a filter means at a threshold.
fn items(evaluation: &Evaluation, threshold: f64, filter: &Filter) -> Vec<Outcome> {
    let timeline = &evaluation.matched.as_ref().unwrap().timeline;
    timeline.members(timeline.cut(threshold), |cell| filter.wants(cell))
}

/// 20 objects, 11 found at 0.9. Of the 9 missed: 3 are 20 × 20 (400 < 1024: small), 1 is 120 × 120 (14,400 > 9216:
/// large) and at the left edge, 2 lie on each other by half (crowded), 2 have a detection at 0.1.
/// F1 = 2·11 / (11 + 20) = 22/31; with the 9 found 2·20 / 40 = 1.
#[test]
fn missed_detections_are_split_by_what_they_have_in_common() {
    let mut world = World::new(&["cell"]);
    world.objects(11, 0, 0, 0.9);
    for _ in 0..3 {
        let (image, b) = world.place();
        world.truth_at(image, 0, BBox::new(b.x, b.y, 20.0, 20.0));
    }
    let (image, _) = world.place();
    world.truth_at(image, 0, BBox::new(1.0, 700.0, 120.0, 120.0));
    let (image, b) = world.place();
    world.truth_at(image, 0, b);
    world.truth_at(image, 0, BBox::new(b.x + 20.0, b.y, 40.0, 40.0));
    world.objects(2, 0, 0, 0.1);
    world.missed(1, 0);

    let card = one(world.only(0.5, "missed_detections"));
    assert_eq!(card.title, "cell: 9 of 20 missed");
    assert_eq!(
        card.sentence,
        "cell has a recall of 0.550 at confidence ≥ 0.500; of the missed, 3 are small, 5 medium-sized and 1 large; \
         2 crowded by another object, 1 at the edge of the image and 2 found below the threshold"
    );
    let numbers = [
        ("missed", 9.0),
        ("support", 20.0),
        ("recall", 0.55),
        ("missed_small", 3.0),
        ("small", 3.0),
        ("missed_medium", 5.0),
        ("medium", 16.0),
        ("missed_large", 1.0),
        ("missed_crowded", 2.0),
        ("missed_at_edge", 1.0),
        ("missed_found_below_threshold", 2.0),
    ];
    for (name, value) in numbers {
        close(evidence(&card, name), value);
    }
    let gain = card.gain.unwrap();
    close(gain.from, 22.0 / 31.0);
    close(gain.to, 1.0);
    assert_eq!((card.importance, card.classes.as_slice()), (Importance::High, &[ClassId(0)][..]));
    assert_eq!(items(&world.evaluate(), 0.5, &card.filter).len(), 9);
    assert!(card.rule.contains("0.800") && card.rule.contains("at least 5"), "{}", card.rule);
}

/// 4 missed are too few (recall 0.5); 7 of 40 missed leave a recall of 0.825.
#[test]
fn a_class_that_is_found_well_enough_is_left_alone() {
    let mut few = World::new(&["cell"]);
    few.objects(4, 0, 0, 0.9);
    few.missed(4, 0);
    assert!(few.only(0.5, "missed_detections").is_empty());
    let mut enough = World::new(&["cell"]);
    enough.objects(33, 0, 0, 0.9);
    enough.missed(7, 0);
    assert!(enough.only(0.5, "missed_detections").is_empty());
}

/// 10 right, 6 ghosts: precision 10/16 = 0.625 < 0.65, 6 ≥ 5 in a set of 60 images (fewer than 500). One of the ghosts
/// repeats a found object, one shares a third with one (overlap 20·40 / (2·1600 − 800) = 1/3).
/// F1 = 20 / (16 + 10) = 10/13; without the 6: 20/20 = 1.
#[test]
fn false_positives_of_a_small_set() {
    let mut world = World::new(&["cell"]);
    world.objects(9, 0, 0, 0.9);
    world.ghosts(4, 0, 0.8);
    let (image, b) = world.place();
    world.truth_at(image, 0, b);
    world.see(image, 0, b, 0.9);
    world.see(image, 0, b, 0.7);
    world.see(image, 0, BBox::new(b.x + 20.0, b.y, 40.0, 40.0), 0.6);
    let card = one(world.only(0.5, "false_positives"));
    assert_eq!(card.title, "cell: 6 false positives");
    assert_eq!(
        card.sentence,
        "Of 16 predictions of cell at confidence ≥ 0.500, 6 found no object: precision 0.625; 1 repeats a cell that is \
         already found, 1 lies beside one without enough overlap and 4 lie where there is none"
    );
    for (name, value) in [("on_found_object", 1.0), ("badly_placed", 1.0), ("on_background", 4.0), ("precision", 0.625)]
    {
        close(evidence(&card, name), value);
    }
    let gain = card.gain.unwrap();
    close(gain.from, 10.0 / 13.0);
    close(gain.to, 1.0);
    assert_eq!(card.filter, Filter::Segment { class: Some(ClassId(0)), kind: OutcomeKind::FalsePositive });

    // The same in a large set: 30 kept and 30 false positives are needed.
    let large = Rules { small_set_images: 60, ..Rules::default() };
    assert!(!world.all(0.5, &large).iter().any(|r| r.kind == "false_positives"));
    world.ghosts(23, 0, 0.8);
    assert!(!world.all(0.5, &large).iter().any(|r| r.kind == "false_positives"), "29 of 39");
    world.ghosts(1, 0, 0.8);
    assert!(world.all(0.5, &large).iter().any(|r| r.kind == "false_positives"), "30 of 40");
}

/// 13 right, 7 ghosts: precision 0.65 is not below 0.65.
#[test]
fn a_class_that_is_precise_enough_is_left_alone() {
    let mut world = World::new(&["cell"]);
    world.objects(13, 0, 0, 0.9);
    world.ghosts(7, 0, 0.8);
    assert!(world.only(0.5, "false_positives").is_empty());
}

/// 40 cats of which 8 (20 %) are taken for dogs, 60 dogs of which 1 is taken for a cat (1 < 5): one way.
/// F1 = 2·91 / 200; with the 8 right 2·99 / 200.
#[test]
fn confusion_one_way() {
    let mut world = World::new(&["cat", "dog"]);
    world.objects(32, 0, 0, 0.9);
    world.objects(8, 0, 1, 0.9);
    world.objects(59, 1, 1, 0.9);
    world.objects(1, 1, 0, 0.9);
    let card = one(world.only(0.5, "confused_classes"));
    assert_eq!(card.title, "cat taken for dog");
    assert_eq!(
        card.sentence,
        "8 of 40 cat (20 %) are taken for dog, only 1 the other way round: one way only points to missing examples of cat"
    );
    assert_eq!(card.filter, Filter::Cell(Cell::new(Some(ClassId(0)), Some(ClassId(1)))));
    close(evidence(&card, "share"), 0.2);
    close(evidence(&card, "reverse_count"), 1.0);
    let gain = card.gain.unwrap();
    close(gain.from, 0.91);
    close(gain.to, 0.99);
}

/// 8 of 40 cats and 6 of 60 dogs (10 %): both ways, 14 to win.
#[test]
fn confusion_both_ways_is_one_card() {
    let mut world = World::new(&["cat", "dog"]);
    world.objects(32, 0, 0, 0.9);
    world.objects(8, 0, 1, 0.9);
    world.objects(54, 1, 1, 0.9);
    world.objects(6, 1, 0, 0.9);
    let card = one(world.only(0.5, "confused_classes"));
    assert_eq!(card.title, "cat and dog are confused with each other");
    assert!(card.sentence.contains("unclear labels"), "{}", card.sentence);
    assert_eq!(items(&world.evaluate(), 0.5, &card.filter).len(), 14);
    close(card.gain.unwrap().to, 1.0);
}

/// 5 of 101 is below 5 %; 4 of 40 is below 5 objects.
#[test]
fn rare_confusion_is_left_alone() {
    let mut world = World::new(&["cat", "dog", "hen"]);
    world.objects(96, 0, 0, 0.9);
    world.objects(5, 0, 1, 0.9);
    world.objects(36, 1, 1, 0.9);
    world.objects(4, 1, 2, 0.9);
    world.objects(40, 2, 2, 0.9);
    assert!(world.only(0.5, "confused_classes").is_empty());
}

/// Counts 200, 120, 24, 4 and a declared class without any: median (24 + 120) / 2 = 72, a quarter of it 18, so the limit
/// is max(30, 0.05·√348 = 0.93) = 30.
#[test]
fn classes_with_few_objects_share_a_card() {
    let mut world = World::new(&["a", "b", "c", "d", "absent"]);
    for (class, n) in [(0, 200), (1, 120), (2, 24), (3, 4)] {
        world.objects(n, class, class, 0.9);
    }
    let card = one(world.only(0.5, "needs_more_data"));
    assert_eq!(card.title, "2 classes have few objects");
    assert_eq!(card.sentence, "Below 30 objects the numbers of a class are loose: d 4 and c 24");
    assert_eq!(card.classes, [ClassId(2), ClassId(3)]);
    assert_eq!((card.importance, card.gain), (Importance::Medium, None));
    close(evidence(&card, "median"), 72.0);
    assert_eq!(items(&world.evaluate(), 0.5, &card.filter).len(), 28);
}

/// Counts 400, 400, 400 and 90: 90 is below a quarter of the median (100).
#[test]
fn a_class_much_smaller_than_the_others_needs_data() {
    let mut world = World::new(&["a", "b", "c", "d"]);
    for (class, n) in [(0, 400), (1, 400), (2, 400), (3, 90)] {
        world.objects(n, class, class, 0.9);
    }
    let card = one(world.only(0.5, "needs_more_data"));
    assert_eq!(card.title, "d: only 90 objects");
    assert_eq!(card.importance, Importance::Low);
    close(evidence(&card, "limit"), 100.0);
}

/// Of 49 images; 40 right, 10 ghosts, 10 missed: J = 40/60; Wilson at 95 % of 40/60 (z² = 3.841458820694124):
/// centre (2/3 + 3.8414588/120) / (1 + 3.8414588/60) = 0.69867882 / 1.06402431 = 0.65663804,
/// half 1.95996398 / 1.06402431 · √(2/9/60 + 3.8414588/14400) = 1.84203027 · √0.00397047 = 0.11607004,
/// so J in 0.54056800 … 0.77270808 and F1 = 2J/(1+J) in 0.70177752 … 0.87178258.
#[test]
fn a_small_set_says_how_wide_its_interval_is() {
    let mut world = World::of_images(&["cell"], 49);
    world.objects(40, 0, 0, 0.9);
    world.ghosts(10, 0, 0.9);
    world.missed(10, 0);
    let card = one(world.only(0.5, "small_evaluation_set"));
    assert_eq!(card.title, "Only 49 images in the evaluation set");
    assert!((evidence(&card, "f1_low") - 0.701_777).abs() < 1e-5, "{card:?}");
    assert!((evidence(&card, "f1_high") - 0.871_782).abs() < 1e-5, "{card:?}");
    assert!(card.sentence.contains("0.702–0.872, 0.170 wide"), "{}", card.sentence);
    assert_eq!(card.filter, Filter::All);
}

/// 60 test images of 1,260 are 4.8 % < 5 %; of 1,200 they are 5 %.
#[test]
fn a_test_split_can_be_a_small_share() {
    let mut world = World::new(&["cell"]);
    world.objects(60, 0, 0, 0.9);
    assert!(world.only(0.5, "small_evaluation_set").is_empty(), "sizes unknown");
    world.split_sizes = vec![("test".to_owned(), 60), ("train".to_owned(), 1140)];
    assert!(world.only(0.5, "small_evaluation_set").is_empty());
    world.split_sizes = vec![("test".to_owned(), 60), ("train".to_owned(), 1200)];
    let card = one(world.only(0.5, "small_evaluation_set"));
    assert_eq!(card.title, "The test split is only 60 of 1,260 images");
    close(evidence(&card, "share_of_dataset"), 60.0 / 1260.0);
}

/// 30 right at 0.9, 10 right at 0.6, 20 ghosts at 0.3. At 0.25: F1 = 80 / (60 + 40) = 0.8; best at 0.6: 80 / 80 = 1.
/// At 0.8: F1 = 60 / 70.
#[test]
fn a_threshold_away_from_the_optimum() {
    let mut world = World::new(&["cell"]);
    world.objects(30, 0, 0, 0.9);
    world.objects(10, 0, 0, 0.6);
    world.ghosts(20, 0, 0.3);
    let low = one(world.only(0.25, "threshold_off"));
    assert_eq!(low.title, "Raise the confidence threshold to 0.600");
    assert_eq!(
        low.sentence,
        "F1 is 0.800 at 0.250 and 1.000 at 0.600, the best of all thresholds: 20 wrong detections and 0 correct ones \
         fall away"
    );
    assert_eq!(low.threshold, Some(0.6));
    let gain = low.gain.unwrap();
    close(gain.from, 0.8);
    close(gain.to, 1.0);
    let Filter::Images { images, .. } = &low.filter else { panic!("{:?}", low.filter) };
    assert_eq!(images.len(), 20, "the images of the ghosts");
    let high = one(world.only(0.8, "threshold_off"));
    assert_eq!(high.title, "Lower the confidence threshold to 0.600");
    assert!(high.sentence.ends_with("0 wrong detections and 10 correct ones are added"), "{}", high.sentence);
    close(high.gain.unwrap().from, 60.0 / 70.0);
    assert!(world.only(0.6, "threshold_off").is_empty());
    assert!(world.only(0.5, "threshold_off").is_empty(), "between the scores nothing changes");
}

/// `a`: 100 right at 0.7, 60 ghosts at 0.5. `b`: 12 right at 0.4. The pooled best is 0.7 (200 / 212 against 224 / 284 at
/// 0.4); b's own best is 0.4, where its F1 is 1 instead of 0 and all together 2·112 / 224 = 1.
#[test]
fn a_class_with_an_optimum_of_its_own() {
    let mut world = World::new(&["a", "b"]);
    world.objects(100, 0, 0, 0.7);
    world.ghosts(60, 0, 0.5);
    world.objects(12, 1, 1, 0.4);
    let card = one(world.only(0.7, "threshold_off"));
    assert_eq!(card.title, "b works best at 0.400");
    assert_eq!((card.threshold, card.classes.as_slice()), (None, &[ClassId(1)][..]));
    close(evidence(&card, "class_f1"), 0.0);
    close(evidence(&card, "class_f1_at_own"), 1.0);
    let gain = card.gain.unwrap();
    close(gain.from, 200.0 / 212.0);
    close(gain.to, 1.0);
    assert_eq!(items(&world.evaluate(), 0.7, &card.filter).len(), 12);
    let strict = Rules { own_optimum_distance: 0.31, ..Rules::default() };
    assert!(!world.all(0.7, &strict).iter().any(|r| r.kind == "threshold_off"));
}

#[test]
fn a_perfect_detector_hears_nothing() {
    let mut world = World::new(&["cat", "dog"]);
    world.objects(60, 0, 0, 0.9);
    world.objects(60, 1, 1, 0.8);
    assert!(world.all(0.5, &Rules::default()).is_empty());
}

#[test]
fn without_truths_or_predictions_nothing_is_said_without_evidence() {
    let mut ghosts = World::new(&["cell"]);
    ghosts.ghosts(50, 0, 0.9);
    assert!(ghosts.all(0.5, &Rules::default()).is_empty());
    let mut blind = World::new(&["cell"]);
    blind.missed(60, 0);
    let cards = blind.all(0.0, &Rules::default());
    assert_eq!(cards.iter().map(|c| c.kind).collect::<Vec<_>>(), ["missed_detections"]);
}

#[test]
fn cards_stand_by_gain_then_importance() {
    let cards = noisy(3).all(0.3, &Rules::default());
    assert!(cards.len() > 4, "{cards:#?}");
    let key = |c: &Recommendation| (c.gain.map_or(0.0, Gain::difference), c.importance);
    for pair in cards.windows(2) {
        let ((a, x), (b, y)) = (key(&pair[0]), key(&pair[1]));
        assert!(a > b || (a == b && x <= y), "{pair:#?}");
    }
}

/// A crowded set full of every kind of error, the same for the same seed.
fn noisy(seed: u64) -> World {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move |n: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % n
    };
    let mut world = World::of_images(&["a", "b", "c", "d"], 55);
    for _ in 0..900 {
        let image = next(55) as usize;
        let class = next(10).min(3) as u32;
        let bbox = BBox::new(next(300) as f64, next(300) as f64, 20.0 + next(80) as f64, 20.0 + next(80) as f64);
        world.truth_at(image, class, bbox);
        let predicted = if next(6) == 0 { next(4) as u32 } else { class };
        if next(4) > 0 {
            let shift = next(20) as f64;
            let moved = BBox::new(bbox.x + shift, bbox.y, bbox.w, bbox.h);
            world.see(image, predicted, moved, next(50) as f64 / 50.0);
        }
        if next(3) == 0 {
            let ghost = BBox::new(next(300) as f64, next(300) as f64, 30.0, 30.0);
            world.see(image, next(4) as u32, ghost, next(30) as f64 / 50.0);
        }
    }
    world
}

/// F1 of the world with the error of a card repaired in the data, matched from scratch.
fn repaired(world: &World, evaluation: &Evaluation, threshold: f64, card: &Recommendation) -> Option<f64> {
    let dataset = &evaluation.dataset;
    let mut found: Vec<Found> = (0..evaluation.predictions.len())
        .map(|i| Found {
            image: evaluation.predictions.image[i].index(),
            class: evaluation.predictions.class[i].0,
            bbox: evaluation.predictions.bbox[i],
            score: evaluation.predictions.score[i],
        })
        .filter(|f| f.score >= threshold)
        .collect();
    let members = items(evaluation, threshold, &card.filter);
    // Ids of detections are positions in the list above only while nothing below the threshold is dropped before them.
    let position = |id: usize| (0..id).filter(|&i| evaluation.predictions.score[i] >= threshold).count();
    match card.kind {
        "missed_detections" => {
            for truth in members.iter().map(|o| o.truth().unwrap().index()) {
                let (image, class) = (dataset.truths.image[truth].index(), dataset.truths.class[truth].0);
                found.push(Found { image, class, bbox: dataset.truths.bbox[truth], score: 1.0 });
            }
        }
        "false_positives" => {
            let wrong: Vec<usize> = members.iter().map(|o| position(o.pred().unwrap().index())).collect();
            let mut at = 0..;
            found.retain(|_| !wrong.contains(&at.next().unwrap()));
        }
        "confused_classes" => {
            for outcome in &members {
                let class = dataset.truths.class[outcome.truth().unwrap().index()].0;
                found[position(outcome.pred().unwrap().index())].class = class;
            }
        }
        "threshold_off" => {
            let own = |f: &Found| match card.threshold {
                Some(best) => f.score >= best,
                None if card.classes == [ClassId(f.class)] => f.score >= evidence(card, "own_threshold"),
                None => f.score >= threshold,
            };
            found = world.found.iter().copied().filter(own).collect();
        }
        _ => return None,
    }
    let world = World { found, ..world.clone() };
    counts(&world.evaluate(), f64::NEG_INFINITY).f1()
}

#[test]
fn the_stated_gain_is_what_repaired_data_give() {
    let rules = Rules { missed_recall: 1.0, false_positive_precision: 1.0, confused_share: 0.0, ..Rules::default() };
    let mut checked = std::collections::BTreeMap::new();
    for seed in 1..=6 {
        let world = noisy(seed);
        let evaluation = world.evaluate();
        for threshold in [0.1, 0.3, 0.62] {
            for card in at(&evaluation, threshold, &rules) {
                let (Some(gain), Some(f1)) = (card.gain, repaired(&world, &evaluation, threshold, &card)) else {
                    continue;
                };
                assert!((gain.to - f1).abs() < 1e-12, "seed {seed} at {threshold}: {f1} by repair, {card:#?}");
                *checked.entry(card.kind).or_insert(0) += 1;
            }
        }
    }
    assert!(checked.len() == 4 && checked.values().all(|&n| n >= 30), "{checked:?}");
}

#[test]
fn many_detections_are_judged_at_once() {
    let mut world = World::of_images(&["a", "b", "c"], 2000);
    for _ in 0..2000 {
        world.objects(3, 0, 0, 0.9);
        world.ghosts(12, 1, 0.4);
        world.missed(1, 1);
    }
    let evaluation = world.evaluate();
    let matched = evaluation.matched.as_ref().unwrap();
    let counter = matched.timeline.counter_at(0.3);
    let started = std::time::Instant::now();
    let cards = recommend(&evaluation, matched, &counter, 0.3, &Rules::default(), &Beside::default());
    assert!(!cards.is_empty());
    // 30,000 detections in the test profile; 500,000 take less than 300 ms in a release build.
    assert!(started.elapsed().as_millis() < 1000, "{:?}", started.elapsed());
}
