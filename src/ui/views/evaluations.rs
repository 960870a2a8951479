//! The page "Evaluations": a row a model version of the workspace, what it is evaluated on, and what came of it. Decides
//! nothing: rows and their states are the session's.

mod save;

use std::path::PathBuf;

use egui::{Align, Button, Layout, Popup, PopupCloseBehavior, RichText, Role, TextEdit, Ui, WidgetInfo};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::model::project::{DatasetEntry, ModelEntry};
use crate::model::run::{Run, headline};
use crate::model::{Task, fmt};
use crate::session::evaluations::{Key, Row, State};
use crate::session::exports::Maker;
use crate::session::workspace::Workspace;
use crate::session::{Command, Session, Slot, evaluations};
use crate::ui::context::{ViewCtx, Wish};
use crate::ui::export;
use crate::ui::theme;
use crate::ui::views::explain;
use crate::ui::widgets::states;

/// What the page remembers: what is searched for, and a path that is being typed.
#[derive(Debug, Default)]
pub struct EvaluationsState {
    search: String,
    path: String,
}

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut EvaluationsState) {
    let frame = egui::Frame::new().fill(ctx.theme.surface).inner_margin(egui::Margin::symmetric(16, 12));
    frame.show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        top(ui, ctx, state);
        ui.add_space(theme::PADDING);
        let rows = shown(ctx, &state.search);
        for member in &ctx.session.workspace.members {
            if let Err(problem) = &member.state {
                broken(ui, ctx, &member.root, problem);
            }
        }
        if rows.is_empty() {
            let (title, advice) = if state.search.is_empty() {
                ("No model versions yet", "Put a model's outputs beside the ground truth, or name them in evalens.json")
            } else {
                ("Nothing fits the search", "Search for a part of a project, model or dataset name")
            };
            states::empty(ui, ctx, title, advice);
            return;
        }
        table(ui, ctx, &rows, state);
    });
}

/// The rows that fit what is searched for.
fn shown<'a>(ctx: &ViewCtx<'a>, search: &str) -> Vec<&'a Row> {
    let wanted = search.to_lowercase();
    ctx.session.evaluations.rows.iter().filter(|row| fits(ctx, row, &wanted)).collect()
}

fn fits(ctx: &ViewCtx, row: &Row, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    wanted.is_empty()
        || has(&row.key.model.0)
        || has(&row.key.model.1)
        || has(&row.key.dataset.0)
        || has(&ctx.session.workspace.name(row.member))
}

fn top(ui: &mut Ui, ctx: &ViewCtx, state: &mut EvaluationsState) {
    let session = ctx.session;
    ui.horizontal(|ui| {
        ui.label(RichText::new("Evaluations").font(theme::title()).color(ctx.theme.text));
        explain::button(
            ui,
            ctx,
            "Evaluations",
            "A row a model version: what it was trained on, what it is evaluated on, and its headline there – AP 50:95 for detectors, \
             accuracy for classifiers, the mean AP of classes where an item can have several labels, mean IoU for segmenters, the \
             pass rate for generated texts. A result is stale once files behind it have changed",
        );
        let (models, projects) = (session.evaluations.rows.len() as u64, session.workspace.members.len() as u64);
        let about = format!(
            "{} in {}",
            fmt::counted(models, "model version", "model versions"),
            fmt::counted(projects, "project", "projects")
        );
        ui.label(RichText::new(about).color(ctx.theme.muted));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            export::dots(ui, ctx, "Evaluations", "evaluations", || {
                Some(Maker::made(save::exhibit(session, &shown(ctx, &state.search), &ctx.theme.paper())))
            });
            let projects =
                ui.button("Projects …").on_hover_text("Add, remove and find projects; keep the list in a file");
            let menu = Popup::menu(&projects).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
            menu.show(|ui| projects_menu(ui, ctx, state));
            if ui.button("Look again").on_hover_text("Look for new versions in all folders").clicked() {
                ctx.send(Command::Rescan);
            }
            if let Some(job) = session.jobs.get(&Slot::Calculate) {
                let waiting = session.evaluations.waiting.len() as u64;
                if waiting > 0 {
                    ui.label(RichText::new(format!("{} waiting", fmt::count(waiting))).color(ctx.theme.muted));
                }
                states::job_row(ui, ctx, Slot::Calculate, job, 120.0);
            } else if ui
                .add(Button::new(RichText::new("Calculate all").strong()))
                .on_hover_text("Everything that can be calculated and is not there, or not any more")
                .clicked()
            {
                ctx.send(Command::CalculateAll);
            }
            let search = TextEdit::singleline(&mut state.search).hint_text("search").desired_width(140.0);
            ui.add(search).widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Search evaluations"));
        });
    });
}

