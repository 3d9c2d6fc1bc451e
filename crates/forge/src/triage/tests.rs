//! What the parts do together: attempts to decide what one may not, and to write what was not said.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::export::{jsonl, rows, tsv};
use super::*;
use ai_detect_report::Report;

pub(super) const FIRST: &str = "c5a7f83d00000000000000000000000a";
pub(super) const SECOND: &str = "c5a7f83d00000000000000000000000b";
const THIRD: &str = "00aa11bb00000000000000000000000c";
/// The digests of two texts.
pub(super) const TEXT: &str = "0123456789abcdef0123456789abcdef";
pub(super) const OTHER_TEXT: &str = "fedcba9876543210fedcba9876543210";
pub(super) const ADA: u64 = 1;
pub(super) const REVIEWER: u64 = 2;
const PASSER_BY: u64 = 3;

/// A report with a flag for each fingerprint.
pub(super) fn report(flags: &[&str]) -> Report {
    let blocks: Vec<(&str, &str)> = flags.iter().map(|print| (*print, TEXT)).collect();
    report_of(&blocks)
}

/// A report with a flag for each fingerprint and the digest of its text.
pub(super) fn report_of(flags: &[(&str, &str)]) -> Report {
    let hunk = |(print, content): &(&str, &str)| {
        serde_json::json!({
            "path": "src/a.rs", "language": "rust", "start_line": 3, "end_line": 9, "added_lines": 7, "probability": 0.97,
            "log_odds": 3.5, "signals": [], "commits": [{"id": "d1c3", "lines": 7}], "verdict": "unattested",
            "sensitive": false, "fingerprint": print, "content": content,
        })
    };
    let flag = |(at, (print, _)): (usize, &(&str, &str))| {
        serde_json::json!({
            "id": &print[..8], "fingerprint": print, "hunk": at, "path": "src/a.rs", "start_line": 3, "end_line": 9,
            "severity": "medium", "verdict": "unattested", "probability": 0.97, "resolve": "Look.",
        })
    };
    let report = serde_json::json!({
        "schema": "ai-detect/report/v1",
        "tool": {"name": "ai-detect", "version": "0", "model": "m", "intercept": 0.0, "prior": 0.0},
        "range": {"spec": "a..b", "base": null, "head": null, "added_lines": 7, "probability": null, "log_odds": null},
        "threshold": {"request_rate": 0.02, "hunks": 1, "log_odds": 2.0},
        "commits": [], "hunks": flags.iter().map(hunk).collect::<Vec<_>>(),
        "flags": flags.iter().enumerate().map(flag).collect::<Vec<_>>(),
        "coverage": {"files_scored": 1, "hunks_scored": 1, "hunks_unknown": 0, "lines_not_authored": 0, "excluded": [], "notes": []},
    });
    serde_json::from_value(report).unwrap()
}

pub(super) fn request() -> RequestKey {
    RequestKey { forge: "github.com".into(), repository: "example/lamp".into(), number: 7 }
}

pub(super) fn key() -> StateKey {
    StateKey::new("a secret of enough bytes").unwrap()
}

pub(super) fn comment(id: u64, who: u64, body: &str) -> Comment {
    let login = ["", "ada", "rev", "passer-by"][who as usize].to_owned();
    Comment {
        source: Source::Comment(id),
        author: Account { login, id: who },
        body: body.into(),
        created: format!("2026-03-01T10:00:{id:02}Z"),
        edit: Edit::Untouched,
        by_mail: false,
    }
}

#[test]
fn a_command_in_a_mail_is_answered_and_not_followed() {
    let mail = Comment {
        by_mail: true,
        ..comment(
            1,
            REVIEWER,
            "Sounds good.\n\n-----Original Message-----\nFrom: Eve\n\n/ai-detect dismiss c5a7f83d fine",
        )
    };
    assert_eq!(mail.commands(Dialect::GitHub), [Err(Misread::ByMail)]);
    assert_eq!(comment(1, REVIEWER, "Sounds good.").commands(Dialect::GitHub), []);
}

pub(super) fn people() -> BTreeMap<u64, Person> {
    let person = |access, author| Person { access, author, bot: false };
    [
        (ADA, person(Access::Write, true)),
        (REVIEWER, person(Access::Write, false)),
        (PASSER_BY, person(Access::Less, false)),
    ]
    .into()
}

