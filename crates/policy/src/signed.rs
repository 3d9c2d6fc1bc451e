//! What a policy asks for in signatures: that somebody known vouches for what is declared.
//!
//! Whether a signature holds is `attest`; here only its answer is looked at.

use std::fmt;

use super::Policy;
use super::finding::What;
use super::subject::Subject;
use ai_detect_attest::Covers;
use ai_detect_attest::signature::{Checked, SignatureState};

/// What is wrong with a signature that a policy asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsigned {
    /// There is none.
    Missing,
    /// It is not verified.
    Unverified {
        /// Why, where that is known.
        reason: Option<String>,
    },
}

impl fmt::Display for Unsigned {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unsigned::Missing => out.write_str("it is unsigned"),
            Unsigned::Unverified { reason } => {
                write!(out, "it is unverified ({})", reason.as_deref().unwrap_or("the reason is not known"))
            }
        }
    }
}

/// The signatures that the policy asks for and that are not verified. `classes` are the sensitive ones that the commit
/// touches, where the policy asks for something there.
pub(super) fn missing(policy: &Policy, subject: &Subject<'_>, classes: &[String]) -> Vec<What> {
    let mut missing = Vec::new();
    let sensitive = policy.sensitive.verified_signature && !classes.is_empty();
    if policy.signed_commits || sensitive {
        let classes = if policy.signed_commits { Vec::new() } else { classes.to_vec() };
        let problem = problem(subject.attestation.signature.as_ref());
        missing.extend(problem.map(|problem| What::UnsignedCommit { problem, classes }));
    }
    if policy.signed_notes && noted(subject) {
        let problem = problem(subject.attestation.note_signature.as_ref());
        missing.extend(problem.map(|problem| What::UnsignedNote { problem }));
    }
    missing
}

/// Whether a note says that AI was used. The notes of recorders carry no signatures.
fn noted(subject: &Subject<'_>) -> bool {
    let mut noted = subject.attestation.statements.iter().filter(|statement| statement.form.is_note());
    noted.any(|statement| statement.attests() || statement.covers == Covers::Lines)
}

/// Why a signature does not count; none where it does.
fn problem(checked: Option<&Checked>) -> Option<Unsigned> {
    let Some(checked) = checked else { return Some(Unsigned::Missing) };
    match checked.state {
        SignatureState::Verified => None,
        SignatureState::Unsigned => Some(Unsigned::Missing),
        SignatureState::Unverified => Some(Unsigned::Unverified { reason: checked.reason.clone() }),
    }
}
