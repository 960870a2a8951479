//! Which item of a split an id means.

use std::collections::HashMap;

use rustc_hash::FxHashMap;

use super::Source;
use crate::formats::labels::shortened;
use crate::formats::listing;
use crate::model::{Findings, Severity};

/// The items of a split by what outputs may call them.
pub(super) struct Items<'d> {
    names: Vec<(&'d str, u32)>,
    exact: FxHashMap<&'d str, u32>,
    /// By file name without folders, and without ending; `None` where several items are called so.
    loose: Option<HashMap<&'d str, Option<u32>>>,
}

impl<'d> Items<'d> {
    pub(super) fn of(from: &Source<'d>) -> Self {
        let ours = (0_u32..).zip(&from.dataset.images).filter(|(_, image)| image.split == from.split);
        let names: Vec<(&str, u32)> = ours.map(|(item, image)| (image.name.as_str(), item)).collect();
        Self { names, exact: FxHashMap::default(), loose: None }
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The item in this place of the split.
    pub(super) fn at(&self, row: usize) -> Option<u32> {
        self.names.get(row).map(|(_, item)| *item)
    }

    /// The item of an id that stands in this row.
    pub(super) fn find(&mut self, row: usize, id: &str, findings: &mut Findings) -> Option<u32> {
        // Most outputs are in the order of the truth.
        if let Some((name, item)) = self.names.get(row)
            && *name == id
        {
            return Some(*item);
        }
        if self.exact.is_empty() {
            self.exact = self.names.iter().copied().collect();
        }
        if let Some(item) = self.exact.get(id) {
            return Some(*item);
        }
        let item = self.find_loosely(id)?;
        findings.add(
            Severity::Info,
            "item-by-file-name",
            "Outputs name items by another path than the truth and were matched by the part that fits; write the same ids \
             if that is not meant.",
            || {
                let name = self.names.iter().find(|(_, known)| *known == item).map_or("", |(name, _)| *name);
                format!("{} → {}", shortened(id), shortened(name))
            },
        );
        Some(item)
    }

    fn find_loosely(&mut self, id: &str) -> Option<u32> {
        let id = id.replace('\\', "/");
        let mut rest = id.trim_start_matches("./");
        if let Some(item) = self.exact.get(rest) {
            return Some(*item);
        }
        while let Some((_, inside)) = rest.split_once('/') {
            if let Some(item) = self.exact.get(inside) {
                return Some(*item);
            }
            rest = inside;
        }
        let names = &self.names;
        let loose = self.loose.get_or_insert_with(|| {
            let mut all: HashMap<&str, Option<u32>> = HashMap::new();
            for (name, item) in names {
                let base = listing::base_name(name);
                for key in std::collections::BTreeSet::from([base, listing::stem(base), listing::stem(name)]) {
                    all.entry(key).and_modify(|known| *known = None).or_insert(Some(*item));
                }
            }
            all
        });
        let base = listing::base_name(&id);
        [id.as_str(), listing::stem(&id), base, listing::stem(base)]
            .iter()
            .find_map(|key| loose.get(key).copied().flatten())
    }
}
