//! Where each detection stands among all distinct scores. Knows scores only.

use crate::metrics::ranking::Ranking;
use crate::model::Predictions;

/// All distinct scores, and the cut from which each detection is kept.
pub(super) struct Ranks {
    /// Distinct scores, descending.
    pub scores: Vec<f64>,
    /// Per detection, 1 + the position of its score: the smallest cut that keeps it.
    pub cuts: Vec<u32>,
}

impl Ranks {
    /// Numbers the scores; with `single`, those that are the same `f32` count as one.
    pub fn of(predictions: &Predictions, ranking: &Ranking, single: bool) -> Self {
        let seen = |score: f64| if single { f64::from(score as f32) } else { score };
        let mut scores: Vec<f64> = Vec::new();
        let mut cuts = vec![0_u32; predictions.len()];
        for id in ranking.ids() {
            let (Some(&score), Some(cut)) = (predictions.score.get(id.index()), cuts.get_mut(id.index())) else {
                continue;
            };
            if scores.last().is_none_or(|&last| seen(last) != seen(score)) {
                scores.push(score);
            }
            *cut = scores.len() as u32;
        }
        scores.shrink_to_fit();
        Self { scores, cuts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BBox, ClassId, ImageId, ModelIdentity, PredictionsBuilder};

    /// One detection an image, so that ids stand in the given order.
    fn ranks(scores: &[f64], single: bool) -> Ranks {
        let mut builder = PredictionsBuilder::default();
        for (image, &score) in scores.iter().enumerate() {
            builder.push(ImageId::from_index(image), ClassId(0), BBox::default(), score);
        }
        let predictions = builder.build(ModelIdentity::default(), scores.len());
        Ranks::of(&predictions, &Ranking::of(&predictions), single)
    }

    #[test]
    fn equal_scores_share_a_rank() {
        let ranks = ranks(&[0.5, -1.0, 0.0, 2.0, -0.0, -3.0, 0.5], false);
        assert_eq!(ranks.scores, [2.0, 0.5, 0.0, -1.0, -3.0]);
        assert_eq!(ranks.cuts, [2, 4, 3, 1, 3, 5, 2]);
    }

    /// 0.3 and 0.3 + 1e-12 are one number in single precision, 0.30001 another.
    #[test]
    fn single_precision_joins_what_it_cannot_tell_apart() {
        let scores = [0.3 + 1e-12, 0.3, 0.30001];
        assert_eq!(ranks(&scores, true).cuts, [2, 2, 1]);
        assert_eq!(ranks(&scores, false).cuts, [2, 3, 1]);
    }
}
