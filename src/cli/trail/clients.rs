//! `ai-detect trail client`: the devices that send, and whether they still may.

use std::fmt::Write as _;
use std::path::Path;

use ai_detect_trail_log::clients::presence::Presence;
use ai_detect_trail_log::ids::ClientId;
use ai_detect_trail_server::clock::now;
use ai_detect_trail_store::clients::{Client, Standing};
use serde::Serialize;

use super::client::shown;
use super::folder::{FolderArg, ListArgs};
use crate::cli::counts::counted;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// List clients: whether they are up to date, behind, silent, retired or revoked, or have open gaps, and when each was heard of last
    List(ListArgs),
    /// Retire a client that sends no more, so that it is not reported as silent; what still comes of it is taken
    Retire(One),
    /// Revoke a client: its tokens are refused from then on; what it sent stays
    Revoke(One),
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct One {
    #[command(flatten)]
    folder: FolderArg,

    /// Name of the client as `list` shows it
    #[arg(value_name = "CLIENT", value_parser = ClientId::parse)]
    client: ClientId,
}

/// A client for programs. Times are microseconds since 1970.
#[derive(Serialize)]
struct Row<'a> {
    client: &'a str,
    name: Option<&'a str>,
    standing: &'a str,
    person: Option<String>,
    joined: Option<i64>,
    invited_until: Option<i64>,
    heard: Option<i64>,
    behind: u64,
    open_gaps: u64,
    retired: Option<i64>,
    revoked: Option<i64>,
}

pub(super) fn run(command: &Command, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::List(args) => list(args, dir, out)?,
        Command::Retire(args) => {
            args.folder.operate(dir)?.retire_client(&args.client)?;
            out.print(&format!("retired {}: its silence is no gap from now on\n", args.client))?;
        }
        Command::Revoke(args) => {
            args.folder.operate(dir)?.revoke_client(&args.client)?;
            out.print(&format!("revoked {}: its tokens and codes are refused from now on\n", args.client))?;
        }
    }
    Ok(Exit::Analysed)
}

fn list(args: &ListArgs, dir: &Path, out: &Output) -> Result<(), Failure> {
    let trail = args.folder.operate(dir)?;
    let (now, patience) = (now()?, trail.configuration.patience());
    let clients = trail.clients()?;
    let all: Vec<(&Client, Standing)> = clients.iter().map(|client| (client, client.standing(now, patience))).collect();
    let rows: Vec<Row<'_>> = all.iter().map(|(client, standing)| row(client, *standing)).collect();
    args.print(&table(&all), &rows, out)
}

fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Revoked => "revoked",
        Standing::Retired => "retired",
        Standing::NeverHeard => "never-heard",
        Standing::WithGaps => "with-gaps",
        Standing::Heard(Presence::UpToDate) => "up-to-date",
        Standing::Heard(Presence::Behind(_)) => "behind",
        Standing::Heard(Presence::SignedOff) => "signed-off",
        Standing::Heard(Presence::Silent { .. }) => "silent",
    }
}

fn row(client: &Client, standing: Standing) -> Row<'_> {
    Row {
        client: client.client.as_str(),
        name: client.name.as_deref(),
        standing: word(standing),
        person: client.person.map(|person| person.to_string()),
        joined: client.joined,
        invited_until: client.invited_until,
        heard: client.heard,
        behind: client.behind,
        open_gaps: client.open_gaps,
        retired: client.retired,
        revoked: client.revoked,
    }
}

fn table(clients: &[(&Client, Standing)]) -> String {
    let mut text = String::new();
    for (client, standing) in clients {
        let heard = match (client.heard, client.invited_until) {
            (Some(heard), _) => format!("last heard {}", shown(heard)),
            (None, Some(until)) => format!("invited until {}", shown(until)),
            (None, None) => String::new(),
        };
        let behind = if client.behind > 0 { format!("  {} behind", client.behind) } else { String::new() };
        let gaps = match client.open_gaps {
            0 => String::new(),
            open => format!("  {}", counted(open, "open gap", "open gaps")),
        };
        let name = client.name.as_deref().map(|name| format!("  ({})", crate::terminal::escaped(name)));
        let name = name.unwrap_or_default();
        let line = format!("{:20}  {:11}  {heard}{behind}{gaps}{name}", client.client.as_str(), word(*standing));
        // Writing into a text never fails.
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}
