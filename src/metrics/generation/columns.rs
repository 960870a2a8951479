//! Every number of every answer, column by column.

use std::sync::Arc;

use rayon::prelude::*;

use super::choices::{self, Truthful};
use super::lengths;
use super::take_out::{TakeOut, Taken};
use crate::metrics::text::checks::{self, LengthBounds};
use crate::metrics::text::{CorpusScores, ItemScores};
use crate::model::{Answers, Cancelled, Check, NumberColumn, NumberRole, Progress, Scoring, fmt};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// A metric against references.
    Metric,
    /// Marks of a judge.
    Judge,
    /// The weighted score of the judge's criteria.
    Weighted,
    /// A check: 1 where it holds, else 0.
    Check,
    /// How long the answer is.
    Length,
    /// Anything else that stood beside the answer.
    Beside,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Better {
    /// More.
    More,
    /// Less.
    Less,
    /// Neither: the number describes and does not rank.
    Neither,
}

/// One number of every answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name in documents and settings, such as `bleu` or `judge.relevance`.
    pub key: String,
    /// What a person reads.
    pub label: String,
    /// What it is and how it is computed.
    pub about: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Which way is better.
    pub better: Better,
    /// Lowest and highest value that it can have, or has where that is not known.
    pub scale: (f64, f64),
    /// Of each answer; `None` where it is undefined.
    pub values: Vec<Option<f64>>,
    /// Of the whole set: the mean over the answers for which it is defined, but BLEU, chrF, chrF++ and TER of all counts added
    /// up.
    pub corpus: Option<f64>,
    /// Population standard deviation of the values.
    pub spread: Option<f64>,
    /// Answers for which it is defined.
    pub defined: usize,
}

impl Column {
    /// A column of values alone.
    pub(in crate::metrics) fn of_values(key: &str, values: Vec<Option<f64>>) -> Self {
        Self::new(key, key, values)
    }

    fn new(key: impl Into<String>, label: impl Into<String>, values: Vec<Option<f64>>) -> Self {
        let (mut sum, mut defined) = (0.0, 0_usize);
        for value in values.iter().flatten() {
            sum += value;
            defined += 1;
        }
        let mean = (defined > 0).then(|| sum / defined as f64);
        let square = |mean: f64| values.iter().flatten().map(|value| (value - mean).powi(2)).sum::<f64>();
        Self {
            key: key.into(),
            label: label.into(),
            about: "",
            kind: ColumnKind::Metric,
            better: Better::More,
            scale: (0.0, 1.0),
            spread: mean.map(|mean| (square(mean) / defined as f64).sqrt()),
            corpus: mean,
            defined,
            values,
        }
    }

    /// The value of an answer.
    #[must_use]
    pub fn value(&self, item: usize) -> Option<f64> {
        self.values.get(item).copied().flatten()
    }

    /// True where every value is 0 or 1.
    #[must_use]
    pub fn is_yes_or_no(&self) -> bool {
        self.defined > 0 && self.values.iter().flatten().all(|value| *value == 0.0 || *value == 1.0)
    }

    /// The value as the slider has it: right is stricter, whichever way is better.
    #[must_use]
    pub fn as_score(&self, value: f64) -> f64 {
        if self.better == Better::Less { -value } else { value }
    }

    /// True where answers can be told apart by it: more is better, or less.
    #[must_use]
    pub fn ranks(&self) -> bool {
        self.better != Better::Neither
    }

    /// Lowest and highest value as the slider has them.
    #[must_use]
    pub fn score_scale(&self) -> (f64, f64) {
        let (low, high) = (self.as_score(self.scale.0), self.as_score(self.scale.1));
        (low.min(high), low.max(high))
    }

    /// A value as people read it.
    #[must_use]
    pub fn words(&self, value: Option<f64>) -> String {
        match value {
            // Words are whole; only their mean is not.
            Some(value) if self.key == "words" && value.fract() == 0.0 => fmt::count(value as u64),
            value => fmt::decimal(value, fmt::decimals(self.scale)),
        }
    }

