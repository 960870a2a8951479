//! How a cross-validation is done. Knows which settings make sense; does not do it.

use serde::{Deserialize, Serialize};

/// Strength of the penalty on the weights: α = 1/C.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// This one in every fold.
    Fixed(f64),
    /// In every fold the best of these by the log loss of a cross-validation inside its training part (ties: the strongest).
    Chosen {
        /// Strengths to try.
        alphas: Vec<f64>,
        /// Folds inside the training part.
        folds: usize,
    },
}

impl Strength {
    /// A choice among C = 10, 1, 0.1, 0.01 and 0.001 in three inner folds.
    #[must_use]
    pub fn chosen() -> Self {
        Self::Chosen { alphas: vec![0.1, 1.0, 10.0, 100.0, 1000.0], folds: 3 }
    }
}

/// Settings of a cross-validation, as they were entered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KFoldParams {
    /// Number of folds.
    pub folds: usize,
    /// Seed of the folds.
    pub seed: u64,
    /// Strength of the penalty.
    pub strength: Strength,
    /// The fit ends when no component of the gradient of the mean objective is larger: scikit-learn's rule and, by default,
    /// its number.
    pub tolerance: f64,
    /// Steps of the optimiser at most.
    pub iterations: usize,
}

impl Default for KFoldParams {
    fn default() -> Self {
        Self { folds: 5, seed: 0, strength: Strength::Fixed(1.0), tolerance: 1e-4, iterations: 2000 }
    }
}

/// Why settings make no sense. Each message is a whole sentence.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ParamError {
    /// Fewer than two folds, or more than items.
    #[error("The number of folds is {folds}; choose 2 to {items} for {items} items.")]
    Folds {
        /// Folds asked for.
        folds: usize,
        /// Items there are.
        items: usize,
    },
    /// Fewer than two items.
    #[error("Cross-validation needs at least two items; there are {items}.")]
    TooFewItems {
        /// Items there are.
        items: usize,
    },
    /// A penalty of nothing, or less, or not a number.
    #[error("The strength α = 1/C is {alpha}; it must be a number above 0.")]
    Alpha {
        /// Strength asked for.
        alpha: f64,
    },
    /// A choice among nothing.
    #[error("There is no strength to choose from; give at least one.")]
    NoAlphas,
    /// Fewer than two inner folds, or very many.
    #[error("The strength is to be chosen in {folds} inner folds; choose 2 to 20.")]
    InnerFolds {
        /// Inner folds asked for.
        folds: usize,
    },
    /// A tolerance outside what can be reached.
    #[error("The tolerance is {tolerance}; it must be between 1e-12 and 0.1.")]
    Tolerance {
        /// Tolerance asked for.
        tolerance: f64,
    },
    /// No steps at all.
    #[error("The optimiser is allowed no step; allow at least one.")]
    NoIterations,
}

/// Settings that make sense for a number of items.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked(KFoldParams);

impl Checked {
    /// The settings.
    #[must_use]
    pub const fn get(&self) -> &KFoldParams {
        &self.0
    }
}

impl KFoldParams {
    /// The settings, if they make sense for this many items.
    ///
    /// # Errors
    /// The first [`ParamError`].
    pub fn check(self, items: usize) -> Result<Checked, ParamError> {
        if items < 2 {
            return Err(ParamError::TooFewItems { items });
        }
        if !(2..=items).contains(&self.folds) {
            return Err(ParamError::Folds { folds: self.folds, items });
        }
        let alphas = match &self.strength {
            Strength::Fixed(alpha) => std::slice::from_ref(alpha),
            Strength::Chosen { folds, .. } if !(2..=20).contains(folds) => {
                return Err(ParamError::InnerFolds { folds: *folds });
            }
            Strength::Chosen { alphas, .. } if alphas.is_empty() => return Err(ParamError::NoAlphas),
            Strength::Chosen { alphas, .. } => alphas,
        };
        if let Some(&alpha) = alphas.iter().find(|a| !(a.is_finite() && **a > 0.0)) {
            return Err(ParamError::Alpha { alpha });
        }
        if !(1e-12..=0.1).contains(&self.tolerance) {
            return Err(ParamError::Tolerance { tolerance: self.tolerance });
        }
        if self.iterations == 0 {
            return Err(ParamError::NoIterations);
        }
        Ok(Checked(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_make_no_sense_are_refused() {
        let usual = KFoldParams::default;
        assert!(usual().check(10).is_ok());
        assert_eq!(usual().check(1), Err(ParamError::TooFewItems { items: 1 }));
        assert_eq!(usual().check(4), Err(ParamError::Folds { folds: 5, items: 4 }));
        let one = KFoldParams { folds: 1, ..usual() };
        assert_eq!(one.check(9).unwrap_err().to_string(), "The number of folds is 1; choose 2 to 9 for 9 items.");
        for alpha in [0.0, -1.0, f64::INFINITY, f64::NAN] {
            let wrong = KFoldParams { strength: Strength::Fixed(alpha), ..usual() };
            assert!(matches!(wrong.check(9), Err(ParamError::Alpha { .. })), "{alpha}");
        }
        let none = KFoldParams { strength: Strength::Chosen { alphas: vec![], folds: 3 }, ..usual() };
        assert_eq!(none.check(9), Err(ParamError::NoAlphas));
        let inner = KFoldParams { strength: Strength::Chosen { alphas: vec![1.0], folds: 1 }, ..usual() };
        assert_eq!(inner.check(9), Err(ParamError::InnerFolds { folds: 1 }));
        assert!(KFoldParams { tolerance: f64::NAN, ..usual() }.check(9).is_err());
        assert_eq!(KFoldParams { iterations: 0, ..usual() }.check(9), Err(ParamError::NoIterations));
        assert!(KFoldParams { strength: Strength::chosen(), ..usual() }.check(9).is_ok());
    }

    #[test]
    fn settings_survive_being_written_down() {
        let settings = KFoldParams { strength: Strength::chosen(), seed: 7, ..KFoldParams::default() };
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<KFoldParams>(&text).unwrap(), settings);
        assert_eq!(serde_json::from_str::<KFoldParams>("{\"folds\": 3}").unwrap().folds, 3);
    }
}
