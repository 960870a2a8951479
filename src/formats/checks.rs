//! The findings that several readers share, with one wording each, and the checks of boxes and scores behind them.
//!
//! Knows what is remarkable about a box or a score. Does not know files or formats.

use crate::model::{BBox, ClassId, Dataset, Finding, Findings, ImageId, Predictions, Severity};

/// A kind of finding: how bad, its stable name and its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// How bad.
    pub severity: Severity,
    /// Stable name.
    pub code: &'static str,
    /// What it is, what was done about it, and the remedy.
    pub message: &'static str,
}

impl Note {
    pub(super) const fn warning(code: &'static str, message: &'static str) -> Self {
        Self { severity: Severity::Warning, code, message }
    }

    pub(super) const fn info(code: &'static str, message: &'static str) -> Self {
        Self { severity: Severity::Info, code, message }
    }

    /// Counts one place.
    pub fn add(&self, findings: &mut Findings, example: impl FnOnce() -> String) {
        findings.add(self.severity, self.code, self.message, example);
    }

    /// The finding for places counted elsewhere.
    #[must_use]
    pub fn counted(&self, count: usize, examples: Vec<String>) -> Finding {
        Finding { severity: self.severity, code: self.code, message: self.message.to_owned(), count, examples }
    }
}

/// An object of an image that does not exist.
pub const UNKNOWN_IMAGE: Note = Note::warning(
    "unknown-image",
    "Objects refer to an image that the dataset does not have and are left out; check that truth and predictions are of the same images.",
);
/// An object of a class that does not exist.
pub const UNKNOWN_CLASS: Note = Note::warning(
    "unknown-class",
    "Objects are of a class that the dataset does not declare and are left out; declare the class, or map it in `class_map` of evalens.json.",
);
/// A truth outside its image.
pub const TRUTH_OUT_OF_BOUNDS: Note = Note::warning("box-out-of-bounds", OUT_OF_BOUNDS);
/// A detection outside its image: many detectors overshoot a little.
pub const DETECTION_OUT_OF_BOUNDS: Note = Note::info("box-out-of-bounds", OUT_OF_BOUNDS);
const OUT_OF_BOUNDS: &str = "Boxes reach outside their image and are used as given; check that coordinates are pixels of that image, or clip the boxes.";
/// A box without width or height.
pub const ZERO_AREA_BOX: Note = Note::warning(
    "zero-area-box",
    "Boxes have no width or no height and are used as given, so they overlap nothing; remove or redraw them.",
);
/// A box with negative width or height.
pub const INVERTED_BOX: Note = Note::warning(
    "inverted-box",
    "Boxes have a negative width or height and are used as given, so they overlap nothing; write left, top, width and height, not swapped corners.",
);
/// A box that is no box of finite numbers.
pub const NON_FINITE_BOX: Note = Note::warning(
    "non-finite-box",
    "Boxes have a coordinate or an area that is not a finite number and are left out; look for a division by zero where they were made.",
);
/// A mask that cannot be read.
pub const BAD_MASK: Note = Note::warning(
    "bad-mask",
    "Objects have no mask that can be read and are left out; each needs a `segmentation` of polygons or of runs that fill its image.",
);
/// A score that is no finite number.
pub const NON_FINITE_SCORE: Note = Note::warning(
    "non-finite-score",
    "Detections have a score that is not a finite number and are left out; look for an overflow where they were made.",
);
/// A score outside 0…1.
pub const SCORE_OUT_OF_RANGE: Note = Note::warning(
    "score-out-of-range",
    "Scores lie outside 0…1 and are used as given; turn logits or percentages into probabilities.",
);
/// More detections of a class in an image than COCO's AP reads.
pub const OVER_100_DETECTIONS: Note = Note::info(
    "over-100-detections",
    "Some images have more than 100 detections of a class; COCO's AP reads the best 100 of them, everything else reads all: raise the detector's score floor if that is not meant.",
);
/// Truth without any object.
pub const NO_TRUTH: Note = Note::warning(
    "no-truth",
    "A truth file or folder has no object, so recall and AP are undefined there; check that the annotations were exported.",
);
/// Predictions without any detection.
pub const NO_PREDICTIONS: Note = Note::warning(
    "no-predictions",
    "A predictions file or folder has no detection that can be used, so every truth is missed there; check that the model's output was exported.",
);

/// How far a box may reach over the edge of its image before that is reported: written numbers are rounded.
pub const EDGE: f64 = 0.1;

/// True where a box can take part: its numbers, its far corner and its area are finite.
#[must_use]
pub fn is_usable(bbox: BBox) -> bool {
    // A sum or product is finite only if both numbers are.
    (bbox.x + bbox.w).is_finite() && (bbox.y + bbox.h).is_finite() && bbox.area().is_finite()
}

