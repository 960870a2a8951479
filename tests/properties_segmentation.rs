//! Laws of counted pixels: equal to a count pixel by pixel, and boundaries to repeated erosion by a square of 3 × 3.

use std::collections::BTreeMap;

use evalens::metrics::segmentation::{PixelCell, boundary_counts, count_image};
use evalens::model::{Confidence, IndexMask, Levels};
use proptest::collection::vec;
use proptest::prelude::*;

const NO_CLASS: u16 = u16::MAX;

#[derive(Clone, Debug)]
struct Scene {
    truth: IndexMask,
    predicted: IndexMask,
    confidence: Confidence,
    classes: usize,
    ignore: Option<u16>,
}

/// Runs of indices, so that there are areas; now and then one beyond the classes, or of two bytes.
fn indices(pixels: usize) -> impl Strategy<Value = Vec<u16>> {
    let index = prop_oneof![20 => 0..4_u16, 2 => 4..8_u16, 1 => Just(255), 1 => Just(300), 1 => Just(NO_CLASS)];
    vec((index, 1..30_usize), 1..60).prop_map(move |runs| {
        let all: Vec<u16> = runs.into_iter().flat_map(|(index, length)| vec![index; length]).collect();
        all.into_iter().cycle().take(pixels).collect()
    })
}

fn scene() -> impl Strategy<Value = Scene> {
    (1..40_u32, 1..40_u32, 0..6_usize, prop_oneof![Just(None), (0..5_u16).prop_map(Some), Just(Some(255))])
        .prop_flat_map(|(width, height, classes, ignore)| {
            let pixels = (width * height) as usize;
            let words = prop_oneof![Just(true), Just(false)];
            (indices(pixels), indices(pixels), vec(any::<u8>(), pixels), words).prop_map(
                move |(t, p, levels, words)| {
                    let levels = match words {
                        true => Levels::Word(levels.into_iter().map(|level| u16::from(level / 3) << 8).collect()),
                        false => Levels::Byte(levels),
                    };
                    Scene {
                        truth: IndexMask::new(width, height, t),
                        predicted: IndexMask::new(width, height, p),
                        confidence: Confidence { width, height, levels, not_finite: 0 },
                        classes,
                        ignore,
                    }
                },
            )
        })
}

fn pixels(mask: &IndexMask) -> Vec<u16> {
    (0..mask.height).flat_map(|y| (0..mask.width).map(move |x| (x, y))).map(|(x, y)| mask.get(x, y).unwrap()).collect()
}

impl Scene {
    fn level(&self, at: usize) -> u16 {
        match &self.confidence.levels {
            Levels::Byte(levels) => u16::from(levels[at]),
            Levels::Word(levels) => levels[at],
        }
    }
}

/// The mask of a class, eroded so often; outside the picture there is nothing of it.
fn eroded(mask: &[bool], width: usize, times: usize) -> Vec<bool> {
    let height = mask.len() / width;
    let mut mask = mask.to_vec();
    for _ in 0..times {
        let inside = |x: usize, y: usize| {
            x > 0
                && y > 0
                && x + 1 < width
                && y + 1 < height
                && (y - 1..=y + 1).all(|y| (x - 1..=x + 1).all(|x| mask[y * width + x]))
        };
        mask = (0..width * height).map(|at| inside(at % width, at / width)).collect();
    }
    mask
}

proptest! {
    #[test]
    fn counts_equal_a_count_pixel_by_pixel(scene in scene(), with_levels in any::<bool>()) {
        let (mut cells, mut left_out) = (BTreeMap::new(), (0, 0, 0));
        for (at, (t, p)) in pixels(&scene.truth).into_iter().zip(pixels(&scene.predicted)).enumerate() {
            if Some(t) == scene.ignore {
                left_out.0 += 1;
            } else if usize::from(t) >= scene.classes {
                left_out.1 += 1;
            } else {
                let known = usize::from(p) < scene.classes;
                left_out.2 += u64::from(!known);
                let level = if with_levels { scene.level(at) } else { 0 };
                *cells.entry((t, if known { p } else { NO_CLASS }, level)).or_insert(0) += 1;
            }
        }
        let confidence = with_levels.then_some(&scene.confidence);
        let counted = count_image(&scene.truth, &scene.predicted, scene.classes, scene.ignore, confidence);
        let cell = |((truth, predicted, level), pixels)| PixelCell { truth, predicted, level, pixels };
        prop_assert_eq!(counted.cells, cells.into_iter().map(cell).collect::<Vec<_>>());
        prop_assert_eq!((counted.ignored, counted.truth_out_of_range, counted.predicted_out_of_range), left_out);
    }

    #[test]
    fn boundaries_equal_repeated_erosion(mut scene in scene(), stretch in 1..6_u32) {
        // Larger areas, so that thicker boundaries leave something inside.
        let size = (scene.truth.width * stretch, scene.truth.height * stretch);
        scene.truth = scene.truth.resized_nearest(size.0, size.1);
        scene.predicted = scene.predicted.resized_nearest(size.0, size.1);
        let diagonal = f64::from(size.0 * size.0 + size.1 * size.1).sqrt();
        let times = ((0.02 * diagonal).round_ties_even() as usize).max(1);
        let (truth, predicted) = (pixels(&scene.truth), pixels(&scene.predicted));
        let counts: Vec<bool> =
            truth.iter().map(|&t| Some(t) != scene.ignore && usize::from(t) < scene.classes).collect();
        let boundary = |mask: &[u16], class: usize| {
            let own: Vec<bool> = mask.iter().zip(&counts).map(|(&v, &counts)| counts && usize::from(v) == class).collect();
            let inside = eroded(&own, size.0 as usize, times);
            own.into_iter().zip(inside).map(|(own, inside)| own && !inside).collect::<Vec<_>>()
        };
        let expected: Vec<(u64, u64)> = (0..scene.classes)
            .map(|class| {
                let (t, p) = (boundary(&truth, class), boundary(&predicted, class));
                let count = |both: fn(bool, bool) -> bool| t.iter().zip(&p).filter(|(t, p)| both(**t, **p)).count() as u64;
                (count(|t, p| t && p), count(|t, p| t || p))
            })
            .collect();
        prop_assert_eq!(boundary_counts(&scene.truth, &scene.predicted, scene.classes, scene.ignore), expected);
    }
}
