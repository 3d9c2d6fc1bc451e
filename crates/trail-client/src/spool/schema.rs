//! The tables of a spool.

/// Marks a database as a spool: "aiSP".
pub(crate) const APPLICATION: i64 = 0x6169_5350;
/// The version of the tables.
pub(crate) const FORMAT: i64 = 1;

/// Before the first table is made. A commit writes each page that it changes, so small pages make it cheap.
pub(super) const FILE: &str = "
    PRAGMA page_size = 1024;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
";

/// Each connection begins with these. A commit is not on the disk when it returns: a tool must not wait for that. What brings
/// it there is [`DURABLE`].
pub(super) const PRAGMAS: &str = "
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
";

/// The next commit is on the disk when it returns, and with it all that was committed before: the log of SQLite is
/// one file, and is synced as a whole.
pub(super) const DURABLE: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
";

pub(super) const TABLES: &str = "
    -- Times in which numbers have no holes. The last one is in use, unless it has ended.
    CREATE TABLE epoch (
        id           INTEGER PRIMARY KEY,
        epoch        TEXT NOT NULL UNIQUE,
        boot         TEXT NOT NULL,
        -- Who sends it: bound when its first batch is.
        client       TEXT,
        -- The highest number that was given.
        made         INTEGER NOT NULL,
        -- The highest number that may have been sent. On the disk before anything is sent.
        sent         INTEGER NOT NULL,
        -- The collector has everything up to here.
        acknowledged INTEGER NOT NULL,
        ended        INTEGER NOT NULL,
        -- Ask the collector what it lacks: it was rolled back.
        recheck      INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE event (
        epoch  INTEGER NOT NULL REFERENCES epoch,
        number INTEGER NOT NULL,
        -- 0 light, 1 detailed, 2 lasting, 3 the record of what was dropped
        class  INTEGER NOT NULL,
        kind   TEXT NOT NULL,
        time   INTEGER NOT NULL,
        fields TEXT NOT NULL,
        -- When the collector acknowledged it. It is kept for a while, for a collector that loses it again.
        acknowledged_at INTEGER,
        PRIMARY KEY (epoch, number)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX event_waiting ON event (class, epoch, number) WHERE acknowledged_at IS NULL;
    CREATE INDEX event_kept ON event (acknowledged_at) WHERE acknowledged_at IS NOT NULL;
    -- What was dropped for want of room, by the record that counts it.
    CREATE TABLE overflow (
        epoch  INTEGER NOT NULL REFERENCES epoch,
        number INTEGER NOT NULL,
        gap    TEXT NOT NULL,
        first  INTEGER NOT NULL,
        events INTEGER NOT NULL,
        since  INTEGER NOT NULL,
        until  INTEGER NOT NULL,
        PRIMARY KEY (epoch, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE delivery (
        id              INTEGER PRIMARY KEY CHECK (id = 1),
        -- How many markers were written: each marker changes a page, so that there is something to sync.
        markers         INTEGER NOT NULL,
        started         INTEGER NOT NULL,
        not_before      INTEGER NOT NULL,
        failures        INTEGER NOT NULL,
        problem         TEXT,
        problem_since   INTEGER,
        acknowledged_at INTEGER,
        heartbeat_at    INTEGER NOT NULL,
        unproven_since  INTEGER
    ) STRICT;
    INSERT INTO delivery VALUES (1, 0, 0, 0, 0, NULL, NULL, NULL, 0, NULL);
";
