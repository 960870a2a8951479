//! Polygons become masks as in the COCO API (`rleFrPoly`): points are rounded to a grid five times as fine as the pixels, edges
//! drawn on it point by point, and down every column of pixels the edges that cross its middle turn outside into inside and
//! back. COCO writes down all points of the grid; here every edge is asked where it crosses the columns of the image, by the
//! same arithmetic, so that memory and time depend on the image and not on how far away a point is.

use super::runs;

/// Grid lines a pixel.
const SCALE: f64 = 5.0;
/// Grid coordinates beyond are moved here: far outside of every image, and still exact.
const FAR: f64 = (1_u64 << 50) as f64;

/// The runs of a polygon x, y, x, y …; all values are finite and the image is not too large.
pub(super) fn rasterised(height: u32, width: u32, xy: &[f64]) -> Vec<u32> {
    // As C's conversion to int, this cuts off what is behind the point.
    let grid = |v: f64| (SCALE * v + 0.5).clamp(-FAR, FAR) as i64;
    let points: Vec<[i64; 2]> = xy.as_chunks::<2>().0.iter().map(|&[x, y]| [grid(x), grid(y)]).collect();
    let mut crossings = Vec::new();
    for (&from, &to) in points.iter().zip(points.iter().cycle().skip(1)) {
        Edge::new(from, to).cross(height, width, &mut crossings);
    }
    runs::between(crossings, height * width)
}

/// An edge of the polygon, walked one grid line at a time along its longer side, upwards in that coordinate.
struct Edge {
    from: [i64; 2],
    to: [i64; 2],
    /// Steps along x; with `down`, the longer of the two is walked.
    across: i64,
    down: i64,
    /// What the shorter coordinate changes in a step.
    slope: f64,
}

impl Edge {
    fn new(a: [i64; 2], b: [i64; 2]) -> Self {
        let (across, down) = ((b[0] - a[0]).abs(), (b[1] - a[1]).abs());
        let flat = across >= down;
        let backwards = if flat { a[0] > b[0] } else { a[1] > b[1] };
        let (from, to) = if backwards { (b, a) } else { (a, b) };
        let slope = match flat {
            true => (to[1] - from[1]) as f64 / across as f64,
            false => (to[0] - from[0]) as f64 / down as f64,
        };
        Self { from, to, across, down, slope }
    }

    /// The shorter coordinate after `step` steps, rounded as COCO rounds it: halves up, and towards 0 below 0.
    fn shorter(&self, start: i64, step: i64) -> i64 {
        (start as f64 + self.slope * step as f64 + 0.5) as i64
    }

    /// Adds the pixel, counted down the columns, at which the edge crosses the middle of each column of the image.
    fn cross(&self, height: u32, width: u32, crossings: &mut Vec<u32>) {
        let [x, y] = self.from;
        let flat = self.across >= self.down;
        let (left, right) = (x.min(self.to[0]), x.max(self.to[0]));
        // Between grid lines 5c + 2 and 5c + 3 lies the middle of column c.
        let first = (left.max(2) + 2) / 5;
        let last = ((right - 3).div_euclid(5) + 1).clamp(0, i64::from(width));
        for column in first..last {
            let line = column * 5 + 2;
            let low = if flat {
                let step = line - x;
                self.shorter(y, step).min(self.shorter(y, step + 1))
            } else {
                y + self.step_before(line)
            };
            crossings.push(column as u32 * height + row(low, height));
        }
    }

    /// Of a steep edge: the last step before it goes over from grid line `line` to the next, or back.
    fn step_before(&self, line: i64) -> i64 {
        let side = |step: i64| self.shorter(self.from[0], step) > line;
        let start = side(0);
        let (mut low, mut high) = (0, self.down);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if side(middle) == start { low = middle } else { high = middle }
        }
        low
    }
}

/// The row of pixels whose middle lies at or under a line of the grid, inside the image.
fn row(line: i64, height: u32) -> u32 {
    let y = (line as f64 + 0.5) / SCALE - 0.5;
    y.clamp(0.0, f64::from(height)).ceil() as u32
}
