//! Numbers that describe a region: outline, holes, profile around and along its axis, tone, texture.

use super::planes::{Plane, Planes};
use super::segment::{Place, Region};

/// Area, middle and axes of the filled region.
struct Moments {
    area: f32,
    holes: f32,
    center: [f32; 2],
    /// Half lengths of the ellipse with the same second moments.
    axes: [f32; 2],
    /// Unit vector along the longer axis.
    along: [f32; 2],
}

impl Moments {
    fn new(region: &Region) -> Self {
        let (mut n, mut holes, mut sx, mut sy) = (0.0f32, 0.0f32, 0.0f32, 0.0f32);
        each(region, |x, y, place| {
            n += 1.0;
            holes += f32::from(u8::from(place == Place::Hole));
            sx += x;
            sy += y;
        });
        let center = [sx / n, sy / n];
        let (mut xx, mut xy, mut yy) = (0.0f32, 0.0f32, 0.0f32);
        each(region, |x, y, _| {
            let (dx, dy) = (x - center[0], y - center[1]);
            xx += dx * dx;
            xy += dx * dy;
            yy += dy * dy;
        });
        let (xx, xy, yy) = (xx / n + 0.08, xy / n, yy / n + 0.08);
        let middle = 0.5 * (xx + yy);
        let spread = (0.25 * (xx - yy) * (xx - yy) + xy * xy).sqrt();
        let along = if spread < 1e-4 {
            [1.0, 0.0]
        } else if xx > yy {
            unit(middle + spread - yy, xy)
        } else {
            unit(xy, middle + spread - xx)
        };
        Self {
            area: n,
            holes,
            center,
            axes: [2.0 * (middle + spread).sqrt(), 2.0 * (middle - spread).max(0.02).sqrt()],
            along,
        }
    }
}

fn unit(x: f32, y: f32) -> [f32; 2] {
    let length = (x * x + y * y).sqrt().max(1e-6);
    [x / length, y / length]
}

/// Visits the pixels of a region (holes too) with coordinates of the picture.
fn each(region: &Region, mut visit: impl FnMut(f32, f32, Place)) {
    let width = region.width();
    for (index, place) in region.pixels.iter().enumerate() {
        if *place != Place::Outside {
            let x = region.bbox[0] + index % width;
            let y = region.bbox[1] + index / width;
            visit(x as f32, y as f32, *place);
        }
    }
}

/// Number of edges between the region and its surroundings.
fn perimeter(region: &Region) -> f32 {
    let (width, height) = (region.width(), region.height());
    let inside = |x: isize, y: isize| {
        x >= 0
            && y >= 0
            && (x as usize) < width
            && (y as usize) < height
            && region.place(x as usize, y as usize) != Place::Outside
    };
    let mut edges = 0;
    for y in 0..height as isize {
        for x in 0..width as isize {
            if inside(x, y) {
                let beside = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)];
                edges += beside.iter().filter(|(x, y)| !inside(*x, *y)).count();
            }
        }
    }
    edges as f32
}

fn share_of_border(region: &Region, planes: &Planes) -> f32 {
    let b = &region.bbox;
    let touches = [b[0] == 0, b[1] == 0, b[2] == planes.width, b[3] == planes.height];
    touches.iter().filter(|touch| **touch).count() as f32
}

/// First recipe: outline, tone, and rings around the middle.
pub fn simple(region: &Region, planes: &Planes) -> Vec<f64> {
    let moments = Moments::new(region);
    let mut out = Vec::with_capacity(32);
    outline(&mut out, region, planes, &moments);
    rim(&mut out, region, &moments);
    tone(&mut out, region, planes);
    rings(&mut out, planes, &moments);
    out.into_iter().map(f64::from).collect()
}

/// Second recipe: everything below, one group after the other.
pub fn thorough(region: &Region, planes: &Planes) -> Vec<f64> {
    let moments = Moments::new(region);
    let mut out = Vec::with_capacity(128);
    outline(&mut out, region, planes, &moments);
    rim(&mut out, region, &moments);
    tone(&mut out, region, planes);
    rings(&mut out, planes, &moments);
    axis(&mut out, region, planes, &moments);
    head(&mut out, region, planes, &moments);
    surroundings(&mut out, region, planes);
    out.into_iter().map(f64::from).collect()
}

