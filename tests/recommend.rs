//! Recommendations: each rule fires on a built case with numbers computed by hand and stays silent on a clean one; the
//! stated gain is what a second evaluation of repaired data gives.

mod common;

use common::world::{Found, World, at, close, counts, evidence, items, noisy, one};
use evalens::analysis::recommend::Importance;
use evalens::analysis::{Filter, Gain, Recommendation, Rules};
use evalens::metrics::{Cell, Evaluation, Outcome, OutcomeKind};
use evalens::model::{BBox, ClassId};

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
        "8 of 40 cat (20 %) are taken for dog, 1 of 60 dog (2 %) the other way round: one way only points to missing examples of cat"
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
    let evaluation = world.evaluate();
    let matched = evaluation.matched.as_ref().unwrap();
    // Every object has an image of its own here.
    assert_eq!(card.filter.images(&evaluation, matched, matched.timeline.cut(0.7)).len(), 12);
    let strict = Rules { own_optimum_distance: 0.31, ..Rules::default() };
    assert!(!world.all(0.7, &strict).iter().any(|r| r.kind == "threshold_off"));
}

/// `b`: 20 right at 0.9 and 10 of nothing at 0.5, while all of `a` is at 0.4, the pooled best: its own best is 0.9, and the 10 fall
/// away.
#[test]
fn a_class_with_a_higher_optimum_of_its_own() {
    let mut world = World::new(&["a", "b"]);
    world.objects(100, 0, 0, 0.4);
    world.objects(20, 1, 1, 0.9);
    world.ghosts(10, 1, 0.5);
    let card = one(world.only(0.4, "threshold_off"));
    assert_eq!(card.title, "b works best at 0.900");
    let evaluation = world.evaluate();
    assert_eq!(items(&evaluation, 0.4, &card.filter).len(), 10);
    assert!(items(&evaluation, 0.4, &card.filter).iter().all(|outcome| outcome.truth().is_none()));
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
        "localisation" if card.subject == "misplaced" => {
            let timeline = &evaluation.matched.as_ref().unwrap().timeline;
            let missed = timeline.members(timeline.cut(threshold), |c| c.kind() == Some(OutcomeKind::Missed));
            let mut moved = std::collections::HashSet::new();
            for pred in members.iter().map(|o| o.pred().unwrap()) {
                let (class, truths) = (evaluation.predictions.class[pred.index()], &dataset.truths);
                let pairs = evaluation.objects().unwrap().pairs.of(pred);
                let own = pairs.filter(|(truth, _)| truths.class[truth.index()] == class);
                let (truth, _) = own.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
                if missed.contains(&Outcome::missed(truth)) && moved.insert(truth) {
                    found[position(pred.index())].bbox = truths.bbox[truth.index()];
                }
            }
        }
        "duplicates" => {
            let wrong: Vec<usize> = members.iter().map(|o| position(o.pred().unwrap().index())).collect();
            let mut at = 0..;
            found.retain(|_| !wrong.contains(&at.next().unwrap()));
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
    let rules = Rules {
        missed_recall: 1.0,
        false_positive_precision: 1.0,
        confused_share: 0.0,
        localisation_cost: 0.0,
        duplicates_cost: 0.0,
        ..Rules::default()
    };
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
    assert!(checked.len() == 6 && checked.values().all(|&n| n >= 3), "{checked:?}");
}

/// 20 objects; 10 are found, 6 have a detection of their class shifted by 20 of 40 pixels: overlap 20·40 / (2·1600 − 800) = 1/3.
/// Two of these lie on an object that is found already. F1 = 2·10 / (16 + 20); in place 4 more are found, and 2 repeat:
/// 2·14 / 36.
#[test]
fn detections_beside_their_object() {
    let mut world = World::new(&["cell"]);
    world.missed(6, 0);
    let places: Vec<(usize, BBox)> = world.builder.truths.iter().map(|t| (t.image, t.bbox)).collect();
    for (image, b) in &places[..4] {
        world.see(*image, 0, BBox::new(b.x + 20.0, b.y, b.w, b.h), 0.8);
    }
    world.objects(10, 0, 0, 0.9);
    world.missed(4, 0);
    let found = world.builder.truths[6..8].to_vec();
    for truth in found {
        world.see(truth.image, 0, BBox::new(truth.bbox.x + 20.0, truth.bbox.y, 40.0, 40.0), 0.7);
    }
    let card = one(world.only(0.5, "localisation"));
    assert_eq!(card.subject, "misplaced");
    assert_eq!((evidence(&card, "detections"), evidence(&card, "would_be_found")), (6.0, 4.0));
    let gain = card.gain.unwrap();
    close(gain.from, 20.0 / 36.0);
    close(gain.to, 28.0 / 36.0);
    assert!(card.sentence.contains("cell (6)"), "{}", card.sentence);
    let evaluation = world.evaluate();
    let kept = |threshold| items(&evaluation, threshold, &card.filter).len();
    assert_eq!((kept(0.5), kept(0.75), kept(0.85)), (6, 4, 0), "only what the threshold keeps");
    assert!(world.only(0.85, "localisation").is_empty(), "nothing of it is kept");
}

/// 30 objects, each found with the box shifted by 8 of 40 pixels: overlap 32·40 / (2·1600 − 1280) = 2/3. AP50 is 1; of the ten
/// overlaps 0.5, 0.55, 0.6 and 0.65 are reached: AP 0.4. In place AP is 1.
#[test]
fn loose_boxes() {
    let loose = |shift: f64| {
        let mut world = World::new(&["cell"]);
        for _ in 0..30 {
            let (image, b) = world.place();
            world.truth_at(image, 0, b);
            world.see(image, 0, BBox::new(b.x + shift, b.y, b.w, b.h), 0.9);
        }
        world
    };
    let world = loose(8.0);
    let card = one(world.only(0.5, "localisation"));
    assert_eq!(card.subject, "loose boxes");
    close(evidence(&card, "ap"), 0.4);
    close(evidence(&card, "mean_iou"), 2.0 / 3.0);
    let gain = card.gain.unwrap();
    assert_eq!((gain.metric, items(&world.evaluate(), 0.5, &card.filter).len()), ("ap", 30));
    close(gain.to, loose(0.0).evaluate().coco().unwrap().summary.ap.unwrap());
    // An overlap of 36/44 = 0.82 reaches 0.8: AP 0.7.
    assert!(loose(4.0).only(0.5, "localisation").is_empty());
}

/// 20 objects found at 0.9, 8 of them found again at 0.95 with the same box. All are kept at 0.5: F1 = 2·20 / (28 + 20); without
/// the repetitions 1.
#[test]
fn detections_that_repeat_another() {
    let mut world = World::new(&["cell", "other"]);
    world.objects(20, 0, 0, 0.9);
    let again = world.found[..8].to_vec();
    world.found.extend(again.into_iter().map(|found| Found { score: 0.95, ..found }));
    let card = one(world.only(0.5, "duplicates"));
    assert_eq!((evidence(&card, "detections"), card.classes.len()), (8.0, 1));
    let gain = card.gain.unwrap();
    close(gain.from, 40.0 / 48.0);
    close(gain.to, 1.0);
    assert_eq!(items(&world.evaluate(), 0.5, &card.filter).len(), 8);
    assert!(world.only(0.92, "duplicates").is_empty(), "without the others nothing is repeated");
}

/// 6 objects of a class of which 3 are found and 1 more is predicted: F1 = 2·3 / (4 + 6). With 30 objects 15 would be found, 20
/// predicted.
#[test]
fn more_data_would_make_a_number_surer() {
    let mut world = World::new(&["cell", "rare"]);
    world.objects(100, 0, 0, 0.9);
    world.objects(3, 1, 1, 0.9);
    world.missed(3, 1);
    world.ghosts(1, 1, 0.9);
    let card = one(world.only(0.5, "needs_more_data"));
    let surer = card.surer.unwrap();
    assert_eq!((surer.metric, surer.truths, surer.with), ("f1", 6, 30));
    assert_eq!(Some(surer.now), evalens::metrics::rates::f1_interval(3, 4, 6));
    assert_eq!(Some(surer.then), evalens::metrics::rates::f1_interval(15, 20, 30));
}
