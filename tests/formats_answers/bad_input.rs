//! Broken, odd and hostile files: a sentence or a count, never a panic.

use super::*;

const TRUTH: (&str, &str, &[u8]) =
    ("jsonl", "t.jsonl", b"{\"id\": 1, \"reference\": \"one\"}\n{\"id\": 2, \"reference\": \"two\"}\n");

fn outputs(bytes: &[u8]) -> Loaded {
    read(TRUTH, ("jsonl", "o.jsonl", bytes)).unwrap()
}

#[test]
fn missing_references_are_counted() {
    let truth = b"{\"id\": 1, \"reference\": \"one\"}\n{\"id\": 2}\n{\"id\": 3, \"reference\": null}\n{\"id\": 4, \"reference\": []}\n{\"id\": 5, \"reference\": \"\"}\n";
    let loaded = read(("jsonl", "t.jsonl", truth), ("csv", "o.csv", b"id,output\n1,a\n2,b\n3,c\n4,d\n5,e\n")).unwrap();
    assert_eq!(loaded.answers.references, [vec!["one"], vec![], vec![], vec![], vec![]]);
    assert_eq!(codes(&loaded.findings), ["missing-reference 4"]);
}

#[test]
fn unequal_line_counts_are_paired_as_far_as_they_go() {
    let loaded = read(("text-lines", "r.txt", b"a\nb\nc\n"), ("text-lines", "o.txt", b"A\n\n")).unwrap();
    assert_eq!(loaded.outputs(), [Some("A"), Some(""), None]);
    assert_eq!(codes(&loaded.findings), ["unequal-counts 1", "missing-prediction 1"]);
    let said = &examples(&loaded.findings, "unequal-counts")[0];
    assert!(said.ends_with("o.txt: 3 rows of truth, 2 rows of outputs"), "{said}");
    let loaded = read(("text-lines", "r.txt", b"a\n"), ("text-lines", "o.txt", b"A\nB\nC\n")).unwrap();
    assert_eq!(loaded.outputs(), [Some("A")]);
}

#[test]
fn duplicate_ids_of_the_truth_are_used_once() {
    let truth = b"id,reference\n1,a\n1,b\n2,c\n";
    let loaded = read(("csv", "t.csv", truth), ("csv", "o.csv", b"id,output\n1,x\n2,y\n")).unwrap();
    assert_eq!(loaded.answers.references, [["a"], ["c"]]);
    assert_eq!(codes(&loaded.findings), ["duplicate-item 1"]);
    assert!(examples(&loaded.findings, "duplicate-item")[0].ends_with("t.csv:3: 1"));
}

#[test]
fn ids_that_do_not_fit_leave_the_order() {
    let loaded = outputs(b"{\"id\": \"x\", \"output\": \"A\"}\n{\"id\": \"y\", \"output\": \"B\"}\n");
    assert_eq!(loaded.outputs(), [Some("A"), Some("B")]);
    assert_eq!(codes(&loaded.findings), ["ids-do-not-fit 1"]);
}

#[test]
fn mixed_encodings_are_read_and_named() {
    let loaded = outputs(b"{\"id\": 1, \"output\": \"caf\xe9 \x80\"}\n{\"id\": 2, \"output\": \"caf\xc3\xa9\"}\n");
    assert_eq!(loaded.outputs(), [Some("café €"), Some("café")]);
    assert_eq!(codes(&loaded.findings), ["mixed-encoding 1"]);
    assert!(examples(&loaded.findings, "mixed-encoding")[0].ends_with("o.jsonl:1"));
}

#[test]
fn utf16_and_marks_are_read() {
    let text = "{\"id\": 1, \"output\": \"ü😀\"}\r\n{\"id\": 2, \"output\": \"b\"}\r\n";
    let little: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let big: Vec<u8> = [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    let marked: Vec<u8> = b"\xEF\xBB\xBF".iter().copied().chain(text.bytes()).collect();
    for bytes in [little, big, marked] {
        let loaded = outputs(&bytes);
        assert_eq!((loaded.outputs(), codes(&loaded.findings)), (vec![Some("ü😀"), Some("b")], vec![]));
    }
    let odd = [&[0xFF, 0xFE][..], &"a\nb".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), b"x"].concat();
    let loaded = read(("text-lines", "r.txt", b"a\nb\n"), ("text-lines", "o.txt", &odd)).unwrap();
    assert_eq!(
        (loaded.outputs(), codes(&loaded.findings)),
        (vec![Some("a"), Some("b")], vec!["mixed-encoding 1".to_owned()])
    );
    let error = read(TRUTH, ("jsonl", "o.jsonl", b"\xFF\xFE\0\0a\0\0\0")).unwrap_err();
    assert!(error.contains("UTF-32"), "{error}");
}

