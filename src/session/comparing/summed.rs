//! One evaluation summed up at a threshold, as one side of a document of comparisons.

use crate::jobs::JobError;
use crate::metrics::{Evaluation, MatchTable};
use crate::model::{DatasetIdentity, ModelIdentity, Progress};
use crate::report::compare::Side;
use crate::report::document::ConfidenceSource;

/// One model's evaluation, summed up.
#[derive(Clone, Debug)]
pub struct Summed {
    /// What the model is called.
    pub model: ModelIdentity,
    /// What it was evaluated on.
    pub dataset: DatasetIdentity,
    /// How much there is, in words.
    pub size: String,
    /// Its outcomes.
    pub table: MatchTable,
    /// The threshold as people write it.
    pub confidence: f64,
    /// Where it came from.
    pub source: ConfidenceSource,
    /// Of generated texts what an answer has to reach.
    pub pass: Option<String>,
    /// Its confusion matrix there.
    pub matrix: Option<Vec<Vec<u64>>>,
}

impl Summed {
    /// At a threshold of the counts, at the optimum where none is given.
    ///
    /// # Errors
    /// Cancelled.
    pub fn of(evaluation: &Evaluation, given: Option<f64>, progress: &dyn Progress) -> Result<Self, JobError> {
        let optimum = || evaluation.matched.as_ref().and_then(|matched| matched.optima.pooled).unwrap_or(0.0);
        let confidence = given.unwrap_or_else(optimum);
        let column = evaluation.texts().and_then(|texts| texts.pass_column());
        Ok(Self {
            table: MatchTable::of(evaluation, confidence, progress)?,
            pass: column.map(|column| column.condition(confidence)),
            matrix: evaluation.matrix_at(confidence, progress)?,
            model: evaluation.predictions.identity.clone(),
            dataset: evaluation.dataset.identity.clone(),
            size: evaluation.size().into_iter().take(2).collect::<Vec<_>>().join(", "),
            confidence: evaluation.turned(confidence),
            source: given.map_or_else(|| ConfidenceSource::of(evaluation), |_| ConfidenceSource::Given),
        })
    }

    /// As the document has it.
    #[must_use]
    pub fn side(&self) -> Side<'_> {
        let Self { confidence, source, .. } = *self;
        Side { model: &self.model, table: &self.table, confidence, source, matrix: self.matrix.as_deref() }
    }

    /// `model@version`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}@{}", self.model.id, self.model.version)
    }
}
