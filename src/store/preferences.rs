//! What a person chose for the whole program: looks, digits, where evaluations begin, how much is kept.

use serde::{Deserialize, Serialize};

/// Where the colours of data come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaletteChoice {
    /// Okabe and Ito's.
    #[default]
    Usual,
    /// Blue against orange, and light against dark.
    BlueOrange,
    /// As far apart as can be.
    HighContrast,
}

impl PaletteChoice {
    /// All palettes, as they are offered.
    pub const ALL: [Self; 3] = [Self::Usual, Self::BlueOrange, Self::HighContrast];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Usual => "Usual",
            Self::BlueOrange => "Blue and orange",
            Self::HighContrast => "High contrast",
        }
    }
}

/// All of it. Numbers that make no sense are put right by [`Self::sound`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// The colours of data.
    pub palette: PaletteChoice,
    /// Size of the interface in percent.
    pub scale: u16,
    /// Digits of rates behind the point.
    pub digits: u8,
    /// The confidence where an evaluation begins; `None`: its optimum.
    pub confidence: Option<f64>,
    /// The overlap from which a pair counts, at the start.
    pub iou: f64,
    /// The rule by which objects are paired at the start; another name than the known ones is the usual rule.
    pub matching: String,
    /// Megabytes that the cache may take.
    pub cache_mb: u32,
    /// Open what was open last where no folder is named.
    pub restore: bool,
    /// The tour was seen to its end, or closed.
    pub tour_done: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            palette: PaletteChoice::Usual,
            scale: 100,
            digits: 3,
            confidence: None,
            iou: 0.5,
            matching: "two-pass".to_owned(),
            cache_mb: 2048,
            restore: true,
            tour_done: false,
        }
    }
}

impl Preferences {
    /// Smallest and largest size of the interface, in percent.
    pub const SCALE: (u16, u16) = (75, 300);
    /// Fewest and most digits of rates.
    pub const DIGITS: (u8, u8) = (2, 5);
    /// Smallest and largest budget of the cache, in MB.
    pub const CACHE_MB: (u32, u32) = (64, 65_536);
    /// Sizes of the interface that keys step through.
    const SCALES: [u16; 11] = [75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300];

    /// The same with every number inside its bounds.
    #[must_use]
    pub fn sound(mut self) -> Self {
        self.scale = self.scale.clamp(Self::SCALE.0, Self::SCALE.1);
        self.digits = self.digits.clamp(Self::DIGITS.0, Self::DIGITS.1);
        self.cache_mb = self.cache_mb.clamp(Self::CACHE_MB.0, Self::CACHE_MB.1);
        self.iou = if self.iou.is_finite() { self.iou.clamp(0.01, 1.0) } else { 0.5 };
        self.confidence = self.confidence.filter(|value| value.is_finite()).map(|value| value.clamp(0.0, 1.0));
        self
    }

    /// The next larger or smaller size of the interface.
    #[must_use]
    pub fn scaled(&self, larger: bool) -> u16 {
        let mut sizes = Self::SCALES.into_iter();
        let next = if larger { sizes.find(|s| *s > self.scale) } else { sizes.rfind(|s| *s < self.scale) };
        next.unwrap_or(self.scale)
    }

    /// Bytes that the cache may take.
    #[must_use]
    pub fn cache_bytes(&self) -> u64 {
        u64::from(self.cache_mb) * 1_000_000
    }
}
