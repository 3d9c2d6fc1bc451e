//! Everything that `fit` writes: weights, lexicons, trees, and the numbers that turn sums of log-odds
//! into probabilities and thresholds. The built-in ones lie in `rules/`; a project may have its own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::load::Error;
use super::{Lexicon, Trees};
use ai_detect_base::yaml;

/// The numbers of `model.yml`. Every one is fitted; the file says on what.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// A name for this set of numbers, shown in reports.
    pub version: String,
    /// The log-odds of a hunk of which nothing is known, where half of all code is written by AI.
    pub intercept: f64,
    /// How much of a hunk's code evidence is its commit's as a whole, 0 to 1; the rest is its own.
    pub agreement: f64,
    /// What share of people's commits have a hunk that reaches which log-odds, the prior left out:
    /// the meaning of a threshold.
    pub tail: Vec<TailPoint>,
    /// The same where there is no message: uncommitted work and patches.
    pub tail_without_message: Vec<TailPoint>,
    /// How many independent hunks a request of `n` scored hunks counts as: `n` to this power.
    pub request_exponent: f64,
    /// Where only thresholds were moved: the version of the built-in model that everything else is taken from.
    #[serde(default)]
    pub built_in: Option<String>,
}

/// One point of the tail of people's scores.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TailPoint {
    /// A share of people's commits, 0 to 1.
    pub rate: f64,
    /// The log-odds that this share reaches.
    pub log_odds: f64,
}

impl Model {
    /// The log-odds, the prior left out, that each hunk of a request with `hunks` scored hunks has to
    /// reach, so that at most `request_rate` of people's requests get any flag.
    pub fn request_threshold(&self, request_rate: f64, hunks: usize, with_messages: bool) -> f64 {
        let independent = (hunks.max(1) as f64).powf(self.request_exponent);
        let tail = if with_messages { &self.tail } else { &self.tail_without_message };
        reached(tail, 1.0 - (1.0 - request_rate.clamp(0.0, 0.5)).powf(1.0 / independent))
    }
}

/// The log-odds that at most `rate` of people's commits reach: between two measured points in a
/// straight line over the logarithm of the rate, and beyond the last one with its slope.
fn reached(tail: &[TailPoint], rate: f64) -> f64 {
    let rate = rate.max(1e-9);
    let after = tail.partition_point(|point| point.rate > rate).clamp(1, tail.len().saturating_sub(1).max(1));
    let (Some(a), Some(b)) = (tail.get(after - 1), tail.get(after)) else {
        return tail.first().map_or(f64::INFINITY, |point| point.log_odds);
    };
    let share = (rate.ln() - a.rate.ln()) / (b.rate.ln() - a.rate.ln());
    (a.log_odds + share * (b.log_odds - a.log_odds)).max(tail.first().map_or(0.0, |p| p.log_odds))
}

/// The lexicons that there are, by the names that rules know.
pub(crate) const LEXICONS: &[&str] = &["code", "comments", "identifiers", "messages", "strings"];

/// A folder within a model's, whose files count before those beside it: those of a fit that was cut off while it
/// put them in place.
pub const NEXT: &str = ".next";

/// Everything that `fit` writes.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// `model.yml`.
    pub model: Model,
    /// `weights.tsv`: log-odds for each time that a rule counts, by its id.
    pub weights: BTreeMap<String, f64>,
    /// `lexicons/NAME.tsv`.
    pub lexicons: BTreeMap<String, Lexicon>,
    /// `trees/code.tsv`.
    pub code_trees: Trees,
    /// `trees/message.tsv`.
    pub message_trees: Trees,
}

/// What the build script made of a file under `rules/`.
macro_rules! made {
    ($path:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/rules/", $path))
    };
}

