//! Suspects among objects, by hand.

use std::sync::Arc;

use evalens::analysis::Rules;
use evalens::analysis::suspects::{Suspect, confident_from, find, of_outcome, unseen_by};
use evalens::metrics::{DetectionSettings, Evaluation, Outcome, Sections};
use evalens::model::{
    BBox, ClassId, ClassTable, DatasetBuilder, Image, ImageId, ModelIdentity, NewTruth, NoProgress, PredId,
    PredictionsBuilder, SuspectKind, TruthId,
};

pub const CAT: u32 = 0;
pub const DOG: u32 = 1;

/// Objects on one image a scene.
#[derive(Clone, Default)]
pub struct World {
    pub scenes: usize,
    pub truths: Vec<NewTruth>,
    pub found: Vec<(usize, u32, BBox, f64)>,
}

/// A box of 40 × 40 that begins at `x`.
pub fn at(x: f64) -> BBox {
    BBox::new(x, 0.0, 40.0, 40.0)
}

impl World {
    pub fn scene(&mut self) -> usize {
        self.scenes += 1;
        self.scenes - 1
    }

    pub fn truth(&mut self, image: usize, class: u32, bbox: BBox) -> &mut Self {
        self.truths.push(NewTruth { image, class: ClassId(class), bbox, area: bbox.area(), ignored: false });
        self
    }

    pub fn crowd(&mut self, image: usize, class: u32, bbox: BBox) -> &mut Self {
        self.truths.push(NewTruth { image, class: ClassId(class), bbox, area: bbox.area(), ignored: true });
        self
    }

    pub fn see(&mut self, image: usize, class: u32, bbox: BBox, score: f64) -> &mut Self {
        self.found.push((image, class, bbox, score));
        self
    }

    pub fn evaluate(&self) -> Evaluation {
        let image = |i: usize| Image { source_id: i as i64, name: format!("{i}.jpg"), ..Image::default() };
        let builder = DatasetBuilder {
            classes: ClassTable::from_names(["cat", "dog"]),
            splits: vec!["test".into()],
            images: (0..self.scenes).map(image).collect(),
            truths: self.truths.clone(),
            ..DatasetBuilder::default()
        };
        let mut predictions = PredictionsBuilder::default();
        for (image, class, bbox, score) in &self.found {
            predictions.push(ImageId::from_index(*image), ClassId(*class), *bbox, *score);
        }
        let predictions = predictions.build(ModelIdentity::default(), self.scenes);
        let (dataset, predictions) = (Arc::new(builder.build()), Arc::new(predictions));
        let sections = Sections { coco: true, tide: false, timeline: true };
        Evaluation::of_objects(dataset, predictions, DetectionSettings::default(), sections, &NoProgress).unwrap()
    }
}

/// Confident from 0.5 on, so that 0.125 sees something.
pub fn rules() -> Rules {
    Rules { suspect_confidence: 0.5, suspect_faint: 0.25, ..Rules::default() }
}

fn suspects(world: &World) -> Vec<Suspect> {
    let found = find(&world.evaluate(), &rules(), &NoProgress).unwrap();
    assert_eq!((found.confident, found.faint, found.refusal), (Some(0.5), Some(0.125), None));
    found.suspects
}

fn scene(fill: impl Fn(&mut World, usize)) -> Vec<Suspect> {
    let mut world = World::default();
    let image = world.scene();
    fill(&mut world, image);
    suspects(&world)
}

/// Kind, classes by number (9: none), score.
fn short(suspects: &[Suspect]) -> Vec<(SuspectKind, u32, u32, f64)> {
    let class = |class: Option<ClassId>| class.map_or(9, |class| class.0);
    suspects.iter().map(|s| (s.kind, class(s.label), class(s.model), s.score)).collect()
}

use SuspectKind::{BadLocation, MissingLabel, SpuriousLabel, WrongLabel};

#[test]
fn a_confident_detection_of_another_class_makes_a_wrong_label() {
    // 40 wide, moved by 10: 30 / 50 of the union.
    let found = scene(|w, i| {
        w.truth(i, CAT, at(0.0)).see(i, DOG, at(10.0), 0.9);
    });
    assert_eq!(short(&found), [(WrongLabel, CAT, DOG, 0.9)]);
    assert_eq!((found[0].truth, found[0].pred, found[0].overlap), (Some(TruthId(0)), Some(PredId(0)), Some(0.6)));
    // The model itself holds the label for likelier …
    let likelier = |score| {
        scene(|w, i| {
            w.truth(i, CAT, at(0.0)).see(i, DOG, at(0.0), 0.9).see(i, CAT, at(0.0), score);
        })
    };
    assert_eq!(short(&likelier(0.95)), []);
    assert_eq!(short(&likelier(0.6)), [(WrongLabel, CAT, DOG, 0.9)]);
    // … the detection has found its own object, is not sure, or the annotation does not count.
    let explained = scene(|w, i| {
        w.truth(i, CAT, at(0.0)).truth(i, DOG, at(4.0)).see(i, DOG, at(0.0), 0.9);
    });
    assert_eq!(short(&explained), []);
    let unsure = scene(|w, i| {
        w.truth(i, CAT, at(0.0)).see(i, DOG, at(0.0), 0.49);
    });
    assert_eq!(short(&unsure), []);
    let crowd = scene(|w, i| {
        w.crowd(i, CAT, at(0.0)).see(i, DOG, at(0.0), 0.9);
    });
    assert_eq!(short(&crowd), []);
}

