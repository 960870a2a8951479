//! Records of programs that nest what they say: tasks of Label Studio, the labels of a FiftyOne dataset, lists of labels beside
//! lists of scores.
//!
//! Knows their keys. Makes flat records of them.

use super::cells::{self, Cell};
use super::records::Record;
use crate::formats::json::{Broken, Scalar, Scanner};

/// What Label Studio's tasks hold beside what is annotated.
const DATA: &str = "data";
/// Keys under which it keeps annotations, now and in old versions.
const ANNOTATIONS: [&str; 2] = ["annotations", "completions"];

/// True for a key and the beginning of its value that only tasks of Label Studio have.
pub(super) fn may_be_task(key: &str, value: Option<u8>) -> bool {
    key == DATA && value == Some(b'{')
}

/// True at an object that is a task of Label Studio: something to annotate beside a list of annotations.
pub(super) fn is_task(s: &Scanner<'_>) -> bool {
    let (mut ahead, mut data, mut annotations) = (s.clone(), false, false);
    let end = ahead.object(|s, key| {
        data |= key == DATA && s.peek() == Some(b'{');
        annotations |= ANNOTATIONS.contains(&key) && s.peek() == Some(b'[');
        s.skip()
    });
    end.is_ok() && data && annotations
}

/// A task of Label Studio as a record: what is annotated, the choices of the first annotation that was not cancelled as `label`,
/// those of the first prediction as `prediction` with its `score`. Choices are the only results that are read; the number of
/// the task is its `id` where it is no picture.
///
/// # Errors
/// Where the text is broken.
pub(super) fn task(s: &mut Scanner<'_>) -> Result<Record, Broken> {
    let mut found = Record::new();
    let mut id = None;
    s.object(|s, key| match (key, s.peek()) {
        ("id", Some(b'0'..=b'9' | b'"')) => {
            id = Some(cells::of_json(s)?);
            Ok(())
        }
        (DATA, Some(b'{')) => s.object(|s, key| {
            let cell = cells::of_json(s)?;
            // Numbers that describe an item are no scores of classes.
            if matches!(cell, Cell::Text(_)) {
                found.push((key.to_owned(), cell));
            }
            Ok(())
        }),
        (key, Some(b'[')) if ANNOTATIONS.contains(&key) => {
            let said = first(s)?;
            found.extend(said.choices.map(|choices| ("label".to_owned(), choices)));
            Ok(())
        }
        ("predictions", Some(b'[')) => {
            let said = first(s)?;
            found.extend(said.choices.map(|choices| ("prediction".to_owned(), choices)));
            found.extend(said.score.map(|score| ("score".to_owned(), Cell::Number(score))));
            Ok(())
        }
        _ => s.skip(),
    })?;
    let picture = |key: &String| ["image", "img", "file", "image_url", "image_path"].contains(&key.as_str());
    if !found.iter().any(|(key, _)| picture(key)) {
        found.extend(id.map(|id| ("id".to_owned(), id)));
    }
    Ok(found)
}

/// What one annotation or prediction says.
#[derive(Default)]
struct Said {
    /// Choices; nothing where there is no result at all; `None` where results are of another kind.
    choices: Option<Cell>,
    score: Option<f64>,
}

