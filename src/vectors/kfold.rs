//! Cross-validation of a linear head on embeddings: every item is predicted once, by a head that never saw it. Knows folds
//! and heads; does not know the metrics of what comes out, except the accuracy of each fold.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::model::{Cancelled, ClassId, ClassScores, ClassTable, Progress};

use super::folds;
use super::head::{Head, Training};
use super::logistic::FitError;
use super::params::{Checked, KFoldParams, Strength};
use super::{Rows, RowsError};

/// Shares of the training part at which a learning curve is read.
pub const SHARES: [f64; 4] = [0.1, 0.25, 0.5, 1.0];
/// Units of progress in one fit.
const UNITS: usize = 1000;
/// Units of these for the fits that choose its strength.
const CHOOSING: usize = 800;

/// Embeddings with the class of each, and the groups that stay together in one fold.
#[derive(Clone, Copy, Debug)]
pub struct Labelled<'a> {
    /// One row an item.
    pub rows: Rows<'a>,
    /// One class an item.
    pub labels: &'a [ClassId],
    /// All classes.
    pub classes: &'a ClassTable,
    /// One group an item, if there are groups: of items that must not be divided between training and held-out part.
    pub groups: Option<&'a [u32]>,
}

/// Why there is no cross-validation at all. Each message is a whole sentence.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CrossError {
    /// Someone asked for it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The embeddings cannot be computed with.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// Columns of different length, or a class that is not in the table.
    #[error(
        "{items} items have {labels} labels and {groups} groups; each item needs one of each, of a class of the table."
    )]
    Mismatch {
        /// Rows.
        items: usize,
        /// Labels of classes of the table.
        labels: usize,
        /// Groups, the number of items where there are none.
        groups: usize,
    },
    /// See [`folds::check`].
    #[error("{}", .0.join(" "))]
    Requirements(Vec<String>),
    /// A head could not be trained on everything.
    #[error("The head could not be trained: {0}.")]
    Fit(FitError),
}

/// What came of one fold.
#[derive(Clone, Debug, PartialEq)]
pub struct Fold {
    /// Items it held out.
    pub items: usize,
    /// Items it was trained on.
    pub trained_on: usize,
    /// The fit, or why there is none; its items then have no prediction.
    pub outcome: Result<FoldFit, FitError>,
}

/// A fold that was fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldFit {
    /// Share of the held-out items whose class has the highest probability; `None` where nothing was held out.
    pub accuracy: Option<f64>,
    /// Strength of the penalty.
    pub alpha: f64,
    /// Strength that was asked for or chosen; weaker than `alpha` where the fit failed with it.
    pub asked_alpha: f64,
    /// Steps of the optimiser.
    pub iterations: usize,
}

/// A finished cross-validation.
#[derive(Clone, Debug, PartialEq)]
pub struct CrossValidation {
    /// The fold that held out each item.
    pub fold_of: Vec<u32>,
    /// Probabilities of every item by the head that did not see it; items of a fold without a fit are absent.
    pub scores: ClassScores,
    /// What came of each fold.
    pub folds: Vec<Fold>,
    /// What makes the numbers shaky, in sentences.
    pub warnings: Vec<String>,
}

impl CrossValidation {
    /// Mean and population standard deviation of the folds' accuracies; `None` where no fold has one.
    #[must_use]
    pub fn accuracy(&self) -> Option<(f64, f64)> {
        mean_and_deviation(self.folds.iter().filter_map(|fold| fold.outcome.as_ref().ok()?.accuracy))
    }

    /// A sentence for each fold that could not be fitted, and for each that needed a stronger penalty.
    #[must_use]
    pub fn troubles(&self) -> Vec<String> {
        let sentence = |(number, fold): (usize, &Fold)| match &fold.outcome {
            Err(reason) => Some(format!("Fold {number} could not be fitted: {reason}.")),
            Ok(fit) if fit.alpha > fit.asked_alpha => Some(format!(
                "Fold {number} could be fitted only with α = {} instead of {}.",
                fit.alpha, fit.asked_alpha
            )),
            Ok(_) => None,
        };
        (1..).zip(&self.folds).filter_map(sentence).collect()
    }
}

