//! What masks look like on a picture, however large it is drawn: colours of classes, what is right and wrong, objects by what
//! became of them.
//!
//! Knows pixels and colours. Does not read masks, and knows no texture or view.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Color32, ColorImage};

use crate::metrics::Cut;
use crate::metrics::detection::Matched;
use crate::metrics::segmentation::NO_CLASS;
use crate::model::{ClassId, Dataset, ImageId, Predictions};
use crate::report::figures::items::masks::Objects;
use crate::session::Explorer;
use crate::session::load::masks::Shown;
use crate::ui::theme::Theme;

pub use crate::report::figures::items::masks::FILL;

/// What is shown of true and predicted classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Neither.
    Nothing,
    /// True classes.
    Truth,
    /// The model's classes.
    Predicted,
    /// The model's classes, and the outlines of the true ones.
    Both,
    /// What is right, wrong and missed.
    Difference,
}

impl What {
    /// As switches stand.
    #[must_use]
    pub fn of(truth: bool, predictions: bool, difference: bool) -> Self {
        match (difference, truth, predictions) {
            (true, ..) => Self::Difference,
            (false, true, true) => Self::Both,
            (false, true, false) => Self::Truth,
            (false, false, true) => Self::Predicted,
            (false, false, false) => Self::Nothing,
        }
    }
}

/// The class of a pixel as an overlay sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pixel {
    /// Left out of everything.
    Ignored,
    /// True class, and what the model says where it is sure enough.
    Of(u16, Option<u16>),
}

impl Pixel {
    fn truth(self) -> Option<u16> {
        if let Self::Of(truth, _) = self { Some(truth) } else { None }
    }

    fn said(self) -> Option<u16> {
        if let Self::Of(_, said) = self { said } else { None }
    }
}

/// How classes of pixels are drawn, at the thresholds of one moment.
#[derive(Clone, Debug)]
pub struct PixelLook {
    what: What,
    outline: bool,
    ignore: Option<u16>,
    thresholds: Vec<f64>,
    colours: Vec<Color32>,
    hidden: Vec<bool>,
    theme: Theme,
}

impl PixelLook {
    /// At the thresholds on screen. `hidden` classes are left out; with `outline` only the edges of classes are drawn.
    #[must_use]
    pub fn of(explorer: &Explorer, theme: &Theme, what: What, outline: bool, hidden: &BTreeSet<ClassId>) -> Self {
        let classes = &explorer.dataset().classes;
        Self {
            what,
            outline,
            ignore: explorer.evaluation.pixels().and_then(|pixels| pixels.reading.ignore),
            thresholds: classes.ids().map(|class| explorer.threshold_of(class)).collect(),
            colours: classes.ids().map(|class| theme.class(classes, class)).collect(),
            hidden: classes.ids().map(|class| hidden.contains(&class)).collect(),
            theme: theme.clone(),
        }
    }

    /// A pixel with the thresholds applied.
    #[must_use]
    pub fn at(&self, shown: &Shown, x: u32, y: u32) -> Pixel {
        let truth = shown.truth.get(x, y).unwrap_or(NO_CLASS);
        if Some(truth) == self.ignore || usize::from(truth) >= self.colours.len() {
            return Pixel::Ignored;
        }
        let said = shown.predicted.as_ref().and_then(|mask| mask.get(x, y));
        let sure = |class: &u16| {
            let threshold = self.thresholds.get(usize::from(*class));
            threshold.is_some_and(|threshold| shown.confidence_at(x, y).is_none_or(|sure| sure >= *threshold))
        };
        Pixel::Of(truth, said.filter(sure))
    }

