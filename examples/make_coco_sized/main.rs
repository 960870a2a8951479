//! Writes a synthetic detection set of the size of COCO val2017, for measuring speed and memory:
//!
//! ```text
//! cargo run --release --example make_coco_sized -- OUT_DIR [--images 5000 --classes 80 --truths 36800 --detections 500000 --seed 1]
//! ```
//!
//! The boxes are drawn from a seeded generator; there are no pictures and no model behind them.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Parser;
use clap::builder::TypedValueParser;

mod set;
mod write;

use set::{COCO, Set, Shape};

/// Writes a synthetic, COCO-sized detection set: `instances.json` and `detections.json`.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder to write into; made if it is not there.
    out: PathBuf,
    /// Number of images; about 1 % of them have no object.
    #[arg(long, default_value_t = COCO.images)]
    images: usize,
    /// Number of classes.
    #[arg(long, default_value_t = COCO.classes, value_parser = clap::value_parser!(u16).range(1..).map(usize::from))]
    classes: usize,
    /// Number of annotated objects.
    #[arg(long, default_value_t = COCO.truths)]
    truths: usize,
    /// Number of detections, spread evenly over the images.
    #[arg(long, default_value_t = COCO.detections)]
    detections: usize,
    /// Another seed is another set.
    #[arg(long, default_value_t = COCO.seed)]
    seed: u64,
}

fn main() -> io::Result<()> {
    let Arguments { out, images, classes, truths, detections, seed } = Arguments::parse();
    std::fs::create_dir_all(&out)?;
    let set = Set::generate(Shape { images, classes, truths, detections, seed });
    let truth = written(&out, "instances.json", |file| write::truth(&set, file))?;
    let results = written(&out, "detections.json", |file| write::results(&set, file))?;
    println!("Synthetic set, seed {seed}: boxes drawn at random, no pictures, no model.");
    println!("{}", summary(&set));
    for (path, bytes) in [truth, results] {
        println!("{} ({:.1} MB)", path.display(), bytes as f64 / 1e6);
    }
    Ok(())
}

fn written(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<(PathBuf, u64)> {
    let path = folder.join(name);
    let mut file = BufWriter::new(File::create(&path)?);
    write(&mut file)?;
    file.flush()?;
    let bytes = std::fs::metadata(&path)?.len();
    Ok((path, bytes))
}

/// What came out, in a sentence.
fn summary(set: &Set) -> String {
    let n = set.annotations.len();
    let percent = |count: usize| 100.0 * count as f64 / n.max(1) as f64;
    let small = set.annotations.iter().filter(|a| a.area < 1024.0).count();
    let large = set.annotations.iter().filter(|a| a.area > 9216.0).count();
    format!(
        "{} images; {n} truths ({} crowds; {:.0} % small, {:.0} % medium, {:.0} % large; head class {:.0} %; {} image-class \
         cells); {} detections ({} cells)",
        set.images.len(),
        set.annotations.iter().filter(|a| a.crowd).count(),
        percent(small),
        percent(n - small - large),
        percent(large),
        percent(set.annotations.iter().filter(|a| a.class == 0).count()),
        cells(set.annotations.iter().map(|a| (a.image, a.class)).collect()),
        set.detections.len(),
        cells(set.detections.iter().map(|d| (d.image, d.class)).collect()),
    )
}

/// How many different (image, class) there are.
fn cells(mut all: Vec<(usize, usize)>) -> usize {
    all.sort_unstable();
    all.dedup();
    all.len()
}
