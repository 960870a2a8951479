//! Tags on items: read with an evaluation, kept with the dataset's project, taken back one by one.

use std::path::PathBuf;

use crate::model::ImageId;
use crate::session::Session;
use crate::store::tags::{self, Tags};

/// Changes that can be taken back.
const UNDONE: usize = 100;

impl Session {
    /// Where what is said of the dataset on screen lies: folder, id, version.
    pub(super) fn tagged(&self) -> Option<(PathBuf, String, String)> {
        let (project, explorer) = (self.project.as_ref()?, self.explorer.as_ref()?);
        let entry = explorer.choice.dataset(&project.recognised.project)?;
        Some((entry.root(&project.root).to_owned(), entry.id.clone(), entry.version.clone()))
    }

    /// Takes over the tags of what came on screen.
    pub(super) fn read_tags(&mut self) {
        self.tags_before.clear();
        let Some((root, id, version)) = self.tagged() else {
            self.tags = Tags::new();
            return;
        };
        match tags::read(&self.keeper, &root, &id, &version) {
            Ok(found) => self.tags = found,
            Err(error) => {
                self.tags = Tags::new();
                self.fail(&error.to_string());
            }
        }
    }

    /// Puts a tag on items, or takes it off.
    pub(super) fn tag(&mut self, tag: &str, images: &[ImageId], on: bool) {
        let Some(explorer) = &self.explorer else { return };
        let name = |image: &ImageId| Some(explorer.dataset().images.get(image.index())?.name.clone());
        let names: Vec<String> = images.iter().filter_map(name).collect();
        let mut changed = self.newest_tags();
        let items = changed.entry(tag.to_owned()).or_default();
        for name in names {
            if on {
                items.insert(name);
            } else {
                items.remove(&name);
            }
        }
        changed.retain(|_, items| !items.is_empty());
        let before = self.tags.clone();
        if self.keep_tags(changed) {
            self.tags_before.push(before);
            if self.tags_before.len() > UNDONE {
                self.tags_before.remove(0);
            }
        }
    }

    /// Takes the last change of tags back.
    pub(super) fn undo_tags(&mut self) {
        if let Some(before) = self.tags_before.pop() {
            self.keep_tags(before);
        }
    }

    /// What is kept now: another window may have added some.
    fn newest_tags(&self) -> Tags {
        let Some((root, id, version)) = self.tagged() else { return Tags::new() };
        let kept = tags::read(&self.keeper, &root, &id, &version).unwrap_or_default();
        if kept.is_empty() { self.tags.clone() } else { kept }
    }

    /// Keeps tags; false where they could not be written. Where nothing is kept they live as long as the program.
    fn keep_tags(&mut self, changed: Tags) -> bool {
        let Some((root, id, version)) = self.tagged() else { return false };
        let written = match self.keeper.place(&root) {
            Ok(Some(place)) => tags::write(&place, &id, &version, &changed).map_err(|error| error.to_string()),
            Ok(None) => Ok(()),
            Err(error) => Err(error.to_string()),
        };
        match written {
            Ok(()) => {
                self.tags = changed;
                self.errors.slices.outdate();
                if let Some(atlas) = &mut self.atlas {
                    atlas.generation += 1;
                }
                true
            }
            Err(error) => {
                self.fail(&error);
                false
            }
        }
    }
}