    /// The masks as a picture none of whose sides is longer than `side`; of larger masks every n-th pixel.
    #[must_use]
    pub fn draw(&self, shown: &Shown, side: u32) -> ColorImage {
        let (width, height) = (shown.truth.width.max(1), shown.truth.height.max(1));
        let step = width.max(height).div_ceil(side.max(1));
        let (w, h) = (width.div_ceil(step), height.div_ceil(step));
        let places = || (0..h).flat_map(move |y| (0..w).map(move |x| (x, y)));
        let grid = Grid { width: w, pixels: places().map(|(x, y)| self.at(shown, x * step, y * step)).collect() };
        let colours = places().map(|(x, y)| self.colour(&grid, x, y)).collect();
        ColorImage::new([w as usize, h as usize], colours)
    }

    fn is_hidden(&self, class: u16) -> bool {
        self.hidden.get(usize::from(class)).copied().unwrap_or(false)
    }

    fn of_class(&self, class: Option<u16>) -> Color32 {
        let shown = class.filter(|class| !self.is_hidden(*class));
        shown.and_then(|class| self.colours.get(usize::from(class)).copied()).unwrap_or(Color32::TRANSPARENT)
    }

    fn colour(&self, grid: &Grid, x: u32, y: u32) -> Color32 {
        let Some(pixel) = grid.get(x, y) else { return Color32::TRANSPARENT };
        let inner = |of: fn(Pixel) -> Option<u16>| self.outline && !grid.is_edge(x, y, of);
        match self.what {
            What::Nothing => Color32::TRANSPARENT,
            What::Truth if inner(Pixel::truth) => Color32::TRANSPARENT,
            What::Truth => self.of_class(pixel.truth()),
            What::Both if grid.is_edge(x, y, Pixel::truth) => self.of_class(pixel.truth()),
            What::Predicted | What::Both if inner(Pixel::said) => Color32::TRANSPARENT,
            What::Predicted | What::Both => self.of_class(pixel.said()),
            What::Difference => self.difference(pixel, (x + y) % 4 < 2),
        }
    }

    fn difference(&self, pixel: Pixel, hatched: bool) -> Color32 {
        match pixel {
            // A pattern, so that what does not count looks like nothing that does.
            Pixel::Ignored if hatched => self.theme.muted,
            Pixel::Ignored => Color32::TRANSPARENT,
            Pixel::Of(truth, said) if self.is_hidden(truth) && said.is_none_or(|said| self.is_hidden(said)) => {
                Color32::TRANSPARENT
            }
            Pixel::Of(truth, Some(said)) if truth == said => self.theme.correct,
            Pixel::Of(_, Some(_)) => self.theme.misclassified,
            Pixel::Of(_, None) => self.theme.missed,
        }
    }
}

/// The pixels of a picture, row by row.
struct Grid {
    width: u32,
    pixels: Vec<Pixel>,
}

impl Grid {
    fn get(&self, x: u32, y: u32) -> Option<Pixel> {
        if x >= self.width {
            return None;
        }
        self.pixels.get(y as usize * self.width as usize + x as usize).copied()
    }

    /// True where a neighbour, or the end of the picture, is of another class.
    fn is_edge(&self, x: u32, y: u32, of: fn(Pixel) -> Option<u16>) -> bool {
        let own = self.get(x, y).map(of);
        // What would be left of the first column or above the first row is beyond the last.
        let around = [(x.wrapping_sub(1), y), (x.wrapping_add(1), y), (x, y.wrapping_sub(1)), (x, y.wrapping_add(1))];
        around.into_iter().any(|(x, y)| self.get(x, y).map(of) != own)
    }
}

/// How masks of objects are drawn small: at one cut of one matching.
#[derive(Clone, Debug)]
pub struct ObjectLook {
    matched: Arc<Matched>,
    dataset: Arc<Dataset>,
    predictions: Arc<Predictions>,
    cut: Cut,
    truth: bool,
    predicted: bool,
    theme: Theme,
}

impl ObjectLook {
    /// At the threshold on screen, with the sides that switches show.
    #[must_use]
    pub fn of(explorer: &Explorer, theme: &Theme, truth: bool, predicted: bool) -> Self {
        Self {
            matched: Arc::clone(&explorer.matched),
            dataset: Arc::clone(&explorer.evaluation.dataset),
            predictions: Arc::clone(&explorer.evaluation.predictions),
            cut: explorer.counter.cut(),
            truth,
            predicted,
            theme: theme.clone(),
        }
    }

