//! Odd and broken tables: recognised, used where possible, counted and explained; never a panic.

use std::fmt::Write as _;

use evalens::formats;
use evalens::model::{ImageId, NoProgress, Task};
use proptest::prelude::{any, proptest};

use crate::{Loaded, best, codes, direct, folder, try_direct};

const TRUTH: &str = "id,label\na,x\nb,y\nc,x\n";

fn outputs(text: &str) -> Loaded {
    let dir = folder(&[("truth.csv", TRUTH), ("o.csv", text)]);
    direct(Task::Classification, Some(&dir.path().join("truth.csv")), &dir.path().join("o.csv"))
}

fn example(loaded: &Loaded, code: &str) -> String {
    let example = &loaded.findings.get(code).unwrap_or_else(|| panic!("no {code}")).examples[0];
    example.rsplit_once('/').map_or(example.as_str(), |(_, rest)| rest).to_owned()
}

#[test]
fn rows_that_cannot_be_used_are_counted() {
    let loaded = outputs("id,x,y\na,0.5,0.5\nb,0.2,nan\nzz,0.1,0.9\na,0.9,0.1\nc,0.1\n\n,,\n");
    assert_eq!(
        codes(&loaded.findings),
        [
            "duplicate-item 1",
            "missing-prediction 1",
            "not-a-number 1",
            "unknown-item 1",
            "wrong-column-count 1",
            "tied-top 1"
        ]
    );
    assert_eq!(example(&loaded, "not-a-number"), "o.csv:3: y is `nan`");
    assert_eq!(example(&loaded, "wrong-column-count"), "o.csv:6: 2 fields instead of 3");
    assert_eq!(example(&loaded, "unknown-item"), "o.csv:4: zz");
    assert_eq!(example(&loaded, "duplicate-item"), "o.csv:5: a");
    assert_eq!(example(&loaded, "missing-prediction"), "c");
    let absent: Vec<bool> = (0..3).map(|item| loaded.scores.is_absent(ImageId(item))).collect();
    assert_eq!(absent, [false, true, true]);
    assert_eq!(best(&loaded, 0), Some(("x".to_owned(), 0.5)));
}

#[test]
fn what_scores_are_is_said() {
    let codes_of = |text: &str| codes(&outputs(text).findings);
    assert_eq!(codes_of("id,x,y\na,0.6,0.6\nb,0,0\nc,0.3,0.7\n"), ["not-a-distribution 1", "zero-row 1", "tied-top 1"]);
    assert_eq!(codes_of("id,x,y\na,-1.5,3\nb,0.5,2\nc,7,-2\n"), ["logits 2"]);
    assert_eq!(
        codes_of("id,x,y\na,80,20\nb,0.5,0.5\nc,0.4,0.6\n"),
        ["not-a-distribution 1", "score-out-of-range 1", "tied-top 1"]
    );
    assert_eq!(codes_of("id,x,y\na,0.9995,0\nb,0.4,0.6\nc,0.4,0.6\n"), Vec::<String>::new());
    // A column of a class that no item has, one that is missing, one that names a class a second time.
    let loaded = outputs("id,label,x,q\na,x,0.9,0.1\nb,x,0.4,0.6\nc,x,1,0\n");
    assert_eq!(loaded.dataset.classes.names(), ["x", "q", "y"]);
    assert_eq!(codes(&loaded.findings), ["label-mismatch 1", "missing-class-column 1", "absent-class 1"]);
    assert_eq!(
        codes_of("id,x,y,X\na,0.9,0.1,0\nb,0.4,0.6,0\nc,1,0,0\n"),
        ["class-name-mismatch 1", "duplicate-column 1"]
    );
}

