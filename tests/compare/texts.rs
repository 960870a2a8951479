//! Generated texts: tables, intervals, better and worse answers, what is not comparable.

use evalens::analysis::compare::{CompareError, Verdict, compare, rank_ranges};
use evalens::metrics::{Evaluation, Generation, MatchTable, Metric};
use evalens::model::rng::Rng;
use evalens::model::{
    Answers, DatasetBuilder, Image, ImageId, ModelIdentity, NoProgress, NumberColumn, NumberRole, Scoring,
};

use super::{FEW, close, compared, named, optimum, own_value, slow, table, undrawn};

fn evaluated(names: &[String], answers: Answers, scoring: Scoring) -> Evaluation {
    let image = |(at, name): (usize, &String)| Image { source_id: at as i64, name: name.clone(), ..Image::default() };
    let builder = DatasetBuilder { images: names.iter().enumerate().map(image).collect(), ..DatasetBuilder::default() };
    let generation = Generation::score(answers.into(), scoring, &NoProgress).unwrap();
    Evaluation::of_texts(builder, ModelIdentity::default(), generation, &NoProgress).unwrap()
}

fn by(pass: &str) -> Scoring {
    Scoring { pass: Some(pass.to_owned()), ..Scoring::default() }
}

const WORDS: [&str; 12] = ["the", "cat", "sat", "on", "a", "mat", "while", "rain", "fell", "down", "and", "birds"];

/// 70 answers of up to 12 words: each word is that of the reference with chance `skill` of 10. Some have no reference, some two,
/// some no answer, some no mark.
pub fn random(skill: u64, seed: u64, scoring: Scoring) -> Evaluation {
    let (mut truths, mut said) = (Rng::new(5), Rng::new(seed));
    let items = 70;
    let mut answers = Answers::default();
    let mut marks: Vec<NumberColumn> = ["relevance", "depth"]
        .map(|name| NumberColumn { name: name.to_owned(), role: NumberRole::Judge, values: Vec::new() })
        .into();
    for item in 0..items {
        let mut sentence =
            || -> Vec<&str> { (0..3 + truths.below(10)).map(|_| WORDS[truths.below(12) as usize]).collect() };
        let (first, second) = (sentence(), sentence());
        let mut word = |word: &&str| {
            if said.below(10) < skill { (*word).to_owned() } else { WORDS[said.below(12) as usize].to_owned() }
        };
        let output = first.iter().map(&mut word).collect::<Vec<_>>().join(" ");
        let references = match item % 11 {
            0 => Vec::new(),
            1 => vec![first.join(" "), second.join(" ")],
            _ => vec![first.join(" ")],
        };
        answers.outputs.push((item % 13 != 2).then_some(output));
        answers.references.push(references);
        // Marks in 0…1 keep their scale whichever items are drawn.
        for (at, column) in marks.iter_mut().enumerate() {
            let mark = said.below(11) as f64 / 10.0;
            column.values.push((item % 7 != at).then_some(mark));
        }
    }
    answers.numbers = marks;
    // Names in another order than the answers.
    let names: Vec<String> = (0..items).map(|item| format!("{:02}", (item * 11) % items)).collect();
    evaluated(&names, answers, scoring)
}

#[test]
fn tables_hold_the_numbers_of_the_evaluation() {
    for pass in ["chrf", "ter", "weighted_score", "exact_match"] {
        let evaluation = random(7, 1, by(pass));
        assert_eq!(evaluation.texts().unwrap().pass_column().unwrap().key, pass);
        for confidence in [optimum(&evaluation), 0.0, 0.6, 40.0, -80.0] {
            let table = table(&evaluation, confidence);
            for &metric in Metric::of_task(evaluation.task) {
                let (what, own) = (
                    format!("{} by {pass} at {confidence}", metric.name()),
                    own_value(&evaluation, confidence, metric),
                );
                assert!(own.is_some(), "{what}");
                assert_eq!(table.value(metric), own, "{what}");
                close(undrawn(&table, metric), own, &what);
            }
            // What passes, answer by answer.
            let column = evaluation.texts().unwrap().pass_column().unwrap();
            let scores = (0..70).map(|item| column.value(item).map(|value| column.as_score(value)));
            for (item, score) in scores.enumerate() {
                assert_eq!(table.score_of(ImageId::from_index(item)), score);
            }
        }
    }
}

#[test]
fn intervals_are_those_of_evaluating_every_resample() {
    slow::check(&random(6, 1, by("chrf")), &random(8, 2, by("chrf")), [50.0, 50.0]);
    slow::check(&random(6, 1, by("ter")), &random(8, 2, by("ter")), [-60.0, -60.0]);
    // Of answers and references the last pair of words.
    let plain = Scoring { filter: Some(r"\w+ \w+".to_owned()), ..by("rougeL") };
    slow::check(&random(4, 1, plain.clone()), &random(9, 2, plain), [0.5, 0.5]);
}

#[test]
fn a_far_better_model_is_told() {
    let (a, b) = (table(&random(2, 1, by("chrf")), 50.0), table(&random(10, 2, by("chrf")), 50.0));
    let found = compared(&a, &b);
    for metric in found.metrics.iter().filter(|found| found.metric != Metric::WeightedScore) {
        assert_eq!(metric.verdict, Verdict::BBetter, "{}", metric.metric.name());
        let ranges = rank_ranges(&[&a, &b, &a], metric.metric, &FEW, &NoProgress).unwrap();
        let ranges: Vec<_> = ranges.into_iter().map(|r| r.map(|r| (r.best, r.worst))).collect();
        assert_eq!(ranges, [Some((2, 3)), Some((1, 1)), Some((2, 3))], "{}", metric.metric.name());
    }
    assert_eq!(found.metrics[0].metric, Metric::PassRate);
    assert!(found.classes.is_empty(), "answers have no classes");
    let itself = compared(&a, &a);
    // Every eleventh of 70 answers has no reference.
    assert_eq!((itself.same.len(), itself.fixed.len() + itself.broken.len(), itself.p), (63, 0, 1.0));
}

