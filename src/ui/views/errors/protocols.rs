//! The same predictions by other matchings, and what stands otherwise. Counts nothing itself.

use std::sync::Arc;

use egui::text::LayoutJob;
use egui::{Align, Button, ComboBox, Label, Layout, RichText, Role, ScrollArea, Ui, WidgetInfo};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::analysis::Filter;
use crate::analysis::protocols::{Change, Protocols, Standing};
use crate::metrics::voc::VocAp;
use crate::metrics::{Counts, DetectionSettings, Matching};
use crate::model::{ClassId, ImageId, fmt};
use crate::session::errors::protocols::{Ask, AtThreshold};
use crate::session::exports::Maker;
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::exhibits;
use crate::ui::theme;
use crate::ui::views::{explain, hand_out, threshold_bar};
use crate::ui::widgets::states;

const ABOUT: &str = "The same detections matched by the rules of five programs, at the IoU and the confidence of the window, and each \
    at the confidence where its own F1 is highest. An object that stands otherwise is one whose outcome differs between two rules \
    at the confidence of the window; of detections alike. AP is COCO's, over IoU 0.50 … 0.95 and at 0.50; VOC 2007 is the mean over \
    11 recalls of the best precision from each on, VOC 2010 the area under it, at IoU 0.50: each detection looks at the object of its \
    class with the highest overlap and at no other. Average precision does not depend on the confidence.";

/// Height of a row with its sentence.
const ROW: f32 = 48.0;
/// Lines of a sentence; the whole of it is shown on hover.
const LINES: usize = 2;
/// Width of a number, and of the button.
const NUMBER: f32 = 68.0;
const BUTTON: f32 = 134.0;
/// Least width of name and sentence.
const NAME: f32 = 220.0;
/// Width of the list of changes.
const CHANGES: f32 = 420.0;
/// Width of a column of average precision.
const AP: f32 = 72.0;

/// What it remembers between frames.
#[derive(Default)]
pub struct State {
    /// The rule that the one on screen is held against, once somebody chose one.
    other: Option<Matching>,
}

/// Draws it.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut State) {
    if explorer.predictions().is_empty() {
        states::empty(ui, ctx, "No detections", "Without predictions every rule counts the same");
        return;
    }
    let shown = explorer.matched.settings.matching;
    let other = state.other.filter(|other| *other != shown).unwrap_or(match shown {
        Matching::TwoPass => Matching::Coco,
        _ => Matching::TwoPass,
    });
    let pair = (shown, other);
    let known = &ctx.session.errors.protocols;
    // While the slider moves everything stays as it is.
    let rests = ctx.session.wants_tick_at().is_none() && !ctx.session.jobs.contains_key(&Slot::Rematch);
    if rests && !known.is_asked(explorer, pair) {
        ctx.send(Command::Protocols(Ask::Compare { pair, again: false }));
    }
    let (Some(all), Some(at)) = (known.of(explorer), &known.at) else {
        match ctx.session.jobs.get(&Slot::Protocols) {
            Some(job) => states::loading(ui, ctx, Slot::Protocols, job),
            None => stopped(ui, ctx, pair),
        }
        return;
    };
    let settled = at.threshold == explorer.threshold.value;
    ui.horizontal(|ui| {
        let words = format!("At IoU {:.2}, {}", all.iou, explorer.condition_at(at.threshold));
        ui.label(RichText::new(words).font(theme::caption()).color(ctx.theme.muted));
        explain::button(ui, ctx, "Protocols", ABOUT);
        let made = || Some(Maker::made(exhibits::rules(explorer, all, at, &ctx.theme.paper())));
        hand_out::button(ui, ctx, "protocols", "protocols", made);
    });
    if !settled {
        ui.set_opacity(theme::SETTLING);
    }
    rules(ui, ctx, explorer, all, at);
    ui.add_space(theme::PADDING);
    let height = ui.available_height();
    ui.horizontal_top(|ui| {
        ui.vertical(|ui| {
            ui.set_width(CHANGES);
            ui.set_height(height);
            changes(ui, ctx, explorer, state, at, other);
        });
        ui.vertical(|ui| {
            ui.set_height(height);
            precisions(ui, ctx, explorer, all);
        });
    });
}

fn stopped(ui: &mut Ui, ctx: &ViewCtx, pair: (Matching, Matching)) {
    states::empty(ui, ctx, "Nothing matched yet", "The detections are matched by the rules of five programs");
    ui.vertical_centered(|ui| {
        if ui.button("Match by every rule").clicked() {
            ctx.send(Command::Protocols(Ask::Compare { pair, again: true }));
        }
    });
}

