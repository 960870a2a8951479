//! Charts as drawings with their numbers: of the samples, of what is made by hand, of what is far too large.

mod common;

use std::path::{Path, PathBuf};

use common::world::World;
use evalens::analysis::curves::{self, CurveKey};
use evalens::metrics::{Counter, DetectionSettings, Evaluation, Sections};
use evalens::model::{NoProgress, fmt};
use evalens::report::document::{At, ConfidenceSource, Document, Inputs, Written};
use evalens::report::figure::{Anchor, Figure, Mark, width};
use evalens::report::figures::cards;
use evalens::report::figures::evaluation::{Curves, with_intervals};
use evalens::report::palette::Palette;
use evalens::report::sheet::Exhibit;
use evalens::report::table::Cell;
use evalens::session::load;
use evalens::store::place::Keeper;
use serde_json::Value;

/// Everything of an evaluation at its optimum.
fn exhibits(evaluation: &Evaluation) -> Vec<Exhibit> {
    let matched = evaluation.matched.as_ref().unwrap();
    let confidence = matched.optima.pooled.unwrap_or(0.0);
    exhibits_at(evaluation, &matched.timeline.counter_at(confidence), confidence)
}

fn exhibits_at(evaluation: &Evaluation, counter: &Counter, confidence: f64) -> Vec<Exhibit> {
    let matched = evaluation.matched.as_ref().unwrap();
    let several = evaluation.multilabel_at(confidence, &NoProgress).unwrap();
    let at = At {
        matched,
        counter,
        confidence,
        source: ConfidenceSource::Optimal,
        recommendations: &[],
        multilabel: several.as_ref(),
        intervals: None,
    };
    let objects = curves::of_objects(evaluation, CurveKey::default(), &NoProgress).unwrap();
    let labels = curves::of_labels(evaluation, &NoProgress).unwrap();
    let of = Curves { objects: evaluation.objects().map(|_| &objects), labels: evaluation.labels().map(|_| &labels) };
    with_intervals(evaluation, &at, of, None, &Palette::default())
}

/// The first choice of a folder, evaluated.
fn evaluated(folder: &Path) -> Evaluation {
    let opened = load::open(folder, &Keeper::default(), &NoProgress).unwrap();
    let project = &opened.recognised.project;
    let choice = load::first_choice(project, &opened.choices).unwrap();
    let settings = DetectionSettings::default();
    load::evaluate(&opened.root, project, &choice, settings, Sections::ALL, &NoProgress).unwrap().evaluation
}

/// Writes all charts of a folder as PNG and SVG beside each other, to be looked at.
///
/// `EVALENS_LOOK=folder,… EVALENS_LOOK_AT=folder cargo test --test figures -- --ignored`
#[test]
#[ignore = "writes pictures for a person to look at"]
fn look() {
    let folders = std::env::var("EVALENS_LOOK").expect("EVALENS_LOOK names folders with projects");
    let at = PathBuf::from(std::env::var("EVALENS_LOOK_AT").expect("EVALENS_LOOK_AT names a folder for pictures"));
    for folder in folders.split(',').map(Path::new) {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let evaluation = evaluated(folder);
        let matched = evaluation.matched.as_ref().unwrap();
        let mut all = exhibits(&evaluation);
        let confidence = matched.optima.pooled.unwrap_or(0.0);
        let rules = evalens::analysis::Rules::default();
        let list = common::world::at(&evaluation, confidence, &rules);
        all.extend(cards::recommendations(&evaluation, &list, "optimum", &Palette::default()));
        for exhibit in all {
            let figure = exhibit.titled(&Palette::default());
            let picture = figure.to_picture(1.5).unwrap();
            let stem = at.join(format!("{name}-{}", exhibit.key));
            let buffer = image::RgbaImage::from_raw(picture.width, picture.height, picture.rgba).unwrap();
            buffer.save(stem.with_extension("png")).unwrap();
            std::fs::write(stem.with_extension("svg"), figure.to_svg()).unwrap();
        }
    }
}

fn named<'a>(all: &'a [Exhibit], key: &str) -> &'a Exhibit {
    all.iter().find(|exhibit| exhibit.key == key).unwrap_or_else(|| panic!("no {key} among {:?}", keys(all)))
}

fn keys(all: &[Exhibit]) -> Vec<&str> {
    all.iter().map(|exhibit| exhibit.key.as_str()).collect()
}

/// Everything that a figure says.
fn texts(figure: &Figure) -> Vec<&str> {
    let mut said = Vec::new();
    for mark in &figure.marks {
        if let Mark::Text { text, .. } = mark {
            said.push(text.as_str());
        }
    }
    said
}

