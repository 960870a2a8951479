//! The header: what is evaluated on what, each part a picker; back, forward, find, theme, settings.

use egui::{Align, Button, Layout, Popup, PopupCloseBehavior, Response, RichText, Ui};

use crate::model::project::{Choice, Project};
use crate::session::{Command, OpenProject, choices};
use crate::store::settings::ThemeChoice;
use crate::ui::actions;
use crate::ui::context::{ViewCtx, Wish};
use crate::ui::theme;
use crate::ui::widgets::icon::{self, Icon};

/// Draws the header.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx) {
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID;
        ui.add_space(theme::PADDING);
        match &ctx.session.project {
            None => {
                ui.label(RichText::new("Evalens").font(theme::title()).color(ctx.theme.text));
            }
            Some(project) => breadcrumb(ui, ctx, project),
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| tools(ui, ctx));
    });
}

fn tools(ui: &mut Ui, ctx: &ViewCtx) {
    ui.add_space(theme::PADDING);
    let settings = icon::button(ui, ctx.theme, Icon::Gear, "Settings", true);
    Popup::menu(&settings).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| settings_ui(ui, ctx));
    let about = icon::button(ui, ctx.theme, Icon::Question, "Help", true);
    if about.on_hover_text("What each number means, how to read it, what to do (F1)").clicked() {
        ctx.send(Command::Help(super::help::start(ctx.session)));
    }
    let other = if ctx.theme.dark { ThemeChoice::Light } else { ThemeChoice::Dark };
    let name = if ctx.theme.dark { "Light theme" } else { "Dark theme" };
    if icon::button(ui, ctx.theme, Icon::Contrast, name, true).clicked() {
        ctx.send(Command::SetTheme(other));
    }
    let find = Button::new("Find …").right_text(RichText::new("Ctrl+K").font(theme::caption()).color(ctx.theme.muted));
    let find = ui.add(find.min_size(egui::vec2(150.0, theme::ROW)));
    if find.on_hover_text("Find anything that can be done").clicked() {
        ctx.wish(Wish::FindAction);
    }
    ui.add_space(theme::GRID);
    let history = &ctx.session.history;
    if icon::button(ui, ctx.theme, Icon::Forward, "Forward", history.can_go_forward()).clicked() {
        ctx.send(Command::Forward);
    }
    if icon::button(ui, ctx.theme, Icon::Back, "Back", history.can_go_back()).clicked() {
        ctx.send(Command::Back);
    }
}

fn settings_ui(ui: &mut Ui, ctx: &ViewCtx) {
    ui.set_width(220.0);
    ui.label(RichText::new("Theme").font(theme::caption()).color(ctx.theme.muted));
    for (choice, name) in
        [(ThemeChoice::System, "As the system"), (ThemeChoice::Dark, "Dark"), (ThemeChoice::Light, "Light")]
    {
        if ui.radio(ctx.session.settings.theme == choice, name).clicked() {
            ctx.send(Command::SetTheme(choice));
        }
    }
    ui.separator();
    for action in actions::ALL.iter().filter(|a| a.in_settings) {
        if actions::button(ui, ctx, action).clicked() {
            ui.close();
        }
    }
    ui.separator();
    let version = concat!("Evalens ", env!("CARGO_PKG_VERSION"));
    ui.label(RichText::new(version).font(theme::caption()).color(ctx.theme.muted));
}

fn breadcrumb(ui: &mut Ui, ctx: &ViewCtx, project: &OpenProject) {
    let entry = &project.recognised.project;
    let name = if entry.name.is_empty() { folder_name(project) } else { entry.name.clone() };
    let button = picker(ui, &name, &format!("Project {name}"));
    let button = button.on_hover_text(project.root.display().to_string());
    Popup::menu(&button).show(|ui| project_menu(ui, ctx));
    let Some(choice) = chosen(ctx) else { return };
    let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(theme::ICON), egui::Sense::hover());
    Icon::Right.paint(ui.painter(), rect, ctx.theme.muted);
    model_picker(ui, ctx, project, &choice);
    ui.label(RichText::new("on").color(ctx.theme.muted));
    dataset_picker(ui, ctx, project, &choice);
    split_picker(ui, ctx, project, &choice);
}

/// What is on screen, or on its way.
fn chosen(ctx: &ViewCtx) -> Option<Choice> {
    ctx.session.explorer.as_ref().map(|e| e.choice.clone())
}

fn folder_name(project: &OpenProject) -> String {
    project.root.file_name().map_or_else(|| project.root.display().to_string(), |n| n.to_string_lossy().into_owned())
}

