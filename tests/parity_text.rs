//! Metrics of generated text against recorded values of sacrebleu 2.6.0, rouge-score 0.1.2 and SQuAD's rules.

use std::path::{Path, PathBuf};

use evalens::metrics::text::bleu::BleuCounts;
use evalens::metrics::text::checks::last_match;
use evalens::metrics::text::normalise::{exact_match, token_f1};
use evalens::metrics::text::porter::stem;
use evalens::metrics::text::rouge::{Rates, rouge};
use evalens::metrics::text::ter::TerCounts;
use evalens::metrics::text::{CorpusScores, ItemScores, TextItem, TextOptions, chrf, score};
use evalens::model::NoProgress;
use regex::Regex;
use serde_json::Value;

const KINDS: [&str; 4] = ["rouge1", "rouge2", "rougeL", "rougeLsum"];

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[track_caller]
fn close(value: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap_or_else(|| panic!("{what} is not recorded"));
    assert!((value - expected).abs() <= 1e-9, "{what}: {value}, not {expected}");
}

fn run(items: &[TextItem<'_>], stem: bool) -> (Vec<ItemScores>, CorpusScores) {
    score(items, TextOptions { stem, ter: !stem }, &NoProgress).unwrap()
}

/// All values of one item; `of_sentence` stands before the names of sacrebleu's.
fn check_item(item: &TextItem<'_>, scores: &ItemScores, stems: &ItemScores, expected: &Value, of_sentence: &str) {
    let what = |name: &str| format!("{name} of {:?} against {:?}", item.prediction, item.references);
    close(scores.exact_match.unwrap(), &expected["exact_match"], &what("exact match"));
    close(scores.token_f1.unwrap(), &expected["token_f1"], &what("token F1"));
    for (name, value) in
        [("bleu", scores.bleu), ("chrf", scores.chrf), ("chrf++", scores.chrf_plus_plus), ("ter", scores.ter)]
    {
        close(value.unwrap(), &expected[format!("{of_sentence}{name}")], &what(name));
    }
    for (stem, key, scores) in [(false, "rouge", scores), (true, "rouge_stem", stems)] {
        let of = rouge(item.prediction, &item.references, stem, &NoProgress).unwrap();
        let rates = [of.rouge1, of.rouge2, of.rouge_l, of.rouge_lsum];
        let means = [scores.rouge1, scores.rouge2, scores.rouge_l, scores.rouge_lsum];
        for ((kind, rates), f1) in KINDS.iter().zip(rates).zip(means) {
            check_rates(rates, &expected[key][kind], &what(kind));
            assert_eq!(f1, Some(rates.f1), "{}", what(kind));
        }
    }
}

/// An object by name, or the three in order.
fn check_rates(rates: Rates, expected: &Value, what: &str) {
    let at = |name: &str, index: usize| if expected.is_array() { &expected[index] } else { &expected[name] };
    close(rates.precision, at("precision", 0), &format!("precision of {what}"));
    close(rates.recall, at("recall", 1), &format!("recall of {what}"));
    close(rates.f1, at("f1", 2), &format!("F1 of {what}"));
}

fn check_corpus(scores: &CorpusScores, stems: &CorpusScores, expected: &Value) {
    close(scores.exact_match.unwrap(), &expected["exact_match"], "exact match");
    close(scores.token_f1.unwrap(), &expected["token_f1"], "token F1");
    let signatures = scores.signatures.as_ref().unwrap();
    for (name, value, signature) in [
        ("bleu", scores.bleu, &signatures.bleu),
        ("chrf", scores.chrf, &signatures.chrf),
        ("chrf++", scores.chrf_plus_plus, &signatures.chrf_plus_plus),
        ("ter", scores.ter, &signatures.ter),
    ] {
        close(value.unwrap(), &expected[name]["score"], name);
        assert_eq!(expected[name]["signature"], signature.as_str());
    }
    for (key, scores) in [("rouge", scores), ("rouge_stem", stems)] {
        let means = [scores.rouge1, scores.rouge2, scores.rouge_l, scores.rouge_lsum];
        for (kind, mean) in KINDS.iter().zip(means) {
            let recorded = &expected[key][kind];
            close(mean.unwrap(), recorded.get("f1").unwrap_or(recorded), &format!("{key} {kind}"));
        }
    }
}

/// The set of odd items; with `EVALENS_TEXT_CASES` also another file of its generator.
fn documents() -> Vec<Value> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/text/small.json");
    let more = std::env::var_os("EVALENS_TEXT_CASES").map(PathBuf::from);
    [Some(own), more].iter().flatten().map(|path| json(path)).collect()
}

