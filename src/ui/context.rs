//! What every view is handed: the session to read, a place for commands and wishes, the theme.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;

use crate::session::exports::{Ask, Errand, Maker, Output};
use crate::session::{Command, Session};
use crate::store::export::Content;

use super::panes::Pane;
use super::theme::Theme;

/// What only the window can do; the session knows nothing of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// Open the list of everything that can be done.
    FindAction,
    /// List the keys.
    ShowKeys,
    /// Say what the program is.
    ShowAbout,
    /// Begin the tour.
    TakeTour,
    /// The tour was seen, or is not wanted.
    TourDone,
    /// Open the system's dialog for a folder.
    PickFolder,
    /// Open the system's dialog for a folder that comes beside what is open.
    AddProject,
    /// Open the system's dialog for the new place of a project that was moved.
    FindProject(PathBuf),
    /// Open the system's dialog for a file of vectors.
    PickVectors,
    /// Open the system's dialog for a table of attributes.
    PickColumns,
    /// Open the system's dialog for the folder of a report.
    PickReportFolder,
    /// Open the system's dialog for a logo.
    PickLogo,
    /// Open the system's dialog for the file of a workspace.
    SaveWorkspace,
    /// Open the system's dialog for a file of this name, and write this into it.
    SaveAs(&'static str, Arc<Content>),
    /// Let one pane fill the dashboard.
    Maximise(Pane),
    /// Hand out what a pane shows, as it shows it.
    Export(Pane, Errand),
    /// Open the system's dialog for a file of this name, and write this into it.
    SaveOutput(String, Output),
    /// Take a picture of the whole window and ask where it is saved.
    SaveWindow,
    /// Open the panel that says how answers are scored.
    ShowScoring,
    /// Open the limits of the recommendations' rules.
    ShowLimits,
    /// Show all panes again.
    Restore,
    /// Arrange the panes as on the first start.
    ResetLayout,
    /// Put the keyboard on the confidence slider.
    FocusThreshold,
    /// Step back out of what is open: a filled pane, an image, a selection.
    Leave,
    /// Close the window.
    Quit,
}

/// Commands and wishes sent while drawing; carried out after the frame.
#[derive(Debug, Default)]
pub struct Commands {
    queue: RefCell<Vec<Command>>,
    wishes: RefCell<Vec<Wish>>,
}

impl Commands {
    /// Sends a command.
    pub fn send(&self, command: Command) {
        self.queue.borrow_mut().push(command);
    }

    /// Takes all commands sent so far, in order.
    pub fn take(&self) -> Vec<Command> {
        self.queue.take()
    }

    /// Asks the window for something.
    pub fn wish(&self, wish: Wish) {
        self.wishes.borrow_mut().push(wish);
    }

    /// Takes all wishes so far, in order.
    pub fn take_wishes(&self) -> Vec<Wish> {
        self.wishes.take()
    }

    /// True where nothing was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.borrow().is_empty() && self.wishes.borrow().is_empty()
    }
}

/// Handed to every view.
#[derive(Clone, Copy)]
pub struct ViewCtx<'a> {
    /// What to show.
    pub session: &'a Session,
    /// Where wishes go.
    pub commands: &'a Commands,
    /// Colours and sizes.
    pub theme: &'a Theme,
}

impl ViewCtx<'_> {
    /// Sends a command.
    pub fn send(&self, command: Command) {
        self.commands.send(command);
    }

    /// Asks the window for something.
    pub fn wish(&self, wish: Wish) {
        self.commands.wish(wish);
    }

    /// Hands something out, under this name.
    pub fn export(&self, errand: Errand, name: &str, maker: Maker) {
        self.send(Command::Export(Ask::Make(errand, name.to_owned(), maker, self.theme.paper())));
    }
}
