//! A workspace: a list of project folders. Knows its text, not its file.

use serde::{Deserialize, Serialize};

/// The schema this version writes.
pub const SCHEMA: &str = "evalens.workspace/1";

/// The content of a workspace file. Paths are relative to it, with `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceText {
    /// `evalens.workspace/1`.
    pub schema: String,
    /// Project folders, or other workspace files.
    #[serde(default)]
    pub projects: Vec<String>,
}

impl WorkspaceText {
    /// A workspace of these paths.
    #[must_use]
    pub fn of(projects: Vec<String>) -> Self {
        Self { schema: SCHEMA.to_owned(), projects }
    }

    /// Reads the text of a workspace file.
    ///
    /// # Errors
    /// In words, where it is none, or of a schema that this version does not know.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(text).map_err(|error| format!("is no workspace ({error})"))?;
        match read.schema.as_str() {
            SCHEMA => Ok(read),
            newer if newer.starts_with("evalens.workspace/") => {
                Err(format!("has the schema `{newer}`, of a newer version"))
            }
            other => Err(format!("has the schema `{other}`, which is not `{SCHEMA}`")),
        }
    }

    /// Its text: indented, one line break at the end.
    #[must_use]
    pub fn to_text(&self) -> String {
        // A list of texts can always be written.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}