fn cases(document: &Value) -> Vec<(TextItem<'_>, &Value)> {
    document["items"].as_array().unwrap().iter().map(case).collect()
}

fn case(case: &Value) -> (TextItem<'_>, &Value) {
    let references = case["references"].as_array().unwrap().iter().map(|reference| reference.as_str().unwrap());
    let prediction = case["prediction"].as_str().unwrap();
    (TextItem { prediction, references: references.collect() }, &case["scores"])
}

#[test]
fn odd_items_equal_the_references() {
    for document in documents() {
        let cases = cases(&document);
        let mut items: Vec<TextItem<'_>> = cases.iter().map(|(item, _)| item.clone()).collect();
        let ((scores, corpus), (stems, of_stems)) = (run(&items, false), run(&items, true));
        for (((item, expected), scores), stems) in cases.iter().zip(&scores).zip(&stems) {
            check_item(item, scores, stems, expected, "");
        }
        check_corpus(&corpus, &of_stems, &document["corpus"]);
        items.retain(|item| item.references.len() == 1);
        check_corpus(&run(&items, false).1, &run(&items, true).1, &document["corpus_of_single_references"]);
    }
}

#[test]
fn functions_alone_say_the_same() {
    let document = documents().remove(0);
    for (item, _) in cases(&document) {
        let (scores, _) = run(std::slice::from_ref(&item), false);
        let TextItem { prediction, references } = &item;
        assert_eq!(scores[0].exact_match, Some(f64::from(exact_match(prediction, references))));
        assert_eq!(scores[0].token_f1, Some(token_f1(prediction, references)));
        assert_eq!(scores[0].bleu, Some(BleuCounts::new(prediction, references).item_score()));
        let (without, with_words) = chrf::counts(prediction, references);
        assert_eq!((scores[0].chrf, scores[0].chrf_plus_plus), (Some(without.score()), Some(with_words.score())));
        assert_eq!(scores[0].ter, Some(TerCounts::new(prediction, references, &NoProgress).unwrap().score()));
    }
}

#[test]
fn stems_are_nltks() {
    for document in documents() {
        for (word, expected) in document["stems"].as_object().unwrap() {
            assert_eq!(expected, stem(word).as_str(), "{word}");
        }
    }
}

#[test]
fn items_without_a_reference_leave_the_means() {
    let document = documents().remove(0);
    let with: Vec<TextItem<'_>> = cases(&document).into_iter().map(|(item, _)| item).collect();
    let mut mixed = with.clone();
    for at in [0, 7, 30] {
        mixed.insert(at, TextItem { prediction: "no reference", references: Vec::new() });
    }
    let ((_, alone), (scores, corpus)) = (run(&with, false), run(&mixed, false));
    assert_eq!(scores[7], ItemScores::default());
    assert_eq!(corpus, CorpusScores { without_reference: 3, ..alone });
    assert_eq!(corpus.rouge_without_tokens, scores.iter().filter(|scores| scores.rouge_without_tokens).count());

    let (_, nothing) = run(&mixed[..1], false);
    assert_eq!(nothing, CorpusScores { without_reference: 1, ..CorpusScores::default() });
    let (scores, corpus) = run(&[], false);
    assert_eq!((scores.len(), corpus), (0, CorpusScores::default()));
    assert_eq!(score(&with, TextOptions::default(), &NoProgress).unwrap().1.ter, None);
}

#[test]
fn any_number_of_threads() {
    let document = documents().remove(0);
    let items: Vec<TextItem<'_>> = cases(&document).into_iter().map(|(item, _)| item).collect();
    let items: Vec<TextItem<'_>> = items.iter().cycle().take(400).cloned().collect();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| score(&items, TextOptions::default(), &NoProgress).unwrap())
    };
    assert_eq!(on(1), on(3));
}

