//! `evalens thresholds`: thresholds for a goal, what they give, and a file for deployment.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::analysis::design::{self, Design, Difference, Goal, Plan};
use crate::formats;
use crate::jobs::JobError;
use crate::metrics::{DetectionSettings, ErrorCosts, Evaluation, Matching, Sections};
use crate::model::project::{Choice, Project};
use crate::model::{Progress, fmt};
use crate::report::thresholds::{self, Format};
use crate::session::{OpenProject, load};

use super::args::{Confidence, confidence, iou, matching};
use super::output::{TerminalProgress, print, write_to};
use super::{CliError, Exit, choose};

/// `evalens thresholds`.
#[derive(Debug, Args)]
pub struct ThresholdsArgs {
    /// The project folder, or a workspace's file
    pub path: PathBuf,
    /// The model; its latest version where none is named
    #[arg(long, value_name = "[PROJECT:]ID[@VERSION]")]
    pub model: Option<String>,
    /// The dataset
    #[arg(long, value_name = "[PROJECT:]ID[@VERSION]")]
    pub dataset: Option<String>,
    /// The split; several, separated by commas, are pooled. Test, else validation, where none is named
    #[arg(long, value_name = "NAME[,NAME]")]
    pub split: Option<String>,
    /// Further projects, whose datasets can be named as PROJECT:ID
    #[arg(long, value_name = "FOLDER")]
    pub with: Vec<PathBuf>,
    /// The least total cost: of a false positive (1 where only --cost-fn is given)
    #[arg(long, value_name = "COST", value_parser = cost, conflicts_with_all = ["beta", "recall", "precision"])]
    pub cost_fp: Option<f64>,
    /// Of a miss (1 where only --cost-fp is given)
    #[arg(long, value_name = "COST", value_parser = cost, conflicts_with_all = ["beta", "recall", "precision"])]
    pub cost_fn: Option<f64>,
    /// Of a misclassification; both together where it is not given
    #[arg(long, value_name = "COST", value_parser = cost, conflicts_with_all = ["beta", "recall", "precision"])]
    pub cost_misclassified: Option<f64>,
    /// The highest F-beta; F1 where no goal is given
    #[arg(long, value_parser = beta, conflicts_with_all = ["recall", "precision"])]
    pub beta: Option<f64>,
    /// The best precision with at least this recall
    #[arg(long, value_name = "TARGET", value_parser = target, conflicts_with = "precision")]
    pub recall: Option<f64>,
    /// The best recall with at least this precision
    #[arg(long, value_name = "TARGET", value_parser = target)]
    pub precision: Option<f64>,
    /// A threshold of its own for every class with enough truths
    #[arg(long)]
    pub per_class: bool,
    /// The fewest truths of a class that gets one
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub least_truths: u64,
    /// What the proposal is held against: a threshold for all, or the one with the best F1
    #[arg(long, value_name = "VALUE|optimal", default_value = "optimal", value_parser = confidence)]
    pub confidence: Confidence,
    /// Overlap from which a pair counts
    #[arg(long, default_value_t = 0.5, value_parser = iou)]
    pub iou: f64,
    /// How objects are paired: two-pass, coco, class-agnostic, supervision or ultralytics
    #[arg(long, default_value = "two-pass", value_parser = matching)]
    pub matching: Matching,
    /// Parts of the items: thresholds are chosen on all but one and judged on that one
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub folds: u16,
    /// Resamples of the items
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub resamples: u32,
    /// Another seed divides and draws the items otherwise
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Write the thresholds to a file (JSON or YAML by its ending), or as JSON to stdout with `-`
    #[arg(long, value_name = "FILE.json|FILE.yaml|-")]
    pub out: Option<PathBuf>,
}

fn number(text: &str, fits: impl Fn(f64) -> bool, expected: &str) -> Result<f64, String> {
    text.parse().ok().filter(|value: &f64| value.is_finite() && fits(*value)).ok_or_else(|| expected.to_owned())
}

fn cost(text: &str) -> Result<f64, String> {
    number(text, |value| value >= 0.0, "a number from 0 on is expected")
}

