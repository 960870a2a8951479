//! Errors by attributes of images and objects; slices of a person; weak ones that were found.

mod chart;
mod editor;
mod list;
mod rows;
mod table;

use std::sync::Arc;

use egui::{Rect, RichText, Ui, UiBuilder, pos2, vec2};

use crate::analysis::Filter;
use crate::analysis::slices::Mask;
use crate::model::{Task, fmt};
use crate::session::errors::slices::{Ask, Counted, Known};
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::exhibits;
use crate::ui::theme;
use crate::ui::views::{explain, hand_out};
use crate::ui::widgets::{states, switch};

use editor::Draft;
use rows::Metric;
use table::Sorted;

/// Width of the list of attributes.
const LIST: f32 = 228.0;
/// Least height of the chart, and its share of the page.
const CHART: (f32, f32) = (150.0, 0.46);

/// What the lower table lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Listed {
    /// The bins of the chosen attribute.
    #[default]
    Bins,
    /// Weak slices.
    Weak,
    /// Slices of the person.
    Custom,
}

/// What it remembers between frames.
#[derive(Default)]
pub struct State {
    search: String,
    attribute: Option<String>,
    metric: Option<Metric>,
    listed: Listed,
    sorted: Sorted,
    draft: Option<Draft>,
}

/// What the parts are drawn from.
#[derive(Clone, Copy)]
struct Shown<'a> {
    explorer: &'a Explorer,
    known: &'a Known,
    counted: &'a Arc<Counted>,
    /// What one and many members are called.
    units: (&'static str, &'static str),
}

const ABOUT: &str = "Objects and images in parts by what they have in common, and what became of each part at the current \
    threshold. Numbers are put into four or five parts with about as many members, equal values never split. An object counts \
    where its own attributes are, with whatever was found there; a false positive counts where those of its own box are. F1 = 2 \
    × correct / (kept + truths), with Wilson’s 95 % interval. Weak slices: every part by one attribute and by two, of at least 5 % \
    of all members and ten of them, whose share of right outcomes is smaller than elsewhere by Fisher’s exact test (of masks of \
    pixels: whose images’ F1 rank lower, by Mann and Whitney), corrected for how many were tested (Benjamini–Hochberg, p at most \
    0.05). h is Cohen’s: 0.2 is small, 0.5 medium, 0.8 large. Extra errors are those beyond the share of errors elsewhere";

/// Draws it.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut State) {
    let session = ctx.session;
    if session.wants_slices() {
        ctx.send(Command::Slices(Ask::Open));
    }
    let slices = &session.errors.slices;
    let again = |ui: &mut Ui| {
        if ui.button("Try again").clicked() {
            ctx.send(Command::Slices(Ask::Again));
        }
    };
    if let Some(why) = &slices.trouble {
        states::failed(ui, ctx, "Attributes could not be computed", why, again);
        return;
    }
    let Some(counted) = &slices.counted else {
        match session.jobs.get(&Slot::Slices) {
            Some(job) => states::loading(ui, ctx, Slot::Slices, job),
            None if session.wants_slices() => states::empty(ui, ctx, "Reading attributes", ""),
            None => states::failed(ui, ctx, "Attributes were not computed", "It was cancelled", again),
        }
        return;
    };
    let units = units(explorer.evaluation.task);
    let shown = Shown { explorer, known: &counted.known, counted, units };
    let area = ui.available_rect_before_wrap();
    let left = area.with_max_x(area.left() + LIST);
    let rest = area.with_min_x(left.right() + 2.0 * theme::PADDING);
    let middle = (rest.top() + (rest.height() * CHART.1).max(CHART.0)).round();
    let chart = rest.with_max_y(middle - theme::PADDING);
    let below = rest.with_min_y(middle + theme::PADDING);
    let line = egui::Stroke::new(theme::HAIRLINE, ctx.theme.line);
    ui.painter().vline(left.right() + theme::PADDING, area.y_range(), line);
    ui.painter().hline(rest.x_range(), middle, line);
    let settled = slices.is_current(&explorer.matched, explorer.threshold.value);
    let mut part = |name: &str, rect: Rect, content: &mut dyn FnMut(&mut Ui, &mut State)| {
        ui.scope_builder(UiBuilder::new().id_salt(name).max_rect(rect), |ui| {
            ui.shrink_clip_rect(rect);
            if !settled {
                ui.set_opacity(theme::SETTLING);
            }
            content(ui, state);
        });
    };
    part("attributes", left, &mut |ui, state| list::ui(ui, ctx, shown, state));
    part("chart", chart, &mut |ui, state| chart::ui(ui, ctx, shown, state));
    part("slices", below, &mut |ui, state| lower(ui, ctx, shown, state));
    ui.advance_cursor_after_rect(area);
}

/// What one and many members of a slice are called.
fn units(task: Task) -> (&'static str, &'static str) {
    if task.has_objects() { task.units() } else { task.items() }
}

