//! The classes of masks: their names by index, their colours, and the index that is to be ignored.

use std::path::Path;

use super::Palette;
use super::classes_json;
use crate::formats::error::FormatError;
use crate::formats::listing::has_ending;
use crate::formats::source;
use crate::model::index_mask::NO_CLASS;

/// Names under which pixels without a class are kept, as letters and digits in lower case.
const IGNORED: [&str; 6] = ["void", "unlabelled", "unlabeled", "ignore", "ignored", "ignoreregion"];

/// What a file says of the classes of masks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaskClasses {
    /// Names by index; empty for an index between others that has none.
    pub names: Vec<String>,
    /// Colours (red, green, blue) with the index of their class, in the order of the file; `None` where there is none.
    pub colours: Option<Vec<([u8; 3], u16)>>,
    /// The index of pixels that count nowhere, where the file says so, or where the last class is called void, unlabelled
    /// or the like. It may lie behind the names (255).
    pub ignore: Option<u16>,
}

impl MaskClasses {
    /// How many classes are evaluated: all named ones, less the last where that is the one to be ignored.
    #[must_use]
    pub fn evaluated(&self) -> usize {
        let last = self.names.len().checked_sub(1);
        self.names.len() - usize::from(last.is_some() && last == self.ignore.map(usize::from))
    }

    /// The colours, to read masks by.
    #[must_use]
    pub fn palette(&self) -> Option<Palette> {
        self.colours.clone().map(Palette::from_colours)
    }
}

/// A class as a file names it.
#[derive(Default)]
pub(super) struct Entry {
    pub name: String,
    /// Where the file says it; else its position.
    pub index: Option<u16>,
    pub colour: Option<[u8; 3]>,
    /// The file says that its pixels are to be ignored.
    pub ignored: bool,
}

/// What a file says of the class to be ignored.
pub(super) enum Ignore {
    Index(u16),
    Name(String),
}

/// Reads the classes of masks:
///
/// - JSON: a list of names; a list of objects with `name` (`label`, `title`), `colour` (`color`, `rgb`; three numbers or
///   `#rrggbb`) and `index` (`id`, `value`); a map from indices to names or such objects, or from names to indices; each as
///   it is or under `classes` (`labels`, `names`, `categories` …), beside it `ignore_index` and a `palette` of colours.
/// - Text: `64 128 64 Animal` a line, as CamVid writes; `animal:64,128,64::`, as CVAT; or one name a line. Lines are
///   numbered from 0, blank ones and those that start with `#` left out.
/// - CSV or TSV: the columns `name`, `r`, `g`, `b` and, where it is there, `id`, `index` or `value`; without a header the
///   first four columns are these four.
///
/// # Errors
/// Where the file cannot be read, names no class, or gives an index or a colour to two classes.
pub fn read_classes(path: &Path) -> Result<MaskClasses, FormatError> {
    let text = source::read_text(path)?;
    if has_ending(path, "json") || text.trim_start().starts_with(['{', '[']) {
        let (entries, ignore) = classes_json::read(path, &text)?;
        return finished(path, entries, ignore);
    }
    let entries =
        if has_ending(path, "csv") || has_ending(path, "tsv") { of_table(path, &text)? } else { of_lines(&text) };
    finished(path, entries, None)
}

fn of_lines(text: &str) -> Vec<Entry> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(of_line).collect()
}

fn of_line(line: &str) -> Entry {
    let plain = || Entry { name: line.to_owned(), ..Entry::default() };
    let mut words = line.split_whitespace();
    if let (Some(r), Some(g), Some(b), Some(_)) = (words.next(), words.next(), words.next(), words.next())
        && let Some(colour) = colour_of([r, g, b])
    {
        let name = line.split_whitespace().skip(3).collect::<Vec<_>>().join(" ");
        return Entry { name, colour: Some(colour), ..Entry::default() };
    }
    // CVAT: name, colour, parts, actions; the last three may be empty.
    let Some((name, rest)) = line.split_once(':') else { return plain() };
    let first = rest.split(':').next().unwrap_or(rest).trim();
    let colour = triple(first, ',');
    if colour.is_none() && !(first.is_empty() && rest.contains(':')) {
        return plain();
    }
    Entry { name: name.trim().to_owned(), colour, ..Entry::default() }
}

fn colour_of([r, g, b]: [&str; 3]) -> Option<[u8; 3]> {
    Some([r.trim().parse().ok()?, g.trim().parse().ok()?, b.trim().parse().ok()?])
}

/// A colour of three numbers.
pub(super) fn triple(text: &str, between: char) -> Option<[u8; 3]> {
    let mut parts = text.split(between);
    let colour = colour_of([parts.next()?, parts.next()?, parts.next()?]);
    colour.filter(|_| parts.next().is_none())
}

/// Where the columns of a table are.
struct Columns {
    name: usize,
    colour: Option<[usize; 3]>,
    index: Option<usize>,
}

impl Columns {
    /// By their names; `None` where the first row names no column of names.
    fn of_header(row: &csv::StringRecord) -> Option<Self> {
        let find = |names: &[&str]| {
            names.iter().find_map(|name| row.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name)))
        };
        let name = find(&["name", "class_name", "label_name", "label", "class", "title"])?;
        let colour = find(&["r", "red"]).zip(find(&["g", "green"])).zip(find(&["b", "blue"]));
        let index = find(&["index", "id", "value", "class_id", "label_id"]).filter(|&index| index != name);
        Some(Self { name, colour: colour.map(|((r, g), b)| [r, g, b]), index })
    }
}

