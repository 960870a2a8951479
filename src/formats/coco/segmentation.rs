//! The `segmentation` of COCO records: polygons, runs, or runs in COCO's text coding.
//!
//! Knows how it is written, and turns it into a mask once the size of the image is known.

use crate::formats::json::{Broken, Number, Scalar, Scanner};
use crate::model::{BBox, Rle};

/// A segmentation as a file has it.
#[derive(Clone, Debug, PartialEq)]
pub enum RawMask {
    /// Rings of x, y, x, y, …
    Polygons(Vec<Vec<f64>>),
    /// Lengths of runs, for an image of this height and width.
    Runs([u32; 2], Vec<u32>),
    /// The same as text.
    Text([u32; 2], Vec<u8>),
    /// None of these, in words.
    Other(String),
}

impl RawMask {
    /// Reads the value that starts here.
    ///
    /// # Errors
    /// Where the text is broken.
    pub fn read(scanner: &mut Scanner<'_>) -> Result<Self, Broken> {
        match scanner.peek() {
            Some(b'[') => polygons(scanner),
            Some(b'{') => runs(scanner),
            _ => Ok(Self::Other(format!("is {}, neither polygons nor runs", scanner.scalar()?.kind()))),
        }
    }

    /// The mask in an image of this height and width; where the image's size is not known (0), that of the runs is taken.
    ///
    /// # Errors
    /// What is wrong, to be read behind the field's name.
    pub fn mask(&self, height: u32, width: u32) -> Result<Rle, String> {
        let known = height > 0 && width > 0;
        let fits = |[h, w]: &[u32; 2]| {
            let differs = known && (*h, *w) != (height, width);
            if differs { Err(format!("is for {w} × {h} pixels, the image has {width} × {height}")) } else { Ok(()) }
        };
        match self {
            Self::Polygons(_) if !known => Err("is a polygon, and the size of its image is not known".to_owned()),
            Self::Polygons(rings) => Rle::from_polygons(height, width, rings).map_err(|e| e.to_string()),
            Self::Runs(size, runs) => {
                fits(size)?;
                Rle::from_runs(size[0], size[1], runs.clone()).map_err(|e| e.to_string())
            }
            Self::Text(size, text) => {
                fits(size)?;
                Rle::from_text(size[0], size[1], text).map_err(|e| e.to_string())
            }
            Self::Other(what) => Err(what.clone()),
        }
    }

    /// The smallest box around polygons; `None` where there are none.
    #[must_use]
    pub fn polygon_box(&self) -> Option<BBox> {
        let Self::Polygons(rings) = self else { return None };
        let axis = |at| rings.iter().flat_map(|ring| ring.iter().skip(at).step_by(2).copied()).collect::<Vec<f64>>();
        let (xs, ys) = (axis(0), axis(1));
        let low = |values: &[f64]| values.iter().copied().reduce(f64::min);
        let high = |values: &[f64]| values.iter().copied().reduce(f64::max);
        (xs.len() >= 3).then_some(())?;
        Some(BBox::from_corners(low(&xs)?, low(&ys)?, high(&xs)?, high(&ys)?))
    }
}

fn polygons(scanner: &mut Scanner<'_>) -> Result<RawMask, Broken> {
    let (mut rings, mut wrong) = (Vec::new(), None);
    scanner.list(|s, _| {
        if s.peek() != Some(b'[') {
            wrong.get_or_insert("holds something that is no ring of numbers");
            return s.skip();
        }
        let mut ring = Vec::new();
        s.list(|s, _| {
            match s.scalar()? {
                Scalar::Number(number) if number.value().is_finite() => ring.push(number.value()),
                _ => _ = wrong.get_or_insert("holds something that is no finite number"),
            }
            Ok(())
        })?;
        if ring.len() % 2 == 1 {
            wrong.get_or_insert("has a ring with an odd number of coordinates");
        }
        rings.push(ring);
        Ok(())
    })?;
    Ok(match wrong {
        Some(what) => RawMask::Other(what.to_owned()),
        None if rings.is_empty() => RawMask::Other("is empty".to_owned()),
        None => RawMask::Polygons(rings),
    })
}

fn runs(scanner: &mut Scanner<'_>) -> Result<RawMask, Broken> {
    let (mut size, mut lengths, mut text) = (Vec::new(), None, None);
    let mut wrong = None;
    scanner.object(|s, key| {
        match key {
            "size" => size = whole_numbers(s, &mut wrong)?,
            "counts" if s.peek() == Some(b'[') => lengths = Some(whole_numbers(s, &mut wrong)?),
            "counts" => match s.scalar()? {
                Scalar::Text(counts) => text = Some(counts.as_bytes().to_vec()),
                other => _ = wrong.get_or_insert(format!("has {} as `counts`", other.kind())),
            },
            _ => s.skip()?,
        }
        Ok(())
    })?;
    if let Some(what) = wrong {
        return Ok(RawMask::Other(what));
    }
    let &[height, width] = size.as_slice() else {
        return Ok(RawMask::Other("has no `size` of height and width".to_owned()));
    };
    Ok(match (lengths, text) {
        (Some(lengths), _) => RawMask::Runs([height, width], lengths),
        (None, Some(text)) => RawMask::Text([height, width], text),
        (None, None) => RawMask::Other("has no `counts`".to_owned()),
    })
}

fn whole_numbers(scanner: &mut Scanner<'_>, wrong: &mut Option<String>) -> Result<Vec<u32>, Broken> {
    let mut numbers = Vec::new();
    if scanner.peek() != Some(b'[') {
        let kind = scanner.scalar()?;
        wrong.get_or_insert(format!("has {} where a list of whole numbers should be", kind.kind()));
        return Ok(numbers);
    }
    scanner.list(|s, _| {
        let number = match s.scalar()? {
            Scalar::Number(Number::Int(number)) => u32::try_from(number).ok(),
            Scalar::Number(number) => number.whole().and_then(|number| u32::try_from(number).ok()),
            _ => None,
        };
        match number {
            Some(number) => numbers.push(number),
            None => _ = wrong.get_or_insert("has something that is no length".to_owned()),
        }
        Ok(())
    })?;
    Ok(numbers)
}
