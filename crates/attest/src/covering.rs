//! What speaks for one line, and for the lines of a hunk: records cover the lines that they list,
//! everything else the whole commit.

use std::collections::{BTreeMap, HashMap};

use super::{Attestation, RecordedLines, State, States};
use ai_detect_base::change::{Origin, Span};
use ai_detect_base::slices::items_of;

impl Attestation {
    /// What recorders say of the lines of a path.
    pub fn recorded_of(&self, path: &str) -> &[RecordedLines] {
        let start = self.lines.partition_point(|lines| lines.path.as_str() < path);
        let found = items_of(&self.lines, start..);
        items_of(found, ..found.partition_point(|lines| lines.path == path))
    }
}

/// How fully a line is attested.
///
/// `path` and `line` (from 1) are those of the commit that brought the line, not of the head. The
/// fullest statement counts: a trailer speaks for lines that a record leaves out, and a record of a
/// tool's lines for lines of a commit that says "no AI".
pub fn covering(attestation: &Attestation, path: &str, line: u32) -> State {
    let recorded = attestation.recorded_of(path).iter().filter(|lines| {
        let after = lines.ranges.partition_point(|range| range.last < line);
        lines.ranges.get(after).is_some_and(|range| range.contains(line))
    });
    recorded.map(|lines| lines.state).fold(attestation.elsewhere, State::max)
}

/// What the commits of a change attest, ready to be asked for many hunks: records are gone through once, however many
/// hunks there are.
pub struct Covered<'a> {
    /// In the order of the commits, each with what is recorded of its files.
    commits: Vec<(States, HashMap<&'a str, Vec<Stretch>>)>,
}

impl<'a> Covered<'a> {
    /// By the attestations of a change's commits, in their order, each with its states: its own, or those by a policy's
    /// measure.
    pub fn by(attestations: impl IntoIterator<Item = (&'a Attestation, States)>) -> Self {
        let files = |attestation: &'a Attestation| {
            let files = attestation.lines.chunk_by(|a, b| a.path == b.path);
            files.filter_map(|lines| Some((lines.first()?.path.as_str(), stretches(lines)))).collect()
        };
        Covered { commits: attestations.into_iter().map(|(found, states)| (states, files(found))).collect() }
    }

    /// How many of a hunk's lines are attested how, apart for each commit that brought some.
    ///
    /// `path` is the file's at the head. Only lines of the runs in `telling` count, sorted as they are; where there is
    /// none, all count, and what records list does not. Lines that no commit brought are attested by nothing.
    pub fn states(&self, origins: &[Origin], telling: &[Span], path: &str) -> Vec<(State, u32)> {
        let mut found: BTreeMap<(Option<u32>, State), u32> = BTreeMap::new();
        for origin in origins {
            let mut add = |state: State, lines: u32| *found.entry((origin.commit, state)).or_default() += lines;
            let parts = within(origin, telling);
            let lines =
                if telling.is_empty() { origin.span.len() } else { parts.clone().map(|part| part.span.len()).sum() };
            if origin.before.is_some() && lines > 0 {
                let whole = telling.is_empty().then(|| origin.clone());
                for part in parts.chain(whole) {
                    for key in self.with_before(&part, telling.is_empty(), path) {
                        *found.entry(key).or_default() += 1;
                    }
                }
                continue;
            }
            match origin.commit.and_then(|at| self.commits.get(at as usize)) {
                _ if lines == 0 => {}
                None => add(State::Absent, lines),
                Some((states, files)) if files.is_empty() => add(states.commit, lines),
                Some((states, _)) if telling.is_empty() => add(states.elsewhere, lines),
                Some((states, files)) => {
                    let then = origin.path.as_ref().map_or(path.into(), |path| String::from_utf8_lossy(path));
                    let stretches = files.get(&*then).map_or(&[][..], Vec::as_slice);
                    let by_line = parts.flat_map(|part| by_line(states.elsewhere, stretches, &part));
                    by_line.for_each(|state| add(state, 1));
                }
            }
        }
        found.into_iter().map(|((_, state), lines)| (state, lines)).collect()
    }

    /// The states of lines that two commits of the range brought: for each line the fuller one, and whose it is.
    ///
    /// Only a declaration of AI use counts again. A denial, or a form that the project does not accept, speaks for its own
    /// commit alone: the author of this commit did not write it.
    fn with_before(&self, origin: &Origin, is_whole: bool, path: &str) -> Vec<(Option<u32>, State)> {
        let own = self.of_lines(origin, is_whole, path);
        let Some(before) = origin.before else { return own.into_iter().map(|state| (origin.commit, state)).collect() };
        let then = Origin { commit: Some(before.commit), line: before.line, before: None, ..origin.clone() };
        let then = self.of_lines(&then, is_whole, path);
        let fuller = |(own, then): (State, State)| {
            if then > own && matches!(then, State::Complete | State::Partial) {
                (Some(before.commit), then)
            } else {
                (origin.commit, own)
            }
        };
        own.into_iter().zip(then).map(fuller).collect()
    }

