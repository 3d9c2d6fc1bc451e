//! `ai-detect trail verify`: whether a recorded trail is what was signed.

use std::path::Path;

use ai_detect_trail_store::verify::{Findings, verify};

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
    let folder = args.folder.open(dir)?;
    print(&verify(&folder, &folder.verifier()?)?, out)
}

/// Prints what a check found, each problem in a line.
pub(super) fn print(found: &Findings, out: &Output) -> Result<Exit, Failure> {
    let mut text = String::new();
    for problem in &found.problems {
        text.push_str(&format!("{problem}\n"));
    }
    let unsigned = found.entries.saturating_sub(found.signed);
    let summary = match found.problems.len() {
        0 => format!(
            "{}; {}, {unsigned} not yet",
            counted(found.entries, "entry holds", "entries hold"),
            counted(found.signed, "is signed for", "are signed for")
        ),
        problems => format!(
            "{}: {}. Keep a copy of the folder as it is",
            counted(found.entries, "entry", "entries"),
            counted(problems, "problem", "problems")
        ),
    };
    text.push_str(&summary);
    if found.unreadable > 0 {
        let written = counted(found.unreadable, "was", "were");
        text.push_str(&format!("; {written} written by a newer version"));
    }
    text.push('\n');
    out.print(&text)?;
    Ok(if found.problems.is_empty() { Exit::Analysed } else { Exit::Flags })
}
