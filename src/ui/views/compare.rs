//! The page "Compare": other models beside the one on screen, number by number, class by class, object by object. Computes
//! nothing: the session compared them.

mod matrices;

use std::sync::Arc;

use egui::{Align, Button, DragValue, Layout, Popup, PopupCloseBehavior, RichText, Role, ScrollArea, Ui, WidgetInfo};

use crate::analysis::compare::{MetricDifference, Verdict, class_rate};
use crate::metrics::{ClassCounts, Metric};
use crate::model::fmt;
use crate::model::project::{Choice, Project};
use crate::session::comparing::{At, Compared, Set};
use crate::session::{Command, Explorer, OpenProject, Slot, choices};
use crate::ui::context::ViewCtx;
use crate::ui::exhibits::{self, Of};
use crate::ui::theme;
use crate::ui::views::{explain, hand_out};
use crate::ui::widgets::states;

/// Classes listed before the rest is asked for.
const CLASSES: usize = 12;

/// What the page remembers.
#[derive(Debug, Default)]
pub struct CompareState {
    common: Option<f64>,
    /// Which of the compared models the details are of.
    shown: usize,
    all_classes: bool,
    matrices: matrices::Matrices,
}

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut CompareState) {
    let (Some(project), Some(explorer)) = (&ctx.session.project, &ctx.session.explorer) else { return };
    let frame = egui::Frame::new().fill(ctx.theme.surface).inner_margin(egui::Margin::symmetric(16, 12));
    frame.show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        top(ui, ctx, project, explorer, state);
        ui.add_space(theme::PADDING);
        if let Some(job) = ctx.session.jobs.get(&Slot::Compare) {
            states::loading(ui, ctx, Slot::Compare, job);
            return;
        }
        let compared = &ctx.session.compared;
        if compared.is_empty() {
            let advice =
                "Choose another model version above: it is evaluated on the same items and held against this one";
            states::empty(ui, ctx, "Nothing to compare with yet", advice);
            return;
        }
        state.shown = state.shown.min(compared.len() - 1);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            if let Some(shown) = compared.get(state.shown) {
                let made = || Some(exhibits::comparison(explorer, shown, Of::Metrics));
                hand_out::button(ui, ctx, "comparison", "comparison-metrics", made);
            }
            metrics(ui, ctx, explorer, compared, state);
            let Some(shown) = compared.get(state.shown) else { return };
            ui.add_space(2.0 * theme::PADDING);
            sets(ui, ctx, explorer, shown);
            ui.add_space(2.0 * theme::PADDING);
            if explorer.texts().is_some() {
                return;
            }
            classes(ui, ctx, explorer, shown, state);
            ui.add_space(2.0 * theme::PADDING);
            matrices::ui(ui, ctx, explorer, shown, &mut state.matrices);
        });
    });
}

fn name(project: &Project, choice: &Choice) -> String {
    choice.model(project).map_or_else(String::new, |m| format!("{}@{}", m.id, m.version))
}

/// Other models with outputs for the same dataset and splits.
fn candidates(project: &OpenProject, first: &Choice) -> Vec<Choice> {
    let others = (0..project.recognised.project.models.len()).filter(|model| *model != first.model);
    let same = |model| choices::with_model(&project.choices, first, model);
    others.filter_map(same).filter(|c| c.dataset == first.dataset && c.splits == first.splits).collect()
}

