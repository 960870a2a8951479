//! Precision-recall and ROC curves, calibration, scores.

use crate::analysis::curves::{LabelCurves, Points, PrCurves, iou, precision_recall};
use crate::metrics::Sweep;
use crate::metrics::coco::{AreaRange, IOU_THRESHOLDS, RECALL_POINTS};
use crate::model::{ClassId, fmt};
use crate::report::chart::{Axis, Plot, SMALL, WIDTH};
use crate::report::figure::{Anchor, Colour, Figure, Mark, cut, width};
use crate::report::palette::Palette;
use crate::report::sheet::Exhibit;
use crate::report::table::{Cell, Column, Table};

use super::classes::most_frequent;
use super::evaluation::View;

/// Height of charts of lines.
const HEIGHT: f64 = 380.0;
/// Room for the names of lines.
const NAMES: f64 = 190.0;
/// Most classes that are named; others are faint.
const NAMED: usize = 12;
/// Most classes that are drawn at all.
const DRAWN: usize = 100;

/// Curves of classes with a number each.
struct Lines<'a> {
    axes: [&'static str; 2],
    /// The curve of each class, and its number.
    of: &'a dyn Fn(ClassId) -> Option<(Points, Option<f64>)>,
    /// The curve of all, and its number.
    mean: Option<(Points, Option<f64>)>,
    /// True where the rising diagonal is what chance gives.
    chance: bool,
    /// A threshold on the level axis.
    at: Option<f64>,
}

/// COCO's precision at 101 recalls of every class, and the mean of them.
#[must_use]
pub fn of_objects(view: &View<'_>, curves: &PrCurves) -> Option<Exhibit> {
    let points = |of: &[f64]| -> Points {
        of.iter().enumerate().map(|(i, p)| (i as f64 / (RECALL_POINTS - 1) as f64, *p)).collect()
    };
    let known: Vec<&Vec<f64>> = curves.classes.iter().flatten().collect();
    if known.is_empty() {
        return None;
    }
    let at = |i: usize| known.iter().filter_map(|of| of.get(i)).sum::<f64>() / known.len() as f64;
    let mean: Vec<f64> = (0..RECALL_POINTS).map(at).collect();
    let of = |class: ClassId| Some((points(curves.points(class)?), curves.ap(class)));
    let lines = Lines {
        axes: ["Recall", "Precision"],
        of: &of,
        mean: Some((points(&mean), curves.mean())),
        chance: false,
        at: None,
    };
    let iou = IOU_THRESHOLDS.get(curves.key.iou).copied().unwrap_or(0.5);
    let size = match curves.key.area {
        AreaRange::All => "all sizes",
        AreaRange::Small => "small objects",
        AreaRange::Medium => "medium objects",
        AreaRange::Large => "large objects",
    };
    let mean = fmt::rate(curves.mean());
    let caption =
        format!("COCO’s 101 recall points at IoU ≥ {iou:.2}, {size}; numbers are average precision, their mean {mean}");
    exhibit(view, "precision-recall", "Precision and recall", caption, &lines)
}

/// True positives against false positives of each class of a classifier, and their mean.
#[must_use]
pub fn roc(view: &View<'_>, curves: &LabelCurves) -> Option<Exhibit> {
    let ranking = view.evaluation.labels()?.ranking()?;
    let number = |class: ClassId| ranking.roc_auc.get(class.index()).copied().flatten();
    let of = |class: ClassId| Some((curves.roc.get(class.index())?.clone(), number(class)));
    let lines = Lines {
        axes: ["False positive rate", "True positive rate"],
        of: &of,
        mean: Some((curves.macro_roc.clone(), ranking.roc_auc_macro)),
        chance: true,
        at: None,
    };
    let mean = fmt::rate(ranking.roc_auc_macro);
    let caption = format!("Each class against the rest; numbers are areas under the curve, their mean {mean}");
    exhibit(view, "roc", "ROC", caption, &lines)
}

/// Precision against recall of each class of a classifier.
#[must_use]
pub fn of_labels(view: &View<'_>, curves: &LabelCurves) -> Option<Exhibit> {
    let ranking = view.evaluation.labels()?.ranking()?;
    let number = |class: ClassId| ranking.average_precision.get(class.index()).copied().flatten();
    let of = |class: ClassId| Some((curves.pr.get(class.index())?.clone(), number(class)));
    let lines = Lines { axes: ["Recall", "Precision"], of: &of, mean: None, chance: false, at: None };
    let mean = fmt::rate(ranking.average_precision_macro);
    let caption = format!("At every score, from the highest down; numbers are average precision, their mean {mean}");
    exhibit(view, "precision-recall", "Precision and recall", caption, &lines)
}