    /// True where both draw the same objects.
    #[must_use]
    pub fn is_of_the_data_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.dataset, &other.dataset) && Arc::ptr_eq(&self.predictions, &other.predictions)
    }

    /// The masks in a part of an image (left, top, right, bottom) as a picture of `size`: predicted ones filled, true ones
    /// outlined, filled where they stand alone; errors on top.
    #[must_use]
    pub fn draw(&self, image: ImageId, area: [i32; 4], size: [u32; 2]) -> ColorImage {
        let objects = Objects {
            dataset: &self.dataset,
            predictions: &self.predictions,
            matched: &self.matched,
            cut: self.cut,
            truth: self.truth,
            predicted: self.predicted,
        };
        let colour = |kind| {
            let [r, g, b, _] = self.theme.outcome(kind).to_array();
            [r, g, b]
        };
        let pixels = objects.draw(image, area, size, colour);
        let pixels = pixels.into_iter().map(|[r, g, b, a]| Color32::from_rgba_unmultiplied(r, g, b, a)).collect();
        ColorImage::new(size.map(|side| side as usize), pixels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Confidence, IndexMask, Levels};

    fn look(what: What, outline: bool, thresholds: [f64; 2]) -> PixelLook {
        PixelLook {
            what,
            outline,
            ignore: Some(9),
            thresholds: thresholds.to_vec(),
            colours: vec![Color32::RED, Color32::BLUE],
            hidden: vec![false; 2],
            theme: Theme::dark(),
        }
    }

    /// Truth 0 0 1 9, predicted 0 1 1 1, sure of 255, 51, 255 and 255 of 255.
    fn shown() -> Shown {
        Shown {
            truth: IndexMask::new(4, 1, vec![0, 0, 1, 9]),
            predicted: Some(IndexMask::new(4, 1, vec![0, 1, 1, 1])),
            confidence: Some(Confidence {
                width: 4,
                height: 1,
                levels: Levels::Byte(vec![255, 51, 255, 255]),
                not_finite: 0,
            }),
        }
    }

    #[test]
    fn pixels_follow_thresholds() {
        let theme = Theme::dark();
        let drawn = |what, thresholds| look(what, false, thresholds).draw(&shown(), 4).pixels;
        let (right, wrong, missed) = (theme.correct, theme.misclassified, theme.missed);
        // Place 3 is hatched where (x + y) mod 4 < 2, which it is not.
        assert_eq!(drawn(What::Difference, [0.0; 2]), [right, wrong, right, Color32::TRANSPARENT]);
        assert_eq!(drawn(What::Difference, [0.0, 0.21]), [right, missed, right, Color32::TRANSPARENT]);
        let (red, blue, none) = (Color32::RED, Color32::BLUE, Color32::TRANSPARENT);
        assert_eq!(drawn(What::Truth, [0.0; 2]), [red, red, blue, none]);
        assert_eq!(drawn(What::Predicted, [0.0; 2]), [red, blue, blue, none]);
        assert_eq!(drawn(What::Nothing, [0.0; 2]), [none; 4]);
        // Two of four columns: the first and the third.
        assert_eq!(look(What::Truth, false, [0.0; 2]).draw(&shown(), 2).pixels, [red, blue]);
    }

    #[test]
    fn an_outline_leaves_the_inside_free() {
        let mask = IndexMask::new(5, 5, (0..25).map(|at| u16::from(at % 5 > 3)).collect());
        let shown = Shown { truth: mask, predicted: None, confidence: None };
        let drawn = look(What::Truth, true, [0.0; 2]).draw(&shown, 5);
        let inside: Vec<usize> = (0..25).filter(|at| drawn.pixels[*at] == Color32::TRANSPARENT).collect();
        // Of the four columns of class 0 the two in the middle, without the first and last row.
        assert_eq!(inside, [6, 7, 11, 12, 16, 17]);
    }
}
