//! Pages as a PDF file: texts that can be selected and searched, pictures as they are, nothing that changes from one time to the next.

mod texts;

use krilla::color::rgb;
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, LineJoin, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::{Data, Document, SerializeSettings};

use super::encoded::{Encoded, Kind};
use super::figure::{Colour, DASH, Figure, Mark};
use super::paper::{Bookmark, Paper};

/// A PDF could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The PDF cannot be made: {0}")]
pub struct PdfError(pub String);

/// Longest side of a page that every reader opens, in points (ISO 32000-1, annex C.2).
pub const LONGEST: f64 = 14_400.0;

/// A PDF of these pages with this title; the same pages give the same bytes.
///
/// # Errors
/// Where a picture in it cannot be read.
pub fn pdf(pages: &[Figure], title: &str) -> Result<Vec<u8>, PdfError> {
    document(pages, &[], title)
}

/// A PDF of a report on paper, with a bookmark for each section.
///
/// # Errors
/// Where a picture in it cannot be read.
pub fn of_paper(paper: &Paper, title: &str) -> Result<Vec<u8>, PdfError> {
    document(&paper.pages, &paper.bookmarks, title)
}

fn document(pages: &[Figure], bookmarks: &[Bookmark], title: &str) -> Result<Vec<u8>, PdfError> {
    let failed = |cause: &str| PdfError(cause.to_owned());
    let mut document = Document::new_with(SerializeSettings::default());
    let said: String = super::figure::letters(title).collect();
    document.set_metadata(
        Metadata::new()
            .title(said)
            .language("en".to_owned())
            .creator("Evalens".to_owned())
            .producer("Evalens".to_owned()),
    );
    let font = texts::font().ok_or_else(|| failed("the font cannot be read"))?;
    for figure in pages {
        let size = PageSettings::from_wh(figure.width as f32, figure.height as f32);
        let mut page = document.start_page_with(size.ok_or_else(|| failed("a page has no size"))?);
        let mut surface = page.surface();
        for mark in &figure.marks {
            draw(&mut surface, &font, mark)?;
        }
        surface.finish();
        page.finish();
    }
    let mut outline = Outline::new();
    for bookmark in bookmarks.iter().filter(|bookmark| bookmark.page < pages.len()) {
        let at = XyzDestination::new(bookmark.page, Point::from_xy(0.0, (bookmark.top - 12.0).max(0.0) as f32));
        outline.push_child(OutlineNode::new(super::figure::letters(&bookmark.title).collect(), at));
    }
    document.set_outline(outline);
    document.finish().map_err(|error| failed(&format!("{error:?}")))
}

/// A fill of a colour.
fn fill(colour: Colour, opacity: f64) -> Fill {
    let [r, g, b] = colour;
    let opacity = NormalizedF32::new(opacity.clamp(0.0, 1.0) as f32).unwrap_or(NormalizedF32::ONE);
    Fill { paint: rgb::Color::new(r, g, b).into(), opacity, ..Fill::default() }
}

fn stroke(colour: Colour, width: f64, dashed: bool) -> Stroke {
    let [r, g, b] = colour;
    let dash = (width * DASH) as f32;
    Stroke {
        paint: rgb::Color::new(r, g, b).into(),
        width: width as f32,
        line_join: LineJoin::Round,
        dash: dashed.then(|| StrokeDash { array: vec![dash, dash], offset: 0.0 }),
        ..Stroke::default()
    }
}

fn rectangle([x, y, w, h]: super::figure::Rect) -> Option<krilla::geom::Path> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_xywh(x as f32, y as f32, w as f32, h as f32)?);
    path.finish()
}

fn through(points: &[(f64, f64)], closed: bool) -> Option<krilla::geom::Path> {
    let mut path = PathBuilder::new();
    for (i, (x, y)) in points.iter().enumerate() {
        if i == 0 { path.move_to(*x as f32, *y as f32) } else { path.line_to(*x as f32, *y as f32) }
    }
    if closed {
        path.close();
    }
    path.finish()
}

/// A circle of four curves.
fn circle((x, y): (f64, f64), radius: f64) -> Option<krilla::geom::Path> {
    /// How far the handles of a quarter reach, in radii.
    const REACH: f64 = 0.552_284_75;
    let (near, mut path) = (radius * REACH, PathBuilder::new());
    let at = |dx: f64, dy: f64| ((x + dx) as f32, (y + dy) as f32);
    let (start_x, start_y) = at(radius, 0.0);
    path.move_to(start_x, start_y);
    let quarters = [
        [(radius, near), (near, radius), (0.0, radius)],
        [(-near, radius), (-radius, near), (-radius, 0.0)],
        [(-radius, -near), (-near, -radius), (0.0, -radius)],
        [(near, -radius), (radius, -near), (radius, 0.0)],
    ];
    for [one, two, end] in quarters {
        let ((ax, ay), (bx, by), (cx, cy)) = (at(one.0, one.1), at(two.0, two.1), at(end.0, end.1));
        path.cubic_to(ax, ay, bx, by, cx, cy);
    }
    path.close();
    path.finish()
}

fn draw(surface: &mut Surface<'_>, font: &krilla::text::Font, mark: &Mark) -> Result<(), PdfError> {
    let (path, inside, line) = match mark {
        Mark::Rect(at, colour) => (rectangle(*at), Some(fill(*colour, 1.0)), None),
        Mark::Frame(at, width, colour) => (rectangle(*at), None, Some(stroke(*colour, *width, false))),
        Mark::DashedFrame(at, width, colour) => (rectangle(*at), None, Some(stroke(*colour, *width, true))),
        Mark::Line(points, width, colour) => (through(points, false), None, Some(stroke(*colour, *width, false))),
        Mark::Dashed(points, width, colour) => (through(points, false), None, Some(stroke(*colour, *width, true))),
        Mark::Area(points, colour, opacity) => (through(points, true), Some(fill(*colour, *opacity)), None),
        Mark::Disc(at, radius, colour) => (circle(*at, *radius), Some(fill(*colour, 1.0)), None),
        Mark::Picture(at, encoded) => return picture(surface, *at, encoded),
        Mark::Text { .. } => return texts::draw(surface, font, mark),
    };
    if let Some(path) = path {
        surface.set_fill(inside);
        surface.set_stroke(line);
        surface.draw_path(&path);
    }
    Ok(())
}

/// A picture stretched to a rectangle; a photograph's file stands in the PDF as it is.
fn picture(surface: &mut Surface<'_>, [x, y, w, h]: super::figure::Rect, encoded: &Encoded) -> Result<(), PdfError> {
    let bytes = Data::from(encoded.bytes.clone());
    let image = match encoded.kind {
        Kind::Png => Image::from_png(bytes, true),
        Kind::Jpeg => Image::from_jpeg(bytes, true),
    };
    let image = image.map_err(|error| PdfError(format!("a picture cannot be read: {error}")))?;
    // A rectangle without a size shows nothing.
    if let Some(size) = Size::from_wh(w as f32, h as f32) {
        surface.push_transform(&Transform::from_translate(x as f32, y as f32));
        surface.draw_image(image, size);
        surface.pop();
    }
    Ok(())
}
