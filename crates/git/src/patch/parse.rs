//! From the text of a unified diff to its files and hunks.

use bstr::{BString, ByteSlice};

use super::Error;
use super::source::Source;

use ai_detect_base::slices::items_of;

/// One hunk of a patch: where it stands, and its lines.
#[derive(Default)]
pub(super) struct PatchHunk {
    pub(super) old_start: u32,
    pub(super) new_start: u32,
    pub(super) old: Vec<u8>,
    pub(super) new: Vec<u8>,
    /// Added lines, counted from the hunk's first.
    pub(super) added: Vec<u32>,
    /// Removed lines, likewise.
    pub(super) removed: Vec<u32>,
    pub(super) old_lines: u32,
    pub(super) new_lines: u32,
}

#[derive(Default)]
pub(super) struct PatchFile {
    pub(super) old_path: Option<BString>,
    pub(super) new_path: Option<BString>,
    pub(super) git_paths: Option<(BString, BString)>,
    pub(super) renamed_from: Option<BString>,
    pub(super) renamed_to: Option<BString>,
    pub(super) is_gone: bool,
    pub(super) is_new: bool,
    pub(super) binary: bool,
    pub(super) mode: Option<BString>,
    pub(super) hunks: Vec<PatchHunk>,
}

/// The files of a patch; none where there is no diff in it.
pub(super) fn parse(source: &Source, content: &[u8]) -> Result<Vec<PatchFile>, Error> {
    let mut files: Vec<PatchFile> = Vec::new();
    let mut lines = content.lines_with_terminator().enumerate().peekable();
    // `--- a` opens a file only together with the `+++ b` after it, or within a git header.
    while let Some((at, line)) = lines.next() {
        let plain = line.trim_end_with(|c| c == '\n' || c == '\r');
        if let Some(paths) = plain.strip_prefix(b"diff --git ") {
            files.push(PatchFile { git_paths: git_paths(paths), ..PatchFile::default() });
        } else if let Some(old) = plain.strip_prefix(b"--- ")
            && lines.peek().is_some_and(|(_, next)| next.starts_with(b"+++ "))
        {
            let old = path(old);
            if files.last().is_none_or(|file| !file.hunks.is_empty() || file.new_path.is_some()) {
                files.push(PatchFile::default());
            }
            let new =
                lines.next().and_then(|(_, next)| path(items_of(next, 4..).trim_end_with(|c| c == '\n' || c == '\r')));
            if let Some(file) = files.last_mut() {
                file.is_new |= old.is_none();
                (file.old_path, file.new_path) = (old, new);
            }
        } else if plain.starts_with(b"@@ ")
            && files.last().is_some_and(|file| file.new_path.is_some() || file.old_path.is_some())
        {
            let hunk = hunk(source, at, plain, &mut lines)?;
            if let Some(file) = files.last_mut() {
                file.hunks.push(hunk);
            }
        } else if plain.starts_with(b"@@@ ") {
            let instead = if source.is_mail {
                "`git format-patch` writes the commits without it"
            } else {
                "make one with `git diff A...B`"
            };
            let problem = format!("a combined diff, as git shows merges, cannot be read; {instead}");
            return Err(source.wrong(at, problem));
        } else if let Some(file) = files.last_mut().filter(|file| file.hunks.is_empty()) {
            file.header(plain);
        }
    }
    let says_something = |file: &PatchFile| file.binary || file.git_paths.is_some() || file.renamed_to.is_some();
    files.retain(|file| !file.hunks.is_empty() || says_something(file));
    Ok(files)
}

type NumberedLines<'a> = std::iter::Peekable<std::iter::Enumerate<bstr::LinesWithTerminator<'a>>>;

impl Source {
    /// What is wrong with a line, counted from 0 where the diff starts.
    fn wrong(&self, line: usize, problem: String) -> Error {
        Error::Line { name: self.name.clone(), line: self.lines_before + line + 1, problem }
    }

    /// The same where it may be a mail program's doing.
    fn changed(&self, line: usize, problem: String) -> Error {
        let mails = "; a mail program may have wrapped or changed lines: ask for the patch as an attachment";
        self.wrong(line, if self.is_mail { problem + mails } else { problem })
    }
}

fn hunk(source: &Source, at: usize, head: &[u8], lines: &mut NumberedLines<'_>) -> Result<PatchHunk, Error> {
    let ranges = hunk_head(head).ok_or_else(|| {
        let shown = String::from_utf8_lossy(head.get(..80).unwrap_or(head)).into_owned();
        source.wrong(at, format!("expected `@@ -OLD,COUNT +NEW,COUNT @@`, found `{}`", shown.escape_debug()))
    })?;
    let ((old_start, old_count), (new_start, new_count)) = ranges;
    let mut hunk = PatchHunk {
        old_start: old_start.saturating_sub(1),
        new_start: new_start.saturating_sub(1),
        ..PatchHunk::default()
    };
    let too_many = |line: usize, count: u32, side: &str| {
        source.changed(line, format!("one line too many: the hunk's head at line {} says {count} {side} lines", at + 1))
    };
    while hunk.old_lines < old_count || hunk.new_lines < new_count {
        let Some((number, line)) = lines.next() else {
            return Err(source.changed(
                at,
                format!(
                    "the patch ends within this hunk: {} of {old_count} old and {} of {new_count} new lines are there",
                    hunk.old_lines, hunk.new_lines
                ),
            ));
        };
        match line.first() {
            Some(b'+' | b' ' | b'\n' | b'\r') if hunk.new_lines == new_count => {
                return Err(too_many(number, new_count, "new"));
            }
            Some(b'-' | b' ' | b'\n' | b'\r') if hunk.old_lines == old_count => {
                return Err(too_many(number, old_count, "old"));
            }
            Some(b'+') => hunk.add(line),
            Some(b'-') => hunk.remove(line),
            Some(b' ') => hunk.keep(items_of(line, 1..)),
            // Mailers and editors strip the space of an empty context line.
            Some(b'\n' | b'\r') => hunk.keep(line),
            Some(b'\\') => {}
            _ => {
                let shown = String::from_utf8_lossy(line.get(..40).unwrap_or(line)).into_owned();
                return Err(source.changed(
                    number,
                    format!(
                        "within a hunk, a line starts with ` `, `+`, `-` or `\\`, found `{}`",
                        shown.escape_debug()
                    ),
                ));
            }
        }
    }
    match lines.peek() {
        Some((number, line)) if line.starts_with(b"+") => Err(too_many(*number, new_count, "new")),
        // `--` opens the signature of a mail or the next file.
        Some((number, line)) if line.starts_with(b"-") && !line.starts_with(b"--") => {
            Err(too_many(*number, old_count, "old"))
        }
        _ => Ok(hunk),
    }
}

