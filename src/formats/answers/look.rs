//! Looks into a file just far enough to say whether it holds references, answers, or both, and of which models.
//!
//! Knows columns and the first rows. Does not know folders or projects.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::layout::{self, Layout, Said};
use super::names::{self, plain};
use super::sheet::{self, Sheet};
use super::{choices, value::Value, wide};
use crate::formats::listing::has_ending;
use crate::model::{Findings, NoProgress};

/// Names of references and answers that no table of classes has.
const CLEAR: &str = "references reference refs ref correct_answers correct_answer reference_answers reference_answer best_answer \
                     responses response completions completion generated_text generation hypothesis hyp translation \
                     filtered_resps resps incorrect_answers ground_truths golden_answers model_output model_answer";
/// Names of labels, which are references only where nothing else fits.
const LABELS: &str = "label labels";
/// Names of columns that say of which split a row is.
const SPLITS: &str = "split subset partition";
/// Rows that are looked at.
const SAMPLE: usize = 200;
/// More different values are no models.
const MOST_MODELS: usize = 200;
/// Larger files are not read as a whole only to find the models in them.
const LARGEST: u64 = 256 << 20;
/// Answers and references of this many characters on average are texts, not classes.
const LONG: usize = 25;

/// What a file holds.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// What the project file calls its format.
    pub format: &'static str,
    /// It has references.
    pub has_references: bool,
    /// It says what was asked.
    pub has_prompts: bool,
    /// The columns of answers, each with what its name says of the model; empty where it says nothing.
    pub outputs: Vec<(String, String)>,
    /// Columns of texts that may be answers of models, where nothing else is.
    pub loose: Vec<(String, String)>,
    /// It is a log of samples of lm-evaluation-harness.
    pub is_log: bool,
    /// It is about generated texts, whatever else may be thought of it.
    pub sure: bool,
    /// The first ids; without ids what was asked first.
    pub keys: Vec<String>,
    /// A column that says whose answer a row is, and whose there are.
    pub models: Option<(String, Vec<String>)>,
    /// A column that says how answers were cut, and the ways there are.
    pub filters: Option<(String, Vec<String>)>,
    /// A column that says of which split a row is, and the splits there are.
    pub splits: Option<(String, Vec<String>)>,
    /// Its columns, in words.
    pub columns: String,
}

/// One model's answers in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Author {
    /// What the file calls the model; `None` where it does not say.
    pub id: Option<String>,
    /// What tells apart several answers of the model.
    pub version: Option<String>,
    /// The rows that are meant.
    pub rows: BTreeMap<String, String>,
    /// The column that is meant.
    pub columns: BTreeMap<String, String>,
}

impl Seen {
    /// The models whose answers the file holds.
    #[must_use]
    pub fn authors(&self) -> Vec<Author> {
        let wide = if self.outputs.is_empty() { &self.loose } else { &self.outputs };
        let one = [(String::new(), String::new())];
        let mut all = Vec::new();
        for (column, key) in if wide.is_empty() { one.as_slice() } else { wide } {
            let named = !key.is_empty() || wide.len() > 1;
            let id = named.then(|| if key.is_empty() { column.clone() } else { key.clone() });
            let columns = if named { BTreeMap::from([("output".to_owned(), column.clone())]) } else { BTreeMap::new() };
            all.push(Author { id, columns, ..Author::default() });
        }
        if let ([only], Some((column, values))) = (all.as_slice(), &self.models) {
            let several = values.len() > 1;
            let of = |value: &String| Author {
                id: Some(value.clone()),
                rows: if several { BTreeMap::from([(column.clone(), value.clone())]) } else { BTreeMap::new() },
                ..only.clone()
            };
            all = values.iter().map(of).collect();
        }
        match &self.filters {
            Some((column, values)) if values.len() > 1 => {
                let of = |author: &Author, value: &String| {
                    let mut rows = author.rows.clone();
                    rows.insert(column.clone(), value.clone());
                    Author { version: Some(value.clone()), rows, ..author.clone() }
                };
                all.iter().flat_map(|author| values.iter().map(|value| of(author, value))).collect()
            }
            _ => all,
        }
    }
}

