//! What `git show` and `git log -p` print: commits with their messages, each before its diff.

use std::cmp::Ordering;

use bstr::ByteSlice as _;
use jiff::fmt::{rfc2822, strtime};
use rustc_hash::FxHashMap;
use sha2::{Digest as _, Sha256};

use super::source::{Piece, Source};
use ai_detect_base::change::{Commit, Person};
use ai_detect_base::charset::Charset;

/// How git indents messages.
const INDENT: &[u8] = b"    ";
/// How git writes dates by default, and with `--date=iso`.
const DATES: [&str; 2] = ["%a %b %d %H:%M:%S %Y %z", "%Y-%m-%d %H:%M:%S %z"];

/// Whether the input is such a text. Before the commit that an annotated tag names, `git show` prints the tag.
pub(super) fn is_log(content: &[u8]) -> bool {
    let mut lines = super::mail::start(content).lines();
    let mut first = lines.next();
    if first.is_some_and(|first| first.starts_with(b"tag ")) {
        let is_tag = lines.next().is_some_and(|line| line.starts_with(b"Tagger: "));
        first = lines.find(|line| is_tag && named_commit(line).is_some());
    }
    let mut headers = lines.take_while(|line| !line.is_empty());
    first.and_then(named_commit).is_some()
        && headers.any(|line| line.starts_with(b"Author: ") || line.starts_with(b"author "))
}

/// The commits of such a text, the earliest first.
pub(super) fn read(name: &str, content: &[u8]) -> Vec<Piece> {
    let mut all: Vec<Reading> = Vec::new();
    let mut reading: Option<Reading> = None;
    for (at, line) in content.lines_with_terminator().enumerate() {
        let plain = line.trim_end_with(|c| c == '\n' || c == '\r');
        if let Some(named) = named_commit(plain) {
            all.extend(reading.replace(Reading::new(named)));
        } else if let Some(reading) = &mut reading {
            reading.line(at, line, plain);
        }
    }
    all.extend(reading);
    if !is_oldest_first(&all) {
        all.reverse();
    }
    all.into_iter().map(|reading| reading.piece(name)).collect()
}

/// Whether parents stand before their children: by the parents that the commits name, else by their dates. Git prints the
/// latest commit first unless it is asked for another order.
fn is_oldest_first(all: &[Reading]) -> bool {
    let places: FxHashMap<&str, usize> = all.iter().enumerate().map(|(at, it)| (it.commit.id.as_str(), at)).collect();
    let parents =
        all.iter().enumerate().flat_map(|(at, it)| it.parents.iter().map(move |parent| (at, parent.as_str())));
    let by_parents = balance(parents.filter_map(|(at, parent)| Some(places.get(parent)?.cmp(&at))));
    let pairs = all.windows(2).filter_map(|pair| Some(pair.first()?.time?.cmp(&pair.last()?.time?)));
    let order = if by_parents == Ordering::Equal { balance(pairs) } else { by_parents };
    order == Ordering::Less
}

/// Whether more of some comparisons come out less, or greater.
fn balance(comparisons: impl Iterator<Item = Ordering>) -> Ordering {
    comparisons.map(|order| order as i64).sum::<i64>().cmp(&0)
}

/// What the first line of a commit names.
#[derive(Debug, PartialEq, Eq)]
struct Named {
    id: String,
    /// With `--parents`.
    parents: Vec<String>,
}

/// The ids in `commit 1234…`. Git puts a mark before them where it is asked to, and branches in brackets behind them.
fn named_commit(line: &[u8]) -> Option<Named> {
    let rest = line.strip_prefix(b"commit ")?;
    let rest = [b"< ", b"> ", b"- ", b"= ", b"+ "].into_iter().find_map(|mark| rest.strip_prefix(mark)).unwrap_or(rest);
    let mut words = rest.split_str(" ");
    let id = words.next().and_then(id)?;
    let mut parents = Vec::new();
    for word in words {
        // Names of branches may have spaces between them.
        if word.starts_with(b"(") {
            break;
        }
        parents.push(self::id(word)?);
    }
    Some(Named { id, parents })
}

fn id(word: &[u8]) -> Option<String> {
    let is_id = matches!(word.len(), 40 | 64) && word.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_id.then(|| word.to_str_lossy().into_owned())
}

