//! The editor of a slice: a name, and conditions that all have to hold.

use std::collections::BTreeSet;

use egui::{ComboBox, Popup, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

use crate::analysis::slices::{Attribute, Condition, CustomSlice};
use crate::model::Values;
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::icon::{self, Icon};

use super::{Shown, muted};

/// Names of an attribute that are offered.
const OFFERED: usize = 200;
/// Width of the choice of an attribute, of a text, and of a number.
const WIDTHS: (f32, f32, f32) = (190.0, 240.0, 84.0);

/// What a condition is about.
#[derive(Clone, Debug, PartialEq)]
enum About {
    Nothing,
    Attribute(String),
    Folder,
    Like,
    Regex,
    Tag,
}

/// A condition as it is being written.
#[derive(Clone, Debug)]
struct Term {
    about: About,
    /// Bounds, or a folder, pattern or tag in the first.
    texts: [String; 2],
    values: BTreeSet<String>,
}

impl Default for Term {
    fn default() -> Self {
        Self { about: About::Nothing, texts: Default::default(), values: BTreeSet::new() }
    }
}

/// A slice as it is being written.
#[derive(Clone, Debug)]
pub struct Draft {
    name: String,
    terms: Vec<Term>,
    /// The name of the slice that is changed.
    original: Option<String>,
    trouble: Option<String>,
}

impl Default for Draft {
    fn default() -> Self {
        Self { name: String::new(), terms: vec![Term::default()], original: None, trouble: None }
    }
}

/// What came of a frame.
pub enum Done {
    /// It goes on.
    Not,
    /// Nothing is kept.
    Left,
    /// This slice is to be kept, in the place of the one of a name.
    Kept(CustomSlice, Option<String>),
}

impl Draft {
    /// To change a slice.
    pub fn of(slice: &CustomSlice) -> Self {
        Self { original: Some(slice.name.clone()), ..Self::with(slice.name.clone(), &slice.conditions) }
    }

    /// A new one that begins with these conditions.
    pub fn with(name: String, conditions: &[Condition]) -> Self {
        Self { name, terms: conditions.iter().map(Term::of).collect(), original: None, trouble: None }
    }

    fn slice(&self, ctx: &ViewCtx, shown: Shown<'_>) -> Result<CustomSlice, String> {
        let name = self.name.trim().to_owned();
        if name.is_empty() {
            return Err("The slice has no name; write one".to_owned());
        }
        let custom = &ctx.session.errors.slices.custom;
        if self.original.as_ref() != Some(&name) && custom.iter().any(|known| known.name == name) {
            return Err(format!("There is a slice {name} already; choose another name"));
        }
        let terms = self.terms.iter().filter(|term| term.about != About::Nothing);
        let conditions = terms.map(|term| term.condition(shown)).collect::<Result<_, _>>()?;
        let slice = CustomSlice { name, conditions };
        slice.mask(&shown.explorer.evaluation, &shown.known.attributes, &ctx.session.tags)?;
        Ok(slice)
    }
}

impl Term {
    fn of(condition: &Condition) -> Self {
        let bound = |bound: &Option<f64>| bound.map_or_else(String::new, |bound| bound.to_string());
        let text =
            |about: About, text: &str| Self { about, texts: [text.to_owned(), String::new()], ..Self::default() };
        match condition {
            Condition::Range { attribute, from, to } => {
                Self { texts: [bound(from), bound(to)], ..text(About::Attribute(attribute.clone()), "") }
            }
            Condition::Values { attribute, values } => {
                Self { values: values.clone(), ..text(About::Attribute(attribute.clone()), "") }
            }
            Condition::Folder { folder } => text(About::Folder, folder),
            Condition::Name { pattern, regex } => text(if *regex { About::Regex } else { About::Like }, pattern),
            Condition::Tag { tag } => text(About::Tag, tag),
        }
    }

    fn condition(&self, shown: Shown<'_>) -> Result<Condition, String> {
        let [first, second] = &self.texts;
        let text = |what: &str| match first.trim() {
            "" => Err(format!("A condition names no {what}; write it, or take the condition away")),
            text => Ok(text.to_owned()),
        };
        Ok(match &self.about {
            About::Nothing => return Err("A condition is about nothing; choose an attribute".to_owned()),
            About::Folder => Condition::Folder { folder: text("folder")? },
            About::Like => Condition::Name { pattern: text("pattern")?, regex: false },
            About::Regex => Condition::Name { pattern: text("pattern")?, regex: true },
            About::Tag => Condition::Tag { tag: text("tag")? },
            About::Attribute(name) => match shown.known.attributes.named(name).map(|attribute| &attribute.values) {
                Some(Values::Numbers(_)) => {
                    let (from, to) = (number(first, name)?, number(second, name)?);
                    Condition::Range { attribute: name.clone(), from, to }
                }
                _ if self.values.is_empty() => {
                    return Err(format!("No value of {name} is chosen; choose one, or take the condition away"));
                }
                _ => Condition::Values { attribute: name.clone(), values: self.values.clone() },
            },
        })
    }

    fn label(&self) -> &str {
        match &self.about {
            About::Nothing => "Choose …",
            About::Attribute(name) => name,
            About::Folder => "Folder",
            About::Like => "File name is like",
            About::Regex => "File name matches",
            About::Tag => "Tag",
        }
    }
}

fn number(text: &str, of: &str) -> Result<Option<f64>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.replace('−', "-").parse::<f64>().ok().filter(|number| number.is_finite());
    number.map(Some).ok_or_else(|| format!("`{text}` is no number for {of}; write one such as 0.25, or leave it empty"))
}

