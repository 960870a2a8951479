//! What the pages show, as exhibits to be handed out: each is what is on screen when it is asked for.

use std::sync::Arc;

use crate::analysis::design::surface::Rate;
use crate::analysis::protocols::Protocols;
use crate::model::fmt;
use crate::report::figures::compared::Names;
use crate::report::figures::{compared, crossval, errors, listing, protocols, slices, surface};
use crate::report::palette::Palette;
use crate::report::settings;
use crate::report::sheet::Exhibit;
use crate::report::table::{Cell, Column, Table};
use crate::session::comparing::{Compared, Set};
use crate::session::crossval::Crossed;
use crate::session::errors::protocols::AtThreshold;
use crate::session::errors::slices::{Counted, Found as WeakFound};
use crate::session::exports::Maker;
use crate::session::{Explorer, Session};

/// Kinds of errors.
pub fn kinds(session: &Session, explorer: &Explorer) -> Option<Maker> {
    let state = &session.errors.kinds;
    let (found, condition) = (state.found.clone()?, explorer.condition_at(state.at?));
    Some(Maker::new(move |palette| errors::kinds(&found, &condition, palette)))
}

/// The worst items.
pub fn worst(session: &Session, explorer: &Explorer) -> Option<Maker> {
    let state = &session.errors.kinds;
    let (found, condition) = (state.found.clone()?, explorer.condition_at(state.at?));
    let dataset = Arc::clone(&explorer.evaluation.dataset);
    Some(Maker::new(move |palette| errors::worst(&found, &dataset, &condition, palette)))
}

/// A rate in the bins of an attribute.
pub fn slices_of(explorer: &Explorer, counted: &Arc<Counted>, at: usize, metric: slices::Metric) -> Maker {
    let (counted, task) = (Arc::clone(counted), explorer.evaluation.task);
    let condition = explorer.condition_at(counted.threshold);
    Maker::new(move |palette| {
        let attribute = counted.known.attributes.all.get(at)?;
        let counts = (counted.bins.get(at)?.as_slice(), counted.whole);
        Some(slices::attribute(attribute, counts, (metric, task), &condition, palette))
    })
}

/// Weak slices.
pub fn weak(explorer: &Explorer, found: &Arc<WeakFound>) -> Maker {
    let (found, task) = (Arc::clone(found), explorer.evaluation.task);
    let condition = explorer.condition_at(found.threshold);
    Maker::new(move |palette| slices::weak(&found.weak, task, &condition, palette))
}

/// Slices of the person.
pub fn own_slices(session: &Session, explorer: &Explorer, counted: &Counted) -> Option<Maker> {
    let task = explorer.evaluation.task;
    let named = session.errors.slices.custom.iter().zip(&counted.custom);
    let known = named.filter_map(|(slice, tally)| Some((slice.name.clone(), *tally.as_ref().ok()?)));
    let metric = *slices::Metric::of(task).first()?;
    let table = slices::table(&known.collect::<Vec<_>>(), metric, task);
    let caption = settings::counted_at("Slices of your own", &explorer.condition_at(counted.threshold));
    Some(Maker::new(move |palette| {
        Some(listing::listing("own-slices", "Own slices", &caption, table.clone(), palette))
    }))
}

/// What every rule of matching counts.
pub fn rules(explorer: &Explorer, all: &Protocols, at: &AtThreshold, palette: &Palette) -> Exhibit {
    let shown = explorer.matched.settings.matching;
    protocols::rules(all, &at.counts, shown, &explorer.condition_at(at.threshold), palette)
}

/// What stands otherwise by another rule.
pub fn changes(at: &AtThreshold, palette: &Palette) -> Exhibit {
    protocols::changes(&at.changes, at.pair, palette)
}

/// Average precision of the classes by several protocols.
pub fn precisions(explorer: &Explorer, all: &Protocols, palette: &Palette) -> Exhibit {
    let coco = explorer.evaluation.coco().map(|coco| &**coco);
    protocols::precisions(all, coco, &explorer.dataset().classes, palette)
}

/// A rate over IoU and confidence.
pub fn surface_of(session: &Session, explorer: &Explorer, rate: Rate) -> Option<Maker> {
    let surface = Arc::clone(session.errors.design.surface_of(explorer)?);
    let totals = explorer.counter.totals();
    let now = match rate {
        Rate::F1 => totals.f1(),
        Rate::Precision => totals.precision(),
        Rate::Recall => totals.recall(),
    };
    let here = (explorer.matched.settings.iou, explorer.threshold.value, now);
    Some(Maker::new(move |palette| surface::surface(&surface, rate, here, palette)))
}

/// What of a comparison is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Metrics with intervals.
    Metrics,
    /// Classes.
    Classes,
    /// Both matrices and their difference.
    Matrices,
    /// How many became right and wrong.
    Sets,
}

