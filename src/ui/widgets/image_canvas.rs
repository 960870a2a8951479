//! A picture that is zoomed at the pointer, dragged, and fitted: where each of its pixels lies on the screen.
//!
//! Knows lengths only. Does not know what is drawn there.

use egui::{CursorIcon, Id, Pos2, Rect, Response, Sense, Ui, Vec2, pos2, vec2};

use crate::model::BBox;

/// Largest number of screen pixels per picture pixel.
const CLOSEST: f32 = 64.0;
/// Seconds that a change of place takes, unless animations are switched off.
const GLIDE: f32 = 0.12;
/// Share of the view that a box fills when it is zoomed to.
const BOX_SHARE: f32 = 0.45;

/// A place and a magnification.
#[derive(Clone, Copy, Debug, PartialEq)]
struct View {
    /// Picture pixel in the middle of the view.
    centre: Pos2,
    /// Points per picture pixel.
    scale: f32,
}

impl View {
    fn between(self, to: Self, t: f32) -> Self {
        let scale = self.scale * (to.scale / self.scale).powf(t);
        // The point that stays in place while scaling moves along a straight line.
        let t = if (to.scale - self.scale).abs() > f32::EPSILON * self.scale {
            (1.0 / self.scale - 1.0 / scale) / (1.0 / self.scale - 1.0 / to.scale)
        } else {
            t
        };
        Self { centre: self.centre + (to.centre - self.centre) * t, scale }
    }
}

/// Which part of the picture a person looks at; `None` inside means that all of it fits.
#[derive(Clone, Debug, Default)]
pub struct CanvasState {
    view: Option<View>,
    glide: Option<(View, f64)>,
    last: Option<View>,
}

impl CanvasState {
    /// Shows all of the picture.
    pub fn fit(&mut self, now: f64) {
        self.go(None, now);
    }

    /// Shows all of the picture at once: it is another one.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// True while all of the picture fits.
    #[must_use]
    pub fn is_fitted(&self) -> bool {
        self.view.is_none()
    }

    fn go(&mut self, to: Option<View>, now: f64) {
        self.glide = self.last.map(|from| (from, now));
        self.view = to;
    }
}

/// Where the picture lies on the screen in this frame.
#[derive(Clone, Copy, Debug)]
pub struct Canvas {
    /// The view.
    pub rect: Rect,
    /// Size of the picture in the pixels that boxes refer to.
    pub size: Vec2,
    /// Part of the view that a fitted picture takes.
    inner: Rect,
    view: View,
    pixels_per_point: f32,
}

impl Canvas {
    /// Takes the pointer's wishes on `rect` and says where the picture lies. `inner` is the part of it that a fitted
    /// picture takes.
    pub fn show(ui: &Ui, id: Id, rect: Rect, inner: Rect, size: Vec2, state: &mut CanvasState) -> (Self, Response) {
        // Without the keyboard: the keys of a picture work wherever the pointer is.
        let response = ui.interact(rect, id, Sense::CLICK | Sense::DRAG);
        let mut canvas = Self {
            rect,
            size: size.max(Vec2::splat(1.0)),
            inner,
            view: View { centre: Pos2::ZERO, scale: 1.0 },
            pixels_per_point: ui.pixels_per_point(),
        };
        canvas.view = state.view.map_or_else(|| canvas.fitted(), |view| canvas.bounded(view));
        canvas.pointer(ui, &response, state);
        canvas.glide(ui, state);
        state.last = Some(canvas.view);
        let cursor = if response.dragged() { CursorIcon::Grabbing } else { CursorIcon::Grab };
        let response = if state.is_fitted() { response } else { response.on_hover_cursor(cursor) };
        (canvas, response)
    }

    /// Screen pixels per picture pixel: 1 is 100 %.
    #[must_use]
    pub fn zoom(&self) -> f32 {
        self.view.scale * self.pixels_per_point
    }

