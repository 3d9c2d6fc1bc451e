//! Posting on GitLab over several pushes: what stands on the request in the end, and what never happens.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::fake::gitlab::{AUTHOR, BOT, Fake, JOB, REVIEWER, STRANGER, TOKEN};
use crate::fake::gitlab_calls::{ROUTES, problem};
use crate::fake::server::Heard;
use ai_detect::forge::draft::{DesiredComment, MAX_INLINE, Outdated, Posted, Wanted};
use ai_detect::forge::gitlab::GitLab;
use ai_detect::forge::http::{Credential, Error, Patience};
use ai_detect::forge::posting::{Posting, Written, post};
use ai_detect::forge::{ChangeRequest, Forge};
use serde_json::json;

const FIRST: &str = "c5a7f83d00000000000000000000000a";
const SECOND: &str = "00aa11bb00000000000000000000000b";

fn request(fake: &Fake) -> ChangeRequest {
    ChangeRequest {
        forge: Forge::GitLab,
        base: fake.api(),
        repository: "4".into(),
        number: 7,
        base_id: None,
        head_id: Some(fake.project().head.clone()),
    }
}

fn place(fake: &Fake) -> GitLab {
    let credential = Credential::Private(TOKEN.into());
    GitLab::new(&request(fake), credential, Patience::of(Duration::from_secs(5))).unwrap()
}

fn wish(fingerprint: &str, path: &str, first: u32, last: u32) -> DesiredComment {
    let body = format!("**Was a tool at work here?** {}", &fingerprint[..8]);
    DesiredComment { fingerprint: fingerprint.into(), path: path.into(), start_line: first, end_line: last, body }
}

fn wanted(fake: &Fake, comments: &[DesiredComment]) -> Wanted {
    Wanted {
        head: fake.project().head.clone(),
        run: 1,
        summary: format!("### {} flags", comments.len()),
        worth_saying: !comments.is_empty(),
        comments: comments.to_vec(),
        most: MAX_INLINE,
        has_all_flags: true,
        ..Wanted::default()
    }
}

fn try_run(fake: &Fake, comments: &[DesiredComment]) -> Result<Posting, Error> {
    let wanted = wanted(fake, comments);
    post(&place(fake), &mut |_: &Posted| wanted.clone())
}

/// A run of the job on the head as it is now.
fn run(fake: &Fake, comments: &[DesiredComment]) -> Written {
    match try_run(fake, comments).unwrap() {
        Posting::Done { written, .. } => written,
        other => panic!("{other:?}"),
    }
}

/// Two flags, posted on a first push.
fn posted() -> (Fake, [DesiredComment; 2]) {
    let fake = Fake::new();
    fake.project().push('a', &[("src/a.rs", 20), ("src/b.rs", 9)]);
    let flags = [wish(FIRST, "src/a.rs", 3, 9), wish(SECOND, "src/b.rs", 1, 6)];
    let written = run(&fake, &flags);
    assert_eq!(written.told, [""; 0]);
    (fake, flags)
}

#[test]
fn a_flag_stands_on_the_last_line_of_its_block() {
    let (fake, _) = posted();
    let project = fake.project();
    let threads = project.threads();
    assert_eq!((threads.len(), project.summaries().len()), (2, 1));
    let position = &threads[0].notes[0].position;
    assert_eq!((&position["new_path"], &position["old_path"]), (&"src/a.rs".into(), &"src/a.rs".into()));
    assert_eq!((&position["new_line"], position.get("old_line")), (&9.into(), None));
    assert!(threads[0].notes[0].body.contains("Was a tool at work here?"));
}

#[test]
fn reviewdog_1150_nothing_is_posted_again_on_every_run() {
    let (fake, flags) = posted();
    fake.project().calls.clear();
    for _again in 0..3 {
        run(&fake, &flags);
    }
    assert_eq!(fake.project().written(), [""; 0]);
    // Neither on a push that leaves the flags alone, where their lines move.
    fake.project().push('c', &[("src/a.rs", 40), ("src/b.rs", 9)]);
    run(&fake, &[wish(FIRST, "src/a.rs", 23, 29), flags[1].clone()]);
    let project = fake.project();
    assert_eq!((project.threads().len(), project.summaries().len()), (2, 1));
    assert!(project.written().iter().all(|call| call.starts_with("PUT")), "{:?}", project.written());
}

