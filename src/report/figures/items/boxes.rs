//! A picture with boxes over it, each with its words: what stands in reports and what is saved of the image view.

use std::sync::Arc;

use crate::model::BBox;
use crate::report::encoded::Encoded;
use crate::report::figure::{Anchor, Colour, Figure, Mark, Rect, cut, width};
use crate::report::palette::Palette;

use super::places::{Wanted, place};

/// A box over a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Boxed {
    /// Where, in pixels of the annotated size.
    pub bbox: BBox,
    /// Of the edge.
    pub colour: Colour,
    /// True for what is said, false for what is true.
    pub dashed: bool,
    /// In 0…1.
    pub opacity: f64,
    /// A thicker edge.
    pub strong: bool,
    /// False where only its words are drawn.
    pub edge: bool,
    /// What stands beside it; empty for nothing.
    pub words: String,
}

/// A picture and what lies over it.
#[derive(Clone, Debug)]
pub struct Layers<'a> {
    /// The picture, where it could be read.
    pub picture: Option<&'a Arc<Encoded>>,
    /// A picture of masks over it, stretched to it.
    pub masks: Option<&'a Arc<Encoded>>,
    /// Boxes, what matters most first.
    pub boxes: &'a [Boxed],
    /// The size that boxes refer to.
    pub size: (f64, f64),
}

/// Sizes of lines and letters: those of pictures in a report are fixed, those over a picture at its own resolution grow with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pens {
    /// Width of an edge.
    pub edge: f64,
    /// Of the letters.
    pub letters: f64,
}

impl Pens {
    /// Of pictures in a report.
    pub const PAPER: Self = Self { edge: 1.6, letters: 9.5 };

    /// For a picture of this size in pixels that is looked at as a whole.
    #[must_use]
    pub fn of_pixels((width, height): (f64, f64)) -> Self {
        let longest = width.max(height);
        Self { edge: (longest / 480.0).clamp(1.0, 8.0), letters: (longest / 70.0).clamp(9.0, 48.0) }
    }
}

/// Boxes with words, at most.
const LABELS: usize = 200;

/// Draws a picture into a place of a figure, with everything that lies over it.
pub fn draw(figure: &mut Figure, at: Rect, layers: &Layers<'_>, pens: Pens, palette: &Palette) {
    match layers.picture {
        Some(picture) => figure.marks.push(Mark::Picture(at, Arc::clone(picture))),
        None => {
            figure.marks.push(Mark::Rect(at, palette.raised));
            let middle = (at[0] + at[2] / 2.0, at[1] + at[3] / 2.0);
            figure.marks.push(Mark::text(middle, pens.letters, Anchor::Middle, palette.muted, "No picture"));
        }
    }
    if let Some(masks) = layers.masks {
        figure.marks.push(Mark::Picture(at, Arc::clone(masks)));
    }
    let scale = (at[2] / layers.size.0.max(1.0), at[3] / layers.size.1.max(1.0));
    let placed = |b: &BBox| within([at[0] + b.x * scale.0, at[1] + b.y * scale.1, b.w * scale.0, b.h * scale.1], at);
    let boxes: Vec<(Rect, &Boxed)> = layers.boxes.iter().filter_map(|b| Some((placed(&b.bbox)?, b))).collect();
    for (place, boxed) in boxes.iter().rev().filter(|(_, boxed)| boxed.edge) {
        edge(figure, *place, boxed, pens, palette);
    }
    labels(figure, &boxes, at, pens, palette);
}

/// The part of a rectangle inside of another; `None` where there is none.
fn within([x, y, w, h]: Rect, [left, top, width, height]: Rect) -> Option<Rect> {
    let (x0, y0) = (x.max(left), y.max(top));
    let (x1, y1) = ((x + w).min(left + width), (y + h).min(top + height));
    (x1 >= x0 && y1 >= y0).then_some([x0, y0, x1 - x0, y1 - y0])
}