    /// Where a picture pixel lies.
    #[must_use]
    pub fn to_screen(&self, at: Pos2) -> Pos2 {
        self.inner.center() + (at - self.view.centre) * self.view.scale
    }

    /// Which picture pixel lies there.
    #[must_use]
    pub fn to_picture(&self, at: Pos2) -> Pos2 {
        self.view.centre + (at - self.inner.center()) / self.view.scale
    }

    /// Where the whole picture lies.
    #[must_use]
    pub fn picture(&self) -> Rect {
        Rect::from_min_max(self.to_screen(Pos2::ZERO), self.to_screen(self.size.to_pos2()))
    }

    /// Where a box lies; an inverted box is turned round.
    #[must_use]
    pub fn place(&self, bbox: BBox) -> Rect {
        Rect::from_two_pos(
            self.to_screen(pos2(bbox.x as f32, bbox.y as f32)),
            self.to_screen(pos2((bbox.x + bbox.w) as f32, (bbox.y + bbox.h) as f32)),
        )
    }

    /// Goes to one screen pixel per picture pixel, keeping in place what lies at `at`.
    pub fn full_size(&self, state: &mut CanvasState, at: Option<Pos2>, now: f64) {
        let scale = 1.0 / self.pixels_per_point;
        state.go(Some(self.bounded(self.scaled(scale, at.unwrap_or_else(|| self.inner.center())))), now);
    }

    /// Makes everything `by` times as large, keeping in place what lies at `at`.
    pub fn magnify(&self, state: &mut CanvasState, by: f32, at: Option<Pos2>, now: f64) {
        let at = at.unwrap_or_else(|| self.inner.center());
        state.go(Some(self.bounded(self.scaled(self.view.scale * by, at))), now);
    }

    /// Goes to a box.
    pub fn zoom_to(&self, state: &mut CanvasState, bbox: BBox, now: f64) {
        let size = vec2(bbox.w.abs() as f32, bbox.h.abs() as f32).max(Vec2::splat(1.0));
        let room = self.inner.size() * BOX_SHARE;
        let scale = (room.x / size.x).min(room.y / size.y).max(self.fitted().scale);
        let centre = pos2((bbox.x + bbox.w / 2.0) as f32, (bbox.y + bbox.h / 2.0) as f32);
        state.go(Some(self.bounded(View { centre, scale })), now);
    }

    fn pointer(&mut self, ui: &Ui, response: &Response, state: &mut CanvasState) {
        let now = ui.input(|i| i.time);
        if response.dragged() && response.drag_delta() != Vec2::ZERO {
            let centre = self.view.centre - response.drag_delta() / self.view.scale;
            self.view = self.bounded(View { centre, ..self.view });
            state.view = Some(self.view);
            state.glide = None;
        }
        if let Some(at) = response.hover_pos() {
            let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
            let by = (scroll / 240.0).exp2() * pinch;
            if by != 1.0 {
                let wanted = self.bounded(self.scaled(self.view.scale * by, at));
                // Zooming out to where all fits is fitting.
                self.view = if wanted.scale <= self.fitted().scale { self.fitted() } else { wanted };
                state.view = (self.view != self.fitted()).then_some(self.view);
                state.glide = None;
            }
            if response.double_clicked() {
                match state.view {
                    None => self.full_size(state, Some(at), now),
                    Some(_) => state.fit(now),
                }
                self.view = state.view.unwrap_or_else(|| self.fitted());
            }
        }
    }

    fn glide(&mut self, ui: &Ui, state: &mut CanvasState) {
        let Some((from, since)) = state.glide else { return };
        let duration = ui.style().animation_time.min(GLIDE);
        let t = ((ui.input(|i| i.time) - since) as f32 / duration.max(f32::EPSILON)).clamp(0.0, 1.0);
        if duration <= 0.0 || t >= 1.0 || from == self.view {
            state.glide = None;
            return;
        }
        self.view = from.between(self.view, t * t * (3.0 - 2.0 * t));
        ui.ctx().request_repaint();
    }

