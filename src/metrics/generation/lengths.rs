//! How long answers are, beside the nearest reference.

use crate::metrics::text::python::words;

/// Words of a text: what stands between white space.
#[must_use]
pub fn word_count(text: &str) -> usize {
    words(text).count()
}

/// Words of the answer by words of the reference whose number is nearest, the shorter of two equally near; `None` without a
/// reference that has words.
pub(super) fn ratio(answer: &str, references: &[String]) -> Option<f64> {
    let length = word_count(answer);
    let lengths = references.iter().map(|reference| word_count(reference)).filter(|words| *words > 0);
    let nearest = lengths.min_by_key(|words| (words.abs_diff(length), *words))?;
    Some(length as f64 / nearest as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn against_the_nearest_reference() {
        let references = ["a b c d".to_owned(), "a b".to_owned(), String::new()];
        assert_eq!(ratio("x y z", &references), Some(1.5)); // 2 and 4 are equally near
        assert_eq!(ratio("", &references), Some(0.0));
        assert_eq!(ratio("x", &[]), None);
    }
}
