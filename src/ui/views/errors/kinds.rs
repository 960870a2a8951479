//! What kinds of errors there are, what they cost, which items have most of them, and the objects with most loss.

use egui::{
    Align2, Color32, CursorIcon, FontId, Id, Rect, Response, RichText, Role, ScrollArea, Sense, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};

use crate::analysis::Filter;
use crate::analysis::kinds::{Kind, Kinds, Worst, errors};
use crate::metrics::{Counts, OutcomeKind};
use crate::model::fmt;
use crate::session::{Command, Explorer, SelectedImage, Slot, Sort};
use crate::ui::context::ViewCtx;
use crate::ui::exhibits;
use crate::ui::textures::Pictures;
use crate::ui::theme;
use crate::ui::views::gallery::Item;
use crate::ui::views::gallery::grid::Grid;
use crate::ui::views::gallery::tile::{Shows, Tiles, ask, counts_in_words, masks};
use crate::ui::views::{explain, hand_out};
use crate::ui::widgets::icon::focus_ring;
use crate::ui::widgets::{outcome, states, text};

/// Share of the width that kinds of errors take.
const KINDS: f32 = 0.46;
/// Share of the height that crops of objects take.
const OBJECTS: f32 = 0.46;
/// Width of the columns of numbers.
const NUMBER: f32 = 64.0;
/// Width of a name before its bar.
const NAME: f32 = 176.0;
/// Width of the crop of an object.
const CROP: f32 = 124.0;

/// What it remembers between frames.
#[derive(Default)]
pub struct State {}

/// Draws it.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, _state: &mut State, pictures: &mut Pictures) {
    let Some(found) = ctx.session.errors.kinds.found.clone() else {
        match ctx.session.jobs.get(&Slot::Kinds) {
            Some(job) => states::loading(ui, ctx, Slot::Kinds, job),
            None => states::empty(ui, ctx, "No errors were looked at yet", "They follow once the threshold rests"),
        }
        return;
    };
    if found.worst.is_empty() {
        let at = explorer.condition();
        states::empty(ui, ctx, "Nothing is wrong", &format!("No item has an error at {at}"));
        return;
    }
    if ctx.session.errors.kinds.at != Some(explorer.threshold.value) {
        ui.set_opacity(theme::SETTLING);
    }
    let area = ui.available_rect_before_wrap();
    let crops = !found.objects.is_empty();
    let top = if crops { area.with_max_y(area.top() + area.height() * (1.0 - OBJECTS)) } else { area };
    let gap = theme::PADDING;
    let middle = if found.kinds.is_empty() { top.left() } else { top.left() + top.width() * KINDS };
    if !found.kinds.is_empty() {
        part(ui, "kinds", top.with_max_x(middle - gap), |ui| kinds(ui, ctx, explorer, &found));
    }
    part(ui, "worst", top.with_min_x(middle), |ui| worst(ui, ctx, explorer, &found));
    if crops {
        part(ui, "objects", area.with_min_y(top.bottom() + gap), |ui| objects(ui, ctx, explorer, &found, pictures));
    }
}

fn part(ui: &mut Ui, id: &str, rect: Rect, content: impl FnOnce(&mut Ui)) {
    ui.scope_builder(UiBuilder::new().id_salt(id).max_rect(rect), |ui| {
        ui.set_min_size(rect.size());
        ui.shrink_clip_rect(rect);
        content(ui);
    });
}

/// A title, what is shown at what setting, and how it is computed.
fn head(ui: &mut Ui, ctx: &ViewCtx, title: &str, subtitle: &str, about: &str, more: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(title).font(theme::title()).color(ctx.theme.text));
        ui.label(RichText::new(subtitle).font(theme::caption()).color(ctx.theme.muted));
        explain::button(ui, ctx, title, about);
        more(ui);
    });
}

fn kinds(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, found: &Kinds) {
    let totals = explorer.counter.totals();
    let of = fmt::counted(errors(totals), "error", "errors");
    let (title, about) = if explorer.evaluation.tide().is_some() {
        (
            "Error types",
            "What each wrong detection that is kept did wrong, by TIDE’s types (Bolya et al. 2020), and the objects that are \
             missed. Shares are of all errors at the threshold. The cost is what AP50 would be higher by if errors of the type \
             did not happen, at all confidences, as tidecv computes it; costs do not add up, as one repair can make \
             another needless",
        )
    } else {
        (
            "Largest confusions",
            "The largest cells of the confusion matrix off its diagonal. Shares are of all errors at the threshold. The cost is \
             what F1 over everything would be higher by with the cell right",
        )
    };
    head(ui, ctx, title, &format!("{of} at {}", explorer.condition()), about, |ui| {
        hand_out::button(ui, ctx, title, "error-kinds", || exhibits::kinds(ctx.session, explorer));
    });
    let row = ui.available_rect_before_wrap().with_max_y(ui.cursor().top() + theme::ROW);
    let metric = found.kinds.iter().find_map(|kind| kind.cost).map_or("", |cost| cost.metric);
    let cost = if metric.is_empty() { String::new() } else { format!("cost, {metric}") };
    numbers(ui, row, &["count", "share", &cost], &theme::caption(), ctx.theme.muted);
    ui.advance_cursor_after_rect(row);
    let most = found.kinds.iter().map(|kind| kind.share).fold(0.0, f64::max);
    ScrollArea::vertical().id_salt("kinds").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for kind in &found.kinds {
            let response = kind_row(ui, ctx, kind, most);
            if response.clicked() && kind.count > 0 {
                ctx.send(Command::Select(kind.filter.clone()));
            }
        }
    });
}

