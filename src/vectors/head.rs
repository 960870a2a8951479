//! A linear head: what logistic regression has learnt from embeddings, able to classify others of the same kind. Knows how
//! one is trained and asked; does not know folds.

use serde::{Deserialize, Serialize};

use crate::model::{Cancelled, ClassId, ClassScores, ClassTable, Progress};

use super::Rows;
use super::logistic::{self, FitError, Objective, Standard};

/// How often a fit that fails is tried again, each time with a penalty ten times as strong.
const RETRIES: u32 = 3;

/// A trained linear classifier of embeddings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Head {
    class_names: Vec<String>,
    learnt: Vec<ClassId>,
    mean: Vec<f64>,
    scale: Vec<f64>,
    weights: Vec<f64>,
    intercept: Vec<f64>,
    alpha: f64,
    asked_alpha: f64,
    iterations: usize,
    trained_on: usize,
}

/// A head as it was read, before anyone looked at it.
#[derive(Deserialize)]
struct Unchecked {
    class_names: Vec<String>,
    learnt: Vec<ClassId>,
    mean: Vec<f64>,
    scale: Vec<f64>,
    weights: Vec<f64>,
    intercept: Vec<f64>,
    alpha: f64,
    asked_alpha: f64,
    iterations: usize,
    trained_on: usize,
}

/// Why a head cannot be used. Each message is a whole sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeadError {
    /// Someone asked for it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// Embeddings of another kind.
    #[error(
        "The head was trained on embeddings of {head} dimensions, these have {rows}; use embeddings of the same model."
    )]
    Dimensions {
        /// Dimensions of the head.
        head: usize,
        /// Dimensions of the embeddings.
        rows: usize,
    },
    /// A written head that does not fit together.
    #[error("The head is damaged: {what}. Train it again.")]
    Damaged {
        /// What does not fit.
        what: &'static str,
    },
}

impl TryFrom<Unchecked> for Head {
    type Error = HeadError;

    fn try_from(read: Unchecked) -> Result<Self, HeadError> {
        let damaged = |what| Err(HeadError::Damaged { what });
        let (d, k) = (read.mean.len(), logistic::outputs(read.learnt.len()));
        if read.learnt.len() < 2 || !read.learnt.is_sorted_by(|a, b| a < b) {
            return damaged("it has not learnt two different classes");
        }
        if read.learnt.iter().any(|class| class.index() >= read.class_names.len()) {
            return damaged("it has learnt a class without a name");
        }
        if d == 0 || read.scale.len() != d || read.weights.len() != d * k || read.intercept.len() != k {
            return damaged("its tables are of different sizes");
        }
        let numbers = [&read.mean, &read.scale, &read.weights, &read.intercept];
        if numbers.iter().any(|table| table.iter().any(|v| !v.is_finite())) || read.scale.contains(&0.0) {
            return damaged("not all of its numbers can be computed with");
        }
        let Unchecked { class_names, learnt, mean, scale, weights, intercept, .. } = read;
        let Unchecked { alpha, asked_alpha, iterations, trained_on, .. } = read;
        Ok(Self { class_names, learnt, mean, scale, weights, intercept, alpha, asked_alpha, iterations, trained_on })
    }
}

impl Head {
    /// The classes it was trained with, in the order of its scores; those without training items included.
    #[must_use]
    pub fn class_names(&self) -> &[String] {
        &self.class_names
    }

    /// The classes that had training items: only these are ever predicted.
    #[must_use]
    pub fn learnt(&self) -> &[ClassId] {
        &self.learnt
    }

    /// Dimensions of the embeddings it takes.
    #[must_use]
    pub const fn dimensions(&self) -> usize {
        self.mean.len()
    }

    /// Weights for standardised embeddings: a row a dimension, a column a learnt class, or one column (the second class
    /// against the first) for two.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The intercepts, one a column of [`Self::weights`].
    #[must_use]
    pub fn intercept(&self) -> &[f64] {
        &self.intercept
    }

