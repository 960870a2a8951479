//! Tables, arrays and folders as the programs write them that people evaluate with.

use evalens::formats;
use evalens::model::project::Choice;
use evalens::model::{ClassId, ImageId, NoProgress, Task};

use crate::{Loaded, best, codes, direct, folder, recognise, try_direct};

/// Three items; the true classes are cat, dog, cat; the model says cat, dog, dog with these scores.
const EXPECTED: [(&str, f64); 3] = [("cat", 0.8), ("dog", 0.6), ("dog", 0.7)];

fn assert_scene(loaded: &Loaded, expected: &[(&str, f64)]) {
    assert_eq!(loaded.dataset.classes.len(), 2);
    let truths: Vec<&str> =
        loaded.dataset.truths.class.iter().map(|class| loaded.dataset.classes.name(*class)).collect();
    assert_eq!(truths, ["cat", "dog", "cat"]);
    let found: Vec<(String, f64)> = (0..3).map(|item| best(loaded, item).unwrap()).collect();
    let expected: Vec<(String, f64)> = expected.iter().map(|(name, score)| ((*name).to_owned(), *score)).collect();
    assert_eq!(found, expected);
}

const TRUTH: (&str, &str) = ("truth.csv", "filename,label\na.jpg,cat\nb.jpg,dog\nc.jpg,cat\n");

/// Truth as above, and outputs of this name and text.
fn with_outputs(name: &str, text: &str) -> Loaded {
    let dir = folder(&[TRUTH, (name, text)]);
    direct(Task::Classification, Some(&dir.path().join("truth.csv")), &dir.path().join(name))
}

#[test]
fn pandas_and_scikit_learn() {
    // DataFrame(predict_proba(x), columns=classes_).to_csv() with its index, with and without prefixes.
    for text in [
        "id,cat,dog\na.jpg,0.8,0.2\nb.jpg,0.4,0.6\nc.jpg,0.3,0.7\n",
        ",filename,y_true,y_pred,prob_cat,prob_dog\n0,a.jpg,cat,cat,0.8,0.2\n1,b.jpg,dog,dog,0.4,0.6\n2,c.jpg,cat,dog,0.3,0.7\n",
        "image;P_Cat;P_Dog\r\na.jpg;0,8;0,2\r\nb.jpg;0,4;0,6\r\nc.jpg;0,3;0,7\r\n",
        "\u{feff}path\tdog\tcat\nb.jpg\t.6\t.4\nx/a.jpg\t0.2\t8e-1\nc.jpg\t0.7\t0.3",
        "cat,dog\n0.8,0.2\n0.4,0.6\n0.3,0.7\n",
    ] {
        let loaded = with_outputs("outputs.csv", text);
        assert!(loaded.scores.is_complete() && loaded.scores.has_confidence, "{text}");
        assert_scene(&loaded, &EXPECTED);
    }
    // Columns that only count, and a table of nothing but numbers.
    for text in
        ["p0,p1\n0.8,0.2\n0.4,0.6\n0.3,0.7\n", "0.8,0.2\n0.4,0.6\n0.3,0.7\n", ",0,1\n0,0.8,0.2\n1,0.4,0.6\n2,0.3,0.7\n"]
    {
        let loaded = with_outputs("outputs.csv", text);
        assert_scene(&loaded, &EXPECTED);
        assert_eq!(codes(&loaded.findings), ["class-order-assumed 1"], "{text}");
    }
    // A prefix that is part of the class's name stays.
    let dir = folder(&[
        ("t.csv", "id,label\na,class_1\nb,class_0\n"),
        ("o.csv", "id,class_0,class_1\na,0.2,0.8\nb,0.6,0.4\n"),
    ]);
    let loaded = direct(Task::Classification, Some(&dir.path().join("t.csv")), &dir.path().join("o.csv"));
    assert_eq!(loaded.dataset.classes.names(), ["class_0", "class_1"]);
    assert_eq!((best(&loaded, 0), codes(&loaded.findings)), (Some(("class_1".to_owned(), 0.8)), Vec::new()));
    // R's write.table leaves the name of the first column out.
    let loaded = with_outputs("outputs.csv", "cat,dog\na.jpg,0.8,0.2\nb.jpg,0.4,0.6\nc.jpg,0.3,0.7\n");
    assert_scene(&loaded, &EXPECTED);
}

