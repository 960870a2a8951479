//! What lies where: a scene is a pure function of its number.

use super::clutter::clutter;
use super::ground::{Ground, KINDS};
use super::light::{Light, MOODS, Mood};
use super::math::{Rng, V2, len2};
use super::rings::{Bearing, Gear, HexHead, HexNut, ORing, Washer};
use super::rods::{Fastener, ScrewHead, spring, spring_upright};
use super::solid::Shape;

pub const WIDTH: usize = 416;
pub const HEIGHT: usize = 312;

/// The classes, in the order of their category ids (1…).
pub const CLASSES: [&str; 8] =
    ["bearing", "gear", "hex bolt", "hex nut", "machine screw", "o-ring", "spring", "washer"];

/// How often each class is put down, by index into `CLASSES`: fasteners are common, gears rare.
const FREQUENCY: [usize; 20] = [0, 0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 6, 7, 7];

pub struct Item {
    pub shape: Shape,
    /// Index into `CLASSES`; clutter has none.
    pub class: Option<usize>,
    pub place: V2,
    pub turn: V2,
}

pub struct Scene {
    pub number: u64,
    pub ground: Ground,
    pub light: Light,
    pub items: Vec<Item>,
    /// Radius of an average part in pixels.
    pub zoom: f32,
    pub blur: f32,
    pub grain: f32,
}

impl Scene {
    pub fn new(number: u64) -> Self {
        let mut rng = Rng::new(0x5ce2_e000 + number);
        let zoom = match rng.int(0, 9) {
            0..=2 => rng.range(13.0, 16.5),
            3..=7 => rng.range(19.0, 27.0),
            _ => rng.range(34.0, 46.0),
        };
        let kind = rng.pick(&KINDS);
        let mood = rng.pick(&MOODS);
        let ground = Ground::new(&mut rng, kind, zoom, WIDTH as f32, HEIGHT as f32);
        let light = Light::new(&mut rng, mood);
        let blur = rng.pick(&[0.0, 0.0, 0.35, 0.6, 0.95]);
        let grain = if mood == Mood::Dark { 0.017 } else { rng.range(0.004, 0.010) };
        let items = Arrangement::new(&mut rng, zoom).fill(&mut rng);
        Self { number, ground, light, items, zoom, blur, grain }
    }
}

/// Draws a part of the class; some stand upright and look like another class from above.
fn part(rng: &mut Rng, class: usize, zoom: f32) -> Shape {
    let size = zoom * rng.range(0.78, 1.25);
    match class {
        0 => Box::new(Bearing::new(rng, size * 1.35)),
        1 => Box::new(Gear::new(rng, size * 1.45)),
        2 if rng.chance(0.12) => Box::new(HexHead::new(rng, size * 0.95)),
        2 => Box::new(Fastener::bolt(rng, size * 0.85)),
        3 => Box::new(HexNut::new(rng, size)),
        4 if rng.chance(0.2) => Box::new(ScrewHead::new(rng, size * 0.85)),
        4 => Box::new(Fastener::screw(rng, size * 0.74)),
        5 => Box::new(ORing::new(rng, size * 1.1)),
        6 if rng.chance(0.12) => Box::new(spring_upright(rng, size)),
        6 => Box::new(spring(rng, size * 0.95)),
        _ => Box::new(Washer::new(rng, size * 1.1)),
    }
}

/// How the parts are spread over the picture.
struct Arrangement {
    zoom: f32,
    count: usize,
    clutter: usize,
    /// A heap has a middle and a spread; scattered parts have none.
    heap: Option<(V2, f32)>,
    /// Parts keep this share of their summed radii apart.
    apart: f32,
}

impl Arrangement {
    fn new(rng: &mut Rng, zoom: f32) -> Self {
        let count = if zoom < 18.0 {
            rng.int(11, 18)
        } else if zoom < 30.0 {
            rng.int(7, 12)
        } else {
            rng.int(3, 6)
        };
        let heap = rng.chance(0.24).then(|| {
            let middle = [WIDTH as f32 * rng.range(0.35, 0.65), HEIGHT as f32 * rng.range(0.38, 0.62)];
            (middle, zoom * (count as f32).sqrt() * 0.95)
        });
        Self {
            zoom,
            count,
            clutter: rng.pick(&[0, 1, 1, 2, 2, 3]),
            heap,
            apart: if heap.is_some() { 0.5 } else { rng.range(0.72, 1.0) },
        }
    }

    fn spot(&self, rng: &mut Rng) -> V2 {
        match self.heap {
            Some((middle, spread)) => {
                [middle[0] + spread * 1.25 * rng.normal(), middle[1] + spread * 0.9 * rng.normal()]
            }
            None => {
                let margin = self.zoom * 0.35;
                [rng.range(-margin, WIDTH as f32 + margin), rng.range(-margin, HEIGHT as f32 + margin)]
            }
        }
    }

    /// Puts a shape down where it is far enough from the others; gives up after some tries.
    fn put(&self, rng: &mut Rng, items: &mut Vec<Item>, shape: Shape, class: Option<usize>) {
        for _ in 0..60 {
            let place = self.spot(rng);
            let free = items.iter().all(|other| {
                let off = [place[0] - other.place[0], place[1] - other.place[1]];
                len2(off) > self.apart * (shape.bound() + other.shape.bound())
            });
            if free {
                let angle = rng.range(0.0, std::f32::consts::TAU);
                items.push(Item { shape, class, place, turn: [angle.cos(), angle.sin()] });
                return;
            }
        }
    }

    fn fill(&self, rng: &mut Rng) -> Vec<Item> {
        let mut items = Vec::new();
        for index in 0..self.count + self.clutter {
            if index < self.clutter {
                let shape = clutter(rng, self.zoom);
                self.put(rng, &mut items, shape, None);
            } else {
                let class = rng.pick(&FREQUENCY);
                let shape = part(rng, class, self.zoom);
                self.put(rng, &mut items, shape, Some(class));
            }
        }
        items
    }
}
