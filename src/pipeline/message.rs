//! A message that is about to be committed, measured by the policy in force.

use super::{Error, Session, evidence};
use crate::attest::{self, Registry};
use crate::change::{Commit, Person};
use crate::policy::{CommitJudgement, Judgement, Policy, Subject, TouchedFiles};

/// What a policy says of a message.
#[derive(Debug)]
pub struct JudgedMessage {
    /// The judgement.
    pub judgement: Judgement,
    /// Whether the message declares AI use: yes, no, or nothing said.
    pub declared: Option<bool>,
    /// The policy.
    pub policy: Policy,
    /// Whether the settings name it.
    pub is_own_policy: bool,
}

impl Session {
    /// Judges a message with what the range of this session, the staged changes, does to files.
    ///
    /// # Errors
    /// Where the index or a tree cannot be read.
    pub fn judge_message(self, message: String) -> Result<JudgedMessage, Error> {
        let registry = Registry::builtin()?;
        let policy = self.policy()?.into_owned();
        let Session { repository, resolved, settings, sensitive, .. } = self;
        let somebody = || Person { name: "You".into(), email: "you@localhost".into() };
        let me = repository.identity().unwrap_or_else(somebody);
        let commit =
            Commit { author: me.clone(), committer: me, message: message.into(), parents: 1, ..Commit::default() };
        let attestation = attest::read(&commit, registry);
        let staged = repository.uncommitted_changes(resolved, &evidence::reads(&policy, &sensitive))?;
        let TouchedFiles { paths, touches, .. } = evidence::touched_files(&staged, &policy, &sensitive);
        // How large a request is shows only once it is one.
        let subject = Subject::new(&commit, &attestation, registry).touching(paths, touches);
        let CommitJudgement { judgement, declared, .. } = CommitJudgement::of(&policy, &subject);
        Ok(JudgedMessage { judgement, declared, is_own_policy: settings.policy.is_some(), policy })
    }
}
