//! Scored answers: columns, weighted scores, which number decides, intervals, parts; answers that nobody would write; and how a
//! session keeps the way of scoring.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use evalens::jobs::InlineRunner;
use evalens::metrics::generation::slices::slices;
use evalens::metrics::generation::{Better, Column, ColumnKind};
use evalens::metrics::{Evaluation, Generation};
use evalens::model::{
    Answers, Check, Choices, DatasetBuilder, Image, ModelIdentity, NoProgress, NumberColumn, NumberRole, Scoring,
    WordColumn, WordRole,
};
use evalens::session::{Command, Session};
use evalens::store::place::Keeper;
use evalens::store::settings::Settings;

fn text(text: &str) -> String {
    text.to_owned()
}

fn said(outputs: &[Option<&str>], references: &[&[&str]]) -> Answers {
    Answers {
        outputs: outputs.iter().map(|output| output.map(text)).collect(),
        references: references.iter().map(|all| all.iter().map(|one| text(one)).collect()).collect(),
        ..Answers::default()
    }
}

fn scored(answers: &Answers, scoring: &Scoring) -> Generation {
    Generation::score(Arc::new(answers.clone()), scoring.clone(), &NoProgress).unwrap()
}

fn numbers(name: &str, role: NumberRole, values: &[Option<f64>]) -> NumberColumn {
    NumberColumn { name: text(name), role, values: values.to_vec() }
}

fn column<'a>(generation: &'a Generation, key: &str) -> &'a Column {
    generation.column(key).unwrap_or_else(|| panic!("there is no {key}"))
}

#[track_caller]
fn near(found: Option<f64>, expected: f64) {
    assert!(found.is_some_and(|found| (found - expected).abs() < 1e-12), "{found:?}, not {expected}");
}

/// Exact match 1, 0 (missing), none (no reference), 0; token F1 1, 0, none, 2 · (1/2 · 1) / (3/2).
#[test]
fn columns_by_hand() {
    let mut answers = said(&[Some("A"), None, Some("c"), Some("d, e")], &[&["a."], &["b"], &[], &["x", "D"]]);
    // `a` alone is an article: nothing is left of both sides, which are equal.
    answers.numbers = vec![
        numbers("note", NumberRole::Other, &[Some(2.0), None, Some(4.0), None]),
        numbers("usd", NumberRole::Cost, &[Some(0.5); 4]),
        numbers("ms", NumberRole::Latency, &[Some(9.0), Some(3.0), None, None]),
        numbers("cosine", NumberRole::Similarity, &[Some(-0.5), Some(1.0), None, None]),
        numbers("depth", NumberRole::Judge, &[Some(1.0), None, Some(0.5), None]),
        numbers("bleu", NumberRole::Other, &[Some(7.0), None, None, None]),
        numbers("nobody", NumberRole::Other, &[None; 4]),
    ];
    let checks = vec![Check::ContainsReference, Check::Words(Some(1), None)];
    let of = scored(&answers, &Scoring { checks, ..Scoring::default() });
    let keys: Vec<&str> = of.columns.iter().map(|column| column.key.as_str()).collect();
    let metrics =
        ["exact_match", "token_f1", "bleu", "chrf", "chrf_plus_plus", "ter", "rouge1", "rouge2", "rougeL", "rougeLsum"];
    assert_eq!(keys[..10], metrics);
    let rest = [
        "cosine",
        "judge.depth",
        "check.Contains the reference",
        "check.At least 1 words",
        "words",
        "length_ratio",
        "ms",
        "usd",
        "note",
        "beside.bleu",
    ];
    assert_eq!(keys[10..], rest);
    assert_eq!(column(&of, "exact_match").values, [Some(1.0), Some(0.0), None, Some(0.0)]);
    near(column(&of, "exact_match").corpus, 1.0 / 3.0);
    near(column(&of, "token_f1").value(3), 2.0 / 3.0);
    near(column(&of, "token_f1").corpus, (1.0 + 2.0 / 3.0) / 3.0);
    // Population standard deviation of 1, 0, 2/3: mean 5/9, squares 16/81, 25/81, 1/81.
    near(column(&of, "token_f1").spread, (42.0_f64 / 81.0 / 3.0).sqrt());
    assert_eq!((column(&of, "token_f1").defined, of.missing(), of.corpus.without_reference), (3, 1, 1));
    assert_eq!(column(&of, "check.Contains the reference").values, [Some(0.0), Some(0.0), None, Some(1.0)]);
    assert_eq!(column(&of, "check.At least 1 words").values, [1.0, 0.0, 1.0, 1.0].map(Some));
    assert_eq!(column(&of, "words").values, [Some(1.0), None, Some(1.0), Some(2.0)]);
    assert_eq!(column(&of, "length_ratio").values, [Some(1.0), Some(0.0), None, Some(2.0)]);
    for (key, kind, better, scale, mean) in [
        ("ms", ColumnKind::Beside, Better::Less, (3.0, 9.0), 6.0),
        ("usd", ColumnKind::Beside, Better::Less, (0.5, 0.5), 0.5),
        ("note", ColumnKind::Beside, Better::Neither, (2.0, 4.0), 3.0),
        ("cosine", ColumnKind::Metric, Better::More, (-1.0, 1.0), 0.25),
        ("judge.depth", ColumnKind::Judge, Better::More, (0.0, 1.0), 0.75),
        ("beside.bleu", ColumnKind::Beside, Better::Neither, (7.0, 7.0), 7.0),
    ] {
        let column = column(&of, key);
        assert_eq!((column.kind, column.better, column.scale), (kind, better, scale), "{key}");
        near(column.corpus, mean);
    }
    assert_eq!((column(&of, "ter").better, column(&of, "ter").as_score(40.0)), (Better::Less, -40.0));
}

