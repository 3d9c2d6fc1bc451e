//! `ai-detect trail resolve`: takes up the collector's log as it is now.

use ai_detect_trail_client::enrolment::Enrolment;

use super::client::Client;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

/// What counts from now on
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Trust this public key of the collector's log from now on, such as after a restore
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

pub(super) fn run(args: &Args, out: &Output) -> Result<Exit, Failure> {
    let client = Client::find()?;
    let fork = client.witness.fork()?;
    if let Some(key) = &args.key {
        let Some(joined) = Enrolment::load(&client.place.state)? else {
            return Err(Failure::usage(
                "no collector was joined, so there is no key to replace; a job names it in AI_DETECT_TRAIL_KEY",
            ));
        };
        joined.with_key(key)?.save(&client.place.state)?;
    }
    client.witness.resolve()?;
    if client.spool.exists() {
        // What the collector lost is sent again, as far as it is still here.
        client.spool.recheck()?;
    }
    out.print(match fork {
        Some(_) => "resolved: the collector's log counts as it is now, and is sent what it lacks with the next run\n",
        None => "nothing was open: the collector's log counts as it is now\n",
    })?;
    Ok(Exit::Analysed)
}
