//! The objects of an image at the threshold: what became of each, whether it is meant by the selection, and its words.
//!
//! Knows the session. Does not know where or how objects are drawn.

use crate::metrics::{Outcome, OutcomeKind};
use crate::model::{BBox, ClassId, ImageId, PredId, TruthId, fmt};
use crate::session::Explorer;

/// Whether an object counts, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It counts.
    Counted(OutcomeKind),
    /// A crowd, a difficult truth, or a detection on one.
    Ignored,
    /// A detection below the threshold.
    Below,
}

/// A truth, a detection, or a pair of both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Object {
    /// Who belongs together.
    pub outcome: Outcome,
    /// What became of it.
    pub standing: Standing,
    /// Overlap of the pair.
    pub iou: Option<f64>,
    /// True where the selection means it.
    pub marked: bool,
}

/// One box of an object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Side {
    /// Where it is, in pixels of the annotated size.
    pub bbox: BBox,
    /// Its class.
    pub class: ClassId,
    /// Its confidence; `None` for a truth.
    pub score: Option<f64>,
}

impl Object {
    fn new(explorer: &Explorer, outcome: Outcome, standing: Standing, marks: &[Outcome]) -> Self {
        let iou = explorer.evaluation.overlap_of(outcome);
        Self { outcome, standing, iou, marked: marks.contains(&outcome) }
    }

    /// The object of an outcome in force.
    #[must_use]
    pub fn of_outcome(explorer: &Explorer, outcome: Outcome, marks: &[Outcome]) -> Self {
        let class = |side: Option<Side>| side.map(|s| s.class);
        let cell = crate::metrics::Cell::new(
            class(outcome.truth().and_then(|t| truth(explorer, t))),
            class(outcome.pred().and_then(|p| prediction(explorer, p))),
        );
        Self::new(explorer, outcome, cell.kind().map_or(Standing::Ignored, Standing::Counted), marks)
    }

    /// Its annotated box.
    #[must_use]
    pub fn truth(&self, explorer: &Explorer) -> Option<Side> {
        self.outcome.truth().and_then(|t| truth(explorer, t))
    }

    /// Its predicted box.
    #[must_use]
    pub fn prediction(&self, explorer: &Explorer) -> Option<Side> {
        self.outcome.pred().and_then(|p| prediction(explorer, p))
    }

    /// What became of it, in words.
    #[must_use]
    pub fn words(&self, explorer: &Explorer) -> String {
        let name = |side: Option<Side>| side.map_or("", |s| explorer.dataset().classes.name(s.class));
        match self.standing {
            Standing::Counted(OutcomeKind::Correct) => "correct".to_owned(),
            Standing::Counted(OutcomeKind::Misclassified) => format!("is {}", name(self.truth(explorer))),
            Standing::Counted(OutcomeKind::Missed) => "missed".to_owned(),
            Standing::Counted(OutcomeKind::FalsePositive) => "false positive".to_owned(),
            Standing::Ignored => "ignored".to_owned(),
            Standing::Below => "below the threshold".to_owned(),
        }
    }

    /// Class and confidence, as a label on the picture says it: `RBC 0.91`.
    #[must_use]
    pub fn title(&self, explorer: &Explorer) -> String {
        let side = self.prediction(explorer).or_else(|| self.truth(explorer));
        side.map_or_else(String::new, |s| named(explorer, s))
    }

    /// The accessible name of its annotated box.
    #[must_use]
    pub fn truth_name(&self, explorer: &Explorer) -> Option<String> {
        let truth = self.truth(explorer)?;
        let words = match self.standing {
            Standing::Counted(OutcomeKind::Misclassified) => {
                let other = self.prediction(explorer).map_or("", |p| explorer.dataset().classes.name(p.class));
                format!("taken for {other}")
            }
            _ => self.words(explorer),
        };
        Some(format!("truth {}, {words}{}", named(explorer, truth), self.mark_word()))
    }

    /// The accessible name of its predicted box.
    #[must_use]
    pub fn prediction_name(&self, explorer: &Explorer) -> Option<String> {
        let prediction = self.prediction(explorer)?;
        Some(format!("prediction {}, {}{}", named(explorer, prediction), self.words(explorer), self.mark_word()))
    }

    const fn mark_word(&self) -> &'static str {
        if self.marked { ", marked" } else { "" }
    }
}

/// Class, and confidence where there is one.
#[must_use]
pub fn named(explorer: &Explorer, side: Side) -> String {
    let class = explorer.dataset().classes.name(side.class);
    side.score.map_or_else(|| class.to_owned(), |score| format!("{class} {}", fmt::short(score)))
}

/// The annotated side of an object.
#[must_use]
pub fn truth(explorer: &Explorer, id: TruthId) -> Option<Side> {
    let truths = &explorer.dataset().truths;
    let (bbox, class) = (truths.bbox.get(id.index())?, truths.class.get(id.index())?);
    Some(Side { bbox: *bbox, class: *class, score: None })
}

/// The predicted side of an object.
#[must_use]
pub fn prediction(explorer: &Explorer, id: PredId) -> Option<Side> {
    let predictions = explorer.predictions();
    let (bbox, class) = (predictions.bbox.get(id.index())?, predictions.class.get(id.index())?);
    Some(Side { bbox: *bbox, class: *class, score: predictions.score.get(id.index()).copied() })
}

/// Everything in one image at the current threshold, errors and what is meant first; `below`: also the detections below the
/// threshold.
#[must_use]
pub fn of_image(explorer: &Explorer, image: ImageId, marks: &[Outcome], below: bool) -> Vec<Object> {
    let cut = explorer.counter.cut();
    let timeline = &explorer.matched.timeline;
    let (truths, predictions) = (&explorer.dataset().truths, explorer.predictions());
    let mut objects: Vec<Object> =
        timeline.outcomes_of(image, cut).map(|o| Object::of_outcome(explorer, o, marks)).collect();
    let ignored = truths.ids_of(image).filter(|t| truths.ignored.get(t.index()).copied().unwrap_or(false));
    objects.extend(ignored.map(|t| Object::new(explorer, Outcome::missed(t), Standing::Ignored, marks)));
    let keeps = explorer.matched.keeps(cut);
    let kept = |p: usize| Some(keeps(*predictions.class.get(p)?, *predictions.score.get(p)?));
    let mut seen: Vec<PredId> = objects.iter().filter_map(|o| o.outcome.pred()).collect();
    seen.sort_unstable();
    for pred in predictions.ids_of(image).filter(|p| seen.binary_search(p).is_err()) {
        let kept = kept(pred.index()).unwrap_or(false);
        if kept || below {
            let standing = if kept { Standing::Ignored } else { Standing::Below };
            objects.push(Object::new(explorer, Outcome::false_positive(pred), standing, marks));
        }
    }
    let score = |o: &Object| explorer.evaluation.score_of(o.outcome).unwrap_or(f64::NEG_INFINITY);
    objects.sort_by(|a, b| {
        let (a_key, b_key) = ((!a.marked, urgency(a.standing)), (!b.marked, urgency(b.standing)));
        a_key.cmp(&b_key).then(score(b).total_cmp(&score(a)))
    });
    objects
}

/// Errors come before what is right, and that before what does not count.
const fn urgency(standing: Standing) -> u8 {
    match standing {
        Standing::Counted(OutcomeKind::Misclassified) => 0,
        Standing::Counted(OutcomeKind::Missed) => 1,
        Standing::Counted(OutcomeKind::FalsePositive) => 2,
        Standing::Counted(OutcomeKind::Correct) => 3,
        Standing::Ignored => 4,
        Standing::Below => 5,
    }
}
