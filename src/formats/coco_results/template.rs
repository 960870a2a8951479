//! The fast way through a results list: programs write all records alike, so the first record says what stands between the
//! numbers of all others.
//!
//! Knows one record's bytes. Where another record differs, it says so and the general reader takes that record.

use crate::formats::json::{Number, Scanner, number};
use crate::model::BBox;

/// The numbers of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Fields {
    pub image: i64,
    pub category: i64,
    pub bbox: BBox,
    pub score: f64,
}

/// What a number of a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Image,
    Category,
    X,
    Y,
    W,
    H,
    Score,
    /// The number of a key that is not needed.
    Other,
}

/// The text before each number of a record, what the number is, and the text behind the last.
#[derive(Clone, Debug)]
pub(super) struct Template {
    slots: Vec<(Literal, Slot)>,
    tail: Literal,
}

/// Up to 32 bytes that stand between two numbers, compared eight at a time.
#[derive(Clone, Copy, Debug)]
struct Literal {
    length: usize,
    words: [u64; WORDS],
    masks: [u64; WORDS],
}

const WORDS: usize = 4;

impl Literal {
    fn new(bytes: &[u8]) -> Option<Self> {
        let mut text = [0_u8; 8 * WORDS];
        let mut mask = [0_u8; 8 * WORDS];
        text.get_mut(..bytes.len())?.copy_from_slice(bytes);
        mask.get_mut(..bytes.len())?.fill(0xFF);
        Some(Self { length: bytes.len(), words: words(&text), masks: words(&mask) })
    }

    /// Where the text goes on behind this literal, if it stands at `at`. Near the end of the bytes the answer is no.
    #[inline]
    fn behind(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let text = bytes.get(at..)?;
        if self.length <= 8 {
            let word = u64::from_le_bytes(*text.first_chunk::<8>()?);
            return (word & self.masks[0] == self.words[0]).then_some(at + self.length);
        }
        let found = words(text.first_chunk::<{ 8 * WORDS }>()?);
        let mut different = 0;
        for ((found, mask), word) in found.into_iter().zip(self.masks).zip(self.words) {
            different |= (found & mask) ^ word;
        }
        (different == 0).then_some(at + self.length)
    }
}

#[inline]
fn words(bytes: &[u8; 8 * WORDS]) -> [u64; WORDS] {
    let mut words = [0; WORDS];
    for (word, chunk) in words.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*chunk);
    }
    words
}