fn top(ui: &mut Ui, ctx: &ViewCtx, project: &OpenProject, explorer: &Explorer, state: &mut CompareState) {
    let entries = &project.recognised.project;
    let first = &explorer.choice;
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new("Compare").font(theme::title()).color(ctx.theme.text));
        ui.label(RichText::new(name(entries, first)).strong().color(ctx.theme.text));
        ui.label(RichText::new("with").color(ctx.theme.muted));
        let chosen: Vec<Choice> = ctx.session.compared.iter().map(|c| c.other.choice.clone()).collect();
        let candidates = candidates(project, first);
        let button = ui.button(if chosen.is_empty() { "Choose models …" } else { "Other models …" });
        let menu = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        menu.show(|ui| {
            ui.set_min_width(220.0);
            if candidates.is_empty() {
                ui.label("No other model has outputs for the same dataset and splits");
            }
            for other in &candidates {
                let mut on = chosen.contains(other);
                if ui.checkbox(&mut on, name(entries, other)).changed() {
                    let mut next = chosen.clone();
                    next.retain(|c| c != other);
                    next.extend(on.then(|| other.clone()));
                    send(ctx, explorer, next, state);
                }
            }
        });
        if !has_confidence(ctx, explorer) || explorer.texts().is_some() {
            return;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let mut common = state.common.is_some();
            if let Some(value) = &mut state.common {
                let field = ui.add(DragValue::new(value).range(0.0..=1.0).speed(0.005).max_decimals(3));
                field.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, "Common confidence"));
                if field.drag_stopped() || field.lost_focus() {
                    send(ctx, explorer, chosen.clone(), state);
                }
            }
            if ui.checkbox(&mut common, "One confidence for all").changed() {
                state.common = common.then_some(explorer.threshold.value);
                send(ctx, explorer, chosen, state);
            }
        });
    });
    let how = match state.common {
        _ if explorer.texts().is_some() => format!("Answers pass at {}; intervals", explorer.condition()),
        _ if !has_confidence(ctx, explorer) => "Intervals".to_owned(),
        Some(t) => format!("Both at confidence ≥ {}; intervals", fmt::threshold(t)),
        None => "Each at its own optimum; intervals".to_owned(),
    };
    let fewer = if explorer.evaluation.task.has_objects() { " (200 for AP beyond IoU 0.50)" } else { "" };
    let about = format!("{how} hold 95 % of 1,000 resamples of the same items{fewer}");
    ui.horizontal(|ui| {
        ui.label(RichText::new(about).font(theme::caption()).color(ctx.theme.muted));
        explain::button(
            ui,
            ctx,
            "Comparison",
            "Both models on the same items. Difference is the other minus the first. Its interval holds the middle 95 % of the \
             differences in resamples of the items, drawn with replacement and the same for both; where it holds 0 the models are \
             not distinguishable by this number",
        );
    });
}

/// True where one of the models says how sure it is.
fn has_confidence(ctx: &ViewCtx, explorer: &Explorer) -> bool {
    let first = &explorer.evaluation;
    !first.is_without_confidence() || ctx.session.compared.iter().any(|compared| compared.has_confidence(first))
}

fn send(ctx: &ViewCtx, explorer: &Explorer, others: Vec<Choice>, state: &CompareState) {
    // What answers have to reach is the same for all models.
    let common = if explorer.texts().is_some() { Some(explorer.threshold.value) } else { state.common };
    ctx.send(Command::Compare(others, common.map_or(At::Optimum, At::Common)));
}

