//! `ai-detect trail events`: the entries of a recorded trail.

use std::path::Path;

use ai_detect_trail_log::entry::{Entry, Reading};
use ai_detect_trail_log::ids::ClientId;
use ai_detect_trail_server::clock::now;
use ai_detect_trail_store::error::StoreError;
use ai_detect_trail_store::reading::{self, Stored};
use ai_detect_trail_store::writer::Writer;
use serde_json::json;

use super::folder::FolderArg;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

/// How much is printed at a time.
const CHUNK: usize = 64 * 1024;

/// Which entries
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    folder: FolderArg,

    /// Print entries of this client only
    #[arg(long, value_name = "CLIENT", value_parser = ClientId::parse)]
    client: Option<ClientId>,

    /// Choose the output format
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
}

/// How entries are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum Format {
    /// One JSON object a line
    Jsonl,
}

/// Why printing ends early.
enum Stop {
    /// Nobody reads any more.
    Unread,
    /// What is stored is not what was recorded.
    Damaged(StoreError),
    Failed(Failure),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Damaged { .. } => Self::Damaged(error),
            error => Self::Failed(error.into()),
        }
    }
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let folder = args.folder.open(dir)?;
    let answer = reading::entries(&folder, args.client.clone(), None)?;
    // The entry about this is on the disk before anything is printed.
    let entries = answer.audit(&Writer::start(&folder)?, now()?)?.into_answer();
    let Format::Jsonl = args.format;
    let mut chunk = String::new();
    let mut changed = 0;
    let printed = entries.for_each(|stored| {
        if stored.is_changed {
            changed += 1;
            out.error(&format!("entry {} was changed after it was recorded, and is not printed", stored.seq));
        }
        chunk.push_str(&line(&stored)?);
        chunk.push('\n');
        if chunk.len() > CHUNK {
            flush(out, &mut chunk)?;
        }
        Ok(())
    });
    // What was printed before trouble came is as good as ever.
    let flushed = flush(out, &mut chunk);
    match printed.and(flushed) {
        Ok(()) | Err(Stop::Unread) if changed == 0 => Ok(Exit::Analysed),
        Ok(()) | Err(Stop::Unread) => {
            out.say("keep a copy of the folder as it is; `ai-detect trail verify` lists all that was changed");
            Ok(Exit::Flags)
        }
        Err(Stop::Damaged(error)) => {
            out.error(&error.to_string());
            Ok(Exit::Flags)
        }
        Err(Stop::Failed(failure)) => Err(failure),
    }
}

fn flush(out: &Output, chunk: &mut String) -> Result<(), Stop> {
    let reads = out.stream(chunk).map_err(Stop::Failed)?;
    chunk.clear();
    if reads { Ok(()) } else { Err(Stop::Unread) }
}

/// An entry with its index. Bytes that are no entry are not printed: anything may stand in them.
fn line(stored: &Stored) -> Result<String, Stop> {
    let seq = stored.seq;
    let failed = |error: &dyn std::fmt::Display| Stop::Failed(Failure::failed(format!("entry {seq}: {error}")));
    if stored.is_changed {
        return Ok(json!({"seq": seq, "changed": {"bytes": stored.bytes.len()}}).to_string());
    }
    match Entry::read(&stored.bytes) {
        Reading::Whole(entry) | Reading::Partial(entry) => {
            let bytes = entry.encode().map_err(|error| failed(&error))?;
            let text = String::from_utf8(bytes).map_err(|error| failed(&error))?;
            Ok(format!("{{\"seq\":{seq},{}", text.trim_start_matches('{')))
        }
        Reading::Unreadable(what) => {
            let (bytes, leaf, cause) = (what.bytes, what.leaf.to_base64(), what.cause.to_string());
            Ok(json!({"seq": seq, "not_an_entry": {"bytes": bytes, "leaf": leaf, "cause": cause}}).to_string())
        }
    }
}
