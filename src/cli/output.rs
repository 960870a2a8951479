//! Where results go: stdout, files (written atomically), stderr.

use std::io::{self, IsTerminal, Read as _, Write};
use std::path::Path;
use std::sync::Mutex;

use crate::model::{Cancelled, Progress};
use crate::store::log;

use super::CliError;

/// Says something to the person, on stderr. A closed stderr is nobody's loss.
pub fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Writes to a file, or to stdout for `-`. A file appears whole or not at all.
///
/// # Errors
/// Where it cannot be written; [`CliError::BrokenPipe`] where the reader has gone.
pub fn write_to(target: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CliError> {
    let result = if target == Path::new("-") {
        let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
        write(&mut out).and_then(|()| out.flush())
    } else {
        write_file(target, write)
    };
    result.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => CliError::BrokenPipe,
        _ => CliError::Output { file: target.to_owned(), cause: error.to_string() },
    })
}

fn write_file(target: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let dir = target.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(dir)?;
    // A device or a pipe is written to: putting a file in its place would take it away from everybody.
    if std::fs::metadata(target).is_ok_and(|meta| !meta.is_file() && !meta.is_dir()) {
        let mut out = io::BufWriter::with_capacity(1 << 16, std::fs::OpenOptions::new().write(true).open(target)?);
        write(&mut out)?;
        return out.flush();
    }
    let mut out = io::BufWriter::with_capacity(1 << 16, tempfile::NamedTempFile::new_in(dir)?);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    file.persist(target)?;
    Ok(())
}

/// Reads a text that a person wrote, of at most so many bytes.
///
/// # Errors
/// Where it cannot be read, is longer, or is no text.
pub fn read_text(file: &Path, most: u64) -> Result<String, CliError> {
    let unusable = |why: String| CliError::Unusable(format!("{}: {why}; name a text file", file.display()));
    let opened = std::fs::File::open(file).map_err(|error| unusable(error.to_string()))?;
    let mut text = String::new();
    opened.take(most + 1).read_to_string(&mut text).map_err(|error| unusable(error.to_string()))?;
    if text.len() as u64 > most { Err(unusable(format!("it is longer than {most} bytes"))) } else { Ok(text) }
}

/// Prints to stdout.
///
/// # Errors
/// As [`write_to`].
pub fn print(text: &str) -> Result<(), CliError> {
    write_to(Path::new("-"), |out| out.write_all(text.as_bytes()))
}

/// Shows the stage on a terminal's stderr; silent elsewhere.
#[derive(Debug)]
pub struct TerminalProgress {
    shown: bool,
    stage: Mutex<String>,
}

impl Default for TerminalProgress {
    fn default() -> Self {
        // Lines of the log and one that is written over do not go together.
        Self { shown: io::stderr().is_terminal() && !log::speaks(), stage: Mutex::default() }
    }
}

impl TerminalProgress {
    /// Takes the line away.
    pub fn clear(&self) {
        if self.shown {
            let _ = write!(io::stderr().lock(), "\r\x1b[2K");
        }
    }
}

impl Progress for TerminalProgress {
    fn check(&self) -> Result<(), Cancelled> {
        Ok(())
    }

    fn progress(&self, done: usize, total: usize) {
        if self.shown && total > 0 {
            let stage = self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let _ = write!(io::stderr().lock(), "\r\x1b[2K{stage} {} %", done * 100 / total);
        }
    }

    fn stage(&self, name: &str) {
        log::info(name);
        if self.shown {
            name.clone_into(&mut self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
            let _ = write!(io::stderr().lock(), "\r\x1b[2K{name}");
        }
    }
}
