//! The project's settings: `.ai-detect.yml`.

use schemars::JsonSchema;
use serde::Deserialize;

use ai_detect_base::exclude::{DEFAULT_MAX_BYTES, DEFAULT_MAX_CHANGE_BYTES, check_pattern};
use ai_detect_base::yaml;
use ai_detect_policy::own_paths::check_line;

/// Where the settings are looked for, from the repository's root.
pub(crate) const FILE: &str = ".ai-detect.yml";

/// What the file is called by mistake.
pub(crate) const MISNAMED: &str = ".ai-detect.yaml";

/// The share of AI-written changes that is assumed where a project says nothing.
pub(crate) const DEFAULT_PRIOR: f64 = 0.3;

/// The share of people's requests that may get a flag, where neither settings nor policy say one.
const DEFAULT_FLAG: f64 = 0.02;

/// Settings of ai-detect. Every key may be left out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// When a hunk counts as likely AI-written.
    pub thresholds: Thresholds,
    /// The share of changes here that are assumed to be written by AI, before anything is read: it
    /// moves every probability, and no flag.
    #[schemars(range(min = 0.001, max = 0.999))]
    pub prior: f64,
    /// Path patterns that are left out of the analysis, such as `docs/**`. They start at the repository's root, and a slash or
    /// `./` in front says nothing else: `*.snap` is in the root alone, `**/*.snap` anywhere. `docs/` is everything below
    /// `docs`, and so is `docs`, where that is a folder.
    pub exclude: Vec<String>,
    /// Paths whose changes need more care, beside those that `ai-detect policy sensitive` lists; flags
    /// there rank higher. `PATTERN [CLASS…]`, or `!PATTERN` for paths that need none; the last line
    /// that matches a path counts, as in a CODEOWNERS file.
    pub sensitive: Vec<String>,
    /// What leaves a file out by its size.
    pub limits: Limits,
    /// Which rules count.
    pub rules: Rules,
    /// The policy that attestations are measured by: the name of a preset (`ai-detect policy list`), or
    /// the path of a policy file from the repository's root, ending in `.yml` or `.yaml`.
    pub policy: Option<String>,
    /// Whose signatures on commits and notes count.
    pub signatures: Signatures,
}

/// Whose signatures on commits and notes count. Paths are from the repository's root.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Signatures {
    /// Who may sign with SSH keys: a file as `gpg.ssh.allowedSignersFile` names it to git.
    pub allowed_signers: Option<String>,
    /// OpenPGP public keys, ASCII-armoured or binary, one after the other.
    pub keyring: Option<String>,
}

/// Thresholds are rates of false positives on code that people wrote, not magic numbers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// The share of requests by people, without any AI, that may get a flag: 0.02 is two in a hundred.
    /// Larger requests need stronger evidence for the same rate.
    #[serde(rename = "flag", deserialize_with = "stated")]
    #[schemars(with = "f64", range(min = 0.0001, max = 0.5), extend("default" = DEFAULT_FLAG))]
    stated: Option<f64>,
    /// The rate that is in force: see [`Config::under`].
    #[serde(skip)]
    pub flag: f64,
}

/// A rate that is written down is one, never nothing.
fn stated<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    f64::deserialize(deserializer).map(Some)
}

/// Limits on what is read.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Files larger than this many bytes are left out, and listed as such.
    pub file_bytes: u64,
    /// How many bytes a change may add to files altogether. The files that come after that, by path, are left out, and
    /// listed as such.
    pub change_bytes: u64,
}

/// Rules to leave out and to add.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// Ids of rules that do not count here; `ai-detect rules list` prints them.
    pub disable: Vec<String>,
    /// Further rule files, as paths from the repository's root.
    pub packs: Vec<String>,
    /// A folder that `ai-detect fit` wrote, as a path from the repository's root, instead of the
    /// built-in weights.
    pub model: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            thresholds: Thresholds::default(),
            prior: DEFAULT_PRIOR,
            exclude: Vec::new(),
            sensitive: Vec::new(),
            limits: Limits::default(),
            rules: Rules::default(),
            policy: None,
            signatures: Signatures::default(),
        }
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds { stated: None, flag: DEFAULT_FLAG }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits { file_bytes: DEFAULT_MAX_BYTES, change_bytes: DEFAULT_MAX_CHANGE_BYTES }
    }
}

