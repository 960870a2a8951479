//! Folders as people leave them.

use super::*;

const TRUTH: &[u8] = b"{\"id\": \"q1\", \"question\": \"Why?\", \"reference\": \"Because.\"}\n{\"id\": \"q2\", \"question\": \"How?\", \"reference\": \"So.\"}\n";
const OUT: &[u8] = b"{\"id\": \"q1\", \"output\": \"a\"}\n{\"id\": \"q2\", \"output\": \"b\"}\n";

#[test]
fn gsm8k_as_it_lies() {
    let Some(root) = shared("gsm8k") else { return };
    let project = recognise(&root);
    let models = ["175b_finetuning", "175b_verification", "6b_finetuning", "6b_verification"];
    let expected: Vec<String> = models.map(|model| format!("{model}@latest on gsm8k@latest all")).into();
    assert_eq!(evaluations(&project), expected);
    let loaded = nth(&root, &project, 3);
    // expected.json of the data: 515 of them are right.
    assert_eq!(loaded.number("is_correct").1.iter().flatten().sum::<f64>(), 515.0);
    assert!(loaded.findings.sorted().is_empty() && loaded.answers.references[0][0].ends_with("A: 18"));
}

#[test]
fn wmt_as_it_lies() {
    let Some(root) = shared("wmt23-de-en") else { return };
    let project = recognise(&root);
    let models = ["GPT4-5shot", "NLLB_Greedy", "ONLINE-B"];
    let expected: Vec<String> = models.map(|model| format!("{model}@latest on wmt23-de-en@latest all")).into();
    assert_eq!(evaluations(&project), expected);
    let loaded = nth(&root, &project, 0);
    assert_eq!((loaded.answers.outputs.len(), loaded.findings.sorted().len()), (549, 0));
    assert!(loaded.dataset.texts[0] != loaded.answers.references[0][0] && !loaded.dataset.texts[0].is_empty());
}

#[test]
fn lines_with_several_references_and_languages() {
    let dir = folder(&[
        ("source.en.txt", b"one\ntwo\n"),
        ("reference.A.de.txt", b"eins\nzwei\n"),
        ("reference.B.de.txt", b"1\n2\n"),
        ("reference.fr.txt", b"un\ndeux\n"),
        ("outputs/sys-1.de.txt", b"Eins\nZwei\n"),
        ("outputs/sys-1.fr.txt", b"Un\nDeux\n"),
        ("README.txt", b"hello\nworld\n"),
        ("outputs/short.de.txt", b"Eins\n"),
    ]);
    let project = recognise(dir.path());
    assert_eq!(project.datasets.len(), 2);
    assert_eq!(evaluations(&project).len(), 2, "{:?}", evaluations(&project));
    let loaded = nth(dir.path(), &project, 0);
    assert_eq!(loaded.answers.references, [["eins", "1"], ["zwei", "2"]]);
    assert_eq!((loaded.outputs(), loaded.dataset.texts[1].as_str()), (vec![Some("Eins"), Some("Zwei")], "two"));
    assert_eq!(nth(dir.path(), &project, 1).answers.references, [["un"], ["deux"]]);
}

#[test]
fn truth_with_splits_and_versions() {
    let dir = folder(&[
        ("data/test.jsonl", TRUTH),
        ("data/val.jsonl", b"{\"id\": \"v1\", \"question\": \"Who?\", \"reference\": \"Me.\"}\n"),
        ("predictions/gpt-4/v1/test.jsonl", OUT),
        ("predictions/gpt-4/v2/test.jsonl", OUT),
        ("predictions/gpt-4/v2/val.jsonl", b"{\"id\": \"v1\", \"output\": \"c\"}\n"),
        ("predictions/llama_v3_test.csv", b"id,output\nq1,x\nq2,y\n"),
        ("predictions/gpt-4/v2/model.json", b"{\"temperature\": 0.5}"),
    ]);
    let project = recognise(dir.path());
    let name = dir.path().file_name().unwrap().to_string_lossy().into_owned();
    let all: Vec<String> = evaluations(&project).iter().map(|e| e.replace(&name, "set")).collect();
    let expected = [
        "gpt-4@v1 on data@latest test",
        "gpt-4@v2 on data@latest test",
        "gpt-4@v2 on data@latest val",
        "llama@v3 on data@latest test",
    ];
    assert_eq!(all, expected);
    assert_eq!(project.models[1].parameters["temperature"], 0.5);
    assert_eq!(nth(dir.path(), &project, 3).outputs(), [Some("x"), Some("y")]);
}

#[test]
fn one_table_long_or_wide() {
    let long = b"prompt_id,prompt,model,response,reference,rating\n1,P,m-a,A,R,3\n2,Q,m-a,B,S,4\n1,P,m-b,C,R,5\n2,Q,m-b,D,S,1\n";
    let dir = folder(&[("eval.csv", long)]);
    let project = recognise(dir.path());
    assert_eq!(project.models.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["m-a", "m-b"]);
    let loaded = nth(dir.path(), &project, 1);
    assert_eq!((loaded.outputs(), loaded.number("rating").1), (vec![Some("C"), Some("D")], vec![Some(5.0), Some(1.0)]));

    let wide = b"question,reference,output_gpt4,output_llama,latency_gpt4\nP,R,A,B,1\nQ,S,C,D,2\n";
    let dir = folder(&[("eval.csv", wide)]);
    let project = recognise(dir.path());
    assert_eq!(project.models.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["gpt4", "llama"]);
    assert_eq!(nth(dir.path(), &project, 1).outputs(), [Some("B"), Some("D")]);
    assert!(nth(dir.path(), &project, 1).answers.numbers.is_empty());

    let named = b"question\treference\tGPT-4o\tMistral\nP\tR\tAn answer\tAnother one\nQ\tS\tNo answer\tNot this\n";
    let dir = folder(&[("eval.tsv", named)]);
    let project = recognise(dir.path());
    assert_eq!(project.models.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["GPT-4o", "Mistral"]);
    assert_eq!(nth(dir.path(), &project, 0).outputs(), [Some("An answer"), Some("No answer")]);
}

