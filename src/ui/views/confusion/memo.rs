//! What the matrix keeps from frame to frame, each with all it depends on.

use std::rc::Rc;
use std::sync::{Arc, Weak};

use egui::{Rect, Vec2};

use crate::analysis::matrix::{Arrangement, Order, Scale, Shown, Table};
use crate::metrics::classification::PairCounting;
use crate::metrics::detection::Matched;
use crate::metrics::{Counter, Cut, Timeline};
use crate::session::Explorer;

/// Which matching; the weak reference keeps its address from being used again.
#[derive(Clone, Default)]
pub(super) struct MatchedId(Weak<Matched>);

impl MatchedId {
    pub fn of(explorer: &Explorer) -> Self {
        Self(Arc::downgrade(&explorer.matched))
    }
}

impl PartialEq for MatchedId {
    fn eq(&self, other: &Self) -> bool {
        self.0.ptr_eq(&other.0)
    }
}

/// What an arrangement depends on.
#[derive(Clone, PartialEq)]
struct Key {
    matched: MatchedId,
    counting: Option<PairCounting>,
    order: Order,
    shown: Shown,
}

/// The arrangement of the classes and the largest count.
#[derive(Default)]
pub(super) struct Arranged {
    arrangement: Option<(Key, Cut, Rc<Arrangement>)>,
    largest: Option<(MatchedId, Option<PairCounting>, Cut, u64)>,
    version: u64,
}

impl Arranged {
    /// The arrangement for these wishes. While the threshold moves it stays as it was: nothing jumps under a finger.
    pub fn get(
        &mut self,
        explorer: &Explorer,
        (timeline, counter, counting): (&Timeline, &Counter, Option<PairCounting>),
        order: Order,
        shown: &Shown,
        resting: bool,
    ) -> (Rc<Arrangement>, u64) {
        let key = Key { matched: MatchedId::of(explorer), counting, order, shown: shown.clone() };
        let cut = counter.cut();
        let largest = self.largest(counter, &key, cut);
        if let Some((known, at, arrangement)) = &self.arrangement
            && *known == key
            && (*at == cut || !resting)
        {
            return (Rc::clone(arrangement), largest);
        }
        let fresh = Rc::new(Arrangement::new(&explorer.dataset().classes, timeline, counter, order, shown));
        if self.arrangement.as_ref().is_none_or(|(_, _, old)| *old != fresh) {
            self.version += 1;
        }
        self.arrangement = Some((key, cut, Rc::clone(&fresh)));
        (fresh, largest)
    }

    fn largest(&mut self, counter: &Counter, key: &Key, cut: Cut) -> u64 {
        if let Some((known, counting, at, largest)) = &self.largest
            && *known == key.matched
            && *counting == key.counting
            && *at == cut
        {
            return *largest;
        }
        let largest = counter.cells().iter().copied().max().unwrap_or(0);
        self.largest = Some((key.matched.clone(), key.counting, cut, largest));
        largest
    }

    /// Classes left out of the arrangement.
    pub fn hidden(&self) -> usize {
        self.arrangement.as_ref().map_or(0, |(_, _, a)| a.hidden)
    }

    /// Differs when the arrangement differs.
    pub fn version(&self) -> u64 {
        self.version
    }
}

/// The numbers that do not depend on the threshold.
#[derive(Default)]
pub(super) struct TableMemo(Option<(Weak<Means>, Scale, Option<Rc<Table>>)>);

/// What tells one evaluation from another.
type Means = Vec<Option<Vec<f64>>>;

impl TableMemo {
    /// The table of a scale; `None` where it shows counts.
    pub fn get(&mut self, explorer: &Explorer, scale: Scale) -> Option<Rc<Table>> {
        let labels = explorer.evaluation.labels()?;
        let data = Arc::downgrade(&labels.mean_probabilities);
        if let Some((known, of, table)) = &self.0
            && known.ptr_eq(&data)
            && *of == scale
        {
            return table.clone();
        }
        let table = Table::of(labels, scale, explorer.matched.timeline.support()).map(Rc::new);
        self.0 = Some((data, scale, table.clone()));
        table
    }
}

/// What the picture of small cells depends on.
#[derive(Clone, PartialEq)]
pub(super) struct RasterKey {
    pub matched: MatchedId,
    pub cut: Cut,
    pub version: u64,
    pub scale: Scale,
    pub log: bool,
    pub transpose: bool,
    pub look: crate::ui::theme::Look,
    pub area: Rect,
    pub cell: Vec2,
    pub offset: Vec2,
    pub pixels_per_point: f32,
}
