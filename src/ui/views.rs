//! The panes and pages of the window.

pub mod header;
pub mod navigation;
pub mod status;
pub mod threshold_bar;
pub mod welcome;
