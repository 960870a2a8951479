//! What columns of generated texts are usually called.
//!
//! Knows names. Does not know cells.

pub use crate::formats::table::columns::plain;
use crate::model::{NumberRole, WordRole};

/// Names of ids, the most telling first. All names here are lower case with `_` between words.
pub const IDS: &str =
    "id item_id question_id prompt_id example_id sample_id doc_id qid uid uuid key idx index task_id image_id";
/// Names of what a model was asked.
pub const PROMPTS: &str = "prompt question instruction input query source src text problem user_input goal messages \
                           conversation chat article document arg_0 ctx sentence";
/// Names of it where nothing else is.
pub const LAST_PROMPTS: &str = "context passage arguments";
/// Names of references that mean nothing else.
pub const SURE_REFERENCES: &str = "references reference refs ref targets target gold gold_answers gold_answer golden_answers \
                                   ground_truths ground_truth groundtruth gt expected expected_output expected_answer ideal \
                                   correct_answers correct_answer reference_answers reference_answer best_answer \
                                   reference_output reference_translation ref_answer human_reference highlights";
/// Names of references that a model's answer may have too.
pub const REFERENCES: &str = "answers answer label labels summary completion solution";
/// Names of texts that are wrong answers.
pub const INCORRECT: &str = "incorrect_answers incorrect_answer wrong_answers wrong_answer incorrect distractors";
/// Names of answers that mean nothing else.
pub const SURE_OUTPUTS: &str = "output outputs prediction predictions predicted pred response responses completion completions \
                                generated generated_text generated_answer generated_output generation generations \
                                model_output model_outputs model_response model_answer model_prediction candidate hypothesis \
                                hypotheses hyp hypo translation mt system_output actual_output actual prediction_text \
                                predicted_answer pred_answer filtered_resps resps llm_output llm_response llm_answer reply";
/// Names of answers where nothing better is there.
pub const OUTPUTS: &str = "answer answers text summary result content";
/// Names of the column that says whose answer a row is.
pub const MODELS: &str = "model generator system model_name model_id system_id system_name llm engine";

const TEMPLATES: &str = "prompt_template template template_id prompt_name template_name prompt_version";
const JUDGEMENTS: &str = "judge_reason judge_reasoning judge_explanation reason explanation rationale feedback judgement judgment \
                          comment comments critique annotator_comment";
const PARAMETERS: &str = "parameters params temperature generation_kwargs gen_kwargs generation_config settings \
                          sampling_parameters sampling_params decoding model_kwargs top_p";
const CONTEXTS: &str = "context contexts passage passages source_document document article background retrieved_contexts \
                        retrieved_context retrieved_documents evidence";
/// Names of what slices are made by.
const TAGS: &str = "category categories tag tags topic domain subject type question_type difficulty level language lang dataset \
                    subset task genre source locale";
/// Columns that are neither a number of an answer nor a slice.
const ASIDE: &str = "unnamed:_0 row row_id line line_number timestamp created_at updated_at date epoch seed split fold filter \
                     doc_hash prompt_hash target_hash metrics version hash";
const JUDGES: &str = "relevance depth creativity correctness helpfulness coherence fluency faithfulness accuracy quality rating \
                      ratings overall is_correct correct groundedness completeness conciseness consistency clarity harmlessness \
                      honesty safety adequacy informativeness usefulness truthfulness engagement style tone score grade \
                      verdict preference detail naturalness answer_relevancy context_precision context_recall passed pass";
const METRICS: &str = "bleu rouge rouge1 rouge2 rougel rougelsum chrf ter meteor bertscore comet bleurt f1 em wer cer loss logprob \
                       perplexity ppl";

/// True where the list has the name.
#[must_use]
pub fn has(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|known| known == name)
}

/// The last part of a name with dots: `question` of `doc.question`, `answers` of `doc.answers.text`.
#[must_use]
pub fn last(name: &str) -> &str {
    let wrapped = [".text", ".value", ".content"].iter().find_map(|end| name.strip_suffix(end));
    let name = wrapped.unwrap_or(name);
    name.rsplit('.').next().unwrap_or(name)
}

