//! What a job sees of the outside: a cancel flag to look at and a progress to fill in.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::model::{Cancelled, Progress};

use super::runner::Waker;

/// Milliseconds between two wake-ups of the window by one job.
const WAKE_EVERY_MS: u64 = 100;

/// How far a job is, for whoever shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobProgress {
    /// What it does now.
    pub stage: String,
    /// Share done of the stage in 0…1; `None` while unknown.
    pub share: Option<f32>,
}

#[derive(Debug)]
struct Shared {
    cancelled: AtomicBool,
    done: AtomicUsize,
    total: AtomicUsize,
    stage: Mutex<String>,
    started: Instant,
    last_wake_ms: AtomicU64,
}

/// Shared by a job and its handle.
#[derive(Clone)]
pub struct JobCtx {
    shared: Arc<Shared>,
    waker: Waker,
}

impl JobCtx {
    /// For a new job; `waker` is called at most ten times a second while it reports progress.
    #[must_use]
    pub fn new(waker: Waker) -> Self {
        let shared = Shared {
            cancelled: AtomicBool::new(false),
            done: AtomicUsize::new(0),
            total: AtomicUsize::new(0),
            stage: Mutex::new(String::new()),
            started: Instant::now(),
            last_wake_ms: AtomicU64::new(0),
        };
        Self { shared: Arc::new(shared), waker }
    }

    /// Asks the job to stop at its next check.
    pub fn cancel(&self) {
        self.shared.cancelled.store(true, Ordering::Relaxed);
    }

    /// True once it was asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.shared.cancelled.load(Ordering::Relaxed)
    }

    /// How far it is.
    #[must_use]
    pub fn snapshot(&self) -> JobProgress {
        let (done, total) = (self.shared.done.load(Ordering::Relaxed), self.shared.total.load(Ordering::Relaxed));
        JobProgress {
            stage: self.shared.stage.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            share: (total > 0).then(|| (done as f32 / total as f32).clamp(0.0, 1.0)),
        }
    }

    /// Time since the job was made.
    #[must_use]
    pub fn elapsed(&self) -> std::time::Duration {
        self.shared.started.elapsed()
    }

    fn wake(&self) {
        let now = u64::try_from(self.shared.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let last = self.shared.last_wake_ms.load(Ordering::Relaxed);
        let won = || self.shared.last_wake_ms.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if now >= last + WAKE_EVERY_MS && won() {
            (self.waker)();
        }
    }
}

impl Progress for JobCtx {
    fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    fn progress(&self, done: usize, total: usize) {
        self.shared.done.store(done, Ordering::Relaxed);
        self.shared.total.store(total, Ordering::Relaxed);
        self.wake();
    }

    fn stage(&self, name: &str) {
        name.clone_into(&mut self.shared.stage.lock().unwrap_or_else(PoisonError::into_inner));
        self.progress(0, 0);
    }
}
