//! Labels that may be wrong and what a person said of them, by names: as verdicts are kept, shown and exported. Knows no ids, so
//! that a line means the same in any reading of the data and for any model.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// What may be wrong with a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspectKind {
    /// It names another class than the model does.
    WrongLabel,
    /// The model is sure of something that has no label.
    MissingLabel,
    /// It stands where the model sees nothing.
    SpuriousLabel,
    /// It does not lie where the model sees the object.
    BadLocation,
    /// What is most like it is labelled otherwise.
    Neighbours,
}

impl SuspectKind {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::WrongLabel, Self::MissingLabel, Self::SpuriousLabel, Self::BadLocation, Self::Neighbours];

    /// The name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WrongLabel => "wrong_label",
            Self::MissingLabel => "missing_label",
            Self::SpuriousLabel => "spurious_label",
            Self::BadLocation => "bad_location",
            Self::Neighbours => "neighbours",
        }
    }

    /// What several of it are called after their number.
    #[must_use]
    pub const fn many(self) -> &'static str {
        match self {
            Self::WrongLabel => "wrong labels",
            Self::MissingLabel => "missing labels",
            Self::SpuriousLabel => "spurious labels",
            Self::BadLocation | Self::Neighbours => self.label(),
        }
    }

    /// What one is called.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::WrongLabel => "wrong label",
            Self::MissingLabel => "missing label",
            Self::SpuriousLabel => "spurious label",
            Self::BadLocation => "badly located",
            Self::Neighbours => "unlike its neighbours",
        }
    }
}

/// What a person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The label is to be as the model says.
    ModelRight,
    /// The label is right.
    LabelRight,
    /// Neither is: the object, or the item, is left out.
    BothWrong,
    /// It cannot be told.
    Unsure,
}

impl Verdict {
    /// All verdicts, in the order of their keys Q, W, E and R.
    pub const ALL: [Self; 4] = [Self::ModelRight, Self::LabelRight, Self::BothWrong, Self::Unsure];

    /// The name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ModelRight => "model_right",
            Self::LabelRight => "label_right",
            Self::BothWrong => "both_wrong",
            Self::Unsure => "unsure",
        }
    }

    /// What a person reads.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::ModelRight => "Model right",
            Self::LabelRight => "Label right",
            Self::BothWrong => "Both wrong",
            Self::Unsure => "Unsure",
        }
    }
}

/// A class, and where it lies: left, top, width and height in pixels of the annotated size; `None` where items are labelled as a
/// whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Named {
    /// The name of the class.
    pub class: String,
    /// Where it lies.
    #[serde(rename = "box", default, skip_serializing_if = "Option::is_none")]
    pub place: Option<[f64; 4]>,
    /// Its mask, where objects have one: height, width, and COCO's compressed counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<(u32, u32, String)>,
}

/// One line of the journal `labels`: what was said of a label, or that it was taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerdictLine {
    /// When, in seconds since 1970.
    pub at: u64,
    /// The split of the item.
    pub split: String,
    /// The name of the item.
    pub image: String,
    /// What was suspected.
    pub kind: SuspectKind,
    /// What the annotation says; nothing for a missing label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Named>,
    /// What the model says; nothing for a spurious label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Named>,
    /// How sure the suspicion was, 0 to 1.
    pub score: f64,
    /// The model that was asked, `ID@VERSION`.
    pub by: String,
    /// What was said; `None` takes the verdict before it back.
    pub verdict: Option<Verdict>,
}

/// What a line is about: two lines with the same are about the same label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject {
    split: String,
    image: String,
    /// Class and bits of the box: of the annotation, or of the model where there is none.
    of: (bool, String, [u64; 4]),
}

impl VerdictLine {
    /// What it is about: the annotation, whichever model doubts it; a missing label by what the model found.
    #[must_use]
    pub fn subject(&self) -> Subject {
        let place = |named: &Named| named.place.unwrap_or_default().map(f64::to_bits);
        let of = match (&self.label, &self.model) {
            (Some(label), _) => (true, label.class.clone(), place(label)),
            (None, Some(model)) => (false, model.class.clone(), place(model)),
            (None, None) => (false, String::new(), [0; 4]),
        };
        Subject { split: self.split.clone(), image: self.image.clone(), of }
    }
}

/// The verdicts that stand, in the order in which their subjects were first judged: of each subject the last one that was not
/// taken back.
#[must_use]
pub fn standing(lines: &[VerdictLine]) -> Vec<&VerdictLine> {
    let mut places: HashMap<Subject, usize> = HashMap::new();
    let mut said: Vec<Vec<&VerdictLine>> = Vec::new();
    for line in lines {
        let place = *places.entry(line.subject()).or_insert_with(|| {
            said.push(Vec::new());
            said.len() - 1
        });
        let Some(of_subject) = said.get_mut(place) else { continue };
        if line.verdict.is_some() {
            of_subject.push(line);
        } else {
            of_subject.pop();
        }
    }
    said.into_iter().filter_map(|mut of_subject| of_subject.pop()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(image: &str, class: &str, x: f64, verdict: Option<Verdict>) -> VerdictLine {
        VerdictLine {
            at: 0,
            split: "test".into(),
            image: image.into(),
            kind: SuspectKind::WrongLabel,
            label: Some(Named { class: class.into(), place: Some([x, 0.0, 5.0, 5.0]), mask: None }),
            model: None,
            score: 0.5,
            by: "m@1".into(),
            verdict,
        }
    }

    #[test]
    fn the_last_word_stands_and_can_be_taken_back() {
        use Verdict::{LabelRight, ModelRight, Unsure};
        let lines = [
            line("a", "cat", 0.0, Some(ModelRight)),
            line("b", "cat", 0.0, Some(Unsure)),
            line("a", "cat", 1.0, Some(Unsure)),
            line("a", "cat", 0.0, Some(LabelRight)),
            line("b", "cat", 0.0, None),
            line("c", "cat", 0.0, None),
        ];
        let stand = |lines: &[VerdictLine]| -> Vec<(String, Option<Verdict>)> {
            standing(lines).into_iter().map(|line| (line.image.clone(), line.verdict)).collect()
        };
        assert_eq!(stand(&lines), [("a".into(), Some(LabelRight)), ("a".into(), Some(Unsure))]);
        let mut more = lines.to_vec();
        more.push(line("a", "cat", 0.0, None));
        assert_eq!(stand(&more), [("a".into(), Some(ModelRight)), ("a".into(), Some(Unsure))]);
        more.push(line("a", "cat", 0.0, None));
        assert_eq!(stand(&more), [("a".into(), Some(Unsure))]);
    }

    #[test]
    fn a_line_survives_its_text_to_the_last_bit() {
        let mut written = line("a", "cat", 0.1 + 0.2, Some(Verdict::BothWrong));
        written.model = Some(Named { class: "dog".into(), place: None, mask: Some((4, 3, "0<".into())) });
        let text = serde_json::to_string(&written).unwrap();
        assert!(text.contains(r#""kind":"wrong_label""#) && text.contains(r#""verdict":"both_wrong""#), "{text}");
        let read: VerdictLine = serde_json::from_str(&text).unwrap();
        assert_eq!(read, written);
        assert_eq!(read.subject(), written.subject());
    }
}
