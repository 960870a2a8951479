//! How an outcome is told besides its colour: solid, hatched, outlined, dotted.

use crate::metrics::OutcomeKind;
use crate::report::figure::{Mark, Rect};
use crate::report::palette::Palette;

/// Distance of hatch lines and of dots.
const PITCH: f64 = 4.0;
/// Radius of a dot.
const DOT: f64 = 0.9;

/// Fills a rectangle in the colour and pattern of an outcome; nothing leaves the rectangle.
pub(super) fn fill(marks: &mut Vec<Mark>, rect: Rect, kind: OutcomeKind, palette: &Palette) {
    let colour = palette.outcome(kind);
    let ground = |share| Mark::Rect(rect, Palette::mixed(palette.paper, colour, share));
    match kind {
        OutcomeKind::Correct => marks.push(Mark::Rect(rect, colour)),
        OutcomeKind::Misclassified => {
            marks.push(ground(0.35));
            marks.extend(hatch(rect).map(|line| Mark::Line(line, 1.0, colour)));
        }
        OutcomeKind::Missed => {
            marks.push(ground(0.12));
            let [x, y, w, h] = rect;
            let edge = 1.0_f64.min(w / 2.0);
            marks.push(Mark::Frame([x + edge / 2.0, y + edge / 2.0, w - edge, h - edge], edge, colour));
        }
        OutcomeKind::FalsePositive => {
            marks.push(ground(0.3));
            marks.extend(dots(rect).map(|at| Mark::Disc(at, DOT, colour)));
        }
    }
}

/// Lines that rise to the right, cut at the edges.
fn hatch([x, y, w, h]: Rect) -> impl Iterator<Item = Vec<(f64, f64)>> {
    let (right, bottom) = (x + w, y + h);
    let lines = ((w + h) / PITCH).floor().max(0.0) as usize;
    (1..=lines).map(move |n| {
        // Where the line would meet the bottom.
        let foot = x - h + n as f64 * PITCH;
        let (from, to) = (foot.max(x), (foot + h).min(right));
        vec![(from, bottom - (from - foot)), (to, bottom - (to - foot))]
    })
}

/// Dots that lie wholly inside.
fn dots([x, y, w, h]: Rect) -> impl Iterator<Item = (f64, f64)> {
    let along = |size: f64| (((size - 2.0 * DOT) / PITCH).floor() + 1.0).max(0.0) as usize;
    let (across, down) = (along(w), along(h));
    // In the middle of what they leave free.
    let start = |from: f64, size: f64, n: usize| from + (size - n.saturating_sub(1) as f64 * PITCH) / 2.0;
    let (left, top) = (start(x, w, across), start(y, h, down));
    (0..down)
        .flat_map(move |row| (0..across).map(move |column| (left + column as f64 * PITCH, top + row as f64 * PITCH)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_bar() {
        for (w, h) in [(100.0, 11.0), (2.0, 11.0), (0.5, 11.0), (7.3, 5.0)] {
            let rect = [10.0, 20.0, w, h];
            let inside = |(x, y): (f64, f64), by: f64| {
                x - by >= 10.0 - 1e-9 && x + by <= 10.0 + w + 1e-9 && y - by >= 20.0 - 1e-9 && y + by <= 20.0 + h + 1e-9
            };
            for line in hatch(rect) {
                assert!(line.iter().all(|point| inside(*point, 0.0)), "{line:?} leaves {rect:?}");
            }
            assert!(dots(rect).all(|dot| inside(dot, DOT)), "a dot leaves {rect:?}");
        }
        assert_eq!(dots([0.0, 0.0, 10.0, 10.0]).count(), 9);
        assert_eq!(hatch([0.0, 0.0, 8.0, 8.0]).count(), 4);
    }
}
