//! All metrics of a set of answers at once, item by item and over the corpus. Every text is cut into tokens once.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::bleu::{self, BleuCounts};
use super::chrf::{self, CHARACTERS, CHARACTERS_AND_WORDS, ChrfCounts};
use super::grams::Grams;
use super::normalise;
use super::python::lower;
use super::rouge;
use super::ter::{self, TerCounts};
use super::vocabulary::Vocabulary;
use crate::model::{Cancelled, Progress};

/// Items that are scored in one go; sums are added up in this grouping on any number of threads.
const GROUP: usize = 64;

/// An answer and what it should have been.
#[derive(Clone, Debug, Default)]
pub struct TextItem<'a> {
    /// The answer.
    pub prediction: &'a str,
    /// Any of these would be right; the item is not scored where there is none.
    pub references: Vec<&'a str>,
}

/// What is computed, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextOptions {
    /// ROUGE compares stems instead of words.
    pub stem: bool,
    /// TER too, which takes as long as all others together and more.
    pub ter: bool,
}

/// The scores of one item: 0…1, but BLEU, chrF, chrF++ and TER as their reference prints them, 0…100 (TER: 0 and more, smaller
/// is better). `None` without a reference, and for TER where it was not asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemScores {
    /// 1 or 0, see [`normalise::exact_match`].
    pub exact_match: Option<f64>,
    /// See [`normalise::token_f1`].
    pub token_f1: Option<f64>,
    /// See [`BleuCounts::item_score`].
    pub bleu: Option<f64>,
    /// See [`ChrfCounts::score`].
    pub chrf: Option<f64>,
    /// As chrF, with words.
    pub chrf_plus_plus: Option<f64>,
    /// See [`TerCounts::score`].
    pub ter: Option<f64>,
    /// F1 of tokens, see [`rouge::Rouge`].
    pub rouge1: Option<f64>,
    /// F1 of pairs of tokens.
    pub rouge2: Option<f64>,
    /// F1 by the longest common subsequence.
    pub rouge_l: Option<f64>,
    /// F1 by the longest common subsequences of lines.
    pub rouge_lsum: Option<f64>,
    /// ROUGE is 0 because one side has no token that it knows, see [`rouge::Rouge::without_tokens`].
    pub rouge_without_tokens: bool,
}

/// The scores of a corpus; ranges as in [`ItemScores`]. `None` where no item has a reference.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CorpusScores {
    /// Items with a reference, over which everything here goes.
    pub items: usize,
    /// Items that were left out because they have none.
    pub without_reference: usize,
    /// Items with [`ItemScores::rouge_without_tokens`]; they count 0 in the means of ROUGE.
    pub rouge_without_tokens: usize,
    /// Mean over items.
    pub exact_match: Option<f64>,
    /// Mean over items.
    pub token_f1: Option<f64>,
    /// Of all counts added up, see [`BleuCounts::corpus_score`].
    pub bleu: Option<f64>,
    /// Of all counts added up.
    pub chrf: Option<f64>,
    /// Of all counts added up.
    pub chrf_plus_plus: Option<f64>,
    /// Σ edits / Σ words of references.
    pub ter: Option<f64>,
    /// Mean of F1 over items.
    pub rouge1: Option<f64>,
    /// Mean of F1 over items.
    pub rouge2: Option<f64>,
    /// Mean of F1 over items.
    pub rouge_l: Option<f64>,
    /// Mean of F1 over items.
    pub rouge_lsum: Option<f64>,
    /// sacrebleu's signatures of the four that have one.
    pub signatures: Option<Signatures>,
}

/// How four scores can be had again with sacrebleu.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signatures {
    /// Of BLEU.
    pub bleu: String,
    /// Of chrF.
    pub chrf: String,
    /// Of chrF++.
    pub chrf_plus_plus: String,
    /// Of TER.
    pub ter: String,
}

