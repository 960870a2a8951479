//! COCO's compressed counts: numbers in groups of five bits, one printable character each, lowest first; bit 32 of a character
//! says that another follows, bit 16 of the last is the sign. From the fourth run on it is the difference from the run two
//! before that is written.

use super::MaskError;

/// The character of 0.
const ZERO: u8 = b'0';
/// Another character follows.
const MORE: u8 = 32;
/// Bits of a difference of two runs, sign included, fit so many characters.
const LONGEST: u32 = 7;

/// The runs of a text; at most one a byte.
pub(super) fn decode(text: &[u8]) -> Result<Vec<u32>, MaskError> {
    let ends = text.iter().filter(|&&byte| byte.wrapping_sub(ZERO) & MORE == 0).count();
    let mut runs = Vec::with_capacity(ends);
    // The runs two and one before this one; differences start with the fourth.
    let (mut before, mut last) = (0_i64, 0_i64);
    let mut at = 0;
    while at < text.len() {
        let broken = MaskError::BrokenText { byte: at };
        let Some((number, length)) = number(text.get(at..).unwrap_or_default()) else { return Err(broken) };
        let run = if runs.len() > 2 { number + before } else { number };
        runs.push(u32::try_from(run).map_err(|_| broken)?);
        (before, last) = (last, run);
        at += length;
    }
    Ok(runs)
}

/// The first number of a text and its length in bytes.
#[inline]
fn number(text: &[u8]) -> Option<(i64, usize)> {
    let (mut value, mut bits) = (0_i64, 0_u32);
    for (byte, length) in text.iter().zip(1_usize..) {
        let group = byte.wrapping_sub(ZERO);
        if group >= 2 * MORE || bits == 5 * LONGEST {
            return None;
        }
        value |= i64::from(group % MORE) << bits;
        bits += 5;
        if group < MORE {
            // The highest bit is the sign: it is copied to all above.
            let unused = 64 - bits;
            return Some((value << unused >> unused, length));
        }
    }
    None
}

/// The text of runs.
pub(super) fn encode(runs: &[u32]) -> String {
    let mut text = String::with_capacity(runs.len() * 2);
    // The first three runs are written as they are.
    let before = [0, 0, 0].iter().chain(runs.iter().skip(1));
    for (&run, &before) in runs.iter().zip(before) {
        let mut rest = i64::from(run) - i64::from(before);
        loop {
            let group = (rest & 31) as u8;
            rest >>= 5;
            let done = rest == if group & 16 == 0 { 0 } else { -1 };
            text.push(char::from(ZERO + group + if done { 0 } else { MORE }));
            if done {
                break;
            }
        }
    }
    text
}
