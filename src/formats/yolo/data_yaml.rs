//! `data.yaml`: class names, and which folders or lists make up each split.
//!
//! Knows the file and the quirks of its exporters. Does not read labels or pictures.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::formats::error::FormatError;
use crate::formats::source;
use crate::model::{Findings, Severity};

/// Longest `data.yaml` that is read; real ones have a few kilobytes.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// What a `data.yaml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataYaml {
    /// Class names by index.
    pub names: Vec<String>,
    /// Splits in the order train, val, test: key and the folders or lists as written.
    pub splits: Vec<(String, Vec<String>)>,
    /// `path`, as written.
    pub base: Option<String>,
    file: PathBuf,
}

#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    train: Option<Strings>,
    #[serde(default)]
    val: Option<Strings>,
    #[serde(default)]
    valid: Option<Strings>,
    #[serde(default)]
    validation: Option<Strings>,
    #[serde(default)]
    test: Option<Strings>,
    #[serde(default)]
    nc: Option<u32>,
    #[serde(default)]
    names: Option<Names>,
}

/// One text, or a list of them.
struct Strings(Vec<String>);

/// A list of names, or a map from index to name.
struct Names(Vec<String>);

/// More classes than this are refused: the largest label sets have some twenty thousand.
const MAX_CLASSES: usize = 100_000;

impl<'de> Deserialize<'de> for Strings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Strings;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a path or a list of paths")
            }
            fn visit_str<E>(self, text: &str) -> Result<Strings, E> {
                Ok(Strings(if text.trim().is_empty() { Vec::new() } else { vec![text.trim().to_owned()] }))
            }
            fn visit_unit<E>(self) -> Result<Strings, E> {
                Ok(Strings(Vec::new()))
            }
            fn visit_none<E>(self) -> Result<Strings, E> {
                Ok(Strings(Vec::new()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Strings, A::Error> {
                let mut all = Vec::new();
                while let Some(text) = seq.next_element::<String>()? {
                    all.push(text.trim().to_owned());
                }
                Ok(Strings(all))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Strings, A::Error> {
                // Ultralytics allows a download script and the like here; none names a folder.
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Strings(Vec::new()))
            }
        }
        deserializer.deserialize_any(V)
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Names;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of class names, or a map from class index to name")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Names, A::Error> {
                let mut all = Vec::new();
                while let Some(name) = seq.next_element::<String>()? {
                    all.push(name);
                }
                Ok(Names(all))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut by_index = BTreeMap::new();
                while let Some((index, name)) = map.next_entry::<usize, String>()? {
                    by_index.insert(index, name);
                }
                let count = by_index.last_key_value().map_or(0, |(&last, _)| last.saturating_add(1));
                if count > MAX_CLASSES {
                    return Err(serde::de::Error::custom(format!("class index {} is too large", count - 1)));
                }
                Ok(Names((0..count).map(|i| by_index.remove(&i).unwrap_or_else(|| i.to_string())).collect()))
            }
        }
        deserializer.deserialize_any(V)
    }
}

/// Reads a `data.yaml`.
///
/// # Errors
/// Where it is not YAML, has neither `names` nor `nc`, or its values have another shape.
pub fn read(file: &Path, findings: &mut Findings) -> Result<DataYaml, FormatError> {
    let size = std::fs::metadata(file).map_err(|e| FormatError::io(file, &e))?.len();
    if size > MAX_BYTES {
        return Err(FormatError::new(file, "is too large for a data.yaml", "name the file that lists the classes"));
    }
    parse(&source::read_text(file)?, file, findings)
}

/// Reads the text of a `data.yaml`; `file` is named in errors and is where relative paths start.
///
/// # Errors
/// As [`read`].
pub fn parse(text: &str, file: &Path, findings: &mut Findings) -> Result<DataYaml, FormatError> {
    let options = serde_saphyr::options! {
        with_snippet: false,
        duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::LastWins,
        budget: serde_saphyr::budget! {
            max_depth: 32,
            max_aliases: 1_000,
            max_anchors: 1_000,
            max_nodes: 400_000,
            max_events: 1_000_000,
        },
    };
    let raw: Raw = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location().map_or_else(String::new, |l| format!("line {}", l.line()));
        FormatError::new(
            file,
            format!("is not a data.yaml ({})", one_line(&error.to_string())),
            "correct it: `names` is a list of class names, `train`, `val` and `test` are folders",
        )
        .at(place)
    })?;
    let names = match (raw.names, raw.nc) {
        (Some(Names(names)), nc) => {
            if let Some(nc) = nc.filter(|&nc| nc as usize != names.len()) {
                findings.add(
                    Severity::Warning,
                    "class-count-mismatch",
                    "`nc` is not the number of `names` in data.yaml; the names are used.",
                    || format!("{}: nc {nc}, {} names", file.display(), names.len()),
                );
            }
            names
        }
        (None, Some(nc)) if nc as usize <= MAX_CLASSES => (0..nc).map(|i| i.to_string()).collect(),
        (None, _) => {
            return Err(FormatError::new(file, "has no `names`", "add the list of class names as `names: [a, b, …]`"));
        }
    };
    let splits = [("train", raw.train), ("val", raw.val.or(raw.valid).or(raw.validation)), ("test", raw.test)];
    Ok(DataYaml {
        names,
        splits: splits
            .into_iter()
            .filter_map(|(key, paths)| paths.map(|Strings(paths)| (key.to_owned(), paths)))
            .filter(|(_, paths)| !paths.is_empty())
            .collect(),
        base: raw.path.filter(|p| !p.trim().is_empty()),
        file: file.to_owned(),
    })
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ")
}

impl DataYaml {
    /// The folders and lists of a split that exist, in the order written. Tries, in this order: as written under `path`,
    /// as written beside the file, without leading `../` (Roboflow's exports say `../train/images` for the folder beside
    /// the file), and the last one or two parts of an absolute path from another machine.
    #[must_use]
    pub fn places(&self, key: &str) -> Vec<PathBuf> {
        let written = self.splits.iter().find(|(k, _)| k == key).map(|(_, paths)| paths.as_slice()).unwrap_or_default();
        written.iter().filter_map(|path| self.resolve(path)).collect()
    }

    fn resolve(&self, written: &str) -> Option<PathBuf> {
        let written = PathBuf::from(written.replace('\\', "/"));
        let bases = self.bases();
        let names: Vec<&std::ffi::OsStr> = written
            .components()
            .filter_map(|c| if let Component::Normal(name) = c { Some(name) } else { None })
            .collect();
        let inside: PathBuf = names.iter().collect();
        let tail = |n: usize| -> PathBuf { names.iter().skip(names.len().saturating_sub(n)).collect() };
        let tries = [written.clone(), inside, tail(2), tail(1)];
        tries
            .iter()
            .filter(|path| path.components().next().is_some())
            .flat_map(|path| bases.iter().map(move |base| base.join(path)))
            .find(|place| place.exists())
    }

    /// Folders that paths may be relative to.
    fn bases(&self) -> Vec<PathBuf> {
        let beside = self.file.parent().map(Path::to_owned).unwrap_or_default();
        let mut bases = Vec::new();
        if let Some(base) = &self.base {
            let base = PathBuf::from(base.replace('\\', "/"));
            bases.push(beside.join(&base));
        }
        bases.push(beside);
        bases.retain(|b| b.as_os_str().is_empty() || b.is_dir());
        bases
    }
}
