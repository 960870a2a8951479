//! The confusion matrix.

use std::cmp::Reverse;

use crate::analysis::matrix::{Scale, strength};
use crate::model::fmt;
use crate::report::csv_tables;
use crate::report::sheet::Exhibit;

use super::evaluation::View;
use super::heat::{self, Cell, Heat};

/// Most classes drawn.
const MOST: usize = 30;

/// The counts of a matrix, truth in rows, what stands outside all classes last in both; of many classes those with most errors.
/// `None` where there is no class.
#[must_use]
pub fn matrix(view: &View<'_>, counts: &[Vec<u64>]) -> Option<Exhibit> {
    let names = view.evaluation.dataset.classes.names();
    if names.is_empty() || view.evaluation.texts().is_some() {
        return None;
    }
    let outside = names.len();
    let count = |row: usize, column: usize| counts.get(row).and_then(|row| row.get(column)).copied().unwrap_or(0);
    let (drawn, note) = chosen(names.len(), &count);
    // No item that has exactly one class is predicted where there is none.
    let has_row = !view.evaluation.task.is_one_class_each();
    let name = |place: &usize| names.get(*place).map_or(view.evaluation.outside(), String::as_str);
    let columns: Vec<usize> = drawn.iter().copied().chain([outside]).collect();
    let rows: Vec<usize> = drawn.iter().copied().chain(has_row.then_some(outside)).collect();
    let heat = Heat {
        rows: rows.iter().map(name).collect(),
        columns: columns.iter().map(name).collect(),
        axes: ["truth", "predicted"],
        apart: [has_row, true],
        note,
    };
    let largest = counts.iter().flatten().copied().max().unwrap_or(0) as f64;
    let figure = heat::draw(&heat, view.palette, |row, column| {
        let (row, column) = (*rows.get(row)?, *columns.get(column)?);
        let n = count(row, column);
        let full = if row == column { view.palette.correct } else { view.palette.misclassified };
        let colour = match strength(Scale::Count, true, n as f64, largest) {
            _ if row == outside && column == outside => return None,
            nothing if nothing <= 0.0 => view.palette.raised,
            strength => view.palette.ramp(full, strength),
        };
        let words = if n == 0 { Default::default() } else { [fmt::count(n), fmt::short_count(n)] };
        Some(Cell { colour, words })
    });
    let units = view.evaluation.task.units().1;
    Some(Exhibit {
        key: "matrix".to_owned(),
        title: "Confusion matrix".to_owned(),
        caption: format!(
            "{}; colours are logarithmic",
            view.counted_at(&format!(
                "{} by annotated class (rows) and predicted class (columns)",
                fmt::capitalised(units)
            ))
        ),
        figure,
        table: Some(csv_tables::matrix_table(view.evaluation, counts)),
    })
}

/// The classes that are drawn, in their own order, and what is said where some are not.
fn chosen(classes: usize, count: &dyn Fn(usize, usize) -> u64) -> (Vec<usize>, String) {
    let mut errors = vec![0_u64; classes];
    let mut used = vec![false; classes];
    for row in 0..=classes {
        for column in 0..=classes {
            let n = count(row, column);
            if n == 0 {
                continue;
            }
            for place in [row, column] {
                if let Some(used) = used.get_mut(place) {
                    *used = true;
                }
                if let Some(errors) = errors.get_mut(place).filter(|_| row != column) {
                    *errors += n;
                }
            }
        }
    }
    let mut drawn: Vec<usize> = (0..classes).filter(|class| used.get(*class) == Some(&true)).collect();
    let (in_use, all) = (drawn.len(), fmt::count(classes as u64));
    if in_use > MOST {
        drawn.sort_by_key(|class| Reverse(errors.get(*class).copied()));
        drawn.truncate(MOST);
        drawn.sort_unstable();
        return (drawn, format!("The {MOST} of {all} classes with most errors; the table has all"));
    }
    let empty = (classes - in_use) as u64;
    let note = match empty {
        0 => String::new(),
        _ => format!("Without {} that are neither annotated nor predicted", fmt::counted(empty, "class", "classes")),
    };
    (drawn, note)
}
