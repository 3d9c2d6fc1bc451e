//! Score × attestation → verdict. The one place where what was inferred meets what was declared;
//! each is only read here, never changed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use ai_detect_attest::State;

/// What is said of a hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Likely AI-written, and the commits that brought it say that no AI was used.
    Contradicted,
    /// Likely AI-written, and nothing says so.
    Unattested,
    /// Likely AI-written, and what is attached to its commits and should say so cannot be read.
    Unreadable,
    /// Declared in a form that the policy forbids or in the wrong place.
    WrongForm,
    /// Declared, but facts that the policy requires are missing.
    Partial,
    /// Declared in full.
    Attested,
    /// Nothing declared, and not likely AI-written.
    Unlikely,
    /// Too little to say. Unknown is not human.
    Unknown,
}

impl Verdict {
    /// The word used in reports.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Contradicted => "contradicted",
            Verdict::Unattested => "unattested",
            Verdict::Unreadable => "unreadable",
            Verdict::WrongForm => "wrong-form",
            Verdict::Partial => "partial",
            Verdict::Attested => "attested",
            Verdict::Unlikely => "unlikely",
            Verdict::Unknown => "unknown",
        }
    }

    /// Whether it asks for a person.
    pub fn is_flag(self) -> bool {
        matches!(self, Verdict::Contradicted | Verdict::Unattested | Verdict::Unreadable | Verdict::WrongForm)
    }
}

/// How urgently a flag asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth a look.
    Low,
    /// Worth a look soon: strong evidence.
    Medium,
    /// Worth a look first: a sensitive path, or a declaration that the evidence contradicts.
    High,
}

/// What a hunk looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// Too few lines, or no grammar: only what was declared counts.
    TooLittle,
    /// Below the threshold.
    Unlikely,
    /// At or above it.
    Likely,
}

/// The verdict on a hunk.
pub fn verdict(likeness: Likeness, state: State) -> Verdict {
    match (state, likeness) {
        (State::Complete, _) => Verdict::Attested,
        (State::Partial, _) => Verdict::Partial,
        (State::WrongForm, _) => Verdict::WrongForm,
        // What cannot be read is neither absent nor clean.
        (_, Likeness::TooLittle) | (State::Unreadable, Likeness::Unlikely) => Verdict::Unknown,
        (_, Likeness::Unlikely) => Verdict::Unlikely,
        (State::Denied, Likeness::Likely) => Verdict::Contradicted,
        (State::Absent, Likeness::Likely) => Verdict::Unattested,
        (State::Unreadable, Likeness::Likely) => Verdict::Unreadable,
    }
}

/// The state that speaks for a hunk that several commits brought: the weakest among those with at
/// least five of its lines, or that of the largest part where none has as many. A declared commit
/// must not cover for an undeclared one.
pub fn joint_state(parts: &[(State, u32)]) -> State {
    // "No AI was used" is what evidence can contradict, so it goes before silence.
    let weakness = |state: State| (state != State::Denied, state);
    let telling = parts.iter().filter(|(_, lines)| *lines >= ai_detect_style::syntax::MIN_LINES);
    let weakest = telling.min_by_key(|(state, _)| weakness(*state));
    let largest = || parts.iter().max_by_key(|(state, lines)| (*lines, std::cmp::Reverse(weakness(*state))));
    weakest.or_else(largest).map_or(State::Absent, |(state, _)| *state)
}

/// How urgently a flag asks; `margin` is how far its log-odds lie above the threshold. How a block looks makes no flag
/// about form more urgent.
pub fn severity(verdict: Verdict, sensitive: bool, margin: f64) -> Severity {
    if sensitive || verdict == Verdict::Contradicted {
        Severity::High
    } else if verdict != Verdict::WrongForm && margin >= 1.0 {
        Severity::Medium
    } else {
        Severity::Low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_declared_is_never_flagged_as_unattested() {
        assert_eq!(verdict(Likeness::Likely, State::Complete), Verdict::Attested);
        assert_eq!(verdict(Likeness::Likely, State::Partial), Verdict::Partial);
        assert!(!Verdict::Partial.is_flag());
    }

    #[test]
    fn too_little_is_unknown_and_a_denial_alone_is_no_flag() {
        assert_eq!(verdict(Likeness::TooLittle, State::Absent), Verdict::Unknown);
        assert_eq!(verdict(Likeness::Unlikely, State::Denied), Verdict::Unlikely);
        assert_eq!(verdict(Likeness::Likely, State::Denied), Verdict::Contradicted);
    }

    #[test]
    fn looks_make_no_flag_about_form_urgent() {
        assert_eq!(severity(Verdict::Unattested, false, 4.0), Severity::Medium);
        assert_eq!(severity(Verdict::WrongForm, false, 4.0), Severity::Low);
        assert_eq!(severity(Verdict::WrongForm, true, -4.0), Severity::High);
    }

    #[test]
    fn what_cannot_be_read_is_neither_absent_nor_clean() {
        assert_eq!(verdict(Likeness::Unlikely, State::Unreadable), Verdict::Unknown);
        assert_eq!(verdict(Likeness::Likely, State::Unreadable), Verdict::Unreadable);
        assert!(Verdict::Unreadable.is_flag());
    }

    #[test]
    fn an_attested_commit_does_not_cover_for_another() {
        assert_eq!(joint_state(&[(State::Complete, 90), (State::Absent, 10)]), State::Absent);
        assert_eq!(joint_state(&[(State::Complete, 90), (State::Absent, 2)]), State::Complete);
        assert_eq!(joint_state(&[]), State::Absent);
    }
}
