//! What a model wrote, what it should have written, and what else a table says of each item. Built once, then immutable; does
//! not know where it came from.

/// The answers of a model, column by column, in the order of a dataset's items. What an item was asked stands in
/// [`super::Dataset::texts`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// The answer as it was written; `None` where the model has none.
    pub outputs: Vec<Option<String>>,
    /// Any of these would be right.
    pub references: Vec<Vec<String>>,
    /// Each of these would be wrong; empty lists where no source says any.
    pub incorrect: Vec<Vec<String>>,
    /// Multiple choice: the choices of each item. Empty where there are none.
    pub choices: Vec<Option<Choices>>,
    /// Numbers beside each answer.
    pub numbers: Vec<NumberColumn>,
    /// Words beside each answer.
    pub words: Vec<WordColumn>,
}

/// The choices of an item and how likely the model takes each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choices {
    /// True for those that are right.
    pub right: Vec<bool>,
    /// Log-likelihood of each.
    pub scores: Vec<f64>,
}

/// Numbers beside answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NumberColumn {
    /// Its name in the source.
    pub name: String,
    /// What it is.
    pub role: NumberRole,
    /// Of each item; `None` where the source has none, or none that is finite.
    pub values: Vec<Option<f64>>,
}

/// What numbers beside answers are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NumberRole {
    /// A criterion that a judge marked, in 0…1 or 1…N; more is better.
    Judge,
    /// How near answer and reference are, −1…1; more is better.
    Similarity,
    /// Time, less is better.
    Latency,
    /// Tokens.
    Tokens,
    /// Money, less is better.
    Cost,
    /// Anything else: shown and sorted by, not ranked.
    #[default]
    Other,
}

/// Words beside answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WordColumn {
    /// Its name in the source.
    pub name: String,
    /// What they are.
    pub role: WordRole,
    /// Of each item; empty where the source has none.
    pub values: Vec<String>,
}

/// What words beside answers are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WordRole {
    /// Of few different values: items fall into slices by it.
    #[default]
    Tag,
    /// By which template the prompt was made.
    Template,
    /// What a judge says for its marks.
    Judgement,
    /// With which parameters the answer was made.
    Parameters,
    /// Shown with the item: what it rests on, what it is about.
    Context,
}

impl Answers {
    /// Number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.outputs.len()
    }

    /// True where there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.outputs.is_empty()
    }
}
