//! The scanner against `serde_json` with `float_roundtrip`: same values, same refusals.

use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// Builds a value by the scanner; numbers that are not finite become `None`.
fn value(scanner: &mut Scanner<'_>) -> Result<Option<Value>, Broken> {
    Ok(match scanner.peek() {
        Some(b'[') => {
            let mut items = Some(Vec::new());
            scanner.list(|s, _| {
                match (value(s)?, &mut items) {
                    (Some(v), Some(items)) => items.push(v),
                    _ => items = None,
                }
                Ok(())
            })?;
            items.map(Value::Array)
        }
        Some(b'{') => {
            let mut fields = Some(serde_json::Map::new());
            scanner.object(|s, key| {
                match (value(s)?, &mut fields) {
                    (Some(v), Some(fields)) => drop(fields.insert(key.to_owned(), v)),
                    _ => fields = None,
                }
                Ok(())
            })?;
            fields.map(Value::Object)
        }
        _ => match scanner.scalar()? {
            Scalar::Number(Number::Int(i)) => Some(i.into()),
            Scalar::Number(Number::Float(f)) => serde_json::Number::from_f64(f).map(Value::Number),
            Scalar::Text(text) => Some(Value::String(text.into_owned())),
            Scalar::Bool(b) => Some(Value::Bool(b)),
            Scalar::Null | Scalar::List | Scalar::Object => Some(Value::Null),
        },
    })
}

fn whole(bytes: &[u8]) -> Result<Option<Value>, Broken> {
    let mut scanner = Scanner::new(bytes, 0);
    let value = value(&mut scanner)?;
    scanner.finish()?;
    Ok(value)
}

fn skipped(bytes: &[u8]) -> Result<(), Broken> {
    let mut scanner = Scanner::new(bytes, 0);
    scanner.skip()?;
    scanner.finish()
}

/// Both readers have the same opinion of a text, where they should.
fn agree(bytes: &[u8]) -> Result<(), TestCaseError> {
    let ours = whole(bytes);
    prop_assert_eq!(skipped(bytes).is_ok(), ours.is_ok(), "skipping and reading disagree");
    match (ours, serde_json::from_slice::<Value>(bytes)) {
        (Ok(Some(a)), Ok(b)) => prop_assert!(same(&a, &b), "{a:?} {b:?}"),
        (Err(_), Err(_)) => {}
        // Numbers beyond f64 and Python's tokens are read here and refused there.
        (Ok(None), Err(_)) => {}
        // Half a surrogate pair likewise.
        (Ok(Some(_)), Err(e)) => {
            prop_assert!(e.to_string().contains("surrogate") || e.to_string().contains("hex escape"), "{e}");
        }
        (ours, theirs) => prop_assert!(false, "{ours:?} {theirs:?}"),
    }
    Ok(())
}

/// Equal, numbers as doubles to the last bit (ours knows whole numbers only up to `i64`).
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64().map(f64::to_bits) == b.as_f64().map(f64::to_bits),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0..100_000_i64).prop_map(|i| Value::from(i as f64 / 100.0)),
        ".{0,12}".prop_map(Value::String),
        "[a-z\\\\\"\u{e9}\u{1F600}\n]{0,20}".prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec(("[a-z_\"\\\\]{0,12}", inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A text with a few bytes replaced, removed, doubled, or its end cut off.
pub(crate) fn mutated(mut bytes: Vec<u8>, edits: &[(prop::sample::Index, u8, u8)]) -> Vec<u8> {
    for (place, kind, byte) in edits {
        if bytes.is_empty() {
            break;
        }
        let at = place.index(bytes.len());
        match kind % 5 {
            0 => bytes[at] = *byte,
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, *byte),
            3 => bytes.insert(at, b"\"{}[],:\\0-.eENul "[usize::from(*byte) % 17]),
            _ => bytes.truncate(at),
        }
    }
    bytes
}

proptest! {
    #[test]
    fn reads_what_serde_json_writes(value in any_json(), pretty: bool) {
        let text = if pretty { serde_json::to_vec_pretty(&value) } else { serde_json::to_vec(&value) }.unwrap();
        agree(&text)?;
    }

    #[test]
    fn judges_broken_text_like_serde_json(
        value in any_json(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<u8>()), 1..5),
    ) {
        agree(&mutated(serde_json::to_vec(&value).unwrap(), &edits))?;
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        agree(&bytes)?;
    }

    #[test]
    fn jumble_of_json_bytes(text in "[\\[\\]{}\",:0-9eE.\\-+\\\\u\na-f truelsn]{0,40}") {
        agree(text.as_bytes())?;
    }
}

#[test]
fn errors_carry_byte_path_and_remedy() {
    let text = b"{\"a\": [{\"b\": 1}, {\"b\": oops}]}";
    let mut scanner = Scanner::new(text, 0);
    let error = scanner.object(|s, _| s.list(|s, _| s.object(|s, _| s.number().map(drop)))).unwrap_err();
    assert_eq!((error.at(), error.path().as_str()), (23, "a[1].b"));
    let error = error.in_file(Path::new("x.json"), text);
    assert_eq!(error.place, "line 1:24, a[1].b");
    assert_eq!(error.problem, "`o` stands where a number should");
}

#[test]
fn python_tokens_are_numbers() {
    let mut scanner = Scanner::new(b"[NaN, Infinity, -Infinity, 1]", 0);
    let Ok(Numbers::Exactly([a, b, c, d])) = scanner.numbers::<4>() else { panic!() };
    assert!(a.is_nan() && b == f64::INFINITY && c == f64::NEG_INFINITY && d == 1.0);
}

#[test]
fn number_lists_say_what_else_they_are() {
    let read = |text: &str| Scanner::new(text.as_bytes(), 0).numbers::<2>();
    assert_eq!(read("[1, 2]"), Ok(Numbers::Exactly([1.0, 2.0])));
    assert_eq!(read("[1]"), Ok(Numbers::Count(1)));
    assert_eq!(read("[1, 2, 3]"), Ok(Numbers::Count(3)));
    assert_eq!(read("[1, \"2\"]"), Ok(Numbers::Mixed));
    assert_eq!(read("{}"), Ok(Numbers::NoList));
    assert!(read("[1, 2").is_err());
}

#[test]
fn deep_nesting_is_refused_without_a_deep_stack() {
    let deep = |n: usize| [vec![b'['; n], vec![b']'; n]].concat();
    assert!(skipped(&deep(128)).is_ok());
    let error = skipped(&deep(129)).unwrap_err();
    assert!(format!("{error:?}").contains("nested deeper"));
    assert!(skipped(&vec![b'['; 5_000_000]).is_err());
}

#[test]
fn escapes_are_decoded() {
    let mut scanner = Scanner::new(br#""a\/\u00e9\ud83d\ude00\n\ud800x""#, 0);
    assert_eq!(scanner.string().unwrap(), "a/é😀\n\u{FFFD}x");
}
