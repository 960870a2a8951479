//! The little mathematics the renderer needs: a seeded generator, vectors, noise and colour curves.
//!
//! Everything is plain arithmetic on seeds, so a scene comes out the same on every machine.

pub type V2 = [f32; 2];
pub type V3 = [f32; 3];

/// SplitMix64: tiny, well mixed, and the same everywhere.
#[derive(Clone)]
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        let mut rng = Self(seed ^ 0x9e37_79b9_7f4a_7c15);
        rng.next();
        rng
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in 0…1.
    pub fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    pub fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Uniform in `low..=high`.
    pub fn int(&mut self, low: usize, high: usize) -> usize {
        low + (self.next() % (high - low + 1) as u64) as usize
    }

    pub fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.int(0, choices.len() - 1)]
    }

    /// Roughly normal (sum of four uniforms), mean 0 and deviation 1: cheap enough for sensor noise.
    pub fn normal(&mut self) -> f32 {
        (self.unit() + self.unit() + self.unit() + self.unit() - 2.0) * 1.732
    }
}

pub fn dot2(a: V2, b: V2) -> f32 {
    a[0] * b[0] + a[1] * b[1]
}

pub fn len2(a: V2) -> f32 {
    dot2(a, a).sqrt()
}

pub fn dot(a: V3, b: V3) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub fn add(a: V3, b: V3) -> V3 {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub fn mul(a: V3, b: V3) -> V3 {
    [a[0] * b[0], a[1] * b[1], a[2] * b[2]]
}

pub fn scale(a: V3, s: f32) -> V3 {
    [a[0] * s, a[1] * s, a[2] * s]
}

pub fn cross(a: V3, b: V3) -> V3 {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

pub fn normalize(a: V3) -> V3 {
    scale(a, 1.0 / dot(a, a).sqrt().max(1e-9))
}

pub fn mix3(a: V3, b: V3, t: f32) -> V3 {
    [lerp(a[0], b[0], t), lerp(a[1], b[1], t), lerp(a[2], b[2], t)]
}

pub fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

pub fn smoothstep(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Turns `p` by the angle whose cosine and sine are `cs`.
pub fn rotate(p: V2, cs: V2) -> V2 {
    [p[0] * cs[0] - p[1] * cs[1], p[0] * cs[1] + p[1] * cs[0]]
}

/// Turns `p` back by the angle whose cosine and sine are `cs`.
pub fn unrotate(p: V2, cs: V2) -> V2 {
    rotate(p, [cs[0], -cs[1]])
}

/// Triangle wave of period 1 between −1 and 1.
pub fn triangle(x: f32) -> f32 {
    let f = x - x.floor();
    4.0 * (f - 0.5).abs() - 1.0
}

fn lattice(x: i32, y: i32, seed: u32) -> f32 {
    let mut h =
        (x as u32).wrapping_mul(0x8da6_b343) ^ (y as u32).wrapping_mul(0xd816_3841) ^ seed.wrapping_mul(0xcb1a_b31f);
    h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
    (h ^ (h >> 15)) as f32 / u32::MAX as f32
}

/// Smooth value noise in −1…1 with features one unit wide.
pub fn noise(x: f32, y: f32, seed: u32) -> f32 {
    let (fx, fy) = (x.floor(), y.floor());
    let (ix, iy) = (fx as i32, fy as i32);
    let (tx, ty) = (x - fx, y - fy);
    let (sx, sy) = (tx * tx * (3.0 - 2.0 * tx), ty * ty * (3.0 - 2.0 * ty));
    let top = lerp(lattice(ix, iy, seed), lattice(ix + 1, iy, seed), sx);
    let bottom = lerp(lattice(ix, iy + 1, seed), lattice(ix + 1, iy + 1, seed), sx);
    2.0 * lerp(top, bottom, sy) - 1.0
}

/// Noise summed over octaves, each half as wide and half as strong.
pub fn fbm(x: f32, y: f32, octaves: usize, seed: u32) -> f32 {
    let (mut sum, mut weight, mut frequency, mut total) = (0.0, 1.0, 1.0, 0.0);
    for octave in 0..octaves {
        sum += weight * noise(x * frequency, y * frequency, seed.wrapping_add(octave as u32));
        total += weight;
        weight *= 0.5;
        frequency *= 2.03;
    }
    sum / total
}

/// How far a rounded edge of radius `bevel` lies below its plateau at distance `inside` from the rim.
pub fn bevel_drop(inside: f32, bevel: f32) -> f32 {
    if inside >= bevel {
        return 0.0;
    }
    let t = 1.0 - inside.max(0.0) / bevel;
    bevel * (1.0 - (1.0 - t * t).max(0.0).sqrt())
}
