//! One evaluation of any task: data, outputs, counts at all confidences, and what belongs to the task alone.
//!
//! A task brings its outcomes as a timeline; tiles, curves, class bars, matrix and gallery read that and do not ask which
//! task it is.

use std::sync::{Arc, OnceLock};

use crate::model::fmt;
use crate::model::{
    Cancelled, ClassId, ClassScores, Dataset, DatasetBuilder, ImageId, MaskReading, ModelIdentity, Predictions,
    Progress, Scoring, Task,
};

use super::classification::{
    self, ClassCurves, ItemMeasures, MultiLabel, MultiLabelAt, PairCounting, RankingMeasures, SingleLabel, Temperature,
};
use super::coco::{self, Coco};
use super::detection::{DetectionSettings, Matched, Sections};
use super::generation::{self, Generation, outcomes as outcomes_of_texts};
use super::histogram::histogram;
use super::own::OwnThresholds;
use super::pairs::{PairScope, Pairs};
use super::ranking::Ranking;
use super::segmentation::outcomes as outcomes_of_pixels;
use super::segmentation::panoptic::PanopticCounts;
use super::segmentation::{Boundary, ImagePixels, ImageScore, PixelMatrix, SegmentationSummary};
use super::tide::{self, Tide};
use super::timeline::{Counter, Outcome};
use rayon::prelude::*;

/// An evaluated model. Immutable; sections not asked for are `None`.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// What the model does.
    pub task: Task,
    /// Ground truth.
    pub dataset: Arc<Dataset>,
    /// Model outputs: detections; of a classifier the class it decides for in each item, or each class of each item where
    /// an item can have several.
    pub predictions: Arc<Predictions>,
    /// Counts at all confidences.
    pub matched: Option<Arc<Matched>>,
    /// What only this kind of task has.
    pub part: Part,
}

/// What belongs to one kind of task alone.
#[derive(Clone, Debug)]
pub enum Part {
    /// Objects in images.
    Objects(Objects),
    /// Classes of items.
    Labels(Labels),
    /// Classes of pixels.
    Pixels(Pixels),
    /// Generated texts.
    Texts(Box<Generation>),
}

/// What is known of classes of pixels.
#[derive(Clone, Debug)]
pub struct Pixels {
    /// What was counted in each image.
    pub images: Arc<Vec<ImagePixels>>,
    /// How well each image is segmented, whatever the confidence.
    pub scores: Arc<Vec<ImageScore>>,
    /// By class, what lies near its outlines, over all images, whatever the confidence.
    pub boundaries: Vec<Boundary>,
    /// By class, its segments over all images, where the maps are panoptic; else empty.
    pub panoptic: Vec<PanopticCounts>,
    /// How masks are read.
    pub reading: Arc<MaskReading>,
}

impl Pixels {
    /// Numbers of pixels by confidence in equal bins over `range`, of one predicted class or of all; counts beyond what fits stay
    /// at the largest number.
    fn histogram(&self, class: Option<ClassId>, (low, high): (f64, f64), bins: usize) -> Vec<u32> {
        let mut counts = vec![0_u32; bins];
        let width = (high - low) / bins as f64;
        for image in self.images.iter().filter(|image| image.highest.is_some()) {
            let wanted = |predicted: u16| class.is_none_or(|class| class.0 == u32::from(predicted));
            for cell in image.cells.cells.iter().filter(|cell| wanted(cell.predicted)) {
                let at = ((image.confidence(cell.level) - low) / width).floor().clamp(0.0, bins as f64 - 1.0) as usize;
                if let Some(count) = counts.get_mut(at) {
                    *count = count.saturating_add(cell.pixels);
                }
            }
        }
        counts
    }

    /// True where the model says how sure it is of some pixel.
    #[must_use]
    pub fn has_confidence(&self) -> bool {
        self.images.iter().any(|image| image.highest.is_some())
    }
}

/// What is known of objects in images.
#[derive(Clone, Debug)]
pub struct Objects {
    /// Overlaps.
    pub pairs: Arc<Pairs>,
    /// Average precision.
    pub coco: Option<Arc<Coco>>,
    /// Error types.
    pub tide: Option<Arc<Tide>>,
}