/// Precision against recall of the pixels of each class; `None` where masks do not say how sure they are.
#[must_use]
pub fn of_pixels(view: &View<'_>) -> Option<Exhibit> {
    let lines = of_sweeps(view, precision_recall)?;
    let caption = "Pixels of each class at every confidence".to_owned();
    exhibit(
        view,
        "precision-recall",
        "Precision and recall",
        caption,
        &Lines { of: &lines, ..Lines::bare(["Recall", "Precision"]) },
    )
}

/// IoU of the pixels of each class at every threshold; `None` where masks do not say how sure they are.
#[must_use]
pub fn iou_of_pixels(view: &View<'_>) -> Option<Exhibit> {
    let axes = ["Confidence threshold", "IoU"];
    let lines = of_sweeps(view, iou)?;
    let at = view.condition();
    let caption = format!("Pixels below the threshold count as missed; numbers are IoU at {at}");
    let lines = Lines { of: &lines, at: Some(view.threshold), ..Lines::bare(axes) };
    exhibit(view, "iou-confidence", "IoU at every threshold", caption, &lines)
}

/// Curves of the pixels of classes, each with its IoU at the threshold.
fn of_sweeps<'a>(
    view: &'a View<'_>,
    curve: fn(&Sweep) -> Points,
) -> Option<impl Fn(ClassId) -> Option<(Points, Option<f64>)> + 'a> {
    view.evaluation.pixels().filter(|pixels| pixels.has_confidence())?;
    let summary = view.evaluation.segmentation(view.counter)?;
    Some(move |class: ClassId| {
        let points = curve(view.matched.class_sweeps.get(class.index())?);
        Some((points, summary.classes.get(class.index())?.iou))
    })
}

/// A line that is named.
struct Named {
    colour: Colour,
    name: String,
    number: Option<f64>,
}

impl Lines<'_> {
    fn bare(axes: [&'static str; 2]) -> Self {
        Self { axes, of: &|_| None, mean: None, chance: false, at: None }
    }
}

fn exhibit(view: &View<'_>, key: &str, title: &str, caption: String, lines: &Lines<'_>) -> Option<Exhibit> {
    let names = &view.evaluation.dataset.classes;
    let there = |class: &ClassId| (lines.of)(*class).is_some_and(|(points, _)| !points.is_empty());
    let with: Vec<ClassId> = most_frequent(view).into_iter().filter(there).collect();
    if with.is_empty() {
        return None;
    }
    let [x, y] = lines.axes.map(Axis::unit);
    let mut plot = Plot::new((WIDTH, HEIGHT), x, y, NAMES, *view.palette);
    if lines.chance {
        plot.dashed(&[(0.0, 0.0), (1.0, 1.0)], 0.7, view.palette.line);
    }
    // Faint lines lie under those with a name.
    let mut named = Vec::new();
    for (at, class) in with.iter().take(DRAWN).enumerate().rev() {
        let Some((points, number)) = (lines.of)(*class) else { continue };
        let colour = view.palette.class(names, *class);
        if at < NAMED {
            plot.line(&points, 1.2, colour, "");
            named.push(Named { colour, name: names.name(*class).to_owned(), number });
        } else {
            plot.line(&points, 0.6, Palette::mixed(view.palette.paper, colour, 0.3), "");
        }
    }
    named.sort_by(|a, b| {
        b.number.unwrap_or(-1.0).total_cmp(&a.number.unwrap_or(-1.0)).then_with(|| a.name.cmp(&b.name))
    });
    if let Some((points, number)) = &lines.mean {
        plot.line(points, 2.2, view.palette.ink, "");
        named.insert(0, Named { colour: view.palette.ink, name: "mean of all classes".to_owned(), number: *number });
    }
    if let Some(at) = lines.at {
        plot.upright(at, view.palette.accent, &fmt::threshold(at));
    }
    let area = plot.area;
    let mut figure = plot.finish();
    key_beside(&mut figure, area, &named, with.len().saturating_sub(NAMED), view.palette);
    Some(Exhibit { key: key.to_owned(), title: title.to_owned(), caption, figure, table: Some(table(view, lines)) })
}

