//! Files named on the command line.

use super::*;

fn direct(truth: Option<&str>, output: &str, files: &[(&str, &[u8])]) -> Result<(Vec<String>, Loaded), String> {
    let dir = folder(files);
    let truth = truth.map(|name| dir.path().join(name));
    let found = formats::answer_project_from_files(truth.as_deref(), &dir.path().join(output));
    let (root, project, choice) = found.map_err(|e| e.to_string())?;
    let models = project.models.iter().map(|m| format!("{}@{}", m.id, m.version)).collect();
    Ok((models, load(&root, &project, &choice)?))
}

#[test]
fn two_files_or_one() {
    let truth: (&str, &[u8]) = ("t.csv", b"id,prompt,reference\n1,P,R\n2,Q,S\n");
    let (models, loaded) =
        direct(Some("t.csv"), "gpt.jsonl", &[truth, ("gpt.jsonl", b"{\"id\": 2, \"text\": \"b\"}\n")]).unwrap();
    assert_eq!((models, loaded.outputs()), (vec!["gpt@latest".to_owned()], vec![None, Some("b")]));
    let (models, loaded) = direct(Some("t.csv"), "sys.txt", &[truth, ("sys.txt", b"a\nb\n")]).unwrap();
    assert_eq!((models, loaded.outputs()), (vec!["sys@latest".to_owned()], vec![Some("a"), Some("b")]));
    let ragas: &[u8] = b"question,answer,ground_truth\nP,A,R\nQ,B,S\n";
    let (_, loaded) = direct(None, "all.csv", &[("all.csv", ragas)]).unwrap();
    assert_eq!(
        (loaded.outputs(), loaded.answers.references.concat()),
        (vec![Some("A"), Some("B")], vec!["R".to_owned(), "S".to_owned()])
    );
    let long: &[u8] = b"question,model,answer,ground_truth\nP,m1,A,R\nQ,m1,B,S\nP,m2,C,R\nQ,m2,D,S\n";
    let (models, loaded) = direct(None, "all.csv", &[("all.csv", long)]).unwrap();
    assert_eq!(
        (models, loaded.outputs()),
        (vec!["m1@latest".to_owned(), "m2@latest".to_owned()], vec![Some("A"), Some("B")])
    );
}

#[test]
fn what_cannot_be_used_says_why() {
    let error = direct(None, "o.jsonl", &[("o.jsonl", b"{\"id\": 1, \"output\": \"a\"}\n")]).unwrap_err();
    assert!(error.contains("name the truth too"), "{error}");
    let error = direct(None, "o.txt", &[("o.txt", b"a\n")]).unwrap_err();
    assert!(error.contains("name the truth too"), "{error}");
    let error = direct(None, "o.png", &[("o.png", b"a\n")]).unwrap_err();
    assert!(error.contains("is no file of generated texts"), "{error}");
    let error = direct(Some("t.csv"), "o.csv", &[("o.csv", b"output\na\n")]).unwrap_err();
    assert!(error.contains("check the path"), "{error}");
}
