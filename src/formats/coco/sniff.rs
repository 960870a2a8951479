//! Recognises COCO files by the first kilobytes of their content.
//!
//! Knows the beginnings of the formats. A beginning that is cut off anywhere is judged by what is there.

use crate::formats::json::{Broken, Scanner};
use crate::formats::source::without_mark;

/// True where a file with this beginning is COCO truth: an object with a list `images`, `annotations` or `categories` at its
/// top, or COCO's preamble (`info`, `licenses`) and nothing else yet.
#[must_use]
pub fn looks_like_truth(head: &[u8]) -> bool {
    let mut sections = false;
    let mut preamble = false;
    let mut other = false;
    let _ = Scanner::new(without_mark(head), 0).object(|s, key| {
        let value = s.peek();
        match (key, value) {
            ("images" | "annotations" | "categories", Some(b'[')) => sections = true,
            ("info", Some(b'{')) | ("licenses", Some(b'[')) => preamble = true,
            _ => other = true,
        }
        s.skip()
    });
    sections || (preamble && !other)
}

/// True where a file with this beginning is a COCO results list: a list whose first entry has `image_id` and `category_id`,
/// and a `score`, `bbox`, `segmentation` or `keypoints` unless it is cut off before; or an empty list.
#[must_use]
pub fn looks_like_results(head: &[u8]) -> bool {
    let (mut image, mut category, mut content, mut cut) = (false, false, false, false);
    let mut scanner = Scanner::new(without_mark(head), 0);
    if scanner.peek() != Some(b'[') {
        return false;
    }
    let mut entries = 0;
    let end = scanner.list(|s, _| {
        entries += 1;
        let record = s.object(|s, key| {
            match key {
                "image_id" => image = true,
                "category_id" => category = true,
                "score" | "bbox" | "segmentation" | "keypoints" => content = true,
                _ => {}
            }
            s.skip()
        });
        cut = record.as_ref().is_err_and(|e| e.at() >= head.len().saturating_sub(1));
        // The first entry is enough.
        record.and(Err(Broken::new(s.at(), "", "")))
    });
    (image && category && (content || cut)) || (entries == 0 && end.is_ok() && scanner.finish().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_by_its_beginning() {
        for truth in [
            r#"{"images": [{"id": 1, "file_na"#,
            r#"{"info": {"description": "x"}, "licenses": [], "images": ["#,
            r#"{"info": {"descr"#,
            "\u{feff}{\"annotations\":[{\"image_id\": 3",
            r#"{"images":[],"annotations":[],"categories":[]}"#,
            r#"{"type": "instances", "categories": [{"id": 1"#,
        ] {
            assert!(looks_like_truth(truth.as_bytes()), "{truth}");
            assert!(!looks_like_results(truth.as_bytes()), "{truth}");
        }
        for other in [
            "",
            "{",
            "{}",
            "[]",
            r#"{"schema": "evalens.project/1", "datasets": [{"#,
            r#"{"version": "5.0.1", "shapes": [], "imagePath": "a.jpg"}"#,
            r#"{"images": {"a": 1}}"#,
            r#"{"info": {}, "version": 3}"#,
        ] {
            assert!(!looks_like_truth(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn results_by_their_beginning() {
        for results in [
            "[]",
            " [ ]\n",
            r#"[{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.5}, {"im"#,
            r#"[{"segmentation": {"size": [4, 4], "counts": "abc"}, "category_id": 2, "image_id": 7"#,
            r#"[{"image_id": "a", "category_id": 2, "#,
            r#"[{"file_name": "a.jpg", "image_id": 1, "category_id": 2, "bbox": [1"#,
        ] {
            assert!(looks_like_results(results.as_bytes()), "{results}");
            assert!(!looks_like_truth(results.as_bytes()), "{results}");
        }
        for other in [
            "",
            "[",
            "[1, 2]",
            "[[]]",
            "{}",
            r#"[{"image": "a.jpg", "annotations": []}]"#,
            r#"[{"image_id": 1}]"#,
            "[] x",
        ] {
            assert!(!looks_like_results(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn any_cut_of_a_beginning_is_judged_without_a_panic() {
        let text = "[{\"image_id\": 1, \"category_id\": 2, \"bbox\": [1, 2.5e3, \"\\u00e9\", null], \"score\": 0.5}]";
        for end in 0..text.len() {
            let _ = looks_like_results(&text.as_bytes()[..end]);
            let _ = looks_like_truth(&text.as_bytes()[..end]);
        }
    }
}
