//! Which answers of the selection fit what was typed: words in any of their texts, a range of a number.

use egui::{ComboBox, DragValue, Role, Ui, WidgetInfo};
use rayon::prelude::*;

use crate::metrics::Generation;
use crate::model::ImageId;
use crate::session::Explorer;
use crate::ui::views::gallery::Basis;

/// What is wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Words that question, reference or answer hold, in any case.
    pub search: String,
    /// A number within bounds.
    pub range: Option<Range>,
}

/// A number within bounds, each included.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// The key of its column.
    pub key: String,
    /// Lowest.
    pub low: f64,
    /// Highest.
    pub high: f64,
}

/// The answers that fit, and what that depends on.
#[derive(Debug)]
pub struct Found {
    basis: Basis,
    wanted: Wanted,
    /// In the order of the selection.
    pub items: Vec<ImageId>,
    /// All answers of the selection.
    pub total: usize,
}

impl Found {
    /// Those of now; looked for where the selection or what is wanted is another than last time.
    pub fn follow<'a>(
        memo: &'a mut Option<Self>,
        explorer: &Explorer,
        texts: &Generation,
        wanted: &Wanted,
    ) -> &'a Self {
        let basis = Basis::of(explorer);
        if memo.as_ref().is_some_and(|found| !found.basis.same(&basis) || found.wanted != *wanted) {
            *memo = None;
        }
        memo.get_or_insert_with(|| {
            let items: Vec<ImageId> = explorer.selection.images.iter().map(|selected| selected.image).collect();
            let total = items.len();
            let words = wanted.search.trim().to_lowercase();
            let fits =
                |item: &ImageId| holds(explorer, texts, *item, &words) && within(texts, *item, wanted.range.as_ref());
            Self { basis, wanted: wanted.clone(), items: items.into_par_iter().filter(fits).collect(), total }
        })
    }
}

fn holds(explorer: &Explorer, texts: &Generation, item: ImageId, words: &str) -> bool {
    let at = item.index();
    let has = |text: &str| text.to_lowercase().contains(words);
    words.is_empty()
        || explorer.dataset().images.get(at).is_some_and(|image| has(&image.name))
        || explorer.dataset().texts.get(at).is_some_and(|text| has(text))
        || texts.answers.references.get(at).is_some_and(|all| all.iter().any(|text| has(text)))
        || texts.answers.outputs.get(at).and_then(Option::as_deref).is_some_and(has)
}

fn within(texts: &Generation, item: ImageId, range: Option<&Range>) -> bool {
    let Some(range) = range else { return true };
    let value = texts.column(&range.key).and_then(|column| column.value(item.index()));
    value.is_some_and(|value| range.low <= value && value <= range.high)
}

/// The fields that choose a range.
pub fn range(ui: &mut Ui, texts: &Generation, range: &mut Option<Range>) {
    if let Some(bounds) = range.as_mut() {
        let Some(column) = texts.column(&bounds.key) else {
            *range = None;
            return;
        };
        let (low, high) = (column.scale.0.min(bounds.low), column.scale.1.max(bounds.high));
        let speed = ((high - low) / 200.0).max(0.001);
        // From right to left.
        for (value, name) in [(&mut bounds.high, "Highest"), (&mut bounds.low, "Lowest")] {
            let field = ui.add(DragValue::new(value).range(low..=high).speed(speed).max_decimals(3));
            let name = format!("{name} {}", column.label);
            field.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, &name));
            field.on_hover_text(name);
        }
    }
    let label = |key: &str| texts.column(key).map_or_else(|| key.to_owned(), |column| column.label.clone());
    let chosen = range.as_ref().map_or_else(|| "Any value".to_owned(), |range| label(&range.key));
    let menu = ComboBox::from_id_salt("range of answers").width(110.0).selected_text(&chosen).show_ui(ui, |ui| {
        if ui.selectable_label(range.is_none(), "Any value").clicked() {
            *range = None;
        }
        for column in texts.columns.iter() {
            let is = range.as_ref().is_some_and(|range| range.key == column.key);
            if ui.selectable_label(is, &column.label).clicked() {
                let (low, high) = column.scale;
                *range = Some(Range { key: column.key.clone(), low, high: high.max(highest(column)) });
            }
        }
    });
    menu.response
        .accessible_name(format!("Filter by {chosen}"))
        .on_hover_text("Only answers within a range of a number");
}

fn highest(column: &crate::metrics::generation::Column) -> f64 {
    column.values.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max)
}
