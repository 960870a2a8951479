//! One tile: its picture, the objects on it, its name and counts. Knows nothing of scrolling.
//!
//! Tiles are collected and drawn together: first all grounds and captions, then all pictures of a texture at once, then all
//! boxes as one mesh. However many tiles are in view, that is a handful of draw calls.

use egui::{
    Align2, Color32, CursorIcon, Id, Mesh, Pos2, Rect, Response, RichText, Role, Sense, Shape, TextureId, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use crate::metrics::{Counts, OutcomeKind};
use crate::model::{BBox, Image, fmt};
use crate::session::{Explorer, SelectedImage};
use crate::ui::context::ViewCtx;
use crate::ui::textures::{Drawable, Pictures, Shown};
use crate::ui::theme;
use crate::ui::views::labelled::Labelled;
use crate::ui::views::objects::{Object, Standing};
use crate::ui::widgets::boxes::{Boxes, Line, Look};
use crate::ui::widgets::text;

use super::Gallery;
use super::items::Item;

/// Boxes drawn on one tile, at most: more cannot be told apart at that size.
const BOXES: usize = 200;
/// Share of an object's size that is shown around it on its own tile.
const AROUND: f64 = 0.35;
/// Pixels around a small object at least.
const AROUND_LEAST: f64 = 12.0;
/// Opacity of what is right where nothing in particular is meant: errors come to the fore.
const QUIET: f32 = 0.7;
/// Side of an outcome's mark in the caption.
const MARK: f32 = 8.0;

/// The node of a tile.
pub fn id_of(gallery: Id, item: Item) -> Id {
    gallery.with(item)
}

/// How much of a picture classes of pixels let through: it stays to be recognised.
const OVER: f32 = 0.5;

/// What is drawn on tiles.
#[derive(Clone, Copy, Debug)]
pub struct Shows {
    truth: bool,
    predictions: bool,
}

impl Shows {
    /// Both truth and predictions.
    pub const BOTH: Self = Self { truth: true, predictions: true };

    /// As the switches of the gallery stand.
    pub fn of(state: &Gallery) -> Self {
        Self { truth: state.truth, predictions: state.predictions }
    }
}

/// Collects the tiles of a frame.
pub struct Tiles<'a> {
    ctx: &'a ViewCtx<'a>,
    explorer: &'a Explorer,
    shows: Shows,
    id: Id,
    pictures: Vec<(TextureId, Mesh)>,
    masks: Vec<(TextureId, Mesh)>,
    boxes: Boxes,
    badges: Vec<(Rect, String)>,
}

/// Where a part of a picture lies on the screen.
#[derive(Clone, Copy)]
struct Placement {
    /// On the screen.
    rect: Rect,
    /// In pixels of the annotated size.
    area: Rect,
}

impl Placement {
    fn of(&self, bbox: BBox) -> Rect {
        let scale = self.rect.size() / self.area.size();
        let at = |x: f64, y: f64| self.rect.min + (pos2(x as f32, y as f32) - self.area.min) * scale;
        Rect::from_two_pos(at(bbox.x, bbox.y), at(bbox.x + bbox.w, bbox.y + bbox.h))
    }
}

impl<'a> Tiles<'a> {
    /// For the tiles in view of `ui`.
    pub fn new(ui: &Ui, ctx: &'a ViewCtx<'a>, explorer: &'a Explorer, shows: Shows, id: Id) -> Self {
        let boxes = Boxes::new(ui.painter(), ui.clip_rect());
        Self { ctx, explorer, shows, id, pictures: Vec::new(), masks: Vec::new(), boxes, badges: Vec::new() }
    }

