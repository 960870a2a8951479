//! Where an answer and its reference differ, word by word.

use std::ops::Range;

use super::lcs::Rows;
use super::vocabulary::Vocabulary;
use crate::model::{Cancelled, Progress};

/// Cells of the table of common subsequences, divided by 64, beyond which nothing is compared: half a second.
const MOST_WORK: usize = 1 << 28;

/// On which side a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The words are on both; white space between them may differ.
    Both,
    /// Only the prediction has them.
    Prediction,
    /// Only the reference has them.
    Reference,
}

/// Neighbouring words of one kind, with the white space behind each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Who has them.
    pub side: Side,
    /// Bytes of the prediction; empty where only the reference has the words.
    pub prediction: Range<usize>,
    /// Bytes of the reference; empty where only the prediction has the words.
    pub reference: Range<usize>,
}

/// Two texts side by side. One after the other, the ranges of the runs are the whole prediction and the whole reference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// In the order of both texts; where they differ, what only the prediction has stands first.
    pub runs: Vec<Run>,
    /// What lies between the first and the last difference was too long to be compared: it is shown as replaced whole.
    pub too_long: bool,
}

/// Compares two texts: the words of one of their longest common subsequences are on both sides. Words are runs of letters,
/// digits, underscores and apostrophes; every other character, and every ideograph, stands alone. Case counts, white space
/// does not. Time grows with the product of both lengths / 64 and stops at half a second, memory with words · √words.
///
/// # Errors
/// [`Cancelled`] when `progress` says so.
pub fn diff(prediction: &str, reference: &str, progress: &dyn Progress) -> Result<Diff, Cancelled> {
    let mut vocabulary = Vocabulary::new();
    let sides = [prediction, reference].map(|text| Text::new(text, &mut vocabulary));
    let [p, r] = [&sides[0].ids, &sides[1].ids];
    let common = |pairs: &mut dyn Iterator<Item = (&u32, &u32)>| pairs.take_while(|(a, b)| a == b).count();
    let before = common(&mut p.iter().zip(r));
    let [p_rest, r_rest] = [p, r].map(|ids| ids.get(before..).unwrap_or(&[]));
    let behind = common(&mut p_rest.iter().rev().zip(r_rest.iter().rev()));
    let [p_rest, r_rest] = [p_rest, r_rest].map(|ids| ids.get(..ids.len() - behind).unwrap_or(&[]));

    let mut pairs: Vec<(usize, usize)> = (1..=behind).map(|back| (p.len() - back, r.len() - back)).collect();
    let too_long = r_rest.len().div_ceil(64).saturating_mul(p_rest.len()) > MOST_WORK;
    if !too_long {
        let mut rows = Rows::new(vocabulary.len());
        rows.set(r_rest);
        rows.align(p_rest, progress, |row, column| pairs.push((before + column, before + row)))?;
    }
    pairs.extend((0..before).rev().map(|at| (at, at)));
    pairs.reverse();
    Ok(Diff { runs: runs(&sides[0], &sides[1], &pairs), too_long })
}

/// Runs between and of the words that are on both sides, given in order.
fn runs(prediction: &Text, reference: &Text, pairs: &[(usize, usize)]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut add = |side: Side, p: Range<usize>, r: Range<usize>| {
        if p.is_empty() && r.is_empty() {
            return;
        }
        let (p, r) = (prediction.bytes(&p), reference.bytes(&r));
        match runs.last_mut().filter(|last| last.side == side) {
            Some(last) => (last.prediction.end, last.reference.end) = (p.end, r.end),
            None => runs.push(Run { side, prediction: p, reference: r }),
        }
    };
    let (mut p, mut r) = (0, 0);
    let end = (prediction.ids.len(), reference.ids.len());
    for (next_p, next_r) in pairs.iter().copied().chain([end]) {
        add(Side::Prediction, p..next_p, r..r);
        add(Side::Reference, next_p..next_p, r..next_r);
        (p, r) = (next_p, next_r);
        if (p, r) != end {
            add(Side::Both, p..p + 1, r..r + 1);
            (p, r) = (p + 1, r + 1);
        }
    }
    runs
}

