//! F1, precision or recall over IoU and confidence as a picture whose cells can be chosen. Counts nothing itself.

use egui::accesskit::Action;
use egui::emath::GuiRounding;
use egui::{
    Align, Align2, Button, Color32, CursorIcon, Event, EventFilter, Key, Layout, Mesh, Pos2, Rect, Response, RichText,
    Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use crate::analysis::design::Surface;
use crate::analysis::design::surface::{IOUS, Rate};
use crate::model::fmt;
use crate::session::errors::design::Ask;
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::exhibits;
use crate::ui::theme;
use crate::ui::views::hand_out;
use crate::ui::widgets::heatmap::Ramp;
use crate::ui::widgets::{card, states, switch, text};

pub(super) const ABOUT: &str = "Each cell is what the window counts at that IoU and that confidence: objects are matched anew for \
    every IoU from 0.30 to 0.95, and every confidence is read off all scores. The columns stand at even distances from the \
    lowest to the highest score, and at the confidence with the highest F1 of each IoU, which a dot marks. Colours run from \
    the lowest to the highest value on screen. A lower IoU counts more as found, so that F1 is highest at the lowest: what a \
    confidence is worth is read along a row. A click, or Enter on the cell that the arrow keys move, sets both settings.";

/// Room for the numbers at the left and below.
const LEFT: f32 = 44.0;
const BELOW: f32 = 36.0;
/// How near to the best confidence of its row a click means exactly that, in points.
const SNAP: f32 = 5.0;
/// Cells named for screen readers at a time.
const NAMED: usize = 500;
/// Width and height of the legend.
const LEGEND: egui::Vec2 = vec2(120.0, 10.0);
/// Least distance of numbers below.
const APART: f32 = 72.0;
/// Steps of colour in the legend.
const STEPS: usize = 24;

/// What the picture remembers.
#[derive(Default)]
pub(super) struct State {
    rate: Rate,
    /// The cell that the arrow keys move.
    focus: Option<(usize, usize)>,
}

/// Where everything lies in one frame.
struct Frame<'a> {
    surface: &'a Surface,
    rate: Rate,
    area: Rect,
    low: f64,
    high: f64,
    /// Lowest and highest rate on screen.
    range: (f64, f64),
}

impl Frame<'_> {
    fn x(&self, confidence: f64) -> f32 {
        let share = (confidence - self.low) / (self.high - self.low);
        self.area.left() + self.area.width() * share.clamp(0.0, 1.0) as f32
    }

    fn height(&self) -> f32 {
        self.area.height() / IOUS.len() as f32
    }

    /// The middle of an overlap; the highest is on top.
    fn y(&self, iou: f64) -> f32 {
        let (first, last) = (IOUS[0], IOUS[IOUS.len() - 1]);
        let share = ((iou - first) / (last - first)).clamp(0.0, 1.0) as f32;
        self.area.bottom() - self.height() / 2.0 - share * (self.area.height() - self.height())
    }

    fn confidence(&self, column: usize) -> f64 {
        self.surface.confidences.get(column).copied().unwrap_or(self.low)
    }

    /// From the middle between a column and the one before it to the middle to the next.
    fn cell(&self, row: usize, column: usize) -> Rect {
        let here = self.x(self.confidence(column));
        let left = if column == 0 { self.area.left() } else { (self.x(self.confidence(column - 1)) + here) / 2.0 };
        let last = column + 1 >= self.surface.confidences.len();
        let right = if last { self.area.right() } else { (self.x(self.confidence(column + 1)) + here) / 2.0 };
        let top = self.area.bottom() - (row + 1) as f32 * self.height();
        Rect::from_min_max(pos2(left, top), pos2(right, top + self.height()))
    }

    fn value(&self, row: usize, column: usize) -> Option<f64> {
        self.surface.rate(self.rate, row, column)
    }

    fn strength(&self, value: f64) -> f32 {
        let (low, high) = self.range;
        if high > low { ((value - low) / (high - low)).max(0.002) as f32 } else { 1.0 }
    }

    /// The cell meant by a point: the best of its row where that is near, else the one under it.
    fn aimed(&self, at: Pos2) -> Option<(usize, usize)> {
        if !self.area.contains(at) {
            return None;
        }
        let row = (((self.area.bottom() - at.y) / self.height()) as usize).min(IOUS.len() - 1);
        let best = self.surface.best.get(row).copied().flatten().filter(|best| (self.x(*best) - at.x).abs() <= SNAP);
        let share = f64::from((at.x - self.area.left()) / self.area.width());
        let column = self.surface.column(best.unwrap_or(self.low + share * (self.high - self.low)))?;
        Some((row, column))
    }

    fn name(&self, row: usize, column: usize) -> String {
        let (iou, confidence) = (IOUS[row.min(IOUS.len() - 1)], self.confidence(column));
        let value = fmt::rate(self.value(row, column));
        format!("surface IoU {iou:.2}, confidence {}: {} {value}", fmt::threshold(confidence), self.rate.label())
    }
}

