//! `ai-detect trail prove`: one entry, and that it is in the log.

use std::path::Path;

use ai_detect_trail_server::clock::now;
use ai_detect_trail_store::prove::ProveError;
use ai_detect_trail_store::reading;
use ai_detect_trail_store::writer::Writer;

use super::folder::FolderArg;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

/// Which entry
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    folder: FolderArg,

    /// Index of the entry, from 0
    #[arg(value_name = "SEQ")]
    seq: u64,
}

impl From<ProveError> for Failure {
    fn from(error: ProveError) -> Self {
        match error {
            ProveError::Store(error) => error.into(),
            ProveError::NotSigned { .. } => Failure::usage(error),
            ProveError::Invalid(_) | ProveError::Inconsistent(_) => Failure::failed(error),
        }
    }
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let folder = args.folder.open(dir)?;
    let proof = reading::proof(&folder, &folder.verifier()?, args.seq, None)?;
    let proof = proof.audit(&Writer::start(&folder)?, now()?)?.into_answer();
    out.print(&proof.to_text())?;
    Ok(Exit::Analysed)
}
