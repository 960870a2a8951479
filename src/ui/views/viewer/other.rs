//! The same image as the model that is compared with sees it: in the place of this one's, or beside it, with the same zoom
//! and place.

use egui::{Rect, Ui, pos2, vec2};

use crate::model::{Image, ImageId};
use crate::session::Explorer;
use crate::ui::context::ViewCtx;
use crate::ui::textures::Pictures;
use crate::ui::theme;
use crate::ui::views::objects::{self, Object};

use super::{Scene, Viewer, child, list, picture};

/// An image under the other model.
pub(super) struct Other<'a> {
    explorer: &'a Explorer,
    id: ImageId,
    image: &'a Image,
    objects: Vec<Object>,
}

impl<'a> Other<'a> {
    /// Finds the image; `None` where nothing is compared with what is on screen.
    pub(super) fn of(ctx: &ViewCtx<'a>, explorer: &Explorer, id: ImageId, below: bool) -> Option<Self> {
        let compared = ctx.session.compared.first().filter(|c| c.first == explorer.choice)?;
        let (other, id) = (&compared.other, compared.partner(id)?);
        let image = other.dataset().images.get(id.index())?;
        let labels = other.evaluation.labels().is_some();
        let objects = if labels { Vec::new() } else { objects::of_image(other, id, &[], below) };
        Some(Self { explorer: other, id, image, objects })
    }
}

/// One of the two pictures, or both.
pub(super) fn ui(
    ui: &mut Ui,
    scene: &Scene,
    other: &Other,
    view: Rect,
    state: &mut Viewer,
    pictures: &mut Pictures,
    chosen: &list::Chosen,
) {
    let Other { explorer, id, image, objects } = other;
    let theirs = Scene {
        ctx: scene.ctx,
        explorer,
        id: *id,
        image,
        objects: objects.clone(),
        marked: 0,
        controls: !state.beside,
    };
    let nothing = list::Chosen::default();
    if state.beside {
        let (left, right) = view.split_left_right_at_fraction(0.5);
        picture(&mut child(ui, "picture", left.with_max_x(left.right() - 1.0)), scene, state, pictures, chosen);
        let pointed = state.pointed.take();
        picture(&mut child(ui, "other picture", right), &theirs, state, pictures, &nothing);
        state.pointed = pointed;
        caption(ui, scene, left);
        caption(ui, &theirs, right);
    } else {
        let shown = if state.blinked { &theirs } else { scene };
        picture(&mut child(ui, "picture", view), shown, state, pictures, if state.blinked { &nothing } else { chosen });
        caption(ui, shown, view);
    }
}

/// Which model a picture is of, at its lower right.
fn caption(ui: &Ui, scene: &Scene, view: Rect) {
    let identity = &scene.explorer.evaluation.predictions.identity;
    let name = format!("{}@{}", identity.id, identity.version);
    let theme = scene.ctx.theme;
    let galley = ui.painter().layout_no_wrap(name, theme::strong(), theme.text);
    let size = galley.size();
    // Above the legend.
    let bottom = view.bottom() - super::BELOW - size.y - theme::PADDING;
    let at = pos2(view.right() - size.x - 2.0 * theme::PADDING, bottom);
    let ground = Rect::from_min_size(at, size).expand2(vec2(theme::GRID, 2.0));
    ui.painter().rect_filled(ground, theme::RADIUS, theme.surface);
    ui.painter().galley(at, galley, theme.text);
}
