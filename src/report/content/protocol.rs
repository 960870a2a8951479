//! How everything was computed, so that it can be computed again.

use crate::metrics::Matching;
use crate::model::{Severity, fmt};
use crate::report::compare;
use crate::report::document::{self, ConfidenceSource};
use crate::report::settings;
use crate::report::sheet::Block;
use crate::report::table::{Cell, Column, Table};

use super::{Case, NameMapping, words};

/// Rows of the table of names that are shown.
const MOST: usize = 40;

pub(super) fn blocks(case: &Case<'_>) -> Vec<Block> {
    let mut blocks = vec![Block::Facts(facts(case))];
    let changed: Vec<&NameMapping> =
        case.material.mappings.iter().filter(|mapping| mapping.to.as_ref() != Some(&mapping.from)).collect();
    if !changed.is_empty() {
        blocks.push(words::listing("class-names", "Class names that were read as others", names(&changed), MOST));
    }
    blocks
}

fn facts(case: &Case<'_>) -> Vec<(String, String)> {
    let mut facts: Vec<(String, String)> = Vec::new();
    let mut say = |name: &str, what: String| {
        if !what.is_empty() {
            facts.push((name.to_owned(), what));
        }
    };
    let (dataset, predictions) = (&case.evaluation.dataset, &case.evaluation.predictions);
    say("Task", words::task(case.task()).to_owned());
    say(
        "Dataset",
        of_project(&words::named(&dataset.identity.id, &dataset.identity.version), &dataset.identity.project),
    );
    say("Split", dataset.identity.split.clone());
    say("Size", case.evaluation.size().join(", "));
    if case.evaluation.objects().is_some() || case.task().is_multilabel() {
        say("Classes", fmt::count(dataset.classes.len() as u64));
    }
    say("Model", of_project(&words::model(case.evaluation), &predictions.identity.project));
    threshold(case, &mut say);
    if let Some(at) = case.at {
        say("Matching", matching(case, at.matched));
    }
    scores(case, &mut say);
    say("Intervals", intervals(case));
    say("Left out", left_out(case));
    let mut schemas = vec![document::SCHEMA];
    schemas.extend(case.material.comparison.map(|_| compare::SCHEMA));
    say("Program", format!("Evalens {}, schema {}", env!("CARGO_PKG_VERSION"), schemas.join(" and ")));
    facts
}

fn of_project(name: &str, project: &str) -> String {
    if project.is_empty() { name.to_owned() } else { format!("{name} of project {project}") }
}

fn threshold(case: &Case<'_>, say: &mut impl FnMut(&str, String)) {
    let Some(at) = case.at else { return };
    let condition = settings::condition(case.evaluation, at.matched, at.confidence);
    let from = match at.source {
        _ if condition == settings::NO_THRESHOLD => {
            return say("Threshold", "None: the model does not say how sure it is".to_owned());
        }
        ConfidenceSource::Optimal => "where F1 of all classes together is highest on these very data",
        ConfidenceSource::Default => "the usual one, which nobody changed",
        ConfidenceSource::Given => "chosen by the person who made this report",
    };
    say(
        "Threshold",
        format!("{}, {from}", if case.evaluation.texts().is_some() { condition } else { fmt::capitalised(&condition) }),
    );
    let own: Vec<String> = at
        .matched
        .own
        .classes()
        .filter_map(|class| Some((class, at.matched.own.get(class)?)))
        .map(|(class, value)| format!("{} {}", words::class(case.evaluation, Some(class)), fmt::threshold(value)))
        .collect();
    say("Thresholds of classes", own.join(", "));
}