/// Relevance of 1…5, truth of 0…1, depth of 0…10: brought to 0…1 first. Weights 2, 1, 1.
#[test]
fn weighted_scores_of_different_scales() {
    let mut answers = said(&[Some("a"); 5], &[&[][..]; 5]);
    answers.numbers = vec![
        numbers("relevance", NumberRole::Judge, &[Some(5.0), Some(3.0), None, Some(1.0), None]),
        numbers("truth", NumberRole::Judge, &[Some(1.0), Some(0.5), Some(0.25), None, None]),
        numbers("depth", NumberRole::Judge, &[Some(10.0), Some(0.0), Some(5.0), None, None]),
    ];
    let scoring = Scoring { weights: [(text("relevance"), 2.0)].into(), ..Scoring::default() };
    let of = scored(&answers, &scoring);
    let score = column(&of, "weighted_score");
    // (2 + 1 + 1) / 4, (2 · ½ + ½ + 0) / 4, (¼ + ½) / 2, 0 / 2, nothing.
    assert_eq!(score.values, [Some(1.0), Some(0.375), Some(0.375), Some(0.0), None]);
    assert_eq!((score.corpus, score.scale, score.defined), (Some(0.4375), (0.0, 1.0), 4));
    // Scales are those of the marks, whatever weighs nothing.
    let alone = Scoring { weights: [(text("truth"), 0.0), (text("depth"), 0.0)].into(), ..Scoring::default() };
    assert_eq!(column(&scored(&answers, &alone), "weighted_score").values[..2], [Some(1.0), Some(0.5)]);
    // What is no weight counts 1, what is below nothing counts nothing.
    let odd = Scoring {
        weights: [(text("relevance"), f64::NAN), (text("truth"), -3.0), (text("depth"), 0.0)].into(),
        ..Scoring::default()
    };
    assert_eq!(column(&scored(&answers, &odd), "weighted_score").values[1], Some(0.5));
    // One criterion is its own score.
    answers.numbers.truncate(1);
    assert_eq!(scored(&answers, &Scoring::default()).column("weighted_score"), None);
}

/// Marks of 1…5, though nobody gave a 5 for style and somebody a 0 for depth: they are taken as they are, so that models can be
/// compared.
#[test]
fn weighted_scores_of_one_scale() {
    let mut answers = said(&[Some("a"); 2], &[&[][..]; 2]);
    let marks = |answers: &mut Answers, style: [f64; 2], depth: [f64; 2]| {
        answers.numbers = vec![
            numbers("style", NumberRole::Judge, &style.map(Some)),
            numbers("depth", NumberRole::Judge, &depth.map(Some)),
        ];
        scored(answers, &Scoring::default())
    };
    let of = marks(&mut answers, [3.0, 4.0], [5.0, 1.0]);
    assert_eq!(column(&of, "weighted_score").values, [Some(4.0), Some(2.5)]);
    assert_eq!((column(&of, "judge.style").scale, column(&of, "weighted_score").scale), ((1.0, 5.0), (1.0, 5.0)));
    let of = marks(&mut answers, [3.0, 4.0], [5.0, 0.0]);
    assert_eq!(column(&of, "weighted_score").values, [Some(4.0), Some(2.0)]);
    assert_eq!(column(&of, "weighted_score").scale, (0.0, 5.0));
    for (high, top) in [(7.0, 10.0), (60.5, 100.0), (250.5, 251.0)] {
        let of = marks(&mut answers, [1.0, high], [high, high]);
        assert_eq!(column(&of, "judge.style").scale, (1.0, top));
    }
}

