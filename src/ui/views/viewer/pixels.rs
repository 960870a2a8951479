//! The masks of an image: laid over its picture as colours of classes or as what is right and wrong, the classes in it with their
//! numbers, and what lies under the pointer.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{
    Align2, Color32, Pos2, Rect, RichText, Role, ScrollArea, Sense, TextureHandle, TextureOptions, Ui, WidgetInfo,
    pos2, vec2,
};

use crate::metrics::segmentation::{PixelMatrix, SegmentationSummary};
use crate::model::{ClassId, ImageId, fmt};
use crate::session::load::masks::Shown;
use crate::session::{Command, Slot};
use crate::ui::masks::{Pixel, PixelLook, What};
use crate::ui::theme;
use crate::ui::widgets::image_canvas::Canvas;
use crate::ui::widgets::{switch, text};

use super::{Scene, Viewer};

/// Height of a class in the list.
const ROW: f32 = 40.0;
/// Longest side of what is uploaded.
const SIDE: u32 = 2048;

/// What the view remembers of masks.
pub struct PixelState {
    /// What is right and what is wrong, instead of the classes.
    pub difference: bool,
    outline: bool,
    pub(super) opacity: f32,
    hidden: BTreeSet<ClassId>,
    /// Of the model on screen, and of the one beside it.
    textures: [Option<(Key, TextureHandle)>; 2],
}

impl Default for PixelState {
    fn default() -> Self {
        Self { difference: false, outline: false, opacity: 0.55, hidden: BTreeSet::new(), textures: [None, None] }
    }
}

impl PixelState {
    /// What is right and what is wrong, or the classes again.
    pub fn flip_difference(&mut self) {
        self.difference = !self.difference;
    }
}

/// Everything that the overlay depends on.
#[derive(PartialEq)]
struct Key {
    image: ImageId,
    shown: usize,
    what: What,
    outline: bool,
    hidden: BTreeSet<ClassId>,
    look: theme::Look,
    cut: crate::metrics::Cut,
}

fn what(state: &Viewer) -> What {
    What::of(state.truth, state.predictions, state.pixels.difference)
}

/// The masks of the image on screen; asks for them where they are not there.
pub(super) fn shown<'a>(scene: &'a Scene) -> Option<&'a Result<Arc<Shown>, String>> {
    let shown = scene.ctx.session.masks_of(&scene.explorer.choice, scene.id);
    if shown.is_none() && !scene.ctx.session.jobs.contains_key(&Slot::Masks) {
        scene.ctx.send(Command::ShowMasks(scene.explorer.choice.clone(), scene.id));
    }
    shown
}

/// How masks are drawn as the switches stand.
pub(super) fn look(scene: &Scene, state: &Viewer) -> PixelLook {
    let PixelState { outline, hidden, .. } = &state.pixels;
    PixelLook::of(scene.explorer, scene.ctx.theme, what(state), *outline, hidden)
}

/// Lays the masks over the picture.
pub(super) fn overlay(ui: &Ui, scene: &Scene, canvas: &Canvas, state: &mut Viewer) {
    let Some(Ok(shown)) = shown(scene) else { return };
    let theme = scene.ctx.theme;
    let key = Key {
        image: scene.id,
        shown: Arc::as_ptr(shown) as usize,
        what: what(state),
        outline: state.pixels.outline,
        hidden: state.pixels.hidden.clone(),
        look: theme.look(),
        cut: scene.explorer.counter.cut(),
    };
    let drawn_by = look(scene, state);
    let [own, other] = &mut state.pixels.textures;
    let known = if scene.is_other() { other } else { own };
    if known.as_ref().is_none_or(|(known, _)| *known != key) {
        let picture = drawn_by.draw(shown, SIDE);
        let texture = match known.take() {
            Some((_, mut texture)) => {
                texture.set(picture, TextureOptions::NEAREST);
                texture
            }
            None => ui.ctx().load_texture("masks", picture, TextureOptions::NEAREST),
        };
        *known = Some((key, texture));
    }
    if let Some((_, texture)) = known {
        let tint = Color32::from_white_alpha((state.pixels.opacity * 255.0) as u8);
        let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
        ui.painter().image(texture.id(), canvas.picture(), whole, tint);
    }
}

