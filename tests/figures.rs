//! Charts as drawings with their numbers: of the samples, of what is made by hand, of what is far too large.

mod common;

use std::path::{Path, PathBuf};

use common::world::World;
use evalens::analysis::curves::{self, CurveKey};

use evalens::metrics::{Counter, DetectionSettings, Evaluation, OutcomeKind, Sections};
use evalens::model::{Class, ClassScores, ClassTable, DatasetBuilder, NoProgress, Task, fmt};
use evalens::report::document::{At, ConfidenceSource, Document, Inputs, Written};
use evalens::report::figure::{Anchor, Figure, Mark, width};
use evalens::report::figures::evaluation::{Curves, View, with_intervals};
use evalens::report::figures::{cards, classes, matrix};
use evalens::report::palette::Palette;
use evalens::report::sheet::Exhibit;
use evalens::session::load;
use evalens::store::place::Keeper;

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
            let figure = exhibit.titled();
            let picture = figure.to_picture(1.5).unwrap();
            let stem = at.join(format!("{name}-{}", exhibit.key));
            let buffer = image::RgbaImage::from_raw(picture.width, picture.height, picture.rgba).unwrap();
            buffer.save(stem.with_extension("png")).unwrap();
            std::fs::write(stem.with_extension("svg"), figure.to_svg()).unwrap();
        }
    }
}