/// Draws the part.
pub(super) fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut State) {
    if let Some(job) = ctx.session.jobs.get(&Slot::Surface) {
        states::loading(ui, ctx, Slot::Surface, job);
        return;
    }
    let Some(surface) = ctx.session.errors.design.surface_of(explorer) else {
        if !ctx.session.errors.design.is_asked(explorer) {
            ctx.send(Command::Design(Ask::Surface { again: false }));
        }
        states::empty(ui, ctx, "Nothing counted yet", "Objects are matched at 14 values of IoU");
        ui.vertical_centered(|ui| {
            if ui.button("Count over IoU and confidence").clicked() {
                ctx.send(Command::Design(Ask::Surface { again: true }));
            }
        });
        return;
    };
    let Some(range) = range(surface, state.rate) else { return };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID;
        for rate in Rate::ALL {
            let name = format!("{} over IoU and confidence", rate.label());
            if switch::choice(ui, ctx.theme, state.rate == rate, rate.label(), &name, "What the colours show").clicked()
            {
                state.rate = rate;
            }
        }
        let rate = state.rate;
        hand_out::button(ui, ctx, "surface", "surface", || exhibits::surface_of(ctx.session, explorer, rate));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(theme::PADDING);
            ui.label(fmt::rate(Some(range.1)));
            legend(ui, ctx, state.rate);
            ui.label(fmt::rate(Some(range.0)));
            ui.label(RichText::new(state.rate.label()).color(ctx.theme.muted));
        });
    });
    best_line(ui, ctx, explorer, surface, state.rate);
    ui.add_space(theme::GRID);
    let whole = ui.available_rect_before_wrap();
    ui.allocate_rect(whole, Sense::hover());
    let area = Rect::from_min_max(whole.min + vec2(LEFT, theme::ROW), whole.max - vec2(theme::PADDING, BELOW));
    let ends = surface.confidences.first().zip(surface.confidences.last());
    let (Some((&low, &high)), true) = (ends, area.width() > theme::PANE_LEAST && area.height() > theme::PANE_LEAST)
    else {
        return;
    };
    let high = if high > low { high } else { low + 1.0 };
    let frame = Frame { surface, rate: state.rate, area, low, high, range };
    picture(ui, ctx, explorer, &frame, state);
}

fn range(surface: &Surface, rate: Rate) -> Option<(f64, f64)> {
    let cells = (0..surface.rows.len()).flat_map(|row| (0..surface.confidences.len()).map(move |column| (row, column)));
    let values = cells.filter_map(|(row, column)| surface.rate(rate, row, column));
    values.fold(None, |range, v| Some(range.map_or((v, v), |(a, b): (f64, f64)| (a.min(v), b.max(v)))))
}

fn ramp(ctx: &ViewCtx, rate: Rate) -> Ramp {
    let full = match rate {
        Rate::F1 => ctx.theme.correct,
        Rate::Precision => ctx.theme.precision,
        Rate::Recall => ctx.theme.recall,
    };
    Ramp { surface: ctx.theme.surface, full }
}

