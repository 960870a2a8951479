//! What stands in one cell, whichever way the table is written.

use crate::formats::json::number;
use crate::formats::json::{Broken, Scalar, Scanner};

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing, or `null`.
    Empty,
    /// A number, finite or not.
    Number(f64),
    /// A text.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
    /// A list of numbers.
    Numbers(Vec<f64>),
    /// Labels with scores.
    Scored(Vec<(String, f64)>),
}

impl Cell {
    /// True where it is something that a class of a table can have as its score, or nothing.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }
}

/// The number that a field of delimited text holds, also in spellings of other programs: `.5`, `+1`, `NaN`, `inf`, and a
/// decimal comma where the separator is another. `None` where it is no number.
#[must_use]
pub fn number(field: &[u8], delimiter: u8) -> Option<f64> {
    let field = field.trim_ascii();
    if let Some((value, end, _)) = number::read_f64(field, 0)
        && end == field.len()
    {
        return Some(value);
    }
    let text = std::str::from_utf8(field).ok()?;
    // Words that Rust reads as numbers are those of other programs too; a lone `e` or name is none.
    if let Ok(value) = text.parse() {
        return Some(value);
    }
    if delimiter != b',' && text.matches(',').count() == 1 && !text.contains('.') {
        return text.replace(',', ".").parse().ok();
    }
    None
}

/// A field of delimited text as a cell; lists and maps in it are read as JSON, or as Python prints them.
#[must_use]
pub fn of_field(field: &[u8], delimiter: u8) -> Cell {
    let trimmed = field.trim_ascii();
    if trimmed.is_empty() {
        return Cell::Empty;
    }
    if let Some(value) = number(trimmed, delimiter) {
        return Cell::Number(value);
    }
    nested(trimmed).unwrap_or_else(|| Cell::Text(String::from_utf8_lossy(trimmed).into_owned()))
}

/// A list or map written in a field.
#[must_use]
pub fn nested(field: &[u8]) -> Option<Cell> {
    if !matches!((field.first(), field.last()), (Some(b'['), Some(b']')) | (Some(b'{'), Some(b'}'))) {
        return None;
    }
    let read = |bytes: &[u8]| {
        let mut scanner = Scanner::new(bytes, 0);
        of_json(&mut scanner).ok().filter(|_| scanner.finish().is_ok())
    };
    // Python's own notation, as pandas writes lists, has single quotes.
    read(field).or_else(|| {
        let json: Vec<u8> = field.iter().map(|&b| if b == b'\'' { b'"' } else { b }).collect();
        read(&json)
    })
}

/// Reads any JSON value as a cell.
///
/// # Errors
/// Where the text is broken.
pub fn of_json(s: &mut Scanner<'_>) -> Result<Cell, Broken> {
    match s.peek() {
        Some(b'[') => of_list(s),
        Some(b'{') => of_object(s),
        _ => Ok(of_scalar(s.scalar()?)),
    }
}

fn of_scalar(scalar: Scalar<'_>) -> Cell {
    match scalar {
        Scalar::Number(number) => Cell::Number(number.value()),
        Scalar::Text(text) if text.is_empty() => Cell::Empty,
        Scalar::Text(text) => Cell::Text(text.into_owned()),
        Scalar::Bool(yes) => Cell::Number(f64::from(u8::from(yes))),
        Scalar::Null | Scalar::List | Scalar::Object => Cell::Empty,
    }
}

/// A list of numbers, of texts, of `{label, score}` or of `[label, score]`.
fn of_list(s: &mut Scanner<'_>) -> Result<Cell, Broken> {
    let (mut texts, mut numbers, mut scored) = (Vec::new(), Vec::new(), Vec::new());
    s.list(|s, _| {
        match s.peek() {
            Some(b'{') => scored.extend(entry(s)?),
            Some(b'[') => scored.extend(pair(s)?),
            _ => match of_scalar(s.scalar()?) {
                Cell::Number(value) => numbers.push(value),
                Cell::Text(text) => texts.push(text),
                _ => {}
            },
        }
        Ok(())
    })?;
    Ok(if !scored.is_empty() {
        Cell::Scored(scored)
    } else if !texts.is_empty() {
        // Labels may be numbers among names.
        texts.extend(numbers.iter().map(ToString::to_string));
        Cell::Texts(texts)
    } else if numbers.is_empty() {
        Cell::Texts(texts)
    } else {
        Cell::Numbers(numbers)
    })
}

