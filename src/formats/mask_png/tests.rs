use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::model::Levels;

fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// A PNG; `data` as the samples lie in it.
fn png_of(size: (u32, u32), colour: png::ColorType, depth: png::BitDepth, palette: &[u8], data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.0, size.1);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if !palette.is_empty() {
        encoder.set_palette(palette.to_vec());
    }
    encoder.write_header().unwrap().write_image_data(data).unwrap();
    bytes
}

fn indexed(palette: &[[u8; 3]], data: &[u8]) -> Vec<u8> {
    png_of((data.len() as u32, 1), png::ColorType::Indexed, png::BitDepth::Eight, palette.as_flattened(), data)
}

fn indices(bytes: &[u8], palette: Option<&Palette>) -> Vec<u16> {
    let (_folder, path) = file("mask.png", bytes);
    let (mask, _) = read(&path, palette).unwrap();
    (0..mask.height).flat_map(|y| (0..mask.width).map(move |x| (x, y))).map(|(x, y)| mask.get(x, y).unwrap()).collect()
}

fn refused(name: &str, bytes: &[u8]) -> String {
    let (_folder, path) = file(name, bytes);
    read(&path, None).unwrap_err().to_string()
}

const RED: [u8; 3] = [255, 0, 0];
const BLUE: [u8; 3] = [0, 0, 255];

#[test]
fn few_bits_are_not_scaled() {
    let grey = |depth, data: &[u8]| indices(&png_of((3, 2), png::ColorType::Grayscale, depth, &[], data), None);
    assert_eq!(grey(png::BitDepth::One, &[0b1010_0000, 0b0110_0000]), [1, 0, 1, 0, 1, 1]);
    assert_eq!(grey(png::BitDepth::Two, &[0b1101_1000, 0b0011_0100]), [3, 1, 2, 0, 3, 1]);
    assert_eq!(grey(png::BitDepth::Four, &[0x1F, 0x20, 0x34, 0x50]), [1, 15, 2, 3, 4, 5]);
    let words = [0, 1, 1, 0, 0xFF, 0xFF, 0, 4, 0, 5, 0, 6];
    assert_eq!(grey(png::BitDepth::Sixteen, &words), [1, 256, 65_535, 4, 5, 6]);
}

#[test]
fn transparency_is_passed_over() {
    let grey = png_of((2, 1), png::ColorType::GrayscaleAlpha, png::BitDepth::Eight, &[], &[3, 0, 4, 255]);
    assert_eq!(indices(&grey, None), [3, 4]);
    let palette = Palette::from_colours(vec![(RED, 5), (BLUE, 6)]);
    let colour = [255, 9, 0, 9, 0, 9, 0, 0, 0, 7, 0, 7, 255, 7, 9, 9];
    let colour = png_of((2, 1), png::ColorType::Rgba, png::BitDepth::Sixteen, &[], &colour);
    assert_eq!(indices(&colour, Some(&palette)), [5, 6]);
}

/// The rule of positions and colours, case by case.
#[test]
fn a_palette_counts_where_it_is_that_of_the_classes() {
    let classes = Palette::from_colours(vec![([0; 3], 0), (RED, 1), (BLUE, 2)]);
    let two = indexed(&[BLUE, RED, [9, 9, 9]], &[0, 1, 1]);
    assert_eq!(indices(&two, None), [0, 1, 1]);
    assert_eq!(indices(&two, Some(&classes)), [2, 1, 1]);
    // A position in use whose colour is none of the classes'.
    assert_eq!(indices(&indexed(&[BLUE, RED, [9, 9, 9]], &[0, 1, 2]), Some(&classes)), [0, 1, 2]);
    // Two positions of one colour: the colours are not what tells them apart.
    assert_eq!(indices(&indexed(&[[0; 3], [0; 3]], &[0, 1]), Some(&classes)), [0, 1]);
    // Greys in their order.
    let greys: Vec<[u8; 3]> = (0..=255).map(|g| [g; 3]).collect();
    let black_last = Palette::from_colours(vec![(RED, 0), ([0; 3], 1)]);
    assert_eq!(indices(&indexed(&greys, &[0, 0]), Some(&black_last)), [0, 0]);
    assert_eq!(indices(&indexed(&greys, &[0, 0]), Some(&Palette::default())), [0, 0]);
}

