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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Beyond the best hundred of its image.
    Spare,
    /// Found a truth.
    Correct,
    /// In error. Inside a crowd of its class it is `ignored`: listed, but not counted as a false positive.
    Error { error: TideError, ignored: bool },
}

impl Verdict {
    /// The type of its error.
    pub fn error(self) -> Option<TideError> {
        match self {
            Self::Error { error, .. } => Some(error),
            Self::Spare | Self::Correct => None,
        }
    }
}

/// A detection's class and verdict in one word, for a walk that meets them in an order that is random in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Note(u32);

impl Note {
    const SPARE: u32 = 6;
    const CORRECT: u32 = 7;
    const KIND: u32 = 7;
    const IGNORED: u32 = 1 << 3;
    const REPAIRABLE: u32 = 1 << 4;
    const CLASS_SHIFT: u32 = 5;

    fn new(class: ClassId, verdict: Verdict) -> Self {
        let bits = match verdict {
            Verdict::Spare => Self::SPARE,
            Verdict::Correct => Self::CORRECT,
            Verdict::Error { error, ignored } => error as u32 | if ignored { Self::IGNORED } else { 0 },
        };
        Self((class.0 << Self::CLASS_SHIFT) | bits)
    }

    /// Its class.
    pub fn class(self) -> usize {
        (self.0 >> Self::CLASS_SHIFT) as usize
    }

    /// What became of it.
    pub fn verdict(self) -> Verdict {
        let kind = self.0 & Self::KIND;
        match TideError::ALL.get(kind as usize) {
            Some(&error) => Verdict::Error { error, ignored: self.0 & Self::IGNORED != 0 },
            None if kind == Self::CORRECT => Verdict::Correct,
            None => Verdict::Spare,
        }
    }

    /// True where there is a [`Repair`] of it.
    pub fn repairable(self) -> bool {
        self.0 & Self::REPAIRABLE != 0
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
    pub notes: Vec<Note>,
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
        let mut all = Self { notes: Vec::with_capacity(predictions.len()), ..Self::default() };
        for part in parts {
            all.notes.extend_from_slice(&part.notes);
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

/// An error that ends if its detection gets this truth.
#[derive(Clone, Copy, Debug)]
struct Claim {
    pred: usize,
    truth: usize,
}

struct Examiner<'a> {
    dataset: &'a Dataset,
    predictions: &'a Predictions,
    pairs: &'a Pairs,
    diagnosis: Diagnosis,
    fates: Vec<Fate>,
    claims: Vec<Claim>,
}

impl<'a> Examiner<'a> {
    fn new(dataset: &'a Dataset, predictions: &'a Predictions, pairs: &'a Pairs) -> Self {
        let (diagnosis, fates, claims) = Default::default();
        Self { dataset, predictions, pairs, diagnosis, fates, claims }
    }

    fn image(&mut self, image: ImageId) {
        let truths = self.dataset.truths.of(image);
        self.fates.clear();
        self.fates.resize(truths.len(), Fate::default());
        self.claims.clear();
        let before = self.diagnosis.notes.len();
        let all = self.predictions.of(image);
        for pred in all.clone() {
            let verdict =
                if pred < all.start + MOST_DETECTIONS { self.examine(pred, truths.start) } else { Verdict::Spare };
            self.diagnosis.notes.push(Note::new(self.predictions.class[pred], verdict));
        }
        // Once all is matched: the best detection that a truth is left for would find it.
        for &Claim { pred, truth } in &self.claims {
            let fate = &mut self.fates[truth - truths.start];
            if !fate.used && !fate.repairable {
                fate.repairable = true;
                let class = self.dataset.truths.class[truth];
                self.diagnosis.repairs.push(Repair { pred: PredId::from_index(pred), class });
                self.diagnosis.notes[before + pred - all.start].0 |= Note::REPAIRABLE;
            }
        }
        for (truth, fate) in truths.zip(&self.fates) {
            if !(fate.used || fate.repairable || self.dataset.truths.ignored[truth]) {
                self.diagnosis.missed.push(TruthId::from_index(truth));
            }
        }
    }

    /// Lets a detection take the free truth of its class that it overlaps most, or finds what is wrong with it. `first`
    /// is the image's first truth.
    fn examine(&mut self, pred: usize, first: usize) -> Verdict {
        let truths = &self.dataset.truths;
        let class = self.predictions.class[pred];
        let (mut free, mut same, mut other) = (Best::default(), Best::default(), Best::default());
        let mut ignored = false;
        for (truth, overlap) in self.pairs.of(PredId::from_index(pred)) {
            let truth = truth.index();
            match (truths.class[truth] == class, truths.ignored[truth]) {
                (true, false) => {
                    same.offer(overlap, truth);
                    if overlap >= FOREGROUND && !self.fates[truth - first].used {
                        free.offer(overlap, truth);
                    }
                }
                (false, false) => other.offer(overlap, truth),
                (true, true) => ignored |= overlap > FOREGROUND,
                (false, true) => {}
            }
        }
        if free.overlap > 0.0 {
            self.fates[free.truth - first].used = true;
            return Verdict::Correct;
        }
        let error = if (BACKGROUND..=FOREGROUND).contains(&same.overlap) {
            self.claims.push(Claim { pred, truth: same.truth });
            TideError::Loc
        } else if other.overlap >= FOREGROUND {
            self.claims.push(Claim { pred, truth: other.truth });
            TideError::Cls
        } else if same.overlap > FOREGROUND {
            // It found nothing, so whatever it overlaps that much is taken.
            TideError::Dupe
        } else if same.overlap.max(other.overlap) <= BACKGROUND {
            TideError::Bkg
        } else {
            TideError::Both
        };
        Verdict::Error { error, ignored }
    }
}
