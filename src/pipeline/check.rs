//! A range measured by a policy.

use super::evidence::{self, Judging};
use super::{Error, Session};
use crate::attest::Attestation;
use crate::change::Commit;
use crate::policy::{CommitJudgement, Described, Policy, TouchedFiles};
use crate::report::policy_check::{CheckedCommit, PolicyCheck};

impl Session {
    /// What a policy says of each commit of the range.
    ///
    /// # Errors
    /// Where a commit, a tree or the history before the range cannot be read.
    pub fn check<'p>(&self, policy: &'p Policy, described: Option<&Described>) -> Result<PolicyCheck<'p>, Error> {
        let records = self.records()?;
        let touched = self.commits_with(policy, &records)?;
        let about_commits = evidence::cut_note(&touched);
        let touched = touched.into_iter().map(|touched| (touched.commit, touched.files));
        let (commits, files): (Vec<Commit>, Vec<TouchedFiles>) = touched.unzip();
        let judging = Judging {
            repository: Some(&self.repository),
            base: self.resolved.base(),
            commits: &commits,
            files: &files,
            signers: Some(&self.settings.signers),
            described,
        };
        let evidence = judging.by(policy)?;
        let judgements = evidence.judged.into_iter().flat_map(|judged| judged.judgements);
        let mut notes = self.notes(policy, described, &records)?;
        notes.extend(commits.iter().flat_map(Commit::reading_notes).chain(about_commits));
        let rows = commits.iter().zip(files).zip(evidence.attestations).zip(judgements);
        Ok(PolicyCheck {
            policy,
            range: self.spec().to_owned(),
            commits: rows
                .map(|(((commit, files), attestation), judged)| row(commit, files, attestation, judged))
                .collect(),
            notes,
        })
    }
}

fn row(commit: &Commit, files: TouchedFiles, attestation: Attestation, judged: CommitJudgement) -> CheckedCommit {
    CheckedCommit {
        id: commit.id.clone(),
        subject: commit.subject().to_owned(),
        author: commit.author.name.clone(),
        judgement: judged.judgement,
        touches: files.touches.iter().map(ToString::to_string).collect(),
        // Signatures are looked at, so there is none only where the commit was never signed.
        signature: attestation.signature.unwrap_or_default(),
        note_signature: attestation.note_signature,
    }
}
