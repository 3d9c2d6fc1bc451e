//! Mailed patches: one mail, or several in a mailbox, as `git format-patch` writes them and mail servers pass them on.
//!
//! What a mail means is what `git am` makes of it without options: its subject loses `[PATCH v2 3/7]`, a line `-- >8 --` is
//! text like any other, and `From:`, `Subject:` and `Date:` at the start of the body count instead of the mail's own.

mod body;
mod info;

use bstr::ByteSlice as _;
use mail_parser::{Message, MessageParser};
use sha2::{Digest as _, Sha256};

use super::Note;
use super::source::{Piece, Source};
use ai_detect_base::change::{Commit, Person};
use ai_detect_base::charset::Charset;
use ai_detect_base::slices::items_of;
use body::Body;
use info::{Heads, Info};

/// Mails within mails are read to this depth.
const MAX_DEPTH: usize = 3;
/// So many bytes may be searched for the ends of parts: each part that is not closed is searched for to the end of its mail.
const MAX_SEARCHED: usize = 1 << 30;

/// What was found in mails.
#[derive(Default)]
pub(super) struct Mails {
    /// Each mail that may hold a diff.
    pub(super) pieces: Vec<Piece>,
    pub(super) notes: Vec<Note>,
    /// How many mails there are.
    pub(super) count: usize,
    /// Whether the text of one is there as HTML only.
    pub(super) html: bool,
}

/// Whether the input is a mail or a mailbox: it starts with the line that parts the mails of a mailbox, or with nothing but
/// headers, among them one that every mail has.
pub(super) fn is_mail(content: &[u8]) -> bool {
    let content = start(content);
    if content.lines().next().is_some_and(is_from_line) {
        return true;
    }
    let mut has_known = false;
    for line in content.lines() {
        if line.is_empty() {
            break;
        }
        // A header that goes on.
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            continue;
        }
        let Some((name, _)) = line.split_once_str(":") else { return false };
        if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
            return false;
        }
        let known: [&[u8]; 4] = [b"from", b"subject", b"date", b"message-id"];
        has_known |= known.iter().any(|known| name.eq_ignore_ascii_case(known));
    }
    has_known
}

/// Reads the mails of an input.
pub(super) fn read(name: &str, content: &[u8]) -> Mails {
    let mut mails = Mails::default();
    mails.mailbox(name, content, Some(0), 0);
    mails
}

/// Without what editors and transfers put in front.
pub(super) fn start(content: &[u8]) -> &[u8] {
    content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content).trim_start_with(|c| matches!(c, '\n' | '\r'))
}

/// The line before each mail of a mailbox, by the rule of `git mailsplit`: a time with colons, and a year behind it.
fn is_from_line(line: &[u8]) -> bool {
    if line.len() < 20 || !line.starts_with(b"From ") {
        return false;
    }
    let Some(colon) = line.get(..line.len() - 2).and_then(|line| line.rfind_byte(b':')) else { return false };
    let digit = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(u8::is_ascii_digit);
    let before = [4, 2, 1].into_iter().all(|back| digit(colon.checked_sub(back)));
    // The colon is not among the last two letters, so that at least two digits may follow.
    let year = items_of(line, colon + 3..).trim_start();
    let year = year.iter().take_while(|byte| byte.is_ascii_digit()).take(5);
    let year = year.fold(0u32, |year, digit| year * 10 + u32::from(digit - b'0'));
    before && digit(Some(colon + 1)) && digit(Some(colon + 2)) && year > 90
}

/// The commit that the line before a mail names, as `git format-patch` writes it. Zeros stand for none.
fn named_commit(line: &[u8]) -> Option<String> {
    let id = line.strip_prefix(b"From ")?.fields().next()?;
    let is_id = matches!(id.len(), 40 | 64) && id.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_known = id.iter().any(|byte| *byte != b'0');
    (is_id && is_known).then(|| id.to_str_lossy().into_owned())
}

