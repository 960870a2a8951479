//! The map itself: points in their colours, moved by dragging and the wheel, chosen one by one, by a lasso or by a rectangle.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::epaint::Mesh;
use egui::{
    Color32, ColorImage, CursorIcon, Pos2, Rect, Role, Sense, Shape, Stroke, TextureHandle, TextureOptions, Ui,
    WidgetInfo, pos2, vec2,
};

use crate::analysis::clusters::Tally;
use crate::session::Explorer;
use crate::session::atlas::Atlas;
use crate::session::atlas::cloud::{Cloud, Of, Point};
use crate::ui::context::ViewCtx;
use crate::ui::textures::{Pictures, Shown};
use crate::ui::theme;

use super::colours::{By, Colours, colours, confidence, tallies};
use super::frame::{Frame, View, bounds, is_inside};

/// What dragging does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tool {
    /// Moves the map.
    #[default]
    Pan,
    /// Chooses what a drawn line goes around.
    Lasso,
    /// Chooses what lies in a rectangle.
    Rectangle,
}

/// What a choice does to the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// Takes its place.
    Replace,
    /// Comes to it (Shift).
    Add,
    /// Is taken away from it (Alt).
    Subtract,
}

/// What a person did to the map in this frame.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Chose these points.
    Chose(Vec<u32>, Combine),
    /// Clicked this point.
    Picked(Option<u32>),
    /// Opened this point.
    Opened(u32),
}

/// What the map remembers.
#[derive(Default)]
pub struct MapState {
    /// Which part is seen.
    pub view: View,
    /// What dragging does.
    pub tool: Tool,
    /// What colours say.
    pub by: By,
    /// Larger points where the model is surer.
    pub by_size: bool,
    /// Also shows where points lie dense.
    pub density: bool,
    /// Categories of the legend that are left out.
    pub hidden: BTreeSet<u32>,
    /// The point that was clicked.
    pub picked: Option<u32>,
    line: Vec<Pos2>,
    disc: Option<TextureHandle>,
    made: Option<Made>,
    mesh: Option<(MeshKey, Arc<Mesh>)>,
}

/// What colours depend on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Key {
    points: usize,
    generation: u64,
    matched: usize,
    threshold: u64,
    by: By,
    look: theme::Look,
}

/// Counts and colours, and of what.
struct Made {
    key: Key,
    tallies: Arc<Vec<Tally>>,
    colours: Arc<Colours>,
    sizes: Arc<Vec<f32>>,
}

#[derive(Clone, PartialEq)]
struct MeshKey {
    made: Key,
    frame: [f32; 7],
    hidden: BTreeSet<u32>,
    chosen: Option<usize>,
    chosen_sum: u64,
    by_size: bool,
}

/// Points of this size on screen, in points.
const SIZE: f32 = 6.0;
/// Distance up to which the pointer is on a point.
const REACH: f32 = 10.0;
/// Up to so many points in view are drawn as pictures.
const PICTURES: usize = 48;
const PICTURE: f32 = 56.0;
/// Cells of the density layer, in points.
const CELL: f32 = 14.0;

impl MapState {
    /// Counts and colours of the points now.
    pub fn colours(
        &mut self,
        ctx: &ViewCtx,
        explorer: &Explorer,
        atlas: &Atlas,
        points: &[Point],
    ) -> (Arc<Vec<Tally>>, Arc<Colours>) {
        let key = Key {
            points: points.as_ptr() as usize,
            generation: atlas.generation,
            matched: Arc::as_ptr(&explorer.matched) as usize,
            threshold: explorer.threshold.value.to_bits(),
            by: self.by,
            look: ctx.theme.look(),
        };
        if let Some(made) = self.made.as_ref().filter(|made| made.key == key) {
            return (Arc::clone(&made.tallies), Arc::clone(&made.colours));
        }
        let old = self.made.take().filter(|made| Key { by: key.by, look: key.look, ..made.key } == key);
        let tallies =
            old.as_ref().map_or_else(|| Arc::new(tallies(explorer, points)), |made| Arc::clone(&made.tallies));
        let sizes = old.map_or_else(
            || Arc::new(points.iter().map(|p| confidence(explorer, *p).unwrap_or(0.0) as f32).collect()),
            |made| made.sizes,
        );
        let colours = Arc::new(colours(self.by, ctx.theme, explorer, (atlas, &ctx.session.tags), points, &tallies));
        self.made = Some(Made { key, tallies: Arc::clone(&tallies), colours: Arc::clone(&colours), sizes });
        (tallies, colours)
    }

