//! One image: its picture, the boxes of truth and model on it, the list of its objects, the film strip of the selection.
//!
//! Knows where things lie and what the keys do. Which image is open, at which threshold and in which selection is the
//! session's business.

mod bar;
mod classes;
mod film;
mod labels;
mod list;
mod masks;
mod other;
mod overlay;
mod pixels;
mod save;
mod top;

use egui::{Key, Modifiers, Rect, Ui, UiBuilder, Vec2, pos2, vec2};

use crate::analysis::suspects;
use crate::metrics::Outcome;
use crate::model::{BBox, Image, ImageId};
use crate::session::errors::review::Ask;
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::textures::{Pictures, Shown};
use crate::ui::theme;
use crate::ui::widgets::image_canvas::{Canvas, CanvasState};

use super::objects::{self, Object};
use super::threshold_bar;
use super::verdicts::{undo_pressed, verdict_pressed};

pub(super) use overlay::ground;

/// What the colours of boxes say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColourBy {
    /// What became of an object.
    #[default]
    Outcome,
    /// Its class.
    Class,
}

/// What the view remembers between frames.
pub struct Viewer {
    canvas: CanvasState,
    image: Option<ImageId>,
    truth: bool,
    predictions: bool,
    labels: bool,
    below: bool,
    opacity: f32,
    colour_by: ColourBy,
    /// Shows the model that is compared with in the place of this one.
    blinked: bool,
    /// Shows both side by side.
    beside: bool,
    /// The object that the pointer was on at the last frame, on the picture or in the list.
    pointed: Option<Outcome>,
    pixels: pixels::PixelState,
    masks: masks::MaskState,
    film: film::Film,
}

impl Default for Viewer {
    fn default() -> Self {
        Self {
            canvas: CanvasState::default(),
            image: None,
            truth: true,
            predictions: true,
            labels: true,
            below: false,
            opacity: 1.0,
            colour_by: ColourBy::default(),
            blinked: false,
            beside: false,
            pointed: None,
            pixels: pixels::PixelState::default(),
            masks: masks::MaskState::default(),
            film: film::Film::default(),
        }
    }
}

/// Opacities that `O` goes through.
const OPACITIES: [f32; 3] = [1.0, 0.6, 0.3];
/// Room above a fitted picture for the controls, and below it for the legend.
const ABOVE: f32 = theme::ROW + 5.0 * theme::GRID;
const BELOW: f32 = theme::ROW + 2.0 * theme::GRID;
/// Width from which the list of objects has room.
const WITH_LIST: f32 = 640.0;

impl Viewer {
    /// Space: only the annotated boxes, then only the predicted ones, and so on.
    fn flip(&mut self) {
        let truth = !self.truth || self.predictions;
        (self.truth, self.predictions) = (truth, !truth);
    }

    /// Whether masks of pixels are shown as what is right and wrong.
    pub fn pixel_difference(&mut self) -> &mut bool {
        &mut self.pixels.difference
    }

    fn next_opacity(&mut self) {
        let at = OPACITIES.iter().position(|o| (o - self.opacity).abs() < 0.05);
        let next = at.map_or(0, |i| (i + 1) % OPACITIES.len());
        self.opacity = OPACITIES.get(next).copied().unwrap_or(1.0);
    }
}

/// All that is drawn of one image in one frame.
struct Scene<'a> {
    ctx: &'a ViewCtx<'a>,
    explorer: &'a Explorer,
    id: ImageId,
    image: &'a Image,
    objects: Vec<Object>,
    marked: usize,
    /// False for the second of two pictures: one set of controls is for both.
    controls: bool,
}

impl Scene<'_> {
    /// True for the model that is compared with the one on screen.
    fn is_other(&self) -> bool {
        self.ctx.session.explorer.as_ref().is_none_or(|explorer| explorer.choice != self.explorer.choice)
    }
}

