//! `ai-detect trail seal`: entries go from the database into files that never change again.

use std::path::Path;

use ai_detect_trail_server::sealing;
use ai_detect_trail_store::segments::name::Day;

use super::folder::FolderArg;
use crate::cli::counts::counted;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

/// What is sealed
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    folder: FolderArg,

    /// Seal the entries that the collector got before this day in UTC, such as 2026-11-30; without it, those that are older than
    /// `seal_after_days` of trail.yml
    #[arg(long, value_name = "DAY", value_parser = Day::parse)]
    before: Option<Day>,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let report = sealing::seal(&args.folder.path(dir), args.before)?;
    let (sealed, before, left) = (report.sealed, report.before, report.left);
    let summary = match sealed.entries {
        0 => format!("nothing to seal before {before}"),
        entries => format!(
            "sealed {} from before {before} into {}",
            counted(entries, "entry", "entries"),
            counted(sealed.files, "file", "files")
        ),
    };
    out.print(&format!("{summary}; {} not sealed\n", counted(left, "entry is", "entries are")))?;
    match report.after_seal {
        Ok(()) => Ok(Exit::Analysed),
        Err(error) => Err(Failure::failed(error)),
    }
}
