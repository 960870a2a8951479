//! Production metrics explorer: precision, recall and F1 at every confidence. Reads sweeps; the threshold is the session's.

mod curve;
pub mod pixels;

use egui::{Align2, ComboBox, CursorIcon, Popup, RichText, Sense, Stroke, Ui, pos2};
use egui_plot::{PlotPoints, PlotTransform};

use crate::metrics::{Sweep, rates};
use crate::model::{ClassId, fmt};
use crate::report::figures;
use crate::report::figures::production::Shown;
use crate::session::exports::Maker;
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::export::{self, Taken};
use crate::ui::panes::Pane;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::plot;

use curve::Curve;

/// How near the pointer must come to the line to take hold of it, in points.
const GRAB: f32 = 8.0;
/// Height of one label.
const LABEL: f32 = 14.0;

/// Distance of two labels that do not cover each other, in points.
const APART: f32 = 150.0;

/// What is looked for: the best of one under a condition on the other.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Target {
    Recall(f64),
    Precision(f64),
}

/// Whose curves are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Part {
    /// All classes, all splits.
    #[default]
    All,
    /// One of the pooled splits.
    Split(usize),
    /// One class.
    Class(ClassId),
}

impl Part {
    fn sweep(self, explorer: &Explorer) -> Option<&Sweep> {
        match self {
            Self::All => Some(&explorer.matched.sweep),
            Self::Split(split) => explorer.matched.split_sweeps.get(split),
            // What a threshold of its own would do is read where the class has none yet.
            Self::Class(class) => explorer.base().class_sweeps.get(class.index()),
        }
    }

    /// The threshold of what is shown.
    fn threshold(self, explorer: &Explorer) -> f64 {
        match self {
            Self::Class(class) => explorer.threshold_of(class),
            Self::All | Self::Split(_) => explorer.threshold.value,
        }
    }

    /// What moves that threshold.
    fn moved(self, explorer: &Explorer, to: f64) -> Command {
        match self {
            Self::Class(class) if explorer.own.get(class).is_some() => Command::SetOwnThreshold(class, Some(to)),
            _ => Command::SetThreshold(to),
        }
    }

    fn name(self, explorer: &Explorer) -> &str {
        match self {
            Self::All => "All classes, pooled",
            Self::Split(split) => explorer.dataset().splits.get(split).map_or("", String::as_str),
            Self::Class(class) => explorer.dataset().classes.name(class),
        }
    }
}

/// The view's own state.
#[derive(Default)]
pub struct Production {
    part: Part,
    beta: Beta,
    target: Option<Target>,
    bands: bool,
    curve: Option<Curve>,
}

impl Production {
    /// What the pane shows: of all, or of one class or split; `None` where there are no curves.
    #[must_use]
    pub fn maker(&self, explorer: &Explorer) -> Option<Maker> {
        if explorer.texts().is_some() || explorer.evaluation.is_without_confidence() {
            return None;
        }
        let (part, beta, threshold) = (self.part, self.beta.value(), self.part.threshold(explorer));
        let name = (part != Part::All).then(|| part.name(explorer).to_owned());
        Some(Taken::of(explorer).maker(move |view| {
            let sweep = match part {
                Part::All => &view.matched.sweep,
                Part::Split(split) => view.matched.split_sweeps.get(split)?,
                Part::Class(class) => view.evaluation.matched.as_ref()?.class_sweeps.get(class.index())?,
            };
            figures::production::of(view, &Shown { sweep, threshold, name: name.as_deref(), beta })
        }))
    }
}

/// The weight of recall in F.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Beta(f64);

impl Beta {
    const ALL: [Self; 3] = [Self(0.0), Self(0.5), Self(2.0)];

    /// 0 stands for the plain F1.
    fn label(self) -> &'static str {
        match self.0 {
            0.5 => "F0.5",
            2.0 => "F2",
            _ => "F1",
        }
    }

    fn value(self) -> f64 {
        if self.0 > 0.0 { self.0 } else { 1.0 }
    }
}

