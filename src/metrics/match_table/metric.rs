//! The numbers that evaluations are compared by. Knows their names and which way is better.

use crate::model::Task;

/// A number of an evaluation, by its name in the evaluation document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Precision at the threshold, all classes pooled.
    Precision,
    /// Recall at the threshold.
    Recall,
    /// F1 at the threshold.
    F1,
    /// COCO's AP at IoU 0.50.
    Ap50,
    /// COCO's AP at IoU 0.75.
    Ap75,
    /// COCO's AP over IoU 0.50 … 0.95.
    Ap,
    /// Share of items whose best class is true.
    Accuracy,
    /// Mean recall of the classes that have items, by the best class of each item.
    BalancedAccuracy,
    /// Mean F1 of all declared classes: by the best class of each item, or of several labels at the threshold.
    MacroF1,
    /// Mean F1 of the items at the threshold.
    SamplesF1,
    /// Share of items whose set of labels is exactly right at the threshold.
    SubsetAccuracy,
    /// Share of wrong decisions among all pairs of item and class at the threshold.
    HammingLoss,
    /// Mean ROC AUC of the classes.
    RocAucMacro,
    /// Mean average precision of the classes, as the step sum.
    AveragePrecisionMacro,
    /// Mean −ln of the true class's probability.
    LogLoss,
    /// Share of answers that reach the threshold.
    PassRate,
    /// Share of answers that equal a reference.
    ExactMatch,
    /// Mean F1 of the words that answer and reference share.
    TokenF1,
    /// BLEU of the set.
    Bleu,
    /// chrF of the set.
    Chrf,
    /// chrF++ of the set.
    ChrfPlusPlus,
    /// TER of the set.
    Ter,
    /// Mean ROUGE-1.
    Rouge1,
    /// Mean ROUGE-2.
    Rouge2,
    /// Mean ROUGE-L.
    RougeL,
    /// Mean ROUGE-Lsum.
    RougeLsum,
    /// Mean of the judge's weighted score.
    WeightedScore,
    /// Mean IoU of the classes that have pixels.
    MeanIou,
    /// Share of pixels whose class is right.
    PixelAccuracy,
    /// Mean recall of the classes that have pixels.
    MeanAccuracy,
    /// IoU weighted by the true pixels of each class.
    FrequencyWeightedIou,
    /// Mean Dice coefficient of the classes that have pixels.
    MeanDice,
    /// Mean boundary IoU of the classes that have pixels.
    BoundaryIou,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 33] = [
        Self::Precision,
        Self::Recall,
        Self::F1,
        Self::Ap50,
        Self::Ap75,
        Self::Ap,
        Self::Accuracy,
        Self::BalancedAccuracy,
        Self::MacroF1,
        Self::SamplesF1,
        Self::SubsetAccuracy,
        Self::HammingLoss,
        Self::RocAucMacro,
        Self::AveragePrecisionMacro,
        Self::LogLoss,
        Self::MeanIou,
        Self::PixelAccuracy,
        Self::MeanAccuracy,
        Self::FrequencyWeightedIou,
        Self::MeanDice,
        Self::BoundaryIou,
        Self::PassRate,
        Self::ExactMatch,
        Self::TokenF1,
        Self::Bleu,
        Self::Chrf,
        Self::ChrfPlusPlus,
        Self::Ter,
        Self::Rouge1,
        Self::Rouge2,
        Self::RougeL,
        Self::RougeLsum,
        Self::WeightedScore,
    ];

    /// Those of a task, the headline first; none where the task cannot be compared.
    #[must_use]
    pub const fn of_task(task: Task) -> &'static [Self] {
        match task {
            Task::Detection | Task::InstanceSegmentation => {
                &[Self::F1, Self::Precision, Self::Recall, Self::Ap50, Self::Ap75, Self::Ap]
            }
            Task::Classification | Task::TextClassification => &[
                Self::F1,
                Self::Precision,
                Self::Recall,
                Self::Accuracy,
                Self::BalancedAccuracy,
                Self::MacroF1,
                Self::RocAucMacro,
                Self::AveragePrecisionMacro,
                Self::LogLoss,
            ],
            Task::Multilabel | Task::TextMultilabel => &[
                Self::F1,
                Self::Precision,
                Self::Recall,
                Self::MacroF1,
                Self::SamplesF1,
                Self::SubsetAccuracy,
                Self::HammingLoss,
                Self::RocAucMacro,
                Self::AveragePrecisionMacro,
            ],
            Task::SemanticSegmentation => &[
                Self::MeanIou,
                Self::PixelAccuracy,
                Self::MeanAccuracy,
                Self::FrequencyWeightedIou,
                Self::MeanDice,
                Self::BoundaryIou,
                Self::F1,
                Self::Precision,
                Self::Recall,
            ],
            Task::TextGeneration => &[
                Self::PassRate,
                Self::ExactMatch,
                Self::TokenF1,
                Self::Bleu,
                Self::Chrf,
                Self::ChrfPlusPlus,
                Self::Ter,
                Self::Rouge1,
                Self::Rouge2,
                Self::RougeL,
                Self::RougeLsum,
                Self::WeightedScore,
            ],
        }
    }

    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Precision => "precision",
            Self::Recall => "recall",
            Self::F1 => "f1",
            Self::Ap50 => "ap50",
            Self::Ap75 => "ap75",
            Self::Ap => "ap",
            Self::Accuracy => "accuracy",
            Self::BalancedAccuracy => "balanced_accuracy",
            Self::MacroF1 => "macro_f1",
            Self::SamplesF1 => "samples_f1",
            Self::SubsetAccuracy => "subset_accuracy",
            Self::HammingLoss => "hamming_loss",
            Self::RocAucMacro => "roc_auc_macro",
            Self::AveragePrecisionMacro => "average_precision_macro",
            Self::LogLoss => "log_loss",
            Self::MeanIou => "mean_iou",
            Self::PixelAccuracy => "pixel_accuracy",
            Self::MeanAccuracy => "mean_accuracy",
            Self::FrequencyWeightedIou => "frequency_weighted_iou",
            Self::MeanDice => "mean_dice",
            Self::BoundaryIou => "boundary_iou",
            Self::PassRate => "pass_rate",
            Self::ExactMatch => "exact_match",
            Self::TokenF1 => "token_f1",
            Self::Bleu => "bleu",
            Self::Chrf => "chrf",
            Self::ChrfPlusPlus => "chrf_plus_plus",
            Self::Ter => "ter",
            Self::Rouge1 => "rouge1",
            Self::Rouge2 => "rouge2",
            Self::RougeL => "rougeL",
            Self::RougeLsum => "rougeLsum",
            Self::WeightedScore => "weighted_score",
        }
    }

    /// The name a person reads.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Precision => "Precision",
            Self::Recall => "Recall",
            Self::F1 => "F1",
            Self::Ap50 => "AP50",
            Self::Ap75 => "AP75",
            Self::Ap => "AP50:95",
            Self::Accuracy => "Accuracy",
            Self::BalancedAccuracy => "Balanced accuracy",
            Self::MacroF1 => "Macro F1",
            Self::SamplesF1 => "F1 of items",
            Self::SubsetAccuracy => "Exact sets",
            Self::HammingLoss => "Hamming loss",
            Self::RocAucMacro => "ROC AUC",
            Self::AveragePrecisionMacro => "Average precision",
            Self::LogLoss => "Log loss",
            Self::MeanIou => "Mean IoU",
            Self::PixelAccuracy => "Pixel accuracy",
            Self::MeanAccuracy => "Mean accuracy",
            Self::FrequencyWeightedIou => "Frequency-weighted IoU",
            Self::MeanDice => "Mean Dice",
            Self::BoundaryIou => "Boundary IoU",
            Self::PassRate => "Pass rate",
            Self::ExactMatch => "Exact match",
            Self::TokenF1 => "Token F1",
            Self::Bleu => "BLEU",
            Self::Chrf => "chrF",
            Self::ChrfPlusPlus => "chrF++",
            Self::Ter => "TER",
            Self::Rouge1 => "ROUGE-1",
            Self::Rouge2 => "ROUGE-2",
            Self::RougeL => "ROUGE-L",
            Self::RougeLsum => "ROUGE-Lsum",
            Self::WeightedScore => "Weighted score",
        }
    }

    /// The metric of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// True where less is better.
    #[must_use]
    pub const fn lower_is_better(self) -> bool {
        matches!(self, Self::HammingLoss | Self::LogLoss | Self::Ter)
    }

    /// True where a resample takes long: average precision at overlaps beyond 0.50.
    #[must_use]
    pub const fn is_costly(self) -> bool {
        matches!(self, Self::Ap | Self::Ap75)
    }
}
