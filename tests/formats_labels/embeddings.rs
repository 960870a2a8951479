//! Vectors: NumPy's files (written by numpy 2), CSV tables, and what is wrong with them.

use evalens::formats::embeddings::read;
use evalens::model::NoProgress;

use crate::{codes, fixture, folder, shared};

#[test]
fn archives_bring_their_ids() {
    let (found, findings) = read(&fixture("arrays/compressed.npz"), None, &NoProgress).unwrap();
    // The second row has a NaN, the fourth repeats the id of the first.
    assert_eq!(found.ids, ["a.jpg", "c.jpg"]);
    assert_eq!((found.dimensions, found.values), (3, vec![1.5, -2.0, 3.0, 7.0, 8.0, 9.0]));
    assert_eq!(codes(&findings), ["duplicate-item 1", "non-finite-vector 1"]);
    let example = &findings.get("non-finite-vector").unwrap().examples[0];
    assert_eq!(example, "arrays/compressed.npz: row 2, ü.jpg");
}

#[test]
fn rows_are_numbered_where_nothing_names_them() {
    // Columns first, in double precision, under numpy's own name `arr_0`.
    let (found, _) = read(&fixture("arrays/stored.npz"), None, &NoProgress).unwrap();
    assert_eq!(found.ids, ["0", "2", "3"]);
    assert_eq!(found.row(2), [10.0, 11.0, 12.0]);
    let (half, _) = read(&fixture("arrays/half.f16.npy"), None, &NoProgress).unwrap();
    assert_eq!(half.values, found.values);
}

#[test]
fn ids_in_a_file_of_their_own() {
    for (name, text) in
        [("ids.txt", "w\r\nx\r\ny\r\nz\r\n"), ("ids.txt", "\u{feff}w\nx\ny\nz"), ("ids.json", r#"["w","x","y","z"]"#)]
    {
        let dir = folder(&[(name, text)]);
        let (found, _) = read(&fixture("arrays/half.f16.npy"), Some(&dir.path().join(name)), &NoProgress).unwrap();
        assert_eq!(found.ids, ["w", "y", "z"], "{text:?}");
    }
    let dir = folder(&[("ids.txt", "w\nx\ny\n")]);
    let error = read(&fixture("arrays/half.f16.npy"), Some(&dir.path().join("ids.txt")), &NoProgress).unwrap_err();
    assert!(error.to_string().contains("has 4 rows, but there are 3 ids"), "{error}");
}

#[test]
fn tables_of_vectors() {
    for text in [
        "id,x0,x1\na,1,2\nb,3,4\n",
        "\u{feff}x0;x1;file_name\r\n1;2;a\r\n3;4;b\r\n",
        "a,1,2\nb,3,4\n",
        "image\tlabel\tx\ty\na\tcat\t1\t2\nb\tdog\t3\t4",
    ] {
        let dir = folder(&[("v.csv", text)]);
        let (found, _) = read(&dir.path().join("v.csv"), None, &NoProgress).unwrap();
        assert_eq!(
            (found.ids, found.values),
            (vec!["a".to_owned(), "b".to_owned()], vec![1.0, 2.0, 3.0, 4.0]),
            "{text:?}"
        );
    }
    let error = |text: &str| {
        let dir = folder(&[("v.csv", text)]);
        read(&dir.path().join("v.csv"), None, &NoProgress).unwrap_err().to_string()
    };
    assert!(error("id,x\na,1\nb,oh\n").contains("row 3, column 2: has `oh` where a number should be"));
    assert!(error("id,x\na,1\nb\n").contains("row 3: has 1 fields where the first line has 2"));
    assert!(error("").contains("no column of numbers"));
    assert!(error("id,x\na,nan\n").contains("no vector that can be used"));
}

#[test]
fn what_is_no_table() {
    let error = |name: &str| read(&fixture(name), None, &NoProgress).unwrap_err().to_string();
    assert!(error("arrays/two.npz").contains("several tables of numbers (one, two)"));
    assert!(error("arrays/records.npy").contains("array of records"));
}

/// The first and last numbers as numpy reads them.
#[test]
fn embeddings_of_the_shared_sets() {
    let Some(root) = shared("cifar10-sample") else { return };
    let at = root.join("embeddings");
    let (wide, findings) = read(&at.join("efflite0-1280.f16.npy"), Some(&at.join("ids.txt")), &NoProgress).unwrap();
    assert!(findings.is_empty());
    assert_eq!((wide.len(), wide.dimensions, wide.ids[999].as_str()), (1000, 1280, "truck/0099.jpg"));
    let Some(root) = shared("banking77") else { return };
    let at = root.join("embeddings");
    let (texts, _) = read(&at.join("test.minilm-l6.npy"), Some(&at.join("test.ids.txt")), &NoProgress).unwrap();
    assert_eq!((texts.len(), texts.dimensions, texts.ids[0].as_str()), (3080, 384, "test-0000"));
    // Vectors of unit length.
    for row in [0, 3079] {
        let length: f32 = texts.row(row).iter().map(|v| v * v).sum();
        assert!((length - 1.0).abs() < 1e-3, "{length}");
    }
}
