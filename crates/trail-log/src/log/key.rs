//! Keys of signed notes (C2SP signed-note): their names, ids and texts. Ed25519 alone.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::Signer as _;
use sha2::{Digest as _, Sha256};

/// The byte that stands for Ed25519 in ids and texts of keys.
const ED25519: u8 = 1;

/// Why a text is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// Names stand between spaces, and before a plus.
    #[error("the name of a key is not empty, and has no spaces, control characters or plus signs")]
    Name,
    /// It has not the form of a key.
    #[error("a verifier key is NAME+ID+BASE64, with an id of eight hexadecimal digits")]
    Form,
    /// It is a key of another kind.
    #[error("the key is of type {0}: only Ed25519 (type 1) is known here")]
    Type(u8),
    /// The id is not that of the name and the key.
    #[error("the id of the key is not that of its name and its bytes: one of the three was changed")]
    Id,
    /// The bytes are no key.
    #[error("the bytes are not an Ed25519 key")]
    Bytes,
}

/// The name of a key: for the log's own key, the origin of the log.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct KeyName(String);

impl KeyName {
    /// A name that can stand in a note.
    ///
    /// # Errors
    ///
    /// When it is empty or has spaces, control characters or plus signs.
    pub fn new(name: &str) -> Result<Self, InvalidKey> {
        let barred = |c: char| c.is_whitespace() || c.is_control() || c == '+';
        if name.is_empty() || name.chars().any(barred) { Err(InvalidKey::Name) } else { Ok(Self(name.to_owned())) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of a key: a short hash over its name and bytes, which tells keys of one name apart and proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub u32);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// A public key with its name, which decides whether a note is signed by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifierKey {
    /// A public key with a name.
    ///
    /// # Errors
    ///
    /// When the bytes are not a public key of Ed25519.
    pub fn new(name: KeyName, bytes: &[u8; 32]) -> Result<Self, InvalidKey> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| InvalidKey::Bytes)?;
        Ok(Self { id: id_of(&name, bytes), name, key })
    }

    /// Reads a verifier key, as [`Self::to_text`] writes it.
    ///
    /// # Errors
    ///
    /// When the text is not a verifier key, is of another type, or has an id that is not its own.
    pub fn from_text(text: &str) -> Result<Self, InvalidKey> {
        let (name, bytes, id) = parts_of(text)?;
        let key = Self::new(name, &bytes)?;
        if key.id == id { Ok(key) } else { Err(InvalidKey::Id) }
    }

    /// The text that people exchange: `NAME+ID+BASE64`.
    pub fn to_text(&self) -> String {
        format!("{}+{:08x}+{}", self.name, self.id.0, encoded(self.key.as_bytes()))
    }

    /// Its name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// Its id.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Whether the signature is one of this key over the text.
    pub(super) fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        // Strict: a signature has one form, and weak keys sign nothing.
        ed25519_dalek::Signature::from_slice(signature).is_ok_and(|it| self.key.verify_strict(text, &it).is_ok())
    }
}

/// A private key with its name. Its bytes are wiped from memory when it is dropped.
pub struct SigningKey {
    name: KeyName,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// A key from 32 random bytes.
    pub fn new(name: KeyName, seed: &[u8; 32]) -> Self {
        Self { name, key: ed25519_dalek::SigningKey::from_bytes(seed) }
    }

    /// Reads a private key, as [`Self::to_text`] writes it.
    ///
    /// # Errors
    ///
    /// When the text is not a private key, is of another type, or has an id that is not its own.
    pub fn from_text(text: &str) -> Result<Self, InvalidKey> {
        let (name, bytes, id) = parts_of(text.strip_prefix("PRIVATE+KEY+").ok_or(InvalidKey::Form)?)?;
        let key = Self::new(name, &bytes);
        if key.id() == id { Ok(key) } else { Err(InvalidKey::Id) }
    }

    /// The text to be kept in a file that nobody else can read: the form that Go's tools for notes use.
    pub fn to_text(&self) -> String {
        format!("PRIVATE+KEY+{}+{:08x}+{}", self.name, self.id().0, encoded(self.key.as_bytes()))
    }

    /// Its name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id of the public key.
    pub fn id(&self) -> KeyId {
        id_of(&self.name, self.key.verifying_key().as_bytes())
    }

    /// The public key.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), id: self.id(), key: self.key.verifying_key() }
    }

    pub(super) fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.key.sign(text).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("name", &self.name).finish_non_exhaustive()
    }
}

fn encoded(bytes: &[u8; 32]) -> String {
    let mut typed = vec![ED25519];
    typed.extend(bytes);
    BASE64_STANDARD.encode(typed)
}

fn id_of(name: &KeyName, public: &[u8; 32]) -> KeyId {
    let hash = Sha256::new().chain_update(name.as_str()).chain_update([b'\n', ED25519]).chain_update(public).finalize();
    let [a, b, c, d, ..]: [u8; 32] = hash.into();
    KeyId(u32::from_be_bytes([a, b, c, d]))
}

/// Name, key and id of `NAME+ID+BASE64`.
fn parts_of(text: &str) -> Result<(KeyName, [u8; 32], KeyId), InvalidKey> {
    // A plus is in the alphabet of base64, and not in names.
    let (name, rest) = text.split_once('+').ok_or(InvalidKey::Form)?;
    let (id, key) = rest.split_once('+').ok_or(InvalidKey::Form)?;
    let mut id_bytes = [0; 4];
    let lower_case = !id.bytes().any(|byte| byte.is_ascii_uppercase());
    if !lower_case || hex::decode_to_slice(id, &mut id_bytes).is_err() {
        return Err(InvalidKey::Form);
    }
    let key = BASE64_STANDARD.decode(key).map_err(|_| InvalidKey::Form)?;
    match key.as_slice() {
        [ED25519, bytes @ ..] => {
            let bytes = bytes.try_into().map_err(|_| InvalidKey::Bytes)?;
            Ok((KeyName::new(name)?, bytes, KeyId(u32::from_be_bytes(id_bytes))))
        }
        [other, ..] => Err(InvalidKey::Type(*other)),
        [] => Err(InvalidKey::Form),
    }
}
