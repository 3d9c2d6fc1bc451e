//! `POST /v1/events`: events go in, and the answer goes out after they are on the disk.

use std::sync::Arc;

use ai_detect_trail_log::clients::received::Arrival;
use ai_detect_trail_log::commitment::Commitment;
use ai_detect_trail_log::entry::Event;
use ai_detect_trail_log::entry::fields::GapOpened;
use ai_detect_trail_log::entry::vocabularies::GapCause;
use ai_detect_trail_log::ids::GapId;
use ai_detect_trail_log::log::checkpoint::Checkpoint;
use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::wire::{Line, decode};
use ai_detect_trail_store::keys::Prepared;
use ai_detect_trail_store::prove::{self, ProveError};
use ai_detect_trail_store::tokens::{Role, Token};
use ai_detect_trail_store::writer::Change;
use ai_detect_trail_store::{Draft, Outcome, Receipt};
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::{AckedThrough, acked_through, json, waiting};
use crate::clock::now;
use crate::collector::Collector;
use crate::log;
use crate::refusal::Refusal;
use crate::{auth, body};

/// The header with the checkpoint that a client kept.
const KEPT: &str = "trail-checkpoint";

pub(super) async fn post(
    State(collector): State<Arc<Collector>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let answer = take(Arc::clone(&collector), headers, body).await;
    if answer.is_err() {
        collector.counters.requests_refused.add(1);
    }
    answer
}

async fn take(collector: Arc<Collector>, headers: HeaderMap, body: Body) -> Result<Response, Refusal> {
    let token = auth::token(&collector, &headers, Role::Writer)?;
    let slot = collector.slot(token.id)?;
    let received = body::receive(&collector, &headers, body, collector.limits).await?;
    let kept = kept(&collector, &headers);
    waiting(move || {
        let unpacked = received.unpack(&collector)?;
        let lines = lines(&collector, &token, &unpacked.bytes)?;
        let receipt = write(&collector, lines)?;
        drop((unpacked, slot));
        Ok(json(&answer(&collector, &receipt, kept)?))
    })
    .await
}

/// The lines of a batch, if the token may send all of them.
fn lines(collector: &Collector, token: &Token, bytes: &[u8]) -> Result<Vec<(Line, Vec<u8>)>, Refusal> {
    let max = collector.limits.events;
    let mut lines = Vec::new();
    for (at, sent) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let sent = sent.trim_ascii();
        if sent.is_empty() {
            continue;
        }
        if lines.len() == max {
            return Err(Refusal::TooManyEvents { max });
        }
        let line = decode(sent);
        if let Line::Numbered(incoming) = &line {
            let found = &incoming.client;
            if ai_detect_trail_store::is_reserved(found) {
                return Err(Refusal::ReservedClient { line: at + 1 });
            }
            if let Some(allowed) = token.client.as_ref().filter(|allowed| *allowed != found) {
                let (allowed, found) = (allowed.clone(), found.clone());
                return Err(Refusal::OtherClient { allowed, found, line: at + 1 });
            }
        }
        lines.push((line, sent.to_vec()));
    }
    Ok(lines)
}

/// Brings lines to the disk: first what entries stand for, then the entries.
pub(super) fn write(collector: &Collector, lines: Vec<(Line, Vec<u8>)>) -> Result<Receipt, Refusal> {
    let received = now()?;
    let prepared = collector.keys().prepare(lines, received);
    let prepared = prepared.map_err(|error| collector.not_written(Arc::new(error)))?;
    write_prepared(collector, prepared)
}

fn write_prepared(collector: &Collector, prepared: Prepared) -> Result<Receipt, Refusal> {
    let (drafts, bodies): (Vec<Draft>, Vec<Option<Commitment>>) = prepared.into_parts();
    let receipt = collector.writer.submit(drafts).map_err(|error| collector.not_written(error))?;
    if let Err(error) = collector.keys().settle(&bodies, &receipt) {
        // The events are in the log. Bodies that are there twice take room, and nothing else.
        log::line(log::Event::Bodies, &error.to_string());
    }
    count(collector, &receipt);
    collector.signing.wake();
    Ok(receipt)
}

