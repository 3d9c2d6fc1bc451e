//! Parts of a message that show something from elsewhere: blocks of HTML and of trackers' markup, pasted changes, and
//! other messages that stand indented below a sentence.
//!
//! Fences of code are found in `lines`, and lines that belong to a sentence in `sentences`.

use std::ops::Range;

use super::lines::Line;
use super::reverts;
use super::sentences::{self, is_item, looks_like_a_mark};
use crate::slices::items_of;

/// How a block starts at the beginning of a line, and how it ends. A comment is not shown to readers, so it states nothing.
const BLOCKS: [(&str, &str); 8] = [
    ("<pre", "</pre>"),
    ("<code", "</code>"),
    ("<blockquote", "</blockquote>"),
    ("<samp", "</samp>"),
    ("<!--", "-->"),
    ("{noformat", "{noformat}"),
    ("{code", "{code}"),
    ("{{{", "}}}"),
];

/// Marks what is shown from elsewhere as quoted. `git merge --squash` indents the messages that it joins: there, what is
/// indented is stated.
pub(super) fn mark(message: &str, lines: &mut [Line], is_squash: bool) {
    let Some(subject) = lines.iter().position(|line| !line.is_blank) else { return };
    let body = subject + 1;
    let mut quoted = Vec::new();
    if memchr::memchr2(b'<', b'{', message.as_bytes()).is_some() {
        quoted.extend(blocks(message, lines, body));
    }
    quoted.extend(pasted_changes(message, lines, body));
    if !is_squash {
        quoted.extend(shown_messages(message, lines, subject));
    }
    quoted.extend(reverts::shown(message, lines, subject));
    for line in quoted.into_iter().flatten() {
        if let Some(line) = lines.get_mut(line) {
            line.quoted = true;
        }
    }
}

/// Blocks of HTML and of trackers' markup. One that never closes quotes nothing.
fn blocks(message: &str, lines: &[Line], body: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = body;
    while let Some(line) = lines.get(at) {
        let text = line.text(message).trim_start().to_ascii_lowercase();
        let Some((start, close)) = BLOCKS.iter().find(|(start, _)| opens(&text, start)) else {
            at += 1;
            continue;
        };
        let on_same_line = text.get(start.len()..).is_some_and(|rest| rest.contains(close));
        let closes = |line: &Line| line.text(message).to_ascii_lowercase().contains(close);
        let end = match on_same_line {
            true => Some(at),
            false => items_of(lines, at + 1..).iter().position(closes).map(|length| at + 1 + length),
        };
        // Tools mark what they wrote with a comment on one line.
        if let Some(end) = end.filter(|end| *end > at || *start != "<!--") {
            found.push(at..end + 1);
        }
        at = end.unwrap_or(at) + 1;
    }
    found
}

/// Whether a line in lower case opens a block: `<pre>` and `<pre class="x">`, not `<prefix>`.
fn opens(text: &str, start: &str) -> bool {
    let Some(rest) = text.strip_prefix(start) else { return false };
    !start.ends_with(char::is_alphabetic) || rest.starts_with(['>', ' ', '}', ':', '|']) || rest.is_empty()
}

/// Lines of pasted changes: hunks below their heads, and marks with a sign right before them. An item of a list has a space
/// behind its sign.
fn pasted_changes(message: &str, lines: &[Line], body: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = body;
    while let Some(line) = lines.get(at) {
        if line.is_blank {
            at += 1;
            continue;
        }
        let paragraph = items_of(lines, at..).iter().take_while(|line| !line.is_blank).count();
        let texts: Vec<&str> = items_of(lines, at..at + paragraph).iter().map(|line| line.text(message)).collect();
        let is_hunk = texts.iter().any(|text| is_head_of_hunk(text));
        let has_added = texts.iter().any(|text| changed(text, '+').is_some());
        let is_plain_list = texts.iter().any(|text| changed(text, '-').is_some_and(|rest| !looks_like_a_mark(rest)));
        for (offset, text) in texts.iter().enumerate() {
            let is_added = changed(text, '+').is_some_and(looks_like_a_mark);
            let is_taken_out = changed(text, '-').is_some_and(looks_like_a_mark) && (has_added || !is_plain_list);
            let is_of_hunk = is_hunk && text.starts_with(['+', '-', ' ']);
            if is_added || is_taken_out || is_of_hunk {
                found.push(at + offset..at + offset + 1);
            }
        }
        at += paragraph;
    }
    found
}

