//! The surface the parts lie on: bench, belt, mat, tray, cardboard, enamel, concrete.

use super::math::{Rng, V2, V3, fbm, len2, lerp, mix3, mul, noise, rotate, scale, smoothstep, triangle, unrotate};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Bench,
    Belt,
    Enamel,
    Brushed,
    Mat,
    Cardboard,
    Tray,
    Concrete,
}

/// How often each surface occurs: an inspection station mostly sees its belt and trays.
pub const KINDS: [Kind; 10] = [
    Kind::Bench,
    Kind::Belt,
    Kind::Belt,
    Kind::Enamel,
    Kind::Brushed,
    Kind::Mat,
    Kind::Cardboard,
    Kind::Tray,
    Kind::Tray,
    Kind::Concrete,
];

pub struct Ground {
    pub kind: Kind,
    seed: u32,
    turn: V2,
    /// Pixels per texture unit: follows the zoom of the scene.
    unit: f32,
    tone: f32,
    stains: Vec<(V2, f32)>,
}

#[derive(Clone, Copy)]
pub struct GroundSurf {
    pub color: V3,
    pub metal: bool,
    pub rough: f32,
    pub bump: f32,
    pub groove: V2,
}

impl Ground {
    pub fn new(rng: &mut Rng, kind: Kind, zoom: f32, width: f32, height: f32) -> Self {
        let angle = match kind {
            Kind::Mat | Kind::Tray => rng.range(-0.15, 0.15),
            _ => rng.range(-0.5, 0.5) + rng.pick(&[0.0, std::f32::consts::FRAC_PI_2]),
        };
        let stains = (0..rng.pick(&[0, 0, 0, 1]))
            .map(|_| {
                let place = [rng.range(0.0, width), rng.range(0.0, height)];
                (place, zoom * rng.range(0.8, 2.4))
            })
            .collect();
        Self {
            kind,
            seed: rng.next() as u32,
            turn: [angle.cos(), angle.sin()],
            unit: zoom / 24.0,
            tone: rng.range(0.85, 1.12),
            stains,
        }
    }

    /// 0 dry … 1 in the middle of an oil stain.
    fn oil(&self, p: V2) -> f32 {
        self.stains
            .iter()
            .map(|(center, radius)| {
                let off = len2([p[0] - center[0], p[1] - center[1]]) / radius;
                let ragged = 0.5 * fbm(p[0] / radius * 0.9, p[1] / radius * 0.9, 2, self.seed ^ 31);
                smoothstep(1.0, 0.70, off + ragged)
            })
            .fold(0.0, f32::max)
    }

    /// The surface at image position `p` (pixels).
    pub fn at(&self, p: V2) -> GroundSurf {
        let q = rotate([p[0] / self.unit, p[1] / self.unit], self.turn);
        let mut surf = match self.kind {
            Kind::Bench => self.bench(q),
            Kind::Belt => self.belt(q),
            Kind::Enamel => self.enamel(q),
            Kind::Brushed => self.brushed(q),
            Kind::Mat => self.mat(q),
            Kind::Cardboard => self.cardboard(q),
            Kind::Tray => self.tray(q),
            Kind::Concrete => self.concrete(q),
        };
        surf.color = scale(surf.color, self.tone);
        surf.bump *= self.unit;
        let oil = self.oil(p);
        if oil > 0.0 {
            let wet = mul(surf.color, [0.42, 0.38, 0.32]);
            surf.color = mix3(surf.color, wet, oil * 0.85);
            surf.rough = lerp(surf.rough, 0.16, oil);
            surf.bump *= 1.0 - 0.7 * oil;
        }
        surf
    }

    fn matte(color: V3, rough: f32, bump: f32) -> GroundSurf {
        GroundSurf { color, metal: false, rough, bump, groove: [0.0, 0.0] }
    }

    fn bench(&self, q: V2) -> GroundSurf {
        let width = 92.0;
        let plank = (q[1] / width).floor();
        let seed = self.seed.wrapping_add(plank as i32 as u32 * 77);
        let across = q[1] + 9.0 * fbm(q[0] * 0.006, q[1] * 0.02, 2, seed);
        let rings = fbm(q[0] * 0.004, across * 0.11, 3, seed);
        let fiber = noise(q[0] * 0.05, q[1] * 1.3, seed ^ 3);
        let tone = 0.82 + 0.30 * rings + 0.07 * fiber + 0.10 * noise(plank * 3.7, 0.0, self.seed);
        let from_gap = (q[1] / width - plank).min(1.0 - (q[1] / width - plank)) * width;
        let gap = 1.0 - smoothstep(0.4, 1.6, from_gap);
        let color = mix3([0.26, 0.145, 0.07], [0.47, 0.31, 0.17], tone.clamp(0.0, 1.0));
        let color = scale(color, 1.0 - 0.75 * gap);
        Self::matte(color, 0.5, 0.10 * fiber + 0.2 * rings - 1.2 * gap)
    }

    fn belt(&self, q: V2) -> GroundSurf {
        let (u, v) = ((q[0] + q[1]) / 7.0, (q[0] - q[1]) / 7.0);
        let weave = triangle(u).max(triangle(v));
        let knob = smoothstep(0.1, 0.8, weave);
        let dust = fbm(q[0] * 0.02, q[1] * 0.05, 3, self.seed);
        let grain = noise(q[0] * 1.1, q[1] * 1.1, self.seed ^ 2);
        let tone = 0.060 + 0.010 * knob + 0.022 * dust + 0.006 * grain;
        Self::matte([tone * 0.97, tone, tone * 1.06], 0.55, 0.45 * knob + 0.12 * grain)
    }

