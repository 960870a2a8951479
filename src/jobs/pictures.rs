//! Threads that decode what is wanted now and forget what is wanted no longer.
//!
//! Knows a list of wishes, most urgent first, and hands out results. Does not know textures or the screen: who shows
//! pictures renews its list at every frame, so what scrolled away is never decoded.

mod load;

use std::collections::VecDeque;
use std::hash::Hash;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, unbounded};
use rustc_hash::FxHashSet;

use super::runner::{JobError, Waker, captured};

pub use load::{Part, PictureLoader, PictureRequest};

/// Turns a wish into its result; each thread has its own.
pub type Loader<K, R> = Box<dyn FnMut(&K) -> Result<R, JobError> + Send>;

/// Serves a changing list of wishes.
pub struct PicturePool<K, R> {
    kind: Kind<K, R>,
    sender: Sender<Answer<K, R>>,
    receiver: Receiver<Answer<K, R>>,
}

/// A wish and what came of it.
pub type Answer<K, R> = (K, Result<R, JobError>);

enum Kind<K, R> {
    Threads(Arc<Shared<K>>),
    Inline(Loader<K, R>),
}

struct Shared<K> {
    queue: Mutex<Queue<K>>,
    changed: Condvar,
}

struct Queue<K> {
    /// Most urgent first.
    wanted: VecDeque<K>,
    /// Being worked on, or done and not yet collected: not started twice.
    busy: FxHashSet<K>,
    closed: bool,
}

impl<K: Clone + Eq + Hash + Send + 'static, R: Send + 'static> PicturePool<K, R> {
    /// Starts one thread per loader. `waker` is called whenever a result can be collected.
    ///
    /// # Errors
    /// [`JobError::Failed`] where the system gives no threads.
    pub fn threads(loaders: Vec<Loader<K, R>>, waker: &Waker) -> Result<Self, JobError> {
        let (sender, receiver) = unbounded();
        let queue = Queue { wanted: VecDeque::new(), busy: FxHashSet::default(), closed: false };
        let shared = Arc::new(Shared { queue: Mutex::new(queue), changed: Condvar::new() });
        let pool = Self { kind: Kind::Threads(Arc::clone(&shared)), sender, receiver };
        for (i, loader) in loaders.into_iter().enumerate() {
            let (shared, sender, waker) = (Arc::clone(&shared), pool.sender.clone(), Arc::clone(waker));
            std::thread::Builder::new()
                .name(format!("pictures {i}"))
                .spawn(move || serve(&shared, loader, &sender, &waker))
                .map_err(|e| JobError::Failed(format!("no threads can be started ({e})")))?;
        }
        Ok(pool)
    }

    /// Answers every wish at once on the caller's thread.
    #[must_use]
    pub fn inline(loader: Loader<K, R>) -> Self {
        let (sender, receiver) = unbounded();
        Self { kind: Kind::Inline(loader), sender, receiver }
    }

    /// Replaces the list of wishes: most urgent first. What is not on it any more is dropped, unless it is being
    /// worked on.
    pub fn want(&mut self, wanted: Vec<K>) {
        match &mut self.kind {
            Kind::Threads(shared) => {
                let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
                let Queue { wanted: list, busy, .. } = &mut *queue;
                list.clear();
                list.extend(wanted.into_iter().filter(|k| !busy.contains(k)));
                if !list.is_empty() {
                    shared.changed.notify_all();
                }
            }
            Kind::Inline(loader) => {
                for key in wanted {
                    let result = captured(|| loader(&key));
                    // The receiver lives in this very pool.
                    let _ = self.sender.send((key, result));
                }
            }
        }
    }

    /// The next result, if there is one. Never waits.
    pub fn take(&mut self) -> Option<Answer<K, R>> {
        let answer = self.receiver.try_recv().ok()?;
        if let Kind::Threads(shared) = &self.kind {
            shared.queue.lock().unwrap_or_else(PoisonError::into_inner).busy.remove(&answer.0);
        }
        Some(answer)
    }
}

impl<K, R> Drop for PicturePool<K, R> {
    /// The threads end after the picture they are at; nobody waits for them.
    fn drop(&mut self) {
        if let Kind::Threads(shared) = &self.kind {
            let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.closed = true;
            queue.wanted.clear();
            shared.changed.notify_all();
        }
    }
}

fn serve<K: Clone + Eq + Hash, R>(
    shared: &Shared<K>,
    mut loader: Loader<K, R>,
    sender: &Sender<Answer<K, R>>,
    waker: &Waker,
) {
    while let Some(key) = shared.take() {
        let result = captured(|| loader(&key));
        if sender.send((key, result)).is_err() {
            return;
        }
        waker();
    }
}

impl<K: Clone + Eq + Hash> Shared<K> {
    /// Waits for a wish; `None` once the pool is gone.
    fn take(&self) -> Option<K> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if queue.closed {
                return None;
            }
            if let Some(key) = queue.wanted.pop_front() {
                if queue.busy.insert(key.clone()) {
                    return Some(key);
                }
            } else {
                queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}
