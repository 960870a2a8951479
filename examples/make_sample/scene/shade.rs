//! Lighting of the sampled grid: soft shadows, ambient occlusion, metal and matte surfaces.

use super::layout::{HEIGHT, Scene, WIDTH};
use super::light::Light;
use super::math::{V2, V3, add, cross, dot, dot2, fbm, len2, mix3, mul, noise, normalize, scale};
use super::raster::{Cell, GRID_W, Grid, OVER};
use super::solid::Material;
use rayon::prelude::*;

const SHADOW_RAYS: usize = 12;
/// A spiral covering the disc of the key light evenly.
const GOLDEN: f32 = 2.399_963;

/// Light toward the camera for every sample of the grid.
pub fn shade(scene: &Scene, grid: &Grid) -> Vec<V3> {
    let floor = floor_glow(scene);
    let mut out = vec![[0.0; 3]; grid.cells.len()];
    out.par_chunks_mut(GRID_W).enumerate().for_each(|(y, row)| {
        for (x, pixel) in row.iter_mut().enumerate() {
            *pixel = Sample::new(scene, grid, x, y, floor).color();
        }
    });
    out
}

/// Average light the ground sends back up; steep metal flanks reflect it.
fn floor_glow(scene: &Scene) -> V3 {
    let mut sum = [0.0; 3];
    for index in 0..64 {
        let p = [(index % 8) as f32 * WIDTH as f32 / 8.0, (index / 8) as f32 * HEIGHT as f32 / 8.0];
        sum = add(sum, scale(scene.ground.at(p).color, 1.0 / 64.0));
    }
    let light = &scene.light;
    let received = add(light.ambient, scale(light.key_color, light.key_toward[2] * 0.6));
    mul(sum, received)
}

struct Sample<'a> {
    scene: &'a Scene,
    grid: &'a Grid,
    cell: &'a Cell,
    /// Position on the grid.
    at: (usize, usize),
    /// Position in the picture.
    p: V2,
    view: V3,
    floor: V3,
}

impl<'a> Sample<'a> {
    fn new(scene: &'a Scene, grid: &'a Grid, x: usize, y: usize, floor: V3) -> Self {
        let p = [(x as f32 + 0.5) / OVER as f32, (y as f32 + 0.5) / OVER as f32];
        let center = [WIDTH as f32 * 0.5, HEIGHT as f32 * 0.5];
        Self {
            scene,
            grid,
            cell: &grid.cells[y * GRID_W + x],
            at: (x, y),
            p,
            view: normalize([center[0] - p[0], center[1] - p[1], 1.5 * WIDTH as f32]),
            floor,
        }
    }

    fn color(&self) -> V3 {
        let key = self.key_visible();
        let open = self.openness();
        if self.cell.owner == 0 { self.ground(key, open) } else { self.part(key, open) }
    }

    /// Share of the key light that reaches the sample past everything higher.
    fn key_visible(&self) -> f32 {
        let light = &self.scene.light;
        let start = self.cell.height + 0.25;
        if start >= self.grid.highest {
            return 1.0;
        }
        let side = normalize(cross([0.0, 0.0, 1.0], light.key_toward));
        let up = cross(light.key_toward, side);
        let spin = grain(self.at.0, self.at.1) * std::f32::consts::TAU;
        let mut reached = 0.0;
        for ray in 0..SHADOW_RAYS {
            let radius = ((ray as f32 + 0.5) / SHADOW_RAYS as f32).sqrt() * light.key_spread;
            let angle = ray as f32 * GOLDEN + spin;
            let offset = add(scale(side, radius * angle.cos()), scale(up, radius * angle.sin()));
            if !self.blocked(add(light.key_toward, offset), start) {
                reached += 1.0;
            }
        }
        reached / SHADOW_RAYS as f32
    }

    fn blocked(&self, toward: V3, start: f32) -> bool {
        let flat = len2([toward[0], toward[1]]).max(1e-3);
        let (dx, dy) = (toward[0] / flat, toward[1] / flat);
        // Heights are in pixels, the grid in samples.
        let rise = toward[2] / flat / OVER as f32;
        let mut far = 1.2 + 0.6 * grain(self.at.1, self.at.0);
        loop {
            let height = start + rise * far;
            if height > self.grid.highest {
                return false;
            }
            match self.height_at(dx * far, dy * far) {
                None => return false,
                Some(there) if there > height => return true,
                Some(_) => far *= 1.13,
            }
        }
    }

    fn height_at(&self, dx: f32, dy: f32) -> Option<f32> {
        let (x, y) = (self.at.0 as f32 + dx, self.at.1 as f32 + dy);
        if x < 0.0 || y < 0.0 || x >= GRID_W as f32 {
            return None;
        }
        self.grid.heights.get(y as usize * GRID_W + x as usize).copied()
    }

    /// Ambient occlusion: 1 under the open sky, less in corners and between parts.
    fn openness(&self) -> f32 {
        const DIRECTIONS: usize = 8;
        let reach = self.scene.zoom * 1.2 * OVER as f32;
        let spin = grain(self.at.0 + 17, self.at.1) * std::f32::consts::TAU;
        let mut blocked = 0.0;
        for direction in 0..DIRECTIONS {
            let angle = direction as f32 / DIRECTIONS as f32 * std::f32::consts::TAU + spin;
            let (sin, cos) = angle.sin_cos();
            let mut horizon: f32 = 0.0;
            let mut far = 1.5;
            while far < reach {
                if let Some(there) = self.height_at(cos * far, sin * far) {
                    let rise = (there - self.cell.height) * OVER as f32 / far;
                    horizon = horizon.max(rise * (1.0 - far / reach));
                }
                far *= 1.7;
            }
            blocked += horizon / (1.0 + horizon * horizon).sqrt();
        }
        1.0 - blocked / DIRECTIONS as f32
    }

