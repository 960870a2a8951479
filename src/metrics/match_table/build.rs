//! From an evaluation to its table.

use std::sync::Arc;

use crate::metrics::DetectionSettings;
use crate::metrics::classification::ordered;
use crate::metrics::coco::{self, ranked};
use crate::metrics::counts::Counts;
use crate::metrics::evaluation::{Evaluation, Labels, Objects, Part as Kind};
use crate::metrics::generation::Generation;
use crate::model::{Cancelled, ClassId, Dataset, ImageId, PredId, Progress, Task};

use super::statistics::{Statistics, values_of_pixels};
use super::{CLASS, LabelPart, MISSED, MatchTable, Metric, NO_ANSWER, NO_LOSS, Pairing, Part, UNCOUNTED};

/// Metrics with their values.
type Values = Vec<(Metric, Option<f64>)>;

impl MatchTable {
    /// The table of an evaluation at a threshold. An evaluation without counts is matched by the default rule, one without
    /// average precision has it computed; its own numbers are taken over as they are.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn of(evaluation: &Evaluation, confidence: f64, progress: &dyn Progress) -> Result<Self, Cancelled> {
        let rematched;
        let (evaluation, matched) = if let Some(matched) = &evaluation.matched {
            (evaluation, Arc::clone(matched))
        } else {
            rematched = evaluation.rematch(DetectionSettings::default(), progress)?;
            let Some(matched) = rematched.matched.clone() else { return Err(Cancelled) };
            (&rematched, matched)
        };
        progress.stage("Summing up");
        let (dataset, timeline) = (&evaluation.dataset, &matched.timeline);
        let cut = timeline.cut(confidence);
        let mut table = Self { confidence, ..Self::of_dataset(dataset, evaluation.task) };
        if let Kind::Pixels(pixels) = &evaluation.part {
            let statistics = Statistics::of_pixels(evaluation, pixels, (timeline, cut), progress)?;
            table.part = Part::Statistics(statistics);
            table.values = rates_of(table.counts().0);
            let summary = evaluation.segmentation(&timeline.counter_at(confidence));
            table.values.extend(summary.iter().flat_map(values_of_pixels));
            return Ok(table);
        }
        if let Kind::Texts(texts) = &evaluation.part {
            let statistics = Statistics::of_texts(texts, confidence, progress)?;
            table.digests = (0..table.names.len()).map(|item| digest_of_references(texts, item)).collect();
            let rate = timeline.counter_at(confidence).totals().recall();
            table.values =
                Metric::of_task(evaluation.task).iter().map(|&metric| of_texts(texts, metric, rate)).collect();
            table.classes = Vec::new();
            table.part = Part::Statistics(statistics);
            return Ok(table);
        }
        let class_of = |pred: PredId| evaluation.predictions.class_of(pred).map(|class| class.0);
        for image in dataset.image_ids() {
            for outcome in timeline.outcomes_of(image, cut) {
                let predicted = outcome.pred().and_then(class_of);
                match (outcome.truth().and_then(|truth| table.fates.get_mut(truth.index())), predicted) {
                    (Some(fate), Some(class)) => *fate = CLASS + class,
                    (Some(fate), None) => *fate = MISSED,
                    (None, Some(class)) => table.extra_classes.push(class),
                    (None, None) => {}
                }
            }
            table.extra_starts.push(u32::try_from(table.extra_classes.len()).unwrap_or(u32::MAX));
        }
        progress.check()?;
        let counts = table.counts().0;
        table.values = rates_of(counts);
        let (part, mut values) = match &evaluation.part {
            Kind::Objects(objects) => {
                let DetectionSettings { iou, matching } = matched.settings;
                objects_part(evaluation, objects, Pairing { iou, matching }, progress)?
            }
            Kind::Labels(labels) => labels_part(evaluation, labels, confidence, progress)?,
            Kind::Pixels(_) | Kind::Texts(_) => return Ok(table),
        };
        table.part = part;
        table.values.append(&mut values);
        Ok(table)
    }

    /// Items and truths, of which none counts yet. Where items are more or less right they list no truths.
    fn of_dataset(dataset: &Dataset, task: Task) -> Self {
        let (items, listed) = (dataset.images.len(), !task.is_graded());
        let end = |image| if listed { dataset.truths.of(image).end } else { 0 };
        let truth_starts =
            std::iter::once(0).chain(dataset.image_ids().map(|image| u32::try_from(end(image)).unwrap_or(u32::MAX)));
        let truths = if listed { dataset.truths.len() } else { 0 };
        let name = |image: &crate::model::Image| {
            if image.name.is_empty() { image.source_id.to_string() } else { image.name.clone() }
        };
        Self {
            task,
            confidence: 0.0,
            classes: dataset.classes.names().to_vec(),
            names: dataset.images.iter().map(name).collect(),
            digests: dataset.image_ids().map(|image| digest(dataset, image, task)).collect(),
            truth_starts: truth_starts.collect(),
            truth_classes: dataset.truths.class.iter().take(truths).map(|class| class.0).collect(),
            fates: vec![UNCOUNTED; truths],
            extra_starts: vec![0; if listed { 1 } else { items + 1 }],
            extra_classes: Vec::new(),
            values: Vec::new(),
            part: Part::Labels(LabelPart::default()),
        }
    }
}

