//! A grid of coloured cells that is zoomed and dragged. Knows geometry, colours and the pointer; does not know what a
//! cell means nor how many there are behind those in view.

mod raster;

use std::ops::Range;

use egui::{Color32, Key, Pos2, Rect, Response, Ui, Vec2, pos2, vec2};

use crate::ui::theme;

pub use raster::{Pixels, Raster};

/// Speed of the wheel: zoom factor per point scrolled.
const WHEEL: f32 = 0.004;

/// Which part of the grid is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeatmapView {
    /// 1 shows everything.
    zoom: f32,
    /// Columns and rows scrolled away.
    scrolled: Vec2,
}

impl Default for HeatmapView {
    fn default() -> Self {
        Self { zoom: 1.0, scrolled: Vec2::ZERO }
    }
}

impl HeatmapView {
    /// The grid of `rows` × `cols` cells in `area`, the last row and column set apart. Keeps the view inside it.
    pub fn grid(&mut self, area: Rect, rows: usize, cols: usize) -> Grid {
        let fit = fit(area.size(), rows, cols);
        self.zoom = self.zoom.clamp(1.0, (theme::CELL_MAX.y / fit.y).max(1.0));
        let cell = fit * self.zoom;
        let mut grid = Grid { area, cell, offset: Vec2::ZERO, rows, cols };
        let most = (grid.content() - area.size()).max(Vec2::ZERO);
        grid.offset = (self.scrolled * cell).clamp(Vec2::ZERO, most);
        self.scrolled = grid.offset / cell;
        grid
    }

    /// Shows everything again.
    pub fn fit(&mut self) {
        *self = Self::default();
    }

    /// True where something lies outside the view.
    #[must_use]
    pub fn is_zoomed(self) -> bool {
        self.zoom > 1.0
    }

    /// Wheel and pinch zoom at the pointer, a drag pans, `F` fits.
    pub fn follow(&mut self, ui: &Ui, response: &Response, grid: &Grid) {
        if response.dragged() {
            self.scrolled -= response.drag_delta() / grid.cell;
        }
        let Some(pointer) = ui.input(|i| i.pointer.hover_pos()).filter(|_| response.contains_pointer()) else { return };
        let (wheel, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
        let factor = (wheel * WHEEL).exp() * pinch;
        if factor != 1.0 && (factor > 1.0 || self.is_zoomed()) {
            self.zoom_at(pointer, factor, grid);
            ui.input_mut(|i| i.smooth_scroll_delta.y = 0.0);
        }
        let plain_f = || ui.input(|i| i.key_pressed(Key::F) && i.modifiers.is_none());
        if !ui.ctx().egui_wants_keyboard_input() && plain_f() {
            self.fit();
        }
    }

    /// Zooms so that what is under `pointer` stays there.
    pub fn zoom_at(&mut self, pointer: Pos2, factor: f32, grid: &Grid) {
        let from_corner = pointer - grid.area.min;
        let under = (from_corner + grid.offset) / grid.cell;
        let most = (self.zoom * theme::CELL_MAX.y / grid.cell.y).max(1.0);
        let zoom = (self.zoom * factor).clamp(1.0, most);
        let cell = grid.cell * (zoom / self.zoom);
        self.zoom = zoom;
        self.scrolled = under - from_corner / cell;
    }

    /// Scrolls so that a cell is in view.
    pub fn reveal(&mut self, grid: &Grid, row: usize, col: usize) {
        let rect = grid.cell_rect(row, col);
        let low = (grid.area.min - rect.min).max(Vec2::ZERO);
        let high = (rect.max - grid.area.max).max(Vec2::ZERO);
        self.scrolled += (high - low) / grid.cell;
    }
}

/// The largest cell with which everything fits; never wider than 2.5 times its height, never higher than wide.
fn fit(size: Vec2, rows: usize, cols: usize) -> Vec2 {
    let room = (size - Vec2::splat(theme::GRID)).max(Vec2::splat(1.0));
    let cell = (room / vec2(cols.max(1) as f32, rows.max(1) as f32)).min(theme::CELL_MAX);
    let width = cell.x.min(cell.y * 2.5);
    vec2(width, cell.y.min(width))
}

/// Where the cells lie in one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// The part of the window that shows cells.
    pub area: Rect,
    /// Size of a cell.
    pub cell: Vec2,
    /// Points scrolled away.
    pub offset: Vec2,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
}

impl Grid {
    /// Size of all cells.
    #[must_use]
    pub fn content(&self) -> Vec2 {
        vec2(gap(self.cols), gap(self.rows)) + self.cell * vec2(self.cols as f32, self.rows as f32)
    }

    /// Left edge of a column.
    #[must_use]
    pub fn left(&self, col: usize) -> f32 {
        self.area.left() - self.offset.x + along(col, self.cols, self.cell.x)
    }

    /// Top edge of a row.
    #[must_use]
    pub fn top(&self, row: usize) -> f32 {
        self.area.top() - self.offset.y + along(row, self.rows, self.cell.y)
    }

    /// A cell, whether or not it is in view.
    #[must_use]
    pub fn cell_rect(&self, row: usize, col: usize) -> Rect {
        Rect::from_min_size(pos2(self.left(col), self.top(row)), self.cell)
    }

    /// The part of the area that is covered by cells.
    #[must_use]
    pub fn covered(&self) -> Rect {
        Rect::from_min_size(self.area.min, self.content().min(self.area.size()))
    }