impl PatchHunk {
    fn add(&mut self, line: &[u8]) {
        self.added.push(self.new_lines);
        append(&mut self.new, items_of(line, 1..));
        self.new_lines += 1;
    }

    fn remove(&mut self, line: &[u8]) {
        self.removed.push(self.old_lines);
        append(&mut self.old, items_of(line, 1..));
        self.old_lines += 1;
    }

    fn keep(&mut self, line: &[u8]) {
        append(&mut self.old, line);
        append(&mut self.new, line);
        self.old_lines += 1;
        self.new_lines += 1;
    }
}

/// An empty line at the end of a patch that has no last newline is a line all the same.
fn append(text: &mut Vec<u8>, line: &[u8]) {
    text.extend_from_slice(if line.is_empty() { b"\n" } else { line });
}

impl PatchFile {
    fn header(&mut self, line: &[u8]) {
        let value = |prefix: &str| line.strip_prefix(prefix.as_bytes()).map(unquoted);
        if let Some(from) = value("rename from ").or_else(|| value("copy from ")) {
            self.renamed_from = Some(from);
        } else if let Some(to) = value("rename to ").or_else(|| value("copy to ")) {
            self.renamed_to = Some(to);
        } else if line.starts_with(b"deleted file mode ") {
            self.is_gone = true;
        } else if let Some(mode) = value("new file mode ") {
            self.is_new = true;
            self.mode = Some(mode);
        } else if line.starts_with(b"Binary files ") || line.starts_with(b"GIT binary patch") {
            self.binary = true;
        } else if let Some(index) = value("index ") {
            // `index 1234..5678 160000` is a submodule.
            let mode = index.rsplit_str(" ").next().filter(|mode| mode.len() == 6).map(BString::from);
            self.mode = mode.or(self.mode.take());
        }
    }
}

/// `@@ -a,b +c,d @@`: start and count of both sides.
fn hunk_head(head: &[u8]) -> Option<((u32, u32), (u32, u32))> {
    let head = head.to_str().ok()?.strip_prefix("@@ -")?;
    let (old, rest) = head.split_once(" +")?;
    let (new, _) = rest.split_once(" @@")?;
    let range = |text: &str| -> Option<(u32, u32)> {
        let (start, count) = text.split_once(',').unwrap_or((text, "1"));
        let (start, count): (u32, u32) = (start.parse().ok()?, count.parse().ok()?);
        start.checked_add(count).map(|_| (start, count))
    };
    Some((range(old)?, range(new)?))
}

/// A path of a `---` or `+++` line; `None` for `/dev/null`.
fn path(raw: &[u8]) -> Option<BString> {
    // `diff -u` puts the time after a tab.
    let raw = raw.split_once_str("\t").map_or(raw, |(path, _)| path).trim_end_with(|c| c == '\r' || c == '\n');
    let path = unquoted(raw);
    if path == "/dev/null" {
        return None;
    }
    let stripped = path.strip_prefix(b"a/").or_else(|| path.strip_prefix(b"b/"));
    Some(stripped.map_or(path.clone(), BString::from))
}

/// `a/x b/x`, where the two are the same but for the prefix; renames name theirs elsewhere.
fn git_paths(raw: &[u8]) -> Option<(BString, BString)> {
    let (old, new) = if raw.starts_with(b"\"") {
        // A quote within a quoted path has a backslash before it, so this one ends the path.
        raw.split_at(raw.find(b"\" ")? + 1)
    } else if raw.ends_with(b"\"") {
        raw.split_at(raw.find(b" \"")?)
    } else {
        raw.split_at(raw.len().checked_sub(1)? / 2)
    };
    Some((path(old)?, path(new.strip_prefix(b" ")?)?))
}

/// A path as git quotes it: in double quotes with C escapes, where it holds anything unusual.
fn unquoted(raw: &[u8]) -> BString {
    let Some(inner) = raw.strip_prefix(b"\"").and_then(|raw| raw.strip_suffix(b"\"")) else {
        return raw.into();
    };
    let mut path = BString::default();
    let mut bytes = inner.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            path.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'n') => path.push(b'\n'),
            Some(b't') => path.push(b'\t'),
            Some(b'r') => path.push(b'\r'),
            Some(digit @ b'0'..=b'3') => {
                let octal = |value: u8, digit: u8| value * 8 + (digit & 7);
                let rest = [bytes.next().unwrap_or(b'0'), bytes.next().unwrap_or(b'0')];
                path.push(rest.into_iter().fold(digit & 7, octal));
            }
            Some(other) => path.push(other),
            None => {}
        }
    }
    path
}
