//! Pictures on the graphics card, and masks over them: thumbnails packed into pages, whole pictures one by one, both within a budget.
//!
//! Knows textures and when they were last drawn. Does not decode: wishes go to a [`PicturePool`], which is told at every
//! frame what is visible now. Nothing here waits.

mod atlas;
mod overlays;

use std::collections::VecDeque;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use egui::{ColorImage, Context, Rect, TextureHandle, TextureId, TextureOptions, Vec2, pos2};
use rustc_hash::FxHashMap;

use crate::formats::picture::Picture;
use crate::jobs::{JobError, Part, PictureLoader, PicturePool, PictureRequest, Waker};
use crate::model::{Dataset, Image, ImageId};

use atlas::Atlas;
pub use overlays::Overlays;

/// Sides of thumbnails in pixels: the usual one, and one for large tiles and dense screens.
const THUMB_SIDES: [u32; 2] = [192, 384];
/// Pages of each kind of thumbnail that are kept, 16 MB each.
const THUMB_PAGES: [usize; 2] = [4, 6];
/// Bytes of whole pictures that are kept.
const WHOLE_BUDGET: usize = 256 << 20;
/// Longest side of a whole picture in pixels, where the graphics card allows more.
const WHOLE_SIDE: usize = 8192;
/// Enlargement beyond which a thumbnail looks soft.
const SOFT: f32 = 1.3;
/// Pictures handed to the graphics card per frame, at most.
const UPLOADS: usize = 32;
/// Time for that per frame.
const UPLOAD_TIME: Duration = Duration::from_millis(4);
/// Threads that decode.
const THREADS: usize = 2;

/// A picture that can be drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawable {
    /// Where its pixels are.
    pub texture: TextureId,
    /// Which part of the texture.
    pub uv: Rect,
    /// Its size in texture pixels.
    pub size: Vec2,
    /// The size of the picture in its file, as it is shown.
    pub source: (u32, u32),
}

/// How far a picture is.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// Here it is.
    Ready(Drawable),
    /// On its way.
    Loading,
    /// It cannot be shown, and why.
    Failed(Arc<str>),
}

impl Shown {
    /// The picture, once there is one.
    #[must_use]
    pub fn drawable(&self) -> Option<Drawable> {
        match self {
            Self::Ready(drawable) => Some(*drawable),
            Self::Loading | Self::Failed(_) => None,
        }
    }
}

/// What the pool is asked for. The generation tells datasets apart, whose image ids mean different images.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wish {
    generation: u32,
    image: ImageId,
    request: PictureRequest,
}

/// Pixels ready for the graphics card.
#[derive(Clone, Debug)]
pub struct Pixels {
    image: Arc<ColorImage>,
    source: (u32, u32),
}

/// All pictures of one window.
pub struct Pictures {
    /// Masks over the thumbnails.
    pub masks: Overlays,
    pool: PicturePool<Wish, Pixels>,
    dataset: Weak<Dataset>,
    generation: u32,
    frame: u64,
    max_side: u32,
    thumbs: Vec<Atlas>,
    wholes: FxHashMap<ImageId, Whole>,
    failed: FxHashMap<(ImageId, Part), Arc<str>>,
    wanted: Vec<Wish>,
    wanted_before: bool,
    ready: VecDeque<(Wish, Result<Pixels, JobError>)>,
}

struct Whole {
    texture: TextureHandle,
    source: (u32, u32),
    used: u64,
}

impl Default for Pictures {
    fn default() -> Self {
        Self::inline()
    }
}

impl Pictures {
    /// Decodes on threads of their own; `waker` is called when something is ready.
    ///
    /// # Errors
    /// [`JobError::Failed`] where the system gives no threads.
    pub fn threaded(waker: &Waker) -> Result<Self, JobError> {
        let loaders = PictureLoader::for_window(THREADS).into_iter().map(|l| Box::new(pixels_from(l)) as _).collect();
        Ok(Self::new(PicturePool::threads(loaders, waker)?, Overlays::threaded(waker)?))
    }

