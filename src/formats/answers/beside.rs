//! What stands beside answers: numbers and words, each with what it is by its name and its cells.
//!
//! Knows columns. Does not know items.

use std::collections::BTreeSet;

use super::choices;
use super::names::{self, plain};
use super::sheet::{Row, Sheet};
use super::value::Value;
use super::wide::{self, Whose};
use crate::model::{Findings, NumberColumn, NumberRole, Severity, WordColumn, WordRole};

/// Of slices there are no more different values.
const MOST_TAGS: usize = 50;
/// Columns of a kind that are kept.
const MOST_COLUMNS: usize = 200;
/// The value of a slice is shorter.
const LONGEST_TAG: usize = 120;

/// Columns collected for all items.
#[derive(Debug, Default)]
pub struct Beside {
    /// Numbers.
    pub numbers: Vec<NumberColumn>,
    /// Words.
    pub words: Vec<WordColumn>,
}

/// Where columns are taken from.
#[derive(Debug)]
pub struct From<'a> {
    /// The file.
    pub sheet: &'a Sheet,
    /// The row of each item.
    pub rows: &'a [Option<usize>],
    /// How many items stand before.
    pub before: usize,
    /// Columns that are something else.
    pub skip: &'a [usize],
    /// What its answers' column says of the model, and what those of others say.
    pub model: Option<(&'a str, &'a [String])>,
    /// Columns that a person names as slices and as templates.
    pub said: [Option<usize>; 2],
    /// Only what is the same for every model.
    pub of_items: bool,
}

/// What a column is.
enum Kind {
    Number(NumberRole),
    Word(WordRole),
}

impl From<'_> {
    fn cells(&self, at: usize) -> impl Iterator<Item = (Option<&Row>, &Value)> {
        self.rows.iter().map(move |row| {
            let row = row.and_then(|row| self.sheet.rows.get(row));
            (row, row.map_or(&Value::Null, |row| row.get(at)))
        })
    }

    /// What a column is; `None` where it is nothing that is kept.
    fn kind(&self, at: usize, name: &str) -> Option<Kind> {
        if self.said.first() == Some(&Some(at)) {
            return Some(Kind::Word(WordRole::Tag));
        }
        if self.said.last() == Some(&Some(at)) {
            return Some(Kind::Word(WordRole::Template));
        }
        if names::is_aside(name) || name.starts_with("arguments.") {
            return None;
        }
        if let Some(role) = names::word_role(name) {
            return Some(Kind::Word(role));
        }
        let is_tag = names::is_tag(name);
        if is_tag && self.has_few(at) {
            return Some(Kind::Word(WordRole::Tag));
        }
        let role = names::number_role(name);
        if self.is_of_numbers(at, role) {
            let of_log = choices::is_log(self.sheet) && !name.contains('.');
            return Some(Kind::Number(if of_log { NumberRole::Other } else { role }));
        }
        let texts = || self.cells(at).all(|(_, value)| matches!(value, Value::Null | Value::Text(_)));
        (!is_tag && texts() && self.has_few(at)).then_some(Kind::Word(WordRole::Tag))
    }

    /// At least two different values, at most [`MOST_TAGS`] and half of the items.
    fn has_few(&self, at: usize) -> bool {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut rows = 0;
        for (_, value) in self.cells(at) {
            let Some(text) = value.joined(", ").filter(|text| !text.is_empty()) else { continue };
            rows += 1;
            if text.len() > LONGEST_TAG {
                return false;
            }
            seen.insert(text);
            if seen.len() > MOST_TAGS {
                return false;
            }
        }
        seen.len() > 1 && seen.len() * 2 <= rows
    }

    /// All of its cells are numbers; half of them where the name says so too.
    fn is_of_numbers(&self, at: usize, role: NumberRole) -> bool {
        let (mut numbers, mut others) = (0_usize, 0_usize);
        for (_, value) in self.cells(at) {
            match value {
                Value::Null => {}
                Value::Text(text) if text.trim().is_empty() => {}
                // A text of a record may look like a number and be an answer.
                Value::Text(_) if !self.sheet.delimited && role == NumberRole::Other => others += 1,
                // `NaN` in a table is a number that there is none.
                Value::Text(text) if text.trim().parse::<f64>().is_ok() => numbers += 1,
                Value::Number(_) | Value::Bool(_) => numbers += 1,
                other if other.number().is_some() => numbers += 1,
                _ => others += 1,
            }
        }
        if role == NumberRole::Other { numbers > 0 && others == 0 } else { numbers > others }
    }

    fn report(&self, at: usize, findings: &mut Findings) {
        for (row, value) in self.cells(at) {
            let is_empty = match value {
                Value::Null => true,
                Value::Text(text) => text.trim().is_empty(),
                _ => false,
            };
            if is_empty || value.number().is_some() {
                continue;
            }
            findings.add(
                Severity::Warning,
                "not-a-number",
                "Cells of columns of numbers hold none that is finite and count as empty; correct them.",
                || {
                    let name = self.sheet.names.get(at).map_or("", String::as_str);
                    format!("{}: {name}", row.map(|row| self.sheet.place(row)).unwrap_or_default())
                },
            );
        }
    }
}

