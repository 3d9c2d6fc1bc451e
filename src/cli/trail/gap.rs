//! `ai-detect trail gap`: what a collector does not know, and closing a gap by hand.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use ai_detect_trail_store::gaps::{self, OpenGap};
use serde::Serialize;

use super::client::shown;
use super::folder::{FolderArg, ListArgs};
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// List the gaps that are open, by cause and with the time since when
    List(ListArgs),
    /// Close a gap by hand; a gap in numbers closes by itself when they arrive
    Close(Close),
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Close {
    #[command(flatten)]
    folder: FolderArg,

    /// Id of the gap as `list` shows it, or its start
    #[arg(value_name = "ID")]
    id: String,

    /// Say what was found out; the log holds a commitment to it
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// Name the person who decided, by an address or login; the log holds a random id
    #[arg(long, value_name = "PERSON")]
    by: Option<String>,
}

/// A gap for programs. Times are microseconds since 1970.
#[derive(Serialize)]
struct Row<'a> {
    id: String,
    cause: &'a str,
    client: Option<&'a str>,
    epoch: Option<&'a str>,
    first: Option<u64>,
    last: Option<u64>,
    opened: i64,
    seq: u64,
    closes_by_itself: bool,
}

pub(super) fn run(command: &Command, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::List(args) => {
            let open = gaps::open(&args.folder.open(dir)?)?;
            args.print(&text(&open), &open.iter().map(row).collect::<Vec<_>>(), out)?;
        }
        Command::Close(args) => {
            let closed = args.folder.operate(dir)?.close_gap(&args.id, &args.reason, args.by.as_deref())?;
            out.print(&format!("closed {closed}\n"))?;
        }
    }
    Ok(Exit::Analysed)
}

fn row(gap: &OpenGap) -> Row<'_> {
    let (first, last) = gap.numbers.unzip();
    Row {
        id: gap.id.to_string(),
        cause: gap.cause.word(),
        client: gap.client.as_ref().map(|client| client.as_str()),
        epoch: gap.epoch.as_ref().map(|epoch| epoch.as_str()),
        first,
        last,
        opened: gap.opened,
        seq: gap.seq,
        closes_by_itself: gap.closes_by_itself,
    }
}

/// The gaps by cause, the oldest first.
fn text(open: &[OpenGap]) -> String {
    if open.is_empty() {
        return "no gap is open\n".to_owned();
    }
    let mut by_cause: BTreeMap<&str, Vec<&OpenGap>> = BTreeMap::new();
    for gap in open {
        by_cause.entry(gap.cause.word()).or_default().push(gap);
    }
    let mut text = String::new();
    for (cause, gaps) in by_cause {
        let since = gaps.iter().map(|gap| gap.opened).min().map(shown).unwrap_or_default();
        // Writing into a text never fails.
        let _ = writeln!(text, "{cause}: {} open, the first since {since}", gaps.len());
        for gap in gaps {
            let of = match (&gap.client, &gap.epoch) {
                (Some(client), Some(epoch)) => format!("client {client}, epoch {epoch}"),
                (Some(client), None) => format!("client {client}"),
                (None, _) => "the log".to_owned(),
            };
            let numbers = gap.numbers.map_or_else(String::new, |(first, last)| format!(", numbers {first} to {last}"));
            let _ = writeln!(text, "  {}  since {}  {of}{numbers}", gap.id, shown(gap.opened));
        }
    }
    text
}
