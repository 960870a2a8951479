//! Watches over files and folders: those of the evaluation on screen, and those in which new versions appear.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::jobs::{Waker, Watch};
use crate::model::Dataset;
use crate::session::workspace::Workspace;
use crate::session::{Command, Session};

/// One watch, and what it is over.
struct Over<T> {
    what: T,
    changed: Arc<AtomicBool>,
    _watch: Option<Watch>,
}

impl<T> Over<T> {
    fn new(what: T, files: &[PathBuf], wake: &Waker) -> Self {
        let changed = Arc::new(AtomicBool::new(false));
        let (flag, wake) = (Arc::clone(&changed), Arc::clone(wake));
        let on_change: Waker = Arc::new(move || {
            flag.store(true, Ordering::Relaxed);
            wake();
        });
        // Without a watch the files are still looked at whenever the window comes back to the front.
        Self { what, changed, _watch: Watch::files(files, on_change).ok() }
    }

    fn was_changed(&self) -> bool {
        self.changed.swap(false, Ordering::Relaxed)
    }
}

/// All watches.
#[derive(Default)]
pub struct Watching {
    /// Another evaluation of the same data keeps the watch.
    inputs: Option<Over<Arc<Dataset>>>,
    versions: Option<Over<Vec<PathBuf>>>,
    generation: Option<u64>,
}

impl Watching {
    /// Watches what is open now; returns what is to be done about what changed.
    pub fn follow(&mut self, session: &Session, wake: &Waker) -> Vec<Command> {
        let mut commands = Vec::new();
        match &session.explorer {
            None => self.inputs = None,
            Some(explorer) => {
                let data = &explorer.evaluation.dataset;
                if self.inputs.as_ref().is_none_or(|over| !Arc::ptr_eq(&over.what, data)) {
                    self.inputs = Some(Over::new(Arc::clone(data), &explorer.inputs, wake));
                }
            }
        }
        if self.inputs.as_ref().is_some_and(Over::was_changed) {
            commands.push(Command::CheckFiles);
        }
        if self.generation != Some(session.workspace.generation) {
            self.generation = Some(session.workspace.generation);
            let points = points(&session.workspace);
            if self.versions.as_ref().is_none_or(|over| over.what != points) {
                self.versions = Some(Over::new(points.clone(), &points, wake));
            }
        }
        if self.versions.as_ref().is_some_and(Over::was_changed) {
            commands.push(Command::Rescan);
        }
        commands
    }
}

/// Something in each folder in which a new version may appear: the project's, those of the outputs, and those between.
fn points(workspace: &Workspace) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for member in &workspace.members {
        let Ok(project) = &member.state else { continue };
        all.push(member.root.join("evalens.json"));
        let models = project.recognised.project.models.iter().filter(|model| !model.kept);
        for prediction in models.flat_map(|model| &model.predictions) {
            let path = member.root.join(&prediction.path);
            let above = path.ancestors().take_while(|place| *place != member.root);
            all.extend(above.map(Path::to_owned));
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}
