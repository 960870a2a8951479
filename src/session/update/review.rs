//! Labels that may be wrong: looked for in the background, judged one by one, each verdict a line of the journal `labels`.

use std::collections::HashSet;
use std::sync::Arc;

use crate::analysis::Rules;
use crate::analysis::suspects::confident::Pruning;
use crate::analysis::suspects::{self, Found, Suspect, repair};
use crate::jobs::{JobCtx, JobError};
use crate::metrics::{Evaluation, Outcome};
use crate::model::verdict::{Subject, standing};
use crate::model::{ClassId, Dataset, SuspectKind, TruthId, Verdict, VerdictLine};
use crate::session::atlas::cloud::{self, Cloud, Of, Wanted};
use crate::session::atlas::nearby::{self, Nearby};
use crate::session::errors::review::{Answer, Ask, Only, line_of};
use crate::session::{EventBody, Session, Slot};
use crate::store::journal::{Journal, now};
use crate::vectors::neighbourhood::Disagreement;

/// Name of the journal.
const JOURNAL: &str = "labels";

impl Session {
    pub(super) fn review_asked(&mut self, ask: Ask) {
        match ask {
            Ask::Find => {
                self.errors.review.asked = true;
                if self.errors.review.found.is_none() && !self.jobs.contains_key(&Slot::Suspects) {
                    self.read_verdicts();
                    self.find_suspects();
                    self.correct_labels();
                }
            }
            Ask::List(only) => self.list_suspects(only),
            Ask::Open(at) => self.errors.review.here = Some(at),
            Ask::Step(by) => self.step_suspect(by),
            Ask::Judge(verdict) => {
                if let Some(suspect) = self.errors.review.suspect().copied() {
                    let next = self.next_open(self.errors.review.here);
                    if self.give_verdict(&suspect, verdict) {
                        self.errors.review.here = next.or(self.errors.review.here);
                    }
                }
            }
            Ask::JudgeOutcome(outcome, verdict) => {
                if let Some(suspect) = self.suspect_of(outcome) {
                    self.give_verdict(&suspect, verdict);
                }
            }
            Ask::Undo => self.undo_verdict(),
            Ask::Confident(score) => {
                let suspect_confidence = score.filter(|score| score.is_finite()).unwrap_or(0.0);
                self.set_rules(Rules { suspect_confidence, ..self.rules.clone() });
                self.find_suspects();
            }
            Ask::Prune(pruning) => {
                let suspect_counted = u64::from(pruning == Pruning::Counted);
                self.set_rules(Rules { suspect_counted, ..self.rules.clone() });
                self.find_suspects();
            }
        }
    }

    pub(super) fn review_answered(&mut self, answer: Answer) {
        match answer {
            Answer::Found(found) => {
                let before = self.errors.review.suspect().copied();
                self.errors.review.found = Some(Arc::from(found));
                self.stay_at(before);
                self.ask_neighbours();
                self.settle();
            }
            Answer::Neighbours(Ok(more)) => self.add_suspects(more),
            Answer::Neighbours(Err(why)) => self.errors.review.without_neighbours = Some(why),
            Answer::Corrected(evaluation) => {
                self.errors.review.corrected = evaluation.map(|evaluation| Arc::new(*evaluation));
            }
        }
    }

    /// Other counts are on screen, or other models beside them: suspects and corrected numbers follow where they are known.
    pub(super) fn review_follows(&mut self) {
        if self.errors.review.found.is_some() || self.jobs.contains_key(&Slot::Suspects) {
            self.find_suspects();
        }
        if self.errors.review.corrected.is_some() || self.jobs.contains_key(&Slot::Corrected) {
            self.correct_labels();
        }
    }

    fn find_suspects(&mut self) {
        let Some(explorer) = &self.explorer else { return };
        let (evaluation, rules) = (explorer.evaluation.clone(), self.rules.clone());
        let others: Vec<_> =
            self.compared.iter().filter(|compared| compared.first == explorer.choice).map(Arc::clone).collect();
        let work = move |ctx: &JobCtx| {
            let mut found = suspects::find(&evaluation, &rules, ctx)?;
            for other in others {
                let partner = |image| other.partner(image);
                suspects::unseen_by(&mut found, &evaluation, &other.other.evaluation, partner, &rules);
            }
            Ok(Answer::Found(Box::new(found)))
        };
        self.start(Slot::Suspects, "Looking for labels that may be wrong", work, EventBody::Review);
    }

