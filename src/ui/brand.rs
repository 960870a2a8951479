//! The program's mark: bars under a lens. Drawn by code, for the window, the task bar and `assets/icon.png`.

use egui::{Color32, IconData};

use super::theme::Theme;

/// Samples along each side of a pixel.
const FINE: u32 = 4;

/// The mark on a square of `side` pixels.
#[must_use]
pub fn icon(side: u32) -> IconData {
    let mut rgba = Vec::with_capacity((side * side * 4) as usize);
    for y in 0..side {
        for x in 0..side {
            rgba.extend(pixel(x, y, side));
        }
    }
    IconData { rgba, width: side, height: side }
}

/// The mean of the samples of one pixel, not premultiplied.
fn pixel(x: u32, y: u32, side: u32) -> [u8; 4] {
    let mut sum = [0.0_f32; 4];
    for sample in 0..FINE * FINE {
        let place = |pixel: u32, part: u32| (pixel as f32 + (part as f32 + 0.5) / FINE as f32) / side as f32;
        let [r, g, b, a] = at(place(x, sample % FINE), place(y, sample / FINE)).to_array();
        let weight = f32::from(a) / 255.0;
        for (total, value) in sum.iter_mut().zip([r, g, b].map(|v| f32::from(v) * weight).into_iter().chain([weight])) {
            *total += value;
        }
    }
    let [r, g, b, a] = sum;
    let color = |v: f32| if a > 0.0 { (v / a).round() as u8 } else { 0 };
    [color(r), color(g), color(b), (a / (FINE * FINE) as f32 * 255.0).round() as u8]
}

/// The colour at a place in the unit square.
fn at(x: f32, y: f32) -> Color32 {
    let theme = Theme::dark();
    let far = |from: (f32, f32)| (x - from.0).hypot(y - from.1);
    let lens = (0.46, 0.44);
    let ring = far(lens);
    // The handle: a thick line from the ring to the lower right corner.
    let along = ((x - lens.0) + (y - lens.1)) / std::f32::consts::SQRT_2;
    let across = ((x - lens.0) - (y - lens.1)).abs() / std::f32::consts::SQRT_2;
    if (0.37..0.62).contains(&along) && across < 0.06 {
        return theme.text;
    }
    if ring > 0.40 {
        return Color32::TRANSPARENT;
    }
    if ring > 0.325 {
        return theme.text;
    }
    for (left, top, color) in
        [(0.27, 0.46, theme.false_positive), (0.41, 0.28, theme.correct), (0.55, 0.38, theme.misclassified)]
    {
        if (left..left + 0.1).contains(&x) && (top..0.62).contains(&y) {
            return color;
        }
    }
    theme.surface
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `EVALENS_WRITE_ICON=1 cargo test --lib brand` writes the file again.
    #[test]
    fn the_file_is_what_the_code_draws() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/icon.png");
        let drawn = icon(256);
        let picture = image::RgbaImage::from_raw(drawn.width, drawn.height, drawn.rgba).unwrap();
        if std::env::var_os("EVALENS_WRITE_ICON").is_some() {
            picture.save(&file).unwrap();
        }
        assert_eq!(image::open(&file).unwrap().into_rgba8(), picture);
    }

    /// Differences at edges aside, which each way smooths a little otherwise.
    #[test]
    fn the_vector_file_shows_the_same() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/icon.svg");
        let text = std::fs::read_to_string(file).unwrap();
        let tree = resvg::usvg::Tree::from_str(&text, &resvg::usvg::Options::default()).unwrap();
        let mut picture = resvg::tiny_skia::Pixmap::new(256, 256).unwrap();
        resvg::render(&tree, resvg::tiny_skia::Transform::default(), &mut picture.as_mut());
        let drawn = icon(256);
        let pixels = drawn.rgba.chunks_exact(4).zip(picture.pixels());
        let far = pixels.filter(|(ours, theirs)| {
            let theirs = theirs.demultiply();
            let other = [theirs.red(), theirs.green(), theirs.blue(), theirs.alpha()];
            ours.iter().zip(other).any(|(a, b)| a.abs_diff(b) > 100)
        });
        assert!(far.count() < 256, "more than thin edges differ");
    }
}
