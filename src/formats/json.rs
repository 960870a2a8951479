//! A scanner over JSON text: values are read where they stand, nothing is built, and an error knows its byte and its path.
//!
//! Knows JSON (RFC 8259) and the tokens `NaN`, `Infinity` and `-Infinity` that Python writes. Does not know what a text is
//! about. A record-by-record reader asks for the fields it wants and skips the rest.

pub mod number;
pub mod template;
mod text;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use super::error::FormatError;
use super::source;
pub use number::Number;
pub use template::{Record, Template};

/// How deeply values may be nested.
pub const MAX_DEPTH: u32 = 128;

/// What is broken in a text, where, and on the way to which value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(Box<Details>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Details {
    at: usize,
    problem: Cow<'static, str>,
    remedy: &'static str,
    /// Innermost first: it grows while the error travels outwards.
    path: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

const REPAIR: &str = "repair it at this place or export it again";
const AGAIN: &str = "it may have been cut off: copy or export it again";

impl Broken {
    /// A problem at a byte offset.
    #[must_use]
    pub fn new(at: usize, problem: impl Into<Cow<'static, str>>, remedy: &'static str) -> Self {
        Self(Box::new(Details { at, problem: problem.into(), remedy, path: Vec::new() }))
    }

    /// Byte offset of the problem.
    #[must_use]
    pub fn at(&self) -> usize {
        self.0.at
    }

    /// The path to the broken value, such as `annotations[12].bbox`; empty at the top.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = String::new();
        for step in self.0.path.iter().rev() {
            // Writing to a string cannot fail.
            let _ = match step {
                Step::Key(key) if path.is_empty() => write!(path, "{key}"),
                Step::Key(key) => write!(path, ".{key}"),
                Step::Index(index) => write!(path, "[{index}]"),
            };
        }
        path
    }

    /// The error about the file that held `bytes`, with line, column and path.
    #[must_use]
    pub fn in_file(self, file: &Path, bytes: &[u8]) -> FormatError {
        let (line, column) = source::line_column(bytes, self.0.at);
        let path = self.path();
        let comma = if path.is_empty() { "" } else { ", " };
        FormatError::new(file, self.0.problem, self.0.remedy).at(format!("line {line}:{column}{comma}{path}"))
    }

    /// The same problem, in the entry at `index` of a list that is read without [`Scanner::list`].
    #[must_use]
    pub fn inside_entry(self, index: usize) -> Self {
        self.inside(Step::Index(index))
    }

    #[cold]
    fn inside(mut self, step: Step) -> Self {
        self.0.path.push(step);
        self
    }
}

/// One value read without going into it.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// A number, finite or not.
    Number(Number),
    /// A text.
    Text(Cow<'a, str>),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// A list, skipped.
    List,
    /// An object, skipped.
    Object,
}

impl Scalar<'_> {
    /// What it is, in words.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::Bool(_) => "true or false",
            Self::Null => "null",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

/// A list that should hold numbers only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Numbers<const N: usize> {
    /// Exactly the numbers wanted.
    Exactly([f64; N]),
    /// Numbers, but not as many as wanted.
    Count(usize),
    /// Something in it is no number.
    Mixed,
    /// The value is no list at all.
    NoList,
}