/// A map from labels to scores, Label Studio's `{"choices": […]}`, or a single `{label, score}`.
fn of_object(s: &mut Scanner<'_>) -> Result<Cell, Broken> {
    let (mut scored, mut texts) = (Vec::new(), None);
    let mut named = Entry::default();
    s.object(|s, key| {
        // One level is all that any exporter writes; deeper ones must not cost stack.
        let cell = match s.peek() {
            Some(b'[') => of_list(s)?,
            Some(b'{') => s.skip().map(|()| Cell::Empty)?,
            _ => of_scalar(s.scalar()?),
        };
        match (cell, key) {
            (Cell::Texts(list), _) => texts = Some(list),
            (cell, key) if named.take(key, &cell) => {}
            (Cell::Number(value), key) => scored.push((key.to_owned(), value)),
            _ => {}
        }
        Ok(())
    })?;
    if let Some(texts) = texts {
        return Ok(Cell::Texts(texts));
    }
    Ok(Cell::Scored(named.finish().map_or(scored, |one| vec![one])))
}

/// The keys of `{label, score}` objects, by their usual names.
#[derive(Default)]
struct Entry {
    label: Option<String>,
    score: Option<f64>,
}

impl Entry {
    fn take(&mut self, key: &str, cell: &Cell) -> bool {
        match (key, cell) {
            ("label" | "class" | "name" | "class_name" | "category", Cell::Text(text)) => {
                self.label = Some(text.clone());
            }
            ("label" | "class" | "class_id" | "index", Cell::Number(n)) => {
                self.label.get_or_insert_with(|| n.to_string());
            }
            ("score" | "confidence" | "probability" | "prob" | "p", Cell::Number(n)) if self.label.is_some() => {
                self.score = Some(*n);
            }
            ("score" | "confidence" | "probability", Cell::Number(n)) => self.score = Some(*n),
            _ => return false,
        }
        true
    }

    fn finish(self) -> Option<(String, f64)> {
        Some((self.label?, self.score?))
    }
}

fn entry(s: &mut Scanner<'_>) -> Result<Option<(String, f64)>, Broken> {
    let mut named = Entry::default();
    s.object(|s, key| {
        let cell = match s.peek() {
            Some(b'{' | b'[') => s.skip().map(|()| Cell::Empty)?,
            _ => of_scalar(s.scalar()?),
        };
        named.take(key, &cell);
        Ok(())
    })?;
    Ok(named.finish())
}

fn pair(s: &mut Scanner<'_>) -> Result<Option<(String, f64)>, Broken> {
    let (mut label, mut score) = (None, None);
    s.list(|s, position| {
        match (position, s.scalar()?) {
            (0, Scalar::Text(text)) => label = Some(text.into_owned()),
            (0, Scalar::Number(number)) => label = Some(number.value().to_string()),
            (1, Scalar::Number(number)) => score = Some(number.value()),
            _ => {}
        }
        Ok(())
    })?;
    Ok(label.zip(score))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> Cell {
        of_field(text.as_bytes(), b',')
    }

    #[test]
    fn numbers_in_many_spellings() {
        for (text, value) in [("0.25", 0.25), (" .5 ", 0.5), ("+1", 1.0), ("1e-3", 1e-3), ("007", 7.0), ("-2.", -2.0)] {
            assert_eq!(cell(text), Cell::Number(value), "{text}");
        }
        assert_eq!(number(b"0,25", b';'), Some(0.25));
        assert_eq!(number(b"0,25", b','), None);
        assert!(matches!(cell("nan"), Cell::Number(v) if v.is_nan()));
        assert!(matches!(cell("-inf"), Cell::Number(v) if v == f64::NEG_INFINITY));
    }

    #[test]
    fn lists_and_maps() {
        let scored = Cell::Scored(vec![("cat".to_owned(), 0.7), ("dog".to_owned(), 0.3)]);
        for text in [
            r#"{"cat": 0.7, "dog": 0.3}"#,
            r#"{'cat': 0.7, 'dog': 0.3}"#,
            r#"[{"label": "cat", "score": 0.7}, {"score": 0.3, "label": "dog"}]"#,
            r#"[["cat", 0.7], ["dog", 0.3]]"#,
            r#"[{"name": "cat", "class": 0, "confidence": 0.7}, {"name": "dog", "class": 1, "confidence": 0.3}]"#,
        ] {
            assert_eq!(cell(text), scored, "{text}");
        }
        assert_eq!(cell(r#"["a", "b"]"#), Cell::Texts(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(cell(r#"{"choices": ["a", "b"]}"#), Cell::Texts(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(cell("['a']"), Cell::Texts(vec!["a".to_owned()]));
        assert_eq!(cell("[]"), Cell::Texts(Vec::new()));
        assert_eq!(cell("[0.5, 1]"), Cell::Numbers(vec![0.5, 1.0]));
        assert_eq!(cell("[sic] text]"), Cell::Text("[sic] text]".to_owned()));
    }
}
