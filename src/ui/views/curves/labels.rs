//! Curves of a classifier: ROC and precision against recall of each class, the reliability of its probabilities, the spread
//! of its scores. Shows what a job computed.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Rect, RichText, Stroke, Ui, UiBuilder, pos2, vec2};
use egui_plot::{Bar, BarChart, PlotPoint, PlotPoints};

use crate::model::{ClassId, fmt};
use crate::report::figures::{self, View};
use crate::report::sheet::Exhibit;
use crate::session::explorer::{LabelCurves, Points};
use crate::session::exports::Maker;
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::export::{self, Taken};
use crate::ui::theme;
use crate::ui::views::explain;
use crate::ui::widgets::{plot, states};

use super::{AT_FIRST, class_list, names, nearest};

/// A chart of lines of rates.
#[derive(Clone, Copy)]
pub(super) struct Chart {
    pub name: &'static str,
    /// Of its files.
    pub key: &'static str,
    pub note: &'static str,
    pub axes: [&'static str; 2],
    /// Where the threshold is, if it is on the first axis.
    pub at: Option<f64>,
}

pub(super) const PRECISION_RECALL: Chart = Chart {
    name: "Precision and recall",
    key: "precision-recall",
    note: "at every score, from the highest down",
    axes: ["Recall", "Precision"],
    at: None,
};

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, shown: &mut BTreeSet<ClassId>) {
    let Some(curves) = explorer.label_curves.as_deref() else {
        ctx.send(Command::ComputeLabelCurves);
        ui.label(RichText::new("Computing the curves …").color(ctx.theme.muted));
        return;
    };
    let whole = ui.available_rect_before_wrap();
    let list = whole.with_max_x(whole.left() + super::LIST);
    let area = whole.with_min_x(list.right() + theme::PADDING);
    class_list(&mut child(ui, "classes", list), ctx, explorer, shown, &|ui| means(ui, ctx, explorer), &|class| {
        explorer.evaluation.labels()?.ranking()?.roc_auc.get(class.index()).copied().flatten()
    });
    let single = !curves.reliability.is_empty() || curves.histograms.is_some();
    let (top, bottom) = if single { area.split_top_bottom_at_fraction(0.56) } else { (area, Rect::NOTHING) };
    let (left, right) = top.split_left_right_at_fraction(0.5);
    let roc = Chart {
        name: "ROC",
        key: "roc",
        note: "one class against the rest; the mean of all is dashed",
        axes: ["False positive rate", "True positive rate"],
        at: None,
    };
    let of = (&*curves.roc, Some(&curves.macro_roc));
    let make = |draw| maker(explorer, Some(shown), draw);
    lines(&mut child(ui, "roc", left), ctx, explorer, roc, of, shown, || make(figures::curves::roc));
    let of = (&*curves.pr, None);
    lines(&mut child(ui, "pr", right), ctx, explorer, PRECISION_RECALL, of, shown, || make(figures::curves::of_labels));
    if single {
        let (left, right) = bottom.split_left_right_at_fraction(0.5);
        reliability(&mut child(ui, "reliability", left), ctx, explorer, curves);
        histograms(&mut child(ui, "histograms", right), ctx, explorer, curves);
    }
    ui.advance_cursor_after_rect(whole);
}

pub(super) fn child(ui: &mut Ui, name: &str, rect: Rect) -> Ui {
    let mut child = ui.new_child(UiBuilder::new().id_salt(name).max_rect(rect.shrink(theme::GRID)));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    child
}

fn means(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
    let ranking = explorer.evaluation.labels().and_then(|l| l.ranking());
    let auc = fmt::rate(ranking.and_then(|r| r.roc_auc_macro));
    ui.label(RichText::new(format!("mean AUC {auc}")).color(ctx.theme.muted));
}

