//! Which block a decision is about: attempts to have an answer read for another block than the one it was made for.

use super::block::MAX_SHOWN;
use super::tests::*;
use super::*;
use ai_detect_report::Report;

const DISMISS: &str = "/ai-detect dismiss c5a7f83d generated";

/// What a run over a report finds, after another run and with comments.
fn settled(report: &Report, earlier: &Earlier, comments: &[Comment]) -> Triage {
    settle(&request(), report, earlier, all(comments), &people())
}

/// Whether the only flag of a report is put away.
fn is_dismissed(report: &Report, triage: &Triage) -> bool {
    standings(report, triage.decisions())[0].standing == Standing::Dismissed
}

#[test]
fn an_answer_is_about_the_block_that_was_shown_before_it() {
    let (first, second) = (report(&[FIRST]), report(&[SECOND]));
    for key in [None, Some(key())] {
        let shown = next(&settled(&first, &Earlier::Absent, &[]), key.as_ref());
        let answer = [comment(1, REVIEWER, DISMISS)];
        assert!(is_dismissed(&first, &settled(&first, &shown, &answer)));
        // The answer is read for the first time after a push that brings a block which its id fits, too.
        let pushed = settled(&second, &shown, &answer);
        assert!(!is_dismissed(&second, &pushed));
        assert!(told(&pushed)[0].contains(&format!("`{FIRST}`, `{SECOND}`")), "{:?}", pushed.answers);
        // It says the same in each run after that.
        let again = settled(&second, &next(&pushed, key.as_ref()), &answer);
        assert!(!is_dismissed(&second, &again));
        let whole = [comment(2, REVIEWER, &format!("/ai-detect dismiss {SECOND} generated"))];
        assert!(is_dismissed(&second, &settled(&second, &next(&pushed, key.as_ref()), &whole)));
    }
}

#[test]
fn what_an_answer_once_meant_it_means_for_good() {
    let answer = [comment(1, REVIEWER, DISMISS)];
    for key in [None, Some(key())] {
        let first = settled(&report(&[FIRST]), &Earlier::Absent, &answer);
        let (both, second) = (report(&[FIRST, SECOND]), report(&[SECOND]));
        let pushed = settled(&both, &next(&first, key.as_ref()), &answer);
        assert_eq!((decided(&pushed).len(), told(&pushed).len()), (1, 0));
        assert_eq!(standings(&both, pushed.decisions())[1].standing, Standing::Dismissed);
        assert_eq!(standings(&both, pushed.decisions())[0].at, 1);
        assert!(!is_dismissed(&second, &settled(&second, &next(&pushed, key.as_ref()), &answer)));
    }
}

#[test]
fn a_block_whose_white_space_changes_is_another_block() {
    let (before, after) = (report_of(&[(FIRST, TEXT)]), report_of(&[(FIRST, OTHER_TEXT)]));
    let shown = next(&settled(&before, &Earlier::Absent, &[]), None);
    let answer = [comment(1, REVIEWER, DISMISS)];
    // Pushed before the answer was read, and after.
    let unread = settled(&after, &shown, &answer);
    assert!(!is_dismissed(&after, &unread));
    let read = settled(&before, &shown, &answer);
    assert!(is_dismissed(&before, &read));
    let pushed = settled(&after, &next(&read, None), &answer);
    assert!(!is_dismissed(&after, &pushed));
    // The old form is still put away, and the new one can be.
    assert!(is_dismissed(&before, &settled(&before, &next(&pushed, None), &answer)));
    let both = [answer[0].clone(), comment(2, REVIEWER, DISMISS)];
    let answered = settled(&after, &next(&pushed, None), &both);
    assert!(is_dismissed(&after, &answered));
    assert!(is_dismissed(&after, &settled(&after, &next(&answered, None), &both)));
}

