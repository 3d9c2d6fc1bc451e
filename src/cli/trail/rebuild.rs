//! `ai-detect trail rebuild`: what is derived from the log is made anew.

use std::path::Path;

use ai_detect_trail_server::care;

use super::folder::FolderArg;
use crate::cli::counts::counted;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

/// Which trail
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    folder: FolderArg,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let rebuilt = care::rebuild(&args.folder.path(dir))?;
    out.print(&format!(
        "made all tables anew from {}, {} of them sealed; {} mended\n",
        counted(rebuilt.entries, "entry", "entries"),
        rebuilt.sealed,
        counted(rebuilt.tiles, "tile was", "tiles were")
    ))?;
    for name in &rebuilt.replaced {
        out.say(&format!("{name} is another file than was noted, with the same entries: it counts from now on"));
    }
    Ok(Exit::Analysed)
}
