//! Verdicts applied to a copy of the truth, by hand, and what the card of the recommendations promises.

use evalens::analysis::recommend::{Beside, recommend};
use evalens::analysis::suspects::repair::{Judged, Judgements, Row, evaluate, rows};
use evalens::analysis::suspects::{Suspect, find};
use evalens::analysis::{Filter, Recommendation, Rules};
use evalens::metrics::{Counter, Counts, DetectionSettings, Evaluation};
use evalens::model::{BBox, ClassId, NoProgress, SuspectKind, Task, TruthId, Verdict};

use super::classifier;
use super::objects::{CAT, DOG, World, at, rules};

fn counts(evaluation: &Evaluation, threshold: f64) -> [u64; 4] {
    let Counts { correct, misclassified, missed, false_positives } = counter(evaluation, threshold).totals();
    [correct, misclassified, missed, false_positives]
}

fn counter(evaluation: &Evaluation, threshold: f64) -> Counter {
    evaluation.matched.as_ref().unwrap().timeline.counter_at(threshold)
}

fn corrected(evaluation: &Evaluation, judged: &[Judged]) -> Evaluation {
    evaluate(evaluation, judged, DetectionSettings::default(), &NoProgress).unwrap()
}

/// One of each kind of suspect, beside eight cats that are right.
fn zoo() -> World {
    let mut world = World::default();
    for _ in 0..8 {
        let image = world.scene();
        world.truth(image, CAT, at(0.0)).see(image, CAT, at(0.0), 0.9);
    }
    let wrong = world.scene();
    world.truth(wrong, CAT, at(0.0)).see(wrong, DOG, at(0.0), 0.95);
    let missing = world.scene();
    world.see(missing, DOG, at(0.0), 0.85);
    let spurious = world.scene();
    world.truth(spurious, CAT, at(0.0));
    let beside = world.scene();
    world.truth(beside, CAT, at(0.0)).see(beside, CAT, at(25.0), 0.8);
    world
}

fn suspects(evaluation: &Evaluation) -> Vec<Suspect> {
    find(evaluation, &rules(), &NoProgress).unwrap().suspects
}

fn judge(evaluation: &Evaluation, verdict: Verdict, of: impl Fn(SuspectKind) -> bool) -> Vec<Judged> {
    let all = suspects(evaluation);
    all.iter().filter(|s| of(s.kind)).map(|suspect| Judged::of(evaluation, suspect, verdict)).collect()
}

#[test]
fn each_verdict_changes_what_it_says() {
    use SuspectKind::{BadLocation, MissingLabel, SpuriousLabel, WrongLabel};
    let evaluation = zoo().evaluate();
    let kinds: Vec<SuspectKind> = suspects(&evaluation).iter().map(|s| s.kind).collect();
    // 10 of 11 cats are seen: 0.909 stands between 0.95 and 0.85.
    assert_eq!(kinds, [WrongLabel, SpuriousLabel, MissingLabel, BadLocation]);
    // 8 right; the wrong one; the spurious and the badly located missed; the missing and the badly located false.
    assert_eq!(counts(&evaluation, 0.5), [8, 1, 2, 2]);
    let after = |kind: SuspectKind, verdict| {
        counts(&corrected(&evaluation, &judge(&evaluation, verdict, |of| of == kind)), 0.5)
    };
    assert_eq!(after(WrongLabel, Verdict::ModelRight), [9, 0, 2, 2]);
    assert_eq!(after(MissingLabel, Verdict::ModelRight), [9, 1, 2, 1]);
    assert_eq!(after(SpuriousLabel, Verdict::ModelRight), [8, 1, 1, 2]);
    assert_eq!(after(BadLocation, Verdict::ModelRight), [9, 1, 1, 1]);
    assert_eq!(after(WrongLabel, Verdict::BothWrong), [8, 0, 2, 2]);
    assert_eq!(after(MissingLabel, Verdict::BothWrong), [8, 1, 2, 1]);
    assert_eq!(after(SpuriousLabel, Verdict::BothWrong), [8, 1, 1, 2]);
    assert_eq!(after(BadLocation, Verdict::BothWrong), [8, 1, 1, 1]);
    for kind in kinds {
        for nothing in [Verdict::LabelRight, Verdict::Unsure] {
            assert_eq!(after(kind, nothing), [8, 1, 2, 2]);
        }
    }
    let all = corrected(&evaluation, &judge(&evaluation, Verdict::ModelRight, |_| true));
    assert_eq!(counts(&all, 0.5), [11, 0, 0, 0]);
    // The ground truth itself is as it was.
    assert_eq!(counts(&evaluation, 0.5), [8, 1, 2, 2]);
    assert_eq!(evaluation.dataset.truths.class[8], ClassId(CAT));
}

