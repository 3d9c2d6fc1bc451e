//! A range measured by a policy.

use super::evidence::{self, Judging};
use super::{Error, Session, TouchedCommit};
use ai_detect_attest::Registry;
use ai_detect_policy::{Considered, Described, JudgedCommit, Policy};
use ai_detect_report::policy_check::{CheckedCommit, PolicyCheck};

impl Session {
    /// What a policy says of each commit of the range.
    ///
    /// # Errors
    /// Where a commit, a tree or the history before the range cannot be read.
    pub fn check<'p>(&self, policy: &'p Policy, described: Option<&Described>) -> Result<PolicyCheck<'p>, Error> {
        let records = self.records()?;
        let touched = self.commits_with(policy, &records)?;
        let judging = Judging {
            repository: Some(&self.repository),
            base: self.resolved.base(),
            signers: Some(&self.settings.signers),
            described,
            registry: Registry::builtin()?,
        };
        let considered: Vec<Considered<'_>> = touched.iter().map(TouchedCommit::considered).collect();
        let judged = judging.by(policy, &considered)?;
        let mut notes = self.notes(policy, described, &records)?;
        // In a job, the notes above say it in the words of a job.
        notes.extend(self.lacks_notes_of_commits().filter(|lacks| !notes.contains(lacks)));
        notes.extend(touched.iter().flat_map(|touched| touched.commit.reading_notes()));
        notes.extend(evidence::cut_note(touched.iter().map(|touched| &touched.files)));
        let commits = judged.commits.into_iter().map(row).collect();
        let has_keys = !self.settings.signers.is_empty();
        Ok(PolicyCheck { policy, range: self.spec().to_owned(), commits, has_keys, notes })
    }
}

fn row(JudgedCommit { commit, files, attestation, judged }: JudgedCommit<'_>) -> CheckedCommit {
    CheckedCommit {
        id: commit.id.clone(),
        subject: commit.subject().to_owned(),
        author: commit.author.name.clone(),
        judgement: judged.judgement,
        touches: files.touches.iter().map(ToString::to_string).collect(),
        unknown: attestation.unknown,
        // Signatures are looked at, so there is none only where the commit was never signed.
        signature: attestation.signature.unwrap_or_default(),
        note_signature: attestation.note_signature,
    }
}