fn outline(out: &mut Vec<f32>, region: &Region, planes: &Planes, moments: &Moments) {
    let around = perimeter(region);
    let size = (region.width() * region.height()) as f32;
    let ellipse = std::f32::consts::PI * moments.axes[0] * moments.axes[1];
    out.extend([
        moments.area.ln(),
        moments.axes[0].ln(),
        moments.axes[1].ln(),
        moments.axes[1] / moments.axes[0],
        (moments.axes[0] / moments.axes[1]).min(8.0),
        moments.area / size,
        moments.area / ellipse,
        (around * around / moments.area / 16.0).min(8.0),
        moments.holes / moments.area,
        (moments.holes / moments.area).sqrt(),
        share_of_border(region, planes),
        (region.siblings as f32).min(6.0),
    ]);
}

/// Radius over the angle: its scatter and the strength of its waves. Six corners make a nut,
/// many teeth a gear, none a ring.
fn rim(out: &mut Vec<f32>, region: &Region, moments: &Moments) {
    const STEPS: usize = 96;
    let mut radius = [0.0f32; STEPS];
    let table = circle(STEPS);
    for (r, (cos, sin)) in radius.iter_mut().zip(&table) {
        let mut far = 0.0;
        let reach = (region.width() + region.height()) as f32;
        let mut step = 0.0;
        while step < reach {
            let x = moments.center[0] + step * cos + 0.5 - region.bbox[0] as f32;
            let y = moments.center[1] + step * sin + 0.5 - region.bbox[1] as f32;
            if x < 0.0 || y < 0.0 || x as usize >= region.width() || y as usize >= region.height() {
                break;
            }
            if region.place(x as usize, y as usize) != Place::Outside {
                far = step;
            }
            step += 0.5;
        }
        *r = far;
    }
    let mean = radius.iter().sum::<f32>() / STEPS as f32 + 0.5;
    let waves: Vec<f32> = (1..=26).map(|k| wave(&radius, &table, k) / mean).collect();
    out.extend([waves[1], waves[2], waves[3], waves[5]]);
    out.push(waves[6..11].iter().copied().fold(0.0, f32::max));
    out.push(waves[11..26].iter().copied().fold(0.0, f32::max));
    out.push(waves[11..26].iter().sum::<f32>());
    out.push(waves[0]);
    // Six corners against what lies beside them in the spectrum.
    out.push(waves[5] / (waves[4] + waves[6] + 0.01));
}

/// Cosine and sine of equal steps around the circle, by repeated rotation of an exact start.
fn circle(steps: usize) -> Vec<(f32, f32)> {
    (0..steps)
        .map(|i| {
            let angle = i as f64 / steps as f64 * std::f64::consts::TAU;
            (angle.cos() as f32, angle.sin() as f32)
        })
        .collect()
}

fn wave(radius: &[f32], table: &[(f32, f32)], k: usize) -> f32 {
    let (mut re, mut im) = (0.0, 0.0);
    for (i, r) in radius.iter().enumerate() {
        let (cos, sin) = table[i * k % table.len()];
        re += r * cos;
        im += r * sin;
    }
    (re * re + im * im).sqrt() * 2.0 / radius.len() as f32
}

/// Colour and brightness of the body, beside those of the ground.
fn tone(out: &mut Vec<f32>, region: &Region, planes: &Planes) {
    let mut sums = [0.0f32; 10];
    each(region, |x, y, place| {
        if place != Place::Body {
            return;
        }
        let index = y as usize * planes.width + x as usize;
        let gray = planes.gray.data[index];
        let ground = planes.ground.data[index].max(8.0);
        let [r, g, b] = [0, 1, 2].map(|c| planes.rgb[c].data[index]);
        let total = r + g + b + 30.0;
        let terms = [
            1.0,
            gray,
            gray * gray,
            (r - b) / total,
            (2.0 * g - r - b) / total,
            (r.max(g).max(b) - r.min(g).min(b)) / total,
            f32::from(u8::from(gray > 225.0)),
            f32::from(u8::from(gray < 40.0)),
            (gray - ground) / ground,
            planes.texture.data[index],
        ];
        for (sum, term) in sums.iter_mut().zip(terms) {
            *sum += term;
        }
    });
    let n = sums[0].max(1.0);
    let mean = sums[1] / n;
    let deviation = (sums[2] / n - mean * mean).max(0.0).sqrt();
    out.extend([mean / 64.0, deviation / 32.0, deviation / (mean + 10.0)]);
    out.extend(sums[3..].iter().map(|sum| sum / n));
}