impl Mails {
    /// `lines_before` is how many lines of the input stand before the content, where it stands there as it is.
    fn mailbox(&mut self, name: &str, content: &[u8], lines_before: Option<usize>, depth: usize) {
        let skipped = content.len() - start(content).len();
        let (before, content) = (items_of(content, ..skipped), items_of(content, skipped..));
        let mut line_number = lines_before.map(|lines| lines + newlines(before));
        let mut current: Option<(Option<String>, Vec<u8>, Option<usize>)> = None;
        for line in content.lines_with_terminator() {
            let plain = line.trim_end_with(|c| c == '\n' || c == '\r');
            if is_from_line(plain) {
                if let Some((id, mail, first)) = current.take() {
                    self.mail(name, id, &mail, first, depth);
                }
                current = Some((named_commit(plain), Vec::new(), line_number.map(|number| number + 1)));
            } else {
                let (_, mail, _) = current.get_or_insert_with(|| (None, Vec::new(), line_number));
                // As `git mailsplit` has them.
                mail.extend_from_slice(line.strip_suffix(b"\r\n").unwrap_or(line));
                if line.ends_with(b"\r\n") {
                    mail.push(b'\n');
                }
            }
            line_number = line_number.map(|number| number + 1);
        }
        if let Some((id, mail, first)) = current {
            self.mail(name, id, &mail, first, depth);
        }
    }

    fn mail(&mut self, name: &str, id: Option<String>, mail: &[u8], lines_before: Option<usize>, depth: usize) {
        let mail = with_readable_headers(mail);
        let boundaries = memchr::memmem::find_iter(&mail.to_ascii_lowercase(), b"boundary").count();
        if boundaries.saturating_mul(mail.len()) > MAX_SEARCHED {
            self.count += 1;
            self.notes.push(Note::TooManyParts { mail: self.count });
            return;
        }
        match MessageParser::default().parse(&mail) {
            Some(message) => self.message(name, id, &message, lines_before, depth),
            // Not one header.
            None => self.count += 1,
        }
    }

    fn message(
        &mut self,
        name: &str,
        id: Option<String>,
        message: &Message<'_>,
        lines_before: Option<usize>,
        depth: usize,
    ) {
        self.count += 1;
        let number = self.count;
        let Body { parts, mails, messages, html, unknown, undecoded } = Body::of(message);
        self.notes.extend(unknown.into_iter().map(|charset| Note::UnknownCharset { mail: number, charset }));
        self.notes.extend((undecoded > 0).then_some(Note::Undecoded { mail: number, parts: undecoded }));
        let heads = Heads::of(message);
        let Info { subject, text, from, time, diff, diff_line } = Info::read(&heads, &parts);
        let has_parts = !parts.is_empty();
        self.html |= html && !has_parts;
        // A mail without a subject is named by none.
        let shown = heads.subject.clone().unwrap_or_default();
        let source = match (lines_before, diff_line) {
            (Some(before), Some(line)) => Source { name: name.into(), lines_before: before + line, is_mail: true },
            _ => Source { name: format!("{name}, mail {number} as decoded"), lines_before: 0, is_mail: true },
        };
        let is_named = id.is_some();
        let digest = digest(number, message.raw_message());
        let commit = Commit {
            id: id.unwrap_or_else(|| digest.clone()),
            parents: 1,
            author: from,
            committer: Person::default(),
            author_time: time,
            message: if text.is_empty() { subject } else { format!("{subject}\n\n{text}\n") }.into(),
            ..Commit::default()
        };
        let commit = commit.bounded();
        let is_cover = heads.is_cover();
        self.pieces.push(Piece { source, diff, commit, digest, subject: shown, is_named, is_cover });
        if depth < MAX_DEPTH {
            for mail in mails {
                self.mailbox(&format!("{name}, mail {number}, {}", mail.name), &mail.content, None, depth + 1);
            }
            for nested in messages {
                self.message(name, None, nested, None, depth + 1);
            }
        }
    }
}

/// An id for the commit of a mail that names none: reports need one, and with 64 digits nobody takes it for a commit of an
/// ordinary repository.
fn digest(number: usize, mail: &[u8]) -> String {
    hex::encode(Sha256::new_with_prefix(number.to_be_bytes()).chain_update(mail).finalize())
}

fn newlines(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count()
}

/// Headers should be ASCII. Where one is not, it is read as `git mailinfo` guesses it.
fn with_readable_headers(mail: &[u8]) -> Vec<u8> {
    // A mail without an empty line has headers alone.
    let end = mail.find(b"\n\n").unwrap_or(mail.len());
    let (headers, rest) = (items_of(mail, ..end), items_of(mail, end..));
    if headers.is_utf8() {
        return mail.to_vec();
    }
    let headers: Vec<String> = headers.lines_with_terminator().map(|line| Charset::guessed(line).text(line)).collect();
    [headers.concat().as_bytes(), rest].concat()
}
