//! `evalens compare`: models of one project on the same items.

use std::fmt::Write as _;
use std::path::Path;

use crate::analysis::compare::{self, CompareError, CompareSettings, Comparison, MetricDifference, Verdict};
use crate::formats;
use crate::metrics::{DetectionSettings, Sections};
use crate::model::fmt;
use crate::model::project::{Choice, Project};
use crate::report::compare::{Document, Inputs};
use crate::report::document::ConfidenceSource;
use crate::session::comparing::{Set, Summed};
use crate::session::{OpenProject, load};

use super::args::{CompareArgs, Confidence};
use super::output::{TerminalProgress, print, write_to};
use super::{CliError, Exit, choose};

/// Most resamples that give average precision beyond IoU 0.50.
const AP_RESAMPLES: usize = 200;
/// Items and classes named on the terminal.
const NAMED: usize = 5;

/// Compares every further model with the first and writes.
///
/// # Errors
/// A sentence where the input or the arguments make no sense, models are not comparable, or the output cannot be written.
pub fn compare(args: &CompareArgs) -> Result<Exit, CliError> {
    let progress = TerminalProgress::default();
    let OpenProject { root, recognised, .. } = choose::open(
        &args.path,
        args.models.first().map(String::as_str),
        args.dataset.as_deref(),
        &args.with,
        &progress,
    )?;
    let project = recognised.project.clone();
    let choices = choices(&root, &project, args)?;
    let summed = choices.iter().map(|choice| sum_up(&root, &project, choice, args, &progress));
    let summed: Vec<Summed> = summed.collect::<Result<_, _>>()?;
    let Some((first, others)) = summed.split_first() else { return Ok(Exit::Done) };
    let resamples = args.resamples as usize;
    let settings = CompareSettings { resamples, ap_resamples: resamples.min(AP_RESAMPLES), seed: args.seed };
    let compared = |other: &Summed| {
        compare::compare(&first.table, &other.table, &settings, &progress)
            .map_err(|error| refused(first, other, &error))
    };
    let comparisons: Vec<Comparison> = others.iter().map(compared).collect::<Result<_, _>>()?;
    progress.clear();
    if let Some(target) = &args.json {
        let document = |(other, comparison): (&Summed, &Comparison)| {
            let inputs = Inputs { dataset: &first.dataset, a: first.side(), b: other.side(), comparison };
            serde_json::to_value(Document::new(&inputs)).map_err(|error| CliError::Unusable(error.to_string()))
        };
        let documents: Vec<_> = others.iter().zip(&comparisons).map(document).collect::<Result<_, _>>()?;
        write_to(target, |out| {
            match documents.as_slice() {
                [only] => serde_json::to_writer(&mut *out, only)?,
                all => serde_json::to_writer(&mut *out, all)?,
            }
            out.write_all(b"\n")
        })?;
    } else {
        let words = |(other, comparison)| describe(first, other, comparison);
        print(&others.iter().zip(&comparisons).map(words).collect::<Vec<_>>().join("\n"))?;
    }
    Ok(Exit::Done)
}

fn refused(a: &Summed, b: &Summed, error: &CompareError) -> CliError {
    match error {
        CompareError::NotComparable(_) => CliError::Unusable(format!("{} and {}: {error}", a.name(), b.name())),
        CompareError::Cancelled(_) => CliError::Unusable(error.to_string()),
    }
}

/// One choice a model, all of the same dataset and splits.
fn choices(root: &Path, project: &Project, args: &CompareArgs) -> Result<Vec<Choice>, CliError> {
    let mut all = formats::choices(project);
    if all.is_empty() {
        return Err(choose::nothing(root, ""));
    }
    if let Some(wanted) = &args.dataset {
        choose::retain_dataset(project, &mut all, wanted)?;
    }
    let mut of_models: Vec<Vec<Choice>> = Vec::new();
    for wanted in &args.models {
        let mut own = all.clone();
        choose::retain_model(project, &mut own, wanted)?;
        if let Some(splits) = &args.split {
            own = choose::pool(&own, &choose::splits(splits))?;
        }
        if let Some(choice) = own.first()
            && of_models.iter().flatten().any(|other| other.model == choice.model)
        {
            return Err(CliError::Usage(format!("`{wanted}` is there twice: name different models or versions")));
        }
        of_models.push(own);
    }
    let place = |choice: &Choice| (choice.dataset, choice.splits.clone());
    let mut common = of_models.first().cloned().unwrap_or_default();
    common.retain(|choice| of_models.iter().all(|own| own.iter().any(|other| place(other) == place(choice))));
    let chosen = one_place(root, project, &common, args)?;
    let of_model = |own: &Vec<Choice>| own.iter().find(|choice| place(choice) == place(&chosen)).cloned();
    Ok(of_models.iter().filter_map(of_model).collect())
}

/// The dataset and splits to compare on: those named, else the only dataset and its test split, else validation, else any.
fn one_place(root: &Path, project: &Project, common: &[Choice], args: &CompareArgs) -> Result<Choice, CliError> {
    let mut datasets: Vec<usize> = common.iter().map(|choice| choice.dataset).collect();
    datasets.dedup();
    if datasets.len() > 1 {
        let entries = datasets.iter().filter_map(|&dataset| project.datasets.get(dataset));
        let names: Vec<String> = entries.map(|entry| format!("{}@{}", entry.id, entry.version)).collect();
        return Err(CliError::Usage(format!("choose a dataset with --dataset: there is {}", names.join(", "))));
    }
    load::first_choice(project, common).ok_or_else(|| {
        CliError::Unusable(format!(
            "{}: {} have no predictions for the same dataset and split; `evalens check` lists what was recognised",
            root.display(),
            args.models.join(" and ")
        ))
    })
}

