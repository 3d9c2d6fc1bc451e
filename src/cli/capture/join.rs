//! `ai-detect capture join`: to whom events of this machine go.

use ai_detect_trail_client::enrolment::Enrolment;
use ai_detect_trail_client::join::join;

use crate::cli::counts::counted;
use crate::cli::output::Output;
use crate::cli::trail::client::Client;
use crate::cli::{Exit, Failure};

/// Whom to join
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Address of the collector
    #[arg(value_name = "URL")]
    url: String,

    /// One-time code from whoever runs the collector
    #[arg(long, value_name = "CODE")]
    code: String,

    /// Join only if the collector keeps its log in this region
    #[arg(long, value_name = "REGION")]
    region: Option<String>,

    /// Leave the collector that was joined before
    #[arg(long)]
    replace: bool,
}

pub(super) fn run(args: &Args, out: &Output) -> Result<Exit, Failure> {
    let client = Client::find()?;
    let before = Enrolment::load(&client.place.state)?;
    if let Some(before) = before.as_ref().filter(|_| !args.replace) {
        return Err(Failure::usage(format!("this machine has joined {} already; --replace leaves it", before.address)));
    }
    let joined = join(&args.url, &args.code, args.region.as_deref())?;
    joined.save(&client.place.state)?;
    out.print(&format!("joined {} in region {} as client {}\n", joined.address, joined.region, joined.client))?;
    let waiting = client.spool.status()?.map_or(0, |status| status.waiting.events);
    if before.is_some_and(|before| before.client != joined.client) && waiting > 0 {
        out.say(&format!(
            "{}. Those that may have been sent under the former name stay in the spool and are not sent under the new one.",
            counted(waiting, "event waits", "events wait")
        ));
    }
    Ok(Exit::Analysed)
}
