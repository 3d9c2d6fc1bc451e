//! Which reasons are shown, and with which lines.

use super::*;
use crate::groups::groups;
use crate::sample;

fn signal(rule: &str, title: &str, contribution: f64, places: &[(u32, &str, &str)]) -> SignalReport {
    let each = contribution / places.len().max(1) as f64;
    let evidence = places.iter().map(|(line, text, source)| EvidenceReport {
        line: *line,
        end_line: *line,
        column: 1,
        text: (*text).into(),
        contribution: each,
        source: Some((*source).into()),
        region: None,
    });
    SignalReport {
        rule: rule.into(),
        title: title.into(),
        value: 1.0,
        contribution,
        commit: None,
        evidence: evidence.collect(),
        together: None,
        unmeasured: false,
        atypical: false,
    }
}

fn of_message(signal: SignalReport) -> SignalReport {
    SignalReport { commit: Some(format!("12618c20{}", "0".repeat(32))), ..signal }
}

fn reasons(signals: Vec<SignalReport>) -> Reasons {
    let mut report: Report = sample::report("src/a.py", 1);
    report.hunks[0].signals = signals;
    let groups = groups(&report);
    let group = groups.iter().find(|group| group.flags[0].flag.hunk == 0).unwrap();
    Reasons::of(&report, group)
}

/// `topic: finding | place | line with [marks]`.
fn shown(reasons: &[Reason]) -> Vec<String> {
    let line = |reason: &Reason| {
        let quote = reason.quote.as_ref().map_or_else(String::new, |quote| {
            let piece = |(piece, marked): &(&str, bool)| if *marked { format!("[{piece}]") } else { (*piece).into() };
            format!(" | {}", quote.pieces().iter().map(piece).collect::<String>())
        });
        format!("{} | {}{quote}", reason.title(), reason.place.as_deref().unwrap_or("-"))
    };
    reasons.iter().map(line).collect()
}

#[test]
fn a_reason_shows_its_topic_and_the_line_that_counts_most() {
    let words = signal(
        "comment-words",
        "Words of comments",
        2.0,
        &[
            (7, ". a", "# A word. a word"),
            (9, "so the", "# wait, so the caller"),
            (9, "caller", "# wait, so the caller"),
        ],
    );
    let catch = signal(
        "broad-except",
        "Handler catches every exception",
        0.5,
        &[(4, "except Exception", "except Exception as e:")],
    );
    let found = reasons(vec![words, catch]);
    assert_eq!(
        shown(&found.for_ai),
        [
            "wording of comments | src/a.py:9 | # wait, [so the caller]",
            "error handling: Handler catches every exception | src/a.py:4 | [except Exception] as e:",
        ]
    );
}

#[test]
fn no_more_than_three_reasons_and_two_for_a_person_are_shown() {
    let rules = ["comment-words", "code-words", "string-words", "identifier-words"];
    let line = |at: usize| (at as u32 + 1, "some", "some words stand here");
    let towards = rules.iter().enumerate().map(|(at, rule)| signal(rule, "Words", 1.0, &[line(at)]));
    let against = [("todo", -1.0), ("doc-todo", -0.5), ("narration-none", -0.3)];
    let against = against.iter().zip(20..);
    let against = against.map(|((rule, odds), at)| signal(rule, rule, *odds, &[(at, "TODO", "# TODO: later")]));
    let found = reasons(towards.chain(against).collect());
    assert_eq!((found.for_ai.len(), found.for_a_person.len()), (3, 2));
    assert_eq!(found.for_a_person[0].topic, "habits of people");
}

#[test]
fn what_contradicts_within_a_topic_stands_on_one_side() {
    let found = reasons(vec![
        of_message(signal("message-paragraphs", "Message has several paragraphs", 1.0, &[(3, "x", "One paragraph")])),
        of_message(signal("message-long-body", "Message has no body, or a short one", 0.9, &[(1, "x", "A subject")])),
        of_message(signal("message-emoji", "Message has no emoji", -0.4, &[(1, "x", "A subject")])),
    ]);
    assert_eq!(
        shown(&found.for_ai),
        ["style of the message: Message has several paragraphs | message:3 | One paragraph"]
    );
    assert_eq!(shown(&found.for_a_person), [""; 0]);
}

