//! What the gallery shows: the images of a filter at the threshold, in order, with the objects that are meant.

use std::cmp::Ordering;

use crate::analysis::{Filter, kinds};
use crate::metrics::classification::ItemMeasures;
use crate::metrics::detection::Matched;
use crate::metrics::{Counts, Cut, Evaluation, Outcome};
use crate::model::{ImageId, Task};

/// The order of the gallery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// By file name, in natural order.
    Name,
    /// Most errors first.
    #[default]
    Errors,
    /// Lowest F1 first; images without objects last.
    F1,
    /// Highest confidence of the objects meant first.
    Confidence,
    /// Lowest overlap of the objects meant first.
    Overlap,
    /// Lowest mean IoU of the classes of its pixels first.
    MeanIou,
    /// Highest loss of the item, or of the objects meant, first.
    Loss,
    /// Smallest distance of the two best classes first.
    Margin,
    /// Highest entropy of the classes first.
    Entropy,
    /// Highest probability of the class that the selection looks at first.
    Probability,
    /// By a number of generated texts, as its position among their columns; answers without one last.
    Column {
        /// Which.
        column: u16,
        /// Highest first.
        descending: bool,
    },
}

impl Sort {
    /// All orders.
    pub const ALL: [Self; 10] = [
        Self::Errors,
        Self::MeanIou,
        Self::F1,
        Self::Confidence,
        Self::Overlap,
        Self::Loss,
        Self::Margin,
        Self::Entropy,
        Self::Probability,
        Self::Name,
    ];

    /// True where a selection has what it sorts by.
    #[must_use]
    pub fn belongs_to(self, task: Task, filter: &Filter) -> bool {
        match self {
            Self::Column { .. } => task == Task::TextGeneration,
            Self::F1 | Self::Confidence if task == Task::TextGeneration => false,
            Self::Probability => task.is_classification() && filter.classes().1.is_some(),
            Self::Overlap => matches!(task, Task::Detection | Task::InstanceSegmentation),
            Self::MeanIou => task == Task::SemanticSegmentation,
            Self::F1 | Self::Confidence if task == Task::SemanticSegmentation => false,
            Self::Loss => task.is_classification() || task.has_objects(),
            Self::Margin | Self::Entropy => task.is_classification(),
            Self::F1 => !task.is_classification() || task.is_multilabel(),
            Self::Name | Self::Errors | Self::Confidence => true,
        }
    }

    /// What a person reads.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Errors => "Most errors",
            Self::F1 => "Lowest F1",
            Self::Confidence => "Highest confidence",
            Self::Overlap => "Lowest IoU",
            Self::MeanIou => "Lowest mean IoU",
            Self::Loss => "Highest loss",
            Self::Margin => "Smallest margin",
            Self::Entropy => "Highest entropy",
            Self::Probability => "Probability of the class",
            Self::Column { .. } => "A column",
        }
    }
}

/// One image of the selection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SelectedImage {
    /// Which.
    pub image: ImageId,
    /// Counts of the whole image at the threshold.
    pub counts: Counts,
    /// First of its objects in [`Selection::outcomes`].
    pub first: u32,
    /// Number of objects meant.
    pub marked: u32,
    /// What they count: the objects themselves, or their pixels.
    pub weight: u64,
}

/// The gallery's content.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// What is meant.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// The images, in order.
    pub images: Vec<SelectedImage>,
    /// The objects meant, image after image; empty where the filter singles nothing out.
    pub outcomes: Vec<Outcome>,
}

impl Selection {
    /// Finds the images of a filter at a cut.
    #[must_use]
    pub fn find(evaluation: &Evaluation, matched: &Matched, cut: Cut, filter: Filter, sort: Sort) -> Self {
        let timeline = &matched.timeline;
        let image_of = |outcome: &Outcome| evaluation.image_of(*outcome);
        let mut outcomes = timeline.members(cut, |cell| filter.wants(cell));
        outcomes.retain(|outcome| filter.keeps(*outcome));
        outcomes.sort_by_key(image_of);
        let ids: Vec<ImageId> = if outcomes.is_empty() {
            filter.images(evaluation, matched, cut)
        } else {
            let mut ids: Vec<ImageId> = outcomes.iter().filter_map(image_of).collect();
            ids.dedup();
            ids
        };
        let images = ids.iter().map(|&image| {
            let first = outcomes.partition_point(|o| image_of(o) < Some(image));
            let end = outcomes.partition_point(|o| image_of(o) <= Some(image));
            let counts = timeline.counts_of(image, cut);
            let marked = as_u32(end - first);
            let weighted = timeline.is_weighted() && marked > 0;
            let weight = if weighted { timeline.count_in(image, cut, |c| filter.wants(c)) } else { marked.into() };
            SelectedImage { image, counts, first: as_u32(first), marked, weight }
        });
        let images = images.collect();
        let mut selection = Self { filter, sort, images, outcomes };
        selection.order(evaluation, matched);
        selection
    }

