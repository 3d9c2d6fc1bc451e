//! `ai-detect trail repos`: which addresses belong to one repository.

use std::path::Path;

use ai_detect_trail_store::keys::Keys;

use super::folder::FolderArg;
use crate::cli::counts::counted;
use crate::cli::formats::TextOrJson;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};
use crate::report::json;

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// Join addresses, forks, mirrors and former names of a repository to one id
    Alias(Alias),
    /// List repositories: each id with all that it is called
    List(List),
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

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    folder: FolderArg,

    /// Choose the output format
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
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
            match args.format {
                TextOrJson::Json => out.print(&json::pretty(&all).map_err(Failure::failed)?)?,
                TextOrJson::Text => {
                    let lines = all.iter().flat_map(|(id, names)| {
                        names.iter().map(move |name| format!("{id}  {}\n", crate::terminal::escaped(name)))
                    });
                    out.print(&lines.collect::<String>())?;
                }
            }
        }
    }
    Ok(Exit::Analysed)
}
