//! Thresholds made for costs or targets, and how the numbers lie over IoU and confidence.

use crate::session::Session;
use crate::session::errors::design::{Answer, Ask};

impl Session {
    pub(super) fn design_asked(&mut self, ask: Ask) {
        match ask {}
    }

    pub(super) fn design_answered(&mut self, answer: Answer) {
        match answer {}
    }
}
