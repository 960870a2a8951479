//! Checks of an answer that need no reference, or only a pattern, and what is taken out of it before it is scored.

use regex::Regex;
use serde::de::IgnoredAny;

use super::python::{lower, words};

/// Whether the answer holds a text; without `case_sensitive` both are compared in small letters. An empty text is in every
/// answer.
#[must_use]
pub fn contains(answer: &str, text: &str, case_sensitive: bool) -> bool {
    match case_sensitive {
        true => answer.contains(text),
        false => lower(answer).contains(lower(text).as_ref()),
    }
}

/// Whether the pattern matches anywhere in the answer; anchors are the pattern's own affair.
#[must_use]
pub fn matches(answer: &str, pattern: &Regex) -> bool {
    pattern.is_match(answer)
}

/// The last match of the pattern without the white space around it: its first group where the pattern has one, else all of
/// it. Empty where nothing matches or the group took no part.
#[must_use]
pub fn last_match<'a>(answer: &'a str, pattern: &Regex) -> &'a str {
    let last = pattern.captures_iter(answer).last();
    let group = last.and_then(|found| if found.len() > 1 { found.get(1) } else { found.get(0) });
    group.map_or("", |found| found.as_str().trim())
}

/// Whether the answer is one JSON value (RFC 8259) with nothing but white space around it; any depth. NaN and Infinity are
/// none, which Python's reader would let through.
#[must_use]
pub fn is_json(answer: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(answer).is_ok()
}

/// Bounds of an answer's length, each included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LengthBounds {
    /// Fewest words; words stand between white space.
    pub min_words: Option<usize>,
    /// Most words.
    pub max_words: Option<usize>,
    /// Fewest characters: Unicode code points, white space among them.
    pub min_characters: Option<usize>,
    /// Most characters.
    pub max_characters: Option<usize>,
}

impl LengthBounds {
    /// Whether the answer keeps within all of them.
    #[must_use]
    pub fn hold(&self, answer: &str) -> bool {
        let within = |min: Option<usize>, max: Option<usize>, count: &dyn Fn() -> usize| {
            min.is_none() && max.is_none() || (min.unwrap_or(0)..=max.unwrap_or(usize::MAX)).contains(&count())
        };
        within(self.min_words, self.max_words, &|| words(answer).count())
            && within(self.min_characters, self.max_characters, &|| answer.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_a_text() {
        assert!(contains("Die STRASSE", "straSSe", false) && !contains("Die STRASSE", "straSSe", true));
        assert!(contains("", "", true) && contains("x", "", false) && !contains("", "x", false));
    }

    #[test]
    fn the_last_match_counts() {
        let pattern = |text: &str| Regex::new(text).unwrap();
        assert_eq!(last_match("A: 1\nA:  2 \nB", &pattern("A: (.*)")), "2");
        assert_eq!(last_match("1 and 22", &pattern(r"\d+")), "22");
        assert_eq!(last_match("none", &pattern("A: (.*)")), "");
        assert_eq!(last_match("b", &pattern("(a)|b")), "");
        assert!(matches("x1", &pattern(r"\d$")) && !matches("1x", &pattern(r"\d$")));
    }

    #[test]
    fn json_or_not() {
        for good in ["{}", " [1, {\"a\": null}] \n", "\"x\"", "0", "true"] {
            assert!(is_json(good), "{good}");
        }
        for bad in ["", "{} {}", "{'a': 1}", "[1,]", "NaN", "```json\n{}\n```", "{\"a\"", "01", "\"\n\""] {
            assert!(!is_json(bad), "{bad}");
        }
        assert!(is_json(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))));
    }

    #[test]
    fn lengths() {
        let bounds = LengthBounds { min_words: Some(2), max_characters: Some(5), ..Default::default() };
        for (answer, holds) in [("é ü", true), ("é", false), ("ab cd", true), ("ab cde", false), (" a b ", true)] {
            assert_eq!(bounds.hold(answer), holds, "{answer}");
        }
        assert!(LengthBounds::default().hold(""));
        assert!(!LengthBounds { min_words: Some(3), max_words: Some(1), ..Default::default() }.hold("a b"));
    }
}
