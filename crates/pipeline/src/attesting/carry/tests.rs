use super::*;
use ai_detect_base::change::Commit;
use ai_detect_base::vocabulary::{Declaration, Involvement};
use ai_detect_git::Files;

/// The ways between commits that are all at hand.
fn ways<const OLD: usize, const NEW: usize>(
    old: [CommitChange; OLD],
    new: [CommitChange; NEW],
) -> Vec<Vec<NoteTransfer>> {
    let (old, new) = (old.map(Arc::new), new.map(Arc::new));
    let side = |changes: &[Arc<CommitChange>]| {
        let mut side = Side::default();
        changes.iter().for_each(|change| side.push(Brief::of(change), true));
        side
    };
    let read = (&|at: usize| old.get(at).cloned(), &|at: usize| new.get(at).cloned());
    let found = super::ways(&side(&old), &side(&new), (read.0, read.1));
    assert_eq!(found.cut, 0);
    found.of
}

fn change(files: &[(&str, &str, &str)]) -> CommitChange {
    let file = |(path, old, new): &(&str, &str, &str)| {
        let text = |content: &str| Arc::new(Text::new(content.as_bytes().to_vec()));
        let (old, new) = (text(old), text(new));
        Touched { path: (*path).into(), texts: Some(Texts::new(old, new)), ids: (None, None) }
    };
    CommitChange {
        commit: Commit::default(),
        files: Files { touched: files.iter().map(file).collect(), is_cut: false },
    }
}

#[test]
fn a_rebased_patch_is_the_same_wherever_it_lands() {
    let old = [change(&[("a", "x\n", "x\none\ntwo\n")])];
    let new = [change(&[("b", "", "other\n")]), change(&[("a", "1\n2\nx\n", "1\n2\nx\n one\ntwo\n")])];
    assert_eq!(ways(old, new), [[NoteTransfer::Same { to: 1 }]]);
}

#[test]
fn twins_go_to_twins() {
    let twin = || change(&[("a", "", "one\n")]);
    assert_eq!(
        ways([twin(), twin()], [twin(), twin()]),
        [[NoteTransfer::Same { to: 0 }], [NoteTransfer::Same { to: 1 }]]
    );
}

#[test]
fn a_squash_takes_each_ones_lines() {
    let old = [change(&[("a", "", "one\ntwo\n")]), change(&[("a", "one\ntwo\n", "one\ntwo\nthree\nfour\n")])];
    let new = [change(&[("a", "", "one\ntwo\nthree\n\nfive\n")])];
    let moved = |lines: &[(u32, u32)]| vec![Moved { path: "a".into(), lines: lines.to_vec() }];
    assert_eq!(
        ways(old, new),
        [
            [NoteTransfer::Lines { to: 0, moved: moved(&[(1, 1), (2, 2)]), found: (2, 2) }],
            [NoteTransfer::Lines { to: 0, moved: moved(&[(3, 3)]), found: (1, 2) }]
        ]
    );
}

#[test]
fn brackets_do_not_show_that_lines_moved() {
    let old = [change(&[("a", "", "one {\n}\n\ntwo {\n}\n\nthree {\n}\n")])];
    let rewritten = change(&[("a", "", "un {\n}\n\ndeux {\n}\n\nthree {\n}\n")]);
    assert_eq!(ways(old, [rewritten]), [[]], "one of three lines, whatever surrounds them");
}