/// What is true is a solid line between two thin ones of paper, what is said dashes on a line of paper: both stay visible on any
/// picture, and apart from each other without their colours.
fn edge(figure: &mut Figure, place: Rect, boxed: &Boxed, pens: Pens, palette: &Palette) {
    let thick = if boxed.strong { 1.6 * pens.edge } else { pens.edge };
    let marks = &mut figure.marks;
    if boxed.opacity < 0.995 {
        let dash = if boxed.dashed { 4.0 * thick } else { f64::INFINITY };
        for side in sides(place, thick, dash) {
            let [x, y, w, h] = side;
            let corners = vec![(x, y), (x + w, y), (x + w, y + h), (x, y + h)];
            marks.push(Mark::Area(corners, boxed.colour, boxed.opacity.clamp(0.0, 1.0)));
        }
    } else if boxed.dashed {
        marks.push(Mark::Frame(place, 0.7 * thick, palette.paper));
        marks.push(Mark::DashedFrame(place, thick, boxed.colour));
    } else {
        marks.push(Mark::Frame(place, thick + 1.2 * pens.edge, palette.paper));
        marks.push(Mark::Frame(place, thick, boxed.colour));
    }
}

/// The edge of a box as rectangles that do not overlap, in dashes of a length with gaps of the same.
fn sides([x, y, w, h]: Rect, thick: f64, dash: f64) -> Vec<Rect> {
    /// Dashes of a side, at most.
    const MOST: usize = 500;
    let half = thick / 2.0;
    let along = |from: f64, length: f64| {
        let dash = dash.max(length / MOST as f64).min(length.max(thick));
        let steps = ((length / dash).ceil() as usize).clamp(1, MOST);
        (0..steps).step_by(2).map(move |step| {
            let start = from + step as f64 * dash;
            (start, dash.min(from + length - start).max(0.0))
        })
    };
    let mut sides = Vec::new();
    for top in [y - half, y + h - half] {
        sides.extend(along(x - half, w + thick).map(|(from, length)| [from, top, length, thick]));
    }
    for left in [x - half, x + w - half] {
        sides.extend(along(y + half, (h - thick).max(0.0)).map(|(from, length)| [left, from, thick, length]));
    }
    sides
}

fn labels(figure: &mut Figure, boxes: &[(Rect, &Boxed)], bounds: Rect, pens: Pens, palette: &Palette) {
    let pad = 0.3 * pens.letters;
    let written: Vec<(Rect, &Boxed, String)> = boxes
        .iter()
        .filter(|(_, boxed)| !boxed.words.is_empty())
        .take(LABELS)
        .map(|(place, boxed)| (*place, *boxed, cut(&boxed.words, pens.letters, bounds[2] - 2.0 * pad)))
        .collect();
    let wanted: Vec<Wanted> = written
        .iter()
        .map(|(of, boxed, words)| Wanted {
            of: *of,
            size: (width(words, pens.letters) + 2.0 * pad, 1.35 * pens.letters),
            must: boxed.strong,
        })
        .collect();
    for (place, (_, boxed, words)) in place(&wanted, bounds).into_iter().zip(written) {
        let Some([x, y, w, h]) = place else { continue };
        figure.marks.push(Mark::Rect([x, y, w, h], boxed.colour));
        let at = (x + pad, y + h - 0.38 * pens.letters);
        let ink = palette.readable(boxed.colour);
        figure.marks.push(Mark::text(at, pens.letters, Anchor::Start, ink, words));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_faint_edge_overlaps_nowhere() {
        let solid = sides([10.0, 20.0, 100.0, 50.0], 2.0, f64::INFINITY);
        let expected =
            [[9.0, 19.0, 102.0, 2.0], [9.0, 69.0, 102.0, 2.0], [9.0, 21.0, 2.0, 48.0], [109.0, 21.0, 2.0, 48.0]];
        assert_eq!(solid, expected);
        let dashed = sides([0.0, 0.0, 78.0, 2.0], 2.0, 8.0);
        // 80 points in dashes of 8: five, and nothing between the two level lines.
        assert_eq!(dashed.iter().filter(|[_, top, w, _]| *top == -1.0 && *w == 8.0).count(), 5);
        assert!(sides([0.0, 0.0, 1e9, 1e9], 2.0, 8.0).len() <= 1000);
    }
}
