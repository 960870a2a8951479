//! Decimal numbers of JSON, rounded correctly: the same `f64` as `str::parse`, most of them without it.
//!
//! Knows the number grammar of JSON. Does not know the rest of it.

/// A number as it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// Written without point and exponent, and within the range of `i64`.
    Int(i64),
    /// Everything else; not finite where the text is beyond the range of `f64` or one of Python's tokens.
    Float(f64),
}

impl Number {
    /// The nearest `f64`.
    #[must_use]
    pub fn value(self) -> f64 {
        match self {
            Self::Int(i) => i as f64,
            Self::Float(f) => f,
        }
    }

    /// The whole number it is, however it is written: `12`, `12.0`, `1.2e1`.
    #[must_use]
    pub fn whole(self) -> Option<i64> {
        match self {
            Self::Int(i) => Some(i),
            // Up to here every whole number has its own f64.
            Self::Float(f) if f.fract() == 0.0 && f.abs() <= EXACT as f64 => Some(f as i64),
            Self::Float(_) => None,
        }
    }
}

/// Every whole number up to here is exact in an `f64`.
const EXACT: u64 = 1 << 53;

/// Powers of ten that are exact in an `f64`.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// Reads the number that starts at `start`: its value and where it ends. `None` where none starts there.
#[must_use]
#[inline]
pub fn read(bytes: &[u8], start: usize) -> Option<(Number, usize)> {
    match short(bytes, start) {
        Some((digits, end, 0)) => Some((Number::Int(digits as i64), end)),
        Some((digits, end, fraction)) => Some((Number::Float(quotient(digits, fraction)), end)),
        None => any(bytes, start),
    }
}

/// [`read`] for hot loops: the nearest `f64`, where it ends, and whether it is written as a whole number that an `f64` holds
/// exactly. Three plain values stay in registers; a [`Number`] goes through memory.
#[must_use]
#[inline(always)]
pub fn read_f64(bytes: &[u8], start: usize) -> Option<(f64, usize, bool)> {
    if let Some((digits, end, fraction)) = short(bytes, start) {
        return Some((quotient(digits, fraction), end, fraction == 0));
    }
    let (number, end) = any(bytes, start)?;
    let whole = matches!(number, Number::Int(i) if i.unsigned_abs() <= EXACT);
    Some((number.value(), end, whole))
}

/// A number without sign and exponent that ends within eight bytes, or within sixteen with its point in the first eight: its
/// digits, where it ends, and how many digits stand behind the point (0: it has no point). All of it comes from one look at
/// the bytes: the end of a number is where the next look begins, so what a list of numbers costs is mostly how long finding
/// the end takes.
#[inline(always)]
fn short(bytes: &[u8], start: usize) -> Option<(u64, usize, u32)> {
    let word = u64::from_le_bytes(*bytes.get(start..)?.first_chunk::<8>()?);
    let low = word ^ ZEROS;
    let other = not_digits(low);
    let first = other.trailing_zeros() / 8;
    if first == 0 || first == 8 || (first > 1 && low & 0xFF == 0) {
        return None;
    }
    if (word >> (8 * first)) as u8 != b'.' {
        let exponent = (word >> (8 * first)) as u8 | 0x20 == b'e';
        return (!exponent).then(|| (number_of(low, first), start + first as usize, 0));
    }
    // Close the gap of the point.
    let whole = (1_u64 << (8 * first)) - 1;
    let digits = (low & whole) | (low >> 8 & !whole);
    let rest = other & (other - 1);
    let second = rest.trailing_zeros() / 8;
    if second == 8 {
        return long(bytes, start, number_of(digits, 7), first);
    }
    if second == first + 1 || (word >> (8 * second)) as u8 | 0x20 == b'e' {
        return None;
    }
    Some((number_of(digits, second - 1), start + second as usize, second - first - 1))
}