/// Draws the pane.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut Production) {
    let Some(explorer) = &ctx.session.explorer else { return };
    if explorer.matched.sweep.is_empty() {
        crate::ui::widgets::states::empty(
            ui,
            ctx,
            "No detections",
            "Without predictions there is no threshold to choose",
        );
        return;
    }
    if explorer.evaluation.is_without_confidence() {
        pixels::ui(ui, ctx, explorer);
        return;
    }
    ui.horizontal(|ui| toolbar(ui, explorer, state));
    let sweep = state.part.sweep(explorer).unwrap_or_else(|| {
        state.part = Part::All;
        &explorer.matched.sweep
    });
    found(ui, ctx, explorer, sweep, state);
    let curve = Curve::of(&mut state.curve, explorer, sweep, state.part, state.beta.value(), state.bands);
    chart(ui, ctx, explorer, sweep, curve, state.part, state.beta);
}

fn toolbar(ui: &mut Ui, explorer: &Explorer, state: &mut Production) {
    let classes = &explorer.dataset().classes;
    let splits = (0..explorer.matched.split_sweeps.len()).map(Part::Split);
    let parts = std::iter::once(Part::All).chain(splits).chain(classes.ids().map(Part::Class));
    let combo = ComboBox::from_id_salt("production class").selected_text(state.part.name(explorer));
    let combo = combo.show_ui(ui, |ui| {
        for part in parts {
            let name = part.name(explorer);
            let text = if let Part::Split(_) = part { format!("Split {name}") } else { name.to_owned() };
            ui.selectable_value(&mut state.part, part, text);
        }
    });
    let name = "Class or split of the curves";
    combo.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, name));
    let combo =
        ComboBox::from_id_salt("production beta").width(56.0).selected_text(state.beta.label()).show_ui(ui, |ui| {
            for beta in Beta::ALL {
                ui.selectable_value(&mut state.beta, beta, beta.label());
            }
        });
    let combo = combo.response.on_hover_text("F0.5 weighs precision more, F2 recall");
    combo.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, "F-measure"));
    let words = match state.target {
        None => "No target".to_owned(),
        Some(Target::Recall(v)) => format!("Recall ≥ {v:.2}"),
        Some(Target::Precision(v)) => format!("Precision ≥ {v:.2}"),
    };
    let combo = ComboBox::from_id_salt("production target").width(110.0).selected_text(words).show_ui(ui, |ui| {
        ui.selectable_value(&mut state.target, None, "No target");
        for value in [0.8, 0.9, 0.95, 0.99] {
            ui.selectable_value(&mut state.target, Some(Target::Recall(value)), format!("Recall ≥ {value:.2}"));
        }
        for value in [0.8, 0.9, 0.95, 0.99] {
            ui.selectable_value(&mut state.target, Some(Target::Precision(value)), format!("Precision ≥ {value:.2}"));
        }
    });
    combo.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, "Target"));
    if let Some(Target::Recall(value) | Target::Precision(value)) = &mut state.target {
        let field = egui::DragValue::new(value).range(0.0..=1.0).speed(0.005).fixed_decimals(2);
        ui.add(field).widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, "Target value"));
    }
    ui.checkbox(&mut state.bands, "Intervals").on_hover_text("95 % intervals (Wilson) around precision and recall");
}

/// What the target asks for: the best threshold that meets it, and a button that takes it.
fn found(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, sweep: &Sweep, state: &Production) {
    let Some(target) = state.target else { return };
    let (place, wanted) = match target {
        Target::Recall(v) => (sweep.best_precision_at_recall(v), format!("recall ≥ {v:.2}")),
        Target::Precision(v) => (sweep.best_recall_at_precision(v), format!("precision ≥ {v:.2}")),
    };
    let confidence = place.and_then(|i| sweep.confidence.get(i).copied().map(|c| (i, c)));
    ui.horizontal(|ui| match confidence {
        None => {
            ui.label(RichText::new(format!("No confidence reaches {wanted}")).color(ctx.theme.muted));
        }
        Some((i, confidence)) => {
            let words = format!(
                "{wanted} at confidence {}: precision {}, recall {}",
                fmt::threshold(confidence),
                fmt::rate(sweep.precision(i)),
                fmt::rate(sweep.recall(i))
            );
            ui.label(words);
            if ui.small_button("Use it").clicked() {
                ctx.send(state.part.moved(explorer, confidence));
            }
        }
    });
}