/// Looks into a file; `is_output` where its place says that it holds what a model wrote. `None` where it has neither
/// references nor answers.
#[must_use]
pub fn look(file: &Path, is_output: bool) -> Option<Seen> {
    let format = sheet::format_of(file).filter(|format| *format != sheet::LINES)?;
    let sheet = sheet::glance(file, format)?;
    // Any object is one record.
    if sheet.rows.len() < 2 && has_ending(file, "json") {
        return None;
    }
    let free = layout::of_truth(&sheet, &Said::new(), &[]).ok()?;
    let (outputs, loose) = outputs(&sheet, &free, is_output);
    let taken: Vec<usize> = outputs.iter().map(|(at, _)| *at).collect();
    let layout = layout::of_truth(&sheet, &Said::new(), &taken).ok()?;
    let references: Vec<usize> = layout.references.iter().copied().filter(|at| has_texts(&sheet, *at)).collect();
    if references.is_empty() && outputs.is_empty() {
        return None;
    }
    let name = |at: usize| sheet.names.get(at).map_or("", |name| name.trim()).to_owned();
    let is_log = choices::is_log(&sheet);
    let sure = is_log || is_sure(&sheet, &layout, &references, &taken);
    let column = |list: &str| {
        let plain: Vec<String> = sheet.names.iter().map(|name| plain(name)).collect();
        list.split_whitespace().find_map(|wanted| plain.iter().position(|name| name == wanted))
    };
    let values = |at: Option<usize>| {
        let at = at?;
        Some((name(at), values(file, format, &sheet, at)?))
    };
    let named = |(at, key): (usize, String)| (name(at), generator(&sheet, &name(at)).unwrap_or(key));
    let keys = layout.id.map_or_else(|| layout.prompts.clone(), |id| vec![id]);
    let keys = sheet.rows.iter().take(SAMPLE).filter_map(|row| row.get(*keys.first()?).prompt()).collect();
    Some(Seen {
        format,
        has_references: !references.is_empty(),
        has_prompts: !layout.prompts.is_empty(),
        models: if outputs.is_empty() { None } else { values(column(names::MODELS)) },
        filters: values(column("filter").filter(|_| is_log)),
        splits: values(column(SPLITS)),
        outputs: outputs.into_iter().map(named).collect(),
        loose: loose.into_iter().map(|(at, key)| (name(at), key)).collect(),
        is_log,
        sure,
        keys,
        columns: in_words(&sheet),
    })
}

type Columns = Vec<(usize, String)>;

/// The columns of answers that names say, and those that may be some.
fn outputs(sheet: &Sheet, layout: &Layout, is_output: bool) -> (Columns, Columns) {
    let plain: Vec<String> = sheet.names.iter().map(|name| plain(name)).collect();
    let reference = |at: usize| {
        let clear = |name: &String| names::has(names::SURE_REFERENCES, names::last(name));
        layout.references.contains(&at) && plain.get(at).is_some_and(clear)
    };
    let single = names::find(&plain, names::SURE_OUTPUTS, |at| !reference(at) && has_texts(sheet, at));
    let found = wide::outputs(sheet, layout);
    let is_named = found.iter().any(|(at, key)| plain.get(*at).is_some_and(|name| *name != self::plain(key)));
    match (single, found) {
        (_, found) if is_named && (found.len() > 1 || single.is_none()) => (found, Vec::new()),
        (Some(at), _) => (vec![(at, String::new())], Vec::new()),
        (None, found) => {
            let fallback = || {
                let list = names::find(&plain, names::OUTPUTS, |at| Some(at) != layout.id && !reference(at))?;
                has_texts(sheet, list).then(|| (list, String::new()))
            };
            let outputs: Columns =
                if is_output && found.len() < 2 { fallback().into_iter().collect() } else { Vec::new() };
            (outputs, found)
        }
    }
}

