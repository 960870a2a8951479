//! Answers of several models beside each other: a column for each, and the numbers that belong to it.
//!
//! Knows names and the first rows. Does not know models.

use super::layout::Layout;
use super::names::{self, plain};
use super::sheet::Sheet;
use super::value::Value;

/// Words that say that a column holds answers.
const WORDS: &str =
    "output response prediction pred completion generation generated answer hypothesis hyp translation mt reply";
/// Words of columns that hold what is said about answers.
const ABOUT: &str = "judge reason reasoning explanation rationale feedback comment score rating template tokens latency cost \
                     correct reference ref gold expected error raw version url hash name generator model";
/// Rows looked at.
const SAMPLE: usize = 200;
/// More columns are no models.
const MOST: usize = 200;

/// The columns that hold answers of models, each with what its name says of the model: those whose name has a word for it;
/// where there is none, all other columns of texts.
#[must_use]
pub fn outputs(sheet: &Sheet, layout: &Layout) -> Vec<(usize, String)> {
    let taken = layout.taken();
    let free: Vec<usize> = (0..sheet.names.len())
        .filter(|at| !taken.contains(at) && sheet.names.get(*at).is_some_and(|name| may_be(name)))
        .filter(|at| holds_texts(sheet, *at))
        .take(MOST)
        .collect();
    let name = |at: &usize| sheet.names.get(*at).map_or("", |name| name.trim());
    let named: Vec<(usize, String)> = free.iter().filter_map(|at| Some((*at, model_in(name(at))?))).collect();
    if !named.is_empty() {
        return named;
    }
    let sure =
        |at: &usize| names::has(names::SURE_OUTPUTS, &plain(name(at))) || names::has(names::OUTPUTS, &plain(name(at)));
    if sheet.names.iter().any(|name| names::has(names::SURE_OUTPUTS, &plain(name))) {
        return Vec::new();
    }
    free.into_iter().filter(|at| !sure(at) && is_varied(sheet, *at)).map(|at| (at, name(&at).to_owned())).collect()
}

/// The words of a name, as they are written.
fn words(name: &str) -> Vec<&str> {
    name.split(['_', ' ', '.', ':', '/', '-']).filter(|word| !word.is_empty()).collect()
}

fn may_be(name: &str) -> bool {
    let plain = plain(name);
    let about = words(&plain).iter().any(|word| names::has(ABOUT, word));
    let lists = [names::PROMPTS, names::SURE_REFERENCES, names::REFERENCES, names::INCORRECT];
    let known = lists.iter().any(|list| names::has(list, &plain))
        || names::has(names::LAST_PROMPTS, &plain)
        || names::has(names::MODELS, &plain);
    !about
        && !known
        && !plain.contains('.')
        && !names::is_aside(&plain)
        && !names::is_tag(&plain)
        && names::word_role(&plain).is_none()
}

/// What is left of a name such as `output_gpt4`, `gpt-4o output` or `response (llama)` without the word for answers.
fn model_in(name: &str) -> Option<String> {
    let is_word = |word: &str| names::has(WORDS, word) || names::has(WORDS, word.trim_end_matches('s'));
    let lower = name.to_lowercase();
    let words = words(&lower);
    let (first, last) = (words.first()?, words.last()?);
    if words.len() < 2 {
        return None;
    }
    let trim = |rest: &str| rest.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let rest = if is_word(first) {
        name.get(name.to_lowercase().find(first)? + first.len()..)?
    } else if is_word(last) {
        name.get(..lower.rfind(last)?)?
    } else {
        return None;
    };
    let rest = trim(rest);
    // `generated_text` is no model.
    (!rest.is_empty() && !["text", "output", "model", "answer", "response"].contains(&rest.as_str())).then_some(rest)
}

fn sample(sheet: &Sheet, at: usize) -> impl Iterator<Item = &str> {
    sheet.rows.iter().take(SAMPLE).filter_map(move |row| match row.get(at) {
        Value::Text(text) if !text.trim().is_empty() => Some(text.as_str()),
        _ => None,
    })
}

/// Most of its cells are texts and not numbers.
fn holds_texts(sheet: &Sheet, at: usize) -> bool {
    let (mut texts, mut numbers) = (0, 0);
    for text in sample(sheet, at) {
        if text.trim().parse::<f64>().is_ok() { numbers += 1 } else { texts += 1 }
    }
    texts > numbers || (numbers > 0 && !sheet.delimited)
}

/// Most of its cells differ, and some have several words.
fn is_varied(sheet: &Sheet, at: usize) -> bool {
    let all: Vec<&str> = sample(sheet, at).collect();
    let different: std::collections::BTreeSet<&&str> = all.iter().collect();
    different.len() * 2 > all.len() && all.iter().any(|text| text.trim().contains(char::is_whitespace))
}

/// Whose a column of numbers is, beside answers of several models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Nobody's alone: its name names no model.
    All,
    /// This model's; what the name says without it.
    Own(String),
    /// Another model's.
    Other,
}

/// Whose a column is, by the models' names: `latency_gpt4` belongs to `gpt4`.
#[must_use]
pub fn whose(column: &str, own: &str, others: &[String]) -> Whose {
    let lower = column.to_lowercase();
    let place = |model: &str| {
        let model = model.to_lowercase();
        let at = lower.find(&model).filter(|_| !model.is_empty())?;
        let free = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        let (before, behind) = (lower.get(..at)?, lower.get(at + model.len()..)?);
        (free(before.chars().next_back()) && free(behind.chars().next())).then_some((at, model.len()))
    };
    let longest = others.iter().filter(|other| place(other).is_some()).map(String::len).max().unwrap_or(0);
    match place(own) {
        Some((at, length)) if length >= longest => {
            let rest =
                format!("{}{}", column.get(..at).unwrap_or_default(), column.get(at + length..).unwrap_or_default());
            let rest = rest.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
            Whose::Own(if rest.is_empty() { column.to_owned() } else { rest })
        }
        _ if longest > 0 => Whose::Other,
        _ => Whose::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_in_names() {
        let of = |name: &str| model_in(name);
        assert_eq!(of("output_gpt4").as_deref(), Some("gpt4"));
        assert_eq!(of("gpt4_output").as_deref(), Some("gpt4"));
        assert_eq!(of("GPT-4o response").as_deref(), Some("GPT-4o"));
        assert_eq!(of("response_a").as_deref(), Some("a"));
        assert_eq!(of("output"), None);
        assert_eq!(of("generated_text"), None);
    }

    #[test]
    fn numbers_belong_to_the_model_they_name() {
        let others = ["gpt-4o-mini".to_owned()];
        assert_eq!(whose("latency_gpt-4o", "gpt-4o", &others), Whose::Own("latency".to_owned()));
        assert_eq!(whose("latency_gpt-4o-mini", "gpt-4o", &others), Whose::Other);
        assert_eq!(whose("latency", "gpt-4o", &others), Whose::All);
        assert_eq!(whose("score_ab", "a", &["b".to_owned()]), Whose::All);
    }
}
