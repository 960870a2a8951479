//! A table in columns: ids, labels, texts and scores of its rows, whichever way it is written.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::cells::{self, Cell};
use super::columns::{self, Layout, Purpose, Said};
use super::delimited::{Delimited, Fault, Parsed, Role, Rows};
use super::gather::Gather;
use super::labels::{Labels, Names, Sets};
use super::records::{Record, Records};
use super::wanted::Wanted;
use crate::formats::error::{FormatError, LoadError};
use crate::formats::{source, table};
use crate::model::{Findings, NoProgress, Progress, Severity};

/// What the rows say of classes.
#[derive(Clone, Debug)]
pub enum Scores {
    /// Nothing.
    None,
    /// A score for every class, row by row; a row with a number that is not finite cannot be used.
    Table {
        /// What the columns are called.
        classes: Vec<String>,
        /// They are called by numbers that count a list of classes.
        positional: bool,
        /// Row by row.
        values: Vec<f64>,
    },
    /// The score of one of two classes, row by row; a number that is not finite cannot be used.
    One {
        /// The class, where the column's name says it.
        class: Option<String>,
        /// Row by row.
        values: Vec<f64>,
    },
    /// Of every row the classes it names, as positions in `names`, with their scores; a row without any cannot be used.
    Lists {
        /// All names that occur.
        names: Vec<String>,
        /// Row by row.
        lists: Vec<Vec<(u32, f64)>>,
    },
    /// The class, or set of classes, that the model says.
    Chosen {
        /// Row by row.
        labels: Labels,
        /// The score of each, where there is one; not finite where it cannot be used.
        scores: Option<Vec<f64>>,
    },
}

/// A table.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Where it was read.
    pub file: PathBuf,
    /// The line of each row.
    pub lines: Vec<u32>,
    /// Ids, where it has them.
    pub ids: Option<Vec<String>>,
    /// True labels, where it has them.
    pub truth: Option<Labels>,
    /// Texts, where it has them.
    pub texts: Option<Vec<String>>,
    /// Groups, where it has them.
    pub groups: Option<Vec<String>>,
    /// What it says of classes; nothing where it was read as truth.
    pub scores: Scores,
}

impl Sheet {
    /// The place of a row, for an example.
    #[must_use]
    pub fn place(&self, row: usize) -> String {
        let line = self.lines.get(row).copied().unwrap_or(0);
        format!("{}:{line}", source::short_name(&self.file))
    }
}

