//! Parts with an axis: bolts and screws lying on their side, screws on their head, springs.

use super::math::{Rng, V2, bevel_drop, len2, lerp, scale, smoothstep, triangle};
use super::solid::{Material, Solid, Surf, bright_steel, fastener_metal};
use super::tube::Tube;

const TAU: f32 = std::f32::consts::TAU;

#[derive(Clone, Copy, PartialEq)]
enum Head {
    Hex,
    Pan,
    Countersunk,
    Cylinder,
}

/// A bolt or screw lying on its side; the axis is x, the head at the left.
pub struct Fastener {
    head: Head,
    head_radius: f32,
    head_length: f32,
    shank_radius: f32,
    length: f32,
    thread_from: f32,
    pitch: f32,
    /// How far the hexagon is turned about the axis: 0 lies on a flat.
    roll: f32,
    material: Material,
}

impl Fastener {
    pub fn bolt(rng: &mut Rng, size: f32) -> Self {
        let shank_radius = size * rng.range(0.40, 0.50);
        let length = size * rng.range(2.2, 4.2);
        Self {
            head: Head::Hex,
            head_radius: size * rng.range(0.82, 0.95),
            head_length: size * rng.range(0.5, 0.68),
            shank_radius,
            length,
            thread_from: length * rng.pick(&[0.05, 0.05, 0.35, 0.5]),
            pitch: shank_radius * rng.range(0.38, 0.5),
            roll: rng.pick(&[0.0, 0.0, 0.5]),
            material: fastener_metal(rng),
        }
    }

    pub fn screw(rng: &mut Rng, size: f32) -> Self {
        let shank_radius = size * rng.range(0.36, 0.48);
        let head = rng.pick(&[Head::Pan, Head::Pan, Head::Countersunk, Head::Cylinder]);
        Self {
            head,
            head_radius: size * if head == Head::Cylinder { 0.72 } else { 0.9 },
            head_length: size
                * match head {
                    Head::Cylinder => 0.8,
                    Head::Countersunk => 0.55,
                    _ => rng.range(0.45, 0.6),
                },
            shank_radius,
            length: size * rng.range(2.0, 4.2),
            thread_from: size * 0.1,
            pitch: shank_radius * rng.range(0.42, 0.58),
            roll: 0.0,
            material: fastener_metal(rng),
        }
    }

    fn total(&self) -> f32 {
        self.head_length + self.length
    }

    /// Radius of a turned head at distance `t` (0…1) from its outer face.
    fn head_profile(&self, t: f32) -> f32 {
        match self.head {
            Head::Pan => self.head_radius * (1.0 - (1.0 - t).powi(2) * 0.55).max(0.0).sqrt(),
            Head::Countersunk if t < 0.14 => self.head_radius,
            Head::Countersunk => lerp(self.head_radius, self.shank_radius, (t - 0.14) / 0.86),
            _ => self.head_radius - bevel_drop(t * self.head_length, self.head_radius * 0.14),
        }
    }

    fn head_at(&self, x: f32, y: f32) -> Option<Surf> {
        let t = x / self.head_length;
        if self.head != Head::Hex {
            let radius = self.head_profile(t);
            let inside = radius * radius - y * y;
            let knurl = if self.head == Head::Cylinder && t > 0.25 && t < 0.9 {
                0.03 * self.head_radius * triangle((y / radius).clamp(-1.0, 1.0).asin() * 9.0)
            } else {
                0.0
            };
            let height = self.head_radius + inside.max(0.0).sqrt() + knurl;
            return (inside > 0.0).then(|| Surf::turned_along_x(height, self.material, x, 0.06));
        }
        let apothem = self.head_radius * 0.866;
        // On a flat the outline is a corner; turned by half a sector it is a flat.
        let (reach, upper) = if self.roll < 0.25 {
            let slope = (self.head_radius - y.abs()) * 1.732;
            (self.head_radius, slope.min(apothem))
        } else {
            (apothem, self.head_radius - y.abs() * 0.577)
        };
        let inside = reach - y.abs();
        let face = bevel_drop(x.min(self.head_length - x), self.head_radius * 0.08);
        // The chamfer at the outer face shortens the corners.
        let corner = (y.abs() - apothem * 0.62).max(0.0) * 0.28;
        (inside > 0.0 && x > corner).then(|| {
            let height = apothem + upper - face;
            Surf::turned_along_x(height, self.material, x, 0.05)
        })
    }

