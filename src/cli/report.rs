//! `ai-detect report`: a written report in another format. The file may be a stranger's: it is checked as a whole
//! before anything of it is printed.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::formats::Printing;
use super::output::Output;
use super::{Exit, Failure};
use crate::report::json::{self, MOST_BYTES};

/// Which report, and how to print it
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What `diff --format json` printed; `-` reads standard input
    #[arg(value_name = "REPORT")]
    file: PathBuf,

    #[command(flatten)]
    printing: Printing,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let name = args.file.display();
    let bytes = bounded(&args.file, dir).map_err(|error| Failure::failed(format!("{name}: {error}")))?;
    let report = json::read(&bytes).map_err(|error| Failure::failed(format!("{name}: {error}")))?;
    args.printing.print(&report, None, dir, out)
}

/// No more is read than shows that it is too much.
fn bounded(file: &Path, dir: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = MOST_BYTES as u64 + 1;
    if file == Path::new("-") {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(dir.join(file))?.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
