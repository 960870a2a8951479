use super::*;
use crate::model::{BBox, ClassId, ClassTable, DatasetBuilder, Image, NewTruth, NoProgress, Values};

fn dataset() -> Dataset {
    let image = |(id, name): (i64, &str)| Image { source_id: id, name: name.to_owned(), ..Image::default() };
    let bbox = |x: f64| BBox::new(x, 0.0, 10.0, 10.0);
    let truth =
        |image: usize, x: f64| NewTruth { image, class: ClassId(0), bbox: bbox(x), area: 100.0, ignored: false };
    DatasetBuilder {
        classes: ClassTable::from_names(["cell"]),
        splits: vec!["test".to_owned()],
        images: [(7, "a/one.jpg"), (8, "a/two.jpg"), (9, "b/three.jpg"), (10, "b/four.jpg")].map(image).to_vec(),
        truths: vec![truth(0, 1.0), truth(0, 2.0), truth(2, 3.0)],
        ..DatasetBuilder::default()
    }
    .build()
}

fn of_text(name: &str, text: &str) -> (Result<Attributes, String>, Findings) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, text).unwrap();
    let mut findings = Findings::default();
    let found = read(&file, &dataset(), &mut findings, &NoProgress);
    (found.map_err(|error| error.to_string().replace(&folder.path().display().to_string(), "DIR")), findings)
}

fn names(values: &Values) -> Vec<Option<&str>> {
    (0..values.len()).map(|at| values.name(at)).collect()
}

fn numbers(values: &Values) -> Vec<Option<f64>> {
    (0..values.len()).map(|at| values.number(at)).collect()
}

#[test]
fn columns_of_a_table() {
    let text = "file_name,weather,depth,note\none.jpg,rain,1.5,first\ntwo,sun,,second\nb/three.jpg,rain,3,third\n\
                five.jpg,sun,9,fourth\none.jpg,snow,2,fifth\n";
    let (found, findings) = of_text("items.csv", text);
    let found = found.unwrap();
    assert_eq!((found.unknown, found.without), (1, 1));
    let seen: Vec<&str> = found.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(seen, ["weather", "depth"], "every note is another one");
    assert_eq!(names(&found.columns[0].values), [Some("rain"), Some("sun"), Some("rain"), None]);
    assert_eq!(numbers(&found.columns[1].values), [Some(1.5), None, Some(3.0), None]);
    assert_eq!(findings.get("unknown-item").map(|finding| finding.count), Some(1));
    assert_eq!(findings.get("duplicate-item").map(|finding| finding.count), Some(1));
    assert_eq!(findings.get("duplicate-item").unwrap().examples[0].split(':').nth(1), Some("6"), "its line");
}

#[test]
fn records_with_ids_of_the_annotations() {
    let text = "{\"image_id\": 9, \"meta\": {\"night\": true}}\n{\"image_id\": 7, \"meta\": {\"night\": false}}\n\
                {\"image_id\": 8, \"meta\": {\"night\": true}}\n";
    let found = of_text("items.jsonl", text).0.unwrap();
    assert_eq!(found.columns[0].name, "meta.night");
    assert_eq!(names(&found.columns[0].values), [Some("no"), Some("yes"), Some("yes"), None]);
}

/// Small numbers in a column that is called otherwise are not taken for ids.
#[test]
fn bad_tables_say_what_to_do() {
    let sentence = |name: &str, text: &str| of_text(name, text).0.unwrap_err();
    let none = sentence("items.csv", "count,weather\n7,rain\n8,sun\n");
    assert!(
        none.starts_with("DIR/items.csv: has no column that names an item of this split; add a column `id`"),
        "{none}"
    );
    assert!(none.contains("a/one.jpg"), "{none}");
    let alone = sentence("items.csv", "id\none.jpg\ntwo.jpg\n");
    assert!(alone.contains("no column that tells items apart"), "{alone}");
    assert!(sentence("items.png", "\u{89}PNG").contains("is no table; export it as CSV"));
    assert!(sentence("items.csv", "").contains("is empty"));
    let quote = sentence("items.csv", "id,weather\none.jpg,\"rain\ntwo.jpg,sun\n");
    assert!(quote.contains("line 2") && quote.contains("never closed"), "{quote}");
    // Rows that cannot be read are counted, the others stay.
    let (found, findings) = of_text("items.csv", "id,weather\none.jpg,rain,too,many\ntwo.jpg,sun\nb/four.jpg,rain\n");
    assert_eq!(names(&found.unwrap().columns[0].values), [None, Some("sun"), None, Some("rain")]);
    assert!(findings.get("broken-row").unwrap().examples[0].contains(":2: it has 4 fields"));
}

#[test]
fn what_coco_files_say_beyond_boxes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("truth.json");
    let text = r#"{"info": {"a": [1, {"b": 2}]},
        "images": [{"id": 7, "file_name": "a/one.jpg", "camera": "left", "sun": 3, "license": 1},
                   {"id": 8, "file_name": "a/two.jpg", "camera": "right", "sun": 4, "tags": ["x"]},
                   {"id": 9, "file_name": "b/three.jpg", "camera": "left", "sun": null}, 5],
        "categories": [{"id": 0, "name": "cell"}],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 0, "bbox": [1, 0, 10, 10], "attributes": {"occluded": true, "age": 2}},
            {"id": 2, "image_id": 7, "category_id": 9, "bbox": [5, 0, 10, 10], "attributes": {"occluded": true, "age": 9}},
            {"id": 3, "image_id": 7, "category_id": 0, "bbox": [2, 0, 10, 10], "attributes": {"occluded": false}},
            {"id": 4, "image_id": 9, "category_id": 0, "bbox": [3, 0, 10, 10], "attributes": {"occluded": true, "age": 4}}]}"#;
    std::fs::write(&file, text).unwrap();
    let columns = coco::read(&file, 0, &dataset(), &NoProgress).unwrap();
    let column = |name: &str| columns.iter().find(|column| column.name == name).unwrap();
    assert_eq!(names(&column("camera").values), [Some("left"), Some("right"), Some("left"), None]);
    assert_eq!(numbers(&column("sun").values), [Some(3.0), Some(4.0), None, None]);
    // The second annotation was left out of the truth: its class is not known.
    assert_eq!(names(&column("occluded").values), [Some("yes"), Some("no"), Some("yes")]);
    assert_eq!(numbers(&column("age").values), [Some(2.0), None, Some(4.0)]);
    assert!(column("occluded").of_objects && !column("camera").of_objects);
    assert_eq!(columns.len(), 4);
    let cut = file.with_file_name("cut.json");
    std::fs::write(&cut, &text[..text.len() - 30]).unwrap();
    assert!(coco::read(&cut, 0, &dataset(), &NoProgress).unwrap_err().to_string().contains("cut.json, line"));
}

/// A table of labels brings what stands beside ids, labels and texts.
#[test]
fn what_a_table_of_labels_says_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("labels.csv");
    std::fs::write(
        &file,
        "file,label,kind,site\na/one.jpg,cell,cell,x\na/two.jpg,cell,cell,y\nb/three.jpg,cell,cell,x\n",
    )
    .unwrap();
    let columns = of_truth(&file, &dataset(), &[], &NoProgress).unwrap();
    let seen: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    // Of `kind` the labelled items say their class.
    assert_eq!(seen, ["site"]);
    assert!(of_truth(&file, &dataset(), &["site"], &NoProgress).unwrap().is_empty());
}
