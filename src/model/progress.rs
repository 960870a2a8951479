//! How long work reports and is stopped, without knowing who listens.

/// The work was stopped on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// Handed to anything that may take longer than 200 ms.
pub trait Progress: Sync {
    /// Fails when the work should stop. Cheap: call it every few thousand items.
    ///
    /// # Errors
    /// [`Cancelled`] once someone asked for it.
    fn check(&self) -> Result<(), Cancelled>;

    /// Says how far the current stage is.
    fn progress(&self, done: usize, total: usize);

    /// Names the stage that begins, in words a person understands.
    fn stage(&self, name: &str);
}

/// Nobody listens and nobody cancels: tests and short work.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn check(&self) -> Result<(), Cancelled> {
        Ok(())
    }
    fn progress(&self, _done: usize, _total: usize) {}
    fn stage(&self, _name: &str) {}
}
