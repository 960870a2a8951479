//! Changes of reports: the evaluation on screen is made into one, and it is written.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::jobs::{JobCtx, JobError};
use crate::metrics::Evaluation;
use crate::model::project::Choice;
use crate::model::run::Run;
use crate::report::content::Said;
use crate::report::document::ConfidenceSource;
use crate::session::decisions::Decision;
use crate::session::reporting::{self, Answer, Ask, Subject, Wanted};
use crate::session::{EventBody, Session, Slot};
use crate::store::export::{self, FolderError};

impl Session {
    pub(super) fn report_asked(&mut self, ask: Ask) {
        match ask {
            Ask::Make(wanted) => self.make_report(*wanted),
            Ask::Write { folder, replace } => self.write_report(folder, replace),
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
        }
    }

    /// Makes a report of what is on screen, at its threshold, with its settings and with what was decided.
    fn make_report(&mut self, wanted: Wanted) {
        let (Some(project), Some(explorer)) = (&self.project, &self.explorer) else { return };
        let (root, recognised, choices) =
            (project.root.clone(), Arc::clone(&project.recognised), project.choices.clone());
        let (choice, evaluation) = (explorer.choice.clone(), explorer.evaluation.clone());
        let (matched, counter) = (Arc::clone(&explorer.matched), explorer.counter.clone());
        let confidence = explorer.threshold.value;
        let source = match explorer.threshold.optimal {
            true => ConfidenceSource::of(&evaluation),
            false => ConfidenceSource::Given,
        };
        let (findings, mappings) = (explorer.findings.clone(), explorer.mappings.clone());
        // Where the threshold has just moved, they are found as they would be after its rest.
        let settled = (!explorer.is_settling()).then(|| Arc::clone(&explorer.recommendations));
        let (find, decisions) = (self.recommender(), self.decisions.clone());
        let kinds = self.errors.kinds.found.clone().filter(|_| self.errors.kinds.at == Some(confidence));
        let (known, runs) = (self.evaluations_at_hand(), self.runs_at_hand());
        let work = move |ctx: &JobCtx| {
            let classes = &evaluation.dataset.classes;
            let mut recommendations = match settled {
                Some(settled) => settled.to_vec(),
                None => find.map_or_else(Vec::new, |find| find()),
            };
            recommendations.retain(|card| decisions.standing(&card.key(classes)) != Decision::Dismissed);
            let said = |key: String| {
                let accepted = decisions.standing(&key) == Decision::Accepted;
                let note = decisions.note(&key).to_owned();
                (key, Said { accepted, note })
            };
            let said: BTreeMap<String, Said> = recommendations.iter().map(|card| said(card.key(classes))).collect();
            let subject = Subject {
                root: &root,
                project: &recognised.project,
                choice: &choice,
                choices: &choices,
                evaluation: &evaluation,
                matched: &matched,
                counter: &counter,
                confidence,
                source,
                settings: matched.settings,
                recommendations: &recommendations,
                said,
                findings: &findings,
                mappings: &mappings,
                kinds,
                known: &known,
                runs: &runs,
                intervals: true,
            };
            reporting::make(&subject, &wanted, ctx).map(|made| Answer::Made(Arc::new(made)))
        };
        self.start(Slot::Report, "Making the report", work, EventBody::Report);
    }

    /// Models that are compared with the one on screen, where they were matched by the same settings.
    fn evaluations_at_hand(&self) -> Vec<(Choice, Evaluation)> {
        let settings = self.explorer.as_ref().map(|explorer| explorer.matched.settings);
        let same = self.compared.iter().filter(|compared| Some(compared.other.matched.settings) == settings);
        same.map(|compared| (compared.other.choice.clone(), compared.other.evaluation.clone())).collect()
    }

    /// Kept runs of the open project whose files are as they were, the newest first.
    fn runs_at_hand(&self) -> Vec<Run> {
        let root = self.project.as_ref().map(|project| &project.root);
        let member = root.and_then(|root| self.workspace.position(root)).and_then(|at| self.workspace.members.get(at));
        let Some(member) = member else { return Vec::new() };
        let fresh = member.runs.iter().enumerate().rev().filter(|(at, _)| member.is_fresh(*at));
        fresh.map(|(_, stored)| stored.run.clone()).collect()
    }

    /// Writes the last report into a folder.
    fn write_report(&mut self, folder: PathBuf, replace: bool) {
        let Some(made) = self.reporting.made.clone() else { return };
        (self.reporting.asks, self.reporting.written) = (None, None);
        let work = move |ctx: &JobCtx| {
            let files = reporting::files(&made, ctx)?;
            match export::write_folder(&folder, &files, replace, ctx) {
                Ok(written) => Ok(Answer::Written(folder, written)),
                Err(FolderError::Exists { folder, names }) => Ok(Answer::WouldReplace(folder, names)),
                Err(FolderError::Cancelled) => Err(JobError::Cancelled),
                Err(FolderError::Write(error)) => Err(JobError::Failed(error.to_string())),
            }
        };
        self.start(Slot::Report, "Writing the report", work, EventBody::Report);
    }
}
