//! Real outputs, where they are there.

use super::*;

#[test]
fn gsm8k_by_id() {
    let Some(root) = shared("gsm8k") else { return };
    let one = project(("jsonl", "questions.jsonl"), ("jsonl", "outputs/6b_finetuning.jsonl"));
    let loaded = load(&root, &one, &test_split()).unwrap();
    assert_eq!(loaded.dataset.images.len(), 1319);
    assert_eq!(loaded.ids()[0], "gsm8k-test-0000");
    assert!(loaded.answers.references[0][0].ends_with("A: 18"));
    let (role, values) = loaded.number("is_correct");
    // expected.json of the data: 286 of them are right.
    assert_eq!((role, values.iter().flatten().sum::<f64>()), (NumberRole::Judge, 286.0));
    assert!(loaded.answers.words.is_empty() && loaded.findings.sorted().is_empty());
}

#[test]
fn wmt_by_line() {
    let Some(root) = shared("wmt23-de-en") else { return };
    let mut one = project(("text-lines", "reference.en.txt"), ("text-lines", "outputs/ONLINE-B.en.txt"));
    one.datasets[0].columns.insert("prompt".to_owned(), "source.de.txt".to_owned());
    let loaded = load(&root, &one, &test_split()).unwrap();
    assert_eq!(loaded.dataset.images.len(), 549);
    assert!(loaded.answers.outputs.iter().all(Option::is_some) && loaded.findings.sorted().is_empty());
}
