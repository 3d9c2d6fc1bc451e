//! `ai-detect capture show`: what was recorded on this machine, for the person whose machine it is.

use std::fmt::Write as _;

use ai_detect_capture::rows::{self, Row};
use clap::ValueEnum;

use crate::cli::output::Output;
use crate::cli::trail::client::{Client, shown};
use crate::cli::{Exit, Failure};
use crate::terminal::escaped;

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for people.
    Text,
    /// A JSON object a line.
    Jsonl,
}

/// How it is printed
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Choose the output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Why printing rows ends before the last one.
enum Stop {
    Failed(Failure),
    NobodyReads,
}

impl<T: Into<Failure>> From<T> for Stop {
    fn from(error: T) -> Self {
        Self::Failed(error.into())
    }
}

pub(super) fn run(args: &Args, out: &Output) -> Result<Exit, Failure> {
    let client = Client::find()?;
    let mut printed = 0;
    let ended = rows::each(&client.spool, |row| {
        printed += 1;
        if out.stream(&line(&row, args.format)?)? { Ok(()) } else { Err(Stop::NobodyReads) }
    });
    match ended {
        Ok(()) | Err(Stop::NobodyReads) => {}
        Err(Stop::Failed(failure)) => return Err(failure),
    }
    if printed == 0 && args.format == Format::Text {
        let repositories = super::state()?.repositories()?.repositories.len();
        out.print(&match repositories {
            0 => "nothing is recorded: no repository is captured. `ai-detect capture add-repository` captures one\n"
                .to_owned(),
            number => format!("nothing is recorded yet. Repositories that are captured: {number}\n"),
        })?;
    }
    Ok(Exit::Analysed)
}

fn line(row: &Row, format: Format) -> Result<String, Failure> {
    match format {
        Format::Jsonl => {
            let json =
                serde_json::to_string(row).map_err(|error| Failure::failed(format!("a row as JSON: {error}")))?;
            Ok(json + "\n")
        }
        Format::Text => Ok(escaped(&text(row)) + "\n"),
    }
}

/// A row as one line: when, what, who, where, how.
fn text(row: &Row) -> String {
    let mut text = format!("{}  {}", shown(row.time), row.kind);
    let mut add = |part: &dyn std::fmt::Display| {
        // Writing into a text cannot fail.
        let _ = write!(text, "  {part}");
    };
    row.tool.iter().for_each(|tool| add(tool));
    if let Some(path) = &row.path {
        add(&match (row.first, row.last) {
            (Some(first), Some(last)) => format!("{path}:{first}-{last}"),
            _ => format!("{path} (lines unknown)"),
        });
    }
    if let Some(model) = &row.model {
        let certain = row.model_source.as_deref() == Some("provider");
        add(&if certain { model.clone() } else { format!("{model} (requested)") });
    }
    row.event.iter().for_each(|event| add(event));
    row.cause.iter().for_each(|cause| add(cause));
    row.session.iter().for_each(|session| add(&format!("session {session}")));
    add(&row.tier);
    text
}
