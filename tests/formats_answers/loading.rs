//! Formats, columns and joins as they should be.

use super::*;

const QUESTIONS: &[u8] = br#"{"id": "a", "question": "2+2?", "reference": "4", "answer": "four", "topic": "sum"}
{"id": "b", "question": "Capital of France?", "reference": ["Paris", "paris"], "topic": "geo"}
{"id": "c", "question": "3+3?", "reference": "6", "incorrect_answers": ["5", "7"], "topic": "sum"}
{"id": "d", "question": "Capital of Italy?", "reference": "Rome", "topic": "geo"}
"#;

#[test]
fn records_are_joined_by_id() {
    let outputs =
        br#"{"id": "c", "output": "6", "is_correct": true, "latency_ms": 12.5, "total_tokens": 3, "cost_usd": 0.01}
{"id": "a", "output": "", "is_correct": false, "latency_ms": 1, "relevance": 4, "judge_reason": "empty"}
{"id": "b", "output": " Paris\n", "is_correct": true, "cosine_similarity": 0.5, "logprob": -2.5}
{"id": "x", "output": "?"}
{"id": "a", "output": "4"}
"#;
    let loaded = read(("jsonl", "q.jsonl", QUESTIONS), ("jsonl", "o.jsonl", outputs)).unwrap();
    assert_eq!(loaded.ids(), ["a", "b", "c", "d"]);
    assert_eq!(loaded.dataset.texts[1], "Capital of France?");
    assert_eq!(loaded.outputs(), [Some(""), Some(" Paris\n"), Some("6"), None]);
    assert_eq!(loaded.answers.references, [vec!["4"], vec!["Paris", "paris"], vec!["6"], vec!["Rome"]]);
    assert_eq!(loaded.answers.incorrect[2], ["5", "7"]);
    assert!(loaded.answers.incorrect[0].is_empty() && loaded.answers.choices.is_empty());
    assert_eq!(loaded.number("is_correct"), (NumberRole::Judge, vec![Some(0.0), Some(1.0), Some(1.0), None]));
    assert_eq!(loaded.number("latency_ms"), (NumberRole::Latency, vec![Some(1.0), None, Some(12.5), None]));
    assert_eq!(loaded.number("total_tokens").0, NumberRole::Tokens);
    assert_eq!(loaded.number("cost_usd").0, NumberRole::Cost);
    assert_eq!(loaded.number("relevance"), (NumberRole::Judge, vec![Some(4.0), None, None, None]));
    assert_eq!(loaded.number("cosine_similarity").0, NumberRole::Similarity);
    assert_eq!(loaded.number("logprob").0, NumberRole::Other);
    assert_eq!(loaded.answers.numbers.len(), 7);
    assert_eq!(loaded.words("topic"), (WordRole::Tag, vec!["sum", "geo", "sum", "geo"]));
    assert_eq!(loaded.words("judge_reason"), (WordRole::Judgement, vec!["empty", "", "", ""]));
    assert_eq!(loaded.model, "llm");
    let identity = &loaded.dataset.identity;
    assert_eq!((identity.project.as_str(), identity.id.as_str(), identity.split.as_str()), ("texts", "set", "test"));
    assert_eq!(codes(&loaded.findings), ["duplicate-output 1", "missing-prediction 1", "unknown-item 1"]);
    assert_eq!(examples(&loaded.findings, "missing-prediction"), ["d"]);
    assert!(examples(&loaded.findings, "unknown-item")[0].ends_with("o.jsonl:4: x"));
}