/// Words in the columns of numbers at the right of a row.
fn numbers(ui: &Ui, row: Rect, words: &[&str; 3], font: &FontId, color: Color32) {
    for (at, words) in words.iter().enumerate() {
        let x = row.right() - (2 - at) as f32 * NUMBER;
        text::at(ui.painter(), pos2(x, row.center().y), Align2::RIGHT_CENTER, words, font.clone(), color);
    }
}

fn kind_row(ui: &mut Ui, ctx: &ViewCtx, kind: &Kind, most: f64) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW + theme::GRID), Sense::click());
    let cost = kind.cost.map(|cost| format!("costs {} {}", fmt::rate(Some(cost.value)), cost.metric));
    let counted = fmt::counted(kind.count, "error", "errors");
    let share = fmt::percent(Some(kind.share));
    let name =
        format!("{}: {counted}, {share}{}", kind.name, cost.iter().map(|c| format!(", {c}")).collect::<String>());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, kind.count > 0, &name));
    if ui.is_rect_visible(rect) {
        if response.hovered() && kind.count > 0 {
            ui.painter().rect_filled(rect, theme::RADIUS, ctx.theme.raised);
        }
        focus_ring(ui, ctx.theme, rect, &response);
        let words = rect.with_min_x(rect.left() + theme::GRID).with_max_x(rect.left() + NAME);
        text::left(ui.painter(), words, &kind.name, theme::body(), ctx.theme.text);
        let room = rect.right() - 3.0 * NUMBER - words.right() - theme::PADDING;
        let width = room * (kind.share / most.max(f64::MIN_POSITIVE)) as f32;
        let bar = Rect::from_min_size(pos2(words.right(), rect.center().y - 6.0), vec2(width.max(1.0), 12.0));
        outcome::fill(ui.painter(), bar, ctx.theme, kind.like);
        let cost = kind.cost.map_or_else(String::new, |cost| fmt::rate(Some(cost.value)));
        numbers(ui, rect, &[&fmt::count(kind.count), &share, &cost], &theme::body(), ctx.theme.text);
    }
    let cursor = if kind.count > 0 { CursorIcon::PointingHand } else { CursorIcon::Default };
    response.on_hover_cursor(cursor).on_hover_ui(|ui| {
        ui.strong(&kind.name);
        ui.label(&kind.about);
        ui.label(format!("{counted} at the threshold; a click shows them"));
    })
}

/// An item with one label is wrong once: what tells such items apart is how wrong the model is of them.
fn goes_by_loss(explorer: &Explorer) -> bool {
    explorer.evaluation.labels().is_some_and(|labels| labels.single.is_some())
}

fn worst(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, found: &Kinds) {
    let by_loss = goes_by_loss(explorer);
    let (one, many) = explorer.evaluation.task.items();
    let counted = fmt::counted(found.worst.len() as u64, one, many);
    head(
        ui,
        ctx,
        &format!("Worst {many}"),
        &format!(
            "{counted} with errors at {}, {} first",
            explorer.condition(),
            if by_loss { "highest loss" } else { "most" }
        ),
        "What became of everything in an item: correct, misclassified, missed, false positives, drawn to one scale. Items with \
         most errors come first, among equal ones those with the highest loss. Where every item has one label, the bar and the \
         number are its loss: −ln of the probability of its label",
        |ui| hand_out::button(ui, ctx, "worst items", "worst-items", || exhibits::worst(ctx.session, explorer)),
    );
    let width = |item: &Worst| match item.loss.filter(|_| by_loss) {
        Some(loss) => loss,
        None => (errors(item.counts) + item.counts.correct) as f64,
    };
    let widest = found.worst.iter().map(width).fold(0.0, f64::max);
    let row_height = theme::ROW + theme::GRID;
    ScrollArea::vertical().id_salt("worst").auto_shrink(false).show_rows(
        ui,
        row_height,
        found.worst.len(),
        |ui, rows| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for item in found.worst.get(rows).unwrap_or_default() {
                if worst_row(ui, ctx, explorer, item, (width(item), widest)).clicked() {
                    let images = found.worst.iter().map(|item| item.image).collect();
                    let title = format!("{} with errors", fmt::capitalised(many));
                    ctx.send(Command::Select(Filter::Images { title, images }));
                    ctx.send(Command::OpenImage(item.image));
                }
            }
        },
    );
}

