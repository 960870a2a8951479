//! What is measured in the pictures themselves: brightness, sharpness, hashes.

use std::sync::Arc;

use crate::session::Session;
use crate::session::errors::pictures::{Answer, Ask};

impl Session {
    pub(super) fn pictures_asked(&mut self, ask: Ask) {
        match ask {
            Ask::Measure => {}
        }
    }

    pub(super) fn pictures_answered(&mut self, answer: Answer) {
        match answer {
            Answer::Measured(traits) => self.errors.pictures.traits = Some(Arc::new(traits)),
        }
    }
}
