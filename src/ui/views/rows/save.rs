//! The answers that the table lists, to be handed out whole.

use crate::metrics::Generation;
use crate::model::{Dataset, ImageId, fmt};
use crate::report::figures::listing::listing;
use crate::report::settings;
use crate::report::table::{Cell, Column, Table};
use crate::session::Explorer;
use crate::session::exports::Maker;

use super::{Found, Other, Wanted};

/// What makes the table of the answers that fit, with these columns of numbers.
pub(super) fn maker(
    explorer: &Explorer,
    texts: &Generation,
    wanted: &Wanted,
    numbers: &[usize],
    other: Option<&Other<'_>>,
) -> Maker {
    let items = Found::follow(&mut None, explorer, texts, wanted).items.clone();
    let rows: Vec<Row> = items
        .into_iter()
        .map(|item| Row {
            item,
            passes: explorer.passes(item),
            other: other.and_then(|other| other.answer(item)).map(ToOwned::to_owned),
        })
        .collect();
    let caption = settings::counted_at(
        &format!("{}, {}", explorer.selection_title(), fmt::counted(rows.len() as u64, "answer", "answers")),
        &explorer.condition(),
    );
    let (evaluation, numbers) = (explorer.evaluation.clone(), numbers.to_vec());
    let other = other.map(|other| other.name.clone());
    Maker::new(move |palette| {
        let table = table(&evaluation.dataset, evaluation.texts()?, &numbers, other.as_deref(), &rows);
        Some(listing("answers", "Answers", &caption, table, palette))
    })
}

/// What is not known without the window.
struct Row {
    item: ImageId,
    passes: Option<bool>,
    other: Option<String>,
}

fn table(dataset: &Dataset, texts: &Generation, numbers: &[usize], other: Option<&str>, rows: &[Row]) -> Table {
    let mut columns = vec![
        Column::words("item", "Item"),
        Column::words("question", "Question"),
        Column::words("references", "References"),
        Column::words("answer", "Answer"),
    ];
    columns.extend(other.map(|name| Column::words("other_answer", name)));
    columns.push(Column::words("passes", "Passes"));
    let numbers: Vec<_> = numbers.iter().filter_map(|at| texts.columns.get(*at)).collect();
    columns.extend(numbers.iter().map(|column| Column::number(&column.key, &column.label)));
    let cells =
        |row: &Row| {
            let at = row.item.index();
            let text = |text: Option<&str>| text.map_or(Cell::Empty, Cell::from);
            let references = texts.answers.references.get(at).map_or_else(String::new, |all| all.join("\n"));
            let mut cells = vec![
                text(dataset.images.get(at).map(|image| image.name.as_str())),
                text(dataset.texts.get(at).map(String::as_str)),
                references.into(),
                text(texts.answers.outputs.get(at).and_then(Option::as_deref)),
            ];
            cells.extend(other.map(|_| text(row.other.as_deref())));
            cells.push(text(row.passes.map(|passes| if passes { "yes" } else { "no" })));
            cells.extend(numbers.iter().map(|column| {
                column.value(at).map_or(Cell::Empty, |value| Cell::Shown(value, column.words(Some(value))))
            }));
            cells
        };
    Table { columns, rows: rows.iter().map(cells).collect() }
}
