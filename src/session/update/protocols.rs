//! Changes of what is known about other matchings.

use std::sync::Arc;

use crate::analysis::protocols::Protocols;
use crate::jobs::JobCtx;
use crate::metrics::{Evaluation, Matching};
use crate::model::Progress;
use crate::session::errors::protocols::{Answer, Ask, AtThreshold, key};
use crate::session::{EventBody, Session, Slot};

impl Session {
    pub(super) fn protocols_asked(&mut self, ask: Ask) {
        let Ask::Compare { pair, again } = ask;
        let Some(explorer) = &self.explorer else { return };
        let (of, at) = (key(explorer), (explorer.threshold.value, pair));
        let known = &mut self.errors.protocols;
        if known.is_asked(explorer, pair) && !again {
            return;
        }
        let same = known.wanted.as_ref() == Some(&of);
        let (evaluation, shown) = (explorer.evaluation.clone(), Arc::clone(&explorer.matched));
        let there = known.of(explorer).cloned();
        (known.wanted, known.wanted_at) = (Some(of), Some(at));
        match there {
            Some(all) => {
                let work = move |_: &JobCtx| Ok(Answer::At(Box::new(at_threshold(&evaluation, &all, at))));
                self.start(Slot::Protocols, "Counting by every rule", work, EventBody::Protocols);
            }
            // Only the matching takes time; it is not begun anew, nor after it was stopped, because the threshold moved.
            None if same && !again => {}
            None => {
                let work = move |ctx: &JobCtx| {
                    let Some(all) = Protocols::of(&evaluation, &shown, ctx)? else { return Ok(Answer::Matched(None)) };
                    ctx.check()?;
                    let at = at_threshold(&evaluation, &all, at);
                    Ok(Answer::Matched(Some((Arc::new(all), Box::new(at)))))
                };
                self.start(Slot::Protocols, "Matching by every rule", work, EventBody::Protocols);
            }
        }
    }

    pub(super) fn protocols_answered(&mut self, answer: Answer) {
        let known = &mut self.errors.protocols;
        let at = match answer {
            Answer::Matched(Some((all, at))) => {
                known.all = Some(all);
                at
            }
            Answer::At(at) => at,
            Answer::Matched(None) => return,
        };
        known.wanted_at = Some((at.threshold, at.pair));
        known.at = Some(Arc::from(at));
    }
}

fn at_threshold(evaluation: &Evaluation, all: &Protocols, at: (f64, (Matching, Matching))) -> AtThreshold {
    let (threshold, pair) = at;
    AtThreshold { threshold, pair, counts: all.counts(threshold), changes: all.changes(evaluation, pair, threshold) }
}