/// What is known of classes of items.
#[derive(Clone, Debug)]
pub struct Labels {
    /// The score of every class, as probabilities.
    pub scores: Arc<ClassScores>,
    /// True where the outputs were logits and were turned into probabilities.
    pub from_logits: bool,
    /// Where every item has one class.
    pub single: Option<Arc<SingleLabel>>,
    /// Where an item can have several.
    pub multi: Option<Arc<MultiLabel>>,
    /// Row a, column p: the mean score of class p over the items labelled a.
    pub mean_probabilities: Arc<Vec<Option<Vec<f64>>>>,
    /// How sure and how wrong the model is of each item.
    pub measures: Arc<Vec<ItemMeasures>>,
    /// Items that have two labels, where an item can have several.
    pub cooccurrence: Option<Arc<Vec<Vec<u32>>>>,
    /// What scaling the probabilities gives, once that was asked for.
    temperature: Arc<OnceLock<Option<Temperature>>>,
}

impl Labels {
    /// ROC AUC and average precision.
    #[must_use]
    pub fn ranking(&self) -> Option<&RankingMeasures> {
        match (&self.single, &self.multi) {
            (Some(single), _) => Some(&single.ranking),
            (None, Some(multi)) => Some(&multi.ranking),
            (None, None) => None,
        }
    }

    /// What scaling the probabilities of a classifier with one class an item gives; `None` where that is undefined. Found when
    /// it is first asked for.
    #[must_use]
    pub fn temperature(&self, dataset: &Dataset) -> Option<Temperature> {
        let single = self.single.as_ref()?;
        *self.temperature.get_or_init(|| Temperature::of(dataset, &self.scores, single))
    }
}

