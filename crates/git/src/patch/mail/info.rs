//! Who wrote a mailed commit, its message, and where its diff starts: the rules of `git mailinfo`.

use bstr::ByteSlice as _;
use mail_parser::{Message, MessageParser};

use super::body::Part;
use ai_detect_base::change::Person;
use ai_detect_base::charset::Charset;
use ai_detect_base::slices::{items_of, part_of};

/// What the headers of a mail say of its commit.
#[derive(Debug, Clone, Default)]
pub(super) struct Heads {
    /// The subject, with the brackets in front.
    pub(super) subject: Option<String>,
    from: Option<Person>,
    time: Option<i64>,
}

/// A mailed commit, apart.
#[derive(Debug, Default)]
pub(super) struct Info {
    /// The first line of the message.
    pub(super) subject: String,
    /// The rest of the message.
    pub(super) text: String,
    pub(super) from: Person,
    /// When it was authored, in seconds since 1970 (UTC); 0 where nothing says it.
    pub(super) time: i64,
    /// What follows the message: remarks, and the diff.
    pub(super) diff: Vec<u8>,
    /// How many lines of the mail stand before that, where it stands there as it is.
    pub(super) diff_line: Option<usize>,
}

impl Heads {
    pub(super) fn of(message: &Message<'_>) -> Self {
        let from = message.from().and_then(mail_parser::Address::first).map(|from| {
            // Some senders have a name alone.
            let email = from.address().unwrap_or_default().to_owned();
            // `git mailinfo` takes an address for a name, too.
            Person { name: from.name().map_or_else(|| email.clone(), str::to_owned), email }
        });
        let subject = message.subject().map(|subject| subject.split_whitespace().collect::<Vec<_>>().join(" "));
        Heads { subject, from, time: message.date().map(mail_parser::DateTime::to_timestamp) }
    }

    /// Whether it is the letter that goes before a series: `[PATCH 0/7]`.
    pub(super) fn is_cover(&self) -> bool {
        let Some(mut rest) = self.subject.as_deref() else { return false };
        while let Some((tag, after)) = rest.trim_start().strip_prefix('[').and_then(|tag| tag.split_once(']')) {
            let mut words = tag.split_whitespace();
            let is_first = |word: &str| {
                word.split_once('/').is_some_and(|(number, of)| {
                    !number.is_empty() && number.bytes().all(|digit| digit == b'0') && of.parse::<u32>().is_ok()
                })
            };
            if words.any(is_first) {
                return true;
            }
            rest = after;
        }
        false
    }
}

impl Info {
    /// Cuts the texts of a mail into its message and what follows.
    pub(super) fn read(heads: &Heads, parts: &[Part]) -> Self {
        let mut info = Info::default();
        let mut text = String::new();
        let mut is_message = true;
        for part in parts {
            if !is_message {
                info.diff.extend_from_slice(&part.content);
                continue;
            }
            let end = message_end(&part.content);
            let (message, rest) = (items_of(&part.content, ..end), items_of(&part.content, end..));
            text.push_str(&part.charset.unwrap_or_else(|| Charset::guessed(message)).text(message));
            is_message = rest.is_empty();
            if !is_message {
                info.diff_line = part.lines_before.map(|lines| lines + super::newlines(message));
                info.diff = rest.to_vec();
            }
        }
        let (inner, text) = inner_heads(&text);
        info.text = text.trim().to_owned();
        info.subject = without_tags(inner.subject.as_ref().or(heads.subject.as_ref()).map_or("", String::as_str));
        // A mail that names nobody has nobody for its author.
        info.from = inner.from.or_else(|| heads.from.clone()).unwrap_or_default();
        // A mail without a date says nothing of when its commit was written.
        info.time = inner.time.or(heads.time).unwrap_or(0);
        info
    }
}

/// Where the message ends: at a line of three dashes, or where a diff starts.
fn message_end(content: &[u8]) -> usize {
    let mut end = 0;
    for line in content.lines_with_terminator() {
        let after = line.strip_prefix(b"---").filter(|after| !after.is_empty());
        if is_diff_start(line) || after.is_some_and(|after| after.trim().is_empty()) {
            return end;
        }
        end += line.len();
    }
    end
}

/// Whether a line is the first one of a diff.
pub(super) fn is_diff_start(line: &[u8]) -> bool {
    let is_name = |name: &[u8]| name.first().is_some_and(|byte| !byte.is_ascii_whitespace());
    line.starts_with(b"diff -") || line.starts_with(b"Index: ") || line.strip_prefix(b"--- ").is_some_and(is_name)
}

