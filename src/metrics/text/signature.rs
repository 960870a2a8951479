//! Signatures of sacrebleu, by which a score can be reproduced.

/// A version of sacrebleu.
pub(super) struct Sacrebleu(&'static str);

/// The version whose scores these metrics equal.
pub(super) const SACREBLEU: Sacrebleu = Sacrebleu("2.6.0");

impl Sacrebleu {
    /// The number of references per item (`None`: items differ), the settings, the version.
    pub(super) fn with(&self, references: Option<usize>, settings: &str) -> String {
        let references = references.map_or_else(|| "var".to_string(), |number| number.to_string());
        format!("nrefs:{references}|{settings}|version:{}", self.0)
    }
}
