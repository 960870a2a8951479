//! What a tile's number is made of: formula, counts, interval, settings, protocol, and the way to its objects.

use egui::{RichText, Ui};

use crate::analysis::Filter;
use crate::metrics::evaluation::{Labels, Pixels};
use crate::metrics::{Counts, DetectionSettings, Generation, Matching, OutcomeKind};
use crate::model::{ClassId, Task, fmt};
use crate::report::settings;
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;

use super::tiles::Tile;

/// What the number is called in a formula, and what goes into it.
fn formula(tile: Tile, counts: Counts, task: Task) -> (String, String) {
    let n = fmt::count;
    let (kept, all) = (kept(task), all(task));
    let value = tile.value(counts);
    match tile {
        Tile::Precision => (
            format!("Precision = correct / {kept}"),
            format!(
                "{} / ({} + {} + {}) = {value}",
                n(counts.correct),
                n(counts.correct),
                n(counts.misclassified),
                n(counts.false_positives)
            ),
        ),
        Tile::Recall => (
            format!("Recall = correct / {all}"),
            format!(
                "{} / ({} + {} + {}) = {value}",
                n(counts.correct),
                n(counts.correct),
                n(counts.misclassified),
                n(counts.missed)
            ),
        ),
        Tile::F1 => (
            format!("F1 = 2 · correct / ({kept} + {all})"),
            format!("2 · {} / ({} + {}) = {value}", n(counts.correct), n(counts.kept()), n(counts.truths())),
        ),
        Tile::Count(kind) => (meaning(kind, task), n(counts.of(kind))),
    }
}

/// What precision divides by.
fn kept(task: Task) -> String {
    let units = task.units().1;
    if task.has_objects() {
        "detections kept".to_owned()
    } else if task.is_multilabel() {
        format!("{units} predicted")
    } else {
        format!("{units} kept")
    }
}

/// What recall divides by.
fn all(task: Task) -> String {
    let units = task.units().1;
    if task.is_one_class_each() { units.to_owned() } else { format!("annotated {units}") }
}

/// What is counted.
#[must_use]
pub fn meaning(kind: OutcomeKind, task: Task) -> String {
    let (one, many) = task.units();
    let many = format!("{}{}", many.get(..1).unwrap_or_default().to_uppercase(), many.get(1..).unwrap_or_default());
    if task.has_objects() {
        return match kind {
            OutcomeKind::Correct => format!("{many} found with their own class"),
            OutcomeKind::Misclassified => format!("{many} found, but with another class"),
            OutcomeKind::Missed => format!("{many} that no detection found"),
            OutcomeKind::FalsePositive => format!("Detections that found no {one}"),
        };
    }
    if task.is_multilabel() {
        return match kind {
            OutcomeKind::Correct => format!("{many} that were predicted"),
            OutcomeKind::Misclassified => "Not counted where an item can have several labels".to_owned(),
            OutcomeKind::Missed => format!("{many} that were not predicted"),
            OutcomeKind::FalsePositive => "Predicted labels that are not annotated".to_owned(),
        };
    }
    match kind {
        OutcomeKind::Correct => format!("{many} given their own class"),
        OutcomeKind::Misclassified => format!("{many} given another class"),
        OutcomeKind::Missed if task == Task::SemanticSegmentation => {
            format!("{many} whose confidence lies below the threshold, or without a predicted class")
        }
        OutcomeKind::Missed => format!("{many} whose best class scores below the confidence"),
        OutcomeKind::FalsePositive => format!("Not counted: every {one} has a class"),
    }
}

/// Why a number is undefined.
fn undefined(tile: Tile, task: Task) -> String {
    let (kept, all) = (kept(task), all(task));
    match tile {
        Tile::Precision => format!("Undefined: there are no {kept} at this confidence"),
        Tile::Recall => format!("Undefined: there are no {all}"),
        Tile::F1 => format!("Undefined: there are no {kept} and no {all}"),
        Tile::Count(_) => String::new(),
    }
}

/// How objects and detections were paired, in one sentence each.
#[must_use]
pub fn protocol(explorer: &Explorer) -> Vec<String> {
    if let Some(labels) = explorer.evaluation.labels() {
        return of_labels(explorer.evaluation.task, labels);
    }
    if let Some(pixels) = explorer.evaluation.pixels() {
        return of_pixels(explorer, pixels);
    }
    if let Some(texts) = explorer.texts() {
        return of_texts(explorer, texts);
    }
    vec![
        rule(explorer.matched.settings),
        "Crowd regions and difficult objects are never missed; a detection of their class that lies on them is ignored"
            .to_owned(),
    ]
}

/// What a rule of matching does, in one sentence.
#[must_use]
pub fn rule(settings: DetectionSettings) -> String {
    let iou = format!("{:.2}", settings.iou);
    match settings.matching {
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
            "As Ultralytics: pairs with IoU above {iou} whatever the class, in order of score; a detection is kept only above \
             the confidence"
        ),
    }
}

