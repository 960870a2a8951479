//! What classes of the outputs could mean by what they are found on, where their names do not say it; and what the numbers
//! would be then. Proposes; a person decides.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::analysis::recommend::{DoubtfulName, Proposal};
use crate::formats::{self, ClassMapping, MappingReason};
use crate::jobs::JobError;
use crate::metrics::detection::Matched;
use crate::metrics::pairs::{PairScope, Pairs};
use crate::metrics::{Evaluation, Sections};
use crate::model::project::{Choice, Project};
use crate::model::run::headline;
use crate::model::{ClassId, Dataset, ImageId, PredId, Progress};

use super::load;

/// A detection lies on an object from this overlap on.
const ON: f64 = 0.5;
/// An item of several labels is said to have a class from this score on.
const SAID: f64 = 0.5;
/// Fewer occurrences say nothing.
const FEWEST: usize = 5;
/// So many names are each evaluated alone.
const ALONE: usize = 5;
/// From this share of its occurrences on a class is proposed.
const SHARE: f64 = 0.6;

/// What the predictions of one class are found on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The class as the outputs call it.
    pub from: String,
    /// Its predictions: detections, or items that are said to be of it.
    pub predictions: usize,
    /// Those of them that lie on an object, or whose item has a label.
    pub found: usize,
    /// Classes of the truth that they are found on, the most frequent first.
    pub on: Vec<(String, usize)>,
    /// Items with such predictions, ascending.
    pub images: Vec<ImageId>,
}

impl Evidence {
    /// The class that most of it speaks for: at least five occurrences and 60 % of all that are found on something.
    #[must_use]
    pub fn proposal(&self) -> Option<&str> {
        let (class, count) = self.on.first()?;
        (*count >= FEWEST && *count as f64 >= SHARE * self.found as f64).then_some(class.as_str())
    }
}

/// The numbers of an evaluation that tell what a change does to it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Effect {
    /// The task's headline number.
    pub headline: Option<f64>,
    /// F1 at the optimum.
    pub f1: Option<f64>,
}

impl Effect {
    /// Of an evaluation.
    #[must_use]
    pub fn of(evaluation: &Evaluation) -> Self {
        let Some(matched) = &evaluation.matched else { return Self::default() };
        let best = matched.optima.pooled;
        let counter = matched.timeline.counter_at(best.unwrap_or(0.0));
        let numbers = crate::analysis::summary::numbers(evaluation, best, &counter, None);
        Self { headline: numbers.get(headline(evaluation.task).0).copied().flatten(), f1: counter.totals().f1() }
    }
}

/// What was found out about the class names of an evaluation.
#[derive(Clone, Debug, Default)]
pub struct Study {
    /// Of every class whose name is not simply that of a class of the truth.
    pub evidence: Vec<Evidence>,
    /// Classes that have no match by name, with the one that the evidence speaks for.
    pub proposed: BTreeMap<String, String>,
    /// The numbers as they are and with what is proposed; `None` where nothing is.
    pub effect: Option<[Effect; 2]>,
    /// The counts with one of these names read as proposed and all else as it is, of the most frequent ones.
    pub repaired: BTreeMap<String, Arc<Matched>>,
}

impl Study {
    /// What it says of each name, for whoever recommends. `mappings` are those of the evaluation.
    #[must_use]
    pub fn names(&self, mappings: &[ClassMapping], dataset: &Dataset) -> Vec<DoubtfulName> {
        let class = |name: &str| dataset.classes.by_name(name);
        let name = |of: &Evidence| {
            let taken = mappings.iter().find(|mapping| mapping.from == of.from)?.to.as_deref().and_then(class);
            let proposal = self.proposed.get(&of.from).and_then(|to| {
                let on = of.on.iter().find(|(name, _)| name == to).map_or(0, |(_, count)| *count as u64);
                Some(Proposal { class: class(to)?, on, repaired: self.repaired.get(&of.from).cloned() })
            });
            Some(DoubtfulName {
                name: of.from.clone(),
                taken_for: taken,
                predictions: of.predictions as u64,
                found: of.found as u64,
                images: of.images.clone(),
                proposal,
            })
        };
        self.evidence.iter().filter_map(name).collect()
    }
}

/// The classes whose names do not settle what they mean: those that are not simply called as a class of the truth, and those
/// that no item has while others have no prediction (a table's header may have declared them).
#[must_use]
pub fn doubtful<'m>(mappings: &'m [ClassMapping], dataset: &Dataset) -> Vec<&'m ClassMapping> {
    let support = dataset.support();
    let has_items = |name: &str| {
        dataset.classes.by_name(name).and_then(|class| support.get(class.index())).is_some_and(|count| *count > 0)
    };
    let said: BTreeSet<&str> = mappings.iter().filter_map(|mapping| mapping.to.as_deref()).collect();
    let unsaid = dataset.classes.names().iter().any(|name| has_items(name) && !said.contains(name.as_str()));
    let doubt = |mapping: &&ClassMapping| match mapping.why {
        MappingReason::ProjectFile => false,
        MappingReason::Exact => unsaid && mapping.to.as_deref().is_some_and(|to| !has_items(to)),
        _ => true,
    };
    mappings.iter().filter(doubt).collect()
}

