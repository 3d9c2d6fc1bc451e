//! `ai-detect completions`: what a shell needs to complete our command line. How the pages of the
//! manual are made is `man`.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::output::Output;
use super::{Exit, Failure};

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Shell to print completions for
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &Args, out: &Output) -> Result<Exit, Failure> {
    let mut command = super::Args::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    out.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Analysed)
}
