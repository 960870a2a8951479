use super::*;
use crate::model::NoProgress;

fn written(header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn table(descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Result<Matrix, String> {
    let text = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
    let (_folder, path) = file("a.npy", &written(&text, data));
    read(&path, &[], Precision::AsStored, &NoProgress).map_err(|e| e.to_string())
}

#[test]
fn every_type_and_order_of_bytes() {
    let numbers = |descr, data: &[u8]| {
        let matrix = table(descr, "False", "(2, 1)", data).unwrap();
        match matrix.values {
            Values::Single(v) => v.into_iter().map(f64::from).collect::<Vec<_>>(),
            Values::Double(v) => v,
        }
    };
    assert_eq!(numbers("|b1", &[1, 0]), [1.0, 0.0]);
    assert_eq!(numbers("|i1", &[255, 2]), [-1.0, 2.0]);
    assert_eq!(numbers("|u1", &[255, 2]), [255.0, 2.0]);
    assert_eq!(numbers("<i2", &[0xFE, 0xFF, 1, 0]), [-2.0, 1.0]);
    assert_eq!(numbers(">u2", &[1, 0, 0, 7]), [256.0, 7.0]);
    assert_eq!(numbers("<i8", &[[0xFF; 8], [0; 8]].concat()), [-1.0, 0.0]);
    assert_eq!(numbers(">u4", &[0, 0, 1, 0, 0xFF, 0xFF, 0xFF, 0xFF]), [256.0, 4_294_967_295.0]);
    // 0x3C00 is 1 and 0xC000 is -2 in half precision.
    assert_eq!(numbers("<f2", &[0, 0x3C, 0, 0xC0]), [1.0, -2.0]);
    assert_eq!(numbers(">f4", &[1.5_f32.to_be_bytes(), (-0.25_f32).to_be_bytes()].concat()), [1.5, -0.25]);
    assert_eq!(numbers("<f8", &[0.1_f64.to_le_bytes(), 0.2_f64.to_le_bytes()].concat()), [0.1, 0.2]);
}

#[test]
fn columns_first_becomes_rows_first() {
    let bytes: Vec<u8> = [1.0_f32, 4.0, 2.0, 5.0, 3.0, 6.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    let matrix = table("<f4", "True", "(2, 3)", &bytes).unwrap();
    assert_eq!((matrix.rows, matrix.columns), (2, 3));
    assert_eq!(matrix.values, Values::Single(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]));
    assert_eq!(table("<f4", "False", "(2, 1, 3)", &bytes).unwrap().columns, 3);
    assert_eq!(table("<f4", "False", "(6L,)", &bytes).unwrap().columns, 1);
}

#[test]
fn promises_that_the_file_cannot_keep() {
    let error = |descr, shape, data: &[u8]| table(descr, "False", shape, data).unwrap_err();
    assert!(error("<f4", "(1000000000, 1000000)", &[0; 8]).contains("less than its array of shape"));
    assert!(error("<f4", "(9223372036854775807, 4)", &[]).contains("`shape`"));
    assert!(error("<f4", "(2, 2, 2)", &[0; 32]).contains("of shape (2, 2, 2)"));
    assert!(error("|O", "(1,)", &[0; 8]).contains("|O"));
    assert!(error("<c8", "(1,)", &[0; 8]).contains("<c8"));
    assert!(error("<f4", "(-1, 2)", &[]).contains("`shape`"));
    for bytes in
        [&b""[..], b"\x93NUMPY", b"\x93NUMPY\x01\x00\xFF\xFF", b"\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF", b"PK\x03\x04"]
    {
        let (_folder, path) = file("a.npy", bytes);
        assert!(read(&path, &[], Precision::AsStored, &NoProgress).is_err());
        let (_folder, path) = file("a.npz", bytes);
        assert!(read(&path, &[], Precision::AsStored, &NoProgress).is_err());
    }
}

#[test]
fn texts_of_both_kinds_and_numbers_are_ids() {
    let ids = |descr, data: &[u8]| {
        let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': (2,), }}");
        let (_folder, path) = file("ids.npy", &written(&text, data));
        read_texts(&path, &[], &NoProgress).unwrap().unwrap()
    };
    assert_eq!(ids("|S3", b"ab\0c\0\0"), ["ab", "c"]);
    assert_eq!(ids("<U2", &[b'a', 0, 0, 0, 0xE9, 0, 0, 0, b'b', 0, 0, 0, 0, 0, 0, 0]), ["aé", "b"]);
    assert_eq!(ids("<i4", &[7, 0, 0, 0, 12, 0, 0, 0]), ["7", "12"]);
}
