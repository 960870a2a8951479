//! A figure as SVG.

use std::fmt::Write as _;

use super::fonts::FAMILY;
use super::{Anchor, Colour, Figure, Mark, runs_left, text, width};

/// Length of dashes and of the gaps between them, in widths of the line.
pub(in crate::report) const DASH: f64 = 4.0;

/// The whole document, without an XML declaration so that it can stand in HTML, there with a name.
pub(super) fn document(figure: &Figure, name: Option<&str>) -> String {
    let name = name.map_or_else(String::new, |name| format!(r#" role="img" aria-label="{}""#, escaped(name)));
    let head = format!(r#"font-family="{FAMILY}, sans-serif"{name}"#);
    written(figure, &head, escaped)
}

/// The same to be drawn here: each piece of a text asks for the font that has its letters.
pub(super) fn for_drawing(figure: &Figure) -> String {
    let marks = figure.marks.iter().flat_map(parted).collect();
    let figure = Figure { marks, ..*figure };
    written(&figure, &format!(r#"font-family="{FAMILY}""#), |words| {
        if text::is_plain(words) {
            return escaped(words);
        }
        let mut out = String::new();
        for (font, run) in text::runs(words) {
            let _ = match font {
                Some(font) => write!(out, r#"<tspan font-family="{}">{}</tspan>"#, font.family(), escaped(&run)),
                None => write!(out, "<tspan>{}</tspan>", escaped(&run)),
            };
        }
        out
    })
}

/// A text of several fonts as a text for each, so that each is laid out by itself; anything else as it is. Where something runs from
/// right to left the order on the line is not that of the letters: such a text stays whole.
fn parted(mark: &Mark) -> Vec<Mark> {
    let Mark::Text { at, size, anchor, colour, turned, text } = mark else { return vec![mark.clone()] };
    if text::is_plain(text) || text.chars().any(runs_left) {
        return vec![mark.clone()];
    }
    let behind = match anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => 0.5,
        Anchor::End => 1.0,
    };
    let mut along = -behind * width(text, *size);
    let mut parts = Vec::new();
    for (_, run) in text::runs(text) {
        // SVG leaves out the blanks that a text begins with.
        let ink = run.trim_start_matches(' ');
        let from = along + width(&run, *size) - width(ink, *size);
        let at = if *turned { (at.0, at.1 - from) } else { (at.0 + from, at.1) };
        along += width(&run, *size);
        let text = ink.to_owned();
        parts.push(Mark::Text { at, size: *size, anchor: Anchor::Start, colour: *colour, turned: *turned, text });
    }
    parts
}

fn written(figure: &Figure, head: &str, words: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let (w, h) = (figure.width, figure.height);
    let _ = write!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" {head}>"#
    );
    for mark in &figure.marks {
        write_mark(&mut out, mark, &words);
    }
    out.push_str("</svg>\n");
    out
}

fn write_mark(out: &mut String, mark: &Mark, words: &impl Fn(&str) -> String) {
    let _ = match mark {
        Mark::Rect([x, y, w, h], colour) => {
            write!(out, r#"<rect x="{x:.2}" y="{y:.2}" width="{w:.2}" height="{h:.2}" fill="{}"/>"#, hex(*colour))
        }
        Mark::Frame(at, width, colour) => frame(out, *at, *width, *colour, ""),
        Mark::DashedFrame(at, width, colour) => frame(out, *at, *width, *colour, &dashes(*width)),
        Mark::Line(points, width, colour) => line(out, points, *width, *colour, ""),
        Mark::Dashed(points, width, colour) => line(out, points, *width, *colour, &dashes(*width)),
        Mark::Area(points, colour, opacity) => {
            let path = path(points);
            write!(out, r#"<polygon fill="{}" fill-opacity="{opacity:.3}" points="{path}"/>"#, hex(*colour))
        }
        Mark::Disc((x, y), radius, colour) => {
            write!(out, r#"<circle cx="{x:.2}" cy="{y:.2}" r="{radius:.2}" fill="{}"/>"#, hex(*colour))
        }
        Mark::Picture([x, y, w, h], picture) => {
            let at = format!(r#"x="{x:.2}" y="{y:.2}" width="{w:.2}" height="{h:.2}""#);
            write!(out, r#"<image {at} preserveAspectRatio="none" href="{}"/>"#, picture.data_url())
        }
        Mark::Text { at: (x, y), size, anchor, colour, turned, text } => {
            let anchor = match anchor {
                Anchor::Start => "",
                Anchor::Middle => r#" text-anchor="middle""#,
                Anchor::End => r#" text-anchor="end""#,
            };
            let turn = if *turned { format!(r#" transform="rotate(-90 {x:.2} {y:.2})""#) } else { String::new() };
            write!(
                out,
                r#"<text x="{x:.2}" y="{y:.2}" font-size="{size}" fill="{}"{anchor}{turn}>{}</text>"#,
                hex(*colour),
                words(text)
            )
        }
    };
}

fn frame(out: &mut String, [x, y, w, h]: [f64; 4], width: f64, colour: Colour, more: &str) -> std::fmt::Result {
    write!(
        out,
        r#"<rect x="{x:.2}" y="{y:.2}" width="{w:.2}" height="{h:.2}" fill="none" stroke="{}" stroke-width="{width:.2}"{more}/>"#,
        hex(colour)
    )
}

fn line(out: &mut String, points: &[(f64, f64)], width: f64, colour: Colour, more: &str) -> std::fmt::Result {
    write!(
        out,
        r#"<polyline fill="none" stroke="{}" stroke-width="{width:.2}" stroke-linejoin="round"{more} points="{}"/>"#,
        hex(colour),
        path(points)
    )
}

fn dashes(width: f64) -> String {
    format!(r#" stroke-dasharray="{0:.2} {0:.2}""#, width * DASH)
}

fn path(points: &[(f64, f64)]) -> String {
    let mut path = String::with_capacity(points.len() * 14);
    for (i, (x, y)) in points.iter().enumerate() {
        let _ = write!(path, "{}{x:.2},{y:.2}", if i == 0 { "" } else { " " });
    }
    path
}

fn hex([r, g, b]: Colour) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// A text as XML and HTML say it; what they cannot say is left out.
pub(in crate::report) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text::letters(text) {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_several_fonts_are_parted_where_the_font_changes() {
        let text = |anchor, text: &str| Mark::text((100.0, 20.0), 10.0, anchor, [0; 3], text);
        let placed = |mark: &Mark| {
            let place = |mark: Mark| match mark {
                Mark::Text { at, anchor, text, .. } => (at.0, anchor, text),
                _ => (0.0, Anchor::Start, String::new()),
            };
            parted(mark).into_iter().map(place).collect::<Vec<_>>()
        };
        let plain = text(Anchor::Middle, "a b");
        assert_eq!(parted(&plain), vec![plain]);
        let parts = placed(&text(Anchor::End, "a ↦ b"));
        let words: Vec<&str> = parts.iter().map(|(_, _, words)| words.as_str()).collect();
        assert_eq!(words, ["a ", "↦", "b"]);
        assert!(parts.iter().all(|(_, anchor, _)| *anchor == Anchor::Start));
        assert!((parts[0].0 - (100.0 - width("a ↦ b", 10.0))).abs() < 1e-9);
        assert!((parts[2].0 - (100.0 - width("b", 10.0))).abs() < 1e-9, "behind its blank");
        assert_eq!(placed(&text(Anchor::Start, "a תא ↦")).len(), 1, "its order on the line is another");
    }
}