/// The switches of masks.
pub(super) fn switches(ui: &mut Ui, scene: &Scene, state: &mut Viewer) {
    let theme = scene.ctx.theme;
    let hint = "Classes of the ground truth · G · Space flips";
    switch::toggle(ui, theme, &mut state.truth, "Ground truth", None, hint);
    switch::toggle(
        ui,
        theme,
        &mut state.predictions,
        "Model predictions",
        None,
        "Classes of the model · P · Space flips",
    );
    let hint = "What is right, wrong and missed · D";
    switch::toggle(ui, theme, &mut state.pixels.difference, "Difference", None, hint);
    switch::toggle(
        ui,
        theme,
        &mut state.pixels.outline,
        "Outlines",
        None,
        "Only where one class ends and another begins",
    );
    ui.add_space(theme::GRID);
    ui.spacing_mut().slider_width = 64.0;
    let opacity = ui.add(egui::Slider::new(&mut state.pixels.opacity, 0.05..=1.0).show_value(false));
    opacity.accessible_name("Overlay opacity").on_hover_text("Opacity of the masks · O");
    ui.add_space(theme::GRID);
}

/// What lies under the pointer, or what the colours say.
pub(super) fn legend(ui: &mut Ui, scene: &Scene, canvas: &Canvas, state: &Viewer, pointer: Option<Pos2>) {
    let Some(shown) = shown(scene) else {
        caption(ui, scene, "Reading the masks …");
        return;
    };
    let shown = match shown {
        Ok(shown) => shown,
        Err(problem) => {
            ui.label(RichText::new(problem).font(theme::caption()).color(scene.ctx.theme.missed));
            return;
        }
    };
    if let Some(words) = pointer.and_then(|at| read_out(scene, shown, canvas.to_picture(at))) {
        caption(ui, scene, &words);
        return;
    }
    if what(state) == What::Difference {
        let theme = scene.ctx.theme;
        let tones = [
            (theme.correct, "right"),
            (theme.misclassified, "wrong"),
            (theme.missed, "missed"),
            (theme.muted, "ignored"),
        ];
        for (colour, name) in tones {
            let (rect, _) = ui.allocate_exact_size(vec2(theme::PADDING, theme::PADDING), Sense::hover());
            ui.painter().rect_filled(rect, 2.0, colour);
            caption(ui, scene, name);
        }
        return;
    }
    caption(ui, scene, "Point at a pixel to read its classes");
}

fn caption(ui: &mut Ui, scene: &Scene, words: &str) {
    ui.label(RichText::new(words).font(theme::caption()).color(scene.ctx.theme.muted));
}

/// `120, 88: truth Road, predicted Pavement`.
fn read_out(scene: &Scene, shown: &Shown, at: Pos2) -> Option<String> {
    let inside = at.x >= 0.0 && at.y >= 0.0 && at.x < scene.image.width as f32 && at.y < scene.image.height as f32;
    if !inside {
        return None;
    }
    let (x, y) = (at.x as u32, at.y as u32);
    let name = |class: u16| scene.explorer.dataset().classes.name(ClassId(u32::from(class))).to_owned();
    let sure = shown.confidence_at(x, y).map_or_else(String::new, |c| format!(" with {}", fmt::short(c)));
    let look = PixelLook::of(scene.explorer, scene.ctx.theme, What::Nothing, false, &BTreeSet::new());
    Some(match look.at(shown, x, y) {
        Pixel::Ignored => format!("{x}, {y}: left out of the numbers"),
        Pixel::Of(truth, Some(said)) => format!("{x}, {y}: truth {}, predicted {}{sure}", name(truth), name(said)),
        Pixel::Of(truth, None) => format!("{x}, {y}: truth {}, nothing predicted{sure}", name(truth)),
    })
}

