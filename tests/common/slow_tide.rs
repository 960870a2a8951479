//! TIDE's protocol written out: every repaired list of detections is really made and its AP taken.

use evalens::metrics::tide::TideError;
use evalens::model::{Dataset, ImageId, PredId, Predictions, TruthId};

const CAP: usize = 100;

/// AP50, the six types and the two special errors in the order of the summary, and the objects behind them.
pub struct Slow {
    pub summary: [Option<f64>; 9],
    pub errors: Vec<(PredId, TideError)>,
    pub missed: Vec<TruthId>,
}

/// A detection that counts for a class.
#[derive(Clone, Copy)]
struct Point {
    class: usize,
    score: f64,
    right: bool,
}

/// An entry of the list of errors: what it is, and what becomes of it when repaired.
struct Error {
    kind: TideError,
    original: Option<Point>,
    repaired: Option<Point>,
}

#[derive(Default)]
struct State {
    errors: Vec<Error>,
    listed: Vec<(PredId, TideError)>,
    right: Vec<Point>,
    as_given: Vec<Point>,
    missed: Vec<TruthId>,
    unfound: Vec<TruthId>,
}

pub fn evaluate(dataset: &Dataset, predictions: &Predictions) -> Slow {
    let mut images: Vec<ImageId> = dataset.image_ids().collect();
    images.sort_by_key(|&image| dataset.file_rank(image));
    let mut state = State::default();
    for image in images {
        state.image(dataset, predictions, image);
    }
    let support: Vec<i64> = dataset.support().into_iter().map(|n| n as i64).collect();
    let without = |gone: &[TruthId]| {
        let mut left = support.clone();
        gone.iter().for_each(|t| left[dataset.truths.class[t.index()].index()] -= 1);
        left
    };
    let repair = |kind: Option<TideError>| -> Vec<Point> {
        let wrong = state.errors.iter().filter_map(|e| if Some(e.kind) == kind { e.repaired } else { e.original });
        wrong.chain(state.right.iter().copied()).collect()
    };
    let base = mean_ap(&state.as_given, &support);
    let gain = |points: &[Point], support: &[i64]| Some(mean_ap(points, support)? - base?);
    let cost = |kind| gain(&repair(Some(kind)), &support).map(|g| g.max(0.0));
    let unchanged = repair(None);
    let last: Vec<Point> = unchanged.iter().map(|p| Point { score: f64::from(u8::from(p.right)), ..*p }).collect();
    let summary = [
        base,
        cost(TideError::Cls),
        cost(TideError::Loc),
        cost(TideError::Both),
        cost(TideError::Dupe),
        cost(TideError::Bkg),
        gain(&unchanged, &without(&state.missed)).map(|g| g.max(0.0)),
        gain(&last, &support),
        gain(&unchanged, &without(&state.unfound)),
    ];
    let any = support.iter().any(|&n| n > 0);
    state.listed.sort();
    state.missed.sort();
    Slow { summary: if any { summary } else { [None; 9] }, errors: state.listed, missed: state.missed }
}

impl State {
    fn image(&mut self, dataset: &Dataset, predictions: &Predictions, image: ImageId) {
        let truths = &dataset.truths;
        let counted: Vec<usize> = truths.of(image).filter(|&t| !truths.ignored[t]).collect();
        let crowds: Vec<usize> = truths.of(image).filter(|&t| truths.ignored[t]).collect();
        let preds: Vec<usize> = predictions.of(image).take(CAP).collect();
        let class_of = |p: usize| predictions.class[p];
        let overlap = |p: usize, t: usize| predictions.bbox[p].overlap(truths.bbox[t], truths.ignored[t]);
        let best = |p: usize, wanted: &dyn Fn(usize) -> bool| {
            let mut best = (0.0, None);
            for &t in counted.iter().filter(|&&t| wanted(t)) {
                if overlap(p, t) > best.0 {
                    best = (overlap(p, t), Some(t));
                }
            }
            best
        };
        let mut used: Vec<usize> = Vec::new();
        let mut right = vec![false; preds.len()];
        for (i, &p) in preds.iter().enumerate() {
            if let (0.5.., Some(t)) = best(p, &|t| truths.class[t] == class_of(p) && !used.contains(&t)) {
                used.push(t);
                right[i] = true;
            }
        }
        let mut repairable: Vec<usize> = Vec::new();
        for (&p, &right) in preds.iter().zip(&right) {
            let point = Point { class: class_of(p).index(), score: predictions.score[p], right };
            if right {
                self.right.push(point);
                self.as_given.push(point);
                continue;
            }
            let in_crowd = crowds.iter().any(|&t| truths.class[t] == class_of(p) && overlap(p, t) > 0.5);
            let same = best(p, &|t| truths.class[t] == class_of(p));
            let other = best(p, &|t| truths.class[t] != class_of(p));
            let (kind, target) = if (0.1..=0.5).contains(&same.0) {
                (TideError::Loc, same.1)
            } else if other.0 >= 0.5 {
                (TideError::Cls, other.1)
            } else if best(p, &|t| truths.class[t] == class_of(p) && used.contains(&t)).0 >= 0.5 {
                (TideError::Dupe, None)
            } else if best(p, &|_| true).0 <= 0.1 {
                (TideError::Bkg, None)
            } else {
                (TideError::Both, None)
            };
            let target = target.filter(|t| !used.contains(t) && !repairable.contains(t));
            repairable.extend(target);
            let repaired = target.map(|t| Point { class: truths.class[t].index(), right: true, ..point });
            let original = (!in_crowd).then_some(point);
            self.as_given.extend(original);
            self.errors.push(Error { kind, original, repaired });
            self.listed.push((PredId::from_index(p), kind));
        }
        let unfound = counted.iter().filter(|t| !used.contains(t));
        self.unfound.extend(unfound.clone().map(|&t| TruthId::from_index(t)));
        self.missed.extend(unfound.filter(|t| !repairable.contains(t)).map(|&t| TruthId::from_index(t)));
    }
}

fn mean_ap(points: &[Point], support: &[i64]) -> Option<f64> {
    let mut aps = Vec::new();
    for (class, &truths) in support.iter().enumerate() {
        let mut of_class: Vec<&Point> = points.iter().filter(|p| p.class == class).collect();
        if of_class.is_empty() && truths == 0 {
            continue;
        }
        of_class.sort_by(|a, b| b.score.partial_cmp(&a.score).unwrap());
        aps.push(ap(&of_class, truths));
    }
    (!aps.is_empty()).then(|| aps.iter().sum::<f64>() / aps.len() as f64)
}

fn ap(points: &[&Point], truths: i64) -> f64 {
    if truths == 0 {
        return 0.0;
    }
    let mut hits = 0.0;
    let mut recall = Vec::new();
    let mut precision = Vec::new();
    for (i, point) in points.iter().enumerate() {
        hits += f64::from(u8::from(point.right));
        precision.push(hits / (i + 1) as f64);
        recall.push(hits / truths as f64);
    }
    for i in (1..precision.len()).rev() {
        precision[i - 1] = f64::max(precision[i - 1], precision[i]);
    }
    let at = |i: usize| {
        let first = recall.partition_point(|&r| r < f64::from(i as u32) / 100.0);
        precision.get(first).copied().unwrap_or(0.0)
    };
    (0..=100).map(at).sum::<f64>() / 101.0
}
