//! The limits of the rules (METRICS §9), in one table: what is compared, what is shown, and what a person can set.

use std::collections::BTreeMap;

use crate::analysis::suspects::confident::Pruning;

/// One number that a rule goes by.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Its name in files and on the command line.
    pub name: &'static str,
    /// What it belongs to, for a heading.
    pub rule: &'static str,
    /// What it limits, in words.
    pub about: &'static str,
    /// What it can be.
    pub range: (f64, f64),
    /// True where it counts something.
    pub whole: bool,
    /// Reads it.
    pub get: fn(&Rules) -> f64,
    set: fn(&mut Rules, f64),
}

impl Limit {
    /// The limit of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Rules::LIMITS.iter().find(|limit| limit.name == name)
    }

    /// Sets it to the nearest value that it can be.
    pub fn set(&self, rules: &mut Rules, value: f64) {
        let value = value.clamp(self.range.0, self.range.1);
        (self.set)(rules, if self.whole { value.round() } else { value });
    }
}

/// Makes the table of fields, defaults and words; what a field is for is its comment.
macro_rules! limits {
    ($( $rule:literal { $( #[doc = $about:literal] $name:ident: $kind:ident = $value:literal in $low:literal..$high:literal; )* } )*) => {
        /// The limits of the rules, all settable.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Rules { $( $( #[doc = $about] pub $name: $kind, )* )* }

        impl Default for Rules {
            fn default() -> Self {
                Self { $( $( $name: $value, )* )* }
            }
        }

        impl Rules {
            /// All limits, rule after rule.
            #[allow(trivial_numeric_casts, clippy::unnecessary_cast, reason = "fields are of different kinds")]
            pub const LIMITS: &'static [Limit] = &[ $( $( Limit {
                name: stringify!($name),
                rule: $rule,
                about: $about,
                range: ($low as f64, $high as f64),
                whole: is_whole(stringify!($kind)),
                get: |rules| rules.$name as f64,
                set: |rules, value| rules.$name = value as $kind,
            }, )* )* ];
        }
    };
}

const fn is_whole(kind: &str) -> bool {
    !matches!(kind.as_bytes(), b"f64")
}

limits! {
    "All rules" {
        /// Cards of one rule at most; those with most at stake come first
        cards_per_rule: usize = 5 in 1..100;
        /// Gain from which a recommendation costs a lot
        high_gain: f64 = 0.02 in 0..1;
        /// Gain from which it is worth doing
        medium_gain: f64 = 0.005 in 0..1;
    }
    "Threshold away from its best" {
        /// Gain of F1 from which another threshold is proposed
        threshold_gain: f64 = 0.001 in 0..1;
        /// Distance of a class’s own best threshold from that for all
        own_optimum_distance: f64 = 0.15 in 0..1;
        /// Gain of the class’s F1 at its own best threshold
        own_optimum_gain: f64 = 0.02 in 0..1;
        /// Truths of a class from which its own best threshold means something
        own_optimum_truths: u64 = 10 in 1..1000000;
    }
    "Missed" {
        /// Recall below which a class is missed too often
        missed_recall: f64 = 0.8 in 0..1;
        /// Missed truths of the class at least
        missed_count: u64 = 5 in 1..1000000;
        /// Share of a box that one other truth covers, from which it is crowded
        crowd_cover: f64 = 0.1 in 0..1;
        /// Distance from the border of the image, in pixels, up to which a box is at the edge
        edge_pixels: f64 = 2.0 in 0..1000;
    }
    "False positives" {
        /// Precision below which a class is predicted too often
        false_positive_precision: f64 = 0.65 in 0..1;
        /// Kept predictions of the class at least
        false_positive_kept: u64 = 30 in 0..1000000;
        /// False positives of the class at least
        false_positive_count: u64 = 30 in 1..1000000;
        /// A set with fewer images is small …
        small_set_images: usize = 500 in 0..1000000;
        /// … and there so many false positives suffice
        small_set_false_positives: u64 = 5 in 1..1000000;
    }
    "Confused classes" {
        /// Truths of one class taken for the other at least
        confused_count: u64 = 5 in 1..1000000;
        /// The same as a share of the class’s truths
        confused_share: f64 = 0.05 in 0..1;
    }
    "Where boxes lie" {
        /// Cost of badly placed detections in AP50 (TIDE’s Loc)
        localisation_cost: f64 = 0.02 in 0..1;
        /// AP50 from which boxes are judged by the whole AP …
        loose_ap50: f64 = 0.5 in 0..1;
        /// … share of it below which that says that they are loose …
        loose_share: f64 = 0.5 in 0..1;
        /// … and overlap below which a found object is shown for it
        loose_iou: f64 = 0.75 in 0..1;
        /// Cost of repeated detections in AP50 (TIDE’s Dupe)
        duplicates_cost: f64 = 0.01 in 0..1;
    }
    "Little data" {
        /// A class with fewer truths has few …
        few_truths: f64 = 30.0 in 0..1000000;
        /// … or with fewer than this times the square root of all truths …
        few_root: f64 = 0.05 in 0..10;
        /// … or with a smaller share than this of the median class
        few_of_median: f64 = 0.25 in 0..1;
        /// Truths of a class below which it cannot be judged at all
        least_truths: u64 = 10 in 0..1000000;
        /// Items below which the evaluation set is small
        small_items: usize = 50 in 0..1000000;
        /// Share of the dataset below which a test split is small
        small_test_share: f64 = 0.05 in 0..1;
        /// Share of the dataset below which a validation split is small
        small_validation_share: f64 = 0.1 in 0..1;
    }
    "Segmentation" {
        /// Share of a class’s true pixels near its outlines, from which it is thin …
        thin_share: f64 = 0.8 in 0..1;
        /// … IoU below which that is said …
        thin_iou: f64 = 0.5 in 0..1;
        /// … and true pixels from which it is
        thin_pixels: u64 = 1000 in 1..1000000000;
        /// Share of the wrong pixels from which they are said to lie at borders, or away from them
        border_share: f64 = 0.6 in 0..1;
        /// Wrong pixels from which that is said
        border_pixels: u64 = 1000 in 1..1000000000;
    }
    "Generated texts" {
        /// Answers at least …
        odd_answers: usize = 5 in 1..1000000;
        /// … and their share of all
        odd_share: f64 = 0.01 in 0..1;
        /// Words by words of the reference from which an answer is too long
        long_answer: f64 = 2.0 in 1..100;
        /// The same up to which it is too short
        short_answer: f64 = 0.5 in 0..1;
    }
    "Slices" {
        /// Share of all objects, items or answers from which a part of them is judged
        slice_share: f64 = 0.05 in 0..1;
        /// … and how many it needs (of answers ten)
        slice_least: u64 = 10 in 1..1000000;
        /// … and how far its F1 or recall is below that of the whole, as a share of it (of answers a fifth)
        slice_below: f64 = 0.2 in 0..1;
        /// … and the corrected p up to which that is not chance (of answers 0.05)
        slice_p: f64 = 0.05 in 0..1;
    }
    "Calibration, duplicates and names" {
        /// Expected calibration error from which confidences are wrong
        calibration_error: f64 = 0.1 in 0..1;
        /// Items that are there twice, or in training, at least
        leaked_items: usize = 1 in 1..1000000;
        /// Share of all items from which that costs a lot, where they are in training
        leaked_share: f64 = 0.01 in 0..1;
        /// Predictions of a name that fits no class at least
        unmatched_predictions: u64 = 1 in 1..1000000;
    }
    "Labels that may be wrong" {
        /// Suspects at least …
        suspect_count: u64 = 5 in 1..1000000;
        /// … and their share of all labels
        suspect_share: f64 = 0.001 in 0..1;
        /// Score from which a detection is confident; 0: read off the precision
        suspect_confidence: f64 = 0.0 in 0..1;
        /// Precision that detections of at least the confident score have together
        suspect_precision: f64 = 0.9 in 0..1;
        /// Share of the confident score from which a detection sees something at all
        suspect_faint: f64 = 0.15 in 0..1;
        /// Share of a class and size that is seen, below which an annotation that is not seen is no suspect
        suspect_seen: f64 = 0.8 in 0..1;
        /// Share of its neighbours that have one other label
        suspect_neighbours: f64 = 0.8 in 0..1;
        /// Confident learning chooses 0: as many as are estimated to be wrong, 1: what it counts
        suspect_counted: u64 = 0 in 0..1;
    }
}

