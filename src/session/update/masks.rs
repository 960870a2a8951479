//! The masks of the image that is looked at, of the evaluation on screen and of the one that it is compared with.

use std::sync::Arc;

use crate::jobs::JobError;
use crate::metrics::Evaluation;
use crate::model::ImageId;
use crate::model::project::Choice;
use crate::session::load::masks::{self, Shown};
use crate::session::{EventBody, Session, Slot};

impl Session {
    /// The masks of an image of the evaluation on screen or of one that it is compared with, or why they cannot be read; `None`
    /// where they are not there yet.
    #[must_use]
    pub fn masks_of(&self, choice: &Choice, image: ImageId) -> Option<&Result<Arc<Shown>, String>> {
        if let Some(explorer) = self.explorer.as_ref().filter(|explorer| explorer.choice == *choice) {
            return explorer.masks.as_ref().filter(|(of, _)| *of == image).map(|(_, shown)| shown);
        }
        let known = self.other_masks.as_ref();
        known.filter(|(of, at, _)| of == choice && *at == image).map(|(.., shown)| shown)
    }

    fn evaluation_of(&self, choice: &Choice) -> Option<&Evaluation> {
        let others = self.compared.iter().map(|compared| &compared.other);
        let explorer = self.explorer.iter().chain(others).find(|explorer| explorer.choice == *choice)?;
        Some(&explorer.evaluation)
    }

    /// Reads the masks of an image; does nothing where they are there.
    pub(super) fn show_masks(&mut self, choice: Choice, image: ImageId) {
        let known = self.masks_of(&choice, image).is_some();
        let pixels = self.evaluation_of(&choice).and_then(Evaluation::pixels);
        let Some(pixels) = pixels.filter(|_| !known) else { return };
        let reading = Arc::clone(&pixels.reading);
        let work = move |_: &crate::jobs::JobCtx| {
            let none = || JobError::Failed("There are no masks of this image".to_owned());
            masks::show(reading.files.get(image.index()).ok_or_else(none)?, &reading)
        };
        self.start(Slot::Masks, "Reading masks", work, move |result| EventBody::MasksShown(choice, image, result));
    }

    pub(super) fn masks_shown(&mut self, choice: Choice, image: ImageId, result: Result<Shown, JobError>) {
        if result.as_ref().err() == Some(&JobError::Cancelled) {
            return;
        }
        let shown = result.map(Arc::new).map_err(|error| error.to_string());
        match &mut self.explorer {
            Some(explorer) if explorer.choice == choice => explorer.masks = Some((image, shown)),
            _ => self.other_masks = Some((choice, image, shown)),
        }
    }
}