impl Evaluation {
    /// Evaluates a detector: the sections asked for, in parallel where they do not need each other.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn of_objects(
        dataset: Arc<Dataset>,
        predictions: Arc<Predictions>,
        settings: DetectionSettings,
        sections: Sections,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        let scope = if sections.timeline || sections.tide { PairScope::AllClasses } else { PairScope::SameClass };
        let (pairs, ranking) =
            rayon::join(|| Pairs::compute(&dataset, &predictions, scope, progress), || Ranking::of(&predictions));
        let pairs = Arc::new(pairs?);
        let coco = || coco::evaluate_ranked(&dataset, &predictions, &pairs, &ranking, progress);
        let tide = || tide::evaluate_ranked(&dataset, &predictions, &pairs, &ranking, progress);
        let own = OwnThresholds::default();
        let matched = || Matched::compute_ranked(&dataset, &predictions, &pairs, &ranking, settings, &own, progress);
        let (coco, rest) = rayon::join(
            || sections.coco.then(coco).transpose(),
            || rayon::join(|| sections.tide.then(tide).transpose(), || sections.timeline.then(matched).transpose()),
        );
        let (tide, matched) = rest;
        let objects = Objects { pairs, coco: coco?.map(Arc::new), tide: tide?.map(Arc::new) };
        Ok(Self {
            task: Task::Detection,
            matched: matched?.map(Arc::new),
            dataset,
            predictions,
            part: Part::Objects(objects),
        })
    }

    /// Evaluates a classifier of whole items. Scores of which any is negative are taken for logits. A table with several labels
    /// an item has at most [`Predictions::MOST`] cells.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn of_labels(
        task: Task,
        dataset: Arc<Dataset>,
        scores: ClassScores,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        Self::of_labels_within(task, dataset, scores, classification::outcomes::LIMIT, progress)
    }

    /// As [`Self::of_labels`]; of a table with several labels an item and more than `limit` cells, what is said beside the
    /// labels is counted from the table instead of being held cell by cell. The numbers are the same.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn of_labels_within(
        task: Task,
        dataset: Arc<Dataset>,
        scores: ClassScores,
        limit: usize,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        progress.stage("Computing metrics");
        let (scores, from_logits) = classification::as_probabilities(scores, task.is_multilabel());
        Self::of_table(task, dataset, (Arc::new(scores), from_logits), limit, progress)
    }

    /// As [`Self::of_labels`], of scores that are probabilities already; they are shared.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn of_probabilities(
        task: Task,
        dataset: Arc<Dataset>,
        scores: Arc<ClassScores>,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        progress.stage("Computing metrics");
        Self::of_table(task, dataset, (scores, false), classification::outcomes::LIMIT, progress)
    }

    fn of_table(
        task: Task,
        dataset: Arc<Dataset>,
        (scores, from_logits): (Arc<ClassScores>, bool),
        limit: usize,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        let several = task.is_multilabel();
        progress.check()?;
        let mut part = Labels {
            from_logits,
            single: None,
            multi: None,
            mean_probabilities: Arc::default(),
            measures: Arc::default(),
            cooccurrence: None,
            temperature: Arc::default(),
            scores: Arc::clone(&scores),
        };
        let (predictions, matched) = if several {
            part.cooccurrence = Some(Arc::new(classification::cooccurrence(&dataset)));
            let (multi, columns) = MultiLabel::with_columns(&dataset, &scores, progress)?;
            part.multi = Some(Arc::new(multi));
            let large = classification::outcomes::is_large(&dataset, &scores, limit);
            match (columns, Predictions::of_table(Arc::clone(&scores))) {
                (Some(columns), Some(table)) if large => {
                    let (columns, own) = (Arc::new(columns), OwnThresholds::default());
                    let of_table = classification::outcomes::matched_of_table;
                    let matched = of_table(&dataset, &scores, &table, &columns, &own, progress)?;
                    (table, matched)
                }
                _ => outcomes(&dataset, &scores, several, progress)?,
            }
        } else {
            part.single = Some(Arc::new(SingleLabel::compute(&dataset, &scores, progress)?));
            outcomes(&dataset, &scores, several, progress)?
        };
        part.mean_probabilities = Arc::new(classification::mean_probabilities(&dataset, &scores, several, progress)?);
        progress.check()?;
        part.measures = Arc::new(classification::items::all_measures(&dataset, &scores, several));
        Ok(Self {
            task,
            predictions: Arc::new(predictions),
            matched: Some(Arc::new(matched)),
            dataset,
            part: Part::Labels(part),
        })
    }

    /// Evaluates a semantic segmenter from what was counted in its images; they stand in the order of the builder's.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn of_pixels(
        mut builder: DatasetBuilder,
        identity: ModelIdentity,
        images: Vec<ImagePixels>,
        reading: MaskReading,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        progress.stage("Computing metrics");
        builder.truths = images.iter().enumerate().flat_map(|(at, image)| image.truths(at)).collect();
        let dataset = builder.build();
        let classes = dataset.classes.len();
        let predictions = outcomes_of_pixels::predictions(identity, &images);
        let own = OwnThresholds::default();
        let matched = outcomes_of_pixels::matched(&dataset, &predictions, &images, &own, progress)?;
        let scores: Vec<ImageScore> = images.par_iter().map(|image| image.score(classes)).collect();
        let mut boundaries = vec![Boundary::default(); classes];
        let mut panoptic = vec![PanopticCounts::default(); if reading.panoptic { classes } else { 0 }];
        for image in &images {
            boundaries.iter_mut().zip(&image.boundaries).for_each(|(sum, own)| sum.add(*own));
            panoptic.iter_mut().zip(&image.panoptic).for_each(|(sum, own)| sum.merge(own));
        }
        let (scores, images) = (Arc::new(scores), Arc::new(images));
        let part = Pixels { scores, images, boundaries, panoptic, reading: Arc::new(reading) };
        Ok(Self {
            task: Task::SemanticSegmentation,
            dataset: Arc::new(dataset),
            predictions: Arc::new(predictions),
            matched: Some(Arc::new(matched)),
            part: Part::Pixels(part),
        })
    }

    /// Evaluates generated texts; the builder's items are those of the answers, in their order.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn of_texts(
        builder: DatasetBuilder,
        identity: ModelIdentity,
        generation: Generation,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        Self::of_answers(outcomes_of_texts::dataset(builder, &generation), identity, generation, progress)
    }

    /// The same answers scored anew; `None` for other tasks.
    ///
    /// # Errors
    /// A sentence where a pattern cannot be read; cancelled.
    pub fn rescored(&self, scoring: Scoring, progress: &dyn Progress) -> Result<Option<Self>, generation::Failure> {
        let Some(texts) = self.texts() else { return Ok(None) };
        let scored = texts.rescored(scoring, progress)?;
        let dataset = outcomes_of_texts::rescored(&self.dataset, &scored);
        Ok(Some(Self::of_answers(dataset, self.predictions.identity.clone(), scored, progress)?))
    }

    fn of_answers(
        dataset: Dataset,
        identity: ModelIdentity,
        generation: Generation,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        let predictions = outcomes_of_texts::predictions(identity, &generation);
        let matched = outcomes_of_texts::matched(&dataset, &predictions, &generation, progress)?;
        Ok(Self {
            task: Task::TextGeneration,
            dataset: Arc::new(dataset),
            predictions: Arc::new(predictions),
            matched: Some(Arc::new(matched)),
            part: Part::Texts(Box::new(generation)),
        })
    }

    /// The confidence of an outcome's detection.
    #[must_use]
    pub fn score_of(&self, outcome: Outcome) -> Option<f64> {
        outcome.pred().and_then(|pred| self.predictions.score_of(pred))
    }

    /// The overlap of an outcome's pair.
    #[must_use]
    pub fn overlap_of(&self, outcome: Outcome) -> Option<f64> {
        let (truth, pred) = (outcome.truth()?, outcome.pred()?);
        self.objects()?.pairs.of(pred).find(|(of, _)| *of == truth).map(|(_, overlap)| overlap)
    }

    /// Rates of pixels at the threshold of a counter; `None` for other tasks. Boundaries are those without a threshold.
    #[must_use]
    pub fn segmentation(&self, counter: &Counter) -> Option<SegmentationSummary> {
        let (pixels, matched) = (self.pixels()?, self.matched.as_ref()?);
        let matrix = PixelMatrix::of_rows(self.dataset.classes.len(), &counter.matrix(&matched.timeline));
        let boundaries: Vec<(u64, u64)> = pixels.boundaries.iter().map(|b| (b.intersection, b.union)).collect();
        Some(SegmentationSummary::new(&matrix, Some(&boundaries), pixels.reading.without))
    }

    /// A multi-label classifier with one threshold for all classes; `None` for other tasks.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn multilabel_at(&self, t: f64, progress: &dyn Progress) -> Result<Option<MultiLabelAt>, Cancelled> {
        let Some(labels) = self.labels().filter(|labels| labels.multi.is_some()) else { return Ok(None) };
        let thresholds = vec![t; self.dataset.classes.len()];
        let counting = PairCounting::default();
        classification::multilabel_at(&self.dataset, &labels.scores, &thresholds, counting, progress).map(Some)
    }

    /// The confusion matrix at a threshold, truth in rows, what stands for no class last in both directions; `None` where
    /// nothing was counted. Of several labels an item, each missed one with each wrongly added one.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn matrix_at(&self, t: f64, progress: &dyn Progress) -> Result<Option<Vec<Vec<u64>>>, Cancelled> {
        if let Some(at) = self.multilabel_at(t, progress)? {
            return Ok(Some(at.matrix));
        }
        Ok(self.matched.as_ref().map(|matched| matched.timeline.counter_at(t).matrix(&matched.timeline)))
    }

    /// ROC and precision-recall curves of every class; `None` for detectors.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn class_curves(&self, progress: &dyn Progress) -> Result<Option<ClassCurves>, Cancelled> {
        let Some(labels) = self.labels() else { return Ok(None) };
        let extras = self.matched.as_ref().and_then(|matched| matched.timeline.extras());
        let columns = extras.map(|extras| &**extras.columns());
        ClassCurves::of(&self.dataset, &labels.scores, self.task.is_multilabel(), columns, progress).map(Some)
    }

    /// Truths of each class that count: objects, labels or pixels.
    #[must_use]
    pub fn support(&self) -> Vec<u64> {
        match &self.matched {
            Some(matched) => matched.timeline.support().to_vec(),
            None => self.dataset.support(),
        }
    }

    /// What stands for "no class" in the confusion matrix.
    #[must_use]
    pub const fn outside(&self) -> &'static str {
        self.task.outside()
    }

    /// How much there is of everything, in words.
    #[must_use]
    pub fn size(&self) -> Vec<String> {
        let counted = |n: usize, one: &str, many: &str| fmt::counted(n as u64, one, many);
        let (items, truths) = (self.dataset.images.len(), self.dataset.countable_truths());
        let (one, many) = self.task.items();
        let items = counted(items, one, many);
        match &self.part {
            Part::Objects(_) => {
                let found = counted(self.predictions.len(), "detection", "detections");
                vec![items, counted(truths, "object", "objects"), found]
            }
            Part::Labels(_) => {
                let classes = counted(self.dataset.classes.len(), "class", "classes");
                vec![items, counted(truths, "label", "labels"), classes]
            }
            Part::Pixels(_) => {
                let pixels: u64 = self.support().iter().sum();
                let classes = counted(self.dataset.classes.len(), "class", "classes");
                vec![items, format!("{} pixels", fmt::count(pixels)), classes]
            }
            Part::Texts(texts) => {
                let with = texts.with_reference();
                let answers = texts.answers.len() - texts.missing();
                vec![
                    items,
                    counted(answers, "answer", "answers"),
                    format!("{} with a reference", fmt::count(with as u64)),
                ]
            }
        }
    }

    /// What is known of objects; `None` for classifiers.
    #[must_use]
    pub fn objects(&self) -> Option<&Objects> {
        match &self.part {
            Part::Objects(objects) => Some(objects),
            Part::Labels(_) | Part::Pixels(_) | Part::Texts(_) => None,
        }
    }

    /// What is known of the classes of items; `None` for detectors.
    #[must_use]
    pub fn labels(&self) -> Option<&Labels> {
        match &self.part {
            Part::Labels(labels) => Some(labels),
            Part::Objects(_) | Part::Pixels(_) | Part::Texts(_) => None,
        }
    }

    /// What is known of the classes of pixels; `None` for other tasks.
    #[must_use]
    pub fn pixels(&self) -> Option<&Pixels> {
        match &self.part {
            Part::Pixels(pixels) => Some(pixels),
            Part::Objects(_) | Part::Labels(_) | Part::Texts(_) => None,
        }
    }

    /// The scored answers; `None` for other tasks.
    #[must_use]
    pub fn texts(&self) -> Option<&Generation> {
        match &self.part {
            Part::Texts(texts) => Some(&**texts),
            Part::Objects(_) | Part::Labels(_) | Part::Pixels(_) => None,
        }
    }

    /// A threshold as people write it of one as the counts have it, and the other way round: turned where answers pass by a
    /// number that is better when it is less.
    #[must_use]
    pub fn turned(&self, threshold: f64) -> f64 {
        self.texts().and_then(Generation::pass_column).map_or(threshold, |column| column.as_score(threshold))
    }

    /// True for a segmenter whose masks do not say how sure they are: it has one point and no curve.
    #[must_use]
    pub fn is_without_confidence(&self) -> bool {
        self.pixels().is_some_and(|pixels| !pixels.has_confidence())
    }

    /// Average precision, where it was asked for.
    #[must_use]
    pub fn coco(&self) -> Option<&Arc<Coco>> {
        self.objects()?.coco.as_ref()
    }

    /// Error types, where they were asked for.
    #[must_use]
    pub fn tide(&self) -> Option<&Arc<Tide>> {
        self.objects()?.tide.as_ref()
    }

    /// Numbers of scores in equal bins over `range`, of one class or of all: of everything that is said.
    #[must_use]
    pub fn score_histogram(&self, class: Option<ClassId>, range: (f64, f64), bins: usize) -> Vec<u32> {
        if let Some(extras) = self.matched.as_ref().and_then(|matched| matched.timeline.extras()) {
            return extras.columns().histogram(class.map(ClassId::index), range, bins);
        }
        if let Some(pixels) = self.pixels() {
            return pixels.histogram(class, range, bins);
        }
        let said = self.predictions.class.iter().zip(&self.predictions.score);
        let of_class = said.filter(|(of, _)| class.is_none_or(|class| class == **of));
        histogram(of_class.map(|(_, score)| *score), range, bins)
    }

    /// The image an outcome belongs to.
    #[must_use]
    pub fn image_of(&self, outcome: Outcome) -> Option<ImageId> {
        let of_truth = outcome.truth().and_then(|t| self.dataset.truths.image.get(t.index()));
        of_truth.copied().or_else(|| outcome.pred().and_then(|p| self.predictions.image_of(p)))
    }

    /// The same data matched by other settings; AP and error types are shared, and the overlaps unless only those of one
    /// class were computed. A classifier has no matching: it comes back as it is.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn rematch(&self, settings: DetectionSettings, progress: &dyn Progress) -> Result<Self, Cancelled> {
        let Part::Objects(objects) = &self.part else { return Ok(self.clone()) };
        let pairs = match objects.pairs.scope() {
            PairScope::AllClasses => Arc::clone(&objects.pairs),
            PairScope::SameClass => {
                Arc::new(Pairs::compute(&self.dataset, &self.predictions, PairScope::AllClasses, progress)?)
            }
        };
        let matched = Matched::compute(&self.dataset, &self.predictions, &pairs, settings, progress)?;
        let part = Part::Objects(Objects { pairs, ..objects.clone() });
        Ok(Self { matched: Some(Arc::new(matched)), part, ..self.clone() })
    }

    /// As [`Self::with_own_thresholds`]; `None` too where no class has one.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn with_own(&self, own: &OwnThresholds, progress: &dyn Progress) -> Result<Option<Arc<Matched>>, Cancelled> {
        if own.is_empty() {
            return Ok(None);
        }
        Ok(self.with_own_thresholds(own, progress)?.map(Arc::new))
    }

    /// The counts at all thresholds with thresholds of their own for some classes; `None` where there are no counts.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn with_own_thresholds(
        &self,
        own: &OwnThresholds,
        progress: &dyn Progress,
    ) -> Result<Option<Matched>, Cancelled> {
        let Some(matched) = &self.matched else { return Ok(None) };
        let (dataset, predictions) = (&*self.dataset, &*self.predictions);
        let found = match &self.part {
            Part::Objects(objects) => {
                let ranking = Ranking::of(predictions);
                let settings = matched.settings;
                Matched::compute_ranked(dataset, predictions, &objects.pairs, &ranking, settings, own, progress)?
            }
            Part::Pixels(pixels) => outcomes_of_pixels::matched(dataset, predictions, &pixels.images, own, progress)?,
            // There is one threshold, and no class to have another.
            Part::Texts(_) => return Ok(None),
            Part::Labels(labels) => match matched.timeline.extras() {
                Some(extras) => {
                    let (scores, columns) = (&labels.scores, extras.columns());
                    let of_table = classification::outcomes::matched_of_table;
                    of_table(dataset, scores, predictions, columns, own, progress)?
                }
                None => {
                    classification::matched_with_own(dataset, predictions, self.task.is_multilabel(), own, progress)?
                }
            },
        };
        Ok(Some(found))
    }
}

/// Every answer as a prediction of its own, with the counts at all thresholds.
fn outcomes(
    dataset: &Dataset,
    scores: &ClassScores,
    several: bool,
    progress: &dyn Progress,
) -> Result<(Predictions, Matched), Cancelled> {
    let predictions = classification::predictions(dataset, scores, several);
    let matched = classification::matched(dataset, &predictions, several, progress)?;
    Ok((predictions, matched))
}