/// Draws the view.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut Viewer, id: ImageId, pictures: &mut Pictures) {
    let Some(explorer) = &ctx.session.explorer else { return };
    let Some(image) = explorer.dataset().images.get(id.index()) else { return };
    if state.image != Some(id) {
        state.image = Some(id);
        state.canvas.reset();
        state.pointed = None;
    }
    let selected = explorer.selection.images.iter().find(|s| s.image == id);
    let marks = selected.map_or(&[][..], |s| explorer.selection.marks(s));
    let labels = explorer.evaluation.labels().is_some();
    let of_pixels = explorer.evaluation.pixels().is_some();
    let objects = if labels || of_pixels { Vec::new() } else { objects::of_image(explorer, id, marks, state.below) };
    let scene = Scene { ctx, explorer, id, image, objects, marked: marks.len(), controls: true };
    let other = other::Other::of(ctx, explorer, id, state.below);

    let whole = ui.max_rect();
    let head = whole.with_max_y(whole.top() + theme::HEADER);
    let is_text = explorer.evaluation.task.is_text();
    let film = whole.with_min_y(if explorer.selection.images.len() > 1 && !is_text {
        whole.bottom() - theme::FILM
    } else {
        whole.bottom()
    });
    let middle = Rect::from_min_max(head.left_bottom(), film.right_top());
    let list_width = if middle.width() >= WITH_LIST { theme::OBJECT_LIST } else { 0.0 };
    let list = middle.with_min_x(middle.right() - list_width);
    let view = middle.with_max_x(list.left());

    keys(ui, &scene, state, other.is_some());
    top::ui(&mut child(ui, "top", head), &scene, judged(&scene, state));
    let mut chosen = list::Chosen::default();
    if list_width > 0.0 && labels {
        classes::ui(&mut child(ui, "classes", list), &scene);
    } else if list_width > 0.0 && of_pixels {
        pixels::list(&mut child(ui, "pixels", list), &scene, state);
    } else if list_width > 0.0 {
        chosen = list::ui(&mut child(ui, "objects", list), &scene, state.pointed);
    }
    if is_text {
        written(&mut child(ui, "text", view), &scene);
    } else if let Some(other) = &other {
        other::ui(ui, &scene, other, view, state, pictures, &chosen);
    } else {
        picture(&mut child(ui, "picture", view), &scene, state, pictures, &chosen);
    }
    if film.height() > 0.0 {
        film::ui(&mut child(ui, "film", film), &scene, &mut state.film, pictures);
    }
    if !is_text {
        neighbours(&scene, pictures);
    }
}

/// What a classifier says of an item: the text, where it is one, and the probabilities of its classes.
pub(super) fn item(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, id: ImageId, (said, list): (Rect, Rect)) {
    let Some(image) = explorer.dataset().images.get(id.index()) else { return };
    let scene = Scene { ctx, explorer, id, image, objects: Vec::new(), marked: 0, controls: true };
    classes::ui(&mut child(ui, "classes", list), &scene);
    if explorer.evaluation.task.is_text() {
        written(&mut child(ui, "text", said), &scene);
    }
}

/// The text of an item, in lines that are comfortable to read.
fn written(ui: &mut Ui, scene: &Scene) {
    let theme = scene.ctx.theme;
    ui.painter().rect_filled(ui.max_rect(), 0.0, theme.background);
    let said = scene.explorer.dataset().texts.get(scene.id.index()).map_or("", String::as_str);
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::same(24)).show(ui, |ui| {
            ui.set_max_width(720.0);
            ui.add(
                egui::Label::new(egui::RichText::new(said).font(theme::title()).color(theme.text))
                    .wrap()
                    .selectable(true),
            );
        });
    });
}

fn child(ui: &mut Ui, name: &str, rect: Rect) -> Ui {
    let mut child = ui.new_child(UiBuilder::new().id_salt(name).max_rect(rect));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    child
}

/// What a verdict is about: the object that is pointed at, else the first one that is marked; of a classifier the first error of the
/// item. `None` where there is nothing to judge.
fn judged(scene: &Scene, state: &Viewer) -> Option<Outcome> {
    let evaluation = &scene.explorer.evaluation;
    let is_error = |outcome: &Outcome| suspects::of_outcome(evaluation, *outcome).is_some();
    if evaluation.objects().is_some() {
        let marked = scene.objects.iter().find(|object| object.marked).map(|object| object.outcome);
        return state.pointed.or(marked).filter(is_error);
    }
    evaluation.labels()?;
    scene.explorer.matched.timeline.outcomes_of(scene.id, scene.explorer.counter.cut()).find(is_error)
}

/// The keys of this view. Letters work unless text is typed; arrows and Space belong to what has the keyboard.
fn keys(ui: &Ui, scene: &Scene, state: &mut Viewer, compared: bool) {
    let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    let focused = ui.memory(egui::Memory::focused);
    if focused.is_none() && pressed(Key::ArrowLeft) {
        scene.ctx.send(Command::StepImage(-1));
    }
    if focused.is_none() && pressed(Key::ArrowRight) {
        scene.ctx.send(Command::StepImage(1));
    }
    // The confidence slider keeps the keyboard after a drag and has no use for Space.
    if focused.is_none_or(|id| id == threshold_bar::slider_id()) && pressed(Key::Space) {
        state.flip();
    }
    if ui.ctx().text_edit_focused() {
        return;
    }
    if let Some((outcome, verdict)) = judged(scene, state).zip(verdict_pressed(ui)) {
        scene.ctx.send(Command::Review(Ask::JudgeOutcome(outcome, verdict)));
    }
    if undo_pressed(ui) {
        scene.ctx.send(Command::Review(Ask::Undo));
    }
    if compared && pressed(Key::X) {
        state.blinked = !state.blinked;
    }
    if compared && pressed(Key::C) {
        state.beside = !state.beside;
    }
    if pressed(Key::G) {
        state.truth = !state.truth;
    }
    if scene.explorer.evaluation.pixels().is_some() && pressed(Key::D) {
        state.pixels.flip_difference();
    } else if masks::are_there(scene) && pressed(Key::D) {
        state.masks.difference = !state.masks.difference;
    }
    if pressed(Key::P) {
        state.predictions = !state.predictions;
    }
    if pressed(Key::L) {
        state.labels = !state.labels;
    }
    if pressed(Key::O) {
        state.next_opacity();
    }
    if pressed(Key::F) {
        state.canvas.fit(ui.input(|i| i.time));
    }
}

