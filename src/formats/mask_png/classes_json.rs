//! Classes of masks in JSON.

use std::path::Path;

use serde_json::{Map, Value};

use super::classes::{Entry, Ignore, triple};
use crate::formats::error::FormatError;
use crate::model::index_mask::NO_CLASS;

/// Keys of what holds the classes.
const LISTS: [&str; 8] =
    ["classes", "labels", "names", "categories", "class_names", "id2label", "label2id", "class_to_idx"];
const NAMES: [&str; 4] = ["name", "label", "title", "class"];
const COLOURS: [&str; 3] = ["colour", "color", "rgb"];
const INDICES: [&str; 3] = ["index", "id", "value"];
const IGNORES: [&str; 5] = ["ignore_index", "ignore_label", "ignore", "void_index", "void"];
/// Keys of the colours of a list of names.
const PALETTES: [&str; 3] = ["palette", "colours", "colors"];
/// Flags of a class: the last is that of Cityscapes.
const FLAGS: [&str; 3] = ["ignore", "ignored", "ignoreInEval"];

/// Reads the classes and which of them is to be ignored.
pub(super) fn read(path: &Path, text: &str) -> Result<(Vec<Entry>, Option<Ignore>), FormatError> {
    let value: Value = serde_json::from_str(text).map_err(|e| {
        let place = format!("line {}, column {}", e.line(), e.column());
        FormatError::new(path, format!("is no JSON ({e})"), "correct it there, or export it again").at(place)
    })?;
    let about = value.as_object();
    let list =
        about.and_then(|map| LISTS.iter().find_map(|key| map.get(*key).filter(|v| v.is_array() || v.is_object())));
    let mut entries = match list.unwrap_or(&value) {
        Value::Array(list) => of_list(path, list)?,
        Value::Object(map) => of_map(path, map)?,
        _ => Vec::new(),
    };
    if let Some(Value::Array(palette)) = about.and_then(|map| first(map, &PALETTES)) {
        for (entry, of_entry) in entries.iter_mut().zip(palette) {
            entry.colour = entry.colour.or(Some(colour(path, &entry.name, of_entry)?));
        }
    }
    let ignore = about.and_then(|map| first(map, &IGNORES)).and_then(|value| match value {
        Value::String(name) => Some(Ignore::Name(name.clone())),
        value => index_of(value).map(Ignore::Index),
    });
    Ok((entries, ignore))
}

fn first<'a>(map: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a Value> {
    keys.iter().find_map(|key| map.get(*key))
}

fn of_list(path: &Path, list: &[Value]) -> Result<Vec<Entry>, FormatError> {
    let mut entries = Vec::with_capacity(list.len());
    for (position, value) in list.iter().enumerate() {
        match value {
            Value::String(name) => entries.push(Entry { name: name.clone(), ..Entry::default() }),
            Value::Object(map) => entries.extend(of_object(path, map, &format!("class {position}"))?),
            _ => return Err(unreadable(path, &format!("class {position}"))),
        }
    }
    Ok(entries)
}

/// From indices to names or objects, or from names to indices; by index.
fn of_map(path: &Path, map: &Map<String, Value>) -> Result<Vec<Entry>, FormatError> {
    let mut entries = Vec::with_capacity(map.len());
    let about = |key: &String| IGNORES.iter().chain(&PALETTES).any(|known| known == key);
    for (key, value) in map.iter().filter(|(key, _)| !about(key)) {
        let index = key.parse().ok().filter(|&index| index != NO_CLASS);
        match (value, index) {
            (Value::String(name), Some(_)) => entries.push(Entry { name: name.clone(), index, ..Entry::default() }),
            (Value::Object(inner), Some(_)) => {
                let entry = of_object(path, inner, key)?;
                entries.extend(entry.map(|entry| Entry { index, ..entry }));
            }
            (Value::Number(_), _) => {
                let index = Some(index_of(value).ok_or_else(|| unreadable(path, key))?);
                entries.push(Entry { name: key.clone(), index, ..Entry::default() });
            }
            _ => return Err(unreadable(path, key)),
        }
    }
    entries.sort_by_key(|entry| entry.index);
    Ok(entries)
}

/// A class; `None` where it has a negative index, as those have that no mask shows.
fn of_object(path: &Path, map: &Map<String, Value>, place: &str) -> Result<Option<Entry>, FormatError> {
    let name = first(map, &NAMES).and_then(Value::as_str).ok_or_else(|| unreadable(path, place))?.to_owned();
    let index = match first(map, &INDICES) {
        Some(value) if value.as_i64().is_some_and(|index| index < 0) => return Ok(None),
        Some(value) => Some(index_of(value).ok_or_else(|| unreadable(path, place))?),
        None => None,
    };
    let colour = first(map, &COLOURS).filter(|c| !c.is_null()).map(|c| colour(path, &name, c)).transpose()?;
    let ignored = first(map, &FLAGS).and_then(Value::as_bool).unwrap_or(false);
    Ok(Some(Entry { name, index, colour, ignored }))
}

fn index_of(value: &Value) -> Option<u16> {
    match value {
        // The highest index stands for no class, and may well be the one to be ignored.
        Value::Number(number) => number.as_u64().and_then(|index| u16::try_from(index).ok()),
        Value::String(digits) => digits.trim().parse().ok(),
        _ => None,
    }
}

/// Three numbers (a fourth, of transparency, does not count), or text: `#rrggbb`, `r,g,b`.
fn colour(path: &Path, name: &str, value: &Value) -> Result<[u8; 3], FormatError> {
    let number = |value: &Value| u8::try_from(value.as_u64()?).ok();
    let found = match value {
        Value::Array(parts) => match parts.as_slice() {
            [r, g, b] | [r, g, b, _] => number(r).zip(number(g)).zip(number(b)).map(|((r, g), b)| [r, g, b]),
            _ => None,
        },
        Value::String(text) => hexadecimal(text).or_else(|| triple(text, ',')),
        _ => None,
    };
    found.ok_or_else(|| {
        let problem = format!("the colour {value} of `{name}` is none");
        FormatError::new(path, problem, "write three whole numbers from 0 to 255, or #rrggbb")
    })
}

fn hexadecimal(text: &str) -> Option<[u8; 3]> {
    let digits = text.trim().strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let [_, r, g, b] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some([r, g, b])
}

fn unreadable(path: &Path, place: &str) -> FormatError {
    let remedy = "write a list of names, or of objects with name, index and colour";
    FormatError::new(path, "is no class of a mask", remedy).at(place)
}
