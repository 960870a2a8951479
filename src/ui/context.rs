//! What every view is handed: the session to read, a place for commands, the theme.

use std::cell::RefCell;

use crate::session::{Command, Session};

use super::theme::Theme;

/// Commands sent while drawing; carried out after the frame.
#[derive(Debug, Default)]
pub struct Commands {
    queue: RefCell<Vec<Command>>,
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
}

/// Handed to every view.
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
}