/// Draws it.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, shown: Shown<'_>, draft: &mut Draft) -> Done {
    let mut done = Done::Not;
    ui.horizontal(|ui| {
        let title = if draft.original.is_some() { "Change a slice" } else { "New slice" };
        ui.label(RichText::new(title).font(theme::title()).color(ctx.theme.text));
        ui.add_space(theme::PADDING);
        let field = TextEdit::singleline(&mut draft.name).hint_text("Name").desired_width(WIDTHS.1);
        ui.add(field).widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Name of the slice"));
        if ui.button("Save slice").clicked() {
            match draft.slice(ctx, shown) {
                Ok(slice) => done = Done::Kept(slice, draft.original.clone()),
                Err(why) => draft.trouble = Some(why),
            }
        }
        if ui.button("Cancel").on_hover_text("Keeps nothing").clicked() {
            done = Done::Left;
        }
    });
    if let Some(why) = &draft.trouble {
        ui.label(RichText::new(why).color(ctx.theme.danger));
    }
    muted(ui, ctx, "All of these hold of its members");
    ScrollArea::vertical().id_salt("conditions").auto_shrink([false, false]).show(ui, |ui| {
        let mut gone = None;
        for (at, term) in draft.terms.iter_mut().enumerate() {
            ui.push_id(at, |ui| {
                ui.horizontal(|ui| {
                    about(ui, ctx, shown, at, term);
                    operands(ui, ctx, shown, at, term);
                    let name = format!("Take condition {} away", at + 1);
                    if icon::button(ui, ctx.theme, Icon::Close, &name, true).clicked() {
                        gone = Some(at);
                    }
                });
            });
        }
        if let Some(at) = gone {
            draft.terms.remove(at);
        }
        if ui.button("Add condition").clicked() {
            draft.terms.push(Term::default());
        }
    });
    done
}

/// What the condition is about.
fn about(ui: &mut Ui, ctx: &ViewCtx, shown: Shown<'_>, at: usize, term: &mut Term) {
    let words = term.label().to_owned();
    let combo = ComboBox::from_id_salt("about").selected_text(&words).width(WIDTHS.0).height(theme::POPUP).truncate();
    let combo = combo.show_ui(ui, |ui| {
        let mut all = vec![
            (About::Folder, "Folder or one below"),
            (About::Like, "File name is like"),
            (About::Regex, "File name matches"),
        ];
        if !ctx.session.tags.is_empty() {
            all.push((About::Tag, "Tag"));
        }
        let attributes = shown.known.attributes.all.iter();
        all.extend(attributes.map(|of| (About::Attribute(of.name.clone()), of.name.as_str())));
        for (about, name) in all {
            if ui.selectable_label(term.about == about, name).clicked() {
                *term = Term { about, ..Term::default() };
            }
        }
    });
    combo.response.widget_info(|| WidgetInfo {
        current_text_value: Some(words.clone()),
        ..WidgetInfo::labeled(Role::ComboBox, true, format!("Condition {}", at + 1))
    });
}

/// What it says of it.
fn operands(ui: &mut Ui, ctx: &ViewCtx, shown: Shown<'_>, at: usize, term: &mut Term) {
    let [first, second] = &mut term.texts;
    let field = |ui: &mut Ui, text: &mut String, hint: &str, width: f32, name: &str| {
        let field = ui.add(TextEdit::singleline(text).hint_text(hint).desired_width(width));
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, format!("{name} of condition {}", at + 1)));
    };
    match &term.about {
        About::Nothing => {}
        About::Folder => field(ui, first, "night/rain", WIDTHS.1, "Folder"),
        About::Like => field(ui, first, "cam?_*.jpg", WIDTHS.1, "Pattern"),
        About::Regex => field(ui, first, "cam[12]_", WIDTHS.1, "Pattern"),
        About::Tag => {
            for tag in ctx.session.tags.keys() {
                if ui.selectable_label(first == tag, tag).clicked() {
                    first.clone_from(tag);
                }
            }
        }
        About::Attribute(name) => match shown.known.attributes.named(name) {
            Some(Attribute { values: Values::Numbers(_), .. }) => {
                field(ui, first, "lowest", WIDTHS.2, "At least");
                ui.label(RichText::new("to below").color(ctx.theme.muted));
                field(ui, second, "highest", WIDTHS.2, "Below");
            }
            Some(attribute) => values(ui, attribute, at, &mut term.values),
            None => drop(ui.label(RichText::new("is not known here").color(ctx.theme.danger))),
        },
    }
}

/// Names to choose from.
fn values(ui: &mut Ui, attribute: &Attribute, at: usize, chosen: &mut BTreeSet<String>) {
    let Values::Names { names, .. } = &attribute.values else { return };
    let words = match chosen.len() {
        0 => "Choose values …".to_owned(),
        1 | 2 => chosen.iter().map(String::as_str).collect::<Vec<_>>().join(" or "),
        n => format!("{n} values"),
    };
    let button = ui.button(words);
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Values of condition {}", at + 1)));
    Popup::menu(&button).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_min_width(theme::MENU);
        ScrollArea::vertical().max_height(theme::POPUP).show(ui, |ui| {
            for name in names.iter().take(OFFERED) {
                let mut on = chosen.contains(name);
                if ui.checkbox(&mut on, name).changed() {
                    if on {
                        chosen.insert(name.clone());
                    } else {
                        chosen.remove(name);
                    }
                }
            }
        });
    });
}
