//! Reports as sections: which there are for each task, that their numbers are those of the document, and what a person decided.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use evalens::analysis::recommend::{self, Beside};
use evalens::analysis::{Recommendation, Rules};
use evalens::metrics::{DetectionSettings, Sections};
use evalens::model::{ClassTable, NoProgress};
use evalens::report::content::Said;
use evalens::report::document::ConfidenceSource;
use evalens::report::sheet::{Block, Part};
use evalens::report::table::Cell;
use evalens::session::load;
use evalens::session::reporting::{self, Made, Subject, Wanted};
use evalens::store::place::Keeper;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name)
}

/// The report of what a sample shows first. `change` sees the recommendations before the report is made.
fn made(
    name: &str,
    wanted: &Wanted,
    change: impl FnOnce(&ClassTable, &mut Vec<Recommendation>, &mut BTreeMap<String, Said>),
) -> Made {
    let project = load::open(&sample(name), &Keeper::default(), &NoProgress).unwrap();
    let of = &project.recognised.project;
    let choice = load::first_choice(of, &project.choices).unwrap();
    let settings = DetectionSettings::default();
    let loaded = load::evaluate(&project.root, of, &choice, settings, Sections::ALL, &NoProgress).unwrap();
    let evaluation = &loaded.evaluation;
    let matched = evaluation.matched.as_ref().unwrap();
    let confidence = matched.optima.pooled.unwrap_or(0.0);
    let counter = matched.timeline.counter_at(confidence);
    let rules = Rules::default();
    let mut cards = recommend::recommend(evaluation, matched, &counter, confidence, &rules, &Beside::default());
    let mut said = BTreeMap::new();
    change(&evaluation.dataset.classes, &mut cards, &mut said);
    let subject = Subject {
        root: &project.root,
        project: of,
        choice: &choice,
        choices: &project.choices,
        evaluation,
        matched,
        counter: &counter,
        confidence,
        source: ConfidenceSource::of(evaluation),
        settings,
        recommendations: &cards,
        said,
        findings: &loaded.findings,
        mappings: &loaded.mappings,
        kinds: None,
        known: &[],
        runs: &[],
        intervals: false,
    };
    reporting::make(&subject, wanted, &NoProgress).unwrap()
}

fn parts(made: &Made) -> Vec<Part> {
    made.sheet.sections.iter().map(|section| section.part).collect()
}

/// Every word of a report.
fn words(made: &Made) -> String {
    format!("{:?}", made.sheet.sections)
}

#[test]
fn each_task_has_the_sections_that_mean_something_to_it() {
    let of = |name| parts(&made(name, &Wanted::default(), |_, _, _| {}));
    let always = [Part::Headline, Part::Data, Part::Protocol];
    for (name, own, never) in [
        (
            "sample",
            &[Part::Production, Part::Classes, Part::Matrix, Part::Curves, Part::Errors, Part::Worst][..],
            &[Part::Comparison][..],
        ),
        (
            "sample-classes",
            &[Part::Production, Part::Classes, Part::Matrix, Part::Curves, Part::Worst],
            &[Part::Leaderboard],
        ),
        ("sample-masks", &[Part::Classes, Part::Matrix, Part::Worst], &[Part::Comparison]),
        ("sample-texts", &[Part::Production, Part::Worst], &[Part::Matrix]),
    ] {
        let found = of(name);
        assert!(found.is_sorted(), "{name}: {found:?}");
        for part in always.iter().chain(own) {
            assert!(found.contains(part), "{name} lacks {part:?}: {found:?}");
        }
        for part in never {
            assert!(!found.contains(part), "{name} has {part:?}");
        }
    }
}

/// Every row of the table of all numbers that has a key of the document's summary holds that very number.
#[test]
fn numbers_are_those_of_the_document() {
    for (name, least) in [("sample", 14), ("sample-classes", 15), ("sample-masks", 9), ("sample-texts", 1)] {
        let made = made(name, &Wanted::default(), |_, _, _| {});
        let document: serde_json::Value = serde_json::from_str(&made.evaluation_json).unwrap();
        let summary = made.sheet.listings().find(|listing| listing.key == "summary").unwrap();
        let mut same = 0;
        for row in &summary.table.rows {
            let (value, key) = (&row[1], row[4].shown());
            let there = &document["summary"][key.as_str()];
            match value {
                Cell::Shown(value, _) if there.is_number() => {
                    assert_eq!(Some(*value), there.as_f64(), "{key} of {name}");
                    same += 1;
                }
                Cell::Rate(value) if there.is_null() => assert_eq!(*value, None, "{key} of {name}"),
                _ => {}
            }
        }
        assert!(same >= least, "{name}: only {same} numbers were compared");
    }
}

#[test]
fn only_what_is_wanted_is_said() {
    let mut wanted = Wanted::default();
    wanted.request.parts = [Part::Protocol, Part::Headline].into();
    wanted.request.title = "  A title ".to_owned();
    wanted.request.notes = "A note".to_owned();
    let made = made("sample", &wanted, |_, _, _| {});
    assert_eq!(parts(&made), [Part::Headline, Part::Protocol]);
    assert_eq!((made.sheet.title.as_str(), made.sheet.notes.as_str()), ("A title", "A note"));
}

#[test]
fn cards_are_told_with_what_was_said_of_them() {
    let mut titles = Vec::new();
    let made = made("sample", &Wanted::default(), |classes, cards, said| {
        // Dismissed cards are not handed over.
        titles.push(cards.remove(0).title);
        titles.push(cards[0].title.clone());
        let note = Said { accepted: true, note: "Ask the camera people".to_owned() };
        said.insert(cards[0].key(classes), note);
    });
    let advice: Vec<(usize, &String)> = made
        .sheet
        .sections
        .iter()
        .flat_map(|section| &section.blocks)
        .filter_map(|block| match block {
            Block::Advice { number, title, .. } => Some((*number, title)),
            _ => None,
        })
        .collect();
    assert!(!advice.is_empty() && advice.iter().all(|(_, title)| **title != titles[0]), "{advice:?}");
    assert_eq!(advice[0], (1, &titles[1]));
    let words = words(&made);
    assert!(!words.contains(&titles[0]));
    assert!(words.contains("Accepted. Note: Ask the camera people"));
}

#[test]
fn samples_are_at_most_sixty_and_named() {
    let made = made("sample", &Wanted::default(), |_, _, _| {});
    let samples = made.sheet.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
        Block::Samples(samples) => Some(samples.len()),
        _ => None,
    });
    let each: Vec<usize> = samples.collect();
    assert!(!each.is_empty() && each.iter().all(|n| (1..=12).contains(n)), "{each:?}");
    let names = words(&made);
    assert!(names.contains("parts_30"), "pictures have their names under them");
}

#[test]
fn the_files_of_a_report_are_the_same_each_time() {
    let files = || reporting::files(&made("sample-texts", &Wanted::default(), |_, _, _| {}), &NoProgress).unwrap();
    let (first, again) = (files(), files());
    assert!(first.len() > 5 && first == again);
    let names: Vec<&str> = first.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names[..3], reporting::ALWAYS);
    let unique: std::collections::BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(unique.len(), names.len(), "{names:?}");
}
