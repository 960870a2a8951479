//! What was on screen when the program ended, by names that hold over a restart.

use std::path::PathBuf;

use crate::analysis::Filter;
use crate::metrics::{Cell, DetectionSettings, Matching, OutcomeKind};
use crate::model::{ClassId, ClassTable};
use crate::store::settings::{LastOpen, NamedFilter, Preferences};

use super::explorer::{Explorer, Threshold};
use super::history::{Location, Page};
use super::{Session, Slot};

/// How the program itself stands: what it restores, and what its cache takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// The folder of the cache; without one nothing is measured or emptied.
    pub cache: Option<PathBuf>,
    /// Bytes in the cache, once they were counted.
    pub cache_used: Option<u64>,
    /// The folder of the log, where one is written.
    pub log: Option<PathBuf>,
    /// What is being opened again.
    pub(super) restoring: Option<LastOpen>,
}

/// How objects are paired where nothing else was said.
#[must_use]
pub fn pairing(preferences: &Preferences) -> DetectionSettings {
    let matching = Matching::from_name(&preferences.matching).unwrap_or(Matching::TwoPass);
    DetectionSettings { iou: preferences.iou, matching }
}

impl Session {
    /// What is open now; `None` where nothing is.
    #[must_use]
    pub fn what_is_open(&self) -> Option<LastOpen> {
        let project = self.project.as_ref()?;
        let roots = || self.workspace.members.iter().map(|member| member.root.clone()).collect();
        let paths: Vec<PathBuf> = self.workspace.file.clone().map_or_else(roots, |file| vec![file]);
        let here = self.history.here();
        let explorer = self.explorer.as_ref();
        let named = explorer.and_then(|e| name_filter(&here.filter, &e.dataset().classes));
        Some(LastOpen {
            paths: if paths.is_empty() { vec![project.root.clone()] } else { paths },
            root: project.root.clone(),
            page: here.page.key(),
            threshold: explorer.filter(|e| !e.threshold.optimal).map(|e| e.threshold.value),
            iou: Some(self.matching.iou),
            matching: self.matching.matching.name().to_owned(),
            filter: named,
        })
    }

    /// Writes down what is open, where that changed. While something is being opened the old stays.
    pub fn remember_open(&mut self) {
        let busy = self.jobs.contains_key(&Slot::Open) || self.jobs.contains_key(&Slot::Evaluate);
        let open = self.what_is_open();
        if !busy && open != self.settings.last {
            self.settings.last = open;
            self.save_settings();
        }
    }

    /// Opens what was open last.
    pub(super) fn restore(&mut self) {
        let Some(last) = self.settings.last.clone().filter(|last| !last.paths.is_empty()) else { return };
        self.open_all(last.paths.clone(), false);
        self.program.restoring = Some(last);
    }

    /// The project and page to come on screen; pairing as it was. `None` where nothing is being opened again.
    pub(super) fn restored_start(&mut self) -> Option<(usize, Page)> {
        let last = self.program.restoring.as_ref()?;
        let usual = pairing(&self.settings.preferences);
        self.matching = DetectionSettings {
            iou: last.iou.filter(|iou| *iou > 0.0 && *iou <= 1.0).unwrap_or(usual.iou),
            matching: Matching::from_name(&last.matching).unwrap_or(usual.matching),
        };
        let at = self.workspace.position(&last.root)?;
        self.workspace.project(at)?;
        let page = match Page::of_key(&last.page) {
            None | Some(Page::Welcome | Page::Settings | Page::Model) => Page::Overview,
            Some(page) => page,
        };
        Some((at, page))
    }

    /// Where a fresh evaluation begins: as it was left, else at the confidence that was chosen for all.
    pub(super) fn begin_where_wanted(&mut self) {
        let last = self.program.restoring.take();
        let Some(explorer) = &self.explorer else { return };
        let usual = self.settings.preferences.confidence.filter(|_| explorer.texts().is_none());
        let filter = last.as_ref().and_then(|last| find_filter(last.filter.as_ref()?, explorer));
        let wanted = match &last {
            Some(last) => last.threshold.filter(|value| value.is_finite()),
            None => usual,
        };
        if let Some(value) = wanted {
            self.stand_at(Threshold { value, optimal: false });
        }
        if let Some(filter) = filter {
            self.history.replace(Location { filter, ..self.history.here().clone() });
            self.arrive();
        }
    }
}

const OUTCOMES: [(OutcomeKind, &str); 4] = [
    (OutcomeKind::Correct, "correct"),
    (OutcomeKind::Misclassified, "misclassified"),
    (OutcomeKind::Missed, "missed"),
    (OutcomeKind::FalsePositive, "false-positive"),
];

fn name_filter(filter: &Filter, classes: &ClassTable) -> Option<NamedFilter> {
    let name = |class: ClassId| classes.name(class).to_owned();
    match filter {
        Filter::Cell(cell) => Some(NamedFilter::Cell(cell.truth.map(name), cell.predicted.map(name))),
        Filter::Segment { class, kind } => {
            let outcome = OUTCOMES.iter().find(|(known, _)| known == kind)?.1;
            Some(NamedFilter::Segment(class.map(name), outcome.to_owned()))
        }
        Filter::Both(a, b) => Some(NamedFilter::Both(name(*a), name(*b))),
        _ => None,
    }
}

fn find_filter(named: &NamedFilter, explorer: &Explorer) -> Option<Filter> {
    let classes = &explorer.dataset().classes;
    let class = |name: &String| classes.ids().find(|id| classes.name(*id) == name);
    // A class that is gone takes the selection with it; none at all is a place of its own.
    let place = |name: &Option<String>| match name {
        Some(name) => class(name).map(Some),
        None => Some(None),
    };
    match named {
        NamedFilter::Cell(truth, predicted) => Some(Filter::Cell(Cell::new(place(truth)?, place(predicted)?))),
        NamedFilter::Segment(of, outcome) => {
            let kind = OUTCOMES.iter().find(|(_, name)| name == outcome)?.0;
            Some(Filter::Segment { class: place(of)?, kind })
        }
        NamedFilter::Both(a, b) => Some(Filter::Both(class(a)?, class(b)?)),
    }
}