    /// Looks what is most like each item, on the map that is there, else by the vectors that the project names.
    fn ask_neighbours(&mut self) {
        let (Some(project), Some(explorer)) = (&self.project, &self.explorer) else { return };
        let atlas = self.atlas.as_ref().filter(|atlas| atlas.choice == explorer.choice);
        let known = atlas.and_then(|atlas| atlas.cloud.clone().zip(atlas.nearby.clone()));
        let (root, recognised, choice) =
            (project.root.clone(), Arc::clone(&project.recognised), explorer.choice.clone());
        let given = choice.dataset(&recognised.project).is_some_and(|dataset| dataset.embeddings.is_some());
        if known.is_none() && !given {
            let why = "The project names no vectors; open the page Vectors to have neighbours judge labels too";
            self.errors.review.without_neighbours = Some(why.to_owned());
            return;
        }
        let (evaluation, cache, share) =
            (explorer.evaluation.clone(), self.tables.clone(), self.rules.suspect_neighbours);
        let work = move |ctx: &JobCtx| {
            if let Some((cloud, nearby)) = known {
                return Ok(Answer::Neighbours(Ok(of_neighbours(&evaluation, &cloud, &nearby, share))));
            }
            let wanted = Wanted::default();
            let found = cloud::build(&root, &recognised.project, &choice, &evaluation, &wanted, cache.as_deref(), ctx)
                .and_then(|cloud| Ok(nearby::look(&cloud, &evaluation.dataset, ctx)?.map(|nearby| (cloud, nearby))));
            Ok(Answer::Neighbours(match found {
                Err(JobError::Cancelled) => return Err(JobError::Cancelled),
                Err(error) => Err(error.to_string()),
                Ok(found) => {
                    Ok(found
                        .map_or_else(Vec::new, |(cloud, nearby)| of_neighbours(&evaluation, &cloud, &nearby, share)))
                }
            }))
        };
        self.start(Slot::Suspects, "Asking the neighbours of each item", work, EventBody::Review);
    }

    /// Adds suspects by their neighbours, but those that the model doubts already.
    fn add_suspects(&mut self, more: Vec<Suspect>) {
        let review = &mut self.errors.review;
        review.without_neighbours = None;
        let Some(found) = &review.found else { return };
        let before = review.suspect().copied();
        let mut found = Found::clone(found);
        let known: HashSet<TruthId> = found.suspects.iter().filter_map(|suspect| suspect.truth).collect();
        found.suspects.extend(more.into_iter().filter(|s| s.truth.is_some_and(|truth| !known.contains(&truth))));
        found.sort();
        review.found = Some(Arc::new(found));
        self.stay_at(before);
    }

    /// Looks at the suspect that was looked at before, else at the first that nobody has judged.
    fn stay_at(&mut self, before: Option<Suspect>) {
        let review = &self.errors.review;
        let same = |s: &Suspect| before.is_some_and(|b| (s.image, s.truth, s.pred) == (b.image, b.truth, b.pred));
        let place = review.found.as_ref().and_then(|found| found.suspects.iter().position(same));
        self.errors.review.here = place.or_else(|| self.next_open(None)).or_else(|| self.first_listed());
    }

    fn list_suspects(&mut self, only: Only) {
        self.errors.review.only = only;
        let Some(explorer) = &self.explorer else { return };
        let review = &self.errors.review;
        let judged = |s: &Suspect| review.judged.get(&explorer.evaluation, s).is_some();
        let stays = review.suspect().is_some_and(|suspect| only.holds(suspect, judged(suspect)));
        if !stays {
            self.errors.review.here = self.next_open(None).or_else(|| self.first_listed());
        }
    }

    fn first_listed(&self) -> Option<usize> {
        let explorer = self.explorer.as_ref()?;
        self.errors.review.listed(&explorer.evaluation).first().copied()
    }

