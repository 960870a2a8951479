//! What is odd about single answers, whatever they score: empty, a refusal, another language than the reference, the reference
//! among more words.

use rayon::prelude::*;

use super::Generation;
use super::lengths::word_count;
use crate::metrics::text::checks::contains;
use crate::metrics::text::normalise::{exact_match, normalise};
use crate::metrics::text::python::lower;

/// Bytes of a text by which its language is told.
const LOOKED_AT: usize = 300;
/// Token F1 from which an answer speaks the language of a reference: so many words are not shared by chance. Telling a language
/// takes longer than most metrics.
const SAME_WORDS: f64 = 0.25;
/// Letters below which no language is told.
const LETTERS: usize = 20;
/// Bytes at the beginning of an answer in which a refusal is looked for.
const REFUSAL: usize = 200;
/// A reference of fewer characters is in too many answers by chance.
const SHORTEST: usize = 2;

/// How answers begin that refuse, in small letters with plain apostrophes.
const REFUSALS: [&str; 22] = [
    "i can't help",
    "i can't assist",
    "i can't answer",
    "i can't provide",
    "i cannot help",
    "i cannot assist",
    "i cannot answer",
    "i cannot provide",
    "i'm unable to",
    "i am unable to",
    "i'm not able to",
    "i am not able to",
    "i'm sorry, but",
    "i am sorry, but",
    "sorry, but i can",
    "sorry, i can't",
    "sorry, i cannot",
    "as an ai ",
    "as a language model",
    "as an artificial intelligence",
    "i won't be able to",
    "i must decline",
];

/// What is odd about an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// There is none, or nothing but white space in it.
    pub empty: bool,
    /// It says that it will not answer, and no reference does.
    pub refusal: bool,
    /// It is in another language than every reference whose language can be told.
    pub other_language: bool,
    /// It is no exact match and holds a reference as whole words.
    pub holds_reference: bool,
}

/// The signs of every answer.
#[must_use]
pub fn signs(generation: &Generation) -> Vec<Signs> {
    let one = |(item, output): (usize, &Option<String>)| {
        let none = Vec::new();
        let references = generation.references.get(item).unwrap_or(&none);
        let text = output.as_deref().unwrap_or_default();
        if text.trim().is_empty() {
            return Signs { empty: true, ..Signs::default() };
        }
        let scored = generation.scored.get(item).and_then(Option::as_deref).unwrap_or_default();
        Signs {
            empty: false,
            refusal: refuses(text) && !references.iter().any(|reference| refuses(reference)),
            other_language: !shares_words(generation, item) && speaks_otherwise(scored, references),
            holds_reference: holds(generation, item, text, references),
        }
    };
    generation.answers.outputs.par_iter().enumerate().map(one).collect()
}

fn refuses(text: &str) -> bool {
    let head = lower(beginning(text, REFUSAL)).replace('’', "'");
    REFUSALS.iter().any(|refusal| head.contains(refusal))
}

fn beginning(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

/// The language of a text, where it is long enough to tell.
#[must_use]
pub fn language(text: &str) -> Option<whatlang::Lang> {
    let text = beginning(text, LOOKED_AT);
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let found = whatlang::detect(text).filter(|_| letters >= LETTERS)?;
    found.is_reliable().then(|| found.lang())
}

fn shares_words(generation: &Generation, item: usize) -> bool {
    let f1 = generation.column("token_f1").and_then(|column| column.value(item));
    f1.is_some_and(|f1| f1 >= SAME_WORDS)
}

fn speaks_otherwise(answer: &str, references: &[String]) -> bool {
    let Some(own) = language(answer) else { return false };
    let mut known = references.iter().filter_map(|reference| language(reference)).peekable();
    known.peek().is_some() && known.all(|other| other != own)
}

/// Whether the answer holds a reference between the bounds of words, though it does not match exactly.
fn holds(generation: &Generation, item: usize, text: &str, references: &[String]) -> bool {
    let exact = generation.column("exact_match").and_then(|column| column.value(item));
    let all: Vec<&str> = references.iter().map(String::as_str).collect();
    if exact != Some(0.0) || (exact_match(text, &all) && generation.scoring.normalises()) {
        return false;
    }
    let answer = format!(" {} ", normalise(text));
    references.iter().any(|reference| {
        let reference = normalise(reference);
        let long = reference.chars().count() >= SHORTEST || reference.chars().all(|c| c.is_ascii_digit());
        !reference.is_empty()
            && long
            && word_count(&answer) > word_count(&reference)
            && contains(&answer, &format!(" {reference} "), true)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Answers, NoProgress, Scoring};
    use std::sync::Arc;

    fn of(pairs: &[(Option<&str>, &str)]) -> Vec<Signs> {
        let answers = Answers {
            outputs: pairs.iter().map(|(output, _)| output.map(str::to_owned)).collect(),
            references: pairs.iter().map(|(_, reference)| vec![(*reference).to_owned()]).collect(),
            ..Answers::default()
        };
        signs(&Generation::score(Arc::new(answers), Scoring::default(), &NoProgress).unwrap())
    }

    #[test]
    fn what_is_odd_is_seen() {
        let found = of(&[
            (None, "Paris"),
            (Some(" \n"), "Paris"),
            (Some("I’m sorry, but I can’t help with that."), "Paris"),
            (Some("The capital of France is Paris, of course."), "Paris"),
            (Some("Paris"), "Paris"),
            (Some("Parisian"), "Paris"),
            (
                Some("Der Zug nach Berlin fährt heute leider nicht, weil die Strecke gesperrt ist."),
                "The train to Berlin does not run today because the line is closed for repairs.",
            ),
        ]);
        let empty = Signs { empty: true, ..Signs::default() };
        assert_eq!(&found[..2], [empty, empty]);
        assert_eq!(found[2], Signs { refusal: true, ..Signs::default() });
        assert_eq!(found[3], Signs { holds_reference: true, ..Signs::default() });
        assert_eq!(&found[4..6], [Signs::default(); 2]);
        assert_eq!(found[6], Signs { other_language: true, ..Signs::default() });
    }

    #[test]
    fn a_refusal_that_was_wanted_is_none() {
        let found = of(&[(Some("I cannot help with that."), "I cannot assist with this request.")]);
        assert_eq!(found[0], Signs::default());
    }
}