/// Nothing stands outside of the figure, texts as wide as they are drawn; the drawing is sound and the same every time.
fn sound(exhibit: &Exhibit) {
    let Figure { width: wide, height: high, marks } = &exhibit.figure;
    let key = &exhibit.key;
    let inside = |x: f64, y: f64, what: &dyn std::fmt::Debug| {
        let fits = (-0.5..=wide + 0.5).contains(&x) && (-0.5..=high + 0.5).contains(&y);
        assert!(fits, "{key} of {wide} × {high}: {what:?} reaches ({x}, {y})");
    };
    for mark in marks {
        match mark {
            Mark::Text { at: (x, y), size, anchor, turned, text, .. } => {
                let long = width(text, *size);
                let before = match anchor {
                    Anchor::Start => 0.0,
                    Anchor::Middle => long / 2.0,
                    Anchor::End => long,
                };
                for along in [-before, long - before] {
                    if *turned { inside(*x, y - along, text) } else { inside(x + along, *y, text) }
                }
            }
            Mark::Rect([x, y, w, h], _) | Mark::Frame([x, y, w, h], ..) | Mark::DashedFrame([x, y, w, h], ..) => {
                assert!(*w >= 0.0 && *h >= 0.0, "{key}: {mark:?}");
                inside(*x, *y, mark);
                inside(x + w, y + h, mark);
            }
            Mark::Line(points, ..) | Mark::Dashed(points, ..) | Mark::Area(points, ..) => {
                points.iter().for_each(|(x, y)| inside(*x, *y, &"a line"));
            }
            Mark::Disc((x, y), ..) => inside(*x, *y, mark),
            Mark::Picture([x, y, w, h], _) => inside(x + w, y + h, &"a picture"),
        }
    }
    let svg = exhibit.figure.to_svg();
    let options = resvg::usvg::Options::default();
    let tree = resvg::usvg::Tree::from_str(&svg, &options).unwrap();
    assert!((f64::from(tree.size().width()) - wide).abs() < 0.01, "{key}");
    assert!(!svg.contains("<script") && !svg.contains("javascript:"), "{key}");
    assert_eq!(svg, exhibit.figure.to_svg());
}

/// Numbers of the document, and the words of the figures.
fn document(evaluation: &Evaluation) -> Value {
    let matched = evaluation.matched.as_ref().unwrap();
    let confidence = matched.optima.pooled.unwrap_or(0.0);
    let counter = matched.timeline.counter_at(confidence);
    let at = At {
        matched,
        counter: &counter,
        confidence,
        source: ConfidenceSource::Optimal,
        recommendations: &[],
        multilabel: None,
        intervals: None,
    };
    let inputs = Inputs {
        evaluation,
        settings: DetectionSettings::default(),
        at: Some(at),
        findings: &[],
        written: Written::ALL,
    };
    serde_json::to_value(Document::new(&inputs)).unwrap()
}

fn assets(name: &str) -> Evaluation {
    evaluated(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name))
}

#[test]
fn every_task_has_its_charts() {
    for (name, expected) in [
        ("sample", &["production", "classes", "matrix", "precision-recall"][..]),
        ("sample-classes", &["production", "classes", "matrix", "roc", "precision-recall", "calibration", "scores"]),
        ("sample-masks", &["production", "classes", "iou", "matrix", "precision-recall", "iou-confidence"]),
        ("sample-texts", &["metrics", "passing", "parts", "agreement"]),
    ] {
        let evaluation = assets(name);
        let all = exhibits(&evaluation);
        assert_eq!(keys(&all), expected, "{name}");
        for exhibit in &all {
            sound(exhibit);
            assert!(
                !exhibit.title.is_empty() && !exhibit.caption.is_empty() && !exhibit.caption.ends_with('.'),
                "{exhibit:?}"
            );
            let table = exhibit.table.as_ref().unwrap();
            assert!(
                !table.rows.is_empty() && table.rows.iter().all(|row| row.len() == table.columns.len()),
                "{name} {}",
                exhibit.key
            );
            assert_eq!(exhibit.figure, named(&exhibits(&evaluation), &exhibit.key).figure, "drawn twice the same");
        }
    }
}

#[test]
fn figures_say_the_numbers_of_the_document() {
    for name in ["sample", "sample-classes", "sample-masks"] {
        let evaluation = assets(name);
        let (document, all) = (document(&evaluation), exhibits(&evaluation));
        let summary = &document["summary"];
        let rate = |value: &Value| fmt::rate(value.as_f64());
        let production = texts(&named(&all, "production").figure);
        for (label, key) in [("Precision", "precision"), ("Recall", "recall"), ("F1", "f1")] {
            let words = format!("{label} {}", rate(&summary[key]));
            assert!(production.contains(&words.as_str()), "{name}: no {words} among {production:?}");
        }
        let classes = texts(&named(&all, "classes").figure);
        for class in document["classes"].as_array().unwrap() {
            for key in ["precision", "recall", "f1"] {
                let words = rate(&class[key]);
                assert!(classes.contains(&words.as_str()), "{name}: no {key} {words} among {classes:?}");
            }
        }
        let matrix = texts(&named(&all, "matrix").figure);
        for count in
            document["confusion_matrix"]["counts"].as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap())
        {
            let n = count.as_u64().unwrap();
            let said = [fmt::count(n), fmt::short_count(n)].iter().any(|words| matrix.contains(&words.as_str()));
            assert!(n == 0 || said, "{name}: no {n} among {matrix:?}");
        }
    }
}

