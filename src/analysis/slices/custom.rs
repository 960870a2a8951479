//! Slices that a person defines: conditions that all hold. They go by names of attributes, so that they outlive any reading of
//! the data.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::bins::number;
use super::items::folder;
use super::{Attribute, Attributes, Mask, Of};
use crate::metrics::Evaluation;
use crate::model::{Image, Values};

/// Longest pattern of names.
const LONGEST: usize = 1000;

/// One condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Condition {
    /// A number of an attribute lies in a range.
    Range {
        /// The attribute.
        attribute: String,
        /// The smallest that fits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<f64>,
        /// The smallest that is too large.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<f64>,
    },
    /// A name of an attribute is one of these.
    Values {
        /// The attribute.
        attribute: String,
        /// The names.
        values: BTreeSet<String>,
    },
    /// The item lies in a folder, or below it.
    Folder {
        /// The folder.
        folder: String,
    },
    /// The name of the item fits a pattern.
    Name {
        /// The pattern.
        pattern: String,
        /// True for a regular expression, which may fit anywhere; false for a pattern with `*` and `?` of the whole name.
        #[serde(default)]
        regex: bool,
    },
    /// A person has tagged the item so.
    Tag {
        /// The tag.
        tag: String,
    },
}

/// A named slice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CustomSlice {
    /// What it is called.
    pub name: String,
    /// What holds of all its members.
    pub conditions: Vec<Condition>,
}

impl Condition {
    /// What it says.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Range { attribute, from: Some(from), to: Some(to) } => {
                format!("{attribute} from {} to below {}", number(*from), number(*to))
            }
            Self::Range { attribute, from: Some(from), to: None } => format!("{attribute} at least {}", number(*from)),
            Self::Range { attribute, from: None, to: Some(to) } => format!("{attribute} below {}", number(*to)),
            Self::Range { attribute, from: None, to: None } => format!("{attribute} known"),
            Self::Values { attribute, values } => {
                let values: Vec<&str> = values.iter().map(String::as_str).collect();
                format!("{attribute} = {}", values.join(" or "))
            }
            Self::Folder { folder } => format!("folder {folder}"),
            Self::Name { pattern, regex: true } => format!("name matches {pattern}"),
            Self::Name { pattern, regex: false } => format!("name is like {pattern}"),
            Self::Tag { tag } => format!("tagged {tag}"),
        }
    }

    fn mask(
        &self,
        evaluation: &Evaluation,
        attributes: &Attributes,
        tags: &BTreeMap<String, BTreeSet<String>>,
    ) -> Result<Mask, String> {
        let by_name = |holds: &dyn Fn(&str) -> bool| {
            Mask::of_items(evaluation, |item| {
                evaluation.dataset.images.get(item).is_some_and(|of: &Image| holds(&of.name))
            })
        };
        match self {
            Self::Range { attribute, from, to } => {
                if from.zip(*to).is_some_and(|(from, to)| from >= to) {
                    return Err(format!("Nothing lies between the bounds of {attribute}; write the smaller one first"));
                }
                let fits = |value: f64| from.is_none_or(|from| value >= from) && to.is_none_or(|to| value < to);
                of_values(evaluation, known(attributes, attribute)?, &|values, at| values.number(at).is_some_and(fits))
            }
            Self::Values { attribute, values: wanted } => {
                let known = known(attributes, attribute)?;
                of_values(evaluation, known, &|values, at| values.name(at).is_some_and(|name| wanted.contains(name)))
            }
            Self::Folder { folder: wanted } => {
                let wanted = wanted.trim().trim_end_matches('/');
                let inside = |name: &str| {
                    let rest = folder(name).strip_prefix(wanted);
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || wanted.is_empty())
                };
                Ok(by_name(&inside))
            }
            Self::Name { pattern, regex } => {
                let (pattern, whole) = compiled(pattern, *regex)?;
                let part = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
                Ok(by_name(&|name| if whole { pattern.is_match(name) } else { pattern.is_match(&part(name)) }))
            }
            Self::Tag { tag } => {
                let tagged =
                    tags.get(tag).ok_or_else(|| format!("Nothing is tagged {tag}; tag items on the page Vectors"))?;
                Ok(by_name(&|name| tagged.contains(name)))
            }
        }
    }
}

impl Attribute {
    /// The condition of being in a bin; `None` where a bin holds what has no value, or many values.
    #[must_use]
    pub fn condition(&self, bin: usize) -> Option<Condition> {
        let of = self.bins.get(bin).filter(|bin| !bin.unknown)?;
        let attribute = self.name.clone();
        match &self.values {
            Values::Numbers(_) => Some(Condition::Range { attribute, from: of.from, to: of.to }),
            Values::Names { names, .. } => {
                names.contains(&of.name).then(|| Condition::Values { attribute, values: [of.name.clone()].into() })
            }
        }
    }
}

