//! `missed_detections`: classes with many truths that nothing found, and what those truths have in common.

use crate::metrics::{Cell, ClassCounts, Counts, Interval, OutcomeKind};
use crate::model::{ClassId, Dataset, TruthId, fmt};

use super::case::{Case, listed, number};
use super::{Recommendation, Rules};
use crate::analysis::Filter;
use crate::analysis::slices::{self, Size, covered};

/// One card for each of the classes with most missed truths.
pub(super) fn find(case: &Case) -> Vec<Recommendation> {
    let rules = case.rules;
    let fires = |(_, c): &(ClassId, ClassCounts)| {
        c.missed >= rules.missed_count && c.recall().is_some_and(|r| r < rules.missed_recall)
    };
    let mut classes: Vec<(ClassId, ClassCounts)> = case.classes().filter(fires).collect();
    classes.sort_by_key(|(_, c)| std::cmp::Reverse(c.missed));
    classes.truncate(rules.cards_per_rule);
    if classes.is_empty() {
        return Vec::new();
    }
    let below = found_below(case);
    classes.into_iter().map(|(class, counts)| card(case, class, counts, &below)).collect()
}

fn card(case: &Case, class: ClassId, counts: ClassCounts, below: &[bool]) -> Recommendation {
    let name = case.name(class);
    // Only objects have a size and a place.
    let split = case.evaluation.objects().map(|_| Split::of(case, class, below));
    let totals = case.counter.totals();
    let missed = counts.missed;
    let repaired = Counts { correct: totals.correct + missed, missed: totals.missed - missed, ..totals };
    let gain = case.gain(repaired);
    let mut sentence = format!("{name} has a recall of {} {}", fmt::rate(counts.recall()), case.at_confidence());
    let words = split.as_ref().map(Split::words).unwrap_or_default();
    if !words.is_empty() {
        sentence.push_str(&format!("; of the missed, {words}"));
    }
    Recommendation {
        kind: "missed_detections",
        subject: String::new(),
        importance: case.importance(gain),
        title: format!("{name}: {} of {} missed", fmt::count(missed), fmt::count(counts.support())),
        sentence,
        rule: if split.is_some() { rule(case.rules) } else { rule_of_labels(case) },
        classes: vec![class],
        evidence: evidence(counts, split.as_ref()),
        gain,
        surer: None,
        filter: Filter::Segment { class: Some(class), kind: OutcomeKind::Missed },
        threshold: None,
    }
}

fn rule(rules: &Rules) -> String {
    format!(
        "Classes with a recall below {} and at least {} missed objects; the {} with most of them. Small: an area below \
         32² pixels, large: above 96². Crowded: another object covers at least {} of the box. At the edge: within {} of \
         the border. Found below: a detection of its own class fits it at a lower threshold. Gain: F1 if every missed object of the class were found",
        fmt::rate(Some(rules.missed_recall)),
        rules.missed_count,
        rules.cards_per_rule,
        fmt::percent(Some(rules.crowd_cover)),
        fmt::counted(rules.edge_pixels as u64, "pixel", "pixels"),
    )
}

fn rule_of_labels(case: &Case) -> String {
    format!(
        "Classes with a recall below {} and at least {} missed {}; the {} with most of them. Gain: F1 if every missed one \
         of the class were right",
        fmt::rate(Some(case.rules.missed_recall)),
        case.rules.missed_count,
        case.many(),
        case.rules.cards_per_rule,
    )
}

fn evidence(counts: ClassCounts, split: Option<&Split>) -> Vec<(&'static str, f64)> {
    let mut evidence = vec![
        ("support", number(counts.support())),
        ("missed", number(counts.missed)),
        ("recall", counts.recall().unwrap_or(0.0)),
    ];
    evidence.extend(split.into_iter().flat_map(Split::evidence));
    evidence
}

/// Truths that a detection of their own class finds at a lower threshold.
fn found_below(case: &Case) -> Vec<bool> {
    let cut = case.counter.cut();
    let mut below = vec![false; case.evaluation.dataset.truths.len()];
    let later = |i: &Interval, cell: Cell| i.from > cut.kept() && cell.kind() == Some(OutcomeKind::Correct);
    for (interval, _) in case.matched.timeline.intervals().filter(|(i, cell)| later(i, *cell)) {
        if let Some(found) = interval.outcome.truth().and_then(|t| below.get_mut(t.index())) {
            *found = true;
        }
    }
    below
}

