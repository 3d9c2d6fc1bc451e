//! Commitments: what an entry holds instead of a text, and what can be forgotten with its salt.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// 32 random bytes, one set for each body. They lie beside the body's key, and are erased with it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// A salt of random bytes.
    pub const fn from_random(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

/// `SHA-256(salt ‖ body)`: it shows that a body is the one that was recorded, and without the salt it says nothing about it.
///
/// A bare digest would not do: a short prompt can be guessed from it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Commitment([u8; 32]);

/// The text is not a commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a commitment is 64 digits of 0-9 a-f")]
pub struct InvalidCommitment;

impl Commitment {
    /// The commitment to a body.
    pub fn of(salt: &Salt, body: &[u8]) -> Self {
        Self(Sha256::new().chain_update(salt.0).chain_update(body).finalize().into())
    }

    /// Reads one.
    ///
    /// # Errors
    ///
    /// When the text is not 64 hexadecimal digits in lower case.
    pub fn parse(text: &str) -> Result<Self, InvalidCommitment> {
        let mut bytes = [0; 32];
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(InvalidCommitment);
        }
        hex::decode_to_slice(text, &mut bytes).map_err(|_| InvalidCommitment)?;
        Ok(Self(bytes))
    }

    /// Whether the body is the one that was recorded.
    pub fn holds(&self, salt: &Salt, body: &[u8]) -> bool {
        *self == Self::of(salt, body)
    }
}

impl TryFrom<String> for Commitment {
    type Error = InvalidCommitment;

    fn try_from(text: String) -> Result<Self, InvalidCommitment> {
        Self::parse(&text)
    }
}

impl fmt::Display for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Commitment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The key of a collector's fingerprints. It never leaves the collector.
pub struct FingerprintKey([u8; 32]);

impl FingerprintKey {
    /// A key of random bytes.
    pub const fn from_random(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// Tells whether an event that arrives again has the same content: `HMAC-SHA-256(key, bytes as they were sent)`.
///
/// It stands in an erasable row beside the entry. The entry itself cannot tell: its salts and its time of receipt are new each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of what a client sent.
    pub fn of(key: &FingerprintKey, sent: &[u8]) -> Self {
        // The key has the size of the hash's block or less, so it is used as it is.
        let mut block = [0_u8; 64];
        for (place, byte) in block.iter_mut().zip(key.0) {
            *place = byte;
        }
        let mac = <Hmac<Sha256>>::new(&block.into()).chain_update(sent);
        Self(mac.finalize().into_bytes().into())
    }

    /// A fingerprint that was stored.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, to be stored.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_body_under_two_salts_looks_unrelated() {
        let (one, two) = (Salt::from_random([1; 32]), Salt::from_random([2; 32]));
        let commitment = Commitment::of(&one, b"fix the bug");
        assert!(commitment.holds(&one, b"fix the bug"));
        assert!(!commitment.holds(&one, b"fix the bug."));
        assert!(!commitment.holds(&two, b"fix the bug"));
        assert_eq!(Commitment::parse(&commitment.to_string()), Ok(commitment));
        assert_eq!(Commitment::parse("ab"), Err(InvalidCommitment));
    }

    #[test]
    fn fingerprints_are_hmac_sha256() {
        // RFC 4231, test case 2, whose key is shorter than ours and is padded with zeros as HMAC pads it.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let found = Fingerprint::of(&FingerprintKey::from_random(key), b"what do ya want for nothing?");
        assert_eq!(hex::encode(found.as_bytes()), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
