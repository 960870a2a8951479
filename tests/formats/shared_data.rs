//! The real data: what is recognised, and that all formats of one set give the same dataset.

use evalens::formats::{self, choices};
use evalens::model::project::Project;
use evalens::model::{Dataset, ImageId, NoProgress, Task};

use crate::*;

#[test]
fn blood_cells() {
    let Some(root) = shared("bccd") else { return };
    let (root, recognised, from_file) = formats::open_project(&root, &NoProgress).unwrap();
    assert!(!from_file);
    let project = &recognised.project;
    assert_eq!((project.datasets.len(), project.datasets[0].format.as_str()), (1, "coco"));
    assert_eq!(project.datasets[0].splits["test"].images.as_deref(), Some("images/test"));
    let models: Vec<String> = project.models.iter().map(|m| format!("{}@{}", m.id, m.version)).collect();
    assert_eq!(models, ["cell-detector@v1", "cell-detector@v2", "cell-detector@v3"]);
    assert_eq!(project.models[0].parameters["epochs"], 7);
    let all: Vec<(usize, String)> = choices(project).iter().map(|c| (c.model, c.splits.join("+"))).collect();
    let expected: Vec<(usize, String)> =
        (0..3).flat_map(|model| ["test", "valid"].map(|split| (model, split.to_owned()))).collect();
    assert_eq!(all, expected);
    // VOC and YOLO truth of three splits, YOLO predictions of three versions and two splits.
    assert_eq!(recognised.alternatives.len(), 12);
    assert!(recognised.findings.is_empty());
    // Counts of the README of the data.
    let (dataset, findings) = load(&root, project, &["test"]);
    assert_eq!((dataset.images.len(), dataset.truths.len()), (72, 945));
    assert_eq!(codes(&findings), [""; 0]);
    assert_eq!(predictions(&root, project, &dataset, &["test"]).0.len(), 7200);
    let (dataset, findings) = load(&root, project, &["valid", "test"]);
    assert_eq!((dataset.images.len(), dataset.truths.len()), (159, 2083));
    assert_eq!(codes(&findings), ["zero-area-box 1"]);
    assert_eq!(predictions(&root, project, &dataset, &["valid", "test"]).0.len(), 15_900);
    let (_, findings) = load(&root, project, &["train"]);
    assert_eq!(codes(&findings), ["zero-area-box 1"]);
}

/// The same set by another format, with the alternatives that sniffing lists.
fn in_format(project: &Project, format: &str) -> Project {
    let mut other = project.clone();
    let dataset = &mut other.datasets[0];
    dataset.format = format.to_owned();
    dataset.class_file = (format == "yolo").then(|| "data.yaml".to_owned());
    for (name, split) in &mut dataset.splits {
        split.truth = format!("labels-{format}/{name}");
    }
    for prediction in other.models.iter_mut().flat_map(|m| &mut m.predictions) {
        prediction.format = "yolo-txt".to_owned();
        let folder = prediction.path.rsplit_once('/').unwrap().0.to_owned();
        prediction.path = format!("{folder}/yolo/{}", prediction.split);
    }
    other
}

/// Name, size and objects of an image.
type Content = (String, (u32, u32), Vec<(String, [f64; 4])>);

