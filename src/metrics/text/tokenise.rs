//! How the metrics of sacrebleu cut a text into tokens.

use super::python::{trim_end, words};

/// The tokens of mteval-v13a, sacrebleu's `13a`, for BLEU with case kept: `<skipped>`, line ends behind a hyphen and four
/// entities are resolved; ASCII punctuation stands alone, except an apostrophe, a hyphen that follows no digit, and a point
/// or comma between two digits.
///
/// ```
/// let tokens = evalens::metrics::text::tokenise::tokenise_13a("It's 1,000.5 &quot;EUR&quot;.");
/// assert_eq!(tokens, ["It's", "1,000.5", "\"", "EUR", "\"", "."]);
/// ```
#[must_use]
pub fn tokenise_13a(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    each_13a(text, |token| tokens.push(String::from_utf8_lossy(token).into_owned()));
    tokens
}

/// Hands over the tokens of [`tokenise_13a`].
pub(super) fn each_13a(text: &str, mut each: impl FnMut(&[u8])) {
    let text = trim_end(text);
    let resolved = resolve(text);
    let mut buffers = Buffers::default();
    for word in words(resolved.as_deref().unwrap_or(text)) {
        match word.as_bytes() {
            plain if plain.iter().copied().all(is_plain) => each(plain),
            [plain @ .., end @ (b'.' | b',')] if !plain.is_empty() && plain.iter().copied().all(is_plain) => {
                each(plain);
                each(&[*end]);
            }
            other => buffers.split(other, &mut each),
        }
    }
}

/// What is replaced before anything is cut, one after the other; `None` where there is nothing of it.
fn resolve(text: &str) -> Option<String> {
    const REPLACED: [(&str, &str); 6] =
        [("<skipped>", ""), ("-\n", ""), ("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")];
    if !text.bytes().any(|byte| matches!(byte, b'<' | b'\n' | b'&')) {
        return None;
    }
    REPLACED.iter().fold(None, |resolved: Option<String>, (from, to)| {
        let so_far = resolved.as_deref().unwrap_or(text);
        if so_far.contains(from) { Some(so_far.replace(from, to)) } else { resolved }
    })
}

/// Never cut from its neighbours: letters, digits, the apostrophe, control characters, everything beyond ASCII.
fn is_plain(byte: u8) -> bool {
    !is_symbol(byte) && !matches!(byte, b'.' | b',' | b'-')
}

/// Always alone.
fn is_symbol(byte: u8) -> bool {
    byte.is_ascii_punctuation() && !matches!(byte, b'\'' | b'.' | b',' | b'-')
}

fn is_point(byte: u8) -> bool {
    matches!(byte, b'.' | b',')
}

/// The text between two passes. Spaces are ASCII, and a character beyond ASCII is never a symbol, a point or a digit, so
/// that its bytes can be looked at one by one.
#[derive(Default)]
struct Buffers {
    from: Vec<u8>,
    to: Vec<u8>,
}

impl Buffers {
    /// Cuts a word without white space. A word beside another sees only the space between both.
    fn split(&mut self, word: &[u8], each: &mut impl FnMut(&[u8])) {
        self.from.clear();
        self.from.push(b' ');
        for byte in word {
            match is_symbol(*byte) {
                true => self.from.extend([b' ', *byte, b' ']),
                false => self.from.push(*byte),
            }
        }
        self.from.push(b' ');
        self.pass([false, true, true], |a, b| !a.is_ascii_digit() && is_point(b));
        self.pass([true, true, false], |a, b| is_point(a) && !b.is_ascii_digit());
        self.pass([false, true, true], |a, b| a.is_ascii_digit() && b == b'-');
        self.from.split(|byte| *byte == b' ').filter(|token| !token.is_empty()).for_each(each);
    }

    /// Puts spaces before, between and behind every pair that is meant, from left to right; a byte belongs to one pair only.
    fn pass(&mut self, spaces: [bool; 3], meant: impl Fn(u8, u8) -> bool) {
        self.to.clear();
        let mut rest = self.from.as_slice();
        loop {
            rest = match rest {
                [a, b, after @ ..] if meant(*a, *b) => {
                    let [before, between, behind] = spaces.map(|space| space.then_some(b' '));
                    self.to.extend(before.into_iter().chain([*a]).chain(between).chain([*b]).chain(behind));
                    after
                }
                [a, after @ ..] => {
                    self.to.push(*a);
                    after
                }
                [] => break,
            }
        }
        std::mem::swap(&mut self.from, &mut self.to);
    }
}

/// Words for the word n-grams of chrF++: an ASCII punctuation mark at the end of a word stands alone, or else the one at its
/// beginning.
pub(super) fn each_chrf_word(text: &str, mut each: impl FnMut(&[u8])) {
    for word in words(text) {
        match word.as_bytes() {
            [before @ .., last] if last.is_ascii_punctuation() && !before.is_empty() => {
                each(before);
                each(&[*last]);
            }
            [first, after @ ..] if first.is_ascii_punctuation() && !after.is_empty() => {
                each(&[*first]);
                each(after);
            }
            whole => each(whole),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// sacrebleu 2.6.0, `Tokenizer13a()(text.rstrip()).split()`.
    #[test]
    fn points_and_commas() {
        for (text, expected) in [
            ("Hello, world.", "Hello , world ."),
            ("1,000.50 .5 5. a.b ,,, ...", "1,000.50 . 5 5 . a . b , , , . . ."),
            ("3-4 a-b 5- -5 2--3", "3 - 4 a-b 5 - -5 2 - -3"),
            ("don't (x) [y] {z} 50% a/b", "don't ( x ) [ y ] { z } 50 % a / b"),
            ("&amp;lt; &quot;&gt;", "< \" >"),
            ("a<skipped>b c-\nd e\nf", "ab cd e f"),
            ("„été”,1.a 1,é", "„été” , 1 . a 1 , é"),
        ] {
            assert_eq!(tokenise_13a(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn words_of_chrf() {
        let mut words = Vec::new();
        each_chrf_word("(hi) \"x y. ! !! é.", |word| words.push(String::from_utf8_lossy(word).into_owned()));
        assert_eq!(words, ["(hi", ")", "\"", "x", "y", ".", "!", "!", "!", "é", "."]);
    }
}
