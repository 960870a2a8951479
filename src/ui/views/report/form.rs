//! What a report holds, and where it goes.

use std::collections::BTreeSet;
use std::path::Path;

use egui::{Button, ComboBox, Frame, Margin, Panel, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

use crate::model::fmt;
use crate::model::project::Choice;
use crate::report::content::Request;
use crate::report::palette::Palette;
use crate::report::sheet::Part;
use crate::session::reporting::{Ask, Wanted};
use crate::session::{Command, Explorer, OpenProject, Slot, choices};
use crate::ui::context::{ViewCtx, Wish};
use crate::ui::theme;
use crate::ui::views::welcome::expanded;
use crate::ui::widgets::states;

/// Lines of the field of notes.
const NOTE_ROWS: usize = 4;
/// Names of files that are listed where they would be replaced.
const LISTED: usize = 4;

/// What is filled in.
#[derive(Debug)]
pub struct Form {
    title: String,
    notes: String,
    pub(super) logo: String,
    parts: BTreeSet<Part>,
    compare: Option<Choice>,
    pub(super) folder: String,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            title: String::new(),
            notes: String::new(),
            logo: String::new(),
            parts: Part::ALL.into_iter().collect(),
            compare: None,
            folder: String::new(),
        }
    }
}

/// What is evaluated, as a name for a folder.
pub(super) fn names(explorer: &Explorer) -> String {
    let (model, dataset) = (&explorer.predictions().identity, &explorer.dataset().identity);
    format!("{}@{} on {}@{} {}", model.id, model.version, dataset.id, dataset.version, dataset.split)
}

impl Form {
    /// Begins with another evaluation: what belonged to the one before is forgotten.
    pub(super) fn begin(&mut self, names: &str) {
        let plain = |c: char| if c.is_alphanumeric() || "-_.@".contains(c) { c } else { '-' };
        let name: String = names.chars().map(plain).collect();
        let beside = dirs::document_dir().or_else(dirs::home_dir).unwrap_or_default();
        self.folder = beside.join(format!("report-{name}")).display().to_string();
        self.compare = None;
    }

    pub(super) fn wanted(&self, palette: Palette) -> Wanted {
        let logo = self.logo.trim();
        Wanted {
            request: Request {
                title: self.title.trim().to_owned(),
                notes: self.notes.trim().to_owned(),
                parts: self.parts.clone(),
            },
            logo: (!logo.is_empty()).then(|| expanded(logo)),
            compare: self.compare.clone().filter(|_| self.parts.contains(&Part::Comparison)),
            leaderboard: self.parts.contains(&Part::Leaderboard),
            palette,
        }
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, wanted: &Wanted) {
        // What is done with it stays in view, however long the list above is.
        let foot = Frame::new().inner_margin(Margin { top: theme::PADDING as i8, ..Margin::ZERO });
        Panel::bottom("report deeds").frame(foot).show_separator_line(false).show(ui, |ui| {
            self.target(ui, ctx);
            ui.add_space(theme::GRID);
            deeds(ui, ctx, explorer, wanted, self.folder.trim());
            results(ui, ctx);
        });
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.label(RichText::new("Report").font(theme::title()).color(ctx.theme.text));
            let about = "A page for others: HTML, PDF, every figure and table, the numbers as JSON";
            ui.label(RichText::new(about).color(ctx.theme.muted));
            ui.add_space(theme::PADDING);
            self.texts(ui, ctx, explorer);
            ui.add_space(theme::PADDING);
            self.sections(ui, ctx, explorer);
        });
    }

    fn texts(&mut self, ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
        caption(ui, ctx, "Title");
        let hint = names(explorer);
        let field = TextEdit::singleline(&mut self.title).hint_text(hint).desired_width(f32::INFINITY);
        named(ui.add(field), "Title of the report");
        caption(ui, ctx, "Notes");
        let field = TextEdit::multiline(&mut self.notes).hint_text("What others should know before they read it");
        named(ui.add(field.desired_rows(NOTE_ROWS).desired_width(f32::INFINITY)), "Notes of the report");
        caption(ui, ctx, "Logo");
        if path_field(ui, &mut self.logo, "a .png or .jpg file, or nothing", "Logo of the report", "Choose logo …") {
            ctx.wish(Wish::PickLogo);
        }
    }

    fn sections(&mut self, ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
        ui.horizontal(|ui| {
            caption(ui, ctx, "Sections");
            if ui.small_button("All").clicked() {
                self.parts = Part::ALL.into_iter().collect();
            }
            if ui.small_button("None").clicked() {
                self.parts.clear();
            }
        });
        for part in Part::ALL {
            let mut on = self.parts.contains(&part);
            if ui.checkbox(&mut on, part.label()).changed() {
                if on {
                    self.parts.insert(part);
                } else {
                    self.parts.remove(&part);
                }
            }
            if part == Part::Comparison && on {
                self.other(ui, ctx, explorer);
            }
        }
    }

    /// The model that is compared with the one on screen.
    fn other(&mut self, ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
        let Some(project) = &ctx.session.project else { return };
        let all = others(project, &explorer.choice);
        let name = |choice: &Choice| {
            let model = choice.model(&project.recognised.project);
            model.map_or_else(String::new, |model| format!("{}@{}", model.id, model.version))
        };
        ui.horizontal(|ui| {
            ui.add_space(theme::ROW);
            if all.is_empty() {
                ui.label(RichText::new("no other model here").font(theme::caption()).color(ctx.theme.muted));
                return;
            }
            let chosen = self.compare.as_ref().map_or_else(|| "with no other model".to_owned(), name);
            let combo = ComboBox::from_id_salt("report compare").selected_text(chosen).width(theme::MENU);
            let combo = combo.show_ui(ui, |ui| {
                ui.selectable_value(&mut self.compare, None, "with no other model");
                for other in &all {
                    ui.selectable_value(&mut self.compare, Some(other.clone()), name(other));
                }
            });
            combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Model to compare with"));
        });
    }

    fn target(&mut self, ui: &mut Ui, ctx: &ViewCtx) {
        caption(ui, ctx, "Folder");
        let hint = "where the report is written";
        if path_field(ui, &mut self.folder, hint, "Folder of the report", "Choose folder …") {
            ctx.wish(Wish::PickReportFolder);
        }
    }
}

