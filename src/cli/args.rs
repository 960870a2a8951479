//! What was typed. Values are checked for form here, for sense where they are used.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser};

use crate::analysis::Rules;
use crate::analysis::recommend::Limit;
use crate::metrics::Matching;
use crate::model::Task;
use crate::report::sheet::Part;

use super::scoring::ScoringArgs;
use super::thresholds::ThresholdsArgs;

/// Find out how good a model is, at which confidence to run it, and where it fails. Without a subcommand the window
/// opens on the given folders.
#[derive(Debug, Parser)]
#[command(name = "evalens", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// Project folders to open in the window; the bundled sample where none is given and none was opened before
    pub paths: Vec<PathBuf>,
    /// Write what is done to stderr, a line each
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// What to do without a window
    #[command(subcommand)]
    pub command: Option<Subcommand>,
}

/// What can be done without a display.
#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
    /// Say what is recognised in a folder and every problem found; exit 1 if something is unusable
    Check(CheckArgs),
    /// Write evalens.json from what is recognised
    Init(InitArgs),
    /// Evaluate and write the numbers
    Evaluate(Box<EvaluateArgs>),
    /// Write a report to hand to others: HTML, PDF, figures and tables
    Report(Box<ReportArgs>),
    /// Cross-validate a linear head on embeddings: an honest score without a model
    Crossval(CrossvalArgs),
    /// Lay embeddings out on a plane and find clusters in them
    Vectors(VectorsArgs),
    /// Compare models on the same items: differences with intervals, what was fixed and what was broken
    Compare(CompareArgs),
    /// Rank all model versions of projects
    Leaderboard(LeaderboardArgs),
    /// Choose thresholds for costs, F-beta, or a recall or precision to reach, and judge them on held-out items
    Thresholds(ThresholdsArgs),
    /// Write what was said of labels in the window: a table, or the changes to the ground truth
    Verdicts(VerdictsArgs),
    /// Print what a shell needs to complete commands and options
    Completions(CompletionsArgs),
}

/// `evalens completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// The same arguments with `-v` behind the name of a subcommand where it stood before: paths to open and subcommands exclude
/// each other, and whatever stands in front of a subcommand counts as the former.
#[must_use]
pub fn verbose_behind(given: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut given: Vec<OsString> = given.into_iter().collect();
    let flags = given.iter().skip(1).take_while(|arg| *arg == "-v" || *arg == "--verbose").count();
    let command = Arguments::command();
    let is_command = |name: &OsString| name.to_str().is_some_and(|name| command.find_subcommand(name).is_some());
    if given.get(1 + flags).is_some_and(is_command)
        && let Some(turned) = given.get_mut(1..2 + flags)
    {
        turned.rotate_left(flags);
    }
    given
}

/// `evalens verdicts`.
#[derive(Debug, Args)]
pub struct VerdictsArgs {
    /// The project folder
    pub path: PathBuf,
    /// The dataset
    #[arg(long, value_name = "ID[@VERSION]")]
    pub dataset: Option<String>,
    /// Write all verdicts as a table (.csv), or the changes that they ask for (.json); to stdout as a table with `-`
    #[arg(long, value_name = "FILE.csv|FILE.json|-")]
    pub out: Option<PathBuf>,
}

/// `evalens check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The project folder
    pub path: PathBuf,
    /// Write the result as JSON to a file, or to stdout with `-`
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
}

/// `evalens init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The project folder
    pub path: PathBuf,
    /// Replace an evalens.json that is there
    #[arg(long)]
    pub force: bool,
}

