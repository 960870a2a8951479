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
    let inside = |range: AreaRange| {
        let (low, high) = range.bounds();
        u8::from((low <= area) & (area <= high)) << range as u8
    };
    inside(AreaRange::All) | inside(AreaRange::Small) | inside(AreaRange::Medium) | inside(AreaRange::Large)
}

/// A detection that finds a truth at some threshold, in some range of area.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// Its class.
    pub class: ClassId,
    /// The ranges of area that its own box lies in.
    pub ranges: u8,
    /// How many of its image and class are better.
    pub rank: u32,
    /// Per range: thresholds at which it finds a truth that counts.
    pub hit: [Bits; AREAS],
    /// Per range: thresholds at which it finds a truth that does not count, and so does not count either.
    pub ignored: [Bits; AREAS],
}

/// What a walk along the scores must know of a detection, in one word: it meets them in an order that is random in
/// memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Note(u32);

/// A [`Note`] spelled out.
#[derive(Clone, Copy, Debug)]
pub(super) enum Noted {
    /// It found nothing and counts in these ranges of area; in none if it is beyond the cap.
    Nothing { class: usize, ranges: u8 },
    /// It found something: index into [`Cells::found`].
    Found(usize),
}

impl Note {
    const FOUND: u32 = 1 << 31;

    fn nothing(class: ClassId, ranges: u8) -> Self {
        Self((class.0 << AREAS) | u32::from(ranges))
    }

    fn found(place: usize) -> Self {
        Self(Self::FOUND | place as u32)
    }

    /// The same note where `before` found detections were put in front.
    fn shifted(self, before: usize) -> Self {
        if self.0 & Self::FOUND == 0 { self } else { Self(self.0 + before as u32) }
    }

    pub fn spelled(self) -> Noted {
        if self.0 & Self::FOUND == 0 {
            Noted::Nothing { class: (self.0 >> AREAS) as usize, ranges: (self.0 & ((1 << AREAS) - 1)) as u8 }
        } else {
            Noted::Found((self.0 & !Self::FOUND) as usize)
        }
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
            let before = cells.found.len();
            cells.notes.extend(part.notes.iter().map(|note| note.shifted(before)));
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
                    let ranges = ranges_of(self.predictions.area_of(pred));
                    let found = Found { class, ranges, rank, hit: [0; AREAS], ignored: [0; AREAS] };
                    if !truths.is_empty() && self.find(pred, found, truths.start) {
                        Note::found(self.cells.found.len() - 1)
                    } else {
                        Note::nothing(class, ranges)
                    }
                }
                _ => Note::nothing(class, 0),
            };
            self.cells.notes.push(note);
        }
    }

    /// Lets a detection take its truths; `first` is the image's first truth. True if it found any.
    fn find(&mut self, pred: PredId, mut found: Found, first: usize) -> bool {
        let truths = &self.dataset.truths;
        self.candidates.clear();
        for (TruthId(truth), overlap) in self.pairs.of(pred) {
            if overlap >= IOU_THRESHOLDS[0] && truths.class[truth as usize] == found.class {
                self.candidates.push(Candidate { overlap, truth: truth as usize });
            }
        }
        if self.candidates.is_empty() {
            return false;
        }
        // Of equal overlaps the later truth wins.
        self.candidates.sort_unstable_by(|a, b| b.overlap.total_cmp(&a.overlap).then(b.truth.cmp(&a.truth)));
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
