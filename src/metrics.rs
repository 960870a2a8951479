//! Every number: counts, rates, matching, sweeps, average precision, error types.
//!
//! Knows the model's types. Opens no files, starts no threads of its own (rayon works inside the pool it is called in),
//! knows nothing of the screen.

pub mod bootstrap;
pub mod classification;
pub mod coco;
pub mod cost;
pub mod counts;
pub mod detection;
pub mod evaluation;
pub mod generation;
pub mod histogram;
mod interpolation;
pub mod lanes;
pub mod match_table;
pub mod matching;
pub mod own;
pub mod pairs;
pub mod ranking;
pub mod rates;
pub mod segmentation;
pub mod sweep;
pub mod text;
pub mod tide;
pub mod timeline;
pub mod voc;

pub use cost::{ErrorCosts, Prices};
pub use counts::{Cell, ClassCounts, Counts, OutcomeKind};
pub use detection::{DetectionSettings, Sections};
pub use evaluation::Evaluation;
pub use generation::Generation;
pub use match_table::{MatchTable, Metric};
pub use matching::Matching;
pub use own::OwnThresholds;
pub use sweep::Sweep;
pub use timeline::{Counter, Cut, Interval, Outcome, Timeline};

#[cfg(test)]
mod scene;
