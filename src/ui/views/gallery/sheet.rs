//! The selection as a contact sheet: pictures side by side with what lies over them, and all its items as a table.

use std::sync::Arc;

use egui::{DragValue, Popup, PopupCloseBehavior, Role, Ui, WidgetInfo};

use crate::jobs::{Part, PictureLoader, PictureRequest};
use crate::metrics::detection::Matched;
use crate::metrics::segmentation::NO_CLASS;
use crate::metrics::{Cut, Evaluation};
use crate::model::{ImageId, fmt};
use crate::report::encoded::{Encoded, Kind};
use crate::report::figure::Figure;
use crate::report::figures::items::{self, MOST_ITEMS, Meant, Overlay, masks};
use crate::report::palette::Palette;
use crate::report::settings;
use crate::report::sheet::Exhibit;
use crate::report::table::{Cell, Column, Table};
use crate::session::Explorer;
use crate::session::exports::Maker;
use crate::session::load::masks as reading;
use crate::ui::context::ViewCtx;
use crate::ui::export;
use crate::ui::widgets::icon::{self, Icon};

/// Columns and items of the next sheet.
#[derive(Clone, Copy, Debug)]
pub struct Sheet {
    columns: usize,
    items: usize,
}

impl Default for Sheet {
    fn default() -> Self {
        Self { columns: 4, items: 24 }
    }
}

/// Most columns.
const COLUMNS: usize = 10;
/// Longest side of a picture in the sheet, and its width on paper.
const SIDE: (u32, f64) = (640, 240.0);

/// Three dots whose menu asks for columns and items and hands the sheet out.
pub fn button(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut Sheet, (truth, predictions): (bool, bool)) {
    let there = !explorer.selection.images.is_empty();
    let dots = icon::button(ui, ctx.theme, Icon::Dots, "Save contact sheet", there);
    Popup::menu(&dots).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        for (value, most, words) in
            [(&mut state.columns, COLUMNS, "Columns"), (&mut state.items, MOST_ITEMS, "Items, at most")]
        {
            ui.horizontal(|ui| {
                let field = ui.add(DragValue::new(value).range(1..=most));
                field.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, words));
                ui.label(words);
            });
        }
        let name = export::name(ctx.session, "contact-sheet");
        export::entries(ui, ctx, &name, || Some(maker(explorer, *state, (truth, predictions))));
    });
}

/// What is on the sheet, away from the window.
struct Taken {
    evaluation: Evaluation,
    matched: Arc<Matched>,
    cut: Cut,
    thresholds: Vec<f64>,
    title: String,
    caption: String,
    items: Vec<ImageId>,
    columns: usize,
    overlay: Overlay,
    table: Table,
}

fn maker(explorer: &Explorer, state: Sheet, (truth, predictions): (bool, bool)) -> Maker {
    let classes = &explorer.dataset().classes;
    let selection = &explorer.selection;
    let items: Vec<ImageId> =
        selection.images.iter().map(|item| item.image).take(state.items.min(MOST_ITEMS)).collect();
    let (one, many) = explorer.evaluation.task.items();
    let taken = Taken {
        evaluation: explorer.evaluation.clone(),
        matched: Arc::clone(&explorer.matched),
        cut: explorer.counter.cut(),
        thresholds: classes.ids().map(|class| explorer.threshold_of(class)).collect(),
        title: explorer.selection_title(),
        caption: settings::counted_at(
            &format!(
                "{} of {}",
                fmt::count(items.len() as u64),
                fmt::counted(selection.images.len() as u64, one, many)
            ),
            &explorer.condition(),
        ),
        items,
        columns: state.columns,
        overlay: Overlay { truth, predictions, labels: true, masks: None, meant: Meant::All },
        table: table(explorer),
    };
    Maker::new(move |palette| Some(taken.exhibit(palette)))
}

/// All items of the selection with what became of what is in them.
fn table(explorer: &Explorer) -> Table {
    let columns = vec![
        Column::words("item", "Item"),
        Column::words("path", "Path"),
        Column::number("correct", "Correct"),
        Column::number("misclassified", "Misclassified"),
        Column::number("missed", "Missed"),
        Column::number("false_positives", "False positives"),
    ];
    let rows = explorer.selection.images.iter().map(|item| {
        let image = explorer.dataset().images.get(item.image.index());
        let path =
            image.and_then(|image| image.path.as_ref()).map_or(Cell::Empty, |path| path.display().to_string().into());
        let counts = item.counts;
        let numbers = [counts.correct, counts.misclassified, counts.missed, counts.false_positives].map(Cell::Count);
        let cells = [Cell::from(image.map_or("", |image| image.name.as_str())), path].into_iter();
        cells.chain(numbers).collect()
    });
    Table { columns, rows: rows.collect() }
}

impl Taken {
    fn exhibit(&self, palette: &Palette) -> Exhibit {
        let mut loader = PictureLoader::new(None);
        let all: Vec<(Figure, String)> = self.items.iter().map(|item| self.item(*item, &mut loader, palette)).collect();
        Exhibit {
            key: "contact-sheet".to_owned(),
            title: self.title.clone(),
            caption: self.caption.clone(),
            figure: items::contact_sheet("", &all, self.columns, palette),
            table: Some(self.table.clone()),
        }
    }

    fn item(&self, item: ImageId, loader: &mut PictureLoader, palette: &Palette) -> (Figure, String) {
        let view = (&self.evaluation, &*self.matched, self.cut);
        let image = self.evaluation.dataset.images.get(item.index());
        let path = image.and_then(|image| image.path.clone()).filter(|_| !self.evaluation.task.is_text());
        let read = path.and_then(|path| loader.load(&PictureRequest { path, part: Part::Whole { side: SIDE.0 } }).ok());
        let picture = read.and_then(|read| Encoded::of_rgba(Kind::Jpeg, read.width, read.height, &read.rgba).ok());
        let masks = match self.evaluation.pixels() {
            Some(_) => self.pixels(item, palette),
            None => masks::of_objects(view, item, SIDE.0, palette),
        };
        let overlay = Overlay { masks, ..self.overlay.clone() };
        let name = image.map_or_else(String::new, |image| image.name.clone());
        (items::item(view, item, picture.as_ref(), &overlay, SIDE.1, palette), name)
    }

    /// What is right and wrong in the pixels of an item.
    fn pixels(&self, item: ImageId, palette: &Palette) -> Option<Arc<Encoded>> {
        let files = &self.evaluation.pixels()?.reading;
        let shown = reading::show(files.files.get(item.index())?, files).ok()?.within(SIDE.0);
        let sure = |class: u16, x: u32, y: u32| {
            let threshold = self.thresholds.get(usize::from(class));
            class != NO_CLASS
                && threshold.is_some_and(|threshold| shown.confidence_at(x, y).is_none_or(|sure| sure >= *threshold))
        };
        let pixels = masks::Pixels {
            truth: &shown.truth,
            predicted: shown.predicted.as_ref(),
            ignore: files.ignore,
            classes: self.evaluation.dataset.classes.len(),
            right: true,
            sure: &sure,
        };
        masks::of_pixels(pixels, SIDE.0, palette)
    }
}
