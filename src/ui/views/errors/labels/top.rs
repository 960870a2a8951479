//! The bar above the review: which suspects are listed, what makes one, progress, saving.

use std::sync::Arc;

use egui::{Align, ComboBox, DragValue, Layout, RichText, Role, Ui, WidgetInfo};

use crate::analysis::suspects::Found;
use crate::analysis::suspects::confident::Pruning;
use crate::model::verdict::standing;
use crate::model::{SuspectKind, fmt};
use crate::report::verdicts;
use crate::session::errors::review::{Ask, Only, Review};
use crate::session::exports::Maker;
use crate::session::{Command, Explorer};
use crate::store::export::Content;
use crate::ui::context::{ViewCtx, Wish};
use crate::ui::exhibits;
use crate::ui::theme;
use crate::ui::views::{explain, hand_out};
use crate::ui::widgets::class_menu::{ClassMenu, Picked};
use crate::ui::widgets::switch;

const ABOUT_OBJECTS: &str = "Wrong label: a confident detection overlaps an object of another class by an IoU of at least 0.5, and is surer \
    than any detection of the object’s own class. Missing label: a confident detection overlaps nothing annotated, crowds included, \
    by 0.1. Spurious label: no detection from a share of the confident score on touches the object (IoU 0.1), though at least 80 % of \
    its class and size are touched; with other models on the page Compare, theirs count too. Badly located: the best confident \
    detection of an object that none finds overlaps it by 0.1 to 0.5. Confident is a score from which on precision is 0.9, but at least \
    the optimal confidence. Verdicts are kept beside the project; your labels are never changed";
const ABOUT_ITEMS: &str = "Confident learning (Northcutt et al. 2021) as cleanlab 2.9.0 counts it: a class is confident where its probability \
    reaches the mean over its own items; the counts of label against confident class say how many labels of each pair are wrong. By \
    noise rate so many are taken, those with the largest margin; else the items that were counted. Sorted by 1 − normalized margin. Of \
    several labels an item, each class against all others. Neighbours: at least 80 % of the 15 nearest by the project’s vectors, or \
    those of the map, have one other label. Verdicts are kept beside the project; your labels are never changed";

/// Draws the bar.
pub fn ui(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    review: &Review,
    found: &Found,
    (judged, all): (usize, usize),
    search: &mut String,
) {
    ui.horizontal(|ui| {
        kinds(ui, ctx, review, found);
        classes(ui, ctx, explorer, review, search);
        let mut open = review.only.open;
        if switch::toggle(ui, ctx.theme, &mut open, "Not judged", None, "Lists only those that nobody has judged")
            .changed()
        {
            list(ctx, Only { open, ..review.only });
        }
        match found.confident {
            Some(confident) => confidence(ui, ctx, confident),
            None if explorer.evaluation.labels().is_some() => pruning(ui, ctx),
            None => {}
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let objects = explorer.evaluation.objects().is_some();
            explain::button(ui, ctx, "Label suspects", if objects { ABOUT_OBJECTS } else { ABOUT_ITEMS });
            let made = || exhibits::suspects(ctx.session, explorer, &ctx.theme.paper()).map(Maker::made);
            hand_out::button(ui, ctx, "label suspects", "label-suspects", made);
            save(ui, ctx, explorer, review);
            let words = format!("{} of {} judged", fmt::count(judged as u64), fmt::count(all as u64));
            let label = ui.label(RichText::new(words).color(ctx.theme.text));
            let lost =
                [(review.elsewhere, "about labels that are not on screen"), (review.unread, "that cannot be read")];
            let lost: Vec<String> = lost
                .iter()
                .filter(|(n, _)| *n > 0)
                .map(|(n, what)| format!("{} {what}", fmt::counted(*n as u64, "verdict", "verdicts")))
                .chain(review.without_neighbours.clone())
                .collect();
            if !lost.is_empty() {
                label.on_hover_text(lost.join("\n"));
            }
        });
    });
}

fn list(ctx: &ViewCtx, only: Only) {
    ctx.send(Command::Review(Ask::List(only)));
}

