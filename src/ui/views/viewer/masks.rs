//! The masks of objects over their picture: filled in the colour of what became of them, the true ones as outlines, or pixel by
//! pixel what is right, wrong, missed and too much.

use egui::{Color32, ColorImage, Pos2, Rect, TextureHandle, TextureOptions, Ui, pos2};

use crate::metrics::{Cut, OutcomeKind};
use crate::model::{ImageId, RleRef};
use crate::ui::masks::FILL;
use crate::ui::theme::Theme;
use crate::ui::views::objects::{Object, Standing};
use crate::ui::widgets::image_canvas::Canvas;
use crate::ui::widgets::switch;

use super::overlay::color;
use super::{ColourBy, Scene, Viewer};

/// Longest side of an image whose masks are drawn.
const SIDE: u32 = 8192;

/// What the view remembers of masks of objects.
#[derive(Default)]
pub struct MaskState {
    /// What is right and wrong pixel by pixel.
    pub difference: bool,
    /// True where boxes are drawn as well.
    pub boxes: bool,
    texture: Option<(Key, TextureHandle)>,
}

/// Everything that the overlay depends on.
#[derive(Clone, PartialEq)]
struct Key {
    image: ImageId,
    matched: usize,
    cut: Cut,
    sides: (bool, bool, bool),
    by: ColourBy,
    difference: bool,
    look: crate::ui::theme::Look,
}

/// True where objects have masks.
pub(super) fn are_there(scene: &Scene) -> bool {
    !scene.explorer.dataset().truths.masks.is_empty()
}

fn can_be_drawn(scene: &Scene) -> bool {
    let (width, height) = (scene.image.width, scene.image.height);
    are_there(scene) && width > 0 && height > 0 && width.max(height) <= SIDE
}

/// The masks as the switches stand; `None` where there are none or the picture is too large.
pub(super) fn picture(scene: &Scene, state: &Viewer) -> Option<ColorImage> {
    can_be_drawn(scene).then(|| if state.masks.difference { difference(scene) } else { objects(scene, state) })
}

/// Lays the masks over the picture.
pub(super) fn overlay(ui: &Ui, scene: &Scene, canvas: &Canvas, state: &mut Viewer) {
    if !can_be_drawn(scene) {
        return;
    }
    let key = Key {
        image: scene.id,
        matched: std::sync::Arc::as_ptr(&scene.explorer.matched) as usize,
        cut: scene.explorer.counter.cut(),
        sides: (state.truth, state.predictions, state.below),
        by: state.colour_by,
        difference: state.masks.difference,
        look: scene.ctx.theme.look(),
    };
    if state.masks.texture.as_ref().is_none_or(|(known, _)| *known != key) {
        let Some(picture) = picture(scene, state) else { return };
        let texture = match state.masks.texture.take() {
            Some((_, mut texture)) => {
                texture.set(picture, TextureOptions::NEAREST);
                texture
            }
            None => ui.ctx().load_texture("object masks", picture, TextureOptions::NEAREST),
        };
        state.masks.texture = Some((key, texture));
    }
    if let Some((_, texture)) = &state.masks.texture {
        let tint = Color32::from_white_alpha((state.opacity * 255.0) as u8);
        ui.painter().image(texture.id(), canvas.picture(), Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0)), tint);
    }
}

/// The masks of an object: the true one and the predicted one.
fn masks<'a>(scene: &'a Scene, object: &Object) -> (Option<RleRef<'a>>, Option<RleRef<'a>>) {
    let truth = object.outcome.truth().and_then(|t| scene.explorer.dataset().truths.masks.get(t.index()));
    let pred = object.outcome.pred().and_then(|p| scene.explorer.predictions().masks.get(p.index()));
    (truth, pred)
}

/// A picture of the size of the image, still empty.
struct Sheet {
    width: usize,
    height: usize,
}

impl Sheet {
    fn of(scene: &Scene) -> Self {
        Self { width: scene.image.width as usize, height: scene.image.height as usize }
    }

    /// Calls back with every pixel inside a mask and whether it lies at its edge.
    fn each(&self, mask: RleRef<'_>, mut each: impl FnMut(usize, bool)) {
        if (mask.width as usize, mask.height as usize) != (self.width, self.height) {
            return;
        }
        let bitmap = mask.to_bitmap();
        let bounds = mask.bbox();
        let (left, top) = (bounds.x as usize, bounds.y as usize);
        let (right, bottom) = ((bounds.x + bounds.w) as usize, (bounds.y + bounds.h) as usize);
        let inside = |x: usize, y: usize| bitmap.get(y * self.width + x).is_some_and(|pixel| *pixel != 0);
        for y in top..bottom.min(self.height) {
            for x in left..right.min(self.width) {
                if inside(x, y) {
                    let border = x == 0 || y == 0 || x + 1 == self.width || y + 1 == self.height;
                    let all = !border && inside(x - 1, y) && inside(x + 1, y) && inside(x, y - 1) && inside(x, y + 1);
                    each(y * self.width + x, !all);
                }
            }
        }
    }
}

