//! The masks of the image that is looked at.

use std::sync::Arc;

use crate::jobs::JobError;
use crate::model::ImageId;
use crate::session::load::masks::{self, Shown};
use crate::session::{EventBody, Session, Slot};

impl Session {
    /// Reads the masks of an image; does nothing where they are there.
    pub(super) fn show_masks(&mut self, image: ImageId) {
        let Some(explorer) = &self.explorer else { return };
        let known = explorer.masks.as_ref().is_some_and(|(of, _)| *of == image);
        let Some(pixels) = explorer.evaluation.pixels().filter(|_| !known) else { return };
        let reading = Arc::clone(&pixels.reading);
        let work = move |_: &crate::jobs::JobCtx| {
            let none = || JobError::Failed("There are no masks of this image".to_owned());
            masks::show(reading.files.get(image.index()).ok_or_else(none)?, &reading)
        };
        self.start(Slot::Masks, "Reading masks", work, move |result| EventBody::MasksShown(image, result));
    }

    pub(super) fn masks_shown(&mut self, image: ImageId, result: Result<Shown, JobError>) {
        if let Some(explorer) = &mut self.explorer
            && result.as_ref().err() != Some(&JobError::Cancelled)
        {
            explorer.masks = Some((image, result.map(Arc::new).map_err(|error| error.to_string())));
        }
    }
}
