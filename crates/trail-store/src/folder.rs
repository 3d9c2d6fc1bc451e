//! Making a folder, opening one, and refusing what is not ours.

use std::fs;
use std::path::{Path, PathBuf};

use ai_detect_trail_log::commitment::FingerprintKey;
use ai_detect_trail_log::ids::Region;
use ai_detect_trail_log::log::key::{KeyName, SigningKey, VerifierKey};
use ai_detect_trail_log::log::origin::Origin;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::{Damage, StoreError};
use crate::files;
use crate::schema::{APPLICATION, FORMAT, MIGRATIONS, PRAGMAS, TABLES};

/// The name of the configuration, which may be there before the trail.
pub const CONFIGURATION: &str = "trail.yml";

/// A file that is there while the folder is made, so that a start that was killed can be told from a folder of somebody else.
const UNFINISHED: &str = "unfinished";
/// What is in a folder that was not finished: nothing of it was used yet.
const BEGUN: [&str; 8] = [
    "log/key",
    "log/key.new",
    "signing.key",
    "signing.new",
    "trail.db",
    "trail.db-journal",
    "trail.db-wal",
    "trail.db-shm",
];

/// How long a connection waits for another process, in milliseconds.
pub(crate) const PATIENCE: u64 = 10_000;

/// A folder with a trail in it.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    name: KeyName,
}

impl Folder {
    /// Makes a new trail in a folder that does not exist, or holds nothing but a configuration. What a process began that was killed is
    /// made anew.
    ///
    /// # Errors
    ///
    /// When something is in the folder, and when it cannot be written.
    pub fn create(path: &Path, origin: &Origin) -> Result<Self, StoreError> {
        files::make_folder(path)?;
        let unfinished = path.join(UNFINISHED);
        if !unfinished.exists() {
            for found in fs::read_dir(path).map_err(StoreError::file(path))? {
                let name = found.map_err(StoreError::file(path))?.file_name();
                if name != CONFIGURATION && name != UNFINISHED {
                    return Err(StoreError::NotOurs(path.to_owned()));
                }
            }
        }
        let failed = StoreError::file(&unfinished);
        // Another process may be at it. Whoever comes second waits, and finds the folder finished.
        let marker = files::create(&unfinished).map_err(&failed)?;
        marker.lock().map_err(&failed)?;
        if path.join("trail.db").is_file() && is_finished(path)? {
            return Self::open(path);
        }
        files::sync_folder(path)?;
        for begun in BEGUN {
            remove(&path.join(begun))?;
        }
        #[cfg(unix)]
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))
            .map_err(StoreError::file(path))?;
        let folder = Self { path: path.to_owned(), name: origin.name().clone() };
        files::make_folder(&folder.path.join("log"))?;
        let key = SigningKey::new(folder.name.clone(), &random()?);
        files::replace(&folder.key_file(), format!("{}\n", key.verifier().to_text()).as_bytes())?;
        files::replace(&folder.secret_file(), format!("{}\n", key.to_text()).as_bytes())?;
        let database = folder.database();
        let failed = StoreError::database(&database);
        let mut connection = Connection::open(&database).map_err(&failed)?;
        connection.execute_batch(PRAGMAS).map_err(&failed)?;
        let transaction = connection.transaction().map_err(&failed)?;
        transaction.execute_batch(TABLES).map_err(&failed)?;
        for added in MIGRATIONS {
            transaction.execute_batch(added).map_err(&failed)?;
        }
        let secret: [u8; 32] = random()?;
        transaction.execute("INSERT INTO secret VALUES ('fingerprints', ?1)", [secret.as_slice()]).map_err(&failed)?;
        transaction.pragma_update(None, "application_id", APPLICATION).map_err(&failed)?;
        // Last: a folder without it was not finished.
        transaction.pragma_update(None, "user_version", FORMAT).map_err(&failed)?;
        transaction.commit().map_err(&failed)?;
        files::sync_folder(&folder.path.join("log"))?;
        drop(connection);
        files::sync_folder(path)?;
        remove(&unfinished)?;
        files::sync_folder(path)?;
        Ok(folder)
    }

    /// Opens a trail.
    ///
    /// # Errors
    ///
    /// When there is none, or one of a newer version.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let database = path.join("trail.db");
        if !database.is_file() {
            return Err(StoreError::NoTrail(path.to_owned()));
        }
        let failed = StoreError::database(&database);
        let mut connection =
            Connection::open_with_flags(&database, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(&failed)?;
        connection.busy_timeout(std::time::Duration::from_millis(PATIENCE)).map_err(&failed)?;
        if pragma(&connection, "application_id").map_err(&failed)? != APPLICATION {
            let is_ours = path.join(UNFINISHED).exists();
            return Err(if is_ours { StoreError::NoTrail } else { StoreError::NotOurs }(path.to_owned()));
        }
        // Its maker was killed after the last step.
        remove(&path.join(UNFINISHED))?;
        let found = pragma(&connection, "user_version").map_err(&failed)?;
        if found > FORMAT {
            return Err(StoreError::Newer { path: path.to_owned(), found, known: FORMAT });
        }
        if found < FORMAT {
            migrate(&mut connection).map_err(&failed)?;
        }
        let key = verifier_in(&path.join("log/key"))?;
        Ok(Self { path: path.to_owned(), name: key.name().clone() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The region in its name.
    ///
    /// # Errors
    ///
    /// When the name of the key is not that of a trail.
    pub fn region(&self) -> Result<Region, StoreError> {
        let origin = Origin::parse(self.name.as_str());
        origin.map(|origin| origin.region().clone()).map_err(|_| self.damaged(Damage::Value { table: "log/key" }))
    }

    /// The public key.
    ///
    /// # Errors
    ///
    /// When its file cannot be read.
    pub fn verifier(&self) -> Result<VerifierKey, StoreError> {
        verifier_in(&self.key_file())
    }

    pub(crate) fn signing_key(&self) -> Result<SigningKey, StoreError> {
        let path = self.secret_file();
        let text = fs::read_to_string(&path).map_err(StoreError::file(&path))?;
        SigningKey::from_text(text.trim_end()).map_err(|source| StoreError::Key { path, source })
    }

    pub(crate) fn fingerprint_key(&self, connection: &Connection) -> Result<FingerprintKey, StoreError> {
        let query = "SELECT value FROM secret WHERE name = 'fingerprints'";
        let value: Vec<u8> =
            connection.query_row(query, [], |row| row.get(0)).map_err(StoreError::database(&self.database()))?;
        let bytes = value.try_into().map_err(|_| self.damaged(Damage::Value { table: "secret" }))?;
        Ok(FingerprintKey::from_random(bytes))
    }

    /// A connection of its own.
    pub(crate) fn connect(&self) -> Result<Connection, StoreError> {
        let database = self.database();
        let failed = StoreError::database(&database);
        let connection = Connection::open_with_flags(&database, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(&failed)?;
        connection.busy_timeout(std::time::Duration::from_millis(PATIENCE)).map_err(&failed)?;
        connection.execute_batch(PRAGMAS).map_err(&failed)?;
        Ok(connection)
    }

    /// A connection that sees the database as it is now, whatever others write.
    pub(crate) fn connect_to_read(&self) -> Result<Connection, StoreError> {
        let connection = self.connect()?;
        connection.execute_batch("BEGIN").map_err(StoreError::database(&self.database()))?;
        Ok(connection)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path.join("trail.db")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.path.join("keys.db")
    }

    /// The name of the log: the origin of its checkpoints.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    pub(crate) fn log_file(&self, name: &str) -> PathBuf {
        self.path.join("log").join(name)
    }

    pub(crate) fn damaged(&self, problem: Damage) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), problem }
    }

    fn key_file(&self) -> PathBuf {
        self.log_file("key")
    }

    fn secret_file(&self) -> PathBuf {
        self.path.join("signing.key")
    }
}