#[test]
fn hugging_face() {
    // Pipelines: the best label of each text, or all with top_k=None; datasets with whole numbers and their names beside.
    let outputs = [
        (
            "a.jsonl",
            "{\"label\": \"cat\", \"score\": 0.8}\n{\"label\": \"dog\", \"score\": 0.6}\n{\"label\": \"dog\", \"score\": 0.7}\n",
        ),
        (
            "b.json",
            r#"[[{"label": "cat", "score": 0.8}, {"label": "dog", "score": 0.2}],
            [{"label": "dog", "score": 0.6}, {"label": "cat", "score": 0.4}],
            [{"label": "dog", "score": 0.7}, {"label": "cat", "score": 0.3}]]"#,
        ),
        (
            "c.jsonl",
            "{\"probs\": {\"cat\": 0.8, \"dog\": 0.2}}\n{\"probs\": {\"cat\": 0.4, \"dog\": 0.6}}\n{\"probs\": {\"dog\": 0.7, \"cat\": 0.3}}\n",
        ),
        ("d.jsonl", "{\"logits\": [0.8, 0.2]}\n{\"logits\": [0.4, 0.6]}\n\n{\"logits\": [0.3, 0.7]}"),
    ];
    for (name, text) in outputs {
        let dir = folder(&[
            ("test.csv", "text,label\n\"one, two\nthree\",0\nfour,1\nfive,0\n"),
            (
                "dataset_info.json",
                r#"{"features": {"text": {"dtype": "string"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}"#,
            ),
            (name, text),
        ]);
        let at = |file: &str| dir.path().join(file);
        let loaded = direct(Task::TextClassification, Some(&at("test.csv")), &at(name));
        assert_eq!(loaded.dataset.texts, ["one, two\nthree", "four", "five"]);
        assert_scene(&loaded, &EXPECTED);
        assert_eq!(loaded.scores.is_complete(), name != "a.jsonl");
    }
}

#[test]
fn hugging_face_image_folder_with_metadata() {
    let dir = folder(&[
        (
            "test/metadata.jsonl",
            "{\"file_name\": \"a.jpg\", \"label\": \"cat\"}\n{\"file_name\": \"b.jpg\", \"label\": \"dog\"}\n{\"file_name\": \"c.jpg\", \"label\": \"cat\"}\n",
        ),
        ("test/a.jpg", ""),
        ("test/b.jpg", ""),
        ("test/c.jpg", ""),
        ("predictions/vit.csv", "file_name,cat,dog\na.jpg,0.8,0.2\nb.jpg,0.4,0.6\nc.jpg,0.3,0.7\n"),
    ]);
    let loaded = recognise(dir.path());
    assert_scene(&loaded, &EXPECTED);
    assert!(loaded.dataset.images.iter().all(|image| image.path.as_ref().unwrap().is_file()));
    assert_eq!(loaded.choice.splits, ["test"]);
}

#[test]
fn ultralytics() {
    // `yolo classify predict save_txt`: five lines a picture, `score name`; class folders below train, val and test.
    let dir = folder(&[
        ("data/train/cat/x.jpg", ""),
        ("data/train/dog/y.jpg", ""),
        ("data/val/cat/a.jpg", ""),
        ("data/val/cat/c.jpg", ""),
        ("data/val/dog/b.jpg", ""),
        ("runs/classify/predict/labels/a.txt", "0.80 cat\n0.20 dog\n"),
        ("runs/classify/predict/labels/b.txt", "0.60 dog\n0.40 cat\n"),
        ("runs/classify/predict/labels/c.txt", "0.70 dog\n0.30 cat\n"),
    ]);
    let loaded = recognise(dir.path());
    assert_eq!(loaded.choice.splits, ["val"]);
    let names: Vec<&str> = loaded.dataset.images.iter().map(|image| image.name.as_str()).collect();
    assert_eq!(names, ["cat/a.jpg", "cat/c.jpg", "dog/b.jpg"]);
    let found: Vec<(String, f64)> = (0..3).map(|item| best(&loaded, item).unwrap()).collect();
    assert_eq!(found, [("cat".to_owned(), 0.8), ("dog".to_owned(), 0.7), ("dog".to_owned(), 0.6)]);
    assert_eq!(loaded.dataset.split_sizes, [("train".to_owned(), 2), ("val".to_owned(), 3)]);
}

