//! `false_positives`: classes predicted where there is none, and what those detections lie on.

use crate::metrics::{ClassCounts, Counts, OutcomeKind};
use crate::model::{ClassId, PredId, fmt};

use super::case::{Case, listed, number};
use super::{Recommendation, Rules};
use crate::analysis::Filter;

/// IoU below which a detection shares nothing worth the name with a truth (TIDE's background bound).
const BACKGROUND: f64 = 0.1;

/// One card for each of the classes with most false positives.
pub(super) fn find(case: &Case) -> Vec<Recommendation> {
    let rules = case.rules;
    let small = case.evaluation.dataset.images.len() < rules.small_set_images;
    let fires = |(_, c): &(ClassId, ClassCounts)| {
        let large_enough =
            c.predicted() >= rules.false_positive_kept && c.false_positives >= rules.false_positive_count;
        let many = large_enough || (small && c.false_positives >= rules.small_set_false_positives);
        many && c.precision().is_some_and(|p| p < rules.false_positive_precision)
    };
    let mut classes: Vec<(ClassId, ClassCounts)> = case.classes().filter(fires).collect();
    classes.sort_by_key(|(_, c)| std::cmp::Reverse(c.false_positives));
    classes.truncate(rules.cards_per_rule);
    classes.into_iter().map(|(class, counts)| card(case, class, counts)).collect()
}

fn card(case: &Case, class: ClassId, counts: ClassCounts) -> Recommendation {
    let name = case.name(class);
    // Only objects have a place.
    let lies = case.evaluation.objects().map(|_| Lies::of(case, class));
    let totals = case.counter.totals();
    let wrong = counts.false_positives;
    let gain = case.gain(Counts { false_positives: totals.false_positives - wrong, ..totals });
    let predictions = fmt::counted(counts.predicted(), "prediction", "predictions");
    let mut sentence = format!(
        "Of {predictions} of {name} {}, {} {}: precision {}",
        case.at_confidence(),
        fmt::count(wrong),
        if lies.is_some() { "found no object" } else { "are wrong" },
        fmt::rate(counts.precision())
    );
    let parts = lies.as_ref().map(|lies| lies.words(name)).unwrap_or_default();
    if !parts.is_empty() {
        sentence.push_str(&format!("; {}", listed(&parts)));
    }
    Recommendation {
        kind: "false_positives",
        subject: String::new(),
        importance: case.importance(gain),
        title: format!("{name}: {}", fmt::counted(wrong, "false positive", "false positives")),
        sentence,
        rule: rule(case.rules),
        classes: vec![class],
        evidence: evidence(counts, lies.as_ref()),
        gain,
        surer: None,
        filter: Filter::Segment { class: Some(class), kind: OutcomeKind::FalsePositive },
        threshold: None,
    }
}

fn rule(rules: &Rules) -> String {
    format!(
        "Classes with a precision below {}, at least {} kept predictions and {} false positives (in a set of fewer than \
         {} images: at least {} false positives); the {} with most of them. Gain: F1 without the false positives of the \
         class",
        fmt::rate(Some(rules.false_positive_precision)),
        rules.false_positive_kept,
        rules.false_positive_count,
        fmt::count(rules.small_set_images as u64),
        rules.small_set_false_positives,
        rules.cards_per_rule,
    )
}

fn evidence(counts: ClassCounts, lies: Option<&Lies>) -> Vec<(&'static str, f64)> {
    let mut evidence = vec![
        ("predicted", number(counts.predicted())),
        ("false_positives", number(counts.false_positives)),
        ("precision", counts.precision().unwrap_or(0.0)),
    ];
    if let Some(lies) = lies {
        evidence.extend([
            ("on_found_object", number(lies.found)),
            ("badly_placed", number(lies.placed)),
            ("on_background", number(lies.background)),
        ]);
    }
    evidence
}

/// What the false positives of a class lie on.
#[derive(Default)]
struct Lies {
    /// A truth of the class that another detection has found.
    found: u32,
    /// A truth of the class, but not well enough.
    placed: u32,
    /// None of the class.
    background: u32,
}

impl Lies {
    fn of(case: &Case, class: ClassId) -> Self {
        let mut lies = Self::default();
        let wrong = |cell: crate::metrics::Cell| cell.truth.is_none() && cell.predicted == Some(class);
        for pred in case.held(wrong).filter_map(|(outcome, _)| outcome.pred()) {
            let best = best_overlap(case, pred, class);
            let part = if best >= case.matched.settings.iou {
                &mut lies.found
            } else if best >= BACKGROUND {
                &mut lies.placed
            } else {
                &mut lies.background
            };
            *part += 1;
        }
        lies
    }

    fn words(&self, name: &str) -> Vec<String> {
        let repeat = (self.found, "repeats", "repeat", format!(" a {name} that is already found"));
        let beside = (self.placed, "lies", "lie", " beside one without enough overlap".to_owned());
        let nothing = (self.background, "lies", "lie", " where there is none".to_owned());
        let said = |(n, one, many, what): (u32, &str, &str, String)| {
            (n > 0).then(|| format!("{}{what}", fmt::counted(n.into(), one, many)))
        };
        [repeat, beside, nothing].into_iter().filter_map(said).collect()
    }
}

/// The largest overlap of a detection with a truth of its class that counts; 0 without any.
fn best_overlap(case: &Case, pred: PredId, class: ClassId) -> f64 {
    let truths = &case.evaluation.dataset.truths;
    let own = |t: usize| truths.class.get(t) == Some(&class) && truths.ignored.get(t) == Some(&false);
    let Some(objects) = case.evaluation.objects() else { return 0.0 };
    let overlaps = objects.pairs.of(pred).filter(|(t, _)| own(t.index())).map(|(_, overlap)| overlap);
    overlaps.fold(0.0, f64::max)
}
