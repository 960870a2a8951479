//! Any table as an exhibit.

use crate::report::palette::Palette;
use crate::report::sheet::Exhibit;
use crate::report::table::Table;

use super::rows::{self, MOST};

/// A table whose first rows are drawn.
#[must_use]
pub fn listing(key: &str, title: &str, caption: &str, table: Table, palette: &Palette) -> Exhibit {
    Exhibit {
        key: key.to_owned(),
        title: title.to_owned(),
        caption: caption.to_owned(),
        figure: rows::of_table(&table, MOST, palette),
        table: Some(table),
    }
}
