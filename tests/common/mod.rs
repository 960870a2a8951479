//! What several test files share.
#![allow(dead_code, reason = "every test file uses its own part of this")]

pub mod app;
pub mod export;
pub mod quiz;
pub mod raster;
pub mod sides;
pub mod synthetic;
pub mod world;
