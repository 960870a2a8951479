//! Words in lines on paper.

use crate::report::figure::{Anchor, Colour, Figure, Mark, cut, width};

/// Height of a line, in sizes of the letters.
pub(super) const LINE: f64 = 1.4;

/// A text in at most so many lines, each at most so wide; the last ends with an ellipsis where there is more.
#[must_use]
pub fn wrapped(text: &str, size: f64, most: f64, lines: usize) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    for paragraph in text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        let mut rest = paragraph;
        while !rest.is_empty() {
            if done.len() == lines {
                if let Some(last) = done.last_mut() {
                    *last = cut(&format!("{last} {rest}"), size, most);
                }
                return done;
            }
            let end = first_line(rest, size, most);
            let (line, after) = rest.split_at(end);
            done.push(line.trim_end().to_owned());
            rest = after.trim_start();
        }
    }
    done
}

/// Where the first line of a text ends: after the last word that fits, or within a word that is wider than a line.
fn first_line(text: &str, size: f64, most: f64) -> usize {
    let (mut used, mut after_word) = (0.0, None);
    for (at, letter) in text.char_indices() {
        if letter.is_whitespace() && at > 0 {
            after_word = Some(at);
        }
        used += width(letter.encode_utf8(&mut [0; 4]), size);
        if used > most && !letter.is_whitespace() {
            // At least one letter, so that every line takes something away.
            return after_word.unwrap_or(if at == 0 { letter.len_utf8() } else { at });
        }
    }
    text.len()
}

/// Writes lines one under the other from a height on; the height after them.
pub(super) fn write(figure: &mut Figure, lines: &[String], (x, mut y): (f64, f64), size: f64, colour: Colour) -> f64 {
    for line in lines {
        figure.marks.push(Mark::text((x, y + size), size, Anchor::Start, colour, line.clone()));
        y += size * LINE;
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words_and_say_where_more_follows() {
        let most = width("three little pigs", 10.0) + 0.1;
        assert_eq!(wrapped("three little pigs went out", 10.0, most, 5), ["three little pigs", "went out"]);
        let short = wrapped("three little pigs went out", 10.0, most, 1);
        assert_eq!(short.len(), 1);
        assert!(short[0].starts_with("three little") && short[0].ends_with('…'), "{short:?}");
        assert!(width(&short[0], 10.0) <= most);
        let long = wrapped(&"x".repeat(100), 10.0, most, 50);
        assert_eq!(long.concat(), "x".repeat(100));
        assert!(long.len() > 2 && long.iter().all(|line| width(line, 10.0) <= most));
        assert_eq!(wrapped("a\n\nb", 10.0, most, 5), ["a", "b"]);
        assert_eq!(wrapped("漢字", 10.0, 1.0, 5), ["漢", "字"]);
        assert!(wrapped("", 10.0, most, 5).is_empty());
    }
}
