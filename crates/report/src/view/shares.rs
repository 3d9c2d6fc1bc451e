//! Which lines of a block are declared and which are not, where several commits brought it.

use crate::asked::asked;
use crate::words::short;
use crate::{HunkReport, Report};
use ai_detect_attest::State;

/// How many commits are named for each kind of lines.
const MAX_NAMED: usize = 3;

/// What is declared of some lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Declared {
    /// AI use, in an accepted form.
    AiUse,
    /// That no AI was used.
    NoAi,
    /// AI use, in a form that the project does not accept.
    WrongForm,
    /// Something that cannot be read.
    Unreadable,
    /// Nothing.
    Nothing,
}

const ALL: [Declared; 5] =
    [Declared::AiUse, Declared::NoAi, Declared::WrongForm, Declared::Unreadable, Declared::Nothing];

impl From<State> for Declared {
    fn from(state: State) -> Self {
        match state {
            State::Complete | State::Partial => Declared::AiUse,
            State::Denied => Declared::NoAi,
            State::WrongForm => Declared::WrongForm,
            State::Unreadable => Declared::Unreadable,
            State::Absent => Declared::Nothing,
        }
    }
}

/// `24 of its 34 lines are declared (2a29802d), 10 are not (a19593b3, c6e661d8)`. Nothing where one commit answers for all.
pub(crate) fn shares(report: &Report, hunk: &HunkReport) -> Option<String> {
    if hunk.commits.len() < 2 {
        return None;
    }
    let mut kinds = ALL.map(|declared| (declared, 0u32, Vec::new()));
    for part in &hunk.commits {
        let Some(commit) = report.commits.iter().find(|commit| commit.id == part.id) else { continue };
        if commit.attestation.elsewhere != commit.attestation.state && !commit.attestation.lines.is_empty() {
            // It declares some lines and not others, and which of them are these is not known here.
            return None;
        }
        let of = Declared::from(commit.attestation.state);
        for (_, lines, ids) in kinds.iter_mut().filter(|(declared, ..)| *declared == of) {
            *lines = lines.saturating_add(part.lines);
            ids.push(short(&commit.id));
        }
    }
    let total: u32 = kinds.iter().fold(0, |total, (_, lines, _)| total.saturating_add(*lines));
    let found: Vec<&(Declared, u32, Vec<&str>)> = kinds.iter().filter(|(_, lines, _)| *lines > 0).collect();
    let sentence = |(at, (declared, lines, ids)): (usize, &&(Declared, u32, Vec<&str>))| {
        let of = if at == 0 { format!(" of its {total} lines") } else { String::new() };
        let follows_declared = at > 0 && found.first().is_some_and(|(first, ..)| *first == Declared::AiUse);
        format!("{lines}{of} {} ({})", what(*declared, *lines == 1, follows_declared), named(ids))
    };
    match found.as_slice() {
        [] => None,
        [(Declared::Nothing, _, ids)] if asked(hunk, &report.commits).len() > 1 => {
            Some(format!("none of its {total} lines is declared ({})", named(ids)))
        }
        [_] => None,
        several => Some(several.iter().enumerate().map(sentence).collect::<Vec<_>>().join(", ")),
    }
}

fn what(declared: Declared, is_one: bool, follows_declared: bool) -> String {
    let (are, have) = if is_one { ("is", "has") } else { ("are", "have") };
    match declared {
        Declared::AiUse => format!("{are} declared"),
        Declared::NoAi => format!("{are} declared as made without AI"),
        Declared::WrongForm => format!("{are} declared in a form that the project does not accept"),
        Declared::Unreadable => format!("{have} a record about AI use that cannot be read"),
        Declared::Nothing if follows_declared => format!("{are} not"),
        Declared::Nothing => format!("{are} not declared"),
    }
}

fn named(ids: &[&str]) -> String {
    let more = ids.len().saturating_sub(MAX_NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", ids.iter().take(MAX_NAMED).copied().collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::Verdict;
    use crate::{HunkCommit, sample};

    fn of(parts: &[(State, u32)]) -> Option<String> {
        let mut report = sample::report("x", 1);
        let commit = report.commits.remove(0);
        report.commits.clear();
        let mut hunk = report.hunks.remove(0);
        hunk.verdict = Verdict::Unattested;
        hunk.commits.clear();
        for ((state, lines), letter) in parts.iter().zip(["a", "b", "c", "d", "e"]) {
            let mut commit = crate::CommitReport { id: letter.repeat(40), ..commit.clone() };
            commit.attestation.state = *state;
            hunk.commits.push(HunkCommit { id: commit.id.clone(), lines: *lines });
            report.commits.push(commit);
        }
        shares(&report, &hunk)
    }

    #[test]
    fn a_block_of_several_commits_says_whose_lines_are_declared() {
        use State::{Absent, Complete, Denied, Partial, WrongForm};
        for (parts, expected) in [
            (
                &[(Partial, 24), (Absent, 6), (Absent, 4)][..],
                Some("24 of its 34 lines are declared (aaaaaaaa), 10 are not (bbbbbbbb, cccccccc)"),
            ),
            (&[(Absent, 9), (Complete, 1)], Some("1 of its 10 lines is declared (bbbbbbbb), 9 are not (aaaaaaaa)")),
            (
                &[(Denied, 9), (Absent, 6)],
                Some("9 of its 15 lines are declared as made without AI (aaaaaaaa), 6 are not declared (bbbbbbbb)"),
            ),
            (
                &[(Complete, 9), (WrongForm, 6)],
                Some(
                    "9 of its 15 lines are declared (aaaaaaaa), 6 are declared in a form that the project does not accept \
                     (bbbbbbbb)",
                ),
            ),
            (&[(Absent, 9), (Absent, 6)], Some("none of its 15 lines is declared (aaaaaaaa, bbbbbbbb)")),
            (&[(Absent, 9), (Absent, 2)], None),
            (&[(Absent, 9)], None),
            (&[], None),
        ] {
            assert_eq!(of(parts).as_deref(), expected, "{parts:?}");
        }
        let five = of(&[(Complete, 9), (Absent, 9), (Absent, 9), (Absent, 9), (Absent, 9)]).unwrap_or_default();
        assert!(five.ends_with(", 36 are not (bbbbbbbb, cccccccc, dddddddd and 1 more)"), "{five}");
    }
}
