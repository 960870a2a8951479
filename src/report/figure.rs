//! Figures that leave the program: a list of marks, written as SVG and from that turned into a picture, with the fonts of the
//! window, and those of the system for letters that the window's lack. Needs no display.

mod draw;
mod fonts;
mod svg;
mod text;

use std::sync::Arc;

use super::encoded::{Encoded, Kind};

pub(in crate::report) use draw::tree;
pub(in crate::report) use svg::{DASH, escaped};
pub(in crate::report) use text::{glyph, is_plain, letters, runs};

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

/// As wide as a text of this size is drawn, in points: the advances of the bundled font, or of the system's font that has a letter
/// which the bundled one lacks. Letters that no font has count as wide as they are high.
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

/// A name within a sentence: one that runs from right to left is set apart, so that it does not turn what stands beside it.
#[must_use]
pub fn isolated(name: &str) -> String {
    if name.chars().any(runs_left) { format!("\u{2068}{name}\u{2069}") } else { name.to_owned() }
}

/// True for letters that run from right to left.
pub(in crate::report) const fn runs_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
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

    /// The figure made smaller, where one of its sides is longer than this.
    #[must_use]
    pub fn within(&self, longest: f64) -> Self {
        let scale = (longest / self.width.max(self.height)).min(1.0);
        let mut smaller = Self { width: self.width * scale, height: self.height * scale, marks: Vec::new() };
        smaller.put(self, (0.0, 0.0), scale);
        smaller
    }

    /// The figure as an SVG document.
    #[must_use]
    pub fn to_svg(&self) -> String {
        svg::document(self, None)
    }

    /// The same to stand in HTML: with a name for those who do not see it.
    #[must_use]
    pub(in crate::report) fn to_named_svg(&self, name: &str) -> String {
        svg::document(self, Some(name))
    }

    /// The figure as a picture of `scale` pixels a point.
    ///
    /// # Errors
    /// Where it would have no pixel, or more than 16,384 on a side.
    pub fn to_picture(&self, scale: f64) -> Result<Picture, FigureError> {
        let pixels = draw::pixels(self, scale)?;
        let (width, height) = (pixels.width(), pixels.height());
        Ok(Picture { width, height, rgba: pixels.take_demultiplied() })
    }

    /// The figure as a PNG file of `scale` pixels a point, packed fast rather than as small as can be.
    ///
    /// # Errors
    /// Where it would have no pixel, or more than 16,384 on a side.
    pub fn to_png(&self, scale: f64) -> Result<Arc<Encoded>, FigureError> {
        let Picture { width, height, rgba } = self.to_picture(scale)?;
        let png = draw::png(width, height, &rgba).map_err(|error| FigureError(error.to_string()))?;
        Ok(Arc::new(Encoded { kind: Kind::Png, width, height, bytes: png }))
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

    #[test]
    fn pictures_within_figures_are_drawn() {
        let red = [[200_u8, 30, 40, 255]; 64].concat();
        for kind in [Kind::Png, Kind::Jpeg] {
            let picture = Encoded::of_rgba(kind, 8, 8, &red).unwrap();
            let figure =
                Figure { width: 20.0, height: 20.0, marks: vec![Mark::Picture([5.0, 5.0, 10.0, 10.0], picture)] };
            let drawn = figure.to_picture(1.0).unwrap();
            let pixel = |x: usize, y: usize| drawn.rgba[4 * (20 * y + x)..][..4].to_vec();
            assert_eq!(pixel(1, 1), [0, 0, 0, 0]);
            let middle = pixel(10, 10);
            assert!(middle.iter().zip([200_u8, 30, 40, 255]).all(|(a, b)| a.abs_diff(b) < 6), "{kind:?} {middle:?}");
        }
    }

    #[test]
    fn only_names_that_run_left_are_set_apart() {
        assert_eq!(isolated("cell"), "cell");
        assert_eq!(isolated("תא"), "\u{2068}תא\u{2069}");
        assert_eq!(width(&isolated("תא"), 9.0), width("תא", 9.0));
    }

    #[test]
    fn png_files_hold_the_same_pixels() {
        let mut figure = Figure::new(60.0, 30.0, [255, 255, 255]);
        figure.marks.push(Mark::text((5.0, 20.0), 12.0, Anchor::Start, [0, 0, 0], "Ag 0.5"));
        let png = figure.to_png(2.0).unwrap();
        let read = image::load_from_memory(&png.bytes).unwrap();
        assert_eq!(read.to_rgba8().into_raw(), figure.to_picture(2.0).unwrap().rgba);
        assert_eq!(read.color(), image::ColorType::Rgb8, "nothing is seen through");
        let clear = Figure { marks: Vec::new(), ..figure };
        let read = image::load_from_memory(&clear.to_png(1.0).unwrap().bytes).unwrap();
        assert_eq!(read.to_rgba8().into_raw(), vec![0; 60 * 30 * 4]);
    }

    #[test]
    fn foreign_letters_are_drawn_where_a_font_has_them() {
        let ink = |text: &str| {
            let mut figure = Figure::new(120.0, 30.0, [255, 255, 255]);
            figure.marks.push(Mark::text((5.0, 20.0), 16.0, Anchor::Start, [0, 0, 0], text));
            figure.to_picture(1.0).unwrap().rgba.chunks(4).filter(|pixel| pixel[0] < 128).count()
        };
        let (one, both) = (ink("↦"), ink("Ag ↦"));
        assert!(one > 5, "a bundled font has it");
        assert!(both > one + 10, "{one} {both}: the letters beside it are drawn as well");
        let place = |anchor: Anchor, x: f64| {
            let mut figure = Figure::new(120.0, 30.0, [255, 255, 255]);
            figure.marks.push(Mark::text((x, 20.0), 16.0, anchor, [0, 0, 0], "a ↦ b"));
            figure.to_picture(1.0).unwrap()
        };
        let wide = width("a ↦ b", 16.0);
        assert_eq!(place(Anchor::Start, 10.0), place(Anchor::End, 10.0 + wide), "the same place, however it is told");
        assert_eq!(place(Anchor::Start, 10.0), place(Anchor::Middle, 10.0 + 0.5 * wide));
        // Whatever this machine has: something stands there.
        assert!(ink("漢字") > 10 && ink("שלום") > 10);
        let arabic = "مرحبا";
        assert!(width(arabic, 10.0) > 10.0 && cut(&format!("{arabic} {arabic}"), 10.0, 30.0).ends_with('…'));
    }
}
