//! Exact match and token F1 of SQuAD v1.1: Rajpurkar, Zhang, Lopyrev, Liang, "SQuAD: 100,000+ Questions for Machine
//! Comprehension of Text", EMNLP 2016, by the rules of its evaluation script.
//!
//! A text is normalised in this order: small letters, ASCII punctuation out (what stood on both sides of it is joined), the
//! words a, an and the out, runs of white space to one space. Two texts are equal where their tokens are.

use std::sync::LazyLock;

use regex::Regex;

use super::grams::Grams;
use super::python::{lower, words};
use super::vocabulary::Vocabulary;

/// Whether the normalised prediction equals any of the normalised references.
#[must_use]
pub fn exact_match(prediction: &str, references: &[&str]) -> bool {
    let prediction = normalise(prediction);
    references.iter().any(|reference| normalise(reference) == prediction)
}

/// F1 = 2PR / (P + R) of the normalised tokens, repeated ones counted up to their number on the other side; the best over the
/// references, 0 without one. Both sides empty after normalisation: 1 (the script's function says 0 there, though it calls the
/// pair an exact match); one side empty: 0.
#[must_use]
pub fn token_f1(prediction: &str, references: &[&str]) -> f64 {
    let mut vocabulary = Vocabulary::new();
    let mut side = |text: &str| Side::new(&lower(text), &mut vocabulary);
    let prediction = side(prediction);
    references.iter().map(|reference| prediction.f1(&side(reference))).fold(0.0, f64::max)
}

/// The normalised text.
///
/// ```
/// assert_eq!(evalens::metrics::text::normalise::normalise(" The  U.S. and a half-life"), "us and halflife");
/// ```
#[must_use]
pub fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    tokens(&lower(text), |token| {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.push_str(token);
    });
    normal
}

/// A text as these two metrics see it.
#[derive(Debug)]
pub(super) struct Side {
    tokens: Vec<u32>,
    grams: Grams,
}

impl Side {
    /// Of a text in small letters.
    pub(super) fn new(lower: &str, vocabulary: &mut Vocabulary) -> Self {
        let mut ids = Vec::new();
        tokens(lower, |token| ids.push(vocabulary.id(token.as_bytes())));
        Self { grams: Grams::of_tokens(&ids, 1), tokens: ids }
    }

    pub(super) fn equals(&self, other: &Self) -> bool {
        self.tokens == other.tokens
    }

    pub(super) fn f1(&self, other: &Self) -> f64 {
        if self.tokens.is_empty() && other.tokens.is_empty() {
            return 1.0;
        }
        let shared = self.grams.shared(&other.grams, 1);
        if shared == 0 {
            return 0.0;
        }
        let precision = shared as f64 / self.tokens.len() as f64;
        let recall = shared as f64 / other.tokens.len() as f64;
        2.0 * precision * recall / (precision + recall)
    }
}

/// Hands over the normalised tokens of a text in small letters.
fn tokens(lower: &str, mut each: impl FnMut(&str)) {
    let mut joined = String::new();
    for word in words(lower) {
        let bare = match word.bytes().any(|byte| byte.is_ascii_punctuation()) {
            true => {
                joined.clear();
                joined.extend(word.chars().filter(|c| !c.is_ascii_punctuation()));
                joined.as_str()
            }
            false => word,
        };
        match bare.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            true if bare.is_empty() || is_article(bare) => {}
            true => each(bare),
            false => without_articles(bare, &mut each),
        }
    }
}

fn is_article(word: &str) -> bool {
    matches!(word, "a" | "an" | "the")
}

/// A word may hold characters that are no part of words, such as dashes beyond ASCII; an article between two of them is
/// replaced by a space.
fn without_articles(word: &str, each: &mut impl FnMut(&str)) {
    let mut start = 0;
    for (at, article) in articles(word) {
        if let Some(token) = word.get(start..at).filter(|token| !token.is_empty()) {
            each(token);
        }
        start = at + article.len();
    }
    if let Some(token) = word.get(start..).filter(|token| !token.is_empty()) {
        each(token);
    }
}

/// Runs of small ASCII letters that are articles with no part of a word beside them.
fn articles(word: &str) -> impl Iterator<Item = (usize, &str)> {
    let runs = word.split(|c: char| !c.is_ascii_lowercase()).filter(|run| is_article(run));
    let place = move |run: &str| run.as_ptr() as usize - word.as_ptr() as usize;
    runs.map(move |run| (place(run), run)).filter(move |(at, run)| {
        let before = word.get(..*at).and_then(|text| text.chars().next_back());
        let after = word.get(at + run.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(is_part_of_word) && !after.is_some_and(is_part_of_word)
    })
}

/// Python's `\w` without the underscore, which is punctuation: letters and numbers, not the marks that Unicode also calls
/// alphabetic.
fn is_part_of_word(c: char) -> bool {
    static LETTER_OR_NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[\p{L}\p{N}]").ok());
    match c.is_ascii() {
        true => c.is_ascii_alphanumeric(),
        false => LETTER_OR_NUMBER.as_ref().is_some_and(|class| class.is_match(c.encode_utf8(&mut [0; 4]))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_the_steps() {
        assert_eq!(normalise("A.N apple"), "apple"); // joined to an article, then removed
        assert_eq!(normalise("the_end of-the-day"), "theend oftheday");
        assert_eq!(normalise("x—the—y an—other"), "x— —y —other");
        assert_eq!(normalise("the\u{301} à la the²"), "\u{301} à la the²");
        assert_eq!(normalise("  \u{3000}\u{1f}Ａ a\u{85}"), "ａ");
    }

    #[test]
    fn empty_sides() {
        assert!(exact_match("The!", &["x", " a "]));
        assert_eq!(token_f1("The!", &["x", " a "]), 1.0);
        assert_eq!(token_f1("x", &["a"]), 0.0);
        assert_eq!(token_f1("x", &[]), 0.0);
        assert!(!exact_match("", &[]));
    }

    #[test]
    fn repeated_tokens_count_up_to_the_other_sides() {
        assert_eq!(token_f1("b b b", &["b b c"]), 2.0 / 3.0); // P = R = 2/3
    }
}
