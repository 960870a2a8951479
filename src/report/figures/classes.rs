//! What became of the objects of each class.

use std::cmp::Reverse;

use crate::metrics::{ClassCounts, OutcomeKind};
use crate::model::{ClassId, ClassTable, fmt};
use crate::report::chart::SMALL;
use crate::report::csv_tables;
use crate::report::figure::{Anchor, Mark, width};
use crate::report::labels::ClassLabels;
use crate::report::sheet::Exhibit;

use super::evaluation::View;
use super::list::{List, Row};
use super::pattern;

/// Most classes drawn.
const MOST: usize = 40;

/// Bars of what became of each class, most truths first, with its rates. `None` where there is no class.
#[must_use]
pub fn classes(view: &View<'_>) -> Option<Exhibit> {
    let table = &view.evaluation.dataset.classes;
    if table.is_empty() || view.evaluation.texts().is_some() {
        return None;
    }
    let counts = |class: ClassId| view.counter.classes().get(class.index()).copied().unwrap_or_default();
    let shown = most_frequent(view);
    let (heads, numbers) = columns(view);
    let row = |class: &ClassId| Row { name: table.name(*class).to_owned(), numbers: numbers(*class, counts(*class)) };
    let drawn: Vec<ClassId> = shown.iter().copied().take(MOST).collect();
    let rows: Vec<Row> = drawn.iter().map(row).collect();
    let mut list = List::new(&heads, &rows, &more(shown.len(), drawn.len()), view.palette);
    let kinds = OutcomeKind::ALL.into_iter().filter(|kind| kind.occurs(view.evaluation.task));
    legend(&mut list, view, kinds);
    let length = |class: &ClassId| OutcomeKind::ALL.iter().map(|kind| counts(*class).of(*kind)).sum::<u64>();
    let longest = drawn.iter().map(length).max().unwrap_or(1).max(1) as f64;
    for (at, class) in drawn.iter().enumerate() {
        let mut from = 0.0;
        for kind in OutcomeKind::ALL {
            let to = from + counts(*class).of(kind) as f64 / longest;
            if to > from {
                let piece = list.piece(at, from, to);
                pattern::fill(&mut list.figure.marks, piece, kind, view.palette);
            }
            from = to;
        }
    }
    let of = fmt::counted(table.len() as u64, "class", "classes");
    Some(Exhibit {
        key: "classes".to_owned(),
        title: "Performance by class".to_owned(),
        caption: format!(
            "{}, most frequent first",
            view.counted_at(&format!("{} of {of}", fmt::capitalised(view.evaluation.task.units().1)))
        ),
        figure: list.figure,
        table: Some(csv_tables::class_table(view.evaluation, Some((view.matched, view.counter)))),
    })
}

/// Classes by support, the most frequent first; of equal ones by name, as the window has them at first.
pub(super) fn most_frequent(view: &View<'_>) -> Vec<ClassId> {
    let table: &ClassTable = &view.evaluation.dataset.classes;
    let support = |class: &ClassId| view.counter.classes().get(class.index()).map_or(0, |counts| counts.support());
    let wanted = |class: &ClassId| view.only.is_none_or(|only| only.contains(class));
    let mut classes: Vec<ClassId> = table.ids().filter(wanted).collect();
    classes.sort_by(|a, b| natord::compare_ignore_case(table.name(*a), table.name(*b)));
    classes.sort_by_key(|class| Reverse(support(class)));
    classes
}

/// What is said where not all is drawn.
pub(super) fn more(all: usize, drawn: usize) -> String {
    match (all - drawn) as u64 {
        0 => String::new(),
        more => format!("and {} more in the table", fmt::counted(more, "class", "classes")),
    }
}

/// Numbers of a class.
type Numbers<'a> = Box<dyn Fn(ClassId, ClassCounts) -> Vec<String> + 'a>;

/// The head of the last column, and its number of a class.
type Last<'a> = (&'static str, Box<dyn Fn(ClassId, ClassCounts) -> Option<f64> + 'a>);

/// The heads of the columns of numbers, and the numbers of a class.
fn columns<'a>(view: &'a View<'_>) -> (Vec<&'static str>, Numbers<'a>) {
    let evaluation = view.evaluation;
    let last: Option<Last<'a>> = if let Some(labels) = evaluation.labels() {
        Some(("ROC AUC", Box::new(move |class, _| ClassLabels::of(labels, class)?.roc_auc)))
    } else if evaluation.pixels().is_some() {
        Some(("IoU", Box::new(|_, counts: ClassCounts| counts.iou())))
    } else {
        let coco = evaluation.coco();
        coco.map(|coco| -> Last<'a> { ("AP", Box::new(move |class: ClassId, _| coco.classes.get(class.index())?.ap)) })
    };
    let mut heads = vec!["support", "precision", "recall", "F1"];
    heads.extend(last.as_ref().map(|(head, _)| *head));
    let numbers = move |class: ClassId, counts: ClassCounts| {
        let support = counts.support();
        let support = if support < 1_000_000 { fmt::count(support) } else { fmt::short_count(support) };
        let rates = [counts.precision(), counts.recall(), counts.f1()].map(fmt::rate);
        let last = last.as_ref().map(|(_, value)| fmt::rate(value(class, counts)));
        std::iter::once(support).chain(rates).chain(last).collect()
    };
    (heads, Box::new(numbers))
}

/// A swatch and a word for each outcome, over the bars.
fn legend(list: &mut List, view: &View<'_>, kinds: impl Iterator<Item = OutcomeKind>) {
    let (mut x, y) = (list.bar.0, list.head());
    for kind in kinds {
        let word = match kind {
            OutcomeKind::Correct => "correct",
            OutcomeKind::Misclassified => "misclassified",
            OutcomeKind::Missed => "missed",
            OutcomeKind::FalsePositive => "false positive",
        };
        pattern::fill(&mut list.figure.marks, [x, y - 4.5, 9.0, 9.0], kind, view.palette);
        let at = (x + 13.0, y + 0.35 * SMALL);
        list.figure.marks.push(Mark::text(at, SMALL, Anchor::Start, view.palette.muted, word));
        x += 13.0 + width(word, SMALL) + 12.0;
    }
}
