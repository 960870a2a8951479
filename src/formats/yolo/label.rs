//! One line of a YOLO text file: a class and a box or a polygon, perhaps a confidence, relative to the picture.
//!
//! Knows the line. Does not know files, class names or picture sizes.

use crate::model::{BBox, Rle};

/// What a line says; coordinates are fractions of the picture's width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Object {
    /// Class index as written.
    pub class: i64,
    /// Left, top, width and height as fractions; a polygon's extent.
    pub relative: BBox,
    /// The confidence, where the line has one.
    pub score: Option<f64>,
}

impl Object {
    /// The box in pixels of a picture of this size.
    #[must_use]
    pub fn pixels(&self, (width, height): (u32, u32)) -> BBox {
        let (w, h) = (f64::from(width), f64::from(height));
        BBox::new(self.relative.x * w, self.relative.y * h, self.relative.w * w, self.relative.h * h)
    }
}

/// Why a line cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadLine {
    /// A column is not a number.
    NotANumber(String),
    /// A class that is not a whole number.
    Class(String),
    /// This many columns make neither a box nor a polygon.
    Columns(usize),
}

impl std::fmt::Display for BadLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotANumber(text) => write!(f, "`{text}` is not a number"),
            Self::Class(text) => write!(f, "class `{text}` is not a whole number"),
            Self::Columns(n) => {
                write!(f, "{n} columns make neither a box (class, centre x, centre y, width, height) nor a polygon")
            }
        }
    }
}

/// Reads a line; `None` for a blank one. Five columns are a box and six a box with a confidence; from seven on, an odd
/// number is a polygon and an even number a polygon with a confidence.
///
/// # Errors
/// [`BadLine`] says what is wrong with it.
pub fn parse(line: &str) -> Result<Option<Object>, BadLine> {
    let line = line.trim_start_matches('\u{feff}');
    let mut columns = line.split_ascii_whitespace();
    let Some(class) = columns.next() else { return Ok(None) };
    let class = parse_class(class)?;
    let mut numbers = [0.0_f64; 5];
    let mut extent = Extent::default();
    let mut last = 0.0;
    let mut count = 0_usize;
    for column in columns {
        let number: f64 = column.parse().map_err(|_| BadLine::NotANumber(shortened(column)))?;
        if let Some(slot) = numbers.get_mut(count) {
            *slot = number;
        }
        // Taken into the extent one step late, so that a final confidence stays out of it.
        if count > 0 {
            extent.add(last, count - 1);
        }
        last = number;
        count += 1;
    }
    let [cx, cy, w, h, score] = numbers;
    let boxed = BBox::new(cx - w / 2.0, cy - h / 2.0, w, h);
    let (relative, score) = match count {
        4 => (boxed, None),
        5 => (boxed, Some(score)),
        0..6 => return Err(BadLine::Columns(count + 1)),
        n if n % 2 == 0 => {
            extent.add(last, n - 1);
            (extent.bbox(), None)
        }
        _ => (extent.bbox(), Some(last)),
    };
    Ok(Some(Object { class, relative, score }))
}

/// The outline of a line that [`parse`] reads, x and y in turn as fractions: the points of a polygon, the corners of a box.
#[must_use]
pub fn outline(line: &str, object: &Object) -> Vec<f64> {
    let numbers = line.trim_start_matches('\u{feff}').split_ascii_whitespace().skip(1);
    let mut points: Vec<f64> = numbers.filter_map(|number| number.parse().ok()).collect();
    if points.len() < 6 {
        let BBox { x, y, w, h } = object.relative;
        return vec![x, y, x + w, y, x + w, y + h, x, y + h];
    }
    // A confidence stands last.
    points.truncate(points.len() / 2 * 2);
    points
}

/// True for a line with a polygon.
#[must_use]
pub fn is_polygon(line: &str) -> bool {
    line.split_ascii_whitespace().count() > 6
}

/// The mask of an outline in a picture of this size.
///
/// # Errors
/// In words, where it makes none.
pub fn mask(outline: &[f64], (width, height): (u32, u32)) -> Result<Rle, String> {
    let scale = [f64::from(width), f64::from(height)];
    let points: Vec<f64> = outline.iter().zip(scale.iter().cycle()).map(|(point, scale)| point * scale).collect();
    Rle::from_polygon(height, width, &points).map_err(|error| error.to_string())
}

/// Class indices are whole; some tools write them as `0.0`.
fn parse_class(text: &str) -> Result<i64, BadLine> {
    if let Ok(class) = text.parse::<i64>() {
        return Ok(class);
    }
    match text.parse::<f64>() {
        // Below 2^53, so the conversion is exact.
        Ok(class) if class.fract() == 0.0 && class.abs() < 9.0e15 => Ok(class as i64),
        _ => Err(BadLine::Class(shortened(text))),
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Extent of a polygon, fed with x and y in turn.
struct Extent {
    low: [f64; 2],
    high: [f64; 2],
}

impl Default for Extent {
    fn default() -> Self {
        Self { low: [f64::INFINITY; 2], high: [f64::NEG_INFINITY; 2] }
    }
}

impl Extent {
    fn add(&mut self, number: f64, position: usize) {
        let axis = position % 2;
        if let (Some(low), Some(high)) = (self.low.get_mut(axis), self.high.get_mut(axis)) {
            // `min` and `max` would swallow a NaN, and the box is to show it.
            *low = if number.is_nan() || number < *low { number } else { *low };
            *high = if number.is_nan() || number > *high { number } else { *high };
        }
    }

    fn bbox(&self) -> BBox {
        let [x0, y0] = self.low;
        let [x1, y1] = self.high;
        BBox::from_corners(x0, y0, x1, y1)
    }
}
