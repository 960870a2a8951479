//! What is wrong with each detection, image by image. Knows overlaps; knows nothing of precision.

use rayon::prelude::*;

use crate::metrics::pairs::Pairs;
use crate::model::{Cancelled, ClassId, Dataset, ImageId, PredId, Predictions, Progress, TruthId};

use super::TideError;

/// Overlap from which a truth is found.
const FOREGROUND: f64 = 0.5;
/// Overlap up to which a detection is background.
const BACKGROUND: f64 = 0.1;
/// Detections of an image that take part.
const MOST_DETECTIONS: usize = 100;
/// Images diagnosed in one go.
const CHUNK: usize = 64;

/// What became of a detection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Beyond the best hundred of its image.
    #[default]
    Spare,
    /// Found a truth.
    Correct,
    /// In error.
    Error(TideError),
    /// In error, but inside a crowd of its class: an object of the list that does not count as a false positive.
    Ignored(TideError),
}

impl Verdict {
    /// The type of its error.
    pub fn error(self) -> Option<TideError> {
        match self {
            Self::Error(error) | Self::Ignored(error) => Some(error),
            Self::Spare | Self::Correct => None,
        }
    }
}

/// A detection that would find a truth if its error did not happen: the best one for that truth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repair {
    pub pred: PredId,
    /// The class in which it would be right.
    pub class: ClassId,
}

/// All verdicts, by detection.
#[derive(Debug, Default)]
pub(super) struct Diagnosis {
    pub verdicts: Vec<Verdict>,
    /// In ascending order of detections.
    pub repairs: Vec<Repair>,
    /// Truths that nothing found and no repair would find.
    pub missed: Vec<TruthId>,
}

impl Diagnosis {
    pub fn of(
        dataset: &Dataset,
        predictions: &Predictions,
        pairs: &Pairs,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        let images: Vec<ImageId> = dataset.image_ids().collect();
        let parts: Vec<Self> = images
            .par_chunks(CHUNK)
            .map(|chunk| {
                progress.check()?;
                let mut examiner = Examiner::new(dataset, predictions, pairs);
                chunk.iter().for_each(|&image| examiner.image(image));
                Ok(examiner.diagnosis)
            })
            .collect::<Result<_, Cancelled>>()?;
        let mut all = Self { verdicts: Vec::with_capacity(predictions.len()), ..Self::default() };
        for part in parts {
            all.verdicts.extend_from_slice(&part.verdicts);
            all.repairs.extend_from_slice(&part.repairs);
            all.missed.extend_from_slice(&part.missed);
        }
        Ok(all)
    }
}

/// The state of a truth while its image is examined.
#[derive(Clone, Copy, Debug, Default)]
struct Fate {
    used: bool,
    repairable: bool,
}

/// The truth that a detection overlaps most, the first of equals; overlap 0 where there is none.
#[derive(Clone, Copy, Debug, Default)]
struct Best {
    overlap: f64,
    truth: usize,
}

impl Best {
    fn offer(&mut self, overlap: f64, truth: usize) {
        if overlap > self.overlap {
            *self = Self { overlap, truth };
        }
    }
}

struct Examiner<'a> {
    dataset: &'a Dataset,
    predictions: &'a Predictions,
    pairs: &'a Pairs,
    diagnosis: Diagnosis,
    fates: Vec<Fate>,
}

impl<'a> Examiner<'a> {
    fn new(dataset: &'a Dataset, predictions: &'a Predictions, pairs: &'a Pairs) -> Self {
        Self { dataset, predictions, pairs, diagnosis: Diagnosis::default(), fates: Vec::new() }
    }

    fn image(&mut self, image: ImageId) {
        let truths = self.dataset.truths.of(image);
        self.fates.clear();
        self.fates.resize(truths.len(), Fate::default());
        let all = self.predictions.of(image);
        let part = all.start..all.end.min(all.start + MOST_DETECTIONS);
        let before = self.diagnosis.verdicts.len();
        for pred in part.clone() {
            let correct = !truths.is_empty() && self.find(pred, truths.start);
            self.diagnosis.verdicts.push(if correct { Verdict::Correct } else { Verdict::Error(TideError::Bkg) });
        }
        if !truths.is_empty() {
            for (pred, place) in part.clone().zip(before..) {
                if self.diagnosis.verdicts[place] != Verdict::Correct {
                    self.diagnosis.verdicts[place] = self.examine(pred, truths.start);
                }
            }
        }
        self.diagnosis.verdicts.resize(before + all.len(), Verdict::Spare);
        for (truth, fate) in truths.zip(&self.fates) {
            if !(fate.used || fate.repairable || self.dataset.truths.ignored[truth]) {
                self.diagnosis.missed.push(TruthId::from_index(truth));
            }
        }
    }

    /// Lets a detection take the free truth of its class that it overlaps most. `first` is the image's first truth.
    fn find(&mut self, pred: usize, first: usize) -> bool {
        let truths = &self.dataset.truths;
        let class = self.predictions.class[pred];
        let mut best = Best::default();
        for (truth, overlap) in self.pairs.of(PredId::from_index(pred)) {
            let truth = truth.index();
            if overlap >= FOREGROUND
                && truths.class[truth] == class
                && !truths.ignored[truth]
                && !self.fates[truth - first].used
            {
                best.offer(overlap, truth);
            }
        }
        let found = best.overlap > 0.0;
        if found {
            self.fates[best.truth - first].used = true;
        }
        found
    }

    /// Finds what is wrong with a detection that found nothing, once its image is matched.
    fn examine(&mut self, pred: usize, first: usize) -> Verdict {
        let truths = &self.dataset.truths;
        let class = self.predictions.class[pred];
        let (mut same, mut same_used, mut other) = (Best::default(), Best::default(), Best::default());
        let mut in_crowd = false;
        for (truth, overlap) in self.pairs.of(PredId::from_index(pred)) {
            let truth = truth.index();
            match (truths.class[truth] == class, truths.ignored[truth]) {
                (true, false) => {
                    same.offer(overlap, truth);
                    if self.fates[truth - first].used {
                        same_used.offer(overlap, truth);
                    }
                }
                (false, false) => other.offer(overlap, truth),
                (true, true) => in_crowd |= overlap > FOREGROUND,
                (false, true) => {}
            }
        }
        let error = if (BACKGROUND..=FOREGROUND).contains(&same.overlap) {
            self.repair(pred, same.truth, first);
            TideError::Loc
        } else if other.overlap >= FOREGROUND {
            self.repair(pred, other.truth, first);
            TideError::Cls
        } else if same_used.overlap >= FOREGROUND {
            TideError::Dupe
        } else if same.overlap.max(other.overlap) <= BACKGROUND {
            TideError::Bkg
        } else {
            TideError::Both
        };
        if in_crowd { Verdict::Ignored(error) } else { Verdict::Error(error) }
    }

    /// Notes that a repaired detection would find a truth, unless something better found it or would.
    fn repair(&mut self, pred: usize, truth: usize, first: usize) {
        let fate = &mut self.fates[truth - first];
        if !fate.used && !fate.repairable {
            fate.repairable = true;
            let class = self.dataset.truths.class[truth];
            self.diagnosis.repairs.push(Repair { pred: PredId::from_index(pred), class });
        }
    }
}
