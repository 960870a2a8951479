//! What is computed only when somebody looks at it: curves, cross-validation, whether files changed, hashes.

use std::sync::Arc;
use std::time::Duration;

use crate::analysis::curves;
use crate::formats;
use crate::jobs::{JobCtx, JobError};
use crate::metrics::Sections;
use crate::model::project::{Choice, ModelEntry};
use crate::session::comparing::{At, Compared};
use crate::session::crossval::{self, Crossed, Request};
use crate::session::explorer::CurveKey;
use crate::session::history::{Location, Page};
use crate::session::load::{self, Loaded};
use crate::session::{EventBody, Session, Slot, mapping, versions};

impl Session {
    pub(super) fn compute_curves(&mut self, key: CurveKey) {
        let Some(explorer) = &mut self.explorer else { return };
        if explorer.curves_wanted == Some(key) {
            return;
        }
        explorer.curves_wanted = Some(key);
        let evaluation = explorer.evaluation.clone();
        let work = move |ctx: &JobCtx| Ok(curves::of_objects(&evaluation, key, ctx)?);
        self.start(Slot::Curves, "Computing precision and recall curves", work, EventBody::Curves);
    }

    pub(super) fn compute_label_curves(&mut self) {
        let Some(explorer) = self.explorer.as_ref().filter(|e| e.label_curves.is_none()) else { return };
        if self.jobs.contains_key(&Slot::Curves) {
            return;
        }
        let evaluation = explorer.evaluation.clone();
        let work = move |ctx: &JobCtx| Ok(Box::new(curves::of_labels(&evaluation, ctx)?));
        self.start(Slot::Curves, "Computing curves", work, EventBody::LabelCurves);
    }

    pub(super) fn cross_validate(&mut self, request: Request) {
        let Some(project) = &self.project else { return };
        let (root, recognised) = (project.root.clone(), Arc::clone(&project.recognised));
        self.crossed = None;
        let title = format!("Cross-validating in {} splits", request.params.folds);
        let keeper = self.keeper.clone();
        let work = move |ctx: &JobCtx| {
            let material = crossval::material(&root, &recognised.project, &request, ctx)?;
            let mut crossed = crossval::run(&material, &request, ctx)?;
            match versions::keep(&keeper, &root, &recognised.project, &request, &material, &crossed, ctx) {
                Ok(kept) => crossed.kept = kept,
                Err(JobError::Cancelled) => return Err(JobError::Cancelled),
                // The numbers are there all the same.
                Err(error) => crossed.warnings.push(error.to_string()),
            }
            Ok(Box::new(crossed))
        };
        self.start(Slot::CrossValidate, title, work, EventBody::Crossed);
    }

    /// A kept head is a model version of the project from now on.
    pub(super) fn cross_validated(&mut self, crossed: Crossed) {
        if let (Some(project), Some(model)) = (&mut self.project, crossed.kept.clone()) {
            let mut recognised = (*project.recognised).clone();
            recognised.project.add_kept(model);
            project.choices = formats::choices(&recognised.project);
            project.recognised = Arc::new(recognised);
            self.member_follows();
        }
        self.crossed = Some(Arc::new(crossed));
    }

    /// Shows the out-of-fold outputs like those of any model. Where they were not kept, they are a model version of the
    /// open project as long as it is open.
    pub(super) fn open_pooled(&mut self) {
        let (Some(project), Some(crossed)) = (&mut self.project, self.crossed.clone()) else { return };
        let identity = &crossed.pooled.predictions.identity;
        let mut recognised = (*project.recognised).clone();
        let model = recognised.project.add_kept(crossed.kept.clone().unwrap_or_else(|| ModelEntry {
            id: identity.id.clone(),
            version: identity.version.clone(),
            task: crossed.pooled.task,
            ..ModelEntry::default()
        }));
        let choice = Choice { model, ..crossed.choice.clone() };
        if crossed.kept.is_some() {
            self.history.restart(Location { page: Page::Overview, ..Location::default() });
            self.evaluate(choice);
            return;
        }
        project.recognised = Arc::new(recognised);
        if let Some(matched) = &crossed.pooled.matched {
            matched.timeline.prepare();
        }
        self.history.restart(Location { page: Page::Overview, ..Location::default() });
        self.evaluated(Loaded {
            choice,
            evaluation: crossed.pooled.clone(),
            findings: crossed.findings.clone(),
            mappings: Vec::new(),
            inputs: Vec::new(),
            fingerprint: Vec::new(),
            took: Duration::ZERO,
        });
    }

    /// Holds other models against what is on screen.
    pub(super) fn compare(&mut self, others: Vec<Choice>, at: At) {
        let (Some(project), Some(explorer)) = (&self.project, &self.explorer) else { return };
        let (root, recognised) = (project.root.clone(), Arc::clone(&project.recognised));
        let (first, evaluation, settings) =
            (explorer.choice.clone(), explorer.evaluation.clone(), explorer.matched.settings);
        // What was read for the last comparison is not read again.
        let known = self.compared.clone();
        let work = move |ctx: &JobCtx| {
            let one = |other: &Choice| {
                let same = known.iter().find(|c| c.other.choice == *other && c.first == first && c.at == at);
                if let Some(same) = same.filter(|c| c.other.matched.settings == settings) {
                    return Ok(Arc::clone(same));
                }
                let loaded = load::evaluate(&root, &recognised.project, other, settings, Sections::ALL, ctx)?;
                Compared::new(&first, &evaluation, loaded, at, ctx).map(Arc::new)
            };
            others.iter().map(one).collect::<Result<Vec<_>, JobError>>()
        };
        self.start(Slot::Compare, "Comparing models", work, EventBody::Compared);
    }

    /// Looks at what classes with doubtful names are found on, once an evaluation.
    pub(super) fn study_mapping(&mut self) {
        let (Some(project), Some(explorer)) = (&self.project, &self.explorer) else { return };
        if explorer.doubtful.is_empty()
            || explorer.inputs.is_empty()
            || self.study.is_some()
            || self.jobs.contains_key(&Slot::Mapping)
        {
            return;
        }
        let (root, recognised) = (project.root.clone(), Arc::clone(&project.recognised));
        let (choice, mappings) = (explorer.choice.clone(), explorer.mappings.clone());
        let evaluation = explorer.evaluation.clone();
        let work = move |ctx: &JobCtx| {
            mapping::study(&root, &recognised.project, &choice, &mappings, &evaluation, ctx).map(Box::new)
        };
        self.start(Slot::Mapping, "Looking at what class names mean", work, EventBody::Studied);
    }

    pub(super) fn check_files(&mut self) {
        let Some(explorer) = &self.explorer else { return };
        let inputs = explorer.inputs.clone();
        self.start(
            Slot::Fingerprint,
            "Looking for changed files",
            move |_| Ok(formats::fingerprint(&inputs)),
            EventBody::Fingerprinted,
        );
    }

    pub(super) fn hash_inputs(&mut self) {
        let Some(explorer) = self.explorer.as_ref().filter(|e| e.hashes.is_none()) else { return };
        if self.jobs.contains_key(&Slot::Hash) {
            return;
        }
        let inputs = explorer.inputs.clone();
        self.start(
            Slot::Hash,
            "Hashing the inputs",
            move |ctx| Ok(formats::hash::files(&inputs, ctx)?),
            EventBody::Hashed,
        );
    }
}
