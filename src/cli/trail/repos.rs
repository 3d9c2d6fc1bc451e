//! `ai-detect trail repos`: which addresses belong to one repository.

use std::path::Path;

use ai_detect_trail_store::keys::Keys;

use super::folder::{FolderArg, ListArgs};
use crate::cli::counts::counted;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// Join addresses, forks, mirrors and former names of a repository to one id
    Alias(Alias),
    /// List repositories: each id with all that it is called
    List(ListArgs),
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Alias {
    #[command(flatten)]
    folder: FolderArg,

    /// Address of the repository that the others belong to
    #[arg(value_name = "REPOSITORY")]
    main: String,

    /// Other addresses of it
    #[arg(value_name = "OTHER", required = true)]
    others: Vec<String>,
}

pub(super) fn run(command: &Command, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Alias(args) => {
            let done = args.folder.operate(dir)?.alias_repositories(&args.main, &args.others)?;
            let text = match done.changed {
                0 => format!("all of them are {} already\n", done.id),
                changed => {
                    let names = counted(changed, "name is", "names are");
                    format!("{names} {} from now on\n", done.id)
                }
            };
            out.print(&text)?;
        }
        Command::List(args) => {
            let all = Keys::open(&args.folder.open(dir)?)?.repositories()?;
            let lines = all.iter().flat_map(|(id, names)| {
                names.iter().map(move |name| format!("{id}  {}\n", crate::terminal::escaped(name)))
            });
            args.print(&lines.collect::<String>(), &all, out)?;
        }
    }
    Ok(Exit::Analysed)
}
