//! Rows of a table that are wanted: those with certain values in certain columns.
//!
//! Knows columns and values. Does not know what they mean.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use super::cells::Cell;
use super::delimited::{Parsed, Role};
use super::records::Record;
use crate::formats::error::FormatError;

/// Columns with the value that rows must have there; no columns: every row.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted<'s> {
    columns: Vec<(usize, &'s str, &'s str)>,
}

impl<'s> Wanted<'s> {
    /// Finds the columns.
    ///
    /// # Errors
    /// Where the table has no such column.
    pub(super) fn of(
        file: &Path,
        names: &[String],
        rows: Option<&'s BTreeMap<String, String>>,
    ) -> Result<Self, FormatError> {
        let find = |(column, value): (&'s String, &'s String)| {
            let at = names.iter().position(|name| name.trim() == column.trim());
            let missing = || {
                let problem = format!("has no column `{column}` that says which rows are `{value}`");
                FormatError::new(file, problem, "correct `rows` in evalens.json")
            };
            Ok((at.ok_or_else(missing)?, column.as_str(), value.trim()))
        };
        Ok(Self { columns: rows.into_iter().flatten().map(find).collect::<Result<_, _>>()? })
    }

    /// Positions of the columns.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> + '_ {
        self.columns.iter().map(|(at, ..)| *at)
    }

    /// Leaves out all other rows of a delimited text, and what is wrong with them.
    pub(super) fn keep(&self, parsed: &mut Parsed<'_>, roles: &[Role]) {
        if self.columns.is_empty() {
            return;
        }
        let count = |role: Role, until: usize| roles.iter().take(until).filter(|r| **r == role).count();
        let places: Vec<(usize, &str)> =
            self.columns.iter().map(|(at, _, value)| (count(Role::Text, *at), *value)).collect();
        let fits = |texts: &[Cow<'_, str>]| {
            places.iter().all(|(place, value)| texts.get(*place).is_some_and(|text| text.trim() == *value))
        };
        parsed.keep(count(Role::Text, roles.len()), count(Role::Number, roles.len()), fits);
    }

    /// True where a record has the values.
    pub(super) fn fits(&self, record: &Record) -> bool {
        self.columns.iter().all(|(_, column, value)| {
            let cell = record.iter().find(|(key, _)| key.trim() == *column).map(|(_, cell)| cell);
            match cell {
                Some(Cell::Text(text)) => text.trim() == *value,
                Some(Cell::Number(number)) => number.to_string() == *value,
                _ => false,
            }
        })
    }

    /// The error where no row is left.
    pub(super) fn none(file: &Path, rows: Option<&BTreeMap<String, String>>) -> FormatError {
        let pairs: Vec<String> =
            rows.into_iter().flatten().map(|(column, value)| format!("`{column}` is `{value}`")).collect();
        if pairs.is_empty() {
            return FormatError::new(file, "has no row that can be used", "export the table again");
        }
        FormatError::new(file, format!("has no row whose {}", pairs.join(" and ")), "correct `rows` in evalens.json")
    }
}
