//! How generated texts are scored, as it is typed.

use clap::Args;

use crate::model::project::Project;
use crate::model::{Check, Scoring, Task};

use super::CliError;

/// Options of text generation; what is not given is as the project says it.
#[derive(Clone, Debug, Default, Args)]
pub struct ScoringArgs {
    /// A named set of metrics: General, Judge or TruthfulQA (text generation)
    #[arg(long, value_name = "NAME")]
    pub template: Option<String>,
    /// Score only the last match of this regular expression, or the first group of it (text generation)
    #[arg(long, value_name = "REGEX")]
    pub filter: Option<String>,
    /// Score only what stands behind the last of these words (text generation)
    #[arg(long, value_name = "WORD")]
    pub after: Option<String>,
    /// Compare stems in ROUGE (text generation)
    #[arg(long)]
    pub stem: bool,
    /// Compute TER, or not (text generation; up to 20,000 answers by itself)
    #[arg(long, value_name = "BOOL")]
    pub ter: Option<bool>,
    /// The number whose threshold answers have to reach; --confidence is that threshold (text generation)
    #[arg(long, value_name = "METRIC")]
    pub pass: Option<String>,
    /// How much a criterion of the judge counts, 1 where it is not named (text generation)
    #[arg(long, value_name = "CRITERION=WEIGHT", value_parser = weight)]
    pub weight: Vec<(String, f64)>,
    /// Check answers: json, contains=TEXT, matches=REGEX, reference, words=LEAST..MOST (text generation)
    #[arg(long, value_name = "CHECK", value_parser = check)]
    pub check: Vec<Check>,
}

impl ScoringArgs {
    /// Scores the texts of a project as the arguments say.
    ///
    /// # Errors
    /// Where there is no template of the name.
    pub fn apply(&self, project: &mut Project) -> Result<(), CliError> {
        for dataset in project.datasets.iter_mut().filter(|dataset| dataset.task == Task::TextGeneration) {
            let mut scoring = match &self.template {
                Some(name) => template(name)?,
                None => dataset.scoring.take().unwrap_or_default(),
            };
            scoring.filter = self.filter.clone().or(scoring.filter);
            scoring.after = self.after.clone().or(scoring.after);
            scoring.stem |= self.stem;
            scoring.ter = self.ter.or(scoring.ter);
            scoring.pass = self.pass.clone().or(scoring.pass);
            scoring.weights.extend(self.weight.iter().cloned());
            scoring.checks.extend(self.check.iter().cloned());
            dataset.scoring = Some(scoring);
        }
        Ok(())
    }
}

fn template(name: &str) -> Result<Scoring, CliError> {
    let all = Scoring::templates();
    let known = all.iter().map(|scoring| scoring.template.clone()).collect::<Vec<_>>().join(", ");
    let found = all.into_iter().find(|scoring| scoring.template.eq_ignore_ascii_case(name));
    found.ok_or_else(|| CliError::Usage(format!("there is no template `{name}`; there are {known}")))
}

fn weight(text: &str) -> Result<(String, f64), String> {
    let (name, weight) = text.split_once('=').ok_or("write CRITERION=WEIGHT")?;
    let weight: f64 = weight.trim().parse().map_err(|_| format!("`{weight}` is no number"))?;
    if weight.is_finite() && weight >= 0.0 {
        Ok((name.trim().to_owned(), weight))
    } else {
        Err("a weight is 0 or more".to_owned())
    }
}

fn check(text: &str) -> Result<Check, String> {
    let (kind, rest) = text.split_once('=').unwrap_or((text, ""));
    let number = |text: &str| match text.trim() {
        "" => Ok(None),
        digits => digits.parse::<usize>().map(Some).map_err(|_| format!("`{digits}` is no whole number")),
    };
    match kind {
        "json" => Ok(Check::Json),
        "reference" => Ok(Check::ContainsReference),
        "contains" if !rest.is_empty() => Ok(Check::Contains(rest.to_owned())),
        "matches" if !rest.is_empty() => Ok(Check::Matches(rest.to_owned())),
        "words" => {
            let (least, most) = rest.split_once("..").ok_or("write words=LEAST..MOST")?;
            Ok(Check::Words(number(least)?, number(most)?))
        }
        _ => Err("write json, reference, contains=TEXT, matches=REGEX or words=LEAST..MOST".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_as_they_are_typed() {
        assert_eq!(check("json"), Ok(Check::Json));
        assert_eq!(check("contains=a=b"), Ok(Check::Contains("a=b".to_owned())));
        assert_eq!(check("words=3..10"), Ok(Check::Words(Some(3), Some(10))));
        assert_eq!(check("words=..10"), Ok(Check::Words(None, Some(10))));
        for wrong in ["", "contains", "words=3", "words=a..", "xml"] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn weights_as_they_are_typed() {
        assert_eq!(weight("depth=0.5"), Ok(("depth".to_owned(), 0.5)));
        assert!(weight("depth").is_err() && weight("depth=-1").is_err() && weight("depth=x").is_err());
    }
}
