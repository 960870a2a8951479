//! The fonts of figures: the window's, and for letters that those lack the system's, which are read when such a letter first occurs.
//! A machine without a font for a letter draws a box.

use std::sync::{Arc, Mutex, OnceLock};

use fontdb::{Database, FaceInfo, ID, Stretch, Style};
use rustc_hash::FxHashMap;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// The family of the bundled font that texts are written in.
pub(super) const FAMILY: &str = "Ubuntu";

/// Fonts that help out and come with the program: arrows and signs.
const HELPERS: [&[u8]; 1] = [epaint_default_fonts::HACK_REGULAR];

/// No more of the system's faces are looked at.
const MOST_FACES: usize = 4_000;

/// A face that helps out, by its place among all of them: first the bundled ones, then the system's from the plainest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) struct Helper(usize);

impl Helper {
    /// The name under which a drawing asks for it.
    pub(super) fn family(self) -> String {
        format!("{HELPER}{}", self.0)
    }

    /// True where it is one of the system's.
    pub(super) const fn of_system(self) -> bool {
        self.0 >= HELPERS.len()
    }
}

/// What the names of [`Helper::family`] begin with.
const HELPER: &str = "helper-";

/// A face with the letters it has, as ranges that rise.
struct Face {
    id: ID,
    ranges: Vec<(u32, u32)>,
}

impl Face {
    fn has(&self, letter: char) -> bool {
        let code = u32::from(letter);
        let after = self.ranges.partition_point(|(from, _)| *from <= code);
        after.checked_sub(1).and_then(|i| self.ranges.get(i)).is_some_and(|(_, to)| code <= *to)
    }
}

/// A database with the faces of it that help out.
pub(super) struct Fonts {
    /// For drawing.
    pub(super) database: Arc<Database>,
    faces: Vec<Face>,
}

impl Fonts {
    /// The face that a drawing asks for by name.
    pub(super) fn face_of(&self, family: &str) -> Option<ID> {
        let place: usize = family.strip_prefix(HELPER)?.parse().ok()?;
        self.faces.get(place).map(|face| face.id)
    }

    /// The first face that has all these letters.
    fn helper(&self, letters: &str) -> Option<Helper> {
        self.faces.iter().position(|face| letters.chars().all(|letter| face.has(letter))).map(Helper)
    }

    fn advance(&self, helper: Helper, letter: char) -> Option<f64> {
        let advance = self.database.with_face_data(self.faces.get(helper.0)?.id, |data, index| {
            let font = FontRef::from_index(data, index).ok()?;
            let glyph = font.charmap().map(letter)?;
            font.glyph_metrics(Size::new(1.0), LocationRef::default()).advance_width(glyph)
        });
        advance.flatten().map(f64::from)
    }
}

/// The fonts that come with the program.
pub(super) fn bundled() -> &'static Fonts {
    static BUNDLED: OnceLock<Fonts> = OnceLock::new();
    BUNDLED.get_or_init(|| {
        let mut database = Database::new();
        database.load_font_data(epaint_default_fonts::UBUNTU_LIGHT.to_vec());
        let load = |font: &[u8]| database.load_font_source(fontdb::Source::Binary(Arc::new(font.to_vec())));
        let ids: Vec<ID> = HELPERS.into_iter().flat_map(load).collect();
        let faces = ids.into_iter().map(|id| Face { id, ranges: ranges(&database, id) }).collect();
        Fonts { database: Arc::new(database), faces }
    })
}

/// Those and the system's.
pub(super) fn all() -> &'static Fonts {
    static ALL: OnceLock<Fonts> = OnceLock::new();
    ALL.get_or_init(|| {
        let bundled = bundled();
        let mut database = Database::clone(&bundled.database);
        let own: Vec<ID> = database.faces().map(|face| face.id).collect();
        database.load_system_fonts();
        let mut system: Vec<&FaceInfo> = database.faces().filter(|face| !own.contains(&face.id)).collect();
        system.sort_by_cached_key(|face| plainness(face));
        let ids: Vec<ID> = system.into_iter().take(MOST_FACES).map(|face| face.id).collect();
        let helpers = bundled.faces.iter().map(|face| Face { id: face.id, ranges: face.ranges.clone() });
        let faces = helpers.chain(ids.into_iter().map(|id| Face { id, ranges: ranges(&database, id) })).collect();
        Fonts { database: Arc::new(database), faces }
    })
}

/// Plain upright faces come first; among equals the name decides, so that the order of folders does not.
fn plainness(face: &FaceInfo) -> impl Ord + use<> {
    let family = face.families.first().map_or("", |(name, _)| name.as_str());
    let plain = (face.style != Style::Normal, face.monospaced, family.contains("Last") && family.contains("Resort"));
    let kin = (!family.contains("Sans"), !family.starts_with("Noto"), face.stretch != Stretch::Normal);
    (plain, kin, face.weight.0.abs_diff(400), face.post_script_name.clone(), face.index)
}

/// The letters of a face.
fn ranges(database: &Database, id: ID) -> Vec<(u32, u32)> {
    let codes = database.with_face_data(id, |data, index| {
        let font = FontRef::from_index(data, index).ok()?;
        let mut codes: Vec<u32> =
            font.charmap().mappings().filter(|(_, glyph)| glyph.to_u32() > 0).map(|(code, _)| code).collect();
        codes.sort_unstable();
        Some(codes)
    });
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for code in codes.flatten().unwrap_or_default() {
        match ranges.last_mut() {
            Some((_, to)) if code <= *to + 1 => *to = code,
            _ => ranges.push((code, code)),
        }
    }
    ranges
}

/// Which face helps out with letters that the bundled font lacks; `None` where no face of this machine has all of them. The system's
/// fonts are read only where no bundled one has them.
pub(super) fn helper(letters: &str) -> Option<Helper> {
    bundled().helper(letters).or_else(|| all().helper(letters))
}

/// How far a letter goes in a face that helps out, in sizes of the font.
pub(super) fn advance(helper: Helper, letter: char) -> f64 {
    static KNOWN: OnceLock<Mutex<FxHashMap<(usize, char), f64>>> = OnceLock::new();
    let known = KNOWN.get_or_init(Mutex::default);
    let held = known.lock().ok().and_then(|known| known.get(&(helper.0, letter)).copied());
    held.unwrap_or_else(|| {
        let fonts = if helper.of_system() { all() } else { bundled() };
        let advance = fonts.advance(helper, letter).unwrap_or(1.0);
        if let Ok(mut known) = known.lock() {
            known.insert((helper.0, letter), advance);
        }
        advance
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_in_the_first_font_that_has_them() {
        let arrow = helper("↦").unwrap();
        assert_eq!(arrow, Helper(0), "Hack has the arrow");
        let wide = advance(arrow, '↦');
        assert!((wide - 0.602).abs() < 1e-3, "1233 of 2048 units, as all of its letters: {wide}");
        assert!(!arrow.of_system());
        // Which fonts the system has is its own affair; the same letter is in the same one every time.
        assert!(helper("漢").is_none_or(Helper::of_system));
        assert_eq!(helper("漢"), helper("漢"));
        assert_eq!(helper("↦\u{10ffff}"), None, "no font has both");
        assert_eq!(bundled().face_of(&arrow.family()), bundled().faces.first().map(|face| face.id));
        assert_eq!(bundled().face_of("Ubuntu"), None);
    }
}
