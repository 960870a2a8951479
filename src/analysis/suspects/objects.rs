//! Suspects among the labels of objects: annotations that confident detections contradict, detections without an annotation,
//! annotations that nothing sees.

use rayon::prelude::*;

use crate::metrics::Evaluation;
use crate::metrics::pairs::{PairScope, Pairs};
use crate::model::{BBox, ClassId, Dataset, ImageId, PredId, Predictions, SuspectKind, TruthId};

use super::Suspect;

/// IoU from which a detection and an annotation mean the same object.
pub const SAME: f64 = 0.5;
/// IoU below which they have nothing to do with each other (TIDE's background bound).
pub const APART: f64 = 0.1;

/// Sides of squares, in pixels, that objects are small, medium or large by (COCO's).
const SIZES: [f64; 2] = [32.0, 96.0];

/// Scores that are told apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scores {
    /// Detections from here on are confident.
    pub confident: f64,
    /// Detections from here on see something at all.
    pub faint: f64,
    /// Share of the annotations of a class and size that must be seen before one that is not is a suspect.
    pub seen: f64,
}

/// All suspects, image after image; none where only overlaps of one class were computed.
pub(super) fn find(evaluation: &Evaluation, scores: Scores) -> Vec<Suspect> {
    let Some(objects) = evaluation.objects().filter(|o| o.pairs.scope() == PairScope::AllClasses) else {
        return Vec::new();
    };
    let look =
        Look { dataset: &evaluation.dataset, predictions: &evaluation.predictions, pairs: &objects.pairs, scores };
    let images: Vec<ImageId> = evaluation.dataset.image_ids().collect();
    let parts: Vec<Part> = images.par_chunks(64).map(|chunk| look.part(chunk)).collect();
    let truths = &evaluation.dataset.truths;
    // A small object is often overlooked where a large one of its class is not.
    let alike = |truth: TruthId| {
        let area = truths.area.get(truth.index()).copied().unwrap_or(0.0);
        let size = SIZES.iter().filter(|side| area >= **side * **side).count();
        truths.class.get(truth.index()).map_or(0, |class| class.index()) * (SIZES.len() + 1) + size
    };
    let mut seen = vec![[0_u64; 2]; evaluation.dataset.classes.len() * (SIZES.len() + 1)];
    for (truth, was_seen) in parts.iter().flat_map(|part| &part.seen) {
        if let Some([all, yes]) = seen.get_mut(alike(*truth)) {
            *all += 1;
            *yes += u64::from(*was_seen);
        }
    }
    let share = |truth: Option<TruthId>| {
        let [all, yes] = truth.and_then(|truth| seen.get(alike(truth))).copied().unwrap_or_default();
        yes as f64 / all.max(1) as f64
    };
    let mut found = Vec::new();
    for mut suspect in parts.into_iter().flat_map(|part| part.suspects) {
        if suspect.kind == SuspectKind::SpuriousLabel {
            let share = share(suspect.truth);
            if share < scores.seen {
                continue;
            }
            suspect.score *= share;
        }
        found.push(suspect);
    }
    found
}

struct Look<'a> {
    dataset: &'a Dataset,
    predictions: &'a Predictions,
    pairs: &'a Pairs,
    scores: Scores,
}

/// What some images hold.
#[derive(Default)]
struct Part {
    suspects: Vec<Suspect>,
    /// Each annotation that counts, and whether anything saw it.
    seen: Vec<(TruthId, bool)>,
}

/// What detections say of one annotation.
#[derive(Clone, Copy, Default)]
struct Said {
    /// Highest score of a detection of its class on it.
    own: f64,
    /// A confident detection of another class on it.
    other: Option<(PredId, f64)>,
    /// A confident detection of its class beside it.
    beside: Option<(PredId, f64)>,
    /// Highest score of any detection that touches it.
    strongest: f64,
}

