//! Drawn landscapes and the class of every pixel of them: sky, meadow, path, water, trees, houses, poles with a wire between.
//!
//! Everything follows from the number of a scene by plain arithmetic.

use image::{GrayImage, Luma, Rgb, RgbImage};

use super::super::scene::math::{Rng, V3, add, fbm, lerp, mix3, noise, scale, smoothstep};

pub const WIDTH: u32 = 160;
pub const HEIGHT: u32 = 120;

pub const CLASSES: [&str; 7] = ["Sky", "Meadow", "Path", "Water", "Tree", "House", "Pole"];
pub const SKY: u8 = 0;
pub const MEADOW: u8 = 1;
pub const PATH: u8 = 2;
pub const WATER: u8 = 3;
pub const TREE: u8 = 4;
pub const HOUSE: u8 = 5;
pub const POLE: u8 = 6;
/// Far hills are of no class.
pub const UNLABELLED: u8 = 7;

/// Samples of a pixel in each direction.
const SAMPLES: u32 = 2;

/// Something that stands on the ground. Lengths are in pixels, `base` is where it stands.
struct Thing {
    kind: Kind,
    x: f32,
    base: f32,
    size: f32,
    seed: u32,
    tone: V3,
}

enum Kind {
    Tree,
    House,
    Pole,
}

/// Where the ground is something else than meadow.
struct Land {
    horizon: f32,
    /// Middle of the path at the horizon and at the bottom, how far it bends, and its width at the bottom.
    path: Option<[f32; 4]>,
    /// Middle, half width and half height of a lake.
    lake: Option<[f32; 4]>,
    things: Vec<Thing>,
    /// Height of the wire above the ground at its nearest pole, by column; none where there are no poles.
    wire: Option<Vec<(f32, f32)>>,
    light: V3,
    cloudy: f32,
    seed: u32,
}

impl Land {
    fn new(number: u64) -> Self {
        let mut rng = Rng::new(0x1a4d_5ca9_e000 + number);
        let (w, h) = (WIDTH as f32, HEIGHT as f32);
        let horizon = h * rng.range(0.3, 0.5);
        let path = rng.chance(0.75).then(|| {
            [w * rng.range(0.2, 0.8), w * rng.range(0.1, 0.9), w * rng.range(-0.25, 0.25), w * rng.range(0.1, 0.28)]
        });
        let lake = rng.chance(0.55).then(|| {
            let y = horizon + (h - horizon) * rng.range(0.12, 0.5);
            [w * rng.range(0.0, 1.0), y, w * rng.range(0.15, 0.4), (y - horizon) * rng.range(0.3, 0.7)]
        });
        let mut land = Self {
            horizon,
            path,
            lake,
            things: Vec::new(),
            wire: None,
            light: mix3([1.08, 1.0, 0.86], [0.82, 0.9, 1.04], rng.unit()),
            cloudy: rng.unit(),
            seed: rng.next() as u32,
        };
        land.light = scale(land.light, rng.range(0.72, 1.05));
        land.stand(&mut rng);
        land
    }

