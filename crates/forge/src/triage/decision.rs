//! Decisions: what somebody decided about one flag, and how a command becomes one.

use serde::{Deserialize, Serialize};

use super::block::{Block, Shown};
use super::command::{Command, FINGERPRINT, MIN_ID, Verb};
use super::refusal::Refusal;
use super::rights::{self, Person};
use super::{Account, Comment, Edit, Entry, Source};
use ai_detect_report::{HunkReport, Report};

/// More candidates are not named.
const MAX_CANDIDATES: usize = 4;

/// What somebody decided about one flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The fingerprint of the block, in full.
    pub fingerprint: String,
    /// The digest of its text. Absent where a version decided that knew none, until the block is met again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// What was decided.
    pub what: What,
    /// Who decided.
    pub who: Account,
    /// When the comment was written, as the forge writes times.
    pub when: String,
    /// The comment that says so.
    pub source: Source,
}

impl Decision {
    /// Whether it is about a block: the same fingerprint, and the same text to the byte.
    pub(crate) fn is_about(&self, hunk: &HunkReport) -> bool {
        self.fingerprint == hunk.fingerprint && self.content.as_ref().is_none_or(|content| *content == hunk.content)
    }

    /// Whether it is about the same block as another one, and in the same comment.
    pub(super) fn is_beside(&self, other: &Decision) -> bool {
        self.source == other.source
            && self.who.id == other.who.id
            && (&self.fingerprint, &self.content) == (&other.fingerprint, &other.content)
    }

    /// The same, bound to the text of its block if that was not known and is now.
    #[must_use]
    pub(super) fn bound(&self, report: &Report) -> Self {
        let content = self.content.clone().filter(|content| !content.is_empty());
        Decision { content: content.or_else(|| digest(report, &self.fingerprint)), ..self.clone() }
    }
}

/// The digest of a block's text, where the report has the block and gives one.
fn digest(report: &Report, fingerprint: &str) -> Option<String> {
    let hunk = report.hunks.iter().find(|hunk| hunk.fingerprint == fingerprint)?;
    (!hunk.content.is_empty()).then(|| hunk.content.clone())
}

/// What can be decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum What {
    /// The flag is put away.
    Dismissed {
        /// Why.
        reason: String,
    },
    /// The flag is right.
    Confirmed {
        /// Why; may be empty.
        reason: String,
    },
    /// A tool helped. Counts for the request; no commit declares anything by it.
    Attested {
        /// `TOOL:MODEL`.
        assistant: String,
    },
}

impl What {
    /// The word for it.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            What::Dismissed { .. } => "dismissed",
            What::Confirmed { .. } => "confirmed",
            What::Attested { .. } => "attested",
        }
    }

    /// Whether it takes the place of an earlier ruling on the same flag. Attestations stand beside them.
    pub(crate) fn is_ruling(&self) -> bool {
        !matches!(self, What::Attested { .. })
    }

    /// The reason, or the tool and model.
    pub(crate) fn text(&self) -> &str {
        match self {
            What::Dismissed { reason } | What::Confirmed { reason } => reason,
            What::Attested { assistant } => assistant,
        }
    }
}

impl From<Verb> for What {
    fn from(verb: Verb) -> Self {
        match verb {
            Verb::Dismiss { reason } => What::Dismissed { reason },
            Verb::Confirm { reason } => What::Confirmed { reason },
            Verb::Attest { assistant } => What::Attested { assistant },
        }
    }
}

/// What ids can mean.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The blocks of this run.
    pub report: &'a Report,
    /// What was decided in earlier runs.
    pub earlier: &'a [Entry],
    /// Whether a run with the key wrote these decisions.
    pub is_keyed: bool,
    /// What earlier runs showed.
    pub shown: &'a Shown,
}

