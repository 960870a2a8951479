//! The page before anything is open: what the program is, and every way to open something.

use std::path::{Path, PathBuf};

use egui::{Button, Key, RichText, TextEdit, Ui};

use crate::session::{Command, Slot};
use crate::ui::context::{ViewCtx, Wish};
use crate::ui::theme;
use crate::ui::widgets::icon::{self, Icon};
use crate::ui::widgets::states;

/// What the page remembers: the path being typed.
#[derive(Default)]
pub struct Welcome {
    path: String,
}

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut Welcome) {
    if let Some(job) = ctx.session.jobs.get(&Slot::Open) {
        states::loading(ui, ctx, Slot::Open, job);
        return;
    }
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.add_space((ui.available_height() * 0.16).max(theme::PADDING));
        ui.vertical_centered(|ui| {
            ui.allocate_ui(egui::vec2(theme::CARD, 0.0), |ui| {
                ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| card(ui, ctx, state));
            });
        });
    });
}

fn card(ui: &mut Ui, ctx: &ViewCtx, state: &mut Welcome) {
    ui.set_width(theme::CARD);
    ui.label(RichText::new("Evalens").font(theme::figure()).color(ctx.theme.text));
    let what = "See how good a model is, at which confidence to run it, where it fails and which images show it";
    ui.label(RichText::new(what).color(ctx.theme.muted));
    ui.add_space(2.0 * theme::PADDING);
    path_row(ui, ctx, state);
    ui.add_space(theme::GRID);
    ui.horizontal_wrapped(|ui| {
        if ui.button("Open folder …").on_hover_text("With the system's dialog").clicked() {
            ctx.wish(Wish::PickFolder);
        }
        let Some(sample) = &ctx.session.sample else { return };
        if ui.button("Open the bundled sample").on_hover_text("Parts in pictures, found by a detector").clicked() {
            ctx.send(Command::OpenSample);
        }
        if ui.button("Take the tour").on_hover_text("The bundled sample, explained in seven cards").clicked() {
            ctx.wish(Wish::TakeTour);
        }
        let others = [
            ("sample-classes", "… of a classifier", "The parts one by one"),
            ("sample-masks", "… of a segmenter", "Landscapes, every pixel with its class"),
            ("sample-texts", "… of texts", "Questions about a harbour town, answered by a program"),
        ];
        for (folder, name, what) in others {
            if ui.button(name).on_hover_text(what).clicked() {
                ctx.send(Command::Open(sample.with_file_name(folder)));
            }
        }
    });
    ui.add_space(theme::GRID);
    let shape = "A folder with ground truth (COCO JSON, YOLO, Pascal VOC) and a model's outputs (COCO results, YOLO txt \
                 with confidence). Nothing leaves this computer and no file of yours is changed";
    ui.label(RichText::new(shape).font(theme::caption()).color(ctx.theme.muted));
    recent(ui, ctx);
}

fn path_row(ui: &mut Ui, ctx: &ViewCtx, state: &mut Welcome) {
    ui.horizontal(|ui| {
        let open = egui::vec2(64.0, theme::ROW + theme::GRID);
        let field = TextEdit::singleline(&mut state.path)
            .id(egui::Id::unique("folder path"))
            .hint_text("Type or paste a folder's path, or drop a folder anywhere")
            .margin(egui::Margin::symmetric(8, 5))
            .desired_width(theme::CARD - open.x - theme::PADDING);
        let response = ui.add(field);
        response.widget_info(|| egui::WidgetInfo {
            current_text_value: Some(state.path.clone()),
            ..egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Folder path")
        });
        let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let path = state.path.trim();
        let clicked = ui.add_enabled(!path.is_empty(), Button::new("Open").min_size(open)).clicked();
        if (entered || clicked) && !path.is_empty() {
            ctx.send(Command::Open(expanded(path)));
        }
    });
}

/// A path as it is typed or pasted: quotes and `file://` are taken off, `~` is the home folder.
pub fn expanded(text: &str) -> PathBuf {
    let text = text.trim().trim_matches(['"', '\'']);
    let text = text.strip_prefix("file://").unwrap_or(text);
    match (text.strip_prefix('~'), dirs::home_dir()) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with(['/', '\\']) => {
            home.join(rest.trim_start_matches(['/', '\\']))
        }
        _ => PathBuf::from(text),
    }
}

fn recent(ui: &mut Ui, ctx: &ViewCtx) {
    let recent = &ctx.session.settings.recent;
    if recent.is_empty() {
        return;
    }
    ui.add_space(3.0 * theme::PADDING);
    ui.label(RichText::new("Recent").color(ctx.theme.muted));
    for path in recent {
        ui.horizontal(|ui| {
            let width = theme::CARD - theme::ROW - theme::PADDING;
            let text = egui::text::LayoutJob::default();
            let line = recent_line(ctx, text, path);
            let button =
                Button::new(line).frame_when_inactive(false).truncate().min_size(egui::vec2(width, theme::ROW));
            let response = ui.scope(|ui| {
                ui.set_max_width(width);
                ui.add(button)
            });
            let response = response.inner;
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Open {}", path.display()))
            });
            if response.clicked() {
                ctx.send(Command::Open(path.clone()));
            }
            if icon::button(ui, ctx.theme, Icon::Close, &format!("Forget {}", path.display()), true).clicked() {
                ctx.send(Command::ForgetRecent(path.clone()));
            }
        });
    }
}

fn recent_line(ctx: &ViewCtx, mut job: egui::text::LayoutJob, path: &Path) -> egui::text::LayoutJob {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    let format =
        |font, color| egui::TextFormat { font_id: font, color, valign: egui::Align::Center, ..Default::default() };
    job.append(&name, 0.0, format(theme::body(), ctx.theme.text));
    let parent = path.parent().map_or_else(String::new, |p| p.display().to_string());
    job.append(&parent, theme::PADDING, format(theme::caption(), ctx.theme.muted));
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_paths_are_taken_as_meant() {
        assert_eq!(expanded("  \"/data/my set\" "), PathBuf::from("/data/my set"));
        assert_eq!(expanded("file:///data/set"), PathBuf::from("/data/set"));
        assert_eq!(expanded("~"), dirs::home_dir().unwrap());
        assert_eq!(expanded("~other/x"), PathBuf::from("~other/x"));
    }
}