    /// Trees, houses and a row of poles; what is nearer comes last.
    fn stand(&mut self, rng: &mut Rng) {
        let (w, h) = (WIDTH as f32, HEIGHT as f32);
        let depth = |rng: &mut Rng, from: f32, to: f32| lerp(self.horizon, h, rng.range(from, to));
        for _ in 0..rng.int(2, 7) {
            let base = depth(rng, 0.04, 0.6);
            let size = (6.0 + 0.75 * (base - self.horizon)) * rng.range(0.8, 1.4);
            let autumn = rng.chance(0.2);
            let tone = if autumn { [150.0, 96.0, 40.0] } else { [44.0, 82.0, 38.0] };
            let tone = scale(tone, rng.range(0.8, 1.25));
            let (x, seed) = (rng.range(0.0, w), rng.next() as u32);
            self.things.push(Thing { kind: Kind::Tree, x, base, size, seed, tone });
        }
        for _ in 0..rng.int(0, 2) {
            let base = depth(rng, 0.05, 0.45);
            let size = (7.0 + 0.6 * (base - self.horizon)) * rng.range(0.8, 1.3);
            let tone = rng.pick(&[[206.0, 198.0, 186.0], [176.0, 120.0, 92.0], [150.0, 148.0, 142.0]]);
            let (x, seed) = (rng.range(0.0, w), rng.next() as u32);
            self.things.push(Thing { kind: Kind::House, x, base, size, seed, tone });
        }
        if rng.chance(0.7) {
            let (near, far) = (depth(rng, 0.3, 0.7), depth(rng, 0.03, 0.12));
            let (from, to) = (rng.range(-0.1, 0.25) * w, rng.range(0.75, 1.1) * w);
            let count = rng.int(3, 6);
            let mut tops = Vec::new();
            for at in 0..count {
                let t = at as f32 / (count - 1) as f32;
                let base = lerp(near, far, t);
                let size = 10.0 + 0.85 * (base - self.horizon);
                let x = lerp(from, to, t);
                tops.push((x, base - size));
                self.things.push(Thing { kind: Kind::Pole, x, base, size, seed: 0, tone: [74.0, 66.0, 60.0] });
            }
            self.wire = Some(tops);
        }
        self.things.sort_by(|a, b| a.base.total_cmp(&b.base));
    }

    /// Class and colour at a place, before light and grain.
    fn at(&self, x: f32, y: f32) -> (u8, V3) {
        if self.is_wire(x, y) {
            return (POLE, [58.0, 56.0, 58.0]);
        }
        let thing = self.things.iter().rev().find_map(|thing| thing.at(x, y));
        thing.unwrap_or_else(|| if y < self.horizon { self.above(x, y) } else { self.ground(x, y) })
    }

    fn is_wire(&self, x: f32, y: f32) -> bool {
        let Some(tops) = &self.wire else { return false };
        tops.windows(2).any(|pair| {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            let t = (x - x0) / (x1 - x0);
            // It hangs through, and is thicker nearby.
            let hang = 0.12 * (x1 - x0).abs() * t * (1.0 - t);
            (0.0..=1.0).contains(&t) && (y - (lerp(y0, y1, t) + 2.0 + hang)).abs() < 0.5
        })
    }

    fn above(&self, x: f32, y: f32) -> (u8, V3) {
        let hill = 5.0 + 5.0 * fbm(x / 38.0, 0.5, 3, self.seed ^ 7);
        if y > self.horizon - hill.max(0.0) {
            return (UNLABELLED, [104.0, 122.0, 128.0]);
        }
        let down = y / self.horizon;
        let blue = mix3([92.0, 142.0, 206.0], [186.0, 208.0, 224.0], down);
        let cloud = smoothstep(0.25 - 0.5 * self.cloudy, 0.8, fbm(x / 42.0, y / 16.0, 4, self.seed));
        (SKY, mix3(blue, mix3([226.0, 226.0, 226.0], [170.0, 176.0, 184.0], self.cloudy), cloud))
    }

    fn ground(&self, x: f32, y: f32) -> (u8, V3) {
        let near = (y - self.horizon) / (HEIGHT as f32 - self.horizon);
        // Texture that is finer far away.
        let grain = 1.0 + 7.0 * near;
        let rough = fbm(x / grain, y / (0.5 * grain), 3, self.seed ^ 3);
        if let Some([far, close, bend, width]) = self.path {
            let middle =
                lerp(far, close, near) + bend * near * (1.0 - near) + 2.0 * noise(y / 9.0, 0.0, self.seed ^ 11);
            if (x - middle).abs() < 0.5 * width * near + 0.4 {
                return (PATH, scale([168.0, 150.0, 122.0], 1.0 + 0.13 * rough));
            }
        }
        if let Some([cx, cy, rx, ry]) = self.lake {
            let edge =
                ((x - cx) / rx).powi(2) + ((y - cy) / ry).powi(2) + 0.25 * noise(x / 11.0, y / 5.0, self.seed ^ 5);
            if edge < 1.0 {
                let ripple = noise(x / 14.0, y / 1.3, self.seed ^ 13);
                return (WATER, mix3([84.0, 120.0, 150.0], [150.0, 178.0, 196.0], 0.5 + 0.5 * ripple));
            }
        }
        let dry = smoothstep(0.1, 0.7, fbm(x / 30.0, y / 12.0, 2, self.seed ^ 17));
        let green = mix3([88.0, 118.0, 56.0], [150.0, 146.0, 82.0], dry);
        (MEADOW, scale(green, 1.0 + 0.22 * rough))
    }
}

