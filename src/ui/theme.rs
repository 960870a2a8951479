//! Every colour and size of the window. No literal colour or size stands elsewhere.

use egui::Color32;

use crate::metrics::OutcomeKind;

/// Grid unit in points.
pub const GRID: f32 = 4.0;
/// Padding inside panes.
pub const PADDING: f32 = 8.0;
/// Corner radius.
pub const RADIUS: f32 = 4.0;
/// Hairlines.
pub const HAIRLINE: f32 = 1.0;
/// Ring around what is selected or focused.
pub const RING: f32 = 2.0;
/// Type sizes.
pub const CAPTION: f32 = 11.0;
/// Body text.
pub const BODY: f32 = 13.0;
/// Pane titles.
pub const TITLE: f32 = 15.0;
/// Figures in tiles.
pub const FIGURE: f32 = 22.0;

/// The colours of one theme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// True in the dark theme.
    pub dark: bool,
    /// Behind everything.
    pub background: Color32,
    /// Behind panes.
    pub surface: Color32,
    /// Behind what lies on a pane (hover cards, fields, tracks).
    pub raised: Color32,
    /// Hairlines between things.
    pub line: Color32,
    /// Text and figures.
    pub text: Color32,
    /// Captions and axis labels.
    pub muted: Color32,
    /// Selection and focus.
    pub accent: Color32,
    /// Failures.
    pub danger: Color32,
    /// Precision line.
    pub precision: Color32,
    /// Recall line.
    pub recall: Color32,
    /// F1 line.
    pub f1: Color32,
    /// Right answers.
    pub correct: Color32,
    /// Wrong class.
    pub misclassified: Color32,
    /// Missed truths.
    pub missed: Color32,
    /// Detections of nothing.
    pub false_positive: Color32,
}

impl Theme {
    /// The dark theme.
    #[must_use]
    pub const fn dark() -> Self {
        Self {
            dark: true,
            background: Color32::from_rgb(0x10, 0x12, 0x15),
            surface: Color32::from_rgb(0x17, 0x1a, 0x1e),
            raised: Color32::from_rgb(0x21, 0x25, 0x2b),
            line: Color32::from_rgb(0x2d, 0x32, 0x39),
            text: Color32::from_rgb(0xe6, 0xe9, 0xed),
            muted: Color32::from_rgb(0x97, 0xa0, 0xab),
            accent: Color32::from_rgb(0x4c, 0x9a, 0xff),
            danger: Color32::from_rgb(0xff, 0x6b, 0x5e),
            precision: Color32::from_rgb(0x56, 0xb4, 0xe9),
            recall: Color32::from_rgb(0xf0, 0xe4, 0x42),
            f1: Color32::from_rgb(0xe6, 0xe9, 0xed),
            correct: Color32::from_rgb(0x00, 0x9e, 0x73),
            misclassified: Color32::from_rgb(0xe6, 0x9f, 0x00),
            missed: Color32::from_rgb(0xd5, 0x5e, 0x00),
            false_positive: Color32::from_rgb(0xcc, 0x79, 0xa7),
        }
    }

    /// The light theme.
    #[must_use]
    pub const fn light() -> Self {
        Self {
            dark: false,
            background: Color32::from_rgb(0xf1, 0xf3, 0xf5),
            surface: Color32::from_rgb(0xff, 0xff, 0xff),
            raised: Color32::from_rgb(0xf4, 0xf6, 0xf8),
            line: Color32::from_rgb(0xd9, 0xde, 0xe4),
            text: Color32::from_rgb(0x16, 0x1b, 0x22),
            muted: Color32::from_rgb(0x5c, 0x66, 0x72),
            accent: Color32::from_rgb(0x0b, 0x66, 0xd6),
            danger: Color32::from_rgb(0xc6, 0x28, 0x1b),
            precision: Color32::from_rgb(0x1f, 0x86, 0xc2),
            recall: Color32::from_rgb(0x9a, 0x86, 0x00),
            f1: Color32::from_rgb(0x16, 0x1b, 0x22),
            correct: Color32::from_rgb(0x00, 0x8a, 0x64),
            misclassified: Color32::from_rgb(0xc9, 0x86, 0x00),
            missed: Color32::from_rgb(0xd5, 0x5e, 0x00),
            false_positive: Color32::from_rgb(0xb8, 0x5c, 0x8e),
        }
    }

    /// The colour of an outcome. It is always told by a pattern or a word as well.
    #[must_use]
    pub const fn outcome(&self, kind: OutcomeKind) -> Color32 {
        match kind {
            OutcomeKind::Correct => self.correct,
            OutcomeKind::Misclassified => self.misclassified,
            OutcomeKind::Missed => self.missed,
            OutcomeKind::FalsePositive => self.false_positive,
        }
    }

    /// The colour of a class, stable by its name: one of 20 hues of equal lightness.
    #[must_use]
    pub fn class(&self, name: &str) -> Color32 {
        let hash =
            name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        let hue = (hash % 20) as f32 / 20.0;
        let value = if self.dark { 0.92 } else { 0.68 };
        egui::ecolor::Hsva::new(hue, 0.62, value, 1.0).into()
    }
}
