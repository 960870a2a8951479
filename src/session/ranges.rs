//! How far the order of a leaderboard is certain: from the tables that were kept with the runs.

use std::sync::Arc;

use crate::analysis::compare::{CompareError, CompareSettings, RankRange, rank_ranges};
use crate::cache::{TableCache, budget};
use crate::jobs::JobError;
use crate::metrics::{MatchTable, Metric};
use crate::model::Progress;
use crate::model::run::Run;

use super::Session;

/// Runs more than these are not compared with each other.
pub const MOST: usize = 24;

/// What is asked for: runs of the same items, and the number they are ranked by.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Each run, as [`Run::identity`] tells it.
    pub runs: Vec<String>,
    /// The number.
    pub metric: Metric,
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranges {
    /// What was asked for.
    pub asked: Asked,
    /// Best and worst rank of each run; `None` where its number is undefined.
    pub ranges: Vec<Option<RankRange>>,
    /// Why there are none, in a sentence.
    pub why: Option<String>,
}

impl Session {
    /// Lets the cache of this person be measured and emptied, within what they allow it.
    pub fn use_cache(&mut self) {
        self.program.cache = budget::folder();
        budget::set(self.settings.preferences.cache_bytes());
    }

    /// Keeps the tables of matches in the cache of this person from now on.
    pub fn keep_tables(&mut self) {
        self.tables = TableCache::of_user().map(Arc::new);
    }
}

impl Ranges {
    /// Asks the tables.
    ///
    /// # Errors
    /// Cancelled; everything else is part of the answer.
    pub fn compute(asked: Asked, tables: &TableCache, progress: &dyn Progress) -> Result<Self, JobError> {
        let read = |run: &String| MatchTable::from_bytes(&tables.get(run)?).ok();
        let found: Option<Vec<MatchTable>> = asked.runs.iter().map(read).collect();
        let Some(found) = found else {
            let why = "The matches of a result are not in the cache any more; calculate it again".to_owned();
            return Ok(Self { asked, ranges: Vec::new(), why: Some(why) });
        };
        let all: Vec<&MatchTable> = found.iter().collect();
        match rank_ranges(&all, asked.metric, &CompareSettings::default(), progress) {
            Ok(ranges) => Ok(Self { asked, ranges, why: None }),
            Err(CompareError::Cancelled(_)) => Err(JobError::Cancelled),
            Err(CompareError::NotComparable(why)) => Ok(Self { asked, ranges: Vec::new(), why: Some(why) }),
        }
    }

    /// The range of a run.
    #[must_use]
    pub fn of(&self, run: &Run) -> Option<RankRange> {
        let identity = run.identity();
        let at = self.asked.runs.iter().position(|asked| *asked == identity)?;
        self.ranges.get(at).copied().flatten()
    }
}
