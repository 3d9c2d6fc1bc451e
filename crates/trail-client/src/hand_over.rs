//! Sending a collector what this client kept before it joined one. It goes ahead of the spool, since its numbers do, and it goes the way of
//! the spool: under the same lock, with the same pauses, in batches that the collector takes, and it stays until the collector has it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use ai_detect_trail_log::ids::ClientId;

use crate::collector::CallError;
use crate::error::SpoolError;
use crate::event::Series;
use crate::files;
use crate::flush::{Delivery, Options, post};
use crate::own::{Line, Own};
use crate::spool::{MAX_BATCH, Problem};

/// How far the hand-over has come.
#[derive(Debug)]
pub(crate) enum HandedOver {
    /// The collector has everything.
    All,
    /// Everything was sent, and the collector has not acknowledged all of it.
    Unacknowledged,
    /// There was no time for the rest.
    OutOfTime,
    /// A call failed.
    Failed(CallError),
}

/// A file whose lines were sent.
struct Sent {
    path: PathBuf,
    events: u64,
    /// The highest number of each epoch in it.
    highest: BTreeMap<Series, u64>,
}

/// Sends the lines under the name that the client has at the collector, and forgets what the collector has. Then the spool goes on under
/// that name as well.
pub(crate) fn hand_over(
    delivery: &Delivery<'_>,
    own: &Own,
    to: &ClientId,
    options: Options,
    delivered: &mut u64,
) -> Result<HandedOver, SpoolError> {
    let waiting = own.waiting()?;
    if waiting.is_empty() && !own.has_name()? {
        return Ok(HandedOver::All);
    }
    let from = own.client()?;
    let mut most = MAX_BATCH;
    let mut sent: Vec<Sent> = Vec::new();
    let mut through: BTreeMap<Series, u64> = BTreeMap::new();
    for path in waiting {
        let lines = own.read(&path, &from, to)?;
        let mut rest = lines.as_slice();
        while !rest.is_empty() {
            if options.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(HandedOver::OutOfTime);
            }
            let (batch, after) = rest.split_at(most.min(rest.len()));
            let bytes: Vec<u8> = batch.iter().flat_map(|line| line.text.iter().copied()).collect();
            match post(delivery, &bytes, options.now)? {
                Ok(posted) => {
                    // The spool notes that the collector answered, and what it has of epochs that go on under the new name already.
                    *delivered += delivery.spool.acknowledge(&posted.through, options.now)?.events;
                    through.extend(posted.through);
                }
                Err(CallError { problem: Problem::TooLarge, .. }) if batch.len() > 1 => {
                    most = batch.len() / 2;
                    continue;
                }
                Err(error) => return Ok(HandedOver::Failed(error)),
            }
            rest = after;
        }
        sent.push(Sent { path, events: lines.len() as u64, highest: highest(&lines) });
        sent = forget(sent, &through, delivered)?;
    }
    if delivery.spool.exists() {
        delivery.spool.rename_client(&from, to)?;
    }
    if !sent.is_empty() {
        return Ok(HandedOver::Unacknowledged);
    }
    own.forget_name()?;
    Ok(HandedOver::All)
}

fn highest(lines: &[Line]) -> BTreeMap<Series, u64> {
    let mut highest = BTreeMap::new();
    for line in lines {
        let known = highest.entry(line.series.clone()).or_insert(0);
        *known = line.number.max(*known);
    }
    highest
}

/// Removes the files of which the collector has everything, and returns the others.
fn forget(sent: Vec<Sent>, through: &BTreeMap<Series, u64>, delivered: &mut u64) -> Result<Vec<Sent>, SpoolError> {
    let is_there = |file: &Sent| {
        file.highest.iter().all(|(series, number)| through.get(series).is_some_and(|found| found >= number))
    };
    let (there, missing): (Vec<Sent>, Vec<Sent>) = sent.into_iter().partition(is_there);
    for file in there {
        files::remove(&file.path)?;
        *delivered += file.events;
    }
    Ok(missing)
}
