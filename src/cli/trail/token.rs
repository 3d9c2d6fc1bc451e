//! `ai-detect trail token`: who may send events, and who may ask.

use std::fmt::Write as _;
use std::path::Path;

use ai_detect_trail_log::ids::ClientId;
use ai_detect_trail_server::setup;
use ai_detect_trail_store::tokens::{Role, Token, Tokens};
use serde::Serialize;

use super::folder::{FolderArg, ListArgs};
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// Create a token and print it; it is shown this once
    Create(Create),
    /// List tokens, without their secrets
    List(ListArgs),
    /// Revoke a token: requests with it are refused from then on
    Revoke(Revoke),
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Create {
    #[command(flatten)]
    folder: FolderArg,

    /// Choose what the token allows
    #[arg(long, value_name = "ROLE", value_enum)]
    role: RoleArg,

    /// Name the token, such as after the machine that will hold it
    #[arg(long, value_name = "NAME")]
    name: String,

    /// Let the token send for this client only; without it, for any client
    #[arg(long, value_name = "CLIENT", value_parser = ClientId::parse)]
    client: Option<ClientId>,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Revoke {
    #[command(flatten)]
    folder: FolderArg,

    /// Id of the token as `list` shows it, or its start
    #[arg(value_name = "ID")]
    id: String,
}

/// A role by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum RoleArg {
    /// Send events and reports
    Writer,
    /// Read entries and proofs
    Reader,
    /// Read figures about the collector
    Operator,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Writer => Role::Writer,
            RoleArg::Reader => Role::Reader,
            RoleArg::Operator => Role::Operator,
        }
    }
}

/// A token for programs.
#[derive(Serialize)]
struct Row<'a> {
    id: String,
    role: &'a str,
    name: &'a str,
    client: Option<&'a str>,
    created: i64,
    revoked: Option<i64>,
}

pub(super) fn run(command: &Command, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Create(args) => {
            if args.client.is_some() && args.role != RoleArg::Writer {
                return Err(Failure::usage("--client is for writers: other roles send nothing"));
            }
            let trail = setup::open_or_create(&args.folder.path(dir))?;
            let token = trail.create_token(args.role.into(), &args.name, args.client.clone())?;
            out.print(&format!("{token}\n"))?;
        }
        Command::List(args) => {
            let tokens = Tokens::open(&args.folder.open(dir)?)?.all()?;
            args.print(&table(&tokens), &tokens.iter().map(row).collect::<Vec<_>>(), out)?;
        }
        Command::Revoke(args) => {
            let revoked = args.folder.operate(dir)?.revoke_token(&args.id)?;
            out.print(&format!("revoked {revoked}: requests with it are refused from now on\n"))?;
        }
    }
    Ok(Exit::Analysed)
}

fn row(token: &Token) -> Row<'_> {
    Row {
        id: token.id.to_string(),
        role: token.role.word(),
        name: &token.name,
        client: token.client.as_ref().map(ClientId::as_str),
        created: token.created,
        revoked: token.revoked,
    }
}

fn table(tokens: &[Token]) -> String {
    let mut text = String::new();
    for token in tokens {
        let client = token.client.as_ref().map_or("any client", ClientId::as_str);
        let client = if token.role == Role::Writer { client } else { "" };
        let state = if token.revoked.is_some() { "revoked" } else { "" };
        let name = crate::terminal::escaped(&token.name);
        let line = format!("{}  {:8}  {client:20}  {state:7}  {name}", token.id, token.role.word());
        // Writing into a text never fails.
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}