/// Predicted masks filled, true masks filled where they stand alone, outlined otherwise; errors on top.
fn objects(scene: &Scene, state: &Viewer) -> ColorImage {
    let sheet = Sheet::of(scene);
    let mut pixels = vec![Color32::TRANSPARENT; sheet.width * sheet.height];
    let rank = |object: &&Object| match object.standing {
        Standing::Below => 0,
        Standing::Ignored => 1,
        Standing::Counted(OutcomeKind::Correct) => 2,
        Standing::Counted(_) => 3,
    };
    let mut order: Vec<&Object> = scene.objects.iter().collect();
    order.sort_by_key(rank);
    for object in order {
        let (truth, pred) = masks(scene, object);
        let sides = [
            (object.prediction(scene.explorer), pred.filter(|_| state.predictions), true),
            (object.truth(scene.explorer), truth.filter(|_| state.truth), !state.predictions || pred.is_none()),
        ];
        for (side, mask, filled) in sides {
            let (Some(side), Some(mask)) = (side, mask) else { continue };
            let colour = color(scene, state.colour_by, object, side);
            let [r, g, b, _] = colour.to_array();
            let fill = Color32::from_rgba_unmultiplied(r, g, b, FILL);
            sheet.each(mask, |at, edge| {
                if let Some(pixel) = pixels.get_mut(at).filter(|_| edge || filled) {
                    *pixel = if edge { colour } else { fill };
                }
            });
        }
    }
    ColorImage::new([sheet.width, sheet.height], pixels)
}

/// In a true mask, in a predicted one, in both of a correct pair, in a mask that does not count.
const TRUE: u8 = 1;
const SAID: u8 = 2;
const RIGHT: u8 = 4;
const IGNORED: u8 = 8;

/// Right: common pixels of a correct pair. Wrong: a true pixel that only other predictions cover. Missed: a true pixel that none
/// covers. Too much: a predicted pixel without truth. What only ignored regions cover is hatched.
fn difference(scene: &Scene) -> ColorImage {
    let sheet = Sheet::of(scene);
    let mut flags = vec![0_u8; sheet.width * sheet.height];
    for object in scene.objects.iter().filter(|object| object.standing != Standing::Below) {
        let (truth, pred) = masks(scene, object);
        let ignored = object.standing == Standing::Ignored;
        let mut set = |mask: Option<RleRef<'_>>, flag: u8| {
            if let Some(mask) = mask {
                sheet.each(mask, |at, _| {
                    if let Some(pixel) = flags.get_mut(at) {
                        *pixel |= flag;
                    }
                });
            }
        };
        set(truth, if ignored { IGNORED } else { TRUE });
        set(pred, if ignored { IGNORED } else { SAID });
    }
    for object in &scene.objects {
        if object.standing != Standing::Counted(OutcomeKind::Correct) {
            continue;
        }
        if let (Some(truth), Some(pred)) = masks(scene, object) {
            let other = pred.to_bitmap();
            sheet.each(truth, |at, _| {
                if other.get(at).is_some_and(|pixel| *pixel != 0)
                    && let Some(flag) = flags.get_mut(at)
                {
                    *flag |= RIGHT;
                }
            });
        }
    }
    let width = sheet.width.max(1);
    let tone = |(at, flag): (usize, &u8)| tone(*flag, (at % width + at / width) % 4 < 2, scene.ctx.theme);
    let pixels = flags.iter().enumerate().map(tone).collect();
    ColorImage::new([sheet.width, sheet.height], pixels)
}

fn tone(flag: u8, hatched: bool, theme: &Theme) -> Color32 {
    let colour = if flag & RIGHT != 0 {
        theme.correct
    } else if flag & (TRUE | SAID) == TRUE | SAID {
        theme.misclassified
    } else if flag & TRUE != 0 {
        theme.missed
    } else if flag & SAID != 0 {
        theme.false_positive
    } else if flag & IGNORED != 0 && hatched {
        theme.muted
    } else {
        return Color32::TRANSPARENT;
    };
    let [r, g, b, _] = colour.to_array();
    Color32::from_rgba_unmultiplied(r, g, b, 170)
}

/// The switches that only masks have.
pub(super) fn switches(ui: &mut Ui, scene: &Scene, state: &mut Viewer) {
    let theme = scene.ctx.theme;
    let hint = "Pixel by pixel: right, wrong, missed, too much · D";
    switch::toggle(ui, theme, &mut state.masks.difference, "Difference", None, hint);
    switch::toggle(ui, theme, &mut state.masks.boxes, "Boxes", None, "Also the boxes of the objects");
}

/// True where a point of the picture lies in one of an object's masks.
pub(super) fn holds(scene: &Scene, object: &Object, is_truth: bool, at: Pos2) -> bool {
    let (truth, pred) = masks(scene, object);
    let mask = if is_truth { truth } else { pred };
    at.x >= 0.0 && at.y >= 0.0 && mask.is_some_and(|mask| mask.contains(at.x as u32, at.y as u32))
}