#[test]
fn greys_count_as_colours_only_where_they_are_no_indices() {
    let grey = |data: &[u8]| png_of((2, 1), png::ColorType::Grayscale, png::BitDepth::Eight, &[], data);
    let two = Palette::from_colours(vec![([255; 3], 0), ([0; 3], 1)]);
    assert_eq!(indices(&grey(&[0, 255]), Some(&two)), [1, 0]);
    assert_eq!(indices(&grey(&[0, 1]), Some(&two)), [0, 1]);
    assert_eq!(indices(&grey(&[7, 255]), Some(&two)), [7, 255]);
}

#[test]
fn unknown_colours_are_of_no_class_and_named() {
    let palette = Palette::from_colours(vec![(RED, 1), (RED, 9)]);
    let pixels: Vec<[u8; 3]> = (0..30_u8).flat_map(|i| vec![[0, i, i]; usize::from(i) + 1]).chain([RED]).collect();
    let size = (pixels.len() as u32, 1);
    let bytes = png_of(size, png::ColorType::Rgb, png::BitDepth::Eight, &[], pixels.as_flattened());
    let (_folder, path) = file("mask.png", &bytes);
    let (mask, unknown) = read(&path, Some(&palette)).unwrap();
    assert_eq!((mask.get(0, 0), mask.get(size.0 - 1, 0)), (Some(NO_CLASS), Some(1)));
    assert_eq!((unknown.pixels, unknown.colours.len()), (30 * 31 / 2, Unknown::COLOURS));
    assert_eq!(unknown.colours.first(), Some(&([0, 29, 29], 30)));
}

#[test]
fn what_is_no_mask_is_refused_with_a_sentence() {
    assert!(refused("mask.png", b"\xFF\xD8\xFF\xE0 and so on").contains("is a JPEG"), "told by content");
    assert!(refused("mask.png", b"").contains("is empty"));
    assert!(refused("mask.png", b"GIF89a").contains("is no PNG, BMP, TIFF or WebP picture"));
    assert!(refused("mask.webp", b"RIFF\x10\0\0\0WEBPVP8 \x04\0\0\0\0\0\0\0").contains("WebP with loss"));
    let rgb = png_of((1, 1), png::ColorType::Rgb, png::BitDepth::Eight, &[], &[1, 2, 3]);
    assert!(refused("mask.png", &rgb).contains("give the colours in a classes.json"));
    let mut animation = Vec::new();
    let mut encoder = png::Encoder::new(&mut animation, 1, 1);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[1]).unwrap();
    writer.write_image_data(&[2]).unwrap();
    writer.finish().unwrap();
    assert!(refused("mask.png", &animation).contains("is an animation"));
    let folder = tempfile::tempdir().unwrap();
    assert!(read(folder.path(), None).unwrap_err().to_string().contains("is a folder"));
}

/// A PNG of one grey pixel whose header then says something else.
fn of_said_size(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png_of((1, 1), png::ColorType::Grayscale, png::BitDepth::Eight, &[], &[0]);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let mut crc = flate_crc(&bytes[12..29]).to_be_bytes();
    bytes[29..33].swap_with_slice(&mut crc);
    bytes
}

/// CRC-32 as PNG has it.
fn flate_crc(bytes: &[u8]) -> u32 {
    let bit = |crc: u32, _| if crc & 1 == 1 { 0xEDB8_8320 ^ crc >> 1 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), bit))
}

#[test]
fn sizes_are_checked_before_memory_is_asked_for() {
    assert!(refused("mask.png", &of_said_size(1 << 15, 1 << 15)).contains("more than the 268435456 that are read"));
    assert!(refused("mask.png", &of_said_size(1 << 13, 1 << 13)).contains("bytes can hold"));
    assert!(refused("mask.png", &of_said_size(u32::MAX, u32::MAX)).contains("header: "));
    assert!(refused("mask.png", &of_said_size(0, 5)).contains("header: "));
    assert!(refused("mask.png", &of_said_size(4000, 4000)).contains("picture data: cannot be decoded"));
}

