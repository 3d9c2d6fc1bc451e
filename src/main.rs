//! The binary: starts the command line and sets the exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    ai_detect::cli::run().into()
}