    fn step_suspect(&mut self, by: i64) {
        let Some(explorer) = &self.explorer else { return };
        let review = &mut self.errors.review;
        let listed = review.listed(&explorer.evaluation);
        // Where the one at hand is no longer listed, its place is that of the next one.
        let at = review.here.map_or(0, |here| listed.partition_point(|place| *place < here));
        let is_listed = review.here.is_some_and(|here| listed.get(at) == Some(&here));
        let by = if by > 0 && !is_listed { by - 1 } else { by };
        let last = listed.len().saturating_sub(1);
        let next = at.saturating_add_signed(isize::try_from(by).unwrap_or(0)).min(last);
        review.here = listed.get(next).copied().or(review.here);
    }

    /// The next listed suspect after this place that nobody has judged, from the beginning again after the end.
    fn next_open(&self, after: Option<usize>) -> Option<usize> {
        let (explorer, review) = (self.explorer.as_ref()?, &self.errors.review);
        let found = review.found.as_ref()?;
        let is_open = |place: &usize| {
            let suspect = found.suspects.get(*place);
            Some(*place) != after && suspect.is_some_and(|s| review.judged.get(&explorer.evaluation, s).is_none())
        };
        let open: Vec<usize> = review.listed(&explorer.evaluation).into_iter().filter(is_open).collect();
        open.iter().find(|place| after.is_none_or(|after| **place > after)).or_else(|| open.first()).copied()
    }

    /// The suspect that is meant by an object or item: the one that was found, else what it would be.
    fn suspect_of(&self, outcome: Outcome) -> Option<Suspect> {
        let evaluation = &self.explorer.as_ref()?.evaluation;
        let is_meant = |suspect: &&Suspect| match (suspect.truth, outcome.truth()) {
            (Some(suspected), truth) => truth == Some(suspected),
            (None, None) => suspect.pred == outcome.pred(),
            (None, Some(_)) => false,
        };
        let found = self.errors.review.found.as_ref().and_then(|found| found.suspects.iter().find(is_meant).copied());
        found.or_else(|| suspects::of_outcome(evaluation, outcome))
    }

    /// Keeps a verdict; false where it could not be written.
    fn give_verdict(&mut self, suspect: &Suspect, verdict: Verdict) -> bool {
        let Some(explorer) = &self.explorer else { return false };
        let Some(mut line) = line_of(&explorer.evaluation, suspect, verdict, now()) else { return false };
        // What is missing may have been judged by what another model found there: that verdict is replaced.
        let earlier = self.errors.review.judged.get(&explorer.evaluation, suspect).cloned();
        if let (None, Some(earlier)) = (suspect.truth, earlier) {
            let known = |old: &&VerdictLine| old.image == line.image && old.split == line.split && old.label.is_none();
            let same = |old: &&VerdictLine| {
                old.model.as_ref().is_some_and(|m| m.place == earlier.model.as_ref().and_then(place))
            };
            let old = standing(&self.errors.review.lines).into_iter().filter(known).find(same);
            line.model = old.and_then(|old| old.model.clone()).or(line.model);
        }
        let subject = line.subject();
        let kept = self.keep_line(line);
        if kept {
            self.errors.review.given.push(subject);
        }
        kept
    }

    fn undo_verdict(&mut self) {
        self.read_verdicts();
        let given = self.errors.review.given.pop();
        let Some(subject) = given.or_else(|| self.subject_here()) else { return };
        let last = standing(&self.errors.review.lines).into_iter().find(|line| line.subject() == subject).cloned();
        let Some(last) = last else { return };
        if self.keep_line(VerdictLine { verdict: None, at: now(), ..last }) {
            self.look_at(&subject);
        }
    }

    fn subject_here(&self) -> Option<Subject> {
        let evaluation = &self.explorer.as_ref()?.evaluation;
        let suspect = self.errors.review.suspect()?;
        self.errors.review.judged.get(evaluation, suspect)?;
        Some(line_of(evaluation, suspect, Verdict::Unsure, 0)?.subject())
    }

    /// Goes back to what a verdict was about.
    fn look_at(&mut self, subject: &Subject) {
        let (Some(explorer), Some(found)) = (&self.explorer, &self.errors.review.found) else { return };
        let is_it = |suspect: &Suspect| {
            line_of(&explorer.evaluation, suspect, Verdict::Unsure, 0).is_some_and(|line| line.subject() == *subject)
        };
        let place = found.suspects.iter().position(is_it);
        self.errors.review.here = place.or(self.errors.review.here);
    }

