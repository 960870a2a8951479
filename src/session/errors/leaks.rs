//! Items that are the same, or all but the same, within and across splits.

mod listing;

use std::path::Path;
use std::sync::{Arc, Weak};

use crate::analysis::leaks::without::{self, Row};
use crate::analysis::leaks::{self, Group, Item, Leaked, Limits, Pairs, Split, looks, shingles};
use crate::analysis::pictures::PictureTraits;
use crate::analysis::recommend::Leak;
use crate::cache::TableCache;
use crate::jobs::JobError;
use crate::metrics::detection::Matched;
use crate::metrics::{Evaluation, MatchTable};
use crate::model::project::{Choice, Project};
use crate::model::{ImageId, Progress};
use crate::session::heads;
use crate::vectors::Rows;
use crate::vectors::neighbourhood::{DuplicateGroup, Duplicates, NEAR_K};
use crate::vectors::neighbours::Neighbours;

use super::pictures;

/// The state.
#[derive(Debug, Default)]
pub struct Leaks {
    /// What decides which items are nearly the same, in the next search.
    pub limits: Limits,
    /// What the last search found.
    pub found: Option<Arc<Found>>,
    /// The numbers with and without leaked items, at the threshold when they were counted.
    pub numbers: Option<Arc<Numbers>>,
    /// Why the last search found nothing.
    pub trouble: Option<String>,
}

/// A wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Look for duplicates; what was read and measured before is used again.
    Look(Limits),
    /// Let the next search use these limits.
    Limit(Limits),
    /// Count with and without leaked items at the threshold; does nothing while that is done or under way.
    Count,
}

/// What a job found.
#[derive(Debug)]
pub enum Answer {
    /// A search is over, or could not be made, with the reason.
    Looked(Result<Box<Found>, String>),
    /// The numbers were counted.
    Counted(Box<Numbers>),
}

/// Everything that items are compared by.
#[derive(Debug, Default)]
pub struct Material {
    /// The splits that were looked through, those of the evaluation first.
    pub splits: Vec<Split>,
    /// How many of them are evaluated.
    pub evaluated: usize,
    /// All their items, those of the evaluation first and in its order.
    pub items: Vec<Item>,
    /// The text of each; empty where items are pictures.
    pub texts: Vec<String>,
    /// By item, what was measured in its picture; empty where items are texts.
    pub traits: Vec<Option<PictureTraits>>,
    /// Splits that could not be read, with the reason.
    pub skipped: Vec<(String, String)>,
}

impl Material {
    /// Items that nothing could be compared of: pictures that cannot be read, texts that are empty.
    #[must_use]
    pub fn unreadable(&self) -> usize {
        if self.texts.is_empty() {
            return self.traits.iter().filter(|of| of.is_none()).count();
        }
        self.texts.iter().filter(|text| text.trim().is_empty()).count()
    }

    /// The name of a split.
    #[must_use]
    pub fn split_name(&self, split: u16) -> &str {
        self.splits.get(usize::from(split)).map_or("", |split| &split.name)
    }
}

/// What a search found.
#[derive(Debug, Default)]
pub struct Found {
    /// By which limits.
    pub limits: Limits,
    /// What was compared.
    pub material: Arc<Material>,
    /// Items that are there twice.
    pub groups: Vec<Group>,
    /// Evaluated items that should not count.
    pub leaked: Leaked,
    /// Why near-duplicates among vectors were not looked for, where they were asked for.
    pub no_vectors: Option<String>,
}

impl Found {
    /// What it says, for whoever recommends.
    #[must_use]
    pub fn leak(&self) -> Leak {
        Leak { leaked: self.leaked.clone(), training: self.names_of(&self.leaked.splits) }
    }

    /// The names of some splits, as in `test and train`.
    #[must_use]
    pub fn names_of(&self, splits: &[u16]) -> String {
        let names: Vec<&str> = splits.iter().map(|split| self.material.split_name(*split)).collect();
        match names.as_slice() {
            [head @ .., last] if !head.is_empty() => format!("{} and {last}", head.join(", ")),
            names => names.concat(),
        }
    }
}

/// Numbers with and without leaked items.
#[derive(Debug)]
pub struct Numbers {
    /// The threshold.
    pub at: f64,
    /// The matching.
    pub matched: Weak<Matched>,
    /// Number by number.
    pub rows: Vec<Row>,
}

impl Numbers {
    /// True where they were counted at this threshold of this matching.
    #[must_use]
    pub fn are_of(&self, matched: &Arc<Matched>, at: f64) -> bool {
        self.at == at && std::ptr::eq(self.matched.as_ptr(), Arc::as_ptr(matched))
    }
}

