//! Generated texts on the command line: numbers by hand on small sets, and equal to what sacrebleu 2.6.0, rouge-score 0.1.2 and
//! the rules of SQuAD v1.1 recorded on real ones.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of the fixtures.
fn fixture(name: &str) -> String {
    root().join("tests/data/answers").join(name).display().to_string()
}

/// A folder of the shared data, where it is at hand.
fn shared(name: &str) -> Option<PathBuf> {
    let data = std::env::var_os("EVALENS_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let folder = data.join(name);
    if !folder.is_dir() {
        eprintln!("{} is not there: only the fixtures of this repository are tested", folder.display());
        return None;
    }
    Some(folder)
}

/// The recorded values of all sets whose name begins so.
fn recorded(name: &str) -> Option<(PathBuf, Vec<Value>)> {
    let folder = shared(name)?;
    let text = std::fs::read(folder.join("../../reference/text-generation.json")).unwrap();
    let Ok(Value::Array(mut entries)) = serde_json::from_slice(&text) else { panic!("the reference is no list") };
    entries.retain(|entry| entry["name"].as_str().unwrap().starts_with(name));
    assert!(!entries.is_empty());
    Some((folder, entries))
}

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_evalens")).args(args).env_remove("DISPLAY").output().unwrap()
}

/// What is written on stdout by a run that goes well.
fn text(args: &[&str]) -> String {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&text(args)).unwrap()
}

fn evaluate(folder: &str, more: &[&str]) -> Value {
    json(&[&["evaluate", folder, "--json", "-"][..], more].concat())
}

