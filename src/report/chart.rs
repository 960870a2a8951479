//! What all charts on paper share: a plot with axes, grid, lines and labels.

use crate::model::fmt;

use super::figure::{Anchor, Colour, Figure, Mark, cut, width};
use super::palette::Palette;

/// Sizes of the letters of figures, in points: names of things, and all else.
pub const SIZE: f64 = 12.0;
/// Of axis numbers and notes.
pub const SMALL: f64 = 10.5;
/// Around everything.
pub const MARGIN: f64 = 16.0;
/// Width of a figure that fills a line.
pub const WIDTH: f64 = 720.0;

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it measures, with the unit.
    pub label: String,
    /// Its lower end.
    pub from: f64,
    /// Its upper end.
    pub to: f64,
    /// Numbers beside it, with where they stand.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// An axis over 0…1 with a number at every fifth.
    #[must_use]
    pub fn unit(label: &str) -> Self {
        let ticks = (0..=5).map(|fifth| f64::from(fifth) / 5.0).map(|at| (at, format!("{at:.1}"))).collect();
        Self { label: label.to_owned(), from: 0.0, to: 1.0, ticks }
    }

    /// An axis from one number to another with round numbers beside it, at most `most` of them.
    #[must_use]
    pub fn over(label: &str, from: f64, to: f64, most: usize) -> Self {
        let to = if to > from { to } else { from + 1.0 };
        let raw = (to - from) / most.max(1) as f64;
        let power = 10_f64.powf(raw.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * power).find(|step| *step >= raw).unwrap_or(raw);
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let first = (from / step).ceil() as i64;
        let last = (to / step + 1e-9).floor() as i64;
        let ticks = (first..=last).take(4 * most.max(1)).map(|n| n as f64 * step);
        let words = |at: f64| {
            if decimals == 0 && at >= 0.0 { fmt::count(at.round() as u64) } else { format!("{at:.decimals$}") }
        };
        let ticks = ticks.map(|at| (at, words(at))).collect();
        Self { label: label.to_owned(), from, to, ticks }
    }

    /// Where a value lies, as a share of the axis; outside of it its end.
    fn share(&self, value: f64) -> f64 {
        ((value - self.from) / (self.to - self.from).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)
    }
}

/// A plot under construction.
#[derive(Clone, Debug)]
pub struct Plot {
    /// What was drawn until now.
    pub figure: Figure,
    /// The colours.
    pub palette: Palette,
    /// Left, top, width and height of the plot inside its axes.
    pub area: [f64; 4],
    x: Axis,
    y: Axis,
    /// Labels at the right end of lines, to be spread before they are drawn: height, colour, words.
    labels: Vec<(f64, Colour, String)>,
}

impl Plot {
    /// An empty plot of this outer size, with room for labels of lines at its right side (0 for none).
    #[must_use]
    pub fn new((width_all, height_all): (f64, f64), x: Axis, y: Axis, labels: f64, palette: Palette) -> Self {
        let numbers = y.ticks.iter().map(|(_, text)| width(text, SMALL)).fold(0.0, f64::max);
        let left = MARGIN + SMALL + 8.0 + numbers + 6.0;
        let bottom = MARGIN + 2.0 * SMALL + 16.0;
        let area = [left, MARGIN, width_all - left - MARGIN - labels, height_all - MARGIN - bottom];
        let mut plot =
            Self { figure: Figure::new(width_all, height_all, palette.paper), palette, area, x, y, labels: Vec::new() };
        plot.axes();
        plot
    }

    fn axes(&mut self) {
        let [left, top, w, h] = self.area;
        let (line, muted) = (self.palette.line, self.palette.muted);
        for (value, text) in self.y.ticks.clone() {
            let y = self.y_of(value);
            self.figure.marks.push(Mark::Rect([left, y - 0.25, w, 0.5], line));
            self.figure.marks.push(Mark::text((left - 6.0, y + 0.35 * SMALL), SMALL, Anchor::End, muted, text));
        }
        for (value, text) in self.x.ticks.clone() {
            let x = self.x_of(value);
            self.figure.marks.push(Mark::Rect([x - 0.25, top, 0.5, h], line));
            let at = (x, top + h + SMALL + 6.0);
            self.figure.marks.push(Mark::text(at, SMALL, Anchor::Middle, muted, text));
        }
        let under = (left + w / 2.0, top + h + 2.0 * SMALL + 16.0);
        self.figure.marks.push(Mark::text(under, SMALL, Anchor::Middle, muted, self.x.label.clone()));
        let beside = (MARGIN + SMALL, top + h / 2.0);
        self.figure.marks.push(Mark::upwards(beside, SMALL, Anchor::Middle, muted, self.y.label.clone()));
    }

