//! The page "Leaderboard": runs of the workspace in the order of a number, with filters at the left. Computes nothing: rows
//! are made by `analysis::leaderboard`, anew only when something changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Align, Button, Layout, Popup, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo};
use egui_extras::{Column as Width, TableBuilder, TableRow};

use crate::analysis::leaderboard::{self, Column, Row, Shown, evaluation_dataset, training_dataset};
use crate::model::run::{ModelType, Run, STEPS, headline, threshold_of};
use crate::model::{Task, fmt};
use crate::report::leaderboard::Leaderboard;
use crate::session::evaluations::Key;
use crate::session::ranges::{Asked, MOST};
use crate::session::workspace::Workspace;
use crate::session::{Command, Slot};
use crate::store::export::Content;
use crate::ui::context::{ViewCtx, Wish};
use crate::ui::export;
use crate::ui::theme;
use crate::ui::views::explain;
use crate::ui::widgets::states;

/// What the page remembers: filters, order, and the rows they gave.
#[derive(Debug, Default)]
pub struct LeaderboardState {
    shown: Shown,
    /// False until the type to show at first was chosen.
    begun: bool,
    by: Column,
    ascending: bool,
    hide_filters: bool,
    class_search: String,
    made: Option<Made>,
    /// True where the ranges that are known are of these rows.
    certain: bool,
}

/// Rows, and of what they were made.
#[derive(Debug)]
struct Made {
    generation: u64,
    shown: Shown,
    order: (Column, bool),
    rows: Arc<Vec<Row>>,
}

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut LeaderboardState) {
    let workspace = &ctx.session.workspace;
    let latest = workspace.latest();
    let runs: Vec<&Run> = latest.iter().filter_map(|&(member, run)| workspace.run(member, run)).collect();
    let frame = egui::Frame::new().fill(ctx.theme.surface).inner_margin(egui::Margin::symmetric(16, 12));
    frame.show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        if !state.begun && !runs.is_empty() {
            state.begun = true;
            state.shown.model_type = leaderboard::first_type(&runs);
        }
        let rows = rows(workspace, &runs, state);
        ask_ranges(ctx, state, &runs, &rows);
        top(ui, ctx, state, &runs, &rows);
        ui.add_space(theme::PADDING);
        if runs.is_empty() {
            let advice = "Calculate model versions on the page Evaluations; each result is a row here";
            states::empty(ui, ctx, "No results to rank yet", advice);
            return;
        }
        if !state.hide_filters {
            let left = egui::Panel::left("leaderboard filters").exact_size(220.0).resizable(false);
            left.frame(egui::Frame::new()).show(ui, |ui| filters(ui, ctx, state, &runs));
        }
        let centre =
            egui::CentralPanel::default().frame(egui::Frame::new().inner_margin(egui::Margin::symmetric(8, 0)));
        centre.show(ui, |ui| {
            if rows.is_empty() {
                states::empty(ui, ctx, "Nothing fits the filters", "Take one of them away at the left");
            } else {
                table(ui, ctx, state, &latest, &runs, &rows);
            }
        });
    });
}

fn rows(workspace: &Workspace, runs: &[&Run], state: &mut LeaderboardState) -> Arc<Vec<Row>> {
    let order = (state.by, state.ascending);
    let known = state.made.as_ref();
    let known = known.filter(|m| m.generation == workspace.generation && m.shown == state.shown && m.order == order);
    if let Some(made) = known {
        return Arc::clone(&made.rows);
    }
    let rows = Arc::new(leaderboard::rows(runs, &state.shown, state.by, state.ascending));
    let (generation, shown) = (workspace.generation, state.shown.clone());
    state.made = Some(Made { generation, shown, order, rows: Arc::clone(&rows) });
    rows
}