    /// The state of each line of an origin by its commit alone.
    fn of_lines(&self, origin: &Origin, is_whole: bool, path: &str) -> Vec<State> {
        let alike = |state: State| vec![state; origin.span.len() as usize];
        match origin.commit.and_then(|at| self.commits.get(at as usize)) {
            None => alike(State::Absent),
            Some((states, files)) if files.is_empty() => alike(states.commit),
            Some((states, _)) if is_whole => alike(states.elsewhere),
            Some((states, files)) => {
                let then = origin.path.as_ref().map_or(path.into(), |path| String::from_utf8_lossy(path));
                by_line(states.elsewhere, files.get(&*then).map_or(&[][..], Vec::as_slice), origin)
            }
        }
    }
}

/// The parts of an origin that are in some of the spans, which are sorted and disjoint.
fn within<'a>(origin: &'a Origin, spans: &'a [Span]) -> impl Iterator<Item = Origin> + Clone + 'a {
    let first = spans.partition_point(|span| span.end <= origin.span.start);
    let overlapping = items_of(spans, first..).iter().take_while(|span| span.start < origin.span.end);
    overlapping.filter_map(|span| origin.within(*span))
}

/// Neighbouring lines of a file that are recorded alike, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    first: u64,
    /// One past the last.
    end: u64,
    state: State,
}

/// What recorders say of a file's lines, the fullest where several speak: sorted, disjoint.
fn stretches(recorded: &[RecordedLines]) -> Vec<Stretch> {
    // Where a range of some strength starts and ends.
    let mut ends: Vec<(u64, bool, u8)> = Vec::new();
    for lines in recorded {
        for range in lines.ranges.iter().filter(|range| !range.is_empty()) {
            ends.push((range.first.into(), true, lines.state.rank()));
            ends.push((u64::from(range.last) + 1, false, lines.state.rank()));
        }
    }
    ends.sort_unstable();
    let mut open = State::ALL.map(|state| (state, 0u32));
    let mut found: Vec<Stretch> = Vec::new();
    let mut first = 0;
    for (at, starts, rank) in ends {
        let fullest = open.iter().rev().find(|(_, ranges)| *ranges > 0);
        if let Some((state, _)) = fullest.filter(|_| first < at) {
            match found.last_mut() {
                Some(last) if last.end == first && last.state == *state => last.end = at,
                _ => found.push(Stretch { first, end: at, state: *state }),
            }
        }
        first = at;
        if let Some((_, ranges)) = open.get_mut(usize::from(rank)) {
            *ranges = if starts { ranges.saturating_add(1) } else { ranges.saturating_sub(1) };
        }
    }
    found
}

/// What [`covering`] says of each of some neighbouring lines, given what is recorded of their file.
fn by_line(elsewhere: State, stretches: &[Stretch], origin: &Origin) -> Vec<State> {
    let mut states = vec![elsewhere; origin.span.len() as usize];
    let start = u64::from(origin.line) + 1;
    let before = stretches.partition_point(|stretch| stretch.end <= start);
    for stretch in stretches.iter().skip(before) {
        // What a machine cannot count to lies behind all lines.
        let from = usize::try_from(stretch.first.saturating_sub(start)).unwrap_or(usize::MAX);
        let to = usize::try_from(stretch.end.saturating_sub(start)).unwrap_or(usize::MAX).min(states.len());
        let Some(covered) = states.get_mut(from..to) else { break };
        covered.iter_mut().for_each(|state| *state = (*state).max(stretch.state));
    }
    states
}

#[cfg(test)]
mod tests {
    use super::super::{Contributor, Form, LineRange};
    use super::*;

