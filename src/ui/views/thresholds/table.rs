//! Every class with its threshold and rates, now and as proposed.

use egui::{Align, Label, Layout, RichText, ScrollArea, Ui};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::analysis::design::{Chosen, Design, Goal, Measure, Sums};
use crate::metrics::{ClassCounts, Counts};
use crate::model::{ClassId, fmt};
use crate::report::figures::listing::listing;
use crate::report::palette::Palette;
use crate::report::sheet::Exhibit;
use crate::report::table::{Cell, Column as Head, Table};
use crate::session::Explorer;
use crate::ui::context::ViewCtx;
use crate::ui::theme;

use super::goal::{self, Planned};

/// Widths of the name, the truths, the goal, the threshold, a rate, the cost.
const WIDTHS: [f32; 6] = [130.0, 60.0, 104.0, 122.0, 158.0, 158.0];

/// What a row tells.
struct Row<'a> {
    name: &'a str,
    class: Option<ClassId>,
    truths: u64,
    /// Threshold now and as proposed, with what was chosen for it.
    threshold: (f64, Option<(f64, Option<Chosen>)>),
    rates: [(Option<f64>, Option<f64>); 3],
    costs: Option<(f64, f64)>,
    found: bool,
}

/// Draws the table.
pub(super) fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, planned: &mut Planned, found: Option<&Design>) {
    let classes = explorer.dataset().classes.len();
    let task = explorer.evaluation.task;
    let priced = found.is_some_and(|found| matches!(found.plan.goal, Goal::Cost(_)));
    let per_class = planned.is_per_class();
    let [name, truths, of_goal, threshold, rate, cost] = WIDTHS.map(Column::exact);
    ScrollArea::horizontal().auto_shrink(false).show(ui, |ui| {
        let mut table = TableBuilder::new(ui)
            .id_salt("designed classes")
            .striped(false)
            .cell_layout(Layout::right_to_left(Align::Center))
            .column(name.clip(true))
            .column(truths);
        table = if per_class { table.column(of_goal) } else { table };
        table = table.column(threshold).columns(rate, 3);
        table = if priced { table.column(cost) } else { table };
        let table = table.header(theme::ROW, |mut header| {
            let mut head = |words: &str, about: &str| {
                header.col(|ui| {
                    ui.label(RichText::new(words).font(theme::caption()).color(ctx.theme.muted)).on_hover_text(about);
                });
            };
            head("", "");
            head(task.units().1, "How many of the class there are");
            if per_class {
                let (words, about) = goal::head(planned, task);
                head(words, about);
            }
            head("confidence", "The threshold now, and the proposed one");
            for (words, about) in [
                ("precision", "Now, proposed, and the difference"),
                ("recall", "Now, proposed, and the difference"),
                ("F1", "Now, proposed, and the difference"),
            ] {
                head(words, about);
            }
            if priced {
                head("cost", "Of missed and misclassified truths of the class and of its false positives");
            }
        });
        table.body(|body| {
            body.rows(theme::ROW, classes + 1, |mut row| {
                let told = match row.index().checked_sub(1) {
                    None => of_all(explorer, found),
                    Some(at) => of_class(explorer, found, ClassId::from_index(at)),
                };
                draw(&mut row, ctx, explorer, planned, &told, priced);
            });
        });
    });
}

/// The table as it is handed out.
pub(super) fn exhibit(explorer: &Explorer, found: &Design, palette: &Palette) -> Exhibit {
    let priced = matches!(found.plan.goal, Goal::Cost(_));
    let (units, about) = (explorer.evaluation.task.units().1, [("now", "now"), ("proposed", "proposed")]);
    let mut columns = vec![Head::words("class", "Class"), Head::number("support", &fmt::capitalised(units))];
    let mut pair = |key: &str, title: &str| {
        columns.extend(about.map(|(end, word)| Head::number(&format!("{key}_{end}"), &format!("{title} {word}"))));
    };
    for (key, title) in [("threshold", "Confidence"), ("precision", "Precision"), ("recall", "Recall"), ("f1", "F1")] {
        pair(key, title);
    }
    if priced {
        pair("cost", "Cost");
    }
    columns.push(Head::words("chosen", "Chosen"));
    let told = |told: Row<'_>| {
        let (now, then) = told.threshold;
        let at = |at: f64| Cell::Shown(at, fmt::threshold(at));
        let mut cells: Vec<Cell> = vec![told.name.into(), told.truths.into(), at(now)];
        cells.push(then.map_or(Cell::Empty, |(then, _)| at(then)));
        cells.extend(told.rates.iter().flat_map(|(now, then)| [Cell::from(*now), Cell::from(*then)]));
        if let Some((now, then)) = told.costs.filter(|_| priced) {
            cells.extend([now, then].map(|cost| Cell::Shown(cost, Measure::Cost.words(Some(cost)))));
        }
        cells.push(match then.and_then(|(_, chosen)| chosen) {
            Some(chosen) if chosen.reached => "for this row".into(),
            Some(_) => "nearest to the target".into(),
            None => "follows all".into(),
        });
        cells
    };
    let classes = found.classes.iter().map(|known| of_class(explorer, Some(found), known.class));
    let rows = std::iter::once(of_all(explorer, Some(found))).chain(classes).map(told).collect();
    let caption = found.plan.sentence(explorer.evaluation.task);
    listing("designed-thresholds", "Designed thresholds", &caption, Table { columns, rows }, palette)
}