pub(super) fn all(comments: &[Comment]) -> Comments<'_> {
    Comments { read: comments, complete: true, dialect: Dialect::GitHub }
}

fn run(earlier: &Earlier, comments: &[Comment]) -> Triage {
    settle(&request(), &report(&[FIRST, THIRD]), earlier, all(comments), &people())
}

/// What the next run finds of this one.
pub(super) fn next(triage: &Triage, key: Option<&StateKey>) -> Earlier {
    decode(&summary(&triage.state.encode(key)), &request(), key)
}

/// A summary comment with its hidden lines.
pub(super) fn summary(state: &str) -> String {
    format!("<!-- ai-detect:summary head=ab run=1 -->\n{state}\n# Summary\n")
}

pub(super) fn decided(triage: &Triage) -> Vec<String> {
    let told = |decision: &Decision| {
        format!("{} {} by {}", &decision.fingerprint[..8], decision.what.word(), decision.who.login)
    };
    triage.decisions().map(told).collect()
}

fn doubts(triage: &Triage) -> Vec<Doubt> {
    triage.doubted().map(|(_, doubt)| doubt).collect()
}

pub(super) fn told(triage: &Triage) -> Vec<&str> {
    triage.answers.iter().map(|answer| answer.told.as_str()).collect()
}

#[test]
fn a_reviewer_decides_and_the_author_only_attests() {
    let comments = [
        comment(1, ADA, "/ai-detect dismiss c5a7f83d mine\n/ai-detect attest c5a7f83d Codex:gpt-5.5"),
        comment(2, REVIEWER, "/ai-detect dismiss c5a7f83d generated\n/ai-detect confirm 00aa11bb"),
        comment(3, PASSER_BY, "/ai-detect confirm c5a7f83d"),
    ];
    let triage = run(&Earlier::Absent, &comments);
    assert_eq!(
        decided(&triage),
        ["c5a7f83d attested by ada", "c5a7f83d dismissed by rev", "00aa11bb confirmed by rev"]
    );
    assert!(told(&triage)[0].contains("for another reviewer"), "{:?}", triage.answers);
    assert!(told(&triage)[1].contains("need write access"), "{:?}", triage.answers);
    assert_eq!(
        askers(&comments, Dialect::GitHub).iter().map(|account| account.id).collect::<Vec<_>>(),
        [ADA, REVIEWER, PASSER_BY]
    );
}

#[test]
fn flags_stand_confirmed_then_open_then_dismissed() {
    let report = report(&[FIRST, SECOND, THIRD]);
    let comments = [
        comment(1, REVIEWER, &format!("/ai-detect dismiss {FIRST} generated\n/ai-detect confirm {THIRD}")),
        comment(2, ADA, "/ai-detect attest 00aa11bb Claude Code:claude-opus-4-6"),
    ];
    let triage = settle(&request(), &report, &Earlier::Absent, all(&comments), &people());
    let flags = standings(&report, triage.decisions());
    let order: Vec<_> = flags.iter().map(|flag| (flag.at, flag.standing)).collect();
    assert_eq!(order, [(2, Standing::Confirmed), (1, Standing::Open), (0, Standing::Dismissed)]);
    let trailer = flags[0].attested[0].trailer();
    assert_eq!(trailer.as_deref(), Some("Assisted-by: Claude Code:claude-opus-4-6"));
    assert_eq!(flags[2].ruling.unwrap().what.text(), "generated");
}

#[test]
fn the_last_ruling_on_a_flag_counts() {
    let comments = [
        comment(2, REVIEWER, "/ai-detect confirm c5a7f83d on second thoughts"),
        comment(1, REVIEWER, "/ai-detect dismiss c5a7f83d generated"),
    ];
    assert_eq!(decided(&run(&Earlier::Absent, &comments)), ["c5a7f83d confirmed by rev"]);
}

#[test]
fn ids_that_fit_none_or_several_flags_are_answered() {
    let report = report(&[FIRST, SECOND]);
    let comments = [comment(1, REVIEWER, "/ai-detect confirm c5a7f83d\n/ai-detect confirm 12345678")];
    let triage = settle(&request(), &report, &Earlier::Absent, all(&comments), &people());
    assert_eq!(decided(&triage), [""; 0]);
    assert!(told(&triage)[0].starts_with("the id `c5a7f83d` fits several blocks"), "{:?}", triage.answers);
    assert!(told(&triage)[1].starts_with("no flag of this request has the id `12345678`"), "{:?}", triage.answers);
}

