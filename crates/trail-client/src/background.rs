//! Starting a process that sends, without waiting for it.

use std::path::Path;
use std::process::{Command, Stdio};

use ai_detect_trail_log::number::Micros;

use crate::error::SpoolError;
use crate::spool::Spool;

/// The shortest time between two starts, in microseconds.
const BETWEEN_STARTS: i64 = 60 * 1_000_000;

/// Starts `PROGRAM trail flush --background`, at most once a minute over all processes. Returns whether it did.
///
/// # Errors
///
/// When the spool cannot be written, and when the program cannot be started.
pub fn start_flush(spool: &Spool, program: &Path, now: Micros) -> Result<bool, SpoolError> {
    let between = Micros::new(BETWEEN_STARTS).map_err(|_| SpoolError::Clock)?;
    if !spool.claim_start(now, between)? {
        return Ok(false);
    }
    let mut command = Command::new(program);
    command.args(["trail", "flush", "--background"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // It outlives the terminal and the tool that called the hook.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    #[cfg(windows)]
    {
        const DETACHED_PROCESS: u32 = 0x8;
        std::os::windows::process::CommandExt::creation_flags(&mut command, DETACHED_PROCESS);
    }
    command.spawn().map(|_| true).map_err(SpoolError::file(program))
}
