//! How answers are scored: templates, what is taken out of them, what is shown, weights and checks. Holds what is being typed;
//! what is in force is the session's.

mod checks;
mod preview;

use egui::{Button, ComboBox, Id, RichText, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, vec2};

use crate::metrics::Generation;
use crate::metrics::generation::{Column, ColumnKind};
use crate::model::{self, fmt};
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::views::threshold_bar::track;
use crate::ui::widgets::slider::Slider;

use checks::Adding;
use preview::Preview;

/// Width of the panel.
const WIDTH: f32 = 500.0;
/// Width of the names at the left.
const NAMES: f32 = 150.0;
/// Highest weight of a criterion.
const WEIGHT: f64 = 5.0;
/// What the template is called where the settings are nobody's.
const OWN: &str = "Own settings";

/// What the panel remembers.
#[derive(Default)]
pub struct Scoring {
    /// True while the panel is open.
    pub open: bool,
    draft: model::Scoring,
    /// The scoring in force when it was last looked at.
    seen: Option<model::Scoring>,
    after: String,
    filter: String,
    /// The name of a template while it is typed.
    name: Option<String>,
    adding: Adding,
    preview: Option<Preview>,
}

impl Scoring {
    /// Takes over what was changed elsewhere.
    fn follow(&mut self, ctx: &ViewCtx, texts: &Generation) {
        if self.seen.as_ref() == Some(&texts.scoring) {
            return;
        }
        // What is being computed comes from here; it is looked at once it is there.
        if ctx.session.jobs.contains_key(&Slot::Rescore) {
            return;
        }
        self.seen = Some(texts.scoring.clone());
        let draft = std::mem::replace(&mut self.draft, texts.scoring.clone());
        if draft.after != self.draft.after {
            self.after = self.draft.after.clone().unwrap_or_default();
        }
        if draft.filter != self.draft.filter {
            self.filter = self.draft.filter.clone().unwrap_or_default();
        }
    }

    /// Scores by the draft, which is no template any more.
    fn apply(&mut self, ctx: &ViewCtx, texts: &Generation) {
        self.draft.template.clear();
        self.draft.weights.retain(|name, _| texts.column(&format!("judge.{name}")).is_some());
        ctx.send(Command::SetScoring(self.draft.clone()));
    }

    /// Takes what is typed into the draft, unless it cannot be read.
    fn apply_typed(&mut self, ctx: &ViewCtx, texts: &Generation) {
        let typed = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let readable = self.preview.as_ref().is_none_or(Preview::is_readable);
        if readable && (typed(&self.after) != self.draft.after || typed(&self.filter) != self.draft.filter) {
            (self.draft.after, self.draft.filter) = (typed(&self.after), typed(&self.filter));
            self.apply(ctx, texts);
        }
    }
}

/// Draws the panel while it is open.
pub fn ui(ui: &Ui, ctx: &ViewCtx, texts: &Generation, state: &mut Scoring) {
    let Some(explorer) = ctx.session.explorer.as_ref().filter(|_| state.open) else { return };
    state.follow(ctx, texts);
    let mut open = true;
    let below = ui.min_rect().bottom() + theme::PADDING;
    let height = ui.ctx().content_rect().bottom() - below - theme::STATUS - 9.0 * theme::PADDING;
    egui::Window::new("Scoring")
        .open(&mut open)
        .default_pos(egui::pos2(theme::NAVIGATION + theme::PADDING, below))
        .default_width(WIDTH)
        .collapsible(false)
        .auto_sized()
        .show(ui.ctx(), |ui| {
            ui.set_width(WIDTH);
            ScrollArea::vertical().max_height(height.max(theme::PANE_LEAST)).show(ui, |ui| {
                ui.set_width(WIDTH - theme::PADDING);
                content(ui, ctx, explorer, texts, state);
            });
        });
    state.open = open;
}

fn content(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, texts: &Generation, state: &mut Scoring) {
    templates(ui, ctx, texts, state);
    heading(ui, ctx, "What is scored");
    typed(ui, ctx, texts, state);
    Preview::of(&mut state.preview, explorer, texts, &state.after, &state.filter).ui(ui, ctx);
    heading(ui, ctx, "How it is compared");
    compared(ui, ctx, texts, state);
    if texts.columns.iter().any(|column| column.kind == ColumnKind::Judge) {
        heading(ui, ctx, "Weights of the judge’s criteria");
        weights(ui, ctx, texts, state);
    }
    heading(ui, ctx, "Checks");
    if checks::ui(ui, ctx, &mut state.draft, &mut state.adding) {
        state.apply(ctx, texts);
    }
    heading(ui, ctx, "Numbers that are shown");
    shown(ui, ctx, texts, state);
}

fn heading(ui: &mut Ui, ctx: &ViewCtx, words: &str) {
    ui.add_space(theme::PADDING);
    ui.label(RichText::new(words).font(theme::caption()).color(ctx.theme.muted));
}

