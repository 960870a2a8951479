//! What is kept for the person: project files and settings – versioned, atomic, never lost.
//!
//! Touches files. Knows nothing of metrics or the screen.

pub mod project_file;
pub mod settings;