#[test]
fn numbers_stand_beside_those_before() {
    let evaluation = zoo().evaluate();
    let judged = judge(&evaluation, Verdict::ModelRight, |kind| kind != SuspectKind::BadLocation);
    let corrected = corrected(&evaluation, &judged);
    // Before: 8 of 11 kept, 8 of 11 objects. After: 10 of 11 kept, 10 of 11 objects (one gone, one come).
    let table = rows((&evaluation, &counter(&evaluation, 0.5)), (&corrected, &counter(&corrected, 0.5)));
    let row = |name: &str| *table.iter().find(|row| row.name == name).unwrap();
    let is = |row: Row, before: f64, after: f64| {
        assert!(
            (row.original.unwrap() - before).abs() < 1e-12 && (row.corrected.unwrap() - after).abs() < 1e-12,
            "{row:?}"
        );
    };
    is(row("Precision"), 8.0 / 11.0, 10.0 / 11.0);
    is(row("Recall"), 8.0 / 11.0, 10.0 / 11.0);
    is(row("F1"), 16.0 / 22.0, 20.0 / 22.0);
    // Dogs had no annotation, now both are found: AP of the class 1. Cats: 8 of 11 found first (recall up to 0.727: 73 of 101
    // points), then 8 of 9 (0.888: 89 points), at IoU 0.50.
    is(row("AP50"), 73.0 / 101.0, f64::midpoint(1.0, 89.0 / 101.0));
}

#[test]
fn verdicts_are_found_again_by_what_they_are_about() {
    let evaluation = zoo().evaluate();
    let all = suspects(&evaluation);
    let judgements = Judgements::of(judge(&evaluation, Verdict::LabelRight, |_| true));
    for suspect in &all {
        assert_eq!(judgements.get(&evaluation, suspect).map(|one| one.kind), Some(suspect.kind));
    }
    // Of another model: the same annotation whatever it says, what is missing where the boxes are half the same.
    let mut other = zoo();
    other.found.retain(|(image, ..)| *image < 8);
    other.see(8, DOG, at(8.0), 0.7).see(9, CAT, at(10.0), 0.7);
    let other = other.evaluate();
    let kinds = |moved: &Evaluation| -> Vec<(SuspectKind, bool)> {
        suspects(moved).iter().map(|s| (s.kind, judgements.get(moved, s).is_some())).collect()
    };
    assert!(kinds(&other).contains(&(SuspectKind::WrongLabel, true)));
    assert!(kinds(&other).contains(&(SuspectKind::MissingLabel, true)));
    let mut far = World { found: Vec::new(), ..zoo() };
    far.see(9, DOG, at(200.0), 0.7);
    assert_eq!(kinds(&far.evaluate()), [(SuspectKind::MissingLabel, false)]);
}

fn card(evaluation: &Evaluation, threshold: f64, rules: &Rules, beside: &Beside) -> Option<Recommendation> {
    let matched = evaluation.matched.as_ref().unwrap();
    let all = recommend(evaluation, matched, &counter(evaluation, threshold), threshold, rules, beside);
    let mut cards = all.into_iter().filter(|card| card.kind == "label_suspects");
    let card = cards.next();
    assert!(cards.next().is_none());
    card
}