#[test]
fn other_words_beside_answers() {
    let truth = br#"{"data": [
 {"qid": 7, "messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hi"}],
  "expected": "Hello", "context": "A greeting.", "prompt_template": "t1", "difficulty": 1},
 {"qid": 8, "messages": [{"role": "user", "content": "Bye"}],
  "expected": "Goodbye", "context": "A farewell.", "prompt_template": "t2", "difficulty": 1},
 {"qid": 9, "messages": [{"role": "user", "content": "Hm"}], "expected": "Yes?", "difficulty": 2},
 {"qid": 10, "messages": [{"role": "user", "content": "Hm!"}], "expected": "What?", "difficulty": 2}
]}"#;
    let outputs = br#"[{"qid": 7, "response": "Hello!", "generation_kwargs": {"temperature": 0.5, "top_k": 3}},
        {"qid": 8, "response": "Good bye"}, {"qid": 9, "response": null}, {"qid": 10, "response": "A \u0000 b"}]"#;
    let loaded = read(("jsonl", "q.json", truth), ("jsonl", "o.json", outputs)).unwrap();
    assert_eq!(loaded.ids(), ["7", "8", "9", "10"]);
    assert_eq!(loaded.dataset.texts[..2], ["system: Be short.\n\nuser: Hi", "Bye"]);
    assert_eq!(loaded.outputs(), [Some("Hello!"), Some("Good bye"), None, Some("A \0 b")]);
    assert_eq!(loaded.words("prompt_template"), (WordRole::Template, vec!["t1", "t2", "", ""]));
    assert_eq!(loaded.words("context"), (WordRole::Context, vec!["A greeting.", "A farewell.", "", ""]));
    assert_eq!(loaded.words("difficulty"), (WordRole::Tag, vec!["1", "1", "2", "2"]));
    let parameters = r#"{"temperature": 0.5, "top_k": 3}"#;
    assert_eq!(loaded.words("generation_kwargs"), (WordRole::Parameters, vec![parameters, "", "", ""]));
    assert!(loaded.answers.numbers.is_empty());
}

#[test]
fn tables_of_one_file_long_and_wide() {
    let long = b"id,model,prompt,reference,response,latency\n1,m1,P,R,A1,0.5\n2,m1,Q,S,\"B,1\n\",0.7\n1,m2,P,R,A2,1.5\n2,m2,Q,S,,\n";
    let dir = folder(&[("all.csv", long)]);
    let mut one = project(("csv", "all.csv"), ("csv", "all.csv"));
    one.models[0].predictions[0].rows.insert("model".to_owned(), "m2".to_owned());
    let loaded = load(dir.path(), &one, &test_split()).unwrap();
    assert_eq!((loaded.ids(), loaded.outputs()), (vec!["1", "2"], vec![Some("A2"), Some("")]));
    assert_eq!(loaded.number("latency"), (NumberRole::Latency, vec![Some(1.5), None]));
    assert!(loaded.findings.sorted().is_empty(), "{:?}", loaded.findings);
    one.models[0].predictions[0].rows.insert("model".to_owned(), "m1".to_owned());
    assert_eq!(load(dir.path(), &one, &test_split()).unwrap().outputs(), [Some("A1"), Some("B,1\n")]);

    let wide = b"prompt;reference;output_gpt-4;output_llama;latency_gpt-4;latency_llama;quality_llama\nP;R;A;B;1;2;3\nQ;S;C;D;4;5;6\n";
    let dir = folder(&[("wide.csv", wide)]);
    let mut one = project(("csv", "wide.csv"), ("csv", "wide.csv"));
    let error = load(dir.path(), &one, &test_split()).unwrap_err();
    assert!(error.contains("has no column of answers") && error.contains("output_llama"), "{error}");
    one.models[0].predictions[0].columns.insert("output".to_owned(), "output_llama".to_owned());
    let loaded = load(dir.path(), &one, &test_split()).unwrap();
    assert_eq!((loaded.ids(), loaded.outputs()), (vec!["0", "1"], vec![Some("B"), Some("D")]));
    assert_eq!(loaded.number("latency"), (NumberRole::Latency, vec![Some(2.0), Some(5.0)]));
    assert_eq!(loaded.number("quality"), (NumberRole::Judge, vec![Some(3.0), Some(6.0)]));
    assert_eq!((loaded.answers.numbers.len(), loaded.answers.words.len()), (2, 0));
    one.models[0].predictions[0].columns.insert("output".to_owned(), "none".to_owned());
    let error = load(dir.path(), &one, &test_split()).unwrap_err();
    assert!(error.contains("has no column `none`"), "{error}");
}

