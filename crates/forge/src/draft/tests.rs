use super::*;

fn wish(fingerprint: &str, line: u32) -> DesiredComment {
    DesiredComment {
        fingerprint: fingerprint.into(),
        path: "a.rs".into(),
        start_line: line,
        end_line: line + 1,
        body: format!("about {fingerprint}"),
    }
}

fn wanted(head: &str, comments: Vec<DesiredComment>) -> Wanted {
    Wanted {
        head: head.into(),
        run: 5,
        summary: format!("{} flags", comments.len()),
        worth_saying: !comments.is_empty(),
        comments,
        most: MAX_INLINE,
        has_all_flags: true,
        ..Wanted::default()
    }
}

fn lines() -> Lines {
    let mut lines = Lines::default();
    lines.add("a.rs", "@@ -0,0 +1,100 @@");
    lines
}

/// What stands on the request once a plan was carried out.
fn carried_out(posted: &Posted, plan: &Plan, head: &str) -> Posted {
    let mut posted = Posted { head: head.into(), complete: true, ..posted.clone() };
    match &plan.summary {
        Sticky::Leave => {}
        Sticky::Create(body) => posted.summaries.push(Note { id: "s".into(), body: body.clone() }),
        Sticky::Update(note) => posted.summaries = vec![note.clone()],
    }
    for (at, wish) in plan.add.iter().enumerate() {
        let id = format!("{}{at}", posted.threads.len());
        let first = Note { id: id.clone(), body: wish.body.clone() };
        posted.threads.push(Thread { id, first, answered: false, closed: false });
    }
    for thread in &mut posted.threads {
        if let Some(note) = plan.edit.iter().find(|note| note.id == thread.first.id) {
            thread.first.body.clone_from(&note.body);
        }
        thread.closed &= !plan.reopen.iter().any(|reopened| reopened.id == thread.id);
        if let Some(settled) = plan.settle.iter().find(|settled| settled.id == thread.id) {
            thread.first.body.clone_from(&settled.first.body);
            thread.closed = true;
        }
    }
    posted
}

fn empty(head: &str) -> Posted {
    Posted { head: head.into(), complete: true, ..Posted::default() }
}

#[test]
fn a_request_without_flags_gets_no_comment() {
    assert!(plan(&wanted("aa", vec![]), &empty("aa"), &lines()).unwrap().is_empty());
}

#[test]
fn what_stands_is_not_posted_again_wherever_its_lines_moved() {
    let first = plan(&wanted("aa", vec![wish("f1", 3), wish("f2", 9)]), &empty("aa"), &lines()).unwrap();
    assert_eq!(first.add.len(), 2);
    let posted = carried_out(&empty("aa"), &first, "aa");
    assert!(plan(&wanted("aa", vec![wish("f1", 3), wish("f2", 9)]), &posted, &lines()).unwrap().is_empty());
    // The base moved and with it all lines: brave/security-action#813.
    let posted = Posted { head: "bb".into(), ..posted };
    let moved = plan(&wanted("bb", vec![wish("f1", 30), wish("f2", 40)]), &posted, &lines()).unwrap();
    assert!(matches!(moved.summary, Sticky::Update(_)));
    assert!(moved.add.is_empty() && moved.edit.is_empty() && moved.settle.is_empty(), "{moved:?}");
}

#[test]
fn a_thread_closes_with_its_flag_and_opens_with_it_again() {
    let one = wanted("aa", vec![wish("f1", 3)]);
    let posted = carried_out(&empty("aa"), &plan(&one, &empty("aa"), &lines()).unwrap(), "bb");
    let gone = plan(&wanted("bb", vec![]), &posted, &lines()).unwrap();
    assert!(gone.settle[0].first.body.contains("No longer flagged"));
    let posted = carried_out(&posted, &gone, "bb");
    assert!(plan(&wanted("bb", vec![]), &posted, &lines()).unwrap().is_empty());
    let back = plan(&wanted("bb", vec![wish("f1", 4)]), &posted, &lines()).unwrap();
    assert_eq!((back.add.len(), back.reopen.len(), back.edit.len()), (0, 1, 1));
    assert!(!back.edit[0].body.contains("No longer"));
}

#[test]
fn threads_that_people_answered_or_closed_are_theirs() {
    let one = wanted("aa", vec![wish("f1", 3), wish("f2", 5)]);
    let mut posted = carried_out(&empty("aa"), &plan(&one, &empty("aa"), &lines()).unwrap(), "aa");
    posted.threads[0].answered = true;
    posted.threads[1].closed = true;
    let changed = |fingerprint: &str| DesiredComment { body: "other words".into(), ..wish(fingerprint, 3) };
    let plan_of = |comments| plan(&wanted("aa", comments), &posted, &lines()).unwrap();
    for plan in [plan_of(vec![changed("f1"), changed("f2")]), plan_of(vec![])] {
        assert!(
            plan.add.is_empty() && plan.edit.is_empty() && plan.settle.is_empty() && plan.reopen.is_empty(),
            "{plan:?}"
        );
    }
}