#[test]
fn broken_lines_are_skipped_and_named() {
    let loaded = outputs(
        b"{\"id\": 1, \"output\": \"a\"}\n{\"id\": 2, \"outp\n\n[1, 2]\n{\"id\": 2, \"output\": \"b\"}\n\0\0\n",
    );
    assert_eq!(loaded.outputs(), [Some("a"), Some("b")]);
    assert_eq!(codes(&loaded.findings), ["broken-row 3"]);
    let lines: Vec<String> = examples(&loaded.findings, "broken-row");
    assert!(
        lines[0].contains("o.jsonl:2:") && lines[1].contains("o.jsonl:4:") && lines[2].contains("o.jsonl:6:"),
        "{lines:?}"
    );
}

#[test]
fn nul_bytes_and_control_characters_are_kept() {
    let loaded = read(("text-lines", "r.txt", b"a\nb\n"), ("text-lines", "o.txt", b"x\0\x1b[0m\n\x0b\x85\n")).unwrap();
    assert_eq!(loaded.outputs(), [Some("x\0\x1b[0m"), Some("\x0b…")]);
    let loaded = read(("csv", "t.csv", b"id,reference\n1,a\n"), ("csv", "o.csv", b"id,output\n1,x\0\ty\r\n")).unwrap();
    assert_eq!(loaded.outputs(), [Some("x\0\ty")]);
}

#[test]
fn rows_of_the_wrong_width_are_skipped() {
    let loaded =
        read(("csv", "t.csv", b"id,reference\n1,a\n2,b\n3,c\n"), ("csv", "o.csv", b"id,output\n1,x,y\n2,z,,\n3\n"))
            .unwrap();
    assert_eq!(loaded.outputs(), [None, Some("z"), None]);
    assert_eq!(codes(&loaded.findings), ["broken-row 1", "missing-prediction 2"]);
}

#[test]
fn files_that_cannot_be_used_say_why() {
    for (bytes, said) in [
        (&b""[..], "is empty"),
        (b"\xEF\xBB\xBF \r\n\n", "is empty"),
        (b"[{\"id\": 1, \"output\"", "the text ends"),
        (b"hello\n", "has no row that can be read"),
        (b"{\"id\": 1}\n{\"id\": 2}\n", "has no column of answers"),
    ] {
        let error = read(TRUTH, ("jsonl", "o.jsonl", bytes)).unwrap_err();
        assert!(error.contains(said) && error.contains("; "), "{error}");
    }
    let error = read(TRUTH, ("csv", "o.csv", b"id,output\n1,\"open\n")).unwrap_err();
    assert!(error.contains("line 2") && error.contains("never closed"), "{error}");
    let error = read(TRUTH, ("coco-results", "o.csv", b"id,output\n1,a\n")).unwrap_err();
    assert!(error.contains("`coco-results` is not read"), "{error}");
    let mut other = project(("jsonl", "t.jsonl"), ("jsonl", "none.jsonl"));
    let dir = folder(&[(TRUTH.1, TRUTH.2)]);
    assert!(load(dir.path(), &other, &test_split()).unwrap_err().contains("check the path"));
    other.datasets[0].task = Task::TextClassification;
    assert!(load(dir.path(), &other, &test_split()).unwrap_err().contains("write `task`: text-generation"));
}

#[test]
fn files_over_the_limit_are_refused() {
    let dir = folder(&[(TRUTH.1, TRUTH.2)]);
    // A hole: nothing is written.
    let file = std::fs::File::create(dir.path().join("o.jsonl")).unwrap();
    file.set_len((2 << 30) + 1).unwrap();
    let error = load(dir.path(), &project(("jsonl", "t.jsonl"), ("jsonl", "o.jsonl")), &test_split()).unwrap_err();
    assert!(error.contains("larger than 2 GiB"), "{error}");
}

#[test]
fn one_long_answer_is_kept_whole() {
    let long = "wörd ".repeat(1 << 20);
    assert!(long.len() > 5 << 20);
    let text = format!("{{\"id\": 1, \"output\": \"{long}\"}}\n{{\"id\": 2, \"output\": \"b\"}}\n");
    let loaded = outputs(text.as_bytes());
    assert!(loaded.answers.outputs[0].as_deref() == Some(&long) && loaded.answers.outputs[1].as_deref() == Some("b"));
}