#[test]
fn an_annotation_is_doubted_once_and_by_the_surest() {
    let found = scene(|w, i| {
        w.truth(i, CAT, at(0.0)).see(i, DOG, at(4.0), 0.7).see(i, DOG, at(0.0), 0.8).see(i, DOG, at(0.0), 0.6);
    });
    assert_eq!(short(&found), [(WrongLabel, CAT, DOG, 0.8)]);
}

#[test]
fn a_confident_detection_of_nothing_makes_a_missing_label() {
    // Moved by 34: 6 / 74 = 0.081 of the union; by 30: 10 / 70 = 0.143.
    let found = scene(|w, i| {
        w.truth(i, CAT, at(0.0)).see(i, CAT, at(0.0), 0.9).see(i, DOG, at(34.0), 0.8).see(i, CAT, at(200.0), 0.7);
    });
    assert_eq!(short(&found), [(MissingLabel, 9, DOG, 0.8), (MissingLabel, 9, CAT, 0.7)]);
    let beside = scene(|w, i| {
        w.truth(i, CAT, at(0.0)).see(i, CAT, at(0.0), 0.9).see(i, DOG, at(30.0), 0.8);
    });
    assert_eq!(short(&beside), []);
    let crowd = scene(|w, i| {
        w.crowd(i, CAT, BBox::new(0.0, 0.0, 400.0, 400.0)).see(i, DOG, at(100.0), 0.8);
    });
    assert_eq!(short(&crowd), []);
    // One object, however often it is found: 40 wide, moved by 10.
    let repeated = scene(|w, i| {
        w.see(i, CAT, at(0.0), 0.9).see(i, DOG, at(10.0), 0.8).see(i, CAT, at(100.0), 0.7);
    });
    assert_eq!(short(&repeated), [(MissingLabel, 9, CAT, 0.9), (MissingLabel, 9, CAT, 0.7)]);
}

/// Four cats that are found well, and one that is not.
fn cats(fill: impl Fn(&mut World, usize)) -> World {
    let mut world = World::default();
    for _ in 0..4 {
        let image = world.scene();
        world.truth(image, CAT, at(0.0)).see(image, CAT, at(0.0), 0.9);
    }
    let last = world.scene();
    fill(&mut world, last);
    world
}

#[test]
fn an_annotation_that_nothing_sees_is_spurious() {
    // 4 of 5 cats are seen.
    let unseen = cats(|w, i| {
        w.truth(i, CAT, at(0.0));
    });
    assert_eq!(short(&suspects(&unseen)), [(SpuriousLabel, CAT, 9, 0.8)]);
    // A hint below what counts as seeing, 0.125: 0.8 · (1 − 0.1 / 0.125).
    let hinted = cats(|w, i| {
        w.truth(i, CAT, at(0.0)).see(i, DOG, at(20.0), 0.1);
    });
    let found = suspects(&hinted);
    assert_eq!(found.len(), 1);
    assert!((found[0].score - 0.16).abs() < 1e-12);
    let seen = cats(|w, i| {
        w.truth(i, CAT, at(0.0)).see(i, DOG, at(20.0), 0.125);
    });
    assert_eq!(short(&suspects(&seen)), []);
    // Of a class that is mostly not seen, one more says nothing: 4 of 6.
    let weak = cats(|w, i| {
        w.truth(i, CAT, at(0.0)).truth(i, CAT, at(100.0));
    });
    assert_eq!(short(&suspects(&weak)), []);
}

#[test]
fn another_model_can_see_what_this_one_does_not() {
    let unseen = cats(|w, i| {
        w.truth(i, CAT, at(0.0));
    });
    let evaluation = unseen.evaluate();
    let mut other = unseen.clone();
    let rest = |other: &World| {
        let mut found = find(&evaluation, &rules(), &NoProgress).unwrap();
        unseen_by(&mut found, &evaluation, &other.evaluate(), Some, &rules());
        found.suspects.len()
    };
    assert_eq!(rest(&other), 1);
    other.see(4, DOG, at(30.0), 0.12);
    assert_eq!(rest(&other), 1, "it is not sure enough");
    other.see(4, DOG, at(30.0), 0.125);
    assert_eq!(rest(&other), 0, "it touches the annotation by 10 of 70");
}