/// The tables, or the editor of a slice.
fn lower(ui: &mut Ui, ctx: &ViewCtx, shown: Shown<'_>, state: &mut State) {
    if let Some(draft) = &mut state.draft {
        match editor::ui(ui, ctx, shown, draft) {
            editor::Done::Not => {}
            editor::Done::Left => state.draft = None,
            editor::Done::Kept(slice, instead) => {
                ctx.send(Command::Slices(Ask::Keep(slice, instead)));
                (state.draft, state.listed) = (None, Listed::Custom);
            }
        }
        return;
    }
    let slices = &ctx.session.errors.slices;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID;
        let attribute = chosen(shown, state).map_or("", |(_, attribute)| attribute.name.as_str());
        let custom = format!("Own slices {}", fmt::count(slices.custom.len() as u64));
        let weak =
            slices.weak.as_ref().map_or("Weak slices".to_owned(), |found| format!("Weak slices {}", found.weak.len()));
        for (listed, words, name, hint) in [
            (Listed::Bins, attribute.to_owned(), "Slices of the attribute", "Every part of the chosen attribute"),
            (Listed::Weak, weak, "Weak slices", "Where the model is weaker than elsewhere, and not by chance"),
            (Listed::Custom, custom, "Own slices", "Slices that you defined"),
        ] {
            if switch::choice(ui, ctx.theme, state.listed == listed, &words, name, hint).clicked() {
                state.listed = listed;
            }
        }
        ui.add_space(theme::PADDING);
        if let Some(job) = ctx.session.jobs.get(&Slot::WeakSlices) {
            states::job_row(ui, ctx, Slot::WeakSlices, job, 120.0);
        } else if ui
            .button("Find weak slices")
            .on_hover_text("Looks at every attribute and every two together")
            .clicked()
        {
            ctx.send(Command::Slices(Ask::FindWeak));
            state.listed = Listed::Weak;
        }
        if ui.button("New slice").on_hover_text("A slice by conditions of your own").clicked() {
            state.draft = Some(Draft::default());
        }
        if !slices.before.is_empty()
            && ui.button("Undo").on_hover_text("Takes the last change of own slices back").clicked()
        {
            ctx.send(Command::Slices(Ask::Undo));
        }
        explain::button(ui, ctx, "errors by attribute", ABOUT);
        save(ui, ctx, shown, state);
    });
    match state.listed {
        Listed::Weak if slices.weak.is_none() => {
            let advice =
                "Find weak slices looks at every attribute, and every two of them together, at the current threshold";
            states::empty(ui, ctx, "Not searched yet", advice);
        }
        Listed::Weak if slices.weak.as_ref().is_some_and(|found| found.weak.is_empty()) => {
            states::empty(ui, ctx, "No weak slice", "No part of the set is weaker than the rest by more than chance");
        }
        Listed::Custom if slices.custom.is_empty() => {
            let advice = "New slice puts conditions on attributes, folders, file names and tags together";
            states::empty(ui, ctx, "No slices of your own", advice);
        }
        _ => table::ui(ui, ctx, shown, state),
    }
}

/// Hands out the table on screen.
fn save(ui: &mut Ui, ctx: &ViewCtx, shown: Shown<'_>, state: &State) {
    let (explorer, slices) = (shown.explorer, &ctx.session.errors.slices);
    hand_out::button(ui, ctx, "slices table", "slices-table", || match state.listed {
        Listed::Weak => slices.weak.as_ref().map(|found| exhibits::weak(explorer, found)),
        Listed::Custom => exhibits::own_slices(ctx.session, explorer, shown.counted),
        Listed::Bins => {
            let (at, _) = chosen(shown, state)?;
            let metric = *Metric::of(explorer.evaluation.task).first()?;
            Some(exhibits::slices_of(explorer, shown.counted, at, metric))
        }
    });
}

/// The attribute that is looked at: the chosen one, else the first.
fn chosen<'a>(shown: Shown<'a>, state: &State) -> Option<(usize, &'a crate::analysis::slices::Attribute)> {
    let all = &shown.known.attributes.all;
    let at = all.iter().position(|attribute| state.attribute.as_ref() == Some(&attribute.name)).unwrap_or(0);
    Some((at, all.get(at)?))
}

/// The members of some bins together.
fn filter_of(shown: Shown<'_>, parts: &[(usize, usize)], title: String) -> Option<Filter> {
    let evaluation = &shown.explorer.evaluation;
    let of = |&(attribute, bin): &(usize, usize)| {
        Some(Mask::of_bin(evaluation, shown.known.attributes.all.get(attribute)?, bin))
    };
    let mut masks = parts.iter().map(of);
    let first = masks.next()??;
    let mask = masks.try_fold(first, |all, mask| Some(all.and(mask?)))?;
    Some(mask.filter(evaluation, title))
}

/// A caption.
fn muted(ui: &mut Ui, ctx: &ViewCtx, text: impl Into<String>) -> egui::Response {
    ui.label(RichText::new(text.into()).font(theme::caption()).color(ctx.theme.muted))
}

/// A row that can be clicked, as wide as there is room.
fn row(ui: &mut Ui, height: f32) -> (Rect, egui::Response) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), egui::Sense::click());
    (Rect::from_min_max(rect.min, pos2(rect.right(), rect.bottom())), response)
}
