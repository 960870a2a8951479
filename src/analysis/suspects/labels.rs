//! Suspects among the labels of items, by confident learning; of several labels an item class by class.

use rayon::prelude::*;

use crate::metrics::Evaluation;
use crate::metrics::evaluation::Labels;
use crate::model::{Cancelled, ClassId, ClassScores, ImageId, Progress, SuspectKind, TruthId};

use super::Suspect;
use super::confident::{Confident, Pruning, Table, normalized_margin};

/// Cells of a table of several labels an item that are looked at: each class sorts its items.
const MOST_CELLS: usize = 100_000_000;
/// Classes of one label an item: the joint has the square of it.
const MOST_CLASSES: usize = 4_000;

/// Why nothing is looked for; `None` where something is.
pub(super) fn refusal(labels: &Labels, several: bool) -> Option<&'static str> {
    let scores = &labels.scores;
    if !scores.is_complete() {
        return Some("Only the best few classes of each item have a probability; confident learning needs all of them");
    }
    if !scores.has_confidence {
        return Some("The model names classes without saying how sure it is");
    }
    let large = if several {
        scores.items().saturating_mul(scores.classes()) > MOST_CELLS
    } else {
        scores.classes() > MOST_CLASSES
    };
    large.then_some("There are too many classes to look for wrong labels among them")
}

/// All suspects, item after item.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub(super) fn find(
    evaluation: &Evaluation,
    labels: &Labels,
    pruning: Pruning,
    progress: &dyn Progress,
) -> Result<Vec<Suspect>, Cancelled> {
    if evaluation.task.is_multilabel() {
        of_classes(evaluation, labels, pruning, progress)
    } else {
        of_items(evaluation, labels, pruning, progress)
    }
}

/// The items with a label that the model says something about, each with one label.
pub struct Single<'a> {
    scores: &'a ClassScores,
    rows: Vec<(ImageId, TruthId, ClassId)>,
}

impl<'a> Single<'a> {
    /// Of a classifier.
    #[must_use]
    pub fn of(evaluation: &Evaluation, labels: &'a Labels) -> Self {
        let (dataset, scores) = (&evaluation.dataset, &*labels.scores);
        let row = |image: ImageId| {
            let truth = dataset.truths.ids_of(image).next().filter(|_| !scores.is_absent(image))?;
            Some((image, truth, *dataset.truths.class.get(truth.index())?))
        };
        Self { rows: dataset.image_ids().filter_map(row).collect(), scores }
    }

    /// The item of a row.
    #[must_use]
    pub fn item(&self, row: usize) -> Option<ImageId> {
        self.rows.get(row).map(|(image, ..)| *image)
    }
}

impl Table for Single<'_> {
    fn items(&self) -> usize {
        self.rows.len()
    }

    fn classes(&self) -> usize {
        self.scores.classes()
    }

    fn label(&self, item: usize) -> usize {
        self.rows.get(item).map_or(0, |(.., class)| class.index())
    }

    fn probability(&self, item: usize, class: usize) -> f64 {
        let score = self.item(item).and_then(|image| self.scores.score(image, ClassId::from_index(class)));
        score.unwrap_or(0.0)
    }
}

fn of_items(
    evaluation: &Evaluation,
    labels: &Labels,
    pruning: Pruning,
    progress: &dyn Progress,
) -> Result<Vec<Suspect>, Cancelled> {
    let table = Single::of(evaluation, labels);
    let found = Confident::of(&table, progress)?;
    let suspect = |row: &u32| {
        let (image, truth, label) = *table.rows.get(*row as usize)?;
        Some(Suspect {
            kind: SuspectKind::WrongLabel,
            image,
            truth: Some(truth),
            pred: evaluation.predictions.ids_of(image).next(),
            label: Some(label),
            model: labels.scores.best(image).map(|(class, _)| class),
            score: 1.0 - normalized_margin(&table, *row as usize),
            overlap: None,
        })
    };
    Ok(found.suspects(pruning).iter().filter_map(suspect).collect())
}

/// One class against all others: label 1 where an item has it.
struct OneClass<'a> {
    scores: &'a ClassScores,
    items: &'a [ImageId],
    class: ClassId,
    /// By row, the label of the item that names the class.
    has: Vec<Option<TruthId>>,
}

impl Table for OneClass<'_> {
    fn items(&self) -> usize {
        self.items.len()
    }

    fn classes(&self) -> usize {
        2
    }

    fn label(&self, item: usize) -> usize {
        usize::from(self.has.get(item).is_some_and(Option::is_some))
    }

    fn probability(&self, item: usize, class: usize) -> f64 {
        let score = self.items.get(item).and_then(|image| self.scores.score(*image, self.class)).unwrap_or(0.0);
        if class == 1 { score } else { 1.0 - score }
    }
}

fn of_classes(
    evaluation: &Evaluation,
    labels: &Labels,
    pruning: Pruning,
    progress: &dyn Progress,
) -> Result<Vec<Suspect>, Cancelled> {
    let (dataset, scores) = (&evaluation.dataset, &*labels.scores);
    let items: Vec<ImageId> = dataset.image_ids().filter(|image| !scores.is_absent(*image)).collect();
    let of_class = |class: ClassId| {
        progress.check()?;
        let named = |image: &ImageId| {
            dataset.truths.ids_of(*image).find(|truth| dataset.truths.class.get(truth.index()) == Some(&class))
        };
        let table = OneClass { scores, items: &items, class, has: items.iter().map(named).collect() };
        let found = Confident::of(&table, progress)?;
        let suspect = |row: &u32| {
            let (image, truth) = (*items.get(*row as usize)?, *table.has.get(*row as usize)?);
            let said = evaluation.predictions.said_of(image).into_iter().find(|(_, of, _)| *of == class);
            Some(Suspect {
                kind: if truth.is_some() { SuspectKind::SpuriousLabel } else { SuspectKind::MissingLabel },
                image,
                truth,
                pred: said.map(|(pred, ..)| pred),
                label: truth.map(|_| class),
                model: if truth.is_some() { None } else { Some(class) },
                score: 1.0 - normalized_margin(&table, *row as usize),
                overlap: None,
            })
        };
        Ok(found.suspects(pruning).iter().filter_map(suspect).collect::<Vec<_>>())
    };
    let classes: Vec<ClassId> = dataset.classes.ids().collect();
    let found: Vec<Vec<Suspect>> = classes.into_par_iter().map(of_class).collect::<Result<_, Cancelled>>()?;
    Ok(found.into_iter().flatten().collect())
}
