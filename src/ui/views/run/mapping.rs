//! The classes that the predictions name, and which class of the truth each is read as; any can be chosen otherwise. Where names
//! do not settle it, what a class is found on speaks for one, and the numbers with it are shown before it is taken.

use egui::{Button, CollapsingHeader, ComboBox, RichText, Ui, WidgetInfo};

use crate::formats::Correction;
use crate::formats::class_map::{ClassMapping, MappingReason};
use crate::model::fmt;
use crate::model::run::headline;
use crate::session::mapping::Evidence;
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::states;

use super::section;

/// Lines shown; lists of a thousand classes are corrected in the project file.
const LINES: usize = 100;
/// Names that are the same are shown at once where there are no more of them.
const FEW: usize = 8;
/// Width of the choice of a class.
const CHOICE: f32 = 180.0;
const NONE: &str = "no class; left out";

/// Draws the list: what is not simply the same comes first, the rest is folded away where it is long.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
    if explorer.mappings.is_empty() {
        return;
    }
    let is_same = |m: &&ClassMapping| m.why == MappingReason::Exact && !explorer.doubtful.contains(&m.from);
    let (same, other): (Vec<&ClassMapping>, Vec<&ClassMapping>) = explorer.mappings.iter().partition(is_same);
    let unmapped = other.iter().filter(|m| m.to.is_none()).count() as u64;
    let note = if unmapped == 0 { String::new() } else { format!("{} without a class", fmt::count(unmapped)) };
    section(ui, ctx, "Class names of the predictions", &note);
    if !other.is_empty() {
        list(ui, ctx, explorer, "other class names", &other);
    }
    if !explorer.doubtful.is_empty() {
        proposal(ui, ctx, explorer);
    }
    saved(ui, ctx);
    if !same.is_empty() {
        let title = format!("{} as in the ground truth", fmt::counted(same.len() as u64, "name", "names"));
        let header = CollapsingHeader::new(RichText::new(title).color(ctx.theme.muted)).id_salt("same class names");
        header.default_open(same.len() <= FEW).show(ui, |ui| list(ui, ctx, explorer, "same class names", &same));
    }
}

fn list(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, id: &str, lines: &[&ClassMapping]) {
    egui::Grid::new(id).num_columns(4).spacing([theme::PADDING * 2.0, 2.0]).show(ui, |ui| {
        for entry in lines.iter().take(LINES) {
            line(ui, ctx, explorer, entry);
            ui.end_row();
        }
    });
    if lines.len() > LINES {
        let text = format!("and {} more", fmt::count((lines.len() - LINES) as u64));
        ui.label(RichText::new(text).font(theme::caption()).color(ctx.theme.muted));
    }
}

fn line(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, entry: &ClassMapping) {
    ui.label(RichText::new(&entry.from).color(ctx.theme.text));
    let shown = entry.to.as_deref().unwrap_or(NONE);
    let color = if entry.to.is_some() { ctx.theme.text } else { ctx.theme.danger };
    let combo = ComboBox::from_id_salt(("class name", &entry.from)).selected_text(RichText::new(shown).color(color));
    let combo = combo.width(CHOICE).height(320.0).show_ui(ui, |ui| {
        let names = explorer.evaluation.dataset.classes.names().iter().map(String::as_str);
        for name in names.chain([""]) {
            let text = if name.is_empty() { NONE } else { name };
            if ui.selectable_label(entry.to.as_deref().unwrap_or_default() == name, text).clicked() {
                let map = [(entry.from.clone(), name.to_owned())].into();
                ctx.send(Command::Correct(Correction::Classes(map)));
            }
        }
    });
    let name = format!("{} is read as {shown}", entry.from);
    combo.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, &name));
    let (one, many) = match explorer.evaluation.objects() {
        Some(_) => ("detection", "detections"),
        None => ("score", "scores"),
    };
    ui.label(RichText::new(fmt::counted(entry.count as u64, one, many)).color(ctx.theme.muted));
    let evidence = ctx.session.study.as_ref().and_then(|study| study.evidence.iter().find(|e| e.from == entry.from));
    let why = evidence.and_then(|evidence| found_on(explorer, evidence));
    let why = why.map_or_else(|| entry.why.words().to_owned(), |found| format!("{}; {found}", entry.why.words()));
    ui.label(RichText::new(why).font(theme::caption()).color(ctx.theme.muted));
}

/// What the predictions of a class are found on, in words.
fn found_on(explorer: &Explorer, evidence: &Evidence) -> Option<String> {
    let (class, count) = evidence.on.first()?;
    let (count, of) = (fmt::count(*count as u64), fmt::count(evidence.found as u64));
    Some(if explorer.evaluation.objects().is_some() {
        format!("{count} of {of} that lie on an object lie on {class}")
    } else {
        format!("{count} of {of} items said to be of it are labelled {class}")
    })
}

/// What the evidence speaks for, and what it would change.
fn proposal(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
    if let Some(job) = ctx.session.jobs.get(&Slot::Mapping) {
        ui.horizontal(|ui| states::job_row(ui, ctx, Slot::Mapping, job, CHOICE));
        return;
    }
    let Some(study) = &ctx.session.study else {
        ctx.send(Command::StudyMapping);
        return;
    };
    let Some([now, with]) = study.effect.filter(|_| !study.proposed.is_empty()) else { return };
    ui.add_space(theme::GRID);
    let pairs: Vec<String> = study.proposed.iter().map(|(from, to)| format!("{from} → {to}")).collect();
    let words = format!("By what they are found on: {}", pairs.join(", "));
    ui.label(RichText::new(words).color(ctx.theme.text));
    let change =
        |name: &str, now: Option<f64>, then: Option<f64>| format!("{name} {} → {}", fmt::rate(now), fmt::rate(then));
    ui.horizontal(|ui| {
        let name = headline(explorer.evaluation.task).1;
        let effect = format!("{}, {}", change(name, now.headline, with.headline), change("F1", now.f1, with.f1));
        ui.label(RichText::new(effect).color(ctx.theme.text));
        let button = ui.add(Button::new("Read them so"));
        if button.on_hover_text("Evaluates again with these class names; each can still be chosen otherwise").clicked()
        {
            ctx.send(Command::Correct(Correction::Classes(study.proposed.clone())));
        }
    });
}

/// Where the project has a file, what was chosen can be kept in it.
fn saved(ui: &mut Ui, ctx: &ViewCtx) {
    let Some(project) = ctx.session.project.as_ref().filter(|project| project.from_file && project.corrected) else {
        return;
    };
    if project.recognised.project.class_map.is_empty() {
        return;
    }
    let button = ui.button("Keep the class names in evalens.json");
    if button.on_hover_text("Writes `class_map` into the project file and leaves all else in it as it is").clicked() {
        ctx.send(Command::WriteProjectFile);
    }
}
