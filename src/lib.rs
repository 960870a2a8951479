//! Evalens: an offline evaluation explorer for machine-learning models.

pub mod formats;
pub mod metrics;
pub mod model;