/// Other models with outputs for the same items.
fn others(project: &OpenProject, first: &Choice) -> Vec<Choice> {
    let models = (0..project.recognised.project.models.len()).filter(|model| *model != first.model);
    let same = models.filter_map(|model| choices::with_model(&project.choices, first, model));
    same.filter(|choice| choice.dataset == first.dataset && choice.splits == first.splits).collect()
}

fn caption(ui: &mut Ui, ctx: &ViewCtx, text: &str) {
    ui.label(RichText::new(text).font(theme::caption()).color(ctx.theme.muted));
}

fn named(response: egui::Response, name: &'static str) {
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, name));
}

/// A path that can be typed or chosen; true where a dialog was asked for.
fn path_field(ui: &mut Ui, path: &mut String, hint: &str, name: &'static str, choose: &str) -> bool {
    let button = egui::vec2(theme::ROW, theme::ROW);
    ui.horizontal(|ui| {
        // A field is wider than its words by its margins.
        let room = ui.available_width() - button.x - 3.0 * theme::PADDING;
        named(ui.add(TextEdit::singleline(path).hint_text(hint).desired_width(room)), name);
        let button = ui.add(Button::new("…").min_size(button)).on_hover_text(choose);
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, choose));
        button.clicked()
    })
    .inner
}

/// Make it, write it; or what is under way.
fn deeds(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, wanted: &Wanted, folder: &str) {
    if let Some(job) = ctx.session.jobs.get(&Slot::Report) {
        ui.label(RichText::new(&job.title).color(ctx.theme.text));
        ui.horizontal(|ui| states::job_row(ui, ctx, Slot::Report, job, ui.available_width() - 80.0));
        return;
    }
    let made = ctx.session.reporting.made.as_ref();
    let current = made.is_some_and(|made| made.wanted == *wanted && made.threshold == explorer.threshold.value);
    if made.is_some() && !current {
        let words = "The preview shows what was chosen before";
        ui.label(RichText::new(words).font(theme::caption()).color(ctx.theme.misclassified));
    }
    ui.horizontal(|ui| {
        let empty = wanted.request.parts.is_empty();
        let make = ui.add_enabled(!current && !empty, Button::new("Update preview"));
        if make.on_disabled_hover_text("The preview shows what is chosen").clicked() {
            super::make(ctx, wanted.clone());
        }
        let write = ui.add_enabled(current && !folder.is_empty(), Button::new(RichText::new("Write report").strong()));
        if write.on_disabled_hover_text("Update the preview first, and name a folder").clicked() {
            ctx.send(Command::Report(Ask::Write { folder: expanded(folder), replace: false }));
        }
    });
}

/// What came of writing it.
fn results(ui: &mut Ui, ctx: &ViewCtx) {
    let reporting = &ctx.session.reporting;
    if let Some((folder, files)) = &reporting.asks {
        ui.add_space(theme::PADDING);
        ui.label(RichText::new(in_the_way(folder, files)).color(ctx.theme.text));
        ui.horizontal(|ui| {
            if ui.button("Replace them").clicked() {
                ctx.send(Command::Report(Ask::Write { folder: folder.clone(), replace: true }));
            }
            if ui.button("Keep them").clicked() {
                ctx.send(Command::Report(Ask::Leave));
            }
        });
    } else if let Some((folder, files)) = &reporting.written {
        ui.add_space(theme::PADDING);
        let words = format!("{} written into {}", fmt::counted(*files as u64, "file", "files"), folder.display());
        ui.label(RichText::new(words).color(ctx.theme.text));
        ui.horizontal(|ui| {
            if ui.button("Open report").clicked() {
                open(ui, &folder.join("report.html"));
            }
            if ui.button("Open its folder").clicked() {
                open(ui, folder);
            }
        });
    }
}

fn in_the_way(folder: &Path, files: &[String]) -> String {
    let named = files.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    let more = files.len().saturating_sub(LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{} holds {named}{more} already", folder.display())
}

/// Opens a file or folder with the program that the system has for it.
fn open(ui: &Ui, path: &Path) {
    let escaped: String = path.display().to_string().replace('%', "%25").replace('#', "%23").replace('?', "%3F");
    ui.ctx().open_url(egui::OpenUrl::new_tab(format!("file://{}", escaped.replace(' ', "%20"))));
}
