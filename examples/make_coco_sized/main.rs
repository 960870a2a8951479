//! Writes a synthetic detection set of the size of COCO val2017, for measuring speed and memory:
//!
//! ```text
//! cargo run --release --example make_coco_sized -- OUT_DIR [--images 5000 --truths 36800 --detections 500000 --seed 1]
//! ```
//!
//! The boxes are drawn from a seeded generator; there are no pictures and no model behind them.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Parser;

mod set;

use set::{Set, Shape};

/// Writes a synthetic, COCO-sized detection set: `instances.json` and `detections.json`.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder to write into; made if it is not there.
    out: PathBuf,
    /// Number of images; about 1 % of them have no object.
    #[arg(long, default_value_t = 5_000)]
    images: usize,
    /// Number of annotated objects.
    #[arg(long, default_value_t = 36_800)]
    truths: usize,
    /// Number of detections, spread evenly over the images.
    #[arg(long, default_value_t = 500_000)]
    detections: usize,
    /// Another seed is another set.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> io::Result<()> {
    let Arguments { out, images, truths, detections, seed } = Arguments::parse();
    std::fs::create_dir_all(&out)?;
    let set = Set::generate(Shape { images, truths, detections, seed });
    let truth = written(&out, "instances.json", |file| set.write_truth(file))?;
    let results = written(&out, "detections.json", |file| set.write_results(file))?;
    println!("Synthetic set, seed {seed}: boxes drawn at random, no pictures, no model.");
    println!("{}", set.summary());
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
