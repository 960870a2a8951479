//! Where rows and fields of delimited text begin and end, quotes and all (RFC 4180).
//!
//! A quote counts only at the beginning of a field; inside, `""` is a quote. A row may go over several lines.

use std::borrow::Cow;
use std::ops::Range;

/// The end of the row that begins at `at`: the position of its line feed, or the end of the text. `None` where a quote is
/// opened and never closed.
#[inline]
pub fn row_end(bytes: &[u8], at: usize, delimiter: u8) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let feed = memchr::memchr(b'\n', rest).map_or(bytes.len(), |n| at + n);
    if memchr::memchr(b'"', bytes.get(at..feed)?).is_none() {
        return Some(feed);
    }
    quoted_row_end(bytes, at, delimiter)
}

fn quoted_row_end(bytes: &[u8], mut at: usize, delimiter: u8) -> Option<usize> {
    loop {
        if bytes.get(at) == Some(&b'"') {
            at = closing(bytes, at)? + 1;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        match memchr::memchr2(delimiter, b'\n', rest) {
            None => return Some(bytes.len()),
            Some(n) if rest.get(n) == Some(&b'\n') => return Some(at + n),
            Some(n) => at += n + 1,
        }
    }
}

/// The quote that closes the one at `open`.
fn closing(bytes: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        at += memchr::memchr(b'"', bytes.get(at..)?)?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// The bytes of a row without its line ending.
pub fn without_return(bytes: &[u8], row: Range<usize>) -> Range<usize> {
    let ends = row.end > row.start && bytes.get(row.end - 1) == Some(&b'\r');
    row.start..row.end - usize::from(ends)
}

/// The fields of a row (without its line ending), unquoted.
pub fn fields(row: &[u8], delimiter: u8) -> Vec<Cow<'_, [u8]>> {
    let mut all = Vec::new();
    let mut at = 0;
    loop {
        if row.get(at) == Some(&b'"') {
            let close = closing(row, at).unwrap_or(row.len());
            let inside = row.get(at + 1..close).unwrap_or_default();
            let next = memchr::memchr(delimiter, row.get(close..).unwrap_or_default()).map(|n| close + n);
            let tail = row.get((close + 1).min(row.len())..next.unwrap_or(row.len())).unwrap_or_default();
            all.push(unquoted(inside, tail));
            match next {
                Some(next) => at = next + 1,
                None => return all,
            }
            continue;
        }
        let rest = row.get(at..).unwrap_or_default();
        match memchr::memchr(delimiter, rest) {
            Some(n) => {
                all.push(Cow::Borrowed(rest.get(..n).unwrap_or_default()));
                at += n + 1;
            }
            None => {
                all.push(Cow::Borrowed(rest));
                return all;
            }
        }
    }
}

/// What stands in quotes, with what carelessly stands behind them.
fn unquoted<'a>(inside: &'a [u8], tail: &[u8]) -> Cow<'a, [u8]> {
    let tail = tail.trim_ascii();
    if tail.is_empty() && memchr::memchr(b'"', inside).is_none() {
        return Cow::Borrowed(inside);
    }
    let mut out = Vec::with_capacity(inside.len() + tail.len());
    let mut bytes = inside.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        out.push(byte);
        if byte == b'"' {
            bytes.next_if_eq(&b'"');
        }
    }
    out.extend_from_slice(tail);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(row: &str) -> Vec<String> {
        fields(row.as_bytes(), b',').iter().map(|f| String::from_utf8_lossy(f).into_owned()).collect()
    }

    #[test]
    fn fields_with_and_without_quotes() {
        assert_eq!(split("a,b,,c"), ["a", "b", "", "c"]);
        assert_eq!(split(""), [""]);
        assert_eq!(split(",").len(), 2);
        assert_eq!(split("\"a,b\",\"c\"\"d\",\"\""), ["a,b", "c\"d", ""]);
        assert_eq!(split("5\" pipe,x"), ["5\" pipe", "x"]);
        assert_eq!(split("\"a\"b,c"), ["ab", "c"]);
        assert_eq!(split("\"open,c"), ["open,c"]);
    }

    #[test]
    fn rows_over_several_lines() {
        let text = b"a,\"x\ny\"\nb,5\" z\nc,\"open\n";
        assert_eq!(row_end(text, 0, b','), Some(7));
        assert_eq!(row_end(text, 8, b','), Some(14));
        assert_eq!(row_end(text, 15, b','), None);
        assert_eq!(row_end(b"a,b", 0, b','), Some(3));
    }
}
