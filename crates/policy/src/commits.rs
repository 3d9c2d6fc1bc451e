//! What the commits of a change declare, and what a policy makes of it: the one place where commits are judged.

use rayon::prelude::*;

use super::sensitive::Touch;
use super::size::Sizes;
use super::subject::{Described, Subject};
use super::{Judgement, Policy, Remedy, judge};
use ai_detect_attest::signature::Signers;
use ai_detect_attest::{self as attest, Attestation, Registry, State, States};
use ai_detect_base::change::Commit;

/// What a commit did to files, as far as policies ask for it. A merge did nothing: what it brings, its commits did.
#[derive(Debug, Clone, Default)]
pub struct TouchedFiles {
    /// The paths.
    pub paths: Vec<String>,
    /// The sensitive places among them, by path and by content.
    pub touches: Vec<Touch>,
    /// How many lines it adds, tests not counted; 0 where the policy does not ask for it.
    pub added: u32,
    /// Whether contents that the policy asks for were not looked into, because they are too large, by themselves or
    /// together.
    pub is_cut: bool,
}

/// A commit that is to be judged.
#[derive(Debug, Clone, Copy)]
pub struct Considered<'a> {
    /// The commit.
    pub commit: &'a Commit,
    /// What it did to files.
    pub files: &'a TouchedFiles,
}

/// The same with what it declares.
#[derive(Debug)]
pub struct Read<'a> {
    /// The commit.
    pub commit: &'a Commit,
    /// What it did to files.
    pub files: &'a TouchedFiles,
    /// What it declares.
    pub attestation: Attestation,
}

impl<'a> Read<'a> {
    /// Reads what commits declare. Signatures are looked at where it is known whose count.
    pub fn all(commits: &[Considered<'a>], signers: Option<&Signers>, registry: &Registry) -> Vec<Self> {
        commits.par_iter().map(|&considered| Read::one(considered, signers, registry)).collect()
    }

    /// Reads what one commit declares.
    pub fn one(considered: Considered<'a>, signers: Option<&Signers>, registry: &Registry) -> Self {
        let Considered { commit, files } = considered;
        Read { commit, files, attestation: read(commit, signers, registry) }
    }

    fn subject<'s>(
        &'s self,
        attestation: &'s Attestation,
        circumstances: &Circumstances<'s>,
        registry: &'s Registry,
    ) -> Subject<'s> {
        Subject::new(self.commit, attestation, registry)
            .touching(self.files.paths.clone(), self.files.touches.clone())
            .sized(circumstances.sizes.of(self.commit))
            .described(circumstances.described)
    }
}

fn read(commit: &Commit, signers: Option<&Signers>, registry: &Registry) -> Attestation {
    match signers {
        Some(signers) => attest::read_signed(commit, registry, signers),
        None => attest::read(commit, registry),
    }
}

/// What a policy looks at beside the commits.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
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
    /// How fully the commit declares AI use for lines that no record covers, by the policy's measure.
    pub elsewhere: State,
    /// The lines to paste. `None`: nobody is asked for anything. Empty: the policy accepts no line at all.
    pub mending: Option<Remedy>,
    /// Whether the commit or a note on it declares AI use: yes, no, or nothing said.
    pub declared: Option<bool>,
}

impl CommitJudgement {
    fn of(policy: &Policy, read: &Read<'_>, circumstances: &Circumstances<'_>, registry: &Registry) -> Self {
        let subject = read.subject(&read.attestation, circumstances, registry);
        let judgement = judge(policy, &subject);
        let rest = read.attestation.without_records();
        let of_rest = |rest| judge(policy, &read.subject(rest, circumstances, registry).without_records()).state;
        CommitJudgement {
            elsewhere: rest.as_ref().map_or(judgement.state, of_rest),
            mending: Remedy::offered(policy, &subject, &judgement),
            declared: subject.declared(),
            judgement,
        }
    }

    /// How fully the commit declares AI use by the policy's measure. A record covers its own lines whatever the policy
    /// makes of the commit.
    pub fn states(&self) -> States {
        States { commit: self.judgement.state, elsewhere: self.elsewhere }
    }
}

/// A commit with what it declares, and what a policy makes of that.
#[derive(Debug)]
pub struct JudgedCommit<'a> {
    /// The commit.
    pub commit: &'a Commit,
    /// What it did to files.
    pub files: &'a TouchedFiles,
    /// What it declares.
    pub attestation: Attestation,
    /// What the policy makes of it.
    pub judged: CommitJudgement,
}

/// Commits that a policy judged.
#[derive(Debug)]
pub struct Judged<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The commits, in their order.
    pub commits: Vec<JudgedCommit<'a>>,
}

impl<'a> JudgedCommit<'a> {
    /// Judges a commit. Every command judges by this function.
    pub fn of(policy: &Policy, read: Read<'a>, circumstances: &Circumstances<'_>, registry: &Registry) -> Self {
        let judged = CommitJudgement::of(policy, &read, circumstances, registry);
        let Read { commit, files, attestation } = read;
        JudgedCommit { commit, files, attestation, judged }
    }
}

/// What the commits of a change declare and, where there is a policy, what it makes of that. In the order of the commits.
#[derive(Debug)]
pub enum Evidence<'a> {
    /// There is no policy.
    Read(Vec<(&'a Commit, Attestation)>),
    /// A policy judged them.
    Judged(Judged<'a>),
}

/// What is known of a commit.
#[derive(Debug)]
pub struct Known<'a> {
    /// The commit.
    pub commit: &'a Commit,
    /// What it declares.
    pub attestation: Attestation,
    /// The judgement of the policy, where there is one.
    pub judged: Option<CommitJudgement>,
}

impl<'a> Evidence<'a> {
    /// Reads what commits declare. Signatures are looked at where it is known whose count.
    pub fn read(commits: &'a [Commit], signers: Option<&Signers>, registry: &Registry) -> Self {
        Evidence::Read(commits.par_iter().map(|commit| (commit, read(commit, signers, registry))).collect())
    }

    /// The policy, where there is one.
    pub fn policy(&self) -> Option<&'a Policy> {
        match self {
            Evidence::Read(_) => None,
            Evidence::Judged(judged) => Some(judged.policy),
        }
    }

    /// What each commit declares, with how fully, by the policy's measure where there is one.
    pub fn states(&self) -> Vec<(&Attestation, States)> {
        match self {
            Evidence::Read(commits) => commits.iter().map(|(_, found)| (found, found.states())).collect(),
            Evidence::Judged(Judged { commits, .. }) => {
                commits.iter().map(|commit| (&commit.attestation, commit.judged.states())).collect()
            }
        }
    }

    /// The commits with all that is known of each.
    pub fn into_commits(self) -> Vec<Known<'a>> {
        match self {
            Evidence::Read(commits) => {
                let known = |(commit, attestation)| Known { commit, attestation, judged: None };
                commits.into_iter().map(known).collect()
            }
            Evidence::Judged(Judged { commits, .. }) => {
                let known = |JudgedCommit { commit, attestation, judged, .. }| Known {
                    commit,
                    attestation,
                    judged: Some(judged),
                };
                commits.into_iter().map(known).collect()
            }
        }
    }
}
