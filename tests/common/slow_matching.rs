//! The matchings written down once more, for one threshold and without regard to speed, from their definitions alone.

use evalens::metrics::{Cell, Matching};
use evalens::model::{BBox, ClassId, Dataset, ImageId, PredId, Predictions, TruthId};

/// A truth and a detection that belong together, or one of them alone.
pub type Pair = (Option<TruthId>, Option<PredId>);

/// One image at one threshold.
struct Scene<'a> {
    dataset: &'a Dataset,
    predictions: &'a Predictions,
    truths: Vec<usize>,
    kept: Vec<usize>,
    iou: f64,
}

/// What becomes of every object of an image at a threshold, sorted.
pub fn outcomes(
    matching: Matching,
    dataset: &Dataset,
    predictions: &Predictions,
    image: ImageId,
    threshold: f64,
    iou: f64,
) -> Vec<Pair> {
    outcomes_with(matching, dataset, predictions, image, &|_| threshold, iou)
}

/// The same with a threshold that depends on the class.
pub fn outcomes_with(
    matching: Matching,
    dataset: &Dataset,
    predictions: &Predictions,
    image: ImageId,
    threshold: &dyn Fn(ClassId) -> f64,
    iou: f64,
) -> Vec<Pair> {
    let is_kept = |p: &usize| {
        let threshold = threshold(predictions.class[*p]);
        match matching {
            Matching::Ultralytics => predictions.score[*p] as f32 > threshold as f32,
            _ => predictions.score[*p] >= threshold,
        }
    };
    let scene = Scene {
        dataset,
        predictions,
        truths: dataset.truths.of(image).collect(),
        kept: predictions.of(image).filter(is_kept).collect(),
        iou,
    };
    let ordinary = matches!(matching, Matching::Supervision | Matching::Ultralytics);
    let taken = match matching {
        Matching::TwoPass => scene.passes(&[true, false]),
        Matching::ClassAgnostic => scene.passes(&[false]),
        Matching::Coco => scene.coco(),
        Matching::Supervision => scene.supervision(),
        Matching::Ultralytics => scene.ultralytics(),
    };
    let mut all: Vec<Pair> = Vec::new();
    for &p in &scene.kept {
        let truth = taken.iter().find(|(_, q)| *q == p).map(|(t, _)| *t);
        if truth.is_some() || ordinary || !scene.on_ignored(p, matching == Matching::Coco) {
            all.push((truth.map(TruthId::from_index), Some(PredId::from_index(p))));
        }
    }
    for &t in &scene.truths {
        if taken.iter().all(|(u, _)| *u != t) && (ordinary || !dataset.truths.ignored[t]) {
            all.push((Some(TruthId::from_index(t)), None));
        }
    }
    all.sort_unstable();
    all
}

/// The cell that a pair counts in.
pub fn cell(pair: Pair, dataset: &Dataset, predictions: &Predictions) -> Cell {
    Cell::new(pair.0.map(|t| dataset.truths.class[t.index()]), pair.1.map(|p| predictions.class[p.index()]))
}

/// Intersection over union, or over the detection's area.
fn overlap(p: BBox, t: BBox, crowd: bool) -> f64 {
    let w = ((p.x + p.w).min(t.x + t.w) - p.x.max(t.x)).max(0.0);
    let h = ((p.y + p.h).min(t.y + t.h) - p.y.max(t.y)).max(0.0);
    let shared = w * h;
    let whole = if crowd { p.w * p.h } else { p.w * p.h + t.w * t.h - shared };
    if shared > 0.0 { shared / whole } else { 0.0 }
}

