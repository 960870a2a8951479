//! Lines thinned for drawing, once per sweep: never more points than a screen has columns. Numbers shown come from the
//! sweep itself, exact.

use std::sync::Arc;

use egui_plot::PlotPoint;

use crate::analysis::curves::rows;
use crate::metrics::detection::Matched;
use crate::metrics::{Sweep, rates};
use crate::session::Explorer;

use super::Part;

/// The lower and upper edge of a band.
type Band = (Vec<f64>, Vec<f64>);

/// What is drawn for one sweep.
pub struct Curve {
    of: Arc<Matched>,
    part: Part,
    beta: f64,
    bands: bool,
    /// Confidences of the bands.
    pub x: Vec<f64>,
    /// Precision where it is defined.
    pub precision: Vec<PlotPoint>,
    /// Recall where it is defined.
    pub recall: Vec<PlotPoint>,
    /// F where it is defined.
    pub f: Vec<PlotPoint>,
    /// Interval of the precision.
    pub precision_band: Option<Band>,
    /// Interval of the recall.
    pub recall_band: Option<Band>,
}

impl Curve {
    /// The lines of a sweep; built where it is another than last time.
    pub fn of<'a>(
        memo: &'a mut Option<Self>,
        explorer: &Explorer,
        sweep: &Sweep,
        part: Part,
        beta: f64,
        bands: bool,
    ) -> &'a Self {
        let same =
            |c: &Self| Arc::ptr_eq(&c.of, &explorer.matched) && c.part == part && c.beta == beta && c.bands == bands;
        if !memo.as_ref().is_some_and(same) {
            *memo = None;
        }
        memo.get_or_insert_with(|| {
            let of = Arc::clone(&explorer.matched);
            Self::build(of, sweep, part, beta, bands, explorer.score_range())
        })
    }

    fn build(of: Arc<Matched>, sweep: &Sweep, part: Part, beta: f64, bands: bool, range: (f64, f64)) -> Self {
        let rows = rows(sweep, range);
        let count = |column: &[u64], i: usize| column.get(i).copied().unwrap_or(0);
        let points = |value: &dyn Fn(usize) -> Option<f64>| -> Vec<PlotPoint> {
            rows.iter().filter_map(|&(x, i)| value(i).map(|y| PlotPoint::new(x, y))).collect()
        };
        let band = |value: &dyn Fn(usize) -> Option<(f64, f64)>| -> Band {
            rows.iter().map(|&(_, i)| value(i).unwrap_or((0.0, 1.0))).unzip()
        };
        let f = |i| rates::f_beta(count(&sweep.correct, i), count(&sweep.kept, i), sweep.truths, beta);
        let precision = |i| rates::wilson(count(&sweep.correct, i), count(&sweep.kept, i));
        let recall = |i| rates::wilson(count(&sweep.correct, i), sweep.truths);
        Self {
            precision: points(&|i| sweep.precision(i)),
            recall: points(&|i| sweep.recall(i)),
            f: points(&f),
            precision_band: bands.then(|| band(&precision)),
            recall_band: bands.then(|| band(&recall)),
            x: rows.iter().map(|&(x, _)| x).collect(),
            of,
            part,
            beta,
            bands,
        }
    }
}