#[test]
fn security_action_813_a_rebase_changes_no_identity() {
    let (fake, flags) = posted();
    fake.project().base = "e".repeat(40);
    fake.project().push('d', &[("src/b.rs", 9), ("src/a.rs", 20)]);
    run(&fake, &flags);
    let project = fake.project();
    assert_eq!((project.threads().len(), project.summaries().len()), (2, 1));
    assert!(project.summaries()[0].body.contains(&"d".repeat(40)));
}

#[test]
fn reviewdog_568_a_thread_is_resolved_when_its_flag_is_gone() {
    let (fake, flags) = posted();
    fake.project().push('c', &[("src/a.rs", 20)]);
    run(&fake, &flags[..1]);
    {
        let project = fake.project();
        let resolved: Vec<bool> = project.threads().iter().map(|thread| thread.resolved).collect();
        assert_eq!(resolved, [false, true]);
        assert!(project.threads()[1].notes[0].body.contains("**No longer flagged** as of cccccccc."));
    }
    // It comes back where it was, and not once more.
    fake.project().push('d', &[("src/a.rs", 20), ("src/b.rs", 9)]);
    run(&fake, &flags);
    let project = fake.project();
    assert_eq!(project.threads().iter().map(|thread| thread.resolved).collect::<Vec<_>>(), [false, false]);
    assert!(!project.threads()[1].notes[0].body.contains("No longer"));
}

#[test]
fn what_people_answered_or_closed_is_never_touched() {
    let (fake, flags) = posted();
    fake.project().reply(0, AUTHOR, "I wrote this by hand");
    // A system note is nobody's answer.
    fake.project().reply(1, STRANGER, "changed this line in version 2 of the diff");
    fake.project().notes_mut().last().unwrap().system = true;
    let before = fake.project().threads()[0].notes[0].body.clone();
    fake.project().push('c', &[("other.rs", 2)]);
    run(&fake, &[]);
    let project = fake.project();
    let threads = project.threads();
    assert_eq!((threads[0].resolved, threads[0].notes.len(), &threads[0].notes[0].body), (false, 2, &before));
    assert!(threads[1].resolved);
    drop(project);
    // Somebody resolved a thread whose flag stays: it stays resolved.
    let (fake, flags_again) = (fake, flags);
    fake.project().push('d', &[("src/a.rs", 20), ("src/b.rs", 9)]);
    run(&fake, &flags_again);
    for discussion in &mut fake.project().discussions {
        discussion.resolved |= !discussion.individual;
    }
    fake.project().calls.clear();
    run(&fake, &flags_again);
    assert_eq!(fake.project().written(), [""; 0]);
}

