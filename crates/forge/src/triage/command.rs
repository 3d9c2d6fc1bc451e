//! Commands in a comment: what counts as one, and what it asks for.
//!
//! Only what a reader of the rendered comment sees as a line of text counts (`super::visible`). Who may ask for it
//! is `rights`, which flag is meant is `decision`.

use super::visible::{Dialect, Line, lines};
use ai_detect_base::terminal::{escaped, fitted, is_unsafe};
use ai_detect_base::vocabulary::trailers::{self, Trailer};

/// What a command starts with.
const CALL: &str = "/ai-detect";
/// What the first line of the comments starts with that ai-detect writes itself.
const OWN_MARKER: &str = "<!-- ai-detect";
/// Longer comments are not read, in bytes. GitHub takes 65,536 characters.
pub const MAX_COMMENT: usize = 256 << 10;
/// More commands of one comment are not read.
const MAX_COMMANDS: usize = 50;
/// Longer reasons are cut, in characters.
pub(super) const MAX_REASON: usize = 300;
/// Shorter ids are none. New decisions need [`MIN_ID`].
const MIN_DIGITS: usize = 4;
/// Shorter ids decide nothing new: another block whose fingerprint begins like that is found within a second.
pub(super) const MIN_ID: usize = 8;
/// The length of a fingerprint.
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
    #[error("`{0}` is no id of a flag: an id is {MIN_ID} or more of the digits 0-9 and a-f")]
    Id(String),
    /// A dismissal without a reason. Signs, digits and characters that nobody sees are none.
    #[error("a reason in words is missing: `dismiss {0} reason`")]
    NoReason(String),
    /// An attestation without tool and model.
    #[error("tool and model are missing: `attest {0} TOOL:MODEL`, as in `attest {0} Claude Code:claude-opus-4-6`")]
    NoAssistant(String),
    /// A line that raw HTML may hide from a reader.
    #[error(
        "raw HTML stands above the command or in it, so that readers may not see it as it is; please write the command \
         in a comment of its own"
    )]
    InHtml,
    /// A line that is not plain text up to its id.
    #[error(
        "call, verb and id have to be plain text, without emphasis, links or text that is struck out; please write the \
         command again"
    )]
    InMarkup,
    /// A command in a mail.
    #[error(
        "the comment came by mail, which may quote others without a sign of it; please write the command on the page of \
         the request"
    )]
    ByMail,
    /// A comment that is not read.
    #[error("the comment is longer than {MAX_COMMENT} bytes; please write the command in a comment of its own")]
    TooLong,
}

/// The commands of a comment, from top to bottom, and lines that look like one and are none. A comment
/// of our own has none.
pub fn commands(comment: &str, dialect: Dialect) -> Vec<Result<Command, Misread>> {
    if comment.starts_with(OWN_MARKER) || !comment.contains(CALL) {
        return Vec::new();
    }
    if comment.len() > MAX_COMMENT {
        return vec![Err(Misread::TooLong)];
    }
    lines(comment, dialect).iter().filter_map(read).take(MAX_COMMANDS).collect()
}

/// A line that calls us.
fn read(line: &Line) -> Option<Result<Command, Misread>> {
    let text = line.text.as_str();
    let (plain, _) = text.split_at_checked(line.until_any.unwrap_or(text.len()))?;
    called(plain)?;
    let is_cut = |at: usize| at < head(text) || text.get(..at).is_none_or(|text| text.split_whitespace().count() < 3);
    Some(if line.may_be_hidden || line.until_tag.is_some_and(is_cut) {
        Err(Misread::InHtml)
    } else if line.until_markup.is_some_and(is_cut) {
        Err(Misread::InMarkup)
    } else {
        command(text.strip_prefix(CALL)?)
    })
}

/// The length of call, verb and id.
fn head(line: &str) -> usize {
    let rest = (0..3).fold(line, |rest, _| word(rest).1);
    line.len() - rest.len()
}

