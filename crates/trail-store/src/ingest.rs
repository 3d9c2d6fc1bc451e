//! Taking events into the log, within one transaction.

use std::collections::{BTreeMap, btree_map};

use ai_detect_trail_log::clients::gaps::{Change, Gap, Gaps, NumberCause};
use ai_detect_trail_log::clients::ranges::Range;
use ai_detect_trail_log::clients::received::{Arrival, Known, Refused};
use ai_detect_trail_log::commitment::{Commitment, Fingerprint, FingerprintKey};
use ai_detect_trail_log::entry::fields::{GapClosed, GapOpened};
use ai_detect_trail_log::entry::vocabularies::{GapCause, GapClosing};
use ai_detect_trail_log::entry::{EncodeError, Entry, Event, MAX_ENTRY};
use ai_detect_trail_log::ids::{ClientId, Epoch, GapId, Region};
use ai_detect_trail_log::log::frontier::Frontier;
use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::number::{Count, Micros, Number};
use rusqlite::Connection;

use crate::epochs::{Key, State};
use crate::error::{Damage, StoreError};
use crate::folder::{Folder, random};
use crate::rows::{read_frontier, stored, write_frontier};
use crate::segments::numbers;
use crate::{clients, gaps, silence};

/// The name under which the collector numbers its own entries. No client may use it.
pub const COLLECTOR: &str = "collector";

/// Whether a client id is one of the collector's own, so that no client may use it.
pub fn is_reserved(client: &ClientId) -> bool {
    client.as_str().strip_prefix(COLLECTOR).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

/// What `"conflict":INDEX,` adds to an entry at most.
const CONFLICT: usize = 28;

/// An event as a client sent it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The client.
    pub client: ClientId,
    /// Its epoch.
    pub epoch: Epoch,
    /// Its number.
    pub number: Number,
    /// When it happened, as the client says.
    pub time: Micros,
    /// When it arrived here.
    pub received: Micros,
    /// It belongs to an exercise.
    pub exercise: bool,
    /// What its fields cannot hold, kept as a body.
    pub extra: Option<Commitment>,
    /// What happened.
    pub event: Event,
    /// The bytes as they were sent: they decide whether a number that comes again has the same content.
    pub sent: Vec<u8>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the log, or was before.
    Taken(Arrival),
    /// It is not in the log, and the client must keep it.
    Refused(RefusedDraft),
}

/// Why an event was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefusedDraft {
    /// Numbers are missing before it, and too many already.
    #[error("too many numbers are missing before it: send those first")]
    TooManyHoles,
    /// It is too long for an entry.
    #[error("its entry would have {bytes} bytes: put what is long into a body")]
    TooLong {
        /// The length.
        bytes: usize,
    },
    /// It uses the name of the collector.
    #[error("the client id `{COLLECTOR}` belongs to the collector")]
    Reserved,
    /// It cannot be written.
    #[error("its entry cannot be written as JSON")]
    Unwritable,
}

/// The answer to a batch, given after it is on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What became of each event, in the order of the batch.
    pub outcomes: Vec<Outcome>,
    /// By client and epoch: through which number the client need not keep anything.
    pub acknowledged_through: BTreeMap<(ClientId, Epoch), Option<Number>>,
}

/// Who the collector is while it numbers its own entries.
pub(crate) struct Collector {
    pub(crate) client: ClientId,
    pub(crate) epoch: Epoch,
    pub(crate) region: Region,
    pub(crate) fingerprints: FingerprintKey,
}

/// One transaction's view of the log.
pub(crate) struct Ingest<'a> {
    folder: &'a Folder,
    connection: &'a Connection,
    collector: &'a Collector,
    frontier: Frontier,
    epochs: BTreeMap<Key, State>,
    /// Epochs that a batch came from, and when.
    heard: BTreeMap<Key, Micros>,
}