/// How many of something are missed, of how many.
#[derive(Clone, Copy, Default)]
struct Part {
    missed: u32,
    all: u32,
}

impl Part {
    fn add(&mut self, missed: bool) {
        self.all += 1;
        self.missed += u32::from(missed);
    }
}

/// The truths of a class by size, crowding and edge.
#[derive(Default)]
struct Split {
    small: Part,
    medium: Part,
    large: Part,
    crowded: Part,
    edge: Part,
    below: u32,
}

impl Split {
    fn of(case: &Case, class: ClassId, below: &[bool]) -> Self {
        let dataset = &*case.evaluation.dataset;
        let mut split = Self::default();
        for (outcome, cell) in case.held(|cell| cell.truth == Some(class)) {
            let Some(truth) = outcome.truth() else { continue };
            let missed = cell.kind() == Some(OutcomeKind::Missed);
            let area = dataset.truths.area.get(truth.index()).copied().unwrap_or(0.0);
            let by_size = match Size::of(area) {
                Size::Small => &mut split.small,
                Size::Medium => &mut split.medium,
                Size::Large => &mut split.large,
            };
            by_size.add(missed);
            if is_crowded(dataset, truth, case.rules.crowd_cover) {
                split.crowded.add(missed);
            }
            if is_at_edge(dataset, truth, case.rules.edge_pixels) {
                split.edge.add(missed);
            }
            split.below += u32::from(missed && below.get(truth.index()) == Some(&true));
        }
        split
    }

    /// `59 are small, 44 medium-sized and 13 large; 89 crowded by another object and 46 found below the threshold`.
    fn words(&self) -> String {
        let named = |parts: &[(u32, &str)]| -> Vec<String> {
            let said = |&(n, what): &(u32, &str)| (n > 0).then(|| format!("{} {what}", fmt::count(n.into())));
            parts.iter().filter_map(said).collect()
        };
        let sizes = [(self.small.missed, "small"), (self.medium.missed, "medium-sized"), (self.large.missed, "large")];
        let first = sizes.into_iter().find(|(n, _)| *n > 0);
        let mut sizes = named(&sizes);
        if let (Some((n, what)), Some(start)) = (first, sizes.first_mut()) {
            *start = format!("{} {} {what}", fmt::count(n.into()), if n == 1 { "is" } else { "are" });
        }
        let traits = named(&[
            (self.crowded.missed, "crowded by another object"),
            (self.edge.missed, "at the edge of the image"),
            (self.below, "found below the threshold"),
        ]);
        [listed(&sizes), listed(&traits)].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
    }

    fn evidence(&self) -> Vec<(&'static str, f64)> {
        vec![
            ("missed_small", number(self.small.missed)),
            ("small", number(self.small.all)),
            ("missed_medium", number(self.medium.missed)),
            ("medium", number(self.medium.all)),
            ("missed_large", number(self.large.missed)),
            ("large", number(self.large.all)),
            ("missed_crowded", number(self.crowded.missed)),
            ("crowded", number(self.crowded.all)),
            ("missed_at_edge", number(self.edge.missed)),
            ("at_edge", number(self.edge.all)),
            ("missed_found_below_threshold", number(self.below)),
        ]
    }
}

/// True where another truth of the image, of any class, covers at least this share of the box.
fn is_crowded(dataset: &Dataset, truth: TruthId, cover: f64) -> bool {
    let truths = &dataset.truths;
    let (Some(&image), Some(&own)) = (truths.image.get(truth.index()), truths.bbox.get(truth.index())) else {
        return false;
    };
    own.area() > 0.0 && covered(dataset, image, own, Some(truth.index())).1 >= cover
}

/// True where a box reaches the border of its image; false where the size of the image is unknown.
fn is_at_edge(dataset: &Dataset, truth: TruthId, pixels: f64) -> bool {
    let own = dataset.truths.bbox.get(truth.index());
    let image = dataset.truths.image.get(truth.index()).and_then(|i| dataset.images.get(i.index()));
    own.zip(image).and_then(|(own, image)| slices::is_at_edge(*own, image, pixels)).unwrap_or(false)
}
