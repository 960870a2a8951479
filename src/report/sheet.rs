//! A report before it is HTML or paper: sections of blocks.

use std::sync::Arc;

use super::chart::{MARGIN, SMALL, wrapped};
use super::encoded::Encoded;
use super::figure::{Anchor, Figure, Mark, cut};
use super::palette::Palette;
use super::table::Table;

/// A figure with its name and its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Exhibit {
    /// The stem of its files: lower case, words joined by `-`.
    pub key: String,
    /// Its name, as in the window.
    pub title: String,
    /// What it shows at which setting, in one line.
    pub caption: String,
    /// The drawing.
    pub figure: Figure,
    /// The numbers behind it.
    pub table: Option<Table>,
}

impl Exhibit {
    /// The drawing under its name and what it shows: for a picture that stands alone.
    #[must_use]
    pub fn titled(&self, palette: &Palette) -> Figure {
        const TITLE: f64 = 15.0;
        let room = self.figure.width - 2.0 * MARGIN;
        let lines = wrapped(&self.caption, SMALL, room);
        // Under the last line its descenders.
        let head = MARGIN + 0.8 * TITLE + 4.0 + (SMALL + 4.0) * lines.len() as f64 + 4.0;
        let mut figure = Figure::new(self.figure.width, self.figure.height + head, palette.paper);
        let mut at = (MARGIN, MARGIN + 0.8 * TITLE);
        let title = cut(&self.title, TITLE, room);
        figure.marks.push(Mark::text(at, TITLE, Anchor::Start, palette.ink, title));
        at.1 += 4.0;
        for line in lines {
            at.1 += SMALL + 4.0;
            figure.marks.push(Mark::text(at, SMALL, Anchor::Start, palette.muted, line));
        }
        figure.put(&self.figure, (0.0, head), 1.0);
        figure
    }
}

/// A number that stands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// What it is.
    pub label: String,
    /// The number, as it is shown.
    pub value: String,
    /// Its interval or another word under it; empty for none.
    pub note: String,
}

/// A table with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// The stem of its file; empty for one that is not written as a file.
    pub key: String,
    /// Its name; empty where the heading above says it.
    pub title: String,
    /// The rows.
    pub table: Table,
    /// Rows shown on paper and in HTML; its file has all.
    pub most: usize,
}

/// A picture with words under it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// A picture, often with boxes over it.
    pub figure: Figure,
    /// What it shows.
    pub caption: String,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A heading within the section.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A paragraph of less weight.
    Note(String),
    /// Numbers that stand out, side by side.
    Tiles(Vec<Tile>),
    /// Names and what they stand for, one a line.
    Facts(Vec<(String, String)>),
    /// A table.
    Listing(Listing),
    /// A figure.
    Exhibit(Exhibit),
    /// Pictures side by side.
    Samples(Vec<Sample>),
    /// Something to do: its number, what, why, what it would give; blocks that belong to it follow.
    Advice {
        /// Its place in the order, from 1.
        number: usize,
        /// What to do.
        title: String,
        /// The evidence.
        text: String,
        /// What repairing it would give; empty where that cannot be said.
        gain: String,
    },
}

/// A section.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// What it is about.
    pub part: Part,
    /// Its heading.
    pub title: String,
    /// What it holds.
    pub blocks: Vec<Block>,
}

/// What a report can be about, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The numbers that count, with intervals.
    Headline,
    /// Metrics over the confidence.
    Production,
    /// How it goes class by class, or part by part.
    Classes,
    /// What is taken for what.
    Matrix,
    /// Curves.
    Curves,
    /// What to do next.
    Recommendations,
    /// Kinds of errors.
    Errors,
    /// The worst items.
    Worst,
    /// What is wrong with the data.
    Data,
    /// Another model on the same items.
    Comparison,
    /// All models.
    Leaderboard,
    /// How everything was computed.
    Protocol,
}

impl Part {
    /// All, in their order.
    pub const ALL: [Self; 12] = [
        Self::Headline,
        Self::Production,
        Self::Classes,
        Self::Matrix,
        Self::Curves,
        Self::Recommendations,
        Self::Errors,
        Self::Worst,
        Self::Data,
        Self::Comparison,
        Self::Leaderboard,
        Self::Protocol,
    ];

    /// Its name on the command line.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Headline => "headline",
            Self::Production => "production",
            Self::Classes => "classes",
            Self::Matrix => "matrix",
            Self::Curves => "curves",
            Self::Recommendations => "recommendations",
            Self::Errors => "errors",
            Self::Worst => "worst",
            Self::Data => "data",
            Self::Comparison => "comparison",
            Self::Leaderboard => "leaderboard",
            Self::Protocol => "protocol",
        }
    }

    /// What a person reads.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Headline => "Headline numbers",
            Self::Production => "Production metrics",
            Self::Classes => "Performance by class",
            Self::Matrix => "Confusion matrix",
            Self::Curves => "Curves",
            Self::Recommendations => "Recommendations",
            Self::Errors => "Errors",
            Self::Worst => "Worst items",
            Self::Data => "Data health",
            Self::Comparison => "Comparison",
            Self::Leaderboard => "Leaderboard",
            Self::Protocol => "How it was computed",
        }
    }

    /// The part of that name.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.key() == key)
    }
}

/// A whole report.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Its title.
    pub title: String,
    /// What was evaluated on what, in one line.
    pub subtitle: String,
    /// What the person wrote about it, paragraphs parted by empty lines; empty for nothing.
    pub notes: String,
    /// A logo.
    pub logo: Option<Arc<Encoded>>,
    /// The sections, in order.
    pub sections: Vec<Section>,
    /// What stands at the foot of each page.
    pub foot: String,
    /// The colours of what is around the figures.
    pub palette: Palette,
}

impl Sheet {
    /// All figures, in order.
    pub fn exhibits(&self) -> impl Iterator<Item = &Exhibit> {
        self.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
            Block::Exhibit(exhibit) => Some(exhibit),
            _ => None,
        })
    }

    /// All tables that are written as files, in order.
    pub fn listings(&self) -> impl Iterator<Item = &Listing> {
        self.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
            Block::Listing(listing) if !listing.key.is_empty() => Some(listing),
            _ => None,
        })
    }
}