/// A project that cannot be used: why, and what can be done about it.
fn broken(ui: &mut Ui, ctx: &ViewCtx, root: &std::path::Path, problem: &str) {
    ui.horizontal(|ui| {
        ui.add(egui::Label::new(RichText::new(problem).color(ctx.theme.danger)).wrap());
        if ui.small_button("Find the folder …").on_hover_text("It was moved: say where it is now").clicked() {
            ctx.wish(Wish::FindProject(root.to_owned()));
        }
        if ui.small_button("Remove").clicked() {
            ctx.send(Command::RemoveProject(root.to_owned()));
        }
    });
}

fn projects_menu(ui: &mut Ui, ctx: &ViewCtx, state: &mut EvaluationsState) {
    ui.set_width(theme::POPUP);
    let workspace = &ctx.session.workspace;
    for (at, member) in workspace.members.iter().enumerate() {
        ui.horizontal(|ui| {
            ui.label(workspace.name(at)).on_hover_text(member.root.display().to_string());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let remove = ui.small_button("Remove");
                let name = format!("Remove project {}", workspace.name(at));
                remove.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                if remove.on_hover_text("Takes it off the list; the folder stays as it is").clicked() {
                    ctx.send(Command::RemoveProject(member.root.clone()));
                }
            });
        });
    }
    ui.separator();
    add_project(ui, ctx, state);
    ui.separator();
    if ui.button("Save the list as a workspace …").clicked() {
        ctx.wish(Wish::SaveWorkspace);
        ui.close();
    }
    let mut calculate_new = ctx.session.settings.calculate_new;
    if ui.checkbox(&mut calculate_new, "Calculate new versions by themselves").changed() {
        ctx.send(Command::CalculateNew(calculate_new));
    }
}

/// A path to type, or the system's dialog.
fn add_project(ui: &mut Ui, ctx: &ViewCtx, state: &mut EvaluationsState) {
    ui.label(RichText::new("Add a project or workspace").font(theme::caption()).color(ctx.theme.muted));
    ui.horizontal(|ui| {
        let field = ui.add(TextEdit::singleline(&mut state.path).hint_text("folder").desired_width(200.0));
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Folder to add"));
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        let typed = !state.path.trim().is_empty();
        if (ui.add_enabled(typed, Button::new("Add")).clicked() || entered) && typed {
            ctx.send(Command::AddProjects(vec![PathBuf::from(state.path.trim())]));
            state.path.clear();
        }
        if ui.button("Choose …").clicked() {
            ctx.wish(Wish::AddProject);
        }
    });
}

/// Room for a button, or for a progress bar and its button.
const BUTTONS: f32 = 148.0;

/// Room for the number of classes.
const CLASSES: f32 = 52.0;

const HEADS: [&str; 8] = ["Model", "Type", "Trained on", "Evaluation dataset", "Classes", "Result", "When", ""];

fn table(ui: &mut Ui, ctx: &ViewCtx, rows: &[&Row], state: &mut EvaluationsState) {
    let several = ctx.session.workspace.members.len() > 1;
    // The last column holds buttons, which must not be cut.
    let width = (ui.available_width() - 8.0 * ui.spacing().item_spacing.x - BUTTONS - CLASSES).max(0.0);
    let share = |part: f32| Column::initial((width * part).max(72.0)).at_least(60.0).resizable(false).clip(true);
    let table = TableBuilder::new(ui)
        .id_salt("evaluations")
        .striped(false)
        .cell_layout(Layout::left_to_right(Align::Center))
        .auto_shrink([false, false])
        .column(share(0.23))
        .column(share(0.15))
        .column(share(0.13))
        .column(share(0.23))
        .column(Column::exact(CLASSES))
        .column(share(0.17))
        .column(share(0.09))
        .column(Column::remainder().clip(true));
    let table = table.header(theme::ROW, |mut header| {
        for head in HEADS {
            header.col(|ui| {
                ui.label(RichText::new(head).font(theme::caption()).color(ctx.theme.muted));
            });
        }
    });
    table.body(|body| {
        body.rows(theme::ROW + theme::GRID, rows.len(), |mut line| {
            if let Some(row) = rows.get(line.index()) {
                show(&mut line, ctx, row, several, state);
            }
        });
    });
}

