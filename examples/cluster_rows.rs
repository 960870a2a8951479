//! Clusters rows of numbers in a raw file of little-endian singles, for comparison with other programs.
//!
//! `cargo run --release --example cluster_rows -- ROWS.f32 DIMENSIONS MIN_CLUSTER_SIZE LABELS.txt`; noise is −1.

use std::time::Instant;

use evalens::model::NoProgress;
use evalens::vectors::Rows;
use evalens::vectors::hdbscan::{Settings, cluster};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, dimensions, size, output] = arguments.as_slice() else {
        return Err("give ROWS.f32 DIMENSIONS MIN_CLUSTER_SIZE LABELS.txt".into());
    };
    let bytes = std::fs::read(file)?;
    let values: Vec<f32> = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    let rows = Rows::new(dimensions.parse()?, &values)?;
    let begun = Instant::now();
    let found = cluster(rows, &Settings { min_cluster_size: size.parse()?, ..Settings::default() }, &NoProgress)?;
    let noise = found.labels.iter().filter(|l| l.is_none()).count();
    println!("{} rows, {} clusters, {noise} noise, {:.3} s", rows.len(), found.count, begun.elapsed().as_secs_f64());
    let lines: Vec<String> = found.labels.iter().map(|l| l.map_or("-1".to_owned(), |l| l.to_string())).collect();
    std::fs::write(output, lines.join("\n"))?;
    Ok(())
}