/// What stands right behind a sign of a change.
fn changed(text: &str, sign: char) -> Option<&str> {
    text.strip_prefix(sign).filter(|rest| rest.starts_with(|c: char| !c.is_whitespace() && c != sign))
}

/// Whether a line is the head of a hunk or of a file's changes, as `git diff` writes them.
fn is_head_of_hunk(text: &str) -> bool {
    text.starts_with("@@ -") || text.starts_with("diff --git ") || text.starts_with("+++ b/")
}

/// Other messages, shown indented between the paragraphs of this one: a subject, and marks below it.
///
/// The messages of a squash stand indented as well, each below the item or heading of its commit. So a block is another
/// message only below a sentence, and above more text.
fn shown_messages(message: &str, lines: &[Line], subject: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = subject + 1;
    while let Some(line) = lines.get(at) {
        if line.is_blank || !is_indented(line.text(message)) {
            at += 1;
            continue;
        }
        let rest = items_of(lines, at..);
        let length = rest.iter().take_while(|line| line.is_blank || is_indented(line.text(message))).count();
        let block = at..at + length;
        at += length;
        if is_shown_message(message, lines, subject, &block) {
            found.push(block);
        }
    }
    found
}

fn is_shown_message(message: &str, lines: &[Line], subject: usize, block: &Range<usize>) -> bool {
    let text = |at: usize| lines.get(at).map_or("", |line| line.text(message));
    let is_blank = |at: usize| lines.get(at).is_none_or(|line| line.is_blank);
    let has_text_below = block.end < lines.len();
    let Some(above) = block.start.checked_sub(2).filter(|above| is_blank(block.start - 1) && !is_blank(*above)) else {
        return false;
    };
    if above <= subject || looks_like_a_mark(text(above)) {
        return false;
    }
    // The line that starts the paragraph above: below an item of a list, what is indented belongs to the item.
    let first = (subject..=above).rev().take_while(|at| !is_blank(*at)).last().unwrap_or(above);
    if (first..=above).any(|at| is_item(text(at)) || is_numbered(text(at))) {
        return false;
    }
    let starts_with_prose = !looks_like_a_mark(text(block.start));
    let has_marks = block.clone().any(|at| !is_blank(at) && looks_like_a_mark(text(at)));
    let leads = sentences::leads_to_illustration(text(above));
    let is_sentence = text(above).trim_end().ends_with(['.', '!', '?', ':']);
    starts_with_prose && has_marks && (leads || (is_sentence && has_text_below))
}

fn is_indented(text: &str) -> bool {
    text.starts_with("  ") || text.starts_with('\t')
}

/// Whether a line is an item of a numbered list.
fn is_numbered(text: &str) -> bool {
    let text = text.trim_start();
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && (rest.starts_with(". ") || rest.starts_with(") "))
}

#[cfg(test)]
mod tests {
    use super::super::Message;

    const MARK: &str = "Co-Authored-By: Claude <noreply@anthropic.com>";

    /// Whether all marks that stand for `{}` in a message are quoted.
    fn is_quoted(message: &str) -> bool {
        let message = Message::from(message.replace("{}", MARK));
        let mut marks = message.trailers().iter().filter(|line| line.name == "co-authored-by").peekable();
        assert!(marks.peek().is_some(), "{message}");
        marks.all(|line| line.quoted)
    }

