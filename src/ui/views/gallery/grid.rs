//! Where tile number n lies: rows of equal tiles that fill the width. Arithmetic only, so that a hundred thousand tiles cost
//! what is in view.

use std::ops::Range;

use egui::{Rect, Vec2, pos2, vec2};

use crate::model::Dataset;
use crate::ui::theme;

/// Space between tiles.
const GAP: f32 = 2.0 * theme::GRID;
/// Height of a tile's two lines under its picture.
const CAPTION: f32 = 36.0;

/// A grid of equal tiles.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    /// Number of tiles.
    pub count: usize,
    /// Tiles side by side.
    pub columns: usize,
    picture: Vec2,
}

impl Grid {
    /// Tiles of about `wanted` width that fill `width`; `aspect` is width by height of their pictures.
    pub fn new(width: f32, wanted: f32, aspect: f32, count: usize) -> Self {
        let room = (width - 2.0 * theme::PADDING).max(1.0);
        // At least one, and no more than pixels: the conversion cannot truncate.
        let columns = ((room + GAP) / (wanted + GAP)).round().max(1.0) as usize;
        let tile = ((room + GAP) / columns as f32 - GAP).max(1.0).floor();
        Self { count, columns, picture: vec2(tile, (tile / aspect).round()) }
    }

    /// Size of a tile's picture.
    pub fn picture(&self) -> Vec2 {
        self.picture
    }

    /// Height of all rows.
    pub fn height(&self) -> f32 {
        GAP + self.rows() as f32 * self.row()
    }

    /// Where a tile lies, from the left top of the grid.
    pub fn rect(&self, index: usize) -> Rect {
        let (row, column) = (index / self.columns, index % self.columns);
        let left = theme::PADDING + column as f32 * (self.picture.x + GAP);
        Rect::from_min_size(pos2(left, GAP + row as f32 * self.row()), vec2(self.picture.x, self.picture.y + CAPTION))
    }

    /// The tiles of which something lies in `view`.
    pub fn visible(&self, view: Rect) -> Range<usize> {
        self.tiles_of(self.row_at(view.top()), self.row_at(view.bottom()) + 1)
    }

    /// The tiles of the two rows below `view`: what is likely to be asked for next.
    pub fn next_rows(&self, view: Rect) -> Range<usize> {
        let next = self.row_at(view.bottom()) + 1;
        self.tiles_of(next, next + 2)
    }

    /// The first tile of the first row that is wholly in view.
    pub fn first_visible(&self, offset: f32) -> usize {
        let row = ((offset - GAP) / self.row()).ceil().max(0.0) as usize;
        (row * self.columns).min(self.count.saturating_sub(1))
    }

    /// Where to scroll to so that a tile is in view; `None` where it is.
    pub fn scroll_for(&self, index: usize, offset: f32, height: f32) -> Option<f32> {
        let tile = self.rect(index);
        if tile.top() - GAP < offset {
            Some(tile.top() - GAP)
        } else if tile.bottom() + GAP > offset + height {
            Some(tile.bottom() + GAP - height)
        } else {
            None
        }
    }

    fn row(&self) -> f32 {
        self.picture.y + CAPTION + GAP
    }

    fn rows(&self) -> usize {
        self.count.div_ceil(self.columns)
    }

    fn row_at(&self, y: f32) -> usize {
        ((y - GAP) / self.row()).floor().max(0.0) as usize
    }

    fn tiles_of(&self, first: usize, end: usize) -> Range<usize> {
        let tile = |row: usize| (row * self.columns).min(self.count);
        tile(first)..tile(end)
    }
}

/// The middle of the images' width by height, within limits: most pictures of a set then fill their tiles.
pub fn usual_aspect(dataset: &Dataset) -> f32 {
    let known = dataset.images.iter().filter(|i| i.width > 0 && i.height > 0);
    let mut aspects: Vec<f32> = known.map(|i| i.width as f32 / i.height as f32).collect();
    let middle = aspects.len() / 2;
    if aspects.is_empty() {
        return 4.0 / 3.0;
    }
    let (_, aspect, _) = aspects.select_nth_unstable_by(middle, f32::total_cmp);
    aspect.clamp(0.75, 1.6)
}

#[cfg(test)]
mod tests {
    use super::*;

    // 1000 points wide, padding 8 on both sides: 984 + 8 = 992 for tiles of 184 + 8 = 192 is 5.17, so 5 columns of
    // floor(992 / 5 − 8) = 190 points; pictures of 4:3 are 143 high (142.5 rounded), rows 143 + 36 + 8 = 187.
    fn grid(count: usize) -> Grid {
        Grid::new(1000.0, 184.0, 4.0 / 3.0, count)
    }

    #[test]
    fn tiles_fill_the_width() {
        let grid = grid(12);
        assert_eq!((grid.columns, grid.picture()), (5, vec2(190.0, 143.0)));
        assert_eq!(grid.rect(7), Rect::from_min_size(pos2(8.0 + 2.0 * 198.0, 8.0 + 187.0), vec2(190.0, 179.0)));
        assert_eq!(grid.height(), 3.0 * 187.0 + 8.0);
    }

    #[test]
    fn only_what_is_in_view_is_asked_for() {
        let grid = grid(100_000);
        let view = Rect::from_min_size(pos2(0.0, 8.0 + 187.0 * 1000.0 + 50.0), vec2(1000.0, 600.0));
        // From 50 points into row 1000 to 650 points after its top: rows 1000 to 1003.
        assert_eq!(grid.visible(view), 5000..5020);
        assert_eq!(grid.next_rows(view), 5020..5030);
        let end = Rect::from_min_size(pos2(0.0, grid.height() - 600.0), vec2(1000.0, 600.0));
        assert_eq!(grid.visible(end).end, 100_000);
        assert_eq!(grid.next_rows(end), 100_000..100_000);
    }

    #[test]
    fn a_tile_is_brought_into_view_by_the_shortest_way() {
        let grid = grid(100);
        assert_eq!(grid.scroll_for(0, 0.0, 600.0), None);
        assert_eq!(grid.scroll_for(25, 0.0, 600.0), Some(8.0 + 5.0 * 187.0 + 179.0 + 8.0 - 600.0));
        assert_eq!(grid.scroll_for(5, 400.0, 600.0), Some(187.0));
    }
}
