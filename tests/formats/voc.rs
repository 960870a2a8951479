//! VOC truth in the shapes of its exporters, and what is wrong with it in practice.

use std::path::Path;

use evalens::formats::voc::{looks_like_annotation, parse};
use evalens::formats::{self, FormatError};
use evalens::model::NoProgress;

use crate::*;

fn xml(text: &str) -> Result<evalens::formats::voc::Annotation, FormatError> {
    parse(text, Path::new("a.xml"))
}

#[test]
fn classic() {
    let root = fixture("voc/classic");
    let recognised = open(&root);
    let entry = &recognised.project.datasets[0];
    assert_eq!(entry.format, "voc");
    assert_eq!(entry.splits.keys().collect::<Vec<_>>(), ["test", "train"]);
    assert_eq!(entry.splits["test"].truth, "ImageSets/Main/test.txt");
    let (dataset, findings) = load(&root, &recognised.project, &["test"]);
    assert_scene(&dataset);
    assert_eq!(codes(&findings), [""; 0]);
    // Pooled splits share one class list, in natural order of the names.
    let (dataset, _) = load(&root, &recognised.project, &["train", "test"]);
    assert_eq!(dataset.classes.names(), ["bolt", "nut", "washer"]);
    assert_eq!(dataset.images.len(), 4);
}

#[test]
fn roboflow() {
    let root = fixture("voc/roboflow");
    let recognised = open(&root);
    let splits = &recognised.project.datasets[0].splits;
    assert_eq!((splits["test"].truth.as_str(), splits["test"].images.as_deref()), ("test", Some("test")));
    assert_scene(&load(&root, &recognised.project, &["test"]).0);
}

#[test]
fn cvat() {
    let root = fixture("voc/cvat");
    let recognised = open(&root);
    assert_eq!(recognised.project.datasets[0].class_file.as_deref(), Some("labelmap.txt"));
    let (dataset, findings) = load(&root, &recognised.project, &["default"]);
    assert_scene(&dataset);
    // The order of labelmap.txt, without its background.
    assert_eq!(dataset.classes.names(), ["nut", "bolt"]);
    assert_eq!(codes(&findings), [""; 0]);
}

/// `path` and `folder` of another machine, a `filename` that is no longer right, Windows line ends.
#[test]
fn label_img() {
    let root = fixture("voc/labelimg");
    let recognised = open(&root);
    assert_scene(&load(&root, &recognised.project, &["all"]).0);
}

/// `filename` without its ending.
#[test]
fn label_studio() {
    let root = fixture("voc/label-studio");
    let recognised = open(&root);
    let entry = &recognised.project.datasets[0].splits["all"];
    assert_eq!((entry.truth.as_str(), entry.images.as_deref()), ("Annotations", Some("images")));
    assert_scene(&load(&root, &recognised.project, &["all"]).0);
}

/// Folders by split below `data`, no pictures, entities and CDATA in names, a difficult object, parts, a missing edge.
#[test]
fn hugging_face() {
    let root = fixture("voc/hugging-face");
    let recognised = open(&root);
    let (dataset, findings) = load(&root, &recognised.project, &["test"]);
    assert_eq!(dataset.classes.names(), ["nut", "nut & bolt"]);
    assert_eq!(dataset.truths.ignored, [false, true]);
    assert_eq!(dataset.countable_truths(), 1);
    assert_near(dataset.truths.bbox[0], [10.0, 5.0, 20.0, 10.0], 0.0);
    assert_eq!(codes(&findings), ["malformed-object 1", "missing-image-size 1"]);
    assert_eq!(findings.get("malformed-object").unwrap().examples, ["test/img2.xml, line 14"]);
}