fn matching(case: &Case<'_>, matched: &crate::metrics::detection::Matched) -> String {
    let rule = fmt::capitalised(&settings::matching(case.evaluation, matched));
    if case.evaluation.objects().is_none() {
        return rule;
    }
    let how = match matched.settings.matching {
        Matching::TwoPass => {
            "first detections and objects of the same class by descending confidence, then the rest whatever the class"
        }
        Matching::Coco => {
            "detections and objects of the same class by COCO’s rules, without its limit of 100 detections"
        }
        Matching::ClassAgnostic => "by descending confidence with the object that overlaps best, whatever the class",
        Matching::Supervision => "all pairs at once as supervision does, same class first",
        Matching::Ultralytics => "by descending confidence as Ultralytics does, whatever the class",
    };
    format!("{rule}: {how}")
}

fn scores(case: &Case<'_>, say: &mut impl FnMut(&str, String)) {
    let evaluation = case.evaluation;
    if evaluation.coco().is_some() {
        say(
            "Average precision",
            "As COCO: 101 points of recall, at most 100 detections an image, overlaps of 0.50 to 0.95".to_owned(),
        );
    }
    if let Some(labels) = evaluation.labels() {
        let how = if labels.from_logits {
            "Logits, turned into probabilities"
        } else {
            "Probabilities, as the model gives them"
        };
        say("Scores", how.to_owned());
    }
    if let Some(pixels) = evaluation.pixels() {
        let without =
            pixels.reading.without.and_then(|class| evaluation.dataset.classes.names().get(usize::from(class)));
        say("Left out of means", without.cloned().unwrap_or_default());
    }
    if let Some(texts) = evaluation.texts() {
        let exact = if texts.scoring.normalises() { "Normalised as SQuAD v1.1 does" } else { "As written" };
        say("Exact match", exact.to_owned());
        let signatures = texts.signatures().map(|s| [s.bleu.as_str(), s.chrf.as_str(), s.ter.as_str()].join("; "));
        say("Signatures", signatures.unwrap_or_default());
    }
}

fn intervals(case: &Case<'_>) -> String {
    let costly = if case.evaluation.objects().is_some() { "; AP beyond an overlap of 0.50: 200" } else { "" };
    match case.at.and_then(|at| at.intervals) {
        Some(found) => format!(
            "95 %, percentiles of {} resamples of the {} (seed {}{costly})",
            fmt::count(found.resamples as u64),
            case.items().1,
            found.seed
        ),
        None => "95 %, Wilson’s interval of a share".to_owned(),
    }
}

/// What did not count, in words.
fn left_out(case: &Case<'_>) -> String {
    let mut all = Vec::new();
    let ignored = case.evaluation.dataset.truths.ignored.iter().filter(|ignored| **ignored).count() as u64;
    if ignored > 0 {
        all.push(format!("{} marked as crowd or difficult", fmt::counted(ignored, "object", "objects")));
    }
    let unmapped = case.material.mappings.iter().filter(|mapping| mapping.to.is_none());
    let predicted: usize = unmapped.map(|mapping| mapping.count).sum();
    if predicted > 0 {
        all.push(format!(
            "{} of classes that the truth does not have",
            fmt::counted(predicted as u64, "prediction", "predictions")
        ));
    }
    let warnings = case.material.inputs.findings.iter().filter(|f| f.severity != Severity::Info).count() as u64;
    if warnings > 0 {
        all.push(format!("what data health lists as {}", fmt::counted(warnings, "warning", "warnings")));
    }
    if all.is_empty() { "Nothing".to_owned() } else { fmt::capitalised(&words::listed(&all)) }
}

fn names(mappings: &[&NameMapping]) -> Table {
    let row = |mapping: &&NameMapping| {
        vec![
            mapping.from.clone().into(),
            mapping.to.clone().unwrap_or_else(|| "left out".to_owned()).into(),
            mapping.why.into(),
            Cell::Count(mapping.count as u64),
        ]
    };
    Table {
        columns: vec![
            Column::words("from", "In the predictions"),
            Column::words("to", "Read as"),
            Column::words("why", "Why"),
            Column::number("count", "Predictions"),
        ],
        rows: mappings.iter().map(row).collect(),
    }
}
