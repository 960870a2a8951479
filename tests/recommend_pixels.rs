//! Cards of segmenters: each fires on masks drawn for it, names class and counts, gains what repaired masks gain, and is silent
//! on masks without its fault.

use std::path::Path;
use std::process::Command;

use image::{GrayImage, Luma};
use serde_json::Value;

const SKY: u8 = 0;
const BLOCK: u8 = 1;
const WIRE: u8 = 2;

/// 400 × 300 pixels, the diagonal of 500: "near" means 10 pixels. A block of 200 × 160 and a wire of 4 × 260.
fn truth(x: u32, y: u32) -> u8 {
    match (x, y) {
        (40..240, 60..220) => BLOCK,
        (300..304, 20..280) => WIRE,
        _ => SKY,
    }
}

fn write(path: &Path, class: impl Fn(u32, u32) -> u8) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    GrayImage::from_fn(400, 300, |x, y| Luma([class(x, y)])).save(path).unwrap();
}

/// The document of masks of one image.
fn evaluate(predicted: impl Fn(u32, u32) -> u8) -> Value {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("classes.json"), r#"["Sky", "Block", "Wire"]"#).unwrap();
    write(&dir.path().join("masks/test/a.png"), truth);
    write(&dir.path().join("predictions/net/v1/test/a.png"), predicted);
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalens"));
    command.args(["evaluate", dir.path().to_str().unwrap(), "--json", "-"]).env("EVALENS_KEEP_IN", dir.path());
    let output = command.env_remove("DISPLAY").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn card<'a>(document: &'a Value, kind: &str) -> Option<&'a Value> {
    document["recommendations"].as_array().unwrap().iter().find(|card| card["kind"] == kind)
}

const KINDS: [&str; 3] = ["thin_structures", "border_errors", "region_errors"];

fn kinds(document: &Value) -> Vec<&str> {
    KINDS.into_iter().filter(|kind| card(document, kind).is_some()).collect()
}

/// What a card promises is what the repaired masks have more.
fn gains(document: &Value, kind: &str, repaired: &Value) {
    let gain = card(document, kind).unwrap()["estimated_gain"].as_f64().unwrap();
    let f1 = |document: &Value| document["summary"]["f1"].as_f64().unwrap();
    let expected = f1(repaired) - f1(document);
    assert!((gain - expected).abs() < 1e-9 && gain > 0.0, "{kind} promises {gain}, repaired masks gain {expected}");
}

#[test]
fn right_masks_have_no_card() {
    assert_eq!(kinds(&evaluate(truth)), [""; 0]);
}

/// Three quarters of the wire are called sky.
#[test]
fn a_thin_structure_that_is_missed() {
    let broken = |x, y| if truth(x, y) == WIRE && y % 4 != 0 { SKY } else { truth(x, y) };
    let document = evaluate(broken);
    let found = card(&document, "thin_structures").unwrap();
    assert_eq!(found["classes"], serde_json::json!(["Wire"]));
    // By hand: 4 × 260 pixels, a quarter of them right and none wrongly added.
    assert_eq!((&found["evidence"]["pixels"], &found["evidence"]["wrong"]), (&1040.0.into(), &780.0.into()));
    assert_eq!(found["evidence"]["iou"], 0.25);
    assert_eq!(
        (&found["evidence"]["near_outline"], &found["evidence"]["near_outline_wrong"]),
        (&1040.0.into(), &780.0.into())
    );
    gains(&document, "thin_structures", &evaluate(truth));
    // As badly found, but thick: a block of which three quarters are missed is no thin structure.
    let thick = evaluate(|x, y| if truth(x, y) == BLOCK && y % 4 != 0 { SKY } else { truth(x, y) });
    assert!(!kinds(&thick).contains(&"thin_structures"));
}

/// The block is drawn 6 pixels too small on each side, which is near its outline; or its middle is another class.
#[test]
fn errors_at_borders_and_in_regions() {
    let smaller = |x, y| match truth(x, y) {
        BLOCK if !((46..234).contains(&x) && (66..214).contains(&y)) => SKY,
        class => class,
    };
    let document = evaluate(smaller);
    assert_eq!(kinds(&document), ["border_errors"]);
    let found = card(&document, "border_errors").unwrap();
    // By hand: 200 × 160 less 188 × 148.
    assert_eq!((&found["evidence"]["wrong"], &found["evidence"]["share"]), (&4176.0.into(), &1.0.into()));
    gains(&document, "border_errors", &evaluate(truth));

    let hollow = |x, y| if (80..200).contains(&x) && (100..180).contains(&y) { WIRE } else { truth(x, y) };
    let document = evaluate(hollow);
    assert!(kinds(&document).contains(&"region_errors") && !kinds(&document).contains(&"border_errors"));
    let found = card(&document, "region_errors").unwrap();
    assert_eq!((&found["evidence"]["wrong"], &found["evidence"]["share"]), (&9600.0.into(), &0.0.into()));
    assert_eq!(found["classes"], serde_json::json!(["Block"]));
    gains(&document, "region_errors", &evaluate(truth));
}
