//! The classes that the predictions name, and which class of the truth each is read as; any can be chosen otherwise.

use egui::{CollapsingHeader, ComboBox, RichText, Ui, WidgetInfo};

use crate::formats::Correction;
use crate::formats::class_map::{ClassMapping, MappingReason};
use crate::model::fmt;
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;

use super::section;

/// Lines shown; lists of a thousand classes are corrected in the project file.
const LINES: usize = 100;
/// Names that are the same are shown at once where there are no more of them.
const FEW: usize = 8;
/// Width of the choice of a class.
const CHOICE: f32 = 180.0;
const NONE: &str = "no class; left out";

/// Draws the list: what is not simply the same comes first, the rest is folded away where it is long.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
    if explorer.mappings.is_empty() {
        return;
    }
    let (same, other): (Vec<&ClassMapping>, Vec<&ClassMapping>) =
        explorer.mappings.iter().partition(|m| m.why == MappingReason::Exact);
    let unmapped = other.iter().filter(|m| m.to.is_none()).count() as u64;
    let note = if unmapped == 0 { String::new() } else { format!("{} without a class", fmt::count(unmapped)) };
    section(ui, ctx, "Class names of the predictions", &note);
    if !other.is_empty() {
        list(ui, ctx, explorer, "other class names", &other);
    }
    if !same.is_empty() {
        let title = format!("{} as in the ground truth", fmt::counted(same.len() as u64, "name", "names"));
        let header = CollapsingHeader::new(RichText::new(title).color(ctx.theme.muted)).id_salt("same class names");
        header.default_open(same.len() <= FEW).show(ui, |ui| list(ui, ctx, explorer, "same class names", &same));
    }
}

fn list(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, id: &str, lines: &[&ClassMapping]) {
    egui::Grid::new(id).num_columns(4).spacing([theme::PADDING * 2.0, 2.0]).show(ui, |ui| {
        for entry in lines.iter().take(LINES) {
            line(ui, ctx, explorer, entry);
            ui.end_row();
        }
    });
    if lines.len() > LINES {
        let text = format!("and {} more", fmt::count((lines.len() - LINES) as u64));
        ui.label(RichText::new(text).font(theme::caption()).color(ctx.theme.muted));
    }
}

fn line(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, entry: &ClassMapping) {
    ui.label(RichText::new(&entry.from).color(ctx.theme.text));
    let shown = entry.to.as_deref().unwrap_or(NONE);
    let color = if entry.to.is_some() { ctx.theme.text } else { ctx.theme.danger };
    let combo = ComboBox::from_id_salt(("class name", &entry.from)).selected_text(RichText::new(shown).color(color));
    let combo = combo.width(CHOICE).height(320.0).show_ui(ui, |ui| {
        let names = explorer.evaluation.dataset.classes.names().iter().map(String::as_str);
        for name in names.chain([""]) {
            let text = if name.is_empty() { NONE } else { name };
            if ui.selectable_label(entry.to.as_deref().unwrap_or_default() == name, text).clicked() {
                ctx.send(Command::Correct(Correction::Class { from: entry.from.clone(), to: name.to_owned() }));
            }
        }
    });
    let name = format!("{} is read as {shown}", entry.from);
    combo.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, &name));
    ui.label(RichText::new(fmt::counted(entry.count as u64, "detection", "detections")).color(ctx.theme.muted));
    ui.label(RichText::new(entry.why.words()).font(theme::caption()).color(ctx.theme.muted));
}
