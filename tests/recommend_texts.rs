//! Cards of generated texts: each fires on answers built for it, counts them, gains what repaired answers gain, and is silent on
//! answers without its fault.

use evalens::analysis::recommend::{Beside, Importance, Rules, recommend};
use evalens::analysis::{Filter, Recommendation};
use evalens::metrics::{Evaluation, Generation};
use evalens::model::{Answers, DatasetBuilder, Image, ModelIdentity, NoProgress, Scoring, WordColumn, WordRole};

const ITEMS: usize = 60;

/// Twelve words each.
fn reference(item: usize) -> String {
    format!("The night train number {item} leaves the old northern station before sunrise")
}

/// As long and as English, and nothing of it is right.
const WRONG: &str = "Fresh apples can be bought cheaply from many friendly farmers in autumn";

struct Set {
    answers: Answers,
    scoring: Scoring,
}

impl Set {
    /// Every answer is its reference.
    fn right(reference: impl Fn(usize) -> String) -> Self {
        let references: Vec<Vec<String>> = (0..ITEMS).map(|item| vec![reference(item)]).collect();
        let outputs = references.iter().map(|all| all.first().cloned()).collect();
        Self { answers: Answers { outputs, references, ..Answers::default() }, scoring: Scoring::default() }
    }

    fn with(mut self, items: impl IntoIterator<Item = usize>, output: impl Fn(usize) -> String) -> Self {
        items.into_iter().for_each(|item| self.answers.outputs[item] = Some(output(item)));
        self
    }

    fn evaluated(&self) -> Evaluation {
        let image = |item: usize| Image { source_id: item as i64, name: format!("q{item}"), ..Image::default() };
        let builder = DatasetBuilder {
            images: (0..ITEMS).map(image).collect(),
            texts: vec!["When does it leave?".to_owned(); ITEMS],
            ..DatasetBuilder::default()
        };
        let generation = Generation::score(self.answers.clone().into(), self.scoring.clone(), &NoProgress).unwrap();
        Evaluation::of_texts(builder, ModelIdentity::default(), generation, &NoProgress).unwrap()
    }

    fn cards(&self) -> Vec<Recommendation> {
        let evaluation = self.evaluated();
        let matched = evaluation.matched.as_ref().unwrap();
        let threshold = matched.optima.pooled.unwrap();
        let counter = matched.timeline.counter_at(threshold);
        recommend(&evaluation, matched, &counter, threshold, &Rules::default(), &Beside::default())
    }

    fn pass_rate(&self) -> f64 {
        let evaluation = self.evaluated();
        let matched = evaluation.matched.as_ref().unwrap();
        matched.timeline.counter_at(matched.optima.pooled.unwrap()).totals().recall().unwrap()
    }

    /// The card of a kind, which is the only one but for parts of the set. It is about `items`, of which `failing` fail, and
    /// promises what an evaluation of their references in their place gives.
    #[track_caller]
    fn has(&self, kind: &str, items: &[usize], failing: usize) -> Recommendation {
        let cards = self.cards();
        let kinds: Vec<&str> = cards.iter().map(|card| card.kind).filter(|kind| *kind != "weak_slice").collect();
        assert_eq!(kinds, [kind]);
        let card = cards.into_iter().find(|card| card.kind == kind).unwrap();
        let evidence = |name: &str| card.evidence.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        assert_eq!(evidence("answers"), Some(items.len() as f64));
        assert_eq!(evidence("share"), Some(items.len() as f64 / ITEMS as f64));
        assert_eq!(evidence("failing"), Some(failing as f64));
        self.gains(&card, items, failing);
        card
    }