    fn fitted(&self) -> View {
        let scale = (self.inner.width() / self.size.x).min(self.inner.height() / self.size.y);
        View { centre: (self.size / 2.0).to_pos2(), scale: scale.max(f32::MIN_POSITIVE) }
    }

    fn scaled(&self, scale: f32, at: Pos2) -> View {
        let scale = scale.clamp(self.furthest(), self.closest());
        let fixed = self.to_picture(at);
        View { centre: fixed - (at - self.inner.center()) / scale, scale }
    }

    fn bounded(&self, view: View) -> View {
        let centre = view.centre.clamp(Pos2::ZERO, self.size.to_pos2());
        View { centre, scale: view.scale.clamp(self.furthest(), self.closest()) }
    }

    fn furthest(&self) -> f32 {
        self.fitted().scale.min(1.0 / self.pixels_per_point)
    }

    fn closest(&self) -> f32 {
        self.fitted().scale.max(CLOSEST / self.pixels_per_point)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canvas(size: Vec2) -> Canvas {
        let rect = Rect::from_min_size(pos2(100.0, 50.0), vec2(800.0, 600.0));
        let view = View { centre: Pos2::ZERO, scale: 1.0 };
        let mut canvas = Canvas { rect, size, inner: rect, view, pixels_per_point: 2.0 };
        canvas.view = canvas.fitted();
        canvas
    }

    #[test]
    fn fitted_fills_the_view_and_keeps_the_shape() {
        let canvas = canvas(vec2(400.0, 400.0));
        assert_eq!(canvas.picture(), Rect::from_min_size(pos2(200.0, 50.0), vec2(600.0, 600.0)));
        assert_eq!(canvas.place(BBox::new(100.0, 0.0, 200.0, 400.0)).width(), 300.0);
        assert_eq!(
            canvas.place(BBox::new(300.0, 400.0, -200.0, -400.0)),
            canvas.place(BBox::new(100.0, 0.0, 200.0, 400.0))
        );
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let mut canvas = canvas(vec2(400.0, 300.0));
        let at = pos2(333.0, 222.0);
        let before = canvas.to_picture(at);
        canvas.view = canvas.scaled(canvas.view.scale * 3.0, at);
        let after = canvas.to_picture(at);
        assert!((after - before).length() < 1e-3, "{before:?} {after:?}");
    }

    #[test]
    fn full_size_is_one_screen_pixel_per_picture_pixel() {
        let canvas = canvas(vec2(4000.0, 3000.0));
        let mut state = CanvasState::default();
        canvas.full_size(&mut state, None, 0.0);
        assert_eq!(state.view.map(|v| v.scale * 2.0), Some(1.0));
    }

    #[test]
    fn a_box_that_is_gone_to_lies_in_the_middle() {
        let mut canvas = canvas(vec2(4000.0, 3000.0));
        let (mut state, bbox) = (CanvasState::default(), BBox::new(1000.0, 700.0, 40.0, 30.0));
        canvas.zoom_to(&mut state, bbox, 0.0);
        canvas.view = state.view.unwrap();
        let place = canvas.place(bbox);
        assert!((place.center() - canvas.rect.center()).length() < 0.1);
        // 45 % of 800 × 600 points: 360 × 270.
        assert!((place.width() - 360.0).abs() < 0.1 && (place.height() - 270.0).abs() < 0.1, "{place:?}");
    }

    #[test]
    fn a_glide_ends_where_it_should() {
        let (a, b) = (View { centre: pos2(0.0, 0.0), scale: 1.0 }, View { centre: pos2(100.0, 50.0), scale: 4.0 });
        assert_eq!(a.between(b, 0.0), a);
        let end = a.between(b, 1.0);
        assert!((end.centre - b.centre).length() < 1e-3 && (end.scale - b.scale).abs() < 1e-4);
        assert_eq!(a.between(View { centre: pos2(10.0, 0.0), scale: 1.0 }, 0.5).centre, pos2(5.0, 0.0));
    }
}
