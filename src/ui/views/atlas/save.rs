//! The map as it is coloured, to be handed out.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::Color32;

use crate::model::Dataset;
use crate::report::figure::Colour;
use crate::report::figures::map::{self, Legend, Map};
use crate::report::table::{Cell, Column, Table};
use crate::session::Explorer;
use crate::session::atlas::Atlas;
use crate::session::atlas::cloud::Cloud;
use crate::session::exports::Maker;
use crate::ui::theme::Theme;
use crate::vectors::layout::Layout;

use super::colours::{By, Colours, on_scale};

/// Steps of a scale.
const STEPS: u16 = 24;

/// What is on the map, away from the window.
struct Taken {
    dataset: Arc<Dataset>,
    cloud: Arc<Cloud>,
    layout: Arc<Layout>,
    colours: Arc<Colours>,
    hidden: BTreeSet<u32>,
    by: By,
    legend: Legend,
    caption: String,
}

fn plain(color: Color32) -> Colour {
    let [r, g, b, _] = color.to_srgba_unmultiplied();
    [r, g, b]
}

/// What makes the map on another thread; `None` without a layout. On paper colours are those of the light window.
pub fn maker(
    explorer: &Explorer,
    atlas: &Atlas,
    (colours, by, theme): (Arc<Colours>, By, &Theme),
    hidden: &BTreeSet<u32>,
) -> Option<Maker> {
    let (projection, layout) = atlas.layout.as_ref()?;
    let legend = match colours.scale {
        Some(ends) => {
            let step = |at: u16| plain(on_scale(f32::from(at) / f32::from(STEPS - 1), by.is_good(), theme));
            Legend::Scale(ends, (0..STEPS).map(step).collect())
        }
        None => {
            let shown = (0_u32..).zip(&colours.legend).filter(|(at, _)| !hidden.contains(at));
            Legend::Categories(shown.map(|(_, e)| (e.name.clone(), plain(e.colour), e.count as u64)).collect())
        }
    };
    let taken = Taken {
        dataset: Arc::clone(&explorer.evaluation.dataset),
        cloud: Arc::clone(atlas.cloud.as_ref()?),
        layout: Arc::clone(layout),
        colours,
        hidden: hidden.clone(),
        by,
        legend,
        caption: format!("{}, coloured by {}", projection.label(), by.label().to_lowercase()),
    };
    Some(Maker::new(move |palette| map::map(taken.map(), palette)))
}

impl Taken {
    fn map(&self) -> Map {
        let shown: Vec<usize> = (0..self.layout.points.len())
            .filter(|at| self.colours.category.get(*at).is_none_or(|category| !self.hidden.contains(category)))
            .collect();
        let colour = |at: usize| self.colours.of.get(at).map_or([128; 3], |color| plain(*color));
        let points = shown.iter().filter_map(|at| Some((*self.layout.points.get(*at)?, colour(*at)))).collect();
        Map {
            points,
            by: self.by.label().to_owned(),
            legend: self.legend.clone(),
            caption: self.caption.clone(),
            table: self.table(&shown),
        }
    }

    fn table(&self, shown: &[usize]) -> Table {
        let columns = vec![
            Column::words("item", "Item"),
            Column::words("label", "Label"),
            Column::number("x", "x"),
            Column::number("y", "y"),
            Column::words("category", self.by.label()),
        ];
        let row = |at: &usize| {
            let (point, place) = (self.cloud.points.get(*at)?, self.layout.points.get(*at)?);
            let name = self.dataset.images.get(point.image.index()).map_or("", |image| image.name.as_str());
            let labels: Vec<&str> =
                point.labels(&self.dataset).iter().map(|class| self.dataset.classes.name(*class)).collect();
            let number = |value: f32| Cell::Shown(f64::from(value), format!("{value:.3}"));
            let category = self.colours.category.get(*at).and_then(|at| self.colours.legend.get(*at as usize));
            let category = category.map_or(Cell::Empty, |category| category.name.clone().into());
            Some(vec![name.into(), labels.join(", ").into(), number(place[0]), number(place[1]), category])
        };
        Table { columns, rows: shown.iter().filter_map(row).collect() }
    }
}