    #[track_caller]
    fn gains(&self, card: &Recommendation, items: &[usize], failing: usize) {
        let Filter::Images { images, .. } = &card.filter else { panic!("{:?}", card.filter) };
        assert_eq!(images.iter().map(|image| image.index()).collect::<Vec<_>>(), items);
        let repaired = Self {
            answers: Answers {
                outputs: (0..ITEMS)
                    .map(|item| {
                        let own = &self.answers.outputs[item];
                        if items.contains(&item) { self.answers.references[item].first().cloned() } else { own.clone() }
                    })
                    .collect(),
                ..self.answers.clone()
            },
            scoring: self.scoring.clone(),
        };
        let gain = card.gain.unwrap();
        assert_eq!((gain.metric, gain.from, gain.to), ("pass_rate", self.pass_rate(), repaired.pass_rate()));
        assert!((gain.difference() - failing as f64 / ITEMS as f64).abs() < 1e-12, "{gain:?}");
        // Each is worth 1.7 %.
        assert_eq!(card.importance, if failing > 1 { Importance::High } else { Importance::Medium });
    }
}

fn sentences() -> Set {
    Set::right(reference)
}

#[test]
fn right_answers_have_no_card() {
    assert_eq!(sentences().cards(), []);
    assert_eq!(sentences().pass_rate(), 1.0);
    let short = Set::right(|item| format!("platform {item} north"));
    assert_eq!(short.cards(), []);
}

#[test]
fn empty_answers() {
    let blank = |_| " \n".to_owned();
    let mut set = sentences().with([3, 4, 5], blank);
    set.answers.outputs[50] = None;
    set.answers.outputs[51] = None;
    let card = set.has("empty_answers", &[3, 4, 5, 50, 51], 5);
    assert_eq!(card.title, "5 answers (8 %) empty");
    assert_eq!(card.gain.unwrap().to, 1.0);
    // Four are too few to say so.
    assert_eq!(sentences().with([3, 4, 5, 6], blank).cards(), []);
}

#[test]
fn refusals() {
    let refuses = |_| "I’m sorry, but I can’t help you with that one today.".to_owned();
    let mut set = sentences().with(10..16, refuses);
    // A refusal that was wanted is none.
    set.answers.references[30] =
        vec!["I cannot help with timetables of other companies, please ask them yourself.".to_owned()];
    set.answers.outputs[30] = set.answers.references[30].first().cloned();
    set.has("refusals", &[10, 11, 12, 13, 14, 15], 6);
    assert_eq!(sentences().with(10..14, refuses).cards(), []);
}

#[test]
fn wrong_format() {
    let mut set = Set::right(|item| format!("so it is\nA: {item}")).with(0..7, |_| "It must be many".to_owned());
    set.scoring.filter = Some(r"A: (\d+)".to_owned());
    // An empty answer has no format to be wrong, and two of them are too few for a card.
    set.answers.outputs[40] = None;
    set.answers.outputs[41] = Some(String::new());
    assert_eq!(set.pass_rate(), 51.0 / 60.0);
    let card = set.has("wrong_format", &[0, 1, 2, 3, 4, 5, 6], 7);
    assert_eq!(card.gain.unwrap().to, 58.0 / 60.0);
    // Without a filter nothing has a format.
    set.scoring.filter = None;
    assert!(set.cards().iter().all(|card| card.kind != "wrong_format"));
}

#[test]
fn language_mismatch() {
    let german =
        |_| "Der Nachtzug fährt heute wegen einer gesperrten Strecke leider nicht vor Sonnenaufgang ab".to_owned();
    let set = sentences().with([7, 8, 9, 20, 21], german);
    set.has("language_mismatch", &[7, 8, 9, 20, 21], 5);
    assert_eq!(sentences().with([7, 8, 9, 20], german).cards(), []);
}

#[test]
fn nearly_right() {
    let wordy = |item| format!("It is Platform {item}, north.");
    let set = Set::right(|item| format!("platform {item} north")).with(0..8, wordy);
    assert_eq!(set.evaluated().texts().unwrap().pass_column().unwrap().key, "exact_match");
    let card = set.has("nearly_right", &[0, 1, 2, 3, 4, 5, 6, 7], 8);
    assert_eq!(card.gain.unwrap().from, 52.0 / 60.0);
    // Other words around no reference.
    let other = |_| "It is platform unknown, south.".to_owned();
    assert_eq!(Set::right(|item| format!("platform {item} north")).with(0..8, other).cards(), []);
}