/// Exit code and stderr.
fn fails(args: &[&str]) -> (i32, String) {
    let output = run(args);
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[track_caller]
fn near(found: &Value, expected: f64, within: f64, what: &str) {
    let found = found.as_f64().unwrap_or_else(|| panic!("{what} is undefined"));
    assert!((found - expected).abs() <= within, "{what}: {found}, not {expected}");
}

/// A number of every item.
fn items(document: &Value, key: &str) -> Vec<Option<f64>> {
    document["items"].as_array().unwrap().iter().map(|item| item[key].as_f64()).collect()
}

/// The file of a model, by the name that its folder gives it.
fn stem(path: &Value) -> String {
    let name = Path::new(path.as_str().unwrap()).file_name().unwrap().to_string_lossy().into_owned();
    name.split('.').next().unwrap().to_owned()
}

/// Corpus values and first items; ROUGE by stems where `stems`, TER where it was computed.
fn as_recorded(found: &Value, entry: &Value, stems: bool, ter: bool) {
    let name = entry["name"].as_str().unwrap();
    let (summary, corpus) = (&found["summary"], &entry["corpus"]);
    let number = |value: &Value| value.as_f64().unwrap();
    assert_eq!(summary["with_reference"], entry["items"], "{name}");
    for (ours, theirs) in [("bleu", "bleu"), ("chrf", "chrf"), ("chrf_plus_plus", "chrf++"), ("ter", "ter")] {
        assert_eq!(summary["signatures"][ours], corpus[theirs]["signature"], "{name}: {ours}");
        if ours != "ter" || ter {
            near(&summary[ours], number(&corpus[theirs]["score"]), 1e-9, &format!("{name}: {ours}"));
        }
    }
    assert_eq!(summary["ter"].is_null(), !ter, "{name}");
    let rouge = if stems { "rouge_stem" } else { "rouge" };
    for key in ["exact_match", "token_f1"] {
        near(&summary[key], number(&corpus[key]), 1e-9, &format!("{name}: {key}"));
    }
    for key in ["rouge1", "rouge2", "rougeL", "rougeLsum"] {
        near(&summary[key], number(&corpus[rouge][key]["f1"]), 1e-9, &format!("{name}: {key}"));
    }
    let first = entry["first_items"].as_array().unwrap();
    assert!(!first.is_empty());
    for (at, expected) in first.iter().enumerate() {
        assert_eq!(expected["id"], at);
        let item = &found["items"][at];
        let what = |key: &str| format!("{name}: {key} of item {at}");
        for (ours, theirs) in [
            ("exact_match", "exact_match"),
            ("token_f1", "token_f1"),
            ("bleu", "sentence_bleu"),
            ("chrf", "sentence_chrf"),
            ("chrf_plus_plus", "sentence_chrf++"),
            ("ter", "sentence_ter"),
        ] {
            if ours != "ter" || ter {
                near(&item[ours], number(&expected[theirs]), 1e-9, &what(ours));
            }
        }
        for key in ["rouge1", "rouge2", "rougeL", "rougeLsum"] {
            near(&item[key], number(&expected[rouge][key]["f1"]), 1e-9, &what(key));
        }
    }
    assert_eq!(found["items"].as_array().unwrap().len() as u64, entry["items"].as_u64().unwrap());
}

#[test]
fn gsm8k_equals_what_was_recorded() {
    let Some((folder, entries)) = recorded("gsm8k") else { return };
    let folder = folder.display().to_string();
    for (entry, stems) in entries.iter().zip([true, false].into_iter().cycle()) {
        let model = stem(&entry["predictions"]);
        let more: &[&str] = if stems { &["--stem"] } else { &[] };
        let found = evaluate(&folder, &[&["--model", &model, "--ter", "false"], more].concat());
        as_recorded(&found, entry, stems, false);
        // What the set's authors say: the marks beside the answers decide.
        assert_eq!(found["summary"]["pass"]["metric"], "judge.is_correct");
        assert_eq!(found["summary"]["pass"]["passed"], entry["regex_filter"]["published_correct"]);
    }
}

#[test]
fn wmt23_equals_what_was_recorded_with_ter() {
    let Some((folder, entries)) = recorded("wmt23-de-en") else { return };
    let folder = folder.display().to_string();
    for entry in &entries {
        let model = stem(&entry["predictions"]);
        let ter = model.starts_with("NLLB");
        let found = evaluate(&folder, &["--model", &model, "--ter", if ter { "true" } else { "false" }]);
        as_recorded(&found, entry, false, ter);
    }
}

/// The last `A:` line against the field `answer`: as many right as the authors count.
#[test]
fn a_filter_gives_the_published_counts() {
    let Some((folder, entries)) = recorded("gsm8k") else { return };
    let dir = tempfile::tempdir().unwrap();
    let mut models = Vec::new();
    for file in ["questions.jsonl", "outputs/175b_verification.jsonl", "outputs/6b_finetuning.jsonl"] {
        std::fs::create_dir_all(dir.path().join("outputs")).unwrap();
        std::fs::copy(folder.join(file), dir.path().join(file)).unwrap();
    }
    for model in ["175b_verification", "6b_finetuning"] {
        models.push(json!({"id": model, "version": "v1", "task": "text-generation", "predictions": [
            {"dataset": "gsm8k", "version": "v1", "split": "test", "format": "jsonl",
             "path": format!("outputs/{model}.jsonl")}]}));
    }
    let project = json!({"schema": "evalens.project/1", "name": "maths", "models": models, "datasets": [
        {"id": "gsm8k", "version": "v1", "task": "text-generation", "format": "jsonl",
         "columns": {"reference": "answer"}, "splits": {"test": {"truth": "questions.jsonl"}}}]});
    std::fs::write(dir.path().join("evalens.json"), project.to_string()).unwrap();
    for (model, right) in [("175b_verification", 742.0), ("6b_finetuning", 286.0)] {
        let entry = entries.iter().find(|entry| stem(&entry["predictions"]) == model).unwrap();
        let pattern = entry["regex_filter"]["pattern"].as_str().unwrap();
        let more = ["--model", model, "--filter", pattern, "--ter", "false", "--pass", "exact_match"];
        let found = evaluate(dir.path().to_str().unwrap(), &more);
        let summary = &found["summary"];
        assert_eq!(summary["exact_match"], right / 1319.0, "{model}");
        assert_eq!(summary["exact_match"], entry["regex_filter"]["exact_match"], "{model}");
        assert_eq!(
            (&summary["pass"]["metric"], &summary["pass"]["passed"]),
            (&json!("exact_match"), &json!(right as u64))
        );
        assert_eq!(found["settings"]["exact_match"], "as written");
        assert_eq!(found["settings"]["scoring"]["filter"], pattern);
        // The answer is kept as it was written, beside what was scored of it.
        let first = &found["items"][0];
        let written = first["output"].as_str().unwrap();
        assert!(written.contains('\n') && written.ends_with(&format!("A: {}", first["scored"].as_str().unwrap())));
    }
}

/// The official corpus scores; a project file with a scoring; comparison and leaderboard by the same numbers.
#[test]
fn wmt23_official_scores_from_folder_to_leaderboard() {
    let Some(folder) = shared("wmt23-de-en") else { return };
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("wmt23");
    std::fs::create_dir_all(home.join("outputs")).unwrap();
    let models = ["GPT4-5shot", "NLLB_Greedy", "ONLINE-B"];
    for file in ["source.de.txt", "reference.en.txt"]
        .map(str::to_owned)
        .into_iter()
        .chain(models.map(|model| format!("outputs/{model}.en.txt")))
    {
        std::fs::copy(folder.join(&file), home.join(&file)).unwrap();
    }
    let path = home.to_str().unwrap();
    text(&["init", path]);
    let mut project: Value = serde_json::from_slice(&std::fs::read(home.join("evalens.json")).unwrap()).unwrap();
    project["datasets"][0]["scoring"] = json!({"ter": false});
    std::fs::write(home.join("evalens.json"), project.to_string()).unwrap();

    let table = std::fs::read_to_string(folder.join("official-automatic-scores.tsv")).unwrap();
    let mut checked = 0;
    let documents = models.map(|model| evaluate(path, &["--model", model]));
    for row in table.lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [_, system, .., metric, score] = cells[..] else { panic!("{row}") };
        let at = models.iter().position(|model| *model == system);
        if let (Some(at), Some(key)) = (at, metric.strip_suffix("-refA")) {
            near(&documents[at]["summary"][key], score.parse().unwrap(), 1e-6, &format!("{system} {key}"));
            checked += 1;
        }
    }
    assert_eq!(checked, 6);

    let compared = json(&["compare", path, "GPT4-5shot", "NLLB_Greedy", "--resamples", "40", "--json", "-"]);
    let chrf = [0, 1].map(|at| items(&documents[at], "chrf"));
    let count =
        |of: fn(f64) -> bool| chrf[0].iter().zip(&chrf[1]).filter(|(a, b)| of(b.unwrap() - a.unwrap())).count() as u64;
    assert_eq!(documents[0]["summary"]["pass"]["metric"], "chrf");
    let [better, worse, same] = [count(|by| by > 1e-12), count(|by| by < -1e-12), count(|by| by.abs() <= 1e-12)];
    assert!(better > 0 && worse > better && better + worse + same == 549);
    assert_eq!(compared["mcnemar"]["fixed"], better);
    assert_eq!(compared["mcnemar"]["broken"], worse);
    assert_eq!(compared["mcnemar"]["same"], same);
    for metric in compared["metrics"].as_array().unwrap() {
        let name = metric["name"].as_str().unwrap();
        let of = |at: usize| match name {
            "pass_rate" => documents[at]["summary"]["pass"]["rate"].as_f64().unwrap(),
            _ => documents[at]["summary"][name].as_f64().unwrap(),
        };
        near(&metric["a"], of(0), 1e-12, name);
        near(&metric["b"], of(1), 1e-12, name);
        assert_ne!(name, "ter", "it was not computed");
    }
    assert!(compared["confusion_matrix"].is_null() && compared["classes"] == json!([]));

    let ranked = json(&["leaderboard", path, "--task", "text-generation", "--sort", "bleu", "--json", "-"]);
    let rows = ranked["rows"].as_array().unwrap();
    let order: Vec<&str> = rows.iter().map(|row| row["model"].as_str().unwrap()).collect();
    // 47.87, 46.33, 33.14 by the official table.
    assert_eq!(order, ["GPT4-5shot", "ONLINE-B", "NLLB_Greedy"]);
    for (rank, row) in (1_u64..).zip(rows) {
        let at = models.iter().position(|model| row["model"] == *model).unwrap();
        assert_eq!(row["rank"], rank);
        for key in ["bleu", "chrf", "rougeL", "exact_match", "token_f1"] {
            assert_eq!(row[key], documents[at]["summary"][key], "{key}");
        }
        assert_eq!(row["headline"]["value"], documents[at]["summary"]["pass"]["rate"]);
    }
}

