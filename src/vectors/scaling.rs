//! Rows of numbers brought to a common scale. Knows rows alone.

use std::borrow::Cow;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Rows;
use super::logistic::Standard;

/// How rows are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// The length of their difference.
    #[default]
    Euclidean,
    /// 1 minus the cosine of the angle between them.
    Cosine,
}

impl Metric {
    /// The rows whose Euclidean distances [`Self::of_length`] is asked about.
    pub(super) fn prepare(self, rows: Rows<'_>) -> Cow<'_, [f32]> {
        match self {
            Self::Euclidean => Cow::Borrowed(rows.values),
            Self::Cosine => Cow::Owned(unit_length(rows)),
        }
    }

    /// The distance of two rows whose difference has this length; of rows of unit length for [`Self::Cosine`].
    #[must_use]
    pub fn of_length(self, length: f32) -> f64 {
        let length = f64::from(length);
        match self {
            Self::Euclidean => length,
            Self::Cosine => 0.5 * length * length,
        }
    }
}

/// Every row divided by its length, so that Euclidean distances order as cosine distances do; rows of zeros stay zeros.
#[must_use]
pub fn unit_length(rows: Rows<'_>) -> Vec<f32> {
    by_row(rows, |row, to| {
        let length = row.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt();
        let divisor = if length > 0.0 { length } else { 1.0 };
        to.iter_mut().zip(row).for_each(|(t, &v)| *t = (f64::from(v) / divisor) as f32);
    })
}

/// Every column minus its mean and divided by its population standard deviation, as by scikit-learn's `StandardScaler`;
/// columns of one number become zeros.
#[must_use]
pub fn standardised(rows: Rows<'_>) -> Vec<f32> {
    let items: Vec<u32> = (0..rows.len() as u32).collect();
    let standard = Standard::of(rows, &items);
    by_row(rows, |row, to| standard.apply(row, to))
}

fn by_row(rows: Rows<'_>, scale: impl Fn(&[f32], &mut [f32]) + Sync) -> Vec<f32> {
    let mut values = vec![0.0; rows.len() * rows.dimensions()];
    let places = values.par_chunks_exact_mut(rows.dimensions());
    places.enumerate().for_each(|(row, to)| scale(rows.row(row as u32), to));
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_unit_length() {
        let rows = Rows::new(2, &[3.0, 4.0, 0.0, 0.0, -1e30, 0.0]).unwrap();
        assert_eq!(unit_length(rows), [0.6, 0.8, 0.0, 0.0, -1.0, 0.0]);
    }

    /// Column 0: mean 2, deviation √(2/3); column 1 is constant.
    #[test]
    fn columns_of_unit_spread() {
        let rows = Rows::new(2, &[1.0, 0.1, 2.0, 0.1, 3.0, 0.1]).unwrap();
        let wide = (1.5_f64.sqrt()) as f32;
        assert_eq!(standardised(rows), [-wide, 0.0, 0.0, 0.0, wide, 0.0]);
        assert!(standardised(Rows::new(3, &[]).unwrap()).is_empty());
    }
}