/// True for keys whose value is kept as it is written.
#[must_use]
pub fn is_of_parameters(key: &str) -> bool {
    has(PARAMETERS, &plain(key))
}

/// True for names of ids and positions, which are no numbers of an answer.
#[must_use]
pub fn is_aside(plain: &str) -> bool {
    let name = last(plain);
    has(IDS, name) || has(ASIDE, name) || name.ends_with("_id") || name.ends_with("_idx") || name.ends_with("_index")
}

/// True for names by which slices are made first.
#[must_use]
pub fn is_tag(plain: &str) -> bool {
    has(TAGS, last(plain))
}

/// What a column of words is by its name; `None` where the name does not say it.
#[must_use]
pub fn word_role(plain: &str) -> Option<WordRole> {
    let name = last(plain);
    let judged = || {
        name.starts_with("judge")
            && ["reason", "explanation", "comment", "text", "output"].iter().any(|end| name.ends_with(end))
    };
    if has(TEMPLATES, name) {
        Some(WordRole::Template)
    } else if has(JUDGEMENTS, name) || judged() {
        Some(WordRole::Judgement)
    } else if has(PARAMETERS, name) {
        Some(WordRole::Parameters)
    } else if has(CONTEXTS, name) {
        Some(WordRole::Context)
    } else {
        None
    }
}

/// What a column of numbers is by its name.
#[must_use]
pub fn number_role(plain: &str) -> NumberRole {
    let name = last(plain);
    let words: Vec<&str> = name.split('_').collect();
    let any = |list: &str| words.iter().any(|word| has(list, word));
    if name.contains("similarity") || any("cosine cos") {
        NumberRole::Similarity
    } else if any("latency duration time seconds elapsed runtime ttft secs") || name.ends_with("_ms") || name == "ms" {
        NumberRole::Latency
    } else if name.contains("token") {
        NumberRole::Tokens
    } else if any("cost costs price usd") {
        NumberRole::Cost
    } else if any(METRICS) {
        NumberRole::Other
    } else if has(JUDGES, name)
        || any("judge human rating relevance faithfulness correctness helpfulness coherence fluency")
        || name.ends_with("_score")
        || name.starts_with("score_")
    {
        NumberRole::Judge
    } else {
        NumberRole::Other
    }
}

/// The column that a list names first: by its whole name, then by its last part.
#[must_use]
pub fn find(plain: &[String], list: &str, free: impl Fn(usize) -> bool) -> Option<usize> {
    let by = |part: fn(&str) -> &str| {
        let at = |name: &str| plain.iter().enumerate().position(|(at, known)| part(known) == name && free(at));
        list.split_whitespace().find_map(at)
    };
    by(|name| name).or_else(|| by(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_by_their_names() {
        for (name, role) in [
            ("relevance", NumberRole::Judge),
            ("judge_depth", NumberRole::Judge),
            ("helpfulness_score", NumberRole::Judge),
            ("human_rating", NumberRole::Judge),
            ("is_correct", NumberRole::Judge),
            ("cosine_similarity", NumberRole::Similarity),
            ("similarity_score", NumberRole::Similarity),
            ("latency_ms", NumberRole::Latency),
            ("time_per_example", NumberRole::Latency),
            ("output_tokens", NumberRole::Tokens),
            ("price_per_example", NumberRole::Cost),
            ("bleu_score", NumberRole::Other),
            ("exact_match", NumberRole::Other),
        ] {
            assert_eq!(number_role(name), role, "{name}");
        }
    }

    #[test]
    fn columns_by_whole_name_then_by_last_part() {
        let names: Vec<String> = ["doc.target", "target", "doc.question", "doc.answers.text"].map(str::to_owned).into();
        assert_eq!(find(&names, "target", |_| true), Some(1));
        assert_eq!(find(&names, "prompt question", |_| true), Some(2));
        assert_eq!(find(&names, "answers", |_| true), Some(3));
        assert_eq!(find(&names, "target", |at| at != 1), Some(0));
    }
}
