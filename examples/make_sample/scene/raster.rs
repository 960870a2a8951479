//! From shapes to a grid of heights, normals and materials, and from that to the true boxes.

use super::layout::{HEIGHT, Item, Scene, WIDTH};
use super::math::{V2, V3, dot2, len2, normalize, rotate, unrotate};
use super::solid::{Material, Surf};

/// Samples per pixel and direction.
pub const OVER: usize = 2;
pub const GRID_W: usize = WIDTH * OVER;
pub const GRID_H: usize = HEIGHT * OVER;

/// One sample of the picture before lighting.
#[derive(Clone, Copy)]
pub struct Cell {
    pub height: f32,
    pub normal: V3,
    pub material: Material,
    /// Across the grooves, in image directions.
    pub groove: V2,
    pub streak: f32,
    /// 0 ground, else 1 + index of the item.
    pub owner: u16,
}

/// A visible object as an annotation needs it: pixels, right and bottom exclusive.
pub struct Truth {
    pub class: usize,
    pub bbox: [f32; 4],
    pub area: f32,
}

pub struct Grid {
    pub cells: Vec<Cell>,
    pub heights: Vec<f32>,
    pub highest: f32,
    /// Samples each item would cover alone, also outside the picture.
    covered: Vec<usize>,
}

/// Where an item rests: height of its origin and the slope it leans with.
struct Rest {
    base: f32,
    slope: V2,
}

fn sample_point(x: i32, y: i32) -> V2 {
    let step = 1.0 / OVER as f32;
    [(x as f32 + 0.5) * step, (y as f32 + 0.5) * step]
}

impl Grid {
    pub fn new(scene: &Scene) -> Self {
        let ground = Material { color: [0.0; 3], metal: false, rough: 1.0, wear: 0.0 };
        let cell =
            Cell { height: 0.0, normal: [0.0, 0.0, 1.0], material: ground, groove: [0.0; 2], streak: 0.0, owner: 0 };
        let mut grid = Self {
            cells: vec![cell; GRID_W * GRID_H],
            heights: vec![0.0; GRID_W * GRID_H],
            highest: 0.0,
            covered: vec![0; scene.items.len()],
        };
        for (index, item) in scene.items.iter().enumerate() {
            let rest = grid.rest(item);
            grid.draw(item, index, &rest);
        }
        grid.highest = grid.heights.iter().copied().fold(0.0, f32::max);
        grid
    }

    fn window(item: &Item) -> (i32, i32, i32, i32) {
        let over = OVER as f32;
        let reach = item.shape.bound() * over;
        let (x, y) = (item.place[0] * over, item.place[1] * over);
        ((x - reach).floor() as i32, (y - reach).floor() as i32, (x + reach).ceil() as i32, (y + reach).ceil() as i32)
    }

    fn local(item: &Item, p: V2) -> V2 {
        unrotate([p[0] - item.place[0], p[1] - item.place[1]], item.turn)
    }

    fn index(x: i32, y: i32) -> Option<usize> {
        let inside = x >= 0 && y >= 0 && (x as usize) < GRID_W && (y as usize) < GRID_H;
        inside.then(|| y as usize * GRID_W + x as usize)
    }

    /// A part put onto another leans on the highest point beneath it.
    fn rest(&self, item: &Item) -> Rest {
        let (left, top, right, bottom) = Self::window(item);
        let (mut highest, mut touch) = (0.0, [0.0, 0.0]);
        for y in (top..bottom).step_by(3) {
            for x in (left..right).step_by(3) {
                let Some(index) = Self::index(x, y) else {
                    continue;
                };
                let height = self.heights[index];
                let p = sample_point(x, y);
                if height > highest && item.shape.at(Self::local(item, p)).is_some() {
                    highest = height;
                    touch = [p[0] - item.place[0], p[1] - item.place[1]];
                }
            }
        }
        let reach = len2(touch).max(1.0);
        let lean = (0.5 * highest / reach).min(0.35) / reach;
        let slope = [touch[0] * lean, touch[1] * lean];
        Rest { base: highest - dot2(slope, touch), slope }
    }

    fn draw(&mut self, item: &Item, number: usize, rest: &Rest) {
        let (left, top, right, bottom) = Self::window(item);
        for y in top..=bottom {
            for x in left..=right {
                let p = sample_point(x, y);
                let local = Self::local(item, p);
                let Some(surf) = item.shape.at(local) else {
                    continue;
                };
                self.covered[number] += 1;
                let Some(index) = Self::index(x, y) else {
                    continue;
                };
                let off = [p[0] - item.place[0], p[1] - item.place[1]];
                let height = rest.base + dot2(rest.slope, off) + surf.height;
                if height > self.heights[index] {
                    self.heights[index] = height;
                    self.cells[index] = Cell {
                        height,
                        normal: normal(item, local, &surf, rest.slope),
                        material: surf.material,
                        groove: rotate(surf.groove, item.turn),
                        streak: surf.streak,
                        owner: number as u16 + 1,
                    };
                }
            }
        }
    }

    /// Boxes and areas of what can be seen of each part; all but hidden parts are left out.
    pub fn truths(&self, scene: &Scene) -> Vec<Truth> {
        let mut boxes = vec![[usize::MAX, usize::MAX, 0, 0]; scene.items.len()];
        let mut seen = vec![0usize; scene.items.len()];
        for (index, cell) in self.cells.iter().enumerate() {
            if cell.owner == 0 {
                continue;
            }
            let (x, y) = (index % GRID_W, index / GRID_W);
            let number = cell.owner as usize - 1;
            let b = &mut boxes[number];
            *b = [b[0].min(x), b[1].min(y), b[2].max(x + 1), b[3].max(y + 1)];
            seen[number] += 1;
        }
        let over = OVER as f32;
        let truth = |(number, item): (usize, &Item)| {
            let class = item.class?;
            let area = seen[number] as f32 / (over * over);
            let visible = seen[number] as f32 / self.covered[number].max(1) as f32;
            (visible >= 0.18 && area >= 50.0).then(|| Truth {
                class,
                bbox: boxes[number].map(|edge| edge as f32 / over),
                area,
            })
        };
        scene.items.iter().enumerate().filter_map(truth).collect()
    }
}

/// Normal by differences of the shape's own height, so that neighbours don't bleed into it.
fn normal(item: &Item, local: V2, here: &Surf, slope: V2) -> V3 {
    const STEP: f32 = 0.3;
    let height = |dx: f32, dy: f32| {
        let surf = item.shape.at([local[0] + dx, local[1] + dy]);
        surf.map(|surf| surf.height)
    };
    let along = |low: Option<f32>, high: Option<f32>| match (low, high) {
        (Some(low), Some(high)) => (high - low) / (2.0 * STEP),
        (Some(low), None) => (here.height - low) / STEP,
        (None, Some(high)) => (high - here.height) / STEP,
        (None, None) => 0.0,
    };
    let gradient = [
        along(height(-STEP, 0.0), height(STEP, 0.0)).clamp(-6.0, 6.0),
        along(height(0.0, -STEP), height(0.0, STEP)).clamp(-6.0, 6.0),
    ];
    let gradient = rotate(gradient, item.turn);
    normalize([-gradient[0] - slope[0], -gradient[1] - slope[1], 1.0])
}