fn show(line: &mut TableRow<'_, '_>, ctx: &ViewCtx, row: &Row, several: bool, page: &mut EvaluationsState) {
    let workspace = &ctx.session.workspace;
    let Some(project) = workspace.project(row.member) else { return };
    let Some(model) = project.recognised.project.models.get(row.model) else { return };
    let state = ctx.session.evaluations.state(workspace, row);
    line.col(|ui| {
        let name = format!("{}@{}", model.id, model.version);
        let link = ui.link(RichText::new(&name).color(ctx.theme.text));
        link.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("Page of {name}")));
        if link.on_hover_text("Everything known of this version").clicked() {
            let key = (row.key.root.clone(), model.id.clone(), model.version.clone());
            ctx.send(Command::OpenModel(key));
        }
        if several {
            let project = workspace.name(row.member);
            ui.add(egui::Label::new(RichText::new(project).font(theme::caption()).color(ctx.theme.muted)).truncate());
        }
    });
    line.col(|ui| {
        let kind = crate::model::run::ModelType::of(model.task, model.head.is_some());
        ui.add(egui::Label::new(RichText::new(kind.words()).color(ctx.theme.muted)).truncate());
    });
    line.col(|ui| {
        let trained = model.trained_on.as_ref().map_or_else(|| fmt::UNDEFINED.to_owned(), ToString::to_string);
        ui.add(egui::Label::new(RichText::new(trained).color(ctx.theme.muted)).truncate());
    });
    line.col(|ui| dataset_picker(ui, ctx, row, page));
    let run = match state {
        State::Done(run) | State::Stale(run) => Some(&run.run),
        _ => None,
    };
    line.col(|ui| {
        let classes = run.map_or_else(|| fmt::UNDEFINED.to_owned(), |run| fmt::count(run.dataset.classes as u64));
        ui.label(RichText::new(classes).color(ctx.theme.muted));
    });
    line.col(|ui| result(ui, ctx, model.task, run, matches!(state, State::Stale(_))));
    line.col(|ui| {
        let when = run.map_or_else(|| fmt::UNDEFINED.to_owned(), |run| fmt::date(run.time));
        let when = ui.add(egui::Label::new(RichText::new(when).color(ctx.theme.muted)).truncate());
        if let Some(run) = run {
            when.on_hover_text(format!("{} UTC", fmt::date_time(run.time)));
        }
    });
    line.col(|ui| action(ui, ctx, row, state));
}

/// Headline and F1, with what makes them shaky.
fn result(ui: &mut Ui, ctx: &ViewCtx, task: Task, run: Option<&Run>, stale: bool) {
    let Some(run) = run else {
        ui.label(RichText::new(fmt::UNDEFINED).color(ctx.theme.muted));
        return;
    };
    let (key, name) = headline(task);
    let words = format!("{name} {}  F1 {}", fmt::rate(run.number(key)), fmt::rate(run.number("f1")));
    let color = if stale { ctx.theme.muted } else { ctx.theme.text };
    let label = ui.add(egui::Label::new(RichText::new(words).color(color)).truncate());
    let warnings = evaluations::warnings(run);
    if !warnings.is_empty() {
        let mark = ui.label(RichText::new("!").strong().color(ctx.theme.misclassified));
        mark.on_hover_text(warnings.join("\n"));
    }
    label.on_hover_text(format!(
        "At the optimum, confidence ≥ {}: precision {}, recall {}, over {} with {}",
        run.number("optimal_confidence").map_or_else(|| fmt::UNDEFINED.to_owned(), fmt::threshold),
        fmt::rate(run.number("precision")),
        fmt::rate(run.number("recall")),
        fmt::counted(run.dataset.items as u64, task.items().0, task.items().1),
        fmt::counted(run.dataset.truths as u64, task.units().0, task.units().1),
    ));
}

fn action(ui: &mut Ui, ctx: &ViewCtx, row: &Row, state: State<'_>) {
    let on = format!("{}@{} on {}@{}", row.key.model.0, row.key.model.1, row.key.dataset.0, row.key.dataset.1);
    let named = |ui: &mut Ui, text: &str| {
        let button = ui.button(text);
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{text} {on}")));
        button
    };
    let calculate = |ui: &mut Ui| {
        if named(ui, "Calculate").clicked() {
            ctx.send(Command::Calculate(vec![row.key.clone()]));
        }
    };
    let reason = |ui: &mut Ui, text: &str, color| {
        ui.add(egui::Label::new(RichText::new(text).color(color)).truncate()).on_hover_text(text);
    };
    match state {
        State::Ready => calculate(ui),
        State::Waiting => reason(ui, "waits for its turn", ctx.theme.muted),
        State::Running => match ctx.session.jobs.get(&Slot::Calculate) {
            Some(job) => states::job_row(ui, ctx, Slot::Calculate, job, 80.0),
            None => reason(ui, "is being calculated", ctx.theme.muted),
        },
        State::Done(_) => {
            if named(ui, "View results").clicked() {
                ctx.send(Command::ViewResults(row.key.clone()));
            }
        }
        State::Stale(_) => {
            calculate(ui);
            reason(ui, "files changed since", ctx.theme.misclassified);
        }
        State::Missing(text) => reason(ui, text, ctx.theme.muted),
        State::Failed(text) => {
            calculate(ui);
            reason(ui, text, ctx.theme.danger);
        }
    }
}