#[test]
fn an_annotation_in_full() {
    let text = "\u{feff}<?xml version=\"1.0\"?>\n<!-- by hand -->\n<annotation>\n<filename> a.jpg </filename>\n\
        <size><width>640.0</width><height>480</height></size>\n\
        <object><name>x</name><difficult>1</difficult><bndbox><ymax>4.5</ymax><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax></bndbox>\n\
        <part><name>y</name><bndbox><xmin>9</xmin></bndbox></part></object>\n\
        <object><name>y</name><bndbox><xmin>NaN</xmin><ymin>2</ymin><xmax>3</xmax><ymax>1e400</ymax></bndbox></object></annotation>";
    let found = xml(text).unwrap();
    assert_eq!((found.filename.as_str(), found.size), ("a.jpg", (640, 480)));
    let first = &found.objects[0];
    assert_eq!((first.name.as_str(), first.difficult, first.line), ("x", true, 6));
    assert_near(first.bbox.unwrap(), [1.0, 2.0, 2.0, 2.5], 0.0);
    // Not finite, so the reader leaves it out; the parser says what is there.
    assert!(!found.objects[1].bbox.unwrap().is_finite());
    assert_eq!(xml("<annotation/>").unwrap().objects.len(), 0);
    assert_eq!(xml("<annotation><size><width>-3</width><height>x</height></size></annotation>").unwrap().size, (0, 0));
}

#[test]
fn broken_annotations() {
    let problem = |text: &str| xml(text).unwrap_err().to_string();
    assert!(problem("").contains("its root is not <annotation>"));
    assert!(problem("just text").contains("its root is not <annotation>"));
    assert!(problem("<html></html>").contains("its root is not <annotation>"));
    assert!(
        problem("<annotation>\n<object><name>x").contains("line 2"),
        "{}",
        problem("<annotation>\n<object><name>x")
    );
    assert!(problem("<annotation>\n<object></annotation>").contains("is not well-formed XML"));
    assert!(problem("<annotation><object>").contains("ends in the middle"));
    let deep = format!("<annotation>{}", "<a>".repeat(1_000_000));
    assert!(problem(&deep).contains("nests too deeply"));
    // Entities are not expanded, so a bomb of them stays small.
    let bomb = "<!DOCTYPE a [<!ENTITY x \"yyyyyyyyyy\"><!ENTITY z \"&x;&x;&x;\">]><annotation><filename>&z;</filename></annotation>";
    assert_eq!(xml(bomb).unwrap().filename, "&z;");
}

#[test]
fn recognised_by_the_beginning() {
    for yes in
        ["<annotation>", "\u{feff}<?xml version=\"1.0\"?>\n<annotation verified=\"no\">", "<!-- x --><annotation>"]
    {
        assert!(looks_like_annotation(yes.as_bytes()), "{yes}");
    }
    for no in ["", "<annotations>", "<?xml version=\"1.0\"?><annotations>", "text <annotation>", "<html>"] {
        assert!(!looks_like_annotation(no.as_bytes()), "{no}");
    }
}

/// One broken file stops the reading: its image would otherwise count as empty.
#[test]
fn a_broken_file_is_named() {
    let good = "<annotation><object><name>x</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object></annotation>";
    let root = folder(&[("annotations/a.xml", good), ("annotations/b.xml", "<annotation><object>")]);
    let recognised = open(root.path());
    let error = load_error(root.path(), &recognised.project, &["all"]);
    assert!(error.contains("b.xml") && error.contains("export the annotation again"), "{error}");
    write(root.path(), "annotations/b.xml", b"<annotation>\xff</annotation>");
    assert!(load_error(root.path(), &recognised.project, &["all"]).contains("not UTF-8"));
}

