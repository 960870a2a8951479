//! How answers are scored: what is taken out of them first, what is checked, which numbers count how much. Kept in the project
//! file and in named templates.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How the answers of a dataset are scored. The default scores them as they are written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scoring {
    /// The name of the template that this is; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub template: String,
    /// Of answer and references only what stands behind the last of these words; all of it where the word is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// A regular expression: its last match is scored, or the first group of that. An answer without a match is empty; a
    /// reference without one stays as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Whether exact match compares normalised texts (SQuAD's rules) or what is written. Where it is not said: as written once
    /// something is taken out of the answers, since normalising makes 3.6 equal to 36.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalise: Option<bool>,
    /// ROUGE compares stems.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stem: bool,
    /// Whether TER is computed, which takes longer than all other metrics together. Where it is not said: up to 20,000 answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ter: Option<bool>,
    /// The number whose threshold an answer has to reach, by its key; a fitting one where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pass: Option<String>,
    /// The keys of the numbers that are shown, in this order; all where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<String>,
    /// How much each criterion counts in the weighted score, by its name; 1 where it is not named.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, f64>,
    /// What every answer is checked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
}

/// A check that an answer passes or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// It holds this text, in any case.
    Contains(String),
    /// It holds one of its references, in any case.
    ContainsReference,
    /// The regular expression matches somewhere in it.
    Matches(String),
    /// It is one JSON value.
    Json,
    /// It has at least and at most so many words.
    Words(Option<usize>, Option<usize>),
}

impl Check {
    /// What a person reads.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Contains(text) => format!("Contains “{text}”"),
            Self::ContainsReference => "Contains the reference".to_owned(),
            Self::Matches(pattern) => format!("Matches {pattern}"),
            Self::Json => "Valid JSON".to_owned(),
            Self::Words(Some(least), Some(most)) => format!("{least} to {most} words"),
            Self::Words(Some(least), None) => format!("At least {least} words"),
            Self::Words(None, Some(most)) => format!("At most {most} words"),
            Self::Words(None, None) => "Any number of words".to_owned(),
        }
    }
}

impl Scoring {
    /// Whether exact match compares normalised texts.
    #[must_use]
    pub fn normalises(&self) -> bool {
        self.normalise.unwrap_or(!self.takes_out())
    }

    /// True where something is taken out of the answers before they are scored.
    #[must_use]
    pub fn takes_out(&self) -> bool {
        [&self.filter, &self.after].into_iter().flatten().any(|text| !text.is_empty())
    }

    /// The named sets of metrics that come with the program: for general use, for marks of a judge, for questions with right
    /// and wrong answers.
    #[must_use]
    pub fn templates() -> Vec<Self> {
        let named = |template: &str, metrics: &[&str]| Self {
            template: template.to_owned(),
            metrics: metrics.iter().map(|&key| key.to_owned()).collect(),
            ..Self::default()
        };
        let criteria = ["relevance", "depth", "creativity", "correctness", "helpfulness"];
        let weights = criteria.iter().map(|&name| (name.to_owned(), 1.0)).collect();
        vec![
            named("General", &["exact_match", "token_f1", "bleu", "rouge1", "rouge2", "rougeL", "rougeLsum"]),
            Self { weights, pass: Some("weighted_score".to_owned()), ..named("Judge", &["weighted_score", "judge"]) },
            Self {
                pass: Some("truthful_bleu".to_owned()),
                ..named(
                    "TruthfulQA",
                    &["mc1", "mc2", "truthful_bleu", "bleu_difference", "truthful_rouge", "rouge_difference"],
                )
            },
        ]
    }
}
