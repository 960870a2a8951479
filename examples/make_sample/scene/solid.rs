//! What every shape in a scene tells the renderer: how high it stands at a point, and what it is made of.

use super::math::{Rng, V2, V3};

/// A material, seen by the shader. Metals colour their reflections, everything else its diffuse light.
#[derive(Clone, Copy)]
pub struct Material {
    pub color: V3,
    pub metal: bool,
    /// 0 mirror … 1 chalk.
    pub rough: f32,
    /// How strongly stains, dust and wear show.
    pub wear: f32,
}

/// The top of a shape at one point, in the shape's own coordinates.
#[derive(Clone, Copy)]
pub struct Surf {
    pub height: f32,
    pub material: Material,
    /// Direction across the machining grooves; its length says how strongly they spread reflections.
    pub groove: V2,
    /// Coordinate across the grooves: streaks are a function of it.
    pub streak: f32,
}

impl Surf {
    pub fn plain(height: f32, material: Material) -> Self {
        Self { height, material, groove: [0.0, 0.0], streak: 0.0 }
    }

    /// A surface turned on a lathe around the origin.
    pub fn turned(height: f32, material: Material, p: V2, radius: f32, strength: f32) -> Self {
        let inverse = strength / radius.max(1e-3);
        Self { height, material, groove: [p[0] * inverse, p[1] * inverse], streak: radius }
    }

    /// A surface turned around the x axis: grooves run around it, reflections spread along it.
    pub fn turned_along_x(height: f32, material: Material, x: f32, strength: f32) -> Self {
        Self { height, material, groove: [strength, 0.0], streak: x }
    }
}

/// A height field over its own coordinates (pixels, origin at its middle).
pub trait Solid: Send + Sync {
    /// Nothing lies farther than this from the origin.
    fn bound(&self) -> f32;
    /// The surface seen from above at `p`, or nothing there.
    fn at(&self, p: V2) -> Option<Surf>;
}

pub type Shape = Box<dyn Solid>;

const STEEL: V3 = [0.60, 0.60, 0.60];
const ZINC: V3 = [0.66, 0.69, 0.74];
const YELLOW_ZINC: V3 = [0.78, 0.66, 0.40];
const BRASS: V3 = [0.83, 0.64, 0.30];
const COPPER: V3 = [0.82, 0.50, 0.36];
const BLACK_OXIDE: V3 = [0.13, 0.13, 0.14];

fn metal(color: V3, rough: f32, wear: f32) -> Material {
    Material { color, metal: true, rough, wear }
}

pub fn matte(color: V3, rough: f32) -> Material {
    Material { color, metal: false, rough, wear: 0.3 }
}

/// A metal as fasteners come in, mostly steel and zinc.
pub fn fastener_metal(rng: &mut Rng) -> Material {
    let rough = rng.range(0.08, 0.30);
    let wear = rng.range(0.2, 1.0);
    let color = rng.pick(&[STEEL, STEEL, STEEL, ZINC, ZINC, ZINC, YELLOW_ZINC, BRASS, BLACK_OXIDE]);
    let rough = if color == BLACK_OXIDE { 0.35 } else { rough };
    metal(color, rough, wear)
}

/// Steel bright enough for bearings and springs.
pub fn bright_steel(rng: &mut Rng) -> Material {
    metal(rng.pick(&[STEEL, ZINC, [0.70, 0.70, 0.71]]), rng.range(0.05, 0.16), rng.range(0.1, 0.5))
}

pub fn washer_metal(rng: &mut Rng) -> Material {
    if rng.chance(0.15) { metal(COPPER, rng.range(0.12, 0.3), 0.8) } else { fastener_metal(rng) }
}

/// Gears are steel, brass or moulded plastic.
pub fn gear_material(rng: &mut Rng) -> Material {
    match rng.int(0, 9) {
        0..=3 => metal(STEEL, rng.range(0.12, 0.3), rng.range(0.2, 0.8)),
        4..=6 => metal(BRASS, rng.range(0.10, 0.26), rng.range(0.2, 0.8)),
        7 => matte([0.80, 0.79, 0.74], 0.35),
        8 => matte([0.045, 0.047, 0.05], 0.3),
        _ => metal(BLACK_OXIDE, 0.35, 0.5),
    }
}

pub fn rubber(rng: &mut Rng) -> Material {
    let color = rng.pick(&[
        [0.028, 0.028, 0.030],
        [0.028, 0.028, 0.030],
        [0.040, 0.040, 0.042],
        [0.36, 0.075, 0.035],
        [0.05, 0.11, 0.26],
        [0.05, 0.19, 0.10],
        [0.24, 0.12, 0.055],
    ]);
    matte(color, rng.range(0.30, 0.5))
}