    /// A threshold of the slider as people read it, never stricter than it is.
    #[must_use]
    pub fn threshold_words(&self, score: f64) -> String {
        self.words(Some(self.as_score(fmt::rounded_down(score, fmt::decimals(self.scale)))))
    }

    /// What has to be reached: `BLEU ≥ 50.00`, or `TER ≤ 50.00` where less is better.
    #[must_use]
    pub fn condition(&self, score: f64) -> String {
        let sign = if self.better == Better::Less { '≤' } else { '≥' };
        format!("{} {sign} {}", self.label, self.threshold_words(score))
    }

    /// The threshold that is used before anybody chose one: 1 of what is only 0 or 1, else the middle of its scale.
    #[must_use]
    pub fn default_threshold(&self) -> f64 {
        if self.is_yes_or_no() { 1.0 } else { f64::midpoint(self.scale.0, self.scale.1) }
    }
}

/// What columns are made of.
pub(super) struct Sources<'a> {
    pub(super) answers: &'a Answers,
    pub(super) taken: &'a Taken,
    pub(super) scores: &'a [ItemScores],
    pub(super) corpus: &'a CorpusScores,
    pub(super) scoring: &'a Scoring,
}

/// A metric against references: key, label, where it lies, highest value, what it is.
type Known =
    (&'static str, &'static str, fn(&ItemScores) -> Option<f64>, fn(&CorpusScores) -> Option<f64>, f64, &'static str);

const METRICS: [Known; 10] = [
    (
        "exact_match",
        "Exact match",
        |s| s.exact_match,
        |c| c.exact_match,
        1.0,
        "1 where the answer equals a reference after SQuAD's normalisation (lower case, no ASCII punctuation, no articles, single spaces), else 0; as written where something is taken out of the answers first. Rajpurkar et al. 2016",
    ),
    (
        "token_f1",
        "Token F1",
        |s| s.token_f1,
        |c| c.token_f1,
        1.0,
        "F1 of the normalised words that answer and reference share, the best over the references. SQuAD v1.1",
    ),
    (
        "bleu",
        "BLEU",
        |s| s.bleu,
        |c| c.bleu,
        100.0,
        "n-grams of 1 to 4 tokens shared with the references, brevity penalised; of the whole set all counts are added up. sacrebleu's defaults",
    ),
    ("chrf", "chrF", |s| s.chrf, |c| c.chrf, 100.0, "F2 of shared n-grams of 1 to 6 characters. sacrebleu's defaults"),
    (
        "chrf_plus_plus",
        "chrF++",
        |s| s.chrf_plus_plus,
        |c| c.chrf_plus_plus,
        100.0,
        "chrF with n-grams of 1 and 2 words. sacrebleu with word order 2",
    ),
    (
        "ter",
        "TER",
        |s| s.ter,
        |c| c.ter,
        100.0,
        "Edits and shifts that turn the answer into the reference, by 100 words of the reference; less is better, and it can be above 100. sacrebleu's defaults",
    ),
    ("rouge1", "ROUGE-1", |s| s.rouge1, |c| c.rouge1, 1.0, "F1 of shared words. rouge-score"),
    ("rouge2", "ROUGE-2", |s| s.rouge2, |c| c.rouge2, 1.0, "F1 of shared pairs of words. rouge-score"),
    ("rougeL", "ROUGE-L", |s| s.rouge_l, |c| c.rouge_l, 1.0, "F1 by the longest common subsequence. rouge-score"),
    (
        "rougeLsum",
        "ROUGE-Lsum",
        |s| s.rouge_lsum,
        |c| c.rouge_lsum,
        1.0,
        "F1 by the longest common subsequences of lines. rouge-score",
    ),
];

/// All columns that hold a value.
pub(super) fn all(of: &Sources<'_>, take_out: &TakeOut, progress: &dyn Progress) -> Result<Vec<Column>, Cancelled> {
    let mut columns: Vec<Column> = METRICS.iter().map(|known| metric(of, known)).collect();
    columns.extend(of_choices(of, progress)?);
    let criteria: Vec<Arc<Column>> =
        of_role(of, NumberRole::Judge).map(|numbers| Arc::new(criterion(numbers))).collect();
    columns.extend(of_role(of, NumberRole::Similarity).map(|numbers| Column {
        about: "Cosine of the embeddings of answer and reference, −1…1",
        ..beside(numbers, Better::More)
    }));
    columns.extend(weighted(&criteria, of.scoring));
    columns.extend(criteria.into_iter().map(Arc::unwrap_or_clone));
    for (check, pattern) in of.scoring.checks.iter().zip(&take_out.checks) {
        columns.push(checked(of, check, pattern.as_ref()));
    }
    columns.extend(of_lengths(of));
    let less = [NumberRole::Latency, NumberRole::Cost];
    for role in [NumberRole::Latency, NumberRole::Tokens, NumberRole::Cost, NumberRole::Other] {
        let better = if less.contains(&role) { Better::Less } else { Better::Neither };
        columns.extend(of_role(of, role).map(|numbers| beside(numbers, better)));
    }
    columns.retain(|column| column.defined > 0);
    Ok(columns)
}

/// Computes the weighted score anew. Where no criterion counts any more it is left out, and comes back with one that does.
pub(super) fn reweigh(columns: &mut Vec<Arc<Column>>, scoring: &Scoring) {
    let criteria: Vec<Arc<Column>> =
        columns.iter().filter(|column| column.kind == ColumnKind::Judge).cloned().collect();
    columns.retain(|column| column.kind != ColumnKind::Weighted);
    let before = columns.iter().position(|column| column.kind == ColumnKind::Judge);
    if let Some((at, column)) = before.zip(weighted(&criteria, scoring).filter(|column| column.defined > 0)) {
        columns.insert(at, Arc::new(column));
    }
}

/// The column that decides which answers pass, unless the scoring names one: what a judge says, else exact match where answers
/// are short or something is taken out of them, else chrF; without references the first that ranks.
pub(super) fn pass(columns: &[Arc<Column>], answers: &Answers, scoring: &Scoring) -> usize {
    /// Words of a short answer.
    const SHORT: usize = 5;
    let at = |key: &str| columns.iter().position(|column| column.key == key);
    if let Some(named) = scoring.pass.as_deref().and_then(at) {
        return named;
    }
    let mut lengths: Vec<usize> =
        answers.references.iter().filter_map(|all| all.first()).map(|text| lengths::word_count(text)).collect();
    lengths.sort_unstable();
    let short = lengths.get(lengths.len() / 2).is_some_and(|words| *words <= SHORT);
    let exact = at("exact_match").filter(|_| short || scoring.takes_out());
    let judged = at("weighted_score").or_else(|| columns.iter().position(|column| column.kind == ColumnKind::Judge));
    let ranks = || columns.iter().position(|column| column.better != Better::Neither);
    judged.or(exact).or_else(|| at("mc1")).or_else(|| at("chrf")).or_else(ranks).unwrap_or(0)
}

fn metric(of: &Sources<'_>, (key, label, item, corpus, highest, about): &Known) -> Column {
    let values = of.scores.iter().map(item).collect();
    let better = if *key == "ter" { Better::Less } else { Better::More };
    let column = Column::new(*key, *label, values);
    Column { about, better, scale: (0.0, *highest), corpus: corpus(of.corpus), ..column }
}

fn of_role<'a>(of: &Sources<'a>, role: NumberRole) -> impl Iterator<Item = &'a NumberColumn> {
    of.answers.numbers.iter().filter(move |numbers| numbers.role == role)
}

