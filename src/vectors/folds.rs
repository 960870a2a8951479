//! Which item is held out in which fold, and whether there is enough to split. Knows labels and groups; does not know the
//! vectors.

use std::collections::BTreeMap;

use crate::model::rng::Rng;
use crate::model::{ClassId, ClassTable};

/// Items per class below which cross-validation is refused.
pub const LEAST_ITEMS: usize = 10;
/// Items per class below which its numbers are called shaky.
pub const FEW_ITEMS: usize = 50;
/// Classes named in a message before the rest is counted.
const NAMED: usize = 5;

/// What stands in the way of a cross-validation, and what makes it shaky. Each message is a whole sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// Reasons why it cannot be done.
    pub errors: Vec<String>,
    /// Reasons to read its numbers with care.
    pub warnings: Vec<String>,
}

impl Requirements {
    /// True where nothing stands in the way.
    #[must_use]
    pub const fn are_met(&self) -> bool {
        self.errors.is_empty()
    }
}

/// Items of each class of the table; items of classes beyond it are not counted.
#[must_use]
pub fn items_per_class(labels: &[ClassId], classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    for label in labels {
        if let Some(count) = counts.get_mut(label.index()) {
            *count += 1;
        }
    }
    counts
}

/// Whether the items suffice for `folds` folds: at least two classes with items, at least [`LEAST_ITEMS`] items in each;
/// fewer than [`FEW_ITEMS`], a class without items, and a class with fewer items (or groups, where there are any) than folds
/// are warnings; so is nothing else.
#[must_use]
pub fn check(labels: &[ClassId], classes: &ClassTable, groups: Option<&[u32]>, folds: usize) -> Requirements {
    let mut found = Requirements::default();
    let counts = items_per_class(labels, classes.len());
    let with = |wanted: &dyn Fn(usize) -> bool| -> Vec<(ClassId, usize)> {
        classes.ids().zip(counts.iter().copied()).filter(|&(_, n)| wanted(n)).collect()
    };
    let present = with(&|n| n > 0);
    if present.len() < 2 {
        let what = match present.first() {
            Some(&(class, _)) => format!("all items are of the class “{}”", classes.name(class)),
            None => "no item has a label".to_owned(),
        };
        found.errors.push(format!("Cross-validation needs items of at least two classes; {what}."));
    }
    let say = |few: &[(ClassId, usize)], what: &str| {
        let verb = if few.len() == 1 { "class has" } else { "classes have" };
        format!("{} {verb} {what}: {}.", few.len(), name_counted(few, classes))
    };
    let least = with(&|n| (1..LEAST_ITEMS).contains(&n));
    if !least.is_empty() {
        let message = say(&least, &format!("fewer than {LEAST_ITEMS} items"));
        found.errors.push(format!("{message} Add items, or leave these classes out."));
    }
    let few = with(&|n| (LEAST_ITEMS..FEW_ITEMS).contains(&n));
    if !few.is_empty() {
        let message = say(&few, &format!("fewer than {FEW_ITEMS} items"));
        found.warnings.push(format!("{message} Their numbers will vary much from fold to fold."));
    }
    let none = with(&|n| n == 0);
    if !none.is_empty() {
        let names: Vec<&str> = none.iter().map(|&(class, _)| classes.name(class)).collect();
        let verb = if none.len() == 1 { "class has" } else { "classes have" };
        let message = format!("{} {verb} no items and will never be predicted: {}.", none.len(), listed(&names));
        found.warnings.push(message);
    }
    match groups {
        None => {
            let short = with(&|n| (LEAST_ITEMS..folds).contains(&n));
            if !short.is_empty() {
                let message = say(&short, &format!("fewer items than the {folds} folds"));
                found.warnings.push(format!("{message} Some folds will hold none of them."));
            }
        }
        Some(groups) => check_groups(labels, classes, groups, folds, &mut found),
    }
    found
}

fn check_groups(labels: &[ClassId], classes: &ClassTable, groups: &[u32], folds: usize, found: &mut Requirements) {
    let mut pairs: Vec<(ClassId, u32)> = labels.iter().copied().zip(groups.iter().copied()).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let mut all: Vec<u32> = groups.to_vec();
    all.sort_unstable();
    all.dedup();
    if all.len() < folds {
        found.errors.push(format!(
            "There are {} groups for {folds} folds, and a group is never divided. Choose fewer folds.",
            all.len()
        ));
    }
    let classes_of_pairs: Vec<ClassId> = pairs.into_iter().map(|(class, _)| class).collect();
    let counts = items_per_class(&classes_of_pairs, classes.len());
    let single: Vec<&str> = classes.ids().zip(counts).filter(|&(_, n)| n == 1).map(|(c, _)| classes.name(c)).collect();
    if !single.is_empty() {
        let verb = if single.len() == 1 { "class lies" } else { "classes lie" };
        found.warnings.push(format!(
            "{} {verb} in one group only, so the fold that holds it out has learnt nothing about it: {}.",
            single.len(),
            listed(&single)
        ));
    }
}