fn in_words(sheet: &Sheet) -> String {
    let named: Vec<&str> = sheet.names.iter().take(4).map(|name| name.trim()).collect();
    match sheet.names.len().saturating_sub(named.len()) {
        0 => format!("columns {}", named.join(", ")),
        more => format!("columns {} and {more} more", named.join(", ")),
    }
}

fn cells(sheet: &Sheet, at: usize) -> impl Iterator<Item = &Value> {
    sheet.rows.iter().take(SAMPLE).map(move |row| row.get(at))
}

fn has_texts(sheet: &Sheet, at: usize) -> bool {
    cells(sheet, at).any(|value| match value {
        Value::Text(text) => !text.is_empty(),
        other => !other.texts().is_empty(),
    })
}

/// What no table of classes has: references or answers that are clearly called so, or long and nearly all different.
fn is_sure(sheet: &Sheet, layout: &Layout, references: &[usize], outputs: &[usize]) -> bool {
    let name = |at: usize| sheet.names.get(at).map(|name| plain(name)).unwrap_or_default();
    let known = layout.id.is_some() || !layout.prompts.is_empty();
    let columns = || references.iter().chain(outputs).copied().filter(|at| !names::has(LABELS, &name(*at)));
    if known && columns().any(|at| names::has(CLEAR, names::last(&name(at)))) {
        return true;
    }
    let asked =
        layout.prompts.iter().any(|at| names::has("prompt question instruction source src", names::last(&name(*at))));
    columns().any(|at| {
        let all: Vec<String> = cells(sheet, at).filter_map(Value::text).filter(|text| !text.is_empty()).collect();
        let different: BTreeSet<&String> = all.iter().collect();
        let length: usize = all.iter().map(|text| text.chars().count()).sum();
        let spaced = all.iter().filter(|text| text.trim().contains(char::is_whitespace)).count();
        let varied = different.len() * 2 > all.len();
        varied && ((length >= LONG * all.len() && spaced * 2 > all.len()) || (asked && all.len() >= 8))
    })
}

/// The different values of a column of few short ones, in the order they are met. `None` where it is none.
fn values(file: &Path, format: &str, sheet: &Sheet, at: usize) -> Option<Vec<String>> {
    const LONGEST: usize = 120;
    let length = std::fs::metadata(file).ok()?.len();
    let whole = (length > sheet::HEAD as u64 && length <= LARGEST)
        .then(|| sheet::read(file, format, &mut Findings::default(), &NoProgress).ok())
        .flatten();
    let sheet = whole.as_ref().unwrap_or(sheet);
    let mut all: Vec<String> = Vec::new();
    for row in &sheet.rows {
        let Some(text) = row.get(at).text().filter(|text| !text.trim().is_empty()) else { continue };
        let text = text.trim();
        if text.len() > LONGEST || text.contains('\n') {
            return None;
        }
        if !all.iter().any(|known| known == text) {
            if all.len() >= MOST_MODELS {
                return None;
            }
            all.push(text.to_owned());
        }
    }
    // Where every row has its own, it says something of the item.
    (!all.is_empty() && (all.len() == 1 || all.len() < sheet.rows.len())).then_some(all)
}

/// Who wrote the column: the only value of `generator_1` beside `output_1`, as AlpacaEval has it.
fn generator(sheet: &Sheet, column: &str) -> Option<String> {
    let number = column.strip_prefix("output_")?;
    let at = sheet.column(&format!("generator_{number}")).or_else(|| sheet.column(&format!("model_{number}")))?;
    let different: BTreeSet<String> = sheet.rows.iter().filter_map(|row| row.get(at).text()).collect();
    different
        .into_iter()
        .next()
        .filter(|name| !name.is_empty() && sheet.rows.iter().all(|row| row.get(at).text().as_ref() == Some(name)))
}
