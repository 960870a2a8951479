//! How wide texts are, and which fonts they take.

use std::sync::OnceLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

use super::fonts::{self, Helper};

/// Letters up to this one are looked up once.
const KNOWN: u32 = 0x2200;

/// A glyph of the bundled font with its advance in sizes of the font.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::report) struct Glyph {
    /// Its number in the font.
    pub id: u32,
    /// As far as it goes.
    pub advance: f64,
}

/// The letters of a text that can be drawn: blanks for tabs and line breaks, nothing for control characters and for what XML cannot
/// say.
pub(in crate::report) fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter_map(|letter| match letter {
        '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{fdd0}'..='\u{fdef}' => None,
        _ if letter.is_control() || u32::from(letter) & 0xfffe == 0xfffe => None,
        _ => Some(letter),
    })
}

/// The glyph of a letter in the bundled font; `None` where it has none.
pub(in crate::report) fn glyph(letter: char) -> Option<Glyph> {
    static KNOWN_GLYPHS: OnceLock<Vec<Option<Glyph>>> = OnceLock::new();
    let known = KNOWN_GLYPHS.get_or_init(|| {
        let Ok(font) = FontRef::new(epaint_default_fonts::UBUNTU_LIGHT) else { return Vec::new() };
        (0..KNOWN).map(|code| char::from_u32(code).and_then(|letter| of_font(&font, letter))).collect()
    });
    match known.get(letter as usize) {
        Some(glyph) => *glyph,
        None => FontRef::new(epaint_default_fonts::UBUNTU_LIGHT).ok().and_then(|font| of_font(&font, letter)),
    }
}

fn of_font(font: &FontRef<'_>, letter: char) -> Option<Glyph> {
    let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
    let id = font.charmap().map(letter).filter(|id| id.to_u32() > 0)?;
    Some(Glyph { id: id.to_u32(), advance: metrics.advance_width(id).map_or(1.0, f64::from) })
}

/// True for signs without ink of their own, which belong to the letters before them: joiners, variants, directions.
const fn is_silent(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// The advances of a text's letters, in sizes of the font.
pub(super) fn advance(text: &str) -> f64 {
    if is_plain(text) {
        return letters(text).filter_map(glyph).map(|glyph| glyph.advance).sum();
    }
    let of_run = |(font, run): (Option<Helper>, String)| {
        let of_letter = |letter: char| match (font, glyph(letter)) {
            _ if is_silent(letter) => 0.0,
            (Some(font), _) => fonts::advance(font, letter),
            (None, glyph) => glyph.map_or(1.0, |glyph| glyph.advance),
        };
        run.chars().map(of_letter).sum::<f64>()
    };
    runs(text).into_iter().map(of_run).sum()
}

/// A text in pieces of one font each; `None` is the bundled font. Letters that the bundled one lacks stay together as far as a font
/// has all of them, since some of them change with what stands beside them.
pub(in crate::report) fn runs(text: &str) -> Vec<(Option<Helper>, String)> {
    // First what the bundled font has and what it lacks; letters without ink stay with those before them.
    let mut pieces: Vec<(bool, String)> = Vec::new();
    for letter in letters(text) {
        let lacking = match pieces.last() {
            Some((before, _)) if is_silent(letter) => *before,
            _ => glyph(letter).is_none() && !is_silent(letter),
        };
        match pieces.last_mut() {
            Some((last, piece)) if *last == lacking => piece.push(letter),
            _ => pieces.push((lacking, letter.to_string())),
        }
    }
    let mut runs: Vec<(Option<Helper>, String)> = Vec::new();
    for (lacking, piece) in with_blanks(pieces) {
        let inked: String = piece.chars().filter(|letter| !is_silent(*letter)).collect();
        let together = if lacking { fonts::helper(&inked) } else { None };
        if !lacking || together.is_some() {
            runs.push((together, piece));
            continue;
        }
        for letter in piece.chars() {
            let font = match runs.last() {
                Some((font, _)) if is_silent(letter) => *font,
                _ => fonts::helper(letter.encode_utf8(&mut [0; 4])),
            };
            match runs.last_mut() {
                Some((last, run)) if *last == font && font.is_some() => run.push(letter),
                _ => runs.push((font, letter.to_string())),
            }
        }
    }
    runs
}

/// Joins what the bundled font lacks over the blanks between: words of one script are laid out together.
fn with_blanks(pieces: Vec<(bool, String)>) -> Vec<(bool, String)> {
    let mut joined: Vec<(bool, String)> = Vec::new();
    for (lacking, piece) in pieces {
        let blank = joined.last().is_some_and(|(last, between)| !last && between.chars().all(|letter| letter == ' '));
        if lacking && blank && joined.len() > 1 {
            let between = joined.pop().map(|(_, between)| between).unwrap_or_default();
            if let Some((_, before)) = joined.last_mut() {
                before.push_str(&between);
                before.push_str(&piece);
                continue;
            }
        }
        joined.push((lacking, piece));
    }
    joined
}

/// True where the bundled font has every letter of a text.
pub(in crate::report) fn is_plain(text: &str) -> bool {
    letters(text).all(|letter| glyph(letter).is_some() && !is_silent(letter))
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
    }

    #[test]
    fn letters_without_ink_take_no_room() {
        assert_eq!(advance("a\u{1}\u{7f}\u{200d}b\u{fffe}"), advance("ab"));
        assert_eq!(advance("a\tb"), advance("a b"));
        assert_eq!(advance("\u{10fffd}"), 1.0, "a box");
    }

    #[test]
    fn texts_are_parted_by_font() {
        let parts = |text: &str| runs(text).into_iter().map(|(font, run)| (font.is_some(), run)).collect::<Vec<_>>();
        assert_eq!(parts("a\u{1}b"), [(false, "ab".to_owned())]);
        let arrow = parts("ok ↦\u{fe0f}!");
        assert_eq!(arrow, [(false, "ok ".to_owned()), (true, "↦\u{fe0f}".to_owned()), (false, "!".to_owned())]);
        assert_eq!(parts("↦ ↦ a"), [(true, "↦ ↦".to_owned()), (false, " a".to_owned())], "blanks between join");
        assert!(is_plain("Größe ≥ 3") && !is_plain("↦"));
    }
}
