//! Blocks of a section as HTML.

use std::fmt::Write as _;

use crate::model::fmt;
use crate::report::figure::escaped;
use crate::report::sheet::{Block, Exhibit, Listing, Sample, Tile};
use crate::report::table::Cell;

use super::name;

/// Figures up to this width stand side by side on paper.
const SMALL: f64 = 430.0;

/// Tables of more columns than this are printed in smaller letters.
const BROAD: usize = 9;

/// All blocks of a section. What follows an advice stands within its card, up to the next one or a heading.
pub(super) fn write(out: &mut String, blocks: &[Block]) {
    let mut in_card = false;
    let mut blocks = blocks;
    while let Some((block, rest)) = blocks.split_first() {
        if in_card && matches!(block, Block::Heading(_) | Block::Advice { .. }) {
            out.push_str("</article>\n");
            in_card = false;
        }
        blocks = rest;
        match block {
            Block::Heading(text) => line(out, "h3", "", text),
            Block::Text(text) => line(out, "p", "", text),
            Block::Note(text) => line(out, "p", "note", text),
            Block::Tiles(tiles) => self::tiles(out, tiles),
            Block::Facts(facts) => self::facts(out, facts),
            Block::Listing(listing) => self::listing(out, listing),
            Block::Samples(samples) => self::samples(out, samples),
            Block::Advice { number, title, text, gain } => {
                in_card = true;
                advice(out, *number, title, text, gain);
            }
            Block::Exhibit(first) => {
                // Figures that follow each other stand side by side where both have room.
                out.push_str("<div class=\"figures\">\n");
                exhibit(out, first);
                while let Some((Block::Exhibit(next), rest)) = blocks.split_first() {
                    exhibit(out, next);
                    blocks = rest;
                }
                out.push_str("</div>\n");
            }
        }
    }
    if in_card {
        out.push_str("</article>\n");
    }
}

fn line(out: &mut String, tag: &str, class: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    let class = if class.is_empty() { String::new() } else { format!(r#" class="{class}""#) };
    let _ = writeln!(out, "<{tag}{class}>{}</{tag}>", escaped(text));
}

fn tiles(out: &mut String, tiles: &[Tile]) {
    out.push_str("<dl class=\"tiles\">\n");
    for Tile { label, value, note } in tiles {
        // A long number is written smaller rather than on two lines.
        let long = if value.chars().count() > 9 { " long" } else { "" };
        let _ = write!(out, r#"<div><dt>{}</dt><dd class="value{long}">{}</dd>"#, name(label), name(value));
        if !note.is_empty() {
            let _ = write!(out, r#"<dd class="note">{}</dd>"#, name(note));
        }
        out.push_str("</div>\n");
    }
    out.push_str("</dl>\n");
}

fn facts(out: &mut String, facts: &[(String, String)]) {
    out.push_str("<dl class=\"facts\">\n");
    for (what, value) in facts {
        let _ = writeln!(out, "<div><dt>{}</dt><dd>{}</dd></div>", name(what), name(value));
    }
    out.push_str("</dl>\n");
}

fn exhibit(out: &mut String, exhibit: &Exhibit) {
    let class = if exhibit.figure.width <= SMALL { "exhibit small" } else { "exhibit" };
    let _ = write!(out, "<figure class=\"{class}\">\n<figcaption>\n");
    line(out, "h3", "", &exhibit.title);
    line(out, "p", "note", &exhibit.caption);
    out.push_str("</figcaption>\n");
    let said: Vec<&str> =
        [exhibit.title.as_str(), &exhibit.caption].into_iter().filter(|words| !words.is_empty()).collect();
    out.push_str(&exhibit.figure.to_named_svg(&said.join(". ")));
    out.push_str("</figure>\n");
}

fn samples(out: &mut String, samples: &[Sample]) {
    out.push_str("<div class=\"samples\">\n");
    for Sample { figure, caption } in samples {
        out.push_str("<figure>\n");
        out.push_str(&figure.to_named_svg(caption));
        if !caption.is_empty() {
            let _ = writeln!(out, "<figcaption>{}</figcaption>", escaped(caption));
        }
        out.push_str("</figure>\n");
    }
    out.push_str("</div>\n");
}

fn advice(out: &mut String, number: usize, title: &str, text: &str, gain: &str) {
    let _ = writeln!(out, "<article class=\"advice\">\n<div class=\"what\">\n<p class=\"number\">{number}</p>\n<div>");
    line(out, "h3", "", title);
    line(out, "p", "", text);
    line(out, "p", "gain", gain);
    out.push_str("</div>\n</div>\n");
}

fn listing(out: &mut String, listing: &Listing) {
    let table = &listing.table;
    let class = if table.columns.len() > BROAD { "listing broad" } else { "listing" };
    let _ = write!(out, "<div class=\"{class}\">\n<table>\n");
    if !listing.title.is_empty() {
        let _ = writeln!(out, "<caption>{}</caption>", name(&listing.title));
    }
    let class = |number: bool| if number { r#" class="n""# } else { "" };
    out.push_str("<thead><tr>");
    for column in &table.columns {
        let _ = write!(out, r#"<th scope="col"{}>{}</th>"#, class(column.number), name(&column.title));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in table.rows.iter().take(listing.most) {
        out.push_str("<tr>");
        for (i, column) in table.columns.iter().enumerate() {
            let text = row.get(i).map_or_else(String::new, Cell::shown);
            // Digits stand as they are; words may run from right to left.
            let text = if column.number { escaped(&text) } else { name(&text) };
            let _ = write!(out, "<td{}>{text}</td>", class(column.number));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
    let (all, shown) = (table.rows.len(), table.rows.len().min(listing.most));
    if all == 0 {
        out.push_str("<p class=\"note\">No rows</p>\n");
    } else if all > shown {
        let _ = writeln!(out, r#"<p class="note">and {} more</p>"#, fmt::count((all - shown) as u64));
    }
    out.push_str("</div>\n");
}
