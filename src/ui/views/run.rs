//! The page about the evaluation itself: how objects are paired, in words; its headline numbers; what it was made from
//! and what was found wrong in it.

pub mod inputs;
pub mod mapping;
pub mod numbers;
pub mod recognised;

use egui::{Align, Layout, Rect, RichText, ScrollArea, Ui, UiBuilder};

use crate::metrics::{Generation, Matching};
use crate::model::{Severity, fmt};
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;

use super::threshold_bar::explain;

/// What each rule of pairing does, in a phrase.
const fn phrase(matching: Matching) -> &'static str {
    match matching {
        Matching::TwoPass => "own class first, then any class: what is found with another class is misclassified",
        Matching::Coco => "own class only, COCO's rules: nothing is misclassified",
        Matching::ClassAgnostic => "best overlap whatever the class, in order of score",
        Matching::Supervision => "as supervision 0.31.2: own class first, then by overlap; IoU strictly above",
        Matching::Ultralytics => {
            "as Ultralytics 8.4.190: in order of score, whatever the class; score and IoU strictly above"
        }
    }
}

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx) {
    let Some(explorer) = &ctx.session.explorer else { return };
    let frame = egui::Frame::new().fill(ctx.theme.surface).inner_margin(egui::Margin::symmetric(16, 12));
    frame.show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let area = ui.available_rect_before_wrap();
            let middle = area.left() + area.width() * 0.5;
            let right = column(ui, area.with_min_x(middle + theme::PADDING), |ui| {
                numbers::ui(ui, ctx, explorer);
                settings(ui, ctx, explorer);
            });
            let left = column(ui, area.with_max_x(middle - theme::PADDING), |ui| {
                // What a class means comes before what is wrong with its rows.
                let doubtful = !explorer.doubtful.is_empty();
                if doubtful {
                    mapping::ui(ui, ctx, explorer);
                }
                problems(ui, ctx, explorer);
                if !doubtful {
                    mapping::ui(ui, ctx, explorer);
                }
                folder(ui, ctx);
                inputs::ui(ui, ctx, explorer);
            });
            ui.advance_cursor_after_rect(left.union(right));
        });
    });
}

/// Draws one of the page's columns; the place it took.
fn column(ui: &mut Ui, area: Rect, content: impl FnOnce(&mut Ui)) -> Rect {
    let mut column = ui.new_child(UiBuilder::new().max_rect(area).layout(Layout::top_down(Align::Min)));
    content(&mut column);
    column.min_rect()
}

/// A title over a part of the page.
fn section(ui: &mut Ui, ctx: &ViewCtx, title: &str, note: &str) {
    section_with(ui, ctx, title, note, |_| {});
}

/// The same with something beside it.
fn section_with(ui: &mut Ui, ctx: &ViewCtx, title: &str, note: &str, more: impl FnOnce(&mut Ui)) {
    ui.add_space(theme::PADDING);
    ui.horizontal(|ui| {
        ui.label(RichText::new(title).font(theme::title()).color(ctx.theme.text));
        ui.label(RichText::new(note).font(theme::caption()).color(ctx.theme.muted));
        more(ui);
    });
    ui.add_space(theme::GRID / 2.0);
}

fn settings(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
    if explorer.evaluation.objects().is_some() {
        section(ui, ctx, "Settings", "what belongs together");
        for matching in Matching::ALL {
            let chosen = ctx.session.matching.matching == matching;
            let radio = ui.horizontal(|ui| {
                let radio = ui.radio(chosen, matching.name());
                ui.add(egui::Label::new(RichText::new(phrase(matching)).color(ctx.theme.muted)).truncate());
                radio
            });
            if radio.inner.clicked() {
                ctx.send(Command::SetMatching(matching));
            }
        }
    }
    section(ui, ctx, "Protocol", &explain::matching(explorer));
    for sentence in explain::protocol(explorer) {
        ui.label(RichText::new(sentence).color(ctx.theme.muted));
    }
    let at = explorer.condition();
    if explorer.evaluation.is_without_confidence() {
        // Nothing is kept or left out: the protocol says so.
        return;
    }
    if let Some(texts) = explorer.texts() {
        let how = if explorer.threshold.optimal { ", the threshold to begin with" } else { "" };
        ui.label(RichText::new(format!("Answers pass at {at}{how}")).color(ctx.theme.muted));
        signatures(ui, ctx, texts);
        return;
    }
    let how = if explorer.threshold.optimal {
        ", the optimum: the highest score at which F1 over all of them is largest"
    } else {
        ""
    };
    ui.label(RichText::new(format!("Predictions are kept at {at}{how}")).color(ctx.theme.muted));
}

/// How four numbers can be had again with sacrebleu.
fn signatures(ui: &mut Ui, ctx: &ViewCtx, texts: &Generation) {
    let Some(of) = texts.signatures() else { return };
    section(ui, ctx, "Signatures", "sacrebleu gives the same numbers with these");
    for (name, signature) in [("BLEU", &of.bleu), ("chrF", &of.chrf), ("chrF++", &of.chrf_plus_plus), ("TER", &of.ter)]
    {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(name).color(ctx.theme.text));
            let words = RichText::new(signature).font(theme::caption()).color(ctx.theme.muted);
            ui.add(egui::Label::new(words).selectable(true).wrap());
        });
    }
}

fn problems(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
    let of_folder = ctx.session.project.as_ref().map(|p| p.recognised.findings.sorted()).unwrap_or_default();
    let count = (explorer.findings.len() + of_folder.len()) as u64;
    let note = if count == 0 { "none found".to_owned() } else { fmt::counted(count, "kind", "kinds") };
    section(ui, ctx, "Problems in the data", &note);
    if count == 0 {
        ui.label(RichText::new("Ground truth and predictions were read without a remark").color(ctx.theme.muted));
    }
    for finding in explorer.findings.iter().chain(&of_folder) {
        let (word, color) = match finding.severity {
            Severity::Error => ("error", ctx.theme.danger),
            Severity::Warning => ("warning", ctx.theme.misclassified),
            Severity::Info => ("info", ctx.theme.muted),
        };
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(word).color(color));
            ui.label(RichText::new(finding.code).monospace().color(ctx.theme.text));
            ui.label(RichText::new(format!("{} ×", fmt::count(finding.count as u64))).color(ctx.theme.muted));
        });
        ui.label(RichText::new(&finding.message).color(ctx.theme.text));
        for example in &finding.examples {
            ui.add(egui::Label::new(RichText::new(example).font(theme::caption()).color(ctx.theme.muted)).truncate());
        }
        let more = finding.count.saturating_sub(finding.examples.len()) as u64;
        if more > 0 && !finding.examples.is_empty() {
            let text = format!("and {} more", fmt::count(more));
            ui.label(RichText::new(text).font(theme::caption()).color(ctx.theme.muted));
        }
        ui.add_space(theme::PADDING);
    }
}

fn folder(ui: &mut Ui, ctx: &ViewCtx) {
    let Some(project) = &ctx.session.project else { return };
    let note = if project.from_file { "from evalens.json" } else { "without a project file" };
    section(ui, ctx, "What the folder holds", note);
    ui.label(RichText::new(project.root.display().to_string()).monospace().color(ctx.theme.text));
    recognised::details(ui, ctx, &project.recognised);
    recognised::write_button(ui, ctx, project);
}
