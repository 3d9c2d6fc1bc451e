//! What a client keeps while it has no collector: the name under which it numbers its events, and the lines themselves, so that a
//! collector that it joins later gets everything that was kept.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use ai_detect_trail_log::ids::{ClientId, Epoch};
use ai_detect_trail_log::number::Micros;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::Deserialize;

use crate::error::{SpoolError, random};
use crate::event::Series;
use crate::files;
use crate::spool::{MAX_BATCH_BYTES, Waiting};

/// The file with the name of the client.
const CLIENT: &str = "client";
/// How the files of lines end.
const SUFFIX: &str = ".ndjson.gz";
/// The most bytes of one file: a batch is no longer than that, but for one event of the largest size.
const MAX_UNPACKED: u64 = 2 * MAX_BATCH_BYTES as u64;

/// The files of a client without a collector.
#[derive(Debug, Clone)]
pub struct Own {
    folder: PathBuf,
}

/// A line as a collector gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its bytes, with the end of the line.
    pub(crate) text: Vec<u8>,
    /// Whose it is, and in which epoch.
    pub(crate) series: Series,
    /// Its number.
    pub(crate) number: u64,
}

/// What is read of a line.
#[derive(Deserialize)]
struct Head {
    epoch: String,
    number: u64,
    time: i64,
}

impl Own {
    /// The files below the folder of the spool.
    pub fn below(folder: &Path) -> Self {
        Self { folder: folder.join("own") }
    }

    /// The folder of the trail.
    pub fn trail(&self) -> PathBuf {
        self.folder.join("trail")
    }

    /// The folder of what the client saw of that trail's log.
    pub fn seen(&self) -> PathBuf {
        self.folder.clone()
    }

    /// The name of the client: random, and made at its first use.
    ///
    /// # Errors
    ///
    /// When its file cannot be read or written.
    pub fn client(&self) -> Result<ClientId, SpoolError> {
        files::private_folder(&self.folder)?;
        let path = self.folder.join(CLIENT);
        let known = files::read(&path)?.and_then(|text| ClientId::parse(text.trim()).ok());
        if let Some(known) = known {
            return Ok(known);
        }
        let name = format!("own-{:016x}", u64::from_ne_bytes(random()?));
        files::replace(&path, format!("{name}\n").as_bytes())?;
        let invalid = |_| SpoolError::File { path: path.clone(), source: std::io::ErrorKind::InvalidData.into() };
        ClientId::parse(&name).map_err(invalid)
    }

    /// Keeps the lines of a batch that is in the trail. They are on the disk when this returns.
    ///
    /// # Errors
    ///
    /// When they cannot be written.
    pub fn keep(&self, lines: &[u8], now: Micros) -> Result<(), SpoolError> {
        let folder = self.lines();
        files::private_folder(&folder)?;
        let path = folder.join(format!("{:020}-{:08x}{SUFFIX}", now.get(), u32::from_ne_bytes(random()?)));
        let failed = SpoolError::file(&path);
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(lines).map_err(&failed)?;
        files::replace(&path, &packer.finish().map_err(&failed)?)
    }

    /// The files of lines that no collector has, the oldest first.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn waiting(&self) -> Result<Vec<PathBuf>, SpoolError> {
        let folder = self.lines();
        let failed = SpoolError::file(&folder);
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(&failed)?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(&failed)?.path();
            if path.to_string_lossy().ends_with(SUFFIX) {
                found.push(path);
            }
        }
        found.sort();
        Ok(found)
    }

    /// What waits for a collector that was joined.
    ///
    /// # Errors
    ///
    /// When files cannot be read.
    pub fn status(&self) -> Result<Waiting, SpoolError> {
        let mut waiting = Waiting::default();
        for path in self.waiting()? {
            let Some(lines) = unpacked(&path)? else { continue };
            for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                let Head { time, .. } = head(&path, line)?;
                waiting.events += 1;
                waiting.since = Some(waiting.since.map_or(time, |since| since.min(time)));
            }
        }
        Ok(waiting)
    }

    /// Whether this client ever had a trail of its own that no collector has yet.
    pub(crate) fn has_name(&self) -> Result<bool, SpoolError> {
        Ok(files::read(&self.folder.join(CLIENT))?.is_some())
    }

    /// Forgets the name of the client: a collector has all of its lines.
    pub(crate) fn forget_name(&self) -> Result<(), SpoolError> {
        files::remove(&self.folder.join(CLIENT))
    }

    /// The lines of a file, under the name that the client has at a collector. A file that is gone was sent.
    pub(crate) fn read(&self, path: &Path, own: &ClientId, to: &ClientId) -> Result<Vec<Line>, SpoolError> {
        let Some(bytes) = unpacked(path)? else { return Ok(Vec::new()) };
        let start = format!(r#"{{"client":"{own}","#);
        let mut lines = Vec::new();
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let Head { epoch, number, .. } = head(path, line)?;
            let epoch = Epoch::parse(&epoch).map_err(|_| not_ours(path))?;
            // Each line begins with the name. Only the trail of this user knows it.
            let rest = line.strip_prefix(start.as_bytes()).ok_or_else(|| not_ours(path))?;
            let text = [format!(r#"{{"client":"{to}","#).as_bytes(), rest].concat();
            lines.push(Line { text, series: Series { client: to.clone(), epoch }, number });
        }
        Ok(lines)
    }

    fn lines(&self) -> PathBuf {
        self.folder.join("lines")
    }
}

/// The bytes of a file; `None` where it is gone.
fn unpacked(path: &Path) -> Result<Option<Vec<u8>>, SpoolError> {
    let failed = SpoolError::file(path);
    let file = match fs::File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(&failed)?,
    };
    let mut lines = Vec::new();
    GzDecoder::new(file).take(MAX_UNPACKED + 1).read_to_end(&mut lines).map_err(&failed)?;
    if lines.len() as u64 > MAX_UNPACKED {
        return Err(not_ours(path));
    }
    Ok(Some(lines))
}

fn head(path: &Path, line: &[u8]) -> Result<Head, SpoolError> {
    serde_json::from_slice(line).map_err(|_| not_ours(path))
}

fn not_ours(path: &Path) -> SpoolError {
    SpoolError::NotOwnLines(path.to_owned())
}
