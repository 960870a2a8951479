//! What was found wrong or remarkable in the data: a code for machines, a sentence for people, a count, examples.

use std::collections::BTreeMap;

use serde::Serialize;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something cannot be used.
    Error,
    /// Something was left out or may mislead.
    Warning,
    /// Worth knowing.
    Info,
}

/// One kind of problem, with how often it was met and the first places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// Stable name, such as `annotation-id-zero`.
    pub code: &'static str,
    /// One sentence: what it is, what the program did about it, and the remedy.
    pub message: String,
    /// How many places.
    pub count: usize,
    /// The first places, each with its file and line, JSON path or name.
    pub examples: Vec<String>,
}

/// Findings collected while reading, one per code.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    by_code: BTreeMap<&'static str, Finding>,
}

impl Findings {
    /// Places kept per finding; further ones are only counted.
    pub const EXAMPLES: usize = 5;

    /// Counts one place of a finding. The message of the first call stays; `example` is only called while examples are kept.
    pub fn add(&mut self, severity: Severity, code: &'static str, message: &str, example: impl FnOnce() -> String) {
        let finding = self.by_code.entry(code).or_insert_with(|| Finding {
            severity,
            code,
            message: message.to_owned(),
            count: 0,
            examples: Vec::new(),
        });
        finding.count += 1;
        if finding.examples.len() < Self::EXAMPLES {
            finding.examples.push(example());
        }
    }

    /// Adds a finding counted elsewhere; the same code is added up.
    pub fn push(&mut self, finding: Finding) {
        match self.by_code.get_mut(finding.code) {
            None => {
                self.by_code.insert(finding.code, finding);
            }
            Some(known) => {
                known.count += finding.count;
                let room = Self::EXAMPLES.saturating_sub(known.examples.len());
                known.examples.extend(finding.examples.into_iter().take(room));
            }
        }
    }

    /// Adds all findings of another collection.
    pub fn merge(&mut self, other: Self) {
        for finding in other.by_code.into_values() {
            self.push(finding);
        }
    }

    /// True where nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_code.is_empty()
    }

    /// True where something cannot be used.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.by_code.values().any(|f| f.severity == Severity::Error)
    }

    /// All findings, worst first, then by code.
    #[must_use]
    pub fn sorted(&self) -> Vec<Finding> {
        let mut all: Vec<Finding> = self.by_code.values().cloned().collect();
        all.sort_by_key(|f| (f.severity, f.code));
        all
    }

    /// The finding of this code, if it was met.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Finding> {
        self.by_code.get(code)
    }
}
