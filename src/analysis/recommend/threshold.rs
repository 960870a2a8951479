//! `threshold_off`: the threshold is not where F1 is best, or a class has its best elsewhere.

use crate::metrics::{Counts, rates};
use crate::model::{ClassId, ImageId, PredId, fmt};

use super::case::{Case, number};
use super::{Gain, Importance, Recommendation};
use crate::analysis::Filter;

/// The card of a threshold away from the pooled optimum.
pub(super) fn pooled(case: &Case) -> Vec<Recommendation> {
    let Some(best) = case.matched.optima.pooled else { return Vec::new() };
    let there = case.matched.timeline.counter_at(best);
    let (now, then) = (case.counter.totals(), there.totals());
    let Some(gain) = case.gain(then).filter(|g| g.difference() >= case.rules.threshold_gain) else {
        return Vec::new();
    };
    let raise = best > case.threshold;
    let (here, optimum) = (fmt::threshold(case.threshold), fmt::threshold(best));
    let (more, fewer) = if raise { (now, then) } else { (then, now) };
    let wrong = |c: Counts| c.misclassified + c.false_positives;
    let (wrongs, corrects) = (wrong(more).saturating_sub(wrong(fewer)), more.correct.saturating_sub(fewer.correct));
    let wrongs = match case.evaluation.objects() {
        Some(_) => fmt::counted(wrongs, "wrong detection", "wrong detections"),
        None => fmt::counted(wrongs, "wrong prediction", "wrong predictions"),
    };
    let corrects = fmt::counted(corrects, "correct one", "correct ones");
    let effect = format!("{wrongs} and {corrects} {}", if raise { "fall away" } else { "are added" });
    let sentence = format!(
        "F1 is {} at {here} and {} at {optimum}, the best of all thresholds: {effect}",
        fmt::rate(Some(gain.from)),
        fmt::rate(Some(gain.to))
    );
    vec![Recommendation {
        kind: "threshold_off",
        subject: "all classes".to_owned(),
        importance: case.importance(Some(gain)),
        title: format!("{} the confidence threshold to {optimum}", if raise { "Raise" } else { "Lower" }),
        sentence,
        rule: format!(
            "The threshold with the best F1 over all {}, where it wins at least {}. Gain: F1 there",
            case.many(),
            fmt::rate(Some(case.rules.threshold_gain))
        ),
        classes: Vec::new(),
        evidence: vec![
            ("threshold", case.threshold),
            ("optimal_threshold", best),
            ("f1", gain.from),
            ("optimal_f1", gain.to),
        ],
        gain: Some(gain),
        surer: None,
        filter: Filter::Images {
            title: format!("Images that change between {here} and {optimum}"),
            images: changing_images(case, best),
        },
        threshold: Some(best),
    }]
}

/// Images with an outcome that holds at one of the two thresholds only.
fn changing_images(case: &Case, other: f64) -> Vec<ImageId> {
    let (here, there) = (case.counter.cut(), case.matched.timeline.cut(other));
    case.matched.timeline.changed_images(here, there)
}

/// Counts of a class at its own optimum.
struct Own {
    class: ClassId,
    threshold: f64,
    f1_here: f64,
    f1_there: f64,
    gain: Option<Gain>,
}

/// One card for each of the classes that win most at their own threshold.
pub(super) fn own_optima(case: &Case) -> Vec<Recommendation> {
    let Some(pooled) = case.matched.optima.pooled else { return Vec::new() };
    let mut own: Vec<Own> =
        case.evaluation.dataset.classes.ids().filter_map(|class| own_optimum(case, class, pooled)).collect();
    own.sort_by(|a, b| {
        let wins = |o: &Own| (o.gain.map_or(0.0, Gain::difference), o.f1_there - o.f1_here);
        let ((a_pooled, a_own), (b_pooled, b_own)) = (wins(a), wins(b));
        b_pooled.total_cmp(&a_pooled).then(b_own.total_cmp(&a_own))
    });
    own.truncate(case.rules.cards_per_rule);
    own.into_iter().map(|own| card(case, &own, pooled)).collect()
}

