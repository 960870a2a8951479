//! Thresholds for deployment (`evalens.thresholds/1`): what was chosen, for what, and what it gives. The same bytes for the
//! same inputs.

use crate::analysis::compare::Verdict;
use crate::analysis::design::{ClassDesign, Design, Difference, Goal, Sums};
use crate::metrics::{ErrorCosts, Evaluation, Matching};
use crate::model::ClassId;

use super::tree::Node;

/// The schema this version writes.
pub const SCHEMA: &str = "evalens.thresholds/1";

/// As what a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

impl Format {
    /// What a file's ending says; JSON where it says nothing.
    #[must_use]
    pub fn of_ending(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "json" | "" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }
}

/// The document as text.
///
/// # Errors
/// Where it cannot be put into words (never, for finite memory).
pub fn text(evaluation: &Evaluation, design: &Design, format: Format) -> Result<String, serde_json::Error> {
    let tree = document(evaluation, design);
    Ok(match format {
        Format::Yaml => tree.yaml(),
        Format::Json => serde_json::to_string_pretty(&tree)? + "\n",
    })
}

/// The document.
#[must_use]
pub fn document(evaluation: &Evaluation, design: &Design) -> Node {
    let (model, dataset) = (&evaluation.predictions.identity, &evaluation.dataset.identity);
    let names = &evaluation.dataset.classes;
    let objects = evaluation.objects().is_some();
    let name = |class: ClassId| names.name(class).to_owned();
    let of_class = |class: &ClassDesign| Some((name(class.class), Node::Number(class.chosen?.threshold)));
    let out_of_reach = design.classes.iter().filter(|class| class.chosen.is_some_and(|chosen| !chosen.reached));
    let strict = objects && design.settings.matching == Matching::Ultralytics;
    let mut entries = vec![
        ("schema", Node::text(SCHEMA)),
        ("task", Node::text(evaluation.task.name())),
        ("model", identity(&[("project", &model.project), ("id", &model.id), ("version", &model.version)])),
        ("dataset", of_dataset(evaluation, dataset)),
        ("matching", if objects { Node::text(design.settings.matching.name()) } else { Node::Null }),
        ("iou", if objects { Node::Number(design.settings.iou) } else { Node::Null }),
        ("keep", Node::text(if strict { "score > threshold" } else { "score >= threshold" })),
        ("default_threshold", Node::Number(design.threshold.threshold)),
        ("class_thresholds", Node::Map(design.classes.iter().filter_map(of_class).collect())),
        ("goal", goal(&design.plan.goal)),
        ("per_class", Node::Flag(design.plan.per_class)),
    ];
    if design.plan.per_class {
        let own = design.plan.own.iter().map(|(&class, of)| (name(class), goal(of)));
        entries.push(("class_goals", Node::Map(own.collect())));
        entries.push(("least_truths", Node::Count(design.plan.least_truths)));
    }
    entries.push(("target_reached", Node::Flag(design.threshold.reached)));
    entries
        .push(("classes_out_of_reach", Node::List(out_of_reach.map(|class| Node::Text(name(class.class))).collect())));
    entries.push(("metrics", metrics(design)));
    entries.push(("differences", differences(&design.gains)));
    entries.push(("held_out_differences", design.held_out.as_ref().map_or(Node::Null, |h| differences(&h.gains))));
    Node::map(entries)
}

fn identity(parts: &[(&'static str, &String)]) -> Node {
    Node::map(parts.iter().map(|(name, text)| (*name, Node::text(text))))
}

fn of_dataset(evaluation: &Evaluation, dataset: &crate::model::DatasetIdentity) -> Node {
    Node::map([
        ("project", Node::text(&dataset.project)),
        ("id", Node::text(&dataset.id)),
        ("version", Node::text(&dataset.version)),
        ("split", Node::text(&dataset.split)),
        ("items", Node::Count(evaluation.dataset.images.len() as u64)),
    ])
}

fn goal(goal: &Goal) -> Node {
    let of = |kind: &str, rest: Vec<(&'static str, Node)>| {
        Node::map(std::iter::once(("kind", Node::text(kind))).chain(rest))
    };
    match *goal {
        Goal::Cost(ErrorCosts { false_positive, miss, misclassified }) => of(
            "cost",
            vec![
                ("false_positive", Node::Number(false_positive)),
                ("miss", Node::Number(miss)),
                ("misclassified", Node::Number(misclassified)),
            ],
        ),
        Goal::FBeta(beta) => of("f_beta", vec![("beta", Node::Number(beta))]),
        Goal::Recall(target) => of("recall", vec![("target", Node::Number(target))]),
        Goal::Precision(target) => of("precision", vec![("target", Node::Number(target))]),
    }
}

/// Numbers now, with the thresholds on the items they were chosen on, and on held-out items.
fn metrics(design: &Design) -> Node {
    let sums = |sums: &Sums| {
        let rates = [("precision", sums.precision()), ("recall", sums.recall()), ("f1", sums.f1())];
        let counts = [("correct", sums.correct), ("kept", sums.kept), ("truths", sums.truths)];
        let mut entries: Vec<(&'static str, Node)> = rates.map(|(name, rate)| (name, rate.into())).into();
        entries.extend(counts.map(|(name, n)| (name, Node::Count(n))));
        if matches!(design.plan.goal, Goal::Cost(_)) {
            entries.push(("cost", Node::Number(sums.cost)));
        }
        Node::map(entries)
    };
    let held_out = design.held_out.as_ref();
    Node::map([
        ("now", sums(&design.sums.0)),
        ("proposed", sums(&design.sums.1)),
        ("held_out", held_out.map_or(Node::Null, |held_out| sums(&held_out.sums))),
        ("folds", Node::Count(held_out.map_or(0, |held_out| held_out.thresholds.len() as u64))),
        ("resamples", Node::Count(design.plan.resamples as u64)),
        ("seed", Node::Count(design.plan.seed)),
    ])
}

fn differences(all: &[Difference]) -> Node {
    let one = |d: &Difference| {
        let verdict = match d.verdict {
            Verdict::ABetter => Node::text("worse"),
            Verdict::BBetter => Node::text("better"),
            Verdict::NotDistinguishable => Node::text("not-distinguishable"),
            Verdict::Unknown => Node::Null,
        };
        Node::map([
            ("name", Node::text(d.measure.name())),
            ("difference", d.difference().into()),
            ("low", d.interval.map(|i| i.0).into()),
            ("high", d.interval.map(|i| i.1).into()),
            ("verdict", verdict),
        ])
    };
    Node::List(all.iter().map(one).collect())
}