#[test]
fn blank_lines_and_brackets_go_with_the_lines_around_them() {
    let old = || change(&[("a", "", "one {\ntwo\n}\nthree\n")]);
    let lines = |text: &str| match &ways([old()], [change(&[("a", "", text)])])[..] {
        [ways] => match &ways[..] {
            [NoteTransfer::Lines { moved, .. }] => {
                moved.iter().flat_map(|moved| moved.lines.clone()).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(lines("one {\n\ntwo\n}\n\nthree\n}\nx\n"), [(1, 1), (1, 2), (2, 3), (2, 4), (2, 5), (4, 6)]);
    assert_eq!(lines("one {\n\nother\n}\n\nthree\n"), [(1, 1), (4, 6)]);
}

#[test]
fn an_entry_for_some_lines_goes_with_those_lines() {
    let moved = vec![Moved { path: "a".into(), lines: vec![(1, 11), (2, 12), (4, 14)] }];
    let way = NoteTransfer::Lines { to: 0, moved, found: (3, 3) };
    let entry = |covers: &[(&str, (u32, u32))]| {
        let covers = covers.iter().map(|(path, lines)| Cover { path: (*path).into(), lines: vec![*lines] }).collect();
        let declaration = Declaration { involvement: Involvement::NoAi, accountable: None };
        Entry { declaration, covers, carried_from: None }
    };
    let covered = |covers: &[(&str, (u32, u32))]| {
        let note = Note::with(vec![entry(covers)]);
        carried(&note, "00ff", &way)
            .into_iter()
            .flat_map(|entry| entry.covers)
            .flat_map(|cover| cover.lines)
            .collect::<Vec<_>>()
    };
    assert_eq!(covered(&[]), [(11, 12), (14, 14)]);
    assert_eq!(covered(&[("a", (2, 9))]), [(12, 12), (14, 14)]);
    assert_eq!(covered(&[("a", (9, 12)), ("b", (1, 4))]), [], "none of the lines it speaks of moved");
}

#[test]
fn what_was_rewritten_takes_no_note_along() {
    let old = || [change(&[("a", "", "one\ntwo\nthree\n")])];
    assert_eq!(ways(old(), [change(&[("a", "", "one\nother\nmore\n")])]), [[]]);
    assert_eq!(ways(old(), [change(&[("b", "", "one\ntwo\nthree\nand\n")])]), [[]], "another file");
    assert_eq!(ways([change(&[])], [change(&[])]), [[]], "an empty commit is like any other");
}

/// The removed and the added lines of an edit.
type SpelledEdit = [Vec<Vec<u8>>; 2];

/// What a change does, spelled out: its paths and their edits with all their lines.
fn spelled_out(change: &CommitChange) -> Vec<(Vec<u8>, Vec<SpelledEdit>)> {
    let lines =
        |text: &Text, span: Span| (span.start..span.end).map(|line| without_space(text.line(line)).collect()).collect();
    let file = |file: &Touched| {
        let texts = file.texts.as_ref().unwrap();
        let edits = texts.edits().iter().map(|edit| [lines(&texts.old, edit.old), lines(&texts.new, edit.new)]);
        (file.path.to_vec(), edits.collect())
    };
    change.files.touched.iter().map(file).collect()
}

proptest::proptest! {
    #[test]
    fn patches_are_the_same_where_their_bytes_are(
        first in (samples::text(3), samples::text(3)), second in (samples::text(3), samples::text(3))
    ) {
        let change = |(old, new): &(String, String)| change(&[("a", old, new)]);
        let (first, second) = (change(&first), change(&second));
        proptest::prop_assert_eq!(patch(&first) == patch(&second), spelled_out(&first) == spelled_out(&second));
    }

    #[test]
    fn lines_are_carried_where_their_bytes_are_there(old in samples::text(6), new in samples::text(6)) {
        let (before, after) = (change(&[("a", "", &old)]), change(&[("a", "", &new)]));
        let with_words = |text: &str| -> Vec<Vec<u8>> {
            let lines = samples::squeezed(text).into_iter();
            lines.filter(|line| line.iter().any(u8::is_ascii_alphanumeric)).collect()
        };
        let mut left = with_words(&new);
        let had = with_words(&old);
        let found = had.iter().filter(|line| left.iter().position(|other| other == *line).map(|at| left.remove(at)).is_some());
        let found = found.count();
        let way = by_lines(&before, &after, 0);
        let counted = way.map(|way| if let NoteTransfer::Lines { found, .. } = way { found } else { (0, 0) });
        let expected = (!had.is_empty() && found * 2 >= had.len()).then_some((found as u32, had.len() as u32));
        proptest::prop_assert_eq!(counted, expected);
    }
}

#[test]
fn the_end_of_a_path_is_not_the_start_of_a_patch() {
    let one = change(&[("a", "", "one\n")]);
    let other = change(&[("a+one\n@\n", "", "")]);
    assert_ne!(patch(&one), patch(&other));
}

/// Texts of few different lines, some of which a fast hash without a key takes for one another.
mod samples {
    use proptest::prelude::*;

    /// The last two lines have the same `FxHash` byte by byte, white space left out.
    const LINES: [&str; 7] = [
        "",
        " \t",
        "}",
        "return total(first, second)",
        "\treturn total( first,second )\r",
        "This project is maintained by volunteers.",
        "x_0 = measure(0)  # irxahbmermcczktfsfvbboccjumchfae",
    ];

    /// Up to `max` lines.
    pub(super) fn text(max: usize) -> impl Strategy<Value = String> {
        proptest::collection::vec(proptest::sample::select(&LINES), 0..=max).prop_map(|lines| lines.join("\n"))
    }

    /// The lines of a text without their white space.
    pub(super) fn squeezed(text: &str) -> Vec<Vec<u8>> {
        text.lines().map(|line| ai_detect_base::lines::without_space(line.as_bytes()).collect()).collect()
    }
}
