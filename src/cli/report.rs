//! `ai-detect report`: a written report in another format. The file may be a stranger's: it is checked as a whole
//! before anything of it is printed.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::formats::Printing;
use super::output::Output;
use super::{Exit, Failure};
use crate::report::Report;
use crate::report::bounds::MAX_READ_BYTES;
use crate::report::json::{self, ReadError};

/// Which report, and how to print it
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// File of a report that `diff --format json` printed; `-` reads standard input
    #[arg(value_name = "REPORT")]
    file: PathBuf,

    #[command(flatten)]
    printing: Printing,
}

/// Why a file holds no report that can be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// It does not hold a report that this version reads.
    #[error(transparent)]
    Report(#[from] ReadError),
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let report = read(&args.file, dir);
    let name = args.file.display().to_string();
    let report = report.map_err(|error| match error {
        Unusable::File(error) => Failure::failed(crate::unread::sentence(&name, &error)),
        Unusable::Report(error) => Failure::failed(format!("{name}: {error}")),
    })?;
    args.printing.print(&report, None, dir, out)
}

/// The report in a file, checked as a whole; `-` is standard input.
pub(super) fn read(file: &Path, dir: &Path) -> Result<Report, Unusable> {
    Ok(json::read(&bounded(file, dir)?)?)
}

/// No more is read than shows that it is too much.
fn bounded(file: &Path, dir: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = MAX_READ_BYTES as u64 + 1;
    if file == Path::new("-") {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(dir.join(file))?.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