/// A text in words.
struct Text {
    ids: Vec<u32>,
    /// Where each word begins, and the end of the text. The first begins with the text.
    starts: Vec<usize>,
}

impl Text {
    fn new(text: &str, vocabulary: &mut Vocabulary) -> Self {
        let mut words: Vec<Range<usize>> = Vec::new();
        let mut open = false;
        for (at, c) in text.char_indices() {
            let kind = Kind::of(c);
            let end = at + c.len_utf8();
            match words.last_mut().filter(|word| word.end == at) {
                Some(word) if kind == Kind::Joined || open && kind == Kind::Word => word.end = end,
                _ if kind != Kind::Space => {
                    words.push(at..end);
                    open = kind == Kind::Word;
                }
                _ => {}
            }
        }
        if words.is_empty() && !text.is_empty() {
            words.push(0..0); // nothing but white space
        }
        let ids = words.iter().map(|word| vocabulary.id(text.get(word.clone()).unwrap_or("").as_bytes())).collect();
        let starts = std::iter::once(0).chain(words.iter().skip(1).map(|word| word.start));
        let starts = starts.take(words.len()).chain([text.len()]).collect();
        Self { ids, starts }
    }

    /// Bytes of a range of words.
    fn bytes(&self, words: &Range<usize>) -> Range<usize> {
        let at = |word: usize| self.starts.get(word).copied().unwrap_or(0);
        at(words.start)..at(words.end)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    /// Part of the word before it.
    Word,
    /// Part of whatever is before it: marks, joiners, variants.
    Joined,
    Alone,
}

impl Kind {
    fn of(c: char) -> Self {
        match c {
            c if c.is_whitespace() => Self::Space,
            '\u{300}'..='\u{36f}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' => Self::Joined,
            // kana and ideographs
            '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => {
                Self::Alone
            }
            '_' | '\'' | '’' => Self::Word,
            c if c.is_alphanumeric() => Self::Word,
            _ => Self::Alone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NoProgress;

    /// `both`, `-only in the prediction-`, `+only in the reference+`.
    fn shown(prediction: &str, reference: &str) -> String {
        let diff = diff(prediction, reference, &NoProgress).unwrap();
        assert!(!diff.too_long);
        let show = |run: &Run| match run.side {
            Side::Both => prediction[run.prediction.clone()].to_string(),
            Side::Prediction => format!("-{}-", &prediction[run.prediction.clone()]),
            Side::Reference => format!("+{}+", &reference[run.reference.clone()]),
        };
        diff.runs.iter().map(show).collect()
    }

    #[test]
    fn words_and_white_space() {
        assert_eq!(shown("", ""), "");
        assert_eq!(shown("", "a b"), "+a b+");
        assert_eq!(shown(" \n", "\t"), " \n");
        assert_eq!(shown("the red cat.", "the  blue\ncat!"), "the -red -+blue\n+cat-.-+!+");
        assert_eq!(shown("don't go", "dont go"), "-don't -+dont +go");
        assert_eq!(shown("今日は", "今日も"), "今日-は-+も+");
        assert_eq!(shown(" a b", "b a "), "- a -b+ a +".replace("+ a +", "+a +"));
    }

    #[test]
    fn what_is_too_long_is_not_compared() {
        // 5 MB each, no word in its place
        let words =
            |offset: usize| (0..600_000).map(|n| format!("w{} ", (n * 7 + offset) % 99_991)).collect::<String>();
        let (prediction, reference) = (format!("same {}end", words(0)), format!("same {}end", words(3)));
        let diff = diff(&prediction, &reference, &NoProgress).unwrap();
        assert!(diff.too_long);
        let sides: Vec<Side> = diff.runs.iter().map(|run| run.side).collect();
        assert_eq!(sides, [Side::Both, Side::Prediction, Side::Reference, Side::Both]);
    }
}