#[test]
fn keys_without_end_are_bounded() {
    let mut text = String::from("{\"id\": 1, \"output\": \"a\"");
    for key in 0..5000 {
        text.push_str(&format!(", \"k{key}\": {key}"));
    }
    text.push_str("}\n{\"id\": 2, \"output\": \"b\"}\n");
    let loaded = outputs(text.as_bytes());
    assert_eq!(codes(&loaded.findings), ["too-many-columns 1"]);
    assert_eq!((loaded.outputs(), loaded.answers.numbers.len()), (vec![Some("a"), Some("b")], 200));
}

#[test]
fn numbers_that_are_none_are_empty_and_counted() {
    let loaded = read(
        ("csv", "t.csv", b"id,reference\n1,a\n2,b\n3,c\n4,d\n"),
        ("csv", "o.csv", b"id,output,rating,cost\n1,x,3,NaN\n2,y,n/a,0.5\n3,z,,1\n4,u,5,inf\n"),
    );
    let loaded = loaded.unwrap();
    assert_eq!(loaded.number("rating"), (NumberRole::Judge, vec![Some(3.0), None, None, Some(5.0)]));
    assert_eq!(loaded.number("cost"), (NumberRole::Cost, vec![None, Some(0.5), Some(1.0), None]));
    assert_eq!(codes(&loaded.findings), ["not-a-number 3"]);
}

#[test]
fn tables_of_very_many_columns_are_bounded() {
    let mut header = String::from("id,output");
    let mut row = String::from("1,a");
    for column in 0..70_000 {
        header.push_str(&format!(",c{column}"));
        row.push_str(",1");
    }
    let table = format!("{header}\n{row}\n");
    let loaded = read(("csv", "t.csv", b"id,reference\n1,a\n"), ("csv", "o.csv", table.as_bytes())).unwrap();
    assert_eq!((loaded.outputs(), codes(&loaded.findings)), (vec![Some("a")], vec!["too-many-columns 1".to_owned()]));
}

/// Any damage to a file leaves answers or a sentence.
#[test]
fn damaged_files_never_stop_the_program() {
    let log = br#"{"doc_id": 0, "doc": {"question": "a", "mc2_targets": {"choices": ["x", "y"], "labels": [1, 0]}}, "target": "0", "resps": [[["-1.0", "False"]], [["-2.0", "True"]]], "filtered_resps": [["-1.0", "False"], ["-2.0", "True"]], "acc": 1}
{"doc_id": 1, "doc": {"question": "b"}, "target": 1, "arguments": [["b", " x"], ["b", " y"]], "resps": [[[-1, false]], [[-2, true]]], "acc": 0}
"#;
    let samples: [(&str, &str, &[u8]); 4] = [
        ("jsonl", "o.jsonl", log),
        (
            "jsonl",
            "o.json",
            br#"{"data": [{"id": 1, "output": "\u00e9", "score": 1e3}, {"id": 2, "output": ["a"], "tags": ["x"]}]}"#,
        ),
        ("csv", "o.csv", b"id,output_a,output_b,score_a,topic\n1,\"x \"\"y\"\"\",z,1,u\n2,\"\n\",w,nan,u\n"),
        ("text-lines", "o.txt", b"\xEF\xBB\xBFone\r\ntwo\r\n"),
    ];
    let mut state: u64 = 7;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let (mut read_well, mut refused) = (0, 0);
    for round in 0..600 {
        let (format, name, bytes) = samples[round % samples.len()];
        let mut bytes = bytes.to_vec();
        for _ in 0..=random(4) {
            if bytes.is_empty() {
                break;
            }
            let at = random(bytes.len());
            match random(4) {
                0 => bytes[at] = [b'"', b'{', b'[', b',', b'\n', 0, 0xFF, b'\\'][random(8)],
                1 => drop(bytes.remove(at)),
                2 => bytes.truncate(at + 1),
                _ => bytes.insert(at, random(256) as u8),
            }
        }
        match read((format, name, &bytes), (format, name, &bytes)) {
            Ok(loaded) => {
                assert!(!loaded.answers.is_empty());
                read_well += 1;
            }
            Err(said) => {
                assert!(said.contains(name) && said.contains("; "), "{said}");
                refused += 1;
            }
        }
    }
    assert!(read_well > 100 && refused > 20, "{read_well} read, {refused} refused");
}
