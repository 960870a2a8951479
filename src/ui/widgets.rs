//! Pieces that several views draw.

pub mod boxes;
pub mod card;
pub mod class_menu;
pub mod heatmap;
pub mod icon;
pub mod image_canvas;
pub mod markdown;
pub mod outcome;
pub mod plot;
pub mod slider;
pub mod states;
pub mod switch;
pub mod text;
