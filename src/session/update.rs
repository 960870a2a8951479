//! The one place that changes the session; what is computed only when somebody looks at it is in `asked`.

mod asked;
mod atlas;
mod cards;
mod design;
mod exports;
mod kinds;
mod leaks;
mod masks;
mod pictures;
mod preferences;
mod project;
mod protocols;
mod reporting;
mod review;
mod scoring;
mod slices;
mod tags;
mod threshold;
mod workspace;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::analysis::Filter;
use crate::jobs::runner::captured;
use crate::jobs::{JobCtx, JobError};
use crate::metrics::{DetectionSettings, Sections};
use crate::model::fmt;
use crate::model::project::Choice;
use crate::store::export::{self, Content};
use crate::store::log;

use super::errors::Errors;
use super::evaluations::Evaluations;
use super::explorer::Explorer;
use super::history::{Location, Page};
use super::load::{self, Loaded};
use super::reporting::Reporting;
use super::selection::{Selection, Sort};
use super::workspace::Workspace;
use super::{Command, Event, EventBody, Notice, OpenProject, RunningJob, Session, Slot};

/// Rest of the threshold after which the slow parts follow.
const SETTLE: Duration = Duration::from_millis(150);

impl Session {
    /// Carries out a command. `now` is the time of the frame.
    pub fn apply(&mut self, command: Command, now: Instant) {
        match command {
            Command::Open(path) => self.open_all(vec![path], false),
            Command::OpenAll(paths) => self.open_all(paths, false),
            Command::AddProjects(paths) => self.open_all(paths, true),
            Command::RemoveProject(root) => self.remove_project(&root),
            Command::Relink(from, to) => self.relink(&from, to),
            Command::SaveWorkspace(file) => self.save_workspace(file),
            Command::Rescan => self.rescan(),
            Command::Pick(key) => self.pick(&key),
            Command::Calculate(keys) => self.calculate(keys),
            Command::CalculateAll => self.calculate_all(),
            Command::OpenModel(key) => self.open_model(key),
            Command::SaveNote(key, note) => self.save_note(&key, &note),
            Command::ViewResults(key) => self.view_results(&key),
            Command::OpenSample => match self.sample.clone() {
                Some(path) => self.open_all(vec![path], false),
                None => self.fail("The bundled sample was not found beside the program; open a folder instead"),
            },
            Command::Close => self.close(),
            Command::Evaluate(choice) => self.evaluate(choice),
            Command::Recalculate => {
                if let Some(choice) = self.explorer.as_ref().map(|e| e.choice.clone()) {
                    self.evaluate(choice);
                }
            }
            Command::SetThreshold(t) => self.set_threshold(t, false, now),
            Command::NudgeThreshold(by) => {
                if let Some(t) = self.explorer.as_ref().map(|e| e.threshold.value + e.steps(by)) {
                    self.set_threshold(t, false, now);
                }
            }
            Command::UseOptimal => {
                if let Some(best) = self.explorer.as_ref().map(|e| e.matched.optima.pooled) {
                    self.set_threshold(best.unwrap_or(0.0), true, now);
                }
            }
            Command::SetOwnThreshold(class, threshold) => self.set_own_threshold(class, threshold),
            Command::UseOwnOptima => self.use_own_optima(),
            Command::ClearOwnThresholds => self.clear_own_thresholds(),
            Command::ComputePairMatrix(counting) => self.compute_pair_matrix(counting),
            Command::SetIou(iou) => self.rematch(DetectionSettings { iou: iou.clamp(0.01, 1.0), ..self.matching }),
            Command::SetMatching(matching) => self.rematch(DetectionSettings { matching, ..self.matching }),
            Command::SetScoring(scoring) => self.set_scoring(scoring),
            Command::ComputeIntervals => self.compute_intervals(),
            Command::SaveTemplate(template) => self.save_template(template),
            Command::RemoveTemplate(name) => self.remove_template(&name),
            Command::Select(filter) => self.go(Location { page: Page::Images, filter, ..Location::default() }),
            Command::SortBy(sort) => {
                if let Some(explorer) = &mut self.explorer {
                    explorer.selection.sort = sort;
                    explorer.outdated = true;
                }
                self.follow_selection();
            }
            Command::OpenImage(image) => {
                self.go(Location { page: Page::Images, image: Some(image), ..self.history.here().clone() });
            }
            Command::CloseImage => {
                if self.history.here().image.is_some() {
                    self.go(Location { image: None, ..self.history.here().clone() });
                }
            }
            Command::StepImage(by) => self.step_image(by),
            Command::Go(page) => self.go(Location { page, image: None, ..self.history.here().clone() }),
            Command::Help(topic) => {
                let here = self.history.here().clone();
                self.go(Location { page: Page::Help, help: Some(topic), image: None, ..here });
            }
            Command::Back => {
                self.history.back();
                self.arrive();
            }
            Command::Forward => {
                self.history.forward();
                self.arrive();
            }
            Command::Cancel(slot) => {
                self.jobs.remove(&slot);
                if slot == Slot::Mapping {
                    self.study = Some(Arc::default());
                }
                if slot == Slot::Calculate {
                    self.stop_calculating();
                }
                self.matching_follows_screen();
            }
            Command::Dismiss(index) => {
                if index < self.notices.len() {
                    self.notices.remove(index);
                }
            }
            Command::Notify(notice) => self.notices.push(notice),
            Command::Correct(correction) => self.correct(&correction),
            Command::WriteProjectFile => self.write_project_file(),
            Command::Save(file, content) => self.save(file, content),
            Command::RankRanges(asked) => self.rank_ranges(asked),
            Command::CalculateNew(on) => {
                self.settings.calculate_new = on;
                self.save_settings();
            }
            Command::SetTheme(theme) => {
                self.settings.theme = theme;
                self.save_settings();
            }
            Command::Prefer(preferences) => self.prefer(*preferences),
            Command::CountCache => self.look_after_cache(None),
            Command::EmptyCache => self.look_after_cache(Some(0)),
            Command::Restore => self.restore(),
            Command::SaveLayout(layout) => {
                if self.settings.layout != layout {
                    self.settings.layout = layout;
                    self.save_settings();
                }
            }
            Command::ForgetRecent(path) => {
                self.settings.recent.retain(|p| *p != path);
                self.save_settings();
            }
            Command::SettleNow => self.settle(),
            Command::Compare(others, at) => self.compare(others, at),
            Command::ComputeCurves(key) => self.compute_curves(key),
            Command::ComputeLabelCurves => self.compute_label_curves(),
            Command::CrossValidate(request) => self.cross_validate(request),
            Command::OpenPooled => self.open_pooled(),
            Command::CheckFiles => self.check_files(),
            Command::HashInputs => self.hash_inputs(),
            Command::StudyMapping => self.study_mapping(),
            Command::SelectHere(filter) => self.go(Location { filter, image: None, ..self.history.here().clone() }),
            Command::ShowMasks(choice, image) => self.show_masks(choice, image),
            Command::OpenVectors(file) => self.open_vectors(&file),
            Command::OpenAtlas(wanted) => self.open_atlas(wanted),
            Command::LayOut(projection) => self.lay_out(projection),
            Command::Group(grouping) => self.group(grouping),
            Command::SetGrouping(grouping) => {
                if let Some(atlas) = &mut self.atlas {
                    atlas.grouping = grouping;
                }
            }
            Command::Tag { tag, images, on } => self.tag(&tag, &images, on),
            Command::UndoTags => self.undo_tags(),
            Command::NameCluster(cluster, name) => self.name_cluster(cluster, name),
            Command::Decide(card, decision) => self.decide(card, decision),
            Command::NoteCard(card, note) => self.note_card(card, note),
            Command::UndoDecision => self.undo_decision(),
            Command::SetRules(rules) => self.set_rules(*rules),
            Command::ShowErrors(tab) => {
                self.go(Location { page: Page::Errors, tab, image: None, ..self.history.here().clone() });
            }
            Command::Slices(ask) => self.slices_asked(ask),
            Command::Review(ask) => self.review_asked(ask),
            Command::Leaks(ask) => self.leaks_asked(ask),
            Command::Protocols(ask) => self.protocols_asked(ask),
            Command::Design(ask) => self.design_asked(ask),
            Command::Pictures(ask) => self.pictures_asked(ask),
            Command::Report(ask) => self.report_asked(ask),
            Command::Export(ask) => self.export_asked(ask),
        }
        self.drain();
    }

