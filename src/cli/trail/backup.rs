//! `ai-detect trail backup` and `trail restore`.

use std::path::{Path, PathBuf};

use ai_detect_trail_server::clock::now;
use ai_detect_trail_store::backup::{self, BackupError};
use ai_detect_trail_store::writer::Writer;

use super::folder::FolderArg;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

/// What is copied, and where
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct BackupArgs {
    #[command(flatten)]
    folder: FolderArg,

    /// Folder for the copy, which must be empty or not exist
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
}

/// What is restored, and where
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct RestoreArgs {
    /// Folder of the backup
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,

    /// Check the backup in a scratch folder, and restore nothing
    #[arg(long)]
    check: bool,

    #[command(flatten)]
    folder: FolderArg,
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Store(error) => error.into(),
            BackupError::Write(error) => error.into(),
            BackupError::Damaged { .. } => Failure::failed(error),
        }
    }
}

pub(super) fn backup(args: &BackupArgs, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let folder = args.folder.open(dir)?;
    let to = dir.join(&args.to);
    backup::backup(&folder, &Writer::start(&folder)?, &to, now()?)?;
    out.print(&format!(
        "copied to {}. It holds all that is recorded, without the key that signs: protect it as you protect the trail\n",
        crate::terminal::escaped(&to.to_string_lossy())
    ))?;
    Ok(Exit::Analysed)
}

pub(super) fn restore(args: &RestoreArgs, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let from = dir.join(&args.backup);
    if args.check {
        let scratch = tempfile::tempdir().map_err(Failure::failed)?;
        let found = backup::check(&from, &scratch.path().join("trail"))?;
        return super::verify::print(&found, out);
    }
    let folder = backup::restore(&from, &args.folder.path(dir), now()?)?;
    out.print(&format!(
        "restored as the log {0}. Give clients its key, {1}/log/key: they send again what they still have\n",
        folder.name(),
        crate::terminal::escaped(&folder.path().to_string_lossy())
    ))?;
    Ok(Exit::Analysed)
}