/// The images of the built-in lexicons, in the order of [`LEXICONS`].
static IMAGES: [&[u8]; 5] = [
    made!("lexicons/code.image"),
    made!("lexicons/comments.image"),
    made!("lexicons/identifiers.image"),
    made!("lexicons/messages.image"),
    made!("lexicons/strings.image"),
];
static WEIGHTS: &str = include_str!("../../../../rules/weights.tsv");

impl Fitted {
    /// The one that ships with the program.
    ///
    /// # Errors
    /// Never, once the program's own tests have passed.
    pub fn builtin() -> Result<Self, Error> {
        let broken = |file: &str, problem: String| Error::Table { file: file.into(), problem };
        let trees = |path: &str, image: &[u8]| {
            Trees::of_image(image).ok_or_else(|| broken(path, "not what the build script writes".into()))
        };
        let lexicons = LEXICONS.iter().zip(IMAGES);
        Ok(Fitted {
            model: serde_json::from_slice(made!("model.json"))
                .map_err(|problem| broken("model.yml", problem.to_string()))?,
            weights: weights(WEIGHTS)?,
            lexicons: lexicons
                .map(|(name, image)| ((*name).to_owned(), Lexicon::of_image(Cow::Borrowed(image))))
                .collect(),
            code_trees: trees("trees/code.tsv", made!("trees/code.image"))?,
            message_trees: trees("trees/message.tsv", made!("trees/message.image"))?,
        })
    }

    /// The files of one, by their paths within the model's folder.
    pub fn files() -> impl Iterator<Item = String> {
        let others = ["model.yml", "weights.tsv", "trees/code.tsv", "trees/message.tsv"];
        LEXICONS.iter().map(|name| format!("lexicons/{name}.tsv")).chain(others.map(str::to_owned))
    }

    /// Reads one; `content` gives a file by its path within the model's folder.
    ///
    /// # Errors
    /// Where a file is missing or not what it should be.
    pub fn read<E: From<Error>>(content: impl Fn(&str) -> Result<Cow<'static, str>, E>) -> Result<Self, E> {
        let table = |file: String, problem: &dyn std::fmt::Display| Error::Table { file, problem: problem.to_string() };
        let trees = |path: &str| -> Result<Trees, E> {
            Ok(Trees::parse(&content(path)?).map_err(|problem| table(path.into(), &problem))?)
        };
        let model: Model = yaml::parse("model.yml", &content("model.yml")?).map_err(Error::from)?;
        if let Some(version) = &model.built_in {
            let builtin = Fitted::builtin()?;
            if builtin.model.version != *version {
                let problem = format!(
                    "its thresholds are for the built-in model `{version}`, and that of this program is `{}`: make them anew with \
                     `ai-detect fit --calibrate-only`",
                    builtin.model.version
                );
                return Err(table("model.yml".into(), &problem).into());
            }
            return Ok(Fitted { model, ..builtin });
        }
        let mut lexicons = BTreeMap::new();
        for name in LEXICONS {
            let path = format!("lexicons/{name}.tsv");
            let lexicon = Lexicon::parse(&content(&path)?).map_err(|problem| table(path, &problem))?;
            lexicons.insert((*name).to_owned(), lexicon);
        }
        Ok(Fitted {
            model,
            weights: weights(&content("weights.tsv")?)?,
            lexicons,
            code_trees: trees("trees/code.tsv")?,
            message_trees: trees("trees/message.tsv")?,
        })
    }
}

fn weights(content: &str) -> Result<BTreeMap<String, f64>, Error> {
    let mut weights = BTreeMap::new();
    for (at, line) in content.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        let parsed = line.split_once('\t').and_then(|(id, weight)| Some((id, weight.parse::<f64>().ok()?)));
        let Some((id, weight)) = parsed.filter(|(_, weight)| weight.is_finite()) else {
            let problem = format!("line {}: expected a rule, a tab and a number, found `{line}`", at + 1);
            return Err(Error::Table { file: "weights.tsv".into(), problem });
        };
        weights.insert(id.to_owned(), weight);
    }
    Ok(weights)
}
