//! Recommendations on the command line: what each would give, with which limits.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Evaluates the bundled sample's newest model on test.
fn run(more: &[&str]) -> Output {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample");
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalens"));
    command.arg("evaluate").arg(sample).args(["--model", "contour-detector@v2", "--split", "test", "--json", "-"]);
    command.args(["--only", "recommendations"]).args(more).output().unwrap()
}

fn cards(more: &[&str]) -> Vec<Value> {
    let output = run(more);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    document["recommendations"].as_array().unwrap().clone()
}

#[test]
fn every_card_has_evidence_and_what_it_would_give() {
    let cards = cards(&[]);
    assert!(cards.len() >= 4, "{cards:#?}");
    for card in &cards {
        assert!(!card["evidence"].as_object().unwrap().is_empty() && !card["rule"].as_str().unwrap().is_empty());
        let what = &card["what_if"];
        assert!(what.is_object(), "{card:#}");
        let Some(gain) = card["estimated_gain"].as_f64() else { continue };
        let (from, to) = (what["from"].as_f64().unwrap(), what["to"].as_f64().unwrap());
        assert!((to - from - gain).abs() < 1e-12 && !card["items"].as_array().unwrap().is_empty(), "{card:#}");
        // F1 = 2 · correct / (kept + truths), from the counts beside it.
        let Some(counts) = what["counts"].as_object() else { continue };
        let n = |name: &str| counts[name].as_f64().unwrap();
        let f1 =
            2.0 * n("correct") / (2.0 * n("correct") + 2.0 * n("misclassified") + n("missed") + n("false_positives"));
        assert!((f1 - to).abs() < 1e-12, "{card:#}");
    }
}

#[test]
fn limits_are_given_by_name() {
    let missed = |cards: &[Value]| cards.iter().filter(|card| card["kind"] == "missed_detections").count();
    let (usual, strict) = (cards(&[]), cards(&["--rule", "missed_recall=0.1", "--rule", "cards_per_rule=9"]));
    assert!(missed(&usual) > 0 && missed(&strict) == 0, "no class is found less often than one time in ten");
    for (wrong, reason) in [
        ("missed_recal=1", "there is no limit `missed_recal`"),
        ("missed_recall=2", "from 0 to 1"),
        ("high_gain", "LIMIT=VALUE"),
    ] {
        let output = run(&["--rule", wrong]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2));
        assert!(said.contains(reason), "{said}");
    }
}