/// What is evaluated, and how: a project with choices in it, or files.
#[derive(Debug, Args)]
pub struct SubjectArgs {
    /// The project folder, or a workspace's file; or give --predictions (and --truth) instead
    #[arg(required_unless_present = "predictions", conflicts_with_all = ["truth", "predictions", "images"])]
    pub path: Option<PathBuf>,
    /// The model; all where none is given, its latest version where none is named
    #[arg(long, value_name = "[PROJECT:]ID[@VERSION]")]
    pub model: Option<String>,
    /// The dataset
    #[arg(long, value_name = "[PROJECT:]ID[@VERSION]")]
    pub dataset: Option<String>,
    /// The split; several, separated by commas, are pooled
    #[arg(long, value_name = "NAME[,NAME]")]
    pub split: Option<String>,
    /// Further projects, whose datasets can be named as PROJECT:ID
    #[arg(long, value_name = "FOLDER", requires = "path")]
    pub with: Vec<PathBuf>,
    /// The task of --truth and --predictions
    #[arg(long, value_parser = task)]
    pub task: Option<Task>,
    /// Ground truth: a file or folder
    #[arg(long, value_name = "FILE|DIR", requires = "predictions")]
    pub truth: Option<PathBuf>,
    /// Model outputs: a file or folder
    #[arg(long, value_name = "FILE|DIR")]
    pub predictions: Option<PathBuf>,
    /// The pictures (needed for the sizes behind YOLO labels)
    #[arg(long, value_name = "DIR")]
    pub images: Option<PathBuf>,
    /// Scores of at least this are kept
    #[arg(long, value_name = "VALUE|optimal", default_value = "optimal", value_parser = confidence)]
    pub confidence: Confidence,
    /// Overlap from which a pair counts
    #[arg(long, default_value_t = 0.5, value_parser = iou)]
    pub iou: f64,
    /// How objects are paired: two-pass, coco, class-agnostic, supervision or ultralytics
    #[arg(long, default_value = "two-pass", value_parser = matching)]
    pub matching: Matching,
    /// A file that names the classes, one a line or a data.yaml
    #[arg(long, value_name = "FILE")]
    pub classes: Option<PathBuf>,
    /// The class index to leave out (segmentation)
    #[arg(long, value_name = "INDEX")]
    pub ignore: Option<u16>,
    /// How generated texts are scored
    #[command(flatten)]
    pub scoring: ScoringArgs,
}

/// `evalens evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// What is evaluated, and how
    #[command(flatten)]
    pub subject: SubjectArgs,
    /// Compute and write just these sections: coco, matrix, sweep, tide, recommendations, problems
    #[arg(long, value_name = "SECTION,…", value_delimiter = ',')]
    pub only: Vec<Section>,
    /// Write the evaluation as JSON to a file, or to stdout with `-`
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
    /// Write tables into this folder
    #[arg(long, value_name = "DIR")]
    pub csv: Option<PathBuf>,
    /// Exit with 3 when a number of the summary is below a value
    #[arg(long, value_name = "METRIC=VALUE", value_parser = fail_under)]
    pub fail_under: Vec<(String, f64)>,
    /// Set a limit of the recommendations' rules, such as missed_recall=0.9
    #[arg(long = "rule", value_name = "LIMIT=VALUE", value_parser = rule)]
    pub rules: Vec<(String, f64)>,
    /// Add bootstrap intervals of the headline (1,000 resamples of the images)
    #[arg(long)]
    pub intervals: bool,
    /// Look through the pictures or texts of all splits for items that are there twice, and recommend what to do about those
    /// that are evaluated
    #[arg(long)]
    pub duplicates: bool,
}

/// `evalens report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// What is evaluated, and how
    #[command(flatten)]
    pub subject: SubjectArgs,
    /// The folder to write: report.html, report.pdf, evaluation.json, figures and tables. Of several results one folder each in it
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Replace files of the same names that are there
    #[arg(long)]
    pub force: bool,
    /// The title
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub title: String,
    /// Notes under the title, or a text file with them
    #[arg(long, value_name = "FILE|TEXT", default_value = "")]
    pub notes: String,
    /// A picture at the head of the report
    #[arg(long, value_name = "PICTURE")]
    pub logo: Option<PathBuf>,
    /// Just these sections: headline, production, classes, matrix, curves, recommendations, errors, worst, data, comparison,
    /// leaderboard, protocol
    #[arg(long, value_name = "SECTION,…", value_delimiter = ',', value_parser = part)]
    pub sections: Vec<Part>,
    /// With a comparison: another model on the same items
    #[arg(long, value_name = "[PROJECT:]ID[@VERSION]", requires = "path")]
    pub compare: Option<String>,
    /// With all models of the project that can be evaluated on the same data
    #[arg(long, requires = "path")]
    pub leaderboard: bool,
    /// Set a limit of the recommendations' rules, such as missed_recall=0.9
    #[arg(long = "rule", value_name = "LIMIT=VALUE", value_parser = rule)]
    pub rules: Vec<(String, f64)>,
    /// Without intervals from resamples: faster, and shares have Wilson's
    #[arg(long)]
    pub no_intervals: bool,
    /// Look through the pictures or texts of all splits for items that are there twice
    #[arg(long)]
    pub duplicates: bool,
}

