//! What a spool holds, and how sending goes.

use std::fmt;

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};

use super::append::unsigned;
use super::{Durability, PutAside, Spool};
use crate::error::SpoolError;

/// Why events wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Problem {
    /// No connection, or it broke.
    Unreachable {
        /// What happened.
        detail: String,
    },
    /// The collector does not take events from this client.
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it answered.
        detail: String,
    },
    /// The collector asks to come back later.
    Busy {
        /// The HTTP status.
        status: u16,
    },
    /// The collector points to another address, where nothing is sent.
    Redirected,
    /// One event alone is too large for the collector.
    TooLarge,
    /// The answer cannot be read.
    Unreadable {
        /// What is wrong with it.
        detail: String,
    },
    /// The collector acknowledges nothing of what it was sent.
    NotAcknowledged,
    /// The collector keeps its log in another region than the one that was joined. Nothing is sent there.
    OtherRegion {
        /// The region that it names.
        found: String,
    },
    /// The trail of this user, where no collector was joined, cannot be written.
    NotWritten {
        /// What happened.
        detail: String,
    },
    /// A problem that a newer version noted.
    #[serde(other)]
    Other,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { detail } => write!(f, "the collector cannot be reached: {detail}"),
            Self::Refused { status, detail } => write!(f, "the collector refuses: {status} {detail}"),
            Self::Busy { status } => write!(f, "the collector asks to come back later ({status})"),
            Self::Redirected => {
                f.write_str("the collector points to another address; events go only where this client joined")
            }
            Self::TooLarge => f.write_str("the collector takes no batch of even one event: it is too large for it"),
            Self::Unreadable { detail } => write!(f, "the answer of the collector cannot be read: {detail}"),
            Self::NotAcknowledged => f.write_str("the collector acknowledges nothing of what it was sent"),
            Self::OtherRegion { found } => {
                write!(f, "the collector is in region {found}, and this client joined one in another: nothing is sent")
            }
            Self::NotWritten { detail } => write!(f, "the trail of this user cannot be written: {detail}"),
            Self::Other => f.write_str("a problem that a newer version noted"),
        }
    }
}

/// What a spool holds, and how sending goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpoolStatus {
    /// The epoch that was used last; none before the first event.
    pub epoch: Option<String>,
    /// The highest number that was given in it.
    pub made: u64,
    /// What the collector does not have.
    pub waiting: Waiting,
    /// How many events are kept that the collector has.
    pub kept: u64,
    /// The room that the database takes, in bytes.
    pub used: u64,
    /// The room that it may take.
    pub limit: u64,
    /// What was dropped for want of room.
    pub overflow: Overflow,
    /// How sending goes.
    pub delivery: Delivery,
    /// Damaged spools that were put aside.
    pub put_aside: Vec<PutAside>,
}

/// Events that the collector does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// How many.
    pub events: u64,
    /// When the oldest of them happened, as a time of events.
    pub since: Option<i64>,
}

/// Events that were dropped for want of room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Overflow {
    /// How many.
    pub events: u64,
    /// When the first of them happened.
    pub since: Option<i64>,
    /// When the last of them happened.
    pub until: Option<i64>,
}

/// How sending goes. Times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// How often in a row it failed.
    pub failures: u64,
    /// Not to be tried again before.
    pub not_before: i64,
    /// Why it failed last.
    pub problem: Option<Problem>,
    /// Since when it fails.
    pub problem_since: Option<i64>,
    /// When the collector last acknowledged something.
    pub acknowledged_at: Option<i64>,
    /// When this client last said how far it is.
    pub heartbeat_at: i64,
    /// Since when the collector owes the proof that its log continues the one seen before.
    pub unproven_since: Option<i64>,
}

impl Spool {
    /// What it holds, and how sending goes; `None` before the first event.
    ///
    /// # Errors
    ///
    /// When the spool cannot be read.
    pub fn status(&self) -> Result<Option<SpoolStatus>, SpoolError> {
        if !self.exists() {
            return Ok(None);
        }
        let put_aside = self.put_aside_before()?;
        self.write(Durability::Eventual, |transaction| self.read_status(transaction, put_aside.clone())).map(Some)
    }

    fn read_status(&self, transaction: &Transaction<'_>, put_aside: Vec<PutAside>) -> Result<SpoolStatus, SpoolError> {
        let newest = transaction.query_row(
            "SELECT max(id), (SELECT epoch FROM epoch ORDER BY id DESC LIMIT 1), \
             (SELECT made FROM epoch ORDER BY id DESC LIMIT 1) FROM epoch",
            [],
            |row| Ok((row.get::<_, Option<String>>(1)?, row.get::<_, Option<i64>>(2)?)),
        );
        let (epoch, made) = self.sql(newest)?;
        let query = "SELECT count(*), min(time) FROM event WHERE acknowledged_at IS NULL";
        let waiting = self.sql(
            transaction.query_row(query, [], |row| Ok(Waiting { events: unsigned(row.get(0)?), since: row.get(1)? })),
        )?;
        let query = "SELECT count(*) FROM event WHERE acknowledged_at IS NOT NULL";
        let kept: i64 = self.sql(transaction.query_row(query, [], |row| row.get(0)))?;
        let query = "SELECT coalesce(sum(events), 0), min(since), max(until) FROM overflow";
        let overflow = self.sql(transaction.query_row(query, [], |row| {
            Ok(Overflow { events: unsigned(row.get(0)?), since: row.get(1)?, until: row.get(2)? })
        }))?;
        Ok(SpoolStatus {
            epoch,
            // No epoch has given no number.
            made: unsigned(made.unwrap_or(0)),
            waiting,
            kept: unsigned(kept),
            used: self.used(transaction)?,
            limit: self.limit,
            overflow,
            delivery: self.read_delivery(transaction)?,
            put_aside,
        })
    }

    /// How sending goes.
    ///
    /// # Errors
    ///
    /// When the spool cannot be read.
    pub fn delivery(&self) -> Result<Delivery, SpoolError> {
        self.write(Durability::Eventual, |transaction| self.read_delivery(transaction))
    }

    fn read_delivery(&self, transaction: &Transaction<'_>) -> Result<Delivery, SpoolError> {
        let query = "SELECT failures, not_before, problem, problem_since, acknowledged_at, heartbeat_at, unproven_since \
                     FROM delivery";
        let (delivery, problem) = self.sql(transaction.query_row(query, [], |row| {
            let delivery = Delivery {
                failures: unsigned(row.get(0)?),
                not_before: row.get(1)?,
                problem: None,
                problem_since: row.get(3)?,
                acknowledged_at: row.get(4)?,
                heartbeat_at: row.get(5)?,
                unproven_since: row.get(6)?,
            };
            Ok((delivery, row.get::<_, Option<String>>(2)?))
        }))?;
        let read = |text: &String| serde_json::from_str(text).map_err(|_| self.damaged("delivery"));
        Ok(Delivery { problem: problem.as_ref().map(read).transpose()?, ..delivery })
    }
}
