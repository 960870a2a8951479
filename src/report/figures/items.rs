//! Pictures with what is annotated and what was predicted drawn over them, and sheets of many.

pub mod boxes;
pub mod masks;
pub mod places;
pub mod words;

use std::sync::Arc;

use crate::analysis::Filter;
use crate::metrics::detection::Matched;
use crate::metrics::{Cell, Cut, Evaluation, Outcome, OutcomeKind};
use crate::model::{ClassId, ImageId, fmt};
use crate::report::chart::{MARGIN, SIZE, SMALL};
use crate::report::encoded::Encoded;
use crate::report::figure::{Anchor, Colour, Figure, Mark, cut, width as wide};
use crate::report::palette::Palette;

use boxes::{Boxed, Layers, Pens};
use words::{LINE, wrapped, write};

/// What a picture is about. All else is drawn faintly and without words.
#[derive(Clone, Debug, Default)]
pub enum Meant {
    /// Everything in it.
    #[default]
    All,
    /// What is wrong in it.
    Errors,
    /// What a filter selects.
    Of(Filter),
}

impl Meant {
    fn holds(&self, outcome: Outcome, cell: Cell, kind: OutcomeKind) -> bool {
        match self {
            Self::All => true,
            Self::Errors => kind != OutcomeKind::Correct,
            Self::Of(filter) => filter.wants(cell) && filter.keeps(outcome),
        }
    }
}

/// What is drawn over a picture.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// Annotations.
    pub truth: bool,
    /// Predictions.
    pub predictions: bool,
    /// Names and confidences beside boxes.
    pub labels: bool,
    /// Masks as a picture of the same shape with opacity, where the task has any.
    pub masks: Option<Arc<Encoded>>,
    /// What the picture is about.
    pub meant: Meant,
}

/// A picture is at most so many times as high as the figure is wide.
const HIGHEST: f64 = 1.4;
/// Boxes with words where a picture is about a part of them, at most.
const MOST_WORDS: usize = 6;
/// Opacity of boxes that a picture is not about.
const FAINT: f64 = 0.4;
/// Boxes over a picture, at most.
const MOST_BOXES: usize = 300;
/// Lines of a prompt, a reference, an answer.
const LINES: usize = 7;
/// Items of a contact sheet, at most.
pub const MOST_ITEMS: usize = 200;

/// What an item is looked at with.
type View<'a> = (&'a Evaluation, &'a Matched, Cut);

/// An item as a figure of this width in points: its picture (or its words where it is a text) and what is drawn over it, coloured by
/// what became of it at the cut.
#[must_use]
pub fn item(
    view: (&Evaluation, &Matched, Cut),
    item: ImageId,
    picture: Option<&Arc<Encoded>>,
    overlay: &Overlay,
    width: f64,
    palette: &Palette,
) -> Figure {
    let evaluation = view.0;
    if evaluation.texts().is_some() {
        return answer(view, item, width, palette);
    }
    let lines = if evaluation.labels().is_some() { verdict(view, item, palette) } else { Vec::new() };
    if evaluation.task.is_text() {
        let said = evaluation.dataset.texts.get(item.index()).map_or("", String::as_str);
        return written(&[("Text", said.to_owned(), palette.ink)], &lines, width, palette);
    }
    if picture.is_none() && !lines.is_empty() {
        return written(&[], &lines, width, palette);
    }
    let boxes = if evaluation.objects().is_some() { of_objects(view, item, overlay, palette) } else { Vec::new() };
    let size = size_of(evaluation, item, picture, &boxes);
    let scale = (width / size.0).min(HIGHEST * width / size.1);
    let (w, h) = (size.0 * scale, size.1 * scale);
    let under = lines.len() as f64 * SMALL * LINE;
    let mut figure = Figure::new(width, h + if under > 0.0 { under + 4.0 } else { 0.0 }, palette.paper);
    let at = [(width - w) / 2.0, 0.0, w, h];
    let layers = Layers { picture, masks: overlay.masks.as_ref(), boxes: &boxes, size };
    boxes::draw(&mut figure, at, &layers, Pens::PAPER, palette);
    let mut y = h + 4.0;
    for (words, colour) in lines {
        y = write(&mut figure, &[cut(&words, SMALL, width)], (0.0, y), SMALL, colour);
    }
    figure
}

