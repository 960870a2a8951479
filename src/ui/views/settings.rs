//! The page of what a person chooses for the whole program. Everything takes effect at once.

use egui::{Align, ComboBox, DragValue, Frame, Layout, Margin, Response, RichText, ScrollArea, Ui, WidgetInfo};

use crate::metrics::Matching;
use crate::model::fmt;
use crate::session::{Command, Slot, restore};
use crate::store::settings::{PaletteChoice, Preferences, ThemeChoice};
use crate::ui::context::{ViewCtx, Wish};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::switch;

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx) {
    if ctx.session.program.cache_used.is_none() && !ctx.session.jobs.contains_key(&Slot::Cache) {
        // Without a folder there is no job, and nothing to ask for again.
        if ctx.session.program.cache.is_some() {
            ctx.send(Command::CountCache);
        }
    }
    let mut wanted = ctx.session.settings.preferences.clone();
    Frame::new().fill(ctx.theme.surface).inner_margin(Margin::same(16)).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let width = (1.5 * theme::CARD).min(ui.available_width());
            ui.set_max_width(width);
            ui.horizontal(|ui| {
                ui.label(RichText::new("Settings").font(theme::figure()).color(ctx.theme.text));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if ui.button("Done").clicked() {
                        ctx.wish(Wish::Leave);
                    }
                });
            });
            look(ui, ctx, &mut wanted);
            numbers(ui, ctx, &mut wanted);
            beginning(ui, ctx, &mut wanted);
            cache(ui, ctx, &mut wanted);
            start(ui, ctx, &mut wanted);
        });
    });
    if wanted != ctx.session.settings.preferences {
        ctx.send(Command::Prefer(Box::new(wanted)));
    }
}

fn section(ui: &mut Ui, ctx: &ViewCtx, title: &str) {
    ui.add_space(2.0 * theme::PADDING);
    ui.label(RichText::new(title).font(theme::title()).color(ctx.theme.text));
    ui.add_space(theme::GRID);
}

/// A line of the page: what it is about, what can be chosen, and a word about it.
fn row(ui: &mut Ui, ctx: &ViewCtx, name: &str, hint: &str, content: impl FnOnce(&mut Ui)) {
    ui.horizontal_wrapped(|ui| {
        ui.allocate_ui_with_layout(
            egui::vec2(theme::SETTING, theme::ROW),
            Layout::left_to_right(Align::Center),
            |ui| {
                ui.set_min_width(theme::SETTING);
                ui.label(RichText::new(name).color(ctx.theme.muted));
            },
        );
        content(ui);
    });
    if !hint.is_empty() {
        let beside = Margin { left: (theme::SETTING + theme::PADDING) as i8, ..Margin::ZERO };
        Frame::new().inner_margin(beside).show(ui, |ui| {
            ui.add(egui::Label::new(RichText::new(hint).font(theme::caption()).color(ctx.theme.muted)).wrap());
        });
    }
    ui.add_space(theme::GRID);
}

/// A number that is typed or dragged, with its name for those who do not see it.
fn number(ui: &mut Ui, name: &str, value: DragValue<'_>) -> Response {
    let response = ui.add(value);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, name));
    response
}

fn look(ui: &mut Ui, ctx: &ViewCtx, wanted: &mut Preferences) {
    section(ui, ctx, "Looks");
    row(ui, ctx, "Theme", "", |ui| {
        let themes =
            [(ThemeChoice::System, "As the system"), (ThemeChoice::Dark, "Dark"), (ThemeChoice::Light, "Light")];
        for (choice, name) in themes {
            let chosen = ctx.session.settings.theme == choice;
            if switch::choice(ui, ctx.theme, chosen, name, name, "").clicked() {
                ctx.send(Command::SetTheme(choice));
            }
        }
    });
    let hint = "Outcomes are told by patterns and words as well; “Blue and orange” and “High contrast” keep their colours apart \
                for every kind of colour sight";
    row(ui, ctx, "Colours of data", hint, |ui| {
        for palette in PaletteChoice::ALL {
            let chosen = wanted.palette == palette;
            if switch::choice(ui, ctx.theme, chosen, palette.name(), palette.name(), "").clicked() {
                wanted.palette = palette;
            }
            swatches(ui, ctx, palette);
        }
    });
    let window = ui.ctx().content_rect().size();
    let least = theme::WINDOW_MIN;
    let hint = if window.x < least.x || window.y < least.y {
        format!(
            "At this size {:.0} × {:.0} points fit into the window; the dashboard needs {:.0} × {:.0}. Ctrl+0 is 100 %",
            window.x, window.y, least.x, least.y
        )
    } else {
        "Ctrl with + and − steps through sizes, Ctrl+0 is 100 %".to_owned()
    };
    row(ui, ctx, "Size", &hint, |ui| {
        for (name, larger) in [("Smaller", false), ("Larger", true)] {
            let next = wanted.scaled(larger);
            if ui.add_enabled(next != wanted.scale, egui::Button::new(name)).clicked() {
                wanted.scale = next;
            }
        }
        let range = Preferences::SCALE.0..=Preferences::SCALE.1;
        // Typed numbers are taken when they are complete: the field itself changes its size.
        let field = DragValue::new(&mut wanted.scale).range(range).suffix(" %").update_while_editing(false).speed(0.0);
        number(ui, "Size of the interface", field);
    });
}

