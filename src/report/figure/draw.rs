//! Figures as pixels.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{FontFamily, FontResolver, Options, Tree};

use super::fonts::{self, FAMILY, Fonts};
use super::{Figure, FigureError, Mark, svg, text};

/// No picture has more pixels on a side.
const MOST: f64 = 16_384.0;

/// The fonts that a figure needs: the system's only where a text has a letter that no bundled one has.
fn fonts(figure: &Figure) -> &'static Fonts {
    let foreign = |mark: &Mark| match mark {
        Mark::Text { text, .. } if !text::is_plain(text) => {
            text::runs(text).iter().any(|(font, _)| font.is_some_and(fonts::Helper::of_system))
        }
        _ => false,
    };
    if figure.marks.iter().any(foreign) { fonts::all() } else { fonts::bundled() }
}

/// A figure with its texts laid out.
pub(in crate::report) fn tree(figure: &Figure) -> Result<Tree, FigureError> {
    let fonts = fonts(figure);
    let by_name = FontResolver::default_font_selector();
    let select_font = move |font: &resvg::usvg::Font, database: &mut std::sync::Arc<fontdb::Database>| {
        let named = font.families().iter().find_map(|family| match family {
            FontFamily::Named(name) => fonts.face_of(name),
            _ => None,
        });
        named.or_else(|| by_name(font, database))
    };
    let options = Options {
        fontdb: std::sync::Arc::clone(&fonts.database),
        font_family: FAMILY.to_owned(),
        // Texts come with the font of each letter said, so nothing is left to be looked for.
        font_resolver: FontResolver { select_font: Box::new(select_font), select_fallback: Box::new(|_, _, _| None) },
        ..Options::default()
    };
    Tree::from_str(&svg::for_drawing(figure), &options).map_err(|error| FigureError(error.to_string()))
}

/// A figure at `scale` pixels a point.
pub(super) fn pixels(figure: &Figure, scale: f64) -> Result<Pixmap, FigureError> {
    let side = |points: f64| (points * scale).ceil();
    let (width, height) = (side(figure.width), side(figure.height));
    if !(1.0..=MOST).contains(&width) || !(1.0..=MOST).contains(&height) {
        return Err(FigureError(format!("{width} × {height} pixels; choose fewer rows or a smaller scale")));
    }
    let tree = tree(figure)?;
    let short = || FigureError("there is not so much memory".to_owned());
    let mut pixels = Pixmap::new(width as u32, height as u32).ok_or_else(short)?;
    resvg::render(&tree, Transform::from_scale(scale as f32, scale as f32), &mut pixels.as_mut());
    Ok(pixels)
}

/// Pixels as a PNG file, without opacity where nothing can be seen through.
pub(super) fn png(width: u32, height: u32, rgba: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let opaque = rgba.chunks_exact(4).all(|pixel| pixel.get(3) == Some(&255));
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_color(if opaque { png::ColorType::Rgb } else { png::ColorType::Rgba });
    let mut writer = encoder.write_header()?;
    if opaque {
        let rgb: Vec<u8> = rgba.chunks_exact(4).flat_map(|pixel| pixel.iter().take(3).copied()).collect();
        writer.write_image_data(&rgb)?;
    } else {
        writer.write_image_data(rgba)?;
    }
    writer.finish()?;
    Ok(bytes)
}
