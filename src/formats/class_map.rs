//! Which class of the truth a class of the predictions means: by name, by id, and by the usual confusions of both.
//!
//! Knows names and ids. Does not know files.

use std::collections::BTreeMap;

use serde::Serialize;

use super::listing::natural;
use crate::model::{ClassId, ClassTable, Dataset, Findings, Predictions, Severity};

/// How a class of the predictions came to its class of the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MappingReason {
    /// The person says so in the project file's `class_map`.
    ProjectFile,
    /// The same name or id.
    Exact,
    /// The same name but for letter case, spaces, `_` and `-`.
    CaseOrSpace,
    /// The same name but for the plural.
    Plural,
    /// COCO's 80 classes counted from 0, where the truth has COCO's 91 ids.
    #[serde(rename = "coco-80-to-91")]
    Coco80To91,
    /// COCO's 91 ids, where the truth counts COCO's 80 classes from 0.
    #[serde(rename = "coco-91-to-80")]
    Coco91To80,
    /// Counted from 0 here and from 1 there.
    OffByOne,
    /// The position in the truth's class list, whose ids have gaps.
    Position,
    /// No class of the truth fits; the detections are left out.
    Unmapped,
}

impl MappingReason {
    /// The reason in words, to stand behind the names.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::ProjectFile => "as you say",
            Self::Exact => "the same",
            Self::CaseOrSpace => "the same but for letter case and spaces",
            Self::Plural => "the same but for the plural",
            Self::Coco80To91 => "COCO's 80 classes from 0 to its 91 ids",
            Self::Coco91To80 => "COCO's 91 ids to its 80 classes from 0",
            Self::OffByOne => "counted from 0 in one and from 1 in the other",
            Self::Position => "by position in the class list",
            Self::Unmapped => "no class fits",
        }
    }
}

/// One class of the predictions and what it was taken for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassMapping {
    /// Name in the predictions, or their category id where they have no names.
    pub from: String,
    /// Name in the truth; `None` where the detections are left out.
    pub to: Option<String>,
    /// Why.
    pub why: MappingReason,
    /// Number of detections.
    pub count: usize,
}

/// The 80 ids that COCO uses of its 91.
const COCO_IDS: [i64; 80] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 27, 28, 31, 32, 33, 34, 35,
    36, 37, 38, 39, 40, 41, 42, 43, 44, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65,
    67, 70, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 84, 85, 86, 87, 88, 89, 90,
];

/// Asked once with all numbers of a prediction file that occur, each with its number of detections: which classes they are.
pub type ClassesOf<'a> = dyn Fn(&[(i64, usize)]) -> Vec<Option<ClassId>> + 'a;

/// What an id or name is taken for, and why.
pub type Target = (Option<ClassId>, MappingReason);

/// What the person says about a name: a class of the truth, or none where the map has an empty name for it. `None` where
/// nothing is said, or a class that the truth does not have.
fn by_person(name: &str, truth: &ClassTable, class_map: &BTreeMap<String, String>) -> Option<Target> {
    let to = class_map.get(name)?;
    let class = truth.by_name(to);
    (class.is_some() || to.is_empty()).then_some((class, MappingReason::ProjectFile))
}

/// Finds the class of the truth for a class name: as `class_map` says, else the same name, else the one name that differs
/// only in case and spaces, else the one that differs only in the plural.
#[must_use]
pub fn by_name(name: &str, truth: &ClassTable, class_map: &BTreeMap<String, String>) -> Target {
    if let Some(target) = by_person(name, truth, class_map) {
        return target;
    }
    if let Some(class) = truth.by_name(name) {
        return (Some(class), MappingReason::Exact);
    }
    let only = |same: &dyn Fn(&str) -> bool| {
        let mut fitting = truth.ids().filter(|&id| same(truth.name(id)));
        fitting.next().filter(|_| fitting.next().is_none())
    };
    let plain = normal(name);
    if plain.is_empty() {
        return (None, MappingReason::Unmapped);
    }
    if let Some(class) = only(&|other| normal(other) == plain) {
        return (Some(class), MappingReason::CaseOrSpace);
    }
    let singular = singular(&plain);
    match only(&|other| self::singular(&normal(other)) == singular) {
        Some(class) => (Some(class), MappingReason::Plural),
        None => (None, MappingReason::Unmapped),
    }
}

/// Lower case, without what separates words.
fn normal(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace() && *c != '_' && *c != '-').flat_map(char::to_lowercase).collect()
}