/// What the corpus scores that are no means add up, of one item; nothing without a reference.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ItemCounts {
    /// For BLEU.
    pub bleu: BleuCounts,
    /// For chrF.
    pub chrf: ChrfCounts<CHARACTERS>,
    /// For chrF++.
    pub chrf_plus_plus: ChrfCounts<CHARACTERS_AND_WORDS>,
    /// For TER; nothing where it was not asked for.
    pub ter: TerCounts,
}

impl ItemCounts {
    fn add(&mut self, other: &Self) {
        self.bleu.add(&other.bleu);
        self.chrf.add(&other.chrf);
        self.chrf_plus_plus.add(&other.chrf_plus_plus);
        self.ter.add(&other.ter);
    }
}

/// Scores all items. The same on any number of threads.
///
/// # Errors
/// [`Cancelled`] when `progress` says so.
pub fn score(
    items: &[TextItem<'_>],
    options: TextOptions,
    progress: &dyn Progress,
) -> Result<(Vec<ItemScores>, CorpusScores), Cancelled> {
    let (scored, corpus) = score_and_count(items, options, progress)?;
    Ok((scored.into_iter().map(|(scores, _)| scores).collect(), corpus))
}

/// As [`score`], with what the corpus scores are made of.
///
/// # Errors
/// [`Cancelled`] when `progress` says so.
pub fn score_and_count(
    items: &[TextItem<'_>],
    options: TextOptions,
    progress: &dyn Progress,
) -> Result<(Vec<(ItemScores, ItemCounts)>, CorpusScores), Cancelled> {
    progress.stage("Scoring answers");
    let done = AtomicUsize::new(0);
    let of_groups = items.par_chunks(GROUP).map(|group| {
        let mut scorer = Scorer { options, vocabulary: Vocabulary::new(), sums: Sums::default(), progress };
        let scores: Vec<(ItemScores, ItemCounts)> =
            group.iter().map(|item| scorer.item(item)).collect::<Result<_, _>>()?;
        progress.progress(done.fetch_add(group.len(), Ordering::Relaxed) + group.len(), items.len());
        Ok((scores, scorer.sums))
    });
    let mut scores = Vec::with_capacity(items.len());
    let mut sums = Sums::default();
    for (of_group, group_sums) in of_groups.collect::<Result<Vec<_>, Cancelled>>()? {
        scores.extend(of_group);
        sums.add(&group_sums);
    }
    Ok((scores, sums.corpus(options)))
}

/// What a corpus score is made of.
#[derive(Default)]
struct Sums {
    items: usize,
    without_reference: usize,
    rouge_without_tokens: usize,
    /// Fewest and most references of an item.
    references: Option<(usize, usize)>,
    /// Exact match, token F1, the four kinds of ROUGE.
    means: [f64; 6],
    counts: ItemCounts,
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.items += other.items;
        self.without_reference += other.without_reference;
        self.rouge_without_tokens += other.rouge_without_tokens;
        if let Some((fewest, most)) = other.references {
            let so_far = self.references.unwrap_or((fewest, most));
            self.references = Some((so_far.0.min(fewest), so_far.1.max(most)));
        }
        for (sum, more) in self.means.iter_mut().zip(other.means) {
            *sum += more;
        }
        self.counts.add(&other.counts);
    }

    fn corpus(&self, options: TextOptions) -> CorpusScores {
        let left_out = CorpusScores { without_reference: self.without_reference, ..CorpusScores::default() };
        let Some((fewest, most)) = self.references else { return left_out };
        let references = (fewest == most).then_some(most);
        let [exact_match, token_f1, rouge1, rouge2, rouge_l, rouge_lsum] =
            self.means.map(|sum| Some(sum / self.items as f64));
        CorpusScores {
            items: self.items,
            rouge_without_tokens: self.rouge_without_tokens,
            exact_match,
            token_f1,
            bleu: Some(self.counts.bleu.corpus_score()),
            chrf: Some(self.counts.chrf.score()),
            chrf_plus_plus: Some(self.counts.chrf_plus_plus.score()),
            ter: options.ter.then(|| self.counts.ter.score()),
            rouge1,
            rouge2,
            rouge_l,
            rouge_lsum,
            signatures: Some(Signatures {
                bleu: bleu::signature(references),
                chrf: chrf::signature(references, false),
                chrf_plus_plus: chrf::signature(references, true),
                ter: ter::signature(references),
            }),
            ..left_out
        }
    }
}

/// A text as the metrics see it.
struct Text {
    normal: normalise::Side,
    bleu: Grams,
    chrf: chrf::Side,
    rouge: rouge::Side,
    ter: Vec<u32>,
}

/// Scores one item after the other.
struct Scorer<'a> {
    options: TextOptions,
    /// Tokens of the item at hand, of all metrics.
    vocabulary: Vocabulary,
    sums: Sums,
    progress: &'a dyn Progress,
}

