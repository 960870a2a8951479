//! Binary masks: thresholds, components, holes, and the distance transform that splits touching parts.

/// A mask the size of the picture.
#[derive(Clone)]
pub struct Mask {
    pub width: usize,
    pub height: usize,
    pub data: Vec<bool>,
}

/// Connected pixels: number of the component per pixel (0 outside) and the box of each.
pub struct Components {
    pub labels: Vec<u32>,
    /// Left, top, right, bottom (exclusive) and pixel count of component 1, 2, …
    pub boxes: Vec<([usize; 4], usize)>,
}

impl Mask {
    pub fn new(width: usize, data: Vec<bool>) -> Self {
        let height = data.len() / width;
        Self { width, height, data }
    }

    fn neighbours(&self, reach: usize, keep: impl Fn(usize, usize) -> bool) -> Self {
        let (width, height) = (self.width, self.height);
        // Rows then columns: count set pixels within reach, ask `keep` with count and window size.
        let pass = |data: &[bool], across: usize, along: usize, step: usize, stride: usize| {
            let mut out = vec![false; data.len()];
            for line in 0..across {
                let base = line * stride;
                let at = |i: usize| usize::from(data[base + i * step]);
                let mut count: usize = (0..reach.min(along)).map(at).sum();
                for i in 0..along {
                    if i + reach < along {
                        count += at(i + reach);
                    }
                    let low = i.saturating_sub(reach);
                    let window = (i + reach).min(along - 1) - low + 1;
                    out[base + i * step] = keep(count, window);
                    if i >= reach {
                        count -= at(i - reach);
                    }
                }
            }
            out
        };
        let rows = pass(&self.data, height, width, 1, width);
        Self::new(width, pass(&rows, width, height, width, 1))
    }

    pub fn dilated(&self, reach: usize) -> Self {
        self.neighbours(reach, |count, _| count > 0)
    }

    pub fn eroded(&self, reach: usize) -> Self {
        self.neighbours(reach, |count, window| count == window)
    }

    pub fn opened(&self, reach: usize) -> Self {
        self.eroded(reach).dilated(reach)
    }

    pub fn closed(&self, reach: usize) -> Self {
        self.dilated(reach).eroded(reach)
    }

    pub fn components(&self) -> Components {
        let mut labels = vec![0u32; self.data.len()];
        let mut boxes = Vec::new();
        let mut stack = Vec::new();
        for start in 0..self.data.len() {
            if !self.data[start] || labels[start] != 0 {
                continue;
            }
            let label = boxes.len() as u32 + 1;
            let mut bounds = [usize::MAX, usize::MAX, 0, 0];
            let mut count = 0;
            labels[start] = label;
            stack.push(start);
            while let Some(index) = stack.pop() {
                let (x, y) = (index % self.width, index / self.width);
                bounds = [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x + 1), bounds[3].max(y + 1)];
                count += 1;
                let mut visit = |next: usize| {
                    if self.data[next] && labels[next] == 0 {
                        labels[next] = label;
                        stack.push(next);
                    }
                };
                if x > 0 {
                    visit(index - 1);
                }
                if x + 1 < self.width {
                    visit(index + 1);
                }
                if y > 0 {
                    visit(index - self.width);
                }
                if y + 1 < self.height {
                    visit(index + self.width);
                }
            }
            boxes.push((bounds, count));
        }
        Components { labels, boxes }
    }

    /// The mask with every hole closed that doesn't reach the border of the picture.
    pub fn filled(&self) -> Self {
        let outside = Self::new(self.width, self.data.iter().map(|set| !set).collect());
        let components = outside.components();
        let open: Vec<bool> = components
            .boxes
            .iter()
            .map(|(b, _)| b[0] == 0 || b[1] == 0 || b[2] == self.width || b[3] == self.height)
            .collect();
        let data = components.labels.iter().map(|&label| label == 0 || !open[label as usize - 1]).collect();
        Self::new(self.width, data)
    }

    /// Distance of each set pixel to the nearest unset one (chamfer 3–4, thirds of a pixel).
    /// The border of the picture doesn't count as unset: parts continue beyond it.
    pub fn depth(&self) -> Vec<u16> {
        let mut depth: Vec<u16> = self.data.iter().map(|&set| if set { 30_000 } else { 0 }).collect();
        chamfer(&mut depth, self.width, self.height, |_, _| ());
        depth
    }
}

/// Two passes of the 3–4 chamfer transform; `follow(to, from)` tells whose distance a pixel took.
fn chamfer(depth: &mut [u16], width: usize, height: usize, mut follow: impl FnMut(usize, usize)) {
    let mut relax = |here: usize, there: usize, cost: u16| {
        if depth[there] + cost < depth[here] {
            depth[here] = depth[there] + cost;
            follow(here, there);
        }
    };
    for y in 0..height {
        for x in 0..width {
            let here = y * width + x;
            if x > 0 {
                relax(here, here - 1, 3);
            }
            if y > 0 {
                let above = here - width;
                relax(here, above, 3);
                if x > 0 {
                    relax(here, above - 1, 4);
                }
                if x + 1 < width {
                    relax(here, above + 1, 4);
                }
            }
        }
    }
    for y in (0..height).rev() {
        for x in (0..width).rev() {
            let here = y * width + x;
            if x + 1 < width {
                relax(here, here + 1, 3);
            }
            if y + 1 < height {
                let below = here + width;
                relax(here, below, 3);
                if x > 0 {
                    relax(here, below - 1, 4);
                }
                if x + 1 < width {
                    relax(here, below + 1, 4);
                }
            }
        }
    }
}

/// What lies deeper than so many pixels inside a mask.
pub fn core(mask: &Mask, depth: &[u16], pixels: u16) -> Mask {
    Mask::new(mask.width, depth.iter().map(|&d| d > 3 * pixels).collect())
}

/// Splits a filled mask at its necks: the parts of its core grow back by as many pixels as they
/// lost. Gives each pixel the number of its part, 0 where no core is near.
pub fn grow_back(mask: &Mask, mut parts: Components, pixels: u16) -> Components {
    let near = |&label: &u32| if label == 0 { 30_000 } else { 0 };
    let mut far: Vec<u16> = parts.labels.iter().map(near).collect();
    let labels = &mut parts.labels;
    chamfer(&mut far, mask.width, mask.height, |to, from| labels[to] = labels[from]);
    let reach = 3 * pixels + 2;
    for (bounds, count) in &mut parts.boxes {
        *bounds = [usize::MAX, usize::MAX, 0, 0];
        *count = 0;
    }
    for (index, &far) in far.iter().enumerate() {
        if far > reach || !mask.data[index] {
            parts.labels[index] = 0;
            continue;
        }
        let (b, count) = &mut parts.boxes[parts.labels[index] as usize - 1];
        let (x, y) = (index % mask.width, index / mask.width);
        *b = [b[0].min(x), b[1].min(y), b[2].max(x + 1), b[3].max(y + 1)];
        *count += 1;
    }
    parts
}