/// Names of lines that all end in one corner: beside the plot, in the order of their numbers.
fn key_beside(figure: &mut Figure, [left, top, wide, _]: [f64; 4], named: &[Named], faint: usize, palette: &Palette) {
    const STEP: f64 = SMALL + 6.0;
    let (x, right) = (left + wide + 14.0, figure.width - 12.0);
    let mut y = top + SMALL;
    for line in named {
        let number = fmt::rate(line.number);
        let room = right - (x + 20.0) - width(&number, SMALL) - 8.0;
        let middle = y - 0.35 * SMALL;
        figure.marks.push(Mark::Line(vec![(x, middle), (x + 14.0, middle)], 1.8, line.colour));
        let name = cut(&line.name, SMALL, room);
        figure.marks.push(Mark::text((x + 20.0, y), SMALL, Anchor::Start, palette.ink, name));
        figure.marks.push(Mark::text((right, y), SMALL, Anchor::End, palette.ink, number));
        y += STEP;
    }
    if faint > 0 {
        let more = format!("and {} faintly", fmt::counted(faint as u64, "class", "classes"));
        let more = cut(&more, SMALL, right - x - 20.0);
        figure.marks.push(Mark::text((x + 20.0, y), SMALL, Anchor::Start, palette.muted, more));
    }
}

/// Every point of every curve.
fn table(view: &View<'_>, lines: &Lines<'_>) -> Table {
    let names = &view.evaluation.dataset.classes;
    let keys = lines.axes.map(|axis| axis.to_lowercase().replace(' ', "_"));
    let [x, y] = [0, 1].map(|i: usize| {
        Column::number(keys.get(i).map_or("", String::as_str), lines.axes.get(i).copied().unwrap_or(""))
    });
    let mut rows = Vec::new();
    let mut add = |name: &str, points: &Points| {
        rows.extend(points.iter().map(|(x, y)| vec![Cell::from(name), Some(*x).into(), Some(*y).into()]));
    };
    if let Some((mean, _)) = &lines.mean {
        add("mean of all classes", mean);
    }
    for class in names.ids() {
        if let Some((points, _)) = (lines.of)(class) {
            add(names.name(class), &points);
        }
    }
    Table { columns: vec![Column::words("class", "Class"), x, y], rows }
}

/// How often a classifier is right when it is this sure; `None` where items can have several classes, or without probabilities.
#[must_use]
pub fn calibration(view: &View<'_>, curves: &LabelCurves) -> Option<Exhibit> {
    let bins = &curves.reliability;
    if bins.is_empty() {
        return None;
    }
    let palette = view.palette;
    let axes = ["Confidence", "Share that is right"].map(Axis::unit);
    let [x, y] = axes;
    let mut plot = Plot::new((480.0, 420.0), x, y, 0.0, *palette);
    let bar = Palette::mixed(palette.paper, palette.precision, 0.55);
    for bin in bins {
        if let Some(accuracy) = bin.accuracy {
            plot.bar((bin.low, bin.high), accuracy, bar);
        }
    }
    plot.dashed(&[(0.0, 0.0), (1.0, 1.0)], 1.0, palette.ink);
    for bin in bins {
        if let (Some(confidence), Some(accuracy)) = (bin.mean_confidence, bin.accuracy) {
            plot.dot((confidence, accuracy), palette.ink);
        }
    }
    // How many items each bar rests on stands at its foot.
    let foot = plot.area[1] + plot.area[3] - 7.0;
    for bin in bins.iter().filter(|bin| bin.count > 0) {
        let middle = plot.x_of(f64::midpoint(bin.low, bin.high));
        let words = fmt::short_count(bin.count);
        let paper = palette.paper;
        let marks = crate::report::chart::on_paper((middle, foot), 8.0, Anchor::Middle, palette.muted, paper, &words);
        plot.figure.marks.extend(marks);
    }
    let ece = view.evaluation.labels().and_then(|labels| labels.single.as_ref()).and_then(|single| single.ece);
    let at = (plot.area[0] + 10.0, plot.area[1] + 12.0);
    plot.words(at, Anchor::Start, palette.ink, &format!("ECE {}", fmt::rate(ece)));
    let many = view.evaluation.task.items().1;
    let rows = bins.iter().map(|bin| {
        let rates = [bin.mean_confidence, bin.accuracy].map(Cell::Rate);
        [Cell::Rate(Some(bin.low)), Cell::Rate(Some(bin.high)), Cell::Count(bin.count)]
            .into_iter()
            .chain(rates)
            .collect()
    });
    let columns = [
        ("from", "From"),
        ("to", "To"),
        ("items", "Items"),
        ("mean_confidence", "Mean confidence"),
        ("share_right", "Share right"),
    ];
    Some(Exhibit {
        key: "calibration".to_owned(),
        title: "Calibration".to_owned(),
        caption: format!(
            "Share right against confidence in {} bins; numbers at the foot are {many}. On the dashed line the model is as sure as it is right. \
             ECE {}",
            bins.len(),
            fmt::rate(ece)
        ),
        figure: plot.finish(),
        table: Some(Table {
            rows: rows.collect(),
            columns: columns.map(|(key, title)| Column::number(key, title)).into(),
        }),
    })
}

