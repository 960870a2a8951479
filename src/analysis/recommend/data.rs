//! `needs_more_data` and `small_evaluation_set`: what the numbers rest on.

use crate::metrics::generation::Column;
use crate::metrics::rates;
use crate::model::{ClassId, fmt};

use super::case::{Case, listed, number};
use super::{Importance, Recommendation, Surer};
use crate::analysis::Filter;

/// Four times the data halve an interval.
const FOUR: u64 = 4;
/// Class names written out in a sentence.
const NAMED: usize = 4;

/// One card for all classes with few truths. A declared class without any truth says nothing and is left out.
pub(super) fn few_truths(case: &Case) -> Option<Recommendation> {
    let rules = case.rules;
    let mut present: Vec<(u64, ClassId)> = case
        .evaluation
        .dataset
        .classes
        .ids()
        .map(|class| (case.support(class), class))
        .filter(|(support, _)| *support > 0)
        .collect();
    present.sort();
    let total: u64 = present.iter().map(|(n, _)| *n).sum();
    let median = median(&present)?;
    let least = rules.few_truths.max(rules.few_root * (total as f64).sqrt());
    let limit = least.max(rules.few_of_median * median);
    present.retain(|(n, _)| (*n as f64) < limit);
    let (smallest, first) = *present.first()?;
    let title = match present.len() {
        1 => format!("{}: only {}", case.name(first), case.units(smallest)),
        n => format!("{} have few {}", fmt::counted(n as u64, "class", "classes"), case.many()),
    };
    let mut named: Vec<String> =
        present.iter().take(NAMED).map(|(n, c)| format!("{} {}", case.name(*c), fmt::count(*n))).collect();
    if present.len() > NAMED {
        named.push(format!("{} more", fmt::count((present.len() - NAMED) as u64)));
    }
    let sentence =
        format!("Below {} the numbers of a class are loose: {}", case.units(limit.ceil() as u64), listed(&named));
    let mut classes: Vec<ClassId> = present.iter().map(|(_, class)| *class).collect();
    classes.sort();
    let counts = case.counter.classes().get(first.index()).copied().unwrap_or_default();
    // Pixels of one image are no independent draws: there is no interval to give.
    let surer = match case.matched.timeline.is_weighted() {
        true => None,
        false => Surer::f1(counts.correct, counts.predicted(), smallest, limit.ceil() as u64),
    };
    Some(Recommendation {
        kind: "needs_more_data",
        subject: String::new(),
        importance: if smallest < rules.least_truths { Importance::Medium } else { Importance::Low },
        filter: Filter::Truths { title: title.clone(), classes: classes.clone() },
        title,
        sentence,
        rule: format!(
            "Classes with fewer {} in this set than {}, than {} × √(all of them), or than {} of the median class; of \
             medium importance where one has fewer than {}",
            case.many(),
            fmt::count(rules.few_truths as u64),
            rules.few_root,
            fmt::percent(Some(rules.few_of_median)),
            rules.least_truths,
        ),
        evidence: vec![
            ("classes", number(classes.len() as u64)),
            ("limit", limit),
            ("smallest", number(smallest)),
            ("median", median),
            ("total", number(total)),
        ],
        classes,
        gain: None,
        surer,
        threshold: None,
    })
}

/// The median of counts sorted ascending; `None` without any.
fn median(sorted: &[(u64, ClassId)]) -> Option<f64> {
    let at = |i: usize| sorted.get(i).map(|(n, _)| *n as f64);
    let (low, high) = (at(sorted.len().checked_sub(1)? / 2)?, at(sorted.len() / 2)?);
    Some((low + high) / 2.0)
}