/// Goes on where the digits behind the point go on behind eight bytes, as those of most scores do.
#[inline(always)]
fn long(bytes: &[u8], start: usize, digits: u64, first: u32) -> Option<(u64, usize, u32)> {
    let word = u64::from_le_bytes(*bytes.get(start + 8..)?.first_chunk::<8>()?);
    let (more, count) = leading_digits(word);
    if count == 8 || (word >> (8 * count)) as u8 | 0x20 == b'e' || (first == 7 && count == 0) {
        return None;
    }
    let digits = digits * TENS.get(count).copied().unwrap_or_default() + more;
    Some((digits, start + 8 + count, 7 - first + count as u32))
}

/// At most fifteen digits divided by a power of ten: correctly rounded, as both are exact.
#[inline(always)]
fn quotient(digits: u64, fraction: u32) -> f64 {
    digits as f64 / POWERS.get(fraction as usize).copied().unwrap_or(1.0)
}

#[inline(never)]
fn any(bytes: &[u8], start: usize) -> Option<(Number, usize)> {
    let negative = bytes.get(start) == Some(&b'-');
    let first = start + usize::from(negative);
    let mut mantissa = 0_u64;
    let mut end = digits(bytes, first, &mut mantissa);
    let mut count = end - first;
    if count == 0 || (count > 1 && bytes.get(first) == Some(&b'0')) {
        return None;
    }
    let mut fraction = 0;
    let mut whole = true;
    if bytes.get(end) == Some(&b'.') {
        let point = end;
        end = digits(bytes, point + 1, &mut mantissa);
        fraction = end - point - 1;
        if fraction == 0 {
            return None;
        }
        count += fraction;
        whole = false;
    }
    let mut exponent = -(fraction as i64);
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let (written, after) = exponent_at(bytes, end)?;
        exponent += written;
        end = after;
        whole = false;
    }
    // Nineteen digits always fit a u64, and zeros before them count for nothing; with more, the mantissa has wrapped and
    // means nothing.
    if count > 19 && count - leading_zeros(bytes, first, end) > 19 {
        return Some((slow(bytes, start, end)?, end));
    }
    if whole && !(negative && mantissa == 0) {
        if let Ok(value) = i64::try_from(mantissa) {
            return Some((Number::Int(if negative { -value } else { value }), end));
        }
        return Some((slow(bytes, start, end)?, end));
    }
    let number = match exact(mantissa, exponent).or_else(|| near(mantissa, exponent)) {
        Some(value) => Number::Float(if negative { -value } else { value }),
        None => slow(bytes, start, end)?,
    };
    Some((number, end))
}

/// A mantissa times a power of ten where one correctly rounded operation on exact numbers gives it (Clinger 1990).
#[inline]
fn exact(mantissa: u64, exponent: i64) -> Option<f64> {
    if mantissa > EXACT {
        return None;
    }
    let power = *POWERS.get(usize::try_from(exponent.unsigned_abs()).ok()?)?;
    let value = mantissa as f64;
    Some(if exponent < 0 { value / power } else { value * power })
}

/// Zeros in front of the first other digit, a point among them passed over.
fn leading_zeros(bytes: &[u8], first: usize, end: usize) -> usize {
    let written = bytes.get(first..end).unwrap_or_default();
    let front = written.iter().take_while(|byte| matches!(byte, b'0' | b'.'));
    front.filter(|byte| **byte == b'0').count()
}

/// Negative powers of ten by multiplication: this many.
const RECIPROCALS: usize = 28;

/// `10^-k` as a number of 64 bits, the highest of them set, cut off below, and how far it is shifted to the left.
const TENTHS: [(u64, i64); RECIPROCALS] = {
    let mut table = [(0, 0); RECIPROCALS];
    let mut power: u128 = 1;
    let mut k = 0;
    while k < RECIPROCALS {
        // Long division of 1 by the power, a binary digit a step.
        let (mut rest, mut digits, mut shift) = (1_u128, 0_u64, 0);
        if k == 0 {
            (digits, shift) = (1 << 63, 63);
        }
        while digits >> 63 == 0 {
            rest <<= 1;
            shift += 1;
            digits <<= 1;
            if rest >= power {
                rest -= power;
                digits |= 1;
            }
        }
        table[k] = (digits, shift);
        power *= 10;
        k += 1;
    }
    table
};

