//! `ai-detect trail import`: sends what other machines could not.

use std::path::{Path, PathBuf};

use ai_detect_trail_client::artifact::{Artifact, Salvaged};
use ai_detect_trail_client::clock;
use ai_detect_trail_client::flush::{Delivery, Ended, Options, flush};
use ai_detect_trail_client::spool::{Problem, Sender};

use super::client::{Client, collector, report};
use crate::cli::counts::counted;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// Send the events of a spool that a job kept with `trail flush --keep`, or of a damaged one as far as it can be read; it can be
    /// repeated, and the file stays as it is
    Spool {
        /// File to read
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

pub(super) fn run(command: &Command, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let Command::Spool { file } = command;
    let client = Client::find()?;
    let enrolment = client.enrolled()?;
    let artifact = Artifact::open(&dir.join(file), &client.place.spool)?;
    let collector = collector(enrolment)?;
    let delivery = Delivery {
        spool: artifact.spool(),
        sender: Sender::Importer(enrolment.client.clone()),
        key: &enrolment.key,
        witness: &client.witness,
        collector: &collector,
        earlier: None,
    };
    let flushed = flush(&delivery, Options { now: clock::now()?, at_once: true, deadline: None })?;
    let Some(damage) = artifact.damage() else { return report(&flushed, out) };
    // Numbers that cannot be read are holes, behind which a collector acknowledges nothing. It has the events all the same.
    let all_sent = matches!(flushed.ended, Ended::Done | Ended::Failed(Problem::NotAcknowledged));
    if !all_sent {
        report(&flushed, out)?;
    }
    let Salvaged { events, unread } = damage.salvaged;
    out.say(&format!(
        "warning: {} is damaged ({}). {} could be read{}. {}The file stays as it is: keep it until somebody \
         has looked at it.",
        file.display(),
        crate::terminal::escaped(&damage.problem),
        counted(events, "event", "events"),
        if all_sent { " and sent" } else { "; send them again later" },
        match unread {
            0 => String::new(),
            unread => format!("Up to {unread} could not, and stay in a gap of the collector. "),
        }
    ));
    Ok(Exit::Failed)
}
