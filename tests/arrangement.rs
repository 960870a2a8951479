//! The order of a confusion matrix on a case small enough to order by hand.

use std::sync::Arc;

use evalens::analysis::matrix::{Arrangement, Order, Shown, predicted_total, truth_total};
use evalens::metrics::{Cell, DetectionSettings, Evaluation, Sections};
use evalens::model::{
    BBox, ClassId, ClassTable, DatasetBuilder, Image, ImageId, ModelIdentity, NewTruth, NoProgress, PredictionsBuilder,
};

const A: u32 = 0;
const B: u32 = 1;
const C: u32 = 2;
const D: u32 = 3;
const E: u32 = 4;

/// Objects of a class seen as a class (or missed), so many of them, each alone in its image. `f10` has none at all.
fn evaluated(objects: &[(u32, Option<u32>, usize)]) -> Evaluation {
    let mut builder = DatasetBuilder {
        classes: ClassTable::from_names(["f2", "b", "c", "d", "e", "f10"]),
        splits: vec!["test".into()],
        ..DatasetBuilder::default()
    };
    let bbox = BBox::new(10.0, 10.0, 20.0, 20.0);
    let mut predictions = PredictionsBuilder::default();
    for &(class, seen, n) in objects {
        for _ in 0..n {
            let image = builder.images.len();
            builder.images.push(Image { source_id: image as i64, ..Image::default() });
            builder.truths.push(NewTruth { image, class: ClassId(class), bbox, area: 400.0, ignored: false });
            if let Some(seen) = seen {
                predictions.push(ImageId::from_index(image), ClassId(seen), bbox, 0.9);
            }
        }
    }
    let dataset = builder.build();
    let predictions = predictions.build(ModelIdentity::default(), dataset.images.len());
    let sections = Sections { coco: false, tide: false, timeline: true };
    let settings = DetectionSettings::default();
    Evaluation::of_objects(Arc::new(dataset), Arc::new(predictions), settings, sections, &NoProgress).unwrap()
}

/// Of 20 each: six `f2` are seen as d, three d as b, four c as e; one b is missed.
fn case() -> Evaluation {
    evaluated(&[
        (A, Some(A), 14),
        (A, Some(D), 6),
        (B, Some(B), 19),
        (B, None, 1),
        (C, Some(C), 16),
        (C, Some(E), 4),
        (D, Some(D), 17),
        (D, Some(B), 3),
        (E, Some(E), 25),
    ])
}

fn arranged(evaluation: &Evaluation, order: Order, shown: &Shown) -> Arrangement {
    let timeline = &evaluation.matched.as_ref().unwrap().timeline;
    Arrangement::new(&evaluation.dataset.classes, timeline, &timeline.counter_at(0.5), order, shown)
}

fn names(evaluation: &Evaluation, order: Order, shown: &Shown) -> String {
    let arrangement = arranged(evaluation, order, shown);
    assert_eq!(arrangement.axis.last(), Some(&None), "the background is last");
    for (place, class) in arrangement.axis.iter().enumerate() {
        assert_eq!((arrangement.place(*class), arrangement.class(place)), (Some(place), Some(*class)));
    }
    let name = |class: &Option<ClassId>| class.map(|c| evaluation.dataset.classes.name(c).to_owned());
    arrangement.axis.iter().filter_map(name).collect::<Vec<_>>().join(" ")
}

/// Diagonal: f2 14/20, b 19/20, c 16/20, d 17/20, e 25/25, none for f10. Confused, in rows and columns: f2 6, b 3, c 4,
/// d 3 + 6 = 9, e 4 (its row holds nothing wrong, c's neither), so c before e by declaration.
/// Similarity: f2–d 6/40, c–e 4/45, b–d 3/40: the first and the last share d and become the chain b d f2.
#[test]
fn orders() {
    let case = case();
    let all = Shown::default();
    assert_eq!(names(&case, Order::Declaration, &all), "f2 b c d e f10");
    assert_eq!(names(&case, Order::Name, &all), "b c d e f2 f10");
    assert_eq!(names(&case, Order::Support, &all), "e f2 b c d f10");
    assert_eq!(names(&case, Order::Diagonal, &all), "e b d c f2 f10");
    assert_eq!(names(&case, Order::Confused, &all), "d f2 c e b f10");
    assert_eq!(names(&case, Order::Similarity, &all), "b d f2 c e f10");
}

#[test]
fn empty_classes_can_be_hidden() {
    let case = case();
    let shown = Shown { hide_empty: true, ..Shown::default() };
    assert_eq!(names(&case, Order::Declaration, &shown), "f2 b c d e");
    let arrangement = arranged(&case, Order::Declaration, &shown);
    assert_eq!((arrangement.hidden, arrangement.place(Some(ClassId(5)))), (1, None));
}

#[test]
fn a_search_brings_what_is_confused_with_it() {
    let case = case();
    let search = |text: &str| Shown { hide_empty: true, search: text.to_owned() };
    assert_eq!(names(&case, Order::Declaration, &search(" D ")), "f2 b d");
    assert_eq!(names(&case, Order::Declaration, &search("f")), "f2 d f10", "a class that is looked for is shown");
    assert_eq!(arranged(&case, Order::Declaration, &search("d")).found, [ClassId(D)]);
    assert_eq!(names(&case, Order::Declaration, &search("zebra")), "");
}

#[test]
fn cells_and_totals_of_a_truth() {
    let case = case();
    let timeline = &case.matched.as_ref().unwrap().timeline;
    let arrangement = arranged(&case, Order::Name, &Shown::default());
    for truth in case.dataset.classes.ids().map(Some).chain([None]) {
        let of: Vec<Cell> = timeline.cells().iter().copied().filter(|c| c.truth == truth).collect();
        assert_eq!(timeline.cells().get(arrangement.rows.cells_of(truth)).unwrap(), of);
    }
    let counter = timeline.counter_at(0.5);
    assert_eq!((truth_total(&counter, Some(ClassId(D))), predicted_total(&counter, Some(ClassId(D)))), (20, 23));
    assert_eq!((truth_total(&counter, None), predicted_total(&counter, None)), (0, 1));
}