#[test]
fn programs_are_neither_followed_nor_answered() {
    let people = [(REVIEWER, Person { access: Access::Write, author: false, bot: true })].into();
    let comments = [comment(1, REVIEWER, "/ai-detect confirm c5a7f83d\n/ai-detect nonsense")];
    let triage = settle(&request(), &report(&[FIRST]), &Earlier::Absent, all(&comments), &people);
    assert_eq!((decided(&triage), told(&triage)), (vec![], vec![]));
}

#[test]
fn rights_that_could_not_be_read_are_no_rights() {
    let comments = [comment(1, REVIEWER, "/ai-detect confirm c5a7f83d")];
    let triage = settle(&request(), &report(&[FIRST]), &Earlier::Absent, all(&comments), &BTreeMap::new());
    assert!(told(&triage)[0].starts_with("could not find out"), "{:?}", triage.answers);
}

#[test]
fn decisions_survive_pushes_while_their_comments_stand() {
    let comments = [comment(1, REVIEWER, "/ai-detect dismiss c5a7f83d generated")];
    for key in [None, Some(key())] {
        let mut triage = run(&Earlier::Absent, &comments);
        for _push in 0..3 {
            triage = run(&next(&triage, key.as_ref()), &comments);
            assert_eq!(decided(&triage), ["c5a7f83d dismissed by rev"]);
            assert!(triage.answers.is_empty() && doubts(&triage).is_empty());
        }
        // The flag is gone for a push, and so is nothing else: no answer complains of it.
        let gone = settle(&request(), &report(&[THIRD]), &next(&triage, key.as_ref()), all(&comments), &people());
        assert_eq!((decided(&gone).len(), told(&gone).len()), (1, 0));
    }
}

#[test]
fn without_a_key_the_comments_are_what_counts() {
    let said = comment(1, REVIEWER, "/ai-detect dismiss c5a7f83d generated");
    let earlier = next(&run(&Earlier::Absent, std::slice::from_ref(&said)), None);
    let by = |edit, body: &str| Comment { edit, ..comment(1, REVIEWER, body) };
    for (comments, doubt) in [
        (vec![], Doubt::Gone),
        (vec![comment(1, ADA, &said.body)], Doubt::OtherAuthor),
        (vec![by(Edit::ByOther, &said.body)], Doubt::Edited),
        (vec![by(Edit::Unclear, &said.body)], Doubt::Edited),
        (vec![by(Edit::Untouched, "Looks good")], Doubt::SaysOtherwise),
    ] {
        let triage = run(&earlier, &comments);
        assert_eq!((decided(&triage), doubts(&triage)), (vec![], vec![doubt]), "{comments:?}");
        // It is told again, and still does not count, in the run after that.
        assert_eq!(doubts(&run(&next(&triage, None), &comments)), [doubt]);
    }
    let unread = settle(&request(), &report(&[FIRST]), &earlier, Comments { complete: false, ..all(&[]) }, &people());
    assert_eq!(doubts(&unread), [Doubt::NotRead]);
    assert_eq!(decided(&run(&next(&unread, None), &[said])), ["c5a7f83d dismissed by rev"]);
}

#[test]
fn with_a_key_a_decision_outlives_its_comment_and_a_right() {
    let said = comment(1, REVIEWER, "/ai-detect dismiss c5a7f83d generated");
    let earlier = next(&run(&Earlier::Absent, std::slice::from_ref(&said)), Some(&key()));
    assert_eq!(decided(&run(&earlier, &[])), ["c5a7f83d dismissed by rev"]);
    let left = settle(&request(), &report(&[FIRST]), &earlier, all(&[said]), &BTreeMap::new());
    assert_eq!((decided(&left).len(), told(&left).len()), (1, 0));
}

#[test]
fn who_edits_their_own_comment_takes_back_what_it_said() {
    for key in [None, Some(key())] {
        let said = comment(1, REVIEWER, "/ai-detect dismiss c5a7f83d generated");
        let earlier = next(&run(&Earlier::Absent, &[said]), key.as_ref());
        let edited = Comment { edit: Edit::ByAuthor, ..comment(1, REVIEWER, "/ai-detect confirm 00aa11bb") };
        let triage = run(&earlier, &[edited]);
        assert_eq!((decided(&triage), doubts(&triage)), (vec!["00aa11bb confirmed by rev".into()], vec![]));
    }
}

