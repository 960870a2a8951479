//! The files an evaluation was made from, with their sizes and content hashes.

use egui::{RichText, Ui};

use crate::model::fmt;
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::theme;

use super::section;

/// Lines shown; a folder of annotations can hold many thousand files.
const LINES: usize = 200;
/// Digits of a hash that are shown; all of them on hover.
const DIGITS: usize = 12;

/// Draws the list. Asks for the hashes when it is first seen.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
    let bytes: u64 = explorer.fingerprint.iter().filter_map(|(_, seen)| seen.map(|(bytes, _)| bytes)).sum();
    let files = explorer.inputs.len() as u64;
    section(ui, ctx, "Inputs", &format!("{}, {}", fmt::counted(files, "file", "files"), fmt::bytes(bytes)));
    // The hash of a file that changed since would not be that of what was evaluated.
    if explorer.hashes.is_none() && !explorer.stale && files > 0 && !ctx.session.jobs.contains_key(&Slot::Hash) {
        ctx.send(Command::HashInputs);
    }
    egui::Grid::new("inputs").num_columns(3).spacing([theme::PADDING * 2.0, 2.0]).show(ui, |ui| {
        for (row, path) in explorer.inputs.iter().take(LINES).enumerate() {
            file(ui, ctx, explorer, row, path);
            ui.end_row();
        }
    });
    if files > LINES as u64 {
        let text = format!("and {} more", fmt::count(files - LINES as u64));
        ui.label(RichText::new(text).font(theme::caption()).color(ctx.theme.muted));
    }
}

fn file(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, row: usize, path: &std::path::Path) {
    let root = ctx.session.project.as_ref().map(|p| p.root.as_path());
    let short = root.and_then(|r| path.strip_prefix(r).ok()).unwrap_or(path);
    let name = RichText::new(short.display().to_string()).color(ctx.theme.text);
    ui.label(name).on_hover_text(path.display().to_string());
    let seen = explorer.fingerprint.get(row).and_then(|(_, seen)| *seen);
    let size = seen.map_or_else(|| "absent".to_owned(), |(bytes, _)| fmt::bytes(bytes));
    ui.label(RichText::new(size).color(ctx.theme.muted));
    match explorer.hashes.as_ref().map(|hashes| hashes.get(row).and_then(Option::as_deref)) {
        None if explorer.stale => ui.label(RichText::new("changed since").color(ctx.theme.muted)),
        None => ui.label(RichText::new("…").color(ctx.theme.muted)),
        Some(None) => ui.label(RichText::new(fmt::UNDEFINED).color(ctx.theme.muted)),
        Some(Some(hash)) => {
            let text = RichText::new(hash.get(..DIGITS).unwrap_or(hash)).monospace().color(ctx.theme.muted);
            ui.label(text).on_hover_text(format!("BLAKE3 {hash}"))
        }
    };
}
