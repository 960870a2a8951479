//! Labels that may be wrong, what a person said of them, and the metrics with them corrected.

use std::collections::HashMap;
use std::sync::Arc;

use crate::analysis::suspects::confident::Pruning;
use crate::analysis::suspects::repair::{Judged, Judgements, Placed};
use crate::analysis::suspects::{Found, Suspect};
use crate::metrics::{Evaluation, Outcome};
use crate::model::verdict::{Named, Subject, standing};
use crate::model::{BBox, ClassId, Dataset, ImageId, Rle, SuspectKind, TruthId, Verdict, VerdictLine};

/// Which suspects are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Only {
    /// Of this kind; `None`: of any.
    pub kind: Option<SuspectKind>,
    /// About this class, as label or as what the model says; `None`: about any.
    pub class: Option<ClassId>,
    /// Only those that nobody has judged.
    pub open: bool,
}

impl Only {
    /// True for a suspect that is listed.
    #[must_use]
    pub fn holds(self, suspect: &Suspect, judged: bool) -> bool {
        self.kind.is_none_or(|kind| suspect.kind == kind)
            && self.class.is_none_or(|class| suspect.label == Some(class) || suspect.model == Some(class))
            && !(self.open && judged)
    }
}

/// The state.
#[derive(Debug, Default)]
pub struct Review {
    /// The suspects, once they were looked for.
    pub found: Option<Arc<Found>>,
    /// True once somebody asked for them.
    pub asked: bool,
    /// What is said of the neighbours where they were not asked.
    pub without_neighbours: Option<String>,
    /// Everything that was ever said of labels of the dataset, the oldest first.
    pub lines: Vec<VerdictLine>,
    /// Lines of the journal that cannot be read.
    pub unread: usize,
    /// What stands of it, of the items on screen.
    pub judged: Arc<Judgements>,
    /// Verdicts on items or labels that are not on screen.
    pub elsewhere: usize,
    /// Which suspects are listed.
    pub only: Only,
    /// The suspect at hand, among those found.
    pub here: Option<usize>,
    /// What was judged here, the last one last.
    pub given: Vec<Subject>,
    /// The same outputs with the verdicts applied; `None` while no verdict changes anything.
    pub corrected: Option<Arc<Evaluation>>,
}

/// A wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Look for suspects; does nothing while they are there or under way.
    Find,
    /// List these.
    List(Only),
    /// Look at the n-th of those found.
    Open(usize),
    /// Go so many on in the list.
    Step(i64),
    /// Say this of the suspect at hand; the next one that nobody has judged comes.
    Judge(Verdict),
    /// Say this of an object or item, whether it is a suspect or not.
    JudgeOutcome(Outcome, Verdict),
    /// Take the last verdict given here back; without one, that on the suspect at hand.
    Undo,
    /// Take detections from this score on for confident; `None`: read it off the precision.
    Confident(Option<f64>),
    /// Choose items by confident learning in this way.
    Prune(Pruning),
}

/// What a job found.
#[derive(Debug)]
pub enum Answer {
    /// Suspects of the model.
    Found(Box<Found>),
    /// Suspects by their neighbours, or why these were not asked.
    Neighbours(Result<Vec<Suspect>, String>),
    /// The same outputs with the verdicts applied; `None` where they change nothing.
    Corrected(Option<Box<Evaluation>>),
}

impl Review {
    /// The suspect at hand.
    #[must_use]
    pub fn suspect(&self) -> Option<&Suspect> {
        self.found.as_ref()?.suspects.get(self.here?)
    }

    /// What was said of a suspect.
    #[must_use]
    pub fn verdict(&self, evaluation: &Evaluation, suspect: &Suspect) -> Option<Verdict> {
        self.judged.get(evaluation, suspect).map(|one| one.verdict)
    }

    /// The suspects that are listed, by their place among those found.
    #[must_use]
    pub fn listed(&self, evaluation: &Evaluation) -> Vec<usize> {
        let Some(found) = &self.found else { return Vec::new() };
        let holds = |suspect: &Suspect| self.only.holds(suspect, self.judged.get(evaluation, suspect).is_some());
        (0..).zip(&found.suspects).filter(|(_, suspect)| holds(suspect)).map(|(at, _)| at).collect()
    }

