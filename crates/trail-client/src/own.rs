//! What a client keeps while it has no collector: the name under which it numbers its events, and the lines themselves, so that a
//! collector that it joins later gets everything that was kept.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use ai_detect_trail_log::ids::ClientId;
use ai_detect_trail_log::number::Micros;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::collector::Collector;
use crate::error::{SpoolError, random};
use crate::files;
use crate::spool::{MAX_BATCH_BYTES, Problem, Spool};

/// The file with the name of the client.
const CLIENT: &str = "client";
/// How the files of lines end.
const SUFFIX: &str = ".ndjson.gz";

/// The files of a client without a collector.
#[derive(Debug, Clone)]
pub struct Own {
    folder: PathBuf,
}

/// What became of lines that a collector should get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedOver {
    /// How many events it took.
    pub events: u64,
    /// Why the rest is still here.
    pub problem: Option<Problem>,
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

    /// Sends the lines to a collector that was joined, under the name that the client has there, and forgets what it took. Once it has all
    /// of them, the spool goes on under that name as well.
    ///
    /// # Errors
    ///
    /// When files cannot be read or removed. That the collector is away is no error.
    pub fn hand_over(
        &self,
        spool: &Spool,
        to: &ClientId,
        collector: &dyn Collector,
        deadline: Option<Instant>,
    ) -> Result<HandedOver, SpoolError> {
        let waiting = self.waiting()?;
        let mut handed_over = HandedOver { events: 0, problem: None };
        if waiting.is_empty() && files::read(&self.folder.join(CLIENT))?.is_none() {
            return Ok(handed_over);
        }
        let own = self.client()?;
        for path in waiting {
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(handed_over);
            }
            let lines = renamed(&unpacked(&path)?, &own, to);
            match collector.post_events(&lines, None) {
                Ok(_) => {
                    handed_over.events += lines.iter().filter(|byte| **byte == b'\n').count() as u64;
                    files::remove(&path)?;
                }
                Err(error) => {
                    handed_over.problem = Some(error.problem);
                    return Ok(handed_over);
                }
            }
        }
        if spool.exists() {
            spool.rename_client(&own, to)?;
        }
        files::remove(&self.folder.join(CLIENT))?;
        Ok(handed_over)
    }

    fn lines(&self) -> PathBuf {
        self.folder.join("lines")
    }
}

fn unpacked(path: &Path) -> Result<Vec<u8>, SpoolError> {
    let failed = SpoolError::file(path);
    let file = fs::File::open(path).map_err(&failed)?;
    let mut lines = Vec::new();
    // A batch is no longer than that, but for one event of the largest size.
    let most = 2 * MAX_BATCH_BYTES as u64;
    GzDecoder::new(file).take(most).read_to_end(&mut lines).map_err(&failed)?;
    Ok(lines)
}

/// The same lines under the name that the client has at the collector. Each begins with the name.
fn renamed(lines: &[u8], own: &ClientId, to: &ClientId) -> Vec<u8> {
    let (before, after) = (format!(r#"{{"client":"{own}","#), format!(r#"{{"client":"{to}","#));
    let mut renamed = Vec::with_capacity(lines.len());
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(before.as_bytes()) {
            Some(rest) => renamed.extend([after.as_bytes(), rest].concat()),
            None => renamed.extend(line),
        }
    }
    renamed
}