fn picture(ui: &mut Ui, scene: &Scene, state: &mut Viewer, pictures: &mut Pictures, chosen: &list::Chosen) {
    let rect = ui.max_rect();
    let shown = shown(ui, scene.id, scene.image, rect, pictures);
    let source = shown.drawable().map(|d| d.source);
    let size = size_of(scene, source);
    let margin = 2.0 * theme::GRID;
    let inner = Rect::from_min_max(
        pos2(rect.left() + margin, rect.top() + ABOVE),
        pos2(rect.right() - margin, rect.bottom() - BELOW),
    );
    let id = ui.scope_id().with("canvas");
    let (canvas, response) = Canvas::show(ui, id, rect, inner, size, &mut state.canvas);
    let now = ui.input(|i| i.time);
    if let Some(bbox) = chosen.zoom_to {
        canvas.zoom_to(&mut state.canvas, bbox, now);
    }
    if !ui.ctx().text_edit_focused() && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Num1)) {
        canvas.full_size(&mut state.canvas, response.hover_pos(), now);
    }
    ui.painter().rect_filled(rect, 0.0, scene.ctx.theme.mat);
    ground(ui, scene.ctx.theme, scene.image, &canvas, &shown);
    let pointer = response.hover_pos().filter(|_| !response.dragged());
    let on_picture = pointer.and_then(|at| overlay::object_at(scene, &canvas, state, at));
    let pointed = chosen.pointed.or(on_picture);
    if scene.explorer.evaluation.pixels().is_some() {
        pixels::overlay(ui, scene, &canvas, state);
    }
    masks::overlay(ui, scene, &canvas, state);
    overlay::ui(ui, scene, &canvas, state, pointed);
    state.pointed = pointed;
    if scene.controls {
        bar::ui(ui, scene, &canvas, state);
        bar::legend(ui, scene, &canvas, state, (source, pointer));
    }
}

/// The picture; its thumbnail while it is on its way.
pub(super) fn shown(ui: &Ui, id: ImageId, image: &Image, rect: Rect, pictures: &mut Pictures) -> Shown {
    match pictures.whole(id, image) {
        Shown::Loading => {
            let pixels = rect.size().max_elem() * ui.pixels_per_point();
            match pictures.thumb(id, image, pixels) {
                Shown::Ready(thumb) => Shown::Ready(thumb),
                _ => Shown::Loading,
            }
        }
        shown => shown,
    }
}

/// The size that boxes refer to: as annotated, else the picture's own, else what the boxes need.
fn size_of(scene: &Scene, source: Option<(u32, u32)>) -> Vec2 {
    let (w, h) = (scene.image.width, scene.image.height);
    if w > 0 && h > 0 {
        return vec2(w as f32, h as f32);
    }
    if let Some((w, h)) = source {
        return vec2(w as f32, h as f32);
    }
    let ends = scene.objects.iter().flat_map(|o| sides(scene, o)).map(|b| vec2((b.x + b.w) as f32, (b.y + b.h) as f32));
    ends.fold(Vec2::splat(1.0), Vec2::max)
}

fn sides(scene: &Scene, object: &Object) -> impl Iterator<Item = BBox> + use<> {
    let sides = [object.truth(scene.explorer), object.prediction(scene.explorer)];
    sides.into_iter().flatten().map(|s| s.bbox)
}

/// The next and the previous picture are likely to be asked for next.
fn neighbours(scene: &Scene, pictures: &mut Pictures) {
    let images = &scene.explorer.selection.images;
    let Some(at) = scene.explorer.selection.position(scene.id) else { return };
    for index in [Some(at + 1), at.checked_sub(1)].into_iter().flatten() {
        let next =
            images.get(index).and_then(|s| Some((s.image, scene.explorer.dataset().images.get(s.image.index())?)));
        if let Some((id, image)) = next {
            pictures.whole(id, image);
        }
    }
}
