//! Items of a dataset that are there twice: in one split, or in several, so that a model was trained on what it is judged by.
//!
//! Knows what each item is and which pairs are the same or nearly; finds such pairs of pictures by their traits and of texts by
//! their words. Does not know where items come from.

pub mod looks;
pub mod shingles;
pub mod without;

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::path::PathBuf;

use crate::model::ImageId;
use crate::model::union_find::UnionFind;

/// What decides which items are nearly the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Bits in which perceptual hashes of nearly the same picture may differ; those by differences in twice as many.
    pub bits: u32,
    /// Share of their shingles that nearly the same texts have in common.
    pub shingles: f64,
    /// True where near-duplicates among the vectors that a project names count too.
    pub vectors: bool,
}

impl Limits {
    /// More bits than this say nothing.
    pub const MOST_BITS: u32 = 10;
}

impl Default for Limits {
    fn default() -> Self {
        Self { bits: 4, shingles: 0.9, vectors: false }
    }
}

/// One item of a dataset, evaluated or not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// Its split, as a position in the list of splits.
    pub split: u16,
    /// The item in the evaluation; `None` where it is not evaluated.
    pub image: Option<ImageId>,
    /// What a person knows it by.
    pub name: String,
    /// Where its picture lies.
    pub path: Option<PathBuf>,
    /// What is true of it in words, such as its classes with their counts; empty where that is not known.
    pub truth: String,
}

/// A split that was looked through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Its name.
    pub name: String,
    /// True where the model was, or may have been, trained on it.
    pub training: bool,
    /// Its items.
    pub items: usize,
}

/// Pairs of items, as positions in a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// Those that are the same.
    pub exact: Vec<(u32, u32)>,
    /// Those that are nearly the same.
    pub near: Vec<(u32, u32)>,
}

/// Links every item to the first with an equal key; those without a key to none.
#[must_use]
pub fn equal<K: Eq + Hash>(keys: impl Iterator<Item = Option<K>>) -> Vec<(u32, u32)> {
    let mut first: HashMap<K, u32> = HashMap::new();
    let mut pairs = Vec::new();
    for (at, key) in (0..).zip(keys) {
        if let Some(key) = key {
            let known = *first.entry(key).or_insert(at);
            if known != at {
                pairs.push((known, at));
            }
        }
    }
    pairs
}

/// An item of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The item, as a position in the list.
    pub item: u32,
    /// The same number for members that are exactly the same.
    pub copy_of: u32,
}

/// Items that hang together by pairs of the same or nearly the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its items, in the order of the list.
    pub members: Vec<Member>,
    /// The splits that it has items in, ascending.
    pub splits: Vec<u16>,
    /// True where what is known to be true of them is not the same of all.
    pub conflict: bool,
}

impl Group {
    /// True where all its items are exactly the same.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.members.windows(2).all(|pair| pair[0].copy_of == pair[1].copy_of)
    }

    /// True where it has items in several splits.
    #[must_use]
    pub fn is_across(&self) -> bool {
        self.splits.len() > 1
    }

    /// Its items, in the order of the list.
    pub fn items<'a>(&self, of: &'a [Item]) -> impl Iterator<Item = &'a Item> + use<'a, '_> {
        self.members.iter().filter_map(|member| of.get(member.item as usize))
    }
}

/// The groups that pairs make of items. Those with evaluated items come first, of them those across splits, of those the exact
/// ones; else by their first item.
#[must_use]
pub fn groups(items: &[Item], pairs: &Pairs) -> Vec<Group> {
    let (mut same, mut near) = (UnionFind::new(items.len()), UnionFind::new(items.len()));
    let known = |&&(a, b): &&(u32, u32)| a.max(b) < items.len() as u32;
    for &(a, b) in pairs.exact.iter().filter(known) {
        same.union(a, b);
        near.union(a, b);
    }
    pairs.near.iter().filter(known).for_each(|&(a, b)| {
        near.union(a, b);
    });
    let mut sets: BTreeMap<u32, Vec<Member>> = BTreeMap::new();
    for item in 0..items.len() as u32 {
        sets.entry(near.find(item)).or_default().push(Member { item, copy_of: same.find(item) });
    }
    let several = sets.into_values().filter(|members| members.len() > 1);
    let mut groups: Vec<Group> = several.map(|members| group(items, members)).collect();
    let rank = |group: &Group| {
        let evaluated = group.items(items).any(|item| item.image.is_some());
        let first = group.members.first().map(|member| member.item);
        (!evaluated, !group.is_across(), !group.is_exact(), first)
    };
    groups.sort_by_cached_key(rank);
    groups
}

fn group(items: &[Item], members: Vec<Member>) -> Group {
    let of = || members.iter().filter_map(|member| items.get(member.item as usize));
    let mut splits: Vec<u16> = of().map(|item| item.split).collect();
    splits.sort_unstable();
    splits.dedup();
    let mut truths = of().map(|item| &item.truth).filter(|truth| !truth.is_empty());
    let first = truths.next();
    let conflict = truths.any(|truth| Some(truth) != first);
    Group { members, splits, conflict }
}

/// Evaluated items that should not count: those that are also in a training split, and of those that are twice in what is
/// evaluated all but the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaked {
    /// The items, ascending.
    pub images: Vec<ImageId>,
    /// Those of them that are also in a training split; the others are repeated.
    pub in_training: usize,
    /// Those that are exactly the same as what they are left out for; the others are nearly the same.
    pub exact: usize,
    /// The training splits that they are in, ascending.
    pub splits: Vec<u16>,
}

