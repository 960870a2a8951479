//! Recommendations in the document: what each says, rests on, means and would give.

use serde::{Serialize, Serializer};

use crate::analysis::Recommendation;
use crate::analysis::recommend::{Gain, Surer};
use crate::metrics::{Counts, Evaluation};
use crate::model::ImageId;

use super::document::At;

/// One recommendation.
#[derive(Debug, Serialize)]
pub(super) struct Part<'a> {
    kind: &'a str,
    subject: &'a str,
    title: &'a str,
    severity: &'static str,
    sentence: &'a str,
    rule: &'a str,
    classes: Vec<&'a str>,
    #[serde(serialize_with = "as_map")]
    evidence: &'a [(&'static str, f64)],
    gain_metric: Option<&'static str>,
    estimated_gain: Option<f64>,
    what_if: Option<WhatIf>,
    items: Vec<&'a str>,
}

/// The numbers with the error repaired, or with more data.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum WhatIf {
    Repaired {
        metric: &'static str,
        from: f64,
        to: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        counts: Option<CountsPart>,
    },
    Surer {
        metric: &'static str,
        truths: u64,
        interval: (f64, f64),
        with_truths: u64,
        interval_then: (f64, f64),
    },
}

#[derive(Debug, Serialize)]
struct CountsPart {
    correct: u64,
    misclassified: u64,
    missed: u64,
    false_positives: u64,
}

impl From<Counts> for CountsPart {
    fn from(counts: Counts) -> Self {
        let Counts { correct, misclassified, missed, false_positives } = counts;
        Self { correct, misclassified, missed, false_positives }
    }
}

impl WhatIf {
    fn of(card: &Recommendation) -> Option<Self> {
        let repaired = |Gain { metric, from, to, repaired }: Gain| Self::Repaired {
            metric,
            from,
            to,
            counts: repaired.map(CountsPart::from),
        };
        let surer = |Surer { metric, truths, with, now, then }: Surer| Self::Surer {
            metric,
            truths,
            interval: now,
            with_truths: with,
            interval_then: then,
        };
        card.gain.map(repaired).or_else(|| card.surer.map(surer))
    }
}

fn as_map<S: Serializer>(pairs: &[(&'static str, f64)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().copied())
}

/// All of them, in their order.
pub(super) fn parts<'a>(evaluation: &'a Evaluation, at: &At<'a>) -> Vec<Part<'a>> {
    let table = &evaluation.dataset.classes;
    let cut = at.counter.cut();
    let part = |r: &'a Recommendation| Part {
        kind: r.kind,
        subject: &r.subject,
        title: &r.title,
        severity: r.importance.name(),
        sentence: &r.sentence,
        rule: &r.rule,
        classes: r.classes.iter().map(|&c| table.name(c)).collect(),
        evidence: &r.evidence,
        gain_metric: r.gain.map(|g| g.metric),
        estimated_gain: r.gain.map(|g| g.to - g.from),
        what_if: WhatIf::of(r),
        items: r
            .filter
            .images(evaluation, at.matched, cut)
            .into_iter()
            .filter_map(|i: ImageId| evaluation.dataset.images.get(i.index()).map(|image| image.name.as_str()))
            .collect(),
    };
    at.recommendations.iter().map(part).collect()
}
