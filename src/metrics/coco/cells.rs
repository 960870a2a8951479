//! Which truth each detection finds, at ten overlap thresholds and in four ranges of area at once.
//!
//! The thresholds are bits: candidates are tried from the best overlap down, and at each threshold the first one that is
//! free there wins, which is what ten separate passes would choose. Knows nothing of precision.

use crate::metrics::pairs::Pairs;
use crate::model::{Cancelled, ClassId, Dataset, ImageId, PredId, Predictions, Progress, TruthId};

use rayon::prelude::*;

use super::{AREAS, AreaRange, IOU_THRESHOLDS, THRESHOLDS};

/// Detections of an image and class that take part.
const MOST_DETECTIONS: u32 = 100;

/// Images whose cells are matched in one go.
const CHUNK: usize = 64;

/// One bit for each overlap threshold, the lowest first.
pub(super) type Bits = u16;

/// The ranges that an area lies in, a bit each in the order of [`AreaRange::ALL`]; both ends belong to a range.
pub(super) fn ranges_of(area: f64) -> u8 {
    AreaRange::ALL.iter().enumerate().fold(0, |bits, (i, range)| {
        let (low, high) = range.bounds();
        bits | (u8::from(low <= area && area <= high) << i)
    })
}

/// A detection that finds a truth at some threshold, in some range of area.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// The detection.
    pub pred: PredId,
    /// How many of its image and class are better.
    pub rank: u32,
    /// Per range: thresholds at which it finds a truth that counts.
    pub hit: [Bits; AREAS],
    /// Per range: thresholds at which it finds a truth that does not count, and so does not count either.
    pub ignored: [Bits; AREAS],
}

/// What a walk along the scores must know of a detection, in one word.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Note(u32);

impl Note {
    const FOUND: u32 = 1 << AREAS;
    const CLASS_SHIFT: usize = AREAS + 1;

    fn new(class: ClassId, ranges: u8, found: bool) -> Self {
        Self((class.0 << Self::CLASS_SHIFT) | (u32::from(found) * Self::FOUND) | u32::from(ranges))
    }

    /// Its class.
    pub fn class(self) -> usize {
        (self.0 >> Self::CLASS_SHIFT) as usize
    }

    /// The ranges of area in which it counts when it finds nothing; none for one beyond the cap.
    pub fn ranges(self) -> u8 {
        (self.0 & (Self::FOUND - 1)) as u8
    }

    /// True where there is a [`Found`] of it.
    pub fn found(self) -> bool {
        self.0 & Self::FOUND != 0
    }
}

/// Every detection's note, and those that find something, both by id.
#[derive(Debug, Default)]
pub(super) struct Cells {
    pub notes: Vec<Note>,
    pub found: Vec<Found>,
}

impl Cells {
    /// Matches all images; with `only`, the detections of one class (the others are left out of `notes`' ranges).
    pub fn of(
        dataset: &Dataset,
        predictions: &Predictions,
        pairs: &Pairs,
        only: Option<ClassId>,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        let images: Vec<ImageId> = dataset.image_ids().collect();
        let parts: Vec<Self> = images
            .par_chunks(CHUNK)
            .map(|chunk| {
                progress.check()?;
                let mut matcher = Matcher::new(dataset, predictions, pairs, only);
                chunk.iter().for_each(|&image| matcher.image(image));
                Ok(matcher.cells)
            })
            .collect::<Result<_, Cancelled>>()?;
        let mut cells = Self {
            notes: Vec::with_capacity(predictions.len()),
            found: Vec::with_capacity(parts.iter().map(|p| p.found.len()).sum()),
        };
        for part in parts {
            cells.notes.extend_from_slice(&part.notes);
            cells.found.extend_from_slice(&part.found);
        }
        Ok(cells)
    }
}

/// A truth that a detection overlaps enough.
#[derive(Clone, Copy)]
struct Candidate {
    overlap: f64,
    truth: usize,
}

/// The state of a run of images.
struct Matcher<'a> {
    dataset: &'a Dataset,
    predictions: &'a Predictions,
    pairs: &'a Pairs,
    only: Option<ClassId>,
    cells: Cells,
    /// Per class: detections of the image so far.
    seen: Vec<u32>,
    /// Per truth of the image and range: thresholds at which it is taken.
    taken: Vec<[Bits; AREAS]>,
    candidates: Vec<Candidate>,
}

impl<'a> Matcher<'a> {
    fn new(dataset: &'a Dataset, predictions: &'a Predictions, pairs: &'a Pairs, only: Option<ClassId>) -> Self {
        Self {
            dataset,
            predictions,
            pairs,
            only,
            cells: Cells::default(),
            seen: vec![0; dataset.classes.len()],
            taken: Vec::new(),
            candidates: Vec::new(),
        }
    }

    fn image(&mut self, image: ImageId) {
        let truths = self.dataset.truths.of(image);
        self.taken.clear();
        self.taken.resize(truths.len(), [0; AREAS]);
        self.seen.fill(0);
        for pred in self.predictions.ids_of(image) {
            let class = self.predictions.class[pred.index()];
            let note = match self.seen.get_mut(class.index()) {
                Some(seen) if *seen < MOST_DETECTIONS && self.only.is_none_or(|only| only == class) => {
                    let rank = *seen;
                    *seen += 1;
                    let found = !truths.is_empty() && self.find(pred, class, rank, truths.start);
                    Note::new(class, ranges_of(self.predictions.bbox[pred.index()].area()), found)
                }
                _ => Note::new(class, 0, false),
            };
            self.cells.notes.push(note);
        }
    }

    /// Lets a detection take its truths; `first` is the image's first truth. True if it found any.
    fn find(&mut self, pred: PredId, class: ClassId, rank: u32, first: usize) -> bool {
        let truths = &self.dataset.truths;
        self.candidates.clear();
        for (TruthId(truth), overlap) in self.pairs.of(pred) {
            if overlap >= IOU_THRESHOLDS[0] && truths.class[truth as usize] == class {
                self.candidates.push(Candidate { overlap, truth: truth as usize });
            }
        }
        if self.candidates.is_empty() {
            return false;
        }
        // Of equal overlaps the later truth wins.
        self.candidates.sort_unstable_by(|a, b| b.overlap.total_cmp(&a.overlap).then(b.truth.cmp(&a.truth)));
        let mut found = Found { pred, rank, hit: [0; AREAS], ignored: [0; AREAS] };
        for counting in [true, false] {
            for candidate in &self.candidates {
                let crowd = truths.ignored[candidate.truth];
                let ranges = if crowd { 0 } else { ranges_of(truths.area[candidate.truth]) };
                let reached = reached(candidate.overlap);
                let taken = &mut self.taken[candidate.truth - first];
                let states = taken.iter_mut().zip(found.hit.iter_mut().zip(&mut found.ignored));
                for (area, (taken, (hit, ignored))) in states.enumerate() {
                    if (ranges >> area & 1 == 1) != counting {
                        continue;
                    }
                    let free = if crowd { reached } else { reached & !*taken };
                    let won = free & !(*hit | *ignored);
                    *taken |= won;
                    *if counting { hit } else { ignored } |= won;
                }
            }
        }
        let any = found.hit.iter().chain(&found.ignored).any(|&bits| bits != 0);
        if any {
            self.cells.found.push(found);
        }
        any
    }
}

/// The thresholds that an overlap reaches.
fn reached(overlap: f64) -> Bits {
    let count = IOU_THRESHOLDS.iter().filter(|&&t| overlap >= t).count();
    debug_assert!(count <= THRESHOLDS);
    (1 << count) - 1
}
