//! What is handed out of the window as it stands there: a chart as a picture or a drawing, its numbers as a table. Made, drawn and
//! written by a job.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::report::figure::{Figure, Picture};
use crate::report::palette::Palette;
use crate::report::sheet::Exhibit;
use crate::report::table::Table;

/// Pixels a point of a picture where nobody says otherwise.
pub const USUAL: f64 = 2.0;

/// Makes an exhibit in the colours that it is given.
type Make = dyn Fn(&Palette) -> Option<Exhibit> + Send + Sync;

/// Makes an exhibit of what was on screen when it was asked for.
#[derive(Clone)]
pub struct Maker(Arc<Make>);

impl Maker {
    /// Makes it by this with the colours that are given to it, on another thread; `None` where there is nothing to show.
    #[must_use]
    pub fn new(make: impl Fn(&Palette) -> Option<Exhibit> + Send + Sync + 'static) -> Self {
        Self(Arc::new(make))
    }

    /// One that was made already.
    #[must_use]
    pub fn made(exhibit: Exhibit) -> Self {
        Self::new(move |_| Some(exhibit.clone()))
    }

    /// Makes it in these colours.
    #[must_use]
    pub fn make(&self, palette: &Palette) -> Option<Exhibit> {
        (self.0)(palette)
    }
}

impl std::fmt::Debug for Maker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Maker")
    }
}

impl PartialEq for Maker {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What is wanted of an exhibit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// To save it as a picture or a drawing.
    SaveImage,
    /// To save its numbers.
    SaveData,
    /// Its picture, for the clipboard.
    CopyImage,
    /// Its numbers as comma-separated values, for the clipboard.
    CopyData,
    /// Its picture at one pixel a point, for the clipboard: of what has a size of its own.
    CopyPicture,
}

/// A file to be written.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// A picture (PNG) of so many pixels a point.
    Png(Arc<Figure>, f64),
    /// A drawing of lines.
    Svg(Arc<Figure>),
    /// A page of its size with this title.
    Pdf(Arc<Figure>, String),
    /// Comma-separated values.
    Csv(Arc<Table>),
    /// A JSON array of objects.
    Json(Arc<Table>),
    /// A picture (PNG) of one pixel a point, made in these colours when it is written: of what has a size of its own.
    Picture(Maker, Palette),
}

impl Output {
    /// The same as the ending of a file's name asks for it, where that is another of its kind.
    #[must_use]
    pub fn fitting(self, file: &Path) -> Self {
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        match (self, ending.as_str()) {
            (Self::Png(figure, _) | Self::Pdf(figure, _), "svg") => Self::Svg(figure),
            (Self::Svg(figure) | Self::Pdf(figure, _), "png") => Self::Png(figure, USUAL),
            (Self::Png(figure, _) | Self::Svg(figure), "pdf") => {
                Self::Pdf(figure, file.file_stem().unwrap_or_default().to_string_lossy().into_owned())
            }
            (Self::Csv(table), "json") => Self::Json(table),
            (Self::Json(table), "csv") => Self::Csv(table),
            (output, _) => output,
        }
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Make an exhibit of this name, in these colours.
    Make(Errand, String, Maker, Palette),
    /// Write a file.
    Save(PathBuf, Output),
}

/// What jobs answer; the window takes it.
#[derive(Debug)]
pub enum Answer {
    /// An exhibit was made, to be saved under this name.
    Made(Errand, String, Arc<Exhibit>),
    /// A picture for the clipboard.
    Picture(Picture),
    /// A text for the clipboard.
    Text(String),
    /// There is nothing to show.
    Nothing,
}
