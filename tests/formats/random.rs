//! No bytes whatever make a reader panic.

use std::path::Path;

use evalens::formats::voc;
use evalens::formats::yolo::{data_yaml, label};
use evalens::formats::{self, picture};
use evalens::model::{Findings, NoProgress, project_text};
use proptest::prelude::*;

use crate::*;

/// Texts that look a little like the format: its own pieces in any order.
fn pieces(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    let word = prop_oneof![prop::sample::select(words).prop_map(str::to_owned), ".{0,4}"];
    prop::collection::vec(word, 0..40).prop_map(|w| w.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn label_lines(text in "[-0-9. \\t\\reinfNA,;a-z\u{feff}]{0,60}") {
        let _ = label::parse(&text);
    }

    #[test]
    fn any_label_lines(text in ".{0,200}") {
        for line in text.lines() {
            let _ = label::parse(line);
        }
    }

    #[test]
    fn annotations(text in pieces(&["<annotation>", "</annotation>", "<object>", "</object>", "<name>", "</name>", "<bndbox>",
        "</bndbox>", "<xmin>", "</xmin>", "1", "&amp;", "&#0;", "&x;", "<![CDATA[", "]]>", "<!--", "-->", "<?xml ", "?>", "<",
        "\"", "<size><width>", "</width></size>", "<!DOCTYPE", "\n"])) {
        let _ = voc::parse(&text, Path::new("a.xml"));
        let _ = voc::looks_like_annotation(text.as_bytes());
    }

    #[test]
    fn data_yamls(text in pieces(&["names:", "nc:", "train:", " ", "\n", "- ", "[", "]", "{", "}", ": ", "&a", "*a", "0", "1",
        "!!str", "|", ">", "'", "\"", "#", "---", "<<: *a", "path:", "a", "\t", "../x"])) {
        let mut findings = Findings::default();
        if let Ok(yaml) = data_yaml::parse(&text, Path::new("/none/data.yaml"), &mut findings) {
            for key in ["train", "val", "test"] {
                let _ = yaml.places(key);
            }
        }
    }

    #[test]
    fn project_files(text in pieces(&["{", "}", "[", "]", ":", ",", "\"schema\"", "\"evalens.project/1\"", "\"datasets\"",
        "\"models\"", "\"id\"", "\"a\"", "\"splits\"", "\"truth\"", "\"..\"", "1", "null", "\"predictions\"", "\"path\""])) {
        let _ = project_text::parse(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Folders of random files, through recognition and every choice that comes out of it.
    #[test]
    fn folders(
        label in prop::collection::vec(any::<u8>(), 0..80),
        line in "[0-9. -]{0,40}",
        xml in prop::collection::vec(any::<u8>(), 0..80),
        json in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "labels/test/a.txt", &label);
        write(root.path(), "labels/test/b.txt", line.as_bytes());
        write(root.path(), "predictions/m/test/b.txt", line.as_bytes());
        write(root.path(), "images/test/a.png", &json);
        write(root.path(), "annotations/test/a.xml", &[b"<annotation>", xml.as_slice()].concat());
        write(root.path(), "annotations/instances_test.json", &[b"{\"images\": [", json.as_slice()].concat());
        write(root.path(), "data.yaml", &[b"names: ", label.as_slice()].concat());
        if let Ok((root, recognised, _)) = formats::open_project(root.path(), &NoProgress) {
            for one in formats::choices(&recognised.project) {
                if let Ok((dataset, _)) = formats::load_dataset(&root, &recognised.project, &one, &NoProgress) {
                    let _ = formats::load_predictions(&root, &recognised.project, &one, &dataset, &NoProgress);
                }
            }
        }
    }

    /// Pictures cut and bent at random.
    #[test]
    fn bent_pictures(which in 0_usize..6, at in 0.0_f64..1.0, byte in any::<u8>(), cut in any::<bool>()) {
        let name = ["grey.png", "alpha.webp", "plain.bmp", "plain.gif", "plain.tif", "turned.jpg"][which];
        let mut bytes = std::fs::read(fixture("pictures").join(name)).unwrap();
        let at = (at * bytes.len() as f64) as usize;
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
        }
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "a", &bytes);
        let _ = picture::header(&root.path().join("a"));
        let _ = picture::decode(&root.path().join("a"), Some(3));
    }
}
