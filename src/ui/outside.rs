//! What the window asks of the world around it, so that tests can stand in for it: folder dialogs and the time.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::jobs;

/// Takes the answer of a dialog; called once, from any thread.
pub type Answer = Box<dyn FnOnce(Picked) + Send>;

/// What came of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// This folder.
    Folder(PathBuf),
    /// This file, or a new one here.
    File(PathBuf),
    /// The person closed the dialog.
    Nothing,
    /// The dialog did not open; a sentence says what to do instead.
    Failed(String),
}

/// Asks a person for a folder, a file, or the place of a new file.
pub trait Dialogs {
    /// Opens a dialog and returns at once.
    fn pick_folder(&self, answer: Answer);
    /// Opens a dialog for a file that is there, and returns at once.
    fn pick_file(&self, title: &str, answer: Answer);
    /// Opens a dialog that offers a file name, and returns at once.
    fn save_file(&self, name: &str, answer: Answer);
}

/// The dialogs of the system.
pub struct SystemDialogs;

/// A dialog that ends sooner than this was never seen by anyone.
const NEVER_OPENED: Duration = Duration::from_millis(350);

const NO_FOLDER: &str = "The system's folder dialog did not open; type the path, or drop the folder on the window";
const NO_VECTORS: &str = "The system's file dialog did not open; drop the file on the window";
const NO_FILE: &str = "The system's file dialog did not open; copy it instead, or use `evalens evaluate --csv`";

impl Dialogs for SystemDialogs {
    fn pick_folder(&self, answer: Answer) {
        let dialog = rfd::FileDialog::new().set_title("Open a folder to evaluate");
        ask(move || dialog.pick_folder().map(Picked::Folder), NO_FOLDER, answer);
    }

    fn pick_file(&self, title: &str, answer: Answer) {
        let dialog = rfd::FileDialog::new().set_title(title);
        ask(move || dialog.pick_file().map(Picked::File), NO_VECTORS, answer);
    }

    fn save_file(&self, name: &str, answer: Answer) {
        let dialog = rfd::FileDialog::new().set_title("Save").set_file_name(name);
        ask(move || dialog.save_file().map(Picked::File), NO_FILE, answer);
    }
}

/// The dialog waits for the person, and on Linux for the desktop's bus: never on the window's thread.
fn ask(dialog: impl FnOnce() -> Option<Picked> + Send + 'static, instead: &'static str, answer: Answer) {
    let (sender, receiver) = crossbeam_channel::bounded::<Answer>(1);
    let work = move || {
        let started = Instant::now();
        let picked = match dialog() {
            Some(picked) => picked,
            // Without a portal and without zenity nothing opens and nothing is returned, as after "Cancel".
            None if started.elapsed() < NEVER_OPENED => Picked::Failed(instead.to_owned()),
            None => Picked::Nothing,
        };
        if let Ok(answer) = receiver.recv() {
            answer(picked);
        }
    };
    match jobs::aside("dialog", work) {
        Ok(()) => {
            // The receiver waits in the thread that was just started.
            let _ = sender.send(answer);
        }
        Err(problem) => answer(Picked::Failed(problem)),
    }
}

/// Everything the window takes from outside.
pub struct Outside {
    /// Dialogs.
    pub dialogs: Box<dyn Dialogs>,
    /// The time.
    pub clock: Box<dyn Fn() -> Instant>,
    /// True where the files of an evaluation are watched while it is on screen.
    pub watch: bool,
}

impl Default for Outside {
    fn default() -> Self {
        Self { dialogs: Box::new(SystemDialogs), clock: Box::new(Instant::now), watch: false }
    }
}