/// What stands behind the call, where a line is one.
fn called(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(CALL)?;
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
    let fits = (MIN_DIGITS..=FINGERPRINT).contains(&bare.len());
    if !fits || !bare.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Misread::Id(shown(id)));
    }
    let verb = match named {
        "attest" => Verb::Attest { assistant: assistant(rest).ok_or_else(|| Misread::NoAssistant(bare.clone()))? },
        "confirm" => Verb::Confirm { reason: reason(rest) },
        _ => {
            if !rest.chars().any(|c| c.is_alphabetic() && !is_unsafe(c)) {
                return Err(Misread::NoReason(bare));
            }
            Verb::Dismiss { reason: reason(rest) }
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
    escaped(&text.join(" ")).chars().take(MAX_REASON).collect()
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn commands(comment: &str) -> Vec<Result<Command, Misread>> {
        super::commands(comment, Dialect::GitHub)
    }

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
    fn lines_copied_from_a_summary_are_commands() {
        // They have a space in front, so that no line of a summary begins with a slash.
        let pasted = " /ai-detect dismiss c5a7f83d by hand\n /ai-detect dismiss c5a7f83e by hand\n";
        assert_eq!(commands(pasted), [dismiss("c5a7f83d", "by hand"), dismiss("c5a7f83e", "by hand")]);
        assert_eq!(commands(&format!("```\n{pasted}```\n")), [], "as the summary shows them, they are code");
    }

    #[test]
    fn a_line_that_misses_its_mark_is_answered() {
        let told = |line: &str| commands(line).remove(0).unwrap_err().to_string();
        assert!(told("/ai-detect").starts_with("`` is no command"));
        assert!(told("/ai-detect dismis c5a7f83d x").starts_with("`dismis` is no command"));
        assert!(told("/ai-detect dismiss").starts_with("which flag is missing: `dismiss ID`"));
        assert!(told("/ai-detect confirm c5a").starts_with("`c5a` is no id"));
        assert!(told("/ai-detect confirm c5g7f83d").starts_with("`c5g7f83d` is no id"));
        assert!(told("/ai-detect dismiss c5a7f83d  ").starts_with("a reason in words is missing"));
        assert!(told("/ai-detect attest c5a7f83d Claude").starts_with("tool and model are missing"));
        assert!(told("/ai-detect attest c5a7f83d <b>:x").starts_with("tool and model are missing"));
    }

    #[test]
    fn a_reason_has_letters_that_a_reader_sees() {
        for nothing in
            ["\u{200b}", "\u{e0041}", "\u{3164}", "\u{34f}", "\u{2800}", "\u{ad}", "1.", "**", "<!-- why -->", "🦀"]
        {
            let told = commands(&format!("/ai-detect dismiss c5a7f83d {nothing}"));
            assert_eq!(told, [Err(Misread::NoReason("c5a7f83d".into()))], "{nothing}");
        }
        for reason in ["generated", "é", "自動生成", "ok 1"] {
            assert_eq!(commands(&format!("/ai-detect dismiss c5a7f83d {reason}")), [dismiss("c5a7f83d", reason)]);
        }
    }

    #[test]
    fn a_reason_is_what_is_read_not_how_it_is_written() {
        let comment = "/ai-detect dismiss c5a7f83d see [the *docs*](https://example.org) of `protoc` &amp; <b>more</b>";
        assert_eq!(commands(comment), [dismiss("c5a7f83d", "see the docs of `protoc` & more")]);
    }

    #[test]
    fn a_comment_that_is_too_long_is_answered() {
        let long = format!("/ai-detect confirm c5a7f83d\n\n{}", "x".repeat(MAX_COMMENT));
        assert_eq!(commands(&long), [Err(Misread::TooLong)]);
        assert_eq!(commands(&"x".repeat(2 * MAX_COMMENT)), []);
    }

    #[test]
    fn our_own_comments_ask_for_nothing() {
        assert_eq!(commands("<!-- ai-detect:summary head=ab run=1 -->\n\n/ai-detect confirm c5a7f83d"), []);
    }

    #[test]
    fn a_reason_is_one_harmless_line_of_bounded_length() {
        let comment = format!("/ai-detect dismiss c5a7f83d a\u{202e}b\u{1b}[31m {}", "x".repeat(5000));
        let Ok(Command { verb: Verb::Dismiss { reason }, .. }) = commands(&comment).remove(0) else { panic!() };
        assert!(reason.starts_with("a\\u{202e}b\\u{1b}[31m xxx"), "{reason}");
        assert_eq!(reason.chars().count(), MAX_REASON);
    }

    #[test]
    fn a_flood_of_commands_is_cut() {
        assert_eq!(commands(&"/ai-detect confirm c5a7f83d\n".repeat(1000)).len(), MAX_COMMANDS);
    }

    proptest! {
        #[test]
        fn any_comment_is_read(comment in "(\\PC|[\n\r`~<>!-]|/ai-detect (dismiss|attest) [0-9a-f]{8}){0,80}") {
            for command in commands(&comment).into_iter().flatten() {
                prop_assert!((MIN_DIGITS..=FINGERPRINT).contains(&command.id.len()));
            }
        }
    }
}