/// When a date is, in seconds since 1970; nothing where it names no moment: a day, a time without its zone, `3 days ago`.
fn seconds(date: &str) -> Option<i64> {
    let of_git = |format: &&str| strtime::parse(format, date).ok()?.to_timestamp().ok();
    let moment = DATES
        .iter()
        .find_map(of_git)
        .or_else(|| date.parse().ok())
        .or_else(|| rfc2822::parse(date).ok()?.timestamp().into());
    // `--date=unix` and `--date=raw`
    moment.map(jiff::Timestamp::as_second).or_else(|| date.split_whitespace().next()?.parse().ok())
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
    /// The ids of its parents, where the text names them.
    parents: Vec<String>,
    /// When it was committed, or else authored.
    time: Option<i64>,
    message: Vec<u8>,
    diff: Vec<u8>,
    diff_line: usize,
    at: At,
}

impl Reading {
    fn new(Named { id, parents }: Named) -> Self {
        let commit = Commit { id, parents: 1, ..Commit::default() };
        Reading { commit, parents, time: None, message: Vec::new(), diff: Vec::new(), diff_line: 0, at: At::Headers }
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
            "Date" | "AuthorDate" => self.authored(seconds(value)),
            "CommitDate" => self.time = seconds(value).or(self.time),
            "Merge" => self.commit.parents = value.split_whitespace().count(),
            _ => {}
        }
    }

    fn authored(&mut self, time: Option<i64>) {
        // 0 stands for a time that is not known.
        self.commit.author_time = time.unwrap_or(0);
        self.time = self.time.or(time);
    }

    /// A header as the commit itself has it: `git show --format=raw`.
    fn raw_header(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(' ') else { return };
        // Headers of no people have no time.
        let (who, time) = value.rsplit_once('>').unwrap_or((value, ""));
        let time = time.split_whitespace().next().and_then(|seconds| seconds.parse().ok());
        match name {
            "parent" => self.parents.extend(id(value.as_bytes())),
            "author" => {
                self.commit.author = person(who);
                self.authored(time);
            }
            "committer" => {
                self.commit.committer = person(who);
                self.time = time.or(self.time);
            }
            _ => {}
        }
    }

    fn piece(self, name: &str) -> Piece {
        let message = Charset::guessed(&self.message).text(&self.message);
        let commit = Commit { message: format!("{}\n", message.trim()).into(), ..self.commit }.bounded();
        let source = Source { name: name.into(), lines_before: self.diff_line, is_mail: false };
        let subject = commit.subject().to_owned();
        let digest = Sha256::new_with_prefix(&commit.id).chain_update(self.diff.trim_end());
        let digest = hex::encode(digest.finalize());
        Piece { source, diff: self.diff, digest, commit, subject, is_named: true, is_cover: false }
    }
}

fn person(text: &str) -> Person {
    // Without a bracket there is no address.
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
            format!("tag v1\n\ncommit {ID}\nAuthor: x <y>\n"),
            "tag v1\nTagger: x <y>\n\ncommit no\nAuthor: x <y>\n".to_owned(),
            "diff --git a/a b/a\n".to_owned(),
            format!("commit {ID}\n\ndiff --git a/a b/a\n"),
            format!("commit {ID} now\nAuthor: x\n"),
            "commit abc\nAuthor: x\n".to_owned(),
        ] {
            assert!(!is_log(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn the_first_line_of_a_commit_may_say_more_of_it() {
        let named = |rest: &str| named_commit(format!("commit {rest}").as_bytes()).map(|named| named.parents.len());
        for (rest, parents) in [
            (ID.to_owned(), Some(0)),
            (format!("{ID} (HEAD -> main, origin/main)"), Some(0)),
            (format!("{ID} {ID} {ID} (tag: v1)"), Some(2)),
            (format!("{ID} (from {ID})"), Some(0)),
            (format!("< {ID}"), Some(0)),
            (format!("{ID} now"), None),
            ("message".to_owned(), None),
        ] {
            assert_eq!(named(&rest), parents, "{rest}");
        }
    }

    #[test]
    fn a_date_is_read_however_git_was_asked_to_write_it() {
        for date in [
            "Tue Sep 1 10:00:00 2026 +0200",
            "2026-09-01 10:00:00 +0200",
            "2026-09-01T10:00:00+02:00",
            "2026-09-01T08:00:00Z",
            "Tue, 1 Sep 2026 10:00:00 +0200",
            "1788249600",
            "1788249600 +0200",
        ] {
            assert_eq!(seconds(date), Some(1_788_249_600), "{date}");
        }
        for date in ["2026-09-01", "Tue Sep 1 10:00:00 2026", "today", ""] {
            assert_eq!(seconds(date), None, "{date}");
        }
    }
}