#[test]
fn truth_is_judged_too() {
    let dir = folder(&[
        ("truth.csv", "id,label\na,x\na,y\nb,\nc,Y \nd,w\n"),
        ("classes.txt", "x\ny\nz\n"),
        ("o.csv", "id,x,y,z\na,1,0,0\nc,0,1,0\n"),
    ]);
    let loaded = direct(Task::Classification, Some(&dir.path().join("truth.csv")), &dir.path().join("o.csv"));
    let names: Vec<&str> = loaded.dataset.images.iter().map(|image| image.name.as_str()).collect();
    assert_eq!(names, ["a", "c"]);
    assert_eq!(
        codes(&loaded.findings),
        ["class-name-mismatch 1", "duplicate-item 1", "missing-label 2", "unknown-class 1", "absent-class 1"]
    );
    assert_eq!(example(&loaded, "unknown-class"), "truth.csv:6: d: w");
}

#[test]
fn one_class_and_no_positives() {
    let dir = folder(&[("t.csv", "id,label\na,x\nb,x\n"), ("o.csv", "id,pred,score\na,x,1\nb,x,0.5\n")]);
    let loaded = direct(Task::Classification, Some(&dir.path().join("t.csv")), &dir.path().join("o.csv"));
    assert_eq!(codes(&loaded.findings), ["one-class-only 1", "top-k-only 1"]);
}

#[test]
fn quotes_breaks_and_large_fields() {
    let long = "ab\"\"c, \n".repeat(1_300_000);
    let dir = folder(&[
        ("t.csv", &format!("id,text,label\r\n1,\"{long}\",x\r\n2,5\" pipe,y\r\n3,\"q\",x")),
        ("o.csv", "sep=;\nid;y;x\n3;0,25;0,75\n1;0,5;0,25\n2;1;0\n"),
    ]);
    let loaded = direct(Task::TextClassification, Some(&dir.path().join("t.csv")), &dir.path().join("o.csv"));
    assert_eq!(loaded.dataset.texts[0].len(), 1_300_000 * 7 - 2);
    assert_eq!(loaded.dataset.texts[1..], ["5\" pipe", "q"]);
    assert_eq!(best(&loaded, 2), Some(("x".to_owned(), 0.75)));
}

