//! A project of vectors without a model.

use std::path::PathBuf;

/// Forty items of two classes, apart by one coordinate but for one of each; vectors beside the truth, and no model.
pub fn with_vectors() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("vectors");
    let (mut truth, mut vectors) = (String::from("id,label\n"), String::from("id,x,y\n"));
    for i in 0..40 {
        let left = i % 2 == 0;
        let x = if left == (i >= 2) { -1.0 } else { 1.0 };
        truth.push_str(&format!("i{i},{}\n", if left { "left" } else { "right" }));
        vectors.push_str(&format!("i{i},{x},{}\n", 0.1 * f64::from(i % 5)));
    }
    std::fs::create_dir_all(&root).unwrap();
    let text = r#"{"schema": "evalens.project/1", "name": "Vectors",
        "datasets": [{"id": "sides", "version": "v1", "task": "classification", "format": "csv",
            "splits": {"all": {"truth": "truth.csv"}}, "embeddings": {"vectors": "vectors.csv"}}], "models": []}"#;
    for (name, text) in [("truth.csv", truth.as_str()), ("vectors.csv", &vectors), ("evalens.json", text)] {
        std::fs::write(root.join(name), text).unwrap();
    }
    (dir, root)
}