#[test]
fn roboflow_multi_label() {
    let dir = folder(&[
        ("test/_classes.csv", "filename, cat, dog, bird\na.jpg, 1, 0, 1\nb.jpg, 0, 1, 0\nc.jpg, 0, 0, 0\n"),
        ("test/a.jpg", ""),
        ("test/b.jpg", ""),
        ("test/c.jpg", ""),
        ("predictions/net/test.csv", "filename,cat,dog,bird\na.jpg,0.9,0.1,0.2\nb.jpg,0.1,0.9,0.3\nc.jpg,0,0,0\n"),
    ]);
    let loaded = recognise(dir.path());
    assert_eq!(loaded.project.datasets[0].task, Task::Multilabel);
    assert_eq!(loaded.dataset.classes.names(), ["cat", "dog", "bird"]);
    let sets: Vec<usize> = loaded.dataset.image_ids().map(|item| loaded.dataset.truths.of(item).len()).collect();
    assert_eq!(sets, [2, 1, 0]);
    assert_eq!(codes(&loaded.findings), Vec::<String>::new());
}

#[test]
fn label_studio() {
    // Its CSV counts tasks in `id`; several choices stand in a cell as JSON.
    let csv = "annotation_id,annotator,choice,created_at,id,image,lead_time,updated_at\n\
        7,1,cat,2024-01-01,101,a.jpg,2.5,2024-01-01\n8,1,dog,2024-01-01,102,b.jpg,3.5,2024-01-01\n9,1,cat,2024-01-01,103,c.jpg,1.5,2024-01-01\n";
    let json = r#"[{"image": "a.jpg", "id": 101, "choice": "cat", "annotator": 1, "annotation_id": 7, "lead_time": 2.5},
        {"image": "b.jpg", "id": 102, "choice": "dog", "annotator": 1, "annotation_id": 8, "lead_time": 2.5},
        {"image": "c.jpg", "id": 103, "choice": "cat", "annotator": 1, "annotation_id": 9, "lead_time": 2.5}]"#;
    let outputs = ("outputs.csv", "image,pred,score\na.jpg,cat,0.8\nb.jpg,dog,0.6\nc.jpg,dog,0.7\n");
    for (name, text) in [("project.csv", csv), ("project.json", json)] {
        let dir = folder(&[(name, text), outputs]);
        let loaded = direct(Task::Classification, Some(&dir.path().join(name)), &dir.path().join("outputs.csv"));
        assert_scene(&loaded, &EXPECTED);
        assert_eq!(codes(&loaded.findings), ["top-k-only 1"]);
    }
    let sets = "id,image,tags\n1,a.jpg,\"{\"\"choices\"\": [\"\"cat\"\", \"\"dog\"\"]}\"\n2,b.jpg,cat\n";
    let dir = folder(&[("p.csv", sets), ("o.csv", "image,cat,dog\na.jpg,0.9,0.1\nb.jpg,0.8,0.1\n")]);
    let found = try_direct(Task::Multilabel, Some(&dir.path().join("p.csv")), &dir.path().join("o.csv"));
    assert!(found.unwrap_err().contains("names no item"), "ids are the tasks here, since nothing says otherwise");
}

#[test]
fn keras_and_torch_arrays() {
    let dir = folder(&[TRUTH, ("classes.txt", "dog\ncat\n")]);
    let values: Vec<u8> = [0.2_f32, 0.8, 0.6, 0.4, 0.7, 0.3].iter().flat_map(|value| value.to_le_bytes()).collect();
    let mut bytes = b"\x93NUMPY\x01\x00\x3e\x00".to_vec();
    bytes.extend(format!("{:<61}\n", "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }").as_bytes());
    bytes.extend(&values);
    std::fs::write(dir.path().join("probs.npy"), bytes).unwrap();
    let at = |file: &str| dir.path().join(file);
    let loaded = direct(Task::Classification, Some(&at("truth.csv")), &at("probs.npy"));
    // classes.txt lies beside both, so it also orders the classes of the truth.
    assert_eq!(loaded.dataset.classes.names(), ["dog", "cat"]);
    let found: Vec<String> = (0..3).map(|item| best(&loaded, item).unwrap().0).collect();
    assert_eq!(found, ["cat", "dog", "dog"]);
    std::fs::write(at("probs.ids.txt"), "c.jpg\nb.jpg\na.jpg\n").unwrap();
    let loaded = direct(Task::Classification, Some(&at("truth.csv")), &at("probs.npy"));
    let found: Vec<String> = (0..3).map(|item| best(&loaded, item).unwrap().0).collect();
    assert_eq!(found, ["dog", "dog", "cat"]);
    std::fs::write(at("classes.txt"), "dog\ncat\nbird\n").unwrap();
    let error = try_direct(Task::Classification, Some(&at("truth.csv")), &at("probs.npy")).err().unwrap();
    assert!(error.contains("has 2 scores a row, but there are 3 classes"), "{error}");
}