/// The size that boxes refer to: as annotated, else the picture's own, else what the boxes need.
fn size_of(evaluation: &Evaluation, item: ImageId, picture: Option<&Arc<Encoded>>, boxes: &[Boxed]) -> (f64, f64) {
    let annotated = evaluation.dataset.images.get(item.index()).map(|image| (image.width, image.height));
    let own = picture.map(|picture| (picture.width, picture.height));
    let known = annotated.into_iter().chain(own).find(|(w, h)| *w > 0 && *h > 0);
    known.map_or_else(
        || {
            let ends = boxes.iter().map(|b| (b.bbox.x + b.bbox.w, b.bbox.y + b.bbox.h));
            ends.fold((4.0, 3.0), |(w, h): (f64, f64), (x, y)| (w.max(x), h.max(y)))
        },
        |(w, h)| (f64::from(w), f64::from(h)),
    )
}

/// What became of an outcome; `None` where it does not count.
#[must_use]
pub fn kind(evaluation: &Evaluation, outcome: Outcome) -> Option<(Cell, OutcomeKind)> {
    let cell = Cell {
        truth: outcome.truth().and_then(|t| evaluation.dataset.truths.class.get(t.index()).copied()),
        predicted: outcome.pred().and_then(|p| evaluation.predictions.class_of(p)),
    };
    cell.kind().map(|kind| (cell, kind))
}

/// The boxes of an item: errors first, then what is right, then what does not count.
fn of_objects((evaluation, matched, cut): View<'_>, item: ImageId, overlay: &Overlay, palette: &Palette) -> Vec<Boxed> {
    let (truths, predictions) = (&evaluation.dataset.truths, &evaluation.predictions);
    let outcomes = matched.timeline.outcomes_of(item, cut);
    let mut all: Vec<(Outcome, Cell, OutcomeKind)> =
        outcomes.filter_map(|o| kind(evaluation, o).map(|(cell, kind)| (o, cell, kind))).collect();
    let is_meant = |&(outcome, cell, kind): &(Outcome, Cell, OutcomeKind)| overlay.meant.holds(outcome, cell, kind);
    let score = |outcome: Outcome| evaluation.score_of(outcome).unwrap_or(2.0);
    all.sort_by(|a, b| {
        let right = |kind: OutcomeKind| kind == OutcomeKind::Correct;
        is_meant(b).cmp(&is_meant(a)).then(right(a.2).cmp(&right(b.2))).then(score(b.0).total_cmp(&score(a.0)))
    });
    let name = |class: Option<ClassId>| class.map_or("", |class| evaluation.dataset.classes.name(class));
    let edge = overlay.masks.is_none();
    let boxed = |bbox, colour, dashed, words| Boxed { bbox, colour, dashed, opacity: 1.0, strong: false, edge, words };
    let mut boxes = Vec::new();
    let part = !matches!(overlay.meant, Meant::All);
    for (number, (outcome, cell, kind)) in all.into_iter().enumerate() {
        let colour = palette.outcome(kind);
        let meant = is_meant(&(outcome, cell, kind));
        let labels = overlay.labels && meant && (!part || number < MOST_WORDS);
        let boxed = |bbox, dashed, words: String| Boxed {
            opacity: if meant { 1.0 } else { FAINT },
            ..boxed(bbox, colour, dashed, if labels { words } else { String::new() })
        };
        if let Some(pred) = outcome.pred().filter(|_| overlay.predictions)
            && let Some(bbox) = predictions.bbox.get(pred.index())
        {
            let said = format!("{} {}", name(cell.predicted), fmt::short(score(outcome)));
            let words = match kind {
                OutcomeKind::Misclassified => format!("{said}, is {}", name(cell.truth)),
                OutcomeKind::FalsePositive => format!("{said}, false positive"),
                OutcomeKind::Correct | OutcomeKind::Missed => said,
            };
            boxes.push(boxed(*bbox, true, words));
        }
        if let Some(truth) = outcome.truth().filter(|_| overlay.truth)
            && let Some(bbox) = truths.bbox.get(truth.index())
        {
            // A pair has one label, on its prediction.
            let words = match kind {
                OutcomeKind::Missed => format!("{}, missed", name(cell.truth)),
                _ if overlay.predictions => String::new(),
                _ => name(cell.truth).to_owned(),
            };
            boxes.push(boxed(*bbox, false, words));
        }
    }
    let ignored = truths.ids_of(item).filter(|t| truths.ignored.get(t.index()).copied().unwrap_or(false));
    let bboxes = ignored.filter_map(|t| truths.bbox.get(t.index())).filter(|_| overlay.truth);
    boxes.extend(bboxes.map(|bbox| Boxed { opacity: 0.6, ..boxed(*bbox, palette.muted, false, String::new()) }));
    boxes.truncate(MOST_BOXES);
    boxes
}

