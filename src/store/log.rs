//! A log that outlives a crash: one line an event, on disk before the next begins. Nothing here ever fails for whoever writes.
//!
//! While a window is open a file beside the log is locked by it. A lock file that nobody holds any more belongs to a program
//! that did not end as it should.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::model::fmt;

use super::journal::now;

const NAME: &str = "evalens.log";
/// The log before the last rotation.
const BEFORE: &str = "evalens.log.1";
const OPEN: &str = "open-";
/// Bytes after which a new log begins.
const LONGEST: u64 = 1 << 20;
/// Bytes of a line that are kept.
const LINE: usize = 4096;

/// A log in a folder.
#[derive(Debug)]
pub struct Log {
    dir: PathBuf,
    file: Option<File>,
    longest: u64,
    length: u64,
}

impl Log {
    /// A log in this folder, which is made where it does not exist. Where nothing can be written nothing is kept.
    #[must_use]
    pub fn new(dir: PathBuf) -> Self {
        Self::of_length(dir, LONGEST)
    }

    /// The same, with a new file after so many bytes.
    #[must_use]
    pub fn of_length(dir: PathBuf, longest: u64) -> Self {
        let mut log = Self { dir, file: None, longest, length: 0 };
        log.open();
        log
    }

    fn open(&mut self) {
        // Without a place to write there is no log, and nothing else is lost.
        let _ = std::fs::create_dir_all(&self.dir);
        self.file = OpenOptions::new().create(true).append(true).open(self.dir.join(NAME)).ok();
        self.length = self.file.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |meta| meta.len());
    }

    /// Writes a line. What it says stands on one line, whatever it holds.
    pub fn line(&mut self, level: Level, text: &str) {
        let line = line(now(), level, text);
        if self.length > 0 && self.length + line.len() as u64 > self.longest {
            self.file = None;
            let _ = std::fs::rename(self.dir.join(NAME), self.dir.join(BEFORE));
            self.open();
        }
        let Some(file) = &mut self.file else { return };
        // One call, so that lines of two windows do not mix, and nothing waits in the program.
        if file.write_all(line.as_bytes()).and_then(|()| file.flush()).is_ok() {
            self.length += line.len() as u64;
        }
    }
}

/// How a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// What the program does.
    Info,
    /// What went wrong and was said.
    Error,
    /// A fault of the program.
    Panic,
}

/// `2026-11-22 09:41:07 info  text`, ended.
fn line(time: u64, level: Level, text: &str) -> String {
    let level = match level {
        Level::Info => "info ",
        Level::Error => "error",
        Level::Panic => "panic",
    };
    let mut end = text.len().min(LINE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text.get(..end).unwrap_or_default().replace(['\n', '\r'], " ");
    format!("{}:{:02} {level} {text}\n", fmt::date_time(time), time % 60)
}

/// The log of this program, once it was begun.
static LOG: Mutex<Option<Log>> = Mutex::new(None);
static VERBOSE: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// From now on lines go to the standard error as well.
pub fn speak() {
    VERBOSE.store(true, std::sync::atomic::Ordering::Relaxed);
}

/// True where lines go to the standard error.
#[must_use]
pub fn speaks() -> bool {
    VERBOSE.load(std::sync::atomic::Ordering::Relaxed)
}

/// The log's folder of this person; `None` where the system names no place for one.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    dirs::state_dir().or_else(dirs::data_local_dir).map(|dir| dir.join("evalens"))
}

/// The file in a folder of a log.
#[must_use]
pub fn file(folder: &Path) -> PathBuf {
    folder.join(NAME)
}

/// Begins the log of this program in a folder, and writes down panics from now on.
pub fn begin(folder: PathBuf) {
    *LOG.lock().unwrap_or_else(PoisonError::into_inner) = Some(Log::new(folder));
    watch_panics();
}

/// Writes panics down, with their place, before the usual message.
pub fn watch_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        write(Level::Panic, &panic_text(info));
        usual(info);
    }));
}

fn panic_text(info: &std::panic::PanicHookInfo<'_>) -> String {
    let text = info.payload().downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| info.payload().downcast_ref::<String>().cloned());
    let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    format!("{} at {place}", text.as_deref().unwrap_or("no message"))
}

/// Says what the program does.
pub fn info(text: &str) {
    write(Level::Info, text);
}

/// Says what went wrong.
pub fn error(text: &str) {
    write(Level::Error, text);
}