/// The folder of recorded values, where it is there.
fn shared() -> Option<(PathBuf, Value)> {
    let data = std::env::var_os("EVALENS_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let recorded = data.join("../reference/text-generation.json");
    if recorded.is_file() && data.join("gsm8k").is_dir() && data.join("wmt23-de-en").is_dir() {
        return Some((data, json(&recorded)));
    }
    eprintln!("no real texts in {}: this test rests on the small set", data.display());
    None
}

/// One field of JSON lines, or lines of plain text.
fn column(data: &Path, name: &Value, field: &str) -> Vec<String> {
    let name = name.as_str().unwrap();
    let text = std::fs::read_to_string(data.join(name.strip_prefix("../shared/data/").unwrap())).unwrap();
    let lines = text.strip_suffix('\n').unwrap_or(&text).split('\n');
    if !name.ends_with(".jsonl") {
        return lines.map(str::to_string).collect();
    }
    lines.map(|line| serde_json::from_str::<Value>(line).unwrap()[field].as_str().unwrap().to_string()).collect()
}

#[test]
fn real_answers_equal_the_references() {
    let Some((data, recorded)) = shared() else { return };
    for set in recorded.as_array().unwrap() {
        eprintln!("{}", set["name"]);
        let references = column(&data, &set["truth"], set["truth_field"].as_str().unwrap_or(""));
        let predictions = column(&data, &set["predictions"], set["prediction_field"].as_str().unwrap_or(""));
        let pairs = predictions.iter().zip(&references);
        let items: Vec<TextItem<'_>> =
            pairs.map(|(p, r)| TextItem { prediction: p, references: vec![r.as_str()] }).collect();
        assert_eq!(set["items"], items.len());
        assert_eq!(references.len(), predictions.len());
        let ((scores, corpus), (stems, of_stems)) = (run(&items, false), run(&items, true));
        check_corpus(&corpus, &of_stems, &set["corpus"]);
        check_means(&items, &set["corpus"]);
        for (at, expected) in set["first_items"].as_array().unwrap().iter().enumerate() {
            check_item(&items[at], &scores[at], &stems[at], expected, "sentence_");
            let raw = f64::from(items[at].references.contains(&items[at].prediction));
            close(raw, &expected["exact_match_raw"], "raw exact match");
        }
        if let Some(filter) = set.get("regex_filter") {
            check_filter(&predictions, &column(&data, &set["truth"], "answer"), filter);
        }
    }
}

/// Mean precision and recall of ROUGE.
fn check_means(items: &[TextItem<'_>], expected: &Value) {
    for (stem, key) in [(false, "rouge"), (true, "rouge_stem")] {
        let of_items: Vec<_> =
            items.iter().map(|item| rouge(item.prediction, &item.references, stem, &NoProgress).unwrap()).collect();
        let kinds: [fn(&evalens::metrics::text::rouge::Rouge) -> Rates; 4] =
            [|of| of.rouge1, |of| of.rouge2, |of| of.rouge_l, |of| of.rouge_lsum];
        for (kind, rates) in KINDS.iter().zip(kinds) {
            let mean = |value: fn(Rates) -> f64| {
                of_items.iter().map(|of| value(rates(of))).sum::<f64>() / of_items.len() as f64
            };
            let means = Rates { precision: mean(|r| r.precision), recall: mean(|r| r.recall), f1: mean(|r| r.f1) };
            check_rates(means, &expected[key][kind], kind);
        }
    }
}

/// Answers cut out of the outputs by a pattern, compared as they are: to SQuAD's rules −10 is 10, and 3.6 is 36.
fn check_filter(predictions: &[String], answers: &[String], filter: &Value) {
    let pattern = Regex::new(filter["pattern"].as_str().unwrap()).unwrap();
    let right = predictions.iter().zip(answers).filter(|(p, a)| last_match(p, &pattern) == *a).count();
    assert_eq!(filter["published_correct"], right);
    close(right as f64 / predictions.len() as f64, &filter["exact_match"], "filtered exact match");
}
