//! What a tile's number is made of: formula, counts, interval, settings, protocol, and the way to its objects.

use egui::{RichText, Ui};

use crate::analysis::Filter;
use crate::metrics::{Counts, Matching, OutcomeKind};
use crate::model::fmt;
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;

use super::tiles::Tile;

/// What the number is called in a formula, and what goes into it.
fn formula(tile: Tile, counts: Counts) -> (String, String) {
    let n = fmt::count;
    let value = tile.value(counts);
    match tile {
        Tile::Precision => (
            "Precision = correct / detections kept".to_owned(),
            format!(
                "{} / ({} + {} + {}) = {value}",
                n(counts.correct),
                n(counts.correct),
                n(counts.misclassified),
                n(counts.false_positives)
            ),
        ),
        Tile::Recall => (
            "Recall = correct / annotated objects".to_owned(),
            format!(
                "{} / ({} + {} + {}) = {value}",
                n(counts.correct),
                n(counts.correct),
                n(counts.misclassified),
                n(counts.missed)
            ),
        ),
        Tile::F1 => (
            "F1 = 2 · correct / (detections kept + annotated objects)".to_owned(),
            format!("2 · {} / ({} + {}) = {value}", n(counts.correct), n(counts.kept()), n(counts.truths())),
        ),
        Tile::Count(kind) => (meaning(kind).to_owned(), n(counts.of(kind))),
    }
}

/// What is counted.
#[must_use]
pub const fn meaning(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Correct => "Objects found with their own class",
        OutcomeKind::Misclassified => "Objects found, but with another class",
        OutcomeKind::Missed => "Objects that no detection found",
        OutcomeKind::FalsePositive => "Detections that found no object",
    }
}

/// Why a number is undefined.
fn undefined(tile: Tile) -> &'static str {
    match tile {
        Tile::Precision => "Undefined: no detection is kept at this confidence",
        Tile::Recall => "Undefined: there is no annotated object",
        Tile::F1 => "Undefined: no detection is kept and there is no annotated object",
        Tile::Count(_) => "",
    }
}

/// How objects and detections were paired, in one sentence each.
#[must_use]
pub fn protocol(explorer: &Explorer) -> Vec<String> {
    let settings = explorer.matched.settings;
    let iou = format!("{:.2}", settings.iou);
    let rule = match settings.matching {
        Matching::TwoPass => format!(
            "Two passes at IoU ≥ {iou}: in order of score each detection takes the free object of its own class with \
             the highest overlap; what is left then takes any free object and counts as misclassified"
        ),
        Matching::Coco => format!(
            "COCO's rule at IoU ≥ {iou}: same class only, in order of score, the free object with the highest overlap; \
             nothing is misclassified"
        ),
        Matching::ClassAgnostic => format!(
            "One pass at IoU ≥ {iou}: in order of score each detection takes the free object with the highest overlap, \
             whatever its class"
        ),
        Matching::Supervision => {
            format!("As supervision: all pairs with IoU above {iou} at once, same class first, then by overlap")
        }
        Matching::Ultralytics => format!(
            "As Ultralytics: pairs with IoU above {iou} whatever the class, by overlap; a detection is kept only above \
             the confidence"
        ),
    };
    vec![
        rule,
        "Crowd regions and difficult objects are never missed; a detection of their class that lies on them is ignored"
            .to_owned(),
    ]
}

/// The name and setting of the matching, short: `two-pass, IoU ≥ 0.50`.
#[must_use]
pub fn matching(explorer: &Explorer) -> String {
    let settings = explorer.matched.settings;
    let sign = match settings.matching {
        Matching::Supervision | Matching::Ultralytics => ">",
        Matching::TwoPass | Matching::Coco | Matching::ClassAgnostic => "≥",
    };
    format!("{}, IoU {sign} {:.2}", settings.matching.name(), settings.iou)
}

/// The card under the pointer.
pub fn hover(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, tile: Tile) {
    let counts = explorer.counter.totals();
    let (formula, numbers) = formula(tile, counts);
    ui.label(RichText::new(formula).color(ctx.theme.text));
    if let Tile::Count(_) = tile {
        let at = fmt::threshold(explorer.threshold.value);
        ui.label(RichText::new(format!("{numbers} at confidence ≥ {at}; click shows them")).color(ctx.theme.muted));
        return;
    }
    if tile.value(counts) == fmt::UNDEFINED {
        ui.label(RichText::new(undefined(tile)).color(ctx.theme.muted));
    } else {
        ui.label(RichText::new(numbers).color(ctx.theme.muted));
    }
}

/// The whole explanation.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, tile: Tile) {
    let counts = explorer.counter.totals();
    let (formula, numbers) = formula(tile, counts);
    ui.set_width(theme::POPUP);
    ui.label(RichText::new(tile.name()).font(theme::title()).color(ctx.theme.text));
    ui.label(formula);
    ui.label(RichText::new(numbers).color(ctx.theme.text).strong());
    if tile.value(counts) == fmt::UNDEFINED {
        ui.label(RichText::new(undefined(tile)).color(ctx.theme.muted));
    }
    if let Some((low, high)) = tile.interval(counts) {
        let how = if tile == Tile::F1 {
            "Wilson's, carried over from correct / (kept + objects − correct)"
        } else {
            "Wilson's"
        };
        let text = format!("95 % interval {} to {} ({how})", fmt::rate(Some(low)), fmt::rate(Some(high)));
        ui.label(RichText::new(text).color(ctx.theme.muted));
    }
    ui.separator();
    let at = fmt::threshold(explorer.threshold.value);
    ui.label(RichText::new(format!("Confidence ≥ {at}, {}", matching(explorer))).color(ctx.theme.text));
    for sentence in protocol(explorer) {
        ui.label(RichText::new(sentence).color(ctx.theme.muted));
    }
    ui.separator();
    ui.horizontal_wrapped(|ui| {
        for kind in OutcomeKind::ALL {
            let name = crate::ui::widgets::outcome::name(kind);
            let text = format!("Show {} {}", fmt::count(counts.of(kind)), lower(name));
            if belongs(tile, kind) && ui.button(text).clicked() {
                ctx.send(Command::Select(Filter::Segment { class: None, kind }));
                ui.close();
            }
        }
    });
}

fn lower(name: &str) -> String {
    name.to_lowercase()
}

/// True where objects of this kind go into the number.
fn belongs(tile: Tile, kind: OutcomeKind) -> bool {
    match tile {
        Tile::Precision => kind != OutcomeKind::Missed,
        Tile::Recall => kind != OutcomeKind::FalsePositive,
        Tile::F1 => true,
        Tile::Count(own) => own == kind,
    }
}
