//! Translation edit rate: Snover, Dorr, Schwartz, Micciulla, Makhoul, "A Study of Translation Edit Rate with Targeted Human
//! Annotation", AMTA 2006, by the rules and limits of sacrebleu 2.6.0, which follow Tercom: small letters, words between
//! white space, punctuation kept.

mod beam;

use beam::Beam;

use super::python::{lower, words};
use super::signature::SACREBLEU;
use super::vocabulary::Vocabulary;
use crate::model::{Cancelled, Progress};

/// Words that are moved together at most.
const LONGEST_SHIFT: usize = 10;
/// How far apart a run of words may stand in prediction and reference.
const FARTHEST_SHIFT: usize = 50;
/// Shifts that are tried for an item. The search then ends, and the shift that was about to be chosen is not done.
const TRIED_SHIFTS: usize = 1_000;

/// What TER needs of an item or, added up, of a corpus.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TerCounts {
    /// Insertions, deletions, replacements and shifts of words, to the reference that needs the fewest.
    pub edits: u64,
    /// Words of a reference, the mean over the references.
    pub reference_length: f64,
}

impl TerCounts {
    /// Of one item; nothing without a reference.
    ///
    /// # Errors
    /// [`Cancelled`] when `progress` says so.
    pub fn new(prediction: &str, references: &[&str], progress: &dyn Progress) -> Result<Self, Cancelled> {
        let mut vocabulary = Vocabulary::new();
        let mut ids = |text: &str| ids(&lower(text), &mut vocabulary);
        let prediction = ids(prediction);
        let references: Vec<Vec<u32>> = references.iter().map(|reference| ids(reference)).collect();
        Self::of(&prediction, references.iter().map(Vec::as_slice), progress)
    }

    /// Of the words of [`ids`].
    pub(super) fn of<'a>(
        prediction: &[u32],
        references: impl Iterator<Item = &'a [u32]>,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        let (mut fewest, mut words, mut number) = (None, 0, 0_u64);
        for reference in references {
            let edits = edits(prediction, reference, progress)?;
            fewest = Some(fewest.map_or(edits, |fewest: u64| fewest.min(edits)));
            words += reference.len();
            number += 1;
        }
        Ok(Self { edits: fewest.unwrap_or(0), reference_length: words as f64 / number.max(1) as f64 })
    }

    /// Adds those of another item.
    pub fn add(&mut self, other: &Self) {
        self.edits += other.edits;
        self.reference_length += other.reference_length;
    }

    /// 100 · edits / words of the reference; can be above 100, smaller is better. Of empty references 0 where the prediction
    /// is empty too, else 100.
    #[must_use]
    pub fn score(&self) -> f64 {
        match self.edits {
            edits if self.reference_length > 0.0 => 100.0 * (edits as f64 / self.reference_length),
            0 => 0.0,
            _ => 100.0,
        }
    }
}

/// Words of a text in small letters.
pub(super) fn ids(lower: &str, vocabulary: &mut Vocabulary) -> Vec<u32> {
    words(lower).map(|word| vocabulary.id(word.as_bytes())).collect()
}

/// sacrebleu's signature; the number of references per item, `None` where items differ.
#[must_use]
pub fn signature(references: Option<usize>) -> String {
    SACREBLEU.with(references, "case:lc|tok:tercom|norm:no|punct:yes|asian:no")
}

/// Shifts, one after the other, each the one that saves most, and the edits that are then left.
fn edits(prediction: &[u32], reference: &[u32], progress: &dyn Progress) -> Result<u64, Cancelled> {
    if reference.is_empty() || prediction == reference {
        return Ok(prediction.len().abs_diff(reference.len()) as u64);
    }
    let mut beam = Beam::new(prediction, reference, progress)?;
    let (mut shifts, mut tried) = (0, 0);
    loop {
        let best = best_shift(&mut beam, &mut tried, progress)?;
        match best {
            Some(best) if best.saved > 0 && tried < TRIED_SHIFTS => {
                shifts += 1;
                let words = best.shift.apply(beam.words());
                beam = Beam::new(&words, reference, progress)?;
            }
            _ => return Ok(shifts + u64::from(beam.distance())),
        }
    }
}

