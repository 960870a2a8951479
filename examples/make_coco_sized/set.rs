//! A synthetic detection set with the proportions of COCO val2017: category ids with gaps, a head class, crowds, images
//! without objects, many small boxes; detections that are near truths, of a confused class, doubled, or nothing.
//!
//! The same on every machine: integers, and floating-point operations that IEEE 754 rounds exactly.

/// How much of everything.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub images: usize,
    pub classes: usize,
    pub truths: usize,
    pub detections: usize,
    pub seed: u64,
}

/// As many of everything as in COCO val2017, and 100 detections an image.
pub const COCO: Shape = Shape { images: 5_000, classes: 80, truths: 36_800, detections: 500_000, seed: 1 };

#[derive(Clone, Copy, Debug)]
pub struct SetImage {
    pub id: i64,
    pub width: u32,
    pub height: u32,
}

#[derive(Clone, Copy, Debug)]
pub struct Annotation {
    /// Position in [`Set::images`].
    pub image: usize,
    /// Position in [`Set::categories`].
    pub class: usize,
    pub bbox: [f64; 4],
    pub area: f64,
    pub crowd: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct Detection {
    pub image: usize,
    pub class: usize,
    pub bbox: [f64; 4],
    pub score: f64,
}

/// The set.
#[derive(Debug)]
pub struct Set {
    pub images: Vec<SetImage>,
    /// Category ids, ascending.
    pub categories: Vec<i64>,
    /// In mixed order, as in COCO.
    pub annotations: Vec<Annotation>,
    /// Image by image, in each by descending score.
    pub detections: Vec<Detection>,
}

/// The category ids between 1 and 90 that COCO leaves out.
const GAPS: [i64; 10] = [12, 26, 29, 30, 45, 66, 68, 69, 71, 83];
const SIZES: [(u32, u32); 6] = [(640, 480), (640, 427), (480, 640), (640, 480), (500, 375), (427, 640)];

impl Set {
    /// Draws a set.
    pub fn generate(shape: Shape) -> Self {
        let mut random = Random { state: shape.seed, classes: shape.classes };
        let images = images(shape.images, &mut random);
        let cells = cells(shape, &mut random);
        let mut annotations = annotations(&images, cells, &mut random);
        let detections = detections(shape, &images, &annotations, &mut random);
        for last in (1..annotations.len()).rev() {
            annotations.swap(last, random.below(last + 1));
        }
        let categories = (1..).filter(|id| !GAPS.contains(id)).take(shape.classes).collect();
        Self { images, categories, annotations, detections }
    }
}

fn images(count: usize, random: &mut Random) -> Vec<SetImage> {
    let mut id = 0;
    let image = |_| {
        // COCO's 5,000 ids are spread over 1…581,929.
        id += 1 + random.below(231) as i64;
        let (width, height) = SIZES[random.below(SIZES.len())];
        SetImage { id, width, height }
    };
    (0..count).map(image).collect()
}

/// The (image, class) of every truth, by image.
fn cells(shape: Shape, random: &mut Random) -> Vec<(usize, usize)> {
    // 44 of 5,000 images have no object.
    let empty = shape.images * 44 / 5_000;
    let mut cells = Vec::new();
    for image in (0..shape.images)
        .filter(|i| empty == 0 || i % (shape.images / empty) != 0 || i / (shape.images / empty) >= empty)
    {
        let mut classes = Vec::new();
        while classes.is_empty() || random.chance(0.53) {
            let class = random.class(0.26);
            if !classes.contains(&class) {
                classes.push(class);
            }
        }
        cells.extend(classes.into_iter().map(|class| (image, class)));
    }
    cells.truncate(shape.truths);
    let mut of_class = vec![Vec::new(); shape.classes];
    for &(image, class) in &cells {
        of_class[class].push(image);
    }
    while cells.len() < shape.truths && !cells.is_empty() {
        let class = random.class(0.34);
        if !of_class[class].is_empty() {
            cells.push((of_class[class][random.below(of_class[class].len())], class));
        }
    }
    cells.sort_unstable();
    cells
}

fn annotations(images: &[SetImage], cells: Vec<(usize, usize)>, random: &mut Random) -> Vec<Annotation> {
    // 372 of 36,800 objects are crowds.
    let crowds = 372.0 / 36_800.0;
    let annotation = |(image, class)| {
        let crowd = random.chance(crowds);
        let bbox = random.bbox(images[image]);
        // Objects fill about two thirds of their box.
        let area = bbox[2] * bbox[3] * (0.5 + 0.35 * random.unit());
        Annotation { image, class, bbox, area: round(area, 1e4), crowd }
    };
    cells.into_iter().map(annotation).collect()
}

fn detections(shape: Shape, images: &[SetImage], truths: &[Annotation], random: &mut Random) -> Vec<Detection> {
    let mut detections = Vec::with_capacity(shape.detections);
    let mut rest = truths;
    for (image, &picture) in images.iter().enumerate() {
        let here = rest.iter().take_while(|a| a.image == image).count();
        let (of_image, others) = rest.split_at(here);
        rest = others;
        let wanted = shape.detections * (image + 1) / images.len() - shape.detections * image / images.len();
        let mut found = Vec::with_capacity(wanted + 4);
        for truth in of_image {
            detect(truth, picture, random, &mut found);
        }
        found.truncate(wanted);
        while found.len() < wanted {
            found.push(noise(image, picture, of_image, random));
        }
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        detections.append(&mut found);
    }
    detections
}

/// What a detector makes of one truth: mostly a box near it, the better the larger the object; sometimes a second one;
/// sometimes one of another class.
fn detect(truth: &Annotation, picture: SetImage, random: &mut Random, found: &mut Vec<Detection>) {
    let seen = if truth.area < 1024.0 { 0.55 } else { 0.85 };
    if random.chance(seen) {
        // A good overlap goes with a high score, loosely.
        let quality = random.unit();
        let bbox = random.near(truth.bbox, 0.5 * (1.0 - quality) + 0.02, picture);
        let score = 0.05 + 0.94 * (0.75 * quality + 0.25 * random.unit()) * random.unit().sqrt();
        found.push(Detection { image: truth.image, class: truth.class, bbox, score: round(score, 1e8) });
    }
    if random.chance(0.3) {
        let bbox = random.near(truth.bbox, 0.4, picture);
        let score = 0.02 + 0.4 * random.unit() * random.unit();
        found.push(Detection { image: truth.image, class: truth.class, bbox, score: round(score, 1e8) });
    }
    if random.chance(0.15) {
        let bbox = random.near(truth.bbox, 0.2, picture);
        let score = 0.02 + 0.7 * random.unit() * random.unit();
        found.push(Detection { image: truth.image, class: random.class(0.1), bbox, score: round(score, 1e8) });
    }
}

/// A box with little behind it: often of a class that is in the image, with a low score.
fn noise(image: usize, picture: SetImage, truths: &[Annotation], random: &mut Random) -> Detection {
    let known = (!truths.is_empty() && random.chance(0.66)).then(|| truths[random.below(truths.len())].class);
    let class = known.unwrap_or_else(|| random.class(0.03));
    let low = random.unit() * random.unit();
    Detection { image, class, bbox: random.bbox(picture), score: round(0.001 + 0.45 * low * low, 1e8) }
}

fn round(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random {
    state: u64,
    classes: usize,
}

impl Random {
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In 0…1, 1 excluded.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// The head class with this share, the others with a long tail.
    fn class(&mut self, head: f64) -> usize {
        if self.chance(head) || self.classes == 1 {
            return 0;
        }
        let far = self.unit() * (0.4 + 0.6 * self.unit());
        1 + (far * (self.classes - 1) as f64) as usize
    }

    /// A box of 41 % small, 35 % medium and 25 % large objects, within its image.
    fn bbox(&mut self, picture: SetImage) -> [f64; 4] {
        let u = self.unit();
        // Sides of a square with the object's area; an object fills about two thirds of its box.
        let side = match self.below(101) {
            0..41 => 8.0 + 24.0 * u,
            41..76 => 32.0 + 64.0 * u,
            _ => 96.0 + 320.0 * u * u,
        };
        let side = side * 1.22;
        let ratio = 0.55 + 1.1 * self.unit();
        let (width, height) = (f64::from(picture.width), f64::from(picture.height));
        let w = (side * ratio).min(width - 2.0);
        let h = (side / ratio).min(height - 2.0);
        let (x, y) = (self.unit() * (width - w - 1.0), self.unit() * (height - h - 1.0));
        [x, y, w, h].map(|v| round(v, 100.0))
    }

    /// The box with its edges moved by up to `spread` of its size, clipped to the image.
    fn near(&mut self, [x, y, w, h]: [f64; 4], spread: f64, picture: SetImage) -> [f64; 4] {
        let mut nudge = |size: f64| (self.unit() - 0.5) * spread * size;
        let (x0, y0) = ((x + nudge(w)).max(0.0), (y + nudge(h)).max(0.0));
        let x1 = (x + w + nudge(w)).min(f64::from(picture.width)).max(x0 + 1.0);
        let y1 = (y + h + nudge(h)).min(f64::from(picture.height)).max(y0 + 1.0);
        [x0, y0, x1 - x0, y1 - y0].map(|v| round(v, 100.0))
    }
}