#[test]
fn a_confident_detection_beside_its_object_makes_a_bad_location() {
    // Moved by 20: 20 / 60 of the union.
    let found = scene(|w, i| {
        w.truth(i, CAT, at(0.0)).see(i, CAT, at(20.0), 0.9);
    });
    assert_eq!(short(&found), [(BadLocation, CAT, CAT, 0.9)]);
    assert_eq!(found[0].overlap, Some(20.0 / 60.0));
    let well_found = scene(|w, i| {
        w.truth(i, CAT, at(0.0)).see(i, CAT, at(20.0), 0.9).see(i, CAT, at(0.0), 0.2);
    });
    assert_eq!(short(&well_found), []);
    // A detection of another class there is its own affair, and no missing label: it touches something.
    let other = scene(|w, i| {
        w.truth(i, CAT, at(0.0)).see(i, DOG, at(20.0), 0.9);
    });
    assert_eq!(short(&other), []);
}

#[test]
fn the_confident_score_is_precise_and_not_below_the_optimum() {
    let objects = |world: &mut World, n: usize, score: f64| {
        for _ in 0..n {
            let image = world.scene();
            world.truth(image, CAT, at(0.0)).see(image, CAT, at(0.0), score);
        }
    };
    let ghosts = |world: &mut World, n: usize, score: f64| {
        for _ in 0..n {
            let image = world.scene();
            world.see(image, CAT, at(0.0), score);
        }
    };
    // Precision 10/10 at 0.9, 10/15 at 0.7, 18/23 at 0.5; F1 20/(10+18), 20/(15+18), 36/(23+18): best at 0.5.
    let mut world = World::default();
    objects(&mut world, 10, 0.9);
    ghosts(&mut world, 5, 0.7);
    objects(&mut world, 8, 0.5);
    let from = |world: &World, rules: &Rules| confident_from(&world.evaluate(), rules);
    assert_eq!(from(&world, &Rules::default()), Some(0.9));
    // Out of reach: the optimum.
    assert_eq!(from(&world, &Rules { suspect_precision: 1.1, ..Rules::default() }), Some(0.5));
    assert_eq!(from(&world, &Rules { suspect_precision: 0.7, ..Rules::default() }), Some(0.5));
    assert_eq!(from(&world, &Rules { suspect_confidence: 0.25, ..Rules::default() }), Some(0.25));
    // Precise enough below the optimum: 20/20 at 0.6, 20/22 at 0.3.
    let mut world = World::default();
    objects(&mut world, 20, 0.6);
    ghosts(&mut world, 2, 0.3);
    assert_eq!(from(&world, &Rules::default()), Some(0.6));
    assert_eq!(from(&World { scenes: 1, ..World::default() }, &Rules::default()), None);
}

#[test]
fn words_name_what_speaks_against_a_label() {
    let mut world = cats(|w, i| {
        w.truth(i, CAT, at(0.0));
    });
    let image = world.scene();
    world.truth(image, CAT, at(0.0)).see(image, DOG, at(10.0), 0.93).see(image, DOG, at(300.0), 0.91);
    let evaluation = world.evaluate();
    let found = find(&evaluation, &rules(), &NoProgress).unwrap().suspects;
    let titles: Vec<String> = found.iter().map(|s| s.title(&evaluation)).collect();
    assert_eq!(titles, ["wrong label, cat for dog, 0.93", "missing label, dog, 0.91", "spurious label, cat, 0.83"]);
    assert_eq!(
        found[0].sentence(&evaluation),
        "Labelled cat; the model finds dog there with confidence 0.93 with an IoU of 0.60"
    );
}

#[test]
fn any_error_can_be_judged() {
    let mut world = World::default();
    let image = world.scene();
    world.truth(image, CAT, at(0.0)).see(image, DOG, at(0.0), 0.3).truth(image, DOG, at(100.0));
    world.see(image, DOG, at(100.0), 0.9);
    let evaluation = world.evaluate();
    let of = |outcome| of_outcome(&evaluation, outcome);
    // Best first: the dog of 0.9 has number 0.
    assert_eq!(of(Outcome::pair(TruthId(1), PredId(0))), None);
    let wrong = of(Outcome::pair(TruthId(0), PredId(1))).unwrap();
    assert_eq!(short(&[wrong]), [(WrongLabel, CAT, DOG, 0.3)]);
    assert_eq!(wrong.overlap, Some(1.0));
    assert_eq!(of(Outcome::missed(TruthId(0))).unwrap().kind, SpuriousLabel);
    assert_eq!(of(Outcome::false_positive(PredId(1))).unwrap().kind, MissingLabel);
}
