//! What a report says: from results to sections. Each part has a file of its own; a part that has nothing to say is left out.

mod classes;
mod comparison;
mod curves;
mod data;
mod errors;
mod headline;
mod leaderboard;
mod matrix;
mod numbers;
mod production;
mod protocol;
mod recommendations;
mod samples;
mod words;
mod worst;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::analysis::curves::{LabelCurves, PrCurves};
use crate::analysis::kinds::Kinds;
use crate::analysis::summary::{self, Numbers};
use crate::metrics::generation::Intervals;
use crate::metrics::{Counts, Evaluation};
use crate::model::{ImageId, Task};

use super::compare;
use super::document::{At, Inputs};
use super::encoded::Encoded;
use super::figures::evaluation::{Curves, with_intervals};
use super::leaderboard::Leaderboard;
use super::palette::Palette;
use super::sheet::{Block, Exhibit, Part, Section, Sheet};

/// What a person wants of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Its title; empty for a title made of the names.
    pub title: String,
    /// Notes under it.
    pub notes: String,
    /// What it is about.
    pub parts: BTreeSet<Part>,
}

impl Default for Request {
    fn default() -> Self {
        Self { title: String::new(), notes: String::new(), parts: Part::ALL.into_iter().collect() }
    }
}

/// Pictures of items that a report shows, small, by item; a mask over one is beside it.
pub type Pictures = BTreeMap<ImageId, (Arc<Encoded>, Option<Arc<Encoded>>)>;

/// A class name of the predictions and what it was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameMapping {
    /// In the predictions.
    pub from: String,
    /// In the truth; `None` where what was predicted of it is left out.
    pub to: Option<String>,
    /// Why, in words.
    pub why: &'static str,
    /// How much was predicted of it.
    pub count: usize,
}

/// What a person said of a recommendation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// True where it is to be followed.
    pub accepted: bool,
    /// What was written about it.
    pub note: String,
}

/// Everything a report is made of.
#[derive(Clone, Copy)]
pub struct Material<'a> {
    /// The evaluation with the counts at its threshold.
    pub inputs: &'a Inputs<'a>,
    /// Kinds of errors and the worst items there.
    pub kinds: Option<&'a Kinds>,
    /// Curves of objects.
    pub curves: Option<&'a PrCurves>,
    /// Curves of classifiers.
    pub label_curves: Option<&'a LabelCurves>,
    /// Intervals of the numbers of generated texts.
    pub text_intervals: Option<&'a Intervals>,
    /// Intervals of numbers of the whole set, by the name of each, from resamples of the items.
    pub intervals: &'a Intervals,
    /// How class names of the predictions were read.
    pub mappings: &'a [NameMapping],
    /// What was said of recommendations, by their key.
    pub said: &'a BTreeMap<String, Said>,
    /// Another model on the same items.
    pub comparison: Option<&'a compare::Inputs<'a>>,
    /// All models.
    pub leaderboard: Option<&'a Leaderboard<'a>>,
    /// Models that could not be evaluated for it, each with the reason.
    pub left_out: &'a [String],
    /// Pictures of the items that are shown: of those of [`wanted_pictures`] as many as could be read.
    pub pictures: &'a Pictures,
    /// A logo.
    pub logo: Option<&'a Arc<Encoded>>,
    /// The colours.
    pub palette: Palette,
}

/// Pictures in a report, at most.
pub const MOST_PICTURES: usize = 60;
/// Examples of a recommendation, at most.
const EXAMPLES: usize = 4;
/// The worst items that are shown, at most.
const WORST: usize = 12;

/// The items whose pictures a report would show: examples of recommendations, the worst items.
#[must_use]
pub fn wanted_pictures(material: &Material<'_>, request: &Request) -> BTreeSet<ImageId> {
    let mut wanted = BTreeSet::new();
    if let Some(kinds) = material.kinds.filter(|_| request.parts.contains(&Part::Worst)) {
        wanted.extend(kinds.worst.iter().take(WORST).map(|worst| worst.image));
    }
    if let Some(at) = material.inputs.at.filter(|_| request.parts.contains(&Part::Recommendations)) {
        for card in at.recommendations {
            for item in samples::of_card(material.inputs.evaluation, &at, card).0 {
                if wanted.len() < MOST_PICTURES {
                    wanted.insert(item);
                }
            }
        }
    }
    wanted
}

