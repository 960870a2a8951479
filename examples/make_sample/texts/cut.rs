//! Cuts out of a sentence what a question asks for, by the question's first words.

use std::collections::BTreeSet;

use super::answer::words;

const PLACES: [&str; 6] = ["on", "in", "at", "from", "to", "of"];
const UNITS: [&str; 4] = ["metres", "minutes", "shillings", "pence"];
/// Words that are no answer.
const SMALL: &str = "a an and are at be became been by did does for from had has have in is it its later of on or she the to until \
                     was were when which with";

/// A word of a sentence.
struct Word<'a> {
    text: &'a str,
    /// The question has it.
    asked: bool,
    /// A comma or an end follows.
    ends: bool,
}

impl Word<'_> {
    fn is_name(&self) -> bool {
        self.text.starts_with(char::is_uppercase) && !self.is_small()
    }

    fn is_number(&self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_digit())
    }

    fn is_small(&self) -> bool {
        SMALL.split(' ').any(|small| small == self.text.to_lowercase())
    }
}

/// What the sentence says to the question; `None` where nothing in it is of the kind that is asked for.
pub fn cut(question: &str, sentence: &str, shortly: bool) -> Option<String> {
    let asked: BTreeSet<String> = words(question).collect();
    let all: Vec<Word<'_>> = sentence
        .split(' ')
        .map(|token| {
            let text = token.trim_end_matches(['.', ',', ';']);
            Word { text, asked: words(text).all(|word| asked.contains(&word)), ends: text.len() < token.len() }
        })
        .collect();
    let begins = |beginning: &str| question.starts_with(beginning);
    if begins("Who") {
        person(&all, shortly)
    } else if begins("When") || asked.contains("year") {
        year(&all, shortly)
    } else if begins("Where") || begins("On which") || begins("From which") {
        place(&all, shortly)
    } else if begins("How many") {
        count(&all)
    } else if begins("How") || asked.contains("price") {
        measure(&all, shortly)
    } else {
        news(&all, shortly)
    }
}

/// Runs of words that belong together, each within a part of the sentence, with the position of its first word.
fn runs(all: &[Word<'_>], belongs: impl Fn(&Word<'_>) -> bool) -> Vec<(usize, String)> {
    let mut runs: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (at, word) in all.iter().enumerate() {
        let is_in = belongs(word);
        match runs.last_mut() {
            Some((_, text)) if is_in && goes_on => *text = format!("{text} {}", word.text),
            _ if is_in => runs.push((at, word.text.to_owned())),
            _ => {}
        }
        goes_on = is_in && !word.ends;
    }
    runs
}

/// The preposition of a place before a word, past an article.
fn preposition<'a>(all: &'a [Word<'a>], at: usize) -> Option<&'a str> {
    let before = |at: usize| at.checked_sub(1).map(|before| &all[before]);
    let word = before(at)?;
    let word = if word.text == "the" { before(at - 1)? } else { word };
    (PLACES.contains(&word.text) && !word.ends).then_some(word.text)
}

/// The first name of two words or more that is not a place; shortly its last word.
fn person(all: &[Word<'_>], shortly: bool) -> Option<String> {
    let names = runs(all, |word| word.is_name() && !word.asked);
    let (_, name) = names.into_iter().find(|(at, name)| name.contains(' ') && preposition(all, *at).is_none())?;
    Some(if shortly { name.rsplit(' ').next()?.to_owned() } else { name })
}

/// The first number of four digits, with the `in` before it.
fn year(all: &[Word<'_>], shortly: bool) -> Option<String> {
    let at = all.iter().position(|word| word.is_number() && word.text.len() == 4 && !word.asked)?;
    let year = all[at].text;
    Some(if shortly { year.to_owned() } else { format!("in {year}") })
}

/// The first name behind a preposition, with it.
fn place(all: &[Word<'_>], shortly: bool) -> Option<String> {
    let names = runs(all, |word| word.is_name() && !word.asked);
    let mut places = names.into_iter().filter_map(|(at, name)| Some((preposition(all, at)?, name)));
    let (preposition, name) = places.next()?;
    Some(if shortly { name } else { format!("{preposition} {name}") })
}

/// The first number that is no measure and no year.
fn count(all: &[Word<'_>]) -> Option<String> {
    let measured = |at: usize| all.get(at + 1).is_some_and(|next| UNITS.contains(&next.text) && !next.asked);
    let fits = |at: &usize| all[*at].is_number() && all[*at].text.len() < 4 && !measured(*at);
    (0..all.len()).find(fits).map(|at| all[at].text.to_owned())
}

/// The first number that the question has not, with the word behind it.
fn measure(all: &[Word<'_>], shortly: bool) -> Option<String> {
    let at = all.iter().position(|word| word.is_number() && !word.asked)?;
    let unit = all.get(at + 1).filter(|_| !all[at].ends && !shortly);
    Some(unit.map_or_else(|| all[at].text.to_owned(), |unit| format!("{} {}", all[at].text, unit.text)))
}

/// The longest run of words that the question has not, the last of equal ones; shortly its last word.
fn news(all: &[Word<'_>], shortly: bool) -> Option<String> {
    let length = |text: &String| text.split(' ').count();
    let (_, longest) =
        runs(all, |word| !word.asked && !word.is_small()).into_iter().max_by_key(|(_, text)| length(text))?;
    Some(if shortly { longest.rsplit(' ').next()?.to_owned() } else { longest })
}