#[test]
fn classes_only() {
    for (name, text) in [
        ("o.csv", "id,pred\na.jpg,cat\nb.jpg,dog\nc.jpg,dog\n"),
        ("o.csv", "a.jpg,cat\nb.jpg,dog\nc.jpg,dog\n"),
        ("o.csv", "id,label\na.jpg,cat\nb.jpg,Dogs\nc.jpg,dog\n"),
        ("o.csv", "image_id,prediction\na,0\nb,1\nc,1\n"),
        ("o.json", r#"{"a.jpg": "cat", "b.jpg": "dog", "c.jpg": "dog"}"#),
    ] {
        let loaded = with_outputs(name, text);
        assert!(!loaded.scores.has_confidence, "{text}");
        let found: Vec<String> = (0..3).map(|item| best(&loaded, item).unwrap().0).collect();
        assert_eq!(found, ["cat", "dog", "dog"], "{text}");
        assert!(loaded.findings.get("no-confidence").is_some());
    }
}

#[test]
fn sets_in_json_and_pooled_splits() {
    let dir = folder(&[
        (
            "train.jsonl",
            "{\"id\": 1, \"text\": \"one\", \"labels\": [\"cat\", \"dog\"]}\n{\"id\": 2, \"text\": \"two\", \"labels\": []}\n",
        ),
        ("test.jsonl", "{\"id\": 1, \"text\": \"three\", \"labels\": [\"dog\"]}\n"),
        (
            "predictions/net/train.jsonl",
            "{\"id\": 2, \"scores\": {\"cat\": 0.25, \"dog\": 0.5}}\n{\"id\": 1, \"scores\": {\"cat\": 0.75, \"dog\": 0.5}}\n",
        ),
        ("predictions/net/test.jsonl", "{\"id\": 1, \"scores\": {\"dog\": 1, \"cat\": 0}}\n"),
        ("predictions/other/test.csv", "id,prediction\n1,cat|dog\n"),
    ]);
    let (root, recognised, _) = formats::open_project(dir.path(), &NoProgress).unwrap();
    assert_eq!(recognised.project.datasets[0].task, Task::TextMultilabel);
    let net = Choice { model: 0, dataset: 0, splits: vec!["test".to_owned(), "train".to_owned()] };
    let loaded = crate::load(&root, &recognised.project, net).unwrap();
    assert_eq!(loaded.dataset.texts, ["three", "one", "two"]);
    let sets: Vec<usize> = loaded.dataset.image_ids().map(|item| loaded.dataset.truths.of(item).len()).collect();
    assert_eq!((sets, loaded.scores.is_complete()), (vec![1, 2, 0], true));
    let row =
        |item| (0..2).map(|class| loaded.scores.score(ImageId(item), ClassId(class)).unwrap()).collect::<Vec<_>>();
    assert_eq!((row(0), row(1), row(2)), (vec![0.0, 1.0], vec![0.75, 0.5], vec![0.25, 0.5]));
    let other = Choice { model: 1, dataset: 0, splits: vec!["test".to_owned()] };
    let loaded = crate::load(&root, &recognised.project, other).unwrap();
    assert_eq!((loaded.scores.scored(ImageId(0)).count(), loaded.scores.has_confidence), (2, false));
}

/// The names of pictures repeat across classes, so a name without its folder says nothing.
#[test]
fn names_that_repeat_are_not_guessed() {
    let dir = folder(&[
        ("images/cat/1.jpg", ""),
        ("images/dog/1.jpg", ""),
        ("images/dog/2.jpg", ""),
        ("images/dog/loose/3.jpg", ""),
        ("images/4.jpg", ""),
        (
            "outputs.csv",
            "image,cat,dog\n1.jpg,0.9,0.1\n/data/images/dog/1.jpg,0.2,0.8\n2,0.3,0.7\nloose\\3.jpg,0.4,0.6\n",
        ),
    ]);
    let at = |name: &str| dir.path().join(name);
    let loaded = direct(Task::Classification, Some(&at("images")), &at("outputs.csv"));
    let names: Vec<&str> = loaded.dataset.images.iter().map(|image| image.name.as_str()).collect();
    assert_eq!(names, ["cat/1.jpg", "dog/1.jpg", "dog/2.jpg", "dog/loose/3.jpg"]);
    assert_eq!(
        codes(&loaded.findings),
        ["missing-prediction 1", "picture-without-class 1", "unknown-item 1", "item-by-file-name 3"]
    );
    let found: Vec<Option<f64>> = (0..4).map(|item| best(&loaded, item).map(|(_, score)| score)).collect();
    assert_eq!(found, [None, Some(0.8), Some(0.7), Some(0.6)]);
}