/// What an item is and what it was taken for, a line each.
fn verdict((evaluation, matched, cut): View<'_>, item: ImageId, palette: &Palette) -> Vec<(String, Colour)> {
    let names = |classes: Vec<ClassId>| {
        let names: Vec<&str> = classes.iter().map(|class| evaluation.dataset.classes.name(*class)).collect();
        if names.is_empty() { "–".to_owned() } else { names.join(", ") }
    };
    let truths = &evaluation.dataset.truths;
    let truth: Vec<ClassId> = truths.of(item).filter_map(|t| truths.class.get(t).copied()).collect();
    let outcomes: Vec<Outcome> = matched.timeline.outcomes_of(item, cut).collect();
    let mut said: Vec<(f64, ClassId)> = outcomes
        .iter()
        .filter_map(|o| Some((evaluation.score_of(*o)?, o.pred().and_then(|p| evaluation.predictions.class_of(p))?)))
        .collect();
    said.sort_by(|a, b| b.0.total_cmp(&a.0));
    let wrong = outcomes.iter().filter_map(|o| kind(evaluation, *o)).map(|(_, kind)| kind);
    let wrong = wrong.filter(|kind| *kind != OutcomeKind::Correct).min_by_key(|kind| match kind {
        OutcomeKind::Misclassified => 0,
        OutcomeKind::Missed => 1,
        OutcomeKind::FalsePositive => 2,
        OutcomeKind::Correct => 3,
    });
    let colour = palette.outcome(wrong.unwrap_or(OutcomeKind::Correct));
    let words: Vec<String> = said
        .iter()
        .map(|(score, class)| format!("{} {}", evaluation.dataset.classes.name(*class), fmt::short(*score)))
        .collect();
    let predicted = if words.is_empty() { "nothing at this threshold".to_owned() } else { words.join(", ") };
    vec![(format!("Truth {}", names(truth)), palette.ink), (format!("Predicted {predicted}"), colour)]
}

/// A prompt with its reference and the answer.
fn answer((evaluation, matched, cut): View<'_>, item: ImageId, width: f64, palette: &Palette) -> Figure {
    let at = item.index();
    let Some(texts) = evaluation.texts() else { return Figure::new(width, SMALL, palette.paper) };
    let mut outcomes = matched.timeline.outcomes_of(item, cut);
    let became = outcomes.find_map(|o| kind(evaluation, o)).map(|(_, kind)| kind);
    let (known, passed) = (became.is_some(), became == Some(OutcomeKind::Correct));
    let colour = match (passed, known) {
        (true, _) => palette.correct,
        (false, true) => palette.missed,
        (false, false) => palette.ink,
    };
    let mut blocks = Vec::new();
    let prompt = evaluation.dataset.texts.get(at).cloned().unwrap_or_default();
    if !prompt.is_empty() {
        blocks.push(("Prompt", prompt, palette.ink));
    }
    if let Some(reference) = texts.answers.references.get(at).and_then(|all| all.first()) {
        blocks.push(("Reference", reference.clone(), palette.ink));
    }
    let said = texts.answers.outputs.get(at).cloned().flatten();
    blocks.push(("Answer", said.unwrap_or_else(|| "No answer".to_owned()), colour));
    let column = texts.pass_column();
    let value = column.and_then(|column| Some((column, column.values.get(at).copied()?)));
    let verdict = value.map(|(column, value)| {
        let word = match (passed, known) {
            (true, _) => ", passed",
            (false, true) => ", failed",
            (false, false) => "",
        };
        (format!("{} {}{word}", column.label, column.words(value)), colour)
    });
    let lines: Vec<(String, Colour)> = verdict.into_iter().collect();
    written(&blocks, &lines, width, palette)
}

