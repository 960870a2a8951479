//! Thumbnails of one size packed into square textures, so that a gallery is drawn with one or two of them.
//!
//! Knows places and their age. Does not know where thumbnails come from.

use std::sync::Arc;

use egui::{Color32, ColorImage, Context, Rect, TextureHandle, TextureOptions, pos2, vec2};
use rustc_hash::FxHashMap;

use crate::jobs::Part;
use crate::model::ImageId;

use super::Drawable;

/// Side of a page in pixels.
const PAGE: u32 = 2048;
/// Pixels between thumbnails, so that none bleeds into its neighbour.
const GAP: u32 = 2;

/// What lies in a place.
pub type Key = (ImageId, Part);

/// Pages of places of one size. The thumbnail that was drawn longest ago makes room.
pub struct Atlas {
    side: u32,
    max_pages: usize,
    pages: Vec<TextureHandle>,
    places: Vec<Place>,
    by_key: FxHashMap<Key, usize>,
}

struct Place {
    key: Key,
    size: [usize; 2],
    source: (u32, u32),
    used: u64,
}

impl Atlas {
    /// An empty atlas for thumbnails whose longer side has at most `side` pixels.
    pub fn new(side: u32, max_pages: usize) -> Self {
        Self { side, max_pages, pages: Vec::new(), places: Vec::new(), by_key: FxHashMap::default() }
    }

    /// Longest side of a thumbnail in pixels.
    pub fn side(&self) -> u32 {
        self.side
    }

    /// A thumbnail, which counts as drawn in this frame.
    pub fn find(&mut self, key: Key, frame: u64) -> Option<Drawable> {
        let index = *self.by_key.get(&key)?;
        let (page, left, top) = self.position(index);
        let texture = self.pages.get(page)?.id();
        let place = self.places.get_mut(index)?;
        place.used = frame;
        let size = vec2(place.size[0] as f32, place.size[1] as f32);
        // Half a pixel inwards: the filter never reaches over the edge.
        let inside = Rect::from_min_size(pos2(left as f32, top as f32), size).shrink(0.5);
        let uv = Rect::from_min_max(inside.min / PAGE as f32, inside.max / PAGE as f32);
        Some(Drawable { texture, uv, size, source: place.source })
    }

    /// True where there is such a thumbnail.
    pub fn holds(&self, key: &Key) -> bool {
        self.by_key.contains_key(key)
    }

    /// Puts a thumbnail into the place it has, a free one, or that of the one drawn longest ago.
    pub fn insert(&mut self, ctx: &Context, key: Key, image: Arc<ColorImage>, source: (u32, u32), frame: u64) {
        let size = image.size;
        if size.iter().any(|&s| s > self.side as usize) {
            return;
        }
        let known = self.by_key.get(&key).copied();
        let index = known.unwrap_or_else(|| self.room(ctx, frame));
        let place = Place { key, size, source, used: frame };
        match self.places.get_mut(index) {
            Some(old) => {
                self.by_key.remove(&old.key);
                *old = place;
            }
            None => self.places.push(place),
        }
        self.by_key.insert(key, index);
        let (page, left, top) = self.position(index);
        if let Some(page) = self.pages.get_mut(page) {
            page.set_partial([left as usize, top as usize], image, TextureOptions::LINEAR);
        }
    }

    /// Gives back pages over budget once nothing on them is on screen.
    pub fn trim(&mut self, frame: u64) {
        while self.pages.len() > self.max_pages {
            let first = (self.pages.len() - 1) * Self::per_page(self.side);
            let last_page = self.places.get(first..).unwrap_or(&[]);
            if last_page.iter().any(|p| p.used >= frame) {
                break;
            }
            for place in self.places.drain(first.min(self.places.len())..) {
                self.by_key.remove(&place.key);
            }
            self.pages.pop();
        }
    }

    /// A place for one more: free, or the oldest that is not on screen, or on a new page.
    fn room(&mut self, ctx: &Context, frame: u64) -> usize {
        let free = self.places.len();
        if free < self.pages.len() * Self::per_page(self.side) {
            return free;
        }
        if self.pages.len() >= self.max_pages {
            let oldest = self.places.iter().enumerate().filter(|(_, p)| p.used + 1 < frame).min_by_key(|(_, p)| p.used);
            if let Some((index, _)) = oldest {
                return index;
            }
        }
        let blank = ColorImage::filled([PAGE as usize; 2], Color32::TRANSPARENT);
        self.pages.push(ctx.load_texture(format!("thumbnails {}", self.side), blank, TextureOptions::LINEAR));
        free
    }