/// Accuracy after training on a share of each training part.
#[derive(Clone, Debug, PartialEq)]
pub struct CurvePoint {
    /// Share of the training part.
    pub share: f64,
    /// Items trained on, the mean over folds.
    pub trained_on: f64,
    /// Accuracy of each fold; `None` where it could not be fitted.
    pub folds: Vec<Option<f64>>,
}

impl CurvePoint {
    /// Mean and population standard deviation over the folds that could be fitted; `None` where there is none.
    #[must_use]
    pub fn accuracy(&self) -> Option<(f64, f64)> {
        mean_and_deviation(self.folds.iter().copied().flatten())
    }
}

/// Trains and asks a head per fold, the folds side by side in the rayon pool of the caller. The result depends on the
/// arguments alone, not on the number of threads.
///
/// # Errors
/// [`CrossError`] where there can be no cross-validation; a single fold that cannot be fitted is part of the result.
pub fn cross_validate(
    data: &Labelled<'_>,
    params: &Checked,
    progress: &dyn Progress,
) -> Result<CrossValidation, CrossError> {
    let params = params.get();
    let warnings = data.check(params.folds)?;
    progress.stage(&format!("Training {} heads", params.folds));
    let split = Split::of(data, params);
    let ticker = Ticker::new(params.folds, progress);
    let done: Vec<_> = (0..params.folds)
        .into_par_iter()
        .map(|fold| split.run(fold, 1.0, &ticker))
        .collect::<Result<_, Cancelled>>()?;
    let classes = data.classes.len();
    let mut table = vec![0.0; data.rows.len() * classes];
    let mut absent = vec![false; data.rows.len()];
    let mut folds = Vec::with_capacity(done.len());
    for Held { items, trained_on, outcome } in done {
        for (place, &item) in items.iter().enumerate() {
            let to = table.get_mut(item as usize * classes..(item as usize + 1) * classes);
            let from = outcome.as_ref().ok().and_then(|(_, p)| p.get(place * classes..(place + 1) * classes));
            match (to, from, absent.get_mut(item as usize)) {
                (Some(to), Some(from), _) => to.copy_from_slice(from),
                (_, _, Some(flag)) => *flag = true,
                _ => {}
            }
        }
        folds.push(Fold { items: items.len(), trained_on, outcome: outcome.map(|(fit, _)| fit) });
    }
    Ok(CrossValidation {
        fold_of: split.fold_of,
        scores: ClassScores::of_rows(classes, table, absent),
        folds,
        warnings,
    })
}

/// The same folds trained on [`SHARES`] of their training parts, each share a part of the next, stratified.
///
/// # Errors
/// As [`cross_validate`].
pub fn learning_curve(
    data: &Labelled<'_>,
    params: &Checked,
    progress: &dyn Progress,
) -> Result<Vec<CurvePoint>, CrossError> {
    let params = params.get();
    data.check(params.folds)?;
    progress.stage("Training on parts of the data");
    let split = Split::of(data, params);
    let ticker = Ticker::new(params.folds * SHARES.len(), progress);
    let point = |share: f64| -> Result<CurvePoint, Cancelled> {
        let held: Vec<Held> = (0..params.folds)
            .into_par_iter()
            .map(|fold| split.run(fold, share, &ticker))
            .collect::<Result<_, Cancelled>>()?;
        Ok(CurvePoint {
            share,
            trained_on: held.iter().map(|h| h.trained_on as f64).sum::<f64>() / held.len().max(1) as f64,
            folds: held.iter().map(|h| h.outcome.as_ref().ok().and_then(|(fit, _)| fit.accuracy)).collect(),
        })
    };
    SHARES.into_iter().map(|share| point(share).map_err(CrossError::from)).collect()
}

/// A head trained on all items, to classify other embeddings of the same kind.
///
/// # Errors
/// As [`cross_validate`], and [`CrossError::Fit`].
pub fn train_head(data: &Labelled<'_>, params: &Checked, progress: &dyn Progress) -> Result<Head, CrossError> {
    let params = params.get();
    data.check(params.folds)?;
    progress.stage("Training a head");
    let split = Split { data, params, fold_of: Vec::new() };
    let items: Vec<u32> = (0..data.rows.len() as u32).collect();
    split.train(&items, params.seed, &Ticker::new(1, progress)).map_err(|error| match error {
        FitError::Cancelled(cancelled) => cancelled.into(),
        other => CrossError::Fit(other),
    })
}

