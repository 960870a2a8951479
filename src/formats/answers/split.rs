//! One split: the items of its truth, and the answers that belong to them.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::beside::{Beside, From};
use super::choices::{self, Item};
use super::join::{Keys, Rows, join};
use super::layout::{self, Layout, Said};
use super::names::{self, plain};
use super::sheet::{self, LINES, Sheet};
use super::value::Value;
use super::{Chosen, FORMATS, unknown_format, wide};
use crate::formats::error::{FormatError, LoadError};
use crate::formats::labels::shortened;
use crate::formats::{listing, source};
use crate::model::project::PredictionEntry;
use crate::model::{Answers, DatasetBuilder, Findings, Image, Progress, Severity};

/// A split on its way into a dataset.
pub(super) struct Split<'a> {
    pub chosen: &'a Chosen<'a>,
    pub number: u16,
    pub name: &'a str,
    pub truth: &'a Path,
    pub rows: &'a Said,
    pub prediction: &'a PredictionEntry,
}

/// The items of a truth.
#[derive(Default)]
struct Items {
    names: Vec<String>,
    /// Its names are ids of the truth, not positions.
    named: bool,
    prompts: Vec<String>,
    references: Vec<Vec<String>>,
    incorrect: Vec<Vec<String>>,
    /// The row of each.
    rows: Vec<Option<usize>>,
}

/// Truth and outputs as they were read.
struct Sheets {
    truth: Sheet,
    /// `None` where the truth has the outputs too.
    outputs: Option<Sheet>,
}

impl Sheets {
    fn outputs(&self) -> &Sheet {
        self.outputs.as_ref().unwrap_or(&self.truth)
    }
}

/// Which columns are what.
struct Columns {
    /// Of the truth.
    truth: Layout,
    /// The answers that are meant.
    output: usize,
    /// The ids of the outputs.
    id: Option<usize>,
    /// The answers of all models that the outputs have a column for.
    models: Vec<(usize, String)>,
    /// All columns of answers.
    answers: Vec<usize>,
    /// What else is asked and said in the file of the outputs.
    beside: Layout,
}

