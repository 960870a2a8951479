//! Precision against recall, per class, by COCO's protocol at a chosen IoU and object size. Shows what a job computed.

mod labels;
mod pixels;

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Align2, ComboBox, RichText, ScrollArea, Stroke, Ui, pos2};
use egui_plot::{PlotPoint, PlotPoints, PlotTransform};

use crate::metrics::coco::{AreaRange, IOU_THRESHOLDS, RECALL_POINTS};
use crate::model::{ClassId, fmt};
use crate::report::figures;
use crate::session::explorer::{CurveKey, PrCurves};
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::export::{self, Taken};
use crate::ui::theme;
use crate::ui::views::answers::PassCurve;
use crate::ui::views::explain;
use crate::ui::widgets::{plot, states};

/// Width of the list of classes.
const LIST: f32 = 220.0;
/// Classes drawn at first: the ones with most truths.
const AT_FIRST: usize = 8;

/// The view's own state.
#[derive(Default)]
pub struct Curves {
    key: CurveKey,
    shown: BTreeSet<ClassId>,
    of: Vec<String>,
    pass: PassCurve,
}

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut Curves) {
    let Some(explorer) = &ctx.session.explorer else { return };
    let names = explorer.dataset().classes.names();
    if state.of != names {
        state.of = names.to_vec();
        state.shown = most_frequent(explorer);
    }
    let frame = egui::Frame::new().fill(ctx.theme.surface).inner_margin(theme::PADDING);
    frame.show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        if explorer.evaluation.labels().is_some() {
            labels::ui(ui, ctx, explorer, &mut state.shown);
            return;
        }
        if explorer.evaluation.pixels().is_some() {
            pixels::ui(ui, ctx, explorer, &mut state.shown);
            return;
        }
        if explorer.texts().is_some() {
            ui.horizontal(|ui| {
                ui.label(RichText::new("Pass rate").font(theme::title()).color(ctx.theme.text));
                explain::button(
                    ui,
                    ctx,
                    "Pass rate",
                    "The share of answers with a reference whose number reaches the threshold, at every threshold; the bars are the \
                     values of that number, the line across is the threshold of the whole window",
                );
                let name = export::name(ctx.session, "passing");
                export::dots(ui, ctx, "Pass rate", &name, || {
                    Some(Taken::of(explorer).maker(figures::texts::passing))
                });
            });
            state.pass.ui(ui, ctx, explorer);
            return;
        }
        ui.horizontal(|ui| settings(ui, ctx, state));
        ui.add_space(theme::GRID);
        match explorer.curves.as_deref().filter(|c| c.key == state.key) {
            Some(curves) => content(ui, ctx, explorer, curves, state),
            None => {
                ctx.send(Command::ComputeCurves(state.key));
                ui.label(RichText::new("Computing the curves …").color(ctx.theme.muted));
            }
        }
    });
}

fn most_frequent(explorer: &Explorer) -> BTreeSet<ClassId> {
    let support = explorer.matched.timeline.support();
    let mut classes: Vec<ClassId> = explorer.dataset().classes.ids().collect();
    classes.sort_by_key(|c| std::cmp::Reverse(support.get(c.index()).copied()));
    classes.truncate(AT_FIRST);
    classes.into_iter().collect()
}

fn settings(ui: &mut Ui, ctx: &ViewCtx, state: &mut Curves) {
    ui.label(RichText::new("Precision and recall").font(theme::title()));
    let iou = IOU_THRESHOLDS.get(state.key.iou).copied().unwrap_or(0.5);
    let combo = ComboBox::from_id_salt("curve iou").selected_text(format!("IoU ≥ {iou:.2}")).show_ui(ui, |ui| {
        for (i, iou) in IOU_THRESHOLDS.iter().enumerate() {
            ui.selectable_value(&mut state.key.iou, i, format!("IoU ≥ {iou:.2}"));
        }
    });
    combo.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, "IoU of the curves"));
    let words = |area: AreaRange| match area {
        AreaRange::All => "All sizes",
        AreaRange::Small => "Small, up to 32²",
        AreaRange::Medium => "Medium, 32² to 96²",
        AreaRange::Large => "Large, from 96²",
    };
    let combo = ComboBox::from_id_salt("curve size").selected_text(words(state.key.area)).show_ui(ui, |ui| {
        for area in AreaRange::ALL {
            ui.selectable_value(&mut state.key.area, area, words(area));
        }
    });
    combo.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, "Object size of the curves"));
    ui.label(
        RichText::new("COCO's protocol: 101 recall points, at most 100 detections an image and class")
            .font(theme::caption())
            .color(ctx.theme.muted),
    );
    explain::button(
        ui,
        ctx,
        "Precision and recall",
        "For each class its detections by descending confidence, matched to objects of the class that overlap enough; precision is \
         made monotonous from the right and read at the recalls 0, 0.01 … 1. Average precision is the mean of these 101 values, \
         as pycocotools computes it. Crowds count neither as missed nor as found",
    );
    let name = export::name(ctx.session, "precision-recall");
    export::dots(ui, ctx, "Precision and recall", &name, || {
        let explorer = ctx.session.explorer.as_ref()?;
        let curves = Arc::clone(explorer.curves.as_ref().filter(|curves| curves.key == state.key)?);
        let taken = Taken::of(explorer).only(&state.shown);
        Some(taken.maker(move |view| figures::curves::of_objects(view, &curves)))
    });
}