#[test]
fn a_reply_from_the_account_of_the_token_is_a_persons_too() {
    let (fake, _) = posted();
    fake.project().reply(0, BOT, "Typed by whoever owns the token");
    fake.project().push('c', &[("other.rs", 2)]);
    run(&fake, &[]);
    assert_eq!(fake.project().threads().iter().map(|thread| thread.resolved).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn a_summary_that_somebody_else_forged_is_left_alone() {
    let fake = Fake::new();
    fake.project().push('a', &[("src/a.rs", 20)]);
    let forged = format!("<!-- ai-detect:summary head={} run=999 -->\nAll clean!", "a".repeat(40));
    fake.project().comment(STRANGER, &forged);
    fake.project().comment(STRANGER, &format!("<!-- ai-detect:flag {FIRST} -->\nNothing to see"));
    run(&fake, &[wish(FIRST, "src/a.rs", 3, 9)]);
    let project = fake.project();
    assert_eq!(project.summaries().len(), 1);
    assert!(project.discussions.iter().any(|it| it.notes[0].body == forged && it.notes[0].author == STRANGER));
    assert_eq!(project.threads().iter().filter(|thread| thread.notes[0].author == BOT).count(), 1);
}

#[test]
fn where_a_position_is_refused_the_thread_names_the_place_itself() {
    let fake = Fake::new();
    fake.project().push('a', &[("src/a`b.rs", 20)]);
    fake.project().unplaceable.insert("src/a`b.rs".into());
    let flags = [wish(FIRST, "src/a`b.rs", 3, 9)];
    assert_eq!(run(&fake, &flags).told, [""; 0]);
    let body = fake.project().threads()[0].notes[0].body.clone();
    assert!(body.starts_with(&format!("<!-- ai-detect:flag {FIRST} -->\n``src/a`b.rs:3-9``\n\n**Was")), "{body}");
    run(&fake, &flags);
    assert_eq!(fake.project().threads().len(), 1);
}

#[test]
fn lists_are_read_to_the_end() {
    let (fake, flags) = posted();
    fake.project().page = 2;
    for number in 0..7 {
        fake.project().comment(REVIEWER, &format!("Remark {number}"));
    }
    fake.project().discussions.rotate_left(3);
    fake.project().push('c', &[("x.rs", 1), ("y.rs", 1), ("z.rs", 1), ("src/a.rs", 20), ("src/b.rs", 9)]);
    run(&fake, &[flags[0].clone(), flags[1].clone(), wish(&"ab".repeat(16), "src/b.rs", 8, 9)]);
    let project = fake.project();
    assert_eq!((project.threads().len(), project.summaries().len()), (3, 1));
    assert!(project.calls.iter().all(|call| call.contains(" /v4/") || call.ends_with(" /graphql")));
}

#[test]
fn reviewdog_1810_a_refusal_to_list_is_told_and_nothing_is_posted_twice() {
    let (fake, flags) = posted();
    fake.project().fault("GET", "/discussions", 99, 403);
    fake.project().calls.clear();
    let error = try_run(&fake, &flags).unwrap_err();
    assert!(error.is_refusal() && error.to_string().contains("403 a fault"), "{error}");
    assert_eq!(fake.project().written(), [""; 0]);
}

#[test]
fn a_role_that_may_not_resolve_threads_is_told_and_the_rest_is_done() {
    let (fake, flags) = posted();
    fake.project().fault("PUT", "/discussions/*", 99, 403);
    fake.project().push('c', &[("other.rs", 2)]);
    let written = run(&fake, &[]);
    let told = "could not resolve a thread (that needs the role Developer), 2 times: ";
    assert!(written.told.len() == 1 && written.told[0].starts_with(told), "{written:?}");
    assert!(fake.project().summaries()[0].body.contains("### 0 flags"));
    drop(flags);
}

#[test]
fn limits_are_waited_for_or_told() {
    let (fake, flags) = posted();
    fake.project().push('c', &[("src/a.rs", 20), ("src/b.rs", 9)]);
    fake.project().fault("GET", "/discussions", 2, 429).headers.push(("Retry-After".into(), "0".into()));
    fake.project().fault("PUT", "/notes/*", 1, 429).headers.push(("Retry-After".into(), "1".into()));
    run(&fake, &flags);
    assert!(fake.project().summaries()[0].body.contains(&"c".repeat(40)));
    let later = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() + 3600;
    let told = [("RateLimit-Remaining".into(), "0".into()), ("RateLimit-Reset".into(), later.to_string())];
    fake.project().fault("GET", "/user", 9, 429).headers.extend(told);
    let error = try_run(&fake, &flags).unwrap_err();
    assert!(matches!(error, Error::RateLimited { .. }), "{error}");
}

#[test]
fn a_fault_after_the_deed_repeats_nothing() {
    let fake = Fake::new();
    fake.project().push('a', &[("src/a.rs", 20)]);
    let mut project = fake.project();
    project.fault("POST", "/notes", 1, 502).done = true;
    project.fault("POST", "/discussions", 1, 502).done = true;
    drop(project);
    run(&fake, &[wish(FIRST, "src/a.rs", 3, 9)]);
    let project = fake.project();
    assert_eq!((project.threads().len(), project.summaries().len()), (1, 1));
}

#[test]
fn what_two_runs_made_at_once_becomes_one() {
    let (fake, flags) = posted();
    let (summary, thread) = {
        let project = fake.project();
        (project.summaries()[0].body.clone(), project.threads()[0].notes[0].body.clone())
    };
    fake.project().comment(BOT, &summary);
    fake.project().comment(BOT, &thread);
    run(&fake, &flags);
    let project = fake.project();
    assert_eq!((project.threads().len(), project.summaries().len()), (2, 1));
}

#[test]
fn a_summary_that_was_removed_meanwhile_is_written_anew() {
    let (fake, flags) = posted();
    fake.project().push('c', &[("src/a.rs", 20), ("src/b.rs", 9)]);
    fake.project().fault("PUT", "/notes/*", 1, 404);
    let written = run(&fake, &flags);
    assert!(written.address.unwrap().starts_with("https://git.example.org/lab/g/p/-/merge_requests/7#note_"));
}

#[test]
fn a_run_on_a_head_that_is_no_longer_there_writes_nothing() {
    let (fake, flags) = posted();
    let mut stale = wanted(&fake, &flags);
    stale.head = "f".repeat(40);
    fake.project().calls.clear();
    let ended = post(&place(&fake), &mut |_: &Posted| stale.clone()).unwrap();
    assert_eq!(ended, Posting::Outdated(Outdated::Head("a".repeat(40))));
    assert_eq!(fake.project().written(), [""; 0]);
}

#[test]
fn the_jobs_own_token_is_refused_and_shown_nowhere() {
    let fake = Fake::new();
    fake.project().push('a', &[("src/a.rs", 20)]);
    let place = GitLab::new(&request(&fake), Credential::Job(JOB.into()), Patience::default()).unwrap();
    let wanted = wanted(&fake, &[wish(FIRST, "src/a.rs", 3, 9)]);
    let error = post(&place, &mut |_: &Posted| wanted.clone()).unwrap_err();
    assert!(error.is_refusal(), "{error}");
    assert!(!format!("{error} {error:?} {place:?}").contains(JOB));
    let env: BTreeMap<&str, &str> =
        [("CI_JOB_TOKEN", JOB), ("GITLAB_TOKEN", " "), ("AI_DETECT_GITLAB_TOKEN", "")].into();
    let env = |name: &str| env.get(name).map(|value| (*value).to_owned());
    assert_eq!(ai_detect::forge::gitlab::credential(&env), None);
}

/// The fake holds every call of every test against these routes; here it is shown that it would notice.
#[test]
fn a_call_that_gitlab_would_not_take_as_it_is_meant_is_noticed() {
    let told = |method: &str, target: &str, body: serde_json::Value| {
        let headers = vec![("content-type".into(), "application/json".into())];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let heard = Heard { method: method.into(), target: target.into(), headers, body };
        problem(&heard, heard.path()).unwrap_or_default()
    };
    let (none, request) = (serde_json::Value::Null, "/v4/projects/a%2Fb/merge_requests/7");
    assert_eq!(told("GET", &format!("{request}/discussions?per_page=100"), none.clone()), "");
    assert!(told("GET", &format!("{request}/discussions?per_page=101"), none.clone()).contains("1 to 100"));
    assert!(told("GET", &format!("{request}/discussions?perpage=9"), none.clone()).contains("`perpage`"));
    assert!(told("GET", "/v4/projects/a/b/merge_requests/7", none.clone()).contains("no route"));
    assert!(told("PUT", &format!("{request}/notes/x"), json!({"body": "x"})).contains("no route"));
    assert!(told("POST", &format!("{request}/notes"), json!({"text": "x"})).contains("`body` is missing"));
    assert!(told("POST", &format!("{request}/notes"), json!({"body": "x", "bodi": 1})).contains("no field"));
    let resolve = format!("{request}/discussions/{}", "a".repeat(40));
    assert!(told("PUT", &resolve, json!({"resolved": "true"})).contains("`resolved` is"));
    let position = json!({"position_type": "text", "base_sha": "a", "start_sha": "b", "new_line": 3});
    let discussion = json!({"body": "x", "position": position});
    assert!(told("POST", &format!("{request}/discussions"), discussion).contains("`head_sha` is missing"));
}

/// All that can be done to a request, once: each route is used, so that none is checked in vain.
#[test]
fn every_route_that_is_known_is_one_that_is_used() {
    let (fake, flags) = posted();
    let [summary, thread] = {
        let project = fake.project();
        [project.summaries()[0].body.clone(), project.threads()[0].notes[0].body.clone()]
    };
    fake.project().comment(BOT, &summary);
    fake.project().comment(BOT, &thread);
    run(&fake, &flags);
    fake.project().push('c', &[("src/a.rs", 20)]);
    fake.project().fault("GET", "/diffs", 1, 404);
    run(&fake, &flags[..1]);
    let answered = fake.project().comment(REVIEWER, "/ai-detect confirm c5a7f83d");
    fake.project().touch(answered);
    run(&fake, &flags[..1]);
    use ai_detect::forge::answers::Rights as _;
    place(&fake).person(&ai_detect::triage::Account { login: "robin".into(), id: REVIEWER }, false);
    let project = fake.project();
    for route in ROUTES {
        let last = route.path.rsplit('/').find(|part| !part.starts_with(':')).unwrap();
        let last = if last == "REQUEST" { "/merge_requests/7" } else { last };
        let used = project.calls.iter().any(|call| call.starts_with(route.method) && call.contains(last));
        assert!(used, "{route:?}");
    }
}
