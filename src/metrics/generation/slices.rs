//! Parts of a set of answers: by how long question, reference and answer are, by template, by tag.

use std::collections::BTreeMap;

use super::Generation;
use super::lengths::word_count;
use crate::model::{Dataset, WordRole};

/// Slices of one kind that are shown at most; the rest is joined.
const MOST: usize = 30;
/// Items from which lengths are cut into parts.
const FEWEST: usize = 8;

/// Answers that have something in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slice {
    /// What.
    pub name: String,
    /// The items, ascending.
    pub items: Vec<u32>,
}

/// All slices of one kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slices {
    /// By what.
    pub by: String,
    /// True for templates of prompts, which are ranked.
    pub templates: bool,
    /// Each item is in at most one.
    pub slices: Vec<Slice>,
}

impl Slices {
    /// True for words of the source, false for ranges of a length.
    #[must_use]
    pub fn is_named(&self) -> bool {
        !self.by.starts_with(LENGTH)
    }
}

/// What the names of kinds by length begin with.
const LENGTH: &str = "Length of ";

/// All slices of a set: templates first, then tags, then lengths.
#[must_use]
pub fn slices(generation: &Generation, dataset: &Dataset) -> Vec<Slices> {
    let answers = &generation.answers;
    let of_role = |role: WordRole| answers.words.iter().filter(move |column| column.role == role);
    let mut all: Vec<Slices> = Vec::new();
    for column in of_role(WordRole::Template).chain(of_role(WordRole::Tag)) {
        let templates = column.role == WordRole::Template;
        all.push(Slices { by: column.name.clone(), templates, slices: by_word(&column.values) });
    }
    let words = |text: Option<&String>| text.map(|text| word_count(text));
    let outputs = answers.outputs.iter().map(|output| words(output.as_ref()));
    let references = generation.references.iter().map(|all| words(all.first()));
    let questions =
        dataset.texts.iter().map(|text| Some(text).filter(|text| !text.is_empty()).and_then(|t| words(Some(t))));
    for (by, lengths) in [
        ("Length of the question", questions.collect::<Vec<_>>()),
        ("Length of the reference", references.collect()),
        ("Length of the answer", outputs.collect()),
    ] {
        all.push(Slices { by: by.to_owned(), templates: false, slices: by_length(&lengths) });
    }
    all.retain(|slices| slices.slices.len() > 1);
    all
}

fn by_word(values: &[String]) -> Vec<Slice> {
    let mut found: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (item, value) in (0_u32..).zip(values).filter(|(_, value)| !value.is_empty()) {
        found.entry(value).or_default().push(item);
    }
    let mut slices: Vec<Slice> =
        found.into_iter().map(|(name, items)| Slice { name: name.to_owned(), items }).collect();
    slices.sort_by(|a, b| b.items.len().cmp(&a.items.len()).then_with(|| natord::compare(&a.name, &b.name)));
    if slices.len() > MOST {
        let rest = slices.split_off(MOST - 1);
        let mut items: Vec<u32> = rest.iter().flat_map(|slice| slice.items.iter().copied()).collect();
        items.sort_unstable();
        slices.push(Slice { name: format!("{} others", rest.len()), items });
    }
    slices
}

/// Quarters by number of words; equal numbers stay together.
fn by_length(lengths: &[Option<usize>]) -> Vec<Slice> {
    let mut sorted: Vec<usize> = lengths.iter().flatten().copied().collect();
    sorted.sort_unstable();
    if sorted.len() < FEWEST {
        return Vec::new();
    }
    let mut bounds: Vec<usize> = (1..4).filter_map(|quarter| sorted.get(quarter * sorted.len() / 4).copied()).collect();
    bounds.dedup();
    bounds.retain(|bound| Some(bound) != sorted.first());
    let mut slices: Vec<Slice> = vec![Slice::default(); bounds.len() + 1];
    for (item, length) in (0_u32..).zip(lengths) {
        let Some(length) = length else { continue };
        if let Some(slice) = slices.get_mut(bounds.partition_point(|bound| bound <= length)) {
            slice.items.push(item);
        }
    }
    let ends = bounds.iter().map(|bound| Some(*bound)).chain([None]);
    let starts = [0].into_iter().chain(bounds.iter().copied());
    for ((slice, start), end) in slices.iter_mut().zip(starts).zip(ends) {
        slice.name = match end {
            Some(end) if start == 0 => format!("under {end} words"),
            Some(end) if end == start + 1 => format!("{start} words"),
            Some(end) => format!("{start}–{} words", end - 1),
            None => format!("{start} words and more"),
        };
    }
    slices.retain(|slice| !slice.items.is_empty());
    slices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_of_lengths() {
        let lengths: Vec<Option<usize>> = [1, 1, 2, 3, 4, 5, 6, 9].map(Some).into();
        let names: Vec<(String, Vec<u32>)> = by_length(&lengths).into_iter().map(|s| (s.name, s.items)).collect();
        let expected = [
            ("under 2 words", vec![0, 1]),
            ("2–3 words", vec![2, 3]),
            ("4–5 words", vec![4, 5]),
            ("6 words and more", vec![6, 7]),
        ];
        assert_eq!(names, expected.map(|(name, items)| (name.to_owned(), items)));
        assert!(by_length(&[Some(3); 20]).len() < 2);
    }

    #[test]
    fn words_by_their_number() {
        let values = ["b", "a", "", "a"].map(str::to_owned);
        let names: Vec<(String, Vec<u32>)> = by_word(&values).into_iter().map(|s| (s.name, s.items)).collect();
        assert_eq!(names, [("a".to_owned(), vec![1, 3]), ("b".to_owned(), vec![0])]);
    }
}
