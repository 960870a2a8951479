//! The vocabulary of the program: ids, classes, boxes, datasets, predictions, findings, projects.
//!
//! Knows what an evaluation is about. Does not know files, metrics, threads or the screen.

pub mod answers;
pub mod attribute;
pub mod class_scores;
pub mod dataset;
pub mod embedding;
pub mod finding;
pub mod fmt;
pub mod geometry;
pub mod ids;
pub mod index_mask;
pub mod mask;
pub mod predictions;
pub mod progress;
pub mod project;
pub mod project_text;
pub mod rng;
pub mod run;
pub mod scoring;
pub mod task;
pub mod union_find;
pub mod verdict;
pub mod workspace;

pub use answers::{Answers, Choices, NumberColumn, NumberRole, WordColumn, WordRole};
pub use attribute::{AttributeColumn, Values};
pub use class_scores::{ClassScores, ScoreTable};
pub use dataset::{Dataset, DatasetBuilder, DatasetIdentity, Image, NewTruth, Truths};
pub use embedding::Embedding;
pub use finding::{Finding, Findings, Severity};
pub use geometry::BBox;
pub use ids::{ClassId, ClassTable, ImageId, PredId, TruthId};
pub use index_mask::{Confidence, IndexMask, Indices, Levels, MaskFiles, MaskReading, MaskSegment};
pub use mask::{MaskError, Masks, Rle, RleRef};
pub use predictions::{ModelIdentity, Predictions, PredictionsBuilder};
pub use progress::{Cancelled, NoProgress, Progress};
pub use scoring::{Check, Scoring};
pub use task::Task;
pub use verdict::{SuspectKind, Verdict, VerdictLine};