/// The card of a small set.
pub(super) fn small_set(case: &Case) -> Option<Recommendation> {
    let rules = case.rules;
    let images = case.evaluation.dataset.images.len();
    let share = small_share(case);
    if images >= rules.small_items && share.is_none() {
        return None;
    }
    let totals = case.counter.totals();
    // Of generated texts the number that decides is the share that passes; without one that ranks there is none.
    let texts = case.evaluation.texts();
    if texts.is_some_and(|texts| !texts.pass_column().is_some_and(Column::ranks)) {
        return None;
    }
    let (metric, keys, interval) = match texts {
        Some(_) => (
            "the pass rate",
            ["pass_rate_low", "pass_rate_high", "pass_rate_width"],
            rates::wilson(totals.correct, totals.truths()),
        ),
        None => (
            "F1",
            ["f1_low", "f1_high", "f1_width"],
            rates::f1_interval(totals.correct, totals.kept(), totals.truths()),
        ),
    };
    let (low, high) = interval?;
    let (one, many) = case.evaluation.task.items();
    let counted = fmt::counted(images as u64, one, many);
    let title = match &share {
        Some(small) if images >= rules.small_items => {
            let (part, whole) = (fmt::count(small.images), fmt::count(small.of));
            format!("The {} split is only {part} of {whole} {many}", small.name)
        }
        _ => format!("Only {counted} in the evaluation set"),
    };
    // Where every item has one label, it is itself what is counted.
    let task = case.evaluation.task;
    let units = match case.units(totals.truths()) {
        units if units == counted => String::new(),
        _ if task.units() == task.items() => format!(", of which {} count,", fmt::count(totals.truths())),
        units => format!(" and {units}"),
    };
    let of_pixels = case.matched.timeline.is_weighted();
    let sentence = if of_pixels {
        format!(
            "With {counted} a few of them decide every number; the pixels of one image are no independent draws, so that \
             there is no interval to give"
        )
    } else {
        format!(
            "With {counted}{units} the 95 % interval of {metric} is {}–{}, {} wide: smaller differences say nothing",
            fmt::rate(Some(low)),
            fmt::rate(Some(high)),
            fmt::rate(Some(high - low)),
        )
    };
    let with = FOUR * totals.truths();
    let surer = match texts {
        _ if of_pixels => None,
        Some(_) => Surer::pass_rate(totals.correct, totals.truths(), with),
        None => Surer::f1(totals.correct, totals.kept(), totals.truths(), with),
    };
    let mut evidence = vec![("images", number(images as u64)), ("objects", number(totals.truths()))];
    if !of_pixels {
        evidence.extend(keys.into_iter().zip([low, high, high - low]));
    }
    evidence.extend(share.map(|small| ("share_of_dataset", small.share)));
    Some(Recommendation {
        kind: "small_evaluation_set",
        subject: String::new(),
        importance: Importance::Medium,
        title,
        sentence,
        rule: format!(
            "Fewer than {} {many}, or a test split below {} or a validation split below {} of the dataset (where the \
             sizes of the other splits are known)",
            rules.small_items,
            fmt::percent(Some(rules.small_test_share)),
            fmt::percent(Some(rules.small_validation_share)),
        ),
        classes: Vec::new(),
        evidence,
        gain: None,
        surer,
        filter: Filter::All,
        threshold: None,
    })
}

/// A split that is a small part of its dataset.
struct SmallShare {
    name: String,
    images: u64,
    of: u64,
    share: f64,
}

/// The evaluated split with the smallest share below its limit; `None` where the sizes of the splits are not known.
fn small_share(case: &Case) -> Option<SmallShare> {
    let dataset = &case.evaluation.dataset;
    let whole: usize = dataset.split_sizes.iter().map(|(_, n)| n).sum();
    let limit = |name: &str| match name {
        "test" => Some(case.rules.small_test_share),
        "valid" | "val" | "validation" | "dev" => Some(case.rules.small_validation_share),
        _ => None,
    };
    let small = dataset.splits.iter().filter_map(|name| {
        let (_, size) = dataset.split_sizes.iter().find(|(known, _)| known == name)?;
        let share = rates::ratio(*size as u64, whole as u64)?;
        (share < limit(name)?).then(|| SmallShare { name: name.clone(), images: *size as u64, of: whole as u64, share })
    });
    small.min_by(|a, b| a.share.total_cmp(&b.share))
}
