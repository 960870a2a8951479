//! A small renderer for trays of machine parts seen from above.
//!
//! Every part is a height field; light, shadow and reflections are computed on the sum of them.

mod camera;
mod clutter;
mod ground;
mod layout;
mod light;
pub mod math;
mod raster;
mod rings;
mod rods;
mod shade;
mod solid;
mod tube;

pub use layout::{CLASSES, HEIGHT, Scene, WIDTH};
pub use raster::Truth;

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;

const QUALITY: u8 = 78;

/// The picture of scene `number` and what can be seen in it.
pub fn render(number: u64) -> (RgbImage, Vec<Truth>) {
    let scene = Scene::new(number);
    let grid = raster::Grid::new(&scene);
    let samples = shade::shade(&scene, &grid);
    (camera::develop(&scene, &samples), grid.truths(&scene))
}

/// The picture as the bytes of a JPEG file.
pub fn to_jpeg(picture: &RgbImage) -> image::ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(picture)?;
    Ok(bytes)
}
