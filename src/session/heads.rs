//! What a linear head says about the items of a dataset with embeddings of the same kind, its classes mapped by name.

use std::collections::HashMap;
use std::path::Path;

use crate::formats::{ClassMapping, class_map, embeddings};
use crate::jobs::JobError;
use crate::model::project::{Choice, DatasetEntry, ModelEntry, Project};
use crate::model::{ClassId, ClassScores, Dataset, Embedding, Findings, ModelIdentity, Progress, Severity};
use crate::store::kept;
use crate::vectors::head::{Head, HeadError};
use crate::vectors::{Rows, RowsError};

/// Scores of a dataset's items with what was noticed, and how the classes were read.
pub type Said = (ClassScores, Findings, Vec<ClassMapping>);

impl From<HeadError> for JobError {
    fn from(error: HeadError) -> Self {
        match error {
            HeadError::Cancelled(_) => Self::Cancelled,
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<RowsError> for JobError {
    fn from(error: RowsError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// True where the choice's outputs are computed by a head, as the model has none for one of its splits.
#[must_use]
pub fn are_needed(project: &Project, choice: &Choice) -> bool {
    let Some((model, dataset)) = choice.model(project).zip(choice.dataset(project)) else { return false };
    model.can_compute(dataset) && choice.splits.iter().any(|split| model.outputs(dataset, split, |_| 0).is_none())
}

/// Reads the head and the embeddings, and classifies.
///
/// # Errors
/// A sentence where a file cannot be read, the embeddings are of another kind, or no class of the head is one of the
/// dataset's; cancelled.
pub fn class_scores(
    root: &Path,
    project: &Project,
    choice: &Choice,
    dataset: &Dataset,
    progress: &dyn Progress,
) -> Result<Said, JobError> {
    let missing = || JobError::Failed("The model has no linear head, or the dataset no embeddings".to_owned());
    let (model, entry) = choice.model(project).zip(choice.dataset(project)).ok_or_else(missing)?;
    let head = read(root, model)?;
    let embedding = vectors(root, entry, progress)?;
    let mut findings = embedding.1;
    let rows = Rows::of(&embedding.0)?;
    let scores = head.predict(rows, progress)?;
    let of_rows = Rowwise { scores: &scores, embedding: &embedding.0 };
    let (mut scores, mappings) = of_rows.arranged(&head, dataset, project, &mut findings);
    if dataset.image_ids().all(|item| scores.is_absent(item)) {
        return Err(JobError::Failed(format!(
            "No item of {}, {}, has a vector among its embeddings, so that {}@{} cannot classify any; add them",
            entry.key(),
            choice.splits.join(" + "),
            model.id,
            model.version
        )));
    }
    if mappings.iter().all(|m| m.to.is_none()) {
        return Err(JobError::Failed(format!(
            "No class of {}@{} ({}) is a class of {}; map them in `class_map` of evalens.json",
            model.id,
            model.version,
            head.class_names().iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", "),
            entry.key()
        )));
    }
    class_map::report(&mappings, &mut findings);
    scores.identity =
        ModelIdentity { project: project.name.clone(), id: model.id.clone(), version: model.version.clone() };
    Ok((scores, findings, mappings))
}

fn read(root: &Path, model: &ModelEntry) -> Result<Head, JobError> {
    let file = root.join(model.head.as_deref().unwrap_or_default());
    let text = kept::read_head(&file).map_err(|e| JobError::Failed(e.to_string()))?;
    serde_json::from_str(&text).map_err(|e| {
        JobError::Failed(format!("{}: is no linear head ({e}); train it again by a cross-validation", file.display()))
    })
}

/// The vectors that a project names for a dataset.
///
/// # Errors
/// A sentence where it names none or they cannot be read; cancelled.
pub fn vectors(root: &Path, entry: &DatasetEntry, progress: &dyn Progress) -> Result<(Embedding, Findings), JobError> {
    let named = entry.embeddings.as_ref().ok_or_else(|| {
        let name = entry.key();
        JobError::Failed(format!("Dataset {name} has no embeddings; name them under `embeddings` in evalens.json"))
    })?;
    progress.stage("Reading embeddings");
    let root = entry.root(root);
    let ids = named.ids.as_ref().map(|ids| root.join(ids));
    Ok(embeddings::read(&root.join(&named.vectors), ids.as_deref(), progress)?)
}

/// Scores in the order of the vectors.
struct Rowwise<'a> {
    scores: &'a ClassScores,
    embedding: &'a Embedding,
}

impl Rowwise<'_> {
    /// The scores in the order of the dataset's items and classes. A class that the head has not learnt has 0.
    fn arranged(
        &self,
        head: &Head,
        dataset: &Dataset,
        project: &Project,
        findings: &mut Findings,
    ) -> (ClassScores, Vec<ClassMapping>) {
        let mut mappings = Vec::with_capacity(head.class_names().len());
        let mut columns: Vec<Option<ClassId>> = Vec::with_capacity(mappings.len());
        for name in head.class_names() {
            let (class, why) = class_map::by_name(name, &dataset.classes, &project.class_map);
            let to = class.map(|class| dataset.classes.name(class).to_owned());
            mappings.push(ClassMapping { from: name.clone(), to, why, count: self.embedding.len() });
            columns.push(class);
        }
        for class in dataset.classes.ids().filter(|class| !columns.contains(&Some(*class))) {
            findings.add(
                Severity::Warning,
                "missing-class-column",
                "The head has not learnt classes of the dataset; their score is taken as 0, as of a model that never says \
                 them.",
                || dataset.classes.name(class).to_owned(),
            );
        }
        let rows: HashMap<&str, usize> =
            self.embedding.ids.iter().enumerate().map(|(row, id)| (id.as_str(), row)).collect();
        let classes = dataset.classes.len();
        let mut values = vec![0.0; dataset.images.len() * classes];
        let mut absent = vec![true; dataset.images.len()];
        let mut row_scores = Vec::new();
        let items = dataset.images.iter().zip(values.chunks_exact_mut(classes.max(1)).zip(&mut absent));
        for (image, (to, absent)) in items {
            let row = rows.get(image.name.as_str());
            let copied =
                row.is_some_and(|&row| self.scores.copy_row(crate::model::ImageId::from_index(row), &mut row_scores));
            if !copied {
                findings.add(
                    Severity::Warning,
                    "no-vector",
                    "Items without a vector are not classified; add them to the embeddings.",
                    || image.name.clone(),
                );
                continue;
            }
            *absent = false;
            for (score, class) in row_scores.iter().zip(&columns) {
                if let Some(slot) = class.and_then(|class| to.get_mut(class.index())) {
                    // Two classes of the head may mean the same one here; their probabilities add up.
                    *slot += *score;
                }
            }
        }
        (ClassScores::of_rows(classes, values, absent), mappings)
    }
}
