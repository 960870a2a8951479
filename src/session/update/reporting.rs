//! Changes of reports.

use crate::session::Session;
use crate::session::reporting::{Answer, Ask};

impl Session {
    pub(super) fn report_asked(&mut self, ask: Ask) {
        let _ = (&self.reporting, ask);
    }

    pub(super) fn report_answered(&mut self, answer: Answer) {
        match answer {
            Answer::Made(made) => self.reporting.made = Some(made),
            Answer::Written(folder, files) => {
                self.reporting.asks = None;
                self.reporting.written = Some((folder, files));
            }
            Answer::WouldReplace(folder, files) => self.reporting.asks = Some((folder, files)),
        }
    }
}
