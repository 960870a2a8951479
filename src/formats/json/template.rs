//! The fast way through a list of records: programs write all records alike, so one of them says what stands between the
//! numbers of all others.
//!
//! Knows one record's bytes. Where another record differs, it says so, and the caller reads that record by a [`Scanner`].

use std::ops::Range;

use super::{Scanner, number};

/// The text before each number of a record, what the number is, and the text behind the last. A record's numbers go to `N`
/// slots.
#[derive(Clone, Debug)]
pub struct Template<const N: usize> {
    /// The text before a number and its slot; slot `N` is for numbers nobody wants.
    numbers: Vec<(Literal, usize)>,
    tail: Literal,
    present: [bool; N],
}

/// Up to 64 bytes that stand between two numbers, compared eight at a time.
#[derive(Clone, Copy, Debug)]
struct Literal {
    length: usize,
    words: [u64; WORDS],
    masks: [u64; WORDS],
}

const WORDS: usize = 8;

impl Literal {
    fn new(bytes: &[u8]) -> Option<Self> {
        let mut text = [0_u8; 8 * WORDS];
        let mut mask = [0_u8; 8 * WORDS];
        text.get_mut(..bytes.len())?.copy_from_slice(bytes);
        mask.get_mut(..bytes.len())?.fill(0xFF);
        Some(Self { length: bytes.len(), words: words(&text), masks: words(&mask) })
    }

    /// Where the text goes on behind this literal, if it stands at `at`. Near the end of the bytes the answer is no.
    #[inline(always)]
    fn behind(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let text = bytes.get(at..)?;
        let different = match self.length {
            0..=8 => self.different::<1>(text.first_chunk()?),
            9..=32 => self.different::<4>(text.first_chunk()?),
            _ => self.different::<WORDS>(text.first_chunk()?),
        };
        (different == 0).then_some(at + self.length)
    }

    /// The bits in which the first `W` words of a text differ from the literal.
    #[inline(always)]
    fn different<const W: usize>(&self, text: &[u8; 8 * WORDS]) -> u64 {
        let pairs = words(text).into_iter().zip(self.masks.into_iter().zip(self.words)).take(W);
        pairs.fold(0, |different, (found, (mask, word))| different | ((found & mask) ^ word))
    }
}

#[inline(always)]
fn words(bytes: &[u8; 8 * WORDS]) -> [u64; WORDS] {
    let mut words = [0; WORDS];
    for (word, chunk) in words.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*chunk);
    }
    words
}

/// The numbers of one record, by slot.
#[derive(Clone, Copy, Debug)]
pub struct Record<const N: usize> {
    /// The numbers; 0 in slots that are not present.
    pub values: [f64; N],
    whole: u32,
}

impl<const N: usize> Record<N> {
    /// The number of a slot that is written as a whole number and exact.
    #[must_use]
    #[inline]
    pub fn whole(&self, slot: usize) -> Option<i64> {
        let value = *self.values.get(slot)?;
        (self.whole >> slot & 1 == 1).then_some(value as i64)
    }
}

