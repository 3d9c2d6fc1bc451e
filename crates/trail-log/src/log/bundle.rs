//! Bundles of entries (C2SP tlog-tiles, "Log entries"): up to 256 entries in one file, each behind its length.

use super::tile::TILE_WIDTH;

/// The most bytes that an entry can have: its length takes two bytes.
pub const MAX_BUNDLED: usize = u16::MAX as usize;

/// Why entries are no bundle, or bytes are not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBundle {
    /// An entry is too long to be bundled.
    #[error("an entry of {bytes} bytes is longer than {MAX_BUNDLED}")]
    EntryTooLong {
        /// Its length.
        bytes: usize,
    },
    /// A length is followed by fewer bytes than it says, or by half a length.
    #[error("the bundle ends within entry {entry}")]
    CutOff {
        /// Its place in the bundle, from 0.
        entry: usize,
    },
    /// A bundle holds no more than a tile.
    #[error("a bundle holds at most {TILE_WIDTH} entries")]
    TooMany,
}

/// The bytes of a bundle of these entries.
///
/// # Errors
///
/// When an entry is longer than 65,535 bytes, or there are more than 256.
pub fn encode<T: AsRef<[u8]>>(entries: &[T]) -> Result<Vec<u8>, InvalidBundle> {
    if entries.len() as u64 > TILE_WIDTH {
        return Err(InvalidBundle::TooMany);
    }
    let mut bytes = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| InvalidBundle::EntryTooLong { bytes: entry.len() })?;
        bytes.extend(length.to_be_bytes());
        bytes.extend(entry);
    }
    Ok(bytes)
}

/// The entries of a bundle.
///
/// # Errors
///
/// When the bytes end within an entry, or hold more than 256.
pub fn decode(bytes: &[u8]) -> Result<Vec<&[u8]>, InvalidBundle> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let cut_off = InvalidBundle::CutOff { entry: entries.len() };
        let (length, after) = rest.split_first_chunk::<2>().ok_or(cut_off)?;
        let (entry, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(cut_off)?;
        if entries.len() as u64 == TILE_WIDTH {
            return Err(InvalidBundle::TooMany);
        }
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}
