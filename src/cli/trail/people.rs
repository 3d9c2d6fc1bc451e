//! `ai-detect trail people`: which addresses, logins and accounts belong to one person.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use ai_detect_trail_server::operator::OperatorError;
use ai_detect_trail_store::people::{Names, Record, mailmap, table};

use super::folder::FolderArg;
use crate::cli::counts::counted;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

/// The largest file of people, in bytes.
const MAX_FILE: u64 = 64 << 20;
/// How many conflicts are printed.
const MAX_CONFLICTS: usize = 20;

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// Import people from a table (CSV) or a .mailmap; names lie in rows that can be erased, and entries hold random ids
    Import(Import),
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Import {
    #[command(flatten)]
    folder: FolderArg,

    /// File to read: CSV with the columns name, email, login, subject, account, key, or a .mailmap
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Read the file as this; without it, a name that ends in `mailmap` decides
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// Take the file's names where an earlier import had others
    #[arg(long)]
    rename: bool,
}

/// How people are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum Format {
    /// A table with a header and commas
    Csv,
    /// Names and addresses as git reads them
    Mailmap,
}

pub(super) fn run(command: &Command, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let Command::Import(args) = command;
    let trail = args.folder.operate(dir)?;
    let path = dir.join(&args.file);
    let failed = |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", args.file.display()));
    let mut text = String::new();
    let file = File::open(&path).map_err(|error| failed(&error))?;
    file.take(MAX_FILE + 1).read_to_string(&mut text).map_err(|error| failed(&error))?;
    if text.len() as u64 > MAX_FILE {
        return Err(failed(&format!("more than {} MiB", MAX_FILE >> 20)));
    }
    let records: Vec<Record> = match args.format.unwrap_or_else(|| format_of(&path)) {
        Format::Csv => table::read(&text).map_err(|error| failed(&error))?,
        Format::Mailmap => {
            let read = mailmap::read(&text);
            if let Some(first) = read.passed_over.first() {
                let lines = counted(read.passed_over.len(), "line has", "lines have");
                out.say(&format!("{lines} no address, and git passes over them as well: the first is line {first}"));
            }
            read.records
        }
    };
    if records.is_empty() {
        return Err(failed(
            &"nothing was imported: no line names a person with an address, such as `Ada <ada@example.org>`",
        ));
    }
    let names = if args.rename { Names::Replace } else { Names::Keep };
    let done = match trail.import_people(records, names) {
        Err(OperatorError::Conflicts(conflicts)) => {
            // Each in a line of its own, so that the file can be mended line by line.
            conflicts.iter().take(MAX_CONFLICTS).for_each(|conflict| out.say(&conflict.to_string()));
            if conflicts.len() > MAX_CONFLICTS {
                let more = conflicts.len() - MAX_CONFLICTS;
                out.say(&format!("and {}", counted(more, "conflict more", "conflicts more")));
            }
            return Err(OperatorError::Conflicts(conflicts).into());
        }
        done => done?,
    };
    out.print(&format!("people: {} new, {} changed, {} as they were\n", done.added, done.changed, done.unchanged))?;
    if done.joined > 0 {
        let ids = counted(done.joined, "id of a person stands", "ids of people stand");
        out.say(&format!("{ids} for another one from now on"));
    }
    Ok(Exit::Analysed)
}

fn format_of(path: &Path) -> Format {
    let is_mailmap = path.file_name().is_some_and(|name| name.to_string_lossy().ends_with("mailmap"));
    if is_mailmap { Format::Mailmap } else { Format::Csv }
}
