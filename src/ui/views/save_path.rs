//! Where something is saved on a system whose file dialog does not open: the path is typed.

use std::path::PathBuf;
use std::sync::Arc;

use egui::{Button, Id, Key, Modal, RichText, TextEdit, Ui};

use crate::session::Command;
use crate::session::exports::{Ask, Output};
use crate::store::export::Content;
use crate::ui::context::ViewCtx;
use crate::ui::theme;

use super::welcome::expanded;

/// What waits for a path.
#[derive(Clone, Debug)]
pub enum Waiting {
    /// Something finished.
    Content(Arc<Content>),
    /// Something that is drawn when it is written.
    Output(Output),
}

#[derive(Debug)]
struct Open {
    file: String,
    waiting: Waiting,
    /// A path at which there is a file already.
    exists: Option<PathBuf>,
}

/// The card's own state.
#[derive(Debug, Default)]
pub struct SavePath(Option<Open>);

impl SavePath {
    /// Asks for a path; `name` is the file that is offered, in the person's own folder.
    pub fn open(&mut self, name: &str, waiting: Waiting) {
        let folder = dirs::document_dir().or_else(dirs::home_dir).unwrap_or_default();
        self.0 = Some(Open { file: folder.join(name).display().to_string(), waiting, exists: None });
    }
}

/// Draws the card while something waits.
pub fn ui(ui: &Ui, ctx: &ViewCtx, state: &mut SavePath) {
    let Some(open) = &mut state.0 else { return };
    let modal = Modal::new(Id::unique("save path")).frame(theme::card(ui.style())).show(ui.ctx(), |ui| {
        ui.set_width(theme::POPUP);
        card(ui, ctx, open)
    });
    if modal.should_close() || modal.inner {
        state.0 = None;
    }
}

/// True where it is done.
fn card(ui: &mut Ui, ctx: &ViewCtx, open: &mut Open) -> bool {
    ui.label(RichText::new("Save where").font(theme::title()).color(ctx.theme.text));
    let why = "The system's file dialog did not open; type where the file goes";
    ui.label(RichText::new(why).color(ctx.theme.muted));
    ui.add_space(theme::GRID);
    let name = ui.label("Path");
    let field = ui.add(TextEdit::singleline(&mut open.file).desired_width(f32::INFINITY)).labelled_by(name.id);
    if field.changed() {
        open.exists = None;
    }
    let mut replace = false;
    if let Some(file) = &open.exists {
        ui.label(RichText::new(format!("{} is there already", file.display())).color(ctx.theme.missed));
        replace = ui.button("Replace it").clicked();
    }
    ui.add_space(theme::PADDING);
    ui.horizontal(|ui| {
        let named = !open.file.trim().is_empty();
        let save = ui.add_enabled(named, Button::new("Save")).clicked();
        let entered = named && field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let sent = (save || entered || replace) && send(ctx, open, replace);
        ui.button("Cancel").clicked() || sent
    })
    .inner
}

/// True where it was sent off; a file that is there is asked about first.
fn send(ctx: &ViewCtx, open: &mut Open, replace: bool) -> bool {
    let file = expanded(&open.file);
    if file.exists() && !replace {
        open.exists = Some(file);
        return false;
    }
    ctx.send(match open.waiting.clone() {
        Waiting::Content(content) => Command::Save(file, content),
        Waiting::Output(output) => Command::Export(Ask::Save(file, output)),
    });
    true
}
