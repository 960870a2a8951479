//! The letters of the bundled font that a report needs, as a font that browsers read.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use subsetter::GlyphRemapper;

use crate::report::figure::glyph;

/// The tables of a font by their names.
type Tables = BTreeMap<[u8; 4], Vec<u8>>;

/// A URL that holds the font with the letters of a text.
pub(super) fn url(text: &str) -> Option<String> {
    let letters: BTreeSet<char> = text.chars().chain(' '..='~').filter(|letter| !letter.is_control()).collect();
    let font = subset(&letters)?;
    Some(format!("data:font/ttf;base64,{}", base64::engine::general_purpose::STANDARD.encode(font)))
}

/// The bundled font with these letters, as far as it has them.
fn subset(letters: &BTreeSet<char>) -> Option<Vec<u8>> {
    let mut glyphs = GlyphRemapper::new();
    let mut places = Vec::new();
    for letter in letters {
        if let Some(id) = glyph(*letter).and_then(|glyph| u16::try_from(glyph.id).ok()) {
            places.push((u32::from(*letter), u32::from(glyphs.remap(id))));
        }
    }
    let small = subsetter::subset(epaint_default_fonts::UBUNTU_LIGHT, 0, &glyphs).ok()?;
    let version = small.get(..4)?.to_vec();
    // What a PDF does without and a browser needs: which letter is which glyph, and the heights of lines.
    let mut tables = tables(&small)?;
    let heights = self::tables(epaint_default_fonts::UBUNTU_LIGHT)?.remove(b"OS/2")?;
    tables.insert(*b"OS/2", heights);
    tables.insert(*b"cmap", charmap(&places));
    Some(assembled(version, &tables))
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(bytes)).ok()
}

fn tables(font: &[u8]) -> Option<Tables> {
    let count = u16::from_be_bytes(font.get(4..6)?.try_into().ok()?);
    (0..usize::from(count))
        .map(|i| {
            let record = 12 + 16 * i;
            let name: [u8; 4] = font.get(record..record + 4)?.try_into().ok()?;
            let (from, long) = (number(font, record + 8)?, number(font, record + 12)?);
            Some((name, font.get(from..from.checked_add(long)?)?.to_vec()))
        })
        .collect()
}

/// A `cmap` table of format 12: groups of one letter each (letter, letter, glyph).
fn charmap(places: &[(u32, u32)]) -> Vec<u8> {
    let long = 16 + 12 * places.len() as u32;
    // Version 0 with one table, of Windows (3) for all of Unicode (10), 12 bytes from here.
    let mut out: Vec<u8> = [0_u16, 1, 3, 10].into_iter().flat_map(u16::to_be_bytes).collect();
    out.extend(12_u32.to_be_bytes());
    out.extend([12_u16, 0].into_iter().flat_map(u16::to_be_bytes));
    out.extend([long, 0, places.len() as u32].into_iter().flat_map(u32::to_be_bytes));
    for (letter, glyph) in places {
        out.extend([*letter, *letter, *glyph].into_iter().flat_map(u32::to_be_bytes));
    }
    out
}

/// The sum of a table's words, as its record holds it.
fn checksum(bytes: &[u8]) -> u32 {
    let word = |bytes: &[u8]| (0..4).fold(0_u32, |word, i| word << 8 | u32::from(bytes.get(i).copied().unwrap_or(0)));
    bytes.chunks(4).map(word).fold(0, u32::wrapping_add)
}

/// A font file of these tables.
fn assembled(version: Vec<u8>, tables: &Tables) -> Vec<u8> {
    let count = tables.len() as u16;
    let power = count.checked_ilog2().unwrap_or(0) as u16;
    let range = 16 << power;
    let mut out = version;
    out.extend([count, range, power, (16 * count).saturating_sub(range)].into_iter().flat_map(u16::to_be_bytes));
    let mut at = 12 + 16 * tables.len();
    for (name, table) in tables {
        out.extend(name);
        out.extend([checksum(table), at as u32, table.len() as u32].into_iter().flat_map(u32::to_be_bytes));
        at += table.len().next_multiple_of(4);
    }
    for table in tables.values() {
        out.extend(table);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use skrifa::instance::{LocationRef, Size};
    use skrifa::{FontRef, MetadataProvider};

    #[test]
    fn the_subset_has_the_letters_with_their_widths() {
        let letters: BTreeSet<char> = "Aéß0 ≥漢".chars().collect();
        let small = subset(&letters).unwrap();
        assert!(small.len() < 60_000, "{} bytes", small.len());
        let (small, whole) = (FontRef::new(&small).unwrap(), FontRef::new(epaint_default_fonts::UBUNTU_LIGHT).unwrap());
        let advance = |font: &FontRef<'_>, letter: char| {
            let glyph = font.charmap().map(letter)?;
            font.glyph_metrics(Size::new(1.0), LocationRef::default()).advance_width(glyph)
        };
        for letter in "Aéß0 ≥".chars() {
            assert!(advance(&whole, letter).is_some(), "{letter}");
            assert_eq!(advance(&small, letter), advance(&whole, letter), "{letter}");
        }
        assert_eq!(advance(&small, '漢'), None);
        assert_eq!(advance(&small, 'B'), None, "nobody asked for it");
    }
}