    /// Where a value of the level axis lies.
    #[must_use]
    pub fn x_of(&self, value: f64) -> f64 {
        self.area[0] + self.area[2] * self.x.share(value)
    }

    /// Where a value of the upright axis lies.
    #[must_use]
    pub fn y_of(&self, value: f64) -> f64 {
        self.area[1] + self.area[3] * (1.0 - self.y.share(value))
    }

    /// A line through points of both axes, thinned to what can be seen; `label` is written at its right end where it is not empty.
    pub fn line(&mut self, points: &[(f64, f64)], thick: f64, colour: Colour, label: &str) {
        let drawn: Vec<(f64, f64)> = points.iter().map(|(x, y)| (self.x_of(*x), self.y_of(*y))).collect();
        let drawn = thinned(&drawn);
        if let Some((_, y)) = drawn.last()
            && !label.is_empty()
        {
            self.labels.push((*y, colour, label.to_owned()));
        }
        self.figure.marks.push(Mark::Line(drawn, thick, colour));
    }

    /// A dashed line through points of both axes.
    pub fn dashed(&mut self, points: &[(f64, f64)], thick: f64, colour: Colour) {
        let drawn: Vec<(f64, f64)> = points.iter().map(|(x, y)| (self.x_of(*x), self.y_of(*y))).collect();
        self.figure.marks.push(Mark::Dashed(thinned(&drawn), thick, colour));
    }

    /// An upright line at a value, with words at its top.
    pub fn upright(&mut self, value: f64, colour: Colour, words: &str) {
        let (x, [left, top, w, h]) = (self.x_of(value), self.area);
        self.figure.marks.push(Mark::Line(vec![(x, top), (x, top + h)], 1.5, colour));
        let (at, anchor) = if x > left + w / 2.0 { (x - 5.0, Anchor::End) } else { (x + 5.0, Anchor::Start) };
        self.figure.marks.push(Mark::text((at, top + SMALL), SMALL, anchor, colour, words));
    }

    /// A point with a ring of paper around it.
    pub fn dot(&mut self, (x, y): (f64, f64), colour: Colour) {
        let at = (self.x_of(x), self.y_of(y));
        self.figure.marks.push(Mark::Disc(at, 5.0, self.palette.paper));
        self.figure.marks.push(Mark::Disc(at, 3.5, colour));
    }

    /// Words beside a point of the plot that stay readable over lines.
    pub fn words(&mut self, (x, y): (f64, f64), anchor: Anchor, colour: Colour, words: &str) {
        self.figure.marks.extend(on_paper((x, y), SMALL, anchor, colour, self.palette.paper, words));
    }

    /// A bar between two values of the level axis, as high as a value of the upright one.
    pub fn bar(&mut self, (from, to): (f64, f64), value: f64, colour: Colour) {
        let (left, right, top) = (self.x_of(from), self.x_of(to), self.y_of(value));
        let bottom = self.area[1] + self.area[3];
        let rect = [left + 0.5, top, (right - left - 1.0).max(0.5), bottom - top];
        self.figure.marks.push(Mark::Rect(rect, colour));
    }

    /// The finished figure: labels of lines are moved apart so that none covers another.
    #[must_use]
    pub fn finish(mut self) -> Figure {
        let [left, top, w, h] = self.area;
        let room = self.figure.width - (left + w) - 8.0 - MARGIN / 2.0;
        self.labels.sort_by(|a, b| a.0.total_cmp(&b.0));
        let step = SMALL + 3.0;
        let mut heights: Vec<f64> = self.labels.iter().map(|(y, ..)| *y).collect();
        spread(&mut heights, step, (top, top + h));
        for ((_, colour, words), y) in self.labels.iter().zip(heights) {
            let words = cut(words, SMALL, room);
            let at = (left + w + 8.0, y + 0.35 * SMALL);
            self.figure.marks.push(Mark::text(at, SMALL, Anchor::Start, *colour, words));
        }
        self.figure
    }
}

