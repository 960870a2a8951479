//! Evalens: an offline evaluation explorer for machine-learning models.

pub mod model;
