//! McNemar's exact test. Knows two counts.

/// Two-sided exact p of McNemar's test: of `fixed + broken` changes each is a fix or a break with equal chance; p is twice
/// the chance of at most the smaller count, at most 1, and 1 where nothing changed. As
/// `statsmodels.stats.contingency_tables.mcnemar(exact=True)`.
#[must_use]
pub fn mcnemar(fixed: u64, broken: u64) -> f64 {
    let (n, k) = (fixed + broken, fixed.min(broken));
    if fixed == broken {
        return 1.0;
    }
    // From the largest term down; each is k / (n − k + 1) of the one above, less than 1.
    let largest = log_binomial(k, n);
    let (mut share, mut sum, mut i) = (1.0, 1.0, k);
    while i > 0 && share > sum * f64::EPSILON / 16.0 {
        share *= i as f64 / (n - i + 1) as f64;
        sum += share;
        i -= 1;
    }
    (2.0 * (largest + sum.ln()).exp()).min(1.0)
}

/// ln of the chance of k heads in n tosses, by the saddle-point expansion (Loader 2000), which keeps all digits where n is
/// large.
fn log_binomial(k: u64, n: u64) -> f64 {
    if k == 0 || k == n {
        return -(n as f64) * std::f64::consts::LN_2;
    }
    let (heads, tails, all) = (k as f64, (n - k) as f64, n as f64);
    let exponent = stirling_error(n)
        - stirling_error(k)
        - stirling_error(n - k)
        - deviance(heads, all / 2.0)
        - deviance(tails, all / 2.0);
    exponent + 0.5 * (all / (2.0 * std::f64::consts::PI * heads * tails)).ln()
}

/// ln n! − ln(√(2πn)·(n/e)ⁿ), of n ≥ 1.
fn stirling_error(n: u64) -> f64 {
    if n < 16 {
        let factorial: f64 = (2..=n).map(|i| i as f64).product();
        let n = n as f64;
        return factorial.ln() - (0.5 * (2.0 * std::f64::consts::PI * n).ln() + n * n.ln() - n);
    }
    let n = n as f64;
    let n2 = n * n;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / n2) / n2) / n2) / n2) / n
}

/// x·ln(x/m) + m − x, without loss where x is near m.
fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() + m - x;
    }
    let v = (x - m) / (x + m);
    let (mut sum, mut term, mut odd) = ((x - m) * v, 2.0 * x * v, 1.0);
    loop {
        term *= v * v;
        odd += 2.0;
        let next = sum + term / odd;
        if next == sum {
            return sum;
        }
        sum = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: of 4 changes 1 broken: 2·(1 + 4)/16. Of 6 none broken: 2/64. Even, or none: 1.
    #[test]
    fn small_counts_by_hand() {
        let close = |p: f64, expected: f64| assert!((p - expected).abs() < 1e-14, "{p}, not {expected}");
        close(mcnemar(3, 1), 10.0 / 16.0);
        close(mcnemar(0, 6), 2.0 / 64.0);
        close(mcnemar(2, 1), 1.0);
        assert_eq!((mcnemar(0, 0), mcnemar(7, 7)), (1.0, 1.0));
    }

    /// Sums of binomials in whole numbers, divided in 60 digits; statsmodels 0.15.0, `mcnemar([[0, broken], [fixed, 0]],
    /// exact=True)`, agrees with each to 6e-14 of it.
    #[test]
    fn as_recorded() {
        for (fixed, broken, p) in RECORDED {
            let found = mcnemar(fixed, broken);
            assert!((found - p).abs() <= 1e-11 * p, "{fixed} {broken}: {found:e}, not {p:e}");
            assert_eq!(mcnemar(broken, fixed), found);
        }
    }

    const RECORDED: [(u64, u64, f64); 13] = [
        (1, 0, 1.0),
        (5, 2, 0.453_125),
        (10, 3, 0.092_285_156_25),
        (12, 15, 0.701_108_038_425_445_6),
        (33, 17, 0.032_839_137_564_268_484),
        (60, 40, 0.056_887_933_640_980_79),
        (121, 95, 0.088_702_907_425_862_11),
        (531, 470, 0.057_850_522_371_686_69),
        (1_000, 900, 0.023_108_845_108_901_07),
        (5_100, 4_900, 0.046_585_527_704_947_39),
        (40, 900, 1.001_087_028_574_915e-212),
        (50_300, 49_700, 0.058_197_353_110_193_74),
        (100, 5_000, 0.0),
    ];
}
