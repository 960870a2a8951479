//! Metrics of generated text: 100,000 answers of about 100 words with a reference each. Of `benches/text_peer.py`'s set instead
//! where `EVALENS_TEXTS` names one; see there for the same in Python.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use evalens::metrics::text::diff::diff;
use evalens::metrics::text::{TextItem, TextOptions, score};
use evalens::model::NoProgress;
use evalens::model::rng::Rng;

const ROWS: usize = 100_000;
const WORDS: usize = 100;

/// Words of one to four syllables, the first ones far more often than the last; every tenth ends in a comma or a point.
fn words(rng: &mut Rng, count: usize) -> Vec<String> {
    const SYLLABLES: [&str; 12] = ["an", "te", "ri", "os", "lu", "men", "ka", "shi", "pro", "ver", "ing", "ed"];
    let mut word = || {
        let rank = (20_000.0_f64.powf(rng.below(1 << 24) as f64 / f64::from(1 << 24)) as usize).max(1);
        let mut word = String::new();
        let mut rest = rank;
        while rest > 0 {
            word.push_str(SYLLABLES[rest % 12]);
            rest /= 12;
        }
        match rng.below(20) {
            0 => word.push(','),
            1 => word.push('.'),
            _ => {}
        }
        word
    };
    (0..count).map(|_| word()).collect()
}

/// An answer and its reference: a quarter of the words are others, some are missing, and a block has moved.
fn pair(rng: &mut Rng) -> (String, String) {
    let length = WORDS - 20 + rng.below(40) as usize;
    let reference = words(rng, length);
    let mut answer: Vec<String> = Vec::new();
    for word in &reference {
        match rng.below(8) {
            0 | 1 => answer.extend(words(rng, 1)),
            2 if rng.below(3) == 0 => {}
            _ => answer.push(word.clone()),
        }
    }
    answer.rotate_left(rng.below(12) as usize);
    (answer.join(" "), reference.join(" "))
}

fn rows() -> Vec<(String, String)> {
    if let Some(path) = std::env::var_os("EVALENS_TEXTS") {
        let text = std::fs::read_to_string(path).unwrap();
        return text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    }
    let mut rng = Rng::new(3);
    (0..ROWS).map(|_| pair(&mut rng)).collect()
}

fn text(criterion: &mut Criterion) {
    let rows = rows();
    let items: Vec<TextItem<'_>> =
        rows.iter().map(|(p, r)| TextItem { prediction: p, references: vec![r.as_str()] }).collect();
    let mut group = criterion.benchmark_group("text");
    group.sample_size(10).throughput(Throughput::Elements(items.len() as u64));
    let options = TextOptions::default();
    let run = |options| score(black_box(&items), options, &NoProgress);
    group.bench_function("all but TER", |b| b.iter(|| run(options)));
    group.bench_function("all but TER, stems", |b| b.iter(|| run(TextOptions { stem: true, ..options })));
    let some: Vec<TextItem<'_>> = items.iter().take(2_000).cloned().collect();
    group.throughput(Throughput::Elements(some.len() as u64));
    group.bench_function("TER too", |b| {
        b.iter(|| score(black_box(&some), TextOptions { ter: true, ..options }, &NoProgress));
    });
    let long = |offset: usize| -> String {
        rows.iter().cycle().skip(offset).take(800).map(|(p, r)| if offset > 0 { p.as_str() } else { r }).collect()
    };
    let (prediction, reference) = (long(1), long(0));
    group.throughput(Throughput::Bytes((prediction.len() + reference.len()) as u64));
    group.bench_function("difference of two long texts", |b| b.iter(|| diff(&prediction, &reference, &NoProgress)));
    group.finish();
}

criterion_group!(benches, text);
criterion_main!(benches);
