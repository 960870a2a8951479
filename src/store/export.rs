//! Writes what a person saves: a table or a picture, whole or not at all, where they said.

mod folder;

use std::io::Write;
use std::path::{Path, PathBuf};

pub use folder::{File, FolderError, already_there, write_folder};

/// Something to save.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Text, such as a CSV table.
    Text(String),
    /// Anything else, as it is.
    Bytes(Vec<u8>),
    /// A picture, row by row in RGBA; written as PNG.
    Picture {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
        /// Four bytes a pixel.
        rgba: Vec<u8>,
    },
}

/// A file could not be saved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: cannot be written ({cause}); choose another folder, or free some space", file.display())]
pub struct ExportError {
    /// The file.
    pub file: PathBuf,
    /// Why.
    pub cause: String,
}

/// Writes the content beside its place and moves it there, over an older file of that name.
///
/// # Errors
/// Where the folder cannot be written to, or the picture has another number of bytes than its size asks for.
pub fn write(file: &Path, content: &Content) -> Result<(), ExportError> {
    let failed = |cause: String| ExportError { file: file.to_owned(), cause };
    let io = |error: std::io::Error| failed(error.to_string());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let fill = |out: &mut tempfile::NamedTempFile| match content {
        Content::Text(text) => out.write_all(text.as_bytes()),
        Content::Bytes(bytes) => out.write_all(bytes),
        Content::Picture { width, height, rgba } => {
            // The encoder panics where it is handed less than it was promised.
            if rgba.len() as u64 != 4 * u64::from(*width) * u64::from(*height) {
                return Err(std::io::Error::other("the picture is incomplete"));
            }
            let png = image::codecs::png::PngEncoder::new(out);
            let kind = image::ExtendedColorType::Rgba8;
            image::ImageEncoder::write_image(png, rgba, *width, *height, kind).map_err(std::io::Error::other)
        }
    };
    let temporary = super::beside(folder, fill).map_err(io)?;
    temporary.persist(file).map_err(|e| io(e.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_pictures() {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("table.csv");
        write(&table, &Content::Text("a,b\n1,2\n".into())).unwrap();
        assert_eq!(std::fs::read_to_string(&table).unwrap(), "a,b\n1,2\n");
        let picture = folder.path().join("picture.png");
        let rgba = vec![255, 0, 0, 255, 0, 0, 255, 255];
        write(&picture, &Content::Picture { width: 2, height: 1, rgba: rgba.clone() }).unwrap();
        let read = image::open(&picture).unwrap().to_rgba8();
        assert_eq!((read.dimensions(), read.into_raw()), ((2, 1), rgba));
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let broken = Content::Picture { width: 5, height: 5, rgba: vec![0; 3] };
        assert!(write(&folder.path().join("x.png"), &broken).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let error = write(&folder.path().join("none/x.csv"), &Content::Text(String::new())).unwrap_err();
        assert!(error.to_string().contains("x.csv"), "{error}");
    }
}
