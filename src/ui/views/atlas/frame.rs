//! Which part of the map is on screen: from its coordinates to points of the screen and back. Knows no points of data.

use egui::{Pos2, Rect, Ui, Vec2, pos2, vec2};

/// What is in the middle, and how large a unit of the map is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct View {
    /// The place of the map in the middle of the screen; with `scale` `None` it is found anew.
    centre: [f32; 2],
    /// Points of the screen a unit; `None`: the whole map is to be seen.
    scale: Option<f32>,
}

/// Room around the outermost points.
const EDGE: f32 = 24.0;

/// The map on a part of the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// The part of the screen.
    pub area: Rect,
    centre: [f32; 2],
    /// Points of the screen a unit of the map.
    pub scale: f32,
}

impl View {
    /// Shows the whole map from now on.
    pub fn fit(&mut self) {
        self.scale = None;
    }

    /// True where a part of the map was chosen.
    #[must_use]
    pub const fn is_zoomed(&self) -> bool {
        self.scale.is_some()
    }

    /// The frame of this view; `bounds` are those of all points: lowest and highest of each coordinate.
    #[must_use]
    pub fn frame(&self, area: Rect, bounds: [[f32; 2]; 2]) -> Frame {
        if let Some(scale) = self.scale {
            return Frame { area, centre: self.centre, scale };
        }
        let [low, high] = bounds;
        let size = |axis: usize| (high[axis] - low[axis]).max(1e-6);
        let room = (area.size() - vec2(2.0 * EDGE, 2.0 * EDGE)).max(vec2(1.0, 1.0));
        let scale = (room.x / size(0)).min(room.y / size(1));
        let middle = |axis: usize| low[axis] + (high[axis] - low[axis]) / 2.0;
        Frame { area, centre: [middle(0), middle(1)], scale }
    }

    /// Moves the map by a drag.
    pub fn pan(&mut self, frame: &Frame, by: Vec2) {
        self.centre = [frame.centre[0] - by.x / frame.scale, frame.centre[1] + by.y / frame.scale];
        self.scale = Some(frame.scale);
    }

    /// Makes the map larger around a place of the screen.
    pub fn zoom(&mut self, frame: &Frame, at: Pos2, factor: f32) {
        let [x, y] = frame.to_map(at);
        let scale = (frame.scale * factor).clamp(1e-4, 1e6);
        let from_middle = at - frame.area.center();
        self.centre = [x - from_middle.x / scale, y + from_middle.y / scale];
        self.scale = Some(scale);
    }

    /// Follows wheel and pinch over the map.
    pub fn follow_wheel(&mut self, ui: &Ui, frame: &Frame) {
        let (pointer, wheel, pinch) =
            ui.input(|input| (input.pointer.hover_pos(), input.smooth_scroll_delta().y, input.zoom_delta()));
        let Some(at) = pointer.filter(|at| frame.area.contains(*at)) else { return };
        let factor = pinch * (wheel / 240.0).exp();
        if (factor - 1.0).abs() > 1e-4 {
            self.zoom(frame, at, factor);
        }
    }
}

impl Frame {
    /// Where a place of the map is drawn; the map's second coordinate grows upwards.
    #[must_use]
    pub fn to_screen(self, [x, y]: [f32; 2]) -> Pos2 {
        let middle = self.area.center();
        pos2(middle.x + (x - self.centre[0]) * self.scale, middle.y - (y - self.centre[1]) * self.scale)
    }

    /// The place of the map that is drawn here.
    #[must_use]
    pub fn to_map(self, at: Pos2) -> [f32; 2] {
        let from_middle = at - self.area.center();
        [self.centre[0] + from_middle.x / self.scale, self.centre[1] - from_middle.y / self.scale]
    }
}

/// Lowest and highest coordinates; a unit square without points.
#[must_use]
pub fn bounds(points: &[[f32; 2]]) -> [[f32; 2]; 2] {
    let mut all = points.iter();
    let Some(&first) = all.next() else { return [[0.0; 2], [1.0; 2]] };
    all.fold([first, first], |[low, high], [x, y]| {
        [[low[0].min(*x), low[1].min(*y)], [high[0].max(*x), high[1].max(*y)]]
    })
}

/// True where a place lies inside a closed line (even and odd crossings).
#[must_use]
pub fn is_inside(line: &[[f32; 2]], [x, y]: [f32; 2]) -> bool {
    let mut inside = false;
    let mut before = line.last();
    for corner in line {
        if let Some(before) = before {
            let crosses = (corner[1] > y) != (before[1] > y);
            if crosses && x < (before[0] - corner[0]) * (y - corner[1]) / (before[1] - corner[1]) + corner[0] {
                inside = !inside;
            }
        }
        before = Some(corner);
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_to_the_screen_and_back() {
        let area = Rect::from_min_size(pos2(100.0, 50.0), vec2(448.0, 248.0));
        let mut view = View::default();
        let frame = view.frame(area, [[0.0, 0.0], [4.0, 1.0]]);
        // 400 points for 4 units: 100 a unit; the lowest place is at the lower edge.
        assert_eq!((frame.scale, frame.to_screen([0.0, 0.0])), (100.0, pos2(124.0, 224.0)));
        assert_eq!(frame.to_map(pos2(124.0, 224.0)), [0.0, 0.0]);
        // What is under the pointer stays there.
        let at = pos2(200.0, 100.0);
        let place = frame.to_map(at);
        view.zoom(&frame, at, 2.0);
        let zoomed = view.frame(area, [[0.0; 2], [1.0; 2]]);
        assert!((zoomed.to_screen(place) - at).length() < 1e-3 && zoomed.scale == 200.0);
        view.pan(&zoomed, vec2(10.0, -5.0));
        let moved = view.frame(area, [[0.0; 2], [1.0; 2]]);
        assert!((moved.to_screen(place) - (at + vec2(10.0, -5.0))).length() < 1e-3);
        view.fit();
        assert!(!view.is_zoomed());
    }

    #[test]
    fn inside_a_line() {
        let hook = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [3.0, 4.0], [3.0, 1.0], [0.0, 1.0]];
        assert!(is_inside(&hook, [0.5, 0.5]) && is_inside(&hook, [3.5, 3.0]));
        assert!(!is_inside(&hook, [1.0, 3.0]) && !is_inside(&hook, [5.0, 0.5]) && !is_inside(&[], [0.0, 0.0]));
    }
}