#[test]
fn columns_can_be_said() {
    let truth = b"nr\tfrage\tsoll\tfalsch\tart\nx1\tWas?\tDas\tDies\tw\nx2\tWer?\tDer\t\tw\n";
    let dir = folder(&[("t.tsv", truth), ("o.csv", b"nr,ist\nx2,Er\nx1,Das\n")]);
    let mut one = project(("csv", "t.tsv"), ("csv", "o.csv"));
    let said = [("id", "nr"), ("prompt", "frage"), ("reference", "soll"), ("incorrect", "falsch"), ("tag", "art")];
    one.datasets[0].columns = said.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    one.models[0].predictions[0].columns.insert("output".to_owned(), "ist".to_owned());
    let loaded = load(dir.path(), &one, &test_split()).unwrap();
    assert_eq!((loaded.ids(), loaded.outputs()), (vec!["x1", "x2"], vec![Some("Das"), Some("Er")]));
    assert_eq!(loaded.dataset.texts, ["Was?", "Wer?"]);
    assert_eq!(loaded.answers.references, [["Das"], ["Der"]]);
    assert_eq!(loaded.answers.incorrect, [vec!["Dies".to_owned()], vec![]]);
    assert_eq!(loaded.words("art"), (WordRole::Tag, vec!["w", "w"]));
    one.datasets[0].columns.insert("reference".to_owned(), "none".to_owned());
    let error = load(dir.path(), &one, &test_split()).unwrap_err();
    assert!(error.contains("has no column `none`") && error.contains("soll"), "{error}");
}

#[test]
fn lines_with_their_source_and_several_references() {
    let dir = folder(&[
        ("src.txt", b"eins\r\nzwei\r\n"),
        ("ref.A.txt", b"one\ntwo\n"),
        ("ref.B.txt", b"1\n\n"),
        ("sys.txt", b"['one']\n\x0ctwo"),
    ]);
    let mut one = project(("text-lines", "ref.A.txt"), ("text-lines", "sys.txt"));
    one.datasets[0].columns.insert("prompt".to_owned(), "src.txt".to_owned());
    one.datasets[0].columns.insert("reference".to_owned(), "ref.B.txt".to_owned());
    let loaded = load(dir.path(), &one, &test_split()).unwrap();
    assert_eq!(loaded.dataset.texts, ["eins", "zwei"]);
    assert_eq!(loaded.answers.references, [vec!["one", "1"], vec!["two"]]);
    assert_eq!(loaded.outputs(), [Some("['one']"), Some("\x0ctwo")]);
    assert_eq!(codes(&loaded.findings), Vec::<String>::new());
    let files = formats::input_files(dir.path(), &one, &test_split());
    let names: Vec<String> = files.iter().map(|f| f.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names, ["ref.A.txt", "src.txt", "ref.B.txt", "sys.txt"]);
}

#[test]
fn splits_are_pooled_in_the_order_given() {
    let dir = folder(&[
        ("a.csv", b"id,prompt,reference\n1,P,R\n2,Q,S\n"),
        ("b.csv", b"id,prompt,reference,level\n1,T,U,x\n"),
        ("oa.csv", b"id,output,score\n1,A,3\n2,B,4\n"),
        ("ob.csv", b"id,output\n1,C\n"),
    ]);
    let mut one = project(("csv", "a.csv"), ("csv", "oa.csv"));
    one.datasets[0].splits.insert("dev".to_owned(), SplitEntry { truth: "b.csv".to_owned(), ..SplitEntry::default() });
    let dev =
        PredictionEntry { split: "dev".to_owned(), path: "ob.csv".to_owned(), ..one.models[0].predictions[0].clone() };
    one.models[0].predictions.push(dev);
    let both = Choice { splits: vec!["test".to_owned(), "dev".to_owned()], ..test_split() };
    let loaded = load(dir.path(), &one, &both).unwrap();
    assert_eq!((loaded.ids(), loaded.outputs()), (vec!["1", "2", "1"], vec![Some("A"), Some("B"), Some("C")]));
    let places: Vec<(u16, i64)> = loaded.dataset.images.iter().map(|i| (i.split, i.source_id)).collect();
    assert_eq!(places, [(0, 0), (0, 1), (1, 0)]);
    assert_eq!(loaded.number("score").1, [Some(3.0), Some(4.0), None]);
    assert_eq!(loaded.dataset.identity.split, "test+dev");
}