/// Probabilities ½ 3/10 1/5 with the first and last right; 3/5 2/5 with the second right; 1/4 1/4 a draw.
#[test]
fn multiple_choice_by_hand() {
    let choices = |right: &[bool], shares: &[f64]| {
        Some(Choices { right: right.to_vec(), scores: shares.iter().map(|share| share.ln()).collect() })
    };
    let answers = Answers {
        choices: vec![
            choices(&[true, false, true], &[0.5, 0.3, 0.2]),
            choices(&[false, true], &[0.6, 0.4]),
            choices(&[true, false], &[0.25, 0.25]),
            None,
        ],
        ..said(&[Some("a"), Some("b"), None, None], &[&[][..]; 4])
    };
    let of = scored(&answers, &Scoring::default());
    assert_eq!(column(&of, "mc1").values, [Some(1.0), Some(0.0), Some(0.0), None]);
    for (item, expected) in [0.7, 0.4, 0.5].into_iter().enumerate() {
        near(column(&of, "mc2").value(item), expected);
    }
    near(column(&of, "mc1").corpus, 1.0 / 3.0);
    near(column(&of, "mc2").corpus, 1.6 / 3.0);
    assert_eq!(of.pass_column().unwrap().key, "mc1");
}

#[test]
fn truthful_answers_by_hand() {
    let cat = "the cat sat on the mat";
    let dog = "the dog sat on the mat";
    let mut answers =
        said(&[Some(cat), Some(dog), Some("fish"), Some(cat), None], &[&[cat], &[cat], &[cat], &[cat], &[cat]]);
    answers.incorrect =
        vec![vec![text("no"), text(dog)], vec![text(dog)], vec![text(dog)], Vec::new(), vec![text(dog)]];
    let of = scored(&answers, &Scoring::default());
    // Of the other sentence 5 of 6 words, 3 of 5, 2 of 4 and 1 of 3 n-grams; 5 of 6 words in order.
    let bleu = 100.0 - 100.0 * (5.0 / 6.0 * 3.0 / 5.0 * 2.0 / 4.0 / 3.0_f64).powf(0.25);
    for (item, sign) in [(0, 1.0), (1, -1.0), (2, 0.0), (4, 0.0)] {
        let found = column(&of, "bleu_difference").value(item).unwrap();
        assert!((found - sign * bleu).abs() < 1e-9, "{item}: {found}");
        near(column(&of, "rouge_difference").value(item), sign / 6.0);
    }
    for key in ["truthful_bleu", "truthful_rouge"] {
        // As near to both is not nearer.
        assert_eq!(column(&of, key).values, [Some(1.0), Some(0.0), Some(0.0), None, Some(0.0)]);
        near(column(&of, key).corpus, 0.25);
    }
}

