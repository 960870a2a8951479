//! What the program remembers between starts: recent folders, theme, arrangement of panes.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::Scoring;
use crate::model::project::{Choice, Project};

/// Light, dark, or as the system has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// As the system.
    System,
    /// Dark.
    #[default]
    Dark,
    /// Light.
    Light,
}

/// What was last looked at in a project, by name (positions may change).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct LastChoice {
    model: (String, String),
    dataset: (String, String),
    splits: Vec<String>,
}

/// Remembered settings. Unknown fields of a newer version are ignored, missing ones take their defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Folders opened, the newest first.
    pub recent: Vec<PathBuf>,
    /// The theme.
    pub theme: ThemeChoice,
    /// Evaluate model versions by themselves when they appear in an open folder.
    pub calculate_new: bool,
    /// The arrangement of panes, as the window wrote it.
    pub layout: String,
    /// Named ways to score generated texts, beside those that come with the program.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<Scoring>,
    /// Limits of the recommendations' rules that are not the usual ones, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<String, f64>,
    choices: BTreeMap<PathBuf, LastChoice>,
    #[serde(skip)]
    file: Option<PathBuf>,
}

impl Settings {
    /// Folders remembered.
    const RECENT: usize = 12;

    /// Reads settings from a file; defaults where there is none or it cannot be read. Saving goes to the same file.
    #[must_use]
    pub fn load(file: PathBuf) -> Self {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let settings: Self = serde_json::from_str(&text).unwrap_or_default();
        Self { file: Some(file), ..settings }
    }

    /// Where settings of this person lie.
    #[must_use]
    pub fn default_file() -> Option<PathBuf> {
        dirs::config_dir().map(|dir| dir.join("evalens").join("settings.json"))
    }

    /// Writes the file atomically; without a file nothing is kept.
    ///
    /// # Errors
    /// A sentence with the path where it cannot be written.
    pub fn save(&self) -> Result<(), SettingsError> {
        let Some(file) = &self.file else { return Ok(()) };
        let write = || -> std::io::Result<()> {
            let dir = file.parent().unwrap_or(Path::new("."));
            std::fs::create_dir_all(dir)?;
            let mut temp = tempfile::NamedTempFile::new_in(dir)?;
            serde_json::to_writer_pretty(&mut temp, self)?;
            temp.flush()?;
            temp.as_file().sync_all()?;
            temp.persist(file)?;
            Ok(())
        };
        write().map_err(|cause| SettingsError { file: file.clone(), cause: cause.to_string() })
    }

    /// Puts a folder at the head of the recent list.
    pub fn remember(&mut self, root: &Path) {
        self.recent.retain(|p| p != root);
        self.recent.insert(0, root.to_owned());
        self.recent.truncate(Self::RECENT);
    }

    /// Remembers what was looked at in a project.
    pub fn remember_choice(&mut self, root: &Path, project: &Project, choice: &Choice) {
        let (Some(model), Some(dataset)) = (project.models.get(choice.model), project.datasets.get(choice.dataset))
        else {
            return;
        };
        let last = LastChoice {
            model: (model.id.clone(), model.version.clone()),
            dataset: (dataset.id.clone(), dataset.version.clone()),
            splits: choice.splits.clone(),
        };
        self.choices.insert(root.to_owned(), last);
        let recent = &self.recent;
        self.choices.retain(|p, _| recent.contains(p));
    }

    /// What was last looked at in a project; `None` where it has gone.
    #[must_use]
    pub fn last_choice(&self, root: &Path, project: &Project) -> Option<Choice> {
        let last = self.choices.get(root)?;
        let model = project.models.iter().position(|m| (&m.id, &m.version) == (&last.model.0, &last.model.1))?;
        let dataset =
            project.datasets.iter().position(|d| (&d.id, &d.version) == (&last.dataset.0, &last.dataset.1))?;
        Some(Choice { model, dataset, splits: last.splits.clone() })
    }
}

/// Settings could not be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: settings cannot be written ({cause}); give yourself write permission or free some space", file.display())]
pub struct SettingsError {
    /// The file.
    pub file: PathBuf,
    /// Why.
    pub cause: String,
}