#[test]
fn folders_of_logs_of_samples() {
    let line = |doc: usize, filter: &str, said: &str| {
        format!(
            "{{\"doc_id\": {doc}, \"doc\": {{\"question\": \"{doc}+1?\"}}, \"target\": \"{}\", \"arguments\": {{\"gen_args_0\": {{\"arg_0\": \"Q\", \"arg_1\": {{}}}}}}, \"resps\": [[\"{said}!\"]], \"filtered_resps\": [\"{said}\"], \"filter\": \"{filter}\", \"exact_match\": 0.0}}\n",
            doc + 1
        )
    };
    let gsm = |said: &str| {
        [line(0, "strict", said), line(1, "strict", said), line(0, "flexible", said), line(1, "flexible", said)]
            .concat()
    };
    let (a, b) = (gsm("1"), gsm("2"));
    let other = line(5, "none", "x") + &line(6, "none", "y");
    let dir = folder(&[
        ("results/org__small/samples_gsm8k_2024-09-18T10-00-00.123456.jsonl", a.as_bytes()),
        ("results/org__small/samples_my_task_2024-09-18T10-00-00.123456.jsonl", other.as_bytes()),
        (
            "results/org__small/results_2024-09-18T10-00-00.123456.json",
            b"{\"results\": {\"gsm8k\": {\"exact_match,strict\": 0.5}}}",
        ),
        ("results/org__large/samples_gsm8k_2024-09-19T10-00-00.123456.jsonl", b.as_bytes()),
    ]);
    let project = recognise(dir.path());
    let mut all = evaluations(&project);
    all.sort();
    let expected = [
        "org__large@flexible on gsm8k@latest all",
        "org__large@strict on gsm8k@latest all",
        "org__small@flexible on gsm8k@latest all",
        "org__small@latest on my_task@latest all",
        "org__small@strict on gsm8k@latest all",
    ];
    assert_eq!(all, expected);
    for at in 0..5 {
        let loaded = nth(dir.path(), &project, at);
        assert_eq!((loaded.answers.len(), codes(&loaded.findings)), (2, vec![]), "{}", evaluations(&project)[at]);
    }
}

#[test]
fn outputs_of_alpaca_eval() {
    let of = |model: &str| {
        format!(
            "[{{\"dataset\": \"helpful_base\", \"instruction\": \"Name it\", \"output\": \"{model} says\", \"generator\": \"{model}\"}}, {{\"dataset\": \"koala\", \"instruction\": \"Do it\", \"output\": \"No\", \"generator\": \"{model}\"}}]"
        )
    };
    let (a, b) = (of("gpt-4"), of("llama"));
    let dir = folder(&[
        ("results/gpt4/model_outputs.json", a.as_bytes()),
        ("results/llama/model_outputs.json", b.as_bytes()),
    ]);
    let project = recognise(dir.path());
    assert_eq!((project.datasets.len(), project.models.len()), (1, 2));
    assert_eq!(project.models[1].id, "llama");
    let loaded = nth(dir.path(), &project, 1);
    assert_eq!((loaded.outputs(), loaded.dataset.texts[0].as_str()), (vec![Some("llama says"), Some("No")], "Name it"));
    assert_eq!(codes(&loaded.findings), ["no-references 1"]);

    let both = b"[{\"instruction\": \"A\", \"output_1\": \"x\", \"generator_1\": \"base\", \"output_2\": \"y\", \"generator_2\": \"new\", \"preference\": 1.5}, {\"instruction\": \"B\", \"output_1\": \"u\", \"generator_1\": \"base\", \"output_2\": \"v\", \"generator_2\": \"new\", \"preference\": 2}]";
    let dir = folder(&[("annotations.json", both)]);
    let project = recognise(dir.path());
    assert_eq!(project.models.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["base", "new"]);
    assert_eq!(nth(dir.path(), &project, 1).outputs(), [Some("y"), Some("v")]);
}

#[test]
fn classifiers_stay_classifiers() {
    let dir = folder(&[
        ("test.csv", b"id,text,label\n1,a long text of a customer,card_arrival\n2,another long text,lost_card\n"),
        ("predictions/m.csv", b"id,prediction,confidence\n1,card_arrival,0.5\n2,card_arrival,0.25\n"),
    ]);
    assert_eq!(recognise(dir.path()).datasets[0].task, Task::TextClassification);
    let dir = folder(&[("preds.jsonl", b"{\"text\": \"an example\", \"target\": \"yes\", \"prediction\": \"no\"}\n{\"text\": \"one more\", \"target\": \"no\", \"prediction\": \"no\"}\n")]);
    assert_eq!(recognise(dir.path()).datasets[0].task, Task::TextClassification);
    let Some(root) = shared("banking77") else { return };
    assert_eq!(recognise(&root).datasets[0].task, Task::TextClassification);
}