/// How a chart of this title is computed.
fn about(title: &str) -> &'static str {
    match title {
        "ROC" => {
            "True positive rate (right of all items of the class) against false positive rate (wrong of all others) as the \
             threshold falls through every score of the class. The area under it is the chance that an item of the class has a \
             higher score than another one; equal scores count half. The dashed line is the mean of all classes, equal to \
             scikit-learn’s macro average"
        }
        "Precision and recall" => {
            "Precision (right of what is said) against recall (right of what is there) as the threshold falls through every \
             score of the class, not interpolated. Average precision is Σ (Rₙ − Rₙ₋₁) · Pₙ, as scikit-learn computes it"
        }
        "IoU at every threshold" => {
            "Pixels right of a class / (its true pixels + pixels said to be it − pixels right), at every threshold; a pixel whose \
             confidence is below the threshold is said to be nothing"
        }
        "Reliability" => {
            "Items in ten equal bins of the confidence of the chosen class: mean confidence against the share that is right. On \
             the diagonal the model is as sure as it is right. ECE = Σ items in the bin / all items · |right − confidence|"
        }
        _ => {
            "Items by the score of the class that they are given, those that are right and those that are wrong, in equal bins. \
             Where the two lie apart, a threshold can tell them apart"
        }
    }
}

/// A chart of the curves of a classifier, of these classes.
fn maker(
    explorer: &Explorer,
    shown: Option<&BTreeSet<ClassId>>,
    draw: fn(&View<'_>, &LabelCurves) -> Option<Exhibit>,
) -> Option<Maker> {
    let curves = Arc::clone(explorer.label_curves.as_ref()?);
    let taken = Taken::of(explorer);
    let taken = match shown {
        Some(shown) => taken.only(shown),
        None => taken,
    };
    Some(taken.maker(move |view| draw(view, &curves)))
}

fn title(ui: &mut Ui, ctx: &ViewCtx, title: &str, note: &str, key: &str, make: impl Fn() -> Option<Maker>) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(title).font(theme::title()).color(ctx.theme.text));
        ui.label(RichText::new(note).font(theme::caption()).color(ctx.theme.muted));
        explain::button(ui, ctx, title, about(title));
        export::dots(ui, ctx, title, &export::name(ctx.session, key), make);
    });
}

/// A line for each class shown, and the mean of all where there is one.
pub(super) fn lines(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    chart: Chart,
    (curves, mean): (&[Points], Option<&Points>),
    shown: &BTreeSet<ClassId>,
    make: impl Fn() -> Option<Maker>,
) {
    let theme = ctx.theme;
    title(ui, ctx, chart.name, chart.note, chart.key, make);
    let points = |curve: &[(f64, f64)]| curve.iter().map(|&(x, y)| PlotPoint::new(x, y)).collect::<Vec<_>>();
    let of = |class: &ClassId| curves.get(class.index()).filter(|c| !c.is_empty()).map(|c| (*class, points(c)));
    let drawn: Vec<(ClassId, Vec<PlotPoint>)> = shown.iter().filter_map(of).collect();
    if drawn.is_empty() && mean.is_none_or(Vec::is_empty) {
        states::empty(
            ui,
            ctx,
            "No curve to draw",
            "Choose classes at the left; a class without items, or without scores, has none",
        );
        return;
    }
    let [x, y] = chart.axes;
    let shape = plot::rates(chart.name, theme, x, Some(y)).height(ui.available_height()).width(ui.available_width());
    let mean = mean.map(|mean| points(mean));
    let response = shape.show(ui, |plot| {
        plot.set_plot_bounds(plot::bounds((0.0, 1.0)));
        if mean.is_some() {
            let chance = vec![PlotPoint::new(0.0, 0.0), PlotPoint::new(1.0, 1.0)];
            let line = plot::line("chance", PlotPoints::Owned(chance)).stroke(Stroke::new(1.0, theme.line));
            plot.line(line.allow_hover(false));
        }
        for (class, points) in &drawn {
            let color = theme.class(&explorer.dataset().classes, *class);
            let line = plot::line(explorer.class_name(Some(*class)), PlotPoints::Borrowed(points));
            plot.line(line.stroke(Stroke::new(1.6, color)).allow_hover(false));
        }
        if let Some(at) = chart.at {
            let line = egui_plot::VLine::new("threshold", at).color(theme.accent).width(1.5);
            plot.vline(line.allow_hover(false));
        }
        if let Some(mean) = &mean {
            let line = plot::line("mean", PlotPoints::Borrowed(mean)).stroke(Stroke::new(2.5, theme.f1));
            plot.line(line.style(egui_plot::LineStyle::dashed_dense()).allow_hover(false));
        }
    });
    if drawn.len() <= AT_FIRST && mean.is_none() {
        names(ui, ctx, explorer, &response.transform, &drawn);
    }
    let under = response.response.hover_pos().and_then(|at| nearest(&response.transform, &drawn, at));
    if let Some(class) = under {
        response.response.on_hover_text_at_pointer(explorer.class_name(Some(class)));
    }
}