    /// Forgets what was chosen by categories that are gone.
    pub fn recolour(&mut self, by: By) {
        if self.by != by {
            self.by = by;
            self.hidden.clear();
        }
    }

    fn is_shown(&self, colours: &Colours, at: usize) -> bool {
        self.hidden.is_empty() || colours.category.get(at).is_none_or(|category| !self.hidden.contains(category))
    }
}

/// Draws the map; what was done to it. `chosen` tells which points are selected, where there is a selection.
pub fn ui(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    (atlas, cloud): (&Atlas, &Cloud),
    chosen: Option<&[bool]>,
    state: &mut MapState,
    pictures: &mut Pictures,
) -> Option<Deed> {
    let (_, colours) = state.colours(ctx, explorer, atlas, &cloud.points);
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
    let layout = atlas.layout.as_ref().map(|(_, layout)| Arc::clone(layout)).unwrap_or_default();
    response.widget_info(|| {
        let marked = chosen.map_or(0, |flags| flags.iter().filter(|chosen| **chosen).count());
        let name = format!("vector map: {} points, {marked} selected", layout.points.len());
        WidgetInfo::labeled(Role::Group, true, name)
    });
    let cursor = if state.tool == Tool::Pan { CursorIcon::Grab } else { CursorIcon::Crosshair };
    let response = response.on_hover_cursor(cursor);
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, ctx.theme.background);
    let frame = state.view.frame(rect, bounds(&layout.points));
    state.view.follow_wheel(ui, &frame);
    let (shift, alt) = ui.input(|input| (input.modifiers.shift, input.modifiers.alt));
    let combine = match (shift, alt) {
        (true, _) => Combine::Add,
        (_, true) => Combine::Subtract,
        _ => Combine::Replace,
    };
    let mut deed = None;
    match state.tool {
        Tool::Pan => {
            if response.dragged() {
                state.view.pan(&frame, response.drag_delta());
            }
        }
        Tool::Lasso | Tool::Rectangle => {
            if response.drag_started() {
                state.line = ui.input(|input| input.pointer.press_origin()).into_iter().collect();
            }
            if let Some(at) = response.interact_pointer_pos().filter(|_| response.dragged()) {
                state.line.push(at);
            }
            if response.drag_stopped() {
                let line = outline(state.tool, &std::mem::take(&mut state.line));
                let line: Vec<[f32; 2]> = line.into_iter().map(|at| frame.to_map(at)).collect();
                let inside = (0_u32..)
                    .zip(&layout.points)
                    .filter(|(at, point)| state.is_shown(&colours, *at as usize) && is_inside(&line, **point));
                deed = Some(Deed::Chose(inside.map(|(at, _)| at).collect(), combine));
            }
        }
    }
    if state.density {
        dense(&painter, ctx, &frame, &layout.points, |at| state.is_shown(&colours, at));
    }
    let mesh = mesh(ui, state, &frame, &layout.points, &colours, chosen);
    painter.add(Shape::Mesh(mesh));
    let visible: Vec<u32> = in_view(&frame, &layout.points, |at| state.is_shown(&colours, at));
    if visible.len() <= PICTURES && state.view.is_zoomed() {
        draw_pictures(ui, &painter, explorer, cloud, &visible, (&frame, &layout.points), pictures);
    }
    let hovered = response.hover_pos().filter(|_| !response.dragged()).and_then(|at| {
        let distance =
            |point: u32| layout.points.get(point as usize).map_or(f32::INFINITY, |p| frame.to_screen(*p).distance(at));
        let near = visible.iter().map(|point| (distance(*point), *point)).filter(|(distance, _)| *distance <= REACH);
        near.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, point)| point)
    });
    let ring = |point: u32, color: Color32| {
        if let Some(place) = layout.points.get(point as usize) {
            painter.circle_stroke(frame.to_screen(*place), SIZE, Stroke::new(theme::RING, color));
        }
    };
    if let Some(picked) = state.picked {
        ring(picked, ctx.theme.accent);
        if let Some(near) = &atlas.nearby {
            near.neighbours.indices(picked).iter().take(10).for_each(|other| ring(*other, ctx.theme.text));
        }
    }
    if let Some(point) = hovered {
        ring(point, ctx.theme.text);
    }
    if response.double_clicked() {
        deed = hovered.map(Deed::Opened);
    } else if response.clicked() {
        deed = Some(match (hovered, combine) {
            (Some(point), Combine::Add | Combine::Subtract) => Deed::Chose(vec![point], combine),
            (hovered, _) => Deed::Picked(hovered),
        });
    }
    if state.line.len() > 1 {
        let line = outline(state.tool, &state.line);
        painter.add(Shape::closed_line(line, Stroke::new(theme::RING, ctx.theme.accent)));
    }
    if let Some(point) = hovered {
        response.on_hover_ui_at_pointer(|ui| super::hover::ui(ui, ctx, explorer, (atlas, cloud), point, pictures));
    }
    deed
}