#[test]
fn odd_boxes_are_kept_and_counted() {
    let object = |b: [&str; 4]| {
        format!(
            "<object><name>x</name><bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox></object>",
            b[0], b[1], b[2], b[3]
        )
    };
    let boxes = [["10", "10", "5", "20"], ["7", "7", "7", "7"], ["50", "10", "101", "20"], ["nan", "1", "2", "3"]];
    let mut all: String = boxes.into_iter().map(object).collect();
    all += &object(["50", "10", "101", "20"]);
    let text = format!("<annotation><size><width>100</width><height>50</height></size>{all}</annotation>");
    let root = folder(&[("annotations/a.xml", &text)]);
    let recognised = open(root.path());
    let (dataset, findings) = load(root.path(), &recognised.project, &["all"]);
    assert_eq!(dataset.truths.len(), 4);
    let expected =
        ["box-out-of-bounds 2", "duplicate-object 1", "inverted-box 1", "non-finite-box 1", "zero-area-box 1"];
    assert_eq!(codes(&findings), expected);
}

#[test]
fn named_directly() {
    let root = fixture("voc/classic");
    let outputs = folder(&[("img1.txt", "0 0.2 0.2 0.2 0.2 0.9\n"), ("img10.txt", "")]);
    for truth in ["Annotations", "ImageSets/Main/test.txt"] {
        let (base, project, choice) = formats::project_from_files(
            evalens::model::Task::Detection,
            &root.join(truth),
            outputs.path(),
            Some(&root.join("JPEGImages")),
        )
        .unwrap();
        let (dataset, _) = formats::load_dataset(&base, &project, &choice, &NoProgress).unwrap();
        let (found, _, _) = formats::load_predictions(&base, &project, &choice, &dataset, &NoProgress).unwrap();
        assert_eq!(found.len(), 1, "{truth}");
        assert_near(found.bbox[0], [10.0, 5.0, 20.0, 10.0], 1e-9);
    }
}

/// VOC has three lists for each class beside those of the splits.
#[test]
fn many_lists() {
    let root = folder(&[("VOCdevkit/VOC2007/Annotations/1.xml", "<annotation></annotation>")]);
    for i in 0..40 {
        write(root.path(), &format!("VOCdevkit/VOC2007/ImageSets/Main/class{i}_test.txt"), b"1  1\n");
    }
    write(root.path(), "VOCdevkit/VOC2007/ImageSets/Main/test.txt", b"1\n");
    write(root.path(), "VOCdevkit/VOC2007/ImageSets/Main/val.txt", b"1\n");
    let recognised = open(root.path());
    let entry = &recognised.project.datasets[0];
    assert_eq!(
        (entry.id.as_str(), entry.splits.keys().cloned().collect::<Vec<_>>()),
        ("VOC2007", vec!["test".to_owned(), "val".to_owned()])
    );
}

/// A class list beside the annotations sets the order; names it lacks come behind.
#[test]
fn classes_that_are_not_declared() {
    let object = |name: &str| {
        format!(
            "<object><name>{name}</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object>"
        )
    };
    let text = format!("<annotation>{}{}</annotation>", object("a"), object("nut"));
    let root =
        folder(&[("Annotations/1.xml", &text), ("labelmap.txt", "# label:color_rgb:parts:actions\nnut:1,2,3::\n")]);
    let recognised = open(root.path());
    let (dataset, findings) = load(root.path(), &recognised.project, &["all"]);
    assert_eq!(dataset.classes.names(), ["nut", "a"]);
    assert_eq!(dataset.truths.class.iter().map(|c| c.0).collect::<Vec<_>>(), [1, 0]);
    assert_eq!(codes(&findings), ["missing-image-size 1", "undeclared-class 1"]);
}

/// A class list that has nothing to do with the annotations is not used.
#[test]
fn a_strangers_class_list() {
    let text = "<annotation><object><name>a</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object></annotation>";
    let root = folder(&[("Annotations/1.xml", text), ("classes.txt", "cat\ndog\n")]);
    let recognised = open(root.path());
    let (dataset, findings) = load(root.path(), &recognised.project, &["all"]);
    assert_eq!(dataset.classes.names(), ["a"]);
    assert_eq!(codes(&findings), ["class-list-ignored 1", "missing-image-size 1"]);
}
