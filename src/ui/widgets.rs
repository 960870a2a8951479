//! Pieces that several views draw.

pub mod heatmap;
pub mod icon;
pub mod outcome;
pub mod plot;
pub mod slider;
pub mod states;
pub mod text;
