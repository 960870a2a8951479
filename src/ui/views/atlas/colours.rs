//! What the colour of a point says: categories with a legend, or a number on a scale. Knows no screen coordinates.

use egui::Color32;

use crate::analysis::clusters::Tally;
use crate::metrics::Cut;
use crate::metrics::classification::ItemMeasures;
use crate::model::{ClassId, Dataset};
use crate::session::Explorer;
use crate::session::atlas::Atlas;
use crate::session::atlas::cloud::Point;
use crate::session::atlas::nearby;
use crate::session::atlas::standing::{self, Standing};
use crate::store::tags::Tags;
use crate::ui::theme::Theme;

/// What points are coloured by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum By {
    /// Right, partly right, wrong.
    #[default]
    Correctness,
    /// F1 of the item at the threshold.
    F1,
    /// Label.
    Truth,
    /// What the model says.
    Prediction,
    /// The highest score.
    Confidence,
    /// Cluster.
    Cluster,
    /// Split.
    Split,
    /// Tag.
    Tag,
    /// How far out a point is.
    Outlier,
    /// How many neighbours have another label.
    Disagreement,
}

impl By {
    /// All, in the order of the menu.
    pub const ALL: [Self; 10] = [
        Self::Correctness,
        Self::F1,
        Self::Truth,
        Self::Prediction,
        Self::Confidence,
        Self::Cluster,
        Self::Split,
        Self::Tag,
        Self::Outlier,
        Self::Disagreement,
    ];

    /// True for a scale on which high numbers are good.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, Self::F1 | Self::Confidence)
    }

    /// What a person reads.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Correctness => "Correctness",
            Self::F1 => "F1",
            Self::Truth => "Class",
            Self::Prediction => "Prediction",
            Self::Confidence => "Confidence",
            Self::Cluster => "Cluster",
            Self::Split => "Split",
            Self::Tag => "Your tags",
            Self::Outlier => "Distance to neighbours",
            Self::Disagreement => "Neighbours disagree",
        }
    }
}

/// One entry of the legend.
#[derive(Clone, Debug, PartialEq)]
pub struct Category {
    /// What it is called.
    pub name: String,
    /// Its colour.
    pub colour: Color32,
    /// Points in it.
    pub count: usize,
}

/// Colours of all points.
#[derive(Clone, Debug, Default)]
pub struct Colours {
    /// A colour a point.
    pub of: Vec<Color32>,
    /// The category of each point; empty where colours are a scale.
    pub category: Vec<u32>,
    /// The legend.
    pub legend: Vec<Category>,
    /// Lowest and highest number of a scale, with what it is.
    pub scale: Option<(f64, f64)>,
}

/// Colours of every point.
#[must_use]
pub fn colours(
    by: By,
    theme: &Theme,
    explorer: &Explorer,
    (atlas, tags): (&Atlas, &Tags),
    points: &[Point],
    tallies: &[Tally],
) -> Colours {
    let dataset = explorer.dataset();
    let classes = &dataset.classes;
    let class_category = |of: &dyn Fn(&Point) -> Option<u32>, none: &str, several: &str| {
        let mut names: Vec<(String, Color32)> =
            classes.ids().map(|class| (classes.name(class).to_owned(), theme.class(classes, class))).collect();
        names.push((several.to_owned(), theme.text));
        names.push((none.to_owned(), theme.muted));
        categories(points.iter().map(of), &names)
    };
    match by {
        By::Correctness => {
            let colour = |standing| match standing {
                Standing::Right => theme.correct,
                Standing::Partly => theme.misclassified,
                Standing::Wrong => theme.missed,
                Standing::Empty => theme.muted,
            };
            let names: Vec<(String, Color32)> =
                Standing::ALL.iter().map(|s| (s.label().to_owned(), colour(*s))).collect();
            categories(tallies.iter().map(|tally| Some(Standing::of(*tally) as u32)), &names)
        }
        By::Truth => {
            let of = |point: &Point| labels_of(dataset, *point);
            class_category(&of, "no label", "several")
        }
        By::Prediction => {
            let cut = explorer.counter.cut();
            let of = |point: &Point| said_of(explorer, *point, cut);
            class_category(&of, "nothing", "several")
        }
        By::Split => {
            let names: Vec<(String, Color32)> = hues(dataset.splits.iter().cloned(), theme);
            categories(points.iter().map(|point| Some(nearby::split(dataset, *point))), &names)
        }
        By::Cluster => {
            let groups = atlas.groups.as_deref();
            let count = groups.map_or(0, |groups| groups.clustering.count);
            let mut names = hues((0..count).map(|cluster| atlas.name_of(Some(cluster))), theme);
            names.push((atlas.name_of(None), theme.muted));
            let of = |at: usize| {
                let label = groups.and_then(|groups| groups.clustering.labels.get(at).copied().flatten());
                Some(label.unwrap_or(count))
            };
            categories((0..points.len()).map(of), &names)
        }
        By::Tag => {
            let mut names = hues(tags.keys().cloned(), theme);
            names.extend([("several".to_owned(), theme.text), ("no tag".to_owned(), theme.muted)]);
            let several = tags.len() as u32;
            let of = |point: &Point| {
                let name = &dataset.images.get(point.image.index())?.name;
                let mut own = (0_u32..).zip(tags.values()).filter(|(_, items)| items.contains(name));
                match (own.next(), own.next()) {
                    (Some((tag, _)), None) => Some(tag),
                    (Some(_), Some(_)) => Some(several),
                    (None, _) => None,
                }
            };
            categories(points.iter().map(of), &names)
        }
        By::F1 => scale(tallies.iter().map(|tally| tally.f1()), Some((0.0, 1.0)), true, theme),
        By::Confidence => scale(points.iter().map(|point| confidence(explorer, *point)), None, true, theme),
        By::Outlier => {
            let ratio = |at: usize| atlas.nearby.as_ref().and_then(|near| near.outliers.ratio(u32::try_from(at).ok()?));
            scale((0..points.len()).map(ratio), None, false, theme)
        }
        By::Disagreement => {
            let share = |at: usize| Some(atlas.nearby.as_ref()?.disagreements.get(at)?.as_ref()?.share);
            scale((0..points.len()).map(share), Some((0.0, 1.0)), false, theme)
        }
    }
}

