//! A report as one HTML file that needs nothing beside it: figures, pictures and the font inside, no script, made to be read and
//! printed. It is well-formed XML as well.

mod blocks;
mod font;

use std::fmt::Write as _;

use super::encoded::Encoded;
use super::figure::escaped;
use super::palette::Palette;
use super::sheet::{Section, Sheet};

/// How it looks.
const STYLE: &str = include_str!("../../assets/report/report.css");

/// Nothing is fetched, whatever stands in the file.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:";

/// Fewer sections than this need no table of contents.
const FEW: usize = 3;

/// The whole file.
#[must_use]
pub fn html(sheet: &Sheet) -> String {
    let body = body(sheet);
    let title = escaped(&sheet.title);
    let mut out = String::with_capacity(body.len() + 64 * 1024);
    out.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
    let _ = writeln!(out, r#"<meta http-equiv="Content-Security-Policy" content="{POLICY}"/>"#);
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
    out.push_str("<meta name=\"generator\" content=\"Evalens\"/>\n");
    let _ = writeln!(out, "<title>{}</title>", if title.trim().is_empty() { "Report" } else { &title });
    out.push_str("<style>\n");
    if let Some(font) = font::url(&body) {
        let _ = writeln!(out, r#"@font-face {{ font-family: "Ubuntu"; src: url("{font}") format("truetype"); }}"#);
    }
    out.push_str(&colours(&sheet.palette));
    out.push_str(STYLE);
    out.push_str("</style>\n</head>\n<body>\n");
    out.push_str(&body);
    out.push_str("</body>\n</html>\n");
    out
}

/// The colours by the names that the style knows.
fn colours(palette: &Palette) -> String {
    let named = [
        ("paper", palette.paper),
        ("ink", palette.ink),
        ("muted", palette.muted),
        ("line", palette.line),
        ("raised", palette.raised),
        ("accent", palette.accent),
    ];
    let named: String = named.iter().map(|(name, [r, g, b])| format!(" --{name}: #{r:02x}{g:02x}{b:02x};")).collect();
    format!(":root {{ color-scheme: light;{named} }}\n")
}

fn body(sheet: &Sheet) -> String {
    let mut out = String::new();
    head(&mut out, sheet);
    if sheet.sections.len() >= FEW {
        out.push_str("<nav aria-label=\"Contents\">\n<ol>\n");
        for (i, section) in sheet.sections.iter().enumerate() {
            let _ = writeln!(out, r##"<li><a href="#{}">{}</a></li>"##, anchor(i, section), escaped(&section.title));
        }
        out.push_str("</ol>\n</nav>\n");
    }
    out.push_str("<main>\n");
    for (i, section) in sheet.sections.iter().enumerate() {
        let anchor = anchor(i, section);
        let _ = writeln!(out, r#"<section id="{anchor}" aria-labelledby="{anchor}-title">"#);
        let _ = writeln!(out, r#"<h2 id="{anchor}-title">{}</h2>"#, escaped(&section.title));
        blocks::write(&mut out, &section.blocks);
        out.push_str("</section>\n");
    }
    out.push_str("</main>\n");
    if !sheet.foot.is_empty() {
        let _ = writeln!(out, "<footer><p>{}</p></footer>", escaped(&sheet.foot));
    }
    out
}

/// Title, subtitle, logo and notes.
fn head(out: &mut String, sheet: &Sheet) {
    out.push_str("<header>\n<div>\n");
    let _ = writeln!(out, "<h1>{}</h1>", name(&sheet.title));
    if !sheet.subtitle.is_empty() {
        let _ = writeln!(out, r#"<p class="subtitle">{}</p>"#, escaped(&sheet.subtitle));
    }
    out.push_str("</div>\n");
    if let Some(logo) = &sheet.logo {
        let Encoded { width, height, .. } = **logo;
        let url = logo.data_url();
        let _ = writeln!(out, r#"<img class="logo" alt="Logo" width="{width}" height="{height}" src="{url}"/>"#);
    }
    out.push_str("</header>\n");
    let notes: Vec<&str> = sheet.notes.split("\n\n").filter(|notes| !notes.trim().is_empty()).collect();
    if !notes.is_empty() {
        out.push_str("<div class=\"notes\">\n");
        for paragraph in notes {
            let lines: Vec<String> = paragraph.lines().map(escaped).collect();
            let _ = writeln!(out, r#"<p dir="auto">{}</p>"#, lines.join("<br/>"));
        }
        out.push_str("</div>\n");
    }
}

/// The name by which a section is jumped to.
fn anchor(index: usize, section: &Section) -> String {
    format!("{}-{}", section.part.key(), index + 1)
}

/// Words that somebody else chose, which may run from right to left: they do not turn what stands beside them.
fn name(text: &str) -> String {
    format!("<bdi>{}</bdi>", escaped(text))
}