/// Reads a table. `sets` says that a cell may hold several labels.
///
/// # Errors
/// Where the file cannot be read, or nothing in it is what the purpose asks for; cancelled.
pub fn read(
    file: &Path,
    purpose: Purpose,
    said: &Said<'_>,
    sets: bool,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<Sheet, LoadError> {
    let sheet = if table::is_records(file) {
        of_records(&Records::read(file)?, purpose, said, sets, findings, progress)?
    } else {
        of_delimited(&Delimited::read(file)?, purpose, said, sets, findings, progress)?
    };
    if sheet.lines.is_empty() {
        return Err(Wanted::none(file, said.rows).into());
    }
    Ok(sheet)
}

/// What the columns of a table are, seen from its beginning.
#[derive(Clone, Debug)]
pub struct Glance {
    /// Their names; numbers where the table has no header.
    pub names: Vec<String>,
    /// Whether the first row is a header.
    pub has_header: bool,
    /// The first rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Glance {
    /// Looks at delimited text.
    ///
    /// # Errors
    /// Where a quote is never closed.
    pub fn of_delimited(text: &Delimited) -> Result<Self, FormatError> {
        let mut rows = text.sample()?;
        let first: Vec<Cell> = text.first().iter().map(|f| cells::of_field(f.as_bytes(), text.delimiter())).collect();
        let numbers = first.iter().any(Cell::is_number);
        let unlike = || rows.first().is_some_and(|row| row.iter().any(Cell::is_number)) && !numbers;
        let fractions = || rows.iter().flatten().any(|cell| matches!(cell, Cell::Number(n) if n.fract() != 0.0));
        let has_header = columns::is_header(text.first()) || unlike() || (counts_columns(text.first()) && fractions());
        let mut names: Vec<String> = text.first().to_vec();
        if !has_header {
            names = (0..first.len()).map(|n| n.to_string()).collect();
            rows.insert(0, first);
        } else if rows.first().is_some_and(|row| row.len() == names.len() + 1 && row.last() != Some(&Cell::Empty)) {
            // R leaves the name of the first column out.
            names.insert(0, String::new());
        }
        Ok(Self { names, has_header, rows })
    }

    /// Looks at records.
    ///
    /// # Errors
    /// Where they are broken; cancelled.
    pub fn of_records(records: &Records, progress: &dyn Progress) -> Result<Self, LoadError> {
        let (mut names, mut first): (Vec<String>, Vec<Record>) = (Vec::new(), Vec::new());
        records.each(&mut Findings::default(), progress, &mut |_, record| {
            for (key, _) in &record {
                if !names.contains(key) && names.len() < 100_000 {
                    names.push(key.clone());
                }
            }
            first.push(record);
            first.len() < 64
        })?;
        let row = |record: &Record| {
            let mut cells = vec![Cell::Empty; names.len()];
            place_cells(record.clone(), &names, |at, cell| {
                if let Some(slot) = cells.get_mut(at) {
                    *slot = cell;
                }
            });
            cells
        };
        let rows = first.iter().map(row).collect();
        Ok(Self { names, has_header: true, rows })
    }

    /// What the columns mean.
    #[must_use]
    pub fn layout(&self, purpose: Purpose, said: &Said<'_>) -> Layout {
        columns::recognise(&self.names, self.has_header, &self.rows, said, purpose)
    }
}

/// True for `0,1,2` and `,0,1,2`: the names that pandas gives columns without any.
fn counts_columns(names: &[String]) -> bool {
    let names = names.strip_prefix(&[String::new()]).unwrap_or(names);
    names.len() > 1 && names.iter().enumerate().all(|(at, name)| *name == at.to_string())
}

/// Calls `each` with the column and cell of every key that is a column. Keys mostly stand in the order of the columns.
fn place_cells(record: Record, names: &[String], mut each: impl FnMut(usize, Cell)) {
    for (position, (key, cell)) in record.into_iter().enumerate() {
        let at = if names.get(position) == Some(&key) { Some(position) } else { names.iter().position(|n| *n == key) };
        if let Some(at) = at {
            each(at, cell);
        }
    }
}

/// Fails where the table does not say what it is read for.
fn check_layout(
    file: &Path,
    glance: &Glance,
    layout: &Layout,
    purpose: Purpose,
    said: &Said<'_>,
) -> Result<(), FormatError> {
    let columns = if glance.has_header {
        glance.names.iter().take(12).cloned().collect::<Vec<_>>().join(", ")
    } else {
        "no header".to_owned()
    };
    // What the person says is about the truth; outputs may have other columns.
    let wanted = said.columns.filter(|_| purpose == Purpose::Truth);
    if let Some(missing) = wanted.and_then(|c| c.values().find(|wanted| !glance.names.contains(wanted))) {
        return Err(FormatError::new(
            file,
            format!("has no column `{missing}` (it has: {columns})"),
            "correct `columns` in evalens.json",
        ));
    }
    match purpose {
        Purpose::Truth if !layout.has_truth() => Err(FormatError::new(
            file,
            format!("has no column of labels (it has: {columns})"),
            "name it `label`, or say which it is in `columns` of evalens.json",
        )),
        Purpose::Predictions if !layout.has_predictions() => Err(FormatError::new(
            file,
            format!("has no scores and no predicted class (it has: {columns})"),
            "write a column of scores for each class, or a column `pred`",
        )),
        _ => Ok(()),
    }
}

fn of_delimited(
    text: &Delimited,
    purpose: Purpose,
    said: &Said<'_>,
    sets: bool,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<Sheet, LoadError> {
    let glance = Glance::of_delimited(text)?;
    let layout = glance.layout(purpose, said);
    check_layout(text.file(), &glance, &layout, purpose, said)?;
    let wanted_rows = Wanted::of(text.file(), &glance.names, said.rows)?;
    let predictions = purpose == Purpose::Predictions;
    let mut roles = vec![Role::Skip; glance.names.len()];
    // Positions of texts and numbers inside a row as it is read.
    let wanted = [
        layout.id,
        layout.truth,
        layout.text.filter(|_| !predictions),
        layout.group.filter(|_| !predictions),
        layout.prediction.filter(|_| predictions && layout.classes.is_empty() && layout.list.is_none()),
        layout.list.filter(|_| predictions),
    ];
    let numbers = predictions || layout.one_hot;
    let score = layout.score.filter(|_| predictions && layout.classes.is_empty() && layout.list.is_none());
    let one = layout.one.as_ref().map(|(at, _)| *at).filter(|_| predictions);
    set(&mut roles, wanted.iter().flatten().copied(), Role::Text);
    set(&mut roles, layout.classes.iter().map(|(at, _)| *at).filter(|_| numbers), Role::Number);
    set(&mut roles, score.or(one).into_iter(), Role::Number);
    set(&mut roles, wanted_rows.columns(), Role::Text);
    let mut parsed = text.rows(glance.has_header, &roles, progress)?;
    wanted_rows.keep(&mut parsed, &roles);
    let Parsed { blocks, numbers: values } = parsed;
    progress.check()?;
    report_faults(text.file(), &glance.names, &blocks, findings)?;
    let [ids, truth, texts, groups, chosen, list] = wanted.map(|column| Some(Column::new(&blocks, &roles, column?)));
    let lines: Vec<u32> = blocks.iter().flat_map(|block| block.lines.iter().copied()).collect();
    let mut out = Sheet {
        file: text.file().to_owned(),
        ids: ids.map(Column::owned),
        texts: texts.map(Column::owned),
        groups: groups.map(Column::owned),
        truth: truth.map(|c| labels(sets, c.cells())),
        scores: Scores::None,
        lines,
    };
    if let Some(list) = list.filter(|_| predictions) {
        let mut gather = Gather::default();
        for (row, cell) in list.cells().enumerate() {
            if !gather.add(&cells::of_field(cell.as_bytes(), text.delimiter())) {
                no_scores(findings, || out.place(row));
            }
        }
        out.scores = gather.finish();
    } else if let Some(chosen) = chosen {
        let labels = labels(sets, chosen.cells());
        out.scores = Scores::Chosen { labels, scores: score.map(|_| values) };
    } else if let Some((_, class)) = layout.one.filter(|_| predictions) {
        out.scores = Scores::One { class, values };
    } else if numbers {
        let classes: Vec<String> = layout.classes.iter().map(|(_, name)| name.clone()).collect();
        if layout.one_hot {
            out.truth = Some(yes_and_no(&classes, &values, findings, |row| out.place(row)));
        } else {
            out.scores = Scores::Table { classes, positional: layout.positional, values };
        }
    }
    Ok(out)
}

fn set(roles: &mut [Role], columns: impl Iterator<Item = usize>, role: Role) {
    for at in columns {
        if let Some(slot) = roles.get_mut(at) {
            *slot = role;
        }
    }
}

/// A column of texts over all blocks.
#[derive(Clone, Copy)]
struct Column<'b, 'a> {
    blocks: &'b [Rows<'a>],
    at: usize,
    of: usize,
}

impl<'b, 'a> Column<'b, 'a> {
    fn new(blocks: &'b [Rows<'a>], roles: &[Role], column: usize) -> Self {
        let texts = |roles: &[Role]| roles.iter().filter(|role| **role == Role::Text).count();
        Self { blocks, at: texts(roles.get(..column).unwrap_or_default()), of: texts(roles) }
    }

    fn cells(self) -> impl Iterator<Item = &'b str> + Clone {
        let rows = move |block: &'b Rows<'a>| block.texts.iter().skip(self.at).step_by(self.of.max(1));
        self.blocks.iter().flat_map(rows).map(Cow::as_ref)
    }

    fn owned(self) -> Vec<String> {
        self.cells().map(|cell| cell.trim().to_owned()).collect()
    }
}

