//! Where the labels of boxes go: inside the picture, on no other label, on no small box. Rectangles only.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

/// Boxes of fewer points are too small to be covered by the label of another.
const SMALL: f32 = 40.0 * 40.0;
/// Space between a box and its label.
const GAP: f32 = 2.0;

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
    let small: Vec<Rect> = wanted.iter().map(|w| w.of).filter(|r| r.area() < SMALL).collect();
    let mut placed: Vec<Rect> = Vec::with_capacity(wanted.len());
    let mut places = Vec::with_capacity(wanted.len());
    for want in wanted {
        let visible = want.of.intersect(bounds);
        if !want.of.intersects(bounds) || want.size.x > bounds.width() || want.size.y > bounds.height() {
            places.push(None);
            continue;
        }
        let free = |place: &Rect| {
            let clear = |other: &Rect| !place.intersects(*other);
            bounds.contains_rect(*place) && placed.iter().all(clear) && small.iter().all(|b| *b == want.of || clear(b))
        };
        let mut candidates = corners(visible, want.size).into_iter().map(|at| Rect::from_min_size(at, want.size));
        let found = candidates.find(free).or_else(|| want.must.then(|| into(bounds, visible, want.size)));
        placed.extend(found);
        places.push(found);
    }
    places
}

/// Places around a box, the best first: above, below, inside where there is room, beside.
fn corners(of: Rect, size: Vec2) -> Vec<Pos2> {
    let (above, below) = (of.top() - size.y - GAP, of.bottom() + GAP);
    let (left, right) = (of.left(), of.right() - size.x);
    let mut places = vec![pos2(left, above), pos2(right, above), pos2(left, below), pos2(right, below)];
    if of.width() > size.x + 4.0 * GAP && of.height() > 2.5 * size.y {
        places.insert(2, of.min + Vec2::splat(GAP + 1.0));
        places.push(pos2(left + GAP + 1.0, of.bottom() - size.y - GAP - 1.0));
    }
    places.extend([pos2(of.right() + GAP, of.top()), pos2(of.left() - size.x - GAP, of.top())]);
    places
}

/// Above the box, moved into the bounds.
fn into(bounds: Rect, of: Rect, size: Vec2) -> Rect {
    let at = pos2(of.left(), of.top() - size.y - GAP);
    let last = bounds.max - size;
    let at = vec2(at.x.min(last.x).max(bounds.left()), at.y.min(last.y).max(bounds.top()));
    Rect::from_min_size(at.to_pos2(), size)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Rect = Rect { min: Pos2::ZERO, max: pos2(400.0, 300.0) };
    const SIZE: Vec2 = vec2(60.0, 14.0);

    fn wanted(x: f32, y: f32, w: f32, h: f32) -> Wanted {
        Wanted { of: Rect::from_min_size(pos2(x, y), vec2(w, h)), size: SIZE, must: false }
    }

    #[test]
    fn a_label_stands_above_its_box() {
        let places = place(&[wanted(100.0, 100.0, 80.0, 60.0)], BOUNDS);
        assert_eq!(places, [Some(Rect::from_min_size(pos2(100.0, 84.0), SIZE))]);
    }

    #[test]
    fn at_the_upper_edge_it_stands_inside_or_below() {
        let places = place(&[wanted(100.0, 4.0, 80.0, 60.0), wanted(300.0, 4.0, 30.0, 30.0)], BOUNDS);
        assert_eq!(places[0], Some(Rect::from_min_size(pos2(103.0, 7.0), SIZE)));
        assert_eq!(places[1], Some(Rect::from_min_size(pos2(300.0, 36.0), SIZE)));
    }

    #[test]
    fn labels_cover_neither_each_other_nor_small_boxes() {
        let boxes =
            [wanted(100.0, 100.0, 80.0, 60.0), wanted(102.0, 101.0, 80.0, 60.0), wanted(110.0, 80.0, 12.0, 12.0)];
        let places: Vec<Rect> = place(&boxes, BOUNDS).into_iter().flatten().collect();
        assert_eq!(places.len(), 3);
        for (i, a) in places.iter().enumerate() {
            assert!(BOUNDS.contains_rect(*a));
            assert!(places.iter().skip(i + 1).all(|b| !a.intersects(*b)), "{places:?}");
        }
        assert!(!places[0].intersects(boxes[2].of) && !places[1].intersects(boxes[2].of));
    }

    #[test]
    fn where_there_is_no_room_only_what_must_be_is_shown() {
        let tight = Rect::from_min_size(Pos2::ZERO, vec2(70.0, 20.0));
        let whole = Wanted { of: tight, size: SIZE, must: false };
        assert_eq!(place(&[whole], tight), [None]);
        let placed = place(&[Wanted { must: true, ..whole }], tight);
        assert!(placed[0].is_some_and(|r| tight.contains_rect(r)));
        let outside = Wanted { of: tight.translate(vec2(500.0, 0.0)), must: true, ..whole };
        assert_eq!(place(&[outside], tight), [None]);
    }
}
