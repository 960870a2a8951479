//! Labels that may be wrong: where a model contradicts the ground truth and is sure of it. Reads one evaluation; matches nothing.

pub mod confident;
pub mod labels;
pub mod objects;
pub mod repair;

use crate::metrics::{Evaluation, Outcome};
use crate::model::{Cancelled, ClassId, ImageId, PredId, Progress, SuspectKind, TruthId, fmt};

use super::recommend::Rules;

/// A label that may be wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suspect {
    /// What may be wrong with it.
    pub kind: SuspectKind,
    /// Its item.
    pub image: ImageId,
    /// The annotation; `None` where one is missing.
    pub truth: Option<TruthId>,
    /// What the model says instead; `None` where it says nothing.
    pub pred: Option<PredId>,
    /// The class of the annotation.
    pub label: Option<ClassId>,
    /// The class that the model says (or the neighbours).
    pub model: Option<ClassId>,
    /// How sure that is, 0 to 1: the confidence of the detection; 1 − normalized margin of an item; of an annotation that nothing
    /// sees, the share of its class and size that is seen, times how far the strongest detection that touches it stays below the score that sees something; the share of
    /// neighbours that have the other label.
    pub score: f64,
    /// Overlap of the two.
    pub overlap: Option<f64>,
}

/// What was found, the surest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The suspects; no annotation twice.
    pub suspects: Vec<Suspect>,
    /// The score from which a detection is confident; `None` for items.
    pub confident: Option<f64>,
    /// The score from which a detection sees something at all; `None` for items.
    pub faint: Option<f64>,
    /// Why nothing can be looked for, in a phrase.
    pub refusal: Option<&'static str>,
}

impl Found {
    /// Sorts the surest first, equally sure ones by item.
    pub fn sort(&mut self) {
        let key = |s: &Suspect| (s.image, s.truth, s.kind, s.pred);
        self.suspects.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| key(a).cmp(&key(b))));
    }
}

/// The score from which detections are confident: where it is not given, the lowest one from which precision reaches
/// [`Rules::suspect_precision`], but at least the optimal confidence; the optimum where precision never gets there.
#[must_use]
pub fn confident_from(evaluation: &Evaluation, rules: &Rules) -> Option<f64> {
    if let Some(given) = rules.confident() {
        return Some(given);
    }
    let matched = evaluation.matched.as_ref()?;
    let (best, sweep) = (matched.optima.pooled?, &matched.sweep);
    let precise =
        sweep.best_recall_at_precision(rules.suspect_precision).and_then(|at| sweep.confidence.get(at).copied());
    Some(precise.map_or(best, |precise| precise.max(best)))
}

/// Looks for labels that may be wrong.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn find(evaluation: &Evaluation, rules: &Rules, progress: &dyn Progress) -> Result<Found, Cancelled> {
    progress.stage("Looking for labels that may be wrong");
    let mut found = Found::default();
    if evaluation.objects().is_some() {
        let Some(confident) = confident_from(evaluation, rules) else { return Ok(found) };
        let faint = confident * rules.suspect_faint;
        (found.confident, found.faint) = (Some(confident), Some(faint));
        found.suspects = objects::find(evaluation, objects::Scores { confident, faint, seen: rules.suspect_seen });
    } else if let Some(labels) = evaluation.labels() {
        found.refusal = labels::refusal(labels, evaluation.task.is_multilabel());
        if found.refusal.is_none() {
            found.suspects = labels::find(evaluation, labels, rules.pruning(), progress)?;
        }
    }
    found.sort();
    Ok(found)
}

/// Takes away annotations that nothing saw where another model sees them: with a score of at least a share of its own confident
/// one. `partner` says which item of the other evaluation an item is; the annotations of both stand in the same order.
pub fn unseen_by(
    found: &mut Found,
    evaluation: &Evaluation,
    other: &Evaluation,
    partner: impl Fn(ImageId) -> Option<ImageId>,
    rules: &Rules,
) {
    let (Some(objects), Some(confident)) = (other.objects(), confident_from(other, rules)) else { return };
    let faint = confident * rules.suspect_faint;
    let sees = |suspect: &Suspect| {
        let (truth, image) = (suspect.truth?, partner(suspect.image)?);
        let place = truth.index().checked_sub(evaluation.dataset.truths.of(suspect.image).start)?;
        let same = TruthId::from_index(other.dataset.truths.of(image).start + place);
        let bbox = |of: &Evaluation, truth: TruthId| of.dataset.truths.bbox.get(truth.index()).copied();
        (bbox(other, same) == bbox(evaluation, truth)).then_some(())?;
        let kept = |pred: &PredId| other.predictions.score.get(pred.index()).is_some_and(|score| *score >= faint);
        let touches =
            |pred: PredId| objects.pairs.of(pred).any(|(truth, overlap)| truth == same && overlap >= objects::APART);
        other.predictions.ids_of(image).take_while(kept).any(touches).then_some(())
    };
    found.suspects.retain(|suspect| suspect.kind != SuspectKind::SpuriousLabel || sees(suspect).is_none());
}