/// The scale of marks: 0…1 where all are, else 1…N (0…N where one is below 1), N 5, 10 or 100, or a higher mark. Not just the
/// highest mark: a model that nobody gave a 5 was marked on the same scale as one that has some.
fn scale_of(values: &[Option<f64>]) -> (f64, f64) {
    let (low, high) = values
        .iter()
        .flatten()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
    let top = || [5.0, 10.0, 100.0].into_iter().find(|top| high <= *top).unwrap_or(high.ceil());
    match (low, high) {
        (low, high) if low >= 0.0 && high <= 1.0 => (0.0, 1.0),
        (low, _) if low >= 1.0 => (1.0, top()),
        (low, _) if low >= 0.0 => (0.0, top()),
        other => other,
    }
}

fn criterion(numbers: &NumberColumn) -> Column {
    let column = Column::new(format!("judge.{}", numbers.name), &numbers.name, numbers.values.clone());
    Column {
        about: "Marks of a judge, read from the answers' file; the mean over the answers that have one",
        kind: ColumnKind::Judge,
        scale: scale_of(&column.values),
        ..column
    }
}

/// Keys of columns that are computed, and of what else stands in the record of an answer.
const TAKEN: [&str; 12] = [
    "id",
    "output",
    "scored",
    "mc1",
    "mc2",
    "truthful_bleu",
    "truthful_rouge",
    "bleu_difference",
    "rouge_difference",
    "weighted_score",
    "words",
    "length_ratio",
];

