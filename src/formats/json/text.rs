//! Texts in quotes: where they end, that they are UTF-8, and what their escapes stand for.
//!
//! Knows JSON's rules for texts. Does not know what stands around them.

use std::borrow::Cow;

use super::Broken;

const REMEDY: &str = "save the file as UTF-8 JSON or export it again";

/// Reads the text whose opening quote stands at `start`, and where it ends.
pub(super) fn read(bytes: &[u8], start: usize) -> Result<(Cow<'_, str>, usize), Broken> {
    let end = end(bytes, start)?;
    let inner = bytes.get(start + 1..end - 1).unwrap_or_default();
    let text = checked(inner, start + 1)?;
    if memchr::memchr(b'\\', inner).is_none() {
        return Ok((Cow::Borrowed(text), end));
    }
    Ok((Cow::Owned(unescaped(text)), end))
}

/// Where the text whose opening quote stands at `start` ends: behind its closing quote.
pub(super) fn end(bytes: &[u8], start: usize) -> Result<usize, Broken> {
    let mut at = start + 1;
    let mut plain = true;
    loop {
        at = next_special(bytes, at);
        match bytes.get(at) {
            None => return Err(Broken::new(at, "the text ends inside quotes", super::AGAIN)),
            Some(b'"') => break,
            Some(b'\\') => at = escape_end(bytes, at)?,
            Some(byte) if *byte >= 0x80 => {
                plain = false;
                at += 1;
            }
            Some(byte) => {
                let problem = format!("the control character 0x{byte:02x} stands inside quotes");
                return Err(Broken::new(at, problem, "write it as an escape such as \\n, or export the file again"));
            }
        }
    }
    if !plain {
        checked(bytes.get(start + 1..at).unwrap_or_default(), start + 1)?;
    }
    Ok(at + 1)
}

/// The first byte from `at` that is a quote, a backslash, a control character or not ASCII. Eight at a time.
fn next_special(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        // A byte that is 0 borrows from above and shows its top bit: exact for the lowest such byte, which is what counts.
        let zero = |w: u64| w.wrapping_sub(ONES) & !w;
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let special = (zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5C)) | control | word) & TOPS;
        if special != 0 {
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|&b| !(0x20..0x80).contains(&b) || b == b'"' || b == b'\\').unwrap_or(rest.len())
}

/// Behind the escape whose backslash stands at `at`.
fn escape_end(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') if bytes.get(at + 2..at + 6).is_some_and(|h| h.iter().all(u8::is_ascii_hexdigit)) => Ok(at + 6),
        None => Err(Broken::new(at, "the text ends inside quotes", super::AGAIN)),
        Some(_) => {
            Err(Broken::new(at, "a backslash begins no known escape", "write a backslash twice, as in C:\\\\data"))
        }
    }
}

fn checked(inner: &[u8], start: usize) -> Result<&str, Broken> {
    std::str::from_utf8(inner).map_err(|e| {
        let at = start + e.valid_up_to();
        Broken::new(at, format!("byte {at} is not UTF-8"), REMEDY)
    })
}

/// The text with its (checked) escapes replaced. Half a surrogate pair, which Python writes, becomes U+FFFD.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut chars = escape.chars();
        let decoded = match chars.next() {
            Some('u') => {
                let (decoded, taken) = unicode(escape);
                rest = escape.get(taken..).unwrap_or_default();
                out.push(decoded);
                continue;
            }
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some(same) => same,
            None => break,
        };
        out.push(decoded);
        rest = chars.as_str();
    }
    out.push_str(rest);
    out
}

/// The character that `uXXXX`, or a pair `uXXXX\uXXXX`, stands for, and how many bytes it takes.
fn unicode(escape: &str) -> (char, usize) {
    let unit = |at: usize| escape.get(at..at + 4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let first = unit(1).unwrap_or(0xFFFD);
    if (0xD800..0xDC00).contains(&first)
        && escape.get(5..7) == Some("\\u")
        && let Some(second @ 0xDC00..0xE000) = unit(7)
    {
        let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        return (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 11);
    }
    (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 5)
}
