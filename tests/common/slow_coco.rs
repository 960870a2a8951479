//! COCO's protocol written out: one pass for every class, range of area, threshold and cap, no shortcuts.

use evalens::metrics::coco::{AreaRange, IOU_THRESHOLDS};
use evalens::model::{ClassId, Dataset, ImageId, Predictions};

const POINTS: usize = 101;

/// The twelve numbers and the precision behind them.
pub struct Slow {
    /// AP, 50, 75, small, medium, large.
    pub ap: [Option<f64>; 6],
    /// AR 1, 10, 100, small, medium, large.
    pub ar: [Option<f64>; 6],
    curves: Vec<Curve>,
}

struct Curve {
    threshold: usize,
    class: usize,
    area: usize,
    cap: usize,
    precision: Vec<f64>,
    recall: f64,
}

impl Slow {
    /// The precision at 101 recall points, with at most a hundred detections.
    pub fn precision(&self, threshold: usize, class: usize, area: usize) -> Option<Vec<f64>> {
        let wanted = |c: &&Curve| (c.threshold, c.class, c.area, c.cap) == (threshold, class, area, 100);
        self.curves.iter().find(wanted).map(|curve| curve.precision.clone())
    }

    fn mean_precision(&self, order: &[usize], thresholds: &[usize], area: usize) -> Option<f64> {
        let mut values = Vec::new();
        for &threshold in thresholds {
            for point in 0..POINTS {
                for &class in order {
                    values.extend(self.precision(threshold, class, area).map(|row| row[point]));
                }
            }
        }
        mean(&values)
    }

    fn mean_recall(&self, order: &[usize], area: usize, cap: usize) -> Option<f64> {
        let mut values = Vec::new();
        for threshold in 0..IOU_THRESHOLDS.len() {
            for &class in order {
                let wanted = |c: &&Curve| (c.threshold, c.class, c.area, c.cap) == (threshold, class, area, cap);
                values.extend(self.curves.iter().find(wanted).map(|c| c.recall));
            }
        }
        mean(&values)
    }
}

pub fn evaluate(dataset: &Dataset, predictions: &Predictions) -> Slow {
    let mut slow = Slow { ap: [None; 6], ar: [None; 6], curves: Vec::new() };
    for class in dataset.classes.ids() {
        for area in AreaRange::ALL {
            for threshold in 0..IOU_THRESHOLDS.len() {
                for cap in [1, 10, 100] {
                    slow.curves.extend(curve(dataset, predictions, class, area, threshold, cap));
                }
            }
        }
    }
    let mut order: Vec<usize> = (0..dataset.classes.len()).collect();
    order.sort_by_key(|&c| dataset.classes.source_ids()[c]);
    let all: Vec<usize> = (0..IOU_THRESHOLDS.len()).collect();
    let ap = [(&all[..], 0), (&[0], 0), (&[5], 0), (&all, 1), (&all, 2), (&all, 3)];
    slow.ap = ap.map(|(thresholds, area)| slow.mean_precision(&order, thresholds, area));
    slow.ar = [(0, 1), (0, 10), (0, 100), (1, 100), (2, 100), (3, 100)]
        .map(|(area, cap)| slow.mean_recall(&order, area, cap));
    slow
}

/// A detection of the class after its image was matched.
struct Scored {
    score: f64,
    matched: bool,
    ignored: bool,
}

fn curve(
    dataset: &Dataset,
    predictions: &Predictions,
    class: ClassId,
    area: AreaRange,
    threshold: usize,
    cap: usize,
) -> Option<Curve> {
    let mut scored = Vec::new();
    let mut truths = 0;
    for image in dataset.image_ids() {
        truths += match_image(dataset, predictions, image, class, area, threshold, cap, &mut scored);
    }
    if truths == 0 {
        return None;
    }
    scored.sort_by(|a, b| b.score.partial_cmp(&a.score).unwrap());
    let (mut hits, mut wrong) = (0.0_f64, 0.0_f64);
    let (mut recall, mut precision) = (Vec::new(), Vec::new());
    for detection in &scored {
        hits += f64::from(u8::from(detection.matched && !detection.ignored));
        wrong += f64::from(u8::from(!detection.matched && !detection.ignored));
        recall.push(hits / f64::from(truths));
        precision.push(hits / (wrong + hits + f64::EPSILON));
    }
    for i in (1..precision.len()).rev() {
        precision[i - 1] = precision[i - 1].max(precision[i]);
    }
    let at = |point: usize| {
        let first = recall.partition_point(|&r| r < point as f64 * 0.01);
        precision.get(first).copied().unwrap_or(0.0)
    };
    Some(Curve {
        threshold,
        class: class.index(),
        area: area as usize,
        cap,
        precision: (0..POINTS).map(at).collect(),
        recall: recall.last().copied().unwrap_or(0.0),
    })
}

/// Matches one image and class; returns the truths that count.
#[allow(clippy::too_many_arguments, reason = "the protocol's loop variables, spelled out")]
fn match_image(
    dataset: &Dataset,
    predictions: &Predictions,
    image: ImageId,
    class: ClassId,
    area: AreaRange,
    threshold: usize,
    cap: usize,
    scored: &mut Vec<Scored>,
) -> u32 {
    let outside = |a: f64| a < area.bounds().0 || a > area.bounds().1;
    let truths = &dataset.truths;
    let mut of_class: Vec<usize> = truths.of(image).filter(|&t| truths.class[t] == class).collect();
    let ignored = |t: usize| truths.ignored[t] || outside(truths.area[t]);
    of_class.sort_by_key(|&t| ignored(t));
    let mut taken = vec![false; of_class.len()];
    let detections = predictions.of(image).filter(|&p| predictions.class[p] == class);
    for pred in detections.take(cap) {
        let mut best: Option<usize> = None;
        let mut least = IOU_THRESHOLDS[threshold];
        for (place, &truth) in of_class.iter().enumerate() {
            let crowd = truths.ignored[truth];
            if taken[place] && !crowd {
                continue;
            }
            if best.is_some_and(|b| !ignored(of_class[b])) && ignored(truth) {
                break;
            }
            let overlap = predictions.bbox[pred].overlap(truths.bbox[truth], crowd);
            if overlap >= least {
                least = overlap;
                best = Some(place);
            }
        }
        if let Some(place) = best {
            taken[place] = true;
        }
        scored.push(Scored {
            score: predictions.score[pred],
            matched: best.is_some(),
            ignored: best.map_or_else(|| outside(predictions.bbox[pred].area()), |b| ignored(of_class[b])),
        });
    }
    of_class.iter().filter(|&&t| !ignored(t)).count() as u32
}

/// numpy's mean: up to 128 values in eight strands, more in halves of whole eights.
fn mean(values: &[f64]) -> Option<f64> {
    fn sum(v: &[f64]) -> f64 {
        let n = v.len();
        if n < 8 {
            return v.iter().sum();
        }
        if n <= 128 {
            let whole = n - n % 8;
            let mut r: [f64; 8] = std::array::from_fn(|lane| v[lane]);
            for i in 8..whole {
                r[i % 8] += v[i];
            }
            let mut total = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
            for value in &v[whole..] {
                total += value;
            }
            return total;
        }
        let half = (n / 2) / 8 * 8;
        sum(&v[..half]) + sum(&v[half..])
    }
    (!values.is_empty()).then(|| sum(values) / values.len() as f64)
}
