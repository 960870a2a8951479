//! Where the labels of boxes go: inside the picture, on no other label, on no small box. Rectangles only.

use crate::report::figure::Rect;

/// Boxes of fewer points are too small to be covered by the label of another.
const SMALL: f64 = 40.0 * 40.0;
/// Space between a box and its label.
const GAP: f64 = 2.0;

/// A label that wants a place.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The box that it belongs to.
    pub of: Rect,
    /// Its width and height.
    pub size: (f64, f64),
    /// It is shown even where it covers something.
    pub must: bool,
}

/// Finds a place for each label, the first ones first; `None` where there is none. No place leaves `bounds`.
#[must_use]
pub fn place(wanted: &[Wanted], bounds: Rect) -> Vec<Option<Rect>> {
    let small: Vec<Rect> = wanted.iter().map(|w| w.of).filter(|[_, _, w, h]| w * h < SMALL).collect();
    let mut placed: Vec<Rect> = Vec::with_capacity(wanted.len());
    let mut places = Vec::with_capacity(wanted.len());
    for want in wanted {
        let (width, height) = want.size;
        if !meets(want.of, bounds) || width > bounds[2] || height > bounds[3] {
            places.push(None);
            continue;
        }
        let visible = common(want.of, bounds);
        let free = |place: &Rect| {
            let clear = |other: &Rect| !meets(*place, *other);
            within(*place, bounds) && placed.iter().all(clear) && small.iter().all(|b| *b == want.of || clear(b))
        };
        let mut candidates = corners(visible, want.size).into_iter().map(|(x, y)| [x, y, width, height]);
        let found = candidates.find(free).or_else(|| want.must.then(|| into(bounds, visible, want.size)));
        placed.extend(found);
        places.push(found);
    }
    places
}

/// True where two rectangles touch or overlap.
fn meets([x, y, w, h]: Rect, [left, top, width, height]: Rect) -> bool {
    x <= left + width && left <= x + w && y <= top + height && top <= y + h
}

fn within([x, y, w, h]: Rect, [left, top, width, height]: Rect) -> bool {
    x >= left && y >= top && x + w <= left + width && y + h <= top + height
}

fn common([x, y, w, h]: Rect, [left, top, width, height]: Rect) -> Rect {
    let (x0, y0) = (x.max(left), y.max(top));
    [x0, y0, (x + w).min(left + width) - x0, (y + h).min(top + height) - y0]
}

/// Places around a box, the best first: above, below, inside where there is room, beside.
fn corners([x, y, w, h]: Rect, (width, height): (f64, f64)) -> Vec<(f64, f64)> {
    let (above, below) = (y - height - GAP, y + h + GAP);
    let (left, right) = (x, x + w - width);
    let mut places = vec![(left, above), (right, above), (left, below), (right, below)];
    if w > width + 4.0 * GAP && h > 2.5 * height {
        places.insert(2, (x + GAP + 1.0, y + GAP + 1.0));
        places.push((left + GAP + 1.0, y + h - height - GAP - 1.0));
    }
    places.extend([(x + w + GAP, y), (x - width - GAP, y)]);
    places
}

/// Above the box, moved into the bounds.
fn into([left, top, w, h]: Rect, of: Rect, (width, height): (f64, f64)) -> Rect {
    let (x, y) = (of[0], of[1] - height - GAP);
    [x.min(left + w - width).max(left), y.min(top + h - height).max(top), width, height]
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Rect = [0.0, 0.0, 400.0, 300.0];
    const SIZE: (f64, f64) = (60.0, 14.0);

    fn wanted(of: Rect) -> Wanted {
        Wanted { of, size: SIZE, must: false }
    }

    #[test]
    fn a_label_stands_above_its_box() {
        assert_eq!(place(&[wanted([100.0, 100.0, 80.0, 60.0])], BOUNDS), [Some([100.0, 84.0, 60.0, 14.0])]);
    }

    #[test]
    fn at_the_upper_edge_it_stands_inside_or_below() {
        let places = place(&[wanted([100.0, 4.0, 80.0, 60.0]), wanted([300.0, 4.0, 30.0, 30.0])], BOUNDS);
        assert_eq!(places, [Some([103.0, 7.0, 60.0, 14.0]), Some([300.0, 36.0, 60.0, 14.0])]);
    }

    #[test]
    fn labels_cover_neither_each_other_nor_small_boxes() {
        let boxes = [[100.0, 100.0, 80.0, 60.0], [102.0, 101.0, 80.0, 60.0], [110.0, 80.0, 12.0, 12.0]].map(wanted);
        let places: Vec<Rect> = place(&boxes, BOUNDS).into_iter().flatten().collect();
        assert_eq!(places.len(), 3);
        for (i, a) in places.iter().enumerate() {
            assert!(within(*a, BOUNDS));
            assert!(places.iter().skip(i + 1).all(|b| !meets(*a, *b)), "{places:?}");
        }
        assert!(!meets(places[0], boxes[2].of) && !meets(places[1], boxes[2].of));
    }

    #[test]
    fn where_there_is_no_room_only_what_must_be_is_shown() {
        let tight = [0.0, 0.0, 70.0, 20.0];
        let whole = wanted(tight);
        assert_eq!(place(&[whole], tight), [None]);
        let placed = place(&[Wanted { must: true, ..whole }], tight);
        assert!(placed[0].is_some_and(|r| within(r, tight)));
        let outside = Wanted { of: [500.0, 0.0, 70.0, 20.0], must: true, ..whole };
        assert_eq!(place(&[outside], tight), [None]);
    }
}
