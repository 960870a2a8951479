//! What is kept for the person: project files, settings, models trained here – versioned, atomic, never lost.
//!
//! Touches files. Knows nothing of metrics or the screen.

pub mod export;
pub mod journal;
pub mod kept;
pub mod log;
pub mod notes;
pub mod place;
mod preferences;
pub mod project_file;
pub mod runs;
pub mod scoring;
pub mod settings;
pub mod tags;
pub mod workspace_file;

/// Temporary files are private; what a person keeps may be read like any other file in its folder.
#[cfg(unix)]
fn share(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn share(_file: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

/// A file that is written beside its place, shared, and safely on disk; whoever asked moves it there.
fn beside(
    folder: &std::path::Path,
    fill: impl FnOnce(&mut tempfile::NamedTempFile) -> std::io::Result<()>,
) -> std::io::Result<tempfile::NamedTempFile> {
    let mut temporary = tempfile::Builder::new().prefix(".evalens-").tempfile_in(folder)?;
    share(temporary.as_file())?;
    fill(&mut temporary)?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}