impl<'a> Ingest<'a> {
    pub(crate) fn begin(
        folder: &'a Folder,
        connection: &'a Connection,
        collector: &'a Collector,
    ) -> Result<Self, StoreError> {
        let frontier = read_frontier(folder, connection)?;
        Ok(Self { folder, connection, collector, frontier, epochs: BTreeMap::new(), heard: BTreeMap::new() })
    }

    /// Takes the events of one batch.
    pub(crate) fn take(&mut self, drafts: &[Draft]) -> Result<Receipt, StoreError> {
        let mut outcomes = Vec::with_capacity(drafts.len());
        let mut touched: BTreeMap<Key, Micros> = BTreeMap::new();
        for draft in drafts {
            outcomes.push(self.take_one(draft)?);
            touched.insert((draft.client.clone(), draft.epoch.clone()), draft.received);
        }
        touched.retain(|(client, _), _| client.as_str() != COLLECTOR);
        let mut acknowledged_through = BTreeMap::new();
        for (key, received) in touched {
            self.settle(&key, received)?;
            let through = self.state(&key)?.received.acknowledged_through();
            self.resume(&key.0, received)?;
            self.heard.insert(key.clone(), received);
            acknowledged_through.insert(key, through);
        }
        Ok(Receipt { outcomes, acknowledged_through })
    }

    /// Writes what has changed besides the entries.
    pub(crate) fn finish(self) -> Result<(), StoreError> {
        for (key, state) in &self.epochs {
            state.write(self.folder, self.connection, key)?;
        }
        clients::note_heard(self.connection, &self.heard).map_err(StoreError::database(&self.folder.database()))?;
        write_frontier(self.folder, self.connection, &self.frontier)
    }

    fn state(&mut self, key: &Key) -> Result<&mut State, StoreError> {
        match self.epochs.entry(key.clone()) {
            btree_map::Entry::Occupied(known) => Ok(known.into_mut()),
            btree_map::Entry::Vacant(place) => Ok(place.insert(State::read(self.folder, self.connection, key)?)),
        }
    }

    fn take_one(&mut self, draft: &Draft) -> Result<Outcome, StoreError> {
        if draft.client.as_str() == COLLECTOR {
            return Ok(Outcome::Refused(RefusedDraft::Reserved));
        }
        let mut entry = Entry {
            client: draft.client.clone(),
            epoch: draft.epoch.clone(),
            number: draft.number,
            time: draft.time,
            received: draft.received,
            region: self.collector.region.clone(),
            conflict: None,
            exercise: draft.exercise,
            extra: draft.extra,
            event: draft.event.clone(),
        };
        // Before the number is taken: what cannot be stored must not count as arrived. Nor what could not be stored as a conflict.
        let bytes = match entry.encode() {
            Ok(bytes) if bytes.len() + CONFLICT > MAX_ENTRY => {
                return Ok(Outcome::Refused(RefusedDraft::TooLong { bytes: bytes.len() }));
            }
            Ok(bytes) => bytes,
            Err(EncodeError::TooLong { bytes }) => return Ok(Outcome::Refused(RefusedDraft::TooLong { bytes })),
            Err(EncodeError::Json(_)) => return Ok(Outcome::Refused(RefusedDraft::Unwritable)),
        };
        let fingerprint = Fingerprint::of(&self.collector.fingerprints, &draft.sent);
        let key = (draft.client.clone(), draft.epoch.clone());
        let (folder, connection) = (self.folder, self.connection);
        let mut first = None;
        let arrival = self.state(&key)?.received.take(draft.number, || {
            let (known, seq) = known(folder, connection, draft, &fingerprint)?;
            first = seq;
            Ok::<_, StoreError>(known)
        });
        let arrival = match arrival {
            Ok(arrival) => arrival,
            Err(Refused::TooManyHoles) => return Ok(Outcome::Refused(RefusedDraft::TooManyHoles)),
            Err(Refused::Store(error)) => return Err(error),
        };
        let seq = match arrival {
            Arrival::Again | Arrival::AgainUnchecked => return Ok(Outcome::Taken(arrival)),
            Arrival::New => self.append_bytes(&entry, &bytes)?,
            Arrival::Conflict => {
                entry.conflict = first;
                self.append(&entry)?
            }
        };
        let insert = "INSERT INTO fingerprint VALUES (?1, ?2)";
        let parameters = (stored(seq), fingerprint.as_bytes().as_slice());
        self.execute(insert, |statement| statement.execute(parameters))?;
        if arrival == Arrival::New {
            hear(self.state(&key)?, &draft.event);
        }
        Ok(Outcome::Taken(arrival))
    }