/// Without an English plural ending; a rough rule is enough, since both sides go through it.
fn singular(name: &str) -> String {
    if let Some(root) = name.strip_suffix("ies") {
        return format!("{root}y");
    }
    for ending in ["sses", "xes", "ches", "shes"] {
        if let Some(root) = name.strip_suffix("es").filter(|_| name.ends_with(ending)) {
            return root.to_owned();
        }
    }
    match name.strip_suffix('s') {
        Some(root) if !root.ends_with('s') && root.chars().count() > 1 => root.to_owned(),
        _ => name.to_owned(),
    }
}

/// Finds a class of the truth for each of the category ids that occur, none of which needs to be one of the truth's.
/// Where all are, they stay. Else the usual shifts are tried, and one is taken only if it fits every id and no other
/// shift that does so disagrees with it.
#[must_use]
pub fn by_ids(occurring: &[i64], truth: &ClassTable) -> BTreeMap<i64, Target> {
    let exact = || -> BTreeMap<i64, Target> {
        let target = |id| match truth.by_source_id(id) {
            Some(class) => (Some(class), MappingReason::Exact),
            None => (None, MappingReason::Unmapped),
        };
        occurring.iter().map(|&id| (id, target(id))).collect()
    };
    if occurring.iter().all(|&id| truth.by_source_id(id).is_some()) {
        return exact();
    }
    let mut fitting = shifts(truth).into_iter().filter_map(|(why, shift)| {
        let to: Option<Vec<ClassId>> =
            occurring.iter().map(|&id| shift(id).and_then(|to| truth.by_source_id(to))).collect();
        to.map(|to| (why, to))
    });
    match fitting.next() {
        Some((why, to)) if fitting.all(|(_, other)| other == to) => {
            occurring.iter().zip(to).map(|(&id, class)| (id, (Some(class), why))).collect()
        }
        _ => exact(),
    }
}

type Shift<'a> = Box<dyn Fn(i64) -> Option<i64> + 'a>;

/// The shifts to try, the most telling name first.
fn shifts(truth: &ClassTable) -> Vec<(MappingReason, Shift<'static>)> {
    let mut ids: Vec<i64> = truth.source_ids().to_vec();
    ids.sort_unstable();
    let highest = ids.last().copied().unwrap_or(0);
    let gapless = ids.first().is_some_and(|first| highest - first + 1 == ids.len() as i64);
    let at = |index: i64| usize::try_from(index).ok();
    let mut all: Vec<(MappingReason, Shift<'static>)> = Vec::new();
    if !gapless && ids.iter().all(|id| COCO_IDS.contains(id)) {
        all.push((MappingReason::Coco80To91, Box::new(move |id| at(id).and_then(|i| COCO_IDS.get(i)).copied())));
    }
    if ids.first() == Some(&0) && gapless && ids.len() == COCO_IDS.len() {
        all.push((
            MappingReason::Coco91To80,
            Box::new(|id| COCO_IDS.iter().position(|&c| c == id).and_then(|i| i64::try_from(i).ok())),
        ));
    }
    all.push((MappingReason::OffByOne, Box::new(|id: i64| id.checked_add(1))));
    all.push((MappingReason::OffByOne, Box::new(|id: i64| id.checked_sub(1))));
    if !gapless {
        all.push((MappingReason::Position, Box::new(move |id| at(id).and_then(|i| ids.get(i)).copied())));
    }
    all
}

/// What the numbers of a prediction file mean, before it is known which of them occur.
#[derive(Clone, Debug)]
pub struct Meaning {
    names: BTreeMap<i64, String>,
    targets: BTreeMap<i64, Target>,
}

/// A class as the predictions call it, what it was taken for, and its number of detections.
pub type Settled = (String, Target, usize);

impl Meaning {
    /// Numbers are the truth's category ids. `class_map` may name a class, or an id in digits.
    #[must_use]
    pub fn of_ids(truth: &ClassTable, class_map: &BTreeMap<String, String>) -> Self {
        let target = |(class, name): (ClassId, &String)| {
            by_person(name, truth, class_map).unwrap_or((Some(class), MappingReason::Exact))
        };
        let ids = || truth.source_ids().iter().copied();
        Self {
            names: ids().zip(truth.names().iter().cloned()).collect(),
            targets: ids().zip(truth.ids().zip(truth.names()).map(target)).collect(),
        }
        .with_digits(truth, class_map)
    }

    /// Numbers are positions in a list of names.
    #[must_use]
    pub fn of_names(list: Vec<String>, truth: &ClassTable, class_map: &BTreeMap<String, String>) -> Self {
        // Where the lists are the same, names that occur twice must not fall together.
        let same = list == truth.names();
        let target = |(position, name): (usize, &String)| {
            if same && !class_map.contains_key(name) {
                (Some(ClassId::from_index(position)), MappingReason::Exact)
            } else {
                by_name(name, truth, class_map)
            }
        };
        let targets = (0_i64..).zip(list.iter().enumerate().map(target)).collect();
        Self { names: (0_i64..).zip(list).collect(), targets }.with_digits(truth, class_map)
    }

    fn with_digits(mut self, truth: &ClassTable, class_map: &BTreeMap<String, String>) -> Self {
        for from in class_map.keys() {
            if let (Ok(id), Some(target)) = (from.parse(), by_person(from, truth, class_map)) {
                self.targets.insert(id, target);
            }
        }
        self
    }

    /// What the numbers that occur (each with its number of detections) are taken for, in their order. Where one is
    /// neither known nor mapped by the person, the usual shifts are tried on all.
    #[must_use]
    pub fn settle(&self, met: &[(i64, usize)]) -> Vec<Settled> {
        let by_person = |id: &i64| matches!(self.targets.get(id), Some((_, MappingReason::ProjectFile)));
        let open: Vec<i64> = met.iter().map(|(id, _)| *id).filter(|id| !by_person(id)).collect();
        let mut known = ClassTable::default();
        for (&id, name) in &self.names {
            known.push(name.clone(), id);
        }
        let shifted = by_ids(&open, &known);
        let settled = |&(id, count): &(i64, usize)| {
            let own_name = || self.names.get(&id).cloned().unwrap_or_else(|| id.to_string());
            match shifted.get(&id) {
                Some(&(Some(to), why)) if why != MappingReason::Exact => {
                    let source = known.source_ids().get(to.index());
                    let class = source.and_then(|source| self.targets.get(source)).and_then(|(class, _)| *class);
                    let why = if class.is_some() { why } else { MappingReason::Unmapped };
                    (id.to_string(), (class, why), count)
                }
                _ => (own_name(), self.targets.get(&id).copied().unwrap_or((None, MappingReason::Unmapped)), count),
            }
        };
        met.iter().map(settled).collect()
    }
}

/// Collects what classes were taken for over several files.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    by_name: BTreeMap<String, (Target, usize)>,
}