fn rules(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, all: &Protocols, at: &AtThreshold) {
    let shown = explorer.matched.settings.matching;
    let f1_of = |matching: Matching| {
        let place = Matching::ALL.iter().position(|m| *m == matching)?;
        at.counts.get(place)?.f1()
    };
    let heads =
        ["precision", "recall", "F1", "difference", "correct", "misclassified", "missed", "false pos.", "best F1"];
    let rest = NUMBER * (heads.len() as f32 + 0.5) + BUTTON + 11.0 * ui.spacing().item_spacing.x;
    let name = (ui.available_width() - rest).max(NAME);
    ScrollArea::horizontal().id_salt("rules").auto_shrink([false, true]).show(ui, |ui| {
        let table = TableBuilder::new(ui)
            .id_salt("rules of matching")
            .striped(false)
            .vscroll(false)
            .cell_layout(Layout::right_to_left(Align::Center))
            .column(Column::exact(name).clip(true))
            .columns(Column::exact(NUMBER), heads.len() - 1)
            .column(Column::exact(1.5 * NUMBER))
            .column(Column::exact(BUTTON));
        let table = table.header(theme::ROW, |mut header| {
            for head in [""].into_iter().chain(heads).chain([""]) {
                header.col(|ui| drop(ui.label(RichText::new(head).font(theme::caption()).color(ctx.theme.muted))));
            }
        });
        table.body(|body| {
            body.rows(ROW, Matching::ALL.len(), |mut row| {
                let place = row.index();
                let (Some(&matching), Some(&counts)) = (Matching::ALL.get(place), at.counts.get(place)) else { return };
                let best = all.optima.get(place).copied().flatten();
                let difference = counts.f1().zip(f1_of(shown)).map(|(own, shown)| own - shown);
                name_cell(&mut row, ctx, all, matching, counts);
                numbers(&mut row, counts, difference.filter(|_| matching != shown), best);
                row.col(|ui| use_cell(ui, ctx, matching, matching == shown));
            });
        });
    });
}

fn name_cell(row: &mut TableRow<'_, '_>, ctx: &ViewCtx, all: &Protocols, matching: Matching, counts: Counts) {
    row.col(|ui| {
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let name = ui.strong(matching.name());
            let words = format!("protocol {}: F1 {}", matching.name(), fmt::rate(counts.f1()));
            name.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
            let rule = threshold_bar::explain::rule(DetectionSettings { iou: all.iou, matching });
            let mut sentence = LayoutJob::simple(rule.clone(), theme::caption(), ctx.theme.muted, ui.available_width());
            sentence.wrap.max_rows = LINES;
            let sentence = ui.painter().layout_job(sentence);
            ui.label(sentence).on_hover_text(rule);
        });
    });
}

fn numbers(row: &mut TableRow<'_, '_>, counts: Counts, difference: Option<f64>, best: Option<(f64, Counts)>) {
    let mut number = |words: String| {
        row.col(|ui| drop(ui.label(words)));
    };
    number(fmt::rate(counts.precision()));
    number(fmt::rate(counts.recall()));
    number(fmt::rate(counts.f1()));
    number(difference.map_or_else(String::new, fmt::difference));
    for n in [counts.correct, counts.misclassified, counts.missed, counts.false_positives] {
        number(fmt::count(n));
    }
    row.col(|ui| {
        let Some((confidence, counts)) = best else { return };
        let at = format!("Highest at confidence ≥ {}", fmt::threshold(confidence));
        ui.label(format!("{} at {}", fmt::rate(counts.f1()), fmt::short(confidence))).on_hover_text(at);
    });
}

fn use_cell(ui: &mut Ui, ctx: &ViewCtx, matching: Matching, shown: bool) {
    if shown {
        ui.label(RichText::new("on screen").color(ctx.theme.muted));
        return;
    }
    let button = ui.button(format!("Use {}", matching.name()));
    if button.on_hover_text("Every number of the window is counted by this rule").clicked() {
        ctx.send(Command::SetMatching(matching));
    }
}

