//! One value of a record or a table, and what is made of it: a text, a list of texts, a number.
//!
//! Knows JSON, Python's lists and chats. Does not know columns.

use crate::formats::json::{Broken, Number, Scalar, Scanner};

/// Deeper values are left out.
const MAX_DEPTH: usize = 16;

/// A value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// An object.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// Reads a JSON value.
    ///
    /// # Errors
    /// Where the text is broken.
    pub fn of_json(s: &mut Scanner<'_>) -> Result<Self, Broken> {
        Self::nested(s, 0)
    }

    fn nested(s: &mut Scanner<'_>, depth: usize) -> Result<Self, Broken> {
        match s.peek() {
            Some(b'[' | b'{') if depth >= MAX_DEPTH => s.skip().map(|()| Self::Null),
            Some(b'[') => {
                let mut all = Vec::new();
                s.list(|s, _| {
                    all.push(Self::nested(s, depth + 1)?);
                    Ok(())
                })?;
                Ok(Self::List(all))
            }
            Some(b'{') => {
                let mut all = Vec::new();
                s.object(|s, key| {
                    all.push((key.to_owned(), Self::nested(s, depth + 1)?));
                    Ok(())
                })?;
                Ok(Self::Object(all))
            }
            _ => Ok(match s.scalar()? {
                Scalar::Number(number) => Self::Number(number),
                Scalar::Text(text) => Self::Text(text.into_owned()),
                Scalar::Bool(yes) => Self::Bool(yes),
                Scalar::Null | Scalar::List | Scalar::Object => Self::Null,
            }),
        }
    }

    /// True where nothing stands.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value as one text: of a chat its messages, of other lists and wrapped values the first text (`[["…"]]`). `None`
    /// where nothing stands.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Bool(yes) => Some(yes.to_string()),
            Self::Number(number) => Some(in_words(*number)),
            Self::Text(text) => Some(text.clone()),
            Self::List(all) => self.chat().or_else(|| all.iter().find_map(Self::text)),
            Self::Object(fields) => {
                let field = |name: &&str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value);
                ["content", "text", "message", "value"].iter().find_map(field).and_then(Self::text)
            }
        }
    }

    /// What a model was asked, as one text: also of a chat that is written as JSON in a text.
    #[must_use]
    pub fn prompt(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(chat_in_text(text).unwrap_or_else(|| text.clone())),
            Self::List(all) => self.chat().or_else(|| all.iter().find_map(Self::prompt)),
            _ => self.text(),
        }
    }

    /// Several texts in one: the entries of a list with blank lines between them.
    #[must_use]
    pub fn joined(&self, between: &str) -> Option<String> {
        match self {
            Self::List(all) if self.chat().is_none() => {
                let texts: Vec<String> = all.iter().filter_map(Self::text).collect();
                (!texts.is_empty()).then(|| texts.join(between))
            }
            _ => self.text(),
        }
    }

    /// The texts of a list; else the one text there is.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        match self {
            Self::List(all) => all.iter().flat_map(Self::texts).collect(),
            // SQuAD writes its answers as {"text": […], "answer_start": […]}.
            Self::Object(fields) => {
                let text = fields.iter().find(|(key, _)| key == "text" || key == "value" || key == "content");
                text.map(|(_, value)| value.texts()).unwrap_or_default()
            }
            _ => self.text().into_iter().collect(),
        }
    }

    /// As [`Self::texts`], also of a list that the cell of a table writes as JSON or as Python prints it.
    #[must_use]
    pub fn texts_of_cell(&self) -> Vec<String> {
        match self {
            Self::Text(text) => list_in_text(text).unwrap_or_else(|| vec![text.clone()]),
            _ => self.texts(),
        }
    }

    /// The number that stands here, also in quotes; yes and no are 1 and 0. Not finite ones are none.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        let value = match self {
            Self::Bool(yes) => f64::from(u8::from(*yes)),
            Self::Number(number) => number.value(),
            Self::Text(text) => match text.trim() {
                "True" | "true" | "TRUE" => 1.0,
                "False" | "false" | "FALSE" => 0.0,
                text => text.parse().ok()?,
            },
            _ => return None,
        };
        value.is_finite().then_some(value)
    }

    /// A list of messages as a text: alone what it says, several with who says it.
    fn chat(&self) -> Option<String> {
        let Self::List(messages) = self else { return None };
        let said = |message: &Self| {
            let Self::Object(fields) = message else { return None };
            let field = |names: [&str; 2]| {
                let value = fields.iter().find(|(key, _)| names.contains(&key.as_str())).map(|(_, value)| value)?;
                value.joined("\n")
            };
            Some((field(["role", "from"])?, field(["content", "value"]).unwrap_or_default()))
        };
        let said: Vec<(String, String)> = messages.iter().map(said).collect::<Option<_>>()?;
        match said.as_slice() {
            [] => None,
            [(_, only)] => Some(only.clone()),
            _ => Some(said.iter().map(|(role, text)| format!("{role}: {text}")).collect::<Vec<_>>().join("\n\n")),
        }
    }
}

