//! Values into bins: numbers by quantiles, names each by itself. Equal values are never split.

use super::{Attribute, Made, Of, Sources};
use crate::model::{Values, fmt};

/// Names that have a bin of their own at most; all others share one.
const MOST: usize = 30;
/// Bins of numbers, of few things and of many.
const BINS: (usize, usize) = (4, 5);
/// From so many things on there are more bins.
const MANY: usize = 100;
/// Names longer than this are cut where bins are called by them.
const LONGEST: usize = 80;

/// A part of what has an attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Bin {
    /// Its range or value.
    pub name: String,
    /// Of numbers the smallest that is in it; `None` of the lowest bin, and of others.
    pub from: Option<f64>,
    /// Of numbers the smallest that is in the next one; `None` of the highest bin, and of others.
    pub to: Option<f64>,
    /// True of the bin of those that have no value.
    pub unknown: bool,
}

impl Bin {
    fn named(name: String) -> Self {
        Self { name, from: None, to: None, unknown: false }
    }
}

/// Puts values into bins; `None` where there is only one.
pub(super) fn binned(made: Made, sources: &Sources<'_>) -> Option<Attribute> {
    let truths = &sources.evaluation.dataset.truths;
    // Crowds are in no count.
    let counts = |at: usize| made.of == Of::Items || truths.ignored.get(at) == Some(&false);
    let (mut bins, place): (Vec<Bin>, Place) = match &made.values {
        Values::Numbers(values) => of_numbers(values, made.of, counts)?,
        Values::Names { names, codes } => of_names(names, codes, made.ordered, counts),
    };
    let codes = placed(&made.values, &place, bins.len());
    let preds = if made.of == Of::Items { 0 } else { sources.evaluation.predictions.len() };
    let mut pred_codes = placed(&made.of_preds, &place, bins.len());
    pred_codes.resize(preds, narrow(bins.len()));
    let none = narrow(bins.len());
    let mut filled = vec![false; bins.len() + 1];
    let counted = codes.iter().enumerate().filter(|(at, _)| counts(*at)).map(|(_, code)| *code);
    for code in counted.chain(pred_codes.iter().copied().filter(|code| *code != none)) {
        if let Some(filled) = filled.get_mut(usize::from(code)) {
            *filled = true;
        }
    }
    // What is the same everywhere tells nothing apart.
    if bins.is_empty() || filled.iter().filter(|filled| **filled).count() < 2 {
        return None;
    }
    if pred_codes.contains(&none) || codes.contains(&none) {
        bins.push(Bin { unknown: true, ..Bin::named("not known".to_owned()) });
    }
    let Made { name, hint, of, values, of_preds, .. } = made;
    Some(Attribute { name, hint, of, bins, values, of_preds, codes, pred_codes })
}

fn narrow(bin: usize) -> u8 {
    u8::try_from(bin).unwrap_or(u8::MAX)
}

/// Which bin a value belongs to.
enum Place {
    /// Numbers: where each bin but the first begins.
    Bounds(Vec<f64>),
    /// Names: the bin of each.
    Codes(Vec<u8>),
}

/// The bin of each value; `none` of those without one.
fn placed(values: &Values, place: &Place, none: usize) -> Vec<u8> {
    let none = narrow(none);
    match (values, place) {
        (Values::Numbers(all), Place::Bounds(bounds)) => {
            let bin = |value: &f64| narrow(bounds.partition_point(|bound| bound <= value));
            all.iter().map(|value| if value.is_finite() { bin(value) } else { none }).collect()
        }
        (Values::Names { codes, .. }, Place::Codes(bins)) => {
            codes.iter().map(|code| bins.get(*code as usize).copied().unwrap_or(none)).collect()
        }
        _ => Vec::new(),
    }
}

