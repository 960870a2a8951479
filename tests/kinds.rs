//! Kinds of errors: shares and costs as tidecv has them, every error in one kind, losses by hand.

mod common;

use common::world::{Found, World};
use evalens::analysis::kinds::{CLIP, Kinds, errors, loss};
use evalens::metrics::{Evaluation, Outcome};
use evalens::model::{BBox, ImageId, NoProgress, PredId, TruthId};

fn at(evaluation: &Evaluation, threshold: f64) -> Kinds {
    let matched = evaluation.matched.as_ref().unwrap();
    Kinds::at(evaluation, matched, &matched.timeline.counter_at(threshold), 1000, &NoProgress).unwrap()
}

fn count(kinds: &Kinds, name: &str) -> u64 {
    kinds.kinds.iter().find(|kind| kind.name == name).map_or(0, |kind| kind.count)
}

/// 3 found and found again, 2 taken for b, 4 with a box shifted by half (overlap 1/3), 5 of nothing, 6 missed.
fn world() -> World {
    let mut world = World::new(&["a", "b"]);
    world.objects(3, 0, 0, 0.9);
    let again = world.found.clone();
    world.found.extend(again.into_iter().map(|found| Found { score: 0.8, ..found }));
    world.objects(2, 0, 1, 0.9);
    for _ in 0..4 {
        let (image, b) = world.place();
        world.truth_at(image, 0, b);
        world.see(image, 0, BBox::new(b.x + 20.0, b.y, b.w, b.h), 0.7);
    }
    world.ghosts(5, 1, 0.6);
    world.missed(6, 0);
    world
}

#[test]
fn every_error_is_of_one_kind() {
    let evaluation = world().evaluate();
    let kinds = at(&evaluation, 0.5);
    let names = ["Wrong class", "Badly placed", "Wrong class, badly placed", "Repeated", "Background", "Missed"];
    assert_eq!(names.map(|name| count(&kinds, name)), [2, 4, 0, 3, 5, 4 + 6]);
    let share: f64 = kinds.kinds.iter().map(|kind| kind.share).sum();
    assert!((share - 1.0).abs() < 1e-12);
    let tide = evaluation.tide().unwrap().summary;
    let cost = |name: &str| kinds.kinds.iter().find(|kind| kind.name == name).unwrap().cost.unwrap().value;
    assert_eq!(Some(cost("Badly placed")), tide.loc);
    assert_eq!(Some(cost("Missed")), tide.miss);
    // At 0.75 only what was found again and taken for b is left.
    let kinds = at(&evaluation, 0.75);
    assert_eq!(names.map(|name| count(&kinds, name)), [2, 0, 0, 3, 0, 4 + 6]);
}

#[test]
fn what_a_kind_opens_is_what_it_counts() {
    let evaluation = world().evaluate();
    let timeline = &evaluation.matched.as_ref().unwrap().timeline;
    for threshold in [0.5, 0.75, 0.95] {
        for kind in at(&evaluation, threshold).kinds {
            let members = timeline.members(timeline.cut(threshold), |cell| kind.filter.wants(cell));
            let meant = members.into_iter().filter(|outcome| kind.filter.keeps(*outcome)).count();
            assert_eq!(meant as u64, kind.count, "{} at {threshold}", kind.name);
        }
    }
}

#[test]
fn the_worst_items_come_first_and_hold_all_errors() {
    let evaluation = world().evaluate();
    let kinds = at(&evaluation, 0.5);
    let counts: Vec<u64> = kinds.worst.iter().map(|item| errors(item.counts)).collect();
    assert!(counts.is_sorted_by(|a, b| a >= b) && counts.iter().all(|n| *n > 0));
    let totals = evaluation.matched.as_ref().unwrap().timeline.counter_at(0.5).totals();
    assert_eq!(counts.iter().sum::<u64>(), errors(totals));
    assert_eq!(kinds.objects.len() as u64, errors(totals));
    assert!(kinds.objects.is_sorted_by(|a, b| a.1 >= b.1));
}

/// −ln 0.9 + 0; −ln(1 − 0.9) + 0 taken for b; −ln(1 − 0.6) of nothing; −ln 0.001 of an object that nothing means; −ln 0.3 of one
/// whose detection is not kept.
#[test]
fn losses_by_hand() {
    let mut world = World::of_images(&["a", "b"], 1);
    world.objects(1, 0, 0, 0.9);
    world.objects(1, 0, 1, 0.9);
    world.ghosts(1, 1, 0.6);
    world.missed(1, 0);
    world.objects(1, 0, 0, 0.3);
    let evaluation = world.evaluate();
    let predictions = &evaluation.predictions;
    let pred = |score: f64, class: u32| {
        let of_image = predictions.of(ImageId(0)).map(PredId::from_index);
        let is = |p: &PredId| predictions.score_of(*p) == Some(score) && predictions.class_of(*p).unwrap().0 == class;
        of_image.into_iter().find(is).unwrap()
    };
    let close = |outcome: Outcome, wanted: f64| {
        let got = loss(&evaluation, 0.5, outcome);
        assert!((got - wanted).abs() < 1e-6, "{got} is not {wanted}");
    };
    close(Outcome::pair(TruthId(0), pred(0.9, 0)), -(0.9_f64.ln()));
    close(Outcome::pair(TruthId(1), pred(0.9, 1)), -(0.1_f64.ln()));
    close(Outcome::false_positive(pred(0.6, 1)), -(0.4_f64.ln()));
    close(Outcome::missed(TruthId(2)), -(CLIP.ln()));
    close(Outcome::missed(TruthId(3)), -(0.3_f64.ln()));
}

#[test]
fn without_errors_there_is_nothing() {
    let mut world = World::new(&["a"]);
    world.objects(10, 0, 0, 0.9);
    let kinds = at(&world.evaluate(), 0.5);
    assert!(kinds.worst.is_empty() && kinds.objects.is_empty() && kinds.kinds.iter().all(|kind| kind.count == 0));
}