/// Runs on the same items can be told apart, or not: that is computed beside the table.
fn ask_ranges(ctx: &ViewCtx, state: &mut LeaderboardState, runs: &[&Run], rows: &[Row]) {
    let shown: Vec<&&Run> = rows.iter().filter_map(|row| runs.get(row.run)).collect();
    state.certain = false;
    let Some(first) = shown.first() else { return };
    let same = |run: &&&Run| {
        (&run.dataset.project, evaluation_dataset(run)) == (&first.dataset.project, evaluation_dataset(first))
    };
    let whole = state.shown.classes.is_empty() && state.shown.step.is_none();
    let Some(metric) = state.by.metric(first.task).filter(|_| whole) else { return };
    if (2..=MOST).contains(&shown.len()) && shown.iter().all(same) {
        // The order of the rows must not make another question of it.
        let mut runs: Vec<String> = shown.iter().map(|run| run.identity()).collect();
        runs.sort_unstable();
        let asked = Asked { runs, metric };
        state.certain = ctx.session.ranges.as_ref().is_some_and(|known| known.asked == asked);
        let idle = !ctx.session.jobs.contains_key(&Slot::Ranges);
        if idle && !state.certain && ctx.session.tables.is_some() {
            ctx.send(Command::RankRanges(asked));
        }
    }
}

/// The ranks that a run could have, in words; nothing where its rank is certain or not known to be uncertain.
fn uncertain(ctx: &ViewCtx, by: Column, shown: &Shown, run: &Run) -> Option<(usize, usize)> {
    let ranges = ctx.session.ranges.as_ref().filter(|_| shown.step.is_none() && shown.classes.is_empty())?;
    let range = ranges.of(run).filter(|_| by.metric(run.task) == Some(ranges.asked.metric))?;
    (range.best < range.worst).then_some((range.best, range.worst))
}

fn top(ui: &mut Ui, ctx: &ViewCtx, state: &mut LeaderboardState, runs: &[&Run], rows: &[Row]) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("Leaderboard").font(theme::title()).color(ctx.theme.text));
        let about = format!(
            "{} by {}{}",
            fmt::counted(rows.len() as u64, "result", "results"),
            label(state.by, state.shown.model_type),
            if is_of_texts(state) { "" } else { ", " }
        );
        ui.label(RichText::new(about).color(ctx.theme.muted));
        explain::button(
            ui,
            ctx,
            "Leaderboard",
            "One row a result: a model version on a dataset version. Precision, recall and F1 are at each model’s own best threshold, \
             or at a common one; other numbers do not depend on it. Ranks follow the sorted column. Where results are of the same \
             items, a rank has the range that it takes within the 95 % intervals of the differences (1,000 paired resamples)",
        );
        if !is_of_texts(state) {
            threshold(ui, &mut state.shown);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let export = ui.button("Save …");
            Popup::menu(&export).show(|ui| {
                let document = || Leaderboard::new(runs, rows, state.by.name(), state.shown.step.map(threshold_of));
                export::menu(ui, ctx, "leaderboard", |paper| Some(document().to_exhibit(paper)));
                if ui.button("Save document …").clicked() {
                    if let Ok(text) = serde_json::to_string_pretty(&document()) {
                        ctx.wish(Wish::SaveAs("leaderboard.json", Arc::new(Content::Text(text))));
                    }
                    ui.close();
                }
            });
            let words = if state.hide_filters { "Show filters" } else { "Hide filters" };
            if ui.button(words).clicked() {
                state.hide_filters = !state.hide_filters;
            }
        });
    });
}

/// True where only generated texts are shown: they have no confidence and no classes.
fn is_of_texts(state: &LeaderboardState) -> bool {
    state.shown.model_type == Some(ModelType::Trained(Task::TextGeneration))
}

/// At which threshold F1, precision and recall are.
fn threshold(ui: &mut Ui, shown: &mut Shown) {
    let words = |step: Option<u8>| match step {
        None => "each at its own optimum".to_owned(),
        Some(step) => format!("all at confidence ≥ {:.2}", threshold_of(step)),
    };
    let chosen = words(shown.step);
    let combo = egui::ComboBox::from_id_salt("common threshold").selected_text(&chosen).width(180.0).height(320.0);
    let combo = combo.show_ui(ui, |ui| {
        for step in std::iter::once(None).chain((0..=STEPS).map(Some)) {
            ui.selectable_value(&mut shown.step, step, words(step));
        }
    });
    combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Threshold: {chosen}")));
    combo.response.on_hover_text("Where F1, precision and recall are read; ROC AUC and the headline need no threshold");
}