/// Looks at what the classes with doubtful names are found on, and evaluates with what that speaks for.
///
/// # Errors
/// A sentence where something cannot be read any more; cancelled.
pub fn study(
    root: &Path,
    project: &Project,
    choice: &Choice,
    mappings: &[ClassMapping],
    evaluation: &Evaluation,
    progress: &dyn Progress,
) -> Result<Study, JobError> {
    let doubtful = doubtful(mappings, &evaluation.dataset);
    let mut study = Study::default();
    if doubtful.is_empty() {
        return Ok(study);
    }
    progress.stage("Looking at what classes are found on");
    study.evidence = evidence(root, project, choice, &doubtful, progress)?;
    let taken_for = |from: &str| doubtful.iter().find(|mapping| mapping.from == from).and_then(|m| m.to.as_deref());
    for found in &study.evidence {
        if let Some(to) = found.proposal().filter(|to| taken_for(&found.from) != Some(to)) {
            study.proposed.insert(found.from.clone(), to.to_owned());
        }
    }
    if study.proposed.is_empty() {
        return Ok(study);
    }
    let settings = evaluation.matched.as_ref().map(|matched| matched.settings).unwrap_or_default();
    let read_so = |names: &BTreeMap<String, String>, coco: bool| {
        let mut with = project.clone();
        with.class_map.extend(names.clone());
        let sections = Sections { coco, tide: false, timeline: true };
        load::evaluate(root, &with, choice, settings, sections, progress)
    };
    let loaded = read_so(&study.proposed, true)?;
    study.effect = Some([evaluation, &loaded.evaluation].map(Effect::of));
    if let (1, Some(matched)) = (study.proposed.len(), loaded.evaluation.matched) {
        study.repaired = study.proposed.keys().map(|name| (name.clone(), Arc::clone(&matched))).collect();
        return Ok(study);
    }
    let mut most: Vec<&Evidence> = study.evidence.iter().filter(|of| study.proposed.contains_key(&of.from)).collect();
    most.sort_by_key(|of| std::cmp::Reverse(of.predictions));
    let mut repaired = BTreeMap::new();
    for name in most.into_iter().take(ALONE).map(|of| &of.from) {
        let alone = study.proposed.iter().filter(|(from, _)| *from == name);
        let loaded = read_so(&alone.map(|(from, to)| (from.clone(), to.clone())).collect(), false)?;
        repaired.extend(loaded.evaluation.matched.map(|matched| (name.clone(), matched)));
    }
    study.repaired = repaired;
    Ok(study)
}

/// Reads the outputs once more with a class of its own for every doubtful name, and counts what each is found on.
fn evidence(
    root: &Path,
    project: &Project,
    choice: &Choice,
    doubtful: &[&ClassMapping],
    progress: &dyn Progress,
) -> Result<Vec<Evidence>, JobError> {
    let (mut dataset, _) = formats::load_dataset(root, project, choice, progress)?;
    let known = dataset.classes.len();
    let mut project = project.clone();
    let mut id = dataset.classes.source_ids().iter().copied().max().unwrap_or(0);
    for mapping in doubtful {
        // No class of the truth has such a name.
        let name = format!("{} of the outputs\u{0}", mapping.from);
        id += 1;
        dataset.classes.push(name.clone(), id);
        project.class_map.insert(mapping.from.clone(), name);
    }
    let task = project.datasets.get(choice.dataset).map(|d| d.task).unwrap_or_default();
    let mut counts = Counts { known, evidence: vec![Tally::default(); doubtful.len()] };
    if task.is_classification() {
        let (scores, ..) = load::class_scores(root, &project, choice, &dataset, progress)?;
        for item in dataset.image_ids() {
            let said: Vec<ClassId> = if task.is_multilabel() {
                scores.scored(item).filter(|(_, score)| *score >= SAID).map(|(class, _)| class).collect()
            } else {
                scores.best(item).map(|(class, _)| class).into_iter().collect()
            };
            let labels = dataset.truths.class.get(dataset.truths.of(item)).unwrap_or_default();
            said.into_iter().for_each(|class| counts.add(class, item, labels));
        }
    } else {
        let (predictions, ..) = formats::load_predictions(root, &project, choice, &dataset, progress)?;
        let pairs = Pairs::compute(&dataset, &predictions, PairScope::AllClasses, progress)?;
        for (at, class) in predictions.class.iter().enumerate() {
            let best = pairs.of(PredId::from_index(at)).filter(|(_, overlap)| *overlap >= ON);
            let best = best.max_by(|a, b| a.1.total_cmp(&b.1));
            let class_of = best.and_then(|(truth, _)| dataset.truths.class.get(truth.index()).copied());
            if let Some(image) = predictions.image_of(PredId::from_index(at)) {
                counts.add(*class, image, class_of.as_slice());
            }
        }
    }
    Ok(counts.finish(&dataset, doubtful))
}

/// How often predictions of the added classes are found on classes of the truth.
struct Counts {
    known: usize,
    evidence: Vec<Tally>,
}

/// Predictions of one class.
#[derive(Clone, Default)]
struct Tally {
    predictions: usize,
    found: usize,
    on: BTreeMap<ClassId, usize>,
    images: BTreeSet<ImageId>,
}

impl Counts {
    fn add(&mut self, class: ClassId, image: ImageId, on: &[ClassId]) {
        let place = class.index().checked_sub(self.known).and_then(|at| self.evidence.get_mut(at));
        let Some(tally) = place else { return };
        tally.predictions += 1;
        tally.found += usize::from(!on.is_empty());
        tally.images.insert(image);
        on.iter().for_each(|class| *tally.on.entry(*class).or_default() += 1);
    }

    fn finish(self, dataset: &Dataset, doubtful: &[&ClassMapping]) -> Vec<Evidence> {
        let one = |(tally, mapping): (Tally, &&ClassMapping)| {
            let mut on: Vec<(String, usize)> =
                tally.on.into_iter().map(|(class, n)| (dataset.classes.name(class).to_owned(), n)).collect();
            on.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let images = tally.images.into_iter().collect();
            Evidence { from: mapping.from.clone(), predictions: tally.predictions, found: tally.found, on, images }
        };
        self.evidence.into_iter().zip(doubtful).map(one).collect()
    }
}
