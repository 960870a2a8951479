//! Back and forward, as in a browser.

use serde::{Deserialize, Serialize};

use crate::analysis::Filter;
use crate::model::ImageId;

use super::errors::Tab;
use super::evaluations::ModelKey;

/// A page of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Page {
    /// Nothing is open yet.
    #[default]
    Welcome,
    /// The dashboard.
    Overview,
    /// The gallery of the selection.
    Images,
    /// Precision against recall.
    Curves,
    /// Items on a map by their vectors.
    Vectors,
    /// Cross-validation of embeddings.
    CrossValidate,
    /// What goes wrong, and where.
    Errors,
    /// Which thresholds to use.
    Thresholds,
    /// Settings, protocol, problems.
    Run,
    /// Every model version of the workspace, calculated or not.
    Evaluations,
    /// Runs of the workspace, best first.
    Leaderboard,
    /// Other models held against the one on screen.
    Compare,
    /// Everything known of a model version.
    Model,
    /// What a person chose for the whole program.
    Settings,
    /// A report to hand to others.
    Report,
    /// What numbers mean, how to read them, what to do.
    Help,
}

/// A place in the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Topic {
    /// The page.
    pub page: &'static str,
    /// The heading on it; empty for its beginning.
    pub heading: &'static str,
}

impl Page {
    /// True for pages that are about more than the evaluation on screen, or need none.
    #[must_use]
    pub const fn needs_no_evaluation(self) -> bool {
        matches!(
            self,
            Self::Welcome
                | Self::CrossValidate
                | Self::Evaluations
                | Self::Leaderboard
                | Self::Model
                | Self::Settings
                | Self::Help
        )
    }

    /// Its name in files.
    #[must_use]
    pub fn key(self) -> String {
        let value = serde_json::to_value(self).ok();
        value.as_ref().and_then(|value| value.as_str()).unwrap_or_default().to_owned()
    }

    /// The page of this name.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        serde_json::from_value(key.into()).ok()
    }
}

/// Where a person is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The page.
    pub page: Page,
    /// What the gallery shows.
    pub filter: Filter,
    /// The image opened from the gallery.
    pub image: Option<ImageId>,
    /// The model version that the page of that name is about.
    pub model: Option<ModelKey>,
    /// The part of the page of errors.
    pub tab: Tab,
    /// What the page of that name shows; without it the page of the task on screen.
    pub help: Option<Topic>,
}

/// Where a person was. The end of `past` is where they are.
#[derive(Clone, Debug)]
pub struct History {
    past: Vec<Location>,
    future: Vec<Location>,
}

impl Default for History {
    fn default() -> Self {
        Self { past: vec![Location::default()], future: Vec::new() }
    }
}

impl History {
    /// Places remembered.
    const DEPTH: usize = 200;

    /// Where the person is.
    #[must_use]
    pub fn here(&self) -> &Location {
        static NOWHERE: Location = Location {
            page: Page::Welcome,
            filter: Filter::All,
            image: None,
            model: None,
            tab: Tab::Kinds,
            help: None,
        };
        self.past.last().unwrap_or(&NOWHERE)
    }

    /// Goes to a new place, unless it is this one.
    pub fn go(&mut self, to: Location) {
        if *self.here() == to {
            return;
        }
        self.past.push(to);
        if self.past.len() > Self::DEPTH {
            self.past.remove(0);
        }
        self.future.clear();
    }

    /// Changes this place without a step of its own (stepping from image to image).
    pub fn replace(&mut self, with: Location) {
        if let Some(here) = self.past.last_mut() {
            *here = with;
        }
    }

    /// Forgets everything: another evaluation is on screen.
    pub fn restart(&mut self, at: Location) {
        self.past = vec![at];
        self.future.clear();
    }

    /// Forgets everything that was about the evaluation that was on screen; lists of many stay where they were.
    pub fn leave_evaluation(&mut self, at: Location) {
        self.past.retain(|place| matches!(place.page, Page::Evaluations | Page::Leaderboard | Page::Model));
        self.past.push(at);
        self.past.dedup();
        self.future.clear();
    }

    /// True where there is a way back.
    #[must_use]
    pub fn can_go_back(&self) -> bool {
        self.past.len() > 1
    }

    /// True where there is a way forward.
    #[must_use]
    pub fn can_go_forward(&self) -> bool {
        !self.future.is_empty()
    }

    /// One step back; false where there is none.
    pub fn back(&mut self) -> bool {
        if !self.can_go_back() {
            return false;
        }
        self.future.extend(self.past.pop());
        true
    }

    /// One step forward; false where there is none.
    pub fn forward(&mut self) -> bool {
        let next = self.future.pop();
        let moved = next.is_some();
        self.past.extend(next);
        moved
    }
}
