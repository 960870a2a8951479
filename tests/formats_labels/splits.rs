//! Tables that say in a column of which split each row is, and outputs with the score of one of two classes alone.

use evalens::formats;
use evalens::model::project::Choice;
use evalens::model::{ClassId, ImageId, NoProgress, Task};

use crate::{Loaded, best, codes, direct, fixture, folder, try_direct};

fn open(root: &std::path::Path, split: &str) -> (Loaded, Vec<String>) {
    let (root, recognised, _) = formats::open_project(root, &NoProgress).unwrap();
    let why = recognised.reasons.iter().map(|reason| format!("{}: {}", reason.what, reason.why)).collect();
    let choice = Choice { model: 0, dataset: 0, splits: vec![split.to_owned()] };
    (crate::load(&root, &recognised.project, choice).unwrap(), why)
}

fn ids(loaded: &Loaded) -> Vec<&str> {
    loaded.dataset.images.iter().map(|image| image.name.as_str()).collect()
}

#[test]
fn one_table_of_several_splits() {
    let text = std::fs::read_to_string(fixture("splits/everything.csv")).unwrap();
    let dir = folder(&[("everything.csv", &text)]);
    let (test, why) = open(dir.path(), "test");
    assert_eq!(test.project.datasets[0].splits.keys().collect::<Vec<_>>(), ["test", "train", "valid"]);
    assert_eq!(test.dataset.split_sizes, [("test".to_owned(), 2), ("train".to_owned(), 3), ("valid".to_owned(), 1)]);
    assert_eq!(ids(&test), ["d", "f"]);
    assert_eq!((best(&test, 0), best(&test, 1)), (Some(("cat".to_owned(), 0.75)), Some(("dog".to_owned(), 1.0))));
    // The row of the training part without scores is not looked at.
    assert_eq!(codes(&test.findings), Vec::<String>::new());
    assert!(
        why.iter().any(|why| why.contains("truth of split valid") && why.contains("whose split is valid")),
        "{why:?}"
    );
    assert!(why.iter().any(|why| why.contains("for split test") && why.contains("its column says test")), "{why:?}");
    let (train, _) = open(dir.path(), "train");
    assert_eq!(ids(&train), ["a", "b", "e"]);
    assert_eq!(codes(&train.findings), ["not-a-number 1"]);
    // As a project file says it, and read back.
    let written = serde_json::to_string(&test.project).unwrap();
    assert!(written.contains(r#""rows":{"split":"test"}"#), "{written}");
    std::fs::write(dir.path().join("evalens.json"), written).unwrap();
    let (again, _) = open(dir.path(), "test");
    assert_eq!((again.dataset.truths.class, again.scores), (test.dataset.truths.class, test.scores));
}

#[test]
fn truth_with_a_split_column_beside_outputs_of_each_split() {
    let dir = folder(&[
        (
            "labels.jsonl",
            "{\"file_name\": \"a.jpg\", \"label\": \"x\", \"split\": \"train\"}\n{\"file_name\": \"b.jpg\", \"label\": \"y\", \"split\": \"test\"}\n{\"file_name\": \"c.jpg\", \"label\": \"x\", \"split\": \"test\"}\n",
        ),
        ("predictions/net/v1/test.csv", "file_name,x,y\nb.jpg,0.25,0.75\nc.jpg,0.5,0.5\n"),
    ]);
    let (test, _) = open(dir.path(), "test");
    assert_eq!(ids(&test), ["b.jpg", "c.jpg"]);
    assert_eq!(best(&test, 0), Some(("y".to_owned(), 0.75)));
    // A column of other words chooses nothing.
    let dir =
        folder(&[("labels.csv", "id,label,set\n1,x,A\n2,y,B\n"), ("predictions/net/o.csv", "id,x,y\n1,1,0\n2,0,1\n")]);
    let (_, recognised, _) = formats::open_project(dir.path(), &NoProgress).unwrap();
    assert_eq!(recognised.project.datasets[0].splits.len(), 1);
}

#[test]
fn rows_that_are_not_there_are_said() {
    let project = r#"{"schema": "evalens.project/1", "datasets": [{"id": "d", "task": "classification", "format": "csv", "splits":
        {"test": {"truth": "t.csv", "rows": {"part": "test"}}, "other": {"truth": "t.csv", "rows": {"split": "none"}}}}], "models":
        [{"id": "m", "task": "classification", "predictions": [{"dataset": "d", "split": "test", "format": "csv", "path": "o.csv"}]}]}"#;
    let dir = folder(&[
        ("evalens.json", project),
        ("t.csv", "id,label,split\n1,x,test\n2,y,test\n"),
        ("o.csv", "id,x,y\n1,1,0\n2,0,1\n"),
    ]);
    let (root, recognised, _) = formats::open_project(dir.path(), &NoProgress).unwrap();
    let error = |split: &str| {
        let choice = Choice { model: 0, dataset: 0, splits: vec![split.to_owned()] };
        formats::load_dataset(&root, &recognised.project, &choice, &NoProgress).err().unwrap().to_string()
    };
    assert!(error("test").contains("has no column `part` that says which rows are `test`"), "{}", error("test"));
    assert!(error("other").contains("has no row whose `split` is `none`"), "{}", error("other"));
}

