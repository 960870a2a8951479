//! What the folder was taken for and why, with what can be taken otherwise.

use egui::{Button, RichText, Ui, WidgetInfo};

use crate::formats::{Alternative, Correction, Reason, Recognised, Usable};
use crate::model::Task;
use crate::session::{Command, OpenProject};
use crate::ui::context::ViewCtx;
use crate::ui::theme;

/// Draws every file and folder with what it was taken for and why, then what was left aside, why, and how to use it.
pub fn details(ui: &mut Ui, ctx: &ViewCtx, recognised: &Recognised) {
    for Reason { path, what, why } in &recognised.reasons {
        line(ui, ctx, [path, what, why], |_| {});
    }
    if !recognised.alternatives.is_empty() {
        ui.separator();
        ui.label(RichText::new("Left aside").font(theme::caption()).color(ctx.theme.muted));
    }
    for (index, other) in recognised.alternatives.iter().enumerate() {
        line(ui, ctx, [&other.path, &other.what, &other.why], |ui| uses(ui, ctx, recognised, index, other));
    }
}

fn line(ui: &mut Ui, ctx: &ViewCtx, [path, what, why]: [&String; 3], more: impl FnOnce(&mut Ui)) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(path).monospace().color(ctx.theme.text));
        ui.label(RichText::new(what).color(ctx.theme.text));
        ui.label(RichText::new(why).color(ctx.theme.muted));
        more(ui);
    });
}

/// The buttons behind something that was left aside.
fn uses(ui: &mut Ui, ctx: &ViewCtx, recognised: &Recognised, alternative: usize, other: &Alternative) {
    let mut button = |text: String, hover: &str, correction: Correction| {
        let button = ui.add(Button::new(RichText::new(&text).font(theme::caption())).small()).on_hover_text(hover);
        button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("{text}: {}", other.path)));
        if button.clicked() {
            ctx.send(Command::Correct(correction));
        }
    };
    match &other.usable {
        None => {}
        Some(Usable::Truth { entry, .. }) => {
            let hover = "Reads the truth of all splits in this format and evaluates again";
            let what =
                if entry.task == Task::SemanticSegmentation { "these".to_owned() } else { entry.format.to_uppercase() };
            button(format!("Use {what}"), hover, Correction::Use(alternative));
        }
        Some(Usable::Outputs { .. }) => {
            let hover = "Reads these outputs in place of the others and evaluates again";
            button("Use these".to_owned(), hover, Correction::Use(alternative));
        }
        Some(Usable::Unplaced { .. }) => {
            for (dataset, entry) in recognised.project.datasets.iter().enumerate() {
                for split in entry.splits.keys() {
                    let text = format!("Use for {} {split}", entry.id);
                    let hover = "Compares these outputs with the truth of this split";
                    button(text, hover, Correction::Place { alternative, dataset, split: split.clone() });
                }
            }
        }
    }
}

/// The button that writes the project file, and what becomes of corrections where there is one already.
pub fn write_button(ui: &mut Ui, ctx: &ViewCtx, project: &OpenProject) {
    if !project.from_file {
        let button = ui.button("Write evalens.json");
        if button.on_hover_text("Writes down what was recognised and corrected, for the next time").clicked() {
            ctx.send(Command::WriteProjectFile);
        }
    } else if project.corrected {
        let text = "Corrections last until the project is closed; only class names can be kept in evalens.json";
        ui.label(RichText::new(text).color(ctx.theme.muted));
    }
}
