//! The page on which a report is put together, looked at and written: what it holds at the left, its pages at the right.

mod form;
mod preview;

use std::path::Path;

use egui::{Frame, Margin, Panel, Ui};

use crate::session::reporting::{Ask, Wanted};
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::states;

use form::Form;
use preview::Preview;

/// What the page remembers: what is filled in, and the pages that were drawn.
#[derive(Default)]
pub struct Report {
    form: Form,
    preview: Preview,
    /// What was made without being asked for: once for every evaluation that comes on screen.
    begun: Option<String>,
}

impl Report {
    /// The folder that a person chose in the system's dialog.
    pub fn take_folder(&mut self, folder: &Path) {
        self.form.folder = folder.display().to_string();
    }

    /// The logo that a person chose in the system's dialog.
    pub fn take_logo(&mut self, file: &Path) {
        self.form.logo = file.display().to_string();
    }
}

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut Report) {
    let Some(explorer) = &ctx.session.explorer else { return };
    begin(ctx, explorer, state);
    let wanted = state.form.wanted(ctx.theme.paper());
    let frame = Frame::new().fill(ctx.theme.surface).inner_margin(Margin::symmetric(16, 12));
    let form = Panel::left("report form").exact_size(theme::REPORT_FORM).resizable(false).frame(frame);
    form.show(ui, |ui| state.form.ui(ui, ctx, explorer, &wanted));
    let ground = Frame::new().fill(ctx.theme.background);
    ground.show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        match (&ctx.session.reporting.made, ctx.session.jobs.get(&Slot::Report)) {
            (Some(made), _) => state.preview.ui(ui, ctx, made),
            (None, Some(job)) => states::loading(ui, ctx, Slot::Report, job),
            (None, None) => {
                states::empty(ui, ctx, "No report yet", "Choose what it holds at the left, then make it");
            }
        }
    });
}

/// The first report of an evaluation is made when its page is opened.
fn begin(ctx: &ViewCtx, explorer: &Explorer, state: &mut Report) {
    let name = form::names(explorer);
    if state.begun.as_ref() == Some(&name) {
        return;
    }
    state.form.begin(&name);
    state.begun = Some(name);
    let there = ctx.session.reporting.made.is_some() || ctx.session.jobs.contains_key(&Slot::Report);
    if !there {
        make(ctx, state.form.wanted(ctx.theme.paper()));
    }
}

fn make(ctx: &ViewCtx, wanted: Wanted) {
    ctx.send(Command::Report(Ask::Make(Box::new(wanted))));
}
