//! Numbers for tokens: every distinct token of an item gets the next one.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// A hash table that keeps the bytes of all tokens in one place, so that a token costs no allocation of its own.
#[derive(Debug)]
pub(super) struct Vocabulary {
    bytes: Vec<u8>,
    /// Where the bytes of a token end.
    ends: Vec<usize>,
    hashes: Vec<u32>,
    /// Id + 1 by hash, open addressing; 0 is free. The length is a power of two and more than twice the tokens.
    slots: Vec<u32>,
}

/// Slots kept for the next item; a table that grew beyond is given back.
const KEPT: usize = 1 << 12;

impl Vocabulary {
    pub(super) fn new() -> Self {
        Self { bytes: Vec::new(), ends: Vec::new(), hashes: Vec::new(), slots: vec![0; KEPT] }
    }

    /// Forgets all tokens.
    pub(super) fn clear(&mut self) {
        if self.slots.len() > KEPT {
            *self = Self::new();
            return;
        }
        self.bytes.clear();
        self.ends.clear();
        self.hashes.clear();
        self.slots.fill(0);
    }

    /// Distinct tokens so far; ids are below.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The id of a token.
    pub(super) fn id(&mut self, token: &[u8]) -> u32 {
        let hash = hash(token);
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while let Some(id) = self.slots.get(at).and_then(|slot| slot.checked_sub(1)) {
            if self.hashes.get(id as usize) == Some(&hash) && self.token(id) == token {
                return id;
            }
            at = (at + 1) & mask;
        }
        let id = self.ends.len() as u32;
        self.bytes.extend_from_slice(token);
        self.ends.push(self.bytes.len());
        self.hashes.push(hash);
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = id + 1;
        }
        if 2 * self.ends.len() >= self.slots.len() {
            self.grow();
        }
        id
    }

    fn token(&self, id: u32) -> &[u8] {
        let id = id as usize;
        let start = id.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(id).and_then(|end| self.bytes.get(start..*end)).unwrap_or(&[])
    }

    fn grow(&mut self) {
        let mask = 4 * self.slots.len() - 1;
        let mut slots = vec![0; mask + 1];
        for (id, hash) in (1_u32..).zip(&self.hashes) {
            let mut at = *hash as usize & mask;
            while slots.get(at).is_some_and(|slot| *slot != 0) {
                at = (at + 1) & mask;
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = id;
            }
        }
        self.slots = slots;
    }
}

fn hash(token: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(token);
    hasher.finish() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_first_use() {
        let mut vocabulary = Vocabulary::new();
        let ids: Vec<u32> = ["a", "", "b", "a", "", "ab"].iter().map(|t| vocabulary.id(t.as_bytes())).collect();
        assert_eq!(ids, [0, 1, 2, 0, 1, 3]);
        assert_eq!(vocabulary.len(), 4);
        for round in 0..2 {
            vocabulary.clear();
            for n in 0..20_000_u32 {
                assert_eq!(vocabulary.id(n.to_string().as_bytes()), n, "round {round}");
            }
            assert_eq!(vocabulary.id(b"12345"), 12_345);
        }
    }
}
