//! Parts that lie flat: washers, nuts, o-rings, bearings and gears.

use super::math::{Rng, V2, bevel_drop, len2, lerp, rotate, scale, smoothstep, triangle};
use super::solid::{Material, Solid, Surf, bright_steel, fastener_metal, gear_material, matte, rubber, washer_metal};

const TAU: f32 = std::f32::consts::TAU;

/// Flat or split washer.
pub struct Washer {
    inner: f32,
    outer: f32,
    thick: f32,
    bevel: f32,
    /// Half opening of a spring washer's slit, 0 for a closed ring.
    slit: f32,
    turned: f32,
    material: Material,
}

impl Washer {
    pub fn new(rng: &mut Rng, size: f32) -> Self {
        let split = rng.chance(0.22);
        let ratio = if split { rng.range(0.60, 0.68) } else { rng.range(0.42, 0.60) };
        let thick = size * if split { 0.24 } else { rng.range(0.09, 0.17) };
        Self {
            inner: size * ratio,
            outer: size,
            thick,
            bevel: thick * rng.range(0.35, 0.7),
            slit: if split { size * 0.05 } else { 0.0 },
            turned: rng.pick(&[0.0, 0.10, 0.22]),
            material: washer_metal(rng),
        }
    }
}

impl Solid for Washer {
    fn bound(&self) -> f32 {
        self.outer + 1.0
    }

    fn at(&self, p: V2) -> Option<Surf> {
        let r = len2(p);
        let mut inside = (r - self.inner).min(self.outer - r);
        let mut height = self.thick;
        if self.slit > 0.0 {
            // The slit is oblique and its two ends stand at different heights.
            if p[0] > 0.0 {
                inside = inside.min((p[1] - 0.3 * (p[0] - self.outer * 0.8)).abs() - self.slit);
            }
            height *= 1.0 + 0.5 * p[1].atan2(p[0]) / TAU;
        }
        (inside > 0.0).then(|| {
            let height = height - bevel_drop(inside, self.bevel);
            Surf::turned(height, self.material, p, r, self.turned)
        })
    }
}

/// Distance inside a hexagon of the given inscribed radius; negative outside.
fn hexagon(p: V2, inscribed: f32) -> f32 {
    let (x, y) = (p[0].abs(), p[1].abs());
    inscribed - x.max(0.5 * x + 0.866_025_4 * y)
}

/// The chamfer that gives nuts and bolt heads their arcs: a cone cutting the corners.
fn corner_chamfer(r: f32, inscribed: f32) -> f32 {
    ((r - inscribed * 0.95) * 0.55).max(0.0)
}

/// Hex nut, plain, flanged, or with a nylon insert.
pub struct HexNut {
    inscribed: f32,
    hole: f32,
    thick: f32,
    flange: f32,
    nylon: bool,
    turned: f32,
    material: Material,
    insert: Material,
}

impl HexNut {
    pub fn new(rng: &mut Rng, size: f32) -> Self {
        let style = rng.int(0, 9);
        let flange = if style == 0 { size } else { 0.0 };
        let inscribed = size * if style == 0 { 0.72 } else { 0.88 };
        Self {
            inscribed,
            hole: inscribed * rng.range(0.50, 0.62),
            thick: inscribed * rng.range(0.7, 0.95),
            flange,
            nylon: style == 1 || style == 2,
            turned: rng.pick(&[0.0, 0.06, 0.16]),
            material: fastener_metal(rng),
            insert: matte(rng.pick(&[[0.08, 0.20, 0.48], [0.72, 0.72, 0.66]]), 0.4),
        }
    }

    /// The threaded bore: a chamfered mouth, then ridges going down.
    fn bore(&self, p: V2, r: f32) -> Option<Surf> {
        let depth = self.hole * 1.12 - r;
        let wall = self.hole * 0.16;
        if depth > wall + self.hole * 0.12 {
            return None;
        }
        let slope = self.thick * 0.75 * (depth / (wall + self.hole * 0.12));
        let ridge = 0.035 * self.hole * triangle(r / self.hole * 14.0 + p[1].atan2(p[0]) / TAU);
        let dark = Material { color: scale(self.material.color, 0.55), ..self.material };
        Some(Surf::plain(self.thick - slope + ridge, dark))
    }
}

impl Solid for HexNut {
    fn bound(&self) -> f32 {
        (self.inscribed * 1.16).max(self.flange) + 1.0
    }

