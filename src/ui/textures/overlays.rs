//! Masks over thumbnails: read or drawn on threads at the size of a tile, packed into pages like the thumbnails themselves.
//!
//! Knows what is drawn how ([`Look`]) and what is on its way. While another look is on its way the last one stays; nothing
//! here waits.

use std::collections::VecDeque;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Weak};
use std::time::Instant;

use egui::{ColorImage, Context};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::jobs::{JobError, Part, PicturePool, Waker};
use crate::metrics::Cut;
use crate::metrics::detection::Matched;
use crate::model::{ImageId, MaskReading};
use crate::session::Explorer;
use crate::session::load::masks::{self, Shown};
use crate::ui::masks::{ObjectLook, PixelLook, What};
use crate::ui::theme::Theme;

use super::atlas::{Atlas, Key};
use super::{Drawable, THREADS, THUMB_SIDES, UPLOAD_TIME, UPLOADS};

/// Pages of masks that are kept, 16 MB each.
const PAGES: usize = 2;
/// Bytes of masks of pixels that each thread keeps, so that a step of the slider reads no file.
const AT_HAND: usize = 16 << 20;

/// How masks are drawn.
#[derive(Clone, Debug)]
enum Look {
    Pixels(Arc<MaskReading>, PixelLook),
    Objects(ObjectLook),
}

/// All that a look depends on. The weak reference keeps the address of its matching from being used again.
struct Basis {
    matched: Weak<Matched>,
    cut: Cut,
    what: What,
    look: crate::ui::theme::Look,
}

/// One picture that is wanted: looks are told apart by their number.
#[derive(Clone)]
struct Wish {
    number: u64,
    key: Key,
    size: [u32; 2],
    look: Arc<Look>,
}

impl PartialEq for Wish {
    fn eq(&self, other: &Self) -> bool {
        (self.number, self.key) == (other.number, other.key)
    }
}

impl Eq for Wish {}

impl Hash for Wish {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.number, self.key).hash(state);
    }
}

type Answer = (Wish, Result<Arc<ColorImage>, JobError>);

/// The masks over all tiles of one window.
pub struct Overlays {
    pool: PicturePool<Wish, Arc<ColorImage>>,
    look: Option<(Basis, Arc<Look>)>,
    number: u64,
    frame: u64,
    atlas: Atlas,
    /// The number of the look that a picture was drawn with.
    drawn: FxHashMap<Key, u64>,
    failed: FxHashSet<ImageId>,
    wanted: Vec<Wish>,
    wanted_before: bool,
    ready: VecDeque<Answer>,
}

impl Overlays {
    /// Draws on threads of their own; `waker` is called when something is ready.
    ///
    /// # Errors
    /// [`JobError::Failed`] where the system gives no threads.
    pub fn threaded(waker: &Waker) -> Result<Self, JobError> {
        let loaders = (0..THREADS).map(|_| Box::new(loader()) as _).collect();
        PicturePool::threads(loaders, waker).map(Self::new)
    }

    /// Draws at the end of the frame that asks.
    #[must_use]
    pub fn inline() -> Self {
        Self::new(PicturePool::inline(Box::new(loader())))
    }

    fn new(pool: PicturePool<Wish, Arc<ColorImage>>) -> Self {
        Self {
            pool,
            look: None,
            number: 0,
            frame: 0,
            atlas: Atlas::new(THUMB_SIDES[0], PAGES),
            drawn: FxHashMap::default(),
            failed: FxHashSet::default(),
            wanted: Vec::new(),
            wanted_before: false,
            ready: VecDeque::new(),
        }
    }

    /// What the masks of this frame look like. With masks of other data, all are forgotten.
    pub fn follow(&mut self, explorer: &Explorer, theme: &Theme, (truth, predictions): (bool, bool), difference: bool) {
        let matched = Arc::downgrade(&explorer.matched);
        let (cut, look_key) = (explorer.counter.cut(), theme.look());
        let pixels = explorer.evaluation.pixels();
        let what = What::of(truth, predictions, difference && pixels.is_some());
        if let Some((basis, _)) = &self.look
            && basis.matched.ptr_eq(&matched)
            && (basis.cut, basis.what, basis.look) == (cut, what, look_key)
        {
            return;
        }
        let look = match pixels {
            Some(pixels) => {
                let look = PixelLook::of(explorer, theme, what, false, &std::collections::BTreeSet::new());
                Look::Pixels(Arc::clone(&pixels.reading), look)
            }
            None => Look::Objects(ObjectLook::of(explorer, theme, truth, predictions)),
        };
        if self.look.as_ref().is_some_and(|(_, old)| !old.is_of_the_data_of(&look)) {
            self.forget();
        }
        self.number += 1;
        self.look = Some((Basis { matched, cut, what, look: look_key }, Arc::new(look)));
    }