/// `evalens leaderboard`.
#[derive(Debug, Args)]
pub struct LeaderboardArgs {
    /// Project folders or workspace files
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Models of this task only
    #[arg(long, value_parser = task)]
    pub task: Option<Task>,
    /// The column to rank by: headline, f1, precision, recall, roc_auc, model, evaluation_dataset or training_dataset
    #[arg(long, default_value = "headline")]
    pub sort: String,
    /// F1, precision and recall of each model at its own optimum, or of all at one of 0, 0.05, … 1
    #[arg(long, value_name = "VALUE|optimal", default_value = "optimal", value_parser = confidence)]
    pub confidence: Confidence,
    /// Keep new results as runs of their projects
    #[arg(long)]
    pub save: bool,
    /// Write the rows as JSON to a file, or to stdout with `-`
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
}

/// `evalens crossval`.
#[derive(Debug, Args)]
pub struct CrossvalArgs {
    /// Project folder
    #[arg(required_unless_present = "embeddings", conflicts_with_all = ["embeddings", "ids", "truth"])]
    pub path: Option<PathBuf>,
    /// The dataset
    #[arg(long, value_name = "ID[@VERSION]")]
    pub dataset: Option<String>,
    /// The splits, separated by commas; all where none is named
    #[arg(long, value_name = "NAME[,NAME]")]
    pub split: Option<String>,
    /// Vectors of the items: npy, npz or csv
    #[arg(long, value_name = "FILE", requires = "truth")]
    pub embeddings: Option<PathBuf>,
    /// Their ids, one a line
    #[arg(long, value_name = "FILE")]
    pub ids: Option<PathBuf>,
    /// Labels of the items: a table, a list of records or a folder of classes
    #[arg(long, value_name = "FILE|DIR", requires = "embeddings")]
    pub truth: Option<PathBuf>,
    /// Number of splits
    #[arg(long, default_value_t = 5)]
    pub folds: usize,
    /// Another seed divides the items otherwise
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Strength of the penalty on the weights, 1/C
    #[arg(long, default_value_t = 1.0)]
    pub l2: f64,
    /// Choose the strength in each split by a cross-validation inside its training part
    #[arg(long, conflicts_with = "l2")]
    pub choose_l2: bool,
    /// A column of the truth: items with the same value stay in one split
    #[arg(long, value_name = "COLUMN")]
    pub groups: Option<String>,
    /// Also train on 10, 25, 50 and 100 % of the training parts
    #[arg(long)]
    pub learning_curve: bool,
    /// Keep a head trained on everything, with the out-of-fold outputs, as a model version of the project
    #[arg(long, conflicts_with = "embeddings")]
    pub save: bool,
    /// Write everything as JSON to a file, or to stdout with `-`
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
}

/// `evalens vectors`.
#[derive(Debug, Args)]
pub struct VectorsArgs {
    /// Project folder
    #[arg(required_unless_present = "embeddings", conflicts_with_all = ["embeddings", "ids"])]
    pub path: Option<PathBuf>,
    /// The dataset
    #[arg(long, value_name = "ID[@VERSION]")]
    pub dataset: Option<String>,
    /// Vectors of the items: npy, npz or csv
    #[arg(long, value_name = "FILE")]
    pub embeddings: Option<PathBuf>,
    /// Their ids, one a line
    #[arg(long, value_name = "FILE", requires = "embeddings")]
    pub ids: Option<PathBuf>,
    /// How they are laid out
    #[arg(long, default_value = "umap")]
    pub method: Layouter,
    /// The same seed gives the same layout
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// How clusters are found
    #[arg(long, default_value = "none")]
    pub clusters: Clusterer,
    /// The fewest items of a cluster (HDBSCAN), or the number of clusters (k-means)
    #[arg(long, value_name = "N")]
    pub min_cluster_size: Option<usize>,
    /// Neighbours that make a place dense (HDBSCAN, DBSCAN)
    #[arg(long, value_name = "N")]
    pub min_samples: Option<usize>,
    /// Where clusters are found
    #[arg(long, default_value = "projection")]
    pub cluster_on: ClusterOn,
    /// The table to write: id, x, y, cluster (-1: in none; empty: not asked for); stdout with `-`
    #[arg(long, value_name = "FILE.csv|-")]
    pub out: PathBuf,
}

/// `--method` of `vectors`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Layouter {
    /// Two principal components.
    Pca,
    /// UMAP.
    Umap,
    /// t-SNE.
    Tsne,
}

/// `--clusters` of `vectors`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Clusterer {
    /// None.
    None,
    /// HDBSCAN.
    Hdbscan,
    /// k-means.
    Kmeans,
    /// DBSCAN, its distance read off the data.
    Dbscan,
}

