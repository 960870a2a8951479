//! Pieces that several views draw.

pub mod icon;
pub mod outcome;
pub mod plot;
pub mod slider;
pub mod states;
pub mod text;
pub mod heatmap;
