//! Which columns of numbers the table has.

use egui::{Popup, PopupCloseBehavior, Ui};

use crate::metrics::Generation;
use crate::metrics::generation::ColumnKind;
use crate::ui::theme;

/// Columns that stand there before anybody chose.
const FIRST: usize = 5;

/// The columns of numbers, as positions: those chosen; else the one that decides and the next metrics.
pub fn shown(texts: &Generation, chosen: Option<&[String]>) -> Vec<usize> {
    let all = 0..texts.columns.len();
    let key = |at: usize| texts.columns.get(at).map_or("", |column| column.key.as_str());
    if let Some(chosen) = chosen {
        return all.filter(|at| chosen.iter().any(|wanted| wanted == key(*at))).collect();
    }
    let wanted: Vec<&str> = texts.shown().map(|column| column.key.as_str()).collect();
    let counts = |at: &usize| {
        let lengths = texts.columns.get(*at).is_some_and(|column| column.kind == ColumnKind::Length);
        *at != texts.pass && wanted.contains(&key(*at)) && (!lengths || key(*at) == "words")
    };
    let mut shown: Vec<usize> = all.filter(counts).take(FIRST - 1).collect();
    shown.insert(0, texts.pass);
    shown
}

/// The menu that chooses them.
pub fn menu(ui: &mut Ui, texts: &Generation, chosen: &mut Option<Vec<String>>) {
    let button = ui.button("Columns …").on_hover_text("Which numbers the table shows");
    let menu = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| {
        ui.set_min_width(theme::MENU);
        let mut now: Vec<String> = shown(texts, chosen.as_deref())
            .into_iter()
            .filter_map(|at| texts.columns.get(at).map(|column| column.key.clone()))
            .collect();
        egui::ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
            for column in texts.columns.iter() {
                let mut on = now.contains(&column.key);
                if ui.checkbox(&mut on, &column.label).on_hover_text(column.about).changed() {
                    now.retain(|key| *key != column.key);
                    now.extend(on.then(|| column.key.clone()));
                    *chosen = Some(now.clone());
                }
            }
        });
        ui.separator();
        if ui.add_enabled(chosen.is_some(), egui::Button::new("As at first")).clicked() {
            *chosen = None;
            ui.close();
        }
    });
}