fn metrics(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, compared: &[Arc<Compared>], state: &mut CompareState) {
    let Some(project) = ctx.session.project.as_ref().map(|p| &p.recognised.project) else { return };
    let head = |text: &str| RichText::new(text).font(theme::caption()).color(ctx.theme.muted);
    egui::Grid::new("compared metrics").min_col_width(64.0).spacing([theme::PADDING * 2.0, theme::GRID]).show(
        ui,
        |ui| {
            ui.label("");
            ui.label(RichText::new(name(project, &explorer.choice)).strong().color(ctx.theme.text));
            for (i, other) in compared.iter().enumerate() {
                let words = name(project, &other.other.choice);
                if compared.len() > 1 {
                    let button = ui.add(Button::selectable(i == state.shown, &words));
                    if button.on_hover_text("Show its classes, objects and matrix below").clicked() {
                        state.shown = i;
                    }
                } else {
                    ui.label(RichText::new(words).strong().color(ctx.theme.text));
                }
                ui.label(head("difference"));
                ui.label(head("95 % interval"));
                ui.label(head(""));
            }
            ui.end_row();
            let there = |metric: &&Metric| {
                compared.iter().any(|c| c.comparison.metrics.iter().any(|found| found.metric == **metric))
            };
            for metric in Metric::of_task(explorer.evaluation.task).iter().filter(there) {
                let name = metric.label();
                let less = if metric.lower_is_better() { "less is better" } else { "more is better" };
                ui.label(RichText::new(name).color(ctx.theme.text)).on_hover_text(less);
                let of = |other: &Compared| other.comparison.metrics.iter().find(|m| m.metric == *metric).cloned();
                let first = compared.first().and_then(|c| of(c)).and_then(|m| m.a);
                ui.label(RichText::new(fmt::rate(first)).color(ctx.theme.text));
                for other in compared {
                    match of(other) {
                        Some(difference) => {
                            let other = self::name(project, &other.other.choice);
                            difference_cells(
                                ui,
                                ctx,
                                name,
                                &difference,
                                (&self::name(project, &explorer.choice), &other),
                            );
                        }
                        None => (0..4).for_each(|_| drop(ui.label(""))),
                    }
                }
                ui.end_row();
            }
        },
    );
}

fn difference_cells(ui: &mut Ui, ctx: &ViewCtx, name: &str, of: &MetricDifference, names: (&str, &str)) {
    ui.label(RichText::new(fmt::rate(of.b)).color(ctx.theme.text));
    let color = match of.verdict {
        Verdict::BBetter => ctx.theme.correct,
        Verdict::ABetter => ctx.theme.missed,
        Verdict::NotDistinguishable | Verdict::Unknown => ctx.theme.muted,
    };
    let difference = of.difference.map_or_else(|| fmt::UNDEFINED.to_owned(), fmt::difference);
    let label = ui.label(RichText::new(&difference).color(color));
    label.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name} difference {difference}")));
    let interval = of.interval.map(|(low, high)| format!("{} … {}", fmt::difference(low), fmt::difference(high)));
    let why = of.why.unwrap_or("The difference lies between these in 95 % of the resamples");
    ui.label(RichText::new(interval.unwrap_or_else(|| fmt::UNDEFINED.to_owned())).color(ctx.theme.muted))
        .on_hover_text(why);
    let words = match of.verdict {
        Verdict::BBetter => format!("{} better", names.1),
        Verdict::ABetter => format!("{} better", names.0),
        Verdict::NotDistinguishable => "not distinguishable".to_owned(),
        Verdict::Unknown => String::new(),
    };
    ui.label(RichText::new(words).color(color));
}

/// The sets, and whether their difference may be chance.
fn sets(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, compared: &Arc<Compared>) {
    let task = explorer.evaluation.task;
    let (_, many) = if task.has_objects() { task.units() } else { task.items() };
    let what = if task.is_graded() { "better" } else { "right" };
    let score = explorer.pass_column().map_or_else(|| "Mean IoU".to_owned(), |column| column.label.clone());
    ui.horizontal(|ui| {
        ui.label(RichText::new(format!("Which {many} are {what}")).font(theme::title()).color(ctx.theme.text));
        let made = || Some(exhibits::comparison(explorer, compared, Of::Sets));
        hand_out::button(ui, ctx, "sets", "comparison-sets", made);
    });
    ui.horizontal_wrapped(|ui| {
        for &set in Set::of_task(task) {
            let count = compared.units(set).len();
            let words = format!("{} {}", set.label(task), fmt::count(count as u64));
            let about = match set {
                Set::Fixed if task.is_graded() => format!("{score} is better in the other"),
                Set::Broken if task.is_graded() => format!("{score} is worse in the other"),
                Set::Same => format!("{score} is the same in both"),
                Set::Fixed => "Wrong in the first, right in the other".to_owned(),
                Set::Broken => "Right in the first, wrong in the other".to_owned(),
                Set::BothWrong => "Wrong in both".to_owned(),
                Set::BothRight => "Right in both".to_owned(),
            };
            let button = ui.add_enabled(count > 0, Button::new(words));
            if button.on_hover_text(format!("{about}; a click shows them")).clicked() {
                ctx.send(Command::SetThreshold(compared.confidences.0));
                ctx.send(Command::Select(compared.filter(set, &explorer.evaluation)));
            }
        }
        let p = compared.comparison.p;
        let p = if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {p:.3}") };
        let (test, sets) =
            if task.is_graded() { ("Sign test", "better and worse") } else { ("McNemar", "fixed and broken") };
        let label = ui.label(RichText::new(format!("{test} {p}")).color(ctx.theme.muted));
        label.on_hover_text(format!(
            "The chance that {sets} would be at least as unequal if neither were likelier (exact, two-sided)"
        ));
    });
    if explorer.texts().is_some() {
        let hint = "A click shows these answers in a table, beside those of the other model; an opened one has both differences";
        ui.label(RichText::new(hint).font(theme::caption()).color(ctx.theme.muted));
        return;
    }
    let hint = "An opened image shows both models: X puts the other in the place of this one, C sets them side by side";
    ui.label(RichText::new(hint).font(theme::caption()).color(ctx.theme.muted));
}