/// How often the model is right when it is this sure.
fn reliability(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, curves: &LabelCurves) {
    let theme = ctx.theme;
    let ece = explorer.evaluation.labels().and_then(|l| l.single.as_ref()).and_then(|s| s.ece);
    let note = format!("share right against confidence in 15 bins, ECE {}", fmt::rate(ece));
    title(ui, ctx, "Reliability", &note, "calibration", || maker(explorer, None, figures::curves::calibration));
    if curves.reliability.is_empty() {
        states::empty(ui, ctx, "No probabilities", "Reliability needs a probability for every class");
        return;
    }
    let bar = |bin: &crate::metrics::classification::ReliabilityBin| {
        let middle = f64::midpoint(bin.low, bin.high);
        bin.accuracy.map(|accuracy| Bar::new(middle, accuracy).width(0.9 * (bin.high - bin.low)).fill(theme.accent))
    };
    let bars: Vec<Bar> = curves.reliability.iter().filter_map(bar).collect();
    let shape = plot::rates("reliability", theme, "Confidence", Some("Share right"));
    shape.height(ui.available_height()).width(ui.available_width()).show(ui, |plot| {
        plot.set_plot_bounds(plot::bounds((0.0, 1.0)));
        plot.bar_chart(BarChart::new("accuracy", bars).allow_hover(false));
        let ideal = vec![PlotPoint::new(0.0, 0.0), PlotPoint::new(1.0, 1.0)];
        let line = plot::line("ideal", PlotPoints::Owned(ideal)).stroke(Stroke::new(1.5, theme.muted));
        plot.line(line.style(egui_plot::LineStyle::dashed_dense()).allow_hover(false));
    });
}

/// The scores of right and of wrong decisions, one above the other, painted as bars.
fn histograms(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, curves: &LabelCurves) {
    let theme = ctx.theme;
    let many = explorer.evaluation.task.items().1;
    let note = format!("{many} by their best score: right above the line, wrong below it");
    title(ui, ctx, "Scores", &note, "scores", || maker(explorer, None, figures::curves::scores));
    let Some(found) = &curves.histograms else {
        states::empty(ui, ctx, "No scores", "Nothing here has a label and a prediction");
        return;
    };
    let area = ui.available_rect_before_wrap().shrink2(vec2(theme::PADDING, 0.0));
    let foot = 18.0;
    let chart = area.with_max_y(area.bottom() - foot);
    let most = found.right.iter().chain(&found.wrong).copied().max().unwrap_or(1).max(1);
    let bins = found.right.len().max(1);
    let axis = chart.center().y;
    let painter = ui.painter();
    let width = chart.width() / bins as f32;
    let height = |n: u32| n as f32 / most as f32 * (chart.height() / 2.0 - theme::GRID);
    for (i, (&right, &wrong)) in found.right.iter().zip(&found.wrong).enumerate() {
        let left = chart.left() + i as f32 * width;
        let bar = |from: f32, to: f32| Rect::from_min_max(pos2(left + 0.5, from), pos2(left + width - 0.5, to));
        painter.rect_filled(bar(axis - height(right), axis), 0.0, theme.correct);
        painter.rect_filled(bar(axis, axis + height(wrong)), 0.0, theme.misclassified);
    }
    painter.hline(chart.x_range(), axis, (theme::HAIRLINE, theme.muted));
    let (low, high) = found.range;
    let share = ((explorer.threshold.value - low) / (high - low).max(1e-12)).clamp(0.0, 1.0) as f32;
    painter.vline(chart.left() + share * chart.width(), chart.y_range(), Stroke::new(1.5, theme.accent));
    for (value, at, anchor) in [
        (low, area.left_bottom(), egui::Align2::LEFT_BOTTOM),
        (f64::midpoint(low, high), area.center_bottom(), egui::Align2::CENTER_BOTTOM),
        (high, area.right_bottom(), egui::Align2::RIGHT_BOTTOM),
    ] {
        crate::ui::widgets::text::at(painter, at, anchor, &fmt::short(value), theme::caption(), theme.muted);
    }
}
