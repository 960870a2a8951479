//! Thresholds made for costs or targets, and how the numbers lie over IoU and confidence.

use std::sync::Arc;

use crate::analysis::design::{Design as Found, Plan, Surface};
use crate::metrics::{Matching, OwnThresholds};
use crate::session::Explorer;

/// The state.
#[derive(Debug, Default)]
pub struct Design {
    /// The thresholds that were found last.
    pub found: Option<Arc<Found>>,
    /// The numbers over IoU and confidence, once they were asked for.
    pub surface: Option<Arc<Surface>>,
    /// The surface that is there, under way, or was stopped.
    pub(in crate::session) wanted: Option<(Matching, OwnThresholds)>,
}

/// A wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Find thresholds by this plan.
    Find(Box<Plan>),
    /// Put what was found on screen.
    Use,
    /// Count over IoU and confidence; does nothing while that is there or under way, or was stopped, unless it is asked for
    /// `again`.
    Surface {
        /// True to begin anew.
        again: bool,
    },
}

/// What a job found.
#[derive(Debug)]
pub enum Answer {
    /// Thresholds; `None` where there is nothing to choose by.
    Found(Option<Box<Found>>),
    /// The numbers over IoU and confidence; `None` without objects or detections.
    Surface(Option<Box<Surface>>),
}

impl Design {
    /// What was found, where objects are still matched as then.
    #[must_use]
    pub fn current(&self, explorer: &Explorer) -> Option<&Arc<Found>> {
        self.found.as_ref().filter(|found| found.settings == explorer.matched.settings)
    }

    /// True where the surface of what is on screen is there, under way, or was stopped.
    #[must_use]
    pub fn is_asked(&self, explorer: &Explorer) -> bool {
        self.wanted.as_ref() == Some(&key(explorer))
    }

    /// The surface, where it belongs to the matching and the class thresholds on screen.
    #[must_use]
    pub fn surface_of(&self, explorer: &Explorer) -> Option<&Arc<Surface>> {
        let of = key(explorer);
        self.surface.as_ref().filter(|surface| (surface.matching, &surface.own) == (of.0, &of.1))
    }
}

/// What a surface depends on.
pub(in crate::session) fn key(explorer: &Explorer) -> (Matching, OwnThresholds) {
    (explorer.matched.settings.matching, explorer.matched.own.clone())
}