/// The classes of the image with their numbers at the threshold; a click leaves one out of the overlay or takes it in.
pub(super) fn list(ui: &mut Ui, scene: &Scene, state: &mut Viewer) {
    let theme = scene.ctx.theme;
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, 0.0, theme.surface);
    ui.painter().vline(rect.left() + theme::HAIRLINE / 2.0, rect.y_range(), (theme::HAIRLINE, theme.line));
    let Some(summary) = summary(scene) else { return };
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        ui.add_space(theme::PADDING);
        ui.label(RichText::new(format!("Mean IoU {}", fmt::rate(summary.mean_iou))).color(theme.text));
        let words = format!("pixel accuracy {}", fmt::rate(summary.pixel_accuracy));
        ui.label(RichText::new(words).font(theme::caption()).color(theme.muted));
    });
    ui.add_space(theme::GRID);
    let mut present: Vec<ClassId> = scene.explorer.dataset().classes.ids().collect();
    let of = |class: &ClassId| summary.classes.get(class.index()).copied().unwrap_or_default();
    present.retain(|class| of(class).truth_pixels + of(class).predicted_pixels > 0);
    present.sort_by_key(|class| std::cmp::Reverse(of(class).truth_pixels.max(of(class).predicted_pixels)));
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW, present.len(), |ui, range| {
        for class in present.get(range).unwrap_or_default() {
            row(ui, scene, state, *class, of(class));
        }
    });
}

/// The numbers of the image at the threshold.
fn summary(scene: &Scene) -> Option<SegmentationSummary> {
    let explorer = scene.explorer;
    let classes = explorer.dataset().classes.len();
    let matched = &explorer.matched;
    let rows = matched.timeline.matrix_of(scene.id, explorer.counter.cut());
    let without = explorer.evaluation.pixels()?.reading.without;
    Some(SegmentationSummary::new(&PixelMatrix::of_rows(classes, &rows), None, without))
}

fn row(
    ui: &mut Ui,
    scene: &Scene,
    state: &mut Viewer,
    class: ClassId,
    numbers: crate::metrics::segmentation::ClassPixels,
) {
    let theme = scene.ctx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let name = scene.explorer.dataset().classes.name(class);
    let hidden = state.pixels.hidden.contains(&class);
    let iou = fmt::rate(numbers.iou);
    response.widget_info(|| {
        let pixels = fmt::count(numbers.truth_pixels);
        WidgetInfo::selected(Role::CheckBox, true, !hidden, format!("class {name}: {pixels} pixels, IoU {iou}"))
    });
    if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, theme.hover);
    }
    let inside = rect.shrink2(vec2(theme::PADDING + theme::GRID, theme::GRID / 2.0));
    let (first, second) = inside.split_top_bottom_at_fraction(0.5);
    let swatch = Rect::from_center_size(pos2(first.left() + 5.0, first.center().y), vec2(10.0, 10.0));
    let colour = theme.class(&scene.explorer.dataset().classes, class);
    if hidden {
        ui.painter().rect_stroke(swatch, 2.0, (theme::HAIRLINE, theme.muted), egui::StrokeKind::Inside);
    } else {
        ui.painter().rect_filled(swatch, 2.0, colour);
    }
    let right = text::at(
        ui.painter(),
        first.right_center(),
        Align2::RIGHT_CENTER,
        &format!("IoU {iou}"),
        theme::body(),
        theme.text,
    );
    let beside = first.with_min_x(swatch.right() + theme::GRID).with_max_x(right.left() - theme::PADDING);
    text::left(ui.painter(), beside, name, theme::body(), if hidden { theme.muted } else { theme.text });
    let words = format!(
        "{} true, {} predicted, recall {}",
        fmt::count(numbers.truth_pixels),
        fmt::count(numbers.predicted_pixels),
        fmt::rate(numbers.recall)
    );
    text::left(ui.painter(), second.with_min_x(beside.left()), &words, theme::caption(), theme.muted);
    if response.on_hover_text("A click leaves the class out of the overlay, or takes it in").clicked()
        && !state.pixels.hidden.remove(&class)
    {
        state.pixels.hidden.insert(class);
    }
}
