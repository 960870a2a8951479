//! The map of vectors: points in their colours with a legend.

use crate::model::fmt;
use crate::report::chart::{MARGIN, SMALL};
use crate::report::encoded::{Encoded, Kind};
use crate::report::figure::{Anchor, Colour, Figure, Mark, cut, width};
use crate::report::palette::Palette;
use crate::report::sheet::Exhibit;
use crate::report::table::Table;

/// Dots that are drawn, at most; of more every n-th.
pub const MOST: usize = 50_000;
/// From so many dots on they are one picture and no longer a mark each.
const AS_PICTURE: usize = 3_000;
/// Side of the map.
const SIDE: f64 = 560.0;
/// Width of the legend, and its entries at most.
const LEGEND: (f64, usize) = (190.0, 30);

/// What a legend says.
#[derive(Clone, Debug, PartialEq)]
pub enum Legend {
    /// Names with colours and how many points each has.
    Categories(Vec<(String, Colour, u64)>),
    /// A scale: lowest and highest number, and colours from one to the other at even distances.
    Scale((f64, f64), Vec<Colour>),
}

/// The map.
#[derive(Clone, Debug)]
pub struct Map {
    /// Where the points lie, with their colours; those that are hidden are left out.
    pub points: Vec<([f32; 2], Colour)>,
    /// What colours say.
    pub by: String,
    /// Their legend.
    pub legend: Legend,
    /// What the map is of and how it was laid out.
    pub caption: String,
    /// Every point with what is known of it.
    pub table: Table,
}

/// The map as a drawing; `None` without points.
#[must_use]
pub fn map(map: Map, palette: &Palette) -> Option<Exhibit> {
    let step = map.points.len().div_ceil(MOST).max(1);
    let shown: Vec<([f32; 2], Colour)> = map.points.iter().copied().step_by(step).collect();
    let placed = placed(&shown)?;
    let mut figure = Figure::new(SIDE + LEGEND.0 + 3.0 * MARGIN, SIDE + 2.0 * MARGIN, palette.paper);
    let area = [MARGIN, MARGIN, SIDE, SIDE];
    let radius = match placed.len() {
        0..=500 => 3.5,
        501..=5_000 => 2.4,
        _ => 1.5,
    };
    if placed.len() > AS_PICTURE {
        let mut dots = Figure { width: SIDE, height: SIDE, marks: Vec::with_capacity(placed.len()) };
        dots.marks.extend(placed.iter().map(|(at, colour)| Mark::Disc(*at, radius, *colour)));
        let picture = dots.to_picture(2.0).ok()?;
        let picture = Encoded::of_rgba(Kind::Png, picture.width, picture.height, &picture.rgba).ok()?;
        figure.marks.push(Mark::Picture(area, picture));
    } else {
        let moved = |(x, y): (f64, f64)| (x + MARGIN, y + MARGIN);
        figure.marks.extend(placed.iter().map(|(at, colour)| Mark::Disc(moved(*at), radius, *colour)));
    }
    figure.marks.push(Mark::Frame(area, 0.5, palette.line));
    legend(&mut figure, &map, (map.points.len(), shown.len()), palette);
    Some(Exhibit {
        key: "vector-map".to_owned(),
        title: "Vector map".to_owned(),
        caption: map.caption,
        figure,
        table: Some(map.table),
    })
}

/// Points in the square of the map, upright and not stretched; those that are no numbers are left out.
fn placed(points: &[([f32; 2], Colour)]) -> Option<Vec<((f64, f64), Colour)>> {
    let known = || points.iter().filter(|(at, _)| at.iter().all(|side| side.is_finite()));
    let fold = |from: f64, of: fn(f64, f64) -> f64, side: usize| {
        known().filter_map(|(at, _)| at.get(side)).map(|value| f64::from(*value)).fold(from, of)
    };
    let low = [0, 1].map(|side| fold(f64::INFINITY, f64::min, side));
    let high = [0, 1].map(|side| fold(f64::NEG_INFINITY, f64::max, side));
    if !low[0].is_finite() || !high[0].is_finite() {
        return None;
    }
    let span = (high[0] - low[0]).max(high[1] - low[1]).max(1e-9);
    let scale = (SIDE - 2.0 * MARGIN) / span;
    let middle = [(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0];
    let place = |at: &[f32; 2]| {
        let [x, y] = [f64::from(at[0]) - middle[0], f64::from(at[1]) - middle[1]];
        // Upwards, as on the screen.
        (SIDE / 2.0 + x * scale, SIDE / 2.0 - y * scale)
    };
    Some(known().map(|(at, colour)| (place(at), *colour)).collect())
}

fn legend(figure: &mut Figure, map: &Map, (all, drawn): (usize, usize), palette: &Palette) {
    let left = SIDE + 2.0 * MARGIN;
    let mut y = MARGIN + SMALL;
    let mut line = |figure: &mut Figure, words: &str, colour: Colour, indent: f64| {
        let words = cut(words, SMALL, LEGEND.0 - indent);
        figure.marks.push(Mark::text((left + indent, y), SMALL, Anchor::Start, colour, words));
        y += SMALL + 7.0;
        y
    };
    line(figure, &map.by, palette.muted, 0.0);
    match &map.legend {
        Legend::Categories(categories) => {
            let used: Vec<&(String, Colour, u64)> = categories.iter().filter(|(_, _, count)| *count > 0).collect();
            for (name, colour, count) in used.iter().take(LEGEND.1) {
                let number = fmt::count(*count);
                let room = LEGEND.0 - 16.0 - width(&number, SMALL) - 8.0;
                let after = line(figure, &cut(name, SMALL, room), palette.ink, 16.0);
                let at = after - SMALL - 7.0;
                figure.marks.push(Mark::Disc((left + 5.0, at - 0.35 * SMALL), 4.5, *colour));
                let end = (left + LEGEND.0, at);
                figure.marks.push(Mark::text(end, SMALL, Anchor::End, palette.muted, number));
            }
            if used.len() > LEGEND.1 {
                line(figure, &format!("and {} more", used.len() - LEGEND.1), palette.muted, 16.0);
            }
        }
        Legend::Scale((low, high), colours) => {
            let step = LEGEND.0 / colours.len().max(1) as f64;
            let top = MARGIN + SMALL + 8.0;
            for (at, colour) in colours.iter().enumerate() {
                figure.marks.push(Mark::Rect([left + at as f64 * step, top, step + 0.3, 12.0], *colour));
            }
            let below = top + 14.0 + SMALL;
            for (x, anchor, value) in [(left, Anchor::Start, low), (left + LEGEND.0, Anchor::End, high)] {
                figure.marks.push(Mark::text((x, below), SMALL, anchor, palette.muted, fmt::rate(Some(*value))));
            }
        }
    }
    let words = if drawn < all {
        format!("{} of {} points", fmt::count(drawn as u64), fmt::count(all as u64))
    } else {
        fmt::counted(all as u64, "point", "points")
    };
    let at = (left, MARGIN + SIDE);
    figure.marks.push(Mark::text(at, SMALL, Anchor::Start, palette.muted, words));
}
