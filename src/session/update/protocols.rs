//! The same predictions by other matchings: what stands otherwise.

use crate::session::Session;
use crate::session::errors::protocols::{Answer, Ask};

impl Session {
    pub(super) fn protocols_asked(&mut self, ask: Ask) {
        match ask {}
    }

    pub(super) fn protocols_answered(&mut self, answer: Answer) {
        match answer {}
    }
}