    /// Adds a line to the journal, and to what is known; false where it could not be written. Where nothing is kept lines live as
    /// long as the evaluation is on screen.
    fn keep_line(&mut self, line: VerdictLine) -> bool {
        let Some((root, id, version)) = self.tagged() else { return false };
        let journal = Journal { name: JOURNAL, id: &id, version: &version };
        if let Err(error) = journal.keep(&self.keeper, &root, std::slice::from_ref(&line)) {
            self.fail(&error);
            return false;
        }
        if self.keeper.writes {
            self.read_verdicts();
        } else {
            self.errors.review.lines.push(line);
            self.resolve_verdicts();
        }
        self.correct_labels();
        self.settle();
        true
    }

    /// Takes over what the journal holds now: another window may have added lines.
    pub(super) fn read_verdicts(&mut self) {
        let Some((root, id, version)) = self.tagged() else { return };
        if !self.keeper.writes && !self.errors.review.lines.is_empty() {
            return;
        }
        let journal = Journal { name: JOURNAL, id: &id, version: &version };
        match journal.read(&self.keeper, &root) {
            Ok((lines, unread)) => (self.errors.review.lines, self.errors.review.unread) = (lines, unread),
            Err(error) => self.fail(&error.to_string()),
        }
        self.resolve_verdicts();
    }

    fn resolve_verdicts(&mut self) {
        if let Some(explorer) = &self.explorer {
            let dataset: &Dataset = &explorer.evaluation.dataset;
            self.errors.review.follow_lines(dataset);
        }
    }

    /// Evaluates with the verdicts applied, where they change something.
    fn correct_labels(&mut self) {
        let Some(explorer) = &self.explorer else { return };
        let judged = Arc::clone(&self.errors.review.judged);
        if !judged.all.iter().any(repair::Judged::changes) {
            self.jobs.remove(&Slot::Corrected);
            self.errors.review.corrected = None;
            return;
        }
        let (evaluation, settings, own) =
            (explorer.evaluation.clone(), explorer.matched.settings, explorer.matched.own.clone());
        let work = move |ctx: &JobCtx| {
            let mut corrected = repair::evaluate(&evaluation, &judged.all, settings, ctx)?;
            if !own.is_empty()
                && let Some(matched) = corrected.with_own_thresholds(&own, ctx)?
            {
                corrected.matched = Some(Arc::new(matched));
            }
            if let Some(matched) = &corrected.matched {
                matched.timeline.prepare();
            }
            Ok(Answer::Corrected(Some(Box::new(corrected))))
        };
        self.start(Slot::Corrected, "Evaluating with corrected labels", work, EventBody::Review);
    }
}

fn place(placed: &repair::Placed) -> Option<[f64; 4]> {
    let bbox = placed.bbox;
    Some([bbox.x, bbox.y, bbox.w, bbox.h])
}

/// The points of whose labelled neighbours so many have one other label.
fn of_neighbours(evaluation: &Evaluation, cloud: &Cloud, nearby: &Nearby, share: f64) -> Vec<Suspect> {
    let dataset = &evaluation.dataset;
    // The label of an image with one object says nothing about the image.
    if cloud.wanted.of == Of::Items && evaluation.objects().is_some() {
        return Vec::new();
    }
    let labels: Vec<Option<u32>> = cloud.points.iter().map(|point| nearby::label(dataset, *point)).collect();
    let suspect = |(row, (point, said)): (u32, (&cloud::Point, &Option<Disagreement>))| {
        let model = ClassId(said.as_ref()?.most);
        let truth = point.truth.or_else(|| dataset.truths.ids_of(point.image).next())?;
        let label = *dataset.truths.class.get(truth.index())?;
        let near = nearby.neighbours.indices(row).iter().filter_map(|other| labels.get(*other as usize).copied()?);
        let (agree, all) =
            near.fold((0.0, 0.0), |(agree, all), of| (agree + f64::from(u8::from(of == model.0)), all + 1.0));
        let score = agree / all;
        (label != model && score >= share).then_some(Suspect {
            kind: SuspectKind::Neighbours,
            image: point.image,
            truth: Some(truth),
            pred: None,
            label: Some(label),
            model: Some(model),
            score,
            overlap: None,
        })
    };
    (0..).zip(cloud.points.iter().zip(&nearby.disagreements)).filter_map(suspect).collect()
}
