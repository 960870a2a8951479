//! Other colours for data: for eyes that tell blue from orange only, and for much contrast. Chrome stays as it is, but for contrast.

use egui::Color32;

use crate::store::settings::PaletteChoice;

use super::Theme;

const fn rgb(hex: u32) -> Color32 {
    let [_, r, g, b] = hex.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

impl Theme {
    /// This theme with the colours of a palette.
    #[must_use]
    pub(super) const fn with(self, palette: PaletteChoice) -> Self {
        let dark = self.dark;
        let theme = Self { palette, ..self };
        match (palette, dark) {
            (PaletteChoice::Usual, _) => theme,
            (PaletteChoice::BlueOrange, true) => Self {
                recall: rgb(0xf5_b02a),
                correct: rgb(0x2f_7de0),
                misclassified: rgb(0xf5_b02a),
                missed: rgb(0xb8_501f),
                false_positive: rgb(0xe4_e8ec),
                ..theme
            },
            (PaletteChoice::BlueOrange, false) => Self {
                precision: rgb(0x2b_7fc4),
                recall: rgb(0xb8_6a00),
                correct: rgb(0x3f_6ff0),
                misclassified: rgb(0xc8_7a10),
                missed: rgb(0x5a_3200),
                false_positive: rgb(0x0a_1220),
                ..theme
            },
            (PaletteChoice::HighContrast, true) => Self {
                background: rgb(0x00_0000),
                surface: rgb(0x00_0000),
                raised: rgb(0x15_181c),
                line: rgb(0x6e_7883),
                text: rgb(0xff_ffff),
                muted: rgb(0xc8_d0d8),
                precision: rgb(0x5c_b8ff),
                recall: rgb(0xff_cc1a),
                f1: rgb(0xff_ffff),
                correct: rgb(0x2f_9dff),
                misclassified: rgb(0xff_cc1a),
                missed: rgb(0xff_ffff),
                false_positive: rgb(0xf0_479e),
                ..theme
            },
            (PaletteChoice::HighContrast, false) => Self {
                background: rgb(0xff_ffff),
                line: rgb(0x6e_7883),
                text: rgb(0x00_0000),
                muted: rgb(0x3a_424c),
                accent: rgb(0x0b_50b0),
                precision: rgb(0x0f_5fc0),
                recall: rgb(0xa8_5a00),
                f1: rgb(0x00_0000),
                correct: rgb(0x1f_5af0),
                misclassified: rgb(0x1a_1a00),
                missed: rgb(0xc2_480a),
                false_positive: rgb(0x6e_1973),
                ..theme
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Linear light of a colour, each channel in 0…1 (IEC 61966-2-1).
    fn linear(color: Color32) -> [f64; 3] {
        [color.r(), color.g(), color.b()].map(|v| {
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// WCAG 2.1, contrast ratio.
    fn contrast(a: Color32, b: Color32) -> f64 {
        let luminance = |c| {
            let [r, g, b] = linear(c);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Protanopia, deuteranopia and tritanopia of full severity (Machado, Oliveira, Fernandes 2009), and usual sight.
    const SIGHTS: [(&str, [[f64; 3]; 3]); 4] = [
        ("usual", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "protanopia",
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        ),
        (
            "deuteranopia",
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        ),
        (
            "tritanopia",
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
        ),
    ];

    /// The place in Oklab (Ottosson 2020) of what this sight makes of a colour.
    fn seen(color: Color32, sight: &[[f64; 3]; 3]) -> [f64; 3] {
        let times = |m: &[[f64; 3]; 3], v: [f64; 3]| m.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2]);
        let rgb = times(sight, linear(color)).map(|v| v.clamp(0.0, 1.0));
        let lms = times(
            &[
                [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
                [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
                [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
            ],
            rgb,
        );
        times(
            &[
                [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
                [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
                [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
            ],
            lms.map(f64::cbrt),
        )
    }

    fn nearest(colors: &[Color32], sight: &[[f64; 3]; 3]) -> f64 {
        let places: Vec<_> = colors.iter().map(|c| seen(*c, sight)).collect();
        let mut least = f64::INFINITY;
        for (i, a) in places.iter().enumerate() {
            for b in &places[..i] {
                least = least.min(a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt());
            }
        }
        least
    }

    /// White is as far from black as can be, and a pure red is seen as WCAG and Ottosson print it.
    #[test]
    fn the_measures_give_published_values() {
        assert!((contrast(Color32::WHITE, Color32::BLACK) - 21.0).abs() < 1e-9);
        assert!((contrast(Color32::RED, Color32::WHITE) - 3.998).abs() < 1e-3);
        let red = seen(Color32::RED, &SIGHTS[0].1);
        for (ours, printed) in red.iter().zip([0.627_955, 0.224_863, 0.125_846]) {
            assert!((ours - printed).abs() < 1e-4, "{red:?}");
        }
        // Without long cones red is a dark olive.
        let [r, g, b] = linear(Color32::RED);
        assert_eq!((r, g, b), (1.0, 0.0, 0.0));
        assert!(seen(Color32::RED, &SIGHTS[1].1)[0] < 0.55);
    }

    #[test]
    fn outcomes_stand_out_and_differ_for_every_sight() {
        // Of the usual palette two neighbours come close for some eyes, where patterns and words tell them apart.
        let limits = [
            (PaletteChoice::Usual, 3.0, 0.045),
            (PaletteChoice::BlueOrange, 3.0, 0.16),
            (PaletteChoice::HighContrast, 4.5, 0.15),
        ];
        for (palette, least, distance) in limits {
            for theme in [egui::Theme::Dark, egui::Theme::Light] {
                let t = Theme::of(theme, palette);
                let outcomes = [t.correct, t.misclassified, t.missed, t.false_positive];
                let lines = [t.precision, t.recall, t.f1];
                for color in outcomes.into_iter().chain(lines) {
                    let ratio = contrast(color, t.surface);
                    assert!(ratio >= least, "{palette:?} {theme:?} {color:?}: contrast {ratio:.2}");
                }
                for (sight, matrix) in &SIGHTS {
                    for (what, colors) in [("outcomes", &outcomes[..]), ("lines", &lines[..])] {
                        let near = nearest(colors, matrix);
                        assert!(near >= distance, "{palette:?} {theme:?} {sight}, {what}: {near:.3}");
                    }
                }
            }
        }
    }

    /// Paper is the light window: the command line, which knows no window, has the same colours.
    #[test]
    fn paper_is_the_light_window() {
        for theme in [egui::Theme::Dark, egui::Theme::Light] {
            assert_eq!(Theme::of(theme, PaletteChoice::Usual).paper(), crate::report::palette::Palette::default());
            let paper = Theme::of(theme, PaletteChoice::BlueOrange).paper();
            assert_eq!((paper.correct, paper.missed), ([0x3f, 0x6f, 0xf0], [0x5a, 0x32, 0x00]));
            let paper = Theme::of(theme, PaletteChoice::HighContrast).paper();
            assert_eq!((paper.paper, paper.ink, paper.accent), ([255; 3], [0; 3], [0x0b, 0x50, 0xb0]));
        }
    }

    #[test]
    fn words_can_be_read() {
        for palette in PaletteChoice::ALL {
            for theme in [egui::Theme::Dark, egui::Theme::Light] {
                let t = Theme::of(theme, palette);
                let least = if palette == PaletteChoice::HighContrast { 7.0 } else { 4.5 };
                for color in [t.text, t.muted] {
                    for ground in [t.surface, t.background, t.raised] {
                        let ratio = contrast(color, ground);
                        assert!(ratio >= least, "{palette:?} {theme:?} {color:?} on {ground:?}: {ratio:.2}");
                    }
                }
            }
        }
    }
}