/// The key of a number beside the answers: its name, marked where something else goes by it. A BLEU of the file is not ours.
fn key_beside(name: &str) -> String {
    let taken = TAKEN.contains(&name) || METRICS.iter().any(|(key, ..)| *key == name);
    if taken { format!("beside.{name}") } else { name.to_owned() }
}

fn beside(numbers: &NumberColumn, better: Better) -> Column {
    let column = Column::new(key_beside(&numbers.name), &numbers.name, numbers.values.clone());
    let similar = numbers.role == NumberRole::Similarity;
    let span = |values: &[Option<f64>]| {
        let all = values.iter().flatten();
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)))
    };
    Column {
        about: "Read from the answers' file; the mean over the answers that have one",
        kind: if similar { ColumnKind::Metric } else { ColumnKind::Beside },
        better,
        scale: if similar { (-1.0, 1.0) } else { span(&column.values) },
        ..column
    }
}

/// Σ weight · mark / Σ weight over the criteria that an answer has. Criteria of different scales are brought to 0…1 first.
fn weighted(criteria: &[Arc<Column>], scoring: &Scoring) -> Option<Column> {
    // One criterion is its own score.
    let [first, _, ..] = criteria else { return None };
    // Where nobody gave a 0 the scale may begin with it all the same.
    let same = criteria.iter().all(|column| column.scale.1 == first.scale.1);
    let lowest = criteria.iter().map(|column| column.scale.0).fold(first.scale.0, f64::min);
    let parts: Vec<(&Arc<Column>, f64)> = criteria
        .iter()
        .map(|column| {
            let name = column.key.strip_prefix("judge.").unwrap_or(&column.key);
            let weight = scoring.weights.get(name).copied().filter(|weight| weight.is_finite()).unwrap_or(1.0);
            (column, weight.max(0.0))
        })
        .filter(|(_, weight)| *weight > 0.0)
        .collect();
    let of_item = |item: usize| {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (column, weight) in &parts {
            if let Some(value) = column.value(item) {
                let (low, high) = column.scale;
                sum += weight * if same { value } else { (value - low) / (high - low).max(f64::MIN_POSITIVE) };
                weights += weight;
            }
        }
        (weights > 0.0).then(|| sum / weights)
    };
    let column = Column::new("weighted_score", "Weighted score", (0..first.values.len()).map(of_item).collect());
    let about = if same {
        "The judge's criteria by their weights: Σ weight · mark / Σ weight"
    } else {
        "The judge's criteria by their weights, each brought to 0…1 by its scale first: Σ weight · mark / Σ weight"
    };
    Some(Column {
        about,
        kind: ColumnKind::Weighted,
        scale: if same { (lowest, first.scale.1) } else { (0.0, 1.0) },
        ..column
    })
}