/// What is remarkable about a usable box in an image of this size (0: not known); `outside` words the box that reaches
/// outside. An inverted or empty box is not also reported as outside.
#[must_use]
pub fn remarkable(bbox: BBox, width: u32, height: u32, outside: &'static Note) -> Option<&'static Note> {
    if bbox.w < 0.0 || bbox.h < 0.0 {
        Some(&INVERTED_BOX)
    } else if bbox.w == 0.0 || bbox.h == 0.0 {
        Some(&ZERO_AREA_BOX)
    } else {
        let known = |size: u32| if size == 0 { f64::INFINITY } else { f64::from(size) + EDGE };
        let inside =
            bbox.x >= -EDGE && bbox.y >= -EDGE && bbox.x + bbox.w <= known(width) && bbox.y + bbox.h <= known(height);
        (!inside).then_some(outside)
    }
}

/// What is remarkable about a finite score.
#[must_use]
pub fn remarkable_score(score: f64) -> Option<&'static Note> {
    (!(0.0..=1.0).contains(&score)).then_some(&SCORE_OUT_OF_RANGE)
}

/// Reports what can only be seen once all predictions of a dataset are there: more than 100 detections of one class in one
/// image. Call it once on what [`crate::model::PredictionsBuilder::build`] returned, whatever format it came from.
pub fn check_predictions(predictions: &Predictions, dataset: &Dataset, findings: &mut Findings) {
    let mut of_class = vec![0_u32; dataset.classes.len()];
    for image in dataset.image_ids() {
        let rows = predictions.of(image);
        if rows.len() <= 100 {
            continue;
        }
        let classes = predictions.class.get(rows).unwrap_or_default();
        for class in classes {
            if let Some(n) = of_class.get_mut(class.index()) {
                *n += 1;
            }
        }
        for class in classes {
            if let Some(n) = of_class.get_mut(class.index())
                && std::mem::take(n) > 100
            {
                OVER_100_DETECTIONS.add(findings, || cell_name(dataset, image, *class));
            }
        }
    }
}

fn cell_name(dataset: &Dataset, image: ImageId, class: ClassId) -> String {
    let name = dataset.images.get(image.index()).map_or("", |i| &i.name);
    format!("{name}: {}", dataset.classes.name(class))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ClassTable, DatasetBuilder, Image, ModelIdentity, PredictionsBuilder};

    #[test]
    fn boxes_are_judged() {
        let code = |x, y, w, h| remarkable(BBox::new(x, y, w, h), 100, 50, &TRUTH_OUT_OF_BOUNDS).map(|note| note.code);
        assert_eq!(code(0.0, 0.0, 100.0, 50.0), None);
        assert_eq!(code(-0.05, 0.0, 100.1, 50.0), None);
        assert_eq!(code(-0.2, 0.0, 10.0, 10.0), Some("box-out-of-bounds"));
        assert_eq!(code(95.0, 0.0, 5.2, 10.0), Some("box-out-of-bounds"));
        assert_eq!(code(0.0, 45.0, 5.0, 6.0), Some("box-out-of-bounds"));
        assert_eq!(code(500.0, 0.0, 0.0, 6.0), Some("zero-area-box"));
        assert_eq!(code(500.0, 0.0, 1.0, -6.0), Some("inverted-box"));
        assert_eq!(remarkable(BBox::new(1e6, 1e6, 5.0, 5.0), 0, 0, &TRUTH_OUT_OF_BOUNDS), None);
        assert_eq!(remarkable_score(1.0), None);
        assert_eq!(remarkable_score(-0.1).map(|n| n.code), Some("score-out-of-range"));
    }

    #[test]
    fn boxes_whose_area_overflows_are_not_usable() {
        assert!(is_usable(BBox::new(0.0, 0.0, 1e150, 1e150)));
        assert!(!is_usable(BBox::new(0.0, 0.0, 1e200, 1e200)));
        assert!(!is_usable(BBox::new(1e308, 0.0, 1e308, 0.0)));
        assert!(!is_usable(BBox::new(f64::NAN, 0.0, 1.0, 1.0)));
    }

    #[test]
    fn more_than_a_hundred_of_a_class_are_reported_once_a_cell() {
        let image = |source_id| Image { source_id, name: format!("{source_id}.jpg"), ..Image::default() };
        let dataset = DatasetBuilder {
            classes: ClassTable::from_names(["a", "b"]),
            images: vec![image(1), image(2), image(3)],
            ..DatasetBuilder::default()
        }
        .build();
        let mut builder = PredictionsBuilder::default();
        // Image 1: 101 a and 100 b; image 2: 60 + 60; image 3: 102 b.
        for (image, class, n) in [(0, 0, 101), (0, 1, 100), (1, 0, 60), (1, 1, 60), (2, 1, 102)] {
            for _ in 0..n {
                builder.push(ImageId(image), ClassId(class), BBox::default(), 0.5);
            }
        }
        let mut findings = Findings::default();
        check_predictions(&builder.build(ModelIdentity::default(), 3), &dataset, &mut findings);
        let finding = findings.get("over-100-detections").unwrap();
        assert_eq!((finding.count, finding.examples.clone()), (2, vec!["1.jpg: a".to_owned(), "3.jpg: b".to_owned()]));
    }
}
