//! What is kept of a commit: one flat row, every column a plain value.
//!
//! There is no author in it. A table of names beside guesses would be read as a ranking of people; whom a
//! row is about is a matter between its reader and the repository.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use ai_detect_attest::signature::SignatureState;
use ai_detect_attest::{Registry, Role, State, Statement};
use ai_detect_base::change::{ChangeSet, Reason};
use ai_detect_base::vocabulary::message::request_of;
use ai_detect_git::ListedCommit;
use ai_detect_report::gate::{self, Likeness, Verdict};
use ai_detect_report::{AttestationReport, Report};

/// The schema that this version writes.
pub const SCHEMA: &str = "ai-detect/scan/v1";

/// A commit, scored against its first parent and cross-checked with what it declares about AI.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Row {
    /// Always `ai-detect/scan/v1`.
    pub schema: String,
    /// The repository, as it was named to `scan`.
    pub repository: String,
    /// The full id of the commit.
    pub commit: String,
    /// The full id of its parent, of a merge the first one; null for the first commit of a history.
    pub parent: Option<String>,
    /// Whether it is a merge, which brings nothing of its own and so has no score, only its declaration.
    pub kind: Kind,
    /// The full id of the commit that brought it to the head that was scanned, mostly the merge of a request; null
    /// where it stands on the head's line of first parents, or the head does not reach it.
    pub via: Option<String>,
    /// When it landed: when the commit that brought it to the head's line of first parents was committed, in seconds
    /// since 1970 (UTC); null where the head does not reach it.
    pub landed_time: Option<i64>,
    /// The request that its message names, such as `#12` or `!12`: that of a merge, or of a squash; null where it names none.
    pub request: Option<String>,
    /// When it was authored, in seconds since 1970 (UTC), as the commit states it.
    pub author_time: i64,
    /// The first line of its message, cut after 1,000 characters.
    pub subject: String,
    /// The languages of its scored blocks, by name, separated by commas; empty where none was scored.
    pub languages: String,
    /// Files with at least one scored block.
    pub files: u32,
    /// Blocks of added lines that were scored.
    pub blocks: u32,
    /// Added lines, neither moved nor only re-indented, that its score stands on, those of small blocks
    /// included.
    pub added_lines: u32,
    /// All lines that it added to files of text that were read, scored or not; null for a merge, and where the clone lacks
    /// a text.
    pub added_total: Option<u32>,
    /// The classes of the sensitive paths that it touched, separated by commas; empty where it touched none.
    pub sensitive: String,
    /// How AI-like its code and message look together, 0 to 1; null where it brought too little code to say
    /// anything, whatever its message looks like.
    pub probability: Option<f64>,
    /// The same as log-odds.
    pub log_odds: Option<f64>,
    /// The part of its code, in log-odds; null as the probability is.
    pub code_log_odds: Option<f64>,
    /// The part of its message, in log-odds.
    pub message_log_odds: f64,
    /// The log-odds of the block that looks most AI-like; null where none was scored.
    pub strongest_log_odds: Option<f64>,
    /// The log-odds from which a block of this commit counts as likely AI-written.
    pub threshold_log_odds: f64,
    /// The verdict on the block that asks most for a person; where there is none, what follows from the
    /// commit's declaration alone.
    pub verdict: Verdict,
    /// Why none of it was scored, by most of its lines; null where something was, and for a merge.
    pub unscored: Option<Unscored>,
    /// How many blocks ask for a person.
    pub flags: u32,
    /// What the commit declares about AI use. Never enters a score.
    pub state: State,
    /// The tool that it declares.
    pub tool: Option<String>,
    /// The model that it declares, as it names it.
    pub model: Option<String>,
    /// The same model by one id for all spellings.
    pub model_id: Option<String>,
    /// Where it declares or denies AI use, separated by commas: `trailer`, `footer`, `git-ai-note` and so
    /// on; empty where it does neither.
    pub forms: String,
    /// The person who answers for the commit; null where the commit says nothing about AI.
    pub accountable: Option<String>,
    /// Whether the commit is signed, and by somebody known.
    pub signature: Option<SignatureState>,
    /// The version of the program that scored it.
    pub version: String,
    /// The version of the scoring model.
    pub scoring_model: String,
    /// Whether the clone had the notes of commits when the row was made. Without them, declarations in notes are missing.
    pub notes: NotesRead,
    /// A digest of everything that the row depends on beside the repository: the program's version, rules,
    /// model and settings. Rows are comparable where it is the same.
    pub rules: String,
}

/// Whether notes of commits were in the clone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NotesRead {
    /// They were, or nobody keeps them elsewhere.
    Read,
    /// They may exist elsewhere, and nobody fetched them.
    NotFetched,
}

/// Why nothing of a commit was scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unscored {
    /// Its blocks of code are too short to say anything.
    TooShort,
    /// Its text is in no language that is scored.
    NoGrammar,
    /// Its files were left out: generated, vendored, binary, too large, by the settings.
    LeftOut,
    /// Its lines were only moved, copied or changed in white space.
    NotAuthored,
    /// It added no lines.
    NothingAdded,
}