fn labels<'a>(sets: bool, cells: impl Iterator<Item = &'a str> + Clone) -> Labels {
    let how = if sets { Sets::of_cells(cells.clone()) } else { Sets::Single };
    let mut out = Labels::default();
    cells.for_each(|cell| how.add_row(cell, &mut out));
    out
}

/// Labels from a column of 0 and 1 for each class.
fn yes_and_no(classes: &[String], values: &[f64], findings: &mut Findings, place: impl Fn(usize) -> String) -> Labels {
    let mut out = Labels::default();
    for class in classes {
        out.names.number(class);
    }
    for (row, values) in values.chunks_exact(classes.len().max(1)).enumerate() {
        out.row();
        for (class, value) in classes.iter().zip(values) {
            if *value != 0.0 && *value != 1.0 {
                findings.add(
                    Severity::Warning,
                    "label-not-0-or-1",
                    "Cells of label columns are neither 0 nor 1; from 0.5 up they count as 1: correct them if that is not meant.",
                    || format!("{}: {class} is {value}", place(row)),
                );
            }
            if *value >= 0.5 {
                out.add(class);
            }
        }
    }
    out
}

fn no_scores(findings: &mut Findings, place: impl FnOnce() -> String) {
    findings.add(
        Severity::Warning,
        "not-a-number",
        "Rows have a score that is missing or is no finite number, and are left out; look for a division by zero or an \
         overflow where they were made.",
        place,
    );
}