#[test]
fn a_forged_state_dismisses_nothing() {
    let forged = Triage {
        state: State {
            request: request(),
            entries: vec![Entry {
                decision: Decision {
                    fingerprint: FIRST.into(),
                    content: Some(TEXT.into()),
                    what: What::Dismissed { reason: "fine".into() },
                    who: Account { login: "rev".into(), id: REVIEWER },
                    when: "2026-03-01T10:00:01Z".into(),
                    source: Source::Comment(1),
                },
                doubt: None,
            }],
            ..State::new(request())
        },
        answers: vec![],
        problem: None,
    };
    // Who can edit the comment can make the checksum, and not the tag.
    let triage = run(&next(&forged, None), &[comment(1, REVIEWER, "Thanks!")]);
    assert_eq!((decided(&triage), doubts(&triage)), (vec![], vec![Doubt::SaysOtherwise]));
    let body = forged.state.encode(None);
    assert_eq!(decode(&body, &request(), Some(&key())), Earlier::Unreadable(Problem::NotKeyed));
    // Doubts are not washed off by a run that has the key.
    let doubted = run(&next(&forged, None), &[]);
    assert_eq!(doubts(&doubted), [Doubt::Gone]);
    assert_eq!(decided(&run(&next(&doubted, Some(&key())), &[])), [""; 0]);
    let other = StateKey::new("another secret of enough bytes").unwrap();
    let body = forged.state.encode(Some(&other));
    assert_eq!(decode(&body, &request(), Some(&key())), Earlier::Unreadable(Problem::OtherKey));
    assert_eq!(decode(&body, &request(), None), Earlier::Unreadable(Problem::KeyMissing));
}

#[test]
fn a_state_of_another_request_does_not_count() {
    let triage = run(&Earlier::Absent, &[comment(1, REVIEWER, "/ai-detect confirm c5a7f83d")]);
    let body = triage.state.encode(Some(&key()));
    let other = RequestKey { number: 8, ..request() };
    assert_eq!(decode(&body, &other, Some(&key())), Earlier::Unreadable(Problem::OtherRequest));
    let later = body.replace("state v2", "state v3");
    assert_eq!(decode(&later, &request(), Some(&key())), Earlier::Unreadable(Problem::Version));
    assert_eq!(decode("# Summary", &request(), None), Earlier::Unreadable(Problem::Gone));
}

#[test]
fn rulings_are_the_last_to_make_room() {
    let decision = |at: u64, what: What| Decision {
        fingerprint: format!("{at:032x}"),
        content: Some(TEXT.into()),
        what,
        who: Account { login: "rev".into(), id: REVIEWER },
        when: format!("2026-03-01T10:{:02}:{:02}Z", at / 60, at % 60),
        source: Source::Comment(at),
    };
    let ruling = |at| Entry { decision: decision(at, What::Confirmed { reason: String::new() }), doubt: None };
    let flood = |at| {
        let what = What::Attested { assistant: "\u{1f600}".repeat(300) };
        Entry { decision: decision(at, what), doubt: None }
    };
    let entries: Vec<Entry> = (0..20).map(ruling).chain((20..1000).map(flood)).collect();
    let body = State { entries, ..State::new(request()) }.encode(None);
    assert!(body.len() <= state::MAX_BYTES);
    let Earlier::Read { state, .. } = decode(&body, &request(), None) else { panic!("{body}") };
    assert_eq!(state.entries.iter().filter(|entry| entry.decision.what.is_ruling()).count(), 20);
    assert_eq!(state.left_out + state.entries.len(), 1000);
}

#[test]
fn exported_rows_name_people_only_where_asked() {
    let comments = [comment(1, REVIEWER, "/ai-detect dismiss c5a7f83d a\tb")];
    let triage = run(&Earlier::Absent, &comments);
    let report = report(&[FIRST]);
    let named = tsv(&rows(&triage.state, &report, true), true);
    assert!(named.lines().nth(1).unwrap().ends_with("\tdismissed\ta b\t2026-03-01T10:00:01Z\t\trev"), "{named}");
    assert_eq!(named.lines().map(|line| line.split('\t').count()).collect::<Vec<_>>(), [13, 13]);
    let nameless = rows(&triage.state, &report, false);
    assert!(!tsv(&nameless, false).contains("rev"));
    let line: serde_json::Value = serde_json::from_str(&jsonl(&nameless).unwrap()).unwrap();
    assert_eq!((&line["commit"], &line["start_line"]), (&"d1c3".into(), &3.into()));
    assert!(line.get("who").is_none());
}

