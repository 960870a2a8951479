//! Attributes of objects: size, shape, place, what is near. A detection has those of its own box.

use rayon::prelude::*;

use super::geometry::{Size, covered, is_at_edge, sides};
use super::{Made, Sources};
use crate::model::{BBox, Cancelled, Dataset, ImageId, PredId, Predictions, Progress, Values};

/// The nine fields of an image, row by row.
const PLACES: [&str; 9] =
    ["top left", "top", "top right", "left", "centre", "right", "bottom left", "bottom", "bottom right"];

/// Box, area and image of a truth or detection.
#[derive(Clone, Copy)]
struct Thing {
    bbox: BBox,
    area: f64,
    image: ImageId,
    truth: Option<usize>,
}

/// All of them.
pub(super) fn made(sources: &Sources<'_>, progress: &dyn Progress) -> Result<Vec<Made>, Cancelled> {
    let (dataset, predictions) = (&*sources.evaluation.dataset, &*sources.evaluation.predictions);
    let truths: Vec<Option<Thing>> = (0..dataset.truths.len()).into_par_iter().map(|at| truth(dataset, at)).collect();
    let kept = |at: usize| predictions.score.get(at).is_some_and(|score| *score >= sources.from_score);
    let pred = |at: usize| pred(predictions, at).filter(|_| kept(at));
    let preds: Vec<Option<Thing>> = (0..predictions.len()).into_par_iter().map(pred).collect();
    progress.check()?;
    let both = |name: &str, hint: &str, of: &(dyn Fn(&[Option<Thing>]) -> Values + Sync)| {
        Made::of_objects(name, hint, of(&truths), of(&preds))
    };
    let image = |thing: &Thing| dataset.images.get(thing.image.index());
    let size = |thing: &Thing| Size::ALL.iter().position(|size| *size == Size::of(thing.area));
    let place = |thing: &Thing| field(thing.bbox, sides(image(thing)?)?);
    let edge = |thing: &Thing| is_at_edge(thing.bbox, image(thing)?, sources.edge_pixels).map(usize::from);
    let shape = |thing: &Thing| if thing.bbox.h > 0.0 { thing.bbox.w / thing.bbox.h } else { f64::NAN };
    let near = |things: &[Option<Thing>]| -> (Values, Values) {
        let of = |thing: &Option<Thing>| {
            let near = thing.map(|thing| covered(dataset, thing.image, thing.bbox, thing.truth));
            near.map_or((f64::NAN, f64::NAN), |(count, share)| (f64::from(count), share))
        };
        let (counts, shares) = things.par_iter().map(of).unzip();
        (Values::Numbers(counts), Values::Numbers(shares))
    };
    let (of_truths, of_preds) = (near(&truths), near(&preds));
    progress.check()?;
    let edge_hint = format!(
        "A box is at the edge where it comes within {} of the border of its image",
        crate::model::fmt::counted(sources.edge_pixels as u64, "pixel", "pixels")
    );
    let mut all = vec![
        both(
            "Size",
            "COCO’s sizes: an area below 32² pixels is small, above 96² large. Of an object the annotated area, of a detection \
             that of its box or mask",
            &|things| named(&Size::ALL.map(Size::name), things, &size),
        ),
        both("Area", "Square pixels of the object, in parts of about the same number of objects", &|things| {
            numbers(things, &|thing| thing.area)
        }),
        both("Aspect ratio", "Width of the box by its height", &|things| numbers(things, &shape)),
        both("Place", "The ninth of the image that holds the middle of the box", &|things| {
            named(&PLACES, things, &place)
        }),
        both("Edge", &edge_hint, &|things| named(&["inside", "at the edge"], things, &edge)),
        Made::of_objects(
            "Overlapping objects",
            "How many other annotated objects share some area with the box",
            of_truths.0,
            of_preds.0,
        ),
        Made::of_objects(
            "Covered",
            "The largest share of the box that one other annotated object covers",
            of_truths.1,
            of_preds.1,
        ),
    ];
    for column in sources.columns.iter().filter(|column| column.of_objects) {
        let hint = "From the annotations; detections have none";
        let none = Values::Numbers(Vec::new());
        all.push(Made { ordered: false, ..Made::of_objects(&column.name, hint, column.values.clone(), none) });
    }
    Ok(all)
}

fn truth(dataset: &Dataset, at: usize) -> Option<Thing> {
    let truths = &dataset.truths;
    let (bbox, area) = (*truths.bbox.get(at)?, *truths.area.get(at)?);
    Some(Thing { bbox, area, image: *truths.image.get(at)?, truth: Some(at) })
}

fn pred(predictions: &Predictions, at: usize) -> Option<Thing> {
    let id = PredId::from_index(at);
    let bbox = *predictions.bbox.get(at)?;
    Some(Thing { bbox, area: predictions.area_of(id), image: predictions.image_of(id)?, truth: None })
}

fn numbers(things: &[Option<Thing>], of: &(dyn Fn(&Thing) -> f64 + Sync)) -> Values {
    Values::Numbers(things.par_iter().map(|thing| thing.as_ref().map_or(f64::NAN, of)).collect())
}

fn named(names: &[&str], things: &[Option<Thing>], of: &(dyn Fn(&Thing) -> Option<usize> + Sync)) -> Values {
    let code = |thing: &Thing| of(thing).and_then(|at| u32::try_from(at).ok());
    let codes = things.par_iter().map(|thing| thing.as_ref().and_then(code).unwrap_or(Values::NONE)).collect();
    Values::Names { names: names.iter().map(|&name| name.to_owned()).collect(), codes }
}

/// Which of the nine fields holds the middle of a box.
fn field(own: BBox, (width, height): (f64, f64)) -> Option<usize> {
    let third = |middle: f64, side: f64| {
        let share = 3.0 * middle / side;
        share.is_finite().then(|| share.floor().clamp(0.0, 2.0) as usize)
    };
    Some(3 * third(own.y + own.h / 2.0, height)? + third(own.x + own.w / 2.0, width)?)
}
