//! Commands in a comment: what counts as one, and what it asks for.
//!
//! Only what a reader of the rendered comment sees as a line of its own counts: nothing in code
//! blocks, quotes or HTML comments. Who may ask for it is `rights`, which flag is meant is `decision`.

use crate::terminal::{escaped, fitted, is_unsafe};
use crate::vocabulary::trailers::{self, Trailer};

/// What a command starts with.
const CALL: &str = "/ai-detect";
/// What the comments that ai-detect writes itself start their hidden lines with.
pub(crate) const OWN_MARKER: &str = "<!-- ai-detect";
/// More commands of one comment are not read.
const MOST_COMMANDS: usize = 50;
/// Longer reasons are cut, in characters.
pub(super) const LONGEST_REASON: usize = 300;
/// Shorter ids say too little.
pub(super) const SHORTEST_ID: usize = 4;
/// So long is a fingerprint.
pub(super) const FINGERPRINT: usize = 32;

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// What it asks for.
    pub verb: Verb,
    /// The beginning of a fingerprint, in lower case.
    pub id: String,
}

/// What a command asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// Put the flag away, for a reason.
    Dismiss {
        /// Why, on one line.
        reason: String,
    },
    /// Say which tool and model helped.
    Attest {
        /// `TOOL:MODEL`, as it stands in a trailer.
        assistant: String,
    },
    /// Say that the flag is right, with or without a reason.
    Confirm {
        /// Why, on one line; may be empty.
        reason: String,
    },
}

/// A line that calls us and is no command. What was written is escaped and cut.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misread {
    /// Neither of the verbs.
    #[error("`{0}` is no command; there are `dismiss ID reason`, `attest ID TOOL:MODEL` and `confirm ID`")]
    Verb(String),
    /// No id.
    #[error("which flag is missing: `{0} ID`, with the id that stands beside it")]
    NoId(&'static str),
    /// Not the beginning of a fingerprint.
    #[error("`{0}` is no id of a flag: an id is {SHORTEST_ID} or more of the digits 0-9 and a-f")]
    Id(String),
    /// A dismissal without a reason.
    #[error("a reason is missing: `dismiss {0} reason`")]
    NoReason(String),
    /// An attestation without tool and model.
    #[error("tool and model are missing: `attest {0} TOOL:MODEL`, as in `attest {0} Claude Code:claude-opus-4-6`")]
    NoAssistant(String),
}

/// The commands of a comment, from top to bottom, and lines that look like one and are none. A comment
/// of our own has none.
pub fn commands(comment: &str) -> Vec<Result<Command, Misread>> {
    if comment.lines().any(|line| line.trim_start().starts_with(OWN_MARKER)) {
        return Vec::new();
    }
    let mut place = Place::Text;
    let mut found = Vec::new();
    for line in comment.lines() {
        if place.take(line)
            && let Some(rest) = called(line)
        {
            found.push(command(rest));
        }
        if found.len() == MOST_COMMANDS {
            break;
        }
    }
    found
}

/// What stands behind the call, where a line is one. Four spaces make it code, as in Markdown.
fn called(line: &str) -> Option<&str> {
    let text = line.trim_start_matches(' ');
    let rest = text.strip_prefix(CALL).filter(|_| line.len() - text.len() < 4)?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then_some(rest)
}

fn command(rest: &str) -> Result<Command, Misread> {
    let (verb, rest) = word(rest);
    let named = match verb.to_ascii_lowercase().as_str() {
        "dismiss" => "dismiss",
        "attest" => "attest",
        "confirm" => "confirm",
        _ => return Err(Misread::Verb(shown(verb))),
    };
    let (id, rest) = word(rest);
    if id.is_empty() {
        return Err(Misread::NoId(named));
    }
    let bare = id.trim_matches('`').to_ascii_lowercase();
    let fits = (SHORTEST_ID..=FINGERPRINT).contains(&bare.len());
    if !fits || !bare.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Misread::Id(shown(id)));
    }
    let verb = match named {
        "attest" => Verb::Attest { assistant: assistant(rest).ok_or_else(|| Misread::NoAssistant(bare.clone()))? },
        "confirm" => Verb::Confirm { reason: reason(rest) },
        _ => {
            let reason = reason(rest);
            if reason.is_empty() {
                return Err(Misread::NoReason(bare));
            }
            Verb::Dismiss { reason }
        }
    };
    Ok(Command { verb, id: bare })
}

