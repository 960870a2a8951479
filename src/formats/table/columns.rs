//! What the columns of a table mean, by their usual names and by what stands in the first rows.
//!
//! Knows names. Does not know files or classes.

use std::collections::BTreeMap;

use super::cells::Cell;

/// Names of ids, the most telling first. All names here are lower case with `_` between words.
const IDS: &str = "id item_id image_id image image_path image_name image_file img img_path file file_name filename file_path \
                   filepath path item uid uuid example_id sample_id sample key name index";
/// Names of the truth that never name a prediction.
const SURE_TRUTHS: &str = "true truth y_true true_label true_class true_labels ground_truth gt gt_label gold gold_label \
                           actual actual_label target targets autotrain_label";
/// Names of the truth that may also name what a model says.
const TRUTHS: &str = "label labels class classes category categories class_name label_name label_text class_label tags \
                      choice sentiment intent digit y species";
/// Names of the class that a model says.
const PREDICTIONS: &str = "pred prediction predicted y_pred pred_label predicted_label pred_class predicted_class \
                           prediction_label predicted_labels pred_labels preds top1 top_1 argmax output predictions \
                           pred_name";
/// Names of the score of that class.
const SCORES: &str = "score confidence conf probability prob proba pred_score pred_prob prediction_score pred_conf \
                      predicted_prob max_prob top1_score top1_conf top1_prob";
/// Names of maps and lists of scores.
const LISTS: &str = "probs scores probabilities logits top top5 top_5 topk top_k top3 top_3 top10 all_scores class_probs \
                     class_scores confidences proba predictions results y_prob";
/// Names of texts.
const TEXTS: &str = "text sentence utterance content body review comment tweet message query question document input title \
                     description sentence1 prompt sequence autotrain_text";
/// Names of groups of items that belong together.
const GROUPS: &str = "group groups group_id patient patient_id subject subject_id speaker";
/// Names of columns of numbers that are no class's score.
const ASIDE: &str = "unnamed:_0 split subset set fold annotator annotation_id created_at updated_at lead_time width height \
                     loss correct is_correct entropy margin weight time timestamp date epoch step row idx index lang \
                     language source url class_id label_id";
/// Names of the score of one of two classes, where nothing says the class itself.
const ONE: &str = "p y_score y_prob y_proba pred_proba predict_proba p_positive prob_positive positive_score \
                   positive_prob positive_probability score prob probability proba pred_score pred_prob predicted_prob \
                   confidence conf y_pred_proba y_pred_prob logit logits output";
/// What stands in front of the name of a class whose score it is.
const ONE_PREFIXES: &str = "p_ prob_ proba_ probability_ score_ logit_";
/// What stands in front of class names.
const PREFIXES: &str = "p_ prob_ probs_ proba_ probability_ score_ scores_ logit_ logits_ conf_ confidence_ pred_ \
                        prediction_ class_ p(";

/// True where the list has the name.
fn has(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|known| known == name)
}

/// What a table is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Ids, labels and texts.
    Truth,
    /// Ids and what a model says.
    Predictions,
}

/// What is known of a table before it is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said<'a> {
    /// What the person says of columns: `id`, `label`, `text`, `group`, `prediction` to a name.
    pub columns: Option<&'a BTreeMap<String, String>>,
    /// Names of classes: a column of numbers with such a name is that class's score, whatever else it could be.
    pub classes: &'a [String],
    /// Which rows are read: columns with the value that they have there. All where there is none.
    pub rows: Option<&'a BTreeMap<String, String>>,
}

/// What the columns mean, as positions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Ids.
    pub id: Option<usize>,
    /// True labels.
    pub truth: Option<usize>,
    /// Texts.
    pub text: Option<usize>,
    /// Groups.
    pub group: Option<usize>,
    /// The class that the model says.
    pub prediction: Option<usize>,
    /// Its score.
    pub score: Option<usize>,
    /// A map or list of scores.
    pub list: Option<usize>,
    /// The score of one of two classes alone: position of the column, and the class where its name says it.
    pub one: Option<(usize, Option<String>)>,
    /// A number for each class: position of the column, and the class's name.
    pub classes: Vec<(usize, String)>,
    /// The names of [`Self::classes`] are numbers that count a list of classes.
    pub positional: bool,
    /// [`Self::classes`] are 0 or 1 in the truth.
    pub one_hot: bool,
}

impl Layout {
    /// True where it says what an item is.
    #[must_use]
    pub fn has_truth(&self) -> bool {
        self.truth.is_some() || self.one_hot
    }

    /// True where it says what a model takes items for.
    #[must_use]
    pub fn has_predictions(&self) -> bool {
        self.prediction.is_some()
            || self.list.is_some()
            || self.one.is_some()
            || (!self.classes.is_empty() && !self.one_hot)
    }
}

