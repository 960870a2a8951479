//! Attributes of images and texts: what is in them, where they come from, how they look, what files say of them.

use rayon::prelude::*;

use super::geometry::sides;
use super::{Made, Sources};
use crate::analysis::pictures::PictureTraits;
use crate::metrics::generation::slices::slices;
use crate::metrics::generation::{language, word_count};
use crate::model::{Cancelled, Dataset, Image, Progress, Task, Values};

/// Texts looked at between two looks at whether somebody cancels.
const BLOCK: usize = 4096;

/// The folder of an item's name; empty where it has none.
pub(super) fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// All of them.
pub(super) fn made(sources: &Sources<'_>, progress: &dyn Progress) -> Result<Vec<Made>, Cancelled> {
    let evaluation = sources.evaluation;
    let dataset = &*evaluation.dataset;
    let mut all = Vec::new();
    all.extend(content(sources));
    if evaluation.task.is_text() && evaluation.texts().is_none() {
        all.push(Made::of_items("Words", "Words of the text", numbers(dataset, |at, _| words(dataset, at))));
        if sources.thorough {
            let hint = "The language of the text, where it is long enough to tell (whatlang)";
            all.push(Made::of_items("Language", hint, languages(dataset, progress)?));
        }
    }
    if let Some(texts) = evaluation.texts() {
        all.extend(slices(texts, dataset).iter().map(|kind| parts(kind, dataset.images.len())));
    }
    all.extend(pictures(sources));
    let image = |of: fn(&Image) -> Option<&str>| Values::of_names(dataset.images.iter().map(of));
    let (one, _) = evaluation.task.items();
    all.push(Made::of_items(
        "Folder",
        &format!("The folder in the name of the {one}"),
        image(|image| Some(folder(&image.name)).filter(|folder| !folder.is_empty())),
    ));
    let split = |image: &Image| Some(dataset.splits.get(usize::from(image.split))?.as_str());
    let split = Values::of_names(dataset.images.iter().map(split));
    all.push(Made::of_items("Split", &format!("The split that the {one} belongs to"), split));
    for (tag, names) in sources.tags {
        let tagged = |image: &Image| Some(if names.contains(&image.name) { "tagged" } else { "not tagged" });
        let values = Values::of_names(dataset.images.iter().map(tagged));
        all.push(Made::of_items(&format!("Tag {tag}"), &format!("Whether a person has tagged the {one} so"), values));
    }
    for column in sources.columns.iter().filter(|column| !column.of_objects) {
        all.push(Made::of_items(&column.name, "A column of a file", column.values.clone()));
    }
    Ok(all)
}

/// How much there is to find in an item.
fn content(sources: &Sources<'_>) -> Option<Made> {
    let evaluation = sources.evaluation;
    let dataset = &*evaluation.dataset;
    let truths = |at: usize| {
        let of = dataset.truths.of(crate::model::ImageId::from_index(at));
        let counts = |truth: &usize| dataset.truths.ignored.get(*truth) == Some(&false);
        of.filter(counts).count() as f64
    };
    match evaluation.task {
        Task::Detection | Task::InstanceSegmentation => Some(Made::of_items(
            "Objects in the image",
            "How many annotated objects the image has, crowds and difficult ones left out",
            numbers(dataset, |at, _| truths(at)),
        )),
        Task::Multilabel | Task::TextMultilabel => {
            Some(Made::of_items("Labels", "How many labels the item has", numbers(dataset, |at, _| truths(at))))
        }
        Task::SemanticSegmentation => {
            let pixels = evaluation.pixels()?;
            let classes = |at: usize| {
                let cells = pixels.images.get(at).map_or(&[][..], |image| &image.cells.cells);
                let mut seen: Vec<u16> = cells.iter().map(|cell| cell.truth).collect();
                seen.retain(|class| usize::from(*class) < dataset.classes.len());
                seen.sort_unstable();
                seen.dedup();
                seen.len() as f64
            };
            let hint = "How many classes the annotated mask has, the ignored one left out";
            Some(Made::of_items("Classes in the image", hint, numbers(dataset, |at, _| classes(at))))
        }
        _ => None,
    }
}

fn numbers(dataset: &Dataset, of: impl Fn(usize, &Image) -> f64 + Sync) -> Values {
    Values::Numbers(dataset.images.par_iter().enumerate().map(|(at, image)| of(at, image)).collect())
}

fn words(dataset: &Dataset, at: usize) -> f64 {
    dataset.texts.get(at).map_or(f64::NAN, |text| word_count(text) as f64)
}

fn languages(dataset: &Dataset, progress: &dyn Progress) -> Result<Values, Cancelled> {
    progress.stage("Telling languages");
    let mut found = Vec::with_capacity(dataset.texts.len());
    for texts in dataset.texts.chunks(BLOCK) {
        progress.check()?;
        progress.progress(found.len(), dataset.texts.len());
        let told: Vec<_> = texts.par_iter().map(|text| language(text).map(whatlang::Lang::eng_name)).collect();
        found.extend(told);
    }
    Ok(Values::of_names(found))
}

/// What the pictures look like. Sizes are known without them where the ground truth says them.
fn pictures(sources: &Sources<'_>) -> Vec<Made> {
    let dataset = &*sources.evaluation.dataset;
    if sources.evaluation.task.is_text() {
        return Vec::new();
    }
    let traits = |at: usize| sources.traits.and_then(|all| all.get(at)).and_then(Option::as_ref);
    let megapixels = |at: usize, image: &Image| {
        let stored = || traits(at).map(|of| (f64::from(of.size.0), f64::from(of.size.1)));
        sides(image).or_else(stored).map_or(f64::NAN, |(width, height)| width * height / 1e6)
    };
    let mut all = vec![Made::of_items(
        "Megapixels",
        "Width of the image by its height, in millions of pixels",
        numbers(dataset, megapixels),
    )];
    if sources.traits.is_none() {
        return all;
    }
    let measured = |of: fn(&PictureTraits) -> f32| {
        numbers(dataset, move |at, _| traits(at).map_or(f64::NAN, |known| f64::from(of(known))))
    };
    all.push(Made::of_items(
        "Brightness",
        "Mean luminance of the picture, from 0 (black) to 1 (white)",
        measured(|of| of.brightness),
    ));
    all.push(Made::of_items(
        "Contrast",
        "Standard deviation of the luminance of the picture",
        measured(|of| of.contrast),
    ));
    all.push(Made::of_items(
        "Sharpness",
        "Standard deviation of the Laplacian of the luminance: small where a picture is blurred",
        measured(|of| of.sharpness),
    ));
    all
}

/// Parts of generated texts, which are in parts already.
fn parts(kind: &crate::metrics::generation::slices::Slices, items: usize) -> Made {
    let mut codes = vec![Values::NONE; items];
    for (code, slice) in (0..).zip(&kind.slices) {
        for item in &slice.items {
            if let Some(slot) = codes.get_mut(*item as usize) {
                *slot = code;
            }
        }
    }
    let names = kind.slices.iter().map(|slice| slice.name.clone()).collect();
    let made = Made::of_items(&kind.by, "As on the page Overview", Values::Names { names, codes });
    Made { ordered: true, ..made }
}