fn legend(ui: &mut Ui, ctx: &ViewCtx, rate: Rate) {
    let (rect, response) = ui.allocate_exact_size(LEGEND, Sense::hover());
    let ramp = ramp(ctx, rate);
    let mut mesh = Mesh::default();
    let width = rect.width() / STEPS as f32;
    for step in 0..STEPS {
        let left = rect.left() + step as f32 * width;
        let part = Rect::from_min_max(pos2(left, rect.top()), pos2(left + width, rect.bottom()));
        mesh.add_colored_rect(part, ramp.at((step as f32 + 0.5) / STEPS as f32));
    }
    ui.painter().add(mesh);
    response.on_hover_text("From the lowest to the highest value on screen");
}

/// Where it is highest, and the button that goes there.
fn best_line(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, surface: &Surface, rate: Rate) {
    let Some((row, column)) = surface.highest(rate) else { return };
    let (Some(&iou), Some(&confidence)) = (IOUS.get(row), surface.confidences.get(column)) else { return };
    let now = rate_now(explorer, rate);
    ui.horizontal(|ui| {
        let settings = explorer.matched.settings;
        let here = format!("Now {} at IoU {:.2}, {}", fmt::rate(now), settings.iou, explorer.condition());
        let best = format!(
            "highest {} at IoU {iou:.2}, confidence ≥ {}",
            fmt::rate(surface.rate(rate, row, column)),
            fmt::threshold(confidence)
        );
        ui.label(RichText::new(format!("{here}; {best}")).color(ctx.theme.muted));
        let there = settings.iou == iou && explorer.threshold.value == confidence;
        let hint = "Sets IoU and confidence to where the value is highest";
        let button = ui.add_enabled(!there, Button::new("Go to the highest").small());
        if button.on_hover_text(hint).clicked() {
            choose(ctx, iou, confidence);
        }
    });
}

fn rate_now(explorer: &Explorer, rate: Rate) -> Option<f64> {
    let totals = explorer.counter.totals();
    match rate {
        Rate::F1 => totals.f1(),
        Rate::Precision => totals.precision(),
        Rate::Recall => totals.recall(),
    }
}

fn choose(ctx: &ViewCtx, iou: f64, confidence: f64) {
    // The threshold first: a new IoU takes an optimum along, and leaves a chosen threshold where it is.
    ctx.send(Command::SetThreshold(confidence));
    ctx.send(Command::SetIou(iou));
}

fn picture(ui: &Ui, ctx: &ViewCtx, explorer: &Explorer, frame: &Frame, state: &mut State) {
    let response = ui.interact(frame.area, ui.scope_id().with("surface"), Sense::click());
    let words = format!(
        "{} over IoU and confidence, {} cells",
        frame.rate.label(),
        IOUS.len() * frame.surface.confidences.len()
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Group, true, &words));
    cells(ui, ctx, frame);
    axes(ui, ctx, frame);
    marks(ui, ctx, explorer, frame);
    let here =
        (Surface::row(explorer.matched.settings.iou), frame.surface.column(explorer.threshold.value).unwrap_or(0));
    walk(ui, &response, frame, state, here);
    let hovered = ui.input(|i| i.pointer.hover_pos()).filter(|_| response.contains_pointer());
    let hovered = hovered.and_then(|at| frame.aimed(at));
    let focus = state.focus.filter(|_| response.has_focus());
    if hovered.is_some() {
        ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
    }
    if let Some((row, column)) = hovered.or(focus) {
        let cell = frame.cell(row, column);
        ui.painter().rect_stroke(cell, 0.0, Stroke::new(theme::RING, ctx.theme.accent), StrokeKind::Outside);
        explain(ui, ctx, frame, &response, (row, column));
    }
    let entered = || ui.input(|i| i.key_pressed(Key::Enter) || i.key_pressed(Key::Space));
    let chosen = if response.clicked() && hovered.is_some() {
        response.request_focus();
        state.focus = hovered;
        hovered
    } else {
        focus.filter(|_| entered())
    };
    if let Some((row, column)) = chosen {
        choose(ctx, IOUS[row.min(IOUS.len() - 1)], frame.confidence(column));
    }
    publish(ui, ctx, frame, &response, here.0);
}

