//! Saving what a page shows, by the names of its menu.

use std::path::{Path, PathBuf};

use evalens::ui::outside::Picked;

use super::app::TestApp;
use super::synthetic::Synthetic;

/// A window on 24 images with pictures in a folder.
pub fn shown() -> (tempfile::TempDir, TestApp) {
    let folder = tempfile::tempdir().unwrap();
    let synthetic = Synthetic::new(24);
    synthetic.write(folder.path());
    let pictures = folder.path().join("images/test");
    let mut app = TestApp::new();
    let (project, loaded) = (synthetic.project(&pictures), synthetic.loaded(Some(&pictures)));
    app.harness.state_mut().session_mut().show(project, loaded);
    app.run();
    (folder, app)
}

/// Chooses an entry of a menu; a card of formats is answered with "Save". The file that came of it.
#[track_caller]
pub fn saved(app: &mut TestApp, folder: &Path, (menu, entry): (&str, &str), carded: bool) -> PathBuf {
    app.click(menu);
    chosen(app, folder, entry, carded.then_some("Save"))
}

/// The same as a drawing, or as a page.
#[track_caller]
pub fn saved_as(app: &mut TestApp, folder: &Path, menu: &str, format: &str) -> PathBuf {
    app.click(menu);
    app.click("Save image …");
    chosen(app, folder, format, Some("Save"))
}

/// Clicks through to the end; the file that came of it.
#[track_caller]
fn chosen(app: &mut TestApp, folder: &Path, entry: &str, save: Option<&str>) -> PathBuf {
    let before = files(folder);
    app.dialogs.answer.replace(Some(Picked::Folder(folder.to_owned())));
    app.click(entry);
    if let Some(save) = save {
        app.click(save);
    }
    app.run();
    let new: Vec<_> = files(folder).into_iter().filter(|file| !before.contains(file)).collect();
    assert_eq!(new.len(), 1, "{entry}: {new:?}, {:?}", app.names());
    new.into_iter().next().unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
}

/// The text of a file.
pub fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}

/// The table of a menu: its head and its rows.
#[track_caller]
pub fn table(app: &mut TestApp, folder: &Path, menu: &str) -> Table {
    let file = saved(app, folder, (menu, "Save data …"), true);
    let mut reader = csv::Reader::from_path(file).unwrap();
    let heads = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    Table { heads, rows }
}

/// A file of comma-separated values.
#[derive(Debug)]
pub struct Table {
    pub heads: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// A cell of a row by the head of its column.
    #[track_caller]
    pub fn cell<'a>(&self, row: &'a [String], head: &str) -> &'a str {
        let at = self.heads.iter().position(|name| name == head);
        &row[at.unwrap_or_else(|| panic!("no {head} in {:?}", self.heads))]
    }

    /// A number of a row.
    #[track_caller]
    pub fn number(&self, row: &[String], head: &str) -> Option<f64> {
        self.cell(row, head).parse().ok()
    }

    /// The one row that has these words in this column.
    #[track_caller]
    pub fn row(&self, head: &str, words: &str) -> &[String] {
        let found: Vec<_> = self.rows.iter().filter(|row| self.cell(row, head) == words).collect();
        assert_eq!(found.len(), 1, "{head} {words} in {:?}", self.rows);
        found[0]
    }
}