/// How classes of pixels are decided.
fn of_pixels(explorer: &Explorer, pixels: &Pixels) -> Vec<String> {
    let mut sentences = vec!["Every pixel has the class that the model's mask gives it".to_owned()];
    if pixels.has_confidence() {
        sentences.push("Pixels whose confidence lies below the threshold count as missed".to_owned());
    } else {
        sentences.push("The model does not say how sure it is, so that every pixel counts".to_owned());
    }
    if let Some(ignore) = pixels.reading.ignore {
        sentences.push(format!("True pixels of index {ignore} are left out of everything"));
    }
    let without = pixels.reading.without.map(|class| ClassId(u32::from(class)));
    if let Some(class) = without {
        let name = explorer.dataset().classes.name(class);
        sentences.push(format!("{name} is left out of the means over classes"));
    }
    sentences
}

/// What passes, and what is scored of answers.
fn of_texts(explorer: &Explorer, texts: &Generation) -> Vec<String> {
    let scoring = &texts.scoring;
    let mut sentences = vec![format!("An answer passes with {}", explorer.condition())];
    sentences.extend(scoring.after.as_ref().map(|word| format!("Scored is what stands behind the last “{word}”")));
    sentences
        .extend(scoring.filter.as_ref().map(|text| format!("Scored is the last match of {text}, or its first group")));
    if !scoring.takes_out() {
        sentences.push("All of each answer is scored".to_owned());
    }
    let exact = if scoring.normalises() { "normalised as SQuAD does" } else { "as it is written" };
    sentences.push(format!("Exact match compares what is scored {exact}"));
    let missing = texts.missing() as u64;
    if missing > 0 {
        let items = fmt::counted(missing, "item has", "items have");
        sentences.push(format!("{items} no answer of the model, which is scored as an empty one"));
    }
    sentences
}

/// How classes of items are decided.
fn of_labels(task: Task, labels: &Labels) -> Vec<String> {
    let item = task.items().0;
    let mut sentences = if task.is_multilabel() {
        vec![format!("Every class is decided by itself: the {item} gets it where its score is at least the confidence")]
    } else {
        vec![
            format!("Each {item} gets the class with the highest score (of equal scores the first class)"),
            format!("It is kept where that score is at least the confidence; below it the {item} counts as missed"),
        ]
    };
    if labels.from_logits {
        let how = if task.is_multilabel() { "sigmoid" } else { "softmax" };
        sentences
            .push(format!("The outputs hold negative numbers: they are logits, turned into probabilities by {how}"));
    }
    sentences
}

/// The name and setting of the matching, short: `two-pass, IoU ≥ 0.50`.
#[must_use]
pub fn matching(explorer: &Explorer) -> String {
    settings::matching(&explorer.evaluation, &explorer.matched)
}

/// The card under the pointer.
pub fn hover(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, tile: Tile) {
    let counts = explorer.counter.totals();
    let task = explorer.evaluation.task;
    let (formula, numbers) = formula(tile, counts, task);
    ui.label(RichText::new(formula).color(ctx.theme.text));
    if let Tile::Count(_) = tile {
        let at = explorer.condition();
        ui.label(RichText::new(format!("{numbers} at {at}; click shows them")).color(ctx.theme.muted));
        return;
    }
    if tile.value(counts) == fmt::UNDEFINED {
        ui.label(RichText::new(undefined(tile, task)).color(ctx.theme.muted));
    } else {
        ui.label(RichText::new(numbers).color(ctx.theme.muted));
    }
}

/// The whole explanation.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, tile: Tile) {
    let counts = explorer.counter.totals();
    let task = explorer.evaluation.task;
    let (formula, numbers) = formula(tile, counts, task);
    ui.set_width(theme::POPUP);
    ui.label(RichText::new(tile.name()).font(theme::title()).color(ctx.theme.text));
    ui.label(formula);
    ui.label(RichText::new(numbers).color(ctx.theme.text).strong());
    if tile.value(counts) == fmt::UNDEFINED {
        ui.label(RichText::new(undefined(tile, task)).color(ctx.theme.muted));
    }
    if let Some((low, high)) = tile.interval(counts).filter(|_| !explorer.matched.timeline.is_weighted()) {
        let how = if tile == Tile::F1 {
            "Wilson's, carried over from correct / (kept + objects − correct)"
        } else {
            "Wilson's"
        };
        let text = format!("95 % interval {} to {} ({how})", fmt::rate(Some(low)), fmt::rate(Some(high)));
        ui.label(RichText::new(text).color(ctx.theme.muted));
    }
    ui.separator();
    let at = explorer.condition();
    ui.label(RichText::new(format!("At {at}, {}", matching(explorer))).color(ctx.theme.text));
    for sentence in protocol(explorer) {
        ui.label(RichText::new(sentence).color(ctx.theme.muted));
    }
    ui.separator();
    ui.horizontal_wrapped(|ui| {
        for kind in OutcomeKind::ALL {
            let name = crate::ui::widgets::outcome::name(kind);
            let text = format!("Show {} {}", fmt::count(counts.of(kind)), lower(name));
            if belongs(tile, kind) && kind.occurs(task) && ui.button(text).clicked() {
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
