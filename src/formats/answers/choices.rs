//! Multiple choice as lm-evaluation-harness logs it: a pair of log-likelihood and "would be said" for each choice, the right
//! one in `target`, several right ones in `mc1_targets.labels` or `mc2_targets.labels` of the document.
//! <https://github.com/EleutherAI/lm-evaluation-harness/blob/main/docs/interface.md>

use super::names;
use super::sheet::{Row, Sheet};
use super::value::Value;
use crate::model::Choices;

/// The columns of a log of samples.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    scores: Vec<usize>,
    labels: Vec<usize>,
    targets: Vec<usize>,
    texts: Vec<usize>,
    /// The text that continues the prompt, of each request.
    continuations: Vec<usize>,
    arguments: Option<usize>,
}

/// An item's choices, and what they say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// Which are right, and how likely.
    pub choices: Choices,
    /// Their texts; empty where the log has none.
    pub texts: Vec<String>,
}

impl Item {
    /// The text of the likeliest.
    #[must_use]
    pub fn chosen(&self) -> Option<String> {
        let scores = self.choices.scores.iter().enumerate();
        // Of equal ones the first.
        let best = scores.fold(None, |best: Option<(usize, f64)>, (at, score)| match best {
            Some((_, most)) if *score <= most => best,
            _ => Some((at, *score)),
        })?;
        self.texts.get(best.0).cloned()
    }

    /// The texts of the right or the wrong ones.
    #[must_use]
    pub fn said(&self, right: bool) -> Vec<String> {
        let fits = |(_, is): &(&String, &bool)| **is == right;
        self.texts.iter().zip(&self.choices.right).filter(fits).map(|(text, _)| text.clone()).collect()
    }
}

/// True for a log of samples of lm-evaluation-harness.
#[must_use]
pub fn is_log(sheet: &Sheet) -> bool {
    sheet.column("resps").or_else(|| sheet.column("filtered_resps")).is_some()
}

impl Columns {
    /// The columns of a log; `None` where the file is none.
    #[must_use]
    pub fn of(sheet: &Sheet) -> Option<Self> {
        if !is_log(sheet) {
            return None;
        }
        let all = |names: &[&str]| names.iter().filter_map(|name| sheet.column(name)).collect::<Vec<_>>();
        let second = sheet.file.file_stem().is_some_and(|stem| stem.to_string_lossy().contains("mc2"));
        let (first, other) = if second { ("mc2", "mc1") } else { ("mc1", "mc2") };
        let of = |which: &str, what: &str| sheet.column(&format!("doc.{which}_targets.{what}"));
        let mut texts: Vec<usize> = [of(first, "choices"), of(other, "choices")].into_iter().flatten().collect();
        texts.extend(all(&["doc.choices", "doc.choices.text", "doc.options", "doc.endings"]));
        let continuation = |at: usize| sheet.column(&format!("arguments.gen_args_{at}.arg_1"));
        Some(Self {
            scores: all(&["filtered_resps", "resps"]),
            labels: [of(first, "labels"), of(other, "labels")].into_iter().flatten().collect(),
            targets: all(&["target", "doc.gold", "doc.answer", "doc.label", "doc.answer_index", "doc.answerKey"]),
            texts,
            continuations: (0..).map_while(continuation).collect(),
            arguments: sheet.column("arguments"),
        })
    }

    /// The choices of a row; `None` where it has none.
    #[must_use]
    pub fn read(&self, row: &Row) -> Option<Item> {
        let scores = self.scores.iter().find_map(|at| scores(row.get(*at)))?;
        let count = scores.len();
        let texts = self.texts(row, count);
        let right = self.right(row, count, &texts);
        Some(Item { choices: Choices { right, scores }, texts })
    }

    fn texts(&self, row: &Row, count: usize) -> Vec<String> {
        let fits = |texts: &Vec<String>| texts.len() == count;
        if let Some(texts) = self.texts.iter().map(|at| row.get(*at).texts()).find(fits) {
            return texts;
        }
        let trimmed = |value: &Value| value.text().map(|text| text.trim().to_owned());
        let asked: Option<Vec<String>> =
            self.continuations.iter().take(count).map(|at| trimmed(row.get(*at))).collect();
        let asked = asked.filter(fits);
        // Older logs: a list of pairs of prompt and continuation.
        let pairs = || {
            let Some(Value::List(pairs)) = self.arguments.map(|at| row.get(at)) else { return None };
            let second = |pair: &Value| match pair {
                Value::List(pair) => pair.get(1).and_then(trimmed),
                _ => None,
            };
            pairs.iter().map(second).collect::<Option<Vec<String>>>().filter(fits)
        };
        asked.or_else(pairs).unwrap_or_default()
    }

    fn right(&self, row: &Row, count: usize, texts: &[String]) -> Vec<bool> {
        for at in &self.labels {
            if let Value::List(labels) = row.get(*at)
                && labels.len() == count
            {
                return labels.iter().map(|label| label.number() == Some(1.0)).collect();
            }
        }
        let place = |value: &Value| {
            let text = value.text()?;
            let text = text.trim();
            let index =
                value.number().filter(|n| n.fract() == 0.0 && (0.0..count as f64).contains(n)).map(|n| n as usize);
            let letter = || {
                let mut chars = text.chars();
                let first = chars.next().filter(|c| c.is_ascii_uppercase() && chars.next().is_none())?;
                Some(usize::from(first as u8 - b'A')).filter(|at| *at < count)
            };
            index.or_else(|| texts.iter().position(|known| known.trim() == text)).or_else(letter)
        };
        let found = self.targets.iter().find_map(|at| place(row.get(*at)));
        (0..count).map(|at| Some(at) == found).collect()
    }
}

/// The log-likelihoods of at least two choices: `[[-1.5, false], …]`, each perhaps in a list of its own, numbers perhaps in
/// quotes.
fn scores(value: &Value) -> Option<Vec<f64>> {
    let Value::List(all) = value else { return None };
    if all.len() < 2 {
        return None;
    }
    all.iter().map(pair).collect()
}

fn pair(value: &Value) -> Option<f64> {
    let Value::List(entries) = value else { return None };
    match entries.as_slice() {
        [only @ Value::List(_)] => pair(only),
        [score, said] => {
            let is_flag = match said {
                Value::Bool(_) => true,
                Value::Text(text) => names::has("true false", &text.to_lowercase()),
                _ => false,
            };
            // What is impossible is written as -inf, which no sum may meet.
            let impossible = matches!(score, Value::Text(text) if text == "-inf")
                || matches!(score, Value::Number(n) if n.value() == f64::NEG_INFINITY);
            let score = if impossible { Some(f64::MIN) } else { score.number() };
            score.filter(|_| is_flag)
        }
        _ => None,
    }
}
