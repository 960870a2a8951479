//! ROUGE: Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004, as rouge-score 0.1.2 computes it.
//!
//! Tokens are runs of a–z and 0–9 in the text in small letters, so that texts in other scripts have none and score 0.

use super::grams::Grams;
use super::lcs::Rows;
use super::porter;
use super::python::lower;
use super::vocabulary::Vocabulary;
use crate::model::{Cancelled, Progress};

/// Precision, recall and F1 = 2PR / (P + R), each 0…1; 0 where its denominator is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    /// Shared units over those of the prediction.
    pub precision: f64,
    /// Shared units over those of the reference.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
}

impl Rates {
    fn new(shared: u64, of_prediction: u64, of_reference: u64) -> Self {
        let [precision, recall] = [of_prediction, of_reference].map(|of| shared as f64 / of.max(1) as f64);
        let both = precision + recall;
        Self { precision, recall, f1: if both > 0.0 { 2.0 * precision * recall / both } else { 0.0 } }
    }

    /// The one with the higher F1, the first of equal ones.
    fn better(self, next: Self) -> Self {
        if next.f1 > self.f1 { next } else { self }
    }
}

/// The four kinds for one item.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rouge {
    /// Tokens.
    pub rouge1: Rates,
    /// Pairs of tokens that follow each other.
    pub rouge2: Rates,
    /// The longest common subsequence of tokens.
    pub rouge_l: Rates,
    /// Lines as sentences: tokens of a reference sentence that are in its longest common subsequence with any sentence of
    /// the prediction, each token at most as often as in the prediction.
    pub rouge_lsum: Rates,
    /// The prediction has no token, or no reference has one: all rates are 0, whatever the texts say.
    pub without_tokens: bool,
}

/// ROUGE of one item; of several references each kind takes the one with the best F1. `stem`: tokens of more than three
/// letters are reduced to their stem by [`porter::stem`]. All 0 without a reference.
///
/// # Errors
/// [`Cancelled`] when `progress` says so; asked only in very long texts.
pub fn rouge(prediction: &str, references: &[&str], stem: bool, progress: &dyn Progress) -> Result<Rouge, Cancelled> {
    let mut vocabulary = Vocabulary::new();
    let mut side = |text: &str| Side::new(&lower(text), stem, &mut vocabulary);
    let prediction = side(prediction);
    let references: Vec<Side> = references.iter().map(|reference| side(reference)).collect();
    prediction.rouge(&references.iter().collect::<Vec<_>>(), vocabulary.len(), progress)
}

/// A text as ROUGE sees it.
#[derive(Debug)]
pub(super) struct Side {
    tokens: Vec<u32>,
    /// Ends of the sentences that have tokens.
    ends: Vec<usize>,
    grams: Grams,
}

impl Side {
    /// Of a text in small letters.
    pub(super) fn new(lower: &str, stem: bool, vocabulary: &mut Vocabulary) -> Self {
        let (mut tokens, mut ends) = (Vec::new(), Vec::new());
        for line in lower.as_bytes().split(|byte| *byte == b'\n') {
            let runs = line.split(|byte| !matches!(byte, b'a'..=b'z' | b'0'..=b'9')).filter(|run| !run.is_empty());
            if stem {
                tokens.extend(runs.map(|token| match token.len() {
                    ..=3 => vocabulary.id(token),
                    _ => vocabulary.id(&porter::stem_bytes(token)),
                }));
            } else {
                tokens.extend(runs.map(|token| vocabulary.id(token)));
            }
            if ends.last().copied().unwrap_or(0) < tokens.len() {
                ends.push(tokens.len());
            }
        }
        Self { grams: Grams::of_tokens(&tokens, 2), tokens, ends }
    }

    fn sentences(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).filter_map(|(start, end)| self.tokens.get(start..*end))
    }

    /// See [`rouge`]; `bound` is above all token ids.
    pub(super) fn rouge(
        &self,
        references: &[&Self],
        bound: usize,
        progress: &dyn Progress,
    ) -> Result<Rouge, Cancelled> {
        let mut rows = Rows::new(bound);
        let mut best: Option<Rouge> = None;
        for reference in references {
            let next = self.against(reference, &mut rows, bound, progress)?;
            best = Some(best.map_or(next, |best| Rouge {
                rouge1: best.rouge1.better(next.rouge1),
                rouge2: best.rouge2.better(next.rouge2),
                rouge_l: best.rouge_l.better(next.rouge_l),
                rouge_lsum: best.rouge_lsum.better(next.rouge_lsum),
                without_tokens: best.without_tokens && next.without_tokens,
            }));
        }
        Ok(best.unwrap_or_default())
    }

    fn against(
        &self,
        reference: &Self,
        rows: &mut Rows,
        bound: usize,
        progress: &dyn Progress,
    ) -> Result<Rouge, Cancelled> {
        if self.tokens.is_empty() || reference.tokens.is_empty() {
            return Ok(Rouge { without_tokens: true, ..Rouge::default() });
        }
        let grams =
            |n| Rates::new(self.grams.shared(&reference.grams, n), self.grams.count(n), reference.grams.count(n));
        let tokens = |shared: usize| Rates::new(shared as u64, self.tokens.len() as u64, reference.tokens.len() as u64);
        rows.set(&reference.tokens);
        let common = rows.common(&self.tokens, progress)?;
        let of_sentences = match (self.ends.as_slice(), reference.ends.as_slice()) {
            // of one sentence each, both kinds are one
            ([_], [_]) => common,
            _ => self.union(reference, rows, bound, progress)?,
        };
        Ok(Rouge {
            rouge1: grams(1),
            rouge2: grams(2),
            rouge_l: tokens(common),
            rouge_lsum: tokens(of_sentences),
            without_tokens: false,
        })
    }

    /// Tokens that ROUGE-Lsum counts as shared.
    fn union(
        &self,
        reference: &Self,
        rows: &mut Rows,
        bound: usize,
        progress: &dyn Progress,
    ) -> Result<usize, Cancelled> {
        let mut left = vec![0_u32; bound];
        for token in &self.tokens {
            if let Some(count) = left.get_mut(*token as usize) {
                *count += 1;
            }
        }
        let mut shared = 0;
        for of_reference in reference.sentences() {
            progress.check()?;
            rows.set(of_reference);
            let mut covered = vec![false; of_reference.len()];
            for sentence in self.sentences() {
                rows.align(sentence, progress, |row, _| {
                    if let Some(place) = covered.get_mut(row) {
                        *place = true;
                    }
                })?;
            }
            for (token, _) in of_reference.iter().zip(&covered).filter(|(_, covered)| **covered) {
                if let Some(count) = left.get_mut(*token as usize).filter(|count| **count > 0) {
                    *count -= 1;
                    shared += 1;
                }
            }
        }
        Ok(shared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NoProgress;

    #[test]
    fn other_scripts_have_no_tokens() {
        for (prediction, reference, without) in [("日本", "日本", true), ("a", "日本", true), ("日本1", "1", false)]
        {
            let rouge = rouge(prediction, &[reference], false, &NoProgress).unwrap();
            assert_eq!(rouge.without_tokens, without, "{prediction} {reference}");
            assert_eq!(rouge.rouge_l.f1, if without { 0.0 } else { 1.0 });
        }
        assert!(!rouge("a", &["日本", "b"], false, &NoProgress).unwrap().without_tokens);
    }
}
