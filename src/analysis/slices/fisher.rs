//! Whether two shares differ by chance, and by how much they do. Knows counts.

/// Two-sided p of Fisher's exact test (Fisher 1922): of all tables with the margins of this one, the chance of those that are
/// no likelier than it. As `scipy.stats.fisher_exact`. `part` and `rest` are (right, wrong).
#[must_use]
pub fn fisher(part: (u64, u64), rest: (u64, u64)) -> f64 {
    let (drawn, right, all) = (part.0 + part.1, part.0 + rest.0, part.0 + part.1 + rest.0 + rest.1);
    if drawn == 0 || drawn == all || right == 0 || right == all {
        return 1.0;
    }
    let wrong = all - right;
    let (low, high) = (drawn.saturating_sub(wrong), drawn.min(right));
    // The likeliest number of right ones among those drawn.
    let mode = ((u128::from(drawn) + 1) * (u128::from(right) + 1) / (u128::from(all) + 2)) as u64;
    let mode = mode.clamp(low, high);
    // Chances relative to that of the mode, each from the one before it.
    let up = |k: u64| (right - k) as f64 * (drawn - k) as f64 / ((k + 1) as f64 * (wrong + k + 1 - drawn) as f64);
    let down = |k: u64| k as f64 * (wrong + k - drawn) as f64 / ((right - k + 1) as f64 * (drawn - k + 1) as f64);
    let mut own = 1.0;
    if part.0 >= mode {
        (mode..part.0).for_each(|k| own *= up(k));
    } else {
        (part.0 + 1..=mode).rev().for_each(|k| own *= down(k));
    }
    // Chances that should be equal differ by what was rounded on the way.
    let as_unlikely = own * (1.0 + 1e-9);
    let (mut total, mut tail) = (0.0, 0.0);
    let mut add = |chance: f64| {
        total += chance;
        tail += if chance <= as_unlikely { chance } else { 0.0 };
        // Beyond, all that is left is nothing beside what was added.
        chance > own * 1e-18 && chance > 0.0
    };
    let (mut k, mut chance) = (mode, 1.0);
    while add(chance) && k < high {
        chance *= up(k);
        k += 1;
    }
    if mode > low {
        k = mode;
        chance = down(k);
        k -= 1;
        while add(chance) && k > low {
            chance *= down(k);
            k -= 1;
        }
    }
    (tail / total).min(1.0)
}

/// Cohen's h of two shares, 2·asin √a − 2·asin √b (Cohen 1988): about 0.2 is small, 0.5 medium, 0.8 large. As
/// `statsmodels.stats.proportion.proportion_effectsize`.
#[must_use]
pub fn cohens_h(a: f64, b: f64) -> f64 {
    2.0 * a.clamp(0.0, 1.0).sqrt().asin() - 2.0 * b.clamp(0.0, 1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SciPy 1.17.1: `fisher_exact([[a, b], [c, d]]).pvalue`.
    #[test]
    fn chances_as_scipy() {
        for ((a, b, c, d), expected) in RECORDED {
            let p = fisher((a, b), (c, d));
            assert!((p - expected).abs() <= 1e-9 * expected, "{a} {b} {c} {d}: {p} {expected}");
        }
    }

    /// All tables with five right ones of ten, three drawn: 10, 50, 50 and 10 of 120 draws.
    #[test]
    fn by_hand() {
        assert!((fisher((3, 0), (2, 5)) - 20.0 / 120.0).abs() < 1e-15);
        assert!((fisher((2, 1), (3, 4)) - 1.0).abs() < 1e-15);
        assert_eq!((fisher((0, 0), (2, 5)), fisher((3, 0), (2, 0)), fisher((0, 3), (0, 2))), (1.0, 1.0, 1.0));
    }

    /// statsmodels 0.15.0: `proportion_effectsize(a, b)`.
    #[test]
    fn effects_as_statsmodels() {
        for (a, b, expected) in EFFECTS {
            assert!((cohens_h(a, b) - expected).abs() < 1e-12, "{a} {b}: {} {expected}", cohens_h(a, b));
        }
    }

    const RECORDED: [((u64, u64, u64, u64), f64); 12] = [
        ((3, 7, 12, 5), 0.056750572082379866),
        ((8, 2, 1, 5), 0.034965034965034975),
        ((0, 10, 90, 10), 3.939558862663996e-09),
        ((30, 70, 700, 200), 2.0520929336524948e-21),
        ((412, 588, 24_000, 9000), 2.2864983759405715e-93),
        ((100, 100, 100, 100), 1.0),
        ((1, 9, 9, 1), 0.001093333910671372),
        ((11, 3, 3, 11), 0.007028212759805167),
        ((20, 180, 5000, 5000), 5.8958600348040245e-33),
        ((5000, 4000, 180_000, 160_000), 9.530579582849525e-07),
        ((7, 3, 7, 3), 1.0),
        ((1000, 9000, 30_000, 2000), 0.0),
    ];
    const EFFECTS: [(f64, f64, f64); 5] = [
        (0.4, 0.8, -0.8448590295836149),
        (0.01, 1.0, -2.9412578112666736),
        (0.5, 0.5, 0.0),
        (0.412, 0.727, -0.6481710939253078),
        (0.95, 0.9, 0.19247429699702145),
    ];
}
