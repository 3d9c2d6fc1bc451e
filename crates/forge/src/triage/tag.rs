//! The tag over the state of decisions: an HMAC where there is a secret, a checksum where there is none.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// Shorter secrets can be guessed from a tag that everybody sees.
const MIN_SECRET: usize = 16;

/// A secret that only runs of the project's own jobs have.
#[derive(Clone)]
pub struct StateKey(Hmac<Sha256>);

impl fmt::Debug for StateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StateKey(..)")
    }
}

/// A secret that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret for the state of decisions has fewer than {MIN_SECRET} bytes")]
pub struct WeakKey;

impl StateKey {
    /// A key from a secret; white space at its ends does not count.
    ///
    /// # Errors
    /// Where it is too short to be one.
    pub fn new(secret: &str) -> Result<Self, WeakKey> {
        let secret = secret.trim();
        if secret.len() < MIN_SECRET {
            return Err(WeakKey);
        }
        // HMAC takes a key of any length.
        Hmac::new_from_slice(secret.as_bytes()).map(StateKey).map_err(|_| WeakKey)
    }

    /// The tag of a text, in hexadecimal. The domain keeps tags of other things from fitting.
    pub(super) fn tag(&self, domain: &str, text: &str) -> String {
        hex::encode(self.mac(domain, text).finalize().into_bytes())
    }

    /// Whether a tag is the one of a text. Its time does not depend on where the two differ.
    pub(super) fn has_made(&self, tag: &str, domain: &str, text: &str) -> bool {
        // One tag has one spelling.
        let is_lower = !tag.contains(|c: char| c.is_ascii_uppercase());
        is_lower && hex::decode(tag).is_ok_and(|tag| self.mac(domain, text).verify_slice(&tag).is_ok())
    }

    fn mac(&self, domain: &str, text: &str) -> Hmac<Sha256> {
        self.0.clone().chain_update(domain).chain_update(text)
    }
}

/// What notices damage, and no intent.
pub(super) fn checksum(domain: &str, text: &str) -> String {
    hex::encode(Sha256::new().chain_update(domain).chain_update(text).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_is_hmac_sha_256() {
        // RFC 4231, test case 6: its key is longer than a block.
        let key = StateKey(Hmac::new_from_slice(&[0xaa; 131]).unwrap());
        let tag = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54";
        let (start, end) = ("Test Using Larger Than Block-Size Key", " - Hash Key First");
        assert_eq!(key.tag(start, end), tag);
        assert!(key.has_made(tag, start, end));
        for other in ["", "60e4", &tag.to_uppercase(), &tag.replace('6', "7"), &format!("{tag}00")] {
            assert!(!key.has_made(other, start, end), "{other}");
        }
    }

    #[test]
    fn a_short_secret_is_none() {
        assert!(StateKey::new(" short ").is_err());
        assert_eq!(format!("{:?}", StateKey::new("a secret of enough bytes").unwrap()), "StateKey(..)");
    }
}
