//! Decoding pictures: formats, orientation, limits, damage.

use evalens::formats::picture::{decode, dimensions, header};

use crate::*;

#[test]
fn kinds_of_pictures() {
    for (name, size) in [
        ("grey.png", (7, 5)),
        ("sixteen.png", (6, 4)),
        ("alpha.webp", (8, 8)),
        ("plain.bmp", (8, 6)),
        ("plain.gif", (8, 6)),
        ("plain.tif", (8, 6)),
        ("really-png.jpg", (9, 6)),
    ] {
        let path = fixture("pictures").join(name);
        assert_eq!(dimensions(&path).unwrap(), size, "{name}");
        let picture = decode(&path, None).unwrap();
        assert_eq!((picture.width, picture.height), size, "{name}");
        assert_eq!((picture.source_width, picture.source_height), size, "{name}");
        assert_eq!(picture.rgba.len(), (size.0 * size.1 * 4) as usize, "{name}");
    }
    assert_eq!(decode(&fixture("pictures/grey.png"), None).unwrap().rgba[..4], [100, 100, 100, 255]);
    assert_eq!(decode(&fixture("pictures/alpha.webp"), None).unwrap().rgba[..4], [10, 20, 30, 128]);
}

/// The file holds 40×20 pixels, blue left and red right, and the EXIF orientation 6 (turn by 90° clockwise): shown, it is
/// 20×40, blue above and red below.
#[test]
fn orientation() {
    let path = fixture("pictures/turned.jpg");
    assert_eq!(header(&path).unwrap().stored(), (40, 20));
    assert_eq!(dimensions(&path).unwrap(), (20, 40));
    let picture = decode(&path, None).unwrap();
    assert_eq!((picture.width, picture.height, picture.source_width, picture.source_height), (20, 40, 20, 40));
    let pixel = |x: usize, y: usize| picture.rgba[(y * 20 + x) * 4..][..3].to_vec();
    let (above, below) = (pixel(10, 4), pixel(10, 36));
    assert!(above[2] > 150 && above[0] < 80, "{above:?}");
    assert!(below[0] > 150 && below[2] < 80, "{below:?}");
    let small = decode(&path, Some(10)).unwrap();
    assert_eq!((small.width, small.height, small.source_width, small.source_height), (5, 10, 20, 40));
    assert!(small.rgba[2] > 150, "{:?}", &small.rgba[..4]);
}

#[test]
fn scaling() {
    let path = fixture("pictures/grey.png");
    let small = decode(&path, Some(4)).unwrap();
    assert_eq!((small.width, small.height, small.source_width), (4, 3, 7));
    assert!(small.rgba.chunks(4).all(|p| p == [100, 100, 100, 255]));
    assert_eq!(decode(&path, Some(100)).unwrap().width, 7);
    assert_eq!(decode(&path, Some(1)).unwrap().rgba.len(), 4);
    assert_eq!(decode(&path, Some(0)).unwrap().width, 7);
    assert_eq!(decode(&fixture("pictures/sixteen.png"), Some(3)).unwrap().width, 3);
}

#[test]
fn damage() {
    let problem = |name: &str| decode(&fixture("pictures").join(name), None).unwrap_err().to_string();
    assert!(
        problem("no-picture.jpg").contains("is not a picture that can be decoded"),
        "{}",
        problem("no-picture.jpg")
    );
    assert!(problem("none.jpg").contains("check the path"));
    assert!(problem("../pictures").contains("is not a file"));
    // A header that promises more than fits: refused without taking the memory.
    assert!(
        problem("huge.png").contains("60000×60000") || problem("huge.png").contains("decoded"),
        "{}",
        problem("huge.png")
    );
    // A cut file is shown as far as it goes, or refused; it never panics.
    let _ = decode(&fixture("pictures/cut.jpg"), None);
    assert_eq!(dimensions(&fixture("pictures/huge.png")).unwrap(), (60000, 60000));
}

/// A header behind a large preview: more than the first stretch of the file must be read.
#[test]
fn a_header_far_inside() {
    let plain = std::fs::read(fixture("pictures/turned.jpg")).unwrap();
    let mut far = plain[..2].to_vec();
    for _ in 0..4 {
        far.extend([0xFF, 0xED, 0xFF, 0xFF]);
        far.extend(vec![0; 0xFFFD]);
    }
    far.extend(&plain[2..]);
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "far.jpg", &far);
    assert_eq!(dimensions(&root.path().join("far.jpg")).unwrap(), (20, 40));
}