type Text = Option<&'static str>;

/// A reference and what A and B say of it.
const TINY: [(&str, Text, Text, Text); 8] = [
    ("better 1", Some("red fox"), Some("red hen"), Some("red fox")),
    ("better 2", Some("blue sky"), None, Some("blue")),
    ("better 3", Some("ten men"), Some("two men"), Some("ten men")),
    ("better 4", Some("old oak"), Some("new elm"), Some("an old elm")),
    ("worse", Some("big dog"), Some("big dog"), Some("a dog")),
    ("other words", Some("low sun"), Some("low moon"), Some("high sun")),
    ("both wrong", Some("far hill"), Some("x"), Some("y")),
    // In no set: there is nothing to compare it with.
    ("no reference", None, Some("x"), Some("z")),
];

fn tiny(second: bool, reversed: bool, scoring: Scoring) -> Evaluation {
    let mut rows = TINY.to_vec();
    if reversed {
        rows.reverse();
    }
    let text = |text: Option<&str>| text.map(str::to_owned);
    let answers = Answers {
        outputs: rows.iter().map(|(_, _, a, b)| text(if second { *b } else { *a })).collect(),
        references: rows.iter().map(|(_, reference, ..)| text(*reference).into_iter().collect()).collect(),
        ..Answers::default()
    };
    evaluated(&rows.iter().map(|row| row.0.to_owned()).collect::<Vec<_>>(), answers, scoring)
}

/// Token F1 by hand: A ½ 0 ½ 0 1 ½ 0, B 1 ⅔ 1 ½ ⅔ ½ 0 (articles do not count).
#[test]
fn better_and_worse_by_hand() {
    let scoring = by("token_f1");
    let (a, b) = (table(&tiny(false, false, scoring.clone()), 0.5), table(&tiny(true, true, scoring), 0.5));
    let found = compared(&a, &b);
    let names = |units: &[_]| named(&a, units).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(&found.fixed), ["better 1", "better 2", "better 3", "better 4"]);
    assert_eq!(names(&found.broken), ["worse"]);
    assert_eq!(names(&found.same), ["both wrong", "other words"]);
    // The sign test of 1 in 5: 2 · (1 + 5) / 2⁵.
    assert!((found.p - 0.375).abs() < 1e-15, "{}", found.p);
    let of = |metric: Metric| found.metrics.iter().find(|found| found.metric == metric).unwrap();
    let passed = of(Metric::PassRate);
    assert_eq!((passed.a, passed.b), (Some(4.0 / 7.0), Some(6.0 / 7.0)));
    let exact = of(Metric::ExactMatch);
    assert_eq!((exact.a, exact.b), (Some(1.0 / 7.0), Some(2.0 / 7.0)));
    close(of(Metric::TokenF1).a, Some(2.5 / 7.0), "token F1");
    close(of(Metric::TokenF1).b, Some((1.0 + 2.0 / 3.0 + 1.0 + 0.5 + 2.0 / 3.0 + 0.5) / 7.0), "token F1");
    // Words of the references: 14. A: 1 edit, 2, 1, 2, 0, 1, 2.
    close(of(Metric::Ter).a, Some(900.0 / 14.0), "TER");
    assert!(found.metrics.iter().all(|found| found.metric != Metric::WeightedScore), "nobody marked them");
}

#[test]
fn what_is_not_the_same_is_refused() {
    let refused = |a: &MatchTable, b: &MatchTable| match compare(a, b, &FEW, &NoProgress) {
        Err(CompareError::NotComparable(why)) => why,
        other => panic!("{other:?}"),
    };
    let plain = table(&tiny(false, false, by("token_f1")), 0.5);
    let why = "their answers were scored in other ways, or pass by another number; choose one pass metric for both";
    assert_eq!(refused(&plain, &table(&tiny(true, false, by("chrf")), 0.5)), why);
    let filtered = Scoring { filter: Some(r"\w+".to_owned()), ..by("token_f1") };
    assert_eq!(refused(&plain, &table(&tiny(true, false, filtered), 0.5)), why);
    let stems = Scoring { stem: true, ..by("token_f1") };
    assert_eq!(refused(&plain, &table(&tiny(true, false, stems), 0.5)), why);
    // The name of a template and what is shown change no number.
    let named = Scoring { template: "General".to_owned(), metrics: vec!["bleu".to_owned()], ..by("token_f1") };
    assert!(compare(&plain, &table(&tiny(true, false, named), 0.5), &FEW, &NoProgress).is_ok());

    let of = |names: &[&str], reference: &str| {
        let text = |text: &str| text.to_owned();
        let answers = Answers {
            outputs: names.iter().map(|_| Some(text("a"))).collect(),
            references: names.iter().map(|_| vec![text(reference)]).collect(),
            ..Answers::default()
        };
        table(&evaluated(&names.iter().map(|name| text(name)).collect::<Vec<_>>(), answers, by("token_f1")), 0.5)
    };
    assert_eq!(
        refused(&of(&["one"], "a"), &of(&["one"], "b")),
        "the ground truth of 1 text differs, such as that of `one`"
    );
    let why = "they are not of the same texts: 0 texts only in the first, 1 text only in the second, such as `two`";
    assert_eq!(refused(&of(&["one"], "a"), &of(&["one", "two"], "a")), why);
}
