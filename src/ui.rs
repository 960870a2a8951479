//! The window. Reads a session, sends commands, draws; computes nothing but the geometry of pixels.

pub mod context;
pub mod theme;
pub mod views;
pub mod widgets;
