//! Python's notion of white space, words and small letters, on which the reference libraries rest.

use std::borrow::Cow;

/// What `str.isspace` and `\s` take for white space: Unicode's White_Space and the four separators of ASCII.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// The words of `str.split()`: runs of anything but white space.
pub(in crate::metrics) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_space).filter(|word| !word.is_empty())
}

/// `str.rstrip()`.
pub(super) fn trim_end(text: &str) -> &str {
    text.trim_end_matches(is_space)
}

/// `str.lower()`: full mapping with the final sigma. Letters that Unicode gained since version 14 have small letters here
/// and may have none in an older Python.
pub(in crate::metrics) fn lower(text: &str) -> Cow<'_, str> {
    match text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
        true => Cow::Owned(text.to_lowercase()),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The characters for which `str.isspace` of Python 3.11 holds, all 0x110000 asked.
    #[test]
    fn white_space_is_pythons() {
        let expected = "\t\n\u{b}\u{c}\r\u{1c}\u{1d}\u{1e}\u{1f} \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\
            \u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";
        let all: String = ('\0'..=char::MAX).filter(|c| is_space(*c)).collect();
        assert_eq!(all, expected);
    }

    #[test]
    fn small_letters() {
        assert_eq!(lower("ΑΣ ΣΑΣ."), "ας σας."); // Python 3.11
        assert_eq!(lower("İK"), "i̇k"); // the Kelvin sign becomes an ASCII letter
        assert!(matches!(lower("plain, 1"), Cow::Borrowed(_)));
    }
}
