//! Draws egui's triangles on the processor, so that tests have pictures on every machine, without a GPU or a driver.
//!
//! Colours are multiplied and blended in gamma space with premultiplied alpha, as egui's own renderers do. Edges follow
//! the top-left rule, so that no pixel of a shared edge is drawn twice.

use std::collections::HashMap;

use egui::epaint::textures::{TextureFilter, TextureWrapMode};
use egui::epaint::{ClippedPrimitive, ImageData, ImageDelta, Primitive, Vertex};
use egui::{Color32, FullOutput, Mesh, Pos2, Rect, TextureId, TextureOptions, TexturesDelta};
use egui_kittest::TestRenderer;
use image::RgbaImage;

/// Steps a pixel is divided into for the corners of triangles.
const SUB: f32 = 256.0;

struct Texture {
    size: [usize; 2],
    pixels: Vec<Color32>,
    options: TextureOptions,
}

impl Texture {
    fn texel(&self, x: i64, y: i64) -> [f32; 4] {
        let wrap = |i: i64, n: usize| {
            let n = n as i64;
            let at = match self.options.wrap_mode {
                TextureWrapMode::ClampToEdge => i.clamp(0, n - 1),
                TextureWrapMode::Repeat => i.rem_euclid(n),
                TextureWrapMode::MirroredRepeat => {
                    let i = i.rem_euclid(2 * n);
                    if i < n { i } else { 2 * n - 1 - i }
                }
            };
            at as usize
        };
        let [w, h] = self.size;
        self.pixels[wrap(y, h) * w + wrap(x, w)].to_array().map(f32::from)
    }

    fn sample(&self, u: f32, v: f32) -> [f32; 4] {
        let (x, y) = (u * self.size[0] as f32, v * self.size[1] as f32);
        if self.options.magnification == TextureFilter::Nearest {
            return self.texel(x.floor() as i64, y.floor() as i64);
        }
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (fx, fy) = (x - left, y - top);
        let (left, top) = (left as i64, top as i64);
        let corners = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| self.texel(left + dx, top + dy));
        let weights = [(1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy];
        std::array::from_fn(|c| (0..4).map(|i| corners[i][c] * weights[i]).sum())
    }
}

/// The renderer.
#[derive(Default)]
pub struct Raster {
    textures: HashMap<TextureId, Texture>,
}

impl Raster {
    fn update(&mut self, id: TextureId, delta: &ImageDelta) {
        let ImageData::Color(image) = &delta.image;
        let [w, h] = image.size;
        match delta.pos {
            None => {
                let texture = Texture { size: [w, h], pixels: image.pixels.clone(), options: delta.options };
                self.textures.insert(id, texture);
            }
            Some([left, top]) => {
                let texture = self.textures.get_mut(&id).expect("a part of a texture that was never set");
                for row in 0..h {
                    let to = (top + row) * texture.size[0] + left;
                    texture.pixels[to..to + w].copy_from_slice(&image.pixels[row * w..(row + 1) * w]);
                }
            }
        }
    }
}

impl TestRenderer for Raster {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        for (id, deltas) in delta.set.drain() {
            for delta in &deltas {
                self.update(id, delta);
            }
        }
        for id in delta.free.drain() {
            self.textures.remove(&id);
        }
    }

    fn render(&mut self, ctx: &egui::Context, output: &FullOutput) -> Result<RgbaImage, String> {
        let scale = ctx.pixels_per_point();
        let size = ctx.content_rect().size() * scale;
        let mut canvas = Canvas::new(size.x.round() as usize, size.y.round() as usize);
        for ClippedPrimitive { clip_rect, primitive } in ctx.tessellate(output.shapes.clone(), scale) {
            let Primitive::Mesh(mesh) = primitive else {
                return Err("paint callbacks cannot be drawn here".to_owned());
            };
            if let Some(texture) = self.textures.get(&mesh.texture_id) {
                canvas.mesh(&mesh, texture, clip_rect, scale);
            }
        }
        Ok(canvas.into_image())
    }
}

struct Canvas {
    width: usize,
    height: usize,
    /// Premultiplied, 0…255.
    pixels: Vec<[f32; 4]>,
}

