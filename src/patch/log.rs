//! What `git show` and `git log -p` print: commits with their messages, each before its diff.

use bstr::ByteSlice as _;
use jiff::fmt::strtime;

use super::source::{Piece, Source};
use crate::change::{Commit, Person};
use crate::charset::Charset;

/// How git indents messages.
const INDENT: &[u8] = b"    ";
/// How git writes dates unless told otherwise, and with `--date=iso`.
const DATES: [&str; 2] = ["%a %b %d %H:%M:%S %Y %z", "%Y-%m-%d %H:%M:%S %z"];

/// Whether the input is such a text.
pub(super) fn is_log(content: &[u8]) -> bool {
    let mut lines = super::mail::start(content).lines();
    let first = lines.next().unwrap_or_default();
    let mut headers = lines.take_while(|line| !line.is_empty());
    named_commit(first).is_some() && headers.any(|line| line.starts_with(b"Author: ") || line.starts_with(b"author "))
}

/// The commits of such a text, the earliest first: git prints the latest one first.
pub(super) fn read(name: &str, content: &[u8]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut reading: Option<Reading> = None;
    for (at, line) in content.lines_with_terminator().enumerate() {
        let plain = line.trim_end_with(|c| c == '\n' || c == '\r');
        if let Some(id) = named_commit(plain) {
            pieces.extend(reading.take().map(|reading| reading.piece(name)));
            reading = Some(Reading::new(id));
        } else if let Some(reading) = &mut reading {
            reading.line(at, line, plain);
        }
    }
    pieces.extend(reading.map(|reading| reading.piece(name)));
    pieces.reverse();
    pieces
}

/// The id in `commit 1234…`, which branches may follow in brackets.
fn named_commit(line: &[u8]) -> Option<String> {
    let (id, rest) = line.strip_prefix(b"commit ").map(|rest| rest.split_once_str(" ").unwrap_or((rest, b"")))?;
    let is_id = matches!(id.len(), 40 | 64) && id.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (is_id && (rest.is_empty() || rest.starts_with(b"("))).then(|| id.to_str_lossy().into_owned())
}

#[derive(PartialEq, Eq)]
enum At {
    Headers,
    Message,
    Diff,
}

/// A commit that is being read.
struct Reading {
    commit: Commit,
    message: Vec<u8>,
    diff: Vec<u8>,
    diff_line: usize,
    at: At,
}

impl Reading {
    fn new(id: String) -> Self {
        let commit = Commit { id, parents: 1, ..Commit::default() };
        Reading { commit, message: Vec::new(), diff: Vec::new(), diff_line: 0, at: At::Headers }
    }

    fn line(&mut self, number: usize, line: &[u8], plain: &[u8]) {
        match self.at {
            At::Headers if plain.is_empty() => self.at = At::Message,
            At::Headers => self.header(&Charset::guessed(plain).text(plain)),
            At::Message if plain.is_empty() => self.message.push(b'\n'),
            At::Message => match plain.strip_prefix(INDENT) {
                Some(text) => {
                    self.message.extend_from_slice(text);
                    self.message.push(b'\n');
                }
                None => {
                    (self.at, self.diff_line) = (At::Diff, number);
                    self.diff.extend_from_slice(line);
                }
            },
            At::Diff => self.diff.extend_from_slice(line),
        }
    }

    fn header(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(':').filter(|(name, _)| !name.contains(' ')) else {
            return self.raw_header(line);
        };
        let value = value.trim();
        match name {
            "Author" => self.commit.author = person(value),
            "Commit" => self.commit.committer = person(value),
            "Date" | "AuthorDate" => {
                let time = |format: &&str| strtime::parse(format, value).ok()?.to_timestamp().ok();
                self.commit.author_time = DATES.iter().find_map(time).map_or(0, jiff::Timestamp::as_second);
            }
            "Merge" => self.commit.parents = value.split_whitespace().count(),
            _ => {}
        }
    }

    /// A header as the commit itself has it: `git show --format=raw`.
    fn raw_header(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(' ') else { return };
        let (who, time) = value.rsplit_once('>').unwrap_or((value, ""));
        match name {
            "author" => {
                let seconds = time.split_whitespace().next().and_then(|seconds| seconds.parse().ok());
                // A time that is no number says nothing.
                (self.commit.author, self.commit.author_time) = (person(who), seconds.unwrap_or(0));
            }
            "committer" => self.commit.committer = person(who),
            _ => {}
        }
    }

    fn piece(self, name: &str) -> Piece {
        let message = Charset::guessed(&self.message).text(&self.message);
        let commit = Commit { message: format!("{}\n", message.trim()).into(), ..self.commit }.bounded();
        let source = Source { name: name.into(), lines_before: self.diff_line, is_mail: false };
        let subject = commit.subject().to_owned();
        Piece { source, diff: self.diff, digest: commit.id.clone(), commit, subject, is_named: true, is_cover: false }
    }
}

fn person(text: &str) -> Person {
    let (name, email) = text.rsplit_once('<').unwrap_or((text, ""));
    Person { name: name.trim().into(), email: email.trim_end_matches('>').trim().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff";

    #[test]
    fn what_git_show_prints_has_a_commit_before_its_diff() {
        let log = format!(
            "commit {ID} (HEAD -> main)\nAuthor: Ann Lee <ann@x>\nDate:   Tue Sep 1 10:00:00 2026 +0200\n\n    Subject\n    \n    Co-Authored-By: X <x@y>\n\ndiff --git a/a.py b/a.py\n+ commit {ID}\n"
        );
        assert!(is_log(log.as_bytes()));
        let pieces = read("-", log.as_bytes());
        let [piece] = pieces.as_slice() else { panic!("{}", pieces.len()) };
        let commit = &piece.commit;
        assert_eq!(
            (commit.id.as_str(), commit.author.name.as_str(), commit.author.email.as_str()),
            (ID, "Ann Lee", "ann@x")
        );
        assert_eq!(commit.message, "Subject\n\nCo-Authored-By: X <x@y>\n");
        assert_eq!((commit.author_time, piece.source.lines_before), (1_788_249_600, 8));
        assert!(piece.diff.starts_with(b"diff --git") && piece.diff.ends_with(b"\n"));
    }

    #[test]
    fn other_texts_are_no_log() {
        for text in [
            "diff --git a/a b/a\n".to_owned(),
            format!("commit {ID}\n\ndiff --git a/a b/a\n"),
            format!("commit {ID} now\nAuthor: x\n"),
            "commit abc\nAuthor: x\n".to_owned(),
        ] {
            assert!(!is_log(text.as_bytes()), "{text}");
        }
    }
}
