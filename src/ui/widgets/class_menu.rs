//! A menu that chooses one class of many by name, with a search field. Knows names only.

use egui::{ComboBox, PopupCloseBehavior, Response, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

use crate::model::{ClassId, ClassTable};
use crate::ui::theme;

/// Rows of the list before it scrolls.
const ROWS: f32 = 12.0;

/// What was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picked {
    /// The n-th of the entries above the classes.
    First(usize),
    /// A class.
    Class(ClassId),
}

/// How the menu looks.
#[derive(Clone, Copy, Debug)]
pub struct ClassMenu<'a> {
    /// Its accessible name, which tells it from others.
    pub name: &'a str,
    /// What is chosen, in words.
    pub chosen: &'a str,
    /// Width of its button.
    pub width: f32,
    /// Entries above the classes.
    pub first: &'a [&'a str],
}

impl ClassMenu<'_> {
    /// Draws the button, and the list where it is open. `search` is what stands in its search field.
    pub fn show(self, ui: &mut Ui, classes: &ClassTable, search: &mut String) -> (Response, Option<Picked>) {
        let mut picked = None;
        let combo = ComboBox::from_id_salt(self.name)
            .selected_text(self.chosen)
            .width(self.width)
            .truncate()
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .show_ui(ui, |ui| {
                picked = self.list(ui, classes, search);
                if picked.is_some() {
                    search.clear();
                    ui.close();
                }
            });
        combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, self.name));
        (combo.response, picked)
    }

    fn list(self, ui: &mut Ui, classes: &ClassTable, search: &mut String) -> Option<Picked> {
        ui.set_min_width(self.width.max(theme::MENU));
        let field = ui.add(TextEdit::singleline(search).hint_text("Find a class").desired_width(f32::INFINITY));
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, format!("Find in {}", self.name)));
        let wanted = search.trim().to_lowercase();
        let fits: Vec<ClassId> = classes.ids().filter(|&c| classes.name(c).to_lowercase().contains(&wanted)).collect();
        let first = if wanted.is_empty() { self.first } else { &[] };
        let height = ui.text_style_height(&egui::TextStyle::Button).max(ui.spacing().interact_size.y);
        let mut picked = None;
        let scroll = ScrollArea::vertical().max_height(height * ROWS).auto_shrink([false, true]);
        scroll.show_rows(ui, height, first.len() + fits.len(), |ui, rows| {
            for row in rows {
                let (name, entry) = match (first.get(row), row.checked_sub(first.len()).and_then(|i| fits.get(i))) {
                    (Some(name), _) => (*name, Picked::First(row)),
                    (None, Some(&class)) => (classes.name(class), Picked::Class(class)),
                    (None, None) => continue,
                };
                if ui.selectable_label(name == self.chosen, name).clicked() {
                    picked = Some(entry);
                }
            }
        });
        picked
    }
}