/// Each name by itself, the most frequent first; the rest together.
fn of_names(names: &[String], codes: &[u32], ordered: bool, counts: impl Fn(usize) -> bool) -> (Vec<Bin>, Place) {
    let mut frequent = vec![0_usize; names.len()];
    for (at, code) in codes.iter().enumerate() {
        if let Some(n) = frequent.get_mut(*code as usize).filter(|_| counts(at)) {
            *n += 1;
        }
    }
    let count = |name: usize| frequent.get(name).copied().unwrap_or(0);
    let called = |name: usize| names.get(name).map_or("", String::as_str);
    let mut order: Vec<usize> = (0..names.len()).filter(|name| ordered || count(*name) > 0).collect();
    if !ordered {
        order.sort_by(|&a, &b| {
            let by_count = count(b).cmp(&count(a));
            by_count.then_with(|| natord::compare(called(a), called(b))).then_with(|| called(a).cmp(called(b)))
        });
    }
    let alone = if order.len() > MOST { MOST - 1 } else { order.len() };
    let mut bins: Vec<Bin> =
        order.iter().take(alone).map(|name| Bin::named(called(*name).chars().take(LONGEST).collect())).collect();
    if order.len() > alone {
        bins.push(Bin::named(format!("{} others", fmt::count((order.len() - alone) as u64))));
    }
    let mut of = vec![u8::MAX; names.len()];
    for (bin, name) in order.into_iter().enumerate() {
        if let Some(slot) = of.get_mut(name) {
            *slot = narrow(bin.min(alone));
        }
    }
    (bins, Place::Codes(of))
}

/// Parts with about the same number of values; detections may lie beyond the values of objects. `None` where no value is finite.
fn of_numbers(values: &[f64], of: Of, counts: impl Fn(usize) -> bool) -> Option<(Vec<Bin>, Place)> {
    let known = values.iter().enumerate().filter(|(at, value)| value.is_finite() && counts(*at));
    let mut sorted: Vec<f64> = known.map(|(_, value)| *value).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let (low, high) = (sorted.first().copied()?, sorted.last().copied()?);
    let whole = sorted.iter().all(|value| value.fract() == 0.0);
    let bounds = rounded(&bounds(&sorted), &sorted);
    let starts = std::iter::once(None).chain(bounds.iter().copied().map(Some));
    let ends = bounds.iter().copied().map(Some).chain([None]);
    // Nothing lies below the number 0 of something, and of items nothing lies where none is.
    let (low, high) = ((of == Of::Items || low == 0.0).then_some(low), (of == Of::Items).then_some(high));
    let last = |to: f64| {
        let held = sorted.partition_point(|value| *value < to).checked_sub(1);
        let held = held.and_then(|at| sorted.get(at)).copied().filter(|_| of == Of::Items);
        held.unwrap_or(to.ceil() - 1.0)
    };
    let bins = starts.zip(ends).map(|(from, to)| Bin {
        name: if whole { of_whole(from.or(low), to.map(last), high) } else { of_fractions(from, to) },
        from,
        to,
        unknown: false,
    });
    let bins = bins.collect();
    Some((bins, Place::Bounds(bounds)))
}

/// Where bins but the first begin: a bin ends where adding the next value would take it further from its share.
fn bounds(sorted: &[f64]) -> Vec<f64> {
    let runs: Vec<&[f64]> = sorted.chunk_by(|a, b| a == b).collect();
    let first = |run: &&[f64]| run.first().copied();
    if runs.len() <= BINS.1 {
        return runs.iter().skip(1).filter_map(first).collect();
    }
    let bins = if sorted.len() < MANY { BINS.0 } else { BINS.1 };
    let share = sorted.len() as f64 / bins as f64;
    let (mut bounds, mut held) = (Vec::new(), 0.0);
    for run in &runs {
        let with = held + run.len() as f64;
        if held > 0.0 && bounds.len() + 1 < bins && (with - share).abs() > (held - share).abs() {
            bounds.extend(first(run));
            held = 0.0;
        }
        held += run.len() as f64;
    }
    bounds
}

/// The bounds with as few digits as keep the bins what they are by number: at least three. A bound is what its bin says.
fn rounded(exact: &[f64], sorted: &[f64]) -> Vec<f64> {
    let filled = |bounds: &[f64]| {
        let edge = |bound: &f64| sorted.partition_point(|value| value < bound);
        let mut edges: Vec<usize> = bounds.iter().map(edge).collect();
        edges.retain(|edge| *edge > 0 && *edge < sorted.len());
        edges.dedup();
        edges
    };
    let wanted = filled(exact);
    let close = |edges: &[usize]| {
        let most = sorted.len().div_ceil(50);
        edges.len() == wanted.len() && edges.iter().zip(&wanted).all(|(a, b)| a.abs_diff(*b) <= most)
    };
    let tried = (3..=9).map(|digits| exact.iter().map(|bound| short(*bound, digits)).collect::<Vec<f64>>());
    tried
        .into_iter()
        .find(|bounds| close(&filled(bounds)) && bounds.is_sorted_by(|a, b| a < b))
        .unwrap_or(exact.to_vec())
}

