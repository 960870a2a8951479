//! Thresholds made for costs or targets, and the numbers over IoU and confidence. Computes nothing: the session does.

mod goal;
mod surface;
mod table;

use std::sync::Arc;

use egui::{Align, Button, Frame, Layout, Popup, RichText, Role, Ui, WidgetInfo};

use crate::analysis::compare::Verdict;
use crate::analysis::design::{self, Design, Difference};
use crate::model::fmt;
use crate::report::thresholds::{self, Format};
use crate::session::errors::design::Ask;
use crate::session::exports::Maker;
use crate::session::{Command, Explorer, Slot};
use crate::store::export::Content;
use crate::ui::context::{ViewCtx, Wish};
use crate::ui::theme;
use crate::ui::views::{explain, hand_out};
use crate::ui::widgets::{states, switch};

use goal::Planned;

/// Width of a running job's bar in the row of buttons.
const BAR: f32 = 160.0;

/// What the page remembers between frames.
#[derive(Default)]
pub struct State {
    part: Part,
    planned: Planned,
    surface: surface::State,
}

/// What the page shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Designer,
    Surface,
}

const ABOUT: &str = "Thresholds are chosen among all scores that occur, for what you ask for. With one threshold a class, each \
    class is looked at by itself: its own predictions counted while all classes have one threshold. The numbers shown are \
    then counted anew with all chosen thresholds together. Chosen and judged on the same items they look a little too good: \
    held out are numbers for which the items were divided into parts, thresholds chosen on all parts but one and judged on \
    that one, in turn. Intervals hold 95 % of the differences over 1,000 resamples of the items, the same for both sides; \
    a difference whose interval holds 0 is not distinguishable from none. The cost of a class counts its missed and \
    misclassified truths and its false positives.";

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut State) {
    let Some(explorer) = &ctx.session.explorer else { return };
    let frame = Frame::new().fill(ctx.theme.surface).inner_margin(theme::PADDING);
    frame.show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        let objects = explorer.evaluation.objects().is_some();
        if !objects {
            state.part = Part::Designer;
        }
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GRID;
            let designer = "Thresholds for costs, F-beta, or a recall or precision to reach";
            let parts = [
                (Part::Designer, "Designer", designer),
                (Part::Surface, "IoU and confidence", "How F1, precision and recall lie over both settings"),
            ];
            for (part, name, hint) in parts.into_iter().take(1 + usize::from(objects)) {
                if switch::choice(ui, ctx.theme, state.part == part, name, name, hint).clicked() {
                    state.part = part;
                }
            }
            match state.part {
                Part::Designer => explain::button(ui, ctx, "Designer", ABOUT),
                Part::Surface => explain::button(ui, ctx, "IoU and confidence", surface::ABOUT),
            }
        });
        ui.add_space(theme::GRID);
        if let Some((title, why)) = design::obstacle(&explorer.evaluation) {
            states::empty(ui, ctx, title, why);
            return;
        }
        match state.part {
            Part::Designer => designer(ui, ctx, explorer, &mut state.planned),
            Part::Surface => surface::ui(ui, ctx, explorer, &mut state.surface),
        }
    });
}

fn designer(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, planned: &mut Planned) {
    planned.follow(explorer);
    goal::ui(ui, ctx, explorer, planned);
    ui.add_space(theme::GRID);
    let found = ctx.session.errors.design.current(explorer);
    actions(ui, ctx, explorer, planned, found);
    ui.add_space(theme::PADDING);
    if let Some(found) = found {
        numbers(ui, ctx, explorer, found);
        ui.add_space(theme::PADDING);
    }
    table::ui(ui, ctx, explorer, planned, found.map(|found| &**found));
}

