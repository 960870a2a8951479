//! What a person says against what was recognised: another format of the truth, other outputs of a model, outputs whose
//! split no name tells, another class for a name of the predictions.
//!
//! Knows the project and what was left aside. Does not look at the folder again.

use std::collections::BTreeMap;

use super::{Alternative, Reason, Recognised, Usable};
use crate::model::project::{DatasetEntry, ModelEntry, PredictionEntry};

/// One thing to be read otherwise than it was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Correction {
    /// Use what was left aside at this position of [`Recognised::alternatives`]; what it displaces is left aside instead.
    Use(usize),
    /// Use outputs that fit no split for this one.
    Place {
        /// Position in [`Recognised::alternatives`].
        alternative: usize,
        /// Position in the project's datasets.
        dataset: usize,
        /// A split of it.
        split: String,
    },
    /// Read classes of the predictions (names, or numbers in digits) as classes of the truth; as none where that is empty.
    Classes(BTreeMap<String, String>),
}

const CHOSEN: &str = "you chose it";

impl Recognised {
    /// What the folder holds with a correction. `None` where the correction does not fit: nothing is at its positions, or
    /// what is there cannot be used so.
    #[must_use]
    pub fn corrected(&self, correction: &Correction) -> Option<Self> {
        let mut out = self.clone();
        match correction {
            Correction::Use(alternative) => match self.alternatives.get(*alternative)?.usable.clone()? {
                Usable::Truth { dataset, entry } => out.use_truth(dataset, *entry)?,
                Usable::Outputs { model, entry } => out.use_outputs(model, entry)?,
                Usable::Unplaced { .. } => return None,
            },
            Correction::Place { alternative, dataset, split } => out.place(*alternative, *dataset, split)?,
            Correction::Classes(map) => {
                out.project.class_map.extend(map.iter().map(|(from, to)| (from.clone(), to.clone())));
            }
        }
        Some(out)
    }

    /// All splits of a dataset change their format together: a dataset has one.
    fn use_truth(&mut self, dataset: usize, entry: DatasetEntry) -> Option<()> {
        let slot = self.project.datasets.get_mut(dataset)?;
        let displaced = std::mem::replace(slot, entry.clone());
        let of = |entry: &DatasetEntry, path: &str| entry.splits.values().any(|split| split.truth == path);
        let (back, kept): (Vec<Alternative>, Vec<Alternative>) =
            std::mem::take(&mut self.alternatives).into_iter().partition(|other| {
                let same = matches!(&other.usable, Some(Usable::Truth { dataset: d, entry: e }) if *d == dataset && **e == entry);
                same && of(&entry, &other.path)
            });
        self.alternatives = kept;
        let (gone, stay): (Vec<Reason>, Vec<Reason>) =
            std::mem::take(&mut self.reasons).into_iter().partition(|reason| of(&displaced, &reason.path));
        self.reasons = back.into_iter().map(chosen).chain(stay).collect();
        let why = format!("the same dataset as {}, which you chose", entry.format.to_uppercase());
        let usable = Usable::Truth { dataset, entry: Box::new(displaced) };
        self.alternatives.extend(gone.into_iter().map(|reason| aside(reason, &why, usable.clone())));
        Some(())
    }

    fn use_outputs(&mut self, model: usize, entry: PredictionEntry) -> Option<()> {
        let entries = &mut self.project.models.get_mut(model)?.predictions;
        let same =
            |p: &PredictionEntry| (&p.dataset, &p.version, &p.split) == (&entry.dataset, &entry.version, &entry.split);
        let slot = entries.iter_mut().find(|p| same(p))?;
        let displaced = std::mem::replace(slot, entry.clone());
        let at = self.alternatives.iter().position(|other| other.path == entry.path)?;
        let reason = chosen(self.alternatives.remove(at));
        let old = self.reasons.iter().position(|reason| reason.path == displaced.path)?;
        let gone = std::mem::replace(self.reasons.get_mut(old)?, reason);
        let why = format!("the same model and split as {}, which you chose", entry.path);
        self.alternatives.push(aside(gone, &why, Usable::Outputs { model, entry: displaced }));
        Some(())
    }

    fn place(&mut self, alternative: usize, dataset: usize, split: &str) -> Option<()> {
        let dataset = self.project.datasets.get(dataset).filter(|d| d.splits.contains_key(split))?;
        let task = dataset.task;
        let Usable::Unplaced { format, model: (id, version) } = self.alternatives.get(alternative)?.usable.clone()?
        else {
            return None;
        };
        let mut reason = chosen(self.alternatives.remove(alternative));
        let entry = PredictionEntry {
            dataset: dataset.id.clone(),
            version: dataset.version.clone(),
            split: split.to_owned(),
            format,
            path: reason.path.clone(),
            ..PredictionEntry::default()
        };
        let taken = self.project.models.iter().any(|m| m.id == id && m.version == version);
        let version = if taken { reason.path.replace('/', "-") } else { version };
        reason.what = format!("{} of {id}@{version} for split {split}", reason.what);
        self.reasons.push(reason);
        self.project.models.push(ModelEntry { id, version, task, predictions: vec![entry], ..ModelEntry::default() });
        Some(())
    }
}

fn chosen(other: Alternative) -> Reason {
    Reason { path: other.path, what: other.what, why: CHOSEN.to_owned() }
}

fn aside(reason: Reason, why: &str, usable: Usable) -> Alternative {
    Alternative { path: reason.path, what: reason.what, why: why.to_owned(), usable: Some(usable) }
}