#[test]
fn no_more_than_asked_for_stand_open_at_a_time() {
    let all: Vec<DesiredComment> = (0..46).map(|at| wish(&format!("{at:x}"), at + 1)).collect();
    let first = plan(&wanted("aa", all.clone()), &empty("aa"), &lines()).unwrap();
    assert_eq!((first.add.len(), first.without), (MAX_INLINE, 36));
    let posted = carried_out(&empty("aa"), &first, "bb");
    // Two are gone: the next two in rank get their place.
    let next = plan(&wanted("bb", all[2..].to_vec()), &posted, &lines()).unwrap();
    let added: Vec<&str> = next.add.iter().map(|wish| wish.fingerprint.as_str()).collect();
    assert_eq!((next.settle.len(), added), (2, vec!["a", "b"]));
}

#[test]
fn comments_stand_only_where_the_diff_shows_lines() {
    let outside = DesiredComment { path: "b.rs".into(), ..wish("f1", 3) };
    let across = DesiredComment { start_line: 90, end_line: 140, ..wish("f2", 0) };
    let plan = plan(&wanted("aa", vec![outside, across]), &empty("aa"), &lines()).unwrap();
    assert_eq!(plan.add.iter().map(|wish| (wish.start_line, wish.end_line)).collect::<Vec<_>>(), [(90, 100)]);
    assert_eq!(plan.without, 1);
}

#[test]
fn what_stands_twice_is_folded_into_one_and_answers_are_kept() {
    let one = wanted("aa", vec![wish("f1", 3)]);
    let mut posted = carried_out(&empty("aa"), &plan(&one, &empty("aa"), &lines()).unwrap(), "aa");
    posted.summaries.push(Note { id: "s2".into(), ..posted.summaries[0].clone() });
    let twin = Thread { id: "t2".into(), answered: true, ..posted.threads[0].clone() };
    posted.threads.push(twin);
    let plan = plan(&one, &posted, &lines()).unwrap();
    assert_eq!(plan.fold_notes.iter().map(|note| note.id.as_str()).collect::<Vec<_>>(), ["s2"]);
    assert_eq!(plan.fold_threads.iter().map(|thread| thread.id.as_str()).collect::<Vec<_>>(), ["00"]);
}

#[test]
fn an_older_run_never_writes_over_a_newer_one() {
    let one = wanted("aa", vec![wish("f1", 3)]);
    assert_eq!(plan(&one, &empty("bb"), &lines()), Err(Outdated::Head("bb".into())));
    let later = Wanted { run: 9, ..one.clone() };
    let posted = carried_out(&empty("aa"), &plan(&later, &empty("aa"), &lines()).unwrap(), "aa");
    assert_eq!(plan(&one, &posted, &lines()), Err(Outdated::Run(9)));
}

#[test]
fn flags_that_a_report_omits_are_not_gone_and_dismissed_ones_are() {
    let all = wanted("aa", vec![wish("f1", 3), wish("f2", 9), wish("f3", 20)]);
    let posted = carried_out(&empty("aa"), &plan(&all, &empty("aa"), &lines()).unwrap(), "aa");
    let mut report = ai_detect_report::sample::report("x", 0);
    report.omitted = Some(ai_detect_report::Omitted { flags: 2, ..Default::default() });
    let has_all_flags = Wanted::of_report(&report, "aa", 5, MAX_INLINE).has_all_flags;
    let put_away = [("f2".to_owned(), "**Dismissed**".to_owned())].into();
    let fewer = Wanted { has_all_flags, put_away, ..wanted("aa", vec![wish("f1", 3)]) };
    let settled = plan(&fewer, &posted, &lines()).unwrap().settle;
    let settled: Vec<_> = settled.iter().filter_map(|thread| Inline::read(&thread.first.body)).collect();
    assert_eq!(settled.iter().map(|inline| inline.fingerprint.as_str()).collect::<Vec<_>>(), ["f2"]);
}

#[test]
fn what_could_not_be_analysed_closes_nothing_and_what_could_not_be_read_creates_nothing() {
    let one = wanted("aa", vec![wish("f1", 3)]);
    let posted = carried_out(&empty("aa"), &plan(&one, &empty("aa"), &lines()).unwrap(), "aa");
    let failed =
        Wanted { has_all_flags: false, worth_saying: true, summary: "could not".into(), ..wanted("aa", vec![]) };
    let plan_of_failed = plan(&failed, &posted, &lines()).unwrap();
    assert!(plan_of_failed.settle.is_empty() && matches!(plan_of_failed.summary, Sticky::Update(_)));
    let unread = Posted { complete: false, ..empty("aa") };
    assert!(plan(&one, &unread, &lines()).unwrap().is_empty());
}