fn name_counted(few: &[(ClassId, usize)], classes: &ClassTable) -> String {
    let names: Vec<String> = few.iter().map(|&(class, n)| format!("{} ({n})", classes.name(class))).collect();
    listed(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The first few names, and how many more there are.
fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The fold of each item, 0 to `folds` − 1. Stratified: of every class, and of all items, each fold has the same number
/// within one. With groups, a group stays whole and the folds are as even as a greedy choice makes them. The same seed
/// gives the same folds.
#[must_use]
pub fn stratified(labels: &[ClassId], groups: Option<&[u32]>, folds: usize, seed: u64) -> Vec<u32> {
    match groups {
        None => by_item(labels, folds.max(1), seed),
        Some(groups) => by_group(labels, groups, folds.max(1), seed),
    }
}

/// Items in the order of their classes are dealt to the folds in turn, which makes all sizes even; then the folds are
/// shuffled inside each class.
fn by_item(labels: &[ClassId], folds: usize, seed: u64) -> Vec<u32> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by_key(|&i| labels.get(i));
    let mut fold_of = vec![0; labels.len()];
    let mut dealt = 0;
    for members in order.chunk_by(|&a, &b| labels.get(a) == labels.get(b)) {
        let mut hand: Vec<u32> = (dealt..dealt + members.len()).map(|i| (i % folds) as u32).collect();
        dealt += members.len();
        let class = members.first().and_then(|&i| labels.get(i)).map_or(0, |c| c.0);
        Rng::of_part(seed, u64::from(class)).shuffle(&mut hand);
        for (&item, fold) in members.iter().zip(hand) {
            if let Some(slot) = fold_of.get_mut(item) {
                *slot = fold;
            }
        }
    }
    fold_of
}

/// A group and its items by class.
struct Group {
    id: u32,
    items: usize,
    classes: Vec<(usize, f64)>,
}

/// The greedy choice of scikit-learn's `StratifiedGroupKFold`: groups with the most uneven classes first, each into the
/// fold where the shares of the classes stay most even (least sum of squares; ties: the smallest fold, then the first).
fn by_group(labels: &[ClassId], groups: &[u32], folds: usize, seed: u64) -> Vec<u32> {
    let classes = labels.iter().map(|l| l.index() + 1).max().unwrap_or(0);
    let totals = items_per_class(labels, classes);
    let mut by_id: BTreeMap<u32, BTreeMap<usize, usize>> = BTreeMap::new();
    for (label, &group) in labels.iter().zip(groups) {
        *by_id.entry(group).or_default().entry(label.index()).or_default() += 1;
    }
    let mut ordered: Vec<Group> = by_id
        .into_iter()
        .map(|(id, counts)| Group {
            id,
            items: counts.values().sum(),
            classes: counts.into_iter().map(|(class, n)| (class, n as f64)).collect(),
        })
        .collect();
    Rng::new(seed).shuffle(&mut ordered);
    let spread = |g: &Group| {
        let mean = g.items as f64 / classes as f64;
        g.classes.iter().map(|(_, n)| n * n).sum::<f64>() / classes as f64 - mean * mean
    };
    ordered.sort_by(|a, b| spread(b).total_cmp(&spread(a)));
    let mut held = vec![vec![0.0_f64; classes]; folds];
    let mut sizes = vec![0_usize; folds];
    let mut fold_of_group = BTreeMap::new();
    for group in &ordered {
        let cost = |fold: &[f64]| -> f64 {
            let share = |&(class, n): &(usize, f64)| {
                let (have, all) =
                    (fold.get(class).copied().unwrap_or(0.0), totals.get(class).map_or(1.0, |&t| t as f64));
                n * (2.0 * have + n) / (all * all)
            };
            group.classes.iter().map(share).sum()
        };
        let costs: Vec<f64> = held.iter().map(|fold| cost(fold)).collect();
        let best = (0..folds).min_by(|&a, &b| costs[a].total_cmp(&costs[b]).then(sizes[a].cmp(&sizes[b]))).unwrap_or(0);
        for &(class, n) in &group.classes {
            held[best][class] += n;
        }
        sizes[best] += group.items;
        fold_of_group.insert(group.id, best as u32);
    }
    groups.iter().map(|group| fold_of_group.get(group).copied().unwrap_or(0)).collect()
}

/// A part of the items, stratified: of every class the same share, rounded up, the first in an order drawn by the seed.
/// A smaller share is a part of a larger one. Ascending.
#[must_use]
pub fn share_of(items: &[u32], labels: &[ClassId], share: f64, seed: u64) -> Vec<u32> {
    let mut by_class: BTreeMap<ClassId, Vec<u32>> = BTreeMap::new();
    for &item in items {
        if let Some(&label) = labels.get(item as usize) {
            by_class.entry(label).or_default().push(item);
        }
    }
    let mut kept = Vec::new();
    for (class, mut members) in by_class {
        Rng::of_part(seed, u64::from(class.0)).shuffle(&mut members);
        let wanted = (members.len() as f64 * share).ceil() as usize;
        kept.extend(members.into_iter().take(wanted));
    }
    kept.sort_unstable();
    kept
}