/// Colours of every point, with counts of their own.
#[must_use]
pub fn of_points(by: By, theme: &Theme, explorer: &Explorer, about: (&Atlas, &Tags), points: &[Point]) -> Colours {
    colours(by, theme, explorer, about, points, &tallies(explorer, points))
}

/// The label of a point, the number of classes for several, one more for none.
fn labels_of(dataset: &Dataset, point: Point) -> Option<u32> {
    one_of(point.labels(dataset).to_vec(), dataset.classes.len() as u32)
}

fn one_of(mut classes: Vec<ClassId>, several: u32) -> Option<u32> {
    classes.sort_unstable();
    classes.dedup();
    Some(match classes.as_slice() {
        [] => several + 1,
        [only] => only.0,
        _ => several,
    })
}

/// What the model says at the threshold, in the same way.
fn said_of(explorer: &Explorer, point: Point, cut: Cut) -> Option<u32> {
    let several = explorer.dataset().classes.len() as u32;
    one_of(standing::said(&explorer.evaluation, &explorer.matched, cut, point), several)
}

/// The highest score of what is said of a point.
#[must_use]
pub fn confidence(explorer: &Explorer, point: Point) -> Option<f64> {
    let measured = |measures: &ItemMeasures| measures.confidence;
    if let (None, Some(labels)) = (point.truth, explorer.evaluation.labels()) {
        return labels.measures.get(point.image.index()).and_then(measured);
    }
    let predictions = explorer.predictions();
    match point.truth {
        None => predictions.score.get(predictions.of(point.image)).and_then(<[f64]>::first).copied(),
        Some(truth) => {
            let mut outcomes = explorer.matched.timeline.outcomes_of(point.image, explorer.counter.cut());
            let pred = outcomes.find(|outcome| outcome.truth() == Some(truth))?.pred()?;
            predictions.score_of(pred)
        }
    }
}

/// Names with colours that can be told apart.
fn hues(names: impl Iterator<Item = String>, theme: &Theme) -> Vec<(String, Color32)> {
    let names: Vec<String> = names.collect();
    let table = crate::model::ClassTable::from_names(names.iter().cloned());
    table.ids().zip(names).map(|(id, name)| (name, theme.class(&table, id))).collect()
}

fn categories(of: impl Iterator<Item = Option<u32>>, names: &[(String, Color32)]) -> Colours {
    let mut legend: Vec<Category> =
        names.iter().map(|(name, colour)| Category { name: name.clone(), colour: *colour, count: 0 }).collect();
    let last = u32::try_from(names.len().saturating_sub(1)).unwrap_or(0);
    let category: Vec<u32> = of.map(|category| category.unwrap_or(last)).collect();
    let mut colours = Vec::with_capacity(category.len());
    for &number in &category {
        if let Some(entry) = legend.get_mut(number as usize) {
            entry.count += 1;
            colours.push(entry.colour);
        } else {
            colours.push(Color32::GRAY);
        }
    }
    Colours { of: colours, category, legend, scale: None }
}

/// Numbers on a scale from bad to good, or from plain to striking; grey where there is none.
fn scale(of: impl Iterator<Item = Option<f64>>, range: Option<(f64, f64)>, good: bool, theme: &Theme) -> Colours {
    let numbers: Vec<Option<f64>> = of.collect();
    let known = || numbers.iter().flatten().copied();
    let (low, high) = range.unwrap_or_else(|| {
        let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
        if low.is_finite() && high.is_finite() { (low, high) } else { (0.0, 1.0) }
    });
    let colour = |number: &Option<f64>| match number {
        None => theme.muted.gamma_multiply(0.5),
        Some(number) => on_scale(((number - low) / (high - low).max(1e-12)) as f32, good, theme),
    };
    Colours {
        of: numbers.iter().map(colour).collect(),
        category: Vec::new(),
        legend: Vec::new(),
        scale: Some((low, high)),
    }
}

/// The colour of a share of a scale.
#[must_use]
pub fn on_scale(share: f32, good: bool, theme: &Theme) -> Color32 {
    let (from, to) = if good { (theme.missed, theme.correct) } else { (theme.track_above, theme.misclassified) };
    let middle = if good { theme.misclassified } else { theme.f1 };
    let share = share.clamp(0.0, 1.0);
    if share < 0.5 { from.lerp_to_gamma(middle, share * 2.0) } else { middle.lerp_to_gamma(to, share * 2.0 - 1.0) }
}

/// The counts of every point now.
#[must_use]
pub fn tallies(explorer: &Explorer, points: &[Point]) -> Vec<Tally> {
    standing::tallies(&explorer.evaluation, &explorer.matched, explorer.counter.cut(), points)
}