/// What is searched.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// The project's folder.
    pub root: &'a Path,
    /// The project.
    pub project: &'a Project,
    /// What is evaluated.
    pub choice: &'a Choice,
    /// Its evaluation.
    pub evaluation: &'a Evaluation,
    /// What was measured in pictures before.
    pub cache: Option<&'a TableCache>,
}

impl Search<'_> {
    /// The names of the splits that are looked through, those of the evaluation first.
    #[must_use]
    pub fn splits(&self) -> Vec<String> {
        let others = listing::others(self).into_iter().map(|(.., name)| name);
        self.evaluation.dataset.splits.iter().cloned().chain(others).collect()
    }

    /// Lists all splits of the dataset, and one of another that the model was trained on, and measures their pictures.
    ///
    /// # Errors
    /// Cancelled.
    pub fn material(&self, progress: &dyn Progress) -> Result<Material, JobError> {
        let mut material = listing::list(self, progress)?;
        if material.texts.is_empty() {
            let paths: Vec<_> = material.items.iter().map(|item| item.path.clone()).collect();
            material.traits = pictures::measure(&paths, self.cache, progress)?;
        }
        Ok(material)
    }

    /// Finds the duplicates among it.
    ///
    /// # Errors
    /// Cancelled.
    pub fn find(&self, material: Arc<Material>, limits: Limits, progress: &dyn Progress) -> Result<Found, JobError> {
        progress.stage("Comparing items");
        let mut pairs = pairs(&material, limits, progress)?;
        let mut no_vectors = None;
        if limits.vectors {
            match self.near_vectors(&material, progress) {
                Ok(near) => pairs.near.extend(near),
                Err(JobError::Cancelled) => return Err(JobError::Cancelled),
                Err(error) => no_vectors = Some(error.to_string()),
            }
        }
        let groups = leaks::groups(&material.items, &pairs);
        let leaked = Leaked::of(&groups, &material.items, &material.splits);
        Ok(Found { limits, material, groups, leaked, no_vectors })
    }

    /// Pairs that connect near-duplicates among the vectors that the project names.
    fn near_vectors(&self, material: &Material, progress: &dyn Progress) -> Result<Vec<(u32, u32)>, JobError> {
        let missing = || JobError::Failed("There is no such dataset".to_owned());
        let entry = self.choice.dataset(self.project).ok_or_else(missing)?;
        let (embedding, _) = heads::vectors(self.root, entry, progress)?;
        let (items, values) = listing::vectors_of(material, &embedding);
        if items.len() < 2 {
            return Err(JobError::Failed("No vector belongs to any of the items".to_owned()));
        }
        let neighbours = Neighbours::of(Rows::new(embedding.dimensions, &values)?, NEAR_K, 0, progress)?;
        let item = |row: &u32| items.get(*row as usize).copied();
        let linked = |group: DuplicateGroup| {
            let members: Vec<u32> = group.rows.iter().filter_map(item).collect();
            members.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
        };
        Ok(Duplicates::among(&neighbours, None).groups.into_iter().flat_map(linked).collect())
    }
}

fn pairs(material: &Material, limits: Limits, progress: &dyn Progress) -> Result<Pairs, JobError> {
    if !material.texts.is_empty() {
        let texts: Vec<&str> = material.texts.iter().map(String::as_str).collect();
        return Ok(shingles::pairs(&texts, limits.shingles, progress)?);
    }
    let exact = leaks::equal(material.traits.iter().map(|of| of.map(|of| of.file)));
    Ok(Pairs { exact, near: looks::near(&material.traits, limits.bits, progress)? })
}

/// The numbers of an evaluation at a threshold with and without some of its items.
///
/// # Errors
/// Cancelled.
pub fn count(
    evaluation: &Evaluation,
    at: f64,
    leaked: &[ImageId],
    progress: &dyn Progress,
) -> Result<Numbers, JobError> {
    let table = MatchTable::of(evaluation, at, progress)?;
    let matched = evaluation.matched.as_ref().map_or_else(Weak::new, Arc::downgrade);
    Ok(Numbers { at, matched, rows: without::without(&table, leaked) })
}

/// What was measured in pictures before, by this person's programs.
#[must_use]
pub fn kept() -> Option<TableCache> {
    TableCache::of_user()
}

/// True where near-duplicates among vectors can be looked for.
#[must_use]
pub fn has_vectors(project: &Project, choice: &Choice) -> bool {
    choice.dataset(project).is_some_and(|entry| entry.embeddings.is_some())
}
