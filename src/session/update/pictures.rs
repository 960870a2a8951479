//! What is measured in the pictures themselves: brightness, sharpness, hashes.

use std::path::PathBuf;
use std::sync::Arc;

use crate::jobs::JobCtx;
use crate::session::errors::pictures::{self, Answer, Ask};
use crate::session::{EventBody, Session, Slot};

impl Session {
    pub(super) fn pictures_asked(&mut self, ask: Ask) {
        match ask {
            Ask::Measure => self.measure_pictures(),
        }
    }

    pub(super) fn pictures_answered(&mut self, answer: Answer) {
        match answer {
            Answer::Measured(traits) => self.errors.pictures.traits = Some(Arc::new(traits)),
        }
    }

    fn measure_pictures(&mut self) {
        let Some(explorer) = &self.explorer else { return };
        if self.errors.pictures.traits.is_some() || self.jobs.contains_key(&Slot::Pictures) {
            return;
        }
        let dataset = Arc::clone(&explorer.evaluation.dataset);
        if !dataset.texts.is_empty() {
            self.errors.pictures.traits = Some(Arc::new(vec![None; dataset.images.len()]));
            return;
        }
        let cache = self.tables.clone();
        let work = move |ctx: &JobCtx| {
            let paths: Vec<Option<PathBuf>> = dataset.images.iter().map(|image| image.path.clone()).collect();
            Ok(Answer::Measured(pictures::measure(&paths, cache.as_deref(), ctx)?))
        };
        self.start(Slot::Pictures, "Measuring pictures", work, EventBody::Pictures);
    }
}
