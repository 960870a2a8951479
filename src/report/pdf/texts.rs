//! Texts in a PDF: glyphs of the bundled font, and outlines for letters that it lacks.

use krilla::geom::{Path, PathBuilder, Point, Size, Transform};
use krilla::image::Image;
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use resvg::tiny_skia::PathSegment;
use resvg::usvg::{self, ImageKind, Node, Paint};

use crate::report::figure::{Anchor, Figure, Mark, glyph, is_plain, letters, runs, runs_left, tree, width};

use super::{PdfError, fill};

/// The bundled font.
pub(super) fn font() -> Option<Font> {
    Font::new(epaint_default_fonts::UBUNTU_LIGHT.into(), 0)
}

/// Draws a text; any other mark is left out.
pub(super) fn draw(surface: &mut Surface<'_>, font: &Font, mark: &Mark) -> Result<(), PdfError> {
    let Mark::Text { at: (x, y), size, anchor, colour, turned, text } = mark else { return Ok(()) };
    surface.set_stroke(None);
    let words: String = letters(text).collect();
    let words = words.trim();
    if words.is_empty() || *size <= 0.0 || size.is_nan() {
        return Ok(());
    }
    if !is_plain(words) && words.chars().any(is_shaped) {
        said(surface, font, (*x, *y), *size, words);
        return outlined(surface, mark);
    }
    let mut start = match anchor {
        Anchor::Start => *x,
        Anchor::Middle => x - 0.5 * width(words, *size),
        Anchor::End => x - width(words, *size),
    };
    if *turned {
        surface.push_transform(&Transform::from_rotate_at(-90.0, *x as f32, *y as f32));
    }
    for (helper, run) in runs(words) {
        if helper.is_none() && is_plain(&run) {
            surface.set_fill(Some(fill(*colour, 1.0)));
            let at = Point::from_xy(start as f32, *y as f32);
            surface.draw_glyphs(at, &glyphs(&run), font.clone(), &run, *size as f32, false);
        } else {
            said(surface, font, (start, *y), *size, &run);
            outlined(surface, &Mark::text((start, *y), *size, Anchor::Start, *colour, run.clone()))?;
        }
        start += width(&run, *size);
    }
    if *turned {
        surface.pop();
    }
    Ok(())
}

/// True for letters that do not simply follow each other from left to right: a text with one of them is laid out as a whole.
fn is_shaped(letter: char) -> bool {
    runs_left(letter)
        || matches!(letter, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{1fff}' | '\u{200b}'..='\u{206f}' | '\u{a800}'..='\u{abff}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

fn glyphs(words: &str) -> Vec<KrillaGlyph> {
    let one = |(from, letter): (usize, char)| {
        let glyph = glyph(letter)?;
        let (id, range) = (GlyphId::new(glyph.id), from..from + letter.len_utf8());
        Some(KrillaGlyph::new(id, glyph.advance as f32, 0.0, 0.0, 0.0, range, None))
    };
    words.char_indices().filter_map(one).collect()
}

/// What outlines say, for those who select or search it: a blank that stands for these words.
fn said(surface: &mut Surface<'_>, font: &Font, (x, y): (f64, f64), size: f64, words: &str) {
    if let Some(blank) = glyph(' ') {
        let advance = (width(words, size) / size) as f32;
        let blank = KrillaGlyph::new(GlyphId::new(blank.id), advance, 0.0, 0.0, 0.0, 0..words.len(), None);
        surface.draw_glyphs(Point::from_xy(x as f32, y as f32), &[blank], font.clone(), words, size as f32, false);
    }
}

/// A text with letters that the bundled font lacks, as outlines: laid out like in a picture, so that both look the same.
fn outlined(surface: &mut Surface<'_>, mark: &Mark) -> Result<(), PdfError> {
    let figure = Figure { width: 1.0, height: 1.0, marks: vec![mark.clone()] };
    let tree = tree(&figure).map_err(|error| PdfError(error.to_string()))?;
    group(surface, tree.root())
}

fn transform(of: usvg::Transform) -> Transform {
    Transform::from_row(of.sx, of.ky, of.kx, of.sy, of.tx, of.ty)
}

fn group(surface: &mut Surface<'_>, group: &usvg::Group) -> Result<(), PdfError> {
    surface.push_transform(&transform(group.transform()));
    for node in group.children() {
        match node {
            Node::Group(inner) => self::group(surface, inner)?,
            Node::Text(text) => self::group(surface, text.flattened())?,
            Node::Path(path) => {
                let colour = match path.fill().map(usvg::Fill::paint) {
                    Some(Paint::Color(colour)) => [colour.red, colour.green, colour.blue],
                    _ => [0; 3],
                };
                if let Some(outline) = outline(path.data()) {
                    surface
                        .set_fill(Some(fill(colour, path.fill().map_or(1.0, |fill| f64::from(fill.opacity().get())))));
                    surface.draw_path(&outline);
                }
            }
            Node::Image(image) => bitmap(surface, image)?,
        }
    }
    surface.pop();
    Ok(())
}

/// A letter that is a picture: colour emoji.
fn bitmap(surface: &mut Surface<'_>, image: &usvg::Image) -> Result<(), PdfError> {
    match image.kind() {
        ImageKind::PNG(bytes) => {
            let failed = |error: String| PdfError(format!("a letter cannot be drawn: {error}"));
            let picture = Image::from_png(bytes.as_ref().clone().into(), true).map_err(failed)?;
            if let Some(size) = Size::from_wh(image.size().width(), image.size().height()) {
                surface.draw_image(picture, size);
            }
            Ok(())
        }
        ImageKind::SVG(tree) => group(surface, tree.root()),
        _ => Ok(()),
    }
}

fn outline(path: &resvg::tiny_skia::Path) -> Option<Path> {
    let mut out = PathBuilder::new();
    for segment in path.segments() {
        match segment {
            PathSegment::MoveTo(to) => out.move_to(to.x, to.y),
            PathSegment::LineTo(to) => out.line_to(to.x, to.y),
            PathSegment::QuadTo(by, to) => out.quad_to(by.x, by.y, to.x, to.y),
            PathSegment::CubicTo(one, two, to) => out.cubic_to(one.x, one.y, two.x, two.y, to.x, to.y),
            PathSegment::Close => out.close(),
        }
    }
    out.finish()
}
