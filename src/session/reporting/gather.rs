//! From an evaluation to its report: what is missing is computed, pictures are read, sections put together, pages laid out. Plain
//! functions, for the window and for the command line.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::analysis::Recommendation;
use crate::analysis::compare::{self, CompareError, CompareSettings};
use crate::analysis::curves::{self, CurveKey};
use crate::analysis::kinds::Kinds;
use crate::formats::{ClassMapping, picture};
use crate::jobs::JobError;
use crate::metrics::bootstrap;
use crate::metrics::detection::Matched;
use crate::metrics::generation::Intervals;
use crate::metrics::{Counter, DetectionSettings, Evaluation, MatchTable};
use crate::model::Progress;
use crate::model::finding::Finding;
use crate::model::project::{Choice, Project};
use crate::model::run::Run;
use crate::report::content::{self, Material, NameMapping, Pictures, Said};
use crate::report::document::{At, ConfidenceSource, Document, Inputs, Written};
use crate::report::encoded::{Encoded, Kind};
use crate::report::paper;
use crate::report::sheet::Part;

use super::rivals::{self, Rivals};
use super::{Made, Wanted, pictures};

/// Resamples of the items for intervals.
const RESAMPLES: usize = 1000;
/// Objects by their loss, which a report does not list.
const OBJECTS: usize = 0;
/// Longest side of a logo in pixels.
const LOGO: u32 = 480;

/// What a report is made of, at one threshold.
pub struct Subject<'a> {
    /// The project's folder.
    pub root: &'a Path,
    /// The project.
    pub project: &'a Project,
    /// What was evaluated of it.
    pub choice: &'a Choice,
    /// Everything in it that can be evaluated.
    pub choices: &'a [Choice],
    /// Data and results.
    pub evaluation: &'a Evaluation,
    /// The counts, those of own thresholds where there are any.
    pub matched: &'a Arc<Matched>,
    /// The counts at the threshold.
    pub counter: &'a Counter,
    /// The threshold, as the counts have it.
    pub confidence: f64,
    /// Where it came from.
    pub source: ConfidenceSource,
    /// How objects were paired.
    pub settings: DetectionSettings,
    /// What to do next.
    pub recommendations: &'a [Recommendation],
    /// What a person said of that.
    pub said: BTreeMap<String, Said>,
    /// What was found in the data.
    pub findings: &'a [Finding],
    /// How class names were read.
    pub mappings: &'a [ClassMapping],
    /// Kinds of errors at this threshold, where they are known.
    pub kinds: Option<Arc<Kinds>>,
    /// Other evaluations by the same settings that are at hand.
    pub known: &'a [(Choice, Evaluation)],
    /// Runs of the project whose files are as they were.
    pub runs: &'a [Run],
    /// True where intervals are resampled.
    pub intervals: bool,
}

/// Makes the report.
///
/// # Errors
/// A sentence where the other model cannot be compared or evaluated, or the logo cannot be read; cancelled.
pub fn make(subject: &Subject<'_>, wanted: &Wanted, progress: &dyn Progress) -> Result<Made, JobError> {
    let (evaluation, matched, counter) = (subject.evaluation, subject.matched, subject.counter);
    let parts = &wanted.request.parts;
    let logo = wanted.logo.as_deref().map(read_logo).transpose()?;
    let found = if subject.intervals {
        let cut = counter.cut();
        Some(bootstrap::of_evaluation(evaluation, &matched.timeline, cut, RESAMPLES, 0, progress)?)
    } else {
        None
    };
    // Those of texts are among the first already.
    let others = subject.intervals && evaluation.texts().is_none();
    let intervals = if others { of_all_numbers(subject, progress)? } else { Intervals::new() };
    let multilabel = evaluation.multilabel_at(subject.confidence, progress)?;
    let needs_kinds = parts.contains(&Part::Errors) || parts.contains(&Part::Worst);
    let kinds = match &subject.kinds {
        Some(known) => Some(Arc::clone(known)),
        None if needs_kinds => Some(Arc::new(Kinds::at(evaluation, matched, counter, OBJECTS, progress)?)),
        None => None,
    };
    let wants_curves = parts.contains(&Part::Curves);
    let of_objects = wants_curves && evaluation.objects().is_some();
    let pr = of_objects.then(|| curves::of_objects(evaluation, CurveKey::default(), progress)).transpose()?;
    let of_labels = wants_curves && evaluation.labels().is_some();
    let label_curves = of_labels.then(|| curves::of_labels(evaluation, progress)).transpose()?;
    let Rivals { comparison, board, left_out } = rivals::find(subject, wanted, progress)?;
    let compared = comparison.as_ref().map(rivals::Compared::inputs);
    let leaderboard = board.as_ref().map(rivals::Board::document);
    let at = At {
        matched,
        counter,
        confidence: subject.confidence,
        source: subject.source,
        recommendations: subject.recommendations,
        multilabel: multilabel.as_ref(),
        intervals: found.as_ref(),
    };
    let inputs = Inputs {
        evaluation,
        settings: subject.settings,
        at: Some(at),
        findings: subject.findings,
        written: Written::ALL,
    };
    let mappings: Vec<NameMapping> = subject.mappings.iter().map(mapping).collect();
    let none = Pictures::new();
    let material = Material {
        inputs: &inputs,
        kinds: kinds.as_deref(),
        curves: pr.as_ref(),
        label_curves: label_curves.as_ref(),
        text_intervals: None,
        intervals: &intervals,
        mappings: &mappings,
        said: &subject.said,
        comparison: compared.as_ref(),
        leaderboard: leaderboard.as_ref(),
        left_out: &left_out,
        pictures: &none,
        logo: logo.as_ref(),
        palette: wanted.palette,
    };
    let shown = content::wanted_pictures(&material, &wanted.request);
    let pictures = pictures::read(subject, &shown, &material.palette, progress)?;
    progress.stage("Putting the report together");
    let sheet = content::sheet(&Material { pictures: &pictures, ..material }, &wanted.request);
    progress.check()?;
    progress.stage("Laying out pages");
    let pages = paper::pages(&sheet);
    progress.check()?;
    let document = serde_json::to_string(&Document::new(&inputs)).map_err(|e| JobError::Failed(e.to_string()))?;
    Ok(Made { wanted: wanted.clone(), threshold: subject.confidence, sheet, pages, evaluation_json: document + "\n" })
}

/// Intervals of all numbers of the set that can be resampled.
fn of_all_numbers(subject: &Subject<'_>, progress: &dyn Progress) -> Result<Intervals, JobError> {
    let counted = Evaluation { matched: Some(Arc::clone(subject.matched)), ..subject.evaluation.clone() };
    let table = MatchTable::of(&counted, subject.confidence, progress)?;
    compare::intervals(&table, &CompareSettings::default(), progress).map_err(refused)
}

/// Why two evaluations are not compared.
pub(super) fn refused(error: CompareError) -> JobError {
    match error {
        CompareError::Cancelled(_) => JobError::Cancelled,
        CompareError::NotComparable(why) => JobError::Failed(format!("These two cannot be compared: {why}")),
    }
}

fn mapping(mapping: &ClassMapping) -> NameMapping {
    NameMapping { from: mapping.from.clone(), to: mapping.to.clone(), why: mapping.why.words(), count: mapping.count }
}

fn read_logo(file: &Path) -> Result<Arc<Encoded>, JobError> {
    let read = picture::decode(file, Some(LOGO)).map_err(|error| JobError::Failed(error.to_string()))?;
    Encoded::of_rgba(Kind::Png, read.width, read.height, &read.rgba)
        .map_err(|error| JobError::Failed(error.to_string()))
}