    /// Adds a tile and says what the person does with it.
    pub fn tile(
        &mut self,
        ui: &Ui,
        pictures: &mut Pictures,
        (item, selected): (Item, SelectedImage),
        rect: Rect,
        picture: Rect,
        focused: bool,
    ) -> Response {
        let response = ui.interact(rect, id_of(self.id, item), Sense::click());
        let Some(image) = self.image(item) else { return response };
        if !ui.is_rect_visible(rect) {
            return response;
        }
        let shown = ask(ui, self.explorer, pictures, item, picture.size());
        self.ground(ui, rect, picture, &response, focused);
        let placement = self.place(image, item, picture, &shown);
        match (&shown, placement) {
            (Shown::Ready(drawable), Some(placement)) => {
                add(&mut self.pictures, placement.rect, *drawable, Color32::WHITE);
            }
            (Shown::Failed(reason), _) => self.failed(ui, picture, image, reason),
            _ => {}
        }
        let over = masks(self.explorer, pictures, item).filter(|_| !matches!(shown, Shown::Failed(_)));
        if let (Some(drawable), Some(placement)) = (over, placement) {
            let opacity = if self.explorer.evaluation.pixels().is_some() { OVER } else { 1.0 };
            add(&mut self.masks, placement.rect, drawable, Color32::WHITE.gamma_multiply(opacity));
        }
        if let Some(placement) = placement.filter(|_| self.explorer.evaluation.objects().is_some()) {
            self.overlay(ui, item, selected, placement, picture);
        }
        self.caption(ui, rect, picture, image, item, selected);
        let missing = if matches!(shown, Shown::Failed(_)) { ", picture missing" } else { "" };
        response.widget_info(|| {
            WidgetInfo::labeled(Role::Button, true, format!("{}{missing}", self.name(image, item, selected)))
        });
        let response = response.on_hover_cursor(CursorIcon::PointingHand);
        response.on_hover_ui(|ui| self.card(ui, image, item, selected))
    }

    /// Draws all tiles.
    pub fn paint(self, ui: &Ui) {
        let painter = ui.painter();
        for (_, mesh) in self.pictures.into_iter().chain(self.masks) {
            painter.add(Shape::mesh(mesh));
        }
        self.boxes.paint(painter);
        for (rect, words) in self.badges {
            painter.rect_filled(rect, theme::RADIUS, self.ctx.theme.accent);
            text::at(painter, rect.center(), Align2::CENTER_CENTER, &words, theme::caption(), Color32::WHITE);
        }
    }

