//! Detection sets of the shape of COCO val2017 with many detections an image, made in memory from a fixed seed.

use evalens::model::{
    BBox, ClassId, Dataset, DatasetBuilder, Image, ImageId, ModelIdentity, NewTruth, Predictions, PredictionsBuilder,
};

/// How large a set is.
#[derive(Clone, Copy)]
pub struct Size {
    pub images: usize,
    pub classes: usize,
    pub truths: usize,
    pub detections: usize,
}

/// 5,000 images, 80 classes, 36,800 truths, 100 detections an image.
pub const COCO: Size = Size { images: 5_000, classes: 80, truths: 36_800, detections: 500_000 };

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In 0…1, 1 excluded.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }

    fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Rounded as result files are.
    fn rounded(&mut self, low: f64, high: f64) -> f64 {
        ((low + self.unit() * (high - low)) * 100.0).round() / 100.0
    }

    /// The head class takes 30 %, the rest falls off slowly.
    fn class(&mut self, classes: usize) -> ClassId {
        let class = if self.chance(0.3) { 0 } else { 1 + (self.unit().powf(1.6) * (classes - 1) as f64) as usize };
        ClassId::from_index(class)
    }

    /// A box of one of the three sizes, in an image of 640 by 480.
    fn bbox(&mut self) -> BBox {
        let side = match self.below(100) {
            0..41 => self.rounded(8.0, 32.0),
            41..76 => self.rounded(32.0, 96.0),
            _ => self.rounded(96.0, 400.0),
        };
        let w = (side * self.rounded(0.6, 1.6)).min(630.0);
        let h = (side * side / w).min(470.0);
        BBox::new(self.rounded(0.0, 640.0 - w), self.rounded(0.0, 480.0 - h), w, h)
    }

    fn near(&mut self, b: BBox) -> BBox {
        let spread = 0.25 * self.unit();
        let mut nudge = |n: f64| n + (self.unit() - 0.5) * spread * b.w.min(b.h);
        BBox::new(nudge(b.x), nudge(b.y), nudge(b.w), nudge(b.h))
    }
}

/// A set of a size; 44 of its images have no truth, 1 % of the truths are crowds.
pub fn set(size: Size) -> (Dataset, Predictions) {
    let mut random = Random(2017);
    let mut builder = DatasetBuilder::default();
    for class in 0..size.classes {
        builder.classes.push(format!("class {class}"), class as i64 + 1 + class as i64 / 8);
    }
    builder.images.extend((0..size.images as i64).map(|source_id| Image { source_id, ..Image::default() }));
    while builder.truths.len() < size.truths {
        let image = 44 + random.below(size.images - 44);
        let class = random.class(size.classes);
        for _ in 0..1 + random.below(if class.0 == 0 { 7 } else { 6 }) {
            let bbox = random.bbox();
            let ignored = random.chance(0.01);
            builder.truths.push(NewTruth { image, class, bbox, area: bbox.area() * 0.6, ignored });
        }
    }
    builder.truths.truncate(size.truths);
    let dataset = builder.build();
    let predictions = predictions(size, &dataset, &mut random);
    (dataset, predictions)
}

fn predictions(size: Size, dataset: &Dataset, random: &mut Random) -> Predictions {
    let mut builder = PredictionsBuilder::with_capacity(size.detections);
    for row in 0..size.detections {
        let image = ImageId::from_index(row % size.images);
        let truths = dataset.truths.of(image);
        let near = !truths.is_empty() && random.chance(0.35);
        let (class, bbox, score) = if near {
            let truth = truths.start + random.below(truths.len());
            let class = if random.chance(0.8) { dataset.truths.class[truth] } else { random.class(size.classes) };
            (class, random.near(dataset.truths.bbox[truth]), random.unit())
        } else {
            (random.class(size.classes), random.bbox(), random.unit().powi(3))
        };
        builder.push(image, class, bbox, (score * 1e5).round() / 1e5);
    }
    builder.build(ModelIdentity::default(), size.images)
}
