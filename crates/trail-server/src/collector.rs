//! What all requests share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ai_detect_trail_log::ids::TokenId;
use ai_detect_trail_log::log::key::VerifierKey;
use ai_detect_trail_log::number::Micros;
use ai_detect_trail_store::error::StoreError;
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::invitations::{Invitation, Invitations};
use ai_detect_trail_store::keys::Keys;
use ai_detect_trail_store::tokens::{Token, Tokens};
use ai_detect_trail_store::writer::Writer;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::attempts::Attempts;
use crate::clock::now;
use crate::configuration::Limits;
use crate::log::{self, Event};
use crate::metrics::Counters;
use crate::refusal::Refusal;
use crate::signing::Signing;

/// Memory is counted in pieces of this many bytes.
const PIECE: usize = 1024;
/// How many batches a second a slow disk still takes: by that, clients that are sent away are spread.
const BATCHES_A_SECOND: u64 = 20;
/// The longest time for which a client is sent away, in seconds.
const MAX_AWAY: u64 = 60;

/// What all requests share.
pub(crate) struct Collector {
    pub(crate) folder: Folder,
    pub(crate) verifier: VerifierKey,
    pub(crate) writer: Writer,
    pub(crate) signing: Signing,
    pub(crate) limits: Limits,
    pub(crate) counters: Arc<Counters>,
    /// `/metrics` needs no token: only this machine can ask.
    pub(crate) open_metrics: bool,
    /// Codes that were refused.
    pub(crate) codes: Attempts,
    keys: Mutex<Keys>,
    tokens: Mutex<Tokens>,
    invitations: Mutex<Invitations>,
    memory: Arc<Semaphore>,
    busy: Mutex<HashMap<TokenId, usize>>,
    /// How many requests were sent away in which ten seconds.
    away: Mutex<(u64, u64)>,
    turn: AtomicU64,
}

impl Collector {
    pub(crate) fn new(
        folder: &Folder,
        keys: Keys,
        writer: Writer,
        signing: Signing,
        limits: Limits,
        counters: Arc<Counters>,
        open_metrics: bool,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            folder: folder.clone(),
            verifier: folder.verifier()?,
            writer,
            signing,
            limits,
            counters,
            open_metrics,
            codes: Attempts::new(limits.failed_joins),
            keys: Mutex::new(keys),
            tokens: Mutex::new(Tokens::open(folder)?),
            invitations: Mutex::new(Invitations::open(folder)?),
            memory: Arc::new(Semaphore::new(limits.memory_bytes / PIECE)),
            busy: Mutex::new(HashMap::new()),
            away: Mutex::new((0, 0)),
            turn: AtomicU64::new(0),
        })
    }

    pub(crate) fn keys(&self) -> MutexGuard<'_, Keys> {
        lock(&self.keys)
    }

    /// The token with this text.
    pub(crate) fn token(&self, text: &str) -> Result<Option<Token>, StoreError> {
        lock(&self.tokens).check(text)
    }

    /// The invitation with this code, if it still counts.
    pub(crate) fn invitation(&self, code: &str, now: Micros) -> Result<Option<Invitation>, StoreError> {
        lock(&self.invitations).check(code, now)
    }

    /// Memory for so many bytes, until the permit is dropped.
    pub(crate) fn memory(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let pieces = u32::try_from(bytes.div_ceil(PIECE)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.memory).try_acquire_many_owned(pieces);
        permit.map_err(|_| Refusal::Busy { retry_after: self.retry_after() })
    }

    /// A request of a token, until the slot is dropped.
    pub(crate) fn slot(self: &Arc<Self>, token: TokenId) -> Result<Slot, Refusal> {
        let mut busy = lock(&self.busy);
        let count = busy.entry(token).or_default();
        if *count >= self.limits.requests_per_token {
            let max = self.limits.requests_per_token;
            drop(busy);
            return Err(Refusal::TokenBusy { max, retry_after: self.retry_after() });
        }
        *count += 1;
        Ok(Slot { collector: Arc::clone(self), token })
    }

    /// In how many seconds to ask again: clients that are sent away at the same time come back spread over the time that the backlog
    /// takes.
    pub(crate) fn retry_after(&self) -> u64 {
        let window = now().map_or(0, |now| now.get().unsigned_abs() / 10_000_000);
        let mut away = lock(&self.away);
        if away.0 != window {
            *away = (window, 0);
        }
        away.1 += 1;
        let spread = (away.1 / BATCHES_A_SECOND + 1).min(MAX_AWAY);
        1 + self.turn.fetch_add(1, Ordering::Relaxed) % spread
    }

    /// What could not be written is written down, and the client keeps it.
    pub(crate) fn not_written(&self, source: Arc<StoreError>) -> Refusal {
        self.counters.write_failures.add(1);
        log::line(Event::Write, &source.to_string());
        Refusal::Store { source, retry_after: self.retry_after().max(5) }
    }
}

/// A request of a token that is worked on.
pub(crate) struct Slot {
    collector: Arc<Collector>,
    token: TokenId,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut busy = lock(&self.collector.busy);
        if let Some(count) = busy.get_mut(&self.token) {
            *count -= 1;
            if *count == 0 {
                busy.remove(&self.token);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic under one of these locks leaves counters and connections that still work; transactions are rolled back.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