    fn image(&self, item: Item) -> Option<&'a Image> {
        self.explorer.dataset().images.get(item.image.index())
    }

    fn ground(&self, ui: &Ui, rect: Rect, picture: Rect, response: &Response, focused: bool) {
        let theme = self.ctx.theme;
        let around = rect.expand(theme::GRID);
        if response.hovered() {
            ui.painter().rect_filled(around, theme::RADIUS, theme.hover);
        }
        ui.painter().rect_filled(picture, 0.0, theme.mat);
        if focused || response.has_focus() {
            let stroke = (theme::RING, theme.accent);
            ui.painter().rect_stroke(around, theme::RADIUS, stroke, egui::StrokeKind::Inside);
        }
    }

    /// Where the picture, or the part of it that is shown, lies in the tile.
    fn place(&self, image: &Image, item: Item, picture: Rect, shown: &Shown) -> Option<Placement> {
        let area = match item.object {
            Some(_) => area_of(self.explorer, image, item).map(|a| {
                let [x0, y0, x1, y1] = a.map(|v| v as f32);
                Rect::from_min_max(pos2(x0, y0), pos2(x1, y1))
            })?,
            None => {
                let source = shown.drawable().map_or((0, 0), |d| d.source);
                let (w, h) = if image.width > 0 && image.height > 0 { (image.width, image.height) } else { source };
                if w == 0 || h == 0 {
                    return None;
                }
                Rect::from_min_size(Pos2::ZERO, vec2(w as f32, h as f32))
            }
        };
        let scale = (picture.width() / area.width()).min(picture.height() / area.height());
        Some(Placement { rect: Rect::from_center_size(picture.center(), area.size() * scale), area })
    }

    fn failed(&self, ui: &Ui, picture: Rect, image: &Image, reason: &str) {
        let theme = self.ctx.theme;
        let path = image.path.as_ref().map_or_else(|| image.name.clone(), |p| p.display().to_string());
        let words = if reason.is_empty() { path } else { format!("No picture\n{path}") };
        let mut job = egui::text::LayoutJob::simple(words, theme::caption(), theme.muted, picture.width() - 16.0);
        job.halign = egui::Align::Center;
        job.wrap.break_anywhere = true;
        job.wrap.max_rows = 5;
        let galley = ui.painter().layout_job(job);
        let at = pos2(picture.center().x, picture.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, theme.muted);
    }

    fn overlay(&mut self, ui: &Ui, item: Item, selected: SelectedImage, at: Placement, picture: Rect) {
        self.boxes.clip_to(ui.painter(), picture);
        let explorer = self.explorer;
        let marks = explorer.selection.marks(&selected);
        match item.object {
            Some(outcome) => self.object(at, &Object::of_outcome(explorer, outcome, marks), true),
            // Masks say more than their boxes.
            None if marks.is_empty() && explorer.selection.outcomes.is_empty() && has_masks(explorer) => {}
            None if marks.is_empty() && explorer.selection.outcomes.is_empty() => {
                let all = explorer.matched.timeline.outcomes_of(item.image, explorer.counter.cut());
                all.take(BOXES).for_each(|o| self.object(at, &Object::of_outcome(explorer, o, &[]), false));
            }
            None => {
                for outcome in marks.iter().take(BOXES) {
                    self.object(at, &Object::of_outcome(explorer, *outcome, marks), true);
                }
                if marks.len() > 1 {
                    self.badge(ui, picture, marks.len());
                }
            }
        }
        self.boxes.clip_to(ui.painter(), ui.clip_rect());
    }

    /// The boxes of an object; thinner where it is not meant, and fainter where it is right as well.
    fn object(&mut self, at: Placement, object: &Object, meant: bool) {
        let Standing::Counted(kind) = object.standing else { return };
        let strength = match (meant, kind) {
            (true, _) => 1.0,
            (false, OutcomeKind::Correct) => QUIET,
            (false, _) => 0.9,
        };
        let color = self.ctx.theme.outcome(kind).gamma_multiply(strength);
        let halo = self.ctx.theme.halo.gamma_multiply(if meant { 1.0 } else { 0.5 * strength });
        let width = if meant { theme::BOX_EDGE.0 } else { theme::HAIRLINE };
        let look = |line| Look { line, color, width, halo };
        if let Some(truth) = object.truth(self.explorer).filter(|_| self.shows.truth) {
            self.boxes.edge(at.of(truth.bbox), look(Line::Solid));
        }
        if let Some(prediction) = object.prediction(self.explorer).filter(|_| self.shows.predictions) {
            self.boxes.edge(at.of(prediction.bbox), look(Line::Dashed));
        }
    }

    fn badge(&mut self, ui: &Ui, picture: Rect, marked: usize) {
        let words = fmt::count(marked as u64);
        let width = text::width(ui, &words, theme::caption()) + theme::PADDING;
        let corner = picture.right_top() + vec2(-theme::GRID, theme::GRID);
        let rect = Rect::from_min_max(corner - vec2(width.max(16.0), 0.0), corner + vec2(0.0, 16.0));
        self.badges.push((rect, words));
    }

    fn caption(&mut self, ui: &Ui, rect: Rect, picture: Rect, image: &Image, item: Item, selected: SelectedImage) {
        let theme = self.ctx.theme;
        let line = |n: f32| {
            Rect::from_min_size(
                pos2(rect.left(), picture.bottom() + theme::GRID / 2.0 + n * 16.0),
                vec2(rect.width(), 16.0),
            )
        };
        match item.object {
            None if self.explorer.evaluation.labels().is_some() => {
                let labelled = Labelled::of(self.explorer, item.image);
                let mark = Rect::from_min_size(line(0.0).left_center() - vec2(0.0, MARK / 2.0), Vec2::splat(MARK));
                if let Some(kind) = labelled.kind {
                    self.boxes.mark(mark, kind, theme.outcome(kind));
                }
                let beside = line(0.0).with_min_x(mark.right() + theme::GRID);
                text::left(ui.painter(), beside, &labelled.words(self.explorer), theme::caption(), theme.text);
                let below = labelled.below(self.explorer, item.image, file_name(&image.name));
                text::left(ui.painter(), line(1.0), &below, theme::caption(), theme.muted);
            }
            None => {
                text::left(ui.painter(), line(0.0), file_name(&image.name), theme::caption(), theme.text);
                self.counts(ui, line(1.0), selected.counts);
            }
            Some(outcome) => {
                let object = Object::of_outcome(self.explorer, outcome, &[]);
                let words = format!("{}, {}", object.title(self.explorer), object.words(self.explorer));
                let mark = Rect::from_min_size(line(0.0).left_center() - vec2(0.0, MARK / 2.0), Vec2::splat(MARK));
                if let Standing::Counted(kind) = object.standing {
                    self.boxes.mark(mark, kind, theme.outcome(kind));
                }
                let beside = line(0.0).with_min_x(mark.right() + theme::GRID);
                text::left(ui.painter(), beside, &words, theme::caption(), theme.text);
                text::left(ui.painter(), line(1.0), file_name(&image.name), theme::caption(), theme.muted);
            }
        }
    }

    /// A mark and a number for each outcome that occurs.
    fn counts(&mut self, ui: &Ui, line: Rect, counts: Counts) {
        let theme = self.ctx.theme;
        let mut x = line.left();
        for kind in OutcomeKind::ALL.into_iter().filter(|k| counts.of(*k) > 0) {
            let mark = Rect::from_min_size(pos2(x, line.center().y - MARK / 2.0), Vec2::splat(MARK));
            self.boxes.mark(mark, kind, theme.outcome(kind));
            let at = pos2(mark.right() + theme::GRID, line.center().y);
            let words = fmt::count(counts.of(kind));
            let drawn = text::at(ui.painter(), at, Align2::LEFT_CENTER, &words, theme::caption(), theme.muted);
            x = drawn.right() + theme::PADDING;
        }
    }

    fn name(&self, image: &Image, item: Item, selected: SelectedImage) -> String {
        match item.object {
            None if self.explorer.evaluation.labels().is_some() => {
                format!("image {}: {}", image.name, Labelled::of(self.explorer, item.image).words(self.explorer))
            }
            None => {
                let marked = if selected.marked > 0 { format!(", {} marked", selected.marked) } else { String::new() };
                format!("image {}: {}{marked}", image.name, counts_in_words(selected.counts))
            }
            Some(outcome) => {
                let object = Object::of_outcome(self.explorer, outcome, &[]);
                let (title, words) = (object.title(self.explorer), object.words(self.explorer));
                format!("image {}, object {title}, {words}", image.name)
            }
        }
    }

    fn card(&self, ui: &mut Ui, image: &Image, item: Item, selected: SelectedImage) {
        ui.label(RichText::new(&image.name).color(self.ctx.theme.text));
        if let Some(outcome) = item.object {
            let object = Object::of_outcome(self.explorer, outcome, &[]);
            let iou = object.iou.map_or_else(String::new, |iou| format!(", IoU {}", fmt::short(iou)));
            ui.label(format!("{}, {}{iou}", object.title(self.explorer), object.words(self.explorer)));
        } else if self.explorer.evaluation.labels().is_some() {
            let labelled = Labelled::of(self.explorer, item.image);
            ui.label(labelled.words(self.explorer));
            if let Some(words) = labelled.probabilities(self.explorer, item.image) {
                ui.label(words);
            }
        } else {
            ui.label(counts_in_words(selected.counts));
        }
        let hint = format!("at {} · click opens the image", self.explorer.condition());
        ui.label(RichText::new(hint).font(theme::caption()).color(self.ctx.theme.muted));
    }
}

