//! Words on lines.

use crate::report::figure::{cut, width};

/// A text on lines of at most `room` points: parted at blanks and between letters of scripts that are written without them; a word
/// that is longer than a line is broken, where it can be behind a sign.
pub(super) fn lines(text: &str, size: f64, room: f64) -> Vec<String> {
    let blank = width(" ", size);
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0.0);
    for word in text.split_whitespace() {
        for (i, part) in parts(word).into_iter().enumerate() {
            let gap = if i == 0 && !line.is_empty() { blank } else { 0.0 };
            let wide = width(part, size);
            if used + gap + wide <= room {
                if gap > 0.0 {
                    line.push(' ');
                }
                line.push_str(part);
                used += gap + wide;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            let (whole, rest) = broken(part, size, room);
            lines.extend(whole);
            used = width(&rest, size);
            line = rest;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The same on so many lines at most; where there were more the last ends with an ellipsis.
pub(super) fn at_most(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines = lines(text, size, room);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            // One letter more than fits makes it be cut.
            *last = cut(&format!("{last} …"), size, room);
        }
    }
    lines
}

/// True for letters of scripts that are written without blanks.
const fn stands_alone(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{2fdf}' | '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// A word where it may be parted: before and after letters that stand alone.
fn parts(word: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut from = 0;
    let mut before = None;
    for (at, letter) in word.char_indices() {
        if before.is_some_and(|before| stands_alone(before) || stands_alone(letter)) {
            parts.extend(word.get(from..at));
            from = at;
        }
        before = Some(letter);
    }
    parts.extend(word.get(from..).filter(|part| !part.is_empty()));
    parts
}

/// A word that is longer than a line: whole lines of it and what is left.
fn broken(word: &str, size: f64, room: f64) -> (Vec<String>, String) {
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0.0);
    for letter in word.chars() {
        let wide = width(letter.encode_utf8(&mut [0; 4]), size);
        if used + wide > room && !line.is_empty() {
            let sign = line.rfind(['/', '_', '-', '.', ',', ';', ':', '\\']).map(|at| at + 1);
            let at = sign.filter(|at| width(line.get(..*at).unwrap_or(""), size) > 0.6 * room).unwrap_or(line.len());
            let rest = line.split_off(at);
            lines.push(std::mem::replace(&mut line, rest));
            used = width(&line, size);
        }
        line.push(letter);
        used += wide;
    }
    (lines, line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_whole_where_they_fit() {
        let room = width("one two", 10.0) + 0.01;
        assert_eq!(lines("one two  three\nfour", 10.0, room), ["one two", "three", "four"]);
        assert!(lines(" \n ", 10.0, room).is_empty());
    }

    #[test]
    fn long_words_are_broken_and_lose_nothing() {
        let word = "abcdefghij".repeat(30);
        let text = format!("see {word} there");
        let lines = lines(&text, 9.0, 100.0);
        assert!(lines.iter().all(|line| width(line, 9.0) <= 100.0));
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        let path = super::lines("images/validation/parts_3000_long_name.jpg", 9.0, 100.0);
        assert_eq!(path[0], "images/validation/parts_");
    }

    #[test]
    fn letters_that_stand_alone_part_anywhere() {
        let text = "漢字仮名交じり文".repeat(20);
        let lines = lines(&text, 9.0, 100.0);
        assert!(lines.len() > 5 && lines.iter().all(|line| width(line, 9.0) <= 100.0));
        assert_eq!(lines.concat(), text);
    }

    #[test]
    fn too_many_lines_end_with_an_ellipsis() {
        let lines = at_most("one two three four five", 10.0, width("three", 10.0) + 1.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…') && width(&lines[1], 10.0) <= width("three", 10.0) + 1.0, "{lines:?}");
        assert_eq!(at_most("one", 10.0, 100.0, 1), ["one"]);
    }
}