impl Scene<'_> {
    fn same(&self, t: usize, p: usize) -> bool {
        self.dataset.truths.class[t] == self.predictions.class[p]
    }

    fn overlap(&self, t: usize, p: usize) -> f64 {
        overlap(self.predictions.bbox[p], self.dataset.truths.bbox[t], self.dataset.truths.ignored[t])
    }

    fn on_ignored(&self, p: usize, coco: bool) -> bool {
        let least = if coco { self.iou.min(1.0 - 1e-10) } else { self.iou };
        self.truths.iter().any(|&t| self.dataset.truths.ignored[t] && self.same(t, p) && self.overlap(t, p) >= least)
    }

    /// Each pass: detections by score, each to the free truth it overlaps most, the first of equals.
    fn passes(&self, same_class_only: &[bool]) -> Vec<(usize, usize)> {
        let mut taken: Vec<(usize, usize)> = Vec::new();
        for &same_only in same_class_only {
            for &p in &self.kept {
                if taken.iter().any(|(_, q)| *q == p) {
                    continue;
                }
                let mut best: Option<(f64, usize)> = None;
                for &t in &self.truths {
                    let free = !self.dataset.truths.ignored[t] && taken.iter().all(|(u, _)| *u != t);
                    let overlap = self.overlap(t, p);
                    if free
                        && (self.same(t, p) || !same_only)
                        && overlap >= self.iou
                        && best.is_none_or(|(b, _)| overlap > b)
                    {
                        best = Some((overlap, t));
                    }
                }
                taken.extend(best.map(|(_, t)| (t, p)));
            }
        }
        taken
    }

    /// As the loop of pycocotools, which looks at what counts before what is ignored.
    fn coco(&self) -> Vec<(usize, usize)> {
        let mut taken: Vec<(usize, usize)> = Vec::new();
        for &p in &self.kept {
            let mut least = self.iou.min(1.0 - 1e-10);
            let mut found = None;
            for &t in self.truths.iter().filter(|&&t| self.same(t, p) && !self.dataset.truths.ignored[t]) {
                if taken.iter().all(|(u, _)| *u != t) && self.overlap(t, p) >= least {
                    least = self.overlap(t, p);
                    found = Some((t, p));
                }
            }
            taken.extend(found);
        }
        taken
    }

    fn supervision(&self) -> Vec<(usize, usize)> {
        let mut pairs: Vec<(bool, f32, usize, u32, usize)> = Vec::new();
        for &t in &self.truths {
            for &p in &self.kept {
                let [a, b] = [self.dataset.truths.bbox[t], self.predictions.bbox[p]].map(|b| {
                    let [x0, y0, x1, y1] = [b.x, b.y, b.x + b.w, b.y + b.h].map(|v| f64::from(v as f32));
                    BBox::new(x0, y0, x1 - x0, y1 - y0)
                });
                let overlap = overlap(b, a, false) as f32;
                if overlap > self.iou as f32 {
                    pairs.push((!self.same(t, p), -overlap, t, self.predictions.row[p], p));
                }
            }
        }
        pairs.sort_by(|a, b| a.partial_cmp(b).unwrap());
        let mut taken: Vec<(usize, usize)> = Vec::new();
        for (_, _, t, _, p) in pairs {
            if taken.iter().all(|&(u, q)| u != t && q != p) {
                taken.push((t, p));
            }
        }
        taken
    }

    fn ultralytics(&self) -> Vec<(usize, usize)> {
        let mut order = self.kept.clone();
        order.sort_by_key(|&p| self.predictions.row[p]);
        order.sort_by(|&p, &q| (self.predictions.score[q] as f32).total_cmp(&(self.predictions.score[p] as f32)));
        let mut taken: Vec<(usize, usize)> = Vec::new();
        for p in order {
            let overlap = |t: usize| {
                let [a, b] = [self.dataset.truths.bbox[t], self.predictions.bbox[p]]
                    .map(|b| [b.x as f32, b.y as f32, (b.x + b.w) as f32, (b.y + b.h) as f32]);
                let shared = (a[2].min(b[2]) - a[0].max(b[0])).max(0.0) * (a[3].min(b[3]) - a[1].max(b[1])).max(0.0);
                shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared + 1e-7)
            };
            let mut best: Option<(f32, usize)> = None;
            for &t in self.truths.iter().filter(|&&t| taken.iter().all(|(u, _)| *u != t)) {
                if overlap(t) > self.iou as f32 && best.is_none_or(|(b, _)| overlap(t) > b) {
                    best = Some((overlap(t), t));
                }
            }
            taken.extend(best.map(|(_, t)| (t, p)));
        }
        taken
    }
}