fn cells(ui: &Ui, ctx: &ViewCtx, frame: &Frame) {
    let (ramp, pixels) = (ramp(ctx, frame.rate), ui.pixels_per_point());
    let mut mesh = Mesh::default();
    for row in 0..IOUS.len() {
        for column in 0..frame.surface.confidences.len() {
            if let Some(value) = frame.value(row, column) {
                let rect = frame.cell(row, column).round_to_pixels(pixels);
                mesh.add_colored_rect(rect, ramp.at(frame.strength(value)));
            }
        }
    }
    ui.painter().add(mesh);
    let outline = Stroke::new(theme::HAIRLINE, ctx.theme.line);
    ui.painter().rect_stroke(frame.area, 0.0, outline, StrokeKind::Outside);
}

fn axes(ui: &Ui, ctx: &ViewCtx, frame: &Frame) {
    let (painter, color, area) = (ui.painter(), ctx.theme.muted, frame.area);
    for iou in IOUS {
        let at = pos2(area.left() - theme::GRID, frame.y(iou));
        text::at(painter, at, Align2::RIGHT_CENTER, &fmt::short(iou), theme::caption(), color);
    }
    let title = pos2(area.left() - LEFT, area.top() - theme::GRID);
    text::at(painter, title, Align2::LEFT_BOTTOM, "IoU of a match, at least", theme::caption(), color);
    for confidence in ticks(frame.low, frame.high, (area.width() / APART).max(1.0).into()) {
        let at = pos2(frame.x(confidence), area.bottom());
        painter.vline(at.x, at.y..=at.y + theme::GRID, Stroke::new(theme::HAIRLINE, ctx.theme.line));
        let at = at + vec2(0.0, theme::GRID);
        text::at(painter, at, Align2::CENTER_TOP, &fmt::short(confidence), theme::caption(), color);
    }
    let title = pos2(area.center().x, area.bottom() + BELOW);
    text::at(painter, title, Align2::CENTER_BOTTOM, "Confidence threshold", theme::caption(), color);
}

/// Round numbers between two, at most about `most` of them.
fn ticks(low: f64, high: f64, most: f64) -> Vec<f64> {
    let raw = (high - low) / most;
    let unit = 10_f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * unit).find(|step| *step >= raw).unwrap_or(raw);
    let first = (low / step).ceil() as i64;
    (0..=most as i64 + 1).map(|i| (first + i) as f64 * step).filter(|tick| *tick <= high).collect()
}

/// A dot at the best confidence of each IoU, rings around where the window stands and where the value is highest.
fn marks(ui: &Ui, ctx: &ViewCtx, explorer: &Explorer, frame: &Frame) {
    let painter = ui.painter();
    if frame.rate == Rate::F1 {
        for (iou, best) in IOUS.into_iter().zip(&frame.surface.best) {
            if let Some(best) = best {
                painter.circle_filled(pos2(frame.x(*best), frame.y(iou)), 2.5, ctx.theme.text);
            }
        }
    }
    let ring = |at: Pos2, words: &str, color: Color32, radius: f32, below: bool| {
        painter.circle_stroke(at, radius + 1.0, Stroke::new(theme::RING + 2.0, ctx.theme.surface));
        painter.circle_stroke(at, radius, Stroke::new(theme::RING, color));
        let left = at.x > frame.area.center().x;
        let side = if left { -1.0 } else { 1.0 };
        let anchor = match (left, below) {
            (true, false) => Align2::RIGHT_BOTTOM,
            (true, true) => Align2::RIGHT_TOP,
            (false, false) => Align2::LEFT_BOTTOM,
            (false, true) => Align2::LEFT_TOP,
        };
        let at = at + vec2(side * (radius + theme::GRID), if below { 1.0 } else { -1.0 });
        let size = painter.layout_no_wrap(words.to_owned(), theme::caption(), color).size();
        let back = anchor.anchor_size(at, size).expand2(vec2(3.0, 0.0));
        painter.rect_filled(back, theme::RADIUS, ctx.theme.surface.gamma_multiply(0.85));
        text::at(painter, at, anchor, words, theme::caption(), color);
    };
    if let Some((row, column)) = frame.surface.highest(frame.rate) {
        let at = pos2(frame.x(frame.confidence(column)), frame.y(IOUS[row]));
        ring(at, &format!("highest {}", fmt::rate(frame.value(row, column))), ctx.theme.text, 6.0, true);
    }
    let at = pos2(frame.x(explorer.threshold.value), frame.y(explorer.matched.settings.iou));
    let words = format!("now {}", fmt::rate(rate_now(explorer, frame.rate)));
    ring(at, &words, ctx.theme.accent, 6.0, false);
}

