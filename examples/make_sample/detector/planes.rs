//! Pixel planes: the picture as numbers, its background, and how far each pixel differs from it.

use image::RgbImage;

/// One value a pixel, row by row.
#[derive(Clone)]
pub struct Plane {
    pub width: usize,
    pub height: usize,
    pub data: Vec<f32>,
}

impl Plane {
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, data: vec![0.0; width * height] }
    }

    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.data[y * self.width + x]
    }

    /// Mean over a square of `2 · reach + 1` pixels, by running sums; borders are repeated.
    pub fn smoothed(&self, reach: usize) -> Self {
        let rows = running_mean(&self.data, self.width, self.height, reach);
        let turned = transposed(&rows, self.width, self.height);
        let columns = running_mean(&turned, self.height, self.width, reach);
        Self { width: self.width, height: self.height, data: transposed(&columns, self.height, self.width) }
    }

    pub fn median(&self) -> f32 {
        median(&mut self.data.clone())
    }

    pub fn zip(&self, other: &Self, f: impl Fn(f32, f32) -> f32) -> Self {
        let pairs = self.data.iter().zip(&other.data);
        Self { width: self.width, height: self.height, data: pairs.map(|(a, b)| f(*a, *b)).collect() }
    }

    pub fn map(&self, f: impl Fn(f32) -> f32) -> Self {
        Self { width: self.width, height: self.height, data: self.data.iter().map(|v| f(*v)).collect() }
    }
}

fn running_mean(data: &[f32], width: usize, height: usize, reach: usize) -> Vec<f32> {
    let mut out = vec![0.0; data.len()];
    let scale = 1.0 / (2 * reach + 1) as f32;
    for y in 0..height {
        let row = &data[y * width..(y + 1) * width];
        let pick = |x: isize| row[x.clamp(0, width as isize - 1) as usize];
        let reach = reach as isize;
        let mut sum: f32 = (-reach..=reach).map(pick).sum();
        for x in 0..width {
            out[y * width + x] = sum * scale;
            sum += pick(x as isize + reach + 1) - pick(x as isize - reach);
        }
    }
    out
}

fn transposed(data: &[f32], width: usize, height: usize) -> Vec<f32> {
    let mut out = vec![0.0; data.len()];
    for y in 0..height {
        for x in 0..width {
            out[x * height + y] = data[y * width + x];
        }
    }
    out
}

/// Upper median; reorders its argument.
pub fn median(values: &mut [f32]) -> f32 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

/// Everything the detector looks at in one picture.
pub struct Planes {
    pub width: usize,
    pub height: usize,
    pub rgb: [Plane; 3],
    pub gray: Plane,
    /// Gray of the estimated background.
    pub ground: Plane,
    /// Central differences of the gray plane.
    pub dx: Plane,
    pub dy: Plane,
    /// Colour distance from the local background, in units of its own scatter.
    pub contrast: Plane,
    /// The same, 0 where a pixel looks like shadow.
    pub lit: Plane,
    /// Local gradient energy, in units of the picture's median.
    pub texture: Plane,
}

impl Planes {
    pub fn new(picture: &RgbImage) -> Self {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let channel = |c: usize| {
            let mut plane = Plane::new(width, height);
            for (value, pixel) in plane.data.iter_mut().zip(picture.pixels()) {
                *value = f32::from(pixel.0[c]);
            }
            plane
        };
        let rgb = [channel(0), channel(1), channel(2)];
        let mut gray = Plane::new(width, height);
        for (index, value) in gray.data.iter_mut().enumerate() {
            *value = 0.3 * rgb[0].data[index] + 0.59 * rgb[1].data[index] + 0.11 * rgb[2].data[index];
        }
        let grounds = [0, 1, 2].map(|c| background(&rgb[c]));
        let (dx, dy) = gradients(&gray);
        let texture = texture(&dx, &dy);
        let (contrast, lit) = contrast(&rgb, &grounds, &texture);
        Self { width, height, ground: background(&gray), rgb, gray, dx, dy, contrast, lit, texture }
    }
}

const CELL: usize = 13;