/// A text in lines that are at most so wide, broken between words, and within words that are too wide.
pub(super) fn wrapped(text: &str, size: f64, most: f64) -> Vec<String> {
    let (mut lines, mut line): (Vec<String>, String) = (Vec::new(), String::new());
    let mut used = 0.0;
    for word in text.split_whitespace() {
        let gap = if line.is_empty() { 0.0 } else { width(" ", size) };
        let wide = width(word, size);
        if used + gap + wide <= most {
            if gap > 0.0 {
                line.push(' ');
            }
            line.push_str(word);
            used += gap + wide;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        used = 0.0;
        for letter in word.chars() {
            let wide = width(letter.encode_utf8(&mut [0; 4]), size);
            if used + wide > most && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            line.push(letter);
            used += wide;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Words on a ground of their own, so that they stay readable over lines; `y` is their middle.
pub(super) fn on_paper(
    (x, y): (f64, f64),
    size: f64,
    anchor: Anchor,
    colour: Colour,
    paper: Colour,
    words: &str,
) -> [Mark; 2] {
    let wide = width(words, size);
    let left = match anchor {
        Anchor::Start => x,
        Anchor::Middle => x - wide / 2.0,
        Anchor::End => x - wide,
    };
    let ground = [(left - 2.0, y - 0.6 * size), (left + wide + 2.0, y + 0.6 * size)];
    let [(x0, y0), (x1, y1)] = ground;
    [
        Mark::Area(vec![(x0, y0), (x1, y0), (x1, y1), (x0, y1)], paper, 0.85),
        Mark::text((x, y + 0.35 * size), size, anchor, colour, words),
    ]
}

/// Moves heights, which rise, apart to at least `step`, within the ends as far as there is room.
pub(super) fn spread(heights: &mut [f64], step: f64, (top, bottom): (f64, f64)) {
    let mut least = top;
    for y in heights.iter_mut() {
        *y = y.max(least);
        least = *y + step;
    }
    let mut most = bottom;
    for y in heights.iter_mut().rev() {
        *y = y.min(most);
        most = *y - step;
    }
}

/// Points of a line without those that lie on it or within a quarter of a point of the one before: what is left looks the same.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    /// Points this close to each other look like one.
    const NEAR: f64 = 0.25;
    let Some((&last, rest)) = points.split_last() else { return Vec::new() };
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for &point in rest {
        let far = kept.last().is_none_or(|(x, y)| (point.0 - x).abs() >= NEAR || (point.1 - y).abs() >= NEAR);
        if far {
            kept.push(point);
        }
    }
    kept.push(last);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_have_round_numbers() {
        let texts = |axis: Axis| axis.ticks.into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(texts(Axis::over("n", 0.0, 87.0, 5)), ["0", "20", "40", "60", "80"]);
        assert_eq!(texts(Axis::over("n", 0.0, 120_000.0, 3)), ["0", "50,000", "100,000"]);
        assert_eq!(texts(Axis::over("n", 0.0, 0.35, 4)), ["0.0", "0.1", "0.2", "0.3"]);
        assert_eq!(texts(Axis::unit("rate")), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert!(Axis::over("n", 3.0, 3.0, 5).ticks.len() > 1);
    }

    #[test]
    fn labels_keep_their_distance() {
        let mut heights = vec![10.0, 11.0, 12.0, 99.0];
        spread(&mut heights, 5.0, (0.0, 100.0));
        assert_eq!(heights, [10.0, 15.0, 20.0, 99.0]);
        let mut low = vec![98.0, 99.0, 100.0];
        spread(&mut low, 5.0, (0.0, 100.0));
        assert_eq!(low, [90.0, 95.0, 100.0]);
    }

    #[test]
    fn thin_lines_keep_their_ends_and_spikes() {
        let mut points: Vec<(f64, f64)> = (0..10_000).map(|i| (f64::from(i) * 0.01, 5.0)).collect();
        points[5_000].1 = 80.0;
        let thin = thinned(&points);
        assert!(thin.len() < 500, "{}", thin.len());
        assert_eq!((thin[0], thin[thin.len() - 1]), (points[0], points[9_999]));
        assert!(thin.iter().any(|p| p.1 == 80.0));
    }
}