impl Leaked {
    /// The leaked items of groups.
    #[must_use]
    pub fn of(groups: &[Group], items: &[Item], splits: &[Split]) -> Self {
        let mut leaked = Self::default();
        for group in groups {
            leaked.add(group, items, splits);
        }
        leaked.images.sort_unstable();
        leaked.splits.sort_unstable();
        leaked.splits.dedup();
        leaked
    }

    fn add(&mut self, group: &Group, items: &[Item], splits: &[Split]) {
        let of = |member: &Member| items.get(member.item as usize);
        let trains = |item: &&Item| {
            item.image.is_none() && splits.get(usize::from(item.split)).is_some_and(|split| split.training)
        };
        let training: Vec<u32> =
            group.members.iter().filter(|m| of(m).is_some_and(|item| trains(&item))).map(|m| m.copy_of).collect();
        self.splits.extend(group.items(items).filter(trains).map(|item| item.split).filter(|_| group.evaluated(items)));
        let mut kept: Vec<u32> = Vec::new();
        for member in &group.members {
            let Some(image) = of(member).and_then(|item| item.image) else { continue };
            let twins = if training.is_empty() { &kept } else { &training };
            if twins.is_empty() {
                kept.push(member.copy_of);
                continue;
            }
            self.images.push(image);
            self.in_training += usize::from(!training.is_empty());
            self.exact += usize::from(twins.contains(&member.copy_of));
        }
    }

    /// Items that are there twice in what is evaluated.
    #[must_use]
    pub fn repeated(&self) -> usize {
        self.images.len() - self.in_training
    }

    /// Items that are nearly the same as what they are left out for.
    #[must_use]
    pub fn near(&self) -> usize {
        self.images.len() - self.exact
    }
}

impl Group {
    /// True where one of its items is evaluated.
    #[must_use]
    pub fn evaluated(&self, items: &[Item]) -> bool {
        self.items(items).any(|item| item.image.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(split: u16, image: Option<u32>, truth: &str) -> Item {
        Item { split, image: image.map(ImageId), truth: truth.to_owned(), ..Item::default() }
    }

    fn splits() -> Vec<Split> {
        let split = |name: &str, training| Split { name: name.to_owned(), training, items: 0 };
        vec![split("test", false), split("train", true), split("valid", false)]
    }

    #[test]
    fn equal_keys_are_linked_to_the_first() {
        let keys = [Some("a"), None, Some("b"), Some("a"), None, Some("a")];
        assert_eq!(equal(keys.into_iter()), [(0, 3), (0, 5)]);
    }

    #[test]
    fn what_hangs_together_is_a_group() {
        // 0 = 4 exactly, 4 near 5; 1 near 2; 3 alone. 6 and 7 are not evaluated.
        let mut items: Vec<Item> = (0..6).map(|i| item(0, Some(i), "cat")).collect();
        items.extend([item(1, None, "cat"), item(1, None, "dog")]);
        items[4].split = 2;
        let pairs = Pairs { exact: vec![(0, 4), (6, 7), (0, 99)], near: vec![(4, 5), (1, 2), (0, 5)] };
        let groups = groups(&items, &pairs);
        let of = |group: &Group| group.members.iter().map(|m| m.item).collect::<Vec<_>>();
        assert_eq!(groups.iter().map(of).collect::<Vec<_>>(), [vec![0, 4, 5], vec![1, 2], vec![6, 7]]);
        assert_eq!(groups.iter().map(Group::is_exact).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(groups.iter().map(Group::is_across).collect::<Vec<_>>(), [true, false, false]);
        assert_eq!(groups.iter().map(|g| g.conflict).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(groups[0].splits, [0, 2]);
        assert_eq!(groups[0].members[0].copy_of, groups[0].members[1].copy_of);
        assert_ne!(groups[0].members[0].copy_of, groups[0].members[2].copy_of);
    }

    #[test]
    fn evaluated_items_leave_for_training_and_for_the_first_of_them() {
        // test 0, 1, 2, 3, 4; train 5, 6; valid 7.
        let mut items: Vec<Item> = (0..5).map(|i| item(0, Some(i), "")).collect();
        items.extend([item(1, None, ""), item(1, None, ""), item(2, None, "")]);
        // 0 and 1 near 5, 1 exactly; 2, 3 the same; 4 is in valid, on which nothing was trained.
        let pairs = Pairs { exact: vec![(1, 5), (2, 3), (4, 7)], near: vec![(0, 5)] };
        let groups = groups(&items, &pairs);
        let leaked = Leaked::of(&groups, &items, &splits());
        assert_eq!(leaked.images, [ImageId(0), ImageId(1), ImageId(3)]);
        assert_eq!((leaked.in_training, leaked.repeated(), leaked.exact, leaked.near()), (2, 1, 2, 1));
        assert_eq!(leaked.splits, [1]);
    }

    #[test]
    fn a_training_split_that_is_evaluated_leaks_only_what_it_repeats() {
        let items = vec![item(1, Some(0), ""), item(1, Some(1), ""), item(0, None, "")];
        let pairs = Pairs { exact: vec![(0, 1), (0, 2)], near: Vec::new() };
        let leaked = Leaked::of(&groups(&items, &pairs), &items, &splits());
        assert_eq!((leaked.images, leaked.in_training), (vec![ImageId(1)], 0));
    }
}