impl Scorer<'_> {
    fn text(&mut self, text: &str) -> Text {
        let lower = lower(text);
        let vocabulary = &mut self.vocabulary;
        Text {
            normal: normalise::Side::new(&lower, vocabulary),
            bleu: bleu::grams(text, vocabulary),
            chrf: chrf::Side::new(text, vocabulary),
            rouge: rouge::Side::new(&lower, self.options.stem, vocabulary),
            ter: if self.options.ter { ter::ids(&lower, vocabulary) } else { Vec::new() },
        }
    }

    fn item(&mut self, item: &TextItem<'_>) -> Result<(ItemScores, ItemCounts), Cancelled> {
        self.progress.check()?;
        if item.references.is_empty() {
            self.sums.without_reference += 1;
            return Ok(<(ItemScores, ItemCounts)>::default());
        }
        self.vocabulary.clear();
        let prediction = self.text(item.prediction);
        let references: Vec<Text> = item.references.iter().map(|reference| self.text(reference)).collect();
        self.against(&prediction, &references)
    }

    fn against(&mut self, prediction: &Text, references: &[Text]) -> Result<(ItemScores, ItemCounts), Cancelled> {
        let exact = references.iter().any(|reference| prediction.normal.equals(&reference.normal));
        let f1 = references.iter().map(|reference| prediction.normal.f1(&reference.normal)).fold(0.0, f64::max);
        let bleu =
            BleuCounts::of(&prediction.bleu, &references.iter().map(|reference| &reference.bleu).collect::<Vec<_>>());
        let (chrf, chrf_plus_plus) = prediction.chrf.counts(references.iter().map(|reference| &reference.chrf));
        let of_rouge: Vec<&rouge::Side> = references.iter().map(|reference| &reference.rouge).collect();
        let rouge = prediction.rouge.rouge(&of_rouge, self.vocabulary.len(), self.progress)?;
        let of_ter = references.iter().filter(|_| self.options.ter).map(|reference| reference.ter.as_slice());
        let ter = TerCounts::of(&prediction.ter, of_ter, self.progress)?;

        let means = [f64::from(exact), f1, rouge.rouge1.f1, rouge.rouge2.f1, rouge.rouge_l.f1, rouge.rouge_lsum.f1];
        let counts = ItemCounts { bleu, chrf, chrf_plus_plus, ter };
        self.sums.add(&Sums {
            items: 1,
            without_reference: 0,
            rouge_without_tokens: usize::from(rouge.without_tokens),
            references: Some((references.len(), references.len())),
            means,
            counts,
        });
        let [exact_match, token_f1, rouge1, rouge2, rouge_l, rouge_lsum] = means.map(Some);
        let scores = ItemScores {
            exact_match,
            token_f1,
            bleu: Some(bleu.item_score()),
            chrf: Some(chrf.score()),
            chrf_plus_plus: Some(chrf_plus_plus.score()),
            ter: self.options.ter.then(|| ter.score()),
            rouge1,
            rouge2,
            rouge_l,
            rouge_lsum,
            rouge_without_tokens: rouge.without_tokens,
        };
        Ok((scores, counts))
    }
}
