//! Signatures of commits and notes, in a few words.

use super::words::short;
use ai_detect_attest::signature::{Checked, SignatureState};

/// How many commits are named of which the same is said.
const MAX_NAMED: usize = 3;

/// `3 verified · 1 unverified · 2 unsigned`; nothing where no commit is signed.
pub(crate) fn counted(signatures: &[&Checked]) -> Option<String> {
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
pub(crate) fn told(commit: Option<&Checked>, note: Option<&Checked>, receipt: Option<&Checked>) -> Vec<String> {
    let commit =
        commit.filter(|checked| checked.state != SignatureState::Unsigned).map(|checked| one("signature", checked));
    let note = note.map(|checked| one("the note's signature", checked));
    let receipt = receipt.map(|checked| one("the receipt's signature", checked));
    commit.into_iter().chain(note).chain(receipt).collect()
}

/// What there is to say of the signatures of commits, by id: once for all of which the same is said. Keys differ, so they
/// are named only where one commit has its sentence to itself.
pub(crate) fn of_commits<'a>(signatures: impl Iterator<Item = (&'a str, &'a Checked)>) -> Vec<String> {
    let mut alike: Vec<Vec<(&str, &Checked)>> = Vec::new();
    let is_said_of = |group: &[(&str, &Checked)], checked: &Checked| {
        group.first().is_some_and(|(_, first)| (&first.by, &first.reason) == (&checked.by, &checked.reason))
    };
    for (id, checked) in signatures.filter(|(_, checked)| checked.state != SignatureState::Unsigned) {
        match alike.iter_mut().find(|group| is_said_of(group, checked)) {
            Some(group) => group.push((id, checked)),
            None => alike.push(vec![(id, checked)]),
        }
    }
    alike.iter().filter_map(|group| sentence(group)).collect()
}

fn sentence(group: &[(&str, &Checked)]) -> Option<String> {
    let (id, checked) = group.first()?;
    if group.len() == 1 {
        return Some(format!("{}: {}", short(id), one("signature", checked)));
    }
    let named: Vec<&str> = group.iter().take(MAX_NAMED).map(|(id, _)| short(id)).collect();
    let more = group.len().saturating_sub(MAX_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let without_key = Checked { key: None, ..(*checked).clone() };
    Some(format!("{} commits ({}{more}): {}", group.len(), named.join(", "), one("signature", &without_key)))
}

fn one(what: &str, checked: &Checked) -> String {
    let key = checked.key.as_ref().map_or(String::new(), |key| format!(" (key {key})"));
    match (&checked.by, &checked.reason) {
        (Some(by), _) => format!("{what} verified, by {by}{key}"),
        (None, Some(reason)) => format!("{what} unverified: {reason}{key}"),
        (None, None) => format!("{what}: there is none, so that anybody may have written the note"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_several_signatures_is_said_once() {
        let signed = |state, by: Option<&str>, reason: Option<&str>, key: &str| Checked {
            state,
            kind: None,
            by: by.map(str::to_owned),
            key: Some(key.into()),
            reason: reason.map(str::to_owned),
        };
        let unverified = |key: &str| signed(SignatureState::Unverified, None, Some("no keys are named"), key);
        let all = [
            ("1".repeat(40), unverified("A")),
            ("2".repeat(40), signed(SignatureState::Verified, Some("Ann"), None, "B")),
            ("3".repeat(40), unverified("C")),
            ("4".repeat(40), unverified("D")),
            ("5".repeat(40), unverified("E")),
            ("6".repeat(40), signed(SignatureState::Unsigned, None, None, "F")),
        ];
        assert_eq!(
            of_commits(all.iter().map(|(id, checked)| (id.as_str(), checked))),
            [
                "4 commits (11111111, 33333333, 44444444 and 1 more): signature unverified: no keys are named",
                "22222222: signature verified, by Ann (key B)",
            ]
        );
    }
}