impl Unscored {
    /// The cause with most lines in a report without scored blocks. Files of which no lines are known count as one.
    fn of(report: &Report) -> Self {
        let hunks = report.hunks.iter().map(|hunk| match hunk.language {
            Some(_) => (Unscored::TooShort, hunk.added_lines),
            None => (Unscored::NoGrammar, hunk.added_lines),
        });
        let files = report.coverage.excluded.iter().filter_map(|file| match file.reason {
            // Its blocks are listed.
            Reason::NoGrammar => None,
            Reason::NotAuthored => Some((Unscored::NotAuthored, 0)),
            _ => Some((Unscored::LeftOut, file.added_lines.unwrap_or(1))),
        });
        let mut lines: BTreeMap<Unscored, u64> = BTreeMap::new();
        for (cause, added) in hunks.chain(files) {
            *lines.entry(cause).or_default() += u64::from(added);
        }
        // Of equal causes, the first one.
        let most = lines.into_iter().rev().max_by_key(|(_, lines)| *lines);
        most.map_or(Unscored::NothingAdded, |(cause, _)| cause)
    }
}

/// What kind of commit a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It has one parent, or none.
    Commit,
    /// It has several.
    Merge,
}

/// What is known of a commit beside its own change.
pub(super) struct About<'a> {
    /// What rows call the repository.
    pub(super) repository: &'a str,
    /// The digest that rows state.
    pub(super) rules: &'a str,
    /// Whether notes of commits are in the clone.
    pub(super) notes: NotesRead,
    /// The commit, and how it landed.
    pub(super) listed: ListedCommit,
    /// The classes of sensitive paths that it touched.
    pub(super) sensitive: BTreeSet<String>,
    /// The one id of the model that it declares.
    pub(super) registry: &'a Registry,
}

impl Row {
    /// The row of a commit whose change alone was analysed.
    pub(super) fn of(about: About<'_>, change: &ChangeSet, report: &Report) -> Option<Row> {
        let (commit, found) = (change.commits.first()?, report.commits.first()?);
        let About { repository, rules, notes, listed, sensitive, registry } = about;
        let is_merge = listed.is_merge;
        let scored = || report.hunks.iter().filter(|hunk| hunk.probability.is_some());
        let attestation = &found.attestation;
        let accountable = attestation.facts.accountable.clone();
        let mut languages: Vec<&str> = scored().filter_map(|hunk| hunk.language.as_deref()).collect();
        languages.sort_unstable();
        languages.dedup();
        let strongest = scored().map(|hunk| hunk.log_odds).reduce(f64::max);
        let verdict = report.hunks.iter().map(|hunk| hunk.verdict).min();
        Some(Row {
            schema: SCHEMA.into(),
            repository: repository.into(),
            commit: found.id.clone(),
            parent: report.range.base.clone(),
            kind: if is_merge { Kind::Merge } else { Kind::Commit },
            via: listed.landing.and_then(|landing| landing.via).map(|via| via.to_string()),
            landed_time: listed.landing.map(|landing| landing.time),
            request: request_of(commit.message.as_str()),
            author_time: commit.author_time,
            subject: found.subject.clone(),
            languages: languages.join(","),
            files: report.coverage.files_scored as u32,
            blocks: report.coverage.hunks_scored as u32,
            added_lines: found.added_lines,
            added_total: if is_merge { None } else { change.added_total() },
            sensitive: sensitive.into_iter().collect::<Vec<_>>().join(","),
            probability: found.probability,
            log_odds: found.log_odds,
            code_log_odds: found.code_log_odds,
            // A merge has no score, and the column takes no null.
            message_log_odds: if is_merge { 0.0 } else { found.message_log_odds },
            strongest_log_odds: strongest,
            threshold_log_odds: report.threshold.log_odds,
            verdict: verdict.unwrap_or_else(|| gate::verdict(Likeness::TooLittle, attestation.state)),
            unscored: (!is_merge && report.coverage.hunks_scored == 0).then(|| Unscored::of(report)),
            flags: report.flag_count() as u32,
            state: attestation.state,
            tool: attestation.facts.tool.clone(),
            model: attestation.facts.model.clone(),
            model_id: attestation.facts.model.as_deref().and_then(|model| registry.model_id(model)),
            forms: forms(attestation),
            accountable: accountable.filter(|_| attestation.state != State::Absent),
            signature: attestation.signature.as_ref().map(|checked| checked.state),
            version: report.tool.version.clone(),
            scoring_model: report.tool.model.clone(),
            notes,
            rules: rules.into(),
        })
    }
}

/// Where a commit credibly declares or denies AI use.
fn forms(attestation: &AttestationReport) -> String {
    let counts = |statement: &&Statement| statement.role != Role::Reviewed && statement.is_credible();
    let mut forms: Vec<_> = attestation.statements.iter().filter(counts).map(|statement| statement.form).collect();
    forms.sort_unstable();
    forms.dedup();
    forms.into_iter().map(word).collect::<Vec<_>>().join(",")
}

/// The word that JSON has for a variant. A variant with a value of its own has none, and none of ours does.
pub(super) fn word(of: impl Serialize) -> String {
    serde_json::to_value(of).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
