//! Slices as a table that can be sorted: the bins of an attribute, weak slices, or those of the person.

use egui::{Align, Button, Layout, RichText, Role, Ui, WidgetInfo};
use egui_extras::{Column as Width, TableBuilder, TableRow};

use crate::analysis::slices::Condition;
use crate::model::fmt;
use crate::session::Command;
use crate::session::errors::slices::Ask;
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::icon::{self, Icon};

use super::editor::Draft;
use super::rows::{Column, Line, Metric, Opens, Tested};
use super::{Listed, Shown, State, chart, chosen, filter_of, muted};

/// Least width of the column of names.
const NAME: f32 = 190.0;
/// Width of the column of what can be done.
const ACTIONS: f32 = 56.0;

/// How the table is sorted: by a column, largest first or not.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sorted(Option<(Column, bool)>);

/// Draws it.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, shown: Shown<'_>, state: &mut State) {
    if state.listed == Listed::Weak {
        about_search(ui, ctx, shown);
    }
    let task = shown.explorer.evaluation.task;
    let metric = Metric::of(task).first().copied().unwrap_or(Metric::F1);
    let mut lines = lines(ctx, shown, state);
    let columns = fitting(ui, Column::of(task, state.listed == Listed::Weak));
    let Sorted(sorted) = state.sorted;
    if let Some((by, descending)) = sorted.filter(|(by, _)| *by == Column::Name || columns.contains(by)) {
        let whole = shown.counted.whole;
        lines.sort_by(|a, b| {
            let order = match by {
                Column::Name => natord::compare(&a.name, &b.name),
                _ => {
                    let value = |line: &Line| by.value(line, metric, whole);
                    // Undefined numbers stand last either way.
                    let last = if descending { f64::NEG_INFINITY } else { f64::INFINITY };
                    value(a).unwrap_or(last).total_cmp(&value(b).unwrap_or(last))
                }
            };
            if descending { order.reverse() } else { order }
        });
    }
    let room = room_for_names(ui, &columns);
    egui::ScrollArea::horizontal().id_salt("slices wide").auto_shrink([false, false]).show(ui, |ui| {
        let table = TableBuilder::new(ui)
            .id_salt(("slices", columns.len()))
            .striped(false)
            .auto_shrink([false, false])
            .cell_layout(Layout::right_to_left(Align::Center))
            .column(Width::exact(room.max(NAME)).clip(true));
        let table = columns.iter().fold(table, |table, column| table.column(Width::exact(column.width())));
        let table = table.column(Width::exact(ACTIONS));
        let table = table.header(theme::ROW, |mut header| {
            for column in [Column::Name].into_iter().chain(columns.iter().copied()) {
                header.col(|ui| {
                    if column == Column::Name {
                        ui.with_layout(Layout::left_to_right(Align::Center), |ui| head(ui, shown, column, state));
                    } else {
                        head(ui, shown, column, state);
                    }
                });
            }
        });
        table.body(|body| {
            body.rows(theme::ROW, lines.len(), |mut row| {
                if let Some(line) = lines.get(row.index()) {
                    show(&mut row, ctx, shown, state, line, (&columns, metric));
                }
            });
        });
    });
}

/// What columns leave of the width.
fn room_for_names(ui: &Ui, columns: &[Column]) -> f32 {
    let gaps = (columns.len() + 2) as f32 * ui.spacing().item_spacing.x;
    let numbers: f32 = columns.iter().map(|column| column.width()).sum();
    ui.available_width() - numbers - ACTIONS - gaps - theme::PADDING
}

/// In a narrow window columns that others tell as well make room: precision and recall, then what is correct.
fn fitting(ui: &Ui, mut columns: Vec<Column>) -> Vec<Column> {
    for spare in [Column::Precision, Column::Recall, Column::Correct, Column::Interval] {
        if room_for_names(ui, &columns) >= NAME {
            break;
        }
        // Where it is the number that counts it stays.
        let counts = spare == Column::Recall && !columns.contains(&Column::F1);
        columns.retain(|column| *column != spare || counts);
    }
    columns
}

/// At which threshold weak slices were looked for.
fn about_search(ui: &mut Ui, ctx: &ViewCtx, shown: Shown<'_>) {
    let Some(found) = &ctx.session.errors.slices.weak else { return };
    if !found.is_current(&shown.explorer.matched, shown.explorer.threshold.value) {
        let at = shown.explorer.threshold_words(found.threshold);
        muted(ui, ctx, format!("Found at {at}; search again for the current threshold"));
    }
}