fn filters(ui: &mut Ui, ctx: &ViewCtx, state: &mut LeaderboardState, runs: &[&Run]) {
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        let types: BTreeSet<ModelType> = runs.iter().map(|run| run.model_type()).collect();
        group(ui, "Model type", |ui| {
            if ui.radio(state.shown.model_type.is_none(), "All").clicked() {
                state.shown.model_type = None;
            }
            for kind in types {
                if ui.radio(state.shown.model_type == Some(kind), kind.words()).clicked() {
                    state.shown.model_type = Some(kind);
                }
            }
        });
        let ours = |run: &&&Run| state.shown.model_type.is_none_or(|kind| run.model_type() == kind);
        let evaluated: BTreeSet<String> = runs.iter().filter(ours).map(|run| evaluation_dataset(run)).collect();
        let trained: BTreeSet<String> = runs.iter().filter(ours).filter_map(|run| training_dataset(run)).collect();
        let on = &state.shown.evaluation_datasets;
        let chosen = |run: &&&Run| on.is_empty() || on.contains(&evaluation_dataset(run));
        let classes = runs.iter().filter(ours).filter(chosen).flat_map(|run| &run.classes).map(|c| c.name.clone());
        let classes: BTreeSet<String> = classes.collect();
        group(ui, "Evaluation dataset", |ui| many(ui, &evaluated, &mut state.shown.evaluation_datasets));
        if !trained.is_empty() {
            group(ui, "Training dataset", |ui| many(ui, &trained, &mut state.shown.training_datasets));
        }
        if is_of_texts(state) {
            return;
        }
        group(ui, "Classes", |ui| {
            let field = TextEdit::singleline(&mut state.class_search).hint_text("search").desired_width(f32::INFINITY);
            ui.add(field).widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Search classes"));
            let wanted = state.class_search.to_lowercase();
            let fits = |name: &&String| name.to_lowercase().contains(&wanted);
            let found: BTreeSet<String> = classes.iter().filter(fits).take(100).cloned().collect();
            many(ui, &found, &mut state.shown.classes);
            if !state.shown.classes.is_empty() {
                let words = match state.shown.step {
                    None => "Numbers are over these classes, at the confidence that is best over all",
                    Some(_) => "Numbers are over these classes, at the common confidence",
                };
                ui.label(RichText::new(words).font(theme::caption()).color(ctx.theme.muted));
            }
        });
    });
}

fn group(ui: &mut Ui, title: &str, content: impl FnOnce(&mut Ui)) {
    egui::CollapsingHeader::new(title).default_open(true).show(ui, content);
}

/// Names to tick; none ticked means all.
fn many(ui: &mut Ui, names: &BTreeSet<String>, chosen: &mut BTreeSet<String>) {
    for name in names {
        let mut on = chosen.contains(name);
        if ui.checkbox(&mut on, name).changed() {
            if on {
                chosen.insert(name.clone());
            } else {
                chosen.remove(name);
            }
        }
    }
    if !chosen.is_empty() && ui.small_button("Clear").clicked() {
        chosen.clear();
    }
}

fn label(column: Column, kind: Option<ModelType>) -> &'static str {
    match column {
        Column::Model => "Model",
        Column::EvaluationDataset => "Evaluation dataset",
        Column::TrainingDataset => "Training dataset",
        Column::RocAuc => "ROC AUC",
        Column::F1 => "F1",
        Column::Precision => "Precision",
        Column::Recall => "Recall",
        Column::Of(metric) => metric.label(),
        Column::Headline => match kind {
            Some(ModelType::TransferLearn(task) | ModelType::Trained(task)) => headline(task).1,
            None => "Headline",
        },
    }
}

