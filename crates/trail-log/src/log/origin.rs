//! The name of a log, which no other log has: host, region and instance.

use std::fmt;

use super::key::{InvalidKey, KeyName};
use crate::ids::{Region, Word};

/// The name of one log: `HOST/trail/REGION/INSTANCE`. It is the origin of its checkpoints and the name of its key.
///
/// The region is part of it, so that no checkpoint of one region passes for another's. A log that is restored from a backup
/// gets a new instance: it may lack entries that the old one had signed for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    name: KeyName,
    region: Region,
}

/// Why a text is not the name of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOrigin {
    /// It cannot stand in a checkpoint.
    #[error(transparent)]
    Name(#[from] InvalidKey),
    /// Its parts are not there.
    #[error("the name of a trail is HOST/trail/REGION/INSTANCE")]
    Form,
}

impl Origin {
    /// The name of a log at a host, in a region.
    ///
    /// # Errors
    ///
    /// When the host cannot stand in the name.
    pub fn new(host: &str, region: Region, instance: &Word) -> Result<Self, InvalidOrigin> {
        if host.is_empty() || host.starts_with('/') || host.ends_with('/') {
            return Err(InvalidOrigin::Form);
        }
        let name = KeyName::new(&format!("{host}/trail/{region}/{instance}"))?;
        Ok(Self { name, region })
    }

    /// Reads the name of a log.
    ///
    /// # Errors
    ///
    /// When it has not all of its parts.
    pub fn parse(text: &str) -> Result<Self, InvalidOrigin> {
        let parts: Vec<&str> = text.rsplitn(4, '/').collect();
        let [instance, region, "trail", host] = parts.as_slice() else { return Err(InvalidOrigin::Form) };
        let instance = Word::parse(instance).map_err(|_| InvalidOrigin::Form)?;
        let region = Region::parse(region).map_err(|_| InvalidOrigin::Form)?;
        Self::new(host, region, &instance)
    }

    /// The whole name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The region whose entries the log holds.
    pub fn region(&self) -> &Region {
        &self.region
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)
    }
}
