//! Items that are the same, or all but the same, within and across splits.

use crate::session::Session;
use crate::session::errors::leaks::{Answer, Ask};

impl Session {
    pub(super) fn leaks_asked(&mut self, ask: Ask) {
        match ask {}
    }

    pub(super) fn leaks_answered(&mut self, answer: Answer) {
        match answer {}
    }
}
