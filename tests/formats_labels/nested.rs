//! Exports that nest what they say, and what pipelines write a line an item.

use evalens::formats;
use evalens::model::{NoProgress, Task};

use crate::{best, codes, direct, fixture, folder, recognise};

fn names(loaded: &crate::Loaded, item: u32) -> Vec<String> {
    let of = loaded.dataset.truths.of(evalens::model::ImageId(item));
    loaded.dataset.truths.class[of].iter().map(|class| loaded.dataset.classes.name(*class).to_owned()).collect()
}

/// Five tasks: an annotation each, one of them after a cancelled one, one without; predictions of one model.
#[test]
fn label_studio_tasks_hold_truth_and_predictions() {
    let file = fixture("label_studio/project.json");
    let loaded = direct(Task::Classification, None, &file);
    let items: Vec<&str> = loaded.dataset.images.iter().map(|image| image.name.as_str()).collect();
    assert_eq!(items, ["/data/upload/a.jpg", "/data/upload/b.jpg", "/data/upload/c.jpg", "/data/upload/d.jpg"]);
    let truths: Vec<Vec<String>> = (0..4).map(|item| names(&loaded, item)).collect();
    assert_eq!(truths, [["cat"], ["dog"], ["cat"], ["dog"]]);
    let found: Vec<(String, f64)> = (0..4).map(|item| best(&loaded, item).unwrap()).collect();
    let expected = [("cat", 0.9), ("cat", 0.55), ("cat", 0.8), ("dog", 0.7)];
    assert_eq!(found, expected.map(|(name, score)| (name.to_owned(), score)));
    assert_eq!(codes(&loaded.findings), ["missing-label 1", "unknown-item 1", "top-k-only 1"]);
    // Nothing else in the folder: the same from looking at it.
    let dir = folder(&[("export/project.json", &std::fs::read_to_string(file).unwrap())]);
    let seen = recognise(dir.path());
    assert_eq!(
        (seen.dataset.truths.class, seen.project.datasets[0].task),
        (loaded.dataset.truths.class, Task::Classification)
    );
}

#[test]
fn label_studio_sets_of_choices() {
    let loaded = direct(Task::TextMultilabel, None, &fixture("label_studio/sets.json"));
    assert_eq!(loaded.dataset.texts, ["one", "two", "three"]);
    let truths: Vec<Vec<String>> = (0..3).map(|item| names(&loaded, item)).collect();
    assert_eq!(truths, [vec!["a", "b"], vec!["b"], vec![]]);
    assert_eq!(loaded.scores.scored(evalens::model::ImageId(0)).count(), 2);
}

/// Boxes are no choices, so such an export is no truth of classifiers, and what to do instead is said.
#[test]
fn label_studio_boxes_are_not_taken_for_labels() {
    let boxes = r#"[{"id": 1, "data": {"image": "a.jpg"}, "annotations": [{"result": [{"type": "rectanglelabels",
        "value": {"x": 1, "y": 2, "width": 3, "height": 4, "rectanglelabels": ["cat"]}}]}]}]"#;
    let dir = folder(&[("tasks.json", boxes)]);
    let error = formats::open_project(dir.path(), &NoProgress).err().unwrap().to_string();
    assert!(error.contains("Label Studio's own JSON"), "{error}");
}

#[test]
fn fiftyone_labels() {
    let dir = folder(&[
        ("labels.json", &std::fs::read_to_string(fixture("fiftyone/labels.json")).unwrap()),
        ("predictions/net/all.csv", "id,dog,cat\na,0.25,0.75\nb,0.5,0.5\nc,1,0\n"),
        ("data/a.jpg", ""),
        ("data/b.jpg", ""),
        ("data/c.jpg", ""),
    ]);
    let loaded = recognise(dir.path());
    assert_eq!(loaded.dataset.classes.names(), ["dog", "cat"], "in the order of the file");
    let truths: Vec<Vec<String>> = (0..3).map(|item| names(&loaded, item)).collect();
    assert_eq!(truths, [["cat"], ["dog"], ["dog"]]);
    assert!(loaded.dataset.images.iter().all(|image| image.path.as_ref().is_some_and(|path| path.is_file())));
    assert_eq!(codes(&loaded.findings), ["missing-label 1", "tied-top 1"]);
    // Lists of indices.
    let sets = r#"{"classes": ["dog", "cat"], "labels": {"a": [0, 1], "b": null, "c": ["cat"]}}"#;
    let dir = folder(&[("labels.json", sets), ("o.csv", "id,dog,cat\na,0.25,0.75\nb,0.5,0.5\nc,1,0\n")]);
    let loaded = direct(Task::Multilabel, Some(&dir.path().join("labels.json")), &dir.path().join("o.csv"));
    let truths: Vec<Vec<String>> = (0..3).map(|item| names(&loaded, item)).collect();
    assert_eq!(truths, [vec!["dog", "cat"], vec![], vec!["cat"]]);
}