    /// Before the views draw: takes in what is ready, within limits of number and time.
    pub fn begin(&mut self, ctx: &Context) {
        self.frame += 1;
        self.collect();
        let started = Instant::now();
        for _ in 0..UPLOADS {
            if started.elapsed() > UPLOAD_TIME {
                break;
            }
            let Some((wish, result)) = self.ready.pop_front() else { break };
            match result {
                Ok(image) => {
                    let size = (image.size[0] as u32, image.size[1] as u32);
                    self.atlas.insert(ctx, wish.key, image, size, self.frame);
                    self.drawn.insert(wish.key, wish.number);
                }
                Err(JobError::Cancelled) => {}
                Err(_) => _ = self.failed.insert(wish.key.0),
            }
        }
    }

    /// After the views have drawn: says what is wanted now.
    pub fn end(&mut self, ctx: &Context) {
        let mut wanted = std::mem::take(&mut self.wanted);
        wanted.retain(|wish| !self.ready.iter().any(|(ready, _)| ready == wish));
        if !wanted.is_empty() || self.wanted_before {
            self.wanted_before = !wanted.is_empty();
            self.pool.want(wanted);
        }
        self.collect();
        if !self.ready.is_empty() {
            ctx.request_repaint();
        }
        self.atlas.trim(self.frame);
        let atlas = &self.atlas;
        self.drawn.retain(|key, _| atlas.holds(key));
    }

    /// Forgets everything and frees the textures.
    pub fn forget(&mut self) {
        self.atlas = Atlas::new(THUMB_SIDES[0], PAGES);
        self.look = None;
        self.drawn.clear();
        self.failed.clear();
        self.wanted.clear();
        self.ready.clear();
    }

    /// The masks in a part of an image (left, top, right, bottom), or of all of it: of the look of this frame, or of the last
    /// while that is on its way.
    pub fn masks(&mut self, image: ImageId, of: (u32, u32), area: Option<[i32; 4]>) -> Option<Drawable> {
        let (_, look) = self.look.as_ref()?;
        let side = THUMB_SIDES[0];
        let whole = [0, 0, i32::try_from(of.0).ok()?, i32::try_from(of.1).ok()?];
        let [left, top, right, bottom] = area.unwrap_or(whole);
        let (width, height) = (right.checked_sub(left)?, bottom.checked_sub(top)?);
        if width <= 0 || height <= 0 || self.failed.contains(&image) {
            return None;
        }
        let part = Part::Crop { area: [left, top, right, bottom], of, side };
        let key = (image, part);
        if self.drawn.get(&key) != Some(&self.number) {
            let factor = (f64::from(side) / f64::from(width.max(height))).min(1.0);
            // Between 1 and `side`.
            let size = [width, height].map(|length| (f64::from(length) * factor).round().max(1.0) as u32);
            self.wanted.push(Wish { number: self.number, key, size, look: Arc::clone(look) });
        }
        self.atlas.find(key, self.frame)
    }

    fn collect(&mut self) {
        while let Some((wish, result)) = self.pool.take() {
            // A late picture of the same data is better than an older one.
            let known = self.drawn.get(&wish.key).copied().unwrap_or(0);
            if wish.number > known && self.look.as_ref().is_some_and(|(_, look)| look.is_of_the_data_of(&wish.look)) {
                self.ready.push_back((wish, result));
            }
        }
    }
}

impl Look {
    fn is_of_the_data_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Pixels(a, _), Self::Pixels(b, _)) => Arc::ptr_eq(a, b),
            (Self::Objects(a), Self::Objects(b)) => a.is_of_the_data_of(b),
            _ => false,
        }
    }
}

/// Draws wishes on one thread; masks of pixels that were read last stay at hand.
fn loader() -> impl FnMut(&Wish) -> Result<Arc<ColorImage>, JobError> + Send {
    let mut at_hand = AtHand::default();
    move |wish| {
        let (image, Part::Crop { area, .. }) = wish.key else { return Err(JobError::Cancelled) };
        Ok(Arc::new(match &*wish.look {
            Look::Objects(look) => look.draw(image, area, wish.size),
            Look::Pixels(reading, look) => look.draw(&*at_hand.read(reading, image)?, THUMB_SIDES[0]),
        }))
    }
}

/// Small masks of one evaluation, the ones used last at the end.
#[derive(Default)]
struct AtHand {
    of: Weak<MaskReading>,
    masks: VecDeque<(ImageId, Arc<Shown>)>,
    bytes: usize,
}

impl AtHand {
    fn read(&mut self, reading: &Arc<MaskReading>, image: ImageId) -> Result<Arc<Shown>, JobError> {
        if !std::ptr::eq(self.of.as_ptr(), Arc::as_ptr(reading)) {
            *self = Self { of: Arc::downgrade(reading), ..Self::default() };
        }
        let known = self.masks.iter().position(|(known, _)| *known == image);
        if let Some(entry) = known.and_then(|at| self.masks.remove(at)) {
            self.masks.push_back(entry.clone());
            return Ok(entry.1);
        }
        let files = reading.files.get(image.index()).ok_or(JobError::Cancelled)?;
        let shown = Arc::new(masks::show(files, reading)?.within(THUMB_SIDES[0]));
        self.bytes += shown.bytes();
        self.masks.push_back((image, Arc::clone(&shown)));
        while self.bytes > AT_HAND {
            let Some((_, gone)) = self.masks.pop_front() else { break };
            self.bytes -= gone.bytes();
        }
        Ok(shown)
    }
}
