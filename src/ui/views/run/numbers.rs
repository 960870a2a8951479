//! The numbers of a classifier that need no threshold.

use egui::Ui;

use crate::metrics::classification::{Averages, SingleLabel};
use crate::model::fmt;
use crate::session::Explorer;
use crate::ui::context::ViewCtx;
use crate::ui::theme;

use super::{row, section};

/// Draws them; nothing for other tasks.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
    let Some(labels) = explorer.evaluation.labels() else { return };
    if let Some(single) = &labels.single {
        single_label(ui, ctx, single);
    }
    if let Some(ranking) = labels.ranking() {
        let of = format!(
            "means over the {} for which they are defined",
            fmt::counted(ranking.roc_auc_classes as u64, "class", "classes")
        );
        section(ui, ctx, "Ranking", &of);
        let numbers = [
            ("ROC AUC", ranking.roc_auc_macro),
            ("weighted", ranking.roc_auc_weighted),
            ("std", ranking.roc_auc_std),
            ("AP", ranking.average_precision_macro),
            ("AP weighted", ranking.average_precision_weighted),
        ];
        row(ui, ctx, "ranking", &numbers, fmt::rate);
    }
}

fn single_label(ui: &mut Ui, ctx: &ViewCtx, single: &SingleLabel) {
    section(ui, ctx, "Best class of each item", "without a threshold");
    let numbers = [
        ("Accuracy", single.accuracy),
        ("balanced", single.balanced_accuracy),
        ("top 5", single.top5_accuracy),
        ("MCC", single.mcc),
        ("Kappa", single.cohen_kappa),
    ];
    row(ui, ctx, "accuracy", &numbers, fmt::rate);
    ui.add_space(theme::GRID);
    let Averages { macro_, weighted, .. } = &single.averages;
    let numbers = [
        ("P macro", macro_.precision),
        ("R macro", macro_.recall),
        ("F1 macro", macro_.f1),
        ("P weighted", weighted.precision),
        ("R weighted", weighted.recall),
        ("F1 weighted", weighted.f1),
    ];
    row(ui, ctx, "averages", &numbers, fmt::rate);
    section(ui, ctx, "Probabilities", "lower is better");
    let numbers = [("Log loss", single.log_loss), ("Brier", single.brier), ("ECE", single.ece), ("MCE", single.mce)];
    row(ui, ctx, "probabilities", &numbers, fmt::rate);
}
