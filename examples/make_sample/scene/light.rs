//! Light: a soft box as key, weaker panels, and the room a metal reflects.

use super::math::{Rng, V2, V3, add, cross, dot, mix3, noise, normalize, scale, smoothstep};

/// The moods pictures are taken in; each is hard for a detector in its own way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mood {
    Normal,
    Dark,
    Warm,
    Cool,
    Glare,
    Low,
}

pub const MOODS: [Mood; 10] = [
    Mood::Normal,
    Mood::Normal,
    Mood::Normal,
    Mood::Normal,
    Mood::Dark,
    Mood::Warm,
    Mood::Warm,
    Mood::Cool,
    Mood::Glare,
    Mood::Low,
];

struct Panel {
    toward: V3,
    side: V3,
    up: V3,
    half: V2,
    color: V3,
}

impl Panel {
    fn new(toward: V3, half: V2, color: V3) -> Self {
        let toward = normalize(toward);
        let side = normalize(cross([0.0, 1.0, 0.05], toward));
        Self { toward, side, up: cross(toward, side), half, color }
    }

    /// How much of the panel a reflection toward `r` sees.
    fn seen(&self, r: V3, rough: f32) -> f32 {
        let depth = dot(r, self.toward);
        if depth < 0.05 {
            return 0.0;
        }
        let soft = 0.03 + 0.9 * rough;
        let cover = |x: f32, half: f32| {
            let inside = 1.0 - smoothstep(half - soft, half + soft, x.abs());
            inside * half / (half + 0.35 * soft)
        };
        cover(dot(r, self.side) / depth, self.half[0]) * cover(dot(r, self.up) / depth, self.half[1])
    }
}

pub struct Light {
    pub mood: Mood,
    pub key_toward: V3,
    pub key_color: V3,
    /// Angular radius of the key light: how soft its shadows are.
    pub key_spread: f32,
    pub ambient: V3,
    pub exposure: f32,
    key: Panel,
    fills: Vec<Panel>,
    room: V3,
    seed: u32,
}

impl Light {
    pub fn new(rng: &mut Rng, mood: Mood) -> Self {
        let angle = rng.range(0.0, std::f32::consts::TAU);
        let lift = if mood == Mood::Low { rng.range(0.45, 0.6) } else { rng.range(0.9, 1.7) };
        let toward = normalize([angle.cos(), angle.sin(), lift]);
        let tint = match mood {
            Mood::Warm => [1.18, 0.98, 0.70],
            Mood::Cool => [0.86, 1.0, 1.20],
            _ => [1.03, 1.0, 0.96],
        };
        let power = match mood {
            Mood::Dark => 0.9,
            Mood::Glare => 3.1,
            Mood::Low => 3.0,
            _ => 2.2,
        };
        let sky = if mood == Mood::Low { 0.42 } else { 0.62 };
        let spread = if mood == Mood::Low { 0.08 } else { rng.range(0.12, 0.26) };
        let key_color = scale(tint, power);
        let room = mix3([0.50, 0.53, 0.57], tint, 0.35);
        Self {
            mood,
            key_toward: toward,
            key_color,
            key_spread: spread,
            ambient: scale(room, sky * if mood == Mood::Dark { 0.5 } else { 1.0 }),
            exposure: match mood {
                Mood::Dark => 0.72,
                Mood::Glare => 1.18,
                _ => rng.range(0.95, 1.12),
            },
            key: Panel::new(toward, [0.42, 0.34], scale(key_color, 1.5)),
            fills: Self::fills(rng, angle, scale(tint, power * 0.45)),
            room,
            seed: rng.next() as u32,
        }
    }

    /// Two ceiling tubes and a window opposite the key.
    fn fills(rng: &mut Rng, key_angle: f32, color: V3) -> Vec<Panel> {
        let (sin, cos) = (key_angle + rng.range(2.2, 4.0)).sin_cos();
        let tilt = rng.range(-0.25, 0.25);
        vec![
            Panel::new([0.45 + tilt, 0.1, 1.0], [0.07, 0.9], scale(color, 1.3)),
            Panel::new([-0.5 + tilt, -0.1, 1.0], [0.07, 0.9], color),
            Panel::new([cos, sin, 0.8], [0.5, 0.35], scale(color, 0.9)),
        ]
    }

    /// What a surface sees toward `r`: (all but the key light, the key light).
    /// The two are apart because shadows take away only the second.
    pub fn reflected(&self, r: V3, rough: f32, floor: V3) -> (V3, V3) {
        let soft = 0.1 + 0.5 * rough;
        let above = smoothstep(-soft, soft, r[2]);
        let structure = noise(r[0] * 2.3 + 3.0, r[1] * 2.3, self.seed);
        let ceiling = 0.10 + 0.42 * smoothstep(0.0, 1.0, r[2]) + 0.16 * structure * (1.0 - rough);
        // The camera and its housing stand dark at the zenith.
        let camera = 0.25 * smoothstep(0.955 - 0.1 * rough, 0.995, r[2]) * (1.0 - rough);
        let level = (ceiling - camera).max(0.04);
        let lit = dot(self.ambient, [0.33, 0.33, 0.33]) * 1.7;
        let mut color = mix3(scale(floor, 0.55), scale(self.room, level * lit * 1.8), above);
        for panel in &self.fills {
            color = add(color, scale(panel.color, panel.seen(r, rough)));
        }
        (color, scale(self.key.color, self.key.seen(r, rough)))
    }
}

/// Film-like curve from linear light to display values 0…1.
pub fn tone(x: f32) -> f32 {
    let x = x.max(0.0) * 0.47;
    let mapped = (x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14);
    mapped.clamp(0.0, 1.0).powf(1.0 / 2.2)
}
