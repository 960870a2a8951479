//! The masks of an image: laid over its picture as colours of classes or as what is right and wrong, the classes in it with their
//! numbers, and what lies under the pointer.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{
    Align2, Color32, ColorImage, Pos2, Rect, RichText, Role, ScrollArea, Sense, TextureHandle, TextureOptions, Ui,
    WidgetInfo, pos2, vec2,
};

use crate::metrics::segmentation::{NO_CLASS, PixelMatrix, SegmentationSummary};
use crate::model::{ClassId, ImageId, fmt};
use crate::session::load::masks::Shown;
use crate::session::{Command, Explorer, Slot};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::image_canvas::Canvas;
use crate::ui::widgets::{switch, text};

use super::{Scene, Viewer};

/// Height of a class in the list.
const ROW: f32 = 40.0;
/// Longest side of what is uploaded.
const SIDE: u32 = 2048;

/// What the view remembers of masks.
pub struct PixelState {
    difference: bool,
    outline: bool,
    opacity: f32,
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
    dark: bool,
    cut: crate::metrics::Cut,
}

/// What the overlay shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Nothing,
    Truth,
    Predicted,
    /// The model's classes, and the outlines of the true ones.
    Both,
    Difference,
}

impl What {
    fn of(state: &Viewer) -> Self {
        match (state.pixels.difference, state.truth, state.predictions) {
            (true, ..) => Self::Difference,
            (false, true, true) => Self::Both,
            (false, true, false) => Self::Truth,
            (false, false, true) => Self::Predicted,
            (false, false, false) => Self::Nothing,
        }
    }
}

/// The masks of the image on screen; asks for them where they are not there.
pub(super) fn shown<'a>(scene: &'a Scene) -> Option<&'a Result<Arc<Shown>, String>> {
    let shown = scene.ctx.session.masks_of(&scene.explorer.choice, scene.id);
    if shown.is_none() && !scene.ctx.session.jobs.contains_key(&Slot::Masks) {
        scene.ctx.send(Command::ShowMasks(scene.explorer.choice.clone(), scene.id));
    }
    shown
}

/// The class of a pixel as the overlay sees it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pixel {
    /// Left out of everything.
    Ignored,
    /// True class, and what the model says where it is sure enough.
    Of(u16, Option<u16>),
}

/// Pixels with the threshold applied.
struct Pixels<'a> {
    explorer: &'a Explorer,
    shown: &'a Shown,
    classes: usize,
    ignore: Option<u16>,
}

impl<'a> Pixels<'a> {
    fn of(explorer: &'a Explorer, shown: &'a Shown) -> Self {
        let ignore = explorer.evaluation.pixels().and_then(|pixels| pixels.reading.ignore);
        Self { explorer, shown, classes: explorer.dataset().classes.len(), ignore }
    }

    fn at(&self, x: u32, y: u32) -> Pixel {
        let truth = self.shown.truth.get(x, y).unwrap_or(NO_CLASS);
        if Some(truth) == self.ignore || usize::from(truth) >= self.classes {
            return Pixel::Ignored;
        }
        let said = self.shown.predicted.as_ref().and_then(|mask| mask.get(x, y));
        let said = said.filter(|class| usize::from(*class) < self.classes);
        let sure = |class: &u16| {
            let threshold = self.explorer.threshold_of(ClassId(u32::from(*class)));
            self.shown.confidence_at(x, y).is_none_or(|confidence| confidence >= threshold)
        };
        Pixel::Of(truth, said.filter(sure))
    }
}