fn small_set() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/segmentation");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let small = entries.filter(|path| name(path).starts_with("a."));
    small.map(|path| (name(&path), std::fs::read(&path).unwrap())).collect()
}

#[test]
fn files_cut_off_anywhere_do_no_harm() {
    let palette = Palette::from_colours(vec![([128, 64, 128], 0), ([128, 128, 0], 1), ([64, 0, 128], 2), ([0; 3], 3)]);
    let files = small_set();
    assert!(files.len() > 15);
    for (name, bytes) in files {
        let (_folder, path) = file(&name, &bytes);
        let step = 1 + bytes.len() / 400;
        for length in (0..bytes.len()).step_by(step) {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let (mask, confidence) = (read(&path, Some(&palette)), read_confidence(&path));
            if length < bytes.len() / 2 {
                assert!(mask.is_err() && confidence.is_err(), "{name} cut off at {length}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn changed_bytes_do_no_harm(which in 0..64_usize, changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..6)) {
        let files = small_set();
        let (name, mut bytes) = files[which % files.len()].clone();
        for (at, value) in changes {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        let (_folder, path) = file(&name, &bytes);
        let _ = (read(&path, None), read_confidence(&path));
    }

    #[test]
    fn any_bytes_do_no_harm(kind in 0..6_usize, bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let starts: [&[u8]; 6] =
            [b"", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"BM", b"II*\0\x08\0\0\0", b"RIFF\0\0\0\0WEBPVP8L", b"[{\"name\":"];
        let bytes = [starts[kind], &bytes].concat();
        for name in ["mask.png", "map.npy", "map.npz", "classes.json", "classes.csv", "classes.txt"] {
            let (_folder, path) = file(name, &bytes);
            let _ = (read(&path, None), read_confidence(&path), read_classes(&path));
        }
    }
}

/// A NumPy array of doubles.
fn array(shape: &str, values: &[f64]) -> Vec<u8> {
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    bytes
}

fn map(name: &str, bytes: &[u8]) -> Result<crate::model::Confidence, String> {
    let (_folder, path) = file(name, bytes);
    read_confidence(&path).map_err(|e| e.to_string())
}

/// By hand: 0.5 of 65,535 steps is 32,767.5, to the even 32,768; 1.5 of 65,535 parts is 1.5, to the even 2.
#[test]
fn numbers_become_steps() {
    let values = [0.0, 0.5, 1.0, f64::NAN, f64::INFINITY, 1.5 / 65_535.0];
    let read = map("map.npy", &array("(2, 3)", &values)).unwrap();
    assert_eq!((read.width, read.height, read.not_finite), (3, 2, 2));
    assert_eq!(read.levels, Levels::Word(vec![0, 32_768, 65_535, 0, 0, 2]));
    assert_eq!(map("map.npy", &array("(1, 2, 1)", &[1.0005, -0.0005])).unwrap().levels, Levels::Word(vec![65_535, 0]));
}

#[test]
fn what_is_no_map_of_confidence_is_refused() {
    let error = map("map.npy", &array("(1, 2)", &[0.5, 87.5])).unwrap_err();
    assert!(error.contains("row 1, column 2: holds 87.5"), "{error}");
    assert!(map("map.npy", &array("(2,)", &[0.5, 0.5])).unwrap_err().contains("not that of rows and columns"));
    assert!(map("map.npy", &array("(1, 2, 2)", &[0.5; 4])).unwrap_err().contains("not that of rows and columns"));
    assert!(map("map.npy", &array("(0, 2)", &[])).unwrap_err().contains("0 pixels"));
    assert!(map("map.png", &indexed(&[RED], &[0])).unwrap_err().contains("not grey of 8 or 16 bits"));
    let bit = png_of((1, 1), png::ColorType::Grayscale, png::BitDepth::One, &[], &[0]);
    assert!(map("map.png", &bit).unwrap_err().contains("not grey of 8 or 16 bits"));
    assert!(map("map.tiff", b"II*\0").unwrap_err().contains("neither PNG nor NumPy"));
    let grey = png_of((1, 1), png::ColorType::Grayscale, png::BitDepth::Sixteen, &[], &[1, 2]);
    assert_eq!(map("map.png", &grey).unwrap().levels, Levels::Word(vec![258]));
}
