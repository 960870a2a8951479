//! Reads datasets and model outputs in the formats people have them in.
//!
//! Knows files. Does not know metrics, threads or the screen.

pub mod answers;
pub mod attributes;
pub mod checks;
pub mod class_map;
pub mod class_names;
pub mod class_predictions;
pub mod coco;
pub mod coco_results;
pub mod embeddings;
pub mod error;
pub mod hash;
pub mod health;
pub mod image_folder;
pub mod json;
pub mod labels;
pub mod listing;
pub mod load;
pub mod mask_png;
pub mod masks;
pub mod npy;
pub mod open;
pub mod pair;
pub mod panoptic;
pub mod picture;
pub mod sniff;
pub mod source;
pub mod split_sizes;
pub mod table;
pub mod voc;
pub mod yolo;
pub mod yolo_results;

pub use answers::AnswerSet;
pub use class_map::{ClassMapping, MappingReason};
pub use error::{FormatError, LoadError};
pub use health::check_pictures;
pub use load::{
    MASKS, choices, input_files, load_answers, load_class_scores, load_dataset, load_groups, load_items, load_masks,
    load_predictions,
};
pub use open::{fingerprint, open_project};
pub use pair::{
    answer_project_from_files, label_dataset_from_file, label_project_from_files, mask_project_from_files,
    project_from_files,
};
pub use sniff::{Alternative, Correction, Reason, Recognised, Usable, recognise};