fn report_faults(
    file: &Path,
    names: &[String],
    blocks: &[Rows<'_>],
    findings: &mut Findings,
) -> Result<(), FormatError> {
    let short = source::short_name(file);
    let mut last_row = None;
    for (line, fault) in blocks.iter().flat_map(|block| &block.faults) {
        match fault {
            Fault::Width(found) => findings.add(
                Severity::Warning,
                "wrong-column-count",
                "Rows have more or fewer fields than the table has columns and are left out; put fields with separators in \
                 quotes.",
                || format!("{short}:{line}: {found} fields instead of {}", names.len()),
            ),
            // One finding a row is enough.
            Fault::NotANumber(..) if last_row == Some(*line) => {}
            Fault::NotANumber(column, text) => no_scores(findings, || {
                format!("{short}:{line}: {} is `{text}`", names.get(*column).map_or("", String::as_str))
            }),
            Fault::NotUtf8(at) => {
                return Err(source::not_utf8(file, *at).at(format!("line {line}")));
            }
        }
        last_row = Some(*line);
    }
    Ok(())
}

fn of_records(
    records: &Records,
    purpose: Purpose,
    said: &Said<'_>,
    sets: bool,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<Sheet, LoadError> {
    let glance = Glance::of_records(records, progress)?;
    let layout = glance.layout(purpose, said);
    check_layout(records.file(), &glance, &layout, purpose, said)?;
    let wanted = Wanted::of(records.file(), &glance.names, said.rows)?;
    let predictions = purpose == Purpose::Predictions;
    let mut rows = RecordRows::new(&layout);
    let short = source::short_name(records.file());
    let mut faults = Findings::default();
    records.each(findings, progress, &mut |line, record| {
        if wanted.fits(&record) && !rows.add(line, record, &glance.names, predictions) {
            no_scores(&mut faults, || format!("{short}:{line}"));
        }
        true
    })?;
    findings.merge(faults);
    let mut out = Sheet {
        file: records.file().to_owned(),
        lines: rows.lines,
        ids: layout.id.map(|_| rows.ids),
        texts: layout.text.filter(|_| !predictions).map(|_| rows.texts),
        groups: layout.group.filter(|_| !predictions).map(|_| rows.groups),
        truth: layout.truth.map(|_| labels(sets, rows.truth.iter().map(String::as_str))),
        scores: Scores::None,
    };
    let classes: Vec<String> = layout.classes.iter().map(|(_, name)| name.clone()).collect();
    if layout.one_hot {
        out.truth = Some(yes_and_no(&classes, &rows.numbers, findings, |row| out.place(row)));
    } else if predictions {
        out.scores = if layout.list.is_some() {
            rows.gather.finish()
        } else if let Some((_, class)) = layout.one.clone() {
            Scores::One { class, values: rows.numbers }
        } else if !classes.is_empty() {
            Scores::Table { classes, positional: layout.positional, values: rows.numbers }
        } else {
            let labels = labels(sets, rows.chosen.iter().map(String::as_str));
            Scores::Chosen { labels, scores: layout.score.map(|_| rows.numbers) }
        };
    }
    Ok(out)
}

/// Columns of records on their way.
struct RecordRows<'l> {
    layout: &'l Layout,
    lines: Vec<u32>,
    ids: Vec<String>,
    truth: Vec<String>,
    texts: Vec<String>,
    groups: Vec<String>,
    chosen: Vec<String>,
    numbers: Vec<f64>,
    gather: Gather,
    /// Position among the numbers of a row, by column.
    slots: HashMap<usize, usize>,
}

impl<'l> RecordRows<'l> {
    fn new(layout: &'l Layout) -> Self {
        let alone = layout.score.or(layout.one.as_ref().map(|(at, _)| *at)).filter(|_| layout.classes.is_empty());
        let columns = layout.classes.iter().map(|(at, _)| *at).chain(alone);
        Self {
            layout,
            slots: columns.enumerate().map(|(slot, at)| (at, slot)).collect(),
            lines: Vec::new(),
            ids: Vec::new(),
            truth: Vec::new(),
            texts: Vec::new(),
            groups: Vec::new(),
            chosen: Vec::new(),
            numbers: Vec::new(),
            gather: Gather::default(),
        }
    }

    /// Adds a record; false where its scores cannot be used.
    fn add(&mut self, line: u32, record: Record, names: &[String], predictions: bool) -> bool {
        self.lines.push(line);
        let start = self.numbers.len();
        self.numbers.resize(start + self.slots.len(), f64::NAN);
        let (mut id, mut truth, mut text, mut group, mut chosen) =
            (String::new(), String::new(), String::new(), String::new(), String::new());
        let mut list = Cell::Empty;
        let layout = self.layout;
        place_cells(record, names, |at, cell| {
            let at_column = Some(at);
            if let Some(slot) = self.slots.get(&at) {
                if let (Cell::Number(value), Some(place)) = (&cell, self.numbers.get_mut(start + slot)) {
                    *place = *value;
                }
            } else if at_column == layout.list {
                list = cell;
            } else if at_column == layout.id {
                id = text_of(cell);
            } else if at_column == layout.truth {
                truth = text_of(cell);
            } else if at_column == layout.text {
                text = text_of(cell);
            } else if at_column == layout.group {
                group = text_of(cell);
            } else if at_column == layout.prediction {
                chosen = text_of(cell);
            }
        });
        let mut good = self.numbers.get(start..).is_none_or(|numbers| numbers.iter().all(|n| n.is_finite()));
        if predictions && layout.list.is_some() {
            good &= self.gather.add(&list);
        }
        self.ids.push(id);
        self.truth.push(truth);
        self.texts.push(text);
        self.groups.push(group);
        self.chosen.push(chosen);
        good || !predictions
    }
}

/// A cell as the text that a field of CSV would hold.
fn text_of(cell: Cell) -> String {
    match cell {
        Cell::Empty | Cell::Scored(_) => String::new(),
        Cell::Text(text) => text,
        Cell::Number(number) => number.to_string(),
        Cell::Numbers(numbers) => {
            serde_json::to_string(&numbers.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap_or_default()
        }
        Cell::Texts(texts) => serde_json::to_string(&texts).unwrap_or_default(),
    }
}

/// The distinct values of a column, in the order they come; `None` where the file cannot be read or is larger than a look
/// is worth.
#[must_use]
pub fn values(file: &Path, column: &str) -> Option<Vec<String>> {
    const LARGEST: u64 = 256 << 20;
    if std::fs::metadata(file).ok()?.len() > LARGEST {
        return None;
    }
    let mut names = Names::default();
    let mut add = |text: &str| _ = (!text.trim().is_empty()).then(|| names.number(text.trim()));
    if table::is_records(file) {
        let records = Records::read(file).ok()?;
        let mut each = |_, record: Record| {
            let cell = record.into_iter().find(|(key, _)| key == column).map(|(_, cell)| cell);
            add(&cell.map(text_of).unwrap_or_default());
            true
        };
        records.each(&mut Findings::default(), &NoProgress, &mut each).ok()?;
    } else {
        let text = Delimited::read(file).ok()?;
        let glance = Glance::of_delimited(&text).ok()?;
        let role = |name: &String| if name == column { Role::Text } else { Role::Skip };
        let roles: Vec<Role> = glance.names.iter().map(role).collect();
        let parsed = text.rows(glance.has_header, &roles, &NoProgress).ok()?;
        parsed.blocks.iter().flat_map(|block| &block.texts).for_each(|cell| add(cell));
    }
    Some(names.into_all())
}

/// The number of rows below the header of a delimited text; `None` where it cannot be read.
#[must_use]
pub fn count_rows(file: &Path) -> Option<usize> {
    let text = Delimited::read(file).ok().filter(|_| table::is_delimited(file))?;
    let glance = Glance::of_delimited(&text).ok()?;
    let roles = vec![Role::Skip; glance.names.len()];
    let parsed = text.rows(glance.has_header, &roles, &NoProgress).ok()?;
    Some(parsed.blocks.iter().map(|block| block.lines.len()).sum())
}