#[test]
fn which_number_decides() {
    let pass = |answers: &Answers, scoring: &Scoring| {
        let of = scored(answers, scoring);
        let column = of.pass_column().unwrap();
        (column.key.clone(), column.as_score(column.default_threshold()))
    };
    let plain = Scoring::default();
    let short = said(&[Some("a"); 3], &[&["one two three four five"], &["x"], &["a b c d e f g h"]]);
    assert_eq!(pass(&short, &plain), (text("exact_match"), 1.0));
    let long = said(&[Some("a"); 3], &[&["one two three four five six"], &["x"], &["a b c d e f g h"]]);
    assert_eq!(pass(&long, &plain), (text("chrf"), 50.0));
    let filter = Scoring { filter: Some(text("a")), ..Scoring::default() };
    assert_eq!(pass(&long, &filter), (text("exact_match"), 1.0));
    let nothing = Scoring { filter: Some(String::new()), after: Some(String::new()), ..Scoring::default() };
    assert_eq!(pass(&long, &nothing).0, "chrf", "nothing is taken out");
    let by = |key: &str| Scoring { pass: Some(text(key)), ..Scoring::default() };
    assert_eq!(pass(&long, &by("ter")), (text("ter"), -50.0));
    assert_eq!(pass(&long, &by("blue")).0, "chrf");
    let judge = |name: &str| numbers(name, NumberRole::Judge, &[Some(1.0), Some(4.0), None]);
    // One mark says little beside references, unless it is a verdict.
    let one = Answers { numbers: vec![judge("depth")], ..long.clone() };
    assert_eq!(pass(&one, &plain).0, "chrf");
    let verdict = numbers("is_correct", NumberRole::Judge, &[Some(1.0), Some(0.0), None]);
    assert_eq!(pass(&Answers { numbers: vec![verdict], ..long.clone() }, &plain), (text("judge.is_correct"), 1.0));
    let two = Answers { numbers: vec![judge("depth"), judge("style")], ..short.clone() };
    assert_eq!(pass(&two, &plain), (text("weighted_score"), 3.0));
    let weightless = Scoring { weights: [(text("depth"), 0.0), (text("style"), 0.0)].into(), ..Scoring::default() };
    assert_eq!(pass(&two, &weightless).0, "exact_match");
    let choices = vec![Some(Choices { right: vec![true, false], scores: vec![-1.0, -2.0] }); 3];
    assert_eq!(pass(&Answers { choices, ..long.clone() }, &plain), (text("mc1"), 1.0));
    let alone = said(&[Some("a"); 3], &[&[][..]; 3]);
    assert_eq!(pass(&Answers { numbers: vec![judge("depth")], ..alone.clone() }, &plain), (text("judge.depth"), 3.0));
    let ms = vec![numbers("ms", NumberRole::Latency, &[Some(1.0), Some(4.0), None])];
    assert_eq!(pass(&Answers { numbers: ms, ..alone.clone() }, &plain), (text("ms"), -2.5));
    assert_eq!(pass(&alone, &plain).0, "words", "nothing ranks");
}

/// Only weights, the passing number and what is shown differ: every column is as if all was done anew.
#[test]
fn scoring_anew_is_scoring_from_the_start() {
    let mut answers =
        said(&[Some("red fox"), None, Some("a b c d"), Some("x")], &[&["red hen"], &["y"], &["a b d", "c"], &[]]);
    answers.numbers = vec![
        numbers("depth", NumberRole::Judge, &[Some(5.0), Some(3.0), None, Some(1.0)]),
        numbers("style", NumberRole::Judge, &[Some(5.0), Some(2.0), Some(4.0), None]),
    ];
    let weights = |depth: f64, style: f64| [(text("depth"), depth), (text("style"), style)].into();
    let plain = Scoring { checks: vec![Check::Json], ..Scoring::default() };
    let mut before = scored(&answers, &plain);
    for scoring in [
        Scoring { weights: weights(3.0, 1.0), pass: Some(text("bleu")), ..plain.clone() },
        Scoring { weights: weights(0.0, 0.0), ..plain.clone() },
        Scoring { weights: weights(0.0, 2.0), metrics: vec![text("judge")], template: text("Mine"), ..plain.clone() },
        Scoring { normalise: Some(false), ..plain.clone() },
        Scoring { filter: Some(text("[a-c]")), stem: true, ter: Some(false), ..Scoring::default() },
        plain.clone(),
    ] {
        let (again, anew) = (before.rescored(scoring.clone(), &NoProgress).unwrap(), scored(&answers, &scoring));
        assert_eq!(again.columns, anew.columns, "{scoring:?}");
        assert_eq!((again.pass, &again.scoring, &again.corpus), (anew.pass, &anew.scoring, &anew.corpus));
        assert_eq!((&again.scored, &again.unmatched, again.signs()), (&anew.scored, &anew.unmatched, anew.signs()));
        before = again;
    }
    assert_eq!(before.columns, scored(&answers, &plain).columns);
}