fn sum_up(
    root: &Path,
    project: &Project,
    choice: &Choice,
    args: &CompareArgs,
    progress: &TerminalProgress,
) -> Result<Summed, CliError> {
    let settings = DetectionSettings { iou: args.iou, matching: args.matching };
    let sections = Sections { coco: true, tide: false, timeline: true };
    let evaluation = load::evaluate(root, project, choice, settings, sections, progress)?.evaluation;
    let given = match args.confidence {
        Confidence::Given(value) => Some(evaluation.turned(value)),
        Confidence::Optimal => None,
    };
    Ok(Summed::of(&evaluation, given, progress)?)
}

/// What a person reads on the terminal.
fn describe(a: &Summed, b: &Summed, comparison: &Comparison) -> String {
    let mut text = format!(
        "A = {}, B = {} on {}@{}, {}\n  {}",
        a.name(),
        b.name(),
        a.dataset.id,
        a.dataset.version,
        a.dataset.split,
        a.size
    );
    if let Some(pairing) = a.table.pairing() {
        let _ = write!(text, "; {}, IoU {:.2}", pairing.matching.name(), pairing.iou);
    }
    text.push('\n');
    let at = |(side, of): &(&str, &Summed)| {
        let how = if of.source == ConfidenceSource::Optimal { "optimal" } else { "given" };
        format!("{side} at confidence {} ({how})", fmt::threshold(of.table.confidence()))
    };
    let of_answers = a.pass.as_ref().map(|condition| format!("answers pass at {condition}"));
    let thresholded = [("A", a), ("B", b)].into_iter().filter(|(_, side)| side.table.is_thresholded());
    let sides: Vec<String> = match of_answers {
        Some(words) => vec![words],
        None => thresholded.map(|side| at(&side)).collect(),
    };
    if !sides.is_empty() {
        let _ = writeln!(text, "  {}", sides.join(", "));
    }
    text.push('\n');
    let _ = writeln!(text, "  {:<22} {:>7} {:>7} {:>8}  {:^18}", "", "A", "B", "B − A", "95 %");
    comparison.metrics.iter().for_each(|metric| metric_row(&mut text, metric));
    sets(&mut text, a, comparison);
    classes(&mut text, a, comparison);
    text
}

fn metric_row(text: &mut String, found: &MetricDifference) {
    let signed = |value: Option<f64>| value.map_or_else(|| fmt::UNDEFINED.to_owned(), fmt::difference);
    let interval = found.interval.map_or_else(
        || fmt::UNDEFINED.to_owned(),
        |(low, high)| format!("{} … {}", fmt::difference(low), fmt::difference(high)),
    );
    let verdict = match found.verdict {
        Verdict::ABetter => "A is better",
        Verdict::BBetter => "B is better",
        Verdict::NotDistinguishable => "not distinguishable",
        Verdict::Unknown => found.why.unwrap_or_default(),
    };
    let _ = writeln!(
        text,
        "  {:<22} {:>7} {:>7} {:>8}  {interval:^18}  {verdict}",
        found.metric.label(),
        fmt::rate(found.a),
        fmt::rate(found.b),
        signed(found.difference)
    );
}

fn sets(text: &mut String, a: &Summed, comparison: &Comparison) {
    let task = a.table.task();
    let (one, many) = if task.has_objects() { task.units() } else { task.items() };
    let [fixed, broken] = [Set::Fixed, Set::Broken].map(|set| set.label(task).to_lowercase());
    let n = |units: &[compare::Unit]| fmt::counted(units.len() as u64, one, many);
    let p = if comparison.p < 0.001 { "< 0.001".to_owned() } else { format!("= {:.3}", comparison.p) };
    let count = |units: &[compare::Unit]| fmt::count(units.len() as u64);
    let (test, rest) = if task.is_graded() {
        ("sign test", format!("the same {}", count(&comparison.same)))
    } else {
        let (right, wrong) = (count(&comparison.both_right), count(&comparison.both_wrong));
        ("McNemar", format!("right in both {right}, wrong in both {wrong}"))
    };
    let (of_fixed, of_broken) = (n(&comparison.fixed), n(&comparison.broken));
    let _ = writeln!(text, "\n  {fixed} {of_fixed}, {broken} {of_broken} ({test} p {p}); {rest}");
    for (what, units) in [(fixed, &comparison.fixed), (broken, &comparison.broken)] {
        let names: Vec<&str> = Comparison::items_of(units)
            .filter_map(|item| a.table.names().get(item.index()))
            .map(String::as_str)
            .collect();
        let Some(shown) = names.get(..names.len().min(NAMED)).filter(|shown| !shown.is_empty()) else { continue };
        let more = names.len() - shown.len();
        let rest = if more > 0 { format!(" and {} more", fmt::count(more as u64)) } else { String::new() };
        let _ = writeln!(text, "  {what} in {}{rest}", shown.join(", "));
    }
}

/// The classes that lose most.
fn classes(text: &mut String, a: &Summed, comparison: &Comparison) {
    let (name, rate) = compare::class_rate(a.table.task());
    let lost = |class: &compare::ClassDifference| {
        let difference = class.difference(rate).filter(|difference| *difference < 0.0)?;
        let class = a.table.classes().get(class.class.index())?;
        Some(format!("{class} {}", fmt::difference(difference)))
    };
    let lost: Vec<String> = comparison.classes.iter().filter_map(lost).take(NAMED).collect();
    if !lost.is_empty() {
        let _ = writeln!(text, "  classes that lose {name}: {}", lost.join(", "));
    }
}
