//! Where the labels of boxes go on the screen: as on paper, in the window's rectangles.

use egui::{Rect, Vec2, pos2, vec2};

use crate::report::figures::items::places;

/// A label that wants a place.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The box that it belongs to.
    pub of: Rect,
    /// Its size.
    pub size: Vec2,
    /// It is shown even where it covers something.
    pub must: bool,
}

/// Finds a place for each label, the first ones first; `None` where there is none. No place leaves `bounds`.
pub fn place(wanted: &[Wanted], bounds: Rect) -> Vec<Option<Rect>> {
    let on_paper = |want: &Wanted| places::Wanted {
        of: plain(want.of),
        size: (f64::from(want.size.x), f64::from(want.size.y)),
        must: want.must,
    };
    let wanted: Vec<places::Wanted> = wanted.iter().map(on_paper).collect();
    let on_screen = |[x, y, w, h]: [f64; 4]| {
        let [x, y, w, h] = [x, y, w, h].map(|length| length as f32);
        Rect::from_min_size(pos2(x, y), vec2(w, h))
    };
    places::place(&wanted, plain(bounds)).into_iter().map(|place| place.map(on_screen)).collect()
}

fn plain(rect: Rect) -> [f64; 4] {
    [rect.left(), rect.top(), rect.width(), rect.height()].map(f64::from)
}
