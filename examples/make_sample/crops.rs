//! Small pictures of single parts, cut out of the rendered scenes, and what is measured on their pixels.

use image::RgbImage;
use image::imageops::{self, FilterType};

/// Side of a small picture.
pub const SIDE: u32 = 40;
/// Share of the longer side that is shown around a part.
const AROUND: f32 = 0.12;
/// Cells along a side and directions of the histogram of gradients.
const CELLS: usize = 4;
const DIRECTIONS: usize = 6;
/// Rings around the middle.
const RINGS: usize = 10;
/// How often directions are wound around before they are added up: 1 tells long parts, 3 hexagons.
const HARMONICS: [f32; 5] = [1.0, 2.0, 3.0, 4.0, 6.0];

/// A square around a box (left, top, right, bottom), brought to [`SIDE`]; where it leaves the scene it is moved inside.
pub fn cut(picture: &RgbImage, [left, top, right, bottom]: [f32; 4]) -> RgbImage {
    let (width, height) = picture.dimensions();
    let side = ((right - left).max(bottom - top) * (1.0 + 2.0 * AROUND)).round().clamp(8.0, width.min(height) as f32);
    let start =
        |low: f32, high: f32, whole: u32| ((low + high - side) / 2.0).round().clamp(0.0, whole as f32 - side) as u32;
    let (x, y) = (start(left, right, width), start(top, bottom, height));
    let square = imageops::crop_imm(picture, x, y, side as u32, side as u32).to_image();
    imageops::resize(&square, SIDE, SIDE, FilterType::Triangle)
}

/// The brightness of every pixel in 0…1, row by row.
fn grey(picture: &RgbImage) -> Vec<f32> {
    let light = |pixel: &image::Rgb<u8>| {
        let [r, g, b] = pixel.0.map(f32::from);
        (0.299 * r + 0.587 * g + 0.114 * b) / 255.0
    };
    picture.pixels().map(light).collect()
}

/// Calls back for every pixel that is not on the border: place, brightness, and how it grows to the right and downwards.
fn slopes(picture: &RgbImage, mut with: impl FnMut([usize; 2], f32, [f32; 2])) {
    let (grey, side) = (grey(picture), SIDE as usize);
    let at = |x: usize, y: usize| grey[y * side + x];
    for y in 1..side - 1 {
        for x in 1..side - 1 {
            with([x, y], at(x, y), [at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1)]);
        }
    }
}

/// The direction of an edge as a share of half a turn: which way along it does not matter.
fn turn([dx, dy]: [f32; 2]) -> f32 {
    (dy.atan2(dx) / std::f32::consts::PI).rem_euclid(1.0)
}

/// Histograms of the directions of edges in a grid of cells, of unit length.
pub fn edges(picture: &RgbImage) -> Vec<f32> {
    let side = SIDE as usize;
    let mut edges = vec![0.0_f32; CELLS * CELLS * DIRECTIONS];
    slopes(picture, |[x, y], _, slope| {
        let cell = (y * CELLS / side) * CELLS + x * CELLS / side;
        let direction = ((turn(slope) * DIRECTIONS as f32) as usize).min(DIRECTIONS - 1);
        edges[cell * DIRECTIONS + direction] += slope[0].hypot(slope[1]);
    });
    let length = edges.iter().map(|e| e * e).sum::<f32>().sqrt().max(1e-6);
    edges.iter().map(|e| e / length).collect()
}

/// What does not change when a part is turned: brightness and slopes by the distance from the middle, and how much the
/// directions of all edges agree.
pub fn rings(picture: &RgbImage) -> Vec<f32> {
    let middle = (SIDE as f32 - 1.0) / 2.0;
    // Pixels, brightness and its square, slope outwards and its size, size of the slope around.
    let mut rings = vec![[0.0_f32; 6]; RINGS];
    let mut agreement = [[0.0_f32; 2]; HARMONICS.len()];
    let mut all = 0.0;
    slopes(picture, |[x, y], light, slope| {
        let (dx, dy) = (x as f32 - middle, y as f32 - middle);
        let far = dx.hypot(dy).max(1e-6);
        let (out, around) = ((slope[0] * dx + slope[1] * dy) / far, (slope[0] * dy - slope[1] * dx) / far);
        if let Some(ring) = rings.get_mut((far / (SIDE as f32 / 2.0) * RINGS as f32) as usize) {
            let of_pixel = [1.0, light, light * light, out, out.abs(), around.abs()];
            ring.iter_mut().zip(of_pixel).for_each(|(sum, value)| *sum += value);
        }
        let size = slope[0].hypot(slope[1]);
        all += size;
        for (sum, times) in agreement.iter_mut().zip(HARMONICS) {
            let angle = 2.0 * std::f32::consts::PI * times * turn(slope);
            sum[0] += size * angle.cos();
            sum[1] += size * angle.sin();
        }
    });
    let of_ring = |[n, light, squares, out, outs, arounds]: &[f32; 6]| {
        let (n, mean) = (n.max(1.0), light / n.max(1.0));
        [mean, (squares / n - mean * mean).max(0.0).sqrt(), out / n, outs / n, arounds / n]
    };
    let agreed = agreement.iter().map(|[c, s]| c.hypot(*s) / all.max(1e-6));
    let pixels = ((SIDE - 2) * (SIDE - 2)) as f32;
    rings.iter().flat_map(of_ring).chain(agreed).chain([all / pixels]).collect()
}
