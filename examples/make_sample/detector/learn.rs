//! The linear classifier: standardised features, optionally widened, and a multinomial logistic regression.

use anyhow::{Result, bail};
use linfa::Dataset;
use linfa::traits::Fit;
use linfa_logistic::{MultiFittedLogisticRegression, MultiLogisticRegression};
use ndarray::{Array1, Array2};

/// Mean and scale of each feature on the training regions.
struct Standard {
    mean: Vec<f64>,
    scale: Vec<f64>,
}

impl Standard {
    fn new(rows: &[Vec<f64>]) -> Self {
        let columns = rows.first().map_or(0, Vec::len);
        let n = rows.len() as f64;
        let mut mean = vec![0.0; columns];
        let mut scale = vec![0.0; columns];
        for row in rows {
            for (sum, v) in mean.iter_mut().zip(row) {
                *sum += v / n;
            }
        }
        for row in rows {
            for ((sum, v), m) in scale.iter_mut().zip(row).zip(&mean) {
                *sum += (v - m) * (v - m) / n;
            }
        }
        let scale = scale.iter().map(|v| 1.0 / v.sqrt().max(1e-6)).collect();
        Self { mean, scale }
    }

    /// Standardised and held within ±3, so that one odd region can't run away.
    fn apply(&self, row: &[f64]) -> Vec<f64> {
        let centered = row.iter().zip(&self.mean).zip(&self.scale);
        centered.map(|((v, m), s)| ((v - m) * s).clamp(-3.0, 3.0)).collect()
    }
}

/// Random ridges: fixed directions whose positive part is a further feature. They let a linear
/// classifier bend its borders.
struct Ridges {
    weights: Vec<Vec<f64>>,
}

impl Ridges {
    fn new(count: usize, inputs: usize) -> Self {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut draw = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        // Each looks at a few features only; the last weight is its offset.
        let weights = (0..count)
            .map(|_| {
                let mut row = vec![0.0; inputs + 1];
                for _ in 0..6 {
                    let column = (draw() * inputs as f64) as usize;
                    row[column] = 2.0 * draw() - 1.0;
                }
                row[inputs] = 2.0 * draw() - 1.0;
                row
            })
            .collect();
        Self { weights }
    }

    fn widen(&self, mut row: Vec<f64>) -> Vec<f64> {
        let inputs = row.len();
        for weights in &self.weights {
            let pairs = weights[..inputs].iter().zip(&row[..inputs]);
            let sum = weights[inputs] + pairs.map(|(w, v)| w * v).sum::<f64>();
            row.push(sum.max(0.0));
        }
        row
    }
}

pub struct Classifier {
    standard: Standard,
    ridges: Ridges,
    model: MultiFittedLogisticRegression<f64, usize>,
}

impl Classifier {
    /// Learns from feature rows and their labels (0 background, 1… classes).
    pub fn fit(rows: &[Vec<f64>], labels: &[usize], ridges: usize, alpha: f64) -> Result<Self> {
        let standard = Standard::new(rows);
        let ridges = Ridges::new(ridges, rows.first().map_or(0, Vec::len));
        let data = table(rows, &standard, &ridges)?;
        let dataset = Dataset::new(data, Array1::from(labels.to_vec()));
        // The line search can fail on a loss that is nearly flat; a stronger penalty bends it.
        for strength in [1.0, 3.0, 10.0] {
            // Run to the optimum: scores of a fit cut short would depend on the processor's rounding.
            let fitted = MultiLogisticRegression::default()
                .alpha(alpha * strength)
                .max_iterations(1500)
                .gradient_tolerance(1e-2)
                .fit(&dataset);
            if let Ok(model) = fitted {
                return Ok(Self { standard, ridges, model });
            }
        }
        bail!("the logistic regression found no optimum at any penalty")
    }

    /// For each row the probability of each label 0, 1, ….
    pub fn probabilities(&self, rows: &[Vec<f64>], labels: usize) -> Result<Vec<Vec<f64>>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let data = table(rows, &self.standard, &self.ridges)?;
        let probabilities = self.model.predict_probabilities(&data);
        let spread = |row: ndarray::ArrayView1<f64>| {
            let mut all = vec![0.0; labels];
            for (label, p) in self.model.classes().iter().zip(row) {
                all[*label] = *p;
            }
            all
        };
        Ok(probabilities.rows().into_iter().map(spread).collect())
    }
}

fn table(rows: &[Vec<f64>], standard: &Standard, ridges: &Ridges) -> Result<Array2<f64>> {
    let wide: Vec<Vec<f64>> = rows.iter().map(|row| ridges.widen(standard.apply(row))).collect();
    let columns = wide.first().map_or(0, Vec::len);
    Ok(Array2::from_shape_vec((rows.len(), columns), wide.concat())?)
}