/// A name at the left of a row.
fn named(ui: &mut Ui, name: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(NAMES, theme::ROW), Sense::hover());
    let color = ui.visuals().text_color();
    crate::ui::widgets::text::left(ui.painter(), rect, name, theme::body(), color);
}

fn templates(ui: &mut Ui, ctx: &ViewCtx, texts: &Generation, state: &mut Scoring) {
    let own = &ctx.session.settings.templates;
    let brought = model::Scoring::templates();
    let current = if state.draft.template.is_empty() { OWN } else { &state.draft.template }.to_owned();
    let mut chosen = None;
    ui.horizontal(|ui| {
        named(ui, "Template");
        let combo = ComboBox::from_id_salt("template").selected_text(&current).width(NAMES).truncate();
        let combo = combo.show_ui(ui, |ui| {
            for template in &brought {
                if ui.selectable_label(template.template == current, &template.template).clicked() {
                    // What is taken out belongs to the answers, not to a set of metrics.
                    chosen = Some(model::Scoring {
                        template: template.template.clone(),
                        metrics: template.metrics.clone(),
                        weights: template.weights.clone(),
                        pass: template.pass.clone(),
                        ..state.draft.clone()
                    });
                }
            }
            for template in own {
                if ui.selectable_label(template.template == current, &template.template).clicked() {
                    chosen = Some(template.clone());
                }
            }
        });
        combo.response.widget_info(|| WidgetInfo {
            current_text_value: Some(current.clone()),
            ..WidgetInfo::labeled(Role::ComboBox, true, "Template")
        });
        if state.name.is_none() && ui.button("Save template …").clicked() {
            state.name = Some(String::new());
        }
        let is_own = own.iter().any(|template| template.template == current);
        let delete = ui.add_enabled(is_own, Button::new("Delete template"));
        if delete.on_disabled_hover_text("Only templates of your own can be deleted").clicked() {
            ctx.send(Command::RemoveTemplate(current.clone()));
            state.draft.template.clear();
        }
    });
    name(ui, ctx, &brought, state);
    if let Some(chosen) = chosen {
        state.after = chosen.after.clone().unwrap_or_default();
        state.filter = chosen.filter.clone().unwrap_or_default();
        state.draft = chosen;
        ctx.send(Command::SetScoring(state.draft.clone()));
    }
    if ctx.session.jobs.contains_key(&Slot::Rescore) {
        ui.label(RichText::new("scoring …").font(theme::caption()).color(ctx.theme.accent));
    } else {
        let note = format!("{} are scored so, also by other models of this dataset", texts_word(texts));
        ui.label(RichText::new(note).font(theme::caption()).color(ctx.theme.muted));
    }
}

fn texts_word(texts: &Generation) -> String {
    fmt::counted(texts.answers.len() as u64, "answer", "answers")
}

/// The field for the name of a new template.
fn name(ui: &mut Ui, ctx: &ViewCtx, brought: &[model::Scoring], state: &mut Scoring) {
    let Some(mut name) = state.name.take() else { return };
    let mut done = false;
    ui.horizontal(|ui| {
        named(ui, "Name of the template");
        let field = ui.add(TextEdit::singleline(&mut name).desired_width(NAMES));
        field.widget_info(|| WidgetInfo {
            current_text_value: Some(name.clone()),
            ..WidgetInfo::labeled(Role::TextInput, true, "Name of the template")
        });
        let trimmed = name.trim();
        let taken = brought.iter().any(|template| template.template.eq_ignore_ascii_case(trimmed));
        let save = ui.add_enabled(!trimmed.is_empty() && !taken, Button::new("Save"));
        let why = if taken { "A template that comes with the program has this name" } else { "Type a name first" };
        if save.on_disabled_hover_text(why).clicked() {
            state.draft.template = trimmed.to_owned();
            ctx.send(Command::SaveTemplate(state.draft.clone()));
            ctx.send(Command::SetScoring(state.draft.clone()));
            done = true;
        }
        done |= ui.button("Cancel").clicked();
    });
    state.name = (!done).then_some(name);
}

