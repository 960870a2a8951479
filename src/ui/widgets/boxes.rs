//! Boxes over pictures: solid, dashed or dotted, with a halo that keeps them visible on any picture, and hatching.
//!
//! Knows rectangles on the screen. Does not know what they stand for. All boxes of a view become one mesh of rectangles
//! that sit on whole pixels, so that a gallery full of them costs little and every line is crisp.

use egui::{Color32, Mesh, Painter, Rangef, Rect, Shape, Stroke, pos2, vec2};

use crate::metrics::OutcomeKind;

/// How the edge of a box is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Ground truth.
    Solid,
    /// A prediction.
    Dashed,
    /// Something that does not count.
    Dotted,
}

impl Line {
    /// Length of a dash and of the gap after it, as multiples of the line's width.
    const fn rhythm(self) -> Option<(f32, f32)> {
        match self {
            Self::Solid => None,
            Self::Dashed => Some((3.5, 2.5)),
            Self::Dotted => Some((1.0, 2.0)),
        }
    }
}

/// The look of one box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// How its edge is drawn.
    pub line: Line,
    /// Colour of the edge.
    pub color: Color32,
    /// Width of the edge in points.
    pub width: f32,
    /// Colour around and under the edge; transparent for none.
    pub halo: Color32,
}

/// Lengths and colour of the dashes of a line.
#[derive(Clone, Copy)]
struct Pen {
    dash: f32,
    gap: f32,
    grow: f32,
    color: Color32,
}

/// Collects boxes and draws them at once.
#[derive(Debug)]
pub struct Boxes {
    mesh: Mesh,
    clip: Rect,
    pixels_per_point: f32,
}

impl Boxes {
    /// For boxes that are cut at `clip`.
    #[must_use]
    pub fn new(painter: &Painter, clip: Rect) -> Self {
        let clip = clip.intersect(painter.clip_rect());
        Self { mesh: Mesh::default(), clip, pixels_per_point: painter.pixels_per_point() }
    }

    /// From here on boxes are cut at another rectangle.
    pub fn clip_to(&mut self, painter: &Painter, clip: Rect) {
        self.clip = clip.intersect(painter.clip_rect());
    }

    /// Draws everything collected so far.
    pub fn paint(self, painter: &Painter) {
        if !self.mesh.is_empty() {
            painter.add(Shape::mesh(self.mesh));
        }
    }

    /// Adds the edge of a box, the line centred on it.
    pub fn edge(&mut self, rect: Rect, look: Look) {
        let around = look.width + self.halo_width() * 2.0;
        if !self.clip.expand(around).intersects(rect) {
            return;
        }
        let (halo, rhythm) = (self.halo_width(), look.line.rhythm());
        if look.halo != Color32::TRANSPARENT {
            // Each dash has its own halo: what lies under the gaps stays visible.
            match rhythm {
                None => self.sides(rect, around, look.halo, None, 0.0),
                Some(_) => self.sides(rect, look.width, look.halo, rhythm, halo),
            }
        }
        self.sides(rect, look.width, look.color, rhythm, 0.0);
    }

    /// Adds a ring around a box, `gap` points outside of its edge.
    pub fn ring(&mut self, rect: Rect, gap: f32, width: f32, color: Color32) {
        self.sides(rect.expand(gap + width / 2.0), width, color, None, 0.0);
    }

    /// Adds a filled rectangle.
    pub fn fill(&mut self, rect: Rect, color: Color32) {
        let rect = rect.intersect(self.clip);
        if rect.is_positive() {
            self.mesh.add_colored_rect(rect, color);
        }
    }

    /// Adds the small mark of an outcome in its pattern: filled, hatched, outlined or dotted.
    pub fn mark(&mut self, rect: Rect, kind: OutcomeKind, color: Color32) {
        const STEPS: u16 = 4;
        let rect = self.snapped(rect);
        let step = rect.size() / f32::from(STEPS);
        let (share, drawn): (f32, fn(u16, u16) -> bool) = match kind {
            OutcomeKind::Correct => return self.fill(rect, color),
            OutcomeKind::Missed => return self.sides(rect.shrink(0.75), 1.5, color, None, 0.0),
            OutcomeKind::Misclassified => (1.0, |x, y| (x + y) % 2 == 1),
            OutcomeKind::FalsePositive => (1.25, |x, y| x % 2 == 0 && y % 2 == 0),
        };
        for (x, y) in (0..STEPS * STEPS).map(|i| (i % STEPS, i / STEPS)).filter(|&(x, y)| drawn(x, y)) {
            let at = rect.min + vec2(f32::from(x) * step.x, f32::from(y) * step.y);
            self.fill(Rect::from_min_size(at, step * share), color);
        }
    }

    fn halo_width(&self) -> f32 {
        1.0_f32.max(1.0 / self.pixels_per_point)
    }

