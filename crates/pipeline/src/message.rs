//! A message measured by a policy: one that is about to be committed, or that a commit is to get.

use super::evidence::{self, Judging};
use super::{Error, Session, TouchedCommit};
use ai_detect_attest::{Registry, State, UnknownTool};
use ai_detect_base::change::{Commit, Person};
use ai_detect_policy::{CommitJudgement, Considered, Judgement, Policy};

/// What a policy says of a message.
#[derive(Debug)]
pub struct JudgedMessage {
    /// The judgement.
    pub judgement: Judgement,
    /// Whether the message declares AI use: yes, no, or nothing said.
    pub declared: Option<bool>,
    /// The policy.
    pub policy: Policy,
    /// Lines that are something like a declaration, and name no tool that is known.
    pub unknown: Vec<UnknownTool>,
    /// Whether the settings name it.
    pub is_own_policy: bool,
    /// What the reader should know of the judgement.
    pub note: Option<String>,
}

impl Session {
    /// Judges a message with what the range of this session, the staged changes, does to files.
    ///
    /// # Errors
    /// Where the index, a tree or the history before cannot be read.
    pub fn judge_message(self, message: String) -> Result<JudgedMessage, Error> {
        let policy = self.policy()?.into_owned();
        let Session { repository, resolved, settings, sensitive, .. } = self;
        let somebody = || Person { name: "You".into(), email: "you@localhost".into() };
        let me = repository.identity().unwrap_or_else(somebody);
        // Whether nothing changes is not known: an amended commit may have more than what is staged.
        let commit =
            Commit { author: me.clone(), committer: me, message: message.into(), parents: 1, ..Commit::default() };
        let base = resolved.base().map(str::to_owned);
        let staged = repository.uncommitted_changes(resolved, &evidence::reads(&policy, &sensitive))?;
        let files = evidence::touched_files(&staged, &policy, &sensitive);
        let judging = Judging {
            repository: Some(&repository),
            base: base.as_deref(),
            signers: None,
            described: None,
            registry: Registry::builtin()?,
        };
        let judged = judging.one(&policy, Considered { commit: &commit, files: &files })?;
        let CommitJudgement { judgement, declared, .. } = judged.judged;
        let unknown = judged.attestation.unknown;
        let note = files.is_cut.then(|| evidence::judged_by_paths("this commit is"));
        let is_own_policy = settings.policy.is_some();
        Ok(JudgedMessage { judgement, declared, unknown, is_own_policy, policy, note })
    }

    /// Judges a commit as it will be with another message: how fully it declares AI use by itself, and the judgement.
    ///
    /// # Errors
    /// Where the history before the range cannot be read.
    pub fn judge_with_message(
        &self,
        policy: &Policy,
        touched: &TouchedCommit,
        message: &str,
    ) -> Result<(State, Judgement), Error> {
        // A signature is over the old message.
        let commit = Commit { message: message.into(), signature: None, ..touched.commit.clone() };
        let judging = Judging {
            repository: Some(&self.repository),
            base: self.resolved.base(),
            signers: Some(&self.settings.signers),
            described: None,
            registry: Registry::builtin()?,
        };
        let judged = judging.one(policy, Considered { commit: &commit, files: &touched.files })?;
        Ok((judged.attestation.state, judged.judged.judgement))
    }
}
