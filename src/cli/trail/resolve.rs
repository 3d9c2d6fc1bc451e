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

    /// Confirm the key by its id, as the owner of the trail gave it to you
    #[arg(long, value_name = "ID", requires = "key")]
    key_id: Option<String>,
}

pub(super) fn run(args: &Args, out: &Output) -> Result<Exit, Failure> {
    let client = Client::find()?;
    let fork = client.witness.fork()?;
    if let Some(key) = &args.key {
        let replaced = replace_key(&client, key, args.key_id.as_deref())?;
        out.print(&replaced)?;
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

/// Takes another key of the collector's log, once its id was confirmed. Whoever has a key that this machine trusts can show it any history.
fn replace_key(client: &Client, key: &str, id: Option<&str>) -> Result<String, Failure> {
    let Some(joined) = Enrolment::load(&client.place.state)? else {
        return Err(Failure::usage(
            "no collector was joined, so there is no key to replace; a job names it in AI_DETECT_TRAIL_KEY",
        ));
    };
    let replaced = joined.with_key(key.trim())?;
    let (before, after) = (&joined.key, &replaced.key);
    if id != Some(after.id().to_string().as_str()) {
        return Err(Failure::usage(format!(
            "this machine trusts the key {} of {}, and the new key is {} of {}. Ask the owner of the trail for the id of the \
             new key, and confirm it with --key-id",
            before.id(),
            before.name(),
            after.id(),
            after.name()
        )));
    }
    replaced.save(&client.place.state)?;
    Ok(format!(
        "the key {} of {} counts from now on, instead of {} of {}\n",
        after.id(),
        after.name(),
        before.id(),
        before.name()
    ))
}
