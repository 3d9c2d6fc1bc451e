//! Signing notes: with the user's own key, by the program that git signs with too.
//!
//! The one place where this program runs another one, and only where `attest --sign` asks for it. The
//! program is looked up on the user's PATH: what a repository's configuration names is not run.

use std::io::Write as _;
use std::process::Stdio;

use crate::child::Program;
use crate::cli::Failure;
use crate::git::{Repository, SigningKey};

/// The armoured signature of a text.
pub(super) fn sign(repository: &Repository, text: &[u8]) -> Result<String, Failure> {
    let key = repository.signing_key().map_err(Failure::failed)?;
    let mut command = match &key {
        SigningKey::Ssh(file) => {
            let mut command = Program::SshKeygen.command();
            command.args(["-q", "-Y", "sign", "-n", "git", "-f"]).arg(file);
            command
        }
        SigningKey::Openpgp(id) => {
            let mut command = Program::Gpg.command();
            command.args(["--armor", "--detach-sign"]);
            command.args(id.as_ref().map(|id| format!("--local-user={id}")));
            command
        }
    };
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |problem: String| Failure::failed(format!("{name} could not sign: {problem}"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().map_err(|error| failed(error.to_string()))?;
    let mut stdin = running.stdin.take();
    // A program that has already given up says why itself.
    let _ = stdin.as_mut().map(|stdin| stdin.write_all(text));
    drop(stdin);
    let output = running.wait_with_output().map_err(|error| failed(error.to_string()))?;
    let block = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() || !block.starts_with("-----BEGIN ") {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    Ok(block)
}