    fn at(&self, p: V2) -> Option<Surf> {
        let r = len2(p);
        if r < self.hole * 1.12 && !self.nylon {
            return self.bore(p, r);
        }
        if self.nylon && r < self.inscribed * 0.86 {
            if r < self.hole * 0.9 {
                return None;
            }
            let collar = (r - self.hole * 0.9).min(self.inscribed * 0.86 - r);
            let top = self.thick * 1.25 - bevel_drop(collar, self.inscribed * 0.14);
            let is_insert = r < self.hole * 1.22;
            let material = if is_insert { self.insert } else { self.material };
            let top = if is_insert { top - self.thick * 0.08 } else { top };
            return Some(Surf::turned(top, material, p, r, 0.1));
        }
        let inside = hexagon(p, self.inscribed);
        if inside > 0.0 {
            let edge = bevel_drop(inside, self.inscribed * 0.07);
            let height = self.thick - corner_chamfer(r, self.inscribed) - edge;
            return Some(Surf::turned(height, self.material, p, r, self.turned));
        }
        let rim = self.flange - r;
        (rim > 0.0).then(|| {
            let slope = 0.18 * (r - self.inscribed * 0.9).max(0.0);
            let height = self.thick * 0.38 - slope - bevel_drop(rim, self.flange * 0.06);
            Surf::turned(height, self.material, p, r, 0.12)
        })
    }
}

/// The head of a bolt standing upright: a nut's outline without the hole.
pub struct HexHead {
    inscribed: f32,
    thick: f32,
    mark: u32,
    material: Material,
}

impl HexHead {
    pub fn new(rng: &mut Rng, size: f32) -> Self {
        Self { inscribed: size * 0.88, thick: size * 1.3, mark: rng.int(0, 2) as u32, material: fastener_metal(rng) }
    }
}

impl Solid for HexHead {
    fn bound(&self) -> f32 {
        self.inscribed * 1.16 + 1.0
    }

    fn at(&self, p: V2) -> Option<Surf> {
        let inside = hexagon(p, self.inscribed);
        if inside <= 0.0 {
            return None;
        }
        let r = len2(p);
        let mut height = self.thick - corner_chamfer(r, self.inscribed) - bevel_drop(inside, self.inscribed * 0.07);
        // Stamped strength marks: radial dashes.
        if self.mark > 0 {
            let sector = p[1].atan2(p[0]) / TAU * (3 * self.mark) as f32;
            let dash = (sector - sector.round()).abs() * r / self.mark as f32;
            let radial = (r - self.inscribed * 0.55).abs();
            if radial < self.inscribed * 0.22 {
                height -= self.inscribed * 0.04 * (1.0 - smoothstep(0.1, 0.35, dash));
            }
        }
        Some(Surf::turned(height, self.material, p, r, 0.05))
    }
}

/// Rubber ring of round section, slightly out of round as such rings lie.
pub struct ORing {
    radius: f32,
    section: f32,
    squash: f32,
    phase: V2,
    material: Material,
}

impl ORing {
    pub fn new(rng: &mut Rng, size: f32) -> Self {
        let section = size * rng.range(0.09, 0.21);
        let angle = rng.range(0.0, TAU);
        Self {
            radius: size - section,
            section,
            squash: rng.range(0.0, 0.07),
            phase: [angle.cos(), angle.sin()],
            material: rubber(rng),
        }
    }
}

impl Solid for ORing {
    fn bound(&self) -> f32 {
        (self.radius + self.section) * 1.08 + 1.0
    }

    fn at(&self, p: V2) -> Option<Surf> {
        let r = len2(p).max(1e-3);
        let q = rotate([p[0] / r, p[1] / r], self.phase);
        let radius = self.radius * (1.0 + self.squash * (q[0] * q[0] - q[1] * q[1]));
        let off = r - radius;
        let inside = self.section * self.section - off * off;
        (inside > 0.0).then(|| Surf::plain(self.section + inside.sqrt(), self.material))
    }
}

enum Cover {
    Balls(usize),
    Shield(Material),
}

/// Ball bearing, open or covered by a metal shield or a rubber seal.
pub struct Bearing {
    outer: f32,
    bore: f32,
    thick: f32,
    cover: Cover,
    turned: f32,
    steel: Material,
}

impl Bearing {
    pub fn new(rng: &mut Rng, size: f32) -> Self {
        let steel = bright_steel(rng);
        let cover = match rng.int(0, 5) {
            0 | 1 => Cover::Balls(rng.int(7, 10)),
            2 | 3 => Cover::Shield(Material { color: scale(steel.color, 0.88), rough: 0.3, ..steel }),
            _ => Cover::Shield(matte(
                rng.pick(&[[0.03, 0.03, 0.032], [0.03, 0.03, 0.032], [0.33, 0.10, 0.03], [0.04, 0.12, 0.30]]),
                0.4,
            )),
        };
        Self {
            outer: size,
            bore: size * rng.range(0.32, 0.44),
            thick: size * rng.range(0.42, 0.56),
            cover,
            turned: rng.pick(&[0.05, 0.15, 0.25]),
            steel,
        }
    }

    fn race(&self, p: V2, r: f32, low: f32, high: f32) -> Surf {
        let inside = (r - low).min(high - r);
        let height = self.thick - bevel_drop(inside, self.outer * 0.05);
        Surf::turned(height, self.steel, p, r, self.turned)
    }