impl Look<'_> {
    fn part(&self, images: &[ImageId]) -> Part {
        let mut part = Part::default();
        for &image in images {
            self.image(image, &mut part);
        }
        part
    }

    fn image(&self, image: ImageId, part: &mut Part) {
        let truths = &self.dataset.truths;
        let range = truths.of(image);
        let mut said = vec![Said::default(); range.len()];
        let mut missing: Vec<(PredId, BBox)> = Vec::new();
        // Best first, so that what is found first is the surest.
        for pred in self.predictions.ids_of(image) {
            let (Some(&class), Some(&score), Some(&bbox)) = (
                self.predictions.class.get(pred.index()),
                self.predictions.score.get(pred.index()),
                self.predictions.bbox.get(pred.index()),
            ) else {
                continue;
            };
            let touched = self.listen(pred, class, score, range.start, &mut said);
            let repeated = || missing.iter().any(|(_, other)| bbox.overlap(*other, false) >= SAME);
            if score >= self.scores.confident && !touched && !repeated() {
                missing.push((pred, bbox));
            }
        }
        for (truth, said) in range.zip(said) {
            let (Some(&label), Some(&ignored)) = (truths.class.get(truth), truths.ignored.get(truth)) else { continue };
            if !ignored {
                part.seen.push((TruthId::from_index(truth), said.strongest >= self.scores.faint));
                part.suspects.extend(self.judge(image, TruthId::from_index(truth), label, said));
            }
        }
        let missing = missing
            .into_iter()
            .map(|(pred, _)| self.suspect(SuspectKind::MissingLabel, image, None, Some((pred, 0.0))));
        part.suspects.extend(missing);
    }

    /// Notes what a detection says of the annotations of its image; true where it touches any of them.
    fn listen(&self, pred: PredId, class: ClassId, score: f64, first: usize, said: &mut [Said]) -> bool {
        let truths = &self.dataset.truths;
        let (mut largest, mut on_own) = (0.0_f64, false);
        let mut best_other: Option<(usize, f64)> = None;
        let mut best_own = None;
        for (truth, overlap) in self.pairs.of(pred) {
            largest = largest.max(overlap);
            let (Some(&of), Some(&ignored)) = (truths.class.get(truth.index()), truths.ignored.get(truth.index()))
            else {
                continue;
            };
            let place = truth.index() - first;
            if ignored || overlap < APART {
                continue;
            }
            let Some(said) = said.get_mut(place) else { continue };
            said.strongest = said.strongest.max(score);
            if of == class && overlap >= SAME {
                on_own = true;
                said.own = said.own.max(score);
            }
            let best = if of == class { &mut best_own } else { &mut best_other };
            if best.is_none_or(|(_, most)| overlap > most) {
                *best = Some((place, overlap));
            }
        }
        if score < self.scores.confident || on_own {
            return largest >= APART;
        }
        match (best_other, best_own) {
            (Some((place, overlap)), _) if overlap >= SAME => {
                if let Some(said) = said.get_mut(place) {
                    said.other.get_or_insert((pred, overlap));
                }
            }
            (_, Some((place, overlap))) => {
                if let Some(said) = said.get_mut(place) {
                    said.beside.get_or_insert((pred, overlap));
                }
            }
            _ => {}
        }
        largest >= APART
    }

    /// The one thing that is most likely wrong with an annotation, if any.
    fn judge(&self, image: ImageId, truth: TruthId, label: ClassId, said: Said) -> Option<Suspect> {
        let of = Some((truth, label));
        let score = |pred: PredId| self.predictions.score.get(pred.index()).copied().unwrap_or(0.0);
        if let Some(other) = said.other.filter(|(pred, _)| said.own < score(*pred)) {
            return Some(self.suspect(SuspectKind::WrongLabel, image, of, Some(other)));
        }
        if let Some(beside) = said.beside.filter(|_| said.own < self.scores.faint) {
            return Some(self.suspect(SuspectKind::BadLocation, image, of, Some(beside)));
        }
        if said.strongest >= self.scores.faint {
            return None;
        }
        let mut suspect = self.suspect(SuspectKind::SpuriousLabel, image, of, None);
        // Whatever is below the faint score is next to nothing; less of it is surer.
        suspect.score = 1.0 - said.strongest / self.scores.faint;
        Some(suspect)
    }

    fn suspect(
        &self,
        kind: SuspectKind,
        image: ImageId,
        truth: Option<(TruthId, ClassId)>,
        pred: Option<(PredId, f64)>,
    ) -> Suspect {
        let at = pred.map(|(pred, _)| pred);
        Suspect {
            kind,
            image,
            truth: truth.map(|(truth, _)| truth),
            pred: at,
            label: truth.map(|(_, label)| label),
            model: at.and_then(|pred| self.predictions.class_of(pred)),
            score: at.and_then(|pred| self.predictions.score_of(pred)).unwrap_or(1.0),
            overlap: pred.filter(|_| truth.is_some()).map(|(_, overlap)| overlap),
        }
    }
}
