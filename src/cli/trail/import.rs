//! `ai-detect trail import`: sends what other machines could not.

use std::path::{Path, PathBuf};

use ai_detect_trail_client::artifact::Artifact;
use ai_detect_trail_client::clock;
use ai_detect_trail_client::flush::{Delivery, Options, flush};
use ai_detect_trail_client::spool::Sender;

use super::client::{Client, collector, report};
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// Send the events of a spool that a job kept with `trail flush --keep`; it can be repeated, and the file stays as it is
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
    };
    let flushed = flush(&delivery, Options { now: clock::now()?, at_once: true, deadline: None })?;
    report(&flushed, out)
}
