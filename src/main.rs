//! The binary: starts the command line and sets the exit status.

use std::process::ExitCode;

/// A tenth of the time goes to the system's own otherwise (benches/README.md).
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ai_detect::cli::run().into()
}