    /// The objects meant in one image.
    #[must_use]
    pub fn marks(&self, image: &SelectedImage) -> &[Outcome] {
        let first = image.first as usize;
        self.outcomes.get(first..first + image.marked as usize).unwrap_or(&[])
    }

    /// Where an image stands in the order.
    #[must_use]
    pub fn position(&self, image: ImageId) -> Option<usize> {
        self.images.iter().position(|s| s.image == image)
    }

    fn order(&mut self, evaluation: &Evaluation, matched: &Matched) {
        let outcomes = std::mem::take(&mut self.outcomes);
        let marks = |s: &SelectedImage| outcomes.get(s.first as usize..(s.first + s.marked) as usize).unwrap_or(&[]);
        let name = |s: &SelectedImage| evaluation.dataset.images.get(s.image.index()).map_or("", |i| i.name.as_str());
        let by_name = |a: &SelectedImage, b: &SelectedImage| natord::compare(name(a), name(b));
        let measure = |s: &SelectedImage, of: fn(&ItemMeasures) -> Option<f64>| {
            of(evaluation.labels()?.measures.get(s.image.index())?)
        };
        let key = |s: &SelectedImage| match self.sort {
            Sort::Name => 0.0,
            // Of pixels, most of those that are meant.
            Sort::Errors if s.weight > u64::from(s.marked) => -(s.weight as f64),
            Sort::Errors => -((s.counts.misclassified + s.counts.missed + s.counts.false_positives) as f64),
            Sort::F1 => s.counts.f1().unwrap_or(f64::INFINITY),
            Sort::MeanIou => {
                let score = evaluation.pixels().and_then(|pixels| pixels.scores.get(s.image.index())?.mean_iou);
                score.unwrap_or(f64::INFINITY)
            }
            Sort::Column { column, descending } => {
                let value = evaluation.texts().and_then(|t| t.columns.get(usize::from(column))?.value(s.image.index()));
                value.map_or(f64::INFINITY, |value| if descending { -value } else { value })
            }
            Sort::Loss if evaluation.objects().is_some() => {
                let loss = |o: &Outcome| kinds::loss(evaluation, matched.settings.iou, *o);
                -marks(s).iter().map(loss).fold(f64::NEG_INFINITY, f64::max)
            }
            Sort::Loss => -measure(s, |m| m.loss).unwrap_or(f64::NEG_INFINITY),
            Sort::Margin => measure(s, |m| m.margin).unwrap_or(f64::INFINITY),
            Sort::Entropy => -measure(s, |m| m.entropy).unwrap_or(f64::NEG_INFINITY),
            Sort::Probability => {
                let score = self.filter.classes().1.and_then(|of| evaluation.labels()?.scores.score(s.image, of));
                -score.unwrap_or(f64::NEG_INFINITY)
            }
            Sort::Confidence if evaluation.labels().is_some() => {
                -measure(s, |m| m.confidence).unwrap_or(f64::NEG_INFINITY)
            }
            Sort::Confidence => {
                -marks(s).iter().filter_map(|o| evaluation.score_of(*o)).fold(f64::NEG_INFINITY, f64::max)
            }
            Sort::Overlap => marks(s).iter().filter_map(|o| evaluation.overlap_of(*o)).fold(f64::INFINITY, f64::min),
        };
        let mut keyed: Vec<(f64, SelectedImage)> = self.images.iter().map(|s| (key(s), *s)).collect();
        keyed.sort_by(|(a, s), (b, t)| a.partial_cmp(b).unwrap_or(Ordering::Equal).then_with(|| by_name(s, t)));
        self.images = keyed.into_iter().map(|(_, s)| s).collect();
        self.outcomes = outcomes;
    }
}

fn as_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