#[test]
fn rows_without_ids_are_paired_by_what_was_asked() {
    let outputs = br#"[{"instruction": "B", "output": "b", "generator": "m"}, {"instruction": "A", "output": "a", "generator": "m"}]"#;
    let loaded = read(
        (
            "jsonl",
            "t.jsonl",
            b"{\"instruction\": \"A\", \"reference\": \"x\"}\n{\"instruction\": \"B\", \"reference\": \"y\"}\n",
        ),
        ("jsonl", "o.json", outputs),
    );
    assert_eq!(loaded.unwrap().outputs(), [Some("a"), Some("b")]);
}

#[test]
fn instructions_have_their_input_beside_them() {
    let both = br#"{"instruction": "Add", "input": "1 and 2", "output": "3", "reference": "3"}
{"instruction": "Greet", "input": "", "output": "Hi", "reference": "Hello"}
"#;
    let dir = folder(&[("all.jsonl", both)]);
    let loaded = load(dir.path(), &project(("jsonl", "all.jsonl"), ("jsonl", "all.jsonl")), &test_split()).unwrap();
    assert_eq!(loaded.dataset.texts, ["Add\n\n1 and 2", "Greet"]);
}

#[test]
fn logs_of_samples_with_texts() {
    // As lm-evaluation-harness 0.4.9 writes gsm8k.
    let log = br#"{"doc_id": 0, "doc": {"question": "2+2?", "answer": "It is 4 #### 4"}, "target": "It is 4 #### 4", "arguments": {"gen_args_0": {"arg_0": "Q: 2+2?\nA:", "arg_1": {"until": ["Q:"]}}}, "resps": [["4 of course #### 4"]], "filtered_resps": ["4"], "filter": "strict-match", "metrics": ["exact_match"], "doc_hash": "aa", "prompt_hash": "bb", "target_hash": "cc", "exact_match": 1.0}
{"doc_id": 1, "doc": {"question": "3+3?", "answer": "It is 6 #### 6"}, "target": "It is 6 #### 6", "arguments": {"gen_args_0": {"arg_0": "Q: 3+3?\nA:", "arg_1": {"until": ["Q:"]}}}, "resps": [["7"]], "filtered_resps": ["[invalid]"], "filter": "strict-match", "metrics": ["exact_match"], "doc_hash": "ab", "prompt_hash": "bc", "target_hash": "cd", "exact_match": 0.0}
"#;
    let dir = folder(&[("samples_gsm8k.jsonl", log)]);
    let one = project(("jsonl", "samples_gsm8k.jsonl"), ("jsonl", "samples_gsm8k.jsonl"));
    let loaded = load(dir.path(), &one, &test_split()).unwrap();
    assert_eq!((loaded.ids(), loaded.outputs()), (vec!["0", "1"], vec![Some("4"), Some("[invalid]")]));
    assert_eq!(loaded.dataset.texts, ["2+2?", "3+3?"]);
    assert_eq!(loaded.answers.references, [["It is 4 #### 4"], ["It is 6 #### 6"]]);
    assert_eq!(loaded.number("exact_match"), (NumberRole::Other, vec![Some(1.0), Some(0.0)]));
    assert_eq!((loaded.answers.numbers.len(), loaded.answers.words.len()), (1, 0));
}

