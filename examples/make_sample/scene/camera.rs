//! The camera: from linear light to an eight-bit picture with blur, bloom, vignette and noise.

use super::layout::{HEIGHT, Scene, WIDTH};
use super::light::{Mood, tone};
use super::math::{Rng, V3, add, dot2, len2, scale};
use super::raster::{GRID_W, OVER};
use image::RgbImage;

/// Takes the picture.
pub fn develop(scene: &Scene, samples: &[V3]) -> RgbImage {
    let mut film = average(samples);
    if scene.light.mood == Mood::Glare {
        add_glare(scene, &mut film);
    }
    let bloom = blurred(&film.iter().map(bright).collect::<Vec<_>>(), 5.0);
    let strength = if scene.light.mood == Mood::Glare { 0.35 } else { 0.14 };
    for (pixel, glow) in film.iter_mut().zip(&bloom) {
        *pixel = add(*pixel, scale(*glow, strength));
    }
    if scene.blur > 0.0 {
        film = blurred(&film, scene.blur);
    }
    expose(scene, &film)
}

/// Box average of the samples of each pixel. Very bright samples are held back: a sensor
/// saturates, and edges of highlights stay smooth.
fn average(samples: &[V3]) -> Vec<V3> {
    let share = 1.0 / (OVER * OVER) as f32;
    let mut film = vec![[0.0; 3]; WIDTH * HEIGHT];
    for (index, sample) in samples.iter().enumerate() {
        let (x, y) = (index % GRID_W / OVER, index / GRID_W / OVER);
        let held = sample.map(|v| v.min(4.0));
        film[y * WIDTH + x] = add(film[y * WIDTH + x], scale(held, share));
    }
    film
}

fn bright(pixel: &V3) -> V3 {
    pixel.map(|v| (v - 1.0).max(0.0))
}

/// A reflection of the lamp on lens and surface, washing out one side.
fn add_glare(scene: &Scene, film: &mut [V3]) {
    let toward = scene.light.key_toward;
    let flat = len2([toward[0], toward[1]]).max(1e-3);
    let center = [WIDTH as f32 * (0.5 + 0.42 * toward[0] / flat), HEIGHT as f32 * (0.5 + 0.42 * toward[1] / flat)];
    for (index, pixel) in film.iter_mut().enumerate() {
        let off = [(index % WIDTH) as f32 - center[0], (index / WIDTH) as f32 - center[1]];
        let near = 1.0 / (1.0 + dot2(off, off) / (95.0 * 95.0));
        *pixel = add(*pixel, scale(scene.light.key_color, 0.13 * near * near));
    }
}

/// Separable Gaussian with the borders repeated.
fn blurred(film: &[V3], sigma: f32) -> Vec<V3> {
    let reach = (sigma * 2.6).ceil() as i32;
    let weights: Vec<f32> = (-reach..=reach).map(|i| (-0.5 * (i as f32 / sigma).powi(2)).exp()).collect();
    let total: f32 = weights.iter().sum();
    let pass = |from: &[V3], dx: i32, dy: i32| -> Vec<V3> {
        (0..from.len() as i32)
            .map(|index| {
                let (x, y) = (index % WIDTH as i32, index / WIDTH as i32);
                let mut sum = [0.0; 3];
                for (step, weight) in (-reach..=reach).zip(&weights) {
                    let sx = (x + step * dx).clamp(0, WIDTH as i32 - 1);
                    let sy = (y + step * dy).clamp(0, HEIGHT as i32 - 1);
                    let there = from[(sy * WIDTH as i32 + sx) as usize];
                    sum = add(sum, scale(there, weight / total));
                }
                sum
            })
            .collect()
    };
    pass(&pass(film, 1, 0), 0, 1)
}

fn expose(scene: &Scene, film: &[V3]) -> RgbImage {
    let mut rng = Rng::new(0x0001_5e00 + scene.number);
    let mut picture = RgbImage::new(WIDTH as u32, HEIGHT as u32);
    for (index, pixel) in picture.pixels_mut().enumerate() {
        let x = (index % WIDTH) as f32 / WIDTH as f32 - 0.5;
        let y = (index / WIDTH) as f32 / WIDTH as f32 - 0.375;
        let vignette = 1.0 - 0.75 * (x * x + y * y);
        let luma = scene.grain * rng.normal();
        for (value, light) in pixel.0.iter_mut().zip(film[index]) {
            let light = light * scene.light.exposure * vignette;
            let noisy = tone(light) + luma + 0.4 * scene.grain * rng.normal();
            *value = (noisy * 255.0 + 0.5).clamp(0.0, 255.0) as u8;
        }
    }
    picture
}
