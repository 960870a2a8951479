//! Two lists above the gallery that choose a class of the truth and one of the prediction. Every choice is a selection like
//! that of a cell or a bar; nothing is remembered here but what is typed.

use egui::{RichText, Ui};

use crate::analysis::Filter;
use crate::metrics::classification::PairCounting;
use crate::metrics::{Cell, OutcomeKind};
use crate::model::{ClassId, Task};
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::class_menu::{ClassMenu, Picked};

/// Width of a list's button.
const WIDTH: f32 = 132.0;
/// Widths from which both lists have room with their full and a shorter button.
const ROOM: [f32; 2] = [440.0, 360.0];

/// What is typed into the search fields.
#[derive(Debug, Default)]
pub struct Chooser {
    truth: String,
    predicted: String,
}

/// One side of the choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// Whatever it is.
    Any,
    /// What stands outside all classes.
    Outside,
    /// A class.
    Class(ClassId),
}

impl Side {
    fn of(class: Option<ClassId>) -> Self {
        class.map_or(Self::Outside, Self::Class)
    }

    fn name(self, explorer: &Explorer) -> &str {
        match self {
            Self::Any => "Any",
            Self::Outside => outside(explorer.evaluation.task),
            Self::Class(class) => explorer.class_name(Some(class)),
        }
    }
}

/// What no class stands for on the side of the predictions.
const fn outside(task: Task) -> &'static str {
    if task.is_one_class_each() {
        "Below threshold"
    } else if task.is_multilabel() {
        "Not predicted"
    } else {
        "Nothing"
    }
}

/// What a selection says of truth and prediction.
fn sides(filter: &Filter) -> (Side, Side) {
    match filter {
        Filter::Cell(cell) | Filter::Pair { cell, .. } => (Side::of(cell.truth), Side::of(cell.predicted)),
        Filter::Probability { truth, of } => (Side::Class(*truth), Side::Class(*of)),
        Filter::Truths { classes, .. } if classes.len() == 1 => {
            (classes.first().map_or(Side::Any, |c| Side::Class(*c)), Side::Any)
        }
        Filter::Predicted { classes, .. } if classes.len() == 1 => {
            (Side::Any, classes.first().map_or(Side::Any, |c| Side::Class(*c)))
        }
        Filter::Segment { class: None, kind: OutcomeKind::Missed } => (Side::Any, Side::Outside),
        Filter::Segment { class: None, kind: OutcomeKind::FalsePositive } => (Side::Outside, Side::Any),
        _ => (Side::Any, Side::Any),
    }
}

/// The selection of both sides.
fn filter(explorer: &Explorer, truth: Side, predicted: Side) -> Filter {
    let name = |class: ClassId| explorer.class_name(Some(class)).to_owned();
    match (truth, predicted) {
        (Side::Any, Side::Any) | (Side::Outside, Side::Outside) => Filter::All,
        (Side::Class(a), Side::Any) => {
            Filter::Truths { title: format!("{} in the ground truth", name(a)), classes: vec![a] }
        }
        (Side::Any, Side::Class(p)) => Filter::Predicted { title: format!("{} predicted", name(p)), classes: vec![p] },
        (Side::Any, Side::Outside) => Filter::Segment { class: None, kind: OutcomeKind::Missed },
        (Side::Outside, Side::Any) => Filter::Segment { class: None, kind: OutcomeKind::FalsePositive },
        (Side::Class(a), Side::Class(p)) => {
            let cell = Cell::new(Some(a), Some(p));
            if explorer.evaluation.task.is_multilabel() {
                Filter::Pair { counting: PairCounting::EveryPair, cell }
            } else {
                Filter::Cell(cell)
            }
        }
        (Side::Class(a), Side::Outside) => Filter::Cell(Cell::new(Some(a), None)),
        (Side::Outside, Side::Class(p)) => Filter::Cell(Cell::new(None, Some(p))),
    }
}

/// Draws both lists.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut Chooser) {
    let [full, least] = ROOM;
    let room = ui.available_width();
    let width = if room >= full { WIDTH } else { WIDTH * (room / full).max(least / full) };
    let classes = &explorer.dataset().classes;
    let task = explorer.evaluation.task;
    let (truth, predicted) = sides(&explorer.selection.filter);
    let label = |ui: &mut Ui, words: &str| ui.label(RichText::new(words).font(theme::caption()).color(ctx.theme.muted));
    label(ui, "truth");
    // Every item of a single label has one.
    let first: &[&str] = if task.is_one_class_each() { &["Any"] } else { &["Any", "Not in the truth"] };
    let shown = if truth == Side::Outside { "Not in the truth" } else { truth.name(explorer) };
    let menu = ClassMenu { name: "Class of the truth", chosen: shown, width, first };
    let (_, picked) = menu.show(ui, classes, &mut state.truth);
    if let Some(side) = picked.map(side_of) {
        ctx.send(Command::Select(filter(explorer, side, predicted)));
    }
    label(ui, "predicted");
    let first = ["Any", outside(task)];
    let menu = ClassMenu { name: "Predicted class", chosen: predicted.name(explorer), width, first: &first };
    let (_, picked) = menu.show(ui, classes, &mut state.predicted);
    if let Some(side) = picked.map(side_of) {
        ctx.send(Command::Select(filter(explorer, truth, side)));
    }
}

fn side_of(picked: Picked) -> Side {
    match picked {
        Picked::First(0) => Side::Any,
        Picked::First(_) => Side::Outside,
        Picked::Class(class) => Side::Class(class),
    }
}