fn any_what() -> impl Strategy<Value = What> {
    prop_oneof![
        any::<String>().prop_map(|reason| What::Dismissed { reason }),
        "(-->|<!--|]]>|@all|\\PC){0,40}".prop_map(|reason| What::Confirmed { reason }),
        "\\PC{0,40}".prop_map(|assistant| What::Attested { assistant }),
    ]
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let doubt = proptest::option::of(Just(Doubt::Gone));
    let source = prop_oneof![any::<u64>().prop_map(Source::Comment), any::<u64>().prop_map(Source::ReviewComment)];
    let block = ("[0-9a-f]{32}", proptest::option::of("[0-9a-f]{32}"));
    (block, any_what(), "\\PC{0,20}", any::<u64>(), source, doubt).prop_map(
        |((fingerprint, content), what, login, id, source, doubt)| Entry {
            decision: Decision {
                fingerprint,
                content,
                what,
                who: Account { login, id },
                when: "2026-03-01T10:00:00Z".into(),
                source,
            },
            doubt,
        },
    )
}

fn any_state() -> impl Strategy<Value = State> {
    let block = ("[0-9a-f]{32}", "([0-9a-f]{32})?");
    let blocks = prop::collection::vec(block.prop_map(|(fingerprint, content)| Block { fingerprint, content }), 0..4);
    let shown = (blocks, any::<bool>()).prop_map(|(blocks, is_incomplete)| Shown { blocks, is_incomplete });
    let request = ("[a-z./<>-]{1,20}", "\\PC{1,20}", any::<u64>());
    (request, prop::collection::vec(any_entry(), 0..6), shown).prop_map(
        |((forge, repository, number), entries, shown)| State {
            request: RequestKey { forge, repository, number },
            entries,
            left_out: 0,
            shown,
        },
    )
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(state in any_state(), keyed: bool) {
        let key = keyed.then(key);
        let body = summary(&state.encode(key.as_ref()));
        let trust = if keyed { Trust::Keyed } else { Trust::Plain };
        prop_assert_eq!(decode(&body, &state.request, key.as_ref()), Earlier::Read { state, trust });
    }

    #[test]
    fn nothing_that_is_kept_closes_the_comment_or_calls_anybody(state in any_state()) {
        let text = state.encode(None);
        let inside = text.strip_prefix("<!-- ai-detect-state v2 plain:").and_then(|text| text.strip_suffix(" -->")).unwrap();
        prop_assert!(!inside.contains(['<', '>', '-', '@', '#', '!', '&', '\n', '`']), "{}", inside);
        prop_assert!(inside.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    }

    #[test]
    fn any_changed_byte_is_noticed(state in any_state(), keyed: bool, at: prop::sample::Index, to in 1_u8..128) {
        let key = keyed.then(key);
        let text = state.encode(key.as_ref());
        let mut bytes = text.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = (bytes[at] + to) % 128;
        let changed = String::from_utf8(bytes).unwrap();
        prop_assume!(changed != text);
        prop_assert!(!matches!(decode(&changed, &state.request, key.as_ref()), Earlier::Read { .. }), "{}", changed);
    }

    #[test]
    fn anything_is_decoded_to_something(noise in any::<Vec<u8>>(), cut: prop::sample::Index, state in any_state()) {
        let text = state.encode(None);
        let cut = cut.index(text.len());
        for body in [
            String::from_utf8_lossy(&noise).into_owned(),
            format!("<!-- ai-detect-state v2 {} -->", String::from_utf8_lossy(&noise)),
            format!("{}{}", &text[..cut], String::from_utf8_lossy(&noise)),
        ] {
            let _ = decode(&body, &request(), Some(&key()));
        }
    }

    #[test]
    fn any_comments_are_settled(bodies in prop::collection::vec("(/ai-detect (dismiss|confirm|attest) (c5a7|00aa)[0-9a-f]{0,6} \\PC{0,8}\n?){0,4}", 0..6)) {
        let comments: Vec<Comment> =
            bodies.iter().enumerate().map(|(at, body)| comment(at as u64, 1 + at as u64 % 3, body)).collect();
        let triage = run(&Earlier::Absent, &comments);
        let again = run(&next(&triage, None), &comments);
        prop_assert_eq!(triage.state.entries, again.state.entries);
    }
}
