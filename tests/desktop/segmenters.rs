//! Segmenters in a real window: of pixels on road scenes, of objects on the COCO sample.

use super::window::{Display, Window};
use super::{data, evaluate};

/// What the library of the field says, where it is recorded: the window's number in three decimals.
fn recorded(name: &str, entry: &str) -> serde_json::Value {
    let file = data("camvid").unwrap().join("../../reference").join(name);
    let all: Vec<serde_json::Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    all.into_iter().find(|found| found["name"] == entry).unwrap()
}

fn three(value: &serde_json::Value) -> String {
    format!("{:.3}", value.as_f64().unwrap())
}

/// Tiles as recorded; a cell of the matrix counts pixels and opens its images, which show their difference.
#[test]
fn explores_a_segmenter_in_a_real_window() {
    let Some(project) = data("camvid") else { return };
    let display = Display::open();
    let mut window = Window::open(&display, &project);
    window.starting("Mean IoU ");
    window.settle();
    let reference = recorded("segmentation.json", "camvid road-segmenter v2 test");
    assert_eq!(window.number("Mean IoU"), three(&reference["miou_classes_in_truth"]));
    assert_eq!(window.number("Boundary IoU"), three(&reference["boundary_iou"]["mean_classes_in_truth"]));
    window.wait("no slider", |n| n.name == "No confidence in this model's output");
    window.shot("segmenter");

    let ours = evaluate(&project, &["--model", "road-segmenter@v2", "--split", "test"], "optimal");
    let labels = ours["confusion_matrix"]["labels"].as_array().unwrap();
    let counts = &ours["confusion_matrix"]["counts"];
    let at = |name: &str| labels.iter().position(|label| label == name).unwrap();
    let pixels = counts[at("Pavement")][at("Road")].as_u64().unwrap();
    assert_eq!(counts[at("Pavement")][at("Road")], reference["confusion_matrix"][at("Pavement")][at("Road")]);
    let cell = window.starting("truth Pavement, predicted Road: ");
    assert_eq!(cell.name.rsplit(' ').next().unwrap().replace(',', ""), pixels.to_string());
    window.click(&cell);
    window.wait("the pixels of the cell", |n| n.name.contains("pixels in ") && n.name.contains("images"));
    window.shot("segmenter-cell");
    let tile = window.wait("an image", |n| n.role == "Button" && n.name.starts_with("image "));
    window.click(&tile);
    window.starting("class Pavement: ");
    window.shot("segmenter-image");
    let difference = window.wait("Difference", |n| n.name == "Difference");
    window.click(&difference);
    for kind in ["right", "wrong", "missed", "ignored"] {
        window.wait(kind, |n| n.name == kind);
    }
    window.shot("segmenter-difference");
    window.key(egui::Key::ArrowRight);
    window.starting("class Pavement: ");
    window.key(egui::Key::Escape);
    window.wait("an image", |n| n.role == "Button" && n.name.starts_with("image "));
}

/// AP of masks as pycocotools has it; the slider and the matrix count objects; an image shows masks and their difference.
#[test]
fn explores_masks_of_objects_in_a_real_window() {
    let Some(from) = data("coco-val2017-tiny") else { return };
    let dir = tempfile::tempdir().unwrap();
    let copy = |name: &str, to: &str| {
        let to = dir.path().join(to);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from.join(name), to).unwrap();
    };
    copy("annotations/instances_val2017.json", "annotations/instances_val2017.json");
    copy("predictions/yolox-nano/val2017.segm.json", "predictions/yolox-nano/val2017.segm.json");
    for image in std::fs::read_dir(from.join("images/val2017")).unwrap() {
        let name = format!("images/val2017/{}", image.unwrap().file_name().to_str().unwrap());
        copy(&name, &name);
    }
    let display = Display::open();
    let mut window = Window::open(&display, dir.path());
    window.starting("Precision ");
    window.settle();
    let best = evaluate(dir.path(), &[], "optimal");
    assert_eq!(best["task"], "instance-segmentation");
    super::compare_tiles(&mut window, &best);
    window.shot("instances");
    let slider = window.wait("slider", |n| n.role == "Slider" && n.name == "Confidence threshold");
    let [x0, _, x1, _] = slider.bounds.unwrap();
    let at = |share: f64| egui::pos2((x0 + (x1 - x0) * share) as f32, slider.middle().y);
    window.drag(at(0.5), at(0.3));
    let slider = window.wait("slider", |n| n.role == "Slider" && n.name == "Confidence threshold");
    let value = slider.value.unwrap().to_string();
    super::compare_tiles(&mut window, &evaluate(dir.path(), &[], &value));
    let page = window.wait("the images", |n| n.role == "Button" && n.name == "Images");
    window.click(&page);
    let tile = window.wait("an image", |n| n.role == "Button" && n.name.starts_with("image "));
    window.click(&tile);
    let difference = window.wait("Difference", |n| n.name == "Difference");
    window.shot("instances-image");
    window.click(&difference);
    window.shot("instances-difference");
}