fn classes(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, compared: &Arc<Compared>, state: &mut CompareState) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("Classes, the greatest loss first").font(theme::title()).color(ctx.theme.text));
        let made = || Some(exhibits::comparison(explorer, compared, Of::Classes));
        hand_out::button(ui, ctx, "classes compared", "comparison-classes", made);
        explain::button(
            ui,
            ctx,
            "Classes compared",
            "Counts and rates of each class for both models, each at the confidence named above; differences are the other minus \
             the first",
        );
    });
    let all = &compared.comparison.classes;
    let count = if state.all_classes { all.len() } else { all.len().min(CLASSES) };
    egui::Grid::new("compared classes").min_col_width(64.0).spacing([theme::PADDING * 2.0, 2.0]).show(ui, |ui| {
        let task = explorer.evaluation.task;
        let (name, main) = class_rate(task);
        let rates = [format!("{name}, first"), format!("{name}, other")];
        let counts: &[&str] = match task.is_graded() {
            true => &["correct"],
            false => &["correct", "missed", "false positives"],
        };
        let fixed = ["difference", "precision", "recall"];
        ui.label("");
        for head in rates.iter().map(String::as_str).chain(fixed).chain(counts.iter().copied()) {
            ui.label(RichText::new(head).font(theme::caption()).color(ctx.theme.muted));
        }
        ui.end_row();
        for class in all.iter().take(count) {
            let (a, b) = (class.a, class.b);
            ui.label(RichText::new(explorer.dataset().classes.name(class.class)).color(ctx.theme.text));
            ui.label(fmt::rate(main(a)));
            ui.label(fmt::rate(main(b)));
            let rate = |ui: &mut Ui, of: fn(ClassCounts) -> Option<f64>| {
                let difference = class.difference(of);
                let color = match difference {
                    Some(d) if d > 0.0 => ctx.theme.correct,
                    Some(d) if d < 0.0 => ctx.theme.missed,
                    _ => ctx.theme.muted,
                };
                let words = difference.map_or_else(|| fmt::UNDEFINED.to_owned(), fmt::difference);
                ui.label(RichText::new(words).color(color));
            };
            rate(ui, main);
            rate(ui, ClassCounts::precision);
            rate(ui, ClassCounts::recall);
            let pairs = [(a.correct, b.correct), (a.missed, b.missed), (a.false_positives, b.false_positives)];
            for (a, b) in pairs.into_iter().take(counts.len()) {
                ui.label(format!("{} → {}", fmt::count(a), fmt::count(b)));
            }
            ui.end_row();
        }
    });
    if all.len() > CLASSES {
        let words = if state.all_classes { "Show fewer" } else { "Show all classes" };
        if ui.small_button(words).clicked() {
            state.all_classes = !state.all_classes;
        }
    }
}
