//! What to do about generated texts: answers that are empty, refuse, never fit the filter, are too long or too short, speak
//! another language, or hold the reference among more words; parts of the set that fail more often than the rest.

use super::case::Case;
use super::{Gain, Recommendation, case::number};
use crate::analysis::Filter;
use crate::analysis::clusters::{self, ClusterRow, Items, LEAST_ITEMS, SIGNIFICANT, Tally, WEAKER};
use crate::metrics::Generation;
use crate::metrics::generation::Signs;
use crate::metrics::generation::slices::{Slices, slices};
use crate::model::{ImageId, fmt};

/// Every card.
pub(super) fn find(case: &Case) -> Vec<Recommendation> {
    let Some(texts) = case.evaluation.texts() else { return Vec::new() };
    let passes = texts.pass_scores().map(|score| score.map(|score| score >= case.threshold)).collect();
    let of = Texts { case, texts, passes };
    let mut all: Vec<Recommendation> = of.signs();
    all.extend(of.lengths());
    all.extend(of.weak_slices());
    all
}

struct Texts<'a> {
    case: &'a Case<'a>,
    texts: &'a Generation,
    /// Whether each answer passes at the threshold; `None` where that is undefined.
    passes: Vec<Option<bool>>,
}

/// A card on its way.
struct Card {
    kind: &'static str,
    subject: String,
    title: String,
    sentence: String,
    rule: String,
    items: Vec<usize>,
    selection: &'static str,
}

