//! Reads COCO files with a general JSON parser, independently of the program's own readers. For well-formed test data only.

use std::path::{Path, PathBuf};

use evalens::model::{BBox, Dataset, DatasetBuilder, Image, ModelIdentity, NewTruth, Predictions, PredictionsBuilder};
use serde_json::Value;

/// The folder of the shared test data, if it is there: `EVALENS_DATA`, else `../shared/data`.
pub fn data() -> Option<PathBuf> {
    let given = std::env::var_os("EVALENS_DATA").map(PathBuf::from);
    let folder = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"));
    if folder.is_dir() {
        return Some(folder);
    }
    println!("no test data at {}: this test rests on tests/data alone", folder.display());
    None
}

/// Parses a JSON file.
pub fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn bbox(value: &Value) -> BBox {
    let at = |i: usize| value["bbox"][i].as_f64().unwrap();
    BBox::new(at(0), at(1), at(2), at(3))
}

/// Reads COCO ground truth; classes in the order of `categories`.
pub fn dataset(value: &Value) -> Dataset {
    let mut builder = DatasetBuilder { splits: vec!["all".to_owned()], ..DatasetBuilder::default() };
    for category in items(value, "categories") {
        builder.classes.push(category["name"].as_str().unwrap(), category["id"].as_i64().unwrap());
    }
    for image in items(value, "images") {
        builder.images.push(Image {
            source_id: image["id"].as_i64().unwrap(),
            name: image["file_name"].as_str().unwrap_or_default().to_owned(),
            ..Image::default()
        });
    }
    let position = |id: i64| builder.images.iter().position(|i| i.source_id == id).unwrap();
    let truth = |a: &Value| NewTruth {
        image: position(a["image_id"].as_i64().unwrap()),
        class: builder.classes.by_source_id(a["category_id"].as_i64().unwrap()).unwrap(),
        bbox: bbox(a),
        area: a["area"].as_f64().unwrap(),
        ignored: a["iscrowd"].as_i64() == Some(1),
    };
    builder.truths = items(value, "annotations").iter().map(truth).collect();
    builder.build()
}

/// Reads COCO results for a dataset.
pub fn predictions(value: &Value, dataset: &Dataset) -> Predictions {
    let mut builder = PredictionsBuilder::default();
    let image_of = |id: i64| dataset.image_ids().find(|i| dataset.images[i.index()].source_id == id).unwrap();
    for result in value.as_array().unwrap() {
        let class = dataset.classes.by_source_id(result["category_id"].as_i64().unwrap()).unwrap();
        let image = image_of(result["image_id"].as_i64().unwrap());
        builder.push(image, class, bbox(result), result["score"].as_f64().unwrap());
    }
    builder.build(ModelIdentity::default(), dataset.images.len())
}
