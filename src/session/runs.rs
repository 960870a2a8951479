//! From an evaluation to the run that is kept of it, and from the files of a run to whether they changed since.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::analysis::summary;
use crate::formats::{self, ClassMapping};
use crate::jobs::JobError;
use crate::metrics::{Counter, Evaluation};
use crate::model::project::{Choice, Project};
use crate::model::run::{Run, RunDataset, RunInputs, RunModel, RunSettings, SCHEMA, STEPS, threshold_of};
use crate::model::{Cancelled, Progress, Scoring};
use crate::store::journal;
use crate::store::place::Keeper;
use crate::store::runs::{self as stored, StoredRun};

use super::OpenProject;
use super::load::Fingerprint;

/// Classes without a match that a run names at most.
const UNMAPPED: usize = 50;

/// The run of an evaluation at its optimum; `None` where nothing was counted.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn of(
    project: &Project,
    choice: &Choice,
    evaluation: &Evaluation,
    inputs: RunInputs,
    unmapped: Vec<String>,
    time: u64,
    progress: &dyn Progress,
) -> Result<Option<Run>, Cancelled> {
    let (Some(matched), Some(model), Some(entry)) =
        (&evaluation.matched, choice.model(project), choice.dataset(project))
    else {
        return Ok(None);
    };
    let best = matched.optima.pooled;
    let counter = matched.timeline.counter_at(best.unwrap_or(0.0));
    let at_step = |step| {
        progress.check()?;
        Ok(matched.timeline.counter_at(threshold_of(step)))
    };
    let steps: Vec<Counter> = (0..=STEPS).map(at_step).collect::<Result<_, Cancelled>>()?;
    let multilabel = evaluation.multilabel_at(best.unwrap_or(0.0), progress)?;
    let identity = &evaluation.dataset.identity;
    let pairing = evaluation.objects().map(|_| matched.settings);
    Ok(Some(Run {
        schema: SCHEMA.to_owned(),
        time,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        task: evaluation.task,
        model: RunModel {
            project: project.name.clone(),
            id: model.id.clone(),
            version: model.version.clone(),
            trained_on: model.trained_on.clone(),
            head: model.head.is_some(),
        },
        dataset: RunDataset {
            project: identity.project.clone(),
            id: entry.key().into_owned(),
            version: entry.version.clone(),
            splits: choice.splits.clone(),
            items: evaluation.dataset.images.len(),
            truths: evaluation.dataset.countable_truths(),
            classes: evaluation.dataset.classes.len(),
        },
        settings: RunSettings {
            iou: pairing.map(|settings| settings.iou),
            matching: pairing.map(|settings| settings.matching.name().to_owned()),
            scoring: evaluation.texts().map(|texts| texts.scoring.clone()).filter(|s| *s != Scoring::default()),
        },
        inputs,
        summary: summary::numbers(evaluation, best, &counter, multilabel.as_ref()),
        classes: summary::classes(evaluation, &counter, &steps),
        at_steps: steps.iter().map(|step| (step.totals().correct, step.totals().kept())).collect(),
        unmapped,
    }))
}

/// What is known of the files of an evaluation without reading them.
#[must_use]
pub fn stamp(root: &Path, looks: &Fingerprint) -> String {
    let mut hasher = blake3::Hasher::new();
    for (file, look) in looks {
        hasher.update(inside(root, file).as_bytes()).update(b"\n");
        if let Some((bytes, changed)) = look {
            let changed = changed.duration_since(UNIX_EPOCH).unwrap_or_default();
            hasher.update(&bytes.to_le_bytes()).update(&changed.as_nanos().to_le_bytes());
        }
    }
    short(&hasher)
}

/// What is known of the files of an evaluation, their contents included.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn inputs(root: &Path, looks: &Fingerprint, progress: &dyn Progress) -> Result<RunInputs, Cancelled> {
    let files: Vec<PathBuf> = looks.iter().map(|(file, _)| file.clone()).collect();
    let hashes = formats::hash::files(&files, progress)?;
    let mut hasher = blake3::Hasher::new();
    for (file, hash) in files.iter().zip(hashes) {
        hasher.update(inside(root, file).as_bytes()).update(b"\n").update(hash.unwrap_or_default().as_bytes());
    }
    let bytes = looks.iter().filter_map(|(_, look)| Some(look.as_ref()?.0)).sum();
    Ok(RunInputs { files: files.len(), bytes, stamp: stamp(root, looks), hash: short(&hasher) })
}

fn short(hasher: &blake3::Hasher) -> String {
    hasher.finalize().to_hex().chars().take(32).collect()
}

/// A path as the project sees it, so that a folder that moves keeps its runs.
fn inside(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/")
}

/// Makes the run of an evaluation and writes it, unless one of the same files and settings is known.
///
/// # Errors
/// A sentence where it cannot be written; cancelled.
pub fn record(
    keeper: &Keeper,
    project: &OpenProject,
    choice: &Choice,
    evaluation: &Evaluation,
    (looks, mappings): (&Fingerprint, &[ClassMapping]),
    known: &[StoredRun],
    progress: &dyn Progress,
) -> Result<Option<StoredRun>, JobError> {
    let failed = |text: String| JobError::Failed(text);
    let time = journal::now();
    let inputs = inputs(&project.root, looks, progress)?;
    let unmapped = mappings.iter().filter(|mapping| mapping.to.is_none()).take(UNMAPPED);
    let unmapped = unmapped.map(|mapping| mapping.from.clone()).collect();
    let Some(run) = of(&project.recognised.project, choice, evaluation, inputs, unmapped, time, progress)? else {
        return Ok(None);
    };
    let run = Run::parse(&run.to_text()).map_err(failed)?;
    let same = |k: &&StoredRun| Run { time, program: run.program.clone(), ..k.run.clone() } == run;
    if let Some(known) = known.iter().find(same) {
        return Ok(Some(known.clone()));
    }
    match keeper.place(&project.root).map_err(|e| failed(e.to_string()))? {
        Some(place) => stored::write(&place, &run).map(Some).map_err(|e| failed(e.to_string())),
        // It lives as long as the program does.
        None => Ok(Some(StoredRun {
            file: PathBuf::from(format!("run {time} {}", blake3::hash(run.identity().as_bytes()).to_hex())),
            run,
        })),
    }
}