fn lines(ctx: &ViewCtx, shown: Shown<'_>, state: &State) -> Vec<Line> {
    let slices = &ctx.session.errors.slices;
    match state.listed {
        Listed::Bins => {
            let Some((at, attribute)) = chosen(shown, state) else { return Vec::new() };
            let tallies = shown.counted.bins.get(at).into_iter().flatten().enumerate();
            let line = |(bin, tally): (usize, &_)| Line {
                name: attribute.bins.get(bin).map_or_else(String::new, |bin| bin.name.clone()),
                words: attribute.title(bin),
                tally: Ok(*tally),
                tested: None,
                opens: Opens::Parts(vec![(at, bin)]),
            };
            tallies.map(line).collect()
        }
        Listed::Weak => {
            let found = slices.weak.iter().flat_map(|found| &found.weak);
            let line = |weak: &crate::analysis::slices::Weak| Line {
                name: weak.name.clone(),
                words: weak.name.clone(),
                tally: Ok(weak.tally),
                tested: Some(Tested { extra: weak.extra_errors(), h: weak.h, p: weak.p }),
                opens: Opens::Parts(weak.parts.clone()),
            };
            found.map(line).collect()
        }
        Listed::Custom => {
            let counted = |at: usize| {
                let counted = shown.counted.custom.get(at).cloned();
                counted.unwrap_or_else(|| Err("It is being counted".to_owned()))
            };
            let line = |(at, slice): (usize, &crate::analysis::slices::CustomSlice)| Line {
                name: slice.name.clone(),
                words: slice.words(),
                tally: counted(at),
                tested: None,
                opens: Opens::Own(at),
            };
            slices.custom.iter().enumerate().map(line).collect()
        }
    }
}

fn head(ui: &mut Ui, shown: Shown<'_>, column: Column, state: &mut State) {
    let Sorted(sorted) = state.sorted;
    let mark = match sorted {
        Some((by, true)) if by == column => " ▾",
        Some((by, false)) if by == column => " ▴",
        _ => "",
    };
    let name = column.label(shown.explorer.evaluation.task);
    let words = RichText::new(format!("{name}{mark}")).font(theme::caption()).strong();
    let button = ui.add(Button::new(words).frame(false));
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Sort by {name}")));
    if button.on_hover_text(column.hint()).clicked() {
        // A third click brings the own order back.
        let first = column != Column::Name;
        state.sorted = Sorted(match sorted {
            Some((by, descending)) if by == column => (descending == first).then_some((column, !first)),
            _ => Some((column, first)),
        });
    }
}

fn show(
    row: &mut TableRow<'_, '_>,
    ctx: &ViewCtx,
    shown: Shown<'_>,
    state: &mut State,
    line: &Line,
    (columns, metric): (&[Column], Metric),
) {
    row.col(|ui| {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| name(ui, ctx, shown, line));
    });
    for &column in columns {
        row.col(|ui| {
            let words = column.words(line, (metric, shown.explorer.evaluation.task), shown.counted.whole);
            let quiet = words == fmt::UNDEFINED || words == "0";
            let color = if quiet { ctx.theme.muted } else { ctx.theme.text };
            let label = ui.label(RichText::new(words).color(color));
            if let Err(why) = &line.tally {
                label.on_hover_text(why);
            }
        });
    }
    row.col(|ui| actions(ui, ctx, shown, state, line));
}

/// The name opens the members.
fn name(ui: &mut Ui, ctx: &ViewCtx, shown: Shown<'_>, line: &Line) {
    let color = if line.tally.is_ok() { ctx.theme.text } else { ctx.theme.danger };
    let link = ui.add(egui::Link::new(RichText::new(&line.name).color(color)));
    link.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Show images of {}", line.name)));
    match &line.tally {
        Ok(tally) => {
            if link.clicked()
                && let Some(filter) = opened(ctx, shown, line)
            {
                ctx.send(Command::Select(filter));
            }
            link.on_hover_ui(|ui| chart::card(ui, ctx, shown, &line.words, *tally));
        }
        Err(why) => drop(link.on_hover_text(why)),
    }
}

fn opened(ctx: &ViewCtx, shown: Shown<'_>, line: &Line) -> Option<crate::analysis::Filter> {
    match &line.opens {
        Opens::Parts(parts) => filter_of(shown, parts, line.words.clone()),
        Opens::Own(at) => {
            let evaluation = &shown.explorer.evaluation;
            let slice = ctx.session.errors.slices.custom.get(*at)?;
            let mask = slice.mask(evaluation, &shown.known.attributes, &ctx.session.tags).ok()?;
            Some(mask.filter(evaluation, slice.name.clone()))
        }
    }
}

fn actions(ui: &mut Ui, ctx: &ViewCtx, shown: Shown<'_>, state: &mut State, line: &Line) {
    ui.spacing_mut().item_spacing.x = 0.0;
    match &line.opens {
        Opens::Own(at) => {
            if icon::button(ui, ctx.theme, Icon::Close, &format!("Delete slice {}", line.name), true).clicked() {
                ctx.send(Command::Slices(Ask::Delete(line.name.clone())));
            }
            let edit = icon::button(ui, ctx.theme, Icon::Gear, &format!("Edit slice {}", line.name), true);
            if let Some(slice) = ctx.session.errors.slices.custom.get(*at).filter(|_| edit.clicked()) {
                state.draft = Some(Draft::of(slice));
            }
        }
        Opens::Parts(parts) => {
            let condition =
                |&(attribute, bin): &(usize, usize)| shown.known.attributes.all.get(attribute)?.condition(bin);
            let conditions: Option<Vec<Condition>> = parts.iter().map(condition).collect();
            let Some(conditions) = conditions else { return };
            let button = ui.add(Button::new(RichText::new("Keep").color(ctx.theme.muted)).frame(false));
            button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Keep {} as a slice", line.words)));
            if button.on_hover_text("Keep it as a slice of your own").clicked() {
                state.draft = Some(Draft::with(line.words.clone(), &conditions));
            }
        }
    }
}
