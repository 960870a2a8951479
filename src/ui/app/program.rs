//! How the program begins, what it remembers, and the tour.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::session::{Command, Notice};
use crate::store::log::{self, Running};
use crate::store::settings::Preferences;
use crate::ui::views::tour;
use crate::ui::window;

use super::App;

/// Time between two looks at what has to be remembered.
const REMEMBER_EVERY: Duration = Duration::from_secs(3);
/// The factor by which the interface is larger than usual.
pub(super) fn zoom(preferences: &Preferences) -> f32 {
    f32::from(preferences.scale) / 100.0
}

impl App {
    /// Opens what was named, what was open last, or on the very first start the sample.
    pub fn begin(&mut self, paths: Vec<PathBuf>) {
        let settings = &self.session.settings;
        let last = settings.last.as_ref().filter(|last| settings.preferences.restore && !last.paths.is_empty());
        if !paths.is_empty() {
            self.send(Command::OpenAll(paths));
        } else if last.is_some() {
            self.send(Command::Restore);
        } else if settings.recent.is_empty() && self.session.sample.is_some() {
            if !settings.preferences.tour_done {
                self.views.tour.offer();
            }
            self.send(Command::OpenSample);
        }
    }

    /// Says where the log lies, and that the program did not end as it should, if so.
    pub(super) fn follow_log(&mut self, folder: Option<PathBuf>, running: Option<(Running, usize)>) {
        if let (Some(folder), Some((running, crashed))) = (&folder, running) {
            self.running = Some(running);
            if crashed > 0 {
                let file = log::file(folder);
                let text = format!("Evalens did not end as it should last time; what it did is in {}", file.display());
                log::info("the last end was unclean");
                self.session.notices.push(Notice { is_error: false, text });
            }
        }
        self.session.program.log = folder;
    }

    pub(super) fn take_tour(&mut self) {
        self.views.tour.begin();
        self.dashboard.maximise(None);
        for command in tour::preparation(self.session.explorer.is_some()) {
            self.commands.send(command);
        }
    }

    pub(super) fn tour_done(&mut self) {
        let preferences = Preferences { tour_done: true, ..self.session.settings.preferences.clone() };
        self.commands.send(Command::Prefer(Box::new(preferences)));
    }

    /// Writes down what is open and where the window stands, a few seconds after it changed.
    pub(super) fn remember(&mut self, ctx: &egui::Context, now: Instant) {
        // What was open last stays until what is opened at the start is there.
        let since = *self.remembered.get_or_insert(now);
        let early = now.saturating_duration_since(since) < REMEMBER_EVERY;
        // Writing a file may take longer than a frame: not while something is dragged.
        if early || ctx.input(|input| input.pointer.any_down()) {
            return;
        }
        self.remembered = Some(now);
        self.session.settings.window = window::place(ctx, self.session.settings.window.as_ref());
        self.session.remember_open();
    }
}