fn chart(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, sweep: &Sweep, curve: &Curve, part: Part, beta: Beta) {
    let theme = ctx.theme;
    let shown = plot::rates("production metrics", theme, "Confidence threshold", None)
        .height(ui.available_height())
        .width(ui.available_width())
        .sense(Sense::click_and_drag());
    let range = explorer.score_range();
    let response = shown.show(ui, |plot| {
        plot.set_plot_bounds(plot::bounds(range));
        for (band, color) in [(&curve.precision_band, theme.precision), (&curve.recall_band, theme.recall)] {
            if let Some((low, high)) = band {
                let area = egui_plot::FilledArea::new("interval", &curve.x, low, high);
                plot.add(area.fill_color(color.gamma_multiply(0.18)).allow_hover(false));
            }
        }
        let lines = [
            ("Precision", &curve.precision, theme.precision, 1.5),
            ("Recall", &curve.recall, theme.recall, 1.5),
            (beta.label(), &curve.f, theme.f1, 2.5),
        ];
        for (name, points, color, width) in lines {
            let line = plot::line(name, PlotPoints::Borrowed(points)).stroke(Stroke::new(width, color));
            plot.line(line.allow_hover(false));
        }
    });
    let transform = &response.transform;
    line_ends(ui, theme, transform, curve, beta);
    best_mark(ui, theme, transform, sweep, beta, part.threshold(explorer));
    let rect = *transform.frame();
    threshold_line(ui, ctx, explorer, sweep, transform, beta, part);
    grab(ctx, explorer, part, &response.response, transform, rect);
    Popup::context_menu(&response.response).show(|ui| export::pane_entries(ui, ctx, Pane::Production));
}

/// The lines' names, at the places where they are furthest apart: directly at their right ends, else at the left.
fn line_ends(ui: &Ui, theme: &Theme, transform: &PlotTransform, curve: &Curve, beta: Beta) {
    let frame = transform.frame();
    let ends = [
        ("Precision", curve.precision.last(), theme.precision),
        ("Recall", curve.recall.last(), theme.recall),
        (beta.label(), curve.f.last(), theme.f1),
    ];
    let known: Vec<_> = ends.into_iter().filter_map(|(name, end, color)| end.map(|p| (name, *p, color))).collect();
    let mut heights: Vec<f32> = known.iter().map(|(_, p, _)| plot::place(transform, p.x, p.y).y).collect();
    plot::spread(&mut heights, LABEL, frame.top() + LABEL / 2.0, frame.bottom() - LABEL / 2.0);
    for ((name, _, color), y) in known.iter().zip(heights) {
        plot::label(ui, theme, pos2(frame.right() - theme::GRID, y), Align2::RIGHT_CENTER, name, *color);
    }
}

/// The optimum of what is shown; its words give way to those of the threshold where both would lie in one place.
fn best_mark(ui: &Ui, theme: &Theme, transform: &PlotTransform, sweep: &Sweep, beta: Beta, threshold: f64) {
    let best = if beta.value() == 1.0 { sweep.best_f1() } else { sweep.best_f_beta(beta.value()) };
    let Some(i) = best else { return };
    let (Some(&confidence), Some(value)) = (sweep.confidence.get(i), f_beta(sweep, i, beta)) else { return };
    let at = plot::place(transform, confidence, value);
    ui.painter().circle(at, 4.0, theme.surface, Stroke::new(2.0, theme.f1));
    if (plot::place(transform, threshold, value).x - at.x).abs() < APART {
        return;
    }
    let words = format!("best {} {} at {}", beta.label(), fmt::rate(Some(value)), fmt::threshold(confidence));
    let anchor = if at.x < transform.frame().center().x { Align2::LEFT_BOTTOM } else { Align2::RIGHT_BOTTOM };
    plot::label(ui, theme, pos2(at.x, at.y - 8.0), anchor, &words, theme.muted);
}