impl Labelled<'_> {
    /// The warnings of [`folds::check`], if the columns fit together and nothing stands in the way.
    fn check(&self, folds: usize) -> Result<Vec<String>, CrossError> {
        let items = self.rows.len();
        let labels = self.labels.iter().filter(|label| label.index() < self.classes.len()).count();
        let groups = self.groups.map_or(items, <[u32]>::len);
        if labels != items || self.labels.len() != items || groups != items || u32::try_from(items).is_err() {
            return Err(CrossError::Mismatch { items, labels, groups });
        }
        let found = folds::check(self.labels, self.classes, self.groups, folds);
        if found.are_met() { Ok(found.warnings) } else { Err(CrossError::Requirements(found.errors)) }
    }
}

/// One fold's held-out items with their probabilities, one row an item.
struct Held {
    items: Vec<u32>,
    trained_on: usize,
    outcome: Result<(FoldFit, Vec<f64>), FitError>,
}

struct Split<'a> {
    data: &'a Labelled<'a>,
    params: &'a KFoldParams,
    fold_of: Vec<u32>,
}

impl<'a> Split<'a> {
    fn of(data: &'a Labelled<'a>, params: &'a KFoldParams) -> Self {
        Self { data, params, fold_of: folds::stratified(data.labels, data.groups, params.folds, params.seed) }
    }

    /// Trains on a share of what the fold does not hold out, predicts what it does.
    fn run(&self, fold: usize, share: f64, ticker: &Ticker<'_>) -> Result<Held, Cancelled> {
        let (held, rest): (Vec<_>, Vec<_>) = (0..).zip(&self.fold_of).partition(|(_, f)| **f as usize == fold);
        let numbers = |part: Vec<(u32, &u32)>| -> Vec<u32> { part.into_iter().map(|(item, _)| item).collect() };
        let (held, mut rest) = (numbers(held), numbers(rest));
        if share < 1.0 {
            rest = folds::share_of(&rest, self.data.labels, share, self.params.seed ^ fold as u64);
        }
        let outcome = match self.train(&rest, self.params.seed.wrapping_add(1 + fold as u64), ticker) {
            Err(FitError::Cancelled(cancelled)) => return Err(cancelled),
            Err(reason) => Err(reason),
            Ok(head) => {
                let table = head.probabilities(self.data.rows, &held, ticker.progress)?;
                Ok((self.summary(&head, &held, &table), table))
            }
        };
        Ok(Held { items: held, trained_on: rest.len(), outcome })
    }

