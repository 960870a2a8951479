//! Checks that answers pass or not: a list, and a row to add another.

use egui::{Button, ComboBox, RichText, Role, TextEdit, Ui, WidgetInfo};

use crate::metrics::generation::take_out;
use crate::model::{Check, Scoring};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::icon::{self, Icon};

/// A check while it is made.
#[derive(Default)]
pub(super) struct Adding {
    kind: Kind,
    text: String,
    least: String,
    most: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Contains,
    Reference,
    Matches,
    Json,
    Words,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Contains, Self::Reference, Self::Matches, Self::Json, Self::Words];

    const fn label(self) -> &'static str {
        match self {
            Self::Contains => "Contains",
            Self::Reference => "Contains the reference",
            Self::Matches => "Matches",
            Self::Json => "Valid JSON",
            Self::Words => "Number of words",
        }
    }
}

impl Adding {
    /// The check that was made; a sentence where it cannot be.
    fn check(&self) -> Result<Check, String> {
        let text =
            || Some(self.text.clone()).filter(|text| !text.is_empty()).ok_or("Type what is looked for".to_owned());
        let words = |text: &str| match text.trim() {
            "" => Ok(None),
            digits => digits.parse::<usize>().map(Some).map_err(|_| format!("“{digits}” is no whole number")),
        };
        match self.kind {
            Kind::Contains => text().map(Check::Contains),
            Kind::Reference => Ok(Check::ContainsReference),
            Kind::Matches => {
                let text = text()?;
                take_out::pattern(&text).map_err(|error| error.problem)?;
                Ok(Check::Matches(text))
            }
            Kind::Json => Ok(Check::Json),
            Kind::Words => match (words(&self.least)?, words(&self.most)?) {
                (None, None) => Err("Type how many words at least, or at most".to_owned()),
                (Some(least), Some(most)) if least > most => Err("At least is more than at most".to_owned()),
                (least, most) => Ok(Check::Words(least, most)),
            },
        }
    }
}

/// The key of a check's column.
fn key(check: &Check) -> String {
    format!("check.{}", check.label())
}

/// Draws list and row; true where the draft changed.
pub(super) fn ui(ui: &mut Ui, ctx: &ViewCtx, draft: &mut Scoring, adding: &mut Adding) -> bool {
    let mut removed = None;
    for (at, check) in draft.checks.iter().enumerate() {
        ui.horizontal(|ui| {
            let label = check.label();
            if icon::button(ui, ctx.theme, Icon::Close, &format!("Remove check {label}"), true).clicked() {
                removed = Some(at);
            }
            ui.add(egui::Label::new(RichText::new(label).color(ctx.theme.text)).truncate());
        });
    }
    if let Some(check) = removed.map(|at| draft.checks.remove(at)) {
        draft.metrics.retain(|known| *known != key(&check));
        return true;
    }
    add(ui, ctx, draft, adding)
}

fn add(ui: &mut Ui, ctx: &ViewCtx, draft: &mut Scoring, adding: &mut Adding) -> bool {
    let mut added = false;
    let mut problem = None;
    ui.horizontal(|ui| {
        let combo = ComboBox::from_id_salt("kind of check").selected_text(adding.kind.label()).width(150.0);
        let combo = combo.show_ui(ui, |ui| {
            for kind in Kind::ALL {
                ui.selectable_value(&mut adding.kind, kind, kind.label());
            }
        });
        combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Kind of check"));
        let field = |ui: &mut Ui, text: &mut String, name: &str, width: f32| {
            let response = ui.add(TextEdit::singleline(text).hint_text(name).desired_width(width));
            response.widget_info(|| WidgetInfo {
                current_text_value: Some(text.clone()),
                ..WidgetInfo::labeled(Role::TextInput, true, name)
            });
        };
        match adding.kind {
            Kind::Contains | Kind::Matches => field(ui, &mut adding.text, "What is looked for", 200.0),
            Kind::Words => {
                field(ui, &mut adding.least, "At least", 60.0);
                field(ui, &mut adding.most, "At most", 60.0);
            }
            Kind::Reference | Kind::Json => {}
        }
        let check = adding.check();
        let known = check.as_ref().is_ok_and(|check| draft.checks.contains(check));
        let button = ui.add_enabled(check.is_ok() && !known, Button::new("Add check"));
        let why = if known { "It is there already".to_owned() } else { check.clone().err().unwrap_or_default() };
        if button.on_disabled_hover_text(why).clicked()
            && let Ok(check) = &check
        {
            if !draft.metrics.is_empty() {
                draft.metrics.push(key(check));
            }
            draft.checks.push(check.clone());
            added = true;
        }
        problem = check.err().filter(|_| adding.kind == Kind::Matches && !adding.text.is_empty());
    });
    if let Some(problem) = problem {
        ui.label(RichText::new(problem).monospace().color(ctx.theme.danger));
    }
    if added {
        *adding = Adding { kind: adding.kind, ..Adding::default() };
    }
    ui.add_space(theme::HAIRLINE);
    added
}
