//! Rows as a file of lines of JSON, which is its own memory: each complete line is a row, and what stands
//! behind the last one was cut off while it was written, and is taken away.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::known::Known;
use crate::signals::with_signals_deferred;
use crate::{Error, place};
use ai_detect_pipeline::scan::NotesRead;
use ai_detect_pipeline::scan::key::Key;
use ai_detect_pipeline::scan::{Row, SCHEMA};
use ai_detect_report::json;

/// How every line starts.
const START: &str = r#"{"schema":""#;
/// A longer line is none of ours.
const MAX_LINE_BYTES: u64 = 1 << 20;
/// Lines are written when so many bytes of them have gathered.
const GATHERED: usize = 1 << 16;

/// What is needed of a line.
#[derive(Deserialize)]
struct Line {
    schema: String,
    repository: String,
    commit: String,
    rules: String,
    notes: Option<NotesRead>,
}

/// A file of lines that nobody else writes to meanwhile.
pub struct Lines {
    file: File,
    path: PathBuf,
    gathered: String,
}

impl Lines {
    /// Opens a file, or starts it, and reads what it knows. The lock goes with the process, however it ends.
    ///
    /// # Errors
    /// Where it is none of ours, another run writes to it, or the system refuses.
    pub fn open(path: &Path) -> Result<(Self, Known), Error> {
        let path = &place::of(path)?;
        let failed = |problem| Error::write(path, problem);
        if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(Error::NotAFile { path: path.clone() });
        }
        let options = OpenOptions::new().read(true).append(true).create(true).open(path);
        let mut file = options.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(Error::InUse { path: path.clone() }),
            Err(std::fs::TryLockError::Error(error)) => return Err(failed(error)),
        }
        let (known, complete) = read(&mut file, path)?;
        file.set_len(complete).map_err(failed)?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        Ok((Lines { file, path: path.to_owned(), gathered: String::new() }, known))
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn add(&mut self, row: &Row) -> Result<(), Error> {
        self.gathered += &line(row)?;
        if self.gathered.len() >= GATHERED { self.flush() } else { Ok(()) }
    }

    /// Writes what has gathered.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn flush(&mut self) -> Result<(), Error> {
        let lines = std::mem::take(&mut self.gathered);
        with_signals_deferred(|| self.file.write_all(lines.as_bytes()))
            .map_err(|problem| Error::write(&self.path, problem))
    }

    /// Writes everything through to the disk.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn finish(mut self) -> Result<(), Error> {
        self.flush()?;
        self.file.sync_all().map_err(|problem| Error::write(&self.path, problem))
    }
}

/// The line of a row. Whatever would act on a terminal is escaped.
///
/// # Errors
/// Where a row cannot be written as JSON.
pub fn line(row: &Row) -> Result<String, Error> {
    Ok(json::compact(row).map_err(|problem| Error::Row(problem.to_string()))? + "\n")
}

/// What the complete lines say, and how many bytes they have.
fn read(file: &mut File, path: &Path) -> Result<(Known, u64), Error> {
    let mut known = Known::default();
    let (mut complete, mut number) = (0u64, 0usize);
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let mut line = Vec::new();
    loop {
        line.clear();
        number += 1;
        let read = (&mut reader).take(MAX_LINE_BYTES).read_until(b'\n', &mut line);
        let read = read.map_err(|problem| Error::write(path, problem))? as u64;
        if line.last() == Some(&b'\n') {
            let parsed = serde_json::from_slice::<Line>(&line).ok().filter(|line| line.schema == SCHEMA);
            let key = parsed.map(|Line { repository, commit, rules, notes, .. }| {
                let lacks_notes = notes == Some(NotesRead::NotFetched);
                Key { repository, commit, rules, lacks_notes }
            });
            if !key.is_some_and(|key| known.add(key)) {
                return Err(Error::NotARow { path: path.to_owned(), line: number });
            }
            complete += read;
        } else if read == MAX_LINE_BYTES || !is_torn(&line) {
            return Err(Error::NotARow { path: path.to_owned(), line: number });
        } else {
            return Ok((known, complete));
        }
    }
}

/// Whether a line that was cut off may be one of ours. A file system may leave zeros behind where the
/// machine went down.
fn is_torn(line: &[u8]) -> bool {
    let start = format!("{START}{SCHEMA}\"");
    let common = line.len().min(start.len());
    line.get(..common) == start.as_bytes().get(..common) || line.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(content: &[u8]) -> (Result<usize, String>, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.jsonl");
        std::fs::write(&path, content).unwrap();
        let opened = Lines::open(&path).map(|(_, mut known)| known.take("r").len()).map_err(|error| error.to_string());
        (opened, std::fs::read(path).unwrap())
    }

    fn written(commit: char) -> String {
        let id: String = std::iter::repeat_n(commit, 40).collect();
        format!(r#"{{"schema":"{SCHEMA}","repository":"r","commit":"{id}","rules":"x"}}"#) + "\n"
    }

    #[test]
    fn a_line_cut_off_at_any_byte_is_taken_away_and_the_others_stay() {
        let (first, second) = (written('a'), written('b'));
        let whole = first.clone() + &second;
        for length in 0..=whole.len() {
            let (known, left) = opened(&whole.as_bytes()[..length]);
            let rows = usize::from(length >= first.len()) + usize::from(length == whole.len());
            let expected: usize = [0, first.len(), whole.len()][rows];
            assert_eq!((known, left.len()), (Ok(rows), expected), "cut at {length}");
        }
    }

    #[test]
    fn zeros_that_a_lost_write_left_are_taken_away() {
        let (known, left) = opened(&[written('a').as_bytes(), &[0; 100]].concat());
        assert_eq!((known, left.len()), (Ok(1), written('a').len()));
    }

    #[test]
    fn whatever_is_not_ours_stays_as_it_is() {
        let ours = written('a');
        let others: [&[u8]; 7] = [
            b"a,b,c\n1,2,3\n",
            b"{}\n",
            b"no line at all",
            b"{\"schema\":\"ai-detect/report/v1\"}\n",
            b"\n",
            &[ours.as_bytes(), b"\n", ours.as_bytes()].concat(),
            &[ours.as_bytes(), &[b'x'; 1 << 20]].concat(),
        ];
        for content in others {
            let (known, left) = opened(content);
            assert!(known.unwrap_err().contains("is no row of `ai-detect scan`"));
            assert_eq!(left, content);
        }
    }
}
