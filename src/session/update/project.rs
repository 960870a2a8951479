//! What a folder is taken for: corrected by the person, and written down.

use std::sync::Arc;

use crate::formats::{self, Correction};

use crate::session::history::Location;
use crate::session::{Notice, Session, load};
use crate::store::project_file;

use super::has_split;

impl Session {
    pub(super) fn correct(&mut self, correction: &Correction) {
        let Some(project) = &mut self.project else { return };
        let Some(recognised) = project.recognised.corrected(correction) else {
            self.fail("This correction does not fit what the folder holds; open the folder again");
            return;
        };
        project.choices = formats::choices(&recognised.project);
        project.recognised = Arc::new(recognised);
        project.corrected = true;
        let now = self.explorer.as_ref().map(|e| e.choice.clone());
        let kept = now.filter(|c| c.splits.iter().all(|s| has_split(&project.choices, c, s)));
        let choice = match correction {
            // What was placed is what the person wants to see.
            Correction::Place { .. } => project.choices.last().cloned(),
            Correction::Use(_) | Correction::Classes(_) => kept,
        };
        let choice = choice.or_else(|| load::first_choice(&project.recognised.project, &project.choices));
        self.member_follows();
        // Images and classes may be numbered otherwise in what comes.
        let page = self.page();
        self.history.restart(Location { page, ..Location::default() });
        self.arrive();
        if let Some(choice) = choice {
            self.evaluate(choice);
        }
    }

    pub(super) fn write_project_file(&mut self) {
        let Some(project) = &self.project else { return };
        let of = &project.recognised.project;
        let written = if project.from_file {
            project_file::write_class_map(&project.root, &of.class_map)
        } else {
            project_file::write(&project.root, of, false)
        };
        match written {
            Ok(path) => {
                self.notices.push(Notice { is_error: false, text: format!("Wrote {}", path.display()) });
                if let Some(project) = &mut self.project {
                    project.from_file = true;
                    project.corrected = false;
                }
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }
}
