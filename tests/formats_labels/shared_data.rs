//! The shared sets of classifiers, by files.

use evalens::formats;
use evalens::model::{ClassId, ImageId, NoProgress, Task};

use crate::{codes, direct, shared};

/// How many items have their true class as the best.
fn right(dataset: &evalens::model::Dataset, scores: &evalens::model::ClassScores) -> usize {
    let is_right = |item: &ImageId| {
        let truth = dataset.truths.class[dataset.truths.of(*item)].first().copied();
        scores.best(*item).map(|(class, _)| class) == truth
    };
    dataset.image_ids().filter(is_right).count()
}

#[test]
fn pictures_with_probabilities() {
    let Some(root) = shared("cifar10-sample") else { return };
    // Accuracies by scikit-learn 1.9.1.
    for (model, expected) in [("rf-handcrafted", 433), ("efflite0-logreg", 748)] {
        let outputs = root.join("predictions").join(model).join("test.csv");
        let by_folder = direct(Task::Classification, Some(&root.join("images")), &outputs);
        let alone = direct(Task::Classification, None, &outputs);
        for loaded in [by_folder, alone] {
            let (dataset, scores) = (&loaded.dataset, &loaded.scores);
            assert_eq!((dataset.images.len(), dataset.classes.len(), scores.items()), (1000, 10, 1000));
            assert_eq!(
                (dataset.images[0].name.as_str(), dataset.classes.name(ClassId(9))),
                ("airplane/0000.jpg", "truck")
            );
            assert_eq!(right(dataset, scores), expected, "{model}");
            assert!(scores.is_complete() && loaded.mappings.len() == 10);
            assert_eq!(codes(&loaded.findings), Vec::<String>::new());
        }
    }
}

#[test]
fn texts_with_all_classes_and_with_the_best_five() {
    let Some(root) = shared("banking77") else { return };
    let loaded =
        direct(Task::TextClassification, Some(&root.join("test.csv")), &root.join("predictions/tfidf-logreg/test.csv"));
    assert_eq!(
        (loaded.dataset.images.len(), loaded.dataset.classes.len(), loaded.dataset.texts.len()),
        (3080, 77, 3080)
    );
    assert!(loaded.dataset.texts[0].contains("card"));
    assert_eq!(right(&loaded.dataset, &loaded.scores), 2743);
    assert_eq!(codes(&loaded.findings), Vec::<String>::new());
    // The other model was never asked for scores of all classes; its README says 0.8536.
    let outputs = root.join("predictions/tfidf-nb/test.jsonl");
    let loaded = direct(Task::TextClassification, Some(&root.join("test.csv")), &outputs);
    assert_eq!(loaded.scores.longest_list(), Some(5));
    assert_eq!(right(&loaded.dataset, &loaded.scores), 2629);
    assert_eq!(codes(&loaded.findings), ["top-k-only 1"]);
}

#[test]
fn sets_of_labels() {
    let Some(root) = shared("coco-val2017-tiny-multilabel") else { return };
    let outputs = root.join("predictions/yolox-nano.csv");
    let loaded = direct(Task::Multilabel, Some(&root.join("truth.csv")), &outputs);
    let dataset = &loaded.dataset;
    assert_eq!((dataset.images.len(), dataset.classes.len()), (80, 80));
    assert_eq!(dataset.classes.names()[..3], ["person", "bicycle", "car"]);
    // The diagonal of the reference's table of co-occurrence begins with 49 pictures of persons.
    assert_eq!(dataset.support()[0], 49);
    let score = loaded.scores.score(ImageId(0), ClassId(0));
    assert_eq!(score, Some(0.76595));
    assert_eq!(codes(&loaded.findings), Vec::<String>::new());
    let files = formats::input_files(&loaded.root, &loaded.project, &loaded.choice);
    assert_eq!(files, [root.join("truth.csv"), outputs].map(|f| std::path::absolute(f).unwrap()));
}

