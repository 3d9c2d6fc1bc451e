//! Signatures of commits and notes, in a few words.

use ai_detect_attest::signature::{Checked, SignatureState};

/// `3 verified · 1 unverified · 2 unsigned`; nothing where no commit is signed.
pub fn counted(signatures: &[&Checked]) -> Option<String> {
    let count = |state| signatures.iter().filter(|checked| checked.state == state).count();
    let states = [SignatureState::Verified, SignatureState::Unverified, SignatureState::Unsigned];
    let told: Vec<String> = states
        .into_iter()
        .map(|state| (count(state), state.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    (count(SignatureState::Unsigned) < signatures.len()).then(|| told.join(" \u{b7} "))
}

/// What there is to say of a commit's signature, of its note's and of its receipt's; nothing where the commit is
/// unsigned and has neither.
pub fn told(commit: Option<&Checked>, note: Option<&Checked>, receipt: Option<&Checked>) -> Vec<String> {
    let commit =
        commit.filter(|checked| checked.state != SignatureState::Unsigned).map(|checked| one("signature", checked));
    let note = note.map(|checked| one("the note's signature", checked));
    let receipt = receipt.map(|checked| one("the receipt's signature", checked));
    commit.into_iter().chain(note).chain(receipt).collect()
}

fn one(what: &str, checked: &Checked) -> String {
    let key = checked.key.as_ref().map_or(String::new(), |key| format!(" (key {key})"));
    match (&checked.by, &checked.reason) {
        (Some(by), _) => format!("{what} verified, by {by}{key}"),
        (None, Some(reason)) => format!("{what} unverified: {reason}{key}"),
        (None, None) => format!("{what}: there is none, so that anybody may have written the note"),
    }
}