/// Image names with their objects, sorted so that neither order of classes nor of files matters.
fn content(dataset: &Dataset) -> Vec<Content> {
    let of = |(i, image): (usize, &evalens::model::Image)| {
        let mut found: Vec<(String, [f64; 4])> =
            objects(dataset, i).into_iter().map(|(class, b)| (class, [b.x, b.y, b.w, b.h])).collect();
        found.sort_by(|a, b| a.partial_cmp(b).unwrap());
        (image.name.clone(), (image.width, image.height), found)
    };
    let mut all: Vec<_> = dataset.images.iter().enumerate().map(of).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

#[test]
fn all_formats_give_the_same_dataset() {
    let Some(root) = shared("bccd") else { return };
    let project = open(&root).project;
    for split in ["test", "valid"] {
        let (coco, _) = load(&root, &project, &[split]);
        let (voc, findings) = load(&root, &in_format(&project, "voc"), &[split]);
        assert_eq!(content(&voc), content(&coco));
        assert_eq!(codes(&findings), if split == "valid" { vec!["zero-area-box 1"] } else { Vec::new() });
        // Six decimals of a side of 640 are 0.0004 pixels; corners add half of the size's error. Rounding may swap
        // objects in the sorted order, so each is sought.
        let (yolo, findings) = load(&root, &in_format(&project, "yolo"), &[split]);
        assert_eq!(yolo.classes.names(), coco.classes.names());
        assert_eq!(findings.get("missing-image-file"), None);
        for ((name, size, found), (_, _, expected)) in content(&yolo).iter().zip(content(&coco)) {
            assert_eq!((*size, found.len()), ((640, 480), expected.len()), "{name}");
            for (class, bbox) in expected {
                let near = |other: &[f64; 4]| other.iter().zip(bbox).all(|(a, b)| (a - b).abs() < 0.001);
                assert!(found.iter().any(|(c, b)| *c == class && near(b)), "{name}: no {class} at {bbox:?}");
            }
        }
    }
}

#[test]
fn both_formats_give_the_same_predictions() {
    let Some(root) = shared("bccd") else { return };
    let project = open(&root).project;
    let (dataset, _) = load(&root, &project, &["test"]);
    let (coco, _) = predictions(&root, &project, &dataset, &["test"]);
    let (yolo, findings) = predictions(&root, &in_format(&project, "yolo"), &dataset, &["test"]);
    assert_eq!(coco.len(), yolo.len());
    assert_eq!(findings.get("unknown-image"), None);
    for image in (0..dataset.images.len()).map(ImageId::from_index) {
        let scores = |p: &Predictions| p.of(image).map(|row| (p.score[row] * 1e5).round()).collect::<Vec<_>>();
        assert_eq!(scores(&coco), scores(&yolo));
    }
}

#[test]
fn coco_by_folder_and_by_files() {
    let Some(root) = shared("coco-val2017-tiny") else { return };
    let recognised = open(&root);
    let models: Vec<&str> = recognised.project.models.iter().map(|m| m.id.as_str()).collect();
    // The masks of objects are an evaluation of their own.
    assert_eq!(models, ["yolo-fastestv2", "yolox-nano", "yolox-nano-masks"]);
    let tasks: Vec<Task> = recognised.project.models.iter().map(|m| m.task).collect();
    assert_eq!(tasks, [Task::Detection, Task::Detection, Task::InstanceSegmentation]);
    let (dataset, _) = load(&root, &recognised.project, &["val2017"]);
    assert_eq!((dataset.images.len(), dataset.truths.len(), dataset.classes.len()), (80, 815, 80));
    assert!(dataset.images.iter().all(|i| i.path.as_ref().unwrap().is_file()));
    let (base, project, only) = formats::project_from_files(
        Task::Detection,
        &root.join("annotations/instances_val2017.json"),
        &root.join("predictions/yolox-nano/val2017.bbox.json"),
        None,
    )
    .unwrap();
    let (direct, findings) = formats::load_dataset(&base, &project, &only, &NoProgress).unwrap();
    assert_eq!(direct.truths.len(), 815);
    assert_eq!(findings.get("missing-image-file"), None);
    let (found, _, mappings) = formats::load_predictions(&base, &project, &only, &direct, &NoProgress).unwrap();
    assert_eq!(found.len(), 4595);
    assert!(mappings.iter().all(|m| m.to.as_ref() == Some(&m.from)));
}

/// VOC has no order of classes; the outputs count those of data.yaml, two folders above the truth.
#[test]
fn voc_truth_and_yolo_outputs_named_directly() {
    let Some(root) = shared("bccd") else { return };
    let outputs = root.join("predictions/cell-detector/v1/yolo/test");
    let counts = |truth: &str| -> Vec<(String, usize)> {
        let (base, project, only) =
            formats::project_from_files(Task::Detection, &root.join(truth), &outputs, None).unwrap();
        let (dataset, _) = formats::load_dataset(&base, &project, &only, &NoProgress).unwrap();
        let (_, findings, mappings) = formats::load_predictions(&base, &project, &only, &dataset, &NoProgress).unwrap();
        assert_eq!(findings.get("class-order-assumed"), None, "{truth}");
        mappings.into_iter().map(|m| (m.to.unwrap(), m.count)).collect()
    };
    // Of 7,200 detections, by class, counted in test.bbox.json of the same version.
    let expected = [("Platelets".to_owned(), 3761), ("RBC".to_owned(), 2771), ("WBC".to_owned(), 668)];
    for truth in ["labels-voc/test", "annotations/instances_test.json", "labels-yolo/test"] {
        assert_eq!(counts(truth), expected, "{truth}");
    }
}