fn four(world: &World) -> Rules {
    assert_eq!(suspects(&world.evaluate()).len(), 4);
    Rules { suspect_count: 4, ..rules() }
}

#[test]
fn the_card_promises_what_repaired_labels_give() {
    let world = zoo();
    let (evaluation, rules) = (world.evaluate(), four(&world));
    // Really repaired, by hand.
    let mut repaired = world.clone();
    repaired.truths[8].class = ClassId(DOG);
    repaired.truths[10].bbox = at(25.0);
    repaired.truths.remove(9);
    repaired.truth(9, DOG, at(0.0));
    for threshold in [0.1, 0.5, 0.82, 0.86, 0.97] {
        let again = counter(&repaired.evaluate(), threshold).totals();
        let before = counter(&evaluation, threshold).totals();
        let card = card(&evaluation, threshold, &rules, &Beside::default()).unwrap();
        assert_eq!(card.title, "4 labels may be wrong");
        if again.f1() <= before.f1() {
            assert_eq!(card.gain, None);
            continue;
        }
        let gain = card.gain.unwrap();
        assert_eq!(gain.repaired, Some(again), "at {threshold}");
        assert_eq!((gain.from, gain.to), (before.f1().unwrap(), again.f1().unwrap()));
    }
    let card = card(&evaluation, 0.5, &rules, &Beside::default()).unwrap();
    assert_eq!(
        card.sentence,
        "1 wrong label, 1 missing label, 1 spurious label and 1 badly located; most of them are about cat (3) and dog (1)"
    );
    let number = |key: &str| card.evidence.iter().find(|(k, _)| *k == key).unwrap().1;
    assert_eq!((number("suspects"), number("missing_label"), number("confident_from")), (4.0, 1.0, 0.5));
    let Filter::Objects { truths, preds, .. } = &card.filter else { panic!("{:?}", card.filter) };
    assert_eq!((truths.len(), preds.len()), (3, 1));
    assert_eq!(**truths, [TruthId(8), TruthId(9), TruthId(10)]);
}

#[test]
fn a_clean_set_few_suspects_and_judged_ones_raise_no_card() {
    let world = zoo();
    let (evaluation, rules) = (world.evaluate(), four(&world));
    assert!(card(&evaluation, 0.5, &rules, &Beside::default()).is_some());
    let most = Rules { suspect_count: 5, ..rules.clone() };
    assert!(card(&evaluation, 0.5, &most, &Beside::default()).is_none());
    let share = Rules { suspect_share: 0.4, ..rules.clone() };
    assert!(card(&evaluation, 0.5, &share, &Beside::default()).is_none(), "4 of 11 labels are 36 %");
    let judged = judge(&evaluation, Verdict::Unsure, |kind| kind == SuspectKind::MissingLabel);
    let beside = Beside { judged: Judgements::of(judged).into(), ..Beside::default() };
    assert!(card(&evaluation, 0.5, &rules, &beside).is_none(), "three are left");
    let mut clean = World::default();
    for _ in 0..60 {
        let image = clean.scene();
        clean.truth(image, CAT, at(0.0)).see(image, CAT, at(2.0), 0.9).see(
            image,
            DOG,
            BBox::new(0.0, 90.0, 9.0, 9.0),
            0.2,
        );
    }
    let one = Rules { suspect_count: 1, suspect_share: 0.0, ..Rules::default() };
    assert!(card(&clean.evaluate(), 0.5, &one, &Beside::default()).is_none());
}

