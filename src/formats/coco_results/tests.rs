//! Reading in blocks and stretches against reading in one piece, and both against `serde_json`.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::formats::json::tests::mutated;
use crate::model::{ClassTable, DatasetBuilder, Image, ModelIdentity, Predictions};

const IMAGES: i64 = 6;

/// Images 1…6 named `a1.jpg`…, classes with ids 1…4.
fn dataset() -> Dataset {
    let mut classes = ClassTable::default();
    for id in 1..5 {
        classes.push(format!("class {id}"), id);
    }
    let image = |id| Image { source_id: id, name: format!("a{id}.jpg"), width: 100, height: 100, ..Image::default() };
    DatasetBuilder { classes, images: (1..=IMAGES).map(image).collect(), ..DatasetBuilder::default() }.build()
}

/// Rows as bits, so that equal means equal to the last bit.
type Rows = Vec<(u32, u32, [u64; 5])>;
type Outcome = Result<(Rows, Vec<crate::model::Finding>), String>;

fn rows_of(p: &Predictions) -> Rows {
    let row = |at: usize| {
        let b = p.bbox[at];
        (p.image[at].0, p.class[at].0, [b.x, b.y, b.w, b.h, p.score[at]].map(f64::to_bits))
    };
    (0..p.len()).map(row).collect()
}

fn outcome(path: &Path, sizes: Sizes) -> Outcome {
    let dataset = dataset();
    let mut builder = PredictionsBuilder::default();
    let mut findings = Findings::default();
    let all = read_file(path, sizes, &Images::new(&dataset, 0), &mut builder, &NoProgress);
    let all = all.map_err(|e| e.to_string())?;
    let classes_of = |met: &[(i64, usize)]| met.iter().map(|&(id, _)| dataset.classes.by_source_id(id)).collect();
    finish(all, &source::short_name(path), 0, &classes_of, &mut builder, &mut findings);
    Ok((rows_of(&builder.build(ModelIdentity::default(), dataset.images.len())), findings.sorted()))
}

/// Reads the bytes in one piece and in blocks of several sizes; all must agree, findings and errors included.
fn read_all_ways(bytes: &[u8]) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.json");
    std::fs::write(&path, bytes).unwrap();
    let whole = outcome(&path, Sizes { block: 1 << 22, stretch: 1 << 22 });
    for (block, stretch) in [(64, 16), (300, 100), (1000, 250), (1 << 20, 64)] {
        assert_eq!(outcome(&path, Sizes { block, stretch }), whole, "block {block}, stretch {stretch}");
    }
    whole
}

/// The rows that `serde_json` sees, by the rules in words: known image, known class, finite numbers; a score of -0 is 0.
fn expected(bytes: &[u8]) -> Option<Rows> {
    let records: Vec<Value> = serde_json::from_slice(bytes).ok()?;
    let mut rows: Vec<(u32, u32, [f64; 5])> = Vec::new();
    for record in &records {
        let whole = |key: &str| record.get(key)?.as_f64().filter(|v| v.fract() == 0.0).map(|v| v as i64);
        let bbox = record.get("bbox").and_then(Value::as_array).filter(|b| b.len() == 4);
        let bbox: Option<Vec<f64>> = bbox.and_then(|b| b.iter().map(Value::as_f64).collect());
        let score = record.get("score").and_then(Value::as_f64);
        let (Some(image), Some(category), Some(b), Some(score)) =
            (whole("image_id"), whole("category_id"), bbox, score)
        else {
            continue;
        };
        if (1..=IMAGES).contains(&image) && (1..5).contains(&category) && (b[2] * b[3]).is_finite() {
            rows.push((image as u32 - 1, category as u32 - 1, [b[0], b[1], b[2], b[3], score + 0.0]));
        }
    }
    rows.sort_by(|a, b| (a.0, b.2[4]).partial_cmp(&(b.0, a.2[4])).unwrap());
    Some(rows.into_iter().map(|(image, class, numbers)| (image, class, numbers.map(f64::to_bits))).collect())
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => (0..20_000_i32).prop_map(|n| json!(f64::from(n) / 100.0)),
        1 => (0..100_i32).prop_map(|n| json!(n)),
        1 => any::<f32>().prop_filter_map("finite", |f| f.is_finite().then(|| json!(f64::from(f)))),
        1 => (-1e6..1e6_f64).prop_map(|f| json!(f)),
        1 => (0..1_000_i32).prop_map(|n| json!(f64::from(n) * 1e-7)),
    ]
}

