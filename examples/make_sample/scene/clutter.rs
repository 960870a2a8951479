//! Things that lie about and belong to no class: what a detector should leave alone.

use super::math::{Rng, V2, V3, bevel_drop, fbm, len2, noise, scale, smoothstep};
use super::solid::{Material, Shape, Solid, Surf, matte};
use super::tube::Tube;

const TAU: f32 = std::f32::consts::TAU;

/// A random piece of clutter for a scene whose parts are about `size` pixels in radius.
pub fn clutter(rng: &mut Rng, size: f32) -> Shape {
    match rng.int(0, 11) {
        0..=2 => Box::new(Chip::new(rng, size)),
        3 | 4 => Box::new(cable(rng, size)),
        5 | 6 => Box::new(Label::new(rng, size)),
        7 => Box::new(swarf(rng, size)),
        8 => Box::new(Disc::sticker(rng, size)),
        9 => Box::new(Disc::cap(rng, size)),
        10 => Box::new(Pencil::new(rng, size)),
        _ => Box::new(band(rng, size)),
    }
}

/// Wood chip: a thin flake with a ragged outline.
struct Chip {
    half: V2,
    seed: u32,
    material: Material,
}

impl Chip {
    fn new(rng: &mut Rng, size: f32) -> Self {
        let long = size * rng.range(0.5, 1.3);
        let tone = rng.range(0.75, 1.15);
        Self {
            half: [long, long * rng.range(0.2, 0.5)],
            seed: rng.next() as u32,
            material: matte(scale([0.52, 0.36, 0.19], tone), 0.8),
        }
    }
}

impl Solid for Chip {
    fn bound(&self) -> f32 {
        self.half[0] * 1.4
    }

    fn at(&self, p: V2) -> Option<Surf> {
        let ragged = 0.28 * fbm(p[0] * 0.09, p[1] * 0.16, 3, self.seed);
        let (x, y) = (p[0] / self.half[0], p[1] / self.half[1]);
        let inside = 1.0 - x.abs().max(y.abs()) + ragged - 0.12;
        (inside > 0.0).then(|| {
            let fiber = noise(p[0] * 0.12, p[1] * 0.9, self.seed ^ 7);
            let curl = self.half[1] * 0.5 * x * x;
            let material = Material { color: scale(self.material.color, 1.0 + 0.22 * fiber), ..self.material };
            Surf::plain(self.half[1] * 0.22 + curl + 0.15 * fiber, material)
        })
    }
}

/// Insulated cable end in a loose bow.
fn cable(rng: &mut Rng, size: f32) -> Tube {
    let color = rng.pick(&[
        [0.50, 0.04, 0.03],
        [0.04, 0.10, 0.42],
        [0.03, 0.03, 0.03],
        [0.55, 0.42, 0.04],
        [0.05, 0.26, 0.08],
        [0.60, 0.60, 0.58],
    ]);
    let radius = size * rng.range(0.10, 0.18);
    let length = size * rng.range(2.0, 4.5);
    let bend = rng.range(-1.4, 1.4);
    let wobble = rng.range(0.0, 0.3);
    let steps = 48;
    let mut points = vec![[0.0, 0.0, radius]];
    let (mut x, mut y) = (0.0, 0.0);
    for step in 0..steps {
        let t = step as f32 / steps as f32;
        let angle = bend * (t - 0.5) * 2.0 + wobble * (t * 9.0).sin();
        x += length / steps as f32 * angle.cos();
        y += length / steps as f32 * angle.sin();
        points.push([x, y, radius]);
    }
    Tube::new(centered(points), radius, matte(color, 0.3))
}

/// A curl of turned-off metal.
fn swarf(rng: &mut Rng, size: f32) -> Tube {
    let material =
        Material { color: rng.pick(&[[0.62, 0.62, 0.64], [0.80, 0.62, 0.30]]), metal: true, rough: 0.12, wear: 0.2 };
    let curl = size * rng.range(0.16, 0.34);
    let turns = rng.range(2.0, 4.5);
    let length = size * rng.range(0.8, 1.8);
    let steps = (turns * 22.0) as usize;
    let points = (0..=steps)
        .map(|step| {
            let t = step as f32 / steps as f32;
            let (sin, cos) = (t * turns * TAU).sin_cos();
            let grow = curl * (0.5 + t);
            [length * t + grow * cos, grow * sin + 0.3 * length * t * t, curl * 1.6 + grow * sin * 0.6]
        })
        .collect();
    Tube::new(centered(points), size * 0.05, material)
}

/// A rubber band dropped in an irregular loop.
fn band(rng: &mut Rng, size: f32) -> Tube {
    let color = rng.pick(&[[0.50, 0.30, 0.10], [0.42, 0.05, 0.04], [0.10, 0.24, 0.10]]);
    let radius = size * rng.range(0.9, 1.4);
    let (a, b) = (rng.range(0.0, TAU), rng.range(0.0, TAU));
    let steps = 60;
    let points = (0..=steps)
        .map(|step| {
            let angle = step as f32 / steps as f32 * TAU;
            let r = radius * (1.0 + 0.28 * (2.0 * angle + a).sin() + 0.13 * (3.0 * angle + b).sin());
            [r * angle.cos(), r * angle.sin(), size * 0.07]
        })
        .collect();
    Tube::new(centered(points), size * 0.06, matte(color, 0.5))
}