#[test]
fn pipelines_a_line_an_item() {
    let truth = ("truth.csv", "id,text,label\n1,one,cat\n2,two,dog\n3,three,cat\n");
    for text in [
        // pipeline(texts, top_k=None)
        "[{\"label\": \"cat\", \"score\": 0.8}, {\"label\": \"dog\", \"score\": 0.2}]\n\
         [{\"label\": \"dog\", \"score\": 0.6}, {\"label\": \"cat\", \"score\": 0.4}]\n\
         [{\"label\": \"dog\", \"score\": 0.7}, {\"label\": \"cat\", \"score\": 0.3}]\n",
        // pipeline("zero-shot-classification")
        "{\"sequence\": \"one\", \"labels\": [\"cat\", \"dog\"], \"scores\": [0.8, 0.2]}\n\
         {\"sequence\": \"two\", \"labels\": [\"dog\", \"cat\"], \"scores\": [0.6, 0.4]}\n\
         {\"sequence\": \"three\", \"labels\": [\"dog\", \"cat\"], \"scores\": [0.7, 0.3]}\n",
        "{\"id\": 3, \"labels\": [\"dog\", \"cat\"], \"scores\": [0.7, 0.3]}\n\
         {\"id\": 1, \"labels\": [\"cat\", \"dog\"], \"scores\": [0.8, 0.2]}\n\
         {\"id\": 2, \"labels\": [\"dog\", \"cat\"], \"scores\": [0.6, 0.4]}\n",
        "{\"id\": 1, \"predictions\": [{\"label\": \"cat\", \"score\": 0.8}, {\"label\": \"dog\", \"score\": 0.2}]}\n\
         {\"id\": 2, \"predictions\": [{\"label\": \"dog\", \"score\": 0.6}, {\"label\": \"cat\", \"score\": 0.4}]}\n\
         {\"id\": 3, \"predictions\": [{\"label\": \"dog\", \"score\": 0.7}, {\"label\": \"cat\", \"score\": 0.3}]}\n",
    ] {
        let dir = folder(&[truth, ("predictions.jsonl", text)]);
        let at = |name: &str| dir.path().join(name);
        let loaded = direct(Task::TextClassification, Some(&at("truth.csv")), &at("predictions.jsonl"));
        let found: Vec<(String, f64)> = (0..3).map(|item| best(&loaded, item).unwrap()).collect();
        assert_eq!(found, [("cat".to_owned(), 0.8), ("dog".to_owned(), 0.6), ("dog".to_owned(), 0.7)], "{text}");
        assert!(loaded.scores.is_complete(), "{text}");
    }
}

#[test]
fn exports_of_auto_train_and_ultralytics_tables() {
    let dir = folder(&[
        ("test.csv", "autotrain_text,autotrain_label\n\"one, two\",cat\nthree,dog\n"),
        ("o.csv", "Image Name,Prediction,Confidence\n0,cat,0.75\n1,cat,0.5\n"),
        ("results.csv", "name,class,confidence\ncat,0,0.75\ncat,0,0.5\n"),
    ]);
    let at = |name: &str| dir.path().join(name);
    for outputs in ["o.csv", "results.csv"] {
        let loaded = direct(Task::TextClassification, Some(&at("test.csv")), &at(outputs));
        assert_eq!(loaded.dataset.texts, ["one, two", "three"]);
        assert_eq!(
            (best(&loaded, 0), best(&loaded, 1)),
            (Some(("cat".to_owned(), 0.75)), Some(("cat".to_owned(), 0.5)))
        );
    }
}

/// Many blocks of lines are read side by side; a broken line is still called by its number.
#[test]
fn broken_lines_of_long_files_keep_their_numbers() {
    let mut text = String::new();
    let mut truth = "id,label\n".to_owned();
    for item in 0..30_000 {
        let p = f64::from(item % 100) / 100.0;
        text += &format!("{{\"id\": {item}, \"probs\": {{\"cat\": {p}, \"dog\": {}}}}}\n", 1.0 - p);
        if item == 29_000 {
            text += "\n{\"id\": 29000, \"probs\"\n";
        }
        truth += &format!("{item},{}\n", if item % 3 == 0 { "cat" } else { "dog" });
    }
    assert!(text.len() > 3 << 19, "several blocks");
    let dir = folder(&[("truth.csv", &truth), ("o.jsonl", &text)]);
    let loaded = direct(Task::Classification, Some(&dir.path().join("truth.csv")), &dir.path().join("o.jsonl"));
    let broken = loaded.findings.get("broken-line").unwrap();
    assert!(broken.count == 1 && broken.examples[0].contains("o.jsonl:29003:"), "{:?}", broken.examples);
    let found: Vec<f64> = (0..30_000).map(|item| best(&loaded, item).unwrap().1).collect();
    let expected: Vec<f64> = (0..30_000_u32).map(|i| f64::from(i % 100) / 100.0).map(|p| p.max(1.0 - p)).collect();
    assert_eq!(found, expected);
}
