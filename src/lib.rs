//! Evalens: an offline evaluation explorer for machine-learning models.

pub mod analysis;
pub mod cache;
pub mod cli;
pub mod formats;
pub mod jobs;
pub mod metrics;
pub mod model;
pub mod report;
pub mod session;
pub mod store;
pub mod ui;
pub mod vectors;