fn actions(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, planned: &Planned, found: Option<&Arc<Design>>) {
    ui.horizontal(|ui| {
        if let Some(job) = ctx.session.jobs.get(&Slot::Design) {
            ui.label(RichText::new(&job.title).color(ctx.theme.muted));
            states::job_row(ui, ctx, Slot::Design, job, BAR);
            return;
        }
        let button =
            Button::new(RichText::new("Find thresholds").color(ctx.theme.text)).fill(ui.visuals().selection.bg_fill);
        if ui.add(button).clicked() {
            ctx.send(Command::Design(Ask::Find(Box::new(planned.plan()))));
        }
        let there = found.is_some_and(|found| in_use(explorer, found));
        let hint = if there { "These thresholds are in use" } else { "Sets the thresholds of the window" };
        let button = ui.add_enabled(found.is_some() && !there, Button::new("Use these thresholds"));
        if button.on_hover_text(hint).on_disabled_hover_text(hint).clicked() {
            ctx.send(Command::Design(Ask::Use));
        }
        let save = ui.add_enabled(found.is_some(), Button::new("Save thresholds …"));
        let Some(found) = found else { return };
        Popup::menu(&save).show(|ui| {
            for (format, words, file) in
                [(Format::Json, "As JSON …", "thresholds.json"), (Format::Yaml, "As YAML …", "thresholds.yaml")]
            {
                if ui.button(words).clicked()
                    && let Ok(text) = thresholds::text(&explorer.evaluation, found, format)
                {
                    ctx.wish(Wish::SaveAs(file, Arc::new(Content::Text(text))));
                }
            }
        });
        let made = || Some(Maker::made(table::exhibit(explorer, found, &ctx.theme.paper())));
        hand_out::button(ui, ctx, "designed thresholds", "designed-thresholds", made);
        if found.plan != planned.plan() {
            ui.label(RichText::new("The wishes above changed since").color(ctx.theme.muted));
        }
    });
}

/// True where the window has these thresholds.
fn in_use(explorer: &Explorer, found: &Design) -> bool {
    explorer.threshold.value == found.threshold.threshold && explorer.own == found.own
}

/// What the thresholds give, on the items they were chosen on and on others.
fn numbers(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, found: &Design) {
    let muted = |words: &str| RichText::new(words).font(theme::caption()).color(ctx.theme.muted);
    let task = explorer.evaluation.task;
    ui.label(muted(&found.plan.sentence(task)));
    let missed = found.classes.iter().filter(|class| class.chosen.is_some_and(|chosen| !chosen.reached)).count();
    let missed = missed + usize::from(!found.threshold.reached && found.own.len() < found.classes.len());
    let reached = if missed == 0 { "" } else { "; * the target is out of reach, this comes nearest" };
    let (before, after) = (fmt::threshold(found.now.0), fmt::threshold(found.threshold.threshold));
    let own = match found.own.len() {
        0 => String::new(),
        n => format!(", {} at their own", fmt::counted(n as u64, "class", "classes")),
    };
    ui.label(format!("Confidence for all {before} → {after}{own}{reached}"));
    let held_out = found.held_out.as_ref();
    egui::Grid::new("designed numbers").min_col_width(56.0).spacing([theme::PADDING * 2.0, 2.0]).show(ui, |ui| {
        let parts = held_out.map_or(0, |held_out| held_out.thresholds.len());
        let held = format!("held out, {parts} parts");
        let mut heads = vec!["", "now", "proposed", "difference", "95 % interval", ""];
        if held_out.is_some() {
            heads.extend([held.as_str(), "difference", "95 % interval", ""]);
        }
        heads.into_iter().for_each(|head| drop(ui.label(muted(head))));
        ui.end_row();
        for (at, gain) in found.gains.iter().enumerate() {
            ui.label(gain.measure.label());
            ui.label(gain.measure.words(gain.now));
            difference(ui, ctx, gain, "on the items they were chosen on");
            if let Some(other) = held_out.and_then(|held_out| held_out.gains.get(at)) {
                difference(ui, ctx, other, "on held-out items");
            }
            ui.end_row();
        }
    });
    let words = match held_out {
        Some(_) => {
            "Proposed is judged on the items it was chosen on, and a little too good; held out is the honest estimate"
        }
        None => {
            "Proposed is judged on the items it was chosen on, and too good; there are too few items for an estimate"
        }
    };
    ui.label(muted(words));
}

/// The value with other thresholds, its difference, its interval, the verdict.
fn difference(ui: &mut Ui, ctx: &ViewCtx, gain: &Difference, place: &str) {
    let color = match gain.verdict {
        Verdict::BBetter => ctx.theme.correct,
        Verdict::ABetter => ctx.theme.missed,
        Verdict::NotDistinguishable | Verdict::Unknown => ctx.theme.muted,
    };
    let measure = gain.measure;
    let interval = gain.interval.map_or_else(
        || fmt::UNDEFINED.to_owned(),
        |(a, b)| format!("{} … {}", measure.signed(Some(a)), measure.signed(Some(b))),
    );
    ui.label(measure.words(gain.then));
    let signed = measure.signed(gain.difference());
    let label = ui.label(RichText::new(&signed).color(color));
    let name = format!("{} difference {signed} {place}: {}", measure.label(), gain.words());
    label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    ui.label(RichText::new(interval).color(ctx.theme.muted));
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| ui.label(RichText::new(gain.words()).color(color)));
}
