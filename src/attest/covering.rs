//! What speaks for one line, and for the lines of a hunk: records cover the lines that they list,
//! everything else the whole commit.

use std::collections::BTreeMap;

use super::{Attestation, State};
use crate::change::Origin;

/// How fully a line is attested.
///
/// `path` and `line` (from 1) are those of the commit that brought the line, not of the head. The
/// fullest statement counts: a trailer speaks for lines that a record leaves out, and a record of a
/// tool's lines for lines of a commit that says "no AI".
pub fn covering(attestation: &Attestation, path: &str, line: u32) -> State {
    let recorded = attestation.lines.iter().filter(|lines| lines.path == path);
    let recorded = recorded.filter(|lines| {
        let after = lines.ranges.partition_point(|range| range.last < line);
        lines.ranges.get(after).is_some_and(|range| range.contains(line))
    });
    recorded.map(|lines| lines.state).fold(attestation.elsewhere, fuller)
}

/// How many of a hunk's lines are attested how, apart for each commit that brought some.
///
/// `path` is the file's at the head; `attestations` are those of the change's commits, in their
/// order. Lines that no commit brought are attested by nothing.
pub fn states(origins: &[Origin], path: &str, attestations: &[Attestation]) -> Vec<(State, u32)> {
    let mut found: BTreeMap<(Option<u32>, u8), (State, u32)> = BTreeMap::new();
    let mut add = |commit: Option<u32>, state: State, lines: u32| {
        found.entry((commit, strength(state))).or_insert((state, 0)).1 += lines;
    };
    for origin in origins {
        let attestation = origin.commit.and_then(|at| attestations.get(at as usize));
        match attestation {
            None => add(origin.commit, State::Absent, origin.span.len()),
            Some(attestation) if attestation.lines.is_empty() => {
                add(origin.commit, attestation.state, origin.span.len())
            }
            Some(attestation) => {
                let then = origin.path.as_ref().map_or(path.into(), |path| String::from_utf8_lossy(path));
                by_line(attestation, &then, origin).into_iter().for_each(|state| add(origin.commit, state, 1));
            }
        }
    }
    found.into_values().collect()
}

/// What [`covering`] says of each of some neighbouring lines, at a cost that does not grow with the
/// number of lines times that of records.
fn by_line(attestation: &Attestation, path: &str, origin: &Origin) -> Vec<State> {
    let mut states = vec![attestation.elsewhere; origin.span.len() as usize];
    for lines in attestation.lines.iter().filter(|lines| lines.path == path) {
        let before = lines.ranges.partition_point(|range| range.last <= origin.line);
        for range in lines.ranges.iter().skip(before) {
            let from = range.first.saturating_sub(1).saturating_sub(origin.line) as usize;
            let to = ((range.last - origin.line) as usize).min(states.len());
            let Some(covered) = states.get_mut(from..to) else { break };
            covered.iter_mut().for_each(|state| *state = fuller(*state, lines.state));
        }
    }
    states
}

fn fuller(a: State, b: State) -> State {
    if strength(b) > strength(a) { b } else { a }
}

fn strength(state: State) -> u8 {
    match state {
        State::Absent => 0,
        State::Denied => 1,
        // What cannot be read may say more than what a person's lines say.
        State::Unreadable => 2,
        State::WrongForm => 3,
        State::Partial => 4,
        State::Complete => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Contributor, Form, LineRange, RecordedLines};
    use super::*;

    fn lines(contributor: Contributor, state: State, ranges: &[(u32, u32)]) -> RecordedLines {
        RecordedLines {
            form: Form::GitAiNote,
            path: "a.rs".into(),
            ranges: ranges.iter().map(|&(first, last)| LineRange { first, last }).collect(),
            contributor,
            tool: None,
            model: None,
            session: None,
            state,
        }
    }

    fn attestation(elsewhere: State) -> Attestation {
        Attestation {
            elsewhere,
            lines: vec![
                lines(Contributor::Ai, State::Complete, &[(3, 5), (9, 9)]),
                lines(Contributor::Human, State::Denied, &[(6, 7)]),
            ],
            ..Attestation::default()
        }
    }

    fn some_lines(elsewhere: State) -> Vec<State> {
        [2, 3, 5, 6, 8, 9].map(|line| covering(&attestation(elsewhere), "a.rs", line)).to_vec()
    }

    #[test]
    fn records_cover_only_their_lines() {
        use State::{Absent, Complete, Denied};
        assert_eq!(some_lines(Absent), [Absent, Complete, Complete, Denied, Absent, Complete]);
        assert_eq!(covering(&attestation(Absent), "b.rs", 3), Absent);
    }

    #[test]
    fn a_hunk_is_as_attested_as_its_lines() {
        use crate::change::Span;
        let trailer = Attestation { state: State::Partial, elsewhere: State::Partial, ..Attestation::default() };
        let all = [attestation(State::Absent), trailer];
        // Lines 10 to 15 of the head were lines 3 to 8 of a file of another name; line 16 is the other commit's.
        let renamed = Origin { span: Span::new(9, 15), commit: Some(0), line: 2, path: Some("a.rs".into()) };
        let other = Origin { span: Span::new(15, 16), commit: Some(1), line: 0, path: None };
        let found = states(&[renamed.clone(), other, Origin::unknown(Span::new(16, 18))], "b.rs", &all);
        let expected =
            [(State::Absent, 2), (State::Absent, 1), (State::Denied, 2), (State::Complete, 3), (State::Partial, 1)];
        assert_eq!(found, expected);
        let part = renamed.within(Span::new(11, 12)).map(|part| states(&[part], "b.rs", &all));
        assert_eq!(part, Some(vec![(State::Complete, 1)]));
    }

    proptest::proptest! {
        #[test]
        fn many_lines_are_covered_as_each_of_them(line in 0u32..12, len in 0u32..12) {
            let origin = Origin { line, commit: Some(0), ..Origin::unknown(crate::change::Span::new(0, len)) };
            let attestation = attestation(State::Partial);
            let one_by_one: Vec<State> = (0..len).map(|at| covering(&attestation, "a.rs", line + at + 1)).collect();
            assert_eq!(by_line(&attestation, "a.rs", &origin), one_by_one);
        }
    }

    #[test]
    fn a_trailer_covers_what_a_record_leaves_out() {
        use State::{Complete, Denied, Partial, Unreadable};
        assert_eq!(some_lines(Partial), [Partial, Complete, Complete, Partial, Partial, Complete]);
        assert_eq!(some_lines(Denied), [Denied, Complete, Complete, Denied, Denied, Complete]);
        assert_eq!(some_lines(Unreadable), [Unreadable, Complete, Complete, Unreadable, Unreadable, Complete]);
    }
}