/// A mean of 0 … 199 has a standard error of √((200² − 1) / 12 / 200) = 4.082.
#[test]
fn intervals_of_the_numbers() {
    let words = |item: usize| format!("{} {} {} so it is", item % 3, item % 5, item % 7);
    let outputs: Vec<String> = (0..200).map(words).collect();
    let references: Vec<String> = (0..200).map(|item| words(item + 5 * (item % 2))).collect();
    let values: Vec<Option<f64>> = (0..200).map(|item| Some(f64::from(item))).collect();
    let answers = Answers {
        outputs: outputs.into_iter().map(Some).collect(),
        references: references.into_iter().map(|one| vec![one]).collect(),
        numbers: vec![
            numbers("place", NumberRole::Other, &values),
            numbers("same", NumberRole::Other, &[Some(3.0); 200]),
            numbers("bleu", NumberRole::Other, &values),
        ],
        ..Answers::default()
    };
    let of = scored(&answers, &Scoring::default());
    let with = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| of.intervals(1000, seed, &NoProgress).unwrap())
    };
    let found = with(1, 0);
    assert_eq!(found, with(3, 0));
    assert_ne!(found, with(3, 1));
    let (low, high) = found["place"];
    assert!((low - (99.5 - 1.96 * 4.082)).abs() < 0.7 && (high - (99.5 + 1.96 * 4.082)).abs() < 0.7, "{low} {high}");
    // A BLEU of the file is a mean as any other.
    assert_eq!(found["beside.bleu"], found["place"]);
    assert!(!found.contains_key("same"), "it does not vary");
    for key in ["bleu", "chrf", "ter", "rouge1", "exact_match"] {
        let (value, (low, high)) = (column(&of, key).corpus.unwrap(), found[key]);
        assert!(low < value && value < high, "{key}: {low} {value} {high}");
    }
}

#[test]
fn parts_of_a_set() {
    let outputs: Vec<String> = (0..40).map(|item| vec!["w"; 1 + item % 4].join(" ")).collect();
    let mut answers = Answers {
        outputs: outputs.into_iter().map(Some).collect(),
        references: vec![vec![text("w")]; 40],
        ..Answers::default()
    };
    let words = |name: &str, role, of: &dyn Fn(usize) -> String| WordColumn {
        name: text(name),
        role,
        values: (0..40).map(of).collect(),
    };
    answers.words = vec![
        words("topic", WordRole::Tag, &|item| format!("t{}", item % 35)),
        words("reason", WordRole::Judgement, &|item| format!("r{}", item % 2)),
        words("prompt", WordRole::Template, &|item| text(["plain", "polite", "plain", ""][item % 4])),
    ];
    let builder = DatasetBuilder { images: vec![Image::default(); 40], ..DatasetBuilder::default() };
    let of = scored(&answers, &Scoring::default());
    let evaluation = Evaluation::of_texts(builder, ModelIdentity::default(), of, &NoProgress).unwrap();
    let found = slices(evaluation.texts().unwrap(), &evaluation.dataset);
    let kinds: Vec<(&str, bool)> = found.iter().map(|kind| (kind.by.as_str(), kind.templates)).collect();
    // Questions there are none, and references are all of one length.
    assert_eq!(kinds, [("prompt", true), ("topic", false), ("Length of the answer", false)]);
    let sizes = |at: usize| -> Vec<(&str, usize)> {
        found[at].slices.iter().map(|slice| (slice.name.as_str(), slice.items.len())).collect()
    };
    assert_eq!(sizes(0), [("plain", 20), ("polite", 10)]);
    // Five topics twice, 30 once: 29 are shown, the rest is joined.
    let topics = sizes(1);
    assert_eq!((topics.len(), topics[0], topics[5], topics[29]), (30, ("t0", 2), ("t5", 1), ("6 others", 6)));
    assert_eq!(sizes(2), [("under 2 words", 10), ("2 words", 10), ("3 words", 10), ("4 words and more", 10)]);
}

/// A million words for one; F1 = 2 / (2²⁰ + 1).
#[test]
fn a_very_long_answer() {
    let million = 1 << 20;
    let long = "word ".repeat(million);
    let answers = said(&[Some(&long), Some("word")], &[&["word"], &["word"]]);
    let of = scored(&answers, &Scoring { ter: Some(false), ..Scoring::default() });
    near(column(&of, "token_f1").value(0), 2.0 / (million as f64 + 1.0));
    assert_eq!(column(&of, "words").value(0), Some(million as f64));
    assert_eq!(column(&of, "exact_match").values, [Some(0.0), Some(1.0)]);
    let chrf = column(&of, "chrf").value(0).unwrap();
    assert!(chrf > 0.0 && chrf < 1.0, "{chrf}");
    assert_eq!(of.signs().len(), 2);
}