fn checked(of: &Sources<'_>, check: &Check, pattern: Option<&regex::Regex>) -> Column {
    let one = |(output, references): (&Option<String>, &Vec<String>)| {
        let answer = output.as_deref().unwrap_or_default();
        let holds = match check {
            Check::Contains(text) => checks::contains(answer, text, false),
            Check::ContainsReference => references.iter().any(|text| checks::contains(answer, text.trim(), false)),
            Check::Matches(_) => pattern.is_some_and(|pattern| checks::matches(answer, pattern)),
            Check::Json => checks::is_json(answer),
            Check::Words(least, most) => {
                LengthBounds { min_words: *least, max_words: *most, ..LengthBounds::default() }.hold(answer)
            }
        };
        let defined = *check != Check::ContainsReference || !references.is_empty();
        defined.then(|| f64::from(holds))
    };
    let values = of.answers.outputs.par_iter().zip(&of.taken.references).map(one).collect();
    let column = Column::new(format!("check.{}", check.label()), check.label(), values);
    Column { about: "1 where the answer as it was written keeps it, else 0", kind: ColumnKind::Check, ..column }
}

fn of_choices(of: &Sources<'_>, progress: &dyn Progress) -> Result<Vec<Column>, Cancelled> {
    let mut columns = Vec::new();
    if !of.answers.choices.is_empty() {
        let values = |score: fn(&crate::model::Choices) -> Option<f64>| {
            of.answers.choices.iter().map(|choices| choices.as_ref().and_then(score)).collect()
        };
        columns.push(Column {
            about: "1 where the right choice is likelier than every wrong one, else 0. TruthfulQA",
            ..Column::new("mc1", "MC1", values(choices::mc1))
        });
        columns.push(Column {
            about: "Share of all probability that the right choices have. TruthfulQA",
            ..Column::new("mc2", "MC2", values(choices::mc2))
        });
    }
    if of.answers.incorrect.iter().all(Vec::is_empty) {
        return Ok(columns);
    }
    let found = choices::truthful(&of.taken.outputs, &of.taken.references, &of.answers.incorrect, progress)?;
    let values = |of: fn(&Truthful) -> Option<f64>| -> Vec<Option<f64>> { found.iter().map(of).collect() };
    let ahead = |values: &[Option<f64>]| values.iter().map(|value| value.map(|v| f64::from(v > 0.0))).collect();
    let (bleu, rouge) = (values(|of| of.bleu), values(|of| of.rouge));
    let nearer = "1 where the answer is nearer to a right reference than to every wrong one, else 0";
    let by_how_much = "Highest score against a right reference minus the highest against a wrong one";
    columns.push(Column { about: nearer, ..Column::new("truthful_bleu", "Truthful by BLEU", ahead(&bleu)) });
    columns.push(Column { about: nearer, ..Column::new("truthful_rouge", "Truthful by ROUGE-L", ahead(&rouge)) });
    columns.push(Column {
        about: by_how_much,
        scale: (-100.0, 100.0),
        ..Column::new("bleu_difference", "BLEU, right − wrong", bleu)
    });
    columns.push(Column {
        about: by_how_much,
        scale: (-1.0, 1.0),
        ..Column::new("rouge_difference", "ROUGE-L, right − wrong", rouge)
    });
    Ok(columns)
}

fn of_lengths(of: &Sources<'_>) -> [Column; 2] {
    let counted = |output: &Option<String>| output.as_deref().map(|text| lengths::word_count(text) as f64);
    let values: Vec<Option<f64>> = of.answers.outputs.par_iter().map(counted).collect();
    let highest = values.iter().flatten().copied().fold(0.0, f64::max);
    let ratio = |(output, references): (&Option<String>, &Vec<String>)| {
        lengths::ratio(output.as_deref().unwrap_or_default(), references)
    };
    let ratios: Vec<Option<f64>> = of.taken.outputs.par_iter().zip(&of.taken.references).map(ratio).collect();
    let longest = ratios.iter().flatten().copied().fold(0.0, f64::max);
    [
        Column {
            about: "Words of the answer as it was written, between white space",
            kind: ColumnKind::Length,
            better: Better::Neither,
            scale: (0.0, highest),
            ..Column::new("words", "Words", values)
        },
        Column {
            about: "Words of the answer by words of the reference whose number is nearest",
            kind: ColumnKind::Length,
            better: Better::Neither,
            scale: (0.0, longest),
            ..Column::new("length_ratio", "Length by reference", ratios)
        },
    ]
}