/// A mantissa of up to 64 bits times a negative power of ten, where 64 bits of the product are enough to round it
/// correctly: all but one in some hundred of the numbers that programs print with seventeen digits (after Lemire 2021).
#[inline]
fn near(mantissa: u64, exponent: i64) -> Option<f64> {
    let (tenth, shift) = *TENTHS.get(usize::try_from(-exponent).ok()?)?;
    if mantissa == 0 {
        return None;
    }
    let zeros = mantissa.leading_zeros();
    let product = u128::from(mantissa << zeros) * u128::from(tenth);
    let lost = product.leading_zeros();
    let high = ((product << lost) >> 64) as u64;
    // The true product is less than three units of `high` above it. Eleven bits are rounded away: near half of them it
    // cannot be said to which side.
    let rest = high & 0x7FF;
    if (0x400 - 3..=0x400).contains(&rest) {
        return None;
    }
    let rounded = (high >> 11) + u64::from(rest > 0x400);
    // The value is `rounded` shifted by this; both factors and the product are exact.
    let power = 11 + 64 - i64::from(lost) - i64::from(zeros) - shift;
    let scale = f64::from_bits(u64::try_from(power + 1023).ok()? << 52);
    Some(rounded as f64 * scale)
}

/// The number by the standard library, which rounds correctly whatever its length.
#[cold]
fn slow(bytes: &[u8], start: usize, end: usize) -> Option<Number> {
    std::str::from_utf8(bytes.get(start..end)?).ok()?.parse().ok().map(Number::Float)
}

/// The exponent whose `e` stands at `at`, and where it ends. One beyond all range is returned as such, not exactly.
fn exponent_at(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let sign = bytes.get(at + 1);
    let first = at + 1 + usize::from(matches!(sign, Some(b'+' | b'-')));
    let mut value = 0;
    let end = digits(bytes, first, &mut value);
    let value = match end - first {
        0 => return None,
        // The value may have wrapped; `exact` refuses it and `slow` reads the text.
        10.. => i64::from(i32::MAX),
        _ => i64::try_from(value).ok()?,
    };
    Some((if sign == Some(&b'-') { -value } else { value }, end))
}

/// Appends the decimal digits from `at` to `value` (which wraps) and returns where they end. Eight at a time: the length
/// of a number is not predictable, so a loop over single digits would mispredict its end almost every time.
#[inline]
fn digits(bytes: &[u8], mut at: usize, value: &mut u64) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let (eight, count) = leading_digits(u64::from_le_bytes(*chunk));
        let power = TENS.get(count).copied().unwrap_or_default();
        *value = value.wrapping_mul(power).wrapping_add(eight);
        at += count;
        if count < 8 {
            return at;
        }
    }
    while let Some(digit) = bytes.get(at).filter(|b| b.is_ascii_digit()) {
        *value = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        at += 1;
    }
    at
}

const TENS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The value and the number of the digits at the low end of eight bytes.
#[inline]
fn leading_digits(word: u64) -> (u64, usize) {
    let low = word ^ ZEROS;
    let count = not_digits(low).trailing_zeros() / 8;
    (number_of(low, count), count as usize)
}

/// The top bit of each byte that is no digit; `low` is eight bytes with `0` subtracted from each.
#[inline]
fn not_digits(low: u64) -> u64 {
    // Digits are 0…9 now, all other bytes more; adding 0x76 lifts those above 9 to the top bit.
    (((low & 0x7F7F_7F7F_7F7F_7F7F) + 0x7676_7676_7676_7676) | low) & 0x8080_8080_8080_8080
}

