//! Single fields of COCO records, read with the tolerance that exporters need: what is meant is taken, and how far it was
//! from the rule is said.
//!
//! Knows the fields' types. Does not know records, files or findings.

use crate::formats::json::{Broken, Numbers, Scalar, Scanner};
use crate::model::BBox;

/// Why a record is left out: the field and what is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Unfit {
    /// The key; empty where the whole record is meant.
    pub field: &'static str,
    /// What is wrong, to be read behind the field's name.
    pub what: String,
}

impl Unfit {
    /// A field that is not there.
    #[must_use]
    pub fn missing(field: &'static str) -> Self {
        Self { field, what: "is missing".to_owned() }
    }

    /// A field that is there more than once.
    #[must_use]
    pub fn twice(field: &'static str) -> Self {
        Self { field, what: "is there twice".to_owned() }
    }

    /// A field with another value than needed.
    #[must_use]
    pub fn wrong(field: &'static str, what: impl Into<String>) -> Self {
        Self { field, what: what.into() }
    }

    /// `records[12].field what`, or `records[12] what`.
    #[must_use]
    pub fn at(&self, record: &str) -> String {
        let dot = if self.field.is_empty() { "" } else { "." };
        format!("{record}{dot}{} {}", self.field, self.what)
    }
}

/// An id as a file has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Id {
    /// The key is not there.
    #[default]
    Missing,
    /// A whole number, written as one.
    Whole(i64),
    /// A whole number written as text or with a decimal point.
    Loose(i64, Option<String>),
    /// Another text.
    Text(String),
    /// Anything else, in words.
    Other(String),
}

impl Id {
    /// Reads one.
    ///
    /// # Errors
    /// Where the text is broken.
    pub fn read(scanner: &mut Scanner<'_>) -> Result<Self, Broken> {
        Ok(match scanner.scalar()? {
            Scalar::Number(crate::formats::json::Number::Int(id)) => Self::Whole(id),
            Scalar::Number(number) => match number.whole() {
                Some(id) => Self::Loose(id, None),
                None => Self::Other(format!("is {}, not a whole number", number.value())),
            },
            Scalar::Text(text) => match text.trim().parse() {
                Ok(id) => Self::Loose(id, Some(text.into_owned())),
                Err(_) => Self::Text(text.into_owned()),
            },
            other => Self::Other(format!("is {}, not a whole number", other.kind())),
        })
    }

    /// The whole number it stands for.
    ///
    /// # Errors
    /// What is wrong where it stands for none.
    pub fn whole(&self, field: &'static str) -> Result<i64, Unfit> {
        match self {
            Self::Whole(id) | Self::Loose(id, _) => Ok(*id),
            Self::Missing => Err(Unfit::missing(field)),
            Self::Text(text) => Err(Unfit::wrong(field, format!("is the text {text:?}, not a whole number"))),
            Self::Other(what) => Err(Unfit::wrong(field, what.clone())),
        }
    }

    /// True where the file writes a whole number in another way.
    #[must_use]
    pub fn is_loose(&self) -> bool {
        matches!(self, Self::Loose(..))
    }
}

/// A box of four numbers.
///
/// # Errors
/// What is wrong with the value.
pub fn bbox(value: Numbers<4>) -> Result<BBox, Unfit> {
    match value {
        Numbers::Exactly([x, y, w, h]) => Ok(BBox::new(x, y, w, h)),
        Numbers::Count(n) => Err(Unfit::wrong("bbox", format!("has {n} numbers, not 4"))),
        Numbers::Mixed => Err(Unfit::wrong("bbox", "holds something that is no number")),
        Numbers::NoList => Err(Unfit::wrong("bbox", "is no list of 4 numbers")),
    }
}

/// The number, where the value is one.
///
/// # Errors
/// Where the text is broken.
pub fn number(scanner: &mut Scanner<'_>) -> Result<Option<f64>, Broken> {
    Ok(match scanner.scalar()? {
        Scalar::Number(number) => Some(number.value()),
        _ => None,
    })
}

/// Whether a flag is set: `1`, `true`, `"1"`, `"true"`.
///
/// # Errors
/// Where the text is broken.
pub fn flag(scanner: &mut Scanner<'_>) -> Result<bool, Broken> {
    Ok(match scanner.scalar()? {
        Scalar::Number(number) => number.value() != 0.0,
        Scalar::Bool(set) => set,
        Scalar::Text(text) => matches!(text.as_ref(), "1" | "true" | "True"),
        Scalar::Null | Scalar::List | Scalar::Object => false,
    })
}

/// The smallest box around polygons `[[x, y, x, y, …], …]`; `None` where the value is no polygon (RLE masks, for one).
///
/// # Errors
/// Where the text is broken.
pub fn polygon_box(scanner: &mut Scanner<'_>) -> Result<Option<BBox>, Broken> {
    if scanner.peek() != Some(b'[') {
        return scanner.skip().map(|()| None);
    }
    let mut corners = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    let mut points = 0;
    let mut odd = false;
    scanner.list(|s, _| {
        if s.peek() != Some(b'[') {
            odd = true;
            return s.skip();
        }
        let mut count = 0;
        s.list(|s, index| {
            let Some(value) = number(s)?.filter(|v| v.is_finite()) else {
                odd = true;
                return Ok(());
            };
            let [x0, y0, x1, y1] = &mut corners;
            let (low, high) = if index % 2 == 0 { (x0, x1) } else { (y0, y1) };
            *low = low.min(value);
            *high = high.max(value);
            count = index + 1;
            Ok(())
        })?;
        odd |= count % 2 == 1;
        points += count / 2;
        Ok(())
    })?;
    let [x0, y0, x1, y1] = corners;
    Ok((!odd && points >= 3).then(|| BBox::from_corners(x0, y0, x1, y1)))
}
