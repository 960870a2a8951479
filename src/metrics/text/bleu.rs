//! BLEU: Papineni, Roukos, Ward, Zhu, "BLEU: a Method for Automatic Evaluation of Machine Translation", ACL 2002, as sacrebleu
//! 2.6.0 computes it by default: tokens of mteval-v13a, case kept, n up to 4, exponential smoothing.

use super::grams::Grams;
use super::signature::SACREBLEU;
use super::tokenise::each_13a;
use super::vocabulary::Vocabulary;

/// The longest n-gram that counts.
pub const ORDER: usize = 4;

/// What BLEU needs of an item or, added up, of a corpus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BleuCounts {
    /// n-grams of the prediction that are in a reference, each at most as often as in the reference that has it most often;
    /// for n = 1…4.
    pub matches: [u64; ORDER],
    /// n-grams of the prediction.
    pub totals: [u64; ORDER],
    /// Tokens of the prediction.
    pub length: u64,
    /// Tokens of the reference whose number of tokens is closest; the shorter one of two equally close.
    pub reference_length: u64,
}

impl BleuCounts {
    /// Of one item. Without a reference nothing matches and the length to reach is 0.
    #[must_use]
    pub fn new(prediction: &str, references: &[&str]) -> Self {
        let mut vocabulary = Vocabulary::new();
        let mut grams = |text: &str| grams(text, &mut vocabulary);
        let prediction = grams(prediction);
        let references: Vec<Grams> = references.iter().map(|reference| grams(reference)).collect();
        Self::of(&prediction, &references.iter().collect::<Vec<_>>())
    }

    /// Of the n-grams of [`grams`].
    pub(super) fn of(prediction: &Grams, references: &[&Grams]) -> Self {
        let length = prediction.count(1);
        let lengths = references.iter().map(|reference| reference.count(1));
        let orders = [1, 2, 3, 4];
        Self {
            matches: orders.map(|n| prediction.shared_with_any(references, n)),
            totals: orders.map(|n| prediction.count(n)),
            length,
            reference_length: lengths.min_by_key(|of| (of.abs_diff(length), *of)).unwrap_or(0),
        }
    }

    /// Adds those of another item.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.matches.iter_mut().zip(other.matches).chain(self.totals.iter_mut().zip(other.totals)) {
            *sum += more;
        }
        self.length += other.length;
        self.reference_length += other.reference_length;
    }

    /// BLEU of a corpus, 0…100: brevity penalty · exp(mean of ln precision of n = 1…4). The k-th precision without a match
    /// counts 1 / (2^k · n-grams). 0 where no token matches or the corpus holds no n-gram of some length.
    #[must_use]
    pub fn corpus_score(&self) -> f64 {
        self.score(false)
    }

    /// BLEU of one item, 0…100: only lengths of n-grams that the prediction holds take part in the mean (sacrebleu's
    /// `effective_order`).
    #[must_use]
    pub fn item_score(&self) -> f64 {
        self.score(true)
    }

    fn score(&self, effective: bool) -> f64 {
        if self.matches == [0; ORDER] {
            return 0.0;
        }
        let (mut sum, mut orders, mut smoothing) = (0.0, 0, 1.0);
        for (matches, total) in self.matches.iter().zip(self.totals).filter(|(_, total)| *total > 0) {
            orders += 1;
            let matches = match matches {
                0 => {
                    smoothing *= 0.5;
                    smoothing
                }
                some => *some as f64,
            };
            sum += (100.0 * matches / total as f64).ln();
        }
        if orders < ORDER && !effective {
            return 0.0;
        }
        self.brevity_penalty() * (sum / orders as f64).exp()
    }

    /// exp(1 − reference length / length) of a prediction that is shorter than its reference, else 1.
    #[must_use]
    pub fn brevity_penalty(&self) -> f64 {
        match (self.length, self.reference_length) {
            (length, reference) if length >= reference => 1.0,
            (0, _) => 0.0,
            (length, reference) => (1.0 - reference as f64 / length as f64).exp(),
        }
    }
}

/// n-grams of a text for [`BleuCounts::of`].
pub(super) fn grams(text: &str, vocabulary: &mut Vocabulary) -> Grams {
    let mut ids = Vec::new();
    each_13a(text, |token| ids.push(vocabulary.id(token)));
    Grams::of_tokens(&ids, ORDER as u32)
}

/// sacrebleu's signature of the corpus score; the number of references per item, `None` where items differ.
#[must_use]
pub fn signature(references: Option<usize>) -> String {
    SACREBLEU.with(references, "case:mixed|eff:no|tok:13a|smooth:exp")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closest_reference_length() {
        // 4 tokens; references of 6, 2 and 5: 5 is closest. Of 6 and 2 the shorter one.
        assert_eq!(BleuCounts::new("a b c d", &["a a a a a a", "b b", "c c c c c"]).reference_length, 5);
        assert_eq!(BleuCounts::new("a b c d", &["a a a a a a", "b b"]).reference_length, 2);
    }

    #[test]
    fn short_predictions() {
        // one token, one match: order 1 only; e^(1 − 2/1)
        let counts = BleuCounts::new("a", &["a b"]);
        assert!((counts.item_score() - 100.0 * (-1.0_f64).exp()).abs() < 1e-12);
        assert_eq!(counts.corpus_score(), 0.0);
        assert_eq!(BleuCounts::new("", &["a"]).item_score(), 0.0);
        assert_eq!(BleuCounts::new("", &[""]).item_score(), 0.0);
        assert_eq!(BleuCounts::new("a", &[]), BleuCounts { totals: [1, 0, 0, 0], length: 1, ..Default::default() });
    }
}