#[test]
fn logs_of_multiple_choice() {
    // As lm-evaluation-harness writes truthfulqa_mc2 (numbers in quotes since 0.4.3) and older ones a task with a target.
    let log = br#"{"doc_id": 0, "doc": {"question": "Sky?", "mc1_targets": {"choices": ["Blue", "Red"], "labels": [1, 0]}, "mc2_targets": {"choices": ["Blue", "Azure", "Red"], "labels": [1, 1, 0]}}, "target": "0", "arguments": {"gen_args_0": {"arg_0": "Q: Sky?", "arg_1": " Blue"}, "gen_args_1": {"arg_0": "Q: Sky?", "arg_1": " Azure"}, "gen_args_2": {"arg_0": "Q: Sky?", "arg_1": " Red"}}, "resps": [[["-3.5", "False"]], [["-1.25", "True"]], [["-inf", "False"]]], "filtered_resps": [["-3.5", "False"], ["-1.25", "True"], ["-inf", "False"]], "acc": 0.9}
{"doc_id": 1, "doc": {"question": "Sum?"}, "target": 1, "arguments": [["Sum?", " one"], ["Sum?", " two"]], "resps": [[[-2.0, false]], [[-4.5, false]]], "filtered_resps": [[-2.0, false], [-4.5, false]], "acc": 0.0}
"#;
    let dir = folder(&[("samples_truthfulqa_mc2.jsonl", log)]);
    let one = project(("jsonl", "samples_truthfulqa_mc2.jsonl"), ("jsonl", "samples_truthfulqa_mc2.jsonl"));
    let loaded = load(dir.path(), &one, &test_split()).unwrap();
    let choices: Vec<_> = loaded.answers.choices.iter().flatten().collect();
    assert_eq!(
        (choices[0].right.as_slice(), choices[1].right.as_slice()),
        (&[true, true, false][..], &[false, true][..])
    );
    assert_eq!(
        (choices[0].scores.as_slice(), choices[1].scores.as_slice()),
        (&[-3.5, -1.25, f64::MIN][..], &[-2.0, -4.5][..])
    );
    assert_eq!(loaded.outputs(), [Some("Azure"), Some("one")]);
    assert_eq!(loaded.answers.references, [vec!["Blue", "Azure"], vec!["two"]]);
    assert_eq!(loaded.answers.incorrect, [["Red"], ["one"]]);
    assert_eq!(loaded.number("acc").0, NumberRole::Other);
}

#[test]
fn truthfulqa_tables_have_several_answers_a_cell() {
    let truth = b"Type,Category,Question,Best Answer,Correct Answers,Incorrect Answers\nA,X,Sky?,Blue,Blue; Azure,Red; Green\nA,Y,Sea?,Wet,['Wet'; 'Salty'],Dry\n";
    let loaded = read(("csv", "t.csv", truth), ("csv", "o.csv", b"answer\nBlue\nWet\n")).unwrap();
    assert_eq!(loaded.answers.references[0], ["Blue", "Azure"]);
    assert_eq!(loaded.answers.incorrect, [vec!["Red", "Green"], vec!["Dry"]]);
    assert_eq!(loaded.outputs(), [Some("Blue"), Some("Wet")]);
    assert_eq!(loaded.dataset.texts, ["Sky?", "Sea?"]);
}

#[test]
fn marks_of_two_models_compared() {
    // As AlpacaEval writes annotations.json.
    let both = br#"[{"instruction": "A", "output_1": "x", "generator_1": "base", "output_2": "y", "generator_2": "new", "annotator": "judge", "preference": 1.75},
 {"instruction": "B", "output_1": "u", "generator_1": "base", "output_2": "v", "generator_2": "new", "annotator": "judge", "preference": 2.0}]"#;
    let dir = folder(&[("annotations.json", both)]);
    let mut one = project(("jsonl", "annotations.json"), ("jsonl", "annotations.json"));
    one.models[0].predictions[0].columns.insert("output".to_owned(), "output_2".to_owned());
    let loaded = load(dir.path(), &one, &test_split()).unwrap();
    assert_eq!(loaded.outputs(), [Some("y"), Some("v")]);
    assert_eq!(loaded.number("preference"), (NumberRole::Judge, vec![Some(1.75), Some(2.0)]));
    assert_eq!(codes(&loaded.findings), ["no-references 1"]);
    one.models[0].predictions[0].columns.insert("output".to_owned(), "output_1".to_owned());
    let loaded = load(dir.path(), &one, &test_split()).unwrap();
    assert_eq!((loaded.outputs(), loaded.answers.numbers.len()), (vec![Some("x"), Some("u")], 0));
}
