//! The suspect at hand in its image: the annotation solid, what the model found dashed, all other annotations faint. Of a classifier
//! the picture or the text, with the probabilities beside it.

use egui::{Align2, Color32, Key, Modifiers, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2};

use crate::analysis::suspects::Suspect;
use crate::model::{BBox, Image, RleRef, SuspectKind};
use crate::session::Explorer;
use crate::ui::context::ViewCtx;
use crate::ui::textures::Pictures;
use crate::ui::theme;
use crate::ui::views::objects::{self, Side, named};
use crate::ui::views::viewer;
use crate::ui::widgets::boxes::{Boxes, Line, Look};
use crate::ui::widgets::heatmap::readable;
use crate::ui::widgets::image_canvas::Canvas;

use super::{State, child};

/// Other annotations of the image that are drawn, at most.
const OTHERS: usize = 500;
/// How much they are seen.
const FAINT: f32 = 0.45;
/// Share of its size that is shown on each side of an object beside what any box is shown with.
const CONTEXT: f64 = 0.35;
/// Length of a dash of an outline and of the gap after it.
const DASH: (f32, f32) = (6.0, 4.0);

/// Draws it.
#[expect(clippy::too_many_arguments, reason = "one place draws all of it")]
pub fn ui(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    suspect: &Suspect,
    here: usize,
    rect: Rect,
    state: &mut State,
    pictures: &mut Pictures,
) {
    let Some(image) = explorer.dataset().images.get(suspect.image.index()) else { return };
    let mut view = rect;
    if explorer.evaluation.labels().is_some() {
        let list = rect.with_min_x(rect.right() - theme::OBJECT_LIST);
        view = rect.with_max_x(list.left());
        viewer::item(ui, ctx, explorer, suspect.image, (view, list));
        if explorer.evaluation.task.is_text() {
            return;
        }
    }
    let ui = &mut child(ui, "picture", view);
    let shown = viewer::shown(ui, suspect.image, image, view, pictures);
    let size = size_of(image, shown.drawable().map(|drawable| drawable.source), explorer, suspect);
    let another = state.shown.is_none_or(|(of, _)| of != suspect.image);
    if another {
        state.canvas.reset();
    }
    let id = ui.scope_id().with("canvas");
    let (canvas, _) = Canvas::show(ui, id, view, view.shrink(theme::PADDING), size, &mut state.canvas);
    let now = ui.input(|input| input.time);
    if state.shown != Some((suspect.image, here)) {
        state.shown = Some((suspect.image, here));
        // Labels of items have no place.
        if let Some(bbox) = around(explorer, suspect).filter(|bbox| bbox.w > 0.0 || bbox.h > 0.0) {
            canvas.zoom_to(&mut state.canvas, with_context(bbox), now);
            ui.request_repaint();
        }
    }
    if !ui.text_edit_focused() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::F)) {
        state.canvas.fit(now);
    }
    ui.painter().rect_filled(view, 0.0, ctx.theme.mat);
    viewer::ground(ui, ctx.theme, image, &canvas, &shown);
    if explorer.evaluation.objects().is_some() {
        overlay(ui, ctx, explorer, suspect, &canvas);
    }
}

/// The size that boxes refer to: as annotated, else the picture's own, else what the boxes need.
fn size_of(image: &Image, source: Option<(u32, u32)>, explorer: &Explorer, suspect: &Suspect) -> Vec2 {
    let annotated = Some((image.width, image.height)).filter(|(w, h)| *w > 0 && *h > 0);
    if let Some((w, h)) = annotated.or(source) {
        return vec2(w as f32, h as f32);
    }
    around(explorer, suspect).map_or(Vec2::splat(1.0), |b| vec2((b.x + b.w) as f32, (b.y + b.h) as f32))
}

/// The annotation and what the model found.
fn sides(explorer: &Explorer, suspect: &Suspect) -> (Option<Side>, Option<Side>) {
    let truth = suspect.truth.and_then(|truth| objects::truth(explorer, truth));
    (truth, suspect.pred.and_then(|pred| objects::prediction(explorer, pred)))
}

/// The smallest box around both.
fn around(explorer: &Explorer, suspect: &Suspect) -> Option<BBox> {
    let (truth, prediction) = sides(explorer, suspect);
    [truth, prediction].into_iter().flatten().map(|side| side.bbox).reduce(|a, b| {
        let (left, top) = (a.x.min(b.x), a.y.min(b.y));
        let (right, bottom) = ((a.x + a.w).max(b.x + b.w), (a.y + a.h).max(b.y + b.h));
        BBox::from_corners(left, top, right, bottom)
    })
}