    fn between(&self, p: V2, r: f32, low: f32, high: f32) -> Surf {
        let middle = 0.5 * (low + high);
        let half = 0.5 * (high - low);
        match &self.cover {
            Cover::Shield(material) => {
                let across = ((r - middle) / half).abs();
                let groove = 0.5 * half * (1.0 - smoothstep(0.72, 0.95, across));
                let height = self.thick - half * 0.75 + groove;
                Surf::turned(height, *material, p, r, if material.metal { 0.18 } else { 0.0 })
            }
            Cover::Balls(count) => {
                let step = TAU / *count as f32;
                let angle = p[1].atan2(p[0]);
                let nearest = (angle / step).round() * step;
                let center = [middle * nearest.cos(), middle * nearest.sin()];
                let off = len2([p[0] - center[0], p[1] - center[1]]);
                let radius = half * 1.12;
                let inside = radius * radius - off * off;
                let cage = self.thick * 0.42;
                if inside > 0.0 && self.thick * 0.45 + inside.sqrt() > cage {
                    return Surf::plain(self.thick * 0.45 + inside.sqrt(), Material { rough: 0.03, ..self.steel });
                }
                Surf::plain(cage, Material { color: scale(self.steel.color, 0.35), rough: 0.4, ..self.steel })
            }
        }
    }
}

impl Solid for Bearing {
    fn bound(&self) -> f32 {
        self.outer + 1.0
    }

    fn at(&self, p: V2) -> Option<Surf> {
        let r = len2(p);
        if r < self.bore || r > self.outer {
            return None;
        }
        let width = self.outer - self.bore;
        let (inner_race, outer_race) = (self.bore + width * 0.28, self.outer - width * 0.26);
        Some(if r < inner_race {
            self.race(p, r, self.bore, inner_race)
        } else if r > outer_race {
            self.race(p, r, outer_race, self.outer)
        } else {
            self.between(p, r, inner_race, outer_race)
        })
    }
}

/// Spur gear with hub, web, bore, keyway and sometimes holes in the web.
pub struct Gear {
    outer: f32,
    root: f32,
    teeth: f32,
    bore: f32,
    hub: f32,
    hub_rise: f32,
    web_drop: f32,
    holes: usize,
    keyway: bool,
    thick: f32,
    turned: f32,
    material: Material,
}

impl Gear {
    pub fn new(rng: &mut Rng, size: f32) -> Self {
        let teeth = rng.int(12, 26) as f32;
        let thick = size * rng.range(0.22, 0.4);
        let hub = rng.range(0.34, 0.42);
        Self {
            outer: size,
            root: size * (1.0 - (4.0 / teeth).min(0.26)),
            teeth,
            bore: size * rng.range(0.16, 0.24),
            hub: size * hub,
            hub_rise: thick * rng.pick(&[0.0, 0.25, 0.5]),
            web_drop: thick * rng.pick(&[0.0, 0.25, 0.4]),
            holes: rng.pick(&[0, 0, 4, 5, 6]),
            keyway: rng.chance(0.5),
            thick,
            turned: rng.pick(&[0.05, 0.12, 0.22]),
            material: gear_material(rng),
        }
    }

    /// Distance inside the toothed outline: flanks are straight, tips and roots flat.
    fn outline(&self, p: V2, r: f32) -> f32 {
        let wave = triangle(p[1].atan2(p[0]) / TAU * self.teeth);
        let tooth = smoothstep(-0.42, 0.42, wave);
        lerp(self.root, self.outer, tooth) - r
    }

    fn in_hole(&self, p: V2, web_inner: f32, web_outer: f32) -> f32 {
        if self.holes == 0 {
            return f32::MAX;
        }
        let step = TAU / self.holes as f32;
        let nearest = (p[1].atan2(p[0]) / step).round() * step;
        let middle = 0.5 * (web_inner + web_outer);
        let center = [middle * nearest.cos(), middle * nearest.sin()];
        len2([p[0] - center[0], p[1] - center[1]]) - 0.32 * (web_outer - web_inner)
    }
}

impl Solid for Gear {
    fn bound(&self) -> f32 {
        self.outer + 1.0
    }

    fn at(&self, p: V2) -> Option<Surf> {
        let r = len2(p);
        let mut inside = self.outline(p, r).min(r - self.bore);
        if self.keyway && p[0] > 0.0 {
            let slot = (p[1].abs() - self.bore * 0.3).max(p[0] - self.bore * 1.35);
            inside = inside.min(slot);
        }
        let (web_inner, web_outer) = (self.hub, self.root * 0.86);
        inside = inside.min(self.in_hole(p, web_inner, web_outer));
        if inside <= 0.0 {
            return None;
        }
        let soft = self.outer * 0.03;
        let hub = self.hub_rise * (1.0 - smoothstep(self.hub - soft, self.hub + soft, r));
        let web = smoothstep(web_inner - soft, web_inner + soft, r)
            * (1.0 - smoothstep(web_outer - soft, web_outer + soft, r));
        let height = self.thick + hub - self.web_drop * web - bevel_drop(inside, self.outer * 0.035);
        let spread = if self.material.metal { self.turned } else { 0.0 };
        Some(Surf::turned(height, self.material, p, r, spread))
    }
}