/// The report.
#[must_use]
pub fn sheet(material: &Material<'_>, request: &Request) -> Sheet {
    let case = Case::of(material, request);
    let subtitle = words::subject(case.evaluation);
    let wanted = Part::ALL.into_iter().filter(|part| request.parts.contains(part));
    let sections = wanted.filter_map(|part| {
        let (mut blocks, title) = (blocks(&case, part), title(&case, part));
        // What the section is called needs not be said again over its figure.
        for block in &mut blocks {
            if let Block::Exhibit(exhibit) = block
                && exhibit.title == title
            {
                exhibit.title.clear();
            }
        }
        (!blocks.is_empty()).then_some(Section { part, title, blocks })
    });
    let titled = !request.title.trim().is_empty();
    Sheet {
        title: if titled {
            request.title.trim().to_owned()
        } else {
            format!("Evaluation of {}", words::model(case.evaluation))
        },
        notes: request.notes.trim().to_owned(),
        logo: material.logo.cloned(),
        sections: sections.collect(),
        foot: format!("{subtitle} · Evalens {}", env!("CARGO_PKG_VERSION")),
        subtitle,
        palette: material.palette,
    }
}

fn title(case: &Case<'_>, part: Part) -> String {
    match part {
        Part::Classes if case.evaluation.texts().is_some() => "Parts of the set".to_owned(),
        Part::Production if case.evaluation.texts().is_some() => "Answers that pass".to_owned(),
        Part::Worst => format!("Worst {}", case.items().1),
        part => part.label().to_owned(),
    }
}

fn blocks(case: &Case<'_>, part: Part) -> Vec<Block> {
    match part {
        Part::Headline => headline::blocks(case),
        Part::Production => production::blocks(case),
        Part::Classes => classes::blocks(case),
        Part::Matrix => matrix::blocks(case),
        Part::Curves => curves::blocks(case),
        Part::Recommendations => recommendations::blocks(case),
        Part::Errors => errors::blocks(case),
        Part::Worst => worst::blocks(case),
        Part::Data => data::blocks(case),
        Part::Comparison => comparison::blocks(case),
        Part::Leaderboard => leaderboard::blocks(case),
        Part::Protocol => protocol::blocks(case),
    }
}

/// What all parts look at.
struct Case<'a> {
    material: Material<'a>,
    evaluation: &'a Evaluation,
    at: Option<At<'a>>,
    /// Named numbers of the whole set.
    numbers: Numbers,
    /// Charts of the evaluation.
    exhibits: Vec<Exhibit>,
    /// Items that may be shown.
    shown: BTreeSet<ImageId>,
}

impl<'a> Case<'a> {
    fn of(material: &Material<'a>, request: &Request) -> Self {
        let (evaluation, at) = (material.inputs.evaluation, material.inputs.at);
        let curves = Curves { objects: material.curves, labels: material.label_curves };
        let charts = [Part::Headline, Part::Production, Part::Classes, Part::Matrix, Part::Curves];
        let wants_charts = charts.iter().any(|part| request.parts.contains(part));
        Self {
            material: *material,
            evaluation,
            at,
            numbers: at.map_or_else(Numbers::new, |at| {
                let threshold =
                    if evaluation.texts().is_some() { Some(at.confidence) } else { at.matched.optima.pooled };
                summary::numbers(evaluation, threshold, at.counter, at.multilabel)
            }),
            exhibits: at.filter(|_| wants_charts).map_or_else(Vec::new, |at| {
                let texts = at.intervals.and_then(|found| found.texts.as_ref()).or(material.text_intervals);
                with_intervals(evaluation, &at, curves, texts, &material.palette)
            }),
            shown: wanted_pictures(material, request),
        }
    }

    /// The charts that belong to a part.
    fn charts(&self, part: Part) -> Vec<Block> {
        let of = |key: &str| match key {
            "production" | "passing" => Part::Production,
            "metrics" => Part::Headline,
            "classes" | "parts" | "iou" => Part::Classes,
            "matrix" => Part::Matrix,
            _ => Part::Curves,
        };
        self.exhibits.iter().filter(|exhibit| of(&exhibit.key) == part).cloned().map(Block::Exhibit).collect()
    }

    fn task(&self) -> Task {
        self.evaluation.task
    }

    /// What one and many items are called.
    fn items(&self) -> (&'static str, &'static str) {
        if self.evaluation.texts().is_some() { ("answer", "answers") } else { self.task().items() }
    }

    fn totals(&self) -> Option<Counts> {
        self.at.map(|at| at.counter.totals())
    }

    fn name_of(&self, item: ImageId) -> &str {
        self.evaluation.dataset.images.get(item.index()).map_or("", |image| image.name.as_str())
    }
}
