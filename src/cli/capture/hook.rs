//! `ai-detect capture hook`: one call by an agent. Whatever happens, the agent must not notice: the status is 0, standard output has
//! only what the agent waits for, and nothing is sent.

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

use ai_detect_capture::faults;
use ai_detect_capture::hook::{self, Call, Outcome, Received};
use ai_detect_capture::payload::MAX_PAYLOAD;
use ai_detect_capture::state::State;
use ai_detect_trail_client::background::start_flush;
use ai_detect_trail_client::clock;
use ai_detect_trail_client::enrolment::Enrolment;
use ai_detect_trail_client::place::Place;
use ai_detect_trail_client::spool::Spool;
use ai_detect_trail_log::number::Micros;

use crate::cli::{Exit, Failure};

/// The most that is read of a payload: one byte more than is taken, so that a longer one shows.
const MAX_READ: u64 = MAX_PAYLOAD as u64 + 1;

/// How long an agent may take to write a payload.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// How a hook ends. Other commands end in other ways.
pub(super) const EXIT: &str = "Exit status: 0 always, also for wrong usage: another one would stop an agent. `ai-detect capture status` \
                               shows what went wrong.";

/// Who calls
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The agent whose hook this is: claude-code, codex, cursor, copilot-cli
    // Any word and any further argument: wrong usage would end with a status that stops the agent.
    #[arg(value_name = "AGENT", trailing_var_arg = true, allow_hyphen_values = true)]
    agent: Vec<String>,
}

pub(in crate::cli) fn run(args: &Args, dir: &Path) -> Exit {
    let named = args.agent.first().map_or("", String::as_str);
    // The usual one prints what went wrong, perhaps with text of the payload.
    std::panic::set_hook(Box::new(|_| {}));
    let done = catch_unwind(AssertUnwindSafe(|| call(named, dir)));
    let fault = match done {
        Ok(Ok(())) => None,
        Ok(Err(failure)) => Some(failure.message),
        Err(_) => Some("the program has an error: it stopped in the middle of a hook".to_owned()),
    };
    if let Some(fault) = fault {
        note(named, &fault);
    }
    Exit::Analysed
}

/// Notes what went wrong, if anything is captured on this machine at all.
fn note(named: &str, fault: &str) {
    let Ok(state) = State::of_user(&|name| std::env::var_os(name)) else { return };
    let listed = state.repositories().map_or(true, |found| !found.repositories.is_empty());
    if let (true, Ok(now)) = (listed, clock::now()) {
        faults::note(&state, now, named, &fault);
    }
}

fn call(named: &str, dir: &Path) -> Result<(), Failure> {
    let (payload, bytes) = payload()?;
    let received = Received::read(&payload, bytes);
    let answered = std::io::stdout().write_all(received.answer(named).as_bytes());
    let state = super::state()?;
    let now = clock::now()?;
    let place = || Place::of_user();
    let spool = || Ok(Spool::at(&place()?.spool));
    let folder = std::env::current_dir().ok().map(|folder| folder.join(dir));
    let outcome = hook::run(&received, &Call { state: &state, spool: &spool, named, folder, now });
    if let Outcome::Recorded(1..) = outcome.map_err(Failure::failed)? {
        flush(&place()?, now)?;
    }
    answered.map_err(|error| Failure::failed(format!("the answer to the agent cannot be written: {error}")))
}

/// What the agent writes, and how many bytes that is. Somebody at a terminal writes nothing.
fn payload() -> Result<(Vec<u8>, u64), Failure> {
    if std::io::stdin().is_terminal() {
        return Ok((Vec::new(), 0));
    }
    // The thread ends with the process if the agent never closes its end.
    let (sender, receiver) = channel();
    std::thread::spawn(move || drop(sender.send(read_all())));
    let late = |_| Failure::failed(format!("standard input: the agent did not end it within {} s", MAX_WAIT.as_secs()));
    let read = receiver.recv_timeout(MAX_WAIT).map_err(late)?;
    read.map_err(|error| Failure::failed(format!("standard input: {error}")))
}

/// Reads to the end, and keeps the beginning: an agent that writes more than is kept must not see a closed pipe.
fn read_all() -> std::io::Result<(Vec<u8>, u64)> {
    let mut stdin = std::io::stdin().lock();
    let mut payload = Vec::new();
    let kept = stdin.by_ref().take(MAX_READ).read_to_end(&mut payload)?;
    let rest = std::io::copy(&mut stdin, &mut std::io::sink())?;
    // A usize has at most 64 bits everywhere that this is built for.
    Ok((payload, u64::try_from(kept).unwrap_or(u64::MAX).saturating_add(rest)))
}

/// Starts a process that sends, at most once a minute, where there is a collector.
fn flush(place: &Place, now: Micros) -> Result<(), Failure> {
    let enrolled = Enrolment::find(&place.state, &|name| std::env::var_os(name))?.is_some();
    if enrolled {
        let program = std::env::current_exe().map_err(|error| Failure::failed(format!("this program: {error}")))?;
        start_flush(&Spool::at(&place.spool), &program, now)?;
    }
    Ok(())
}
