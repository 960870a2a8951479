//! A project's choice of generated texts: the items with their references, and the model's answers.

use std::path::Path;

use super::{builder_of, dataset_of, identity_of, model_of, prediction_of, project_file, split_of, split_paths};
use crate::formats::answers::{self, AnswerSet, Chosen};
use crate::formats::error::{FormatError, LoadError};
use crate::model::project::{Choice, Project};
use crate::model::{Findings, Progress, Task};

/// Reads the items of a choice and the answers of its model, pooled split by split in the order given.
///
/// # Errors
/// Where a file cannot be read or used, a split has no outputs, the task is another one, or the work is cancelled.
pub fn load_answers(
    root: &Path,
    project: &Project,
    choice: &Choice,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<AnswerSet, LoadError> {
    let entry = dataset_of(root, project, choice)?;
    let model = model_of(root, project, choice)?;
    if entry.task != Task::TextGeneration {
        let problem = format!("dataset {} is of {}, not of generated texts", entry.id, entry.task.name());
        return Err(FormatError::new(&project_file(root), problem, "write `task`: text-generation").into());
    }
    let home = entry.root(root);
    let mut splits = Vec::with_capacity(choice.splits.len());
    for ((truth, _), name) in split_paths(home, entry, choice)?.into_iter().zip(&choice.splits) {
        splits.push((truth, &split_of(home, entry, name)?.rows, prediction_of(root, model, entry, name)?));
    }
    let identity = identity_of(project, model);
    let chosen = Chosen { entry, identity, home, own: root, splits };
    answers::read(chosen, choice, builder_of(project, entry, choice), findings, progress)
}