impl Thing {
    fn at(&self, x: f32, y: f32) -> Option<(u8, V3)> {
        let (dx, up) = (x - self.x, self.base - y);
        if up < 0.0 || up > 1.6 * self.size || dx.abs() > self.size {
            return None;
        }
        match self.kind {
            Kind::Tree => self.tree(dx, up),
            Kind::House => self.house(dx, up),
            Kind::Pole => {
                let shaft = dx.abs() < 0.35 + 0.02 * self.size && up < self.size;
                let arm = dx.abs() < 0.12 * self.size && (up - 0.92 * self.size).abs() < 0.5;
                (shaft || arm).then_some((POLE, self.tone))
            }
        }
    }

    fn tree(&self, dx: f32, up: f32) -> Option<(u8, V3)> {
        let size = self.size;
        let (cx, cy) = (dx / (0.5 * size), (up - 0.85 * size) / (0.6 * size));
        let bumpy = 0.45 * fbm(dx / (0.22 * size), up / (0.22 * size), 3, self.seed);
        if cx * cx + cy * cy + bumpy < 1.0 {
            let leaves = 1.0 + 0.35 * noise(dx / 1.7, up / 1.7, self.seed ^ 1) + 0.25 * cy - 0.12 * cx;
            return Some((TREE, scale(self.tone, leaves)));
        }
        (dx.abs() < 0.06 * size && up < 0.5 * size).then_some((TREE, [78.0, 62.0, 48.0]))
    }

    fn house(&self, dx: f32, up: f32) -> Option<(u8, V3)> {
        let (half, wall) = (0.62 * self.size, 0.6 * self.size);
        if up < wall && dx.abs() < half {
            let window = (dx.abs() - 0.5 * half).abs() < 0.16 * half && (up - 0.55 * wall).abs() < 0.17 * wall;
            let side = if dx > 0.0 { 0.9 } else { 1.0 };
            return Some((HOUSE, if window { [62.0, 70.0, 82.0] } else { scale(self.tone, side) }));
        }
        let roof = up >= wall && dx.abs() < 1.12 * half * (1.0 - (up - wall) / (0.55 * self.size));
        let tiles = if self.seed.is_multiple_of(3) { [92.0, 90.0, 94.0] } else { [142.0, 78.0, 58.0] };
        roof.then_some((HOUSE, tiles))
    }
}

/// The picture of scene `number`, and the class of every pixel: that of its middle.
pub fn draw(number: u64) -> (RgbImage, GrayImage) {
    let land = Land::new(number);
    let mut rng = Rng::new(0x6a41_0000 + number);
    let mut picture = RgbImage::new(WIDTH, HEIGHT);
    let mut mask = GrayImage::new(WIDTH, HEIGHT);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let mut sum = [0.0; 3];
        for (i, j) in (0..SAMPLES).flat_map(|j| (0..SAMPLES).map(move |i| (i, j))) {
            let inside = |at: u32, part: u32| at as f32 + (part as f32 + 0.5) / SAMPLES as f32;
            sum = add(sum, land.at(inside(x, i), inside(y, j)).1);
        }
        let grain = 2.0 * rng.normal();
        let tone = |i: usize| sum[i] / (SAMPLES * SAMPLES) as f32 * land.light[i] + grain;
        *pixel = Rgb(std::array::from_fn(|i| tone(i).round().clamp(0.0, 255.0) as u8));
        mask.put_pixel(x, y, Luma([land.at(x as f32 + 0.5, y as f32 + 0.5).0]));
    }
    (picture, mask)
}
