//! What README and `docs` say is so: commands parse, links lead somewhere, examples are read without a problem.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::{CommandFactory, Parser};
use evalens::cli::Arguments;

/// A fenced block: its language, the file it is meant to be, the heading above it, its text.
#[derive(Debug)]
struct Block {
    language: String,
    file: Option<String>,
    heading: String,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README and all of `docs`, by path.
fn pages() -> Vec<(PathBuf, String)> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = docs.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    paths.sort();
    assert!(paths.len() >= 6, "{paths:?}");
    paths.insert(0, root().join("README.md"));
    paths.push(root().join("ARCHITECTURE.md"));
    paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(&path).unwrap())).collect()
}

fn blocks(text: &str) -> Vec<Block> {
    let (mut found, mut open, mut heading): (Vec<Block>, Option<Block>, String) = (Vec::new(), None, String::new());
    for line in text.lines() {
        if let Some(fence) = line.strip_prefix("```") {
            if let Some(block) = open.take() {
                found.push(block);
                continue;
            }
            let (language, file) = fence.split_once(' ').unwrap_or((fence, ""));
            open = Some(Block {
                language: language.to_owned(),
                file: (!file.is_empty()).then(|| file.to_owned()),
                heading: heading.clone(),
                text: String::new(),
            });
        } else if let Some(block) = &mut open {
            block.text.push_str(line);
            block.text.push('\n');
        } else if line.starts_with('#') {
            heading = line.trim_start_matches('#').trim().to_owned();
        }
    }
    assert!(open.is_none(), "a block is never closed: {open:?}");
    found
}

/// A line of a shell up to its first pipe, as words; quotes hold words together.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for letter in line.chars() {
        match quote {
            Some(end) if letter == end => quote = None,
            None if letter == '"' || letter == '\'' => quote = Some(letter),
            None if letter == '|' || letter == '#' || letter == '>' => break,
            None if letter == ' ' => words.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            _ => word.push(letter),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// Arguments of every command line of ours: in blocks of a shell and between backticks.
fn commands(text: &str) -> Vec<Vec<String>> {
    let blocks = blocks(text);
    let shell = blocks.iter().filter(|block| block.language.is_empty() || block.language == "sh");
    let lines = shell.flat_map(|block| block.text.lines());
    let inline = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let ours = |line: &str| -> Option<Vec<String>> {
        let rest = line.strip_prefix("cargo run --release -- ").or_else(|| line.strip_prefix("evalens "))?;
        // `evalens … [--option]` is a sketch.
        (!rest.contains('…') && !rest.contains('[')).then(|| words(rest))
    };
    // Between backticks `evalens evaluate` alone is a name and no command line.
    let inline = inline.filter(|line| line.split(' ').count() > 2);
    lines.chain(inline).filter_map(|line| ours(line.trim())).collect()
}

#[test]
fn every_command_parses() {
    let known = Arguments::command();
    let known: Vec<&str> = known.get_subcommands().map(clap::Command::get_name).collect();
    let mut seen = 0;
    for (path, text) in pages() {
        for command in commands(&text) {
            // These two are written of in general words where the program has not got them.
            if ["report", "completions"].contains(&command[0].as_str()) && !known.contains(&command[0].as_str()) {
                continue;
            }
            let all = std::iter::once("evalens".to_owned()).chain(command.clone());
            let parsed = Arguments::try_parse_from(all);
            assert!(parsed.is_ok(), "{}: {command:?}: {}", path.display(), parsed.unwrap_err());
            // A subcommand that is misspelt would be taken for a folder.
            let first = command[0].as_str();
            let folder = first == "PATH" || root().join(first).is_dir();
            assert!(known.contains(&first) || folder, "{}: {command:?}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 20, "only {seen} commands were found");
}

#[test]
fn every_link_leads_somewhere() {
    let link = regex::Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let mut seen = 0;
    for (path, text) in pages() {
        for found in link.captures_iter(&text) {
            let target = &found[1];
            if target.contains("://") {
                continue;
            }
            let file = target.split('#').next().unwrap();
            assert!(path.parent().unwrap().join(file).exists(), "{}: {target}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 25, "only {seen} links were found");
}

#[test]
fn paths_that_commands_name_exist() {
    for (path, text) in pages() {
        for word in commands(&text).concat() {
            if word.starts_with("assets/") {
                assert!(root().join(&word).exists(), "{}: {word}", path.display());
            }
        }
    }
}

/// What `evalens` says with these arguments, and whether it went well.
fn run(arguments: &[&str], keep: &Path) -> (bool, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_evalens"));
    let output = program.args(arguments).env("EVALENS_KEEP_IN", keep).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn examples_are_read_without_a_problem() {
    let mut projects: BTreeMap<(PathBuf, String), Vec<Block>> = BTreeMap::new();
    for (path, text) in pages() {
        let data = |block: &Block| ["json", "csv"].contains(&block.language.as_str()) && block.file.is_some();
        for block in blocks(&text).into_iter().filter(data) {
            projects.entry((path.clone(), block.heading.clone())).or_default().push(block);
        }
    }
    assert!(projects.len() >= 6, "{:?}", projects.keys());
    let keep = tempfile::tempdir().unwrap();
    for ((page, heading), blocks) in projects {
        let dir = tempfile::tempdir().unwrap();
        for block in &blocks {
            let file = dir.path().join(block.file.as_ref().unwrap());
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, &block.text).unwrap();
        }
        let folder = dir.path().to_str().unwrap();
        let (well, said) = run(&["check", folder], keep.path());
        let name = format!("{}, {heading}", page.display());
        assert!(well && said.contains("No problems found"), "{name}:\n{said}");
        let models = blocks.len() - 1;
        let listed = said.lines().skip_while(|line| *line != "Can be evaluated").skip(1).take_while(|l| !l.is_empty());
        // Masks of objects are evaluated as boxes too.
        assert!(listed.count() >= models, "{name}: a row a file of outputs:\n{said}");
        let (well, said) = run(&["evaluate", folder, "--json", "-"], keep.path());
        assert!(well, "{name}:\n{said}");
    }
}

#[test]
fn every_framework_has_a_snippet() {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = blocks(&text);
    let python = || blocks.iter().filter(|block| block.language == "python");
    for import in [
        "from ultralytics import",
        "from detectron2.engine import",
        "from mmdet.apis import",
        "from torchvision.models.detection import",
        "import AutoImageProcessor",
        "from inference_sdk import",
        "from sklearn",
        "pipeline(\"text-classification\"",
        "pipeline(\"text-generation\"",
    ] {
        let block = python().find(|block| block.text.contains(import));
        let block = block.unwrap_or_else(|| panic!("no snippet with {import}"));
        let writes = block.text.contains("save(predict)") || block.text.contains("\"predictions.");
        assert!(writes, "{import} writes no file: {}", block.text);
    }
    assert!(text.lines().count() <= 300, "README is long again: move what is apart into docs");
}