    fn summary(&self, head: &Head, held: &[u32], table: &[f64]) -> FoldFit {
        let rows = table.chunks_exact(self.data.classes.len().max(1));
        let right = held.iter().zip(rows).filter(|(item, row)| {
            let best = row.iter().enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best });
            best.map(|(class, _)| class) == self.data.labels.get(**item as usize).map(|class| class.index())
        });
        FoldFit {
            accuracy: (!held.is_empty()).then(|| right.count() as f64 / held.len() as f64),
            alpha: head.alpha(),
            asked_alpha: head.asked_alpha(),
            iterations: head.iterations(),
        }
    }

    fn training(&self) -> Training<'a> {
        let Labelled { rows, labels, classes, .. } = *self.data;
        Training { rows, labels, classes, tolerance: self.params.tolerance, iterations: self.params.iterations }
    }

    /// A head of some items, with the strength asked for or chosen among them.
    fn train(&self, items: &[u32], seed: u64, ticker: &Ticker<'_>) -> Result<Head, FitError> {
        let mut share = Share { ticker, done: 0 };
        let alpha = match &self.params.strength {
            Strength::Fixed(alpha) => *alpha,
            Strength::Chosen { alphas, folds } => {
                let fits = folds * alphas.len();
                let units = CHOOSING / fits;
                share.done = units * fits;
                self.choose(items, alphas, *folds, seed, units, ticker)?
            }
        };
        let from = share.done as f64 / UNITS as f64;
        let head = self.training().head(items, alpha, None, |done| share.at(from + (1.0 - from) * done))?;
        share.at(1.0)?;
        Ok(head)
    }

    /// The strength with the least log loss over inner folds of `items`; each inner fit is `units` of progress.
    fn choose(
        &self,
        items: &[u32],
        alphas: &[f64],
        folds: usize,
        seed: u64,
        units: usize,
        ticker: &Ticker<'_>,
    ) -> Result<f64, FitError> {
        let mut alphas = alphas.to_vec();
        alphas.sort_by(|a, b| b.total_cmp(a));
        let of = |column: &[u32]| -> Vec<u32> {
            items.iter().map(|&item| column.get(item as usize).copied().unwrap_or(0)).collect()
        };
        let labels: Vec<ClassId> =
            items.iter().filter_map(|&item| self.data.labels.get(item as usize)).copied().collect();
        let groups = self.data.groups.map(of);
        let inner = folds::stratified(&labels, groups.as_deref(), folds, seed);
        let losses: Vec<Vec<f64>> = (0..folds as u32)
            .into_par_iter()
            .map(|fold| {
                let part = |held: bool| -> Vec<u32> {
                    items.iter().zip(&inner).filter(|(_, f)| (**f == fold) == held).map(|(item, _)| *item).collect()
                };
                self.losses(&part(false), &part(true), &alphas, units, ticker)
            })
            .collect::<Result<_, FitError>>()?;
        let sum = |at: usize| losses.iter().filter_map(|l| l.get(at)).sum::<f64>();
        let best = (0..alphas.len()).min_by(|&a, &b| sum(a).total_cmp(&sum(b)));
        Ok(best.and_then(|at| alphas.get(at)).copied().unwrap_or(1.0))
    }

    /// The sum of the log losses of the held-out items for each strength, strongest first, each fit starting where the
    /// one before ended; infinite where there is no fit.
    fn losses(
        &self,
        rest: &[u32],
        held: &[u32],
        alphas: &[f64],
        units: usize,
        ticker: &Ticker<'_>,
    ) -> Result<Vec<f64>, FitError> {
        let classes = self.data.classes.len().max(1);
        let mut last: Option<Head> = None;
        let mut losses = Vec::with_capacity(alphas.len());
        for &alpha in alphas {
            let fit = self.training().head(rest, alpha, last.as_ref(), |_| ticker.progress.check());
            ticker.add(units);
            let head = match fit {
                Err(error @ FitError::Cancelled(_)) => return Err(error),
                Err(_) => {
                    losses.push(f64::INFINITY);
                    continue;
                }
                Ok(head) => head,
            };
            let table = head.probabilities(self.data.rows, held, ticker.progress)?;
            let loss = held.iter().zip(table.chunks_exact(classes)).map(|(&item, row)| {
                let label = self.data.labels.get(item as usize).map_or(0, |class| class.index());
                -row.get(label).copied().unwrap_or(0.0).max(f64::EPSILON).ln()
            });
            losses.push(loss.sum());
            last = Some(head);
        }
        Ok(losses)
    }
}

/// Adds up the progress of fits that run side by side.
struct Ticker<'a> {
    progress: &'a dyn Progress,
    done: AtomicUsize,
    total: usize,
}

impl<'a> Ticker<'a> {
    fn new(fits: usize, progress: &'a dyn Progress) -> Self {
        progress.progress(0, fits * UNITS);
        Self { progress, done: AtomicUsize::new(0), total: fits * UNITS }
    }

    fn add(&self, units: usize) {
        let before = self.done.fetch_add(units, Ordering::Relaxed);
        self.progress.progress(before + units, self.total);
    }
}

/// One fit's part of the progress; it never goes back.
struct Share<'a> {
    ticker: &'a Ticker<'a>,
    done: usize,
}

impl Share<'_> {
    fn at(&mut self, share: f64) -> Result<(), Cancelled> {
        self.ticker.progress.check()?;
        let now = (share * UNITS as f64) as usize;
        if now > self.done {
            self.ticker.add(now - self.done);
            self.done = now;
        }
        Ok(())
    }
}

/// Mean and population standard deviation; `None` of nothing.
#[must_use]
pub fn mean_and_deviation(values: impl Iterator<Item = f64> + Clone) -> Option<(f64, f64)> {
    let n = values.clone().count();
    let mean = (n > 0).then(|| values.clone().sum::<f64>() / n as f64)?;
    let variance = values.map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64;
    Some((mean, variance.sqrt()))
}
