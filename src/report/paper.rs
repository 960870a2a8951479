//! A report laid out on pages of A4: each page is a figure, for the preview on screen and for PDF.

mod blocks;
mod flow;
mod front;
mod tables;
mod wrap;

use super::figure::{Anchor, Figure, Mark, cut};
use super::palette::Palette;
use super::sheet::Sheet;

/// Width and height of A4 in points of 1/72 inch.
pub const A4: (f64, f64) = (595.28, 841.89);

/// Left and right of the text.
const MARGIN: f64 = 48.0;
/// Width of the text.
const WIDTH: f64 = A4.0 - 2.0 * MARGIN;
/// Where a page's text begins.
const TOP: f64 = 48.0;
/// Where it ends at the latest.
const BOTTOM: f64 = A4.1 - 60.0;

/// Sizes of letters: the title, sections, headings, the text, captions, foot and heads of tables.
const TITLE: f64 = 22.0;
const SECTION: f64 = 15.0;
const HEADING: f64 = 11.0;
const BODY: f64 = 9.0;
const SMALL: f64 = 8.0;

/// Where a section begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Bookmark {
    /// Its heading.
    pub title: String,
    /// The page, from 0.
    pub page: usize,
    /// From the top of the page, in points.
    pub top: f64,
}

/// A report on pages.
#[derive(Clone, Debug, PartialEq)]
pub struct Paper {
    /// In order; at least one.
    pub pages: Vec<Figure>,
    /// Where the sections begin.
    pub bookmarks: Vec<Bookmark>,
}

/// The pages, in order; at least one.
#[must_use]
pub fn pages(sheet: &Sheet) -> Vec<Figure> {
    paper(sheet).pages
}

/// The report on pages with where its sections begin.
#[must_use]
pub fn paper(sheet: &Sheet) -> Paper {
    let palette = sheet.palette;
    let mut pieces = front::pieces(sheet, &palette);
    for (index, section) in sheet.sections.iter().enumerate() {
        pieces.extend(blocks::section(index, section, &palette));
    }
    let (mut pages, places) = flow::stack(pieces, palette.paper);
    let mut bookmarks = Vec::new();
    for (section, place) in sheet.sections.iter().enumerate().filter_map(|(i, section)| {
        places.iter().find(|place| place.what == flow::Place::Section(i)).map(|place| (section, place))
    }) {
        bookmarks.push(Bookmark { title: section.title.clone(), page: place.page, top: place.top });
    }
    if let Some(at) = places.iter().find(|place| place.what == flow::Place::Contents)
        && let Some(page) = pages.get_mut(at.page)
    {
        page.marks.extend(front::contents(&bookmarks, at.top, &palette));
    }
    let of = pages.len();
    for (i, page) in pages.iter_mut().enumerate() {
        page.marks.extend(foot(sheet, i + 1, of, &palette));
    }
    Paper { pages, bookmarks }
}

/// What stands at the foot of a page.
fn foot(sheet: &Sheet, page: usize, of: usize, palette: &Palette) -> [Mark; 3] {
    const SIZE: f64 = 7.5;
    let y = A4.1 - 34.0;
    let words = if sheet.foot.is_empty() { sheet.title.clone() } else { format!("{} · {}", sheet.title, sheet.foot) };
    let text = |at, anchor, words: String| Mark::text(at, SIZE, anchor, palette.muted, words);
    [
        Mark::Rect([MARGIN, y - 14.0, WIDTH, 0.5], palette.line),
        text((MARGIN, y), Anchor::Start, cut(&words, SIZE, WIDTH - 90.0)),
        text((MARGIN + WIDTH, y), Anchor::End, format!("Page {page} of {of}")),
    ]
}