/// The line that was drawn, or the rectangle between its ends.
fn outline(tool: Tool, line: &[Pos2]) -> Vec<Pos2> {
    match (tool, line.first(), line.last()) {
        (Tool::Rectangle, Some(a), Some(b)) => {
            let rect = Rect::from_two_pos(*a, *b);
            vec![rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom()]
        }
        _ => line.to_vec(),
    }
}

fn in_view(frame: &Frame, points: &[[f32; 2]], shown: impl Fn(usize) -> bool) -> Vec<u32> {
    let inside = |(at, point): &(u32, &[f32; 2])| shown(*at as usize) && frame.area.contains(frame.to_screen(**point));
    (0_u32..).zip(points).filter(inside).map(|(at, _)| at).collect()
}

/// A white disc: points are its copies in their colours.
fn disc(ui: &Ui) -> TextureHandle {
    const SIDE: usize = 32;
    let alpha = |at: usize| {
        let offset = |n: usize| n as f32 + 0.5 - SIDE as f32 / 2.0;
        let from_middle = offset(at % SIDE).hypot(offset(at / SIDE));
        ((SIDE as f32 / 2.0 - from_middle).clamp(0.0, 1.0) * 255.0) as u8
    };
    let pixels = (0..SIDE * SIDE).map(|at| Color32::from_white_alpha(alpha(at))).collect();
    ui.ctx().load_texture("disc", ColorImage::new([SIDE, SIDE], pixels), TextureOptions::LINEAR)
}

/// All points as one mesh; made anew only when something about them changed. What is chosen lies above the rest.
fn mesh(
    ui: &Ui,
    state: &mut MapState,
    frame: &Frame,
    points: &[[f32; 2]],
    colours: &Colours,
    chosen: Option<&[bool]>,
) -> Arc<Mesh> {
    let disc = state.disc.get_or_insert_with(|| disc(ui)).id();
    let corner = frame.to_screen([0.0, 0.0]);
    let Rect { min, max } = frame.area;
    let count = chosen.map(|chosen| chosen.iter().filter(|c| **c).count());
    let sum = chosen.map_or(0, |chosen| {
        chosen
            .iter()
            .enumerate()
            .filter(|(_, c)| **c)
            .fold(0_u64, |sum, (at, _)| sum.wrapping_mul(31).wrapping_add(at as u64 + 1))
    });
    let key = MeshKey {
        made: state.made.as_ref().map(|made| made.key).unwrap_or_default(),
        frame: [corner.x, corner.y, frame.scale, min.x, min.y, max.x, max.y],
        hidden: state.hidden.clone(),
        chosen: count,
        chosen_sum: sum,
        by_size: state.by_size,
    };
    if let Some((_, mesh)) = state.mesh.as_ref().filter(|(known, _)| *known == key) {
        return Arc::clone(mesh);
    }
    let mut mesh = Mesh::with_texture(disc);
    let area = frame.area.expand(SIZE);
    let sizes = state.made.as_ref().filter(|_| state.by_size).map(|made| Arc::clone(&made.sizes));
    let base = if points.len() > 20_000 { SIZE * 0.6 } else { SIZE };
    for above in [false, true] {
        for (at, point) in points.iter().enumerate() {
            let is_chosen = chosen.is_none_or(|chosen| chosen.get(at).copied().unwrap_or(false));
            if is_chosen != above || !state.is_shown(colours, at) {
                continue;
            }
            let middle = frame.to_screen(*point);
            if !area.contains(middle) {
                continue;
            }
            let colour = colours.of.get(at).copied().unwrap_or(Color32::GRAY);
            let colour = if is_chosen { colour } else { colour.gamma_multiply(0.22) };
            let factor =
                sizes.as_ref().and_then(|sizes| sizes.get(at)).map_or(1.0, |size| 0.4 + 1.2 * size.clamp(0.0, 1.0));
            let side = vec2(base * factor, base * factor);
            mesh.add_rect_with_uv(
                Rect::from_center_size(middle, side),
                Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0)),
                colour,
            );
        }
    }
    let mesh = Arc::new(mesh);
    state.mesh = Some((key, Arc::clone(&mesh)));
    mesh
}