const RINGS: usize = 9;

/// Tone in rings around the middle: bores, races and seals show as bright and dark rings.
fn rings(out: &mut Vec<f32>, planes: &Planes, moments: &Moments) {
    let full = (moments.axes[0] * moments.axes[1]).sqrt();
    let mut sums = [[0.0f32; 6]; RINGS];
    let (left, top) = (moments.center[0] - full * 1.2, moments.center[1] - full * 1.2);
    let (right, bottom) = (moments.center[0] + full * 1.2, moments.center[1] + full * 1.2);
    let span = |low: f32, high: f32, limit: usize| low.max(0.0) as usize..(high.max(0.0) as usize + 1).min(limit);
    for y in span(top, bottom, planes.height) {
        for x in span(left, right, planes.width) {
            let (dx, dy) = (x as f32 - moments.center[0], y as f32 - moments.center[1]);
            let r = (dx * dx + dy * dy).sqrt();
            let ring = (r / full / 1.2 * RINGS as f32) as usize;
            if ring >= RINGS {
                continue;
            }
            let index = y * planes.width + x;
            let gray = planes.gray.data[index];
            let (gx, gy) = (planes.dx.data[index], planes.dy.data[index]);
            let radial = ((gx * dx + gy * dy) / r.max(0.5)).abs();
            let across = ((gy * dx - gx * dy) / r.max(0.5)).abs();
            let terms = [1.0, gray, gray * gray, planes.contrast.data[index], radial, across];
            for (sum, term) in sums[ring].iter_mut().zip(terms) {
                *sum += term;
            }
        }
    }
    for sum in &sums {
        let n = sum[0].max(1.0);
        let mean = sum[1] / n;
        let deviation = (sum[2] / n - mean * mean).max(0.0).sqrt();
        let ground = planes.ground.at(moments.center[0] as usize, moments.center[1] as usize);
        out.extend([
            (mean - ground) / 64.0,
            deviation / 32.0,
            (sum[3] / n).min(30.0).sqrt(),
            (sum[4] - sum[5]) / (sum[4] + sum[5] + 4.0 * n),
        ]);
    }
}

const SLICES: usize = 10;

/// Width, tone and texture in slices along the longer axis, the wider end first: a head is wide
/// at one end, a spring is even, threads make texture along the axis.
fn axis(out: &mut Vec<f32>, region: &Region, planes: &Planes, moments: &Moments) {
    let reach = moments.axes[0] * 1.12;
    let mut slices = [[0.0f32; 5]; SLICES];
    each(region, |x, y, _| {
        let (dx, dy) = (x - moments.center[0], y - moments.center[1]);
        let u = dx * moments.along[0] + dy * moments.along[1];
        let slice = ((u / reach + 1.0) * 0.5 * SLICES as f32).clamp(0.0, SLICES as f32 - 0.5);
        let index = y as usize * planes.width + x as usize;
        let (gx, gy) = (planes.dx.data[index], planes.dy.data[index]);
        let terms = [
            1.0,
            planes.gray.data[index],
            (gx * moments.along[0] + gy * moments.along[1]).abs(),
            (gy * moments.along[0] - gx * moments.along[1]).abs(),
            planes.gray.data[index].powi(2),
        ];
        for (sum, term) in slices[slice as usize].iter_mut().zip(terms) {
            *sum += term;
        }
    });
    let half = |range: std::ops::Range<usize>| slices[range].iter().map(|s| s[0]).sum::<f32>();
    if half(0..3) < half(SLICES - 3..SLICES) {
        slices.reverse();
    }
    let thick = 2.0 * reach / SLICES as f32;
    let widest = slices.iter().map(|s| s[0]).fold(1.0, f32::max);
    out.push(widest / thick / moments.axes[0]);
    let mean = slices.iter().map(|s| s[1]).sum::<f32>() / moments.area;
    for slice in &slices {
        let n = slice[0].max(1.0);
        let tone = slice[1] / n;
        let deviation = (slice[4] / n - tone * tone).max(0.0).sqrt();
        out.extend([
            slice[0] / widest,
            (tone - mean) / 64.0,
            slice[2] / (slice[2] + slice[3] + 2.0 * n),
            deviation / 32.0,
        ]);
    }
}