    #[test]
    fn blocks_of_markup_show_what_is_said_elsewhere() {
        for message in [
            "s\n\n<pre>\n{}\n</pre>",
            "s\n\n<pre class=\"x\">\n\n{}\n\n</pre>\nmore",
            "s\n\n<blockquote>\n{}\n</blockquote>",
            "s\n\n<!--\nSay which tool you used:\n{}\n-->",
            "s\n\n{noformat}\n{}\n{noformat}",
            "s\n\n{code:none}\n{}\n{code}\nmore",
            "s\n\n{{{\n{}\n}}}",
        ] {
            assert!(is_quoted(message), "{message}");
        }
        for message in [
            "s\n\n<pre>\n{}",
            "s\n\n<pre>x</pre>\n\n{}",
            "s\n\n<prefix>\n{}\n</pre>",
            "s\n\n<!-- a hint -->\n{}\n<!-- another -->",
            "s\n\n<details>\n\n{}\n\n</details>",
        ] {
            assert!(!is_quoted(message), "{message}");
        }
    }

    #[test]
    fn a_pasted_change_shows_what_is_said_elsewhere() {
        for message in [
            "s\n\n-{}",
            "s\n\n-{}\n+Assisted-by: MODEL",
            "s\n\n+{}",
            "s\n\n-old text\n-{}\n+new text",
            "s\n\n@@ -1,2 +1,2 @@\n Signed-off-by: A <a@b.c>\n {}\n-More",
            "s\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-{}\n+{}",
        ] {
            assert!(is_quoted(message), "{message}");
        }
        for message in [
            "s\n\n- {}",
            "s\n\n+ {}",
            "s\n\n-mend x\n-mend y\n-{}",
            "s\n\n-mend x\n+mend y\n\n{}",
            "s\n\n-----\n{}",
            "s\n\n---\n\n{}",
            "s\n\n@@ -1 +1 @@\n-a\n+b\n\n{}",
        ] {
            assert!(!is_quoted(message), "{message}");
        }
    }

    #[test]
    fn a_message_that_is_shown_indented_is_quoted() {
        for indent in ["    ", "\t", "  ", "   "] {
            let block = format!("{indent}Add x\n\n{indent}{{}}\n{indent}Signed-off-by: B <b@c.d>");
            for message in [
                format!("s\n\nIt failed on this message.\n\n{block}\n\nSigned-off-by: A <a@b.c>"),
                format!("s\n\nIt failed on a message of\ntwo paragraphs:\n\n{block}\n\nNow it is read."),
                format!("s\n\nThe log has:\n\n{block}"),
            ] {
                assert!(is_quoted(&message), "{message}");
            }
        }
    }

    #[test]
    fn messages_that_a_squash_indents_are_stated() {
        for message in [
            "s (#7)\n\n* Add x\n\n  It is new.\n\n  {}\n\n* Mend y\n\n  {}\n\nCo-authored-by: A <a@b.c>",
            "s (#7)\n\n* Add x.\n\n    It is new.\n\n  {}\n\n* Mend y",
            "s\n\n1. Add x.\n\n   It is new.\n\n   {}\n\n2. Mend y.",
            "s\n\n- A long item that is\nwrapped.\n\n  It is new.\n\n  {}\n\nMore",
            "s\n\nAdd x\n\n  It is new.\n\n  {}\n\nMend y\n\n  {}",
            "s\n\n  It is new.\n\n  {}",
            "    s\n\n    It is new.\n\n    {}",
            "s\n\nIt is new.\n\n    {}",
            "s\n\nIt is new.\n\n    for example this\n\n{}",
            "Squashed commit of the following:\n\ncommit 00ff\nAuthor: A <a@b.c>\n\n    Add x\n\n    {}\n",
        ] {
            assert!(!is_quoted(message), "{message}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(message in "(\\PC|\n|    |  |: |-by: |<pre>|</pre>|@@ -|\\+|\\{code\\}|-){0,80}") {
            Message::from(message.as_str()).trailers();
        }
    }
}
