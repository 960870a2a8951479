//! What the program is: version, licence, what it is made of, where its files lie.

use std::path::PathBuf;

use crate::store::log;
use crate::store::settings::Settings;

use super::Session;

/// What was locked when the program was built, and what it names itself.
const LOCK: &str = include_str!("../../Cargo.lock");
const MANIFEST: &str = include_str!("../../Cargo.toml");

/// What the program promises.
pub const PROMISE: &str = "Evalens works without a network: it opens no connection, sends nothing and asks for no account. Your \
                           files are read and never changed; what it keeps lies in the places below.";

/// The version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The licence.
pub const LICENCE: &str = env!("CARGO_PKG_LICENSE");

/// The libraries that the program names itself, with the versions that were built in.
#[must_use]
pub fn libraries() -> Vec<(&'static str, String)> {
    named(MANIFEST).filter_map(|name| Some((name, version_of(LOCK, name)?))).collect()
}

/// What a manifest depends on outside of tests, in its order.
fn named(manifest: &str) -> impl Iterator<Item = &str> {
    let lines = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    lines.take_while(|line| !line.starts_with('[')).filter_map(|line| {
        let name = line.split_once('=')?.0.trim();
        (!name.starts_with('#')).then_some(name)
    })
}

/// The version of a library that this program uses: where several are locked, its own entry says which.
fn version_of(lock: &str, name: &str) -> Option<String> {
    let value = |line: &str, key: &str| {
        let rest = line.strip_prefix(key)?.trim_start().strip_prefix('=')?;
        Some(rest.trim().trim_matches('"').to_owned())
    };
    let is = |part: &str, name: &str| part.lines().any(|line| value(line, "name").as_deref() == Some(name));
    let own = lock.split("[[package]]").find(|part| is(part, env!("CARGO_PKG_NAME")));
    let chosen = own.and_then(|part| {
        let named = part.lines().map(|line| line.trim().trim_matches(['"', ',']));
        named.filter_map(|line| line.split_once(' ')).find(|(known, _)| *known == name)
    });
    if let Some((_, version)) = chosen {
        return Some(version.to_owned());
    }
    let part = lock.split("[[package]]").find(|part| is(part, name))?;
    part.lines().find_map(|line| value(line, "version"))
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
                    [[package]]\nname = \"evalens\"\nversion = \"1.2.3\"\ndependencies = [\n \"png 0.18.0\",\n \"pngx\",\n]\n\n\
                    [[package]]\nname = \"png\"\nversion = \"0.18.0\"\ndependencies = [\n \"version\",\n]\n";
        assert_eq!(version_of(lock, "png").as_deref(), Some("0.18.0"));
        assert_eq!(version_of(lock, "pngx").as_deref(), Some("9"));
        assert_eq!(version_of(lock, "pn"), None);
        assert_eq!(version_of(LOCK, "evalens").as_deref(), Some(VERSION));
        let manifest = "[package]\nname = \"x\"\n[dependencies]\n# a = word\nb = \"1\"\nc = { version = \"2\" }\n\n[dev-dependencies]\nd = \"1\"\n";
        assert_eq!(named(manifest).collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(libraries().len(), named(MANIFEST).count());
        assert!(libraries().iter().any(|(name, version)| *name == "png" && version.starts_with("0.18.")));
    }
}