/// `--cluster-on` of `vectors`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ClusterOn {
    /// The layout.
    Projection,
    /// The vectors.
    Embeddings,
}

/// `evalens compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The project folder, or a workspace's file
    pub path: PathBuf,
    /// The models, each as MODEL@VERSION (the latest version where none is named); every further one against the first
    #[arg(required = true, num_args = 2.., value_name = "[PROJECT:]MODEL[@VERSION]")]
    pub models: Vec<String>,
    /// The dataset
    #[arg(long, value_name = "[PROJECT:]ID[@VERSION]")]
    pub dataset: Option<String>,
    /// The split; several, separated by commas, are pooled. Test, else validation, where none is named
    #[arg(long, value_name = "NAME[,NAME]")]
    pub split: Option<String>,
    /// Scores of at least this are kept: each model at its own optimum, or all at one value
    #[arg(long, value_name = "VALUE|optimal", default_value = "optimal", value_parser = confidence)]
    pub confidence: Confidence,
    /// Overlap from which a pair counts
    #[arg(long, default_value_t = 0.5, value_parser = iou)]
    pub iou: f64,
    /// How objects are paired: two-pass, coco, class-agnostic, supervision or ultralytics
    #[arg(long, default_value = "two-pass", value_parser = matching)]
    pub matching: Matching,
    /// Another seed draws the items otherwise
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Resamples of the items (at most 200 of them give AP beyond IoU 0.50)
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub resamples: u32,
    /// Write the comparison as JSON to a file, or to stdout with `-`; several as an array
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
    /// Further projects, whose datasets can be named as PROJECT:ID
    #[arg(long, value_name = "FOLDER")]
    pub with: Vec<PathBuf>,
}

/// `--confidence`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Confidence {
    /// The optimum.
    Optimal,
    /// This value.
    Given(f64),
}

/// `--only`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Section {
    /// Average precision.
    Coco,
    /// Confusion matrix.
    Matrix,
    /// Every threshold.
    Sweep,
    /// Error types.
    Tide,
    /// What to do next.
    Recommendations,
    /// Problems found in the data.
    Problems,
}

pub(super) fn confidence(text: &str) -> Result<Confidence, String> {
    if text == "optimal" {
        return Ok(Confidence::Optimal);
    }
    let value: f64 = text.parse().map_err(|_| "a number or `optimal` is expected".to_owned())?;
    if value.is_finite() { Ok(Confidence::Given(value)) } else { Err("a finite number is expected".to_owned()) }
}

pub(super) fn iou(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "a number above 0 and up to 1 is expected".to_owned())?;
    if value > 0.0 && value <= 1.0 { Ok(value) } else { Err("a number above 0 and up to 1 is expected".to_owned()) }
}

pub(super) fn matching(text: &str) -> Result<Matching, String> {
    let names = || Matching::ALL.map(Matching::name).join(", ");
    Matching::from_name(text).ok_or_else(|| format!("one of {} is expected", names()))
}

fn task(text: &str) -> Result<Task, String> {
    let names = || Task::ALL.map(Task::name).join(", ");
    Task::from_name(text).ok_or_else(|| format!("one of {} is expected", names()))
}

fn part(text: &str) -> Result<Part, String> {
    let names = || Part::ALL.map(Part::key).join(", ");
    Part::from_key(text.trim()).ok_or_else(|| format!("one of {} is expected", names()))
}

fn fail_under(text: &str) -> Result<(String, f64), String> {
    named_value(text).ok_or("METRIC=VALUE is expected, such as f1=0.8")?
}

fn rule(text: &str) -> Result<(String, f64), String> {
    let (name, value) = named_value(text).ok_or("LIMIT=VALUE is expected, such as missed_recall=0.9")??;
    let names = || Rules::LIMITS.iter().map(|limit| limit.name).collect::<Vec<_>>().join(", ");
    let limit = Limit::named(&name).ok_or_else(|| format!("there is no limit `{name}`; there are {}", names()))?;
    let (low, high) = limit.range;
    if (low..=high).contains(&value) { Ok((name, value)) } else { Err(format!("{name} is from {low} to {high}")) }
}

/// `NAME=VALUE`; `None` without the sign between them.
fn named_value(text: &str) -> Option<Result<(String, f64), String>> {
    let (name, value) = text.split_once('=')?;
    let value = value.parse().map_err(|_| format!("`{value}` is not a number"));
    Some(value.map(|value| (name.to_owned(), value)))
}