fn write(level: Level, text: &str) {
    if speaks() {
        // A closed stderr is nobody's loss.
        let _ = std::io::stderr().lock().write_all(line(now(), level, text).as_bytes());
    }
    // A panic while a line is written must not wait for that line.
    match LOG.try_lock() {
        Ok(mut log) => {
            if let Some(log) = log.as_mut() {
                log.line(level, text);
            }
        }
        Err(std::sync::TryLockError::Poisoned(_)) => {}
        Err(std::sync::TryLockError::WouldBlock) => {
            if level != Level::Panic
                && let Some(log) = LOG.lock().unwrap_or_else(PoisonError::into_inner).as_mut()
            {
                log.line(level, text);
            }
        }
    }
}

/// Held while a window is open; taken away when it ends as it should.
#[derive(Debug)]
pub struct Running {
    path: PathBuf,
    file: Option<File>,
}

impl Running {
    /// Marks a window as open, and says how many before it did not end as they should.
    #[must_use]
    pub fn begin(folder: &Path) -> (Self, usize) {
        let _ = std::fs::create_dir_all(folder);
        let crashed = unheld(folder);
        for path in &crashed {
            let _ = std::fs::remove_file(path);
        }
        let path = folder.join(format!("{OPEN}{}-{}", std::process::id(), now()));
        let made = OpenOptions::new().create(true).append(true).open(&path).ok();
        let file = made.filter(|file| file.try_lock().is_ok());
        (Self { path, file }, crashed.len())
    }

    /// The window ends as it should.
    pub fn end(mut self) {
        if self.file.take().is_some() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Lock files that nobody holds.
fn unheld(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let ours = files.filter(|entry| entry.file_name().to_string_lossy().starts_with(OPEN)).map(|entry| entry.path());
    let free = |path: &PathBuf| File::open(path).is_ok_and(|file| file.try_lock().is_ok());
    ours.filter(free).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(dir: &Path, name: &str) -> String {
        std::fs::read_to_string(dir.join(name)).unwrap()
    }

    #[test]
    fn a_line_is_on_disk_at_once_and_is_one_line() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Log::new(dir.path().join("state"));
        log.line(Level::Info, "opened /data/cells");
        log.line(Level::Error, "two\nlines\r\nof it");
        let text = text(&dir.path().join("state"), NAME);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].ends_with(" info  opened /data/cells"), "{}", lines[0]);
        assert!(lines[1].ends_with(" error two lines  of it"), "{}", lines[1]);
        assert_eq!(line(1_795_340_467, Level::Panic, "x"), "2026-11-22 09:41:07 panic x\n");
        assert_eq!(line(0, Level::Info, &"ü".repeat(LINE)).chars().filter(|c| *c == 'ü').count(), LINE / 2);
    }

    /// Two files of at most the given length hold the newest lines.
    #[test]
    fn a_long_log_begins_anew_and_keeps_the_one_before() {
        let dir = tempfile::tempdir().unwrap();
        // A line of one letter takes 28 bytes: 3 fit into 90.
        let mut log = Log::of_length(dir.path().to_owned(), 90);
        for letter in "abcdefgh".chars() {
            log.line(Level::Info, &letter.to_string());
        }
        let letters = |name| text(dir.path(), name).lines().filter_map(|l| l.chars().last()).collect::<String>();
        assert_eq!((letters(BEFORE), letters(NAME)), ("def".to_owned(), "gh".to_owned()));
        // What is there is counted when it is opened again.
        let mut log = Log::of_length(dir.path().to_owned(), 90);
        log.line(Level::Info, "i");
        log.line(Level::Info, "j");
        assert_eq!((letters(BEFORE), letters(NAME)), ("ghi".to_owned(), "j".to_owned()));
    }

    #[test]
    fn where_nothing_can_be_written_nothing_happens() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("state"), "in the way").unwrap();
        let mut log = Log::new(dir.path().join("state"));
        log.line(Level::Info, "lost");
        let (running, crashed) = Running::begin(&dir.path().join("state"));
        assert_eq!(crashed, 0);
        running.end();
        assert_eq!(text(dir.path(), "state"), "in the way");
    }

    #[test]
    fn an_unclean_end_is_told_once() {
        let dir = tempfile::tempdir().unwrap();
        let (first, crashed) = Running::begin(dir.path());
        assert_eq!(crashed, 0);
        // A second window beside it is no crash, and neither is a clean end.
        std::fs::write(dir.path().join("evalens.log"), "").unwrap();
        assert_eq!(unheld(dir.path()), Vec::<PathBuf>::new());
        first.end();
        assert_eq!(unheld(dir.path()), Vec::<PathBuf>::new());
        // A killed program leaves its file behind and loses its lock.
        std::fs::write(dir.path().join("open-1-2"), "").unwrap();
        let (second, crashed) = Running::begin(dir.path());
        assert_eq!(crashed, 1);
        drop(second);
        let (third, crashed) = Running::begin(dir.path());
        assert_eq!(crashed, 1, "a program that ended without saying so");
        third.end();
        assert_eq!(Running::begin(dir.path()).1, 0);
    }
}