/// A button that opens a list, with an arrow that says so.
fn picker(ui: &mut Ui, text: &str, name: &str) -> Response {
    let button = Button::new(RichText::new(text)).frame_when_inactive(false);
    let arrow = egui::vec2(14.0, 0.0);
    let padding = ui.spacing().button_padding;
    let response = ui
        .scope(|ui| {
            ui.spacing_mut().button_padding.x = padding.x;
            ui.add(button.right_text(RichText::new("  ")).min_size(arrow))
        })
        .inner;
    let at = response.rect.with_min_x(response.rect.right() - theme::ICON - 2.0);
    Icon::Down.paint(ui.painter(), at, ui.visuals().weak_text_color());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
    response
}

fn project_menu(ui: &mut Ui, ctx: &ViewCtx) {
    for action in actions::ALL.iter().filter(|a| a.in_project_menu) {
        if actions::button(ui, ctx, action).clicked() {
            ui.close();
        }
    }
    let open = ctx.session.project.as_ref().map(|p| &p.root);
    let recent: Vec<_> = ctx.session.settings.recent.iter().filter(|p| Some(*p) != open).take(8).collect();
    if recent.is_empty() {
        return;
    }
    ui.separator();
    ui.label(RichText::new("Recent").font(theme::caption()).color(ctx.theme.muted));
    for path in recent {
        let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        if ui.button(name).on_hover_text(path.display().to_string()).clicked() {
            ctx.send(Command::Open(path.clone()));
            ui.close();
        }
    }
}

fn model_name(project: &Project, model: usize) -> String {
    project.models.get(model).map_or_else(String::new, |m| format!("{}@{}", m.id, m.version))
}

fn dataset_name(project: &Project, dataset: usize) -> String {
    project.datasets.get(dataset).map_or_else(String::new, |d| format!("{}@{}", d.key(), d.version))
}

/// One line of a picker's list.
fn option(ui: &mut Ui, chosen: bool, name: &str) -> Response {
    ui.add(Button::selectable(chosen, name).min_size(egui::vec2(180.0, theme::ROW)))
}

fn model_picker(ui: &mut Ui, ctx: &ViewCtx, project: &OpenProject, choice: &Choice) {
    let entries = &project.recognised.project;
    let name = model_name(entries, choice.model);
    let button = picker(ui, &name, &format!("Model {name}")).on_hover_text("Evaluate another model version");
    Popup::menu(&button).show(|ui| {
        for model in 0..entries.models.len() {
            let Some(next) = choices::with_model(&project.choices, choice, model) else { continue };
            if option(ui, model == choice.model, &model_name(entries, model)).clicked() {
                ctx.send(Command::Evaluate(next));
                ui.close();
            }
        }
    });
}

fn dataset_picker(ui: &mut Ui, ctx: &ViewCtx, project: &OpenProject, choice: &Choice) {
    let entries = &project.recognised.project;
    let name = dataset_name(entries, choice.dataset);
    let button = picker(ui, &name, &format!("Dataset {name}")).on_hover_text("Evaluate on another dataset");
    Popup::menu(&button).show(|ui| {
        for dataset in 0..entries.datasets.len() {
            let Some(next) = choices::with_dataset(&project.choices, choice, dataset) else { continue };
            if option(ui, dataset == choice.dataset, &dataset_name(entries, dataset)).clicked() {
                ctx.send(Command::Evaluate(next));
                ui.close();
            }
        }
    });
}

fn split_picker(ui: &mut Ui, ctx: &ViewCtx, project: &OpenProject, choice: &Choice) {
    let name = choice.splits.join(" + ");
    let button = picker(ui, &name, &format!("Split {name}"));
    let button = button.on_hover_text("Evaluate on other splits; several are pooled");
    let splits = choices::splits(&project.choices, choice.model, choice.dataset);
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        for split in &splits {
            let toggled = choices::with_split_toggled(&project.choices, choice, split);
            let mut chosen = choice.splits.contains(split);
            let before = chosen;
            ui.add_enabled_ui(toggled.is_some(), |ui| ui.checkbox(&mut chosen, split));
            if let Some(next) = toggled.filter(|_| chosen != before) {
                ctx.send(Command::Evaluate(next));
            }
        }
        ui.separator();
        for split in &splits {
            if ui.button(format!("Only {split}")).clicked() {
                ctx.send(Command::Evaluate(Choice { splits: vec![split.clone()], ..choice.clone() }));
                ui.close();
            }
        }
    });
}