/// Headers at the start of the body count instead of those of the mail: it was sent for somebody else.
fn inner_heads(text: &str) -> (Heads, &str) {
    let mut block = String::new();
    let mut rest = text;
    loop {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let line = line.trim_end_matches('\r');
        let goes_on = !block.is_empty() && (line.starts_with(' ') || line.starts_with('\t'));
        if line.trim().is_empty() && (block.is_empty() || rest.is_empty()) {
            // Empty lines before them do not count; there is nothing but empty lines.
            if rest.is_empty() {
                break;
            }
            rest = after;
        } else if line.is_empty() {
            rest = after;
            break;
        } else if goes_on || is_inner_head(line, &block) {
            block.push_str(line);
            block.push('\n');
            rest = after;
        } else if let Some(subject) = line.strip_prefix("[PATCH] ") {
            block.push_str(&format!("Subject: {subject}\n"));
            rest = after;
        } else if line.starts_with(">From ") && super::is_from_line(line.trim_start_matches('>').as_bytes()) {
            rest = after;
        } else {
            break;
        }
    }
    block.push('\n');
    let heads = MessageParser::default().parse_headers(block.as_bytes()).map(|message| Heads::of(&message));
    // A text that starts with no header says nothing of them.
    (heads.unwrap_or_default(), rest)
}

/// Each of the three counts once.
fn is_inner_head(line: &str, block: &str) -> bool {
    let is_head = |text: &str, name: &str| text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    ["From:", "Subject:", "Date:"]
        .into_iter()
        .any(|name| is_head(line, name) && !block.lines().any(|known| is_head(known, name)))
}

/// A subject without `Re:`, `[PATCH v2 3/7]` and the like.
fn without_tags(subject: &str) -> String {
    let mut rest = subject;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ':']);
        let reply = rest.get(..3).filter(|start| start.eq_ignore_ascii_case("re:"));
        let tag = rest.strip_prefix('[').and_then(|tag| tag.split_once(']'));
        match (reply, tag) {
            (Some(reply), _) => rest = part_of(rest, reply.len()..),
            (None, Some((_, after))) => rest = after,
            (None, None) => return rest.trim().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(subject: &str) -> Heads {
        Heads { subject: Some(subject.into()), ..Heads::default() }
    }

    #[test]
    fn a_subject_loses_what_mailing_put_before_it() {
        for (sent, read) in [
            ("[PATCH v2 3/7] a: b", "a: b"),
            ("Re: [RFC PATCH net-next 01/12] [stable] a", "a"),
            ("re: RE: [PATCH]a", "a"),
            ("[PATCH", "[PATCH"),
            ("Revert \"x\"", "Revert \"x\""),
            ("a [b] c", "a [b] c"),
            ("", ""),
        ] {
            assert_eq!(without_tags(sent), read);
        }
    }

    #[test]
    fn a_cover_letter_has_the_number_zero() {
        for (subject, is_cover) in [
            ("[PATCH 0/7] a", true),
            ("Re: [PATCH v3 00/12] a", false),
            ("[list] [PATCH v3 00/12] a", true),
            ("[PATCH 1/7] a", false),
            ("[PATCH 10/12] a", false),
            ("[PATCH] 0/7", false),
            ("[net/0] a", false),
        ] {
            assert_eq!(heads(subject).is_cover(), is_cover, "{subject}");
        }
    }

    #[test]
    fn the_message_ends_where_git_mailinfo_ends_it() {
        for (text, message) in [
            ("a\n\nb\n---\n 1 file\n", "a\n\nb\n"),
            ("a\n---  \nb\n", "a\n"),
            ("a\ndiff --git a/x b/x\n", "a\n"),
            ("a\n--- a/x\n+++ b/x\n", "a\n"),
            ("a\nIndex: x\n", "a\n"),
            ("a\n---- b\n--- \n-- \n--\n----\n", "a\n---- b\n"),
            ("a\n--\nb\n", "a\n--\nb\n"),
        ] {
            assert_eq!(&text[..message_end(text.as_bytes())], message);
        }
    }

    #[test]
    fn headers_in_the_body_count_and_what_looks_like_them_later_does_not() {
        let (heads, rest) = inner_heads(
            "\nFrom: =?utf-8?q?J=C3=BCrgen?= <j@x>\nDate: Tue, 1 Sep 2026 10:00:00 +0200\nSubject: a\n b\n\nText\nFrom: here on\n",
        );
        assert_eq!(heads.from, Some(Person { name: "Jürgen".into(), email: "j@x".into() }));
        assert_eq!((heads.subject.as_deref(), heads.time), (Some("a b"), Some(1_788_249_600)));
        assert_eq!(rest, "Text\nFrom: here on\n");
        for text in ["Text\nFrom: x\n", "Fromage: x\n", ""] {
            let (heads, rest) = inner_heads(text);
            assert!(heads.from.is_none() && heads.subject.is_none(), "{text}");
            assert_eq!(rest, text);
        }
    }
}