fn count(collector: &Collector, receipt: &Receipt) {
    let counters = &collector.counters;
    counters.batches.add(1);
    for outcome in &receipt.outcomes {
        let counter = match outcome {
            Outcome::Taken(Arrival::New) => &counters.events_new,
            Outcome::Taken(Arrival::Again | Arrival::AgainUnchecked) => &counters.events_again,
            Outcome::Taken(Arrival::Conflict) => &counters.events_conflict,
            Outcome::Refused(_) => &counters.events_refused,
        };
        counter.add(1);
    }
}

#[derive(Serialize)]
pub(super) struct Answer {
    acked_through: AckedThrough,
    checkpoint: String,
    /// That the checkpoint continues the one that the client kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    consistency: Option<Vec<String>>,
    /// The checkpoint that the client kept, where the log does not continue it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fork: Option<Fork>,
    /// Events that the client must keep.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<RefusedEvent>,
}

#[derive(Serialize)]
struct Fork {
    size: u64,
    root: String,
}

#[derive(Serialize)]
struct RefusedEvent {
    /// The place of the event in the batch, from 1. Empty lines do not count.
    event: usize,
    message: String,
}

/// The checkpoint that a client kept, if this log has signed it.
fn kept(collector: &Collector, headers: &HeaderMap) -> Option<Checkpoint> {
    let note = STANDARD.decode(headers.get(KEPT)?.as_bytes()).ok()?;
    // One that bears no signature of ours says nothing about this log: anybody could have made it up.
    Checkpoint::open(&note, &collector.verifier).ok()
}

pub(super) fn answer(collector: &Collector, receipt: &Receipt, kept: Option<Checkpoint>) -> Result<Answer, Refusal> {
    let mut answer = Answer {
        acked_through: acked_through(receipt),
        checkpoint: String::new(),
        consistency: None,
        fork: None,
        refused: refused(receipt),
    };
    if let Some(kept) = kept {
        match prove::consistency(&collector.folder, &collector.verifier, &kept) {
            Ok(proof) => {
                answer.consistency = Some(proof.path.iter().map(|hash| hash.to_base64()).collect());
                answer.checkpoint = proof.checkpoint;
                return Ok(answer);
            }
            Err(ProveError::Inconsistent(_)) => {
                record_fork(collector, &kept)?;
                answer.fork = Some(Fork { size: kept.size, root: kept.root.to_base64() });
            }
            // The events are in the log all the same, and the client asks again with its next batch.
            Err(error) => log::line(log::Event::Read, &error.to_string()),
        }
    }
    answer.checkpoint = prove::checkpoint(&collector.folder, &collector.verifier)?.unwrap_or_default();
    Ok(answer)
}

fn refused(receipt: &Receipt) -> Vec<RefusedEvent> {
    let message = |outcome: &Outcome| match outcome {
        Outcome::Refused(why) => Some(why.to_string()),
        Outcome::Taken(_) => None,
    };
    let all = (1..).zip(&receipt.outcomes);
    all.filter_map(|(event, outcome)| Some(RefusedEvent { event, message: message(outcome)? })).collect()
}

/// Opens a gap for a checkpoint that bears our signature and that the log does not continue: once for each.
fn record_fork(collector: &Collector, kept: &Checkpoint) -> Result<(), Refusal> {
    let gap = GapId::from_random(ai_detect_trail_store::random_id()?);
    let fields = GapOpened::new(gap, GapCause::Fork);
    let (size, root): (u64, TreeHash) = (kept.size, kept.root);
    let recorded = collector.writer.record(Event::GapOpened(fields), Some(Change::Fork { size, root, gap }), now()?);
    if recorded.map_err(|error| collector.not_written(error))?.is_some() {
        log::line(log::Event::Fork, "a client holds a checkpoint that the log does not continue");
        collector.signing.wake();
    }
    Ok(())
}