/// Adds a part of a texture to what is drawn of it.
fn add(meshes: &mut Vec<(TextureId, Mesh)>, rect: Rect, drawable: Drawable, tint: Color32) {
    let index = meshes.iter().position(|(texture, _)| *texture == drawable.texture);
    let index = index.unwrap_or_else(|| {
        meshes.push((drawable.texture, Mesh::with_texture(drawable.texture)));
        meshes.len() - 1
    });
    if let Some((_, mesh)) = meshes.get_mut(index) {
        mesh.add_rect_with_uv(rect, drawable.uv, tint);
    }
}

/// True where tiles show masks.
pub fn has_masks(explorer: &Explorer) -> bool {
    explorer.evaluation.pixels().is_some() || !explorer.dataset().truths.masks.is_empty()
}

/// Asks for the masks of a tile.
pub fn masks(explorer: &Explorer, pictures: &mut Pictures, item: Item) -> Option<Drawable> {
    let image = explorer.dataset().images.get(item.image.index()).filter(|_| has_masks(explorer))?;
    let area = match item.object {
        Some(_) => Some(area_of(explorer, image, item)?),
        None => None,
    };
    pictures.masks.masks(item.image, (image.width, image.height), area)
}

/// Asks for the picture of a tile.
pub fn ask(ui: &Ui, explorer: &Explorer, pictures: &mut Pictures, item: Item, size: Vec2) -> Shown {
    let Some(image) = explorer.dataset().images.get(item.image.index()) else { return Shown::Loading };
    let pixels = size.max_elem() * ui.pixels_per_point();
    match item.object {
        None => pictures.thumb(item.image, image, pixels),
        Some(_) => match area_of(explorer, image, item) {
            Some(area) => pictures.crop(item.image, image, area, pixels),
            None => Shown::Loading,
        },
    }
}