    /// Adds the four sides; every dash is `grow` points larger than it is.
    fn sides(&mut self, rect: Rect, width: f32, color: Color32, rhythm: Option<(f32, f32)>, grow: f32) {
        let outer = self.snapped(rect.expand(width / 2.0));
        let width = self.whole(width);
        if rhythm.is_none() && (outer.width() <= 2.0 * width || outer.height() <= 2.0 * width) {
            self.fill(outer, color);
            return;
        }
        let (dash, gap) = rhythm.map_or((f32::INFINITY, 0.0), |(d, g)| (d * width, g * width));
        let pen = Pen { dash, gap, grow, color };
        let clip = self.clip.expand(grow);
        for (top, bottom) in [(outer.top(), outer.top() + width), (outer.bottom() - width, outer.bottom())] {
            self.dashes(outer.x_range(), clip.x_range(), pen, |along| {
                Rect::from_min_max(pos2(along.min, top), pos2(along.max, bottom))
            });
        }
        // The corners belong to the upper and lower side.
        let inner = Rangef::new(outer.top() + width, outer.bottom() - width);
        let along = if rhythm.is_some() { outer.y_range() } else { inner };
        for (left, right) in [(outer.left(), outer.left() + width), (outer.right() - width, outer.right())] {
            self.dashes(along, clip.y_range(), pen, |along| {
                Rect::from_min_max(pos2(left, along.min.max(inner.min)), pos2(right, along.max.min(inner.max)))
            });
        }
    }

    /// Dashes along a line that begins and ends with a whole one; only those in sight.
    fn dashes(&mut self, along: Rangef, sight: Rangef, pen: Pen, rect: impl Fn(Rangef) -> Rect) {
        let room = along.span() - pen.dash;
        let steps = (room / (pen.dash + pen.gap)).round();
        if !steps.is_finite() || steps < 1.0 {
            self.fill(rect(along).expand(pen.grow), pen.color);
            return;
        }
        let period = room / steps;
        let first = ((sight.min - along.min - pen.dash) / period).ceil().clamp(0.0, steps);
        let last = ((sight.max - along.min) / period).floor().clamp(0.0, steps);
        let mut step = first;
        while step <= last {
            let from = along.min + step * period;
            self.fill(rect(Rangef::new(from, from + pen.dash)).expand(pen.grow), pen.color);
            step += 1.0;
        }
    }

    fn snapped(&self, rect: Rect) -> Rect {
        let round = |v: f32| (v * self.pixels_per_point).round() / self.pixels_per_point;
        Rect::from_min_max(pos2(round(rect.left()), round(rect.top())), pos2(round(rect.right()), round(rect.bottom())))
    }

    fn whole(&self, width: f32) -> f32 {
        (width * self.pixels_per_point).round().max(1.0) / self.pixels_per_point
    }
}

/// Diagonal lines inside a rectangle, `pitch` points apart.
pub fn hatch(painter: &Painter, rect: Rect, pitch: f32, stroke: Stroke) {
    let visible = rect.intersect(painter.clip_rect());
    if !visible.is_positive() {
        return;
    }
    let painter = painter.with_clip_rect(visible);
    // Lines keep to a grid of the rectangle's own corner, so that they stand still while it is cut at an edge.
    let height = visible.height();
    let along = visible.left() - rect.left() + (rect.bottom() - visible.bottom());
    let mut x = visible.left() - height - (along - height).rem_euclid(pitch);
    while x < visible.right() {
        let from = pos2(x, visible.bottom());
        painter.line_segment([from, from + vec2(height, -height)], stroke);
        x += pitch;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxes(clip: Rect) -> Boxes {
        Boxes { mesh: Mesh::default(), clip, pixels_per_point: 1.0 }
    }

    fn rect(x: f32, y: f32, w: f32, h: f32) -> Rect {
        Rect::from_min_size(pos2(x, y), vec2(w, h))
    }

    fn look(line: Line) -> Look {
        Look { line, color: Color32::WHITE, width: 2.0, halo: Color32::TRANSPARENT }
    }

    #[test]
    fn a_solid_box_is_four_rectangles_on_whole_pixels() {
        let mut boxes = boxes(rect(0.0, 0.0, 500.0, 500.0));
        boxes.edge(rect(10.3, 20.2, 100.0, 50.0), look(Line::Solid));
        assert_eq!(boxes.mesh.vertices.len(), 16);
        assert!(boxes.mesh.vertices.iter().all(|v| v.pos.x.fract() == 0.0 && v.pos.y.fract() == 0.0));
        assert_eq!(boxes.mesh.calc_bounds(), rect(9.0, 19.0, 102.0, 52.0));
    }

    #[test]
    fn a_huge_dashed_box_costs_what_is_visible_of_it() {
        let clip = rect(0.0, 0.0, 400.0, 300.0);
        let mut boxes = boxes(clip);
        boxes.edge(rect(50.0, 60.0, 1e6, 1e6), look(Line::Dashed));
        // Two sides cross the view: at most (350 + 240) / (3.5 + 2.5) / 2 dashes, 4 corners each.
        assert!(boxes.mesh.vertices.len() < 4 * 60, "{}", boxes.mesh.vertices.len());
        assert!(clip.contains_rect(boxes.mesh.calc_bounds()));
    }

    #[test]
    fn what_lies_outside_is_left_out() {
        let mut boxes = boxes(rect(0.0, 0.0, 100.0, 100.0));
        boxes.edge(rect(200.0, 10.0, 50.0, 50.0), look(Line::Dotted));
        boxes.edge(rect(-50.0, -50.0, 1000.0, 1000.0), look(Line::Solid));
        assert!(boxes.mesh.is_empty());
    }

    #[test]
    fn a_box_smaller_than_its_line_is_a_dot() {
        let mut boxes = boxes(rect(0.0, 0.0, 100.0, 100.0));
        boxes.edge(rect(10.0, 10.0, 0.0, 0.0), look(Line::Solid));
        assert_eq!(boxes.mesh.vertices.len(), 4);
    }
}