/// The first word, and what comes after it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_once(char::is_whitespace).unwrap_or((text, ""))
}

/// One line without characters that act or hide.
fn reason(text: &str) -> String {
    let text: Vec<&str> = text.split_whitespace().collect();
    escaped(&text.join(" ")).chars().take(LONGEST_REASON).collect()
}

/// A tool and its model, in the one way in which a trailer is written. Nobody's name has characters that act or hide.
fn assistant(text: &str) -> Option<String> {
    if text.contains(|c| c != '\t' && is_unsafe(c)) {
        return None;
    }
    let trailer = Trailer::new(trailers::ASSISTED_BY, text.trim().trim_matches('`'));
    let declared = trailers::read([&trailer]).declaration?;
    declared.ai()?.assistants.as_slice().first()?.model.as_ref()?;
    trailers::write(&declared).into_iter().next().map(|trailer| trailer.value)
}

fn shown(text: &str) -> String {
    fitted(&escaped(text), 40).replace('`', "'")
}

/// What a line of Markdown stands in.
enum Place {
    Text,
    /// A fenced block, and the fence that opened it.
    Fence(char, usize),
    /// An HTML comment.
    Comment,
    /// Raw HTML that shows its text as it is, and what ends it.
    Raw(&'static str),
}

const RAW: [(&str, &str); 4] =
    [("<pre", "</pre>"), ("<script", "</script>"), ("<style", "</style>"), ("<textarea", "</textarea>")];

impl Place {
    /// Goes over a line; whether it is text.
    fn take(&mut self, line: &str) -> bool {
        match self {
            Place::Fence(with, length) => {
                if fence(line).is_some_and(|(found, count, rest)| found == *with && count >= *length && rest.is_empty())
                {
                    *self = Place::Text;
                }
                false
            }
            Place::Comment => {
                if let Some((_, after)) = line.split_once("-->") {
                    *self = Place::Text;
                    self.open(after);
                }
                false
            }
            Place::Raw(end) => {
                if line.to_ascii_lowercase().contains(*end) {
                    *self = Place::Text;
                }
                false
            }
            Place::Text => {
                self.open(line);
                matches!(self, Place::Text)
            }
        }
    }