/// `3 correct, 0 misclassified, 1 missed, 2 false positives`.
pub fn counts_in_words(counts: Counts) -> String {
    format!(
        "{} correct, {} misclassified, {} missed, {}",
        fmt::count(counts.correct),
        fmt::count(counts.misclassified),
        fmt::count(counts.missed),
        fmt::counted(counts.false_positives, "false positive", "false positives"),
    )
}

/// The last part of a name that may hold folders.
fn file_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// A square around an object's boxes, moved into the image where its size is known: left, top, right, bottom in pixels.
fn area_of(explorer: &Explorer, image: &Image, item: Item) -> Option<[i32; 4]> {
    let object = Object::of_outcome(explorer, item.object?, &[]);
    let sides = [object.truth(explorer), object.prediction(explorer)];
    let boxes = sides.into_iter().flatten().map(|s| s.bbox);
    square_around(boxes, (image.width, image.height))
}

fn square_around(boxes: impl Iterator<Item = BBox>, size: (u32, u32)) -> Option<[i32; 4]> {
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for b in boxes.filter(|b| b.is_finite()) {
        low = [low[0].min(b.x).min(b.x + b.w), low[1].min(b.y).min(b.y + b.h)];
        high = [high[0].max(b.x).max(b.x + b.w), high[1].max(b.y).max(b.y + b.h)];
    }
    let longer = (high[0] - low[0]).max(high[1] - low[1]);
    if !longer.is_finite() {
        return None;
    }
    // Whole pixels, so that the part is as square as the tile.
    let side = (longer + 2.0 * (longer * AROUND).max(AROUND_LEAST)).ceil();
    let start = |i: usize, length: u32| {
        let start = ((low[i] + high[i] - side) / 2.0).round();
        if length == 0 { start } else { start.min(f64::from(length) - side).max(0.0) }
    };
    let (x, y) = (start(0, size.0), start(1, size.1));
    let end = |start: f64, length: u32| if length == 0 { start + side } else { (start + side).min(f64::from(length)) };
    let (right, bottom) = (end(x, size.0), end(y, size.1));
    (right > x && bottom > y).then_some([x as i32, y as i32, right as i32, bottom as i32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_cut_out_with_what_is_around_it() {
        // 40 wide and 20 high in a large image: margins of 0.35 · 40 = 14, so a square of 68 around (120, 110).
        let area = square_around([BBox::new(100.0, 100.0, 40.0, 20.0)].into_iter(), (1000, 1000));
        assert_eq!(area, Some([86, 76, 154, 144]));
        // At the left edge the square moves into the image.
        let area = square_around([BBox::new(0.0, 100.0, 40.0, 20.0)].into_iter(), (1000, 1000));
        assert_eq!(area, Some([0, 76, 68, 144]));
        // An image smaller than the square is shown whole.
        let area = square_around([BBox::new(0.0, 0.0, 40.0, 20.0)].into_iter(), (50, 30));
        assert_eq!(area, Some([0, 0, 50, 30]));
        // A box that is none cannot be cut out.
        assert_eq!(square_around([BBox::new(f64::NAN, 0.0, 1.0, 1.0)].into_iter(), (50, 30)), None);
        assert_eq!(square_around(std::iter::empty(), (50, 30)), None);
    }
}
