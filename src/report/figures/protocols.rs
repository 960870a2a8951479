//! The same predictions by the rules of several programs, as tables.

use crate::analysis::protocols::{Change, Protocols};
use crate::metrics::coco::Coco;
use crate::metrics::{Counts, Matching};
use crate::model::{ClassTable, fmt};
use crate::report::palette::Palette;
use crate::report::settings::NO_THRESHOLD;
use crate::report::sheet::Exhibit;
use crate::report::table::{Cell, Column, Table};

use super::rows::{self, MOST};

/// What the table of rules is about.
const RULES: &str = "The same detections by the rules of other programs,";

/// What every rule counts, with its best F1; `counts` in the order of [`Matching::ALL`].
#[must_use]
pub fn rules(protocols: &Protocols, counts: &[Counts], shown: Matching, condition: &str, palette: &Palette) -> Exhibit {
    let columns = vec![
        Column::words("rule", "Rule"),
        Column::number("precision", "Precision"),
        Column::number("recall", "Recall"),
        Column::number("f1", "F1"),
        Column::number("difference", "Difference"),
        Column::number("correct", "Correct"),
        Column::number("misclassified", "Misclassified"),
        Column::number("missed", "Missed"),
        Column::number("false_positives", "False positives"),
        Column::number("best_f1", "Best F1"),
        Column::number("best_confidence", "at confidence"),
    ];
    let on_screen = Matching::ALL.iter().position(|rule| *rule == shown).and_then(|at| counts.get(at)?.f1());
    let row = |(at, rule): (usize, &Matching)| {
        let own = counts.get(at).copied().unwrap_or_default();
        let best = protocols.optima.get(at).copied().flatten();
        let difference = own.f1().zip(on_screen).map(|(own, shown)| own - shown).filter(|_| *rule != shown);
        vec![
            rule.name().into(),
            own.precision().into(),
            own.recall().into(),
            own.f1().into(),
            difference.map_or(Cell::Empty, |d| Cell::Shown(d, fmt::difference(d))),
            own.correct.into(),
            own.misclassified.into(),
            own.missed.into(),
            own.false_positives.into(),
            best.and_then(|(_, counts)| counts.f1()).into(),
            best.map_or(Cell::Empty, |(at, _)| Cell::Shown(at, fmt::threshold(at))),
        ]
    };
    let table = Table { columns, rows: Matching::ALL.iter().enumerate().map(row).collect() };
    Exhibit {
        key: "protocols".to_owned(),
        title: "Protocols".to_owned(),
        caption: match condition {
            NO_THRESHOLD => format!("{RULES} at IoU {:.2}", protocols.iou),
            condition => format!("{RULES} at IoU {:.2}, {condition}", protocols.iou),
        },
        figure: rows::of_table(&table, MOST, palette),
        table: Some(table),
    }
}

/// What stands otherwise by another rule.
#[must_use]
pub fn changes(changes: &[Change], (first, other): (Matching, Matching), palette: &Palette) -> Exhibit {
    let columns = vec![
        Column::words("of", "Of"),
        Column::words("from", &format!("By {}", first.name())),
        Column::words("to", &format!("By {}", other.name())),
        Column::number("count", "Count"),
    ];
    let row = |change: &Change| {
        let of = if change.of_detections { "detections" } else { "objects" };
        vec![of.into(), change.from.words().into(), change.to.words().into(), (change.len() as u64).into()]
    };
    let table = Table { columns, rows: changes.iter().map(row).collect() };
    Exhibit {
        key: "protocol-changes".to_owned(),
        title: "What stands otherwise".to_owned(),
        caption: format!("By {} against {}", other.name(), first.name()),
        figure: rows::of_table(&table, MOST, palette),
        table: Some(table),
    }
}

/// Average precision of every class by COCO's and VOC's protocols, the mean of classes first.
#[must_use]
pub fn precisions(protocols: &Protocols, coco: Option<&Coco>, classes: &ClassTable, palette: &Palette) -> Exhibit {
    let columns = vec![
        Column::words("class", "Class"),
        Column::number("ap", "COCO 50:95"),
        Column::number("ap50", "COCO 50"),
        Column::number("voc2007", "VOC 2007"),
        Column::number("voc2010", "VOC 2010"),
    ];
    let row = |name: &str, coco: (Option<f64>, Option<f64>), voc: crate::metrics::voc::VocAp| {
        vec![name.into(), coco.0.into(), coco.1.into(), voc.eleven_points.into(), voc.all_points.into()]
    };
    let mean = row(
        "Mean of classes",
        coco.map_or((None, None), |coco| (coco.summary.ap, coco.summary.ap50)),
        protocols.mean_voc(),
    );
    let of_class = |class: crate::model::ClassId| {
        let own = coco.and_then(|coco| coco.classes.get(class.index())).map_or((None, None), |own| (own.ap, own.ap50));
        row(classes.name(class), own, protocols.voc_of(class))
    };
    let table = Table { columns, rows: [mean].into_iter().chain(classes.ids().map(of_class)).collect() };
    Exhibit {
        key: "average-precision".to_owned(),
        title: "Average precision by protocol".to_owned(),
        caption: "COCO over IoU 0.50 … 0.95 and at 0.50; VOC at 0.50, over 11 recalls and by area".to_owned(),
        figure: rows::of_table(&table, MOST, palette),
        table: Some(table),
    }
}