fn known<'a>(attributes: &'a Attributes, name: &str) -> Result<&'a Attribute, String> {
    attributes.named(name).ok_or_else(|| {
        format!("There is no attribute {name} here; measure the pictures or add the file that it comes from")
    })
}

fn of_values(
    evaluation: &Evaluation,
    attribute: &Attribute,
    fits: &dyn Fn(&Values, usize) -> bool,
) -> Result<Mask, String> {
    Ok(match attribute.of {
        Of::Items => Mask::of_items(evaluation, |item| fits(&attribute.values, item)),
        Of::Objects => {
            Mask::of_objects(evaluation, |truth| fits(&attribute.values, truth), |pred| fits(&attribute.of_preds, pred))
        }
    })
}

/// A pattern of names, and whether it is about the name with its folders.
fn compiled(pattern: &str, is_regex: bool) -> Result<(Regex, bool), String> {
    let pattern = pattern.trim();
    if pattern.is_empty() || pattern.len() > LONGEST {
        return Err(format!("A pattern of names has 1 to {LONGEST} characters"));
    }
    if is_regex {
        let regex = Regex::new(pattern).map_err(|error| {
            let what = error.to_string();
            let why = what.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("`{pattern}` is no regular expression ({why}); correct it, or use * and ? instead")
        })?;
        return Ok((regex, true));
    }
    // Of a folder `*` is one name, `**` any number of them.
    let mut text = String::from("^(?s)");
    let mut rest = pattern.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '*' if rest.next_if_eq(&'*').is_some() => text.push_str(".*"),
            '*' => text.push_str("[^/]*"),
            '?' => text.push_str("[^/]"),
            other => text.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    text.push('$');
    let regex = Regex::new(&text).map_err(|_| format!("`{pattern}` is too long a pattern; shorten it"))?;
    Ok((regex, pattern.contains('/')))
}

impl CustomSlice {
    /// All conditions in words.
    #[must_use]
    pub fn words(&self) -> String {
        let words: Vec<String> = self.conditions.iter().map(Condition::words).collect();
        words.join(" and ")
    }

    /// Its members.
    ///
    /// # Errors
    /// A sentence where a condition means nothing here.
    pub fn mask(
        &self,
        evaluation: &Evaluation,
        attributes: &Attributes,
        tags: &BTreeMap<String, BTreeSet<String>>,
    ) -> Result<Mask, String> {
        let mut masks = self.conditions.iter().map(|condition| condition.mask(evaluation, attributes, tags));
        let first = masks.next().ok_or_else(|| "A slice needs at least one condition".to_owned())??;
        masks.try_fold(first, |all, mask| Ok(all.and(mask?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, is_regex: bool, name: &str) -> bool {
        let (regex, whole) = compiled(pattern, is_regex).unwrap();
        regex.is_match(if whole { name } else { name.rsplit('/').next().unwrap() })
    }

    #[test]
    fn patterns_of_names() {
        assert!(fits("cam?_*.jpg", false, "night/cam1_0001.jpg"));
        assert!(!fits("cam?_*.jpg", false, "night/xcam1_0001.jpg"));
        assert!(!fits("cam?.jpg", false, "cam12.jpg"));
        assert!(fits("night/*.jpg", false, "night/a.jpg") && !fits("night/*.jpg", false, "night/b/a.jpg"));
        assert!(fits("night/**.jpg", false, "night/b/a.jpg"));
        assert!(fits("a+b (1).png", false, "a+b (1).png"));
        assert!(fits("cam[12]", true, "night/cam2_1.jpg") && !fits("^cam[12]", true, "night/cam2_1.jpg"));
    }

    #[test]
    fn a_bad_pattern_is_explained() {
        let sentence = compiled("cam[12", true).unwrap_err();
        assert_eq!(
            sentence,
            "`cam[12` is no regular expression (unclosed character class); correct it, or use * and ? instead"
        );
        assert!(compiled("  ", false).unwrap_err().contains("1 to 1000"));
    }

    #[test]
    fn a_slice_survives_its_text() {
        let slice = CustomSlice {
            name: "night".to_owned(),
            conditions: vec![
                Condition::Range { attribute: "Brightness".to_owned(), from: None, to: Some(0.25) },
                Condition::Values { attribute: "Size".to_owned(), values: ["small".to_owned()].into() },
                Condition::Name { pattern: "cam*".to_owned(), regex: false },
            ],
        };
        let text = serde_json::to_string(&slice).unwrap();
        assert_eq!(serde_json::from_str::<CustomSlice>(&text).unwrap(), slice);
        assert_eq!(slice.words(), "Brightness below 0.25 and Size = small and name is like cam*");
    }
}