    /// What is subtracted from each dimension.
    #[must_use]
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// What each dimension is divided by.
    #[must_use]
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }

    /// Strength of the penalty it was trained with.
    #[must_use]
    pub const fn alpha(&self) -> f64 {
        self.alpha
    }

    /// Strength that was asked for; weaker than [`Self::alpha`] where the fit failed with it.
    #[must_use]
    pub const fn asked_alpha(&self) -> f64 {
        self.asked_alpha
    }

    /// Steps of the optimiser.
    #[must_use]
    pub const fn iterations(&self) -> usize {
        self.iterations
    }

    /// Number of training items.
    #[must_use]
    pub const fn trained_on(&self) -> usize {
        self.trained_on
    }

    /// Weights and intercepts as a point of the objective: a start for a similar fit.
    pub(super) fn point(&self) -> Vec<f64> {
        [self.weights.as_slice(), &self.intercept].concat()
    }

    /// Probabilities of all classes for every row, in the order of [`Self::class_names`]; 0 for a class it has not learnt.
    ///
    /// # Errors
    /// [`HeadError::Dimensions`] for embeddings of another kind, [`HeadError::Cancelled`].
    pub fn predict(&self, rows: Rows<'_>, progress: &dyn Progress) -> Result<ClassScores, HeadError> {
        if rows.dimensions() != self.dimensions() {
            return Err(HeadError::Dimensions { head: self.dimensions(), rows: rows.dimensions() });
        }
        progress.stage("Classifying embeddings");
        let items: Vec<u32> = (0..rows.len() as u32).collect();
        let table = self.probabilities(rows, &items, progress)?;
        progress.progress(1, 1);
        Ok(ClassScores::of_rows(self.class_names.len(), table, Vec::new()))
    }

    /// The same for some rows, as a table.
    pub(super) fn probabilities(
        &self,
        rows: Rows<'_>,
        items: &[u32],
        progress: &dyn Progress,
    ) -> Result<Vec<f64>, Cancelled> {
        let standard = Standard { mean: self.mean.clone(), scale: self.scale.clone() };
        let learnt = logistic::probabilities(rows, items, &standard, &self.point(), || progress.check())?;
        let classes = self.class_names.len();
        if classes == self.learnt.len() {
            return Ok(learnt);
        }
        let mut all = vec![0.0; items.len() * classes];
        for (to, from) in all.chunks_exact_mut(classes).zip(learnt.chunks_exact(self.learnt.len())) {
            for (class, &p) in self.learnt.iter().zip(from) {
                if let Some(slot) = to.get_mut(class.index()) {
                    *slot = p;
                }
            }
        }
        Ok(all)
    }
}

/// What heads are trained from.
#[derive(Clone, Copy, Debug)]
pub struct Training<'a> {
    /// The embeddings.
    pub rows: Rows<'a>,
    /// The class of each row.
    pub labels: &'a [ClassId],
    /// All classes.
    pub classes: &'a ClassTable,
    /// See [`super::params::KFoldParams::tolerance`].
    pub tolerance: f64,
    /// Steps at most.
    pub iterations: usize,
}

impl Training<'_> {
    /// Trains on some items: standardises on them, and fits the classes that occur among them. A fit that fails is tried
    /// again with a penalty ten times as strong, three times at most. `start` is a head of the same items to begin from.
    /// `each` is told before every step how much is done, about.
    ///
    /// # Errors
    /// [`FitError`]: the last of the solver's, after all tries.
    pub fn head(
        &self,
        items: &[u32],
        alpha: f64,
        start: Option<&Head>,
        mut each: impl FnMut(f64) -> Result<(), Cancelled>,
    ) -> Result<Head, FitError> {
        let label = |item: &u32| self.labels.get(*item as usize).copied().unwrap_or(ClassId(u32::MAX));
        let mut learnt: Vec<ClassId> = items.iter().map(label).collect();
        learnt.sort_unstable();
        learnt.dedup();
        match learnt.as_slice() {
            [] => return Err(FitError::NoItems),
            [only] => return Err(FitError::OneClass { class: self.classes.name(*only).to_owned() }),
            _ => {}
        }
        let targets = items.iter().map(|item| learnt.binary_search(&label(item)).unwrap_or(0) as u32).collect();
        let standard = Standard::of(self.rows, items);
        let start = start.filter(|head| head.learnt == learnt).map_or_else(Vec::new, Head::point);
        let mut objective = Objective::new(self.rows, items, targets, learnt.len(), &standard, alpha);
        let mut tries = 0;
        let fit = loop {
            match logistic::fit(&objective, start.clone(), self.tolerance, self.iterations, &mut each) {
                Err(error) if error.is_of_the_solver() && tries < RETRIES => {
                    tries += 1;
                    objective.set_alpha(alpha * 10_f64.powi(tries as i32));
                }
                other => break other?,
            }
        };
        let used = objective.alpha();
        let mut weights = fit.point;
        let intercept = weights.split_off(self.rows.dimensions() * logistic::outputs(learnt.len()));
        Ok(Head {
            class_names: self.classes.names().to_vec(),
            learnt,
            mean: standard.mean,
            scale: standard.scale,
            weights,
            intercept,
            alpha: used,
            asked_alpha: alpha,
            iterations: fit.iterations,
            trained_on: items.len(),
        })
    }
}
