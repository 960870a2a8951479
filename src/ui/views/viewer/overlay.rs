//! What is drawn on the picture: the picture itself, boxes, labels, rings around what is meant, and a node for each box.

use egui::{Align2, Color32, Pos2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::metrics::{Outcome, OutcomeKind};
use crate::model::{Image, fmt};
use crate::ui::textures::Shown;
use crate::ui::theme::{self, Theme};
use crate::ui::views::objects::{Object, Side, Standing};
use crate::ui::widgets::boxes::{Boxes, Line, Look, hatch};
use crate::ui::widgets::heatmap::readable;
use crate::ui::widgets::image_canvas::Canvas;

use super::labels::{self, Wanted};
use super::{ColourBy, Scene, Viewer, masks};

/// Boxes that publish a node, at most.
const NODES: usize = 500;
/// Labels drawn, at most.
const LABELS: usize = 200;
/// Opacity of everything else while one object is pointed at, of what does not count, and of what is below the threshold.
const FAINT: f32 = 0.5;
const FAINTER: f32 = 0.3;

/// Draws the picture, or what stands in for it.
pub fn ground(ui: &Ui, theme: &Theme, image: &Image, canvas: &Canvas, shown: &Shown) {
    let painter = ui.painter();
    let picture = canvas.picture();
    match shown {
        Shown::Ready(drawable) => {
            painter.image(drawable.texture, picture, drawable.uv, Color32::WHITE);
        }
        Shown::Loading => {
            painter.rect_filled(picture, 0.0, theme.raised);
        }
        Shown::Failed(reason) => {
            painter.rect(picture, 0.0, theme.raised, (theme::HAIRLINE, theme.line), egui::StrokeKind::Inside);
            let path = image.path.as_ref().map_or_else(|| image.name.clone(), |p| p.display().to_string());
            let visible = picture.intersect(canvas.rect);
            let at = pos2(visible.center().x, visible.bottom() - 2.0 * theme::ROW);
            let words = format!("No picture: {reason}");
            let job = egui::text::LayoutJob::simple(words, theme::body(), theme.muted, visible.width() * 0.8);
            let galley = painter.layout_job(job);
            let rect = Align2::CENTER_BOTTOM.anchor_size(at, galley.size());
            painter.galley(rect.min, galley, theme.muted);
            let node = ui.interact(rect, ui.scope_id().with("missing"), Sense::hover());
            node.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("picture missing {path}")));
        }
    }
}

/// One box that is drawn.
struct Drawn {
    object: usize,
    place: Rect,
    look: Look,
    /// The colour before it was made fainter.
    color: Color32,
    is_truth: bool,
}

/// Draws boxes and labels. What is pointed at stands out, with its partner.
pub fn ui(ui: &Ui, scene: &Scene, canvas: &Canvas, state: &Viewer, pointed: Option<Outcome>) {
    let painter = ui.painter();
    let drawn = drawn(scene, canvas, state, pointed);
    for d in drawn.iter().filter(|d| ignored_truth(scene, d)) {
        hatch(painter, d.place, 9.0, Stroke::new(theme::HAIRLINE, d.look.color.gamma_multiply(0.7)));
    }
    let mut boxes = Boxes::new(painter, canvas.rect);
    let masked = masks::are_there(scene) && !state.masks.boxes;
    let needed = |d: &&Drawn| {
        !masked || scene.objects.get(d.object).is_some_and(|object| object.marked || Some(object.outcome) == pointed)
    };
    for d in drawn.iter().filter(needed) {
        boxes.edge(d.place, d.look);
    }
    rings(scene, &drawn, &mut boxes, pointed);
    boxes.paint(painter);
    if state.labels || pointed.is_some() {
        label(ui, scene, canvas, state, &drawn, pointed);
    }
    nodes(ui, scene, canvas, &drawn);
}

fn drawn(scene: &Scene, canvas: &Canvas, state: &Viewer, pointed: Option<Outcome>) -> Vec<Drawn> {
    let mut drawn = Vec::new();
    let important = |o: &Object| (Some(o.outcome) == pointed, o.marked);
    let mut order: Vec<(usize, &Object)> = scene.objects.iter().enumerate().collect();
    // What matters is drawn last, on top.
    order.sort_by_key(|(i, o)| (important(o), std::cmp::Reverse(*i)));
    for (index, object) in order {
        let sides = [
            (object.truth(scene.explorer).filter(|_| state.truth), true),
            (object.prediction(scene.explorer).filter(|_| state.predictions), false),
        ];
        for (side, is_truth) in sides {
            let Some(side) = side else { continue };
            let color = color(scene, state.colour_by, object, side);
            let look = look(scene, state, object, is_truth, color, pointed);
            drawn.push(Drawn { object: index, place: canvas.place(side.bbox), look, color, is_truth });
        }
    }
    drawn
}

/// The colour of an object.
pub(super) fn color(scene: &Scene, by: ColourBy, object: &Object, side: Side) -> Color32 {
    let theme = scene.ctx.theme;
    match (object.standing, by) {
        (Standing::Ignored, _) => theme.muted,
        (_, ColourBy::Class) => theme.class(&scene.explorer.dataset().classes, side.class),
        (Standing::Counted(kind), ColourBy::Outcome) => theme.outcome(kind),
        (Standing::Below, ColourBy::Outcome) => theme.muted,
    }
}

