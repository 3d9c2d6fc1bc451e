//! Sending what waits. One process at a time does so; nothing is dropped because it fails.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ai_detect_trail_log::log::checkpoint::Checkpoint;
use ai_detect_trail_log::log::key::VerifierKey;
use ai_detect_trail_log::number::Micros;

use crate::answer::Answer;
use crate::collector::{CallError, Collector};
use crate::error::{SpoolError, random};
use crate::event::Series;
use crate::files;
use crate::hand_over::{HandedOver, hand_over};
use crate::own::Own;
use crate::spool::{Cursor, MAX_BATCH, Problem, Sender, Spool};
use crate::witness::{Fork, ForkKind, Standing, Witness, judge, region_of};

/// The pause after a first failure. It doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause after failures.
const MAX_PAUSE: Duration = Duration::from_secs(15 * 60);
/// The longest pause that a collector may ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);
/// After how long a client says again how far it is, in microseconds.
const HEARTBEAT: i64 = 10 * 60 * 1_000_000;
/// How often in one run everything is sent again because the collector lost it.
const MAX_RESENDS: u32 = 3;

/// Who sends, and to whom.
pub struct Delivery<'a> {
    /// What waits.
    pub spool: &'a Spool,
    /// Whose events are sent.
    pub sender: Sender,
    /// The public key of the collector's log.
    pub key: &'a VerifierKey,
    /// What was seen of the collector's log.
    pub witness: &'a Witness,
    /// Where events go.
    pub collector: &'a dyn Collector,
    /// What the sender kept before it joined the collector. It goes first.
    pub earlier: Option<&'a Own>,
}

/// How a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Now, by the clock of this machine.
    pub now: Micros,
    /// Try even if it failed a moment ago, or the collector asked to wait.
    pub at_once: bool,
    /// Begin no further batch after this time.
    pub deadline: Option<Instant>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Everything was sent that could be.
    Done,
    /// Another process is sending.
    OtherProcess,
    /// It failed before, and is not to be tried again before this time.
    NotBefore(i64),
    /// It took too long; the rest goes with the next run.
    OutOfTime,
    /// It failed.
    Failed(Problem),
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flushed {
    /// How many events the collector has now that it did not have before.
    pub delivered: u64,
    /// How many still wait.
    pub waiting: u64,
    /// How it ended.
    pub ended: Ended,
    /// A fork that nobody has resolved.
    pub fork: Option<Fork>,
}

/// Sends what waits.
///
/// # Errors
///
/// When the spool cannot be read or written. That the collector is away is no error, but [`Ended::Failed`].
pub fn flush(delivery: &Delivery<'_>, options: Options) -> Result<Flushed, SpoolError> {
    let spool = delivery.spool;
    let mut delivered = 0;
    // A client that has made nothing yet says so, as any other that is idle does.
    let ended = if spool.exists() || matches!(delivery.sender, Sender::Client(_)) {
        let path = spool.folder().join("flush.lock");
        let lock = files::lock_file(&path)?;
        match lock.try_lock() {
            Ok(()) => run(delivery, options, &mut delivered)?,
            Err(std::fs::TryLockError::WouldBlock) => Ended::OtherProcess,
            Err(std::fs::TryLockError::Error(source)) => return Err(SpoolError::File { path, source }),
        }
    } else {
        Ended::Done
    };
    let earlier = delivery.earlier.map_or(Ok(0), |own| own.status().map(|waiting| waiting.events))?;
    let waiting = earlier + spool.status()?.map_or(0, |status| status.waiting.events);
    Ok(Flushed { delivered, waiting, ended, fork: delivery.witness.fork()? })
}

fn run(delivery: &Delivery<'_>, options: Options, delivered: &mut u64) -> Result<Ended, SpoolError> {
    let spool = delivery.spool;
    let now = options.now;
    let state = spool.delivery()?;
    // Longer than any pause: the clock was set back since.
    let is_sensible = state.not_before.saturating_sub(now.get()) <= 2 * micros(MAX_RETRY_AFTER);
    if !options.at_once && is_sensible && now.get() < state.not_before {
        return Ok(Ended::NotBefore(state.not_before));
    }
    let is_due = now.get().saturating_sub(state.heartbeat_at).saturating_abs() >= HEARTBEAT;
    // Whoever has signed off and made nothing since has nothing to say.
    if is_due && matches!(delivery.sender, Sender::Client(_)) && !spool.has_signed_off()? {
        spool.heartbeat(now, false)?;
    }
    let fail = |error: CallError| -> Result<Ended, SpoolError> {
        let pause = pause(state.failures, error.retry_after)?;
        let until = Micros::new(now.get().saturating_add(micros(pause))).unwrap_or(now);
        spool.delivery_failed(&error.problem, until, now)?;
        Ok(Ended::Failed(error.problem))
    };
    let mut is_earlier_left = false;
    if let (Some(own), Sender::Client(to)) = (delivery.earlier, &delivery.sender) {
        match hand_over(delivery, own, to, options, delivered)? {
            HandedOver::All => {}
            // What the spool holds may be what is missing.
            HandedOver::Unacknowledged => is_earlier_left = true,
            HandedOver::OutOfTime => return Ok(Ended::OutOfTime),
            HandedOver::Failed(error) => return fail(error),
        }
    }
    if let Err(error) = ask_what_is_missing(delivery)? {
        return fail(error);
    }
    let (mut cursor, mut most, mut resends) = (Cursor::default(), MAX_BATCH, 0);
    let mut is_stuck = false;
    loop {
        if options.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Ok(Ended::OutOfTime);
        }
        let before = cursor.clone();
        let Some(batch) = spool.next_batch(&delivery.sender, &mut cursor, most)? else { break };
        let posted = match post(delivery, &batch.lines, now)? {
            Ok(posted) => posted,
            Err(CallError { problem: Problem::TooLarge, .. }) if batch.events > 1 => {
                most = batch.events / 2;
                cursor = before;
                continue;
            }
            Err(error) => return fail(error),
        };
        let changed = spool.acknowledge(&posted.through, now)?;
        *delivered += changed.events;
        if (changed.collector_lost || posted.is_other_log) && resends < MAX_RESENDS {
            resends += 1;
            if let Err(error) = ask_what_is_missing(delivery)? {
                return fail(error);
            }
            cursor = Cursor::default();
        } else if changed.events == 0 {
            is_stuck = true;
        }
    }
    let is_stuck = is_stuck && spool.status()?.is_some_and(|status| status.waiting.events > 0);
    if is_stuck || is_earlier_left {
        return fail(Problem::NotAcknowledged.into());
    }
    Ok(Ended::Done)
}

