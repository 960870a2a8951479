//! The search for weak slices: every bin of an attribute and every two bins of different ones, tested and corrected for how
//! many were.

use rayon::prelude::*;

use super::count::Row;
use super::{Attributes, Rows, Tally, cohens_h, fisher};
use crate::analysis::clusters::weak::{Ranks, correct};
use crate::metrics::rates;
use crate::model::{Cancelled, Progress};

/// Attributes whose bins are put together by twos; of more the first.
const MOST_PAIRED: usize = 60;
/// Slices that are listed at most.
const MOST_LISTED: usize = 200;

/// What is judged, and what is weak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Share of all objects (or items) from which a slice is judged …
    pub share: f64,
    /// … and how many it needs.
    pub least: u64,
    /// Corrected p up to which it is not chance.
    pub p: f64,
}

/// A slice where the model is weaker than on the whole, and not by chance.
#[derive(Clone, Debug, PartialEq)]
pub struct Weak {
    /// Positions of attribute and bin: one, or two of different attributes.
    pub parts: Vec<(usize, usize)>,
    /// What it is called.
    pub name: String,
    /// What became of its members.
    pub tally: Tally,
    /// What became of all else.
    pub rest: Tally,
    /// p of the test, corrected for how many slices were judged.
    pub p: f64,
    /// Cohen's h of the shares that are right, here against elsewhere: below 0.
    pub h: f64,
}

impl Weak {
    /// Errors beyond those that the share of wrong outcomes elsewhere would give it.
    #[must_use]
    pub fn extra_errors(&self) -> f64 {
        let elsewhere = rates::ratio(self.rest.wrong(), self.rest.outcomes()).unwrap_or(0.0);
        self.tally.wrong() as f64 - self.tally.outcomes() as f64 * elsewhere
    }
}

/// A slice on its way.
#[derive(Clone, Debug)]
struct Judged {
    parts: Vec<(usize, usize)>,
    sum: Sum,
    p: f64,
}

/// What the rows of a slice add up to.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    tally: Tally,
    /// Items with a rank, and the sum of ranks.
    ranked: u64,
    ranks: f64,
}

/// All rows with their bins, and the test that fits them.
struct Search<'a> {
    attributes: &'a Attributes,
    rows: &'a [Row],
    /// By attribute, the bin of each row.
    bins: Vec<Vec<u8>>,
    whole: Tally,
    /// By row, the rank of its item's F1.
    ranks: Option<(Ranks, Vec<f64>)>,
    limits: Limits,
}

/// All weak slices of one attribute and of two, those that cost most first. Two bins together are left out where they are no
/// weaker than each by itself, or where what the weaker one has beside them is as wrong.
///
/// Outcomes are right or wrong; whether the share of right ones is smaller than elsewhere by chance tells Fisher's exact test,
/// two-sided. Where items are more or less right (masks of pixels), their F1 are ranked (Mann and Whitney, one-sided). Both at a
/// false discovery rate over all slices that were judged (Benjamini and Hochberg 1995).
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn find(
    attributes: &Attributes,
    rows: &Rows,
    limits: Limits,
    progress: &dyn Progress,
) -> Result<Vec<Weak>, Cancelled> {
    progress.stage("Looking at attributes");
    let search = Search::of(attributes, rows, limits);
    let singles = search.singles();
    progress.check()?;
    progress.stage("Looking at two attributes at a time");
    let mut all = singles.clone();
    all.extend(search.pairs(progress)?);
    Ok(search.weak(all, &singles))
}

/// As [`find`], of single attributes.
#[must_use]
pub fn find_single(attributes: &Attributes, rows: &Rows, limits: Limits) -> Vec<Weak> {
    let search = Search::of(attributes, rows, limits);
    let singles = search.singles();
    search.weak(singles.clone(), &singles)
}

impl<'a> Search<'a> {
    fn of(attributes: &'a Attributes, rows: &'a Rows, limits: Limits) -> Self {
        let narrow = |bin: usize| u8::try_from(bin).unwrap_or(u8::MAX);
        let bins = attributes.all.par_iter();
        let bins = bins.map(|of| rows.rows.iter().map(|row| narrow(of.bin_of_row(row))).collect()).collect();
        let ranks = rows.graded.as_ref().map(|f1| {
            let ranks = Ranks::of(f1);
            let of = |row: &Row| ranks.ranks.get(row.image.index()).copied().flatten().filter(|_| row.is_subject);
            let by_row = rows.rows.iter().map(|row| of(row).unwrap_or(f64::NAN)).collect();
            (ranks, by_row)
        });
        Self { attributes, rows: &rows.rows, bins, whole: rows.whole(), ranks, limits }
    }

    /// Sums over the rows by the place that each is put in.
    fn sums(&self, places: usize, place: impl Fn(usize) -> usize) -> Vec<Sum> {
        let mut sums = vec![Sum::default(); places];
        let ranks = self.ranks.as_ref().map(|(_, by_row)| by_row.as_slice());
        for (at, row) in self.rows.iter().enumerate() {
            let Some(sum) = sums.get_mut(place(at)) else { continue };
            sum.tally.add(row.kind, row.weight, row.is_subject);
            if let Some(rank) = ranks.and_then(|ranks| ranks.get(at)).filter(|rank| rank.is_finite()) {
                sum.ranked += 1;
                sum.ranks += rank;
            }
        }
        sums
    }

    fn bin(&self, attribute: usize, row: usize) -> usize {
        self.bins.get(attribute).and_then(|bins| bins.get(row)).map_or(usize::MAX, |bin| usize::from(*bin))
    }

    fn bins_of(&self, attribute: usize) -> usize {
        self.attributes.all.get(attribute).map_or(0, |of| of.bins.len())
    }