fn dataset_picker(ui: &mut Ui, ctx: &ViewCtx, row: &Row, page: &mut EvaluationsState) {
    let key = &row.key;
    let name = if key.dataset.0.is_empty() {
        "choose …".to_owned()
    } else {
        format!("{}@{}, {}", key.dataset.0, key.dataset.1, key.splits.join(" + "))
    };
    let button = ui.add(Button::new(&name).truncate());
    let model = format!("{}@{}", key.model.0, key.model.1);
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Evaluation dataset of {model}: {name}")));
    let menu = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| {
        ui.set_width(theme::POPUP);
        egui::ScrollArea::vertical().max_height(360.0).show(ui, |ui| datasets(ui, ctx.session, ctx, row));
        ui.separator();
        ui.label(RichText::new("Evaluate with a new dataset").color(ctx.theme.text));
        add_project(ui, ctx, page);
    });
}

/// All datasets of the model's task: those of its project, then those of the others.
fn datasets(ui: &mut Ui, session: &Session, ctx: &ViewCtx, row: &Row) {
    let workspace: &Workspace = &session.workspace;
    let Some(project) = workspace.project(row.member) else { return };
    let Some(model) = project.recognised.project.models.get(row.model) else { return };
    let fitting = project.recognised.project.datasets.iter().filter(|d| d.task == model.task);
    let (own, others): (Vec<_>, Vec<_>) = fitting.partition(|d| d.home.is_none());
    for (title, list) in [("This project", own), ("Other projects", others)] {
        if list.is_empty() {
            continue;
        }
        ui.label(RichText::new(title).font(theme::caption()).color(ctx.theme.muted));
        for dataset in list {
            splits_of(ui, ctx, row, model, dataset);
        }
    }
}

/// The splits of a dataset, each with what came of it, then all pooled; and all of them one after the other.
fn splits_of(ui: &mut Ui, ctx: &ViewCtx, row: &Row, model: &ModelEntry, dataset: &DatasetEntry) {
    let workspace = &ctx.session.workspace;
    let named = (dataset.key().into_owned(), dataset.version.clone());
    let key = |splits: Vec<String>| Key { dataset: named.clone(), splits, ..row.key.clone() };
    let alone: Vec<Key> = dataset.splits.keys().map(|split| key(vec![split.clone()])).collect();
    let pooled = (alone.len() > 1).then(|| key(dataset.splits.keys().cloned().collect()));
    let mut ready = Vec::new();
    for (key, is_pooled) in alone.into_iter().map(|key| (key, false)).chain(pooled.map(|key| (key, true))) {
        let missing = evaluations::missing(model, dataset, &key.splits);
        let known = evaluations::latest(workspace, row.member, &key);
        let name = format!("{}@{}, {}", key.dataset.0, key.dataset.1, key.splits.join(" + "));
        let right = match (&known, &missing) {
            (Some((stored, fresh)), _) => {
                let (number, what) = headline(model.task);
                let old = if *fresh { "" } else { ", files changed since" };
                format!("{what} {}{old}", fmt::rate(stored.run.number(number)))
            }
            (None, Some(_)) => "no outputs".to_owned(),
            (None, None) => String::new(),
        };
        let said = if right.is_empty() { name.clone() } else { format!("{name}: {right}") };
        let right = RichText::new(right).font(theme::caption()).color(ctx.theme.muted);
        let button = Button::selectable(row.key == key, &name).right_text(right);
        let button = ui.add(button.min_size(egui::vec2(theme::POPUP - 24.0, theme::ROW)));
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said));
        if button.on_hover_text(missing.clone().unwrap_or_else(|| "Choose".to_owned())).clicked() {
            ctx.send(Command::Pick(key.clone()));
            ui.close();
        }
        if missing.is_none() && !is_pooled && !known.is_some_and(|(_, fresh)| fresh) {
            ready.push(key);
        }
    }
    if ready.len() > 1 {
        let button = ui.button("Calculate each split alone");
        let name = format!("Calculate each split of {}@{} alone", named.0, named.1);
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if button.on_hover_text("One result a split; all are kept").clicked() {
            ctx.send(Command::Calculate(ready));
            ui.close();
        }
    }
}
