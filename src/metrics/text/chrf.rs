//! chrF: Popović, "chrF: character n-gram F-score for automatic MT evaluation", WMT 2015; chrF++: the same, "chrF++: words helping
//! character n-grams", WMT 2017; as sacrebleu 2.6.0 computes them by default: characters up to 6 without white space, words
//! up to 2 in chrF++, β 2, only orders that both sides have.

use super::grams::Grams;
use super::python::is_space;
use super::signature::SACREBLEU;
use super::tokenise::each_chrf_word;
use super::vocabulary::Vocabulary;

/// Orders of chrF: n-grams of 1…6 characters.
pub const CHARACTERS: usize = 6;
/// Orders of chrF++: those of characters, then n-grams of 1 and 2 words.
pub const CHARACTERS_AND_WORDS: usize = 8;

/// n-grams of one order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderCounts {
    /// Of the prediction; 0 where the reference has none, as the reference implementation counts.
    pub prediction: u64,
    /// Of the reference.
    pub reference: u64,
    /// Of both, each as often as on the side that has fewer.
    pub matches: u64,
}

/// What chrF (6 orders) or chrF++ (8 orders) needs of an item or, added up, of a corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChrfCounts<const ORDERS: usize>(pub [OrderCounts; ORDERS]);

impl<const ORDERS: usize> Default for ChrfCounts<ORDERS> {
    fn default() -> Self {
        Self([OrderCounts::default(); ORDERS])
    }
}

impl<const ORDERS: usize> ChrfCounts<ORDERS> {
    /// Adds those of another item.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(&other.0) {
            sum.prediction += more.prediction;
            sum.reference += more.reference;
            sum.matches += more.matches;
        }
    }

    /// 100 · (1 + β²) P R / (β² P + R) with β = 2, precision and recall each the mean over the orders that both sides have;
    /// 0 without such an order or without a match.
    #[must_use]
    pub fn score(&self) -> f64 {
        let present = self.0.iter().filter(|order| order.prediction > 0 && order.reference > 0);
        let (mut precision, mut recall, mut orders) = (0.0, 0.0, 0);
        for order in present {
            precision += order.matches as f64 / order.prediction as f64;
            recall += order.matches as f64 / order.reference as f64;
            orders += 1;
        }
        if precision + recall == 0.0 {
            return 0.0;
        }
        let (precision, recall) = (precision / f64::from(orders), recall / f64::from(orders));
        100.0 * 5.0 * precision * recall / (4.0 * precision + recall)
    }

    /// The counts of the reference with the highest score, the first of equal ones; nothing without a reference.
    fn best(of_references: impl Iterator<Item = Self>) -> Self {
        let scored = of_references.map(|counts| (counts.score(), counts));
        scored
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
            .map(|(_, counts)| counts)
            .unwrap_or_default()
    }
}

/// The counts of both metrics for one item; of several references each metric takes the one with which it is highest.
#[must_use]
pub fn counts(prediction: &str, references: &[&str]) -> (ChrfCounts<CHARACTERS>, ChrfCounts<CHARACTERS_AND_WORDS>) {
    let mut vocabulary = Vocabulary::new();
    let mut side = |text: &str| Side::new(text, &mut vocabulary);
    let prediction = side(prediction);
    let references: Vec<Side> = references.iter().map(|reference| side(reference)).collect();
    prediction.counts(references.iter())
}

/// A text as these two metrics see it.
#[derive(Debug)]
pub(super) struct Side {
    characters: Grams,
    words: Grams,
}

impl Side {
    pub(super) fn new(text: &str, vocabulary: &mut Vocabulary) -> Self {
        let mut ids = Vec::new();
        each_chrf_word(text, |word| ids.push(vocabulary.id(word)));
        Self { characters: Grams::of_chars(text.chars().filter(|c| !is_space(*c))), words: Grams::of_tokens(&ids, 2) }
    }

    /// See [`counts`].
    pub(super) fn counts<'a>(
        &self,
        references: impl Iterator<Item = &'a Self>,
    ) -> (ChrfCounts<CHARACTERS>, ChrfCounts<CHARACTERS_AND_WORDS>) {
        let with_words: Vec<_> = references.map(|reference| self.against(reference)).collect();
        let without = with_words.iter().map(|ChrfCounts([a, b, c, d, e, f, ..])| ChrfCounts([*a, *b, *c, *d, *e, *f]));
        (ChrfCounts::best(without), ChrfCounts::best(with_words.iter().copied()))
    }

    fn against(&self, reference: &Self) -> ChrfCounts<CHARACTERS_AND_WORDS> {
        let order = |of: &Grams, reference: &Grams, n: u32| {
            let in_reference = reference.count(n);
            let prediction = if in_reference > 0 { of.count(n) } else { 0 };
            OrderCounts { prediction, reference: in_reference, matches: of.shared(reference, n) }
        };
        let characters = |n| order(&self.characters, &reference.characters, n);
        let words = |n| order(&self.words, &reference.words, n);
        let [a, b, c, d, e, f] = [1, 2, 3, 4, 5, 6].map(characters);
        ChrfCounts([a, b, c, d, e, f, words(1), words(2)])
    }
}

/// sacrebleu's signature of chrF, or of chrF++ `with_words`; the number of references per item, `None` where items differ.
#[must_use]
pub fn signature(references: Option<usize>, with_words: bool) -> String {
    let words = if with_words { 2 } else { 0 };
    SACREBLEU.with(references, &format!("case:mixed|eff:yes|nc:6|nw:{words}|space:no"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_sides() {
        for (prediction, reference) in [("", ""), ("a", ""), ("", "a"), (" ", "\u{a0}"), ("a", "b")] {
            let (chrf, chrf_plus_plus) = counts(prediction, &[reference]);
            assert_eq!((chrf.score(), chrf_plus_plus.score()), (0.0, 0.0), "{prediction:?} {reference:?}");
        }
        assert_eq!(counts("a", &[]).0, ChrfCounts::default());
    }

    #[test]
    fn the_reference_that_fits_best() {
        let (chrf, _) = counts("abc", &["xyz", "abd", "ab"]);
        // "abd": P = R = (2/3 + 1/2 + 0) / 3 = 7/18. "ab": P = (2/3 + 1/2) / 2 = 7/12, R = 1.
        assert!((chrf.score() - 100.0 * 5.0 * (7.0 / 12.0) / (4.0 * 7.0 / 12.0 + 1.0)).abs() < 1e-12);
    }
}