fn beta(text: &str) -> Result<f64, String> {
    number(text, |value| value > 0.0, "a number above 0 is expected")
}

fn target(text: &str) -> Result<f64, String> {
    number(text, |value| value > 0.0 && value <= 1.0, "a number above 0 and up to 1 is expected")
}

impl ThresholdsArgs {
    fn plan(&self) -> Plan {
        let costs = [self.cost_fp, self.cost_fn, self.cost_misclassified];
        let goal = match (self.recall, self.precision, self.beta) {
            (Some(target), ..) => Goal::Recall(target),
            (_, Some(target), _) => Goal::Precision(target),
            (.., Some(beta)) => Goal::FBeta(beta),
            _ if costs.iter().all(Option::is_none) => Goal::FBeta(1.0),
            _ => {
                let both = ErrorCosts::of(self.cost_fp.unwrap_or(1.0), self.cost_fn.unwrap_or(1.0));
                let misclassified = self.cost_misclassified.unwrap_or(both.misclassified);
                Goal::Cost(ErrorCosts { misclassified, ..both })
            }
        };
        Plan {
            per_class: self.per_class,
            least_truths: self.least_truths,
            folds: usize::from(self.folds),
            resamples: self.resamples as usize,
            seed: self.seed,
            ..Plan::of(goal)
        }
    }
}

/// Chooses thresholds and writes them.
///
/// # Errors
/// A sentence where the input or the arguments make no sense, or the output cannot be written.
pub fn thresholds(args: &ThresholdsArgs) -> Result<Exit, CliError> {
    let format = format_of(args.out.as_deref())?;
    let progress = TerminalProgress::default();
    let OpenProject { root, recognised, .. } =
        choose::open(&args.path, args.model.as_deref(), args.dataset.as_deref(), &args.with, &progress)?;
    let project = &recognised.project;
    let choice = chosen(&root, project, args)?;
    let settings = DetectionSettings { iou: args.iou, matching: args.matching };
    let sections = Sections { coco: false, tide: false, timeline: true };
    let evaluation = load::evaluate(&root, project, &choice, settings, sections, &progress)?.evaluation;
    let (design, evaluation) = found(evaluation, args, &progress)?;
    progress.clear();
    match &args.out {
        Some(target) => {
            let text = thresholds::text(&evaluation, &design, format)
                .map_err(|error| CliError::Unusable(error.to_string()))?;
            write_to(target, |out| out.write_all(text.as_bytes()))?;
            if target != Path::new("-") {
                print(&describe(&evaluation, &design))?;
            }
        }
        None => print(&describe(&evaluation, &design))?,
    }
    Ok(Exit::Done)
}

fn found(
    evaluation: Evaluation,
    args: &ThresholdsArgs,
    progress: &dyn Progress,
) -> Result<(Design, Evaluation), CliError> {
    if let Some((title, why)) = design::obstacle(&evaluation) {
        return Err(CliError::Unusable(format!("{title}: {}", fmt::uncapitalised(why))));
    }
    let nothing = || CliError::Unusable("there is nothing to choose a threshold by".to_owned());
    let matched = evaluation.matched.clone().ok_or_else(nothing)?;
    let now = match args.confidence {
        Confidence::Given(value) => value,
        Confidence::Optimal => matched.optima.pooled.unwrap_or(0.0),
    };
    let design = design::design(&evaluation, &matched, now, args.plan(), progress).map_err(JobError::from)?;
    Ok((design.ok_or_else(nothing)?, evaluation))
}

fn format_of(out: Option<&Path>) -> Result<Format, CliError> {
    let ending = out.and_then(Path::extension).map_or_else(String::new, |ending| ending.to_string_lossy().into_owned());
    Format::of_ending(&ending).ok_or_else(|| {
        CliError::Usage(format!("`.{ending}` is not known: the file's name ends in .json, .yaml or .yml"))
    })
}