/// The name as it is compared: lower case, words separated by `_`.
#[must_use]
pub fn plain(name: &str) -> String {
    let trimmed = name.trim().trim_start_matches('\u{feff}');
    trimmed.chars().map(|c| if c.is_whitespace() || c == '-' { '_' } else { c }).flat_map(char::to_lowercase).collect()
}

/// True for the usual names of ids.
#[must_use]
pub fn names_id(name: &str) -> bool {
    has(IDS, &plain(name))
}

/// True for the usual names of true labels.
#[must_use]
pub fn names_truth(name: &str) -> bool {
    has(SURE_TRUTHS, &plain(name)) || has(TRUTHS, &plain(name))
}

/// True for the usual names of the class that a model says.
#[must_use]
pub fn names_prediction(name: &str) -> bool {
    has(PREDICTIONS, &plain(name))
}

/// True where one of the names is usual: the row is a header.
#[must_use]
pub fn is_header(names: &[String]) -> bool {
    let known = |name: &String| {
        let name = plain(name);
        let lists = [IDS, SURE_TRUTHS, TRUTHS, PREDICTIONS, SCORES, LISTS, TEXTS, GROUPS];
        lists.iter().any(|list| has(list, &name))
    };
    names.iter().any(known)
}

/// Finds out what the columns mean. `names` is the header (numbers counted from 0 where the table has none), `rows` the first
/// rows, and `said` what is known already.
#[must_use]
pub fn recognise(names: &[String], has_header: bool, rows: &[Vec<Cell>], said: &Said<'_>, purpose: Purpose) -> Layout {
    let plain = names.iter().map(|n| plain(n)).collect();
    let mut table = Table { plain, names, rows, known: said.classes, taken: Vec::new() };
    let choosing = said.rows.into_iter().flat_map(BTreeMap::keys);
    table.taken.extend(choosing.filter_map(|column| names.iter().position(|name| name.trim() == column.trim())));
    let mut out = Layout::default();
    for (meaning, slot) in [
        ("id", &mut out.id),
        ("label", &mut out.truth),
        ("text", &mut out.text),
        ("group", &mut out.group),
        ("prediction", &mut out.prediction),
    ] {
        let wanted = said.columns.and_then(|columns| columns.get(meaning));
        *slot = wanted.and_then(|name| names.iter().position(|n| n == name));
        table.taken.extend(*slot);
    }
    if has_header {
        table.by_names(&mut out, purpose);
    } else {
        table.by_content(&mut out, purpose);
    }
    out
}

struct Table<'a> {
    names: &'a [String],
    plain: Vec<String>,
    rows: &'a [Vec<Cell>],
    known: &'a [String],
    taken: Vec<usize>,
}