impl Rules {
    /// The score from which a detection is confident, where it was set.
    #[must_use]
    pub fn confident(&self) -> Option<f64> {
        (self.suspect_confidence > 0.0).then_some(self.suspect_confidence)
    }

    /// How confident learning chooses items.
    #[must_use]
    pub const fn pruning(&self) -> Pruning {
        if self.suspect_counted == 0 { Pruning::NoiseRate } else { Pruning::Counted }
    }

    /// The usual limits with some of them changed; names that are not known are passed over.
    #[must_use]
    pub fn of_changes(changes: &BTreeMap<String, f64>) -> Self {
        let mut rules = Self::default();
        for (name, value) in changes {
            if let Some(limit) = Limit::named(name).filter(|_| value.is_finite()) {
                limit.set(&mut rules, *value);
            }
        }
        rules
    }

    /// What differs from the usual limits.
    #[must_use]
    pub fn changed(&self) -> BTreeMap<String, f64> {
        let usual = Self::default();
        let differs = Self::LIMITS.iter().filter(|limit| (limit.get)(self) != (limit.get)(&usual));
        differs.map(|limit| (limit.name.to_owned(), (limit.get)(self))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_set_by_name_and_kept_where_they_differ() {
        let changes: BTreeMap<String, f64> = [
            ("missed_recall", 0.9),
            ("missed_count", 2.6),
            ("confused_share", 7.0),
            ("unknown", 1.0),
            ("few_root", f64::NAN),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let rules = Rules::of_changes(&changes);
        let wanted = Rules { missed_recall: 0.9, missed_count: 3, confused_share: 1.0, ..Rules::default() };
        assert_eq!(rules, wanted);
        let kept = [("confused_share", 1.0), ("missed_count", 3.0), ("missed_recall", 0.9)];
        assert_eq!(rules.changed(), kept.map(|(name, value)| (name.to_owned(), value)).into());
        assert!(Rules::default().changed().is_empty());
    }

    #[test]
    fn every_usual_limit_can_be_set() {
        for limit in Rules::LIMITS {
            let usual = (limit.get)(&Rules::default());
            assert!((limit.range.0..=limit.range.1).contains(&usual), "{}", limit.name);
            let mut rules = Rules::default();
            limit.set(&mut rules, limit.range.1);
            assert_eq!((limit.get)(&rules), limit.range.1, "{}", limit.name);
        }
    }
}
