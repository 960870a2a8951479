use super::*;

fn read(name: &str, text: &str) -> Result<MaskClasses, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    read_classes(&path).map_err(|error| error.to_string())
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Sky, road and void with their colours, the last to be ignored: what the shapes below all say.
fn three() -> MaskClasses {
    let colours = Some(vec![([128, 128, 128], 0), ([128, 64, 128], 1), ([0, 0, 0], 2)]);
    MaskClasses { names: names(&["Sky", "Road", "Void"]), colours, ignore: Some(2) }
}

#[test]
fn one_list_in_many_shapes() {
    let shapes = [
        ("label_colors.txt", "128 128 128\tSky\n128 64 128\tRoad\r\n\n0 0 0\t\tVoid\n"),
        ("labelmap.txt", "# label:color_rgb:parts:actions\nSky:128,128,128::\nRoad:128,64,128::\nVoid:0,0,0::\n"),
        ("class_dict.csv", "name,r,g,b\nSky,128,128,128\nRoad,128,64,128\nVoid,0,0,0\n"),
        ("class_dict.csv", "id; r; g; b; name\n1; 128; 64; 128; Road\n0; 128; 128; 128; Sky\n2; 0; 0; 0; Void\n"),
        ("classes.tsv", "Sky\t128\t128\t128\nRoad\t128\t64\t128\nVoid\t0\t0\t0\n"),
        (
            "classes.json",
            r##"[{"name": "Sky", "rgb": [128, 128, 128]}, {"label": "Road", "color": "128,64,128"},
                {"title": "Void", "color": "#000000", "shape": "bitmap"}]"##,
        ),
        (
            "meta.json",
            r#"{"ignore_index": 2, "classes": [{"id": 1, "name": "Road", "colour": [128, 64, 128]},
                {"index": 0, "name": "Sky", "colour": [128, 128, 128, 255]}, {"value": 2, "name": "Void", "colour": [0, 0, 0]}]}"#,
        ),
        (
            "classes.json",
            r#"{"classes": ["Sky", "Road", "Void"], "palette": [[128, 128, 128], [128, 64, 128], [0, 0, 0]]}"#,
        ),
        (
            "classes.json",
            r##"{"ignore": "Void", "0": {"name": "Sky", "color": "#808080"}, "1": {"name": "Road", "color": "#804080"},
                "2": {"name": "Void", "color": "#000000"}}"##,
        ),
    ];
    for (name, text) in shapes {
        let mut read = read(name, text).unwrap_or_else(|error| panic!("{text}: {error}"));
        read.colours.as_mut().unwrap().sort_by_key(|&(_, index)| index);
        assert_eq!(read, three(), "{text}");
    }
    assert_eq!((three().evaluated(), three().palette().unwrap().index([128, 64, 128])), (2, Some(1)));
}

#[test]
fn names_alone() {
    let two = MaskClasses { names: names(&["a", "b c: d"]), colours: None, ignore: None };
    let in_words = ["a\nb c: d\n", "\u{feff}a\r\nb c: d"];
    for text in in_words {
        assert_eq!(read("classes.txt", text).unwrap(), two);
    }
    let in_json = [
        r#"["a", "b c: d"]"#,
        r#"{"0": "a", "1": "b c: d"}"#,
        r#"{"names": {"b c: d": 1, "a": 0}}"#,
        "{\"classes\": [\"a\", \"b c: d\"]}",
    ];
    for text in in_json {
        assert_eq!(read("classes.json", text).unwrap(), two, "{text}");
        assert_eq!(read("classes.txt", text).unwrap(), two, "by content: {text}");
    }
    assert_eq!(read("names.csv", "name\na\nb c: d\n").unwrap(), two);
    let from_cvat = read("labelmap.txt", "background:0,0,0::\ncar:::\n").unwrap();
    assert_eq!((from_cvat.names, from_cvat.ignore), (names(&["background", "car"]), None));
    assert_eq!(from_cvat.colours, Some(vec![([0; 3], 0)]));
}

#[test]
fn what_is_to_be_ignored() {
    let ignore = |text: &str| read("classes.json", text).unwrap();
    assert_eq!(ignore(r#"["void", "a"]"#).ignore, None, "not the last");
    assert_eq!(ignore(r#"["a", "Un-Labelled"]"#).ignore, Some(1));
    assert_eq!(ignore(r#"["a", "background"]"#).ignore, None);
    assert_eq!(ignore(r#"{"classes": ["void", "a"], "ignore_index": 0}"#).ignore, Some(0));
    let behind = ignore(r#"{"classes": ["a", "b"], "ignore_index": 255}"#);
    assert_eq!((behind.evaluated(), behind.ignore), (2, Some(255)));
    let gap = r#"[{"name": "a", "id": 1, "color": [1, 1, 1]}, {"name": "void", "id": 255, "color": [0, 0, 0]}]"#;
    let gap = ignore(gap);
    assert_eq!((gap.evaluated(), &gap.names, gap.ignore), (2, &names(&["", "a"]), Some(255)));
    assert_eq!(gap.palette().unwrap().index([0; 3]), Some(255));
    let flags =
        r#"[{"name": "x", "id": 0, "ignoreInEval": true}, {"name": "a", "id": 1}, {"name": "plate", "id": -1}]"#;
    let flags = ignore(flags);
    assert_eq!((flags.evaluated(), flags.names.len(), flags.ignore), (2, 2, Some(0)));
}

#[test]
fn faults_are_named() {
    let error = |name: &str, text: &str| read(name, text).unwrap_err();
    assert!(error("classes.json", "{\"classes\": [").contains("line 1, column 13: is no JSON"));
    assert!(error("classes.json", "{}").contains("names no class"));
    assert!(error("classes.json", "3").contains("names no class"));
    assert!(error("classes.json", r#"["a", 5]"#).contains("class 1: is no class of a mask"));
    assert!(error("classes.json", r#"[{"colour": [1, 2, 3]}]"#).contains("class 0: is no class of a mask"));
    assert!(error("classes.json", r#"[{"name": "a", "colour": [1, 2, 300]}]"#).contains("the colour [1,2,300] of `a`"));
    assert!(error("classes.json", r#"[{"name": "a", "id": 3}, {"name": "b", "id": 3}]"#).contains("to `a` and to `b`"));
    assert!(error("classes.json", r#"[{"name": "a", "id": 65535}]"#).contains("65535 or above"));
    assert!(error("classes.json", r#"{"classes": ["a"], "ignore": "b"}"#).contains("none of its classes"));
    assert!(error("colors.txt", "1 2 3 a\n1 2 3 b\n").contains("colour 1,2,3 of `b`"));
    assert!(error("class_dict.csv", "name,r,g,b\na,1,2,x\n").contains("line 2: `1 2 x` is no colour"));
    assert!(error("class_dict.csv", "name,id\na,-1\n").contains("line 2: `-1` is no class index"));
    assert!(error("classes.txt", "# only a comment\n\n").contains("names no class"));
}