impl Table<'_> {
    /// Takes the first free column of the first of these names that fits.
    fn take(&mut self, slot: &mut Option<usize>, names: &str, fits: impl Fn(&Self, usize) -> bool) {
        if slot.is_some() {
            return;
        }
        let free = |at: &usize| !self.taken.contains(at) && !self.is_score(*at) && fits(self, *at);
        let found =
            names.split_whitespace().find_map(|name| (0..self.plain.len()).filter(free).find(|&at| self.is(at, name)));
        self.taken.extend(found);
        *slot = found;
    }

    fn is(&self, at: usize, name: &str) -> bool {
        self.plain.get(at).is_some_and(|n| n == name)
    }

    fn has(&self, name: &str) -> bool {
        self.plain.iter().any(|n| n == name)
    }

    fn cells(&self, at: usize) -> impl Iterator<Item = &Cell> + '_ {
        self.rows.iter().filter_map(move |row| row.get(at)).filter(|cell| **cell != Cell::Empty)
    }

    /// Only numbers, and at least one.
    fn is_numeric(&self, at: usize) -> bool {
        self.cells(at).next().is_some() && self.cells(at).all(Cell::is_number)
    }

    /// Numbers under the name of a class.
    fn is_score(&self, at: usize) -> bool {
        self.names.get(at).is_some_and(|name| self.known.iter().any(|k| k == name.trim())) && self.is_numeric(at)
    }

    /// Labels may be whole numbers, but no others.
    fn may_be_labels(&self, at: usize) -> bool {
        !self.is_nested(at) && !self.cells(at).any(|cell| matches!(cell, Cell::Number(n) if n.fract() != 0.0))
    }

    fn is_nested(&self, at: usize) -> bool {
        self.cells(at).any(|cell| matches!(cell, Cell::Scored(_) | Cell::Numbers(_)))
    }

    fn free(&self) -> Vec<usize> {
        (0..self.names.len()).filter(|at| !self.taken.contains(at)).collect()
    }

    fn by_names(&mut self, out: &mut Layout, purpose: Purpose) {
        // Label Studio counts its tasks in `id`; the item is the picture.
        let picture_first = self.has("annotation_id") || self.has("lead_time");
        if picture_first {
            self.take(&mut out.id, "image img file file_name path", |_, _| true);
        }
        self.take(&mut out.list, LISTS, Self::is_nested);
        let classes = self.prefixed();
        self.taken.extend(classes.iter().map(|(at, _)| *at));
        self.take(&mut out.prediction, PREDICTIONS, |t, at| !t.is_nested(at));
        self.take(&mut out.truth, SURE_TRUTHS, Self::may_be_labels);
        if purpose == Purpose::Predictions && out.prediction.is_none() && out.list.is_none() {
            self.label_of_predictions(out, !classes.is_empty());
        }
        self.take(&mut out.truth, TRUTHS, Self::may_be_labels);
        self.take(&mut out.text, TEXTS, |t, at| !t.is_numeric(at));
        self.take(&mut out.id, IDS, |t, at| !t.is_nested(at));
        self.take(&mut out.group, GROUPS, |_, _| true);
        if out.prediction.is_some() {
            self.take(&mut out.score, SCORES, Self::is_numeric);
        }
        out.classes = if classes.is_empty() { self.numeric_columns(out) } else { classes };
        out.positional = is_count(&out.classes);
        out.one_hot = purpose == Purpose::Truth && out.truth.is_none() && self.only_yes_and_no(&out.classes);
        // In a table of two columns the other one is the label.
        if purpose == Purpose::Truth && !out.has_truth() && !out.has_predictions() && self.names.len() <= 3 {
            let free: Vec<usize> = self.free().into_iter().filter(|&at| self.cells(at).next().is_some()).collect();
            if let [only] = free.as_slice()
                && (out.id.is_some() || out.text.is_some())
            {
                out.truth = Some(*only);
            }
        }
        if purpose == Purpose::Predictions && !out.has_predictions() {
            out.one = self.only_score();
        }
        if purpose == Purpose::Predictions && !out.has_predictions() {
            // Nothing else is said of the items: the label is what the model says.
            out.prediction = out.truth.take();
        }
    }

    /// `label` beside a `score` is the prediction where the table has no other: so do pipelines write.
    fn label_of_predictions(&mut self, out: &mut Layout, has_classes: bool) {
        let score = SCORES.split_whitespace().find_map(|name| self.plain.iter().position(|n| n == name));
        let score = score.filter(|&at| self.is_numeric(at));
        let numbers = self.free().into_iter().filter(|&at| self.is_numeric(at) && !self.is_aside(at)).count();
        let wide = has_classes || numbers > 2;
        if let Some(score) = score.filter(|_| !wide)
            && !self.is_of_one_class(score)
        {
            // Results of Ultralytics as a table have the index in `class` and its name beside it.
            if self.has("class") && self.has("confidence") {
                self.take(&mut out.prediction, "name", |t, at| !t.is_numeric(at));
            }
            self.take(&mut out.prediction, TRUTHS, Self::may_be_labels);
        }
    }

    /// True where a score cannot be that of the label beside it: of two classes the one that a model decides for never has
    /// less than one half.
    fn is_of_one_class(&self, score: usize) -> bool {
        let low = |cell: &Cell| matches!(cell, Cell::Number(n) if *n < 0.5);
        let label = TRUTHS.split_whitespace().find_map(|name| (0..self.plain.len()).find(|&at| self.is(at, name)));
        let mut labels: Vec<&Cell> = Vec::new();
        for cell in label.into_iter().flat_map(|at| self.cells(at)) {
            if !labels.contains(&cell) {
                labels.push(cell);
            }
        }
        labels.len() == 2 && [0, 2].contains(&self.known.len()) && self.cells(score).any(low)
    }

    /// The only score there is, where it may be that of one of two classes.
    fn only_score(&self) -> Option<(usize, Option<String>)> {
        if self.known.len() > 2 {
            return None;
        }
        let free: Vec<usize> = self.free().into_iter().filter(|&at| self.is_numeric(at)).collect();
        if let Some(at) = free.iter().copied().find(|&at| self.is_score(at)) {
            return Some((at, self.names.get(at).map(|name| name.trim().to_owned())));
        }
        if let Some(at) = ONE.split_whitespace().find_map(|name| free.iter().copied().find(|&at| self.is(at, name))) {
            return Some((at, None));
        }
        let named = |at: usize| {
            let name = self.names.get(at)?.trim();
            let prefix = ONE_PREFIXES.split_whitespace().find(|prefix| plain(name).starts_with(prefix))?;
            name.get(prefix.len()..).filter(|rest| !rest.is_empty()).map(|rest| (at, Some(rest.to_owned())))
        };
        free.into_iter().find_map(named)
    }

    fn is_aside(&self, at: usize) -> bool {
        if self.is_score(at) {
            return false;
        }
        self.plain.get(at).is_none_or(|name| name.is_empty() || [ASIDE, IDS, GROUPS].iter().any(|list| has(list, name)))
    }

    /// Columns whose name has the prefix that most have, without it. One such column alone may be anything.
    fn prefixed(&self) -> Vec<(usize, String)> {
        let of = |prefix: &str| -> Vec<(usize, String)> {
            let numeric = self.free().into_iter().filter(|&at| self.is_numeric(at));
            let rest = |at: usize| {
                let name = self.names.get(at)?.trim();
                let head = name.get(..prefix.len())?;
                let rest = name.get(prefix.len()..).filter(|rest| !rest.is_empty())?;
                let rest = if prefix.ends_with('(') { rest.strip_suffix(')')? } else { rest };
                (plain(head) == prefix).then(|| (at, rest.to_owned()))
            };
            numeric.filter_map(rest).collect()
        };
        let best = PREFIXES.split_whitespace().map(of).max_by_key(Vec::len).unwrap_or_default();
        // Classes may themselves be called `class_1`.
        if (0..self.names.len()).filter(|at| self.is_score(*at)).count() >= best.len().max(2) {
            return Vec::new();
        }
        if best.len() > 1 {
            return best;
        }
        // `p0`, `prob1`, `logit2`: a word and a number.
        let counted = |at: usize| {
            let name = self.plain.get(at)?;
            let digits = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
            let word = name.get(..name.len() - digits.len())?;
            let known = ["p", "prob", "score", "logit", "proba", "class", "c", "probability"].contains(&word);
            (known && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then(|| (at, digits.to_owned()))
        };
        let all: Vec<(usize, String)> =
            self.free().into_iter().filter(|&at| self.is_numeric(at)).filter_map(counted).collect();
        if all.len() > 1 { all } else { Vec::new() }
    }

    /// What is left of columns of numbers.
    fn numeric_columns(&self, out: &Layout) -> Vec<(usize, String)> {
        if out.list.is_some() || out.score.is_some() {
            return Vec::new();
        }
        let free = self.free().into_iter().filter(|&at| self.is_numeric(at));
        // With ids taken by another column, even `name` or `key` is no class; a class may well be called `image`.
        let all: Vec<(usize, String)> = free
            .filter(|&at| !self.is_aside(at))
            .filter_map(|at| Some((at, self.names.get(at)?.trim().to_owned())))
            .collect();
        if all.len() > 1 { all } else { Vec::new() }
    }

    fn only_yes_and_no(&self, classes: &[(usize, String)]) -> bool {
        let yes_or_no = |cell: &Cell| matches!(cell, Cell::Number(n) if *n == 0.0 || *n == 1.0);
        classes.len() > 1 && classes.iter().all(|(at, _)| self.cells(*at).all(yes_or_no))
    }

    /// Without names: the first column of texts is the id, numbers are scores, another column of texts the label.
    fn by_content(&mut self, out: &mut Layout, purpose: Purpose) {
        let numeric: Vec<usize> = self.free().into_iter().filter(|&at| self.is_numeric(at)).collect();
        let texts: Vec<usize> = self.free().into_iter().filter(|at| !numeric.contains(at)).collect();
        match (purpose, texts.as_slice(), numeric.as_slice()) {
            (Purpose::Truth, [id, label, ..], _) => {
                out.id = out.id.or(Some(*id));
                out.truth = out.truth.or(Some(*label));
            }
            (Purpose::Truth, [one], [label]) => {
                out.id = out.id.or(Some(*one));
                out.truth = out.truth.or(Some(*label));
            }
            (Purpose::Truth, [only], []) | (Purpose::Truth, [], [only]) => out.truth = out.truth.or(Some(*only)),
            (Purpose::Predictions, [one], []) => out.prediction = out.prediction.or(Some(*one)),
            (Purpose::Predictions, [id, label], [] | [_]) => {
                out.id = out.id.or(Some(*id));
                out.prediction = out.prediction.or(Some(*label));
                out.score = numeric.first().copied();
            }
            (Purpose::Predictions, ids, scores) => {
                out.id = out.id.or(ids.first().copied());
                out.classes = scores.iter().enumerate().map(|(class, &at)| (at, class.to_string())).collect();
                out.positional = true;
            }
            _ => {}
        }
    }
}

/// True where the names are 0, 1, 2 … (or from 1).
fn is_count(classes: &[(usize, String)]) -> bool {
    let mut numbers: Vec<usize> = classes.iter().filter_map(|(_, name)| name.parse().ok()).collect();
    numbers.sort_unstable();
    let first = numbers.first().copied().unwrap_or(2);
    numbers.len() == classes.len() && first <= 1 && numbers.iter().enumerate().all(|(i, &n)| n == i + first)
}
