//! The files of a report: what is read, what is printed, every figure and every table.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::jobs::JobError;
use crate::model::Progress;
use crate::report::encoded::{Encoded, Kind};
use crate::report::sheet::Exhibit;
use crate::report::table::Table;
use crate::report::{html, pdf};
use crate::store::export::File;

use super::Made;

/// Pixels a point of figures that are written as pictures.
const SCALE: f64 = 2.0;
/// The files that every report has.
pub const ALWAYS: [&str; 3] = ["report.html", "report.pdf", "evaluation.json"];

/// All files of a report, in a fixed order. The same report gives the same bytes.
///
/// # Errors
/// Where a figure cannot be drawn; cancelled.
pub fn files(made: &Made, progress: &dyn Progress) -> Result<Vec<File>, JobError> {
    let failed = |error: &dyn std::fmt::Display| JobError::Failed(error.to_string());
    let file = |name: &str, bytes: Vec<u8>| File { name: name.to_owned(), bytes };
    let [web, paper, document] = ALWAYS;
    progress.stage("Writing pages");
    let mut all = vec![file(web, html::html(&made.sheet).into_bytes())];
    progress.check()?;
    all.push(file(paper, pdf::pdf(&made.pages, &made.sheet.title).map_err(|error| failed(&error))?));
    all.push(file(document, made.evaluation_json.clone().into_bytes()));
    progress.stage("Drawing figures");
    let mut seen = BTreeSet::new();
    // A key that is there twice would be one file.
    let exhibits: Vec<&Exhibit> = made.sheet.exhibits().filter(|exhibit| seen.insert(exhibit.key.as_str())).collect();
    let done = AtomicUsize::new(0);
    let draw = |exhibit: &&Exhibit| -> Result<[File; 2], JobError> {
        progress.check()?;
        let drawn = exhibit.figure.to_picture(SCALE).map_err(|error| failed(&error))?;
        let png =
            Encoded::of_rgba(Kind::Png, drawn.width, drawn.height, &drawn.rgba).map_err(|error| failed(&error))?;
        progress.progress(done.fetch_add(1, Ordering::Relaxed) + 1, exhibits.len());
        let named = |ending: &str| format!("figures/{}.{ending}", exhibit.key);
        let svg = exhibit.figure.to_svg().into_bytes();
        Ok([file(&named("svg"), svg), file(&named("png"), png.bytes.clone())])
    };
    let drawn: Vec<[File; 2]> = exhibits.par_iter().with_max_len(1).map(draw).collect::<Result<_, _>>()?;
    all.extend(drawn.into_iter().flatten());
    let mut tables: Vec<(&str, &Table)> = Vec::new();
    tables.extend(exhibits.iter().filter_map(|exhibit| Some((exhibit.key.as_str(), exhibit.table.as_ref()?))));
    tables.extend(made.sheet.listings().map(|listing| (listing.key.as_str(), &listing.table)));
    let mut seen = BTreeSet::new();
    for (key, table) in tables.into_iter().filter(|(key, _)| seen.insert(*key)) {
        let text = table.to_csv().map_err(|error| failed(&error))?;
        all.push(file(&format!("tables/{key}.csv"), text.into_bytes()));
    }
    Ok(all)
}
