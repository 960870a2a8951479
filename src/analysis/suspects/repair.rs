//! Ground truth as a person says it should be: a copy with verdicts applied. The truth itself is never changed.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::metrics::{Counter, DetectionSettings, Evaluation, Sections};
use crate::model::{
    BBox, Cancelled, ClassId, ClassScores, Dataset, ImageId, Masks, NewTruth, Predictions, Progress, Rle, RleRef,
    SuspectKind, TruthId, Verdict,
};

use super::Suspect;
use super::objects::SAME;

/// A place that a model gives an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Its class.
    pub class: ClassId,
    /// Its box.
    pub bbox: BBox,
    /// Its mask, where objects have one.
    pub mask: Option<Rle>,
}

/// A verdict on a label of this dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// What was suspected.
    pub kind: SuspectKind,
    /// The item.
    pub image: ImageId,
    /// The annotation; `None` for one that is missing.
    pub truth: Option<TruthId>,
    /// What the model said; `None` where it said nothing.
    pub model: Option<Placed>,
    /// What the person said.
    pub verdict: Verdict,
}

impl Judged {
    /// A verdict on a suspect.
    #[must_use]
    pub fn of(evaluation: &Evaluation, suspect: &Suspect, verdict: Verdict) -> Self {
        let predictions = &evaluation.predictions;
        let placed = |class: ClassId| {
            let at = suspect.pred.map(crate::model::PredId::index);
            Placed {
                class,
                bbox: at.and_then(|at| predictions.bbox.get(at)).copied().unwrap_or(NOWHERE),
                mask: at.and_then(|at| predictions.masks.get(at)).and_then(owned),
            }
        };
        let Suspect { kind, image, truth, .. } = *suspect;
        Self { kind, image, truth, model: suspect.model.map(placed), verdict }
    }

    /// True where the verdict changes something.
    #[must_use]
    pub fn changes(&self) -> bool {
        matches!(self.verdict, Verdict::ModelRight | Verdict::BothWrong)
    }
}

/// Verdicts, to be looked up by what they are about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgements {
    /// All of them, in the order in which they were given.
    pub all: Vec<Judged>,
    by_image: HashMap<ImageId, Vec<usize>>,
}

impl Judgements {
    /// Of verdicts on labels of one dataset.
    #[must_use]
    pub fn of(all: Vec<Judged>) -> Self {
        let mut by_image: HashMap<ImageId, Vec<usize>> = HashMap::new();
        for (at, one) in all.iter().enumerate() {
            by_image.entry(one.image).or_default().push(at);
        }
        Self { all, by_image }
    }

    /// What was said of a suspect: of its annotation, whoever doubted it; of a missing one, of anything that lies there.
    #[must_use]
    pub fn get(&self, evaluation: &Evaluation, suspect: &Suspect) -> Option<&Judged> {
        let of_image = self.by_image.get(&suspect.image)?.iter().filter_map(|at| self.all.get(*at));
        of_image.filter(|one| one.truth == suspect.truth).find(|one| match (suspect.truth, &one.model) {
            (Some(_), _) => true,
            (None, Some(model)) if evaluation.objects().is_some() => {
                let bbox = suspect.pred.and_then(|pred| evaluation.predictions.bbox.get(pred.index()));
                bbox.is_some_and(|bbox| *bbox == model.bbox || bbox.overlap(model.bbox, false) >= SAME)
            }
            (None, model) => model.as_ref().map(|model| model.class) == suspect.model,
        })
    }
}

const NOWHERE: BBox = BBox::new(0.0, 0.0, 0.0, 0.0);

fn owned(mask: RleRef<'_>) -> Option<Rle> {
    Rle::from_runs(mask.height, mask.width, mask.runs.to_vec()).ok()
}

/// What becomes of the annotations of a dataset.
#[derive(Default)]
struct Plan<'a> {
    changed: HashMap<TruthId, &'a Judged>,
    added: HashMap<ImageId, Vec<&'a Judged>>,
}