fn look(
    scene: &Scene,
    state: &Viewer,
    object: &Object,
    is_truth: bool,
    color: Color32,
    pointed: Option<Outcome>,
) -> Look {
    let line = match (object.standing, is_truth) {
        (Standing::Ignored, _) => Line::Dotted,
        (_, true) => Line::Solid,
        (_, false) => Line::Dashed,
    };
    let is_pointed = pointed == Some(object.outcome);
    let faint = match object.standing {
        Standing::Counted(_) if pointed.is_some() => FAINT,
        standing => faintness(standing),
    };
    let opacity = if is_pointed { 1.0 } else { state.opacity * faint };
    let strong = is_pointed || object.marked;
    let width = if strong { theme::BOX_EDGE.1 } else { theme::BOX_EDGE.0 };
    Look { line, color: color.gamma_multiply(opacity), width, halo: scene.ctx.theme.halo.gamma_multiply(opacity) }
}

/// Opacity of what does not count, and of what is below the threshold.
pub(super) const fn faintness(standing: Standing) -> f32 {
    match standing {
        Standing::Below => FAINTER,
        Standing::Ignored => FAINT,
        Standing::Counted(_) => 1.0,
    }
}

fn ignored_truth(scene: &Scene, drawn: &Drawn) -> bool {
    drawn.is_truth && scene.objects.get(drawn.object).is_some_and(|o| o.standing == Standing::Ignored)
}

/// A ring around each object that is meant.
fn rings(scene: &Scene, drawn: &[Drawn], boxes: &mut Boxes, pointed: Option<Outcome>) {
    for (index, object) in scene.objects.iter().enumerate().filter(|(_, o)| o.marked) {
        let places = drawn.iter().filter(|d| d.object == index).map(|d| d.place);
        if let Some(around) = places.reduce(Rect::union) {
            let other = pointed.is_some_and(|p| p != object.outcome);
            let color = scene.ctx.theme.accent.gamma_multiply(if other { FAINT } else { 1.0 });
            boxes.ring(around, theme::GRID * 0.75, theme::RING, color);
        }
    }
}

fn label(ui: &Ui, scene: &Scene, canvas: &Canvas, state: &Viewer, drawn: &[Drawn], pointed: Option<Outcome>) {
    let painter = ui.painter();
    let padding = vec2(3.0, 1.0);
    let mut wanted = Vec::new();
    let mut contents = Vec::new();
    // What was drawn last matters most and chooses its place first. A pair has one label, on its prediction.
    for d in drawn.iter().rev() {
        let Some(object) = scene.objects.get(d.object) else { continue };
        let is_pointed = pointed == Some(object.outcome);
        let told_by_partner = d.is_truth && state.predictions && object.outcome.pred().is_some();
        let aside = object.standing == Standing::Ignored && !d.is_truth;
        let quiet = object.standing == Standing::Below || aside || !state.labels;
        if told_by_partner || (quiet && !is_pointed) || wanted.len() >= LABELS {
            continue;
        }
        let words = words(scene, object, d.is_truth, is_pointed);
        let ink = readable(d.color, Color32::WHITE, Color32::BLACK);
        let galley = painter.layout_no_wrap(words, theme::caption(), ink);
        let must = is_pointed || object.marked;
        wanted.push(Wanted { of: d.place, size: galley.size() + padding * 2.0, must });
        contents.push((galley, d.look.color, ink));
    }
    let bounds = canvas.picture().intersect(canvas.rect);
    for (place, (galley, color, ink)) in labels::place(&wanted, bounds).into_iter().zip(contents) {
        let Some(place) = place else { continue };
        painter.rect_filled(place, 2.0, color);
        painter.galley(place.min + padding, galley, ink);
    }
}

/// Class and confidence; what is wrong, in a word; everything where it is pointed at.
pub(super) fn words(scene: &Scene, object: &Object, is_truth: bool, is_pointed: bool) -> String {
    let explorer = scene.explorer;
    let side = if is_truth { object.truth(explorer) } else { object.prediction(explorer) };
    let name = side.map_or_else(String::new, |s| super::objects::named(explorer, s));
    let paired = is_truth && object.outcome.pred().is_some();
    if is_pointed && !paired {
        let overlap = object.iou.map_or_else(String::new, |iou| format!(", IoU {}", fmt::short(iou)));
        return format!("{name}, {}{overlap}", object.words(explorer));
    }
    match object.standing {
        Standing::Counted(OutcomeKind::Correct) | Standing::Below => name,
        _ if paired => name,
        _ => format!("{name}, {}", object.words(explorer)),
    }
}

fn nodes(ui: &Ui, scene: &Scene, canvas: &Canvas, drawn: &[Drawn]) {
    for d in drawn.iter().rev().take(NODES) {
        let Some(object) = scene.objects.get(d.object) else { continue };
        let name = if d.is_truth { object.truth_name(scene.explorer) } else { object.prediction_name(scene.explorer) };
        let visible = d.place.intersect(canvas.rect);
        if let Some(name) = name.filter(|_| visible.width() >= 0.0 && visible.height() >= 0.0) {
            let node = ui.interact(visible, ui.scope_id().with((object.outcome, d.is_truth)), Sense::hover());
            node.widget_info(|| WidgetInfo::labeled(Role::GraphicsObject, true, &name));
        }
    }
}

/// The object under the pointer: of the boxes that hold it, the smallest.
pub fn object_at(scene: &Scene, canvas: &Canvas, state: &Viewer, at: Pos2) -> Option<Outcome> {
    let masked = masks::are_there(scene);
    let on_picture = canvas.to_picture(at);
    let inside = |d: &Drawn| {
        let object = scene.objects.get(d.object);
        object.is_some_and(|object| masks::holds(scene, object, d.is_truth, on_picture))
    };
    let all = drawn(scene, canvas, state, None).into_iter();
    let near = all.filter(|d| if masked { inside(d) } else { d.place.expand(theme::GRID).contains(at) });
    let smallest = near.min_by(|a, b| a.place.area().total_cmp(&b.place.area()))?;
    scene.objects.get(smallest.object).map(|o| o.outcome)
}
