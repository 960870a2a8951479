//! An item of a classifier: what it is labelled, what the model says, and what becomes of that at the threshold. Reads the
//! timeline; draws nothing.

use crate::metrics::OutcomeKind;
use crate::model::{ClassId, ImageId, fmt};
use crate::session::Explorer;

/// One item at the current threshold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labelled {
    /// Its labels.
    pub truth: Vec<ClassId>,
    /// The classes that the model decides for, with their scores: the best one whether it is kept or not, or every one
    /// that is kept where an item can have several.
    pub said: Vec<(ClassId, f64)>,
    /// Labels that were not predicted.
    pub missed: Vec<ClassId>,
    /// Predicted classes that are not labels.
    pub wrong: Vec<ClassId>,
    /// What is worst about it; `None` without a label and a prediction that counts.
    pub kind: Option<OutcomeKind>,
    several: bool,
}

impl Labelled {
    /// Looks an item up.
    #[must_use]
    pub fn of(explorer: &Explorer, item: ImageId) -> Self {
        let (dataset, predictions) = (explorer.dataset(), explorer.predictions());
        let several = explorer.evaluation.task.is_multilabel();
        let mut found = Self { several, ..Self::default() };
        found.truth.extend(dataset.truths.of(item).filter_map(|t| dataset.truths.class.get(t)));
        let cut = explorer.counter.cut();
        for outcome in explorer.matched.timeline.outcomes_of(item, cut) {
            let truth = outcome.truth().and_then(|t| dataset.truths.class.get(t.index()).copied());
            let said = outcome.pred().and_then(|p| predictions.class_of(p));
            let kind = match (truth, said) {
                (Some(a), Some(b)) if a == b => OutcomeKind::Correct,
                (Some(_), Some(b)) => {
                    found.wrong.push(b);
                    OutcomeKind::Misclassified
                }
                (Some(a), None) => {
                    found.missed.push(a);
                    OutcomeKind::Missed
                }
                (None, Some(b)) => {
                    found.wrong.push(b);
                    OutcomeKind::FalsePositive
                }
                (None, None) => continue,
            };
            found.kind = Some(found.kind.map_or(kind, |worst| worse(worst, kind)));
        }
        let keeps = explorer.matched.keeps(cut);
        let said = predictions.said_of(item).into_iter().map(|(_, class, score)| (class, score));
        found.said.extend(said.filter(|&(class, score)| !several || keeps(class, score)));
        found
    }

    /// The probabilities of the two classes that are looked at: those of the selection, else the label and what was said
    /// instead. `dog 0.30 · cat 0.60`; `None` where there is nothing to add to [`Self::words`].
    #[must_use]
    pub fn probabilities(&self, explorer: &Explorer, item: ImageId) -> Option<String> {
        let labels = explorer.evaluation.labels()?;
        let (truth, said) = explorer.selection.filter.classes();
        let single = |classes: Option<ClassId>| classes.filter(|_| !self.several);
        let wrong = self.kind.is_some_and(|kind| kind != OutcomeKind::Correct);
        let truth = truth.or_else(|| single(self.truth.first().copied()).filter(|_| wrong));
        let said = said.or_else(|| single(self.said.first().map(|(class, _)| *class)).filter(|_| wrong));
        let mut classes: Vec<ClassId> = truth.into_iter().chain(said).collect();
        classes.dedup();
        let words = classes.iter().map(|&class| {
            let score = labels.scores.score(item, class).map_or_else(|| fmt::UNDEFINED.to_owned(), fmt::short);
            format!("{} {score}", explorer.class_name(Some(class)))
        });
        let words: Vec<String> = words.collect();
        (!words.is_empty()).then(|| words.join(" · "))
    }

    /// The line below [`Self::words`]: the probabilities that are looked at, and the item's name.
    #[must_use]
    pub fn below(&self, explorer: &Explorer, item: ImageId, name: &str) -> String {
        self.probabilities(explorer, item).map_or_else(|| name.to_owned(), |words| format!("{words} · {name}"))
    }

    /// What an item with several labels is: each part with its name, those that are empty left out.
    #[must_use]
    pub fn parts(&self, explorer: &Explorer) -> Vec<(&'static str, String)> {
        let names = |classes: &mut dyn Iterator<Item = ClassId>| {
            let names: Vec<&str> = classes.map(|c| explorer.class_name(Some(c))).collect();
            names.join(", ")
        };
        let none = |words: String| if words.is_empty() { "none".to_owned() } else { words };
        let mut parts = vec![
            ("Labels", none(names(&mut self.truth.iter().copied()))),
            ("Predicted", none(names(&mut self.said.iter().map(|(class, _)| *class)))),
        ];
        let differences = [("Missed", &self.missed), ("Added", &self.wrong)];
        let held = differences.into_iter().filter(|(_, classes)| !classes.is_empty());
        parts.extend(held.map(|(name, classes)| (name, names(&mut classes.iter().copied()))));
        parts
    }

    /// True where an item can have several labels.
    #[must_use]
    pub const fn is_several(&self) -> bool {
        self.several
    }

    /// In a line: `cat`, `cat → dog 0.83`, `cat, below the threshold (dog 0.21)`; or the labels found, missed and wrong.
    #[must_use]
    pub fn words(&self, explorer: &Explorer) -> String {
        let names = |classes: &[ClassId]| {
            let names: Vec<&str> = classes.iter().map(|c| explorer.class_name(Some(*c))).collect();
            names.join(", ")
        };
        if self.several {
            let found: Vec<ClassId> = self.truth.iter().copied().filter(|c| !self.missed.contains(c)).collect();
            let parts = [("", found.as_slice()), ("missed ", &self.missed), ("wrong ", &self.wrong)];
            let said = parts.iter().filter(|(_, c)| !c.is_empty()).map(|(what, c)| format!("{what}{}", names(c)));
            let words: Vec<String> = said.collect();
            return if words.is_empty() { "no labels".to_owned() } else { words.join(" · ") };
        }
        let truth = if self.truth.is_empty() { "no label".to_owned() } else { names(&self.truth) };
        match (self.said.first(), self.kind) {
            (Some((class, score)), Some(OutcomeKind::Missed)) => {
                format!("{truth}, below the threshold ({} {})", explorer.class_name(Some(*class)), fmt::short(*score))
            }
            (Some((_, score)), Some(OutcomeKind::Correct)) => format!("{truth} {}", fmt::short(*score)),
            (Some((class, score)), _) => {
                format!("{truth} → {} {}", explorer.class_name(Some(*class)), fmt::short(*score))
            }
            (None, _) => format!("{truth}, no prediction"),
        }
    }
}

/// The one that matters more.
fn worse(a: OutcomeKind, b: OutcomeKind) -> OutcomeKind {
    let rank = |kind| match kind {
        OutcomeKind::Correct => 0,
        OutcomeKind::Missed => 1,
        OutcomeKind::FalsePositive => 2,
        OutcomeKind::Misclassified => 3,
    };
    if rank(b) > rank(a) { b } else { a }
}