/// A record as programs write it, mostly.
fn a_record() -> impl Strategy<Value = Value> {
    let plain = (1..IMAGES + 1, 1..5_i64, prop::collection::vec(number(), 4), number())
        .prop_map(|(image, category, bbox, score)| json!({"image_id": image, "category_id": category, "bbox": bbox, "score": score}));
    let odd = (-1..IMAGES + 3, -1..99_999_i64, prop::collection::vec(number(), 0..6), number(), 0..7_u8).prop_map(
        |(image, category, bbox, score, kind)| match kind {
            0 => json!({"image_id": image, "category_id": category, "bbox": bbox, "score": score}),
            1 => json!({"image_id": image as f64, "category_id": category, "bbox": bbox, "score": score}),
            2 => json!({"image_id": image, "category_id": category, "bbox": bbox}),
            3 => json!({"image_id": image, "category_id": 2, "bbox": [1, 2, 3, 4], "score": score, "parts": [{"a": 1}, {"b": 2}, {}]}),
            4 => json!({"image_id": image, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.5, "label": "}, {\"image_id\": 1"}),
            5 => json!([image]),
            _ => json!({"image_id": image, "category_id": category, "bbox": null, "score": "high"}),
        },
    );
    prop_oneof![8 => plain, 1 => odd]
}

fn written(records: &[Value], style: u8) -> Vec<u8> {
    let value = Value::Array(records.to_vec());
    match style {
        0 => serde_json::to_vec(&value).unwrap(),
        1 => serde_json::to_vec_pretty(&value).unwrap(),
        _ => value.to_string().replace(',', ", ").replace(':', ": ").into_bytes(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_way_reads_what_serde_json_reads(records in prop::collection::vec(a_record(), 1..40), style in 0..3_u8) {
        let bytes = written(&records, style);
        let expected = expected(&bytes).unwrap();
        match read_all_ways(&bytes) {
            Ok((rows, _)) => prop_assert_eq!(rows, expected),
            // Not one record can be read.
            Err(_) => prop_assert_eq!(expected, Vec::new()),
        }
    }

    /// Whatever happens to the bytes: no panic, all ways agree, and nothing is read from what is no JSON.
    #[test]
    fn broken_files_are_judged_alike(
        records in prop::collection::vec(a_record(), 1..20),
        style in 0..3_u8,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<u8>()), 1..4),
    ) {
        let bytes = mutated(written(&records, style), &edits);
        let read = read_all_ways(&bytes);
        if let Some(expected) = expected(&bytes) {
            match read {
                // A text that stands for a number, or a name, is read here and not there.
                Ok((rows, findings)) if !findings.iter().any(|f| f.code == "id-not-integer" || f.code == "image-id-by-name") => {
                    prop_assert_eq!(rows, expected);
                }
                Ok(_) => {}
                // No list, or not one record can be read.
                Err(_) => prop_assert_eq!(expected, Vec::new()),
            }
        } else if let (Ok(_), Err(error)) = (read, serde_json::from_slice::<Value>(&bytes)) {
            let error = error.to_string();
            prop_assert!(error.contains("out of range") || error.contains("surrogate") || error.contains("hex escape"), "{}", error);
        }
    }
}

#[test]
fn cuts_inside_records_are_noticed() {
    // `}, {` stands inside every record, as objects and as text.
    let record = |n: usize| {
        format!(
            r#"{{"x": [{{"y": 1}}, {{"image_id": 1}}], "t": "}}, {{", "image_id": {}, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.{n}}}"#,
            1 + n % 6
        )
    };
    let text = format!("[{}]", (1..60).map(record).collect::<Vec<_>>().join(", "));
    let (rows, findings) = read_all_ways(text.as_bytes()).unwrap();
    assert_eq!(rows.len(), 59);
    assert_eq!(findings, []);
}

#[test]
fn examples_name_the_record_in_the_file() {
    let record = |n: usize| {
        let score = if n % 7 == 3 { 1.5 } else { 0.5 };
        json!({"image_id": 1 + n % 6, "category_id": if n == 33 { 9 } else { 1 }, "bbox": [1, 2, 3, 4], "score": score})
    };
    let bytes = written(&(0..40).map(record).collect::<Vec<_>>(), 0);
    let (_, findings) = read_all_ways(&bytes).unwrap();
    let of = |code: &str| {
        let finding = findings.iter().find(|f| f.code == code).unwrap();
        // Without the temporary folder.
        let examples = finding.examples.iter().map(|e| e.rsplit('/').next().unwrap().to_owned());
        (finding.count, examples.collect::<Vec<_>>())
    };
    let places = [3, 10, 17, 24, 31].map(|n| format!("results.json: [{n}].score 1.5"));
    assert_eq!(of("score-out-of-range"), (6, places.to_vec()));
    assert_eq!(of("unknown-class"), (1, vec!["results.json: [33].category_id 9 (1 times)".to_owned()]));
}

#[test]
fn the_builder_is_as_before_after_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.json");
    let record = r#"{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}"#;
    std::fs::write(&path, format!("[{record}, {record}, oops]")).unwrap();
    let dataset = dataset();
    let mut builder = PredictionsBuilder::default();
    builder.push(crate::model::ImageId(0), ClassId(0), crate::model::BBox::default(), 0.25);
    let read =
        read_results(&path, 0, &dataset, &|_| Some(ClassId(0)), &mut builder, &mut Findings::default(), &NoProgress);
    let error = read.unwrap_err().to_string();
    let column = 1 + 2 * (record.len() + 2) + 1;
    assert!(error.contains(&format!("line 1:{column}, [2]: `o` stands where a value should")), "{error}");
    assert_eq!(builder.len(), 1);
}
