//! What the commits of a change declare, and what a policy makes of it: the one place where commits are judged.

use rayon::prelude::*;

use super::sensitive::Touch;
use super::size::{self, Sizes};
use super::subject::{Described, Subject};
use super::{Judgement, Mending, Policy, judge};
use crate::attest::signature::Signers;
use crate::attest::{self, Attestation, Registry, States};
use crate::change::Commit;

/// What a commit did to files, as far as policies ask for it. A merge did nothing: what it brings, its commits did.
#[derive(Debug, Clone, Default)]
pub struct TouchedFiles {
    /// The paths.
    pub paths: Vec<String>,
    /// The sensitive places among them, by path and by content.
    pub touches: Vec<Touch>,
    /// How many lines it adds, tests not counted; 0 where the policy does not ask for it.
    pub added: u32,
}

/// What a policy looks at beside the commits and their attestations.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// What each commit did to files, in the order of the commits.
    pub files: &'a [TouchedFiles],
    /// How much the authors add.
    pub sizes: &'a Sizes,
    /// The request, where something of it is known: it counts where the policy says so.
    pub described: Option<&'a Described>,
}

/// A policy's judgement of a commit, and the lines that would answer the policy.
#[derive(Debug, Clone)]
pub struct CommitJudgement {
    /// The judgement.
    pub judgement: Judgement,
    /// The lines.
    pub mending: Mending,
    /// Whether the commit or a note on it declares AI use: yes, no, or nothing said.
    pub declared: Option<bool>,
}

impl CommitJudgement {
    /// Judges a commit. Every command judges by this function.
    pub fn of(policy: &Policy, subject: &Subject<'_>) -> Self {
        let judgement = judge(policy, subject);
        CommitJudgement { mending: Mending::of(policy, subject, &judgement), declared: subject.declared(), judgement }
    }

    /// How fully the commit declares AI use by the policy's measure. A record covers its own lines whatever the policy
    /// makes of the commit.
    pub fn states(&self, attestation: &Attestation) -> States {
        let commit = self.judgement.state;
        let alike = attestation.elsewhere == attestation.state;
        States { commit, elsewhere: if alike { commit } else { attestation.elsewhere } }
    }
}

/// Judges commits, in their order.
pub fn judge_commits(
    policy: &Policy,
    commits: &[Commit],
    attestations: &[Attestation],
    circumstances: &Circumstances<'_>,
    registry: &Registry,
) -> Vec<CommitJudgement> {
    let Circumstances { files, sizes, described } = *circumstances;
    let of = |((commit, attestation), files): ((&Commit, &Attestation), &TouchedFiles)| {
        let subject = Subject::new(commit, attestation, registry)
            .touching(files.paths.clone(), files.touches.clone())
            .sized(sizes.of(commit))
            .described(described);
        CommitJudgement::of(policy, &subject)
    };
    commits.iter().zip(attestations).zip(files).map(of).collect()
}

/// What the commits of a change declare and, where there is a policy, what it makes of that.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// By commit.
    pub attestations: Vec<Attestation>,
    /// The judgements, where there is a policy.
    pub judged: Option<Judged<'a>>,
}

/// The judgements of a policy.
#[derive(Debug)]
pub struct Judged<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// By commit.
    pub judgements: Vec<CommitJudgement>,
}

impl<'a> Evidence<'a> {
    /// Reads what commits declare. Signatures are looked at where it is known whose count.
    pub fn read(commits: &[Commit], signers: Option<&Signers>, registry: &Registry) -> Self {
        let read = |commit: &Commit| match signers {
            Some(signers) => attest::read_signed(commit, registry, signers),
            None => attest::read(commit, registry),
        };
        Evidence { attestations: commits.par_iter().map(read).collect(), judged: None }
    }

    /// How much each author adds in commits that declare AI use; nothing where the policy does not ask.
    pub fn sizes(&self, policy: &Policy, commits: &[Commit], files: &[TouchedFiles]) -> Sizes {
        size::sizes(policy, commits, &self.attestations, files)
    }

    /// With the judgements of a policy.
    pub fn judged_by(
        self,
        policy: &'a Policy,
        commits: &[Commit],
        circumstances: &Circumstances<'_>,
        registry: &Registry,
    ) -> Self {
        let judgements = judge_commits(policy, commits, &self.attestations, circumstances, registry);
        Evidence { judged: Some(Judged { policy, judgements }), ..self }
    }

    /// The judgement of a commit, where there is a policy.
    pub fn judgement(&self, commit: usize) -> Option<&CommitJudgement> {
        self.judged.as_ref()?.judgements.get(commit)
    }

    /// The policy, where there is one.
    pub fn policy(&self) -> Option<&'a Policy> {
        self.judged.as_ref().map(|judged| judged.policy)
    }

    /// How fully each commit declares AI use, by the policy's measure where there is one.
    pub fn states(&self) -> impl Iterator<Item = States> {
        let of = |(at, found): (usize, &Attestation)| {
            self.judgement(at).map_or_else(|| found.states(), |judged| judged.states(found))
        };
        self.attestations.iter().enumerate().map(of)
    }
}