/// Two classes: 3 cats found, 1 taken for a dog, 1 missed; 2 dogs found; 1 cat seen where there is none.
fn pets() -> World {
    let mut world = World::new(&["cat", "dog"]);
    world.objects(3, 0, 0, 0.9);
    world.objects(1, 0, 1, 0.8);
    world.missed(1, 0);
    world.objects(2, 1, 1, 0.7);
    world.ghosts(1, 0, 0.6);
    world
}

#[test]
fn counts_by_hand_stand_in_their_cells() {
    let evaluation = pets().evaluate();
    let counter = evaluation.matched.as_ref().unwrap().timeline.counter_at(0.5);
    let all = exhibits_at(&evaluation, &counter, 0.5);
    let matrix = named(&all, "matrix");
    let csv = matrix.table.as_ref().unwrap().to_csv().unwrap();
    assert_eq!(csv, "truth \\ predicted,cat,dog,background\ncat,3,1,1\ndog,0,2,0\nbackground,1,0,0\n");
    let numbers: Vec<&str> = texts(&matrix.figure).into_iter().filter(|text| text.parse::<u64>().is_ok()).collect();
    assert_eq!(numbers, ["3", "1", "1", "2", "1"], "row by row, without zeros");
    // Cats: 3 right of 4 said, 3 of 5 found, 6 / 9. Dogs: 2 of 3, 2 of 2, 4 / 5.
    let classes = named(&all, "classes");
    let said = texts(&classes.figure);
    for words in ["cat", "5", "0.750", "0.600", "0.667", "dog", "2", "1.000", "0.800"] {
        assert!(said.contains(&words), "no {words} among {said:?}");
    }
    let first = &classes.table.as_ref().unwrap().rows[0];
    assert_eq!(first[1..7], [5, 3, 1, 0, 1, 1].map(Cell::Count), "support, right, taken for, taken as, missed, false");
    // 5 right of 7 said, of 7 there are.
    let production = named(&all, "production");
    assert!(texts(&production.figure).contains(&"Precision 0.714") && production.caption.contains("recall 0.714"));
    let sweep = production.table.as_ref().unwrap().to_csv().unwrap();
    assert!(sweep.starts_with("confidence,precision,recall,f1\n0.9,1,0.42857142857142855,0.6\n"), "{sweep}");
}

#[test]
fn many_classes_with_long_names_stay_inside() {
    let long = "w".repeat(200);
    let letters =
        ["漢字の名前".repeat(40), "اسم طويل جدا ".repeat(15), "name with & <angles> \"quotes\" ".repeat(7), long];
    let names: Vec<String> = (0..1200).map(|n| format!("{n} {}", letters[n % 4])).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut world = World::of_images(&names, 200);
    for class in 0..1200 {
        world.objects(1 + usize::from(class < 60), class, (class * 7) % 1200, 0.5 + f64::from(class % 50) / 100.0);
        world.missed(usize::from(class % 5 == 0), class);
    }
    let evaluation = world.evaluate();
    let all = exhibits(&evaluation);
    for exhibit in &all {
        sound(exhibit);
        assert!(exhibit.figure.width <= 720.0 && exhibit.figure.height < 1100.0, "{} is too large", exhibit.key);
        let titled = Exhibit { figure: exhibit.titled(&Palette::default()), ..exhibit.clone() };
        sound(&titled);
    }
    assert_eq!(named(&all, "classes").table.as_ref().unwrap().rows.len(), 1200);
    assert_eq!(named(&all, "matrix").table.as_ref().unwrap().rows.len(), 1201);
    assert!(texts(&named(&all, "classes").figure).contains(&"and 1,160 classes more in the table"));
}

#[test]
fn pictures_have_the_size_of_their_scale() {
    let evaluation = pets().evaluate();
    for exhibit in exhibits(&evaluation) {
        for scale in [1.0, 2.0, 3.0, 4.0] {
            let picture = exhibit.figure.to_picture(scale).unwrap();
            let side = |points: f64| (points * scale).ceil() as u32;
            assert_eq!((picture.width, picture.height), (side(exhibit.figure.width), side(exhibit.figure.height)));
            assert!(picture.rgba.chunks(4).any(|pixel| pixel[0] < 100), "{} is empty", exhibit.key);
        }
    }
}