/// The wider end of a long region: its outline in fine slices, and its tone across. Facets of a
/// hexagon are even bands, a turned head shades off softly.
fn head(out: &mut Vec<f32>, region: &Region, planes: &Planes, moments: &Moments) {
    const FINE: usize = 7;
    const BANDS: usize = 6;
    let uv = |x: f32, y: f32| {
        let (dx, dy) = (x - moments.center[0], y - moments.center[1]);
        let (a, b) = (moments.along[0], moments.along[1]);
        (dx * a + dy * b, dy * a - dx * b)
    };
    let (mut low, mut high, mut half) = (0.0f32, 0.0f32, 0.5f32);
    let mut ends = [0.0f32; 2];
    each(region, |x, y, _| {
        let (u, v) = uv(x, y);
        low = low.min(u);
        high = high.max(u);
        half = half.max(v.abs());
        let end = usize::from(u > 0.0);
        ends[end] += f32::from(u8::from(u.abs() > 0.6 * moments.axes[0]));
    });
    // Distance from the wide end, in units of the region's width.
    let from_end = |u: f32| if ends[1] > ends[0] { high - u } else { u - low };
    let mut fine = [0.0f32; FINE];
    let mut bands = [[0.0f32; 3]; BANDS];
    each(region, |x, y, _| {
        let (u, v) = uv(x, y);
        let t = from_end(u) / (2.0 * half);
        let slice = (t * 7.0) as usize;
        if slice < FINE {
            fine[slice] += 1.0;
        }
        if t < 0.4 {
            let gray = planes.gray.at(x as usize, y as usize);
            let band = ((v / half + 1.0) * 0.5 * BANDS as f32).clamp(0.0, BANDS as f32 - 0.5);
            let sums = &mut bands[band as usize];
            *sums = [sums[0] + 1.0, sums[1] + gray, sums[2] + gray * gray];
        }
    });
    out.extend(fine.map(|n| n * 7.0 / (4.0 * half * half)));
    out.push((high - low) / (2.0 * half));
    let tones = bands.map(|sums| sums[1] / f32::max(sums[0], 1.0));
    let mean = tones.iter().sum::<f32>() / BANDS as f32;
    if tones[..BANDS / 2].iter().sum::<f32>() < tones[BANDS / 2..].iter().sum::<f32>() {
        bands.reverse();
    }
    for sums in &bands {
        let tone = sums[1] / sums[0].max(1.0);
        let spread = (sums[2] / sums[0].max(1.0) - tone * tone).max(0.0).sqrt();
        out.extend([(tone - mean) / 32.0, spread / 32.0]);
    }
}

/// Is the region cleanly cut from the ground? A band outside should look like ground, the region not.
fn surroundings(out: &mut Vec<f32>, region: &Region, planes: &Planes) {
    let b = &region.bbox;
    let (mut outside, mut corners, mut inside) = ([0.0f32; 3], [0.0f32; 2], [0.0f32; 3]);
    let margin = 3;
    for y in b[1].saturating_sub(margin)..(b[3] + margin).min(planes.height) {
        for x in b[0].saturating_sub(margin)..(b[2] + margin).min(planes.width) {
            let within = x >= b[0] && x < b[2] && y >= b[1] && y < b[3];
            let contrast = planes.contrast.at(x, y).min(20.0);
            let texture = planes.texture.at(x, y).min(20.0);
            if !within {
                outside[0] += 1.0;
                outside[1] += contrast;
                outside[2] += texture;
            } else if region.place(x - b[0], y - b[1]) == Place::Outside {
                corners[0] += 1.0;
                corners[1] += contrast;
            } else {
                inside[0] += 1.0;
                inside[1] += contrast;
                inside[2] += texture;
            }
        }
    }
    let per = |sum: f32, n: f32| (sum / n.max(1.0)).sqrt();
    out.extend([
        per(outside[1], outside[0]),
        per(outside[2], outside[0]),
        per(corners[1], corners[0]),
        per(inside[1], inside[0]),
        per(inside[2], inside[0]),
        per(outside[1], outside[0]) / (per(inside[1], inside[0]) + 0.2),
    ]);
    out.push(hole_contrast(region, &planes.contrast));
}

/// How much the holes differ from the ground: a bore shows it, a dark seal doesn't.
fn hole_contrast(region: &Region, contrast: &Plane) -> f32 {
    let (mut sum, mut n) = (0.0, 0.0f32);
    each(region, |x, y, place| {
        if place == Place::Hole {
            sum += contrast.at(x as usize, y as usize).min(20.0);
            n += 1.0;
        }
    });
    (sum / n.max(1.0)).sqrt()
}
