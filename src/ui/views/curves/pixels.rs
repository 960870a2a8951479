//! Curves of a segmenter whose masks say how sure they are: precision against recall of the pixels of each class, and its IoU
//! at every threshold.

use std::collections::BTreeSet;

use egui::{RichText, Ui};

use crate::analysis::curves::{iou, precision_recall};
use crate::metrics::Sweep;
use crate::model::{ClassId, fmt};
use crate::report::figures::{self, View};
use crate::report::sheet::Exhibit;
use crate::session::Explorer;
use crate::session::explorer::Points;
use crate::ui::context::ViewCtx;
use crate::ui::export::Taken;
use crate::ui::theme;
use crate::ui::widgets::states;

use super::class_list;
use super::labels::{Chart, PRECISION_RECALL, child, lines};

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, shown: &mut BTreeSet<ClassId>) {
    if explorer.evaluation.is_without_confidence() {
        states::empty(
            ui,
            ctx,
            "One point and no curve",
            "This model\u{2019}s masks do not say how sure they are. Put confidence maps (PNG of 8 or 16 bits, or .npy) in a folder \
             beside them, such as confidence, and open the project again",
        );
        return;
    }
    let Some(summary) = explorer.evaluation.segmentation(&explorer.counter) else { return };
    let whole = ui.available_rect_before_wrap();
    let list = whole.with_max_x(whole.left() + super::LIST);
    let area = whole.with_min_x(list.right() + theme::PADDING);
    let mean = |ui: &mut Ui| {
        ui.label(RichText::new(format!("mean IoU {}", fmt::rate(summary.mean_iou))).color(ctx.theme.muted));
    };
    class_list(&mut child(ui, "classes", list), ctx, explorer, shown, &mean, &|class| {
        summary.classes.get(class.index())?.iou
    });
    let curves = |curve: fn(&Sweep) -> Points| -> Vec<Points> {
        let one =
            |(class, sweep)| if shown.contains(&ClassId::from_index(class)) { curve(sweep) } else { Points::new() };
        explorer.matched.class_sweeps.iter().enumerate().map(one).collect()
    };
    let (left, right) = area.split_left_right_at_fraction(0.5);
    let of = (&*curves(precision_recall), None);
    let make = |draw: fn(&View<'_>) -> Option<Exhibit>| Some(Taken::of(explorer).only(shown).maker(draw));
    lines(&mut child(ui, "pr", left), ctx, explorer, PRECISION_RECALL, of, shown, || make(figures::curves::of_pixels));
    let chart = Chart {
        name: "IoU at every threshold",
        key: "iou-confidence",
        note: "pixels below it count as missed",
        axes: ["Confidence threshold", "IoU"],
        at: Some(explorer.threshold.value),
    };
    let of = (&*curves(iou), None);
    lines(&mut child(ui, "iou", right), ctx, explorer, chart, of, shown, || make(figures::curves::iou_of_pixels));
    ui.advance_cursor_after_rect(whole);
}