    /// Takes in what jobs have finished.
    pub fn drain(&mut self) {
        while let Some(event) = self.runner.next() {
            self.take(event);
        }
        if let Some(atlas) = &mut self.atlas {
            atlas.follow();
        }
    }

    /// Lets time pass: the slow parts follow the threshold after its rest.
    pub fn tick(&mut self, now: Instant) {
        if self.settle_at.is_some_and(|at| now >= at) {
            self.settle();
            self.drain();
        }
    }

    /// Shows an evaluation that was made elsewhere, as if its folder had been opened.
    pub fn show(&mut self, project: OpenProject, loaded: Loaded) {
        self.jobs.clear();
        self.explorer = None;
        self.history.restart(Location { page: Page::Overview, ..Location::default() });
        self.project = Some(project);
        self.evaluated(loaded);
        self.drain();
    }

    fn take(&mut self, event: Event) {
        // An inline runner answers before the handle is kept; a late answer belongs to an epoch that is gone.
        let current = self.jobs.get(&event.slot).is_some_and(|job| job.epoch == event.epoch);
        if !current {
            return;
        }
        if let Some(job) =
            self.jobs.remove(&event.slot).filter(|_| !matches!(event.slot, Slot::Follow | Slot::Recommend))
        {
            log::info(&format!("{}, {}", job.title, fmt::duration(job.handle.ctx().elapsed())));
        }
        match event.body {
            EventBody::Opened(beside, Ok(workspace)) => self.opened(*workspace, beside),
            EventBody::Rescanned(Ok(workspace)) => self.rescanned(*workspace),
            EventBody::Calculated(key, result) => self.calculated(key, result),
            EventBody::Recorded(root, Ok(Some(run))) => self.keep_run(&root, *run),
            EventBody::Recorded(_, Ok(None)) | EventBody::ScoringKept(Ok(())) => {}
            EventBody::Evaluated(Ok(loaded)) => self.evaluated(*loaded),
            EventBody::Rematched(Ok(rematched)) => self.rematched(*rematched),
            EventBody::Rescored(Ok(rescored)) => {
                if let Some(evaluation) = rescored {
                    self.rescored(*evaluation);
                }
            }
            EventBody::Intervals(Ok(intervals)) => {
                if let Some(explorer) = &mut self.explorer {
                    explorer.intervals = Some(Arc::new(intervals));
                }
            }
            EventBody::PairMatrix(Ok(pairs)) => {
                if let Some(explorer) = &mut self.explorer {
                    explorer.take_pairs(Some(*pairs));
                }
            }
            EventBody::Recommended(at, Ok(list)) => self.recommended(at, list),
            EventBody::Followed(at, Ok(list)) => self.followed(at, &list),
            EventBody::Curves(Ok(curves)) => {
                if let Some(explorer) = &mut self.explorer {
                    explorer.curves = Some(Arc::new(curves));
                }
            }
            EventBody::LabelCurves(Ok(curves)) => {
                if let Some(explorer) = &mut self.explorer {
                    explorer.label_curves = Some(Arc::from(curves));
                }
            }
            EventBody::Ranged(Ok(ranges)) => self.ranges = Some(Arc::from(ranges)),
            EventBody::Compared(Ok(compared)) => {
                (self.compared, self.other_masks) = (compared, None);
                self.review_follows();
            }
            EventBody::Mapped(result) => self.mapped(result),
            EventBody::LaidOut(Ok((projection, layout))) => self.laid_out(projection, layout),
            EventBody::LookedAround(Ok(nearby)) => self.looked_around(*nearby),
            EventBody::MasksShown(choice, image, result) => self.masks_shown(choice, image, result),
            EventBody::Trusted(Ok(trust)) => {
                if let Some(atlas) = &mut self.atlas {
                    atlas.trust = trust;
                }
            }
            EventBody::Grouped(Ok(groups)) => self.grouped(*groups),
            // Without evidence there is nothing to show, and nothing to ask for again.
            EventBody::Studied(study) => {
                self.study = Some(Arc::from(study.unwrap_or_default()));
                // What it says is among the recommendations.
                self.settle();
            }
            EventBody::Crossed(Ok(crossed)) => self.cross_validated(*crossed),
            EventBody::Fingerprinted(Ok(now)) => {
                if let Some(explorer) = &mut self.explorer {
                    explorer.stale = now != explorer.fingerprint;
                }
            }
            EventBody::Hashed(Ok(hashes)) => {
                if let Some(explorer) = &mut self.explorer {
                    explorer.hashes = Some(hashes);
                }
            }
            EventBody::CacheCounted(Ok(bytes)) => self.program.cache_used = Some(bytes),
            EventBody::Saved(Ok(file)) => {
                self.notices.push(Notice { is_error: false, text: format!("Saved {}", file.display()) });
            }
            EventBody::Kinds(at, Ok(kinds)) => self.kinds_found(at, kinds),
            EventBody::Slices(Ok(answer)) => self.slices_answered(answer),
            EventBody::Review(Ok(answer)) => self.review_answered(answer),
            EventBody::Leaks(Ok(answer)) => self.leaks_answered(answer),
            EventBody::Protocols(Ok(answer)) => self.protocols_answered(answer),
            EventBody::Design(Ok(answer)) => self.design_answered(answer),
            EventBody::Pictures(Ok(answer)) => self.pictures_answered(answer),
            EventBody::Report(Ok(answer)) => self.report_answered(answer),
            EventBody::Exported(Ok(answer)) => self.export_answered(answer),
            EventBody::Opened(_, Err(e))
            | EventBody::Rescanned(Err(e))
            | EventBody::CacheCounted(Err(e))
            | EventBody::Recorded(_, Err(e))
            | EventBody::Evaluated(Err(e))
            | EventBody::Rematched(Err(e))
            | EventBody::Rescored(Err(e))
            | EventBody::ScoringKept(Err(e))
            | EventBody::Intervals(Err(e))
            | EventBody::PairMatrix(Err(e))
            | EventBody::Recommended(_, Err(e))
            | EventBody::Followed(_, Err(e))
            | EventBody::Curves(Err(e))
            | EventBody::Crossed(Err(e))
            | EventBody::LaidOut(Err(e))
            | EventBody::LookedAround(Err(e))
            | EventBody::Trusted(Err(e))
            | EventBody::Grouped(Err(e))
            | EventBody::Compared(Err(e))
            | EventBody::Ranged(Err(e))
            | EventBody::LabelCurves(Err(e))
            | EventBody::Saved(Err(e))
            | EventBody::Fingerprinted(Err(e))
            | EventBody::Kinds(_, Err(e))
            | EventBody::Slices(Err(e))
            | EventBody::Review(Err(e))
            | EventBody::Leaks(Err(e))
            | EventBody::Protocols(Err(e))
            | EventBody::Design(Err(e))
            | EventBody::Pictures(Err(e))
            | EventBody::Report(Err(e))
            | EventBody::Exported(Err(e))
            | EventBody::Hashed(Err(e)) => {
                self.matching_follows_screen();
                if !self.jobs.contains_key(&Slot::Open) && !self.jobs.contains_key(&Slot::Evaluate) {
                    self.program.restoring = None;
                }
                if e != JobError::Cancelled {
                    self.fail(&e.to_string());
                }
            }
        }
    }