/// What stands otherwise under another rule.
fn changes(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut State, at: &AtThreshold, other: Matching) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("What stands otherwise by").font(theme::title()));
        let combo = ComboBox::from_id_salt("other matching").selected_text(other.name()).show_ui(ui, |ui| {
            for matching in Matching::ALL.into_iter().filter(|m| *m != at.pair.0) {
                if ui.selectable_label(matching == other, matching.name()).clicked() {
                    state.other = Some(matching);
                }
            }
        });
        combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Other matching"));
        let made = || Some(Maker::made(exhibits::changes(at, &ctx.theme.paper())));
        hand_out::button(ui, ctx, "changes", "protocol-changes", made);
    });
    if at.pair != (explorer.matched.settings.matching, other) {
        return;
    }
    if at.changes.is_empty() {
        let words = format!("Every object and detection stands by {} as by {}", at.pair.1.name(), at.pair.0.name());
        ui.label(RichText::new(words).color(ctx.theme.muted));
        return;
    }
    ScrollArea::vertical().id_salt("changes").auto_shrink(false).show(ui, |ui| {
        for (of_detections, title) in [(false, "Objects"), (true, "Detections")] {
            let all: Vec<&Change> = at.changes.iter().filter(|change| change.of_detections == of_detections).collect();
            if all.is_empty() {
                continue;
            }
            let total: usize = all.iter().map(|change| change.len()).sum();
            let head = format!("{title}, {}", fmt::count(total as u64));
            ui.label(RichText::new(head).font(theme::caption()).color(ctx.theme.muted));
            for change in all {
                let words = format!("{}   {}", change.words(), fmt::count(change.len() as u64));
                let button = ui.add(Button::new(words).frame(false));
                let what = if of_detections { "detections changed" } else { "changed" };
                let (from, to) = (change.from.words(), change.to.words());
                let name = format!("{what} {from} to {to}: {}", change.len());
                button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                if button.on_hover_text("Show them in their images").clicked() {
                    ctx.send(Command::Select(selection(explorer, at.pair, change)));
                }
            }
            ui.add_space(theme::PADDING);
        }
    });
}

/// The objects of a change. Those that the rule on screen does not count have no outcome there: their images are meant.
fn selection(explorer: &Explorer, pair: (Matching, Matching), change: &Change) -> Filter {
    let what = if change.of_detections { "Detections" } else { "Objects" };
    let title =
        format!("{what} {} by {}, {} by {}", change.from.words(), pair.0.name(), change.to.words(), pair.1.name());
    if change.from != Standing::Uncounted {
        let (truths, preds) = (Arc::new(change.truths.clone()), Arc::new(change.preds.clone()));
        return Filter::Objects { title, truths, preds };
    }
    let of_truths = change.truths.iter().filter_map(|t| explorer.dataset().truths.image.get(t.index()).copied());
    let of_preds = change.preds.iter().filter_map(|p| explorer.predictions().image_of(*p));
    let mut images: Vec<ImageId> = of_truths.chain(of_preds).collect();
    images.sort_unstable();
    images.dedup();
    Filter::Images { title, images }
}

/// Average precision of every class by the protocols of COCO and VOC.
fn precisions(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, all: &Protocols) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("Average precision by protocol").font(theme::title()));
        let made = || Some(Maker::made(exhibits::precisions(explorer, all, &ctx.theme.paper())));
        hand_out::button(ui, ctx, "average precision", "average-precision", made);
    });
    let coco = explorer.evaluation.coco();
    let classes = explorer.dataset().classes.len();
    let heads = ["COCO 50:95", "COCO 50", "VOC 2007", "VOC 2010"];
    let table = TableBuilder::new(ui)
        .id_salt("average precision")
        .striped(false)
        .auto_shrink(false)
        .cell_layout(Layout::right_to_left(Align::Center))
        .column(Column::initial(150.0).at_least(90.0).clip(true))
        .columns(Column::exact(AP), heads.len());
    let table = table.header(theme::ROW, |mut header| {
        for head in [""].into_iter().chain(heads) {
            header.col(|ui| drop(ui.label(RichText::new(head).font(theme::caption()).color(ctx.theme.muted))));
        }
    });
    table.body(|body| {
        body.rows(theme::ROW, classes + 1, |mut row| {
            let class = row.index().checked_sub(1).map(ClassId::from_index);
            let (ap, ap50) = match class {
                None => coco.map_or((None, None), |coco| (coco.summary.ap, coco.summary.ap50)),
                Some(class) => coco.and_then(|c| c.classes.get(class.index())).map_or((None, None), |c| (c.ap, c.ap50)),
            };
            let VocAp { eleven_points, all_points } = class.map_or_else(|| all.mean_voc(), |class| all.voc_of(class));
            row.col(|ui| {
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let words = class.map_or("Mean of classes", |class| explorer.dataset().classes.name(class));
                    let words = if class.is_none() { RichText::new(words).strong() } else { RichText::new(words) };
                    ui.add(Label::new(words).truncate());
                });
            });
            for value in [ap, ap50, eleven_points, all_points] {
                row.col(|ui| drop(ui.label(fmt::rate(value))));
            }
        });
    });
}