    fn shank_at(&self, x: f32, y: f32) -> Option<Surf> {
        let along = x - self.head_length;
        let threaded = along > self.thread_from;
        let tip = (self.length - along).max(0.0);
        let mut radius = self.shank_radius - bevel_drop(tip, self.shank_radius * 0.35);
        if threaded {
            let turn = (y / self.shank_radius).clamp(-1.0, 1.0).asin() / TAU;
            let wave = triangle(along / self.pitch + turn);
            radius *= 0.92 + 0.08 * wave;
        }
        let inside = radius * radius - y * y;
        // The axis sinks from the head's height to the table, because the tip touches it.
        let axis = lerp(self.head_radius * 0.9, self.shank_radius, along / self.length);
        (inside > 0.0).then(|| {
            let height = axis + inside.sqrt();
            Surf::turned_along_x(height, self.material, x, if threaded { 0.0 } else { 0.1 })
        })
    }
}

impl Solid for Fastener {
    fn bound(&self) -> f32 {
        len2([0.5 * self.total(), self.head_radius]) + 1.0
    }

    fn at(&self, p: V2) -> Option<Surf> {
        let x = p[0] + 0.5 * self.total();
        if x < 0.0 || x > self.total() || p[1].abs() > self.head_radius {
            return None;
        }
        if x < self.head_length { self.head_at(x, p[1]) } else { self.shank_at(x, p[1]) }
    }
}

#[derive(Clone, Copy)]
enum Drive {
    Slot,
    Cross,
    Socket,
}

/// A screw standing on its tip or pushed through: only its round head and drive are seen.
pub struct ScrewHead {
    radius: f32,
    rise: f32,
    stand: f32,
    drive: Drive,
    material: Material,
}

impl ScrewHead {
    pub fn new(rng: &mut Rng, size: f32) -> Self {
        Self {
            radius: size * 0.85,
            rise: size * rng.range(0.15, 0.42),
            stand: size * rng.range(0.5, 1.2),
            drive: rng.pick(&[Drive::Slot, Drive::Cross, Drive::Cross, Drive::Socket]),
            material: fastener_metal(rng),
        }
    }

    /// Distance inside the recess, in units of the radius; negative outside.
    fn recess(&self, p: V2, r: f32) -> f32 {
        let (x, y) = (p[0].abs() / self.radius, p[1].abs() / self.radius);
        match self.drive {
            Drive::Slot => 0.12 - y,
            Drive::Cross => (0.13 - x.min(y)).min(0.55 - x.max(y)),
            Drive::Socket if r / self.radius > 0.6 => -1.0,
            Drive::Socket => 0.42 - x.max(0.5 * x + 0.866 * y),
        }
    }
}

impl Solid for ScrewHead {
    fn bound(&self) -> f32 {
        self.radius + 1.0
    }

    fn at(&self, p: V2) -> Option<Surf> {
        let r = len2(p);
        let t = r / self.radius;
        if t >= 1.0 {
            return None;
        }
        let dome = self.stand + self.rise * (1.0 - t * t);
        let edge = bevel_drop(self.radius - r, self.radius * 0.12);
        let cut = smoothstep(0.0, 0.09, self.recess(p, r)) * self.radius * 0.34;
        let mut material = self.material;
        if cut > self.radius * 0.17 {
            material.color = scale(material.color, 0.35);
            material.rough = 0.5;
        }
        Some(Surf::turned(dome - edge - cut, material, p, r, 0.1))
    }
}

/// Compression spring lying on its side, closed ends.
pub fn spring(rng: &mut Rng, size: f32) -> Tube {
    let radius = size * rng.range(0.5, 0.75);
    let wire = radius * rng.range(0.13, 0.22);
    let pitch = wire * rng.range(3.0, 4.8);
    let turns = rng.range(5.0, 9.0);
    let material = bright_steel(rng);
    let mut points = Vec::new();
    let steps = (turns * 26.0) as usize;
    let mut x = 0.0;
    for step in 0..=steps {
        let turn = step as f32 * turns / steps as f32;
        let from_end = turn.min(turns - turn);
        let advance = lerp(2.0 * wire, pitch, smoothstep(0.6, 1.5, from_end));
        x += advance * turns / steps as f32;
        let angle = turn * TAU;
        points.push([x, radius * angle.cos(), radius + wire + radius * angle.sin()]);
    }
    let middle = 0.5 * x;
    for point in &mut points {
        point[0] -= middle;
    }
    Tube::new(points, wire, material)
}

/// Spring standing on its end: coils one over the other.
pub fn spring_upright(rng: &mut Rng, size: f32) -> Tube {
    let radius = size * rng.range(0.62, 0.8);
    let wire = radius * rng.range(0.14, 0.2);
    let material = bright_steel(rng);
    let lean = size * rng.range(0.15, 0.5);
    let turns = 4.0;
    let steps = 130;
    let points = (0..=steps)
        .map(|step| {
            let turn = step as f32 * turns / steps as f32;
            let (sin, cos) = (turn * TAU).sin_cos();
            // Seen a little from the side: higher coils are displaced.
            let shift = lean * (turn / turns - 0.5);
            [radius * cos + shift, radius * sin, wire + turn * wire * 2.6]
        })
        .collect();
    Tube::new(points, wire, material)
}