    pub(super) fn start<T: 'static>(
        &mut self,
        slot: Slot,
        title: impl Into<String>,
        work: impl FnOnce(&JobCtx) -> Result<T, JobError> + Send + 'static,
        body: impl FnOnce(Result<T, JobError>) -> EventBody + Send + 'static,
    ) {
        self.next_epoch += 1;
        let epoch = self.next_epoch;
        // Dropping the old handle first lets the pool reach the new job sooner.
        self.jobs.remove(&slot);
        let handle = self.runner.start(Box::new(move |ctx| Event { slot, epoch, body: body(captured(|| work(ctx))) }));
        self.jobs.insert(slot, RunningJob { title: title.into(), epoch, handle });
    }

    fn close(&mut self) {
        self.jobs.clear();
        self.project = None;
        self.explorer = None;
        self.crossed = None;
        self.compared.clear();
        self.other_masks = None;
        self.workspace = Workspace::default();
        self.evaluations = Evaluations::default();
        self.history.restart(Location::default());
    }

    fn evaluate(&mut self, choice: Choice) {
        let Some(project) = &self.project else { return };
        let (root, recognised) = (project.root.clone(), Arc::clone(&project.recognised));
        let settings = self.matching;
        let title = describe(&recognised.project, &choice);
        self.start(
            Slot::Evaluate,
            format!("Evaluating {title}"),
            move |ctx| load::evaluate(&root, &recognised.project, &choice, settings, Sections::ALL, ctx).map(Box::new),
            EventBody::Evaluated,
        );
    }

    fn evaluated(&mut self, loaded: Loaded) {
        let Some(matched) = loaded.evaluation.matched.clone() else { return };
        // What is still under way belongs to the data that was on screen until now.
        self.compared.retain(|compared| compared.first == loaded.choice);
        self.other_masks = None;
        self.study = None;
        self.leave_atlas();
        for slot in [
            Slot::Rematch,
            Slot::Rescore,
            Slot::Intervals,
            Slot::Pairs,
            Slot::Recommend,
            Slot::Follow,
            Slot::Curves,
            Slot::Fingerprint,
            Slot::Hash,
            Slot::Record,
            Slot::Mapping,
            Slot::Pictures,
            Slot::Report,
            Slot::ReportPage,
        ]
        .into_iter()
        .chain(Errors::SLOTS)
        {
            self.jobs.remove(&slot);
        }
        self.errors = Errors::default();
        self.reporting = Reporting::default();
        let wanted = std::mem::replace(&mut self.matching, matched.settings);
        if let Some(project) = &self.project {
            self.settings.remember_choice(&project.root, &project.recognised.project, &loaded.choice);
            self.save_settings();
        }
        let here = self.history.here().clone();
        let same = self.explorer.as_ref().is_some_and(|e| e.choice == loaded.choice);
        let sort = self.explorer.as_ref().map(|e| e.selection.sort).unwrap_or_default();
        let own = self.explorer.as_ref().filter(|_| same).map(|e| e.own.clone()).unwrap_or_default();
        let Some(mut explorer) = Explorer::of(loaded) else { return };
        explorer.selection = Selection { filter: here.filter.clone(), sort, ..Selection::default() };
        explorer.own = own;
        if !same {
            // Images and classes of another dataset mean nothing here.
            let page = if here.page == Page::Welcome { Page::Overview } else { here.page };
            self.history.leave_evaluation(Location { page, model: here.model, ..Location::default() });
            explorer.selection.filter = Filter::All;
        }
        explorer.outdated = true;
        self.explorer = Some(explorer);
        self.read_tags();
        self.read_decisions();
        self.read_verdicts();
        self.begin_where_wanted();
        self.follow_selection();
        self.settle();
        self.record_explorer();
        // The settings may have been changed while the files were read.
        self.rematch(wanted);
        self.follow_own_thresholds();
        // Names that mean no class cost predictions: what they could mean is found out at once.
        if self.explorer.as_ref().is_some_and(Explorer::has_unmatched_names) {
            self.study_mapping();
        }
    }

    fn go(&mut self, to: Location) {
        if self.explorer.is_none() && !to.page.needs_no_evaluation() {
            return;
        }
        self.history.go(to);
        self.arrive();
    }

    pub(super) fn arrive(&mut self) {
        let filter = self.history.here().filter.clone();
        if let Some(explorer) = &mut self.explorer
            && explorer.selection.filter != filter
        {
            explorer.turn_to(filter);
        }
        self.follow_selection();
        self.follow_kinds();
    }

    /// Finds the selection again where it is on screen: elsewhere a step of the slider must not pay for it.
    fn follow_selection(&mut self) {
        let shown = self.page() == Page::Images;
        if let Some(explorer) = self.explorer.as_mut().filter(|e| shown && e.outdated) {
            explorer.reselect();
        }
    }

    fn step_image(&mut self, by: i64) {
        let here = self.history.here().clone();
        let (Some(explorer), Some(image)) = (&self.explorer, here.image) else { return };
        let images = &explorer.selection.images;
        let last = i64::try_from(images.len()).unwrap_or(i64::MAX) - 1;
        let next = match explorer.selection.position(image) {
            Some(at) => (i64::try_from(at).unwrap_or(0) + by).clamp(0, last.max(0)),
            // The threshold moved and took the image out of the selection: its beginning or end comes next.
            None if by < 0 => last.max(0),
            None => 0,
        };
        if let Some(next) = usize::try_from(next).ok().and_then(|n| images.get(n)) {
            self.history.replace(Location { image: Some(next.image), ..here });
        }
    }

    fn save(&mut self, file: PathBuf, content: Arc<Content>) {
        let name = file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let work = move |_: &JobCtx| match export::write(&file, &content) {
            Ok(()) => Ok(file),
            Err(error) => Err(JobError::Failed(error.to_string())),
        };
        self.start(Slot::Save, format!("Saving {name}"), work, EventBody::Saved);
    }

    pub(super) fn save_settings(&mut self) {
        if let Err(error) = self.settings.save() {
            self.fail(&error.to_string());
        }
    }

    fn fail(&mut self, text: &str) {
        log::error(text);
        let notice = Notice { is_error: true, text: text.to_owned() };
        if self.notices.last() != Some(&notice) {
            self.notices.push(notice);
        }
    }
}