    /// Page, left and top of a place.
    fn position(&self, index: usize) -> (usize, u32, u32) {
        let (columns, stride) = (PAGE / (self.side + GAP), self.side + GAP);
        let (page, on_page) = (index / Self::per_page(self.side), index % Self::per_page(self.side));
        // A page has far fewer than `u32::MAX` places.
        let on_page = on_page as u32;
        (page, on_page % columns * stride, on_page / columns * stride)
    }

    fn per_page(side: u32) -> usize {
        let columns = (PAGE / (side + GAP)) as usize;
        columns * columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u32) -> Key {
        (ImageId(n), Part::Thumb { side: 192 })
    }

    fn put(atlas: &mut Atlas, ctx: &Context, n: u32, frame: u64) {
        let image = ColorImage::filled([192, 100], Color32::from_gray(n as u8));
        atlas.insert(ctx, key(n), Arc::new(image), (1920, 1000), frame);
    }

    #[test]
    fn thumbnails_lie_side_by_side_and_apart() {
        let ctx = Context::default();
        let mut atlas = Atlas::new(192, 4);
        (0..150).for_each(|n| put(&mut atlas, &ctx, n, 1));
        // 10 × 10 places of 194 pixels on a page of 2048.
        assert_eq!(atlas.pages.len(), 2);
        let drawn: Vec<Drawable> = (0..150).filter_map(|n| atlas.find(key(n), 1)).collect();
        assert_eq!(drawn.len(), 150);
        for (i, a) in drawn.iter().enumerate() {
            assert!(a.uv.min.x > 0.0 && a.uv.max.y < 1.0, "{a:?}");
            let apart = |b: &Drawable| a.texture != b.texture || !a.uv.intersects(b.uv);
            assert!(drawn.iter().skip(i + 1).all(apart));
        }
        assert_eq!((drawn[0].size, drawn[0].source), (vec2(192.0, 100.0), (1920, 1000)));
    }

    #[test]
    fn the_one_drawn_longest_ago_makes_room() {
        let ctx = Context::default();
        let mut atlas = Atlas::new(192, 1);
        (0..100).for_each(|n| put(&mut atlas, &ctx, n, 1));
        (1..100).for_each(|n| assert!(atlas.find(key(n), 2).is_some()));
        put(&mut atlas, &ctx, 500, 4);
        assert_eq!(atlas.pages.len(), 1);
        assert!(atlas.find(key(0), 4).is_none() && atlas.find(key(500), 4).is_some());
        assert!((1..100).all(|n| atlas.find(key(n), 4).is_some()));
    }

    #[test]
    fn another_picture_of_the_same_takes_its_place() {
        let ctx = Context::default();
        let mut atlas = Atlas::new(192, 1);
        (0..3).for_each(|n| put(&mut atlas, &ctx, n, 1));
        let first = atlas.find(key(1), 1);
        put(&mut atlas, &ctx, 1, 2);
        assert_eq!((atlas.places.len(), atlas.find(key(1), 2)), (3, first));
        assert!(atlas.holds(&key(1)) && !atlas.holds(&key(7)));
    }

    #[test]
    fn what_is_on_screen_stays_and_pages_over_budget_go_afterwards() {
        let ctx = Context::default();
        let mut atlas = Atlas::new(192, 1);
        (0..130).for_each(|n| put(&mut atlas, &ctx, n, 1));
        assert_eq!(atlas.pages.len(), 2);
        assert!((0..130).all(|n| atlas.find(key(n), 1).is_some()));
        atlas.trim(1);
        assert_eq!(atlas.pages.len(), 2);
        (0..20).for_each(|n| assert!(atlas.find(key(n), 2).is_some()));
        atlas.trim(2);
        assert_eq!((atlas.pages.len(), atlas.places.len()), (1, 100));
        assert!(atlas.find(key(5), 3).is_some() && atlas.find(key(120), 3).is_none());
    }
}
