//! Walking runs and writing them.

/// Pixels `start..end` that are inside, counted down the columns. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Span {
    /// Its part in every column: the column, the first row and the row after the last.
    pub(super) fn columns(self, height: u32) -> impl Iterator<Item = (u32, u32, u32)> {
        let height = height.max(1);
        (self.start / height..self.end.div_ceil(height)).map(move |column| {
            let first = column.saturating_mul(height);
            (column, self.start.saturating_sub(first), (self.end - first).min(height))
        })
    }
}

/// What is inside, from the first column on.
pub(super) fn spans(runs: &[u32]) -> impl Iterator<Item = Span> {
    let mut at = 0_u32;
    let pairs = runs.as_chunks::<2>().0.iter().map(move |&[outside, inside]| {
        let start = at.saturating_add(outside);
        at = start.saturating_add(inside);
        Span { start, end: at }
    });
    pairs.filter(|span| span.start < span.end)
}

/// Writes runs: spans in ascending order become outside and inside by turns, none of them empty but perhaps the first.
#[derive(Debug, Default)]
pub(super) struct Writer {
    runs: Vec<u32>,
    at: u32,
}

impl Writer {
    /// `start..end` are inside; not before the end of the last ones. Spans that touch become one, empty ones nothing.
    pub(super) fn paint(&mut self, start: u32, end: u32) {
        if start >= end {
            return;
        }
        match self.runs.last_mut() {
            Some(inside) if start <= self.at => *inside += end - self.at,
            _ => self.runs.extend([start - self.at, end - start]),
        }
        self.at = end;
    }

    /// The runs of an image of so many pixels.
    pub(super) fn finish(mut self, pixels: u32) -> Vec<u32> {
        if self.at < pixels || self.runs.is_empty() {
            self.runs.push(pixels.saturating_sub(self.at));
        }
        self.runs
    }
}

/// Inside begins and ends by turns at these pixels, in any order; turns at one pixel cancel out in pairs.
pub(super) fn between(mut turns: Vec<u32>, pixels: u32) -> Vec<u32> {
    turns.sort_unstable();
    let mut out = Writer::default();
    for &[start, end] in turns.as_chunks::<2>().0 {
        out.paint(start, end);
    }
    out.finish(pixels)
}

/// Two masks of one image made one, by what is inside of each.
pub(super) fn joined(a: &[u32], b: &[u32], inside: impl Fn(bool, bool) -> bool) -> Vec<u32> {
    let mut out = Writer::default();
    let (mut a, mut b) = (Reader::new(a), Reader::new(b));
    let mut at = 0_u32;
    loop {
        let end = a.end.min(b.end);
        if inside(a.inside, b.inside) {
            out.paint(at, end);
        }
        at = end;
        let more_a = a.end > at || a.next();
        let more_b = b.end > at || b.next();
        if !more_a || !more_b {
            return out.finish(at);
        }
    }
}

/// A place among runs: the run that ends at `end`.
struct Reader<'a> {
    rest: std::slice::Iter<'a, u32>,
    end: u32,
    inside: bool,
}

impl<'a> Reader<'a> {
    fn new(runs: &'a [u32]) -> Self {
        Self { rest: runs.iter(), end: 0, inside: true }
    }

    /// Goes to the next run that holds pixels; false where there is none.
    fn next(&mut self) -> bool {
        for &run in self.rest.by_ref() {
            self.inside = !self.inside;
            if run > 0 {
                self.end = self.end.saturating_add(run);
                return true;
            }
        }
        false
    }
}

/// Pixels inside both masks among those that are counted `from..to`.
pub(super) fn shared(a: &[u32], b: &[u32], from: u32, to: u32) -> u64 {
    let (mut a, mut b) = (spans(a).skip_while(|s| s.end <= from), spans(b).skip_while(|s| s.end <= from));
    let (Some(mut one), Some(mut two)) = (a.next(), b.next()) else { return 0 };
    let mut shared = 0_u64;
    loop {
        let start = one.start.max(two.start);
        if start >= to {
            return shared;
        }
        shared += u64::from(one.end.min(two.end).saturating_sub(start));
        let next = if one.end <= two.end { a.next().map(|s| one = s) } else { b.next().map(|s| two = s) };
        if next.is_none() {
            return shared;
        }
    }
}