/// Blocks of words with a small head each, and lines under them.
fn written(blocks: &[(&str, String, Colour)], lines: &[(String, Colour)], width: f64, palette: &Palette) -> Figure {
    let pad = 8.0;
    let mut figure = Figure::new(width, 1.0, palette.paper);
    let mut y = pad;
    for (head, words, colour) in blocks {
        y = write(&mut figure, &[(*head).to_owned()], (pad, y), SMALL - 1.5, palette.muted);
        let words = wrapped(words, SMALL, width - 2.0 * pad, LINES);
        y = write(&mut figure, &words, (pad, y), SMALL, *colour) + 4.0;
    }
    for (words, colour) in lines {
        y = write(&mut figure, &[cut(words, SMALL, width - 2.0 * pad)], (pad, y), SMALL, *colour);
    }
    figure.height = y + pad - 4.0;
    let ground = Mark::Rect([0.0, 0.0, width, figure.height], palette.raised);
    if let Some(first) = figure.marks.first_mut() {
        *first = ground;
    }
    figure
}

/// Space between the figures of a sheet.
const GAP: f64 = 14.0;
/// Lines of a caption.
const CAPTION: usize = 2;

/// Figures side by side in rows, each with words under it: [`MOST_ITEMS`] at most, what is left out is said at the foot.
#[must_use]
pub fn contact_sheet(title: &str, items: &[(Figure, String)], columns: usize, palette: &Palette) -> Figure {
    let shown = items.get(..items.len().min(MOST_ITEMS)).unwrap_or(items);
    let columns = columns.max(1).min(shown.len().max(1));
    let cell = shown.iter().map(|(figure, _)| figure.width).fold(1.0, f64::max);
    let inner = (columns as f64 * (cell + GAP) - GAP).max(wide(title, SIZE + 3.0).min(600.0));
    let mut sheet = Figure::new(inner + 2.0 * MARGIN, 1.0, palette.paper);
    let mut y = MARGIN;
    if !title.is_empty() {
        let size = SIZE + 3.0;
        y = write(&mut sheet, &[cut(title, size, inner)], (MARGIN, y), size, palette.ink) + GAP / 2.0;
    }
    for row in shown.chunks(columns) {
        let height = row.iter().map(|(figure, _)| figure.height).fold(0.0, f64::max);
        let mut below = y + height;
        for (at, (figure, caption)) in row.iter().enumerate() {
            let x = MARGIN + at as f64 * (cell + GAP);
            sheet.put(figure, (x + (cell - figure.width) / 2.0, y + height - figure.height), 1.0);
            let lines = wrapped(caption, SMALL, cell, CAPTION);
            below = below.max(write(&mut sheet, &lines, (x, y + height + 3.0), SMALL, palette.muted));
        }
        y = below + GAP;
    }
    if items.len() > shown.len() {
        let more = format!("and {} more", fmt::count((items.len() - shown.len()) as u64));
        sheet.marks.push(Mark::text((MARGIN, y + SMALL), SMALL, Anchor::Start, palette.muted, more));
        y += SMALL * LINE;
    }
    sheet.height = y - GAP + MARGIN;
    let ground = Mark::Rect([0.0, 0.0, sheet.width, sheet.height], palette.paper);
    if let Some(first) = sheet.marks.first_mut() {
        *first = ground;
    }
    sheet
}
