//! The shared sets of classifiers, by files.

use evalens::formats;
use evalens::model::{ClassId, ImageId, Task};

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
