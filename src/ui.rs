//! The window. Reads a session, sends commands, draws; computes nothing but the geometry of pixels.

pub mod actions;
pub mod app;
pub mod brand;
pub mod context;
pub mod exhibits;
pub mod export;
pub mod help;
pub mod masks;
pub mod outside;
pub mod panes;
pub mod textures;
pub mod theme;
pub mod views;
pub mod watching;
pub mod widgets;
mod window;
