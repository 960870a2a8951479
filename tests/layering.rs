//! The arrows of ARCHITECTURE.md, enforced: which module may use which, who may touch files, threads and the screen.

use std::path::{Path, PathBuf};

/// A room and the rooms it may use. `model` is allowed everywhere.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("formats", &["model"]),
    ("metrics", &["model"]),
    ("analysis", &["model", "metrics"]),
    ("vectors", &["model"]),
    ("store", &["model"]),
    ("cache", &["model"]),
    ("jobs", &["model", "formats", "cache"]),
    ("session", &["model", "formats", "metrics", "analysis", "vectors", "store", "cache", "jobs", "report"]),
    ("report", &["model", "metrics", "analysis", "vectors"]),
    ("cli", &["model", "formats", "metrics", "analysis", "vectors", "store", "jobs", "session", "report"]),
    ("ui", &["model", "formats", "metrics", "analysis", "vectors", "store", "jobs", "session", "report"]),
];

/// Words that only some rooms may say.
const WORDS: &[(&str, &[&str])] = &[
    ("egui", &["ui"]),
    ("eframe", &["ui"]),
    ("rfd::", &["ui"]),
    ("std::fs", &["formats", "store", "cache", "cli/output"]),
    ("File::open", &["formats", "store", "cache", "cli/output"]),
    ("thread::spawn", &["jobs"]),
    ("thread::Builder", &["jobs"]),
    ("ThreadPoolBuilder", &["jobs"]),
    ("println!", &[]),
    ("eprintln!", &[]),
    (".unwrap()", &[]),
    (".expect(", &[]),
    ("todo!(", &[]),
    ("unimplemented!(", &[]),
];

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The program text of a file: without comments, without what stands behind `#[cfg(test)]` at its end.
fn code(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or("");
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or(""));
    lines.collect::<Vec<_>>().join("\n")
}

/// `formats/coco` of `src/formats/coco.rs`.
fn place(src: &Path, file: &Path) -> String {
    let relative = file.strip_prefix(src).unwrap().with_extension("");
    relative.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
}

fn all() -> Vec<(String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    files.sort();
    assert!(files.len() > 20, "the sources were not found");
    let read = |f: &PathBuf| (place(&src, f), code(&std::fs::read_to_string(f).unwrap()));
    files.iter().map(read).filter(|(p, _)| p != "main" && p != "lib" && !p.ends_with("/tests")).collect()
}

#[test]
fn arrows_hold() {
    let mut wrong = Vec::new();
    for (place, code) in all() {
        let room = place.split('/').next().unwrap();
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("src/{place}.rs: the room `{room}` is not on the map"));
            continue;
        };
        for (other, _) in ARROWS {
            let used = code.contains(&format!("crate::{other}::")) || code.contains(&format!("crate::{other};"));
            if used && *other != room && !allowed.contains(other) {
                wrong.push(format!("src/{place}.rs: `{room}` may not use `{other}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn words_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for (place, code) in all() {
        for (word, rooms) in WORDS {
            let mine = rooms.iter().any(|r| place == *r || place.starts_with(&format!("{r}/")));
            if !mine && code.contains(word) {
                wrong.push(format!("src/{place}.rs: `{word}` belongs to {rooms:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
