//! Secrets that are shown once: some bytes that name them, and some that are secret. The folder keeps the SHA-256 of the secret bytes
//! alone; nothing slower is needed for random ones.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::error::StoreError;
use crate::folder::random;

/// The bytes of a hash.
pub(crate) type Hash = [u8; 32];

/// A new secret.
pub(crate) struct NewSecret<const ID: usize> {
    /// The bytes that name it.
    pub(crate) id: [u8; ID],
    /// The hash of those that are secret.
    pub(crate) hash: Hash,
    /// The text that is shown once.
    pub(crate) text: String,
}

/// Makes a secret of random bytes, whose text begins with a prefix.
pub(crate) fn make<const ID: usize, const SECRET: usize>(prefix: &str) -> Result<NewSecret<ID>, StoreError> {
    let (id, secret): ([u8; ID], [u8; SECRET]) = (random()?, random()?);
    let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode([id.as_slice(), &secret].concat()));
    Ok(NewSecret { id, hash: Sha256::digest(secret).into(), text })
}

/// The name of a secret and the hash of its secret bytes, if the text has the form of one.
pub(crate) fn parse<const ID: usize, const SECRET: usize>(prefix: &str, text: &str) -> Option<([u8; ID], Hash)> {
    let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(prefix)?).ok()?;
    let (id, secret) = bytes.split_first_chunk::<ID>()?;
    (secret.len() == SECRET).then(|| (*id, Sha256::digest(secret).into()))
}

/// Compares hashes in a time that does not depend on where they differ.
pub(crate) fn is_same(stored: &[u8], found: &Hash) -> bool {
    stored.ct_eq(found).into()
}
