//! A document as a tree whose keys keep their order: JSON by serde, and YAML. Knows no particular document.

use serde::ser::{Serialize, SerializeMap, Serializer};

/// A part of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Names and what stands under them, in order.
    Map(Vec<(String, Node)>),
    /// One after the other.
    List(Vec<Node>),
    /// Words.
    Text(String),
    /// A number; one that is not finite is null.
    Number(f64),
    /// A count.
    Count(u64),
    /// Yes or no.
    Flag(bool),
    /// Nothing.
    Null,
}

impl Node {
    /// A map of these.
    #[must_use]
    pub fn map(entries: impl IntoIterator<Item = (&'static str, Self)>) -> Self {
        Self::Map(entries.into_iter().map(|(name, node)| (name.to_owned(), node)).collect())
    }

    /// Words.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// As YAML, whose strings are quoted as in JSON, so that none is taken for a number or a date.
    #[must_use]
    pub fn yaml(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0);
        text
    }

    fn write(&self, text: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        match self {
            Self::Map(entries) => {
                for (name, node) in entries {
                    text.push_str(&format!("{indent}{}:", key(name)));
                    node.write_value(text, depth);
                }
            }
            Self::List(nodes) => {
                for node in nodes {
                    text.push_str(&format!("{indent}-"));
                    node.write_value(text, depth);
                }
            }
            _ => text.push_str(&format!("{indent}{}\n", self.scalar())),
        }
    }

    /// What stands behind a name or a dash.
    fn write_value(&self, text: &mut String, depth: usize) {
        match self {
            Self::Map(entries) if entries.is_empty() => text.push_str(" {}\n"),
            Self::List(nodes) if nodes.is_empty() => text.push_str(" []\n"),
            Self::Map(_) | Self::List(_) => {
                text.push('\n');
                self.write(text, depth + 1);
            }
            _ => text.push_str(&format!(" {}\n", self.scalar())),
        }
    }

    fn scalar(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            // Without an exponent, which some readers take for words.
            Self::Number(value) if value.is_finite() => {
                let digits = format!("{value}");
                if digits.contains('.') { digits } else { format!("{digits}.0") }
            }
            Self::Count(n) => n.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Number(_) | Self::Null | Self::Map(_) | Self::List(_) => "null".to_owned(),
        }
    }
}

/// A name as it is where every reader takes it for words, else quoted.
fn key(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !matches!(name, "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null");
    if plain { name.to_owned() } else { quoted(name) }
}

/// In double quotes, with what YAML does not allow as it is escaped.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                out.push_str(&format!("\\u{:04x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (name, node) in entries {
                    map.serialize_entry(name, node)?;
                }
                map.end()
            }
            Self::List(nodes) => serializer.collect_seq(nodes),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(value) => serializer.serialize_f64(*value),
            Self::Count(n) => serializer.serialize_u64(*n),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Null => serializer.serialize_none(),
        }
    }
}

impl From<Option<f64>> for Node {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::Null, Self::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_by_hand() {
        let tree = Node::map([
            ("name", Node::text("a: \"b\"\n")),
            ("list", Node::List(vec![Node::Count(2), Node::map([("no", Node::Flag(true))])])),
            ("rate", Node::Number(1e-7)),
            ("cost", Node::Number(5.0)),
            ("gone", Node::Number(f64::NAN)),
            ("empty", Node::Map(Vec::new())),
        ]);
        let yaml = "name: \"a: \\\"b\\\"\\n\"\nlist:\n  - 2\n  -\n    \"no\": true\nrate: 0.0000001\ncost: 5.0\ngone: null\nempty: {}\n";
        assert_eq!(tree.yaml(), yaml);
        let json = r#"{"name":"a: \"b\"\n","list":[2,{"no":true}],"rate":1e-7,"cost":5.0,"gone":null,"empty":{}}"#;
        assert_eq!(serde_json::to_string(&tree).unwrap(), json);
    }
}
