//! Classifiers: what is right and wrong at every threshold, and the numbers that need no threshold.
//!
//! Knows labels and scores of classes. Does not know whether the items are pictures, texts or embeddings.

pub mod averages;
mod column;
pub(in crate::metrics) mod columns;
pub mod curves;
pub mod items;
mod keys;
pub(in crate::metrics) mod labels;
pub mod logits;
pub mod multi;
pub(in crate::metrics) mod ordered;
pub mod outcomes;
pub mod pairings;
pub mod ranking;
mod rows;
pub mod single;
pub mod tables;
pub mod temperature;
pub mod thresholds;
mod undefined;

pub use averages::{Averages, Rates, Tally, TotalRow};
pub use curves::{
    ClassCurves, ReliabilityBin, ScoreHistograms, macro_roc_curve, pr_curve, reliability, roc_curve, score_histograms,
};
pub use items::{ItemMeasures, item_measures};
pub use logits::as_probabilities;
pub use multi::MultiLabel;
pub use outcomes::{matched, matched_with_own, optimal_thresholds, predictions, timeline};
pub use pairings::{pair_items, pair_timeline};
pub use ranking::RankingMeasures;
pub use rows::RowChecks;
pub use single::SingleLabel;
pub use tables::{cooccurrence, items_labelled, items_with_both, mean_probabilities};
pub use temperature::{Calibration, Temperature};
pub use thresholds::{MultiLabelAt, PairCounting, multilabel_at};
pub use undefined::{Undefined, of_rates};
