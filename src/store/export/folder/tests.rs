//! Folders appear whole or not at all.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::model::NoProgress;

fn file(name: &str, text: &str) -> File {
    File { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

/// Everything below a folder, sorted, folders with `/` behind them.
fn below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                found.push(name + "/");
                open.push(path);
            } else {
                found.push(name);
            }
        }
    }
    found.sort();
    found
}

/// Stops at the n-th look.
struct StopsAt(AtomicUsize);

impl Progress for StopsAt {
    fn check(&self) -> Result<(), Cancelled> {
        if self.0.fetch_sub(1, Ordering::Relaxed) <= 1 { Err(Cancelled) } else { Ok(()) }
    }

    fn progress(&self, _: usize, _: usize) {}

    fn stage(&self, _: &str) {}
}

#[test]
fn a_new_folder_appears_with_all_its_files() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("a/b/report");
    let files = [file("report.html", "<p>"), file("tables/x.csv", "a\n1\n"), file("tables/y.csv", "")];
    assert_eq!(write_folder(&folder, &files, false, &NoProgress), Ok(3));
    assert_eq!(below(&folder), ["report.html", "tables/", "tables/x.csv", "tables/y.csv"]);
    assert_eq!(std::fs::read_to_string(folder.join("tables/x.csv")).unwrap(), "a\n1\n");
    assert_eq!(below(home.path()).len(), 3 + 4, "nothing else is there");
}

#[cfg(unix)]
#[test]
fn others_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("report");
    write_folder(&folder, &[file("a.csv", "a")], false, &NoProgress).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join("a.csv"))), (0o755, 0o644));
}

#[test]
fn files_that_are_there_stay_unless_they_may_go() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    std::fs::write(folder.join("mine.txt"), "mine").unwrap();
    std::fs::write(folder.join("b.csv"), "old").unwrap();
    let files = [file("a.csv", "new"), file("b.csv", "new"), file("t/c.csv", "new")];
    let refused = write_folder(folder, &files, false, &NoProgress).unwrap_err();
    assert_eq!(refused, FolderError::Exists { folder: folder.to_owned(), names: vec!["b.csv".to_owned()] });
    assert!(
        refused.to_string().ends_with("b.csv is already there; choose another folder, or let the files be replaced")
    );
    assert_eq!(below(folder), ["b.csv", "mine.txt"]);
    assert_eq!(write_folder(folder, &files, true, &NoProgress), Ok(3));
    assert_eq!(below(folder), ["a.csv", "b.csv", "mine.txt", "t/", "t/c.csv"]);
    assert_eq!(std::fs::read_to_string(folder.join("b.csv")).unwrap(), "new");
    assert_eq!(std::fs::read_to_string(folder.join("mine.txt")).unwrap(), "mine");
}

#[test]
fn names_of_files_that_are_there_are_said_shortly() {
    let names = |n: usize| said(&["a", "b", "c", "d"].map(str::to_owned)[..n]);
    assert_eq!([1, 2, 4].map(names), ["a is", "a and b are", "a and 3 others are"]);
}

#[test]
fn cancelled_at_any_moment_nothing_appears() {
    for moment in 1..=4 {
        let home = tempfile::tempdir().unwrap();
        let files = [file("a.csv", "a"), file("b.csv", "b"), file("c.csv", "c")];
        let stopped = write_folder(&home.path().join("x/report"), &files, false, &StopsAt(moment.into()));
        assert_eq!((stopped, below(home.path())), (Err(FolderError::Cancelled), Vec::new()), "at look {moment}");
        // The same where the folder is there with older files.
        std::fs::write(home.path().join("a.csv"), "old").unwrap();
        let stopped = write_folder(home.path(), &files, true, &StopsAt(moment.into()));
        assert_eq!((stopped, below(home.path())), (Err(FolderError::Cancelled), vec!["a.csv".to_owned()]));
        assert_eq!(std::fs::read_to_string(home.path().join("a.csv")).unwrap(), "old");
    }
}

#[test]
fn what_is_in_the_way_is_named() {
    let home = tempfile::tempdir().unwrap();
    let in_the_way = home.path().join("file");
    std::fs::write(&in_the_way, "").unwrap();
    let files = [file("report.html", "<p>"), file("tables/x.csv", "x")];
    let error = write_folder(&in_the_way, &files, true, &NoProgress).unwrap_err().to_string();
    assert!(error.contains("it is a file, not a folder") && error.contains("choose another folder"), "{error}");
    let error = write_folder(&in_the_way.join("report"), &files, true, &NoProgress).unwrap_err().to_string();
    assert!(error.contains("file/report: cannot be written"), "{error}");
    // A folder where a file is to be.
    let folder = home.path().join("there");
    std::fs::create_dir_all(folder.join("tables/x.csv")).unwrap();
    let error = write_folder(&folder, &files, true, &NoProgress).unwrap_err().to_string();
    assert!(error.contains("there/tables/x.csv: cannot be written"), "{error}");
    assert!(below(&folder).iter().all(|name| !name.starts_with(".evalens")), "{:?}", below(&folder));
    assert_eq!(std::fs::read_to_string(folder.join("report.html")).unwrap(), "<p>", "what was moved is whole");
}

/// A file system of 64 kB; only where this may be made.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let run = std::process::Command::new(args[0]).args(&args[1..]).arg(home.path()).output();
        run.is_ok_and(|output| output.status.success())
    };
    if !run(&["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs"]) {
        eprintln!("no file system can be mounted here");
        return;
    }
    let big = File { name: "figures/big.png".to_owned(), bytes: vec![7; 256 << 10] };
    let result = write_folder(&home.path().join("report"), &[file("a.csv", "a"), big], false, &NoProgress);
    let left = below(home.path());
    assert!(run(&["umount"]));
    let error = result.unwrap_err().to_string();
    assert!(error.contains("report/figures/big.png: cannot be written"), "{error}");
    assert!(error.contains("No space left") && error.contains("free some space"), "{error}");
    assert_eq!(left, Vec::<String>::new());
}
