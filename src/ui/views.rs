//! The panes and pages of the window.

pub mod classes;
pub mod compare;
pub mod confusion;
pub mod crossval;
pub mod curves;
pub mod evaluations;
pub mod gallery;
pub mod header;
pub mod images;
pub mod labelled;
pub mod leaderboard;
pub mod model;
pub mod navigation;
pub mod notices;
pub mod objects;
pub mod palette;
pub mod production;
pub mod recommendations;
pub mod run;
pub mod shortcuts;
pub mod status;
pub mod strips;
pub mod texts;
pub mod threshold_bar;
pub mod viewer;
pub mod welcome;