impl<const N: usize> Template<N> {
    /// The template of the record at `start`. `keys` names the wanted keys with their slots: one slot for a number, several
    /// for a list of exactly so many numbers. Other values belong to what stands between the numbers. `None` where a wanted
    /// value is anything else or there twice, or the text between two numbers is long.
    #[must_use]
    pub fn of(bytes: &[u8], start: usize, keys: &[(&str, Range<usize>)]) -> Option<Self> {
        let mut template = Self { numbers: Vec::new(), tail: Literal::new(&[])?, present: [false; N] };
        let mut before = start;
        let mut alike = true;
        let mut scanner = Scanner::new(bytes, start);
        scanner
            .object(|s, key| {
                let wanted = keys.iter().find(|(name, _)| *name == key).map(|(_, slots)| slots.clone());
                if wanted.is_none() && !matches!(s.peek(), Some(b'-' | b'0'..=b'9')) {
                    return s.skip();
                }
                let slots = wanted.unwrap_or(N..N + 1);
                let mut number = |s: &mut Scanner<'_>, slot: usize| {
                    s.peek();
                    let literal = bytes.get(before..s.at()).and_then(Literal::new);
                    let end = number::read(bytes, s.at()).map(|(_, end)| end);
                    let (Some(literal), Some(end)) = (literal, end) else {
                        alike = false;
                        return s.skip();
                    };
                    template.numbers.push((literal, slot));
                    if let Some(present) = template.present.get_mut(slot) {
                        alike &= !std::mem::replace(present, true);
                    }
                    before = end;
                    s.skip()
                };
                if slots.len() == 1 {
                    return number(s, slots.start);
                }
                if s.peek() != Some(b'[') {
                    alike = false;
                    return s.skip();
                }
                let mut count = 0;
                s.list(|s, index| {
                    count = index + 1;
                    number(s, if index < slots.len() { slots.start + index } else { N })
                })?;
                alike &= count == slots.len();
                Ok(())
            })
            .ok()?;
        template.tail = Literal::new(bytes.get(before..scanner.at())?)?;
        (alike && N < 32 && template.numbers.len() <= 4 * N).then_some(template)
    }

    /// Which slots its records fill.
    #[must_use]
    pub fn present(&self) -> &[bool; N] {
        &self.present
    }

    /// The numbers of the record at `start`, if it is written like the template, and where it ends.
    #[must_use]
    #[inline]
    pub fn read(&self, bytes: &[u8], start: usize) -> Option<(Record<N>, usize)> {
        let mut record = Record { values: [0.0; N], whole: 0 };
        let mut at = start;
        for (literal, slot) in &self.numbers {
            let (value, end, whole) = number::read_f64(bytes, literal.behind(bytes, at)?)?;
            at = end;
            if let Some(place) = record.values.get_mut(*slot) {
                *place = value;
                record.whole |= u32::from(whole) << slot;
            }
        }
        Some((record, self.tail.behind(bytes, at)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [(&str, Range<usize>); 4] = [("image", 0..1), ("class", 1..2), ("box", 2..6), ("score", 6..7)];
    const PAD: &str = "                                                                        ";

    fn template(text: &str) -> Option<Template<7>> {
        Template::of(text.as_bytes(), 0, &KEYS)
    }

    /// What the template of `first` makes of `second`.
    fn read(first: &str, second: &str) -> Option<([f64; 7], usize)> {
        let text = format!("{first}{PAD}{second}{PAD}");
        let template = template(&text).unwrap();
        assert!(template.read(text.as_bytes(), 0).is_some(), "{first}");
        let start = first.len() + PAD.len();
        template.read(text.as_bytes(), start).map(|(record, end)| (record.values, end - start))
    }

    #[test]
    fn records_like_the_first_are_read() {
        for (first, second) in [
            (
                r#"{"image": 1, "class": 2, "box": [1, 2, 3, 4], "score": 0.5}"#,
                r#"{"image": 42, "class": 3, "box": [1.5, 2, 30.25, 4e1], "score": 0.75}"#,
            ),
            (
                r#"{"score":0.5,"id":7,"box":[1,2,3,4],"image":1,"class":2}"#,
                r#"{"score":0.75,"id":8.5,"box":[1.5,2,30.25,4e1],"image":42,"class":3}"#,
            ),
            (
                "{\n  \"image\": 1,\n  \"class\": 2,\n  \"box\": [\n 1, 2, 3, 4 ], \"score\": 1 }",
                "{\n  \"image\": 42,\n  \"class\": 3,\n  \"box\": [\n 1.5, 2, 30.25, 4e1 ], \"score\": 0.75 }",
            ),
            (
                r#"{"label": "a", "image": 1, "other": [1], "class": 2, "box": [1, 2, 3, 4], "x": null, "score": 1, "y": {}}"#,
                r#"{"label": "a", "image": 42, "other": [1], "class": 3, "box": [1.5, 2, 30.25, 4e1], "x": null, "score": 0.75, "y": {}}"#,
            ),
        ] {
            assert_eq!(read(first, second), Some(([42.0, 3.0, 1.5, 2.0, 30.25, 40.0, 0.75], second.len())), "{second}");
        }
    }

    #[test]
    fn records_unlike_the_first_are_refused() {
        let first = r#"{"image": 1, "class": 2, "box": [1, 2, 3, 4], "score": 0.5}"#;
        for second in [
            r#"{"image": "1", "class": 2, "box": [1, 2, 3, 4], "score": 0.5}"#,
            r#"{"image":1, "class": 2, "box": [1, 2, 3, 4], "score": 0.5}"#,
            r#"{"image": 1, "class": 2, "box": [1, 2, 3], "score": 0.5}"#,
            r#"{"image": 1, "class": 2, "box": [1, 2, 3, 4, 5], "score": 0.5}"#,
            r#"{"image": 1, "class": 2, "box": [1, 2, 3, NaN], "score": 0.5}"#,
            r#"{"image": 1, "class": 2, "box": [1, 2, 3, 4], "score": 0.5, "x": 1}"#,
            r#"{"image": 1, "class": 2, "box": [1, 2, 3, 4], "score": 0.5"#,
            r#"{"image": 01, "class": 2, "box": [1, 2, 3, 4], "score": 0.5}"#,
        ] {
            assert_eq!(read(first, second), None, "{second}");
        }
    }

    #[test]
    fn odd_records_make_no_template() {
        for odd in [
            "",
            "[1]",
            r#"{"image": NaN}"#,
            r#"{"box": 5}"#,
            r#"{"box": [1, 2, 3, 4, 5]}"#,
            r#"{"box": [1, 2, 3]}"#,
            r#"{"box": []}"#,
            r#"{"box": [[1], 2, 3, 4]}"#,
            r#"{"score": 0.5, "score": 0.5}"#,
            r#"{"score": null}"#,
            r#"{"score": "0.5"}"#,
            &format!("{{\"score\": 0.5{PAD}{PAD}}}"),
            &format!("{{\"label\": \"{PAD}{PAD}\", \"score\": 0.5}}"),
            r#"{"score": 0.5"#,
        ] {
            assert!(template(odd).is_none(), "{odd}");
        }
    }

    #[test]
    fn whole_numbers_are_told_from_others() {
        let first = r#"{"image": 1, "class": 2, "box": [1, 2, 3, 4], "score": 1}"#;
        let second = r#"{"image": 12.0, "class": -2, "box": [9007199254740992, 9007199254740993, 1e3, 4], "score": 0}"#;
        let text = format!("{first}{PAD}{second}{PAD}");
        let (record, _) = template(&text).unwrap().read(text.as_bytes(), first.len() + PAD.len()).unwrap();
        let whole = [None, Some(-2), Some(1 << 53), None, None, Some(4), Some(0)];
        assert_eq!((0..7).map(|slot| record.whole(slot)).collect::<Vec<_>>(), whole);
        assert_eq!(record.whole(7), None);
    }

    #[test]
    fn slots_that_are_not_there_are_said() {
        let template = template(r#"{"box": [1, 2, 3, 4], "score": 0.5}"#).unwrap();
        assert_eq!(template.present(), &[false, false, true, true, true, true, true]);
    }
}
