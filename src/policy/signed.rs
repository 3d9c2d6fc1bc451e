//! What a policy asks for in signatures: that somebody known vouches for what is declared.
//!
//! Whether a signature holds is `attest`; here only its answer is looked at.

use super::Policy;
use super::subject::Subject;
use crate::attest::signature::{Checked, SignatureState};
use crate::attest::{Covers, Form};

/// Sentences on signatures that the policy asks for and that are not verified. `classes` are the
/// sensitive ones that the commit touches, where the policy asks for something there.
pub(super) fn missing(policy: &Policy, subject: &Subject<'_>, classes: &[String]) -> Vec<String> {
    let mut told = Vec::new();
    let sensitive = policy.sensitive.verified_signature && !classes.is_empty();
    if policy.signed_commits || sensitive {
        let because = match policy.signed_commits {
            true => String::new(),
            false => format!(", because the commit touches {}", classes.join(", ")),
        };
        let why = reason(subject.attestation.signature.as_ref());
        told.extend(why.map(|why| format!("The policy asks for a verified signature on the commit{because}: {why}.")));
    }
    if policy.signed_notes && noted(subject) {
        let why = reason(subject.attestation.note_signature.as_ref());
        told.extend(why.map(|why| format!("The policy counts a note only with a verified signature: {why}.")));
    }
    told
}

/// Whether a note says that AI was used. The notes of recorders carry no signatures.
fn noted(subject: &Subject<'_>) -> bool {
    let notes = [Form::AttestNote, Form::GitAiNote, Form::WhogititNote, Form::HeaderNote, Form::AgentTrace];
    subject.attestation.statements.iter().any(|statement| {
        notes.contains(&statement.form) && (super::markers::attests(statement) || statement.covers == Covers::Lines)
    })
}

/// Why a signature does not count; none where it does.
fn reason(checked: Option<&Checked>) -> Option<String> {
    let Some(checked) = checked else { return Some("it is unsigned".into()) };
    match checked.state {
        SignatureState::Verified => None,
        SignatureState::Unsigned => Some("it is unsigned".into()),
        SignatureState::Unverified => {
            Some(format!("it is unverified ({})", checked.reason.as_deref().unwrap_or("the reason is not known")))
        }
    }
}