#[test]
fn files_that_are_no_tables_say_so() {
    let error = |name: &str, bytes: &[u8]| {
        let dir = folder(&[("truth.csv", TRUTH)]);
        std::fs::write(dir.path().join(name), bytes).unwrap();
        let found = try_direct(Task::Classification, Some(&dir.path().join("truth.csv")), &dir.path().join(name));
        found.err().unwrap()
    };
    assert!(error("o.csv", b"").contains("is empty"));
    assert!(error("o.csv", b"\n\r\n").contains("is empty"));
    assert!(error("o.csv", b"\x89PNG\r\n\x1a\n\0\0\0").contains("is not text"));
    assert!(
        error("o.csv", "id,x\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>().as_slice())
            .contains("is not text")
    );
    assert!(error("o.csv", b"\xFF\xFEi\0d\0").contains("UTF-16"));
    assert!(error("o.csv", b"id,pred\na,\xE9t\xE9\nb,y\nc,x\n").contains("line 2: is not UTF-8 text"));
    assert!(error("o.csv", b"id,x,y\na,0.1,0.9\nb,\"0.5,0.5\nc,1,0\n").contains("line 3: opens a quote"));
    assert!(error("o.csv", b"id,x,y\n").contains("has no scores") || error("o.csv", b"id,x,y\n").contains("no row"));
    assert!(error("o.csv", b"id,note\na,hello\n").contains("has no scores and no predicted class (it has: id, note)"));
    assert!(error("o.csv", b"id,x,y\nq,0.1,0.9\nr,1,0\n").contains("names no item of the truth (`q` here, `a` there)"));
    assert!(error("o.csv", b"x,y\n0.1,0.9\n").contains("has 1 rows without ids for 3 items"));
    assert!(error("o.json", b"[{\"id\": \"a\", \"pred\": \"x\"},").contains("the text ends"));
    assert!(error("o.jsonl", b"{\"id\": \"a\", \"pred\"").contains("line 1"));
    assert!(error("o.npz", b"PK").contains("no readable archive"));
    let deep = format!("[{}", "[".repeat(100_000));
    assert!(error("o.json", deep.as_bytes()).contains("nested deeper"));
    let deep = format!("{{\"id\": \"a\", \"probs\": {}", "{\"a\":".repeat(100_000));
    assert!(error("o.jsonl", deep.as_bytes()).contains("nested deeper"));
}

#[test]
fn broken_lines_are_passed_over() {
    let dir = folder(&[
        ("truth.csv", TRUTH),
        (
            "o.jsonl",
            "{\"id\": \"a\", \"x\": 0.1, \"y\": 0.9}\nnonsense\n{\"id\": \"b\", \"x\": NaN, \"y\": 1}\n{\"id\": \"c\", \"x\": 0.1",
        ),
    ]);
    let loaded = direct(Task::Classification, Some(&dir.path().join("truth.csv")), &dir.path().join("o.jsonl"));
    assert_eq!(codes(&loaded.findings), ["broken-line 2", "missing-prediction 1", "not-a-number 1"]);
    assert_eq!(best(&loaded, 0), Some(("y".to_owned(), 0.9)));
}

#[test]
fn columns_by_the_person() {
    let dir = folder(&[("t.csv", "nr,what,who,kind\n1,p,u,x\n2,q,v,y\n"), ("o.csv", "nr,x,y\n1,1,0\n2,0,1\n")]);
    let (root, mut project, choice) = formats::label_project_from_files(
        Task::Classification,
        Some(&dir.path().join("t.csv")),
        &dir.path().join("o.csv"),
        None,
    )
    .unwrap();
    let error = formats::load_dataset(&root, &project, &choice, &NoProgress).unwrap_err().to_string();
    assert!(error.contains("has no column of labels (it has: nr, what, who, kind)"), "{error}");
    let columns = [("id", "nr"), ("label", "kind"), ("group", "who")];
    project.datasets[0].columns = columns.map(|(key, name)| (key.to_owned(), name.to_owned())).into();
    let (dataset, _) = formats::load_dataset(&root, &project, &choice, &NoProgress).unwrap();
    assert_eq!((dataset.images[1].name.as_str(), dataset.classes.names().join(",")), ("2", "x,y".to_owned()));
    let groups = formats::load_groups(&root, &project, &choice, &dataset, None, &NoProgress).unwrap();
    assert_eq!(groups.unwrap(), ["u", "v"]);
    let groups = formats::load_groups(&root, &project, &choice, &dataset, Some("what"), &NoProgress).unwrap();
    assert_eq!(groups.unwrap(), ["p", "q"]);
    project.datasets[0].columns.insert("label".to_owned(), "none".to_owned());
    let error = formats::load_dataset(&root, &project, &choice, &NoProgress).unwrap_err().to_string();
    assert!(error.contains("has no column `none`"), "{error}");
}

#[test]
fn outputs_with_their_own_labels_are_enough() {
    let dir = folder(&[
        ("runs/a/test.csv", "id,y_true,x,y\n1,x,0.9,0.1\n2,y,0.2,0.8\n"),
        ("runs/b/test.csv", "id,y_true,x,y\n2,y,0.7,0.3\n1,x,0.9,0.1\n"),
        ("notes.csv", "epoch,train/loss,metrics/accuracy_top1\n1,0.5,0.7\n"),
    ]);
    let (root, recognised, _) = formats::open_project(dir.path(), &NoProgress).unwrap();
    let choices = formats::choices(&recognised.project);
    let ids: Vec<&str> = recognised.project.models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!((choices.len(), ids), (2, vec!["a", "b"]));
    assert_eq!(recognised.project.datasets[0].splits.keys().collect::<Vec<_>>(), ["test"]);
    let loaded = crate::load(&root, &recognised.project, choices[1].clone()).unwrap();
    assert_eq!((best(&loaded, 0), best(&loaded, 1)), (Some(("x".to_owned(), 0.9)), Some(("x".to_owned(), 0.7))));
    let error = try_direct(Task::Classification, None, &dir.path().join("notes.csv")).unwrap_err();
    assert!(error.contains("has no column of true labels"), "{error}");
}

/// Project files survive: what is recognised can be written, read and loaded again.
#[test]
fn recognised_projects_are_project_files() {
    let dir = folder(&[("truth.csv", TRUTH), ("predictions/net.csv", "id,y,x\na,0.1,0.9\nb,0.8,0.2\nc,0.3,0.7\n")]);
    let recognised = formats::recognise(dir.path(), &NoProgress).unwrap();
    std::fs::write(dir.path().join("evalens.json"), evalens::model::project_text::to_text(&recognised.project))
        .unwrap();
    let (root, read, from_file) = formats::open_project(dir.path(), &NoProgress).unwrap();
    assert!(from_file && read.project == recognised.project);
    let loaded = crate::load(&root, &read.project, formats::choices(&read.project).remove(0)).unwrap();
    assert_eq!(
        (loaded.dataset.classes.names().join(","), best(&loaded, 1)),
        ("y,x".to_owned(), Some(("y".to_owned(), 0.8)))
    );
}

#[test]
fn blocks_meet_without_a_seam() {
    // More than a megabyte, so that rows are read in several blocks; quotes in some of them.
    for quoted in [false, true] {
        let (mut truth, mut scores) = ("id,label\n".to_owned(), "id,x,y\n".to_owned());
        for item in 0..60_000 {
            let class = if item % 3 == 0 { "x" } else { "y" };
            let quote = if quoted && item % 7 == 0 { "\"" } else { "" };
            let _ = writeln!(truth, "{quote}item {item:06}{quote},{class}");
            let _ = writeln!(scores, "{quote}item {item:06}{quote},0.{:06},{}", item, 1.0 - f64::from(item) / 1e6);
        }
        let dir = folder(&[("t.csv", &truth), ("o.csv", &scores)]);
        let loaded = direct(Task::Classification, Some(&dir.path().join("t.csv")), &dir.path().join("o.csv"));
        assert_eq!((loaded.dataset.images.len(), codes(&loaded.findings)), (60_000, Vec::new()));
        for item in [0, 1, 29_999, 41_234, 59_999] {
            let expected = format!("0.{item:06}").parse().unwrap();
            let found = loaded.scores.score(ImageId(item), evalens::model::ClassId(0));
            assert_eq!(found, Some(expected), "{item}");
        }
    }
}

proptest! {
    /// Any bytes, also behind a good beginning, end in an error or in counted findings.
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400), which in 0_usize..5) {
        let heads: [&[u8]; 5] =
            [b"", b"id,x,y\na,0.1,0.9\n", b"id;pred\na;x\n", b"{\"id\": \"a\", \"probs\": {\"x\": 1}}\n", b"\x93NUMPY\x01\x00"];
        let names = ["o.csv", "o.jsonl", "o.json", "o.npy", "o.npz", "o.tsv"];
        let dir = folder(&[("truth.csv", TRUTH)]);
        for name in names {
            let all: Vec<u8> = heads[which].iter().chain(&bytes).copied().collect();
            std::fs::write(dir.path().join(name), &all).unwrap();
            let _ = try_direct(Task::Classification, Some(&dir.path().join("truth.csv")), &dir.path().join(name));
            let _ = try_direct(Task::Multilabel, Some(&dir.path().join(name)), &dir.path().join(name));
            let _ = try_direct(Task::TextMultilabel, None, &dir.path().join(name));
        }
        let _ = formats::recognise(dir.path(), &NoProgress);
    }
}