/// Removes a file, if it is there.
fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StoreError::file(path)(error)),
        _ => Ok(()),
    }
}

/// Whether the last step of making a folder was done. Only asked of a folder that is ours.
fn is_finished(path: &Path) -> Result<bool, StoreError> {
    let database = path.join("trail.db");
    let failed = StoreError::database(&database);
    let connection = Connection::open_with_flags(&database, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(&failed)?;
    connection.busy_timeout(std::time::Duration::from_millis(PATIENCE)).map_err(&failed)?;
    Ok(pragma(&connection, "application_id").map_err(&failed)? == APPLICATION)
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

/// Brings the tables of an older version to this one's.
fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Read again under the lock: another process may have been faster.
    let found = pragma(&transaction, "user_version")?;
    for (version, added) in (2..).zip(MIGRATIONS) {
        if found < version {
            transaction.execute_batch(added)?;
        }
    }
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}

fn verifier_in(path: &Path) -> Result<VerifierKey, StoreError> {
    let text = fs::read_to_string(path).map_err(StoreError::file(path))?;
    VerifierKey::from_text(text.trim_end()).map_err(|source| StoreError::Key { path: path.to_owned(), source })
}

/// Random bytes of the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::Random)?;
    Ok(bytes)
}

/// 16 random bytes, for a random id.
///
/// # Errors
///
/// When the system has no random bytes.
pub fn random_id() -> Result<[u8; 16], StoreError> {
    random()
}

/// 16 random bytes as hexadecimal digits, for names that nothing else may have.
///
/// # Errors
///
/// When the system has no random bytes.
pub fn random_word() -> Result<String, StoreError> {
    Ok(random_id()?.iter().map(|byte| format!("{byte:02x}")).collect())
}
