//! Other models for a report: the one that is compared with, and the rows of the leaderboard.

use crate::analysis::compare::{self, CompareSettings, Comparison};
use crate::analysis::leaderboard::{Column, Row, Shown, rows};
use crate::jobs::JobError;
use crate::metrics::{DetectionSettings, Evaluation, Sections};
use crate::model::Progress;
use crate::model::project::Choice;
use crate::model::run::{Run, RunInputs};
use crate::report::compare::Inputs;
use crate::report::document::ConfidenceSource;
use crate::report::leaderboard::Leaderboard;
use crate::session::comparing::Summed;
use crate::session::{load, runs};

use super::gather::refused;
use super::{Subject, Wanted};

/// What was found of other models.
#[derive(Default)]
pub(super) struct Rivals {
    pub comparison: Option<Compared>,
    pub board: Option<Board>,
    /// Models that cannot be evaluated, each with the reason.
    pub left_out: Vec<String>,
}

/// Two models on the same items.
pub(super) struct Compared {
    a: Summed,
    b: Summed,
    comparison: Comparison,
}

impl Compared {
    pub(super) fn inputs(&self) -> Inputs<'_> {
        Inputs { dataset: &self.a.dataset, a: self.a.side(), b: self.b.side(), comparison: &self.comparison }
    }
}

/// Runs in their order.
pub(super) struct Board {
    runs: Vec<Run>,
    rows: Vec<Row>,
}

impl Board {
    pub(super) fn document(&self) -> Leaderboard<'_> {
        let runs: Vec<&Run> = self.runs.iter().collect();
        Leaderboard::new(&runs, &self.rows, Column::Headline.name(), None)
    }
}

/// Everything that was asked for.
pub(super) fn find(subject: &Subject<'_>, wanted: &Wanted, progress: &dyn Progress) -> Result<Rivals, JobError> {
    let mut rivals = Rivals::default();
    if let Some(other) = wanted.compare.as_ref().filter(|other| *other != subject.choice) {
        rivals.comparison = Some(compared(subject, other, progress)?);
    }
    if wanted.leaderboard {
        rivals.board = board(subject, &mut rivals.left_out, progress)?;
    }
    Ok(rivals)
}

fn compared(subject: &Subject<'_>, other: &Choice, progress: &dyn Progress) -> Result<Compared, JobError> {
    let other = evaluated(subject, other, progress)?;
    progress.stage("Comparing");
    // A threshold that somebody chose holds for both.
    let given = (subject.source == ConfidenceSource::Given).then_some(subject.confidence);
    let counted = Evaluation { matched: Some(subject.matched.clone()), ..subject.evaluation.clone() };
    let mut a = Summed::of(&counted, Some(subject.confidence), progress)?;
    a.source = subject.source;
    let b = Summed::of(&other, given, progress)?;
    let comparison = compare::compare(&a.table, &b.table, &CompareSettings::default(), progress).map_err(refused)?;
    Ok(Compared { a, b, comparison })
}

/// The evaluation of a choice: one that is at hand, else from its files.
fn evaluated(subject: &Subject<'_>, choice: &Choice, progress: &dyn Progress) -> Result<Evaluation, JobError> {
    if let Some((_, known)) = subject.known.iter().find(|(of, _)| of == choice) {
        return Ok(known.clone());
    }
    let loaded = load::evaluate(subject.root, subject.project, choice, subject.settings, Sections::ALL, progress)?;
    Ok(loaded.evaluation)
}

/// All models that can be evaluated on the same data; `None` where there is no other.
fn board(
    subject: &Subject<'_>,
    left_out: &mut Vec<String>,
    progress: &dyn Progress,
) -> Result<Option<Board>, JobError> {
    let mut all = Vec::new();
    for choice in same_place(subject) {
        progress.check()?;
        match run_of(subject, &choice, progress) {
            Ok(run) => all.extend(run),
            Err(JobError::Cancelled) => return Err(JobError::Cancelled),
            Err(error) => {
                let model =
                    choice.model(subject.project).map_or_else(String::new, |m| format!("{}@{}", m.id, m.version));
                left_out.push(format!("{model}: {error}"));
            }
        }
    }
    if all.len() < 2 {
        return Ok(None);
    }
    let runs: Vec<&Run> = all.iter().collect();
    let rows = rows(&runs, &Shown::default(), Column::Headline, false);
    Ok(Some(Board { rows, runs: all }))
}

/// Every model on the dataset and the splits of the subject, in the order of the project.
fn same_place(subject: &Subject<'_>) -> Vec<Choice> {
    let wanted = subject.choice;
    let has = |model: usize, split: &String| {
        let mut of_model = subject.choices.iter().filter(|c| c.model == model && c.dataset == wanted.dataset);
        of_model.any(|choice| choice.splits.contains(split))
    };
    let whole = |model: &usize| wanted.splits.iter().all(|split| has(*model, split));
    let models = (0..subject.project.models.len()).filter(|model| *model == wanted.model || whole(model));
    models.map(|model| Choice { model, ..wanted.clone() }).collect()
}

/// The run of a choice at its own optimum: one that is kept, else a new one that nobody keeps.
fn run_of(subject: &Subject<'_>, choice: &Choice, progress: &dyn Progress) -> Result<Option<Run>, JobError> {
    let made = |evaluation: &Evaluation| {
        let found = runs::of(subject.project, choice, evaluation, RunInputs::default(), Vec::new(), 0, progress);
        Ok(found?)
    };
    if choice == subject.choice {
        return made(subject.evaluation);
    }
    if let Some(known) = subject.runs.iter().find(|run| is_of(subject, run, choice)) {
        return Ok(Some(known.clone()));
    }
    made(&evaluated(subject, choice, progress)?)
}

/// True where a kept run is of this choice and by the same settings.
fn is_of(subject: &Subject<'_>, run: &Run, choice: &Choice) -> bool {
    let (Some(model), Some(dataset)) = (choice.model(subject.project), choice.dataset(subject.project)) else {
        return false;
    };
    let DetectionSettings { iou, matching } = subject.settings;
    (run.model.id == model.id && run.model.version == model.version)
        && (run.dataset.id == *dataset.key() && run.dataset.version == dataset.version)
        && run.dataset.splits == choice.splits
        && run.settings.iou.is_none_or(|of| of == iou)
        && run.settings.matching.as_ref().is_none_or(|of| of == matching.name())
}