/// A corner in pixels: place in parts of a pixel, colour, place in the texture.
struct Corner {
    x: i64,
    y: i64,
    color: [f32; 4],
    uv: Pos2,
}

impl Corner {
    fn new(vertex: &Vertex, scale: f32) -> Self {
        let place = |v: f32| (v * scale * SUB).round() as i64;
        let color = vertex.color.to_array().map(f32::from);
        Self { x: place(vertex.pos.x), y: place(vertex.pos.y), color, uv: vertex.uv }
    }
}

impl Canvas {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![[0.0, 0.0, 0.0, 255.0]; width * height] }
    }

    fn into_image(self) -> RgbaImage {
        let bytes = self.pixels.iter().flatten().map(|v| v.round().clamp(0.0, 255.0) as u8).collect();
        RgbaImage::from_raw(self.width as u32, self.height as u32, bytes).expect("four bytes a pixel")
    }

    fn mesh(&mut self, mesh: &Mesh, texture: &Texture, clip: Rect, scale: f32) {
        let edge = |v: f32, most: usize| ((v * scale).round().max(0.0) as usize).min(most);
        let x = edge(clip.min.x, self.width)..edge(clip.max.x, self.width);
        let y = edge(clip.min.y, self.height)..edge(clip.max.y, self.height);
        for corners in mesh.indices.chunks_exact(3) {
            let [a, b, c] = [0, 1, 2].map(|i| Corner::new(&mesh.vertices[corners[i] as usize], scale));
            self.triangle(&a, &b, &c, texture, &x, &y);
        }
    }

    fn triangle(
        &mut self,
        a: &Corner,
        b: &Corner,
        c: &Corner,
        texture: &Texture,
        columns: &std::ops::Range<usize>,
        rows: &std::ops::Range<usize>,
    ) {
        let cross = |o: &Corner, p: &Corner, x: i64, y: i64| (p.x - o.x) * (y - o.y) - (p.y - o.y) * (x - o.x);
        let area = cross(a, b, c.x, c.y);
        if area == 0 {
            return;
        }
        let (b, c) = if area > 0 { (b, c) } else { (c, b) };
        let whole = area.abs() as f32;
        let one = SUB as i64;
        let span = |low: i64, high: i64, within: &std::ops::Range<usize>| {
            let first = (low.div_euclid(one).max(0) as usize).max(within.start);
            let last = ((high.div_euclid(one) + 1).max(0) as usize).min(within.end);
            first..last
        };
        let columns = span(a.x.min(b.x).min(c.x), a.x.max(b.x).max(c.x), columns);
        let rows = span(a.y.min(b.y).min(c.y), a.y.max(b.y).max(c.y), rows);
        // An edge owns its pixels where it is a left or a top one.
        let owned = |p: &Corner, q: &Corner| i64::from(!(p.y > q.y || (p.y == q.y && p.x < q.x)));
        let edges = [(b, c), (c, a), (a, b)].map(|(p, q)| (p, q, owned(p, q)));
        let plain = (a.uv == b.uv && b.uv == c.uv).then(|| texture.sample(a.uv.x, a.uv.y));
        for row in rows {
            let y = row as i64 * one + one / 2;
            for column in columns.clone() {
                let x = column as i64 * one + one / 2;
                let [wa, wb, wc] = edges.map(|(p, q, least)| (cross(p, q, x, y), least));
                if wa.0 < wa.1 || wb.0 < wb.1 || wc.0 < wc.1 {
                    continue;
                }
                let weights = [wa.0, wb.0, wc.0].map(|w| w as f32 / whole);
                let mix = |f: &dyn Fn(&Corner) -> f32| f(a) * weights[0] + f(b) * weights[1] + f(c) * weights[2];
                let texel = plain.unwrap_or_else(|| texture.sample(mix(&|k| k.uv.x), mix(&|k| k.uv.y)));
                let source: [f32; 4] = std::array::from_fn(|i| mix(&|k| k.color[i]) * texel[i] / 255.0);
                let pixel = &mut self.pixels[row * self.width + column];
                let rest = 1.0 - source[3] / 255.0;
                *pixel = std::array::from_fn(|i| source[i] + pixel[i] * rest);
            }
        }
    }
}