/// 24 words for 12 are too many, 23 are not; long answers that pass are left alone.
#[test]
fn answers_too_long() {
    let twice = |_| format!("{WRONG} {WRONG}");
    let mut set = sentences().with(0..5, twice).with([6], |_| format!("{WRONG} {}", WRONG.split_once(' ').unwrap().1));
    let ratio = |set: &Set, item| set.evaluated().texts().unwrap().column("length_ratio").unwrap().value(item);
    assert_eq!((ratio(&set, 0), ratio(&set, 6)), (Some(2.0), Some(23.0 / 12.0)));
    // Everything of the reference is there: chrF is above 50.
    set.answers.outputs[8] = Some(format!("{} {}", reference(8), reference(8)));
    set.has("answers_too_long", &[0, 1, 2, 3, 4], 5);
}

/// 6 words for 12 are too few, 7 are not; none at all are no short answer.
#[test]
fn answers_too_short() {
    let first = |words: usize| move |_| WRONG.split(' ').take(words).collect::<Vec<_>>().join(" ");
    let set = sentences().with(0..5, first(6)).with([6], first(7)).with([9], first(0));
    set.has("answers_too_short", &[0, 1, 2, 3, 4], 5);
}

/// By template: of 20 polite ones 10 pass, of 40 plain ones 38.
#[test]
fn a_weak_part() {
    let mut set = sentences().with((0..10).chain([58, 59]), |_| WRONG.to_owned());
    let template = |item: usize| if item < 20 { "polite" } else { "plain" }.to_owned();
    let column = |template: &dyn Fn(usize) -> String| WordColumn {
        name: "prompt".to_owned(),
        role: WordRole::Template,
        values: (0..ITEMS).map(template).collect(),
    };
    set.answers.words = vec![column(&template)];
    assert_eq!(set.pass_rate(), 48.0 / 60.0);
    let cards = set.cards();
    let [card] = &cards[..] else { panic!("{cards:?}") };
    assert_eq!((card.kind, card.title.as_str()), ("weak_slice", "prompt, polite: 50 % pass against 95 %"));
    let evidence: Vec<(&str, f64)> = card.evidence.clone();
    assert_eq!(evidence[..3], [("answers", 20.0), ("pass_rate", 0.5), ("pass_rate_elsewhere", 0.95)]);
    // Of Mann and Whitney, by the definition.
    assert!((evidence[3].1 - p_of_halves()).abs() < 1e-6, "{evidence:?}");
    set.gains(card, &(0..20).collect::<Vec<_>>(), 10);
    // The same failures, spread over both.
    let spread = |item: usize| if item.is_multiple_of(3) { "polite" } else { "plain" }.to_owned();
    set.answers.words = vec![column(&spread)];
    assert_eq!(set.cards(), []);
}

/// U of 20 values (10 zeros, 10 ones) against 40 (2 zeros, 38 ones), pairs of equals counting half, in the normal approximation
/// with ties and continuity; twice that, as the smaller of two corrected p-values (Benjamini, Hochberg).
fn p_of_halves() -> f64 {
    let u: f64 = 10.0 * 2.0 / 2.0 + 10.0 * 2.0 + 10.0 * 38.0 / 2.0;
    let (n, m, all) = (20.0_f64, 40.0_f64, 60.0_f64);
    let ties = (12.0_f64.powi(3) - 12.0) + (48.0_f64.powi(3) - 48.0);
    let deviation = (n * m / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)))).sqrt();
    let z = (u + 0.5 - n * m / 2.0) / deviation;
    // The normal density from far below up to z, by Simpson's rule.
    let density = |x: f64| (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt();
    let (from, steps) = (-12.0, 20_000);
    let width = (z - from) / f64::from(steps);
    let sum: f64 = (0..=steps)
        .map(|step| {
            let weight = if step == 0 || step == steps {
                1.0
            } else if step % 2 == 1 {
                4.0
            } else {
                2.0
            };
            weight * density(from + width * f64::from(step))
        })
        .sum();
    2.0 * sum * width / 3.0
}
