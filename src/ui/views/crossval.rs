//! The page "Cross-validate": what is asked for, the folds that came out, and the way to the pooled result. Trains nothing
//! itself.

use egui::{Button, ComboBox, DragValue, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

use crate::model::fmt;
use crate::model::project::Choice;
use crate::report::figures::crossval::NUMBERS as COLUMNS;
use crate::session::crossval::{Crossed, FoldNumbers, Request};
use crate::session::exports::Maker;
use crate::session::{Command, OpenProject, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::exhibits;
use crate::ui::theme;
use crate::ui::views::{explain, hand_out};
use crate::ui::widgets::states;
use crate::vectors::params::{KFoldParams, Strength};

/// What is entered.
#[derive(Debug)]
pub struct CrossvalForm {
    dataset: Option<usize>,
    folds: usize,
    seed: u64,
    /// C = 1/α, as scikit-learn counts it.
    c: f64,
    choose: bool,
    groups: String,
    curve: bool,
}

impl Default for CrossvalForm {
    fn default() -> Self {
        Self { dataset: None, folds: 5, seed: 0, c: 1.0, choose: false, groups: String::new(), curve: false }
    }
}

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut CrossvalForm) {
    let Some(project) = &ctx.session.project else { return };
    let frame = egui::Frame::new().fill(ctx.theme.surface).inner_margin(egui::Margin::symmetric(16, 12));
    frame.show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        let candidates = candidates(project);
        if candidates.is_empty() {
            states::empty(
                ui,
                ctx,
                "Nothing to cross-validate",
                "A dataset with one label an item needs vectors: put them beside it as embeddings/NAME.npy with a list of \
                 ids, or name them under `embeddings` in evalens.json",
            );
            return;
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.label(RichText::new("K-split cross-validation").font(theme::title()).color(ctx.theme.text));
            let about = "A linear head is trained on the vectors of all splits but one and judged on the one it did not see";
            ui.label(RichText::new(about).color(ctx.theme.muted));
            ui.add_space(theme::PADDING);
            form(ui, project, &candidates, state);
            ui.add_space(theme::PADDING);
            start(ui, ctx, project, &candidates, state);
            if let Some(crossed) = &ctx.session.crossed {
                ui.add_space(theme::PADDING);
                results(ui, ctx, crossed);
            }
        });
    });
}

/// Positions of the datasets that have vectors and one label an item.
fn candidates(project: &OpenProject) -> Vec<usize> {
    let all = project.recognised.project.datasets.iter().enumerate();
    all.filter(|(_, entry)| entry.can_be_cross_validated()).map(|(i, _)| i).collect()
}

fn form(ui: &mut Ui, project: &OpenProject, candidates: &[usize], state: &mut CrossvalForm) {
    let datasets = &project.recognised.project.datasets;
    let name = |i: usize| datasets.get(i).map_or_else(String::new, |d| format!("{}@{}", d.id, d.version));
    let chosen = state.dataset.filter(|d| candidates.contains(d)).or(candidates.first().copied());
    state.dataset = chosen;
    egui::Grid::new("cross-validation").num_columns(2).spacing([theme::PADDING * 2.0, theme::GRID]).show(ui, |ui| {
        ui.label("Dataset");
        let combo = ComboBox::from_id_salt("crossval dataset").selected_text(chosen.map(name).unwrap_or_default());
        let combo = combo.show_ui(ui, |ui| {
            for &i in candidates {
                ui.selectable_value(&mut state.dataset, Some(i), name(i));
            }
        });
        combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Dataset to cross-validate"));
        ui.end_row();
        ui.label("Splits");
        named(ui.add(DragValue::new(&mut state.folds).range(2..=50)), "Number of splits");
        ui.end_row();
        ui.label("Seed");
        named(ui.add(DragValue::new(&mut state.seed)), "Seed of the splits");
        ui.end_row();
        ui.label("C");
        ui.horizontal(|ui| {
            let field = DragValue::new(&mut state.c).range(1e-6..=1e6).speed(0.01).max_decimals(6);
            let field = ui.add_enabled(!state.choose, field);
            named(
                field.on_hover_text("Inverse strength of the penalty on the weights, as scikit-learn counts it"),
                "C",
            );
            ui.checkbox(&mut state.choose, "choose in each split")
                .on_hover_text("Tries C = 10, 1, 0.1, 0.01 and 0.001 by a cross-validation inside each training part");
        });
        ui.end_row();
        ui.label("Groups");
        let field = TextEdit::singleline(&mut state.groups).hint_text("a column of the truth").desired_width(160.0);
        let field = ui.add(field).on_hover_text("Items with the same value in this column stay in one split");
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Column of groups"));
        ui.end_row();
        ui.label("Learning curve");
        ui.checkbox(&mut state.curve, "also train on 10, 25 and 50 %");
        ui.end_row();
    });
}

fn named(response: egui::Response, name: &str) {
    response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, name));
}

