//! What the names of folders and files say: splits, versions, and words that say nothing.
//!
//! Knows words. Does not look at files.

/// What a split is for, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Seen while training.
    Train,
    /// Used to choose the model.
    Validation,
    /// Held back.
    Test,
}

/// The words of a name: lower case, cut at everything that is neither letter nor digit.
pub fn words(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

/// The kind of split that a word names; `val2017` counts as `val`.
#[must_use]
pub fn kind_of_word(word: &str) -> Option<Kind> {
    match word.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "train" | "training" | "trn" => Some(Kind::Train),
        "val" | "valid" | "validation" | "dev" | "minival" => Some(Kind::Validation),
        "test" | "testing" | "tst" | "holdout" => Some(Kind::Test),
        _ => None,
    }
}

/// The kind of a split by its name.
#[must_use]
pub fn kind_of(split: &str) -> Option<Kind> {
    words(split).iter().find_map(|w| kind_of_word(w))
}

/// Words that say what a file is, not whose it is.
const GENERIC: [&str; 60] = [
    "predictions",
    "prediction",
    "predicted",
    "preds",
    "pred",
    "results",
    "result",
    "detections",
    "detection",
    "dets",
    "det",
    "outputs",
    "output",
    "inference",
    "infer",
    "coco",
    "yolo",
    "yolov5",
    "yolov8",
    "voc",
    "pascal",
    "bbox",
    "boxes",
    "box",
    "json",
    "txt",
    "xml",
    "xmls",
    "labels",
    "label",
    "instances",
    "instance",
    "annotations",
    "annotation",
    "annotated",
    "segm",
    "eval",
    "evaluation",
    "images",
    "imgs",
    "img",
    "image",
    "jpegimages",
    "obj",
    "data",
    "set",
    "split",
    "splits",
    "ground",
    "truth",
    "gt",
    "groundtruth",
    "default",
    "export",
    "model",
    "models",
    "darknet",
    "object",
    "objects",
    "all",
];

/// Words of folders that hold truth.
const CONTAINERS: [&str; 17] = [
    "annotations",
    "annotation",
    "labels",
    "label",
    "images",
    "imgs",
    "jpegimages",
    "coco",
    "yolo",
    "voc",
    "xml",
    "xmls",
    "gt",
    "truth",
    "groundtruth",
    "txt",
    "json",
];

/// True for a word that says what a file is, not whose.
#[must_use]
pub fn is_generic(word: &str) -> bool {
    GENERIC.contains(&word)
}

/// The split that one part of a path names: it has a split word, and nothing else but generic words.
#[must_use]
pub fn split_of_part(part: &str) -> Option<String> {
    let words = words(part);
    let split = words.iter().find(|w| kind_of_word(w).is_some())?;
    words.iter().all(|w| kind_of_word(w).is_some() || is_generic(w)).then(|| split.clone())
}

/// True for a folder that holds truth or pictures, or is called after a split.
#[must_use]
pub fn is_container(part: &str) -> bool {
    let words = words(part);
    split_of_part(part).is_some()
        || (words.iter().any(|w| CONTAINERS.contains(&w.as_str()))
            && words.iter().all(|w| is_generic(w) || CONTAINERS.contains(&w.as_str())))
}

/// True where a part of a path says that outputs of models lie below it.
#[must_use]
pub fn is_for_predictions(part: &str) -> bool {
    words(part).iter().any(|w| {
        matches!(
            w.as_str(),
            "predictions"
                | "prediction"
                | "preds"
                | "pred"
                | "results"
                | "detections"
                | "dets"
                | "outputs"
                | "output"
                | "inference"
                | "runs"
                | "predicted"
        )
    })
}

/// True for names of versions: `v2`, `v1.3`, `2024-05-01`, `17`, `epoch12`, `run3`, `latest`, `best`.
#[must_use]
pub fn is_version(word: &str) -> bool {
    let word = word.to_lowercase();
    let numbers = |text: &str| {
        text.chars().any(|c| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '_'))
    };
    if matches!(word.as_str(), "latest" | "best" | "last" | "baseline" | "final") || numbers(&word) {
        return true;
    }
    ["version", "epoch", "ver", "run", "exp", "rev", "iter", "step", "ep", "v", "r"]
        .iter()
        .filter_map(|prefix| word.strip_prefix(prefix))
        .any(|rest| numbers(rest.trim_start_matches(['-', '_', '.'])))
}

/// A name cut at `_`, `-` and spaces, and at dots except inside versions: `exp_v1.2.bbox` is `exp`, `v1.2`, `bbox`.
#[must_use]
pub fn segments(name: &str) -> Vec<String> {
    let mut all = Vec::new();
    for part in name.split(['_', '-', ' ']).filter(|p| !p.is_empty()) {
        if is_version(part) {
            all.push(part.to_owned());
        } else {
            all.extend(part.split('.').filter(|p| !p.is_empty()).map(str::to_owned));
        }
    }
    all
}

/// Id and version in a name such as `detector_v2`; the version is `None` where the name has none.
#[must_use]
pub fn id_and_version(name: &str) -> (String, Option<String>) {
    if let Some(at) = name.rfind(['_', '-', '@', ' ', '/'])
        && let (Some(id), Some(version)) = (name.get(..at), name.get(at + 1..))
        && is_version(version)
        && !id.is_empty()
    {
        return (id.to_owned(), Some(version.to_owned()));
    }
    (name.to_owned(), None)
}

/// Name and version of an unpacked Roboflow export: `Hard Hat.v3i.coco` is `Hard Hat`, `v3`.
#[must_use]
pub fn roboflow_folder(name: &str) -> Option<(String, String)> {
    let (rest, format) = name.rsplit_once('.')?;
    let (id, version) = rest.rsplit_once('.')?;
    let digits: String = version.strip_prefix('v')?.chars().take_while(char::is_ascii_digit).collect();
    let known = ["coco", "yolo", "voc", "darknet"].iter().any(|f| format.starts_with(f));
    (known && !digits.is_empty()).then(|| (id.to_owned(), format!("v{digits}")))
}