/// The dataset with the verdicts applied. Of a wrong label that the model has right the class is changed, of a bad location the
/// place, a spurious one goes, a missing one comes; where both are wrong an object is ignored together with what was found there,
/// and an item loses its labels.
#[must_use]
pub fn dataset(evaluation: &Evaluation, judged: &[Judged]) -> Dataset {
    let dataset = &*evaluation.dataset;
    let mut plan = Plan::default();
    for one in judged.iter().filter(|one| one.changes()) {
        match one.truth {
            Some(truth) => {
                plan.changed.insert(truth, one);
            }
            None => plan.added.entry(one.image).or_default().push(one),
        }
    }
    let placed = evaluation.objects().is_some();
    let mut truths = Collected { placed, masked: !dataset.truths.masks.is_empty(), ..Collected::default() };
    for image in dataset.image_ids() {
        for truth in dataset.truths.ids_of(image) {
            match plan.changed.get(&truth) {
                Some(one) => truths.change(dataset, image, truth, one),
                None => truths.keep(dataset, image, truth),
            }
        }
        for one in plan.added.get(&image).into_iter().flatten() {
            let ignored = one.verdict == Verdict::BothWrong;
            if let Some(model) = one.model.as_ref().filter(|_| placed || !ignored) {
                truths.add(image, model, ignored);
            }
        }
    }
    dataset.with_truths(truths.truths, truths.masks)
}

#[derive(Default)]
struct Collected {
    truths: Vec<NewTruth>,
    masks: Masks,
    masked: bool,
    /// False where labels are of whole items.
    placed: bool,
}

impl Collected {
    fn push(&mut self, truth: NewTruth, mask: Option<RleRef<'_>>) {
        self.truths.push(truth);
        match mask {
            _ if !self.masked => {}
            Some(mask) => self.masks.push(mask),
            None => self.masks.push_none(),
        }
    }

    fn keep(&mut self, dataset: &Dataset, image: ImageId, truth: TruthId) {
        if let Some(as_it_is) = as_it_is(dataset, image, truth) {
            self.push(as_it_is, dataset.truths.masks.get(truth.index()));
        }
    }

    fn add(&mut self, image: ImageId, placed: &Placed, ignored: bool) {
        let mask = placed.mask.as_ref().map(Rle::as_ref).filter(|_| self.masked);
        let area = mask.map_or_else(|| placed.bbox.area(), |mask| mask.area() as f64);
        let truth = NewTruth { image: image.index(), class: placed.class, bbox: placed.bbox, area, ignored };
        self.push(truth, mask);
    }

    fn change(&mut self, dataset: &Dataset, image: ImageId, truth: TruthId, one: &Judged) {
        let Some(mut as_it_is) = as_it_is(dataset, image, truth) else { return };
        let mask = dataset.truths.masks.get(truth.index());
        match (one.verdict, one.kind, &one.model) {
            (Verdict::BothWrong, ..) if self.placed => {
                as_it_is.ignored = true;
                self.push(as_it_is, mask);
                if let Some(model) = one.model.as_ref().filter(|model| model.bbox.area() > 0.0) {
                    self.add(image, model, true);
                }
            }
            // The item has no label any more, and counts nowhere; of several see `left_out`.
            (Verdict::BothWrong, ..) | (_, SuspectKind::SpuriousLabel, _) => {}
            (_, SuspectKind::BadLocation, Some(model)) => {
                self.add(image, &Placed { class: as_it_is.class, ..model.clone() }, as_it_is.ignored);
            }
            (_, _, Some(model)) => {
                as_it_is.class = model.class;
                self.push(as_it_is, mask);
            }
            (_, _, None) => self.push(as_it_is, mask),
        }
    }
}

