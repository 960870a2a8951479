//! Watches folders and says once that something changed in them, after it has been quiet for a moment.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, Sender, unbounded};
use notify::{EventKind, RecursiveMode, Watcher};

use super::Waker;

/// Quiet after which a change is reported: programs write files in several steps.
const QUIET: Duration = Duration::from_millis(300);

/// What the watching thread is told.
enum Message {
    Changed,
    Stop,
}

/// Watches until it is dropped.
pub struct Watch {
    sender: Sender<Message>,
}

impl Watch {
    /// Watches the folders that hold these files. `on_change` is called from a thread of its own. Folders that cannot be
    /// watched (network drives, for example) are left out: what changes there is seen when the window comes back.
    ///
    /// # Errors
    /// A sentence where the system gives no thread.
    pub fn files(files: &[PathBuf], on_change: Waker) -> Result<Self, String> {
        let folders: BTreeSet<PathBuf> = files.iter().filter_map(|f| f.parent().map(Path::to_owned)).collect();
        let (sender, receiver) = unbounded();
        let events = sender.clone();
        super::aside("watch", move || {
            let handler = move |event: notify::Result<notify::Event>| {
                // Reading a file is an event too, and we read them ourselves.
                let touched = event.is_ok_and(|e| !matches!(e.kind, EventKind::Access(_)));
                if touched {
                    // Without a receiver nobody watches any more.
                    let _ = events.send(Message::Changed);
                }
            };
            let Ok(mut watcher) = notify::recommended_watcher(handler) else { return };
            for folder in folders {
                let _ = watcher.watch(&folder, RecursiveMode::NonRecursive);
            }
            while let Ok(Message::Changed) = receiver.recv() {
                loop {
                    match receiver.recv_timeout(QUIET) {
                        Ok(Message::Changed) => {}
                        Err(RecvTimeoutError::Timeout) => break,
                        Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                    }
                }
                on_change();
            }
        })?;
        Ok(Self { sender })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // The thread may have ended already.
        let _ = self.sender.send(Message::Stop);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn several_writes_are_one_change_and_reading_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("truth.json");
        std::fs::write(&file, "1").unwrap();
        let (sender, receiver) = unbounded();
        let told: Waker = Arc::new(move || sender.send(()).unwrap_or_default());
        let watch = Watch::files(std::slice::from_ref(&file), told).unwrap();
        // The thread needs a moment before it watches; until then nothing can be seen.
        std::thread::sleep(Duration::from_millis(200));
        std::fs::read(&file).unwrap();
        assert!(receiver.recv_timeout(Duration::from_millis(600)).is_err(), "reading was taken for a change");
        for text in ["2", "3", "4"] {
            std::fs::write(&file, text).unwrap();
        }
        receiver.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(receiver.recv_timeout(Duration::from_millis(600)).is_err(), "one change was told twice");
        drop(watch);
    }
}
