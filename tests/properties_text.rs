//! Laws of the metrics of generated text: any text has scores within their bounds, equal texts have the best ones, and the
//! difference of two texts holds both.

use evalens::metrics::text::checks::{LengthBounds, contains, is_json};
use evalens::metrics::text::diff::{Side, diff};
use evalens::metrics::text::normalise::normalise;
use evalens::metrics::text::porter::stem;
use evalens::metrics::text::tokenise::tokenise_13a;
use evalens::metrics::text::{ItemScores, TextItem, TextOptions, score};
use evalens::model::NoProgress;
use proptest::collection::vec;
use proptest::prelude::*;

/// Anything at all, or words, marks and white space of few kinds, so that texts have much in common.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[a-d]{1,3} ",
        2 => "(the|running|don't|1,000|3-4|x\\.|\\(b\\)|&amp;|é|日本|🍕|\u{301}|-\n|<skipped>) ?",
        1 => "[ \n\t\u{1c}\u{a0}\u{3000}.,-]",
        1 => "\\PC{0,3}",
    ];
    prop_oneof![1 => any::<String>(), 4 => vec(piece, 0..60).prop_map(|pieces| pieces.concat())]
}

fn scores(prediction: &str, references: &[String], stem: bool) -> ItemScores {
    let item = TextItem { prediction, references: references.iter().map(String::as_str).collect() };
    let (scores, corpus) = score(&[item], TextOptions { stem, ter: true }, &NoProgress).unwrap();
    // a corpus of one item differs in BLEU alone, which there knows no effective order
    assert_eq!(scores[0].chrf, corpus.chrf);
    assert_eq!(scores[0].ter, corpus.ter);
    assert_eq!(scores[0].rouge_lsum, corpus.rouge_lsum);
    scores[0].clone()
}

fn of_one(scores: &ItemScores) -> [Option<f64>; 6] {
    [scores.exact_match, scores.token_f1, scores.rouge1, scores.rouge2, scores.rouge_l, scores.rouge_lsum]
}

proptest! {
    #[test]
    fn scores_keep_their_bounds(prediction in text(), references in vec(text(), 1..4), stem in any::<bool>()) {
        let scores = scores(&prediction, &references, stem);
        for score in of_one(&scores) {
            prop_assert!((0.0..=1.0).contains(&score.unwrap()), "{scores:?}");
        }
        for score in [scores.bleu, scores.chrf, scores.chrf_plus_plus] {
            prop_assert!((0.0..=100.0 + 1e-9).contains(&score.unwrap()), "{scores:?}");
        }
        prop_assert!(scores.ter.unwrap() >= 0.0);
        if scores.rouge_without_tokens {
            prop_assert_eq!(of_one(&scores)[2..].iter().flatten().sum::<f64>(), 0.0);
        }
    }

    #[test]
    fn equal_texts_are_best(prediction in text(), mut references in vec(text(), 0..3), stem in any::<bool>()) {
        references.push(prediction.clone());
        let scores = scores(&prediction, &references, stem);
        prop_assert_eq!((scores.exact_match, scores.token_f1), (Some(1.0), Some(1.0)));
        prop_assert_eq!(scores.ter, Some(0.0));
        let near = |score: Option<f64>, best: f64| (score.unwrap() - best).abs() < 1e-9;
        if !tokenise_13a(&prediction).is_empty() {
            prop_assert!(near(scores.bleu, 100.0) && near(scores.chrf, 100.0) && near(scores.chrf_plus_plus, 100.0));
        }
        if prediction.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
            prop_assert!([scores.rouge1, scores.rouge_l, scores.rouge_lsum] == [Some(1.0); 3], "{scores:?}");
        }
        let alone = diff(&prediction, &prediction, &NoProgress).unwrap();
        prop_assert!(alone.runs.iter().all(|run| run.side == Side::Both) && alone.runs.len() <= 1);
    }

    #[test]
    fn a_difference_holds_both_texts(prediction in text(), reference in text()) {
        let diff = diff(&prediction, &reference, &NoProgress).unwrap();
        let [mut p, mut r] = [String::new(), String::new()];
        for run in &diff.runs {
            let (of_p, of_r) = (&prediction[run.prediction.clone()], &reference[run.reference.clone()]);
            match run.side {
                Side::Both => {
                    let bare = |text: &str| text.split_whitespace().collect::<String>();
                    prop_assert_eq!(bare(of_p), bare(of_r));
                }
                Side::Prediction => prop_assert!(!of_p.is_empty() && of_r.is_empty()),
                Side::Reference => prop_assert!(of_p.is_empty() && !of_r.is_empty()),
            }
            p.push_str(of_p);
            r.push_str(of_r);
        }
        prop_assert_eq!((p, r), (prediction, reference));
        prop_assert!(!diff.too_long && diff.runs.windows(2).all(|pair| pair[0].side != pair[1].side));
    }

    #[test]
    fn nothing_panics(a in text(), b in text(), word in "[a-z0-9]{0,12}|\\PC{0,8}") {
        let normal = normalise(&a);
        prop_assert!(!normal.contains("  ") && !normal.starts_with(' ') && !normal.ends_with(' '));
        prop_assert!(stem(&word).len() <= word.len() + 1);
        let both = [a.as_str(), b.as_str()].concat();
        prop_assert!(contains(&both, &b, true));
        let open = [a.as_str(), "{"].concat();
        prop_assert!(!is_json(&open));
        let characters = Some(a.chars().count());
        let bounds = LengthBounds { min_characters: characters, max_characters: characters, ..Default::default() };
        prop_assert!(bounds.hold(&a));
    }
}

/// An answer of 5 MB beside a short reference, and one of a megabyte beside its words in another order.
#[test]
fn very_long_answers_end() {
    let answer = |step: usize| (0..700_000).map(|n| format!("w{} ", n * step % 9_973)).collect::<String>();
    let (long, other) = (answer(7), answer(11));
    for (prediction, reference, ter) in
        [(long.as_str(), &long[..600], true), (&long[..1_000_000], &other[..1_000_000], false)]
    {
        let item = TextItem { prediction, references: vec![reference] };
        let (scores, _) = score(&[item], TextOptions { ter, stem: false }, &NoProgress).unwrap();
        assert!(scores[0].rouge_l.unwrap() > 0.0);
    }
}