/// Squares that are the brighter the more points they hold.
fn dense(painter: &egui::Painter, ctx: &ViewCtx, frame: &Frame, points: &[[f32; 2]], shown: impl Fn(usize) -> bool) {
    let cols = (frame.area.width() / CELL).ceil().max(1.0) as usize;
    let rows = (frame.area.height() / CELL).ceil().max(1.0) as usize;
    let mut counts = vec![0_u32; cols * rows];
    for (_, point) in points.iter().enumerate().filter(|(at, _)| shown(*at)) {
        let at = frame.to_screen(*point) - frame.area.min;
        if at.x >= 0.0 && at.y >= 0.0 {
            let (col, row) = ((at.x / CELL) as usize, (at.y / CELL) as usize);
            if col < cols && row < rows {
                counts[row * cols + col] += 1;
            }
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    for (cell, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let strength = ((1.0 + count as f32).ln() / (1.0 + most as f32).ln()) * 0.5;
        let min = frame.area.min + vec2((cell % cols) as f32 * CELL, (cell / cols) as f32 * CELL);
        painter.rect_filled(Rect::from_min_size(min, vec2(CELL, CELL)), 0.0, ctx.theme.accent.gamma_multiply(strength));
    }
}

/// The few points in view as the pictures that they are.
fn draw_pictures(
    ui: &Ui,
    painter: &egui::Painter,
    explorer: &Explorer,
    cloud: &Cloud,
    visible: &[u32],
    (frame, points): (&Frame, &[[f32; 2]]),
    pictures: &mut Pictures,
) {
    if explorer.evaluation.task.is_text() {
        return;
    }
    for &at in visible {
        let (Some(place), Some(point)) = (points.get(at as usize), cloud.points.get(at as usize)) else { continue };
        let Some(drawable) =
            picture(explorer, *point, PICTURE * ui.pixels_per_point(), pictures).and_then(|p| p.drawable())
        else {
            continue;
        };
        let size = drawable.size * (PICTURE / drawable.size.max_elem().max(1.0));
        let rect = Rect::from_center_size(frame.to_screen(*place), size);
        painter.image(drawable.texture, rect, drawable.uv, Color32::WHITE);
    }
}

/// The picture of a point: the image, or the part of it that the object is.
pub fn picture(explorer: &Explorer, point: Point, pixels: f32, pictures: &mut Pictures) -> Option<Shown> {
    let image = explorer.dataset().images.get(point.image.index())?;
    let Some(truth) = point.truth else { return Some(pictures.thumb(point.image, image, pixels)) };
    let bbox = explorer.dataset().truths.bbox.get(truth.index())?;
    let area = [bbox.x, bbox.y, bbox.x + bbox.w, bbox.y + bbox.h].map(|side| side.round() as i32);
    Some(pictures.crop(point.image, image, area, pixels))
}

/// What a point is, in a word.
#[must_use]
pub const fn unit(of: Of, texts: bool) -> (&'static str, &'static str) {
    match (of, texts) {
        (Of::Objects, _) => ("object", "objects"),
        (Of::Items, true) => ("text", "texts"),
        (Of::Items, false) => ("image", "images"),
    }
}
