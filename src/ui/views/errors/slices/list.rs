//! The list of attributes, with how far the weakest part of each is below the whole; files that columns come from.

use egui::{Align2, CursorIcon, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo, pos2};

use crate::analysis::slices::{Attribute, Of, Tally};
use crate::model::{Task, fmt};
use crate::session::errors::pictures;
use crate::session::errors::slices::Ask;
use crate::session::{Command, Slot};
use crate::ui::context::{ViewCtx, Wish};
use crate::ui::theme;
use crate::ui::widgets::icon::focus_ring;
use crate::ui::widgets::{icon, states, text};

use super::rows::Metric;
use super::{Listed, Shown, State, chosen, muted, row};

/// Draws it.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, shown: Shown<'_>, state: &mut State) {
    let field = TextEdit::singleline(&mut state.search).hint_text("Search attributes").desired_width(f32::INFINITY);
    ui.add(field).widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Search attributes"));
    let foot = foot_height(ctx, shown);
    let height = (ui.available_height() - foot).max(theme::ROW);
    let here = chosen(shown, state).map(|(at, _)| at);
    let wanted = state.search.trim().to_lowercase();
    ScrollArea::vertical().max_height(height).auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (of, title) in [(Of::Objects, "Objects"), (Of::Items, items(shown))] {
            let all = shown.known.attributes.all.iter().enumerate();
            let fits = |attribute: &Attribute| attribute.of == of && attribute.name.to_lowercase().contains(&wanted);
            let mut all = all.filter(|(_, attribute)| fits(attribute)).peekable();
            if all.peek().is_none() {
                continue;
            }
            ui.add_space(theme::GRID);
            muted(ui, ctx, title);
            for (at, attribute) in all {
                if entry(ui, ctx, shown, (at, attribute), here == Some(at)) {
                    state.attribute = Some(attribute.name.clone());
                    state.listed = Listed::Bins;
                }
            }
        }
        if shown.known.attributes.all.is_empty() {
            muted(ui, ctx, "Everything is alike by what is known; add columns from a file, or measure the pictures");
        }
    });
    sources(ui, ctx, shown);
}

fn items(shown: Shown<'_>) -> &'static str {
    if shown.explorer.evaluation.task.is_text() { "Texts" } else { "Images" }
}

/// One attribute; true where it was clicked.
fn entry(ui: &mut Ui, ctx: &ViewCtx, shown: Shown<'_>, (at, attribute): (usize, &Attribute), here: bool) -> bool {
    let (rect, response) = row(ui, theme::ROW);
    response
        .widget_info(|| WidgetInfo::selected(Role::RadioButton, true, here, format!("Attribute {}", attribute.name)));
    if here || response.hovered() {
        let fill = if here { ui.visuals().selection.bg_fill } else { ctx.theme.hover };
        ui.painter().rect_filled(rect, theme::RADIUS, fill);
    }
    focus_ring(ui, ctx.theme, rect, &response);
    let inner = rect.shrink2(egui::vec2(theme::PADDING, 0.0));
    let weakest = weakest(ctx, shown, at);
    let words = weakest.map_or_else(String::new, fmt::difference);
    let right = pos2(inner.right(), inner.center().y);
    let number = text::at(ui.painter(), right, Align2::RIGHT_CENTER, &words, theme::caption(), ctx.theme.muted);
    let names = inner.with_max_x(number.left() - theme::GRID);
    text::left(ui.painter(), names, &attribute.name, theme::body(), ctx.theme.text);
    let response = response.on_hover_cursor(CursorIcon::PointingHand).on_hover_ui(|ui| {
        ui.set_max_width(theme::POPUP);
        ui.label(RichText::new(&attribute.name).color(ctx.theme.text));
        ui.label(RichText::new(&attribute.hint).color(ctx.theme.muted));
        if let Some(weakest) = weakest {
            let metric = Metric::of(shown.explorer.evaluation.task).first().copied().unwrap_or(Metric::F1);
            let name = metric.label(shown.explorer.evaluation.task);
            let words = format!("{} {name} of its weakest larger part against the whole", fmt::difference(weakest));
            ui.label(RichText::new(words).color(ctx.theme.muted));
        }
    });
    response.clicked()
}

/// How far the weakest part of an attribute that is large enough to be judged is from the whole.
fn weakest(ctx: &ViewCtx, shown: Shown<'_>, at: usize) -> Option<f64> {
    let (rules, whole) = (&ctx.session.rules, shown.counted.whole);
    let metric = Metric::of(shown.explorer.evaluation.task).first().copied()?;
    let large = |tally: &&Tally| {
        tally.subjects >= rules.slice_least && tally.subjects as f64 >= rules.slice_share * whole.subjects as f64
    };
    let bins = shown.counted.bins.get(at)?.iter().filter(large).filter_map(|tally| metric.value(*tally));
    Some(bins.reduce(f64::min)? - metric.value(whole)?)
}

/// True where pictures can be measured and are not.
fn can_measure(ctx: &ViewCtx, shown: Shown<'_>) -> bool {
    let task: Task = shown.explorer.evaluation.task;
    !task.is_text() && ctx.session.errors.pictures.traits.is_none()
}

fn foot_height(ctx: &ViewCtx, shown: Shown<'_>) -> f32 {
    let lines = 1 + usize::from(can_measure(ctx, shown)) + 2 * shown.known.said.len();
    lines as f32 * (theme::ROW + theme::GRID) + theme::PADDING
}

/// Where more attributes come from.
fn sources(ui: &mut Ui, ctx: &ViewCtx, shown: Shown<'_>) {
    if can_measure(ctx, shown) {
        if let Some(job) = ctx.session.jobs.get(&Slot::Pictures) {
            ui.horizontal(|ui| states::job_row(ui, ctx, Slot::Pictures, job, 120.0));
        } else {
            let hint = "Brightness, contrast and sharpness of every picture as further attributes";
            if ui.button("Measure pictures").on_hover_text(hint).clicked() {
                ctx.send(Command::Pictures(pictures::Ask::Measure));
            }
        }
    }
    let hint = "A table with a column of item names and one for each attribute; it can also be dropped on this page, or named as \
                `attributes` of the dataset in evalens.json";
    if ui.button("Add columns from a file …").on_hover_text(hint).clicked() {
        ctx.wish(Wish::PickColumns);
    }
    for (file, said) in &shown.known.said {
        let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        ui.horizontal(|ui| {
            let color = if said.is_ok() { ctx.theme.text } else { ctx.theme.danger };
            let label = ui.add(egui::Label::new(RichText::new(&name).color(color)).truncate());
            label.on_hover_text(file.display().to_string());
            let own = ctx.session.errors.slices.tables.contains(file);
            if own && icon::button(ui, ctx.theme, icon::Icon::Close, &format!("Leave {name} out"), true).clicked() {
                ctx.send(Command::Slices(Ask::RemoveColumns(file.clone())));
            }
        });
        let (words, color) = match said {
            Ok(words) => (words, ctx.theme.muted),
            Err(words) => (words, ctx.theme.danger),
        };
        let label = egui::Label::new(RichText::new(words).font(theme::caption()).color(color)).truncate();
        ui.add(label).on_hover_text(words);
    }
}
