//! The threshold is moved, and what is on screen is matched by other settings.

use std::time::Instant;

use crate::metrics::DetectionSettings;
use crate::session::explorer::Threshold;
use crate::session::thresholds::Rematched;
use crate::session::{Session, Slot};

use super::SETTLE;

impl Session {
    pub(super) fn rematch(&mut self, settings: DetectionSettings) {
        if settings == self.matching {
            return;
        }
        self.matching = settings;
        self.start_rematch(settings, format!("Matching at IoU {:.2}", settings.iou));
    }

    pub(super) fn rematched(&mut self, Rematched { evaluation, matched, pairs }: Rematched) {
        let Some(explorer) = &mut self.explorer else { return };
        let best = matched.optima.pooled.unwrap_or(0.0);
        // The optimum follows the matching; a threshold of a single class moves nothing but that class.
        if explorer.threshold.optimal && matched.settings != explorer.matched.settings {
            explorer.threshold.value = best;
        }
        explorer.threshold.optimal &= explorer.threshold.value == best;
        explorer.counter = matched.timeline.counter();
        matched.timeline.move_to(&mut explorer.counter, explorer.threshold.value);
        explorer.matched = matched;
        explorer.evaluation = evaluation;
        explorer.take_pairs(pairs);
        explorer.recommended_at = None;
        self.errors.kinds.at = None;
        explorer.outdated = true;
        self.follow_selection();
        self.review_follows();
        self.settle();
    }

    /// A matching that was cancelled or failed is not the one on screen.
    pub(super) fn matching_follows_screen(&mut self) {
        if !self.jobs.contains_key(&Slot::Rematch)
            && let Some(explorer) = &mut self.explorer
        {
            self.matching = explorer.matched.settings;
            explorer.own = explorer.matched.own.clone();
        }
    }

    pub(super) fn set_threshold(&mut self, t: f64, optimal: bool, now: Instant) {
        let Some(explorer) = &mut self.explorer else { return };
        if !t.is_finite() {
            return;
        }
        let (low, high) = explorer.score_range();
        let value = if optimal { t } else { t.clamp(low.min(0.0), high.max(1.0)) };
        self.stand_at(Threshold { value, optimal });
        self.settle_at = Some(now + SETTLE);
        self.follow_cards();
    }

    /// Counts at exactly this threshold.
    pub(in crate::session) fn stand_at(&mut self, threshold: Threshold) {
        let Some(explorer) = &mut self.explorer else { return };
        let value = threshold.value;
        explorer.threshold = threshold;
        let before = explorer.counter.cut();
        explorer.matched.timeline.move_to(&mut explorer.counter, value);
        if let Some(pairs) = &mut explorer.pairs {
            pairs.move_to(value);
        }
        explorer.outdated |= explorer.counter.cut() != before;
        self.follow_selection();
    }
}