    /// The cell under a point; `None` between and outside cells.
    #[must_use]
    pub fn hit(&self, at: Pos2) -> Option<(usize, usize)> {
        let (row, col) = (self.row_at(at.y)?, self.col_at(at.x)?);
        self.area.contains(at).then_some((row, col))
    }

    /// The row at a height.
    #[must_use]
    pub fn row_at(&self, y: f32) -> Option<usize> {
        find(y - self.area.top() + self.offset.y, self.rows, self.cell.y)
    }

    /// The column at a distance from the left.
    #[must_use]
    pub fn col_at(&self, x: f32) -> Option<usize> {
        find(x - self.area.left() + self.offset.x, self.cols, self.cell.x)
    }

    /// Rows at least partly in view.
    #[must_use]
    pub fn rows_in_view(&self) -> Range<usize> {
        in_view(self.offset.y, self.area.height(), self.rows, self.cell.y)
    }

    /// Columns at least partly in view.
    #[must_use]
    pub fn cols_in_view(&self) -> Range<usize> {
        in_view(self.offset.x, self.area.width(), self.cols, self.cell.x)
    }
}

/// Space before the last row and column.
fn gap(n: usize) -> f32 {
    if n > 1 { theme::GRID } else { 0.0 }
}

fn along(i: usize, n: usize, size: f32) -> f32 {
    i as f32 * size + if i + 1 == n { gap(n) } else { 0.0 }
}

fn find(at: f32, n: usize, size: f32) -> Option<usize> {
    if at < 0.0 || n == 0 {
        return None;
    }
    let last = along(n - 1, n, size);
    if at >= last {
        return (at < last + size).then_some(n - 1);
    }
    let i = (at / size) as usize;
    (i + 1 < n).then_some(i)
}

fn in_view(offset: f32, length: f32, n: usize, size: f32) -> Range<usize> {
    let first = (offset / size) as usize;
    let end = ((offset + length) / size).ceil() as usize;
    // The last cell stands a gap further on and comes into view a little later: it is drawn a little early instead.
    let first = if first + 1 >= n { n.saturating_sub(1) } else { first };
    first..end.min(n).max(first)
}

/// A sequence of colours from the surface (nothing) to full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ramp {
    /// Of an empty cell.
    pub surface: Color32,
    /// Of the strongest.
    pub full: Color32,
}

impl Ramp {
    /// Least part of the full colour in a cell that is not empty, so that a single object is seen.
    const LEAST: f32 = 0.16;

    /// The colour of a strength in 0…1; the surface for 0.
    #[must_use]
    pub fn at(self, strength: f32) -> Color32 {
        if strength <= 0.0 {
            return self.surface;
        }
        self.surface.lerp_to_gamma(self.full, Self::LEAST + (1.0 - Self::LEAST) * strength.min(1.0))
    }
}

/// Of two colours of text the one that is read more easily on `fill` (WCAG's contrast ratio).
#[must_use]
pub fn readable(fill: Color32, one: Color32, other: Color32) -> Color32 {
    let luminance = |c: Color32| {
        let [r, g, b, _] = egui::Rgba::from(c).to_array();
        0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
    };
    let contrast = |c: Color32| {
        let (a, b) = (luminance(c), luminance(fill));
        if a > b { a / b } else { b / a }
    };
    if contrast(one) >= contrast(other) { one } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(zoom: f32, scrolled: Vec2) -> Grid {
        let mut view = HeatmapView { zoom, scrolled };
        view.grid(Rect::from_min_size(pos2(10.0, 20.0), vec2(404.0, 204.0)), 10, 10)
    }

    /// 400 / 10 = 40 wide, 200 / 10 = 20 high; the last cell stands 4 points further on.
    #[test]
    fn every_cell_is_found_at_its_own_place() {
        for grid in [grid(1.0, Vec2::ZERO), grid(2.0, vec2(3.0, 2.5)), grid(2.4, vec2(99.0, 99.0))] {
            for row in grid.rows_in_view() {
                for col in grid.cols_in_view() {
                    let centre = grid.cell_rect(row, col).center();
                    if grid.area.contains(centre) {
                        assert_eq!(grid.hit(centre), Some((row, col)));
                    }
                }
            }
        }
        let whole = grid(1.0, Vec2::ZERO);
        assert_eq!(whole.cell, vec2(40.0, 20.0));
        assert_eq!(whole.cell_rect(9, 9).max, pos2(414.0, 224.0));
        assert_eq!(whole.hit(pos2(10.0 + 362.0, 30.0)), None, "between the classes and the background");
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let mut view = HeatmapView::default();
        let area = Rect::from_min_size(pos2(0.0, 0.0), vec2(600.0, 600.0));
        let before = view.grid(area, 1201, 1201);
        let pointer = pos2(432.0, 123.0);
        let under = before.hit(pointer);
        view.zoom_at(pointer, 8.0, &before);
        let after = view.grid(area, 1201, 1201);
        assert_eq!(after.hit(pointer), under);
        assert!(after.cell.x > before.cell.x * 7.9);
    }

    #[test]
    fn text_is_readable_on_both_ends_of_the_ramp() {
        let ramp = Ramp { surface: Color32::from_gray(24), full: Color32::from_rgb(0xe6, 0x9f, 0x00) };
        assert_eq!(readable(ramp.at(0.0), Color32::WHITE, Color32::BLACK), Color32::WHITE);
        assert_eq!(readable(ramp.at(1.0), Color32::WHITE, Color32::BLACK), Color32::BLACK);
    }
}
