//! Performance by class, as bars or as a table. Reads the counter; what is shown in which order is the view's own.

mod bars;
mod iou;
mod order;
mod picker;
mod table;
mod total;

use std::sync::Arc;

use egui::{ComboBox, Ui};

use crate::metrics::detection::Matched;
use crate::model::ClassId;
use crate::report::figures;
use crate::session::Explorer;
use crate::session::exports::Maker;
use crate::ui::context::ViewCtx;
use crate::ui::export::Taken;
use crate::ui::widgets::states;

use order::Order;

/// How the classes are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Bars,
    /// Of pixels: intersection over union.
    Iou,
    Table,
}

/// The view's own state.
pub struct Classes {
    mode: Mode,
    order: Order,
    descending: bool,
    picker: picker::Picker,
    total: total::Rule,
    rows: Option<Rows>,
}

impl Default for Classes {
    fn default() -> Self {
        let order = Order::default();
        let (mode, picker) = (Mode::default(), picker::Picker::default());
        Self { mode, order, descending: order.starts_descending(), picker, total: total::Rule::default(), rows: None }
    }
}

impl Classes {
    /// What the pane shows where that is not what becomes of the objects of all classes: overlaps, or chosen classes only.
    #[must_use]
    pub fn maker(&self, explorer: &Explorer) -> Option<Maker> {
        if explorer.texts().is_some() {
            return None;
        }
        let shown = explorer.dataset().classes.ids().filter(|class| self.picker.shows(*class)).collect();
        let taken = Taken::of(explorer).only(&shown);
        let is_iou = self.mode == Mode::Iou && explorer.evaluation.pixels().is_some();
        Some(if is_iou { taken.maker(figures::pixels::iou) } else { taken.maker(figures::classes::classes) })
    }
}

/// The classes in their order; settled while the pointer drags, so that rows do not jump under it.
struct Rows {
    of: Arc<Matched>,
    order: (Order, bool),
    hidden: u64,
    cut: crate::metrics::Cut,
    classes: Vec<ClassId>,
}

/// Draws the pane.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut Classes) {
    let Some(explorer) = &ctx.session.explorer else { return };
    if explorer.dataset().classes.is_empty() {
        states::empty(ui, ctx, "No classes", "The ground truth declares no class");
        return;
    }
    ui.horizontal(|ui| {
        state.picker.ui(ui, explorer.dataset());
        let combo = ComboBox::from_id_salt("class order").selected_text(state.order.label()).show_ui(ui, |ui| {
            let task = explorer.evaluation.task;
            for order in Order::ALL.into_iter().filter(|order| order.belongs_to(task)) {
                if ui.selectable_label(state.order == order, order.label()).clicked() {
                    state.order = order;
                    state.descending = order.starts_descending();
                }
            }
        });
        combo.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, "Order of class bars"));
        ui.separator();
        ui.selectable_value(&mut state.mode, Mode::Bars, "Bars");
        if explorer.evaluation.pixels().is_some() {
            ui.selectable_value(&mut state.mode, Mode::Iou, "IoU");
        }
        ui.selectable_value(&mut state.mode, Mode::Table, "Table");
    });
    if state.mode == Mode::Iou && explorer.evaluation.pixels().is_none() {
        state.mode = Mode::default();
    }
    arrange(ui, ctx, state);
    let classes = state.rows.as_ref().map_or(&[][..], |rows| &rows.classes);
    if classes.is_empty() {
        states::empty(ui, ctx, "No class chosen", "Choose classes in the list above");
        return;
    }
    match state.mode {
        Mode::Bars => bars::ui(ui, ctx, classes),
        Mode::Iou => iou::ui(ui, ctx, classes),
        Mode::Table => {
            if let Some(order) = table::ui(ui, ctx, classes, (state.order, state.descending), &mut state.total) {
                state.descending = if order == state.order { !state.descending } else { order.starts_descending() };
                state.order = order;
            }
        }
    }
}

/// Sorts anew where something that matters changed, but never under a pressed pointer.
fn arrange(ui: &Ui, ctx: &ViewCtx, state: &mut Classes) {
    let Some(explorer) = &ctx.session.explorer else { return };
    let order = (state.order, state.descending);
    let hidden = state.picker.stamp();
    let cut = explorer.counter.cut();
    let fresh = state.rows.as_ref().is_some_and(|rows| {
        let same = Arc::ptr_eq(&rows.of, &explorer.matched) && rows.order == order && rows.hidden == hidden;
        same && (rows.cut == cut || !state.order.follows_threshold() || ui.input(|i| i.pointer.any_down()))
    });
    if fresh {
        return;
    }
    let shown: Vec<ClassId> = explorer.dataset().classes.ids().filter(|&c| state.picker.shows(c)).collect();
    let classes = order::sorted(shown, explorer, state.order, state.descending);
    state.rows = Some(Rows { of: Arc::clone(&explorer.matched), order, hidden, cut, classes });
}
