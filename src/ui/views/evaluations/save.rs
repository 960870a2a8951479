//! The rows on screen as a table to be handed out.

use crate::model::fmt;
use crate::model::run::{ModelType, headline};
use crate::report::figures::listing::listing;
use crate::report::palette::Palette;
use crate::report::sheet::Exhibit;
use crate::report::table::{Cell, Column, Table};
use crate::session::Session;
use crate::session::evaluations::{Row, State};

/// The rows with what came of each.
pub(super) fn exhibit(session: &Session, rows: &[&Row], palette: &Palette) -> Exhibit {
    let columns = vec![
        Column::words("project", "Project"),
        Column::words("model", "Model"),
        Column::words("version", "Version"),
        Column::words("type", "Type"),
        Column::words("trained_on", "Trained on"),
        Column::words("evaluation_dataset", "Evaluation dataset"),
        Column::words("splits", "Splits"),
        Column::number("classes", "Classes"),
        Column::words("headline", "Headline"),
        Column::number("headline_value", "Its value"),
        Column::number("f1", "F1"),
        Column::number("precision", "Precision"),
        Column::number("recall", "Recall"),
        Column::number("confidence", "Confidence"),
        Column::words("when", "When, UTC"),
        Column::words("state", "State"),
    ];
    let table = Table { columns, rows: rows.iter().filter_map(|row| cells(session, row)).collect() };
    let caption = fmt::counted(table.rows.len() as u64, "model version", "model versions");
    listing("evaluations", "Evaluations", &caption, table, palette)
}

fn cells(session: &Session, row: &Row) -> Option<Vec<Cell>> {
    let workspace = &session.workspace;
    let model = workspace.project(row.member)?.recognised.project.models.get(row.model)?;
    let (run, state) = match session.evaluations.state(workspace, row) {
        State::Done(stored) => (Some(&stored.run), "calculated"),
        State::Stale(stored) => (Some(&stored.run), "files changed since"),
        State::Ready => (None, "can be calculated"),
        State::Waiting => (None, "waits for its turn"),
        State::Running => (None, "is being calculated"),
        State::Missing(why) | State::Failed(why) => (None, why),
    };
    let (key, name) = headline(model.task);
    let (dataset, version) = &row.key.dataset;
    let number = |key: &str| Cell::Rate(run.and_then(|run| run.number(key)));
    let known = |words: String| if dataset.is_empty() { Cell::Empty } else { words.into() };
    Some(vec![
        workspace.name(row.member).into(),
        model.id.clone().into(),
        model.version.clone().into(),
        ModelType::of(model.task, model.head.is_some()).words().into(),
        model.trained_on.as_ref().map_or(Cell::Empty, |trained| trained.to_string().into()),
        known(format!("{dataset}@{version}")),
        known(row.key.splits.join(" + ")),
        run.map_or(Cell::Empty, |run| Cell::Count(run.dataset.classes as u64)),
        name.into(),
        number(key),
        number("f1"),
        number("precision"),
        number("recall"),
        run.and_then(|run| run.number("optimal_confidence"))
            .map_or(Cell::Empty, |at| Cell::Shown(at, fmt::threshold(at))),
        run.map_or(Cell::Empty, |run| fmt::date_time(run.time).into()),
        state.into(),
    ])
}
