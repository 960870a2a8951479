//! From one choice to the next: another model, another dataset, a split more or less, among what can be evaluated.

use crate::model::project::Choice;

/// The splits that a model has outputs for on a dataset, in file order.
#[must_use]
pub fn splits(choices: &[Choice], model: usize, dataset: usize) -> Vec<String> {
    let mut splits: Vec<String> = Vec::new();
    for choice in choices.iter().filter(|c| c.model == model && c.dataset == dataset) {
        for split in &choice.splits {
            if !splits.contains(split) {
                splits.push(split.clone());
            }
        }
    }
    splits
}

/// The same evaluation of another model version: on the same dataset and splits where it has outputs for them, else on
/// the first it has. `None` where it has none at all.
#[must_use]
pub fn with_model(choices: &[Choice], from: &Choice, model: usize) -> Option<Choice> {
    nearest(choices, &Choice { model, ..from.clone() }, |c| c.model == model)
}

/// The same model version on another dataset version, see [`with_model`].
#[must_use]
pub fn with_dataset(choices: &[Choice], from: &Choice, dataset: usize) -> Option<Choice> {
    nearest(choices, &Choice { dataset, ..from.clone() }, |c| c.dataset == dataset && c.model == from.model)
        .or_else(|| choices.iter().find(|c| c.dataset == dataset).cloned())
}

/// A split more, or one less; `None` where it is the last one left.
#[must_use]
pub fn with_split_toggled(choices: &[Choice], from: &Choice, split: &str) -> Option<Choice> {
    let all = splits(choices, from.model, from.dataset);
    let chosen = |s: &String| from.splits.contains(s) != (s == split);
    let splits: Vec<String> = all.into_iter().filter(chosen).collect();
    (!splits.is_empty()).then(|| Choice { splits, ..from.clone() })
}

fn nearest(choices: &[Choice], wanted: &Choice, fits: impl Fn(&Choice) -> bool) -> Option<Choice> {
    let all = splits(choices, wanted.model, wanted.dataset);
    let kept: Vec<String> = all.into_iter().filter(|s| wanted.splits.contains(s)).collect();
    if !kept.is_empty() {
        return Some(Choice { splits: kept, ..wanted.clone() });
    }
    let same_split = choices.iter().filter(|c| fits(c)).find(|c| c.splits == wanted.splits);
    same_split.or_else(|| choices.iter().find(|c| fits(c))).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(model: usize, dataset: usize, split: &str) -> Choice {
        Choice { model, dataset, splits: vec![split.to_owned()] }
    }

    /// Model 0 on dataset 0 (valid, test), model 1 on dataset 0 (test) and dataset 1 (valid).
    fn all() -> Vec<Choice> {
        vec![choice(0, 0, "valid"), choice(0, 0, "test"), choice(1, 0, "test"), choice(1, 1, "valid")]
    }

    #[test]
    fn another_model_keeps_what_it_can() {
        let both = Choice { model: 0, dataset: 0, splits: vec!["valid".into(), "test".into()] };
        assert_eq!(with_model(&all(), &both, 1), Some(choice(1, 0, "test")));
        assert_eq!(with_model(&all(), &choice(0, 0, "valid"), 1), Some(choice(1, 1, "valid")));
        assert_eq!(with_model(&all(), &both, 7), None);
    }

    #[test]
    fn another_dataset_may_need_another_model() {
        assert_eq!(with_dataset(&all(), &choice(0, 0, "test"), 1), Some(choice(1, 1, "valid")));
        assert_eq!(with_dataset(&all(), &choice(1, 1, "valid"), 0), Some(choice(1, 0, "test")));
    }

    #[test]
    fn splits_pool_and_one_always_stays() {
        let test = choice(0, 0, "test");
        let both = with_split_toggled(&all(), &test, "valid");
        assert_eq!(both, Some(Choice { model: 0, dataset: 0, splits: vec!["valid".into(), "test".into()] }));
        assert_eq!(with_split_toggled(&all(), &test, "test"), None);
    }
}
