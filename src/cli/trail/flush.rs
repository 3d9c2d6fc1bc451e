//! `ai-detect trail flush`: sends what waits in the spool.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ai_detect_trail_client::artifact::export;
use ai_detect_trail_client::clock;
use ai_detect_trail_client::flush::{Delivery, Ended, Flushed, Options, flush};
use ai_detect_trail_client::spool::Sender;
use ai_detect_trail_client::witness::Witness;

use super::client::{Client, collector, report};
use super::own::OwnCollector;
use crate::cli::counts::counted;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

/// How long a flush in the background begins further batches.
const BACKGROUND: Duration = Duration::from_secs(60);

/// What is sent, and what becomes of the rest
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Sign off first: this client ends here, so that it is not reported as silent
    #[arg(long)]
    closing: bool,

    /// Write the spool to this file if events still wait at the end; `ai-detect trail import spool` sends them later
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,

    /// Print nothing, respect pauses after failures, stop after a minute, and exit with status 0 whatever happens
    #[arg(long, conflicts_with_all = ["closing", "keep"])]
    background: bool,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    if args.background {
        // Whoever started it must not notice. Trouble is in the spool, and `trail status` shows it.
        drop(Client::find().and_then(|client| send(&client, args)));
        return Ok(Exit::Analysed);
    }
    let client = Client::find()?;
    // What a job keeps in a folder of its own would be gone with it.
    let is_job = args.closing || args.keep.is_some();
    if is_job {
        client.enrolled()?;
    }
    if args.closing && !client.spool.has_signed_off()? {
        client.spool.heartbeat(clock::now()?, true)?;
    }
    let flushed = send(&client, args)?;
    let exit = report(&flushed, out)?;
    if client.enrolment.is_none() {
        let own = client.own.trail();
        out.say(&format!("no collector was joined: events are kept in the trail of this user, {}", own.display()));
    }
    let Some(file) = args.keep.as_ref().filter(|_| flushed.waiting > 0) else { return Ok(exit) };
    let kept = export(&client.spool, &client.enrolled()?.client, &dir.join(file));
    let not_delivered = counted(flushed.waiting, "event of the trail was", "events of the trail were");
    let not_delivered = format!("{not_delivered} not delivered");
    let text = match &kept {
        Ok(()) => format!(
            "{not_delivered}, and lie in {}: keep it as an artifact, and send it with `ai-detect trail import spool`.",
            file.display()
        ),
        Err(error) => {
            format!("{not_delivered}, and could not be kept: {error}")
        }
    };
    out.say(&text);
    summarise(&text)?;
    // They are safe, so the job need not fail. What was kept before a collector was joined is in no spool.
    let is_safe = kept.is_ok() && client.own.status()?.events == 0;
    Ok(if is_safe { Exit::Analysed } else { Exit::Failed })
}

fn send(client: &Client, args: &Args) -> Result<Flushed, Failure> {
    let deadline = args.background.then(|| Instant::now() + BACKGROUND);
    let Some(enrolment) = &client.enrolment else { return keep(client, args, deadline) };
    let collector = collector(enrolment)?;
    let delivery = Delivery {
        spool: &client.spool,
        sender: Sender::Client(enrolment.client.clone()),
        key: &enrolment.key,
        witness: &client.witness,
        collector: &collector,
        earlier: Some(&client.own),
    };
    deliver(&delivery, args, deadline)
}

/// Brings what waits into the trail of this user.
fn keep(client: &Client, args: &Args, deadline: Option<Instant>) -> Result<Flushed, Failure> {
    let collector = OwnCollector::open(client.own.clone(), !args.background)?;
    let witness = Witness::at(&client.own.seen());
    let delivery = Delivery {
        spool: &client.spool,
        sender: Sender::Client(client.own.client()?),
        key: &collector.key(),
        witness: &witness,
        collector: &collector,
        earlier: None,
    };
    let flushed = deliver(&delivery, args, deadline)?;
    collector.seal()?;
    Ok(flushed)
}

fn deliver(delivery: &Delivery<'_>, args: &Args, deadline: Option<Instant>) -> Result<Flushed, Failure> {
    let options = Options { now: clock::now()?, at_once: !args.background, deadline };
    let mut flushed = flush(delivery, options)?;
    // A flush in the background may have just begun: whoever asks for one waits for it a little.
    for _ in 0..20 {
        if args.background || flushed.ended != Ended::OtherProcess {
            break;
        }
        std::thread::sleep(Duration::from_millis(250));
        flushed = flush(delivery, options)?;
    }
    Ok(flushed)
}

/// Adds a line to the summary of a job on GitHub. Elsewhere its log has it.
fn summarise(text: &str) -> Result<(), Failure> {
    let Some(file) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty()) else { return Ok(()) };
    let written = std::fs::OpenOptions::new().append(true).create(true).open(&file);
    let written = written.and_then(|mut file| writeln!(file, "{text}"));
    written.map_err(|error| Failure::failed(format!("GITHUB_STEP_SUMMARY: {error}")))
}