fn explanation(column: Column) -> &'static str {
    match column {
        Column::Model => "Model and version; a click opens its page",
        Column::EvaluationDataset => "What it was evaluated on: dataset, version, splits",
        Column::TrainingDataset => "What it was trained on, where the project says so",
        Column::RocAuc => {
            "Area under the ROC curve, one class against the rest, mean over classes; detectors have none"
        }
        Column::F1 => "2·correct / (kept + truths) at the model's own optimum, or at the common threshold",
        Column::Precision => "correct / kept at the model's own optimum, or at the common threshold",
        Column::Recall => "correct / truths at the model's own optimum, or at the common threshold",
        Column::Of(_) => "Of the whole set, as the evaluation has it",
        Column::Headline => "The number that a task is usually judged by; it needs no threshold",
    }
}

fn table(
    ui: &mut Ui,
    ctx: &ViewCtx,
    state: &mut LeaderboardState,
    latest: &[(usize, usize)],
    runs: &[&Run],
    rows: &[Row],
) {
    let has =
        |column: &Column| !matches!(column, Column::Of(_)) || rows.iter().any(|row| row.number(*column).is_some());
    let columns: Vec<Column> = Column::of_type(state.shown.model_type).into_iter().filter(has).collect();
    let columns = &columns;
    let numbers = columns.iter().filter(|column| column.is_number()).count();
    let gaps = (columns.len() + 1) as f32 * ui.spacing().item_spacing.x;
    let width = ui.available_width() - 64.0 - numbers as f32 * 84.0 - gaps;
    let names = Width::initial((width / 3.0).max(90.0)).at_least(72.0).resizable(false).clip(true);
    let table = TableBuilder::new(ui)
        .id_salt("leaderboard")
        .striped(false)
        .auto_shrink([false, false])
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Width::exact(64.0))
        .columns(names, 3)
        .columns(Width::exact(84.0), numbers);
    let table = table.header(theme::ROW, |mut header| {
        header.col(|ui| {
            ui.label(RichText::new("Rank").font(theme::caption()).color(ctx.theme.muted)).on_hover_text(
                "By the sorted column. Where all rows are of the same items, ranks that cannot be told apart are shown as \
                 ranges: choose one evaluation dataset",
            );
        });
        for &column in columns {
            header.col(|ui| {
                if column.is_number() {
                    right(ui, |ui| head(ui, column, state));
                } else {
                    head(ui, column, state);
                }
            });
        }
    });
    // Ranges of other rows say nothing here.
    let (by, shown, certain) = (state.by, &state.shown, state.certain);
    table.body(|body| {
        body.rows(theme::ROW + theme::GRID, rows.len(), |mut line| {
            let Some(row) = rows.get(line.index()) else { return };
            let Some((run, &(member, _))) = runs.get(row.run).zip(latest.get(row.run)) else { return };
            show(&mut line, ctx, row, (run, member), (by, shown, certain), columns);
        });
    });
}

fn head(ui: &mut Ui, column: Column, state: &mut LeaderboardState) {
    let mark = match (column == state.by, state.ascending) {
        (false, _) => "",
        (true, true) => " ▴",
        (true, false) => " ▾",
    };
    let name = label(column, state.shown.model_type);
    let words = RichText::new(format!("{name}{mark}")).font(theme::caption()).strong();
    let button = ui.add(Button::new(words).frame(false));
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Sort by {name}")));
    if button.on_hover_text(explanation(column)).clicked() {
        // Numbers begin with the best, names at their beginning.
        state.ascending = if column == state.by { !state.ascending } else { !column.is_number() };
        state.by = column;
    }
}