impl Template {
    /// The template of the record at `start`. `None` where it is not made of plain numbers and one `bbox` of four, lacks a
    /// field, has one twice, or has much text between its numbers.
    pub fn of(bytes: &[u8], start: usize) -> Option<Self> {
        let mut slots = Vec::new();
        let mut before = start;
        let mut seen = 0_u32;
        let mut scanner = Scanner::new(bytes, start);
        let (mut plain, mut four) = (true, true);
        scanner
            .object(|s, key| {
                let wanted: &[Slot] = match key {
                    "image_id" => &[Slot::Image],
                    "category_id" => &[Slot::Category],
                    "score" => &[Slot::Score],
                    "bbox" => &[Slot::X, Slot::Y, Slot::W, Slot::H],
                    _ => &[Slot::Other],
                };
                let mut number = |s: &mut Scanner<'_>, slot: Slot| {
                    s.peek();
                    let literal = bytes.get(before..s.at()).and_then(Literal::new);
                    let valid = number::read(bytes, s.at());
                    plain &= slot == Slot::Other || seen & 1 << slot as u32 == 0;
                    seen |= 1 << slot as u32;
                    match (literal, valid) {
                        (Some(literal), Some((_, end))) => {
                            slots.push((literal, slot));
                            before = end;
                        }
                        _ => plain = false,
                    }
                    s.skip()
                };
                if let [slot] = wanted {
                    return number(s, *slot);
                }
                if s.peek() != Some(b'[') {
                    plain = false;
                    return s.skip();
                }
                let mut count = 0;
                s.list(|s, index| {
                    count = index + 1;
                    number(s, wanted.get(index).copied().unwrap_or(Slot::Other))
                })?;
                four &= count == 4;
                Ok(())
            })
            .ok()?;
        let needed = (Slot::Image as u32..=Slot::Score as u32).all(|slot| seen & 1 << slot != 0);
        let tail = Literal::new(bytes.get(before..scanner.at())?)?;
        (plain && four && needed && slots.len() <= 16).then_some(Self { slots, tail })
    }

    /// The record at `start` and where it ends, if it is written like the template and its ids are whole numbers.
    #[inline]
    pub fn read(&self, bytes: &[u8], start: usize) -> Option<(Fields, usize)> {
        let mut fields = Fields::default();
        let mut at = start;
        for (literal, slot) in &self.slots {
            let (number, end) = number::read(bytes, literal.behind(bytes, at)?)?;
            at = end;
            match (slot, number) {
                (Slot::Image, Number::Int(id)) => fields.image = id,
                (Slot::Category, Number::Int(id)) => fields.category = id,
                (Slot::Image | Slot::Category, Number::Float(_)) => return None,
                (Slot::X, number) => fields.bbox.x = number.value(),
                (Slot::Y, number) => fields.bbox.y = number.value(),
                (Slot::W, number) => fields.bbox.w = number.value(),
                (Slot::H, number) => fields.bbox.h = number.value(),
                (Slot::Score, number) => fields.score = number.value(),
                (Slot::Other, _) => {}
            }
        }
        Some((fields, self.tail.behind(bytes, at)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAD: &str = "                                        ";

    fn read(first: &str, second: &str) -> Option<Option<(Fields, usize)>> {
        let text = format!("{first}{PAD}{second}{PAD}");
        let template = Template::of(text.as_bytes(), 0)?;
        assert!(template.read(text.as_bytes(), 0).is_some(), "{first}");
        let start = first.len() + PAD.len();
        Some(template.read(text.as_bytes(), start).map(|(fields, end)| (fields, end - start)))
    }

    #[test]
    fn records_like_the_first_are_read() {
        let expected = Fields { image: 42, category: 3, bbox: BBox::new(1.5, 2.0, 30.25, 4e1), score: 0.75 };
        for (first, second) in [
            (
                r#"{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.5}"#,
                r#"{"image_id": 42, "category_id": 3, "bbox": [1.5, 2, 30.25, 4e1], "score": 0.75}"#,
            ),
            (
                r#"{"score":0.5,"id":7,"bbox":[1,2,3,4],"image_id":1,"category_id":2}"#,
                r#"{"score":0.75,"id":8.5,"bbox":[1.5,2,30.25,4e1],"image_id":42,"category_id":3}"#,
            ),
            (
                "{\n  \"image_id\": 1,\n  \"category_id\": 2,\n  \"bbox\": [\n 1, 2, 3, 4 ], \"score\": 1 }",
                "{\n  \"image_id\": 42,\n  \"category_id\": 3,\n  \"bbox\": [\n 1.5, 2, 30.25, 4e1 ], \"score\": 0.75 }",
            ),
        ] {
            assert_eq!(read(first, second), Some(Some((expected, second.len()))), "{second}");
        }
    }

    #[test]
    fn records_unlike_the_first_are_refused() {
        let first = r#"{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.5}"#;
        for second in [
            r#"{"image_id": 1.0, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.5}"#,
            r#"{"image_id": "1", "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.5}"#,
            r#"{"image_id":1, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.5}"#,
            r#"{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3], "score": 0.5}"#,
            r#"{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4, 5], "score": 0.5}"#,
            r#"{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, NaN], "score": 0.5}"#,
            r#"{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.5, "x": 1}"#,
            r#"{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.5"#,
        ] {
            assert_eq!(read(first, second), Some(None), "{second}");
        }
    }

    #[test]
    fn odd_records_make_no_template() {
        for odd in [
            "",
            "[1]",
            r#"{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4]}"#,
            r#"{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "score": NaN}"#,
            r#"{"image_id": 1, "category_id": 2, "bbox": 5, "score": 0.5}"#,
            r#"{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4, 5], "score": 0.5}"#,
            r#"{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.5, "score": 0.5}"#,
            r#"{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.5, "label": "cat"}"#,
            r#"{"image_id": 1, "category_id": 2, "bbox": [[1], 2, 3, 4], "score": 0.5}"#,
        ] {
            assert!(Template::of(odd.as_bytes(), 0).is_none(), "{odd}");
        }
    }
}