    /// How many of the suspects of a listing are judged, and how many there are, whether those are listed or not.
    #[must_use]
    pub fn progress(&self, evaluation: &Evaluation) -> (usize, usize) {
        let all = Only { open: false, ..self.only };
        let of = self.found.iter().flat_map(|found| &found.suspects).filter(|suspect| all.holds(suspect, false));
        of.fold((0, 0), |(judged, all), suspect| {
            (judged + usize::from(self.judged.get(evaluation, suspect).is_some()), all + 1)
        })
    }

    /// Reads what stands of all lines as verdicts on labels of this dataset.
    pub(in crate::session) fn follow_lines(&mut self, dataset: &Dataset) {
        let standing = standing(&self.lines);
        let names = names(dataset);
        let judged: Vec<Judged> = standing.iter().filter_map(|line| judged(dataset, &names, line)).collect();
        self.elsewhere = standing.len() - judged.len();
        self.judged = Arc::new(Judgements::of(judged));
    }
}

/// Items by split and name.
fn names(dataset: &Dataset) -> HashMap<(&str, &str), ImageId> {
    let name = |image: ImageId| {
        let of = dataset.images.get(image.index())?;
        let split = dataset.splits.get(usize::from(of.split)).map_or("", String::as_str);
        Some(((split, of.name.as_str()), image))
    };
    dataset.image_ids().filter_map(name).collect()
}

/// A line as a verdict on a label of this dataset; `None` where its item, its label or its class is not there.
fn judged(dataset: &Dataset, names: &HashMap<(&str, &str), ImageId>, line: &VerdictLine) -> Option<Judged> {
    let image = *names.get(&(line.split.as_str(), line.image.as_str()))?;
    let truth = match &line.label {
        Some(label) => Some(truth_of(dataset, image, label)?),
        None => None,
    };
    let model = match &line.model {
        Some(model) => Some(placed(dataset, model)?),
        None => None,
    };
    Some(Judged { kind: line.kind, image, truth, model, verdict: line.verdict? })
}

fn truth_of(dataset: &Dataset, image: ImageId, label: &Named) -> Option<TruthId> {
    let class = dataset.classes.by_name(&label.class)?;
    let truths = &dataset.truths;
    dataset.truths.ids_of(image).find(|truth| {
        let same_place = |place: [f64; 4]| truths.bbox.get(truth.index()).is_some_and(|bbox| corners(*bbox) == place);
        truths.class.get(truth.index()) == Some(&class) && label.place.is_none_or(same_place)
    })
}

fn placed(dataset: &Dataset, named: &Named) -> Option<Placed> {
    let [x, y, w, h] = named.place.unwrap_or_default();
    let mask =
        named.mask.as_ref().and_then(|(height, width, text)| Rle::from_text(*height, *width, text.as_bytes()).ok());
    Some(Placed { class: dataset.classes.by_name(&named.class)?, bbox: BBox::new(x, y, w, h), mask })
}

const fn corners(bbox: BBox) -> [f64; 4] {
    [bbox.x, bbox.y, bbox.w, bbox.h]
}

/// A verdict by names; `None` where the suspect is none of this evaluation.
pub(in crate::session) fn line_of(
    evaluation: &Evaluation,
    suspect: &Suspect,
    verdict: Verdict,
    at: u64,
) -> Option<VerdictLine> {
    let (dataset, predictions) = (&evaluation.dataset, &evaluation.predictions);
    let image = dataset.images.get(suspect.image.index())?;
    let name = |class: ClassId| dataset.classes.name(class).to_owned();
    let has_place = evaluation.objects().is_some();
    let label = suspect.label.zip(suspect.truth).map(|(class, truth)| Named {
        class: name(class),
        place: dataset.truths.bbox.get(truth.index()).filter(|_| has_place).map(|bbox| corners(*bbox)),
        mask: None,
    });
    let at_pred = suspect.pred.filter(|_| has_place).map(crate::model::PredId::index);
    let mask = at_pred.and_then(|at| predictions.masks.get(at)).map(|mask| (mask.height, mask.width, mask.to_text()));
    let model = suspect.model.map(|class| Named {
        class: name(class),
        place: at_pred.and_then(|at| predictions.bbox.get(at)).map(|bbox| corners(*bbox)),
        mask,
    });
    let identity = &predictions.identity;
    Some(VerdictLine {
        at,
        split: dataset.splits.get(usize::from(image.split)).cloned().unwrap_or_default(),
        image: image.name.clone(),
        kind: suspect.kind,
        label,
        model,
        score: suspect.score,
        by: format!("{}@{}", identity.id, identity.version),
        verdict: Some(verdict),
    })
}
