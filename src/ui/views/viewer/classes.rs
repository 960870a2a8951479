//! The probabilities of an item's classes as bars, the highest first: labels and what the model decides for are marked.

use egui::text::{LayoutJob, TextFormat};
use egui::{Align2, Rect, RichText, Role, ScrollArea, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};

use crate::model::{ClassId, fmt};
use crate::ui::theme;
use crate::ui::views::labelled::Labelled;
use crate::ui::widgets::boxes::Boxes;
use crate::ui::widgets::text;

use super::Scene;

/// Height of a class.
const ROW: f32 = 34.0;

/// Draws the list.
pub fn ui(ui: &mut Ui, scene: &Scene) {
    let (theme, explorer) = (scene.ctx.theme, scene.explorer);
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, 0.0, theme.surface);
    ui.painter().vline(rect.left() + theme::HAIRLINE / 2.0, rect.y_range(), (theme::HAIRLINE, theme.line));
    let labelled = Labelled::of(explorer, scene.id);
    ui.add_space(theme::GRID);
    if labelled.is_several() {
        several(ui, scene, &labelled);
    } else {
        one(ui, scene, &labelled);
    }
    measures(ui, scene);
    ui.add_space(theme::GRID);
    let Some(labels) = explorer.evaluation.labels() else { return };
    let mut scored: Vec<(ClassId, f64)> = labels.scores.scored(scene.id).collect();
    scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    // A label without a score is shown all the same.
    let unscored: Vec<ClassId> =
        labelled.truth.iter().copied().filter(|c| !scored.iter().any(|(s, _)| s == c)).collect();
    let rows: Vec<(ClassId, Option<f64>)> =
        scored.iter().map(|(c, s)| (*c, Some(*s))).chain(unscored.into_iter().map(|c| (c, None))).collect();
    let most = scored.first().map_or(1.0, |(_, s)| s.max(1e-12));
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW, rows.len(), |ui, range| {
        for &(class, score) in rows.get(range).unwrap_or(&[]) {
            row(ui, scene, &labelled, class, score, most);
        }
    });
}

/// What became of an item with one label.
fn one(ui: &mut Ui, scene: &Scene, labelled: &Labelled) {
    let (theme, explorer) = (scene.ctx.theme, scene.explorer);
    ui.horizontal(|ui| {
        ui.add_space(theme::PADDING);
        if let Some(kind) = labelled.kind {
            let (mark, _) = ui.allocate_exact_size(Vec2::splat(theme::PADDING), Sense::hover());
            let mut boxes = Boxes::new(ui.painter(), ui.clip_rect());
            boxes.mark(mark, kind, theme.outcome(kind));
            boxes.paint(ui.painter());
        }
        ui.add(egui::Label::new(RichText::new(labelled.words(explorer)).color(theme.text)).wrap());
    });
}

/// The labels of an item, what was predicted, and how the two differ.
fn several(ui: &mut Ui, scene: &Scene, labelled: &Labelled) {
    let theme = scene.ctx.theme;
    for (name, words) in labelled.parts(scene.explorer) {
        ui.horizontal(|ui| {
            ui.add_space(theme::PADDING);
            let color = match name {
                "Missed" => theme.missed,
                "Added" => theme.false_positive,
                _ => theme.text,
            };
            let mut job = LayoutJob::default();
            job.append(name, 0.0, TextFormat::simple(theme::body(), theme.muted));
            job.append(&format!(" {words}"), 0.0, TextFormat::simple(theme::body(), color));
            ui.add(egui::Label::new(job).wrap());
        });
    }
}

/// Loss, margin and entropy in a line.
fn measures(ui: &mut Ui, scene: &Scene) {
    let explorer = scene.explorer;
    let Some(of_item) = explorer.evaluation.labels().and_then(|l| l.measures.get(scene.id.index())) else { return };
    let parts = [("loss", of_item.loss), ("margin", of_item.margin), ("entropy", of_item.entropy)];
    let words: Vec<String> =
        parts.iter().filter_map(|(name, value)| value.map(|v| format!("{name} {}", fmt::short(v)))).collect();
    ui.horizontal(|ui| {
        ui.add_space(theme::PADDING);
        ui.label(RichText::new(words.join(" · ")).font(theme::caption()).color(scene.ctx.theme.muted));
    });
}

fn row(ui: &mut Ui, scene: &Scene, labelled: &Labelled, class: ClassId, score: Option<f64>, most: f64) {
    let (theme, explorer) = (scene.ctx.theme, scene.explorer);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let name = explorer.class_name(Some(class));
    let figure = score.map_or_else(|| fmt::UNDEFINED.to_owned(), fmt::short);
    let (is_truth, is_said) = (labelled.truth.contains(&class), labelled.said.iter().any(|(c, _)| *c == class));
    let standing = match (is_truth, is_said) {
        (true, true) => "label, predicted",
        (true, false) => "label",
        (false, true) => "predicted",
        (false, false) => "",
    };
    response.widget_info(|| {
        let standing = if standing.is_empty() { String::new() } else { format!(", {standing}") };
        WidgetInfo::labeled(Role::Label, true, format!("probability of {name}: {figure}{standing}"))
    });
    let inside = rect.shrink2(vec2(theme::PADDING + theme::GRID, 2.0));
    let line = inside.with_max_y(inside.top() + 18.0);
    let color = if is_truth || is_said { theme.text } else { theme.muted };
    let drawn = text::at(ui.painter(), line.right_center(), Align2::RIGHT_CENTER, &figure, theme::body(), color);
    let words = if standing.is_empty() { name.to_owned() } else { format!("{name} · {standing}") };
    text::left(ui.painter(), line.with_max_x(drawn.left() - theme::PADDING), &words, theme::body(), color);
    let rail =
        Rect::from_min_max(pos2(inside.left(), line.bottom() + 1.0), pos2(inside.right(), inside.bottom() - 3.0));
    ui.painter().rect_filled(rail, 2.0, theme.raised);
    // Scores may lie above 1; the bars then share the scale of the largest.
    let share = score.map_or(0.0, |s| (s / most.max(1.0)).clamp(0.0, 1.0)) as f32;
    let fill = match (is_truth, is_said) {
        (true, true) => theme.correct,
        (true, false) => theme.missed,
        (false, true) => theme.misclassified,
        (false, false) => theme.muted,
    };
    ui.painter().rect_filled(rail.with_max_x(rail.left() + rail.width() * share), 2.0, fill);
    let t = (explorer.threshold_of(class) / most.max(1.0)).clamp(0.0, 1.0) as f32;
    let x = rail.left() + rail.width() * t;
    ui.painter().vline(x, rail.y_range().expand(1.0), (theme::HAIRLINE, theme.accent));
}