fn start(ui: &mut Ui, ctx: &ViewCtx, project: &OpenProject, candidates: &[usize], state: &CrossvalForm) {
    if let Some(job) = ctx.session.jobs.get(&Slot::CrossValidate) {
        ui.horizontal(|ui| {
            ui.label(RichText::new(&job.title).color(ctx.theme.text));
            states::job_row(ui, ctx, Slot::CrossValidate, job, 240.0);
        });
        return;
    }
    let Some(dataset) = state.dataset.filter(|d| candidates.contains(d)) else { return };
    if ui.add(Button::new(RichText::new("Start cross-validation").strong())).clicked() {
        let entry = project.recognised.project.datasets.get(dataset);
        let splits = entry.map(|e| e.splits.keys().cloned().collect()).unwrap_or_default();
        let strength = if state.choose { Strength::chosen() } else { Strength::Fixed(1.0 / state.c.max(1e-9)) };
        let groups = state.groups.trim();
        ctx.send(Command::CrossValidate(Request {
            choice: Choice { model: 0, dataset, splits },
            params: KFoldParams { folds: state.folds, seed: state.seed, strength, ..KFoldParams::default() },
            groups: (!groups.is_empty()).then(|| groups.to_owned()),
            learning_curve: state.curve,
        }));
    }
}

fn results(ui: &mut Ui, ctx: &ViewCtx, crossed: &Crossed) {
    ui.separator();
    ui.horizontal(|ui| {
        ui.label(RichText::new("Result").font(theme::title()).color(ctx.theme.text));
        let what = crossed.pooled.size().join(", ");
        ui.label(RichText::new(what).font(theme::caption()).color(ctx.theme.muted));
        explain::button(
            ui,
            ctx,
            "Cross-validation",
            "The items are dealt out into splits with the classes in proportion. For each split a linear head (multinomial logistic \
             regression with an L2 penalty, as scikit-learn’s) is trained on all others and judged on it. Mean and population \
             standard deviation are over the splits; the pooled result puts all held-out predictions together",
        );
        let made = || exhibits::folds(crossed, &ctx.theme.paper()).map(Maker::made);
        hand_out::button(ui, ctx, "cross-validation", "cross-validation", made);
        let open = ui.button("Open pooled result");
        if open
            .on_hover_text("Every item, predicted by the head that did not see it, as an ordinary evaluation")
            .clicked()
        {
            ctx.send(Command::OpenPooled);
        }
    });
    if let Some(kept) = &crossed.kept {
        let words = format!("Kept as model {}@{}, with a head trained on all items", kept.id, kept.version);
        ui.label(RichText::new(words).color(ctx.theme.muted));
    }
    for warning in &crossed.warnings {
        ui.label(RichText::new(warning).color(ctx.theme.misclassified));
    }
    ui.add_space(theme::GRID);
    egui::Grid::new("folds").num_columns(3 + COLUMNS.len()).min_col_width(72.0).show(ui, |ui| {
        let head = ["", "Held out", "Trained on"].into_iter().chain(COLUMNS.iter().map(|(name, _)| *name));
        for name in head {
            ui.label(RichText::new(name).font(theme::caption()).color(ctx.theme.muted));
        }
        ui.end_row();
        for (number, fold) in crossed.folds.iter().enumerate() {
            row(ui, ctx, number, fold);
            ui.end_row();
        }
        summary(ui, ctx, crossed);
    });
    let Some(points) = &crossed.learning_curve else { return };
    ui.add_space(theme::PADDING);
    ui.horizontal(|ui| {
        ui.label(RichText::new("Learning curve").font(theme::title()).color(ctx.theme.text));
        let made = || exhibits::learning_curve(crossed, &ctx.theme.paper()).map(Maker::made);
        hand_out::button(ui, ctx, "learning curve", "learning-curve", made);
    });
    for point in points {
        let (accuracy, spread) = point.accuracy().unzip();
        let trained = fmt::counted(point.trained_on.round() as u64, "item", "items");
        let words = format!(
            "{} ({trained}): accuracy {} ± {}",
            fmt::percent(Some(point.share)),
            fmt::rate(accuracy),
            fmt::rate(spread)
        );
        ui.label(RichText::new(words).color(ctx.theme.text));
    }
}

fn row(ui: &mut Ui, ctx: &ViewCtx, number: usize, fold: &FoldNumbers) {
    ui.label(RichText::new(format!("Split {}", number + 1)).color(ctx.theme.text));
    ui.label(fmt::count(fold.items as u64));
    ui.label(fmt::count(fold.trained_on as u64));
    match &fold.numbers {
        Some(numbers) => {
            for (_, get) in COLUMNS {
                ui.label(RichText::new(fmt::rate(get(numbers))).color(ctx.theme.text));
            }
        }
        None => {
            ui.label(RichText::new(fold.trouble.as_deref().unwrap_or_default()).color(ctx.theme.danger));
        }
    }
}

/// Mean and population standard deviation over the folds.
fn summary(ui: &mut Ui, ctx: &ViewCtx, crossed: &Crossed) {
    let strong = |text: String| RichText::new(text).strong().color(ctx.theme.text);
    ui.label(strong("Mean ± std".to_owned()));
    ui.label("");
    ui.label("");
    for (name, get) in COLUMNS {
        let (mean, spread) = crossed.spread(get).unzip();
        let words = format!("{} ± {}", fmt::rate(mean), fmt::rate(spread));
        let label = ui.label(strong(words.clone()));
        label.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("Mean {name} {words}")));
    }
    ui.end_row();
}