/// The fields of the split word and the filter.
fn typed(ui: &mut Ui, ctx: &ViewCtx, texts: &Generation, state: &mut Scoring) {
    let mut left = false;
    let mut field = |ui: &mut Ui, name: &str, text: &mut String, hint: &str, about: &str| {
        ui.horizontal(|ui| {
            named(ui, name);
            let edit = TextEdit::singleline(text).font(egui::TextStyle::Monospace).hint_text(hint);
            let response = ui.add(edit.desired_width(f32::INFINITY));
            response.widget_info(|| WidgetInfo {
                current_text_value: Some(text.clone()),
                ..WidgetInfo::labeled(Role::TextInput, true, name)
            });
            left |= response.lost_focus();
            response.on_hover_text(about);
        });
    };
    let about = "Only what stands behind the last of these words is scored, of answers and references";
    field(ui, "Only what stands behind", &mut state.after, "all of the answer", about);
    let about = "A regular expression: its last match is scored, or the first group of that";
    field(ui, "Filter", &mut state.filter, "all of it", about);
    let differs = state.after != state.draft.after.clone().unwrap_or_default()
        || state.filter != state.draft.filter.clone().unwrap_or_default();
    let readable = state.preview.as_ref().is_none_or(Preview::is_readable);
    ui.horizontal(|ui| {
        named(ui, "");
        left |= ui.add_enabled(differs && readable, Button::new("Apply")).clicked();
        if differs {
            let words = if readable { "not applied yet" } else { "cannot be applied" };
            ui.label(RichText::new(words).font(theme::caption()).color(ctx.theme.muted));
        }
    });
    if left {
        state.apply_typed(ctx, texts);
    }
}

fn compared(ui: &mut Ui, ctx: &ViewCtx, texts: &Generation, state: &mut Scoring) {
    let mut changed = false;
    let by_default = |set: bool| if set { "" } else { " (by default)" };
    ui.horizontal_wrapped(|ui| {
        let mut on = state.draft.normalises();
        let about = format!(
            "Exact match without regard to case, punctuation and articles (SQuAD); by default as written once something is \
             taken out of the answers{}",
            by_default(state.draft.normalise.is_some())
        );
        if ui.checkbox(&mut on, "Normalise for exact match").on_hover_text(about).changed() {
            state.draft.normalise = Some(on);
            changed = true;
        }
        let about = "ROUGE compares the stems of words (Porter)";
        changed |= ui.checkbox(&mut state.draft.stem, "Stem words in ROUGE").on_hover_text(about).changed();
        let mut on = state.draft.ter.unwrap_or(texts.column("ter").is_some());
        let about = "TER takes longer than all other metrics together; by default up to 20,000 answers";
        if ui.checkbox(&mut on, "Compute TER").on_hover_text(about).changed() {
            state.draft.ter = Some(on);
            changed = true;
        }
    });
    if changed {
        state.apply(ctx, texts);
    }
}

fn weights(ui: &mut Ui, ctx: &ViewCtx, texts: &Generation, state: &mut Scoring) {
    let mut changed = false;
    for column in texts.columns.iter().filter(|column| column.kind == ColumnKind::Judge) {
        let name = column.key.strip_prefix("judge.").unwrap_or(&column.key);
        let weight = state.draft.weights.get(name).copied().unwrap_or(1.0);
        ui.horizontal(|ui| {
            named(ui, &column.label);
            let (rect, _) = ui.allocate_exact_size(vec2(220.0, theme::ROW), Sense::hover());
            let slider = Slider {
                name: &format!("Weight of {name}"),
                shown: fmt::short(weight),
                range: (0.0, WEIGHT),
                value: weight,
                step: 0.1,
                fine: 0.01,
                grid: 0.1,
            };
            let rail = rect.shrink2(vec2(track::KNOB, 0.0));
            let (response, moved) = slider.interact(ui, Id::unique(("weight", name)), rail);
            track::rail(ui, ctx.theme, rail, slider.x(rail, weight), &response);
            ui.label(RichText::new(&slider.shown).color(ctx.theme.text));
            if let Some(weight) = moved {
                // 3 · 0.1 would be 0.30000000000000004.
                state.draft.weights.insert(name.to_owned(), (weight * 100.0).round() / 100.0);
                changed = true;
            }
        });
    }
    if changed {
        state.apply(ctx, texts);
    }
}

fn shown(ui: &mut Ui, ctx: &ViewCtx, texts: &Generation, state: &mut Scoring) {
    let keys: Vec<&str> = texts.shown().map(|column| column.key.as_str()).collect();
    let mut toggled: Option<&Column> = None;
    ui.horizontal_wrapped(|ui| {
        for column in texts.columns.iter() {
            let mut on = keys.contains(&column.key.as_str());
            // None would mean all.
            let last = on && keys.len() == 1;
            let check = ui.add_enabled(!last, egui::Checkbox::new(&mut on, &column.label));
            if check.on_hover_text(column.about).changed() {
                toggled = Some(column);
            }
        }
    });
    let Some(toggled) = toggled else { return };
    let wanted = |column: &&Column| keys.contains(&column.key.as_str()) != (column.key == toggled.key);
    let all = texts.columns.iter().map(AsRef::as_ref);
    let metrics: Vec<String> = all.filter(wanted).map(|column: &Column| column.key.clone()).collect();
    state.draft.metrics = if metrics.len() == texts.columns.len() { Vec::new() } else { metrics };
    state.apply(ctx, texts);
}
