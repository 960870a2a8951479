//! Another model on the same items.

use crate::analysis::compare::{ClassDifference, Unit, Verdict, class_rate};
use crate::model::fmt;
use crate::report::compare::Inputs;
use crate::report::figures::compared::{self, Names, of_comparison};
use crate::report::sheet::{Block, Exhibit};

use super::{Case, words};

/// Classes that are named.
const NAMED: usize = 3;

pub(super) fn blocks(case: &Case<'_>) -> Vec<Block> {
    let Some(inputs) = case.material.comparison else { return Vec::new() };
    let name = |side: &crate::report::compare::Side<'_>| words::named(&side.model.id, &side.model.version);
    let (a, b) = (name(&inputs.a), name(&inputs.b));
    let mut blocks = vec![
        Block::Text(headline(inputs, &a, &b)),
        Block::Note(format!(
            "Intervals are the middle 95 % of the differences over {} draws of the same items for both. A difference whose interval holds \
             0 is not distinguishable from chance.",
            fmt::count(inputs.comparison.settings.resamples as u64)
        )),
    ];
    let names = Names { a: &a, b: &b };
    blocks.extend(charts(case, inputs, names).into_iter().map(Block::Exhibit));
    blocks.push(Block::Text(sets(inputs, &a, &b)));
    blocks.extend(classes(inputs, &b).map(Block::Text));
    blocks
}

/// The first number that both have, in a sentence.
fn headline(inputs: &Inputs<'_>, a: &str, b: &str) -> String {
    let Some(first) = inputs.comparison.metrics.iter().find(|metric| metric.difference.is_some()) else {
        return format!("{b} against {a}: there is no number that both have.");
    };
    let verdict = match first.verdict {
        Verdict::ABetter => format!("{a} is better"),
        Verdict::BBetter => format!("{b} is better"),
        Verdict::NotDistinguishable => "the two are not distinguishable".to_owned(),
        Verdict::Unknown => "how certain that is cannot be said".to_owned(),
    };
    let interval = first.interval.map_or_else(String::new, |(low, high)| {
        format!(" (95 % {} … {})", fmt::difference(low), fmt::difference(high))
    });
    format!(
        "{} is {} for {a} and {} for {b}, a difference of {}{interval}: {verdict}.",
        first.metric.label(),
        fmt::rate(first.a),
        fmt::rate(first.b),
        first.difference.map_or_else(|| fmt::UNDEFINED.to_owned(), fmt::difference)
    )
}

/// Metrics, classes and matrices of both.
fn charts(case: &Case<'_>, inputs: &Inputs<'_>, names: Names<'_>) -> Vec<Exhibit> {
    let (palette, table) = (&case.material.palette, &case.evaluation.dataset.classes);
    let mut all = of_comparison(inputs.comparison, names, palette);
    if case.evaluation.texts().is_none() {
        all.extend(compared::classes(inputs.comparison, names, (table, case.task()), palette));
        let both =
            inputs.a.matrix.zip(inputs.b.matrix).filter(|_| inputs.a.table.classes() == inputs.b.table.classes());
        let outside = case.evaluation.outside();
        all.extend(both.and_then(|both| compared::matrices(both, names, (table, outside), palette)));
    }
    all
}

/// What one gets right and the other wrong, and how likely that is by chance.
fn sets(inputs: &Inputs<'_>, a: &str, b: &str) -> String {
    let (task, found) = (inputs.a.table.task(), inputs.comparison);
    let (one, many) = if task.has_objects() { task.units() } else { task.items() };
    let n = |units: &[Unit]| fmt::counted(units.len() as u64, one, many);
    let p = if found.p < 0.001 { "less than 0.001".to_owned() } else { format!("{:.3}", found.p) };
    let certain =
        if found.p < 0.05 { "so that chance alone hardly explains it" } else { "so that it may well be chance" };
    if task.is_graded() {
        return format!(
            "{b} does {} better and {} worse than {a}, and {} the same; p of the sign test is {p}, {certain}.",
            n(&found.fixed),
            fmt::count(found.broken.len() as u64),
            fmt::count(found.same.len() as u64)
        );
    }
    format!(
        "{b} gets {} right that {a} gets wrong, and {} wrong that {a} gets right; {} are right in both and {} wrong in both. p of McNemar’s \
         test is {p}, {certain}.",
        n(&found.fixed),
        fmt::count(found.broken.len() as u64),
        fmt::count(found.both_right.len() as u64),
        fmt::count(found.both_wrong.len() as u64)
    )
}

/// The classes that lose and gain most.
fn classes(inputs: &Inputs<'_>, b: &str) -> Option<String> {
    let (name, rate) = class_rate(inputs.a.table.task());
    let named = |class: &ClassDifference| {
        let difference = class.difference(rate)?;
        let class = inputs.a.table.classes().get(class.class.index())?;
        Some((difference, format!("{class} ({})", fmt::difference(difference))))
    };
    let known: Vec<(f64, String)> = inputs.comparison.classes.iter().filter_map(named).collect();
    let of = |wanted: &dyn Fn(f64) -> bool, from_end: bool| -> Vec<String> {
        let fits = known.iter().filter(|(difference, _)| wanted(*difference)).map(|(_, words)| words.clone());
        if from_end { fits.rev().take(NAMED).collect() } else { fits.take(NAMED).collect() }
    };
    let (lost, won) = (of(&|d| d < 0.0, false), of(&|d| d > 0.0, true));
    match (lost.is_empty(), won.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("With {b} {name} falls most for {}.", words::listed(&lost))),
        (true, false) => Some(format!("With {b} {name} rises most for {}.", words::listed(&won))),
        (false, false) => Some(format!(
            "With {b} {name} rises most for {} and falls most for {}.",
            words::listed(&won),
            words::listed(&lost)
        )),
    }
}
