//! The tables of `trail.db`.

/// Marks a database as a trail: "aiTR".
pub(crate) const APPLICATION: i64 = 0x6169_5452;
/// The version of the tables.
pub(crate) const FORMAT: i64 = 1 + MIGRATIONS.len() as i64;

/// Each connection begins with these. FULL: a commit is on the disk before it returns.
pub(crate) const PRAGMAS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = ON;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
";

pub(crate) const TABLES: &str = "
    -- The log. The columns before `entry` repeat what is in it, for queries.
    CREATE TABLE entry (
        seq      INTEGER PRIMARY KEY,
        client   TEXT NOT NULL,
        epoch    TEXT NOT NULL,
        number   INTEGER NOT NULL,
        kind     TEXT NOT NULL,
        conflict INTEGER NOT NULL,
        entry    BLOB NOT NULL,
        leaf     BLOB NOT NULL
    ) STRICT;
    CREATE INDEX entry_number ON entry (client, epoch, number);
    -- Size and frontier of the tree over all entries.
    CREATE TABLE log (id INTEGER PRIMARY KEY CHECK (id = 1), size INTEGER NOT NULL, frontier BLOB NOT NULL) STRICT;
    INSERT INTO log VALUES (1, 0, x'');
    -- Whether a number that arrives again has the same content. Erasable.
    CREATE TABLE fingerprint (seq INTEGER PRIMARY KEY REFERENCES entry, fingerprint BLOB NOT NULL) STRICT;
    -- What has arrived (lost = 0), and what clients counted as dropped (lost = 1).
    CREATE TABLE received (
        client TEXT NOT NULL, epoch TEXT NOT NULL, lost INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
        PRIMARY KEY (client, epoch, lost, first)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE made (
        client TEXT NOT NULL, epoch TEXT NOT NULL, made INTEGER NOT NULL, closed INTEGER NOT NULL, PRIMARY KEY (client, epoch)
    ) STRICT, WITHOUT ROWID;
    -- Gaps that are open.
    CREATE TABLE gap (
        -- A client names its own gaps, so that its ids are only told apart from each other.
        client TEXT NOT NULL, epoch TEXT NOT NULL, id TEXT NOT NULL, cause TEXT NOT NULL,
        first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (client, epoch, id)
    ) STRICT, WITHOUT ROWID;
    -- Secrets of the collector itself.
    CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
";

/// What each version of the tables adds to the one before: the first makes 2 of 1.
pub(crate) const MIGRATIONS: &[&str] = &["
    -- Who may send and ask. Only the hash of a token is kept.
    CREATE TABLE token (
        id TEXT PRIMARY KEY, hash BLOB NOT NULL, role TEXT NOT NULL, name TEXT NOT NULL, client TEXT,
        created INTEGER NOT NULL, revoked INTEGER
    ) STRICT, WITHOUT ROWID;
    -- Checkpoints that clients hold, that bear our signature, and that the log does not continue.
    CREATE TABLE fork (size INTEGER NOT NULL, root BLOB NOT NULL, gap TEXT NOT NULL, PRIMARY KEY (size, root)) STRICT, WITHOUT ROWID;
    -- `configuration`: the commitment to the configuration that was recorded last.
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
", "
    -- Clients that an operator invited, retired or revoked. A client whose token was made by hand has no row.
    CREATE TABLE client (
        client TEXT PRIMARY KEY, person TEXT, joined INTEGER, retired INTEGER, revoked INTEGER
    ) STRICT, WITHOUT ROWID;
    -- One-time codes with which clients join. Only the hash of a code is kept.
    CREATE TABLE invitation (
        id TEXT PRIMARY KEY, hash BLOB NOT NULL, client TEXT NOT NULL, person TEXT, name TEXT NOT NULL,
        created INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER
    ) STRICT, WITHOUT ROWID;
    -- When an epoch of a client was heard of last.
    CREATE TABLE heard (
        client TEXT NOT NULL, epoch TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (client, epoch)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO heard SELECT client, epoch, max(json_extract(CAST(entry AS TEXT), '$.received')) FROM entry
        WHERE client <> 'collector' AND client NOT LIKE 'collector:%' GROUP BY client, epoch;
    -- All gaps that are open, as their entries say. The client is empty for a gap of the log itself.
    CREATE TABLE open_gap (
        client TEXT NOT NULL, id TEXT NOT NULL, cause TEXT NOT NULL, epoch TEXT, first INTEGER, last INTEGER,
        opened INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (client, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX open_gap_id ON open_gap (id);
    INSERT OR IGNORE INTO open_gap
        SELECT coalesce(fields ->> 'of', CASE client WHEN 'collector' THEN '' ELSE client END), fields ->> 'gap', fields ->> 'cause',
            coalesce(fields ->> 'of_epoch', CASE client WHEN 'collector' THEN NULL ELSE epoch END), fields ->> 'first',
            fields ->> 'last', received, seq
        FROM (SELECT seq, client, epoch, json_extract(CAST(entry AS TEXT), '$.fields') AS fields,
            json_extract(CAST(entry AS TEXT), '$.received') AS received
            FROM entry WHERE kind = 'gap.opened' AND conflict = 0 ORDER BY seq)
        WHERE fields ->> 'gap' NOT IN (
            SELECT json_extract(CAST(entry AS TEXT), '$.fields.gap') FROM entry WHERE kind = 'gap.closed');
", "
    -- Files that hold entries instead of the table `entry`: without holes from the first entry on.
    CREATE TABLE segment (
        first INTEGER PRIMARY KEY, last INTEGER NOT NULL, day INTEGER NOT NULL, bytes INTEGER NOT NULL, sha256 BLOB NOT NULL
    ) STRICT;
    -- Where the numbers of sealed entries are in the log. `places` has four bytes for each: the distance from the first entry of
    -- the segment. A row is about consecutive numbers, or about one number of which several conflicts came.
    CREATE TABLE sealed_number (
        client TEXT NOT NULL, epoch TEXT NOT NULL, conflict INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
        segment INTEGER NOT NULL, places BLOB NOT NULL, PRIMARY KEY (client, epoch, conflict, first, segment)
    ) STRICT;
    -- The first eight bytes of the fingerprints of 256 sealed entries each. Erasable, by zeros.
    CREATE TABLE sealed_fingerprint (chunk INTEGER PRIMARY KEY, fingerprints BLOB NOT NULL) STRICT;
", "
    -- When a client was heard of last, as the last gap of its silence says. Whoever closes that gap does not want it opened again.
    CREATE TABLE silence (client TEXT PRIMARY KEY, heard INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO silence SELECT client, max(at) FROM open_gap JOIN heard USING (client) WHERE cause = 'silent' GROUP BY client;
"];

/// Marks a database of names and bodies: "aiTK".
pub(crate) const KEYS_APPLICATION: i64 = 0x6169_544b;
/// The version of its tables.
pub(crate) const KEYS_FORMAT: i64 = 2;

/// The tables of `keys.db`. Every row in it may be erased.
pub(crate) const KEYS_TABLES: &str = "
    -- What random ids of repositories and paths stand for. Several texts may have one id.
    CREATE TABLE name (
        kind TEXT NOT NULL, scope TEXT NOT NULL, text TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (kind, scope, text)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX name_id ON name (id);
    -- What entries hold only the commitment of.
    CREATE TABLE body (
        commitment TEXT PRIMARY KEY, salt BLOB NOT NULL, received INTEGER NOT NULL, bytes BLOB NOT NULL
    ) STRICT;
    CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
";

/// What the second version of `keys.db` adds to the first.
pub(crate) const KEYS_ADDED: &str = "
    -- People: what they are called and known by, as JSON. Nothing else holds it.
    CREATE TABLE person (id TEXT PRIMARY KEY, imported INTEGER NOT NULL, details TEXT NOT NULL) STRICT, WITHOUT ROWID;
    -- Whose an address, login or account is: an HMAC under a key in `secret`.
    CREATE TABLE person_index (digest BLOB PRIMARY KEY, person TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX person_index_person ON person_index (person);
    -- Ids in entries that stand for what another id stands for: of people, repositories and paths.
    CREATE TABLE alias (id TEXT PRIMARY KEY, stands_for TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX alias_stands_for ON alias (stands_for);
";
