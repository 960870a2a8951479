//! The bootstrap from its definition: items drawn one by one from the list sorted by name, a dataset of what was drawn, an
//! evaluation of it from the start.

use evalens::metrics::{Evaluation, Generation, MatchTable, Metric};
use evalens::model::rng::Rng;
use evalens::model::{
    Answers, ClassScores, Dataset, DatasetBuilder, Image, ImageId, NewTruth, NoProgress, NumberColumn, Predictions,
    PredictionsBuilder,
};

/// What was drawn in one resample: positions of items in the dataset, each as often as it was drawn, in the order of the
/// dataset.
pub fn drawn(names: &[String], seed: u64, resample: u64) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..names.len()).collect();
    sorted.sort_by_key(|&i| &names[i]);
    let mut rng = Rng::of_part(seed, resample);
    let mut drawn: Vec<usize> = names.iter().map(|_| sorted[rng.below(names.len() as u64) as usize]).collect();
    drawn.sort_unstable();
    drawn
}

/// The dataset of what was drawn: an item drawn twice is there twice.
fn dataset_of(dataset: &Dataset, drawn: &[usize]) -> Dataset {
    let mut builder = DatasetBuilder { classes: dataset.classes.clone(), ..DatasetBuilder::default() };
    for (at, &item) in drawn.iter().enumerate() {
        builder.images.push(Image { source_id: at as i64, name: format!("drawn {at}"), ..Image::default() });
        for truth in dataset.truths.of(ImageId::from_index(item)) {
            let t = &dataset.truths;
            let (class, bbox, area, ignored) = (t.class[truth], t.bbox[truth], t.area[truth], t.ignored[truth]);
            builder.truths.push(NewTruth { image: at, class, bbox, area, ignored });
        }
    }
    builder.build()
}

fn predictions_of(predictions: &Predictions, drawn: &[usize]) -> Predictions {
    let mut builder = PredictionsBuilder::default();
    for (at, &item) in drawn.iter().enumerate() {
        for p in predictions.of(ImageId::from_index(item)) {
            builder.push(ImageId::from_index(at), predictions.class[p], predictions.bbox[p], predictions.score[p]);
        }
    }
    builder.build(predictions.identity.clone(), drawn.len())
}

fn scores_of(scores: &ClassScores, drawn: &[usize]) -> ClassScores {
    let (mut rows, mut absent) = (Vec::new(), Vec::new());
    for &item in drawn {
        let mut row = vec![0.0; scores.classes()];
        absent.push(!scores.copy_row(ImageId::from_index(item), &mut row));
        rows.extend(row);
    }
    ClassScores::of_rows(scores.classes(), rows, absent)
}

/// The answers of what was drawn, and all that stands beside them.
fn answers_of(answers: &Answers, drawn: &[usize]) -> Answers {
    let numbers = answers.numbers.iter().map(|column| NumberColumn {
        values: drawn.iter().map(|&item| column.values[item]).collect(),
        ..column.clone()
    });
    Answers {
        outputs: drawn.iter().map(|&item| answers.outputs[item].clone()).collect(),
        references: drawn.iter().map(|&item| answers.references[item].clone()).collect(),
        numbers: numbers.collect(),
        ..Answers::default()
    }
}

/// The evaluation of what was drawn.
pub fn evaluated(evaluation: &Evaluation, drawn: &[usize]) -> Evaluation {
    let image = |at| Image { source_id: at as i64, name: format!("drawn {at}"), ..Image::default() };
    if let Some(texts) = evaluation.texts() {
        let builder = DatasetBuilder { images: (0..drawn.len()).map(image).collect(), ..DatasetBuilder::default() };
        let answers = answers_of(&texts.answers, drawn);
        let generation = Generation::score(answers.into(), texts.scoring.clone(), &NoProgress).unwrap();
        let identity = evaluation.predictions.identity.clone();
        return Evaluation::of_texts(builder, identity, generation, &NoProgress).unwrap();
    }
    if let Some(pixels) = evaluation.pixels() {
        let images = drawn.iter().map(|&item| pixels.images[item].clone()).collect();
        let builder = DatasetBuilder {
            classes: evaluation.dataset.classes.clone(),
            images: (0..drawn.len()).map(image).collect(),
            ..DatasetBuilder::default()
        };
        let identity = evaluation.predictions.identity.clone();
        return Evaluation::of_pixels(builder, identity, images, (*pixels.reading).clone(), &NoProgress).unwrap();
    }
    let dataset = dataset_of(&evaluation.dataset, drawn);
    match evaluation.labels() {
        Some(labels) => {
            let scores = scores_of(&labels.scores, drawn);
            Evaluation::of_labels(evaluation.task, dataset.into(), scores, &NoProgress).unwrap()
        }
        None => super::of_objects(dataset, predictions_of(&evaluation.predictions, drawn)),
    }
}

/// `numpy.percentile(values, [2.5, 97.5])`: between the two values around (n − 1)·q.
fn percentiles(mut values: Vec<f64>) -> Option<(f64, f64)> {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = (values.len() - 1) as f64 * share;
        let (low, high) = (values[place as usize], values[(place as usize + 1).min(values.len() - 1)]);
        low * (1.0 - place.fract()) + high * place.fract()
    };
    (!values.is_empty()).then(|| (at(0.025), at(0.975)))
}

/// Every interval of a comparison, and every number of every resample, against evaluations from the start.
pub fn check(a: &Evaluation, b: &Evaluation, confidences: [f64; 2]) {
    let tables = [MatchTable::of(a, confidences[0], &NoProgress), MatchTable::of(b, confidences[1], &NoProgress)];
    let [table_a, table_b] = tables.map(Result::unwrap);
    let comparison = super::compared(&table_a, &table_b);
    let settings = super::FEW;
    let mut differences: Vec<(Metric, Vec<f64>)> = Metric::of_task(a.task).iter().map(|&m| (m, Vec::new())).collect();
    for resample in 0..settings.resamples {
        let drawn = drawn(table_a.names(), settings.seed, resample as u64);
        let again = [a, b].map(|evaluation| evaluated(evaluation, &drawn));
        let mut weights = vec![[0; evalens::metrics::lanes::LANES]; table_a.names().len()];
        drawn.iter().for_each(|&item| weights[item][5] += 1);
        for (metric, of_metric) in &mut differences {
            let own = [0, 1].map(|i| super::own_value(&again[i], confidences[i], *metric));
            for (table, own) in [&table_a, &table_b].into_iter().zip(own) {
                let fast = table.resampled(&weights, &[*metric])[0][5];
                super::close(fast, own, &format!("{} of resample {resample}", metric.name()));
            }
            if !metric.is_costly() || resample < settings.ap_resamples {
                of_metric.extend(own[0].zip(own[1]).map(|(a, b)| b - a));
            }
        }
    }
    for (found, (metric, of_metric)) in comparison.metrics.iter().zip(differences) {
        assert_eq!((found.metric, found.resamples), (metric, of_metric.len()));
        let expected = percentiles(of_metric);
        super::close(found.interval.map(|i| i.0), expected.map(|i| i.0), metric.name());
        super::close(found.interval.map(|i| i.1), expected.map(|i| i.1), metric.name());
    }
}