fn as_it_is(dataset: &Dataset, image: ImageId, truth: TruthId) -> Option<NewTruth> {
    let (truths, at) = (&dataset.truths, truth.index());
    Some(NewTruth {
        image: image.index(),
        class: *truths.class.get(at)?,
        bbox: *truths.bbox.get(at)?,
        area: *truths.area.get(at)?,
        ignored: *truths.ignored.get(at)?,
    })
}

/// The items with several labels that are left out as a whole.
fn left_out(evaluation: &Evaluation, judged: &[Judged]) -> HashSet<ImageId> {
    let wrong = judged.iter().filter(|one| one.verdict == Verdict::BothWrong && evaluation.task.is_multilabel());
    wrong.map(|one| one.image).collect()
}

/// The evaluation of the same outputs with the verdicts applied, by the same code; classes keep thresholds of their own.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn evaluate(
    evaluation: &Evaluation,
    judged: &[Judged],
    settings: DetectionSettings,
    progress: &dyn Progress,
) -> Result<Evaluation, Cancelled> {
    let mut corrected = dataset(evaluation, judged);
    let Some(labels) = evaluation.labels() else {
        let sections = Sections { coco: true, tide: false, timeline: true };
        return objects(evaluation, corrected, Arc::clone(&evaluation.predictions), (settings, sections), progress);
    };
    let out = left_out(evaluation, judged);
    let mut scores: Arc<ClassScores> = Arc::clone(&labels.scores);
    if !out.is_empty() {
        let kept = corrected.image_ids().filter(|image| !out.contains(image));
        let truths = kept.flat_map(|image| corrected.truths.ids_of(image).map(move |truth| (image, truth)));
        let truths = truths.filter_map(|(image, truth)| as_it_is(&corrected, image, truth)).collect();
        corrected = corrected.with_truths(truths, Masks::default());
        scores = Arc::new(scores.without(|image| out.contains(&image)));
    }
    Evaluation::of_probabilities(evaluation.task, Arc::new(corrected), scores, progress)
}

/// Objects evaluated against another truth.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn objects(
    evaluation: &Evaluation,
    truth: Dataset,
    predictions: Arc<Predictions>,
    (settings, sections): (DetectionSettings, Sections),
    progress: &dyn Progress,
) -> Result<Evaluation, Cancelled> {
    let found = Evaluation::of_objects(Arc::new(truth), predictions, settings, sections, progress)?;
    Ok(Evaluation { task: evaluation.task, ..found })
}

/// One number before and after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// What it is called.
    pub name: &'static str,
    /// By the ground truth as it is.
    pub original: Option<f64>,
    /// With the verdicts applied.
    pub corrected: Option<f64>,
}

/// The numbers of an evaluation and of its corrected one, each at the threshold of its counter.
#[must_use]
pub fn rows(original: (&Evaluation, &Counter), corrected: (&Evaluation, &Counter)) -> Vec<Row> {
    type Number = fn(&Evaluation, &Counter) -> Option<f64>;
    let mut numbers: Vec<(&'static str, Number)> = vec![
        ("Precision", |_, counter| counter.totals().precision()),
        ("Recall", |_, counter| counter.totals().recall()),
        ("F1", |_, counter| counter.totals().f1()),
    ];
    let evaluation = original.0;
    if evaluation.objects().is_some() {
        numbers.push(("AP", |evaluation, _| evaluation.coco()?.summary.ap));
        numbers.push(("AP50", |evaluation, _| evaluation.coco()?.summary.ap50));
    } else if evaluation.task.is_multilabel() {
        numbers.push(("AP macro", |evaluation, _| evaluation.labels()?.ranking()?.average_precision_macro));
    } else {
        numbers.push(("Accuracy", |evaluation, _| evaluation.labels()?.single.as_ref()?.accuracy));
        numbers.push(("F1 macro", |evaluation, _| evaluation.labels()?.single.as_ref()?.averages.macro_.f1));
    }
    let row = |(name, number): (&'static str, Number)| Row {
        name,
        original: number(original.0, original.1),
        corrected: number(corrected.0, corrected.1),
    };
    numbers.into_iter().map(row).collect()
}