impl Beside {
    /// Takes columns of a file; what is known of an item already stays.
    pub fn add(&mut self, from: &From<'_>, findings: &mut Findings) {
        let mut order: Vec<usize> = (0..from.sheet.names.len()).filter(|at| !from.skip.contains(at)).collect();
        let plain = |at: &usize| from.sheet.names.get(*at).map(|name| plain(name)).unwrap_or_default();
        order.sort_by_key(|at| !names::is_tag(&plain(at)));
        for at in order {
            let Some(column) = from.sheet.names.get(at) else { continue };
            let mut name = column.trim().to_owned();
            if let Some((own, others)) = from.model {
                match wide::whose(&name, own, others) {
                    Whose::All => {}
                    Whose::Own(rest) => name = rest,
                    Whose::Other => continue,
                }
            }
            match from.kind(at, &self::plain(&name)) {
                Some(Kind::Number(role)) if !from.of_items => {
                    from.report(at, findings);
                    self.number(from, at, name, role);
                }
                Some(Kind::Word(role)) => {
                    let of_model = matches!(role, WordRole::Judgement | WordRole::Parameters);
                    if !(from.of_items && of_model) {
                        self.word(from, at, name, role);
                    }
                }
                _ => {}
            }
        }
    }

    fn number(&mut self, from: &From<'_>, at: usize, name: String, role: NumberRole) {
        let place = match self.numbers.iter().position(|column| column.name == name) {
            Some(place) => place,
            None if self.numbers.len() < MOST_COLUMNS => {
                self.numbers.push(NumberColumn { name, role, values: Vec::new() });
                self.numbers.len() - 1
            }
            None => return,
        };
        let Some(column) = self.numbers.get_mut(place) else { return };
        column.values.resize(column.values.len().max(from.before + from.rows.len()), None);
        for (slot, (_, value)) in column.values.iter_mut().skip(from.before).zip(from.cells(at)) {
            *slot = slot.or_else(|| value.number());
        }
    }

    fn word(&mut self, from: &From<'_>, at: usize, name: String, role: WordRole) {
        let place = match self.words.iter().position(|column| column.name == name) {
            Some(place) => place,
            None if self.words.len() < MOST_COLUMNS => {
                self.words.push(WordColumn { name, role, values: Vec::new() });
                self.words.len() - 1
            }
            None => return,
        };
        let Some(column) = self.words.get_mut(place) else { return };
        column.values.resize(column.values.len().max(from.before + from.rows.len()), String::new());
        let between = if role == WordRole::Tag { ", " } else { "\n\n" };
        for (slot, (_, value)) in column.values.iter_mut().skip(from.before).zip(from.cells(at)) {
            if slot.is_empty() {
                *slot = value.joined(between).unwrap_or_default();
            }
        }
    }

    /// Fills up columns that not every split has.
    pub fn finish(&mut self, items: usize) {
        self.numbers.iter_mut().for_each(|column| column.values.resize(items, None));
        self.words.iter_mut().for_each(|column| column.values.resize(items, String::new()));
        self.numbers.retain(|column| column.values.iter().any(Option::is_some));
        self.words.retain(|column| column.values.iter().any(|value| !value.is_empty()));
    }
}