/// Background estimate: medians of small cells, then the median of each cell's wide neighbourhood,
/// so that parts vanish and slow changes of the light stay.
fn background(plane: &Plane) -> Plane {
    const REACH: isize = 4;
    let (columns, rows) = (plane.width / CELL, plane.height / CELL);
    let mut cells = vec![0.0; columns * rows];
    let mut values = Vec::with_capacity(CELL * CELL);
    for (index, cell) in cells.iter_mut().enumerate() {
        let (left, top) = (index % columns * CELL, index / columns * CELL);
        values.clear();
        for y in top..top + CELL {
            values.extend_from_slice(&plane.data[y * plane.width + left..][..CELL]);
        }
        *cell = median(&mut values);
    }
    let overall = median(&mut cells.clone());
    let mut wide = vec![0.0; cells.len()];
    for (index, value) in wide.iter_mut().enumerate() {
        let (column, row) = ((index % columns) as isize, (index / columns) as isize);
        values.clear();
        for y in (row - REACH).max(0)..(row + REACH + 1).min(rows as isize) {
            for x in (column - REACH).max(0)..(column + REACH + 1).min(columns as isize) {
                values.push(cells[y as usize * columns + x as usize]);
            }
        }
        // The whole picture has a small say: a part may fill the neighbourhood.
        *value = 0.8 * median(&mut values) + 0.2 * overall;
    }
    upscaled(&wide, columns, rows, plane)
}

/// Bilinear interpolation between cell middles.
fn upscaled(cells: &[f32], columns: usize, rows: usize, like: &Plane) -> Plane {
    let mut out = Plane::new(like.width, like.height);
    let place = |x: usize, count: usize| {
        let f = ((x as f32 + 0.5) / CELL as f32 - 0.5).clamp(0.0, (count - 1) as f32);
        let low = (f as usize).min(count - 2);
        (low, f - low as f32)
    };
    for y in 0..like.height {
        let (row, v) = place(y, rows);
        for x in 0..like.width {
            let (column, u) = place(x, columns);
            let cell = |dx: usize, dy: usize| cells[(row + dy) * columns + column + dx];
            let top = cell(0, 0) + (cell(1, 0) - cell(0, 0)) * u;
            let bottom = cell(0, 1) + (cell(1, 1) - cell(0, 1)) * u;
            out.data[y * like.width + x] = top + (bottom - top) * v;
        }
    }
    out
}

/// Colour distance from the background, and the same without what is probably shadow: only
/// darker, of the same hue, and smooth.
fn contrast(rgb: &[Plane; 3], grounds: &[Plane; 3], texture: &Plane) -> (Plane, Plane) {
    let smooth = [0, 1, 2].map(|c| rgb[c].smoothed(1));
    let mut full = Plane::new(rgb[0].width, rgb[0].height);
    let mut lit = full.clone();
    for (index, value) in full.data.iter_mut().enumerate() {
        let here = [0, 1, 2].map(|c| smooth[c].data[index]);
        let there = [0, 1, 2].map(|c| grounds[c].data[index]);
        let sum: f32 = here.iter().sum();
        let ratio = sum / there.iter().sum::<f32>().max(1.0);
        let mut distance = 0.0;
        let mut hue = 0.0;
        for c in 0..3 {
            distance += (here[c] - there[c]).powi(2);
            hue += (here[c] - there[c] * ratio).powi(2);
        }
        let dimmed = ratio < 1.0 && ratio > 0.28 && hue.sqrt() < 0.045 * sum + 2.0;
        let shadow = dimmed && texture.data[index] < 2.2;
        let distance = distance.sqrt();
        *value = distance * if dimmed { 0.5 } else { 1.0 };
        lit.data[index] = if shadow { 0.0 } else { distance };
    }
    let scatter = full.median().max(2.0);
    (full.map(|v| v / scatter), lit.map(|v| v / scatter))
}

fn gradients(gray: &Plane) -> (Plane, Plane) {
    let smooth = gray.smoothed(1);
    let (width, height) = (gray.width, gray.height);
    let (mut dx, mut dy) = (Plane::new(width, height), Plane::new(width, height));
    for y in 1..height - 1 {
        for x in 1..width - 1 {
            let index = y * width + x;
            dx.data[index] = smooth.data[index + 1] - smooth.data[index - 1];
            dy.data[index] = smooth.data[index + width] - smooth.data[index - width];
        }
    }
    (dx, dy)
}

fn texture(dx: &Plane, dy: &Plane) -> Plane {
    let energy = dx.zip(dy, |a, b| (a * a + b * b).sqrt()).smoothed(2);
    let usual = energy.median().max(1.0);
    energy.map(|v| v / usual)
}