fn of_table(path: &Path, text: &str) -> Result<Vec<Entry>, FormatError> {
    let first = text.lines().next().unwrap_or_default();
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|&d| first.bytes().filter(|&b| b == d).count());
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).trim(csv::Trim::All).delimiter(delimiter.unwrap_or(b','));
    let mut columns = None;
    let mut entries = Vec::new();
    for row in reader.from_reader(text.as_bytes()).records() {
        let row =
            row.map_err(|e| FormatError::new(path, format!("is no table ({e})"), "write the columns name, r, g, b"))?;
        let line = row.position().map_or(0, csv::Position::line);
        let Some(columns) = &columns else {
            let header = Columns::of_header(&row);
            let is_header = header.is_some();
            let found = columns.insert(header.unwrap_or(Columns { name: 0, colour: Some([1, 2, 3]), index: None }));
            if !is_header {
                entries.push(of_row(path, &row, found, line)?);
            }
            continue;
        };
        entries.push(of_row(path, &row, columns, line)?);
    }
    Ok(entries)
}

fn of_row(path: &Path, row: &csv::StringRecord, columns: &Columns, line: u64) -> Result<Entry, FormatError> {
    let cell = |column: usize| row.get(column).unwrap_or_default();
    let wrong = |problem: String, remedy: &str| Err(FormatError::new(path, problem, remedy).at(format!("line {line}")));
    let mut entry = Entry { name: cell(columns.name).to_owned(), ..Entry::default() };
    if let Some(at) = columns.colour {
        let parts = at.map(cell);
        entry.colour = colour_of(parts);
        if entry.colour.is_none() {
            return wrong(format!("`{}` is no colour", parts.join(" ")), "write three whole numbers from 0 to 255");
        }
    }
    if let Some(at) = columns.index {
        entry.index = cell(at).parse().ok().filter(|&index| index != NO_CLASS);
        if entry.index.is_none() {
            return wrong(format!("`{}` is no class index", cell(at)), "write a whole number from 0 to 65534");
        }
    }
    Ok(entry)
}

fn finished(path: &Path, entries: Vec<Entry>, ignore: Option<Ignore>) -> Result<MaskClasses, FormatError> {
    let wrong = |problem, remedy: &str| Err(FormatError::new(path, problem, remedy));
    let mut names: Vec<Option<String>> = Vec::new();
    let mut colours: Vec<([u8; 3], u16)> = Vec::new();
    let mut flagged = Vec::new();
    for (position, entry) in entries.into_iter().enumerate() {
        let Some(index) = entry.index.or_else(|| u16::try_from(position).ok()).filter(|&i| i != NO_CLASS) else {
            return wrong(format!("has a class of index {NO_CLASS} or above"), "leave out those that no mask has");
        };
        names.resize(names.len().max(usize::from(index) + 1), None);
        let Some(name) = names.get_mut(usize::from(index)) else { continue };
        if let Some(first) = name {
            return wrong(
                format!("gives index {index} to `{first}` and to `{}`", entry.name),
                "give every class its own",
            );
        }
        if let Some(colour) = entry.colour {
            if colours.iter().any(|(known, _)| *known == colour) {
                let [r, g, b] = colour;
                let problem = format!("gives colour {r},{g},{b} of `{}` to another class too", entry.name);
                return wrong(problem, "give every class its own");
            }
            colours.push((colour, index));
        }
        if entry.ignored {
            flagged.push(index);
        }
        *name = Some(entry.name);
    }
    if names.iter().flatten().all(String::is_empty) {
        return wrong(
            "names no class".to_owned(),
            "write one class name a line, or a JSON list of objects with name and colour",
        );
    }
    let mut names: Vec<String> = names.into_iter().map(Option::unwrap_or_default).collect();
    let by_name = |name: &str| u16::try_from(names.iter().position(|n| n == name)?).ok();
    let ignore = match (ignore, flagged.as_slice()) {
        (Some(Ignore::Index(index)), _) => Some(index),
        (Some(Ignore::Name(name)), _) => match by_name(&name) {
            None => return wrong(format!("says to ignore `{name}`, which is none of its classes"), "name one of them"),
            index => index,
        },
        (None, [index]) => Some(*index),
        (None, _) => names.last().filter(|last| is_ignored(last)).and_then(|_| u16::try_from(names.len() - 1).ok()),
    };
    // What is only there to be ignored, behind a gap (255), needs no names in between.
    if let Some((last, before)) = names.split_last()
        && before.last().is_some_and(String::is_empty)
        && ignore.map(usize::from) == Some(before.len())
        && !last.is_empty()
    {
        names.pop();
        while names.last().is_some_and(String::is_empty) {
            names.pop();
        }
    }
    Ok(MaskClasses { names, colours: (!colours.is_empty()).then_some(colours), ignore })
}

fn is_ignored(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    IGNORED.contains(&plain.as_str())
}

#[cfg(test)]
mod tests;