/// A position in a text. Every method leaves it behind what was read.
#[derive(Clone, Debug)]
pub struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    /// Starts at a byte offset.
    #[must_use]
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// Byte offset of what is read next.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// The next byte that is not white space, without taking it.
    pub fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// Takes the next byte that is not white space if it is this one.
    pub fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Makes sure that nothing but white space follows.
    ///
    /// # Errors
    /// Where something follows.
    pub fn finish(&mut self) -> Result<(), Broken> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Broken::new(self.at, "something follows after the end of the JSON text", REPAIR)),
        }
    }

    /// The error that something else was expected here.
    #[cold]
    #[must_use]
    pub fn expected(&mut self, what: &str) -> Broken {
        match self.peek() {
            None => Broken::new(self.at, format!("the text ends where {what} should follow"), AGAIN),
            Some(byte) if byte.is_ascii_graphic() => {
                Broken::new(self.at, format!("`{}` stands where {what} should", byte as char), REPAIR)
            }
            Some(byte) => Broken::new(self.at, format!("the byte 0x{byte:02x} stands where {what} should"), REPAIR),
        }
    }

    /// Reads an object; `field` is called behind each key and must read exactly one value.
    ///
    /// # Errors
    /// Where it is no object or `field` fails.
    pub fn object(&mut self, mut field: impl FnMut(&mut Self, &str) -> Result<(), Broken>) -> Result<(), Broken> {
        if !self.take(b'{') {
            return Err(self.expected("an object"));
        }
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            let key = self.key()?;
            field(self, &key).map_err(|e| e.inside(Step::Key(key.into_owned())))?;
            if !self.more(b'}')? {
                return Ok(());
            }
        }
    }

    /// Reads a list; `item` is called before each value with its position and must read exactly one value.
    ///
    /// # Errors
    /// Where it is no list or `item` fails.
    pub fn list(&mut self, mut item: impl FnMut(&mut Self, usize) -> Result<(), Broken>) -> Result<(), Broken> {
        if !self.take(b'[') {
            return Err(self.expected("a list"));
        }
        if self.take(b']') {
            return Ok(());
        }
        for index in 0.. {
            item(self, index).map_err(|e| e.inside(Step::Index(index)))?;
            if !self.more(b']')? {
                break;
            }
        }
        Ok(())
    }

    /// A key and its colon.
    fn key(&mut self) -> Result<Cow<'a, str>, Broken> {
        if self.peek() != Some(b'"') {
            return Err(self.expected("a key in quotes"));
        }
        let key = self.string()?;
        if self.take(b':') { Ok(key) } else { Err(self.expected("a colon")) }
    }

    /// Takes a comma (true) or the closing bracket (false).
    fn more(&mut self, close: u8) -> Result<bool, Broken> {
        if self.take(b',') {
            Ok(true)
        } else if self.take(close) {
            Ok(false)
        } else {
            Err(self.expected(if close == b'}' { "a comma or `}`" } else { "a comma or `]`" }))
        }
    }

    /// Reads a text.
    ///
    /// # Errors
    /// Where it is no text, is not UTF-8 or has a broken escape.
    pub fn string(&mut self) -> Result<Cow<'a, str>, Broken> {
        if self.peek() != Some(b'"') {
            return Err(self.expected("a text"));
        }
        let (text, end) = text::read(self.bytes, self.at)?;
        self.at = end;
        Ok(text)
    }

    /// Reads a number, or Python's `NaN`, `Infinity`, `-Infinity`.
    ///
    /// # Errors
    /// Where it is no number.
    pub fn number(&mut self) -> Result<Number, Broken> {
        self.peek();
        if let Some((number, end)) = number::read(self.bytes, self.at) {
            self.at = end;
            return Ok(number);
        }
        let tokens = [("NaN", f64::NAN), ("Infinity", f64::INFINITY), ("-Infinity", f64::NEG_INFINITY)];
        for (token, value) in tokens {
            if self.token(token) {
                return Ok(Number::Float(value));
            }
        }
        Err(self.expected("a number"))
    }

    /// Takes this word if it stands here.
    fn token(&mut self, word: &str) -> bool {
        let found = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// The template of the record that stands here, as [`Template::of`]; nothing is taken.
    #[must_use]
    pub fn template<const N: usize>(&self, keys: &[(&str, Range<usize>)]) -> Option<Template<N>> {
        Template::of(self.bytes, self.at, keys)
    }

    /// Reads a record that is written like the template. `None`, and nothing taken, where it is not.
    #[inline]
    pub fn record<const N: usize>(&mut self, template: &Template<N>) -> Option<Record<N>> {
        let (record, end) = template.read(self.bytes, self.at)?;
        self.at = end;
        Some(record)
    }

    /// Reads any value; lists and objects are skipped.
    ///
    /// # Errors
    /// Where no value stands here or a skipped one is broken.
    pub fn scalar(&mut self) -> Result<Scalar<'a>, Broken> {
        match self.peek() {
            Some(b'"') => Ok(Scalar::Text(self.string()?)),
            Some(b'[') => self.skip().map(|()| Scalar::List),
            Some(b'{') => self.skip().map(|()| Scalar::Object),
            Some(b't') if self.token("true") => Ok(Scalar::Bool(true)),
            Some(b'f') if self.token("false") => Ok(Scalar::Bool(false)),
            Some(b'n') if self.token("null") => Ok(Scalar::Null),
            Some(b'-' | b'0'..=b'9' | b'N' | b'I') => self.number().map(Scalar::Number),
            _ => Err(self.expected("a value")),
        }
    }

    /// Reads a list of exactly `N` numbers, or says what else it is.
    ///
    /// # Errors
    /// Where the text is broken.
    pub fn numbers<const N: usize>(&mut self) -> Result<Numbers<N>, Broken> {
        if self.peek() != Some(b'[') {
            return self.skip().map(|()| Numbers::NoList);
        }
        let mut values = [0.0; N];
        let mut count = 0;
        let mut mixed = false;
        self.list(|scanner, index| {
            let value = match scanner.peek() {
                Some(b'-' | b'0'..=b'9' | b'N' | b'I') => scanner.number()?.value(),
                _ => {
                    mixed = true;
                    return scanner.skip();
                }
            };
            if let Some(slot) = values.get_mut(index) {
                *slot = value;
            }
            count = index + 1;
            Ok(())
        })?;
        Ok(match (mixed, count == N) {
            (true, _) => Numbers::Mixed,
            (false, true) => Numbers::Exactly(values),
            (false, false) => Numbers::Count(count),
        })
    }

    /// Reads any value without looking at it. Needs no memory and no call stack however deep the value is.
    ///
    /// # Errors
    /// Where the value is broken or nested deeper than [`MAX_DEPTH`].
    pub fn skip(&mut self) -> Result<(), Broken> {
        // One bit a level: set where the level is an object.
        let mut objects: u128 = 0;
        let mut depth: u32 = 0;
        loop {
            match self.peek() {
                Some(open @ (b'[' | b'{')) => {
                    if depth == MAX_DEPTH {
                        let problem = format!("lists and objects are nested deeper than {MAX_DEPTH}");
                        return Err(Broken::new(self.at, problem, "check that this is the right file"));
                    }
                    self.at += 1;
                    depth += 1;
                    objects = objects << 1 | u128::from(open == b'{');
                    let close = if open == b'{' { b'}' } else { b']' };
                    if !self.take(close) {
                        if open == b'{' {
                            self.skip_key()?;
                        }
                        continue;
                    }
                    depth -= 1;
                    objects >>= 1;
                }
                Some(b'"') => self.skip_string()?,
                Some(b't') if self.token("true") => {}
                Some(b'f') if self.token("false") => {}
                Some(b'n') if self.token("null") => {}
                Some(b'-' | b'0'..=b'9' | b'N' | b'I') => {
                    self.number()?;
                }
                _ => return Err(self.expected("a value")),
            }
            // Behind a value: close what ends here, then go on to the next value.
            loop {
                if depth == 0 {
                    return Ok(());
                }
                let object = objects & 1 == 1;
                if self.more(if object { b'}' } else { b']' })? {
                    if object {
                        self.skip_key()?;
                    }
                    break;
                }
                depth -= 1;
                objects >>= 1;
            }
        }
    }

    fn skip_string(&mut self) -> Result<(), Broken> {
        self.at = text::end(self.bytes, self.at)?;
        Ok(())
    }

    fn skip_key(&mut self) -> Result<(), Broken> {
        if self.peek() != Some(b'"') {
            return Err(self.expected("a key in quotes"));
        }
        self.skip_string()?;
        if self.take(b':') { Ok(()) } else { Err(self.expected("a colon")) }
    }
}

#[cfg(test)]
pub(crate) mod tests;
