//! What a person decided about recommendations: accepted, dismissed, and what they wrote down. Kept with the project, a line a
//! decision, for a model on a dataset; a new version of the model inherits them, and each line says of which version it is.

use serde::{Deserialize, Serialize};

use crate::model::project::{Choice, Project};

/// Where a recommendation stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Nobody decided.
    #[default]
    Open,
    /// It is to be followed.
    Accepted,
    /// It is not to be shown among the others.
    Dismissed,
}

impl Decision {
    /// What happened when it was made.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "taken back",
            Self::Accepted => "accepted",
            Self::Dismissed => "dismissed",
        }
    }
}

/// One decision, or one note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Seconds since 1970.
    pub time: u64,
    /// What the recommendation is about ([`crate::analysis::Recommendation::key`]).
    pub card: String,
    /// Version of the model that was on screen.
    pub version: String,
    /// What the card said then.
    pub sentence: String,
    /// What was decided; nothing where only a note was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// What was written; empty where a note was taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// All decisions about one model on one dataset, the oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decisions {
    /// The lines.
    pub lines: Vec<Line>,
}

impl Decisions {
    /// The lines about a recommendation, the newest first.
    pub fn of<'a>(&'a self, card: &str) -> impl Iterator<Item = &'a Line> {
        self.lines.iter().rev().filter(move |line| line.card == card)
    }

    /// Where a recommendation stands.
    #[must_use]
    pub fn standing(&self, card: &str) -> Decision {
        self.of(card).find_map(|line| line.decision).unwrap_or_default()
    }

    /// What is written about a recommendation; empty where nothing is.
    #[must_use]
    pub fn note(&self, card: &str) -> &str {
        self.of(card).find_map(|line| line.note.as_deref()).unwrap_or_default()
    }
}

/// What sets the decisions on screen apart from others: dataset and model, and the version of the dataset.
#[must_use]
pub fn about(project: &Project, choice: &Choice) -> Option<(String, String)> {
    let (dataset, model) = (choice.dataset(project)?, project.models.get(choice.model)?);
    Some((format!("{} {}", dataset.id, model.id), dataset.version.clone()))
}
