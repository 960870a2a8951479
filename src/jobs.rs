//! Work beside the window: threads, progress, cancel, captured panics.
//!
//! Knows nothing of what the work is, nor of the screen. The only place that starts threads.

pub mod aside;
pub mod ctx;
pub mod pictures;
pub mod runner;
pub mod watch;

pub use aside::aside;
pub use ctx::{JobCtx, JobProgress};
pub use pictures::{Part, PictureLoader, PicturePool, PictureRequest};
pub use runner::{InlineRunner, JobError, JobHandle, Runner, ThreadRunner, Waker};
pub use watch::Watch;