#[test]
fn a_short_id_decides_nothing_new_and_keeps_what_it_decided() {
    let short = [comment(1, REVIEWER, "/ai-detect dismiss c5a7 generated")];
    let first = report(&[FIRST]);
    let fresh = settled(&first, &Earlier::Absent, &short);
    assert!(!is_dismissed(&first, &fresh));
    assert!(told(&fresh)[0].ends_with("write 8 digits or more, as in `c5a7f83d`"), "{:?}", fresh.answers);
    // A version before took it. Without a key, anybody can write that it did.
    let took = settled(&first, &Earlier::Absent, &[comment(1, REVIEWER, DISMISS)]);
    for (key, counts) in [(None, false), (Some(key()), true)] {
        let read = settled(&first, &next(&took, key.as_ref()), &short);
        assert_eq!(is_dismissed(&first, &read), counts);
        assert_eq!(read.doubted().map(|(_, doubt)| doubt).any(|doubt| doubt == Doubt::ShortId), !counts);
        let second = report(&[SECOND]);
        assert!(!is_dismissed(&second, &settled(&second, &next(&took, key.as_ref()), &short)));
    }
}

#[test]
fn a_decision_on_a_report_without_digests_holds_for_the_text_that_is_known_first() {
    let (without, with) = (report_of(&[(FIRST, "")]), report(&[FIRST]));
    let answer = [comment(1, REVIEWER, DISMISS)];
    for key in [None, Some(key())] {
        let first = settled(&without, &Earlier::Absent, &answer);
        assert!(is_dismissed(&without, &first));
        // The flag is gone for a push.
        let gone = settled(&report(&[]), &next(&first, key.as_ref()), &answer);
        assert_eq!((decided(&gone).len(), gone.doubted().count()), (1, 0));
        let known = settled(&with, &next(&gone, key.as_ref()), &answer);
        assert!(is_dismissed(&with, &known));
        let changed = report_of(&[(FIRST, OTHER_TEXT)]);
        assert!(!is_dismissed(&changed, &settled(&changed, &next(&known, key.as_ref()), &answer)));
    }
}

#[test]
fn what_is_lost_is_not_guessed() {
    let answer = [comment(1, REVIEWER, DISMISS)];
    let second = report(&[SECOND]);
    let first = settled(&report(&[FIRST]), &Earlier::Absent, &answer);
    let damaged = summary(&first.state.encode(Some(&key())).replace("v2 keyed:", "v2 keyed:0"));
    let unkeyed = summary(&first.state.encode(None));
    for (body, problem) in [
        (damaged.as_str(), Problem::OtherKey),
        (unkeyed.as_str(), Problem::NotKeyed),
        ("<!-- ai-detect:summary head=ab run=1 -->\n# Summary", Problem::Gone),
    ] {
        let earlier = decode(body, &request(), Some(&key()));
        assert_eq!(earlier, Earlier::Unreadable(problem));
        let mut triage = settled(&second, &earlier, &answer);
        for _run in 0..3 {
            assert!(!is_dismissed(&second, &triage));
            assert!(
                told(&triage)[0].contains(&format!("write the whole id, as in `{SECOND}`")),
                "{:?}",
                triage.answers
            );
            triage = settled(&second, &next(&triage, Some(&key())), &answer);
        }
        let whole = [answer[0].clone(), comment(2, REVIEWER, &format!("/ai-detect dismiss {SECOND} generated"))];
        assert!(is_dismissed(&second, &settled(&second, &next(&triage, Some(&key())), &whole)));
    }
}

#[test]
fn a_state_counts_only_where_it_is_written() {
    let answer = [comment(1, REVIEWER, DISMISS)];
    let ours = settled(&report(&[FIRST]), &Earlier::Absent, &answer).state.encode(Some(&key()));
    let theirs = "<!-- ai-detect-state v2 plain:00 {} -->";
    let read = |body: &str| state::read(body, Some(&key())).map(|read| read.is_some());
    assert_eq!(read(&summary(&ours)), Ok(true));
    assert_eq!(read(&ours), Ok(true));
    for stranger in [
        format!("# Summary\n\n`src/{theirs}.py`"),
        format!("# Summary\n\n```\n{theirs}\n```"),
        format!("# Summary\n\n{theirs}\n{theirs}"),
        format!("# Summary\n\n{}", ours.replace("v2", "v1")),
    ] {
        assert_eq!(read(&summary(&format!("{ours}\n{stranger}"))), Ok(true), "{stranger}");
        // Without ours, theirs is none.
        assert_ne!(read(&summary(&stranger)), Ok(true), "{stranger}");
    }
    assert_eq!(state::line(&summary(&format!("x\n{theirs}"))), None);
    assert_eq!(state::line(&summary(&ours)), Some(ours.as_str()));
}