/// A run of words of the prediction and where it goes.
#[derive(Clone, Copy, Debug)]
struct Shift {
    start: usize,
    length: usize,
    /// The word before which it is put; beyond `start` as if the run were still there, inside the run as many words later.
    target: usize,
}

impl Shift {
    fn apply(&self, words: &[u32]) -> Vec<u32> {
        let Self { start, length, target } = *self;
        let part = |from: usize, to: usize| words.get(from.min(words.len())..to.min(words.len())).unwrap_or(&[]);
        let run = part(start, start + length);
        let rest = words.len();
        if target < start {
            return [part(0, target), run, part(target, start), part(start + length, rest)].concat();
        }
        let end = if target > start + length { target } else { target + length };
        [part(0, start), part(start + length, end), run, part(end, rest)].concat()
    }
}

/// The best shift so far; of equally good ones the longest, then the one whose run, then whose target stands first.
struct Best {
    saved: i64,
    shift: Shift,
}

impl Best {
    fn order(&self) -> (i64, usize, std::cmp::Reverse<usize>, std::cmp::Reverse<usize>) {
        let Shift { start, length, target } = self.shift;
        (self.saved, length, std::cmp::Reverse(start), std::cmp::Reverse(target))
    }
}

fn best_shift(beam: &mut Beam<'_>, tried: &mut usize, progress: &dyn Progress) -> Result<Option<Best>, Cancelled> {
    let alignment = beam.alignment();
    let before = i64::from(beam.distance());
    let mut best: Option<Best> = None;
    for start in 0..beam.words().len() {
        let nearest = start.saturating_sub(FARTHEST_SHIFT);
        for in_reference in nearest..(start + FARTHEST_SHIFT + 1).min(beam.reference().len()) {
            for length in 1..=beam.common_run(start, in_reference, LONGEST_SHIFT) {
                if !alignment.worth_moving(start, in_reference, length) {
                    continue;
                }
                for target in alignment.targets(in_reference, length) {
                    progress.check()?;
                    let shift = Shift { start, length, target };
                    let saved = before - i64::from(beam.distance_of(&shift.apply(beam.words()), progress)?);
                    *tried += 1;
                    let next = Best { saved, shift };
                    if best.as_ref().is_none_or(|best| next.order() > best.order()) {
                        best = Some(next);
                    }
                }
                if *tried >= TRIED_SHIFTS {
                    return Ok(best);
                }
            }
        }
    }
    Ok(best)
}

/// Which words of the prediction stand for which of the reference.
#[derive(Debug, Default)]
struct Alignment {
    /// By word of the reference: the words of the prediction up to and with its partner, or up to where it is missing.
    up_to: Vec<usize>,
    /// Words of the reference that have no equal partner.
    wrong_in_reference: Vec<bool>,
    /// Words of the prediction that have no equal partner.
    wrong_in_prediction: Vec<bool>,
}

impl Alignment {
    /// Some word of the run is wrong on both sides, and it does not go into itself.
    fn worth_moving(&self, start: usize, in_reference: usize, length: usize) -> bool {
        let any = |wrong: &[bool], from: usize| wrong.iter().skip(from).take(length).any(|wrong| *wrong);
        let inside = |up_to: &usize| *up_to > start && *up_to <= start + length;
        any(&self.wrong_in_prediction, start)
            && any(&self.wrong_in_reference, in_reference)
            && !self.up_to.get(in_reference).is_some_and(inside)
    }

    /// Where the run could go: behind the partner of the word before it in the reference, and of each of its own; a place
    /// that comes twice in a row once.
    fn targets(&self, in_reference: usize, length: usize) -> impl Iterator<Item = usize> {
        let first = match in_reference.checked_sub(1) {
            None => Some(0),
            Some(before) => self.up_to.get(before).copied(),
        };
        let own = self.up_to.iter().skip(in_reference).take(length).copied();
        let mut last = None;
        first.into_iter().chain(own).filter(move |target| last.replace(*target) != Some(*target))
    }
}
