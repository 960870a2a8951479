//! The panes and pages of the window.
