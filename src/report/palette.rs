//! The colours of figures on paper: those of the window's light theme.

use crate::metrics::OutcomeKind;
use crate::model::{ClassId, ClassTable};

use super::figure::Colour;

/// The colours of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named like those of the window, which says what each is for")]
pub struct Palette {
    pub paper: Colour,
    /// Behind what lies on the paper: rows of tables, tiles.
    pub raised: Colour,
    pub ink: Colour,
    pub muted: Colour,
    pub line: Colour,
    /// Bars of a histogram below the threshold.
    pub below: Colour,
    /// Bars of a histogram at and above the threshold.
    pub above: Colour,
    /// The threshold, and what is pointed at.
    pub accent: Colour,
    pub precision: Colour,
    pub recall: Colour,
    pub f1: Colour,
    pub correct: Colour,
    pub misclassified: Colour,
    pub missed: Colour,
    pub false_positive: Colour,
}

impl Default for Palette {
    fn default() -> Self {
        Self {
            paper: [255, 255, 255],
            raised: [244, 246, 248],
            ink: [22, 27, 34],
            muted: [92, 102, 114],
            line: [217, 222, 228],
            below: [221, 226, 232],
            above: [169, 180, 193],
            accent: [11, 102, 214],
            precision: [31, 134, 194],
            recall: [154, 134, 0],
            f1: [22, 27, 34],
            correct: [0, 138, 100],
            misclassified: [201, 134, 0],
            missed: [213, 94, 0],
            false_positive: [184, 92, 142],
        }
    }
}

impl Palette {
    /// The colour of an outcome. It is always told by a pattern or a word as well.
    #[must_use]
    pub const fn outcome(&self, kind: OutcomeKind) -> Colour {
        match kind {
            OutcomeKind::Correct => self.correct,
            OutcomeKind::Misclassified => self.misclassified,
            OutcomeKind::Missed => self.missed,
            OutcomeKind::FalsePositive => self.false_positive,
        }
    }

    /// The colour of a class on light ground: that of the window.
    #[must_use]
    pub fn class(&self, classes: &ClassTable, class: ClassId) -> Colour {
        class_colour(classes, class, false)
    }

    /// Of ink and paper the one that is read more easily on a colour (WCAG's contrast ratio).
    #[must_use]
    pub fn readable(&self, on: Colour) -> Colour {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let luminance = |[r, g, b]: Colour| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) + 0.05;
        let contrast = |colour| {
            let (a, b) = (luminance(colour), luminance(on));
            if a > b { a / b } else { b / a }
        };
        if contrast(self.ink) >= contrast(self.paper) { self.ink } else { self.paper }
    }

    /// The colour of a strength in 0…1 on the way from the paper to a full colour; what is not nothing is seen.
    #[must_use]
    pub fn ramp(&self, full: Colour, strength: f64) -> Colour {
        /// Least part of the full colour.
        const LEAST: f64 = 0.16;
        if strength <= 0.0 {
            return self.paper;
        }
        Self::mixed(self.paper, full, LEAST + (1.0 - LEAST) * strength.min(1.0))
    }

    /// A colour between two: `share` 0 gives the first, 1 the second.
    #[must_use]
    pub fn mixed(from: Colour, to: Colour, share: f64) -> Colour {
        let share = share.clamp(0.0, 1.0);
        let channel = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        [channel(from[0], to[0]), channel(from[1], to[1]), channel(from[2], to[2])]
    }
}

/// The colour of a class: one of 20 hues of equal lightness, beyond 20 classes in steps of lightness; stable by name.
#[must_use]
pub fn class_colour(classes: &ClassTable, class: ClassId, on_dark: bool) -> Colour {
    let slot = classes.slot(class);
    let (round, step) = (slot / ClassTable::SLOTS, slot % ClassTable::SLOTS);
    // Neighbouring slots lie seven hues apart, so that the first few classes differ at a glance.
    let hue = (step * 7 % ClassTable::SLOTS) as f32 / ClassTable::SLOTS as f32;
    let shade = [0.0, -0.10, 0.08].get((round % 3) as usize).copied().unwrap_or_default();
    oklch(if on_dark { 0.78 } else { 0.58 } + shade, 0.13, hue)
}

/// A colour of given lightness, chroma and hue (a share of the circle) in Oklab (Ottosson 2020), cut to sRGB.
fn oklch(lightness: f32, chroma: f32, hue: f32) -> Colour {
    let angle = hue * std::f32::consts::TAU;
    let (a, b) = (chroma * angle.cos(), chroma * angle.sin());
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    [
        gamma(4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s),
        gamma(-1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s),
        gamma(-0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s),
    ]
}

/// A linear channel in 0…1 as sRGB's byte (IEC 61966-2-1).
fn gamma(linear: f32) -> u8 {
    let linear = linear.clamp(0.0, 1.0);
    let encoded = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (encoded * 255.0).round() as u8
}
