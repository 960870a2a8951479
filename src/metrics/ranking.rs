//! All detections by descending score: average precision and the error types read it. Knows scores, nothing of boxes.

use crate::model::{PredId, Predictions};

/// Every detection, best first; equal scores by id, that is by image and inside an image in file order.
#[derive(Clone, Debug, Default)]
pub struct Ranking {
    order: Vec<PredId>,
}

impl Ranking {
    /// Sorts all detections.
    #[must_use]
    pub fn of(predictions: &Predictions) -> Self {
        Self::of_ids(predictions, (0..predictions.len()).map(PredId::from_index))
    }

    /// Sorts some detections, handed over in ascending order of their ids.
    #[must_use]
    pub fn of_ids(predictions: &Predictions, ids: impl Iterator<Item = PredId>) -> Self {
        let scores = &predictions.score;
        let score_of = |id: PredId| scores.get(id.index()).copied().unwrap_or(f64::NEG_INFINITY);
        let mut keys: Vec<u64> = ids.map(|id| key(score_of(id), id)).collect();
        sort(&mut keys);
        let mut order: Vec<PredId> = keys.iter().map(|&key| PredId(key as u32)).collect();
        // Scores that share their first 32 bits stand by id so far.
        let mut rest = order.as_mut_slice();
        for run in keys.chunk_by(|a, b| a >> 32 == b >> 32) {
            let Some((head, tail)) = std::mem::take(&mut rest).split_at_mut_checked(run.len()) else { break };
            if head.len() > 1 && !head.is_sorted_by(|&a, &b| score_of(a) >= score_of(b)) {
                head.sort_by(|&a, &b| (score_of(b) + 0.0).total_cmp(&(score_of(a) + 0.0)));
            }
            rest = tail;
        }
        Self { order }
    }

    /// The detections, best first.
    #[must_use]
    pub fn ids(&self) -> &[PredId] {
        &self.order
    }

    /// Runs of detections of the same score, best first.
    pub fn ties<'a>(&'a self, predictions: &'a Predictions) -> impl Iterator<Item = &'a [PredId]> + use<'a> {
        let score_of = |id: &PredId| predictions.score.get(id.index()).copied();
        self.order.chunk_by(move |a, b| score_of(a) == score_of(b))
    }
}

/// Sorts ascending by score downwards, then by id. The score enters as a fixed-point number of 32 bits, which keeps the
/// order (not strictly) of any finite scores and tells almost all in 0…1 apart.
fn key(score: f64, id: PredId) -> u64 {
    let fixed = (score * 4_294_967_296.0) as u32;
    (u64::from(!fixed) << 32) | u64::from(id.0)
}

fn sort(keys: &mut [u64]) {
    keys.sort_unstable();
}
