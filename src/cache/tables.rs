//! Tables of matches on disk, so that evaluations are compared without being made again.
//!
//! Knows the runs they belong to and bytes. Does not know what a table holds; whoever reads one checks it.

use std::path::PathBuf;

use super::files::FileCache;

/// No table is longer.
const LONGEST: u64 = 1 << 30;

/// A folder of tables with a budget.
#[derive(Debug)]
pub struct TableCache(FileCache);

impl TableCache {
    /// A cache in this folder, which is made when the first table is kept.
    #[must_use]
    pub fn new(dir: PathBuf, budget: u64) -> Self {
        Self(FileCache::new(dir, budget))
    }

    /// The cache of this person; `None` where the system names no place for one.
    #[must_use]
    pub fn of_user() -> Option<Self> {
        FileCache::of_user("tables").map(Self)
    }

    /// The table that was kept for a run; `run` is everything that tells it from others.
    #[must_use]
    pub fn get(&self, run: &str) -> Option<Vec<u8>> {
        self.0.get(&name(run), LONGEST)
    }

    /// Keeps the table of a run. Where nothing can be written it is made again next time.
    pub fn put(&self, run: &str, table: &[u8]) {
        self.0.put(&name(run), table);
    }
}

fn name(run: &str) -> String {
    blake3::hash(run.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_found_by_its_run_and_the_oldest_go() {
        let dir = tempfile::tempdir().unwrap();
        let cache = TableCache::new(dir.path().join("tables"), 1000);
        assert_eq!(cache.get("a"), None);
        cache.put("a", &[1; 400]);
        std::thread::sleep(std::time::Duration::from_millis(20));
        cache.put("b", &[2; 400]);
        assert_eq!((cache.get("a"), cache.get("b")), (Some(vec![1; 400]), Some(vec![2; 400])));
        std::thread::sleep(std::time::Duration::from_millis(20));
        cache.put("c", &[3; 400]);
        assert_eq!((cache.get("a"), cache.get("c")), (None, Some(vec![3; 400])));
    }
}
