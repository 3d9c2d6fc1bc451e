//! What becomes of code: commits, checks, reviews, and what figures rest on.

use super::Place;
use super::fields;
use crate::commitment::Commitment;
use crate::entry::vocabularies::{
    Actor, AttestationForm, AttestationState, Evidence, LinkKind, Resolution, ReviewOutcome, Verdict,
};
use crate::ids::{CommitId, ForeignId, ModelId, PersonId, Quarter, RepositoryId, Word};
use crate::number::{Count, Micros};

fields! {
    /// What a commit declares.
    Attestation {
        must {}
        may {
            /// The commit.
            commit: CommitId,
            /// What it declares.
            state: AttestationState,
            /// Where.
            repository: RepositoryId,
            /// In which form.
            form: AttestationForm,
            /// The tool that it names.
            tool: Word,
            /// The model that it names.
            model: ModelId,
            /// The session that it names.
            session: ForeignId,
            /// The lines that it covers.
            lines: Count,
            /// Who answers for it.
            person: PersonId,
        }
    }

    /// Something that a check found.
    Finding {
        must {}
        may {
            /// What kind of check: of style, of security.
            check: Word,
            /// Names the finding, so that decisions about it meet it.
            finding: ForeignId,
            /// Where.
            repository: RepositoryId,
            /// The commit.
            commit: CommitId,
            /// Which lines.
            place: Place,
            /// What was found.
            verdict: Verdict,
            /// The rule that found it.
            rule: Word,
            /// The likelihood, in thousandths.
            likelihood: Count,
            /// What it said.
            text: Commitment,
        }
    }

    /// What somebody decided about a finding.
    Decision {
        must {}
        may {
            /// The finding.
            finding: ForeignId,
            /// What was decided.
            resolution: Resolution,
            /// Who or what decided.
            actor: Actor,
            /// The person who decided.
            person: PersonId,
            /// Why.
            reason: Commitment,
        }
    }

    /// A review of a change.
    Review {
        must {}
        may {
            /// How it ended.
            outcome: ReviewOutcome,
            /// Where.
            repository: RepositoryId,
            /// The commit that was reviewed.
            commit: CommitId,
            /// The number of the request.
            request: Count,
            /// Who or what reviewed.
            actor: Actor,
            /// The person who reviewed.
            person: PersonId,
            /// What was written.
            text: Commitment,
        }
    }

    /// Which commit took over from which.
    Link {
        must {}
        may {
            /// How.
            link: LinkKind,
            /// The commit that there was.
            from: CommitId,
            /// The commit that there is.
            to: CommitId,
            /// Where.
            repository: RepositoryId,
            /// The number of the request.
            request: Count,
        }
    }

    /// What figures rest on, when a commit lands or a quarter closes.
    Fact {
        must {}
        may {
            /// What it is about: a commit, a quarter, a model.
            subject: Word,
            /// Where.
            repository: RepositoryId,
            /// The commit.
            commit: CommitId,
            /// When it landed.
            landed: Micros,
            /// The quarter in which it landed.
            quarter: Quarter,
            /// What is known.
            evidence: Evidence,
            /// The class of sensitive path.
            sensitive: Word,
            /// The model.
            model: ModelId,
            /// The tool.
            tool: Word,
            /// Lines that it adds.
            lines: Count,
            /// Lines of them that are recorded or declared.
            covered: Count,
            /// Recorded lines that are still there unchanged.
            kept: Count,
            /// How many it counts.
            count: Count,
        }
    }
}
