//! How far the order of several models is certain. Knows paired differences.

use crate::metrics::{MatchTable, Metric};
use crate::model::Progress;

use super::{CompareError, CompareSettings, Verdict, align, interval, paired};

/// The ranks that a model could have; 1 is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct RankRange {
    /// The best.
    pub best: usize,
    /// The worst.
    pub worst: usize,
}

/// Best and worst rank of every model in one number, in the order of the tables; `None` where the number is undefined.
///
/// Two models are distinguishable where the 95 % interval of their paired bootstrap difference ([`super::compare`]) does
/// not hold 0. The best rank is 1 + the number of models that are distinguishably better; the worst is the number of ranked
/// models less those that are distinguishably worse. So models that cannot be told apart share ranks, and a range of one
/// rank is a certain place. Each pair is judged by itself; nothing is corrected for the number of pairs.
///
/// # Errors
/// [`CompareError::NotComparable`] where any table is not comparable with the first; cancelled.
pub fn rank_ranges(
    tables: &[&MatchTable],
    metric: Metric,
    settings: &CompareSettings,
    progress: &dyn Progress,
) -> Result<Vec<Option<RankRange>>, CompareError> {
    let aligned = align::align(tables)?;
    let values = paired::values(&aligned, &[metric], settings, progress)?;
    let ranked = |table: usize| tables.get(table).is_some_and(|table| table.value(metric).is_some());
    let models: Vec<usize> = (0..tables.len()).filter(|&table| ranked(table)).collect();
    let verdict = |a: usize, b: usize| {
        let (interval, _) = interval(paired::column(&values, a, 0), paired::column(&values, b, 0));
        Verdict::of(interval, metric.lower_is_better())
    };
    let range = |model: usize| {
        let verdicts = models.iter().filter(|&&other| other != model).map(|&other| verdict(model, other));
        verdicts.fold(RankRange { best: 1, worst: models.len() }, |range, verdict| match verdict {
            Verdict::BBetter => RankRange { best: range.best + 1, ..range },
            Verdict::ABetter => RankRange { worst: range.worst - 1, ..range },
            Verdict::NotDistinguishable | Verdict::Unknown => range,
        })
    };
    Ok((0..tables.len()).map(|table| ranked(table).then(|| range(table))).collect())
}