impl Explorer {
    /// Looks at other items, in an order that they have.
    fn turn_to(&mut self, filter: Filter) {
        if matches!(filter, Filter::Probability { .. }) {
            self.selection.sort = Sort::Probability;
        } else if self.selection.sort == Sort::Probability {
            self.selection.sort = Sort::default();
        }
        self.selection.filter = filter;
        self.outdated = true;
    }

    fn reselect(&mut self) {
        let (filter, sort) = (std::mem::take(&mut self.selection.filter), self.selection.sort);
        self.selection = Selection::find(&self.evaluation, &self.matched, self.counter.cut(), filter, sort);
        self.outdated = false;
    }
}

/// True where the choice's model and dataset have predictions for this split.
pub(super) fn has_split(choices: &[Choice], wanted: &Choice, split: &String) -> bool {
    choices.iter().any(|c| c.model == wanted.model && c.dataset == wanted.dataset && c.splits.contains(split))
}

/// `model@version on dataset@version, split`.
#[must_use]
pub fn describe(project: &crate::model::project::Project, choice: &Choice) -> String {
    let model = project.models.get(choice.model).map_or_else(String::new, |m| format!("{}@{}", m.id, m.version));
    let dataset =
        project.datasets.get(choice.dataset).map_or_else(String::new, |d| format!("{}@{}", d.key(), d.version));
    format!("{model} on {dataset}, {}", choice.splits.join(" + "))
}

/// The folder of the bundled sample: beside the program, or in the source tree it was built from.
#[must_use]
pub fn find_sample(program: &Path, sources: &Path) -> Option<PathBuf> {
    let beside = program.ancestors().take(4).map(|dir| dir.join("assets/sample"));
    beside.chain([sources.join("assets/sample")]).find(|dir| dir.is_dir())
}