    fn is_known(&self, (attribute, bin): (usize, usize)) -> bool {
        self.attributes.all.get(attribute).and_then(|of| of.bins.get(bin)).is_some_and(|bin| !bin.unknown)
    }

    /// A slice that is large enough, with its p before any correction.
    fn judged(&self, parts: Vec<(usize, usize)>, sum: Sum) -> Option<Judged> {
        let Limits { share, least, .. } = self.limits;
        let subjects = sum.tally.subjects;
        let large = subjects >= least && subjects as f64 >= share * self.whole.subjects as f64;
        let known = parts.iter().all(|part| self.is_known(*part));
        let rest = self.whole.without(sum.tally);
        if !large || !known || rest.outcomes() == 0 {
            return None;
        }
        let p = match &self.ranks {
            Some((ranks, _)) if sum.ranked > 0 && sum.ranked < self.whole.subjects => {
                ranks.smaller(sum.ranks, sum.ranked as f64)
            }
            Some(_) => 1.0,
            None => fisher((sum.tally.counts.correct, sum.tally.wrong()), (rest.counts.correct, rest.wrong())),
        };
        Some(Judged { parts, sum, p })
    }

    fn singles(&self) -> Vec<Judged> {
        let all = (0..self.attributes.all.len()).into_par_iter();
        let of = |attribute: usize| -> Vec<Judged> {
            let sums = self.sums(self.bins_of(attribute), |row| self.bin(attribute, row));
            let judged = sums.into_iter().enumerate();
            judged.filter_map(|(bin, sum)| self.judged(vec![(attribute, bin)], sum)).collect()
        };
        all.map(of).collect::<Vec<_>>().into_iter().flatten().collect()
    }

    fn pairs(&self, progress: &dyn Progress) -> Result<Vec<Judged>, Cancelled> {
        let most = self.attributes.all.len().min(MOST_PAIRED);
        let pairs: Vec<(usize, usize)> = (0..most).flat_map(|a| (a + 1..most).map(move |b| (a, b))).collect();
        let done = std::sync::atomic::AtomicUsize::new(0);
        let of = |&(a, b): &(usize, usize)| -> Result<Vec<Judged>, Cancelled> {
            progress.check()?;
            let (rows, columns) = (self.bins_of(a), self.bins_of(b));
            let place = |row: usize| {
                let (x, y) = (self.bin(a, row), self.bin(b, row));
                if x < rows && y < columns { x * columns + y } else { usize::MAX }
            };
            let sums = self.sums(rows * columns, place).into_iter().enumerate();
            let judged = |(at, sum)| self.judged(vec![(a, at / columns.max(1)), (b, at % columns.max(1))], sum);
            let judged = sums.filter_map(judged).collect();
            progress.progress(1 + done.fetch_add(1, std::sync::atomic::Ordering::Relaxed), pairs.len());
            Ok(judged)
        };
        let all: Vec<Vec<Judged>> = pairs.par_iter().map(of).collect::<Result<_, Cancelled>>()?;
        Ok(all.into_iter().flatten().collect())
    }

    /// What is weak of everything that was judged.
    fn weak(&self, all: Vec<Judged>, singles: &[Judged]) -> Vec<Weak> {
        let mut p: Vec<f64> = all.iter().map(|judged| judged.p).collect();
        correct(&mut p);
        let whole = self.whole.counts.f1();
        let below = |tally: Tally| tally.counts.f1().zip(whole).is_some_and(|(own, whole)| own < whole);
        let weak = all.into_iter().zip(p).filter(|(judged, p)| *p <= self.limits.p && below(judged.sum.tally));
        let weak = weak.filter(|(judged, _)| judged.parts.len() < 2 || self.tells_more(judged, singles));
        let mut weak: Vec<Weak> = weak.map(|(judged, p)| self.named(judged, p)).collect();
        // Of equally costly ones the smallest says most.
        let cost = |a: &Weak, b: &Weak| b.extra_errors().total_cmp(&a.extra_errors());
        weak.sort_by(|a, b| cost(a, b).then(a.tally.outcomes().cmp(&b.tally.outcomes())).then(a.parts.cmp(&b.parts)));
        weak.truncate(MOST_LISTED);
        weak
    }

    /// True where two bins together are weaker than each by itself, and weaker than what the weaker one has beside them.
    fn tells_more(&self, pair: &Judged, singles: &[Judged]) -> bool {
        let own = pair.sum.tally;
        let Some(f1) = own.counts.f1() else { return false };
        let mut parents = pair.parts.iter().map(|part| {
            let parent = singles.iter().find(|single| single.parts.first() == Some(part))?;
            Some((parent.sum.tally.counts.f1()?, parent.sum.tally))
        });
        let (Some(Some(a)), Some(Some(b))) = (parents.next(), parents.next()) else { return false };
        let (weaker, parent) = if a.0 <= b.0 { a } else { b };
        let beside = parent.without(own);
        let apart = || fisher((own.counts.correct, own.wrong()), (beside.counts.correct, beside.wrong()));
        f1 < weaker && (self.ranks.is_some() || apart() <= self.limits.p)
    }

    fn named(&self, judged: Judged, p: f64) -> Weak {
        let title = |&(attribute, bin): &(usize, usize)| Some(self.attributes.all.get(attribute)?.title(bin));
        let names: Vec<String> = judged.parts.iter().filter_map(title).collect();
        let (tally, rest) = (judged.sum.tally, self.whole.without(judged.sum.tally));
        let right = |tally: Tally| rates::ratio(tally.counts.correct, tally.outcomes()).unwrap_or(0.0);
        let h = cohens_h(right(tally), right(rest));
        Weak { parts: judged.parts, name: names.join(" and "), tally, rest, p, h }
    }
}