/// The first of a list that was not cancelled.
fn first(s: &mut Scanner<'_>) -> Result<Said, Broken> {
    let mut first = None;
    s.list(|s, _| {
        if first.is_some() || s.peek() != Some(b'{') {
            return s.skip();
        }
        let (mut said, mut cancelled, mut other) = (Said::default(), false, false);
        let mut choices = Vec::new();
        s.object(|s, key| match (key, s.peek()) {
            ("result", Some(b'[')) => s.list(|s, _| {
                let known = choices.len();
                result(s, &mut choices)?;
                other |= choices.len() == known;
                Ok(())
            }),
            ("was_cancelled", Some(b't' | b'f')) => {
                cancelled = matches!(s.scalar()?, Scalar::Bool(true));
                Ok(())
            }
            ("score", _) => {
                said.score = match s.scalar()? {
                    Scalar::Number(number) => Some(number.value()),
                    _ => None,
                };
                Ok(())
            }
            _ => s.skip(),
        })?;
        if !cancelled {
            said.choices = match choices.as_slice() {
                [] if other => None,
                [] => Some(Cell::Empty),
                [only] => Some(Cell::Text(only.clone())),
                _ => Some(Cell::Texts(choices)),
            };
            first = Some(said);
        }
        Ok(())
    })?;
    Ok(first.unwrap_or_default())
}

/// Adds the choices of one result.
fn result(s: &mut Scanner<'_>, choices: &mut Vec<String>) -> Result<(), Broken> {
    if s.peek() != Some(b'{') {
        return s.skip();
    }
    s.object(|s, key| {
        if key != "value" || s.peek() != Some(b'{') {
            return s.skip();
        }
        s.object(|s, key| {
            if key != "choices" {
                return s.skip();
            }
            match cells::of_json(s)? {
                Cell::Texts(texts) => choices.extend(texts),
                Cell::Numbers(numbers) => choices.extend(numbers.iter().map(ToString::to_string)),
                Cell::Text(text) => choices.push(text),
                _ => {}
            }
            Ok(())
        })
    })
}

/// One target of FiftyOne's `labels.json` as the cells of a record: an index of `classes`, a name, a list of either, nothing,
/// or `{label, confidence}`.
///
/// # Errors
/// Where the text is broken.
pub(super) fn target(s: &mut Scanner<'_>, classes: &[String]) -> Result<Record, Broken> {
    let name = |number: f64| {
        let class = (number.fract() == 0.0 && number >= 0.0).then(|| classes.get(number as usize)).flatten();
        class.cloned().unwrap_or_else(|| number.to_string())
    };
    let named = |cell| match cell {
        Cell::Number(number) => Cell::Text(name(number)),
        Cell::Numbers(numbers) => Cell::Texts(numbers.into_iter().map(name).collect()),
        other => other,
    };
    if s.peek() != Some(b'{') {
        return Ok(vec![("label".to_owned(), named(cells::of_json(s)?))]);
    }
    let mut found = Record::new();
    s.object(|s, key| {
        match key {
            "label" => found.push(("label".to_owned(), named(cells::of_json(s)?))),
            "confidence" => found.push(("score".to_owned(), cells::of_json(s)?)),
            _ => s.skip()?,
        }
        Ok(())
    })?;
    Ok(found)
}

/// Joins a list of labels and a list of as many scores, best first, as pipelines for given labels write them
/// (`{"sequence": …, "labels": […], "scores": […]}`): the two are one list of labels with scores.
pub(super) fn join_lists(record: &mut Record) {
    let known = ["labels", "scores", "sequence", "text", "id", "image", "file_name"];
    if !record.iter().all(|(key, _)| known.contains(&key.as_str())) {
        return;
    }
    let at = |wanted: &str| record.iter().position(|(key, _)| key == wanted);
    let (Some(labels), Some(scores)) = (at("labels"), at("scores")) else { return };
    let (Some((_, Cell::Texts(names))), Some((_, Cell::Numbers(values)))) = (record.get(labels), record.get(scores))
    else {
        return;
    };
    let sum: f64 = values.iter().sum();
    let shares = values.is_sorted_by(|a, b| a >= b) && (at("sequence").is_some() || (sum - 1.0).abs() < 1e-3);
    if names.len() != values.len() || names.is_empty() || !shares {
        return;
    }
    let scored = names.iter().cloned().zip(values.iter().copied()).collect();
    if let Some((_, cell)) = record.get_mut(scores) {
        *cell = Cell::Scored(scored);
    }
    record.remove(labels);
}