/// Twenty items of two classes; the first is labelled wrongly.
fn two_classes(wrong: bool) -> (Vec<Vec<u64>>, Vec<Vec<f64>>) {
    let rows =
        (0..20).map(|i| if i % 2 == 0 { vec![0.9 - i as f64 * 0.005, 0.1 + i as f64 * 0.005] } else { vec![0.2, 0.8] });
    let labels = (0..20).map(|i| vec![if i == 0 && wrong { 1 } else { i % 2 }]);
    (labels.collect(), rows.collect())
}

#[test]
fn the_card_of_a_classifier_promises_the_same() {
    let (labels, rows) = two_classes(true);
    let evaluation = classifier(Task::Classification, &labels, &rows);
    let one = Rules { suspect_count: 1, ..Rules::default() };
    let repaired = classifier(Task::Classification, &two_classes(false).0, &rows);
    for threshold in [0.0, 0.5, 0.85] {
        let gain = card(&evaluation, threshold, &one, &Beside::default()).unwrap().gain.unwrap();
        assert_eq!(gain.repaired, Some(counter(&repaired, threshold).totals()), "at {threshold}");
    }
    assert!(card(&repaired, 0.5, &one, &Beside::default()).is_none());
    let right =
        Judged::of(&evaluation, &find(&evaluation, &one, &NoProgress).unwrap().suspects[0], Verdict::ModelRight);
    let after = corrected(&evaluation, std::slice::from_ref(&right));
    let accuracy = |e: &Evaluation| e.labels().unwrap().single.as_ref().unwrap().accuracy;
    assert_eq!((accuracy(&evaluation), accuracy(&after)), (Some(0.95), Some(1.0)));
    // Both wrong: the item counts no more.
    let out = corrected(&evaluation, &[Judged { verdict: Verdict::BothWrong, ..right }]);
    assert_eq!(counts(&out, 0.0), [19, 0, 0, 0]);
    assert_eq!(out.labels().unwrap().single.as_ref().unwrap().items, 19);
}

#[test]
fn of_several_labels_single_ones_are_corrected() {
    // Class 0 is in the even items and sure, but item 1 says so without a label, and item 2 has the label and denies it.
    let labels: Vec<Vec<u64>> = (0..20).map(|i| if i % 2 == 0 { vec![0, 1] } else { vec![1] }).collect();
    let mut rows: Vec<Vec<f64>> = (0..20).map(|i| vec![if i % 2 == 0 { 0.9 } else { 0.1 }, 0.95]).collect();
    (rows[1][0], rows[2][0]) = (0.97, 0.03);
    let evaluation = classifier(Task::Multilabel, &labels, &rows);
    let one = Rules { suspect_count: 1, ..Rules::default() };
    let found = find(&evaluation, &one, &NoProgress).unwrap().suspects;
    let kinds: Vec<(SuspectKind, u32)> = found.iter().map(|s| (s.kind, s.image.0)).collect();
    assert_eq!(kinds, [(SuspectKind::MissingLabel, 1), (SuspectKind::SpuriousLabel, 2)]);
    // 30 labels: all found but one; one is said without being a label.
    assert_eq!(counts(&evaluation, 0.5), [29, 0, 1, 1]);
    let judged: Vec<Judged> = found.iter().map(|s| Judged::of(&evaluation, s, Verdict::ModelRight)).collect();
    assert_eq!(counts(&corrected(&evaluation, &judged), 0.5), [30, 0, 0, 0]);
    let gain = card(&evaluation, 0.5, &one, &Beside::default()).unwrap().gain.unwrap();
    assert_eq!(gain.repaired, Some(counter(&corrected(&evaluation, &judged), 0.5).totals()));
    // Both wrong: items 1 (one label) and 2 (two labels) are left out as a whole.
    let both: Vec<Judged> = judged.into_iter().map(|one| Judged { verdict: Verdict::BothWrong, ..one }).collect();
    let out = corrected(&evaluation, &both);
    assert_eq!(counts(&out, 0.5), [27, 0, 0, 0]);
    assert_eq!(out.labels().unwrap().multi.as_ref().unwrap().items, 18);
}