/// Moves a line so that its bounding circle is small.
fn centered(mut points: Vec<V3>) -> Vec<V3> {
    for axis in 0..2 {
        let low = points.iter().map(|p| p[axis]).fold(f32::MAX, f32::min);
        let high = points.iter().map(|p| p[axis]).fold(f32::MIN, f32::max);
        for point in &mut points {
            point[axis] -= 0.5 * (low + high);
        }
    }
    points
}

/// Paper label with printed lines and a bar code.
struct Label {
    half: V2,
    seed: u32,
    paper: V3,
}

impl Label {
    fn new(rng: &mut Rng, size: f32) -> Self {
        let long = size * rng.range(1.0, 1.8);
        Self {
            half: [long, long * rng.range(0.45, 0.65)],
            seed: rng.next() as u32,
            paper: rng.pick(&[[0.74, 0.73, 0.69], [0.74, 0.73, 0.69], [0.72, 0.62, 0.22]]),
        }
    }

    fn inked(&self, x: f32, y: f32) -> bool {
        if x.abs() > 0.84 {
            return false;
        }
        if y > 0.2 {
            return y < 0.78 && noise(x * 24.0, 0.5, self.seed) > 0.05;
        }
        let line = (y + 0.8) * 4.5;
        let row = line.floor();
        let end = 0.35 + 0.45 * noise(row * 3.1, 0.0, self.seed ^ 5);
        row >= 0.0 && line - row < 0.5 && x < end && noise(x * 19.0, row, self.seed ^ 9) > -0.35
    }
}

impl Solid for Label {
    fn bound(&self) -> f32 {
        len2(self.half) + 1.0
    }

    fn at(&self, p: V2) -> Option<Surf> {
        let (x, y) = (p[0] / self.half[0], p[1] / self.half[1]);
        if x.abs() > 1.0 || y.abs() > 1.0 {
            return None;
        }
        let color = if self.inked(x, y) { [0.05, 0.05, 0.06] } else { self.paper };
        // One corner lifts off.
        let lift = (x + y - 1.1).max(0.0) * self.half[1] * 0.35;
        Some(Surf::plain(0.5 + lift, matte(color, 0.9)))
    }
}

/// Round sticker or moulded cap: as round as a washer, but no part.
struct Disc {
    radius: f32,
    rise: f32,
    dimple: f32,
    material: Material,
}

impl Disc {
    fn sticker(rng: &mut Rng, size: f32) -> Self {
        let color = rng.pick(&[[0.55, 0.05, 0.04], [0.08, 0.38, 0.12], [0.70, 0.56, 0.05]]);
        Self { radius: size * rng.range(0.5, 0.8), rise: 0.4, dimple: 0.0, material: matte(color, 0.6) }
    }

    fn cap(rng: &mut Rng, size: f32) -> Self {
        let color = rng.pick(&[[0.52, 0.05, 0.03], [0.03, 0.03, 0.03], [0.06, 0.20, 0.50], [0.70, 0.69, 0.64]]);
        Self {
            radius: size * rng.range(0.55, 0.9),
            rise: size * rng.range(0.25, 0.5),
            dimple: size * 0.25,
            material: matte(color, 0.22),
        }
    }
}

impl Solid for Disc {
    fn bound(&self) -> f32 {
        self.radius + 1.0
    }

    fn at(&self, p: V2) -> Option<Surf> {
        let r = len2(p);
        let inside = self.radius - r;
        (inside > 0.0).then(|| {
            let dome = self.rise - bevel_drop(inside, self.rise.min(self.radius * 0.5));
            let hollow = self.dimple * (1.0 - smoothstep(0.3, 0.6, r / self.radius));
            Surf::plain((dome + self.rise * 0.3 - hollow).max(0.3), self.material)
        })
    }
}

/// Stub of a hexagonal pencil.
struct Pencil {
    half: f32,
    radius: f32,
    paint: V3,
}

impl Pencil {
    fn new(rng: &mut Rng, size: f32) -> Self {
        Self {
            half: size * rng.range(1.6, 2.6),
            radius: size * 0.3,
            paint: rng.pick(&[[0.62, 0.36, 0.03], [0.05, 0.22, 0.10], [0.45, 0.05, 0.05]]),
        }
    }
}

impl Solid for Pencil {
    fn bound(&self) -> f32 {
        self.half + self.radius + 1.0
    }

    fn at(&self, p: V2) -> Option<Surf> {
        let from_tip = self.half - p[0];
        if from_tip < 0.0 || p[0] < -self.half {
            return None;
        }
        let cone = self.radius * 3.0;
        let radius = self.radius * (from_tip / cone).min(1.0);
        let y = p[1].abs();
        if y >= radius {
            return None;
        }
        let round = (radius * radius - y * y).sqrt();
        let (height, color) = if from_tip > cone * (0.93 + 0.05 * (p[1] * 2.5 / radius).sin()) {
            let hexagonal = (radius * 0.866).min((radius - y) * 1.732);
            (hexagonal, self.paint)
        } else if from_tip > cone * 0.3 {
            (round, [0.62, 0.44, 0.25])
        } else {
            (round, [0.05, 0.05, 0.055])
        };
        Some(Surf::plain(self.radius + height, matte(color, 0.4)))
    }
}