/// The suspect that an outcome would be, however sure the model is: what a person can judge in an image. `None` where truth and
/// model agree.
#[must_use]
pub fn of_outcome(evaluation: &Evaluation, outcome: Outcome) -> Option<Suspect> {
    let (truth, pred) = (outcome.truth(), outcome.pred());
    let label = truth.and_then(|truth| evaluation.dataset.truths.class.get(truth.index()).copied());
    let model = pred.and_then(|pred| evaluation.predictions.class_of(pred));
    let kind = match (label, model) {
        (Some(label), Some(model)) if label == model => return None,
        (Some(_), Some(_)) => SuspectKind::WrongLabel,
        (Some(_), None) => SuspectKind::SpuriousLabel,
        (None, Some(_)) => SuspectKind::MissingLabel,
        (None, None) => return None,
    };
    let image = evaluation.image_of(outcome)?;
    let overlap = evaluation.objects().zip(pred).and_then(|(objects, pred)| {
        objects.pairs.of(pred).find(|(of, _)| Some(*of) == truth).map(|(_, overlap)| overlap)
    });
    let score = pred.and_then(|pred| evaluation.predictions.score_of(pred)).unwrap_or(0.0);
    Some(Suspect { kind, image, truth, pred, label, model, score, overlap })
}

impl Suspect {
    /// `wrong label, RBC for WBC, 0.93`: as lists and accessible names have it.
    #[must_use]
    pub fn title(&self, evaluation: &Evaluation) -> String {
        let name = |class: Option<ClassId>| class.map_or("", |class| evaluation.dataset.classes.name(class));
        let (label, model) = (name(self.label), name(self.model));
        let what = match self.kind {
            SuspectKind::WrongLabel | SuspectKind::Neighbours => format!("{label} for {model}"),
            SuspectKind::MissingLabel => model.to_owned(),
            SuspectKind::SpuriousLabel | SuspectKind::BadLocation => label.to_owned(),
        };
        format!("{}, {what}, {}", self.kind.label(), fmt::short(self.score))
    }

    /// What speaks against the label, in one phrase.
    #[must_use]
    pub fn sentence(&self, evaluation: &Evaluation) -> String {
        let name = |class: Option<ClassId>| class.map_or("", |class| evaluation.dataset.classes.name(class));
        let (label, model, objects) = (name(self.label), name(self.model), evaluation.objects().is_some());
        let sure = fmt::short(self.score);
        let iou = self.overlap.map_or_else(String::new, |overlap| format!(" with an IoU of {}", fmt::short(overlap)));
        match self.kind {
            SuspectKind::WrongLabel if objects => {
                format!("Labelled {label}; the model finds {model} there with confidence {sure}{iou}")
            }
            SuspectKind::WrongLabel => {
                let probability = |class: Option<ClassId>| {
                    let score = class.and_then(|class| evaluation.labels()?.scores.score(self.image, class));
                    score.map_or_else(|| fmt::UNDEFINED.to_owned(), fmt::short)
                };
                format!(
                    "Labelled {label}, probability {}; the model says {model}, {}",
                    probability(self.label),
                    probability(self.model)
                )
            }
            SuspectKind::MissingLabel if objects => {
                format!("The model finds {model} with confidence {sure} where nothing is annotated")
            }
            SuspectKind::MissingLabel => format!("Not labelled {model}; the model gives it a probability of {sure}"),
            SuspectKind::SpuriousLabel if objects => format!(
                "Annotated as {label}; no detection of any class touches it, though nearly all others of its class and size are seen"
            ),
            SuspectKind::SpuriousLabel => {
                format!("Labelled {label}; the model gives it a probability of {}", fmt::short(1.0 - self.score))
            }
            SuspectKind::BadLocation => {
                format!("The model finds this {label} with confidence {sure}, but elsewhere{iou}")
            }
            SuspectKind::Neighbours => {
                format!(
                    "Labelled {label}; {} of what is most like it is labelled {model}",
                    fmt::percent(Some(self.score))
                )
            }
        }
    }
}