    /// Appends what opens and closes gaps of an epoch.
    fn settle(&mut self, key: &Key, received: Micros) -> Result<(), StoreError> {
        let state = self.state(key)?;
        let highest = state.received.received().highest().max(state.received.lost().highest());
        let through = if state.closed { state.received.highest() } else { highest };
        let Some(through) = through else { return Ok(()) };
        let new_id = || random().map(GapId::from_random);
        let changes = state.gaps.settle(&state.received, through, new_id)?;
        for change in changes {
            let event = match change {
                Change::Opened(gap) => Event::GapOpened(GapOpened {
                    of: Some(key.0.clone()),
                    of_epoch: Some(key.1.clone()),
                    first: Some(gap.numbers.first()),
                    last: Some(gap.numbers.last()),
                    events: Count::new(gap.numbers.count()).ok(),
                    ..GapOpened::new(gap.id, gap.cause.into())
                }),
                Change::Closed { gap, closing } => {
                    gaps::note_closed(self.connection, &key.0, gap.id)
                        .map_err(StoreError::database(&self.folder.database()))?;
                    Event::GapClosed(GapClosed::new(gap.id, closing))
                }
            };
            self.append_own(event, received)?;
        }
        Ok(())
    }

    /// Closes the gap of a client that was not heard of, and speaks again.
    fn resume(&mut self, client: &ClientId, received: Micros) -> Result<(), StoreError> {
        let failed = |source| StoreError::Database { path: self.folder.database(), source };
        for id in silence::open_gaps(self.connection, client).map_err(failed)? {
            let gap = GapId::parse(&id).map_err(|_| self.folder.damaged(Damage::Value { table: "open_gap" }))?;
            gaps::note_closed(self.connection, client, gap).map_err(failed)?;
            self.append_own(Event::GapClosed(GapClosed::new(gap, GapClosing::Resumed)), received)?;
        }
        Ok(())
    }

    /// Appends an entry of the collector itself.
    pub(crate) fn append_own(&mut self, event: Event, received: Micros) -> Result<u64, StoreError> {
        let key = (self.collector.client.clone(), self.collector.epoch.clone());
        let damaged = self.folder.damaged(Damage::Value { table: "received" });
        let state = self.state(&key)?;
        let number = state.received.received().highest().map_or(Some(Number::FIRST), Number::next).ok_or(damaged)?;
        match state.received.take(number, || Ok::<_, StoreError>(Known::Same)) {
            Ok(_) => {}
            Err(Refused::Store(error)) => return Err(error),
            Err(Refused::TooManyHoles) => return Err(self.folder.damaged(Damage::Value { table: "received" })),
        }
        let (client, epoch) = key;
        let region = self.collector.region.clone();
        self.append(&Entry {
            client,
            epoch,
            number,
            time: received,
            received,
            region,
            conflict: None,
            exercise: false,
            extra: None,
            event,
        })
    }

    fn append(&mut self, entry: &Entry) -> Result<u64, StoreError> {
        let bytes = entry.encode().map_err(|_| self.folder.damaged(Damage::Entry { index: self.frontier.size() }))?;
        self.append_bytes(entry, &bytes)
    }

