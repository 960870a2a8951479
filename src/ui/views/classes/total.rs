//! The total row of the class table: by which rule, and its numbers. Reads counts that are there.

use egui::{ComboBox, RichText, Role, Ui, WidgetInfo};

use crate::metrics::classification::{Averages, Rates, Tally, TotalRow};
use crate::metrics::evaluation::Labels;
use crate::model::fmt;
use crate::session::Explorer;

use super::order::Order;

/// How the rates of the classes become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// Of all counts pooled.
    #[default]
    Micro,
    /// The mean of the classes.
    Macro,
    /// The mean of the classes, weighted by their truths.
    Weighted,
    /// The row that Clarifai shows.
    Clarifai,
}

impl Rule {
    const ALL: [Self; 4] = [Self::Micro, Self::Macro, Self::Weighted, Self::Clarifai];

    const fn label(self) -> &'static str {
        match self {
            Self::Micro => "Total, micro",
            Self::Macro => "Total, macro",
            Self::Weighted => "Total, weighted",
            Self::Clarifai => "Total, Clarifai",
        }
    }

    const fn about(self) -> &'static str {
        match self {
            Self::Micro => {
                "Precision, recall and F1 of all counts pooled. AP and ROC AUC are means over the classes for which they \
                 are defined (macro)"
            }
            Self::Macro => {
                "Means over all declared classes; a rate that is undefined counts 0, as scikit-learn does. AP and ROC AUC \
                 are means over the classes for which they are defined"
            }
            Self::Weighted => {
                "Means over the classes weighted by their ground truth; a rate that is undefined counts 0, as \
                 scikit-learn does. AP and ROC AUC of classifiers are weighted likewise"
            }
            Self::Clarifai => {
                "As Clarifai: precision and recall weighted by ground truth, the precision of a class that is never \
                 predicted counting 1; F1 from these two; ROC AUC the mean over classes"
            }
        }
    }

    /// Lets a person choose.
    pub fn menu(&mut self, ui: &mut Ui) {
        let words = RichText::new(self.label()).strong();
        let about = format!("{}. Every class, also those not chosen; counts are sums", self.about());
        let combo = ComboBox::from_id_salt("total rule").selected_text(words).show_ui(ui, |ui| {
            for rule in Self::ALL {
                ui.selectable_value(self, rule, rule.label()).on_hover_text(rule.about());
            }
        });
        combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Rule of the total row"));
        combo.response.on_hover_text(about);
    }
}

/// The numbers of the total row.
pub struct Total {
    rates: Rates,
    roc_auc: Option<f64>,
    average_precision: Option<f64>,
}

impl Total {
    /// At the current threshold.
    pub fn of(explorer: &Explorer, rule: Rule) -> Self {
        let ranking = explorer.evaluation.labels().and_then(Labels::ranking);
        let macros = (ranking.and_then(|r| r.roc_auc_macro), ranking.and_then(|r| r.average_precision_macro));
        let (roc_auc, average_precision) = match rule {
            Rule::Weighted => {
                (ranking.and_then(|r| r.roc_auc_weighted), ranking.and_then(|r| r.average_precision_weighted))
            }
            Rule::Micro | Rule::Macro | Rule::Clarifai => macros,
        };
        let tallies: Vec<Tally> = explorer.counter.classes().iter().map(|&counts| counts.into()).collect();
        let rates = match rule {
            Rule::Micro => Averages::of(&tallies).micro,
            Rule::Macro => Averages::of(&tallies).macro_,
            Rule::Weighted => Averages::of(&tallies).weighted,
            Rule::Clarifai => {
                let TotalRow { precision, recall, f1, .. } = TotalRow::of(tallies.iter().copied(), roc_auc);
                Rates { precision, recall, f1 }
            }
        };
        Self { rates, roc_auc, average_precision }
    }

    /// A number as it is read.
    pub fn words(&self, explorer: &Explorer, column: Order) -> String {
        let counts = explorer.counter.totals();
        let coco = explorer.evaluation.coco().map(|c| c.summary).unwrap_or_default();
        match column {
            Order::Support => fmt::count(counts.truths()),
            Order::Predicted => fmt::count(counts.kept()),
            Order::Correct => fmt::count(counts.correct),
            Order::Misclassified => fmt::count(counts.misclassified),
            Order::Missed => fmt::count(counts.missed),
            Order::FalsePositives => fmt::count(counts.false_positives),
            Order::Precision => fmt::rate(self.rates.precision),
            Order::Recall => fmt::rate(self.rates.recall),
            Order::F1 => fmt::rate(self.rates.f1),
            Order::Ap50 => fmt::rate(coco.ap50),
            Order::Ap75 => fmt::rate(coco.ap75),
            Order::Ap => fmt::rate(coco.ap),
            Order::Iou => fmt::rate(explorer.evaluation.segmentation(&explorer.counter).and_then(|s| s.mean_iou)),
            Order::BoundaryIou => {
                fmt::rate(explorer.evaluation.segmentation(&explorer.counter).and_then(|s| s.boundary_iou))
            }
            Order::RocAuc => fmt::rate(self.roc_auc),
            Order::AveragePrecision => fmt::rate(self.average_precision),
            Order::Optimum => explorer.matched.optima.pooled.map_or_else(|| fmt::UNDEFINED.to_owned(), fmt::threshold),
            Order::Declared | Order::Name => String::new(),
        }
    }

    /// Why a number is undefined, in a sentence.
    pub fn undefined(&self, explorer: &Explorer, column: Order) -> String {
        let units = explorer.evaluation.task.units().1;
        let why = match column {
            Order::Precision if explorer.counter.totals().kept() == 0 => {
                format!("nothing is predicted at {}", explorer.condition())
            }
            Order::RocAuc | Order::AveragePrecision => "it is undefined for every class".to_owned(),
            _ => format!("there are no {units} in the ground truth, or no predictions"),
        };
        format!("Undefined: {why}")
    }
}