    fn enamel(&self, q: V2) -> GroundSurf {
        let peel = fbm(q[0] * 0.22, q[1] * 0.22, 2, self.seed);
        let dirt = fbm(q[0] * 0.013, q[1] * 0.013, 4, self.seed ^ 4);
        let scratch = self.scratches(q, 0.45);
        let tone = 1.0 + 0.08 * dirt + 0.15 * scratch;
        Self::matte(scale([0.30, 0.36, 0.385], tone), 0.26, 0.10 * peel - 0.2 * scratch)
    }

    fn brushed(&self, q: V2) -> GroundSurf {
        let line = fbm(q[0] * 0.012, q[1] * 1.2, 2, self.seed);
        let blotch = fbm(q[0] * 0.012, q[1] * 0.012, 3, self.seed ^ 8);
        let scratch = self.scratches(q, 0.4);
        let tone = 0.50 + 0.06 * line + 0.05 * blotch + 0.10 * scratch;
        GroundSurf {
            color: [tone * 0.98, tone, tone * 1.02],
            metal: true,
            rough: 0.5,
            bump: 0.03 * line,
            groove: unrotate([0.0, 0.3], self.turn),
        }
    }

    fn mat(&self, q: V2) -> GroundSurf {
        let grain = noise(q[0] * 0.9, q[1] * 0.9, self.seed);
        let wear = fbm(q[0] * 0.02, q[1] * 0.02, 3, self.seed ^ 6);
        let line = |x: f32, period: f32, width: f32| {
            let off = (x / period - (x / period).round()).abs() * period;
            1.0 - smoothstep(width * 0.5, width, off)
        };
        let fine = line(q[0], 24.0, 0.7).max(line(q[1], 24.0, 0.7)) * 0.35;
        let bold = line(q[0], 120.0, 1.3).max(line(q[1], 120.0, 1.3)) * 0.7;
        let base = scale([0.035, 0.135, 0.105], 1.0 + 0.10 * wear + 0.06 * grain);
        let color = mix3(base, [0.42, 0.50, 0.36], fine.max(bold));
        Self::matte(color, 0.45, 0.12 * grain + 0.08 * self.scratches(q, 0.3))
    }

    fn cardboard(&self, q: V2) -> GroundSurf {
        let flute = (q[0] * 0.42).sin();
        let fiber = fbm(q[0] * 0.10, q[1] * 0.4, 3, self.seed);
        let speck = smoothstep(0.72, 0.9, noise(q[0] * 0.5, q[1] * 0.5, self.seed ^ 1));
        let tone = 1.0 + 0.020 * flute + 0.08 * fiber - 0.2 * speck;
        Self::matte(scale([0.44, 0.31, 0.19], tone), 0.85, 0.16 * flute + 0.12 * fiber)
    }

    fn tray(&self, q: V2) -> GroundSurf {
        let rib = smoothstep(0.72, 0.95, triangle(q[0] / 64.0).abs().max(triangle(q[1] / 64.0).abs()));
        let grain = noise(q[0] * 0.8, q[1] * 0.8, self.seed);
        let wear = fbm(q[0] * 0.02, q[1] * 0.02, 4, self.seed ^ 2);
        let scratch = self.scratches(q, 0.5);
        let tone = 1.0 + 0.07 * wear + 0.03 * grain;
        let color = scale([0.055, 0.125, 0.255], tone);
        let color = mix3(color, [0.22, 0.28, 0.36], 0.35 * scratch);
        let color = scale(color, 1.0 - 0.18 * rib);
        Self::matte(color, 0.32, 0.16 * grain - 1.0 * rib)
    }

    fn concrete(&self, q: V2) -> GroundSurf {
        let cloud = fbm(q[0] * 0.018, q[1] * 0.018, 4, self.seed);
        let sand = fbm(q[0] * 0.7, q[1] * 0.7, 2, self.seed ^ 3);
        let pore = smoothstep(0.70, 0.85, noise(q[0] * 0.16, q[1] * 0.16, self.seed ^ 5));
        let tone = 0.27 + 0.05 * cloud + 0.035 * sand - 0.10 * pore;
        Self::matte([tone * 1.03, tone, tone * 0.95], 0.9, 0.35 * sand - 0.8 * pore)
    }

    /// Sparse thin straight lines in three directions.
    fn scratches(&self, q: V2, density: f32) -> f32 {
        let mut sum: f32 = 0.0;
        for (index, (cos, sin)) in [(0.96, 0.28), (0.73, -0.68), (0.2, 0.98)].iter().enumerate() {
            let (u, v) = (q[0] * cos - q[1] * sin, q[0] * sin + q[1] * cos);
            let row = (v / 19.0).floor();
            let seed = self.seed ^ (index as u32 * 101 + 13);
            let middle = (row + 0.5 + 0.45 * noise(row * 5.3, 0.3, seed)) * 19.0;
            let here = noise(u * 0.011, row * 7.7, seed ^ 1);
            if here > 1.0 - density {
                let bow = 2.0 * noise(u * 0.01, row, seed ^ 3);
                sum = sum.max(1.0 - smoothstep(0.2, 0.9, (v - middle - bow).abs()));
            }
        }
        sum
    }
}
