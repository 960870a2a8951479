//! Which class of the truth a name or id of the predictions is taken for.

use std::collections::BTreeMap;

use evalens::formats::MappingReason::{
    self, CaseOrSpace, Coco80To91, Coco91To80, Exact, OffByOne, Plural, Position, Unmapped,
};
use evalens::formats::class_map::{by_ids, by_name};
use evalens::model::ClassTable;

use crate::*;

fn named(name: &str, truth: &[&str]) -> (Option<u32>, MappingReason) {
    let table = ClassTable::from_names(truth.iter().copied());
    let (class, why) = by_name(name, &table, &BTreeMap::new());
    (class.map(|c| c.0), why)
}

#[test]
fn by_names() {
    let truth = ["person", "traffic light", "Bus", "boxes", "cherry"];
    assert_eq!(named("person", &truth), (Some(0), Exact));
    assert_eq!(named("Traffic_Light", &truth), (Some(1), CaseOrSpace));
    assert_eq!(named("traffic-light ", &truth), (Some(1), CaseOrSpace));
    assert_eq!(named("bus", &truth), (Some(2), CaseOrSpace));
    assert_eq!(named("persons", &truth), (Some(0), Plural));
    assert_eq!(named("box", &truth), (Some(3), Plural));
    assert_eq!(named("Cherries", &truth), (Some(4), Plural));
    assert_eq!(named("people", &truth), (None, Unmapped));
    assert_eq!(named("", &truth), (None, Unmapped));
    assert_eq!(named("_", &["-", " "]), (None, Unmapped));
    // Two that fit are no answer; the same name is.
    assert_eq!(named("CAT", &["cat", "Cat"]), (None, Unmapped));
    assert_eq!(named("Cat", &["cat", "Cat"]), (Some(1), Exact));
    let map: BTreeMap<String, String> = [("person".to_owned(), "Bus".to_owned())].into();
    let table = ClassTable::from_names(truth);
    assert_eq!(by_name("person", &table, &map), (Some(evalens::model::ClassId(2)), MappingReason::ProjectFile));
}

fn ids(occurring: &[i64], truth: &[i64]) -> (Vec<Option<i64>>, MappingReason) {
    let mut table = ClassTable::default();
    for id in truth {
        table.push(format!("class {id}"), *id);
    }
    let found = by_ids(occurring, &table);
    let why = found.values().map(|(_, why)| *why).max().unwrap();
    (occurring.iter().map(|id| found[id].0.map(|c| table.source_ids()[c.index()])).collect(), why)
}

/// COCO's ids of "person", "stop sign", "cat", "dog", "toothbrush" are 1, 13, 17, 18, 90; counted from 0 without the
/// gaps they are 0, 11, 15, 16, 79 (the list of the COCO dataset).
const COCO: [i64; 80] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 27, 28, 31, 32, 33, 34, 35,
    36, 37, 38, 39, 40, 41, 42, 43, 44, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65,
    67, 70, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 84, 85, 86, 87, 88, 89, 90,
];

fn some(ids: &[i64]) -> Vec<Option<i64>> {
    ids.iter().map(|id| Some(*id)).collect()
}

#[test]
fn by_coco_ids() {
    assert_eq!(ids(&[0, 11, 15, 16, 79], &COCO), (some(&[1, 13, 17, 18, 90]), Coco80To91));
    assert_eq!(ids(&[1, 13, 17, 18, 90], &COCO), (some(&[1, 13, 17, 18, 90]), Exact));
    let eighty: Vec<i64> = (0..80).collect();
    assert_eq!(ids(&[1, 13, 17, 18, 90], &eighty), (some(&[0, 11, 15, 16, 79]), Coco91To80));
    // Of a part of COCO's classes.
    assert_eq!(ids(&[0, 11, 15], &[1, 13, 17, 18]), (some(&[1, 13, 17]), Coco80To91));
}

#[test]
fn by_counting() {
    assert_eq!(ids(&[0, 1, 2], &[1, 2, 3]), (some(&[1, 2, 3]), OffByOne));
    assert_eq!(ids(&[1, 3], &[0, 1, 2]), (some(&[0, 2]), OffByOne));
    assert_eq!(ids(&[1, 2], &[0, 1, 2]), (some(&[1, 2]), Exact));
    assert_eq!(ids(&[0, 1, 2], &[100, 200, 300]), (some(&[100, 200, 300]), Position));
    // What fits nothing stays out; what fits exactly stays in.
    assert_eq!(ids(&[1, 2, 4], &[1, 2, 3]), (vec![Some(1), Some(2), None], Unmapped));
    assert_eq!(ids(&[i64::MAX, i64::MIN], &[1, 2]), (vec![None, None], Unmapped));
    // 5 and 10 could be one up or, by position, something else: not decided.
    assert_eq!(ids(&[0], &[1, 5, 0 - 1]), (vec![None], Unmapped));
}

/// A class for the whole set in front, as Roboflow's COCO exports have it: every id exists, and yet all are one off.
#[test]
fn a_suspected_shift() {
    let truth = r#"{"images": [{"id": 1, "file_name": "a.jpg", "width": 9, "height": 9}], "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2], "area": 4},
        {"id": 2, "image_id": 1, "category_id": 2, "bbox": [5, 5, 2, 2], "area": 4}],
        "categories": [{"id": 0, "name": "parts"}, {"id": 1, "name": "bolt"}, {"id": 2, "name": "nut"}]}"#;
    let shifted = |ids: [i64; 2]| {
        let list =
            ids.map(|id| format!(r#"{{"image_id": 1, "category_id": {id}, "bbox": [1, 1, 2, 2], "score": 0.5}}"#));
        let root = folder(&[("truth.json", truth), ("predictions.json", &format!("[{}]", list.join(",")))]);
        let recognised = open(root.path());
        let (dataset, _) = load(root.path(), &recognised.project, &["all"]);
        codes(&predictions(root.path(), &recognised.project, &dataset, &["all"]).1)
    };
    assert_eq!(shifted([0, 1]), ["class-shift-suspected 1"]);
    assert_eq!(shifted([1, 2]), [""; 0]);
    assert_eq!(shifted([0, 2]), [""; 0]);
}
