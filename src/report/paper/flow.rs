//! Pieces stacked on pages.

use std::sync::Arc;

use crate::report::figure::{Colour, Figure, Mark};

use super::{A4, BOTTOM, MARGIN, TOP};

/// Height of a page's text.
pub(super) const ROOM: f64 = BOTTOM - TOP;

/// What is looked for after all is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The heading of a section, by its number from 0.
    Section(usize),
    /// The room for the table of contents.
    Contents,
}

/// Where something came to lie.
pub(super) struct Placed {
    /// What.
    pub(super) what: Place,
    /// From 0.
    pub(super) page: usize,
    /// From the top of the page.
    pub(super) top: f64,
}

/// Something that is never cut: a line, a row, a figure. Its marks count from the left end of the text and from its own top.
#[derive(Clone, Default)]
pub(super) struct Piece {
    /// Above it, unless it is the first of a page.
    pub(super) gap: f64,
    /// In points.
    pub(super) height: f64,
    /// What is drawn.
    pub(super) marks: Vec<Mark>,
    /// True where it stays on one page with the next.
    pub(super) keep: bool,
    /// What is drawn again above it where it is the first of a page: the head of its table.
    pub(super) again: Option<Arc<Self>>,
    /// Under which name its place is told.
    pub(super) place: Option<Place>,
}

impl Piece {
    /// Nothing yet, under a gap.
    pub(super) fn below(gap: f64) -> Self {
        Self { gap, ..Self::default() }
    }

    /// The same, staying with the next.
    pub(super) fn kept(mut self) -> Self {
        self.keep = true;
        self
    }

    /// Moved to the right.
    pub(super) fn indented(mut self, by: f64) -> Self {
        if by != 0.0 {
            self.marks = self.marks.iter().map(|mark| mark.placed((by, 0.0), 1.0)).collect();
        }
        self
    }
}

/// The pages under construction.
struct Pages {
    done: Vec<Figure>,
    ground: Colour,
    y: f64,
}

impl Pages {
    fn turn(&mut self) {
        self.done.push(Figure::new(A4.0, A4.1, self.ground));
        self.y = TOP;
    }

    fn is_fresh(&self) -> bool {
        self.y <= TOP
    }

    fn draw(&mut self, piece: &Piece) {
        let at = (MARGIN, self.y);
        if let Some(page) = self.done.last_mut() {
            page.marks.extend(piece.marks.iter().map(|mark| mark.placed(at, 1.0)));
        }
        self.y += piece.height;
    }
}

/// Stacks pieces, each chain that stays together on one page as far as a page has room for it.
pub(super) fn stack(pieces: Vec<Piece>, ground: Colour) -> (Vec<Figure>, Vec<Placed>) {
    let mut pages = Pages { done: Vec::new(), ground, y: TOP };
    pages.turn();
    let mut places = Vec::new();
    for chain in pieces.chunk_by(|before, _| before.keep) {
        let height: f64 = chain.iter().map(|piece| piece.gap + piece.height).sum();
        let again = chain.first().and_then(|piece| piece.again.as_ref()).map_or(0.0, |head| head.height);
        // A chain that no page can hold begins where it stands and is parted where the page ends.
        let whole = height + again <= ROOM;
        if whole && pages.y + height > BOTTOM && !pages.is_fresh() {
            pages.turn();
        }
        for piece in chain {
            if pages.y + piece.gap + piece.height > BOTTOM && !pages.is_fresh() {
                pages.turn();
            }
            if pages.is_fresh() {
                if let Some(head) = &piece.again {
                    pages.draw(head);
                }
            } else {
                pages.y += piece.gap;
            }
            if let Some(what) = piece.place {
                places.push(Placed { what, page: pages.done.len() - 1, top: pages.y });
            }
            pages.draw(piece);
        }
    }
    (pages.done, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(height: f64, keep: bool) -> Piece {
        Piece { gap: 10.0, height, keep, ..Piece::default() }
    }

    /// The pages on which pieces came to lie.
    fn spread(mut pieces: Vec<Piece>) -> Vec<usize> {
        for (i, piece) in pieces.iter_mut().enumerate() {
            piece.place = Some(Place::Section(i));
        }
        stack(pieces, [255; 3]).1.iter().map(|placed| placed.page).collect()
    }

    #[test]
    fn what_belongs_together_stays_together() {
        let most = ROOM - 100.0;
        assert_eq!(spread(vec![piece(most, false), piece(60.0, false), piece(60.0, false)]), [0, 0, 1]);
        assert_eq!(spread(vec![piece(most, false), piece(60.0, true), piece(60.0, false)]), [0, 1, 1]);
        assert_eq!(
            spread(vec![piece(ROOM, false), piece(ROOM, true), piece(20.0, false)]),
            [0, 1, 2],
            "no page holds both"
        );
        assert!(spread(Vec::new()).is_empty());
    }

    #[test]
    fn heads_are_drawn_again_on_each_page() {
        let mark = Mark::Rect([0.0, 0.0, 1.0, 1.0], [0; 3]);
        let head = Arc::new(Piece { height: 20.0, marks: vec![mark.clone()], ..Piece::default() });
        let rows = (0..10).map(|_| Piece { height: 100.0, again: Some(Arc::clone(&head)), ..Piece::default() });
        let first = Piece { height: 20.0, marks: vec![mark], keep: true, ..Piece::default() };
        let (pages, _) = stack(std::iter::once(first).chain(rows).collect(), [255; 3]);
        assert_eq!(pages.len(), 2);
        assert!(pages.iter().all(|page| page.marks.len() == 2), "the ground and one head");
    }
}