    /// Decodes at the end of the frame that asks, without a disk cache: the next frame shows everything.
    #[must_use]
    pub fn inline() -> Self {
        Self::new(PicturePool::inline(Box::new(pixels_from(PictureLoader::new(None)))), Overlays::inline())
    }

    fn new(pool: PicturePool<Wish, Pixels>, masks: Overlays) -> Self {
        Self {
            masks,
            pool,
            dataset: Weak::new(),
            generation: 0,
            frame: 0,
            max_side: THUMB_SIDES[1],
            thumbs: Vec::new(),
            wholes: FxHashMap::default(),
            failed: FxHashMap::default(),
            wanted: Vec::new(),
            wanted_before: false,
            ready: VecDeque::new(),
        }
    }

    /// Before the views draw: takes in what is ready, within limits of number and time. Pictures of another dataset are
    /// forgotten.
    pub fn begin(&mut self, ctx: &Context, dataset: &Arc<Dataset>) {
        self.frame += 1;
        self.max_side = u32::try_from(ctx.input(|i| i.max_texture_side).min(WHOLE_SIDE)).unwrap_or(u32::MAX);
        if !std::ptr::eq(self.dataset.as_ptr(), Arc::as_ptr(dataset)) {
            self.dataset = Arc::downgrade(dataset);
            self.generation = self.generation.wrapping_add(1);
            self.forget();
        }
        while let Some((wish, result)) = self.pool.take() {
            if wish.generation == self.generation {
                self.ready.push_back((wish, result));
            }
        }
        let started = Instant::now();
        for _ in 0..UPLOADS {
            if started.elapsed() > UPLOAD_TIME {
                break;
            }
            let Some((wish, result)) = self.ready.pop_front() else { break };
            self.take(ctx, &wish, result);
        }
        self.masks.begin(ctx);
    }

    /// After the views have drawn: says what is wanted now and lets go of what is over budget.
    pub fn end(&mut self, ctx: &Context) {
        let mut wanted = std::mem::take(&mut self.wanted);
        wanted.retain(|w| !self.ready.iter().any(|(r, _)| r == w));
        let any = !wanted.is_empty();
        if any || self.wanted_before {
            self.pool.want(wanted);
            self.wanted_before = any;
        }
        while let Some((wish, result)) = self.pool.take() {
            self.ready.push_back((wish, result));
        }
        if !self.ready.is_empty() {
            ctx.request_repaint();
        }
        self.keep_wholes_in_budget();
        for atlas in &mut self.thumbs {
            atlas.trim(self.frame);
        }
        self.masks.end(ctx);
    }

    /// Forgets all pictures and frees their textures.
    pub fn forget(&mut self) {
        self.thumbs = THUMB_SIDES.iter().zip(THUMB_PAGES).map(|(&side, pages)| Atlas::new(side, pages)).collect();
        self.wholes.clear();
        self.failed.clear();
        self.wanted.clear();
        self.ready.clear();
        self.masks.forget();
    }

    /// A thumbnail of an image that is drawn with its longer side at `pixels`. The most urgent come first.
    pub fn thumb(&mut self, id: ImageId, image: &Image, pixels: f32) -> Shown {
        self.small(id, image, pixels, |side| Part::Thumb { side })
    }

    /// A part of an image: `area` is left, top, right, bottom in pixels of the annotated size.
    pub fn crop(&mut self, id: ImageId, image: &Image, area: [i32; 4], pixels: f32) -> Shown {
        let of = (image.width, image.height);
        self.small(id, image, pixels, |side| Part::Crop { area, of, side })
    }

