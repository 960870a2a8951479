//! A table: the numbers behind a figure, as the report shows them and as CSV and JSON hold them.

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use crate::model::fmt;

/// What stands in a cell. Numbers are kept whole; how many digits are shown is for the reader's eye only.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number of things.
    Count(u64),
    /// A rate in 0…1 or another number that is shown with the usual digits; `None` where it is undefined.
    Rate(Option<f64>),
    /// A number that is shown as this text.
    Shown(f64, String),
    /// Nothing.
    Empty,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in files: lower case, words joined by `_`.
    pub key: String,
    /// Its head on paper.
    pub title: String,
    /// True where its cells are numbers, which stand at the right.
    pub number: bool,
}

impl Column {
    /// A column of words.
    #[must_use]
    pub fn words(key: &str, title: &str) -> Self {
        Self { key: key.to_owned(), title: title.to_owned(), number: false }
    }

    /// A column of numbers.
    #[must_use]
    pub fn number(key: &str, title: &str) -> Self {
        Self { key: key.to_owned(), title: title.to_owned(), number: true }
    }
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with a cell for every column.
    pub rows: Vec<Vec<Cell>>,
}

impl Cell {
    /// As a person reads it.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => fmt::count(*count),
            Self::Rate(value) => fmt::rate(*value),
            Self::Shown(_, text) => text.clone(),
            Self::Empty => String::new(),
        }
    }

    /// As it stands in a file of comma-separated values: numbers at full precision, undefined ones empty.
    fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Rate(value) => value.map_or_else(String::new, |value| value.to_string()),
            Self::Shown(value, _) => value.to_string(),
            Self::Empty => String::new(),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<Option<f64>> for Cell {
    fn from(rate: Option<f64>) -> Self {
        Self::Rate(rate)
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Count(count) => serializer.serialize_u64(*count),
            Self::Rate(value) => value.serialize(serializer),
            Self::Shown(value, _) => serializer.serialize_f64(*value),
            Self::Empty => serializer.serialize_none(),
        }
    }
}

/// A row as an object: its cells by the keys of their columns.
struct Row<'a>(&'a [Column], &'a [Cell]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (column, cell) in self.0.iter().zip(self.1) {
            map.serialize_entry(&column.key, cell)?;
        }
        map.end()
    }
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(Some(self.rows.len()))?;
        for row in &self.rows {
            rows.serialize_element(&Row(&self.columns, row))?;
        }
        rows.end()
    }
}

impl Table {
    /// As comma-separated values with the keys of the columns as head.
    ///
    /// # Errors
    /// Where a field cannot be written, which no text here can bring about.
    pub fn to_csv(&self) -> Result<String, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.columns.iter().map(|column| &column.key))?;
        for row in &self.rows {
            writer.write_record(row.iter().map(Cell::plain))?;
        }
        let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// As a JSON array of objects, one a row.
    ///
    /// # Errors
    /// None that a table can bring about.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_hold_the_whole_number() {
        let table = Table {
            columns: vec![Column::words("name", "Name"), Column::number("n", "Count"), Column::number("f1", "F1")],
            rows: vec![
                vec!["a, \"b\"".into(), 1234_u64.into(), Some(0.1234567890123).into()],
                vec!["c".into(), 0_u64.into(), None.into()],
            ],
        };
        assert_eq!(table.to_csv().unwrap(), "name,n,f1\n\"a, \"\"b\"\"\",1234,0.1234567890123\nc,0,\n");
        let json: serde_json::Value = serde_json::from_str(&table.to_json().unwrap()).unwrap();
        assert_eq!(json[0]["f1"], 0.1234567890123);
        assert_eq!(json[1], serde_json::json!({"name": "c", "n": 0, "f1": null}));
        let shown: Vec<String> = table.rows[0].iter().map(Cell::shown).collect();
        assert_eq!(shown[2], fmt::rate(Some(0.1234567890123)));
    }
}
