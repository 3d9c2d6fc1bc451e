//! `ai-detect man`: the manual, made from the same descriptions as `--help`: one page, or a page for
//! each subcommand in a folder.

use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::output::Output;
use super::{Exit, Failure};
use crate::store::{Replacement, place};

/// Print the manual page, or write all pages
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Write the pages of all subcommands to this folder; create it if it does not exist
    #[arg(value_name = "DIR")]
    to: Option<PathBuf>,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let mut command = super::Args::command().disable_help_subcommand(true);
    command.build();
    match &args.to {
        None => out.print(&String::from_utf8_lossy(&page(&command)?))?,
        Some(to) => {
            let to = place::of(&dir.join(to))?;
            std::fs::create_dir_all(&to).map_err(|error| Failure::failed(format!("{}: {error}", to.display())))?;
            write(&command, &to)?;
        }
    }
    Ok(Exit::Analysed)
}

/// Writes the pages of a command and of all below it.
fn write(command: &Command, to: &Path) -> Result<(), Failure> {
    let file = to.join(Man::new(command.clone()).get_filename());
    Replacement::of(&file)?.write(&page(command)?)?;
    command.get_subcommands().filter(|below| !below.is_hide_set()).try_for_each(|below| write(below, to))
}

fn page(command: &Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page).map_err(Failure::failed)?;
    Ok(page)
}
