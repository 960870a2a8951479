//! A round wire bent along a line in space: springs, cables, swarf and rubber bands.

use super::math::{V2, V3, dot2, len2, lerp};
use super::solid::{Material, Solid, Surf};

pub struct Tube {
    points: Vec<V3>,
    radius: f32,
    bound: f32,
    material: Material,
    /// Segments touching each vertical strip, so that a sample looks at few of them.
    strips: Vec<Vec<u32>>,
}

const STRIP: f32 = 4.0;

impl Tube {
    pub fn new(points: Vec<V3>, radius: f32, material: Material) -> Self {
        let bound = points.iter().map(|p| len2([p[0], p[1]])).fold(0.0, f32::max) + radius + 1.0;
        let mut strips = vec![Vec::new(); (2.0 * bound / STRIP) as usize + 2];
        for (index, pair) in points.windows(2).enumerate() {
            let low = pair[0][0].min(pair[1][0]) - radius + bound;
            let high = pair[0][0].max(pair[1][0]) + radius + bound;
            for strip in &mut strips[(low / STRIP) as usize..=(high / STRIP) as usize] {
                strip.push(index as u32);
            }
        }
        Self { points, radius, bound, material, strips }
    }
}

impl Solid for Tube {
    fn bound(&self) -> f32 {
        self.bound
    }

    fn at(&self, p: V2) -> Option<Surf> {
        let place = (p[0] + self.bound) / STRIP;
        if place < 0.0 {
            return None;
        }
        let strip = self.strips.get(place as usize)?;
        let mut best: Option<f32> = None;
        for &index in strip {
            let (a, b) = (self.points[index as usize], self.points[index as usize + 1]);
            let d = [b[0] - a[0], b[1] - a[1]];
            let q = [p[0] - a[0], p[1] - a[1]];
            let t = (dot2(q, d) / dot2(d, d).max(1e-6)).clamp(0.0, 1.0);
            let off = [q[0] - t * d[0], q[1] - t * d[1]];
            let inside = self.radius * self.radius - dot2(off, off);
            if inside > 0.0 {
                let height = lerp(a[2], b[2], t) + inside.sqrt();
                best = Some(best.map_or(height, |known: f32| known.max(height)));
            }
        }
        best.map(|height| Surf::plain(height, self.material))
    }
}
