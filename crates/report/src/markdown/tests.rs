//! Comments rendered as a forge would: nothing of a stranger's comes out but text and code.

use comrak::nodes::NodeValue;
use comrak::{Arena, parse_document};
use proptest::prelude::*;

use super::escape::tests::{HOSTILE, options, reference, text};
use super::*;
use crate::sample;

/// What stands in a comment besides text: kinds of nodes, HTML as written, and text outside of code.
fn rendered(markdown: &str) -> (Vec<&'static str>, Vec<String>, String) {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options());
    let (mut kinds, mut html, mut text) = (Vec::new(), Vec::new(), String::new());
    for node in root.descendants().skip(1) {
        let value = &node.data.borrow().value;
        kinds.push(value.xml_node_name());
        match value {
            NodeValue::HtmlBlock(block) => html.extend(block.literal.lines().map(str::to_owned)),
            NodeValue::HtmlInline(tag) => html.push(tag.clone()),
            NodeValue::Text(part) => text.push_str(part),
            _ => text.push('\n'),
        }
    }
    (kinds, html, text)
}

/// Ours, and nobody else's.
const TAGS: [&str; 6] = ["<details>", "<summary>", "</summary>", "</details>", "<sub>", "</sub>"];
const KINDS: [&str; 12] = [
    "paragraph",
    "text",
    "code",
    "code_block",
    "strong",
    "list",
    "item",
    "block_quote",
    "heading",
    "html_block",
    "html_inline",
    "linebreak",
];

fn assert_harmless(markdown: &str) {
    let (kinds, html, text) = rendered(markdown);
    let foreign: Vec<_> = kinds.into_iter().filter(|kind| !KINDS.contains(kind) && *kind != "softbreak").collect();
    assert_eq!(foreign, [""; 0], "{markdown}");
    for html in html {
        let mut rest = html.clone();
        for tag in TAGS {
            rest = rest.replace(tag, "");
        }
        assert!(!rest.contains(['<', '>']), "{html} in {markdown}");
    }
    assert_eq!(reference(&text), None, "{markdown}");
    assert!(markdown.lines().all(|line| !line.starts_with('/')), "{markdown}");
    assert_eq!(ai_detect_base::terminal::unsafe_in(markdown), None, "{markdown:?}");
}

#[test]
fn nothing_of_a_change_acts_in_a_comment() {
    for hostile in HOSTILE {
        let report = sample::report(hostile, 2);
        assert_harmless(&flag(&report, &report.flags[0]));
        assert_harmless(&flag(&report, &report.flags[3]));
        assert_harmless(&summary(&report, GITHUB_BODY));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_comment_is_longer_than_its_limit(text in text(), limit in 0usize..9000, flags in 0usize..20) {
        let comment = summary(&sample::report(&text, flags), limit);
        prop_assert!(comment.len() <= limit);
        assert_harmless(&comment);
    }
}

#[test]
fn what_does_not_fit_is_counted() {
    let report = sample::report("text", 500);
    let comment = summary(&report, GITHUB_BODY);
    let listed = comment.lines().filter(|line| line.starts_with("- `text:")).count();
    assert!((400..1000).contains(&listed) && comment.len() > GITHUB_BODY - 300, "{listed} in {}", comment.len());
    assert!(comment.contains(&format!("\n{} more flags are in the report.\n", 1000 - listed)));
    assert_eq!(summary(&report, 20), "1000 flagged blocks ");
    let whole = summary(&sample::report("text", 2), GITHUB_BODY);
    assert_eq!(whole.matches("\n- `text:").count(), 4);
    assert!(!whole.contains("more flag"));
}

#[test]
fn the_evidence_of_a_message_is_told_once_a_commit() {
    let comment = summary(&sample::report("text", 9), GITHUB_BODY);
    assert_eq!(comment.matches(", message of `").count(), 2);
}

#[test]
fn a_comment_on_a_block_says_what_how_sure_and_what_resolves_it() {
    let report = sample::report("a text", 1);
    insta::assert_snapshot!("comment_on_a_block", flag(&report, &report.flags[0]));
    insta::assert_snapshot!("comment_on_a_request", summary(&report, GITHUB_BODY));
}

#[test]
fn every_verdict_is_put_as_a_question() {
    use crate::gate::Verdict;
    for verdict in [Verdict::Contradicted, Verdict::Unattested, Verdict::Unreadable, Verdict::WrongForm] {
        let mut report = sample::report("text", 1);
        report.flags[0].verdict = verdict;
        let comment = flag(&report, &report.flags[0]);
        assert!(comment.starts_with("**") && comment.lines().next().unwrap().ends_with("?**"), "{comment}");
        assert!(comment.contains("\n```\nAssisted-by: "), "{comment}");
    }
}

#[test]
fn an_id_that_is_none_reaches_no_command() {
    let mut report = sample::report("text", 1);
    report.commits[0].id = "$(touch x)".into();
    report.hunks[0].commits[0].id = "$(touch x)".into();
    assert!(!flag(&report, &report.flags[0]).contains("touch"));
}
