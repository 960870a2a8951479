//! From planes to regions that may be parts.

use super::mask::{Components, Mask, core, grow_back};
use super::planes::{Plane, Planes};

/// What a pixel of a region's box is to the region.
#[derive(Clone, Copy, PartialEq)]
pub enum Place {
    Outside,
    Body,
    Hole,
}

/// A candidate: a box (right and bottom exclusive) and its pixels.
pub struct Region {
    pub bbox: [usize; 4],
    pub pixels: Vec<Place>,
    /// How many regions the mask fell into when this one was split off; 1 if it was whole.
    pub siblings: usize,
}

impl Region {
    pub fn width(&self) -> usize {
        self.bbox[2] - self.bbox[0]
    }

    pub fn height(&self) -> usize {
        self.bbox[3] - self.bbox[1]
    }

    pub fn place(&self, x: usize, y: usize) -> Place {
        self.pixels[y * self.width() + x]
    }
}

const SMALLEST: usize = 70;

fn region(parts: &Components, number: usize, width: usize, solid: &Mask, siblings: usize) -> Region {
    let (bbox, _) = parts.boxes[number];
    let mut pixels = Vec::with_capacity((bbox[2] - bbox[0]) * (bbox[3] - bbox[1]));
    for y in bbox[1]..bbox[3] {
        for x in bbox[0]..bbox[2] {
            let index = y * width + x;
            pixels.push(if parts.labels[index] as usize != number + 1 {
                Place::Outside
            } else if solid.data[index] {
                Place::Body
            } else {
                Place::Hole
            });
        }
    }
    Region { bbox, pixels, siblings }
}

/// First recipe: one threshold on the contrast, nothing split; touching parts stay one region.
pub fn simple(planes: &Planes) -> Vec<Region> {
    let data = planes.contrast.data.iter().map(|v| *v > 3.5).collect();
    let solid = Mask::new(planes.width, data).opened(1);
    let parts = solid.filled().components();
    let mut regions = Vec::new();
    for number in 0..parts.boxes.len() {
        push(&mut regions, &parts, number, &solid, 1);
    }
    regions
}

/// Second recipe: several thresholds on colour contrast and texture, each mask whole and split.
pub fn thorough(planes: &Planes) -> Vec<Region> {
    let mut regions = Vec::new();
    for mask in masks(planes) {
        let filled = mask.filled();
        let parts = filled.components();
        for number in 0..parts.boxes.len() {
            push(&mut regions, &parts, number, &mask, 1);
        }
        let depth = filled.depth();
        let mut before = parts.boxes.len();
        for pixels in [2, 4, 6, 9, 13] {
            let cores = core(&filled, &depth, pixels).components();
            let count = cores.boxes.len();
            // As many cores as before: most likely the same ones.
            if count == 0 || count == std::mem::replace(&mut before, count) {
                continue;
            }
            let pieces = grow_back(&filled, cores, pixels);
            for (number, &count) in siblings(&pieces, &parts).iter().enumerate() {
                if count > 1 {
                    push(&mut regions, &pieces, number, &mask, count);
                }
            }
        }
    }
    regions
}

fn masks(planes: &Planes) -> Vec<Mask> {
    let above = |plane: &Plane, level: f32| {
        let data = plane.data.iter().map(|v| *v > level).collect();
        Mask::new(planes.width, data)
    };
    let pairs = planes.contrast.data.iter().zip(&planes.texture.data);
    let either = pairs.map(|(c, t)| *c > 4.5 || *t > 3.5).collect();
    let either = Mask::new(planes.width, either).closed(2).eroded(1);
    let busy = above(&planes.texture, 2.4).closed(3).eroded(2);
    vec![
        above(&planes.contrast, 2.3).opened(1),
        above(&planes.contrast, 3.5).opened(1),
        above(&planes.contrast, 5.5).opened(1),
        above(&planes.contrast, 9.0).opened(1),
        above(&planes.contrast, 14.0).closed(1).opened(1),
        above(&planes.lit, 2.5).closed(1).opened(1),
        above(&planes.lit, 4.0).closed(2).opened(1),
        above(&planes.lit, 7.0).closed(2).opened(1),
        either.opened(1),
        busy.opened(1),
    ]
}

/// For each piece: how many pieces its parent region was split into.
fn siblings(pieces: &Components, parents: &Components) -> Vec<usize> {
    let mut parent = vec![0u32; pieces.boxes.len()];
    for (piece, of) in pieces.labels.iter().zip(&parents.labels) {
        if *piece != 0 {
            parent[*piece as usize - 1] = *of;
        }
    }
    let mut count = vec![0; parents.boxes.len() + 1];
    for of in &parent {
        count[*of as usize] += 1;
    }
    parent.iter().map(|of| count[*of as usize]).collect()
}

/// Keeps a region if it is big enough, not the whole picture, and not there already.
fn push(regions: &mut Vec<Region>, parts: &Components, number: usize, solid: &Mask, siblings: usize) {
    let (bbox, count) = parts.boxes[number];
    let picture = solid.width * solid.height;
    let size = (bbox[2].wrapping_sub(bbox[0])).wrapping_mul(bbox[3].wrapping_sub(bbox[1]));
    if count < SMALLEST || size > picture / 3 {
        return;
    }
    let known = regions.iter().any(|other| overlap(&other.bbox, &bbox) > 0.94);
    if !known {
        regions.push(region(parts, number, solid.width, solid, siblings));
    }
}

/// Intersection over union of two pixel boxes.
pub fn overlap(a: &[usize; 4], b: &[usize; 4]) -> f32 {
    let side = |low: usize, high: usize| high.saturating_sub(low);
    let shared = side(a[0].max(b[0]), a[2].min(b[2])) * side(a[1].max(b[1]), a[3].min(b[3]));
    let area = |r: &[usize; 4]| (r[2] - r[0]) * (r[3] - r[1]);
    shared as f32 / (area(a) + area(b) - shared).max(1) as f32
}
