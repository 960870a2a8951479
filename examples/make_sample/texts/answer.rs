//! Two versions of a program that answers questions from an encyclopaedia: which sentence they choose, and what of it they say.

use std::collections::{BTreeMap, BTreeSet};

use super::cut;
use super::facts::REFUSAL;

/// What stands before a question that is to be answered shortly.
pub const SHORTLY: &str = "Answer with one word or number: ";
/// Below this similarity of question and sentence the second version does not answer.
pub const LEAST: f64 = 0.25;
/// Similarities that differ by less are equal; the first sentence is taken.
const EQUAL: f64 = 1e-9;

/// What a version says.
pub struct Answer {
    pub output: String,
    /// The sentence that it chose.
    pub sentence: String,
    /// How well the sentence fits the question, 0 to 1.
    pub fit: f64,
}

/// An encyclopaedia, with the words of each sentence.
pub struct Library {
    sentences: Vec<(String, BTreeSet<String>)>,
    /// In how many sentences a word stands.
    holding: BTreeMap<String, usize>,
}

/// The words of a text: letters and digits, in lower case.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

impl Library {
    pub fn new<'a>(sentences: impl Iterator<Item = &'a str>) -> Self {
        let sentences: Vec<_> = sentences.map(|text| (text.to_owned(), words(text).collect::<BTreeSet<_>>())).collect();
        let mut holding = BTreeMap::new();
        for word in sentences.iter().flat_map(|(_, words)| words) {
            *holding.entry(word.clone()).or_default() += 1;
        }
        Self { sentences, holding }
    }

    /// The first version: the sentence with most of the words of what is asked, as it stands.
    pub fn by_overlap(&self, prompt: &str) -> Answer {
        let asked: BTreeSet<String> = words(prompt).collect();
        let share = |words: &BTreeSet<String>| asked.intersection(words).count() as f64 / asked.len().max(1) as f64;
        let (sentence, fit) = self.best(share);
        Answer { output: sentence.to_owned(), sentence: sentence.to_owned(), fit }
    }

    /// The second version: the most similar sentence by the weights of words, and of it what the question asks for.
    pub fn by_weight(&self, prompt: &str) -> Answer {
        let (question, shortly) = prompt.strip_prefix(SHORTLY).map_or((prompt, false), |question| (question, true));
        let asked: BTreeSet<String> = words(question).collect();
        let (sentence, fit) = self.best(|words| self.cosine(&asked, words));
        let output = if fit < LEAST {
            REFUSAL.to_owned()
        } else {
            cut::cut(question, sentence, shortly).unwrap_or_else(|| sentence.to_owned())
        };
        Answer { output, sentence: sentence.to_owned(), fit }
    }

    /// How rare a word is: the logarithm of all sentences over those that hold it. A word of none counts as one of one.
    fn weight(&self, word: &str) -> f64 {
        (self.sentences.len() as f64 / self.holding.get(word).copied().unwrap_or(1) as f64).ln()
    }

    fn cosine(&self, a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
        let squares =
            |words: &mut dyn Iterator<Item = &String>| words.map(|word| self.weight(word).powi(2)).sum::<f64>();
        let norms = (squares(&mut a.iter()) * squares(&mut b.iter())).sqrt();
        if norms > 0.0 { squares(&mut a.intersection(b)) / norms } else { 0.0 }
    }

    fn best(&self, fit: impl Fn(&BTreeSet<String>) -> f64) -> (&str, f64) {
        let mut best = ("", 0.0);
        for (text, words) in &self.sentences {
            let own = fit(words);
            if best.0.is_empty() || own > best.1 + EQUAL {
                best = (text, own);
            }
        }
        best
    }
}

/// The share of an answer's words that stand in the sentence it was taken from.
pub fn faithfulness(answer: &Answer) -> f64 {
    let there: BTreeSet<String> = words(&answer.sentence).collect();
    let all: Vec<String> = words(&answer.output).collect();
    all.iter().filter(|word| there.contains(*word)).count() as f64 / all.len().max(1) as f64
}
