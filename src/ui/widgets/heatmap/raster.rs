//! A picture of very small cells, one point of colour for each point of the screen. Knows pixels, not what they mean.

use egui::{Color32, ColorImage, Rect, TextureHandle, TextureOptions, Ui, pos2};

use super::{Grid, Ramp};

/// A picture kept until its key changes.
pub struct Raster<K> {
    kept: Option<(K, TextureHandle)>,
}

impl<K> Default for Raster<K> {
    fn default() -> Self {
        Self { kept: None }
    }
}

impl<K: PartialEq> Raster<K> {
    /// Paints the cells of a grid; `fill` is only called where `key` differs from the last.
    pub fn paint(&mut self, ui: &Ui, grid: &Grid, ramps: &[Ramp; 2], key: K, fill: impl FnOnce(&mut Pixels)) {
        let area = grid.covered();
        let fresh = !self.kept.as_ref().is_some_and(|(kept, _)| *kept == key);
        if fresh {
            let mut pixels = Pixels::new(grid, area, ui.pixels_per_point());
            fill(&mut pixels);
            let image = pixels.image(ramps);
            match &mut self.kept {
                Some((kept, texture)) => {
                    texture.set(image, TextureOptions::NEAREST);
                    *kept = key;
                }
                None => {
                    let texture = ui.ctx().load_texture("heatmap", image, TextureOptions::NEAREST);
                    self.kept = Some((key, texture));
                }
            }
        }
        if let Some((_, texture)) = &self.kept {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().image(texture.id(), area, whole, Color32::WHITE);
        }
    }
}

/// Strength and ramp of every pixel; where several cells share one, the strongest is seen.
pub struct Pixels {
    size: [usize; 2],
    scale: f32,
    origin: egui::Pos2,
    grid: Grid,
    values: Vec<(u8, u8)>,
}

impl Pixels {
    fn new(grid: &Grid, area: Rect, scale: f32) -> Self {
        let length = |points: f32| ((points * scale).round() as usize).clamp(1, 8192);
        let size = [length(area.width()), length(area.height())];
        Self { size, scale, origin: area.min, grid: *grid, values: vec![(0, 0); size[0] * size[1]] }
    }

    /// Colours one cell by its strength in 0…1 on one of the two ramps.
    pub fn put(&mut self, row: usize, col: usize, strength: f32, ramp: usize) {
        let rect = self.grid.cell_rect(row, col).translate(-self.origin.to_vec2());
        let [width, height] = self.size;
        let span = |from: f32, to: f32, most: usize| {
            let first = ((from * self.scale).round().max(0.0) as usize).min(most.saturating_sub(1));
            let end = ((to * self.scale).round().max(0.0) as usize).clamp(first + 1, most.max(first + 1));
            first..end
        };
        let outside = |from: f32, to: f32, most: usize| to <= 0.0 || from * self.scale >= most as f32;
        if outside(rect.min.x, rect.max.x, width) || outside(rect.min.y, rect.max.y, height) {
            return;
        }
        let columns = span(rect.min.x, rect.max.x, width);
        let value = ((strength.clamp(0.0, 1.0) * 254.0) as u8 + 1, u8::try_from(ramp).unwrap_or(0));
        for y in span(rect.min.y, rect.max.y, height) {
            let line = y * width;
            for pixel in self.values.get_mut(line + columns.start..line + columns.end).unwrap_or(&mut []) {
                *pixel = value.max(*pixel);
            }
        }
    }

    fn image(self, ramps: &[Ramp; 2]) -> ColorImage {
        let [one, other] = ramps;
        let table = |ramp: &Ramp| -> Vec<Color32> { (0..=u8::MAX).map(|v| ramp.at(f32::from(v) / 255.0)).collect() };
        let (one, other) = (table(one), table(other));
        let colour = |&(value, ramp): &(u8, u8)| {
            let table = if ramp == 0 { &one } else { &other };
            table.get(usize::from(value)).copied().unwrap_or_default()
        };
        ColorImage::new(self.size, self.values.iter().map(colour).collect())
    }
}
