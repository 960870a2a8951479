//! All detections by descending score: average precision and the error types read it. Knows scores, nothing of boxes.

use crate::model::{PredId, Predictions};

/// Every detection, best first; equal scores by id, that is by image and inside an image in file order.
#[derive(Clone, Debug, Default)]
pub struct Ranking {
    order: Vec<PredId>,
    /// Per place: whether the score is lower than that before.
    lower: Vec<bool>,
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
        let score_of = |id: PredId| predictions.score.get(id.index()).copied().unwrap_or(f64::NEG_INFINITY);
        let mut keys: Vec<u64> = ids.map(|id| key(score_of(id), id)).collect();
        sort(&mut keys);
        let mut order: Vec<PredId> = keys.iter().map(|&key| id_of(key)).collect();
        let before = std::iter::once(f64::INFINITY).chain(order.iter().map(|&id| score_of(id)));
        // Whether each is lower than the one before, and whether any is higher.
        let mut sorted = true;
        let lower = before.zip(&order).map(|(before, &id)| {
            let score = score_of(id);
            sorted &= before >= score;
            score < before
        });
        let mut lower: Vec<bool> = lower.collect();
        if !sorted {
            sort_alike(&keys, &mut order, score_of);
            let before = std::iter::once(f64::INFINITY).chain(order.iter().map(|&id| score_of(id)));
            lower = before.zip(&order).map(|(before, &id)| score_of(id) < before).collect();
        }
        Self { order, lower }
    }

    /// The detections, best first.
    #[must_use]
    pub fn ids(&self) -> &[PredId] {
        &self.order
    }

    /// Runs of detections of the same score, best first.
    pub fn ties(&self) -> impl Iterator<Item = &[PredId]> {
        let (mut order, mut lower) = (self.order.as_slice(), self.lower.as_slice());
        std::iter::from_fn(move || {
            let next = lower.get(1..)?.iter().position(|&lower| lower).map_or(lower.len(), |n| n + 1);
            let (run, rest) = order.split_at_checked(next)?;
            (order, lower) = (rest, lower.get(next..)?);
            Some(run)
        })
    }
}

/// Sorts the detections whose keys share a score, but whose scores differ beyond it.
fn sort_alike(keys: &[u64], order: &mut [PredId], score_of: impl Fn(PredId) -> f64) {
    let mut rest = order;
    for run in keys.chunk_by(|a, b| a >> 32 == b >> 32) {
        let Some((ids, after)) = rest.split_at_mut_checked(run.len()) else { return };
        rest = after;
        if !ids.is_sorted_by(|&a, &b| score_of(a) >= score_of(b)) {
            // -0 and 0 are one score.
            ids.sort_by(|&a, &b| (score_of(b) + 0.0).total_cmp(&(score_of(a) + 0.0)));
        }
    }
}

/// Sorts ascending by score downwards, then by id. The score enters as a fixed-point number of 32 bits, which keeps the
/// order (not strictly) of any finite scores and tells almost all in 0…1 apart.
fn key(score: f64, id: PredId) -> u64 {
    let fixed = (score * 4_294_967_296.0) as u32;
    (u64::from(!fixed) << 32) | u64::from(id.0)
}

fn id_of(key: u64) -> PredId {
    PredId((key & u64::from(u32::MAX)) as u32)
}

/// Digits of the upper half of a key, the lowest first: where they start and how many bits they have.
const DIGITS: [(u32, u32); 3] = [(32, 11), (43, 11), (54, 10)];

/// From this length on counting beats comparing.
const COUNTING_PAYS: usize = 4096;

/// Sorts keys by their upper halves: by counting, digit by digit, for long lists, which keeps the order of equal ones.
/// Lower halves that ascend still do afterwards where the upper ones are equal.
pub(super) fn sort(keys: &mut Vec<u64>) {
    if keys.len() < COUNTING_PAYS {
        keys.sort_unstable();
        return;
    }
    let mut counts = DIGITS.map(|(_, bits)| vec![0_u32; 1 << bits]);
    for key in keys.iter() {
        for (counts, digit) in counts.iter_mut().zip(DIGITS) {
            counts[digit_of(*key, digit)] += 1;
        }
    }
    let mut sorted = vec![0; keys.len()];
    for (mut places, digit) in counts.into_iter().zip(DIGITS) {
        let mut next = 0;
        for place in &mut places {
            next += std::mem::replace(place, next);
        }
        for key in keys.iter() {
            let place = &mut places[digit_of(*key, digit)];
            sorted[*place as usize] = *key;
            *place += 1;
        }
        std::mem::swap(keys, &mut sorted);
    }
}

fn digit_of(key: u64, (start, bits): (u32, u32)) -> usize {
    (key >> start) as usize & ((1 << bits) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BBox, ClassId, ImageId, ModelIdentity, PredictionsBuilder};

    fn check(scores: impl Iterator<Item = f64>) {
        let mut builder = PredictionsBuilder::default();
        for (i, score) in scores.enumerate() {
            builder.push(ImageId::from_index(i % 3), ClassId(0), BBox::default(), score);
        }
        let predictions = builder.build(ModelIdentity::default(), 3);
        let score = |id: &PredId| predictions.score[id.index()];
        let mut expected: Vec<PredId> = (0..predictions.len()).map(PredId::from_index).collect();
        expected.sort_by(|a, b| score(b).partial_cmp(&score(a)).unwrap());
        let ranking = Ranking::of(&predictions);
        assert_eq!(ranking.ids(), expected);
        let ties: Vec<&[PredId]> = expected.chunk_by(|a, b| score(a) == score(b)).collect();
        assert_eq!(ranking.ties().collect::<Vec<_>>(), ties);
    }

    /// Against the standard library's stable sort: ties, scores that differ beyond 32 bits, logits, negative ones, zeros of
    /// both signs; short lists and long ones.
    #[test]
    fn sorts_stably_by_score() {
        for n in [0, 1, 2, 100, 10_000] {
            let spread = |i: usize| (i * 7919 % 10_007) as f64;
            check((0..n).map(|i| spread(i) / 10_007.0));
            check((0..n).map(|i| (spread(i) / 100.0).floor() / 101.0));
            check((0..n).map(|i| 0.5 + spread(i) * 1e-14));
            check((0..n).map(|i| spread(i) - 5_000.0));
            check((0..n).map(|i| if i % 2 == 0 { 0.0 } else { -0.0 }));
        }
    }
}