fn kinds(ui: &mut Ui, ctx: &ViewCtx, review: &Review, found: &Found) {
    let count = |kind: Option<SuspectKind>| {
        let n = found.suspects.iter().filter(|suspect| kind.is_none_or(|kind| suspect.kind == kind)).count();
        let name = kind.map_or_else(|| "Any kind".to_owned(), |kind| fmt::capitalised(kind.label()));
        (n, format!("{name} ({})", fmt::count(n as u64)))
    };
    let combo = ComboBox::from_id_salt("kind of suspects").selected_text(count(review.only.kind).1).width(168.0);
    let combo = combo.show_ui(ui, |ui| {
        for kind in std::iter::once(None).chain(SuspectKind::ALL.map(Some)) {
            let (n, words) = count(kind);
            let chosen = review.only.kind == kind;
            if (n > 0 || kind.is_none()) && ui.selectable_label(chosen, words).clicked() {
                list(ctx, Only { kind, ..review.only });
            }
        }
    });
    combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Kind of suspects"));
}

fn classes(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, review: &Review, search: &mut String) {
    let classes = &explorer.dataset().classes;
    let chosen = review.only.class.map_or("Any class", |class| classes.name(class));
    let menu = ClassMenu { name: "Class of suspects", chosen, width: 120.0, first: &["Any class"] };
    match menu.show(ui, classes, search).1 {
        Some(Picked::First(_)) => list(ctx, Only { class: None, ..review.only }),
        Some(Picked::Class(class)) => list(ctx, Only { class: Some(class), ..review.only }),
        None => {}
    }
}

/// The score from which detections are confident.
fn confidence(ui: &mut Ui, ctx: &ViewCtx, confident: f64) {
    let rules = &ctx.session.rules;
    ui.label(RichText::new("Confident from").color(ctx.theme.muted));
    let mut value = confident;
    let field =
        ui.add(DragValue::new(&mut value).range(0.0..=1.0).speed(0.005).fixed_decimals(3).update_while_editing(false));
    field.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, "Confident from"));
    let hint = match rules.confident() {
        Some(_) => "The score from which a detection is confident, as you set it".to_owned(),
        None => format!(
            "The score from which a detection is confident: precision {} from there on, but not below the optimum",
            fmt::rate(Some(rules.suspect_precision))
        ),
    };
    if field.on_hover_text(hint).changed() && value != confident {
        ctx.send(Command::Review(Ask::Confident(Some(value))));
    }
    if rules.confident().is_some() && ui.button("Automatic").clicked() {
        ctx.send(Command::Review(Ask::Confident(None)));
    }
}

/// How confident learning chooses.
fn pruning(ui: &mut Ui, ctx: &ViewCtx) {
    let now = ctx.session.rules.pruning();
    ui.spacing_mut().item_spacing.x = theme::GRID;
    for (pruning, name, hint) in [
        (
            Pruning::NoiseRate,
            "By noise rate",
            "As many items as are estimated to be wrong, those with the largest margin",
        ),
        (Pruning::Counted, "As counted", "The items that are counted off the diagonal of the confident joint"),
    ] {
        if switch::choice(ui, ctx.theme, now == pruning, name, name, hint).clicked() && now != pruning {
            ctx.send(Command::Review(Ask::Prune(pruning)));
        }
    }
}

fn save(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, review: &Review) {
    ui.add_enabled_ui(!review.lines.is_empty(), |ui| {
        ui.menu_button("Save verdicts …", |ui| {
            let lines = standing(&review.lines);
            if ui.button("As a table (CSV)").clicked()
                && let Ok(text) = verdicts::csv(&lines)
            {
                ctx.wish(Wish::SaveAs("verdicts.csv", Arc::new(Content::Text(text))));
            }
            let hint = "The changes to the labels, item by item: docs/command-line.md describes it";
            if ui.button("As changes to the labels (JSON)").on_hover_text(hint).clicked() {
                let identity = &explorer.dataset().identity;
                let text = format!("{:#}\n", verdicts::patch((&identity.id, &identity.version), &lines));
                ctx.wish(Wish::SaveAs("label-patch.json", Arc::new(Content::Text(text))));
            }
        });
    });
}