/// Whether a command is followed.
///
/// # Errors
/// Why it is not.
pub fn judge(command: Command, comment: &Comment, person: Person, known: Known<'_>) -> Result<Decision, Refusal> {
    match comment.edit {
        Edit::ByOther => return Err(Refusal::EditedByOther),
        Edit::Unclear => return Err(Refusal::EditUnclear),
        Edit::Untouched | Edit::ByAuthor => {}
    }
    rights::may(&command.verb, person)?;
    let Block { fingerprint, content } = known.resolve(&command.id, comment.source)?;
    Ok(Decision {
        fingerprint,
        // Some versions write reports without digests. The block's text is known once a report has one.
        content: (!content.is_empty()).then_some(content),
        what: command.verb.into(),
        who: comment.author.clone(),
        when: comment.created.clone(),
        source: comment.source,
    })
}

impl Known<'_> {
    /// Whether an earlier decision counts by itself.
    pub(super) fn is_proven(&self, entry: &Entry) -> bool {
        self.is_keyed && entry.doubt.is_none()
    }

    /// The block that an id means. A push can bring another block that the id fits, so the reviewer meant one that was
    /// shown to them; where that is not sure, nothing is decided.
    fn resolve(&self, id: &str, source: Source) -> Result<Block, Refusal> {
        let entries = self.earlier.iter().filter(|entry| entry.decision.fingerprint.starts_with(id));
        let earlier = entries.clone().map(|entry| &entry.decision);
        // What a comment was taken to mean once, it means for good. Of a short id, only a run with the key can say it:
        // without one, a block that the id fits is quickly found and written into the state.
        let is_known = |entry: &&Entry| id.len() >= MIN_ID || self.is_proven(entry);
        let mut same = entries.filter(is_known).map(|entry| &entry.decision).filter(|it| it.source == source);
        if let Some(decision) = same.next()
            && same.all(|other| other.fingerprint == decision.fingerprint)
        {
            return Ok(self.block_of(decision));
        }
        let shown = self.shown.blocks.iter().filter(|block| block.fingerprint.starts_with(id));
        let shown = shown.map(|block| match digest(self.report, &block.fingerprint) {
            Some(content) if block.content.is_empty() => Block { content, ..block.clone() },
            _ => block.clone(),
        });
        let flags = self.report.flags.iter().filter_map(|flag| self.report.hunks.get(flag.hunk)).map(Block::of);
        let hunks = self.report.hunks.iter().map(Block::of);
        let fits = |block: &Block| block.fingerprint.starts_with(id);
        let mut found: Vec<Block> =
            shown.chain(flags.filter(fits)).chain(earlier.map(|decision| self.block_of(decision))).collect();
        if found.is_empty() {
            found.extend(hunks.filter(fits));
        }
        // Of one fingerprint the form counts that was shown before this run.
        found.sort_by(|a, b| a.fingerprint.cmp(&b.fingerprint));
        found.dedup_by(|a, b| a.fingerprint == b.fingerprint);
        let id = id.to_owned();
        let ids = |length: usize| -> Vec<String> {
            let digits = |block: &Block| block.fingerprint.chars().take(length).collect();
            found.iter().take(MAX_CANDIDATES).map(digits).collect()
        };
        match found.as_slice() {
            _ if id.len() < MIN_ID => Err(Refusal::Short { candidates: ids(MIN_ID), id }),
            [] => Err(Refusal::Unknown(id)),
            _ if self.shown.is_incomplete && id.len() < FINGERPRINT => {
                Err(Refusal::NotWhole { candidates: ids(FINGERPRINT), id })
            }
            [block] => Ok(block.clone()),
            _ => Err(Refusal::Ambiguous { candidates: ids(FINGERPRINT), id }),
        }
    }

    /// What a decision was about.
    fn block_of(&self, decision: &Decision) -> Block {
        let Decision { fingerprint, content, .. } = decision.bound(self.report);
        // The content of a block that has none is empty.
        Block { fingerprint, content: content.unwrap_or_default() }
    }
}