    /// What a line of text opens and leaves open.
    fn open(&mut self, line: &str) {
        if let Some((with, length, info)) = fence(line) {
            // A line of backticks around something is code within a line.
            if with == '~' || !info.contains('`') {
                *self = Place::Fence(with, length);
            }
            return;
        }
        let lower = line.trim_start().to_ascii_lowercase();
        if let Some((start, end)) = RAW.into_iter().find(|(start, _)| lower.starts_with(start))
            && !lower.get(start.len()..).unwrap_or_default().contains(end)
        {
            *self = Place::Raw(end);
            return;
        }
        if let Some(at) = line.rfind("<!--")
            && !line.get(at..).unwrap_or_default().contains("-->")
        {
            *self = Place::Comment;
        }
    }
}

/// A fence: its character, its length, and what stands behind it.
fn fence(line: &str) -> Option<(char, usize, &str)> {
    let text = line.trim_start_matches(' ');
    let with = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = text.trim_start_matches(with);
    let length = text.len() - rest.len();
    (length >= 3 && line.len() - text.len() < 4).then(|| (with, length, rest.trim()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dismiss(id: &str, reason: &str) -> Result<Command, Misread> {
        Ok(Command { verb: Verb::Dismiss { reason: reason.into() }, id: id.into() })
    }

    #[test]
    fn several_commands_stand_on_lines_of_their_own() {
        let comment = "Looked at these:\r\n/ai-detect dismiss c5a7f83d generated by protoc\r\n\r\n\
                       /ai-detect CONFIRM `C5A7F83E`\r\n/ai-detect attest 00aa11bb Claude Code:claude-opus-4-6\r\n";
        let confirm = Command { verb: Verb::Confirm { reason: String::new() }, id: "c5a7f83e".into() };
        let attest = Verb::Attest { assistant: "Claude Code:claude-opus-4-6".into() };
        assert_eq!(
            commands(comment),
            [
                dismiss("c5a7f83d", "generated by protoc"),
                Ok(confirm),
                Ok(Command { verb: attest, id: "00aa11bb".into() })
            ]
        );
    }

    #[test]
    fn what_a_reader_sees_as_code_quote_or_not_at_all_is_no_command() {
        for hidden in [
            "> /ai-detect confirm c5a7f83d",
            "    /ai-detect confirm c5a7f83d",
            "\t/ai-detect confirm c5a7f83d",
            "see /ai-detect confirm c5a7f83d",
            "`/ai-detect confirm c5a7f83d`",
            "/ai-detector confirm c5a7f83d",
            "```\n/ai-detect confirm c5a7f83d\n```",
            "````md\n```\n/ai-detect confirm c5a7f83d\n```\n````",
            "~~~\n/ai-detect confirm c5a7f83d",
            "<!--\n/ai-detect confirm c5a7f83d\n-->",
            "a <!-- b --> c <!-- d\n/ai-detect confirm c5a7f83d",
            "<pre>\n/ai-detect confirm c5a7f83d\n</pre>",
            "<!-- ai-detect:summary -->\n/ai-detect confirm c5a7f83d",
        ] {
            assert_eq!(commands(hidden), [], "{hidden}");
        }
    }

    #[test]
    fn text_goes_on_behind_what_hides_it() {
        for comment in [
            "```\ncode\n```\n/ai-detect dismiss c5a7f83d why",
            "```not a fence` \n/ai-detect dismiss c5a7f83d why",
            "<!-- a\n--> b\n/ai-detect dismiss c5a7f83d why",
            "<pre>x</pre>\n/ai-detect dismiss c5a7f83d why",
            "> quoted\n   /ai-detect dismiss c5a7f83d why",
        ] {
            assert_eq!(commands(comment), [dismiss("c5a7f83d", "why")], "{comment}");
        }
    }

    #[test]
    fn a_line_that_misses_its_mark_is_answered() {
        let told = |line: &str| commands(line).remove(0).unwrap_err().to_string();
        assert!(told("/ai-detect").starts_with("`` is no command"));
        assert!(told("/ai-detect dismis c5a7f83d x").starts_with("`dismis` is no command"));
        assert!(told("/ai-detect dismiss").starts_with("which flag is missing: `dismiss ID`"));
        assert!(told("/ai-detect confirm c5a").starts_with("`c5a` is no id"));
        assert!(told("/ai-detect confirm c5g7f83d").starts_with("`c5g7f83d` is no id"));
        assert!(told("/ai-detect dismiss c5a7f83d  ").starts_with("a reason is missing"));
        assert!(told("/ai-detect attest c5a7f83d Claude").starts_with("tool and model are missing"));
        assert!(told("/ai-detect attest c5a7f83d <b>:x").starts_with("tool and model are missing"));
    }

    #[test]
    fn a_reason_is_one_harmless_line_of_bounded_length() {
        let comment = format!("/ai-detect dismiss c5a7f83d a\u{202e}b\u{1b}[31m {}", "x".repeat(5000));
        let Ok(Command { verb: Verb::Dismiss { reason }, .. }) = commands(&comment).remove(0) else { panic!() };
        assert!(reason.starts_with("a\\u{202e}b\\u{1b}[31m xxx"), "{reason}");
        assert_eq!(reason.chars().count(), LONGEST_REASON);
    }

    #[test]
    fn a_flood_of_commands_is_cut() {
        assert_eq!(commands(&"/ai-detect confirm c5a7f83d\n".repeat(1000)).len(), MOST_COMMANDS);
    }

    proptest! {
        #[test]
        fn any_comment_is_read(comment in "(\\PC|[\n\r`~<>!-]|/ai-detect (dismiss|attest) [0-9a-f]{8}){0,80}") {
            for command in commands(&comment).into_iter().flatten() {
                prop_assert!((SHORTEST_ID..=FINGERPRINT).contains(&command.id.len()));
            }
        }
    }
}
