//! Errors by attributes of images and objects, custom slices, and the search for weak ones.

use crate::session::Session;
use crate::session::errors::slices::{Answer, Ask};

impl Session {
    pub(super) fn slices_asked(&mut self, ask: Ask) {
        match ask {}
    }

    pub(super) fn slices_answered(&mut self, answer: Answer) {
        match answer {}
    }
}