#[test]
fn control_characters_and_many_references() {
    let all: String =
        (0..0x20).chain([0x7f, 0x85, 0xa0, 0x2028, 0xfeff, 0xfffd, 0x10_ffff]).filter_map(char::from_u32).collect();
    let many: Vec<String> = (0..2000).map(|n| format!("answer number {n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let answers = said(&[Some(&all), Some("\0"), Some("answer number 1999")], &[&[&all], &["x"], &many]);
    let of = scored(&answers, &Scoring { ter: Some(false), ..Scoring::default() });
    assert_eq!(column(&of, "exact_match").values, [Some(1.0), Some(0.0), Some(1.0)]);
    assert_eq!(column(&of, "token_f1").values, [Some(1.0), Some(0.0), Some(1.0)]);
    near(column(&of, "chrf").value(2), 100.0);
    let finite =
        |column: &Arc<Column>| column.values.iter().flatten().chain(&column.corpus).all(|value| value.is_finite());
    assert!(of.columns.iter().all(finite));
    assert_eq!(of.signs().len(), 3);
}

#[test]
fn nothing_but_empty_answers() {
    for outputs in [[Some(""); 3], [None; 3], [Some(" \n\t"); 3]] {
        let of = scored(&said(&outputs, &[&["one"], &["two words"], &[]]), &Scoring::default());
        for key in ["exact_match", "token_f1", "bleu", "chrf", "chrf_plus_plus", "rouge1", "rougeLsum"] {
            assert_eq!(column(&of, key).corpus, Some(0.0), "{key}");
        }
        // Every word of the references is missing.
        near(column(&of, "ter").corpus, 100.0);
        assert!(of.signs().iter().all(|signs| signs.empty));
        assert!(of.intervals(10, 0, &NoProgress).unwrap().is_empty());
    }
    let none = scored(&Answers::default(), &Scoring::default());
    assert!(none.columns.is_empty() && none.pass_column().is_none() && none.signs().is_empty());
    assert!(none.intervals(10, 0, &NoProgress).unwrap().is_empty());
}

fn session(root: &Path, settings: Settings) -> Session {
    let mut session = Session::new(Box::new(InlineRunner::default()), settings, None);
    session.keeper = Keeper { writes: true, ..Keeper::default() };
    session.apply(Command::OpenAll(vec![root.to_owned()]), Instant::now());
    session
}

fn shown(session: &Session) -> &Generation {
    session.explorer.as_ref().unwrap().texts().unwrap()
}

/// The table with marks of tests/cli_answers.rs: 2.7 with even weights, 2.55 with depth three times.
#[test]
fn a_session_keeps_how_answers_are_scored() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("judged");
    std::fs::create_dir(&root).unwrap();
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/answers/judged/answers.csv");
    std::fs::copy(table, root.join("answers.csv")).unwrap();
    let mut first = session(&root, Settings::default());
    near(column(shown(&first), "weighted_score").corpus, 2.7);
    let deep = Scoring { weights: [(text("depth"), 3.0)].into(), ..Scoring::default() };
    first.apply(Command::SetScoring(deep.clone()), Instant::now());
    near(column(shown(&first), "weighted_score").corpus, 2.55);
    // 3 is still the middle: 4.25 and 3 reach it.
    let explorer = first.explorer.as_ref().unwrap();
    assert_eq!((explorer.threshold.value, explorer.counter.totals().correct), (3.0, 2));
    first.apply(Command::ComputeIntervals, Instant::now());
    let explorer = first.explorer.as_ref().unwrap();
    assert_eq!(explorer.intervals.as_deref(), Some(&shown(&first).intervals(1000, 0, &NoProgress).unwrap()));

    let kept = std::fs::read_to_string(root.join(".evalens/scoring.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(kept["schema"], "evalens.scoring/1");
    assert_eq!(kept["datasets"]["judged@latest"], serde_json::json!({"weights": {"depth": 3.0}}));
    let mut second = session(&root, Settings::default());
    assert_eq!(shown(&second).scoring, deep);
    near(column(shown(&second), "weighted_score").corpus, 2.55);

    // A pattern that cannot be read changes nothing, on screen or kept.
    let broken = Scoring { filter: Some(text("(")), ..Scoring::default() };
    second.apply(Command::SetScoring(broken), Instant::now());
    assert_eq!(shown(&second).scoring, deep);
    assert!(
        second.notices.iter().any(|notice| notice.is_error && notice.text.contains("unclosed group")),
        "{:?}",
        second.notices
    );
    // Another number decides: its own threshold, TER ≤ 50.
    second.apply(Command::SetScoring(Scoring { pass: Some(text("ter")), ..Scoring::default() }), Instant::now());
    let explorer = second.explorer.as_ref().unwrap();
    let passing = column(shown(&second), "ter").values.iter().flatten().filter(|ter| **ter <= 50.0).count() as u64;
    assert_eq!((explorer.threshold.value, explorer.counter.totals().correct), (-50.0, passing));
    assert_eq!(passing, 2, "Paris and 7");
    assert_eq!(shown(&session(&root, Settings::default())).scoring.pass.as_deref(), Some("ter"));

    // The command line scores as the window did, unless it is told otherwise.
    let evaluated = |more: &[&str]| -> serde_json::Value {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_evalens"));
        let args = [&["evaluate", root.to_str().unwrap(), "--json", "-"][..], more].concat();
        let output = command.args(args).env_remove("EVALENS_KEEP_IN").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    assert_eq!(evaluated(&[])["summary"]["pass"]["metric"], "ter");
    assert_eq!(evaluated(&["--pass", "bleu"])["summary"]["pass"]["metric"], "bleu");
}

#[test]
fn templates_are_kept_in_the_settings() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("settings.json");
    let mut session = Session::new(Box::new(InlineRunner::default()), Settings::load(file.clone()), None);
    let template = |filter: &str| Scoring { template: text("Mine"), filter: Some(text(filter)), ..Scoring::default() };
    let kept = || Settings::load(file.clone());
    session.apply(Command::SaveTemplate(template("a")), Instant::now());
    assert_eq!(kept().templates, [template("a")]);
    // One of the same name takes its place.
    session.apply(Command::SaveTemplate(template("b")), Instant::now());
    assert_eq!(kept().templates, [template("b")]);
    session.apply(Command::RemoveTemplate(text("Mine")), Instant::now());
    assert_eq!((kept().templates, session.settings.templates.len()), (Vec::new(), 0));
}

/// [3, 4] and [6, 8] point the same way, [1, 0] and [0, 2] stand upright on each other, the third answer has no vector.
#[test]
fn vectors_of_answers_and_references_are_compared() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    write(
        "questions.jsonl",
        "{\"id\": \"a\", \"reference\": \"x\"}\n{\"id\": \"b\", \"reference\": \"y\"}\n{\"id\": \"c\", \"reference\": \"z\"}\n",
    );
    write(
        "out.jsonl",
        "{\"id\": \"a\", \"output\": \"x\"}\n{\"id\": \"b\", \"output\": \"n\"}\n{\"id\": \"c\", \"output\": \"z\"}\n",
    );
    write("references.csv", "id,e0,e1\nc,1,1\nb,0,2\na,6,8\n");
    write("answers.csv", "id,e0,e1\na,3,4\nb,1,0\n");
    let project = serde_json::json!({
        "schema": "evalens.project/1",
        "datasets": [{"id": "d", "task": "text-generation", "format": "jsonl",
            "splits": {"test": {"truth": "questions.jsonl"}}, "reference_embeddings": {"vectors": "references.csv"}}],
        "models": [{"id": "m", "task": "text-generation", "predictions": [{"dataset": "d", "split": "test",
            "format": "jsonl", "path": "out.jsonl", "embeddings": {"vectors": "answers.csv"}}]}],
    });
    write("evalens.json", &project.to_string());
    let session = session(dir.path(), Settings::default());
    let similarity = column(shown(&session), "similarity");
    near(similarity.values[0], 1.0);
    near(similarity.values[1], 0.0);
    assert_eq!((similarity.values[2], similarity.kind), (None, ColumnKind::Metric));
    near(similarity.corpus, 0.5);
    let findings = &session.explorer.as_ref().unwrap().findings;
    assert!(findings.iter().any(|finding| finding.code == "no-similarity" && finding.examples == ["c"]));
}
