//! What the program is: version, licence, what it is made of, where its files lie.

use std::path::PathBuf;

use crate::store::log;
use crate::store::settings::Settings;

use super::Session;

/// What was locked when the program was built.
const LOCK: &str = include_str!("../../Cargo.lock");
/// Libraries that say the most about the program.
const MAIN: [&str; 12] = [
    "egui",
    "eframe",
    "egui_plot",
    "egui_tiles",
    "image",
    "resvg",
    "rayon",
    "ndarray",
    "linfa",
    "serde_json",
    "notify",
    "clap",
];

/// What the program promises.
pub const PROMISE: &str = "Evalens works without a network: it opens no connection, sends nothing and asks for no account. Your \
                           files are read and never changed; what it keeps lies in the places below.";

/// The version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The licence.
pub const LICENCE: &str = env!("CARGO_PKG_LICENSE");

/// The main libraries with the versions that were built in.
#[must_use]
pub fn libraries() -> Vec<(&'static str, String)> {
    MAIN.iter().filter_map(|name| Some((*name, version_of(LOCK, name)?))).collect()
}

/// The versions of a package in a lock file, separated by commas; `None` where it is not there.
fn version_of(lock: &str, name: &str) -> Option<String> {
    let value = |line: &str, key: &str| {
        let rest = line.strip_prefix(key)?.trim_start().strip_prefix('=')?;
        Some(rest.trim().trim_matches('"').to_owned())
    };
    let versions: Vec<String> = lock
        .split("[[package]]")
        .filter(|part| part.lines().any(|line| value(line, "name").as_deref() == Some(name)))
        .filter_map(|part| part.lines().find_map(|line| value(line, "version")))
        .collect();
    (!versions.is_empty()).then(|| versions.join(", "))
}

/// Where the program keeps its files, each with what it is.
#[must_use]
pub fn places(session: &Session) -> Vec<(&'static str, String)> {
    let shown = |path: Option<PathBuf>| path.map_or_else(|| "nowhere".to_owned(), |path| path.display().to_string());
    let kept = if session.keeper.never_inside {
        shown(session.keeper.elsewhere.clone())
    } else {
        format!(".evalens in each project, else {}", shown(session.keeper.elsewhere.clone()))
    };
    vec![
        ("Settings", shown(session.settings.file().map(std::path::Path::to_owned).or_else(Settings::default_file))),
        ("Cache", shown(session.program.cache.clone())),
        ("Log", shown(session.program.log.as_deref().map(log::file))),
        ("Kept work", kept),
    ]
}

/// All of it as text.
#[must_use]
pub fn text(session: &Session) -> String {
    let mut text = format!("Evalens {VERSION}\nLicence: {LICENCE}\n{PROMISE}\n\nLibraries\n");
    for (name, version) in libraries() {
        text.push_str(&format!("  {name} {version}\n"));
    }
    text.push_str("\nFiles\n");
    for (what, place) in places(session) {
        text.push_str(&format!("  {what}: {place}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_off_the_lock_file() {
        let lock = "version = 4\n\n[[package]]\nname = \"png\"\nversion = \"0.17.1\"\n\n[[package]]\nname = \"pngx\"\nversion = \"9\"\n\n\
                    [[package]]\nname = \"png\"\nversion = \"0.18.0\"\ndependencies = [\n \"version\",\n]\n";
        assert_eq!(version_of(lock, "png").as_deref(), Some("0.17.1, 0.18.0"));
        assert_eq!(version_of(lock, "pngx").as_deref(), Some("9"));
        assert_eq!(version_of(lock, "pn"), None);
        assert_eq!(version_of(LOCK, "evalens").as_deref(), Some(VERSION));
        assert_eq!(libraries().len(), MAIN.len());
    }
}
