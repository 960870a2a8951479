//! Answers as outcomes at every threshold: an answer is missed until the threshold comes down to its value, and right from
//! there on. Nothing is ever wrong beside it, so that recall is the share of answers that pass.

use super::Generation;
use crate::metrics::detection::{DetectionSettings, Matched};
use crate::metrics::own::OwnThresholds;
use crate::metrics::timeline::{Interval, Intervals, Outcome, Thresholds, Timeline};
use crate::model::{
    Cancelled, ClassId, ClassTable, Dataset, DatasetBuilder, ImageId, ModelIdentity, NewTruth, PredId, Predictions,
    Progress,
};

/// The one class of answers that count.
const CLASS: ClassId = ClassId(0);
/// Its name.
pub const CLASS_NAME: &str = "answer";

/// The dataset whose truths are the answers for which the passing column is defined.
pub(in crate::metrics) fn dataset(mut builder: DatasetBuilder, generation: &Generation) -> Dataset {
    builder.classes = ClassTable::from_names([CLASS_NAME.to_owned()]);
    let defined = generation.pass_scores().enumerate().filter(|(_, value)| value.is_some());
    builder.truths = defined.map(|(item, _)| NewTruth::label(item, CLASS)).collect();
    builder.build()
}

/// The same dataset with the truths of another scoring.
pub(in crate::metrics) fn rescored(dataset: &Dataset, generation: &Generation) -> Dataset {
    let builder = DatasetBuilder {
        identity: dataset.identity.clone(),
        splits: dataset.splits.clone(),
        images: dataset.images.clone(),
        texts: dataset.texts.clone(),
        ..DatasetBuilder::default()
    };
    let mut rescored = self::dataset(builder, generation);
    rescored.split_sizes.clone_from(&dataset.split_sizes);
    rescored
}

/// An answer is said with the value of the passing column, turned so that more is better.
pub(in crate::metrics) fn predictions(identity: ModelIdentity, generation: &Generation) -> Predictions {
    let items = generation.answers.len();
    let said: Vec<(ImageId, f64)> = generation
        .pass_scores()
        .enumerate()
        .filter_map(|(item, value)| Some((ImageId::from_index(item), value?)))
        .collect();
    let (image, score): (Vec<ImageId>, Vec<f64>) = said.into_iter().unzip();
    let class = vec![CLASS; image.len()];
    Predictions::of_items(identity, items, image, class, score)
}

/// The counts at every threshold; the threshold to begin with is the column's own.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub(in crate::metrics) fn matched(
    dataset: &Dataset,
    predictions: &Predictions,
    generation: &Generation,
    progress: &dyn Progress,
) -> Result<Matched, Cancelled> {
    progress.check()?;
    let mut scores = predictions.score.clone();
    scores.sort_by(|a, b| b.total_cmp(a));
    scores.dedup();
    let mut all = Intervals::with_capacity(dataset.images.len(), 2 * predictions.len());
    for image in dataset.image_ids() {
        let pred = predictions.ids_of(image).next();
        let of = dataset.truths.ids_of(image).next().zip(pred);
        let found = of.map(|(truth, pred)| {
            let from = cut_of(&scores, predictions, pred);
            let missed = Interval { outcome: Outcome::missed(truth), from: 0, until: from };
            [missed, Interval { outcome: Outcome::pair(truth, pred), from, until: Interval::FOREVER }]
        });
        all.push_image(found.into_iter().flatten());
    }
    let support = vec![dataset.truths.len() as u64];
    let thresholds = Thresholds { scores, strict: false };
    let timeline = Timeline::of_intervals(dataset, predictions, thresholds, support, all, None);
    let mut matched = Matched::of_timeline(dataset, timeline, DetectionSettings::default(), &OwnThresholds::default());
    // F1 is highest where everything passes, which says nothing: the column's own threshold is the one to begin with.
    let first = generation.pass_column().map(|column| column.as_score(column.default_threshold()));
    matched.optima.pooled = first.filter(|_| !predictions.is_empty());
    matched.optima.macro_f1 = None;
    matched.optima.classes = vec![matched.optima.pooled];
    Ok(matched)
}

/// From which number of kept scores on an answer passes.
fn cut_of(scores: &[f64], predictions: &Predictions, pred: PredId) -> u32 {
    let score = predictions.score.get(pred.index()).copied().unwrap_or(f64::NEG_INFINITY);
    u32::try_from(scores.partition_point(|other| *other > score) + 1).unwrap_or(u32::MAX)
}
