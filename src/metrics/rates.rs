//! Proportions and their intervals. Undefined is `None`, never 0.

/// z of a two-sided 95 % interval, to the precision of a double.
pub const Z95: f64 = 1.959_963_984_540_054;

/// `part / whole`; `None` for 0/0.
#[must_use]
pub fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// F1 = 2·correct / (kept + truths): 0 when nothing is right, `None` only when both are 0.
#[must_use]
pub fn f1(correct: u64, kept: u64, truths: u64) -> Option<f64> {
    ratio(2 * correct, kept + truths)
}

/// F-beta from counts: (1 + β²)·correct / (kept + β²·truths); `None` when the denominator is 0.
#[must_use]
pub fn f_beta(correct: u64, kept: u64, truths: u64, beta: f64) -> Option<f64> {
    let b2 = beta * beta;
    let whole = kept as f64 + b2 * truths as f64;
    (whole > 0.0).then(|| (1.0 + b2) * correct as f64 / whole)
}

/// Wilson's score interval at 95 % for `part` successes of `whole` (Wilson 1927); `None` for 0/0.
/// Always inside 0…1; equal to `statsmodels.stats.proportion.proportion_confint(method="wilson")`.
#[must_use]
pub fn wilson(part: u64, whole: u64) -> Option<(f64, f64)> {
    if whole == 0 {
        return None;
    }
    let n = whole as f64;
    let p = part as f64 / n;
    let z2 = Z95 * Z95;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z95 / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    Some(((centre - half).max(0.0), (centre + half).min(1.0)))
}

/// Interval of F1 at 95 %: Wilson on J = correct / (kept + truths − correct), mapped by 2J / (1 + J).
#[must_use]
pub fn f1_interval(correct: u64, kept: u64, truths: u64) -> Option<(f64, f64)> {
    let map = |j: f64| 2.0 * j / (1.0 + j);
    wilson(correct, (kept + truths).saturating_sub(correct)).map(|(low, high)| (map(low), map(high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    /// By hand for 8 of 10: z² = 3.841458820694124, centre = (0.8 + 0.1920729410347062) / 1.3841458820694124 =
    /// 0.7167401368, half = 1.4160089 · sqrt(0.016 + 0.009603647) = 0.2265758 → (0.4901624, 0.9433178)
    #[test]
    fn wilson_of_eight_in_ten() {
        let (low, high) = wilson(8, 10).unwrap();
        assert!((low - 0.490_162_4).abs() < 1e-6 && (high - 0.943_317_8).abs() < 1e-6, "{low} {high}");
    }

    /// statsmodels 0.15.0: proportion_confint(part, whole, method="wilson").
    #[test]
    fn wilson_as_statsmodels() {
        let recorded = [
            (8, 10, 0.490_162_471_536_641_83, 0.943_317_848_545_624_7),
            (0, 10, 0.0, 0.277_532_799_862_889_26),
            (10, 10, 0.722_467_200_137_110_6, 1.0),
            (878, 1703, 0.491_816_845_314_526_63, 0.539_234_661_974_626_9),
            (1, 3, 0.061_491_944_720_396_26, 0.792_340_399_197_952_3),
        ];
        for (part, whole, low, high) in recorded {
            let (l, h) = wilson(part, whole).unwrap();
            close(l, low);
            close(h, high);
        }
    }

    /// J = 878 / (1703 + 945 − 878); both ends of statsmodels' interval mapped by 2J / (1 + J). F1 lies inside.
    #[test]
    fn interval_of_f1() {
        let (low, high) = f1_interval(878, 1703, 945).unwrap();
        close(low, 0.642_029_829_327_665);
        close(high, 0.683_622_593_962_257);
        close(f1(878, 1703, 945).unwrap(), 0.663_141_993_957_703_9);
    }

    #[test]
    fn undefined_stays_undefined() {
        assert_eq!((ratio(0, 0), f1(0, 0, 0), wilson(0, 0), f1_interval(0, 0, 0)), (None, None, None, None));
        assert_eq!(f1(0, 3, 0), Some(0.0));
    }

    #[test]
    fn f_beta_of_one_is_f1() {
        close(f_beta(7, 11, 9, 1.0).unwrap(), f1(7, 11, 9).unwrap());
    }
}