    /// The whole picture, as large as the graphics card allows.
    pub fn whole(&mut self, id: ImageId, image: &Image) -> Shown {
        if let Some(whole) = self.wholes.get_mut(&id) {
            whole.used = self.frame;
            let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            let size = whole.texture.size_vec2();
            return Shown::Ready(Drawable { texture: whole.texture.id(), uv, size, source: whole.source });
        }
        self.wish(id, image, Part::Whole { side: self.max_side })
    }

    fn small(&mut self, id: ImageId, image: &Image, pixels: f32, part: impl Fn(u32) -> Part) -> Shown {
        let [small, large] = THUMB_SIDES;
        let side = if pixels > small as f32 * SOFT { large } else { small };
        let mut found = None;
        for wanted in [side, if side == small { large } else { small }] {
            found = found.or_else(|| self.in_atlas(id, part(wanted)).map(|d| (wanted, d)));
        }
        match found {
            Some((at, drawable)) if at >= side => Shown::Ready(drawable),
            Some((_, drawable)) => {
                self.wish(id, image, part(side));
                Shown::Ready(drawable)
            }
            None => self.wish(id, image, part(side)),
        }
    }

    fn in_atlas(&mut self, id: ImageId, part: Part) -> Option<Drawable> {
        let frame = self.frame;
        self.thumbs.iter_mut().find_map(|atlas| atlas.find((id, part), frame))
    }

    fn wish(&mut self, id: ImageId, image: &Image, part: Part) -> Shown {
        if let Some(reason) = self.failed.get(&(id, part)) {
            return Shown::Failed(Arc::clone(reason));
        }
        let Some(path) = &image.path else {
            return Shown::Failed(format!("{}: no folder of images is known", image.name).into());
        };
        let request = PictureRequest { path: path.clone(), part };
        self.wanted.push(Wish { generation: self.generation, image: id, request });
        Shown::Loading
    }

    fn take(&mut self, ctx: &Context, wish: &Wish, result: Result<Pixels, JobError>) {
        let part = wish.request.part;
        let pixels = match result {
            Ok(pixels) => pixels,
            Err(JobError::Cancelled) => return,
            Err(error) => {
                self.failed.insert((wish.image, part), error.to_string().into());
                return;
            }
        };
        match part {
            Part::Whole { .. } => {
                let options =
                    TextureOptions { mipmap_mode: Some(egui::TextureFilter::Linear), ..TextureOptions::LINEAR };
                let texture = ctx.load_texture("picture", pixels.image, options);
                self.wholes.insert(wish.image, Whole { texture, source: pixels.source, used: self.frame });
            }
            Part::Thumb { side } | Part::Crop { side, .. } => {
                let frame = self.frame;
                if let Some(atlas) = self.thumbs.iter_mut().find(|a| a.side() == side) {
                    atlas.insert(ctx, (wish.image, part), pixels.image, pixels.source, frame);
                }
            }
        }
    }

    fn keep_wholes_in_budget(&mut self) {
        let mut bytes: usize = self.wholes.values().map(|w| w.texture.byte_size()).sum();
        while bytes > WHOLE_BUDGET {
            let oldest = self.wholes.iter().filter(|(_, w)| w.used < self.frame).min_by_key(|(_, w)| w.used);
            let Some(oldest) = oldest.map(|(id, _)| *id) else { break };
            bytes -= self.wholes.remove(&oldest).map_or(0, |w| w.texture.byte_size());
        }
    }
}

/// Loads and brings the pixels into the form of the graphics card, on the thread that decodes.
fn pixels_from(mut loader: PictureLoader) -> impl FnMut(&Wish) -> Result<Pixels, JobError> + Send {
    move |wish| loader.load(&wish.request).map(pixels_of)
}

fn pixels_of(picture: Picture) -> Pixels {
    let size = [picture.width as usize, picture.height as usize];
    let image = ColorImage::from_rgba_unmultiplied(size, &picture.rgba);
    Pixels { image: Arc::new(image), source: (picture.source_width, picture.source_height) }
}