/// The names of the classes in the order of the reference values.
fn reference_classes(file: &str, name: &str) -> Option<Vec<String>> {
    let path = shared("../reference")?.join(file);
    let all: Vec<serde_json::Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let entry = all.iter().find(|entry| entry["name"].as_str().unwrap().starts_with(name)).unwrap();
    serde_json::from_value(entry["classes"].clone()).ok()
}

#[test]
fn folders_open_by_themselves() {
    let sets = [
        ("cifar10-sample", Task::Classification, "image-folder", "test", 2, "classification.json", "cifar10-sample"),
        ("banking77", Task::TextClassification, "csv", "test", 2, "classification.json", "banking77"),
        ("coco-val2017-tiny-multilabel", Task::Multilabel, "csv", "all", 2, "multilabel.json", "coco-tiny"),
    ];
    for (name, task, format, split, models, reference, entry) in sets {
        let Some(root) = shared(name) else { return };
        let (root, recognised, from_file) = formats::open_project(&root, &NoProgress).unwrap();
        let [dataset] = recognised.project.datasets.as_slice() else { panic!("{:#?}", recognised.project) };
        assert_eq!(
            (dataset.id.as_str(), dataset.task, dataset.format.as_str(), from_file),
            (name, task, format, false)
        );
        assert_eq!(dataset.classes, reference_classes(reference, entry).unwrap());
        assert!(recognised.findings.is_empty());
        let choices = formats::choices(&recognised.project);
        assert_eq!(choices.len(), models, "{name}");
        for choice in choices {
            assert_eq!(choice.splits, [split]);
            let reasons = formats::input_files(&root, &recognised.project, &choice);
            assert!(reasons.iter().all(|file| file.exists()), "{reasons:?}");
            let loaded = crate::load(&root, &recognised.project, choice).unwrap();
            assert!(loaded.findings.sorted().iter().all(|finding| finding.code == "top-k-only"));
        }
        assert!(recognised.reasons.iter().all(|reason| !reason.why.is_empty()));
    }
}

#[test]
fn embeddings_are_found_with_their_ids() {
    for (name, vectors, ids, rows, others) in [
        ("cifar10-sample", "embeddings/efflite0-1280.f16.npy", "embeddings/ids.txt", 1000, 1),
        ("banking77", "embeddings/test.minilm-l6.npy", "embeddings/test.ids.txt", 3080, 0),
    ] {
        let Some(root) = shared(name) else { return };
        let recognised = formats::recognise(&root, &NoProgress).unwrap();
        let found = recognised.project.datasets[0].embeddings.clone().unwrap();
        assert_eq!((found.vectors.as_str(), found.ids.as_deref()), (vectors, Some(ids)));
        let (vectors, _) = formats::embeddings::read(&root.join(vectors), Some(&root.join(ids)), &NoProgress).unwrap();
        assert_eq!((vectors.len(), recognised.alternatives.len()), (rows, others));
        // The vectors name the items as the truth does.
        let choice = formats::choices(&recognised.project).remove(0);
        let (dataset, _) = formats::load_dataset(&root, &recognised.project, &choice, &NoProgress).unwrap();
        let names: Vec<&str> = dataset.images.iter().map(|image| image.name.as_str()).collect();
        assert_eq!(vectors.ids, names);
    }
}

/// Folders of other tasks are not taken for classifiers'.
#[test]
fn other_tasks_are_left_alone() {
    for (name, task) in [
        ("bccd", Task::Detection),
        ("camvid", Task::SemanticSegmentation),
        ("gsm8k", Task::TextGeneration),
        ("wmt23-de-en", Task::TextGeneration),
    ] {
        let Some(root) = shared(name) else { return };
        let recognised = formats::recognise(&root, &NoProgress).unwrap();
        assert!(recognised.project.datasets.iter().all(|dataset| dataset.task == task), "{name}");
    }
}