fn worst_row(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, item: &Worst, (width, widest): (f64, f64)) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW + theme::GRID), Sense::click());
    let name = explorer.dataset().images.get(item.image.index()).map_or("", |image| image.name.as_str());
    let words = counts_in_words(item.counts);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("worst {name}: {words}")));
    if ui.is_rect_visible(rect) {
        if response.hovered() {
            ui.painter().rect_filled(rect, theme::RADIUS, ctx.theme.raised);
        }
        focus_ring(ui, ctx.theme, rect, &response);
        let label = rect.with_min_x(rect.left() + theme::GRID).with_max_x(rect.left() + NAME);
        text::left(ui.painter(), label, name, theme::body(), ctx.theme.text);
        let right = rect.right() - NUMBER;
        let room = Rect::from_min_max(
            pos2(label.right() + theme::PADDING, rect.center().y - 6.0),
            pos2(right, rect.center().y + 6.0),
        );
        let share = (width / widest.max(f64::MIN_POSITIVE)) as f32;
        profile(ui, ctx, room.with_max_x(room.left() + room.width() * share), item.counts);
        let by_loss = item.loss.filter(|_| goes_by_loss(explorer));
        let count = by_loss.map_or_else(|| fmt::short_count(errors(item.counts)), fmt::short);
        let at = pos2(rect.right() - theme::GRID, rect.center().y);
        text::at(ui.painter(), at, Align2::RIGHT_CENTER, &count, theme::body(), ctx.theme.text);
    }
    response.on_hover_cursor(CursorIcon::PointingHand).on_hover_ui(|ui| {
        ui.strong(name);
        ui.label(words);
        if let Some(loss) = item.loss {
            ui.label(format!("loss {}", fmt::rate(Some(loss))));
        }
        ui.label("A click opens it");
    })
}

/// What became of everything in an item, side by side over the whole width.
fn profile(ui: &Ui, ctx: &ViewCtx, room: Rect, counts: Counts) {
    let all = errors(counts) + counts.correct;
    let mut left = room.left();
    for kind in [OutcomeKind::Correct, OutcomeKind::Misclassified, OutcomeKind::Missed, OutcomeKind::FalsePositive] {
        let width = room.width() * (counts.of(kind) as f64 / all.max(1) as f64) as f32;
        if width > 0.0 {
            outcome::fill(ui.painter(), room.with_min_x(left).with_max_x(left + width), ctx.theme, kind);
        }
        left += width;
    }
}

fn objects(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, found: &Kinds, pictures: &mut Pictures) {
    head(
        ui,
        ctx,
        "Objects with most loss",
        &format!("the {} worst of those that are wrong, worst first", fmt::count(found.objects.len() as u64)),
        "Loss of an object, from the model’s own confidence s: −ln(1 − s) of a detection that found nothing; −ln(1 − s) + (1 − IoU) \
         of one that took an object for another class; −ln b of a missed object, b being the highest confidence of a detection of \
         its class that overlaps enough. Confidences count as at least 0.001 and at most 0.999",
        |_| {},
    );
    let grid = Grid::new(ui.available_width(), CROP, 1.0, found.objects.len());
    let id = Id::unique("objects by loss");
    ScrollArea::vertical().id_salt("objects").auto_shrink(false).show_viewport(ui, |ui, view| {
        ui.set_height(grid.height());
        let origin = ui.max_rect().min;
        let mut tiles = Tiles::new(ui, ctx, explorer, Shows::BOTH, id);
        let placed = |index: usize| {
            let (object, _) = *found.objects.get(index)?;
            let image = explorer.evaluation.image_of(object)?;
            Some((Item { image, object: Some(object) }, grid.rect(index).translate(origin.to_vec2())))
        };
        for (item, rect) in grid.visible(view).filter_map(placed) {
            let counts = explorer.matched.timeline.counts_of(item.image, explorer.counter.cut());
            let selected = SelectedImage { image: item.image, counts, first: 0, marked: 1, weight: 1 };
            let picture = Rect::from_min_size(rect.min, grid.picture());
            if tiles.tile(ui, pictures, (item, selected), rect, picture, false).clicked() {
                ctx.send(Command::Select(of_objects(found)));
                ctx.send(Command::SortBy(Sort::Loss));
                ctx.send(Command::OpenImage(item.image));
            }
        }
        tiles.paint(ui);
        for (item, _) in grid.next_rows(view).filter_map(placed) {
            ask(ui, explorer, pictures, item, grid.picture());
            masks(explorer, pictures, item);
        }
    });
}

/// All objects that are listed.
fn of_objects(found: &Kinds) -> Filter {
    let truths = found.objects.iter().filter_map(|(object, _)| object.truth()).collect();
    let preds = found.objects.iter().filter_map(|(object, _)| object.pred()).collect();
    Filter::of_objects("Objects with most loss".to_owned(), truths, preds)
}
