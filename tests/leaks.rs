//! What is measured in pictures, and items that are there twice.

use std::path::{Path, PathBuf};

use evalens::analysis::pictures::PictureTraits;
use evalens::model::NoProgress;
use evalens::session::errors::pictures::measure;
use serde_json::Value;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/traits").join(name)
}

fn expected() -> Value {
    let text = std::fs::read_to_string(data("expected.json")).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["pictures"].take()
}

fn traits_of(name: &str) -> PictureTraits {
    measure(&[Some(data(&format!("{name}.png")))], None, &NoProgress).unwrap()[0].unwrap()
}

/// Values recorded by `tests/data/traits/make.py` from ImageHash 4.3.2, OpenCV 5.0.0 and NumPy 2.4.6.
#[test]
fn pictures_are_measured_as_libraries_do() {
    let expected = expected();
    assert_eq!(expected.as_object().unwrap().len(), 6);
    for (name, of) in expected.as_object().unwrap() {
        let traits = traits_of(name);
        let number = |key: &str| of[key].as_f64().unwrap();
        let near = |found: f32, key: &str| {
            assert!((f64::from(found) - number(key)).abs() < 1e-7, "{name}: {key} is {found}, not {}", number(key));
        };
        assert_eq!((f64::from(traits.size.0), f64::from(traits.size.1)), (number("width"), number("height")));
        near(traits.brightness, "brightness");
        near(traits.contrast, "contrast");
        near(traits.sharpness, "sharpness");
        assert_eq!(format!("{:016x}", traits.gradient), of["dhash"].as_str().unwrap(), "{name}");
        if let Some(hash) = of["phash"].as_str() {
            assert_eq!(format!("{:016x}", traits.perceptual), hash, "{name}");
        }
    }
    assert!(expected["strip"]["phash"].is_null(), "all but the smallest have a perceptual hash");
}
