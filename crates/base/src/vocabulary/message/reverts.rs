//! What the message of a revert shows of the message that it reverts.

use std::ops::Range;

use super::lines::Line;
use crate::slices::items_of;

/// What follows "original" or "reverted" in a line that leads to the reverted message.
const LEADING: [&str; 7] = [
    "message",
    "commit message",
    "change description",
    "commit",
    "description",
    "pr description",
    "commit description",
];

/// What a revert shows of the message that it reverts: all from a line that says so, from a rule, or from the line that
/// repeats the reverted subject; else what stands indented.
pub(super) fn shown(message: &str, lines: &[Line], subject: usize) -> Option<Range<usize>> {
    let title = lines.get(subject)?.text(message).trim();
    if !title.get(.."revert".len())?.eq_ignore_ascii_case("revert") {
        return None;
    }
    if let Some(quoted) = whole_message(message, lines, subject) {
        return Some(quoted);
    }
    let reverted = title.split_once('"').and_then(|(_, rest)| rest.rsplit_once('"')).map(|(inner, _)| inner);
    let rest = items_of(lines, subject + 1..);
    let starts = |line: &Line| {
        let text = line.text(message);
        leads(text.trim()) || is_rule(text.trim()) || reverted.is_some_and(|reverted| repeats(text, reverted))
    };
    if let Some(from) = rest.iter().position(starts) {
        return Some(subject + 1 + from..lines.len());
    }
    let is_indented = |line: &Line| line.text(message).starts_with("    ") && !line.is_blank;
    let first = rest.iter().position(is_indented)?;
    let length = items_of(rest, first..).iter().take_while(|line| is_indented(line) || line.is_blank).count();
    Some(subject + 1 + first..subject + 1 + first + length)
}

/// A whole message between quotation marks that open in the title: some scripts quote more than the subject.
fn whole_message(message: &str, lines: &[Line], subject: usize) -> Option<Range<usize>> {
    let title = lines.get(subject)?.text(message);
    if title.matches('"').count() != 1 {
        return None;
    }
    let closes = |line: &Line| line.text(message).trim_end().ends_with('"');
    let length = items_of(lines, subject + 1..).iter().position(closes)? + 1;
    Some(subject + 1..subject + 1 + length)
}

/// Whether a line leads to the reverted message: `Original change's description:`.
fn leads(text: &str) -> bool {
    let text = text.trim_end_matches(':').to_lowercase();
    let text = text.trim_matches(['*', '#', '_', ' ']).trim_start_matches("the ").to_owned();
    let of = ["original ", "reverted "].iter().find_map(|start| text.strip_prefix(start));
    of.is_some_and(|of| LEADING.contains(&of.replace("'s ", " ").as_str()))
}

fn is_rule(text: &str) -> bool {
    matches!(text, "---" | "----" | "-----")
}

/// Whether a line repeats the subject that is reverted, perhaps as an item of a list, and without its request's number.
/// Where the subject is indented, the reverted message ends with its indentation.
fn repeats(text: &str, reverted: &str) -> bool {
    if text.starts_with([' ', '\t']) {
        return false;
    }
    let bare = text.trim_start_matches(['*', '-', '#']).trim();
    !bare.is_empty() && without_request(bare) == without_request(reverted)
}

/// A subject without the number of the request that brought it: `Add x (#7)`.
fn without_request(subject: &str) -> &str {
    let subject = subject.trim();
    let number = subject.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (#"));
    match number {
        Some((head, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => head.trim_end(),
        _ => subject,
    }
}
