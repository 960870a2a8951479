//! One VOC annotation file as text. Knows its elements; does not know images or classes.

use std::path::Path;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

use crate::formats::error::FormatError;
use crate::formats::source;
use crate::model::BBox;

/// What an annotation file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Annotation {
    /// `<filename>`, often stale; empty where there is none.
    pub filename: String,
    /// `<size>`: width and height, 0 where not given.
    pub size: (u32, u32),
    /// `<object>`s in file order; their `<part>`s are passed over.
    pub objects: Vec<Object>,
}

/// One annotated object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// Class name.
    pub name: String,
    /// `<difficult>`: never counted as missed.
    pub difficult: bool,
    /// Its box (width = xmax − xmin, no 1 added); `None` where an edge is missing or not a number.
    pub bbox: Option<BBox>,
    /// Line of the file where it begins, from 1.
    pub line: usize,
}

/// Deeper nesting than this is no annotation.
const MAX_DEPTH: usize = 64;

/// True where the first bytes of a file are those of a VOC annotation.
#[must_use]
pub fn looks_like_annotation(head: &[u8]) -> bool {
    let head = source::without_mark(head);
    memchr::memmem::find(head, b"<annotation").is_some_and(|at| {
        // Only a declaration, comments and a doctype may come before; CVAT's own XML has `<annotations>`.
        !matches!(head.get(at + 11), Some(b's')) && head.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'<')
    })
}

/// Reads an annotation file; `file` is named in errors.
///
/// # Errors
/// Where it is not well-formed XML, nests too deeply, or its root is not `<annotation>`.
pub fn parse(text: &str, file: &Path) -> Result<Annotation, FormatError> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = Reader::from_str(text);
    let mut state = State::default();
    let mut lines = Lines { at: 0, line: 1 };
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let broken = |problem: String| {
            let (line, column) = source::line_column(text.as_bytes(), at);
            FormatError::new(file, problem, "export the annotation again").at(format!("line {line}, column {column}"))
        };
        match reader.read_event() {
            Err(error) => return Err(broken(format!("is not well-formed XML ({error})"))),
            Ok(event @ (Event::Start(_) | Event::Empty(_))) => {
                let (Event::Start(element) | Event::Empty(element)) = &event else { continue };
                if state.path.len() >= MAX_DEPTH {
                    return Err(broken("nests too deeply for an annotation".to_owned()));
                }
                if state.path.is_empty() && element.local_name().as_ref() != "annotation" {
                    return Err(not_annotation(file));
                }
                let line = lines.at(text, at);
                state.open(element.local_name().as_ref(), line);
                if matches!(event, Event::Empty(_)) {
                    state.close();
                }
            }
            Ok(Event::Text(part)) => state.text.push_str(&part.xml10_content()),
            Ok(Event::CData(part)) => state.text.push_str(&part),
            Ok(Event::GeneralRef(reference)) => state.text.push_str(&resolved(&reference)),
            Ok(Event::End(_)) => state.close(),
            Ok(Event::Eof) if !state.path.is_empty() => {
                return Err(broken("ends in the middle of an element".to_owned()));
            }
            Ok(Event::Eof) if !state.rooted => return Err(not_annotation(file)),
            Ok(Event::Eof) => return Ok(state.annotation),
            Ok(_) => {}
        }
    }
}

/// Counts lines forwards, so that a file is gone through once however many elements it has.
struct Lines {
    at: usize,
    line: usize,
}

impl Lines {
    fn at(&mut self, text: &str, position: usize) -> usize {
        let passed = text.as_bytes().get(self.at..position).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count();
        self.at = position.max(self.at);
        self.line
    }
}

fn not_annotation(file: &Path) -> FormatError {
    FormatError::new(
        file,
        "is not a VOC annotation (its root is not <annotation>)",
        "name a folder with VOC annotations only",
    )
}

/// `&amp;` and its like; entities that only a DTD could define stay as they are.
fn resolved(reference: &BytesRef<'_>) -> String {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => character.to_string(),
        _ => match &**reference {
            "amp" => "&".to_owned(),
            "lt" => "<".to_owned(),
            "gt" => ">".to_owned(),
            "quot" => "\"".to_owned(),
            "apos" => "'".to_owned(),
            other => format!("&{other};"),
        },
    }
}

#[derive(Default)]
struct State {
    path: Vec<String>,
    text: String,
    rooted: bool,
    annotation: Annotation,
    object: Object,
    edges: [Option<f64>; 4],
}

impl State {
    fn open(&mut self, name: &str, line: usize) {
        self.rooted = true;
        self.text.clear();
        self.path.push(name.to_owned());
        if self.at(&["annotation", "object"]) {
            self.object = Object { line, ..Object::default() };
            self.edges = [None; 4];
        }
    }

    fn at(&self, path: &[&str]) -> bool {
        self.path.iter().map(String::as_str).eq(path.iter().copied())
    }

    fn close(&mut self) {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let text = self.text.trim();
        match path.as_slice() {
            ["annotation", "filename"] => self.annotation.filename = text.to_owned(),
            ["annotation", "size", "width"] => self.annotation.size.0 = pixels(text),
            ["annotation", "size", "height"] => self.annotation.size.1 = pixels(text),
            ["annotation", "object", "name"] => self.object.name = text.to_owned(),
            ["annotation", "object", "difficult"] => {
                self.object.difficult = !matches!(text, "" | "0" | "false" | "False" | "Unspecified");
            }
            ["annotation", "object", "bndbox", edge] => {
                let position = ["xmin", "ymin", "xmax", "ymax"].iter().position(|name| name == edge);
                if let Some(slot) = position.and_then(|p| self.edges.get_mut(p)) {
                    *slot = text.parse().ok();
                }
            }
            ["annotation", "object"] => {
                if let [Some(x0), Some(y0), Some(x1), Some(y1)] = self.edges {
                    self.object.bbox = Some(BBox::from_corners(x0, y0, x1, y1));
                }
                self.annotation.objects.push(std::mem::take(&mut self.object));
            }
            _ => {}
        }
        self.path.pop();
        self.text.clear();
    }
}

/// A size in pixels; some tools write `640.0`. What is no size counts as not given.
fn pixels(text: &str) -> u32 {
    match text.parse::<f64>() {
        // In range, so the conversion cannot truncate.
        Ok(size) if (0.0..=f64::from(u32::MAX)).contains(&size) => size as u32,
        _ => 0,
    }
}
