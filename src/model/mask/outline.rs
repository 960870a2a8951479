//! Outlines of masks along the edges of pixels. The vertical edges are found between neighbouring columns; their ends are the
//! corners of all rings, and along a row of the grid every second pair of neighbouring corners is joined by a horizontal edge.

use super::RleRef;
use super::runs::spans;

/// A vertical edge of a ring, as long as it goes straight on.
struct Segment {
    x: u32,
    top: u32,
    bottom: u32,
    /// True along the left of pixels inside: rings run clockwise around them.
    up: bool,
}

/// The rings of a mask: outer ones clockwise on the screen, holes the other way round.
pub(super) fn rings(mask: RleRef<'_>) -> Vec<Vec<[f64; 2]>> {
    let segments = segments(mask);
    let partners = partners(&segments);
    let mut seen = vec![false; segments.len()];
    let mut rings = Vec::new();
    for first in 0..segments.len() {
        let mut ring = Vec::new();
        let mut at = first;
        while let (Some(segment), Some(seen @ false)) = (segments.get(at), seen.get_mut(at)) {
            *seen = true;
            let (start, end) = if segment.up { (segment.bottom, segment.top) } else { (segment.top, segment.bottom) };
            ring.extend([start, end].map(|y| [f64::from(segment.x), f64::from(y)]));
            at = partners.get(2 * at + usize::from(!segment.up)).map_or(first, |corner| corner / 2);
        }
        if !ring.is_empty() {
            rings.push(ring);
        }
    }
    rings
}

/// The vertical edges, from left to right and from top to bottom.
fn segments(mask: RleRef<'_>) -> Vec<Segment> {
    let mut segments = Vec::new();
    // Rows where inside begins and ends, in the column left and right of the line x.
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let mut x = 0;
    for (column, start, end) in spans(mask.runs).flat_map(|span| span.columns(mask.height)) {
        while x < column && !(left.is_empty() && right.is_empty()) {
            along(x, &left, &right, &mut segments);
            left.clear();
            std::mem::swap(&mut left, &mut right);
            x += 1;
        }
        x = column;
        // Runs of no pixels leave spans that touch.
        match right.last_mut() {
            Some(last) if *last == start => *last = end,
            _ => right.extend([start, end]),
        }
    }
    along(x, &left, &right, &mut segments);
    along(x.saturating_add(1), &right, &[], &mut segments);
    segments
}

/// Adds the edges along one line between columns: where one side is inside and the other is not.
fn along(x: u32, left: &[u32], right: &[u32], segments: &mut Vec<Segment>) {
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    let (mut in_left, mut in_right, mut top) = (false, false, 0);
    while let Some(&bottom) = left.peek().into_iter().chain(right.peek()).min() {
        if in_left != in_right {
            segments.push(Segment { x, top, bottom: *bottom, up: in_right });
        }
        in_left ^= left.next_if_eq(&bottom).is_some();
        in_right ^= right.next_if_eq(&bottom).is_some();
        top = *bottom;
    }
}

/// Of each corner the other end of its horizontal edge. Corner 2 i is the top of segment i, corner 2 i + 1 its bottom.
fn partners(segments: &[Segment]) -> Vec<usize> {
    let ends = segments.iter().flat_map(|s| [(s.top, s.x, s.up), (s.bottom, s.x, s.up)]);
    // Two corners in one place lie between pixels that touch there. The edge along the right of a pixel comes first: its ring
    // goes on to the left, so that both pixels keep to themselves.
    let mut corners: Vec<_> = ends.zip(0_usize..).collect();
    corners.sort_unstable();
    let mut partners = vec![0; corners.len()];
    for &[(_, one), (_, two)] in corners.as_chunks::<2>().0 {
        for (corner, partner) in [(one, two), (two, one)] {
            if let Some(place) = partners.get_mut(corner) {
                *place = partner;
            }
        }
    }
    partners
}