fn of_all<'a>(explorer: &Explorer, found: Option<&Design>) -> Row<'a> {
    let now = found.map_or_else(|| explorer.counter.totals(), |found| found.counts.0);
    let then = found.map(|found| found.counts.1);
    let rate = |of: fn(Counts) -> Option<f64>| (of(now), then.and_then(of));
    let cost = |sums: &(Sums, Sums)| (sums.0.cost, sums.1.cost);
    Row {
        name: "All classes",
        class: None,
        truths: now.truths(),
        threshold: (
            found.map_or(explorer.threshold.value, |found| found.now.0),
            found.map(|found| (found.threshold.threshold, Some(found.threshold))),
        ),
        rates: [rate(Counts::precision), rate(Counts::recall), rate(Counts::f1)],
        costs: found.map(|found| cost(&found.sums)),
        found: found.is_some(),
    }
}

fn of_class<'a>(explorer: &'a Explorer, found: Option<&Design>, class: ClassId) -> Row<'a> {
    let known = found.and_then(|found| found.classes.get(class.index()));
    let shown = || explorer.counter.classes().get(class.index()).copied().unwrap_or_default();
    let now = known.map_or_else(shown, |known| known.counts.0);
    let then = known.map(|known| known.counts.1);
    let rate = |of: fn(ClassCounts) -> Option<f64>| (of(now), then.and_then(of));
    Row {
        name: explorer.dataset().classes.name(class),
        class: Some(class),
        truths: now.support(),
        threshold: (
            known.map_or_else(|| explorer.threshold_of(class), |known| known.thresholds.0),
            known.map(|known| (known.thresholds.1, known.chosen)),
        ),
        rates: [rate(ClassCounts::precision), rate(ClassCounts::recall), rate(ClassCounts::f1)],
        costs: known.map(|known| known.costs),
        found: found.is_some(),
    }
}

fn draw(
    row: &mut TableRow<'_, '_>,
    ctx: &ViewCtx,
    explorer: &Explorer,
    planned: &mut Planned,
    told: &Row<'_>,
    priced: bool,
) {
    row.col(|ui| {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let words = RichText::new(told.name);
            let words = if told.class.is_none() { words.strong() } else { words };
            ui.add(Label::new(words).truncate());
        });
    });
    row.col(|ui| drop(ui.label(RichText::new(fmt::count(told.truths)).color(ctx.theme.muted))));
    if planned.is_per_class() {
        row.col(|ui| {
            if let Some(class) = told.class.filter(|_| planned.gives_own(told.truths)) {
                goal::of_class(ui, ctx, explorer, planned, class);
            }
        });
    }
    row.col(|ui| threshold(ui, ctx, told));
    for (now, then) in told.rates {
        row.col(|ui| {
            change(ui, ctx, (fmt::rate(now), fmt::rate(then)), told.found, then.zip(now).map(|(b, a)| b - a), false);
        });
    }
    if priced {
        row.col(|ui| {
            let Some((now, then)) = told.costs else { return };
            let words = (Measure::Cost.words(Some(now)), Measure::Cost.words(Some(then)));
            change(ui, ctx, words, told.found, Some(then - now), true);
        });
    }
}

fn threshold(ui: &mut Ui, ctx: &ViewCtx, told: &Row<'_>) {
    let (now, then) = told.threshold;
    let Some((then, chosen)) = then else {
        ui.label(RichText::new(fmt::threshold(now)).color(ctx.theme.muted));
        return;
    };
    let words = format!("{} → {}", fmt::threshold(now), fmt::threshold(then));
    let (color, about) = match chosen {
        Some(chosen) if !chosen.reached => {
            (ctx.theme.misclassified, "The target is out of reach; this threshold comes nearest to it")
        }
        Some(_) => (ctx.theme.text, "Chosen for this row"),
        None => (ctx.theme.muted, "Follows the threshold for all classes"),
    };
    let mark = if chosen.is_some_and(|chosen| !chosen.reached) { "*" } else { "" };
    ui.label(RichText::new(format!("{words}{mark}")).color(color)).on_hover_text(about);
}

/// Two values and their difference.
fn change(ui: &mut Ui, ctx: &ViewCtx, (now, then): (String, String), found: bool, by: Option<f64>, less: bool) {
    if !found {
        ui.label(RichText::new(now).color(ctx.theme.muted));
        return;
    }
    let better = by.map(|by| if less { -by } else { by });
    let color = match better {
        Some(by) if by > 0.0 => ctx.theme.correct,
        Some(by) if by < 0.0 => ctx.theme.missed,
        _ => ctx.theme.muted,
    };
    let measure = if less { Measure::Cost } else { Measure::F1 };
    if by.is_none() && now == then {
        ui.label(RichText::new(now).color(ctx.theme.muted));
        return;
    }
    ui.label(RichText::new(measure.signed(by)).color(color));
    ui.label(format!("{now} → {then}"));
}