/// What an answer means.
pub(crate) struct Posted {
    /// Through which number the collector has everything of an epoch.
    pub(crate) through: BTreeMap<Series, u64>,
    /// The collector may have lost something.
    is_other_log: bool,
}

/// Sends lines, and looks at what the answer says about the collector's log.
pub(crate) fn post(
    delivery: &Delivery<'_>,
    lines: &[u8],
    now: Micros,
) -> Result<Result<Posted, CallError>, SpoolError> {
    let kept = delivery.witness.kept(delivery.key)?;
    let note = kept.as_ref().map(|(_, note)| note.as_str());
    let answer = match delivery.collector.post_events(lines, note) {
        Ok(answer) => answer,
        Err(error) => return Ok(Err(error)),
    };
    if let Some(found) = other_region(delivery.key, &answer) {
        return Ok(Err(Problem::OtherRegion { found }.into()));
    }
    let is_other_log = look_at_log(delivery, kept, &answer, now)?;
    Ok(Ok(Posted { through: answer.through, is_other_log }))
}

/// Asks about each epoch of which the collector may have lost something, and makes that wait again.
fn ask_what_is_missing(delivery: &Delivery<'_>) -> Result<Result<(), CallError>, SpoolError> {
    for series in delivery.spool.to_recheck(&delivery.sender)? {
        let range = match delivery.collector.range(&series) {
            Ok(range) => range,
            Err(error) => return Ok(Err(error)),
        };
        delivery.spool.reconcile(&series, range.acknowledged_through, range.highest, &range.missing)?;
    }
    Ok(Ok(()))
}

/// The region that an answer names, if it is another than that of the key.
fn other_region(key: &VerifierKey, answer: &Answer) -> Option<String> {
    let found = region_of(answer.checkpoint.as_deref()?)?;
    (region_of(key.name().as_str()).as_ref() != Some(&found)).then_some(found)
}

/// Keeps the checkpoint of an answer, and records a fork where it does not continue the one that was kept. Returns whether the collector
/// may have lost something, so that it is asked about every epoch.
fn look_at_log(
    delivery: &Delivery<'_>,
    kept: Option<(Checkpoint, String)>,
    answer: &Answer,
    now: Micros,
) -> Result<bool, SpoolError> {
    let Delivery { spool, witness, .. } = delivery;
    let note = answer.checkpoint.as_deref();
    match judge(delivery.key, kept.as_ref().map(|(checkpoint, _)| checkpoint), answer) {
        Standing::Nothing => return Ok(false),
        Standing::Continues(_) => {
            if let Some(note) = note.filter(|note| kept.as_ref().is_none_or(|(_, kept)| kept != note)) {
                witness.keep(note)?;
            }
            spool.note_proof(true, now)?;
            return Ok(false);
        }
        Standing::Unproven => {
            let is_new = spool.delivery()?.unproven_since.is_none();
            spool.note_proof(false, now)?;
            if !is_new {
                return Ok(false);
            }
        }
        Standing::Fork(kind) => {
            let is_first = witness.record(kind, kept.map(|(_, note)| note), answer.checkpoint.clone(), now)?;
            match note.filter(|_| kind != ForkKind::OtherKey) {
                // The evidence is recorded. From here on the new history is watched, so that a second fork is found as well.
                Some(note) => witness.keep(note)?,
                None if is_first => {}
                None => return Ok(false),
            }
        }
    }
    spool.recheck()?;
    Ok(true)
}

/// How long to wait after a failure. Clients that failed together do not come back together.
fn pause(failures: u64, retry_after: Option<Duration>) -> Result<Duration, SpoolError> {
    let chance = f64::from(u32::from_ne_bytes(random()?)) / f64::from(u32::MAX);
    Ok(match retry_after {
        Some(asked) => asked.min(MAX_RETRY_AFTER).mul_f64(1.0 + chance / 4.0),
        None => {
            let doubled = FIRST_PAUSE.saturating_mul(1 << failures.min(8));
            doubled.min(MAX_PAUSE).mul_f64(0.5 + chance)
        }
    })
}

fn micros(duration: Duration) -> i64 {
    // No pause is longer than two hours.
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
