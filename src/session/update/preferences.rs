//! What a person chose for the whole program takes effect at once.

use crate::cache::budget;
use crate::jobs::{JobCtx, JobError};
use crate::model::{Progress, fmt};
use crate::session::explorer::Threshold;
use crate::session::restore::pairing;
use crate::session::{EventBody, Session, Slot};
use crate::store::settings::Preferences;

impl Session {
    pub(super) fn prefer(&mut self, wanted: Preferences) {
        let new = wanted.sound();
        let old = std::mem::replace(&mut self.settings.preferences, new.clone());
        if old == new {
            return;
        }
        self.save_settings();
        if old.digits != new.digits {
            fmt::set_digits(new.digits);
            // Sentences hold numbers.
            self.settle();
        }
        if old.cache_mb != new.cache_mb {
            budget::set(new.cache_bytes());
            self.look_after_cache(Some(new.cache_bytes()));
        }
        // What a person set otherwise for this evaluation stays.
        if self.matching == pairing(&old) {
            self.rematch(pairing(&new));
        }
        if old.confidence != new.confidence {
            self.follow_usual_confidence(&old, &new);
        }
    }

    fn follow_usual_confidence(&mut self, old: &Preferences, new: &Preferences) {
        let Some(explorer) = self.explorer.as_ref().filter(|e| e.texts().is_none()) else { return };
        let stood = match old.confidence {
            None => explorer.threshold.optimal,
            Some(value) => !explorer.threshold.optimal && explorer.threshold.value == value,
        };
        if stood {
            let best = explorer.matched.optima.pooled.unwrap_or(0.0);
            let value = new.confidence.unwrap_or(best);
            self.stand_at(Threshold { value, optimal: new.confidence.is_none() });
            self.settle();
        }
    }

    /// Deletes the oldest of the cache until at most so many bytes are left, and counts what is.
    pub(super) fn look_after_cache(&mut self, most: Option<u64>) {
        let Some(folder) = self.program.cache.clone() else { return };
        let work = move |ctx: &JobCtx| {
            ctx.stage("Counting the cache");
            Ok::<u64, JobError>(budget::shrink(&folder, most.unwrap_or(u64::MAX)))
        };
        self.start(Slot::Cache, "Looking after the cache", work, EventBody::CacheCounted);
    }
}