    /// The key light weakens across the picture, as a lamp beside the table does.
    fn falloff(&self) -> f32 {
        let toward = self.scene.light.key_toward;
        let x = self.p[0] / WIDTH as f32 - 0.5;
        let y = self.p[1] / WIDTH as f32 - 0.375;
        1.0 + 0.5 * (toward[0] * x + toward[1] * y)
    }

    fn ground(&self, key: f32, open: f32) -> V3 {
        let ground = &self.scene.ground;
        let here = ground.at(self.p);
        let right = ground.at([self.p[0] + 0.5, self.p[1]]).bump;
        let below = ground.at([self.p[0], self.p[1] + 0.5]).bump;
        let normal = normalize([(here.bump - right) * 2.0, (here.bump - below) * 2.0, 1.0]);
        let material = Material { color: here.color, metal: here.metal, rough: here.rough, wear: 0.0 };
        if here.metal {
            self.metal(&material, normal, here.groove, key, open)
        } else {
            self.matte(&material, normal, key, open)
        }
    }

    fn part(&self, key: f32, open: f32) -> V3 {
        let cell = self.cell;
        let seed = cell.owner as u32 * 977;
        let mut material = cell.material;
        let scaled = [self.p[0] / self.scene.zoom, self.p[1] / self.scene.zoom];
        let stain = fbm(scaled[0] * 2.2, scaled[1] * 2.2, 3, seed);
        let dust = fbm(scaled[0] * 9.0, scaled[1] * 9.0, 2, seed ^ 3);
        let worn = material.wear * (0.6 * stain + 0.4 * dust);
        material.rough = (material.rough + 0.12 * worn).clamp(0.02, 1.0);
        material.color = scale(material.color, 1.0 + 0.22 * worn.min(0.2));
        if !material.metal {
            return self.matte(&material, cell.normal, key, open);
        }
        // Streaks left by the tool tilt the surface a little across the grooves.
        let streak = noise(cell.streak * 1.9, 0.0, seed) * 0.35;
        let fine =
            [noise(self.p[0] * 0.9, self.p[1] * 0.9, seed ^ 1), noise(self.p[0] * 0.9, self.p[1] * 0.9, seed ^ 2)];
        let bumpy = 0.02 + 0.05 * cell.material.wear * material.rough;
        let normal = normalize([
            cell.normal[0] + streak * cell.groove[0] + bumpy * fine[0],
            cell.normal[1] + streak * cell.groove[1] + bumpy * fine[1],
            cell.normal[2],
        ]);
        self.metal(&material, normal, cell.groove, key, open)
    }

    /// Metal: the room reflected, spread across the grooves, plus a trace of diffuse light.
    fn metal(&self, material: &Material, normal: V3, groove: V2, key: f32, open: f32) -> V3 {
        let light = &self.scene.light;
        let taps: &[f32] = if dot2(groove, groove) > 1e-6 { &[-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5] } else { &[0.0] };
        let mut mirrored = [0.0; 3];
        let occluded = open * open;
        for tap in taps {
            let n = normalize([normal[0] + tap * groove[0], normal[1] + tap * groove[1], normal[2]]);
            let facing = dot(n, self.view);
            let r = add(scale(n, 2.0 * facing), scale(self.view, -1.0));
            let (room, lamp) = light.reflected(r, material.rough, self.floor);
            let seen = add(scale(room, occluded), scale(lamp, key * self.falloff()));
            mirrored = add(mirrored, scale(seen, 1.0 / taps.len() as f32));
        }
        let grazing = (1.0 - dot(normal, self.view).max(0.0)).powi(5) * 0.5;
        let tint = mix3(material.color, [1.0; 3], grazing);
        let diffuse = scale(self.diffuse(light, normal, key, open), 0.16);
        add(mul(tint, mirrored), mul(material.color, diffuse))
    }

    fn matte(&self, material: &Material, normal: V3, key: f32, open: f32) -> V3 {
        let light = &self.scene.light;
        let diffuse = mul(material.color, self.diffuse(light, normal, key, open));
        if material.rough > 0.84 {
            return diffuse;
        }
        let facing = dot(normal, self.view).max(0.0);
        let r = add(scale(normal, 2.0 * facing), scale(self.view, -1.0));
        let (room, lamp) = light.reflected(r, material.rough, self.floor);
        let fresnel = 0.04 + 0.5 * (1.0 - facing).powi(5);
        let strength = fresnel * (1.0 - 0.75 * material.rough);
        let seen = add(scale(room, open * open), scale(lamp, key * self.falloff()));
        add(diffuse, scale(seen, strength))
    }

    fn diffuse(&self, light: &Light, normal: V3, key: f32, open: f32) -> V3 {
        let facing = dot(normal, light.key_toward).max(0.0) * key * self.falloff();
        let upward = 0.5 + 0.5 * normal[2];
        let sky = mix3(scale(self.floor, 0.6), light.ambient, upward);
        add(scale(sky, open), scale(light.key_color, facing))
    }
}

/// A fixed pattern in 0…1 that looks like noise: turns shadow rays so that their steps don't band.
fn grain(x: usize, y: usize) -> f32 {
    let f = 0.067_110_56 * x as f32 + 0.005_837_15 * y as f32;
    let f = 52.982_918 * (f - f.floor());
    f - f.floor()
}
