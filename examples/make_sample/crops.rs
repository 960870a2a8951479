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
/// Bins of a brightness or colour.
const BINS: usize = 8;

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

/// Shares of the pixels by brightness and by the balance of red and blue: what a part is made of, not its shape.
pub fn colours(picture: &RgbImage) -> Vec<f32> {
    let mut shares = vec![0.0; 3 * BINS];
    let each = 1.0 / (picture.width() * picture.height()) as f32;
    for pixel in picture.pixels() {
        let [r, g, b] = pixel.0.map(f32::from);
        let sum = (r + g + b).max(1.0);
        for (part, value) in [sum / 765.0, (r / sum) * 1.5, (b / sum) * 1.5].into_iter().enumerate() {
            let bin = ((value * BINS as f32) as usize).min(BINS - 1);
            shares[part * BINS + bin] += each;
        }
    }
    shares
}

/// Histograms of the directions of edges in a grid of cells, of unit length, and the brightness of each cell.
pub fn shape(picture: &RgbImage) -> Vec<f32> {
    let side = SIDE as usize;
    let grey = |x: usize, y: usize| {
        let [r, g, b] = picture.get_pixel(x as u32, y as u32).0.map(f32::from);
        (0.299 * r + 0.587 * g + 0.114 * b) / 255.0
    };
    let mut edges = vec![0.0_f32; CELLS * CELLS * DIRECTIONS];
    let mut light = vec![0.0_f32; CELLS * CELLS];
    for y in 1..side - 1 {
        for x in 1..side - 1 {
            let cell = (y * CELLS / side) * CELLS + x * CELLS / side;
            let (dx, dy) = (grey(x + 1, y) - grey(x - 1, y), grey(x, y + 1) - grey(x, y - 1));
            // Which way along an edge does not matter.
            let turn = (dy.atan2(dx) / std::f32::consts::PI).rem_euclid(1.0);
            let direction = ((turn * DIRECTIONS as f32) as usize).min(DIRECTIONS - 1);
            edges[cell * DIRECTIONS + direction] += dx.hypot(dy);
            light[cell] += grey(x, y);
        }
    }
    let length = edges.iter().map(|e| e * e).sum::<f32>().sqrt().max(1e-6);
    let pixels = (side * side / (CELLS * CELLS)) as f32;
    edges.iter().map(|e| e / length).chain(light.iter().map(|l| l / pixels)).collect()
}
