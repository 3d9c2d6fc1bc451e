//! Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::key::{KeyId, KeyName, SigningKey, VerifierKey};

/// The longest note that is read: nobody needs more, and a stranger may send it.
pub const MAX_NOTE: usize = 1024 * 1024;
/// How many signatures of a note are read.
pub const MAX_SIGNATURES: usize = 100;

/// Why bytes are not a note that can be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNote {
    /// It has not the form of a note.
    #[error("not a signed note: {0}")]
    Form(Form),
    /// A key that is known did not make the signature that stands under its name.
    #[error("the signature of {0} does not hold: the text or the signature was changed")]
    Signature(KeyName),
    /// Nobody known signed it.
    #[error("none of the known keys signed it")]
    Unsigned,
}

/// What a signed note lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Form {
    /// It is too long.
    #[error("longer than {MAX_NOTE} bytes")]
    TooLong,
    /// It is not text.
    #[error("not UTF-8, or with control characters")]
    Text,
    /// Nothing tells the text from the signatures.
    #[error("no empty line before the signatures")]
    NoSignatures,
    /// A line is not a signature.
    #[error("a line after the empty one is not a signature")]
    Signature,
    /// There are more than anybody needs.
    #[error("more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// The text to be signed does not end with a line, or is empty.
    #[error("the text does not end with a newline")]
    Unterminated,
}

/// A note whose signatures hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What was signed, with its last newline.
    pub text: String,
    /// The known keys that signed it.
    pub signers: Vec<(KeyName, KeyId)>,
}

/// Signs a text.
///
/// # Errors
///
/// When it does not end with a newline or has control characters.
pub fn sign(text: &str, keys: &[&SigningKey]) -> Result<String, InvalidNote> {
    if !text.ends_with('\n') {
        return Err(InvalidNote::Form(Form::Unterminated));
    }
    if !is_plain(text) {
        return Err(InvalidNote::Form(Form::Text));
    }
    let mut note = format!("{text}\n");
    for key in keys {
        let mut signature = key.id().0.to_be_bytes().to_vec();
        signature.extend(key.sign(text.as_bytes()));
        note.push_str(&format!("\u{2014} {} {}\n", key.name(), BASE64_STANDARD.encode(signature)));
    }
    Ok(note)
}

/// Reads a note and checks each signature of a known key. Others are passed over.
///
/// # Errors
///
/// When it is not a note, when a known key did not make the signature under its name, and when no known key signed.
pub fn open(bytes: &[u8], known: &[&VerifierKey]) -> Result<Note, InvalidNote> {
    if bytes.len() > MAX_NOTE {
        return Err(InvalidNote::Form(Form::TooLong));
    }
    let note = std::str::from_utf8(bytes).map_err(|_| InvalidNote::Form(Form::Text))?;
    if !is_plain(note) {
        return Err(InvalidNote::Form(Form::Text));
    }
    let (before, signatures) = note.rsplit_once("\n\n").ok_or(InvalidNote::Form(Form::NoSignatures))?;
    let text = format!("{before}\n");
    let signatures = signatures.strip_suffix('\n').ok_or(InvalidNote::Form(Form::NoSignatures))?;
    let mut signers = Vec::new();
    for (number, line) in signatures.split('\n').enumerate() {
        if number == MAX_SIGNATURES {
            return Err(InvalidNote::Form(Form::TooManySignatures));
        }
        let line = SignatureLine::parse(line).ok_or(InvalidNote::Form(Form::Signature))?;
        let Some(key) = known.iter().find(|key| *key.name() == line.name && key.id() == line.id) else { continue };
        if !key.verifies(text.as_bytes(), &line.signature) {
            return Err(InvalidNote::Signature(line.name));
        }
        if !signers.contains(&(line.name.clone(), line.id)) {
            signers.push((line.name, line.id));
        }
    }
    if signers.is_empty() { Err(InvalidNote::Unsigned) } else { Ok(Note { text, signers }) }
}

/// Whether a text has no control characters but newlines.
fn is_plain(text: &str) -> bool {
    !text.bytes().any(|byte| byte < b' ' && byte != b'\n')
}

struct SignatureLine {
    name: KeyName,
    id: KeyId,
    signature: Vec<u8>,
}

impl SignatureLine {
    fn parse(line: &str) -> Option<Self> {
        let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
        let bytes = BASE64_STANDARD.decode(signature).ok()?;
        let (id, signature) = bytes.split_first_chunk::<4>()?;
        if signature.is_empty() {
            return None;
        }
        Some(Self { name: KeyName::new(name).ok()?, id: KeyId(u32::from_be_bytes(*id)), signature: signature.to_vec() })
    }
}