impl Texts<'_> {
    fn share(&self, items: &[usize]) -> f64 {
        items.len() as f64 / self.passes.len().max(1) as f64
    }

    /// Enough of them to say so.
    fn counts(&self, items: &[usize]) -> bool {
        let rules = self.case.rules;
        items.len() >= rules.odd_answers && self.share(items) >= rules.odd_share
    }

    /// The pass rate with the answers of a card passing; `None` where all of them pass already.
    fn gain(&self, items: &[usize]) -> Option<Gain> {
        let of = self.passes.iter().flatten().count();
        let passed = self.passes.iter().flatten().filter(|passes| **passes).count();
        let failing = items.iter().filter(|item| self.passes.get(**item) == Some(&Some(false))).count();
        let rate = |n: usize| n as f64 / of.max(1) as f64;
        (failing > 0).then(|| Gain {
            metric: "pass_rate",
            from: rate(passed),
            to: rate(passed + failing),
            repaired: None,
        })
    }

    fn card(&self, card: Card) -> Recommendation {
        let gain = self.gain(&card.items);
        let failing = card.items.iter().filter(|item| self.passes.get(**item) == Some(&Some(false))).count();
        Recommendation {
            kind: card.kind,
            subject: card.subject,
            importance: self.case.importance(gain),
            title: card.title,
            sentence: card.sentence,
            rule: card.rule,
            classes: Vec::new(),
            evidence: vec![
                ("answers", number(card.items.len() as u64)),
                ("share", self.share(&card.items)),
                ("failing", number(failing as u64)),
            ],
            gain,
            surer: None,
            filter: Filter::Images {
                title: card.selection.to_owned(),
                images: card.items.into_iter().map(ImageId::from_index).collect(),
            },
            threshold: None,
        }
    }

    fn answers(&self, items: &[usize]) -> String {
        format!("{} ({})", fmt::counted(items.len() as u64, "answer", "answers"), fmt::percent(Some(self.share(items))))
    }

    fn rule(&self, what: &str) -> String {
        let rules = self.case.rules;
        format!(
            "At least {} answers and {} of all {what}. Gain: the pass rate if all of them passed",
            rules.odd_answers,
            fmt::percent(Some(rules.odd_share))
        )
    }

    fn signs(&self) -> Vec<Recommendation> {
        let signs = self.texts.signs();
        let those = |of: fn(&Signs) -> bool| -> Vec<usize> {
            signs.iter().enumerate().filter(|(_, signs)| of(signs)).map(|(item, _)| item).collect()
        };
        let unmatched = &self.texts.unmatched;
        let empty: Vec<bool> = signs.iter().map(|signs| signs.empty).collect();
        let misfit = unmatched.iter().enumerate().filter(|(item, not)| **not && empty.get(*item) != Some(&true));
        let mut cards = Vec::new();
        let mut add = |kind, items: Vec<usize>, title: &str, why: &str, rule: &str, selection| {
            if self.counts(&items) {
                let answers = self.answers(&items);
                cards.push(self.card(Card {
                    kind,
                    subject: String::new(),
                    title: title.replace("{}", &answers),
                    sentence: why.replace("{}", &answers),
                    rule: self.rule(rule),
                    items,
                    selection,
                }));
            }
        };
        add(
            "empty_answers",
            those(|signs| signs.empty),
            "{} empty",
            "{} are missing or hold nothing but white space: look at limits of tokens, stop words and errors of the run",
            "that are missing or hold nothing but white space",
            "Empty answers",
        );
        add(
            "refusals",
            those(|signs| signs.refusal),
            "{} refuse",
            "{} begin with words of refusal where no reference does: look at the instructions, or at what the questions touch",
            "whose first 200 bytes hold a usual phrase of refusal, where no reference does",
            "Refusals",
        );
        add(
            "wrong_format",
            misfit.map(|(item, _)| item).collect(),
            "{} do not have the format",
            "The filter or the split word finds nothing in {}, which are scored as empty: show the model the format, or widen \
             the filter",
            "in which the filter or the split word finds nothing",
            "Answers without a match of the filter",
        );
        add(
            "language_mismatch",
            those(|signs| signs.other_language),
            "{} in another language",
            "{} are in another language than their references: say in the prompt which language is wanted",
            "whose language can be told and is that of no reference (whatlang)",
            "Answers in another language",
        );
        add(
            "nearly_right",
            those(|signs| signs.holds_reference),
            "{} hold the reference among more words",
            "{} hold a reference as whole words and are no exact match: ask for the answer alone, or take it out with a filter",
            "that hold a normalised reference as whole words and are no exact match",
            "Answers that hold their reference",
        );
        cards
    }

    fn lengths(&self) -> Vec<Recommendation> {
        let rules = self.case.rules;
        let Some(ratio) = self.texts.column("length_ratio") else { return Vec::new() };
        let failing = |item: &usize| self.passes.get(*item) == Some(&Some(false));
        let those = |of: &dyn Fn(f64) -> bool| -> Vec<usize> {
            let found = ratio.values.iter().enumerate().filter(|(_, ratio)| ratio.is_some_and(of));
            found.map(|(item, _)| item).filter(failing).collect()
        };
        let (long, short) = (rules.long_answer, rules.short_answer);
        let too_long = those(&|ratio| ratio >= long);
        let too_short = those(&|ratio| ratio > 0.0 && ratio <= short);
        let mut cards = Vec::new();
        for (kind, items, word, bound, selection) in [
            (
                "answers_too_long",
                too_long,
                "longer",
                format!("at least {}", fmt::short(long)),
                "Answers that are too long",
            ),
            (
                "answers_too_short",
                too_short,
                "shorter",
                format!("at most {}", fmt::short(short)),
                "Answers that are too short",
            ),
        ] {
            if !self.counts(&items) {
                continue;
            }
            let answers = self.answers(&items);
            let times = fmt::short(if word == "longer" { long } else { short });
            cards.push(self.card(Card {
                kind,
                subject: String::new(),
                title: format!("{answers} much {word} than the reference"),
                sentence: format!(
                    "{answers} that fail have {bound} times the words of their reference: say in the prompt how long an answer \
                     should be"
                ),
                rule: self.rule(&format!("that fail and have {bound} times ({times}) the words of the nearest reference")),
                items,
                selection,
            }));
        }
        cards
    }

    /// Parts of the set that pass less often than the rest.
    fn weak_slices(&self) -> Vec<Recommendation> {
        let tallies: Vec<Tally> = self.passes.iter().map(|passes| tally(*passes)).collect();
        let mut cards = Vec::new();
        for of_kind in slices(self.texts, &self.case.evaluation.dataset) {
            let mut labels: Vec<Option<u32>> = vec![None; self.passes.len()];
            for (number, slice) in (0_u32..).zip(&of_kind.slices) {
                for item in &slice.items {
                    if let Some(label) = labels.get_mut(*item as usize) {
                        *label = Some(number);
                    }
                }
            }
            let items = Items { labels: &labels, tallies: &tallies, splits: &[], centre_distances: &[] };
            let rows = clusters::table(&items);
            // Neighbouring lengths say the same: one card of a kind.
            let mut weak: Vec<Recommendation> = rows.iter().filter_map(|row| self.weak_slice(&of_kind, row)).collect();
            weak.sort_by(super::by_gain_then_importance);
            cards.extend(weak.into_iter().take(if of_kind.is_named() { usize::MAX } else { 1 }));
        }
        cards.sort_by(super::by_gain_then_importance);
        cards.truncate(self.case.rules.cards_per_rule);
        cards
    }

    fn weak_slice(&self, of: &Slices, row: &ClusterRow) -> Option<Recommendation> {
        let (weak, rate) = (row.weak?, row.f1?);
        let slice = of.slices.get(row.cluster? as usize)?;
        if row.share < self.case.rules.slice_share {
            return None;
        }
        let items: Vec<usize> = slice.items.iter().map(|item| *item as usize).collect();
        let mut card = self.card(Card {
            kind: "weak_slice",
        subject: format!("{}: {}", of.by, slice.name),
            title: format!(
                "{}, {}: {} pass against {}",
                of.by,
                slice.name,
                fmt::percent(Some(rate.mean)),
                fmt::percent(Some(weak.others))
            ),
            sentence: format!(
                "Of {} with {} {} {} pass, of all others {}",
                fmt::counted(rate.items as u64, "answer", "answers"),
                fmt::uncapitalised(&of.by),
                slice.name,
                fmt::percent(Some(rate.mean)),
                fmt::percent(Some(weak.others))
            ),
            rule: format!(
                "Parts of at least {} of all answers and {LEAST_ITEMS} of them whose pass rate is at least {} below that of all \
                 others, with a corrected p-value of at most {SIGNIFICANT} (Mann–Whitney, Benjamini–Hochberg). Gain: the pass \
                 rate if all of them passed",
                fmt::percent(Some(self.case.rules.slice_share)),
                fmt::percent(Some(WEAKER)),
            ),
            items,
            selection: "",
        });
        card.evidence = vec![
            ("answers", number(row.size as u64)),
            ("pass_rate", rate.mean),
            ("pass_rate_elsewhere", weak.others),
            ("p_value", weak.p),
        ];
        if let Filter::Images { title, .. } = &mut card.filter {
            *title = format!("{}: {}", of.by, slice.name);
        }
        Some(card)
    }
}

fn tally(passes: Option<bool>) -> Tally {
    match passes {
        None => Tally::default(),
        Some(passes) => Tally { correct: u32::from(passes), kept: u32::from(passes), truths: 1 },
    }
}