/// A number with so many significant digits.
fn short(value: f64, digits: usize) -> f64 {
    format!("{value:.0$e}", digits.saturating_sub(1)).parse().unwrap_or(value)
}

/// The name of whole numbers from one up to another; `high` is the largest there is.
fn of_whole(from: Option<f64>, last: Option<f64>, high: Option<f64>) -> String {
    match (from.map(f64::ceil), last) {
        (Some(from), Some(last)) if last <= from => number(from),
        (Some(from), Some(last)) => format!("{}–{}", number(from), number(last)),
        (None, Some(last)) => format!("up to {}", number(last)),
        (Some(from), None) if high.is_some_and(|high| high <= from) => number(from),
        (Some(from), None) => format!("{} and more", number(from)),
        (None, None) => "any".to_owned(),
    }
}

fn of_fractions(from: Option<f64>, to: Option<f64>) -> String {
    match (from, to) {
        (None, None) => "any".to_owned(),
        (None, Some(to)) => format!("under {}", number(to)),
        (Some(from), Some(to)) => format!("{} to {}", number(from), number(to)),
        (Some(from), None) => format!("{} and more", number(from)),
    }
}

/// A number as it is written, its minus a real one, thousands of whole ones set apart.
pub(super) fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        let sign = if value < 0.0 { "−" } else { "" };
        return format!("{sign}{}", fmt::count(value.abs() as u64));
    }
    let text = if value.abs() < 1e-4 || value.abs() >= 1e15 { format!("{value:e}") } else { value.to_string() };
    text.strip_prefix('-').map_or(text.clone(), |rest| format!("−{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(values: &[f64]) -> Vec<String> {
        of_numbers(values, Of::Items, |_| true)
            .map_or(Vec::new(), |(bins, _)| bins.into_iter().map(|b| b.name).collect())
    }

    #[test]
    fn quarters_and_fifths() {
        assert_eq!(names(&[1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0]), ["1", "2–3", "4–5", "6 and more"]);
        let hundred: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(names(&hundred), ["0–19", "20–39", "40–59", "60–79", "80 and more"]);
        assert_eq!(names(&[]), [""; 0]);
    }

    #[test]
    fn equal_values_stay_together() {
        // 90 zeros and ten others: the zeros are a bin, the others one.
        let mut mostly: Vec<f64> = vec![0.0; 90];
        mostly.extend((1..=10).map(|n| f64::from(n) / 10.0 + 0.05));
        assert_eq!(names(&mostly), ["under 0.15", "0.15 and more"]);
        assert_eq!(names(&[2.0, 2.0, 7.0]), ["2", "7"]);
        assert_eq!(names(&[0.5, 0.5, 1.0]), ["under 1", "1 and more"]);
        assert_eq!(names(&[3.0; 20]), ["3"]);
    }

    /// Bounds of three digits that would put everything into one bin have more.
    #[test]
    fn bounds_are_short_but_still_bounds() {
        let close: Vec<f64> = (0..100).map(|n| 1.0 + f64::from(n) * 1e-6).collect();
        assert_eq!(
            names(&close),
            ["under 1.00002", "1.00002 to 1.00004", "1.00004 to 1.00006", "1.00006 to 1.00008", "1.00008 and more"]
        );
        let spread: Vec<f64> = (0..200).map(|n| f64::from(n) * 1234.567).collect();
        let first = names(&spread);
        assert_eq!(first.first().map(String::as_str), Some("under 49,400"));
    }

    #[test]
    fn frequent_names_first_and_the_rest_together() {
        let codes: Vec<u32> = (0..40).flat_map(|code| vec![code; 41 - code as usize]).collect();
        let names: Vec<String> = (0..40).map(|n| format!("n{n}")).collect();
        let (bins, place) = of_names(&names, &codes, false, |_| true);
        assert_eq!((bins.len(), bins[0].name.as_str(), bins[29].name.as_str()), (30, "n0", "11 others"));
        let Place::Codes(of) = place else { panic!() };
        assert_eq!((of[0], of[28], of[29], of[39]), (0, 28, 29, 29));
    }
}