/// As the version before wrote it, further down in the summary.
fn before(key: Option<&StateKey>) -> String {
    let json = format!(
        r#"{{"request":{{"forge":"github.com","repository":"example/lamp","number":7}},"entries":[{{"decision":{{"fingerprint":"{FIRST}","what":{{"dismissed":{{"reason":"generated"}}}},"who":{{"login":"rev","id":{REVIEWER}}},"when":"2026-03-01T10:00:01Z","source":{{"comment":1}}}}}}],"left_out":0}}"#
    );
    let domain = "ai-detect triage state v1\n";
    let tag = match key {
        Some(key) => format!("keyed:{}", key.tag(domain, &json)),
        None => format!("plain:{}", tag::checksum(domain, &json)),
    };
    format!("<!-- ai-detect:summary head=ab run=1 -->\n### Title\n\n<!-- ai-detect-state v1 {tag} {json} -->\n\nmore\n")
}

#[test]
fn what_the_version_before_recorded_counts_from_then_on_for_the_same_text() {
    let said = [comment(1, REVIEWER, "/ai-detect dismiss c5a7 generated")];
    let long = [comment(1, REVIEWER, DISMISS)];
    for key in [None, Some(key())] {
        let earlier = decode(&before(key.as_ref()), &request(), key.as_ref());
        let first = report(&[FIRST]);
        let said = if key.is_some() { &said } else { &long };
        let read = settled(&first, &earlier, said);
        assert!(is_dismissed(&first, &read) && told(&read).is_empty(), "{read:?}");
        let changed = report_of(&[(FIRST, OTHER_TEXT)]);
        assert!(!is_dismissed(&changed, &settled(&changed, &next(&read, key.as_ref()), said)));
        // What it showed is not known, so that other answers need whole ids.
        let second = report(&[SECOND]);
        assert!(!is_dismissed(&second, &settled(&second, &earlier, &[comment(3, REVIEWER, DISMISS)])));
    }
    let twice = before(None).replace("more", "<!-- ai-detect-state v1 x -->");
    assert_eq!(decode(&twice, &request(), None), Earlier::Unreadable(Problem::Twice));
}

#[test]
fn beyond_what_is_kept_only_whole_ids_decide() {
    let prints: Vec<String> = (0..MAX_SHOWN + 1).map(|at| format!("{at:08x}{at:024x}")).collect();
    let prints: Vec<&str> = prints.iter().map(String::as_str).collect();
    let all = report(&prints);
    let triage = settled(&all, &Earlier::Absent, &[]);
    assert!(triage.state.shown.is_incomplete && triage.state.shown.blocks.len() == MAX_SHOWN);
    let body = triage.state.encode(None);
    assert!(body.len() < state::MAX_BYTES * 2 / 3, "{} bytes", body.len());
    // More than that were never written, and would leave no room for decisions.
    let mut grown = triage.state.clone();
    grown.shown.blocks.push(Block { fingerprint: FIRST.into(), content: TEXT.into() });
    assert_eq!(decode(&summary(&grown.encode(None)), &request(), None), Earlier::Unreadable(Problem::Shape));
    assert_eq!(grown.shown.with(&report(&[SECOND])).blocks.len(), MAX_SHOWN + 1);
    // The summary shows what is followed.
    let section = markdown::section(&all, &triage);
    assert!(section.contains("only whole IDs count"), "{section}");
    assert_eq!(markdown::answerable(&all, &triage).flags[0].id, prints[0]);
    let few = settled(&report(&[FIRST]), &Earlier::Absent, &[]);
    assert!(!markdown::section(&report(&[FIRST]), &few).contains("whole IDs"));
    assert_eq!(markdown::answerable(&report(&[FIRST]), &few).flags[0].id, FIRST[..8]);
    let comments = [
        comment(1, REVIEWER, &format!("/ai-detect dismiss {} x", &prints[0][..8])),
        comment(2, REVIEWER, &format!("/ai-detect dismiss {} x", prints[MAX_SHOWN])),
    ];
    let triage = settled(&all, &next(&triage, None), &comments);
    assert_eq!(decided(&triage).len(), 1);
    assert!(told(&triage)[0].contains(&format!("write the whole id, as in `{}`", prints[0])), "{:?}", triage.answers);
}
