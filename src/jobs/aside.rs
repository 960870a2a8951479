//! Short-lived threads beside the pool, for calls that wait for a person or for the system.

/// Runs `work` on a thread of its own.
///
/// # Errors
/// A sentence where the system gives no thread.
pub fn aside(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), String> {
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    started.map(drop).map_err(|e| format!("No thread can be started ({e}); close other programs and try again"))
}