impl Counted {
    /// Adds the classes of a file and returns their targets, in order.
    pub fn add(&mut self, settled: Vec<Settled>) -> Vec<Option<ClassId>> {
        settled
            .into_iter()
            .map(|(name, target, count)| {
                self.by_name.entry(name).or_insert((target, 0)).1 += count;
                target.0
            })
            .collect()
    }

    /// All classes that occurred, in natural order of their names.
    #[must_use]
    pub fn finish(self, truth: &ClassTable) -> Vec<ClassMapping> {
        let mapping = |(from, ((to, why), count)): (String, (Target, usize))| {
            let to = to.map(|class| truth.name(class).to_owned());
            ClassMapping { from, to, why, count }
        };
        let mut all: Vec<ClassMapping> = self.by_name.into_iter().map(mapping).collect();
        all.sort_by(|a, b| natural(&a.from, &b.from));
        all
    }
}

/// Reports what was mapped and why; classes that fit none were reported where they were read.
pub fn report(mappings: &[ClassMapping], findings: &mut Findings) {
    for mapping in mappings {
        let Some(to) = &mapping.to else { continue };
        if matches!(mapping.why, MappingReason::Exact | MappingReason::ProjectFile) {
            continue;
        }
        findings.add(
            Severity::Warning,
            "class-name-mismatch",
            "Classes of the predictions are not called as in the truth and were taken for the ones that fit; confirm or \
             correct this with `class_map` in evalens.json.",
            || format!("{} → {to}: {}", mapping.from, mapping.why.words()),
        );
    }
}

/// Reports predictions that may be counted one off although every id exists: they use the truth's class 0, which has no
/// object, and never its last, which has some. Exports that put a class for the whole set in front do this.
pub fn report_shift(dataset: &Dataset, predictions: &Predictions, findings: &mut Findings) {
    let ids = dataset.classes.source_ids();
    let place = |id: Option<&i64>| id.and_then(|id| dataset.classes.by_source_id(*id));
    let (Some(first), Some(last)) = (place(ids.iter().min()), place(ids.iter().max())) else { return };
    let support = dataset.support();
    let objects = |class: ClassId| support.get(class.index()).copied().unwrap_or(0);
    if ids.len() < 2 || !ids.contains(&0) || objects(first) > 0 || objects(last) == 0 {
        return;
    }
    if predictions.class.contains(&first) && !predictions.class.contains(&last) {
        findings.add(
            Severity::Warning,
            "class-shift-suspected",
            "The predictions use a class that no object has, the first one, and never the last one: their classes may be \
             counted one lower than the truth's. If so, say what each is with `class_map` in evalens.json.",
            || format!("{} is predicted, {} is not", dataset.classes.name(first), dataset.classes.name(last)),
        );
    }
}
