//! The headline numbers that need no threshold: average precision and what errors cost it, those of classifiers.

use egui::{RichText, Ui};

use crate::metrics::classification::{Averages, SingleLabel};
use crate::model::fmt;
use crate::report::figures::listing::listing;
use crate::report::palette::Palette;
use crate::report::sheet::Exhibit;
use crate::report::table::{Cell, Column, Table};
use crate::session::Explorer;
use crate::session::exports::Maker;
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::views::hand_out;

use super::section_with;

/// Numbers side by side, each with its name.
type Numbers = Vec<(&'static str, Option<f64>)>;

/// Numbers under a title.
struct Group {
    title: &'static str,
    note: String,
    /// Each row with a name of its own.
    rows: Vec<(&'static str, Numbers)>,
}

/// Draws them; nothing for tasks that have none.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
    for (at, group) in groups(explorer).iter().enumerate() {
        section_with(ui, ctx, group.title, &group.note, |ui| {
            if at == 0 {
                let made = || Some(Maker::made(exhibit(explorer, &ctx.theme.paper())));
                hand_out::button(ui, ctx, "headline numbers", "headline", made);
            }
        });
        for (row, (id, numbers)) in group.rows.iter().enumerate() {
            if row > 0 {
                ui.add_space(theme::GRID);
            }
            draw(ui, ctx, id, numbers);
        }
    }
}

fn draw(ui: &mut Ui, ctx: &ViewCtx, id: &str, values: &Numbers) {
    let grid = egui::Grid::new(id).num_columns(values.len()).min_col_width(80.0);
    grid.spacing([theme::GRID, 0.0]).show(ui, |ui| {
        for (name, _) in values {
            ui.label(RichText::new(*name).font(theme::caption()).color(ctx.theme.muted));
        }
        ui.end_row();
        for (name, value) in values {
            let text = fmt::rate(*value);
            let label = ui.label(RichText::new(&text).font(theme::title()).color(ctx.theme.text));
            label.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, format!("{name} {text}")));
            if value.is_none() {
                label.on_hover_text("Undefined: there is no object of this kind");
            }
        }
        ui.end_row();
    });
}

/// All of them as a table.
fn exhibit(explorer: &Explorer, palette: &Palette) -> Exhibit {
    let columns = vec![Column::words("of", "Of"), Column::words("number", "Number"), Column::number("value", "Value")];
    let mut rows = Vec::new();
    for group in groups(explorer) {
        let numbers = group.rows.iter().flat_map(|(_, numbers)| numbers);
        rows.extend(numbers.map(|(name, value)| vec![group.title.into(), (*name).into(), Cell::Rate(*value)]));
    }
    let caption = explorer.evaluation.size().join(", ");
    listing("headline", "Headline numbers", &caption, Table { columns, rows }, palette)
}

fn groups(explorer: &Explorer) -> Vec<Group> {
    let mut all = of_objects(explorer);
    let Some(labels) = explorer.evaluation.labels() else { return all };
    if let Some(single) = &labels.single {
        all.extend(single_label(single));
    }
    if let Some(ranking) = labels.ranking() {
        let numbers = vec![
            ("ROC AUC", ranking.roc_auc_macro),
            ("weighted", ranking.roc_auc_weighted),
            ("std", ranking.roc_auc_std),
            ("AP", ranking.average_precision_macro),
            ("AP weighted", ranking.average_precision_weighted),
        ];
        all.push(Group {
            title: "Ranking",
            note: format!(
                "means over the {} for which they are defined",
                fmt::counted(ranking.roc_auc_classes as u64, "class", "classes")
            ),
            rows: vec![("ranking", numbers)],
        });
    }
    all
}

fn of_objects(explorer: &Explorer) -> Vec<Group> {
    let evaluation = &explorer.evaluation;
    let coco = evaluation.coco().map(|coco| {
        let s = &coco.summary;
        let precision = vec![
            ("AP", s.ap),
            ("AP50", s.ap50),
            ("AP75", s.ap75),
            ("AP small", s.ap_small),
            ("AP medium", s.ap_medium),
            ("AP large", s.ap_large),
        ];
        let recall = vec![
            ("AR 1", s.ar_1),
            ("AR 10", s.ar_10),
            ("AR 100", s.ar_100),
            ("AR small", s.ar_small),
            ("AR medium", s.ar_medium),
            ("AR large", s.ar_large),
        ];
        Group {
            title: "Average precision",
            note: "COCO's twelve numbers, at most 100 detections an image, at every confidence".to_owned(),
            rows: vec![("average precision", precision), ("average recall", recall)],
        }
    });
    let tide = evaluation.tide().map(|tide| {
        let s = &tide.summary;
        let costs = vec![
            ("Class", s.cls),
            ("Place", s.loc),
            ("Both", s.both),
            ("Duplicate", s.dupe),
            ("Background", s.bkg),
            ("Missed", s.miss),
        ];
        Group {
            title: "Cost of errors",
            note: "TIDE: what AP50 would gain with the errors of one kind repaired".to_owned(),
            rows: vec![("cost of errors", costs)],
        }
    });
    coco.into_iter().chain(tide).collect()
}

fn single_label(single: &SingleLabel) -> [Group; 2] {
    let numbers = vec![
        ("Accuracy", single.accuracy),
        ("balanced", single.balanced_accuracy),
        ("top 5", single.top5_accuracy),
        ("MCC", single.mcc),
        ("Kappa", single.cohen_kappa),
    ];
    let Averages { macro_, weighted, .. } = &single.averages;
    let averages = vec![
        ("P macro", macro_.precision),
        ("R macro", macro_.recall),
        ("F1 macro", macro_.f1),
        ("P weighted", weighted.precision),
        ("R weighted", weighted.recall),
        ("F1 weighted", weighted.f1),
    ];
    let probabilities =
        vec![("Log loss", single.log_loss), ("Brier", single.brier), ("ECE", single.ece), ("MCE", single.mce)];
    [
        Group {
            title: "Best class of each item",
            note: "without a threshold".to_owned(),
            rows: vec![("accuracy", numbers), ("averages", averages)],
        },
        Group {
            title: "Probabilities",
            note: "lower is better".to_owned(),
            rows: vec![("probabilities", probabilities)],
        },
    ]
}
