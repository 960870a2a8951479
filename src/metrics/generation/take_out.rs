//! What is scored of an answer: all of it, what stands behind a word, or the last match of a pattern. The answer itself is kept.

use rayon::prelude::*;
use regex::{Regex, RegexBuilder};

use crate::metrics::text::checks::last_match;
use crate::model::{Answers, Cancelled, Check, Progress, Scoring};

/// Bytes that a compiled pattern may take.
const LARGEST_PATTERN: usize = 1 << 20;

/// A pattern that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the regular expression `{pattern}` cannot be read: {problem}")]
pub struct PatternError {
    /// The pattern as it was written.
    pub pattern: String,
    /// What is wrong with it, and where: a sentence, then the pattern with the place marked where it is known.
    pub problem: String,
}

/// Reads a pattern.
///
/// # Errors
/// Where it is none, or too large.
pub fn pattern(text: &str) -> Result<Regex, PatternError> {
    RegexBuilder::new(text).size_limit(LARGEST_PATTERN).build().map_err(|error| {
        let problem = error.to_string();
        PatternError {
            pattern: text.to_owned(),
            problem: problem.trim_start_matches("regex parse error:").trim().to_owned(),
        }
    })
}

/// What is taken out of answers, and what they are checked for, ready to be used.
#[derive(Clone, Debug, Default)]
pub struct TakeOut {
    after: Option<String>,
    filter: Option<Regex>,
    /// The patterns of the checks, in their order; `None` for those without one.
    pub(super) checks: Vec<Option<Regex>>,
}

/// Answers and references as they are scored.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    pub(super) outputs: Vec<Option<String>>,
    pub(super) references: Vec<Vec<String>>,
    pub(super) unmatched: Vec<bool>,
}

impl TakeOut {
    /// Reads the patterns of a scoring.
    ///
    /// # Errors
    /// Where one cannot be read.
    pub fn new(scoring: &Scoring) -> Result<Self, PatternError> {
        let of_check = |check: &Check| match check {
            Check::Matches(text) => pattern(text).map(Some),
            _ => Ok(None),
        };
        Ok(Self {
            after: scoring.after.clone().filter(|word| !word.is_empty()),
            filter: scoring.filter.as_deref().filter(|text| !text.is_empty()).map(pattern).transpose()?,
            checks: scoring.checks.iter().map(of_check).collect::<Result<_, _>>()?,
        })
    }

    /// What is scored of a text; `None` where the word or the pattern is not in it.
    #[must_use]
    pub fn of<'a>(&self, text: &'a str) -> Option<&'a str> {
        let mut rest = text;
        if let Some(word) = &self.after {
            let at = rest.rfind(word.as_str())?;
            rest = rest.get(at + word.len()..)?.trim();
        }
        match &self.filter {
            Some(filter) if filter.is_match(rest) => Some(last_match(rest, filter)),
            Some(_) => None,
            None => Some(rest),
        }
    }

    /// What is scored of all answers: of one without a match nothing, of a reference without one all of it.
    pub(super) fn apply(&self, answers: &Answers, progress: &dyn Progress) -> Result<Taken, Cancelled> {
        let one = |(output, references): (&Option<String>, &Vec<String>)| {
            progress.check()?;
            let taken = output.as_deref().map(|text| self.of(text));
            let unmatched = taken == Some(None);
            let output = taken.map(|taken| taken.unwrap_or_default().to_owned());
            let of_reference = |text: &String| self.of(text).unwrap_or(text).to_owned();
            Ok((output, references.iter().map(of_reference).collect(), unmatched))
        };
        let all: Vec<(Option<String>, Vec<String>, bool)> =
            answers.outputs.par_iter().zip(&answers.references).map(one).collect::<Result<_, Cancelled>>()?;
        let mut taken = Taken::default();
        for (output, references, unmatched) in all {
            taken.outputs.push(output);
            taken.references.push(references);
            taken.unmatched.push(unmatched);
        }
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(after: Option<&str>, filter: Option<&str>) -> TakeOut {
        let owned = |text: &str| text.to_owned();
        TakeOut::new(&Scoring { after: after.map(owned), filter: filter.map(owned), ..Scoring::default() }).unwrap()
    }

    #[test]
    fn behind_the_last_word() {
        let after = of(Some("####"), None);
        assert_eq!(after.of("1 #### 2 #### 18 \n"), Some("18"));
        assert_eq!(after.of("18"), None);
        assert_eq!(of(None, None).of(" 18 "), Some(" 18 "));
    }

    #[test]
    fn the_last_match() {
        let filter = of(None, Some("A: (.*)"));
        assert_eq!(filter.of("A: 1\nA: 2"), Some("2"));
        assert_eq!(filter.of("none"), None);
        assert_eq!(filter.of("A: "), Some(""));
        assert_eq!(of(Some("so"), Some(r"\d+")).of("12 so 3 or 4."), Some("4"));
    }

    #[test]
    fn a_reference_without_a_match_stays() {
        let answers = Answers {
            outputs: vec![Some("A: 3".to_owned()), Some("three".to_owned()), None],
            references: vec![vec!["3".to_owned(), "so\nA: 3".to_owned()], vec![], vec![]],
            ..Answers::default()
        };
        let taken = of(None, Some("A: (.*)")).apply(&answers, &crate::model::NoProgress).unwrap();
        assert_eq!(taken.outputs, [Some("3".to_owned()), Some(String::new()), None]);
        assert_eq!(taken.references[0], ["3", "3"]);
        assert_eq!(taken.unmatched, [false, true, false]);
    }

    #[test]
    fn broken_patterns_are_said_with_their_place() {
        let error = pattern("A: (.*").unwrap_err();
        assert_eq!(error.pattern, "A: (.*");
        assert!(error.problem.contains("unclosed group") && error.problem.contains('^'), "{}", error.problem);
        assert!(pattern(r"(\w{1000}){1000}").is_err());
    }
}
