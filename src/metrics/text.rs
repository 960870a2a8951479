//! Metrics of generated text against references, each equal to the implementation that its field cites: SQuAD's exact match and
//! token F1, BLEU, chrF, chrF++ and TER as sacrebleu, ROUGE as rouge-score. Beside them checks that need no reference, the
//! difference of two texts, and the nearness of two embeddings.
//!
//! [`scores::score`] computes all of them for many items; what it is made of can be called alone.

pub mod bleu;
pub mod checks;
pub mod chrf;
pub mod diff;
mod grams;
mod lcs;
pub mod normalise;
pub mod porter;
pub(in crate::metrics) mod python;
pub mod rouge;
pub mod scores;
mod signature;
pub mod similarity;
pub mod ter;
pub mod tokenise;
mod vocabulary;

pub use scores::{CorpusScores, ItemCounts, ItemScores, TextItem, TextOptions, score, score_and_count};