/// A part of a comparison.
pub fn comparison(explorer: &Explorer, compared: &Arc<Compared>, of: Of) -> Maker {
    let called = |explorer: &Explorer| {
        let identity = &explorer.evaluation.predictions.identity;
        format!("{}@{}", identity.id, identity.version)
    };
    let (a, b) = (called(explorer), called(&compared.other));
    let (compared, dataset) = (Arc::clone(compared), Arc::clone(&explorer.evaluation.dataset));
    let (task, outside) = (explorer.evaluation.task, explorer.evaluation.outside());
    Maker::new(move |palette| {
        let names = Names { a: &a, b: &b };
        match of {
            Of::Metrics => compared::metrics(&compared.comparison, names, palette),
            Of::Classes => compared::classes(&compared.comparison, names, (&dataset.classes, task), palette),
            Of::Matrices => {
                let both = compared.matrices.as_ref()?;
                compared::matrices((&both.first, &both.other), names, (&dataset.classes, outside), palette)
            }
            Of::Sets => {
                let columns = vec![Column::words("set", "Set"), Column::number("count", "Count")];
                let row = |set: &Set| {
                    let count = compared.units(*set).len() as u64;
                    vec![Cell::from(set.label(task).to_owned()), count.into()]
                };
                let table = Table { columns, rows: Set::of_task(task).iter().map(row).collect() };
                let caption = format!("{a} first, {b} second; exact p {:.4}", compared.comparison.p);
                Some(listing::listing("comparison-sets", "What became right and wrong", &caption, table, palette))
            }
        }
    })
}

/// The folds of a cross-validation.
pub fn folds(crossed: &Crossed, palette: &Palette) -> Option<Exhibit> {
    let folds: Vec<crossval::Fold<'_>> =
        crossed.folds.iter().map(|fold| (fold.items, fold.trained_on, fold.numbers.as_ref())).collect();
    crossval::folds(&folds, &crossed.pooled.size().join(", "), palette)
}

/// Accuracy over the size of the training part.
pub fn learning_curve(crossed: &Crossed, palette: &Palette) -> Option<Exhibit> {
    crossval::learning_curve(crossed.learning_curve.as_deref()?, palette)
}

/// Labels that may be wrong, with what was said of each.
pub fn suspects(session: &Session, explorer: &Explorer, palette: &Palette) -> Option<Exhibit> {
    let review = &session.errors.review;
    let found = review.found.as_ref()?;
    let (dataset, classes) = (explorer.dataset(), &explorer.dataset().classes);
    let columns = vec![
        Column::words("item", "Item"),
        Column::words("kind", "What may be wrong"),
        Column::words("label", "Label"),
        Column::words("model", "Model"),
        Column::number("score", "Score"),
        Column::number("overlap", "IoU"),
        Column::words("verdict", "Verdict"),
    ];
    let class = |class: Option<crate::model::ClassId>| class.map_or(Cell::Empty, |class| classes.name(class).into());
    let rows = found.suspects.iter().map(|suspect| {
        let name = dataset.images.get(suspect.image.index()).map_or("", |image| image.name.as_str());
        let verdict = review.verdict(&explorer.evaluation, suspect);
        vec![
            name.into(),
            suspect.kind.label().into(),
            class(suspect.label),
            class(suspect.model),
            Cell::Rate(Some(suspect.score)),
            suspect.overlap.map_or(Cell::Empty, |overlap| Cell::Rate(Some(overlap))),
            verdict.map_or(Cell::Empty, |verdict| verdict.label().into()),
        ]
    });
    let table = Table { columns, rows: rows.collect() };
    let caption = format!("{}, the surest first", fmt::counted(found.suspects.len() as u64, "suspect", "suspects"));
    Some(listing::listing("label-suspects", "Label suspects", &caption, table, palette))
}

/// Items that are there twice: a row an item, with the group that it belongs to.
pub fn duplicates(session: &Session, palette: &Palette) -> Option<Exhibit> {
    let found = session.errors.leaks.found.as_ref()?;
    let columns = vec![
        Column::number("group", "Group"),
        Column::words("item", "Item"),
        Column::words("split", "Split"),
        Column::words("truth", "Truth"),
        Column::words("same", "Same"),
        Column::words("conflict", "Truth differs"),
    ];
    let mut rows = Vec::new();
    for (at, group) in found.groups.iter().enumerate() {
        let same = if group.is_exact() { "exactly" } else { "nearly" };
        let conflict = if group.conflict { "yes" } else { "" };
        for member in &group.members {
            let Some(item) = found.material.items.get(member.item as usize) else { continue };
            rows.push(vec![
                Cell::Count(at as u64 + 1),
                item.name.clone().into(),
                found.material.split_name(item.split).into(),
                item.truth.clone().into(),
                same.into(),
                conflict.into(),
            ]);
        }
    }
    let caption = fmt::counted(found.groups.len() as u64, "group", "groups");
    let table = Table { columns, rows };
    Some(listing::listing("duplicates", "Duplicates", &caption, table, palette))
}
