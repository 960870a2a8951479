//! Changes of reports.

use std::sync::Arc;

use crate::jobs::JobCtx;
use crate::session::reporting::{Answer, Ask};
use crate::session::{EventBody, Session, Slot};

impl Session {
    pub(super) fn report_asked(&mut self, ask: Ask) {
        match ask {
            Ask::Draw { page, width } => self.draw_page(page, width),
            Ask::Leave => self.reporting.asks = None,
            Ask::Make(_) | Ask::Write { .. } => {}
        }
    }

    pub(super) fn report_answered(&mut self, answer: Answer) {
        match answer {
            Answer::Made(made) => self.reporting.made = Some(made),
            Answer::Written(folder, files) => {
                self.reporting.asks = None;
                self.reporting.written = Some((folder, files));
            }
            Answer::WouldReplace(folder, files) => self.reporting.asks = Some((folder, files)),
            Answer::Drawn(made, page, picture) => self.reporting.drawn = Some((made, page, picture)),
        }
    }

    fn draw_page(&mut self, page: usize, width: u32) {
        let Some(made) = self.reporting.made.clone() else { return };
        let work = move |_: &JobCtx| {
            let picture = made.pages.get(page).map(|figure| figure.to_picture(f64::from(width) / figure.width));
            let picture = match picture {
                Some(drawn) => drawn.map(Arc::new).map_err(|error| error.to_string()),
                None => Err("The report has no such page".to_owned()),
            };
            Ok(Answer::Drawn(made, page, picture))
        };
        self.start(Slot::ReportPage, "Drawing a page", work, EventBody::Report);
    }
}
