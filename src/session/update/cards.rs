//! Recommendations: found anew once the threshold rests, followed in place while it moves, decided about.

use std::sync::Arc;

use crate::analysis::recommend::{self, Beside};
use crate::analysis::{Recommendation, Rules};
use crate::session::atlas::standing;
use crate::session::decisions::{self, Decision, Decisions, Line};
use crate::session::{EventBody, Session, Slot};
use crate::store::journal::{Journal, now};

/// The name of the journal.
const JOURNAL: &str = "recommendations";

impl Session {
    /// Finds the recommendations at the current threshold.
    pub(super) fn settle(&mut self) {
        self.settle_at = None;
        self.follow_kinds();
        let Some(explorer) = &self.explorer else { return };
        let at = explorer.threshold.value;
        let Some(find) = self.recommender() else { return };
        self.jobs.remove(&Slot::Follow);
        self.start(
            Slot::Recommend,
            "Looking for what to improve",
            move |_| Ok(find()),
            move |result| EventBody::Recommended(at, result),
        );
    }

    /// What finds the recommendations at the current threshold, for a job.
    pub(super) fn recommender(&self) -> Option<impl FnOnce() -> Vec<Recommendation> + Send + 'static> {
        let explorer = self.explorer.as_ref()?;
        let (evaluation, matched) = (explorer.evaluation.clone(), Arc::clone(&explorer.matched));
        let (counter, at, rules) = (explorer.counter.clone(), explorer.threshold.value, self.rules.clone());
        let atlas = self.atlas.as_ref().filter(|atlas| atlas.choice == explorer.choice);
        let leak = self.errors.leaks.found.as_ref().map(|found| found.leak());
        let names = self.study.as_ref().map(|study| study.names(&explorer.mappings, explorer.dataset()));
        let (suspects, judged) = (self.errors.review.found.clone(), Arc::clone(&self.errors.review.judged));
        let attributes = self.errors.slices.known.as_ref().map(|known| Arc::clone(&known.attributes));
        let found = atlas.and_then(|atlas| Some((atlas.cloud.clone()?, atlas.groups.clone()?, atlas.names.clone())));
        Some(move || {
            let groups = found.map_or_else(Vec::new, |(cloud, groups, names)| {
                let tallies = standing::tallies(&evaluation, &matched, counter.cut(), &cloud.points);
                groups.named(&cloud, &names, &tallies)
            });
            let beside = Beside { groups, attributes, suspects, judged, leak, names: names.unwrap_or_default() };
            recommend::recommend(&evaluation, &matched, &counter, at, &rules, &beside)
        })
    }

    pub(super) fn recommended(&mut self, at: f64, list: Vec<Recommendation>) {
        if let Some(explorer) = &mut self.explorer {
            explorer.recommendations = Arc::new(list);
            explorer.recommended_at = Some(at);
            explorer.settled_at = Some(at);
        }
    }

    /// While the threshold moves, the numbers of the cards on screen follow as fast as they can be computed. Which cards there
    /// are, and in which order, waits for its rest.
    pub(super) fn follow_cards(&mut self) {
        let Some(explorer) = &self.explorer else { return };
        let at = explorer.threshold.value;
        let waits = explorer.recommended_at == Some(at) || explorer.recommendations.is_empty();
        if waits || self.jobs.contains_key(&Slot::Follow) || self.jobs.contains_key(&Slot::Recommend) {
            return;
        }
        let (evaluation, matched) = (explorer.evaluation.clone(), Arc::clone(&explorer.matched));
        let (counter, rules) = (explorer.counter.clone(), self.rules.clone());
        self.start(
            Slot::Follow,
            "Following the threshold",
            move |_| Ok(recommend::at_once(&evaluation, &matched, &counter, at, &rules)),
            move |result| EventBody::Followed(at, result),
        );
    }

    /// Takes the numbers of cards over where they are about the same; the others stay until the threshold rests.
    pub(super) fn followed(&mut self, at: f64, list: &[Recommendation]) {
        let Some(explorer) = &mut self.explorer else { return };
        let classes = &explorer.evaluation.dataset.classes;
        let keys: Vec<String> = list.iter().map(|card| card.key(classes)).collect();
        let renewed = explorer.recommendations.iter().map(|card| {
            let key = card.key(classes);
            let now = keys.iter().position(|k| *k == key).and_then(|at| list.get(at));
            now.unwrap_or(card).clone()
        });
        explorer.recommendations = Arc::new(renewed.collect());
        explorer.recommended_at = Some(at);
        self.follow_cards();
    }

    /// Sets the limits of the rules, for all projects of this person.
    pub(super) fn set_rules(&mut self, rules: Rules) {
        self.settings.rules = rules.changed();
        self.rules = rules;
        self.save_settings();
        self.settle();
    }

    /// Takes over what was decided about the model and dataset that came on screen.
    pub(super) fn read_decisions(&mut self) {
        self.decisions = Decisions::default();
        self.decided.clear();
        let Some((project, explorer)) = self.project.as_ref().zip(self.explorer.as_ref()) else { return };
        let Some((id, version)) = decisions::about(&project.recognised.project, &explorer.choice) else { return };
        let journal = Journal { name: JOURNAL, id: &id, version: &version };
        match journal.read(&self.keeper, &project.root) {
            Ok((lines, skipped)) => {
                self.decisions = Decisions { lines };
                if skipped > 0 {
                    self.fail("Some decisions about recommendations cannot be read and are passed over; a newer program, or a crash, may have written them");
                }
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }

    pub(super) fn decide(&mut self, card: String, decision: Decision) {
        let before = self.decisions.standing(&card);
        if before != decision && self.write_decision(card.clone(), Some(decision), None) {
            self.decided.push((card, before));
        }
    }

    pub(super) fn note_card(&mut self, card: String, note: String) {
        if self.decisions.note(&card) != note {
            self.write_decision(card, None, Some(note));
        }
    }

    /// Takes the last decision back.
    pub(super) fn undo_decision(&mut self) {
        if let Some((card, before)) = self.decided.pop() {
            self.write_decision(card, Some(before), None);
        }
    }

    /// Adds a line; false where it cannot be kept. Where nothing is kept it lives as long as the program.
    fn write_decision(&mut self, card: String, decision: Option<Decision>, note: Option<String>) -> bool {
        let Some((project, explorer)) = self.project.as_ref().zip(self.explorer.as_ref()) else { return false };
        let names = &project.recognised.project;
        let Some((id, of)) = decisions::about(names, &explorer.choice) else { return false };
        let version = names.models.get(explorer.choice.model).map_or_else(String::new, |model| model.version.clone());
        let classes = &explorer.evaluation.dataset.classes;
        let said = explorer.recommendations.iter().find(|r| r.key(classes) == card);
        let sentence = said.map_or_else(String::new, |said| said.sentence.clone());
        let line = Line { time: now(), card, version, sentence, decision, note };
        let journal = Journal { name: JOURNAL, id: &id, version: &of };
        match journal.keep(&self.keeper, &project.root, std::slice::from_ref(&line)) {
            Ok(()) => {
                self.decisions.lines.push(line);
                true
            }
            Err(error) => {
                self.fail(&error);
                false
            }
        }
    }
}
