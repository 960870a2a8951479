//! Figures that leave the program: a list of marks, written as SVG and from that turned into a picture, with the fonts of the
//! window. Needs no display.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

/// A colour: red, green, blue.
pub type Colour = [u8; 3];

/// Which end of a text its place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its left end.
    Start,
    /// Its right end.
    End,
}

/// Something drawn, in points from the left upper corner.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A filled rectangle: left, top, width, height.
    Rect([f64; 4], Colour),
    /// A line through these points, so many points wide.
    Line(Vec<(f64, f64)>, f64, Colour),
    /// A text on a line: its place, the size of the font, what it says.
    Text {
        /// Where it begins or ends, and the line it stands on.
        at: (f64, f64),
        /// Of the font.
        size: f64,
        /// Which end `at` is.
        anchor: Anchor,
        /// Of the letters.
        colour: Colour,
        /// What it says.
        text: String,
    },
}

/// A drawing of a fixed size.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// In points.
    pub width: f64,
    /// In points.
    pub height: f64,
    /// In the order they are drawn.
    pub marks: Vec<Mark>,
}

/// A picture, row by row in RGBA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Four bytes a pixel.
    pub rgba: Vec<u8>,
}

/// A figure could not be turned into a picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The figure cannot be drawn: {0}")]
pub struct FigureError(String);

/// No picture has more pixels on a side.
const MOST: f64 = 16_384.0;

/// The fonts of the window, known by the family's name in figures.
fn fonts() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    let load = || {
        let mut fonts = Database::new();
        fonts.load_font_data(epaint_default_fonts::UBUNTU_LIGHT.to_vec());
        fonts.load_font_data(epaint_default_fonts::HACK_REGULAR.to_vec());
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(load))
}

/// The family of [`fonts`] that texts are written in.
const FAMILY: &str = "Ubuntu";

/// About as wide as a text of this size is drawn: a mean over Latin letters and digits.
#[must_use]
pub fn about_width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * 0.56
}

impl Figure {
    /// The figure as an SVG document.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let mut out = String::new();
        let (w, h) = (self.width, self.height);
        let _ = write!(
            out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" font-family="{FAMILY}, sans-serif">"#
        );
        for mark in &self.marks {
            match mark {
                Mark::Rect([x, y, w, h], colour) => {
                    let _ = write!(out, r#"<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{}"/>"#, hex(*colour));
                }
                Mark::Line(points, width, colour) => {
                    let _ = write!(
                        out,
                        r#"<polyline fill="none" stroke="{}" stroke-width="{width}" points=""#,
                        hex(*colour)
                    );
                    for (x, y) in points {
                        let _ = write!(out, "{x:.2},{y:.2} ");
                    }
                    out.push_str(r#""/>"#);
                }
                Mark::Text { at: (x, y), size, anchor, colour, text } => {
                    let anchor = if *anchor == Anchor::End { r#" text-anchor="end""# } else { "" };
                    let _ = write!(
                        out,
                        r#"<text x="{x}" y="{y}" font-size="{size}" fill="{}"{anchor}>{}</text>"#,
                        hex(*colour),
                        escaped(text)
                    );
                }
            }
        }
        out.push_str("</svg>\n");
        out
    }

    /// The figure as a picture of `scale` pixels a point.
    ///
    /// # Errors
    /// Where it would have no pixel, or more than 16,384 on a side.
    pub fn to_picture(&self, scale: f64) -> Result<Picture, FigureError> {
        let failed = |cause: String| FigureError(cause);
        let side = |points: f64| (points * scale).ceil();
        let (width, height) = (side(self.width), side(self.height));
        if !(1.0..=MOST).contains(&width) || !(1.0..=MOST).contains(&height) {
            return Err(failed(format!("{width} × {height} pixels; choose fewer rows or a smaller scale")));
        }
        let options = Options { fontdb: fonts(), font_family: FAMILY.to_owned(), ..Options::default() };
        let tree = Tree::from_str(&self.to_svg(), &options).map_err(|error| failed(error.to_string()))?;
        let (width, height) = (width as u32, height as u32);
        let mut pixels = Pixmap::new(width, height).ok_or_else(|| failed("there is not so much memory".to_owned()))?;
        resvg::render(&tree, Transform::from_scale(scale as f32, scale as f32), &mut pixels.as_mut());
        Ok(Picture { width, height, rgba: pixels.take_demultiplied() })
    }
}

fn hex([r, g, b]: Colour) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// A text as XML says it; what XML cannot say is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_safe_and_leave_ink() {
        let text = |text: &str| Mark::Text {
            at: (10.0, 20.0),
            size: 12.0,
            anchor: Anchor::Start,
            colour: [0, 0, 0],
            text: text.to_owned(),
        };
        let page = Mark::Rect([0.0, 0.0, 100.0, 30.0], [255, 255, 255]);
        let ink = |marks: Vec<Mark>| {
            let figure = Figure { width: 100.0, height: 30.0, marks };
            let picture = figure.to_picture(2.0).unwrap();
            assert_eq!((picture.width, picture.height, picture.rgba.len()), (200, 60, 200 * 60 * 4));
            picture.rgba.chunks(4).filter(|pixel| pixel[0] < 128).count()
        };
        assert_eq!(ink(vec![page.clone()]), 0);
        assert!(ink(vec![page.clone(), text("a <b> & \u{1}\"c\"")]) > 100);
        assert!(ink(vec![page.clone(), text("0.912")]) > ink(vec![page, text("1")]));
        let none = Figure::default().to_picture(1.0).unwrap_err();
        assert!(none.to_string().contains("0 × 0"), "{none}");
    }
}