/// A number of generated texts.
fn of_texts(texts: &Generation, metric: Metric, pass_rate: Option<f64>) -> (Metric, Option<f64>) {
    match metric {
        Metric::PassRate => (metric, pass_rate),
        _ => (metric, texts.column(metric.name()).and_then(|column| column.corpus)),
    }
}

/// A hash of the references of an answer.
fn digest_of_references(texts: &Generation, item: usize) -> u64 {
    let mut hash = Fnv::default();
    texts.answers.references.get(item).into_iter().flatten().for_each(|reference| hash.name(reference));
    hash.0
}

pub(super) fn rates_of(counts: Counts) -> Values {
    vec![(Metric::F1, counts.f1()), (Metric::Precision, counts.precision()), (Metric::Recall, counts.recall())]
}

/// A hash (FNV-1a) of what is true of an item: its set of labels, its objects in their order, or its classes with their pixels.
fn digest(dataset: &Dataset, item: ImageId, task: Task) -> u64 {
    let truths = &dataset.truths;
    let mut hash = Fnv::default();
    if task == Task::SemanticSegmentation {
        let class = |truth| Some((dataset.classes.name(*truths.class.get(truth)?), *truths.area.get(truth)?));
        let mut classes: Vec<(&str, f64)> = dataset.truths.of(item).filter_map(class).collect();
        classes.sort_unstable_by(|a, b| a.0.cmp(b.0).then(a.1.total_cmp(&b.1)));
        for (name, pixels) in classes {
            hash.name(name);
            hash.bytes(&pixels.to_bits().to_le_bytes());
        }
        return hash.0;
    }
    if task.is_classification() {
        let classes = dataset.truths.of(item).filter_map(|truth| truths.class.get(truth));
        let mut names: Vec<&str> = classes.map(|&class| dataset.classes.name(class)).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().for_each(|name| hash.name(name));
        return hash.0;
    }
    for truth in dataset.truths.of(item) {
        hash.name(truths.class.get(truth).map_or("", |&class| dataset.classes.name(class)));
        if let Some(b) = truths.bbox.get(truth) {
            [b.x, b.y, b.w, b.h].iter().for_each(|edge| hash.bytes(&edge.to_bits().to_le_bytes()));
        }
        hash.bytes(&[u8::from(truths.ignored.get(truth).copied().unwrap_or(false))]);
    }
    hash.0
}

/// FNV-1a (Fowler, Noll, Vo).
pub(super) struct Fnv(pub u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    }

    /// A name and its end: no byte of UTF-8 is 255.
    pub(super) fn name(&mut self, name: &str) {
        self.bytes(name.as_bytes());
        self.bytes(&[255]);
    }
}

fn objects_part(
    evaluation: &Evaluation,
    objects: &Objects,
    pairing: Pairing,
    progress: &dyn Progress,
) -> Result<(Part, Values), Cancelled> {
    let (dataset, predictions, pairs) = (&evaluation.dataset, &evaluation.predictions, &objects.pairs);
    let ranked = ranked::rank(dataset, predictions, pairs, progress)?;
    let summary = match &objects.coco {
        Some(coco) => coco.summary,
        None => coco::evaluate(dataset, predictions, pairs, progress)?.summary,
    };
    let values = vec![(Metric::Ap50, summary.ap50), (Metric::Ap75, summary.ap75), (Metric::Ap, summary.ap)];
    Ok((Part::Objects { pairing, ranked }, values))
}

fn labels_part(
    evaluation: &Evaluation,
    labels: &Labels,
    confidence: f64,
    progress: &dyn Progress,
) -> Result<(Part, Values), Cancelled> {
    let dataset = &evaluation.dataset;
    let several = evaluation.task.is_multilabel();
    let order = ordered::order(dataset, &labels.scores, several, progress)?;
    let mut part = LabelPart { order, ..LabelPart::default() };
    let mut values: Values = Vec::new();
    if let Some(ranking) = labels.ranking() {
        values.push((Metric::RocAucMacro, ranking.roc_auc_macro));
        values.push((Metric::AveragePrecisionMacro, ranking.average_precision_macro));
    }
    if let Some(single) = &labels.single {
        let answer = |item: ImageId| -> Option<ClassId> {
            dataset.truths.ids_of(item).next()?;
            evaluation.predictions.class_of(evaluation.predictions.ids_of(item).next()?)
        };
        part.answers = dataset.image_ids().map(|item| answer(item).map_or(NO_ANSWER, |class| class.0 + 1)).collect();
        if single.log_loss.is_some() {
            let losses = labels.measures.iter().zip(&part.answers);
            let loss = |loss: Option<f64>, answer: u32| loss.filter(|_| answer != NO_ANSWER).unwrap_or(NO_LOSS);
            part.losses = losses.map(|(measures, &answer)| loss(measures.loss, answer)).collect();
        }
        values.extend([
            (Metric::Accuracy, single.accuracy),
            (Metric::BalancedAccuracy, single.balanced_accuracy),
            (Metric::MacroF1, single.averages.macro_.f1),
            (Metric::LogLoss, single.log_loss),
        ]);
    }
    if let Some(at) = evaluation.multilabel_at(confidence, progress)? {
        values.extend([
            (Metric::MacroF1, at.averages.macro_.f1),
            (Metric::SamplesF1, at.samples.f1),
            (Metric::SubsetAccuracy, at.subset_accuracy),
            (Metric::HammingLoss, at.hamming_loss),
        ]);
    }
    Ok((Part::Labels(part), values))
}
