//! Which classes are shown: a list with a search field and a box for each. Knows names only.

use std::collections::BTreeSet;

use egui::{ComboBox, ScrollArea, TextEdit, Ui};

use crate::model::{ClassId, Dataset};

/// Rows of the list before it scrolls.
const ROWS: f32 = 12.0;

/// The classes left out, by name: another evaluation of the same data keeps the choice.
#[derive(Default)]
pub struct Picker {
    hidden: BTreeSet<ClassId>,
    of: Vec<String>,
    search: String,
    changes: u64,
}

impl Picker {
    /// True where the class is shown.
    #[must_use]
    pub fn shows(&self, class: ClassId) -> bool {
        !self.hidden.contains(&class)
    }

    /// Changes with every change of the choice.
    #[must_use]
    pub fn stamp(&self) -> u64 {
        self.changes
    }

    /// Draws the list's button, and the list where it is open.
    pub fn ui(&mut self, ui: &mut Ui, dataset: &Dataset) {
        let classes = &dataset.classes;
        if self.of != classes.names() {
            self.of = classes.names().to_vec();
            self.hidden.clear();
            self.changes += 1;
        }
        let shown = classes.len() - self.hidden.len();
        let words = if self.hidden.is_empty() {
            "All classes".to_owned()
        } else {
            format!("{shown} of {} classes", classes.len())
        };
        let combo = ComboBox::from_id_salt("class picker")
            .selected_text(words)
            .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
            .show_ui(ui, |ui| self.list(ui, dataset));
        combo.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, "Classes shown"));
    }

    fn list(&mut self, ui: &mut Ui, dataset: &Dataset) {
        let classes = &dataset.classes;
        let field = ui.add(TextEdit::singleline(&mut self.search).hint_text("Find a class"));
        field.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Find a class"));
        let wanted = self.search.to_lowercase();
        let fits: Vec<ClassId> = classes.ids().filter(|&c| classes.name(c).to_lowercase().contains(&wanted)).collect();
        ui.horizontal(|ui| {
            if ui.small_button("All").clicked() {
                self.hidden.clear();
                self.changes += 1;
            }
            if ui.small_button("None").clicked() {
                self.hidden = classes.ids().collect();
                self.changes += 1;
            }
            if !wanted.is_empty() && ui.small_button("Only these").clicked() {
                self.hidden = classes.ids().filter(|c| !fits.contains(c)).collect();
                self.changes += 1;
            }
        });
        let height = ui.text_style_height(&egui::TextStyle::Button).max(ui.spacing().interact_size.y);
        ScrollArea::vertical().max_height(height * ROWS).show_rows(ui, height, fits.len(), |ui, range| {
            for &class in fits.get(range).unwrap_or(&[]) {
                let mut shown = self.shows(class);
                if ui.checkbox(&mut shown, classes.name(class)).changed() {
                    if shown {
                        self.hidden.remove(&class);
                    } else {
                        self.hidden.insert(class);
                    }
                    self.changes += 1;
                }
            }
        });
    }
}
