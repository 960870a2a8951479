//! The synthetic set of `examples/make_coco_sized`, made in memory.

use evalens::model::{
    BBox, ClassId, Dataset, DatasetBuilder, Image, ImageId, ModelIdentity, NewTruth, Predictions, PredictionsBuilder,
};

#[path = "../../examples/make_coco_sized/set.rs"]
mod set;

pub use set::{COCO, Set, Shape};

/// A set of this shape.
pub fn set(shape: Shape) -> (Dataset, Predictions) {
    let set = Set::generate(shape);
    let mut builder = DatasetBuilder::default();
    for (index, &id) in set.categories.iter().enumerate() {
        builder.classes.push(format!("class {:02}", index + 1), id);
    }
    builder.images.extend(set.images.iter().map(|image| Image {
        source_id: image.id,
        width: image.width,
        height: image.height,
        ..Image::default()
    }));
    builder.truths.extend(set.annotations.iter().map(|a| NewTruth {
        image: a.image,
        class: ClassId::from_index(a.class),
        bbox: bbox(a.bbox),
        area: a.area,
        ignored: a.crowd,
    }));
    let mut predictions = PredictionsBuilder::with_capacity(set.detections.len());
    for d in &set.detections {
        predictions.push(ImageId::from_index(d.image), ClassId::from_index(d.class), bbox(d.bbox), d.score);
    }
    let dataset = builder.build();
    let predictions = predictions.build(ModelIdentity::default(), dataset.images.len());
    (dataset, predictions)
}

fn bbox([x, y, w, h]: [f64; 4]) -> BBox {
    BBox::new(x, y, w, h)
}