/// A box with what is around it.
fn with_context(bbox: BBox) -> BBox {
    let (dx, dy) = (bbox.w * CONTEXT, bbox.h * CONTEXT);
    BBox::new(bbox.x - dx, bbox.y - dy, bbox.w + 2.0 * dx, bbox.h + 2.0 * dy)
}

fn overlay(ui: &Ui, ctx: &ViewCtx, explorer: &Explorer, suspect: &Suspect, canvas: &Canvas) {
    let (theme, painter) = (ctx.theme, ui.painter());
    let (truth, prediction) = sides(explorer, suspect);
    let mut boxes = Boxes::new(painter, canvas.rect);
    let others = explorer.dataset().truths.ids_of(suspect.image).filter(|other| Some(*other) != suspect.truth);
    for side in others.take(OTHERS).filter_map(|other| objects::truth(explorer, other)) {
        let color = theme.class(&explorer.dataset().classes, side.class).gamma_multiply(FAINT);
        let look = Look { line: Line::Solid, color, width: theme::HAIRLINE, halo: theme.halo.gamma_multiply(FAINT) };
        boxes.edge(canvas.place(side.bbox), look);
    }
    let color = match suspect.kind {
        SuspectKind::WrongLabel | SuspectKind::BadLocation => theme.misclassified,
        SuspectKind::MissingLabel => theme.false_positive,
        SuspectKind::SpuriousLabel => theme.missed,
        SuspectKind::Neighbours => theme.accent,
    };
    let look = |line| Look { line, color, width: theme::BOX_EDGE.1, halo: theme.halo };
    let drawn = [(truth, Line::Solid, "truth"), (prediction, Line::Dashed, "prediction")];
    for (side, line, _) in drawn {
        if let Some(side) = side {
            boxes.edge(canvas.place(side.bbox), look(line));
        }
    }
    boxes.paint(painter);
    outlines(ui, explorer, suspect, canvas, Stroke::new(theme::BOX_EDGE.0, color));
    for (side, line, what) in drawn {
        let Some(side) = side else { continue };
        let place = canvas.place(side.bbox);
        let words = named(explorer, side);
        let node = ui.interact(place.intersect(canvas.rect), ui.scope_id().with(what), Sense::hover());
        node.widget_info(|| WidgetInfo::labeled(Role::GraphicsObject, true, format!("{what} {words}")));
        // The annotation is named above its box, the detection below: they mostly lie on one another.
        let (at, anchor) = match line {
            Line::Solid => (place.left_top() - vec2(0.0, theme::GRID), Align2::LEFT_BOTTOM),
            Line::Dashed | Line::Dotted => (place.left_bottom() + vec2(0.0, theme::GRID), Align2::LEFT_TOP),
        };
        name(ui, canvas.rect, at, anchor, &format!("{what} {words}"), color);
    }
}

/// A name on a ground of the box's colour, moved into the view.
fn name(ui: &Ui, view: Rect, at: Pos2, anchor: Align2, words: &str, color: Color32) {
    let ink = readable(color, Color32::WHITE, Color32::BLACK);
    let galley = ui.painter().layout_no_wrap(words.to_owned(), theme::caption(), ink);
    let place = anchor.anchor_size(at, galley.size() + vec2(6.0, 2.0));
    let most = view.max - place.size();
    let corner = pos2(place.left().min(most.x).max(view.left()), place.top().min(most.y).max(view.top()));
    let place = Rect::from_min_size(corner, place.size());
    ui.painter().rect_filled(place, 2.0, color);
    ui.painter().galley(place.min + vec2(3.0, 1.0), galley, ink);
}

/// The outlines of masks, where objects have some.
fn outlines(ui: &Ui, explorer: &Explorer, suspect: &Suspect, canvas: &Canvas, stroke: Stroke) {
    let (truths, predictions) = (&explorer.dataset().truths.masks, &explorer.predictions().masks);
    let rings = |mask: RleRef<'_>| {
        let on_screen = |ring: Vec<[f64; 2]>| -> Vec<Pos2> {
            let closed = ring.iter().chain(ring.first());
            closed.map(|[x, y]| canvas.to_screen(pos2(*x as f32, *y as f32))).collect()
        };
        mask.to_polygons().into_iter().map(on_screen).collect::<Vec<_>>()
    };
    let painter = ui.painter();
    for ring in suspect.truth.and_then(|truth| truths.get(truth.index())).into_iter().flat_map(rings) {
        painter.add(Shape::line(ring, stroke));
    }
    for ring in suspect.pred.and_then(|pred| predictions.get(pred.index())).into_iter().flat_map(rings) {
        painter.extend(Shape::dashed_line(&ring, stroke, DASH.0, DASH.1));
    }
}
