//! What the program remembers between starts: recent folders, theme, arrangement of panes.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::Scoring;
use crate::model::project::{Choice, Project};

pub use super::preferences::{PaletteChoice, Preferences};

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

/// What was on screen when the program ended, by name. Model, dataset and splits are remembered with every project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LastOpen {
    /// Folders, or the file of the workspace; none where nothing was open.
    pub paths: Vec<PathBuf>,
    /// The project on screen.
    pub root: PathBuf,
    /// The page.
    pub page: String,
    /// The threshold; `None` where it stood at the optimum.
    pub threshold: Option<f64>,
    /// The overlap from which pairs counted.
    pub iou: Option<f64>,
    /// The rule by which objects were paired.
    pub matching: String,
    /// What the gallery showed, as far as it has a name.
    pub filter: Option<NamedFilter>,
}

/// Where the window stood, in points of the system.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WindowPlace {
    /// Its upper left corner; `None` where the system does not say.
    pub at: Option<(f32, f32)>,
    /// Width and height inside.
    pub size: (f32, f32),
    /// True where it filled the screen.
    pub maximised: bool,
}

/// A selection by the names of its classes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NamedFilter {
    /// A cell of the confusion matrix: truth and prediction, `None` being the background.
    Cell(Option<String>, Option<String>),
    /// A segment of a bar: a class, or all, and the name of an outcome.
    Segment(Option<String>, String),
    /// Items that have both labels.
    Both(String, String),
}

/// Remembered settings. Unknown fields of a newer version are ignored, missing ones take their defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Folders opened, the newest first.
    pub recent: Vec<PathBuf>,
    /// The theme.
    pub theme: ThemeChoice,
    /// What a person chose beside that.
    #[serde(flatten)]
    pub preferences: Preferences,
    /// What was open last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<LastOpen>,
    /// Evaluate model versions by themselves when they appear in an open folder.
    pub calculate_new: bool,
    /// Where the window stood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowPlace>,
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

    /// Reads settings from a file; defaults where there is none or it cannot be read, and for every field that makes no sense.
    /// Saving goes to the same file.
    #[must_use]
    pub fn load(file: PathBuf) -> Self {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let settings: Self = serde_json::from_str(&text).map_or_else(|_| Self::default(), field_by_field);
        Self { preferences: settings.preferences.sound(), file: Some(file), ..settings }
    }

    /// Where settings of this person lie.
    #[must_use]
    pub fn default_file() -> Option<PathBuf> {
        dirs::config_dir().map(|dir| dir.join("evalens").join("settings.json"))
    }

    /// The file they are kept in; `None` where they are not.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
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

/// As much of what was written as can be read: a field of another form costs only itself.
fn field_by_field<T: Serialize + DeserializeOwned + Default>(written: Value) -> T {
    if let Ok(whole) = serde_json::from_value(written.clone()) {
        return whole;
    }
    let (Value::Object(fields), Ok(Value::Object(mut sound))) = (written, serde_json::to_value(T::default())) else {
        return T::default();
    };
    for (name, value) in fields {
        let before = sound.insert(name.clone(), value);
        if serde_json::from_value::<T>(Value::Object(sound.clone())).is_err() {
            match before {
                Some(value) => sound.insert(name, value),
                None => sound.remove(&name),
            };
        }
    }
    serde_json::from_value(Value::Object(sound)).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Settings {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("settings.json");
        std::fs::write(&file, text).unwrap();
        Settings { file: None, ..Settings::load(file) }
    }

    #[test]
    fn nonsense_costs_only_its_own_field() {
        assert_eq!(read("{ not json"), Settings::default());
        assert_eq!(read("[1, 2]"), Settings::default());
        let read = read(
            r#"{"theme": 7, "scale": 9999, "digits": 0, "palette": "blue-orange", "iou": -3.0, "confidence": 7.5,
                "cache_mb": "much", "matching": "coco", "restore": false, "tour_done": 3, "recent": ["/data/a"], "later": {}}"#,
        );
        assert_eq!(read.theme, ThemeChoice::Dark);
        assert_eq!(read.recent, [PathBuf::from("/data/a")]);
        let expected = Preferences {
            palette: PaletteChoice::BlueOrange,
            scale: 300,
            digits: 2,
            confidence: Some(1.0),
            iou: 0.01,
            matching: "coco".to_owned(),
            cache_mb: 2048,
            restore: false,
            tour_done: false,
        };
        assert_eq!(read.preferences, expected);
    }

    #[test]
    fn what_was_written_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut settings = Settings::load(dir.path().join("config/settings.json"));
        settings.preferences =
            Preferences { scale: 125, confidence: Some(0.25), cache_mb: 500, ..Preferences::default() };
        settings.last = Some(LastOpen {
            paths: vec!["/data/cells".into()],
            threshold: Some(0.361),
            filter: Some(NamedFilter::Cell(Some("RBC".to_owned()), None)),
            ..LastOpen::default()
        });
        settings.save().unwrap();
        assert_eq!(Settings::load(dir.path().join("config/settings.json")), settings);
    }

    #[test]
    fn sizes_step_up_and_down() {
        let at = |scale| Preferences { scale, ..Preferences::default() };
        assert_eq!([at(100).scaled(true), at(117).scaled(true), at(300).scaled(true)], [110, 125, 300]);
        assert_eq!([at(100).scaled(false), at(117).scaled(false), at(75).scaled(false)], [90, 110, 75]);
    }
}