impl Split<'_> {
    pub fn read(
        &self,
        builder: &mut DatasetBuilder,
        answers: &mut Answers,
        beside: &mut Beside,
        findings: &mut Findings,
        progress: &dyn Progress,
    ) -> Result<(), LoadError> {
        let sheets = self.sheets(findings, progress)?;
        progress.check()?;
        let columns = self.columns(&sheets)?;
        let mut items = self.items(&sheets.truth, &columns.truth, sheets.outputs.is_none(), findings)?;
        progress.check()?;
        let place = self.paired(&sheets, &columns, &items, findings)?;
        let before = answers.len();
        add_outputs(sheets.outputs(), columns.output, &place, &mut items, answers);
        self.add_beside(&sheets, &columns, (&items.rows, &place), before, beside, findings);
        self.finish(items, builder, answers);
        Ok(())
    }

    /// The items alone; nothing is looked for in the file of the outputs.
    pub fn read_items(
        &self,
        builder: &mut DatasetBuilder,
        findings: &mut Findings,
        progress: &dyn Progress,
    ) -> Result<(), LoadError> {
        let truth = self.truth_sheet(findings, progress)?;
        let layout = self.layout_of(&truth, &[])?;
        let items = self.items(&truth, &layout, false, findings)?;
        self.finish(items, builder, &mut Answers::default());
        Ok(())
    }

    /// What the columns of the truth are; `answers` are those that hold answers.
    fn layout_of(&self, truth: &Sheet, answers: &[usize]) -> Result<Layout, FormatError> {
        if self.chosen.entry.format == LINES {
            let prompts = truth.column("prompt").into_iter().collect();
            return Ok(Layout { prompts, references: lines_of_references(truth), ..Layout::default() });
        }
        layout::of_truth(truth, &self.said(), answers)
    }

    /// What a person says of the columns of the truth; lines have none that could be named.
    fn said(&self) -> Cow<'_, Said> {
        if self.chosen.entry.format == LINES { Cow::default() } else { Cow::Borrowed(&self.chosen.entry.columns) }
    }

    fn columns(&self, sheets: &Sheets) -> Result<Columns, FormatError> {
        let (truth, outputs, none) = (&sheets.truth, sheets.outputs(), Said::new());
        let same = sheets.outputs.is_none();
        let said = self.said();
        let of_outputs = if self.prediction.format == LINES { &none } else { &self.prediction.columns };
        let references = if same { self.own_references(truth, &said)? } else { Vec::new() };
        let (output, id) = layout::of_outputs(outputs, of_outputs, &said, &references)?;
        let of_outputs = if same { &*said } else { &none };
        let models = wide::outputs(outputs, &layout::of_truth(outputs, of_outputs, &[output])?);
        let answers: Vec<usize> = models.iter().map(|(at, _)| *at).chain([output]).collect();
        let layout = self.layout_of(truth, if same { &answers } else { &[] })?;
        let beside = layout::of_truth(outputs, of_outputs, &answers)?;
        Ok(Columns { truth: layout, output, id, models, answers, beside })
    }

    /// The row of outputs of each item.
    fn paired(
        &self,
        sheets: &Sheets,
        columns: &Columns,
        items: &Items,
        findings: &mut Findings,
    ) -> Result<Vec<Option<usize>>, FormatError> {
        if sheets.outputs.is_none() && !items.named && self.same_rows() {
            return Ok(items.rows.clone());
        }
        let outputs = sheets.outputs();
        let rows = layout::selected(outputs, &self.prediction.rows)?;
        let texts = |columns: &[usize]| rows.iter().map(|row| text_at(outputs, *row, columns)).collect::<Vec<_>>();
        let ids = columns.id.map(|id| texts(&[id]).iter().map(|id| id.trim().to_owned()).collect());
        let by_id = ids.is_some() && items.named;
        let prompts = if by_id { Vec::new() } else { texts(&columns.beside.prompts) };
        let keys = Keys {
            ids: items.named.then(|| items.names.iter().map(String::as_str).collect()),
            prompts: &items.prompts,
        };
        Ok(join(items.names.len(), &keys, &Rows { sheet: outputs, rows: &rows, ids, prompts }, findings))
    }

    /// Numbers and words beside the answers, and of the truth what belongs to the items.
    fn add_beside(
        &self,
        sheets: &Sheets,
        columns: &Columns,
        (truth_rows, rows): (&[Option<usize>], &[Option<usize>]),
        before: usize,
        beside: &mut Beside,
        findings: &mut Findings,
    ) {
        let (truth, outputs, same) = (&sheets.truth, sheets.outputs(), sheets.outputs.is_none());
        let own = columns.models.iter().find(|(at, _)| *at == columns.output).map(|(_, name)| name.as_str());
        let others = columns.models.iter().filter(|(at, _)| *at != columns.output);
        let others: Vec<String> = others.map(|(_, name)| name.clone()).collect();
        let model = own.filter(|_| !others.is_empty()).map(|own| (own, others.as_slice()));
        let columns_said = self.said();
        let said = |sheet: &Sheet| ["tag", "template"].map(|key| columns_said.get(key).and_then(|n| sheet.column(n)));
        let mut skip: Vec<usize> =
            columns.answers.iter().copied().chain(columns.beside.taken()).chain(columns.id).collect();
        skip.extend(self.selecting(outputs));
        skip.extend(preference_of_other(outputs, columns.output));
        let from = From { sheet: outputs, rows, before, skip: &skip, model, said: said(outputs), of_items: false };
        beside.add(&from, findings);
        let mut skip: Vec<usize> = columns.truth.taken();
        skip.extend(self.selecting(truth));
        if same {
            skip.extend(&columns.answers);
        } else {
            skip.extend(answers_of_truth(truth, &columns.truth));
        }
        let of_items = same || layout::names_outputs(truth);
        let from = From { sheet: truth, rows: truth_rows, before, skip: &skip, model, said: said(truth), of_items };
        beside.add(&from, findings);
    }

    /// Truth and outputs; one file where both are in one.
    fn sheets(&self, findings: &mut Findings, progress: &dyn Progress) -> Result<Sheets, LoadError> {
        let outputs = self.chosen.own.join(&self.prediction.path);
        let (of_truth, of_outputs) = (self.chosen.entry.format.as_str(), self.prediction.format.as_str());
        for format in [of_truth, of_outputs] {
            self.check_format(format)?;
        }
        let truth = self.truth_sheet(findings, progress)?;
        let same = outputs == self.truth && of_truth == of_outputs && of_truth != LINES;
        let outputs = if same { None } else { Some(sheet::read(&outputs, of_outputs, findings, progress)?) };
        Ok(Sheets { truth, outputs })
    }

    fn check_format(&self, format: &str) -> Result<(), FormatError> {
        let known = FORMATS.contains(&format);
        if known { Ok(()) } else { Err(unknown_format(&self.chosen.own.join("evalens.json"), format)) }
    }

    fn truth_sheet(&self, findings: &mut Findings, progress: &dyn Progress) -> Result<Sheet, LoadError> {
        let format = self.chosen.entry.format.as_str();
        self.check_format(format)?;
        let mut truth = sheet::read(self.truth, format, findings, progress)?;
        if format == LINES {
            "reference".clone_into(truth.names.first_mut().unwrap_or(&mut String::new()));
            self.add_lines(&mut truth, findings, progress)?;
        }
        Ok(truth)
    }

    /// The files beside lines of references: what was asked, and more references.
    fn add_lines(&self, truth: &mut Sheet, findings: &mut Findings, progress: &dyn Progress) -> Result<(), LoadError> {
        let entry = self.chosen.entry;
        let prompt = entry.columns.get("prompt").map(|file| ("prompt", file.as_str()));
        let more = entry.columns.get("reference").into_iter().flat_map(|files| files.split('|'));
        let more = more.map(|file| ("reference", file.trim())).filter(|(_, file)| !file.is_empty());
        let files: Vec<(&str, PathBuf)> =
            prompt.into_iter().chain(more).map(|(what, file)| (what, self.chosen.home.join(file))).collect();
        for (what, file) in files {
            let lines = sheet::read(&file, LINES, findings, progress)?;
            if lines.rows.len() != truth.rows.len() {
                findings.add(
                    Severity::Error,
                    "unequal-counts",
                    "Files of lines that belong together do not have the same number of lines, so that lines may stand beside \
                     wrong ones; export them again.",
                    || {
                        let (a, b) = (source::short_name(&truth.file), source::short_name(&file));
                        format!("{a} has {} lines, {b} {}", truth.rows.len(), lines.rows.len())
                    },
                );
            }
            truth.add_column(what, lines);
        }
        Ok(())
    }

    /// The columns that hold references of a file with answers too.
    fn own_references(&self, truth: &Sheet, said: &Said) -> Result<Vec<usize>, FormatError> {
        let outputs: Vec<usize> =
            self.prediction.columns.get("output").and_then(|name| truth.column(name)).into_iter().collect();
        Ok(layout::of_truth(truth, said, &outputs)?
            .references
            .into_iter()
            .filter(|at| {
                let name = truth.names.get(*at).map(|name| plain(name)).unwrap_or_default();
                !names::has(names::SURE_OUTPUTS, &name)
            })
            .collect())
    }

    /// The columns by which rows are chosen.
    fn selecting(&self, sheet: &Sheet) -> Vec<usize> {
        let models = names::MODELS
            .split_whitespace()
            .filter_map(|name| sheet.names.iter().position(|known| plain(known) == name));
        self.rows
            .keys()
            .chain(self.prediction.rows.keys())
            .filter_map(|name| sheet.column(name))
            .chain(models)
            .collect()
    }

    fn same_rows(&self) -> bool {
        self.prediction.rows.iter().all(|(name, value)| self.rows.get(name).is_none_or(|own| own == value))
    }

    fn items(&self, truth: &Sheet, layout: &Layout, same: bool, findings: &mut Findings) -> Result<Items, LoadError> {
        let mut wanted = self.rows.clone();
        // Rows of several models without ids: those of this model are its items.
        let long = same && !self.prediction.rows.is_empty();
        if long && layout.id.is_none() {
            for (name, value) in &self.prediction.rows {
                wanted.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        let rows = layout::selected(truth, &wanted)?;
        let mut out = Items { named: layout.id.is_some(), ..Items::default() };
        let mut seen: FxHashSet<String> = FxHashSet::default();
        for (position, row) in rows.into_iter().enumerate() {
            let Some(found) = truth.rows.get(row) else { continue };
            let id = layout.id.and_then(|id| found.get(id).text()).filter(|id| !id.is_empty());
            let name = id.map_or_else(|| position.to_string(), |id| id.trim().to_owned());
            if layout.id.is_some() && !seen.insert(name.clone()) {
                // In a table of several models every item has a row for each.
                if !long {
                    findings.add(
                        Severity::Warning,
                        "duplicate-item",
                        "Ids occur more than once; the first row of each is used: give every item its own id.",
                        || format!("{}: {}", truth.place(found), shortened(&name)),
                    );
                }
                continue;
            }
            let split = truth.delimited;
            out.names.push(name);
            out.prompts.push(text_at(truth, row, &layout.prompts));
            out.references
                .push(layout.references.iter().flat_map(|at| texts(truth, *at, found.get(*at), split)).collect());
            out.incorrect.push(layout.incorrect.map(|at| texts(truth, at, found.get(at), split)).unwrap_or_default());
            out.rows.push(Some(row));
        }
        if out.names.is_empty() {
            let problem = format!("has no row of split `{}`", self.name);
            return Err(FormatError::new(&truth.file, problem, "correct `rows` of the split in evalens.json").into());
        }
        Ok(out)
    }

    fn finish(&self, items: Items, builder: &mut DatasetBuilder, answers: &mut Answers) {
        for (rank, name) in (0_i64..).zip(items.names) {
            builder.images.push(Image { source_id: rank, name, split: self.number, ..Image::default() });
        }
        builder.texts.extend(items.prompts);
        answers.references.extend(items.references);
        answers.incorrect.extend(items.incorrect);
    }
}

/// Adds the answer of each item; of multiple choice the likeliest choice.
fn add_outputs(sheet: &Sheet, output: usize, place: &[Option<usize>], items: &mut Items, answers: &mut Answers) {
    let columns = choices::Columns::of(sheet);
    answers.choices.resize(answers.len(), None);
    for (item, row) in place.iter().enumerate() {
        let row = row.and_then(|row| sheet.rows.get(row));
        let chosen: Option<Item> = columns.as_ref().zip(row).and_then(|(columns, row)| columns.read(row));
        let output = match &chosen {
            Some(chosen) => chosen.chosen(),
            None => row.and_then(|row| row.get(output).text()),
        };
        if let Some(chosen) = &chosen
            && !chosen.texts.is_empty()
        {
            // The log names the right choice by its number; what it says is the reference.
            if let Some(slot) = items.references.get_mut(item) {
                *slot = chosen.said(true);
            }
            if let Some(slot) = items.incorrect.get_mut(item) {
                *slot = chosen.said(false);
            }
        }
        answers.outputs.push(output);
        answers.choices.push(chosen.map(|chosen| chosen.choices));
    }
}

/// The texts of some columns of a row, with a blank line between them.
fn text_at(sheet: &Sheet, row: usize, columns: &[usize]) -> String {
    let Some(row) = sheet.rows.get(row) else { return String::new() };
    let texts: Vec<String> =
        columns.iter().filter_map(|at| row.get(*at).prompt()).filter(|text| !text.is_empty()).collect();
    texts.join("\n\n")
}

/// The texts of a cell of references. A cell of TruthfulQA's table separates them by `; `.
fn texts(sheet: &Sheet, at: usize, value: &Value, delimited: bool) -> Vec<String> {
    let name = sheet.names.get(at).map(|name| plain(name)).unwrap_or_default();
    let several = delimited && ["correct_answers", "incorrect_answers"].contains(&name.as_str());
    let all = match value {
        Value::Text(text) if several && !text.trim_start().starts_with('[') => {
            text.split(';').map(|text| text.trim().to_owned()).collect()
        }
        other if delimited => other.texts_of_cell(),
        other => other.texts(),
    };
    // An empty cell is no reference.
    all.into_iter().filter(|text| !text.is_empty()).collect()
}

fn lines_of_references(truth: &Sheet) -> Vec<usize> {
    (0..truth.names.len()).filter(|at| truth.names.get(*at).is_some_and(|name| name == "reference")).collect()
}

/// Columns of a truth that hold answers of some model.
fn answers_of_truth(truth: &Sheet, layout: &Layout) -> Vec<usize> {
    if !layout::names_outputs(truth) {
        return Vec::new();
    }
    let plain: Vec<String> = truth.names.iter().map(|name| plain(name)).collect();
    let taken = layout.taken();
    names::find(&plain, names::SURE_OUTPUTS, |at| !taken.contains(&at)).into_iter().collect()
}

/// AlpacaEval's `preference` says from 1 to 2 how much better `output_2` is than `output_1`: for the first it is no mark.
/// <https://github.com/tatsu-lab/alpaca_eval>
fn preference_of_other(sheet: &Sheet, output: usize) -> Option<usize> {
    let first = sheet.names.get(output).is_some_and(|name| listing::base_name(name) == "output_1");
    sheet.column("preference").filter(|_| first && sheet.column("output_2").is_some())
}