/// Five of six questions have references; the answer of the last is missing.
#[test]
fn a_quiz_by_hand() {
    let quiz = fixture("quiz");
    let found = evaluate(&quiz, &["--model", "first"]);
    let summary = &found["summary"];
    assert_eq!((&summary["with_reference"], &summary["missing_answers"]), (&json!(5), &json!(1)));
    // "roma." is "Roma" when it is normalised; "blue whale shark" holds 2 of 3 words, "it is 42" 1 of 3.
    assert_eq!(items(&found, "exact_match"), [Some(1.0), Some(1.0), Some(0.0), Some(0.0), None, Some(0.0)]);
    let f1 = [Some(1.0), Some(1.0), Some(0.8), Some(0.5), None, Some(0.0)];
    for (found, expected) in items(&found, "token_f1").into_iter().zip(f1) {
        assert!(found.zip(expected).map_or(found == expected, |(a, b)| (a - b).abs() < 1e-15), "{found:?}");
    }
    near(&summary["exact_match"], 2.0 / 5.0, 1e-15, "exact match");
    near(&summary["token_f1"], 3.3 / 5.0, 1e-15, "token F1");
    // ROUGE keeps articles: 2 of 4 and of 3 words, 4/7.
    near(&summary["rouge1"], (1.0 + 1.0 + 4.0 / 7.0 + 0.5) / 5.0, 1e-15, "ROUGE-1");
    // Edits: 0, 1 ("roma."), 2, 2, 1; words of the references 1, 1, 3, 1, 1.
    let ter = [Some(0.0), Some(100.0), Some(100.0 * (2.0 / 3.0)), Some(200.0), None, Some(100.0)];
    assert_eq!(items(&found, "ter"), ter);
    near(&summary["ter"], 600.0 / 7.0, 1e-12, "TER");
    assert_eq!(items(&found, "words"), [Some(1.0), Some(1.0), Some(4.0), Some(3.0), Some(1.0), None]);
    let pass = &summary["pass"];
    assert_eq!((&pass["metric"], &pass["threshold"]), (&json!("exact_match"), &json!(1.0)));
    assert_eq!((&pass["passed"], &pass["of"], &pass["rate"]), (&json!(2), &json!(5), &json!(0.4)));
    // Wilson (1927): (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n) with z = Φ⁻¹(0.975).
    let z = 1.959_963_984_540_054_f64;
    let half = z * (0.4 * 0.6 / 5.0 + z * z / 100.0).sqrt();
    near(&pass["interval"][0], (0.4 + z * z / 10.0 - half) / (1.0 + z * z / 5.0), 1e-12, "lower bound");
    near(&pass["interval"][1], (0.4 + z * z / 10.0 + half) / (1.0 + z * z / 5.0), 1e-12, "upper bound");

    let card = found["recommendations"][0]["sentence"].as_str().unwrap();
    assert!(
        card.starts_with("With 6 texts, of which 5 count, the 95 % interval of the pass rate is 0.118–0.769"),
        "{card}"
    );
    let words = text(&["evaluate", &quiz, "--model", "first"]);
    assert!(words.contains("2 of 5 answers pass (0.400): Exact match ≥ 1.000"), "{words}");
    let check = text(&["check", &quiz]);
    for line in [
        "first@latest on quiz@latest, all: 6 texts, 5 with a reference, 5 answers",
        "missing-prediction",
        "missing-reference",
    ] {
        assert!(check.contains(line), "{check}");
    }
}