fn f_beta(sweep: &Sweep, i: usize, beta: Beta) -> Option<f64> {
    let get = |column: &[u64]| column.get(i).copied().unwrap_or(0);
    rates::f_beta(get(&sweep.correct), get(&sweep.kept), sweep.truths, beta.value())
}

/// The threshold of the whole window, with the three values there.
fn threshold_line(
    ui: &Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    sweep: &Sweep,
    transform: &PlotTransform,
    beta: Beta,
    part: Part,
) {
    let theme = ctx.theme;
    let frame = transform.frame();
    let value = part.threshold(explorer);
    let x = plot::place(transform, value, 0.0).x.clamp(frame.left(), frame.right());
    ui.painter().vline(x, frame.y_range(), Stroke::new(1.5, theme.accent));
    let at = sweep.position(value);
    let values = [
        ("P", at.and_then(|i| sweep.precision(i)), theme.precision),
        ("R", at.and_then(|i| sweep.recall(i)), theme.recall),
        (beta.label(), at.and_then(|i| f_beta(sweep, i, beta)), theme.f1),
    ];
    let known: Vec<_> = values.into_iter().filter_map(|(name, v, color)| v.map(|v| (name, v, color))).collect();
    let mut heights: Vec<f32> = known.iter().map(|(_, v, _)| plot::place(transform, value, *v).y).collect();
    for ((_, v, color), _) in known.iter().zip(&heights) {
        ui.painter().circle(plot::place(transform, value, *v), 3.5, *color, Stroke::new(1.5, theme.surface));
    }
    plot::spread(&mut heights, LABEL, frame.top() + LABEL, frame.bottom() - LABEL / 2.0);
    let left = x < frame.center().x;
    let (anchor, dx) = if left { (Align2::LEFT_CENTER, 9.0) } else { (Align2::RIGHT_CENTER, -9.0) };
    for ((name, v, color), y) in known.iter().zip(heights) {
        plot::label(ui, theme, pos2(x + dx, y), anchor, &format!("{name} {}", fmt::rate(Some(*v))), *color);
    }
    let whose = if part == Part::All { String::new() } else { format!(" · {}", part.name(explorer)) };
    let words = format!("{}{whose}", fmt::threshold(value));
    plot::label(
        ui,
        theme,
        pos2(x + dx, frame.top() + 1.0),
        if left { Align2::LEFT_TOP } else { Align2::RIGHT_TOP },
        &words,
        theme.accent,
    );
}

/// Dragging anywhere in the plot, or a click, moves the threshold there.
fn grab(
    ctx: &ViewCtx,
    explorer: &Explorer,
    part: Part,
    response: &egui::Response,
    transform: &PlotTransform,
    frame: egui::Rect,
) {
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Production metrics plot"));
    let Some(pointer) = response.interact_pointer_pos().or(response.hover_pos()) else { return };
    let value = part.threshold(explorer);
    let near = (plot::place(transform, value, 0.0).x - pointer.x).abs() <= GRAB;
    let icon = if near || response.dragged() { CursorIcon::ResizeHorizontal } else { CursorIcon::Crosshair };
    response.ctx.set_cursor_icon(icon);
    if response.dragged() || response.clicked() {
        let x = pointer.x.clamp(frame.left(), frame.right());
        let at = transform.value_from_position(pos2(x, pointer.y)).x;
        ctx.send(part.moved(explorer, (at * 1000.0).round() / 1000.0));
    }
}
