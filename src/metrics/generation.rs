//! Generated texts: every number of every answer as a column, the numbers of the whole set, and which answers pass.
//!
//! A pass threshold on one column takes the place of the confidence: an answer that reaches it is right, one that does not is
//! missed. So the slider, the selection and the map need not know that they look at texts.

pub mod agreement;
mod choices;
mod columns;
mod lengths;
pub mod outcomes;
pub mod parts;
mod signs;
pub mod slices;
pub mod sums;
pub mod take_out;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::model::{Answers, Cancelled, Progress, Scoring};

use super::text::scores::Signatures;
use super::text::{CorpusScores, ItemCounts, ItemScores, TextItem, TextOptions, score_and_count};

pub use columns::{Better, Column, ColumnKind};
pub use lengths::word_count;
pub use signs::{Signs, language};
pub use take_out::{PatternError, TakeOut};

/// 95 % intervals of numbers of the whole set, by the key of their column.
pub type Intervals = BTreeMap<String, (f64, f64)>;

/// Answers up to which TER is computed unless the scoring says otherwise.
const MOST_WITH_TER: usize = 20_000;

/// The scored answers of a model. Immutable.
#[derive(Clone, Debug)]
pub struct Generation {
    /// What was read.
    pub answers: Arc<Answers>,
    /// How it is scored.
    pub scoring: Scoring,
    /// What is scored of each answer; `None` where the model has none, which is scored as an empty one.
    pub scored: Arc<Vec<Option<String>>>,
    /// What it is compared with.
    pub references: Arc<Vec<Vec<String>>>,
    /// True for answers in which the filter or the split word found nothing.
    pub unmatched: Arc<Vec<bool>>,
    /// Every number of every answer: metrics first, then what a judge says, checks, lengths, everything else.
    pub columns: Arc<Vec<Arc<Column>>>,
    /// The column that decides which answers pass.
    pub pass: usize,
    /// Numbers of the whole set.
    pub corpus: CorpusScores,
    /// What corpus numbers add up.
    pub counts: Arc<Vec<ItemCounts>>,
    signs: Arc<OnceLock<Vec<Signs>>>,
}

impl Generation {
    /// Scores answers.
    ///
    /// # Errors
    /// [`Failure::Pattern`] where a regular expression cannot be read; cancelled.
    pub fn score(answers: Arc<Answers>, scoring: Scoring, progress: &dyn Progress) -> Result<Self, Failure> {
        let take_out = TakeOut::new(&scoring)?;
        progress.stage("Taking answers apart");
        let taken = take_out.apply(&answers, progress)?;
        let items: Vec<TextItem<'_>> = taken
            .outputs
            .iter()
            .zip(&taken.references)
            .map(|(output, references)| TextItem {
                prediction: output.as_deref().unwrap_or_default(),
                references: references.iter().map(String::as_str).collect(),
            })
            .collect();
        let (scores, mut corpus) = score_and_count(
            &items,
            TextOptions { stem: scoring.stem, ter: scoring.ter.unwrap_or(items.len() <= MOST_WITH_TER) },
            progress,
        )?;
        let (mut scores, counts): (Vec<ItemScores>, Vec<ItemCounts>) = scores.into_iter().unzip();
        if !scoring.normalises() {
            exact_as_written(&items, &mut scores, &mut corpus);
        }
        let all =
            columns::Sources { answers: &answers, taken: &taken, scores: &scores, corpus: &corpus, scoring: &scoring };
        let columns: Vec<Arc<Column>> = columns::all(&all, &take_out, progress)?.into_iter().map(Arc::new).collect();
        let pass = columns::pass(&columns, &answers, &scoring);
        drop(items);
        Ok(Self {
            scored: Arc::new(taken.outputs),
            references: Arc::new(taken.references),
            unmatched: Arc::new(taken.unmatched),
            columns: Arc::new(columns),
            counts: Arc::new(counts),
            pass,
            corpus,
            answers,
            scoring,
            signs: Arc::default(),
        })
    }

    /// What is odd about each answer; looked for when it is asked for the first time, which takes a while.
    #[must_use]
    pub fn signs(&self) -> &[Signs] {
        self.signs.get_or_init(|| signs::signs(self))
    }

    /// The same answers in another way. Where only weights, the passing number or what is shown differ, nothing is compared
    /// again.
    ///
    /// # Errors
    /// As [`Self::score`].
    pub fn rescored(&self, scoring: Scoring, progress: &dyn Progress) -> Result<Self, Failure> {
        let texts = |s: &Scoring| (s.after.clone(), s.filter.clone(), s.normalise, s.stem, s.ter, s.checks.clone());
        if texts(&scoring) != texts(&self.scoring) {
            return Self::score(Arc::clone(&self.answers), scoring, progress);
        }
        let mut columns = (*self.columns).clone();
        columns::reweigh(&mut columns, &scoring);
        let pass = columns::pass(&columns, &self.answers, &scoring);
        Ok(Self { columns: Arc::new(columns), pass, scoring, ..self.clone() })
    }

    /// The column of a key.
    #[must_use]
    pub fn column(&self, key: &str) -> Option<&Column> {
        self.columns.iter().map(AsRef::as_ref).find(|column| column.key == key)
    }

    /// The column that decides which answers pass.
    #[must_use]
    pub fn pass_column(&self) -> Option<&Column> {
        self.columns.get(self.pass).map(AsRef::as_ref)
    }

    /// The passing number of every answer, turned so that more is better.
    pub fn pass_scores(&self) -> impl Iterator<Item = Option<f64>> + '_ {
        (0..self.answers.len()).map(|item| self.pass_score(item))
    }

    /// That of one answer.
    #[must_use]
    pub fn pass_score(&self, item: usize) -> Option<f64> {
        let column = self.pass_column()?;
        column.value(item).map(|value| column.as_score(value))
    }

    /// Items with a reference.
    #[must_use]
    pub fn with_reference(&self) -> usize {
        self.references.iter().filter(|references| !references.is_empty()).count()
    }

    /// sacrebleu's signatures.
    #[must_use]
    pub fn signatures(&self) -> Option<&Signatures> {
        self.corpus.signatures.as_ref()
    }

    /// The columns that the scoring wants to see, in its order; all where it names none. `judge` stands for every criterion.
    pub fn shown(&self) -> impl Iterator<Item = &Column> {
        let wanted = &self.scoring.metrics;
        let all = self.columns.iter().map(AsRef::as_ref).filter(move |_| wanted.is_empty());
        let named = wanted.iter().flat_map(move |key| {
            let is = move |column: &&Column| column.key == *key || (key == "judge" && column.kind == ColumnKind::Judge);
            self.columns.iter().map(AsRef::as_ref).filter(is)
        });
        all.chain(named)
    }

    /// Answers that the model does not have.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.answers.outputs.iter().filter(|output| output.is_none()).count()
    }
}

/// Why answers were not scored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A regular expression cannot be read.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Exact match of what is written, without white space around it.
fn exact_as_written(items: &[TextItem<'_>], scores: &mut [ItemScores], corpus: &mut CorpusScores) {
    items.par_iter().zip(scores.par_iter_mut()).for_each(|(item, scores)| {
        let equal = |reference: &&str| reference.trim() == item.prediction.trim();
        scores.exact_match = scores.exact_match.map(|_| f64::from(item.references.iter().any(equal)));
    });
    let sum: f64 = scores.iter().filter_map(|scores| scores.exact_match).sum();
    corpus.exact_match = (corpus.items > 0).then(|| sum / corpus.items as f64);
}