/// The number that the lowest `count` of eight digits 0…9 make, the lowest byte being the first digit.
#[inline]
fn number_of(low: u64, count: u32) -> u64 {
    // Zeros in front: the last digit comes to stand at the high end. A shift by 64 (no digit) must give 0.
    let aligned = low.checked_shl(64 - 8 * count).unwrap_or(0);
    // Pairs, then fours, then all eight (three multiplications instead of eight).
    let pairs = aligned.wrapping_mul(10).wrapping_add(aligned >> 8);
    let mask = 0x0000_00FF_0000_00FF;
    let odd = (pairs & mask).wrapping_mul(100 + (1_000_000 << 32));
    let even = ((pairs >> 16) & mask).wrapping_mul(1 + (10_000 << 32));
    odd.wrapping_add(even) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<(Number, usize)> {
        let alone = read(text.as_bytes(), 0);
        // With bytes behind it the number is read by another path and must be the same.
        let padded = format!("{text}, 123456789012");
        let (a, b) = (format!("{alone:?}"), format!("{:?}", read(padded.as_bytes(), 0)));
        assert_eq!(a, b, "{text}");
        alone
    }

    #[test]
    fn grammar_of_numbers() {
        for bad in ["", "-", "01", "-01", "1.", ".5", "+1", "1e", "1e+", "1.e3", "a", "--1"] {
            assert_eq!(parsed(bad), None, "{bad}");
        }
        assert_eq!(parsed("0"), Some((Number::Int(0), 1)));
        assert_eq!(parsed("-7"), Some((Number::Int(-7), 2)));
        assert_eq!(parsed("12.0").map(|n| n.0.whole()), Some(Some(12)));
        assert_eq!(parsed("1.2e1").map(|n| n.0.whole()), Some(Some(12)));
        assert_eq!(parsed("1.25").map(|n| n.0.whole()), Some(None));
        assert_eq!(parsed("1e999"), Some((Number::Float(f64::INFINITY), 5)));
        assert_eq!(parsed("1e99999999999999999999"), Some((Number::Float(f64::INFINITY), 22)));
        assert_eq!(parsed("1e-99999999999999999999"), Some((Number::Float(0.0), 23)));
        assert_eq!(parsed("9223372036854775807"), Some((Number::Int(i64::MAX), 19)));
        assert_eq!(parsed("9223372036854775808"), Some((Number::Float(9_223_372_036_854_775_808.0), 19)));
        let Some((Number::Float(zero), 2)) = parsed("-0") else { panic!() };
        assert!(zero == 0.0 && zero.is_sign_negative());
    }

    #[test]
    fn digits_before_other_bytes() {
        for (text, value, count) in
            [("12345678", 12_345_678, 8), ("0000001,", 1, 7), ("9,999999", 9, 1), (":;</\x7f\u{0}..", 0, 0)]
        {
            let word = u64::from_le_bytes(text.as_bytes()[..8].try_into().unwrap());
            assert_eq!(leading_digits(word), (value, count), "{text}");
        }
        // Bytes above 0x7F and each single byte on its own.
        for byte in 0..=255_u8 {
            let expected = if byte.is_ascii_digit() { 8 } else { 0 };
            assert_eq!(leading_digits(u64::from_le_bytes([byte; 8])).1, expected, "{byte}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2000))]

        /// The standard library parses correctly rounded; so must this, to the last bit.
        #[test]
        fn rounds_like_the_standard_library(text in "-?(0|[1-9][0-9]{0,21})(\\.[0-9]{1,24})?([eE][+-]?[0-9]{1,3})?") {
            let (number, end) = parsed(&text).unwrap();
            proptest::prop_assert_eq!(end, text.len());
            let expected: f64 = text.parse().unwrap();
            proptest::prop_assert_eq!(number.value().to_bits(), expected.to_bits());
        }

        /// What programs write: shortest decimals of doubles and of floats widened to doubles.
        #[test]
        fn reads_written_floats(double: f64, single: f32) {
            for value in [double, f64::from(single)] {
                if value.is_finite() {
                    let text = format!("{value:?}");
                    proptest::prop_assert_eq!(parsed(&text).unwrap().0.value().to_bits(), value.to_bits());
                }
            }
        }
    }
}