#[test]
fn no_line_is_quoted_twice() {
    let line = "# wait, so the caller";
    let words = |rule: &str, weight, more: &[(u32, &'static str, &'static str)]| {
        signal(rule, "Words", weight, &[&[(9, "so the", line)], more].concat())
    };
    let found = reasons(vec![words("comment-words", 2.0, &[]), words("code-words", 1.0, &[(4, "xx", "xx = here")])]);
    let first = "wording of comments | src/a.py:9 | # wait, [so the] caller";
    assert_eq!(shown(&found.for_ai), [first, "style of the code | src/a.py:4 | [xx] = here"]);
    let found = reasons(vec![words("comment-words", 2.0, &[]), words("code-words", 1.0, &[])]);
    let both = "wording of comments, style of the code | src/a.py:9 | # wait, [so the] caller";
    assert_eq!(shown(&found.for_ai), [both]);
}

#[test]
fn examples_of_a_title_are_marked_where_a_whole_line_counts() {
    let line = "Stop silently dropping stale entries";
    let title = "Message uses the register of assistants (\"silently\", \"stale\", \"no-op\")";
    let found = reasons(vec![of_message(signal("message-register", title, 1.0, &[(1, line, line)]))]);
    let expected = format!("style of the message: {title} | message:1 | Stop [silently] dropping [stale] entries");
    assert_eq!(shown(&found.for_ai), [expected]);
}

#[test]
fn weak_signals_and_what_could_not_be_measured_are_no_reasons() {
    let unmeasured = SignalReport { unmeasured: true, ..signal("doc-long", "nothing to measure", 3.0, &[]) };
    let weak = signal("todo", "Comment holds a TODO", 0.05, &[]);
    let found = reasons(vec![unmeasured, weak]);
    assert_eq!((found.for_ai.len(), found.for_a_person.len()), (0, 0));
}

#[test]
fn the_rest_of_a_commit_is_named_by_what_it_is() {
    let rules = ["comment-words", "code-words", "comment-words"].map(str::to_owned).into();
    let whole = SignalReport {
        together: Some(Together { blocks: 12, rules }),
        ..signal("commit-code", "The rest of its commit's code", 3.0, &[])
    };
    let found = reasons(vec![whole]);
    let expected = "12 blocks together, mostly wording of comments and style of the code";
    assert_eq!(shown(&found.for_ai), [format!("the rest of the commit: {expected} | -")]);
}

#[test]
fn a_rule_of_a_project_is_its_own_topic() {
    let found =
        reasons(vec![signal("xyzzy", "A word that only tests write", 5.0, &[(2, "xyzzy", "x = xyzzy # here")])]);
    assert_eq!(shown(&found.for_ai), ["A word that only tests write | src/a.py:2 | x = [xyzzy] # here"]);
}

#[test]
fn a_number_that_counts_against_its_rule_is_no_reason() {
    let prefix = |atypical: bool| {
        let title = "Subject has no conventional prefix (\"fix: …\")";
        SignalReport { atypical, ..signal("message-conventional", title, 0.9, &[(1, "x", "A subject")]) }
    };
    let paragraphs =
        || signal("message-paragraphs", "Message has several paragraphs", 0.3, &[(3, "x", "One paragraph")]);
    let found = reasons(vec![of_message(prefix(true)), of_message(paragraphs())]);
    assert_eq!(
        shown(&found.for_ai),
        ["style of the message: Message has several paragraphs | message:3 | One paragraph"]
    );
    assert_eq!(shown(&reasons(vec![of_message(prefix(true))]).for_ai), [""; 0]);
    assert_eq!(shown(&reasons(vec![of_message(prefix(false))]).for_ai).len(), 1);
}

#[test]
fn a_reason_is_about_what_its_line_is() {
    let line = (7, "\u{2014}", "# Don't sleep \u{2014} it blocks");
    for (region, topic) in [
        (None, "style of the code"),
        (Some(Region::Comment), "style of the comments"),
        (Some(Region::Documentation), "style of the documentation"),
    ] {
        let mut words = signal("code-words", "Tokens of code", 1.0, &[line]);
        words.evidence[0].region = region;
        let found = reasons(vec![words]);
        assert_eq!(
            (found.for_ai[0].topic.as_str(), found.for_ai[0].rules.as_slice()),
            (topic, &["code-words".into()][..])
        );
    }
}
