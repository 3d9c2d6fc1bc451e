//! `trail.yml`: who answers for the trail, where it stays, and its limits.

use std::path::{Path, PathBuf};

use ai_detect_trail_log::ids::Region;
use jiff::tz::TimeZone;
use serde::Deserialize;

/// The region of a trail whose configuration names none.
const REGION: &str = "local";
/// The name of its host, in the name of the log.
const HOST: &str = "localhost";
/// The time zone of a trail whose configuration names none.
const TIME_ZONE: &str = "UTC";

/// The configuration of a trail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Configuration {
    /// Who answers for the trail.
    pub owner: Option<String>,
    /// Who does if the owner is away.
    pub deputy: Option<String>,
    /// Where the entries must stay. Part of the log's name, so it never changes.
    pub region: Option<Region>,
    /// The host in the log's name.
    pub host: String,
    /// A command to run after a checkpoint is signed.
    pub after_checkpoint: Option<String>,
    /// The shortest time between two runs of the command, in seconds.
    pub after_checkpoint_seconds: u64,
    /// A command to run after entries were sealed into files.
    pub after_seal: Option<String>,
    /// The time zone in which days and quarters of figures begin, by its IANA name.
    pub time_zone: String,
    /// After how many hours a client counts as silent that has not signed off.
    pub silent_after_hours: u32,
    /// After how many days entries go from the database into files that never change again.
    pub seal_after_days: u32,
    /// How much the collector takes at once.
    pub limits: Limits,
}

/// How much the collector takes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Connections.
    pub connections: usize,
    /// Requests of one token at a time.
    pub requests_per_token: usize,
    /// Events of one batch.
    pub events: usize,
    /// Codes from one address with which nobody could join, in a minute.
    pub failed_joins: usize,
    /// Bytes of a request's body as it is sent.
    pub body_bytes: usize,
    /// Bytes of a body that was compressed.
    pub unpacked_bytes: usize,
    /// Bytes of all bodies that are worked on.
    pub memory_bytes: usize,
    /// Bytes of the disk that are set aside for entries about access.
    pub reserve_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            requests_per_token: 16,
            events: 5_000,
            failed_joins: 20,
            body_bytes: 4 << 20,
            unpacked_bytes: 16 << 20,
            memory_bytes: 64 << 20,
            reserve_bytes: 64 << 20,
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It says something that a configuration cannot say.
    #[error("{}: {source}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What.
        source: serde_yaml::Error,
    },
    /// A number is too small to work with.
    #[error("{}: `{name}` must be at least {least}", path.display())]
    Limit {
        /// The file.
        path: PathBuf,
        /// The limit.
        name: &'static str,
        /// The least.
        least: usize,
    },
    /// This machine does not know the time zone.
    #[error("{}: `time_zone` is `{found}`, which is no time zone that this machine knows: write it as in Europe/Berlin", path.display())]
    TimeZone {
        /// The file.
        path: PathBuf,
        /// What it says.
        found: String,
    },
    /// A default of this program is not valid.
    #[error("the default region is not a region")]
    Default,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            owner: None,
            deputy: None,
            region: None,
            host: HOST.to_owned(),
            after_checkpoint: None,
            after_checkpoint_seconds: 60,
            after_seal: None,
            time_zone: TIME_ZONE.to_owned(),
            silent_after_hours: 14 * 24,
            seal_after_days: 30,
            limits: Limits::default(),
        }
    }
}

/// What a new folder gets.
pub const NEW: &str = "\
# The configuration of this trail. Each change is recorded in the log when the collector starts.

# Who answers for the trail, and who does if they are away.
# owner: name or address
# deputy: name or address

# Where its entries must stay, and the host in its name. Both are part of the log's name: they cannot change later.
region: local
host: localhost

# A command to run after a checkpoint is signed, at most once in so many seconds.
# It gets the checkpoint on standard input, and runs in this folder.
# after_checkpoint: cp log/checkpoint /mnt/elsewhere/
# after_checkpoint_seconds: 60

# After how many hours a client counts as silent that was not heard of and has not signed off.
# silent_after_hours: 336

# After how many days entries go from the database into files, segments/…, that never change again.
# seal_after_days: 30

# A command to run after entries went into files. It gets the names of the new files on standard input, one a line.
# after_seal: rclone copy --immutable segments bucket:trail/segments

# Where days and quarters of figures begin.
# time_zone: Europe/Berlin
";

impl Configuration {
    /// After how many microseconds a client counts as silent.
    pub fn patience(&self) -> u64 {
        u64::from(self.silent_after_hours) * 3_600_000_000
    }

    /// The region in which the entries must stay.
    ///
    /// # Errors
    ///
    /// Never: the default is a region.
    pub fn region(&self) -> Result<Region, ConfigurationError> {
        match &self.region {
            Some(region) => Ok(region.clone()),
            None => Region::parse(REGION).map_err(|_| ConfigurationError::Default),
        }
    }

    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// When it is not one.
    pub fn read(path: &Path, text: &str) -> Result<Self, ConfigurationError> {
        let content = |source| ConfigurationError::Content { path: path.to_owned(), source };
        // A file of comments alone says nothing.
        let read: Option<Self> = serde_yaml::from_str(text).map_err(content)?;
        let configuration = read.unwrap_or_default();
        if TimeZone::get(&configuration.time_zone).is_err() {
            return Err(ConfigurationError::TimeZone { path: path.to_owned(), found: configuration.time_zone });
        }
        let limits = configuration.limits;
        for (name, value, least) in [
            // Entries of today and of clocks that differ a little stay where they are.
            ("seal_after_days", configuration.seal_after_days as usize, 1),
            ("limits.connections", limits.connections, 1),
            ("limits.requests_per_token", limits.requests_per_token, 1),
            ("limits.events", limits.events, 1),
            ("limits.failed_joins", limits.failed_joins, 1),
            ("limits.body_bytes", limits.body_bytes, 1024),
            ("limits.unpacked_bytes", limits.unpacked_bytes, 1024),
            // The largest body as it came, unpacked, and what is made of it.
            ("limits.memory_bytes", limits.memory_bytes, limits.body_bytes + 3 * limits.unpacked_bytes),
        ] {
            if value < least {
                return Err(ConfigurationError::Limit { path: path.to_owned(), name, least });
            }
        }
        Ok(configuration)
    }
}