    fn lines(contributor: Contributor, state: State, ranges: &[(u32, u32)]) -> RecordedLines {
        RecordedLines {
            form: Form::of_id("git-ai-note").unwrap(),
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
        let trailer = Attestation { state: State::Partial, elsewhere: State::Partial, ..Attestation::default() };
        let all = [attestation(State::Absent), trailer];
        // Lines 10 to 15 of the head were lines 3 to 8 of a file of another name; line 16 is the other commit's.
        let renamed =
            Origin { commit: Some(0), line: 2, path: Some("a.rs".into()), ..Origin::unknown(Span::new(9, 15)) };
        let other = Origin { commit: Some(1), line: 0, ..Origin::unknown(Span::new(15, 16)) };
        let covered = Covered::by(all.iter().map(|one| (one, one.states())));
        let all = [Span::new(0, 100)];
        let found = covered.states(&[renamed.clone(), other, Origin::unknown(Span::new(16, 18))], &all, "b.rs");
        let expected =
            [(State::Absent, 2), (State::Absent, 1), (State::Denied, 2), (State::Complete, 3), (State::Partial, 1)];
        assert_eq!(found, expected);
        let part = renamed.within(Span::new(11, 12)).map(|part| covered.states(&[part], &all, "b.rs"));
        assert_eq!(part, Some(vec![(State::Complete, 1)]));
    }

    #[test]
    fn only_telling_lines_count() {
        let recorded = attestation(State::Absent);
        let covered = Covered::by([(&recorded, recorded.states())]);
        let states = |telling: &[Span]| {
            // Lines 1 to 10, of which 3 to 5 and 9 are a tool's, and 6 and 7 a person's.
            let origin = Origin { commit: Some(0), ..Origin::unknown(Span::new(0, 10)) };
            covered.states(&[origin], telling, "a.rs")
        };
        let (absent, denied, complete) = (State::Absent, State::Denied, State::Complete);
        assert_eq!(states(&[Span::new(2, 4), Span::new(8, 9)]), [(complete, 3)]);
        assert_eq!(states(&[Span::new(1, 3), Span::new(5, 6)]), [(absent, 1), (denied, 1), (complete, 1)]);
        assert_eq!(states(&[]), [(absent, 10)], "a record of blank lines alone attests nothing");
    }

    /// Lines of one file, by turns of two commits, each with a record of a hundred thousand others: going through
    /// those for each of the lines would take minutes, and so it would for each of as many hunks.
    #[test]
    fn records_are_gone_through_once_for_all_hunks() {
        let recorded = |at: u32| {
            let (path, line) = if at.is_multiple_of(2) { ("a.rs".to_owned(), at + 1) } else { (format!("{at}.rs"), 1) };
            RecordedLines { path, ..lines(Contributor::Ai, State::Complete, &[(line, line)]) }
        };
        let mut lines: Vec<RecordedLines> = (0..100_000).map(recorded).collect();
        lines.sort_by(|a, b| a.path.cmp(&b.path));
        let one = Attestation { lines, ..Attestation::default() };
        let all = [one.clone(), one];
        let origin = |at: u32| Origin { commit: Some(at % 2), line: at, ..Origin::unknown(Span::new(at, at + 1)) };
        let origins: Vec<Origin> = (0..100_000).map(origin).collect();
        let covered = Covered::by(all.iter().map(|one| (one, one.states())));
        assert_eq!(
            covered.states(&origins, &[Span::new(0, 100_000)], "a.rs"),
            [(State::Complete, 50_000), (State::Absent, 50_000)]
        );
        for (at, origin) in origins.iter().enumerate() {
            let expected = if at % 2 == 0 { State::Complete } else { State::Absent };
            assert_eq!(covered.states(std::slice::from_ref(origin), &[origin.span], "a.rs"), [(expected, 1)]);
        }
    }

    proptest::proptest! {
        #[test]
        fn many_lines_are_covered_as_each_of_them(
            line in 0u32..12,
            len in 0u32..12,
            elsewhere in 0usize..6,
            records in proptest::collection::vec((0usize..6, proptest::collection::vec((1u32..5, 0u32..4), 0..4)), 0..5),
        ) {
            let record = |(state, ranges): (usize, Vec<(u32, u32)>)| {
                let mut next = 0;
                // Sorted and disjoint, as they are.
                let ranges: Vec<(u32, u32)> = ranges.into_iter().map(|(gap, more)| {
                    let first = next + gap;
                    next = first + more + 1;
                    (first, first + more)
                }).collect();
                lines(Contributor::Ai, State::ALL[state], &ranges)
            };
            let lines = records.into_iter().map(record).collect();
            let attestation = Attestation { elsewhere: State::ALL[elsewhere], lines, ..Attestation::default() };
            let origin = Origin { line, commit: Some(0), ..Origin::unknown(ai_detect_base::change::Span::new(0, len)) };
            let one_by_one: Vec<State> = (0..len).map(|at| covering(&attestation, "a.rs", line + at + 1)).collect();
            assert_eq!(by_line(attestation.elsewhere, &stretches(&attestation.lines), &origin), one_by_one);
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
