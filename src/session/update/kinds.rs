//! Kinds of errors: found anew once the threshold rests, while their page is on screen.

use std::sync::Arc;

use crate::analysis::kinds::Kinds;
use crate::session::errors::Tab;
use crate::session::history::Page;
use crate::session::{EventBody, Session, Slot};

/// Objects listed by their loss.
const OBJECTS: usize = 400;

impl Session {
    /// Looks at the errors of the current threshold where that is on screen and not done.
    pub(super) fn follow_kinds(&mut self) {
        let shown = self.page() == Page::Errors && self.history.here().tab == Tab::Kinds;
        let Some(explorer) = self.explorer.as_ref().filter(|_| shown) else { return };
        let at = explorer.threshold.value;
        if self.errors.kinds.at == Some(at) {
            return;
        }
        let (evaluation, matched) = (explorer.evaluation.clone(), Arc::clone(&explorer.matched));
        let counter = explorer.counter.clone();
        self.start(
            Slot::Kinds,
            "Looking at errors",
            move |ctx| Ok(Kinds::at(&evaluation, &matched, &counter, OBJECTS, ctx)?),
            move |result| EventBody::Kinds(at, result),
        );
    }

    pub(super) fn kinds_found(&mut self, at: f64, kinds: Kinds) {
        self.errors.kinds.found = Some(Arc::new(kinds));
        self.errors.kinds.at = Some(at);
    }
}