/// Lays the masks over the picture.
pub(super) fn overlay(ui: &Ui, scene: &Scene, canvas: &Canvas, state: &mut Viewer) {
    let Some(Ok(shown)) = shown(scene) else { return };
    let theme = scene.ctx.theme;
    let key = Key {
        image: scene.id,
        shown: Arc::as_ptr(shown) as usize,
        what: What::of(state),
        outline: state.pixels.outline,
        hidden: state.pixels.hidden.clone(),
        dark: theme.dark,
        cut: scene.explorer.counter.cut(),
    };
    let [own, other] = &mut state.pixels.textures;
    let known = if scene.is_other() { other } else { own };
    if known.as_ref().is_none_or(|(known, _)| *known != key) {
        let picture = drawn(&Pixels::of(scene.explorer, shown), &key, theme);
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

/// The overlay as a picture; of large masks every n-th pixel.
fn drawn(pixels: &Pixels<'_>, key: &Key, theme: &Theme) -> ColorImage {
    let (width, height) = (pixels.shown.truth.width.max(1), pixels.shown.truth.height.max(1));
    let step = width.max(height).div_ceil(SIDE);
    let (w, h) = (width.div_ceil(step), height.div_ceil(step));
    let table: Vec<Color32> = (0..pixels.classes)
        .map(|class| theme.class(&pixels.explorer.dataset().classes, ClassId::from_index(class)))
        .collect();
    let is_hidden: Vec<bool> =
        (0..pixels.classes).map(|class| key.hidden.contains(&ClassId::from_index(class))).collect();
    let grid: Vec<Pixel> =
        (0..h).flat_map(|y| (0..w).map(move |x| (x, y))).map(|(x, y)| pixels.at(x * step, y * step)).collect();
    let hidden = |class: u16| is_hidden.get(usize::from(class)).copied().unwrap_or(false);
    let of_class = |class: Option<u16>| match class {
        Some(class) if !hidden(class) => table.get(usize::from(class)).copied().unwrap_or(Color32::TRANSPARENT),
        _ => Color32::TRANSPARENT,
    };
    let get = |x: i64, y: i64| {
        let inside = x >= 0 && y >= 0 && x < i64::from(w) && y < i64::from(h);
        if inside { grid.get((y * i64::from(w) + x) as usize).copied() } else { None }
    };
    let truth = |pixel: Pixel| if let Pixel::Of(truth, _) = pixel { Some(truth) } else { None };
    let said = |pixel: Pixel| if let Pixel::Of(_, said) = pixel { said } else { None };
    let edge = |x: u32, y: u32, of: &dyn Fn(Pixel) -> Option<u16>| {
        let (x, y) = (i64::from(x), i64::from(y));
        let own = get(x, y).map(of);
        [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)].into_iter().any(|(x, y)| get(x, y).map(of) != own)
    };
    let colour = |x: u32, y: u32, pixel: Pixel| match key.what {
        What::Nothing => Color32::TRANSPARENT,
        What::Truth if key.outline && !edge(x, y, &truth) => Color32::TRANSPARENT,
        What::Truth => of_class(truth(pixel)),
        What::Predicted if key.outline && !edge(x, y, &said) => Color32::TRANSPARENT,
        What::Predicted => of_class(said(pixel)),
        What::Both if edge(x, y, &truth) => of_class(truth(pixel)),
        What::Both if key.outline && !edge(x, y, &said) => Color32::TRANSPARENT,
        What::Both => of_class(said(pixel)),
        What::Difference => match pixel {
            // A pattern, so that what does not count looks like nothing that does.
            Pixel::Ignored if (x + y) % 4 < 2 => theme.muted,
            Pixel::Ignored => Color32::TRANSPARENT,
            Pixel::Of(truth, said) if hidden(truth) && said.is_none_or(hidden) => Color32::TRANSPARENT,
            Pixel::Of(truth, Some(said)) if truth == said => theme.correct,
            Pixel::Of(_, Some(_)) => theme.misclassified,
            Pixel::Of(_, None) => theme.missed,
        },
    };
    let cells = (0..h).flat_map(|y| (0..w).map(move |x| (x, y))).zip(&grid);
    let colours = cells.map(|((x, y), pixel)| colour(x, y, *pixel)).collect();
    ColorImage::new([w as usize, h as usize], colours)
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
    if What::of(state) == What::Difference {
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
    Some(match Pixels::of(scene.explorer, shown).at(x, y) {
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