fn content(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, curves: &PrCurves, state: &mut Curves) {
    let height = ui.available_height();
    ui.horizontal_top(|ui| {
        ui.vertical(|ui| {
            ui.set_width(LIST);
            ui.set_height(height);
            let mean = |ui: &mut Ui| {
                ui.label(RichText::new(format!("mean AP {}", fmt::rate(curves.mean()))).color(ctx.theme.muted));
            };
            class_list(ui, ctx, explorer, &mut state.shown, &mean, &|class| curves.ap(class));
        });
        ui.vertical(|ui| {
            let hovered = chart(ui, ctx, explorer, curves, state);
            if let Some(class) = hovered {
                egui::Tooltip::always_open(
                    ui.ctx().clone(),
                    ui.layer_id(),
                    ui.scope_id().with("curve tooltip"),
                    egui::PopupAnchor::Pointer,
                )
                .show(|ui| {
                    ui.strong(explorer.class_name(Some(class)));
                    ui.label(format!("AP {}", fmt::rate(curves.ap(class))));
                });
            }
        });
    });
}

/// The classes with a number each; those with a mark are drawn.
fn class_list(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    shown: &mut BTreeSet<ClassId>,
    mean: &dyn Fn(&mut Ui),
    number: &dyn Fn(ClassId) -> Option<f64>,
) {
    ui.horizontal(|ui| {
        if ui.small_button("All").clicked() {
            *shown = explorer.dataset().classes.ids().collect();
        }
        if ui.small_button("None").clicked() {
            shown.clear();
        }
        mean(ui);
    });
    let classes: Vec<ClassId> = explorer.dataset().classes.ids().collect();
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, theme::ROW, classes.len(), |ui, range| {
        for &class in classes.get(range).unwrap_or(&[]) {
            ui.horizontal(|ui| {
                ui.set_height(theme::ROW);
                let name = explorer.class_name(Some(class));
                let (swatch, _) = ui.allocate_exact_size(egui::vec2(10.0, 10.0), egui::Sense::hover());
                ui.painter().rect_filled(swatch, 2.0, ctx.theme.class(&explorer.dataset().classes, class));
                let mut chosen = shown.contains(&class);
                let words = format!("{name}   {}", fmt::rate(number(class)));
                if ui.checkbox(&mut chosen, words).changed() {
                    if chosen {
                        shown.insert(class);
                    } else {
                        shown.remove(&class);
                    }
                }
            });
        }
    });
}

/// Draws the lines; returns the class whose line is under the pointer.
fn chart(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, curves: &PrCurves, state: &Curves) -> Option<ClassId> {
    let theme = ctx.theme;
    let shown = || state.shown.iter().filter_map(|&c| curves.points(c).map(|points| (c, points)));
    if shown().next().is_none() {
        states::empty(
            ui,
            ctx,
            "No curve to draw",
            "Choose classes at the left; a class without ground truth of this size has no curve",
        );
        return None;
    }
    let lines: Vec<(ClassId, Vec<PlotPoint>)> = shown()
        .map(|(class, points)| {
            let at = |i: usize| i as f64 / (RECALL_POINTS - 1) as f64;
            (class, points.iter().enumerate().map(|(i, &p)| PlotPoint::new(at(i), p)).collect())
        })
        .collect();
    let shown = plot::rates("pr curves", theme, "Recall", Some("Precision"))
        .height(ui.available_height())
        .width(ui.available_width());
    let response = shown.show(ui, |plot| {
        plot.set_plot_bounds(plot::bounds((0.0, 1.0)));
        for (class, points) in &lines {
            let name = explorer.class_name(Some(*class));
            let line = plot::line(name, PlotPoints::Borrowed(points))
                .stroke(Stroke::new(1.8, theme.class(&explorer.dataset().classes, *class)));
            plot.line(line.allow_hover(false));
        }
    });
    names(ui, ctx, explorer, &response.transform, &lines);
    let pointer = response.response.hover_pos()?;
    nearest(&response.transform, &lines, pointer)
}

/// Each line's name where it falls below one half, so that names of good and bad classes stand apart.
fn names(ui: &Ui, ctx: &ViewCtx, explorer: &Explorer, transform: &PlotTransform, lines: &[(ClassId, Vec<PlotPoint>)]) {
    if lines.len() > AT_FIRST {
        return;
    }
    let frame = transform.frame();
    let anchor = |points: &[PlotPoint]| {
        let end = points.iter().rev().find(|p| p.y > 0.02).copied().unwrap_or(PlotPoint::new(0.0, 0.0));
        plot::place(transform, end.x, end.y)
    };
    let at: Vec<egui::Pos2> = lines.iter().map(|(_, points)| anchor(points)).collect();
    let mut heights: Vec<f32> = at.iter().map(|p| p.y).collect();
    plot::spread(&mut heights, 14.0, frame.top() + 8.0, frame.bottom() - 8.0);
    for (((class, _), at), y) in lines.iter().zip(at).zip(heights) {
        let name = explorer.class_name(Some(*class));
        let x = (at.x - 4.0).max(frame.left() + 60.0);
        plot::label(
            ui,
            ctx.theme,
            pos2(x, y),
            Align2::RIGHT_CENTER,
            name,
            ctx.theme.class(&explorer.dataset().classes, *class),
        );
    }
}

fn nearest(transform: &PlotTransform, lines: &[(ClassId, Vec<PlotPoint>)], pointer: egui::Pos2) -> Option<ClassId> {
    let distance = |points: &[PlotPoint]| {
        let away = points.iter().map(|p| plot::place(transform, p.x, p.y).distance(pointer));
        away.fold(f32::INFINITY, f32::min)
    };
    let near = lines.iter().map(|(class, points)| (distance(points), *class));
    near.min_by(|a, b| a.0.total_cmp(&b.0)).filter(|(d, _)| *d < 12.0).map(|(_, class)| class)
}
