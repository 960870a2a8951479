//! The same resamples of the items for all evaluations. Knows draws; the numbers are the tables' own business.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::metrics::Metric;
use crate::metrics::lanes::{LANES, Weights};
use crate::model::rng::Rng;
use crate::model::{Cancelled, Progress};

use super::CompareSettings;
use super::align::Aligned;

/// Table, metric, resample.
pub(super) type Resampled = Vec<Vec<Vec<Option<f64>>>>;

/// The resamples of one metric of one table.
pub(super) fn column(values: &Resampled, table: usize, metric: usize) -> &[Option<f64>] {
    values.get(table).and_then(|metrics| metrics.get(metric)).map_or(&[], Vec::as_slice)
}

/// Numbers of every table on every resample; costly ones on the first [`CompareSettings::ap_resamples`] alone.
pub(super) fn values(
    aligned: &Aligned<'_>,
    wanted: &[Metric],
    settings: &CompareSettings,
    progress: &dyn Progress,
) -> Result<Resampled, Cancelled> {
    progress.stage("Resampling items");
    let places: Vec<Vec<usize>> = (0..aligned.tables.len()).map(|table| aligned.places(table)).collect();
    let blocks: Vec<usize> = (0..settings.resamples).step_by(LANES).collect();
    let done = AtomicUsize::new(0);
    let of_blocks: Vec<Vec<Vec<[Option<f64>; LANES]>>> = blocks
        .par_iter()
        .with_max_len(1)
        .map(|&first| {
            progress.check()?;
            let drawn = draw(aligned.items(), first, settings.seed);
            let affordable = |metric: &&Metric| first < settings.ap_resamples || !metric.is_costly();
            let now: Vec<Metric> = wanted.iter().filter(affordable).copied().collect();
            let of_table = |(table, places): (&&crate::metrics::MatchTable, &Vec<usize>)| {
                let weights: Vec<Weights> = places.iter().filter_map(|&place| drawn.get(place).copied()).collect();
                table.resampled(&weights, &now)
            };
            let of_tables = aligned.tables.iter().zip(&places).map(of_table).collect();
            progress.progress(done.fetch_add(1, Ordering::Relaxed) + 1, blocks.len());
            Ok(of_tables)
        })
        .collect::<Result<_, Cancelled>>()?;
    let mut values: Resampled = vec![vec![Vec::new(); wanted.len()]; aligned.tables.len()];
    for (&first, of_tables) in blocks.iter().zip(&of_blocks) {
        for (table, of_table) in values.iter_mut().zip(of_tables) {
            let mut lanes = of_table.iter();
            for (metric, column) in wanted.iter().zip(table.iter_mut()) {
                let most =
                    if metric.is_costly() { settings.ap_resamples.min(settings.resamples) } else { settings.resamples };
                if metric.is_costly() && first >= settings.ap_resamples {
                    continue;
                }
                let used = most.saturating_sub(first).min(LANES);
                column.extend(lanes.next().into_iter().flat_map(|lanes| lanes.iter().take(used)));
            }
        }
    }
    Ok(values)
}

/// How often each item is drawn in the resamples `first..first + LANES`: as many draws as there are items, each item as
/// likely at every draw, every resample with numbers of its own.
pub(in crate::analysis) fn draw(items: usize, first: usize, seed: u64) -> Vec<Weights> {
    let mut drawn: Vec<Weights> = vec![[0; LANES]; items];
    for lane in 0..LANES {
        let mut rng = Rng::of_part(seed, (first + lane) as u64);
        for _ in 0..items {
            if let Some(weights) = drawn.get_mut(rng.below(items as u64) as usize) {
                weights[lane] = weights[lane].saturating_add(1);
            }
        }
    }
    drawn
}