/// Arrow keys move the focused cell, from where the window stands.
fn walk(ui: &Ui, response: &Response, frame: &Frame, state: &mut State, here: (usize, usize)) {
    if !response.has_focus() {
        return;
    }
    let keys = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, keys));
    let pressed = |key| ui.input(|i| i.num_presses(key));
    let step = |from: usize, last: usize, back, on| (from + pressed(on)).min(last).saturating_sub(pressed(back));
    let (row, column) = state.focus.unwrap_or(here);
    let last = frame.surface.confidences.len().saturating_sub(1);
    state.focus = Some((
        step(row, IOUS.len() - 1, Key::ArrowDown, Key::ArrowUp),
        step(column, last, Key::ArrowLeft, Key::ArrowRight),
    ));
}

fn explain(ui: &Ui, ctx: &ViewCtx, frame: &Frame, response: &Response, (row, column): (usize, usize)) {
    let Some(point) = frame.surface.at(row, column) else { return };
    let iou = IOUS[row.min(IOUS.len() - 1)];
    card::beside(ui, response, frame.cell(row, column), |ui| {
        ui.strong(format!("IoU ≥ {iou:.2}, confidence ≥ {}", fmt::threshold(frame.confidence(column))));
        let [f1, precision, recall] = Rate::ALL.map(|rate| fmt::rate(frame.surface.rate(rate, row, column)));
        ui.label(format!("F1 {f1}, precision {precision}, recall {recall}"));
        let (found, all) = (fmt::count(point.correct), fmt::counted(frame.surface.truths, "object", "objects"));
        ui.label(format!("{found} of {all} found by {}", fmt::counted(point.kept, "detection", "detections")));
        ui.label(RichText::new("A click sets both").font(theme::caption()).color(ctx.theme.muted));
    });
}

/// Names cells for screen readers, those of the rows nearest to the IoU on screen first; a click through one chooses its cell.
fn publish(ui: &Ui, ctx: &ViewCtx, frame: &Frame, owner: &Response, here: usize) {
    if !ui.ctx().has_accesskit_node(owner.id) {
        return;
    }
    let asked = ui.input(|i| i.events.iter().any(|e| matches!(e, Event::AccessKitActionRequest(_))));
    let mut rows: Vec<usize> = (0..IOUS.len()).collect();
    rows.sort_by_key(|row| row.abs_diff(here));
    let columns = frame.surface.confidences.len();
    let mut named: Vec<(usize, usize)> =
        rows.into_iter().flat_map(|row| (0..columns).map(move |column| (row, column))).take(NAMED).collect();
    named.extend(frame.surface.highest(frame.rate).filter(|best| !named.contains(best)));
    for (row, column) in named {
        let id = owner.id.with((row, column));
        let cell = ui.interact(frame.cell(row, column), id, Sense::hover());
        cell.widget_info(|| WidgetInfo::labeled(Role::Button, true, frame.name(row, column)));
        ui.ctx().accesskit_node_builder(id, |node| node.add_action(Action::Click));
        if asked && ui.input(|i| i.has_accesskit_action_request(id, Action::Click)) {
            choose(ctx, IOUS[row], frame.confidence(column));
        }
    }
}