/// The score of the positive class alone: 0.75 → (0.25, 0.75).
#[test]
fn one_score_of_two_classes() {
    for (truth, outputs, positive) in [
        ("id,label\na,0\nb,1\nc,1\n", "id,score\na,0.25\nb,0.75\nc,0.5\n", "1"),
        ("id,label\na,no\nb,yes\nc,yes\n", "id,prob\na,0.25\nb,0.75\nc,0.5\n", "yes"),
        ("id,label\na,spam\nb,ham\nc,ham\n", "id,p_ham\na,0.25\nb,0.75\nc,0.5\n", "ham"),
        ("id,label\na,spam\nb,ham\nc,ham\n", "id,ham\na,0.25\nb,0.75\nc,0.5\n", "ham"),
        ("id,label\na,ham\nb,spam\nc,spam\n", "id,y_true,y_score\na,ham,0.25\nb,spam,0.75\nc,spam,0.5\n", "spam"),
        // A label beside a score below one half is the truth.
        ("id,label\na,0\nb,1\nc,1\n", "id,label,score\na,0,0.25\nb,1,0.75\nc,1,0.5\n", "1"),
    ] {
        let dir = folder(&[("t.csv", truth), ("o.csv", outputs)]);
        let loaded = direct(Task::Classification, Some(&dir.path().join("t.csv")), &dir.path().join("o.csv"));
        let (classes, scores) = (&loaded.dataset.classes, &loaded.scores);
        let class = classes.ids().find(|class| classes.name(*class) == positive).unwrap();
        let other = ClassId(1 - class.0);
        let of = |class| (0..3).map(|item| scores.score(ImageId(item), class).unwrap()).collect::<Vec<_>>();
        assert_eq!((of(class), of(other)), (vec![0.25, 0.75, 0.5], vec![0.75, 0.25, 0.5]), "{outputs}");
        assert_eq!(codes(&loaded.findings), ["positive-class 1", "tied-top 1"], "{outputs}");
        let said = &loaded.findings.get("positive-class").unwrap().examples[0];
        assert!(said.contains(&format!("{positive} is the positive class")), "{said}");
    }
}

#[test]
fn one_score_that_is_none() {
    // Confidence of the class beside it, as pipelines write it.
    let dir = folder(&[("t.csv", "id,label\na,0\nb,1\n"), ("o.csv", "id,label,score\na,1,0.75\nb,1,0.5\n")]);
    let loaded = direct(Task::Classification, Some(&dir.path().join("t.csv")), &dir.path().join("o.csv"));
    assert_eq!(best(&loaded, 0), Some(("1".to_owned(), 0.75)));
    assert!(loaded.findings.get("positive-class").is_none());
    // Three classes need three scores.
    let dir = folder(&[("t.csv", "id,label\na,x\nb,y\nc,z\n"), ("o.csv", "id,score\na,0.5\nb,0.5\nc,1\n")]);
    let error =
        try_direct(Task::Classification, Some(&dir.path().join("t.csv")), &dir.path().join("o.csv")).err().unwrap();
    assert!(error.contains("has no scores and no predicted class"), "{error}");
    // Truth and scores in one table; logits.
    let dir = folder(&[("o.csv", "id,target,logit\na,0,-2\nb,1,0\nc,1,3\n")]);
    let loaded = direct(Task::Classification, None, &dir.path().join("o.csv"));
    assert_eq!(codes(&loaded.findings), ["logits 2", "positive-class 1"]);
    let row = |item| [0, 1].map(|class| loaded.scores.score(ImageId(item), ClassId(class)).unwrap());
    assert_eq!([row(0), row(1), row(2)], [[1.0, -1.0], [0.0, 0.0], [-1.5, 1.5]]);
}

/// `numpy.save("p.npy", clf.predict_proba(x)[:, 1])`.
#[test]
fn one_score_in_an_array() {
    let dir = folder(&[("t.csv", "id,label\na,no\nb,yes\n")]);
    let mut bytes = b"\x93NUMPY\x01\x00\x3e\x00".to_vec();
    bytes.extend(format!("{:<61}\n", "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }").as_bytes());
    bytes.extend([0.25_f64, 0.75].iter().flat_map(|value| value.to_le_bytes()));
    std::fs::write(dir.path().join("p.npy"), bytes).unwrap();
    let loaded = direct(Task::Classification, Some(&dir.path().join("t.csv")), &dir.path().join("p.npy"));
    assert_eq!((best(&loaded, 0), best(&loaded, 1)), (Some(("no".to_owned(), 0.75)), Some(("yes".to_owned(), 0.75))));
}