fn show(
    line: &mut TableRow<'_, '_>,
    ctx: &ViewCtx,
    row: &Row,
    (run, member): (&Run, usize),
    (by, shown, certain): (Column, &Shown, bool),
    columns: &[Column],
) {
    let workspace = &ctx.session.workspace;
    let open = || {
        let root = workspace.members.get(member).map(|m| m.root.clone()).unwrap_or_default();
        ctx.send(Command::ViewResults(Key {
            root,
            model: (run.model.id.clone(), run.model.version.clone()),
            dataset: (run.dataset.id.clone(), run.dataset.version.clone()),
            splits: run.dataset.splits.clone(),
        }));
    };
    line.col(|ui| {
        let rank = row.rank.map_or_else(|| fmt::UNDEFINED.to_owned(), |rank| rank.to_string());
        match uncertain(ctx, by, shown, run).filter(|_| certain) {
            Some((best, worst)) => {
                let label = ui.label(RichText::new(format!("{rank} ({best}–{worst})")).color(ctx.theme.text));
                label.on_hover_text(
                    "Not distinguishable from others on the same items: over 1,000 paired resamples the interval of a \
                     difference holds 0. These are the ranks it could have",
                );
            }
            None => drop(ui.label(RichText::new(rank).color(ctx.theme.text))),
        }
    });
    let name = format!("{}@{}", run.model.id, run.model.version);
    line.col(|ui| {
        let link = ui.link(RichText::new(&name).color(ctx.theme.text));
        let about = format!("{}, {}", workspace.name(member), run.model_type().words());
        link.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("Page of {name}")));
        if link.on_hover_text(format!("{about}; a click opens its page")).clicked() {
            let root = workspace.members.get(member).map(|m| m.root.clone()).unwrap_or_default();
            ctx.send(Command::OpenModel((root, run.model.id.clone(), run.model.version.clone())));
        }
    });
    line.col(|ui| {
        let dataset = evaluation_dataset(run);
        let label = ui.add(egui::Label::new(RichText::new(&dataset).color(ctx.theme.muted)).truncate());
        label.on_hover_text(format!(
            "{dataset}: {}, {}, {}",
            fmt::counted(run.dataset.items as u64, run.task.items().0, run.task.items().1),
            fmt::counted(run.dataset.truths as u64, run.task.units().0, run.task.units().1),
            fmt::counted(run.dataset.classes as u64, "class", "classes"),
        ));
    });
    line.col(|ui| {
        let trained = training_dataset(run).unwrap_or_else(|| fmt::UNDEFINED.to_owned());
        let label = ui.add(egui::Label::new(RichText::new(&trained).color(ctx.theme.muted)).truncate());
        label.on_hover_text(if run.model.trained_on.is_some() {
            trained
        } else {
            "The project does not say".to_owned()
        });
    });
    for column in columns.iter().copied().filter(|column| column.is_number()) {
        line.col(|ui| {
            right(ui, |ui| {
                let value = row.number(column);
                let Some(number) = value else {
                    ui.label(RichText::new(fmt::UNDEFINED).color(ctx.theme.muted))
                        .on_hover_text(undefined(column, run, shown));
                    return;
                };
                let link = ui.link(RichText::new(fmt::rate(value)).color(ctx.theme.text));
                let what = label(column, Some(run.model_type()));
                link.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("{what} {number:.3} of {name}")));
                if link.on_hover_text(format!("{what} {number}; a click opens the evaluation")).clicked() {
                    open();
                }
            });
        });
    }
}

/// Numbers stand under each other.
fn right(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    ui.with_layout(Layout::right_to_left(Align::Center), content);
}

fn undefined(column: Column, run: &Run, shown: &Shown) -> &'static str {
    let stepped = matches!(column, Column::F1 | Column::Precision | Column::Recall) && shown.step.is_some();
    match column {
        _ if stepped && run.at_steps.is_empty() => {
            "This result was kept by an earlier version, without counts at common thresholds; calculate it again"
        }
        _ if stepped && run.classes.iter().all(|class| class.at_steps.is_empty()) && !shown.classes.is_empty() => {
            "A result of so many classes keeps no counts of single classes at common thresholds"
        }
        Column::RocAuc if !run.task.is_classification() => {
            "Detectors have no ROC curve: nothing counts what is not there"
        }
        _ => "Undefined: nothing that the number needs is there",
    }
}