/// The scores of right and of wrong decisions; `None` where items can have several classes.
#[must_use]
pub fn scores(view: &View<'_>, curves: &LabelCurves) -> Option<Exhibit> {
    let found = curves.histograms.as_ref()?;
    let palette = view.palette;
    let most = |of: &[u32]| f64::from(of.iter().copied().max().unwrap_or(0));
    let (up, down) = (most(&found.right).max(1.0), most(&found.wrong).max(1.0));
    let many = fmt::capitalised(view.evaluation.task.items().1);
    let y = mirrored(&many, up.max(0.15 * down), down.max(0.15 * up));
    let x = Axis::over("Score of the class said", found.range.0, found.range.1, 8);
    let mut plot = Plot::new((WIDTH, 300.0), x, y, 0.0, *palette);
    let zero = plot.y_of(0.0);
    let bins = found.right.len().max(1);
    let edge = |bin: usize| found.range.0 + (found.range.1 - found.range.0) * bin as f64 / bins as f64;
    let mut rows = Vec::new();
    for (bin, (right, wrong)) in found.right.iter().zip(&found.wrong).enumerate() {
        let (from, to) = (plot.x_of(edge(bin)) + 0.5, plot.x_of(edge(bin + 1)) - 0.5);
        for (n, colour) in [(f64::from(*right), palette.correct), (-f64::from(*wrong), palette.misclassified)] {
            let end = plot.y_of(n);
            if n != 0.0 {
                plot.figure
                    .marks
                    .push(Mark::Rect([from, end.min(zero), (to - from).max(0.5), (end - zero).abs()], colour));
            }
        }
        let edges = [edge(bin), edge(bin + 1)].map(|edge| Cell::Rate(Some(edge)));
        rows.push(edges.into_iter().chain([*right, *wrong].map(|n| Cell::Count(u64::from(n)))).collect());
    }
    let [left, top, wide, high] = plot.area;
    plot.figure.marks.push(Mark::Rect([left, zero - 0.4, wide, 0.8], palette.ink));
    plot.words((left + 10.0, top + 10.0), Anchor::Start, palette.correct, "right");
    plot.words((left + 10.0, top + high - 10.0), Anchor::Start, palette.misclassified, "wrong");
    plot.upright(view.threshold, palette.accent, &fmt::threshold(view.threshold));
    let columns = [("from", "From"), ("to", "To"), ("right", "Right"), ("wrong", "Wrong")];
    Some(Exhibit {
        key: "scores".to_owned(),
        title: "Scores".to_owned(),
        caption: format!("{many} by their best score: right above the line, wrong below it; {}", view.condition()),
        figure: plot.finish(),
        table: Some(Table { rows, columns: columns.map(|(key, title)| Column::number(key, title)).into() }),
    })
}

/// An axis with counts in both directions from its middle.
fn mirrored(label: &str, up: f64, down: f64) -> Axis {
    let ticks = Axis::over("", 0.0, up.max(down), 4).ticks;
    let whole = |(at, text): &(f64, String)| (!text.contains('.')).then(|| (*at, fmt::count(*at as u64)));
    let ticks: Vec<(f64, String)> = ticks.iter().filter_map(whole).collect();
    let below = ticks.iter().filter(|(at, _)| *at > 0.0 && *at <= down).map(|(at, text)| (-at, text.clone()));
    let ticks = below.chain(ticks.iter().filter(|(at, _)| *at <= up).cloned()).collect();
    Axis { label: label.to_owned(), from: -down * 1.05, to: up * 1.05, ticks }
}
