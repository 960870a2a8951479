//! Runs jobs: on a pool of threads, or at once on the caller's (tests, command line).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::model::Cancelled;

use super::ctx::JobCtx;

/// Wakes whoever drains the results. Called from any thread.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// Why a job has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// Stopped on request.
    #[error("cancelled")]
    Cancelled,
    /// Ended with a reason a person can read.
    #[error("{0}")]
    Failed(String),
    /// Met a fault of the program.
    #[error("the program met an internal fault ({0}); the data is unharmed, please report it")]
    Panicked(String),
}

impl From<Cancelled> for JobError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// The work of a job; what it returns comes out of [`Runner::next`].
pub type Work<E> = Box<dyn FnOnce(&JobCtx) -> E + Send>;

/// Stops its job when dropped.
pub struct JobHandle {
    ctx: JobCtx,
}

impl JobHandle {
    /// What the job reports.
    #[must_use]
    pub fn ctx(&self) -> &JobCtx {
        &self.ctx
    }
}

impl Drop for JobHandle {
    fn drop(&mut self) {
        self.ctx.cancel();
    }
}

/// Runs a closure and turns a panic into its message.
///
/// # Errors
/// Whatever the closure returns, or [`JobError::Panicked`].
pub fn captured<T>(work: impl FnOnce() -> Result<T, JobError>) -> Result<T, JobError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(JobError::Panicked(text.unwrap_or_else(|| "no message".to_owned())))
    })
}

/// Starts jobs and hands out what they return.
pub trait Runner<E> {
    /// Starts a job. Dropping the handle cancels it.
    fn start(&self, work: Work<E>) -> JobHandle;

    /// The next finished result, if there is one. Never waits.
    fn next(&self) -> Option<E>;
}

/// Threads of the window: all cores but one (at least one).
pub struct ThreadRunner<E> {
    pool: rayon::ThreadPool,
    sender: Sender<E>,
    receiver: Receiver<E>,
    waker: Waker,
}

impl<E: Send + 'static> ThreadRunner<E> {
    /// Starts the pool.
    ///
    /// # Errors
    /// [`JobError::Failed`] where the system gives no threads.
    pub fn new(waker: Waker) -> Result<Self, JobError> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(cores.saturating_sub(1).max(1))
            .thread_name(|i| format!("work {i}"))
            .build()
            .map_err(|e| JobError::Failed(format!("no threads can be started ({e})")))?;
        let (sender, receiver) = unbounded();
        Ok(Self { pool, sender, receiver, waker })
    }
}

impl<E: Send + 'static> Runner<E> for ThreadRunner<E> {
    fn start(&self, work: Work<E>) -> JobHandle {
        let ctx = JobCtx::new(Arc::clone(&self.waker));
        let (job, sender, waker) = (ctx.clone(), self.sender.clone(), Arc::clone(&self.waker));
        self.pool.spawn(move || {
            // The receiver lives as long as the runner; a send that fails means that nobody is left to tell.
            let _ = sender.send(work(&job));
            waker();
        });
        JobHandle { ctx }
    }

    fn next(&self) -> Option<E> {
        self.receiver.try_recv().ok()
    }
}

/// Runs every job at once on the caller's thread.
pub struct InlineRunner<E> {
    sender: Sender<E>,
    receiver: Receiver<E>,
}

impl<E> Default for InlineRunner<E> {
    fn default() -> Self {
        let (sender, receiver) = unbounded();
        Self { sender, receiver }
    }
}

impl<E> Runner<E> for InlineRunner<E> {
    fn start(&self, work: Work<E>) -> JobHandle {
        let ctx = JobCtx::new(Arc::new(|| {}));
        let _ = self.sender.send(work(&ctx));
        JobHandle { ctx }
    }

    fn next(&self) -> Option<E> {
        self.receiver.try_recv().ok()
    }
}