/// The four outcomes in the colours of a palette.
fn swatches(ui: &mut Ui, ctx: &ViewCtx, palette: PaletteChoice) {
    let theme = if ctx.theme.dark { egui::Theme::Dark } else { egui::Theme::Light };
    let colors = Theme::of(theme, palette);
    let side = theme::ICON / 2.0;
    let (rect, _) = ui.allocate_exact_size(egui::vec2(4.0 * side + 2.0 * theme::PADDING, side), egui::Sense::hover());
    for (i, color) in
        [colors.correct, colors.misclassified, colors.missed, colors.false_positive].into_iter().enumerate()
    {
        let at = rect.left_top() + egui::vec2(i as f32 * side, 0.0);
        ui.painter().rect_filled(egui::Rect::from_min_size(at, egui::Vec2::splat(side)), 0.0, color);
    }
}

fn numbers(ui: &mut Ui, ctx: &ViewCtx, wanted: &mut Preferences) {
    section(ui, ctx, "Numbers");
    let example = fmt::rate(Some(0.812_345));
    let hint = format!("Rates look like {example}; files keep every digit");
    row(ui, ctx, "Digits of rates", &hint, |ui| {
        for digits in Preferences::DIGITS.0..=Preferences::DIGITS.1 {
            let name = digits.to_string();
            let accessible = format!("{digits} digits");
            if switch::choice(ui, ctx.theme, wanted.digits == digits, &name, &accessible, "").clicked() {
                wanted.digits = digits;
            }
        }
    });
}

fn beginning(ui: &mut Ui, ctx: &ViewCtx, wanted: &mut Preferences) {
    section(ui, ctx, "Where evaluations begin");
    row(ui, ctx, "Confidence", "Generated texts begin at the threshold of what decides", |ui| {
        let fixed = wanted.confidence;
        let optimum = "Where F1 over all objects is highest";
        if switch::choice(ui, ctx.theme, fixed.is_none(), "Optimum of F1", "Begin at the optimum", optimum).clicked() {
            wanted.confidence = None;
        }
        if switch::choice(ui, ctx.theme, fixed.is_some(), "Fixed", "Begin at a fixed confidence", "").clicked() {
            wanted.confidence = fixed.or(Some(0.5));
        }
        if let Some(value) = &mut wanted.confidence {
            number(ui, "Fixed confidence", DragValue::new(value).range(0.0..=1.0).speed(0.01).fixed_decimals(3));
        }
    });
    row(ui, ctx, "IoU", "Overlap from which a pair counts", |ui| {
        let field = DragValue::new(&mut wanted.iou).range(0.01..=1.0).speed(0.01).fixed_decimals(2);
        number(ui, "Usual IoU", field.update_while_editing(false));
    });
    row(ui, ctx, "Matching", "How objects are paired", |ui| {
        let now = restore::pairing(wanted).matching;
        let list = ComboBox::from_id_salt("usual matching").selected_text(now.name()).show_ui(ui, |ui| {
            for matching in Matching::ALL {
                if ui.selectable_label(matching == now, matching.name()).clicked() {
                    matching.name().clone_into(&mut wanted.matching);
                }
            }
        });
        list.response.widget_info(|| WidgetInfo {
            current_text_value: Some(now.name().to_owned()),
            ..WidgetInfo::labeled(egui::Role::ComboBox, true, "Usual matching")
        });
    });
}

fn cache(ui: &mut Ui, ctx: &ViewCtx, wanted: &mut Preferences) {
    section(ui, ctx, "Cache");
    let used = match ctx.session.program.cache_used {
        Some(bytes) => format!("{} are used", fmt::bytes(bytes)),
        None if ctx.session.jobs.contains_key(&Slot::Cache) => "Being counted".to_owned(),
        None => "No place for a cache".to_owned(),
    };
    row(ui, ctx, "At most", "Small pictures and matches that can be made again; the oldest go first", |ui| {
        let range = Preferences::CACHE_MB.0..=Preferences::CACHE_MB.1;
        let field = DragValue::new(&mut wanted.cache_mb).range(range).suffix(" MB").speed(16.0);
        number(ui, "Cache size", field.update_while_editing(false));
        ui.label(RichText::new(used).color(ctx.theme.text));
        let some = ctx.session.program.cache_used.is_some_and(|bytes| bytes > 0);
        if ui.add_enabled(some, egui::Button::new("Empty the cache")).clicked() {
            ctx.send(Command::EmptyCache);
        }
    });
}

fn start(ui: &mut Ui, ctx: &ViewCtx, wanted: &mut Preferences) {
    section(ui, ctx, "Start");
    row(ui, ctx, "Last session", "Folders, page, threshold and selection; only where no folder is named", |ui| {
        switch::toggle(ui, ctx.theme, &mut wanted.restore, "Open what was open last", None, "");
    });
    row(ui, ctx, "Learn", "", |ui| {
        if ctx.session.sample.is_some() && ui.button("Take the tour").clicked() {
            ctx.wish(Wish::TakeTour);
        }
        if ui.button("Keyboard shortcuts").clicked() {
            ctx.wish(Wish::ShowKeys);
        }
        if ui.button("About Evalens").clicked() {
            ctx.wish(Wish::ShowAbout);
        }
    });
}
