//! What is computed only when somebody looks at it: curves, cross-validation, whether files changed, hashes.

use std::sync::Arc;
use std::time::Duration;

use crate::formats;
use crate::jobs::JobCtx;
use crate::model::project::{Choice, ModelEntry};
use crate::session::crossval::{self, Request};
use crate::session::explorer::CurveKey;
use crate::session::history::{Location, Page};
use crate::session::load::{self, Loaded};
use crate::session::{EventBody, Session, Slot};

impl Session {
    pub(super) fn compute_curves(&mut self, key: CurveKey) {
        let Some(explorer) = &mut self.explorer else { return };
        if explorer.curves_wanted == Some(key) {
            return;
        }
        explorer.curves_wanted = Some(key);
        let evaluation = explorer.evaluation.clone();
        let work = move |ctx: &JobCtx| load::curves(&evaluation, key, ctx);
        self.start(Slot::Curves, "Computing precision and recall curves", work, EventBody::Curves);
    }

    pub(super) fn compute_label_curves(&mut self) {
        let Some(explorer) = self.explorer.as_ref().filter(|e| e.label_curves.is_none()) else { return };
        if self.jobs.contains_key(&Slot::Curves) {
            return;
        }
        let evaluation = explorer.evaluation.clone();
        let work = move |ctx: &JobCtx| load::label_curves(&evaluation, ctx).map(Box::new);
        self.start(Slot::Curves, "Computing curves", work, EventBody::LabelCurves);
    }

    pub(super) fn cross_validate(&mut self, request: Request) {
        let Some(project) = &self.project else { return };
        let (root, recognised) = (project.root.clone(), Arc::clone(&project.recognised));
        self.crossed = None;
        let title = format!("Cross-validating in {} splits", request.params.folds);
        let work = move |ctx: &JobCtx| {
            let material = crossval::material(&root, &recognised.project, &request, ctx)?;
            crossval::run(material, &request, ctx).map(Box::new)
        };
        self.start(Slot::CrossValidate, title, work, EventBody::Crossed);
    }

    /// The pooled result becomes a model version of the open project; it is kept as long as the project is open.
    pub(super) fn open_pooled(&mut self) {
        let (Some(project), Some(crossed)) = (&mut self.project, self.crossed.clone()) else { return };
        let identity = &crossed.pooled.predictions.identity;
        let mut recognised = (*project.recognised).clone();
        let known =
            recognised.project.models.iter().position(|m| (&m.id, &m.version) == (&identity.id, &identity.version));
        let model = known.unwrap_or_else(|| {
            recognised.project.models.push(ModelEntry {
                id: identity.id.clone(),
                version: identity.version.clone(),
                task: crossed.pooled.task,
                ..ModelEntry::default()
            });
            recognised.project.models.len() - 1
        });
        project.recognised = Arc::new(recognised);
        if let Some(matched) = &crossed.pooled.matched {
            matched.timeline.prepare();
        }
        self.history.restart(Location { page: Page::Overview, ..Location::default() });
        self.evaluated(Loaded {
            choice: Choice { model, ..crossed.choice.clone() },
            evaluation: crossed.pooled.clone(),
            findings: crossed.findings.clone(),
            mappings: Vec::new(),
            inputs: Vec::new(),
            fingerprint: Vec::new(),
            took: Duration::ZERO,
        });
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
