//! Changes of what is known about the design of thresholds.

use std::sync::Arc;

use crate::analysis::design::{self, Plan, surface::surface};
use crate::jobs::JobCtx;
use crate::session::errors::design::{Answer, Ask, key};
use crate::session::explorer::Threshold;
use crate::session::{EventBody, Session, Slot};

impl Session {
    pub(super) fn design_asked(&mut self, ask: Ask) {
        match ask {
            Ask::Find(plan) => self.find_thresholds(*plan),
            Ask::Use => self.use_found_thresholds(),
            Ask::Surface { again } => self.count_surface(again),
        }
    }

    pub(super) fn design_answered(&mut self, answer: Answer) {
        match answer {
            Answer::Found(found) => self.errors.design.found = found.map(Arc::from),
            Answer::Surface(surface) => self.errors.design.surface = surface.map(Arc::from),
        }
    }

    fn find_thresholds(&mut self, plan: Plan) {
        let Some(explorer) = &self.explorer else { return };
        let (evaluation, matched) = (explorer.evaluation.clone(), Arc::clone(&explorer.matched));
        let threshold = explorer.threshold.value;
        let work = move |ctx: &JobCtx| {
            let found = design::design(&evaluation, &matched, threshold, plan, ctx)?;
            Ok(Answer::Found(found.map(Box::new)))
        };
        self.start(Slot::Design, "Finding thresholds", work, EventBody::Design);
    }

    fn use_found_thresholds(&mut self) {
        let Some(found) = self.errors.design.found.clone() else { return };
        let Some(explorer) = &mut self.explorer else { return };
        let value = found.threshold.threshold;
        explorer.own = found.own.clone();
        let optimal = found.own.is_empty() && explorer.base().optima.pooled == Some(value);
        self.stand_at(Threshold { value, optimal });
        self.settle();
        self.follow_own_thresholds();
    }

    fn count_surface(&mut self, again: bool) {
        let Some(explorer) = &self.explorer else { return };
        let wanted = key(explorer);
        if !again && self.errors.design.is_asked(explorer) {
            return;
        }
        let evaluation = explorer.evaluation.clone();
        self.errors.design.wanted = Some(wanted.clone());
        let work =
            move |ctx: &JobCtx| Ok(Answer::Surface(surface(&evaluation, wanted.0, &wanted.1, ctx)?.map(Box::new)));
        self.start(Slot::Surface, "Counting over IoU and confidence", work, EventBody::Design);
    }
}