/// Less is better: `--confidence` is the most that passes, and stands so in every document.
#[test]
fn passing_by_ter() {
    let quiz = fixture("quiz");
    let found = evaluate(&quiz, &["--model", "first", "--pass", "ter", "--confidence", "70"]);
    let passed = items(&found, "ter").into_iter().flatten().filter(|ter| *ter <= 70.0).count();
    let pass = &found["summary"]["pass"];
    assert_eq!((passed, &pass["passed"], &pass["of"]), (2, &json!(2), &json!(5)));
    assert_eq!((&pass["threshold"], &pass["lower_is_better"]), (&json!(70.0), &json!(true)));
    assert_eq!(found["settings"]["confidence"], 70.0);
    assert_eq!(found["settings"]["confidence_source"], "given");
    let curve = &found["pass_curve"];
    // Nothing passes before 0; 200 lets all pass.
    let rates: Vec<f64> = curve["rate"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    assert!(rates.is_sorted() && rates.last() == Some(&1.0), "{curve}");
    assert!(
        text(&["evaluate", &quiz, "--model", "first", "--pass", "ter", "--confidence", "70"]).contains("TER ≤ 70.00")
    );

    // The same of a comparison, whose scoring is the project's.
    let dir = tempfile::tempdir().unwrap();
    let home = copied(&quiz, dir.path());
    let path = home.to_str().unwrap();
    text(&["init", path]);
    let mut project: Value = serde_json::from_slice(&std::fs::read(home.join("evalens.json")).unwrap()).unwrap();
    project["datasets"][0]["scoring"] = json!({"pass": "ter"});
    std::fs::write(home.join("evalens.json"), project.to_string()).unwrap();
    let args = ["compare", path, "first", "second", "--confidence", "70", "--resamples", "8", "--json", "-"];
    let compared = json(&args);
    // The second's TER: 100, 0, 0, 200, 0.
    let rate = &compared["metrics"][0];
    assert_eq!((&rate["name"], &rate["a"], &rate["b"]), (&json!("pass_rate"), &json!(0.4), &json!(0.6)));
    assert_eq!((&compared["a"]["confidence"], &compared["b"]["confidence"]), (&json!(70.0), &json!(70.0)));
    assert_eq!(compared["fixed"], json!(["q2", "q3", "q6"]));
    assert_eq!((&compared["broken"], &compared["same"]), (&json!(["q1"]), &json!(["q4"])));
    assert!(compared["confusion_matrix"].is_null());
}

fn copied(from: &str, to: &Path) -> PathBuf {
    let home = to.join(Path::new(from).file_name().unwrap());
    for folder in
        ["", "outputs"].map(|folder| Path::new(from).join(folder)).into_iter().filter(|folder| folder.is_dir())
    {
        let own = home.join(folder.strip_prefix(from).unwrap());
        std::fs::create_dir_all(&own).unwrap();
        for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
        {
            std::fs::copy(&file, own.join(file.file_name().unwrap())).unwrap();
        }
    }
    home
}

/// A table with marks of 1 to 5: relevance 5 4 1 2 3, depth 1 2 – 5 3; and a BLEU from elsewhere.
#[test]
fn marks_of_a_judge_by_hand() {
    let judged = fixture("judged");
    let even = evaluate(&judged, &[]);
    assert_eq!(items(&even, "weighted_score"), [3.0, 3.0, 1.0, 3.5, 3.0].map(Some));
    near(&even["summary"]["weighted_score"], 2.7, 1e-15, "weighted score");
    assert_eq!(even["summary"]["judge"], json!({"relevance": 3.0, "depth": 2.75}));
    // The middle of 1…5.
    let pass = &even["summary"]["pass"];
    assert_eq!(
        (&pass["metric"], &pass["threshold"], &pass["passed"]),
        (&json!("weighted_score"), &json!(3.0), &json!(4))
    );

    // (5 + 3·1) / 4, (4 + 3·2) / 4, 1 alone, (2 + 3·5) / 4, 3.
    let deep = evaluate(&judged, &["--weight", "depth=3"]);
    assert_eq!(items(&deep, "weighted_score"), [2.0, 2.5, 1.0, 4.25, 3.0].map(Some));
    near(&deep["summary"]["weighted_score"], 2.55, 1e-15, "weighted score");
    assert_eq!(deep["summary"]["pass"]["passed"], 2);
    let alone = evaluate(&judged, &["--weight", "relevance=0"]);
    assert_eq!(items(&alone, "weighted_score"), [Some(1.0), Some(2.0), None, Some(5.0), Some(3.0)]);
    assert_eq!(alone["summary"]["pass"]["of"], 4);

    let template = evaluate(&judged, &["--template", "judge", "--weight", "depth=3"]);
    assert_eq!(items(&template, "weighted_score"), items(&deep, "weighted_score"));
    assert_eq!(template["settings"]["scoring"]["template"], "Judge");
    let words = text(&["evaluate", &judged, "--template", "Judge"]);
    assert!(words.contains("Weighted score") && words.contains("depth") && !words.contains("BLEU"), "{words}");

    // A column of the file that is called as one of ours keeps out of its way.
    assert_eq!(items(&even, "beside.bleu"), [0.1, 0.2, 0.3, 0.4, 0.5].map(Some));
    near(&even["summary"]["beside"]["beside.bleu"], 0.3, 1e-15, "the BLEU of the file");
    assert!((items(&even, "bleu")[0].unwrap() - 100.0).abs() < 1e-9 && items(&even, "bleu")[2] == Some(0.0));
}

#[test]
fn checks_by_hand() {
    let checks = ["json", "reference", "contains=PARIS", r"matches=^\d+$", "words=1..3"]
        .map(|check| ["--check", check])
        .concat();
    let found = evaluate(&fixture("judged"), &checks);
    // Paris | It is the Rhine | | {"answer": 42} | 7
    let expected: [(&str, [f64; 5]); 5] = [
        ("Valid JSON", [0.0, 0.0, 0.0, 1.0, 1.0]),
        ("Contains the reference", [1.0, 1.0, 0.0, 1.0, 1.0]),
        ("Contains “PARIS”", [1.0, 0.0, 0.0, 0.0, 0.0]),
        (r"Matches ^\d+$", [0.0, 0.0, 0.0, 0.0, 1.0]),
        ("1 to 3 words", [1.0, 0.0, 0.0, 1.0, 1.0]),
    ];
    for (label, values) in expected {
        assert_eq!(items(&found, &format!("check.{label}")), values.map(Some), "{label}");
        near(&found["summary"]["checks"][label], values.iter().sum::<f64>() / 5.0, 1e-15, label);
    }
    let by_check = evaluate(&fixture("judged"), &["--check", "json", "--pass", "check.Valid JSON"]);
    assert_eq!(by_check["summary"]["pass"]["passed"], 2);
}

/// BLEU from its counts, by tokens of mteval-v13a: 21 of 23, 15 of 19, 10 of 15, 7 of 11 n-grams; 23 tokens for 29.
#[test]
fn lines_by_hand() {
    let found = evaluate(&fixture("lines"), &[]);
    let product: f64 = 21.0 / 23.0 * 15.0 / 19.0 * 10.0 / 15.0 * 7.0 / 11.0;
    near(&found["summary"]["bleu"], 100.0 * (1.0_f64 - 29.0 / 23.0).exp() * product.powf(0.25), 1e-10, "BLEU");
    // Edits 0, 1, 0, 3, 4 for 24 words: `home.` is not `home`.
    near(&found["summary"]["ter"], 800.0 / 24.0, 1e-12, "TER");
    assert_eq!(found["items"][4]["output"], "");
    let files = ["--task", "text-generation", "--json", "-", "--truth"];
    let lines = fixture("lines");
    let (truth, output) = (format!("{lines}/reference.en.txt"), format!("{lines}/outputs/mt.en.txt"));
    let from_files = json(&[&["evaluate"][..], &files, &[&truth, "--predictions", &output]].concat());
    assert_eq!(from_files["summary"], found["summary"]);
}

#[test]
fn an_empty_filter_is_none() {
    let quiz = fixture("quiz");
    let plain = evaluate(&quiz, &["--model", "first"]);
    let empty = evaluate(&quiz, &["--model", "first", "--filter", "", "--after", ""]);
    assert_eq!(plain["summary"], empty["summary"]);
    assert_eq!(empty["settings"]["exact_match"], "normalised (SQuAD v1.1)");
    assert_eq!(empty["settings"]["confidence_source"], "default");
}

/// As many resamples as everywhere; what does not vary has no interval. A rate of 2 in 5 lies between 0 and 1.
#[test]
fn intervals_on_request() {
    let quiz = fixture("quiz");
    let plain = evaluate(&quiz, &["--model", "first"]);
    assert!(plain["summary"]["bootstrap"].is_null());
    let found = evaluate(&quiz, &["--model", "first", "--intervals"]);
    let intervals = &found["summary"]["bootstrap"];
    assert_eq!((&intervals["resamples"], &intervals["seed"]), (&json!(1000), &json!(0)));
    for key in ["exact_match", "token_f1", "chrf", "ter", "rouge1", "words"] {
        let at = |end: usize| intervals[key][end].as_f64().unwrap_or_else(|| panic!("{key} of {intervals}"));
        let value = found["summary"][key].as_f64().or(found["summary"]["beside"][key].as_f64()).unwrap();
        assert!(at(0) < value && value < at(1), "{key}: {value} in {intervals}");
    }
    // By the binomial of 2 in 5 (numbers of fifths at most).
    let (low, high) = (intervals["pass_rate"][0].as_f64().unwrap(), intervals["pass_rate"][1].as_f64().unwrap());
    assert!((0.0..0.2).contains(&low) && (0.6..=1.0).contains(&high), "{low} {high}");
}

#[test]
fn what_is_wrong_is_said() {
    let quiz = fixture("quiz");
    let (code, words) = fails(&["evaluate", &quiz, "--filter", "A: (.*"]);
    assert_eq!(code, 1, "{words}");
    assert!(
        words.contains("`A: (.*` cannot be read") && words.contains("\n       ^\n") && words.contains("unclosed group"),
        "{words}"
    );
    let (code, words) = fails(&["evaluate", &quiz, "--check", "matches=[a-"]);
    assert_eq!(code, 1, "{words}");
    assert!(words.contains("`[a-` cannot be read"), "{words}");
    let (code, words) = fails(&["evaluate", &quiz, "--template", "Best"]);
    assert_eq!(code, 2);
    assert!(words.contains("no template `Best`; there are General, Judge, TruthfulQA"), "{words}");
    for wrong in [["--check", "xml"], ["--weight", "depth"], ["--weight", "depth=-1"]] {
        assert_eq!(fails(&[&["evaluate", &quiz][..], &wrong].concat()).0, 2, "{wrong:?}");
    }
    // Names that there are not are passed over, and said.
    let found = evaluate(&quiz, &["--model", "first", "--pass", "blue", "--weight", "depth=2"]);
    let problem = found["problems"].as_array().unwrap().iter().find(|p| p["code"] == "unknown-metric").unwrap();
    let examples = problem["examples"].to_string();
    assert!(
        problem["count"] == 2 && examples.contains("blue; there are exact_match") && examples.contains("depth;"),
        "{problem}"
    );
    assert_eq!(found["summary"]["pass"]["metric"], "exact_match");
    let (code, words) = fails(&["leaderboard", &quiz, "--sort", "blue"]);
    assert!(code == 2 && words.contains("bleu"), "{words}");

    let (code, words) = fails(&["evaluate", &quiz, "--model", "first", "--fail-under", "bleu=90"]);
    assert!(code == 3 && words.contains("bleu is 22.95") && words.contains("below 90"), "{code} {words}");
    assert_eq!(fails(&["evaluate", &quiz, "--model", "first", "--fail-under", "exact_match=0.4"]).0, 0);
    assert_eq!(fails(&["evaluate", &quiz, "--model", "first", "--fail-under", "pass.rate=0.5"]).0, 3);
    let (code, words) = fails(&["evaluate", &quiz, "--model", "first", "--fail-under", "blue=1"]);
    assert!(code == 2 && words.contains("exact_match, bleu and pass.rate are among them"), "{words}");
}

#[test]
fn tables_have_a_row_each() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().display().to_string();
    text(&["evaluate", &fixture("judged"), "--csv", &out]);
    let mut reader = csv::Reader::from_path(dir.path().join("items.csv")).unwrap();
    let head = reader.headers().unwrap().clone();
    let at =
        |name: &str| head.iter().position(|known| known == name).unwrap_or_else(|| panic!("no {name} in {head:?}"));
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 5);
    let document = evaluate(&fixture("judged"), &[]);
    for key in ["exact_match", "bleu", "ter", "weighted_score", "judge.depth", "beside.bleu", "words"] {
        let column: Vec<Option<f64>> = rows.iter().map(|row| row[at(key)].parse().ok()).collect();
        assert_eq!(column, items(&document, key), "{key}");
    }
    assert_eq!(&rows[3][at("output")], r#"{"answer": 42}"#);
    let names: std::collections::BTreeSet<&str> = head.iter().collect();
    assert_eq!(names.len(), head.len(), "every column has a name of its own");
}

