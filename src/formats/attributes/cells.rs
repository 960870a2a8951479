//! The cells of a column, and whether they are numbers or names.

use rustc_hash::FxHashSet;

use crate::formats::answers::value::Value;
use crate::model::{AttributeColumn, Dataset, ImageId, Values};

/// A text longer than this is no name.
const LONGEST: usize = 200;
/// Different names in more than this share of the cells tell every item apart, and so nothing.
const DIFFERENT: f64 = 0.5;
/// So many different names are fine in any case.
const FEW: usize = 50;

/// A cell of a column.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    None,
    Number(f64),
    Name(String),
}

/// The cells of a column, in the order of items or objects.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    cells: Vec<Cell>,
}

impl Column {
    /// `None` where cells hold lists, objects or long texts.
    pub fn of<'a>(values: impl Iterator<Item = &'a Value>) -> Option<Self> {
        let cell = |value: &Value| match value {
            Value::Null => Some(Cell::None),
            Value::Bool(yes) => Some(Cell::Name(if *yes { "yes" } else { "no" }.to_owned())),
            Value::Number(number) if number.value().is_finite() => Some(Cell::Number(number.value())),
            Value::Number(_) => Some(Cell::None),
            Value::Text(text) => of_text(text.trim()),
            Value::List(_) | Value::Object(_) => None,
        };
        values.map(cell).collect::<Option<_>>().map(|cells| Self { cells })
    }

    /// True where every cell is the class of its item: the label by another name.
    pub fn is_label(&self, dataset: &Dataset) -> bool {
        let truths = &dataset.truths;
        let class = |at: usize| {
            let first = truths.of(ImageId::from_index(at)).next()?;
            Some(dataset.classes.name(*truths.class.get(first)?))
        };
        let same = |(at, cell): (usize, &Cell)| {
            let (class, word) = (class(at)?, in_words(cell.clone())?);
            Some(class == word)
        };
        let mut compared = self.cells.iter().enumerate().filter_map(same).peekable();
        compared.peek().is_some() && compared.all(|same| same)
    }

    /// Numbers where all cells are, else names. `None` where it tells nothing apart, or everything.
    pub fn values(self) -> Option<Values> {
        let held = self.cells.iter().filter(|cell| **cell != Cell::None).count();
        let numbers = self.cells.iter().filter(|cell| matches!(cell, Cell::Number(_))).count();
        if held == 0 {
            return None;
        }
        if numbers == held {
            let number = |cell: &Cell| if let Cell::Number(number) = cell { *number } else { f64::NAN };
            return Some(Values::Numbers(self.cells.iter().map(number).collect()));
        }
        let words: Vec<Option<String>> = self.cells.into_iter().map(in_words).collect();
        let different = words.iter().flatten().collect::<FxHashSet<_>>().len();
        let telling = different <= FEW.min(held / 2).max(2) || (different as f64) <= DIFFERENT * held as f64;
        telling.then(|| Values::of_names(words.iter().map(Option::as_deref)))
    }
}

fn of_text(text: &str) -> Option<Cell> {
    match text.parse::<f64>() {
        _ if text.is_empty() => Some(Cell::None),
        Ok(number) => Some(if number.is_finite() { Cell::Number(number) } else { Cell::None }),
        Err(_) => (text.chars().take(LONGEST + 1).count() <= LONGEST).then(|| Cell::Name(text.to_owned())),
    }
}

fn in_words(cell: Cell) -> Option<String> {
    match cell {
        Cell::None => None,
        Cell::Number(number) => Some(number.to_string()),
        Cell::Name(name) => Some(name),
    }
}

/// Adds columns; what several files or splits say of the same things under one name is one column.
pub(super) fn merge(all: &mut Vec<AttributeColumn>, more: Vec<AttributeColumn>) {
    for column in more {
        let known = all.iter_mut().find(|known| known.name == column.name && known.of_objects == column.of_objects);
        match known {
            Some(known) => join(&mut known.values, &column.values),
            None => all.push(column),
        }
    }
}

/// Takes what is not known yet. Numbers beside names become names.
fn join(known: &mut Values, more: &Values) {
    match (&mut *known, more) {
        (Values::Numbers(mine), Values::Numbers(others)) => {
            mine.iter_mut().zip(others).filter(|(mine, _)| !mine.is_finite()).for_each(|(mine, other)| *mine = *other);
        }
        (mine, others) => {
            let word = |values: &Values, at: usize| {
                values.name(at).map(str::to_owned).or_else(|| values.number(at).map(|number| number.to_string()))
            };
            let words: Vec<Option<String>> =
                (0..mine.len().max(others.len())).map(|at| word(mine, at).or_else(|| word(others, at))).collect();
            *known = Values::of_names(words.iter().map(Option::as_deref));
        }
    }
}
