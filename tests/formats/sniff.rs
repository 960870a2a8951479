//! Recognising folders without a project file.

use evalens::formats;

use crate::*;

/// A COCO truth file with these images (id, file name).
fn truth(images: &[(i64, &str)]) -> String {
    let list: Vec<String> = images
        .iter()
        .map(|(id, name)| format!(r#"{{"id": {id}, "file_name": "{name}", "width": 10, "height": 10}}"#))
        .collect();
    let first = images[0].0;
    format!(
        r#"{{"info": {{}}, "images": [{}], "annotations": [{{"id": 1, "image_id": {first}, "category_id": 1,
        "bbox": [1, 1, 5, 5], "area": 25, "iscrowd": 0}}], "categories": [{{"id": 1, "name": "x"}}]}}"#,
        list.join(",")
    )
}

fn results(image: i64) -> String {
    format!(r#"[{{"image_id": {image}, "category_id": 1, "bbox": [1, 1, 5, 5], "score": 0.5}}]"#)
}

/// `id@version split path` of every prediction file.
fn found(recognised: &Recognised) -> Vec<String> {
    let models = recognised.project.models.iter();
    models
        .flat_map(|m| m.predictions.iter().map(move |p| format!("{}@{} {} {}", m.id, m.version, p.split, p.path)))
        .collect()
}

fn splits(recognised: &Recognised) -> Vec<String> {
    let datasets = recognised.project.datasets.iter();
    datasets
        .flat_map(|d| {
            let name = format!("{}@{} {}", d.id, d.version, d.format);
            d.splits.iter().map(move |(split, entry)| {
                format!("{name} {split} {} {}", entry.truth, entry.images.as_deref().unwrap_or("-"))
            })
        })
        .collect()
}

fn with_name(name: &str, files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join(name);
    for (file, text) in files {
        write(&root, file, text.as_bytes());
    }
    (dir, root)
}

#[test]
fn roboflow_coco_export() {
    let (_dir, root) = with_name(
        "Hard Hat.v3i.coco",
        &[
            ("train/_annotations.coco.json", &truth(&[(0, "a.jpg")])),
            ("test/_annotations.coco.json", &truth(&[(0, "b.jpg")])),
            ("predictions/test.json", &results(0)),
        ],
    );
    picture(&root, "train/a.jpg", (10, 10));
    picture(&root, "test/b.jpg", (10, 10));
    let recognised = open(&root);
    assert_eq!(
        splits(&recognised),
        [
            "Hard Hat@v3 coco test test/_annotations.coco.json test",
            "Hard Hat@v3 coco train train/_annotations.coco.json train"
        ]
    );
    assert_eq!(found(&recognised), ["model@latest test predictions/test.json"]);
    let (dataset, findings) = load(&root, &recognised.project, &["test"]);
    assert_eq!((dataset.truths.len(), codes(&findings)), (1, Vec::new()));
}

#[test]
fn a_flat_folder() {
    let (_dir, root) =
        with_name("parts", &[("truth.json", &truth(&[(4, "a.png")])), ("predictions.json", &results(4))]);
    picture(&root, "a.png", (10, 10));
    let recognised = open(&root);
    assert_eq!(splits(&recognised), ["parts@latest coco all truth.json ."]);
    assert_eq!(found(&recognised), ["model@latest all predictions.json"]);
    let (dataset, _) = load(&root, &recognised.project, &["all"]);
    assert!(dataset.images[0].path.as_ref().unwrap().is_file());
    assert_eq!(predictions(&root, &recognised.project, &dataset, &["all"]).0.len(), 1);
}

/// CVAT: `instances_default.json`; Label Studio: `result.json` with paths of the server.
#[test]
fn cvat_and_label_studio_coco() {
    let (_dir, root) = with_name("task", &[("annotations/instances_default.json", &truth(&[(1, "a.png")]))]);
    picture(&root, "images/default/a.png", (10, 10));
    let recognised = open(&root);
    assert_eq!(splits(&recognised), ["task@latest coco default annotations/instances_default.json images/default"]);
    assert_eq!(codes(&recognised.findings), ["no-predictions-found 1"]);
    let (_dir, root) = with_name("export", &[("result.json", &truth(&[(0, "../../data/media/upload/1/a.png")]))]);
    picture(&root, "images/a.png", (10, 10));
    let recognised = open(&root);
    assert_eq!(splits(&recognised), ["export@latest coco all result.json images"]);
    let (dataset, _) = load(&root, &recognised.project, &["all"]);
    assert!(dataset.images[0].path.as_ref().unwrap().is_file(), "{:?}", dataset.images[0].path);
}

#[test]
fn models_and_versions_by_their_paths() {
    let one = results(1);
    let names = [
        ("predictions/alpha/v1/test.json", "alpha@v1"),
        ("predictions/alpha/v2/test.bbox.json", "alpha@v2"),
        ("predictions/beta_test.json", "beta@latest"),
        ("predictions/gamma-v1.5_test.json", "gamma@v1.5"),
        ("predictions/delta/epoch12_test.json", "delta@epoch12"),
        ("predictions/epsilon/test_results.json", "epsilon@latest"),
        ("predictions/zeta_v3/test.json", "zeta@v3"),
        ("results/test/eta.json", "eta@latest"),
        ("runs/detect/val2/predictions.json", "val2@latest"),
        ("team/theta/best/coco/test/bbox.json", "team-theta@best"),
    ];
    let labels = truth(&[(1, "a.png")]);
    let mut files: Vec<(&str, &str)> = names.iter().map(|(path, _)| (*path, one.as_str())).collect();
    files.push(("annotations/instances_test.json", &labels));
    let (_dir, root) = with_name("set", &files);
    let recognised = open(&root);
    for (path, name) in names {
        let expected = format!("{name} test {path}");
        assert!(found(&recognised).contains(&expected), "{expected} is not in {:#?}", found(&recognised));
    }
    assert_eq!(recognised.reasons.len(), names.len() + 1);
    let reason = recognised.reasons.iter().find(|r| r.path == "results/test/eta.json").unwrap();
    assert_eq!(reason.what, "COCO results predictions of eta@latest for split test");
    assert_eq!(
        reason.why,
        "list of objects with image_id, category_id, bbox and score; 1 detection; its name says test"
    );
}

/// Names that say no split: the images that the file names decide.
#[test]
fn splits_by_image_ids() {
    let files = [
        ("annotations/instances_val.json", truth(&[(1, "a.png"), (2, "b.png")])),
        ("annotations/instances_test.json", truth(&[(3, "c.png")])),
        ("predictions/first.json", results(3)),
        ("predictions/second.json", results(2)),
        ("predictions/third.json", results(99)),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let (_dir, root) = with_name("set", &files);
    let recognised = open(&root);
    assert_eq!(
        found(&recognised),
        ["first@latest test predictions/first.json", "second@latest val predictions/second.json"]
    );
    let left = &recognised.alternatives[0];
    assert_eq!(left.path, "predictions/third.json");
    assert!(left.why.contains("no split fits it (there are: test, val)"), "{left:?}");
}

/// `val` in a file name means the split `valid`, and `valid` the split `val2017`.
#[test]
fn splits_by_other_words() {
    let labels = truth(&[(1, "a.png")]);
    let (_dir, root) = with_name(
        "set",
        &[
            ("annotations/instances_val2017.json", &labels),
            ("predictions/a/valid.json", &results(1)),
            ("predictions/b/test.json", &results(1)),
        ],
    );
    let recognised = open(&root);
    assert_eq!(found(&recognised)[0], "a@latest val2017 predictions/a/valid.json");
    // `test.json` names images of the only split there is.
    assert_eq!(found(&recognised)[1], "b@latest val2017 predictions/b/test.json");
    let reason = recognised.reasons.iter().find(|r| r.path == "predictions/b/test.json").unwrap();
    assert!(reason.why.ends_with("it names images of that split"), "{reason:?}");
}

#[test]
fn several_formats_are_one_dataset() {
    let xml = "<annotation><filename>a.png</filename><size><width>10</width><height>10</height></size></annotation>";
    let (_dir, root) = with_name(
        "set",
        &[
            ("coco/annotations/test.json", &truth(&[(1, "a.png")])),
            ("voc/test/a.xml", xml),
            ("labels/test/a.txt", "0 0.5 0.5 0.5 0.5\n"),
            ("classes.txt", "x\n"),
            ("predictions/m/test/a.txt", "0 0.5 0.5 0.5 0.5 0.5\n"),
        ],
    );
    picture(&root, "images/test/a.png", (10, 10));
    let recognised = open(&root);
    assert_eq!(splits(&recognised), ["set@latest coco test coco/annotations/test.json images/test"]);
    let others: Vec<&str> = recognised.alternatives.iter().map(|a| a.path.as_str()).collect();
    assert_eq!(others, ["voc/test", "labels/test"]);
    assert!(recognised.alternatives[0].why.contains("COCO, which comes before VOC"));
    assert_eq!(found(&recognised), ["m@latest test predictions/m/test"]);
}

#[test]
fn two_datasets_in_one_folder() {
    let (_dir, root) = with_name(
        "all",
        &[
            ("cells/annotations/instances_test.json", &truth(&[(1, "a.png")])),
            ("parts/v2/annotations/instances_test.json", &truth(&[(1, "b.png")])),
            ("parts/v2/predictions/m/test.json", &results(1)),
            ("predictions/cells/n/test.json", &results(1)),
        ],
    );
    let recognised = open(&root);
    let datasets: Vec<String> = recognised.project.datasets.iter().map(|d| format!("{}@{}", d.id, d.version)).collect();
    assert_eq!(datasets, ["cells@latest", "parts@v2"]);
    let of: Vec<(&str, &str)> = recognised
        .project
        .models
        .iter()
        .flat_map(|m| m.predictions.iter())
        .map(|p| (p.dataset.as_str(), p.path.as_str()))
        .collect();
    assert_eq!(of, [("parts", "parts/v2/predictions/m/test.json"), ("cells", "predictions/cells/n/test.json")]);
}

#[test]
fn what_a_model_file_says() {
    let about = r#"{"size": 320, "trained_on": {"dataset": "set", "split": "train"}}"#;
    let (_dir, root) = with_name(
        "set",
        &[
            ("annotations/instances_test.json", &truth(&[(1, "a.png")])),
            ("predictions/m/v1/test.json", &results(1)),
            ("predictions/m/v1/model.json", about),
        ],
    );
    let recognised = open(&root);
    let model = &recognised.project.models[0];
    assert_eq!(model.parameters["size"], 320);
    let trained = model.trained_on.as_ref().unwrap();
    assert_eq!(
        (trained.dataset.as_str(), trained.version.as_str(), trained.split.as_deref()),
        ("set", "latest", Some("train"))
    );
}

#[test]
fn folders_with_nothing_to_evaluate() {
    let root = folder(&[("notes.md", "x"), ("sub/table.csv", "a,b")]);
    let error = open_error(root.path());
    assert!(error.contains("looked for COCO JSON") && error.contains("evalens.json"), "{error}");
    picture(root.path(), "a.png", (2, 2));
    assert!(open_error(root.path()).contains("(only 1 picture)"));
    let root = folder(&[("out/test.json", &results(1))]);
    assert!(open_error(root.path()).contains("holds predictions but no ground truth"));
    let root = folder(&[("project.json", r#"[{"id": 1, "data": {"image": "a.jpg"}, "annotations": []}]"#)]);
    let error = open_error(root.path());
    assert!(
        error.contains("Label Studio's own JSON") && error.contains("export as COCO, YOLO or Pascal VOC"),
        "{error}"
    );
    let root =
        folder(&[("annotations.xml", "<?xml version=\"1.0\"?><annotations><version>1.1</version></annotations>")]);
    assert!(open_error(root.path()).contains("CVAT's own XML"));
    let root = folder(&[("train/metadata.jsonl", "{}")]);
    assert!(open_error(root.path()).contains("Hugging Face"));
    let root = folder(&[("a.txt", "hello")]);
    assert!(open_error(&root.path().join("a.txt")).contains("is a file, not a project folder"));
    assert!(open_error(&root.path().join("none")).contains("check the path"));
}

#[test]
fn outputs_without_confidence_are_said_to_be_so() {
    let root = folder(&[
        ("labels/test/a.txt", "0 0.5 0.5 0.5 0.5\n"),
        ("runs/detect/predict/labels/a.txt", "0 0.5 0.5 0.5 0.5\n"),
    ]);
    let recognised = open(root.path());
    assert_eq!(recognised.project.models.len(), 0);
    assert!(recognised.alternatives[0].why.contains("save_conf=True"), "{:?}", recognised.alternatives);
}

/// Looking twice gives the same; hidden folders and those of other tools are passed over.
#[test]
fn the_same_every_time() {
    let labels = truth(&[(1, "a.png")]);
    let root = folder(&[
        ("annotations/instances_test.json", &labels),
        (".cache/annotations/instances_train.json", &labels),
        ("node_modules/x/instances_valid.json", &labels),
        ("predictions/m/test.json", &results(1)),
    ]);
    let (first, second) = (open(root.path()), open(root.path()));
    assert_eq!(first.project, second.project);
    assert_eq!((first.reasons, first.alternatives), (second.reasons, second.alternatives));
    assert_eq!(first.project.datasets[0].splits.len(), 1);
}

#[cfg(unix)]
#[test]
fn links_in_a_circle() {
    let root = folder(&[("annotations/instances_test.json", &truth(&[(1, "a.png")]))]);
    std::os::unix::fs::symlink(root.path(), root.path().join("annotations/again")).unwrap();
    std::os::unix::fs::symlink("nowhere", root.path().join("broken")).unwrap();
    let recognised = open(root.path());
    assert_eq!(recognised.project.datasets.len(), 1);
    let finding = recognised.findings.get("folder-not-listed").unwrap();
    assert_eq!(finding.count, 2);
    assert!(finding.examples[0].contains("leads back"), "{finding:?}");
}

/// Written as a project file, what was recognised loads the same data.
#[test]
fn recognised_and_written() {
    for name in ["yolo/ultralytics", "yolo/cvat", "yolo/lists", "voc/classic", "voc/roboflow"] {
        let root = fixture(name);
        let recognised = open(&root);
        let text = evalens::model::project_text::to_text(&recognised.project);
        let (project, findings) = evalens::model::project_text::parse(&text).unwrap();
        assert_eq!((project, codes(&findings)), (recognised.project.clone(), Vec::new()), "{name}");
        for one in formats::choices(&recognised.project) {
            formats::load_dataset(&root, &recognised.project, &one, &NoProgress).unwrap();
        }
    }
}

/// One annotation file an image, thousands of them: the one file that counts is still looked into.
#[test]
fn many_json_files() {
    let root = folder(&[("truth/instances_test.json", &truth(&[(1, "a.png")]))]);
    for i in 0..450 {
        write(root.path(), &format!("labelme/{i}.json"), br#"{"version": "5", "shapes": [], "imagePath": "a.jpg"}"#);
    }
    let recognised = open(root.path());
    assert_eq!(recognised.project.datasets[0].splits["test"].truth, "truth/instances_test.json");
    assert_eq!(codes(&recognised.findings), ["no-predictions-found 1", "many-json-files 1"]);
    // Many of a kind are mentioned once.
    assert_eq!(recognised.alternatives.len(), 1);
}

/// YOLO outputs count the classes of data.yaml, also where the truth is read from COCO, whose order may differ.
#[test]
fn indices_count_the_yolo_list() {
    let labels = truth(&[(1, "a.png")])
        .replace(r#"[{"id": 1, "name": "x"}]"#, r#"[{"id": 1, "name": "x"}, {"id": 2, "name": "y"}]"#);
    let (_dir, root) = with_name(
        "set",
        &[
            ("annotations/instances_test.json", &labels),
            ("data.yaml", "names: [y, x]\ntest: images/test\n"),
            ("labels/test/a.txt", "1 0.5 0.5 0.5 0.5\n"),
            ("predictions/m/test/a.txt", "1 0.5 0.5 0.5 0.5 0.5\n"),
        ],
    );
    picture(&root, "images/test/a.png", (10, 10));
    let recognised = open(&root);
    assert_eq!(recognised.project.datasets[0].class_file.as_deref(), Some("data.yaml"));
    let (dataset, _) = load(&root, &recognised.project, &["test"]);
    let (found, _) = predictions(&root, &recognised.project, &dataset, &["test"]);
    assert_eq!(dataset.classes.name(found.class[0]), "x");
}

#[cfg(unix)]
#[test]
fn pipes_are_passed_over() {
    let root = folder(&[("annotations/instances_test.json", &truth(&[(1, "a.png")]))]);
    let made =
        std::process::Command::new("mkfifo").args(["a.json", "b.yaml", "c.txt"]).current_dir(root.path()).status();
    if made.is_ok_and(|status| status.success()) {
        assert_eq!(open(root.path()).project.datasets.len(), 1);
    }
}

/// A set in two formats whose truths differ: COCO has one object, YOLO two.
fn two_formats() -> (tempfile::TempDir, PathBuf) {
    let (dir, root) = with_name(
        "set",
        &[
            ("annotations/test.json", &truth(&[(1, "a.png")])),
            ("labels/test/a.txt", "0 0.5 0.5 0.5 0.5\n0 0.2 0.2 0.1 0.1\n"),
            ("classes.txt", "x\n"),
            ("predictions/m/test.json", &results(1)),
            ("predictions/m/test/a.txt", "0 0.5 0.5 0.5 0.5 0.5\n0 0.5 0.5 0.5 0.5 0.4\n"),
        ],
    );
    picture(&root, "images/test/a.png", (10, 10));
    (dir, root)
}

#[test]
fn the_other_format_can_be_chosen_and_taken_back() {
    let (_dir, root) = two_formats();
    let first = open(&root);
    let objects = |recognised: &Recognised| load(&root, &recognised.project, &["test"]).0.truths.class.len();
    assert_eq!((splits(&first).len(), objects(&first)), (1, 1));
    let at = |r: &Recognised, path: &str| r.alternatives.iter().position(|a| a.path == path).unwrap();
    let other = first.corrected(&Correction::Use(at(&first, "labels/test"))).unwrap();
    assert_eq!(splits(&other), ["set@latest yolo test labels/test images/test"]);
    assert_eq!(objects(&other), 2);
    assert!(other.reasons.iter().any(|r| r.path == "labels/test" && r.why == "you chose it"));
    assert!(!other.reasons.iter().any(|r| r.path == "annotations/test.json"));
    let back = other.corrected(&Correction::Use(at(&other, "annotations/test.json"))).unwrap();
    assert_eq!(back.project, first.project);
}

#[test]
fn other_outputs_can_be_chosen() {
    let (_dir, root) = two_formats();
    let first = open(&root);
    assert_eq!(found(&first), ["m@latest test predictions/m/test.json"]);
    let at = first.alternatives.iter().position(|a| a.path == "predictions/m/test").unwrap();
    let other = first.corrected(&Correction::Use(at)).unwrap();
    assert_eq!(found(&other), ["m@latest test predictions/m/test"]);
    assert!(other.alternatives.iter().any(|a| a.path == "predictions/m/test.json" && a.usable.is_some()));
    assert!(first.corrected(&Correction::Use(99)).is_none());
}

#[test]
fn outputs_without_a_split_can_be_placed() {
    let (_dir, root) = with_name(
        "set",
        &[
            ("annotations/test.json", &truth(&[(1, "a.png")])),
            ("annotations/valid.json", &truth(&[(2, "b.png")])),
            ("predictions/night.json", &results(77)),
        ],
    );
    let first = open(&root);
    assert_eq!(found(&first), [""; 0]);
    let at = first.alternatives.iter().position(|a| a.path == "predictions/night.json").unwrap();
    let place = |split: &str| Correction::Place { alternative: at, dataset: 0, split: split.to_owned() };
    assert!(first.corrected(&place("train")).is_none());
    let placed = first.corrected(&place("valid")).unwrap();
    assert_eq!(found(&placed), ["night@latest valid predictions/night.json"]);
    assert!(placed.alternatives.is_empty());
}

#[test]
fn a_class_is_read_as_the_person_says() {
    let (_dir, root) = with_name(
        "set",
        &[
            ("labels/test/a.txt", "0 0.5 0.5 0.5 0.5\n1 0.2 0.2 0.1 0.1\n"),
            ("classes.txt", "cat\ndog\n"),
            ("predictions/m/classes.txt", "feline\ndog\n"),
            ("predictions/m/test/a.txt", "0 0.5 0.5 0.5 0.5 0.5\n1 0.5 0.5 0.5 0.5 0.4\n"),
        ],
    );
    picture(&root, "images/test/a.png", (10, 10));
    let mapped = |recognised: &Recognised| -> Vec<(String, Option<String>)> {
        let choice = Choice { model: 0, dataset: 0, splits: vec!["test".to_owned()] };
        let (dataset, _) = load(&root, &recognised.project, &["test"]);
        let loaded = formats::load_predictions(&root, &recognised.project, &choice, &dataset, &NoProgress);
        loaded.unwrap().2.into_iter().map(|m| (m.from, m.to)).collect()
    };
    let say = |recognised: &Recognised, from: &str, to: &str| {
        recognised.corrected(&Correction::Classes([(from.to_owned(), to.to_owned())].into())).unwrap()
    };
    let (dog, feline) = ("dog".to_owned(), "feline".to_owned());
    let first = open(&root);
    assert_eq!(mapped(&first), [(dog.clone(), Some(dog.clone())), (feline.clone(), None)]);
    let second = say(&first, "feline", "cat");
    assert_eq!(mapped(&second), [(dog.clone(), Some(dog.clone())), (feline.clone(), Some("cat".to_owned()))]);
    // An empty name leaves a class out, also one that the truth has.
    assert_eq!(mapped(&say(&second, "dog", "")), [(dog, None), (feline, Some("cat".to_owned()))]);
}