impl Config {
    /// Reads settings; `name` is what messages call the file.
    ///
    /// # Errors
    /// Where the content is not YAML, holds an unknown key, or a value is out of range.
    pub fn parse(name: &str, content: &str) -> Result<Config, yaml::Error> {
        // An empty file, or one with nothing but comments, is YAML's null.
        if content.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Config::default());
        }
        let config = yaml::parse::<Config>(name, content).map_err(|error| {
            misplaced(content).map_or(error, |wrong| {
                let (line, column) = place(content, wrong.key());
                yaml::Error { file: name.into(), line, column, problem: wrong.to_string() }
            })
        })?;
        let config = config.under(None);
        let wrong = |at: &str, problem: String| {
            let (line, column) = place(content, at);
            Err(yaml::Error { file: name.into(), line, column, problem })
        };
        let rate = config.thresholds.flag;
        if !(0.0001..=0.5).contains(&rate) {
            let problem = format!("thresholds.flag is a rate of false positives between 0.0001 and 0.5, found {rate}");
            return wrong("flag:", problem);
        }
        let prior = config.prior;
        if !(0.001..=0.999).contains(&prior) {
            let problem = format!("prior is a share of AI-written changes between 0.001 and 0.999, found {prior}");
            return wrong("prior:", problem);
        }
        let excluded = config.exclude.iter().map(|pattern| (pattern, check_pattern(pattern)));
        let sensitive = config.sensitive.iter().map(|line| (line, check_line(line)));
        for (pattern, checked) in excluded.chain(sensitive) {
            let Err(error) = checked else { continue };
            if !pattern.trim().is_empty() {
                return wrong(pattern, error.to_string());
            }
            // YAML takes a word behind `!` for a tag of the value, which is then empty.
            if let Some((line, column, tag)) = tag(content) {
                let problem = format!("a pattern that starts with `!` needs quotes: '{tag}'");
                return Err(yaml::Error { file: name.into(), line, column, problem });
            }
            return wrong("exclude:", error.to_string());
        }
        Ok(config)
    }

    /// The same settings under a policy that may say a rate of false positives: what the settings say goes first, then the
    /// policy, then the default.
    #[must_use]
    pub fn under(mut self, rate: Option<f64>) -> Self {
        self.thresholds.flag = self.thresholds.stated.or(rate).unwrap_or(DEFAULT_FLAG);
        self
    }
}

/// A key that belongs into another file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Misplaced {
    #[error("`{0}` belongs in a policy file, whose path `policy:` names here (docs/policies.md)")]
    OfPolicies(String),
    #[error(
        "`{0}` belongs in a file of rules, whose path `rules: {{ packs: […] }}` names here; settings have no version"
    )]
    OfPacks(String),
}

impl Misplaced {
    fn key(&self) -> &str {
        match self {
            Misplaced::OfPolicies(key) | Misplaced::OfPacks(key) => key,
        }
    }
}

/// The first key at the top of settings that belongs into another file.
fn misplaced(content: &str) -> Option<Misplaced> {
    const OF_POLICIES: [&str; 11] = [
        "extends",
        "markers",
        "facts",
        "sign_off",
        "exempt",
        "stance",
        "says",
        "unchecked",
        "author",
        "also",
        "request_covers_commits",
    ];
    let keys = content.lines().filter_map(|line| line.split_once(':').map(|(key, _)| key.trim_end()));
    keys.filter_map(|key| match key {
        "version" => Some(Misplaced::OfPacks(key.into())),
        key if OF_POLICIES.contains(&key) => Some(Misplaced::OfPolicies(key.into())),
        _ => None,
    })
    .next()
}

/// Where an item of a list starts with `!` and without quotes: line, column and the item.
fn tag(content: &str) -> Option<(usize, usize, &str)> {
    content.lines().enumerate().find_map(|(number, line)| {
        let starts = line.match_indices('!').map(|(at, _)| at);
        let mut items =
            starts.filter(|at| line.get(..*at).is_some_and(|before| before.trim_end().ends_with(['-', '[', ','])));
        let at = items.next()?;
        let item = line.get(at..)?.split([',', ']', ' ']).next()?;
        Some((number + 1, at + 1, item))
    })
}

/// Where some text stands first in settings: line and column, from 1. The start where it stands
/// nowhere literally, as a quoted value with escapes may.
pub(crate) fn place(content: &str, text: &str) -> (usize, usize) {
    let found = content.lines().enumerate().find_map(|(at, line)| Some((at + 1, line.find(text)? + 1)));
    found.unwrap_or((1, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_named_with_its_place_and_the_nearest_one() {
        let error = Config::parse(".ai-detect.yml", "exclude: []\ntresholds:\n  flag: 0.05\n").unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with(".ai-detect.yml:2:1: "), "{text}");
        assert!(text.ends_with("Did you mean `thresholds`?"), "{text}");
    }

    #[test]
    fn a_rate_out_of_range_is_refused() {
        let error = Config::parse("c.yml", "thresholds:\n  flag: 80\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "c.yml:2:3: thresholds.flag is a rate of false positives between 0.0001 and 0.5, found 80"
        );
    }

    #[test]
    fn a_prior_that_is_no_share_is_refused() {
        let error = Config::parse("c.yml", "exclude: []\nprior: 7\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "c.yml:2:1: prior is a share of AI-written changes between 0.001 and 0.999, found 7"
        );
    }

    #[test]
    fn a_sensitive_line_that_means_nothing_is_refused_with_its_place() {
        let error = Config::parse("c.yml", "sensitive:\n  - '!docs/** payment'\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "c.yml:2:6: `!docs/** payment` is not a path pattern: \
             a pattern behind `!` takes paths out of every class, so it names none"
        );
    }

    #[test]
    fn a_rate_that_is_written_down_goes_before_one_of_a_policy_even_where_it_is_the_default() {
        let rate = |content, policy| Config::parse("c.yml", content).unwrap().under(policy).thresholds.flag;
        assert_eq!(rate("thresholds: {flag: 0.02}\n", Some(0.2)), 0.02);
        assert_eq!(rate("thresholds: {flag: 0.05}\n", None), 0.05);
        assert_eq!(rate("thresholds: {}\n", Some(0.2)), 0.2);
        assert_eq!(rate("", Some(0.2)), 0.2);
        assert_eq!(rate("thresholds: {}\n", None), 0.02);
        assert!(Config::parse("c.yml", "thresholds: {flag: null}\n").is_err());
    }

    #[test]
    fn an_empty_file_is_the_defaults() {
        assert_eq!(Config::parse("c.yml", "# nothing yet\n").unwrap().thresholds.flag, 0.02);
    }
}
