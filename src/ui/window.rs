//! Where the window stands: remembered, and never put where no screen is.

use egui::{Context, Pos2, Rect, Vec2, ViewportBuilder, ViewportCommand, pos2, vec2};

use crate::store::settings::WindowPlace;

use super::theme;

/// So much of the window has to be on a screen, in points.
const SEEN: f32 = 96.0;

/// A window of the size that it had.
pub fn sized(builder: ViewportBuilder, place: Option<&WindowPlace>) -> ViewportBuilder {
    let size = place.map_or(theme::WINDOW, |place| vec2(place.size.0, place.size.1).max(theme::WINDOW_MIN));
    builder.with_inner_size(size).with_maximized(place.is_some_and(|place| place.maximised))
}

/// Puts a new window where it was, if that place is on a screen that is there. `zoom` is the size of the interface to come.
pub fn put_back(cc: &eframe::CreationContext<'_>, place: Option<&WindowPlace>, zoom: f32) {
    let (Some(place), Some(window)) = (place, cc.winit_window()) else { return };
    let screens = window.available_monitors().map(|screen| {
        let (at, size, scale) = (screen.position(), screen.size(), screen.scale_factor() as f32);
        Rect::from_min_size(pos2(at.x as f32, at.y as f32), vec2(size.width as f32, size.height as f32)) / scale
    });
    if let Some(at) = place.at.map(|(x, y)| pos2(x, y))
        && !place.maximised
        && is_seen(at, vec2(place.size.0, place.size.1), &screens.collect::<Vec<_>>())
    {
        // Carried out after the first frame, in points of the interface.
        cc.egui_ctx.send_viewport_cmd(ViewportCommand::OuterPosition(at / zoom));
    }
}

/// True where the top of a window, by which it can be moved, is on a screen.
fn is_seen(at: Pos2, size: Vec2, screens: &[Rect]) -> bool {
    let top = Rect::from_min_size(at, vec2(size.x, theme::HEADER));
    screens.iter().any(|screen| {
        let common = screen.intersect(top);
        common.is_positive() && common.width() >= SEEN.min(size.x) && common.height() >= theme::HEADER / 2.0
    })
}

/// Where the window stands now; its size and place before it was maximised stay those of `before`.
#[must_use]
pub fn place(ctx: &Context, before: Option<&WindowPlace>) -> Option<WindowPlace> {
    let zoom = ctx.zoom_factor();
    ctx.input(|input| {
        let viewport = input.viewport();
        let maximised = viewport.maximized.unwrap_or(false) || viewport.fullscreen.unwrap_or(false);
        if viewport.minimized == Some(true) {
            return before.cloned();
        }
        if let Some(before) = before.filter(|_| maximised) {
            return Some(WindowPlace { maximised, ..before.clone() });
        }
        // Sizes in points of the system: the interface may be larger or smaller at the next start.
        let size = viewport.inner_rect?.size() * zoom;
        let at = viewport.outer_rect.map(|rect| rect.min * zoom);
        Some(WindowPlace {
            at: at.map(|at| (at.x.round(), at.y.round())),
            size: (size.x.round(), size.y.round()),
            maximised,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_not_lost_off_all_screens() {
        let screen = |x, y, w, h| Rect::from_min_size(pos2(x, y), vec2(w, h));
        let two = [screen(0.0, 0.0, 1920.0, 1080.0), screen(1920.0, 0.0, 1280.0, 1024.0)];
        let size = vec2(1440.0, 900.0);
        assert!(is_seen(pos2(100.0, 50.0), size, &two));
        assert!(is_seen(pos2(2000.0, 10.0), size, &two));
        assert!(!is_seen(pos2(2000.0, 10.0), size, &two[..1]), "the second screen is gone");
        assert!(!is_seen(pos2(0.0, 1075.0), size, &two), "nothing left to move it by");
        assert!(!is_seen(pos2(-1400.0, 0.0), size, &two));
        assert!(!is_seen(pos2(0.0, -900.0), size, &two));
        assert!(!is_seen(pos2(0.0, 0.0), size, &[]));
    }

    #[test]
    fn the_first_window_has_the_usual_size_and_none_is_too_small() {
        assert_eq!(sized(ViewportBuilder::default(), None).inner_size, Some(theme::WINDOW));
        let tiny = WindowPlace { at: None, size: (3.0, f32::NAN), maximised: true };
        let builder = sized(ViewportBuilder::default(), Some(&tiny));
        assert_eq!((builder.inner_size, builder.maximized), (Some(theme::WINDOW_MIN), Some(true)));
    }
}