/// The one model, dataset and splits that are meant.
fn chosen(root: &Path, project: &Project, args: &ThresholdsArgs) -> Result<Choice, CliError> {
    let mut all = formats::choices(project);
    if all.is_empty() {
        return Err(choose::nothing(root, ""));
    }
    if let Some(wanted) = &args.model {
        choose::retain_model(project, &mut all, wanted)?;
    }
    if let Some(wanted) = &args.dataset {
        choose::retain_dataset(project, &mut all, wanted)?;
    }
    if let Some(wanted) = &args.split {
        all = choose::pool(&all, &choose::splits(wanted))?;
    }
    one_of(all.iter().map(|c| c.model), "model", |model| {
        project.models.get(model).map(|m| format!("{}@{}", m.id, m.version))
    })?;
    one_of(all.iter().map(|c| c.dataset), "dataset", |dataset| {
        project.datasets.get(dataset).map(|d| format!("{}@{}", d.key(), d.version))
    })?;
    load::first_choice(project, &all).ok_or_else(|| choose::nothing(root, ""))
}

fn one_of(
    all: impl Iterator<Item = usize>,
    what: &str,
    name: impl Fn(usize) -> Option<String>,
) -> Result<(), CliError> {
    let mut all: Vec<usize> = all.collect();
    all.sort_unstable();
    all.dedup();
    if all.len() < 2 {
        return Ok(());
    }
    let names: Vec<String> = all.into_iter().filter_map(name).collect();
    Err(CliError::Usage(format!("choose a {what} with --{what}: there is {}", names.join(", "))))
}

/// What a person reads on the terminal.
fn describe(evaluation: &Evaluation, design: &Design) -> String {
    let (model, dataset) = (&evaluation.predictions.identity, &evaluation.dataset.identity);
    let size = evaluation.size();
    let size = size.get(..2).unwrap_or(&[]).join(", ");
    let mut text = format!(
        "{}@{} on {}@{}, {}\n  {size}\n  {}\n\n",
        model.id,
        model.version,
        dataset.id,
        dataset.version,
        dataset.split,
        design.plan.sentence(evaluation.task)
    );
    let reached = |chosen: &design::Chosen| if chosen.reached { "" } else { ", the target is out of reach" };
    let _ = writeln!(
        text,
        "  threshold for all {} (now {}){}",
        fmt::threshold(design.threshold.threshold),
        fmt::threshold(design.now.0),
        reached(&design.threshold)
    );
    for class in &design.classes {
        let Some(chosen) = &class.chosen else { continue };
        let (a, b) = class.counts;
        let _ = writeln!(
            text,
            "  {:<24} {}  precision {} → {}, recall {} → {}, F1 {} → {}{}",
            evaluation.dataset.classes.name(class.class),
            fmt::threshold(chosen.threshold),
            fmt::rate(a.precision()),
            fmt::rate(b.precision()),
            fmt::rate(a.recall()),
            fmt::rate(b.recall()),
            fmt::rate(a.f1()),
            fmt::rate(b.f1()),
            reached(chosen)
        );
    }
    let _ = writeln!(text, "\n  on the items they were chosen on (too good by what was fitted to them)");
    design.gains.iter().for_each(|gain| row(&mut text, gain));
    if let Some(held_out) = &design.held_out {
        let folds = held_out.thresholds.len();
        let _ = writeln!(
            text,
            "  on held-out items: chosen on {} of {folds} parts, judged on the last, in turn",
            folds - 1
        );
        held_out.gains.iter().for_each(|gain| row(&mut text, gain));
    }
    text
}

fn row(text: &mut String, gain: &Difference) {
    let value = |value: Option<f64>| gain.measure.words(value);
    let signed = |value: Option<f64>| gain.measure.signed(value);
    let interval =
        gain.interval.map_or_else(String::new, |(low, high)| format!("{} … {}", signed(Some(low)), signed(Some(high))));
    let _ = writeln!(
        text,
        "    {:<10} {:>9} → {:>9} {:>9}  {interval:^22} {}",
        gain.measure.label(),
        value(gain.now),
        value(gain.then),
        signed(gain.difference()),
        gain.words()
    );
}
