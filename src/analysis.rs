//! What a person should look at: filters over outcomes, the arrangement of the matrix, recommendations, comparisons, the
//! order of a leaderboard.
//!
//! Reads metrics. Opens no files, knows nothing of the screen.

pub mod clusters;
pub mod compare;
pub mod curves;
pub mod design;
pub mod filter;
pub mod kinds;
pub mod leaderboard;
pub mod leaks;
pub mod matrix;
pub mod pictures;
pub mod protocols;
pub mod recommend;
pub mod slices;
pub mod summary;
pub mod suspects;

pub use compare::{CompareError, CompareSettings, Comparison};
pub use filter::Filter;
pub use recommend::{Gain, Recommendation, Rules};
