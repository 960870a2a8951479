//! Numbers as people read them. Every number on screen, in a sentence or in a report passes through here.

use std::sync::atomic::{AtomicU8, Ordering};

/// What stands for an undefined number.
pub const UNDEFINED: &str = "–";

/// Digits of rates behind the point, for everything that is read by people; documents hold whole numbers.
static DIGITS: AtomicU8 = AtomicU8::new(3);

/// Rates have this many digits from now on.
pub fn set_digits(digits: u8) {
    DIGITS.store(digits, Ordering::Relaxed);
}

/// Digits of rates behind the point.
#[must_use]
pub fn digits() -> u8 {
    DIGITS.load(Ordering::Relaxed)
}

/// A rate in 0…1 with so many digits as are set, usually three, such as `0.812`; `–` where undefined.
#[must_use]
pub fn rate(value: Option<f64>) -> String {
    value.map_or_else(|| UNDEFINED.to_owned(), |v| format!("{v:.0$}", usize::from(digits())))
}

/// A confidence or an overlap beside a box, where room is scarce: `0.91`.
#[must_use]
pub fn short(value: f64) -> String {
    format!("{value:.2}")
}

/// A phrase as it stands at the beginning of a line.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A title as it stands inside a sentence.
#[must_use]
pub fn uncapitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// A zoom, such as `100 %`.
#[must_use]
pub fn zoom(value: f32) -> String {
    format!("{:.0} %", value * 100.0)
}

/// A difference of rates with its sign, such as `+0.012` or `−0.004`.
#[must_use]
pub fn difference(value: f64) -> String {
    let digits = usize::from(digits());
    if value < 0.0 { format!("−{:.digits$}", -value) } else { format!("+{value:.digits$}") }
}

/// A rate as a percentage without decimals, such as `81 %`.
#[must_use]
pub fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| UNDEFINED.to_owned(), |v| format!("{:.0} %", v * 100.0))
}

/// An interval of rates with a digit less than these, such as `.79–.83`; `–` where undefined.
#[must_use]
pub fn interval(value: Option<(f64, f64)>) -> String {
    let short = |v: f64| {
        let text = format!("{v:.0$}", usize::from(digits().saturating_sub(1).max(1)));
        text.strip_prefix('0').map_or(text.clone(), str::to_owned)
    };
    value.map_or_else(|| UNDEFINED.to_owned(), |(low, high)| format!("{}–{}", short(low), short(high)))
}

/// A count with its thousands separated, such as `7,200`.
#[must_use]
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count in at most four characters, for places with little room: `987`, `1.2k`, `35k`, `7.2M`.
#[must_use]
pub fn short_count(value: u64) -> String {
    let (size, letter) = match value {
        0..=999 => return value.to_string(),
        1_000..=999_499 => (1e3, 'k'),
        _ => (1e6, 'M'),
    };
    let share = value as f64 / size;
    if share < 9.95 { format!("{share:.1}{letter}") } else { format!("{share:.0}{letter}") }
}

/// A count with its noun: `1 image`, `12 images`.
#[must_use]
pub fn counted(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(value), if value == 1 { one } else { many })
}

/// A threshold with three decimals, rounded *down*, so that what is shown keeps what is counted.
#[must_use]
pub fn threshold(value: f64) -> String {
    format!("{:.3}", rounded_down(value, 3))
}

/// The number of so many decimals that is not above the value.
#[must_use]
pub fn rounded_down(value: f64, decimals: u8) -> f64 {
    // 0.29 * 1000 is 290.00000000000006 but 0.57 * 1000 is 569.9999999999999: a hair is added before cutting, and taken
    // back where it would lift the shown number above the threshold.
    let steps = 10_f64.powi(decimals.into());
    let mut cut = (value * steps + 1e-9).floor() / steps;
    if cut > value {
        cut -= steps.recip();
    }
    cut
}

/// Decimals that are read of numbers on a scale: those of rates, two up to a hundred, one beyond.
#[must_use]
pub fn decimals((low, high): (f64, f64)) -> u8 {
    match low.abs().max(high.abs()) {
        most if most <= 1.0 => digits(),
        most if most <= 100.0 => 2,
        _ => 1,
    }
}

/// A number with so many decimals, its minus a real one; `–` where undefined.
#[must_use]
pub fn decimal(value: Option<f64>, decimals: u8) -> String {
    let Some(value) = value else { return UNDEFINED.to_owned() };
    let text = format!("{value:.0$}", usize::from(decimals));
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

/// A duration: `80 ms`, `1.4 s`.
#[must_use]
pub fn duration(value: std::time::Duration) -> String {
    let seconds = value.as_secs_f64();
    if seconds < 1.0 { format!("{:.0} ms", seconds * 1000.0) } else { format!("{seconds:.1} s") }
}

/// A size in bytes: `512 B`, `1.4 MB` (1 MB = 1,000,000 B).
#[must_use]
pub fn bytes(value: u64) -> String {
    const UNITS: [(&str, f64); 3] = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    let unit = UNITS.into_iter().find(|(_, size)| value as f64 >= *size);
    unit.map_or_else(|| format!("{value} B"), |(name, size)| format!("{:.1} {name}", value as f64 / size))
}

/// The day of a time in seconds since 1970, in UTC: `2026-11-22`.
#[must_use]
pub fn date(seconds: u64) -> String {
    // Days are counted from 1 March of the year 0, so that a leap day ends its year (H. Hinnant, "chrono-compatible
    // low-level date algorithms").
    let days = seconds / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Day and minute of a time in seconds since 1970, in UTC: `2026-11-22 09:41`.
#[must_use]
pub fn date_time(seconds: u64) -> String {
    format!("{} {:02}:{:02}", date(seconds), seconds / 3600 % 24, seconds / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(999), "999");
        assert_eq!(
            [999, 1_234, 9_949, 9_950, 35_400, 7_200_000].map(short_count),
            ["999", "1.2k", "9.9k", "10k", "35k", "7.2M"]
        );
        assert_eq!(interval(Some((0.792, 0.834))), ".79–.83");
        assert_eq!(rate(None), "–");
        assert_eq!(difference(-0.0041), "−0.004");
        assert_eq!([(0.0, 1.0), (1.0, 5.0), (-100.0, 100.0), (0.0, 350.0)].map(decimals), [3, 2, 2, 1]);
        assert_eq!(
            [Some(34.214), Some(-0.001), Some(-2.5), None].map(|v| decimal(v, 2)),
            ["34.21", "0.00", "−2.50", "–"]
        );
    }

    /// As `date -u -d @SECONDS` prints them.
    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(date_time(0), "1970-01-01 00:00");
        assert_eq!(date_time(951_782_399), "2000-02-28 23:59");
        assert_eq!(date_time(951_782_400), "2000-02-29 00:00");
        assert_eq!(date_time(1_795_340_460), "2026-11-22 09:41");
        assert_eq!(date(4_107_542_400), "2100-03-01");
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!((bytes(0), bytes(999), bytes(1_440_000)), ("0 B".into(), "999 B".into(), "1.4 MB".into()));
    }

    #[test]
    fn a_threshold_is_never_shown_above_itself() {
        assert_eq!(threshold(0.37916), "0.379");
        assert_eq!(threshold(0.9999), "0.999");
        assert_eq!(threshold(1.0), "1.000");
        assert_eq!(threshold(0.57), "0.570");
        assert_eq!((rounded_down(-33.336, 2), rounded_down(12.0, 2)), (-33.34, 12.0));
    }
}