#[test]
fn a_written_project_gives_the_same_numbers() {
    for (name, model) in [("quiz", "second"), ("judged", "model"), ("lines", "mt")] {
        let dir = tempfile::tempdir().unwrap();
        let home = copied(&fixture(name), dir.path());
        let path = home.to_str().unwrap();
        let before = evaluate(path, &["--model", model]);
        text(&["init", path]);
        assert!(home.join("evalens.json").is_file());
        let after = evaluate(path, &["--model", model]);
        assert_eq!(before["summary"], after["summary"], "{name}");
        assert_eq!(before["items"], after["items"], "{name}");
        assert!(!run(&["init", path]).status.success(), "nothing is overwritten unasked");
    }
}

/// By exact match: the first 1 1 0 0 – 0, the second 0 1 1 0 – 1.
#[test]
fn a_leaderboard_of_the_quiz() {
    let ranked =
        json(&["leaderboard", &fixture("quiz"), "--task", "text-generation", "--sort", "exact_match", "--json", "-"]);
    let rows: Vec<(&Value, &Value, &Value)> = ranked["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["rank"], &row["model"], &row["exact_match"]))
        .collect();
    assert_eq!(rows, [(&json!(1), &json!("second"), &json!(0.6)), (&json!(2), &json!("first"), &json!(0.4))]);
    let words = text(&["leaderboard", &fixture("quiz")]);
    assert!(words.contains("Exact match") && words.contains("pass rate"), "{words}");
}