    /// Appends an entry that is written already.
    fn append_bytes(&mut self, entry: &Entry, bytes: &[u8]) -> Result<u64, StoreError> {
        let leaf = TreeHash::of_leaf(bytes);
        let seq = self.frontier.append(leaf);
        let insert = "INSERT INTO entry VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let (client, epoch, kind) = (entry.client.as_str(), entry.epoch.as_str(), entry.event.kind());
        let number = stored(entry.number.get());
        let conflict = entry.conflict.is_some();
        self.execute(insert, |statement| {
            statement.execute((
                stored(seq),
                client,
                epoch,
                number,
                kind.word(),
                conflict,
                bytes,
                leaf.as_bytes().as_slice(),
            ))
        })?;
        gaps::note_opened(self.connection, seq, entry).map_err(StoreError::database(&self.folder.database()))?;
        Ok(seq)
    }

    fn execute(
        &self,
        sql: &str,
        run: impl FnOnce(&mut rusqlite::CachedStatement<'_>) -> rusqlite::Result<usize>,
    ) -> Result<(), StoreError> {
        let done = self.connection.prepare_cached(sql).and_then(|mut statement| run(&mut statement));
        done.map(|_| ()).map_err(StoreError::database(&self.folder.database()))
    }
}

/// What an event says about other numbers of its client.
pub(crate) fn hear(state: &mut State, event: &Event) {
    match event {
        Event::Heartbeat(fields) => {
            state.received.heard(fields.made);
            state.closed |= fields.closing == Some(true);
        }
        // Only about its own epoch: no client speaks for another.
        Event::GapOpened(fields)
            if fields.cause == GapCause::Overflow && fields.of.is_none() && fields.of_epoch.is_none() =>
        {
            let numbers = fields.first.zip(fields.last).and_then(|(first, last)| Range::new(first, last).ok());
            let Some(numbers) = numbers else { return };
            if state.received.drop_counted(numbers).is_err() {
                // They stay missing, in a gap that says so. Only a broken or hostile client drops in so many places.
                return;
            }
            if !state.gaps.open().iter().any(|gap| gap.id == fields.gap) {
                let gap = Gap { id: fields.gap, cause: NumberCause::Overflow, numbers };
                state.gaps = Gaps::from_stored([state.gaps.open(), &[gap]].concat());
            }
        }
        _ => {}
    }
}

/// What the tables know of a number that arrives again, and the index of the entry that came first.
fn known(
    folder: &Folder,
    connection: &Connection,
    draft: &Draft,
    fingerprint: &Fingerprint,
) -> Result<(Known, Option<Count>), StoreError> {
    let database = folder.database();
    let failed = StoreError::database(&database);
    let number = stored(draft.number.get());
    let (client, epoch) = (draft.client.as_str(), draft.epoch.as_str());
    let (mut first, mut erased) = (None, false);
    for seq in numbers::places(connection, client, epoch, number).map_err(&failed)? {
        first = first.or_else(|| Count::new(seq).ok());
        match numbers::fingerprint(connection, seq).map_err(&failed)? {
            Some(found) if fingerprint.as_bytes().starts_with(&found) => return Ok((Known::Same, first)),
            Some(_) => {}
            None => erased = true,
        }
    }
    let query = "SELECT entry.seq, fingerprint FROM entry LEFT JOIN fingerprint ON fingerprint.seq = entry.seq \
                 WHERE client = ?1 AND epoch = ?2 AND number = ?3 ORDER BY entry.seq";
    let mut statement = connection.prepare_cached(query).map_err(&failed)?;
    let rows = statement
        .query_map((client, epoch, number), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<Vec<u8>>>(1)?)))
        .map_err(&failed)?;
    for row in rows {
        let (seq, found) = row.map_err(&failed)?;
        first = first.or_else(|| u64::try_from(seq).ok().and_then(|seq| Count::new(seq).ok()));
        match found {
            Some(found) if found == fingerprint.as_bytes() => return Ok((Known::Same, first)),
            Some(_) => {}
            None => erased = true,
        }
    }
    // Without its entry, nothing tells what came first: it was pruned.
    let known = if erased || first.is_none() { Known::Erased } else { Known::Other };
    Ok((known, first))
}
