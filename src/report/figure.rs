//! Figures that leave the program: a list of marks, written as SVG and from that turned into a picture, with the fonts of the
//! window. Needs no display.

mod svg;
mod text;

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

use super::encoded::Encoded;

/// A colour: red, green, blue.
pub type Colour = [u8; 3];

/// Which end of a text its place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its left end.
    Start,
    /// Its middle.
    Middle,
    /// Its right end.
    End,
}

/// Something drawn, in points from the left upper corner.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A filled rectangle: left, top, width, height.
    Rect(Rect, Colour),
    /// The outline of a rectangle (left, top, width, height), so many points wide.
    Frame(Rect, f64, Colour),
    /// The same in dashes.
    DashedFrame(Rect, f64, Colour),
    /// A line through these points, so many points wide.
    Line(Vec<(f64, f64)>, f64, Colour),
    /// The same in dashes.
    Dashed(Vec<(f64, f64)>, f64, Colour),
    /// A filled polygon, of this opacity in 0…1.
    Area(Vec<(f64, f64)>, Colour, f64),
    /// A filled circle: its centre and radius.
    Disc((f64, f64), f64, Colour),
    /// A picture, stretched to a rectangle.
    Picture(Rect, Arc<Encoded>),
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
        /// True where it runs upwards, turned by a quarter to the left about `at`.
        turned: bool,
        /// What it says.
        text: String,
    },
}

/// Left, top, width, height.
pub type Rect = [f64; 4];

impl Mark {
    /// A text on a level line.
    #[must_use]
    pub fn text(at: (f64, f64), size: f64, anchor: Anchor, colour: Colour, text: impl Into<String>) -> Self {
        Self::Text { at, size, anchor, colour, turned: false, text: text.into() }
    }

    /// A text that runs upwards.
    #[must_use]
    pub fn upwards(at: (f64, f64), size: f64, anchor: Anchor, colour: Colour, text: impl Into<String>) -> Self {
        Self::Text { at, size, anchor, colour, turned: true, text: text.into() }
    }

    /// The same mark, `scale` times as large and then moved.
    #[must_use]
    pub fn placed(&self, (dx, dy): (f64, f64), scale: f64) -> Self {
        let rect = |[x, y, w, h]: Rect| [dx + x * scale, dy + y * scale, w * scale, h * scale];
        let point = |(x, y): (f64, f64)| (dx + x * scale, dy + y * scale);
        let points = |points: &[(f64, f64)]| points.iter().map(|p| point(*p)).collect::<Vec<_>>();
        match self {
            Self::Rect(at, colour) => Self::Rect(rect(*at), *colour),
            Self::Frame(at, width, colour) => Self::Frame(rect(*at), width * scale, *colour),
            Self::DashedFrame(at, width, colour) => Self::DashedFrame(rect(*at), width * scale, *colour),
            Self::Line(line, width, colour) => Self::Line(points(line), width * scale, *colour),
            Self::Dashed(line, width, colour) => Self::Dashed(points(line), width * scale, *colour),
            Self::Area(area, colour, opacity) => Self::Area(points(area), *colour, *opacity),
            Self::Disc(at, radius, colour) => Self::Disc(point(*at), radius * scale, *colour),
            Self::Picture(at, picture) => Self::Picture(rect(*at), Arc::clone(picture)),
            Self::Text { at, size, anchor, colour, turned, text } => Self::Text {
                at: point(*at),
                size: size * scale,
                anchor: *anchor,
                colour: *colour,
                turned: *turned,
                text: text.clone(),
            },
        }
    }
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

/// As wide as a text of this size is drawn, in points: the advances of the bundled font. Letters that it lacks count as wide as
/// they are high.
#[must_use]
pub fn width(text: &str, size: f64) -> f64 {
    text::advance(text) * size
}

/// A text that is at most so wide: cut with an ellipsis where it is wider.
#[must_use]
pub fn cut(text: &str, size: f64, most: f64) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let room = most - width("…", size);
    let (mut kept, mut used) = (String::new(), 0.0);
    for letter in text.chars() {
        used += width(letter.encode_utf8(&mut [0; 4]), size);
        if used > room {
            break;
        }
        kept.push(letter);
    }
    kept.push('…');
    kept
}

impl Figure {
    /// An empty drawing on a ground of this colour.
    #[must_use]
    pub fn new(width: f64, height: f64, ground: Colour) -> Self {
        Self { width, height, marks: vec![Mark::Rect([0.0, 0.0, width, height], ground)] }
    }

    /// Draws another figure into this one, `scale` times as large, its left upper corner there.
    pub fn put(&mut self, other: &Self, at: (f64, f64), scale: f64) {
        self.marks.extend(other.marks.iter().map(|mark| mark.placed(at, scale)));
    }

    /// The figure as an SVG document.
    #[must_use]
    pub fn to_svg(&self) -> String {
        svg::document(self)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_safe_and_leave_ink() {
        let text = |text: &str| Mark::text((10.0, 20.0), 12.0, Anchor::Start, [0, 0, 0], text);
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
