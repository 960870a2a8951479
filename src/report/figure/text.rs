//! How wide texts are in the bundled font.

use std::sync::OnceLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// Advances of the letters up to this one are looked up once.
const KNOWN: usize = 0x250;

/// The advances of a text's letters, in sizes of the font.
pub(super) fn advance(text: &str) -> f64 {
    static KNOWN_ADVANCES: OnceLock<Vec<f64>> = OnceLock::new();
    let known = KNOWN_ADVANCES.get_or_init(|| {
        (0..KNOWN).map(|code| u32::try_from(code).ok().and_then(char::from_u32).map_or(1.0, of_letter)).collect()
    });
    text.chars().map(|letter| known.get(letter as usize).copied().unwrap_or_else(|| of_letter(letter))).sum()
}

fn of_letter(letter: char) -> f64 {
    let Ok(font) = FontRef::new(epaint_default_fonts::UBUNTU_LIGHT) else { return 1.0 };
    let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
    font.charmap().map(letter).and_then(|glyph| metrics.advance_width(glyph)).map_or(1.0, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_of_one_width_and_letters_are_not() {
        let digits: Vec<f64> = ('0'..='9').map(|d| advance(&d.to_string())).collect();
        assert!(digits.iter().all(|width| (width - digits[0]).abs() < 1e-9), "{digits:?}");
        assert!(advance("W") > 1.5 * advance("i"));
        assert!((advance("ab") - advance("a") - advance("b")).abs() < 1e-9);
        assert_eq!(advance("漢"), 1.0);
    }
}