fn own_optimum(case: &Case, class: ClassId, pooled: f64) -> Option<Own> {
    let best = case.matched.optima.classes.get(class.index()).copied().flatten()?;
    // A hair of tolerance: 0.75 − 0.60 is 0.15000000000000002, 0.65 − 0.50 is 0.15, 0.8 − 0.65 less.
    let far = (best - pooled).abs() >= case.rules.own_optimum_distance - 1e-9;
    if !far || case.support(class) < case.rules.own_optimum_truths {
        return None;
    }
    let sweep = case.matched.class_sweeps.get(class.index())?;
    let at = sweep.best_f1()?;
    let (correct, kept) = ((*sweep.correct.get(at)?), (*sweep.kept.get(at)?));
    let here = case.counter.classes().get(class.index())?;
    let (f1_here, f1_there) = (here.f1()?, rates::f1(correct, kept, sweep.truths)?);
    if f1_there - f1_here < case.rules.own_optimum_gain {
        return None;
    }
    let totals = case.counter.totals();
    let (all_correct, all_kept) = (totals.correct + correct - here.correct, totals.kept() + kept - here.predicted());
    let (from, to) = (totals.f1()?, rates::f1(all_correct, all_kept, totals.truths())?);
    let gain = (to > from).then_some(Gain { metric: "f1", from, to, repaired: None });
    Some(Own { class, threshold: best, f1_here, f1_there, gain })
}

fn card(case: &Case, own: &Own, pooled: f64) -> Recommendation {
    let (name, many) = (case.name(own.class), case.many());
    let (best, here) = (fmt::threshold(own.threshold), fmt::threshold(case.threshold));
    let sentence = format!(
        "The F1 of {name} is {} at {best} and {} at {here}; the best threshold for all classes is {}",
        fmt::rate(Some(own.f1_there)),
        fmt::rate(Some(own.f1_here)),
        fmt::threshold(pooled)
    );
    Recommendation {
        kind: "threshold_off",
        subject: String::new(),
        importance: own.gain.map_or(Importance::Low, |g| case.importance(Some(g))),
        title: format!("{name} works best at {best}"),
        sentence,
        rule: format!(
            "Classes with at least {} {many} whose own best threshold is at least {} away from the best for all, where \
             their F1 wins at least {}; the {} that win most. Gain: F1 over all {many} with the class at its own threshold",
            case.rules.own_optimum_truths,
            case.rules.own_optimum_distance,
            fmt::rate(Some(case.rules.own_optimum_gain)),
            case.rules.cards_per_rule,
        ),
        classes: vec![own.class],
        evidence: vec![
            ("own_threshold", own.threshold),
            ("optimal_threshold", pooled),
            ("class_f1", own.f1_here),
            ("class_f1_at_own", own.f1_there),
            ("support", number(case.support(own.class))),
        ],
        gain: own.gain,
        surer: None,
        filter: between(case, own),
        threshold: None,
    }
}

/// What changes where the class has its own threshold: its predictions between the two, or, where they are not kept yet and where
/// every class of an item is decided by itself, the items that hold them.
fn between(case: &Case, own: &Own) -> Filter {
    let (low, high) = (own.threshold.min(case.threshold), own.threshold.max(case.threshold));
    let title = format!("{} between {} and {}", case.name(own.class), fmt::threshold(low), fmt::threshold(high));
    let within = |score: f64| low <= score && score < high;
    let (dataset, predictions) = (&case.evaluation.dataset, &case.evaluation.predictions);
    if let Some(labels) = case.evaluation.labels().filter(|labels| labels.multi.is_some()) {
        let score = |image: &ImageId| labels.scores.score(*image, own.class);
        let images = dataset.image_ids().filter(|image| score(image).is_some_and(within)).collect();
        return Filter::Images { title, images };
    }
    let of_class = |pred: &PredId| predictions.class_of(*pred) == Some(own.class);
    let preds = (0..predictions.len()).map(PredId::from_index).filter(of_class);
    let preds = preds.filter(|pred| predictions.score_of(*pred).is_some_and(within));
    if own.threshold > case.threshold {
        return Filter::of_objects(title, Vec::new(), preds.collect());
    }
    let mut images: Vec<ImageId> = preds.filter_map(|pred| predictions.image_of(pred)).collect();
    images.sort_unstable();
    images.dedup();
    Filter::Images { title, images }
}
