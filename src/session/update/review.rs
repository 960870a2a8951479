//! Labels that may be wrong, what a person said of them, and the metrics with them corrected.

use crate::session::Session;
use crate::session::errors::review::{Answer, Ask};

impl Session {
    pub(super) fn review_asked(&mut self, ask: Ask) {
        match ask {}
    }

    pub(super) fn review_answered(&mut self, answer: Answer) {
        match answer {}
    }
}