fn in_words(number: Number) -> String {
    number.whole().map_or_else(|| number.value().to_string(), |whole| whole.to_string())
}

/// A chat that is written as JSON in a text.
fn chat_in_text(text: &str) -> Option<String> {
    let trimmed = text.trim_start();
    if !trimmed.starts_with("[{") || !trimmed.contains("\"role\"") {
        return None;
    }
    of_text(text)?.chat()
}

fn of_text(text: &str) -> Option<Value> {
    let mut s = Scanner::new(text.as_bytes(), 0);
    let value = Value::of_json(&mut s).ok()?;
    s.finish().ok().map(|()| value)
}

/// The texts of a list that a cell holds, as JSON or as Python prints it.
fn list_in_text(text: &str) -> Option<Vec<String>> {
    let inside = text.trim().strip_prefix('[')?.strip_suffix(']')?;
    if let Some(Value::List(all)) = of_text(text) {
        // A list of numbers may well be the answer itself.
        return all.iter().map(|value| if let Value::Text(text) = value { Some(text.clone()) } else { None }).collect();
    }
    python(inside)
}

/// The texts of a Python list, without its brackets. `None` where it is none of texts.
fn python(inside: &str) -> Option<Vec<String>> {
    let mut all = Vec::new();
    let mut rest = inside.trim_start();
    while let Some(quote @ ('\'' | '"')) = rest.chars().next() {
        let mut text = String::new();
        let mut chars = rest.char_indices().skip(1);
        let end = loop {
            match chars.next()? {
                (at, c) if c == quote => break at + 1,
                (_, '\\') => text.push(match chars.next()?.1 {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    other => other,
                }),
                (_, c) => text.push(c),
            }
        };
        all.push(text);
        rest = rest.get(end..)?.trim_start();
        match rest.strip_prefix(',') {
            Some(next) => rest = next.trim_start(),
            None => break,
        }
    }
    rest.is_empty().then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Value {
        of_text(text).unwrap()
    }

    #[test]
    fn texts_of_lists_and_chats() {
        assert_eq!(of(r#"[["a\u0000b"]]"#).text().unwrap(), "a\0b");
        assert_eq!(of(r#"[{"role": "user", "content": "Hi"}]"#).text().unwrap(), "Hi");
        let chat = r#"[{"role": "system", "content": "Be short"}, {"role": "user", "content": "Hi"}]"#;
        assert_eq!(of(chat).text().unwrap(), "system: Be short\n\nuser: Hi");
        assert_eq!(Value::Text(chat.to_owned()).prompt().unwrap(), "system: Be short\n\nuser: Hi");
        assert_eq!(Value::Text(chat.to_owned()).text().unwrap(), chat, "an answer stays as it was written");
        assert_eq!(of("9007199254740993").text().unwrap(), "9007199254740993");
        assert_eq!(of("null").text(), None);
        assert_eq!(of("\"\"").text().unwrap(), "");
    }

    #[test]
    fn lists_in_cells() {
        let cell = |text: &str| Value::Text(text.to_owned()).texts_of_cell();
        assert_eq!(cell(r#"["a", "b"]"#), ["a", "b"]);
        assert_eq!(cell(r#"['it\'s', "isn't"]"#), ["it's", "isn't"]);
        assert_eq!(cell("[a, b]"), ["[a, b]"]);
        assert_eq!(cell("[1, 2]"), ["[1, 2]"]);
        assert_eq!(cell("[1] is a citation ['x']"), ["[1] is a citation ['x']"]);
        assert_eq!(of(r#"{"text": ["a", "b"], "answer_start": [1, 2]}"#).texts(), ["a", "b"]);
    }

    #[test]
    fn deep_values_cost_no_stack() {
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        assert!(of_text(&deep).is_some());
    }

    #[test]
    fn numbers_in_any_spelling() {
        assert_eq!(of("true").number(), Some(1.0));
        assert_eq!(Value::Text(" 2.5 ".to_owned()).number(), Some(2.5));
        assert_eq!(of("NaN").number(), None);
        assert_eq!(Value::Text("inf".to_owned()).number(), None);
    }
}
